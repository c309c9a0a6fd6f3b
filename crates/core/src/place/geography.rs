//! A unit's areas and stations together: from a place to the people who answer for it (S50, S85).
//!
//! # The rules, in their order
//!
//! A position belongs to
//!
//! 1. the beat that covers it, if one does ([`RoutingRule::BeatCovers`]);
//! 2. if several do, the one whose station-level area covers it too
//!    ([`RoutingRule::OverlapByStationArea`]), then the smallest ([`RoutingRule::OverlapBySmallest`]), then
//!    the one of the lowest code ([`RoutingRule::OverlapByCode`]);
//! 3. if none does, the nearest beat within [`NEAR_BEAT_METRES`] ([`RoutingRule::NearestBeat`]);
//! 4. the station whose area covers it, without a beat ([`RoutingRule::StationAreaCovers`]);
//! 5. the unit itself, if its own area covers it ([`RoutingRule::UnitAreaCovers`]);
//! 6. the neighbour whose area covers it ([`RoutingRule::NeighbourCovers`]), or whose border is nearest
//!    within [`NEAR_NEIGHBOUR_METRES`], nearer than any beat of ours ([`RoutingRule::NearestNeighbour`]);
//! 7. nobody we know.
//!
//! A position on a border counts as covered by both sides. The order of the features in a file changes
//! nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use geo::Coord;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::{Deserialize, Serialize};

use super::areas::{Area, Areas};
use super::code::{AreaCode, AreaLevel, StationId, StratumId};
use super::names::{AreaMatch, AreaResolution, NameEntry, NameIndex};
use super::point::Point;
use super::shape::LocalScale;
use super::unit::{Outside, Station, UnitConfig};

/// How far from a beat a position may lie and still belong to it, in metres. Our choice: wider than
/// the gaps between the outlines we have seen and than the error of a phone's position in a street,
/// narrower than a village.
pub const NEAR_BEAT_METRES: f64 = 250.0;

/// How far from a neighbour a position may lie and still be called the neighbour's, in metres. Our
/// choice: borders of the country's regencies are published with 0.004 degrees (440 m) of
/// simplification, and both sides of a border may err.
pub const NEAR_NEIGHBOUR_METRES: f64 = 1_000.0;

/// One stratum of beats by distance to their station.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumBound {
    /// Its name, such as `dekat`.
    pub stratum: StratumId,
    /// The largest distance in it, in metres, itself included; `None` for the last one.
    pub up_to_metres: Option<f64>,
}

/// Strata of beats by the distance from the beat to its station, near to far (S46-S49).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strata(Vec<StratumBound>);

/// Why bounds are no strata.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StrataError {
    /// A bound is not a number above the one before it.
    #[error("stratum {stratum} must reach farther than the one before it: found {found} m")]
    NotRising {
        /// The stratum.
        stratum: StratumId,
        /// Its bound, in metres.
        found: f64,
    },
    /// Only the last stratum is open, and it must be.
    #[error(
        "the last stratum, and no other, must be without an upper bound: see stratum {stratum}"
    )]
    OpenEnd {
        /// The stratum.
        stratum: StratumId,
    },
}

impl Strata {
    /// Strata from bounds that rise; the last one has none.
    ///
    /// # Errors
    ///
    /// [`StrataError`] if the bounds do not rise or the end is not open.
    pub fn new(bounds: Vec<StratumBound>) -> Result<Self, StrataError> {
        let mut before = 0.0;
        for (index, bound) in bounds.iter().enumerate() {
            let is_last = index + 1 == bounds.len();
            if bound.up_to_metres.is_none() != is_last {
                return Err(StrataError::OpenEnd {
                    stratum: bound.stratum.clone(),
                });
            }
            if let Some(found) = bound.up_to_metres {
                if !(found.is_finite() && found > before) {
                    let stratum = bound.stratum.clone();
                    return Err(StrataError::NotRising { stratum, found });
                }
                before = found;
            }
        }
        Ok(Self(bounds))
    }

