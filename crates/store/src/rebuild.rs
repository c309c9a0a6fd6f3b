//! Views and rollups derived anew from the acts, compared with what is stored, and put right.
//!
//! Everything is read in one snapshot, subject by subject, so that only the rollups are held whole.
//! [`Mode::Mend`] does the same in one transaction that keeps other writers of the unit out, and
//! writes what differs: rows that are missing, rows that say something else, rows that nothing in
//! the record accounts for.
//!
//! A [`Difference`] names the table, the row and the columns, and for counts both figures; never
//! what people wrote.

mod compare;
mod derive;
pub(crate) mod quality;
mod run;
mod tables;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use run::{rebuild, run};
pub use tables::{COUNTS, VIEWS};

/// What to do about differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Say what differs.
    Check,
    /// Say what differed, and put it right.
    Mend,
}

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Acts read so far.
    pub acts: u64,
    /// Acts of the unit.
    pub of: u64,
}

/// How many differences are named one by one.
pub const NAMED_MAX: usize = 20;

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// Acts the views were derived from.
    pub acts: u64,
    /// Subjects they are about.
    pub subjects: u64,
    /// What was found, table by table.
    pub tables: BTreeMap<&'static str, TableReport>,
    /// The first [`NAMED_MAX`] differences.
    pub named: Vec<Difference>,
    /// The differences were put right, as far as the acts say how.
    pub mended: bool,
}

/// What was found in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct TableReport {
    /// Rows that follow from the acts.
    pub rows: u64,
    /// Of them, not stored.
    pub missing: u64,
    /// Of them, stored otherwise.
    pub different: u64,
    /// Rows stored that follow from nothing.
    pub surplus: u64,
    /// Rows of the record itself that contradict it; no derivation puts them right.
    pub broken: u64,
}

impl TableReport {
    /// Differences that follow from the acts and can be put right.
    pub const fn mendable(&self) -> u64 {
        self.missing + self.different + self.surplus
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row within the unit: identifiers and codes.
    pub key: String,
    /// What is wrong.
    #[serde(flatten)]
    pub what: What,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// It follows from the acts and is not stored.
    Missing,
    /// It is stored and follows from nothing.
    Surplus,
    /// Columns say something else.
    Different {
        /// Which.
        columns: Vec<ColumnDifference>,
    },
    /// The record contradicts itself.
    Broken {
        /// How.
        how: &'static str,
    },
}

/// A column that says something else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnDifference {
    /// The column.
    pub column: &'static str,
    /// The count that is stored; `None` for what is no count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<f64>,
    /// The count that follows from the acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub derived: Option<f64>,
}

impl Report {
    /// Differences in all, those of the record itself included.
    pub fn differences(&self) -> u64 {
        let tables = self.tables.values();
        tables.map(|table| table.mendable() + table.broken).sum()
    }

    /// Contradictions in the record itself.
    pub fn broken(&self) -> u64 {
        self.tables.values().map(|table| table.broken).sum()
    }

    /// Rows that follow from the acts.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }

    pub(crate) fn table(&mut self, table: &'static str) -> &mut TableReport {
        self.tables.entry(table).or_default()
    }

    /// Counts a difference and names it while there is room.
    pub(crate) fn add(&mut self, table: &'static str, key: impl FnOnce() -> String, what: What) {
        let report = self.table(table);
        match what {
            What::Missing => report.missing += 1,
            What::Surplus => report.surplus += 1,
            What::Different { .. } => report.different += 1,
            What::Broken { .. } => report.broken += 1,
        }
        if self.named.len() < NAMED_MAX {
            let key = key();
            self.named.push(Difference { table, key, what });
        }
    }
}

#[cfg(test)]
mod tests;
