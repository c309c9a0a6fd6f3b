//! A share with its interval.
//!
//! [`wilson_interval`] is the one the board shows: right on average also for few trials, and never
//! outside `[0, 1]`. The others are for whoever checks or must use them: [`clopper_pearson`] is
//! never too short, [`jeffreys`] is the Bayesian one, [`agresti_coull`] is the one by hand.

use serde::Serialize;

use crate::quantile::{self, TAIL_95};

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
    /// More things than a count holds.
    #[error("too many trials: together more than {}", u64::MAX)]
    TooMany,
    /// More successes than trials.
    #[error("more successes than trials: {successes} of {trials}")]
    MoreSuccessesThanTrials {
        /// Successes given.
        successes: u64,
        /// Trials given.
        trials: u64,
    },
    /// An expected share that is no number.
    #[error("the expected share must be a number")]
    NotShare,
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
    let (x, n) = counts(successes, trials)?;
    Ok(wilson(x / n, n, z))
}

/// The same for a share `p` and a number of trials `n` above 0 that need not be whole.
pub(crate) fn wilson(p: f64, n: f64, z: f64) -> Interval {
    let z2 = z * z;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Interval {
        low: (middle - half).max(0.0),
        high: (middle + half).min(1.0),
    }
}

/// Both counts as numbers, once they make sense together.
pub(crate) fn counts(successes: u64, trials: u64) -> Result<(f64, f64), ProportionError> {
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
    Ok((successes as f64, trials as f64))
}

/// Clopper–Pearson 95 % interval for a share: it covers the true share at least 95 times in 100,
/// at the price of being long.
///
/// # Shape and units
///
/// - `successes`, `trials`: counts, with `successes <= trials`.
/// - returns: both ends as fractions in `[0, 1]`; exactly 0 without successes and 1 without failures.
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # References
///
/// Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
/// in the case of the binomial. *Biometrika* 26(4), 404–413.
pub fn clopper_pearson(successes: u64, trials: u64) -> Result<Interval, ProportionError> {
    let (x, n) = counts(successes, trials)?;
    let low = if successes == 0 {
        0.0
    } else {
        quantile::beta(x, n - x + 1.0, TAIL_95)
    };
    let high = if successes == trials {
        1.0
    } else {
        quantile::beta(x + 1.0, n - x, 1.0 - TAIL_95)
    };
    Ok(Interval { low, high })
}

/// Jeffreys 95 % interval for a share: equal tails of the posterior under the prior
/// Beta(1/2, 1/2), the ends not moved to 0 or 1.
///
/// # Shape and units
///
/// - `successes`, `trials`: counts, with `successes <= trials`.
/// - returns: both ends as fractions in (0, 1).
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # References
///
/// Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Interval estimation for a binomial
/// proportion. *Statistical Science* 16(2), 101–133.
pub fn jeffreys(successes: u64, trials: u64) -> Result<Interval, ProportionError> {
    let (x, n) = counts(successes, trials)?;
    let (a, b) = (x + 0.5, n - x + 0.5);
    Ok(Interval {
        low: quantile::beta(a, b, TAIL_95),
        high: quantile::beta(a, b, 1.0 - TAIL_95),
    })
}

/// Agresti–Coull 95 % interval for a share: the plain normal one after adding z²/2 successes and
/// z²/2 failures, cut to `[0, 1]`.
///
/// # Shape and units
///
/// - `successes`, `trials`: counts, with `successes <= trials`.
/// - returns: both ends as fractions in `[0, 1]`.
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # References
///
/// Agresti, A. and Coull, B. A. (1998). Approximate is better than "exact" for interval estimation
/// of binomial proportions. *The American Statistician* 52(2), 119–126.
pub fn agresti_coull(successes: u64, trials: u64) -> Result<Interval, ProportionError> {
    let (x, n) = counts(successes, trials)?;
    let z2 = Z_95 * Z_95;
    let n = n + z2;
    let p = (x + z2 / 2.0) / n;
    let half = Z_95 * (p * (1.0 - p) / n).sqrt();
    Ok(Interval {
        low: (p - half).max(0.0),
        high: (p + half).min(1.0),
    })
}

/// A share with its 95 % interval.
///
/// # Errors
///
/// As [`wilson_interval`].
pub fn share(successes: u64, trials: u64) -> Result<Share, ProportionError> {
    let interval = wilson_interval(successes, trials, Z_95)?;
    let (x, n) = counts(successes, trials)?;
    Ok(Share {
        share: x / n,
        interval,
        n: trials,
    })
}

