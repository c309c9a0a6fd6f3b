// `/kinerja`: the same figures on the page, as CSV and as JSON.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, demo, person, sendEveryoneHome, visit } from "../helpers.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

// S16
// UX 15
test("promises kept are the same figures for a reader, a spreadsheet and a program", async () => {
  const page = await person();
  await visit(page, "/kinerja");
  const table = page.locator(".weeks table").first();
  const filed = (await table.locator("tbody tr").nth(0).locator("td").allInnerTexts()).map((text) => text.trim());
  const inTime = (await table.locator("tbody tr").nth(1).locator("td").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());

  const { weeks, small_cell } = await (await fetch(`${demo.url}/kinerja.json`)).json();
  assert.equal(weeks.length, 6);
  assert.equal(filed.length, 6);
  const csv = (await (await fetch(`${demo.url}/kinerja.csv`)).text()).split("\r\n").map((line) => line.split(","));
  let shown = 0;
  weeks.forEach((week, at) => {
    assert.equal(week.filed === null ? "terlalu sedikit" : String(week.filed), filed[at].replaceAll(".", ""));
    const line = csv.find(([from, , figure]) => from === week.from && figure === "in_time");
    if (week.in_time === null) {
      assert.equal(line[3], "");
      assert.equal(inTime[at], "terlalu sedikit");
      return;
    }
    shown += 1;
    assert.ok(week.in_time.n >= small_cell);
    assert.equal(Number(line[3]), Number(week.in_time.share.toFixed(4)));
    assert.ok(inTime[at].startsWith(`${Math.round(week.in_time.share * 100)}%`), inTime[at]);
    assert.ok(inTime[at].includes(`n ${week.in_time.n}`), inTime[at]);
  });
  assert.ok(shown >= 3, "the sample unit has weeks to show");
});
