//! Noise that is added before figures are published: how far it reaches, how likely each amount is.

use statrs::function::erf::erfc;

use crate::quantile;

/// Why nothing can be said of noise.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NoiseError {
    /// A scale that is none.
    #[error("scale must be above 0 and at most {SCALE_MAX}: found {scale}")]
    Scale {
        /// The scale given.
        scale: f64,
    },
    /// A probability that is none.
    #[error("alpha must be above 0 and at most 1: found {alpha}")]
    Alpha {
        /// The probability given.
        alpha: f64,
    },
    /// A loss of privacy that is none.
    #[error("epsilon must be above 0 and finite: found {epsilon}")]
    Epsilon {
        /// The loss given.
        epsilon: f64,
    },
}

/// Largest scale: beyond it, noise is no longer counted in whole numbers exactly.
pub const SCALE_MAX: f64 = 1e12;

/// From this scale on the sum of discrete Gaussian probabilities is taken as an area, with the
/// first correction; what is left out is below one in 10^12.
const AREA_FROM: f64 = 200.0;

fn checked(scale: f64, alpha: f64) -> Result<(), NoiseError> {
    if !(scale > 0.0 && scale <= SCALE_MAX) {
        return Err(NoiseError::Scale { scale });
    }
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(NoiseError::Alpha { alpha });
    }
    Ok(())
}

/// How far Laplace noise reaches: with probability `alpha` it is at least this far from 0.
///
/// # Shape and units
///
/// - `scale`: of the noise, in the unit of the figure; above 0, at most [`SCALE_MAX`].
/// - `alpha`: in (0, 1]; 0.05 for 95 % accuracy.
/// - returns: `scale ln(1 / alpha)`, in the unit of the figure.
///
/// # Errors
///
/// [`NoiseError::Scale`], [`NoiseError::Alpha`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::noise::laplace_reach;
///
/// assert!((laplace_reach(10.0, 0.05)? - 10.0 * 20.0_f64.ln()).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::noise::NoiseError>(())
/// ```
///
/// # References
///
/// Dwork, C. and Roth, A. (2014). *The Algorithmic Foundations of Differential Privacy*, fact 3.7.
pub fn laplace_reach(scale: f64, alpha: f64) -> Result<f64, NoiseError> {
    checked(scale, alpha)?;
    Ok(scale * alpha.recip().ln())
}

/// How far discrete Laplace (two-sided geometric) noise reaches: the number `a` with
/// `P(|noise| >= a) = alpha`, were it counted between whole numbers too.
///
/// # Shape and units
///
/// As [`laplace_reach`]. Not rounded; the whole number below or at it may stand in its place.
///
/// # Errors
///
/// As [`laplace_reach`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::noise::{discrete_laplace_reach, geometric_probability};
///
/// // P(|noise| >= 2) is 1 less the middle three.
/// let of = |k| geometric_probability(1.0, k);
/// let alpha = 1.0 - of(0)? - 2.0 * of(1)?;
/// assert!((discrete_laplace_reach(1.0, alpha)? - 2.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::noise::NoiseError>(())
/// ```
///
/// # References
///
/// Ghosh, A., Roughgarden, T. and Sundararajan, M. (2012). Universally utility-maximizing privacy
/// mechanisms. *SIAM J. Computing* 41(6), 1673–1693.
pub fn discrete_laplace_reach(scale: f64, alpha: f64) -> Result<f64, NoiseError> {
    checked(scale, alpha)?;
    // scale ln(2 / (alpha (e^(1/scale) + 1))) + 1, without a power that overflows.
    let beside = (-scale.recip()).exp().ln_1p();
    Ok(scale * ((2.0 / alpha).ln() - beside))
}

/// How far discrete Gaussian noise reaches: the smallest whole number `a` with
/// `P(|noise| >= a) <= alpha`.
///
/// # Shape and units
///
/// As [`laplace_reach`]; a whole number, at least 1. Time grows with the scale up to 200, then no more.
///
/// # Errors
///
/// As [`laplace_reach`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::noise::discrete_gaussian_reach;
///
/// // With scale 1, |noise| is 2 or more in 5.4 % of cases... and 3 or more in under 1 %.
/// assert_eq!(discrete_gaussian_reach(1.0, 0.05)?, 3.0);
/// # Ok::<(), pengayom_measure::noise::NoiseError>(())
/// ```
///
/// # References
///
/// Canonne, C., Kamath, G. and Steinke, T. (2020). The discrete Gaussian for differential privacy.
/// *NeurIPS* 33, 15676–15688.
pub fn discrete_gaussian_reach(scale: f64, alpha: f64) -> Result<f64, NoiseError> {
    checked(scale, alpha)?;
    if scale < AREA_FROM {
        return Ok(f64::from(by_sum(scale, alpha)));
    }
    let reached = quantile::threshold(0.0, 40.0 * scale, |to| beyond(scale, to) <= alpha);
    // The least whole number whose tail is small enough lies within one of the root.
    let mut reach = (reached.floor() - 1.0).max(0.0);
    while beyond(scale, reach) > alpha {
        reach += 1.0;
    }
    Ok(reach + 1.0)
}

/// Sums from the far end, where the terms are smallest.
fn by_sum(scale: f64, alpha: f64) -> u32 {
    let density = |k: u32| (-(f64::from(k) / scale).powi(2) / 2.0).exp();
    // e^(-40²/2) is 0 as a number; the scale is below 200.
    let mut end = 1;
    while density(end) > 0.0 {
        end += 1;
    }
    let all = (1..end).rev().map(density).sum::<f64>() * 2.0 + 1.0;
    let mut tail = 0.0;
    let mut reach = end;
    while reach > 1 {
        tail += 2.0 * density(reach - 1);
        if tail > alpha * all {
            break;
        }
        reach -= 1;
    }
    reach
}

