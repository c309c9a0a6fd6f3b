//! A unit's areas and stations together: from a place to the people who answer for it (S50, S85).
//!
//! The rules by which a position finds its beat are those of [`super::RoutingRule`].

mod build;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use geo::Coord;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use serde::Serialize;

pub use build::{GeographyError, GeographyErrors};

use super::areas::{Area, Areas};
use super::code::{AreaCode, StationId, StratumId};
use super::names::{AreaMatch, AreaResolution, NameIndex, normalise_name};
use super::point::Point;
use super::route::{
    Elsewhere, NEAR_BEAT_METRES, NEAR_NEIGHBOUR_METRES, Route, Routed, RoutingRule,
};
use super::shape::LocalScale;
use super::strata::Strata;
use super::unit::{Station, UnitConfig};

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

/// A beat, with what was worked out when the files were read.
#[derive(Debug, Clone)]
struct Beat {
    area: usize,
    /// The station-level area it lies in: itself where both levels are one.
    station_area: Option<usize>,
    station: usize,
    /// By its distance, worked out when it is first asked for.
    stratum: OnceLock<Option<StratumId>>,
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
    strata: Strata,
}

impl Geography {
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
        self.stratum(self.beats.get(*self.beat_of_area.get(&index)?)?)
    }

    /// By the distance from the beat's representative point to its station; none where that has no point.
    fn stratum<'g>(&'g self, beat: &'g Beat) -> Option<&'g StratumId> {
        let by_distance = || {
            let at = self.stations.get(beat.station)?.point?;
            let from = self.areas.at(beat.area)?.representative_point();
            self.strata.of(from.geodesic_metres(at)).cloned()
        };
        beat.stratum.get_or_init(by_distance).as_ref()
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

    /// Whether words name an area and say no more: its name or a name it goes by, with or without what it lies in.
    pub fn names_only(&self, text: &str, code: &AreaCode) -> bool {
        let text = normalise_name(text);
        let is = |name: &str| normalise_name(name) == text;
        let Some(area) = self.area(code) else {
            return is(code.as_str());
        };
        is(area.name())
            || is(&self.label(code))
            || area.aliases().iter().any(|alias| is(alias))
            || matches!(self.resolve_area(&text), AreaResolution::One(found) if found.exact && found.code == *code)
    }

    /// The unit's other beats whose outline comes within [`NEAR_BEAT_METRES`] of this one's, by name.
    pub fn neighbours(&self, beat: &AreaCode) -> Vec<&Area> {
        let Some(area) = self.area(beat) else {
            return Vec::new();
        };
        let (lower, upper) = area.corners();
        let (east, north) = LocalScale::at(area.representative_point()).degrees(NEAR_BEAT_METRES);
        let [west, south] = lower;
        let [right, top] = upper;
        let around = AABB::from_corners([west - east, south - north], [right + east, top + north]);
        let near = self.beat_frames.locate_in_envelope_intersecting(around);
        let areas = near.filter_map(|frame| self.areas.at(self.beat_area(frame.data)));
        let mut found: Vec<&Area> = areas
            .filter(|other| other.code() != beat)
            .filter(|other| comes_near(area, other) || comes_near(other, area))
            .collect();
        found.sort_by(|a, b| a.name().cmp(b.name()).then_with(|| a.code().cmp(b.code())));
        found
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
                let (metres_2, _) = area.shape().border_metres_2(scale);
                let near = metres_2 <= NEAR_BEAT_METRES * NEAR_BEAT_METRES;
                near.then_some((metres_2, frame.data))
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
            Some(point.ground_metres(Point::new(border.y, border.x).ok()?))
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
            stratum: found.and_then(|beat| self.stratum(beat)).cloned(),
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
            distance_to_station_metres: metres.map(|(from, to)| from.ground_metres(to)),
        }
    }
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
///
/// The area of the nearest frame gives a first limit, so that few outlines are looked at.
fn nearest(
    areas: &Areas,
    list: impl Iterator<Item = usize> + Clone,
    scale: LocalScale,
    limit: f64,
) -> Option<(usize, f64, Coord<f64>)> {
    let shapes = list.filter_map(|index| Some((index, areas.at(index)?.shape())));
    let mut limit_2 = limit * limit;
    let mut best = None;
    let first = shapes.clone().min_by(|a, b| {
        a.1.frame_metres_2(scale)
            .total_cmp(&b.1.frame_metres_2(scale))
    });
    for (index, shape) in first.into_iter().chain(shapes) {
        if shape.frame_metres_2(scale) >= limit_2 {
            continue;
        }
        let (metres_2, border) = shape.border_metres_2(scale);
        if metres_2 < limit_2 {
            limit_2 = metres_2;
            best = Some((index, metres_2.sqrt(), border));
        }
    }
    best
}

/// Whether a corner of one area lies in the other or within [`NEAR_BEAT_METRES`] of its border.
fn comes_near(one: &Area, other: &Area) -> bool {
    let corners = one
        .polygons()
        .iter()
        .flat_map(|polygon| &polygon.exterior().0);
    let mut corners = corners.filter_map(|at| Point::new(at.y, at.x).ok());
    corners.any(|point| {
        let scale = LocalScale::at(point);
        let limit = NEAR_BEAT_METRES * NEAR_BEAT_METRES;
        let frame = other.shape().frame_metres_2(scale) <= limit;
        frame && (other.covers(point) || other.shape().border_metres_2(scale).0 <= limit)
    })
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
