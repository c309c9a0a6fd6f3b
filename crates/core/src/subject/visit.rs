//! A visit to a front desk: somebody comes, gets a ticket, waits, is called and served (UX page 18).
//!
//! The record names no visitor: a ticket, a kind of need and why somebody goes first are all that is
//! kept. In which order people are called is [`order`]; how long the wait is said to be is [`wait`].

pub mod order;
pub mod wait;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::order::Turn;
use crate::act::{Act, Actor, Payload};
use crate::place::StationId;
use crate::subject::Moment;
use crate::value::OfficerId;

/// Most people who are in the queue of one front desk at once, called or not. More than a hall
/// holds: beyond it something else is wrong, and lists and sums stay bounded.
pub const OPEN_MAX: u32 = 500;

/// How long a ticket works after it was given, whatever the hour, in hours; see [`open_until`].
pub const OPEN_HOURS: i64 = 6;

/// How a visit ends that nobody ended.
pub const LAPSED: &str = "lapsed";

/// Until when a ticket works: to the end of its day in the unit's zone, and for [`OPEN_HOURS`] at the
/// least, so that who comes before midnight is still called after it. What nobody ended by then ends
/// by rule, and is no wait.
pub fn open_until(joined_at: Timestamp, zone: &TimeZone) -> Timestamp {
    let hours = SignedDuration::from_hours(OPEN_HOURS);
    let at_least = joined_at.checked_add(hours).unwrap_or(Timestamp::MAX);
    let tomorrow = zone.to_datetime(joined_at).date().tomorrow().ok();
    let midnight = tomorrow.and_then(|day| {
        let midnight = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0));
        midnight.compatible().ok()
    });
    midnight.unwrap_or(Timestamp::MAX).max(at_least)
}

/// The desk's words as far as the rules ask for them; the pack answers.
pub trait DeskMethod {
    /// Whether this is a kind of need, and whether it is shown without its name.
    fn need(&self, code: &str) -> Option<bool>;
    /// Whether this is a reason to go first, and whether it is danger.
    fn priority(&self, code: &str) -> Option<bool>;
    /// Whether this is a way in which a visit ends, and whether the person was served.
    fn ending(&self, code: &str) -> Option<bool>;
    /// Whether this is something that can be down.
    fn system(&self, code: &str) -> bool;
}

/// Somebody came to the front desk of the act's station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorJoined {
    /// The day the ticket is of, in the unit's zone.
    pub day: Date,
    /// Its number on that day, from 1; the store gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<u32>,
    /// The kind of need, a code of the pack; missing: the person does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// The kind is not shown on lists.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// Why they go first, a code of the pack (S76).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// That reason is danger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub danger: bool,
    /// Until when the ticket works.
    pub open_until: Timestamp,
    /// The pack version whose words were chosen.
    pub pack_version: String,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

impl VisitorJoined {
    /// Whose turn it is.
    pub const fn turn(&self) -> Turn {
        Turn::of(self.danger, self.priority.is_some())
    }
}

/// A fact about a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum VisitAct {
    /// Somebody came and got a ticket.
    VisitorJoined(VisitorJoined),
    /// An officer called them.
    VisitorCalled {
        /// Who serves them.
        by: OfficerId,
    },
    /// They wait again, where they stood.
    VisitorPutBack {},
    /// A colleague goes on with them.
    VisitTakenOver {
        /// Who had them.
        from: OfficerId,
        /// Who has them.
        to: OfficerId,
    },
    /// The visit ended.
    VisitEnded {
        /// How, a code of the pack, or [`LAPSED`].
        ended: String,
        /// Whether the person was served.
        served: bool,
    },
}

impl VisitAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::VisitorJoined(_) => "visit.visitor_joined",
            Self::VisitorCalled { .. } => "visit.visitor_called",
            Self::VisitorPutBack {} => "visit.visitor_put_back",
            Self::VisitTakenOver { .. } => "visit.visit_taken_over",
            Self::VisitEnded { .. } => "visit.visit_ended",
        }
    }
}

