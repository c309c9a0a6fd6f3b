//! Counts for the board of quality: narrow sums at fixed grains, kept in the transaction of each append, so
//! that what a board asks does not grow with the number of acts (S15-S17, S19, S38-S49).
//!
//! Why several narrow tables and not one wide one, see
//! `docs/decisions/0033-narrow-sums-for-the-board-of-quality.md`.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::value::{OfficerId, UnitId};

use crate::StoreError;
use crate::query::Span;

/// By what counts are kept apart. The local hours, days and months are those of the unit's zone; a count is of the
/// place and the service the record names now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// By hour: all places and services together.
    Hour,
    /// By day: all places and services together.
    Day,
    /// By day and station.
    StationDay,
    /// By day and service: all places together.
    ServiceDay,
    /// By month, station and service.
    MixMonth,
    /// By month and beat.
    BeatMonth,
}

impl Grain {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Hour,
        Self::Day,
        Self::StationDay,
        Self::ServiceDay,
        Self::MixMonth,
        Self::BeatMonth,
    ];

    /// Those in which answers to the survey are counted.
    pub const ANSWERS: [Self; 4] = [Self::Hour, Self::Day, Self::StationDay, Self::BeatMonth];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::StationDay => "station_day",
            Self::ServiceDay => "service_day",
            Self::MixMonth => "mix_month",
            Self::BeatMonth => "beat_month",
        }
    }
}

/// Requests in one cell of a grain. They count in the hour, day or month they were filed.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSums {
    /// First moment of the local hour, day or month.
    pub at: Timestamp,
    /// Station or beat, as the grain says; empty: all, or unknown.
    pub place: String,
    /// Service; empty: all.
    pub service: String,
    /// Requests filed.
    pub filed: i64,
    /// Of them, answered.
    pub responded: i64,
    /// Of those, after the promised time.
    pub responded_late: i64,
    /// Of the filed, closed.
    pub closed: i64,
    /// Lists of rights that had to be told to somebody.
    pub rights_owed: i64,
    /// Of them, told in time.
    pub rights_in_time: i64,
    /// Sum of the waiting times of the answered, in seconds.
    pub wait_seconds: f64,
    /// Sum of their squares.
    pub wait_seconds_squared: f64,
}

/// Encounters in one cell of a grain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingSums {
    /// First moment of the local hour, day or month.
    pub at: Timestamp,
    /// Station or beat, as the grain says; empty: all, or unknown.
    pub place: String,
    /// Service; empty: all.
    pub service: String,
    /// Encounters.
    pub encounters: i64,
    /// Of them, with force.
    pub forced: i64,
    /// Of all, in which at least one thing was explained.
    pub explained: i64,
}

/// Answers to one item in one cell of a grain, by the moment of the service that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSums {
    /// First moment of the local hour, day or month.
    pub at: Timestamp,
    /// Station or beat, as the grain says; empty: all, or unknown.
    pub place: String,
    /// The item.
    pub item: String,
    /// Counts by digit of the answer: 0 "do not know", 1 to 4.
    pub counts: [i64; 5],
}

/// Encounters with force on one day at one station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceSums {
    /// First moment of the local day.
    pub at: Timestamp,
    /// Station; empty when unknown.
    pub station: String,
    /// How far it went, a stage of the pack; empty: not said.
    pub stage: String,
    /// How many.
    pub n: i64,
}

/// Control measures that began on one day at one station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlSums {
    /// First moment of the local day on which they began.
    pub at: Timestamp,
    /// Station of the case; empty when unknown.
    pub station: String,
    /// Kind of measure, a code of the pack.
    pub measure: String,
    /// How many.
    pub n: i64,
}

/// What one officer did for one service in one month: encounters by when they met somebody, requests by when they
/// were filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSums {
    /// First moment of the local month.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerId,
    /// Service.
    pub service: String,
    /// Encounters they recorded.
    pub encounters: i64,
    /// Of them, with force.
    pub forced: i64,
    /// Of all, in which at least one thing was explained.
    pub explained: i64,
    /// Requests answered that they handle (or served, where nobody handles them).
    pub responded: i64,
    /// Of them, after the promised time.
    pub responded_late: i64,
    /// Requests closed that they handle (or served, where nobody handles them).
    pub closed: i64,
}

/// What the board of quality asks of a store. A part of [`crate::Store`].
///
/// Cells whose first moment lies in the span are given, in order of moment, place and service (or what stands in
/// their place). How many there can be depends on the span, the places and the services alone. A count that came to
/// nothing is as if it had never been there.
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait QualityStore: Send + Sync {
    /// Requests over a span.
    async fn case_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<CaseSums>, StoreError>;

    /// Encounters over a span.
    async fn meeting_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<MeetingSums>, StoreError>;

    /// Answers to the survey over a span, in one of [`Grain::ANSWERS`]; there are none in others.
    async fn answer_sums(
        &self,
        unit: &UnitId,
        span: Span,
        grain: Grain,
    ) -> Result<Vec<AnswerSums>, StoreError>;

    /// Encounters with force over a span, by day, station and stage.
    async fn force_sums(&self, unit: &UnitId, span: Span) -> Result<Vec<ForceSums>, StoreError>;

    /// Control measures that began in a span, by day, station and kind.
    async fn control_sums(&self, unit: &UnitId, span: Span)
    -> Result<Vec<ControlSums>, StoreError>;

    /// What officers did over a span, by month, officer and service; all officers or one.
    async fn officer_sums(
        &self,
        unit: &UnitId,
        span: Span,
        officer: Option<OfficerId>,
    ) -> Result<Vec<OfficerSums>, StoreError>;
}
