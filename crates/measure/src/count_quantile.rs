//! Quantiles of counts: binomial, Poisson, and of fair coins.

#![allow(clippy::many_single_char_names, reason = "the letters of the formulas")]

use crate::incomplete::{Level, beta, binomial};

/// Variance from which on a binomial quantile is that of the normal distribution with its skewness:
/// what is left out is below 1e-4 counts there.
const NORMAL_FROM: f64 = 1e9;

/// Quantiles of the binomial distribution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantile {
    /// The least count with at least the level's probability at or below it.
    pub(crate) count: f64,
    /// The same less the part of its own probability that goes beyond the level: up to 1 below 0
    /// where even 0 successes are likelier than the level.
    pub(crate) smooth: f64,
}

/// Quantile of the binomial distribution, also made continuous.
///
/// - `n`: trials, whole, above 0; `p = 1 - q`: probability of success.
pub(crate) fn binomial_quantile(level: &Level, n: f64, p: f64, q: f64) -> Quantile {
    let (below, z) = level.below();
    let at_or_below = |r: f64| {
        if r < 0.0 {
            0.0
        } else if r >= n {
            1.0
        } else {
            beta(n - r, r + 1.0, q, p).0
        }
    };
    let variance = n * p * q;
    let guess = n * p + z * variance.sqrt() + (z * z - 1.0) * (q - p) / 6.0;
    if variance <= 0.0 {
        // None or all, for certain.
        let (count, smooth) = (n * p, n * p);
        return Quantile { count, smooth };
    }
    if variance >= NORMAL_FROM {
        let smooth = guess - 0.5;
        let count = smooth.ceil();
        return Quantile { count, smooth };
    }
    let mut r = guess.round().clamp(0.0, n);
    let (mut sum, mut own) = (at_or_below(r), binomial(r, n, p, q));
    // The guess is mostly right within one or two; probabilities beside it follow by their ratio.
    while sum < below && r < n {
        r += 1.0;
        own = binomial(r, n, p, q);
        sum += own;
    }
    while r > 0.0 && sum - own >= below {
        sum -= own;
        r -= 1.0;
        own = binomial(r, n, p, q);
    }
    let smooth = if own > 0.0 {
        r - (sum - below) / own
    } else {
        r
    };
    Quantile { count: r, smooth }
}

/// Counts at the ends of what chance gives where `expected` are: `low` of the level of the lower end,
/// `high` of the upper.
///
/// - returns: the least count with more than the probability left out at or below it, and the greatest
///   with more than that at or above it. Both by the gamma distribution: at least `x` of `m` expected
///   has the probability that a gamma number of shape `x` is below `m`.
pub(crate) fn poisson_counts(low: &Level, high: &Level, expected: f64) -> (f64, f64) {
    if expected >= NORMAL_FROM {
        // A count more or less is nothing here.
        return (low.gamma(expected), high.gamma(expected + 1.0));
    }
    let guess = |level: &Level| {
        let (_, z) = level.below();
        let at = expected + z * expected.sqrt() + (z * z - 1.0) / 6.0;
        at.round().max(0.0)
    };
    let is_likely_below = |x: f64| high.gamma(x + 1.0) > expected;
    let is_likely_above = |x: f64| x <= 0.0 || low.gamma(x) < expected;
    let mut least = guess(low);
    while !is_likely_below(least) {
        least += 1.0;
    }
    while least > 0.0 && is_likely_below(least - 1.0) {
        least -= 1.0;
    }
    let mut most = guess(high);
    while !is_likely_above(most) {
        most -= 1.0;
    }
    while is_likely_above(most + 1.0) {
        most += 1.0;
    }
    (least, most)
}

