// The plan of proof and things in custody: complete says what is missing, and a thing passes by two sign-ins.

import assert from "node:assert/strict";
import test from "node:test";

import { assertNoSidewaysScroll, assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { act, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const main = (page) => page.locator("main").innerText();

for (const look of [
  { lang: "id", size: PHONE },
  { lang: "en", size: DESKTOP, js: false, scheme: "dark" },
]) {
  // S12 S13
  test(`a plan says what is missing and a thing passes by two sign-ins (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const { number } = await report(await person());
    const page = await person(look);
    await signIn(page, "investigator");
    await openCase(page, number);
    const address = new URL(page.url()).pathname;
    await visit(page, `${address}/pembuktian`);
    await assertSound(page, { least: 24, where: "an empty plan" });
    await act(page, "tindak-pidana", async (box) => {
      await box.locator("select").selectOption("pencurian");
    });
    await act(page, "lengkap", async () => {});
    assert.ok((await main(page)).includes(words(page, "proof.gap_other_side")), await main(page));
    assert.ok((await main(page)).includes(words(page, "proof.day_unknown")));
    await assertNoSidewaysScroll(page);
    await assertSound(page, { least: 24, where: "a plan with gaps" });

    // Without a choice the form says so at its field.
    const box = page.locator("details#sebaliknya");
    await box.locator("summary").click();
    await box.locator("button.button").click();
    await page.waitForURL(/sebaliknya/);
    assert.ok((await page.locator(".error-summary").innerText()).includes(words(page, "proof.choose_one")));
    await assertSound(page, { least: 24, where: "a plan with a refused form" });

    await visit(page, `${address}/barang-bukti`);
    await act(page, "simpan", async (form) => {
      await form.locator("textarea").fill("Telepon dalam plastik");
      await form.locator("[name=jumlah]").fill("1");
      await form.locator("[name=segel]").fill("SGL-7");
      await form.locator("[name=tempat]").fill("Lemari A");
    });
    await assertSound(page, { least: 24, where: "exhibits of a case" });
    await visit(page, `${address}/barang-bukti/1`);
    await act(page, "tawarkan", async (form) => {
      const to = form.locator("select");
      const other = (await to.locator("option").allTextContents()).find((name) => name.includes("Sari"));
      await to.selectOption({ label: other ?? (await to.locator("option").nth(1).innerText()) });
    });
    await assertSound(page, { least: 24, where: "an exhibit that is offered" });
    assert.equal(await page.locator("details#terima").count(), 0, "whoever offers it does not accept it");
  });
}
