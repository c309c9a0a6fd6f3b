//! The clock of a first hour: what nobody takes in time goes up the line (S9), and lists of what waits.

use jiff::Timestamp;
use pengayom_core::act::{Act, Actor, Subject};
use pengayom_core::subject::case::{self, Case, CaseCommand, CaseRefusal, EscalationCause};
use pengayom_core::value::CaseId;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseOrder, CaseQuery, NewAct, NewJob, StoreError};
use serde::{Deserialize, Serialize};

use super::RETRIES;
use crate::Node;
use crate::access::Staff;
use crate::error::HandleError;

/// A job: to look whether something of a first hour goes up the line.
pub const FIRST_HOUR: &str = "case.first_hour";

/// Most cases read for a list of what waits.
const WAITING_READ: u32 = 100;

/// What the job says.
#[derive(Debug, Serialize, Deserialize)]
struct Look {
    case: CaseId,
}

impl Node {
    /// The work that acts of a case bring for its first hour: one job for each new time at which something
    /// would go up the line. None for made-up cases and for those brought from another system.
    pub(super) fn first_hour_jobs(
        &self,
        id: CaseId,
        before: Option<&Case>,
        acts: &[NewAct],
        actor: &Actor,
    ) -> Vec<NewJob> {
        if matches!(actor, Actor::Import { .. }) {
            return Vec::new();
        }
        let unit = self.unit();
        let method = unit.method();
        let mut after = before.cloned();
        for new in acts {
            let version = after.as_ref().map_or(0, |case| case.version);
            let act = Act {
                id: new.id,
                unit: unit.id.clone(),
                subject: Subject::Case(id),
                version: version.saturating_add(1),
                actor: new.actor.clone(),
                happened_at: new.happened_at,
                recorded_at: new.recorded_at,
                place: new.place.clone(),
                payload: new.payload.clone(),
            };
            after = case::evolve(after, &act);
        }
        let Some(after) = after.filter(|case| !case.filed.simulated) else {
            return Vec::new();
        };
        let next = after.escalates_next(&method);
        if next.is_none() || next == before.and_then(|case| case.escalates_next(&method)) {
            return Vec::new();
        }
        let payload = serde_json::to_string(&Look { case: id });
        let job = |(run_at, ..): (Timestamp, usize, EscalationCause)| {
            Some(NewJob {
                id: self.new_id(),
                kind: FIRST_HOUR.to_owned(),
                payload: payload.ok()?,
                run_at,
            })
        };
        next.and_then(job).into_iter().collect()
    }

    /// Looks at the clock of a first hour, and tells the next level when its time has come; says when to
    /// look again.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn look_at_first_hour(
        &self,
        payload: &str,
    ) -> Result<Option<Timestamp>, HandleError> {
        let look: Look = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        self.escalate(look.case).await
    }

    /// Tells the next level of a case when its time has come: once for each level, however often it is
    /// asked. Says when the time of the one after it comes.
    ///
    /// # Errors
    /// The store's.
    pub async fn escalate(&self, id: CaseId) -> Result<Option<Timestamp>, HandleError> {
        let actor = Actor::Program {
            job: FIRST_HOUR.to_owned(),
        };
        for _ in 0..RETRIES {
            let known = match self.known_case(id).await {
                Ok(known) => known,
                Err(HandleError::NotFound(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            let moment = self.moment(None);
            let asked = CaseCommand::Escalate;
            let done = self.append_command(id, known, asked, &actor, moment, None);
            match done.await {
                Ok(changed) => {
                    let unit = self.unit();
                    let next = changed.case.escalates_next(&unit.method());
                    // The act of a level brings the job of the next one.
                    return Ok(next.filter(|_| !changed.changed).map(|(at, ..)| at));
                }
                Err(HandleError::Case(CaseRefusal::Closed)) => return Ok(None),
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// Cases of which something has gone up the line and nobody has taken it: the longest wait first.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn escalated_cases(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        let query = CaseQuery {
            escalated: true,
            order: CaseOrder::Escalated,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        Ok(self.list_cases(by, query).await?.rows)
    }

    /// Cases whose class waits for a second look, or for somebody to decide between two: the longest wait
    /// first.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn second_looks_due(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        let query = CaseQuery {
            second_look: true,
            order: CaseOrder::SecondLook,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        Ok(self.list_cases(by, query).await?.rows)
    }
}
