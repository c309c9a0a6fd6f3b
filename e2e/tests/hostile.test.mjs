// Hostile files, names and texts, as a browser sends and shows them; and what the program's memory does meanwhile.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { deflateSync } from "node:zlib";

import { assertSound, closeBrowser, demo, DESKTOP, person, picture, sendEveryoneHome, visit } from "../helpers.mjs";
import { chunk, photo, png } from "../photo.mjs";
import { go, openCase, receipt, report, signIn, STORY, tell, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Largest memory the program ever had, in MiB. */
async function peak() {
  const status = await readFile(`/proc/${demo.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

/** A PNG that says it is `side` points wide and high, with nothing but zeros in it. */
function bomb(width, height, depth = 8) {
  const row = 1 + (width * 3 * depth) / 8;
  return png(width, height, depth, deflateSync(Buffer.alloc(Math.min(row * height, 64 << 20)), { level: 9 }));
}

/** Files that are no photograph anybody could look at, by name, and the key of what is said. */
function files() {
  const whole = photo(60, 40).buffer;
  return [
    ["../../etc/passwd", "image/png", whole.subarray(0, 60), "error.photo_broken"],
    ["foto\u202Egpj.exe", "image/jpeg", Buffer.from("MZ\u0090\0 no picture", "latin1"), "error.file_kind"],
    ["<img src=x onerror=alert(1)>.png", "image/png", Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "error.file_kind"],
    ["CON.jpg", "image/jpeg", Buffer.from("GIF89a/*\0\0*/=alert(1)", "latin1"), "error.file_kind"],
    ["kosong.jpg", "image/jpeg", Buffer.alloc(0), "error.file_empty"],
    [`${"n".repeat(200)}👮🏽.png`, "image/png", bomb(60_000, 60_000), "error.photo_broken"],
    ["enam-belas.png", "image/png", bomb(12_000, 12_000, 16), "error.photo_broken"],
  ];
}

for (const js of [true, false]) {
  // S22, S32
  test(`a file that is no photograph is refused in words and the report goes without it, ${js ? "with" : "without"} JavaScript`, async () => {
    const page = await person({ js });
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs += 1;
      return dialog.dismiss();
    });
    await tell(page, STORY);
    await visit(page, "/lapor/dicuri/cerita?dari=periksa");
    for (const [name, mimeType, buffer, key] of files()) {
      await page.fill("#cerita", `Cerita dengan ${key}`);
      await page.setInputFiles("#foto", { name, mimeType, buffer });
      await go(page);
      assert.equal(await page.locator(".error-message").innerText(), words(page, key), name);
      assert.equal(await page.inputValue("#cerita"), `Cerita dengan ${key}`, name);
      assert.equal(await page.locator("input[name=hapus_foto]").count(), 0, name);
      assert.ok(await page.locator(".error-summary").evaluate((box) => box === document.activeElement), `${name}: focus`);
      const html = await page.content();
      assert.ok(!html.includes("passwd") && !html.includes("onerror") && !html.includes("\u202E"), `${name} is not shown`);
    }
    await assertSound(page, { where: "a photograph refused" });
    await picture(page, `photo-refused-${js}`);
    await go(page);
    await go(page, page.locator("#kirim"));
    await receipt(page);
    assert.equal(dialogs, 0);
  });
}

test("pictures that unpack to gigabytes do not fill the program's memory", async () => {
  // Debug programs and SQLite's own memory are in it: what is asked is that no bomb adds its size.
  const before = await peak();
  const head = Buffer.from("icc\0\0", "latin1");
  const profile = chunk("iCCP", Buffer.concat([head, deflateSync(Buffer.alloc(256 << 20), { level: 9 })]));
  const page = await person({ js: false });
  await visit(page, "/lapor/dicuri/cerita");
  for (const buffer of [bomb(60_000, 60_000), bomb(12_000, 12_000, 16), bomb(11_999, 11_999), png(8, 8, 8, deflateSync(Buffer.alloc(25 * 8)), profile)]) {
    await page.fill("#cerita", "Bom");
    await page.setInputFiles("#foto", { name: "bom.png", mimeType: "image/png", buffer });
    await go(page);
    await visit(page, "/lapor/dicuri/cerita");
  }
  const grown = (await peak()) - before;
  assert.ok(grown < 400, `${grown.toFixed(0)} MiB more than before`);
});

// S33
test("names written from right to left move nothing beside them", async () => {
  const arabic = "علي بن حسن";
  const citizen = await person();
  const sent = await report(citizen, { ...STORY, name: `${arabic}\u202E`, words: `${arabic} 2 motor` });
  const page = await person({ size: DESKTOP });
  await signIn(page, "desk");
  await openCase(page, sent.number);
  // The figure after the name is drawn where the sentence has it: right of what stands before it.
  const drawn = await page.evaluate((name) => {
    const found = [];
    const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const at = node.data.indexOf(name);
      if (at < 0) continue;
      const style = getComputedStyle(node.parentElement);
      const range = (from, to) => {
        const part = document.createRange();
        part.setStart(node, from);
        part.setEnd(node, to);
        return part.getBoundingClientRect();
      };
      const before = node.data.slice(0, at).search(/[A-Za-z0-9]/);
      found.push({
        text: node.data,
        direction: style.direction,
        alone: node.parentElement.closest("[dir=auto]") !== null,
        isolated: /\u2068/.test(node.data.slice(0, at)),
        name: range(at, at + name.length).left,
        before: before < 0 ? undefined : range(before, before + 1).left,
      });
    }
    return found;
  }, arabic);
  assert.ok(drawn.length >= 2, JSON.stringify(drawn));
  for (const one of drawn) {
    assert.ok(one.alone || one.isolated, JSON.stringify(one));
    if (one.isolated && one.before !== undefined) assert.ok(one.before < one.name, JSON.stringify(one));
  }
  assert.ok(!(await page.content()).includes("\u202E"));
  await assertSound(page, { least: 24, where: "a case told from right to left" });
  await picture(page, "right-to-left");
});
