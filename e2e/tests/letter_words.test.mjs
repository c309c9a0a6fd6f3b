// The words of a letter, changed in the program by the chief: looked at, saved, used by the next letter, taken back.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, picture, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const LIST = "/setelan/surat";
const ONE = `${LIST}/sttlp`;

/** The form of the words as a browser sends it, without leaving the page. */
async function preview(page) {
  const form = { bahasa: "id_en" };
  for (const name of ["csrf", "oleh", "versi", "nomor", "baris_id", "baris_en"]) {
    form[name] = await page.locator(`form#form [name="${name}"]`).inputValue();
  }
  return page.context().request.post(`${page.base}${ONE}/contoh`, { form, headers: { origin: new URL(page.base).origin } });
}

for (const { lang, size, js } of [
  { lang: "id", size: PHONE, js: false },
  { lang: "en", size: DESKTOP, js: true },
]) {
  // S18 S40
  test(`the chief changes the words of a letter (${lang}, ${size.width} px, ${js ? "with" : "without"} JavaScript)`, async () => {
    const told = await report(await person());
    const chief = await person({ size, js, lang });
    await signIn(chief, "commander");
    await visit(chief, LIST);
    await assertSound(chief, { least: 24, where: "letters of the unit" });
    await go(chief, chief.locator(`main a[href="${ONE}"]`));
    await assertSound(chief, { least: 24, where: "the words of a letter" });
    await chief.locator("details#cara summary").click();
    await chief.locator("details#isian summary").click();
    await assertSound(chief, { least: 24, where: "the words of a letter with all help" });
    await picture(chief, `letter-words-${lang}`);

    // A broken line is named, and nothing that was typed is lost.
    const lines = await chief.locator("#baris_id").inputValue();
    await chief.fill("#baris_id", lines.replace("= Nomor", "=Nomor"));
    await go(chief, chief.locator("#simpan"));
    assert.match(await chief.locator("#baris_id-error").innerText(), new RegExp(words(chief, "letters.fault_no_space")));
    assert.match(await chief.locator("#baris_id").inputValue(), /^=Nomor/m);
    await assertSound(chief, { least: 24, where: "the words of a letter, refused" });

    await chief.fill("#nomor", "BUKTI/{n}/{year}");
    await chief.fill("#baris_id", lines.replace("Kami sudah menerima laporan Anda.", "Laporan Anda sudah kami terima."));
    const sample = await preview(chief);
    assert.equal(sample.status(), 200);
    assert.equal(sample.headers()["content-type"], "application/pdf");
    assert.equal((await sample.body()).subarray(0, 5).toString("latin1"), "%PDF-");
    await go(chief, chief.locator("#simpan"));
    assert.equal(await chief.locator(".error-summary").count(), 0);
    assert.equal(await chief.locator(".notice [role=status]").innerText(), words(chief, "letters.edit_saved"));
    await assertSound(chief, { least: 24, where: "the words of a letter, saved" });
    // Its version is read again.
    await go(chief, chief.locator('a[href*="?versi="]').first());
    assert.match(await chief.locator("#lama-id").inputValue(), /Laporan Anda sudah kami terima/);
    await assertSound(chief, { least: 24, where: "a version of the words" });

    const desk = await person({ size, js, lang });
    await signIn(desk, "desk");
    await openCase(desk, told.number);
    const home = new URL(desk.url()).pathname;
    await visit(desk, `${home}/surat?jenis=sttlp`);
    for (const [field, text] of [
      ["reporter", "Budi Santoso"],
      ["when", "Kemarin"],
      ["where", "Pasar Juwana"],
      ["summary", "Telepon diambil di depan pasar."],
      ["next_step", "Petugas menghubungi Anda."],
      ["next_when", "Besok"],
    ]) {
      await desk.locator(`#isi-${field}`).fill(text);
    }
    await go(desk, desk.locator("form.act button.button").first());
    assert.equal(await desk.locator(".error-summary").count(), 0);
    assert.match(await desk.locator(".notice [role=status]").first().innerText(), /BUKTI\/\d+\/\d{4}/);

    await visit(chief, ONE);
    await chief.fill("#alasan", "Kata paket lebih jelas");
    await go(chief, chief.locator("#kembalikan"));
    assert.equal(await chief.locator(".notice [role=status]").innerText(), words(chief, "letters.edit_reset_done"));
    assert.equal(await chief.locator("#baris_id").inputValue(), lines);
    assert.equal(await chief.locator("#kembalikan").count(), 0);
    await assertSound(chief, { least: 24, where: "the words of the pack again" });
  });
}