/// What can be asked of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitCommand {
    /// Put somebody into the queue.
    Join {
        /// The kind of need; `None`: the person does not know.
        need: Option<String>,
        /// Why they go first.
        priority: Option<String>,
        /// The day in the unit's zone.
        day: Date,
        /// Until when the ticket works; see [`open_until`].
        open_until: Timestamp,
        /// How many are in the queue of this desk.
        open: u32,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// Call them.
    Call,
    /// Let them wait again, where they stood.
    PutBack,
    /// Go on with them in the place of a colleague.
    TakeOver {
        /// Who had them, as the asker saw it.
        from: OfficerId,
    },
    /// End the visit.
    End {
        /// How, a code of the pack.
        ended: String,
    },
    /// End what nobody ended.
    Lapse,
}

/// The rule that stood in the way of a visit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisitRefusal {
    /// No such visit.
    #[error("nobody has this ticket")]
    NotJoined,
    /// The ticket is given.
    #[error("the ticket was given before")]
    AlreadyJoined,
    /// As many wait as a queue holds.
    #[error("the queue is full: limit {limit}")]
    QueueFull {
        /// The limit.
        limit: u32,
    },
    /// The unit's method has no such word.
    #[error("{field}: {word:?} is not in the pack")]
    NotInPack {
        /// The field of the command.
        field: &'static str,
        /// The word given.
        word: String,
    },
    /// Only officers call people.
    #[error("only an officer does this")]
    OfficersOnly,
    /// A colleague serves them.
    #[error("served by another officer")]
    WithAnotherOfficer {
        /// Who.
        officer: OfficerId,
    },
    /// Nobody called them, so nobody served them.
    #[error("not called yet")]
    NotCalled,
    /// The visit ended.
    #[error("the visit ended")]
    Ended,
    /// The ticket still works.
    #[error("the ticket works until {until}")]
    NotOver {
        /// Until when.
        until: Timestamp,
    },
}

/// That somebody was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called {
    /// Who serves them.
    pub by: OfficerId,
    /// When they were called.
    pub at: Timestamp,
}

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// A code of the pack, or [`LAPSED`].
    pub how: String,
    /// Whether the person was served.
    pub served: bool,
    /// When.
    pub at: Timestamp,
}

/// What is known of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// How many acts it has.
    pub version: u32,
    /// What was noted when they came.
    pub joined: VisitorJoined,
    /// The front desk; every visit recorded through the rules has one.
    pub station: Option<StationId>,
    /// When they came.
    pub joined_at: Timestamp,
    /// That they were called, and not put back.
    pub called: Option<Called>,
    /// That it ended.
    pub ended: Option<Ended>,
}

/// What a command about a visit leads to; nothing when it is so already.
///
/// # Errors
/// [`VisitRefusal`], naming the rule that stood in the way.
pub fn decide(
    visit: Option<&Visit>,
    command: VisitCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl DeskMethod,
) -> Result<Vec<VisitAct>, VisitRefusal> {
    if let VisitCommand::Join { .. } = command {
        return if visit.is_some() {
            Err(VisitRefusal::AlreadyJoined)
        } else {
            join(command, method)
        };
    }
    let visit = visit.ok_or(VisitRefusal::NotJoined)?;
    if let Some(ended) = &visit.ended {
        return match command {
            VisitCommand::End { ended: how } if how == ended.how => Ok(Vec::new()),
            VisitCommand::Lapse => Ok(Vec::new()),
            _ => Err(VisitRefusal::Ended),
        };
    }
    if command == VisitCommand::Lapse {
        return lapse(visit, moment);
    }
    let by = actor.officer().ok_or(VisitRefusal::OfficersOnly)?;
    let of_another = visit.called.filter(|called| called.by != by);
    match command {
        VisitCommand::TakeOver { from } => match visit.called {
            None => Err(VisitRefusal::NotCalled),
            Some(called) if called.by == by => Ok(Vec::new()),
            Some(called) if called.by != from => {
                Err(VisitRefusal::WithAnotherOfficer { officer: called.by })
            }
            Some(_) => Ok(vec![VisitAct::VisitTakenOver { from, to: by }]),
        },
        _ if of_another.is_some() => Err(VisitRefusal::WithAnotherOfficer {
            officer: of_another.map_or(by, |called| called.by),
        }),
        VisitCommand::Call if visit.called.is_some() => Ok(Vec::new()),
        VisitCommand::Call => Ok(vec![VisitAct::VisitorCalled { by }]),
        VisitCommand::PutBack if visit.called.is_none() => Ok(Vec::new()),
        VisitCommand::PutBack => Ok(vec![VisitAct::VisitorPutBack {}]),
        VisitCommand::End { ended } => {
            let served = method
                .ending(&ended)
                .ok_or_else(|| not_in_pack("ended", &ended))?;
            if served && visit.called.is_none() {
                return Err(VisitRefusal::NotCalled);
            }
            Ok(vec![VisitAct::VisitEnded { ended, served }])
        }
        // Answered above.
        VisitCommand::Join { .. } | VisitCommand::Lapse => Ok(Vec::new()),
    }
}

