//! Tests that may be looked at every hour: evidence against a value that stays valid however often
//! one looks and whenever one stops.
//!
//! `e` is what one coin would have become that was bet against the value: if the value is true, the
//! chance that `e` ever reaches 1/α is at most α (Ville, 1939). So 20 is evidence at 5 %, and `1/e` is
//! a p value that needs no correction for looking. For intervals see [`crate::confidence_sequence`].

use serde::Serialize;

use crate::log_gamma::{beta_against, gamma_against};

/// Why evidence cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum EvidenceError {
    /// More successes than trials.
    #[error("more successes than trials: {successes} of {trials}")]
    MoreSuccessesThanTrials {
        /// Successes given.
        successes: u64,
        /// Trials given.
        trials: u64,
    },
    /// A count beyond exact numbers.
    #[error("counts may be at most 2^53: found {found}")]
    TooMany {
        /// The count given.
        found: u64,
    },
    /// A number out of its range.
    #[error("{name} must be {range}: found {found}")]
    OutOfRange {
        /// Which.
        name: &'static str,
        /// What it may be.
        range: &'static str,
        /// The number given.
        found: f64,
    },
    /// Two columns of different length.
    #[error("as many exposures as counts: found {exposures} and {counts}")]
    Lengths {
        /// Counts given.
        counts: usize,
        /// Exposures given.
        exposures: usize,
    },
    /// Numbers beyond what can be computed with.
    #[error("values too large to compute with")]
    TooLarge,
}

/// Counts are exact up to here.
const COUNT_MAX: u64 = 1 << 53;

/// A prior worth fewer observations than this is no number to compute with.
const PRIOR_MIN: f64 = 1e-9;

/// A prior worth more observations than this leaves nothing to learn.
const PRIOR_MAX: f64 = 1e8;

/// Evidence against a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evidence {
    /// Logarithm of `e`.
    pub log_e: f64,
    /// What one coin bet against the value has become; infinite above 1e308.
    pub e: f64,
    /// `1/e`, at most 1: a p value at any time of looking.
    pub p_always_valid: f64,
}

impl Evidence {
    fn new(log_e: f64) -> Result<Self, EvidenceError> {
        if !log_e.is_finite() {
            return Err(EvidenceError::TooLarge);
        }
        let e = log_e.exp();
        let inverse = if e.is_finite() {
            1.0 / e
        } else {
            (-log_e).exp()
        };
        Ok(Self {
            log_e,
            e,
            p_always_valid: inverse.min(1.0),
        })
    }
}

/// Evidence that a share is not `share0`: the mixture of likelihood ratios over a Beta(a, b) prior.
///
/// # Shape and units
///
/// - `successes`, `trials`: counts up to 2^53, with `successes <= trials`.
/// - `share0`: the share it is tested against, in (0, 1).
/// - `prior`: `a` and `b` of the beta distribution the true share is guessed to come from, 1e-9 to
///   1e8; (1/2, 1/2) guesses nothing. It must not be chosen after looking.
/// - returns: `e = B(a + x, b + n - x) / B(a, b) / (p^x (1 - p)^(n - x))`, its logarithm to about
///   1e-14 of the log-likelihood ratio, also for large counts.
///
/// # Errors
///
/// - [`EvidenceError::MoreSuccessesThanTrials`], [`EvidenceError::TooMany`].
/// - [`EvidenceError::OutOfRange`] for a share or prior out of range; NaN is.
///
/// # Examples
///
/// ```
/// use pengayom_measure::always_valid::proportion_evidence;
///
/// // One success with a flat prior: ∫ q dq / p = 1 / (2 p).
/// let found = proportion_evidence(1, 1, 0.25, (1.0, 1.0))?;
/// assert!((found.e - 2.0).abs() < 1e-14 && (found.p_always_valid - 0.5).abs() < 1e-14);
/// # Ok::<(), pengayom_measure::always_valid::EvidenceError>(())
/// ```
///
/// # References
///
/// Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm. *Ann. Math.
/// Statist.* 41(5), 1397–1409. Ramdas, A. et al. (2023). Game-theoretic statistics and safe anytime-valid
/// inference. *Statistical Science* 38(4), 576–601.
pub fn proportion_evidence(
    successes: u64,
    trials: u64,
    share0: f64,
    prior: (f64, f64),
) -> Result<Evidence, EvidenceError> {
    if successes > trials {
        return Err(EvidenceError::MoreSuccessesThanTrials { successes, trials });
    }
    let n = exact(trials)?;
    let x = exact(successes)?;
    let (a, b) = checked_prior(prior)?;
    check_share("the share tested against", share0)?;
    Evidence::new(beta_against(a + x, b + (n - x), share0) - beta_against(a, b, share0))
}

