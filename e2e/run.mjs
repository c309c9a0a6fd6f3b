// npm test [-- FILE...]: one sample unit for all the tests, then the tests, then the runner's own summary.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
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

const env = { ...process.env, PENGAYOM_E2E: JSON.stringify({ url: demo.url, pid: demo.pid, store: demo.store, accounts: demo.accounts, sessions: await sessions(demo) }) };
const failures = path.join(await mkdtemp(path.join(tmpdir(), "pengayom-e2e-")), "failed");

/** The tests of some files; its exit status, and which files had a test that failed. */
async function run(names, concurrency) {
  await writeFile(failures, "");
  const reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout", `--test-reporter=${path.join(here, "failed.mjs")}`, `--test-reporter-destination=${failures}`];
  const tests = spawn(process.execPath, ["--test", ...reporters, `--test-concurrency=${concurrency}`, "--test-timeout=360000", ...names], { stdio: "inherit", env });
  const status = await new Promise((resolve) => tests.on("exit", (code) => resolve(code ?? 1)));
  const failed = new Set((await readFile(failures, "utf8")).split("\n").filter(Boolean));
  return { status, failed: [...failed] };
}

let { status, failed } = await run(files, 2);
// A browser on a busy machine can be late for reasons no page has. What failed beside others is asked once more by
// itself, and said; a fault of a page fails again.
if (status !== 0 && failed.length > 0 && failed.length <= 3) {
  console.log(`\nFailed beside others, asked once more alone: ${failed.map((name) => path.basename(name)).join(", ")}`);
  ({ status } = await run(failed, 1));
}
if (status !== 0) console.error(`\nThe program's own log, its last lines:\n${demo.log().split("\n").slice(-60).join("\n")}`);
await demo.stop();
await rm(path.dirname(failures), { recursive: true, force: true });
process.exit(status);
