//! Unit and area files with mistakes: each is found, with where it is and what to do.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::path::PathBuf;

use pengayom_core::place::{
    AreaErrors, AreaProblem, Areas, Geography, GeographyError, Routed, RoutingRule, Strata,
    StrataError, StratumBound, UnitConfig,
};
use proptest::prelude::*;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(name)
}

fn data(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

// --- unit.toml ------------------------------------------------------------------------------

fn unit_lines(text: &str) -> Vec<(usize, String)> {
    let errors = UnitConfig::parse(text).unwrap_err();
    for error in &errors.0 {
        assert!(
            !error.problem.is_empty() && !error.remedy.is_empty(),
            "{error:?}"
        );
    }
    errors
        .0
        .into_iter()
        .map(|error| (error.line, error.key))
        .collect()
}

// S50: the unit file is the unit's own, so its mistakes must be plain to the person who keeps it.
#[test]
fn every_mistake_in_a_unit_file_is_reported_with_line_and_key() {
    let text = r#"[unit]
code = "Polres Pati"
name = ""
level = "polres"
case_prefix = "pti"
time_zone = "Asia/Jakarta; drop"
zone_label = "WIB"
languages = []
point = [-6.7, 111.03]
area = "33.18"
station_level = "subdistrict"
colour = "blue"
certainty = "sure"

[[station]]
code = "a"
name = "A"
level = "polsek"
areas = ["33.18.01", 7]
certainty = "found"

[[station]]
code = "a"
name = "B"
level = "polsek"
areas = ["33.18.02"]
certainty = "draft"

[[outside]]
areas = "everybody"
"#;
    let expected = [
        (1, "unit.beat_level"),
        (2, "unit.code"),
        (3, "unit.name"),
        (5, "unit.case_prefix"),
        (6, "unit.time_zone"),
        (8, "unit.languages"),
        (9, "unit.point"),
        (12, "unit.colour"),
        (13, "unit.certainty"),
        (15, "station[0].source"),
        (19, "station[0].areas"),
        (23, "station[1].code"),
        (30, "outside[0].areas"),
    ];
    let mut found = unit_lines(text);
    // A table's errors stand at its own line, which the parser may take as header or first key.
    found.sort();
    let mut expected = expected.map(|(line, key)| (line, key.to_owned())).to_vec();
    expected.sort();
    assert_eq!(
        found.iter().map(|(_, key)| key).collect::<Vec<_>>(),
        expected.iter().map(|(_, key)| key).collect::<Vec<_>>()
    );
    for ((line, key), (expected_line, _)) in found.iter().zip(&expected) {
        assert!(
            line.abs_diff(*expected_line) <= 1,
            "{key}: line {line}, expected {expected_line}"
        );
    }
    let shown = UnitConfig::parse(text).unwrap_err().to_string();
    assert!(
        shown.contains("line 5, unit.case_prefix: expected 2 to 5 letters A-Z, found \"pti\""),
        "{shown}"
    );
}

#[test]
fn what_is_no_toml_or_no_unit_is_refused_with_its_line() {
    assert_eq!(unit_lines("[unit]\ncode = \"a\"\nname = \n")[0].0, 3);
    assert_eq!(unit_lines(""), [(1, "unit".to_owned())]);
    assert_eq!(unit_lines("unit = 3\n"), [(1, "unit".to_owned())]);
    assert!(UnitConfig::parse(&"[".repeat(10_000)).is_err());
}

#[test]
fn a_byte_order_mark_and_crlf_change_nothing() {
    let text = data("pati/unit.toml");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(UnitConfig::parse(&text), UnitConfig::parse(&windows));
    let areas = data("detroit/areas.geojson");
    let windows = format!("\u{feff}{}", areas.replace('\n', "\r\n"));
    assert_eq!(Areas::from_geojson(&windows).unwrap().len(), 143);
}

// --- areas.geojson --------------------------------------------------------------------------

const SQUARE: &str = r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#;

fn feature(properties: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{geometry}}}"#)
}

fn areas(features: &[String]) -> Result<Areas, AreaErrors> {
    Areas::from_geojson(&format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    ))
}

