//! Files and mappings that cannot be used: exit code 1, and a sentence that says where and what to do.

use crate::support::{GOOD, HEADER, Unit, by_mapping, complaint};

/// Imports a file with this content; it must fail.
fn refused(unit: &Unit, content: impl AsRef<[u8]>) -> String {
    let file = unit.write("calls.csv", content);
    let said = complaint(&unit.import_output(&file));
    assert!(unit.everything().acts.is_empty());
    said
}

#[test]
fn a_header_that_does_not_fit_is_told_with_the_column() {
    let unit = Unit::of("detroit");
    let said = refused(&unit, "");
    assert!(
        said.contains("the file is empty: it needs a header"),
        "{said}"
    );
    let said = refused(&unit, HEADER.replace("travel_min", "dispatch_min"));
    assert!(
        said.contains("the header names \"dispatch_min\" twice (columns 6 and 7)"),
        "{said}"
    );
    let said = refused(&unit, HEADER.replace("beat", "area"));
    assert!(
        said.contains("the mapping names column \"beat\", the file has: call_id,"),
        "{said}"
    );
    let said = refused(&unit, b"call_id,caf\xe9\n");
    assert!(
        said.contains("the header's column 2 is not UTF-8"),
        "{said}"
    );
    let said = refused(&unit, format!("{HEADER}\n{GOOD}\n").replace(',', ";"));
    assert!(said.contains("the mapping names column"), "{said}");
}

#[test]
fn a_file_with_a_header_only_has_no_rows() {
    let unit = Unit::of("detroit");
    let file = unit.write("none.csv", format!("{HEADER}\n"));
    let summary = unit.import(&file);
    assert_eq!(summary.counts(), [0, 0, 0, 0]);
    assert!(summary.complete && summary.rejects_file.is_none());
    assert!(!unit.path("none.csv.rejects.csv").exists());
}

#[test]
fn what_is_no_gzip_and_no_file_is_told() {
    let unit = Unit::of("detroit");
    let file = unit.write("calls.csv.gz", "plain");
    let said = complaint(&unit.import_output(&file));
    assert!(said.contains("the header does not read"), "{said}");
    let said = complaint(&unit.import_output(&unit.path("nowhere.csv")));
    assert!(said.contains("nowhere.csv: No such file"), "{said}");
}

#[test]
fn a_mapping_that_does_not_read_names_line_and_column() {
    let unit = Unit::of("detroit");
    let good = std::fs::read_to_string(unit.data("calls.map.toml")).unwrap();
    let file = unit.write("calls.csv", format!("{HEADER}\n{GOOD}\n"));
    let cases = [
        ("received_at =", "recieved_at =", "line 16, column 1"),
        ("received_at =", "recieved_at =", "received_at"),
        ("kind = \"calls\"", "kind = \"call\"", "line 6, column 8"),
        ("[key]", "[keys]", "unknown field `keys`"),
        (
            "columns = [\"call_id\"]",
            "columns = []",
            "key.columns is empty",
        ),
        (
            "received_at = \"call_time_local\"",
            "",
            "counts from received_at, which no column gives",
        ),
        ("service = \"call_110\"", "", "nothing gives service"),
        (
            "America/Detroit",
            "America/Detroyt",
            "source.time_zone \"America/Detroyt\"",
        ),
        ("%Y-%m-%dT%H:%M:%S", "%Y-%!", "source.time_format"),
        (
            "delimiter = \",\"",
            "delimiter = \"→\"",
            "one ASCII character",
        ),
        (
            "beat = \"beat\"",
            "beat = \"beat\"\nservice = \"beat\"",
            "service is given twice",
        ),
        (
            "name = \"detroit-2019\"",
            "name = \" \"",
            "source.name is empty",
        ),
        (
            "from = \"received_at\"",
            "from = \"beat\"",
            "must be moments",
        ),
    ];
    for (from, to, expected) in cases {
        assert!(good.contains(from), "{from}");
        let mapping = unit.write("map.toml", good.replacen(from, to, 1));
        let arguments = by_mapping("calls", &mapping, &file);
        let output = unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let said = complaint(&output);
        assert!(
            said.contains("map.toml") && said.contains(expected),
            "{expected}: {said}"
        );
    }
    assert!(unit.everything().acts.is_empty());
}

#[test]
fn a_mapping_of_another_kind_is_told() {
    let unit = Unit::of("detroit");
    let file = unit.write("calls.csv", format!("{HEADER}\n{GOOD}\n"));
    let arguments = by_mapping("encounters", &unit.data("calls.map.toml"), &file);
    let output = unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let said = complaint(&output);
    assert!(
        said.contains("source.kind is calls, asked to import encounters"),
        "{said}"
    );
}
