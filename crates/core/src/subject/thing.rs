//! A room or a piece of equipment of the unit: where it is, whether it is in order, who has it (S35).

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::{Moment, TextFault, text_fault};
use crate::act::{Act, Payload};
use crate::pack::ThingCode;
use crate::place::StationId;
use crate::value::OfficerId;

/// Longest label of a thing and longest place within a station, in characters.
pub const LABEL_MAX_CHARS: usize = 80;

/// Longest reason, in characters.
pub const REASON_MAX_CHARS: usize = 500;

/// How far back a change may be told, in days.
pub const SINCE_WITHIN_DAYS: i64 = 90;

/// How far ahead the next check may lie, in days.
const CHECK_WITHIN_DAYS: i32 = 20 * 366;

/// Changes of state and place that are remembered; the oldest go first.
pub const PHASES_KEPT: usize = 200;

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThingState {
    /// It can be used.
    InOrder,
    /// It cannot be used until it is mended.
    Broken,
    /// It is lent or under repair elsewhere.
    Away,
    /// It is no longer used. Nothing follows.
    Retired,
}

impl ThingState {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::InOrder, Self::Broken, Self::Away, Self::Retired];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InOrder => "in_order",
            Self::Broken => "broken",
            Self::Away => "away",
            Self::Retired => "retired",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What the rules ask of the pack.
pub trait ThingMethod {
    /// Whether this is a kind of thing of the pack, and whether it is a room.
    fn thing(&self, kind: &ThingCode) -> Option<bool>;
}

/// The unit has something at the act's station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThingRegistered {
    /// What it is, a code of the pack.
    pub kind: ThingCode,
    /// What it is called, such as a number.
    pub label: String,
    /// Where in the station it is kept, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// How it is.
    pub state: ThingState,
    /// The day by which it is checked next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_by: Option<Date>,
    /// The pack version whose kind it is.
    pub pack_version: String,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A fact about a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ThingAct {
    /// The unit has it.
    ThingRegistered(ThingRegistered),
    /// It is in another state from the act's moment on.
    StateChanged {
        /// How it is.
        state: ThingState,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// It is at the act's station from its moment on.
    ThingMoved {
        /// Where in the station it is kept, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<String>,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Somebody has it, or gave it back.
    ThingHandedOver {
        /// Who has it; `None`: it is in its place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<OfficerId>,
        /// What was found when it changed hands, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It was checked.
    ThingChecked {
        /// The day by which it is checked next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Date>,
        /// What was found, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
}

impl ThingAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ThingRegistered(_) => "thing.thing_registered",
            Self::StateChanged { .. } => "thing.state_changed",
            Self::ThingMoved { .. } => "thing.thing_moved",
            Self::ThingHandedOver { .. } => "thing.thing_handed_over",
            Self::ThingChecked { .. } => "thing.thing_checked",
        }
    }
}

/// What can be asked about a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThingCommand {
    /// The unit has it.
    Register {
        /// What it is.
        kind: ThingCode,
        /// What it is called.
        label: String,
        /// Where it is kept.
        room: Option<String>,
        /// How it is.
        state: ThingState,
        /// The day by which it is checked next.
        check_by: Option<Date>,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// It is in another state.
    Change {
        /// How it is.
        state: ThingState,
        /// Why.
        reason: String,
    },
    /// It is somewhere else.
    Move {
        /// The station, which the act's place names too.
        to: StationId,
        /// Where it is kept.
        room: Option<String>,
        /// Why.
        reason: String,
    },
    /// Somebody has it.
    HandOver {
        /// Who; `None`: back in its place.
        to: Option<OfficerId>,
        /// What was found.
        note: Option<String>,
    },
    /// It was checked.
    Check {
        /// The day by which it is checked next.
        next: Option<Date>,
        /// What was found.
        note: Option<String>,
    },
}

/// The rule that stood in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThingRefusal {
    /// There is no such thing.
    #[error("not registered")]
    NotRegistered,
    /// It is registered already.
    #[error("registered already")]
    Already,
    /// It is not used any more; nothing follows.
    #[error("not used any more")]
    Retired,
    /// The unit's method has no such word.
    #[error("{0:?} is not in the pack")]
    NotInPack(String),
    /// A room is nobody's to carry, and does not move.
    #[error("a room is neither carried nor moved")]
    IsARoom,
    /// What is broken or away is handed to nobody.
    #[error("not in order")]
    NotInOrder,
    /// A needed text is missing or too long.
    #[error("{field}: {fault}")]
    Text {
        /// The field of the command.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// It happens after now.
    #[error("in the future: {0}")]
    InTheFuture(Timestamp),
    /// It happened too long ago, or before what is known already.
    #[error("{at} is before {after}")]
    TooEarly {
        /// The moment given.
        at: Timestamp,
        /// The first moment that would do.
        after: Timestamp,
    },
    /// The next check is past, or too far ahead.
    #[error("next check {0} is past or too far ahead")]
    CheckOutside(Date),
}

/// Where a thing was and whether it could be used, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// From when.
    pub from: Timestamp,
    /// The station.
    pub station: Option<StationId>,
    /// It could be used there.
    pub in_order: bool,
}

