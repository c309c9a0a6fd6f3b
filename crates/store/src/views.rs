//! What acts change in views and rollups, computed once and purely.
//!
//! Each subject's state contributes rows and counts. An append changes what the state after it
//! contributes minus what the state before it contributed, so that a late correction moves counts
//! to where they belong and everything can be derived again from the acts.

mod case;
mod desk;
mod encounter;
mod feedback;
mod quality;
mod rollup;
mod standing;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pengayom_core::act::{Act, Subject};
use pengayom_core::subject::case::{self as case_subject, Case};
use pengayom_core::subject::encounter::{self as encounter_subject, Encounter};
use pengayom_core::subject::feedback::{self as feedback_subject, Feedback};
use pengayom_core::subject::officer::{self as officer_subject, Officer};
use pengayom_core::subject::outage::{self as outage_subject, Outage};
use pengayom_core::subject::thing::{self as thing_subject, Thing};
use pengayom_core::subject::unit::{self as unit_subject, UnitRecord};
use pengayom_core::subject::visit::{self as visit_subject, Visit};
use pengayom_core::value::CaseId;

use crate::desk::{OutageRow, VisitRow};
use crate::rows::{CaseRow, EncounterRow, FeedbackRow};
use crate::standing::{StandingRow, ThingRow};

pub use quality::{
    AnswerKey, CaseDelta, CellKey, DayKey, MeetingDelta, OfficerMonthDelta, OfficerMonthKey,
    QualityCount, QualityCounts,
};
pub use rollup::{
    BlobUseKey, Count, HourDelta, HourKey, OfficerBeatKey, OfficerDayDelta, OfficerDayKey,
    SurveyKey, WaitKey,
};

/// What is known of a subject.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Of a case.
    Case(Box<Case>),
    /// Of an encounter.
    Encounter(Box<Encounter>),
    /// Of a feedback.
    Feedback(Box<Feedback>),
    /// Of a visit to a front desk.
    Visit(Box<Visit>),
    /// Of something that can be down.
    Outage(Box<Outage>),
    /// Of a room or a piece of equipment.
    Thing(Box<Thing>),
    /// Of an officer's standing.
    Officer(Box<Officer>),
    /// Of the unit itself.
    Unit(Box<UnitRecord>),
}

impl State {
    /// How many acts the subject has.
    pub fn version(&self) -> u32 {
        match self {
            Self::Case(case) => case.version,
            Self::Encounter(encounter) => encounter.version,
            Self::Feedback(feedback) => feedback.version,
            Self::Visit(visit) => visit.version,
            Self::Outage(outage) => outage.version,
            Self::Thing(thing) => thing.version,
            Self::Officer(officer) => officer.version,
            Self::Unit(unit) => unit.version,
        }
    }
}

/// How an act changes what is known of its subject.
pub fn evolve(state: Option<State>, act: &Act) -> Option<State> {
    match act.subject {
        Subject::Case(_) => {
            let known = match state {
                Some(State::Case(case)) => Some(*case),
                _ => None,
            };
            case_subject::evolve(known, act).map(|case| State::Case(Box::new(case)))
        }
        Subject::Encounter(_) => {
            let known = match state {
                Some(State::Encounter(encounter)) => Some(*encounter),
                _ => None,
            };
            encounter_subject::evolve(known, act).map(|known| State::Encounter(Box::new(known)))
        }
        Subject::Feedback(_) => {
            let known = match state {
                Some(State::Feedback(feedback)) => Some(*feedback),
                _ => None,
            };
            feedback_subject::evolve(known, act).map(|known| State::Feedback(Box::new(known)))
        }
        Subject::Visit(_) => {
            let known = match state {
                Some(State::Visit(visit)) => Some(*visit),
                _ => None,
            };
            visit_subject::evolve(known, act).map(|known| State::Visit(Box::new(known)))
        }
        Subject::Outage(_) => {
            let known = match state {
                Some(State::Outage(outage)) => Some(*outage),
                _ => None,
            };
            outage_subject::evolve(known, act).map(|known| State::Outage(Box::new(known)))
        }
        Subject::Thing(_) => {
            let known = match state {
                Some(State::Thing(thing)) => Some(*thing),
                _ => None,
            };
            thing_subject::evolve(known, act).map(|known| State::Thing(Box::new(known)))
        }
        Subject::Officer(_) => {
            let known = match state {
                Some(State::Officer(officer)) => Some(*officer),
                _ => None,
            };
            officer_subject::evolve(known, act).map(|known| State::Officer(Box::new(known)))
        }
        Subject::Unit => {
            let known = match state {
                Some(State::Unit(unit)) => Some(*unit),
                _ => None,
            };
            unit_subject::evolve(known, act).map(|known| State::Unit(Box::new(known)))
        }
    }
}

