//! Notices that were given up: seen and settled by staff who may see the case and who reported it.

use pengayom_core::notice::{Situation, Way, tell};
use pengayom_core::value::CaseNumber;
use pengayom_store::{NoticeChange, NoticeRow, NoticeState};
use uuid::Uuid;

use super::{PackHours, zone_of};
use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;
use crate::seal::PersonDetails;

/// Most given-up notices that are read for the list.
const LIST: u32 = 200;

/// A notice that a person has to see to.
#[derive(Debug, Clone)]
pub struct DeadNotice {
    /// The notice.
    pub notice: NoticeRow,
    /// The number of its case.
    pub number: Option<CaseNumber>,
    /// The case is kept narrow.
    pub sensitive: bool,
    /// Who reported, as far as they said.
    pub person: PersonDetails,
    /// Other ways that the reporter asked for and that are open.
    pub others: Vec<Way>,
    /// The rule allows to tell them at all as things stand.
    pub may_tell: bool,
}

/// How a person saw to a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is tried again, the same way.
    Again,
    /// It is told by another way that the reporter asked for.
    OtherWay(Way),
    /// It was told by telephone; what was said is up to the officer.
    Phoned(String),
    /// It is not told; the reason.
    GivenUp(String),
}

impl Node {
    /// Notices that were given up and wait for a person, the oldest first; of cases that the staff member
    /// may see.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], [`HandleError::Seal`], or the store's.
    pub async fn dead_notices(&self, by: &Staff) -> Result<Vec<DeadNotice>, HandleError> {
        by.require(Permission::ServeQueue)?;
        by.require(Permission::ReadPerson)?;
        let unit = self.unit();
        let mut seen = Vec::new();
        for notice in self.store.dead_notices(&unit.id, LIST).await? {
            if let Some(dead) = self.dead(by, notice).await? {
                seen.push(dead);
            }
        }
        Ok(seen)
    }

    /// How many of them there are; 0 for staff who may not see any.
    ///
    /// # Errors
    /// The store's.
    pub async fn count_dead_notices(&self, by: &Staff) -> Result<usize, HandleError> {
        if !by.may(Permission::ServeQueue) || !by.may(Permission::ReadPerson) {
            return Ok(0);
        }
        let unit = self.unit();
        let mut count = 0;
        for notice in self.store.dead_notices(&unit.id, LIST).await? {
            let case = self.store.case(&unit.id, notice.case).await?;
            let seen = case.is_some_and(|row| self.sight_of(by, &row) == Sight::Open);
            count += usize::from(seen);
        }
        Ok(count)
    }

    async fn dead(&self, by: &Staff, notice: NoticeRow) -> Result<Option<DeadNotice>, HandleError> {
        let case = self.known_case(notice.case).await?;
        if self
            .require_case(by, Permission::ReadPerson, &case)
            .is_err()
        {
            return Ok(None);
        }
        let unit = self.unit();
        let wish = self.kept_wish(notice.case).await?.0.active();
        let hours = PackHours(&unit.pack);
        let plan = tell(
            Situation::of(&case),
            wish.as_ref(),
            notice.kind,
            &hours,
            self.now(),
            zone_of(&unit),
        );
        let open = self.open_ways();
        let allowed = plan.map(|plan| plan.ways).unwrap_or_default();
        let others = allowed
            .iter()
            .copied()
            .filter(|way| *way != notice.way && open.contains(way))
            .collect();
        Ok(Some(DeadNotice {
            number: case.filed.number.clone(),
            sensitive: case.sensitive,
            person: self.contact_of(&case).await?,
            others,
            may_tell: allowed.contains(&notice.way) && open.contains(&notice.way),
            notice,
        }))
    }

    /// Sees to a notice that was given up.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::NotFound`] when there is no such notice or it may not
    /// be told that way; [`HandleError::Conflict`] when a colleague saw to it; [`HandleError::Malformed`]
    /// for words that are none or too many; the store's.
    pub async fn see_to_notice(&self, by: &Staff, id: Uuid, seen: Seen) -> Result<(), HandleError> {
        by.require(Permission::ServeQueue)?;
        by.require(Permission::ReadPerson)?;
        let unit = self.unit();
        let known = self.store.notice(&unit.id, id).await?;
        let notice = known.ok_or(HandleError::NotFound("notice"))?;
        let dead = self.dead(by, notice).await?;
        let dead = dead.ok_or(HandleError::NotFound("notice"))?;
        if dead.notice.state != NoticeState::Dead {
            return Err(HandleError::Conflict { now_with: None });
        }
        let now = self.now();
        let mut change = NoticeChange {
            id,
            from: vec![NoticeState::Dead],
            attempts: None,
            state: NoticeState::GivenUp,
            due_at: None,
            fault: dead.notice.fault.clone(),
            at: now,
            by: Some(by.id),
            reason: None,
            anew: false,
        };
        let mut other = None;
        match seen {
            Seen::Again if dead.may_tell => {
                change.state = NoticeState::Waiting;
                change.due_at = Some(now);
                change.anew = true;
            }
            Seen::OtherWay(way) if dead.others.contains(&way) => {
                let about = format!("instead/{id}");
                let row = self.new_notice(dead.notice.case, dead.notice.kind, &about, way, now);
                other = Some(row);
                change.reason = Some(way.as_str().to_owned());
            }
            Seen::Again | Seen::OtherWay(_) => return Err(HandleError::NotFound("way")),
            Seen::Phoned(words) => {
                change.state = NoticeState::Phoned;
                change.reason = Some(words).filter(|words| !words.is_empty());
            }
            Seen::GivenUp(words) if words.is_empty() => return Err(HandleError::Malformed),
            Seen::GivenUp(words) => change.reason = Some(words),
        }
        if let Some(words) = &change.reason {
            let found = words.chars().count();
            if found > REASON_MAX {
                return Err(HandleError::TooLarge {
                    found,
                    limit: REASON_MAX,
                });
            }
        }
        // The new one first: when the node ends in between, it is told and the list still shows it.
        if let Some(row) = other {
            self.store.put_notices(&unit.id, &[row]).await?;
        }
        if !self.store.change_notice(&unit.id, &change).await? {
            return Err(HandleError::Conflict { now_with: None });
        }
        self.wake_senders();
        Ok(())
    }
}

/// Longest reason, in characters.
pub const REASON_MAX: usize = 300;
