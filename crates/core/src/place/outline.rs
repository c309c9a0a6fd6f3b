//! Outlines as other programs read them: GeoJSON (RFC 7946), well-known binary and well-known text
//! (OGC 06-103r4). Positions are longitude, latitude in degrees of WGS84 (`OGC:CRS84`).

use geo::orient::{Direction, Orient as _};
use geo::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{Geometry, GeometryValue, Position};

use super::areas::Area;
use super::point::Point;

/// Kinds of geometry in well-known binary.
const WKB_POINT: u32 = 1;
const WKB_POLYGON: u32 = 3;
const WKB_MULTI_POLYGON: u32 = 6;

/// Something on the map, for other programs.
#[derive(Debug, Clone, PartialEq)]
pub enum Outline {
    /// A position.
    Point(Point),
    /// Ground: outer rings run counter-clockwise, holes clockwise.
    Ground(MultiPolygon<f64>),
}

impl From<&Area> for Outline {
    /// The outline of an area, its rings turned as RFC 7946 §3.1.6 has them.
    fn from(area: &Area) -> Self {
        Self::Ground(area.polygons().orient(Direction::Default))
    }
}

impl From<Point> for Outline {
    fn from(point: Point) -> Self {
        Self::Point(point)
    }
}

impl Outline {
    /// The word of its kind in GeoJSON and GeoParquet.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Point(_) => "Point",
            Self::Ground(ground) if ground.0.len() == 1 => "Polygon",
            Self::Ground(_) => "MultiPolygon",
        }
    }

    /// West, south, east and north end, in degrees.
    pub fn bounds(&self) -> [f64; 4] {
        let ends = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        match self {
            Self::Point(point) => [point.lng(), point.lat(), point.lng(), point.lat()],
            Self::Ground(ground) => ground
                .iter()
                .flat_map(|polygon| polygon.exterior().coords())
                .fold(ends, |[west, south, east, north], at| {
                    [
                        west.min(at.x),
                        south.min(at.y),
                        east.max(at.x),
                        north.max(at.y),
                    ]
                }),
        }
    }

    /// As a GeoJSON geometry.
    pub fn geojson(&self) -> Geometry {
        Geometry::new(self.value())
    }

    /// As the value of a GeoJSON geometry.
    pub fn value(&self) -> GeometryValue {
        match self {
            Self::Point(point) => GeometryValue::Point {
                coordinates: Position::from([point.lng(), point.lat()]),
            },
            Self::Ground(ground) => match ground.0.as_slice() {
                [one] => GeometryValue::Polygon {
                    coordinates: positions(one),
                },
                several => GeometryValue::MultiPolygon {
                    coordinates: several.iter().map(positions).collect(),
                },
            },
        }
    }

    /// As well-known binary, little end first.
    pub fn wkb(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Point(point) => {
                begin(&mut bytes, WKB_POINT);
                put_position(&mut bytes, point.to_geo().0);
            }
            Self::Ground(ground) => {
                if let [one] = ground.0.as_slice() {
                    put_polygon(&mut bytes, one);
                } else {
                    begin(&mut bytes, WKB_MULTI_POLYGON);
                    put_count(&mut bytes, ground.0.len());
                    for polygon in ground {
                        put_polygon(&mut bytes, polygon);
                    }
                }
            }
        }
        bytes
    }

    /// As well-known text.
    pub fn wkt(&self) -> String {
        match self {
            Self::Point(point) => format!("POINT ({} {})", point.lng(), point.lat()),
            Self::Ground(ground) => match ground.0.as_slice() {
                [one] => format!("POLYGON {}", rings_text(one)),
                several => {
                    let several: Vec<String> = several.iter().map(rings_text).collect();
                    format!("MULTIPOLYGON ({})", several.join(", "))
                }
            },
        }
    }
}

fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn positions(polygon: &Polygon<f64>) -> Vec<Vec<Position>> {
    let position = |at: &Coord<f64>| Position::from([at.x, at.y]);
    rings(polygon)
        .map(|ring| ring.coords().map(position).collect())
        .collect()
}

