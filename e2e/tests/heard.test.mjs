// What somebody hears who cannot see the pages: name, role and state of everything, in reading order, in both languages.
// The whole of each page stands in `heard/`, to be read by people; the rules below hold on every page.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { expected, heard } from "../heard.mjs";
import { ALL } from "../pages.mjs";
import { act, choose, go, meet, report, signIn, STORY, track } from "../steps.mjs";
import { endAll, unit } from "../unit.mjs";

test.afterEach(sendEveryoneHome);
test.after(endAll);
test.after(closeBrowser);

/** What of the page is not heard as `heard/<name>.<lang>.txt` says. */
async function compare(page, name) {
  const { found, wanted } = await expected(name, page.lang, await heard(page));
  assert.equal(found, wanted, `what is heard on ${name} (${page.lang})`);
}

/** Pages on the way of a report that are compared, by the address they have there. */
const ON_THE_WAY = { "/": "home", "/lapor/dicuri/tempat": "where", "/lapor/periksa": "check", "/lapor/terkirim": "receipt" };

for (const lang of ["id", "en"]) {
  // S33
  test(`every main page is heard as it should be (${lang})`, async () => {
    const { serve, staff } = await unit();
    const { url: baseURL } = await serve();
    const citizen = await person({ lang, baseURL });
    const sent = await report(citizen, STORY, async (where) => {
      if (ON_THE_WAY[where]) await compare(citizen, ON_THE_WAY[where]);
    });
    for (const [address, name] of [["/aman/bantuan", "safe"], ["/layanan/skck", "service"], ["/wilayah/33.18.08.2022?peta=ya", "village"]]) {
      await visit(citizen, address);
      await compare(citizen, name);
    }
    await visit(citizen, "/lapor/dicuri/waktu");
    await choose(citizen, "kapan", "lain");
    await citizen.fill("#tanggal", "31-12-2199");
    await go(citizen);
    await compare(citizen, "refused");

    const desk = await person({ lang, baseURL, size: DESKTOP });
    await desk.context().addCookies(await staff(baseURL, "desk"));
    await visit(desk, "/meja");
    await compare(desk, "desk");
    await go(desk, desk.locator("#online a").first());
    await go(desk, desk.locator('form[action$="/ambil"] button'));
    await act(desk, "jawab", (box) => box.locator("textarea").fill("Petugas kami datang siang ini."));
    await compare(desk, "case");
    await track(citizen, sent);
    await compare(citizen, "track");
    const code = await meet(desk, async (where) => {
      if (where === "/pertemuan/baru") await compare(desk, "encounter");
    });
    await visit(citizen, `/nilai/${code}`);
    await compare(citizen, "rate");
    await visit(desk, "/meja/serah-terima");
    await compare(desk, "handover");
    await visit(desk, "/meja/laporan/baru");
    await go(desk, desk.locator('button[name="langkah"][value="simpan"]'));
    await compare(desk, "new-report-refused");
  });

  // S33
  test(`on every page controls have a name of their own, pictures are silent or described, and what changes is told politely (${lang})`, async () => {
    const people = new Map();
    for (const { address, role } of ALL) {
      let page = people.get(role);
      if (!page) {
        page = await person({ lang, size: role ? DESKTOP : undefined });
        if (role) await signIn(page, role);
        people.set(role, page);
      }
      await visit(page, address);
      const lines = await heard(page);
      const said = lines.map((line) => line.trim());
      const nameless = said.filter((line) => /^(- )?(\[?link|button|textbox|searchbox|radio|checkbox|combobox|disclosure|player|image|date field|time field|table|region|navigation|heading \d)(?! “)/.test(line));
      assert.deepEqual(nameless, [], `without a name on ${address}`);
      // Two links of one name lead to one place.
      const doubled = await page.evaluate(() => {
        const places = new Map();
        for (const link of document.querySelectorAll("a[href]")) {
          const name = (link.getAttribute("aria-label") ?? link.textContent).replace(/\s+/g, " ").trim();
          const to = new URL(link.href).pathname + new URL(link.href).search;
          places.set(name, new Set([...(places.get(name) ?? []), to]));
        }
        return [...places].filter(([, to]) => to.size > 1).map(([name, to]) => `${name}: ${[...to].join(" ")}`);
      });
      assert.deepEqual(doubled, [], `one name, two places on ${address}`);
      const rest = await page.evaluate(() => ({
        // A picture beside words is decoration; one alone has a name.
        loud: [...document.querySelectorAll("svg:not([aria-hidden=true]):not([role=img])")].filter((svg) => !svg.closest("[role=img]")).length,
        assertive: [...document.querySelectorAll('[aria-live="assertive"], [role=alert]')].filter((element) => !element.matches(".error-summary, [data-live-stale], [data-keep-status], .error-message") && element.getClientRects().length).length,
        headless: [...document.querySelectorAll("table")].filter((table) => !table.querySelector("caption") || !table.querySelector("th[scope=col]") || [...table.querySelectorAll("tbody tr")].some((row) => !row.querySelector("th[scope=row]"))).length,
        hidden: [...document.querySelectorAll("[aria-hidden=true]")].filter((element) => element.matches("a, input") || element.querySelector("a, input, select, textarea")).length,
        positive: document.querySelectorAll('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').length,
      }));
      assert.deepEqual(rest, { loud: 0, assertive: 0, headless: 0, hidden: 0, positive: 0 }, address);
    }
  });
}

// S33
test("a new report on the desk's page is told politely, once, without moving the reader", async () => {
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await visit(desk, "/meja");
  await desk.evaluate(() => {
    const status = document.querySelector("[data-live-status]");
    window.told = [];
    new MutationObserver(() => window.told.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
  });
  await desk.focus("#layani-tombol");
  const { number } = await report(await person());
  await desk.locator("#online", { hasText: number }).waitFor({ timeout: 30_000 });
  const { told, role, focus } = await desk.evaluate(() => ({
    told: window.told,
    role: document.querySelector("[data-live-status]").getAttribute("role"),
    focus: document.activeElement.id,
  }));
  assert.equal(role, "status");
  assert.equal(focus, "layani-tombol");
  assert.ok(told.length >= 1 && told.length <= 2, told.join(" | "));
});
