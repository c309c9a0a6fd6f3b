//! Reading tables of a pack so that every fault of a file is found in one reading.
//!
//! Each getter of [`Table`] answers even when the key is missing or wrong: it records the fault and gives an empty
//! value. [`super::load`] throws away everything that was read if a single fault was recorded, so an empty value never
//! reaches anyone. serde is not used here because it stops at the first fault and loses the place.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::choice::Choice;
use super::code::is_code;
use super::fault::{PackError, PackFault, PackRule};
use super::findings::{FileText, Findings, Pending, braced, nearest, shorten};
use super::lang::{Localized, LocalizedList};
use super::source::{Certainty, Sourced, SourcedEntry};
use super::words::{has_stray_brace, placeholders};

mod long;
mod rows;

/// Longest text accepted for one key, in characters.
pub(crate) const TEXT_MAX_CHARS: usize = 2_000;

/// Most rows of one section, and most lines of one list.
const LIST_MAX: usize = 2_000;

/// A code newtype made from a text that was checked.
pub(crate) trait FromCode {
    fn from_code(text: String) -> Self;
}

/// One table of a file: the whole file, a section, or a row.
pub(crate) struct Table<'a> {
    findings: &'a Findings,
    file: &'a FileText<'a>,
    entries: &'a DeTable<'a>,
    /// Offset of the table's header, where a missing key is reported.
    offset: usize,
    /// `service[kdrt]`, empty for the whole file.
    path: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Table<'a> {
    pub(crate) fn root(
        findings: &'a Findings,
        file: &'a FileText<'a>,
        entries: &'a DeTable<'a>,
    ) -> Self {
        Self {
            findings,
            file,
            entries,
            offset: 0,
            path: String::new(),
            asked: RefCell::default(),
        }
    }

    /// Line of the table's header, from 1.
    pub(crate) fn line(&self) -> u32 {
        self.file.position(self.offset).0
    }

    fn key_path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn report(&self, offset: usize, key: &str, fault: PackFault) {
        self.findings
            .report_at(self.file, offset, &self.key_path(key), fault);
    }

    /// Reports that a rule over several keys is broken, at `key` if it stands there, else at the table.
    pub(crate) fn break_rule(&self, key: &str, rule: PackRule) {
        let offset = self
            .entries
            .get(key)
            .map_or(self.offset, |value| value.span().start);
        self.report(offset, key, PackFault::RuleBroken { rule });
    }

    /// Reports a fault at `key`.
    pub(crate) fn fault(&self, key: &str, fault: PackFault) {
        self.report(self.value_offset(key), key, fault);
    }

    /// The value of `key`, if it is there.
    pub(super) fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.entries.get(key)
    }

    fn require(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = self.find(key);
        if found.is_none() {
            self.report(self.offset, key, PackFault::MissingKey);
        }
        found
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &'static str) {
        let found = value.get_ref().type_str();
        self.report(
            value.span().start,
            key,
            PackFault::WrongType { expected, found },
        );
    }

    /// Reports every key nobody asked for. Called once, after the last getter.
    fn done(&self) {
        let asked = self.asked.borrow();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !asked.contains(name) {
                let suggestion = nearest(
                    name,
                    asked
                        .iter()
                        .map(String::as_str)
                        .filter(|known| !self.entries.contains_key(*known)),
                );
                self.report(key.span().start, name, PackFault::UnknownKey { suggestion });
            }
        }
    }

    /// Reads with `read`, then reports the keys it did not ask for.
    pub(crate) fn read<T>(self, read: impl FnOnce(&Self) -> T) -> T {
        let value = read(&self);
        self.done();
        value
    }

    fn check_text(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<&'a str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "string");
            return None;
        };
        let at = value.span().start;
        if text.trim().is_empty() {
            self.report(at, key, PackFault::EmptyText);
            return None;
        }
        let found = text.chars().count();
        if found > TEXT_MAX_CHARS {
            let max = TEXT_MAX_CHARS;
            self.report(at, key, PackFault::TooLong { max, found });
            return None;
        }
        Some(text)
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.require(key)
            .and_then(|value| self.check_text(key, value))
            .unwrap_or_default()
            .to_owned()
    }

    /// A text in one language that may be left out.
    pub(crate) fn text_or_none(&self, key: &str) -> Option<String> {
        self.find(key)
            .and_then(|value| self.check_text(key, value))
            .map(ToOwned::to_owned)
    }

    fn items(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        count: &RangeInclusive<usize>,
    ) -> &'a [Spanned<DeValue<'a>>] {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "array");
            return &[];
        };
        let found = array.len();
        if !count.contains(&found) {
            let (min, max) = (*count.start(), *count.end());
            self.report(
                value.span().start,
                key,
                PackFault::WrongCount { min, max, found },
            );
        }
        array
    }

    fn texts_of(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        count: &RangeInclusive<usize>,
    ) -> Vec<String> {
        self.items(key, value, count)
            .iter()
            .filter_map(|item| self.check_text(key, item))
            .map(ToOwned::to_owned)
            .collect()
    }

    /// A list of texts in one language: citations, other names.
    pub(crate) fn texts_or_empty(&self, key: &str) -> Vec<String> {
        self.find(key)
            .map(|value| self.texts_of(key, value, &(0..=LIST_MAX)))
            .unwrap_or_default()
    }

    pub(crate) fn localized(&self, key: &str) -> Localized {
        let (key_id, key_en) = (format!("{key}_id"), format!("{key}_en"));
        let pair = Localized {
            id: self.text(&key_id),
            en: self.text(&key_en),
        };
        self.check_pair(&key_id, &key_en, &pair);
        pair
    }

    /// A text that may be left out, but then in both languages.
    pub(crate) fn localized_or_none(&self, key: &str) -> Option<Localized> {
        let there = self.find(&format!("{key}_id")).is_some();
        let there = self.find(&format!("{key}_en")).is_some() || there;
        there.then(|| self.localized(key))
    }

    fn check_pair(&self, key_id: &str, key_en: &str, pair: &Localized) {
        if pair.id.is_empty() || pair.en.is_empty() {
            return;
        }
        for (key, text) in [(key_id, &pair.id), (key_en, &pair.en)] {
            if has_stray_brace(text) {
                self.report(self.value_offset(key), key, PackFault::StrayBrace);
                return;
            }
        }
        let (here, there) = (placeholders(&pair.en), placeholders(&pair.id));
        if here != there {
            self.report(
                self.value_offset(key_en),
                key_en,
                PackFault::PlaceholderMismatch {
                    here: braced(&here),
                    there: braced(&there),
                    other: key_id.to_owned(),
                },
            );
        }
    }

    fn value_offset(&self, key: &str) -> usize {
        self.entries
            .get(key)
            .map_or(self.offset, |value| value.span().start)
    }

    /// Two lists of texts of the same length, each with `count` lines.
    pub(crate) fn localized_list(&self, key: &str, count: &RangeInclusive<usize>) -> LocalizedList {
        let (key_id, key_en) = (format!("{key}_id"), format!("{key}_en"));
        let read = |key: &str| self.require(key).map(|v| self.texts_of(key, v, count));
        match (read(&key_id), read(&key_en)) {
            (Some(id), Some(en)) => {
                if id.len() != en.len() {
                    self.break_rule(&key_en, PackRule::SameLength);
                }
                LocalizedList { id, en }
            }
            _ => LocalizedList::default(),
        }
    }

    /// Two lists that may be left out, but then in both languages.
    pub(crate) fn localized_list_or_empty(&self, key: &str) -> LocalizedList {
        let there = self.find(&format!("{key}_id")).is_some();
        let there = self.find(&format!("{key}_en")).is_some() || there;
        if there {
            self.localized_list(key, &(0..=LIST_MAX))
        } else {
            LocalizedList::default()
        }
    }

    fn check_code(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<&'a str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "string");
            return None;
        };
        if is_code(text) {
            return Some(text);
        }
        let found = shorten(text);
        self.report(value.span().start, key, PackFault::BadCode { found });
        None
    }

    /// The entry's own id, registered under `kind` so that others may refer to it.
    pub(crate) fn id<T: FromCode>(&self, kind: &'static str) -> T {
        let id = self
            .require("id")
            .and_then(|value| self.check_code("id", value));
        if let Some(id) = id {
            self.register(kind, "id", id);
        }
        T::from_code(id.unwrap_or_default().to_owned())
    }

    /// Takes `id` for `kind`, or reports who has it already.
    fn register(&self, kind: &'static str, key: &str, id: &str) {
        let offset = self.value_offset(key);
        let (line, _) = self.file.position(offset);
        if let Err((first_file, first_line)) = self.findings.take_id(kind, id, self.file.name, line)
        {
            let fault = PackFault::DuplicateId {
                id: id.to_owned(),
                first_file,
                first_line,
            };
            self.report(offset, key, fault);
        }
    }

    /// Lets `id`, read before, be referred to under one more kind.
    pub(crate) fn also(&self, kind: &'static str, id: &str) {
        let line = self.line();
        // A second one of that id was reported where it stands.
        let _ = self.findings.take_id(kind, id, self.file.name, line);
    }

    /// A text that must be the only one of its `kind`, such as the part of an address.
    pub(crate) fn unique_text(&self, key: &str, kind: &'static str) -> String {
        let text = self.text(key);
        if !text.is_empty() {
            self.register(kind, key, &text);
        }
        text
    }

    fn refer<T: FromCode>(
        &self,
        key: &str,
        kind: &'static str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Option<T> {
        let id = self.check_code(key, value)?;
        let (line, column) = self.file.position(value.span().start);
        self.findings.refer(Pending {
            kind,
            id: id.to_owned(),
            error: PackError {
                file: self.file.name.to_owned(),
                line,
                column,
                key: self.key_path(key),
                fault: PackFault::MissingKey,
            },
        });
        Some(T::from_code(id.to_owned()))
    }

    pub(crate) fn reference<T: FromCode>(&self, key: &str, kind: &'static str) -> T {
        self.require(key)
            .and_then(|value| self.refer(key, kind, value))
            .unwrap_or_else(|| T::from_code(String::new()))
    }

    pub(crate) fn reference_or_none<T: FromCode>(
        &self,
        key: &str,
        kind: &'static str,
    ) -> Option<T> {
        self.find(key)
            .and_then(|value| self.refer(key, kind, value))
    }

    pub(crate) fn references<T: FromCode>(
        &self,
        key: &str,
        kind: &'static str,
        count: &RangeInclusive<usize>,
    ) -> Vec<T> {
        let Some(value) = self.require(key) else {
            return Vec::new();
        };
        self.items(key, value, count)
            .iter()
            .filter_map(|item| self.refer(key, kind, item))
            .collect()
    }

    /// References that may be left out.
    pub(crate) fn references_or_empty<T: FromCode>(
        &self,
        key: &str,
        kind: &'static str,
        count: &RangeInclusive<usize>,
    ) -> Vec<T> {
        let Some(value) = self.find(key) else {
            return Vec::new();
        };
        self.items(key, value, count)
            .iter()
            .filter_map(|item| self.refer(key, kind, item))
            .collect()
    }

    fn check_whole(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        range: &RangeInclusive<u32>,
    ) -> Option<u32> {
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(key, value, "integer");
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            self.report(
                value.span().start,
                key,
                PackFault::OutOfRange {
                    min: range.start().to_string(),
                    max: range.end().to_string(),
                    found: shorten(integer.as_str()),
                },
            );
        }
        number
    }

    pub(crate) fn whole(&self, key: &str, range: &RangeInclusive<u32>) -> u32 {
        self.require(key)
            .and_then(|value| self.check_whole(key, value, range))
            .unwrap_or_default()
    }

    pub(crate) fn whole_or_none(&self, key: &str, range: &RangeInclusive<u32>) -> Option<u32> {
        self.find(key)
            .and_then(|value| self.check_whole(key, value, range))
    }

    pub(crate) fn wholes(&self, key: &str, range: &RangeInclusive<u32>) -> Vec<u32> {
        let Some(value) = self.require(key) else {
            return Vec::new();
        };
        self.items(key, value, &(1..=LIST_MAX))
            .iter()
            .filter_map(|item| self.check_whole(key, item, range))
            .collect()
    }

    /// A number with a fraction, or a whole one.
    pub(crate) fn number(&self, key: &str, range: &RangeInclusive<f64>) -> f64 {
        let Some(value) = self.require(key) else {
            return 0.0;
        };
        let text = match value.get_ref() {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            _ => {
                self.wrong_type(key, value, "float");
                return 0.0;
            }
        };
        match text.parse::<f64>() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.report(
                    value.span().start,
                    key,
                    PackFault::OutOfRange {
                        min: range.start().to_string(),
                        max: range.end().to_string(),
                        found: shorten(text),
                    },
                );
                0.0
            }
        }
    }

    fn check_flag(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(key, value, "boolean");
        }
        flag
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.require(key)
            .and_then(|value| self.check_flag(key, value))
            .unwrap_or_default()
    }

    /// A flag that is `false` where it does not stand.
    pub(crate) fn flag_or_false(&self, key: &str) -> bool {
        self.find(key)
            .and_then(|value| self.check_flag(key, value))
            .unwrap_or_default()
    }

    fn check_choice<T: Choice>(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<T> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "string");
            return None;
        };
        let chosen = T::CHOICES.iter().find(|(name, _)| *name == text);
        if chosen.is_none() {
            let (found, choices) = (shorten(text), choices_of::<T>());
            self.report(
                value.span().start,
                key,
                PackFault::UnknownChoice { found, choices },
            );
        }
        chosen.map(|(_, choice)| *choice)
    }

    /// One of a list of texts.
    pub(crate) fn one_of(&self, key: &str, choices: &[&str]) -> Option<String> {
        let value = self.require(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "string");
            return None;
        };
        if !choices.contains(&text) {
            let (found, choices) = (shorten(text), choices.join(", "));
            self.report(
                value.span().start,
                key,
                PackFault::UnknownChoice { found, choices },
            );
        }
        Some(text.to_owned())
    }

    /// One of a fixed list; `otherwise` stands in when the key is wrong.
    pub(crate) fn choice<T: Choice>(&self, key: &str, otherwise: T) -> T {
        self.require(key)
            .and_then(|value| self.check_choice(key, value))
            .unwrap_or(otherwise)
    }

    pub(crate) fn choice_or_none<T: Choice>(&self, key: &str) -> Option<T> {
        self.find(key)
            .and_then(|value| self.check_choice(key, value))
    }

    pub(crate) fn choices<T: Choice>(&self, key: &str, count: &RangeInclusive<usize>) -> Vec<T> {
        let Some(value) = self.require(key) else {
            return Vec::new();
        };
        self.items(key, value, count)
            .iter()
            .filter_map(|item| self.check_choice(key, item))
            .collect()
    }

    fn certainty(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Certainty> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "string");
            return None;
        };
        let certainty = text.parse().ok();
        if certainty.is_none() {
            let (found, choices) = (shorten(text), choices_of::<Certainty>());
            self.report(
                value.span().start,
                key,
                PackFault::UnknownCertainty { found, choices },
            );
        }
        certainty
    }

    /// Source and certainty of this entry; both must be there.
    pub(crate) fn sourced(&self) -> Sourced {
        let find = |key: &str| {
            let value = self.find(key);
            if value.is_none() {
                self.report(self.offset, key, PackFault::Unsourced);
            }
            value
        };
        let source = find("source").and_then(|value| self.check_text("source", value));
        let certainty = find("certainty").and_then(|value| self.certainty("certainty", value));
        let sourced = Sourced {
            source: source.unwrap_or_default().to_owned(),
            certainty: certainty.unwrap_or(Certainty::Draft),
            verify: self.localized_or_none("verify"),
        };
        self.keep_source(self.path.clone(), sourced.clone());
        sourced
    }

    /// The certainty of one part of the entry, in `<part>_certainty`, where it differs from the entry's own.
    pub(crate) fn part_certainty(&self, part: &str, source: &str) -> Option<Certainty> {
        let key = format!("{part}_certainty");
        let certainty = self
            .find(&key)
            .and_then(|value| self.certainty(&key, value))?;
        self.keep_source(
            self.key_path(part),
            Sourced {
                source: source.to_owned(),
                certainty,
                verify: None,
            },
        );
        Some(certainty)
    }

    fn keep_source(&self, path: String, sourced: Sourced) {
        self.findings.keep_source(SourcedEntry {
            file: self.file.name.to_owned(),
            line: self.line(),
            path,
            sourced,
        });
    }

    fn child(&self, path: String, value: &'a Spanned<DeValue<'a>>, key: &str) -> Option<Table<'a>> {
        let Some(entries) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "table");
            return None;
        };
        Some(Table {
            findings: self.findings,
            file: self.file,
            entries,
            offset: value.span().start,
            path,
            asked: RefCell::default(),
        })
    }

    pub(crate) fn table<T>(&self, key: &str, read: impl FnOnce(&Table<'a>) -> T) -> Option<T> {
        let value = self.require(key)?;
        let table = self.child(self.key_path(key), value, key)?;
        Some(table.read(read))
    }

    /// A table that may be left out.
    pub(crate) fn table_or_none<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Table<'a>) -> T,
    ) -> Option<T> {
        let value = self.find(key)?;
        let table = self.child(self.key_path(key), value, key)?;
        Some(table.read(read))
    }
}

fn choices_of<T: Choice>() -> String {
    let names: Vec<&str> = T::CHOICES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}
