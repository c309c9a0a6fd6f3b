//! How a case comes in, how it can end, why it can be late, which letters its reporter gets, and what an officer explains.

use super::code::{ChannelCode, ExplanationCode, LateReasonCode, LetterCode, OutcomeCode};
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// A way a case can end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseOutcome {
    /// Code kept with the closing act.
    pub code: OutcomeCode,
    /// Its name.
    pub name: Localized,
    /// What the person who asked reads.
    pub citizen: Localized,
    /// Whether the closing officer names where the person was sent.
    pub needs_referral: bool,
    /// Whether the person is offered a second look.
    pub second_look: bool,
    /// Whether the case counts as served when figures are made.
    pub served: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A reason for being late, shown to the person who waits (S18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateReason {
    /// Code kept with the act.
    pub code: LateReasonCode,
    /// The reason as the citizen reads it.
    pub name: Localized,
    /// Whether the officer adds a sentence.
    pub needs_text: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Code kept with the case.
    pub code: ChannelCode,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A kind of letter that the reporter of a case is given (S26, S40).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterKind {
    /// Code kept with the act.
    pub code: LetterCode,
    /// Its name.
    pub name: Localized,
    /// What it is for, a sentence.
    pub purpose: Localized,
    /// What it is not, a sentence.
    pub limits: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Something an officer explains in an encounter, such as the rights of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Code kept with the encounter.
    pub code: ExplanationCode,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Explanation {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("explanation"),
            name: row.localized("name"),
            sourced: row.sourced(),
        }
    }
}

impl LetterKind {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("letter"),
            name: row.localized("name"),
            purpose: row.localized("for"),
            limits: row.localized("not"),
            sourced: row.sourced(),
        }
    }
}

impl CloseOutcome {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("outcome"),
            name: row.localized("name"),
            citizen: row.localized("citizen"),
            needs_referral: row.flag_or_false("needs_referral"),
            second_look: row.flag_or_false("second_look"),
            served: row.flag("served"),
            sourced: row.sourced(),
        }
    }
}

impl LateReason {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("late reason"),
            name: row.localized("name"),
            needs_text: row.flag_or_false("needs_text"),
            sourced: row.sourced(),
        }
    }
}

impl Channel {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("channel"),
            name: row.localized("name"),
            sourced: row.sourced(),
        }
    }
}
