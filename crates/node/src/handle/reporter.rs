//! What the reporter of a case can do with its number and code: follow it, add to it, and ask for
//! somebody else to look at it.

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{BlobRef, CaseCommand, ReviewKind};
use pengayom_core::value::{CaseId, CaseNumber, CommandId, SecretDigits};
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseOrder, CaseQuery, CommandRecord, StoreError};

use super::RETRIES;
use super::case::{CaseHistory, require_few};
use super::command::fingerprint;
use crate::Node;
use crate::access::Staff;
use crate::error::HandleError;
use crate::keys::Purpose;

/// Tries of a number with a wrong code in a quarter of an hour.
pub const TRIES_PER_CASE: u32 = 10;

/// Tries of numbers and codes from one origin in a quarter of an hour.
pub const TRIES_PER_ORIGIN: u32 = 60;

/// Most cases with an open review that are read for a list.
const REVIEWS_READ: u32 = 200;

impl Node {
    /// A case with its history, for the one who filed it: number and secret fit.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`], [`HandleError::TooManyTries`], [`HandleError::CodeShared`], or the
    /// store's.
    pub async fn track(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
    ) -> Result<CaseHistory, HandleError> {
        let tries = format!("track/origin/{origin}");
        self.require_tries_left(&tries, TRIES_PER_ORIGIN).await?;
        let hash = self.hash(Purpose::CaseSecret, secret.plain().as_bytes());
        let row = self.store.case_by_number(&self.unit().id, number).await?;
        // Right codes are not counted, so that a reporter is never locked out by their own visits,
        // nor by those who guess at their number from elsewhere.
        match row {
            Some(row) if row.secret == Some(hash) => {
                let history = self.history(row.id).await?;
                self.require_one_holder(&history, secret).await?;
                Ok(history)
            }
            _ => {
                self.count_try(&tries, TRIES_PER_ORIGIN).await?;
                self.count_try(&format!("track/number/{number}"), TRIES_PER_CASE)
                    .await?;
                Err(HandleError::NoMatch)
            }
        }
    }

    /// Cases whose reporters wait for an explanation or a second look, the longest wait first. Kinds
    /// kept narrow are left out for those who may not read them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn asked_for_review(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        let query = CaseQuery {
            review_open: true,
            order: CaseOrder::ReviewAsked,
            limit: REVIEWS_READ,
            ..CaseQuery::default()
        };
        Ok(self.list_cases(by, query).await?.rows)
    }

    /// Cases in which rights or control measures are past their time, the longest first (S24, S37). Kinds kept
    /// narrow are left out for those who may not read them.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn rights_overdue(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        let query = CaseQuery {
            rights_or_measures_due: Some(self.now()),
            order: CaseOrder::RightsOrMeasuresDue,
            limit: REVIEWS_READ,
            ..CaseQuery::default()
        };
        Ok(self.list_cases(by, query).await?.rows)
    }

    /// Asks for a review of a case, for its reporter.
    ///
    /// # Errors
    /// As [`Node::track`], and the rules'.
    pub async fn ask_review(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
        review: ReviewKind,
        text: String,
    ) -> Result<CaseHistory, HandleError> {
        let history = self.track(number, secret, origin).await?;
        let asked = CaseCommand::AskReview { review, text };
        self.by_reporter(history.id, asked, None).await
    }

    /// Adds what a reporter tells later. The same `command` a second time changes nothing.
    ///
    /// # Errors
    /// As [`Node::track`], and the rules'; [`StoreError::CommandReused`] when the command came before
    /// with other words.
    pub async fn add_information(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
        command: CommandId,
        (text, media): (String, Vec<BlobRef>),
    ) -> Result<CaseHistory, HandleError> {
        let history = self.track(number, secret, origin).await?;
        require_few(&media)?;
        let id = history.id.to_string();
        let mut parts = vec![b"information".as_slice(), id.as_bytes(), text.as_bytes()];
        parts.extend(media.iter().map(|photo| photo.sha256.as_bytes()));
        let record = CommandRecord {
            id: command,
            fingerprint: self.command_fingerprint(fingerprint(&parts)),
        };
        let added = CaseCommand::AddInformation { text, media };
        self.by_reporter(history.id, added, Some(record)).await
    }

    /// Carries out what a reporter asks for.
    pub(super) async fn by_reporter(
        &self,
        id: CaseId,
        command: CaseCommand,
        record: Option<CommandRecord>,
    ) -> Result<CaseHistory, HandleError> {
        let moment = self.moment(None);
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            let command = command.clone();
            match Box::pin(self.append_command(id, known, command, &Actor::Citizen, moment, record))
                .await
            {
                Ok(_) => return self.history(id).await,
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                // Done the first time; what stands in its way since does not undo it.
                Err(HandleError::Case(_)) if self.was_done(record).await? => {
                    return self.history(id).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    async fn was_done(&self, record: Option<CommandRecord>) -> Result<bool, HandleError> {
        let Some(record) = record else {
            return Ok(false);
        };
        let unit = self.unit();
        let found = self.store.subject_of_command(&unit.id, record.id).await?;
        Ok(found.is_some())
    }
}
