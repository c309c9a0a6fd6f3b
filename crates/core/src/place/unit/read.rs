//! Reads a unit file table by table and keeps every mistake, with its line.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{NamePrefix, Outside, Provenance, Station, UnitConfig, UnitError, UnitErrors};
use crate::pack::Certainty;
use crate::place::code::StationId;
use crate::place::names::normalise_name;
use crate::place::point::Point;

/// Longest text in a unit file, in characters.
const MAX_TEXT: usize = 400;

/// Reads and checks the text of a unit file.
pub(super) fn read(text: &str) -> Result<UnitConfig, UnitErrors> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut log = Log {
        text,
        errors: Vec::new(),
    };
    let unit = match DeTable::parse(text) {
        Ok(document) => read_unit(&document, &mut log),
        Err(error) => {
            let span = error.span().unwrap_or_default();
            log.add(
                &span,
                "",
                error.message().to_owned(),
                "Mend the TOML at this line",
            );
            None
        }
    };
    match unit {
        Some(unit) if log.errors.is_empty() => Ok(unit),
        _ => {
            log.errors.sort_by_key(|error| error.line);
            Err(UnitErrors(log.errors))
        }
    }
}

/// The mistakes so far, and the text to count lines in.
struct Log<'t> {
    text: &'t str,
    errors: Vec<UnitError>,
}

impl Log<'_> {
    fn add(&mut self, span: &Range<usize>, key: &str, problem: String, remedy: &str) {
        let before = self.text.as_bytes().iter().take(span.start);
        let line = 1 + before.filter(|&&byte| byte == b'\n').count();
        self.errors.push(UnitError {
            line,
            key: key.to_owned(),
            problem,
            remedy: remedy.to_owned(),
        });
    }
}

/// One table of the file, with the keys that were asked for.
struct Table<'a, 'i> {
    path: String,
    span: Range<usize>,
    entries: &'a DeTable<'i>,
    asked: Vec<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    fn new(path: &str, span: Range<usize>, table: &'a DeTable<'i>) -> Self {
        Self {
            path: path.to_owned(),
            span,
            entries: table,
            asked: Vec::new(),
        }
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.asked.push(key);
        self.entries.get(key)
    }

    fn missing(&self, key: &str, example: &str, log: &mut Log<'_>) {
        let remedy = format!("Add a line such as {key} = {example}");
        log.add(
            &self.span,
            &self.key(key),
            "the key is missing".to_owned(),
            &remedy,
        );
    }

    fn text(&mut self, key: &'static str, example: &str, log: &mut Log<'_>) -> Option<String> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str().map(str::trim);
        let good = text.filter(|text| {
            !text.is_empty()
                && text.chars().count() <= MAX_TEXT
                && !text.chars().any(char::is_control)
        });
        if good.is_none() {
            let problem = format!(
                "expected a text of 1 to {MAX_TEXT} characters, found {}",
                shown(value.get_ref())
            );
            log.add(
                &value.span(),
                &self.key(key),
                problem,
                &format!("Write {key} = {example}"),
            );
        }
        good.map(str::to_owned)
    }

    fn needed_text(
        &mut self,
        key: &'static str,
        example: &str,
        log: &mut Log<'_>,
    ) -> Option<String> {
        if !self.entries.contains_key(key) {
            self.asked.push(key);
            self.missing(key, example, log);
            return None;
        }
        self.text(key, example, log)
    }

    /// A text with a form of its own, such as a code.
    fn parsed<T: FromStr>(
        &mut self,
        key: &'static str,
        example: &str,
        log: &mut Log<'_>,
    ) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        let text = self.text(key, example, log)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let span = self
                    .entries
                    .get(key)
                    .map_or(self.span.clone(), Spanned::span);
                let remedy = format!("Write {key} = {example}");
                log.add(&span, &self.key(key), error.to_string(), &remedy);
                None
            }
        }
    }

    fn needed_parsed<T: FromStr>(
        &mut self,
        key: &'static str,
        example: &str,
        log: &mut Log<'_>,
    ) -> Option<T>
    where
        T::Err: fmt::Display,
    {
        if !self.entries.contains_key(key) {
            self.asked.push(key);
            self.missing(key, example, log);
            return None;
        }
        self.parsed(key, example, log)
    }

    /// A list of texts with a form of their own; at least one.
    fn list<T: FromStr>(
        &mut self,
        key: &'static str,
        example: &str,
        log: &mut Log<'_>,
    ) -> Option<Vec<T>>
    where
        T::Err: fmt::Display,
    {
        let Some(value) = self.value(key) else {
            self.missing(key, example, log);
            return None;
        };
        let items = value.get_ref().as_array().filter(|array| !array.is_empty());
        let Some(items) = items else {
            let problem = format!(
                "expected a list with at least one text, found {}",
                shown(value.get_ref())
            );
            log.add(
                &value.span(),
                &self.key(key),
                problem,
                &format!("Write {key} = {example}"),
            );
            return None;
        };
        let mut read = Vec::new();
        for item in items {
            let parsed = match item.get_ref().as_str() {
                Some(text) => text
                    .trim()
                    .parse()
                    .map_err(|error: T::Err| error.to_string()),
                None => Err(format!("expected a text, found {}", shown(item.get_ref()))),
            };
            match parsed {
                Ok(value) => read.push(value),
                Err(problem) => {
                    let remedy = format!("Write {key} = {example}");
                    log.add(&item.span(), &self.key(key), problem, &remedy);
                }
            }
        }
        Some(read)
    }

    /// `[lng, lat]`, as in GeoJSON.
    fn point(&mut self, key: &'static str, log: &mut Log<'_>) -> Option<Point> {
        let value = self.value(key)?;
        let numbers: Option<Vec<f64>> = value
            .get_ref()
            .as_array()
            .map(|array| array.iter().map(|item| number(item.get_ref())).collect())
            .unwrap_or_default();
        let read = match numbers.as_deref() {
            Some(&[lng, lat]) => Point::new(lat, lng).map_err(|error| error.to_string()),
            _ => Err(format!(
                "expected two numbers, found {}",
                shown(value.get_ref())
            )),
        };
        match read {
            Ok(point) => Some(point),
            Err(problem) => {
                let remedy = format!("Write {key} = [longitude, latitude] in degrees");
                log.add(&value.span(), &self.key(key), problem, &remedy);
                None
            }
        }
    }

    fn provenance(&mut self, log: &mut Log<'_>) -> Provenance {
        let source = self.text("source", "\"where this was published\"", log);
        let certainty = self.needed_parsed("certainty", "\"found\" or \"draft\"", log);
        let certainty = certainty.unwrap_or(Certainty::Draft);
        if certainty == Certainty::Found && source.is_none() {
            log.add(
                &self.span,
                &self.key("source"),
                "what is found needs a source".to_owned(),
                "Name the source, or write certainty = \"draft\"",
            );
        }
        Provenance { source, certainty }
    }

    /// Reports the keys nobody asked for: mostly a misspelling.
    fn finish(self, log: &mut Log<'_>) {
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let known = self.asked.join(", ");
                log.add(
                    &key.span(),
                    &self.key(name),
                    "the key is unknown".to_owned(),
                    &format!("Remove it or write one of: {known}"),
                );
            }
        }
    }
}

