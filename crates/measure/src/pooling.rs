//! Partial pooling: what a unit's own count says, drawn towards what all say, the more the smaller it
//! is.
//!
//! Three ways: by moments for any rate (here), by likelihood for rates ([`crate::pooling_rates`]) and
//! for shares ([`crate::pooling_shares`]). The last two give intervals.

#![allow(clippy::many_single_char_names, reason = "the letters of the formulas")]

use serde::Serialize;

use crate::compensated;
use crate::proportion::Interval;

/// Why units cannot be pooled.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PoolingError {
    /// Nothing to pool.
    #[error("too few units: {n}, and it takes 2")]
    TooFewUnits {
        /// How many there are.
        n: usize,
    },
    /// Counts and exposures differ in number.
    #[error("{counts} counts, but {exposures} exposures")]
    Lengths {
        /// How many counts.
        counts: usize,
        /// How many exposures.
        exposures: usize,
    },
    /// A count is below 0, NaN or infinite.
    #[error("unit {index}: a count is finite and at least 0, found {value}")]
    Count {
        /// Which, from 0.
        index: usize,
        /// The count.
        value: f64,
    },
    /// A count is not whole, or too large to be told from the next.
    #[error("unit {index}: a whole number below 2^53 is needed, found {value}")]
    Whole {
        /// Which, from 0.
        index: usize,
        /// The count, or the trials.
        value: f64,
    },
    /// An exposure is not above 0 and finite.
    #[error("unit {index}: exposure, or trials, must be above 0 and finite, found {value}")]
    Exposure {
        /// Which, from 0.
        index: usize,
        /// The exposure.
        value: f64,
    },
    /// More successes than trials.
    #[error("unit {index}: more successes than trials: {count} of {trials}")]
    MoreThanAll {
        /// Which, from 0.
        index: usize,
        /// Successes.
        count: f64,
        /// Trials.
        trials: f64,
    },
    /// No event in any unit: there is no rate to be drawn towards.
    #[error("no event in any unit")]
    NoEvents,
    /// Nothing but successes in every unit.
    #[error("no failure in any unit")]
    NoFailures,
    /// Each unit has all or none: how alike the trials of a unit are has no largest likelihood.
    #[error("each unit has all or none: the spread between units has no most likely value")]
    AllOrNone,
    /// A figure went beyond what a double holds.
    #[error("values too large or too small: a figure is not finite")]
    OutOfRange,
}

/// Rates pooled by moments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PooledByMoments {
    /// How many units.
    pub n: usize,
    /// The rate of all: events over exposure.
    pub prior_mean: f64,
    /// Variance of the units' true rates, at least 0.
    pub prior_variance: f64,
    /// The same before it was cut off at 0: below 0 where units differ less than chance gives.
    pub moment_variance: f64,
    /// Every unit, in the order given.
    pub units: Vec<UnitByMoments>,
}

/// One unit pooled by moments.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnitByMoments {
    /// Its own rate.
    pub rate: f64,
    /// How much of its own rate is kept, in `[0, 1)`.
    pub weight: f64,
    /// `weight · rate + (1 - weight) · prior_mean`.
    pub pooled: f64,
}

/// A rate or share pooled by likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PooledUnit {
    /// Its own rate or share.
    pub raw: f64,
    /// Posterior mean.
    pub mean: f64,
    /// Equal-tailed 95 % interval of the posterior; `None` where units do not differ.
    pub interval: Option<Interval>,
}

