//! Something is down: since when, and what people can still do (UX page 1).
//!
//! One subject for each thing and station: it is said to be down, and that it works again, as often as
//! that happens. So it is never said twice at once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CLOCK_TOLERANCE, Moment, TextFault, is_visible};
use crate::act::{Act, Payload};
use crate::place::StationId;
use crate::subject::visit::DeskMethod;

/// Longest name of what is down in own words, in characters.
pub const WORDS_MAX_CHARS: usize = 80;

/// Longest text about what still works, in characters.
pub const WAY_MAX_CHARS: usize = 200;

/// How far back the beginning of an outage may lie, in days.
pub const SINCE_WITHIN_DAYS: i64 = 30;

/// How far ahead its expected end may lie, in days.
pub const UNTIL_WITHIN_DAYS: i64 = 30;

/// How long it is told that something works again, in hours.
pub const TOLD_HOURS: i64 = 1;

/// Most things that may be down at one station at once.
pub const OPEN_MAX: u32 = 20;

/// Something is down at the act's station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageDeclared {
    /// What, a code of the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// What, in own words, when the pack has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// What people can still do, in own words; missing: as the pack says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<String>,
    /// When it is expected to work again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The pack version whose words were chosen.
    pub pack_version: String,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A fact about something that can be down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum OutageAct {
    /// It is down.
    OutageDeclared(OutageDeclared),
    /// It works again.
    OutageEnded {
        /// Since when.
        at: Timestamp,
    },
}

impl OutageAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::OutageDeclared(_) => "outage.outage_declared",
            Self::OutageEnded { .. } => "outage.outage_ended",
        }
    }
}

/// What can be said of something that can be down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutageCommand {
    /// It is down.
    Declare {
        /// What, a code of the pack.
        system: Option<String>,
        /// What, in own words.
        words: Option<String>,
        /// Since when.
        since: Timestamp,
        /// What people can still do; needed where the pack does not say it.
        way: Option<String>,
        /// When it is expected to work again.
        until: Option<Timestamp>,
        /// How many things are down at this station.
        open: u32,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// It works again.
    End {
        /// Since when.
        at: Timestamp,
    },
}

/// The rule that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutageRefusal {
    /// It was said before, and nobody said that it works again.
    #[error("said to be down since {since}")]
    AlreadyDown {
        /// Since when.
        since: Timestamp,
    },
    /// It is not down.
    #[error("not said to be down")]
    NotDown,
    /// Neither a word of the pack nor own words, or both.
    #[error("what is down: one word of the pack, or own words")]
    WhatIsDown,
    /// The unit's method has no such word.
    #[error("{0:?} is not in the pack")]
    NotInPack(String),
    /// A needed text is missing or too long.
    #[error("{field}: {fault}")]
    Text {
        /// The field of the command.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// It begins after now.
    #[error("begins in the future: {0}")]
    SinceInTheFuture(Timestamp),
    /// It began too long ago.
    #[error("began {at}, more than {limit_days} days ago")]
    SinceTooLongAgo {
        /// The moment given.
        at: Timestamp,
        /// The limit.
        limit_days: i64,
    },
    /// The expected end is not after now and after the beginning, or too far ahead.
    #[error("expected end {0} is past, before the beginning, or too far ahead")]
    UntilOutside(Timestamp),
    /// It ends after now.
    #[error("ends in the future: {0}")]
    EndInTheFuture(Timestamp),
    /// It ends before it began.
    #[error("ends {at}, before it began {since}")]
    EndBeforeSince {
        /// The moment given.
        at: Timestamp,
        /// When it began.
        since: Timestamp,
    },
    /// As many things are down as are told.
    #[error("too many outages: limit {limit}")]
    TooMany {
        /// The limit.
        limit: u32,
    },
}

/// What is known of something that can be down: the last outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// How many acts it has.
    pub version: u32,
    /// What was said last.
    pub declared: OutageDeclared,
    /// The station.
    pub station: Option<StationId>,
    /// When that was said.
    pub declared_at: Timestamp,
    /// Since when it works again.
    pub ended_at: Option<Timestamp>,
}

