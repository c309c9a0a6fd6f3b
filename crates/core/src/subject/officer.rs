//! An officer's own standing: what they are qualified for, and the short lessons that gaps of real work
//! open for them (S7, S34).
//!
//! The record is for the officer and for whoever coaches them. Nothing in it ranks anybody (S45): a
//! lesson opened says that a gap of a kind was seen, and what opened it is one act, never a mark.

pub mod cause;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{Moment, TextFault, text_fault};
use crate::act::{Act, Actor, Payload};
use crate::pack::{GapKind, LessonCode, SkillCode};
use crate::value::{ActId, OfficerId};

/// Longest name of who grants qualifications and longest number of a certificate, in characters.
pub const CERTIFICATE_MAX_CHARS: usize = 120;

/// Most qualifications one officer has at a time.
pub const QUALIFICATIONS_MAX: usize = 60;

/// Most lessons that wait for one officer; further gaps open none until some are done.
pub const LESSONS_OPEN_MAX: usize = 10;

/// Causes that are remembered, so that one gap opens one lesson however often it is looked at.
const CAUSES_KEPT: usize = 200;

/// What the rules ask of the pack.
pub trait SkillMethod {
    /// Whether this is a skill of the pack.
    fn has_skill(&self, skill: &SkillCode) -> bool;
    /// The right answers of a lesson, in the order of its questions, from 1; `None`: no such lesson.
    fn right_answers(&self, lesson: &LessonCode) -> Option<Vec<u32>>;
}

/// An officer is qualified for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualificationGranted {
    /// For what.
    pub skill: SkillCode,
    /// Who granted it, a school or an office, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Number of the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// First day it holds.
    pub from: Date,
    /// Last day it holds; `None`: until it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The pack version whose skill it is.
    pub pack_version: String,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A fact about an officer's standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum OfficerAct {
    /// They are qualified for something.
    QualificationGranted(QualificationGranted),
    /// They are not any more, from this moment on.
    QualificationWithdrawn {
        /// For what.
        skill: SkillCode,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A lesson waits for them.
    LessonOpened {
        /// Which.
        lesson: LessonCode,
        /// The gap that opened it; `None`: they opened it themself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<GapKind>,
        /// The act in which the gap was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<ActId>,
    },
    /// They read it to its end.
    LessonRead {
        /// Which.
        lesson: LessonCode,
    },
    /// They answered a question of it.
    LessonAnswered {
        /// Which.
        lesson: LessonCode,
        /// Which question, from 1.
        question: u32,
        /// The answer was right.
        right: bool,
    },
    /// Every question was answered rightly.
    LessonDone {
        /// Which.
        lesson: LessonCode,
    },
}

impl OfficerAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::QualificationGranted(_) => "officer.qualification_granted",
            Self::QualificationWithdrawn { .. } => "officer.qualification_withdrawn",
            Self::LessonOpened { .. } => "officer.lesson_opened",
            Self::LessonRead { .. } => "officer.lesson_read",
            Self::LessonAnswered { .. } => "officer.lesson_answered",
            Self::LessonDone { .. } => "officer.lesson_done",
        }
    }
}

/// What can be asked about an officer's standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficerCommand {
    /// They are qualified for something.
    Grant {
        /// For what.
        skill: SkillCode,
        /// Who granted it.
        by: String,
        /// Number of the certificate.
        certificate: Option<String>,
        /// First day it holds.
        from: Date,
        /// Last day it holds.
        until: Option<Date>,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// They are not any more.
    Withdraw {
        /// For what.
        skill: SkillCode,
        /// Why.
        reason: String,
    },
    /// A gap opens a lesson.
    Open {
        /// Which.
        lesson: LessonCode,
        /// The gap.
        gap: GapKind,
        /// The act in which it was seen.
        cause: ActId,
    },
    /// They read a lesson and answered what it asks, in the order of its questions, from 1.
    Answer {
        /// Which.
        lesson: LessonCode,
        /// What they chose.
        choices: Vec<u32>,
    },
}

