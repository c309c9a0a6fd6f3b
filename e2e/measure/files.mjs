// node measure/files.mjs: what it takes to send files to a case and to read them, beside a plain copy to the same disk with
// its SHA-256 in the same run. PENGAYOM_BIN names an optimised build.

import { createHash, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { session } from "../session.mjs";
import { startDemo } from "../start.mjs";

const MIB = 1024 * 1024;
const SIZES = [10, 64];
const AT_ONCE = [1, 8];

const demo = await startDemo();
try {
  const cookie = (await session(demo.url, demo.accounts.find(({ role }) => role === "desk"))).map(({ name, value }) => `${name}=${value}`).join("; ");
  const get = (address, headers = {}) => fetch(new URL(address, demo.url), { headers: { cookie, ...headers } });
  const list = await (await get("/meja/daftar?tahap=received")).text();
  const cases = [...new Set([...list.matchAll(/href="(\/perkara\/[0-9a-f-]{36})"/g)].map(([, address]) => address))];

  // The most memory the program had at once, since the mark was set back.
  const forget = () => writeFileSync(`/proc/${demo.pid}/clear_refs`, "5");
  const most = () => Number(readFileSync(`/proc/${demo.pid}/status`, "utf8").match(/VmHWM:\s+(\d+)/)[1]) / 1024;
  const idle = most();

  const filling = randomBytes(Math.max(...SIZES) * MIB);
  /** A film of so many MiB that is like no other. */
  const film = (mib) => {
    const head = Buffer.concat([Buffer.from("\0\0\0\x20ftypisom\0\0\x02\0", "latin1"), randomBytes(16)]);
    return [head, filling.subarray(0, mib * MIB - head.length)];
  };

  const send = async (address, parts) => {
    const page = await (await get(address)).text();
    const form = new FormData();
    form.set("csrf", page.match(/name="csrf" value="([^"]+)"/)[1]);
    form.set("apa", "Rekaman");
    form.set("berkas", new Blob(parts), "a.mp4");
    const answer = await fetch(new URL(`${address}/berkas`, demo.url), {
      method: "POST",
      body: form,
      redirect: "manual",
      headers: { cookie, "sec-fetch-site": "same-origin" },
    });
    if (answer.status !== 303) throw new Error(`not taken: ${answer.status} ${(await answer.text()).slice(0, 2000)}`);
    return `${address}/berkas/${parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex")}`;
  };

  const read = async (address) => {
    let bytes = 0;
    for await (const part of (await get(address)).body) bytes += part.length;
    return bytes;
  };

  /** A plain copy in pieces of 256 KiB, with its hash, on the disk before it counts. */
  const copy = (folder, parts) => {
    const hash = createHash("sha256");
    const to = openSync(path.join(folder, "copy"), "w");
    const all = Buffer.concat(parts);
    for (let at = 0; at < all.length; at += MIB / 4) {
      const piece = all.subarray(at, at + MIB / 4);
      hash.update(piece);
      writeSync(to, piece);
    }
    fsyncSync(to);
    closeSync(to);
  };

  const seconds = async (work) => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
  };
  const rate = (mib, time) => `${(mib / time).toFixed(0)} MiB/s`;

  const folder = mkdtempSync(path.join(tmpdir(), "pengayom-copy-"));
  console.log(`idle: ${idle.toFixed(0)} MiB`);
  console.log("MiB | at once | sent | most memory | read | most memory | plain copy with SHA-256");
  let next = 0;
  for (const mib of SIZES) {
    for (const n of AT_ONCE) {
      const films = Array.from({ length: n }, () => film(mib));
      const where = films.map(() => cases[next++ % cases.length]);
      const copied = await seconds(() => films.forEach((parts) => copy(folder, parts)));
      let kept;
      forget();
      const sent = await seconds(async () => (kept = await Promise.all(films.map((parts, at) => send(where[at], parts)))));
      const sending = most();
      forget();
      const got = await seconds(async () => {
        const sizes = await Promise.all(kept.map(read));
        if (sizes.some((size) => size !== mib * MIB)) throw new Error(`read ${sizes}`);
      });
      console.log([mib, n, rate(mib * n, sent), `${sending.toFixed(0)} MiB`, rate(mib * n, got), `${most().toFixed(0)} MiB`, rate(mib * n, copied)].join(" | "));
    }
  }
  rmSync(folder, { recursive: true, force: true });
} finally {
  await demo.stop();
}
