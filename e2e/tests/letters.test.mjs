// A letter for the reporter of a case: staff give it, the reporter downloads the same bytes, one given by mistake is taken back.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { assertAccessible, assertNoSidewaysScroll, assertSound, assertTargets, closeBrowser, DESKTOP, person, PHONE, picture, sendEveryoneHome, tabTo, WAYS } from "../helpers.mjs";
import { photo } from "../photo.mjs";
import { act, go, openCase, report, signIn, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** A document of its own for each `name`. */
function letter(name) {
  return { name: `../${name}"; x.pdf`, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.7\n${name.repeat(9_000)}`) };
}

function sha256(buffer) {
  return createHash("sha256").update(buffer).digest("hex");
}

/** Opens the form that gives a letter and returns it. */
async function form(page) {
  const box = page.locator("details#beri-surat");
  if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
  return box;
}

/** A day as the form sends it, some days before today in the unit's zone. */
async function day(page, before) {
  const today = await page.locator("#surat-tanggal").getAttribute("max");
  return new Date(Date.parse(today) - before * 86_400_000).toISOString().slice(0, 10);
}

/** Gives a letter on the case that is open. */
async function give(page, kind, file) {
  const box = await form(page);
  await box.locator("#surat-jenis").selectOption(kind);
  await box.locator("#surat-tanggal").fill(await day(page, 1));
  await box.locator("#surat-berkas").setInputFiles(file);
  await go(page, box.locator("button.button"));
  assert.equal(await page.locator(".error-summary").count(), 0);
}

/** What the browser saves when `link` is pressed. */
async function saved(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
}

for (const { name, size, js } of WAYS) {
  for (const lang of ["id", "en"]) {
    // S18 S26 S40
    test(`a letter is given and downloaded ${name}, ${lang}`, async () => {
      const told = await report(await person());
      const page = await person({ size, js, lang });
      await signIn(page, "desk");
      await openCase(page, told.number);
      let box = await form(page);
      await assertSound(page, { least: 24, where: "the form for a letter" });
      await picture(page, `letter-form-${name}-${lang}`);

      // Refused with the day ahead; the file is kept and not asked for again.
      const sent = letter(`${name} ${lang}`);
      await box.locator("#surat-jenis").selectOption("sp2hp_a1");
      await box.locator("#surat-nomor").fill("SP2HP/12/XI/2026/Satreskrim");
      await box.locator("#surat-tanggal").fill(await day(page, -2));
      await box.locator("#surat-berkas").setInputFiles(sent);
      await go(page, box.locator("button.button"));
      assert.match(await page.locator(".error-summary").innerText(), new RegExp(words(page, "case.letter_date_future")));
      await assertSound(page, { least: 24, where: "the form for a letter, refused" });
      await picture(page, `letter-refused-${name}-${lang}`);
      box = await form(page);
      assert.equal(await box.locator("#surat-nomor").inputValue(), "SP2HP/12/XI/2026/Satreskrim");
      await box.locator("#surat-tanggal").fill(await day(page, 1));
      await go(page, box.locator("button.button"));
      assert.equal(await page.locator(".error-summary").count(), 0);
      assert.match(await page.locator("#surat-perkara").innerText(), /SP2HP\/12\/XI\/2026\/Satreskrim/);
      await assertSound(page, { least: 24, where: "a case with a letter" });
      await picture(page, `letter-listed-${name}-${lang}`);

      const reporter = await person({ size, js, lang });
      await track(reporter, told);
      const box_ = reporter.locator("section[aria-labelledby=surat]");
      assert.match(await box_.innerText(), /SP2HP A1/);
      await assertSound(reporter, { where: "the report with a letter" });
      await picture(reporter, `letter-tracked-${name}-${lang}`);
      const download = await saved(reporter, box_.locator("a", { hasText: words(reporter, "letter.download") }));
      assert.equal(download.name, `surat-1-${told.number}.pdf`);
      assert.ok(download.content.equals(sent.buffer), "the same bytes");
      // What is said of it can be checked.
      await box_.locator("summary").click();
      assert.match(await box_.locator(".verbatim").innerText(), new RegExp(sha256(download.content)));
      await assertAccessible(reporter, "the report with a letter, opened");
      await assertNoSidewaysScroll(reporter, "the report with a letter, opened");
      await assertTargets(reporter, 48, "the report with a letter, opened");
      await picture(reporter, `letter-checked-${name}-${lang}`);

      // Taken back: the reason stands there, and nothing can be pressed.
      await act(page, "tarik-surat", async (box) => {
        await box.locator("select").selectOption("1");
        await box.locator("#tarik-alasan").fill("Lampirannya milik perkara lain");
      });
      await assertSound(page, { least: 24, where: "a case with a letter taken back" });
      const stale = await reporter.goto(`/lacak/${told.number}/surat/1?lang=${lang}`);
      assert.equal(stale.status(), 200, "led to the page that says why");
      assert.match(await box_.innerText(), /Lampirannya milik perkara lain/);
      assert.equal(await box_.locator("a").count(), 0);
      await assertSound(reporter, { where: "the report with a letter taken back" });
      await picture(reporter, `letter-withdrawn-${name}-${lang}`);
    });
  }
}

test("a letter is given, found and downloaded by keyboard", async () => {
  const told = await report(await person());
  const page = await person({ size: DESKTOP, js: false });
  await signIn(page, "desk");
  await openCase(page, told.number);
  await tabTo(page, "details#beri-surat > summary", 160);
  await page.keyboard.press("Enter");
  await tabTo(page, "#surat-jenis");
  await page.keyboard.type("SKTLK");
  await tabTo(page, "#surat-tanggal");
  const [year, month, date] = (await day(page, 1)).split("-");
  await page.keyboard.type(`${date}${month}${year}`);
  if ((await page.inputValue("#surat-tanggal")) === "") await page.fill("#surat-tanggal", `${year}-${month}-${date}`);
  await tabTo(page, "#surat-berkas");
  // The window in which a file is chosen is the browser's own.
  const sent = letter("keyboard");
  await page.locator(":focus").setInputFiles(sent);
  await tabTo(page, "details#beri-surat button");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(await page.locator(".error-summary").count(), 0);

  const reporter = await person({ size: PHONE, js: false });
  await track(reporter, told);
  await tabTo(reporter, "#surat-1");
  const [download] = await Promise.all([reporter.waitForEvent("download"), reporter.keyboard.press("Enter")]);
  assert.ok((await readFile(await download.path())).equals(sent.buffer));
  await tabTo(reporter, "section[aria-labelledby=surat] summary");
  await reporter.keyboard.press("Enter");
  assert.ok(await reporter.locator(".verbatim").isVisible());
});

test("a picture of a letter on a page of 320 px, dark, and on paper", async () => {
  const told = await report(await person());
  const page = await person({ size: PHONE });
  await signIn(page, "desk");
  await openCase(page, told.number);
  const sent = photo(650, 920);
  await give(page, "other", sent);
  await give(page, "sp2hp_a5", letter("second"));
  const reporter = await person({ size: { width: 320, height: 640 }, scheme: "dark" });
  await track(reporter, told);
  for (const summary of await reporter.locator("section[aria-labelledby=surat] summary").all()) await summary.click();
  await assertSound(reporter, { where: "two letters at 320 px" });
  await picture(reporter, "letters-320-dark");
  const download = await saved(reporter, reporter.locator("#surat-1"));
  assert.equal(download.name, `surat-1-${told.number}.png`);
  assert.ok(download.content.equals(sent.buffer), "a picture without details stays as it is");
  await reporter.emulateMedia({ media: "print", colorScheme: "light" });
  await assertNoSidewaysScroll(reporter, "two letters on paper");
  await picture(reporter, "letters-print");
});

test("a letter is nobody's whose number and code were not given", async () => {
  const told = await report(await person());
  const page = await person({ size: PHONE, js: false });
  await signIn(page, "desk");
  await openCase(page, told.number);
  await give(page, "other", letter("mine"));
  const stranger = await person({ js: false });
  await stranger.goto(`/lacak/${told.number}/surat/1`);
  assert.equal(new URL(stranger.url()).pathname, "/lacak");
  assert.equal(await stranger.inputValue('input[name="nomor"]'), told.number);
});
