// Every form that can be refused, refused: what was typed stays, and what to mend is said where it is seen and heard.

import assert from "node:assert/strict";
import test from "node:test";

import { assertRefused, assertSound, closeBrowser, DESKTOP, PHONE, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { LOOKS } from "../pages.mjs";
import { go, meet, openCase, report, signIn, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** The main button of a form. */
const send = (page, form = "form#form") => page.locator(`main ${form} .actions button.button`).first();

/** Forms of the public: where, what is filled in wrongly, the words that answer, the button when it is not the form's first. */
const PUBLIC_FORMS = [
  { where: "/lapor/lanjut", fill: (page) => page.fill('input[name="kode"]', "1111 2222 3333"), says: ["error.resume_unknown"] },
  { where: "/lapor/ditipu/bahaya", says: ["error.danger_choose"] },
  { where: "/lapor/dicuri/cerita", fill: (page) => page.fill("#kerugian", "banyak sekali"), says: ["error.words_write", "harm.loss_unreadable"] },
  { where: "/lapor/dicuri/kontak", fill: (page) => page.fill("#telepon", "0812"), says: ["error.phone_digits"] },
  { where: "/aman/bantuan", fill: (page) => page.fill("#kata", "apotek"), says: ["safe.time_choose"] },
  { where: "/lacak", fill: (page) => page.fill('input[name="nomor"]', "PTI-2611-9999"), says: null },
  { where: "/nilai", fill: (page) => page.fill("input[name=kode]", "123"), says: null },
  { where: "/masuk", fill: (page) => page.fill("#nama", "tidak-ada"), says: null },
];

/** Forms of a case, by the block they stand in. */
const ACTS = [
  { act: "telaah", fill: (box) => box.locator("select").first().selectOption({ index: 2 }) },
  { act: "tindakan-baru" },
  { act: "jawab" },
  { act: "tugaskan" },
  { act: "tutup", fill: (box) => box.locator("textarea").fill("Alasan tanpa hasil.") },
];

for (const look of LOOKS) {
  const name = `${look.lang}, ${look.scheme}, ${look.size.width} px`;
  // UX 1, UX 5
  // S33
  test(`every form of the public that is refused says what to mend (${name})`, async () => {
    for (const { where, fill, says } of PUBLIC_FORMS) {
      const page = await person(look);
      await visit(page, where);
      await fill?.(page);
      await assertRefused(page, send(page), { where: `${where} refused`, says: says?.map((key) => words(page, key)) });
      await page.context().close();
    }
  });
}

/** The desk is walked twice: each language, theme and width once. */
const DESK_LOOKS = [
  { lang: "id", scheme: "dark", size: DESKTOP },
  { lang: "en", scheme: "light", size: PHONE },
];

for (const look of DESK_LOOKS) {
  // UX 1, UX 5
  // S32
  test(`every form of the desk that is refused says what to mend (${look.lang}, ${look.scheme}, ${look.size.width} px)`, async () => {
    const citizen = await person();
    const { number } = await report(citizen);
    const desk = await person(look);
    await signIn(desk, "desk");
    await visit(desk, "/meja/laporan/baru");
    await desk.fill("#nama", "Sukarno");
    await assertRefused(desk, desk.locator('button[name="langkah"][value="simpan"]'), { where: "/meja/laporan/baru refused", least: 24 });
    await openCase(desk, number);
    await go(desk, desk.locator('form[action$="/ambil"] button'));
    for (const { act, fill } of ACTS) {
      const box = desk.locator(`details#${act}`);
      if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
      await fill?.(box);
      await assertRefused(desk, send(desk, `details#${act}`), { where: `${act} refused`, least: 24 });
      await openCase(desk, number);
    }
    const evidence = desk.locator("details#tambah-berkas");
    await evidence.locator("summary").click();
    await assertRefused(desk, send(desk, "details#tambah-berkas"), { where: "a file that is none", least: 24 });
    await visit(desk, "/pertemuan/baru");
    await desk.locator('input[name="kekuatan"][value="ya"] + label').click();
    await assertRefused(desk, send(desk), { where: "/pertemuan/baru refused", least: look.size === PHONE ? 48 : 24 });
  });
}

// UX 5
test("a rating without an answer, and information without a word, come back with what to do", async () => {
  const citizen = await person();
  const sent = await report(citizen);
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await openCase(desk, sent.number);
  await go(desk, desk.locator('form[action$="/ambil"] button'));
  const code = await meet(desk);
  await visit(citizen, `/nilai/${code}`);
  await assertRefused(citizen, send(citizen), { where: "/nilai/{kode} refused", says: [words(citizen, "rate.answer_one")] });
  await track(citizen, sent);
  await assertRefused(citizen, send(citizen), { where: "/lacak/{nomor} refused" });
});

// UX 1
test("what is not found is said with what was typed, and the way on is there", async () => {
  for (const look of LOOKS) {
    const page = await person(look);
    await visit(page, "/wilayah");
    await page.fill('input[name="desa"]', "Zzzqqq");
    await Promise.all([page.waitForNavigation(), page.locator("main form button").click()]);
    assert.equal(await page.inputValue('input[name="desa"]'), "Zzzqqq");
    assert.ok((await page.title()).startsWith(words(page, "error.title_prefix")));
    await assertSound(page, { where: "/wilayah, nothing found" });
    await page.context().close();
  }
});

// UX 1
test("pages that say no are sound: not there, not allowed, taken by another", async () => {
  const citizen = await person();
  const { number } = await report(citizen);
  for (const look of LOOKS) {
    const patrol = await person(look);
    await signIn(patrol, "patrol");
    await visit(patrol, "/pimpinan");
    await assertSound(patrol, { least: 24, where: "/pimpinan refused" });
    const first = await person(look);
    await signIn(first, "desk");
    await visit(first, "/perkara/01890000-0000-7000-8000-000000000000");
    await assertSound(first, { least: 24, where: "a case that is not there" });
    await first.context().close();
    await patrol.context().close();
  }
  const [first, second] = [await person({ size: DESKTOP }), await person({ size: DESKTOP })];
  await signIn(first, "desk");
  await signIn(second, "dispatch");
  await openCase(first, number);
  await openCase(second, number);
  await go(first, first.locator('form[action$="/ambil"] button'));
  await go(second, second.locator('form[action$="/ambil"] button'));
  await assertSound(second, { least: 24, where: "a case taken by another" });
});
