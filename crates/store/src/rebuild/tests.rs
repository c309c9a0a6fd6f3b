//! The pure part: what is derived, and how it is compared.

use jiff::tz::TimeZone;
use pengayom_core::act::Act;
use pengayom_testkit::history;
use proptest::prelude::*;

use super::compare::{Expected, Key, Remedy, compare, missing};
use super::derive::Deriver;
use super::tables::{
    CASES, COUNTS, ENCOUNTERS, FEEDBACK, OUTAGES, ROLLUP_HOURS, STANDING, THINGS, VISITS, WORDS,
};
use super::*;
use crate::dump::{Cell, Table};
use crate::sql::map;

fn hour(filed: i64, wait: f64) -> Vec<Cell> {
    vec![
        Cell::Text("polres-pati".into()),
        Cell::Integer(0),
        Cell::Text("polsek-juwana".into()),
        Cell::Text(String::new()),
        Cell::Text("dekat".into()),
        Cell::Text("report_theft".into()),
        Cell::Integer(filed),
        Cell::Integer(0),
        Cell::Integer(0),
        Cell::Integer(0),
        Cell::Real(wait),
        Cell::Real(0.0),
    ]
}

fn found(derived: Option<Vec<Cell>>, stored: &[Cell]) -> (Remedy, Report) {
    let mut report = Report::default();
    let key = Key::of(ROLLUP_HOURS, stored).unwrap();
    let mut expected = Expected::new();
    expected.extend(derived.map(|row| (key.clone(), row)));
    let remedy = compare(ROLLUP_HOURS, true, &mut expected, &key, stored, &mut report);
    (remedy, report)
}

#[test]
fn the_columns_of_views_are_those_that_are_written() {
    assert_eq!(CASES.names(), map::case::COLUMNS);
    assert_eq!(ENCOUNTERS.names(), map::encounter::COLUMNS);
    assert_eq!(FEEDBACK.names(), map::feedback::COLUMNS);
    assert_eq!(VISITS.names(), map::desk::VISITS);
    assert_eq!(THINGS.names(), map::standing::THINGS);
    assert_eq!(STANDING.names(), map::standing::STANDING);
    assert_eq!(OUTAGES.names(), map::desk::OUTAGES);
    assert_eq!(
        crate::dump::Table::named("acts").unwrap().names(),
        map::act::COLUMNS
    );
}

#[test]
fn sums_of_waits_may_differ_in_their_last_digits() {
    let (remedy, report) = found(Some(hour(3, 1.0e12)), &hour(3, 1.0e12 + 0.01));
    assert_eq!((remedy, report.differences()), (Remedy::None, 0));
    let (remedy, report) = found(Some(hour(3, 100.0)), &hour(3, 101.0));
    assert_eq!(remedy, Remedy::Put(hour(3, 100.0)));
    let What::Different { columns } = &report.named[0].what else {
        panic!("{report:?}");
    };
    assert_eq!(columns[0].column, "wait_seconds");
    assert_eq!(
        (columns[0].stored, columns[0].derived),
        (Some(101.0), Some(100.0))
    );
    assert_eq!(report.named[0].key, "0 polsek-juwana - dekat report_theft");
}

#[test]
fn a_row_of_zeros_is_no_difference() {
    let (remedy, report) = found(None, &hour(0, 0.0));
    assert_eq!((remedy, report.differences()), (Remedy::None, 0));
    let (remedy, report) = found(None, &hour(1, 0.0));
    assert_eq!(
        (remedy, report.tables["rollup_hour"].surplus),
        (Remedy::Drop, 1)
    );
}

#[test]
fn a_float_that_is_no_number_is_a_difference() {
    let (remedy, _) = found(Some(hour(3, 100.0)), &hour(3, f64::NAN));
    assert_eq!(remedy, Remedy::Put(hour(3, 100.0)));
}

fn some_history() -> impl Strategy<Value = Vec<Act>> {
    prop_oneof![
        3 => history::of_case(),
        1 => history::of_encounter(),
        1 => history::of_feedback(),
        1 => history::of_visit(),
        1 => history::of_outage(),
        1 => history::of_thing(),
        1 => history::of_officer(),
    ]
}

/// Every row that follows from acts, table by table.
fn derived(acts: &[Act]) -> Vec<(&'static Table, bool, Expected)> {
    let mut deriver = Deriver::new("polres-pati".parse().unwrap(), TimeZone::UTC, false);
    deriver.take(acts);
    let batch = deriver.batch();
    let views = [
        (CASES, batch.cases),
        (ENCOUNTERS, batch.encounters),
        (FEEDBACK, batch.feedback),
        (VISITS, batch.visits),
        (OUTAGES, batch.outages),
        (THINGS, batch.things),
        (STANDING, batch.standings),
        (WORDS, batch.words),
    ];
    let mut tables: Vec<_> = views.map(|(table, rows)| (table, false, rows)).into();
    for table in COUNTS {
        tables.push((table, true, deriver.counts(table)));
    }
    tables
}

fn changed(cell: &Cell) -> Cell {
    match cell {
        Cell::Null => Cell::Integer(1),
        Cell::Integer(number) => Cell::Integer(number.wrapping_add(1)),
        Cell::Real(number) => Cell::Real(number + 1.0 + number.abs()),
        Cell::Text(text) => Cell::Text(format!("{text}x")),
        Cell::Bytes(bytes) => Cell::Bytes([bytes.as_slice(), &[0]].concat()),
        Cell::Id(id) => Cell::Id(uuid::Uuid::from_u128(id.as_u128() ^ 1)),
        Cell::Flag(flag) => Cell::Flag(!flag),
    }
}

proptest! {
    /// A row as derived is no difference; with any one value changed it is one, in that column; gone,
    /// it is missing.
    #[test]
    fn one_changed_value_is_one_difference(acts in some_history(), at in any::<usize>()) {
        for (table, is_count, rows) in derived(&acts) {
            for (key, row) in &rows {
                prop_assert_eq!(row.len(), table.columns.len());
                let mut report = Report::default();
                let mut expected = rows.clone();
                let same = compare(table, is_count, &mut expected, key, row, &mut report);
                prop_assert_eq!(same, Remedy::None);
                prop_assert_eq!(report.differences(), 0);
                prop_assert_eq!(missing(table, &mut expected, &mut report).len(), rows.len() - 1);

                let at = at % row.len();
                let mut stored = row.clone();
                stored[at] = changed(&row[at]);
                let mut report = Report::default();
                let mut expected = rows.clone();
                let remedy = compare(table, is_count, &mut expected, key, &stored, &mut report);
                prop_assert_eq!(remedy, Remedy::Put(row.clone()));
                let What::Different { columns } = &report.named[0].what else {
                    panic!("{report:?}");
                };
                prop_assert_eq!(columns.len(), 1);
                prop_assert_eq!(columns[0].column, table.columns[at].name);
                prop_assert_eq!(columns[0].stored.is_some() && !is_count, false);
            }
        }
    }

    /// Acts that no rule led to are derived without a stop.
    #[test]
    fn any_acts_are_derived(acts in history::any_acts()) {
        derived(&acts);
    }
}
