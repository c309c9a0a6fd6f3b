//! Two reports of one event: which may be, and putting two together and apart again (S18, S40).
//!
//! A merge stands in the acts of both cases. The store appends to one at a time: the first append carries a job
//! that makes the other side agree, and the handler does the same at once. Either may run twice. The first append
//! rests on the main case as it was read: of two that put each other together at once, one is decided anew, and
//! refused. Where the main case became part of a third before it heard of its part, the part stands alone again.

use jiff::SignedDuration;
use pengayom_core::act::{Act, Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{
    Alike, CaseAct, CaseCommand, CaseRefusal, Likeness, Links, SAME_WITHIN_HOURS, alike,
};
use pengayom_core::value::{CaseId, CaseNumber};
use pengayom_store::{CaseQuery, NewAct, NewJob, Span, StoreError};
use serde::{Deserialize, Serialize};

use super::RETRIES;
use super::case::{CaseChanged, CaseHistory};
use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;

/// A job: to make the other side of a merge agree.
pub const MIRROR: &str = "case.mirror";

/// Most cases near in time and place that are compared.
const CANDIDATES: u32 = 40;

/// Most suggestions.
const SUGGESTED: usize = 5;

/// What the job says.
#[derive(Debug, Serialize, Deserialize)]
struct Mirror {
    case: CaseId,
    other: CaseId,
}

/// Another report that may be of the same event, or is.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherReport {
    /// The case.
    pub id: CaseId,
    /// Its number.
    pub number: Option<CaseNumber>,
    /// When it was filed.
    pub filed_at: jiff::Timestamp,
    /// The beginning of what was told.
    pub told: String,
    /// Why it may be the same; `None` for one that was put together with this one.
    pub alike: Option<Alike>,
}

impl Node {
    /// Reports that may be of the same event, the likeliest first: of the same class of service, near in time
    /// and place, with like words. Only cases that the asker may read; of those put together already none.
    ///
    /// # Errors
    /// The store's.
    pub async fn same_event(
        &self,
        by: &Staff,
        history: &CaseHistory,
    ) -> Result<Vec<OtherReport>, HandleError> {
        let case = &history.case;
        let Some(place) = &case.place else {
            return Ok(Vec::new());
        };
        let within = SignedDuration::from_hours(SAME_WITHIN_HOURS);
        let at = case.filed_at;
        let (Ok(from), Ok(to)) = (at.checked_sub(within), at.checked_add(within)) else {
            return Ok(Vec::new());
        };
        let unit = self.unit();
        let query = CaseQuery {
            // By the beat where it is known: its index holds the time as well.
            beat: place.beat.clone(),
            stations: vec![place.station.clone()],
            filed: Some(Span { from, to }),
            limit: CANDIDATES,
            ..CaseQuery::default()
        };
        let class = |service: &ServiceCode| unit.pack.service(service).map(|known| known.class);
        let rows = self.store.cases(&unit.id, &query).await?.rows;
        // What was told of a sensitive case stands on no page of one that is not.
        let sensitive = unit.pack.is_sensitive(&case.service);
        let mut found = Vec::new();
        for row in rows {
            let same_group = class(&row.service) == class(&case.service);
            if row.id == history.id
                || !same_group
                || row.sensitive != sensitive
                || case.links.has(row.id)
                || self.sight_of(by, &row) != Sight::Open
            {
                continue;
            }
            let other = self.history(row.id).await?;
            if self
                .require_case(by, Permission::ReadCase, &other.case)
                .is_err()
            {
                continue;
            }
            let why = alike(Likeness::of(case), Likeness::of(&other.case), same_group);
            if let Some(why) = why {
                found.push(report(&other, Some(why)));
            }
        }
        let score = |report: &OtherReport| report.alike.map_or(0.0, |why| why.score);
        found.sort_by(|one, other| score(other).total_cmp(&score(one)));
        found.truncate(SUGGESTED);
        Ok(found)
    }

    /// Reports that were put together with a case, as far as the asker may read them: the main one, or its
    /// parts.
    ///
    /// # Errors
    /// The store's.
    pub async fn put_together(
        &self,
        by: &Staff,
        history: &CaseHistory,
    ) -> Result<(Option<OtherReport>, Vec<OtherReport>), HandleError> {
        let links = &history.case.links;
        let read = async |id: CaseId| -> Result<Option<OtherReport>, HandleError> {
            let other = self.history(id).await?;
            let open = self.require_case(by, Permission::ReadCase, &other.case);
            Ok(open.ok().map(|()| report(&other, None)))
        };
        let into = match links.into {
            Some(id) => read(id).await?,
            None => None,
        };
        let mut parts = Vec::new();
        for id in &links.parts {
            parts.extend(read(*id).await?);
        }
        Ok((into, parts))
    }

    /// Makes a case part of another, by that one's number.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for a number of no case that the asker may read, the rules', and as
    /// [`Node::change_case`].
    pub async fn merge_case(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        into: &CaseNumber,
        reason: String,
    ) -> Result<CaseChanged, HandleError> {
        let row = self.store.case_by_number(&self.unit().id, into).await?;
        let row = row.ok_or(HandleError::NotFound("case"))?;
        let main = self.workable(by, row.id).await?;
        let command = CaseCommand::MergeInto {
            own: id,
            into: row.id,
            other: main.links,
            reason,
        };
        let changed = Box::pin(self.change_case(by, id, seen, command, None)).await?;
        if !Box::pin(self.mirror(id, row.id, &by.actor())).await? {
            return Err(CaseRefusal::MergeChain.into());
        }
        Ok(changed)
    }

