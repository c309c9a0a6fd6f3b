// Five whole cases, from the report of a citizen to the closed case that its reporter reads: what each officer does stands on a
// page of its own, and every walk presses only what people press.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { closeBrowser, DESKTOP, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { photo } from "../photo.mjs";
import { act, answer, choose, go, openCase, receipt, report, signIn, STORY, track, words } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

const main = (page) => page.locator("main").innerText();

/** The page says the words of `key`. */
async function says(page, key, values) {
  const text = await main(page);
  const wanted = words(page, key, values);
  assert.ok(text.includes(wanted), `“${wanted}” is not on ${page.url()}:\n${text}`);
}

/** The page says `wanted`. */
async function shows(page, wanted) {
  const text = await main(page);
  assert.ok(text.includes(wanted), `“${wanted}” is not on ${page.url()}:\n${text}`);
}

/** The page says nothing of `unwanted`. */
async function hides(page, unwanted) {
  const text = await main(page);
  assert.ok(!text.includes(unwanted), `“${unwanted}” is on ${page.url()}:\n${text}`);
}

/** An officer of `role` with the case of `number` open; `page.at` is its address. */
async function officer(role, number, look = {}) {
  const page = await person({ size: DESKTOP, js: false, ...look });
  await signIn(page, role);
  await openCase(page, number);
  page.at = new URL(page.url()).pathname;
  const [name] = (await page.locator(".who span").first().textContent()).split(",");
  page.officer = name.trim();
  return page;
}

/** Opens the page of a part of the case. */
const part = (page, name) => visit(page, `${page.at}${name}`);

/** Fills the form of a page beneath a case and sends it; it is not refused. */
async function send(page, form, fill) {
  const box = page.locator(form);
  if ((await box.evaluate((element) => element.tagName)) === "DETAILS" && (await box.getAttribute("open")) === null) {
    await box.locator("summary").first().click();
  }
  await fill(box);
  await go(page, box.locator("button.button").last());
  const refused = page.locator(".error-summary");
  assert.equal(await refused.count(), 0, `${form} was refused: ${(await refused.allInnerTexts()).join()}`);
}

/** Ticks or chooses one of the rows inside `box`. */
async function pick(box, name, value) {
  const input = box.locator(`input[name="${name}"][value="${value}"]`);
  await box.locator(`label[for="${await input.getAttribute("id")}"]`).click();
}

/** Takes the report from the case's page. */
async function take(page) {
  await go(page, page.locator('form[action$="/ambil"] button'));
  await shows(page, page.officer);
}

/** Answers the questions of the tree, `{ q1: false, ... }`. */
async function answers(page, given) {
  await part(page, "/telaah");
  for (const [code, yes] of Object.entries(given)) await go(page, page.locator(`#${code}-${yes ? 1 : 2}`));
}

/** Decides what the matter is. */
async function decide(page, outcome, { service, reason, referral } = {}) {
  await choose(page, "hasil", outcome);
  if (service) await page.locator("#putuskan select").selectOption(service);
  if (reason) await page.locator("#putusan-alasan").fill(reason);
  if (referral) await pick(page.locator("#putuskan"), "rujukan", referral);
  await go(page, page.locator("#putuskan button.button").last());
  assert.equal(await page.locator(".error-summary").count(), 0, await main(page));
  const decided = await page.locator("section[aria-labelledby=h-putusan]").innerText();
  assert.ok(decided.includes(page.officer), `a named officer decides: ${decided}`);
}

/** Marks as done what is done by hand, and leaves out the rest with a reason, so that the case may be closed. */
async function settle(page, { note } = {}) {
  await part(page, "/langkah");
  for (let step = 0; step < 20; step += 1) {
    const done = page.locator("button[value=selesai]").first();
    if (!(await done.count())) break;
    if (note) await page.locator("form", { has: done }).locator("input[name=catatan]").first().fill(note);
    await go(page, done);
    assert.equal(await page.locator(".error-summary").count(), 0, await main(page));
  }
  for (let step = 0; step < 20; step += 1) {
    const left = page.locator("li.panel", { hasText: words(page, "steps.required") }).locator("details", { has: page.locator("button[value=tinggalkan]") }).first();
    if (!(await left.count())) break;
    await left.locator("summary").click();
    await left.locator("input[name=alasan]").fill("Sudah jelas dari telaah.");
    await go(page, left.locator("button.button"));
  }
}

