//! How long what identifies people is kept (Law 27 of 2022, articles 42 to 44), and the bounds of that in the floor.

use super::fault::PackFault;
use super::lang::Localized;
use super::read::Table;
use super::source::{Certainty, Sourced};

/// Longest period a pack can state at all: a hundred years, in months.
pub const KEEP_MAX_MONTHS: u32 = 1_200;

/// Code of the floor's rule about it.
pub(crate) const FLOOR: &str = "retention";

/// How long what identifies people is kept, and why that long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Whole months of the calendar; from 1 to [`KEEP_MAX_MONTHS`], and within the floor.
    pub keep_months: u32,
    /// Why that long, as a reader sees it.
    pub basis: Localized,
    /// Source and certainty of the number; `draft` where it is a proposal for the unit to set.
    pub sourced: Sourced,
}

/// The bounds that no period may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepBounds {
    /// Fewest months.
    pub at_least: u32,
    /// Most months.
    pub at_most: u32,
    /// Line of the floor's rule in `pack.toml`, from 1.
    pub line: u32,
}

impl KeepBounds {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let bounds = 1..=KEEP_MAX_MONTHS;
        let at_least = row.whole("keep_at_least_months", &bounds);
        Self {
            at_least,
            at_most: row.whole("keep_at_most_months", &(at_least.max(1)..=KEEP_MAX_MONTHS)),
            line: row.line(),
        }
    }
}

impl Retention {
    /// Reads a period; `floor` is `None` when the floor itself does not read, which is told there.
    pub(crate) fn read(table: &Table<'_>, floor: Option<KeepBounds>) -> Self {
        const KEY: &str = "keep_months";
        let read = Self {
            keep_months: table.whole(KEY, &(1..=KEEP_MAX_MONTHS)),
            basis: table.localized("basis"),
            sourced: table.sourced(),
        };
        // 0 stands for a number that does not read, which is told already.
        if let Some(floor) = floor.filter(|_| read.keep_months > 0)
            && !(floor.at_least..=floor.at_most).contains(&read.keep_months)
        {
            let fault = PackFault::OutsideFloor {
                rule: FLOOR,
                line: floor.line,
                min: floor.at_least,
                max: floor.at_most,
                found: read.keep_months,
            };
            table.fault(KEY, fault);
        }
        read
    }

    /// Stands in for a period that could not be read; never leaves the loader.
    pub(crate) fn unread() -> Self {
        Self {
            keep_months: 0,
            basis: Localized::default(),
            sourced: Sourced {
                source: String::new(),
                certainty: Certainty::Draft,
                verify: None,
            },
        }
    }
}
