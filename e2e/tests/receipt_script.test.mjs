// The script that verifies receipts in the browser, without a browser: formats, proofs, and everything that must be refused.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { Log, Signer, treePath, treeRoot } from "../log.mjs";
import { made } from "../noble.mjs";

const SCRIPTS = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "web", "assets", "receipt");
const script = await import(path.join(SCRIPTS, "verify.mjs"));
const { check, continues, isSigned, leafHash, openNote, readKey, readMoment, readReceipt, rootByInclusion, tilePath, Tiles, Unreadable, Unreachable, writeMoment } = script;

const ADDRESS = "https://uji.example/tlog";
const MINUTE = 60_000;

/** A little after the last act of `log`, in milliseconds. */
function after(log, millis = 2000) {
  return Number(log.acts.at(-1).recorded / 1000n) + millis;
}

/** Checks what a person has against what `log` serves. */
async function ask(given, log, { size, now = after(log), recall, serve = (at) => log.serve(at, size) } = {}) {
  const receipt = typeof given === "string" ? readReceipt(given) : readReceipt(JSON.stringify(given));
  const read = async (address) => {
    assert.ok(address.startsWith(`${ADDRESS}/`), address);
    return serve(address.slice(ADDRESS.length + 1));
  };
  return check(receipt, { log: ADDRESS, read, now, recall });
}

async function expect(answer, state, reason) {
  const { state: found, reason: why } = await answer;
  assert.deepEqual({ state: found, reason: why }, { state, reason });
}

test("the library in the tree is what the lock file names, and only that", async () => {
  for (const [name, text] of Object.entries(await made())) {
    assert.equal(await readFile(path.join(SCRIPTS, name), "utf8"), text, `${name}: run node noble.mjs`);
  }
});

test("notes are read and verified as C2SP signed-note says", () => {
  // The example of the specification.
  const key = readKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  const note = "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
  assert.ok(isSigned(openNote(note), [key]));
  assert.ok(!isSigned(openNote(note.replace("example message", "example massage")), [key]));
  // A signature of somebody unknown is passed over; one that names a known key and fails condemns the note.
  const other = new Signer("witness.example/w");
  const both = note + other.line("something else");
  assert.ok(isSigned(openNote(both), [key]));
  assert.ok(!isSigned(openNote(both), [key, readKey(other.vkey)]));
  assert.ok(!isSigned(openNote(note), []));
  for (const bad of ["", "text\n", note.slice(0, -1), note.replace("\u2014", "-"), note.replace("=\n", "\n"), `a\tb${note}`, note.replace("\n\n", "\n")]) {
    assert.throws(() => openNote(bad), Unreadable, JSON.stringify(bad));
  }
  for (const bad of [key.text.replace("530d903a", "530d903b"), key.text.slice(0, -1), "a+b", "", key.text.replace("AekyeRrm", "AukyeRrm")]) {
    assert.throws(() => readKey(bad), Unreadable, bad);
  }
});

test("moments keep their microseconds", () => {
  for (const text of ["2026-11-24T08:15:30.000000Z", "2026-11-24T08:15:30.123456Z", "1999-12-31T23:59:59.999999Z"]) {
    assert.equal(writeMoment(readMoment(text)), text);
  }
  for (const bad of ["2026-11-24T08:15:30Z", "2026-13-24T08:15:30.000000Z", "2026-02-30T08:15:30.000000Z", "now"]) assert.throws(() => readMoment(bad), Unreadable, bad);
});

test("paths of tiles are those of C2SP tlog-tiles", () => {
  assert.equal(tilePath(0, 1234067, 256), "tile/0/x001/x234/067");
  assert.equal(tilePath(1, 0, 1), "tile/1/000.p/1");
  assert.equal(tilePath(0, 273, 112), "tile/0/273.p/112");
  assert.equal(tilePath(0, 1000, 256), "tile/0/x001/000");
});

