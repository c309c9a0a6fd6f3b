// A unit's store is set back to yesterday's backup, and its receipts tell: the command and the browser, against the log as it is served again.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import test from "node:test";

import { assertSound, closeBrowser, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { words } from "../steps.mjs";
import { endAll, unit } from "../unit.mjs";

test.afterEach(async () => {
  try {
    await sendEveryoneHome();
  } finally {
    await endAll();
  }
});
test.after(closeBrowser);

async function file(url, story) {
  const answer = await fetch(new URL("/api/v1/requests", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ service_code: "lp_b", description: story, address: "Growong Lor" }),
  });
  assert.equal(answer.status, 201);
  return answer.json();
}

/** The receipt of a report with its proof, once the log has it. */
async function proven(url, filed) {
  for (let tries = 0; tries < 80; tries += 1) {
    const answer = await fetch(new URL(`/api/v1/requests/${filed.tracking_code}/receipt?secret=${filed.secret}`, url));
    const receipt = await answer.json();
    if (receipt.proof) return receipt;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`${filed.tracking_code} was not proven`);
}

/** How many leaves the published log has. */
async function size(url) {
  const answer = await fetch(new URL("/tlog/checkpoint", url));
  return answer.ok ? Number((await answer.text()).split("\n")[1]) : 0;
}

// S18, S22
test("a store set back to an older backup is found by every receipt from after it, while the log is shorter and when it has grown again", async () => {
  const { at, file: store, pengayom, serve } = await unit();
  const before = await serve();
  const url = before.url;
  const early = await file(url, "Sepeda hilang");
  const old = await proven(url, early);
  await pengayom("backup", at("yesterday"));
  for (const story of ["Motor hilang", "Ponsel hilang"]) await file(url, story);
  const filed = await file(url, "Dompet hilang");
  const receipt = await proven(url, filed);
  const seen = await proven(url, early);
  const keys = at("keys");
  await writeFile(keys, await (await fetch(new URL("/tlog/key", url))).text());
  await before.stop();

  await pengayom("restore", at("yesterday"), "--store", store("again.db"));
  await serve({ store: store("again.db"), listen: new URL(url).host });

  /** What the command says of a receipt held to the running log. */
  const command = async (given, name) => {
    const path = at(`${name}.json`);
    await writeFile(path, JSON.stringify(given));
    const asked = ["receipt", "verify", path, "--keys-file", keys];
    const offline = JSON.parse((await pengayom(...asked, "--json")).stdout);
    assert.equal(offline.verdict, "whole", "by itself it is whole");
    return pengayom(...asked, "--json", "--log", `${url}/tlog`).then(
      ({ stdout }) => ({ status: 0, found: JSON.parse(stdout) }),
      ({ code, stdout, stderr }) => ({ status: code, found: JSON.parse(stdout), said: stderr }),
    );
  };
  /** What the page says of it to somebody who never saw the log before. */
  const page = async (given, lang) => {
    const reader = await person({ size: PHONE, lang, baseURL: url });
    await visit(reader, "/tanda-terima");
    await reader.fill("#tanda", JSON.stringify(given));
    await reader.locator("[data-form] button").click();
    await reader.locator("[data-state]:visible").waitFor();
    const state = await reader.locator("[data-state]:visible").getAttribute("data-state");
    const reason = await reader.locator("[data-reason]:visible").evaluateAll((all) => all.map((one) => one.dataset.reason).join());
    const title = state === "whole" ? "" : await reader.locator(`[data-state="${state}"] h2`).innerText();
    if (state === "log") assert.equal(title, words(reader, "verify.log_title"));
    await assertSound(reader, { where: `/tanda-terima says ${state}` });
    await reader.context().close();
    return [state, reason];
  };

  // Shorter than the receipt's tree.
  assert.ok((await size(url)) < Number(receipt.proof.split("\n\n")[1].split("\n")[1]));
  for (const [name, given] of Object.entries({ receipt, seen })) {
    const { status, found, said } = await command(given, name);
    assert.deepEqual([status, found.verdict, found.reason], [1, "refused", "ahead_of_the_log"], said);
    assert.match(said, /was set back or rewritten/);
    assert.deepEqual(await page(given, "id"), ["log", "rolled_back"], name);
  }
  // What the backup held stays whole.
  const kept = await command(old, "old");
  assert.deepEqual([kept.status, kept.found.verdict, kept.found.log_today.size], [0, "whole", await size(url)]);
  assert.deepEqual(await page(old, "id"), ["whole", ""]);

  // Grown past it with other acts: first to the same size, then beyond.
  const least = Number(receipt.proof.split("\n\n")[1].split("\n")[1]);
  for (const target of [least, least + 1]) {
    for (let n = 0; (await size(url)) < target; n += 1) {
      assert.ok(n < 40);
      await proven(url, await file(url, `Helm hilang ${target} ${n}`));
    }
    for (const [name, given] of Object.entries({ receipt, seen })) {
      const { status, found, said } = await command(given, name);
      assert.deepEqual([status, found.reason], [1, "forked"], said);
      assert.match(said, /was set back or rewritten/);
      assert.deepEqual(await page(given, "en"), ["log", "two_logs"], `${name} at ${target}`);
    }
  }
  // A promise without a proof too.
  const { proof, ...promised } = receipt;
  const bare = at("bare.json");
  await writeFile(bare, JSON.stringify({ ...promised, proof: null }));
  await assert.rejects(pengayom("receipt", "verify", bare, "--keys-file", keys, "--log", `${url}/tlog`), ({ stderr }) => /found another/.test(stderr) && /was set back or rewritten/.test(stderr));
  assert.equal((await command(old, "old")).status, 0);
});
