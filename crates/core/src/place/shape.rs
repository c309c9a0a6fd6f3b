//! The outline of one area, with what routing asks of it.

use std::sync::OnceLock;

use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
use geo::{
    BoundingRect, ChamberlainDuquetteArea, Coord, CoordsIter, InteriorPoint, MultiPolygon, Polygon,
};

use super::point::Point;

/// The outline of an area: its polygons, its frame and the numbers that follow from both.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    polygons: MultiPolygon<f64>,
    lower: Coord<f64>,
    upper: Coord<f64>,
    area_m2: f64,
    /// Worked out when it is first asked for: it costs more than all the rest of reading a place.
    inside: OnceLock<Point>,
    /// A position of its border, should the library find none inside.
    corner: Point,
}

/// Semi-major axis of WGS84, in metres (NGA.STND.0036, table 3.1).
const WGS84_A: f64 = 6_378_137.0;

/// First eccentricity squared of WGS84, from its flattening 1 / 298.257223563.
const WGS84_E2: f64 = 6.694_379_990_141_317e-3;

/// Metres per degree around one position, for distances of some kilometres.
///
/// The ground is taken as flat, with the ellipsoid's two radii of curvature at that latitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LocalScale {
    origin: Coord<f64>,
    east: f64,
    north: f64,
}

impl LocalScale {
    /// The scale around a position.
    pub(crate) fn at(point: Point) -> Self {
        let origin = point.to_geo().0;
        Self::with_latitude(origin, origin.y)
    }

    /// The scale around a position, with the curvature of a latitude in degrees.
    pub(crate) fn with_latitude(origin: Coord<f64>, latitude: f64) -> Self {
        let lat = latitude.to_radians();
        let w2 = 1.0 - WGS84_E2 * lat.sin() * lat.sin();
        let prime_vertical = WGS84_A / w2.sqrt();
        let meridian = prime_vertical * (1.0 - WGS84_E2) / w2;
        Self {
            origin,
            east: (prime_vertical * lat.cos()).to_radians(),
            north: meridian.to_radians(),
        }
    }

    /// Metres on the ground between the origin and another position, taken as flat.
    pub(crate) fn metres_to(self, other: Coord<f64>) -> f64 {
        let offset = self.project(other);
        offset.x.hypot(offset.y)
    }

    /// Degrees of longitude and latitude that hold a distance in metres. At a pole every longitude
    /// is near, so the first is never above 360.
    pub(crate) fn degrees(self, metres: f64) -> (f64, f64) {
        let east = if self.east > 1.0 {
            (metres / self.east).min(360.0)
        } else {
            360.0
        };
        (east, metres / self.north)
    }

    /// East and north of the origin, in metres.
    pub(crate) fn project(self, coord: Coord<f64>) -> Coord<f64> {
        Coord {
            x: (coord.x - self.origin.x) * self.east,
            y: (coord.y - self.origin.y) * self.north,
        }
    }
}

impl Shape {
    /// The outline of polygons that were checked before; `None` if it encloses no ground.
    pub(crate) fn new(polygons: MultiPolygon<f64>) -> Option<Self> {
        let frame = polygons.bounding_rect()?;
        let area_m2 = polygons.chamberlain_duquette_unsigned_area();
        if !(area_m2.is_finite() && area_m2 > 0.0) {
            return None;
        }
        let corner = polygons.exterior_coords_iter().next()?;
        let corner = Point::new(corner.y, corner.x).ok()?;
        Some(Self {
            polygons,
            lower: frame.min(),
            upper: frame.max(),
            area_m2,
            inside: OnceLock::new(),
            corner,
        })
    }

    /// The ground enclosed, in square metres on the sphere (Chamberlain and Duquette 2007).
    pub(crate) fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// A position well inside the outline, the same on every machine.
    pub(crate) fn inside(&self) -> Point {
        *self.inside.get_or_init(|| {
            let found = self.polygons.interior_point();
            let found = found.and_then(|at| Point::new(at.y(), at.x()).ok());
            found.unwrap_or(self.corner)
        })
    }

    /// Lower left and upper right corner of the frame, `[lng, lat]` in degrees.
    pub(crate) fn corners(&self) -> ([f64; 2], [f64; 2]) {
        ([self.lower.x, self.lower.y], [self.upper.x, self.upper.y])
    }

    /// The polygons, for drawing.
    pub(crate) fn polygons(&self) -> &MultiPolygon<f64> {
        &self.polygons
    }

    /// Whether the position lies inside or on the border: a position on a border two areas share
    /// lies in both, and the rules for overlap decide.
    pub(crate) fn covers(&self, coord: Coord<f64>) -> bool {
        self.lower.x <= coord.x
            && coord.x <= self.upper.x
            && self.lower.y <= coord.y
            && coord.y <= self.upper.y
            && self
                .polygons
                .iter()
                .any(|polygon| polygon_covers(polygon, coord))
    }

    /// Square of the metres from the origin of `scale` to the frame: never more than to the outline.
    pub(crate) fn frame_metres_2(&self, scale: LocalScale) -> f64 {
        let nearest = Coord {
            x: scale.origin.x.clamp(self.lower.x, self.upper.x),
            y: scale.origin.y.clamp(self.lower.y, self.upper.y),
        };
        let offset = scale.project(nearest);
        offset.x * offset.x + offset.y * offset.y
    }

    /// Square of the metres from the origin of `scale` to the nearest place on the border, and that
    /// place.
    pub(crate) fn border_metres_2(&self, scale: LocalScale) -> (f64, Coord<f64>) {
        let mut best = (f64::INFINITY, self.lower);
        for polygon in &self.polygons {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                for line in ring.lines() {
                    let (from, to) = (scale.project(line.start), scale.project(line.end));
                    let (step_x, step_y) = (to.x - from.x, to.y - from.y);
                    let length_2 = step_x * step_x + step_y * step_y;
                    let share = if length_2 > 0.0 {
                        (-(from.x * step_x + from.y * step_y) / length_2).clamp(0.0, 1.0)
                    } else {
                        0.0
                    };
                    let (x, y) = (from.x + share * step_x, from.y + share * step_y);
                    let metres_2 = x * x + y * y;
                    if metres_2 < best.0 {
                        best = (metres_2, line.start + (line.end - line.start) * share);
                    }
                }
            }
        }
        best
    }
}

/// Whether a position lies inside a polygon or on its border; a hole is outside, its border is not.
///
/// By ring, because the library's test for many polygons works out all their frames again each time.
fn polygon_covers(polygon: &Polygon<f64>, coord: Coord<f64>) -> bool {
    match coord_pos_relative_to_ring(coord, polygon.exterior()) {
        CoordPos::Outside => false,
        CoordPos::OnBoundary => true,
        CoordPos::Inside => !polygon
            .interiors()
            .iter()
            .any(|hole| coord_pos_relative_to_ring(coord, hole) == CoordPos::Inside),
    }
}