// S22
test("proofs from tiles are those of RFC 6962, for every leaf and every pair of sizes", async () => {
  const log = new Log(70);
  const { leaves } = log;
  const roots = Array.from({ length: leaves.length + 1 }, (_, size) => treeRoot(leaves.slice(0, size)));
  for (let size = 1; size <= leaves.length; size += 1) {
    const tiles = new Tiles(async (at) => log.serve(at, size), size);
    for (let index = 0; index < size; index += 1) {
      const proof = await tiles.inclusion(index);
      assert.deepEqual(proof.map((node) => Buffer.from(node)), treePath(index, leaves.slice(0, size)), `${index} of ${size}`);
      assert.deepEqual(Buffer.from(rootByInclusion(index, size, leaves[index], proof)), roots[size]);
      assert.notDeepEqual(Buffer.from(rootByInclusion(index, size, leafHash(Buffer.from("another")), proof)), roots[size]);
      assert.equal(rootByInclusion(index, size, leaves[index], [...proof, leaves[0]]), undefined, "a proof too long");
      if (proof.length) assert.notDeepEqual(rootByInclusion(index, size, leaves[index], proof.slice(1)), roots[size]);
    }
    for (let first = 0; first <= size; first += 1) {
      const proof = await tiles.consistency(first);
      assert.ok(continues(first, roots[first], size, roots[size], proof), `${first} in ${size}`);
      if (first === 0) continue;
      assert.ok(!continues(first, leaves[0].map((byte) => byte ^ 1), size, roots[size], proof), `${first} in ${size}: another beginning`);
      if (first < size) assert.ok(!continues(first, roots[first], size, roots[first], proof), `${first} in ${size}: another end`);
      if (proof.length) assert.ok(!continues(first, roots[first], size, roots[size], proof.slice(1)), `${first} in ${size}: cut`);
    }
  }
  assert.equal(rootByInclusion(5, 5, leaves[4], []), undefined);
  assert.ok(!continues(6, roots[6], 5, roots[5], []));
});

// S22
test("a log over three levels of tiles verifies at its edges", async () => {
  const log = new Log(66_000);
  const { leaves } = log;
  for (const size of [256, 257, 511, 65_536, 65_793, 66_000]) {
    const tiles = new Tiles(async (at) => log.serve(at, size), size);
    const root = treeRoot(leaves.slice(0, size));
    for (const index of [0, 255, 256, size - 1].filter((at) => at < size)) {
      assert.deepEqual(Buffer.from(rootByInclusion(index, size, leaves[index], await tiles.inclusion(index))), root, `${index} of ${size}`);
    }
    for (const first of [1, 200, 256].filter((at) => at <= size)) {
      assert.ok(continues(first, treeRoot(leaves.slice(0, first)), size, root, await tiles.consistency(first)), `${first} in ${size}`);
    }
  }
});

// S22
test("a receipt is whole as JSON, as text, by its QR code's address, and before and after its proof", async () => {
  const log = new Log(300);
  const json = log.json(40, { size: 300 });
  for (const given of [
    json,
    log.json(40, { size: 41 }),
    log.json(40),
    log.json(40, { act: false }),
    JSON.stringify(json, null, 2),
    `Tanda terima\r\nNomor UJI\r\n\r\n--- pengayom-receipt/v1 ---\r\n${JSON.stringify(json, null, 2).replaceAll("\n", "\r\n")}\r\n`,
    `https://uji.example/tanda-terima#${log.code(40)}`,
    `https://uji.example/tanda-terima?lang=en#${log.code(40)}`,
    `#${log.code(40)}`,
    `\n ${log.code(40)} \n`,
  ]) {
    const answer = await ask(given, log);
    assert.equal(answer.state, "whole", JSON.stringify(given).slice(0, 60));
    assert.equal(answer.receipt.number, "UJI-2511-0041");
    assert.equal(answer.checkpoint.size, 300);
  }
});

test("what the log has not yet is pending for ten minutes, then the log's fault", async () => {
  const log = new Log(300);
  for (const given of [log.json(299), log.code(299)]) {
    await expect(ask(given, log, { size: 299 }), "pending");
    await expect(ask(given, log, { size: 299, now: after(log, 11 * MINUTE) }), "log", "missing");
    await expect(ask(given, log), "whole");
  }
});

