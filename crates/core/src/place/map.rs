//! Areas as they are drawn: projected flat, fitted into a frame, simplified to its units.
//!
//! Only numbers come out of here; what they look like is the page's business. The ground is taken as flat around
//! the middle latitude of what is drawn, which over a regency is far below one unit.

use geo::{Coord, LineString, Simplify as _};

use super::areas::Area;
use super::code::AreaCode;
use super::point::Point;
use super::shape::LocalScale;

/// Units a map is wide: two for each pixel of the smallest telephone.
pub const MAP_WIDTH: i32 = 720;

/// Most units a map is high.
pub const MAP_HEIGHT_MAX: i32 = 960;

/// Most areas on one map.
pub const MAP_MAX_AREAS: usize = 500;

/// Most positions of outlines that one map is made from: Kabupaten Pati has 12,600 in its districts, 35,300 in its villages.
pub const MAP_MAX_POSITIONS: usize = 200_000;

/// How far, in units, a drawn line may lie from the true one before it is rounded to whole units.
pub const MAP_TOLERANCE: f64 = 1.0;

/// Units left free around what is drawn.
const MARGIN: f64 = 16.0;

/// Longest ring the library simplifies: it calls itself for each part of a line, as deep as a bad line is long.
const SIMPLIFY_MAX: usize = 4_096;

/// A place on a map: units to the right, units down.
pub type MapPoint = [i32; 2];

/// One area, drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapArea {
    /// Its code.
    pub code: AreaCode,
    /// Its outlines and holes; each has at least three corners and is to be closed.
    pub rings: Vec<Vec<MapPoint>>,
    /// A place well inside it.
    pub inside: MapPoint,
}

/// Areas drawn together.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaMap {
    /// Units wide: [`MAP_WIDTH`].
    pub width: i32,
    /// Units high: at most [`MAP_HEIGHT_MAX`].
    pub height: i32,
    /// Metres on the ground that one unit stands for.
    pub metres_per_unit: f64,
    /// The areas, in the order given.
    pub areas: Vec<MapArea>,
    frame: Frame,
}

/// From degrees to units.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    scale: LocalScale,
    /// Metres east and north of the origin that lie on the upper left corner.
    left: f64,
    top: f64,
    metres_per_unit: f64,
}

impl Frame {
    fn units(&self, coord: Coord<f64>) -> Coord<f64> {
        let metres = self.scale.project(coord);
        Coord {
            x: (metres.x - self.left) / self.metres_per_unit,
            y: (self.top - metres.y) / self.metres_per_unit,
        }
    }
}

impl AreaMap {
    /// Draws areas side by side, as large as the frame allows. `None` for no areas, for more than
    /// [`MAP_MAX_AREAS`], and for outlines of more than [`MAP_MAX_POSITIONS`] positions.
    pub fn draw<'a>(areas: impl IntoIterator<Item = &'a Area>) -> Option<Self> {
        Self::draw_within(areas, MAP_TOLERANCE)
    }

    /// As [`AreaMap::draw`], with another tolerance in place of [`MAP_TOLERANCE`]: the coarser, the lighter is a map of
    /// many areas. Each outline is simplified for itself, so neighbours may leave a gap of twice as much between them.
    pub fn draw_within<'a>(
        areas: impl IntoIterator<Item = &'a Area>,
        tolerance: f64,
    ) -> Option<Self> {
        let areas: Vec<&Area> = areas.into_iter().take(MAP_MAX_AREAS + 1).collect();
        let positions: usize = areas.iter().map(|area| positions(area)).sum();
        if areas.is_empty() || areas.len() > MAP_MAX_AREAS || positions > MAP_MAX_POSITIONS {
            return None;
        }
        let (frame, height) = fit(&areas);
        let drawn = areas.iter().map(|area| MapArea {
            code: area.code().clone(),
            rings: rings(area, &frame, tolerance),
            inside: rounded(frame.units(area.representative_point().to_geo().0)),
        });
        Some(Self {
            width: MAP_WIDTH,
            height,
            metres_per_unit: frame.metres_per_unit,
            areas: drawn.collect(),
            frame,
        })
    }

    /// Where a position lies on the map; `None` outside of it.
    pub fn place(&self, point: Point) -> Option<MapPoint> {
        let at = rounded(self.frame.units(point.to_geo().0));
        let [x, y] = at;
        ((0..=self.width).contains(&x) && (0..=self.height).contains(&y)).then_some(at)
    }

    /// A round length for the scale bar, at most a third of the width: metres (1, 2 or 5 and zeros) and units.
    pub fn scale_bar(&self) -> (u32, i32) {
        let most = self.metres_per_unit * f64::from(self.width) / 3.0;
        let steps = (0..=6u32).flat_map(|zeros| [1, 2, 5].map(|n| n * 10u32.pow(zeros)));
        let metres = steps
            .take_while(|metres| f64::from(*metres) <= most)
            .last()
            .unwrap_or(1);
        let units = f64::from(metres) / self.metres_per_unit;
        (metres, whole(units))
    }
}

