// A commander holds a case: nothing of it is erased until that is lifted, and the history says so.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome } from "../helpers.mjs";
import { choose, go, openCase, report, settleSteps, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** The form of an act, opened. */
async function form(page, id) {
  const box = page.locator(`details#${id}`);
  if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
  return box;
}

const send = (page, box) => go(page, box.locator("button.button").last());
const main = (page) => page.locator("main").innerText();

for (const look of [
  { lang: "id", size: PHONE },
  { lang: "en", size: DESKTOP, js: false, scheme: "dark" },
]) {
  // S40
  test(`a commander holds a case and lifts it, and a held case is not erased (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const { number } = await report(await person());
    const page = await person(look);
    await signIn(page, "commander");
    await openCase(page, number);
    await settleSteps(page);
    const close = await form(page, "tutup");
    await choose(page, "hasil", await close.locator('input[name="hasil"]').first().getAttribute("value"));
    await close.locator("textarea").fill("Sudah selesai.");
    await send(page, close);

    // Erasing cannot be undone: its button warns, and the page it stands on stays open in a second window.
    const erasing = await page.context().newPage();
    Object.assign(erasing, { lang: page.lang, js: page.js, scheme: page.scheme, base: page.base, spoken: true, faults: [] });
    await erasing.goto(page.url());
    const erase = await form(erasing, "hapus-data");
    assert.match(await erase.locator("button.button").last().getAttribute("class"), /button-warning/);

    // A hold needs its ground and what it rests on.
    await send(page, await form(page, "tahan-hapus"));
    assert.ok((await page.locator(".error-summary").innerText()).includes(words(page, "case.hold_ground_choose")));
    await assertSound(page, { least: 24, where: "/perkara/{id} with a hold that is refused" });
    await choose(page, "dasar", "complaint");
    await page.locator("details#tahan-hapus input[name=rujukan]").fill("Dumas 7/2026");
    await send(page, page.locator("details#tahan-hapus"));
    const placed = words(page, "case.act_hold_placed").replace("{ground}", words(page, "case.hold_complaint"));
    assert.ok((await page.locator("#riwayat").innerText()).includes(placed));
    assert.ok((await main(page)).includes("Dumas 7/2026"));
    assert.equal(await page.locator("details#hapus-data, details#tahan-hapus").count(), 0, "neither erased nor held twice");
    await assertSound(page, { least: 24, where: "/perkara/{id} held" });

    // The window that was open before is refused in words, and nothing typed is lost.
    await erase.locator("input[name=dasar]").fill("Surat 12/2026");
    await choose(erasing, "yakin", "ya");
    await send(erasing, erase);
    assert.ok((await main(erasing)).includes(words(page, "case.erase_held")), await main(erasing));
    assert.deepEqual(erasing.faults, []);
    await erasing.close();

    // Lifted, by whoever says what that rests on, it can be erased again.
    const lift = await form(page, "lepas-hapus");
    await lift.locator("input[name=rujukan]").fill("Putusan 7/2026");
    await send(page, lift);
    assert.ok((await page.locator("#riwayat").innerText()).includes(words(page, "case.act_hold_lifted")));
    const again = await form(page, "hapus-data");
    await again.locator("input[name=dasar]").fill("Surat 12/2026");
    await choose(page, "yakin", "ya");
    await send(page, again);
    assert.ok((await page.locator("#riwayat").innerText()).includes(words(page, "case.act_erased_request")));
    assert.equal(await page.locator("details#tahan-hapus").count(), 0, "nothing is left to hold");
  });
}
