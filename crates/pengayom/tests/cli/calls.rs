//! Calls of other systems come in once, whole, and with their real figures.

use std::collections::BTreeMap;

use pengayom_measure::histogram::WaitHistogram;

use crate::support::{
    Everything, GOOD, HEADER, Unit, by_mapping, complaint, gunzip, gzip, many, rows, summary,
};

/// Half a bucket of the histogram, and a little.
const HISTOGRAM_ERROR: f64 = 0.045;

fn all_waits(everything: &Everything) -> WaitHistogram {
    let mut all = WaitHistogram::new();
    for row in &everything.waits {
        all.merge(&row.histogram);
    }
    all
}

fn exact_median(mut minutes: Vec<f64>) -> f64 {
    minutes.sort_by(f64::total_cmp);
    minutes[minutes.len().div_ceil(2) - 1]
}

fn near(found: f64, expected: f64) {
    let off = (found / expected - 1.0).abs();
    assert!(off < HISTOGRAM_ERROR, "{found} for {expected}");
}

// S16: precincts are compared on the same service, calls for service, by their waiting times.
#[test]
fn the_calls_of_detroit_give_the_response_times_of_its_precincts() {
    let unit = Unit::of("detroit");
    let file = unit.data("calls_2019.csv.gz");
    assert_eq!(unit.import(&file).counts(), [3749, 3749, 0, 0]);
    let found = unit.everything();
    assert_eq!(found.cases.len(), 3749);
    assert_eq!(found.filed(), (3749, 3746));
    let waits = all_waits(&found);
    assert_eq!(waits.n(), 3746);
    near(waits.quantile(0.5).unwrap() / 60.0, 7.7);
    near(waits.quantile(0.9).unwrap() / 60.0, 15.4);

    let mut calls: BTreeMap<String, i64> = BTreeMap::new();
    let mut minutes: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in rows(&gunzip(&file)) {
        let station = format!("precinct-{}", row["precinct"]);
        *calls.entry(station.clone()).or_default() += 1;
        if let (Ok(dispatch), Ok(travel)) = (
            row["dispatch_min"].parse::<f64>(),
            row["travel_min"].parse::<f64>(),
        ) {
            minutes.entry(station).or_default().push(dispatch + travel);
        }
    }
    assert_eq!(calls.len(), 11);
    let by_station = found.by_station.iter();
    let counted: BTreeMap<String, i64> = by_station
        .map(|row| (row.key.clone().unwrap(), row.filed))
        .collect();
    assert_eq!(counted, calls);
    for row in &found.waits {
        let exact = minutes.remove(row.key.as_ref().unwrap()).unwrap();
        assert_eq!(row.histogram.n(), i64::try_from(exact.len()).unwrap());
        near(
            row.histogram.quantile(0.5).unwrap() / 60.0,
            exact_median(exact),
        );
    }
    assert!(minutes.is_empty());
}

#[test]
fn several_units_sent_to_one_call_of_san_francisco_are_one_case() {
    let unit = Unit::of("san_francisco");
    let summary = unit.import(&unit.data("calls_2016_2017.csv.gz"));
    assert_eq!(summary.counts(), [3786, 1800, 0, 0]);
    let found = unit.everything();
    assert_eq!(found.filed(), (1800, 1740), "60 calls have no arrival");
    let waits = all_waits(&found);
    near(waits.quantile(0.5).unwrap() / 60.0, 6.4);
    near(waits.quantile(0.9).unwrap() / 60.0, 16.0);
    let arrivals = found.acts.iter();
    let arrivals = arrivals.filter(|act| act.payload.kind() == "case.responder_arrived");
    assert!(arrivals.count() > 1740, "also the second unit arrives");
}

#[test]
fn importing_twice_changes_nothing() {
    let unit = Unit::of("san_francisco");
    let file = unit.data("calls_2016_2017.csv.gz");
    unit.import(&file);
    let first = unit.everything();

    let again = unit.import(&file);
    assert_eq!(
        again.counts(),
        [0, 0, 0, 0],
        "the file is known by its digest"
    );
    assert!(again.complete);

    // The same rows in another file: CRLF, BOM and one more line end.
    let text = gunzip(&file).replace('\n', "\r\n");
    let other = unit.write("windows.csv", format!("\u{feff}{text}\r\n"));
    assert_eq!(unit.import(&other).counts(), [3786, 0, 1800, 0]);
    assert_eq!(unit.everything(), first);
}

