// What a unit holds about a person, as they read it: in both languages, on a telephone and a desktop, without JavaScript, and on paper.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, report, STORY, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const look of [
  { lang: "id", size: PHONE, js: false },
  { lang: "en", size: DESKTOP, scheme: "dark" },
]) {
  // S18
  test(`who reported reads what is held about them, and prints it (${look.lang}, ${look.size.width} px${look.js === false ? ", without JavaScript" : ""})`, async () => {
    const page = await person(look);
    const sent = await report(page);
    await track(page, sent);
    const main = () => page.locator("main").innerText();
    assert.ok((await main()).includes(words(page, "track.data_help")));
    await go(page, page.locator('button[formaction$="/data/baca"]'));
    await assertSound(page, { where: "/lacak/{nomor}/data/baca" });
    assert.ok(!page.url().includes(sent.code.replaceAll(" ", "")));
    const said = await main();
    for (const key of ["who", "told", "answered", "happened", "files", "kept", "event_filed"]) {
      assert.ok(said.includes(words(page, `own.${key}`)), key);
    }
    for (const held of [STORY.phone, STORY.words, sent.number]) assert.ok(said.includes(held), held);
    assert.ok(!said.includes(sent.code) && !said.includes("own."), said);
    // The other language, by the switch of a page that was sent by a form.
    await go(page, page.locator("button.lang, a.lang").first());
    const other = { lang: look.lang === "id" ? "en" : "id" };
    assert.ok((await main()).includes(words(other, "own.happened")), await main());
    await page.emulateMedia({ media: "print" });
    const pressed = await page.evaluate(() => [...document.querySelectorAll("main button, main .back")].filter((one) => one.getClientRects().length).length);
    assert.equal(pressed, 0, "nothing to press on paper");
    await page.emulateMedia({ media: "screen" });
    // The address alone opens nothing, for nobody.
    const stranger = await person();
    const answer = await visit(stranger, `/lacak/${sent.number}/data/baca`);
    assert.equal(answer.status(), 405);
  });
}

// S18
test("the key of the log prints for the notice board", async () => {
  const page = await person();
  await visit(page, "/tanda-terima/kunci");
  await page.emulateMedia({ media: "print" });
  const seen = await page.locator("main").innerText();
  assert.match(seen, /[0-9a-f]{4}( [0-9a-f]{4}){7}/);
  assert.match(seen, /pengayom\/polres-pati\/[0-9a-f]{8}\+[0-9a-f]{8}\+/);
  assert.ok((await page.locator(".qr svg").boundingBox()).width >= (25 / 25.4) * 96);
});
