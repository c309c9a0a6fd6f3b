//! Cases that anybody may see, as far as that goes.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::{CaseId, UnitId};

use crate::StoreError;
use crate::rows::CaseRow;

/// Which of the cases that anybody may see. Never one whose kind is kept narrow, nor one in which
/// somebody was in danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownQuery {
    /// For one of these services; of none when empty.
    pub services: Vec<ServiceCode>,
    /// One of these cases; any when `None`.
    pub cases: Option<Vec<CaseId>>,
    /// In one of these stages; any when empty.
    pub stages: Vec<CaseStage>,
    /// Filed at this moment or later.
    pub filed_from: Timestamp,
    /// Filed before this moment.
    pub filed_before: Timestamp,
    /// Something happened to it at this moment or later.
    pub touched_from: Option<Timestamp>,
    /// So many are passed over.
    pub skip: u32,
    /// At most so many, and no more than [`crate::PAGE_MAX`].
    pub limit: u32,
}

/// Cases that anybody may see. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait ShownStore: Send + Sync {
    /// The cases, newest filing first.
    async fn cases_shown(
        &self,
        unit: &UnitId,
        query: &ShownQuery,
    ) -> Result<Vec<CaseRow>, StoreError>;
}
