//! What is kept of people until its time is over, and the record of each night that looked for it.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::pack::ServiceCode;
use pengayom_core::value::{CaseId, EncounterId, FeedbackId, UnitId};
use uuid::Uuid;

use crate::StoreError;

/// Something kept whose time may be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<T> {
    /// What.
    pub id: T,
    /// Its place in the order of the list.
    pub at: Timestamp,
    /// From when its time is counted.
    pub from: Timestamp,
}

/// An encounter about a case of which nothing else is left to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub id: EncounterId,
    /// It was recorded before the case was erased, and should have gone with it.
    pub cut_off: bool,
}

/// What of a list is asked for, page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptQuery {
    /// Counted from an earlier moment than this.
    pub before: Timestamp,
    /// The promise given when a case was closed ends by then; of no meaning for the other lists.
    pub promised_until: Timestamp,
    /// After this place in the order of the list.
    pub after: Option<(Timestamp, Uuid)>,
    /// At most so many, and no more than [`crate::PAGE_MAX`].
    pub limit: u32,
}

/// Cases whose erasure is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldCases {
    /// How many.
    pub n: i64,
    /// Since when the first of them is.
    pub since: Option<Timestamp>,
}

/// A run that looked for what is kept too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRow {
    /// Identifier.
    pub id: Uuid,
    /// Who began it, such as `retention` for the nightly job.
    pub started_by: String,
    /// When it was begun; it erased what was over at that moment.
    pub begun_at: Timestamp,
    /// When it last said how far it is.
    pub noted_at: Timestamp,
    /// When it ended; `None`: it goes on, or was interrupted.
    pub ended_at: Option<Timestamp>,
    /// It did nothing, because the clock cannot be believed.
    pub refused: bool,
    /// What it did, as JSON, free of personal data.
    pub done: String,
}

/// What is kept of people, and the runs that look for it. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait KeptStore: Send + Sync {
    /// Services of closed cases in which something that identifies people is kept.
    async fn kept_services(&self, unit: &UnitId) -> Result<Vec<ServiceCode>, StoreError>;

    /// Closed cases of a service that no hold keeps, by the end of what was promised.
    async fn cases_kept(
        &self,
        unit: &UnitId,
        service: &ServiceCode,
        query: KeptQuery,
    ) -> Result<Vec<Kept<CaseId>>, StoreError>;

    /// Encounters without a case, by the moment they happened.
    async fn encounters_kept(
        &self,
        unit: &UnitId,
        query: KeptQuery,
    ) -> Result<Vec<Kept<EncounterId>>, StoreError>;

    /// Encounters about a case that are not erased yet, in the order of their identifiers; at most
    /// `limit`.
    async fn encounters_kept_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
        limit: u32,
    ) -> Result<Vec<EncounterId>, StoreError>;

    /// Encounters about a case of which all else is erased, by the moment they happened: those
    /// counted from before `query.before`, and those that should have gone with the case.
    async fn encounters_left(
        &self,
        unit: &UnitId,
        query: KeptQuery,
    ) -> Result<Vec<Kept<Left>>, StoreError>;

    /// Judgements with something written besides, by the moment they were given.
    async fn feedback_kept(
        &self,
        unit: &UnitId,
        query: KeptQuery,
    ) -> Result<Vec<Kept<FeedbackId>>, StoreError>;

    /// Cases that are held.
    async fn held_cases(&self, unit: &UnitId) -> Result<HeldCases, StoreError>;

    /// Begins a run, unless another one goes on that said something since `alive_since`. One that
    /// said nothing since then counts as interrupted and is ended. Says whether it was begun.
    async fn begin_retention(
        &self,
        unit: &UnitId,
        run: &RetentionRow,
        alive_since: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes how far a run is, or that it ended; one that was ended by somebody else stays ended,
    /// and the answer is `false`.
    async fn note_retention(&self, unit: &UnitId, run: &RetentionRow) -> Result<bool, StoreError>;

    /// The last runs, newest first; at most `limit`.
    async fn retention_runs(
        &self,
        unit: &UnitId,
        limit: u32,
    ) -> Result<Vec<RetentionRow>, StoreError>;
}
