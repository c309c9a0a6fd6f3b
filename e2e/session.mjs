// Signs in by plain requests, once for each role and run: a unit counts the tries from one address, tests included.

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
  const names = new Set(cookiesOf(answer).map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...cookiesOf(answer)].map((cookie) => ({ ...cookie, url }));
}

/** Sessions of every account, by role. */
export async function sessions(demo) {
  const all = {};
  for (const account of demo.accounts) all[account.role] = await session(demo.url, account);
  return all;
}
