//! What the reporter of a case can do with its number and code: follow it, add to it, and ask for
//! somebody else to look at it.

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{BlobRef, CaseCommand, ReviewKind};
use pengayom_core::value::{CaseId, CaseNumber, SecretDigits};
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseQuery, StoreError};

use super::RETRIES;
use super::case::{CaseHistory, require_few};
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
            limit: REVIEWS_READ,
            ..CaseQuery::default()
        };
        let mut rows = self.list_cases(by, query).await?.rows;
        rows.sort_by_key(|row| (row.review_asked_at, row.id));
        Ok(rows)
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
        self.by_reporter(history.id, CaseCommand::AskReview { review, text })
            .await
    }

    /// Adds what a reporter tells later.
    ///
    /// # Errors
    /// As [`Node::track`], and the rules'.
    pub async fn add_information(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
        text: String,
        media: Vec<BlobRef>,
    ) -> Result<CaseHistory, HandleError> {
        let history = self.track(number, secret, origin).await?;
        require_few(&media)?;
        self.by_reporter(history.id, CaseCommand::AddInformation { text, media })
            .await
    }

    /// Carries out what a reporter asks for.
    async fn by_reporter(
        &self,
        id: CaseId,
        command: CaseCommand,
    ) -> Result<CaseHistory, HandleError> {
        let moment = self.moment(None);
        for _ in 0..RETRIES {
            let known = self.known_case(id).await?;
            let command = command.clone();
            match self
                .append_to_case(id, known, command, &Actor::Citizen, moment)
                .await
            {
                Ok(_) => return self.history(id).await,
                Err(HandleError::Store(StoreError::Stale { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }
}
