//! What anybody may see of how promises are kept: whole weeks, one beside the other (S16, S88).
//!
//! Weeks that are over do not overlap, so that no two readings differ by one person's answer. What
//! fewer than the pack's small-cell limit are part of is hidden.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use pengayom_measure::histogram::WaitHistogram;
use pengayom_measure::proportion::{self, Share};
use pengayom_store::{HourGroup, Span, WaitGroup};

use crate::Node;
use crate::board::ItemResult;
use crate::error::HandleError;

/// Weeks shown.
pub const PUBLIC_WEEKS: i64 = 6;

/// How long a reading is used again. Only what officers record late changes a week that is over.
const KEEP: SignedDuration = SignedDuration::from_mins(10);

/// One week, Monday to Sunday in the unit's zone.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicWeek {
    /// Monday.
    pub from: Date,
    /// Sunday.
    pub to: Date,
    /// Requests filed; `None` when there were some, but too few to show.
    pub filed: Option<u64>,
    /// The share of first responses that came in time; `None` when there were too few.
    pub in_time: Option<Share>,
    /// Waiting times until the first response; empty when there were too few.
    pub waits: WaitHistogram,
    /// Answers by item of the form, in its order.
    pub survey: Vec<ItemResult>,
}

/// The weeks, the newest first.
#[derive(Debug, Clone)]
pub struct Performance {
    /// The moment they were read.
    pub at: Timestamp,
    /// Totals of fewer are hidden.
    pub small_cell: u32,
    /// The weeks.
    pub weeks: Vec<PublicWeek>,
}

impl Node {
    /// Reads the last [`PUBLIC_WEEKS`] weeks that are over, for anybody.
    ///
    /// # Errors
    /// The store's.
    pub async fn performance(&self) -> Result<Arc<Performance>, HandleError> {
        let now = self.now();
        let kept = self.performance.read().ok().and_then(|kept| kept.clone());
        let fresh = |kept: &Arc<Performance>| {
            let age = now.duration_since(kept.at);
            age >= SignedDuration::ZERO && age < KEEP
        };
        if let Some(kept) = kept.filter(fresh) {
            return Ok(kept);
        }
        let unit = self.unit();
        let today = unit.zone.to_datetime(now).date();
        let monday =
            today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
        let mut weeks = Vec::new();
        for back in 1..=PUBLIC_WEEKS {
            let from = monday.saturating_sub((7 * back).days());
            weeks.push(
                self.public_week(from, from.saturating_add(6.days()))
                    .await?,
            );
        }
        let read = Arc::new(Performance {
            at: now,
            small_cell: unit.pack.survey().form.small_cell,
            weeks,
        });
        if let Ok(mut kept) = self.performance.write() {
            *kept = Some(Arc::clone(&read));
        }
        Ok(read)
    }

    async fn public_week(&self, from: Date, to: Date) -> Result<PublicWeek, HandleError> {
        let unit = self.unit();
        let small = unit.pack.survey().form.small_cell;
        let span = Span {
            from: self.day_span(from)?.from,
            to: self.day_span(to)?.to,
        };
        let totals = self
            .store
            .hour_totals(&unit.id, span, HourGroup::Station)
            .await?;
        let sum = |of: fn(&pengayom_store::HourTotals) -> i64| {
            let sum: i64 = totals.iter().map(of).sum();
            u64::try_from(sum).unwrap_or(0)
        };
        let (filed, responded) = (sum(|row| row.filed), sum(|row| row.responded));
        let late = sum(|row| row.responded_late);
        let few = |n: u64| n > 0 && n < u64::from(small);
        let mut waits = WaitHistogram::new();
        if !few(responded) {
            let rows = self
                .store
                .wait_totals(&unit.id, span, WaitGroup::All)
                .await?;
            for row in &rows {
                waits.merge(&row.histogram);
            }
        }
        let survey = self.store.survey_totals(&unit.id, from, to, None).await?;
        Ok(PublicWeek {
            from,
            to,
            filed: (!few(filed)).then_some(filed),
            in_time: proportion::share(responded.saturating_sub(late), responded)
                .ok()
                .filter(|_| !few(responded)),
            waits,
            survey: self.item_results(&survey, small),
        })
    }
}
