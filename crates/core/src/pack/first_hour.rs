//! The first hour of an incident (S8, S9): what is done for each service, the clock, the words of the risk, and the line
//! up which goes what nobody takes.

use super::choice::choice;
use super::code::EntryCode;
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

choice!(
    /// Who does a step of the first hour, by the role of their account.
    pub enum FirstHourBy {
        /// The front desk.
        Desk = "desk",
        /// Whoever takes and dispatches calls.
        Dispatch = "dispatch",
        /// Patrol.
        Patrol = "patrol",
        /// The community officer.
        Community = "community",
        /// An investigator.
        Investigator = "investigator",
        /// The chief.
        Commander = "commander",
    }
);

/// One step of the first hour of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstHourItem {
    /// Code kept when it is done; unique in the pack.
    pub code: EntryCode,
    /// What is done.
    pub say: Localized,
    /// Who does it.
    pub who: FirstHourBy,
    /// Minutes within which it is expected, counted from the moment the incident is known; only where a clock of the
    /// pack says so.
    pub within_minutes: Option<u32>,
    /// That clock.
    pub clock: Option<EntryCode>,
}

impl FirstHourItem {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let item = Self {
            code: row.id("step of the first hour"),
            say: row.localized("say"),
            who: row.choice("who", FirstHourBy::Desk),
            within_minutes: row.whole_or_none("within_minutes", &(1..=1440)),
            clock: row.reference_or_none("clock", "clock"),
        };
        if item.within_minutes.is_some() != item.clock.is_some() {
            row.break_rule("within_minutes", PackRule::MinutesHaveClock);
        }
        item
    }
}

/// One level of the line up which goes what nobody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationLevel {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Who is told.
    pub name: Localized,
    /// Minutes they have to take it before the next level is told.
    pub take_within_minutes: u32,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// How badly somebody is threatened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatLevel {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// One sentence that helps to choose it.
    pub help: Localized,
    /// Whether it goes up the line at once.
    pub alarm: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A kind of harm, or something that may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskWord {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// What holds for the first hour of every incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstHourRules {
    /// Length of the first hour, in minutes.
    pub minutes: u32,
    /// The line, the first to be told first; at least one.
    pub levels: Vec<EscalationLevel>,
    /// Threats, the least first.
    pub threats: Vec<ThreatLevel>,
    /// Kinds of harm.
    pub harms: Vec<RiskWord>,
    /// What may happen.
    pub may_happen: Vec<RiskWord>,
}

impl FirstHourRules {
    pub(crate) fn read(root: &Table<'_>) -> Self {
        let minutes = root.table("clock", |clock| {
            clock.sourced();
            clock.whole("minutes", &(10..=240))
        });
        let rules = Self {
            minutes: minutes.unwrap_or(60),
            levels: root.rows("level", |row| EscalationLevel {
                code: row.id("level of escalation"),
                name: row.localized("name"),
                take_within_minutes: row.whole("take_within_minutes", &(1..=1440)),
                sourced: row.sourced(),
            }),
            threats: root.rows("threat", |row| ThreatLevel {
                code: row.id("threat"),
                name: row.localized("name"),
                help: row.localized("help"),
                alarm: row.flag_or_false("alarm"),
                sourced: row.sourced(),
            }),
            harms: root.rows("harm", |row| word(row, "harm")),
            may_happen: root.rows("may_happen", |row| word(row, "what may happen")),
        };
        let alarms = rules.threats.iter().map(|threat| threat.alarm);
        if !alarms.clone().is_sorted()
            || !alarms.clone().any(|alarm| alarm)
            || alarms.clone().all(|alarm| alarm)
        {
            root.break_rule("threat", PackRule::ThreatsRise);
        }
        rules
    }

    /// A threat and its place from the least, from 0.
    #[must_use]
    pub fn threat(&self, code: &str) -> Option<(usize, &ThreatLevel)> {
        let mut all = self.threats.iter().enumerate();
        all.find(|(_, threat)| threat.code.as_str() == code)
    }

    /// A level and its place from the first, from 0.
    #[must_use]
    pub fn level(&self, code: &str) -> Option<(usize, &EscalationLevel)> {
        let mut all = self.levels.iter().enumerate();
        all.find(|(_, level)| level.code.as_str() == code)
    }

    /// A kind of harm.
    #[must_use]
    pub fn harm(&self, code: &str) -> Option<&RiskWord> {
        self.harms.iter().find(|harm| harm.code.as_str() == code)
    }

    /// Something that may happen.
    #[must_use]
    pub fn may(&self, code: &str) -> Option<&RiskWord> {
        self.may_happen.iter().find(|one| one.code.as_str() == code)
    }
}

fn word(row: &Table<'_>, kind: &'static str) -> RiskWord {
    RiskWord {
        code: row.id(kind),
        name: row.localized("name"),
        sourced: row.sourced(),
    }
}
