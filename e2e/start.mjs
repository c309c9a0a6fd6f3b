// Starts the built program with its sample unit, in a folder of its own, on a free port of this machine.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** How long the sample unit may take to be filled, in milliseconds: an unoptimised build on a busy machine. */
const READY_WITHIN_MS = 180_000;

/** The program to test, as it was built. */
export function binary() {
  const candidates = [
    process.env.PENGAYOM_BIN,
    path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target"), "debug", "pengayom"),
  ];
  const found = candidates.find((candidate) => candidate && existsSync(candidate));
  if (!found) throw new Error("No program to test: run `cargo build` first, or set PENGAYOM_BIN.");
  return found;
}

/**
 * Starts `pengayom demo --fresh` and waits until it is ready.
 *
 * Returns what it says of itself (`url`, `store`, `accounts`), its process `pid`, `log()` with what it wrote to stderr, and `stop()`.
 */
export async function startDemo() {
  const folder = await mkdtemp(path.join(tmpdir(), "pengayom-e2e-"));
  const child = spawn(binary(), ["demo", "--dir", folder, "--listen", "127.0.0.1:0", "--fresh", "--json"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, RUST_BACKTRACE: "1" },
  });
  let log = "";
  child.stderr.on("data", (chunk) => {
    log = (log + chunk).slice(-200_000);
  });
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error));
    child.on("exit", (code, signal) => resolve(new Error(`the program ended (${signal ?? code})`)));
  });

  const said = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.trimStart().startsWith("{")) return JSON.parse(line);
    }
    throw await ended;
  })();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not ready after ${READY_WITHIN_MS / 1000} s`)), READY_WITHIN_MS);
  });

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(patience);
    }
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const demo = await Promise.race([said, late]);
    return { ...demo, pid: child.pid, log: () => log, stop };
  } catch (error) {
    await stop();
    throw new Error(`The sample unit did not start: ${error.message}\n${log}`);
  } finally {
    clearTimeout(timer);
  }
}