/// Evidence that a rate is not `rate0`: the mixture of likelihood ratios over a Gamma(a, b) prior.
///
/// # Shape and units
///
/// - `events`: a count up to 2^53; `exposure`: the time they were counted in, 0 or above.
/// - `rate0`: events for one unit of exposure, above 0.
/// - `prior`: shape `a` and rate `b` (an exposure) of the gamma distribution the true rate is guessed
///   to come from, mean `a / b`; `a` 1e-9 to 1e8, `b` above 0. It must not be chosen after looking.
/// - returns: `e = b^a Γ(a + x) / (Γ(a) (b + t)^(a + x)) / (r^x e^(-r t))`.
///
/// # Errors
///
/// - [`EvidenceError::TooMany`]; [`EvidenceError::OutOfRange`] for any other number; NaN is.
/// - [`EvidenceError::TooLarge`] if the logarithm is beyond 1e308.
///
/// # Examples
///
/// ```
/// use pengayom_measure::always_valid::rate_evidence;
///
/// // Nothing in one hour where 2 were expected, prior Gamma(1, 1): (1 / 2) / e^-2.
/// let found = rate_evidence(0, 1.0, 2.0, (1.0, 1.0))?;
/// assert!((found.log_e - (2.0 - 2.0_f64.ln())).abs() < 1e-14);
/// # Ok::<(), pengayom_measure::always_valid::EvidenceError>(())
/// ```
///
/// # References
///
/// As [`proportion_evidence`].
pub fn rate_evidence(
    events: u64,
    exposure: f64,
    rate0: f64,
    prior: (f64, f64),
) -> Result<Evidence, EvidenceError> {
    let x = exact(events)?;
    if !(exposure >= 0.0 && exposure.is_finite()) {
        return Err(EvidenceError::OutOfRange {
            name: "exposure",
            range: "0 or above and finite",
            found: exposure,
        });
    }
    if !(rate0 > 0.0 && rate0.is_finite()) {
        return Err(EvidenceError::OutOfRange {
            name: "the rate tested against",
            range: "above 0 and finite",
            found: rate0,
        });
    }
    let (a, b) = (prior.0, prior.1);
    if !(PRIOR_MIN..=PRIOR_MAX).contains(&a) {
        return Err(out_of_prior(a));
    }
    if !(b > 0.0 && b.is_finite()) {
        return Err(EvidenceError::OutOfRange {
            name: "the prior's exposure",
            range: "above 0 and finite",
            found: b,
        });
    }
    let (expected_before, expected) = (rate0 * b, rate0 * (b + exposure));
    if !(expected_before > 0.0 && expected.is_finite()) {
        return Err(EvidenceError::TooLarge);
    }
    Evidence::new(gamma_against(a + x, expected) - gamma_against(a, expected_before))
}