/// The rule that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficerRefusal {
    /// The unit's method has no such word.
    #[error("{0:?} is not in the pack")]
    NotInPack(String),
    /// Nobody says of themself that they are qualified.
    #[error("nobody grants or withdraws their own qualification")]
    Own,
    /// A lesson is read by whom it waits for.
    #[error("a lesson is another officer's")]
    AnotherOfficers,
    /// A gap is found by the program.
    #[error("a gap is found by the program")]
    ProgramOnly,
    /// They have it already, until then or later.
    #[error("qualified already")]
    Already {
        /// Until when.
        until: Option<Date>,
    },
    /// They do not have it.
    #[error("not qualified")]
    NotQualified,
    /// The last day is before the first.
    #[error("ends {until}, before it begins {from}")]
    EndsBeforeItBegins {
        /// First day.
        from: Date,
        /// Last day.
        until: Date,
    },
    /// The first day lies too far back or ahead.
    #[error("{0} is too far from today")]
    DayTooFar(Date),
    /// A needed text is missing or too long.
    #[error("{field}: {fault}")]
    Text {
        /// The field of the command.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// More than one officer has.
    #[error("too many qualifications: limit {limit}")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A question was not answered, or the lesson has no such answer.
    #[error("question {question} is not answered")]
    NotAnswered {
        /// Which, from 1.
        question: u32,
    },
}

/// A qualification an officer has or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    /// For what.
    pub skill: SkillCode,
    /// First day it holds.
    pub from: Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
}

/// How a qualification stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It begins later.
    Ahead,
    /// It holds.
    Valid,
    /// Its last day is over.
    Lapsed,
    /// It was withdrawn.
    Withdrawn,
}

impl Qualification {
    /// The moments from and until which it holds, in the unit's zone; `None` as an end: it has none.
    pub fn span(&self, zone: &TimeZone) -> (Timestamp, Option<Timestamp>) {
        let begins = first_moment(self.from, zone).unwrap_or(Timestamp::MIN);
        let lapses = self
            .until
            .and_then(|day| day.checked_add(1.day()).ok())
            .and_then(|day| first_moment(day, zone));
        let ends = [lapses, self.withdrawn_at].into_iter().flatten().min();
        (begins, ends)
    }

    /// How it stands at a moment.
    pub fn standing(&self, at: Timestamp, zone: &TimeZone) -> Standing {
        let (begins, ends) = self.span(zone);
        if self.withdrawn_at.is_some_and(|withdrawn| withdrawn <= at) {
            Standing::Withdrawn
        } else if ends.is_some_and(|ends| ends <= at) {
            Standing::Lapsed
        } else if begins > at {
            Standing::Ahead
        } else {
            Standing::Valid
        }
    }
}

fn first_moment(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let begun = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible();
    begun.ok()
}

/// How far an officer is with a lesson: its last opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonState {
    /// The gap that opened it; `None`: they opened it themself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<GapKind>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// Questions answered rightly, from 1.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub right: BTreeSet<u32>,
    /// When all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}

/// What is known of an officer's standing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Officer {
    /// How many acts it has.
    pub version: u32,
    /// Qualifications, the latest granted last; of each skill those that count no more are dropped when
    /// a later one is granted over them.
    pub qualifications: Vec<Qualification>,
    /// Lessons that were opened, each with its last opening.
    pub lessons: BTreeMap<LessonCode, LessonState>,
    /// Gaps that opened a lesson, each with the act that showed it, the latest last.
    pub causes: Vec<(ActId, GapKind)>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

impl Officer {
    /// Whether they are qualified for something at a moment.
    pub fn is_qualified(&self, skill: &SkillCode, at: Timestamp, zone: &TimeZone) -> bool {
        let mut all = self.qualifications.iter();
        all.any(|one| one.skill == *skill && one.standing(at, zone) == Standing::Valid)
    }

    /// Lessons that wait.
    pub fn open_lessons(&self) -> impl Iterator<Item = (&LessonCode, &LessonState)> {
        self.lessons
            .iter()
            .filter(|(_, state)| state.done_at.is_none())
    }
}

/// Days by which the first day of a qualification may lie back or ahead: a working life, and a year.
const BACK_DAYS: i32 = 40 * 366;
const AHEAD_DAYS: i32 = 366;