fn not_in_pack(field: &'static str, word: &str) -> VisitRefusal {
    VisitRefusal::NotInPack {
        field,
        word: word.chars().take(40).collect(),
    }
}

fn join(command: VisitCommand, method: &impl DeskMethod) -> Result<Vec<VisitAct>, VisitRefusal> {
    let VisitCommand::Join {
        need,
        priority,
        day,
        open_until,
        open,
        pack_version,
        simulated,
    } = command
    else {
        return Ok(Vec::new());
    };
    if open >= OPEN_MAX {
        return Err(VisitRefusal::QueueFull { limit: OPEN_MAX });
    }
    let known = |code: &str| method.need(code).ok_or_else(|| not_in_pack("need", code));
    let sensitive = need.as_deref().map(known).transpose()?.unwrap_or(false);
    let known = |code: &str| {
        let danger = method.priority(code);
        danger.ok_or_else(|| not_in_pack("priority", code))
    };
    let danger = priority.as_deref().map(known).transpose()?.unwrap_or(false);
    Ok(vec![VisitAct::VisitorJoined(VisitorJoined {
        day,
        ticket: None,
        need,
        sensitive,
        priority,
        danger,
        open_until,
        pack_version,
        simulated,
    })])
}

fn lapse(visit: &Visit, moment: Moment) -> Result<Vec<VisitAct>, VisitRefusal> {
    let until = visit.joined.open_until;
    if moment.recorded_at < until {
        return Err(VisitRefusal::NotOver { until });
    }
    Ok(vec![VisitAct::VisitEnded {
        ended: LAPSED.to_owned(),
        served: false,
    }])
}

/// How an act changes what is known of a visit.
pub fn evolve(visit: Option<Visit>, act: &Act) -> Option<Visit> {
    let Payload::Visit(what) = &act.payload else {
        return visit;
    };
    let Some(mut known) = visit else {
        let VisitAct::VisitorJoined(joined) = what else {
            return None;
        };
        return Some(Visit {
            version: act.version,
            joined: joined.clone(),
            station: act.place.as_ref().map(|place| place.station.clone()),
            joined_at: act.happened_at,
            called: None,
            ended: None,
        });
    };
    known.version = act.version;
    match what {
        VisitAct::VisitorJoined(_) => {}
        VisitAct::VisitorCalled { by } => {
            known.called = Some(Called {
                by: *by,
                at: act.happened_at,
            });
        }
        VisitAct::VisitorPutBack {} => known.called = None,
        VisitAct::VisitTakenOver { to, .. } => {
            // Whoever was called has waited until then, whoever goes on.
            if let Some(called) = &mut known.called {
                called.by = *to;
            }
        }
        VisitAct::VisitEnded { ended, served } => {
            known.ended = Some(Ended {
                how: ended.clone(),
                served: *served,
                at: act.happened_at,
            });
        }
    }
    Some(known)
}

#[cfg(test)]
mod tests;
