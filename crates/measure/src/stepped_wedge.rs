//! How likely a change that is brought in station by station will show, if it works.
//!
//! Every station starts without the change and ends with it; which crosses when is drawn by lot.

use serde::Serialize;

use crate::proportion::Z_95;
use crate::tail;

/// Why the power of a plan cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum WedgeError {
    /// Too small a plan.
    #[error("need 2 clusters and 2 periods at least: found {clusters} and {periods}")]
    TooSmall {
        /// Clusters given.
        clusters: u64,
        /// Periods given.
        periods: u64,
    },
    /// Too large a plan to be one.
    #[error("at most {LARGEST} clusters and as many periods: found {clusters} and {periods}")]
    TooLarge {
        /// Clusters given.
        clusters: u64,
        /// Periods given.
        periods: u64,
    },
    /// All clusters cross together.
    #[error("all clusters cross at once: the change cannot be told from the period")]
    NotIdentified,
    /// A number out of its range.
    #[error("{name} must be {range}: found {found}")]
    OutOfRange {
        /// Which.
        name: &'static str,
        /// What it may be.
        range: &'static str,
        /// The number given.
        found: f64,
    },
}

/// Most clusters, and most periods.
const LARGEST: u64 = 10_000_000;

/// What is planned and what is known of such stations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wedge {
    /// Clusters (stations), 2 or more.
    pub clusters: u64,
    /// Periods, 2 or more. Cluster `i` (from 0) crosses after period `⌊i (periods - 1) / clusters⌋`.
    pub periods: u64,
    /// Persons measured in one cluster in one period, above 0.
    pub persons: f64,
    /// Intra-cluster correlation of two persons in one cluster and period, in [0, 1).
    pub icc: f64,
    /// Variance of one person's value, above 0.
    pub variance: f64,
    /// The effect to be shown, in the units of the value.
    pub effect: f64,
    /// Cluster autocorrelation: that of a cluster's level in one period with that in another, in
    /// [0, 1]; 1 is the model of Hussey and Hughes.
    pub cac: f64,
}

/// How well a plan shows the effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WedgePower {
    /// Variance of the estimated effect.
    pub var: f64,
    /// Probability that the two-sided 5 % test finds it.
    pub power: f64,
    /// The last period (from 0) without the change, cluster by cluster.
    pub crosses_after: Vec<u64>,
}

