// Two tabs, Back, a second tap, a reload, a bookmark: what people do when a page seems not to answer.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, meet, openCase, receipt, report, signIn, STORY, tell, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Another tab of the person's browser. */
async function tab(page) {
  const second = await page.context().newPage();
  return Object.assign(second, { lang: page.lang, js: page.js, scheme: page.scheme, base: page.base, spoken: true, faults: [] });
}

for (const js of [true, false]) {
  const how = js ? "with" : "without";

  // S32
  test(`two tabs that answer at once keep both answers, ${how} JavaScript`, async () => {
    const one = await person({ js });
    await visit(one, "/lapor/dicuri/cerita");
    const two = await tab(one);
    await visit(two, "/lapor/dicuri/kontak");
    await one.fill("#cerita", "Dari halaman pertama.");
    await two.fill("#nama", "Dari halaman kedua");
    await Promise.all([go(one), go(two)]);
    for (const page of [one, two]) {
      await visit(page, "/lapor/periksa");
      const text = await page.locator("main").innerText();
      assert.match(text, /Dari halaman pertama/);
      assert.match(text, /Dari halaman kedua/);
    }
  });

  test(`what another tab changed is shown before it is sent, ${how} JavaScript`, async () => {
    const one = await person({ js });
    await tell(one, STORY);
    const two = await tab(one);
    await visit(two, "/lapor/dicuri/kontak?dari=periksa");
    await two.fill("#nama", "Nama dari halaman lain");
    await go(two);
    await go(one, one.locator("#kirim"));
    assert.match(one.url(), /periksa/);
    assert.ok((await one.locator(".error-summary").innerText()).includes(words(one, "check.changed")));
    assert.match(await one.locator("main").innerText(), /Nama dari halaman lain/);
    await go(one, one.locator("#kirim"));
    const sent = await receipt(one);
    // The other tab still shows its answers: its button leads to the receipt.
    await go(two, two.locator("#kirim"));
    assert.deepEqual(await receipt(two), sent);
    assert.ok((await two.locator("main").innerText()).includes(words(two, "sent.already_sent").split("{")[0]));
  });

  test(`Back after sending, then anything, leads to the receipt, ${how} JavaScript`, async () => {
    const page = await person({ js });
    const old = await tab(page);
    await tell(page, STORY);
    await visit(old, "/lapor/dicuri/cerita");
    await go(page, page.locator("#kirim"));
    const sent = await receipt(page);
    await old.fill("#cerita", "Diubah setelah terkirim");
    await go(old);
    assert.deepEqual(await receipt(old), sent);
    for (let presses = 0; presses < 2; presses += 1) {
      await page.goBack();
      if (/periksa/.test(page.url()) && (await page.locator("#kirim").count())) await go(page, page.locator("#kirim"));
      if (/terkirim/.test(page.url())) break;
    }
    await visit(page, "/lapor/terkirim");
    assert.deepEqual(await receipt(page), sent);
    await page.reload();
    assert.deepEqual(await receipt(page), sent);
    await visit(page, "/lapor/periksa");
    assert.deepEqual(await receipt(page), sent, "a bookmark of the page before");
  });

  // S40
  test(`what is added with two taps and Back is there once, ${how} JavaScript`, async () => {
    const page = await person({ js });
    await track(page, await report(page));
    await page.fill("#keterangan", "Ditekan dua kali.");
    await Promise.all([page.waitForURL(/ditambah/), page.locator("form#form .actions button.button").dblclick()]);
    assert.equal(await page.locator("text=Ditekan dua kali.").count(), 1);
    await page.reload();
    assert.equal(await page.locator("text=Ditekan dua kali.").count(), 1);
  });
}

// S5
test("a rating that is sent twice counts once, and the second tap is told that it came", async () => {
  const { number } = await report(await person());
  const officer = await person({ size: DESKTOP });
  await signIn(officer, "desk");
  await openCase(officer, number);
  await go(officer, officer.locator('form[action$="/ambil"] button'));
  const code = await meet(officer);
  const page = await person({ js: false });
  await visit(page, `/nilai/${code}`);
  const second = await tab(page);
  await visit(second, `/nilai/${code}`);
  for (const one of [page, second]) await one.locator("main fieldset .choice label").first().click();
  await go(page);
  assert.match(page.url(), /terima-kasih/);
  await go(second);
  assert.ok((await second.locator("main").innerText()).includes(words(second, "rate.code_used_sent")));
  await page.goBack();
  await page.reload();
  assert.ok((await page.locator("main").innerText()).includes(words(page, "rate.code_used")));
});
