//! The mapping file: which column is what.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Deserialize;

use super::field::Field;
use crate::fault::Fault;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Areas, as GeoJSON.
    Areas,
    /// Calls for service.
    Calls,
    /// Encounters of officers with people.
    Encounters,
}

impl Kind {
    /// Its word, as in commands and mapping files.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Calls => "calls",
            Self::Encounters => "encounters",
        }
    }

    /// Fields without which no row of this kind could be taken.
    const fn needed(self) -> &'static [Field] {
        match self {
            Self::Areas => &[Field::Code, Field::Name, Field::Level],
            Self::Calls => &[Field::ReceivedAt, Field::Service],
            Self::Encounters => &[
                Field::HappenedAt,
                Field::Capacity,
                Field::Service,
                Field::Function,
                Field::Role,
            ],
        }
    }
}

/// A mapping file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mapping {
    /// The source.
    pub(crate) source: Source,
    /// The record's own key.
    #[serde(default)]
    pub(crate) key: Key,
    /// Our field = column of the source.
    #[serde(default)]
    pub(crate) columns: BTreeMap<Field, String>,
    /// Our moment = column with a duration counted from another moment.
    #[serde(default)]
    pub(crate) durations: BTreeMap<Field, Duration>,
    /// Our field = the same value for every row.
    #[serde(default)]
    pub(crate) constants: BTreeMap<Field, String>,
    /// Our field = value of the source to value of ours.
    #[serde(default)]
    pub(crate) tables: BTreeMap<Field, BTreeMap<String, String>>,
}

/// The source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Its name; keys are told apart by it.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: Kind,
    /// Zone of its moments, an IANA name.
    #[serde(default = "utc")]
    pub(crate) time_zone: String,
    /// Format of its moments (strftime).
    #[serde(default = "iso")]
    pub(crate) time_format: String,
    /// What stands between columns.
    #[serde(default = "comma")]
    pub(crate) delimiter: char,
}

/// The record's own key.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// Columns that together name one record; rows that follow one another with the same key are
    /// responses to the same call.
    pub(crate) columns: Vec<String>,
}

/// A duration counted from a moment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Duration {
    /// Its column.
    pub(crate) column: String,
    /// Its unit.
    pub(crate) unit: DurationUnit,
    /// The moment it counts from.
    pub(crate) from: Field,
}

/// Unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DurationUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
}

impl DurationUnit {
    /// Seconds in one of it.
    pub(crate) const fn seconds(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Minutes => 60.0,
            Self::Hours => 3600.0,
        }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

fn iso() -> String {
    "%Y-%m-%dT%H:%M:%S".to_owned()
}

const fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// [`Fault::Input`] naming line and column, or what does not fit together.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mapping: Self =
            toml::from_str(text).map_err(|error| Fault::Input(format!("{name}: {error}")))?;
        let wrong = |fault: String| Err(Fault::Input(format!("{name}: {fault}")));
        if mapping.source.name.trim().is_empty() {
            return wrong("source.name is empty: write a name that stays the same".to_owned());
        }
        if !mapping.source.delimiter.is_ascii() {
            return wrong("source.delimiter must be one ASCII character".to_owned());
        }
        if mapping.source.kind != Kind::Areas && mapping.key.columns.is_empty() {
            return wrong("key.columns is empty: name the columns that name a record".to_owned());
        }
        for (field, duration) in &mapping.durations {
            if !field.is_moment() || !duration.from.is_moment() {
                return wrong(format!(
                    "durations.{}: both it and `from` must be moments, such as dispatched_at",
                    field.name()
                ));
            }
        }
        for (field, duration) in &mapping.durations {
            if !mapping.gives(duration.from) {
                return wrong(format!(
                    "durations.{} counts from {}, which no column gives",
                    field.name(),
                    duration.from.name()
                ));
            }
        }
        for field in mapping.source.kind.needed() {
            if !mapping.gives(*field) {
                return wrong(format!(
                    "nothing gives {}: name its column under [columns], or its value under \
                     [constants]",
                    field.name()
                ));
            }
        }
        mapping
            .zone()
            .and_then(|zone| mapping.check_time_format(&zone))
            .map_err(|fault| Fault::Input(format!("{name}: {fault}")))?;
        for field in mapping.columns.keys() {
            if mapping.constants.contains_key(field) || mapping.durations.contains_key(field) {
                return wrong(format!(
                    "{} is given twice: as a column and as a constant or duration",
                    field.name()
                ));
            }
        }
        Ok(mapping)
    }

    fn gives(&self, field: Field) -> bool {
        self.columns.contains_key(&field)
            || self.constants.contains_key(&field)
            || self.durations.contains_key(&field)
    }

    /// A format that cannot even write a moment would refuse every row.
    fn check_time_format(&self, zone: &TimeZone) -> Result<(), Fault> {
        let any = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(zone.clone());
        match jiff::fmt::strtime::format(&self.source.time_format, &any) {
            Ok(_) => Ok(()),
            Err(error) => Err(Fault::Input(format!(
                "source.time_format {:?}: {error}",
                self.source.time_format
            ))),
        }
    }

    /// The zone of the source's moments.
    ///
    /// # Errors
    /// [`Fault::Input`] for a zone that does not exist.
    pub(crate) fn zone(&self) -> Result<TimeZone, Fault> {
        TimeZone::get(&self.source.time_zone).map_err(|_| {
            Fault::Input(format!(
                "source.time_zone {:?} is not an IANA time zone; write one such as Asia/Jakarta",
                self.source.time_zone
            ))
        })
    }
}
