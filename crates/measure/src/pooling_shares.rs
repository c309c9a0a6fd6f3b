//! Partial pooling of shares: each unit's true share is drawn from one beta distribution.

use serde::Serialize;

use crate::compensated;
use crate::incomplete::{Level, rising};
use crate::pooling::{
    Height, PooledUnit, PoolingError, check, check_whole, climb, pool_by_moments, tally,
};
use crate::proportion::Interval;

/// Less gain in log-likelihood than this over units that do not differ is none.
const GAIN_LEAST: f64 = 1e-6;

/// Shares pooled by likelihood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PooledShares {
    /// How many units.
    pub n: usize,
    /// First shape of the beta distribution of true shares: successes that the share of all is worth;
    /// infinite where no difference between units can be seen.
    pub a: f64,
    /// Second shape: failures it is worth; infinite as `a`.
    pub b: f64,
    /// Mean of true shares: `a / (a + b)`.
    pub prior_mean: f64,
    /// Log-likelihood at the maximum.
    pub log_likelihood: f64,
    /// Whether units differ no more than chance gives. Every unit then has the share of all, and
    /// no interval: its posterior says nothing of how well the share of all is known.
    pub is_boundary: bool,
    /// Every unit, in the order given.
    pub units: Vec<PooledUnit>,
}

