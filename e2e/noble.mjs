// Makes web/assets/receipt/noble.mjs and its licence again from the published packages of the lock file: SHA-256, SHA-512 and Ed25519 for
// browsers that have none of their own to offer (`crypto.subtle` is missing on plain http and on old telephones).
//
// Nothing at run time or at build time needs this script: its result is committed, and `tests/receipt_script.test.mjs` fails when the
// committed file is another one. Only spaces and comments go; names stay, so that whoever wants to can read what verifies a receipt.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const ASSETS = path.resolve(here, "..", "web", "assets", "receipt");

const ENTRY = `
import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
hashes.sha512 = sha512;
export { sha256, verify };
`;

async function version(name) {
  return JSON.parse(await readFile(path.join(here, "node_modules", name, "package.json"), "utf8")).version;
}

/** Content of the two files, by name. */
export async function made() {
  const edition = `@noble/ed25519 ${await version("@noble/ed25519")}, @noble/hashes ${await version("@noble/hashes")}`;
  const result = await build({
    stdin: { contents: ENTRY, resolveDir: here },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2020",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    banner: { js: `// ${edition} (MIT, noble-LICENSE.txt); made by e2e/noble.mjs. Not edited by hand.` },
  });
  const licence = (name) => readFile(path.join(here, "node_modules", name, "LICENSE"), "utf8");
  const licences = [...new Set([await licence("@noble/ed25519"), await licence("@noble/hashes")])];
  return {
    "noble.mjs": result.outputFiles[0].text,
    "noble-LICENSE.txt": `${edition}\n\n${licences.join("\n")}`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(await made())) await writeFile(path.join(ASSETS, name), text);
}
