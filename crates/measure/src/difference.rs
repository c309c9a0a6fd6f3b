//! The difference of two shares, such as "answered in time" of two stations.

use crate::proportion::{Interval, ProportionError, Z_95, counts, wilson_interval};
use crate::quantile::{threshold, two_sided};

/// Newcombe's hybrid score 95 % interval for the first share minus the second (his method 10,
/// without continuity correction).
///
/// # Shape and units
///
/// - `first`, `second`: successes and trials, with successes at most trials.
/// - returns: both ends in `[-1, 1]`.
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::difference::newcombe;
///
/// // 56 of 70 against 48 of 80: the paper's example (a).
/// let interval = newcombe((56, 70), (48, 80))?;
/// assert_eq!(format!("{:.4} {:.4}", interval.low, interval.high), "0.0524 0.3339");
/// # Ok::<(), pengayom_measure::proportion::ProportionError>(())
/// ```
///
/// # References
///
/// Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
/// comparison of eleven methods. *Statistics in Medicine* 17(8), 873–890.
pub fn newcombe(first: (u64, u64), second: (u64, u64)) -> Result<Interval, ProportionError> {
    let (x1, n1) = counts(first.0, first.1)?;
    let (x2, n2) = counts(second.0, second.1)?;
    let (p1, p2) = (x1 / n1, x2 / n2);
    let of1 = wilson_interval(first.0, first.1, Z_95)?;
    let of2 = wilson_interval(second.0, second.1, Z_95)?;
    // Rounding alone could leave what a difference of shares can be.
    Ok(Interval {
        low: (p1 - p2 - (p1 - of1.low).hypot(of2.high - p2)).max(-1.0),
        high: (p1 - p2 + (of1.high - p1).hypot(p2 - of2.low)).min(1.0),
    })
}

/// Miettinen–Nurminen 95 % score interval for the first share minus the second.
///
/// # Shape and units
///
/// - `first`, `second`: successes and trials, with successes at most trials.
/// - returns: both ends in `[-1, 1]`.
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::difference::miettinen_nurminen;
///
/// // 56 of 70 against 48 of 80: example (a), method 6, of Newcombe (1998), table II.
/// let interval = miettinen_nurminen((56, 70), (48, 80))?;
/// assert_eq!(format!("{:.4} {:.4}", interval.low, interval.high), "0.0528 0.3382");
/// # Ok::<(), pengayom_measure::proportion::ProportionError>(())
/// ```
///
/// # References
///
/// Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. *Statistics in
/// Medicine* 4(2), 213–226.
pub fn miettinen_nurminen(
    first: (u64, u64),
    second: (u64, u64),
) -> Result<Interval, ProportionError> {
    score_interval(first, second, Linear::AsPublished)
}

/// Two-sided probability of a difference at least as large as this one, if both shares are the same:
/// the score test with the pooled share, which is Pearson's test of a two-by-two table without
/// continuity correction.
///
/// # Shape and units
///
/// - `first`, `second`: successes and trials, with successes at most trials.
/// - returns: in `[0, 1]`; 1 where no trial or every trial of both succeeded.
///
/// # Errors
///
/// As [`wilson_interval`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::difference::score_p;
///
/// // 15 of 20 against 5 of 20: z = 0.5 / sqrt(0.5 * 0.5 / 10) is the root of 10.
/// assert!((score_p((15, 20), (5, 20))? - 0.001_565_402_258).abs() < 1e-9);
/// # Ok::<(), pengayom_measure::proportion::ProportionError>(())
/// ```
///
/// # References
///
/// Pearson, K. (1900). On the criterion that a given system of deviations … *Philosophical Magazine*
/// 50(302), 157–175.
pub fn score_p(first: (u64, u64), second: (u64, u64)) -> Result<f64, ProportionError> {
    let (x1, n1) = counts(first.0, first.1)?;
    let (x2, n2) = counts(second.0, second.1)?;
    let pooled = (x1 + x2) / (n1 + n2);
    let variance = pooled * (1.0 - pooled) * (n1.recip() + n2.recip());
    if variance > 0.0 {
        Ok(two_sided((x1 / n1 - x2 / n2) / variance.sqrt()).min(1.0))
    } else {
        Ok(1.0)
    }
}