/// Probability that discrete Gaussian noise of a large scale lies beyond `to`.
///
/// Euler and Maclaurin at half steps: the sum over the whole numbers from `-to` to `to` is the
/// area from `-to - 1/2` to `to + 1/2` and a 24th of the slope at its ends.
fn beyond(scale: f64, to: f64) -> f64 {
    let end = (to + 0.5) / scale;
    let slope =
        end * (-end * end / 2.0).exp() / (scale * scale * (2.0 * std::f64::consts::PI).sqrt());
    erfc(end / std::f64::consts::SQRT_2) - slope / 12.0
}

/// Probability of an amount of two-sided geometric noise: `(1 - a) / (1 + a) a^|k|` with
/// `a = e^-epsilon`.
///
/// # Shape and units
///
/// - `epsilon`: loss of privacy of a count in which one person makes a difference of 1; above 0.
/// - `k`: the amount, either side.
/// - returns: in (0, 1); over all whole numbers they add up to 1.
///
/// # Errors
///
/// [`NoiseError::Epsilon`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::noise::geometric_probability;
///
/// // With epsilon ln 3, a is 1/3: half of the time there is no noise.
/// assert!((geometric_probability(3.0_f64.ln(), 0)? - 0.5).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::noise::NoiseError>(())
/// ```
///
/// # References
///
/// Ghosh et al. (2012), as [`discrete_laplace_reach`].
pub fn geometric_probability(epsilon: f64, k: u32) -> Result<f64, NoiseError> {
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(NoiseError::Epsilon { epsilon });
    }
    Ok((epsilon / 2.0).tanh() * (-epsilon * f64::from(k)).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn noise_that_is_none_is_refused() {
        for method in [
            laplace_reach,
            discrete_laplace_reach,
            discrete_gaussian_reach,
        ] {
            for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 2e12] {
                assert!(matches!(method(scale, 0.05), Err(NoiseError::Scale { .. })));
            }
            for alpha in [0.0, -0.1, 1.1, f64::NAN] {
                assert!(matches!(method(1.0, alpha), Err(NoiseError::Alpha { .. })));
            }
        }
        for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                geometric_probability(epsilon, 0),
                Err(NoiseError::Epsilon { .. })
            ));
        }
    }

    #[test]
    fn tiny_scales_do_not_overflow() {
        assert!(
            (discrete_laplace_reach(0.001, 0.05).unwrap() - 0.001 * 40.0_f64.ln()).abs() < 1e-15
        );
        assert!((discrete_gaussian_reach(1e-9, 1e-9).unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_area_and_the_sum_agree_where_they_meet() {
        for scale in [199.9, 150.0, 60.0] {
            for alpha in [0.5, 0.05, 1e-6] {
                let sum = f64::from(by_sum(scale, alpha));
                let small = beyond(scale, sum - 1.0) <= alpha && beyond(scale, sum - 2.0) > alpha;
                assert!(small, "{scale} {alpha} {sum}");
            }
        }
        // Peer values, by its own sum.
        for (scale, alpha, reach) in [
            (1000.0, 0.05, 1961.0),
            (1000.0, 0.5, 675.0),
            (1000.0, 1e-9, 6110.0),
            (1000.0, 1.0, 1.0),
            (100_000.0, 0.05, 195_997.0),
            (100_000.0, 0.5, 67_450.0),
        ] {
            let found = discrete_gaussian_reach(scale, alpha).unwrap();
            assert!((found - reach).abs() < 1e-9, "{scale} {alpha} {found}");
        }
    }

    proptest! {
        #[test]
        fn geometric_noise_adds_up_to_one_and_is_even_more_likely_nearer(epsilon in 0.05_f64..5.0) {
            let p = |k| geometric_probability(epsilon, k).unwrap();
            let all: f64 = p(0) + 2.0 * (1..2000).map(p).sum::<f64>();
            prop_assert!((all - 1.0).abs() < 1e-10);
            // One person more or less changes no probability by more than e^epsilon.
            prop_assert!((p(3) / p(4) - epsilon.exp()).abs() < 1e-9 * epsilon.exp());
        }

        #[test]
        fn noise_reaches_further_with_its_scale_and_with_certainty(
            scale in 0.1_f64..50.0, more in 1.0_f64..3.0, alpha in 0.001_f64..0.5
        ) {
            for method in [laplace_reach, discrete_laplace_reach, discrete_gaussian_reach] {
                let base = method(scale, alpha).unwrap();
                prop_assert!(method(scale * more, alpha).unwrap() >= base);
                prop_assert!(method(scale, alpha / more).unwrap() >= base);
            }
        }

        #[test]
        fn the_tail_from_the_reach_on_is_the_first_that_is_small_enough(
            scale in 0.2_f64..12.0, alpha in 0.0001_f64..0.9
        ) {
            let reach = discrete_gaussian_reach(scale, alpha).unwrap();
            let density = |k: i32| (-(f64::from(k) / scale).powi(2) / 2.0).exp();
            let all: f64 = (-600..=600).map(density).sum();
            let tail = |from: f64| {
                let far = (-600..=600).filter(|k| f64::from(*k).abs() >= from);
                far.map(density).sum::<f64>() / all
            };
            prop_assert!(tail(reach) <= alpha + 1e-12);
            prop_assert!(tail(reach - 1.0) >= alpha - 1e-12);
        }
    }
}
