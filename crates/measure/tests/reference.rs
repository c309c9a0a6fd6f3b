//! Every reference case, by the method it names, within its own tolerance.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use pengayom_measure::{CalcError, calc, methods};
use serde_json::{Value, json};

const FILES: [&str; 11] = [
    include_str!("reference/equity.json"),
    include_str!("reference/funnel.json"),
    include_str!("reference/impact.json"),
    include_str!("reference/intervals.json"),
    include_str!("reference/police.json"),
    include_str!("reference/pooling.json"),
    include_str!("reference/privacy.json"),
    include_str!("reference/spatial.json"),
    include_str!("reference/spc.json"),
    include_str!("reference/survey.json"),
    include_str!("reference/variance.json"),
];

fn cases() -> Vec<Value> {
    FILES
        .iter()
        .flat_map(|text| {
            let file: Value = serde_json::from_str(text).unwrap();
            assert_eq!(file["format"], "reference-cases/1");
            file["cases"].as_array().unwrap().clone()
        })
        .collect()
}

struct Tolerance {
    rel: f64,
    abs: f64,
}

/// Whether what was found holds all that is expected; says where it does not.
fn compare(path: &str, found: &Value, expected: &Value, tolerance: &Tolerance) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            for (key, expected) in expected.iter().filter(|(key, _)| !key.starts_with("info_")) {
                let Some(found) = found.get(key) else {
                    panic!("{path}.{key} is missing");
                };
                compare(&format!("{path}.{key}"), found, expected, tolerance);
            }
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "{path}");
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                compare(&format!("{path}[{at}]"), found, expected, tolerance);
            }
        }
        (Value::Number(_), Value::Number(_)) => {
            let (x, e) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            assert!(
                (x - e).abs() <= tolerance.abs + tolerance.rel * e.abs(),
                "{path}: found {x}, expected {e}"
            );
        }
        _ => assert_eq!(found, expected, "{path}"),
    }
}

#[test]
fn every_reference_case_is_met() {
    for case in cases() {
        let (id, method) = (case["id"].as_str().unwrap(), case["calc"].as_str().unwrap());
        let tolerance = Tolerance {
            rel: case["tolerance"]["rel"].as_f64().unwrap(),
            abs: case["tolerance"]["abs"].as_f64().unwrap(),
        };
        let found = calc(method, &case["input"]).unwrap();
        compare(id, &found, &case["expected"], &tolerance);
    }
}

#[test]
fn every_method_has_a_reference_case() {
    let cases = cases();
    for method in methods() {
        assert!(cases.iter().any(|case| case["calc"] == method), "{method}");
    }
}

#[test]
fn a_method_nobody_knows_is_named_with_those_that_are_known() {
    let error = calc("astrology", &json!({})).unwrap_err();
    assert!(matches!(error, CalcError::UnknownMethod { .. }));
    let said = error.to_string();
    assert!(said.contains("astrology") && methods().all(|method| said.contains(method)));
}

/// The methods of intervals, which take `pairs` or `rows`.
const INTERVALS: [&str; 4] = [
    "proportion-intervals",
    "rate-intervals",
    "rate-ratio",
    "proportion-difference",
];

#[test]
fn input_that_makes_no_sense_is_refused_with_where_and_why() {
    let said = |method, input: Value| calc(method, &input).unwrap_err().to_string();
    for method in INTERVALS {
        for input in [
            json!(null),
            json!({}),
            json!({"pairs": 3, "rows": "x"}),
            json!({"pairs": [[1]], "rows": [[1, 2]]}),
            json!({"pairs": [[-1, 5]], "rows": [[-1, 5, 1, 5]]}),
        ] {
            assert!(said(method, input).starts_with(&format!("input of {method}: ")));
        }
    }
    assert_eq!(
        said("proportion-intervals", json!({"pairs": [[1, 2], [3, 2]]})),
        "row 1: more successes than trials: 3 of 2"
    );
    assert_eq!(
        said("rate-intervals", json!({"pairs": [[1, 0.0]]})),
        "row 0: exposure must be above 0 and finite: found 0"
    );
    assert!(
        said("rate-ratio", json!({"rows": [[u64::MAX, 1.0, 1, 1.0]]})).contains("too many events")
    );
    assert!(said("proportion-difference", json!({"rows": [[0, 0, 1, 2]]})).contains("no trials"));
    let many = vec![[1, 2]; 100_001];
    assert!(said("proportion-intervals", json!({"pairs": many})).contains("too many rows"));
}