/** Drafts the progress notice that is next, and sends it. */
async function notice(page) {
  await part(page, "/kabar");
  await go(page, page.locator(`#susun-${page.lang}`));
  await go(page, page.locator("#tombol-kirim"));
  assert.equal(await page.locator(".error-summary").count(), 0, await main(page));
  await says(page, "news.in_time");
}

/** Closes the case with an outcome. */
async function close(page, outcome, reason) {
  await part(page, "");
  await act(page, "tutup", async (box) => {
    await pick(box, "hasil", outcome);
    await box.locator("textarea").fill(reason);
  });
}

/** Somebody is concerned in the case, and is told their rights. */
async function rights(page, n, role, age, given) {
  await part(page, "/hak");
  await send(page, "details#tambah-orang", async (box) => {
    await pick(box, "peran", role);
    await pick(box, "usia", age);
  });
  await part(page, `/hak/${n}`);
  await send(page, "form#catat-hak", async (box) => {
    await pick(box, "cara", "both");
    await page.locator("#hak-bahasa").fill("Jawa");
    await pick(box, "mengerti", "ya");
    await pick(box, "tanda", "signed");
    if (given) await given(box);
  });
}

/** A day of WIB so many days from today, as date fields take it. */
const day = (from = 0) => new Date(Date.now() + (7 + 24 * from) * 3_600_000).toISOString().slice(0, 10);

/** The investigator of the sample unit, who is qualified for women and children too. */
const INVESTIGATOR = "Aiptu Rina Kusuma";

/** Nothing of what comes first in the tree. */
const NO_TO_8 = { q1: false, q2: false, q3: false, q4: false, q5: false, q6: false, q7: false, q8: false };

/** Adds a file to the case and says what kind of evidence it is and how it was come by. */
async function evidence(page, n, { file, told, kind, way }) {
  await part(page, "");
  await act(page, "tambah-berkas", async (box) => {
    await box.locator("input[type=file]").setInputFiles(file);
    await box.locator("[name=apa]").fill(told);
  });
  await part(page, "/pembuktian");
  await send(page, "details#jenis", async (box) => {
    await box.locator("[name=bukti]").selectOption(String(n));
    await box.locator("[name=jenis]").selectOption(kind);
    await box.locator("[name=cara]").selectOption(way);
    await box.locator("[name=tanggal]").fill(day());
  });
}

/** A piece of evidence supports elements of an offence. */
async function supports(page, n, offence, elements) {
  for (const element of elements) {
    await send(page, "details#kaitan", async (box) => {
      await box.locator("[name=bukti]").selectOption(String(n));
      await box.locator("[name=unsur]").selectOption(`${offence}.${element}`);
      await pick(box, "arah", "supports");
    });
  }
}

/** A report of a kind that stays out of the browser's history, from its own address to the receipt. */
async function reportQuietly(page, slug, story, contact = async () => {}) {
  await visit(page, `/lapor/${slug}/bahaya`);
  for (let step = 0; step < 8 && !page.url().includes("/lapor/periksa"); step += 1) {
    await answer(page, story);
    if (page.url().endsWith("/kontak")) await contact(page);
    await go(page);
  }
  await go(page, page.locator("#kirim"));
  return receipt(page);
}

/** Gives the case to the investigator, by the name in the list of officers. */
async function assign(page, name) {
  await part(page, "");
  await act(page, "tugaskan", (box) => box.locator("select").selectOption({ label: name }));
  await shows(page, words(page, "case.act_assigned", { officer: name }));
}

/** Records what the first hour asks for, one step with one tap. */
async function firstHour(page, steps) {
  await part(page, "/jam-pertama");
  for (let step = 0; step < steps; step += 1) await go(page, page.locator(".steps-of-hour button.button").first());
  const done = page.locator(".steps-of-hour .tag", { hasText: page.officer });
  assert.equal(await done.count(), steps, await main(page));
}

