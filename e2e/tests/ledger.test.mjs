// The ledger's files, read by a verifier of another project: Sigstore's, which checks such checkpoints and proofs for npm.
//
// The sample log is written by crates/ledger/tests/sample.rs; its README says what is in it.

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import test from "node:test";

import { ROOT } from "../start.mjs";

const require = createRequire(import.meta.url);
const { verifyCheckpoint } = require("@sigstore/verify/dist/tlog/checkpoint.js");
const { verifyMerkleInclusion } = require("@sigstore/verify/dist/tlog/merkle.js");

const LOG = path.join(ROOT, "crates/ledger/tests/data/log");
const text = (name) => readFile(path.join(LOG, name), "utf8");

/** A log's key as Sigstore holds one, from our `name+id+base64`. */
function log(vkey) {
  const [, name, id, key] = /^(.+)\+([0-9a-f]{8})\+(.+)\n$/.exec(vkey);
  const raw = Buffer.from(key, "base64");
  assert.equal(raw[0], 1, "a log's key is of type 1");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw.subarray(1).toString("base64url") }, format: "jwk" });
  return { baseURL: name, logID: Buffer.from(id, "hex"), publicKey };
}

/** The entries of the log, from the bundles as they are served: two bytes of length, then the entry. */
async function entries() {
  const all = [];
  for (const name of ["tile/entries/000", "tile/entries/001.p/44"]) {
    const bytes = await readFile(path.join(LOG, name));
    for (let at = 0; at < bytes.length; ) {
      const end = at + 2 + bytes.readUInt16BE(at);
      all.push(bytes.subarray(at + 2, end));
      at = end;
    }
  }
  return all;
}

/** A proof text (C2SP tlog-proof) as Sigstore wants it. */
function proof(written, entry) {
  const split = written.indexOf("\n\n");
  const [header, index, ...hashes] = written.slice(0, split).split("\n");
  assert.equal(header, "c2sp.org/tlog-proof@v1");
  return {
    canonicalizedBody: entry,
    inclusionProof: {
      logIndex: index.replace("index ", ""),
      hashes: hashes.map((hash) => Buffer.from(hash, "base64")),
      checkpoint: { envelope: written.slice(split + 2) },
    },
  };
}

// S22
test("another project's verifier believes our checkpoint and refuses an altered one", async () => {
  const keys = [log(await text("key"))];
  const ask = (envelope, known = keys) => verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, known);
  for (const [name, size] of [["checkpoint", 300n], ["checkpoint-200", 200n]]) {
    const signed = await text(name);
    const checkpoint = ask(signed);
    assert.equal(checkpoint.origin, keys[0].baseURL);
    assert.equal(checkpoint.logSize, size);
    assert.throws(() => ask(signed.replace(`\n${size}\n`, `\n${size + 1n}\n`)), /invalid checkpoint signature/);
    assert.throws(() => ask(signed, []), /invalid checkpoint signature/);
  }
});

// S22
test("another project's verifier finds our acts in the log, and no others", async () => {
  const keys = [log(await text("key"))];
  const all = await entries();
  assert.equal(all.length, 300);
  const names = await readdir(path.join(LOG, "proof"));
  assert.equal(names.length, 10);
  for (const name of names) {
    const index = Number.parseInt(name, 10);
    const entry = proof(await text(`proof/${name}`), all[index]);
    const checkpoint = verifyCheckpoint(entry, keys);
    verifyMerkleInclusion(entry, checkpoint);
    const wrong = (change) => {
      const other = { ...entry, inclusionProof: { ...entry.inclusionProof } };
      change(other);
      assert.throws(() => verifyMerkleInclusion(other, checkpoint), /root hash|hash count|index/);
    };
    wrong((other) => (other.canonicalizedBody = all[(index + 1) % 300]));
    wrong((other) => (other.inclusionProof.logIndex = String(index ^ 1)));
    wrong((other) => (other.inclusionProof.logIndex = "300"));
    wrong((other) => (other.inclusionProof.hashes = other.inclusionProof.hashes.slice(1)));
    wrong((other) => (other.inclusionProof.hashes = other.inclusionProof.hashes.toReversed()));
  }
});

// S22
test("another project's verifier reads the proof inside a receipt", async () => {
  const keys = [log(await text("key"))];
  const receipt = JSON.parse(await text("receipt-0200.json"));
  const [, , , index, commitment] = receipt.promise.split("\n");
  const entry = proof(receipt.proof, Buffer.from(commitment, "base64"));
  assert.equal(entry.inclusionProof.logIndex, index);
  verifyMerkleInclusion(entry, verifyCheckpoint(entry, keys));
});
