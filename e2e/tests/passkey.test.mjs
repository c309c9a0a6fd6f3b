// Passkeys in a real browser, with an authenticator that Chromium plays: added, used, removed; and what must not work.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome } from "../helpers.mjs";
import { openMenu } from "../steps.mjs";
import { endAll, unit } from "../unit.mjs";
import { t } from "../words.mjs";

test.afterEach(async () => {
  await sendEveryoneHome();
  await endAll();
});
test.after(closeBrowser);

/** Pati with one officer, served; `url` is the address by name, for passkeys belong to a name. */
async function office(more = [], name = "localhost") {
  const pati = await unit();
  await pati.pengayom("user", "add", "sari", "--name", "Sari Wulan", "--role", "desk");
  const { url, stop } = await pati.serve({ more });
  const reset = await pati.pengayom("user", "reset", "sari");
  return { ...pati, stop, password: reset.stdout.trim(), url: url.replace("127.0.0.1", name) };
}

/** An authenticator in the page: unlocked by its owner, and it keeps keys that are found without a name. */
async function authenticator(page, options = {}) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, ...options },
  });
  const keys = async () => (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { cdp, authenticatorId, keys };
}

async function byPassword(page, { password }) {
  await page.goto("/masuk?lanjut=/akun");
  await page.fill("#nama", "sari");
  await page.fill("#sandi", password);
  await page.click("form#form button.button");
  await page.waitForURL(({ pathname }) => pathname === "/akun");
}

/** Adds a passkey on the page where one does it. */
async function add(page, name) {
  await page.goto("/akun/kunci");
  await page.fill("#nama_kunci", name);
  await page.click("form[data-passkey=create] button");
  await page.waitForURL("**/akun?selesai=kunci");
}

async function signOut(page) {
  await openMenu(page);
  await page.click('form[action="/keluar-akun"] button');
  await page.waitForURL("**/masuk?keluar=1");
}

const signIn = (page) => page.click("form[data-passkey=get] button");

// S45
// UX 23
test("a passkey is added, signs in without name or password, and is removed", async () => {
  const pati = await office();
  const page = await person({ size: PHONE, baseURL: pati.url });
  const { keys } = await authenticator(page);
  await byPassword(page, pati);
  await add(page, "Telepon dinas");
  assert.ok(await page.getByText("Telepon dinas").first().isVisible());
  await assertSound(page, { least: 24, where: "/akun with a passkey" });
  const [key] = await keys();
  assert.equal(key.rpId, "localhost");
  assert.equal(key.isResidentCredential, true);
  await signOut(page);
  await page.goto("/masuk?lanjut=/akun");
  await signIn(page);
  await page.waitForURL(({ pathname }) => pathname === "/akun");
  assert.match(await page.locator("main").innerText(), /Kunci sandi, Chrome|Masuk: Kunci sandi/);
  // The password alone opens the account no longer.
  await signOut(page);
  await page.goto("/masuk");
  await page.fill("#nama", "sari");
  await page.fill("#sandi", pati.password);
  await page.click("form#form button.button");
  await page.waitForURL("**/masuk/langkah*");
  await assertSound(page, { where: "/masuk/langkah" });
  await signIn(page);
  await page.waitForURL((url) => url.pathname === "/meja");
  await page.goto("/akun");
  await page.click('form[action="/akun/lepas"] button');
  await page.waitForURL("**/akun?selesai=lepas");
  await signOut(page);
  await page.goto("/masuk");
  await signIn(page);
  await page.getByText(t("id", "signin.passkey_unknown")).first().waitFor();
});

/** Keeps what the page was about to send, instead of sending it. */
async function caught(page, press) {
  let kept;
  await page.route("**/masuk/kunci", (route) => {
    kept = route.request().postData();
    return route.abort();
  });
  await press();
  await page.waitForTimeout(0);
  for (let tries = 0; !kept && tries < 100; tries += 1) await page.waitForTimeout(50);
  await page.unroute("**/masuk/kunci");
  return kept;
}

