//! Shares over weeks, their chart, and what may be said of them (S5, S15, S19).
//!
//! The verdict follows from the signals of a control chart and from nothing else: without a signal there is no
//! change, however the last figure looks.

use jiff::ToSpan as _;
use jiff::civil::Date;
use pengayom_measure::attribute_chart::AttributePoint;
use pengayom_measure::chart::{Rule, Side, Signal};
use pengayom_measure::proportion::{self, Share};
use pengayom_measure::series::{SeriesChart, chart_of_shares};

/// Weeks a series goes back, with the one that is not over.
pub const WEEKS: i64 = 78;

/// A signal counts as of now when it fired in one of so many last weeks.
pub(crate) const RECENT: usize = 4;

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// More.
    High,
    /// Less.
    Low,
}

/// A count of one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub from: Date,
    /// How many of them.
    pub x: u64,
    /// Out of how many.
    pub n: u64,
}

impl Week {
    /// The share; 0 of nothing.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            real(self.x) / real(self.n)
        }
    }
}

/// What may be said of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Fewer than two weeks with enough in them.
    TooFew,
    /// No signal in the last weeks.
    NoChange,
    /// Really better since the week of this Monday.
    Better(Date),
    /// Really worse since then.
    Worse(Date),
    /// Not steady since then, in no one direction.
    Unsteady(Date),
}

/// Shares by week.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Weeks that are over and have enough in them, oldest first.
    pub weeks: Vec<Week>,
    /// Weeks left out because too little was in them to be shown.
    pub hidden: u64,
    /// All of the shown weeks together; `None`: there are none.
    pub whole: Option<Share>,
    /// The last four shown weeks together.
    pub latest: Option<Share>,
    /// The chart; `None` with fewer than two weeks.
    pub chart: Option<SeriesChart>,
    /// What may be said.
    pub verdict: Verdict,
}

/// The series of some weeks.
///
/// - `weeks`: in order of time. Of fewer than `small` nothing is shown; a week without any is not there.
/// - `small`: at least 1.
#[must_use]
pub fn series(weeks: &[Week], good: Good, small: u64) -> Series {
    let shown: Vec<Week> = weeks
        .iter()
        .copied()
        .filter(|week| week.n >= small.max(1) && week.x <= week.n)
        .collect();
    let hidden = weeks
        .iter()
        .filter(|week| (1..small).contains(&week.n))
        .count();
    let together = |weeks: &[Week]| {
        let (x, n) = weeks
            .iter()
            .fold((0, 0), |(x, n), week| (x + week.x, n + week.n));
        proportion::share(x, n).ok()
    };
    let counts: Vec<f64> = shown.iter().map(|week| real(week.x)).collect();
    let of: Vec<f64> = shown.iter().map(|week| real(week.n)).collect();
    let chart = (shown.len() > 1)
        .then(|| chart_of_shares(&counts, &of).ok())
        .flatten();
    let recent = shown.len().saturating_sub(RECENT);
    Series {
        hidden: u64::try_from(hidden).unwrap_or(u64::MAX),
        whole: together(&shown),
        latest: together(shown.get(recent..).unwrap_or_default()),
        verdict: chart
            .as_ref()
            .map_or(Verdict::TooFew, |chart| verdict(chart, &shown, good)),
        weeks: shown,
        chart,
    }
}

/// What the chart says of the last weeks.
pub(crate) fn verdict(chart: &SeriesChart, weeks: &[Week], good: Good) -> Verdict {
    let (signals, points) = match chart {
        SeriesChart::Run(chart) => (&chart.signals, None),
        SeriesChart::Individuals(chart) => (&chart.signals, None),
        SeriesChart::Shares(chart) | SeriesChart::Rates(chart) => {
            (&chart.signals, Some(&chart.points))
        }
    };
    let recent = weeks.len().saturating_sub(RECENT);
    // Weeks may differ by more than counting explains: of single weeks only those beyond the wider limits count.
    let tells = |signal: &&Signal| match (signal.rule, points) {
        (Rule::BeyondLaney, Some(points)) => points
            .get(signal.index)
            .is_some_and(AttributePoint::is_beyond_wider),
        (Rule::EightSameSide, Some(_)) => true,
        (_, Some(_)) => false,
        (rule, None) => rule.is_default(),
    };
    let Some(last) = signals
        .iter()
        .filter(tells)
        .filter(|signal| signal.index >= recent)
        .max()
    else {
        return Verdict::NoChange;
    };
    // The first of the unbroken signals on that side up to the last one.
    let mut first = last.index;
    for signal in signals
        .iter()
        .rev()
        .filter(tells)
        .filter(|signal| signal.side == last.side)
    {
        if signal.index < first && first - signal.index <= RECENT {
            first = signal.index;
        }
    }
    let start = match last.rule.points() {
        Some(points) => (first + 1).saturating_sub(points),
        None => run_start(chart, first),
    };
    let Some(since) = weeks.get(start).map(|week| week.from) else {
        return Verdict::NoChange;
    };
    match (last.side, good) {
        (Side::Above, Good::High) | (Side::Below, Good::Low) => Verdict::Better(since),
        (Side::Above, Good::Low) | (Side::Below, Good::High) => Verdict::Worse(since),
        (Side::Either, _) => Verdict::Unsteady(since),
    }
}

/// Where the run begins that ends at a point.
fn run_start(chart: &SeriesChart, end: usize) -> usize {
    let SeriesChart::Run(chart) = chart else {
        return end;
    };
    let side = chart.points.get(end).and_then(|point| point.side);
    let mut start = end;
    for (at, point) in chart.points.iter().enumerate().take(end).rev() {
        match point.side {
            Some(known) if Some(known) != side => break,
            Some(_) => start = at,
            None => {}
        }
    }
    start
}

