// /tanda-terima: takes a receipt from the address behind the `#`, from a file or from what was pasted, has it verified (verify.mjs) and
// shows what was found. Every sentence is on the page already; nothing of the receipt is sent anywhere but, as the numbers of the log's
// tiles, to the log that is asked.

import { check, fingerprint, readReceipt, Unreadable, Unreachable } from "./verify.mjs";

const box = document.querySelector("[data-receipt]");
const find = (name) => box.querySelector(`[data-${name}]`);
const { zone, moment, day, time, months, checking } = { ...box.dataset, checking: find("status").dataset.checking };
const OWN_LOG = new URL(box.dataset.log, location.href).href;

/** Where the last checkpoint of each log is kept, by the log's name: no number, nothing of a person. */
const KEPT = "pengayom.log";

/** How long an answer is waited for, and its greatest size: a tile has 8 kB. */
const PATIENCE_MS = 20_000;
const ANSWER_MAX = 1_000_000;

/** Pauses before a receipt that the log has not yet is checked again. */
const AGAIN_MS = [2000, 3000, 5000, 10_000, 20_000];

// ---- What this browser saw before ----

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}

function keep({ state, checkpoint }) {
  // A checkpoint that contradicts the one before must not take its place: it would be believed the next time.
  if ("forgetful" in box.dataset || !checkpoint || !["whole", "pending"].includes(state)) return;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [checkpoint.origin]: checkpoint.note }));
  } catch {
    // A browser that stores nothing still verifies.
  }
  showKept();
}

function showKept() {
  find("kept").hidden = Object.keys(kept()).length === 0;
}

// ---- Asking the log ----

async function read(address) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    // What a cache kept is not what the log shows today.
    const answer = await fetch(address, { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", signal: stop.signal });
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Unreachable(String(answer.status));
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return bytes.length > ANSWER_MAX ? null : bytes;
  } catch (error) {
    throw error instanceof Unreachable ? error : new Unreachable(String(error));
  } finally {
    clearTimeout(timer);
  }
}

// ---- Words ----

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A moment in microseconds as the unit writes it, on its own clock. */
function written(micros) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone || "UTC", year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const at = Object.fromEntries(parts.formatToParts(new Date(Number(micros / 1000n))).map(({ type, value }) => [type, value]));
  const date = fill(day, { day: at.day, month: months.split("|")[Number(at.month) - 1], year: at.year });
  return fill(moment, { day: date, time: fill(time, { hour: at.hour, minute: at.minute }) });
}

// ---- Showing ----

function write(element, values) {
  const target = element.matches("[data-words]") ? element : element.querySelector("[data-words]");
  if (target) target.textContent = fill(target.dataset.words, values);
}

function fact(name, value) {
  const field = box.querySelector(`[data-fact="${name}"]`);
  field.parentElement.hidden = value === undefined;
  field.textContent = value ?? "";
}

function host(log) {
  try {
    const address = new URL(log);
    return /^https?:$/.test(address.protocol) && address.origin !== location.origin ? address.host : undefined;
  } catch {
    return undefined;
  }
}