/// Evidence that two streams of events do not have the same rate.
///
/// If they do, each event belongs to the first with chance `share`, the first's part of both
/// exposures, whatever the rate is: so it is [`proportion_evidence`] of `x` out of `x + y`.
///
/// # Shape and units
///
/// - `x`, `y`: events of either stream, together at most 2^53.
/// - `share`: exposure of the first by that of both, in (0, 1). It must be the same all along.
/// - `prior`: as [`proportion_evidence`], for the first's part of the events.
///
/// # Errors
///
/// As [`proportion_evidence`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::always_valid::two_rates_evidence;
///
/// // Two events of the first, none of the second, flat prior: (1/3) / (1/2)².
/// assert!((two_rates_evidence(2, 0, 0.5, (1.0, 1.0))?.e - 4.0 / 3.0).abs() < 1e-14);
/// # Ok::<(), pengayom_measure::always_valid::EvidenceError>(())
/// ```
///
/// # References
///
/// Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from Poisson
/// series. *Biometrika* 31(3/4), 313–323, for the conditioning; the mixture as [`proportion_evidence`].
pub fn two_rates_evidence(
    x: u64,
    y: u64,
    share: f64,
    prior: (f64, f64),
) -> Result<Evidence, EvidenceError> {
    proportion_evidence(x, x.saturating_add(y), share, prior)
}

/// Mixture sequential probability ratio test of a difference of two means, known variance.
///
/// # Shape and units
///
/// - `difference`: mean of one arm minus that of the other.
/// - `variance`: of one value, above 0; `tau2`: variance of the normal prior of the difference, above
///   0; both in squared units of the difference.
/// - `per_arm`: values in each arm, up to 2^53; 0 gives no evidence.
/// - returns: `e = √(2v / (2v + n τ²)) exp(n² τ² d² / (4 v (2v + n τ²)))`.
///
/// # Errors
///
/// - [`EvidenceError::TooMany`], [`EvidenceError::OutOfRange`].
/// - [`EvidenceError::TooLarge`] if the logarithm is beyond 1e308.
///
/// # Examples
///
/// ```
/// use pengayom_measure::always_valid::msprt;
///
/// // No difference at all: √(2 / (2 + n)) at unit variances.
/// assert!((msprt(0.0, 1.0, 1.0, 6)?.e - 0.5).abs() < 1e-15);
/// # Ok::<(), pengayom_measure::always_valid::EvidenceError>(())
/// ```
///
/// # References
///
/// Johari, R., Koomen, P., Pekelis, L. and Walsh, D. (2017). Peeking at A/B tests: why it matters, and
/// what to do about it. *Proc. KDD 2017*, 1517–1525.
pub fn msprt(
    difference: f64,
    variance: f64,
    tau2: f64,
    per_arm: u64,
) -> Result<Evidence, EvidenceError> {
    let n = exact(per_arm)?;
    for (name, found) in [("variance", variance), ("tau2", tau2)] {
        if !(found > 0.0 && found.is_finite()) {
            return Err(EvidenceError::OutOfRange {
                name,
                range: "above 0 and finite",
                found,
            });
        }
    }
    if !difference.is_finite() {
        return Err(EvidenceError::OutOfRange {
            name: "difference",
            range: "finite",
            found: difference,
        });
    }
    // In units of the difference's own error, so that nothing overflows on the way.
    let prior = n * (tau2 / (2.0 * variance));
    let z2 = n * (difference * (difference / (2.0 * variance)));
    let shrunk = if prior.is_infinite() {
        return Err(EvidenceError::TooLarge);
    } else {
        prior / (1.0 + prior)
    };
    Evidence::new(0.5 * (shrunk * z2 - prior.ln_1p()))
}

/// One look at a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Look {
    /// Events up to here.
    pub events: u64,
    /// Exposure up to here.
    pub exposure: f64,
    /// Logarithm of the evidence up to here.
    pub log_e: f64,
    /// The least p value of all looks so far: it never rises, and stays valid.
    pub p_always_valid: f64,
}

