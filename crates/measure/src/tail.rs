//! Two-sided p values of the normal and the t distribution, right far out in the tail.

use libm::erfc;
use statrs::function::beta::beta_reg;

use crate::quantile::{TAIL_95, threshold};

/// Probability that a standard normal number is as far from 0 as `z` or farther.
///
/// `libm`'s complementary error function is right to the last bit or two down to 1e-308; that of
/// `statrs` to ten digits.
pub(crate) fn normal(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The same of Student's t distribution with `df` degrees of freedom, above 0.
pub(crate) fn student(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    beta_reg(df / 2.0, 0.5, df / (df + t * t))
}

/// Two-sided 95 % quantile of Student's t distribution.
pub(crate) fn student_95(df: f64) -> f64 {
    // One degree of freedom has the longest tails: its quantile is 12.7.
    threshold(1.9, 13.0, |t| student(t, df) <= 2.0 * TAIL_95)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_the_tables() {
        // scipy 1.17.1: 2 * norm.sf(z).
        for (z, p) in [
            (0.0, 1.0),
            (1.959_963_984_540_054, 0.05),
            (-5.0, 5.733_031_437_583_866e-7),
            (31.5, 8.686_465_202_062_554e-218),
            (37.0, 1.145_114_244_504_785e-299),
        ] {
            assert!((normal(z) - p).abs() <= 1e-12 * p, "{z} {:e}", normal(z));
        }
        // One degree of freedom: the Cauchy distribution, 1 - 2 atan(t) / π.
        let cauchy = 1.0 - 2.0 * 3.0_f64.atan() / std::f64::consts::PI;
        assert!((student(3.0, 1.0) - cauchy).abs() < 1e-13);
        assert!((student_95(1.0) - 12.706_204_736_174_7).abs() < 1e-9);
        assert!((student_95(1e6) - 1.959_966_356_8).abs() < 1e-7);
        assert!(student(f64::INFINITY, 5.0) < 1e-300);
    }
}
