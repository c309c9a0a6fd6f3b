//! Openings of cases in an emergency and their reviews, and cases that lost whoever had them.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Payload;
use pengayom_core::place::StationId;
use pengayom_core::subject::case::{Case, CaseAct, CaseCommand, Opening};
use pengayom_core::value::{CaseId, CaseNumber, OfficerId, SecretDigits};
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseCursor, CaseOrder, CaseQuery};

use super::case::{CaseChanged, CaseHistory};
use crate::Node;
use crate::access::{CaseFacts, Permission, Purpose, Shut, Sight, Staff};
use crate::error::HandleError;
use crate::keys::Purpose as SecretOf;

/// Most cases with openings that wait for a review, or that nobody has, that one list reads.
pub const WAITING_READ: u32 = 200;

/// Cases with openings on one page of those reviewed.
const REVIEWED_PAGE: u32 = 25;

/// One opening as the list of reviews shows it.
#[derive(Debug, Clone)]
pub struct OpeningEntry {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: Option<CaseNumber>,
    /// It is kept narrow.
    pub sensitive: bool,
    /// The station that answers for it.
    pub station: Option<StationId>,
    /// Which, in the order they came, from 1.
    pub opening: u32,
    /// Who opened it, when, until when, and what a colleague found.
    pub opened: Opening,
    /// Why it was opened, in their words; empty once it was erased.
    pub reason: String,
    /// What the colleague wrote.
    pub found: Option<String>,
    /// By when it is to be reviewed.
    pub due: Timestamp,
    /// It was not reviewed by then.
    pub late: bool,
    /// The reader may review it: it is not their own and not reviewed.
    pub may_review: bool,
}

/// A page of openings that were reviewed.
#[derive(Debug, Clone)]
pub struct ReviewedPage {
    /// Openings, by case, the latest case first.
    pub entries: Vec<OpeningEntry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<CaseCursor>,
}

/// What of this waits for the chief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessDue {
    /// Cases with openings that wait for a review.
    pub unreviewed: usize,
    /// Of these, with one not reviewed in time.
    pub late: usize,
    /// Cases that nobody has, because the report is about who had them.
    pub unhanded: usize,
}

/// What the page of a case that is shut may say and offer.
#[derive(Debug, Clone)]
pub struct ShutCase {
    /// Its number.
    pub number: Option<CaseNumber>,
    /// How many acts it has.
    pub version: u32,
    /// Why it is shut.
    pub why: Shut,
    /// They may open it in an emergency.
    pub may_open: bool,
    /// They may take it: nobody has it.
    pub may_take: bool,
    /// They may name who reads it.
    pub may_name: bool,
    /// Whom the chief named; told to whoever may name.
    pub named: Vec<OfficerId>,
}

impl Node {
    /// What may be said of a case that is shut to somebody; `None` when it is open to them.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for a case that is not there or is about them, or the store's.
    pub async fn shut_case(&self, by: &Staff, id: CaseId) -> Result<Option<ShutCase>, HandleError> {
        by.require(Permission::ReadCase)?;
        let row = self.store.case(&self.unit().id, id).await?;
        let row = row.ok_or(HandleError::NotFound("case"))?;
        let unit = self.unit();
        let facts = CaseFacts::of_row(&row, self.now());
        let asks = |permission| unit.case_open_to(by, permission, &facts, Purpose::Handle);
        let why = match asks(Permission::ReadCase) {
            Ok(()) => return Ok(None),
            Err(Shut::Concerned) => return Err(HandleError::NotFound("case")),
            Err(why) => why,
        };
        let may_name = asks(Permission::NameReader).is_ok();
        Ok(Some(ShutCase {
            number: row.number.clone(),
            version: row.version,
            why,
            may_open: asks(Permission::OpenInEmergency).is_ok(),
            may_take: row.taken_by.is_none()
                && row.closed_at.is_none()
                && asks(Permission::TakeCase).is_ok(),
            may_name,
            named: if may_name {
                row.access.named.clone()
            } else {
                Vec::new()
            },
        }))
    }

    /// A case for whoever has its secret, to show its receipt.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] when the secret is another one's, or the store's.
    pub async fn case_with_secret(
        &self,
        id: CaseId,
        secret: &SecretDigits,
    ) -> Result<Case, HandleError> {
        let case = self.known_case(id).await?;
        let hash = self.hash(SecretOf::CaseSecret, secret.plain().as_bytes());
        if case.filed.secret == Some(hash) {
            Ok(case)
        } else {
            Err(HandleError::NotFound("case"))
        }
    }

    /// Opens a case in an emergency, for the time of the pack; nothing happens to one that is open
    /// to them.
    ///
    /// # Errors
    /// See [`HandleError`]; `NotFound` for one that is about them.
    pub async fn open_in_emergency(
        &self,
        by: &Staff,
        id: CaseId,
        reason: String,
    ) -> Result<CaseChanged, HandleError> {
        by.require(Permission::OpenInEmergency)?;
        let known = self.known_case(id).await?;
        if self.require_case(by, Permission::ReadCase, &known).is_ok() {
            return Ok(CaseChanged {
                case: known,
                changed: false,
                acts: Vec::new(),
            });
        }
        let command = CaseCommand::OpenInEmergency { reason };
        self.change_case(by, id, None, command, None).await
    }

