//! Routing over the real areas of `data/`: Kabupaten Pati and Detroit.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use pengayom_core::place::{
    AreaCode, Areas, Geography, NEAR_BEAT_METRES, Point, Route, Routed, RoutingRule, Strata,
    StratumBound, UnitConfig,
};
use proptest::prelude::*;

fn data(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn strata() -> Strata {
    let bound = |name: &str, up_to_metres| StratumBound {
        stratum: name.parse().unwrap(),
        up_to_metres,
    };
    Strata::new(vec![
        bound("dekat", Some(5_000.0)),
        bound("sedang", Some(10_000.0)),
        bound("jauh", None),
    ])
    .unwrap()
}

fn geography(place: &str) -> Geography {
    let unit = UnitConfig::parse(&data(&format!("{place}/unit.toml"))).unwrap();
    let areas = Areas::from_geojson(&data(&format!("{place}/areas.geojson"))).unwrap();
    Geography::new(unit, areas, &strata()).unwrap()
}

static PATI: LazyLock<Geography> = LazyLock::new(|| geography("pati"));
static DETROIT: LazyLock<Geography> = LazyLock::new(|| geography("detroit"));

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

fn point(lat: f64, lng: f64) -> Point {
    Point::new(lat, lng).unwrap()
}

fn ours(routed: Routed) -> Route {
    match routed {
        Routed::Ours(route) => route,
        other => panic!("expected a place of ours, found {other:?}"),
    }
}

// S32, S50, S85: one Polres for the kabupaten, 21 Polsek, 406 desa and kelurahan.
#[test]
fn polres_pati_answers_for_406_villages_through_21_polsek() {
    assert_eq!(PATI.unit().code.as_str(), "polres-pati");
    assert_eq!(PATI.stations().len(), 21);
    assert_eq!(PATI.beats().count(), 406);
    assert_eq!(
        PATI.beats()
            .filter(|beat| beat.kind() == Some("kelurahan"))
            .count(),
        5
    );
    assert_eq!(
        PATI.beats()
            .filter(|beat| beat.kind() == Some("desa"))
            .count(),
        401
    );
    let of_stations: usize = PATI
        .stations()
        .iter()
        .map(|s| PATI.beats_of(&s.id).len())
        .sum();
    assert_eq!(of_stations, 406);
}

// S32: every Polsek stands in the kecamatan of its own name.
#[test]
fn all_21_polsek_points_route_to_the_polsek_of_the_same_name() {
    for station in PATI.stations() {
        let route = ours(PATI.route_point(station.point.unwrap()));
        assert_eq!(route.station, station.id);
        assert_eq!(&*route.station_name, station.name);
        assert_eq!(route.distance_to_station_metres, Some(0.0));
        assert_eq!(
            route.stratum,
            PATI.stratum_of(&route.beat.unwrap()).cloned()
        );
    }
    let polres = ours(PATI.route_point(PATI.unit().point.unwrap()));
    assert_eq!(
        polres.station.as_str(),
        "polsek-pati",
        "the Polres stands in kecamatan Pati"
    );
}

#[test]
fn all_406_representative_points_route_to_their_own_village() {
    for beat in PATI.beats() {
        let route = ours(PATI.route_point(beat.representative_point()));
        assert_eq!(route.beat.as_ref(), Some(beat.code()));
        assert_eq!(route.rule, RoutingRule::BeatCovers, "{}", beat.name());
        assert_eq!(route.stratum.as_ref(), PATI.stratum_of(beat.code()));
    }
}

#[test]
fn published_points_route_to_their_own_village_but_for_eleven() {
    let text = data("pati/areas.geojson");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut elsewhere = BTreeMap::new();
    for feature in json["features"].as_array().unwrap() {
        let properties = &feature["properties"];
        let Some(published) = properties["published_point"].as_array() else {
            continue;
        };
        let at = point(
            published[1].as_f64().unwrap(),
            published[0].as_f64().unwrap(),
        );
        let own = properties["code"].as_str().unwrap();
        let routed = PATI.route_point(at);
        let found = routed.ours().and_then(|route| route.beat.clone());
        if found.as_ref().map(AreaCode::as_str) != Some(own) {
            elsewhere.insert(own.to_owned(), routed);
        }
    }
    // data/pati/README.md names these: their published points lie in another village's outline
    // (Langgenharjo and Agungmulyo in each other's).
    let codes: Vec<_> = elsewhere.keys().map(String::as_str).collect();
    assert_eq!(codes, ELSEWHERE);
    for routed in elsewhere.values() {
        assert_eq!(
            routed.ours().map(|route| route.rule),
            Some(RoutingRule::BeatCovers)
        );
    }
}

/// Villages whose published point lies in another village.
const ELSEWHERE: [&str; 11] = [
    "33.18.03.2017",
    "33.18.04.2008",
    "33.18.08.2015",
    "33.18.08.2017",
    "33.18.08.2018",
    "33.18.08.2019",
    "33.18.08.2021",
    "33.18.08.2026",
    "33.18.09.2018",
    "33.18.10.2011",
    "33.18.16.2006",
];

// S46-S49: the strata by distance, computed from points that a source gives.
#[test]
fn every_village_has_a_stratum_by_its_distance_to_the_polsek() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for beat in PATI.beats() {
        let stratum = PATI.stratum_of(beat.code()).unwrap().clone();
        let station = PATI.station_of(beat.code()).unwrap();
        let metres = beat
            .representative_point()
            .geodesic_metres(station.point.unwrap());
        let expected = match metres {
            m if m <= 5_000.0 => "dekat",
            m if m <= 10_000.0 => "sedang",
            _ => "jauh",
        };
        assert_eq!(stratum.as_str(), expected);
        *counts.entry(stratum.to_string()).or_default() += 1;
    }
    let expected = [("dekat", 316), ("jauh", 6), ("sedang", 84)];
    assert_eq!(
        counts,
        expected
            .map(|(name, count)| (name.to_owned(), count))
            .into()
    );
}

