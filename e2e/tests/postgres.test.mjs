// Two processes of one unit on one PostgreSQL database: people may reach either, and notice nothing of it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import { promisify } from "node:util";

import { assertSound, closeBrowser, DESKTOP, person, PHONE, sendEveryoneHome, visit } from "../helpers.mjs";
import { binary, ROOT } from "../start.mjs";
import { act, go, openCase, report, track } from "../steps.mjs";

const server = process.env.PENGAYOM_TEST_POSTGRES;
const PASSWORD = "kata sandi yang panjang";

const run = promisify(execFile);
const sql = (text) => run("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", server, "-c", text]);

/** Everything a test started, to be ended whatever came of it. */
const ends = [];

test.afterEach(async () => {
  try {
    await sendEveryoneHome();
  } finally {
    while (ends.length) await ends.pop()();
  }
});
test.after(closeBrowser);

/** A unit in a database of its own, and a way to start a process that serves it. */
async function unit() {
  assert.ok(server, "PENGAYOM_TEST_POSTGRES names no server: run ./test, which starts one");
  const name = `e${randomUUID().replaceAll("-", "")}`;
  await sql(`CREATE DATABASE ${name}`);
  ends.push(() => sql(`DROP DATABASE ${name} WITH (FORCE)`));
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-e2e-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const store = server.replace(/\/[^/?]*(\?.*)?$/, `/${name}`);
  const options = { cwd: ROOT, env: { ...process.env, PENGAYOM_NODE_KEY_FILE: path.join(folder, "node.key") } };
  const place = ["--unit", "data/pati/unit.toml", "--areas", "data/pati/areas.geojson"];
  await run(binary(), ["init", "--store", store, "--pack", "packs/id", ...place], options);
  const officer = ["user", "--store", store, "add", "desk", "--name", "Rina", "--role", "desk", "--password-stdin"];
  const adding = run(binary(), officer, options);
  adding.child.stdin.end(`${PASSWORD}\n`);
  await adding;
  return async () => {
    const child = spawn(binary(), ["serve", "--store", store, "--listen", "127.0.0.1:0"], { ...options, stdio: ["ignore", "pipe", "ignore"] });
    const ended = new Promise((resolve) => child.on("exit", resolve));
    ends.push(async () => {
      child.kill("SIGKILL");
      await ended;
    });
    for await (const line of createInterface({ input: child.stdout })) return { url: line.trim(), child };
    throw new Error("the program ended before it served");
  };
}

async function desk(url) {
  const page = await person({ size: DESKTOP, baseURL: url });
  await visit(page, "/masuk");
  await page.fill("#nama", "desk");
  await page.fill("#sandi", PASSWORD);
  await go(page);
  return page;
}

test("a report sent to one process shows by itself at a desk on the other, and its answer comes back", async () => {
  const serve = await unit();
  const [one, other] = [await serve(), await serve()];
  const officer = await desk(other.url);
  await visit(officer, "/meja");
  const citizen = await person({ size: PHONE, baseURL: one.url });
  const sent = await report(citizen);
  await officer.locator("#online", { hasText: sent.number }).waitFor({ timeout: 30_000 });
  await assertSound(officer, { least: 32, where: "/meja on PostgreSQL" });
  await openCase(officer, sent.number);
  await act(officer, "jawab", async (box) => box.locator("#jawab-jawaban").fill("Kami datang besok pagi."));
  await track(citizen, sent);
  assert.match(await citizen.locator("main").innerText(), /Kami datang besok pagi/);
});

test("when one process is killed, people go on with the other: signed in, and with nothing lost", async () => {
  const serve = await unit();
  const [one, other] = [await serve(), await serve()];
  const officer = await desk(one.url);
  const citizen = await person({ baseURL: one.url });
  const sent = await report(citizen);
  const cookies = await officer.context().cookies();
  one.child.kill("SIGKILL");
  const again = await person({ size: DESKTOP, baseURL: other.url });
  await again.context().addCookies(cookies.map((cookie) => ({ ...cookie, domain: undefined, path: undefined, url: other.url })));
  await openCase(again, sent.number);
  const elsewhere = await person({ baseURL: other.url });
  await track(elsewhere, sent);
  assert.ok((await elsewhere.locator("main").innerText()).includes(sent.number));
});
