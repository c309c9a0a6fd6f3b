// Pages read aloud: nothing is loaded before it is asked for, and what is heard stands on the page.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

import { closeBrowser, demo, person, sendEveryoneHome, visit } from "../helpers.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const pack = fileURLToPath(new URL("../../packs/id", import.meta.url));
const spoken = execFileSync(process.env.PENGAYOM_BIN, ["pack", "spoken", pack], { encoding: "utf8" })
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Where each is heard; pages with a form of several steps are reached in the report's own tests. */
const PLACES = { home: "/", kinds: "/lapor", safe: "/aman/bantuan", track: "/lacak", paper: "/lapor/kertas", danger: "/lapor/dicuri/bahaya", where: "/lapor/dicuri/tempat", when: "/lapor/dicuri/waktu", words: "/lapor/dicuri/cerita", contact: "/lapor/dicuri/kontak" };

// S78
test("what is heard stands on the page, is as long as it says, and is loaded only when it is played", async () => {
  for (const lang of ["id", "en"]) {
    const page = await person({ lang });
    for (const [name, address] of Object.entries(PLACES)) {
      const asked = [];
      page.on("request", (request) => request.url().endsWith(".mp3") && asked.push(request.url()));
      await visit(page, address);
      const audio = page.locator("audio");
      assert.equal(await audio.count(), 1, address);
      await page.waitForTimeout(150);
      assert.deepEqual(asked, [], `${address} loads nothing before`);
      const shown = (await page.locator("body").innerText()).replace(/\s+/g, " ");
      const { words } = spoken.find((one) => one.lang === lang && one.page === name);
      for (const sentence of words.trim().split("\n")) {
        // What only browsers with a position show is named too.
        assert.ok(shown.includes(sentence.replace(/\.$/, "")), `${address}: ${sentence}`);
      }
      const heard = await audio.evaluate(
        (element) =>
          new Promise((done, fail) => {
            element.onloadedmetadata = () => done(element.duration);
            element.onerror = () => fail(new Error(element.error?.message));
            element.preload = "metadata";
            element.load();
          }),
      );
      const [minutes, seconds] = (await page.locator("#dengar").innerText()).match(/(\d+):(\d\d)/).slice(1).map(Number);
      assert.ok(Math.abs(heard - (minutes * 60 + seconds)) <= 1.5, `${address}: ${heard} s`);
    }
    await page.context().close();
  }
});

// S78
test("a player that jumps gets the part it asks for", async () => {
  const page = await person();
  await visit(page, "/");
  const address = new URL(await page.locator("audio").getAttribute("src"), demo.url);
  const whole = new Uint8Array(await (await fetch(address)).arrayBuffer());
  const part = await fetch(address, { headers: { range: "bytes=100-199" } });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get("content-range"), `bytes 100-199/${whole.length}`);
  assert.deepEqual(new Uint8Array(await part.arrayBuffer()), whole.slice(100, 200));
  assert.equal((await fetch(address, { headers: { range: `bytes=${whole.length}-` } })).status, 416);
});