/// [`rate_evidence`] look by look, such as hour by hour, over everything up to each look.
///
/// # Shape and units
///
/// - `counts`, `exposures`: events and time of each look, oldest first, as many of one as of the other.
/// - `rate0`, `prior`: as [`rate_evidence`].
/// - returns: one look for each; a signal at level α is the first with `p_always_valid <= α`.
///
/// # Errors
///
/// As [`rate_evidence`]; [`EvidenceError::Lengths`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::always_valid::rate_looks;
///
/// let looks = rate_looks(&[0, 9, 9, 0], &[1.0; 4], 1.0, (1.0, 1.0))?;
/// assert_eq!(looks[3].events, 18);
/// // The signal of the third hour is not taken back by the fourth.
/// assert!(looks[2].p_always_valid < 0.001 && looks[3].p_always_valid <= looks[2].p_always_valid);
/// # Ok::<(), pengayom_measure::always_valid::EvidenceError>(())
/// ```
///
/// # References
///
/// As [`proportion_evidence`].
pub fn rate_looks(
    counts: &[u64],
    exposures: &[f64],
    rate0: f64,
    prior: (f64, f64),
) -> Result<Vec<Look>, EvidenceError> {
    if counts.len() != exposures.len() {
        return Err(EvidenceError::Lengths {
            counts: counts.len(),
            exposures: exposures.len(),
        });
    }
    let (mut events, mut exposure, mut least) = (0_u64, 0.0_f64, 1.0_f64);
    counts
        .iter()
        .zip(exposures)
        .map(|(&count, &time)| {
            if time.is_nan() || time < 0.0 {
                return Err(EvidenceError::OutOfRange {
                    name: "exposure",
                    range: "0 or above and finite",
                    found: time,
                });
            }
            events = events.saturating_add(count);
            exposure += time;
            let found = rate_evidence(events, exposure, rate0, prior)?;
            least = least.min(found.p_always_valid);
            Ok(Look {
                events,
                exposure,
                log_e: found.log_e,
                p_always_valid: least,
            })
        })
        .collect()
}

fn exact(count: u64) -> Result<f64, EvidenceError> {
    if count > COUNT_MAX {
        return Err(EvidenceError::TooMany { found: count });
    }
    Ok(count as f64)
}

fn check_share(name: &'static str, found: f64) -> Result<(), EvidenceError> {
    if found > 0.0 && found < 1.0 {
        return Ok(());
    }
    Err(EvidenceError::OutOfRange {
        name,
        range: "above 0 and below 1",
        found,
    })
}

fn out_of_prior(found: f64) -> EvidenceError {
    EvidenceError::OutOfRange {
        name: "the prior's parameter",
        range: "1e-9 to 1e8",
        found,
    }
}

/// Both parameters of a beta prior, once they are ones.
pub(crate) fn checked_prior((a, b): (f64, f64)) -> Result<(f64, f64), EvidenceError> {
    for of in [a, b] {
        if !(PRIOR_MIN..=PRIOR_MAX).contains(&of) {
            return Err(out_of_prior(of));
        }
    }
    Ok((a, b))
}

