//! What many noisy releases cost in privacy: zero-concentrated differential privacy (zCDP).
//!
//! A release with Gaussian noise costs `rho`; releases add up; the sum is then said as
//! (epsilon, delta).

use crate::quantile;

/// Why a loss of privacy cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ZcdpError {
    /// A cost that is none.
    #[error("rho must be at least 0 and finite: found {rho}")]
    Rho {
        /// The cost given.
        rho: f64,
    },
    /// A probability that is none.
    #[error("delta must be in [0, 1]: found {delta}")]
    Delta {
        /// The probability given.
        delta: f64,
    },
    /// A sensitivity that is none.
    #[error("sensitivity must be above 0 and finite: found {sensitivity}")]
    Sensitivity {
        /// The sensitivity given.
        sensitivity: f64,
    },
}

fn checked(rho: f64, delta: f64) -> Result<(), ZcdpError> {
    if !(rho >= 0.0 && rho.is_finite()) {
        return Err(ZcdpError::Rho { rho });
    }
    if (0.0..=1.0).contains(&delta) {
        Ok(())
    } else {
        Err(ZcdpError::Delta { delta })
    }
}

/// Cost of as many releases, each of `rho`, on the same people.
///
/// # Shape and units
///
/// - `rho`: at least 0 and finite, without unit.
/// - returns: `rho` times the releases.
///
/// # Errors
///
/// [`ZcdpError::Rho`], also if the sum is not finite.
///
/// # References
///
/// Bun, M. and Steinke, T. (2016). Concentrated differential privacy: simplifications, extensions,
/// and lower bounds. *TCC 2016-B*, 635–658, lemma 1.7.
pub fn compose(rho: f64, releases: u64) -> Result<f64, ZcdpError> {
    checked(rho, 0.0)?;
    let total = rho * releases as f64;
    checked(total, 0.0)?;
    Ok(total)
}

/// Smallest epsilon known for a cost `rho` at `delta`.
///
/// The least over `alpha > 1` of `alpha rho + ln(1 / (alpha delta)) / (alpha - 1) + ln(1 - 1 / alpha)`,
/// and never below 0. Its derivative is 0 where `t = alpha - 1` has `rho t² + ln(1 + t) = ln(1 / delta)`,
/// which happens once.
///
/// # Shape and units
///
/// - `rho`: at least 0 and finite.
/// - `delta`: in `[0, 1]`, such as 1e-6: well below one in the number of people.
/// - returns: 0 or above; infinite if `delta` is 0 and `rho` is not.
///
/// # Errors
///
/// [`ZcdpError::Rho`], [`ZcdpError::Delta`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::zcdp::{epsilon, epsilon_simple};
///
/// // Tighter than the simple bound, and nothing where nothing was released.
/// assert!(epsilon(0.5, 1e-9)? < epsilon_simple(0.5, 1e-9)?);
/// assert_eq!(epsilon(0.0, 1e-9)?, 0.0);
/// # Ok::<(), pengayom_measure::zcdp::ZcdpError>(())
/// ```
///
/// # References
///
/// Canonne, C., Kamath, G. and Steinke, T. (2020). The discrete Gaussian for differential privacy.
/// *NeurIPS* 33, 15676–15688, proposition 12 and corollary 13.
pub fn epsilon(rho: f64, delta: f64) -> Result<f64, ZcdpError> {
    checked(rho, delta)?;
    let certainty = -delta.ln();
    if rho == 0.0 || certainty <= 0.0 {
        return Ok(0.0);
    }
    if certainty.is_infinite() {
        return Ok(f64::INFINITY);
    }
    // Either term alone is already too large at its end.
    let end = (certainty / rho).sqrt().min(certainty.exp_m1());
    let t = quantile::threshold(0.0, end, |t| rho * t * t + t.ln_1p() >= certainty);
    let least = (1.0 + t) * rho + (certainty - t.ln_1p()) / t - t.recip().ln_1p();
    Ok(least.max(0.0))
}