/** An offence comes into the plan of proof, done on a day of WIB. */
async function offence(page, code, on) {
  await part(page, "/pembuktian");
  await send(page, "details#tindak-pidana", async (box) => {
    await box.locator("select").selectOption(code);
    await box.locator("[name=dari]").fill(on);
  });
}

/** Says that the proof is complete; `missing` are the words of what is still missing. */
async function complete(page, missing = []) {
  await send(page, "details#lengkap", async () => {});
  if (missing.length === 0) {
    await says(page, "proof.gaps_none");
    await says(page, "proof.state_complete");
    return;
  }
  await says(page, "proof.refused_now");
  const gaps = await page.locator("section[aria-labelledby=h-kurang]").innerText();
  for (const wanted of missing) assert.ok(gaps.includes(wanted), `“${wanted}” is not named as missing:\n${gaps}`);
}

/** Somebody looked for what speaks for the other side. */
async function otherSide(page, text) {
  await send(page, "details#sebaliknya", async (box) => {
    await pick(box, "hasil", "tidak");
    await box.locator("textarea").fill(text);
  });
}

/** The citizen reads how the closed case ended: its state, the words of the outcome and the officer's reason. */
async function readsTheEnd(citizen, sent, outcome, reason) {
  await track(citizen, sent);
  await says(citizen, "track.state_closed");
  await shows(citizen, outcome);
  await shows(citizen, reason);
}

// S7 S8 S11 S12 S13 S14 S18 S24 S40
test("theft: the plan of proof is complete only when every element has lawful evidence", async () => {
  const citizen = await person();
  const sent = await report(citizen, { ...STORY, name: "Wahyu Lestari" });

  const desk = await officer("desk", sent.number);
  await take(desk);
  await answers(desk, { ...NO_TO_8, q9: true, q10: true, q14: false, q15: false });
  await decide(desk, "o_criminal");
  await firstHour(desk, 1);
  await assign(desk, INVESTIGATOR);

  const investigator = await officer("investigator", sent.number);
  await rights(investigator, 1, "victim", "dewasa");
  await offence(investigator, "pencurian", day(-1));
  await complete(investigator, ["setiap orang", "mengambil", "suatu barang"]);
  await evidence(investigator, 1, { file: photo(), told: "Keterangan penjaga parkir", kind: "keterangan_saksi", way: "pemeriksaan_saksi" });
  await supports(investigator, 1, "pencurian", ["pencurian_pelaku", "pencurian_mengambil", "pencurian_barang"]);
  await evidence(investigator, 2, { file: photo(320, 200), told: "Nota pembelian telepon", kind: "surat", way: "dari_pelapor" });
  await supports(investigator, 2, "pencurian", ["pencurian_milik"]);
  await otherSide(investigator, "Penjual telepon ditanya; tidak ada yang meringankan.");
  await complete(investigator, ["maksud dimiliki secara melawan hukum"]);
  await supports(investigator, 1, "pencurian", ["pencurian_maksud"]);
  await complete(investigator);

  await settle(investigator);
  await notice(investigator);
  await close(investigator, "handed_over", "Berkas lengkap dan dikirim kepada kejaksaan.");
  await notice(investigator);

  await readsTheEnd(citizen, sent, "Satuan lain melanjutkan; nomor Anda tetap berlaku.", "Berkas lengkap dan dikirim kepada kejaksaan.");
  for (const wanted of ["SP2HP A1", "SP2HP A5", INVESTIGATOR, "Petugas menjelaskan hak Anda."]) await shows(citizen, wanted);
  // Whoever decided the class has read the report: nothing that was owed was left out.
  await hides(citizen, words(citizen, "steps.state_left_out"));
});

