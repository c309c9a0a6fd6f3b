// `pengayom receipt verify`: the same receipts as the browser's script, made by neither (log.mjs), with the same findings.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";

import { Log, Signer } from "../log.mjs";
import { binary } from "../start.mjs";

/** Runs the command on what a person has; `found` is its JSON, `said` what it says to people. */
function verify(given, ...options) {
  const input = typeof given === "string" ? given : JSON.stringify(given);
  const run = (...more) => spawnSync(binary(), ["receipt", "verify", ...options, ...more], { input, encoding: "utf8" });
  const asJson = run("--json");
  const asText = run();
  assert.equal(asJson.status, asText.status);
  return { status: asJson.status, found: asJson.stdout ? JSON.parse(asJson.stdout) : undefined, said: asText.stdout + asText.stderr };
}

// S22
test("a receipt is whole as JSON, as text and as the address of its QR code, and it is said whose key that was", async () => {
  const log = new Log(300);
  const key = ["--key", log.signer.vkey];
  const json = log.json(40, { size: 300 });
  const whole = verify(json, ...key);
  assert.equal(whole.status, 0, whole.said);
  assert.equal(whole.found.verdict, "whole");
  assert.deepEqual(
    { number: whole.found.number, index: whole.found.index, log: whole.found.log, from: whole.found.key_from, size: whole.found.proven_in.size, act: whole.found.shows_act },
    { number: "UJI-2511-0041", index: 40, log: log.origin, from: "given", size: 300, act: true },
  );
  const text = `Tanda terima\r\n\r\n--- pengayom-receipt/v1 ---\r\n${JSON.stringify(json, null, 2).replaceAll("\n", "\r\n")}\r\n`;
  assert.equal(verify(text, ...key).found.verdict, "whole");
  assert.equal(verify(log.json(40), ...key).found.verdict, "promised");
  assert.equal(verify(log.json(40, { act: false, size: 60 }), ...key).found.shows_act, false);
  for (const code of [`https://uji.example/tanda-terima#${log.code(40)}`, `https://uji.example/tanda-terima?lang=en#${log.code(40)}`, log.code(40)]) {
    const scanned = verify(code, ...key);
    assert.deepEqual({ status: scanned.status, verdict: scanned.found.verdict, number: scanned.found.number }, { status: 0, verdict: "promised", number: "UJI-2511-0041" });
  }
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-receipt-"));
  const [receipt, keys] = [path.join(folder, "receipt.json"), path.join(folder, "keys")];
  await writeFile(receipt, JSON.stringify(json));
  await writeFile(keys, `${new Signer(log.origin).vkey}\n${log.signer.vkey}\n`);
  const filed = spawnSync(binary(), ["receipt", "verify", receipt, "--keys-file", keys, "--number", "UJI-2511-0041"], { encoding: "utf8" });
  assert.equal(filed.status, 0, filed.stderr);
  await rm(folder, { recursive: true });
  // The key inside proves nothing by itself, and the command says so.
  const alone = verify(json);
  assert.deepEqual({ status: alone.status, from: alone.found.key_from, key: alone.found.key }, { status: 0, from: "receipt", key: log.signer.vkey });
  assert.match(alone.said, /That key is no proof/);
  // A QR code holds no key: that is wrong usage.
  assert.equal(verify(log.code(40)).status, 2);
});

// S22
test("whatever was altered, forged or cut is refused, in clear words", () => {
  const log = new Log(20);
  const key = ["--key", log.signer.vkey];
  const json = log.json(7, { size: 20 });
  const other = log.json(8, { size: 20 });
  const forger = new Log(20, { signer: new Signer(log.origin) });
  const late = new Log(1, { signer: log.signer, began: BigInt(Date.now() + 3_600_000) * 1000n });
  for (const [given, reason] of [
    [{ ...json, number: other.number }, "differs"],
    [{ ...json, recorded_at: other.recorded_at }, "differs"],
    [{ ...json, unit: "polres-lain" }, "differs"],
    [{ ...json, act: other.act }, "other_act"],
    [{ ...json, salt: other.salt }, "other_act"],
    [{ ...json, promise: other.promise }, "differs"],
    [{ ...json, proof: other.proof }, "other_leaf"],
    [{ ...json, proof: json.proof.replace(/\n[A-Za-z0-9+/]{43}=\n/, "\n") }, "not_included"],
    [{ ...json, proof: forger.proof(7, 20) }, "signature"],
    [{ ...json, promise: json.promise.replace(json.number, other.number), number: other.number }, "signature"],
    [forger.json(7, { size: 20 }), "wrong_key"],
    [forger.code(7), "wrong_key"],
    [log.code(7, { signer: Object.assign(new Signer(log.origin), { id: log.signer.id }) }), "signature"],
    [late.json(0), "from_the_future"],
    [late.code(0), "from_the_future"],
  ]) {
    const { status, found, said } = verify(given, ...key);
    assert.deepEqual({ status, verdict: found?.verdict, reason: found?.reason }, { status: 1, verdict: "refused", reason }, said);
    assert.match(said, /the receipt is refused: expected|the receipt is refused: signature/);
    assert.ok(found.remedy.length > 20, reason);
  }
  const another = verify(json, ...key, "--number", other.number);
  assert.deepEqual([another.status, another.found.reason], [1, "other_report"]);
  const text = JSON.stringify(json);
  for (const given of ["", "halo", "{}", text.slice(0, 400), log.code(7).slice(0, 100), "x".repeat(300_000)]) {
    const { status, said } = verify(given, ...key);
    assert.equal(status, 1, given.slice(0, 40));
    assert.match(said, /this is no receipt, or not all of it/);
  }
  const wrong = verify(json, "--key", "pengayom/x+00000000+AAAA");
  assert.equal(wrong.status, 2);
});
