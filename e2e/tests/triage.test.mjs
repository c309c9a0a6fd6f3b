// A report that turns out to be a debt: questions one by one, a decision with a referral, what its reporter reads; and its first hour.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome } from "../helpers.mjs";
import { choose, go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const main = (page) => page.locator("main").innerText();

/** Answers the question that is shown: 1 yes, 2 no, 3 unknown. */
async function answer(page, code, n) {
  await go(page, page.locator(`#${code}-${n}`));
}

for (const look of [
  { lang: "id", size: PHONE, js: false },
  { lang: "en", size: DESKTOP, scheme: "dark" },
]) {
  // S8 S9 S10
  test(`a debt is decided with its reasons and a referral, and its first hour runs (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const { number } = await report(await person());
    const page = await person(look);
    await signIn(page, "desk");
    await openCase(page, number);
    const href = new URL(page.url()).pathname;

    await page.goto(`${page.base}${href}/telaah`);
    await assertSound(page, { least: 24, where: "/perkara/{id}/telaah before an answer" });
    for (const code of ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]) await answer(page, code, 2);
    await answer(page, "q9", 1);
    await answer(page, "q10", 2);
    await answer(page, "q11", 1);
    await assertSound(page, { least: 24, where: "/perkara/{id}/telaah with look-alikes" });
    await answer(page, "q12", 2);
    await answer(page, "q13", 2);
    assert.ok((await main(page)).includes(words(page, "triage.second_needed")));
    await choose(page, "hasil", "o_civil");
    await go(page, page.locator("#putuskan button.button").last());
    assert.ok((await page.locator(".error-summary").innerText()).includes(words(page, "triage.reason_write")));
    await page.locator("#putusan-alasan").fill("Janji gagal, tanpa tipu di awal.");
    await page.locator('input[name="rujukan"][value="legal_aid"]').check({ force: true });
    await go(page, page.locator("#putuskan button.button").last());
    assert.ok((await main(page)).includes(words(page, "triage.look_due")));
    await assertSound(page, { least: 24, where: "/perkara/{id}/telaah decided" });

    // Its first hour: a step with one tap, and a risk that goes up the line.
    await page.goto(`${page.base}${href}/jam-pertama`);
    await go(page, page.locator(".steps-of-hour button.button").first());
    const risk = page.locator("#catat-risiko");
    if ((await risk.getAttribute("open")) === null) await risk.locator("summary").click();
    await choose(page, "tingkat", "high");
    await choose(page, "arah", "rising");
    await page.locator("#terancam").fill("Keluarga pelapor");
    await go(page, risk.locator("button.button").last());
    assert.ok((await main(page)).includes("Keluarga pelapor"));
    await assertSound(page, { least: 48, where: "/perkara/{id}/jam-pertama" });
    await go(page, page.locator("#ambil"));
    assert.equal(await page.locator("#ambil").count(), 0, "somebody has it");
  });
}
