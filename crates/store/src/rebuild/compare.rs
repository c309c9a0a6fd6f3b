//! Rows that follow from the acts beside rows that are stored.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{ColumnDifference, Report, What};
use crate::dump::{Cell, Table};

/// One part of a row's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Integer(i64),
    Text(String),
    Id(Uuid),
}

/// What names a row within its unit and table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) Vec<Part>);

impl Key {
    /// The key of a row; `None` when a part of it has no value.
    pub(crate) fn of(table: &Table, row: &[Cell]) -> Option<Self> {
        let part = |name: &&str| match row.get(table.position(name)?)? {
            Cell::Integer(number) => Some(Part::Integer(*number)),
            Cell::Text(text) => Some(Part::Text(text.clone())),
            Cell::Id(id) => Some(Part::Id(*id)),
            _ => None,
        };
        table.key.iter().map(part).collect::<Option<_>>().map(Self)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, part) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str(" ")?;
            }
            match part {
                Part::Integer(number) => write!(f, "{number}")?,
                Part::Text(text) if text.is_empty() => f.write_str("-")?,
                Part::Text(text) => f.write_str(text)?,
                Part::Id(id) => write!(f, "{id}")?,
            }
        }
        Ok(())
    }
}

/// Rows of one table that follow from the acts.
pub(crate) type Expected = BTreeMap<Key, Vec<Cell>>;

/// Sums of waits are binary floats that were added to and taken from; they may differ from sums made
/// anew in their last digits (see [`crate::views::HourDelta`]).
const RELATIVE: f64 = 1e-9;

/// Waits are whole seconds: sums that differ by less than a millionth of one are the same.
const ABSOLUTE: f64 = 1e-6;

/// Compares one stored row and takes its counterpart out of the expected. Says whether the stored
/// row has to go, or gives the row to put in its place.
pub(crate) fn compare(
    table: &'static Table,
    is_count: bool,
    expected: &mut Expected,
    key: &Key,
    stored: &[Cell],
    report: &mut Report,
) -> Remedy {
    let Some(derived) = expected.remove(key) else {
        if is_count && counts(table, stored).all(|(_, cell)| is_nothing(cell)) {
            // Counts that moved elsewhere leave a row of zeros behind.
            return Remedy::None;
        }
        report.add(table.name, || key.to_string(), What::Surplus);
        return Remedy::Drop;
    };
    report.table(table.name).rows += 1;
    let columns: Vec<ColumnDifference> = table
        .columns
        .iter()
        .zip(derived.iter().zip(stored))
        .filter(|(_, (derived, stored))| !same(derived, stored))
        .map(|(column, (derived, stored))| {
            let figure = |cell: &Cell| figure(cell).filter(|_| is_count);
            ColumnDifference {
                column: column.name,
                stored: figure(stored),
                derived: figure(derived),
            }
        })
        .collect();
    if columns.is_empty() {
        return Remedy::None;
    }
    let what = What::Different { columns };
    report.add(table.name, || key.to_string(), what);
    Remedy::Put(derived)
}

/// What is left of the expected after all stored rows were compared: rows that are missing.
pub(crate) fn missing(
    table: &'static Table,
    expected: &mut Expected,
    report: &mut Report,
) -> Vec<Vec<Cell>> {
    let left = std::mem::take(expected);
    report.table(table.name).rows += left.len() as u64;
    left.into_iter()
        .map(|(key, row)| {
            report.add(table.name, || key.to_string(), What::Missing);
            row
        })
        .collect()
}

/// What puts a stored row right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Remedy {
    /// It is right.
    None,
    /// It has to go.
    Drop,
    /// This row belongs in its place.
    Put(Vec<Cell>),
}

/// The columns of a row that are neither the unit nor part of the key.
fn counts<'a>(table: &'a Table, row: &'a [Cell]) -> impl Iterator<Item = (&'static str, &'a Cell)> {
    let columns = table.columns.iter().zip(row).skip(1);
    columns
        .map(|(column, cell)| (column.name, cell))
        .filter(|(name, _)| !table.key.contains(name))
}

fn is_nothing(cell: &Cell) -> bool {
    match cell {
        Cell::Integer(number) => *number == 0,
        Cell::Real(number) => number.abs() <= ABSOLUTE,
        _ => false,
    }
}

fn figure(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Integer(number) => Some(*number as f64),
        Cell::Real(number) => Some(*number),
        _ => None,
    }
}

fn same(derived: &Cell, stored: &Cell) -> bool {
    match (derived, stored) {
        (Cell::Real(derived), Cell::Real(stored)) => {
            (derived - stored).abs() <= tolerance(*derived)
        }
        _ => derived == stored,
    }
}

/// How far a sum made anew may lie from the stored one. Coordinates are copied, never added up, and
/// a billionth of a degree is a tenth of a millimetre.
fn tolerance(derived: f64) -> f64 {
    RELATIVE * derived.abs().max(1.0)
}
