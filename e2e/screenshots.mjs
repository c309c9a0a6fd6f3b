// npm run screenshots: makes the pictures of docs/img/ again, from the sample unit as people meet it.
// 360 and 1280 px wide; what is longer than a picture is shown from its beginning.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { sessions } from "./session.mjs";
import { startDemo } from "./start.mjs";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "docs", "img");
await mkdir(folder, { recursive: true });

const demo = await startDemo();
try {
  process.env.PENGAYOM_E2E = JSON.stringify({ ...demo, sessions: await sessions(demo) });
  const { closeBrowser, DESKTOP, person, PHONE, visit } = await import("./helpers.mjs");
  const { act, go, meet, openCase, report, signIn, STORY, track } = await import("./steps.mjs");

  const take = async (page, name) => {
    // The ring of a page that focuses its heading or summary is part of the picture; a hover is not.
    await page.mouse.move(0, 0);
    await page.evaluate(() => document.fonts.ready);
    const { width } = page.viewportSize();
    const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), width === PHONE.width ? 860 : 1500);
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
    console.log(`docs/img/${name}.png`);
  };

  // A person asks for help on a phone.
  const citizen = await person({ size: PHONE });
  await visit(citizen, "/");
  await take(citizen, "home-360");
  const shots = { "/lapor": "report-kinds-360", "/lapor/dicuri/tempat": "report-place-360", "/lapor/periksa": "report-check-360", "/lapor/terkirim": "report-receipt-360" };
  const sent = await report(citizen, STORY, async (where) => {
    if (shots[where]) await take(citizen, shots[where]);
  });

  // Somebody who is not safe; a village with its map; promises, for anybody.
  for (const [address, name] of [
    ["/aman/bantuan", "safe-360"],
    ["/wilayah/33.18.08.2022?peta=ya", "area-360"],
    ["/kinerja", "performance-360"],
  ]) {
    await visit(citizen, address);
    await take(citizen, name);
  }

  // The desk answers.
  const desk = await person({ size: DESKTOP });
  await signIn(desk, "desk");
  await take(desk, "desk-1280");
  await openCase(desk, sent.number);
  await go(desk, desk.locator('form[action$="/ambil"] button'));
  await act(desk, "telaah", async () => {});
  await act(desk, "jawab", (box) => box.locator("textarea").fill("Petugas kami datang siang ini. Simpan bukti beli telepon Anda."));
  await take(desk, "case-1280");

  // An officer meets them, and they are asked what they think of it.
  const code = await meet(desk);
  const officer = await person({ size: PHONE });
  await officer.context().addCookies(await desk.context().cookies());
  await visit(officer, new URL(desk.url()).pathname);
  await take(officer, "encounter-card-360");
  await signIn(officer, "patrol");
  await visit(officer, "/pertemuan/baru");
  await take(officer, "encounter-360");
  await visit(citizen, `/nilai/${code}`);
  await take(citizen, "rate-360");
  await track(citizen, sent);
  await take(citizen, "track-360");

  // The right action at once: whose matter it is, the first hour, what proof is missing, words of a letter.
  const { number } = await report(await person(), { ...STORY });
  const field = await person({ size: PHONE });
  await signIn(field, "desk");
  await openCase(field, number);
  const address = new URL(field.url()).pathname;
  await visit(field, `${address}/telaah`);
  for (const code of ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"]) await go(field, field.locator(`#${code}-2`));
  await take(field, "triage-360");
  await visit(field, `${address}/jam-pertama`);
  await go(field, field.locator(".steps-of-hour button.button").first());
  await take(field, "first-hour-360");
  const investigator = await person({ size: DESKTOP });
  await signIn(investigator, "investigator");
  await openCase(investigator, number);
  await visit(investigator, `${address}/pembuktian`);
  await act(investigator, "tindak-pidana", (box) => box.locator("select").selectOption("pencurian"));
  await act(investigator, "lengkap", async () => {});
  await take(investigator, "proof-1280");

  // The chief sees it.
  const chief = await person({ size: DESKTOP });
  await signIn(chief, "commander");
  await take(chief, "chief-1280");
  await visit(chief, "/setelan/surat/sttlp");
  await take(chief, "letter-words-1280");
  const night = await person({ size: DESKTOP, scheme: "dark", lang: "en" });
  await signIn(night, "commander");
  await take(night, "chief-dark-en-1280");

  await closeBrowser();
} finally {
  await demo.stop();
}
