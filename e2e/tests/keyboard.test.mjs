// Without a pointer: every page can be walked by Tab, the focus is always seen, and every task is done by keys alone.

import assert from "node:assert/strict";
import test from "node:test";

import { assertFocusSeen, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, tabTo, visit } from "../helpers.mjs";
import { ALL, PUBLIC } from "../pages.mjs";
import { go, openCase, receipt, report, settleSteps, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Presses `key` and waits for the page it leads to. */
const press = (page, key) => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);

/** At 400 % a desktop of 1280 × 1024 shows this much. */
const ZOOMED = { width: 320, height: 256 };

for (const [size, name] of [[PHONE, "360 px"], [DESKTOP, "1280 px"], [ZOOMED, "400 %"]]) {
  // UX 2, UX 3
  // S33
  test(`on every page each stop of Tab is in sight, has a ring and is not covered (${name})`, async () => {
    const people = new Map();
    for (const { address, role } of [...ALL, { address: "/lapor/bantuan-1/cerita" }, { address: "/lapor/dicuri/tempat" }]) {
      let page = people.get(role);
      if (!page) {
        page = await person({ size });
        if (role) await signIn(page, role);
        people.set(role, page);
      }
      await visit(page, address);
      const stops = await assertFocusSeen(page, address);
      assert.ok(stops.length >= 8, `${address}: ${stops.join(", ")}`);
    }
  });
}

// UX 14
test("the skip link leads past the header, on every kind of page", async () => {
  for (const { address, role } of [{ address: "/" }, { address: "/aman/bantuan" }, { address: "/meja", role: "desk" }]) {
    const page = await person({ size: role ? DESKTOP : PHONE });
    if (role) await signIn(page, role);
    await visit(page, address);
    await tabTo(page, 'a[href="#isi"]', 2);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "isi", address);
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest("main"))), `${address}: the next stop is in the content`);
    await page.context().close();
  }
});

