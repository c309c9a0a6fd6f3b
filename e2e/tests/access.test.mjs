// Sensitive cases in the browser: shut, opened in an emergency, reviewed by somebody else; and an officer whom a report is about.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, demo, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { answer, go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const STORY = "Cerita yang tidak untuk semua mata.";

/** A report of the first kind that the pack marks sensitive; its number. */
async function sensitiveReport() {
  const citizen = await person({ js: false });
  await visit(citizen, "/lapor/bantuan-1/bahaya");
  const story = { danger: "tidak", what: null, place: "Growong Lor", when: "hari-ini", words: STORY, phone: "" };
  for (let step = 0; step < 8 && !citizen.url().includes("/lapor/periksa"); step += 1) {
    if (citizen.url().endsWith("/apa")) {
      story.what = await citizen.locator('input[name="apa"]').first().getAttribute("value");
    }
    await answer(citizen, story);
    await go(citizen);
  }
  await go(citizen, citizen.locator("#kirim"));
  return (await citizen.locator(".receipt .code").first().innerText()).trim();
}

for (const way of [{ name: "with script", js: true }, { name: "without script", js: false }]) {
  // S45
  test(`a sensitive case is shut, opened in an emergency, and reviewed by the chief, ${way.name}`, async () => {
    const number = await sensitiveReport();
    const desk = await person({ size: DESKTOP, js: way.js });
    await signIn(desk, "desk");
    await visit(desk, "/meja");
    const link = desk.locator(".queue li", { hasText: number }).locator("a").first();
    const address = new URL(await link.getAttribute("href"), demo.url).pathname;
    await visit(desk, address);
    await assertSound(desk, { least: 24, where: "a sensitive case that nobody has" });
    await go(desk, desk.locator('form[action$="/ambil"] button'));
    assert.ok((await desk.locator("main").innerText()).includes(STORY), "who took it reads it");

    const officer = await person({ js: way.js });
    await signIn(officer, "investigator");
    await visit(officer, address);
    const shut = await officer.locator("main").innerText();
    assert.ok(!shut.includes(STORY) && shut.includes(words(officer, "access.not_named")), shut);
    await assertSound(officer, { least: 24, where: "a sensitive case that is shut" });
    await go(officer, officer.locator('form[action$="/buka-darurat"] button'));
    assert.match(await officer.locator(".error-summary").innerText(), new RegExp(words(officer, "access.reason_write")));
    await officer.fill("#darurat-alasan", "Korban menelepon, pelaku kembali.");
    await go(officer, officer.locator('form[action$="/buka-darurat"] button'));
    assert.ok((await officer.locator("main").innerText()).includes(STORY), "it is open now");
    assert.equal(await officer.locator("details#tutup").count(), 0, "nothing that lasts is offered");

    const chief = await person({ size: DESKTOP, js: way.js });
    await signIn(chief, "commander");
    await visit(chief, "/pimpinan");
    assert.ok(await chief.locator('#putusan a[href="/tinjauan-akses"]').count(), "the chief is told");
    await visit(chief, "/tinjauan-akses");
    await assertSound(chief, { least: 24, where: "/tinjauan-akses" });
    const row = chief.locator("#tunggu li", { hasText: number }).first();
    assert.match(await row.innerText(), /Korban menelepon, pelaku kembali/);
    await row.locator("summary").click();
    await row.locator('input[value="ya"]').check();
    await row.locator("textarea").fill("Patroli dikirim dalam sepuluh menit.");
    await go(chief, row.locator("form button"));
    assert.ok((await chief.locator("main").innerText()).includes(words(chief, "access.review_saved")));
    assert.equal(await chief.locator("#tunggu li", { hasText: number }).count(), 0);
    assert.match(await chief.locator("main").innerText(), /Patroli dikirim dalam sepuluh menit/);
  });
}

// S45
test("whoever a report is about loses it, and no page of theirs shows it", async () => {
  const citizen = await person({ js: false });
  const { number } = await report(citizen);
  const accused = await person({ size: DESKTOP });
  await signIn(accused, "investigator");
  await openCase(accused, number);
  const address = new URL(accused.url()).pathname;
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await visit(desk, address);
  await desk.locator("details#terkait > summary").click();
  await go(desk, desk.locator("details#terkait form button"));
  assert.match(await desk.locator(".error-summary").innerText(), new RegExp(words(desk, "access.officer_choose")));
  const name = (await accused.locator(".staff-bar .who span").first().textContent()).split(",")[0].trim();
  const option = desk.locator("#terkait-petugas option", { hasText: name }).first();
  await desk.selectOption("#terkait-petugas", await option.getAttribute("value"));
  await desk.fill("#terkait-alasan", "Pelapor menyebut namanya.");
  await go(desk, desk.locator("details#terkait form button"));
  assert.ok((await desk.locator("main").innerText()).includes(words(desk, "access.about")));
  await assertSound(desk, { least: 24, where: "a case about an officer" });
  await visit(accused, address);
  assert.ok(!(await accused.locator("body").innerText()).includes(number));
  await visit(accused, "/meja/daftar");
  assert.ok(!(await accused.locator("main").innerText()).includes(number));
});
