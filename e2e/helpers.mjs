// What the browser tests share: pages as people meet them, and checks that hold on every page.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

import { foreign } from "./words.mjs";

const RESULTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "test-results");

if (!process.env.PENGAYOM_E2E) throw new Error("Run these tests with `npm test [-- FILE]`: it starts the sample unit.");

/** The running sample unit: `url`, `store`, `accounts`. */
export const demo = JSON.parse(process.env.PENGAYOM_E2E);

export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 800 };

/** The four ways in which people meet the main job. */
export const WAYS = [
  { name: "on a phone", size: PHONE, js: true },
  { name: "on a phone without JavaScript", size: PHONE, js: false },
  { name: "on a desktop", size: DESKTOP, js: true },
  { name: "on a desktop without JavaScript", size: DESKTOP, js: false },
];

let browser;

/** Chromium of the distribution, started once for each test file. */
export async function launch() {
  browser ??= await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** Everyone a test opened a page for, so that `test.afterEach` can close them. */
const people = new Set();

/**
 * A person with a browser of their own: nothing remembered, nothing shared.
 *
 * `page.faults` gathers what must never happen: a request that leaves this server, a script error, a blocked style.
 */
export async function person({
  size = PHONE,
  js = true,
  scheme = "light",
  lang = "id",
  storageState,
  baseURL = demo.url,
  ...rest
} = {}) {
  const context = await (await launch()).newContext({
    baseURL,
    viewport: size,
    javaScriptEnabled: js,
    colorScheme: scheme,
    locale: lang === "id" ? "id-ID" : "en-GB",
    timezoneId: "Asia/Jakarta",
    storageState,
    ...rest,
  });
  context.setDefaultTimeout(15_000);
  people.add(context);
  context.on("close", () => people.delete(context));
  const page = await context.newPage();
  page.faults = [];
  const { origin } = new URL(baseURL);
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) page.faults.push(`left the own origin: ${url}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) page.faults.push(`${response.status()} from ${new URL(response.url()).pathname}`);
  });
  context.on("weberror", (error) => page.faults.push(`script error: ${error.error()}`));
  context.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) page.faults.push(message.text());
  });
  Object.assign(page, { lang, js, scheme, base: baseURL });
  return page;
}

/** Closes everyone, and says what should not have happened. Call it after each test. */
export async function sendEveryoneHome() {
  const faults = [];
  for (const context of [...people]) {
    for (const page of context.pages()) faults.push(...(page.faults ?? []));
    await context.close();
  }
  assert.deepEqual(faults, []);
}

/** Opens `address` in the person's language and returns the response. */
export async function visit(page, address) {
  const url = new URL(address, page.base);
  if (page.lang !== "id" || !page.spoken) url.searchParams.set("lang", page.lang);
  page.spoken = true;
  return page.goto(url.href);
}

/** Name and password of the account of `role`. */
export function account(role) {
  const found = demo.accounts.find((entry) => entry.role === role);
  assert.ok(found, `no account of role ${role}`);
  return found;
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * axe is a script itself. Of a page without JavaScript it gets the same document at the same address in a page with it,
 * the document's own scripts left out. A player keeps its name and not its recording: one that loads while requests are
 * answered by the test can hold up the page.
 */
async function twin(page) {
  const html = (await page.content()).replace(/<script\b[^>]*><\/script>/g, "").replace(/(<audio\b[^>]*?) src="[^"]*"/g, "$1");
  if (!page.twin) {
    const context = await (await launch()).newContext({ viewport: page.viewportSize(), colorScheme: page.scheme });
    page.twin = await context.newPage();
    page.context().on("close", () => context.close().catch(() => {}));
  }
  const address = page.url();
  await page.twin.route(
    (url) => url.href === address,
    (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }),
    { times: 1 },
  );
  await page.twin.goto(address);
  return page.twin;
}

/** axe finds nothing serious or critical on the page as it stands. */
export async function assertAccessible(page, where = page.url()) {
  const seen = page.js ? page : await twin(page);
  const { violations } = await new AxeBuilder({ page: seen }).withTags(TAGS).setLegacyMode().analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, help, nodes }) => ({ id, impact, help, at: nodes.slice(0, 5).map((node) => node.target.join(" ")) }));
  assert.deepEqual(grave, [], `axe, ${where}`);
}

/** Nothing of the page hides beyond its right edge. */
export async function assertNoSidewaysScroll(page, where = page.url()) {
  const beyond = await page.evaluate(() => {
    const edge = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= edge) return [];
    return [...document.body.querySelectorAll("*")]
      .filter((element) => element.getBoundingClientRect().right > edge + 1 && !element.closest(".table-region"))
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
  });
  assert.deepEqual(beyond, [], `scrolls sideways: ${where}`);
}

/**
 * Everything that can be pressed is at least `least` CSS pixels high and wide, except links inside a sentence
 * (WCAG 2.5.8 leaves those out). A radio counts with its label.
 */
export async function assertTargets(page, least, where = page.url()) {
  const small = await page.evaluate((least) => {
    const found = [];
    for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
      if (element.type === "hidden" || element.closest("[hidden]")) continue;
      let box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (box.width === 0 || style.visibility === "hidden" || element.closest(".visually-hidden")) continue;
      if (element.classList.contains("skip")) continue;
      if (element.matches("input[type=radio], input[type=checkbox]")) {
        box = element.labels[0]?.getBoundingClientRect() ?? box;
      }
      if (element.tagName === "A" && style.display === "inline") {
        const sentence = element.parentElement.textContent.trim();
        if (sentence.length > element.textContent.trim().length) continue;
      }
      if (box.height < least - 0.5 || box.width < Math.min(least, 24) - 0.5) {
        found.push(`${element.tagName.toLowerCase()} “${(element.textContent || element.name).trim().slice(0, 40)}” ${Math.round(box.width)}×${Math.round(box.height)}`);
      }
    }
    return found;
  }, least);
  assert.deepEqual(small, [], `targets under ${least} px: ${where}`);
}

/** One h1, one main, headings without gaps, the skip link first, help and 110 where they always are. */
export async function assertWellBuilt(page, where = page.url()) {
  const built = await page.evaluate(() => {
    const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")]
      .filter((heading) => heading.getClientRects().length)
      .map((heading) => Number(heading.tagName[1]));
    return {
      lang: document.documentElement.lang,
      title: document.title,
      h1: document.querySelectorAll("h1").length,
      main: document.querySelectorAll("main").length,
      gaps: levels.filter((level, index) => index > 0 && level > levels[index - 1] + 1).length,
      first: [...document.querySelectorAll("a[href], button, input:not([type=hidden])")]
        .slice(0, 2)
        .map((control) => control.getAttribute("href"))
        // Pages of a sensitive kind have the way out before it.
        .find((href) => href !== "/keluar"),
      emergency: document.querySelectorAll('.strip a[href^="tel:"]').length,
      footerHelp: document.querySelectorAll('footer a[href^="tel:"]').length,
      inline: document.querySelectorAll("[style], style, script:not([src])").length,
    };
  });
  assert.equal(built.lang, page.lang, `language of ${where}`);
  assert.ok(built.title.length > 3, `title of ${where}`);
  assert.deepEqual(
    { h1: built.h1, main: built.main, gaps: built.gaps, first: built.first, emergency: built.emergency, inline: built.inline },
    { h1: 1, main: 1, gaps: 0, first: "#isi", emergency: 1, inline: 0 },
    `build of ${where}`,
  );
  assert.ok(built.footerHelp >= 1, `help in the footer of ${where}`);
}

/** No words of the other language are left on the page. What people wrote themselves is not ours to translate. */
export async function assertOneLanguage(page, where = page.url()) {
  const text = await page.evaluate(() => {
    const parts = [document.title];
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) parts.push(node.textContent);
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, .told, textarea")) return;
      const lang = node.getAttribute("lang");
      if (lang && lang !== document.documentElement.lang && node !== document.documentElement) return;
      for (const name of ["aria-label", "title", "placeholder", "alt", "data-not-sent", "data-live-stale"]) {
        if (node.hasAttribute(name)) parts.push(node.getAttribute(name));
      }
      node.childNodes.forEach(walk);
    };
    walk(document.documentElement);
    return parts.join("\n").replace(/[^\S\n]+/g, " ");
  });
  const left = foreign(page.lang).filter((fragment) => text.includes(fragment));
  assert.deepEqual(left, [], `words of the other language on ${where}`);
}

/** Every check that holds on every page. `least`: smallest target, 48 for the public and the field, 24 for staff. */
export async function assertSound(page, { least = 48, where = page.url() } = {}) {
  await assertWellBuilt(page, where);
  await assertAccessible(page, where);
  await assertNoSidewaysScroll(page, where);
  await assertTargets(page, least, where);
  await assertOneLanguage(page, where);
}

/** Presses Tab until the focus is on what `selector` matches; fails when it comes round without. */
export async function tabTo(page, selector, most = 80) {
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((wanted) => {
      const element = document.activeElement;
      if (!element || element === document.body) return { found: false };
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element.matches(".choice > input") ? element.nextElementSibling : element);
      const middle = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
      const exit = document.querySelector(".exit");
      return {
        found: element.matches(wanted),
        ring: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
        covered: Boolean(exit && middle && exit.contains(middle) && !exit.contains(element)),
        name: `${element.tagName} ${element.id} ${element.textContent.trim().slice(0, 30)}`,
      };
    }, selector);
    if (at.name) {
      assert.ok(at.ring || /^(MAIN|H1|BODY)/.test(at.name), `no focus ring on ${at.name}`);
      assert.ok(!at.covered, `focus covered on ${at.name}`);
    }
    if (at.found) return;
  }
  assert.fail(`${selector} is not reached by Tab`);
}

/** A picture of the page as it stands, kept beside the results for whoever looks into a failure. */
export async function picture(page, name) {
  await mkdir(RESULTS, { recursive: true });
  await page.screenshot({ path: path.join(RESULTS, `${name.replace(/[^\w-]+/g, "-")}.png`), fullPage: true }).catch(() => {});
}