    /// A command that puts a case together with another, with what that one is part of now; and its version, on
    /// which the decision rests. Read anew each time it is decided.
    pub(super) async fn with_the_main_case(
        &self,
        command: CaseCommand,
    ) -> Result<(CaseCommand, Vec<(Subject, u32)>), HandleError> {
        match command {
            CaseCommand::MergeInto {
                own, into, reason, ..
            } => {
                let main = self.known_case(into).await?;
                let rests_on = vec![(Subject::Case(into), main.version)];
                let command = CaseCommand::MergeInto {
                    own,
                    into,
                    other: main.links,
                    reason,
                };
                Ok((command, rests_on))
            }
            other => Ok((other, Vec::new())),
        }
    }

    /// Takes two reports apart again, from either.
    ///
    /// # Errors
    /// As [`Node::merge_case`].
    pub async fn unmerge_case(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        other: CaseId,
        reason: String,
    ) -> Result<CaseChanged, HandleError> {
        self.workable(by, other).await?;
        let command = CaseCommand::UndoMerge { other, reason };
        let changed = self.change_case(by, id, seen, command, None).await?;
        self.mirror(id, other, &by.actor()).await?;
        Ok(changed)
    }

    /// The other case, for who may work on it as on this one. One that they may not read is not there.
    async fn workable(
        &self,
        by: &Staff,
        id: CaseId,
    ) -> Result<pengayom_core::subject::case::Case, HandleError> {
        let other = self.known_case(id).await?;
        let open = self.require_case(by, Permission::WorkCase, &other);
        open.map_err(|_| HandleError::NotFound("case"))?;
        Ok(other)
    }

    /// Work that makes the other side agree, for acts that put cases together or apart.
    pub(crate) fn mirror_jobs(&self, case: CaseId, acts: &[NewAct]) -> Vec<NewJob> {
        let job = |act: &NewAct| {
            let Payload::Case(payload) = &act.payload else {
                return None;
            };
            let other = match payload {
                CaseAct::CaseMergedInto { into, .. } => *into,
                CaseAct::CaseMergeUndone { other, .. } => *other,
                _ => return None,
            };
            Some(NewJob {
                id: self.new_id(),
                kind: MIRROR.to_owned(),
                payload: serde_json::to_string(&Mirror { case, other }).ok()?,
                run_at: act.recorded_at,
            })
        };
        acts.iter().filter_map(job).collect()
    }

    /// Does the job.
    ///
    /// # Errors
    /// The rules' and the store's.
    pub(crate) async fn mirror_job(&self, payload: &str) -> Result<(), HandleError> {
        let mirror: Mirror = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        let actor = Actor::Program {
            job: MIRROR.to_owned(),
        };
        self.mirror(mirror.case, mirror.other, &actor)
            .await
            .map(|_| ())
    }

    /// Makes what the other case says of this one agree with what this one says. Safe to do again. Says whether
    /// what this one says stands: not when the main case is part of a third by now.
    async fn mirror(&self, id: CaseId, other: CaseId, actor: &Actor) -> Result<bool, HandleError> {
        let program = Actor::Program {
            job: MIRROR.to_owned(),
        };
        for _ in 0..RETRIES {
            let (this, that) = (self.history(id).await?, self.history(other).await?);
            let (links, theirs): (&Links, &Links) = (&this.case.links, &that.case.links);
            let reason = reason_of(&this.acts, other);
            let stands = theirs.into.is_none() || links.into != Some(other);
            let (subject, known, command, actor) =
                if links.into == Some(other) && !theirs.parts.contains(&id) {
                    if stands {
                        let command = CaseCommand::ReceiveMerge { part: id, reason };
                        (other, that.case, command, actor)
                    } else {
                        // Nobody asked for that: parts have no parts, and the reason is in the acts of the other.
                        let reason = "-".to_owned();
                        let command = CaseCommand::UndoMerge { other, reason };
                        (id, this.case, command, &program)
                    }
                } else if !links.has(other) && theirs.has(id) {
                    let command = CaseCommand::UndoMerge { other: id, reason };
                    (other, that.case, command, actor)
                } else {
                    return Ok(true);
                };
            let moment = Moment::now(self.now());
            match Box::pin(self.append_command(subject, known, command, actor, moment, None)).await
            {
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                Err(HandleError::Case(CaseRefusal::MergeChain)) if subject == other => {}
                done => return done.map(|_| stands),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }
}

/// Why a case was put together with another, or apart from it, last.
fn reason_of(acts: &[Act], other: CaseId) -> String {
    let reason = acts.iter().rev().find_map(|act| match &act.payload {
        Payload::Case(
            CaseAct::CaseMergedInto {
                into: known,
                reason,
            }
            | CaseAct::CaseMergeUndone {
                other: known,
                reason,
            },
        ) if *known == other => Some(reason.clone()),
        _ => None,
    });
    // Words that were erased leave the fact: the other side still has to agree.
    reason
        .filter(|reason| !reason.is_empty())
        .unwrap_or_else(|| "-".to_owned())
}

fn report(history: &CaseHistory, alike: Option<Alike>) -> OtherReport {
    const TOLD: usize = 200;
    let told = &history.case.filed.description;
    OtherReport {
        id: history.id,
        number: history.case.filed.number.clone(),
        filed_at: history.case.filed_at,
        told: told.chars().take(TOLD).collect(),
        alike,
    }
}
