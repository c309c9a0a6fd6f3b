// The desk and the chief: signing in, taking a report in person, taking over, pages that keep themselves fresh.

import assert from "node:assert/strict";
import test from "node:test";

import { account, assertSound, closeBrowser, demo, DESKTOP, person, PHONE, sendEveryoneHome, tabTo, visit } from "../helpers.mjs";
import { answer, go, openCase, report, signIn, signInByForm, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

// UX 23
test("signing in allows pasting, has no puzzle, and a wrong password keeps the name", async () => {
  const page = await person();
  await visit(page, "/masuk");
  await page.fill("#nama", "tidak-ada");
  await page.evaluate(() => document.querySelector("#sandi").focus());
  await page.evaluate(() => {
    const paste = new DataTransfer();
    paste.setData("text", "kata sandi yang salah");
    return document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: paste, bubbles: true, cancelable: true }));
  }).then((allowed) => assert.ok(allowed, "pasting is not stopped"));
  await page.keyboard.insertText("kata sandi yang salah");
  await go(page);
  assert.match(await page.locator(".error-summary").innerText(), new RegExp(words(page, "signin.unknown")));
  assert.equal(await page.inputValue("#nama"), "tidak-ada");
  assert.equal(await page.inputValue("#sandi"), "");
  await assertSound(page, { where: "/masuk refused" });
});

test("one who signs in arrives where their role begins, and leaves nothing when leaving", async () => {
  const page = await person({ size: DESKTOP });
  await signInByForm(page, "oversight");
  assert.equal(new URL(page.url()).pathname, "/pimpinan");
  await go(page, page.locator('.who form[action] button'));
  await visit(page, "/pimpinan");
  assert.equal(new URL(page.url()).pathname, "/masuk");
});

for (const js of [true, false]) {
  // UX 2, UX 4
  test(`on a phone the bar of staff is one line that opens by key, ${js ? "with" : "without"} JavaScript`, async () => {
    const page = await person({ size: PHONE, js });
    await signIn(page, "desk");
    await visit(page, "/meja");
    const measured = () => page.evaluate(() => {
      const height = (selector) => document.querySelector(selector).getBoundingClientRect().height;
      return { head: height(".site-header") + height(".staff-bar"), line: height(".staff-bar summary") };
    });
    const { head, line } = await measured();
    assert.ok(head <= 104 && line >= 43.5, `${head} px, its line ${line} px`);
    const places = page.locator(".staff-bar a, .staff-bar form button");
    assert.equal(await page.locator(".staff-bar a").first().isVisible(), false, "folded away");
    await tabTo(page, ".staff-bar summary");
    assert.ok((await page.locator(".staff-bar summary").innerText()).includes(words(page, "frame.staff_desk")), "it says where one is");
    await page.keyboard.press("Enter");
    for (const place of await places.all()) {
      const box = await place.boundingBox();
      assert.ok((await place.isVisible()) && box.height >= 43.5, `${await place.innerText()}: ${box?.height} px`);
    }
    await assertSound(page, { least: 24, where: "/meja with the menu open" });
    await tabTo(page, '.staff-bar a[href="/meja/daftar"]');
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(new URL(page.url()).pathname, "/meja/daftar");
    await page.setViewportSize(DESKTOP);
    assert.equal(await page.locator(".staff-bar summary").isVisible(), false, "nothing is folded where there is room");
    assert.ok(await page.locator('.staff-bar a[href="/meja"]').isVisible());
  });
}

// UX 23
test("a session that ends gives the typed form back after signing in again", async () => {
  const page = await person({ size: DESKTOP });
  await signIn(page, "investigator");
  await visit(page, "/pertemuan/baru");
  await page.locator("#rincian summary").click();
  await page.fill("#catatan", "Ditulis sebelum sesi berakhir.");
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.context().addCookies(cookies.filter(({ name }) => name !== "session"));
  await go(page, page.locator("form#form .actions button.button").last());
  assert.equal(new URL(page.url()).pathname, "/masuk");
  assert.ok((await page.locator("main").innerText()).includes(words(page, "error.session_ended")));
  const { user, password } = account("investigator");
  await page.fill("#nama", user);
  await page.fill("#sandi", password);
  await go(page);
  assert.match(await page.locator("main").innerText(), /Ditulis sebelum sesi berakhir/);
  await go(page, page.locator("main button.button"));
  assert.equal(await page.inputValue("#catatan"), "Ditulis sebelum sesi berakhir.");
});

// UX 2
test("the desk works by keyboard alone: take, answer, close with a reason", async () => {
  const citizen = await person();
  const { number } = await report(citizen);
  const page = await person({ size: DESKTOP, js: false });
  await signIn(page, "desk");
  await openCase(page, number);
  const press = (key) => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
  await tabTo(page, 'form[action$="/ambil"] button');
  await press("Enter");
  await tabTo(page, "details#jawab > summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#jawab-jawaban");
  await page.keyboard.type("Kami datang besok pagi.");
  await tabTo(page, "details#jawab button.button");
  await press("Enter");
  assert.match(await page.locator("#riwayat").innerText(), /Kami datang besok pagi/);
});

test("an act without what it needs is refused beside its field, and what was typed stays", async () => {
  const citizen = await person();
  const { number } = await report(citizen);
  for (const js of [true, false]) {
    const page = await person({ size: DESKTOP, js, lang: "en" });
    await signIn(page, "desk");
    await openCase(page, number);
    if (js) await go(page, page.locator('form[action$="/ambil"] button'));
    const box = page.locator("details#tutup");
    if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
    await box.locator("textarea").fill("Alasan tanpa hasil.");
    const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), go(page, box.locator("button.button").last())]);
    assert.equal(answer.status(), 422);
    assert.equal(await page.locator("#tutup-alasan").inputValue(), "Alasan tanpa hasil.");
    assert.equal(await page.locator(".error-summary a").first().innerText(), words(page, "case.close_outcome_choose"));
    await assertSound(page, { least: 24, where: "/perkara/{id} refused" });
    await page.context().close();
  }
});