/// Power of a stepped-wedge plan with repeated cross-sections.
///
/// # Shape and units
///
/// - `wedge`: the plan; effect and root of the variance in the same units.
/// - returns: the variance of the effect's generalised least-squares estimate with a mean for every
///   period, and the power of the two-sided 5 % normal test, both its tails counted.
///
/// In closed form, so that time grows with clusters and periods only: with `s² = variance ((1 - icc) /
/// persons + icc (1 - cac))`, `c = variance · icc · cac` and `f = c / (s² + T c)`, the information is
/// `(U - f Σ uᵢ² - (Σ wⱼ² - f U²) / I) / s²`, where `uᵢ` is how many periods cluster `i` has the
/// change, `wⱼ` how many clusters have it in period `j`, and `U` the sum of either.
///
/// # Errors
///
/// - [`WedgeError::TooSmall`], [`WedgeError::TooLarge`]: fewer than 2 or more than 10,000,000 clusters
///   or periods.
/// - [`WedgeError::NotIdentified`] if all clusters cross at once.
/// - [`WedgeError::OutOfRange`] for any other number out of the range said at its field; NaN is.
///
/// # Examples
///
/// ```
/// use pengayom_measure::stepped_wedge::{Wedge, stepped_wedge};
///
/// // Two clusters, the second crossing a period later, without correlation: the effect is what is
/// // told apart in the one period in which they differ; its variance is 2 s².
/// let wedge = Wedge {
///     clusters: 2, periods: 3, persons: 10.0, icc: 0.0, variance: 1.0, effect: 0.0, cac: 1.0,
/// };
/// let found = stepped_wedge(&wedge)?;
/// assert!((found.var - 2.0 / 10.0).abs() < 1e-15);
/// assert!((found.power - 0.05).abs() < 1e-15);
/// # Ok::<(), pengayom_measure::stepped_wedge::WedgeError>(())
/// ```
///
/// # References
///
/// Hussey, M. A. and Hughes, J. P. (2007). Design and analysis of stepped wedge cluster randomized
/// trials. *Contemp. Clin. Trials* 28(2), 182–191. Cluster autocorrelation: Hooper, R. et al. (2016).
/// Sample size calculation for stepped wedge and other longitudinal cluster randomised trials.
/// *Statistics in Medicine* 35(26), 4718–4728.
pub fn stepped_wedge(wedge: &Wedge) -> Result<WedgePower, WedgeError> {
    let Wedge {
        clusters, periods, ..
    } = *wedge;
    if clusters < 2 || periods < 2 {
        return Err(WedgeError::TooSmall { clusters, periods });
    }
    if clusters > LARGEST || periods > LARGEST {
        return Err(WedgeError::TooLarge { clusters, periods });
    }
    check(wedge)?;
    let crosses_after: Vec<u64> = (0..clusters)
        .map(|i| i * (periods - 1) / clusters)
        .collect();
    if crosses_after.last() == Some(&0) {
        return Err(WedgeError::NotIdentified);
    }
    let (total, of_clusters, of_periods) = sums(&crosses_after, periods);
    let (i, t) = (clusters as f64, periods as f64);
    let single =
        wedge.variance * ((1.0 - wedge.icc) / wedge.persons + wedge.icc * (1.0 - wedge.cac));
    let shared = wedge.variance * wedge.icc * wedge.cac;
    let f = shared / (single + t * shared);
    // What clusters differ by within periods, less what the clusters' own levels take of it.
    let within = total - of_periods / i;
    let between = of_clusters - total * total / i;
    let information = (within - f * between) / single;
    let var = 1.0 / information;
    if !(var > 0.0 && var.is_finite()) {
        return Err(WedgeError::NotIdentified);
    }
    let z = wedge.effect.abs() / var.sqrt();
    Ok(WedgePower {
        var,
        power: above(Z_95 - z) + above(Z_95 + z),
        crosses_after,
    })
}

/// Probability that a standard normal number is above `z`.
fn above(z: f64) -> f64 {
    if z >= 0.0 {
        tail::normal(z) / 2.0
    } else {
        1.0 - tail::normal(z) / 2.0
    }
}

/// Cells with the change; squares of it by cluster and by period.
fn sums(crosses_after: &[u64], periods: u64) -> (f64, f64, f64) {
    let mut starts = crosses_after.iter().peekable();
    let (mut total, mut of_clusters, mut of_periods) = (0.0, 0.0, 0.0);
    for after in crosses_after {
        let own = (periods - 1 - after) as f64;
        total += own;
        of_clusters += own * own;
    }
    // Clusters cross in order: by period `j` all have that crossed after an earlier one.
    let mut crossed = 0_u64;
    for period in 0..periods {
        while starts.next_if(|after| **after < period).is_some() {
            crossed += 1;
        }
        of_periods += (crossed as f64).powi(2);
    }
    (total, of_clusters, of_periods)
}