/// The level of a test or sequence, once it is one.
pub(crate) fn checked_alpha(alpha: f64) -> Result<f64, EvidenceError> {
    check_share("alpha", alpha)?;
    Ok(alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_data_is_no_evidence() {
        for found in [
            proportion_evidence(0, 0, 0.3, (0.5, 2.0)),
            rate_evidence(0, 0.0, 0.3, (0.5, 2.0)),
            two_rates_evidence(0, 0, 0.3, (0.5, 2.0)),
            msprt(0.7, 1.0, 1.0, 0),
        ] {
            let found = found.unwrap();
            assert!(found.log_e.abs() < 1e-14 && (found.p_always_valid - 1.0).abs() < 1e-14);
        }
        assert!(rate_looks(&[], &[], 1.0, (1.0, 1.0)).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let prior = (1.0, 1.0);
        assert!(matches!(
            proportion_evidence(3, 2, 0.5, prior),
            Err(EvidenceError::MoreSuccessesThanTrials { .. })
        ));
        assert!(matches!(
            proportion_evidence(3, u64::MAX, 0.5, prior),
            Err(EvidenceError::TooMany { .. })
        ));
        assert!(two_rates_evidence(u64::MAX, u64::MAX, 0.5, prior).is_err());
        for bad in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
            assert!(proportion_evidence(1, 2, bad, prior).is_err(), "{bad}");
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(proportion_evidence(1, 2, 0.5, (bad, 1.0)).is_err());
            assert!(proportion_evidence(1, 2, 0.5, (1.0, bad)).is_err());
            assert!(rate_evidence(1, 2.0, bad, prior).is_err());
            assert!(rate_evidence(1, 2.0, 1.0, (bad, 1.0)).is_err());
            assert!(rate_evidence(1, 2.0, 1.0, (1.0, bad)).is_err());
            assert!(msprt(1.0, bad, 1.0, 5).is_err() && msprt(1.0, 1.0, bad, 5).is_err());
        }
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(rate_evidence(1, bad, 1.0, prior).is_err());
            assert!(rate_looks(&[1, 1], &[5.0, bad], 1.0, prior).is_err());
        }
        assert!(msprt(f64::NAN, 1.0, 1.0, 5).is_err() && msprt(1e200, 1.0, 1.0, 5).is_err());
        assert!(rate_evidence(1, 1e300, 1e300, prior).is_err());
        assert!(matches!(
            rate_looks(&[1], &[], 1.0, prior),
            Err(EvidenceError::Lengths { .. })
        ));
    }

    #[test]
    fn evidence_beyond_numbers_is_infinite_and_its_p_zero() {
        let found = proportion_evidence(1_000_000, 1_000_000, 0.1, (1.0, 1.0)).unwrap();
        assert!(found.log_e > 2e6 && found.e.is_infinite() && found.p_always_valid < 1e-300);
    }

    proptest! {
        #[test]
        fn under_the_value_evidence_is_one_on_average(n in 1_u64..60, p in 0.05_f64..0.95, a in 0.2_f64..5.0, b in 0.2_f64..5.0) {
            // Σ over outcomes of chance × e = 1: the bet is fair.
            let mut chance_of = (1.0 - p).powi(i32::try_from(n).unwrap());
            let mut sum = 0.0;
            for x in 0..=n {
                sum += chance_of * proportion_evidence(x, n, p, (a, b)).unwrap().e;
                chance_of *= (n - x) as f64 / (x + 1) as f64 * p / (1.0 - p);
            }
            prop_assert!((sum - 1.0).abs() < 1e-10, "{sum}");
        }

        #[test]
        fn a_rate_may_be_counted_in_any_unit(x in 0_u64..1000, t in 0.1_f64..1000.0, r in 0.01_f64..10.0, a in 0.1_f64..9.0, b in 0.1_f64..99.0, unit in 0.01_f64..100.0) {
            let found = rate_evidence(x, t, r, (a, b)).unwrap().log_e;
            let other = rate_evidence(x, t * unit, r / unit, (a, b * unit)).unwrap().log_e;
            prop_assert!((found - other).abs() < 1e-9 * (1.0 + found.abs()));
        }

        #[test]
        fn bets_in_a_row_multiply(x1 in 0_u64..50, y1 in 0_u64..50, x2 in 0_u64..50, y2 in 0_u64..50, p in 0.05_f64..0.95) {
            // The first look's posterior is the second's prior.
            let prior = (0.5, 1.5);
            let first = two_rates_evidence(x1, y1, p, prior).unwrap().log_e;
            let second = two_rates_evidence(x2, y2, p, (0.5 + x1 as f64, 1.5 + y1 as f64)).unwrap().log_e;
            let both = two_rates_evidence(x1 + x2, y1 + y2, p, prior).unwrap().log_e;
            prop_assert!((first + second - both).abs() < 1e-9);
        }

        #[test]
        fn the_difference_may_be_turned_and_scaled(d in -3.0_f64..3.0, v in 0.1_f64..9.0, tau2 in 0.01_f64..1.0, n in 0_u64..5000, unit in 0.01_f64..100.0) {
            let found = msprt(d, v, tau2, n).unwrap().log_e;
            let other = msprt(-d * unit, v * unit * unit, tau2 * unit * unit, n).unwrap().log_e;
            prop_assert!((found - other).abs() < 1e-8 * (1.0 + found.abs()));
        }
    }
}
