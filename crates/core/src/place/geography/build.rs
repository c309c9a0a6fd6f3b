//! Joins a unit and its areas, and says everything that does not fit between the two files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use super::{Beat, Frame, Geography, nearest_up};
use crate::place::areas::{Area, Areas};
use crate::place::code::{AreaCode, AreaLevel, StationId};
use crate::place::names::{NameEntry, NameIndex};
use crate::place::strata::Strata;
use crate::place::unit::{Outside, Station, UnitConfig};

/// What does not fit between a unit file and an area file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeographyError {
    /// The unit's own area is not in the area file.
    #[error("unit.area {area} is not in the area file; correct the code or add the area")]
    UnitAreaUnknown {
        /// The code in the unit file.
        area: AreaCode,
    },
    /// A station names an area that is not in the file.
    #[error(
        "station {station}: area {area} is not in the area file; correct the code or add the area"
    )]
    StationAreaUnknown {
        /// The station.
        station: StationId,
        /// The code in the unit file.
        area: AreaCode,
    },
    /// A station names an area outside the unit.
    #[error(
        "station {station}: area {area} does not lie in the unit's area {unit_area}; remove it or correct the parents"
    )]
    StationAreaOutside {
        /// The station.
        station: StationId,
        /// The code in the unit file.
        area: AreaCode,
        /// The unit's own area.
        unit_area: AreaCode,
    },
    /// Two stations answer for one area.
    #[error("area {area} belongs to station {first} and to station {second}; leave it to one")]
    AreaOfTwoStations {
        /// The area.
        area: AreaCode,
        /// The one station.
        first: StationId,
        /// The other.
        second: StationId,
    },
    /// No station answers for an area of the station level.
    #[error(
        "area {area} ({name}) of level {level} belongs to no station; add it to a station's areas"
    )]
    AreaOfNoStation {
        /// The area.
        area: AreaCode,
        /// Its name.
        name: String,
        /// Its level.
        level: AreaLevel,
    },
    /// The unit has no areas of a level it says it uses.
    #[error(
        "no area of level {level} lies in the unit's area; correct unit.{key} or the area file"
    )]
    LevelEmpty {
        /// The key in the unit file.
        key: &'static str,
        /// The level.
        level: AreaLevel,
    },
}

/// Everything that does not fit between a unit file and an area file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeographyErrors(pub Vec<GeographyError>);

impl fmt::Display for GeographyErrors {
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

impl std::error::Error for GeographyErrors {}

impl Geography {
    /// Joins a unit and its areas.
    ///
    /// # Errors
    ///
    /// [`GeographyErrors`] with everything that does not fit between the two.
    pub fn new(unit: UnitConfig, areas: Areas, strata: &Strata) -> Result<Self, GeographyErrors> {
        let Some(unit_area) = areas.position(&unit.area) else {
            let area = unit.area.clone();
            return Err(GeographyErrors(vec![GeographyError::UnitAreaUnknown {
                area,
            }]));
        };
        let stations = stations_by_name(&unit);
        let ours = Ours::new(&areas, unit_area);
        let mut errors = Vec::new();
        let station_of_area = answering(&areas, &ours, &unit, &stations, &mut errors);
        errors.extend(empty_levels(&areas, &ours, &unit));
        let beats = beats(&areas, &ours, &unit, &station_of_area);
        errors.extend(unanswered(&areas, &ours, &unit, &beats, &station_of_area));
        if !errors.is_empty() {
            return Err(GeographyErrors(errors));
        }

        let outside = neighbours(&areas, &ours, &unit, unit_area);
        let found_by_name = areas.iter().enumerate().filter_map(|(index, area)| {
            let is_ours = ours.has(index);
            let known = is_ours || outside.binary_search(&index).is_ok();
            known.then(|| name_entry(area, is_ours))
        });
        let names = NameIndex::new(found_by_name, &unit.name_prefixes);
        let at_station_level = |index: usize| {
            areas
                .at(index)
                .is_some_and(|area| *area.level() == unit.station_level)
        };
        let station_areas = ours
            .indices()
            .filter(|index| at_station_level(*index) || station_of_area.contains_key(index))
            .collect();
        let beat_frames = beats.iter().enumerate();
        let beat_frames = beat_frames
            .filter_map(|(at, beat)| Some(frame(areas.at(beat.area)?, at)))
            .collect();
        let outside_frames = outside
            .iter()
            .filter_map(|&at| Some(frame(areas.at(at)?, at)))
            .collect();
        Ok(Self {
            beat_of_area: beats
                .iter()
                .enumerate()
                .map(|(at, beat)| (beat.area, at))
                .collect(),
            beat_frames: RTree::bulk_load(beat_frames),
            outside_frames: RTree::bulk_load(outside_frames),
            station_names: stations
                .iter()
                .map(|s| Arc::from(s.name.as_str()))
                .collect(),
            unit,
            areas,
            stations,
            beats,
            station_of_area,
            station_areas,
            unit_area,
            strata: strata.clone(),
            outside,
            names,
        })
    }
}

/// Which areas are the unit's own or lie in it.
struct Ours(Vec<bool>);

impl Ours {
    fn new(areas: &Areas, unit_area: usize) -> Self {
        let inside =
            |index: usize| nearest_up(areas, index, |at| (at == unit_area).then_some(())).is_some();
        Self((0..areas.len()).map(inside).collect())
    }

    fn has(&self, index: usize) -> bool {
        self.0.get(index).copied().unwrap_or(false)
    }

