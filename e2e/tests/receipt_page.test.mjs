// /tanda-terima as people meet it: every finding in words, in both languages, by keyboard, on paper, and what the page leaves behind.
// The log is one made by hand (log.mjs), served in place of the unit's own, so that it can also lie.

import assert from "node:assert/strict";
import test from "node:test";

import { assertAccessible, assertNoSidewaysScroll, assertSound, assertTargets, closeBrowser, demo, DESKTOP, person, PHONE, sendEveryoneHome, tabTo, visit } from "../helpers.mjs";
import { Log, Signer } from "../log.mjs";
import { words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const MINUTE = 60_000;

/** A log whose acts began an hour ago: none of its promises is young. */
function oldLog(entries = 300, options = {}) {
  return new Log(entries, { began: BigInt(Date.now() - 60 * MINUTE) * 1000n, ...options });
}

/** Serves `log` where the page looks for the unit's own; `log.size` may be set to show less of it. */
async function serve(page, log, address = `${demo.url}/tlog`) {
  await page.context().unroute(`${address}/**`);
  await page.context().route(`${address}/**`, async (route) => {
    const path = route.request().url().slice(address.length + 1);
    const body = log.down ? undefined : log.serve(path, log.size);
    if (log.down) await route.abort();
    else if (body === null) await route.fulfill({ status: 404, body: "", headers: { "access-control-allow-origin": "*" } });
    else await route.fulfill({ status: 200, body, headers: { "access-control-allow-origin": "*", "cache-control": "no-store" } });
  });
}

/** Opens the page as a QR code does. */
async function scan(page, code) {
  await visit(page, `/tanda-terima#${code}`);
}

/** Pastes a receipt and presses the button. */
async function paste(page, given) {
  await page.fill("#tanda", typeof given === "string" ? given : JSON.stringify(given));
  await page.locator("[data-form] button").click();
}

/** Waits until the page says `state` and only that, with its heading under the focus; returns what it says. */
async function finding(page, state) {
  await page.locator(`[data-state="${state}"]`).waitFor();
  assert.equal(await page.locator("[data-state]:visible").count(), 1);
  return page.locator(`[data-state="${state}"]`).innerText();
}

/** The reason that stands below the finding, by its code. */
function reason(page) {
  return page.locator("[data-reason]:visible").evaluateAll((all) => all.map((one) => one.dataset.reason).join());
}

for (const look of [
  { lang: "id", size: PHONE, scheme: "light" },
  { lang: "en", size: PHONE, scheme: "dark" },
  { lang: "en", size: DESKTOP, scheme: "light" },
  { lang: "id", size: DESKTOP, scheme: "dark" },
]) {
  // S22
  test(`every finding is sound and in words (${look.lang}, ${look.scheme}, ${look.size.width} px)`, async () => {
    const page = await person(look);
    const log = oldLog();
    await serve(page, log);
    await visit(page, "/tanda-terima");
    await assertSound(page, { where: "/tanda-terima" });
    const json = log.json(40, { size: 300 });
    const young = new Log(1, { signer: log.signer, began: BigInt(Date.now()) * 1000n });
    const forger = oldLog(20, { signer: new Signer(log.origin) });
    const late = new Log(301, { signer: log.signer, began: BigInt(Date.now() + 60 * MINUTE) * 1000n });
    const cases = [
      ["whole", json, () => {}],
      ["altered", { ...json, number: "UJI-2511-0002" }, () => {}],
      ["foreign", forger.json(3), () => {}],
      ["future", late.json(300), () => {}],
      ["log", json, () => { log.size = 200; }],
      ["unreachable", json, () => { log.down = true; }],
    ];
    for (const [state, given, prepare] of cases) {
      prepare();
      await paste(page, given);
      const said = await finding(page, state);
      assert.ok(!said.includes("{"), said);
      await page.waitForFunction((state) => document.activeElement?.closest(`[data-state="${state}"]`), state);
      assert.equal(await page.locator(`[data-state="${state}"] h2`).innerText(), words(page, `verify.${state}_title`, { unit: "Polres Pati" }), state);
      if (await page.locator("[data-details]").isVisible()) await page.locator("[data-details]").evaluate((details) => { details.open = true; });
      await assertSound(page, { where: `/tanda-terima, ${state}` });
    }
    const empty = new Log(0, { signer: log.signer });
    await serve(page, Object.assign(empty, { size: 0 }));
    await page.locator("[data-forget]").click();
    await paste(page, young.json(0));
    await finding(page, "pending");
    await assertSound(page, { where: "/tanda-terima, pending" });
    await paste(page, "halo");
    await page.locator("[data-unreadable]").waitFor();
    assert.equal(await page.locator("[data-result]").isVisible(), false);
    assert.equal(await page.evaluate(() => document.activeElement.id), "tanda");
    assert.equal(await page.getAttribute("#tanda", "aria-invalid"), "true");
    await assertSound(page, { where: "/tanda-terima, unreadable" });
  });
}

// S22
test("a scanned code says number and time as the unit writes them, and leaves neither in the history nor in the server's log", async () => {
  const page = await person();
  const log = new Log(5, { began: 1_764_030_930_123_456n });
  await serve(page, log);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await scan(page, log.code(2));
  const said = await finding(page, "whole");
  // 2025-11-25T00:35:32Z on the clock of Pati.
  assert.equal(said.includes(words(page, "verify.whole", { number: "UJI-2511-0003", time: "25 November 2025, pukul 07.35 WIB" })), true, said);
  assert.equal(new URL(page.url()).hash, "");
  assert.ok(asked.filter((url) => !url.includes("#")).every((url) => !url.includes("UJI")), asked.join("\n"));
  assert.ok(asked.some((url) => url.endsWith("/tlog/checkpoint")));
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.ok(stored.includes(log.origin) && !stored.includes("UJI-2511"), stored);
  // The switch of the language takes the receipt along.
  await page.locator("a.lang").click();
  page.lang = "en";
  const english = await finding(page, "whole");
  assert.ok(english.includes("UJI-2511-0003"), english);
});

// S22
test("a log that is rolled back between two visits is found, and what was seen before is kept as proof", async () => {
  const page = await person();
  const log = oldLog();
  await serve(page, log);
  await scan(page, log.code(40));
  await finding(page, "whole");
  log.size = 200;
  await scan(page, log.code(40));
  await page.reload();
  await paste(page, log.json(40));
  await finding(page, "log");
  assert.equal(await reason(page), "rolled_back");
  for (const [name, size] of [["checkpoint", 200], ["seen", 300]]) {
    assert.equal(await page.locator(`[data-fact="${name}"]`).textContent(), log.checkpoint(size), name);
  }
  // The shorter log is not believed the next time either.
  await page.reload();
  await paste(page, log.json(40));
  await finding(page, "log");
  // Forgotten on request.
  await page.locator("[data-forget]").click();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.reload();
  await paste(page, log.json(40));
  await finding(page, "whole");
});

test("a receipt that the log has not yet is checked again by itself until it is there", async () => {
  const page = await person();
  const log = new Log(11, { began: BigInt(Date.now() - 12_000) * 1000n });
  log.size = 10;
  await serve(page, log);
  await scan(page, log.code(10));
  await finding(page, "pending");
  log.size = 11;
  await finding(page, "whole");
});

// S22
test("a receipt that names another unit's log is checked there only when asked, and the page says whose log it was", async () => {
  const page = await person();
  const own = oldLog(20);
  const other = oldLog(30, { signer: new Signer() });
  await serve(page, own);
  await serve(page, other, "https://uji.example/tlog");
  await visit(page, "/tanda-terima");
  await paste(page, other.json(3));
  await finding(page, "foreign");
  assert.deepEqual(page.faults, []);
  await page.locator("[data-elsewhere-check]").click();
  await finding(page, "whole");
  const said = await page.locator("[data-elsewhere-found]").innerText();
  assert.ok(said.includes(words(page, "verify.elsewhere_found", { host: "uji.example" })), said);
  assert.match(await page.locator('[data-fact="key"]').textContent(), /^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  assert.ok(page.faults.length > 0 && page.faults.every((fault) => fault.startsWith("left the own origin: https://uji.example/tlog/")), page.faults.join("\n"));
  page.faults.length = 0;
  // An address that is no place on the web is not offered.
  await paste(page, { ...other.json(3), log: "javascript:alert(1)" });
  await finding(page, "foreign");
  assert.equal(await page.locator("[data-elsewhere]").isVisible(), false);
});

test("a file is taken as it was kept, and everything can be done by keyboard", async () => {
  const page = await person();
  const log = oldLog();
  await serve(page, log);
  await visit(page, "/tanda-terima");
  const text = `Tanda terima\n\n--- pengayom-receipt/v1 ---\n${JSON.stringify(log.json(7, { size: 300 }), null, 2)}\n`;
  await page.setInputFiles("#berkas", { name: "tanda.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await finding(page, "whole");
  await page.reload();
  await tabTo(page, "#tanda");
  await page.keyboard.insertText(JSON.stringify(log.json(8)));
  await tabTo(page, "[data-form] button");
  await page.keyboard.press("Enter");
  await finding(page, "whole");
  await tabTo(page, "[data-again]");
  await page.keyboard.press("Enter");
  await finding(page, "whole");
});

test("on paper a finding keeps its proof and loses its buttons", async () => {
  const page = await person({ scheme: "dark" });
  const log = oldLog();
  log.size = 200;
  await serve(page, log);
  await visit(page, "/tanda-terima");
  await paste(page, log.json(40, { size: 300 }));
  await finding(page, "log");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("button:visible, textarea:visible, input:visible, nav:visible").count(), 0);
  assert.ok(await page.locator('[data-fact="checkpoint"]').isVisible());
  assert.ok(await page.locator('[data-state="log"]').isVisible());
  await page.emulateMedia({ media: "screen" });
});

test("for a sensitive kind nothing is kept in the browser and the way out stands on the page", async () => {
  const page = await person();
  const log = oldLog();
  await serve(page, log);
  const answer = await visit(page, `/tanda-terima?jejak=tidak#${log.code(4)}`);
  assert.match(answer.headers()["cache-control"], /no-store/);
  await finding(page, "whole");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(await page.locator(".exit a[data-exit]").count(), 1);
  await assertSound(page);
});

test("without JavaScript the page says what to do instead", async () => {
  for (const lang of ["id", "en"]) {
    const page = await person({ js: false, lang });
    await visit(page, "/tanda-terima");
    assert.ok((await page.locator("main").innerText()).includes(words(page, "verify.no_script")));
    await assertAccessible(page);
    await assertNoSidewaysScroll(page);
    await assertTargets(page, 48);
    await page.context().close();
  }
});