fn problem(properties: &str, geometry: &str) -> AreaProblem {
    let errors = areas(&[feature(properties, geometry)]).unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    assert_eq!(errors.0[0].feature, Some(0));
    errors.0[0].problem.clone()
}

const GOOD: &str = r#""level":"city","code":"C","name":"City","parent":null"#;

#[test]
fn a_feature_without_what_an_area_needs_is_named() {
    assert!(areas(&[feature(GOOD, SQUARE)]).is_ok());
    for key in ["level", "code", "name", "parent"] {
        let properties = GOOD.replace(&format!("\"{key}\""), "\"other\"");
        assert_eq!(problem(&properties, SQUARE), AreaProblem::Missing { key });
    }
    for (from, to, key) in [
        ("\"city\"", "\"City Level\"", "level"),
        ("\"C\"", "33.18", "code"),
        ("\"C\"", "\"C/1\"", "code"),
        ("\"City\"", "\" \"", "name"),
        ("null", "3", "parent"),
        ("null", "null,\"population\":-1", "population"),
        ("null", "null,\"population\":1.5", "population"),
        ("null", "null,\"population\":\"90270\"", "population"),
        ("null", "null,\"population\":10000000001", "population"),
        ("null", "null,\"aliases\":\"Town\"", "aliases"),
        ("null", "null,\"kind\":7", "kind"),
    ] {
        match problem(&GOOD.replace(from, to), SQUARE) {
            AreaProblem::BadProperty { key: found, .. } => assert_eq!(found, key),
            other => panic!("{key}: {other:?}"),
        }
    }
}

// S47: need by people is read at every level, and a wrong figure is told with its feature and its field.
#[test]
fn people_are_read_at_every_level_and_a_wrong_figure_names_its_feature_and_field() {
    let village = r#""level":"village","code":"V","name":"V","parent":"C""#;
    let city = format!("{GOOD},\"population\":1200");
    let people = |figure: &str| format!("{village},\"population\":{figure}");
    let read = areas(&[feature(&city, SQUARE), feature(&people("300"), SQUARE)]).unwrap();
    let of = |code: &str| read.get(&code.parse().unwrap()).unwrap().population();
    assert_eq!((of("C"), of("V")), (Some(1200), Some(300)));
    let read = areas(&[feature(&city, SQUARE), feature(&people("null"), SQUARE)]).unwrap();
    assert_eq!(read.get(&"V".parse().unwrap()).unwrap().population(), None);
    let wrong = areas(&[feature(&city, SQUARE), feature(&people("-3"), SQUARE)]).unwrap_err();
    let told = wrong.to_string();
    for part in ["feature 1", "code V", "population", "-3"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn an_outline_that_is_none_is_named() {
    for geometry in ["null", r#"{"type":"Point","coordinates":[0,0]}"#] {
        assert!(matches!(
            problem(GOOD, geometry),
            AreaProblem::NotPolygon { .. }
        ));
    }
    let polygon = |ring: &str| format!(r#"{{"type":"Polygon","coordinates":[{ring}]}}"#);
    let open = problem(GOOD, &polygon("[[0,0],[1,0],[1,1],[0,1]]"));
    assert_eq!(
        open,
        AreaProblem::BadRing {
            polygon: 0,
            ring: 0,
            positions: 4,
            closed: false
        }
    );
    let short = problem(GOOD, &polygon("[[0,0],[1,0],[0,0]]"));
    assert!(matches!(
        short,
        AreaProblem::BadRing {
            positions: 3,
            closed: true,
            ..
        }
    ));
    assert!(matches!(
        problem(GOOD, &polygon("")),
        AreaProblem::BadRing { positions: 0, .. }
    ));
    let swapped = problem(
        GOOD,
        &polygon("[[-6.7,111],[-6.8,111],[-6.8,112],[-6.7,111]]"),
    );
    assert!(
        matches!(swapped, AreaProblem::BadPosition { .. }),
        "{swapped:?}"
    );
    let flat = problem(GOOD, &polygon("[[0,0],[1,0],[2,0],[0,0]]"));
    assert_eq!(flat, AreaProblem::NoGround);
    let second =
        r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0]]]]}"#;
    assert!(matches!(
        problem(GOOD, second),
        AreaProblem::BadRing { polygon: 1, .. }
    ));
}

