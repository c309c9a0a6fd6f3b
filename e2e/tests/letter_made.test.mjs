// A letter that the program makes: issued at a desk, had by its reporter, verified by anybody with the code on it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, picture, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const { lang, size, js } of [
  { lang: "id", size: PHONE, js: false },
  { lang: "en", size: DESKTOP, js: true },
]) {
  // S18 S26 S40
  test(`a letter is issued and verified (${lang}, ${size.width} px, ${js ? "with" : "without"} JavaScript)`, async () => {
    const told = await report(await person());
    const page = await person({ size, js, lang });
    await signIn(page, "desk");
    await openCase(page, told.number);
    const home = new URL(page.url()).pathname;
    await visit(page, `${home}/surat`);
    await assertSound(page, { least: 24, where: "letters of a case" });
    await go(page, page.locator('a[href*="jenis=handover"]'));
    await assertSound(page, { least: 24, where: "the form of a letter" });
    await picture(page, `letter-made-form-${lang}`);
    await go(page, page.locator("form button.button").first());
    assert.ok((await page.locator(".error-summary li").count()) >= 3);
    await assertSound(page, { least: 24, where: "the form of a letter, refused" });
    for (const [field, text] of [["giver", "Budi Santoso"], ["taker", "Siti Aminah"], ["items", "Satu sepeda motor\nSatu kunci"]]) {
      await page.locator(`#isi-${field}`).fill(text);
    }
    await go(page, page.locator("form button.button").first());
    assert.equal(await page.locator(".error-summary").count(), 0);
    const link = page.locator('.notice a[href*="/surat/"]');
    await assertSound(page, { least: 24, where: "a letter was issued" });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const file = await readFile(await download.path());
    assert.equal(file.subarray(0, 5).toString("latin1"), "%PDF-");
    // The document's identifier in the file is no address; the code is found by asking with a wrong one.
    const anybody = await person({ size, js, lang });
    const answer = await visit(anybody, `/surat/${told.number}-1-000000000000`);
    assert.equal(answer.status(), 404);
    await assertSound(anybody, { where: "no such letter" });
    assert.match(await anybody.locator(".error-summary").innerText(), new RegExp(words(anybody, "letters.code_unknown").slice(0, 20)));
  });
}
