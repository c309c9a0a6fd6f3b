// Signing in through a real provider of OpenID Connect (npm `oidc-provider`), and what must not work with it.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import test from "node:test";

import { startProvider } from "../provider.mjs";
import { endAll, unit } from "../unit.mjs";
import { t } from "../words.mjs";

const stops = [];
test.afterEach(async () => {
  await endAll();
  while (stops.length) await stops.pop()();
});

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Somebody at a browser, as far as redirects and cookies go. `get` follows within the unit and the provider. */
class Visitor {
  jars = new Map();

  async ask(url, { form, ...options } = {}) {
    const { host } = new URL(url);
    const jar = this.jars.get(host) ?? new Map();
    this.jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    const body = form && new URLSearchParams(form);
    const answer = await fetch(url, { redirect: "manual", headers, method: form ? "POST" : "GET", body, ...options });
    for (const line of answer.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(";");
      const at = pair.indexOf("=");
      const gone = rest.some((part) => /max-age=0|expires=Thu, 01 Jan 1970/i.test(part));
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return { status: answer.status, url, location: answer.headers.get("location"), text: await answer.text() };
  }

  /** Follows redirects until `until` says to stop, or a page comes. */
  async follow(answer, until = () => false) {
    let at = answer;
    for (let hops = 0; at.location && hops < 15; hops += 1) {
      const next = new URL(at.location, at.url).href;
      if (until(next)) return { ...at, next };
      at = await this.ask(next);
    }
    return at;
  }
}

const csrfOf = (page) => page.text.match(/name="csrf" value="([^"]+)"/)?.[1] ?? "";

/** Pati with Sari at the desk and a provider beside it. */
async function office({ ttl } = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider({ redirect: `${url}/masuk/penyedia/kembali`, ttl });
  stops.push(() => provider.stop().catch(() => {}));
  const pati = await unit();
  const secret = pati.at("secret");
  await writeFile(secret, "rahasia-uji-coba\n", { mode: 0o600 });
  const { stdout } = await pati.pengayom("user", "add", "sari", "--name", "Sari Wulan", "--role", "desk");
  const more = ["--oidc-issuer", provider.issuer, "--oidc-client-id", "pati", "--oidc-client-secret-file", secret, "--oidc-name", "SSO Polri"];
  await pati.serve({ listen: `127.0.0.1:${port}`, more });
  return { url, provider, password: stdout.trim() };
}

async function byPassword({ url, password }) {
  const sari = new Visitor();
  const page = await sari.ask(`${url}/masuk`);
  const answer = await sari.ask(`${url}/masuk`, { form: { csrf: csrfOf(page), nama: "sari", sandi: password, lanjut: "/akun" } });
  assert.equal(answer.location, "/akun");
  return sari;
}

/** Connects Sari's account with whoever is signed in at the provider. */
async function connect(pati) {
  const sari = await byPassword(pati);
  const own = await sari.ask(`${pati.url}/akun`);
  assert.match(own.text, /SSO Polri/);
  const go = await sari.ask(`${pati.url}/akun/penyedia`, { form: { csrf: csrfOf(own), oleh: "" } });
  assert.equal(go.status, 200);
  const address = go.text.match(/class="button" href="(http:[^"]+)"/)[1].replaceAll("&#38;", "&").replaceAll("&amp;", "&");
  const back = await sari.follow(await sari.ask(address));
  assert.match(back.url, /\/akun\?terhubung=1$/, back.text.replace(/<[^>]+>/g, " ").slice(0, 600));
  return sari;
}

/** The way in through the provider; stops before what it sends back is taken, when `stop` is set. */
async function way(pati, visitor, stop = false) {
  const begun = await visitor.ask(`${pati.url}/masuk/penyedia?lanjut=/akun`);
  return visitor.follow(begun, (next) => stop && next.includes("/masuk/penyedia/kembali"));
}

const says = (page, key) => assert.ok(page.text.includes(t("id", key).replaceAll("{name}", "SSO Polri")), `${key}: ${page.text.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").slice(0, 800)}`);

// S45
test("an account that its owner connected is signed in to through the provider, and no other is", async () => {
  const pati = await office();
  // Nobody is connected yet.
  const unknown = await way(pati, new Visitor());
  assert.equal(unknown.status, 403);
  says(unknown, "signin.provider_unknown");
  await connect(pati);
  const page = await way(pati, new Visitor());
  assert.match(page.url, /\/akun$/, page.text.slice(0, 400));
  assert.match(page.text, /Sari Wulan/);
  // Somebody else at the provider.
  pati.provider.state.who = "polri-0000";
  const other = await way(pati, new Visitor());
  says(other, "signin.provider_unknown");
});