/// A value as it is named in a message, cut short.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        DeValue::Array(array) => format!("a list of {}", array.len()),
        other => format!("a {}", other.type_str()),
    }
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    let text = match value {
        DeValue::Float(float) => float.as_str(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
        _ => return None,
    };
    text.parse().ok()
}

/// The letters of a case number: short, so that it can be said on the phone.
struct CasePrefix(String);

impl FromStr for CasePrefix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let good = (2..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("expected 2 to 5 letters A-Z, found {text:?}"))
        }
    }
}

/// A language as `id` or `en`.
struct Language(String);

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let good = (2..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "expected a language code of 2 or 3 letters a-z, found {text:?}"
            ))
        }
    }
}

/// The form of an IANA time zone name; the list of zones belongs to the shell.
struct ZoneName(String);

impl FromStr for ZoneName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
        if text.len() <= 64 && text.bytes().all(letter) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!(
                "expected a name of the IANA time zone list, found {text:?}"
            ))
        }
    }
}

/// Words before names, in the form the search compares.
struct PrefixWords(String);

impl FromStr for PrefixWords {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = normalise_name(text);
        if words.is_empty() {
            Err(format!("expected a word, found {text:?}"))
        } else {
            Ok(Self(words))
        }
    }
}

fn read_unit(document: &Spanned<DeTable<'_>>, log: &mut Log<'_>) -> Option<UnitConfig> {
    let mut top = Table::new("", 0..0, document.get_ref());
    let unit = top.value("unit");
    let stations = tables(&mut top, "station", log);
    let prefixes = tables(&mut top, "name_prefix", log);
    let outsides = tables(&mut top, "outside", log);
    top.finish(log);

    let stations = read_stations(stations, log);
    let name_prefixes = prefixes
        .into_iter()
        .filter_map(|table| read_prefix(table, log))
        .collect();
    let outside = read_outside(outsides, log);

    let Some(value) = unit else {
        let remedy = "Add a table [unit] with code, name, level and the rest";
        log.add(&(0..0), "unit", "the table is missing".to_owned(), remedy);
        return None;
    };
    let Some(table) = value.get_ref().as_table() else {
        let problem = format!("expected a table, found {}", shown(value.get_ref()));
        log.add(
            &value.span(),
            "unit",
            problem,
            "Write [unit] on a line of its own",
        );
        return None;
    };
    let mut table = Table::new("unit", value.span(), table);
    let code = table.needed_parsed("code", "\"polres-pati\"", log);
    let name = table.needed_text("name", "\"Polres Pati\"", log);
    let level = table.needed_text("level", "\"polres\"", log);
    let parent = table.text("parent", "\"Polda Jawa Tengah\"", log);
    let case_prefix = table.needed_parsed::<CasePrefix>("case_prefix", "\"PTI\"", log);
    let time_zone = table.needed_parsed::<ZoneName>("time_zone", "\"Asia/Jakarta\"", log);
    let zone_label = table.needed_text("zone_label", "\"WIB\"", log);
    let languages = table.list::<Language>("languages", "[\"id\", \"en\"]", log);
    let emergency_number = table.text("emergency_number", "\"110\"", log);
    let address = table.text("address", "\"Jalan …\"", log);
    let point = table.point("point", log);
    let area = table.needed_parsed("area", "\"33.18\"", log);
    let station_level = table.needed_parsed("station_level", "\"subdistrict\"", log);
    let beat_level = table.needed_parsed("beat_level", "\"village\"", log);
    let provenance = table.provenance(log);
    table.finish(log);

    let unit = UnitConfig {
        code: code?,
        name: name?,
        level: level?,
        parent,
        case_prefix: case_prefix?.0,
        time_zone: time_zone?.0,
        zone_label: zone_label?,
        languages: languages?.into_iter().map(|language| language.0).collect(),
        emergency_number,
        address,
        point,
        area: area?,
        station_level: station_level?,
        beat_level: beat_level?,
        stations,
        name_prefixes,
        outside,
        provenance,
    };
    if unit.station(&unit.as_station()).is_some() {
        let problem = format!("{} is the code of the unit and of a station", unit.code);
        log.add(
            &value.span(),
            "unit.code",
            problem,
            "Give the station a code of its own",
        );
    }
    Some(unit)
}