test("two officers take the same report, and the second is told who has it", async () => {
  const citizen = await person();
  const { number } = await report(citizen);
  const first = await person({ size: DESKTOP });
  const second = await person({ size: DESKTOP });
  await signIn(first, "desk");
  await signIn(second, "dispatch");
  await openCase(first, number);
  await openCase(second, number);
  await go(first, first.locator('form[action$="/ambil"] button'));
  await go(second, second.locator('form[action$="/ambil"] button'));
  const [name] = (await first.locator(".who span").first().textContent()).split(",");
  assert.ok((await second.locator("main").innerText()).includes(name));
});

// S32
test("a page of the desk shows a new report by itself, without moving the focus", async () => {
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await visit(desk, "/meja");
  const counted = desk.locator(".counts div", { hasText: words(desk, "desk.count_online") }).locator("dd");
  const before = Number(await counted.innerText());
  await desk.focus("#cari");
  await desk.keyboard.type("belum selesai diketik");
  const citizen = await person();
  const { number } = await report(citizen);
  // The list shows the first ones; behind them a report is counted.
  const shown = async () => Number(await counted.innerText()) > before || (await desk.locator("#online").innerText()).includes(number);
  for (const until = Date.now() + 30_000; !(await shown()); ) {
    assert.ok(Date.now() < until, `${number} came to the desk's page`);
    await desk.waitForTimeout(200);
  }
  assert.equal(await desk.inputValue("#cari"), "belum selesai diketik");
  assert.equal(await desk.evaluate(() => document.activeElement.id), "cari");
  assert.match(await desk.locator("[data-live-status]").innerText(), /\d{2}\.\d{2}/);
});

// UX 21
test("when the events stop, the page says since when, as an alert, and takes it back when they return", async () => {
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await desk.clock.install();
  // Cut before the page opens: what a stream had still under way would take the warning back.
  await desk.context().route("**/aliran*", (route) => route.abort());
  await visit(desk, "/meja");
  const stale = desk.locator("[data-live-stale]");
  assert.equal(await stale.isVisible(), false);
  await desk.clock.runFor(35_000);
  await stale.filter({ hasText: /\d{2}\.\d{2}/ }).waitFor();
  assert.equal(await stale.getAttribute("role"), "alert");
  assert.ok(!(await stale.innerText()).includes("{time}"));
  await desk.context().unroute("**/aliran*");
  for (let second = 0; second < 120 && (await stale.isVisible()); second += 1) {
    await desk.clock.runFor(1000);
    await desk.waitForTimeout(250);
  }
  assert.equal(await stale.isVisible(), false);
});

// S6, S41
// UX 15
test("the chief's figures stand with n and interval, and the files of the page say the same", async () => {
  const chief = await person({ size: DESKTOP });
  await signIn(chief, "commander");
  await visit(chief, "/pimpinan");
  const figures = await chief.locator("#warga .figure").allInnerTexts();
  assert.ok(figures.length >= 8);
  for (const figure of figures) assert.match(figure, /\d+\s?%.*\d+–\d+\s?%.*n \d+/s);
  for (const chart of await chief.locator("svg.chart").all()) {
    assert.equal(await chart.getAttribute("role"), "img");
    assert.ok((await chart.locator("title").textContent()).length > 5);
  }
  const cookie = demo.sessions.commander.map(({ name, value }) => `${name}=${value}`).join("; ");
  const csv = await (await fetch(new URL("/pimpinan.csv", demo.url), { headers: { cookie } })).text();
  const json = await (await fetch(new URL("/pimpinan.json", demo.url), { headers: { cookie } })).json();
  assert.ok(csv.split("\n").length > 5);
  assert.ok(JSON.stringify(json).length > 100);
  const refused = await fetch(new URL("/pimpinan.csv", demo.url), { redirect: "manual" });
  assert.notEqual(refused.status, 200);
});

test("a sensitive report shows neither kind nor place on the desk's lists", async () => {
  // S76
  const citizen = await person({ js: false });
  await visit(citizen, "/lapor/bantuan-1/bahaya");
  const story = { danger: "tidak", what: null, place: "Growong Lor", when: "hari-ini", words: "Cerita yang tidak untuk semua mata.", phone: "" };
  for (let step = 0; step < 8 && !citizen.url().includes("/lapor/periksa"); step += 1) {
    if (citizen.url().endsWith("/apa")) {
      story.what = await citizen.locator('input[name="apa"]').first().getAttribute("value");
    }
    await answer(citizen, story);
    await go(citizen);
  }
  await go(citizen, citizen.locator("#kirim"));
  const number = (await citizen.locator(".receipt .code").first().innerText()).trim();
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await visit(desk, "/meja");
  const row = desk.locator(".queue li", { hasText: number });
  await row.first().waitFor();
  assert.ok(!/Growong|kekerasan|rumah/i.test(await row.first().innerText()), await row.first().innerText());
  await signInElsewhere(number);
});

/** An officer on patrol does not find it at all. */
async function signInElsewhere(number) {
  const patrol = await person();
  await signIn(patrol, "patrol");
  await visit(patrol, "/pertemuan");
  assert.equal(await patrol.locator(`text=${number}`).count(), 0);
}
