// The main job from end to end: a person asks for help, the desk answers, an officer meets them, they judge the
// meeting, and the chief sees it the same minute; on a phone and a desktop, with JavaScript and without, in both languages.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, DESKTOP, person, picture, sendEveryoneHome, visit, WAYS } from "../helpers.mjs";
import { act, go, meet, openCase, rate, report, settleSteps, signIn, STORY, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

/** Reports that nobody has assessed yet, as the chief's page counts them. */
async function unassessed(page) {
  const box = page.locator("#sekarang .counts > div", { has: page.locator(`dt:text-is("${words(page, "chief.open_received")}")`) });
  return Number((await box.locator("dd").innerText()).replace(/\D/g, ""));
}

for (const [number, way] of WAYS.entries()) {
  const lang = number === 1 || number === 2 ? "en" : "id";
  // S1, S4, S5, S6, S8, S32, S33
  // UX 4
  test(`from a request to a judged encounter ${way.name}, in ${lang}`, async (t) => {
    // Pages of the desk have smaller targets than those for the public and for the road.
    const sound = (page, least = 24) => (where) => assertSound(page, { least, where });
    const citizen = await person({ ...way, lang });
    const desk = await person({ ...way, lang });
    const patrol = await person({ ...way, lang });
    const chief = await person({ ...way, lang });
    try {
      await signIn(chief, "commander");
      await visit(chief, "/pimpinan");
      const before = await unassessed(chief);
      let navigations = 0;
      chief.on("framenavigated", () => {
        navigations += 1;
      });

      const sent = await report(citizen, STORY);

      // The chief's page counts the report: by itself with JavaScript, by its own reload button without.
      const deadline = Date.now() + 60_000;
      while ((await unassessed(chief)) <= before) {
        assert.ok(Date.now() < deadline, "the chief does not see the report within the minute");
        if (way.js) await chief.waitForTimeout(250);
        else await go(chief, chief.locator(`main a:text-is("${words(chief, "common.reload")}")`));
      }
      if (way.js) assert.equal(navigations, 0, "the chief's page moved by itself");

      // The desk takes it, looks into it, answers, and gives it to the officer on patrol.
      await signIn(desk, "desk");
      await sound(desk)("/meja");
      await openCase(desk, sent.number);
      await go(desk, desk.locator('form[action$="/ambil"] button'));
      await sound(desk)("/perkara/{id}");
      await act(desk, "telaah", async () => {});
      await act(desk, "jawab", (box) => box.locator("textarea").fill("Petugas kami datang siang ini."));
      await act(desk, "tugaskan", async (box) => {
        const patrolOption = await box.locator("select option", { hasText: await nameOf("patrol") }).first().getAttribute("value");
        await box.locator("select").selectOption(patrolOption);
        // The service asks for an investigator; whoever gives it to somebody else says why.
        await box.locator("[name=alasan]").fill("Paling dekat dengan tempatnya.");
      });
      const timeline = await desk.locator("#riwayat").innerText();
      assert.match(timeline, /Petugas kami datang siang ini/);

      // The person sees the answer with number and code.
      await track(citizen, sent);
      assert.match(await citizen.locator("main").innerText(), /Petugas kami datang siang ini/);

      // The officer meets them and gives them the card.
      await signIn(patrol, "patrol");
      await sound(patrol, 48)("/pertemuan");
      await go(patrol, patrol.locator(".queue a", { hasText: sent.number }).first());
      const code = await meet(patrol, sound(patrol, 48));

      // They judge the meeting, once.
      await rate(citizen, code, (where) => assertSound(citizen, { where }));
      await visit(citizen, `/nilai/${code}`);
      assert.ok((await citizen.locator("main").innerText()).includes(words(citizen, "rate.code_used")));

      // The desk ends the case with a reason, and the person reads the outcome.
      await visit(desk, new URL(desk.url()).pathname);
      await settleSteps(desk);
      await act(desk, "tutup", async (box) => {
        await box.locator(".choice label").first().click();
        await box.locator("textarea").fill("Telepon ditemukan dan dikembalikan.");
      });
      await track(citizen, sent);
      assert.ok((await citizen.locator("main").innerText()).includes(words(citizen, "track.state_closed")));
      await assertSound(citizen, { where: "/lacak/{nomor}" });

      await visit(chief, "/pimpinan");
      await sound(chief)("/pimpinan");
    } catch (error) {
      for (const [name, page] of Object.entries({ citizen, desk, patrol, chief })) await picture(page, `${t.name}-${name}`);
      throw error;
    }
  });
}

/** How the officer of `role` is addressed, as their own page says. */
async function nameOf(role) {
  const page = await person({ size: DESKTOP });
  await signIn(page, role);
  const [name] = (await page.locator(".who span").first().textContent()).split(",");
  await page.context().close();
  return name;
}
