//! Partial pooling of rates: each unit's true rate is drawn from one gamma distribution.

use serde::Serialize;
use statrs::function::gamma::ln_gamma;

use crate::compensated;
use crate::incomplete::{Level, rising};
use crate::pooling::{
    Height, PooledUnit, PoolingError, check, check_whole, climb, pool_by_moments, tally,
};
use crate::proportion::Interval;

/// Less gain in log-likelihood than this over units that do not differ is none.
const GAIN_LEAST: f64 = 1e-6;

/// Rates pooled by likelihood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PooledRates {
    /// How many units.
    pub n: usize,
    /// Shape of the gamma distribution of true rates; infinite where no difference between units can
    /// be seen.
    pub shape: f64,
    /// Its rate: the exposure that the rate of all is worth; infinite as `shape`.
    pub rate: f64,
    /// Mean of true rates: `shape / rate`.
    pub prior_mean: f64,
    /// Log-likelihood at the maximum.
    pub log_likelihood: f64,
    /// Whether units differ no more than chance gives. Every unit then has the rate of all, and
    /// no interval: its posterior says nothing of how well the rate of all is known.
    pub is_boundary: bool,
    /// Every unit, in the order given.
    pub units: Vec<PooledUnit>,
}

/// Empirical Bayes rates: Poisson counts whose rates are gamma-distributed, the two parameters by
/// marginal maximum likelihood.
///
/// # Shape and units
///
/// - `counts`, `exposures`: of each unit; counts whole, at least 0; exposures above 0, at least 2
///   units and 1 event.
/// - returns: rates for one unit of exposure; the posterior of a unit is Gamma(`shape + count`,
///   `rate + exposure`). That the two parameters were estimated is not in the intervals.
///
/// # Errors
///
/// [`PoolingError`]: as [`pool_by_moments`], and a count that is not whole.
///
/// # Examples
///
/// ```
/// use pengayom_measure::pooling_rates::pool_rates;
///
/// // As alike as can be: no difference is left, all have the rate of all.
/// let pooled = pool_rates(&[5.0, 5.0, 5.0], &[10.0, 10.0, 10.0])?;
/// assert!(pooled.is_boundary && (pooled.units[0].mean - 0.5).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::pooling::PoolingError>(())
/// ```
///
/// # References
///
/// Clayton, D. and Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative risks
/// for use in disease mapping. *Biometrics* 43(3), 671–681.
pub fn pool_rates(counts: &[f64], exposures: &[f64]) -> Result<PooledRates, PoolingError> {
    check(counts, exposures)?;
    check_whole(counts)?;
    let moments = pool_by_moments(counts, exposures)?;
    let mean = moments.prior_mean;
    let different = tally(counts.iter().copied());
    // What does not depend on the parameters.
    let constant = compensated::sum(
        counts
            .iter()
            .zip(exposures)
            .filter(|(count, _)| **count > 0.0)
            .map(|(count, exposure)| count * exposure.ln()),
    ) - compensated::sum(
        different
            .iter()
            .map(|(count, times)| times * ln_gamma(count + 1.0)),
    );
    let events = compensated::sum(counts.iter().copied());
    let exposure = compensated::sum(exposures.iter().copied());
    let alike = constant + events * mean.ln() - mean * exposure;
    let units = || counts.iter().copied().zip(exposures.iter().copied());
    let height = |[log_mean, log_shape]: [f64; 2]| {
        height(
            log_mean.exp(),
            log_shape.exp(),
            units(),
            &different,
            constant,
        )
    };
    let largest = exposures.iter().fold(0.0_f64, |most, x| most.max(x * mean));
    let bounds = (-30.0, (largest.max(1.0) * 1e9).ln());
    // By moments; where those see nothing, from a spread as large as the events of a unit allow.
    let starts = if moments.prior_variance > 0.0 {
        vec![(mean * mean / moments.prior_variance).ln()]
    } else {
        vec![0.0, (events / moments.n as f64).max(1e-6).ln()]
    };
    let best = starts
        .into_iter()
        .map(|start| climb([mean.ln(), start], bounds, height))
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    let Some(([log_mean, log_shape], value)) = best else {
        return Err(PoolingError::OutOfRange);
    };
    if !(value.is_finite() && alike.is_finite()) {
        return Err(PoolingError::OutOfRange);
    }
    let is_boundary = value - alike <= GAIN_LEAST + 1e-13 * alike.abs();
    if is_boundary {
        let same = |(count, exposure): (f64, f64)| PooledUnit {
            raw: count / exposure,
            mean,
            interval: None,
        };
        return Ok(PooledRates {
            n: counts.len(),
            shape: f64::INFINITY,
            rate: f64::INFINITY,
            prior_mean: mean,
            log_likelihood: alike,
            is_boundary,
            units: units().map(same).collect(),
        });
    }
    let (prior_mean, shape) = (log_mean.exp(), log_shape.exp());
    let rate = shape / prior_mean;
    let (low, high) = (Level::low_95(), Level::high_95());
    let pooled = |(count, exposure): (f64, f64)| PooledUnit {
        raw: count / exposure,
        mean: (shape + count) / (rate + exposure),
        interval: Some(Interval {
            low: low.gamma(shape + count) / (rate + exposure),
            high: high.gamma(shape + count) / (rate + exposure),
        }),
    };
    Ok(PooledRates {
        n: counts.len(),
        shape,
        rate,
        prior_mean,
        log_likelihood: value,
        is_boundary,
        units: units().map(pooled).collect(),
    })
}

