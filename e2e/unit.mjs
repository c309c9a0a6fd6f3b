// A unit of a test's own: made by the built program, served as often as the test likes, and gone with it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { session } from "./session.mjs";
import { binary, ROOT } from "./start.mjs";

const run = promisify(execFile);
const server = process.env.PENGAYOM_TEST_POSTGRES;
const sql = (text) => run("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", server, "-c", text]);

/** Everything a test started, to be ended whatever came of it. */
const ends = [];

/** Ends it, the last first. Call it after each test. */
export async function endAll() {
  while (ends.length) await ends.pop()();
}

/** Address of a database of the test's own. */
async function database() {
  assert.ok(server, "PENGAYOM_TEST_POSTGRES names no server: run ./test, which starts one");
  const name = `e${randomUUID().replaceAll("-", "")}`;
  await sql(`CREATE DATABASE ${name}`);
  ends.push(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
  return server.replace(/\/[^/?]*(\?.*)?$/, `/${name}`);
}

/**
 * Pati in a store of its own: a file, or a database.
 *
 * `at(name)` is a path in its folder, `file(name)` the address of a store there, `pengayom(...)` runs the program on the unit's
 * store with its key, and `serve({ store, key, listen, more })` starts a process and gives its `url` and `stop()`; one that does not
 * serve is an error with the exit `code` and what it `said`. `staff(url, role, name)` makes an account of one role and gives the cookies of
 * its session with the process at `url`.
 */
export async function unit({ inDatabase = false } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-e2e-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const at = (name) => path.join(folder, name);
  const file = (name) => `sqlite:${at(name)}`;
  const own = { store: inDatabase ? await database() : file("unit.db"), key: at("node.key") };
  const options = ({ store, key }) => ({ cwd: ROOT, env: { ...process.env, PENGAYOM_STORE: store, PENGAYOM_NODE_KEY_FILE: key } });
  const pengayom = (...words) => run(binary(), words, options(own));
  const serve = async ({ store = own.store, key = own.key, listen = "127.0.0.1:0", more = [] } = {}) => {
    const child = spawn(binary(), ["serve", "--listen", listen, ...more], { ...options({ store, key }), stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => {
      said = (said + chunk).slice(-200_000);
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
  const staff = async (url, role, name = "Sari") => {
    const { stdout } = await pengayom("user", "add", role, "--name", name, "--rank", "Bripka", "--role", role);
    return session(url, { user: role, password: stdout.trim() });
  };
  return { folder, at, file, pengayom, serve, staff };
}
