//! Parts of the gamma function that stay exact where its logarithm is huge.
//!
//! Differences of log-gammas of counts lose as many digits as the counts have. Written as Stirling's
//! formula, the large terms cancel on paper instead, and what is left is small.

/// From here on the series below is right to the last bits.
const SERIES_FROM: f64 = 10.0;

/// What it leaves out at 1/2, 1, 3/2, ..., 19/2: where most counts and priors are.
const AT_HALVES: [f64; 19] = [
    0.153_426_409_720_027_36,
    0.081_061_466_795_327_26,
    0.054_814_121_051_917_65,
    0.041_340_695_955_409_3,
    0.033_162_873_519_936_29,
    0.027_677_925_684_998_34,
    0.023_746_163_656_297_496,
    0.020_790_672_103_765_093,
    0.018_488_450_532_673_187,
    0.016_644_691_189_821_193,
    0.015_134_973_221_917_378,
    0.013_876_128_823_070_748,
    0.012_810_465_242_920_227,
    0.011_896_709_945_891_77,
    0.011_104_559_758_206_917,
    0.010_411_265_261_972_096,
    0.009_799_416_126_158_804,
    0.009_255_462_182_712_733,
    0.008_768_700_134_139_386,
];

/// Below this sum of a count and its mean what cancels between them is below 1e-13.
const SMALL: f64 = 300.0;

/// What Stirling's formula leaves out: ln Γ(x) - ((x - 1/2) ln x - x + ln √(2π)), for `x` above 0.
///
/// Abramowitz and Stegun (1964), 6.1.41.
pub(crate) fn stirling_error(x: f64) -> f64 {
    if x < SERIES_FROM {
        return below_the_series(x);
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

/// The same where the series does not hold: Γ(x) = Γ(x + k) / (x (x + 1) ... (x + k - 1)).
fn below_the_series(x: f64) -> f64 {
    let halves = 2.0 * x;
    if halves.fract().abs() < f64::EPSILON && halves >= 1.0 {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, 1 to 19"
        )]
        let known = AT_HALVES.get(halves as usize - 1);
        if let Some(known) = known {
            return *known;
        }
    }
    let (mut product, mut far) = (x, x + 1.0);
    while far < SERIES_FROM {
        product *= far;
        far += 1.0;
    }
    // All but the series is one logarithm's worth: what is large in both formulas is the same.
    stirling_error(far) + (far - 0.5) * (far / x).ln() + (far - x) * x.ln()
        - (far - x)
        - product.ln()
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
    if x + m > SMALL && difference.abs() < 0.1 * (x + m) {
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
        + 0.5 * (n / a / b).ln()
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
    const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

    use super::*;
    use libm::lgamma;
    use proptest::prelude::*;

    #[test]
    fn the_series_and_the_function_meet() {
        for x in [10.0, 12.5, 20.0, 33.3] {
            let direct = lgamma(x) - (x - 0.5) * x.ln() + x - HALF_LN_2_PI;
            assert!((stirling_error(x) - direct).abs() < 1e-13, "{x}");
        }
        for x in [1e-9, 0.01, 0.5, 1.0, 1.5, 2.0, 5.5, 9.99] {
            let direct = lgamma(x) - (x - 0.5) * x.ln() + x - HALF_LN_2_PI;
            assert!((stirling_error(x) - direct).abs() < 2e-14, "{x}");
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
