// npm run paint: what each main page weighs, and when its first words stand on a slow telephone: 400 kbit/s, 400 ms, a processor
// four times slower than this one. Medians of three rounds.

import test from "node:test";

import { closeBrowser, demo, DESKTOP, person } from "../helpers.mjs";
import { mainPages } from "../lighthouse.mjs";
import { choose } from "../steps.mjs";

test.after(closeBrowser);

const ROUNDS = 3;
const SLOW = { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A new browser with the line and processor of a slow telephone. */
async function telephone({ slow = true, cookie, size } = {}) {
  const page = await person({ size });
  if (cookie) await page.context().addCookies(cookie.split("; ").map((pair) => ({ name: pair.slice(0, pair.indexOf("=")), value: pair.slice(pair.indexOf("=") + 1), url: demo.url })));
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  if (slow) {
    await network.send("Network.emulateNetworkConditions", SLOW);
    await network.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  const seen = { bytes: 0, requests: 0 };
  network.on("Network.loadingFinished", ({ encodedDataLength }) => {
    seen.bytes += encodedDataLength;
    seen.requests += 1;
  });
  return { page, seen };
}

/** First paint, usable (parsed, scripts run), everything loaded, in milliseconds; and what jumped. */
async function times(page) {
  // A paint is told of a little after it happened, later than everything else on a busy machine.
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0, undefined, { polling: 100 });
  return page.evaluate(
    () =>
      new Promise((done) => {
        let shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
        const [paint] = performance.getEntriesByName("first-contentful-paint");
        const [navigation] = performance.getEntriesByType("navigation");
        setTimeout(() => done({ paint: paint.startTime, usable: navigation.domContentLoadedEventEnd, loaded: navigation.loadEventEnd, shift }), 100);
      }),
  );
}

test("weights and paints", async () => {
  const pages = [...(await mainPages()), { name: "/meja", address: "/meja", role: "desk" }, { name: "/pimpinan", address: "/pimpinan", role: "commander" }];
  const rows = [];
  for (const { name, address, cookie, role } of pages) {
    const rounds = [];
    let weight;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { page } = await telephone({ cookie, size: role && DESKTOP });
      if (role) await page.context().addCookies(demo.sessions[role]);
      await page.goto(address, { waitUntil: "load" });
      rounds.push(await times(page));
      await page.context().close();
    }
    {
      const { page, seen } = await telephone({ slow: false, cookie, size: role && DESKTOP });
      if (role) await page.context().addCookies(demo.sessions[role]);
      await page.goto(address);
      if (!role) await page.waitForLoadState("networkidle");
      else await page.waitForTimeout(500);
      const cold = { ...seen };
      await page.goto(address);
      await page.waitForTimeout(300);
      weight = { cold: cold.bytes, requests: cold.requests, warm: seen.bytes - cold.bytes };
      await page.context().close();
    }
    const middle = (key) => median(rounds.map((round) => round[key]));
    rows.push(`| \`${name}\` | ${(weight.cold / 1000).toFixed(1)} | ${weight.requests} | ${(weight.warm / 1000).toFixed(1)} | ${(middle("paint") / 1000).toFixed(2)} | ${(middle("usable") / 1000).toFixed(2)} | ${(middle("loaded") / 1000).toFixed(2)} | ${middle("shift").toFixed(3)} |`);
  }
  // A first answer: the page asked for cold, a radio chosen, the answer sent and the next page there.
  const answered = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { page } = await telephone();
    const began = performance.now();
    await page.goto("/lapor/dicuri/bahaya", { waitUntil: "domcontentloaded" });
    await choose(page, "bahaya", "tidak");
    const chosen = performance.now() - began;
    await Promise.all([page.waitForURL("**/apa", { waitUntil: "commit" }), page.locator("form#form .actions button.button").first().click()]);
    answered.push({ chosen, sent: performance.now() - began });
    await page.context().close();
  }
  console.log(`| page | first view, kB | requests | again, kB | first paint, s | usable, s | loaded, s | shift |\n|---|---|---|---|---|---|---|---|\n${rows.join("\n")}`);
  console.log(`A radio chosen after ${(median(answered.map(({ chosen }) => chosen)) / 1000).toFixed(2)} s, the answer sent and taken after ${(median(answered.map(({ sent }) => sent)) / 1000).toFixed(2)} s.`);
});
