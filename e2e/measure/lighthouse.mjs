// npm run lighthouse: Lighthouse's four scores of the ten main pages on its mobile profile, medians of three rounds.

import test from "node:test";

import { closeBrowser, demo } from "../helpers.mjs";
import { examine, mainPages } from "../lighthouse.mjs";

test.after(closeBrowser);

const ROUNDS = 3;
const SCORES = ["performance", "accessibility", "best-practices", "seo"];
const TIMES = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time"];

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

test("scores", async () => {
  const pages = await mainPages();
  const rows = [];
  for (const { name, address, cookie } of pages) {
    const rounds = [];
    while (rounds.length < ROUNDS) rounds.push(await examine(new URL(address, demo.url).href, { cookie, onlyCategories: SCORES }));
    const scores = SCORES.map((score) => Math.round(100 * median(rounds.map(({ categories }) => categories[score].score))));
    const times = TIMES.map((time) => Math.round(median(rounds.map(({ audits }) => audits[time].numericValue))));
    const shift = median(rounds.map(({ audits }) => audits["cumulative-layout-shift"].numericValue));
    rows.push(`| \`${name}\` | ${scores.join(" | ")} | ${times.join(" | ")} | ${shift.toFixed(3)} |`);
    const open = SCORES.flatMap((score) => rounds[0].categories[score].auditRefs.filter(({ id, weight }) => weight > 0 && (rounds[0].audits[id].score ?? 1) < 0.9).map(({ id }) => id));
    if (open.length) console.error(`${name}: ${open.join(", ")}`);
  }
  console.log(`| page | ${SCORES.join(" | ")} | first paint, ms | largest paint, ms | blocked, ms | shift |\n|---|---|---|---|---|---|---|---|---|\n${rows.join("\n")}`);
});
