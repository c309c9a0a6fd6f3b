//! A share of things that come in groups and are alike within them, such as the notices of one case.
//!
//! Ten notices of one case say less than ten of ten cases: whoever is late with one is late with the
//! next. An interval that counted each as one of its own would be too short.

use serde::Serialize;

use crate::proportion::{Interval, ProportionError, Z_95, counts, wilson};

/// A share of things in groups, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusteredShare {
    /// The share of all things, in `[0, 1]`.
    pub share: f64,
    /// Its 95 % interval.
    pub interval: Interval,
    /// Out of how many things.
    pub n: u64,
    /// In how many groups that have one at least.
    pub groups: u64,
    /// How many independent things would say as much; between 0 (exclusive) and `n`.
    pub effective: f64,
}

/// A share of things in groups, with the Wilson interval for as many things as they are worth.
///
/// # Shape and units
///
/// - `groups`: successes and trials of each, `successes <= trials`; those without trials count nothing.
/// - returns: fractions in `[0, 1]`. The variance is that of a ratio of totals between groups,
///   `m / (m - 1) · Σ (xᵢ - p nᵢ)² / n²`; `effective` is `n` divided by how many times it exceeds that
///   of independent things, never more than `n`. Where all succeed or none does nothing tells how alike
///   a group is: it then counts as one thing.
///
/// # Errors
///
/// - [`ProportionError::NoTrials`] if no group has any.
/// - [`ProportionError::MoreSuccessesThanTrials`] of the first group of which it is so.
/// - [`ProportionError::TooMany`] if all trials together are beyond a count.
///
/// # References
///
/// Variance: Cochran, W. G. (1977). *Sampling Techniques*, 3rd ed., section 3.12. Effective number:
/// Kish, L. (1965). *Survey Sampling*, section 8.2; its use in the Wilson interval: Franco, C.,
/// Little, R. J. A., Louis, T. A. and Slud, E. V. (2019). Comparative study of confidence intervals
/// for proportions in complex sample surveys. *J. Survey Statist. Methodol.* 7(3), 334–364.
pub fn clustered_share(groups: &[(u64, u64)]) -> Result<ClusteredShare, ProportionError> {
    let (mut successes, mut trials, mut m) = (0_u64, 0_u64, 0_u64);
    let mut each: Vec<(f64, f64)> = Vec::with_capacity(groups.len());
    for (x, n) in groups.iter().filter(|(x, n)| *x > 0 || *n > 0) {
        if x > n {
            return Err(ProportionError::MoreSuccessesThanTrials {
                successes: *x,
                trials: *n,
            });
        }
        // No more successes than trials: their sum holds where that of trials does.
        trials = trials.checked_add(*n).ok_or(ProportionError::TooMany)?;
        successes += x;
        m += 1;
        each.push(counts(*x, *n)?);
    }
    let (x, n) = counts(successes, trials)?;
    let p = x / n;
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of cases are far below 2^52"
    )]
    let m_real = m as f64;
    let effective = if successes == 0 || successes == trials || m == 1 {
        m_real
    } else {
        let between: f64 = each.iter().map(|(x, n)| (x - p * n).powi(2)).sum();
        let variance = m_real / (m_real - 1.0) * between / (n * n);
        let alone = p * (1.0 - p) / n;
        n / (variance / alone).max(1.0)
    };
    Ok(ClusteredShare {
        share: p,
        interval: wilson(p, effective, Z_95),
        n: trials,
        groups: m,
        effective,
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::cast_precision_loss,
        reason = "a test may stop at the first surprise, and its numbers are small"
    )]

    use super::*;
    use crate::proportion::wilson_interval;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    /// Worked by hand: five cases of four notices, three of them with all in time and two with none.
    #[test]
    fn groups_that_are_wholly_alike_count_hardly_more_than_once_each() {
        let groups = [(4, 4), (4, 4), (4, 4), (0, 4), (0, 4)];
        let found = clustered_share(&groups).unwrap();
        assert!(close(found.share, 0.6));
        assert_eq!((found.n, found.groups), (20, 5));
        // Σ (x - 0.6 · 4)² = 3 · 1.6² + 2 · 2.4² = 19.2; variance 5/4 · 19.2 / 400 = 0.06;
        // independent 0.24 / 20 = 0.012: five times as much, so 20 are worth 4.
        assert!(close(found.effective, 4.0), "{}", found.effective);
        let alone = wilson_interval(12, 20, Z_95).unwrap();
        assert!(found.interval.low < alone.low && found.interval.high > alone.high);
    }

    #[test]
    fn where_all_are_in_time_a_group_counts_as_one() {
        let found = clustered_share(&[(10, 10), (1, 1), (3, 3), (0, 0)]).unwrap();
        assert!(close(found.share, 1.0) && close(found.effective, 3.0));
        assert_eq!((found.n, found.groups), (14, 3));
        assert!(close(
            found.interval.low,
            wilson_interval(3, 3, Z_95).unwrap().low
        ));
    }

    #[test]
    fn nothing_and_nonsense_are_told() {
        assert_eq!(clustered_share(&[]), Err(ProportionError::NoTrials));
        assert_eq!(clustered_share(&[(0, 0)]), Err(ProportionError::NoTrials));
        let wrong = ProportionError::MoreSuccessesThanTrials {
            successes: 2,
            trials: 1,
        };
        assert_eq!(clustered_share(&[(1, 1), (2, 1)]), Err(wrong));
        let far = [(1, u64::MAX), (1, 1)];
        assert_eq!(clustered_share(&far), Err(ProportionError::TooMany));
        let most = clustered_share(&[(1, u64::MAX - 1), (1, 1)]).unwrap();
        assert!(most.n == u64::MAX && most.interval.low >= 0.0 && most.effective.is_finite());
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_is_never_shorter_than_that_of_single_things(
            groups in proptest::collection::vec((0_u64..6).prop_flat_map(|n| (0..=n, Just(n))), 1..40)
        ) {
            prop_assume!(groups.iter().any(|(_, n)| *n > 0));
            let found = clustered_share(&groups).unwrap();
            let (x, n) = groups.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            let alone = wilson_interval(x, n, Z_95).unwrap();
            let Interval { low, high } = found.interval;
            prop_assert!(0.0 <= low && low <= found.share + 1e-12 && found.share <= high + 1e-12 && high <= 1.0);
            prop_assert!(high - low >= alone.high - alone.low - 1e-12);
            prop_assert!(found.effective > 0.0 && found.effective <= n as f64 + 1e-9);
        }

        /// With one thing in each group it is the plain interval, but for the small correction of m / (m - 1).
        #[test]
        fn single_things_are_worth_themselves(m in 2_u64..200, x in 1_u64..200) {
            prop_assume!(x < m);
            let groups: Vec<(u64, u64)> = (0..m).map(|n| (u64::from(n < x), 1)).collect();
            let found = clustered_share(&groups).unwrap();
            prop_assert!((found.effective - (m as f64 - 1.0)).abs() < 1e-6, "{}", found.effective);
        }
    }
}