    /// Openings that wait for a review, the oldest first; also those a reader may not review
    /// themselves. None of a case that is about the reader.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn openings_waiting(&self, by: &Staff) -> Result<Vec<OpeningEntry>, HandleError> {
        by.require(Permission::ReviewAccess)?;
        let query = CaseQuery {
            opening_unreviewed: true,
            order: CaseOrder::OpeningUnreviewed,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        let rows = self.store.cases(&self.unit().id, &query).await?.rows;
        let mut entries = self
            .entries(by, &rows, |opening| opening.review.is_none())
            .await?;
        entries.sort_by_key(|entry| (entry.opened.at, entry.case, entry.opening));
        Ok(entries)
    }

    /// Openings that were reviewed, page by page.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn openings_reviewed(
        &self,
        by: &Staff,
        after: Option<CaseCursor>,
    ) -> Result<ReviewedPage, HandleError> {
        by.require(Permission::ReviewAccess)?;
        let query = CaseQuery {
            opened: true,
            after,
            limit: REVIEWED_PAGE,
            ..CaseQuery::default()
        };
        let page = self.store.cases(&self.unit().id, &query).await?;
        let entries = self.entries(by, &page.rows, |opening| opening.review.is_some());
        Ok(ReviewedPage {
            entries: entries.await?,
            next: page.next,
        })
    }

    async fn entries(
        &self,
        by: &Staff,
        rows: &[CaseRow],
        wanted: fn(&Opening) -> bool,
    ) -> Result<Vec<OpeningEntry>, HandleError> {
        let unit = self.unit();
        let now = self.now();
        let hours = i64::from(unit.pack.access().review_hours);
        let mut entries = Vec::new();
        for row in rows {
            let facts = CaseFacts::of_row(row, now);
            let asked = unit.case_open_to(by, Permission::ReviewAccess, &facts, Purpose::Handle);
            if asked.is_err() || !row.access.openings.iter().any(wanted) {
                continue;
            }
            let history = self.history(row.id).await?;
            for (n, opened) in row.access.openings.iter().enumerate() {
                if !wanted(opened) {
                    continue;
                }
                let (reason, found) = words_of(&history, n);
                let due = opened.at.checked_add(SignedDuration::from_hours(hours));
                let due = due.unwrap_or(opened.at);
                entries.push(OpeningEntry {
                    case: row.id,
                    number: row.number.clone(),
                    sensitive: row.sensitive,
                    station: row.station.clone(),
                    opening: u32::try_from(n + 1).unwrap_or(u32::MAX),
                    opened: opened.clone(),
                    reason,
                    found,
                    due,
                    late: match opened.review {
                        Some(review) => review.at > due,
                        None => now > due,
                    },
                    may_review: opened.review.is_none() && opened.by != by.id,
                });
            }
        }
        Ok(entries)
    }

    /// Cases that nobody has, because the report is about who had them; the longest wait first.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn unhanded_cases(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ReviewAccess)?;
        let query = CaseQuery {
            unhanded: true,
            order: CaseOrder::Unhanded,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        let mut rows = self.store.cases(&self.unit().id, &query).await?.rows;
        rows.retain(|row| self.sight_of(by, row) != Sight::Hidden);
        Ok(rows)
    }

    /// How much of this waits for somebody who reviews openings; nothing for everybody else.
    ///
    /// # Errors
    /// The store's.
    pub async fn access_due(&self, by: &Staff) -> Result<AccessDue, HandleError> {
        if !by.may(Permission::ReviewAccess) {
            return Ok(AccessDue::default());
        }
        let unit = self.unit();
        let now = self.now();
        let query = CaseQuery {
            opening_unreviewed: true,
            order: CaseOrder::OpeningUnreviewed,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        let mut rows = self.store.cases(&unit.id, &query).await?.rows;
        rows.retain(|row| !row.access.is_about(by.id));
        let within = SignedDuration::from_hours(i64::from(unit.pack.access().review_hours));
        let is_late = |row: &&CaseRow| {
            let since = row.opening_unreviewed_at;
            since.is_some_and(|since| now.duration_since(since) > within)
        };
        Ok(AccessDue {
            unreviewed: rows.len(),
            late: rows.iter().filter(is_late).count(),
            unhanded: self.unhanded_cases(by).await?.len(),
        })
    }
}

/// Why the n-th opening was made, and what was found of it.
fn words_of(history: &CaseHistory, n: usize) -> (String, Option<String>) {
    let acts = history.acts.iter().filter_map(|act| match &act.payload {
        Payload::Case(act) => Some(act),
        _ => None,
    });
    let mut openings = acts.clone().filter_map(|act| match act {
        CaseAct::EmergencyOpened { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    let mut reviews = acts.filter_map(|act| match act {
        CaseAct::OpeningReviewed { opening, text, .. }
            if usize::try_from(*opening) == Ok(n + 1) =>
        {
            Some(text.clone())
        }
        _ => None,
    });
    (openings.nth(n).unwrap_or_default(), reviews.next())
}
