//! The same at every hour: hours of the week beside each other, and what is left of each day after them (S15).

use std::collections::BTreeMap;

use jiff::civil::Date;
use pengayom_measure::chart::{LIMITS_NEED, Phase};
use pengayom_measure::pooling_shares::pool_shares;
use pengayom_measure::proportion::{Interval, Z_95};
use pengayom_measure::run_chart::run_chart;
use pengayom_measure::series::SeriesChart;
use pengayom_measure::xmr::xmr;

use super::Kind;
use super::week::Cell;
use crate::trend::Good;

/// Hours of a week.
pub(super) const HOURS: usize = 168;

/// Answers of the first weeks below which hours of the week are not told apart; our choice: with fewer, most hours have
/// none.
pub const USUAL_NEEDS: u64 = 100;

/// Answers of one hour of the week below which it has the mean of all hours; our choice.
pub const HOUR_NEEDS: u64 = 5;

/// Answers on each side below which two sides are not compared; our choice.
pub const SIDE_NEEDS: u64 = 20;

/// Days on each side below which two sides are not compared: the interval is made of how days differ.
pub const DAYS_NEED: u64 = 10;

/// Two-sided normal quantile of 95 % over six looks together (Bonferroni): `1 - 0.05 / 12`.
const Z_OF_SIX: f64 = 2.638_257_273_476_751;

/// What was measured in one local hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourSum {
    /// The local day.
    pub day: Date,
    /// The local hour, 0 to 23.
    pub hour: i8,
    /// How many.
    pub n: u64,
    /// Sum of what was measured; of a share how many of them.
    pub sum: f64,
    /// Sum of the squares; of a share as `sum`.
    pub squares: f64,
}

/// What kind of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// Offices work.
    Working,
    /// A rest day of the week.
    Rest,
    /// A holiday, whatever day of the week it is.
    Holiday,
}

/// Hours that are looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// 00.00 to 07.59.
    First,
    /// 08.00 to 15.59.
    Second,
    /// 16.00 to 23.59.
    Third,
    /// 22.00 to 05.59.
    Night,
    /// Rest days of the week that are no holidays.
    Rest,
    /// Holidays.
    Holiday,
}

impl Group {
    /// All, in the order of the board.
    pub const ALL: [Self; 6] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Night,
        Self::Rest,
        Self::Holiday,
    ];

    /// The word that programs know it by; it stays the same.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "shift_1",
            Self::Second => "shift_2",
            Self::Third => "shift_3",
            Self::Night => "night",
            Self::Rest => "rest_days",
            Self::Holiday => "holidays",
        }
    }

    /// On which side an hour lies: in the group, in what it is compared with, or in neither.
    const fn side(self, hour: i8, kind: DayKind) -> Option<bool> {
        match self {
            Self::First => Some(hour < 8),
            Self::Second => Some(8 <= hour && hour < 16),
            Self::Third => Some(hour >= 16),
            Self::Night => Some(hour >= 22 || hour < 6),
            Self::Rest => match kind {
                DayKind::Rest => Some(true),
                DayKind::Working => Some(false),
                DayKind::Holiday => None,
            },
            Self::Holiday => match kind {
                DayKind::Holiday => Some(true),
                DayKind::Working => Some(false),
                DayKind::Rest => None,
            },
        }
    }
}

/// What may be said of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Too few answers or days on a side.
    TooFew,
    /// It can be chance.
    Neither,
    /// Really better.
    Better,
    /// Really worse.
    Worse,
}

/// A group beside others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Which.
    pub group: Group,
    /// How many in it.
    pub n: u64,
    /// On how many days.
    pub days: u64,
    /// Its mean or share; `None`: none in it, or too few to compare.
    pub value: Option<f64>,
    /// That of what it is compared with.
    pub beside: Option<f64>,
    /// 95 % interval of the first less the second, from how days differ.
    pub difference: Option<Interval>,
    /// What that makes it; the six of a list together are wrong at most once in 20.
    pub call: Call,
}

/// One day, less what its hours of the week usually have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayLeft {
    /// Which.
    pub day: Date,
    /// How many.
    pub n: u64,
    /// Mean of what is left.
    pub left: f64,
    /// The same in standard errors of counting.
    pub z: f64,
}

