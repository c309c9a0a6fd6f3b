//! Mergeable histogram of waiting times with a bounded relative error.
//!
//! Buckets grow geometrically, eight to a doubling, so that two histograms add up bucket by bucket
//! and a quantile read from their sum is off by at most half a bucket: 4.4 % of its value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Buckets to a doubling of the waiting time.
pub const BUCKETS_PER_DOUBLING: f64 = 8.0;

/// The bucket of a waiting time.
///
/// # Shape and units
///
/// - `seconds`: waiting time in seconds; negative counts as 0.
/// - returns: 0 for less than one second, then `1 + floor(8 log2(seconds))`; at most 505 for any
///   64-bit number of seconds.
pub fn bucket(seconds: i64) -> u16 {
    if seconds < 1 {
        return 0;
    }
    #[allow(clippy::cast_precision_loss, reason = "far below half a bucket")]
    let level = (seconds as f64).log2() * BUCKETS_PER_DOUBLING;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at least 0 and at most 8 * 63 by the range of the argument"
    )]
    let level = level.floor() as u16;
    1 + level
}

/// Lower end of a bucket, in seconds.
pub fn bucket_start(bucket: u16) -> f64 {
    if bucket == 0 {
        0.0
    } else {
        2_f64.powf(f64::from(bucket - 1) / BUCKETS_PER_DOUBLING)
    }
}

/// Counts of waiting times by bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WaitHistogram {
    counts: BTreeMap<u16, i64>,
}

impl WaitHistogram {
    /// An empty histogram.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one waiting time, in seconds.
    pub fn record(&mut self, seconds: i64) {
        self.add(bucket(seconds), 1);
    }

    /// Adds to a bucket; a bucket that comes to nothing is forgotten.
    pub fn add(&mut self, bucket: u16, count: i64) {
        let sum = self.counts.entry(bucket).or_insert(0);
        *sum += count;
        if *sum == 0 {
            self.counts.remove(&bucket);
        }
    }

    /// Adds another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.counts {
            self.add(*bucket, *count);
        }
    }

    /// How many waiting times are counted.
    pub fn n(&self) -> i64 {
        self.counts.values().sum()
    }

    /// Buckets with their counts, shortest waiting time first.
    pub fn buckets(&self) -> impl Iterator<Item = (u16, i64)> + '_ {
        self.counts.iter().map(|(bucket, count)| (*bucket, *count))
    }

    /// A quantile of the waiting times.
    ///
    /// # Shape and units
    ///
    /// - `share`: in `[0, 1]`, such as 0.5 for the median; values outside count as the nearer end.
    /// - returns: seconds, at the geometric middle of the bucket that holds the `ceil(share * n)`-th
    ///   waiting time (at least the first), within 4.4 % of it from one second up; `None` for an
    ///   empty histogram.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let n = self.n();
        if n <= 0 {
            return None;
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "share is clamped to [0, 1], so the rank is between 0 and n"
        )]
        let rank = ((share.clamp(0.0, 1.0) * n as f64).ceil() as i64).max(1);
        let mut seen = 0;
        for (bucket, count) in &self.counts {
            seen += count;
            if seen >= rank {
                return Some(if *bucket == 0 {
                    0.0
                } else {
                    bucket_start(*bucket) * 2_f64.powf(0.5 / BUCKETS_PER_DOUBLING)
                });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the values drawn here are small and positive"
    )]

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_histogram_has_no_quantile() {
        assert_eq!(WaitHistogram::new().quantile(0.5), None);
    }

    #[test]
    fn the_longest_wait_has_a_bucket() {
        assert_eq!(bucket(i64::MAX), 505);
        assert_eq!(bucket(-5), 0);
        assert_eq!(bucket(1), 1);
    }

    proptest! {
        #[test]
        fn a_quantile_is_within_its_stated_error(
            mut waits in proptest::collection::vec(1_i64..10_000_000, 1..200), share in 0.0_f64..=1.0
        ) {
            let mut histogram = WaitHistogram::new();
            for wait in &waits { histogram.record(*wait); }
            waits.sort_unstable();
            let rank = ((share * waits.len() as f64).ceil() as usize).max(1);
            let exact = waits[rank - 1] as f64;
            let read = histogram.quantile(share).unwrap();
            prop_assert!((read / exact - 1.0).abs() < 0.0451, "{read} for {exact}");
        }

        #[test]
        fn merging_is_the_same_as_counting_together(
            a in proptest::collection::vec(0_i64..1_000_000, 0..50),
            b in proptest::collection::vec(0_i64..1_000_000, 0..50)
        ) {
            let count = |waits: &[i64]| {
                let mut histogram = WaitHistogram::new();
                for wait in waits { histogram.record(*wait); }
                histogram
            };
            let mut merged = count(&a);
            merged.merge(&count(&b));
            prop_assert_eq!(merged, count(&[a, b].concat()));
        }
    }
}