/// Two-sided probability of a share at least as far from an expected one as this: the score test that
/// [`wilson_interval`] is the inverse of, so that its 95 % interval leaves the expected share out exactly
/// where this is below 0.05.
///
/// # Shape and units
///
/// - `successes`, `trials`: counts, with `successes <= trials`.
/// - `expected`: the share expected, a fraction; what is below 0 or above 1 counts as 0 or 1.
/// - returns: in `[0, 1]`; where 0 or 1 is expected, 1 if it was so and else 0.
///
/// # Errors
///
/// As [`wilson_interval`], and [`ProportionError::NotShare`] for an expected share that is no number.
///
/// # Examples
///
/// ```
/// use pengayom_measure::proportion::score_p;
///
/// // 60 heads of 100: z = 2.
/// assert!((score_p(60, 100, 0.5)? - 0.045_500_263_896).abs() < 1e-9);
/// # Ok::<(), pengayom_measure::proportion::ProportionError>(())
/// ```
///
/// # References
///
/// As [`wilson_interval`].
pub fn score_p(successes: u64, trials: u64, expected: f64) -> Result<f64, ProportionError> {
    let (x, n) = counts(successes, trials)?;
    if expected.is_nan() {
        return Err(ProportionError::NotShare);
    }
    let expected = expected.clamp(0.0, 1.0);
    let variance = expected * (1.0 - expected) / n;
    let away = x / n - expected;
    Ok(if variance > 0.0 {
        quantile::two_sided(away / variance.sqrt()).min(1.0)
    } else if away.abs() > 0.0 {
        0.0
    } else {
        1.0
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

    #[test]
    fn where_nothing_is_expected_one_is_a_surprise() {
        assert!((score_p(0, 9, 0.0).unwrap() - 1.0).abs() < 1e-15);
        assert!(score_p(1, 9, 0.0).unwrap().abs() < 1e-15);
        assert!((score_p(9, 9, 2.0).unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(score_p(1, 9, f64::NAN), Err(ProportionError::NotShare));
        assert_eq!(score_p(0, 0, 0.5), Err(ProportionError::NoTrials));
    }

    proptest! {
        #[test]
        fn the_test_refuses_what_its_interval_leaves_out(
            trials in 1_u64..2000, percent in 0_u64..=100, expected in 0.001_f64..0.999
        ) {
            let successes = trials * percent / 100;
            let within = share(successes, trials).unwrap().interval;
            let (near, p) = (1e-9, score_p(successes, trials, expected).unwrap());
            prop_assert!(p > 0.05 - near || expected <= within.low + near || expected >= within.high - near);
            prop_assert!(p < 0.05 + near || (within.low - near..=within.high + near).contains(&expected));
        }

        #[test]
        fn the_interval_holds_the_share_and_stays_a_share(trials in 1_u64..100_000, percent in 0_u64..=100) {
            let successes = trials * percent / 100;
            let share = share(successes, trials).unwrap();
            prop_assert!(share.interval.low >= 0.0 && share.interval.high <= 1.0);
            prop_assert!(share.interval.low <= share.share + 1e-12);
            prop_assert!(share.interval.high >= share.share - 1e-12);
        }

        #[test]
        fn successes_and_failures_mirror_each_other(trials in 1_u64..2_000, percent in 0_u64..=100) {
            let successes = trials * percent / 100;
            for method in [clopper_pearson, jeffreys, agresti_coull] {
                let (of, mirrored) = (
                    method(successes, trials).unwrap(),
                    method(trials - successes, trials).unwrap(),
                );
                prop_assert!((of.low - (1.0 - mirrored.high)).abs() < 1e-11);
                prop_assert!((of.high - (1.0 - mirrored.low)).abs() < 1e-11);
            }
        }

        #[test]
        fn the_exact_interval_is_longer_than_the_bayesian(trials in 1_u64..2_000, percent in 0_u64..=100) {
            let successes = trials * percent / 100;
            let (exact, bayes) =
                (clopper_pearson(successes, trials).unwrap(), jeffreys(successes, trials).unwrap());
            prop_assert!(exact.low <= bayes.low && bayes.high <= exact.high);
        }
    }
}