/// The Mondays of the last [`WEEKS`] weeks that are over on a day, oldest first.
#[must_use]
pub fn mondays(today: Date) -> Vec<Date> {
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let monday = today.saturating_sub(back.days());
    (1..=WEEKS)
        .rev()
        .map(|weeks| monday.saturating_sub((7 * weeks).days()))
        .collect()
}

/// Counts by week of counts by day; days outside of the weeks are left out.
pub fn by_week(mondays: &[Date], days: impl IntoIterator<Item = (Date, i64, i64)>) -> Vec<Week> {
    let mut weeks: Vec<Week> = mondays
        .iter()
        .map(|from| Week {
            from: *from,
            x: 0,
            n: 0,
        })
        .collect();
    let Some(first) = mondays.first() else {
        return weeks;
    };
    for (day, x, n) in days {
        let passed = first.until(day).map_or(-1, |span| span.get_days());
        let at = usize::try_from(passed).ok().map(|days| days / 7);
        if let Some(week) = at.and_then(|at| weeks.get_mut(at)) {
            week.x += u64::try_from(x).unwrap_or(0);
            week.n += u64::try_from(n).unwrap_or(0);
        }
    }
    weeks
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn weeks(counts: &[(u64, u64)]) -> Vec<Week> {
        let first = date(2025, 6, 2);
        let week = |(at, (x, n)): (usize, &(u64, u64))| Week {
            from: first.saturating_add((7 * i64::try_from(at).unwrap()).days()),
            x: *x,
            n: *n,
        };
        counts.iter().enumerate().map(week).collect()
    }

    /// Of 100, as chance alone has them.
    const ORDINARY: [u64; 7] = [70, 76, 65, 72, 68, 77, 63];

    fn said(counts: &[(u64, u64)], good: Good) -> Verdict {
        series(&weeks(counts), good, 5).verdict
    }

    #[test]
    fn without_two_weeks_nothing_is_said() {
        assert_eq!(said(&[], Good::High), Verdict::TooFew);
        assert_eq!(
            said(&[(4, 4), (3, 4), (9, 10)], Good::High),
            Verdict::TooFew
        );
        let hidden = series(&weeks(&[(4, 4), (0, 0), (9, 10)]), Good::High, 5);
        assert_eq!((hidden.hidden, hidden.weeks.len()), (1, 1));
        assert_eq!(hidden.whole.unwrap().n, 10);
    }

    #[test]
    fn a_steady_series_has_not_changed_however_the_last_week_looks() {
        let mut counts: Vec<(u64, u64)> = (0..40).map(|at| (ORDINARY[at % 7], 100)).collect();
        counts[39] = (60, 100);
        assert_eq!(said(&counts, Good::High), Verdict::NoChange);
        assert_eq!(said(&[(0, 50); 40], Good::Low), Verdict::NoChange);
        assert_eq!(said(&[(50, 50); 40], Good::High), Verdict::NoChange);
    }

    // S15
    #[test]
    fn a_real_drop_is_worse_where_more_is_good_and_better_where_less_is() {
        let counts: Vec<(u64, u64)> = (0..40)
            .map(|at| {
                if at < 36 {
                    (ORDINARY[at % 7], 100)
                } else {
                    (20, 100)
                }
            })
            .collect();
        let since = weeks(&counts)[36].from;
        assert_eq!(said(&counts, Good::High), Verdict::Worse(since));
        assert_eq!(said(&counts, Good::Low), Verdict::Better(since));
    }

    #[test]
    fn what_was_long_ago_is_not_told_as_of_now() {
        let counts: Vec<(u64, u64)> = (0..60)
            .map(|at| {
                if (30..34).contains(&at) {
                    (20, 100)
                } else {
                    (ORDINARY[at % 7], 100)
                }
            })
            .collect();
        assert_eq!(said(&counts, Good::High), Verdict::NoChange);
    }

    #[test]
    fn a_short_series_is_judged_by_its_runs() {
        let counts: Vec<(u64, u64)> = (0..18)
            .map(|at| if at < 9 { (50, 100) } else { (80, 100) })
            .collect();
        let since = weeks(&counts)[9].from;
        assert!(
            matches!(said(&counts, Good::High), Verdict::Better(at) if at == since)
                || matches!(said(&counts, Good::High), Verdict::Unsteady(_))
        );
    }

    #[test]
    fn days_fall_into_their_weeks_and_others_are_left_out() {
        let mondays = mondays(date(2026, 12, 1));
        assert_eq!(i64::try_from(mondays.len()).unwrap(), WEEKS);
        let last = *mondays.last().unwrap();
        assert_eq!(last, date(2026, 11, 23));
        let days = [
            (date(2026, 11, 23), 1, 2),
            (date(2026, 11, 29), 1, 3),
            (date(2026, 11, 30), 9, 9),
            (date(1999, 1, 1), 9, 9),
            (date(9999, 12, 31), 9, 9),
        ];
        let weeks = by_week(&mondays, days);
        assert_eq!(
            *weeks.last().unwrap(),
            Week {
                from: last,
                x: 2,
                n: 5
            }
        );
        assert!(weeks[..weeks.len() - 1].iter().all(|week| week.n == 0));
    }

    proptest! {
        #[test]
        fn upside_down_a_series_says_the_same(
            counts in prop::collection::vec((0_u64..60).prop_flat_map(|n| (0..=n, Just(n))), 0..60)
        ) {
            let up = series(&weeks(&counts), Good::High, 5);
            let turned: Vec<(u64, u64)> = counts.iter().map(|(x, n)| (n - x, *n)).collect();
            let down = series(&weeks(&turned), Good::Low, 5);
            prop_assert_eq!(up.verdict, down.verdict);
            prop_assert_eq!(up.hidden, down.hidden);
        }
    }
}