/// Empirical Bayes rates by moments, for any exposure.
///
/// # Shape and units
///
/// - `counts`, `exposures`: of each unit; counts at least 0, exposures above 0, at least 2 units.
/// - returns: rates for one unit of exposure. Where units differ less than chance gives, the variance
///   is 0 and every unit gets the rate of all.
///
/// No interval: for one take [`crate::pooling_rates::pool_rates`].
///
/// # Errors
///
/// [`PoolingError`]: fewer than 2 units, lengths that differ, a count that is negative or not finite,
/// no exposure, no event at all, figures beyond what a double holds.
///
/// # Examples
///
/// ```
/// use pengayom_measure::pooling::pool_by_moments;
///
/// // Rates 1 and 3 for 10 each: variance 1 between them, 2/10 of it by chance.
/// let pooled = pool_by_moments(&[10.0, 30.0], &[10.0, 10.0])?;
/// assert!((pooled.prior_variance - 0.8).abs() < 1e-12);
/// assert!((pooled.units[0].weight - 0.8).abs() < 1e-12);
/// assert!((pooled.units[0].pooled - 1.2).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::pooling::PoolingError>(())
/// ```
///
/// # References
///
/// Marshall, R. J. (1991). Mapping disease and mortality rates using empirical Bayes estimators. *J.
/// Royal Statist. Soc. C* 40(2), 283–294. Peer: `esda.smoothing.Empirical_Bayes` keeps a variance
/// below 0, and so pushes rates away from the mean; Marshall sets it to 0, as here.
pub fn pool_by_moments(counts: &[f64], exposures: &[f64]) -> Result<PooledByMoments, PoolingError> {
    check(counts, exposures)?;
    let n = counts.len();
    let events = compensated::sum(counts.iter().copied());
    let exposure = compensated::sum(exposures.iter().copied());
    let prior_mean = events / exposure;
    if !(events.is_finite() && exposure.is_finite() && prior_mean.is_finite()) {
        return Err(PoolingError::OutOfRange);
    }
    let squares = counts
        .iter()
        .zip(exposures)
        .map(|(count, x)| x * (count / x - prior_mean).powi(2));
    let moment_variance = compensated::sum(squares) / exposure - prior_mean / (exposure / n as f64);
    if !moment_variance.is_finite() {
        return Err(PoolingError::OutOfRange);
    }
    let prior_variance = moment_variance.max(0.0);
    let units = counts
        .iter()
        .zip(exposures)
        .map(|(count, exposure)| {
            let rate = count / exposure;
            let weight = prior_variance / (prior_variance + prior_mean / exposure);
            UnitByMoments {
                rate,
                weight,
                pooled: weight * rate + (1.0 - weight) * prior_mean,
            }
        })
        .collect::<Vec<UnitByMoments>>();
    if units.iter().any(|unit| !unit.pooled.is_finite()) {
        return Err(PoolingError::OutOfRange);
    }
    Ok(PooledByMoments {
        n,
        prior_mean,
        prior_variance,
        moment_variance,
        units,
    })
}

/// What all three ways ask of their input.
pub(crate) fn check(counts: &[f64], exposures: &[f64]) -> Result<(), PoolingError> {
    if counts.len() != exposures.len() {
        return Err(PoolingError::Lengths {
            counts: counts.len(),
            exposures: exposures.len(),
        });
    }
    if counts.len() < 2 {
        return Err(PoolingError::TooFewUnits { n: counts.len() });
    }
    for (index, (&count, &exposure)) in counts.iter().zip(exposures).enumerate() {
        if !(count >= 0.0 && count.is_finite()) {
            return Err(PoolingError::Count {
                index,
                value: count,
            });
        }
        if !(exposure > 0.0 && exposure.is_finite()) {
            return Err(PoolingError::Exposure {
                index,
                value: exposure,
            });
        }
    }
    if counts.iter().all(|count| *count <= 0.0) {
        return Err(PoolingError::NoEvents);
    }
    Ok(())
}

/// Refuses numbers that are not whole, or that a double cannot tell from the next.
pub(crate) fn check_whole(numbers: &[f64]) -> Result<(), PoolingError> {
    let found = numbers
        .iter()
        .enumerate()
        .find(|(_, x)| x.fract() > 0.0 || **x >= 9_007_199_254_740_992.0);
    match found {
        Some((index, &value)) => Err(PoolingError::Whole { index, value }),
        None => Ok(()),
    }
}

/// Different numbers among `numbers`, each with how often it is there.
///
/// A likelihood is a sum over units of functions of one count each: worked out once for each
/// different count, a million units cost as much as a few hundred.
pub(crate) fn tally(numbers: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut tally: Vec<(f64, f64)> = Vec::new();
    for number in sorted {
        match tally.last_mut() {
            Some((last, times)) if *last >= number => *times += 1.0,
            _ => tally.push((number, 1.0)),
        }
    }
    tally
}

