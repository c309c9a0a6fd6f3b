// How a person is and what they lost; an offer of support before the case ends; a second look, asked for on `/lacak` and
// answered by somebody else. With JavaScript on a telephone, and without.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { act, choose, go, openCase, receipt, signIn, tell, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const look of [
  { lang: "id", size: PHONE, js: true },
  { lang: "en", size: PHONE, js: false, scheme: "dark" },
]) {
  // S3, S40
  test(`who needs company is offered it, and a second look is answered by somebody else (${look.js ? "with" : "without"} JavaScript)`, async () => {
    const reporter = await person(look);
    await tell(reporter);
    await visit(reporter, "/lapor/dicuri/cerita?dari=periksa");
    await choose(reporter, "keadaan", "needs_support");
    await reporter.fill("#kerugian", "lots");
    await go(reporter);
    await assertSound(reporter, { where: "a loss that does not read" });
    assert.ok((await reporter.locator("main").innerText()).includes(words(reporter, "harm.loss_unreadable")));
    assert.equal(await reporter.inputValue("#kerugian"), "lots");
    assert.ok(await reporter.locator('input[value="needs_support"]').isChecked(), "what was chosen stays");
    await reporter.fill("#kerugian", "1250000");
    await go(reporter);
    const check = await reporter.locator("main").innerText();
    assert.ok(check.includes(words(reporter, "harm.needs_support")) && /1[.,]250[.,]000/.test(check), check);
    await go(reporter, reporter.locator("#kirim"));
    const sent = await receipt(reporter);

    const desk = await person({ size: DESKTOP, js: look.js });
    await signIn(desk, "desk");
    await openCase(desk, sent.number);
    await assertSound(desk, { least: 24, where: "/perkara of one who needs company" });
    const owed = words(desk, "case.support_due");
    assert.ok((await desk.locator("main").innerText()).includes(owed));
    await act(desk, "dukungan", async (box) => {
      await box.locator("textarea").fill("Ditemani Polwan");
      await choose(desk, "tanggapan", "taken");
    });
    assert.ok(!(await desk.locator("main").innerText()).includes(owed));
    await act(desk, "telaah", async () => {});

    await track(reporter, sent);
    const form = reporter.locator('form[action$="/minta"]').filter({ has: reporter.locator('button[value="second_look"]') });
    await form.locator("textarea").fill("Telepon itu dirampas, bukan dicuri");
    await assertSound(reporter, { where: "/lacak with a second look to ask for" });
    await go(reporter, form.locator("button"));
    assert.ok((await reporter.locator("main").innerText()).includes(words(reporter, "track.asked")));

    const chief = await person({ size: DESKTOP, js: look.js });
    await signIn(chief, "commander");
    await visit(chief, "/pimpinan");
    assert.ok((await chief.locator("#putusan").innerText()).includes(sent.number));
    await openCase(chief, sent.number);
    await assertSound(chief, { least: 24, where: "/perkara with a second look to answer" });
    await act(chief, "penilaian-kedua", async (box) => {
      await box.locator("textarea").fill("Sudah diperiksa lagi: perampasan");
    });
    await track(reporter, sent);
    assert.ok((await reporter.locator("main").innerText()).includes("Sudah diperiksa lagi: perampasan"));
  });
}
