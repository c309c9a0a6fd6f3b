// A case has its steps, its progress notices and the other reports of its event, each on a page of its own: the
// officer works through them by hand and without JavaScript, and the reporter sees what concerns them.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, openCase, report, signIn, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const main = (page) => page.locator("main").innerText();

for (const look of [
  { lang: "id", size: PHONE },
  { lang: "en", size: DESKTOP, js: false, scheme: "dark" },
]) {
  // S18 S40
  test(`an officer ticks a step, drafts and sends a notice, and the reporter reads it (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const citizen = await person(look);
    const sent = await report(citizen);
    const desk = await person(look);
    await signIn(desk, "desk");
    await openCase(desk, sent.number);
    const at = new URL(desk.url()).pathname;

    await visit(desk, `${at}/langkah`);
    await go(desk, desk.locator("#selesai-rights_told"));
    assert.ok((await main(desk)).includes(words(desk, "steps.said")));
    await assertSound(desk, { least: 24, where: "/perkara/{id}/langkah" });

    await visit(desk, `${at}/kabar`);
    await assertSound(desk, { least: 24, where: "/perkara/{id}/kabar without a draft" });
    await go(desk, desk.locator(`#susun-${look.lang}`));
    await go(desk, desk.locator("#tombol-kirim"));
    assert.ok((await main(desk)).includes(words(desk, "news.in_time")));
    await assertSound(desk, { least: 24, where: "/perkara/{id}/kabar" });

    await visit(desk, `${at}/kejadian-sama`);
    await desk.locator("#nomor").fill(sent.number);
    await go(desk, desk.locator("#satukan"));
    await assertSound(desk, { least: 24, where: "/perkara/{id}/kejadian-sama refused" });
    await visit(desk, "/meja/kabar");
    await assertSound(desk, { least: 24, where: "/meja/kabar" });

    await track(citizen, sent);
    const read = await main(citizen);
    assert.ok(read.includes(words(citizen, "steps.yours")) && read.includes("SP2HP A1"));
    await assertSound(citizen, { where: "/lacak/{nomor} with steps and a notice" });
  });
}
