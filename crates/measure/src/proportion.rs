//! A share with its interval.

use serde::Serialize;

/// Two-sided 95 % standard-normal quantile.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Both ends of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A share of counted things, with its 95 % interval and its n.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The share, in `[0, 1]`.
    pub share: f64,
    /// Its 95 % Wilson score interval.
    pub interval: Interval,
    /// Out of how many.
    pub n: u64,
}

/// Why a share cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProportionError {
    /// Nothing was counted.
    #[error("no trials: a share needs at least one")]
    NoTrials,
    /// More successes than trials.
    #[error("more successes than trials: {successes} of {trials}")]
    MoreSuccessesThanTrials {
        /// Successes given.
        successes: u64,
        /// Trials given.
        trials: u64,
    },
}

/// Wilson score interval for a share, such as "requests answered in time".
///
/// # Shape and units
///
/// - `successes`, `trials`: counts, with `successes <= trials`.
/// - `z`: standard-normal quantile, dimensionless ([`Z_95`] for 95 %).
/// - returns: both ends as fractions in `[0, 1]`.
///
/// # Errors
///
/// - [`ProportionError::NoTrials`] if `trials == 0`.
/// - [`ProportionError::MoreSuccessesThanTrials`] if `successes > trials`.
///
/// # Examples
///
/// ```
/// use pengayom_measure::proportion::wilson_interval;
///
/// // No success in 10 trials: the upper end is z² / (n + z²) exactly.
/// let z = 1.96_f64;
/// let interval = wilson_interval(0, 10, z)?;
/// assert!((interval.high - z * z / (10.0 + z * z)).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::proportion::ProportionError>(())
/// ```
///
/// # References
///
/// Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
/// inference. *J. Amer. Statist. Assoc.* 22(158), 209–212.
pub fn wilson_interval(successes: u64, trials: u64, z: f64) -> Result<Interval, ProportionError> {
    if trials == 0 {
        return Err(ProportionError::NoTrials);
    }
    if successes > trials {
        return Err(ProportionError::MoreSuccessesThanTrials { successes, trials });
    }
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of people are far below 2^52"
    )]
    let (x, n) = (successes as f64, trials as f64);
    let p = x / n;
    let z2 = z * z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Ok(Interval {
        low: (middle - half).max(0.0),
        high: (middle + half).min(1.0),
    })
}

/// A share with its 95 % interval.
///
/// # Errors
///
/// As [`wilson_interval`].
pub fn share(successes: u64, trials: u64) -> Result<Share, ProportionError> {
    let interval = wilson_interval(successes, trials, Z_95)?;
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of people are far below 2^52"
    )]
    let share = successes as f64 / trials as f64;
    Ok(Share {
        share,
        interval,
        n: trials,
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the values drawn here are small and positive"
    )]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_needs_something_counted() {
        assert_eq!(share(0, 0), Err(ProportionError::NoTrials));
        let error = ProportionError::MoreSuccessesThanTrials {
            successes: 3,
            trials: 2,
        };
        assert_eq!(share(3, 2), Err(error));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_stays_a_share(trials in 1_u64..100_000, part in 0.0_f64..=1.0) {
            let successes = ((trials as f64 * part) as u64).min(trials);
            let share = share(successes, trials).unwrap();
            prop_assert!(share.interval.low >= 0.0 && share.interval.high <= 1.0);
            prop_assert!(share.interval.low <= share.share + 1e-12);
            prop_assert!(share.interval.high >= share.share - 1e-12);
        }
    }
}
