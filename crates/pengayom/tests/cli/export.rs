//! Records as files: what is in them, what is not, and that a file is there whole or not at all.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{Unit, by_mapping, complaint, succeeded, summary};

/// What the program said when it was done.
fn said(output: &Output) -> String {
    succeeded(output);
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn lines(unit: &Unit, arguments: &[&str]) -> Vec<Value> {
    let mut all = vec!["export"];
    all.extend(arguments);
    all.extend(["--format", "jsonl"]);
    let output = unit.run(&all);
    let text = said(&output);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn areas_come_back_as_they_were() {
    for place in ["pati", "detroit"] {
        let unit = Unit::of(place);
        let out = unit.run(&[
            "export",
            "areas",
            "--format",
            "geojson",
            "--out",
            "out.geojson",
        ]);
        let words = said(&out);
        assert!(
            words.contains("rows of areas written to out.geojson"),
            "{words}"
        );
        let written: Value =
            serde_json::from_str(&std::fs::read_to_string(unit.path("out.geojson")).unwrap())
                .unwrap();
        let original: Value =
            serde_json::from_str(&std::fs::read_to_string(unit.data("areas.geojson")).unwrap())
                .unwrap();
        let by_code = |of: &Value| -> BTreeMap<String, Value> {
            let features = of["features"].as_array().unwrap().iter();
            let keyed = features.map(|one| {
                (
                    one["properties"]["code"].as_str().unwrap().to_owned(),
                    one.clone(),
                )
            });
            keyed.collect()
        };
        let (written, original) = (by_code(&written), by_code(&original));
        assert!(written.keys().eq(original.keys()));
        for (code, area) in &written {
            for key in ["level", "name", "parent", "kind", "population"] {
                assert_eq!(
                    area["properties"][key], original[code]["properties"][key],
                    "{code} {key}"
                );
            }
        }
        // Put into the store it came from and into another one, it changes nothing.
        let before =
            unit.ask(|store, id| async move { store.unit(&id).await.unwrap().unwrap().areas });
        let mapping = unit.data("areas.map.toml");
        let arguments = by_mapping("areas", &mapping, &unit.path("out.geojson"));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let done = summary(&unit.run(&arguments));
        let [rows, recorded, known, rejected] = done.counts();
        assert_eq!((rows, rejected), (written.len() as u64, 0));
        assert_eq!(recorded + known, rows);
        let after = unit.run(&[
            "export",
            "areas",
            "--format",
            "geojson",
            "--out",
            "again.geojson",
        ]);
        succeeded(&after);
        let bytes = |name: &str| std::fs::read(unit.path(name)).unwrap();
        assert!(
            bytes("again.geojson") == bytes("out.geojson"),
            "{place}: written again it is the same"
        );
        if recorded == 0 {
            let stored =
                unit.ask(|store, id| async move { store.unit(&id).await.unwrap().unwrap().areas });
            assert_eq!(stored, before);
        }
    }
}

#[test]
fn calls_and_cases_are_written_without_what_names_anybody() {
    let unit = Unit::of("detroit");
    let rows = "1,0,2019-01-07T08:09:31,9,907,2.8,9.3\n2,0,2019-01-08T08:09:31,9,907,1.0,2.0\n";
    let file = unit.write("calls.csv", format!("{}\n{rows}", crate::support::HEADER));
    let arguments = by_mapping("calls", &unit.data("calls.map.toml"), &file);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(summary(&unit.run(&arguments)).counts()[1], 2);
    let calls = lines(&unit, &["calls"]);
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0]["received_at"], "2019-01-08T13:09:31Z");
    assert_eq!(calls[1]["dispatched_at"], "2019-01-07T13:12:19Z");
    assert_eq!(calls[1]["arrived_at"], "2019-01-07T13:21:37Z");
    assert_eq!(calls[1]["responders"], 1);
    assert_eq!(calls[1]["narrow"], false);
    let cases = lines(&unit, &["cases", "--from", "2019-01-08"]);
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0]["case"], calls[0]["case"]);
    assert_eq!(lines(&unit, &["cases", "--to", "2019-01-07"]).len(), 1);
    assert_eq!(lines(&unit, &["cases", "--from", "2019-01-09"]).len(), 0);
    assert_eq!(lines(&unit, &["encounters"]).len(), 0);
    for key in [
        "number",
        "description",
        "place_text",
        "reporter",
        "taken_by",
        "assigned_to",
    ] {
        assert!(cases[0].get(key).is_none(), "{key}");
    }
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_the_file_alone() {
    let unit = Unit::of("pati");
    let file = unit.write("kept.csv", "as it was");
    let kept = file.to_str().unwrap();
    for (arguments, expected) in [
        (vec!["complaints"], "nothing of this kind is recorded"),
        (vec!["bulletins"], "nothing of this kind is recorded"),
        (
            vec!["feedback", "--format", "geojson"],
            "a row has no place",
        ),
        (vec!["areas", "--from", "2026-01-01"], "they are of no day"),
        (
            vec!["cases", "--from", "2026-01-02", "--to", "2026-01-01"],
            "lies before",
        ),
        (
            vec!["cases", "--store", "sqlite:none.db"],
            "there is no such store",
        ),
        (
            vec!["cases", "--unit", "polres-lain"],
            "is not in this store",
        ),
    ] {
        let mut all = vec!["export"];
        all.extend(&arguments);
        if !arguments.contains(&"--format") {
            all.extend(["--format", "csv"]);
        }
        all.extend(["--out", kept]);
        let output = unit.run(&all);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let words = complaint(&output);
        assert!(words.contains(expected), "{arguments:?}: {words}");
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            "as it was",
            "{arguments:?}"
        );
    }
    let nowhere = unit.run(&["export", "areas", "--format", "csv", "--out", "none/x.csv"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert_eq!(
        unit.run(&["export", "areas", "--format", "xlsx"])
            .status
            .code(),
        Some(2)
    );
    let left: Vec<String> = std::fs::read_dir(unit.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".pengayom"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_format_holds_the_same_rows() {
    let unit = Unit::of("pati");
    for format in ["csv", "jsonl", "geojson", "parquet"] {
        let name = format!("areas.{format}");
        let output = unit.run(&[
            "export", "areas", "--format", format, "--out", &name, "--json",
        ]);
        let summary: Value = serde_json::from_str(&said(&output)).unwrap();
        let rows = summary["rows"].as_u64().unwrap();
        assert_eq!(
            summary,
            json!({ "kind": "areas", "rows": rows, "file": name })
        );
        let bytes = std::fs::read(unit.path(&name)).unwrap();
        match format {
            "csv" => {
                let mut reader = csv::Reader::from_reader(bytes.as_slice());
                assert_eq!(reader.headers().unwrap().iter().next_back(), Some("wkt"));
                assert_eq!(reader.records().map(Result::unwrap).count() as u64, rows);
            }
            "jsonl" => assert_eq!(bytes.split(|b| *b == b'\n').count() as u64, rows + 1),
            "geojson" => {
                let read: geojson::FeatureCollection =
                    String::from_utf8(bytes).unwrap().parse().unwrap();
                assert_eq!(
                    (read.features.len() as u64, read.bbox.unwrap().len()),
                    (rows, 4)
                );
            }
            _ => {
                use parquet::file::reader::{FileReader as _, SerializedFileReader};
                let file = std::fs::File::open(unit.path(&name)).unwrap();
                let reader = SerializedFileReader::new(file).unwrap();
                let metadata = reader.metadata().file_metadata();
                assert_eq!(u64::try_from(metadata.num_rows()).unwrap(), rows);
                let mut pairs = metadata.key_value_metadata().unwrap().iter();
                let geo = pairs.find(|pair| pair.key == "geo").unwrap();
                let geo: Value = serde_json::from_str(geo.value.as_ref().unwrap()).unwrap();
                assert_eq!(geo["version"], "1.1.0");
                assert_eq!(geo["columns"]["geometry"]["encoding"], "WKB");
            }
        }
    }
    let other = unit.run(&["export", "areas", "--format", "csv"]);
    let csv = std::fs::read_to_string(unit.path("areas.csv")).unwrap();
    assert_eq!(said(&other), csv, "standard output says the same");
}

#[test]
fn an_export_into_a_pipe_that_nobody_reads_can_be_stopped() {
    let unit = Unit::of("pati");
    let mut command = unit.command(&["export", "areas", "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    // It has begun to write, and the rest is more than a pipe holds.
    let mut begin = [0; 100];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut begin)
        .unwrap();
    let stopped = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(stopped.success());
    assert!(!child.wait().unwrap().success());
}