// S22
test("whatever is altered in a receipt is found, byte by byte of its code and field by field of its JSON", async () => {
  const log = new Log(20);
  const code = Buffer.from(log.code(7), "base64url");
  for (let at = 0; at < code.length; at += 1) {
    const altered = Buffer.from(code);
    altered[at] ^= 1;
    const answer = await ask(altered.toString("base64url"), log).catch((error) => error);
    // A flipped key id names a key that is not the unit's; everything else is no code or a broken signature.
    assert.ok(answer instanceof Unreadable || ["altered", "foreign"].includes(answer.state), `byte ${at}: ${answer.state ?? answer}`);
  }
  for (let length = 0; length < code.length; length += 1) {
    assert.throws(() => readReceipt(code.subarray(0, length).toString("base64url")), Unreadable, `cut to ${length} bytes`);
  }
  const json = log.json(7, { size: 20 });
  const other = log.json(8, { size: 20 });
  const cases = [
    [{ number: other.number }, "altered", "number"],
    [{ recorded_at: other.recorded_at }, "altered", "time"],
    [{ recorded_at: "yesterday" }, "altered", "time"],
    [{ unit: "polres-lain" }, "altered", "unit"],
    [{ key: new Signer().vkey }, "altered", "unit"],
    [{ key: new Signer(log.origin).vkey }, "altered", "signature"],
    [{ promise: other.promise }, "altered", "number"],
    [{ promise: other.promise, number: other.number, recorded_at: other.recorded_at }, "altered", "act"],
    [{ act: null }, "altered", "act"],
    [{ salt: null }, "altered", "act"],
    [{ act: other.act }, "altered", "act"],
    [{ salt: other.salt }, "altered", "act"],
    [{ act: other.act, salt: other.salt }, "altered", "act"],
    [{ proof: other.proof }, "altered", "proof"],
    [{ proof: json.proof.replace(/\n[A-Za-z0-9+/]{43}=\n/, "\n") }, "altered", "proof"],
    [{ proof: json.proof.replace(/\nindex 7\n/, "\nindex 8\n") }, "altered", "proof"],
  ];
  for (const [change, state, reason] of cases) await expect(ask({ ...json, ...change }, log), state, reason);
  for (const name of ["format", "unit", "number", "recorded_at", "key", "log", "promise", "act", "salt", "proof"]) {
    assert.throws(() => readReceipt(JSON.stringify({ ...json, [name]: undefined })), Unreadable, name);
  }
  const text = JSON.stringify(json);
  for (let length = 1; length < text.length; length += 97) assert.throws(() => readReceipt(text.slice(0, length)), Unreadable);
  for (const bad of ["", " ", "hello there", "[]", "null", "{}", "https://uji.example/tanda-terima", "x".repeat(300_000)]) assert.throws(() => readReceipt(bad), Unreadable, bad.slice(0, 40));
});

// S22
test("a forged receipt is refused: another's key, another unit's log, a key that the unit does not name", async () => {
  const log = new Log(20);
  const forger = new Log(20, { signer: new Signer(log.origin) });
  await expect(ask(forger.json(7), log), "foreign", "key");
  await expect(ask(forger.code(7), log), "foreign", "key");
  await expect(ask(new Log(20).json(7), log), "foreign", "unit");
  // The forger's key under the id of the unit's own.
  const disguised = new Signer(log.origin);
  disguised.id = log.signer.id;
  await expect(ask(log.code(7, { signer: disguised }), log), "altered", "signature");
  // A server that shows the forger's log as the unit's: only who saw the unit's before can tell, or compares the fingerprint.
  await expect(ask(forger.json(7), forger, { recall: () => log.checkpoint() }), "log", "keys");
});

test("a receipt from the future is not called whole", async () => {
  const log = new Log(20);
  await expect(ask(log.json(19, { size: 20 }), log, { now: after(log, -6 * MINUTE) }), "future");
  await expect(ask(log.json(19, { size: 20 }), log, { now: after(log, -4 * MINUTE) }), "whole");
});

