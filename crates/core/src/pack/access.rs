//! How long an opening in an emergency holds, and by when it is reviewed.

use super::read::Table;
use super::source::Sourced;

/// Times of openings in an emergency. Who may do what is in the policies beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTimes {
    /// Minutes for which an opening holds.
    pub open_minutes: u32,
    /// Hours within which a colleague reviews it.
    pub review_hours: u32,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl AccessTimes {
    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        root.table("emergency", |row| Self {
            open_minutes: row.whole("open_minutes", &(5..=240)),
            review_hours: row.whole("review_hours", &(1..=336)),
            sourced: row.sourced(),
        })
    }
}