fn positions(area: &Area) -> usize {
    let rings = area
        .polygons()
        .iter()
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    rings.map(|ring| ring.0.len()).sum()
}

/// The frame that holds all areas, and its height in units.
fn fit(areas: &[&Area]) -> (Frame, i32) {
    let (mut lower, mut upper) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for area in areas {
        let (low, high) = area.corners();
        for axis in 0..2 {
            if let (Some(l), Some(new)) = (lower.get_mut(axis), low.get(axis)) {
                *l = l.min(*new);
            }
            if let (Some(u), Some(new)) = (upper.get_mut(axis), high.get(axis)) {
                *u = u.max(*new);
            }
        }
    }
    let [west, south] = lower;
    let [east, north] = upper;
    let origin = Coord { x: west, y: south };
    // Near a pole a degree of longitude is nothing; nobody is served there, and nothing divides by zero.
    let middle = f64::midpoint(south, north).clamp(-85.0, 85.0);
    let scale = LocalScale::with_latitude(origin, middle);
    let size = scale.project(Coord { x: east, y: north });
    let free = |units: i32| f64::from(units) - 2.0 * MARGIN;
    let metres_per_unit = (size.x / free(MAP_WIDTH))
        .max(size.y / free(MAP_HEIGHT_MAX))
        .max(f64::MIN_POSITIVE);
    let height = whole((size.y / metres_per_unit + 2.0 * MARGIN).ceil()).min(MAP_HEIGHT_MAX);
    // What is narrower than the frame stands in its middle.
    let spare = f64::from(MAP_WIDTH) - size.x / metres_per_unit;
    let frame = Frame {
        scale,
        left: -spare / 2.0 * metres_per_unit,
        top: size.y + MARGIN * metres_per_unit,
        metres_per_unit,
    };
    (frame, height)
}

/// The rings of an area in whole units. What is smaller than a unit is left out, but never all of an area.
fn rings(area: &Area, frame: &Frame, tolerance: f64) -> Vec<Vec<MapPoint>> {
    let mut rings = Vec::new();
    for polygon in area.polygons() {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            let units: Vec<Coord<f64>> = ring.0.iter().map(|at| frame.units(*at)).collect();
            rings.extend(simplified(&units, tolerance));
        }
    }
    if rings.is_empty() {
        let [x, y] = rounded(frame.units(area.representative_point().to_geo().0));
        rings.push(vec![[x - 1, y - 1], [x + 1, y - 1], [x, y + 1]]);
    }
    rings
}

/// A closed ring with as few corners as the tolerance allows, in whole units and without the last
/// corner, which is the first; `None` when fewer than three are left.
fn simplified(ring: &[Coord<f64>], tolerance: f64) -> Option<Vec<MapPoint>> {
    let mut thinned: Vec<Coord<f64>> = Vec::with_capacity(ring.len());
    for at in ring {
        let near = |last: &Coord<f64>| (at.x - last.x).hypot(at.y - last.y) < tolerance / 4.0;
        if !thinned.last().is_some_and(near) {
            thinned.push(*at);
        }
    }
    if let (Some(first), Some(last)) = (ring.first(), thinned.last_mut()) {
        *last = *first;
    }
    if thinned.len() <= SIMPLIFY_MAX {
        thinned = LineString(thinned).simplify(tolerance / 2.0).0;
    }
    let mut corners: Vec<MapPoint> = thinned.into_iter().map(rounded).collect();
    corners.dedup();
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    (corners.len() >= 3).then_some(corners)
}