/// A text of somebody's own: some visible sign, not too long.
fn text(field: &'static str, text: &str, limit: usize) -> Result<(), OutageRefusal> {
    let chars = text.chars().count();
    let fault = if !text.chars().any(is_visible) {
        TextFault::Empty
    } else if chars > limit {
        TextFault::TooLong { chars, limit }
    } else {
        return Ok(());
    };
    Err(OutageRefusal::Text { field, fault })
}

/// What a command about something that can be down leads to; nothing when it is so already.
///
/// # Errors
/// [`OutageRefusal`], naming the rule that stood in the way.
pub fn decide(
    outage: Option<&Outage>,
    command: OutageCommand,
    moment: Moment,
    method: &impl DeskMethod,
) -> Result<Vec<OutageAct>, OutageRefusal> {
    match command {
        OutageCommand::Declare { .. } => {
            if let Some(down) = outage.filter(|known| known.ended_at.is_none()) {
                return Err(OutageRefusal::AlreadyDown {
                    since: down.declared.since,
                });
            }
            declare(command, moment, method)
        }
        OutageCommand::End { at } => {
            let known = outage.ok_or(OutageRefusal::NotDown)?;
            if known.ended_at.is_some() {
                return Err(OutageRefusal::NotDown);
            }
            let since = known.declared.since;
            if is_after(at, moment.recorded_at) {
                return Err(OutageRefusal::EndInTheFuture(at));
            }
            if at < since {
                return Err(OutageRefusal::EndBeforeSince { at, since });
            }
            Ok(vec![OutageAct::OutageEnded { at }])
        }
    }
}

fn is_after(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > CLOCK_TOLERANCE
}

fn declare(
    command: OutageCommand,
    moment: Moment,
    method: &impl DeskMethod,
) -> Result<Vec<OutageAct>, OutageRefusal> {
    let OutageCommand::Declare {
        system,
        words,
        since,
        way,
        until,
        open,
        pack_version,
        simulated,
    } = command
    else {
        return Err(OutageRefusal::NotDown);
    };
    if open >= OPEN_MAX {
        return Err(OutageRefusal::TooMany { limit: OPEN_MAX });
    }
    match (&system, &words) {
        (Some(system), None) => {
            if !method.system(system) {
                let shown = system.chars().take(40).collect();
                return Err(OutageRefusal::NotInPack(shown));
            }
        }
        (None, Some(words)) => {
            text("words", words, WORDS_MAX_CHARS)?;
            // The pack says what still works of what it knows; of anything else somebody has to.
            text("way", way.as_deref().unwrap_or_default(), WAY_MAX_CHARS)?;
        }
        _ => return Err(OutageRefusal::WhatIsDown),
    }
    if let Some(way) = &way {
        text("way", way, WAY_MAX_CHARS)?;
    }
    let now = moment.recorded_at;
    if is_after(since, now) {
        return Err(OutageRefusal::SinceInTheFuture(since));
    }
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    if now.duration_since(since) > days(SINCE_WITHIN_DAYS) {
        return Err(OutageRefusal::SinceTooLongAgo {
            at: since,
            limit_days: SINCE_WITHIN_DAYS,
        });
    }
    if let Some(until) = until {
        let ahead = until.duration_since(now);
        if until <= since || ahead <= SignedDuration::ZERO || ahead > days(UNTIL_WITHIN_DAYS) {
            return Err(OutageRefusal::UntilOutside(until));
        }
    }
    Ok(vec![OutageAct::OutageDeclared(OutageDeclared {
        system,
        words,
        since,
        way,
        until,
        pack_version,
        simulated,
    })])
}

/// How an act changes what is known of something that can be down.
pub fn evolve(outage: Option<Outage>, act: &Act) -> Option<Outage> {
    let Payload::Outage(what) = &act.payload else {
        return outage;
    };
    match (outage, what) {
        (_, OutageAct::OutageDeclared(declared)) => Some(Outage {
            version: act.version,
            declared: declared.clone(),
            station: act.place.as_ref().map(|place| place.station.clone()),
            declared_at: act.recorded_at,
            ended_at: None,
        }),
        (Some(mut known), OutageAct::OutageEnded { at }) => {
            known.version = act.version;
            known.ended_at = Some(*at);
            Some(known)
        }
        (None, OutageAct::OutageEnded { .. }) => None,
    }
}

#[cfg(test)]
mod tests;
