// Accounts as their owners and the administrator meet them: the steps of signing in, the own page, those of others.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, person, sendEveryoneHome } from "../helpers.mjs";
import { LOOKS } from "../pages.mjs";
import { code, keyOf } from "../totp.mjs";
import { endAll, unit } from "../unit.mjs";
import { t } from "../words.mjs";

test.afterEach(async () => {
  await sendEveryoneHome();
  await endAll();
});
test.after(closeBrowser);

/** Signs in by name and password, as far as that leads. */
async function enter(page, user, password) {
  await page.goto(`/masuk?lang=${page.lang}`);
  await page.fill("#nama", user);
  await page.fill("#sandi", password);
  await page.click("form#form .actions button");
  await page.waitForLoadState();
}

for (const [at, look] of LOOKS.entries()) {
  const name = `${look.lang}, ${look.scheme}, ${look.size.width} px`;
  // S45
  test(`an administrator sets an app up, makes an account, and its owner changes the password (${name})`, async () => {
    const pati = await unit();
    const { stdout } = await pati.pengayom("user", "add", "budi", "--name", "Budi Santosa", "--role", "admin");
    const { url } = await pati.serve();
    // Half of them without JavaScript.
    const page = await person({ ...look, js: at % 2 === 0, baseURL: url });
    await enter(page, "budi", stdout.trim());
    assert.equal(new URL(page.url()).pathname, "/masuk/langkah");
    await assertSound(page, { where: "an app to set up" });
    const key = keyOf(await page.content());
    await page.fill("#kode", "000000");
    await page.click("form#form .actions button");
    await assertSound(page, { where: "a wrong code" });
    assert.equal(keyOf(await page.content()), key);
    await page.fill("#kode", code(key));
    await page.click("form#form .actions button");
    assert.equal(await page.locator("ol.codes li").count(), 10);
    await assertSound(page, { where: "recovery codes" });
    await page.click("main .actions a.button");
    await page.waitForURL("**/setelan");
    await page.goto("/akun");
    await assertSound(page, { least: 24, where: "/akun" });

    await page.goto("/setelan/akun/baru");
    await page.click("form#form .actions button:not([type=button])");
    await assertSound(page, { least: 24, where: "a new account, refused" });
    await page.fill("#nama_petugas", "Rina Kusuma");
    await page.fill("#nama_masuk", "rina");
    await page.check("#peran");
    await page.click("form#form .actions button");
    const made = await page.locator(".code.verbatim").innerText();
    await assertSound(page, { least: 24, where: "a password that was made" });

    const rina = await person({ ...look, js: at % 2 === 1, baseURL: url });
    await enter(rina, "rina", made);
    assert.equal(await rina.locator("h1").innerText(), t(look.lang, "signin.change_title"));
    await assertSound(rina, { where: "a password to change" });
    await rina.fill("#sandi_baru", "kuda laut biru di karang");
    await rina.fill("#sandi_ulang", "kuda laut biru di karang");
    await rina.click("form#form .actions button");
    await rina.waitForURL("**/meja");

    await page.goto("/setelan/akun?cari=rina");
    await page.click("tbody a");
    await assertSound(page, { least: 24, where: "/setelan/akun/{id}" });
    await page.click('form[action$="/sesi"] button.button-warning');
    await page.waitForURL("**selesai=sesi");
    await rina.goto("/meja");
    assert.equal(new URL(rina.url()).pathname, "/masuk", "a lost device is out at its next request");
  });
}
