// What people do, in their own terms: the main job step by step, by pointer or finger.
// Controls are found by the names the forms send and by the pack's words, as their readers find them.

import assert from "node:assert/strict";

import { account, demo, turned, visit } from "./helpers.mjs";
import { t } from "./words.mjs";

/** A report that every test may send; `place` is a village of the sample unit. */
export const STORY = {
  kind: "dicuri",
  danger: "tidak",
  what: "stolen_phone",
  place: "Growong Lor",
  when: "kemarin",
  words: "Telepon saya diambil di depan pasar waktu membayar parkir.",
  phone: "081234567890",
};

/** Presses the page's main button and waits for the page it leads to. */
export async function go(page, button) {
  const control = button ?? page.locator("main form#form .actions button.button").first();
  await turned(page, () => control.click());
}

/** Opens the menu of staff where a phone folds it away. */
export async function openMenu(page) {
  const menu = page.locator(".staff-bar details");
  const line = menu.locator("summary");
  if ((await line.isVisible()) && (await menu.getAttribute("open")) === null) await line.click();
}

/** Chooses one of the rows of a question, as people do: by its label. */
export async function choose(page, name, value) {
  const input = page.locator(`input[name="${name}"][value="${value}"]`);
  await page.locator(`label[for="${await input.getAttribute("id")}"]`).click();
  assert.ok(await input.isChecked(), `${name} = ${value}`);
}

/** Answers the question that the page asks, from `story`. */
export async function answer(page, story) {
  const step = new URL(page.url()).pathname.split("/").at(-1);
  switch (step) {
    case "bahaya":
      await choose(page, "bahaya", story.danger);
      break;
    case "apa":
      await choose(page, "apa", story.what);
      break;
    case "tempat":
      await page.fill("#tempat", story.place);
      break;
    case "waktu":
      await choose(page, "kapan", story.when);
      break;
    case "cerita":
      await page.fill("#cerita", story.words);
      if (story.photo) {
        await page.setInputFiles("#foto", story.photo);
        if (page.js) await page.locator("#photo-status").filter({ hasText: "kB" }).waitFor();
      }
      break;
    case "kontak":
      if (story.name) await page.fill("#nama", story.name);
      if (story.phone) await page.fill("#telepon", story.phone);
      break;
    default:
      assert.fail(`an unexpected step: ${step}`);
  }
}

/** From the front page to the page that shows all answers. `onPage` is called on each page on the way. */
export async function tell(page, story = STORY, onPage = async () => {}) {
  await visit(page, "/");
  await onPage("/");
  await go(page, page.locator('.doors a[href="/lapor"]'));
  await onPage("/lapor");
  await go(page, page.locator(`.doors a[href="/lapor/${story.kind}"]`));
  for (let step = 0; step < 8 && !page.url().includes("/lapor/periksa"); step += 1) {
    await onPage(new URL(page.url()).pathname);
    await answer(page, story);
    await go(page);
  }
  assert.match(page.url(), /\/lapor\/periksa/);
  await onPage("/lapor/periksa");
}

/** Number and secret code as the receipt shows them. */
export async function receipt(page) {
  const [number, code] = await page.locator(".receipt .code").allTextContents();
  assert.match(number, /^[A-Z]{3}-\d{4}-\d{4,}$/);
  assert.match(code, /^\d{4} \d{4} \d{4}$/);
  return { number, code };
}

/** The whole report, sent. Returns number and code. */
export async function report(page, story = STORY, onPage = async () => {}) {
  await tell(page, story, onPage);
  await go(page, page.locator("#kirim"));
  assert.match(page.url(), /\/lapor\/terkirim/);
  await onPage("/lapor/terkirim");
  return receipt(page);
}

/** Signs in with the form, and arrives where the role begins. A unit counts such tries: most tests use `signIn`. */
export async function signInByForm(page, role) {
  const { user, password } = account(role);
  await visit(page, "/masuk");
  await page.fill("#nama", user);
  await page.fill("#sandi", password);
  await go(page);
  assert.ok(!new URL(page.url()).pathname.startsWith("/masuk"), `${role} could not sign in`);
}

/** As one who has signed in before: arrives where the role begins. */
export async function signIn(page, role) {
  await page.context().addCookies(demo.sessions[role]);
  await visit(page, "/masuk");
  assert.ok(!new URL(page.url()).pathname.startsWith("/masuk"), `${role} has no session`);
}

/** Searches the desk's cases; what was typed is not in the address of the answer. */
export async function search(page, words) {
  await visit(page, "/meja/cari");
  await page.fill("#cari", words);
  await go(page, page.locator("form[role=search] button"));
  assert.ok(!decodeURIComponent(page.url()).includes(words), page.url());
}

/** Opens the case of `number` from the desk's search. */
export async function openCase(page, number) {
  await search(page, number);
  await go(page, page.locator(".queue a", { hasText: number }).first());
  assert.match(page.url(), /\/perkara\//);
}

/** Sends one of the acts of a case: opens its heading, fills its fields, presses its button. */
export async function act(page, slug, fill) {
  const box = page.locator(`details#${slug}`);
  if ((await box.getAttribute("open")) === null) await box.locator("summary").click();
  await fill(box);
  await go(page, box.locator("form button.button").last());
  assert.equal(await page.locator(".error-summary").count(), 0, `${slug} was refused`);
}

/** Follows a report with its number and code. */
export async function track(page, { number, code }) {
  await visit(page, "/lacak");
  await page.fill('input[name="nomor"]', number);
  await page.fill('input[name="kode"]', code);
  await go(page);
}

/** Does what has to be done before the case on the page is closed: rights are told, and the service stays as it was asked for. */
export async function settleSteps(page) {
  const at = new URL(page.url()).pathname;
  await visit(page, `${at}/langkah`);
  const told = page.locator("#selesai-rights_told");
  if (await told.count()) await go(page, told);
  const left = page.locator("#l-assessed details", { has: page.locator("#tinggalkan-assessed") });
  if (await left.count()) {
    await left.locator("summary").click();
    await left.locator("input[name=alasan]").fill("Layanan sudah jelas.");
    await go(page, left.locator("button.button"));
  }
  await visit(page, at);
}

/** The words of a key in the person's language. */
export function words(page, key, values) {
  return t(page.lang, key, values);
}

/** Records the encounter about the case that is open, and returns the code of the card for the person met. */
export async function meet(page, onPage = async () => {}) {
  await go(page, page.locator('a[href^="/pertemuan/baru?perkara="]').first());
  await onPage("/pertemuan/baru");
  await page.locator('input[name="dijelaskan"] + label').first().click();
  await go(page);
  assert.match(page.url(), /\/pertemuan\/[0-9a-f-]{36}/);
  await onPage("/pertemuan/{id}");
  const code = await page.locator(".receipt .code").first().innerText();
  assert.match(code, /^\d{4} \d{4} \d{4}$/);
  return code.replaceAll(" ", "");
}

/** Answers every question of the survey with its third point, writes a message, sends. */
export async function rate(page, code, onPage = async () => {}) {
  await visit(page, `/nilai/${code}`);
  await onPage("/nilai/{kode}");
  for (const group of await page.locator("main fieldset:not(details *)").all()) await group.locator(".choice label").nth(2).click();
  await page.locator("main textarea").fill("Petugas datang cepat dan menjelaskan.");
  await go(page);
  assert.match(page.url(), /terima-kasih/);
  await onPage("/nilai/terima-kasih");
}
