//! A simulated day at the unit's front desk: people come, wait and are served by two officers, through the
//! same handlers that serve people. All of it is made up, from the seed, and says so.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::subject::visit::VisitCommand;
use pengayom_core::value::{CommandId, VisitId};
use pengayom_node::access::Staff;
use pengayom_node::handle::visit::Joining;
use pengayom_node::{HandleError, Node};
use rand::SeedableRng as _;
use rand::prelude::*;
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use super::clock::SimulatedClock;
use crate::fault::Fault;

/// How long before the end of the month the day begins.
const HOURS: i64 = 6;

/// People who come in the last minutes, so that somebody waits when the demonstration opens.
const LAST: i64 = 4;

/// What happens at the desk.
#[derive(Debug, Clone)]
enum Event {
    /// Somebody comes.
    Join,
    /// An officer looks who is next.
    Next(usize),
    /// An officer is done with somebody.
    Done(usize, VisitId, String),
}

/// The day, as far as it is not played yet.
pub(super) struct DeskDay {
    events: BTreeMap<(Timestamp, u32), Event>,
    planned: u32,
    officers: Vec<Staff>,
    busy: Vec<bool>,
    chance: ChaCha20Rng,
}

impl DeskDay {
    /// Plans when people come, up to the moment the month ends.
    pub(super) fn new(seed: u64, until: Timestamp, officers: Vec<Staff>) -> Self {
        let mut day = Self {
            events: BTreeMap::new(),
            planned: 0,
            busy: vec![false; officers.len()],
            officers,
            // Of its own, so that the month stays as it is without it.
            chance: ChaCha20Rng::seed_from_u64(seed ^ 0x00de_5c0d),
        };
        let mut at = until - SignedDuration::from_hours(HOURS);
        let last = until - SignedDuration::from_mins(12);
        while at < last {
            day.plan(at, Event::Join);
            at += day.between(4 * 60, 12 * 60);
        }
        for n in 0..LAST {
            let before = SignedDuration::from_mins(2 + 3 * n);
            day.plan(until - before, Event::Join);
        }
        day
    }

    fn between(&mut self, from: i64, to: i64) -> SignedDuration {
        SignedDuration::from_secs(self.chance.random_range(from..to))
    }

    fn plan(&mut self, at: Timestamp, event: Event) {
        self.planned += 1;
        self.events.insert((at, self.planned), event);
    }

    /// Plays what happens up to a moment.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn play_until(
        &mut self,
        node: &Node,
        clock: &SimulatedClock,
        until: Timestamp,
    ) -> Result<(), Fault> {
        while let Some(entry) = self.events.first_entry() {
            let (at, _) = *entry.key();
            if at > until {
                break;
            }
            let event = entry.remove();
            clock.set(at);
            self.play(node, at, event).await?;
        }
        Ok(())
    }

    async fn play(&mut self, node: &Node, at: Timestamp, event: Event) -> Result<(), Fault> {
        match event {
            Event::Join => self.join(node, at).await,
            Event::Next(officer) => {
                let Some(staff) = self.officers.get(officer) else {
                    return Ok(());
                };
                if self.busy.get(officer).copied().unwrap_or(true) {
                    return Ok(());
                }
                if let Some(visit) = node.call_next(staff).await? {
                    self.set_busy(officer, true);
                    let ending = self.ending(node);
                    let served = self.between(5 * 60, 22 * 60);
                    self.plan(at + served, Event::Done(officer, visit, ending));
                }
                Ok(())
            }
            Event::Done(officer, visit, ended) => {
                if let Some(staff) = self.officers.get(officer) {
                    let command = VisitCommand::End { ended };
                    match node.change_visit(staff, visit, command).await {
                        Ok(_) | Err(HandleError::Visit(_)) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                self.set_busy(officer, false);
                let pause = self.between(20, 120);
                self.plan(at + pause, Event::Next(officer));
                Ok(())
            }
        }
    }

    fn set_busy(&mut self, officer: usize, busy: bool) {
        if let Some(known) = self.busy.get_mut(officer) {
            *known = busy;
        }
    }

    async fn join(&mut self, node: &Node, at: Timestamp) -> Result<(), Fault> {
        let Some(staff) = self.officers.first().cloned() else {
            return Ok(());
        };
        let unit = node.unit();
        let desk = unit.pack.desk();
        let knows = self.chance.random_bool(0.9);
        let need = desk.needs.choose(&mut self.chance).filter(|_| knows);
        let first = self.chance.random_bool(0.15);
        let reasons: Vec<_> = desk.priorities.iter().filter(|one| !one.danger).collect();
        let priority = reasons.choose(&mut self.chance).filter(|_| first);
        let mut bytes = [0_u8; 16];
        self.chance.fill(&mut bytes);
        let joining = Joining {
            command: CommandId(Uuid::from_bytes(bytes)),
            need: need.map(|need| need.code.to_string()),
            priority: priority.map(|priority| priority.code.to_string()),
            simulated: true,
        };
        node.join_queue(&staff, joining).await?;
        for officer in 0..self.officers.len() {
            let pause = self.between(15, 60);
            self.plan(at + pause, Event::Next(officer));
        }
        Ok(())
    }

    /// Most are served; some were sent on, and a few had left.
    fn ending(&mut self, node: &Node) -> String {
        let unit = node.unit();
        let endings = &unit.pack.desk().endings;
        let at = if self.chance.random_bool(0.85) {
            0
        } else {
            self.chance.random_range(0..endings.len().max(1))
        };
        endings
            .get(at)
            .map(|ending| ending.code.to_string())
            .unwrap_or_default()
    }
}
