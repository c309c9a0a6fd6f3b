// Being told of news: asked for on the form, changed by the reporter, stopped from a notice, and seen to by the desk when it did
// not arrive. The gateway is a server of this test's.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { writeFile } from "node:fs/promises";
import test from "node:test";

import { assertRefused, assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { go, receipt, STORY, tell, track, words } from "../steps.mjs";
import { endAll, unit } from "../unit.mjs";

test.afterEach(sendEveryoneHome);
test.after(endAll);
test.after(closeBrowser);

/** A gateway that answers with `status` and keeps what it was sent. */
async function gateway() {
  const asked = [];
  const said = { status: 202 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push(JSON.parse(body));
      response.writeHead(said.status).end();
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { asked, said, url: `http://127.0.0.1:${server.address().port}/`, end: () => server.close() };
}

/** Waits for something that the program does after it answered. */
async function until(what, ready) {
  for (let n = 0; n < 100; n += 1) {
    if (ready()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(what);
}

for (const look of [
  { lang: "id", size: PHONE },
  { lang: "en", size: DESKTOP, js: false, scheme: "dark" },
]) {
  // S76
  test(`news is told to whoever asked, stopped from the notice, and seen to when it fails (${look.lang}, ${look.js === false ? "without" : "with"} JavaScript)`, async () => {
    const peer = await gateway();
    const { at, serve, staff } = await unit();
    await writeFile(at("token"), "kunci gerbang yang panjang\n");
    Object.assign(process.env, {
      PENGAYOM_GATEWAY_URL: peer.url,
      PENGAYOM_GATEWAY_TOKEN_FILE: at("token"),
      PENGAYOM_OUTSIDE_ALLOW: "127.0.0.1",
      PENGAYOM_PUSH_CONTACT: "mailto:admin@polres-pati.example",
    });
    const { url: baseURL } = await serve();
    for (const name of ["GATEWAY_URL", "GATEWAY_TOKEN_FILE", "OUTSIDE_ALLOW", "PUSH_CONTACT"]) delete process.env[`PENGAYOM_${name}`];
    try {
      // The last question offers it; whoever ticks it and says no number is told so, and nothing typed is lost.
      const page = await person({ ...look, baseURL });
      await tell(page, { ...STORY, phone: undefined });
      await visit(page, "/lapor/dicuri/kontak");
      await assertSound(page, { where: "/lapor/dicuri/kontak with ways" });
      await page.locator('label[for="lewat"]').click();
      await assertRefused(page, page.locator("main form#form .actions button.button").first(), { says: [words(page, "telling.phone_needed")], where: "/lapor/dicuri/kontak" });
      assert.ok(await page.locator('input[name="lewat"]').first().isChecked());
      await page.fill("#telepon", STORY.phone);
      await go(page);
      await go(page, page.locator("#kirim"));
      const kept = await receipt(page);
      await until("a message that it was received", () => peer.asked.length === 1);
      assert.ok(peer.asked[0].text.includes(kept.number));

      // The reporter sees and changes it.
      await track(page, kept);
      await go(page, page.locator("#kabar"));
      assert.ok(await page.locator('input[name="lewat"]').first().isChecked());
      await assertSound(page, { where: "/lacak/{nomor}/kabar" });
      await page.locator('label[for="jam"]').click();
      await go(page, page.locator("#simpan"));
      assert.ok((await page.locator("main").innerText()).includes(words(page, "telling.saved")));
      assert.ok(await page.locator('input[name="jam"]').first().isChecked());
      await assertSound(page, { where: "/lacak/{nomor}/kabar, saved" });

      // The link in the notice, for somebody who is not signed in to anything.
      const link = new URL(peer.asked[0].text.match(/https?:\S+/)[0]).pathname;
      const reader = await person({ ...look, baseURL });
      await visit(reader, link);
      await assertSound(reader, { where: "/kabar/{token}" });
      await go(reader, reader.locator("#henti-semua"));
      assert.ok((await reader.locator("main").innerText()).includes(words(reader, "stop.all_stopped")));
      await assertSound(reader, { where: "/kabar/{token}, stopped" });
      await visit(reader, "/kabar/tidak-ada");
      await assertSound(reader, { where: "/kabar/{token} that leads nowhere" });

      // Another report, whose notice the gateway refuses: the desk sees to it.
      peer.said.status = 422;
      const other = await person({ ...look, baseURL });
      await tell(other, { ...STORY, name: "Siti Aminah", phone: "081298765432" });
      await visit(other, "/lapor/dicuri/kontak");
      await other.locator('label[for="lewat"]').click();
      await go(other);
      await go(other, other.locator("#kirim"));
      await until("a message that is refused", () => peer.asked.length === 2);
      const desk = await person({ ...look, baseURL });
      await desk.context().addCookies(await staff(baseURL, "desk"));
      await visit(desk, "/meja");
      for (let n = 0; n < 50 && (await desk.locator("#kiriman").count()) === 0; n += 1) await visit(desk, "/meja");
      await go(desk, desk.locator("#kiriman"));
      assert.ok((await desk.locator("main").innerText()).includes("081298765432"));
      await assertSound(desk, { least: 24, where: "/meja/kiriman" });
      await assertRefused(desk, desk.locator('button[value="batal"]'), { says: [words(desk, "notices.reason_write")], where: "/meja/kiriman", least: 24 });
      await desk.locator('input[name="alasan"]').fill("Datang sendiri ke meja");
      await go(desk, desk.locator('button[value="telepon"]'));
      assert.ok((await desk.locator("main").innerText()).includes(words(desk, "notices.none")));
    } finally {
      peer.end();
    }
  });
}
