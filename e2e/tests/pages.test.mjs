// What holds on every page, whoever meets it: language, headings, landmarks, contrast, targets, width.

import assert from "node:assert/strict";
import test from "node:test";

import {
  assertAccessible,
  assertNoSidewaysScroll,
  assertSound,
  assertWellBuilt,
  closeBrowser,
  DESKTOP,
  person,
  PHONE,
  sendEveryoneHome,
  visit,
} from "../helpers.mjs";
import { ALL, LOOKS, PUBLIC, STAFF } from "../pages.mjs";
import { go, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const look of LOOKS) {
  const name = `${look.lang}, ${look.scheme}, ${look.size.width} px`;
  // UX 1, UX 6, UX 13, UX 14
  // S33
  test(`every public page is sound (${name})`, async () => {
    const page = await person(look);
    const titles = new Map();
    for (const address of PUBLIC) {
      await visit(page, address);
      await assertSound(page, { where: address });
      titles.set(await page.title(), address);
    }
    assert.equal(titles.size, PUBLIC.length, `titles are told apart: ${[...titles.keys()].join(" | ")}`);
  });
}

test("a page that is not there says so, in words, with a way on", async () => {
  const page = await person();
  const answer = await visit(page, "/tidak-ada");
  assert.equal(answer.status(), 404);
  assert.equal(await page.locator("h1").innerText(), words(page, "error.not_found"));
});

test("nobody opens a page of staff without signing in, and no role opens another's", async () => {
  const stranger = await person();
  for (const { pages } of STAFF) {
    for (const address of pages) {
      await visit(stranger, address);
      assert.equal(new URL(stranger.url()).pathname, "/masuk", address);
    }
  }
  for (const [role, address] of [
    ["patrol", "/meja"],
    ["patrol", "/pimpinan"],
    ["desk", "/pimpinan"],
    ["admin", "/meja"],
    ["commander", "/setelan"],
  ]) {
    const page = await person();
    await signIn(page, role);
    const answer = await visit(page, address);
    assert.equal(answer.status(), 403, `${role} ${address}`);
    await assertWellBuilt(page, `${address} refused`);
    await page.context().close();
  }
});

// UX 3
test("at 320 px, at 400 % and with wide text spacing no page scrolls sideways and nothing is cut", async () => {
  // WCAG 1.4.12: what a reader may set must lose nothing.
  const spacing = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }";
  const narrow = { width: 320, height: 640 };
  const signedIn = new Map();
  for (const { role, address } of ALL) {
    let page = signedIn.get(role);
    if (!page) {
      page = await person({ size: narrow, bypassCSP: true });
      if (role) await signIn(page, role);
      signedIn.set(role, page);
    }
    await visit(page, address);
    await assertNoSidewaysScroll(page, `${address} at 320 px`);
    // 1280 × 1024 at 400 %: nothing that stays in sight may take so much of it that no content is left.
    await page.setViewportSize({ width: 320, height: 256 });
    await assertNoSidewaysScroll(page, `${address} at 400 %`);
    const kept = await page.evaluate(() => [...document.querySelectorAll("*")].filter((element) => ["fixed", "sticky"].includes(getComputedStyle(element).position)).reduce((sum, element) => sum + element.getBoundingClientRect().height, 0));
    assert.ok(kept <= 256 / 3, `${address} at 400 %: ${kept} px stay in sight`);
    await page.setViewportSize(narrow);
    await page.addStyleTag({ content: spacing });
    await assertNoSidewaysScroll(page, `${address} with wide text spacing`);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("main *, header *, footer *")]
        .filter((element) => !element.closest(".visually-hidden, .measures caption, svg, .steps, select, input, textarea") && element.clientWidth > 0)
        .filter((element) => getComputedStyle(element).overflow === "hidden" && element.scrollHeight > element.clientHeight + 1)
        .map((element) => element.className),
    );
    assert.deepEqual(cut, [], address);
  }
});

// UX 17
test("borders and focus are seen in forced colours", async () => {
  const page = await person({ forcedColors: "active" });
  for (const address of ["/", "/lapor/dicuri/apa", "/lacak"]) {
    await visit(page, address);
    const bare = await page.evaluate(() =>
      [...document.querySelectorAll(".button, .choice > label, .input, .field > input, .error-summary")]
        .filter((element) => element.getClientRects().length && Number.parseFloat(getComputedStyle(element).borderTopWidth) < 1)
        .map((element) => element.className),
    );
    assert.deepEqual(bare, [], address);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.ok((await page.evaluate(() => Number.parseFloat(getComputedStyle(document.activeElement).outlineWidth))) >= 2, address);
  }
});

// UX 16
test("every status says itself in words and by a shape, not by colour alone", async () => {
  const page = await person({ size: DESKTOP });
  await signIn(page, "desk");
  for (const address of ["/meja", "/meja/daftar"]) {
    await visit(page, address);
    const mute = await page.evaluate(() =>
      [...document.querySelectorAll(".clock, .tag-ok, .tag-warn, .tag-danger")]
        .filter((element) => !element.textContent.trim() || !element.querySelector("svg use"))
        .map((element) => element.outerHTML.slice(0, 100)),
    );
    assert.deepEqual(mute, [], address);
  }
});

test("one who moves little is spared movement, and staff choose light or dark for themselves", async () => {
  const page = await person({ size: DESKTOP, reducedMotion: "reduce" });
  await signIn(page, "desk");
  assert.equal(await page.locator(".button").first().evaluate((element) => getComputedStyle(element).transitionDuration), "0s");
  await page.locator("[data-theme-toggle]").click();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.reload();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await assertAccessible(page, "/meja, dark by choice");
});

test("the language stays as chosen from page to page, with path and query kept", async () => {
  const page = await person();
  await visit(page, "/wilayah?desa=Growong");
  await go(page, page.locator("a.lang"));
  const address = new URL(page.url());
  assert.equal(address.pathname, "/wilayah");
  assert.equal(address.searchParams.get("desa"), "Growong");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.goto("/lapor");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
});