// S7 S8 S9 S10 S18 S27
test("fraud that is a debt: a referral and a receipt, another officer agrees, closed as civil", async () => {
  const citizen = await person({ lang: "en", size: DESKTOP });
  const story = { ...STORY, kind: "ditipu", what: "fraud_loan", words: "Teman meminjam lima juta dan belum mengembalikan." };
  const sent = await report(citizen, story);
  await says(citizen, "sent.free");

  const desk = await officer("desk", sent.number);
  await take(desk);
  await answers(desk, { ...NO_TO_8, q9: true, q10: false, q11: true, q12: false, q13: false });
  await says(desk, "triage.second_needed");
  await shows(desk, "Penipuan / wanprestasi");
  const reason = "Janji gagal, tanpa tipu di awal.";
  await decide(desk, "o_civil", { service: "mediasi", reason, referral: "legal_aid" });
  await says(desk, "triage.look_due");

  // The reporter knows at once where to go, and that somebody else looks at it.
  await track(citizen, sent);
  for (const wanted of [reason, "Legal aid post (Posbakum) at the district court", "Bring this receipt."]) await shows(citizen, wanted);
  await says(citizen, "triage.look_due");

  const second = await officer("investigator", sent.number);
  await part(second, "/telaah");
  await pick(second.locator("form[action$='/telaah/kedua']"), "hasil", "o_civil");
  await second.locator("#kedua-alasan").fill("Sama: ada pinjaman, tidak ada nama palsu.");
  await go(second, second.locator("form[action$='/telaah/kedua'] button.button"));
  await shows(second, words(second, "triage.act_look_agrees").split("{")[0]);

  await settle(desk, { note: "Kedua pihak ditelepon." });
  await part(desk, "");
  await act(desk, "jawab", (box) => box.locator("textarea").fill("Bawa surat utang ke Posbakum hari Senin."));
  await close(desk, "civil", "Perdata. Dirujuk ke Posbakum di pengadilan negeri.");

  await readsTheEnd(citizen, sent, "In our judgement this is a civil matter. You may ask for a second look.", "Perdata. Dirujuk ke Posbakum di pengadilan negeri.");
  await says(citizen, "triage.look_agreed");
  // What the tree tells officers is not for the reporter; why the other officer agrees is.
  await hides(citizen, "watch for threats");
  await shows(citizen, "Sama: ada pinjaman, tidak ada nama palsu.");
  await shows(citizen, "Bawa surat utang ke Posbakum hari Senin.");
  await go(citizen, citizen.locator('main a[href*="tanda-terima"]').first());
  await citizen.locator("main", { hasText: sent.number }).waitFor();
});

// S7 S8 S9 S11 S24 S37 S76
test("violence at home: few may read it, contact is safe, and the first hour goes up the line", async () => {
  const citizen = await person();
  const story = { danger: "tidak", what: "home_hit", place: "Growong Lor", when: "hari-ini", words: "Suami memukul saya tadi malam.", phone: "081234500111" };
  const sent = await reportQuietly(citizen, "bantuan-1", story, (page) => page.fill("#aman", "Hanya pagi, jangan SMS."));

  // Shut until somebody takes it, and for everybody else after that.
  const desk = await officer("desk", sent.number);
  assert.ok(!(await main(desk)).includes("memukul"));
  await take(desk);
  await shows(desk, "Suami memukul saya tadi malam.");
  const other = await person({ size: DESKTOP, js: false });
  await signIn(other, "dispatch");
  await visit(other, desk.at);
  await says(other, "access.shut_title", { number: sent.number });
  assert.ok(!/memukul|Growong|rumah tangga/.test(await main(other)), await main(other));

  await answers(desk, { q1: false, q2: false, q3: true });
  await decide(desk, "o_special");
  await firstHour(desk, 2);
  await send(desk, "details#catat-risiko", async (box) => {
    await pick(box, "tingkat", "high");
    await pick(box, "arah", "rising");
    await box.locator("#terancam").fill("Pelapor dan dua anak");
  });
  await go(desk, desk.locator("#ambil"));
  assert.equal(await desk.locator("#ambil").count(), 0, "somebody has it");
  await part(desk, "");
  await act(desk, "dukungan", async (box) => {
    await box.locator("textarea").fill("Pendamping UPTD PPA.");
    await pick(box, "tanggapan", "taken");
  });
  await assign(desk, INVESTIGATOR);

  const investigator = await officer("investigator", sent.number);
  await shows(investigator, "Hanya pagi, jangan SMS.");
  await rights(investigator, 1, "victim", "dewasa");
  await offence(investigator, "kdrt_fisik", day());
  await evidence(investigator, 1, { file: photo(), told: "Keterangan korban", kind: "keterangan_saksi", way: "pemeriksaan_saksi" });
  await supports(investigator, 1, "kdrt_fisik", ["kdrt_kekerasan"]);
  await otherSide(investigator, "Suami ditanya dan tidak menyangkal.");
  await complete(investigator, ["dalam lingkup rumah tangga"]);
  await evidence(investigator, 2, { file: photo(320, 200), told: "Kartu keluarga", kind: "surat", way: "dari_pelapor" });
  await supports(investigator, 2, "kdrt_fisik", ["kdrt_lingkup"]);
  await complete(investigator);
  await settle(investigator);
  await notice(investigator);
  await close(investigator, "handed_over", "Berkas dikirim kepada kejaksaan. Pendamping tetap bersama Anda.");

  await readsTheEnd(citizen, sent, "Satuan lain melanjutkan; nomor Anda tetap berlaku.", "Pendamping tetap bersama Anda.");
  // Whoever stands by reads neither what it is about nor what was done.
  await says(citizen, "triage.class_narrow");
  await hides(citizen, "perlindungan");
  assert.ok(!/kekerasan/i.test(await citizen.title()), "the title gives nothing away");
});