// S85: what is not ours is named, so that the person can be sent to the right unit.
#[test]
fn a_point_in_a_neighbouring_regency_is_named() {
    for (lat, lng, name) in [
        (-6.8048, 110.8405, "Kabupaten Kudus"),
        (-6.5900, 110.6700, "Kabupaten Jepara"),
        (-6.7100, 111.3500, "Kabupaten Rembang"),
        (-6.9700, 111.4200, "Kabupaten Blora"),
        (-7.0900, 110.9100, "Kabupaten Grobogan"),
    ] {
        match PATI.route_point(point(lat, lng)) {
            Routed::Elsewhere(elsewhere) => {
                assert_eq!(&*elsewhere.name, name);
                assert_eq!(elsewhere.rule, RoutingRule::NeighbourCovers);
                assert!(elsewhere.distance_to_us_metres.unwrap() > 1_000.0);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(
        PATI.route_point(point(-6.2, 111.2)),
        Routed::Unknown,
        "the Java Sea"
    );
    assert_eq!(
        PATI.route_point(point(42.33, -83.05)),
        Routed::Unknown,
        "Detroit"
    );
    for (lat, lng) in [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0)] {
        assert_eq!(PATI.route_point(point(lat, lng)), Routed::Unknown);
    }
}

#[test]
fn an_area_routes_by_its_place_in_the_hierarchy() {
    let village = ours(PATI.route_area(&code("33.18.08.2022")));
    assert_eq!(village.station.as_str(), "polsek-juwana");
    assert_eq!(village.beat_name.as_deref(), Some("Growong Lor"));
    assert_eq!(village.rule, RoutingRule::AreaNamed);
    assert!(village.distance_to_station_metres.unwrap() < 5_000.0);

    let subdistrict = ours(PATI.route_area(&code("33.18.08")));
    assert_eq!(
        (subdistrict.station.as_str(), subdistrict.beat),
        ("polsek-juwana", None)
    );

    let regency = ours(PATI.route_area(&code("33.18")));
    assert_eq!(
        (regency.station.as_str(), regency.beat),
        ("polres-pati", None)
    );

    assert!(matches!(
        PATI.route_area(&code("33.19")),
        Routed::Elsewhere(_)
    ));
    assert_eq!(PATI.route_area(&code("99.99")), Routed::Unknown);
    assert_eq!(PATI.label(&code("33.18.08.2022")), "Growong Lor, Juwana");
    assert_eq!(PATI.label(&code("33.18.08")), "Juwana");
    assert_eq!(PATI.label(&code("33.18")), "Kabupaten Pati");
}

#[test]
fn the_lists_to_choose_from_are_sorted_by_name_and_complete() {
    let choices = PATI.choices();
    assert_eq!(choices.len(), 21);
    assert_eq!(
        choices
            .iter()
            .map(|choice| choice.beats.len())
            .sum::<usize>(),
        406
    );
    let names: Vec<_> = choices
        .iter()
        .map(|choice| choice.area.name.clone())
        .collect();
    assert!(names.is_sorted());
    for choice in &choices {
        assert!(choice.beats.is_sorted_by_key(|beat| beat.name.clone()));
        assert_eq!(
            choice.station.as_str(),
            format!("polsek-{}", choice.area.name.to_lowercase())
        );
    }
}

// S85: the same program with the areas of another country.
#[test]
fn all_131_beats_and_11_stations_of_detroit_route_to_their_own_precinct() {
    assert_eq!(DETROIT.beats().count(), 131);
    for beat in DETROIT.beats() {
        let route = ours(DETROIT.route_point(beat.representative_point()));
        assert_eq!(route.beat.as_ref(), Some(beat.code()));
        // The published numbers say it: 907 is a beat of precinct 9, 1207 one of precinct 12.
        let precinct = &beat.code().as_str()[..beat.code().as_str().len() - 2];
        assert_eq!(
            route.station.as_str(),
            format!("precinct-{}", precinct.trim_start_matches('0'))
        );
    }
    assert_eq!(DETROIT.stations().len(), 11);
    for station in DETROIT.stations() {
        assert_eq!(
            ours(DETROIT.route_point(station.point.unwrap())).station,
            station.id
        );
    }
    assert_eq!(
        DETROIT.route_point(point(42.30, -83.04)),
        Routed::Unknown,
        "Windsor, Canada"
    );
}

/// The frame of Kabupaten Pati, a little larger.
fn near_pati() -> impl Strategy<Value = Point> {
    (-7.15..-6.35_f64, 110.75..111.40_f64).prop_map(|(lat, lng)| point(lat, lng))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_point_of_the_kabupaten_routes_to_one_station_and_beat(at in near_pati()) {
        let own = PATI.area(&code("33.18")).unwrap();
        let routed = PATI.route_point(at);
        prop_assert_eq!(&routed, &PATI.route_point(at));
        if own.covers(at) {
            let route = ours(routed);
            prop_assert!(route.beat.is_some(), "{at}: {route:?}");
            let beat = PATI.area(&route.beat.unwrap()).unwrap();
            let station = PATI.station(&route.station).unwrap();
            prop_assert!(station.areas.contains(beat.parent().unwrap()));
            let near = (beat.representative_point().geodesic_metres(at), beat.area_m2().sqrt());
            prop_assert!(beat.covers(at) || route.rule == RoutingRule::NearestBeat, "{near:?}");
        } else if let Routed::Ours(route) = routed {
            // A beat is near, or its outline reaches over the border of the dissolved kabupaten.
            prop_assert!(route.beat.is_some());
        }
    }

    #[test]
    fn no_coordinates_on_earth_make_it_panic(lat in -90.0..=90.0_f64, lng in -180.0..=180.0_f64) {
        let _ = PATI.route_point(point(lat, lng));
        let _ = DETROIT.route_point(point(lat, lng));
    }
}

#[test]
fn the_order_of_the_features_changes_no_answer() {
    let text = data("pati/areas.geojson");
    let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let features = json["features"].as_array_mut().unwrap();
    features.reverse();
    let third = features.len() / 3;
    features.rotate_left(third);
    let areas = Areas::from_geojson(&json.to_string()).unwrap();
    let unit = UnitConfig::parse(&data("pati/unit.toml")).unwrap();
    let turned = Geography::new(unit, areas, &strata()).unwrap();
    for row in 0..60 {
        for column in 0..60 {
            let at = point(
                -7.15 + 0.8 * f64::from(row) / 60.0,
                110.75 + 0.65 * f64::from(column) / 60.0,
            );
            assert_eq!(PATI.route_point(at), turned.route_point(at));
        }
    }
}

/// Two beats that overlap, a gap of some metres, and a beat across the border of two precincts.
fn squares() -> Geography {
    let square = |level: &str, code: &str, parent: &str, x0: f64, x1: f64| {
        let parent = if parent.is_empty() {
            "null".to_owned()
        } else {
            format!("\"{parent}\"")
        };
        format!(
            r#"{{"type":"Feature","properties":{{"level":"{level}","code":"{code}","name":"{code}","parent":{parent}}},
            "geometry":{{"type":"Polygon","coordinates":[[[{x0},0],[{x1},0],[{x1},0.02],[{x0},0.02],[{x0},0]]]}}}}"#
        )
    };
    let features = [
        square("city", "C", "", 0.0, 0.10),
        square("precinct", "P1", "C", 0.0, 0.04),
        square("precinct", "P2", "C", 0.04, 0.10),
        square("beat", "B1", "P1", 0.0, 0.022),
        square("beat", "B2", "P1", 0.020, 0.042),
        square("beat", "B3", "P2", 0.038, 0.060),
        square("beat", "B4", "P2", 0.061, 0.070),
        square("beat", "B5", "P2", 0.065, 0.070),
    ];
    let areas = format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    );
    let unit = r#"
        [unit]
        code = "c"
        name = "C"
        level = "department"
        case_prefix = "CC"
        time_zone = "UTC"
        zone_label = "UTC"
        languages = ["en"]
        area = "C"
        station_level = "precinct"
        beat_level = "beat"
        certainty = "draft"
        [[station]]
        code = "p1"
        name = "P1"
        level = "precinct"
        areas = ["P1"]
        certainty = "draft"
        [[station]]
        code = "p2"
        name = "P2"
        level = "precinct"
        areas = ["P2"]
        certainty = "draft"
    "#;
    let unit = UnitConfig::parse(unit).unwrap();
    Geography::new(unit, Areas::from_geojson(&areas).unwrap(), &Strata::none()).unwrap()
}

