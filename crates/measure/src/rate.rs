//! A rate: events in a time, with its interval.

use crate::proportion::{Interval, Z_95};
use crate::quantile::{self, TAIL_95};

/// Why a rate cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum RateError {
    /// No time to count in.
    #[error("exposure must be above 0 and finite: found {exposure}")]
    NoExposure {
        /// The exposure given.
        exposure: f64,
    },
}

/// A count as a number, and its exposure once it is one.
pub(crate) fn counted(count: u64, exposure: f64) -> Result<f64, RateError> {
    if !(exposure > 0.0 && exposure.is_finite()) {
        return Err(RateError::NoExposure { exposure });
    }
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of events are far below 2^52"
    )]
    Ok(count as f64)
}

/// Garwood's exact 95 % interval for a rate: it covers the true rate at least 95 times in 100.
///
/// # Shape and units
///
/// - `count`: events.
/// - `exposure`: time (or people, or kilometres) they were counted in, above 0.
/// - returns: both ends in events for one unit of exposure; the lower end is exactly 0 without events.
///
/// # Errors
///
/// [`RateError::NoExposure`] if `exposure` is not above 0 and finite; NaN is not.
///
/// # Examples
///
/// ```
/// use pengayom_measure::rate::garwood;
///
/// // No event in a year: up to -ln(0.025) = 3.69 a year would not have been surprising.
/// let interval = garwood(0, 1.0)?;
/// assert!((interval.high + 0.025_f64.ln()).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::rate::RateError>(())
/// ```
///
/// # References
///
/// Garwood, F. (1936). Fiducial limits for the Poisson distribution. *Biometrika* 28(3/4), 437–442.
pub fn garwood(count: u64, exposure: f64) -> Result<Interval, RateError> {
    let x = counted(count, exposure)?;
    let low = if count == 0 {
        0.0
    } else {
        quantile::gamma(x, TAIL_95)
    };
    Ok(Interval {
        low: low / exposure,
        high: quantile::gamma(x + 1.0, 1.0 - TAIL_95) / exposure,
    })
}

/// Jeffreys 95 % interval for a rate: equal tails of the posterior Gamma(`count` + 1/2).
///
/// # Shape and units
///
/// As [`garwood`]; the lower end is above 0.
///
/// # Errors
///
/// As [`garwood`].
///
/// # References
///
/// Cai, T. T. (2005). One-sided confidence intervals in discrete distributions. *J. Statist. Plann.
/// Inference* 131(1), 63–88.
pub fn jeffreys(count: u64, exposure: f64) -> Result<Interval, RateError> {
    let shape = counted(count, exposure)? + 0.5;
    Ok(Interval {
        low: quantile::gamma(shape, TAIL_95) / exposure,
        high: quantile::gamma(shape, 1.0 - TAIL_95) / exposure,
    })
}

/// Score 95 % interval for a rate: the rates `r` with `(count - r t)² <= z² r t`.
///
/// # Shape and units
///
/// As [`garwood`].
///
/// # Errors
///
/// As [`garwood`].
///
/// # References
///
/// Cai, T. T. (2005), as [`jeffreys`].
pub fn score(count: u64, exposure: f64) -> Result<Interval, RateError> {
    let x = counted(count, exposure)?;
    let z2 = Z_95 * Z_95;
    let (middle, half) = (x + z2 / 2.0, Z_95 * (x + z2 / 4.0).sqrt());
    Ok(Interval {
        low: (middle - half).max(0.0) / exposure,
        high: (middle + half) / exposure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rate_needs_time_to_count_in() {
        for exposure in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            for method in [garwood, jeffreys, score] {
                assert!(method(3, exposure).is_err(), "{exposure}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_interval_holds_the_rate(count in 0_u64..100_000, exposure in 0.01_f64..10_000.0) {
            let rate = count as f64 / exposure;
            for method in [garwood, score] {
                let interval = method(count, exposure).unwrap();
                prop_assert!(interval.low <= rate && rate <= interval.high);
            }
            let (exact, bayes) =
                (garwood(count, exposure).unwrap(), jeffreys(count, exposure).unwrap());
            prop_assert!(exact.low <= bayes.low && bayes.high <= exact.high);
        }
    }
}