#[test]
fn gz_and_zst_are_unpacked_as_they_are_read() {
    let unit = Unit::of("detroit");
    let text = format!("{HEADER}\n{}\n", many(30).join("\n"));
    let plain = unit.write("calls.csv", &text);
    // Two gzip members, as tools make them that append.
    let (head, tail) = text.split_at(text.len() / 2);
    let mut packed = gzip(head.as_bytes());
    packed.extend(gzip(tail.as_bytes()));
    let gz = unit.write("calls.csv.gz", packed);
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let zst = unit.write("calls.csv.zst", packed);
    assert_eq!(unit.import(&zst).counts(), [30, 30, 0, 0]);
    assert_eq!(unit.import(&gz).counts(), [30, 0, 30, 0]);
    assert_eq!(unit.import(&plain).counts(), [30, 0, 30, 0]);
}

#[test]
fn an_import_that_was_killed_goes_on_and_has_every_call_once() {
    let unit = Unit::of("detroit");
    let calls = many(6_000);
    let text = format!("{HEADER}\n{}\n", calls.join("\n"));
    let file = unit.write("many.csv", text);
    let arguments = unit.calls(&file);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let size = || {
        let log = std::fs::metadata(unit.path("unit.db-wal"));
        let file = std::fs::metadata(unit.path("unit.db"));
        log.map_or(0, |log| log.len()) + file.map_or(0, |file| file.len())
    };
    // Killed while the store grows, each time a little later, until a part is recorded: how much the
    // first commit writes before it counts depends on the machine.
    let mut recorded = 0;
    for round in 1..=20 {
        let before = size();
        let mut running = unit.command(&arguments).spawn().unwrap();
        while size() < before + round * 750_000 {
            assert!(running.try_wait().unwrap().is_none(), "ended too early");
            std::thread::yield_now();
        }
        running.kill().unwrap();
        running.wait().unwrap();
        recorded = unit.everything().cases.len();
        if recorded > 0 {
            break;
        }
    }
    assert!(recorded > 0 && recorded < calls.len(), "{recorded}");
    let again = unit.import(&file);
    // Killed between a commit and the note of it, the batch is read again and known by its keys.
    assert_eq!(again.resumed_after + again.known, recorded as u64);
    assert_eq!(again.resumed_after + again.rows, 6_000);
    assert_eq!(again.rejected, 0);
    let found = unit.everything();
    assert_eq!(found.filed(), (6_000, 6_000));
    let mut times: Vec<_> = found.cases.iter().map(|case| case.filed_at).collect();
    times.sort();
    times.dedup();
    assert_eq!(times.len(), 6_000);
    let mut numbers: Vec<_> = found
        .cases
        .iter()
        .map(|case| case.number.as_ref().unwrap().to_string())
        .collect();
    numbers.sort();
    assert_eq!(numbers.first().unwrap(), "DET-1905-0001");
    numbers.dedup();
    assert_eq!(
        numbers.len(),
        6_000,
        "numbers have neither gaps nor doubles"
    );
}

#[test]
fn a_truncated_file_is_recorded_as_far_as_it_goes_and_completed_later() {
    let unit = Unit::of("san_francisco");
    let whole = std::fs::read(unit.data("calls_2016_2017.csv.gz")).unwrap();
    let cut = unit.write("cut.csv.gz", &whole[..whole.len() / 2]);
    let said = complaint(&unit.import_output(&cut));
    assert!(
        said.contains("the file ends before its end, after line "),
        "{said}"
    );
    assert!(
        said.contains("Fetch the whole file and import it again"),
        "{said}"
    );
    let before = unit.everything();
    assert!(before.cases.len() > 500, "{}", before.cases.len());

    let whole = unit.write("whole.csv.gz", whole);
    let summary = unit.import(&whole);
    assert_eq!(summary.known, before.cases.len() as u64);
    assert_eq!(summary.recorded + summary.known, 1800);
    assert_eq!(summary.rejected, 0);
    assert_eq!(unit.everything().filed(), (1800, 1740));
}

#[test]
fn a_cut_zst_is_told_like_a_cut_gz() {
    let unit = Unit::of("detroit");
    let text = format!("{HEADER}\n{}\n", many(8_000).join("\n"));
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let cut = unit.write("cut.csv.zst", &packed[..packed.len() - 9]);
    let mapping = unit.data("calls.map.toml");
    let mut arguments = by_mapping("calls", &mapping, &cut);
    arguments.retain(|argument| argument != "--json");
    let output = unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(complaint(&output).contains("the file ends before its end"));
}

#[test]
fn the_hour_that_comes_twice_is_its_first_and_the_hour_left_out_the_one_after() {
    let unit = Unit::of("detroit");
    let summary = unit.import_rows(
        "clock.csv",
        &[
            "1,0,2019-03-10T02:30:00,9,907,2,3",
            "2,0,2019-11-03T01:30:00,9,907,2,3",
        ],
    );
    assert_eq!(summary.counts(), [2, 2, 0, 0]);
    let mut filed: Vec<String> = unit
        .everything()
        .cases
        .iter()
        .map(|case| case.filed_at.to_string())
        .collect();
    filed.sort();
    assert_eq!(filed, ["2019-03-10T07:30:00Z", "2019-11-03T05:30:00Z"]);
}

