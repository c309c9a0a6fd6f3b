// What the browser tests share: pages as people meet them, and checks that hold on every page.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

import { foreign, miswritten, t } from "./words.mjs";

const RESULTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "test-results");

if (!process.env.PENGAYOM_E2E) throw new Error("Run these tests with `npm test [-- FILE]`: it starts the sample unit.");

/** The running sample unit: `url`, `pid`, `store`, `accounts`. */
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
  const address = page.url();
  for (let tries = 3; ; tries -= 1) {
    if (!page.twin) {
      const context = await (await launch()).newContext({ viewport: page.viewportSize(), colorScheme: page.scheme });
      page.twin = await context.newPage();
      page.context().on("close", () => context.close().catch(() => {}));
    }
    await page.twin.route(
      (url) => url.href === address,
      (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: html }),
      { times: 1 },
    );
    try {
      // Not until everything is loaded: what is fetched beside an answer of the test's own may be waited for in vain, and so may
      // a stylesheet now and then. Another copy has it.
      await page.twin.goto(address, { waitUntil: "domcontentloaded" });
      const dressed = () => [...document.querySelectorAll("link[rel=stylesheet]")].every((link) => link.sheet || !matchMedia(link.media || "all").matches);
      await page.twin.waitForFunction(dressed, null, { timeout: tries > 1 ? 8_000 : 30_000 });
      return page.twin;
    } catch (error) {
      if (tries === 1) throw error;
      await page.twin.context().close();
      page.twin = undefined;
    }
  }
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
      landmarks: [...document.querySelectorAll("nav, [role=region], section[aria-label], section[aria-labelledby], [role=search]")].map(
        (area) => `${area.getAttribute("role") ?? area.tagName.toLowerCase()} ${area.getAttribute("aria-label") ?? document.getElementById(area.getAttribute("aria-labelledby"))?.textContent ?? ""}`,
      ),
      frames: [document.querySelectorAll("body > header").length, document.querySelectorAll("body > footer").length],
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
  assert.deepEqual(built.frames, [1, 1], `header and footer of ${where}`);
  const nameless = built.landmarks.filter((area) => /^(nav|region|section) $/.test(area));
  const doubled = built.landmarks.filter((area, at) => built.landmarks.indexOf(area) !== at);
  assert.deepEqual([...nameless, ...doubled], [], `landmarks of ${where} have a name of their own`);
}

/**
 * What the page says of its own: title, text, names and descriptions, and what its scripts may show. What people wrote themselves, and
 * what stands in another language for a reason, is left out.
 */
async function ownWords(page) {
  const text = await page.evaluate(() => {
    const parts = [document.title];
    const walk = (node) => {
      if (node.nodeType === Node.TEXT_NODE) parts.push(node.textContent);
      if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, .told, textarea, code, .verbatim")) return;
      const lang = node.getAttribute("lang");
      if (lang && lang !== document.documentElement.lang && node !== document.documentElement) return;
      if (node.matches('meta[name="description"]')) parts.push(node.content);
      for (const name of ["aria-label", "title", "placeholder", "alt", "data-not-sent", "data-live-stale", "data-live-changed"]) {
        if (node.hasAttribute(name)) parts.push(node.getAttribute(name));
      }
      node.childNodes.forEach(walk);
    };
    walk(document.documentElement);
    return parts.join("\n");
  });
  return text.replace(/[^\S\n]+/g, " ");
}

