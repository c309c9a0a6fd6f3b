// Where one lives: who answers, the map only where asked, and the list that says the same.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import test from "node:test";

import { assertAccessible, assertNoSidewaysScroll, closeBrowser, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { go } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const VILLAGE = "/wilayah/33.18.08.2022";

// S86
test("from a village to its map and on to a neighbour, without JavaScript", async () => {
  const page = await person({ js: false });
  await visit(page, VILLAGE);
  assert.equal(await page.locator("svg.map").count(), 0, "no map unless asked");
  assert.match(await page.locator("main").innerText(), /Polsek Juwana/);
  await go(page, page.locator('a[href*="peta=ya"]'));
  const map = page.locator("svg.map");
  assert.equal(await map.getAttribute("role"), "img");
  assert.match(await map.locator("title").innerText().catch(() => map.locator("title").textContent()), /Growong Lor ditandai segitiga/);
  assert.ok(gzipSync(await map.evaluate((element) => element.outerHTML)).length <= 40_000);
  const areas = await map.locator("path:not(.mark, .bar)").count();
  assert.equal(await page.locator("ol.doors a").count(), areas, "a link for each area");
  assert.match(await page.locator('[aria-current="page"]').innerText(), /Growong Lor/);
  await go(page, page.locator("ol.doors a", { hasText: "Kauman" }));
  assert.match(await page.locator("h1").innerText(), /Kauman/);
});

// S86
test("a map fits 320 px, its words can be read, and nothing of it is cut", async () => {
  for (const scheme of ["light", "dark"]) {
    const page = await person({ size: { width: 320, height: 640 }, scheme });
    for (const address of [`${VILLAGE}?peta=ya`, "/wilayah?peta=ya"]) {
      await visit(page, address);
      await assertNoSidewaysScroll(page, address);
      await assertAccessible(page, address);
      const small = await page.locator("svg.map text").evaluateAll((texts) =>
        texts.filter((text) => Number.parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a < 12).map((text) => text.textContent),
      );
      assert.deepEqual(small, [], address);
      const cut = await page.locator("svg.map").evaluate((map) => {
        const frame = map.getBoundingClientRect();
        const out = (box) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        return [...map.querySelectorAll("path, text, rect")].filter((part) => out(part.getBoundingClientRect())).map((part) => part.outerHTML.slice(0, 80));
      });
      assert.deepEqual(cut, [], address);
    }
  }
});