/// What is known of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// How many acts it has.
    pub version: u32,
    /// As it was registered.
    pub registered: ThingRegistered,
    /// When.
    pub registered_at: Timestamp,
    /// The station.
    pub station: Option<StationId>,
    /// Where in the station it is kept.
    pub room: Option<String>,
    /// How it is.
    pub state: ThingState,
    /// Since when it is so.
    pub since: Timestamp,
    /// Who has it.
    pub holder: Option<OfficerId>,
    /// Since when.
    pub held_since: Option<Timestamp>,
    /// The day by which it is checked next.
    pub check_by: Option<Date>,
    /// When it was checked last.
    pub checked_at: Option<Timestamp>,
    /// Where it was and whether it could be used, the latest last; at most [`PHASES_KEPT`].
    pub phases: Vec<Phase>,
}

/// What a command about a thing leads to; nothing when it is so already. `today` is the unit's day.
///
/// # Errors
/// [`ThingRefusal`], naming the rule that stood in the way.
pub fn decide(
    known: Option<&Thing>,
    command: ThingCommand,
    moment: Moment,
    today: Date,
    method: &impl ThingMethod,
) -> Result<Vec<ThingAct>, ThingRefusal> {
    if moment.is_in_the_future() {
        return Err(ThingRefusal::InTheFuture(moment.happened_at));
    }
    let back = SignedDuration::from_hours(24 * SINCE_WITHIN_DAYS);
    let oldest = moment
        .recorded_at
        .checked_sub(back)
        .unwrap_or(Timestamp::MIN);
    let latest = known.and_then(|thing| thing.phases.last().map(|phase| phase.from));
    // Told as it happens it follows whatever was told before, though a clock was set back in between.
    let after = latest
        .filter(|_| !moment.is_now())
        .map_or(oldest, |latest| latest.max(oldest));
    if moment.happened_at < after {
        let at = moment.happened_at;
        return Err(ThingRefusal::TooEarly { at, after });
    }
    let Some(thing) = known else {
        return register(command, today, method);
    };
    if thing.state == ThingState::Retired {
        return Err(ThingRefusal::Retired);
    }
    let is_room = method.thing(&thing.registered.kind).unwrap_or(false);
    let act = match command {
        ThingCommand::Register { .. } => return Err(ThingRefusal::Already),
        ThingCommand::Change { state, reason } => {
            if state == thing.state {
                return Ok(Vec::new());
            }
            needed("reason", &reason, REASON_MAX_CHARS)?;
            ThingAct::StateChanged { state, reason }
        }
        ThingCommand::Move { to, room, reason } => {
            let elsewhere = thing.station.as_ref() != Some(&to);
            if is_room && elsewhere {
                return Err(ThingRefusal::IsARoom);
            }
            if !elsewhere && room == thing.room {
                return Ok(Vec::new());
            }
            given("room", room.as_deref(), LABEL_MAX_CHARS)?;
            needed("reason", &reason, REASON_MAX_CHARS)?;
            ThingAct::ThingMoved { room, reason }
        }
        ThingCommand::HandOver { to, note } => {
            if is_room {
                return Err(ThingRefusal::IsARoom);
            }
            if to == thing.holder {
                return Ok(Vec::new());
            }
            if to.is_some() && thing.state != ThingState::InOrder {
                return Err(ThingRefusal::NotInOrder);
            }
            given("note", note.as_deref(), REASON_MAX_CHARS)?;
            ThingAct::ThingHandedOver { to, note }
        }
        ThingCommand::Check { next, note } => {
            check(next, today)?;
            given("note", note.as_deref(), REASON_MAX_CHARS)?;
            ThingAct::ThingChecked { next, note }
        }
    };
    Ok(vec![act])
}

