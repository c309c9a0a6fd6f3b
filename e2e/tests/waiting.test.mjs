// People at the front desk, the wait that everybody reads, and what is down.

import assert from "node:assert/strict";
import test from "node:test";

import { assertNoSidewaysScroll, assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, tabTo, visit, WAYS } from "../helpers.mjs";
import { choose, go, signIn, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const ticketOf = async (page) => /[A-Z]\d+/.exec(await page.locator("h1").innerText())[0];

/** Puts somebody into the queue; the page shows their ticket. */
async function join(page, need, first) {
  await visit(page, "/meja");
  await go(page, page.locator("#tambah"));
  await choose(page, "keperluan", need);
  if (first) await choose(page, "dulu", first);
  await go(page);
  assert.match(page.url(), /\/meja\/antrean\/[0-9a-f-]{36}$/);
  return ticketOf(page);
}

/** Calls people until a ticket comes; the others are served on the way. */
async function callUntil(page, ticket) {
  for (let n = 0; n < 60; n += 1) {
    await visit(page, "/meja");
    await go(page, page.locator("#panggil-tombol"));
    assert.match(page.url(), /\/meja\/antrean\//, `${ticket} is not called`);
    if ((await ticketOf(page)) === ticket) return;
    await endVisit(page, "dilayani");
  }
  assert.fail(`${ticket} is not called`);
}

async function endVisit(page, how) {
  await choose(page, "akhir", how);
  await go(page, page.locator("#akhiri"));
  assert.equal(new URL(page.url()).pathname, "/meja");
}

for (const way of WAYS) {
  for (const lang of ["id", "en"]) {
    // S21, S26, S76
    test(`somebody comes, is called by the order that is shown, and the wait stands on the front page (${way.name}, ${lang})`, async () => {
      const desk = await person({ size: way.size, lang, js: way.js });
      await signIn(desk, "desk");
      const plain = await join(desk, "skck");
      await assertSound(desk, { least: 24, where: "a ticket" });
      const danger = await join(desk, "kekerasan", "bahaya");
      await visit(desk, "/meja");
      const list = await desk.locator("#orang").innerText();
      assert.ok(list.includes(plain) && list.includes(danger), list);
      assert.ok(list.indexOf(danger) < list.indexOf(plain), "danger stands first");
      assert.ok(!list.includes(lang === "id" ? "Kekerasan di rumah" : "Violence at home"), "a narrow need is not named");
      await assertSound(desk, { least: 24, where: "the desk with people" });
      const front = await person({ lang, js: way.js });
      await visit(front, "/");
      const wait = await front.locator("#tunggu").innerText();
      assert.match(wait, /\d/, "a figure that was measured");
      assert.ok(!wait.includes(words(front, "wait.none")), wait);
      await go(desk, desk.locator("#panggil-tombol"));
      assert.equal(await ticketOf(desk), danger);
      await assertSound(desk, { least: 24, where: "somebody is served" });
      await endVisit(desk, "dilayani");
      await callUntil(desk, plain);
      await go(desk, desk.locator("#mulai"));
      assert.ok((await desk.locator("main").innerText()).includes(words(desk, "visit.from_ticket", { ticket: plain })));
      await desk.goBack();
      await endVisit(desk, "pergi");
    });
  }
}

// S21
test("two officers who press at once serve two people, by keyboard alone", async () => {
  const one = await person({ size: DESKTOP });
  await signIn(one, "desk");
  const two = await person({ size: DESKTOP });
  await signIn(two, "commander");
  await join(one, "skck", "lansia");
  await join(one, "hilang", "lansia");
  for (const page of [one, two]) {
    await visit(page, "/meja");
    await tabTo(page, "#panggil-tombol");
  }
  await Promise.all([one, two].map((page) => Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")])));
  const tickets = [await ticketOf(one), await ticketOf(two)];
  assert.notEqual(tickets[0], tickets[1]);
  // The colleague has to leave: the ticket is taken over, not lost.
  await visit(one, two.url());
  await tabTo(one, "#ambil-alih");
  await Promise.all([one.waitForNavigation(), one.keyboard.press("Enter")]);
  assert.equal(await ticketOf(one), tickets[1]);
  await endVisit(one, "dilayani");
  await visit(two, "/meja/serah-terima");
  const shift = await two.locator("main").innerText();
  assert.ok(shift.includes(tickets[0]) && !new RegExp(`${tickets[1]}\\b`).test(shift), shift);
});

test("the slip prints the number and nothing to press; the pages hold at 320 px and at night", async () => {
  const desk = await person({ size: { width: 320, height: 640 }, scheme: "dark" });
  await signIn(desk, "desk");
  await visit(desk, "/meja/antrean/baru");
  await go(desk);
  assert.equal(await desk.locator(".error-summary a").count(), 1, "a need is asked for");
  await assertSound(desk, { least: 24, where: "a form that was refused" });
  await assertNoSidewaysScroll(desk, "a new ticket at 320 px");
  await choose(desk, "keperluan", "-");
  await go(desk);
  await assertNoSidewaysScroll(desk, "a ticket at 320 px");
  const ticket = await ticketOf(desk);
  await desk.emulateMedia({ media: "print" });
  const slip = await desk.locator("main").innerText();
  assert.ok(slip.includes(ticket) && slip.includes(words(desk, "visit.slip").split(".")[0]), slip);
  assert.equal(await desk.locator("main button:visible, main form:visible").count(), 0);
  assert.ok(!slip.includes(words(desk, "visit.need_title")), slip);
});

for (const way of WAYS) {
  // S26
  test(`what is down is told where people look, and that it works again (${way.name})`, async () => {
    const desk = await person({ size: way.size, js: way.js });
    await signIn(desk, "desk");
    await visit(desk, "/meja/gangguan");
    await go(desk);
    assert.ok(await desk.locator(".error-summary").isVisible());
    await choose(desk, "apa", "telepon_110");
    await go(desk);
    assert.equal(await desk.locator(".error-summary").count(), 0);
    await assertSound(desk, { least: 24, where: "outages" });
    for (const lang of ["id", "en"]) {
      const anybody = await person({ size: PHONE, lang, js: way.js });
      for (const address of ["/", "/layanan/call_110", "/aman/bantuan"]) {
        await visit(anybody, address);
        const told = await anybody.locator("[role=status] .notice-warn").first().innerText();
        assert.ok(told.includes(lang === "id" ? "Telepon 110 terganggu sejak" : "Telephone 110 has been down since"), `${address}: ${told}`);
        await assertSound(anybody, { where: `${address} with an outage` });
      }
    }
    await visit(desk, "/meja/gangguan");
    await go(desk, desk.locator("[id^=pulih-]").first());
    const anybody = await person({ size: PHONE, js: way.js });
    await visit(anybody, "/");
    assert.ok((await anybody.locator("[role=status] .notice-ok").first().innerText()).includes("sudah pulih"));
    await assertSound(anybody, { where: "/ after an outage" });
  });
}