/// What the hours of the week usually have.
#[derive(Debug, Clone, PartialEq)]
pub struct Usual {
    /// First day of the weeks that set it.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// How many; holidays are left out.
    pub n: u64,
    /// For each hour of the week, from Monday 00.00, how many and what is expected.
    pub hours: Vec<(u64, f64)>,
}

/// Hours beside hours.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// Each group beside the others, as they are.
    pub beside: Vec<Compared>,
    /// After the hours of the week: shifts, night and rest days since then beside the first weeks, holidays beside
    /// other days. Empty without [`Hours::usual`].
    pub since: Vec<Compared>,
    /// What hours of the week usually have; `None`: too few weeks or answers.
    pub usual: Option<Usual>,
    /// Days with enough in them, oldest first.
    pub days: Vec<DayLeft>,
    /// The chart of their [`DayLeft::z`].
    pub chart: Option<SeriesChart>,
    /// Days left out of the chart because too little was in them.
    pub hidden_days: u64,
}

/// Hours beside hours, and days after them.
///
/// - `baseline`: first and last day of the weeks that say what is usual.
/// - `kind_of`: what kind of day a day is.
pub(super) fn hours(
    rows: &[HourSum],
    baseline: Option<(Date, Date)>,
    kind: Kind,
    good: Good,
    kind_of: &dyn Fn(Date) -> DayKind,
    small: u64,
) -> Hours {
    let beside = Group::ALL.map(|group| {
        let mut sides = Sides::new(kind);
        for row in rows {
            if let Some(own) = group.side(row.hour, kind_of(row.day)) {
                sides.add(own, row, 0.0);
            }
        }
        sides.compared(group, good)
    });
    let known = baseline.and_then(|span| usual(rows, span, kind, kind_of));
    let mut since = Vec::new();
    if let Some(known) = &known {
        for group in Group::ALL {
            let mut sides = Sides::new(kind);
            for row in rows {
                let of_day = kind_of(row.day);
                let own = if group == Group::Holiday {
                    Some(of_day == DayKind::Holiday)
                } else {
                    // A holiday is neither usual nor a change of the shift.
                    let is_in =
                        group.side(row.hour, of_day) == Some(true) && of_day != DayKind::Holiday;
                    is_in.then_some(row.day > known.to)
                };
                if let Some(own) = own {
                    sides.add(own, row, known.of(row));
                }
            }
            since.push(sides.compared(group, good));
        }
    }
    let (days, hidden_days) = match &known {
        Some(known) => days_left(rows, known, kind, small),
        None => (Vec::new(), 0),
    };
    Hours {
        chart: known.as_ref().and_then(|known| chart(&days, known)),
        beside: beside.to_vec(),
        since,
        usual: known,
        days,
        hidden_days,
    }
}

impl Usual {
    /// What is expected in the hour of a row.
    fn of(&self, row: &HourSum) -> f64 {
        let found = self.hours.get(hour_of_week(row));
        found.map_or(0.0, |(_, expected)| *expected)
    }
}

fn hour_of_week(row: &HourSum) -> usize {
    let day = i32::from(row.day.weekday().to_monday_zero_offset());
    usize::try_from(day * 24 + i32::from(row.hour)).unwrap_or(HOURS)
}

/// What hours of the week have in some weeks, drawn towards the mean of all, the more the fewer there were.
fn usual(
    rows: &[HourSum],
    (from, to): (Date, Date),
    kind: Kind,
    kind_of: &dyn Fn(Date) -> DayKind,
) -> Option<Usual> {
    let mut cells = vec![Cell::default(); HOURS];
    let mut all = Cell::default();
    for row in rows {
        let inside = from <= row.day && row.day <= to;
        if inside
            && kind_of(row.day) != DayKind::Holiday
            && let Some(cell) = cells.get_mut(hour_of_week(row))
        {
            cell.add(Cell::of(row));
            all.add(Cell::of(row));
        }
    }
    if all.n < USUAL_NEEDS {
        return None;
    }
    let mean = all.mean();
    let enough = |cell: &&Cell| cell.n >= HOUR_NEEDS;
    let used: Vec<Cell> = cells.iter().filter(enough).copied().collect();
    let mut pooled = match kind {
        Kind::Share => pooled_shares(&used),
        Kind::Mean => pooled_means(&used),
    }
    .into_iter();
    let hours = cells.iter().map(|cell| {
        let own = if enough(&cell) { pooled.next() } else { None };
        (cell.n, own.unwrap_or(mean))
    });
    Some(Usual {
        from,
        to,
        n: all.n,
        hours: hours.collect(),
    })
}

