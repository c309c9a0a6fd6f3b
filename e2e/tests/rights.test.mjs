// A suspect is told their rights on a telephone turned towards them, a measure comes after it, and a settlement is judged.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome } from "../helpers.mjs";
import { choose, go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const main = (page) => page.locator("main").innerText();
const send = (page, form) => go(page, page.locator(`${form} button.button`).last());

/** A folded form, opened. */
async function open(page, id) {
  const box = page.locator(`details#${id}`);
  if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
}

for (const look of [
  { lang: "id", size: PHONE, js: false },
  { lang: "en", size: DESKTOP, scheme: "dark" },
]) {
  // S24 S37 S87
  test(`rights come before an arrest, and a settlement is judged (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const { number } = await report(await person());
    const page = await person(look);
    await signIn(page, "investigator");
    await openCase(page, number);
    const address = new URL(page.url()).pathname;

    await go(page, page.locator(`a[href="${address}/hak"]`));
    await assertSound(page, { least: 24, where: "/perkara/{id}/hak, nobody yet" });
    await open(page, "tambah-orang");
    await choose(page, "peran", "suspect");
    await choose(page, "usia", "dewasa");
    await send(page, "details#tambah-orang");
    await go(page, page.locator(`a[href="${address}/hak/1"]`));
    await assertSound(page, { least: 24, where: "/perkara/{id}/hak/{n}" });

    // The measure waits for the rights.
    await page.goto(`${page.base}${address}/upaya?jenis=arrest`);
    await assertSound(page, { least: 24, where: "/perkara/{id}/upaya with a kind" });
    const arrest = async () => {
      await page.locator("#mulai-orang").selectOption("1");
      await page.locator("#mulai-surat").fill("SP.Kap/1/XI/2026");
      await page.locator("#mulai-jelas").fill("Dijelaskan di depan keluarganya.");
      await choose(page, "keberatan", "ya");
      await choose(page, "dulu", "not_safe");
      await page.locator("#mulai-dulu-alasan").fill("Membawa pisau.");
      await send(page, "form#mulai");
    };
    await arrest();
    assert.ok((await page.locator(".error-summary").innerText()).includes(words(page, "control.rights_first")));
    await assertSound(page, { least: 24, where: "/perkara/{id}/upaya refused" });
    await page.goto(`${page.base}${address}/hak/1`);
    await choose(page, "cara", "both");
    await page.locator("#hak-bahasa").fill("Jawa");
    await choose(page, "mengerti", "ya");
    await choose(page, "tanda", "signed");
    await send(page, "form#catat-hak");
    await page.goto(`${page.base}${address}/upaya?jenis=arrest`);
    await arrest();
    assert.ok((await main(page)).includes("SP.Kap/1/XI/2026"));
    await assertSound(page, { least: 24, where: "/perkara/{id}/upaya with a measure" });

    // Every question answered with yes: every exclusion of the way is named.
    await page.goto(`${page.base}${address}/upaya?cara=restorative`);
    for (const group of await page.locator("form#nilai fieldset").all()) await group.locator('input[value="ya"]').check();
    await send(page, "form#nilai");
    assert.ok((await main(page)).includes(words(page, "prevention.stage_excluded")));
    await assertSound(page, { least: 24, where: "/perkara/{id}/upaya with an exclusion" });
  });
}
