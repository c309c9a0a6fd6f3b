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
    /// Whether units differ no more than chance gives. Every unit then has the rate of all, and its
    /// interval no length: it says nothing of how well the rate of all is known.
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
            interval: Interval {
                low: mean,
                high: mean,
            },
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
        interval: Interval {
            low: low.gamma(shape + count) / (rate + exposure),
            high: high.gamma(shape + count) / (rate + exposure),
        },
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