// S7 S18 S26 S40
test("a lost letter: the loss letter is issued, had by its reporter and verified by anybody", async () => {
  const citizen = await person({ js: false });
  const story = { ...STORY, kind: "lain", words: "Dompet saya jatuh, di dalamnya KTP dan SIM.", name: "Wahyu Lestari" };
  const sent = await report(citizen, story);

  const desk = await officer("desk", sent.number);
  await take(desk);
  await answers(desk, { q1: false, q2: false, q3: false, q4: false, q5: false, q6: true });
  await decide(desk, "o_lost", { service: "sktlk", reason: "Dompet jatuh di pasar, tidak diambil orang." });
  await firstHour(desk, 1);
  await part(desk, "/surat");
  await go(desk, desk.locator('main a[href*="jenis=sktlk"]'));
  assert.equal(await desk.locator("#isi-lost").inputValue(), story.words, "what was told is filled in");
  await desk.locator("#isi-reporter").fill("Wahyu Lestari");
  await desk.locator("#isi-lost").fill("Satu dompet\nSatu KTP\nSatu SIM C");
  await go(desk, desk.locator('form[action$="/surat/terbit"] button.button').first());
  await shows(desk, words(desk, "letters.issued").split("{")[0]);
  const [download] = await Promise.all([desk.waitForEvent("download"), desk.locator('.notice a[href*="/surat/"]').click()]);
  const file = await download.path();
  const address = new URL((await readFile(file)).toString("latin1").match(/https?:\/\/[^)\s]+\/surat\/[A-Z0-9-]+/)[0]);

  // The reporter has the same file, and whoever is shown it knows that it is ours and not altered.
  await track(citizen, sent);
  const had = await Promise.all([citizen.waitForEvent("download"), citizen.locator("#surat-1").click()]);
  assert.deepEqual(await readFile(await had[0].path()), await readFile(file));
  const anybody = await person({ js: false, lang: "en" });
  await visit(anybody, "/surat");
  await anybody.locator("main input").first().fill(address.pathname.split("/").at(-1));
  await go(anybody, anybody.locator("main form button.button"));
  await says(anybody, "letters.head_valid");
  assert.ok(!(await main(anybody)).includes("Wahyu Lestari"), "a letter that is verified names nobody");
  await anybody.locator("input[type=file]").setInputFiles({ name: "surat.pdf", mimeType: "application/pdf", buffer: await readFile(file) });
  await go(anybody, anybody.locator("main form button.button"));
  await says(anybody, "letters.same");

  await settle(desk);
  await close(desk, "resolved", "Surat kehilangan sudah diberikan.");
  await readsTheEnd(citizen, sent, "Permintaan Anda sudah selesai dilayani.", "Surat kehilangan sudah diberikan.");
  await shows(citizen, "Surat yang Anda minta diberikan.");
});

