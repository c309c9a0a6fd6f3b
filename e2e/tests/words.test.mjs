// Words, dates, numbers and names as people of each language write them.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { PUBLIC } from "../pages.mjs";
import { answer, go, openCase, report, signIn, STORY } from "../steps.mjs";
import { miswritten } from "../words.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

test("what is written another way is found", () => {
  const good = {
    id: "Kamis, 26 November 2026, pukul 21.30 WIB. 1.234 laporan, 62,5%, Rp750.000, 23 Nov – 29 Nov, 6,7191° LS, (0:40), UU 20/2025 ps. 3(5)",
    en: "Thursday, 26 November 2026, 21:30 WIB. 1,234 reports, 62.5%, 23 Nov – 29 Nov, 6.7191° S, 08111129129",
  };
  const bad = {
    id: ["2026-11-26", "26 October 2026", "May 2026", "Thursday", "21:30 WIB", "9 pm", "62.5%", "1,234 laporan", "Rp 750.000"],
    en: ["2026-11-26", "26 Oktober 2026", "Mei 2026", "Kamis, 26", "pukul 21", "21.30 WIB", "62,5%", "1.234 reports"],
  };
  for (const lang of ["id", "en"]) {
    assert.deepEqual(miswritten(lang, good[lang]), []);
    for (const text of bad[lang]) assert.equal(miswritten(lang, text).length, 1, `${lang}: ${text}`);
  }
});

// UX 6
// S33
test("on every page the language can be changed with path and query kept, and title and words change with it", async () => {
  const page = await person();
  for (const address of PUBLIC) {
    const id = await titleIn(page, address, "id");
    const en = await titleIn(page, address, "en");
    // A place has one name in both languages.
    if (!/^\/wilayah\/[\d.]+$/.test(address)) assert.notEqual(id.title, en.title, `title of ${address}`);
    // Pages with a form switch by its button, which keeps what was typed; the others by a link to the same address.
    if (id.other) {
      const [here, other] = [new URL(address, page.base), new URL(id.other, page.base)];
      assert.equal(other.pathname, here.pathname);
      assert.equal(other.searchParams.get("lang"), "en");
      other.searchParams.delete("lang");
      assert.equal(other.search, here.search, address);
    } else {
      assert.deepEqual(id.button, { name: "lang", value: "en", keeps: true }, address);
    }
  }
});

/** Title and language switch of `address` in `lang`. */
async function titleIn(page, address, lang) {
  const url = new URL(address, page.base);
  url.searchParams.set("lang", lang);
  await page.goto(url.href);
  return page.evaluate((asked) => {
    if (document.documentElement.lang !== asked) throw new Error(`language of ${location.href}`);
    const link = document.querySelector("a.lang");
    const button = document.querySelector("button.lang");
    return {
      title: document.title,
      other: link?.getAttribute("href"),
      button: button && { name: button.name, value: button.value, keeps: Boolean(button.form) && button.formNoValidate },
    };
  }, lang);
}

// S33
test("somebody with one name reports, and is called by it", async () => {
  const page = await person();
  const fields = [];
  const { number } = await report(page, { ...STORY, name: "Sukarno" }, async (where) => {
    if (where.endsWith("/kontak")) fields.push(...(await page.locator("main input:not([type=hidden])").evaluateAll((inputs) => inputs.map(({ name, autocomplete, required }) => ({ name, autocomplete, required })))));
  });
  const names = fields.filter(({ name }) => /nam/.test(name));
  assert.deepEqual(names, [{ name: "nama", autocomplete: "name", required: false }], "one field for the whole name");
  const desk = await person();
  await signIn(desk, "desk");
  await openCase(desk, number);
  assert.match(await desk.locator("main").innerText(), /Sukarno/);
});

// S33
test("loss in rupiah is read as it is written here, with points or without", async () => {
  const page = await person();
  await visit(page, "/lapor/dicuri/cerita");
  await page.fill("#cerita", STORY.words);
  await page.fill("#kerugian", "Rp 1.250.000");
  await go(page);
  assert.match(page.url(), /kontak$/);
  await answer(page, STORY);
  await visit(page, "/lapor/dicuri/cerita");
  assert.match(await page.inputValue("#kerugian"), /1\.250\.000/);
});