#[test]
fn overlaps_and_gaps_are_decided_by_the_stated_rules() {
    let squares = squares();
    let routed = |lng: f64| {
        let route = ours(squares.route_point(point(0.01, lng)));
        let beat = route.beat.map(String::from).unwrap_or_default();
        (route.station.to_string(), beat, route.rule)
    };
    let expect = |station: &str, beat: &str, rule| (station.to_owned(), beat.to_owned(), rule);
    assert_eq!(routed(0.010), expect("p1", "B1", RoutingRule::BeatCovers));
    // B1 and B2 are of one size, up to rounding; both lie in P1.
    let (station, beat, rule) = routed(0.021);
    assert_eq!((station.as_str(), beat.starts_with('B')), ("p1", true));
    assert!(matches!(
        rule,
        RoutingRule::OverlapBySmallest | RoutingRule::OverlapByCode
    ));
    // B2 and B3 overlap across the border of P1 and P2: each side keeps its own.
    assert_eq!(
        routed(0.039),
        expect("p1", "B2", RoutingRule::OverlapByStationArea)
    );
    assert_eq!(
        routed(0.041),
        expect("p2", "B3", RoutingRule::OverlapByStationArea)
    );
    assert_eq!(
        routed(0.067),
        expect("p2", "B5", RoutingRule::OverlapBySmallest)
    );
    // A gap of 0.001 degrees, 111 m: the nearer side.
    assert_eq!(routed(0.0602), expect("p2", "B3", RoutingRule::NearestBeat));
    assert_eq!(routed(0.0608), expect("p2", "B4", RoutingRule::NearestBeat));
    // Beyond 250 m of every beat, still in P2.
    assert_eq!(
        routed(0.090),
        expect("p2", "", RoutingRule::StationAreaCovers)
    );
    let edge = NEAR_BEAT_METRES / 111_319.49;
    assert_eq!(
        routed(0.070 + edge * 0.999),
        expect("p2", "B4", RoutingRule::NearestBeat)
    );
    assert_eq!(
        routed(0.070 + edge * 1.001),
        expect("p2", "", RoutingRule::StationAreaCovers)
    );
    assert_eq!(squares.route_point(point(0.5, 0.5)), Routed::Unknown);
}
