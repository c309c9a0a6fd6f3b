//! What a unit has to work with: rooms and equipment, who is qualified for what, and what was asked of
//! its services meanwhile (S7, S34, S35).

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{LessonCode, ServiceCode, ThingCode};
use pengayom_core::place::StationId;
use pengayom_core::subject::officer::{LessonState, Qualification};
use pengayom_core::subject::thing::{Phase, ThingState};
use pengayom_core::value::{OfficerId, ThingId, UnitId};
use pengayom_measure::histogram::WaitHistogram;

use crate::StoreError;
use crate::query::Span;

/// Most things of a unit that are read at once; a unit registers no more.
pub const THINGS_MAX: u32 = 2_000;

/// A room or a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThingRow {
    /// Identifier.
    pub id: ThingId,
    /// How many acts it has.
    pub version: u32,
    /// Where it is.
    pub station: Option<StationId>,
    /// What it is, a code of the pack.
    pub kind: ThingCode,
    /// What it is called.
    pub label: String,
    /// Where in the station it is kept.
    pub room: Option<String>,
    /// How it is.
    pub state: ThingState,
    /// Since when.
    pub since: Timestamp,
    /// Who has it.
    pub holder: Option<OfficerId>,
    /// Since when.
    pub held_since: Option<Timestamp>,
    /// The day by which it is checked next.
    pub check_by: Option<Date>,
    /// When it was checked last.
    pub checked_at: Option<Timestamp>,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Where it was and whether it could be used, from when, the latest last.
    pub phases: Vec<Phase>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// What an officer is qualified for, and their lessons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingRow {
    /// The officer.
    pub id: OfficerId,
    /// How many acts it has.
    pub version: u32,
    /// Qualifications they have or had.
    pub qualifications: Vec<Qualification>,
    /// Lessons that were opened for them.
    pub lessons: BTreeMap<LessonCode, LessonState>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// What was asked of a service at a station in one hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// First moment of the hour.
    pub hour: Timestamp,
    /// The station.
    pub station: StationId,
    /// The service.
    pub service: ServiceCode,
    /// Requests filed.
    pub filed: i64,
    /// How long those that were answered had waited.
    pub waits: WaitHistogram,
}

/// What is asked of a store about means and skills. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait StandingStore: Send + Sync {
    /// One thing.
    async fn thing(&self, unit: &UnitId, thing: ThingId) -> Result<Option<ThingRow>, StoreError>;

    /// All things of a unit, by station, kind and label; at most [`THINGS_MAX`].
    async fn things(&self, unit: &UnitId) -> Result<Vec<ThingRow>, StoreError>;

    /// One officer's standing.
    async fn standing(
        &self,
        unit: &UnitId,
        officer: OfficerId,
    ) -> Result<Option<StandingRow>, StoreError>;

    /// The standing of all officers who have one, by identifier.
    async fn standings(&self, unit: &UnitId) -> Result<Vec<StandingRow>, StoreError>;

    /// What was asked of these services, by hour, station and service; the hours of a span.
    async fn demand(
        &self,
        unit: &UnitId,
        span: Span,
        services: &[ServiceCode],
    ) -> Result<Vec<Demand>, StoreError>;
}
