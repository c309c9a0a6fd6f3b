// Verifies a receipt without believing the server: what was promised, what the public log holds, and whether the log of today
// continues the one seen before. Nothing here draws, stores or fetches: `check` is handed a function that reads addresses.
//
// Formats: C2SP signed-note, tlog-checkpoint, tlog-tiles, tlog-proof v1; RFC 6962 §2.1 (hashes, proofs); RFC 8032 (Ed25519).
// Numbers of entries are JavaScript numbers: exact up to 2^53, and refused beyond.

import { sha256, verify as ed25519 } from "./noble.mjs";

/** First line of a promise and value of `format` in a receipt. */
export const FORMAT = "pengayom-receipt/v1";

/** The line that stands before the JSON in a receipt as text. */
export const TEXT_MARK = "--- pengayom-receipt/v1 ---";

const PROOF_FORMAT = "c2sp.org/tlog-proof@v1";
const TILE = 256;
const TILE_BITS = 8;
const ED25519 = 1;

/** Longest of what is read, in characters: a receipt has some 3,000, a checkpoint with many cosignatures some 10,000. */
const RECEIPT_MAX = 200_000;
const NOTE_MAX = 100_000;
const SIGNATURES_MAX = 100;

/** By how much clocks may differ before a moment counts as one of the future, in milliseconds. */
const CLOCK_MS = 5 * 60 * 1000;

/** Within this a promise must be in the log, in milliseconds; it takes seconds. */
const PATIENCE_MS = 10 * 60 * 1000;

/** What is given is no receipt, or not a whole one. `reason` is a short code. */
export class Unreadable extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** The log cannot be asked: no connection, or the server does not answer. */
export class Unreachable extends Error {}

// ---- Bytes and text ----

const utf8 = new TextEncoder();

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/** Standard base64 with its padding, in the one form that an encoder writes; anything else is `reason`. */
function fromBase64(text, reason, length) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Unreadable(reason);
  }
  if (base64(bytes) !== text || (length !== undefined && bytes.length !== length)) throw new Unreadable(reason);
  return bytes;
}

/** Decimal digits without leading zeroes, as an exact number. */
function fromDecimal(text, reason) {
  const number = Number(text);
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(number)) throw new Unreadable(reason);
  return number;
}