/// Empirical Bayes shares: binomial counts whose shares are beta-distributed, the two parameters by
/// marginal maximum likelihood.
///
/// # Shape and units
///
/// - `counts`, `trials`: of each unit, whole, `counts[i] <= trials[i]`, at least 2 units, 1 success and
///   1 failure.
/// - returns: shares in `[0, 1]`; the posterior of a unit is Beta(`a + count`, `b + trials - count`).
///   That the two parameters were estimated is not in the intervals.
///
/// # Errors
///
/// [`PoolingError`]: as [`crate::pooling_rates::pool_rates`], and more successes than trials, no
/// failure at all, or units of which each has all or none ([`PoolingError::AllOrNone`]).
///
/// # Examples
///
/// ```
/// use pengayom_measure::pooling_shares::pool_shares;
///
/// // Far apart: each keeps nearly its own share, and moves towards the others.
/// let pooled = pool_shares(&[10.0, 90.0], &[100.0, 100.0])?;
/// assert!((pooled.prior_mean - 0.5).abs() < 1e-9);
/// assert!(pooled.units[0].mean > 0.1 && pooled.units[0].mean < 0.11);
/// # Ok::<(), pengayom_measure::pooling::PoolingError>(())
/// ```
///
/// # References
///
/// Skellam, J. G. (1948). A probability distribution derived from the binomial distribution by
/// regarding the probability of success as variable between the sets of trials. *J. Royal Statist.
/// Soc. B* 10(2), 257–261. Casella, G. (1985). An introduction to empirical Bayes data analysis.
/// *American Statistician* 39(2), 83–87.
pub fn pool_shares(counts: &[f64], trials: &[f64]) -> Result<PooledShares, PoolingError> {
    check(counts, trials)?;
    check_whole(counts)?;
    check_whole(trials)?;
    let units = || counts.iter().copied().zip(trials.iter().copied());
    if let Some(index) = units().position(|(count, trials)| count > trials) {
        let (count, trials) = units().nth(index).unwrap_or_default();
        return Err(PoolingError::MoreThanAll {
            index,
            count,
            trials,
        });
    }
    if units().all(|(count, trials)| count >= trials) {
        return Err(PoolingError::NoFailures);
    }
    if units().all(|(count, trials)| count <= 0.0 || count >= trials) {
        return Err(PoolingError::AllOrNone);
    }
    let moments = pool_by_moments(counts, trials)?;
    let mean = moments.prior_mean;
    let tallies = Tallies {
        successes: tally(counts.iter().copied()),
        failures: tally(units().map(|(count, trials)| trials - count)),
        trials: tally(trials.iter().copied()),
    };
    let constant = tallies.ways();
    let successes = compensated::sum(counts.iter().copied());
    let all = compensated::sum(trials.iter().copied());
    let alike = constant + successes * mean.ln() + (all - successes) * (-mean).ln_1p();
    let height = |[logit, log_size]: [f64; 2]| {
        let share = 1.0 / (1.0 + (-logit).exp());
        let rest = 1.0 / (1.0 + logit.exp());
        tallies.height(share, rest, log_size.exp(), constant)
    };
    let largest = trials.iter().copied().fold(1.0, f64::max);
    let bounds = (-30.0, (largest * 1e9).ln());
    let spread = mean * (1.0 - mean);
    // By moments of rates, which is near enough; where those see nothing, from a middling spread.
    let starts = if moments.prior_variance > 0.0 && moments.prior_variance < spread {
        vec![(spread / moments.prior_variance - 1.0).max(1e-3).ln()]
    } else {
        vec![0.0, (all / moments.n as f64).ln()]
    };
    let best = starts
        .into_iter()
        .map(|start| climb([(mean / (1.0 - mean)).ln(), start], bounds, height))
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    let Some(([logit, log_size], value)) = best else {
        return Err(PoolingError::OutOfRange);
    };
    if !(value.is_finite() && alike.is_finite()) {
        return Err(PoolingError::OutOfRange);
    }
    let is_boundary = value - alike <= GAIN_LEAST + 1e-13 * alike.abs();
    if is_boundary {
        let same = |(count, trials): (f64, f64)| PooledUnit {
            raw: count / trials,
            mean,
            interval: None,
        };
        return Ok(PooledShares {
            n: counts.len(),
            a: f64::INFINITY,
            b: f64::INFINITY,
            prior_mean: mean,
            log_likelihood: alike,
            is_boundary,
            units: units().map(same).collect(),
        });
    }
    let (share, rest) = (1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
    let (a, b) = (log_size.exp() * share, log_size.exp() * rest);
    let (low, high) = (Level::low_95(), Level::high_95());
    let pooled = |(count, trials): (f64, f64)| {
        let (own_a, own_b) = (a + count, b + trials - count);
        PooledUnit {
            raw: count / trials,
            mean: own_a / (own_a + own_b),
            interval: Some(Interval {
                low: low.beta(own_a, own_b),
                high: high.beta(own_a, own_b),
            }),
        }
    };
    Ok(PooledShares {
        n: counts.len(),
        a,
        b,
        prior_mean: share,
        log_likelihood: value,
        is_boundary,
        units: units().map(pooled).collect(),
    })
}

/// How often each number of successes, failures and trials is there.
struct Tallies {
    successes: Vec<(f64, f64)>,
    failures: Vec<(f64, f64)>,
    trials: Vec<(f64, f64)>,
}

impl Tallies {
    /// `Σ ln (n choose x)`: `ln k!` is the rising product of 1.
    fn ways(&self) -> f64 {
        let factorials = |of: &[(f64, f64)]| {
            compensated::sum(of.iter().map(|(k, times)| times * rising(1.0, *k)[0]))
        };
        factorials(&self.trials) - factorials(&self.successes) - factorials(&self.failures)
    }

    /// The log-likelihood at mean share and size `s = a + b`, by the logit and `ln s`.
    fn height(&self, share: f64, rest: f64, size: f64, constant: f64) -> Height {
        let (a, b) = (size * share, size * rest);
        let sum = |z: f64, of: &[(f64, f64)]| {
            of.iter().fold([0.0; 3], |sum, (k, times)| {
                let [l, first, second] = rising(z, *k);
                [
                    sum[0] + times * l,
                    sum[1] + times * first,
                    sum[2] + times * second,
                ]
            })
        };
        let successes = sum(a, &self.successes);
        let failures = sum(b, &self.failures);
        let trials = sum(size, &self.trials);
        let (by_a, by_b) = (successes[1] - trials[1], failures[1] - trials[1]);
        let (aa, ab, bb) = (
            successes[2] - trials[2],
            -trials[2],
            failures[2] - trials[2],
        );
        // da and -db by the logit.
        let c = size * share * rest;
        Height {
            value: constant + successes[0] + failures[0] - trials[0],
            slope: [c * (by_a - by_b), a * by_a + b * by_b],
            curvature: [
                c * c * (aa - 2.0 * ab + bb) + (by_a - by_b) * c * (rest - share),
                c * (aa * a + ab * (b - a) - bb * b) + (by_a - by_b) * c,
                aa * a * a + 2.0 * ab * a * b + bb * b * b + by_a * a + by_b * b,
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use statrs::function::beta::ln_beta;

    fn tallies(counts: &[f64], of: &[f64]) -> Tallies {
        Tallies {
            successes: tally(counts.iter().copied()),
            failures: tally(counts.iter().zip(of).map(|(x, n)| n - x)),
            trials: tally(of.iter().copied()),
        }
    }

    #[test]
    fn slopes_and_curvatures_are_those_of_the_height() {
        let tallies = tallies(&[3.0, 0.0, 40.0, 7.0], &[10.0, 3.0, 55.0, 60.0]);
        let at = |t: f64, v: f64| {
            let (share, rest) = (1.0 / (1.0 + (-t).exp()), 1.0 / (1.0 + t.exp()));
            tallies.height(share, rest, v.exp(), tallies.ways())
        };
        let (t, v, h) = (-0.7, 0.9, 1e-5);
        let here = at(t, v);
        let by = |up: Height, down: Height, k: usize| (up.slope[k] - down.slope[k]) / (2.0 * h);
        let (east, west, north, south) = (at(t + h, v), at(t - h, v), at(t, v + h), at(t, v - h));
        assert!(((east.value - west.value) / (2.0 * h) - here.slope[0]).abs() < 1e-6);
        assert!(((north.value - south.value) / (2.0 * h) - here.slope[1]).abs() < 1e-6);
        for (found, expected) in [
            (by(east, west, 0), here.curvature[0]),
            (by(east, west, 1), here.curvature[1]),
            (by(north, south, 1), here.curvature[2]),
        ] {
            assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn a_uniform_prior_makes_every_count_as_likely() {
        // Beta(1, 1): each of 0..=n has probability 1 / (n + 1).
        let tallies = tallies(&[3.0, 0.0], &[10.0, 4.0]);
        let height = tallies.height(0.5, 0.5, 2.0, tallies.ways());
        assert!((height.value + 11.0_f64.ln() + 5.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn units_that_do_not_differ_are_said_to_be_at_the_boundary() {
        let pooled = pool_shares(&[4.0, 5.0, 6.0, 5.0], &[10.0; 4]).unwrap();
        assert!(pooled.is_boundary && pooled.a.is_infinite() && pooled.b.is_infinite());
        assert!(
            pooled
                .units
                .iter()
                .all(|unit| (unit.mean - 0.5).abs() < 1e-12)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_maximum_is_one_and_means_lie_between(
            rows in prop::collection::vec((2_u32..80, 0.0_f64..1.0), 2..25)
        ) {
            let (counts, of): (Vec<f64>, Vec<f64>) = rows.into_iter()
                .map(|(n, share)| ((f64::from(n) * share).round(), f64::from(n))).unzip();
            prop_assume!(counts.iter().zip(&of).any(|(x, n)| *x > 0.0 && x < n));
            let pooled = pool_shares(&counts, &of).unwrap();
            let (a, b) = if pooled.is_boundary {
                (1e5 * pooled.prior_mean, 1e5 * (1.0 - pooled.prior_mean))
            } else {
                (pooled.a, pooled.b)
            };
            let ways = tallies(&counts, &of).ways();
            for (fa, fb) in [(1.0, 1.0), (1.05, 1.0), (0.95, 1.0), (1.0, 1.05), (1.0, 0.95), (1.3, 1.3), (0.7, 0.7)] {
                let (a, b) = (a * fa, b * fb);
                let other = ways + counts.iter().zip(&of)
                    .map(|(x, n)| ln_beta(a + x, b + n - x) - ln_beta(a, b)).sum::<f64>();
                prop_assert!(other <= pooled.log_likelihood + 1e-5, "{other} {}", pooled.log_likelihood);
            }
            for unit in &pooled.units {
                let (low, high) = (unit.raw.min(pooled.prior_mean), unit.raw.max(pooled.prior_mean));
                prop_assert!(low - 1e-9 <= unit.mean && unit.mean <= high + 1e-9);
                prop_assert_eq!(unit.interval.is_none(), pooled.is_boundary);
                prop_assert!(unit.interval.is_none_or(|of| 0.0 <= of.low && of.low <= of.high && of.high <= 1.0));
            }
            // Failures are successes upside down.
            let failures: Vec<f64> = counts.iter().zip(&of).map(|(x, n)| n - x).collect();
            let down = pool_shares(&failures, &of).unwrap();
            prop_assert!((down.log_likelihood - pooled.log_likelihood).abs() < 1e-6);
            prop_assert!((down.prior_mean + pooled.prior_mean - 1.0).abs() < 1e-3);
        }
    }
}