/// The tables of `[[key]]`, none if the key is not there.
fn tables<'a, 'i>(
    top: &mut Table<'a, 'i>,
    key: &'static str,
    log: &mut Log<'_>,
) -> Vec<Table<'a, 'i>> {
    let Some(value) = top.value(key) else {
        return Vec::new();
    };
    let remedy = format!("Write [[{key}]] on a line of its own");
    let Some(array) = value.get_ref().as_array() else {
        let problem = format!("expected [[{key}]], found {}", shown(value.get_ref()));
        log.add(&value.span(), key, problem, &remedy);
        return Vec::new();
    };
    let mut tables = Vec::new();
    for (index, item) in array.iter().enumerate() {
        let path = format!("{key}[{index}]");
        if let Some(table) = item.get_ref().as_table() {
            tables.push(Table::new(&path, item.span(), table));
        } else {
            let problem = format!("expected a table, found {}", shown(item.get_ref()));
            log.add(&item.span(), &path, problem, &remedy);
        }
    }
    tables
}

fn read_stations(tables: Vec<Table<'_, '_>>, log: &mut Log<'_>) -> Vec<Station> {
    let mut first_of: BTreeMap<StationId, String> = BTreeMap::new();
    let mut stations = Vec::new();
    for mut table in tables {
        let id: Option<StationId> = table.needed_parsed("code", "\"polsek-juwana\"", log);
        let name = table.needed_text("name", "\"Polsek Juwana\"", log);
        let level = table.needed_text("level", "\"polsek\"", log);
        let areas = table.list("areas", "[\"33.18.08\"]", log);
        let point = table.point("point", log);
        let provenance = table.provenance(log);
        if let Some(id) = &id {
            if let Some(first) = first_of.get(id) {
                let problem = format!("{id} is already the code of {first}");
                log.add(
                    &table.span,
                    &table.key("code"),
                    problem,
                    "Give each station its own code",
                );
            } else {
                first_of.insert(id.clone(), table.path.clone());
            }
        }
        table.finish(log);
        if let (Some(id), Some(name), Some(level), Some(areas)) = (id, name, level, areas) {
            stations.push(Station {
                id,
                name,
                level,
                areas,
                point,
                provenance,
            });
        }
    }
    stations
}

fn read_prefix(mut table: Table<'_, '_>, log: &mut Log<'_>) -> Option<NamePrefix> {
    let words = table.list::<PrefixWords>("words", "[\"desa\", \"ds\"]", log);
    let level = table.needed_parsed("level", "\"village\"", log);
    let kind = table.text("kind", "\"desa\"", log);
    table.provenance(log);
    table.finish(log);
    Some(NamePrefix {
        words: words?.into_iter().map(|words| words.0).collect(),
        level: level?,
        kind,
    })
}

fn read_outside(tables: Vec<Table<'_, '_>>, log: &mut Log<'_>) -> Option<Outside> {
    let mut outside = None;
    for mut table in tables {
        if let Some(text) = table.needed_text("areas", "\"neighbours\"", log) {
            if text == "neighbours" {
                outside = Some(Outside::Neighbours);
            } else {
                let span = table
                    .entries
                    .get("areas")
                    .map_or(table.span.clone(), Spanned::span);
                let problem = format!("expected \"neighbours\", found {text:?}");
                log.add(
                    &span,
                    &table.key("areas"),
                    problem,
                    "Write areas = \"neighbours\"",
                );
            }
        }
        table.finish(log);
    }
    outside
}
