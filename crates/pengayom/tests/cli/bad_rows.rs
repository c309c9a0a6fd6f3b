//! Rows that cannot be taken: each is told with its line and reason, and stops no other.

use crate::support::{GOOD, HEADER, Unit};

/// A bad row, the field it is refused for, and a part of the reason.
const BAD: &[(&str, &str, &str)] = &[
    (
        "2,0,2019-01-07T08:09:31,9,907,-2.8,9.3",
        "dispatched_at",
        "negative duration -2.8",
    ),
    (
        "3,0,2019-01-07T08:09:31,9,907,1e9,9.3",
        "dispatched_at",
        "duration 1e9 is over a year",
    ),
    (
        "4,0,2019-01-07T08:09:31,9,907,NaN,9.3",
        "dispatched_at",
        "\"NaN\" is not a number",
    ),
    (
        "5,0,2019-01-07T08:09:31,9,907,inf,9.3",
        "dispatched_at",
        "\"inf\" is not a number",
    ),
    (
        "6,0,2019-01-07T08:09:31,9,907,2.8,soon",
        "arrived_at",
        "\"soon\" is not a number",
    ),
    (
        "7,0,2099-01-07T08:09:31,9,907,2.8,9.3",
        "",
        "moment is in the future: 2099-01-07",
    ),
    (
        "8,0,2019-02-30T08:09:31,9,907,2.8,9.3",
        "received_at",
        "2019-02-30",
    ),
    (
        "9,0,2019-01-07 08:09,9,907,2.8,9.3",
        "received_at",
        "does not fit the format",
    ),
    ("10,0,,9,907,2.8,9.3", "received_at", "missing"),
    (
        "11,0,2019-01-07T08:09:31,9,9999,2.8,9.3",
        "beat",
        "area \"9999\" is not one of the unit's",
    ),
    (
        "12,0,2019-01-07T08:09:31,9,a b,2.8,9.3",
        "beat",
        "\"a b\" is no area code",
    ),
    (
        "13,0,2019-01-07T08:09:31,9,,2.8,9.3",
        "beat",
        "neither an area nor a position",
    ),
    (
        ",0,2019-01-07T08:09:31,9,907,2.8,9.3",
        "call_id",
        "key is empty",
    ),
    (
        "15,0,2019-01-07T08:09:31,9,907,2.8",
        "",
        "6 columns, the header has 7",
    ),
    (
        "16,0,2019-01-07T08:09:31,9,907,2.8,9.3,more",
        "",
        "8 columns, the header has 7",
    ),
];

#[test]
fn each_bad_row_is_told_and_the_good_ones_around_it_come_in() {
    let unit = Unit::of("detroit");
    let mut rows = vec![GOOD];
    rows.extend(BAD.iter().map(|(row, ..)| *row));
    rows.push("99,0,2019-01-08T08:09:31,9,907,2.8,9.3");
    let summary = unit.import_rows("bad.csv", &rows);
    let bad = BAD.len() as u64;
    assert_eq!(summary.counts(), [bad + 2, 2, 0, bad]);
    let found = unit.rejects("bad.csv");
    assert_eq!(found.len(), BAD.len());
    for (at, ((line, field, reason), (row, expected, part))) in found.iter().zip(BAD).enumerate() {
        assert_eq!(*line, at as u64 + 3, "{row}");
        assert_eq!(field, expected, "{row}: {reason}");
        assert!(reason.contains(part), "{row}: {reason}");
    }
}

#[test]
fn bytes_that_are_not_utf8_refuse_their_row_only() {
    let unit = Unit::of("detroit");
    let mut text = format!("{HEADER}\n").into_bytes();
    text.extend(b"1,caf\xe9,2019-01-07T08:09:31,9,907,2.8,9.3\n");
    text.extend(format!("{GOOD}\n").replacen('1', "2", 1).bytes());
    let file = unit.write("latin1.csv", text);
    assert_eq!(unit.import(&file).counts(), [2, 1, 0, 1]);
    let (line, field, reason) = unit.rejects("latin1.csv").remove(0);
    assert_eq!((line, field.as_str()), (2, "shift_no"));
    assert!(reason.contains("not UTF-8"), "{reason}");
}

#[test]
fn a_line_of_ten_megabytes_is_refused_and_the_next_row_read() {
    let unit = Unit::of("detroit");
    let long = "x".repeat(10_000_000);
    let row = format!("2,{long},2019-01-07T08:09:31,9,907,2.8,9.3");
    let last = "3,0,2019-01-07T08:09:31,9,907,2.8,9.3";
    let summary = unit.import_rows("long.csv", &[GOOD, &row, last]);
    assert_eq!(summary.counts(), [3, 2, 0, 1]);
    let (line, field, reason) = unit.rejects("long.csv").remove(0);
    assert_eq!((line, field.as_str()), (3, "shift_no"));
    assert_eq!(reason, "value of 10000000 bytes; at most 65536 are taken");
}

#[test]
fn a_quote_that_is_not_closed_is_told_with_the_lines_it_swallowed() {
    let unit = Unit::of("detroit");
    let summary = unit.import_rows(
        "quote.csv",
        &[
            GOOD,
            "2,\"0,2019-01-07T08:09:31,9,907,2.8,9.3",
            "3,0,2019-01-07T08:09:31,9,907,2.8,9.3",
            "4,0,2019-01-07T08:09:31,9,907,2.8,9.3",
        ],
    );
    assert_eq!(summary.counts(), [2, 1, 0, 1]);
    let (line, _, reason) = unit.rejects("quote.csv").remove(0);
    assert_eq!(line, 3);
    assert!(
        reason.contains("the row reaches to line 5: is a quote not closed?"),
        "{reason}"
    );
}

#[test]
fn a_row_without_end_stops_the_import_before_it_fills_the_memory() {
    let unit = Unit::of("detroit");
    let swallowed = "2,0,2019-01-07T08:09:31,9,907,2.8,9.3\n".repeat(480_000);
    let file = unit.write("endless.csv", format!("{HEADER}\n{GOOD}\n3,\"{swallowed}"));
    let said = crate::support::complaint(&unit.import_output(&file));
    assert!(
        said.contains("the row that begins in line 3 does not end: is a quote not closed?"),
        "{said}"
    );
    assert!(said.contains("1 rows were read, 1 records made"), "{said}");
    assert_eq!(unit.everything().cases.len(), 1);
}

#[test]
fn arrival_before_dispatch_and_dispatch_before_the_call_are_refused() {
    let unit = Unit::of("san_francisco");
    let header = "call_id,unit_id,unit_seq,call_type,final_priority,received,dispatch,response,\
                  on_scene,available,disposition,station_area,lat,lng";
    let row = |key: &str, dispatch: &str, on_scene: &str| {
        format!(
            "{key},E1,1,Alarms,3,2017-01-01T10:00:00,2017-01-01T{dispatch},,2017-01-01T{on_scene},,,\
             ,37.79254,-122.42024"
        )
    };
    let text = [
        header.to_owned(),
        row("1", "10:02:00", "10:01:00"),
        row("2", "09:58:00", "10:05:00"),
        row("3", "10:02:00", "10:05:00"),
    ]
    .join("\n");
    let file = unit.write("back.csv", text);
    assert_eq!(unit.import(&file).counts(), [3, 1, 0, 2]);
    let found = unit.rejects("back.csv");
    assert_eq!(found[0].0, 2);
    assert!(found[0].2.contains("was not dispatched"), "{found:?}");
    assert_eq!(found[1].0, 3);
    assert!(found[1].2.contains("which it must follow"), "{found:?}");
}