// S22
test("a log that was rolled back is found by the receipt's own proof and by what this browser saw before", async () => {
  const log = new Log(300);
  await expect(ask(log.json(40, { size: 300 }), log, { size: 200 }), "log", "rolled_back");
  await expect(ask(log.json(40), log, { size: 200, recall: () => log.checkpoint(300) }), "log", "rolled_back");
  await expect(ask(log.json(40), log, { size: 300, recall: () => log.checkpoint(200) }), "whole");
  // Rolled back, and grown again with other acts.
  const again = new Log(150, { signer: log.signer });
  while (again.acts.length < 320) again.append("another");
  for (const size of [300, 320]) {
    await expect(ask(log.json(40, { size: 300 }), again, { size }), "log", "two_logs");
    await expect(ask(log.json(40), again, { size, recall: () => log.checkpoint(300) }), "log", "two_logs");
  }
  await expect(ask(log.json(200), again), "log", "not_included");
  await expect(ask(log.json(40), again), "whole");
});

// S22
test("a log that shows a forged, foreign or cut checkpoint, key list or tile is not believed", async () => {
  const log = new Log(300);
  const stranger = new Signer(log.origin);
  const instead = (name, bytes) => ({ serve: (at) => (at === name || at.startsWith(name) ? (bytes === null ? null : Buffer.from(bytes)) : log.serve(at)) });
  const json = log.json(40);
  await expect(ask(json, log, instead("checkpoint", stranger.note(log.checkpointText()))), "log", "checkpoint");
  await expect(ask(json, log, instead("checkpoint", log.checkpoint().replace("\n300\n", "\n301\n"))), "log", "checkpoint");
  await expect(ask(json, log, instead("checkpoint", new Log(300).checkpoint())), "log", "checkpoint");
  await expect(ask(json, log, instead("checkpoint", log.checkpoint().slice(0, -20))), "log", "checkpoint");
  await expect(ask(json, log, instead("checkpoint", "")), "log", "checkpoint");
  await expect(ask(json, log, instead("checkpoint", null)), "log", "no_checkpoint");
  await expect(ask(json, log, instead("key", "")), "log", "keys");
  await expect(ask(json, log, instead("key", `${log.signer.vkey}\n${new Signer().vkey}\n`)), "log", "keys");
  await expect(ask(json, log, { ...instead("key", `${stranger.vkey}\n`), recall: () => log.checkpoint() }), "foreign", "key");
  await expect(ask(json, log, instead("key", null)), "unreachable", "no_log");
  await expect(ask(json, log, instead("tile/", null)), "log", "tiles");
  await expect(ask(json, log, instead("tile/", Buffer.alloc(100))), "log", "tiles");
  await expect(ask(json, log, instead("tile/", Buffer.alloc(8192))), "log", "not_included");
  // A signed checkpoint larger than the log that lies behind it: the tiles it needs are not there.
  const grown = new Log(600, { signer: log.signer });
  await expect(ask(json, log, instead("checkpoint", grown.checkpoint())), "log", "tiles");
});

// S22
test("keys may change: receipts of the earlier key stay whole, and checkpoints carry both", async () => {
  const log = new Log(50);
  const before = log.json(10, { size: 50 });
  const code = log.code(10);
  log.keys = [new Signer(log.origin), log.signer];
  log.append();
  await expect(ask(before, log), "whole");
  await expect(ask(code, log), "whole");
  await expect(ask(log.json(50), log), "whole");
  const kept = new Log(50, { signer: log.signer }).checkpoint();
  await expect(ask(log.json(50), log, { recall: () => kept }), "whole");
});

test("witnesses are named, and what cannot be asked is not called wrong", async () => {
  const log = new Log(5);
  const witness = new Signer("ombudsman.example/saksi");
  const serve = (at) => (at === "checkpoint" ? Buffer.from(log.checkpoint() + witness.line("x")) : log.serve(at));
  assert.deepEqual((await ask(log.json(2), log, { serve })).checkpoint.witnesses, [witness.name]);
  const down = () => {
    throw new Unreachable();
  };
  await expect(ask(log.json(2, { size: 5 }), log, { serve: down }), "unreachable", "no_answer");
  // What contradicts itself is altered whether or not the log can be asked.
  await expect(ask({ ...log.json(2), number: "UJI-2511-0009" }, log, { serve: down }), "altered", "number");
});
