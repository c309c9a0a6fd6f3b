// Lighthouse over the main pages, in the distribution's Chromium, as a telephone. Nothing but the unit on this machine is asked.

import { person, visit } from "./helpers.mjs";
import { go, meet, openCase, report, signIn, track } from "./steps.mjs";

/**
 * The ten main pages, each with the cookies it takes: the receipt and the report are shown only to who has just sent it or given
 * its code, the rating to who was given the card.
 */
export async function mainPages() {
  const citizen = await person();
  const sent = await report(citizen);
  const cookies = async () => (await citizen.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const receipt = await cookies();
  const desk = await person();
  await signIn(desk, "desk");
  await openCase(desk, sent.number);
  await go(desk, desk.locator('form[action$="/ambil"] button'));
  const code = await meet(desk);
  await track(citizen, sent);
  const tracked = await cookies();
  await visit(citizen, "/");
  return [
    { name: "/", address: "/" },
    { name: "/lapor", address: "/lapor" },
    { name: "/lapor/{jenis}/{langkah}", address: "/lapor/dicuri/tempat" },
    { name: "/lapor/terkirim", address: "/lapor/terkirim", cookie: receipt },
    { name: "/aman/bantuan", address: "/aman/bantuan" },
    { name: "/lacak/{nomor}", address: `/lacak/${sent.number}`, cookie: tracked },
    { name: "/nilai/{kode}", address: `/nilai/${code}` },
    { name: "/wilayah/{desa}", address: "/wilayah/33.18.08.2022" },
    { name: "/layanan/{slug}", address: "/layanan/skck" },
    { name: "/kinerja", address: "/kinerja" },
  ];
}

/**
 * Lighthouse's report of the page at `url`, in a browser of its own, with its mobile profile unless `flags` say otherwise.
 * `cookie`: the header to ask with.
 */
export async function examine(url, settings = {}) {
  for (let tries = 1; ; tries += 1) {
    // On a busy machine it may miss its own beginning of the trace, and asks to be run again; a browser may not come up.
    const report = await once(url, settings).catch((error) => {
      if (error.code !== "ECONNREFUSED") throw error;
      return { runtimeError: error };
    });
    if (!report.runtimeError) return report;
    if (tries === 3) throw new Error(`${url}: ${report.runtimeError.message}`);
  }
}

async function once(url, { cookie, ...flags }) {
  const [{ default: lighthouse }, { launch }] = await Promise.all([import("lighthouse"), import("chrome-launcher")]);
  const browser = await launch({
    chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic"],
    logLevel: "silent",
  });
  try {
    const extraHeaders = cookie ? { Cookie: cookie } : undefined;
    const { lhr } = await lighthouse(url, { port: browser.port, logLevel: "silent", extraHeaders, ...flags });
    return lhr;
  } finally {
    browser.kill();
  }
}
