//! The unit file `unit.toml`: who the unit is, which stations answer for which areas (S50, S85).
//!
//! Every mistake is reported at once, with its line, its key and the remedy, because the person who
//! mends the file is not a programmer.

mod read;

use std::fmt;

use super::code::{AreaCode, AreaLevel, StationId};
use super::point::Point;
use crate::pack::Certainty;
use crate::value::UnitId;

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The published source, if one is named.
    pub source: Option<String>,
    /// How far the source supports the entry.
    pub certainty: Certainty,
}

/// A part of the unit that answers at a place: a Polsek, a precinct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its code, unique in the unit.
    pub id: StationId,
    /// Its name as people say it.
    pub name: String,
    /// Its level in the organisation, such as `polsek`.
    pub level: String,
    /// The areas it answers for, with everything in them.
    pub areas: Vec<AreaCode>,
    /// Where it stands, if a source says so.
    pub point: Option<Point>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// Words that people put before the name of an area, and the areas they mean by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePrefix {
    /// The words, such as `desa` and `ds`.
    pub words: Vec<String>,
    /// The level they mean.
    pub level: AreaLevel,
    /// The kind within the level, if they mean one.
    pub kind: Option<String>,
}

/// Which places outside the unit are named when somebody reports from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Every area of the file at the level of the unit's own area.
    Neighbours,
}

/// A unit as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitConfig {
    /// Its code, such as `polres-pati`. The unit as a whole is also a station, under this code.
    pub code: UnitId,
    /// Its name as people say it.
    pub name: String,
    /// Its level in the organisation, such as `polres`.
    pub level: String,
    /// The name of the unit above it.
    pub parent: Option<String>,
    /// The letters its case numbers begin with, such as `PTI`.
    pub case_prefix: String,
    /// Its time zone by the IANA name, such as `Asia/Jakarta`; whether it exists is the shell's to check.
    pub time_zone: String,
    /// What people write behind a time, such as `WIB`.
    pub zone_label: String,
    /// The languages it serves in, the first one first.
    pub languages: Vec<String>,
    /// The number to call in danger.
    pub emergency_number: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Where it stands.
    pub point: Option<Point>,
    /// Its own area; what lies in no station's area but in this one is the unit's itself.
    pub area: AreaCode,
    /// The level whose areas each belong to one station.
    pub station_level: AreaLevel,
    /// The level of a beat, the smallest area answered for.
    pub beat_level: AreaLevel,
    /// Its stations, in the order of the file.
    pub stations: Vec<Station>,
    /// Words before names of areas.
    pub name_prefixes: Vec<NamePrefix>,
    /// Which places outside are named; `None` if none are.
    pub outside: Option<Outside>,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One mistake in a unit file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError {
    /// The line, counted from 1.
    pub line: usize,
    /// The key, such as `station[3].point`.
    pub key: String,
    /// What was expected and what was found.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.key.is_empty() {
            write!(f, ", {}", self.key)?;
        }
        write!(f, ": {}. {}", self.problem, self.remedy)
    }
}

/// All mistakes found in a unit file, by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitErrors(pub Vec<UnitError>);

impl fmt::Display for UnitErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for UnitErrors {}

impl UnitConfig {
    /// Reads and checks a unit file.
    ///
    /// # Errors
    ///
    /// [`UnitErrors`] with every mistake found, each with line, key and remedy.
    pub fn parse(text: &str) -> Result<Self, UnitErrors> {
        read::read(text)
    }

    /// The unit as a whole, as a station: for places that no smaller one answers for.
    pub fn as_station(&self) -> StationId {
        StationId::from(&self.code)
    }

    /// The station of a code, the unit as a whole not included.
    pub fn station(&self, id: &StationId) -> Option<&Station> {
        self.stations.iter().find(|station| station.id == *id)
    }
}