    /// No strata: every beat is without one.
    pub fn none() -> Self {
        Self::default()
    }

    /// The stratum of a distance in metres.
    pub fn of(&self, metres: f64) -> Option<&StratumId> {
        let fits = |bound: &&StratumBound| bound.up_to_metres.is_none_or(|up_to| metres <= up_to);
        self.0.iter().find(fits).map(|bound| &bound.stratum)
    }
}

/// Which rule decided where a place belongs; stored with the case, so that it can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutingRule {
    /// One beat covers the position.
    BeatCovers,
    /// Several beats do; only this one lies in a station-level area that does too.
    OverlapByStationArea,
    /// Several beats do; this one is the smallest.
    OverlapBySmallest,
    /// Several beats of one size do; this one has the lowest code.
    OverlapByCode,
    /// No beat does; this one is the nearest within [`NEAR_BEAT_METRES`].
    NearestBeat,
    /// No beat is near; the station's area covers the position.
    StationAreaCovers,
    /// No station's area does; the unit's own area covers the position.
    UnitAreaCovers,
    /// The area of a neighbour covers the position.
    NeighbourCovers,
    /// No area does; this neighbour's border is the nearest within [`NEAR_NEIGHBOUR_METRES`].
    NearestNeighbour,
    /// The area was named, not a position.
    AreaNamed,
}

/// A place that is ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The station that answers; the unit's own code where no smaller one does.
    pub station: StationId,
    /// Its name.
    pub station_name: Arc<str>,
    /// The beat, if the place is known so closely.
    pub beat: Option<AreaCode>,
    /// The name of the beat.
    pub beat_name: Option<Arc<str>>,
    /// The stratum of the beat, by the distance from its representative point to the station; none
    /// without a beat, a station's point or strata.
    pub stratum: Option<StratumId>,
    /// The rule that decided.
    pub rule: RoutingRule,
    /// Metres along the ellipsoid from the position (of a named beat: its representative point) to the
    /// station; none if the station's point is not known.
    pub distance_to_station_metres: Option<f64>,
}

/// A place that is another unit's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The area it lies in, such as a neighbouring regency.
    pub area: AreaCode,
    /// The name of the area.
    pub name: Arc<str>,
    /// Metres along the ellipsoid from the position to our nearest beat; none if only a name is known.
    pub distance_to_us_metres: Option<f64>,
    /// The rule that decided.
    pub rule: RoutingRule,
}

/// Whose a place is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routed {
    /// Ours.
    Ours(Route),
    /// Another unit's, by the area it lies in.
    Elsewhere(Elsewhere),
    /// In no area of the file.
    Unknown,
}

impl Routed {
    /// The route, if the place is ours.
    pub fn ours(&self) -> Option<&Route> {
        match self {
            Self::Ours(route) => Some(route),
            Self::Elsewhere(_) | Self::Unknown => None,
        }
    }
}

/// An area to choose from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AreaChoice {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: Arc<str>,
    /// What it is called within its level, such as `kelurahan`.
    pub kind: Option<Arc<str>>,
}

/// A station-level area with its beats, to choose from a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationChoice {
    /// The area, such as a kecamatan.
    pub area: AreaChoice,
    /// The station that answers for it.
    pub station: StationId,
    /// Its beats by name; empty where the area is itself the beat.
    pub beats: Vec<AreaChoice>,
}

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

/// A beat, with what was worked out when the files were read.
#[derive(Debug, Clone)]
struct Beat {
    area: usize,
    /// The station-level area it lies in: itself where both levels are one.
    station_area: Option<usize>,
    station: usize,
    stratum: Option<StratumId>,
}

type Frame = GeomWithData<Rectangle<[f64; 2]>, usize>;

