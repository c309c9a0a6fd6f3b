//! Shares of attention beside shares of need.

use std::collections::BTreeMap;

use pengayom_measure::concentration::concentration;
use pengayom_measure::difference;
use pengayom_measure::false_discovery::benjamini_hochberg;
use pengayom_measure::getis_ord::{Around, FALSE_DISCOVERY_RATE, Spot, local_g};
use pengayom_measure::moran::{moran, standardised_rates};
use pengayom_measure::neighbours::Neighbours;
use pengayom_measure::proportion::{self, Interval, Z_95, wilson_interval};
use pengayom_measure::shares::shares;

use super::{AREAS_NEED, ByDistance, Together, Unequal};

/// Rows above which what chance alone would give is not worked out: it takes every pair of them.
pub const PAIRS_MAX: usize = 2_000;

/// What an area's share is called, with false discoveries over all areas held at 5 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Less attention than its share of need.
    Less,
    /// More.
    More,
    /// Chance alone could have made the difference, or there is too little to say.
    Neither,
}

/// The attention of one row beside its need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// Its share of the attention of the rows shown.
    pub attention: f64,
    /// Its share of their need.
    pub need: f64,
    /// The one over the other; infinite where there is attention and no need, `None` where there is neither.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio; `None` without need.
    pub interval: Option<Interval>,
    /// Probability of a difference at least as large by chance, adjusted for how many rows are looked at.
    pub q: Option<f64>,
    /// What that makes it.
    pub call: Call,
    /// It lies among areas with much or with little.
    pub spot: Option<Spot>,
}

/// How the rows lie to each other.
pub struct Near<'a> {
    /// Metres to where officers start from.
    pub distance: &'a dyn Fn(usize) -> Option<f64>,
    /// For each of some rows the places, in that list, of those next to it.
    pub neighbours: &'a dyn Fn(&[usize]) -> Vec<Vec<usize>>,
}

/// Rows compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// By row.
    pub rows: BTreeMap<usize, Weighed>,
    /// How unequal they are.
    pub unequal: Option<Unequal>,
    /// Whether it lies together.
    pub together: Option<Together>,
}

/// Compares rows that have attention and need.
///
/// # Shape and units
///
/// - `pairs`: row, attention (a count), need (at least 0, any unit).
/// - `subset`: attention is counted among need, as the answered among the filed. Then the interval is that of the
///   answered of the filed; else it is that of the row's part of all attention, need being taken as it is.
/// - returns: nothing where there is no attention or no need at all.
pub fn compare(pairs: &[(usize, u64, f64)], subset: bool, near: Option<&Near<'_>>) -> Compared {
    let attention: Vec<f64> = pairs.iter().map(|(_, a, _)| *a as f64).collect();
    let need: Vec<f64> = pairs.iter().map(|(_, _, n)| *n).collect();
    let Ok(found) = shares(&attention, &need) else {
        return Compared::default();
    };
    let (given, due) = (attention.iter().sum::<f64>(), need.iter().sum::<f64>());
    let whole: u64 = pairs.iter().map(|(_, a, _)| a).sum();
    let test = |(_, a, n): &(usize, u64, f64)| test_of((*a, *n), (whole, due), subset);
    let p: Vec<Option<f64>> = pairs.iter().map(test).collect();
    let q = adjusted(&p);
    let spots = near.map(|near| spots(pairs, near)).unwrap_or_default();
    let rows = pairs.iter().zip(&found.ratio).zip(q).enumerate();
    let rows = rows.map(|(at, (((row, a, n), ratio), q))| {
        let weighed = Weighed {
            attention: *a as f64 / given,
            need: n / due,
            ratio: *ratio,
            interval: interval_of((*a, *n), (whole, due), subset),
            q,
            call: match (q, ratio) {
                (Some(q), Some(ratio)) if q <= FALSE_DISCOVERY_RATE && *ratio < 1.0 => Call::Less,
                (Some(q), Some(ratio)) if q <= FALSE_DISCOVERY_RATE && *ratio > 1.0 => Call::More,
                _ => Call::Neither,
            },
            spot: spots.0.get(&at).copied(),
        };
        (*row, weighed)
    });
    let rows = rows.collect();
    let unequal = (pairs.len() >= AREAS_NEED).then(|| Unequal {
        gini_by_chance: gini_by_chance(&need, given, due, subset),
        by_distance: near.and_then(|near| by_distance(pairs, near)),
        lorenz: found.lorenz,
        gini: found.gini,
        gini_interval: found.gini_interval,
        hoover: found.hoover,
        n: found.n,
    });
    Compared {
        rows,
        unequal,
        together: spots.1,
    }
}

