//! What anybody may see of the reports from an area: whole months that are over (S46, S86).
//!
//! Months do not overlap, so that no two readings differ by one person's report. No service is told apart, so
//! that a sensitive one shows nowhere. What fewer than the pack's small-cell limit are part of is hidden,
//! and so much beside it that a district's total, less what is shown, does not give it away.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use pengayom_core::place::AreaCode;
use pengayom_store::{HourGroup, Span};

use crate::Node;
use crate::error::HandleError;

/// Months shown.
pub const AREA_MONTHS: i64 = 3;

/// How long a reading is used again. Only what officers record late changes a month that is over.
const KEEP: SignedDuration = SignedDuration::from_mins(10);

/// What came from one area in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AreaFigures {
    /// Reports; `None` when hidden.
    pub filed: Option<u64>,
    /// How many of those got their first answer, and how many of them in time; `None` when hidden.
    pub in_time: Option<(u64, u64)>,
}

/// One month of the unit's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaMonth {
    /// Its first day.
    pub from: Date,
    /// Beats and station-level areas something came from.
    areas: BTreeMap<AreaCode, AreaFigures>,
}

impl AreaMonth {
    /// What came from an area; nothing at all is none of all, not hidden.
    pub fn of(&self, area: &AreaCode) -> AreaFigures {
        let none = AreaFigures {
            filed: Some(0),
            in_time: None,
        };
        self.areas.get(area).copied().unwrap_or(none)
    }
}

/// The months in which the unit recorded anything, the newest first.
#[derive(Debug, Clone)]
pub struct AreaMonths {
    /// The moment they were read.
    pub at: Timestamp,
    /// Totals of fewer are hidden.
    pub small_cell: u32,
    /// The months.
    pub months: Vec<AreaMonth>,
}

/// Counts of one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    filed: u64,
    responded: u64,
    late: u64,
}

impl Node {
    /// Reads the last [`AREA_MONTHS`] months that are over, for anybody.
    ///
    /// # Errors
    /// The store's.
    pub async fn area_months(&self) -> Result<Arc<AreaMonths>, HandleError> {
        let now = self.now();
        let kept = self.area_months.read().ok().and_then(|kept| kept.clone());
        let fresh = |kept: &Arc<AreaMonths>| {
            let age = now.duration_since(kept.at);
            age >= SignedDuration::ZERO && age < KEEP
        };
        if let Some(kept) = kept.filter(fresh) {
            return Ok(kept);
        }
        let unit = self.unit();
        let first = unit.zone.to_datetime(now).date().first_of_month();
        let mut months = Vec::new();
        for back in 1..=AREA_MONTHS {
            let from = first.saturating_sub(back.months());
            months.extend(self.area_month(from).await?);
        }
        let read = Arc::new(AreaMonths {
            at: now,
            small_cell: unit.pack.survey().form.small_cell,
            months,
        });
        if let Ok(mut kept) = self.area_months.write() {
            *kept = Some(Arc::clone(&read));
        }
        Ok(read)
    }

    /// One month; `None` when nothing was recorded in it.
    async fn area_month(&self, from: Date) -> Result<Option<AreaMonth>, HandleError> {
        let unit = self.unit();
        let span = Span {
            from: self.day_span(from)?.from,
            to: self.day_span(from.last_of_month())?.to,
        };
        let rows = self
            .store
            .hour_totals(&unit.id, span, HourGroup::Beat)
            .await?;
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let by_beat: BTreeMap<&str, Counts> = rows
            .iter()
            .map(|row| {
                let counts = Counts {
                    filed: count(row.filed),
                    responded: count(row.responded),
                    late: count(row.responded_late),
                };
                (row.key.as_deref().unwrap_or_default(), counts)
            })
            .collect();
        if by_beat.values().all(|counts| counts.filed == 0) {
            return Ok(None);
        }
        let choices = unit.geography.choices();
        let of = |code: &AreaCode| by_beat.get(code.as_str()).copied().unwrap_or_default();
        let mut areas = BTreeMap::new();
        let mut districts = Vec::new();
        for choice in &choices {
            let beats: Vec<(&AreaCode, Counts)> = choice
                .beats
                .iter()
                .map(|beat| (&beat.code, of(&beat.code)))
                .collect();
            let total = beats
                .iter()
                .fold(of(&choice.area.code), |sum, (_, one)| Counts {
                    filed: sum.filed + one.filed,
                    responded: sum.responded + one.responded,
                    late: sum.late + one.late,
                });
            districts.push((&choice.area.code, total));
            show(&beats, unit.pack.survey().form.small_cell, &mut areas);
        }
        show(&districts, unit.pack.survey().form.small_cell, &mut areas);
        Ok(Some(AreaMonth { from, areas }))
    }
}

