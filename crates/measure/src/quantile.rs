//! Quantiles and roots that the intervals need.

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc;
use statrs::function::gamma::{gamma_lr, gamma_ur};

/// Probability left out at each end of a 95 % interval.
pub(crate) const TAIL_95: f64 = 0.025;

/// Halvings after which an interval of doubles cannot get smaller: its ends are neighbours, or
/// both are closer to 0 than any count can bring a quantile (2^-200).
const HALVINGS: usize = 200;

/// The number from which on `is_beyond` holds, between two ends, to the last bit.
///
/// `is_beyond` must hold nowhere below the number and everywhere above it.
pub(crate) fn threshold(mut low: f64, mut high: f64, is_beyond: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_beyond(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low + (high - low) / 2.0
}

/// Quantile of the beta distribution.
///
/// - `a`, `b`: shapes, above 0.
/// - `below`: probability below the quantile, in (0, 1).
/// - returns: a share in `[0, 1]`, within some units of the last digit of what the incomplete beta
///   function gives (relative error below 1e-11 for shapes up to 1e6).
pub(crate) fn beta(a: f64, b: f64, below: f64) -> f64 {
    threshold(0.0, 1.0, |x| beta_reg(a, b, x) >= below)
}

/// Quantile of the gamma distribution with scale 1.
///
/// - `shape`: above 0.
/// - `below`: probability below the quantile, in (0, 1).
pub(crate) fn gamma(shape: f64, below: f64) -> f64 {
    // Above the mean by 40 standard deviations and 40 more lies less than 1e-16.
    let end = shape + 40.0 * shape.sqrt() + 40.0;
    if below > 0.5 {
        // The upper tail is computed by itself, so that it does not drown beside 1.
        threshold(0.0, end, |x| gamma_ur(shape, x) <= 1.0 - below)
    } else {
        threshold(0.0, end, |x| gamma_lr(shape, x) >= below)
    }
}

/// Probability of a standard-normal number at least as far from 0 as `z`.
pub(crate) fn two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_with_a_closed_form_are_met() {
        // One count: the exponential distribution. One trial: powers.
        for below in [0.001, 0.025, 0.5, 0.975, 0.999] {
            let exact = -(1.0_f64 - below).ln();
            assert!((gamma(1.0, below) / exact - 1.0).abs() < 1e-12, "{below}");
            assert!((beta(3.0, 1.0, below) / below.cbrt() - 1.0).abs() < 1e-12);
            let exact = 1.0 - (1.0 - below).sqrt();
            assert!((beta(1.0, 2.0, below) / exact - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn a_threshold_is_found_to_the_last_bit() {
        let root = threshold(0.0, 2.0, |x| x * x >= 2.0);
        assert!((root - std::f64::consts::SQRT_2).abs() < 1e-15);
    }
}