/// The interval that statsmodels 0.15.0 calls by the name of Miettinen and Nurminen, for comparing
/// with what was computed there. Use [`miettinen_nurminen`].
///
/// That library solves the cubic equation with the second count where the paper has its trials
/// (`count0 * diff` for `nobs0 * diff` in `score_test_proportions_2indep`), so that the variance is
/// not the most likely one; on the cases here its ends are up to 0.006 away.
///
/// # Shape and units
///
/// As [`miettinen_nurminen`]; `None` if a share is 0 or 1, where that library finds no ends.
///
/// # Errors
///
/// As [`wilson_interval`].
pub fn score_interval_of_statsmodels(
    first: (u64, u64),
    second: (u64, u64),
) -> Result<Option<Interval>, ProportionError> {
    let interval = score_interval(first, second, Linear::OfStatsmodels)?;
    let inside = |(successes, trials): (u64, u64)| (1..trials).contains(&successes);
    Ok((inside(first) && inside(second)).then_some(interval))
}

/// Which linear coefficient the cubic equation has.
#[derive(Debug, Clone, Copy)]
enum Linear {
    AsPublished,
    OfStatsmodels,
}

fn score_interval(
    first: (u64, u64),
    second: (u64, u64),
    linear: Linear,
) -> Result<Interval, ProportionError> {
    let (x1, n1) = counts(first.0, first.1)?;
    let (x2, n2) = counts(second.0, second.1)?;
    let found = x1 / n1 - x2 / n2;
    let n = n1 + n2;
    let is_rejected = |difference: f64| {
        let q2 = restricted_share(x1, n1, x2, n2, difference, linear);
        let q1 = q2 + difference;
        let variance = (q1 * (1.0 - q1) / n1 + q2 * (1.0 - q2) / n2) * n / (n - 1.0);
        (found - difference).powi(2) > Z_95 * Z_95 * variance.max(0.0)
    };
    Ok(Interval {
        low: found - threshold(0.0, 1.0 + found, |d| is_rejected(found - d)),
        high: found + threshold(0.0, 1.0 - found, |d| is_rejected(found + d)),
    })
}