/// How likely a share so far from that of need is by chance; `None` where need leaves no room for chance.
fn test_of((a, n): (u64, f64), (whole, due): (u64, f64), subset: bool) -> Option<f64> {
    if subset {
        let (filed, all) = (count(n), count(due));
        let rest = (whole.checked_sub(a)?, all.checked_sub(filed)?);
        return difference::score_p((a, filed), rest).ok();
    }
    let expected = n / due;
    // Where there is no need, any attention is more than due: that is no matter of chance.
    (expected > 0.0 && expected < 1.0)
        .then(|| proportion::score_p(a, whole, expected).ok())
        .flatten()
}

fn interval_of((a, n): (u64, f64), (whole, due): (u64, f64), subset: bool) -> Option<Interval> {
    if n <= 0.0 {
        return None;
    }
    let (of, by) = if subset {
        // The share answered here, over the share answered everywhere.
        let of = wilson_interval(a, count(n), Z_95).ok()?;
        (of, whole as f64 / due)
    } else {
        (wilson_interval(a, whole, Z_95).ok()?, n / due)
    };
    (by > 0.0).then(|| Interval {
        low: of.low / by,
        high: of.high / by,
    })
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "need counted in reports is whole and at least 0"
)]
fn count(n: f64) -> u64 {
    n as u64
}

/// Adjusted for how many are looked at; those that could not be tested neither get an answer nor count.
pub(super) fn adjusted(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let made: Vec<f64> = p.iter().copied().flatten().collect();
    let mut adjusted = benjamini_hochberg(&made).unwrap_or_default().into_iter();
    p.iter().map(|p| p.and_then(|_| adjusted.next())).collect()
}

/// What the Gini coefficient would be about, if every piece of need had the same chance of attention.
///
/// The mean difference of two ratios that differ by chance only, each being a normal number with the variance of a
/// multinomial count over its expectation (`1 / (A p)`, where the covariances of a pair cancel out); of a subset the
/// variance is that of the answered among the filed.
fn gini_by_chance(need: &[f64], given: f64, due: f64, subset: bool) -> Option<f64> {
    if need.len() > PAIRS_MAX {
        return None;
    }
    let left = if subset { 1.0 - given / due } else { 1.0 };
    let parts: Vec<f64> = need.iter().map(|n| n / due).filter(|p| *p > 0.0).collect();
    let variance = |p: f64| left.max(0.0) / (given * p);
    let mut sum = 0.0;
    for (at, p) in parts.iter().enumerate() {
        for other in parts.iter().skip(at + 1) {
            // Twice over, since each pair counts both ways, and half of it.
            let spread = (variance(*p) + variance(*other)).sqrt();
            sum += p * other * (2.0 / std::f64::consts::PI).sqrt() * spread;
        }
    }
    (parts.len() > 1 && sum.is_finite()).then(|| sum.min(1.0))
}

fn by_distance(pairs: &[(usize, u64, f64)], near: &Near<'_>) -> Option<ByDistance> {
    let known: Vec<(f64, f64, f64)> = pairs
        .iter()
        .filter(|(_, _, need)| *need > 0.0)
        .filter_map(|(row, a, need)| Some(((near.distance)(*row)?, *a as f64 / need, *need)))
        .collect();
    if known.len() < AREAS_NEED {
        return None;
    }
    let distance: Vec<f64> = known.iter().map(|row| row.0).collect();
    let amount: Vec<f64> = known.iter().map(|row| row.1).collect();
    let weight: Vec<f64> = known.iter().map(|row| row.2).collect();
    let found = concentration(&amount, &distance, Some(&weight)).ok()?;
    Some(ByDistance {
        index: found.index,
        interval: found.interval,
        curve: found.curve,
        n: found.n,
    })
}

/// Hot and cold spots by place in `pairs`, and whether attention lies together at all.
fn spots(
    pairs: &[(usize, u64, f64)],
    near: &Near<'_>,
) -> (BTreeMap<usize, Spot>, Option<Together>) {
    let with_need: Vec<(usize, usize, u64, f64)> = pairs
        .iter()
        .enumerate()
        .filter(|(_, (_, _, need))| *need > 0.0)
        .map(|(at, (row, a, need))| (at, *row, *a, *need))
        .collect();
    let rows: Vec<usize> = with_need.iter().map(|(_, row, _, _)| *row).collect();
    let nothing = (BTreeMap::new(), None);
    let Ok(neighbours) = Neighbours::new(&(near.neighbours)(&rows)) else {
        return nothing;
    };
    let counts: Vec<f64> = with_need.iter().map(|(_, _, a, _)| *a as f64).collect();
    let need: Vec<f64> = with_need.iter().map(|(_, _, _, need)| *need).collect();
    let Ok(rates) = standardised_rates(&counts, &need) else {
        return nothing;
    };
    let local = local_g(&rates, &neighbours, Around::AreaToo).unwrap_or_default();
    let found = with_need.iter().zip(&local);
    let found = found.filter_map(|((at, _, _, _), local)| Some((*at, local.spot?)));
    let together = moran(&rates, &neighbours).ok().map(|moran| Together {
        moran: moran.i,
        expected: moran.expected,
        by_chance: moran.chance,
        n: moran.n,
    });
    (found.collect(), together)
}
