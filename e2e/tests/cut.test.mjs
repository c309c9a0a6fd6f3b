// The connection ends in the middle: of a photograph, of a report, of the answer. Nothing is lost, nothing is there twice.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

import { closeBrowser, demo, person, PHONE, picture, sendEveryoneHome, visit } from "../helpers.mjs";
import { photo } from "../photo.mjs";
import { answer, choose, go, openCase, receipt, report, signIn, STORY, tell, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/**
 * A way to the sample unit that can break: `break_(side, after)` ends every connection once so many bytes of a POST went up
 * ("up"), or once its answer began ("down"); `mend()` lets everything through again.
 */
async function way() {
  const { hostname, port } = new URL(demo.url);
  const sockets = new Set();
  let rule;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    let posted = -1;
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        sockets.delete(socket);
        end();
      });
    }
    near.on("data", (bytes) => {
      if (bytes.subarray(0, 5).toString("latin1") === "POST ") posted = 0;
      if (posted >= 0) posted += bytes.length;
      if (rule?.side === "up" && posted > rule.after) return end();
      far.write(bytes);
    });
    far.on("data", (bytes) => {
      if (rule?.side === "down" && posted > 0) return end();
      posted = -1;
      near.write(bytes);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    break_: (side, after = 0) => {
      rule = { side, after };
    },
    mend: () => {
      rule = undefined;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** How many photographs the case of `number` shows to the desk. */
async function photographs(number) {
  const desk = await person();
  await signIn(desk, "desk");
  await openCase(desk, number);
  return desk.locator(".files img").count();
}

/** Everything but the story, told beforehand; then the page of the story, filled in. */
async function atTheStory(page, words_) {
  await tell(page, STORY);
  await visit(page, "/lapor/dicuri/cerita?dari=periksa");
  await page.fill("#cerita", words_);
  await page.setInputFiles("#foto", photo(900, 700, true));
  if (page.js) await page.locator("#photo-status").filter({ hasText: "kB" }).waitFor();
}

// S32
test("a connection that ends in the middle of a photograph loses neither it nor the words", async () => {
  const road = await way();
  try {
    const page = await person({ baseURL: road.url, size: PHONE });
    await atTheStory(page, "Ditulis sebelum sinyal hilang.");
    for (const after of [1, 2_000, 60_000, 110_000]) {
      road.break_("up", after);
      await page.locator("main form#form .actions button.button").first().click();
      const status = page.locator("[data-keep-status]");
      await status.filter({ hasText: words(page, "error.not_sent") }).waitFor();
      assert.match(page.url(), /cerita/);
      assert.equal(await page.inputValue("#cerita"), "Ditulis sebelum sinyal hilang.");
      assert.equal(await page.evaluate(() => document.querySelector("#foto").files.length), 1, "the photograph stays");
    }
    await picture(page, "cut-photo");
    road.mend();
    await go(page);
    assert.match(page.url(), /periksa/);
    assert.match(await page.locator("main").innerText(), /Ditulis sebelum sinyal hilang/);
    await go(page, page.locator("#kirim"));
    const { number } = await receipt(page);
    assert.equal(await photographs(number), 1);
  } finally {
    await road.close();
  }
});

// S32
test("without JavaScript the browser sends it again, and it is there once", async () => {
  const road = await way();
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-photo-"));
  try {
    const page = await person({ baseURL: road.url, js: false });
    await atTheStory(page, "Tanpa JavaScript.");
    // A file that stays where it is, as on a telephone: the browser reads it again.
    await writeFile(path.join(folder, "foto.png"), photo(900, 700, true).buffer);
    await page.setInputFiles("#foto", path.join(folder, "foto.png"));
    road.break_("up", 50_000);
    await page.locator("main form#form .actions button.button").first().click();
    await page.waitForURL(/chrome-error/).catch(() => {});
    road.mend();
    await page.reload();
    assert.match(page.url(), /periksa/);
    assert.match(await page.locator("main").innerText(), /Tanpa JavaScript/);
    await go(page, page.locator("#kirim"));
    const { number } = await receipt(page);
    assert.equal(await photographs(number), 1);
  } finally {
    await road.close();
    await rm(folder, { recursive: true });
  }
});

// S32
test("an answer that was lost on its way is asked for again and gives the same receipt", async () => {
  const road = await way();
  try {
    const page = await person({ baseURL: road.url });
    await tell(page, STORY);
    road.break_("down");
    await page.locator("#kirim").click();
    await page.locator("[data-keep-status]").filter({ hasText: words(page, "error.not_sent") }).waitFor();
    road.mend();
    await go(page, page.locator("#kirim"));
    assert.ok((await page.locator("main").innerText()).includes(words(page, "sent.already_sent").split("{")[0]));
    const sent = await receipt(page);
    // It stands there once: the next report has the next number but for what others file meanwhile.
    const desk = await person();
    await signIn(desk, "desk");
    await openCase(desk, sent.number);
    await track(page, sent);
    assert.match(await page.locator("h1").innerText(), new RegExp(sent.number));
  } finally {
    await road.close();
  }
});

// S32
test("signal that goes while a photograph is on its way is said at once, and nothing is lost", async () => {
  const page = await person();
  await atTheStory(page, "Sinyal hilang di tengah foto.");
  const slow = await page.context().newCDPSession(page);
  await slow.send("Network.enable");
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 20, downloadThroughput: 200_000, uploadThroughput: 8_000 });
  await page.locator("main form#form .actions button.button").first().click();
  const status = page.locator("[data-keep-status]");
  await status.filter({ hasText: words(page, "report.sending") }).waitFor();
  await slow.send("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await status.filter({ hasText: words(page, "error.not_sent") }).waitFor();
  assert.equal(await page.inputValue("#cerita"), "Sinyal hilang di tengah foto.");
  assert.equal(await page.evaluate(() => document.querySelector("#foto").files.length), 1);
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await go(page);
  await go(page, page.locator("#kirim"));
  const { number } = await receipt(page);
  assert.equal(await photographs(number), 1);
});

// S40
test("what is added to a report over a broken connection is there once, with its photograph", async () => {
  const road = await way();
  try {
    const page = await person({ baseURL: road.url });
    const sent = await report(page, STORY);
    await track(page, sent);
    await page.fill("#keterangan", "Ditambah lewat sinyal buruk.");
    await page.setInputFiles("#foto", photo(900, 700, true));
    await page.locator("#photo-status").filter({ hasText: "kB" }).waitFor();
    for (const [side, after] of [["up", 60_000], ["down", 0], ["down", 0]]) {
      road.break_(side, after);
      await page.locator("form#form .actions button.button").click();
      await page.locator("[data-keep-status]").filter({ hasText: words(page, "error.not_sent") }).waitFor();
      road.mend();
    }
    await go(page, page.locator("form#form .actions button.button"));
    assert.ok((await page.locator("main").innerText()).includes(words(page, "track.added")));
    assert.equal(await page.locator("text=Ditambah lewat sinyal buruk.").count(), 1);
    assert.equal(await photographs(sent.number), 1);
  } finally {
    await road.close();
  }
});

test("what is too large is said beside the button, and the page keeps what was typed", async () => {
  const page = await person();
  await visit(page, "/lapor/dicuri/kontak");
  await page.fill("#nama", "x".repeat(70_000));
  await page.locator("main form#form .actions button.button").first().click();
  await page.locator("[data-keep-status]").filter({ hasText: words(page, "error.too_large_title") }).waitFor();
  assert.equal((await page.inputValue("#nama")).length, 70_000);
  await page.fill("#nama", "Siti");
  await go(page);
  assert.match(page.url(), /periksa/);
  await visit(page, "/lapor/dicuri/bahaya");
  await choose(page, "bahaya", "tidak");
  await answer(page, STORY);
});
