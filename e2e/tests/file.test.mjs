// A file that staff add to a case: by keyboard, without JavaScript, on a phone and a desktop, refused and taken.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, picture, sendEveryoneHome, tabTo, WAYS } from "../helpers.mjs";
import { photo } from "../photo.mjs";
import { go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Opens the form for a file and returns it. */
async function form(page) {
  const box = page.locator("details#tambah-berkas");
  if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
  return box;
}

for (const { name, size, js } of WAYS) {
  test(`an officer adds a film and a photograph ${name}`, async () => {
    const { number } = await report(await person());
    const page = await person({ size, js });
    await signIn(page, "desk");
    await openCase(page, number);
    let box = await form(page);
    await assertSound(page, { least: 24, where: "the form for a file" });
    await picture(page, `file-form-${name}`);

    // Without its words it is kept, and not asked for again.
    const film = Buffer.concat([Buffer.from("\0\0\0\x20ftypisom\0\0\x02\0", "latin1"), Buffer.from(`${name}`.repeat(40_000))]);
    await box.locator("#berkas").setInputFiles({ name: "kamera.mp4", mimeType: "video/mp4", buffer: film });
    await go(page, box.locator("button.button"));
    assert.match(await page.locator(".error-summary").innerText(), new RegExp(words(page, "case.evidence_what_write")));
    await assertSound(page, { least: 24, where: "the form for a file, refused" });
    await picture(page, `file-refused-${name}`);
    box = await form(page);
    await box.locator("#berkas-uraian").fill("Rekaman kamera toko, pukul 21.00 sampai 21.05, dari arah pintu depan.");
    await box.locator("#berkas-asal").fill("Pemilik toko, Jalan Silugonggo");
    await go(page, box.locator("button.button"));
    assert.equal(await page.locator(".error-summary").count(), 0);
    const list = page.locator("#berkas-perkara");
    assert.match(await list.innerText(), /MP4, [\d.,]+ kB/);
    assert.match(await list.innerText(), /Rekaman kamera toko/);

    box = await form(page);
    const picture_ = photo(js ? 641 : 642, size === PHONE ? 481 : 482);
    await box.locator("#berkas").setInputFiles(picture_);
    await box.locator("#berkas-uraian").fill("Foto tempat kejadian");
    await go(page, box.locator("button.button"));
    assert.equal(await list.locator("li").count(), 2);
    assert.equal(await list.locator("img").count(), 1);
    await assertSound(page, { least: 24, where: "a case with files" });
    await picture(page, `file-listed-${name}`);

    // Back and sent once more: it is there once.
    await page.goBack();
    box = await form(page);
    await box.locator("#berkas").setInputFiles(picture_);
    await box.locator("#berkas-uraian").fill("Foto tempat kejadian");
    await go(page, box.locator("button.button"));
    assert.equal(await list.locator("li").count(), 2);

    const [download] = await Promise.all([page.waitForEvent("download"), list.locator("a[download]").first().click()]);
    assert.match(download.suggestedFilename(), /^[A-Z]{3}-\d{4}-\d{4,}-[0-9a-f]{16}\.mp4$/);
  });
}

test("a file is added by keyboard, and in English the words are English", async () => {
  const { number } = await report(await person());
  const page = await person({ size: DESKTOP, js: false, lang: "en" });
  await signIn(page, "desk");
  await openCase(page, number);
  await tabTo(page, "details#tambah-berkas > summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#berkas");
  // The window in which a file is chosen is the browser's own.
  await page.locator(":focus").setInputFiles({ name: "x.exe", mimeType: "application/pdf", buffer: Buffer.from("MZ no document") });
  await tabTo(page, "#berkas-uraian");
  await page.keyboard.type("A letter");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(await page.locator(".error-summary").innerText(), /This kind of file is not taken/);
  assert.equal(await page.inputValue("#berkas-uraian"), "A letter");
  await assertSound(page, { least: 24, where: "a file refused, in English" });
});

test("a file that is too large is said to be so before it is sent", async () => {
  const { number } = await report(await person());
  const page = await person({ size: PHONE });
  await signIn(page, "desk");
  await openCase(page, number);
  const box = await form(page);
  const large = Buffer.alloc(10 * 1024 * 1024 + 1);
  await box.locator("#berkas").setInputFiles({ name: "besar.png", mimeType: "image/png", buffer: large });
  await box.locator("[data-file-status]", { hasText: "10 MB" }).waitFor();
  await box.locator("#berkas").setInputFiles({ name: "kecil.png", mimeType: "image/png", buffer: Buffer.alloc(9) });
  assert.equal(await box.locator("[data-file-status]").innerText(), "");
});
