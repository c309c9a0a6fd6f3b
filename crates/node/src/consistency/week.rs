//! Weeks on a chart: shares, or means (S15).

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use pengayom_measure::chart::frozen_baseline;
use pengayom_measure::proportion::{Interval, Z_95};
use pengayom_measure::series::{SeriesChart, chart_of_values};

use super::Kind;
use super::time::HourSum;
use crate::trend::{self, Good, RECENT, Series, Verdict, Week, by_week, series};

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Its interval.
    pub interval: Interval,
    /// Of how many.
    pub n: u64,
}

/// One week of a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanWeek {
    /// Its Monday.
    pub from: Date,
    /// How many.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
}

/// Means by week.
#[derive(Debug, Clone, PartialEq)]
pub struct Means {
    /// Weeks that are over and have enough in them, oldest first.
    pub weeks: Vec<MeanWeek>,
    /// Weeks left out because too little was in them.
    pub hidden: u64,
    /// All of them together.
    pub whole: Option<Mean>,
    /// The last four together.
    pub latest: Option<Mean>,
    /// The chart; `None` with fewer than two weeks.
    pub chart: Option<SeriesChart>,
    /// What may be said.
    pub verdict: Verdict,
}

/// A measure week by week.
#[derive(Debug, Clone, PartialEq)]
pub enum Weekly {
    /// A share.
    Shares(Series),
    /// A mean.
    Means(Means),
}

impl Weekly {
    /// Mondays of the shown weeks.
    #[must_use]
    pub fn mondays(&self) -> Vec<Date> {
        match self {
            Self::Shares(series) => series.weeks.iter().map(|week| week.from).collect(),
            Self::Means(means) => means.weeks.iter().map(|week| week.from).collect(),
        }
    }

    /// First and last day of the weeks that set the limits; `None`: too few weeks.
    pub(super) fn baseline(&self) -> Option<(Date, Date)> {
        let weeks = self.mondays();
        let baseline = frozen_baseline(weeks.len())?;
        let last = weeks.get(baseline.checked_sub(1)?)?;
        Some((*weeks.first()?, last.saturating_add(6.days())))
    }
}

/// Sums of one side.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) n: u64,
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Cell {
    pub(super) fn of(row: &HourSum) -> Self {
        Self {
            n: row.n,
            sum: row.sum,
            squares: row.squares,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.n as f64
    }

    /// Variance of the mean by chance in counting alone; of a share with one of either added, so that none and all are
    /// not taken for certain.
    pub(super) fn variance_of_mean(&self, kind: Kind) -> f64 {
        let n = self.n as f64;
        match kind {
            Kind::Share => {
                let share = (self.sum + 1.0) / (n + 2.0);
                share * (1.0 - share) / (n + 2.0)
            }
            Kind::Mean => (self.squares / n - self.mean().powi(2)).max(0.0) / n,
        }
    }
}

/// Weeks from hours.
pub(super) fn weekly(
    rows: &[HourSum],
    mondays: &[Date],
    kind: Kind,
    good: Good,
    small: u64,
) -> Weekly {
    if kind == Kind::Share {
        // Shares are of whole numbers.
        #[allow(
            clippy::cast_possible_truncation,
            reason = "counts are whole and far below 2^53"
        )]
        let days = rows.iter().map(|row| {
            let n = i64::try_from(row.n).unwrap_or(i64::MAX);
            (row.day, row.sum as i64, n)
        });
        return Weekly::Shares(series(&by_week(mondays, days), good, small));
    }
    let first = mondays.first().copied();
    let mut weeks: BTreeMap<Date, Cell> = BTreeMap::new();
    for row in rows {
        let back = i64::from(row.day.weekday().to_monday_zero_offset());
        let monday = row.day.saturating_sub(back.days());
        if first.is_some_and(|first| monday >= first) && mondays.last() >= Some(&monday) {
            weeks.entry(monday).or_default().add(Cell::of(row));
        }
    }
    let is_shown = |cell: &Cell| cell.n >= small.max(1);
    let hidden = weeks.values().filter(|cell| cell.n > 0 && !is_shown(cell));
    let hidden = u64::try_from(hidden.count()).unwrap_or(u64::MAX);
    weeks.retain(|_, cell| is_shown(cell));
    let shown: Vec<MeanWeek> = weeks
        .iter()
        .map(|(from, cell)| MeanWeek {
            from: *from,
            n: cell.n,
            mean: cell.mean(),
        })
        .collect();
    let values: Vec<f64> = shown.iter().map(|week| week.mean).collect();
    let chart = (shown.len() > 1)
        .then(|| chart_of_values(&values).ok())
        .flatten();
    let as_weeks: Vec<Week> = shown
        .iter()
        .map(|week| Week {
            from: week.from,
            x: 0,
            n: week.n,
        })
        .collect();
    let recent = weeks.len().saturating_sub(RECENT);
    Weekly::Means(Means {
        hidden,
        whole: together(weeks.values()),
        latest: together(weeks.values().skip(recent)),
        verdict: chart.as_ref().map_or(Verdict::TooFew, |chart| {
            trend::verdict(chart, &as_weeks, good)
        }),
        weeks: shown,
        chart,
    })
}

/// The mean of several weeks, with its interval.
fn together<'c>(cells: impl Iterator<Item = &'c Cell>) -> Option<Mean> {
    let mut all = Cell::default();
    for cell in cells {
        all.add(*cell);
    }
    (all.n > 1).then(|| {
        let half = Z_95 * all.variance_of_mean(Kind::Mean).sqrt();
        let mean = all.mean();
        Mean {
            mean,
            interval: Interval {
                low: (mean - half).max(0.0),
                high: mean + half,
            },
            n: all.n,
        }
    })
}