/// The areas and stations of one unit, ready to route places.
#[derive(Debug, Clone)]
pub struct Geography {
    unit: UnitConfig,
    areas: Areas,
    /// The stations by name; the unit itself comes last.
    stations: Vec<Station>,
    station_names: Vec<Arc<str>>,
    /// The unit's beats, by code.
    beats: Vec<Beat>,
    /// Which of `beats` an area is.
    beat_of_area: BTreeMap<usize, usize>,
    /// Frames of the beats, with positions in `beats`.
    beat_frames: RTree<Frame>,
    /// Which of `stations` answers for an area that a station names.
    station_of_area: BTreeMap<usize, usize>,
    /// Areas of the station level and areas that stations name, in `areas`.
    station_areas: Vec<usize>,
    /// The unit's own area, in `areas`.
    unit_area: usize,
    /// Areas of neighbours, in `areas`.
    outside: Vec<usize>,
    outside_frames: RTree<Frame>,
    names: NameIndex,
}

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
        let mut errors = Vec::new();
        let stations = stations_by_name(&unit);
        let inside = inside_flags(&areas, unit_area);
        let is_ours = |index: usize| inside.get(index).copied().unwrap_or(false);

        let mut station_of_area: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, station) in stations.iter().enumerate() {
            for code in &station.areas {
                let (station, area) = (station.id.clone(), code.clone());
                let Some(index) = areas.position(code) else {
                    errors.push(GeographyError::StationAreaUnknown { station, area });
                    continue;
                };
                if !is_ours(index) {
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

        let level_errors = [
            ("station_level", &unit.station_level),
            ("beat_level", &unit.beat_level),
        ]
        .into_iter()
        .filter(|(_, level)| {
            !areas
                .iter()
                .enumerate()
                .any(|(i, area)| is_ours(i) && area.level() == *level)
        })
        .map(|(key, level)| GeographyError::LevelEmpty {
            key,
            level: level.clone(),
        });
        errors.extend(level_errors);

        let mut beats = Vec::new();
        let mut station_areas = Vec::new();
        for (index, area) in areas
            .iter()
            .enumerate()
            .filter(|(index, _)| is_ours(*index))
        {
            let station = nearest_up(&areas, index, |at| station_of_area.get(&at).copied());
            if area.level() == &unit.station_level || station_of_area.contains_key(&index) {
                station_areas.push(index);
            }
            if area.level() == &unit.station_level && station.is_none() {
                // A station may name the beats of a divided area one by one: then each has one.
                let divided = area.level() != &unit.beat_level
                    && areas.children(area.code()).next().is_some()
                    && areas.children(area.code()).all(|child| {
                        areas
                            .position(child.code())
                            .is_some_and(|i| station_of_area.contains_key(&i))
                    });
                if !divided {
                    errors.push(no_station(area));
                }
            }
            if area.level() == &unit.beat_level {
                let Some(station) = station else {
                    if unit.beat_level != unit.station_level
                        && nearest_up(&areas, index, |at| {
                            areas
                                .at(at)
                                .filter(|a| a.level() == &unit.station_level)
                                .map(|_| at)
                        })
                        .is_none()
                    {
                        errors.push(no_station(area));
                    }
                    continue;
                };
                let station_area = nearest_up(&areas, index, |at| {
                    areas
                        .at(at)
                        .filter(|a| a.level() == &unit.station_level)
                        .map(|_| at)
                });
                let metres = stations
                    .get(station)
                    .and_then(|station| station.point)
                    .map(|point| area.representative_point().geodesic_metres(point));
                let stratum = metres.and_then(|metres| strata.of(metres)).cloned();
                beats.push(Beat {
                    area: index,
                    station_area,
                    station,
                    stratum,
                });
            }
        }
        if !errors.is_empty() {
            return Err(GeographyErrors(errors));
        }

        let own_level = areas.at(unit_area).map(|area| area.level().clone());
        let outside: Vec<usize> = areas
            .iter()
            .enumerate()
            .filter(|(index, area)| {
                unit.outside == Some(Outside::Neighbours)
                    && !is_ours(*index)
                    && Some(area.level()) == own_level.as_ref()
            })
            .map(|(index, _)| index)
            .collect();
        let named = areas
            .iter()
            .enumerate()
            .filter(|(index, _)| is_ours(*index) || outside.binary_search(index).is_ok());
        let names = NameIndex::new(
            named.map(|(index, area)| name_entry(area, is_ours(index))),
            &unit.name_prefixes,
        );
        let beat_frames = beats.iter().enumerate();
        let beat_frames = beat_frames
            .filter_map(|(at, beat)| frame(areas.at(beat.area)?, at))
            .collect();
        let outside_frames = outside
            .iter()
            .filter_map(|&index| frame(areas.at(index)?, index))
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
            outside,
            names,
        })
    }

    /// The unit as its file describes it.
    pub fn unit(&self) -> &UnitConfig {
        &self.unit
    }

    /// All areas of the file, those of neighbours included.
    pub fn areas(&self) -> &Areas {
        &self.areas
    }

    /// The area of a code.
    pub fn area(&self, code: &AreaCode) -> Option<&Area> {
        self.areas.get(code)
    }

    /// The unit's beats, by code.
    pub fn beats(&self) -> impl Iterator<Item = &Area> {
        self.beats
            .iter()
            .filter_map(|beat| self.areas.at(beat.area))
    }

    /// The beats a station answers for, by name.
    pub fn beats_of(&self, station: &StationId) -> Vec<&Area> {
        let at = self.stations.iter().position(|known| known.id == *station);
        let beats = self.beats.iter().filter(|beat| Some(beat.station) == at);
        let mut areas: Vec<_> = beats.filter_map(|beat| self.areas.at(beat.area)).collect();
        areas.sort_by(|a, b| a.name().cmp(b.name()).then_with(|| a.code().cmp(b.code())));
        areas
    }

    /// The unit's stations by name, without the unit itself.
    pub fn stations(&self) -> &[Station] {
        self.stations.split_last().map_or(&[], |(_, rest)| rest)
    }

    /// The station of a code; the unit's own code gives the unit as a station.
    pub fn station(&self, id: &StationId) -> Option<&Station> {
        self.stations.iter().find(|station| station.id == *id)
    }

    /// The station that answers for an area: of a beat or a station's area, the station; of the unit's
    /// area, the unit; of any other, none.
    pub fn station_of(&self, code: &AreaCode) -> Option<&Station> {
        self.route_area(code)
            .ours()
            .and_then(|route| self.station(&route.station))
    }

    /// The stratum of a beat.
    pub fn stratum_of(&self, beat: &AreaCode) -> Option<&StratumId> {
        let index = self.areas.position(beat)?;
        self.beats
            .get(*self.beat_of_area.get(&index)?)?
            .stratum
            .as_ref()
    }

    /// A beat with what it lies in, "Growong Lor, Juwana"; any other area by its name, and a code that
    /// is not in the file as it is.
    pub fn label(&self, code: &AreaCode) -> String {
        let Some(area) = self.area(code) else {
            return code.to_string();
        };
        let parent = self.areas.parent(code).filter(|parent| {
            area.level() == &self.unit.beat_level && parent.code() != &self.unit.area
        });
        match parent {
            Some(parent) => format!("{}, {}", area.name(), parent.name()),
            None => area.name().to_owned(),
        }
    }

    /// The station-level areas by name, each with its beats by name: two lists to choose from.
    pub fn choices(&self) -> Vec<StationChoice> {
        let mut choices: Vec<StationChoice> = Vec::new();
        let level = &self.unit.station_level;
        for &index in &self.station_areas {
            let Some(area) = self.areas.at(index).filter(|area| area.level() == level) else {
                continue;
            };
            let within = |beat: &&Beat| beat.station_area == Some(index) && beat.area != index;
            let beats = self.beats.iter().filter(within);
            let mut beats: Vec<_> = beats
                .filter_map(|beat| self.areas.at(beat.area))
                .map(choice)
                .collect();
            beats.sort_by(by_name);
            let station = self.station_index_of(index);
            if let Some(station) = self.stations.get(station) {
                choices.push(StationChoice {
                    area: choice(area),
                    station: station.id.clone(),
                    beats,
                });
            }
        }
        choices.sort_by(|a, b| by_name(&a.area, &b.area));
        choices
    }

    /// Whose a position is, by the rules of this module. Never panics, always answers the same.
    pub fn route_point(&self, point: Point) -> Routed {
        let coord = point.to_geo().0;
        if let Some((beat, rule)) = self.covering_beat(coord) {
            return Routed::Ours(self.route(beat, rule, Some(point)));
        }
        let scale = LocalScale::at(point);
        if let Some(beat) = self.near_beat(scale, coord) {
            return Routed::Ours(self.route(beat, RoutingRule::NearestBeat, Some(point)));
        }
        let covers = |index: &&usize| self.covers(**index, coord);
        if let Some(&index) = self
            .station_areas
            .iter()
            .filter(covers)
            .min_by(|a, b| self.size_order(**a, **b))
        {
            let station = self.station_index_of(index);
            let rule = RoutingRule::StationAreaCovers;
            return Routed::Ours(self.route_to_station(station, rule, Some(point)));
        }
        if self.covers(self.unit_area, coord) {
            let station = self.stations.len().saturating_sub(1);
            let rule = RoutingRule::UnitAreaCovers;
            return Routed::Ours(self.route_to_station(station, rule, Some(point)));
        }
        self.route_outside(point, scale, coord)
    }

    /// Whose an area is: a beat is itself, a station's area its station without a beat, the unit's area
    /// the unit. An area below a beat counts as the beat.
    pub fn route_area(&self, code: &AreaCode) -> Routed {
        let Some(index) = self.areas.position(code) else {
            return Routed::Unknown;
        };
        if let Some(beat) = nearest_up(&self.areas, index, |at| self.beat_of_area.get(&at).copied())
        {
            return Routed::Ours(self.route(beat, RoutingRule::AreaNamed, None));
        }
        if nearest_up(&self.areas, index, |at| {
            (at == self.unit_area).then_some(())
        })
        .is_some()
        {
            let station = self.station_index_of(index);
            return Routed::Ours(self.route_to_station(station, RoutingRule::AreaNamed, None));
        }
        let outside = nearest_up(&self.areas, index, |at| {
            self.outside.binary_search(&at).ok().map(|_| at)
        });
        match outside.and_then(|at| self.areas.at(at)) {
            Some(area) => Routed::Elsewhere(Elsewhere {
                area: area.code().clone(),
                name: area.shared_name(),
                distance_to_us_metres: None,
                rule: RoutingRule::AreaNamed,
            }),
            None => Routed::Unknown,
        }
    }

    /// The areas a written name may mean, the best first; see [`NameIndex::find`].
    pub fn find_area(&self, text: &str, limit: usize) -> Vec<AreaMatch> {
        self.names.find(text, limit)
    }

    /// What a written name means: one area, several to choose from, or none.
    pub fn resolve_area(&self, text: &str) -> AreaResolution {
        self.names.resolve(text)
    }

    fn covers(&self, index: usize, coord: Coord<f64>) -> bool {
        self.areas
            .at(index)
            .is_some_and(|area| area.shape().covers(coord))
    }

    /// Smaller area first, then lower code: areas are kept by code.
    fn size_order(&self, a: usize, b: usize) -> std::cmp::Ordering {
        let size = |index| self.areas.at(index).map_or(f64::INFINITY, Area::area_m2);
        size(a).total_cmp(&size(b)).then_with(|| a.cmp(&b))
    }

    fn beat_area(&self, beat: usize) -> usize {
        self.beats.get(beat).map_or(usize::MAX, |beat| beat.area)
    }

    fn covering_beat(&self, coord: Coord<f64>) -> Option<(usize, RoutingRule)> {
        let at = [coord.x, coord.y];
        let mut covering = self
            .beat_frames
            .locate_in_envelope_intersecting(AABB::from_point(at))
            .map(|frame| frame.data)
            .filter(|&beat| self.covers(self.beat_area(beat), coord));
        let first = covering.next()?;
        let Some(second) = covering.next() else {
            return Some((first, RoutingRule::BeatCovers));
        };
        let mut beats = vec![first, second];
        beats.extend(covering);
        self.overlap(beats, coord)
    }

    fn overlap(&self, mut beats: Vec<usize>, coord: Coord<f64>) -> Option<(usize, RoutingRule)> {
        let in_station_area = |beat: &usize| {
            let area = self.beats.get(*beat).and_then(|beat| beat.station_area);
            area.is_some_and(|area| self.covers(area, coord))
        };
        let inside: Vec<usize> = beats.iter().copied().filter(in_station_area).collect();
        if let [only] = inside.as_slice() {
            return Some((*only, RoutingRule::OverlapByStationArea));
        }
        if !inside.is_empty() {
            beats = inside;
        }
        beats.sort_by(|a, b| self.size_order(self.beat_area(*a), self.beat_area(*b)));
        let first = *beats.first()?;
        let size = |beat: usize| self.areas.at(self.beat_area(beat)).map(Area::area_m2);
        let tied = beats
            .get(1)
            .is_some_and(|&second| size(first) == size(second));
        let rule = if tied {
            RoutingRule::OverlapByCode
        } else {
            RoutingRule::OverlapBySmallest
        };
        Some((first, rule))
    }

    fn near_beat(&self, scale: LocalScale, coord: Coord<f64>) -> Option<usize> {
        let (east, north) = scale.degrees(NEAR_BEAT_METRES);
        let around = AABB::from_corners(
            [coord.x - east, coord.y - north],
            [coord.x + east, coord.y + north],
        );
        self.beat_frames
            .locate_in_envelope_intersecting(around)
            .filter_map(|frame| {
                let area = self.areas.at(self.beat_area(frame.data))?;
                let (metres, _) = area.shape().border_metres(scale);
                (metres <= NEAR_BEAT_METRES).then_some((metres, frame.data))
            })
            // Two beats share a border: the lower code, so that the answer is always the same.
            .min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)))
            .map(|(_, beat)| beat)
    }

    fn route_outside(&self, point: Point, scale: LocalScale, coord: Coord<f64>) -> Routed {
        let covering = self
            .outside_frames
            .locate_in_envelope_intersecting(AABB::from_point([coord.x, coord.y]))
            .map(|frame| frame.data)
            .filter(|&index| self.covers(index, coord))
            .min_by(|a, b| self.size_order(*a, *b));
        let to_us = nearest(
            &self.areas,
            self.beats.iter().map(|beat| beat.area),
            scale,
            f64::INFINITY,
        );
        let distance_to_us_metres = to_us.and_then(|(_, _, border)| {
            Some(point.geodesic_metres(Point::new(border.y, border.x).ok()?))
        });
        let (index, rule) = if let Some(index) = covering {
            (index, RoutingRule::NeighbourCovers)
        } else {
            let limit = to_us.map_or(f64::INFINITY, |(_, metres, _)| metres);
            let limit = limit.min(NEAR_NEIGHBOUR_METRES);
            match nearest(&self.areas, self.outside.iter().copied(), scale, limit) {
                Some((index, _, _)) => (index, RoutingRule::NearestNeighbour),
                None => return Routed::Unknown,
            }
        };
        match self.areas.at(index) {
            Some(area) => Routed::Elsewhere(Elsewhere {
                area: area.code().clone(),
                name: area.shared_name(),
                distance_to_us_metres,
                rule,
            }),
            None => Routed::Unknown,
        }
    }

    /// The station that answers for an area of ours; the unit itself where none is named.
    fn station_index_of(&self, area: usize) -> usize {
        nearest_up(&self.areas, area, |at| {
            self.station_of_area.get(&at).copied()
        })
        .unwrap_or_else(|| self.stations.len().saturating_sub(1))
    }

    fn route(&self, beat: usize, rule: RoutingRule, point: Option<Point>) -> Route {
        let found = self.beats.get(beat);
        let area = found.and_then(|beat| self.areas.at(beat.area));
        let station = found.map_or(usize::MAX, |beat| beat.station);
        let from = point.or_else(|| area.map(Area::representative_point));
        Route {
            beat: area.map(|area| area.code().clone()),
            beat_name: area.map(Area::shared_name),
            stratum: found.and_then(|beat| beat.stratum.clone()),
            ..self.route_to_station(station, rule, from)
        }
    }

    fn route_to_station(&self, at: usize, rule: RoutingRule, from: Option<Point>) -> Route {
        let station = self.stations.get(at);
        let metres = from.zip(station.and_then(|station| station.point));
        let unit_name = || Arc::from(self.unit.name.as_str());
        Route {
            station: station.map_or_else(|| self.unit.as_station(), |station| station.id.clone()),
            station_name: self
                .station_names
                .get(at)
                .map_or_else(unit_name, Arc::clone),
            beat: None,
            beat_name: None,
            stratum: None,
            rule,
            distance_to_station_metres: metres.map(|(from, to)| from.geodesic_metres(to)),
        }
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

/// For each area, whether it is the unit's own or lies in it.
fn inside_flags(areas: &Areas, unit_area: usize) -> Vec<bool> {
    (0..areas.len())
        .map(|index| nearest_up(areas, index, |at| (at == unit_area).then_some(())).is_some())
        .collect()
}

/// The first answer of an area or of the areas around it, from the inside out.
fn nearest_up<T>(areas: &Areas, index: usize, answer: impl Fn(usize) -> Option<T>) -> Option<T> {
    let mut at = index;
    loop {
        if let Some(found) = answer(at) {
            return Some(found);
        }
        at = areas.position(areas.at(at)?.parent()?)?;
    }
}

/// The area of a list whose border is nearest, nearer than `limit` metres: its position, the metres and
/// the place on its border.
fn nearest(
    areas: &Areas,
    list: impl Iterator<Item = usize>,
    scale: LocalScale,
    limit: f64,
) -> Option<(usize, f64, Coord<f64>)> {
    let mut limit = limit;
    let mut best = None;
    for index in list {
        let Some(area) = areas.at(index) else {
            continue;
        };
        if area.shape().frame_metres(scale) >= limit {
            continue;
        }
        let (metres, border) = area.shape().border_metres(scale);
        if metres < limit {
            limit = metres;
            best = Some((index, metres, border));
        }
    }
    best
}

fn no_station(area: &Area) -> GeographyError {
    GeographyError::AreaOfNoStation {
        area: area.code().clone(),
        name: area.name().to_owned(),
        level: area.level().clone(),
    }
}

fn frame(area: &Area, data: usize) -> Option<Frame> {
    let (lower, upper) = area.corners();
    Some(GeomWithData::new(
        Rectangle::from_corners(lower, upper),
        data,
    ))
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

fn choice(area: &Area) -> AreaChoice {
    AreaChoice {
        code: area.code().clone(),
        name: area.shared_name(),
        kind: area.shared_kind(),
    }
}

fn by_name(a: &AreaChoice, b: &AreaChoice) -> std::cmp::Ordering {
    a.name.cmp(&b.name).then_with(|| a.code.cmp(&b.code))
}
