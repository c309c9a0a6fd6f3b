//! The real calls of Detroit and San Francisco find their beats, and any place in Indonesia its regency.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use pengayom_core::place::{
    AreaCode, Areas, Geography, Point, Routed, RoutingRule, Strata, UnitConfig,
};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(name)
}

fn unpacked(name: &str) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path(name)).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

fn geography(place: &str, more: Option<Areas>) -> Geography {
    let read = |file: &str| std::fs::read_to_string(path(place).join(file)).unwrap();
    let unit = UnitConfig::parse(&read("unit.toml")).unwrap();
    let mut areas = Areas::from_geojson(&read("areas.geojson")).unwrap();
    if let Some(more) = more {
        areas = areas.with_more(more).unwrap();
    }
    Geography::new(unit, areas, &Strata::none()).unwrap()
}

/// The rows of a file without quotes, by the names of its columns.
fn rows(text: &str) -> impl Iterator<Item = BTreeMap<&str, &str>> {
    let mut lines = text.lines();
    let header: Vec<_> = lines.next().unwrap().split(',').collect();
    assert!(!text.contains('"'), "this reader knows no quotes");
    lines.map(move |line| header.iter().copied().zip(line.split(',')).collect())
}

#[test]
fn each_of_3749_calls_of_detroit_routes_by_its_beat_to_its_precinct() {
    let detroit = geography("detroit", None);
    let text = unpacked("detroit/calls_2019.csv.gz");
    let mut beats = BTreeSet::new();
    let mut calls = 0;
    for row in rows(&text) {
        let beat: AreaCode = row["beat"].parse().unwrap();
        let routed = detroit.route_area(&beat);
        let station = &routed.ours().unwrap().station;
        assert_eq!(station.as_str(), format!("precinct-{}", row["precinct"]));
        beats.insert(beat);
        calls += 1;
    }
    assert_eq!((calls, beats.len()), (3_749, 130));
}

#[test]
fn each_call_of_san_francisco_routes_by_its_point_but_for_the_airport() {
    let sf = geography("san_francisco", None);
    let text = unpacked("san_francisco/calls_2016_2017.csv.gz");
    let mut answers: BTreeMap<&str, u32> = BTreeMap::new();
    for row in rows(&text) {
        let point = Point::new(row["lat"].parse().unwrap(), row["lng"].parse().unwrap()).unwrap();
        let answer = match sf.route_point(point) {
            Routed::Ours(route)
                if route.beat.as_ref().map(AreaCode::as_str) == Some(row["station_area"]) =>
            {
                "own"
            }
            Routed::Ours(_) => "another",
            Routed::Elsewhere(_) => "elsewhere",
            Routed::Unknown => "unknown",
        };
        *answers.entry(answer).or_default() += 1;
    }
    // data/san_francisco/README.md: six positions are recorded with two station areas.
    assert_eq!(
        answers,
        [("own", 3_773), ("another", 12), ("unknown", 1)].into()
    );
}

// S85: wherever in the country a person stands, the regency is named.
#[test]
fn any_place_in_indonesia_is_named_by_its_regency() {
    let country = Areas::from_geojson(&unpacked("id/kab_kota.geojson.gz")).unwrap();
    assert_eq!(country.len(), 514);
    let alone = geography("pati", None);
    let pati = geography("pati", Some(country.clone()));
    assert_eq!(pati.areas().len(), alone.areas().len() + 514 - 6);

    let surabaya = pati.route_point(Point::new(-7.2575, 112.7521).unwrap());
    match &surabaya {
        Routed::Elsewhere(elsewhere) => {
            assert_eq!(&*elsewhere.name, "Kota Surabaya");
            assert_eq!(elsewhere.rule, RoutingRule::NeighbourCovers);
            let metres = elsewhere.distance_to_us_metres.unwrap();
            assert!((160_000.0..200_000.0).contains(&metres), "{metres}");
        }
        other => panic!("{other:?}"),
    }
    for area in country
        .iter()
        .filter(|area| area.code().as_str() != "33.18")
    {
        match pati.route_point(area.representative_point()) {
            Routed::Elsewhere(elsewhere) => assert_eq!(elsewhere.area, *area.code()),
            // Simplified borders: a point inside a neighbour may still lie in a village of ours.
            other => panic!("{}: {other:?}", area.name()),
        }
    }
    // Our own places stay ours, whatever is added around them.
    for beat in alone.beats() {
        let point = beat.representative_point();
        assert_eq!(alone.route_point(point), pati.route_point(point));
    }
    assert_eq!(pati.find_area("Kota Semarang", 1)[0].code.as_str(), "33.74");
    assert_eq!(pati.find_area("Kab. Semarang", 1)[0].code.as_str(), "33.22");
}