    fn indices(&self) -> impl Iterator<Item = usize> {
        self.0
            .iter()
            .enumerate()
            .filter(|(_, ours)| **ours)
            .map(|(index, _)| index)
    }
}

/// The stations by name, and behind them the unit itself as a station.
fn stations_by_name(unit: &UnitConfig) -> Vec<Station> {
    let mut stations = unit.stations.clone();
    stations.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    stations.push(Station {
        id: unit.as_station(),
        name: unit.name.clone(),
        level: unit.level.clone(),
        areas: Vec::new(),
        point: unit.point,
        provenance: unit.provenance.clone(),
    });
    stations
}

/// Which station answers for the areas that stations name.
fn answering(
    areas: &Areas,
    ours: &Ours,
    unit: &UnitConfig,
    stations: &[Station],
    errors: &mut Vec<GeographyError>,
) -> BTreeMap<usize, usize> {
    let mut station_of_area: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, station) in stations.iter().enumerate() {
        for code in &station.areas {
            let (station, area) = (station.id.clone(), code.clone());
            let Some(index) = areas.position(code) else {
                errors.push(GeographyError::StationAreaUnknown { station, area });
                continue;
            };
            if !ours.has(index) {
                let unit_area = unit.area.clone();
                errors.push(GeographyError::StationAreaOutside {
                    station,
                    area,
                    unit_area,
                });
                continue;
            }
            let earlier = station_of_area
                .insert(index, at)
                .filter(|&earlier| earlier != at);
            if let Some(first) = earlier.and_then(|earlier| stations.get(earlier)) {
                let first = first.id.clone();
                errors.push(GeographyError::AreaOfTwoStations {
                    area,
                    first,
                    second: station,
                });
            }
        }
    }
    station_of_area
}

/// The levels the unit file names that no area of the unit has.
fn empty_levels(areas: &Areas, ours: &Ours, unit: &UnitConfig) -> Vec<GeographyError> {
    let mut errors = Vec::new();
    for (key, level) in [
        ("station_level", &unit.station_level),
        ("beat_level", &unit.beat_level),
    ] {
        let has_level = |index| areas.at(index).is_some_and(|area| area.level() == level);
        if !ours.indices().any(has_level) {
            errors.push(GeographyError::LevelEmpty {
                key,
                level: level.clone(),
            });
        }
    }
    errors
}

/// The beats that a station answers for, with what follows from that.
fn beats(
    areas: &Areas,
    ours: &Ours,
    unit: &UnitConfig,
    station_of_area: &BTreeMap<usize, usize>,
) -> Vec<Beat> {
    let mut beats = Vec::new();
    for index in ours.indices() {
        let of_beats = |area: &Area| area.level() == &unit.beat_level;
        if !areas.at(index).is_some_and(of_beats) {
            continue;
        }
        let answering = nearest_up(areas, index, |at| station_of_area.get(&at).copied());
        let Some(station) = answering else { continue };
        beats.push(Beat {
            area: index,
            station_area: at_level(areas, index, &unit.station_level),
            station,
            stratum: OnceLock::new(),
        });
    }
    beats
}

/// The areas that no station answers for: one error for each area of the station level, and for a beat
/// only where the rest of its area is answered for.
fn unanswered(
    areas: &Areas,
    ours: &Ours,
    unit: &UnitConfig,
    beats: &[Beat],
    station_of_area: &BTreeMap<usize, usize>,
) -> Vec<GeographyError> {
    let answered: BTreeSet<usize> = beats.iter().map(|beat| beat.area).collect();
    let partly: BTreeSet<usize> = beats.iter().filter_map(|beat| beat.station_area).collect();
    let mut blamed = BTreeSet::new();
    for index in ours.indices() {
        let Some(area) = areas.at(index) else {
            continue;
        };
        let has_station =
            nearest_up(areas, index, |at| station_of_area.get(&at).copied()).is_some();
        if *area.level() == unit.station_level && !has_station && !partly.contains(&index) {
            blamed.insert(index);
        }
        if *area.level() == unit.beat_level && !answered.contains(&index) {
            let around = at_level(areas, index, &unit.station_level);
            blamed.insert(
                around
                    .filter(|around| !partly.contains(around))
                    .unwrap_or(index),
            );
        }
    }
    let error = |area: &Area| GeographyError::AreaOfNoStation {
        area: area.code().clone(),
        name: area.name().to_owned(),
        level: area.level().clone(),
    };
    blamed
        .into_iter()
        .filter_map(|index| areas.at(index))
        .map(error)
        .collect()
}

/// The areas of others that are named when somebody reports from there.
fn neighbours(areas: &Areas, ours: &Ours, unit: &UnitConfig, unit_area: usize) -> Vec<usize> {
    let Some(level) = areas.at(unit_area).map(Area::level) else {
        return Vec::new();
    };
    let named = |&(index, area): &(usize, &Area)| {
        unit.outside == Some(Outside::Neighbours) && !ours.has(index) && area.level() == level
    };
    areas
        .iter()
        .enumerate()
        .filter(named)
        .map(|(index, _)| index)
        .collect()
}

/// The area of a level that one is or lies in.
fn at_level(areas: &Areas, index: usize, level: &AreaLevel) -> Option<usize> {
    nearest_up(areas, index, |at| {
        areas
            .at(at)
            .filter(|area| area.level() == level)
            .map(|_| at)
    })
}

fn frame(area: &Area, data: usize) -> Frame {
    let (lower, upper) = area.corners();
    GeomWithData::new(Rectangle::from_corners(lower, upper), data)
}

fn name_entry(area: &Area, ours: bool) -> NameEntry {
    NameEntry {
        code: area.code().clone(),
        name: area.shared_name(),
        aliases: area.aliases().to_vec(),
        level: area.level().clone(),
        kind: area.shared_kind(),
        parent: area.parent().cloned(),
        ours,
    }
}