/// What a command about an officer's standing leads to; nothing when it is so already. `today` is the
/// unit's day.
///
/// # Errors
/// [`OfficerRefusal`], naming the rule that stood in the way.
pub fn decide(
    officer: OfficerId,
    known: Option<&Officer>,
    command: OfficerCommand,
    actor: &Actor,
    moment: Moment,
    today: Date,
    method: &impl SkillMethod,
) -> Result<Vec<OfficerAct>, OfficerRefusal> {
    let nothing = Officer::default();
    let known = known.unwrap_or(&nothing);
    match command {
        OfficerCommand::Grant { .. } | OfficerCommand::Withdraw { .. }
            if actor.officer() == Some(officer) =>
        {
            Err(OfficerRefusal::Own)
        }
        OfficerCommand::Grant { .. } => grant(known, command, moment, today, method),
        OfficerCommand::Withdraw { skill, reason } => {
            let holds = |one: &&Qualification| one.skill == skill && one.withdrawn_at.is_none();
            if known.qualifications.iter().rfind(holds).is_none() {
                return Err(OfficerRefusal::NotQualified);
            }
            if let Some(fault) = text_fault(&reason) {
                let field = "reason";
                return Err(OfficerRefusal::Text { field, fault });
            }
            Ok(vec![OfficerAct::QualificationWithdrawn { skill, reason }])
        }
        OfficerCommand::Open { lesson, gap, cause } => {
            if !matches!(actor, Actor::Program { .. }) {
                return Err(OfficerRefusal::ProgramOnly);
            }
            open(known, lesson, gap, cause, method)
        }
        OfficerCommand::Answer { .. } if actor.officer() != Some(officer) => {
            Err(OfficerRefusal::AnotherOfficers)
        }
        OfficerCommand::Answer { lesson, choices } => answer(known, lesson, &choices, method),
    }
}

fn grant(
    known: &Officer,
    command: OfficerCommand,
    moment: Moment,
    today: Date,
    method: &impl SkillMethod,
) -> Result<Vec<OfficerAct>, OfficerRefusal> {
    let OfficerCommand::Grant {
        skill,
        by,
        certificate,
        from,
        until,
        pack_version,
        simulated,
    } = command
    else {
        return Ok(Vec::new());
    };
    if !method.has_skill(&skill) {
        return Err(OfficerRefusal::NotInPack(skill.to_string()));
    }
    short("by", Some(&by))?;
    short("certificate", certificate.as_deref())?;
    let day = |days: i32| today.saturating_add(days.days());
    if from < day(-BACK_DAYS) || from > day(AHEAD_DAYS) {
        return Err(OfficerRefusal::DayTooFar(from));
    }
    if let Some(until) = until.filter(|until| *until < from) {
        return Err(OfficerRefusal::EndsBeforeItBegins { from, until });
    }
    let held = known.qualifications.iter().rfind(|one| {
        let there = one.withdrawn_at.is_none_or(|at| at > moment.recorded_at);
        one.skill == skill && there
    });
    if let Some(held) = held {
        let lasts_as_long = match (held.until, until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(held), Some(until)) => held >= until,
        };
        if lasts_as_long {
            return Err(OfficerRefusal::Already { until: held.until });
        }
    }
    let counted = known
        .qualifications
        .iter()
        .filter(|one| one.withdrawn_at.is_none());
    if held.is_none() && counted.count() >= QUALIFICATIONS_MAX {
        let limit = QUALIFICATIONS_MAX;
        return Err(OfficerRefusal::TooMany { limit });
    }
    Ok(vec![OfficerAct::QualificationGranted(
        QualificationGranted {
            skill,
            by,
            certificate,
            from,
            until,
            pack_version,
            simulated,
        },
    )])
}

/// A text that fits on a line; `None`: not given.
fn short(field: &'static str, text: Option<&str>) -> Result<(), OfficerRefusal> {
    let Some(text) = text else { return Ok(()) };
    let chars = text.chars().count();
    let limit = CERTIFICATE_MAX_CHARS;
    let fault = match text_fault(text) {
        Some(TextFault::Empty) => TextFault::Empty,
        _ if chars > limit => TextFault::TooLong { chars, limit },
        _ => return Ok(()),
    };
    Err(OfficerRefusal::Text { field, fault })
}

fn open(
    known: &Officer,
    lesson: LessonCode,
    gap: GapKind,
    cause: ActId,
    method: &impl SkillMethod,
) -> Result<Vec<OfficerAct>, OfficerRefusal> {
    if method.right_answers(&lesson).is_none() {
        return Err(OfficerRefusal::NotInPack(lesson.to_string()));
    }
    let waits = known
        .lessons
        .get(&lesson)
        .is_some_and(|one| one.done_at.is_none());
    let full = known.open_lessons().count() >= LESSONS_OPEN_MAX;
    if known.causes.contains(&(cause, gap)) || waits || full {
        return Ok(Vec::new());
    }
    Ok(vec![OfficerAct::LessonOpened {
        lesson,
        gap: Some(gap),
        cause: Some(cause),
    }])
}

