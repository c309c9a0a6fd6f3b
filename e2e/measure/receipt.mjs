// npm test -- measure/receipt.mjs: what verifying a receipt takes in the browser of a slow telephone, and what the page weighs.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, demo, person, visit } from "../helpers.mjs";

test.after(closeBrowser);

const ROUNDS = 21;

/** A receipt of the running unit, with its proof. */
async function receipt() {
  const answer = await fetch(new URL("/api/v1/requests", demo.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ service_code: "lp_b", description: "Sepeda hilang", address: "Growong Lor" }),
  });
  const filed = await answer.json();
  for (let tries = 0; tries < 40; tries += 1) {
    const found = await (await fetch(new URL(`/api/v1/requests/${filed.tracking_code}/receipt?secret=${filed.secret}`, demo.url))).json();
    if (found.proof) return found;
    await new Promise((done) => setTimeout(done, 250));
  }
  return assert.fail("no proof");
}

test("figures", async () => {
  const given = JSON.stringify(await receipt());
  const page = await person();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  network.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await visit(page, "/tanda-terima");
  await page.waitForLoadState("networkidle");
  const cold = bytes;
  await network.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const module = await page.locator('script[type="module"]').getAttribute("src");
  // The whole check with the log's files in hand: everything but the network and the drawing.
  const run = (rounds) =>
    page.evaluate(
      async ({ given, module, rounds }) => {
        const { check, readReceipt } = await import(new URL("verify.mjs", new URL(module, location.href)));
        const kept = new Map();
        const fetched = async (address) => {
          if (!kept.has(address)) {
            const answer = await fetch(address);
            kept.set(address, answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null);
          }
          return kept.get(address);
        };
        const log = new URL("/tlog", location.href).href;
        const times = [];
        let size;
        for (let round = 0; round <= rounds; round += 1) {
          const began = performance.now();
          const found = await check(readReceipt(given), { log, read: fetched, now: Date.now() });
          if (found.state !== "whole") throw new Error(found.state);
          size = found.checkpoint.size;
          // The first round fetches.
          if (round > 0) times.push(performance.now() - began);
        }
        times.sort((a, b) => a - b);
        return { first: times[0], median: times[Math.floor(times.length / 2)], last: times.at(-1), size, tiles: kept.size - 2 };
      },
      { given, module, rounds },
    );
  const { first, median, last, size, tiles } = await run(ROUNDS);
  const before = bytes;
  const began = performance.now();
  await page.fill("#tanda", given);
  await page.locator("[data-form] button").click();
  await page.locator('[data-state="whole"]').waitFor();
  const shown = performance.now() - began;
  await page.waitForLoadState("networkidle");
  console.log(JSON.stringify({ cold_bytes: cold, entries: size, tiles, check_ms: { least: first, median, most: last }, shown_ms: shown, checking_bytes: bytes - before }));
});
