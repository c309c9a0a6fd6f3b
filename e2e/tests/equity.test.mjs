// Equal attention: what need is, is chosen and said; page and files agree.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, demo, DESKTOP, person, sendEveryoneHome, tabTo, visit } from "../helpers.mjs";
import { go, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

// S46, S47
// UX 15
test("the chief chooses what need is by keyboard, reads what it cannot say, and the file agrees with the table", async () => {
  const chief = await person({ size: DESKTOP });
  await signIn(chief, "commander");
  await visit(chief, "/pimpinan/pemerataan");
  for (const [need, help] of [["reports", "equity.reports_help"], ["equal", "equity.equal_help"]]) {
    await tabTo(chief, 'input[name="kebutuhan"]:checked');
    // People are not known for all areas of the demonstration, so that reports were taken; the next one is "equal".
    if (need === "equal") await chief.keyboard.press("ArrowDown");
    await go(chief, chief.locator('main form[action="/pimpinan/pemerataan"] button'));
    assert.ok((await chief.locator("main").innerText()).includes(words(chief, help)), need);
    assert.ok(await chief.isChecked(`input[name="kebutuhan"][value="${need}"]`));
    await assertSound(chief, { least: 24, where: `/pimpinan/pemerataan, ${need}` });
  }
  const cookie = demo.sessions.commander.map(({ name, value }) => `${name}=${value}`).join("; ");
  const address = await chief.locator('a[href^="/pimpinan/pemerataan.json"]').getAttribute("href");
  const json = await (await fetch(new URL(address, demo.url), { headers: { cookie } })).json();
  assert.equal(json.need.used, "equal");
  await chief.locator("#rinci-wilayah summary").click();
  assert.equal(await chief.locator("#rinci-wilayah tbody tr").count(), json.areas.length);
  for (const chart of await chief.locator("main svg.chart, main svg.areas").all()) {
    assert.ok((await chart.getAttribute("role")) === "img" || (await chart.getAttribute("aria-hidden")) === "true");
  }
});