fn check(wedge: &Wedge) -> Result<(), WedgeError> {
    let numbers = [
        (
            "persons per cell",
            "above 0 and finite",
            wedge.persons,
            wedge.persons > 0.0,
        ),
        (
            "icc",
            "0 or above and below 1",
            wedge.icc,
            (0.0..1.0).contains(&wedge.icc),
        ),
        (
            "variance",
            "above 0 and finite",
            wedge.variance,
            wedge.variance > 0.0,
        ),
        ("effect", "finite", wedge.effect, true),
        (
            "cac",
            "in [0, 1]",
            wedge.cac,
            (0.0..=1.0).contains(&wedge.cac),
        ),
    ];
    for (name, range, found, holds) in numbers {
        if !(holds && found.is_finite()) {
            return Err(WedgeError::OutOfRange { name, range, found });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    fn wedge() -> Wedge {
        Wedge {
            clusters: 6,
            periods: 4,
            persons: 20.0,
            icc: 0.05,
            variance: 1.0,
            effect: 0.3,
            cac: 0.9,
        }
    }

    #[test]
    fn a_plan_that_cannot_be_is_refused() {
        for (clusters, periods) in [(1, 5), (5, 1), (0, 0)] {
            let of = Wedge {
                clusters,
                periods,
                ..wedge()
            };
            assert!(matches!(
                stepped_wedge(&of),
                Err(WedgeError::TooSmall { .. })
            ));
        }
        let of = Wedge {
            clusters: u64::MAX,
            ..wedge()
        };
        assert!(matches!(
            stepped_wedge(&of),
            Err(WedgeError::TooLarge { .. })
        ));
        // Two periods: all cross after the first.
        let of = Wedge {
            periods: 2,
            ..wedge()
        };
        assert_eq!(stepped_wedge(&of), Err(WedgeError::NotIdentified));
        for of in [
            Wedge {
                persons: 0.0,
                ..wedge()
            },
            Wedge {
                icc: 1.0,
                ..wedge()
            },
            Wedge {
                icc: -0.1,
                ..wedge()
            },
            Wedge {
                variance: f64::INFINITY,
                ..wedge()
            },
            Wedge {
                effect: f64::NAN,
                ..wedge()
            },
            Wedge {
                cac: 1.1,
                ..wedge()
            },
        ] {
            assert!(matches!(
                stepped_wedge(&of),
                Err(WedgeError::OutOfRange { .. })
            ));
        }
    }

    proptest! {
        #[test]
        fn the_closed_form_is_generalised_least_squares(
            clusters in 2_u64..12, periods in 3_u64..9, persons in 1.0_f64..50.0, icc in 0.0_f64..0.9, cac in 0.0_f64..=1.0
        ) {
            let of = Wedge { clusters, periods, persons, icc, cac, ..wedge() };
            let found = stepped_wedge(&of).unwrap();
            let t = usize::try_from(periods).unwrap();
            let cell = (1.0 - icc) / persons + icc * (1.0 - cac);
            let v = DMatrix::from_element(t, t, icc * cac) + DMatrix::identity(t, t) * cell;
            let inverse = v.try_inverse().unwrap();
            let mut information = DMatrix::zeros(t + 1, t + 1);
            for after in &found.crosses_after {
                let design = DMatrix::from_fn(t, t + 1, |j, c| {
                    if c < t { f64::from(u8::from(j == c)) } else { f64::from(u8::from(j as u64 > *after)) }
                });
                information += design.transpose() * &inverse * design;
            }
            let var = information.try_inverse().unwrap()[(t, t)];
            prop_assert!((found.var / var - 1.0).abs() < 1e-8, "{} {var}", found.var);
        }

        #[test]
        fn units_do_not_matter_and_more_shows_more(unit in 0.01_f64..100.0, persons in 1.0_f64..50.0, effect in 0.0_f64..1.0) {
            let of = Wedge { persons, effect, ..wedge() };
            let found = stepped_wedge(&of).unwrap();
            let scaled = stepped_wedge(&Wedge { effect: effect * unit, variance: unit * unit, ..of }).unwrap();
            prop_assert!((found.power - scaled.power).abs() < 1e-10);
            prop_assert!((0.05 - 1e-12..=1.0).contains(&found.power));
            let more = stepped_wedge(&Wedge { persons: persons * 2.0, ..of }).unwrap();
            prop_assert!(more.var < found.var && more.power >= found.power);
        }
    }
}