const send = (page, body) =>
  page.request.post("/masuk/kunci", { data: body, maxRedirects: 0, headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" } });

test("an answer counts once, in the browser that was asked, and only to the challenge it was given", async () => {
  const pati = await office();
  const page = await person({ size: DESKTOP, baseURL: pati.url });
  await authenticator(page);
  await byPassword(page, pati);
  await add(page, "Komputer meja");
  await signOut(page);
  await page.goto("/masuk");
  const answer = await caught(page, () => signIn(page));
  assert.ok(answer, "the browser answered");
  // In another browser, which was not asked.
  const stranger = await person({ size: DESKTOP, baseURL: pati.url });
  await stranger.goto("/masuk");
  const csrf = await stranger.locator("form#form input[name=csrf]").inputValue();
  const moved = new URLSearchParams(answer);
  moved.set("csrf", csrf);
  const elsewhere = await send(stranger, moved.toString());
  assert.equal(elsewhere.headers().location, "/masuk?ulang=1");
  // In its own, once.
  const before = await page.context().cookies();
  const first = await send(page, answer);
  assert.equal(first.status(), 303);
  assert.equal(first.headers().location, "/meja");
  await page.context().clearCookies();
  await page.context().addCookies(before);
  const replayed = await send(page, answer);
  assert.equal(replayed.headers().location, "/masuk?ulang=1");
  // An old answer to a new challenge.
  await page.goto("/masuk");
  await caught(page, () => signIn(page));
  await page.goto("/masuk");
  const mark = await page.locator("form#form input[name=csrf]").inputValue();
  const old = new URLSearchParams(answer);
  old.set("csrf", mark);
  assert.equal((await send(page, old.toString())).status(), 422);
});

test("an answer from another origin is refused", async () => {
  // People are told an address of this name with another port: the browser still shows its keys of the name.
  const pati = await office(["--public-url", "http://pati.localhost:1"], "pati.localhost");
  const page = await person({ size: DESKTOP, baseURL: pati.url });
  await authenticator(page);
  await byPassword(page, pati);
  await page.goto("/akun/kunci");
  await page.click("form[data-passkey=create] button");
  await page.getByText(t("id", "account.passkey_failed")).first().waitFor();
  await page.goto("/akun");
  assert.ok(await page.getByText(t("id", "account.passkeys_none")).isVisible());
});

test("a key whose counter goes back, as a copy's would, is refused and its owner is told", async () => {
  const pati = await office();
  const page = await person({ size: DESKTOP, baseURL: pati.url });
  const { cdp, authenticatorId, keys } = await authenticator(page);
  await byPassword(page, pati);
  await add(page, "Kunci lama");
  for (let n = 0; n < 2; n += 1) {
    await signOut(page);
    await page.goto("/masuk?lanjut=/akun");
    await signIn(page);
    await page.waitForURL(({ pathname }) => pathname === "/akun");
  }
  await signOut(page);
  const [key] = await keys();
  await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: key.credentialId });
  await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...key, signCount: 0 } });
  await page.goto("/masuk");
  await signIn(page);
  await page.getByText(t("id", "signin.passkey_unknown")).first().waitFor();
  // The one that counts on is still its owner's.
  await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId: key.credentialId });
  await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...key, signCount: key.signCount + 5 } });
  await page.goto("/masuk?lanjut=/akun");
  await signIn(page);
  await page.waitForURL(({ pathname }) => pathname === "/akun");
  await page.getByText(t("id", "account.event_passkey_refused", { name: "Kunci lama" })).waitFor();
});

test("a device that does not ask its owner is not enough", async () => {
  const pati = await office();
  const page = await person({ size: DESKTOP, baseURL: pati.url });
  await authenticator(page, { isUserVerified: false });
  await byPassword(page, pati);
  await page.goto("/akun/kunci");
  await page.click("form[data-passkey=create] button");
  await page.getByText(t("id", "signin.passkey_failed")).waitFor();
});

// S32
test("without JavaScript the page says to use the password, which works", async () => {
  const pati = await office();
  const page = await person({ size: PHONE, js: false, baseURL: pati.url });
  await page.goto("/masuk");
  assert.ok(await page.getByText(t("id", "signin.passkey_none")).isVisible());
  assert.equal(await page.locator("form[data-passkey]").isVisible(), false);
  await byPassword(page, pati);
  assert.equal(await page.locator("h1").innerText(), t("id", "account.title"));
});

