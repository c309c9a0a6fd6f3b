// Pages that keep themselves fresh say so when they do not, and a page without script says of when it is.

import assert from "node:assert/strict";
import test from "node:test";

import { assertAccessible, closeBrowser, demo, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, openCase, report, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Every page that carries `ui::live`. */
const LIVE = [
  { role: "desk", name: "/meja", open: (page) => visit(page, "/meja") },
  { role: "commander", name: "/pimpinan", open: (page) => visit(page, "/pimpinan") },
  { role: "desk", name: "/perkara/{id}", open: (page, number) => openCase(page, number) },
];

for (const scheme of ["light", "dark"]) {
  // UX 21
  // S32
  test(`when the events stop for 30 s, every live page says since when, as an alert (${scheme})`, async () => {
    const { number } = await report(await person());
    for (const { role, name, open } of LIVE) {
      const page = await person({ size: DESKTOP, scheme });
      await signIn(page, role);
      await page.clock.install();
      // Nothing is ever heard: an event in between would take the warning back.
      await page.context().route("**/aliran*", (route) => route.abort());
      await open(page, number);
      const stale = page.locator("[data-live-stale]");
      assert.equal(await stale.isVisible(), false, name);
      await page.clock.runFor(25_000);
      assert.equal(await stale.isVisible(), false, `${name} after 25 s`);
      await page.clock.runFor(10_000);
      await stale.filter({ hasText: /\d{2}\.\d{2} WIB/ }).waitFor();
      assert.equal(await stale.getAttribute("role"), "alert", name);
      const [before, after] = words(page, "live.stale").split("{time}");
      const said = await stale.innerText();
      assert.ok(said.startsWith(before) && said.endsWith(after), `${name}: ${said}`);
      // Not by colour alone: words, a thick border and the mark beside the line change too.
      assert.ok(await stale.evaluate((element) => Number.parseFloat(getComputedStyle(element).borderTopWidth) >= 2));
      await assertAccessible(page, `${name}, stale, ${scheme}`);
      await page.context().close();
    }
  });
}

// UX 21
test("without script every live page says of when it is, and its reload brings a later hour", async () => {
  const { number } = await report(await person());
  for (const { role, name, open } of LIVE) {
    const page = await person({ size: DESKTOP, js: false });
    await signIn(page, role);
    await open(page, number);
    const [before] = words(page, "live.as_of").split("{time}");
    const said = await page.locator("[data-live-status]").innerText();
    assert.match(said, new RegExp(`^${before}\\d{2}\\.\\d{2} WIB$`), name);
    // It does not claim to be live.
    const dot = await page.locator(".live").evaluate((line) => getComputedStyle(line, "::before").backgroundColor);
    assert.equal(dot, "rgba(0, 0, 0, 0)", `${name} shows no live mark`);
    await go(page, page.locator(`main a:text-is("${words(page, "common.reload")}")`));
    assert.match(await page.locator("[data-live-status]").innerText(), new RegExp(`^${before}`), name);
    await page.context().close();
  }
});

// UX 21
test("every page that listens for news is one of these", async () => {
  for (const [role, addresses] of [["desk", ["/meja", "/meja/laporan/baru", "/meja/daftar", "/meja/serah-terima", "/pertemuan"]], ["commander", ["/pimpinan", "/pimpinan/tanggap", "/pimpinan/kompetensi", "/pimpinan/pemerataan"]]]) {
    const cookie = demo.sessions[role].map(({ name, value }) => `${name}=${value}`).join("; ");
    for (const address of addresses) {
      const html = await (await fetch(new URL(address, demo.url), { headers: { cookie } })).text();
      const listed = LIVE.some(({ name }) => name === address);
      assert.equal(html.includes("data-live="), listed, address);
    }
  }
});
