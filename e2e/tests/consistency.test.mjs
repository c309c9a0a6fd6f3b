// Consistency: what is measured is chosen; page and file agree; an officer reads their own answers.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, demo, DESKTOP, person, PHONE, sendEveryoneHome, tabTo, visit } from "../helpers.mjs";
import { go, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

// S15, S16, S17
// UX 15
test("the chief chooses what is measured by keyboard, reads whether nights are really otherwise, and the file agrees", async () => {
  const chief = await person({ size: DESKTOP });
  await signIn(chief, "commander");
  await visit(chief, "/pimpinan/konsistensi");
  await assertSound(chief, { least: 24, where: "/pimpinan/konsistensi" });
  await tabTo(chief, "#ukuran");
  await chief.selectOption("#ukuran", "first_answer");
  await go(chief, chief.locator('main form[action="/pimpinan/konsistensi"] button'));
  assert.equal(await chief.inputValue("#ukuran"), "first_answer");
  const text = await chief.locator("main").innerText();
  for (const key of ["consistency.first_answer_help", "consistency.shifts_help", "consistency.places_mean"]) {
    assert.ok(text.includes(words(chief, key)), key);
  }
  assert.ok(text.includes(words(chief, "consistency.night")), "nights are spoken of");
  await assertSound(chief, { least: 24, where: "/pimpinan/konsistensi, first_answer" });
  const cookie = demo.sessions.commander.map(({ name, value }) => `${name}=${value}`).join("; ");
  const address = await chief.locator('a[href^="/pimpinan/konsistensi.json"]').getAttribute("href");
  const json = await (await fetch(new URL(address, demo.url), { headers: { cookie } })).json();
  assert.equal(json.measure, "first_answer");
  await chief.locator("#rinci-jam summary").click();
  assert.equal(await chief.locator("#rinci-jam tbody tr").count(), json.hours.beside.length);
  const weeks = json.weekly.weeks.length;
  assert.equal(await chief.locator("#gambar-pekan-angka tbody tr").count(), weeks);
  for (const chart of await chief.locator("main svg.chart").all()) {
    assert.ok((await chart.getAttribute("role")) === "img" || (await chart.getAttribute("aria-hidden")) === "true");
  }
});

// S17
test("an officer reads whether their own answers come in time, and who else reads it", async () => {
  const desk = await person({ size: PHONE });
  await signIn(desk, "desk");
  await visit(desk, "/kecakapan/ketepatan");
  assert.ok((await desk.locator("main").innerText()).includes(words(desk, "consistency.own_who")));
  await assertSound(desk, { least: 24, where: "/kecakapan/ketepatan" });
});
