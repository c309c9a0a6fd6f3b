// The node's key is changed while the unit is served: what was told before, during and after is read by every process, and the next start needs the new key.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import test from "node:test";

import { endAll, unit } from "../unit.mjs";

test.afterEach(endAll);

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
    const { folder, at: lies, pengayom, serve } = await unit({ inDatabase: processes > 1 });
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
    await assert.rejects(serve({ key: lies(old) }), ({ code, said }) => code === 1 && /this store opens with/.test(said));
    await allRead((await serve()).url);
  });
}
