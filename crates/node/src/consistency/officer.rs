//! Whether an officer's answers come in time, beside what their own mix of services has everywhere (S17). It is for the
//! officer and whoever coaches them; the chief reads only how officers differ, all of them together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pengayom_core::value::OfficerId;
use pengayom_measure::pooling_rates::pool_rates;
use pengayom_measure::proportion::{self, Interval, Share};
use pengayom_store::OfficerSums;

/// Answers below which nothing is said of one officer; our choice.
pub const OFFICER_NEEDS: u64 = 20;

/// Officers with so many answers below which nobody is compared: of fewer, what all have says what one has.
pub const OFFICERS_NEED: usize = 8;

/// How an officer stands beside what their services have everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Fewer than [`OFFICER_NEEDS`] answers.
    TooFew,
    /// Fewer than [`OFFICERS_NEED`] officers to compare with.
    Alone,
    /// Officers do not differ by more than chance gives.
    Alike,
    /// Within what chance and the usual differences give.
    Within,
    /// Clearly more in time.
    More,
    /// Clearly less in time.
    Less,
}

/// An officer with enough answers, beside all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// Answers.
    pub n: u64,
    /// Of them, in time.
    pub in_time: u64,
    /// The share in time that their services have everywhere.
    pub expected: f64,
    /// Their share in time drawn towards that, the more the fewer answers.
    pub share: f64,
    /// 95 % interval of it; `None`: officers do not differ by more than chance gives.
    pub interval: Option<Interval>,
    /// What that makes it.
    pub beside: Beside,
}

/// What an officer reads of themself.
#[derive(Debug, Clone, PartialEq)]
pub struct Punctuality {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Answers.
    pub n: u64,
    /// Of them, in time.
    pub in_time: u64,
    /// The share as it is; `None` under [`OFFICER_NEEDS`].
    pub share: Option<Share>,
    /// Beside all; `None` under [`OFFICER_NEEDS`] answers, or too few officers.
    pub pooled: Option<Pooled>,
    /// How they stand.
    pub beside: Beside,
}

/// How officers differ, all of them together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Officers with at least [`OFFICER_NEEDS`] answers.
    pub officers: usize,
    /// Lower quarter, middle and upper quarter of their shares in time, each drawn towards what their services have.
    pub shares: [f64; 3],
    /// Whether officers differ by more than chance gives.
    pub differ: bool,
    /// Officers clearly beyond what chance and the usual differences give, on either side.
    pub beyond: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Answers {
    n: u64,
    late: u64,
}

impl Answers {
    fn of(row: &OfficerSums) -> Self {
        let n = u64::try_from(row.responded).unwrap_or(0);
        let late = u64::try_from(row.responded_late).unwrap_or(0);
        Self {
            n,
            late: late.min(n),
        }
    }

    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.late += other.late;
    }
}