/// What all acts of a subject tell, oldest first.
pub fn fold<'a>(acts: impl IntoIterator<Item = &'a Act>) -> Option<State> {
    acts.into_iter().fold(None, evolve)
}

/// A row to write. Every one belongs to the unit of the append.
#[derive(Debug, Clone, PartialEq)]
pub enum RowChange {
    /// Put this case row in place of the one with its id.
    PutCase(Box<CaseRow>),
    /// Words of a case to be found by; one row for each act that has some.
    AddCaseText {
        /// The case.
        case: CaseId,
        /// The act's version.
        version: u32,
        /// The words.
        text: String,
    },
    /// Nothing that was told of a case is found any more; its number still is.
    DropCaseText {
        /// The case.
        case: CaseId,
        /// Its number.
        number: String,
    },
    /// Put this encounter row in place of the one with its id.
    PutEncounter(Box<EncounterRow>),
    /// Put this feedback row.
    PutFeedback(Box<FeedbackRow>),
    /// Put this visit row in place of the one with its id.
    PutVisit(Box<VisitRow>),
    /// Put this outage row in place of the one with its id.
    PutOutage(Box<OutageRow>),
    /// Put this thing row in place of the one with its id.
    PutThing(Box<ThingRow>),
    /// Put this officer's row in place of the one with its id.
    PutStanding(Box<StandingRow>),
    /// Add to a count.
    Add(Count),
}

/// What appended acts change.
///
/// `before` is what was known of the subject; `acts` are the new acts with their versions, in
/// order; `zone` is the unit's, for days. Counts that come to nothing are left out.
pub fn changes(before: Option<&State>, acts: &[Act], zone: &TimeZone) -> Vec<RowChange> {
    let Some(subject) = acts.first().map(|act| act.subject) else {
        return Vec::new();
    };
    let Some(after) = acts.iter().fold(before.cloned(), evolve) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    match (subject, &after) {
        (Subject::Case(id), State::Case(state)) => {
            rows.push(RowChange::PutCase(Box::new(case::row(id, state, zone))));
            rows.extend(case::texts(id, state, acts));
        }
        (Subject::Encounter(id), State::Encounter(state)) => {
            rows.push(RowChange::PutEncounter(Box::new(encounter::row(id, state))));
        }
        (Subject::Feedback(id), State::Feedback(state)) => {
            rows.push(RowChange::PutFeedback(Box::new(feedback::row(
                id, state, zone,
            ))));
        }
        (Subject::Visit(id), State::Visit(state)) => {
            rows.push(RowChange::PutVisit(Box::new(desk::visit(id, state))));
        }
        (Subject::Outage(id), State::Outage(state)) => {
            rows.push(RowChange::PutOutage(Box::new(desk::outage(id, state))));
        }
        (Subject::Thing(id), State::Thing(state)) => {
            rows.push(RowChange::PutThing(Box::new(standing::thing(id, state))));
        }
        (Subject::Officer(id), State::Officer(state)) => {
            let row = standing::officer(id, state);
            rows.push(RowChange::PutStanding(Box::new(row)));
        }
        _ => {}
    }
    let gone = before
        .map(|state| rollup::contributions(subject, state, zone))
        .unwrap_or_default();
    let come = rollup::contributions(subject, &after, zone);
    rows.extend(
        rollup::difference(gone, come)
            .into_iter()
            .map(RowChange::Add),
    );
    rows
}

/// A text as every engine's tables can hold it: PostgreSQL has no NUL character in texts. The act
/// keeps what was written; a view shows U+FFFD in the place of each NUL, on every engine alike.
fn shown(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The first moment of the hour a moment falls in. Hours are counted in UTC: the zones of a unit
/// differ from it by whole or half hours, and a half-hour zone shows its hours from the half.
///
/// The calendar's first moment is not at a full hour; what falls before the first full hour counts
/// from it.
pub fn hour_of(at: Timestamp) -> Timestamp {
    const HOUR: i128 = 3_600_000_000_000;
    // By nanoseconds: whole seconds are cut towards 1970, which before it is towards later.
    let begun = at.as_nanosecond().div_euclid(HOUR) * HOUR;
    Timestamp::from_nanosecond(begun).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests;
