// Meaning without colour: what differs in state differs in word or shape, and can be read in grey.

import assert from "node:assert/strict";
import test from "node:test";

import { closeBrowser, DESKTOP, person, picture, sendEveryoneHome, visit } from "../helpers.mjs";
import { act, go, openCase, report, signIn, STORY, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** How a state is told apart on the page: its classes, its words, its shape, and its contrast when everything is grey. */
function states(page) {
  return page.evaluate(() => {
    const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
    const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    // A screen without colour shows the luminance (WCAG 2.2) of each.
    const grey = (colour) => {
      const [red, green, blue] = channels(colour).map(linear);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if ((channels(colour)[3] ?? 1) > 0) return grey(colour);
      }
      return 1;
    };
    return [...document.querySelectorAll(".tag, .clock, .notice, .timeline > li, .queue > li, .stale, .error-message:not([role=status])")]
      .filter((element) => element.getClientRects().length)
      .map((element) => {
        const [light, dark] = [ground(element), grey(getComputedStyle(element).color)].sort((a, b) => b - a);
        return {
          kind: element.className || element.tagName,
          shape: [element.querySelector("svg use")?.getAttribute("href")?.split("#")[1], getComputedStyle(element, "::before").borderRadius].join(" "),
          words: element.textContent.replace(/\s+/g, " ").trim(),
          contrast: (light + 0.05) / (dark + 0.05),
        };
      });
  });
}

/** Words of a state, without the numbers in it. */
const bare = (text) => text.replace(/\d+/g, "n");

for (const scheme of ["light", "dark"]) {
  // UX 16
  // S33
  test(`in grey every state is still told apart, by its word or its shape (${scheme})`, async () => {
    const citizen = await person({ scheme, bypassCSP: true });
    const sent = await report(citizen, STORY);
    const desk = await person({ scheme, size: DESKTOP, bypassCSP: true });
    await signIn(desk, "desk");
    const seen = new Map();
    const look = async (page, where) => {
      await page.addStyleTag({ content: "html { filter: grayscale(1) }" });
      for (const state of await states(page)) {
        assert.ok(state.words, `a state without words on ${where}: ${state.kind}`);
        assert.ok(state.contrast >= 4.5, `${state.kind} “${state.words.slice(0, 40)}” has ${state.contrast.toFixed(2)} in grey on ${where}`);
        const [name] = state.kind.split(" ");
        if (!["tag", "clock", "notice"].includes(name)) continue;
        const told = seen.get(name) ?? new Map();
        const key = `${state.shape} ${name === "notice" ? "" : bare(state.words)}`;
        told.set(key, new Set([...(told.get(key) ?? []), state.kind]));
        seen.set(name, told);
      }
      await picture(page, `grey-${scheme}-${where}`);
    };
    await look(desk, "meja");
    await visit(desk, "/meja/daftar");
    await look(desk, "daftar");
    await openCase(desk, sent.number);
    await look(desk, "perkara");
    await go(desk, desk.locator('form[action$="/ambil"] button'));
    await act(desk, "jawab", (box) => box.locator("textarea").fill("Petugas kami datang siang ini."));
    await look(desk, "perkara-dijawab");
    await track(citizen, sent);
    await look(citizen, "lacak");
    // Steps of a case say in words whether they are done, though the eye sees a mark.
    const steps = await citizen.locator(".timeline > li").evaluateAll((items) => items.map((item) => [item.className, item.querySelector(".visually-hidden").textContent]));
    assert.deepEqual(new Set(steps.map(([state]) => state)).size, new Set(steps.map(([, said]) => said)).size, JSON.stringify(steps));
    await visit(citizen, "/lapor/dicuri/waktu");
    await go(citizen);
    await look(citizen, "ditolak");
    assert.ok((await citizen.locator(".error-message svg").count()) >= 1, words(citizen, "error.when_choose"));
    for (const [name, told] of seen) {
      for (const [key, kinds] of told) assert.equal(kinds.size, 1, `${name} “${key}” stands for ${[...kinds].join(" and ")}`);
    }
  });
}
