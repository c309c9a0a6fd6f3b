// What a page costs on a slow telephone: bytes cold and warm, time to the first words, nothing that jumps.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, person, sendEveryoneHome, visit } from "../helpers.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const PUBLIC = ["/", "/lapor", "/lapor/kertas", "/lapor/kertas/cetak", "/lacak", "/nilai", "/tanda-terima", "/surat", "/aman", "/aman/bantuan"];

/** Bytes on the wire, headers included, of everything `act` loads. */
async function weigh(page, act) {
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let bytes = 0;
  const requests = [];
  network.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  network.on("Network.requestWillBeSent", ({ request }) => requests.push(new URL(request.url).pathname));
  await act();
  await page.waitForLoadState("networkidle");
  await network.detach();
  return { bytes, requests };
}

/** 400 kbit/s, 400 ms, a processor four times slower: a cheap telephone on a prepaid line. */
async function slowPhone() {
  const page = await person();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: 400_000 / 8,
    uploadThroughput: 400_000 / 8,
  });
  await network.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  return page;
}

for (const address of PUBLIC) {
  // S32
  // UX 11
  test(`${address} costs at most 60 kB the first time and 15 kB the next`, async () => {
    const page = await person();
    const cold = await weigh(page, () => visit(page, address));
    assert.ok(cold.bytes <= 60_000, `cold: ${cold.bytes} bytes for ${cold.requests.join(" ")}`);
    const warm = await weigh(page, () => page.goto(address === "/" ? "/lapor" : address));
    assert.ok(warm.bytes <= 15_000, `warm: ${warm.bytes} bytes for ${warm.requests.join(" ")}`);
  });
}

// S32
// UX 11
test("on a slow telephone the first words stand within 3 seconds and nothing jumps", async () => {
  const page = await slowPhone();
  await visit(page, "/");
  await page.waitForLoadState("networkidle");
  const seen = await page.evaluate(
    () =>
      new Promise((done) => {
        let shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        setTimeout(() => done({ paint: paint?.startTime, shift }), 100);
      }),
  );
  assert.ok(seen.paint <= 3000, `first words after ${Math.round(seen.paint)} ms`);
  assert.ok(seen.shift <= 0.1, `layout shift ${seen.shift}`);
});
