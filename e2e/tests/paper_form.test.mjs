// Forms to print: on any paper and printer, entered at the desk from their code, followed with the strip.

import assert from "node:assert/strict";
import test from "node:test";

import { assertNoSidewaysScroll, assertSound, closeBrowser, demo, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { decode } from "../qr.mjs";
import { choose, go, signIn, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Sheets by name, in millimetres: F4 is what Indonesian offices use. */
const SHEETS = { A4: [210, 297], F4: [215, 330] };

/** 25 mm in CSS pixels, of which 96 are an inch. */
const QR_LEAST_PX = (25 / 25.4) * 96;

/** Sheets that the page takes when printed on paper of `size`. */
async function sheets(page, [width, height]) {
  const pdf = await page.pdf({ width: `${width}mm`, height: `${height}mm`, printBackground: false });
  return pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}

/** From the choice to the form, as people go. */
async function form(page, { kind = "dicuri", count = 1, area = "", sheet = "a4" } = {}) {
  await visit(page, "/lapor/kertas");
  await choose(page, "jenis", kind);
  await page.fill("#jumlah", String(count));
  await page.fill("#desa", area);
  await choose(page, "kertas", sheet);
  await go(page);
  assert.match(page.url(), /\/lapor\/kertas\/cetak/);
}

/** Number and code of the first form on the page, and where its two QR codes lead. */
async function strip(page) {
  const [number, again, code] = await page.locator(".sheets").first().locator(".code").allTextContents();
  assert.match(number, /^(\d{4} ){4}\d{4}$/);
  assert.equal(again, number, "the strip carries the form's number");
  assert.match(code, /^\d{4} \d{4} \d{4}$/);
  return { number, code };
}

/** What the desk types from a form whose page is open. */
async function type(desk, story) {
  await desk.locator('input[name="bahaya"][value="tidak"] + label').click();
  await desk.locator('input[name="layanan"] + label').first().click();
  await desk.fill("#cerita", story);
  await desk.fill("#tempat", "Growong Lor");
  await desk.locator('input[name="kapan"][value="hari-ini"] + label').click();
}

for (const [lang, js] of [["id", true], ["en", false]]) {
  // S78, S32, S33
  test(`a form prints on two pages of A4 and F4 with nothing cut (${lang}, ${js ? "with" : "without"} JavaScript)`, async () => {
    const page = await person({ lang, js, scheme: "dark", bypassCSP: true });
    for (const [kind, sheet, on] of [["dicuri", "a4", ["A4", "F4"]], ["lain", "f4", ["F4"]], ["bantuan-1", "a4", ["A4", "F4"]]]) {
      await form(page, { kind, sheet, count: 2 });
      await assertSound(page, { where: `form ${kind}` });
      await page.emulateMedia({ media: "print" });
      for (const name of on) assert.equal(await sheets(page, SHEETS[name]), 4, `two forms ${kind} ${sheet} on ${name}`);
      // As wide as the paper between its margins: what lies beyond would be cut.
      await page.setViewportSize({ width: Math.floor(((210 - 30) / 25.4) * 96), height: 1000 });
      if (js) {
        const seen = await page.evaluate(() => {
          const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.getClientRects().length).map((element) => element.outerHTML.slice(0, 60));
          const cut = [...document.querySelectorAll(".sheet, .sheet *")].filter((element) => {
            const sheet = element.closest(".sheet").getBoundingClientRect();
            const box = element.getBoundingClientRect();
            return box.width > 0 && !element.closest("svg, .visually-hidden") && (box.right > sheet.right + 1 || box.bottom > sheet.bottom + 1 || element.scrollHeight > element.clientHeight + 2 && getComputedStyle(element).overflow === "hidden");
          });
          const strip = document.querySelector(".strip-off").getBoundingClientRect();
          const front = document.querySelector(".sheet").getBoundingClientRect();
          const back = document.querySelector(".sheet-back").getBoundingClientRect();
          const last = [...document.querySelectorAll(".sheets:first-of-type .sheet-back > *")].at(-1).getBoundingClientRect();
          return {
            pressed: shown("nav, button, .button, .strip, .lang, .back, footer, header, .exit"),
            cut: cut.map((element) => element.outerHTML.slice(0, 80)),
            ink: getComputedStyle(document.querySelector(".sheet h2")).color,
            paper: getComputedStyle(document.querySelector(".sheet")).backgroundColor,
            sample: shown(".form-sample").length,
            sheets: shown(".sheet").length,
            qr: Math.min(...[...document.querySelectorAll(".qr svg")].map((code) => code.getBoundingClientRect().width)),
            // Printed on both sides, what is torn off takes nothing written with it.
            behind: back.bottom - last.bottom - (front.bottom - strip.top),
          };
        });
        assert.deepEqual({ pressed: seen.pressed, cut: seen.cut, ink: seen.ink, paper: seen.paper }, { pressed: [], cut: [], ink: "rgb(0, 0, 0)", paper: "rgb(255, 255, 255)" }, kind);
        assert.deepEqual([seen.sample, seen.sheets], [2, 4], "the mark of a sample on each form");
        assert.ok(seen.qr >= QR_LEAST_PX, `the QR code is ${seen.qr} px wide`);
        assert.ok(seen.behind >= -1, `behind the strip: ${seen.behind} px`);
      }
      await page.emulateMedia({ media: "screen" });
      await page.setViewportSize(PHONE);
    }
  });
}

for (const [lang, js, size] of [["id", true, DESKTOP], ["en", false, PHONE]]) {
  // S78
  test(`what was written is entered from its code, once, and followed with the strip (${lang}, ${js ? "with" : "without"} JavaScript)`, async () => {
    const citizen = await person({ lang, js, bypassCSP: true });
    await form(citizen, { area: "Growong Lor" });
    assert.match(await citizen.locator(".form-how").first().innerText(), /Polsek Juwana/);
    const paper = await strip(citizen);
    const reader = await person({ lang, bypassCSP: true });
    await reader.goto(citizen.url());
    const codes = reader.locator(".qr");
    assert.equal(await codes.count(), 2);
    const other = await strip(reader);
    assert.notEqual(other.number, paper.number, "each time another form");
    const read = await decode(reader);
    assert.equal(read, new URL(`/meja/laporan/kertas?nomor=${other.number.replaceAll(" ", "")}`, demo.url).href);
    await codes.first().evaluate((element) => element.remove());
    assert.equal(await decode(reader), new URL(`/lacak?nomor=${other.number.replaceAll(" ", "")}`, demo.url).href);

    await track(citizen, paper);
    assert.equal(await citizen.locator("h1").innerText(), words(citizen, "paper.not_entered_title"));
    await assertSound(citizen, { where: "not entered" });

    const desk = await person({ lang, js, size });
    await signIn(desk, "desk");
    // As the camera of the desk's telephone opens it.
    await visit(desk, `/meja/laporan/kertas?nomor=${paper.number.replaceAll(" ", "")}`);
    assert.match(desk.url(), /\/meja\/laporan\/baru\?formulir=/);
    await assertSound(desk, { least: 24, where: "from paper" });
    await type(desk, "Sepeda hilang di pasar.");
    await go(desk, desk.locator('button[name="langkah"][value="bacakan"]'));
    assert.match(await desk.locator(".read-back").innerText(), new RegExp(paper.number));
    await go(desk, desk.locator('button[name="langkah"][value="simpan"]'));
    const [number, code] = await desk.locator(".receipt .code").allTextContents();
    assert.equal(code, paper.code, "the receipt says what the strip says");

    await track(citizen, paper);
    assert.ok((await citizen.locator("h1").innerText()).includes(number));

    // The same paper again, typed by hand and in groups.
    await visit(desk, "/meja/laporan/kertas");
    await desk.fill("#nomor", paper.number.replaceAll("0", "O"));
    await go(desk);
    assert.ok((await desk.locator(".notice-warn").innerText()).includes(number));
    await assertSound(desk, { least: 24, where: "entered already" });
    await go(desk, desk.locator(".notice-warn a.button"));
    await type(desk, "Kambing hilang di kandang.");
    await go(desk, desk.locator('button[name="langkah"][value="simpan"]'));
    const [second, fresh] = await desk.locator(".receipt .code").allTextContents();
    assert.notEqual(second, number);
    assert.notEqual(fresh, paper.code);
    // Two people have the code now; it opens nobody's report, and says what to do.
    await track(citizen, paper);
    assert.ok((await citizen.locator(".error-summary").innerText()).includes(words(citizen, "error.code_shared")));
    await track(citizen, { number: second, code: fresh });
    assert.ok((await citizen.locator("h1").innerText()).includes(second));
  });
}

// S33
test("a slip of the hand is told with what was probably meant, at 320 px and in the dark", async () => {
  const citizen = await person();
  await form(citizen);
  const { number } = await strip(citizen);
  const desk = await person({ size: { width: 320, height: 640 }, scheme: "dark" });
  await signIn(desk, "desk");
  await visit(desk, "/meja/laporan/kertas");
  const wrong = `${number.slice(0, -6)}${(Number(number.at(-6)) + 1) % 10}${number.slice(-5)}`;
  await desk.fill("#nomor", wrong);
  await go(desk);
  assert.ok((await desk.locator(".error-summary").innerText()).includes(words(desk, "paper.number_check")));
  assert.equal(await desk.locator("p.code").innerText(), number);
  await assertSound(desk, { least: 24, where: "a wrong digit" });
  await go(desk, desk.locator(".notice-plain a.button"));
  assert.match(desk.url(), /\/meja\/laporan\/baru\?formulir=/);
  await assertNoSidewaysScroll(desk, "from paper at 320 px");
});
