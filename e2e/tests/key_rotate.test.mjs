// The node's key is changed while the unit is served: what was told before, during and after is read by every process, and the next start needs the new key.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { promisify } from "node:util";

import { binary, ROOT } from "../start.mjs";

const server = process.env.PENGAYOM_TEST_POSTGRES;
const run = promisify(execFile);
const sql = (text) => run("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", server, "-c", text]);

/** Everything a test started, to be ended whatever came of it. */
const ends = [];

test.afterEach(async () => {
  while (ends.length) await ends.pop()();
});

const KEPT = {
  async "a file"(folder) {
    return `sqlite:${path.join(folder, "unit.db")}`;
  },
  async "a database"() {
    assert.ok(server, "PENGAYOM_TEST_POSTGRES names no server: run ./test, which starts one");
    const name = `e${randomUUID().replaceAll("-", "")}`;
    await sql(`CREATE DATABASE ${name}`);
    ends.push(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
    return server.replace(/\/[^/?]*(\?.*)?$/, `/${name}`);
  },
};

/** A unit, and ways to run the program on it with a key's file. */
async function unit(kept) {
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-e2e-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const key = path.join(folder, "node.key");
  const store = await KEPT[kept](folder);
  const options = (file) => ({ cwd: ROOT, env: { ...process.env, PENGAYOM_STORE: store, PENGAYOM_NODE_KEY_FILE: file } });
  const pengayom = (...words) => run(binary(), words, options(key));
  const serve = async (file = key) => {
    const child = spawn(binary(), ["serve", "--listen", "127.0.0.1:0"], { ...options(file), stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const stop = async () => {
      child.kill("SIGTERM");
      return ended;
    };
    ends.push(stop);
    for await (const line of createInterface({ input: child.stdout })) return { url: line.trim(), stop };
    throw Object.assign(new Error("the program ended before it served"), { code: await ended, said });
  };
  await pengayom("init", "--pack", "packs/id", "--unit", "data/pati/unit.toml", "--areas", "data/pati/areas.geojson");
  return { folder, key, pengayom, serve };
}

/** A report with a name, sent to a process. */
async function file(url, name) {
  const answer = await fetch(new URL("/api/v1/requests", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ service_code: "lp_b", description: "Sepeda hilang", address: "Growong Lor", contact: { name, phone: "081234567890" } }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return { ...(await answer.json()), name };
}

/** What a process gives the person who shows number and code: who they are, opened. */
async function held(url, { tracking_code, secret }) {
  const jar = new Map();
  const ask = async (to, fields) => {
    const answer = await fetch(new URL(to, url), {
      method: fields ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
      body: fields && new URLSearchParams(fields),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      jar.set(name, value);
    }
    return answer;
  };
  const token = async (answer) => /name="csrf" value="([^"]*)"/.exec(await answer.text())[1];
  const csrf = await token(await ask("/lacak"));
  const opened = await ask("/lacak", { csrf, nomor: tracking_code, kode: secret });
  assert.equal(opened.headers.get("location"), `/lacak/${tracking_code}`);
  const again = await token(await ask(`/lacak/${tracking_code}`));
  const answer = await ask(`/lacak/${tracking_code}/data`, { csrf: again });
  assert.equal(answer.status, 200);
  return (await answer.json()).person;
}

for (const [kept, processes] of [["a file", 1], ["a database", 2]]) {
  // S22
  test(`the key of ${kept} is changed while ${processes} process(es) serve it`, async () => {
    const { folder, key, pengayom, serve } = await unit(kept);
    const serving = [];
    while (serving.length < processes) serving.push(await serve());
    const at = (n) => serving[n % processes].url;
    const filed = [];
    for (let n = 0; n < processes; n += 1) filed.push(await file(at(n), `Sebelum ${n}`));
    let rotated = false;
    const rotating = pengayom("key", "rotate").finally(() => {
      rotated = true;
    });
    for (let n = 0; !rotated || n < 4; n += 1) filed.push(await file(at(n), `Selama ${n}`));
    await rotating;
    for (let n = 0; n < processes; n += 1) filed.push(await file(at(n), `Sesudah ${n}`));
    const allRead = async (url) => {
      for (const one of filed.slice(-10).concat(filed.slice(0, 4))) {
        assert.deepEqual(await held(url, one), { name: one.name, phone: "081234567890" });
      }
    };
    for (const { url } of serving) await allRead(url);

    // The next start needs the new key, which lies where the old one lay; the old one opens nothing.
    const old = (await readdir(folder)).find((name) => name.startsWith("node.key.old-"));
    for (const { stop } of serving) await stop();
    await assert.rejects(serve(path.join(folder, old)), ({ code, said }) => code === 1 && /this store opens with/.test(said));
    await allRead((await serve(key)).url);
  });
}