/// Shares by a common beta distribution; none where hours do not differ, or each has all or none.
fn pooled_shares(cells: &[Cell]) -> Vec<f64> {
    let counts: Vec<f64> = cells.iter().map(|cell| cell.sum).collect();
    let trials: Vec<f64> = cells.iter().map(|cell| cell.n as f64).collect();
    match pool_shares(&counts, &trials) {
        Ok(pooled) => pooled.units.iter().map(|unit| unit.mean).collect(),
        Err(_) => Vec::new(),
    }
}

/// Means by moments: each weighs `n / (n + variance within / variance between)` (Bühlmann and Straub 1970).
fn pooled_means(cells: &[Cell]) -> Vec<f64> {
    let mut all = Cell::default();
    for cell in cells {
        all.add(*cell);
    }
    let (n, hours) = (all.n as f64, cells.len() as f64);
    if cells.len() < 2 || n <= hours {
        return Vec::new();
    }
    let mean = all.mean();
    let squares = |cell: &Cell| cell.squares - cell.sum * cell.mean();
    let within = (cells.iter().map(squares).sum::<f64>() / (n - hours)).max(0.0);
    let spread: f64 = cells
        .iter()
        .map(|cell| cell.n as f64 * (cell.mean() - mean).powi(2))
        .sum();
    let sizes: f64 = cells.iter().map(|cell| (cell.n as f64).powi(2)).sum();
    let between = (spread - (hours - 1.0) * within) / (n - sizes / n);
    if !(between > 0.0 && between.is_finite()) {
        return vec![mean; cells.len()];
    }
    let pooled = |cell: &Cell| {
        let weight = cell.n as f64 / (cell.n as f64 + within / between);
        weight * cell.mean() + (1.0 - weight) * mean
    };
    cells.iter().map(pooled).collect()
}

/// What is left of each day, and how many days have too little in them.
fn days_left(rows: &[HourSum], known: &Usual, kind: Kind, small: u64) -> (Vec<DayLeft>, u64) {
    let mut days: BTreeMap<Date, (Cell, f64, f64)> = BTreeMap::new();
    // Of means, the variance within hours of all days together.
    let within = {
        let left = |row: &HourSum| {
            let expected = known.of(row);
            row.squares - 2.0 * expected * row.sum + row.n as f64 * expected * expected
        };
        let n: u64 = rows.iter().map(|row| row.n).sum();
        rows.iter().map(left).sum::<f64>() / n.max(1) as f64
    };
    for row in rows {
        let expected = known.of(row);
        let n = row.n as f64;
        let (cell, due, variance) = days.entry(row.day).or_default();
        cell.add(Cell::of(row));
        *due += n * expected;
        *variance += n * match kind {
            Kind::Share => expected * (1.0 - expected),
            Kind::Mean => within,
        };
    }
    let enough = |n: u64| n >= small.max(1);
    let hidden = days
        .values()
        .filter(|(cell, ..)| cell.n > 0 && !enough(cell.n));
    let hidden = u64::try_from(hidden.count()).unwrap_or(u64::MAX);
    let left = days.into_iter().filter_map(|(day, (cell, due, variance))| {
        let z = (cell.sum - due) / variance.sqrt();
        (enough(cell.n) && z.is_finite()).then(|| DayLeft {
            day,
            n: cell.n,
            left: (cell.sum - due) / cell.n as f64,
            z,
        })
    });
    (left.collect(), hidden)
}

/// The chart of the days: limits are set by the days that say what is usual.
fn chart(days: &[DayLeft], known: &Usual) -> Option<SeriesChart> {
    let values: Vec<f64> = days.iter().map(|day| day.z).collect();
    let baseline = days.iter().filter(|day| day.day <= known.to).count();
    if baseline >= LIMITS_NEED {
        let phases = [Phase::first(Some(baseline))];
        xmr(&values, &phases).map(SeriesChart::Individuals).ok()
    } else if values.len() > 1 {
        run_chart(&values, None).map(SeriesChart::Run).ok()
    } else {
        None
    }
}