/// Figures of areas that lie in one, as far as they may be shown.
fn show(areas: &[(&AreaCode, Counts)], small: u32, into: &mut BTreeMap<AreaCode, AreaFigures>) {
    let filed: Vec<u64> = areas.iter().map(|(_, counts)| counts.filed).collect();
    let responded: Vec<u64> = areas.iter().map(|(_, counts)| counts.responded).collect();
    let filed_shown = shown(&filed, small, &[]);
    // Where the reports are hidden, the answers are too.
    let responded_shown = shown(&responded, small, &filed_shown);
    for (((code, counts), filed), answered) in areas.iter().zip(filed_shown).zip(responded_shown) {
        let in_time = counts.responded.saturating_sub(counts.late);
        let figures = AreaFigures {
            filed: filed.then_some(counts.filed),
            in_time: (answered && counts.responded > 0).then_some((counts.responded, in_time)),
        };
        into.insert((*code).clone(), figures);
    }
}

/// Which of some counts with a known total may be shown: none from 1 to below the limit, none that `with` hides, and
/// as many of the others fewer as it takes until what is hidden together reaches the limit.
pub(crate) fn shown(counts: &[u64], small: u32, with: &[bool]) -> Vec<bool> {
    let small = u64::from(small);
    let mut shown: Vec<bool> = counts
        .iter()
        .enumerate()
        .map(|(at, n)| (*n == 0 || *n >= small) && with.get(at).copied().unwrap_or(true))
        .collect();
    let mut smallest: Vec<usize> = (0..counts.len()).collect();
    let count = |at: usize| counts.get(at).copied().unwrap_or(0);
    smallest.sort_by_key(|at| count(*at));
    for at in smallest {
        let hidden = shown
            .iter()
            .zip(counts)
            .filter(|(shown, n)| !**shown && **n > 0);
        let (cells, sum) = hidden.fold((0, 0), |(cells, sum), (_, n)| (cells + 1, sum + n));
        if cells == 0 || (cells > 1 && sum >= small) {
            break;
        }
        if count(at) > 0
            && let Some(one) = shown.get_mut(at)
        {
            *one = false;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // S46: nobody is found by taking what is shown from the total.
        #[test]
        fn what_is_hidden_cannot_be_worked_out_from_the_total(
            counts in prop::collection::vec(0..30_u64, 0..40), small in 1..12_u32,
        ) {
            let shown = shown(&counts, small, &[]);
            let hidden: Vec<u64> = counts
                .iter()
                .zip(&shown)
                .filter_map(|(n, shown)| (!shown).then_some(*n))
                .collect();
            for (n, shown) in counts.iter().zip(&shown) {
                prop_assert!(!*shown || *n == 0 || *n >= u64::from(small));
            }
            let others = counts.iter().filter(|n| **n > 0).count();
            if !hidden.is_empty() && others > hidden.len() {
                prop_assert!(hidden.len() > 1 && hidden.iter().sum::<u64>() >= u64::from(small));
            }
            if counts.iter().all(|n| *n == 0 || *n >= u64::from(small)) {
                prop_assert!(hidden.is_empty(), "nothing is hidden without need");
            }
        }
    }

    #[test]
    fn one_small_village_takes_the_next_smallest_with_it() {
        assert_eq!(shown(&[12, 3, 0, 7], 5, &[]), [true, false, true, false]);
        assert_eq!(shown(&[12, 3, 0, 2], 5, &[]), [true, false, true, false]);
        assert_eq!(shown(&[12, 3, 1], 5, &[]), [false, false, false]);
        assert_eq!(
            shown(&[12, 7, 9], 5, &[true, false, true]),
            [true, false, false]
        );
    }
}
