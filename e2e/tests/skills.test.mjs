// A lesson that real work opened is read and done on a telephone; a thing breaks, and the public is told.

import assert from "node:assert/strict";
import test from "node:test";

import { assertNoSidewaysScroll, assertSound, closeBrowser, person, sendEveryoneHome, visit, WAYS } from "../helpers.mjs";
import { choose, go, signIn } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const way of WAYS) {
  // S34
  test(`a lesson is read screen by screen and ends with a question (${way.name})`, async () => {
    const desk = await person({ size: way.size, js: way.js });
    await signIn(desk, "desk");
    await visit(desk, "/kecakapan/pelajaran/janji_waktu");
    for (let screen = 1; screen <= 4; screen += 1) {
      await assertSound(desk, { least: 24, where: `screen ${screen}` });
      await assertNoSidewaysScroll(desk);
      await desk.locator("#lanjut").click();
    }
    await choose(desk, "jawaban1", "1");
    await go(desk, desk.locator("#jawab"));
    assert.ok((await desk.locator("#h-hasil").innerText()).startsWith("Hampir"));
    await assertSound(desk, { least: 24, where: "a wrong answer" });
    await choose(desk, "jawaban1", "2");
    await go(desk, desk.locator("#jawab"));
    assert.ok((await desk.locator("#h-hasil").innerText()).startsWith("Selesai"));
  });

  // S35
  test(`a thing that breaks is told on the page of its service until it is mended (${way.name})`, async () => {
    const desk = await person({ size: way.size, js: way.js });
    await signIn(desk, "desk");
    await visit(desk, "/sarana");
    await desk.locator("a", { hasText: "ALAT-SIDIK-JARI-1" }).click();
    await assertSound(desk, { least: 24, where: "a thing" });
    await choose(desk, "keadaan", "broken");
    await desk.locator("#alasan").fill("Lensa retak");
    await go(desk, desk.locator("#simpan-keadaan"));
    const anybody = await person({ size: way.size, js: way.js });
    await visit(anybody, "/layanan/sidik_jari");
    const told = "sedang tidak tersedia di Polres Pati";
    assert.ok((await anybody.locator("main").innerText()).includes(told));
    await assertSound(anybody, { where: "a service with a gap" });
    await choose(desk, "keadaan", "in_order");
    await desk.locator("#alasan").fill("Lensa diganti");
    await go(desk, desk.locator("#simpan-keadaan"));
    await visit(anybody, "/layanan/sidik_jari");
    assert.ok(!(await anybody.locator("main").innerText()).includes(told));
  });
}
