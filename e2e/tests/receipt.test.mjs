// A receipt from the report to its verification, on the running unit: scanned, kept as files, altered, shown to a verifier of others.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

import { assertSound, closeBrowser, demo, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { decode } from "../qr.mjs";
import { binary } from "../start.mjs";
import { go, report, signIn, STORY, track, words } from "../steps.mjs";
import { t } from "../words.mjs";

const require = createRequire(import.meta.url);
const { verifyCheckpoint } = require("@sigstore/verify/dist/tlog/checkpoint.js");
const { verifyMerkleInclusion } = require("@sigstore/verify/dist/tlog/merkle.js");

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const text = async (address) => (await fetch(new URL(address, demo.url))).text();

/** What a link gives to keep. */
async function download(page, selector) {
  const [kept] = await Promise.all([page.waitForEvent("download"), page.locator(selector).click()]);
  const chunks = [];
  for await (const chunk of await kept.createReadStream()) chunks.push(chunk);
  return { name: kept.suggestedFilename(), text: Buffer.concat(chunks).toString("utf8") };
}

/** The file of a receipt once it holds its proof: the page gives it again until the log has it. */
async function proven(page, selector) {
  for (let tries = 0; ; tries += 1) {
    const kept = await download(page, selector);
    const json = JSON.parse(kept.text.slice(kept.text.indexOf("{")));
    if (json.proof || tries === 40) return { ...kept, json };
    await page.waitForTimeout(250);
  }
}

/** The command, with the keys that the unit's log names. */
async function command(given, ...options) {
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-keys-"));
  const keys = path.join(folder, "keys");
  await writeFile(keys, await text("/tlog/key"));
  const { status, stdout, stderr } = spawnSync(binary(), ["receipt", "verify", "--json", "--keys-file", keys, ...options], { input: given, encoding: "utf8" });
  await rm(folder, { recursive: true });
  return { status, found: stdout ? JSON.parse(stdout) : undefined, said: stderr };
}

/** Waits for a finding of /tanda-terima. */
async function finding(page, state) {
  await page.locator(`[data-state="${state}"]`).waitFor();
  return page.locator(`[data-state="${state}"]`).innerText();
}

for (const look of [
  { lang: "id", size: PHONE, scheme: "light" },
  { lang: "en", size: DESKTOP, scheme: "dark" },
]) {
  // S22, S40
  test(`a report, its receipt, its proof: scanned, kept and verified (${look.lang}, ${look.size.width} px)`, async () => {
    const page = await person({ ...look, bypassCSP: true });
    const sent = await report(page);
    await assertSound(page, { where: "/lapor/terkirim" });
    const said = await page.locator("main").innerText();
    assert.ok(said.includes(words(page, "sent.fee", { fee: words(page, "service.fee", { amount: "0" }) })), said);
    assert.ok(said.includes(words(page, "sent.proves")));

    // Scanned with another telephone.
    const address = await decode(page);
    const scanned = await person(look);
    await visit(scanned, address);
    const whole = await finding(scanned, "whole");
    assert.ok(whole.includes(sent.number), whole);
    await assertSound(scanned, { where: "/tanda-terima" });
    assert.match(await scanned.locator('[data-fact="checkpoint"]').textContent(), /^pengayom\/polres-pati\/[0-9a-f]{8}\n\d+\n/);

    // Kept as files, and verified without this server.
    const asText = await proven(page, 'a[href="/lapor/terkirim.txt"]');
    const asJson = await proven(page, 'a[href="/lapor/terkirim.json"]');
    assert.deepEqual([asText.name, asJson.name], [`${sent.number}.txt`, `${sent.number}.json`]);
    assert.ok(asText.text.includes(sent.code) && asText.text.includes(words(page, "sent.proves")), asText.text);
    assert.ok(!asJson.text.includes(sent.code) && !asJson.text.includes(sent.code.replaceAll(" ", "")));
    assert.ok(!asJson.text.includes(STORY.words) && !asJson.text.includes(STORY.phone));
    for (const given of [asText.text, asJson.text]) {
      const { status, found, said: why } = await command(given, "--number", sent.number);
      assert.deepEqual({ status, verdict: found?.verdict, number: found?.number, from: found?.key_from, act: found?.shows_act }, { status: 0, verdict: "whole", number: sent.number, from: "given", act: true }, why);
    }
    const scannedByCommand = await command(address);
    assert.deepEqual([scannedByCommand.status, scannedByCommand.found.verdict], [0, "promised"]);
    assert.deepEqual(asJson.json.fee, { amount: 0, currency: "IDR" });
    assert.equal(asJson.json.log, new URL("/tlog", demo.url).href);

    // The files are whole on the page too; altered ones are refused by both.
    await visit(scanned, "/tanda-terima");
    await scanned.setInputFiles("#berkas", { name: asText.name, mimeType: "text/plain", buffer: Buffer.from(asText.text) });
    await finding(scanned, "whole");
    const altered = JSON.stringify({ ...asJson.json, act: asJson.json.act.replace("lp_b", "lp_a").replace("seq ", "seq 9") });
    await scanned.fill("#tanda", altered);
    await scanned.locator("[data-form] button").click();
    await finding(scanned, "altered");
    const refused = await command(altered);
    assert.deepEqual([refused.status, refused.found.reason], [1, "other_act"], refused.said);
  });
}

// S22, S40
test("who follows a report verifies its receipt from there, and keeps it without the code", async () => {
  const page = await person();
  const sent = await report(page);
  await track(page, sent);
  await assertSound(page, { where: "/lacak/{nomor}" });
  const kept = await proven(page, 'a[href$="/tanda-terima.txt"]');
  assert.ok(!kept.text.includes(sent.code) && kept.text.includes(sent.number), kept.text);
  const { status, found, said } = await command(kept.text, "--number", sent.number);
  assert.deepEqual({ status, verdict: found?.verdict }, { status: 0, verdict: "whole" }, said);
  const asJson = await proven(page, 'a[href$="/tanda-terima.json"]');
  assert.deepEqual(asJson.json.promise, kept.json.promise);
  await page.locator('main a[href^="/tanda-terima#"]').click();
  await finding(page, "whole");
  // Without number and code the files are not given.
  const stranger = await person();
  const answer = await stranger.request.get(`/lacak/${sent.number}/tanda-terima.json`, { maxRedirects: 0 });
  assert.equal(answer.status(), 404);
});

// S22, S76
test("the receipt of a sensitive kind says nothing of it, and verifying leaves no trace", async () => {
  const page = await person();
  await visit(page, "/lapor");
  const sent = await report(page, await sensitiveStory(page));
  const { json } = await proven(page, 'a[href="/lapor/terkirim.json"]');
  assert.deepEqual([json.act, json.salt], [null, null]);
  const { status, found } = await command(JSON.stringify(json), "--number", sent.number);
  assert.deepEqual([status, found.verdict, found.shows_act], [0, "whole", false]);
  await page.locator('main a[href^="/tanda-terima?jejak=tidak#"]').click();
  await finding(page, "whole");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.equal(await page.locator(".exit a[data-exit]").count(), 1);
});

/** A story of the first kind that the pack marks sensitive. */
async function sensitiveStory(page) {
  for (const link of await page.locator('.doors a[href^="/lapor/"]').evaluateAll((all) => all.map((one) => one.getAttribute("href")))) {
    await page.goto(`${link}/apa`);
    if ((await page.locator("a[data-exit]").count()) === 0) continue;
    const what = page.locator('input[name="apa"]').first();
    return { ...STORY, kind: link.split("/").at(-1), what: (await what.count()) ? await what.getAttribute("value") : undefined };
  }
  return assert.fail("no kind is sensitive");
}

// S22
test("without JavaScript the receipt can be kept, and the page that verifies says what to do", async () => {
  const page = await person({ js: false });
  const sent = await report(page);
  const kept = await proven(page, 'a[href="/lapor/terkirim.txt"]');
  assert.equal((await command(kept.text, "--number", sent.number)).found.verdict, "whole");
  await page.locator('main a[href^="/tanda-terima#"]').click();
  assert.ok((await page.locator("main").innerText()).includes(t("id", "verify.no_script")));
  // The server checks too, and says whose word that is.
  const asked = async (given) => {
    await page.fill("#tanda", given);
    await go(page, page.locator("[data-form] button"));
    return page.locator("main").innerText();
  };
  const whole = await asked(kept.text);
  assert.ok(whole.includes(t("id", "verify.server_says")) && whole.includes(t("id", "verify.whole_title")) && whole.includes(sent.number), whole);
  await assertSound(page, { where: "/tanda-terima, the server's word" });
  const altered = await asked(kept.text.replace(`"number": "${sent.number}"`, '"number": "PTI-2611-0001"'));
  assert.ok(altered.includes(t("id", "verify.altered_title")), altered);
  await page.fill("#tanda", "halo");
  await go(page, page.locator("[data-form] button"));
  assert.equal(await page.locator(".error-summary a").count(), 1);
  assert.equal(await page.inputValue("#tanda"), "halo");
  await assertSound(page, { where: "/tanda-terima, nothing readable" });
});

// S22
test("the receipt of a spoken report, printed at the desk, is verified by its code", async () => {
  const desk = await person({ size: DESKTOP, bypassCSP: true });
  await signIn(desk, "desk");
  await visit(desk, "/meja/laporan/baru");
  await desk.locator('input[name="bahaya"][value="tidak"] + label').click();
  await desk.locator('input[name="layanan"] + label').first().click();
  await desk.fill("#cerita", "Dompet hilang di terminal.");
  await desk.fill("#tempat", "Growong Lor");
  await desk.locator('input[name="kapan"][value="hari-ini"] + label').click();
  await go(desk, desk.locator('button[name="langkah"][value="bacakan"]'));
  await go(desk, desk.locator('button[name="langkah"][value="simpan"]'));
  const number = await desk.locator(".receipt .code").first().innerText();
  const citizen = await person();
  await citizen.goto(await decode(desk));
  assert.ok((await finding(citizen, "whole")).includes(number));
});

// S22
test("a verifier of another project believes the running log and its proof, and no altered one", async () => {
  const answer = await fetch(new URL("/api/v1/requests", demo.url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ service_code: "lp_b", description: "Sepeda hilang", address: "Growong Lor" }),
  });
  assert.equal(answer.status, 201);
  const filed = await answer.json();
  assert.equal(filed.receipt.proof, null);
  let receipt = filed.receipt;
  for (let tries = 0; receipt.proof === null && tries < 40; tries += 1) {
    await new Promise((done) => setTimeout(done, 250));
    receipt = JSON.parse(await text(`/api/v1/requests/${filed.tracking_code}/receipt?secret=${filed.secret}`));
  }
  assert.equal(receipt.promise, filed.receipt.promise);
  // The key as Sigstore holds one.
  const [, name, id, encoded] = /^(.+)\+([0-9a-f]{8})\+(.+)\n/.exec(await text("/tlog/key"));
  const raw = Buffer.from(encoded, "base64").subarray(1);
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk" });
  const logs = [{ baseURL: name, logID: Buffer.from(id, "hex"), publicKey, validFor: { start: new Date(0), end: new Date(8e15) } }];
  const split = receipt.proof.indexOf("\n\n");
  const [, index, ...hashes] = receipt.proof.slice(0, split).split("\n");
  const envelope = receipt.proof.slice(split + 2);
  const commitment = createHash("sha256").update("pengayom/act/1\n").update(Buffer.from(receipt.salt, "base64")).update(receipt.act).digest();
  const entry = {
    canonicalizedBody: commitment,
    inclusionProof: { logIndex: index.replace("index ", ""), hashes: hashes.map((hash) => Buffer.from(hash, "base64")), checkpoint: { envelope } },
  };
  const checkpoint = verifyCheckpoint(entry, logs);
  verifyMerkleInclusion(entry, checkpoint);
  assert.throws(() => verifyMerkleInclusion({ ...entry, canonicalizedBody: createHash("sha256").update(commitment).digest() }, checkpoint));
  const grown = envelope.replace(/\n(\d+)\n/, (whole, size) => `\n${Number(size) + 1}\n`);
  assert.throws(() => verifyCheckpoint({ ...entry, inclusionProof: { ...entry.inclusionProof, checkpoint: { envelope: grown } } }, logs));
});

test("pages of other sites may read the log", async () => {
  const page = await person();
  // The same server under another name is another site to a browser.
  const other = new URL("/tanda-terima", demo.url);
  other.hostname = "localhost";
  await page.goto(other.href).catch(() => {});
  const read = await page.evaluate(async (address) => (await fetch(address)).text(), new URL("/tlog/checkpoint", demo.url).href).catch((error) => String(error));
  page.faults.length = 0;
  assert.match(read, /^pengayom\/polres-pati\//);
});