/// Officers with enough answers beside what their services have everywhere; none with fewer than [`OFFICERS_NEED`].
///
/// The rarer of late and in time is counted against what is expected of it, with a gamma distribution of the true ratios
/// (Clayton and Kaldor 1987). As a Poisson count varies more than a share does, intervals are rather too long.
pub(super) fn pool(rows: &[OfficerSums]) -> BTreeMap<OfficerId, Pooled> {
    let mut of_service: BTreeMap<&str, Answers> = BTreeMap::new();
    let mut of_officer: BTreeMap<OfficerId, Answers> = BTreeMap::new();
    let mut all = Answers::default();
    for row in rows {
        let own = Answers::of(row);
        of_service.entry(&row.service).or_default().add(own);
        of_officer.entry(row.officer).or_default().add(own);
        all.add(own);
    }
    of_officer.retain(|_, own| own.n >= OFFICER_NEEDS);
    if of_officer.len() < OFFICERS_NEED {
        return BTreeMap::new();
    }
    let mut late_due: BTreeMap<OfficerId, f64> = BTreeMap::new();
    for row in rows {
        if let Some(service) = of_service.get(row.service.as_str()).filter(|of| of.n > 0) {
            let rate = service.late as f64 / service.n as f64;
            *late_due.entry(row.officer).or_default() += Answers::of(row).n as f64 * rate;
        }
    }
    let count_late = all.late * 2 <= all.n;
    let due_of = |officer: &OfficerId, own: &Answers| {
        let late = late_due.get(officer).copied().unwrap_or(0.0);
        if count_late {
            late
        } else {
            (own.n as f64 - late).max(0.0)
        }
    };
    // Of whom nothing is expected, nothing happened either: they are as their services are.
    let counted: Vec<(OfficerId, Answers, f64)> = of_officer
        .iter()
        .map(|(officer, own)| (*officer, *own, due_of(officer, own)))
        .filter(|(_, _, due)| *due > 1e-9)
        .collect();
    let counts: Vec<f64> = counted
        .iter()
        .map(|(_, own, _)| {
            let happened = if count_late {
                own.late
            } else {
                own.n - own.late
            };
            happened as f64
        })
        .collect();
    let due: Vec<f64> = counted.iter().map(|(.., due)| *due).collect();
    let pooled = pool_rates(&counts, &due).ok();
    let ratios: BTreeMap<OfficerId, (f64, Option<Interval>)> = pooled
        .iter()
        .flat_map(|pooled| counted.iter().zip(&pooled.units))
        .map(|((officer, ..), unit)| (*officer, (unit.mean, unit.interval)))
        .collect();
    of_officer
        .iter()
        .map(|(officer, own)| {
            let due = due_of(officer, own);
            let (ratio, interval) = ratios.get(officer).copied().unwrap_or((1.0, None));
            let n = own.n as f64;
            let share = |ratio: f64| {
                let part = (ratio * due / n).clamp(0.0, 1.0);
                if count_late { 1.0 - part } else { part }
            };
            let interval_of_share = interval.map(|of| {
                let (one, other) = (share(of.low), share(of.high));
                Interval {
                    low: one.min(other),
                    high: one.max(other),
                }
            });
            let beside = match interval {
                None => Beside::Alike,
                Some(of) if of.low > 1.0 && count_late => Beside::Less,
                Some(of) if of.low > 1.0 => Beside::More,
                Some(of) if of.high < 1.0 && count_late => Beside::More,
                Some(of) if of.high < 1.0 => Beside::Less,
                Some(_) => Beside::Within,
            };
            let pooled = Pooled {
                n: own.n,
                in_time: own.n - own.late,
                expected: share(1.0),
                share: share(ratio),
                interval: interval_of_share,
                beside,
            };
            (*officer, pooled)
        })
        .collect()
}

/// What one officer reads.
pub(super) fn punctuality(
    rows: &[OfficerSums],
    officer: OfficerId,
    (from, to): (Date, Date),
) -> Punctuality {
    let mut own = Answers::default();
    for row in rows.iter().filter(|row| row.officer == officer) {
        own.add(Answers::of(row));
    }
    let in_time = own.n - own.late;
    let enough = own.n >= OFFICER_NEEDS;
    let pooled = pool(rows).get(&officer).copied().filter(|_| enough);
    Punctuality {
        from,
        to,
        n: own.n,
        in_time,
        share: proportion::share(in_time, own.n).ok().filter(|_| enough),
        beside: match pooled {
            Some(pooled) => pooled.beside,
            None if enough => Beside::Alone,
            None => Beside::TooFew,
        },
        pooled,
    }
}

/// How officers differ; `None` with fewer than [`OFFICERS_NEED`], or than the small-cell limit.
pub(super) fn spread(rows: &[OfficerSums], small: u64) -> Option<Spread> {
    let pooled = pool(rows);
    if u64::try_from(pooled.len()).unwrap_or(u64::MAX) < small.max(1) {
        return None;
    }
    let mut shares: Vec<f64> = pooled.values().map(|own| own.share).collect();
    shares.sort_by(f64::total_cmp);
    let quarter = |k: usize| {
        let at = (shares.len() * k).div_ceil(4).saturating_sub(1);
        shares.get(at).copied()
    };
    let is_beyond = |own: &&Pooled| matches!(own.beside, Beside::More | Beside::Less);
    Some(Spread {
        officers: pooled.len(),
        shares: [quarter(1)?, quarter(2)?, quarter(3)?],
        differ: pooled.values().any(|own| own.interval.is_some()),
        beyond: pooled.values().filter(is_beyond).count(),
    })
}
