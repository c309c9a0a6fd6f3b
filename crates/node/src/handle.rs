//! Handlers: one command each, from permission to receipt.

pub mod access;
pub mod case;
pub mod command;
pub mod encounter;
pub mod feedback;
pub mod first_hour;
pub mod import;
pub mod letter;
pub mod letter_words;
mod lists;
pub mod once;
pub mod outage;
pub mod paper;
pub mod person;
pub mod place;
pub mod program;
pub mod proof;
pub mod reporter;
pub mod same_event;
pub mod standing;
pub mod thing;
pub mod visit;

use jiff::Timestamp;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::subject::Moment;
use pengayom_core::value::ActId;
use pengayom_store::{Appended, NewAct};

use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::event::Event;

/// How often a handler decides anew when somebody else wrote in between.
const RETRIES: u32 = 4;

impl Staff {
    /// Refuses when no role carries a permission.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), HandleError> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(HandleError::NotAllowed(permission))
        }
    }

    /// The staff member as an actor.
    pub(crate) const fn actor(&self) -> Actor {
        Actor::Officer { id: self.id }
    }
}

impl Node {
    /// A moment told now.
    pub(crate) fn moment(&self, happened_at: Option<Timestamp>) -> Moment {
        let now = self.now();
        Moment {
            happened_at: happened_at.unwrap_or(now),
            recorded_at: now,
        }
    }

    /// Acts ready to append.
    pub(crate) fn new_acts<T>(
        &self,
        acts: Vec<T>,
        actor: &Actor,
        moment: Moment,
        place: Option<&ActPlace>,
        payload: impl Fn(T) -> Payload,
    ) -> Vec<NewAct> {
        acts.into_iter()
            .map(|act| NewAct {
                id: ActId(self.new_id()),
                actor: actor.clone(),
                happened_at: moment.happened_at,
                recorded_at: moment.recorded_at,
                place: place.cloned(),
                payload: payload(act),
                seed: self.new_seed(),
            })
            .collect()
    }

    /// Tells live pages of what was committed: of the first act, which is what was asked for; others follow from it.
    pub(crate) fn announce(&self, appended: &Appended) {
        let acts = appended.acts.as_slice();
        let (Some(first), Some(last), false) = (acts.first(), acts.last(), appended.repeated)
        else {
            return;
        };
        // Before it is noted, so that the first act after the clock was set back tells of it.
        self.record_clock.behind(last.recorded_at);
        self.record_clock.recorded(last.recorded_at);
        self.tell(first, appended.sequence);
        self.recorded.notify_one();
    }

    /// Tells live pages of an act at a place in the unit's order.
    pub(crate) fn tell(&self, act: &Act, sequence: i64) {
        match act.subject {
            Subject::Visit(_) => self
                .waits
                .forget(act.place.as_ref().map(|place| &place.station)),
            Subject::Outage(_) => self.outages.forget(),
            Subject::Thing(_) | Subject::Officer(_) => self.readiness.forget(),
            _ => {}
        }
        self.events.tell(Event {
            subject: match act.subject {
                // What is told of must not lead to who judged; the unit's own acts show on no live page.
                // Of an officer's lessons nobody else hears.
                Subject::Feedback(_) | Subject::Officer(_) | Subject::Unit => None,
                named => Some(named),
            },
            kind: act.payload.kind(),
            station: act.place.as_ref().map(|place| place.station.clone()),
            sequence,
        });
    }
}