/** No words of the other language are left on the page, and dates, times and numbers are written as its language writes them. */
export async function assertOneLanguage(page, where = page.url()) {
  const text = await ownWords(page);
  const left = foreign(page.lang).filter((fragment) => text.includes(fragment));
  assert.deepEqual(left, [], `words of the other language on ${where}`);
  assert.deepEqual(miswritten(page.lang, text), [], `dates and numbers on ${where}`);
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

/**
 * Does `press` and waits for the page it leads to. With JavaScript an answer to a report comes in the place of the page it was sent
 * from, without a navigation.
 */
export async function turned(page, press) {
  if (!page.js) {
    await Promise.all([page.waitForNavigation(), press()]);
    return;
  }
  await page.evaluate(() => {
    document.body.dataset.before = "";
  });
  await Promise.all([Promise.any([page.waitForNavigation(), replaced(page)]), press()]);
}

/** Waits until another document stands in the place of the one that was marked. */
async function replaced(page) {
  const within = Date.now() + 15_000;
  const there = () => document.readyState === "complete" && document.body?.dataset.before === undefined;
  while (!(await page.evaluate(there).catch(() => false))) {
    if (Date.now() > within) throw new Error(`nothing came in the place of ${page.url()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything filled in on the page, by name; secrets are never given back. */
export function typedOn(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("main input:not([type=hidden]):not([type=file]):not([type=password]), main textarea, main select")]
      .filter((field) => field.value && (!/radio|checkbox/.test(field.type) || field.checked))
      .map((field) => `${field.name}=${field.value}`)
      .sort(),
  );
}

/**
 * Presses `button` and holds the refused form to what people need: the status, what was typed, the title, the summary with the focus,
 * one link for each error that leads to its field, the same words in both places. `says`: the sentences that must be said.
 */
export async function assertRefused(page, button, { says, where, least = 48, status = 422 }) {
  const typed = await typedOn(page);
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.request().method() === "POST" && /document|fetch/.test(one.request().resourceType())),
    turned(page, () => button.click()),
  ]);
  assert.equal(answer.status(), status, `status of ${where}`);
  assert.deepEqual(await typedOn(page), typed, `what was typed on ${where}`);
  assert.ok((await page.title()).startsWith(t(page.lang, "error.title_prefix")), `title of ${where}: ${await page.title()}`);
  const summary = page.locator(".error-summary");
  // A browser gives it once the page has settled.
  await page.waitForFunction(() => document.activeElement?.matches(".error-summary"), null, { timeout: 5_000 }).catch(() => {});
  assert.ok(await summary.evaluate((element) => element === document.activeElement), `the summary has the focus on ${where}`);
  assert.equal(await summary.getAttribute("role"), "alert");
  const links = await summary.locator("a").allInnerTexts();
  const beside = await page.locator(".error-message:visible").allInnerTexts();
  assert.deepEqual([...links].sort(), beside.map((words) => words.trim()).sort(), `summary and fields say the same on ${where}`);
  if (says) assert.deepEqual([...links].sort(), [...says].sort(), where);
  await assertSound(page, { least, where });
  for (const link of await summary.locator("a").all()) {
    await link.click();
    const reached = await page.evaluate(() => {
      const active = document.activeElement;
      const help = active.getAttribute("aria-describedby") ?? active.closest("fieldset")?.getAttribute("aria-describedby") ?? "";
      const box = active.getBoundingClientRect();
      return {
        control: active.matches("input, textarea, select"),
        message: help.split(" ").map((id) => document.getElementById(id)?.innerText.trim()),
        seen: box.bottom > 0 && box.top < innerHeight,
      };
    });
    const said = await link.innerText();
    assert.ok(reached.control && reached.seen, `“${said}” leads to its field on ${where}`);
    assert.ok(reached.message.includes(said), `the field of “${said}” is described by it on ${where}: ${reached.message}`);
  }
}

/**
 * Presses Tab from the top of the page until it comes round: every stop has a ring, is in sight, and nothing lies over it.
 * Returns the stops by their words.
 */
export async function assertFocusSeen(page, where = page.url(), most = 250) {
  const stops = [];
  await page.evaluate(() => document.activeElement?.blur());
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const first = !window.metFocus?.has(element);
      (window.metFocus ??= new Set()).add(element);
      const shown = element.matches(".choice > input") ? element.nextElementSibling : element;
      const style = getComputedStyle(shown);
      const box = shown.getBoundingClientRect();
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return {
        first,
        words: `${element.tagName.toLowerCase()} “${(element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent).trim().replace(/\s+/g, " ").slice(0, 40)}”`,
        ring: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
        inSight: right - left > 8 && bottom - top > 8,
        over: over && !shown.contains(over) && !over.contains(shown) && !element.contains(over) ? over.outerHTML.slice(0, 80) : "",
      };
    });
    if (!at) return stops;
    if (!at.first) {
      // A field of several parts, such as a date, is left part by part.
      if (stops.at(-1) === at.words) continue;
      return stops;
    }
    assert.ok(at.ring, `no focus ring on ${at.words}, ${where}`);
    assert.ok(at.inSight, `out of sight with the focus: ${at.words}, ${where}`);
    assert.equal(at.over, "", `covered with the focus: ${at.words}, ${where}`);
    stops.push(at.words);
  }
  return assert.fail(`Tab does not come round on ${where}`);
}