fn answer(
    known: &Officer,
    lesson: LessonCode,
    choices: &[u32],
    method: &impl SkillMethod,
) -> Result<Vec<OfficerAct>, OfficerRefusal> {
    let right = method
        .right_answers(&lesson)
        .ok_or_else(|| OfficerRefusal::NotInPack(lesson.to_string()))?;
    let mut acts = Vec::new();
    let state = known.lessons.get(&lesson);
    // Read again after it was done: nothing more is asked of anybody, so nothing is recorded.
    if state.is_some_and(|state| state.done_at.is_some()) {
        return Ok(acts);
    }
    if state.is_none() {
        acts.push(OfficerAct::LessonOpened {
            lesson: lesson.clone(),
            gap: None,
            cause: None,
        });
    }
    if state.is_none_or(|state| state.read_at.is_none()) {
        acts.push(OfficerAct::LessonRead {
            lesson: lesson.clone(),
        });
    }
    let mut known_right = state.map(|state| state.right.clone()).unwrap_or_default();
    for (question, right) in (1..).zip(&right) {
        let at = usize::try_from(question).unwrap_or(usize::MAX) - 1;
        let chosen = choices.get(at).copied().filter(|chosen| *chosen > 0);
        let chosen = chosen.ok_or(OfficerRefusal::NotAnswered { question })?;
        let right = chosen == *right;
        if right && !known_right.insert(question) {
            continue;
        }
        acts.push(OfficerAct::LessonAnswered {
            lesson: lesson.clone(),
            question,
            right,
        });
    }
    if known_right.len() >= right.len() {
        acts.push(OfficerAct::LessonDone { lesson });
    }
    Ok(acts)
}

/// How an act changes what is known of an officer's standing.
pub fn evolve(known: Option<Officer>, act: &Act) -> Option<Officer> {
    let Payload::Officer(what) = &act.payload else {
        return known;
    };
    let mut officer = known.unwrap_or_default();
    officer.version = act.version;
    match what {
        OfficerAct::QualificationGranted(granted) => {
            let later = |one: &Qualification| {
                one.skill != granted.skill || one.withdrawn_at.is_some() || one.from < granted.from
            };
            officer.qualifications.retain(later);
            officer.simulated |= granted.simulated;
            // The oldest of what counts no more goes first.
            if officer.qualifications.len() >= 2 * QUALIFICATIONS_MAX {
                officer.qualifications.remove(0);
            }
            officer.qualifications.push(Qualification {
                skill: granted.skill.clone(),
                from: granted.from,
                until: granted.until,
                withdrawn_at: None,
            });
        }
        OfficerAct::QualificationWithdrawn { skill, .. } => {
            let held = officer.qualifications.iter_mut();
            for one in held.filter(|one| one.skill == *skill) {
                one.withdrawn_at = one.withdrawn_at.or(Some(act.happened_at));
            }
        }
        OfficerAct::LessonOpened { lesson, gap, cause } => {
            officer.lessons.insert(
                lesson.clone(),
                LessonState {
                    gap: *gap,
                    opened_at: act.happened_at,
                    read_at: None,
                    right: BTreeSet::new(),
                    done_at: None,
                },
            );
            if let (Some(cause), Some(gap)) = (cause, gap) {
                if officer.causes.len() >= CAUSES_KEPT {
                    officer.causes.remove(0);
                }
                officer.causes.push((*cause, *gap));
            }
        }
        OfficerAct::LessonRead { lesson } => {
            if let Some(state) = officer.lessons.get_mut(lesson) {
                state.read_at = Some(act.happened_at);
            }
        }
        OfficerAct::LessonAnswered {
            lesson,
            question,
            right,
        } => {
            if let Some(state) = officer.lessons.get_mut(lesson).filter(|_| *right) {
                state.right.insert(*question);
            }
        }
        OfficerAct::LessonDone { lesson } => {
            if let Some(state) = officer.lessons.get_mut(lesson) {
                state.done_at = Some(act.happened_at);
            }
        }
    }
    Some(officer)
}

#[cfg(test)]
mod tests;