fn rounded(at: Coord<f64>) -> MapPoint {
    [whole(at.x), whole(at.y)]
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a number of units within some frames; what is beyond is cut to the largest"
)]
fn whole(units: f64) -> i32 {
    units.round() as i32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use geo::{Distance as _, Euclidean};
    use proptest::prelude::*;

    use super::*;
    use crate::place::Areas;

    /// A star around a middle, in degrees: any number of corners, never crossing itself.
    fn star() -> impl Strategy<Value = Vec<[f64; 2]>> {
        let middle = (-60.0..60.0_f64, -170.0..170.0_f64);
        let arms = prop::collection::vec(0.001..0.2_f64, 3..200);
        (middle, arms).prop_map(|((lat, lng), arms)| {
            let n = f64::from(u32::try_from(arms.len()).unwrap());
            let mut ring: Vec<[f64; 2]> = arms
                .iter()
                .enumerate()
                .map(|(at, arm)| {
                    let turn = f64::from(u32::try_from(at).unwrap()) / n * std::f64::consts::TAU;
                    [lng + arm * turn.cos(), lat + arm * turn.sin()]
                })
                .collect();
            ring.push(*ring.first().unwrap());
            ring
        })
    }

    fn areas(ring: &[[f64; 2]]) -> Areas {
        let feature = serde_json::json!({
            "type": "Feature",
            "properties": { "level": "village", "code": "1", "name": "Satu", "parent": null },
            "geometry": { "type": "Polygon", "coordinates": [ring] },
        });
        let file = serde_json::json!({ "type": "FeatureCollection", "features": [feature] });
        Areas::from_geojson(&file.to_string()).unwrap()
    }

    proptest! {
        // S86
        #[test]
        fn what_is_drawn_lies_in_the_frame_and_near_the_true_outline(
            ring in star(), tolerance in prop_oneof![Just(MAP_TOLERANCE), Just(3.0 * MAP_TOLERANCE)],
        ) {
            let areas = areas(&ring);
            let map = AreaMap::draw_within(areas.iter(), tolerance).unwrap();
            let drawn = map.areas.first().unwrap();
            prop_assert!(map.height <= MAP_HEIGHT_MAX && map.metres_per_unit > 0.0);
            prop_assert!(!drawn.rings.is_empty());
            for [x, y] in drawn.rings.iter().flatten() {
                prop_assert!((0..=map.width).contains(x) && (0..=map.height).contains(y), "{x} {y}");
            }
            // Each true corner lies within the tolerance, and what rounding moves, of the line drawn.
            let corners = drawn.rings.first().unwrap();
            let mut line: Vec<(f64, f64)> =
                corners.iter().map(|[x, y]| (f64::from(*x), f64::from(*y))).collect();
            line.push(*line.first().unwrap());
            let line = LineString::from(line);
            for [lng, lat] in &ring {
                let at = map.frame.units(Coord { x: *lng, y: *lat });
                let far = Euclidean.distance(&geo::Point(at), &line);
                prop_assert!(far <= tolerance + 0.75, "{far}");
            }
        }

        #[test]
        fn a_distance_on_the_map_is_the_distance_on_the_ground(
            lat in -60.0..60.0_f64, lng in -170.0..170.0_f64, size in 0.01..0.5_f64,
        ) {
            let ring = [
                [lng, lat], [lng + size, lat], [lng + size, lat + size], [lng, lat + size], [lng, lat],
            ];
            let map = AreaMap::draw(areas(&ring).iter()).unwrap();
            let (from, to) = (Point::new(lat, lng).unwrap(), Point::new(lat + size, lng + size).unwrap());
            let ([x0, y0], [x1, y1]) = (map.place(from).unwrap(), map.place(to).unwrap());
            let units = f64::from(x1 - x0).hypot(f64::from(y1 - y0));
            let (drawn, true_metres) = (units * map.metres_per_unit, from.geodesic_metres(to));
            prop_assert!((drawn - true_metres).abs() <= 0.01 * true_metres, "{drawn} {true_metres}");
            prop_assert!(y1 < y0 && x1 > x0, "north is up, east is right");
            let (metres, bar) = map.scale_bar();
            let off = f64::from(metres) - f64::from(bar) * map.metres_per_unit;
            prop_assert!(off.abs() <= map.metres_per_unit && bar * 3 <= map.width + 3);
        }
    }

    #[test]
    fn no_areas_are_no_map() {
        assert_eq!(AreaMap::draw(std::iter::empty()), None);
    }
}