fn register(
    command: ThingCommand,
    today: Date,
    method: &impl ThingMethod,
) -> Result<Vec<ThingAct>, ThingRefusal> {
    let ThingCommand::Register {
        kind,
        label,
        room,
        state,
        check_by,
        pack_version,
        simulated,
    } = command
    else {
        return Err(ThingRefusal::NotRegistered);
    };
    if method.thing(&kind).is_none() {
        return Err(ThingRefusal::NotInPack(kind.to_string()));
    }
    needed("label", &label, LABEL_MAX_CHARS)?;
    given("room", room.as_deref(), LABEL_MAX_CHARS)?;
    check(check_by, today)?;
    if state == ThingState::Retired {
        return Err(ThingRefusal::Retired);
    }
    Ok(vec![ThingAct::ThingRegistered(ThingRegistered {
        kind,
        label,
        room,
        state,
        check_by,
        pack_version,
        simulated,
    })])
}

/// The next check is today or later, within twenty years.
fn check(next: Option<Date>, today: Date) -> Result<(), ThingRefusal> {
    let last = today.saturating_add(CHECK_WITHIN_DAYS.days());
    match next {
        Some(day) if day < today || day > last => Err(ThingRefusal::CheckOutside(day)),
        _ => Ok(()),
    }
}

/// A text of somebody's own: some visible sign, not too long.
fn needed(field: &'static str, text: &str, limit: usize) -> Result<(), ThingRefusal> {
    let chars = text.chars().count();
    let fault = match text_fault(text) {
        Some(TextFault::Empty) => TextFault::Empty,
        _ if chars > limit => TextFault::TooLong { chars, limit },
        _ => return Ok(()),
    };
    Err(ThingRefusal::Text { field, fault })
}

fn given(field: &'static str, text: Option<&str>, limit: usize) -> Result<(), ThingRefusal> {
    text.map_or(Ok(()), |text| needed(field, text, limit))
}

/// How an act changes what is known of a thing.
pub fn evolve(known: Option<Thing>, act: &Act) -> Option<Thing> {
    let Payload::Thing(what) = &act.payload else {
        return known;
    };
    let station = act.place.as_ref().map(|place| place.station.clone());
    if let ThingAct::ThingRegistered(registered) = what {
        if known.is_some() {
            return known;
        }
        return Some(Thing {
            version: act.version,
            registered: registered.clone(),
            registered_at: act.happened_at,
            room: registered.room.clone(),
            state: registered.state,
            since: act.happened_at,
            holder: None,
            held_since: None,
            check_by: registered.check_by,
            checked_at: None,
            phases: vec![Phase {
                from: act.happened_at,
                station: station.clone(),
                in_order: registered.state == ThingState::InOrder,
            }],
            station,
        });
    }
    let mut thing = known?;
    thing.version = act.version;
    match what {
        ThingAct::ThingRegistered(_) => {}
        ThingAct::StateChanged { state, .. } => {
            thing.state = *state;
            thing.since = act.happened_at;
            // What cannot be used or is gone is in nobody's hands.
            if *state != ThingState::InOrder {
                thing.holder = None;
                thing.held_since = None;
            }
            phase(&mut thing, act);
        }
        ThingAct::ThingMoved { room, .. } => {
            thing.station = station.or(thing.station);
            thing.room.clone_from(room);
            phase(&mut thing, act);
        }
        ThingAct::ThingHandedOver { to, .. } => {
            thing.holder = *to;
            thing.held_since = to.map(|_| act.happened_at);
        }
        ThingAct::ThingChecked { next, .. } => {
            thing.check_by = *next;
            thing.checked_at = Some(act.happened_at);
        }
    }
    Some(thing)
}

/// Notes where a thing is and whether it can be used, from an act on.
fn phase(thing: &mut Thing, act: &Act) {
    if thing.phases.len() >= PHASES_KEPT {
        thing.phases.remove(0);
    }
    let before = thing
        .phases
        .last()
        .map_or(Timestamp::MIN, |phase| phase.from);
    thing.phases.push(Phase {
        from: act.happened_at.max(before),
        station: thing.station.clone(),
        in_order: thing.state == ThingState::InOrder,
    });
}

#[cfg(test)]
mod tests;
