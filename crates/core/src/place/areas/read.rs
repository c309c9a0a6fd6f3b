//! One feature of an area file: its properties and its outline.

use std::sync::Arc;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use geojson::{Feature, GeometryValue, JsonObject, JsonValue, Position};

use super::{Area, AreaProblem};
use crate::place::code::AreaCode;
use crate::place::shape::Shape;

/// Longest name of an area or alias, in characters.
const MAX_NAME: usize = 120;

/// Most people of one area: more than there are on Earth.
const MAX_PEOPLE: u64 = 10_000_000_000;

fn property<'f>(feature: &'f JsonObject, key: &'static str) -> Option<&'f JsonValue> {
    feature.get(key)
}

/// The code of a feature as far as it can be read, for messages.
pub(super) fn code_text(feature: &Feature) -> Option<String> {
    let value = feature.properties.as_ref()?.get("code")?;
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    Some(text.chars().take(48).collect())
}

/// The area of a feature, or the first thing that is wrong with it.
pub(super) fn read_area(feature: Feature) -> Result<Area, AreaProblem> {
    let properties = feature.properties.unwrap_or_default();
    let level = text_of(&properties, "level")?;
    let level = level
        .parse()
        .map_err(|_| bad("level", "1 to 32 of a-z, 0-9 and '_'", level))?;
    let code = read_code(&properties, "code")?;
    let name = name_of(text_of(&properties, "name")?, "name")?;
    let parent = match property(&properties, "parent") {
        None => return Err(AreaProblem::Missing { key: "parent" }),
        Some(JsonValue::Null) => None,
        Some(_) => Some(read_code(&properties, "parent")?),
    };
    let kind = match property(&properties, "kind") {
        None | Some(JsonValue::Null) => None,
        Some(_) => Some(name_of(text_of(&properties, "kind")?, "kind")?),
    };
    let population = match property(&properties, "population") {
        None | Some(JsonValue::Null) => None,
        Some(value) => {
            let people = value.as_u64().filter(|people| *people <= MAX_PEOPLE);
            Some(people.ok_or_else(|| {
                bad(
                    "population",
                    "a whole number of people, 0 to 10,000,000,000",
                    &value.to_string(),
                )
            })?)
        }
    };
    let aliases = match property(&properties, "aliases") {
        None | Some(JsonValue::Null) => Vec::new(),
        Some(value) => {
            let wrong = || bad("aliases", "a list of names", &value.to_string());
            let list = value.as_array().ok_or_else(wrong)?;
            list.iter()
                .map(|item| name_of(item.as_str().ok_or_else(wrong)?, "aliases"))
                .collect::<Result<_, _>>()?
        }
    };
    let value = feature.geometry.map(|geometry| geometry.value);
    let polygons = match value {
        Some(GeometryValue::Polygon { coordinates }) => vec![read_polygon(0, &coordinates)?],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates
            .iter()
            .enumerate()
            .map(|(index, rings)| read_polygon(index, rings))
            .collect::<Result<_, _>>()?,
        Some(other) => {
            return Err(AreaProblem::NotPolygon {
                found: other.type_name().to_owned(),
            });
        }
        None => {
            return Err(AreaProblem::NotPolygon {
                found: "none".to_owned(),
            });
        }
    };
    let shape = Shape::new(MultiPolygon::new(polygons)).ok_or(AreaProblem::NoGround)?;
    Ok(Area {
        code,
        name,
        level,
        parent,
        kind,
        population,
        aliases,
        shape,
    })
}

fn bad(key: &'static str, expected: &'static str, found: &str) -> AreaProblem {
    let mut short: String = found.chars().take(60).collect();
    if short.len() < found.len() {
        short.push('…');
    }
    AreaProblem::BadProperty {
        key,
        expected,
        found: format!("{short:?}"),
    }
}

fn text_of<'p>(properties: &'p JsonObject, key: &'static str) -> Result<&'p str, AreaProblem> {
    let value = property(properties, key).ok_or(AreaProblem::Missing { key })?;
    value
        .as_str()
        .ok_or_else(|| bad(key, "a text", &value.to_string()))
}

fn read_code(properties: &JsonObject, key: &'static str) -> Result<AreaCode, AreaProblem> {
    let text = text_of(properties, key)?;
    text.parse()
        .map_err(|_| bad(key, "1 to 48 of A-Z, a-z, 0-9, '.', '-' and '_'", text))
}

fn name_of(text: &str, key: &'static str) -> Result<Arc<str>, AreaProblem> {
    let trimmed = text.trim();
    let good = !trimmed.is_empty()
        && trimmed.chars().count() <= MAX_NAME
        && !trimmed.chars().any(char::is_control);
    if good {
        Ok(Arc::from(trimmed))
    } else {
        Err(bad(key, "1 to 120 printable characters", text))
    }
}

fn read_polygon(polygon: usize, rings: &[Vec<Position>]) -> Result<Polygon<f64>, AreaProblem> {
    let mut read = Vec::with_capacity(rings.len());
    for (ring, positions) in rings.iter().enumerate() {
        let coords = positions
            .iter()
            .map(|position| read_position(polygon, position))
            .collect::<Result<Vec<_>, _>>()?;
        let closed = coords.first() == coords.last();
        if coords.len() < 4 || !closed {
            let positions = coords.len();
            return Err(AreaProblem::BadRing {
                polygon,
                ring,
                positions,
                closed,
            });
        }
        read.push(LineString::new(coords));
    }
    if read.is_empty() {
        return Err(AreaProblem::BadRing {
            polygon,
            ring: 0,
            positions: 0,
            closed: true,
        });
    }
    let outer = read.remove(0);
    Ok(Polygon::new(outer, read))
}

fn read_position(polygon: usize, position: &Position) -> Result<Coord<f64>, AreaProblem> {
    let numbers = position.as_slice();
    if let [lng, lat, ..] = *numbers
        && (-180.0..=180.0).contains(&lng)
        && (-90.0..=90.0).contains(&lat)
    {
        return Ok(Coord { x: lng, y: lat });
    }
    let found = numbers
        .iter()
        .take(3)
        .map(f64::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    Err(AreaProblem::BadPosition {
        polygon,
        found: format!("[{found}]"),
    })
}
