//! Counts for the board of quality.

use std::collections::BTreeMap;

use pengayom_core::value::UnitId;

use super::{Values, stored};
use crate::dump::Table;
use crate::rebuild::quality::{ANSWERS, CASES, CONTROL, FORCE, MEETINGS, OFFICER_MONTHS, TABLES};
use crate::sql::query::Script;
use crate::sql::value::Value;
use crate::views::{CellKey, DayKey, MeetingDelta, QualityCounts};

/// The rows of one of [`TABLES`] that hold these counts.
pub(crate) fn rows(table: &Table, unit: &UnitId, counts: &QualityCounts) -> Vec<Vec<Value>> {
    let mut rows: Vec<Values> = Vec::new();
    if table == CASES {
        rows.extend(counts.cases.iter().map(|(key, sums)| {
            let mut values = cell(unit, key);
            values
                .push_bind(sums.requests.filed)
                .push_bind(sums.requests.responded)
                .push_bind(sums.requests.responded_late)
                .push_bind(sums.requests.closed)
                .push_bind(sums.rights_owed)
                .push_bind(sums.rights_in_time)
                .push_bind(sums.requests.wait_seconds)
                .push_bind(sums.requests.wait_seconds_squared);
            values
        }));
    } else if table == MEETINGS {
        rows.extend(counts.meetings.iter().map(|(key, sums)| {
            let mut values = cell(unit, key);
            push_meetings(&mut values, sums);
            values
        }));
    } else if table == ANSWERS {
        rows.extend(counts.answers.iter().map(|(key, n)| {
            let mut values = Values::default();
            values
                .push_bind(unit)
                .push_bind(key.grain.as_str())
                .push_bind(stored(key.at))
                .push_bind(key.place.as_str())
                .push_bind(key.item.as_str())
                .push_bind(key.answer)
                .push_bind(*n);
            values
        }));
    } else if table == FORCE {
        rows.extend(counts.force.iter().map(|(key, n)| day(unit, key, *n)));
    } else if table == CONTROL {
        rows.extend(counts.control.iter().map(|(key, n)| day(unit, key, *n)));
    } else if table == OFFICER_MONTHS {
        rows.extend(counts.officer_months.iter().map(|(key, sums)| {
            let mut values = Values::default();
            values
                .push_bind(unit)
                .push_bind(stored(key.at))
                .push_bind(key.officer.0)
                .push_bind(key.service.to_string());
            push_meetings(&mut values, &sums.meetings);
            values
                .push_bind(sums.responded)
                .push_bind(sums.responded_late)
                .push_bind(sums.closed);
            values
        }));
    }
    rows.into_iter().map(Values::into_vec).collect()
}

fn cell(unit: &UnitId, key: &CellKey) -> Values {
    let mut values = Values::default();
    values
        .push_bind(unit)
        .push_bind(key.grain.as_str())
        .push_bind(stored(key.at))
        .push_bind(key.place.as_str())
        .push_bind(key.service.as_str());
    values
}

fn day(unit: &UnitId, key: &DayKey, n: i64) -> Values {
    let mut values = Values::default();
    values
        .push_bind(unit)
        .push_bind(stored(key.at))
        .push_bind(key.station.as_str())
        .push_bind(key.code.as_str())
        .push_bind(n);
    values
}

fn push_meetings(values: &mut Values, sums: &MeetingDelta) {
    values
        .push_bind(sums.encounters)
        .push_bind(sums.forced)
        .push_bind(sums.explained);
}

/// Adds the counts of each unit to what its tables hold.
pub(crate) fn add(script: &mut Script, counts: &BTreeMap<&UnitId, QualityCounts>) {
    for table in TABLES {
        let of = |(unit, counts): (&&UnitId, &QualityCounts)| rows(table, unit, counts);
        let rows: Vec<Vec<Value>> = counts.iter().flat_map(of).collect();
        if rows.is_empty() {
            continue;
        }
        let name = table.name;
        let names = table.names();
        let head = format!("INSERT INTO {name} ({})", names.join(", "));
        let sums = names
            .iter()
            .skip(1)
            .filter(|column| !table.key.contains(column))
            .map(|column| format!("{column} = {name}.{column} + excluded.{column}"));
        let sums = sums.collect::<Vec<_>>().join(", ");
        let key = table.key.join(", ");
        let tail = format!(" ON CONFLICT (unit, {key}) DO UPDATE SET {sums}");
        script.add_rows(rows, |query, rows| {
            query.push(&head).push_rows(rows).push(&tail);
        });
    }
}