test("a code and a state count once, in the browser that began", async () => {
  const pati = await office();
  await connect(pati);
  const visitor = new Visitor();
  const { next } = await way(pati, visitor, true);
  // Another browser with the same address, and an address with another state.
  const stranger = new Visitor();
  says(await stranger.ask(next), "signin.provider_over");
  const forged = new URL(next);
  forged.searchParams.set("state", "x".repeat(43));
  const second = new Visitor();
  const begun = await way(pati, second, true);
  forged.searchParams.set("code", new URL(begun.next).searchParams.get("code"));
  says(await second.ask(forged.href), "signin.provider_over");
  // Its own, once.
  const first = await visitor.ask(next);
  assert.equal(first.location, "/akun");
  says(await new Visitor().ask(next), "signin.provider_over");
  says(await visitor.ask(next), "signin.provider_over");
  // The code of one way with the state of another: the provider refuses it.
  const third = new Visitor();
  const fresh = new URL((await way(pati, third, true)).next);
  fresh.searchParams.set("code", new URL(next).searchParams.get("code"));
  says(await third.ask(fresh.href), "signin.provider_wrong");
});

/** Changes the ID token that the provider answers with: its claims, signed by nobody, or as it is with others. */
function tampered(provider, claims) {
  provider.state.change = (request, response) => {
    if (!request.url.startsWith("/token")) return false;
    const end = response.end.bind(response);
    response.end = (chunk, ...rest) => {
      const body = JSON.parse(chunk);
      const [head, payload, signature] = body.id_token.split(".");
      const told = { ...JSON.parse(Buffer.from(payload, "base64url")), ...claims };
      body.id_token = [head, Buffer.from(JSON.stringify(told)).toString("base64url"), signature].join(".");
      const text = JSON.stringify(body);
      response.setHeader("content-length", Buffer.byteLength(text));
      return end(text, ...rest);
    };
    return false;
  };
}

test("a token that was changed, is of another issuer or nonce, or is over, lets nobody in", async () => {
  const pati = await office();
  await connect(pati);
  for (const claims of [{ sub: "polri-7f3a" }, { nonce: "x" }, { iss: "http://127.0.0.1:1" }, { exp: 1 }, { aud: "lain" }]) {
    tampered(pati.provider, claims.sub ? { sub: "polri-7f3a", extra: 1 } : claims);
    says(await way(pati, new Visitor()), "signin.provider_wrong");
  }
  // The nonce of another way, signed as it must be: the address at the provider was changed on the road.
  pati.provider.state.change = undefined;
  const visitor = new Visitor();
  const begun = await visitor.ask(`${pati.url}/masuk/penyedia`);
  const address = new URL(begun.location);
  address.searchParams.set("nonce", "dari-tempat-lain");
  says(await visitor.follow({ ...begun, location: address.href }), "signin.provider_wrong");
  // A provider that says it is somebody else.
  pati.provider.state.change = (request, response) => {
    if (!request.url.startsWith("/.well-known")) return false;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ issuer: "https://lain.example" }));
    return true;
  };
  const other = await way(pati, new Visitor());
  assert.equal(other.status, 502);
  says(other, "signin.provider_down");
});

test("a token that is over by the time it comes is refused", async () => {
  const pati = await office({ ttl: 1 });
  pati.provider.state.change = (request, response) => {
    if (!request.url.startsWith("/token")) return false;
    const end = response.end.bind(response);
    response.end = (...all) => {
      setTimeout(() => end(...all), 2_500);
    };
    return false;
  };
  const late = await way(pati, new Visitor());
  says(late, "signin.provider_wrong");
});

test("a provider that is down or slow is said so within its time, and the password still works", async () => {
  const pati = await office();
  await connect(pati);
  pati.provider.state.delay = 60_000;
  const began = Date.now();
  const slow = await way(pati, new Visitor());
  assert.equal(slow.status, 502);
  assert.ok(Date.now() - began < 20_000, `${Date.now() - began} ms`);
  says(slow, "signin.provider_down");
  await pati.provider.stop();
  const down = await way(pati, new Visitor());
  assert.equal(down.status, 502);
  says(down, "signin.provider_down");
  await byPassword(pati);
});
