//! What live pages hear of: that something changed, never what it says.

use pengayom_core::act::Subject;
use pengayom_core::place::StationId;
use tokio::sync::broadcast;

/// How many events a slow listener may lag behind before it is told to read everything anew.
const BACKLOG: usize = 256;

/// Acts were committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// About what; `None` for a judgement, which is not to be found again by those who listen at
    /// the moment it is given (S5).
    pub subject: Option<Subject>,
    /// The stored kind of what was asked for, such as `case.request_filed`.
    pub kind: &'static str,
    /// The station concerned.
    pub station: Option<StationId>,
    /// Place of the last act in the unit's order.
    pub sequence: i64,
}

/// Tells listeners.
pub(crate) struct Events {
    sender: broadcast::Sender<Event>,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
        }
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Event> {
        self.sender.subscribe()
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is no fault.
        let _ = self.sender.send(event);
    }
}
