//! Time limits of law and announced targets: from what they are counted, and how long they are.

use super::choice::choice;
use super::code::EntryCode;
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// Most moments that one clock names.
const VALUES_MAX: usize = 24;

choice!(
    /// What a clock says of its moment.
    pub enum ClockKind {
        /// Something is done by then.
        Limit = "limit",
        /// Something lasts no longer.
        Maximum = "maximum",
        /// What a unit announced for itself.
        Target = "target",
        /// So long before something begins.
        LeadTime = "lead_time",
        /// At least once in each such time.
        MinimumFrequency = "minimum_frequency",
    }
);

choice!(
    /// In what a clock counts.
    pub enum ClockUnit {
        /// Not at all: at the moment itself.
        AtOnce = "at_once",
        /// Seconds.
        Seconds = "seconds",
        /// Minutes.
        Minutes = "minutes",
        /// Hours.
        Hours = "hours",
        /// Days of the calendar.
        Days = "days",
        /// Days on which offices work.
        WorkingDays = "working_days",
        /// Months of the calendar.
        Months = "months",
        /// Years of the calendar.
        Years = "years",
    }
);

choice!(
    /// What starts a clock, as the program knows it.
    pub enum ClockEvent {
        /// The report was received.
        Filed = "filed",
        /// A receipt was given.
        ReceiptGiven = "receipt_given",
        /// The progress notice before.
        PreviousNotice = "previous_notice",
        /// An investigation was ordered.
        InvestigationBegun = "investigation_begun",
        /// It was decided to stop an investigation.
        InvestigationStopped = "investigation_stopped",
        /// The reporter went to the superior.
        SuperiorTold = "superior_told",
        /// Things were seized.
        SeizureDone = "seizure_done",
        /// The court refused a seizure.
        SeizureRefused = "seizure_refused",
        /// The victim came into care.
        VictimReceived = "victim_received",
        /// Protection was given.
        VictimProtected = "victim_protected",
        /// Diversion began.
        DiversionBegun = "diversion_begun",
        /// Somebody was arrested.
        Arrested = "arrested",
        /// Somebody concerned in a case was named.
        PersonNamed = "person_named",
        /// A control measure began.
        MeasureBegun = "measure_begun",
        /// A control measure ended.
        MeasureEnded = "measure_ended",
        /// A statement was signed.
        StatementSigned = "statement_signed",
        /// A public event takes place; counted back from it.
        EventHeld = "event_held",
        /// The telephone rings.
        CallRings = "call_rings",
        /// A call was accepted.
        CallAccepted = "call_accepted",
        /// Personal data leaked.
        DataLeaked = "data_leaked",
        /// Nothing: the calendar goes on.
        Calendar = "calendar",
    }
);

impl ClockEvent {
    /// Whether the program knows of it without a step that marks it.
    pub const fn is_known_itself(self) -> bool {
        matches!(
            self,
            Self::Filed | Self::PreviousNotice | Self::ReceiptGiven
        )
    }
}

/// One time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its code.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What it says of its moment.
    pub kind: ClockKind,
    /// In what it counts.
    pub unit: ClockUnit,
    /// How many of them; more than one where it falls due more than once, each counted from the start and
    /// more than the one before.
    pub values: Vec<u32>,
    /// What starts it.
    pub event: ClockEvent,
    /// The same in words.
    pub starts_at: Localized,
    /// Who is owed it.
    pub owed_to: Localized,
    /// A limit that ends on a day on which offices are closed ends with the next one on which they work.
    pub next_working_day: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Clock {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let clock = Self {
            code: row.id("clock"),
            name: row.localized("name"),
            kind: row.choice("kind", ClockKind::Limit),
            unit: row.choice("unit", ClockUnit::Days),
            values: row.wholes("values", &(0..=100_000)),
            event: row.choice("event", ClockEvent::Filed),
            starts_at: row.localized("starts_at"),
            owed_to: row.localized("owed_to"),
            next_working_day: row.flag_or_false("next_working_day"),
            sourced: row.sourced(),
        };
        let grows = clock.values.is_sorted_by(|one, other| one < other);
        if !grows || clock.values.len() > VALUES_MAX {
            row.break_rule("values", PackRule::ClockGrows);
        }
        clock
    }
}
