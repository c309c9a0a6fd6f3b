//! What the people served said, as a whole (S5, S19, S25, S38, S39, S41, S42, S43).
//!
//! How many were asked and how many answered; the official index of nine elements; each scale with its
//! interval; trust beside liking; how far a scale holds together; the same weighted to the people who
//! were served; and what looks as if answers were stuffed. Nothing is about one officer, and totals of
//! few people are hidden. `docs/measures.md` says what each counts.

mod count;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::SurveyScale;
use pengayom_measure::clustered::ClusteredShare;
use pengayom_measure::proportion::{Interval, Share};
use pengayom_measure::reliability::Reliability;
use pengayom_measure::satisfaction::SatisfactionIndex;
use pengayom_store::{Grain, Span};

use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

pub use count::{Served, Sheet, count};

/// Most judgements whose answers are read; of more the latest are, and it says so.
pub const SHEETS_MAX: u32 = 5_000;

/// Whole sheets below which a scale's reliability is not given; our choice: its interval would say
/// nothing.
pub const RELIABILITY_NEEDS: u64 = 30;

/// Judgements below which they are not weighted; our choice.
pub const WEIGHTS_NEED: u64 = 30;

/// Judgements within one minute that are pointed out.
pub const BURST: u64 = 5;

/// How one scale was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleResult {
    /// Which.
    pub scale: SurveyScale,
    /// Its items that are asked.
    pub items: u64,
    /// Judgements that answer one of them at least.
    pub sheets: u64,
    /// The share of good answers; judgements are what repeats. `None`: too few, or nobody.
    pub good: Option<ClusteredShare>,
    /// The same, weighted to the people served.
    pub weighted: Option<Weighted>,
    /// How far its items hold together; `None` with one item or too few whole sheets.
    pub reliability: Option<Reliability>,
}

/// A share weighted to the people served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// The share, in `[0, 1]`.
    pub share: f64,
    /// Its 95 % interval, within `[0, 1]`.
    pub interval: Interval,
    /// How many equally weighted judgements would say as much.
    pub effective: f64,
}

/// The official index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexResult {
    /// Its items by code, in order.
    pub items: Vec<String>,
    /// Judgements that answer all nine.
    pub sheets: u64,
    /// The index; `None`: too few, or not all nine are asked.
    pub index: Option<SatisfactionIndex>,
}

/// Trust beside liking, of the judgements that answer both (S41).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrustAndLiking {
    /// Judgements that answer both.
    pub n: u64,
    /// Trust and like.
    pub both: u64,
    /// Trust, do not like.
    pub trust_only: u64,
    /// Like, do not trust.
    pub liking_only: u64,
    /// The share that trusts without liking; `None`: too few.
    pub trusted_not_liked: Option<Share>,
    /// The share that likes without trusting.
    pub liked_not_trusted: Option<Share>,
}

/// Why figures are not weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unweighted {
    /// Fewer than [`WEIGHTS_NEED`] judgements.
    Few,
    /// Nobody is known to have been served.
    NobodyServed,
    /// The weights could not be found.
    NotFound,
}

/// How judgements were weighted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weighting {
    /// By service and station.
    ByServiceAndStation {
        /// The share of the people served whose service or station nobody judged: weights cannot speak
        /// for them.
        uncovered: f64,
        /// Kish's design effect of the weights, at least 1.
        design_effect: f64,
    },
    /// Not.
    No(Unweighted),
}

/// What looks as if answers were stuffed; each is a reason to look, no proof.
#[derive(Debug, Clone, PartialEq)]
pub enum Sign {
    /// Many judgements within one minute.
    Burst {
        /// The first of them.
        at: Timestamp,
        /// How many.
        n: u64,
    },
    /// At a station far more sheets are all "best" than in the rest of the unit.
    AllBest {
        /// The station; `None`: unknown.
        station: Option<String>,
        /// There.
        here: Share,
        /// In the rest.
        rest: Share,
    },
}

/// The survey of services given on some local days.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyBoard {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The moment it was read.
    pub at: Timestamp,
    /// Judgements.
    pub sheets: u64,
    /// There were more than [`SHEETS_MAX`]: the latest are counted.
    pub cut: bool,
    /// Meetings and answered reports, each of which could be judged once.
    pub asked: u64,
    /// The share of them that was judged; `None`: nothing could be.
    pub response: Option<Share>,
    /// The official index.
    pub index: IndexResult,
    /// Every scale but that of the index, of which something is asked.
    pub scales: Vec<ScaleResult>,
    /// Trust beside liking.
    pub trust: TrustAndLiking,
    /// How figures were weighted.
    pub weighting: Weighting,
    /// What should be looked at.
    pub signs: Vec<Sign>,
    /// Totals of fewer people are hidden.
    pub small_cell: u32,
}

impl Node {
    /// Reads what people said of the services of some local days, both included.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::TooLarge`] or [`HandleError::Malformed`] for days as
    /// with [`Node::response_times`]; otherwise the store's.
    pub async fn survey_board(
        &self,
        by: &Staff,
        from: Date,
        to: Date,
    ) -> Result<SurveyBoard, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let span = self.days_span(from, to)?;
        let found = self
            .store
            .survey_sheets(&unit.id, from, to, SHEETS_MAX)
            .await?;
        let served = self.served(span).await?;
        let sheets: Vec<Sheet> = found.latest.iter().map(Sheet::of_row).collect();
        let mut board = count(unit.pack.survey(), &sheets, found.total, &served);
        board.from = from;
        board.to = to;
        board.at = self.now();
        Ok(board)
    }

    /// Whom the unit served: meetings, and reports that were answered.
    async fn served(&self, span: Span) -> Result<Vec<Served>, HandleError> {
        let unit = self.unit();
        let mut served = Vec::new();
        // Days say how many, months where for which service: the mix is that of whole months.
        for grain in [Grain::ServiceDay, Grain::MixMonth] {
            let mix = grain == Grain::MixMonth;
            let span = if mix { self.whole_months(span)? } else { span };
            let met = self.store.meeting_sums(&unit.id, span, grain).await?;
            served.extend(met.into_iter().map(|row| Served {
                mix,
                service: row.service,
                station: row.place,
                n: row.encounters,
            }));
            let filed = self.store.case_sums(&unit.id, span, grain).await?;
            served.extend(filed.into_iter().map(|row| Served {
                mix,
                service: row.service,
                station: row.place,
                n: row.responded,
            }));
        }
        Ok(served)
    }

    /// A span made longer to whole local months.
    fn whole_months(&self, span: Span) -> Result<Span, HandleError> {
        let zone = &self.unit().zone;
        let first = zone.to_datetime(span.from).date().first_of_month();
        Ok(Span {
            from: self.day_span(first)?.from,
            to: span.to,
        })
    }
}