function bigEndian(bytes) {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** Microseconds since 1970 as in a promise: `2026-11-24T08:15:30.000000Z`. */
export function writeMoment(micros) {
  const inMillisecond = ((micros % 1000n) + 1000n) % 1000n;
  const date = new Date(Number((micros - inMillisecond) / 1000n));
  if (Number.isNaN(date.getTime())) throw new Unreadable("time");
  return date.toISOString().replace("Z", `${String(inMillisecond).padStart(3, "0")}Z`);
}

export function readMoment(text) {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z$/.exec(text);
  const millis = parts ? Date.parse(`${parts[1]}Z`) : NaN;
  if (Number.isNaN(millis)) throw new Unreadable("time");
  const micros = BigInt(millis) * 1000n + BigInt(parts[2]);
  if (writeMoment(micros) !== text) throw new Unreadable("time");
  return micros;
}

// ---- Keys and signed notes (C2SP signed-note) ----

/** A verifier key: `<name>+<key id>+<base64 of type and public key>`. */
export function readKey(text) {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (!parts) throw new Unreadable("key");
  const [, name, id, encoded] = parts;
  const key = fromBase64(encoded, "key", 33);
  if (key[0] !== ED25519) throw new Unreadable("key");
  if (hex(sha256(concat(utf8.encode(`${name}\n`), key)).subarray(0, 4)) !== id) throw new Unreadable("key");
  return { text, name, id, bytes: key.subarray(1) };
}

/** What people compare: the first half of the key's SHA-256, in groups of four. */
export function fingerprint(key) {
  return hex(sha256(key.bytes).subarray(0, 16)).match(/.{4}/g).join(" ");
}

/** Text and signatures of a note; nothing is verified yet. */
export function openNote(note) {
  const end = note.lastIndexOf("\n\n");
  if (note.length > NOTE_MAX || end < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Unreadable("note");
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new Unreadable("note");
  const signatures = lines.map((line) => {
    const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)$/.exec(line);
    if (!parts) throw new Unreadable("note");
    const bytes = fromBase64(parts[2], "note");
    if (bytes.length < 5) throw new Unreadable("note");
    return { name: parts[1], id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

function signs(key, text, signature) {
  return signature.length === 64 && ed25519(signature, utf8.encode(text), key.bytes, { zip215: false });
}

/** Whether at least one of the keys signed the note, and none of those it names is forged. */
export function isSigned(note, keys) {
  let found = false;
  for (const { name, id, bytes } of note.signatures) {
    const key = keys.find((known) => known.name === name && known.id === id);
    if (!key) continue;
    if (!signs(key, note.text, bytes)) return false;
    found = true;
  }
  return found;
}

/** A checkpoint: origin, size and root of the log, with the names of those who cosigned it. */
export function readCheckpoint(note) {
  const { text, signatures } = openNote(note);
  const [origin, size, root] = text.split("\n");
  if (text.split("\n").length < 4) throw new Unreadable("checkpoint");
  const others = signatures.filter(({ name }) => name !== origin).map(({ name }) => name);
  return {
    note,
    text,
    signatures,
    origin,
    size: fromDecimal(size, "checkpoint"),
    root: fromBase64(root, "checkpoint", 32),
    witnesses: [...new Set(others)],
  };
}

// ---- The tree (RFC 6962 §2.1) ----

export function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** The largest power of two below `n`, for `n` of at least 2. */
function half(n) {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** The root that follows from a leaf and its proof, or `undefined` when the proof has another length (RFC 9162 §2.1.3.2). */
export function rootByInclusion(index, size, leaf, proof) {
  if (index >= size) return undefined;
  let [place, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}

/** Whether a tree of `size` and `root` continues one of `first` and `firstRoot` (RFC 9162 §2.1.4.2). */
export function continues(first, firstRoot, size, root, proof) {
  if (first > size) return false;
  if (first === size) return proof.length === 0 && equal(firstRoot, root);
  if (first === 0) return proof.length === 0;
  const nodes = Number.isInteger(Math.log2(first)) ? [firstRoot, ...proof] : [...proof];
  if (nodes.length === 0) return false;
  let [place, last] = [first - 1, size - 1];
  while (place % 2 === 1) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  let [before, now] = [nodes[0], nodes[0]];
  for (const node of nodes.slice(1)) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      before = nodeHash(node, before);
      now = nodeHash(node, now);
      while (place % 2 === 0 && place !== 0) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      now = nodeHash(now, node);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(before, firstRoot) && equal(now, root);
}

// ---- Tiles (C2SP tlog-tiles) ----

/** `tile/<level>/<index>[.p/<width>]`; the index in groups of three digits, all but the last with an `x`. */
export function tilePath(level, index, width) {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return `tile/${level}/${groups.join("/")}${width === TILE ? "" : `.p/${width}`}`;
}

/** A missing or cut tile of a log whose checkpoint says it must be there. */
class TileMissing extends Error {}

/**
 * Proofs from the tiles of a log of `size`. `read(path)` gives bytes, or `null` for what is not there. What tiles say is not believed:
 * the proofs made of them must lead to a signed root.
 */
export class Tiles {
  #read;
  #size;
  #tiles = new Map();

  constructor(read, size) {
    this.#read = read;
    this.#size = size;
  }

  async #tile(level, index) {
    const width = Math.min(TILE, Math.floor(this.#size / TILE ** level) - index * TILE);
    const path = tilePath(level, index, width);
    if (!this.#tiles.has(path)) {
      // A partial tile may be gone once the whole one is there.
      const bytes = async () => (await this.#read(path)) ?? (width < TILE ? await this.#read(tilePath(level, index, TILE)) : null);
      this.#tiles.set(path, bytes());
    }
    const bytes = await this.#tiles.get(path);
    if (!bytes || bytes.length < width * 32) throw new TileMissing(path);
    return bytes;
  }

  /** The hash over entries `start` to `end`, a range as RFC 6962 divides the tree. */
  async range(start, end) {
    const count = end - start;
    const height = Math.log2(count);
    if (!Number.isInteger(height)) {
      const middle = start + half(count);
      const [left, right] = await Promise.all([this.range(start, middle), this.range(middle, end)]);
      return nodeHash(left, right);
    }
    const level = Math.floor(height / TILE_BITS);
    const first = start / TILE ** level;
    const tile = await this.#tile(level, Math.floor(first / TILE));
    let hashes = [];
    for (let at = first % TILE; at < (first % TILE) + 2 ** (height % TILE_BITS); at += 1) hashes.push(tile.subarray(at * 32, at * 32 + 32));
    while (hashes.length > 1) hashes = hashes.flatMap((hash, at) => (at % 2 ? [] : [nodeHash(hash, hashes[at + 1])]));
    return hashes[0];
  }

  async inclusion(index) {
    const path = [];
    let [start, end] = [0, this.#size];
    while (end - start > 1) {
      const middle = start + half(end - start);
      if (index < middle) {
        path.unshift([middle, end]);
        end = middle;
      } else {
        path.unshift([start, middle]);
        start = middle;
      }
    }
    return Promise.all(path.map(([from, to]) => this.range(from, to)));
  }

  async consistency(first) {
    if (first === 0) return [];
    const path = [];
    let [start, end] = [0, this.#size];
    while (first !== end) {
      const middle = start + half(end - start);
      if (first <= middle) {
        path.unshift([middle, end]);
        end = middle;
      } else {
        path.unshift([start, middle]);
        start = middle;
      }
    }
    if (start > 0) path.unshift([start, end]);
    return Promise.all(path.map(([from, to]) => this.range(from, to)));
  }
}

// ---- Receipts ----

/** The text that the unit signed. */
function promiseText({ origin, number, index, commitment, recorded }) {
  return `${FORMAT}\n${origin}\n${number}\n${index}\n${base64(commitment)}\n${writeMoment(recorded)}\n`;
}

/** The longest number of a report, in bytes. */
const NUMBER_MAX = 64;

/** A number stands on a line of its own: no spaces, no control characters. */
function numberOf(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return bytes.length <= NUMBER_MAX && /^[^\s\p{Cc}]+$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a QR code: number, index, commitment, time, key id and signature. */
function readCode(text) {
  let bytes;
  try {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    bytes = Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
  } catch {
    throw new Unreadable("code");
  }
  const length = bytes[1] ?? 0;
  const again = base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text || bytes[0] !== 1 || length === 0 || bytes.length !== 2 + length + 8 + 32 + 8 + 4 + 64) throw new Unreadable("code");
  let at = 2;
  const take = (count) => bytes.subarray(at, (at += count));
  const number = numberOf(take(length));
  const index = bigEndian(take(8));
  const commitment = take(32);
  const recorded = BigInt.asIntN(64, bigEndian(take(8)));
  if (number === undefined || index > BigInt(Number.MAX_SAFE_INTEGER)) throw new Unreadable("code");
  return { number, index: Number(index), commitment, recorded, keyId: hex(take(4)), signature: take(64) };
}

/** What a promise says; that its key signed it is not known yet. */
function readPromise(note) {
  const { text, signatures } = openNote(note);
  const lines = text.split("\n");
  if (lines.length !== 7 || lines[0] !== FORMAT || lines[6] !== "") throw new Unreadable("promise");
  const [, origin, number, index, commitment, recorded] = lines;
  const [signature] = signatures;
  if (numberOf(utf8.encode(number)) === undefined) throw new Unreadable("promise");
  if (signatures.length !== 1 || signature.name !== origin || signature.bytes.length !== 64) throw new Unreadable("promise");
  return {
    origin,
    number,
    index: fromDecimal(index, "promise"),
    commitment: fromBase64(commitment, "promise", 32),
    recorded: readMoment(recorded),
    keyId: signature.id,
    signature: signature.bytes,
  };
}

/** A proof of inclusion (C2SP tlog-proof v1). */
function readProof(text) {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  if (end < 0 || lines.shift() !== PROOF_FORMAT) throw new Unreadable("proof");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = lines.shift() ?? "";
  if (!index.startsWith("index ") || lines.length > 64) throw new Unreadable("proof");
  return {
    index: fromDecimal(index.slice(6), "proof"),
    hashes: lines.map((line) => fromBase64(line, "proof", 32)),
    checkpoint: readCheckpoint(text.slice(end + 2)),
  };
}

/** Values of an act's text by name. */
function readAct(act) {
  const fields = new Map();
  for (const line of act.split("\n").slice(0, -1)) {
    const space = line.indexOf(" ");
    fields.set(line.slice(0, space), line.slice(space + 1));
  }
  return fields;
}

function readJson(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Unreadable("json");
  }
  if (json === null || typeof json !== "object" || json.format !== FORMAT) throw new Unreadable("format");
  const words = ["unit", "number", "recorded_at", "key", "log", "promise"];
  if (words.some((name) => typeof json[name] !== "string")) throw new Unreadable("json");
  const optional = (name) => (typeof json[name] === "string" ? json[name] : undefined);
  // They may be null and may not be absent, so that nothing is lost in silence.
  if (["act", "salt", "proof"].some((name) => json[name] !== null && typeof json[name] !== "string")) throw new Unreadable("json");
  const proof = optional("proof");
  return {
    ...readPromise(json.promise),
    said: { unit: json.unit, number: json.number, recorded: json.recorded_at },
    key: readKey(json.key),
    log: json.log,
    act: optional("act"),
    salt: optional("salt"),
    proof: proof === undefined ? undefined : readProof(proof),
  };
}

/**
 * Reads what a person has: the address of a QR code or what stands in it behind the `#`, a receipt as JSON, or as text.
 *
 * @throws {Unreadable} for anything else, cut or longer than a receipt can be
 */
export function readReceipt(given) {
  const text = given.trim();
  if (text.length > RECEIPT_MAX) throw new Unreadable("too_long");
  if (text === "") throw new Unreadable("empty");
  const mark = text.lastIndexOf(TEXT_MARK);
  if (mark >= 0) return readJson(text.slice(mark + TEXT_MARK.length));
  if (text.startsWith("{")) return readJson(text);
  const address = /^(https?:\/\/[^\s#]+)\/tanda-terima[^\s#]*#(\S+)$/.exec(text);
  if (address) return { ...readCode(address[2]), log: `${address[1]}/tlog` };
  if (/^#?[A-Za-z0-9_-]+$/.test(text)) return readCode(text.replace("#", ""));
  throw new Unreadable("format");
}

/** What contradicts itself in a receipt, as a short code; nothing of it needs the log. */
function contradiction(receipt) {
  const { said, act, salt } = receipt;
  if (said) {
    const unit = /^pengayom\/(.+)\/[0-9a-f]{8}$/.exec(receipt.origin)?.[1];
    if (said.number !== receipt.number) return "number";
    if (readSaid(said.recorded) !== receipt.recorded) return "time";
    if (said.unit !== unit || receipt.key.name !== receipt.origin) return "unit";
    if (receipt.key.id !== receipt.keyId || !signs(receipt.key, promiseText(receipt), receipt.signature)) return "signature";
  }
  if ((act === undefined) !== (salt === undefined)) return "act";
  if (act !== undefined) {
    const opened = sha256(concat(utf8.encode("pengayom/act/1\n"), fromBase64(salt, "json", 32), utf8.encode(act)));
    const fields = readAct(act);
    if (!equal(opened, receipt.commitment)) return "act";
    if (fields.get("unit") !== said?.unit || fields.get("seq") !== String(receipt.index + 1)) return "act";
    if (fields.get("recorded") !== String(receipt.recorded)) return "act";
  }
  if (receipt.proof && receipt.proof.index !== receipt.index) return "proof";
  return undefined;
}

/** `recorded_at` of the JSON may leave out the zeroes at the end of its fraction. */
function readSaid(text) {
  const parts = /^(.{19})(?:\.(\d{1,6}))?Z$/.exec(text);
  try {
    return parts ? readMoment(`${parts[1]}.${(parts[2] ?? "").padEnd(6, "0")}Z`) : undefined;
  } catch {
    return undefined;
  }
}

// ---- The whole check ----

/** Says what two checkpoints of one log are to each other: `undefined` when the later continues the earlier. */
async function disagreement(earlier, current, tiles) {
  if (earlier.size > current.size) return "rolled_back";
  if (earlier.size === current.size) return equal(earlier.root, current.root) ? undefined : "two_logs";
  const proof = await tiles.consistency(earlier.size);
  return continues(earlier.size, earlier.root, current.size, current.root, proof) ? undefined : "two_logs";
}

/**
 * Checks a receipt against a log.
 *
 * - `receipt`: from `readReceipt`
 * - `log`: address of the log, without a slash at the end
 * - `read(address)`: its bytes, `null` for what is not there; throws `Unreachable`
 * - `now`: milliseconds since 1970 by the clock of this device
 * - `recall(origin)`: note of the checkpoint this browser saw last, if any
 *
 * Answers `{ state, reason?, receipt, log, … }` with `state`
 *
 * - `whole`: signed by the unit, in its log, and the log continues what was seen before
 * - `pending`: signed by the unit, not yet in the log; less than ten minutes old
 * - `altered`: the receipt is not as the unit gave it
 * - `foreign`: signed by nobody whose keys this log names
 * - `log`: the receipt is genuine, the log contradicts it or itself
 * - `future`: recorded later than this device's clock
 * - `unreachable`: the log cannot be asked
 */
export async function check(receipt, { log, read, now, recall = () => undefined }) {
  const found = { receipt, log };
  const is = (state, reason) => ({ ...found, state, reason });
  const wrong = contradiction(receipt);
  if (wrong) return is("altered", wrong);
  try {
    const list = await read(`${log}/key`);
    if (!list) return is("unreachable", "no_log");
    const keys = readKeys(list);
    if (!keys) return is("log", "keys");
    const [{ name: origin }] = keys;
    found.origin = origin;
    if (receipt.origin !== undefined && receipt.origin !== origin) return is("foreign", "unit");
    const key = keys.find(({ text, id }) => (receipt.key ? text === receipt.key.text : id === receipt.keyId));
    if (!key) return is("foreign", "key");
    found.key = key;
    if (!signs(key, promiseText({ ...receipt, origin }), receipt.signature)) return is("altered", "signature");
    found.genuine = true;
    if (Number(receipt.recorded / 1000n) > now + CLOCK_MS) return is("future");
    return await checkLog(receipt, keys, { log, read, now, recall }, found, is);
  } catch (error) {
    if (error instanceof Unreachable) return is("unreachable", "no_answer");
    if (error instanceof TileMissing) return is("log", "tiles");
    throw error;
  }
}

/** The keys that a log names, newest first; `undefined` for no such list, or one of several logs. */
function readKeys(bytes) {
  try {
    const keys = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trimEnd().split("\n").map(readKey);
    // That the name of the log says which key it began with is not asked for: that key may have been revoked since.
    return keys.every(({ name }) => name === keys[0].name) ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** A checkpoint of this log, signed; `undefined` for anything else. */
function ownCheckpoint(note, origin, keys) {
  try {
    const checkpoint = readCheckpoint(note);
    return checkpoint.origin === origin && isSigned(checkpoint, keys) ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}

async function checkLog(receipt, keys, { log, read, now, recall }, found, is) {
  const { origin } = found;
  const leaf = leafHash(receipt.commitment);
  const inside = receipt.proof;
  if (inside) {
    const { checkpoint, hashes } = inside;
    const root = rootByInclusion(receipt.index, checkpoint.size, leaf, hashes);
    if (checkpoint.origin !== origin || !isSigned(checkpoint, keys) || !root || !equal(root, checkpoint.root)) return is("altered", "proof");
  }
  const note = await read(`${log}/checkpoint`);
  if (!note) return is("log", "no_checkpoint");
  const checkpoint = ownCheckpoint(new TextDecoder().decode(note), origin, keys);
  if (!checkpoint) return is("log", "checkpoint");
  found.checkpoint = checkpoint;
  const tiles = new Tiles((path) => read(`${log}/${path}`), checkpoint.size);
  const kept = recall(origin);
  const before = kept === undefined ? undefined : ownCheckpoint(kept, origin, keys);
  // Keys change, but the earlier ones stay on the list: a log whose keys signed nothing of what was seen is another one.
  if (kept !== undefined && !before) return is("log", "keys");
  const earlier = [inside?.checkpoint, before].filter(Boolean);
  for (const seen of earlier) {
    const quarrel = await disagreement(seen, checkpoint, tiles);
    if (quarrel) {
      found.seen = seen;
      return is("log", quarrel);
    }
  }
  found.earlier = earlier.length ? Math.min(...earlier.map(({ size }) => size)) : undefined;
  if (receipt.index >= checkpoint.size) {
    const late = now - Number(receipt.recorded / 1000n) > PATIENCE_MS;
    return late ? is("log", "missing") : is("pending");
  }
  const root = rootByInclusion(receipt.index, checkpoint.size, leaf, await tiles.inclusion(receipt.index));
  return root && equal(root, checkpoint.root) ? is("whole") : is("log", "not_included");
}
