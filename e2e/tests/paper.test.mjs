// What people carry away on paper: black on white, nothing to press, one page on A4 and F4, a code a phone can read.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, demo, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { decode } from "../qr.mjs";
import { go, meet, openCase, report, signIn, STORY } from "../steps.mjs";

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

async function assertPrintsWell(page, where) {
  await page.emulateMedia({ media: "print" });
  const seen = await page.evaluate(() => {
    const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.getClientRects().length).map((element) => element.outerHTML.slice(0, 80));
    const dark = [...document.querySelectorAll("main, main *")].filter((element) => {
      const { backgroundColor } = getComputedStyle(element);
      return element.getClientRects().length && !["rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"].includes(backgroundColor) && !element.closest(".qr");
    });
    return {
      pressed: shown("nav, button, .button, .strip, .lang, .back, footer"),
      dark: dark.map((element) => element.outerHTML.slice(0, 80)),
      ink: getComputedStyle(document.querySelector("main")).color,
      simulated: shown(".simulated").length,
      qr: document.querySelector(".qr svg")?.getBoundingClientRect().width,
    };
  });
  assert.deepEqual({ pressed: seen.pressed, dark: seen.dark, ink: seen.ink }, { pressed: [], dark: [], ink: "rgb(0, 0, 0)" }, where);
  assert.equal(seen.simulated, 1, `the mark of a sample on ${where}`);
  assert.ok(seen.qr >= QR_LEAST_PX, `the QR code of ${where} is ${seen.qr} px wide`);
  for (const [name, size] of Object.entries(SHEETS)) {
    assert.equal(await sheets(page, size), 1, `${where} on ${name}`);
  }
  await page.emulateMedia({ media: "screen" });
}

// UX 12
// S4, S22
test("the receipt prints on one page, and its code leads to where it is verified and the report followed", async () => {
  const page = await person({ scheme: "dark", bypassCSP: true });
  const sent = await report(page);
  await assertPrintsWell(page, "the receipt");
  const address = await decode(page);
  assert.ok(address.startsWith(new URL("/tanda-terima#", demo.url).href), address);
  const found = await person();
  await found.goto(address);
  await go(found, found.locator("[data-track]"));
  assert.equal(await found.inputValue('input[name="nomor"]'), sent.number);
});

// S5
// UX 12
test("the card for the person met prints on one page, and its code leads to the rating", async () => {
  const citizen = await person();
  const sent = await report(citizen, STORY);
  const officer = await person({ size: DESKTOP, bypassCSP: true });
  await signIn(officer, "desk");
  await openCase(officer, sent.number);
  await go(officer, officer.locator('form[action$="/ambil"] button'));
  const code = await meet(officer);
  await assertPrintsWell(officer, "the card");
  const address = await decode(officer);
  assert.equal(new URL(address).pathname, `/nilai/${code}`);
  await citizen.goto(address);
  assert.equal(await citizen.locator("main fieldset").count() > 0, true);
});

test("the receipt can be kept as text", async () => {
  const page = await person();
  const sent = await report(page);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('a[href="/lapor/terkirim.txt"]').click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  assert.ok(text.includes(sent.number) && text.includes(sent.code), text);
});

test("the desk's receipt can be printed for one who has no phone", async () => {
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await visit(desk, "/meja/laporan/baru");
  await desk.locator('input[name="bahaya"][value="tidak"] + label').click();
  await desk.locator('input[name="layanan"] + label').first().click();
  await desk.fill("#cerita", "Dompet hilang di terminal.");
  await desk.fill("#tempat", "Growong Lor");
  await desk.locator('input[name="kapan"][value="hari-ini"] + label').click();
  await go(desk, desk.locator('button[name="langkah"][value="bacakan"]'));
  assert.match(await desk.locator(".read-back").innerText(), /Dompet hilang di terminal/);
  await go(desk, desk.locator('button[name="langkah"][value="simpan"]'));
  await assertPrintsWell(desk, "the desk's receipt");
});

// UX 12
// S32
test("the hand-over, the board and the promises print without anything to press, black on white, with nothing cut", async () => {
  const citizen = await person();
  const { number } = await report(citizen, STORY);
  for (const [role, address] of [["commander", "/meja/serah-terima"], ["commander", "/pimpinan"], ["commander", "/pimpinan/tanggap"], ["desk", "/perkara"], [undefined, "/kinerja"]]) {
    const page = await person({ size: DESKTOP, scheme: "dark", bypassCSP: true, reducedMotion: "reduce" });
    if (role) await signIn(page, role);
    if (address === "/perkara") await openCase(page, number);
    else await visit(page, address);
    await page.emulateMedia({ media: "print" });
    for (const [name, [width, height]] of Object.entries(SHEETS)) {
      // The paper's width between its margins of 20 mm.
      await page.setViewportSize({ width: Math.floor(((width - 40) / 25.4) * 96), height: 900 });
      const seen = await page.evaluate(() => {
        const edge = document.documentElement.clientWidth;
        const own = [...document.querySelectorAll("main, main *")].filter((element) => element.getClientRects().length && !element.closest("svg, .visually-hidden"));
        const bright = (colour) => colour.startsWith("rgba(0, 0, 0, 0") || colour === "rgb(255, 255, 255)";
        return {
          pressed: [...document.querySelectorAll("nav, button, .button, .strip, .lang, .back, footer, .live")].filter((element) => element.getClientRects().length).map((element) => element.outerHTML.slice(0, 80)),
          ground: own.filter((element) => !element.matches("input:checked") && !bright(getComputedStyle(element).backgroundColor)).map((element) => element.outerHTML.slice(0, 80)),
          ink: own.filter((element) => element.childNodes.length && !["rgb(0, 0, 0)"].includes(getComputedStyle(element).color)).map((element) => `${element.outerHTML.slice(0, 80)} ${getComputedStyle(element).color}`).slice(0, 3),
          ticks: own.filter((element) => element.matches("input:checked") && getComputedStyle(element).printColorAdjust !== "exact").length,
          cut: own.filter((element) => element.getBoundingClientRect().right > edge + 1).map((element) => element.outerHTML.slice(0, 80)).slice(0, 3),
        };
      });
      assert.deepEqual(seen, { pressed: [], ground: [], ink: [], ticks: 0, cut: [] }, `${address} on ${name}`);
      assert.ok((await sheets(page, [width, height])) >= 1);
    }
    await page.context().close();
  }
});
