// npm test [-- FILE...]: one sample unit for all the tests, then the tests, then the runner's own summary.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { sessions } from "./session.mjs";
import { startDemo } from "./start.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const given = process.argv.slice(2);
const files = given.length
  ? given
  : (await readdir(path.join(here, "tests"))).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => path.join(here, "tests", name));

const began = Date.now();
const demo = await startDemo();
console.log(`Sample unit ready after ${((Date.now() - began) / 1000).toFixed(1)} s: ${demo.url}`);

const tests = spawn(
  process.execPath,
  ["--test", "--test-reporter=spec", "--test-concurrency=2", "--test-timeout=360000", ...files],
  {
    stdio: "inherit",
    env: { ...process.env, PENGAYOM_E2E: JSON.stringify({ url: demo.url, pid: demo.pid, store: demo.store, accounts: demo.accounts, sessions: await sessions(demo) }) },
  },
);
const code = await new Promise((resolve) => tests.on("exit", (status) => resolve(status ?? 1)));
if (code !== 0) console.error(`\nThe program's own log, its last lines:\n${demo.log().split("\n").slice(-60).join("\n")}`);
await demo.stop();
process.exit(code);