/// The least number of successes that at least 5 % of `trials` fair coins are at or below.
pub(crate) fn fair_coin_5_percent(trials: u64) -> u64 {
    let n = trials as f64;
    let at_or_below = |r: f64| {
        if r >= n {
            1.0
        } else {
            beta(n - r, r + 1.0, 0.5, 0.5).0
        }
    };
    let mut r = (n / 2.0 - 1.645 * (n / 4.0).sqrt() - 0.5).round().max(0.0);
    while r > 0.0 && at_or_below(r - 1.0) >= 0.05 {
        r -= 1.0;
    }
    while at_or_below(r) < 0.05 {
        r += 1.0;
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 0 and the trials"
    )]
    let successes = r as u64;
    successes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_fair_coin_gives_its_five_percent() {
        for n in 0_u64..60 {
            let (mut ways, mut sum, mut least) = (1_u128, 1_u128, 0_u128);
            // 20 times the sum of binomial coefficients against 2^n.
            while sum * 20 < 1 << n {
                ways = ways * (u128::from(n) - least) / (least + 1);
                least += 1;
                sum += ways;
            }
            assert_eq!(u128::from(fair_coin_5_percent(n)), least, "{n}");
        }
        // The normal approximation, where it cannot be off by more than one.
        let many = fair_coin_5_percent(10_000_000);
        assert!(many.abs_diff(4_997_399) <= 1, "{many}");
    }

    #[test]
    fn a_smooth_binomial_quantile_goes_through_the_steps() {
        let level = Level::new(0.0, 0.5, 0.5);
        // Two fair coins: ¼, ½, ¼. Half lies at 1, less half of its own probability.
        assert!((binomial_quantile(&level, 2.0, 0.5, 0.5).smooth - 0.5).abs() < 1e-12);
        // What is certain has no steps.
        for (p, all) in [(0.0, 0.0), (1.0, 3.0)] {
            let found = binomial_quantile(&level, 3.0, p, 1.0 - p);
            assert_eq!((found.count, found.smooth), (all, all));
        }
    }

    #[test]
    fn where_there_are_many_the_normal_quantile_takes_over_without_a_jump() {
        for (level, p) in [(Level::low_95(), 0.5), (Level::high_95(), 0.01)] {
            let at = |variance: f64| {
                let n = (variance / p / (1.0 - p)).round();
                let z = (binomial_quantile(&level, n, p, 1.0 - p).smooth - n * p)
                    / (n * p * (1.0 - p)).sqrt();
                z - level.below().1
            };
            assert!((at(0.9999 * NORMAL_FROM) - at(1.0001 * NORMAL_FROM)).abs() < 1e-7);
        }
    }

    #[test]
    fn counts_of_few_expected_are_those_of_the_table() {
        // Poisson with mean 1: none 0.368, at least 4 0.019; with mean 4: none 0.018, one or none 0.092.
        let (low, high) = (Level::low_95(), Level::high_95());
        assert_eq!(poisson_counts(&low, &high, 1.0), (0.0, 3.0));
        assert_eq!(poisson_counts(&low, &high, 4.0), (1.0, 8.0));
        assert_eq!(poisson_counts(&low, &high, 1e-9), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn a_smooth_binomial_quantile_is_that_of_added_up_probabilities(n in 1_u32..60, p in 0.001_f64..0.999) {
            let trials = f64::from(n);
            for level in [Level::low_95(), Level::high_95()] {
                let (mut r, mut sum) = (0.0, 0.0);
                let mut own;
                loop {
                    own = binomial(r, trials, p, 1.0 - p);
                    sum += own;
                    if sum >= level.below().0 || r >= trials {
                        break;
                    }
                    r += 1.0;
                }
                let expected = r - (sum - level.below().0) / own;
                let found = binomial_quantile(&level, trials, p, 1.0 - p);
                prop_assert!((found.smooth - expected).abs() < 1e-7, "{found:?} {expected}");
                prop_assert!((found.count - r).abs() < 1e-12, "{found:?} {r}");
            }
        }

        /// Beside probabilities added up one by one.
        #[test]
        fn counts_by_chance_leave_out_no_more_than_their_level(log_m in -4.0_f64..5.0) {
            let m = log_m.exp();
            let (low, high) = (Level::low_95(), Level::high_95());
            let (least, most) = poisson_counts(&low, &high, m);
            let at = |x: f64| (x * m.ln() - m - statrs::function::gamma::ln_gamma(x + 1.0)).exp();
            let from = |first: f64| -> f64 { (0..400).map(|k| at(first + f64::from(k))).sum() };
            let to = |last: f64| -> f64 {
                (0..1000).map(f64::from).take_while(|x| *x <= last).map(at).sum()
            };
            prop_assert!(to(least) > 0.025 && to(least - 1.0) <= 0.025 + 1e-12);
            prop_assert!(from(most) > 0.025 && from(most + 1.0) <= 0.025 + 1e-12);
        }
    }
}