fn rings_text(polygon: &Polygon<f64>) -> String {
    let rings: Vec<String> = rings(polygon)
        .map(|ring| {
            let positions = ring.coords().map(|at| format!("{} {}", at.x, at.y));
            format!("({})", positions.collect::<Vec<_>>().join(", "))
        })
        .collect();
    format!("({})", rings.join(", "))
}

fn begin(bytes: &mut Vec<u8>, kind: u32) {
    // 1: the little end of each number comes first.
    bytes.push(1);
    bytes.extend(kind.to_le_bytes());
}

fn put_count(bytes: &mut Vec<u8>, count: usize) {
    // An area file has fewer positions than its bytes, of which there are at most 64 Mi.
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn put_position(bytes: &mut Vec<u8>, at: Coord<f64>) {
    bytes.extend(at.x.to_le_bytes());
    bytes.extend(at.y.to_le_bytes());
}

fn put_polygon(bytes: &mut Vec<u8>, polygon: &Polygon<f64>) {
    begin(bytes, WKB_POLYGON);
    put_count(bytes, polygon.interiors().len() + 1);
    for ring in rings(polygon) {
        put_count(bytes, ring.0.len());
        for at in ring.coords() {
            put_position(bytes, *at);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test may stop at the first surprise"
    )]

    use super::*;
    use crate::place::Areas;

    /// A square with a hole, its rings the wrong way round, and an island.
    fn area(second: &str) -> Areas {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":
            {{"level":"village","code":"1","name":"A","parent":null}},"geometry":{{"type":"MultiPolygon",
            "coordinates":[[[[0,0],[0,4],[4,4],[4,0],[0,0]],[[1,1],[2,1],[2,2],[1,2],[1,1]]]{second}]}}}}]}}"#
        );
        Areas::from_geojson(&text).unwrap()
    }

    fn outline(second: &str) -> Outline {
        Outline::from(area(second).iter().next().unwrap())
    }

    #[test]
    fn outer_rings_run_against_the_clock_and_holes_with_it() {
        let outline = outline("");
        assert_eq!(outline.kind(), "Polygon");
        assert_eq!(
            outline.bounds().map(f64::to_bits),
            [0.0, 0.0, 4.0, 4.0].map(f64::to_bits)
        );
        let json = serde_json::to_value(outline.geojson()).unwrap();
        let rings = json["coordinates"].as_array().unwrap();
        // Twice the area within a ring: above zero against the clock.
        let turn = |ring: &serde_json::Value| -> f64 {
            let at = |n: usize, axis: usize| ring[n][axis].as_f64().unwrap();
            let n = ring.as_array().unwrap().len() - 1;
            (0..n)
                .map(|i| at(i, 0) * at(i + 1, 1) - at(i + 1, 0) * at(i, 1))
                .sum()
        };
        assert!(turn(&rings[0]) > 0.0 && turn(&rings[1]) < 0.0, "{json}");
        assert!(json.get("crs").is_none(), "RFC 7946 has one system only");
    }

    #[test]
    fn binary_and_text_say_the_same() {
        let one = outline("");
        let two = outline(",[[[6,6],[7,6],[7,7],[6,6]]]");
        assert_eq!(two.kind(), "MultiPolygon");
        assert!(two.wkt().starts_with("MULTIPOLYGON ((("), "{}", two.wkt());
        assert!(one.wkt().starts_with("POLYGON (("), "{}", one.wkt());
        // Byte order, kind, rings, then each ring with its count: 1 + 4 + 4 + 2 * 4 + 10 * 16.
        assert_eq!(one.wkb().len(), 177);
        assert_eq!(one.wkb()[..9], [1, 3, 0, 0, 0, 2, 0, 0, 0]);
        assert_eq!(two.wkb().len(), 9 + 177 + 13 + 4 * 16);
        let point = Outline::from(Point::new(-6.75, 111.5).unwrap());
        assert_eq!(point.wkt(), "POINT (111.5 -6.75)");
        let mut expected = vec![1, 1, 0, 0, 0];
        expected.extend(111.5_f64.to_le_bytes());
        expected.extend((-6.75_f64).to_le_bytes());
        assert_eq!(point.wkb(), expected);
    }
}
