//! `doctor`, `calc` and `bench`.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::support::{GOOD, HEADER, Unit, complaint, repository, succeeded};

fn calc(unit: &Unit, method: &str, input: &str) -> Output {
    let mut running = unit
        .command(&["calc", method])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    running.wait_with_output().unwrap()
}

/// Whether figures agree within the tolerance of the reference.
fn agrees(found: &Value, expected: &Value, tolerance: &Value) -> bool {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            let of = |key: &str| tolerance[key].as_f64().unwrap();
            (found - expected).abs() <= of("abs") + of("rel") * expected.abs()
        }
        (Value::Array(found), Value::Array(expected)) => {
            let mut pairs = found.iter().zip(expected);
            found.len() == expected.len() && pairs.all(|(f, e)| agrees(f, e, tolerance))
        }
        (Value::Object(found), Value::Object(expected)) => expected
            .iter()
            .filter(|(key, _)| !key.starts_with("info_"))
            .all(|(key, value)| agrees(&found[key], value, tolerance)),
        _ => found == expected,
    }
}

#[test]
fn calc_gives_what_the_reference_cases_expect() {
    let unit = Unit::empty();
    let path = repository("crates/measure/tests/reference/intervals.json");
    let reference: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = reference["cases"].as_array().unwrap();
    let mut methods: Vec<&str> = Vec::new();
    for case in cases {
        let method = case["calc"].as_str().unwrap();
        if methods.contains(&method) {
            continue;
        }
        methods.push(method);
        let output = calc(&unit, method, &case["input"].to_string());
        succeeded(&output);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(
            agrees(&found, &case["expected"], &case["tolerance"]),
            "{method}: {found}"
        );
    }
    assert!(methods.len() > 1, "{methods:?}");
}

#[test]
fn calc_names_the_methods_it_knows_and_what_does_not_read() {
    let unit = Unit::empty();
    let said = complaint(&calc(&unit, "horoscope", "{}"));
    assert!(
        said.contains("\"horoscope\" is not known; known are "),
        "{said}"
    );
    assert!(said.contains("proportion-intervals"), "{said}");
    let said = complaint(&calc(&unit, "proportion-intervals", "{"));
    assert!(said.contains("standard input: EOF while parsing"), "{said}");
    let said = complaint(&calc(&unit, "proportion-intervals", "{\"rows\": 3}"));
    assert!(said.contains("input of proportion-intervals"), "{said}");
}

#[test]
fn doctor_finds_a_sound_installation_and_says_what_is_wrong_with_another() {
    let unit = Unit::of("detroit");
    let file = unit.write("calls.csv", format!("{HEADER}\n{GOOD}\n"));
    unit.import(&file);
    let output = unit.run(&["doctor", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let weight = |found: &Value, what: &str| {
        let findings = found["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["what"] == what);
        finding.unwrap()["weight"].as_str().unwrap().to_owned()
    };
    for what in ["key", "store", "clock", "jobs", "unit"] {
        assert_eq!(weight(&found, what), "good", "{found}");
    }
    assert_eq!(
        weight(&found, "pack"),
        "note",
        "entries are not verified yet"
    );

    let key = unit.path("unit.db.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = unit.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("WRONG key: "), "{said}");
    assert!(said.contains("chmod 600"), "{said}");

    std::fs::write(unit.path("unit.db"), "no database").unwrap();
    let output = unit.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(weight(&found, "store"), "wrong", "{found}");
}

#[test]
fn doctor_makes_no_store_where_there_is_none() {
    let unit = Unit::empty();
    let output = unit.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("there is no such file"), "{said}");
    assert!(!unit.path("unit.db").exists());
}

#[test]
fn bench_tells_figures_with_their_ratio_to_a_baseline() {
    let unit = Unit::empty();
    let sample = repository("data/detroit");
    let pack = repository("packs/id");
    let import = [
        "import",
        "--rows",
        "200",
        "--sample",
        sample.to_str().unwrap(),
        "--pack",
        pack.to_str().unwrap(),
    ];
    let figures = [
        (
            &["route", "--points", "100"][..],
            "ratio_to_scan_over_frames",
        ),
        (
            &["intake", "--seconds", "1"],
            "ratio_to_bare_single_commits",
        ),
        (&["access", "--decisions", "50"], "ratio_to_lookup"),
        (&["board", "--cases", "300"], "ratio_to_one_case_by_id"),
        (
            &[
                "pages",
                "--cases",
                "300",
                "--seconds",
                "1",
                "--at-once",
                "2",
            ],
            "ratio_to_bare_http",
        ),
        (
            &[
                "case",
                "--acts",
                "10",
                "--decisions",
                "100",
                "--seconds",
                "1",
                "--letters",
                "4",
            ],
            "ratio_to_bare_http",
        ),
        (&import, "ratio_to_bare_parse"),
        (
            &[
                "ledger",
                "--part",
                "cost",
                "--seconds",
                "0.3",
                "--rounds",
                "1",
            ],
            "ratio_with_to_without",
        ),
        (
            &[
                "ledger",
                "--part",
                "proof",
                "--seconds",
                "1",
                "--rate",
                "40",
            ],
            "ratio_proof_from_plan_to_answer_p50",
        ),
        (
            &["ledger", "--part", "verify", "--acts", "500"],
            "ratio_to_hashing_the_file",
        ),
    ];
    for (what, ratio) in figures {
        let mut arguments = vec!["bench", "--runs", "1", "--json"];
        arguments.extend(what);
        let output = unit.run(&arguments);
        succeeded(&output);
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["what"], json!("machine"));
        let with_ratio = lines.iter().filter_map(|line| line[ratio].as_f64());
        assert!(with_ratio.clone().count() > 0, "{text}");
        assert!(with_ratio.clone().all(|ratio| ratio > 0.0), "{text}");
    }
    let left = std::fs::read_dir(unit.path("")).unwrap().count();
    assert_eq!(left, 0, "what was made is removed again");
}