#[test]
fn a_broken_hierarchy_is_named_by_feature_and_code() {
    let area = |code: &str, parent: &str| {
        feature(
            &format!(r#""level":"a","code":"{code}","name":"N","parent":{parent}"#),
            SQUARE,
        )
    };
    let errors = areas(&[
        area("A", "null"),
        area("B", "\"Z\""),
        area("A", "null"),
        area("D", "\"E\""),
        area("E", "\"D\""),
    ])
    .unwrap_err();
    let found: Vec<_> = errors
        .0
        .iter()
        .map(|error| (error.feature, error.code.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            (Some(1), Some("B")),
            (Some(2), Some("A")),
            (Some(3), Some("D")),
            (Some(4), Some("E"))
        ]
    );
    let text = errors.to_string();
    for words in [
        "feature 1 (code B): parent Z is not in the file",
        "feature 2 (code A): code is also that of feature 0",
        "feature 3 (code D): its parents run in a circle",
    ] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn what_is_no_feature_collection_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        "null",
        "{\"type\":\"FeatureCollection\"",
        SQUARE,
        &"[".repeat(5_000),
    ] {
        let errors = Areas::from_geojson(text).unwrap_err();
        assert!(
            matches!(errors.0[0].problem, AreaProblem::NotGeoJson { .. }),
            "{errors}"
        );
    }
    let errors = areas(&[]).unwrap_err();
    assert_eq!(errors.0[0].problem, AreaProblem::FeatureCount { found: 0 });
    // Hundreds of broken features do not bring hundreds of errors.
    let many = vec![feature("", SQUARE); 400];
    assert_eq!(areas(&many).unwrap_err().0.len(), 50);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_readers_panic(text in ".{0,300}") {
        let _ = UnitConfig::parse(&text);
        let _ = Areas::from_geojson(&text);
    }

    #[test]
    fn no_damage_to_a_unit_file_makes_the_reader_panic(at in 0_usize..4_000, text in ".{0,3}") {
        let mut unit = data("detroit/unit.toml");
        let at = (0..=at.min(unit.len())).rev().find(|at| unit.is_char_boundary(*at)).unwrap();
        unit.insert_str(at, &text);
        let _ = UnitConfig::parse(&unit);
    }

    #[test]
    fn no_rectangle_of_coordinates_makes_the_reader_panic(
        numbers in proptest::array::uniform4(proptest::num::f64::ANY),
    ) {
        let [x0, y0, x1, y1] = numbers.map(|number| serde_json::json!(number));
        let ring = serde_json::json!([[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]);
        let geometry = serde_json::json!({"type": "Polygon", "coordinates": ring});
        let _ = areas(&[feature(GOOD, &geometry.to_string())]);
    }
}

// --- both together --------------------------------------------------------------------------

fn pati_with(from: &str, to: &str) -> Vec<GeographyError> {
    let unit = data("pati/unit.toml").replacen(from, to, 1);
    let unit = UnitConfig::parse(&unit).unwrap();
    let areas = Areas::from_geojson(&data("pati/areas.geojson")).unwrap();
    Geography::new(unit, areas, &Strata::none()).unwrap_err().0
}

// S85: nobody's village is left without a station, and none has two.
#[test]
fn a_unit_file_and_an_area_file_that_do_not_fit_are_refused() {
    let errors = pati_with("areas = [\"33.18.08\"]", "areas = [\"33.18.99\"]");
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].starts_with("station polsek-juwana: area 33.18.99 is not in the area file"));
    assert!(
        texts[1].starts_with("area 33.18.08 (Juwana) of level subdistrict belongs to no station")
    );

    let errors = pati_with(
        "areas = [\"33.18.08\"]",
        "areas = [\"33.18.08\", \"33.18.19\"]",
    );
    assert!(
        matches!(&errors[..], [GeographyError::AreaOfTwoStations { .. }]),
        "{errors:?}"
    );

    let errors = pati_with(
        "areas = [\"33.18.08\"]",
        "areas = [\"33.18.08\", \"33.19\"]",
    );
    assert!(
        matches!(&errors[..], [GeographyError::StationAreaOutside { .. }]),
        "{errors:?}"
    );

    // One village given to its station, the others of its kecamatan to none.
    let errors = pati_with("areas = [\"33.18.08\"]", "areas = [\"33.18.08.2022\"]");
    assert_eq!(errors.len(), 28);
    assert!(
        errors
            .iter()
            .all(|error| matches!(error, GeographyError::AreaOfNoStation { .. }))
    );

    let errors = pati_with("area = \"33.18\"", "area = \"33.99\"");
    assert!(
        matches!(&errors[..], [GeographyError::UnitAreaUnknown { .. }]),
        "{errors:?}"
    );

    let errors = pati_with("beat_level = \"village\"", "beat_level = \"hamlet\"");
    assert!(matches!(
        &errors[..],
        [GeographyError::LevelEmpty {
            key: "beat_level",
            ..
        }]
    ));
}

