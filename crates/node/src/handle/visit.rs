//! Commands about visits to a front desk.

use jiff::Timestamp;
use pengayom_core::act::{ActPlace, Actor, Payload, Subject};
use pengayom_core::place::StationId;
use pengayom_core::subject::visit::{self, OPEN_MAX, Visit, VisitCommand, VisitRefusal};
use pengayom_core::value::{CommandId, TicketSeries, VisitId};
use pengayom_store::views::{self, State};
use pengayom_store::{Append, CommandRecord, PAGE_MAX, StoreError, VisitRow};

use super::RETRIES;
use super::command::fingerprint;
use super::once::Once;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

/// How often somebody who is next is looked for anew when colleagues are faster.
const NEXT_TRIES: u32 = 8;

/// The job that ends what nobody ended.
const LAPSE_JOB: &str = "visits.lapse";

/// Somebody who came to a front desk.
#[derive(Debug, Clone)]
pub struct Joining {
    /// Made by the asker: sending twice gives one ticket.
    pub command: CommandId,
    /// The kind of need; `None`: the person does not know.
    pub need: Option<String>,
    /// Why they go first.
    pub priority: Option<String>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// The queue of one front desk.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Who waits, in the order to call them.
    pub waiting: Vec<VisitRow>,
    /// Who is served, the longest first.
    pub served: Vec<VisitRow>,
}

