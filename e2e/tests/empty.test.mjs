// A unit on its first day: nothing was reported, nothing measured, nobody met. Every page says so in words, and draws no zero
// where nothing was measured.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { PUBLIC, STAFF } from "../pages.mjs";
import { words } from "../steps.mjs";
import { endAll, unit } from "../unit.mjs";

test.afterEach(sendEveryoneHome);
test.after(endAll);
test.after(closeBrowser);

/** What a page says when it has nothing to show, by key of its words. */
const EMPTY = {
  "/meja": ["desk.online_none"],
  "/meja/serah-terima": ["handover.held_none"],
  "/pertemuan": ["encounter.empty"],
  "/pimpinan": ["chief.decisions_none"],
};

// S32
// UX 24
test("every page of a unit without a single report is whole, in both languages", async () => {
  const { serve, staff } = await unit();
  const { url: baseURL } = await serve();
  const sessions = new Map();
  for (const { role } of STAFF) sessions.set(role, await staff(baseURL, role));
  for (const lang of ["id", "en"]) {
    const citizen = await person({ lang, baseURL });
    for (const address of PUBLIC) {
      const answer = await visit(citizen, address);
      assert.ok(answer.status() < 500, address);
      await assertSound(citizen, { where: `${address}, nothing there` });
    }
    for (const { role, pages, least } of STAFF) {
      const page = await person({ lang, baseURL, size: DESKTOP });
      await page.context().addCookies(sessions.get(role));
      for (const address of pages) {
        const answer = await visit(page, address);
        assert.equal(answer.status(), 200, `${role} ${address}`);
        await assertSound(page, { least, where: `${address}, nothing there` });
        const said = await page.locator("main").innerText();
        for (const key of EMPTY[address] ?? []) assert.ok(said.includes(words(page, key)), `${address} says: ${words(page, key)}`);
        assert.doesNotMatch(said, /\b0\s?%|NaN|Infinity|undefined/, address);
        for (const chart of await page.locator("svg.chart").all()) {
          assert.equal(await chart.locator(".point, .interval").count(), 0, `a mark for nothing on ${address}`);
        }
      }
      await page.context().close();
    }
    await visit(citizen, "/kinerja");
    assert.doesNotMatch(await citizen.locator("main").innerText(), /\b0\s?%|NaN/);
  }
});