for (const js of [true, false]) {
  const how = js ? "with" : "without";
  // UX 2, UX 4
  // S33
  test(`a report is tracked, added to and the meeting rated by keys alone, ${how} JavaScript`, async () => {
    const citizen = await person({ js });
    const { number, code } = await report(citizen);
    await visit(citizen, "/");
    await tabTo(citizen, '.doors a[href="/lacak"]');
    await press(citizen, "Enter");
    await tabTo(citizen, 'input[name="nomor"]');
    await citizen.keyboard.type(number);
    await tabTo(citizen, 'input[name="kode"]');
    await citizen.keyboard.type(code);
    await press(citizen, "Enter");
    assert.ok((await citizen.locator("h1").innerText()).includes(number));
    await tabTo(citizen, "form#form textarea");
    await citizen.keyboard.type("Ada rekaman kamera toko.");
    await tabTo(citizen, "form#form .actions button");
    await press(citizen, "Enter");
    assert.ok(await citizen.locator(".notice-ok p").evaluate((words) => words === document.activeElement), "what happened is where the focus is");
    assert.match(await citizen.locator("main").innerText(), /Ada rekaman kamera toko/);

    const officer = await person({ size: DESKTOP, js });
    await signIn(officer, "desk");
    await openCase(officer, number);
    await tabTo(officer, 'form[action$="/ambil"] button');
    await press(officer, "Enter");
    await tabTo(officer, 'a[href^="/pertemuan/baru?perkara="]');
    await press(officer, "Enter");
    await tabTo(officer, 'input[name="dijelaskan"]');
    await officer.keyboard.press("Space");
    await tabTo(officer, "form#form .actions button.button");
    await press(officer, "Enter");
    const card = (await officer.locator(".receipt .code").first().innerText()).replaceAll(" ", "");

    await visit(citizen, "/nilai");
    await tabTo(citizen, 'input[name="kode"]');
    await citizen.keyboard.type(card);
    await press(citizen, "Enter");
    const questions = await citizen.locator("main fieldset:not(details *)").count();
    for (let question = 0; question < questions; question += 1) {
      const name = await citizen.locator("main fieldset:not(details *)").nth(question).locator("input").first().getAttribute("name");
      await tabTo(citizen, `input[name="${name}"]`);
      // The first press of an arrow in a group with nothing chosen moves to the second answer and chooses it.
      await citizen.keyboard.press("ArrowDown");
      assert.equal(await citizen.locator(`input[name="${name}"]:checked`).count(), 1, name);
    }
    await tabTo(citizen, "form#form .actions button.button");
    await press(citizen, "Enter");
    assert.match(citizen.url(), /terima-kasih/);
  });

  // UX 2, UX 4
  // S32
  test(`the desk takes a report in person, serves, hands over and finds by keys alone, ${how} JavaScript`, async () => {
    const desk = await person({ size: DESKTOP, js });
    await signIn(desk, "desk");
    await tabTo(desk, '.actions a[href="/meja/laporan/baru"]');
    await press(desk, "Enter");
    await tabTo(desk, 'input[name="bahaya"]');
    await desk.keyboard.press("ArrowDown");
    await tabTo(desk, 'input[name="layanan"]');
    await desk.keyboard.press("Space");
    await tabTo(desk, "#cerita");
    await desk.keyboard.type("Dompet hilang di terminal.");
    await tabTo(desk, "#tempat");
    await desk.keyboard.type("Growong Lor");
    await tabTo(desk, 'input[name="kapan"]');
    await desk.keyboard.press("ArrowDown");
    await tabTo(desk, 'button[name="langkah"][value="bacakan"]');
    await press(desk, "Enter");
    assert.match(await desk.locator(".read-back").innerText(), /Dompet hilang di terminal/);
    await tabTo(desk, 'button[name="langkah"][value="simpan"]');
    await press(desk, "Enter");
    const { number } = await receipt(desk);

    // Finds it again.
    await visit(desk, "/meja");
    await tabTo(desk, "#cari");
    await desk.keyboard.type(number);
    await press(desk, "Enter");
    await tabTo(desk, ".queue a");
    await press(desk, "Enter");
    assert.ok((await desk.locator("h1").innerText()).includes(number));

    // What was done is said, and the keys go on from there.
    if (await desk.locator('form[action$="/ambil"] button').count()) {
      await tabTo(desk, 'form[action$="/ambil"] button');
      await press(desk, "Enter");
    }
    await tabTo(desk, "details#jawab > summary");
    await desk.keyboard.press("Enter");
    await tabTo(desk, "#jawab-jawaban");
    await desk.keyboard.type("Kami cari di terminal hari ini.");
    await tabTo(desk, "details#jawab button.button");
    await press(desk, "Enter");
    const said = words(desk, "case.recorded", { what: words(desk, "case.act_answered") });
    assert.equal(await desk.locator(".notice-ok p").innerText(), said);
    assert.ok(await desk.locator(".notice-ok p").evaluate((told) => told === document.activeElement), "the focus is on what was recorded");
    await settleSteps(desk);
    await tabTo(desk, "details#tutup > summary");
    await desk.keyboard.press("Enter");
    await tabTo(desk, 'details#tutup input[type="radio"]');
    await desk.keyboard.press("Space");
    await tabTo(desk, "details#tutup textarea");
    await desk.keyboard.type("Dompet ditemukan.");
    await tabTo(desk, "details#tutup button.button");
    await press(desk, "Enter");
    assert.ok((await desk.locator("main").innerText()).includes(words(desk, "case.actions_closed")));
  });

  // UX 2, UX 4
  // S32
  test(`who comes on duty takes over by keys alone, ${how} JavaScript`, async () => {
    const { number } = await report(await person({ js }));
    const leaving = await person({ size: DESKTOP, js });
    await signIn(leaving, "desk");
    await openCase(leaving, number);
    await go(leaving, leaving.locator('form[action$="/ambil"] button'));
    const coming = await person({ size: DESKTOP, js });
    await signIn(coming, "commander");
    await visit(coming, "/meja/serah-terima");
    const form = coming.locator("main form").filter({ hasText: number });
    const label = form.locator("label", { hasText: number });
    const id = await label.getAttribute("for");
    // Only the one of this test is taken: the others are unticked with the space bar.
    for (const box of await form.locator("input[type=checkbox]").all()) {
      if ((await box.getAttribute("id")) === id) continue;
      await box.focus();
      await coming.keyboard.press("Space");
    }
    await coming.locator(`#${id}`).focus();
    for (let presses = 0; presses < 60; presses += 1) {
      await coming.keyboard.press("Tab");
      if (await coming.evaluate(() => document.activeElement.matches("main form button"))) break;
    }
    await press(coming, "Enter");
    const told = coming.locator(".notice-ok p");
    assert.equal(await told.innerText(), words(coming, "handover.taken", { n: "1" }));
    assert.ok(await told.evaluate((said) => said === document.activeElement));
  });
}

// UX 2
test("no key of a single letter does anything on a page of the desk", async () => {
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  const { number } = await report(await person());
  await openCase(desk, number);
  const before = { url: desk.url(), text: await desk.locator("#riwayat").innerText() };
  await desk.locator("h1").click();
  for (const key of "abcdefghijklmnopqrstuvwxyz1234567890/?") await desk.keyboard.press(key);
  assert.deepEqual({ url: desk.url(), text: await desk.locator("#riwayat").innerText() }, before);
});

// UX 13
test("nothing needs to be dragged, hovered over, shaken or touched with two fingers", async () => {
  const page = await person();
  const found = [];
  for (const address of PUBLIC) {
    await visit(page, address);
    found.push(...(await page.evaluate(() => [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((file) => file.src || file.href))));
  }
  await signIn(page, "desk");
  await visit(page, "/meja");
  found.push(...(await page.evaluate(() => [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((file) => file.src || file.href))));
  const files = [...new Set(found)];
  assert.ok(files.length >= 4, files.join(" "));
  for (const file of files) {
    const text = await (await fetch(file)).text();
    assert.doesNotMatch(text, /"(drag\w*|drop|mouse(over|enter|move|down)|pointer(move|down)|touch\w+|devicemotion|deviceorientation|gesture\w+)"/, file);
    // Hovering may decorate, never show.
    for (const [rule] of text.matchAll(/[^{}]*:hover[^{}]*\{[^}]*\}/g)) assert.doesNotMatch(rule, /display|visibility|opacity|clip|transform/, rule);
  }
});