impl Node {
    /// The queue of the front desk a staff member serves.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn desk_queue(&self, by: &Staff) -> Result<Queue, HandleError> {
        by.require(Permission::ServeQueue)?;
        let unit = self.unit();
        let desk = by.desk(unit.own_station());
        let now = self.now();
        let store = &self.store;
        Ok(Queue {
            waiting: store.visits_waiting(&unit.id, desk, now, OPEN_MAX).await?,
            served: store.visits_served(&unit.id, desk, now, OPEN_MAX).await?,
        })
    }

    /// Puts somebody into the queue of the front desk a staff member serves.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn join_queue(&self, by: &Staff, joining: Joining) -> Result<VisitId, HandleError> {
        by.require(Permission::ServeQueue)?;
        let unit = self.unit();
        let station = by.desk(unit.own_station()).clone();
        let queue = self.desk_queue(by).await?;
        let open = queue.waiting.len().saturating_add(queue.served.len());
        let moment = self.moment(None);
        let day = unit.zone.to_datetime(moment.happened_at).date();
        let asked = asked(&station, &joining);
        let actor = by.actor();
        let decided = visit::decide(
            None,
            VisitCommand::Join {
                need: joining.need,
                priority: joining.priority,
                day,
                open_until: visit::open_until(moment.happened_at, &unit.zone),
                open: u32::try_from(open).unwrap_or(u32::MAX),
                pack_version: unit.pack.version().to_owned(),
                simulated: joining.simulated,
            },
            &actor,
            moment,
            &unit.method(),
        )?;
        let place = desk_place(station.clone());
        let subject = Subject::Visit(VisitId(self.new_id()));
        let acts = self.new_acts(decided, &actor, moment, Some(&place), Payload::Visit);
        let mut append = Append::new(unit.id.clone(), subject, None, acts);
        append.tickets = Some(TicketSeries { station, day });
        append.command = Some(CommandRecord {
            id: joining.command,
            fingerprint: self.command_fingerprint(asked),
        });
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        match appended.subject {
            Subject::Visit(id) => Ok(id),
            _ => Err(HandleError::NotFound("visit")),
        }
    }

    /// Calls who is next at the front desk a staff member serves: danger first, then who goes first,
    /// then by arrival. Of two officers who ask at once each gets somebody else.
    ///
    /// # Errors
    /// See [`HandleError`]; `Ok(None)` when nobody waits.
    pub async fn call_next(&self, by: &Staff) -> Result<Option<VisitId>, HandleError> {
        self.call_next_of(by, None).await
    }

    /// [`Node::call_next`] for a command that may be sent again: it calls one person.
    ///
    /// # Errors
    /// As [`Node::call_next`]; [`StoreError::CommandReused`].
    pub async fn call_next_once(
        &self,
        by: &Staff,
        once: Once,
    ) -> Result<Option<VisitId>, HandleError> {
        self.call_next_of(by, Some(once)).await
    }

    async fn call_next_of(
        &self,
        by: &Staff,
        once: Option<Once>,
    ) -> Result<Option<VisitId>, HandleError> {
        by.require(Permission::ServeQueue)?;
        if let Some(done) = self.done_before(once).await? {
            return visit_of(done.subject).map(Some);
        }
        let unit = self.unit();
        let desk = by.desk(unit.own_station());
        for _ in 0..NEXT_TRIES {
            let first = self
                .store
                .visits_waiting(&unit.id, desk, self.now(), 1)
                .await?;
            let Some(row) = first.first() else {
                return Ok(None);
            };
            match self
                .append_to_visit(row.id, VisitCommand::Call, &by.actor(), None, once)
                .await
            {
                // Of a command sent twice at once, the person of the first.
                Ok((subject, _)) => return visit_of(subject).map(Some),
                // A colleague was faster: whoever is next now.
                Err(
                    HandleError::Store(StoreError::Stale { .. })
                    | HandleError::Visit(
                        VisitRefusal::WithAnotherOfficer { .. } | VisitRefusal::Ended,
                    ),
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// Carries out a staff member's command about a visit to their front desk.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn change_visit(
        &self,
        by: &Staff,
        id: VisitId,
        command: VisitCommand,
    ) -> Result<Visit, HandleError> {
        self.change_visit_of(by, id, None, command, None).await
    }

    /// [`Node::change_visit`] for a command that may be sent again. `seen` is the version the asker
    /// looked at: when given, anything written since is a [`HandleError::Conflict`].
    ///
    /// # Errors
    /// As [`Node::change_visit`]; [`StoreError::CommandReused`].
    pub async fn change_visit_once(
        &self,
        by: &Staff,
        id: VisitId,
        seen: Option<u32>,
        command: VisitCommand,
        once: Once,
    ) -> Result<(), HandleError> {
        by.require(Permission::ServeQueue)?;
        self.visit_at_desk(by, id).await?;
        if self.done_before(Some(once)).await?.is_some() {
            return Ok(());
        }
        match self
            .change_visit_of(by, id, seen, command, Some(once))
            .await
        {
            // Sent twice at once: the other one did it.
            Err(error @ (HandleError::Visit(_) | HandleError::Conflict { .. })) => {
                let done = self.done_before(Some(once)).await?;
                done.map(|_| ()).ok_or(error)
            }
            other => other.map(|_| ()),
        }
    }

    async fn change_visit_of(
        &self,
        by: &Staff,
        id: VisitId,
        seen: Option<u32>,
        command: VisitCommand,
        once: Option<Once>,
    ) -> Result<Visit, HandleError> {
        by.require(Permission::ServeQueue)?;
        self.visit_at_desk(by, id).await?;
        for _ in 0..RETRIES {
            match self
                .append_to_visit(id, command.clone(), &by.actor(), seen, once)
                .await
            {
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                other => return other.map(|(_, visit)| visit),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// A visit to the front desk a staff member serves.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for one of another desk too, [`HandleError::NotAllowed`], or the
    /// store's.
    pub async fn visit_at_desk(&self, by: &Staff, id: VisitId) -> Result<VisitRow, HandleError> {
        by.require(Permission::ServeQueue)?;
        let unit = self.unit();
        let row = self.store.visit(&unit.id, id).await?;
        row.filter(|row| row.station.as_ref() == Some(by.desk(unit.own_station())))
            .ok_or(HandleError::NotFound("visit"))
    }

    /// Ends visits whose ticket works no longer; says how many. Safe to do twice and at once.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_lapsed_visits(&self) -> Result<u64, HandleError> {
        let unit = self.unit();
        let actor = Actor::Program {
            job: LAPSE_JOB.to_owned(),
        };
        let mut ended = 0;
        let now: Timestamp = self.now();
        for id in self.store.visits_to_end(&unit.id, now, PAGE_MAX).await? {
            match self
                .append_to_visit(id, VisitCommand::Lapse, &actor, None, None)
                .await
            {
                Ok(_) => ended += 1,
                // Another process was faster, or an officer.
                Err(HandleError::Store(StoreError::Stale { .. }) | HandleError::Visit(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ended)
    }

    async fn append_to_visit(
        &self,
        id: VisitId,
        command: VisitCommand,
        actor: &Actor,
        seen: Option<u32>,
        once: Option<Once>,
    ) -> Result<(Subject, Visit), HandleError> {
        let unit = self.unit();
        let subject = Subject::Visit(id);
        let acts = self.store.acts(&unit.id, subject).await?;
        let Some(State::Visit(known)) = views::fold(&acts) else {
            return Err(HandleError::NotFound("visit"));
        };
        if seen.is_some_and(|seen| seen != known.version) {
            return Err(HandleError::Conflict {
                now_with: known.called.as_ref().map(|called| called.by),
            });
        }
        let moment = self.moment(None);
        let method = unit.method();
        let decided = visit::decide(Some(&known), command, actor, moment, &method)?;
        if decided.is_empty() {
            return Ok((subject, *known));
        }
        let place = known.station.clone().map(desk_place);
        let acts = self.new_acts(decided, actor, moment, place.as_ref(), Payload::Visit);
        let before = State::Visit(known.clone());
        let mut append = Append::new(unit.id.clone(), subject, Some(before), acts);
        append.command = once.map(Once::record);
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        if appended.repeated {
            return Ok((appended.subject, *known));
        }
        let visit = appended.acts.iter().fold(Some(*known), visit::evolve);
        let visit = visit.ok_or(HandleError::NotFound("visit"))?;
        Ok((subject, visit))
    }
}

/// The visit that something is about.
const fn visit_of(subject: Subject) -> Result<VisitId, HandleError> {
    match subject {
        Subject::Visit(id) => Ok(id),
        _ => Err(HandleError::Store(StoreError::CommandReused)),
    }
}

/// The place of whatever happens at a front desk.
pub(super) fn desk_place(station: StationId) -> ActPlace {
    ActPlace {
        station,
        beat: None,
        stratum: None,
        point: None,
        text: None,
        rule: None,
    }
}

/// What was asked, without what the program adds.
fn asked(station: &StationId, joining: &Joining) -> [u8; 32] {
    fingerprint(&[
        b"visit",
        station.as_str().as_bytes(),
        joining.need.as_deref().unwrap_or("").as_bytes(),
        joining.priority.as_deref().unwrap_or("").as_bytes(),
        &[u8::from(joining.simulated)],
    ])
}
