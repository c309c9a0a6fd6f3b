//! The views of means and skills.

use pengayom_core::subject::officer::Officer;
use pengayom_core::subject::thing::Thing;
use pengayom_core::value::{OfficerId, ThingId};

use super::shown;
use crate::standing::{StandingRow, ThingRow};

/// The row of a thing.
pub(super) fn thing(id: ThingId, thing: &Thing) -> ThingRow {
    let registered = &thing.registered;
    ThingRow {
        id,
        version: thing.version,
        station: thing.station.clone(),
        kind: registered.kind.clone(),
        label: shown(&registered.label),
        room: thing.room.as_deref().map(shown),
        state: thing.state,
        since: thing.since,
        holder: thing.holder,
        held_since: thing.held_since,
        check_by: thing.check_by,
        checked_at: thing.checked_at,
        registered_at: thing.registered_at,
        phases: thing.phases.clone(),
        simulated: registered.simulated,
    }
}

/// The row of an officer's standing. Which acts opened lessons stays in the acts.
pub(super) fn officer(id: OfficerId, officer: &Officer) -> StandingRow {
    StandingRow {
        id,
        version: officer.version,
        qualifications: officer.qualifications.clone(),
        lessons: officer.lessons.clone(),
        simulated: officer.simulated,
    }
}
