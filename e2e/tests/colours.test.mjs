// The visual language, recomputed from the built stylesheet: every pair of tokens keeps its contrast, light and dark.

import assert from "node:assert/strict";
import test from "node:test";

import { demo } from "../helpers.mjs";

/** Pairs as they stand on pages: foreground, background, least ratio (text 4.5, controls and marks 3). */
const PAIRS = [
  ...["ink", "muted", "primary", "link", "visited", "danger", "warn", "ok"].flatMap((token) => [
    [token, "bg", 4.5],
    [token, "surface", 4.5],
  ]),
  ["on-primary", "primary", 4.5],
  ["on-primary", "primary-hover", 4.5],
  ["on-danger", "danger", 4.5],
  ["danger", "danger-tint", 4.5],
  ["warn", "warn-tint", 4.5],
  ["ok", "ok-tint", 4.5],
  ["ink", "danger-tint", 4.5],
  ["line", "bg", 3],
  ["line", "surface", 3],
  ["focus", "bg", 3],
  ["focus", "surface", 3],
  ...["common", "better", "worse", "neutral"].map((mark) => [`spc-${mark}`, "bg", 3]),
];

/** The stylesheet as it is served, and where that of the staff is. */
async function stylesheet() {
  const home = await (await fetch(demo.url)).text();
  const [, href] = home.match(/href="([^"]*\/style\.css)"/);
  return { text: await (await fetch(new URL(href, demo.url))).text(), staff: href.replace("style.css", "staff.css") };
}

/** The custom properties of the first rule whose selector is `selector`. */
function tokens(css, selector) {
  const at = css.indexOf(`${selector} {`);
  assert.ok(at >= 0, `no rule ${selector}`);
  const body = css.slice(css.indexOf("{", at) + 1, css.indexOf("}", at));
  return new Map([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/gi)].map(([, name, value]) => [name, value]));
}

/** WCAG 2.2, relative luminance of an sRGB colour. */
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

for (const [theme, selector] of [
  ["light", ":root"],
  ["dark, as the device asks", ':root:not([data-theme="light"])'],
  ["dark, as the reader chose", ':root[data-theme="dark"]'],
]) {
  // UX 17
  // S33
  test(`every colour of the ${theme} theme can be read`, async () => {
    const colours = tokens((await stylesheet()).text, selector);
    const weak = PAIRS.map(([front, back, least]) => ({ front, back, least, ratio: contrast(colours.get(front), colours.get(back)) }))
      .filter(({ ratio, least }) => ratio < least)
      .map(({ front, back, ratio }) => `${front} on ${back}: ${ratio.toFixed(2)}`);
    assert.deepEqual(weak, []);
  });
}

// UX 17
test("every colour that the stylesheet sets on a ground of its own can be read there, in both themes", async () => {
  const css = await stylesheet();
  const staff = await (await fetch(new URL(css.staff, demo.url))).text();
  // Rules that set both: text on its own ground.
  const pairs = new Set();
  for (const [, rule] of `${css.text}\n${staff}`.matchAll(/\{([^{}]*)\}/g)) {
    const front = rule.match(/(?:^|;|\s)color:\s*var\(--([\w-]+)\)/)?.[1];
    const back = rule.match(/background(?:-color)?:\s*var\(--([\w-]+)\)/)?.[1];
    if (front && back) pairs.add(`${front} ${back}`);
  }
  assert.ok(pairs.size >= 12, [...pairs].join(", "));
  for (const selector of [":root", ':root[data-theme="dark"]']) {
    const colours = tokens(css.text, selector);
    const weak = [...pairs]
      .map((pair) => pair.split(" "))
      // What is transparent in one theme, or takes its parent's colour, has no ground of its own.
      .filter(([front, back]) => colours.has(front) && colours.has(back))
      .map(([front, back]) => ({ pair: `${front} on ${back}`, ratio: contrast(colours.get(front), colours.get(back)) }))
      .filter(({ ratio }) => ratio < 4.5);
    assert.deepEqual(weak, [], selector);
  }
});

test("both dark themes are the same", async () => {
  const css = (await stylesheet()).text;
  assert.deepEqual(tokens(css, ':root:not([data-theme="light"])'), tokens(css, ':root[data-theme="dark"]'));
});
