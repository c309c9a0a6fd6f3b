//! The front desk: who waits, who is served, how long people waited, and what is down.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::place::StationId;
use pengayom_core::subject::visit::order::{Place, Turn};
use pengayom_core::subject::visit::wait::Waited;
use pengayom_core::value::{OfficerId, OutageId, UnitId, VisitId};

use crate::StoreError;

/// A visit to a front desk as lists and pages need it. It names no visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// Identifier.
    pub id: VisitId,
    /// How many acts it has.
    pub version: u32,
    /// The front desk.
    pub station: Option<StationId>,
    /// The day the ticket is of, in the unit's zone.
    pub day: Date,
    /// Its number on that day, from 1.
    pub ticket: u32,
    /// The kind of need, a code of the pack.
    pub need: Option<String>,
    /// Lists do not name the need.
    pub sensitive: bool,
    /// Whose turn it is.
    pub turn: Turn,
    /// Why they go first, a code of the pack.
    pub priority: Option<String>,
    /// When they came.
    pub joined_at: Timestamp,
    /// Until when the ticket works.
    pub open_until: Timestamp,
    /// Who serves them.
    pub called_by: Option<OfficerId>,
    /// When they were called.
    pub called_at: Option<Timestamp>,
    /// How the visit ended.
    pub ended: Option<String>,
    /// The person was served.
    pub served: bool,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

impl VisitRow {
    /// Its place in the queue: the smaller is called first.
    pub const fn place(&self) -> Place {
        (self.turn, self.joined_at, self.day, self.ticket)
    }
}

/// Something that can be down, with its last outage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageRow {
    /// Identifier.
    pub id: OutageId,
    /// How many acts it has.
    pub version: u32,
    /// The station where it is down.
    pub station: Option<StationId>,
    /// What, a code of the pack.
    pub system: Option<String>,
    /// What, in own words.
    pub words: Option<String>,
    /// What people can still do, in own words.
    pub way: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it is expected to work again.
    pub until: Option<Timestamp>,
    /// When that was said.
    pub declared_at: Timestamp,
    /// Since when it works again.
    pub ended_at: Option<Timestamp>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// What the front desk asks of a store. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait DeskStore: Send + Sync {
    /// One visit.
    async fn visit(&self, unit: &UnitId, visit: VisitId) -> Result<Option<VisitRow>, StoreError>;

    /// Who waits at a desk with a ticket that works at a moment, in the order to call them
    /// ([`VisitRow::place`]); at most `limit`, see [`crate::PAGE_MAX`].
    async fn visits_waiting(
        &self,
        unit: &UnitId,
        station: &StationId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError>;

    /// Who was called at a desk and is not gone, with a ticket that works at a moment, the longest
    /// first; at most `limit`.
    async fn visits_served(
        &self,
        unit: &UnitId,
        station: &StationId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError>;

    /// How long people waited who were called at a desk since a moment and were there, the latest
    /// first; at most `limit`.
    async fn visits_called(
        &self,
        unit: &UnitId,
        station: &StationId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Waited>, StoreError>;

    /// When the last ticket was given at a desk.
    async fn last_visit(
        &self,
        unit: &UnitId,
        station: &StationId,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Visits that nobody ended and whose ticket works no longer at a moment, the oldest first; at
    /// most `limit`.
    async fn visits_to_end(
        &self,
        unit: &UnitId,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<VisitId>, StoreError>;

    /// Something that can be down.
    async fn outage(
        &self,
        unit: &UnitId,
        outage: OutageId,
    ) -> Result<Option<OutageRow>, StoreError>;

    /// What is down, the latest first, then what works again since a moment or later; of each at most
    /// `limit`.
    async fn outages(
        &self,
        unit: &UnitId,
        ended_since: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutageRow>, StoreError>;
}
