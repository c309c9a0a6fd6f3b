//! Parts of the gamma function that stay exact where its logarithm is huge.
//!
//! Differences of log-gammas of counts lose as many digits as the counts have. Written as Stirling's
//! formula, the large terms cancel on paper instead, and what is left is small.

use libm::lgamma;

/// Half the logarithm of 2π.
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// From here on the series below is right to the last bits.
const SERIES_FROM: f64 = 10.0;

/// What Stirling's formula leaves out: ln Γ(x) - ((x - 1/2) ln x - x + ln √(2π)), for `x` above 0.
///
/// Abramowitz and Stegun (1964), 6.1.41.
pub(crate) fn stirling_error(x: f64) -> f64 {
    if x < SERIES_FROM {
        return lgamma(x) - (x - 0.5) * x.ln() + x - HALF_LN_2_PI;
    }
    // Bernoulli numbers: B(2k) / (2k (2k - 1)), from the last to the first.
    let terms = [
        1.0 / 156.0,
        -691.0 / 360_360.0,
        1.0 / 1_188.0,
        -1.0 / 1_680.0,
        1.0 / 1_260.0,
        -1.0 / 360.0,
        1.0 / 12.0,
    ];
    let inverse2 = (1.0 / x).powi(2);
    terms.iter().fold(0.0, |sum, term| sum * inverse2 + term) / x
}

/// How far a count is from its mean, in log-likelihood: x ln(x / m) + m - x, never below 0.
///
/// - `x`: 0 or above; `m`: above 0.
///
/// Loader, C. (2000). *Fast and Accurate Computation of Binomial Probabilities*, his `bd0`.
pub(crate) fn deviance(x: f64, m: f64) -> f64 {
    if x <= 0.0 {
        return m;
    }
    let difference = x - m;
    if difference.abs() < 0.1 * (x + m) {
        // The two parts nearly cancel: sum the series in v = (x - m) / (x + m).
        let v = difference / (x + m);
        let v2 = v * v;
        let mut sum = difference * v;
        let mut power = 2.0 * x * v;
        for odd in (3_u32..1_000).step_by(2) {
            power *= v2;
            let next = sum + power / f64::from(odd);
            if (next - sum).abs() <= f64::EPSILON * next.abs() * 0.25 {
                return next.max(0.0);
            }
            sum = next;
        }
        return sum.max(0.0);
    }
    (x * (x / m).ln() + m - x).max(0.0)
}

/// ln B(a, b) - a ln p - b ln(1 - p) - ln √(2π): how the beta function stands to the chances of
/// `a` and `b` at share `p`.
pub(crate) fn beta_against(a: f64, b: f64, p: f64) -> f64 {
    let n = a + b;
    deviance(a, n * p)
        + deviance(b, n * (1.0 - p))
        + 0.5 * (n.ln() - a.ln() - b.ln())
        + stirling_error(a)
        + stirling_error(b)
        - stirling_error(n)
}

/// ln Γ(a) - a ln m + m - ln √(2π): how the gamma function stands to the chance of `a` at mean `m`.
pub(crate) fn gamma_against(a: f64, m: f64) -> f64 {
    deviance(a, m) + stirling_error(a) - 0.5 * a.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_series_and_the_function_meet() {
        for x in [10.0, 12.5, 20.0, 33.3] {
            let direct = lgamma(x) - (x - 0.5) * x.ln() + x - HALF_LN_2_PI;
            assert!((stirling_error(x) - direct).abs() < 1e-13, "{x}");
        }
        // Γ(1/2) = √π.
        let half = stirling_error(0.5) - 0.5 + HALF_LN_2_PI;
        assert!((half - std::f64::consts::PI.sqrt().ln()).abs() < 1e-15);
    }

    #[test]
    fn what_cancels_stays_exact() {
        // x = m + 1 at a thousand million: 1 / (2 m) - 1 / (6 m²) + ..., where the plain formula gives 0.
        let m = 1e9;
        assert!((deviance(m + 1.0, m) * 2.0 * m - (1.0 - 1.0 / (3.0 * m))).abs() < 1e-9);
        assert!(deviance(5.0, 5.0).abs() < 1e-300 && (deviance(0.0, 3.0) - 3.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn both_forms_are_the_functions_themselves(a in 0.1_f64..300.0, b in 0.1_f64..300.0, p in 0.01_f64..0.99) {
            let plain = lgamma(a) + lgamma(b) - lgamma(a + b) - a * p.ln() - b * (1.0 - p).ln() - HALF_LN_2_PI;
            prop_assert!((beta_against(a, b, p) - plain).abs() < 1e-10 * (1.0 + plain.abs()));
            let plain = lgamma(a) - a * b.ln() + b - HALF_LN_2_PI;
            prop_assert!((gamma_against(a, b) - plain).abs() < 1e-10 * (1.0 + plain.abs()));
        }
    }
}
