// The words a person reads, from the pack, so that tests name keys and a page of one language can be searched for the other.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const PACK = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "packs", "id");

/** A TOML basic string on one line; enough for words files, which hold one key a line. */
const LINE = /^([A-Za-z0-9_.-]+)\s*=\s*("(?:[^"\\]|\\.)*")\s*$/;

function readWords(language) {
  const words = new Map();
  let section = "";
  for (const line of readFileSync(path.join(PACK, "words", `${language}.toml`), "utf8").split("\n")) {
    const heading = line.match(/^\[([A-Za-z0-9_.-]+)\]\s*$/);
    if (heading) section = `${heading[1]}.`;
    const entry = line.match(LINE);
    if (entry) words.set(section + entry[1], JSON.parse(entry[2]));
  }
  return words;
}

const WORDS = { id: readWords("id"), en: readWords("en") };

/** What is filled in: `{name}`, and words that go with a count, `{name:one|many}`. */
const GAP = /\{(\w+)(?::([^{}|]+)\|([^{}|]+))?\}/g;

/** The words of `key` in `language`, with `{name}` filled in from `values`. */
export function t(language, key, values = {}) {
  const text = WORDS[language].get(key);
  if (text === undefined) throw new Error(`no words for ${key} in ${language}`);
  return text.replace(GAP, (whole, name, one, many) => {
    if (values[name] === undefined) return whole;
    if (one === undefined) return values[name];
    return String(values[name]) === "1" ? one : many;
  });
}

/** A pattern that finds the words of `key` whatever is filled in. */
export function pattern(language, key) {
  return new RegExp(gaps(t(language, key)).map(escape).join(".{1,200}?"));
}

/** What stands between the gaps of a text. */
const gaps = (text) => text.replace(GAP, "{}").split("{}");

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Pairs `name_id = "…"`, `name_en = "…"` of the pack's other files. */
function pairs() {
  const found = [];
  for (const name of readdirSync(PACK).filter((file) => file.endsWith(".toml"))) {
    const texts = new Map();
    for (const line of readFileSync(path.join(PACK, name), "utf8").split("\n")) {
      const entry = line.match(LINE);
      const language = entry?.[1].match(/^(.+)_(id|en)$/);
      if (!language) continue;
      const [, key, code] = language;
      if (code === "id") texts.set(key, JSON.parse(entry[2]));
      else if (texts.has(key)) found.push({ id: texts.get(key), en: JSON.parse(entry[2]) });
    }
  }
  return found;
}

/** What stands between the filled-in values, where it is long enough to be no accident. */
function fragments(text) {
  return gaps(text).map((part) => part.trim()).filter((part) => part.length >= 8 && /\s/.test(part));
}

/**
 * Fragments that belong to the other language only: on a page of `language` none of them may be left.
 */
export function foreign(language) {
  const other = language === "id" ? "en" : "id";
  const texts = [...WORDS[language].keys()].map((key) => ({ [language]: WORDS[language].get(key), [other]: WORDS[other].get(key) ?? "" }));
  const all = [...texts, ...pairs()];
  const own = all.map((text) => text[language]).join("\n");
  return [...new Set(all.flatMap((text) => fragments(text[other])))].filter((fragment) => !own.includes(fragment));
}

const MONTHS = {
  id: "Januari|Februari|Maret|Mei|Juni|Juli|Agustus|Oktober|Desember|Agu|Okt|Des",
  en: "January|February|March|May|June|July|August|October|December|Aug|Oct|Dec",
};

const DAYS = { id: "Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu", en: "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday" };

/** What must not be read on a page of each language: patterns of dates, times, numbers and money, with what they are. */
const MISWRITTEN = {
  id: [
    ["a date for programs", /\b\d{4}-\d{2}-\d{2}\b/g],
    ["an English month", new RegExp(`\\b\\d{1,2} (${MONTHS.en})\\b|\\b(${MONTHS.en}) \\d{4}\\b`, "g")],
    ["an English day", new RegExp(`\\b(${DAYS.en})\\b`, "g")],
    // How long a recording is (0:40) is no time of day.
    ["a time with a colon", /(?<!\()\b\d{1,2}:\d{2}\b/g],
    ["a time of twelve hours", /\b\d{1,2} ?(am|pm|AM|PM)\b/g],
    // Versions are names: WCAG 2.2, Apache 2.0.
    ["a decimal point", /(?<![\d.]|WCAG |Apache )\d+\.\d(?!\d|\.\d)/g],
    ["a thousands comma", /\d,\d{3}(?!\d)/g],
    ["money written another way", /\bRp \d|\bIDR\b/g],
  ],
  en: [
    ["a date for programs", /\b\d{4}-\d{2}-\d{2}\b/g],
    ["an Indonesian month", new RegExp(`\\b\\d{1,2} (${MONTHS.id})\\b|\\b(${MONTHS.id}) \\d{4}\\b`, "g")],
    ["an Indonesian day", new RegExp(`\\b(${DAYS.id}), \\d`, "g")],
    ["an Indonesian time", /\bpukul\b|\b\d{1,2}\.\d{2} (WIB|WITA|WIT)\b/g],
    ["a decimal comma", /(?<![\d,])\d+,\d(?!\d)/g],
    ["a thousands point", /(?<![\d.])\d{1,3}\.\d{3}(?![\d.])/g],
  ],
};

/** Dates, times and numbers in `text` that are not written as people of `language` write them. */
export function miswritten(language, text) {
  return MISWRITTEN[language].flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)].map((match) => `${what}: ${text.slice(Math.max(0, match.index - 20), match.index + 30).replace(/\s+/g, " ").trim()}`),
  );
}