// S7 S8 S24 S37 S87
test("a child who stole: told with company, diverted where the rules allow it, and it is kept", async () => {
  const citizen = await person();
  const story = { danger: "tidak", what: "child_did", place: "Growong Lor", when: "hari-ini", words: "Anak tetangga mengambil sepeda dari teras.", phone: "081234500111" };
  const sent = await reportQuietly(citizen, "bantuan-3", story);

  const desk = await officer("desk", sent.number);
  await take(desk);
  await answers(desk, { q1: false, q2: false, q3: true });
  await decide(desk, "o_special");
  await firstHour(desk, 2);
  await part(desk, "");
  await act(desk, "dukungan", async (box) => {
    await box.locator("textarea").fill("Pekerja sosial untuk anak dan untuk pemilik sepeda.");
    await pick(box, "tanggapan", "taken");
  });
  await assign(desk, INVESTIGATOR);

  // A child is told with parents or somebody they trust; whoever is not there is explained.
  const investigator = await officer("investigator", sent.number);
  await part(investigator, "/hak");
  await send(investigator, "details#tambah-orang", async (box) => {
    await pick(box, "peran", "suspect");
    await pick(box, "usia", "anak");
  });
  await part(investigator, "/hak/1");
  await says(investigator, "rights.read_child");
  const told = async (more) => {
    const box = investigator.locator("form#catat-hak");
    await pick(box, "cara", "both");
    await investigator.locator("#hak-bahasa").fill("Jawa");
    await pick(box, "mengerti", "ya");
    await pick(box, "tanda", "signed");
    await more(box);
    await go(investigator, box.locator("button.button").last());
  };
  await told(async () => {});
  assert.ok((await investigator.locator(".error-summary").innerText()).includes(words(investigator, "rights.child_say")));
  await told(async (box) => {
    await pick(box, "wali", "ya");
    await pick(box, "pendamping", "tidak");
    await investigator.locator("#hak-tanpa").fill("Bapas datang besok pagi; ibunya hadir.");
  });
  assert.equal(await investigator.locator(".error-summary").count(), 0, await main(investigator));

  // Seven years or more shuts the way; plain theft does not.
  const judge = async (yes, changed) => {
    await part(investigator, "/upaya?cara=diversion");
    if (changed) await investigator.locator('form#nilai textarea[name="alasan"]').fill(changed);
    for (const group of await investigator.locator("form#nilai fieldset").all()) {
      const asked = await group.locator("legend").innerText();
      await group.locator(`input[value="${yes.some((one) => asked.includes(one)) ? "ya" : "tidak"}"]`).check();
    }
    await go(investigator, investigator.locator("form#nilai button.button").last());
  };
  await judge(["belum 18 tahun", "tujuh tahun atau lebih"]);
  await says(investigator, "prevention.stage_excluded");
  assert.equal(await investigator.locator("details#jawab").count(), 0, "nobody is asked about what the rules exclude");
  // Whoever finds it allowed after all says what has changed.
  await judge(["belum 18 tahun"]);
  await says(investigator, "prevention.excluded_before");
  await judge(["belum 18 tahun"], "Sepedanya tidak dikunci: pencurian biasa.");
  await says(investigator, "prevention.stage_offered");
  for (const side of ["child", "guardian", "victim"]) {
    await send(investigator, "details#jawab", async (box) => {
      await box.locator("select").selectOption("2");
      await pick(box, "pihak", side);
      await pick(box, "kata", "given");
      await pick(box, "bebas", "ya");
    });
  }
  await send(investigator, "details#sepakat", async (box) => {
    await box.locator("select").selectOption("2");
    await box.locator("textarea").fill("Sepeda dikembalikan, anak meminta maaf dan membantu memperbaikinya.");
  });
  await says(investigator, "prevention.stage_agreed");
  await send(investigator, "details#akhiri", async (box) => {
    await box.locator("select").selectOption("2");
    await pick(box, "tepat", "ya");
    await box.locator("#akhiri-teks").fill("Sepeda kembali dan sudah diperbaiki bersama.");
  });
  await says(investigator, "prevention.stage_kept");

  await settle(investigator);
  await notice(investigator);
  await close(investigator, "settled", "Diversi ditepati: sepeda kembali dan anak meminta maaf.");
  await readsTheEnd(citizen, sent, "Kedua pihak sepakat dengan sukarela.", "Diversi ditepati: sepeda kembali dan anak meminta maaf.");
  await says(citizen, "triage.class_narrow");
  await hides(citizen, "Upaya damai untuk anak");
});
