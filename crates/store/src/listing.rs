//! Whole lists, page by page: for files that other programs read, and for what the unit made known.

use async_trait::async_trait;
use jiff::civil::Date;
use pengayom_core::value::{EncounterId, FeedbackId, UnitId};

use crate::StoreError;
use crate::query::Span;
use crate::rows::{EncounterRow, FeedbackRow, SequencedAct};

/// What is read as a whole. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait ListStore: Send + Sync {
    /// Encounters that happened in a span (`None`: all), in the order of their identifiers, after
    /// one; at most `limit`, see [`crate::PAGE_MAX`].
    async fn encounters_after(
        &self,
        unit: &UnitId,
        span: Option<Span>,
        after: Option<EncounterId>,
        limit: u32,
    ) -> Result<Vec<EncounterRow>, StoreError>;

    /// Feedback on services given from a local day to another, both included (`None`: all), in the
    /// order of their identifiers, after one; at most `limit`.
    async fn feedback_after(
        &self,
        unit: &UnitId,
        days: Option<(Date, Date)>,
        after: Option<FeedbackId>,
        limit: u32,
    ) -> Result<Vec<FeedbackRow>, StoreError>;

    /// What was said of things that are down, the latest first, before a sequence number; at most
    /// `limit`.
    async fn outage_acts(
        &self,
        unit: &UnitId,
        before: i64,
        limit: u32,
    ) -> Result<Vec<SequencedAct>, StoreError>;
}