/// Two sides day by day: answers of one day are alike, so days are what varies.
struct Sides {
    kind: Kind,
    /// What was measured, on either side.
    whole: [Cell; 2],
    /// By day and side: how many, and the sum less what was expected.
    days: BTreeMap<Date, [(f64, f64); 2]>,
}

impl Sides {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            whole: [Cell::default(); 2],
            days: BTreeMap::new(),
        }
    }

    fn add(&mut self, own: bool, row: &HourSum, expected: f64) {
        let n = row.n as f64;
        let [of_own, of_other] = &mut self.whole;
        let [day_own, day_other] = self.days.entry(row.day).or_default();
        let (whole, day) = if own {
            (of_own, day_own)
        } else {
            (of_other, day_other)
        };
        whole.add(Cell::of(row));
        day.0 += n;
        day.1 += row.sum - n * expected;
    }

    /// How many days a side has.
    fn days_of(&self, pick: fn(&[(f64, f64); 2]) -> f64) -> u64 {
        let days = self.days.values().filter(|day| pick(day) > 0.0);
        u64::try_from(days.count()).unwrap_or(u64::MAX)
    }

    /// A ratio estimator on either side, and the difference by what each day adds to it (Cochran 1977, 6.3): both sides
    /// of one day go together.
    fn compared(&self, group: Group, good: Good) -> Compared {
        let [own, other] = self.whole;
        let days = self.days_of(|[own, _]| own.0);
        let fewest = days.min(self.days_of(|[_, other]| other.0));
        let nothing = Compared {
            group,
            n: own.n,
            days,
            value: None,
            beside: None,
            difference: None,
            call: Call::TooFew,
        };
        if own.n.min(other.n) < SIDE_NEEDS || fewest < DAYS_NEED {
            return nothing;
        }
        let left = |pick: fn(&[(f64, f64); 2]) -> (f64, f64), n: u64| {
            self.days.values().map(|day| pick(day).1).sum::<f64>() / n as f64
        };
        let mean_own = left(|[own, _]| *own, own.n);
        let mean_other = left(|[_, other]| *other, other.n);
        let difference = mean_own - mean_other;
        let adds = self.days.values().map(|[day_own, day_other]| {
            (day_own.1 - mean_own * day_own.0) / own.n as f64
                - (day_other.1 - mean_other * day_other.0) / other.n as f64
        });
        let all_days = self.days.len() as f64;
        let by_days = adds.map(|of| of * of).sum::<f64>() * all_days / (all_days - 1.0);
        let by_counting = own.variance_of_mean(self.kind) + other.variance_of_mean(self.kind);
        let se = by_days.max(by_counting).sqrt();
        if !(difference.is_finite() && se.is_finite()) {
            return nothing;
        }
        let freedom = (fewest - 1) as f64;
        let around = |z: f64| {
            let half = student(z, freedom) * se;
            let (least, most) = match self.kind {
                Kind::Share => (-1.0, 1.0),
                Kind::Mean => (f64::NEG_INFINITY, f64::INFINITY),
            };
            Interval {
                low: (difference - half).max(least),
                high: (difference + half).min(most),
            }
        };
        let wide = around(Z_OF_SIX);
        let call = if wide.low > 0.0 {
            if good == Good::Low {
                Call::Worse
            } else {
                Call::Better
            }
        } else if wide.high < 0.0 {
            if good == Good::Low {
                Call::Better
            } else {
                Call::Worse
            }
        } else {
            Call::Neither
        };
        Compared {
            value: Some(own.mean()),
            beside: Some(own.mean() - difference),
            difference: Some(around(Z_95)),
            call,
            ..nothing
        }
    }
}

/// Student's quantile from the normal one (Abramowitz and Stegun 1964, 26.7.5), right to three digits from nine degrees
/// of freedom on.
pub(super) fn student(z: f64, freedom: f64) -> f64 {
    let square = z * z;
    let one = (square + 1.0) * z / 4.0;
    let two = ((5.0 * square + 16.0) * square + 3.0) * z / 96.0;
    let three = (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) * z / 384.0;
    z + (one + (two + three / freedom) / freedom) / freedom
}