/// The log-likelihood at mean `m` and shape `a`, by `ln m` and `ln a`.
fn height(
    m: f64,
    a: f64,
    units: impl Iterator<Item = (f64, f64)>,
    different: &[(f64, f64)],
    constant: f64,
) -> Height {
    let (mut value, mut by_shape, mut twice) = (0.0, 0.0, 0.0);
    for &(count, times) in different {
        let [l, first, second] = rising(a, count);
        value += times * (l - count * a.ln());
        by_shape += times * first;
        twice += times * second;
    }
    let (mut by_mean, mut mean_twice, mut both) = (0.0, 0.0, 0.0);
    for (count, exposure) in units {
        let mu = m * exposure;
        let (sum, log) = (a + mu, (mu / a).ln_1p());
        value += count * m.ln() - (a + count) * log;
        by_mean += a * (count - mu) / sum;
        mean_twice -= (a + count) * mu / sum * (a / sum);
        both += mu * (count - mu) / (sum * sum);
        by_shape += (mu - count) / sum - log;
        twice += mu / (a * sum) - (mu - count) / (sum * sum);
    }
    Height {
        value: value + constant,
        slope: [by_mean, a * by_shape],
        curvature: [mean_twice, a * both, a * by_shape + a * a * twice],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The log-likelihood as it is written in a book.
    fn written_out(counts: &[f64], of: &[f64], a: f64, b: f64) -> f64 {
        counts
            .iter()
            .zip(of)
            .map(|(o, x)| {
                ln_gamma(a + o) - ln_gamma(a) - ln_gamma(o + 1.0)
                    + a * (b / (b + x)).ln()
                    + o * (x / (b + x)).ln()
            })
            .sum()
    }

    #[test]
    fn slopes_and_curvatures_are_those_of_the_height() {
        let (counts, of) = ([3.0, 0.0, 40.0, 7.0], [10.0, 3.0, 55.0, 60.0]);
        let different = tally(counts.iter().copied());
        let at = |u: f64, v: f64| {
            height(
                u.exp(),
                v.exp(),
                counts.into_iter().zip(of),
                &different,
                0.0,
            )
        };
        let (u, v, h) = (-0.7, 0.9, 1e-5);
        let here = at(u, v);
        let by = |up: Height, down: Height, k: usize| (up.slope[k] - down.slope[k]) / (2.0 * h);
        let (east, west, north, south) = (at(u + h, v), at(u - h, v), at(u, v + h), at(u, v - h));
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
    fn units_that_do_not_differ_are_said_to_be_at_the_boundary() {
        let pooled = pool_rates(&[4.0, 5.0, 6.0, 5.0], &[10.0; 4]).unwrap();
        assert!(pooled.is_boundary && pooled.shape.is_infinite() && pooled.rate.is_infinite());
        let poisson: f64 = [4.0, 5.0, 6.0, 5.0]
            .iter()
            .map(|o| o * 5.0_f64.ln() - 5.0 - ln_gamma(o + 1.0))
            .sum();
        assert!((pooled.log_likelihood - poisson).abs() < 1e-9);
        assert!(pooled.units.iter().all(|unit| unit.interval.is_none()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_maximum_is_one_and_means_lie_between(
            rows in prop::collection::vec((0_u32..60, 1.0_f64..50.0), 2..25)
        ) {
            let (counts, of): (Vec<f64>, Vec<f64>) = rows.into_iter().map(|(o, x)| (f64::from(o), x)).unzip();
            prop_assume!(counts.iter().any(|o| *o > 0.0));
            let pooled = pool_rates(&counts, &of).unwrap();
            let (a, b) = if pooled.is_boundary {
                (1e5, 1e5 / pooled.prior_mean)
            } else {
                (pooled.shape, pooled.rate)
            };
            for (fa, fb) in [(1.0, 1.0), (1.05, 1.0), (0.95, 1.0), (1.0, 1.05), (1.0, 0.95), (1.3, 1.3), (0.7, 0.7)] {
                let other = written_out(&counts, &of, a * fa, b * fb);
                prop_assert!(other <= pooled.log_likelihood + 1e-6, "{other} {}", pooled.log_likelihood);
            }
            for unit in &pooled.units {
                let (low, high) = (unit.raw.min(pooled.prior_mean), unit.raw.max(pooled.prior_mean));
                prop_assert!(low - 1e-9 <= unit.mean && unit.mean <= high + 1e-9);
                prop_assert_eq!(unit.interval.is_none(), pooled.is_boundary);
                prop_assert!(unit.interval.is_none_or(|of| of.low <= unit.mean && unit.mean <= of.high));
            }
            // Another unit of exposure, another order.
            let (mut counts, mut other) = (counts, of.iter().map(|x| x * 7.0).collect::<Vec<f64>>());
            counts.reverse();
            other.reverse();
            let again = pool_rates(&counts, &other).unwrap();
            prop_assert_eq!(again.is_boundary, pooled.is_boundary);
            prop_assert!((again.log_likelihood - pooled.log_likelihood).abs() < 1e-6);
            if !pooled.is_boundary && pooled.shape < 100.0 {
                prop_assert!((again.shape / pooled.shape - 1.0).abs() < 1e-4);
                prop_assert!((again.rate / pooled.rate - 7.0).abs() < 1e-2);
            }
        }
    }
}
