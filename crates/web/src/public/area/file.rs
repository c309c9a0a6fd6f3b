//! The areas and their figures for programs: the rows of `/wilayah` and of an area, as CSV, JSON and GeoJSON.
//! They say what the pages say and no more (S46, S86).

use axum::http::HeaderMap;
use axum::response::Response;
use pengayom_core::place::{Area, AreaCode, Outline, Routed};
use pengayom_node::UnitContext;
use pengayom_node::areas::{AreaFigures, AreaMonths};
use serde_json::{Map, Value, json};

use crate::extract::PublicPage;
use crate::problem::Fault;
use crate::table::{self, Csv};

/// How it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A table.
    Csv,
    /// Places with their outlines.
    GeoJson,
    /// A value.
    Json,
}

impl Kind {
    /// An address without its ending, and what the ending asks for.
    pub(super) fn split(address: &str) -> Option<(&str, Self)> {
        [
            (".csv", Self::Csv),
            (".geojson", Self::GeoJson),
            (".json", Self::Json),
        ]
        .into_iter()
        .find_map(|(ending, kind)| Some((address.strip_suffix(ending)?, kind)))
    }
}

/// Columns of an area, the same in every file.
const AREA: [&str; 10] = [
    "code",
    "name",
    "level",
    "kind",
    "parent",
    "station",
    "station_name",
    "population",
    "lng",
    "lat",
];

/// Columns of a month in an area.
const MONTH: [&str; 7] = [
    "code", "name", "month", "filed", "answered", "in_time", "state",
];

pub(super) async fn all_csv(page: PublicPage, headers: HeaderMap) -> Response {
    all(&page, &headers, Kind::Csv)
}

pub(super) async fn all_json(page: PublicPage, headers: HeaderMap) -> Response {
    all(&page, &headers, Kind::Json)
}

pub(super) async fn all_geojson(page: PublicPage, headers: HeaderMap) -> Response {
    all(&page, &headers, Kind::GeoJson)
}

/// `GET /wilayah.csv`, `.json`, `.geojson`: every district with its villages; as GeoJSON the districts, which
/// are what the page lists.
fn all(page: &PublicPage, headers: &HeaderMap, kind: Kind) -> Response {
    let unit = page.frame.unit();
    let choices = unit.geography.choices();
    let areas = choices.iter().flat_map(|choice| {
        let beats = choice.beats.iter().filter(|_| kind != Kind::GeoJson);
        std::iter::once(&choice.area)
            .chain(beats)
            .filter_map(|area| unit.geography.area(&area.code))
    });
    match kind {
        Kind::Csv => {
            let mut table = Csv::new(&AREA);
            for area in areas {
                table.row(&cells(unit, area));
            }
            table.public(headers, "wilayah.csv")
        }
        Kind::Json => {
            let areas: Vec<Value> = areas.map(|area| properties(unit, area).into()).collect();
            table::public_json(headers, &json!({ "areas": areas }))
        }
        Kind::GeoJson => {
            let rows = areas.map(|area| (Outline::from(area), properties(unit, area)));
            table::public_geojson(headers, rows.collect())
        }
    }
}

/// `GET /wilayah/{kode}.csv`, `.json`, `.geojson`: an area and what lies in it, with the figures of its
/// months; as GeoJSON those of the last month.
pub(super) async fn one(
    page: PublicPage,
    headers: &HeaderMap,
    code: &AreaCode,
    kind: Kind,
) -> Result<Response, Fault> {
    let unit = page.frame.unit();
    let geography = &unit.geography;
    if !matches!(geography.route_area(code), Routed::Ours(_)) {
        return Err(Fault::NotFound);
    }
    let choices = geography.choices();
    let within = choices.iter().find(|choice| choice.area.code == *code);
    let within = within.map_or(&[][..], |choice| &choice.beats);
    let areas: Vec<&Area> = std::iter::once(code)
        .chain(within.iter().map(|area| &area.code))
        .filter_map(|code| geography.area(code))
        .collect();
    let read = page.node.area_months().await?;
    Ok(match kind {
        Kind::Csv => {
            let name = format!("wilayah-{code}.csv");
            months_table(&areas, &read).public(headers, &name)
        }
        Kind::Json => {
            let areas = areas.iter().map(|area| {
                let mut said = properties(unit, area);
                let months = read.months.iter().map(|month| {
                    let mut said = figures(month.of(area.code()));
                    said.insert(
                        "month".to_owned(),
                        json!(month.from.strftime("%Y-%m").to_string()),
                    );
                    Value::from(said)
                });
                said.insert("months".to_owned(), months.collect());
                Value::from(said)
            });
            let areas: Vec<Value> = areas.collect();
            let said = json!({ "small_cell": read.small_cell, "areas": areas });
            table::public_json(headers, &said)
        }
        Kind::GeoJson => {
            let rows = areas.iter().map(|area| {
                let mut said = properties(unit, area);
                if let Some(month) = read.months.first() {
                    said.insert(
                        "month".to_owned(),
                        json!(month.from.strftime("%Y-%m").to_string()),
                    );
                    said.extend(figures(month.of(area.code())));
                }
                (Outline::from(*area), said)
            });
            table::public_geojson(headers, rows.collect())
        }
    })
}

fn months_table(areas: &[&Area], read: &AreaMonths) -> Csv {
    let mut table = Csv::new(&MONTH);
    for area in areas {
        for month in &read.months {
            let known = month.of(area.code());
            let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
            table.row(&[
                area.code().to_string(),
                area.name().to_owned(),
                month.from.strftime("%Y-%m").to_string(),
                number(known.filed),
                number(known.in_time.map(|(answered, _)| answered)),
                number(known.in_time.map(|(_, in_time)| in_time)),
                state(known).to_owned(),
            ]);
        }
    }
    table
}

/// Whether figures are hidden because too few people are part of them.
const fn state(known: AreaFigures) -> &'static str {
    match (known.filed, known.in_time) {
        (None, _) => "hidden",
        (Some(0), _) | (_, Some(_)) => "known",
        (Some(_), None) => "answers_hidden",
    }
}

fn figures(known: AreaFigures) -> Map<String, Value> {
    let mut said = Map::new();
    said.insert("filed".to_owned(), json!(known.filed));
    let answered = known.in_time.map(|(answered, _)| answered);
    said.insert("answered".to_owned(), json!(answered));
    said.insert("in_time".to_owned(), json!(known.in_time.map(|(_, n)| n)));
    said.insert("state".to_owned(), json!(state(known)));
    said
}

fn properties(unit: &UnitContext, area: &Area) -> Map<String, Value> {
    let station = unit.geography.station_of(area.code());
    let point = area.representative_point();
    let values = [
        json!(area.code().as_str()),
        json!(area.name()),
        json!(area.level().as_str()),
        json!(area.kind()),
        json!(area.parent().map(AreaCode::as_str)),
        json!(station.map(|station| station.id.as_str())),
        json!(station.map(|station| station.name.as_str())),
        json!(area.population()),
        json!(point.lng()),
        json!(point.lat()),
    ];
    let names = AREA.map(ToOwned::to_owned);
    names.into_iter().zip(values).collect()
}

fn cells(unit: &UnitContext, area: &Area) -> Vec<String> {
    let said = properties(unit, area);
    let cell = |name: &&str| match said.get(*name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    AREA.iter().map(cell).collect()
}