function show(found) {
  const { state, reason, receipt, key, checkpoint, origin, seen, log } = found;
  const values = { number: receipt.number, time: written(receipt.recorded) };
  for (const one of box.querySelectorAll("[data-state]")) {
    one.hidden = one.dataset.state !== state;
    write(one, values);
  }
  for (const one of box.querySelectorAll("[data-reason]")) one.hidden = one.dataset.reason !== reason;
  const elsewhere = find("elsewhere");
  const named = state === "foreign" && log === OWN_LOG ? host(receipt.log) : undefined;
  elsewhere.hidden = !named;
  if (named) write(elsewhere, { host: named });
  const other = find("elsewhere-found");
  other.hidden = log === OWN_LOG;
  if (!other.hidden) write(other, { host: host(log) ?? log });
  // What is not vouched for by the unit's key is not shown as a fact.
  const genuine = found.genuine === true;
  const track = find("track");
  track.hidden = !genuine || log !== OWN_LOG;
  track.href = `/lacak?nomor=${encodeURIComponent(receipt.number)}`;
  fact("number", genuine ? receipt.number : undefined);
  fact("recorded", genuine ? `${written(receipt.recorded)}` : undefined);
  fact("unit", genuine ? origin : undefined);
  fact("entry", genuine ? String(receipt.index) : undefined);
  fact("key", key && fingerprint(key));
  fact("size", checkpoint && String(checkpoint.size));
  const witnesses = box.querySelector('[data-fact="witnesses"]').dataset;
  const names = checkpoint?.witnesses ?? [];
  fact("witnesses", checkpoint && (names.length ? fill(witnesses.words, { names: names.join(", ") }) : witnesses.none));
  fact("act", genuine && state !== "altered" ? receipt.act : undefined);
  fact("checkpoint", checkpoint?.note);
  fact("seen", seen?.note);
  const details = find("details");
  details.hidden = !genuine && !key && !checkpoint;
  // Printed as proof: nothing of it may be folded away.
  details.open = state === "log";
  find("result").hidden = false;
  find("status").textContent = "";
}

// ---- The way of a receipt ----

let current;
let turn = 0;
let timer;

async function verify(given, log = OWN_LOG, tries = 0) {
  clearTimeout(timer);
  turn += 1;
  const mine = turn;
  current = { given, log };
  unreadable(false);
  let receipt;
  try {
    receipt = readReceipt(given);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    find("result").hidden = true;
    unreadable(true);
    return;
  }
  if (tries === 0) find("status").textContent = checking;
  const found = await check(receipt, { log, read, now: Date.now(), recall: (origin) => kept()[origin] });
  // Another receipt was given meanwhile.
  if (mine !== turn) return;
  show(found);
  keep(found);
  // The reader is led to a finding once; a repeated check leaves them where they are, unless something changed.
  if (tries === 0 || found.state !== "pending") box.querySelector(`[data-state="${found.state}"] h2`).focus();
  if (found.state === "pending" && tries < AGAIN_MS.length) timer = setTimeout(() => verify(given, log, tries + 1), AGAIN_MS[tries]);
}

function unreadable(wrong) {
  find("unreadable").hidden = !wrong;
  find("field").classList.toggle("field-error", wrong);
  const text = find("text");
  text.setAttribute("aria-describedby", wrong ? "tanda-hint tanda-error" : "tanda-hint");
  if (wrong) {
    text.setAttribute("aria-invalid", "true");
    text.focus();
  } else {
    text.removeAttribute("aria-invalid");
  }
}

function fromAddress() {
  const code = location.hash.slice(1);
  if (code === "" || code === "isi") return;
  // The address would stay in the history of a telephone that others use.
  history.replaceState(null, "", location.pathname + location.search);
  const lang = document.querySelector("a.lang");
  if (lang) lang.hash = code;
  verify(code);
}

find("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = find("file").files;
  const typed = find("text").value;
  verify(typed.trim() === "" && file ? await file.slice(0, ANSWER_MAX).text() : typed);
});
find("file").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  find("text").value = "";
  verify(await file.slice(0, ANSWER_MAX).text());
});
find("again").addEventListener("click", () => verify(current.given, current.log));
find("elsewhere-check").addEventListener("click", () => verify(current.given, readReceipt(current.given).log.replace(/\/$/, "")));
find("forget").addEventListener("click", () => {
  localStorage.removeItem(KEPT);
  showKept();
  const said = find("forgotten");
  said.textContent = said.dataset.words;
});
addEventListener("hashchange", fromAddress);

find("without-script").hidden = true;
for (const element of box.querySelectorAll("[data-with-script]")) element.hidden = false;
showKept();
fromAddress();