#[test]
fn a_record_the_source_changed_is_told_and_stays_as_it_is() {
    let unit = Unit::of("detroit");
    assert_eq!(unit.import_rows("a.csv", &[GOOD]).recorded, 1);
    let before = unit.everything();
    let changed = GOOD.replace(",9.3", ",19.3");
    assert_eq!(
        unit.import_rows("b.csv", &[&changed]).counts(),
        [1, 0, 0, 1]
    );
    assert_eq!(unit.everything(), before);
    let (line, _, reason) = unit.rejects("b.csv").remove(0);
    assert_eq!(line, 2);
    assert!(reason.contains("recorded before"), "{reason}");
}

#[test]
fn rows_of_a_call_that_are_not_together_are_told_not_lost() {
    let unit = Unit::of("san_francisco");
    let text = gunzip(&unit.data("calls_2016_2017.csv.gz"));
    let lines: Vec<&str> = text.lines().collect();
    // Lines 2 to 4 are one call with three units, line 5 begins another.
    let scattered = [lines[0], lines[1], lines[4], lines[2], lines[3]].join("\n");
    let file = unit.write("scattered.csv", scattered);
    assert_eq!(unit.import(&file).counts(), [4, 1, 0, 3]);
    let found = unit.rejects("scattered.csv");
    assert_eq!(
        found.iter().map(|reject| reject.0).collect::<Vec<_>>(),
        [2, 4, 5]
    );
    for (_, field, reason) in &found {
        assert_eq!(field, "call_id");
        assert!(reason.contains("sort the file by call_id"), "{reason}");
    }
    // Sorted, the call comes in whole.
    let sorted = unit.write("sorted.csv", lines[..5].join("\n"));
    assert_eq!(unit.import(&sorted).counts(), [4, 1, 1, 0]);
    let acts = unit.everything().acts;
    let arrived = acts.iter();
    let arrived = arrived.filter(|act| act.payload.kind() == "case.responder_arrived");
    assert_eq!(arrived.count(), 4);
}

#[test]
fn a_call_with_a_bad_row_comes_in_whole_once_the_row_is_mended() {
    let unit = Unit::of("san_francisco");
    let text = gunzip(&unit.data("calls_2016_2017.csv.gz"));
    let lines: Vec<&str> = text.lines().take(5).collect();
    let mut broken: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    broken[2] = broken[2].replace("2016-12-31T00:06:52", "soon");
    let file = unit.write("broken.csv", broken.join("\n"));
    let summary = unit.import(&file);
    assert_eq!((summary.recorded, summary.known), (1, 0), "{summary:?}");
    let found = unit.rejects("broken.csv");
    assert_eq!(found[0].0, 2);
    assert!(
        found[0].2.contains("its other 2 rows are left out"),
        "{found:?}"
    );
    assert_eq!(found[1].0, 3);
    assert_eq!(found[1].1, "arrived_at");
    let mended = unit.write("mended.csv", lines.join("\n"));
    assert_eq!(unit.import(&mended).counts(), [4, 1, 1, 0]);
}

#[test]
fn a_file_whose_rows_were_refused_is_read_again() {
    let unit = Unit::of("detroit");
    let file = unit.write(
        "bad.csv",
        format!("{HEADER}\n{GOOD}\n2,0,never,9,907,1,1\n"),
    );
    assert_eq!(unit.import(&file).counts(), [2, 1, 0, 1]);
    let mapping = std::fs::read_to_string(unit.data("calls.map.toml")).unwrap();
    assert_eq!(unit.import(&file).counts(), [2, 0, 1, 1]);
    assert_eq!(unit.rejects("bad.csv").len(), 1, "told once, not twice");
    // Another file for rejects, and words instead of JSON.
    let mapping = unit.write("map.toml", mapping);
    let mut arguments = by_mapping("calls", &mapping, &file);
    arguments.extend(["--rejects".to_owned(), "other.csv".to_owned()]);
    arguments.retain(|argument| argument != "--json");
    let output = unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        said.contains("2 rows read, 0 recorded, 1 known before, 1 refused"),
        "{said}"
    );
    assert!(said.contains("other.csv"), "{said}");
    assert!(unit.path("other.csv").exists());
    assert!(
        output.stderr.is_empty(),
        "no bar without a terminal: {output:?}"
    );
    assert!(summary(&unit.import_output(&file)).rejects_file.is_some());
}