/// The second share that makes the counts most likely while the first is `difference` above it.
///
/// Root of the likelihood's cubic equation in closed form, Miettinen and Nurminen (1985), appendix.
fn restricted_share(x1: f64, n1: f64, x2: f64, n2: f64, difference: f64, linear: Linear) -> f64 {
    let d = difference;
    let by_difference = match linear {
        Linear::AsPublished => n2,
        Linear::OfStatsmodels => x2,
    };
    let l3 = n1 + n2;
    let l2 = (n1 + 2.0 * n2) * d - l3 - (x1 + x2);
    let l1 = (by_difference * d - l3 - 2.0 * x2) * d + (x1 + x2);
    let l0 = x2 * d * (1.0 - d);
    let a = l2 / (3.0 * l3);
    let q = a.powi(3) - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3);
    let p = (a * a - l1 / (3.0 * l3)).max(0.0).sqrt().copysign(q);
    // Rounding must not carry the cosine out of its range.
    let cosine = if p == 0.0 {
        0.0
    } else {
        (q / p.powi(3)).clamp(-1.0, 1.0)
    };
    let angle = (std::f64::consts::PI + cosine.acos()) / 3.0;
    let share = 2.0 * p * angle.cos() - a;
    share.clamp(0.0_f64.max(-d), 1.0_f64.min(1.0 - d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_difference_needs_something_counted_on_both_sides() {
        for (first, second) in [((0, 0), (1, 2)), ((1, 2), (0, 0)), ((3, 2), (1, 2))] {
            assert!(newcombe(first, second).is_err());
            assert!(miettinen_nurminen(first, second).is_err());
            assert!(score_p(first, second).is_err());
        }
    }

    #[test]
    fn shares_that_cannot_differ_are_no_surprise() {
        for (first, second) in [((0, 5), (0, 9)), ((5, 5), (9, 9)), ((3, 6), (5, 10))] {
            assert!((score_p(first, second).unwrap() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_score_interval_is_that_of_the_literature() {
        // Newcombe (1998), table II, method 6: examples (a), (b) and (d).
        for (first, second, low, high) in [
            ((56, 70), (48, 80), 0.0528, 0.3382),
            ((9, 10), (3, 10), 0.1700, 0.8406),
            ((5, 56), (0, 29), -0.0326, 0.1933),
        ] {
            let found = miettinen_nurminen(first, second).unwrap();
            assert!((found.low - low).abs() < 5e-5, "{found:?}");
            assert!((found.high - high).abs() < 5e-5, "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn the_score_test_does_not_ask_which_share_comes_first(
            n1 in 1_u64..5000, n2 in 1_u64..5000, part1 in 0.0_f64..1.0, part2 in 0.0_f64..1.0
        ) {
            let of = |n: u64, part: f64| ((0..n).filter(|at| (*at as f64) < part * n as f64).count() as u64, n);
            let (first, second) = (of(n1, part1), of(n2, part2));
            let (one, other) = (score_p(first, second).unwrap(), score_p(second, first).unwrap());
            prop_assert!((one - other).abs() < 1e-12 && (0.0..=1.0).contains(&one));
            let failed = |of: (u64, u64)| (of.1 - of.0, of.1);
            let turned = score_p(failed(first), failed(second)).unwrap();
            prop_assert!((one - turned).abs() < 1e-9);
        }

        #[test]
        fn the_restricted_share_is_the_most_likely_one(
            n1 in 2_u32..200, n2 in 2_u32..200, part1 in 0.05_f64..0.95, part2 in 0.05_f64..0.95,
            difference in -0.8_f64..0.8
        ) {
            let (n1, n2) = (f64::from(n1), f64::from(n2));
            let (x1, x2) = ((n1 * part1).ceil().min(n1 - 1.0), (n2 * part2).ceil().min(n2 - 1.0));
            let share = restricted_share(x1, n1, x2, n2, difference, Linear::AsPublished);
            let likelihood = |q: f64| {
                let r = q + difference;
                x1 * r.ln() + (n1 - x1) * (1.0 - r).ln() + x2 * q.ln() + (n2 - x2) * (1.0 - q).ln()
            };
            let best = likelihood(share);
            for step in [-1e-3, -1e-4, 1e-4, 1e-3] {
                let other = likelihood(share + step);
                prop_assert!(other.is_nan() || other <= best + 1e-9, "{other} {best}");
            }
        }

        #[test]
        fn the_intervals_hold_the_difference_and_turn_with_it(
            n1 in 2_u64..500, n2 in 2_u64..500, percent1 in 0_u64..=100, percent2 in 0_u64..=100
        ) {
            let (first, second) = ((n1 * percent1 / 100, n1), (n2 * percent2 / 100, n2));
            let found = first.0 as f64 / n1 as f64 - second.0 as f64 / n2 as f64;
            let of = newcombe(first, second).unwrap();
            let turned = newcombe(second, first).unwrap();
            prop_assert!(-1.0 <= of.low && of.low <= found && found <= of.high && of.high <= 1.0);
            prop_assert!((of.low + turned.high).abs() < 1e-12);
            let of = miettinen_nurminen(first, second).unwrap();
            let turned = miettinen_nurminen(second, first).unwrap();
            prop_assert!(-1.0 <= of.low && of.low <= found && found <= of.high && of.high <= 1.0);
            prop_assert!((of.low + turned.high).abs() < 1e-7, "{of:?} {turned:?}");
            prop_assert!((of.high + turned.low).abs() < 1e-7, "{of:?} {turned:?}");
        }
    }
}
