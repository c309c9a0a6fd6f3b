// `/aman`: help for somebody whose telephone others look at.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, demo, person, sendEveryoneHome, visit, WAYS } from "../helpers.mjs";
import { choose, go, openCase, receipt, signIn, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** What the way out answered, with a harmless page in the place of the one outside. */
async function watchExit(page) {
  const seen = {};
  await page.context().route("**/keluar", async (route) => {
    const answer = await route.fetch({ maxRedirects: 0 });
    Object.assign(seen, { status: answer.status(), ...answer.headers() });
    const { location, ...headers } = answer.headers();
    await route.fulfill({ status: 200, headers, contentType: "text/html", body: "<title>Cuaca</title>" });
  });
  return seen;
}

for (const way of WAYS) {
  // S76
  test(`somebody who is not safe asks to be contacted safely, and the desk sees how (${way.name})`, async () => {
    const page = await person(way);
    await visit(page, "/");
    await go(page, page.locator('.doors a[href="/aman"]'));
    assert.ok(!(await page.title()).includes(words(page, "home.door_unsafe")), "the title is neutral");
    await go(page, page.locator('main a[href="/aman/bantuan"]'));
    await choose(page, "waktu", "morning");
    await page.fill("#telepon", "081234500111");
    await page.fill("#kata", "apotek");
    await page.fill("#cerita", "Ada dua anak di rumah.");
    const sent = {};
    for (const field of ["csrf", "perintah", "telepon", "kata", "cerita"]) sent[field] = await page.inputValue(`[name="${field}"]`);
    sent.waktu = "morning";
    await go(page);
    assert.match(page.url(), /\/lapor\/terkirim/);
    await assertSound(page, { where: "the receipt of a wish for contact" });
    const kept = await receipt(page);
    // The same form once more, as a second tap or a second tab sends it, is the same wish.
    const again = await page.context().request.post("/aman/bantuan", { form: sent, headers: { origin: demo.url } });
    assert.match(again.url(), /terkirim\?lagi=ya/);
    assert.ok((await again.text()).includes(kept.number), "one wish, one receipt");
    await track(page, kept);
    assert.ok((await page.locator("h1").innerText()).includes(kept.number));

    const desk = await person(way);
    await signIn(desk, "desk");
    await openCase(desk, kept.number);
    await go(desk, desk.locator('form[action$="/ambil"] button'));
    const shown = await desk.locator("main").innerText();
    for (const part of ["Pagi, pukul 06.00–11.00", "apotek", "081234500111", "Ada dua anak di rumah."]) {
      assert.ok(shown.includes(part), part);
    }
  });
}

// S76
test("nobody is called who asked not to be, and a wish without a time comes back with what was typed", async () => {
  const page = await person();
  await visit(page, "/aman/bantuan");
  await page.fill("#kata", "apotek");
  await go(page);
  await assertSound(page, { where: "a wish without a time" });
  assert.ok((await page.title()).startsWith(words(page, "error.title_prefix")));
  assert.deepEqual(await page.locator(".error-summary a").allInnerTexts(), [words(page, "safe.time_choose")]);
  assert.equal(await page.inputValue("#kata"), "apotek");
  await choose(page, "waktu", "midday");
  await go(page);
  assert.deepEqual(await page.locator(".error-summary a").allInnerTexts(), [words(page, "safe.phone_needed")]);
  await choose(page, "waktu", "never");
  await page.fill("#telepon", "081234500222");
  await go(page);
  const kept = await receipt(page);

  const desk = await person();
  await signIn(desk, "desk");
  await openCase(desk, kept.number);
  await go(desk, desk.locator('form[action$="/ambil"] button'));
  const shown = await desk.locator("main").innerText();
  assert.ok(shown.includes("Jangan hubungi"));
  assert.ok(!shown.includes("081234500222"), "the number is not kept");
});

// S76
// UX 7
test("the way out works by click, by the first stop of Tab, by Shift three times and without script", async () => {
  for (const js of [true, false]) {
    for (const how of js ? ["click", "tab", "shift"] : ["click", "tab"]) {
      const page = await person({ js });
      await visit(page, "/");
      const answer = await visit(page, "/aman/bantuan");
      assert.equal(answer.headers()["cache-control"], "no-store");
      const seen = await watchExit(page);
      const away = page.waitForURL("**/keluar");
      if (how === "click") await page.locator(".exit a").click();
      if (how === "shift") for (let press = 0; press < 3; press += 1) await page.keyboard.press("Shift");
      if (how === "tab") {
        await page.keyboard.press("Tab");
        const first = page.locator(":focus");
        assert.equal(await first.innerText(), words(page, "report.leave_now"));
        const box = await first.boundingBox();
        assert.ok(box.width > 40 && box.height >= 48, "the first stop is seen");
        await page.keyboard.press("Enter");
      }
      await away;
      assert.equal(seen.status, 303, how);
      assert.match(seen["clear-site-data"], /storage/);
      assert.equal(await page.title(), "Cuaca");
      if (js) {
        await page.goBack();
        assert.equal(new URL(page.url()).pathname, "/", `${how}: Back does not show the page`);
        const left = await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length]);
        assert.deepEqual(left, [0, 0, 0], "nothing is stored");
      }
      await page.context().close();
    }
  }
});

// S76
test("whoever helps nearby comes first, with the day the number was checked", async () => {
  for (const lang of ["id", "en"]) {
    const page = await person({ lang });
    await visit(page, "/aman/bantuan");
    const first = page.locator(".panel").first();
    assert.match(await first.innerText(), /UPTD PPA/);
    assert.match(await first.innerText(), /2025/);
    assert.equal(await page.locator('a[href="tel:129"]').count(), 1);
    await page.context().close();
  }
});

// S76
test("a report that is being written is not lost for a wish to be contacted", async () => {
  const page = await person();
  await visit(page, "/lapor/bantuan-1/cerita");
  await page.fill("#cerita", "Belum selesai saya tulis.");
  await go(page);
  await visit(page, "/aman/bantuan");
  await choose(page, "waktu", "never");
  await go(page);
  await receipt(page);
  await visit(page, "/lapor/bantuan-1/cerita");
  assert.equal(await page.inputValue("#cerita"), "Belum selesai saya tulis.");
  // The receipt is still there to be written down.
  await visit(page, "/lapor/terkirim");
  await receipt(page);
});
