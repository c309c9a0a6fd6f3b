// Signs in by plain requests, once for each role and run: a unit counts the tries from one address, tests included.

import { code, keyOf } from "./totp.mjs";

/** The cookies that `answer` sets, as name and value. */
function cookiesOf(answer) {
  return answer.headers.getSetCookie().map((line) => {
    const [pair] = line.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
}

/** Signs in on the page that people use, and returns the cookies of the session. */
export async function session(url, { user, password }) {
  const page = await fetch(new URL("/masuk", url));
  const before = cookiesOf(page);
  const token = (await page.text()).match(/name="csrf" value="([^"]+)"/)?.[1] ?? "";
  const answer = await fetch(new URL("/masuk", url), {
    method: "POST",
    redirect: "manual",
    headers: { cookie: before.map(({ name, value }) => `${name}=${value}`).join("; "), origin: new URL(url).origin },
    body: new URLSearchParams({ csrf: token, nama: user, sandi: password, lanjut: "" }),
  });
  if (answer.status !== 303) throw new Error(`${user} could not sign in: ${answer.status}`);
  let cookies = merged(before, answer);
  const step = answer.headers.get("location");
  if (step.startsWith("/masuk/langkah")) cookies = await setUp(url, step, cookies, user);
  return cookies.map((cookie) => ({ ...cookie, url }));
}

/** Cookies after an answer. */
function merged(before, answer) {
  const fresh = cookiesOf(answer);
  const names = new Set(fresh.map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...fresh];
}

/** Sets an app up, as a role that must have a second factor is asked to. */
async function setUp(url, step, cookies, user) {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const page = await (await fetch(new URL(step, url), { headers: { cookie } })).text();
  const csrf = page.match(/name="csrf" value="([^"]+)"/)?.[1] ?? "";
  const answer = await fetch(new URL("/masuk/langkah", url), {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: new URL(url).origin },
    body: new URLSearchParams({ csrf, kode: code(keyOf(page)), lanjut: "" }),
  });
  if (answer.status !== 200) throw new Error(`${user} could not set an app up: ${answer.status}`);
  return merged(cookies, answer);
}

/** Sessions of every account, by role. */
export async function sessions(demo) {
  const all = {};
  for (const account of demo.accounts) all[account.role] = await session(demo.url, account);
  return all;
}
