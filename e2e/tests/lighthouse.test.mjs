// Lighthouse's audits that do not depend on how fast a machine is: accessibility, weight, what is asked of others, what jumps.
// Its performance score is measured by `npm run lighthouse`.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, demo, sendEveryoneHome } from "../helpers.mjs";
import { examine, mainPages } from "../lighthouse.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** No waiting for quiet: what is held here does not depend on it. */
const AT_ONCE = { pauseAfterFcpMs: 100, pauseAfterLoadMs: 100, networkQuietThresholdMs: 100, cpuQuietThresholdMs: 0, disableFullPageScreenshot: true };

// UX 1, UX 11
// S33
test("Lighthouse finds nothing wrong with the accessibility of the ten main pages, and they are light and still", async () => {
  const pages = await mainPages();
  for (const { name, address, cookie } of pages) {
    const report = await examine(new URL(address, demo.url).href, {
      cookie,
      ...AT_ONCE,
      onlyCategories: ["accessibility"],
      onlyAudits: ["total-byte-weight", "cumulative-layout-shift", "network-requests"],
    });
    assert.equal(new URL(report.finalDisplayedUrl).pathname, new URL(address, demo.url).pathname, `${name} was shown`);
    const failed = report.categories.accessibility.auditRefs
      .filter(({ weight }) => weight > 0)
      .map(({ id }) => report.audits[id])
      .filter(({ score }) => score !== null && score < 1)
      .map(({ id, details }) => `${id}: ${JSON.stringify(details?.items?.map(({ node }) => node?.snippet)).slice(0, 300)}`);
    assert.deepEqual(failed, [], `accessibility of ${name}`);
    assert.equal(report.categories.accessibility.score, 1, name);
    assert.ok(report.audits["total-byte-weight"].numericValue <= 60_000, `${name} weighs ${report.audits["total-byte-weight"].numericValue} bytes`);
    assert.ok(report.audits["cumulative-layout-shift"].numericValue <= 0.1, `${name} shifts by ${report.audits["cumulative-layout-shift"].numericValue}`);
    const others = report.audits["network-requests"].details.items.map(({ url }) => url).filter((url) => !url.startsWith(demo.url) && !url.startsWith("data:"));
    assert.deepEqual(others, [], `${name} asks others`);
  }
});
