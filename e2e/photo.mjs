// Photographs for tests, made here so that no picture of anybody is kept in the tree.

import { deflateSync } from "node:zlib";

const CRC = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A chunk of a PNG. */
export function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A PNG of `width` × `height` points in three colours of `depth` bits, with rows as they are given, packed, and `before` in front of them. */
export function png(width, height, depth, packed, before = Buffer.alloc(0)) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    before,
    chunk("IDAT", packed),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A PNG of coloured stripes, `width` × `height` pixels, as Playwright wants a file. `noise` makes it large. */
export function photo(width = 640, height = 480, noise = false) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let seed = 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      const grain = noise ? (seed >> 16) & 63 : 0;
      rows[at] = ((x >> 3) & 255) ^ grain;
      rows[at + 1] = ((y >> 3) & 255) ^ grain;
      rows[at + 2] = 120 ^ grain;
    }
  }
  const buffer = png(width, height, 8, deflateSync(rows, { level: noise ? 1 : 6 }));
  return { name: "foto.png", mimeType: "image/png", buffer };
}