/// The simple bound `rho + 2 sqrt(rho ln(1 / delta))`, which can be checked by hand.
///
/// # Shape and units
///
/// As [`epsilon`], which is never above it.
///
/// # Errors
///
/// As [`epsilon`].
///
/// # References
///
/// Bun and Steinke (2016), as [`compose`], proposition 1.3.
pub fn epsilon_simple(rho: f64, delta: f64) -> Result<f64, ZcdpError> {
    checked(rho, delta)?;
    if rho == 0.0 {
        return Ok(0.0);
    }
    // Adding 0 makes one zero of the two.
    Ok(rho + 2.0 * (rho * (0.0 - delta.ln())).sqrt())
}

/// Scale of the Gaussian noise that costs `rho`: `sensitivity / sqrt(2 rho)`.
///
/// # Shape and units
///
/// - `sensitivity`: by how much one person can change the figure, in its unit.
/// - returns: standard deviation in the unit of the figure; infinite if `rho` is 0.
///
/// # Errors
///
/// [`ZcdpError::Rho`], [`ZcdpError::Sensitivity`].
///
/// # References
///
/// Bun and Steinke (2016), as [`compose`], proposition 1.6.
pub fn gaussian_scale(rho: f64, sensitivity: f64) -> Result<f64, ZcdpError> {
    checked(rho, 0.0)?;
    if !(sensitivity > 0.0 && sensitivity.is_finite()) {
        return Err(ZcdpError::Sensitivity { sensitivity });
    }
    Ok(sensitivity / (2.0 * rho).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn losses_that_are_none_are_refused() {
        for rho in [-1.0, f64::NAN, f64::INFINITY] {
            for method in [epsilon, epsilon_simple] {
                assert!(matches!(method(rho, 1e-6), Err(ZcdpError::Rho { .. })));
            }
            assert!(compose(rho, 1).is_err() && gaussian_scale(rho, 1.0).is_err());
        }
        for delta in [-1e-9, 1.5, f64::NAN] {
            for method in [epsilon, epsilon_simple] {
                assert!(matches!(method(0.1, delta), Err(ZcdpError::Delta { .. })));
            }
        }
        assert!(matches!(compose(f64::MAX, 2), Err(ZcdpError::Rho { .. })));
        assert!(matches!(
            gaussian_scale(0.1, 0.0),
            Err(ZcdpError::Sensitivity { .. })
        ));
    }

    #[test]
    fn the_ends_have_their_limits() {
        assert!(epsilon(0.0, 0.0).unwrap().abs() < 1e-15);
        assert!(epsilon(0.1, 0.0).unwrap().is_infinite());
        assert!(epsilon(0.1, 1.0).unwrap().abs() < 1e-15);
        assert!((epsilon_simple(0.1, 1.0).unwrap() - 0.1).abs() < 1e-15);
        // As the peer: so little is lost that delta covers it.
        assert!(epsilon(1e-8, 0.1).unwrap().abs() < 1e-15);
        assert!(gaussian_scale(0.0, 1.0).unwrap().is_infinite());
    }

    proptest! {
        #[test]
        fn the_tight_bound_is_the_least_and_below_the_simple_one(
            rho in -12.0_f64..3.0, delta in -30.0_f64..-0.01
        ) {
            let (rho, delta) = (rho.exp(), delta.exp());
            let tight = epsilon(rho, delta).unwrap();
            prop_assert!(tight <= epsilon_simple(rho, delta).unwrap() + 1e-12);
            for step in -400_i32..400 {
                let t = (f64::from(step) / 20.0).exp();
                let at = (1.0 + t) * rho - (delta.ln() + t.ln_1p()) / t - t.recip().ln_1p();
                prop_assert!(tight <= at.max(0.0) + 1e-9 * (1.0 + at.abs()), "{t} {at} {tight}");
            }
        }

        #[test]
        fn more_releases_lose_more(rho in 1e-6_f64..1.0, releases in 1_u64..1000) {
            let total = compose(rho, releases).unwrap();
            prop_assert!(epsilon(total, 1e-6).unwrap() >= epsilon(rho, 1e-6).unwrap());
            // The noise that costs rho costs it.
            let scale = gaussian_scale(rho, 3.0).unwrap();
            prop_assert!((9.0 / (2.0 * scale * scale) - rho).abs() < 1e-12);
        }
    }
}
