// A log and its receipts, made by hand for the tests of the browser's script: RFC 6962 by its recursive definition, signatures and
// hashes by Node's own cryptography. Nothing here is shared with what is tested.

import { createHash, generateKeyPairSync, sign } from "node:crypto";

const hash = (...parts) => parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest();

/** MTH of RFC 6962 §2.1 over leaf hashes. */
export function treeRoot(leaves) {
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return leaves[0];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return hash(Buffer.of(1), treeRoot(leaves.slice(0, half)), treeRoot(leaves.slice(half)));
}

/** PATH of RFC 6962 §2.1.1. */
export function treePath(index, leaves) {
  if (leaves.length <= 1) return [];
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return index < half
    ? [...treePath(index, leaves.slice(0, half)), treeRoot(leaves.slice(half))]
    : [...treePath(index - half, leaves.slice(half)), treeRoot(leaves.slice(0, half))];
}

/** A key pair with its verifier key (C2SP signed-note) under `name`. */
export class Signer {
  constructor(name, pair = generateKeyPairSync("ed25519")) {
    this.pair = pair;
    this.public = Buffer.from(pair.publicKey.export({ format: "jwk" }).x, "base64url");
    this.named(name ?? `pengayom/polres-uji/${hash(this.public).subarray(0, 4).toString("hex")}`);
  }

  named(name) {
    this.name = name;
    const typed = Buffer.concat([Buffer.of(1), this.public]);
    this.id = hash(`${name}\n`, typed).subarray(0, 4);
    this.vkey = `${name}+${this.id.toString("hex")}+${typed.toString("base64")}`;
  }

  signature(text) {
    return sign(null, Buffer.from(text), this.pair.privateKey);
  }

  line(text) {
    return `\u2014 ${this.name} ${Buffer.concat([this.id, this.signature(text)]).toString("base64")}\n`;
  }

  note(text) {
    return `${text}\n${this.line(text)}`;
  }
}

/** A moment in microseconds, as RFC 3339 with six digits. */
function moment(micros) {
  return `${new Date(Number(micros / 1000n)).toISOString().slice(0, -1)}${String(micros % 1000n).padStart(3, "0")}Z`;
}

/** A unit's log with an act for each entry. */
export class Log {
  constructor(entries, { signer = new Signer(), began = 1_764_000_000_000_000n } = {}) {
    this.signer = signer;
    this.keys = [signer];
    this.origin = signer.name;
    this.began = began;
    this.acts = [];
    for (let at = 0; at < entries; at += 1) this.append();
  }

  append(words = "") {
    const index = this.acts.length;
    const recorded = this.began + BigInt(index) * 1_000_001n;
    const salt = hash(`salt ${index} ${words}`);
    const act = `unit polres-uji\nseq ${index + 1}\nsubject case 0199\nkind case.filed\nrecorded ${recorded}\ntold -\nplace -\npayload {"n":"${words}"}\n`;
    this.acts.push({ index, recorded, salt, act, commitment: hash("pengayom/act/1\n", salt, act), number: `UJI-2511-${String(index + 1).padStart(4, "0")}` });
    return this;
  }

  get leaves() {
    if (this.hashed?.length !== this.acts.length) this.hashed = this.acts.map(({ commitment }) => hash(Buffer.of(0), commitment));
    return this.hashed;
  }

  checkpointText(size = this.acts.length) {
    return `${this.origin}\n${size}\n${treeRoot(this.leaves.slice(0, size)).toString("base64")}\n`;
  }

  checkpoint(size = this.acts.length) {
    const text = this.checkpointText(size);
    return `${text}\n${this.keys.map((key) => key.line(text)).join("")}`;
  }

  proof(index, size = this.acts.length) {
    const path = treePath(index, this.leaves.slice(0, size)).map((node) => `${node.toString("base64")}\n`);
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n${path.join("")}\n${this.checkpoint(size)}`;
  }

  promiseText(index) {
    const { number, commitment, recorded } = this.acts[index];
    return `pengayom-receipt/v1\n${this.origin}\n${number}\n${index}\n${commitment.toString("base64")}\n${moment(recorded)}\n`;
  }

  json(index, { size, signer = this.keys[0], act = true } = {}) {
    const { number, recorded, act: text, salt } = this.acts[index];
    return {
      format: "pengayom-receipt/v1",
      unit: "polres-uji",
      unit_name: "Polres Uji",
      number,
      recorded_at: moment(recorded),
      key: signer.vkey,
      log: "https://uji.example/tlog",
      promise: signer.note(this.promiseText(index)),
      act: act ? text : null,
      salt: act ? salt.toString("base64") : null,
      proof: size ? this.proof(index, size) : null,
    };
  }

  code(index, { signer = this.keys[0] } = {}) {
    const { number, commitment, recorded } = this.acts[index];
    const numbers = Buffer.alloc(16);
    numbers.writeBigUInt64BE(BigInt(index), 0);
    numbers.writeBigInt64BE(recorded, 8);
    const name = Buffer.from(number);
    const signature = signer.signature(this.promiseText(index));
    return Buffer.concat([Buffer.of(1, name.length), name, numbers.subarray(0, 8), commitment, numbers.subarray(8), signer.id, signature]).toString("base64url");
  }

  /** What the log serves at `path` below its address; `null` for what is not there. */
  serve(path, size = this.acts.length) {
    if (path === "checkpoint") return Buffer.from(this.checkpoint(size));
    if (path === "key") return Buffer.from(this.keys.map((key) => `${key.vkey}\n`).join(""));
    const [, level, name, width = "256"] = /^tile\/(\d+)\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(path) ?? [];
    if (name === undefined) return null;
    const [first, span] = [Number(name.replaceAll(/[x/]/g, "")) * 256, 256 ** Number(level)];
    const leaves = this.leaves.slice(0, size);
    const there = Math.min(256, Math.floor(leaves.length / span) - first);
    if (there < Number(width)) return null;
    const tiles = Array.from({ length: Number(width) }, (_, at) => treeRoot(leaves.slice((first + at) * span, (first + at + 1) * span)));
    return Buffer.concat(tiles);
  }
}
