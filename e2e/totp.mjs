// What an app of codes does (RFC 6238: SHA-1, six digits, 30 seconds), for tests that sign in with one.

import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes of a key as people type it (RFC 4648 §6). */
function bytesOf(key) {
  const bits = [...key.replace(/\s/g, "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}

/** The code that an app with this key shows, `steps` of 30 seconds from now. */
export function code(key, steps = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", bytesOf(key)).update(counter).digest();
  const at = hash.at(-1) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** The key that a page shows to be typed into an app. */
export function keyOf(html) {
  return html.match(/translate="no">([A-Z2-7 ]+)</)?.[1].replace(/\s/g, "");
}