/// A log-likelihood of two parameters, with its slopes and curvatures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Height {
    pub(crate) value: f64,
    /// By the first and the second parameter.
    pub(crate) slope: [f64; 2],
    /// Twice by the first, by both, twice by the second.
    pub(crate) curvature: [f64; 3],
}

/// The top of a likelihood near `start`, by Newton's method, damped where it is not concave or a
/// step does not go up. The second parameter stays within `low..=high`.
pub(crate) fn climb(
    start: [f64; 2],
    (low, high): (f64, f64),
    height: impl Fn([f64; 2]) -> Height,
) -> ([f64; 2], f64) {
    let mut at = [start[0], start[1].clamp(low, high)];
    let mut here = height(at);
    let mut damping = 0.0_f64;
    for _ in 0..200 {
        let [a, b, c] = here.curvature;
        // Curvatures are made negative by taking away a little more than the larger one.
        let half = f64::midpoint(a, c);
        let largest = half + ((a - c) / 2.0).hypot(b);
        let size = a.abs().max(c.abs()).max(1e-12);
        let away = damping + (largest + 1e-9 * size).max(0.0);
        let (a, c) = (a - away, c - away);
        let determinant = a * c - b * b;
        let [u, v] = here.slope;
        let step = [(b * v - c * u) / determinant, (b * u - a * v) / determinant];
        if !(step[0].is_finite() && step[1].is_finite()) {
            break;
        }
        // Logarithms: no factor above 20 at a time.
        let shrink = 3.0 / step[0].abs().max(step[1].abs()).max(3.0);
        let next = [
            at[0] + step[0] * shrink,
            (at[1] + step[1] * shrink).clamp(low, high),
        ];
        let there = height(next);
        let moved = (next[0] - at[0]).abs().max((next[1] - at[1]).abs());
        // Rounding of a long sum may not stop a step that is good.
        if there.value >= here.value - 1e-12 * here.value.abs() {
            (at, here) = (next, there);
            damping = if damping > 1e-6 * size {
                damping / 10.0
            } else {
                0.0
            };
            if moved < 1e-10 {
                break;
            }
        } else {
            if moved < 1e-12 {
                break;
            }
            damping = (damping * 10.0).max(1e-3 * size);
        }
    }
    (at, here.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pooling_rates::pool_rates;
    use crate::pooling_shares::pool_shares;
    use proptest::prelude::*;

    #[test]
    fn units_more_alike_than_chance_gives_get_the_rate_of_all() {
        let pooled = pool_by_moments(&[5.0, 5.0, 10.0], &[10.0, 10.0, 20.0]).unwrap();
        assert!(pooled.moment_variance < 0.0 && pooled.prior_variance <= 0.0);
        assert!(
            pooled
                .units
                .iter()
                .all(|u| u.weight <= 0.0 && (u.pooled - 0.5).abs() < 1e-12)
        );
    }

    #[test]
    fn what_cannot_be_pooled_is_refused() {
        let refused = |counts: &[f64], of: &[f64]| {
            let (a, b, c) = (
                pool_by_moments(counts, of).unwrap_err(),
                pool_rates(counts, of).unwrap_err(),
                pool_shares(counts, of).unwrap_err(),
            );
            assert_eq!(a.to_string(), b.to_string());
            assert_eq!(a.to_string(), c.to_string());
            a
        };
        assert_eq!(refused(&[], &[]), PoolingError::TooFewUnits { n: 0 });
        assert_eq!(refused(&[1.0], &[2.0]), PoolingError::TooFewUnits { n: 1 });
        assert!(matches!(
            refused(&[1.0], &[2.0, 3.0]),
            PoolingError::Lengths { .. }
        ));
        for count in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                refused(&[1.0, count], &[2.0; 2]),
                PoolingError::Count { index: 1, .. }
            ));
        }
        for exposure in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = refused(&[1.0, 1.0], &[2.0, exposure]);
            assert!(matches!(error, PoolingError::Exposure { index: 1, .. }));
        }
        assert_eq!(refused(&[0.0; 3], &[2.0; 3]), PoolingError::NoEvents);
        let part = [1.0, 1.5];
        assert!(pool_by_moments(&part, &[2.0; 2]).is_ok());
        for error in [
            pool_rates(&part, &[2.0; 2]).unwrap_err(),
            pool_shares(&part, &[2.0; 2]).unwrap_err(),
        ] {
            assert!(matches!(error, PoolingError::Whole { index: 1, .. }));
        }
        let more = pool_shares(&[1.0, 3.0], &[2.0; 2]).unwrap_err();
        assert!(matches!(more, PoolingError::MoreThanAll { index: 1, .. }));
        assert_eq!(
            pool_shares(&[2.0; 2], &[2.0; 2]),
            Err(PoolingError::NoFailures)
        );
        assert_eq!(
            pool_shares(&[2.0, 0.0], &[2.0, 1.0]),
            Err(PoolingError::AllOrNone)
        );
        assert_eq!(
            pool_by_moments(&[1e308; 2], &[1.0; 2]),
            Err(PoolingError::OutOfRange)
        );
    }

    #[test]
    fn a_tally_counts_what_is_the_same() {
        let tally = tally([3.0, 1.0, 3.0, 0.0].into_iter());
        assert_eq!(tally, [(0.0, 1.0), (1.0, 1.0), (3.0, 2.0)]);
    }

    #[test]
    fn a_top_is_found_from_where_the_ground_is_not_concave() {
        // -(x² - 1)² - (y - 2)²: concave near x = ±1 only.
        let height = |[x, y]: [f64; 2]| Height {
            value: -(x * x - 1.0).powi(2) - (y - 2.0).powi(2),
            slope: [-4.0 * x * (x * x - 1.0), -2.0 * (y - 2.0)],
            curvature: [4.0 - 12.0 * x * x, 0.0, -2.0],
        };
        let (top, value) = climb([0.1, -5.0], (-10.0, 10.0), height);
        assert!((top[0] - 1.0).abs() < 1e-9 && (top[1] - 2.0).abs() < 1e-9 && value.abs() < 1e-12);
        let (top, _) = climb([0.1, -5.0], (-10.0, 1.0), height);
        assert!((top[1] - 1.0).abs() < 1e-12);
    }

    fn some_units() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let unit = (2_u32..3000, 0.0_f64..0.9).prop_map(|(size, share)| {
            let size = f64::from(size);
            ((size * share).ceil(), size)
        });
        prop::collection::vec(unit, 2..30)
    }

    proptest! {
        #[test]
        fn a_pooled_rate_lies_between_its_own_and_that_of_all(units in some_units()) {
            let (counts, of): (Vec<f64>, Vec<f64>) = units.into_iter().unzip();
            let pooled = pool_by_moments(&counts, &of).unwrap();
            let mean = pooled.prior_mean;
            for unit in &pooled.units {
                let (low, high) = (unit.rate.min(mean), unit.rate.max(mean));
                prop_assert!(low - 1e-12 <= unit.pooled && unit.pooled <= high + 1e-12);
                prop_assert!((0.0..1.0).contains(&unit.weight));
            }
            // The larger unit keeps more of its own.
            let mut order: Vec<(f64, f64)> = of.iter().copied().zip(pooled.units.iter().map(|u| u.weight)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert!(order.windows(2).all(|w| w[0].1 <= w[1].1 + 1e-12));
        }

        #[test]
        fn rates_are_for_one_unit_whatever_the_unit(units in some_units(), scale in 0.01_f64..100.0) {
            let (counts, of): (Vec<f64>, Vec<f64>) = units.into_iter().unzip();
            let other: Vec<f64> = of.iter().map(|x| x * scale).collect();
            let (a, b) = (pool_by_moments(&counts, &of).unwrap(), pool_by_moments(&counts, &other).unwrap());
            for (a, b) in a.units.iter().zip(&b.units) {
                prop_assert!((a.pooled - b.pooled * scale).abs() < 1e-9 * a.pooled.max(1.0));
                prop_assert!((a.weight - b.weight).abs() < 1e-6);
            }
        }
    }
}
