// `/meja/serah-terima`: the shift changes, and every case has somebody.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, openCase, report, signIn, STORY, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

// S32
test("who comes on duty takes the ticked cases of a colleague, once, and the record says so", async () => {
  for (const js of [true, false]) {
    const citizen = await person({ js });
    const kept = [await report(citizen, STORY), await report(await person({ js }), STORY)];

    // The desk serves both; the commander, who may serve too, comes on duty.
    const leaving = await person({ size: DESKTOP, js });
    await signIn(leaving, "desk");
    for (const { number } of kept) {
      await openCase(leaving, number);
      await go(leaving, leaving.locator("form[action$='/ambil'] button.button").first());
    }
    const coming = await person({ size: DESKTOP, js });
    await signIn(coming, "commander");
    await visit(coming, "/meja/serah-terima");
    await assertSound(coming, { least: 24, where: "handing over the shift" });
    const form = coming.locator("main form").filter({ hasText: kept[0].number });
    // All are ticked; only the two of this test are taken.
    for (const box of await form.locator("input[type=checkbox]").all()) {
      const label = await coming.locator(`label[for="${await box.getAttribute("id")}"]`).innerText();
      if (!kept.some(({ number }) => label.includes(number))) await box.uncheck({ force: true });
    }
    const keys = await form.locator("input:checked").evaluateAll((boxes) => boxes.map((box) => box.value));
    assert.equal(keys.length, 2);
    const sent = new URLSearchParams([
      ...(await form.locator("input[type=hidden]").evaluateAll((fields) => fields.map((field) => [field.name, field.value]))),
      ...keys.map((key) => ["kasus", key]),
    ]);
    await go(coming, form.locator("button.button"));
    assert.ok((await coming.locator("main").innerText()).includes(words(coming, "handover.taken", { n: "2" })));
    // A second tap: the cases are with the asker already, and nothing more happens.
    const again = await coming.context().request.post("/meja/serah-terima", {
      data: sent.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(coming.url()).origin },
    });
    assert.match(again.url(), /diterima=2&pindah=0/);
    await openCase(coming, kept[0].number);
    const history = await coming.locator("main").innerText();
    assert.equal(history.split("Serah terima regu").length - 1, 1, "one act, with its reason");
    await sendEveryoneHome();
  }
});

// S32
test("nothing ticked is told, and the page prints with room for what is written by hand", async () => {
  const citizen = await person();
  const { number } = await report(citizen, STORY);
  const leaving = await person({ size: DESKTOP });
  await signIn(leaving, "desk");
  await openCase(leaving, number);
  await go(leaving, leaving.locator("form[action$='/ambil'] button.button").first());

  const coming = await person({ size: DESKTOP });
  await signIn(coming, "commander");
  await visit(coming, "/meja/serah-terima");
  const form = coming.locator("main form").filter({ hasText: number });
  for (const box of await form.locator("input[type=checkbox]").all()) await box.uncheck({ force: true });
  await go(coming, form.locator("button.button"));
  assert.deepEqual(await coming.locator(".error-summary a").allInnerTexts(), [words(coming, "handover.choose")]);
  assert.equal(await coming.locator("main form").filter({ hasText: number }).locator("input:checked").count(), 0);
  await coming.emulateMedia({ media: "print" });
  const paper = await coming.locator("main").innerText();
  for (const key of ["handover.persons", "handover.gives", "handover.takes"]) assert.ok(paper.includes(words(coming, key)), key);
  assert.ok(!(await coming.locator("main form button").first().isVisible()));
});