#[test]
fn strata_rise_and_end_open() {
    let bound = |name: &str, up_to_metres| StratumBound {
        stratum: name.parse().unwrap(),
        up_to_metres,
    };
    let strata = Strata::new(vec![bound("near", Some(5_000.0)), bound("far", None)]).unwrap();
    let name = |metres| strata.of(metres).map(|stratum| stratum.as_str().to_owned());
    assert_eq!(name(0.0).as_deref(), Some("near"));
    assert_eq!(
        name(5_000.0).as_deref(),
        Some("near"),
        "the bound belongs to the nearer stratum"
    );
    assert_eq!(name(5_000.1).as_deref(), Some("far"));
    assert_eq!(Strata::none().of(3.0), None);
    let refused = Strata::new(vec![
        bound("a", Some(5.0)),
        bound("b", Some(5.0)),
        bound("c", None),
    ]);
    assert!(matches!(refused, Err(StrataError::NotRising { .. })));
    let refused = Strata::new(vec![bound("a", Some(5.0))]);
    assert!(matches!(refused, Err(StrataError::OpenEnd { .. })));
    let refused = Strata::new(vec![bound("a", Some(f64::NAN)), bound("b", None)]);
    assert!(matches!(refused, Err(StrataError::NotRising { .. })));
}

#[test]
fn the_levels_run_from_the_top_down() {
    let areas = Areas::from_geojson(&data("pati/areas.geojson")).unwrap();
    let levels: Vec<_> = areas.levels().into_iter().map(String::from).collect();
    assert_eq!(levels, ["regency", "subdistrict", "village"]);
    let village = "33.18.08.2022".parse().unwrap();
    let around: Vec<_> = areas
        .ancestors(&village)
        .map(|area| area.name().to_owned())
        .collect();
    assert_eq!(around, ["Juwana", "Kabupaten Pati"]);
    assert_eq!(areas.children(&"33.18.08".parse().unwrap()).count(), 29);
    assert_eq!(areas.children(&"33.18".parse().unwrap()).count(), 21);
}

// --- San Francisco: station and beat on one level, stations without points ------------------

#[test]
fn a_unit_whose_stations_have_no_points_and_one_level_routes_without_strata() {
    let unit = UnitConfig::parse(&data("san_francisco/unit.toml")).unwrap();
    let areas = Areas::from_geojson(&data("san_francisco/areas.geojson")).unwrap();
    let sf = Geography::new(unit, areas, &Strata::none()).unwrap();
    assert_eq!((sf.stations().len(), sf.beats().count()), (44, 44));
    assert!(sf.choices().iter().all(|choice| choice.beats.is_empty()));
    for beat in sf.beats() {
        match sf.route_point(beat.representative_point()) {
            Routed::Ours(route) => {
                assert_eq!(route.station.as_str(), format!("station-{}", beat.code()));
                assert_eq!(route.distance_to_station_metres, None);
                assert_eq!(route.stratum, None);
                assert_eq!(route.rule, RoutingRule::BeatCovers);
            }
            other => panic!("{}: {other:?}", beat.name()),
        }
    }
    let airport = "37.61688,-122.38409".parse().unwrap();
    assert_eq!(sf.route_point(airport), Routed::Unknown);
}
