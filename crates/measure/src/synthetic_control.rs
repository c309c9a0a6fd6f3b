//! What would have happened without the change, as a mixture of units that had none.
//!
//! The mixture follows the unit before the change as closely as a mixture can; the gap after it is the
//! effect. Whether the gap is large is asked of the other units, each treated as if it had the change.

use nalgebra::DMatrix;
use serde::Serialize;

use crate::hull;

/// Why a synthetic control cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SyntheticError {
    /// No unit to mix.
    #[error("no donors: need at least one")]
    NoDonors,
    /// Fewer donors than placebos need.
    #[error("placebos need 2 donors at least: have {donors}")]
    TooFewDonors {
        /// The donors given.
        donors: usize,
    },
    /// A period has another number of donors.
    #[error("period {period} has {found} donors, expected {expected}")]
    Ragged {
        /// Which, from 0.
        period: usize,
        /// Donors of the first period.
        expected: usize,
        /// Donors of this one.
        found: usize,
    },
    /// Periods of the unit and of the donors differ.
    #[error("the unit has {treated} periods, the donors {donors}")]
    Lengths {
        /// Periods of the unit.
        treated: usize,
        /// Periods of the donors.
        donors: usize,
    },
    /// The change is not within the series.
    #[error("periods before the change must be 1 to {periods}: found {pre}")]
    PreOutside {
        /// The number given.
        pre: usize,
        /// Periods there are.
        periods: usize,
    },
    /// A value that is no number.
    #[error("period {period}: value must be a finite number of at most 1e150: found {value}")]
    NotFinite {
        /// Which, from 0.
        period: usize,
        /// The value given.
        value: f64,
    },
    /// Rounding keeps the optimum from being met.
    #[error("the donors are too much alike: rounding keeps the best mixture from being found")]
    NotSettled,
}

/// Values are squared.
const LARGEST: f64 = 1e150;

/// A unit beside its synthetic control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SyntheticControl {
    /// Shares of the donors: 0 or above, adding up to 1.
    pub weights: Vec<f64>,
    /// The synthetic control, period by period.
    pub synthetic: Vec<f64>,
    /// The unit minus its synthetic control, period by period.
    pub gap: Vec<f64>,
    /// Root of the mean squared gap before the change.
    pub pre_rmspe: f64,
    /// The same from the change on; `None` if no period is.
    pub post_rmspe: Option<f64>,
    /// The second by the first; `None` without periods after it, or if both are 0.
    pub ratio: Option<f64>,
    /// Whether no other shares come as close. If not, the synthetic control before the change is still
    /// the only one, and what it is after the change depends on which of them are taken.
    pub is_unique: bool,
    /// The least multiplier of a donor, as a share of the largest squared distance of a donor: 0 at
    /// the optimum, below 0 by rounding only.
    pub kkt_min_gradient: f64,
    /// Donors.
    pub donors: usize,
    /// Periods before the change.
    pub pre: usize,
}

/// Synthetic control on outcomes alone: shares of donors, 0 or above and adding up to 1, with the
/// least sum of squared gaps before the change.
///
/// # Shape and units
///
/// - `treated`: the unit with the change, period by period, oldest first.
/// - `donors`: for each period, the values of all donors, in the same order in every period.
/// - `pre`: how many periods are before the change.
/// - returns: gaps in the units of the values.
///
/// The optimum is exact: it is the point of a convex hull nearest to the unit, found by an active set
/// that ends after finitely many steps. The synthetic control before the change is always the only
/// one; whether its shares are is told in `is_unique`. With more donors than periods and a unit among
/// them they often are not.
///
/// Memory grows with the values given; time with them too, times the steps, which are few more than
/// the donors that get a share.
///
/// # Errors
///
/// - [`SyntheticError::NoDonors`], [`SyntheticError::Ragged`], [`SyntheticError::Lengths`],
///   [`SyntheticError::PreOutside`]: the shape.
/// - [`SyntheticError::NotFinite`] of the first period with a value that is NaN, infinite or above 1e150.
/// - [`SyntheticError::NotSettled`] if the conditions of the optimum are not met to 1e-9.
///
/// # Examples
///
/// ```
/// use pengayom_measure::synthetic_control::synthetic_control;
///
/// // Half of each donor, and one more after the change.
/// let donors = [vec![0.0, 2.0], vec![2.0, 0.0], vec![4.0, 4.0]];
/// let found = synthetic_control(&[1.0, 1.0, 5.0], &donors, 2)?;
/// assert!((found.weights[0] - 0.5).abs() < 1e-12 && (found.gap[2] - 1.0).abs() < 1e-12);
/// assert!(found.is_unique);
/// # Ok::<(), pengayom_measure::synthetic_control::SyntheticError>(())
/// ```
///
/// # References
///
/// Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for comparative case
/// studies. *J. Amer. Statist. Assoc.* 105(490), 493–505. Abadie, A. (2021). Using synthetic controls:
/// feasibility, data requirements, and methodological aspects. *J. Econ. Lit.* 59(2), 391–425.
pub fn synthetic_control(
    treated: &[f64],
    donors: &[Vec<f64>],
    pre: usize,
) -> Result<SyntheticControl, SyntheticError> {
    check(treated, donors, pre)?;
    let rows: Vec<&[f64]> = donors.iter().map(Vec::as_slice).collect();
    let count = rows.first().map_or(0, |row| row.len());
    let among: Vec<usize> = (0..count).collect();
    of_unit(treated, &rows, &among, pre)
}

/// A unit's gap beside those of donors that had no change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placebos {
    /// Of each donor, how many times larger its own gap got; `None` where it is undefined.
    pub ratios: Vec<Option<f64>>,
    /// Share of units, the treated one among them, whose gap grew at least as much as its own: a p
    /// value, never below 1 / (donors + 1).
    pub p: f64,
    /// Units compared, the treated one among them.
    pub n: usize,
}

/// The same for every donor as if it had the change, with the other donors to mix: how often a gap
/// grows as much where nothing happened.
///
/// # Shape and units
///
/// As [`synthetic_control`]; takes as long as that for every donor.
///
/// # Errors
///
/// As [`synthetic_control`]; [`SyntheticError::TooFewDonors`] with one donor;
/// [`SyntheticError::PreOutside`] if no period is after the change.
///
/// # References
///
/// Abadie, Diamond and Hainmueller (2010), section 2.4.
pub fn placebos(
    treated: &[f64],
    donors: &[Vec<f64>],
    pre: usize,
) -> Result<Placebos, SyntheticError> {
    check(treated, donors, pre)?;
    let periods = treated.len();
    if pre == periods {
        return Err(SyntheticError::PreOutside { pre, periods });
    }
    let rows: Vec<&[f64]> = donors.iter().map(Vec::as_slice).collect();
    let count = rows.first().map_or(0, |row| row.len());
    if count < 2 {
        return Err(SyntheticError::TooFewDonors { donors: count });
    }
    let all: Vec<usize> = (0..count).collect();
    let own = of_unit(treated, &rows, &all, pre)?.ratio;
    let mut ratios = Vec::with_capacity(count);
    for donor in 0..count {
        let unit: Vec<f64> = rows
            .iter()
            .filter_map(|row| row.get(donor).copied())
            .collect();
        let others: Vec<usize> = all.iter().copied().filter(|at| *at != donor).collect();
        ratios.push(of_unit(&unit, &rows, &others, pre)?.ratio);
    }
    // No gap at all, before or after, is no growth.
    let own = own.unwrap_or(0.0);
    let as_large = ratios
        .iter()
        .filter(|ratio| ratio.unwrap_or(0.0) >= own)
        .count();
    Ok(Placebos {
        ratios,
        p: (as_large + 1) as f64 / (count + 1) as f64,
        n: count + 1,
    })
}

fn check(treated: &[f64], donors: &[Vec<f64>], pre: usize) -> Result<(), SyntheticError> {
    let periods = treated.len();
    if donors.len() != periods {
        return Err(SyntheticError::Lengths {
            treated: periods,
            donors: donors.len(),
        });
    }
    if pre == 0 || pre > periods {
        return Err(SyntheticError::PreOutside { pre, periods });
    }
    let expected = donors.first().map_or(0, Vec::len);
    if expected == 0 {
        return Err(SyntheticError::NoDonors);
    }
    for (period, (own, row)) in treated.iter().zip(donors).enumerate() {
        if row.len() != expected {
            return Err(SyntheticError::Ragged {
                period,
                expected,
                found: row.len(),
            });
        }
        let beyond = |value: &&f64| value.is_nan() || value.abs() > LARGEST;
        if let Some(&value) = row.iter().chain([own]).find(beyond) {
            return Err(SyntheticError::NotFinite { period, value });
        }
    }
    Ok(())
}

fn of_unit(
    treated: &[f64],
    rows: &[&[f64]],
    among: &[usize],
    pre: usize,
) -> Result<SyntheticControl, SyntheticError> {
    let donor = |period: usize, at: usize| {
        rows.get(period)
            .and_then(|row| row.get(at))
            .copied()
            .unwrap_or(f64::NAN)
    };
    let own = |period: usize| treated.get(period).copied().unwrap_or(f64::NAN);
    // Donors as seen from the unit: the mixture nearest to it is the hull's point nearest to 0.
    let mut points = DMatrix::from_fn(pre, among.len(), |period, at| {
        among
            .get(at)
            .map_or(f64::NAN, |at| donor(period, *at) - own(period))
    });
    let largest = points.amax();
    if largest > 0.0 {
        points /= largest;
    }
    let nearest = hull::nearest(&points).ok_or(SyntheticError::NotSettled)?;
    let is_unique = hull::is_only_mixture(&points, &nearest);
    let shares: Vec<(usize, f64)> = among
        .iter()
        .copied()
        .zip(nearest.weights.iter().copied())
        .filter(|(_, share)| *share > 0.0)
        .collect();
    // The unit is taken off before mixing, so that a large level takes no digits from a small gap.
    let gap: Vec<f64> = (0..treated.len())
        .map(|period| {
            -shares
                .iter()
                .map(|(at, share)| share * (donor(period, *at) - own(period)))
                .sum::<f64>()
        })
        .collect();
    let (before, after) = gap.split_at(pre);
    let (pre_rmspe, post_rmspe) = (root_mean_square(before), root_mean_square(after));
    let pre_rmspe = pre_rmspe.unwrap_or(f64::NAN);
    Ok(SyntheticControl {
        synthetic: treated
            .iter()
            .zip(&gap)
            .map(|(own, gap)| own - gap)
            .collect(),
        pre_rmspe,
        post_rmspe,
        ratio: post_rmspe
            .map(|post| post / pre_rmspe)
            .filter(|ratio| !ratio.is_nan()),
        gap,
        weights: nearest.weights.iter().copied().collect(),
        is_unique,
        kkt_min_gradient: nearest.least_gradient,
        donors: among.len(),
        pre,
    })
}

fn root_mean_square(of: &[f64]) -> Option<f64> {
    (!of.is_empty()).then(|| (of.iter().map(|x| x * x).sum::<f64>() / of.len() as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn objective(treated: &[f64], donors: &[Vec<f64>], weights: &[f64], pre: usize) -> f64 {
        treated
            .iter()
            .zip(donors)
            .take(pre)
            .map(|(y, row)| {
                let mixed: f64 = row.iter().zip(weights).map(|(d, w)| d * w).sum();
                (y - mixed).powi(2)
            })
            .sum()
    }

    #[test]
    fn one_donor_has_all_the_share_and_a_twin_is_told() {
        let found = synthetic_control(&[1.0, 2.0], &[vec![0.0], vec![0.0]], 1).unwrap();
        assert!((found.weights[0] - 1.0).abs() < 1e-15 && found.is_unique);
        assert_eq!((found.pre_rmspe, found.post_rmspe), (1.0, Some(2.0)));
        let twins = [vec![3.0, 3.0], vec![1.0, 1.0], vec![5.0, 9.0]];
        let found = synthetic_control(&[0.0, 0.0, 0.0], &twins, 2).unwrap();
        assert!(!found.is_unique);
        let all_before = synthetic_control(&[1.0, 2.0], &[vec![0.0], vec![0.0]], 2).unwrap();
        assert_eq!((all_before.post_rmspe, all_before.ratio), (None, None));
    }

    #[test]
    fn a_shape_or_value_that_makes_no_sense_is_refused() {
        let two = [vec![1.0, 2.0], vec![2.0, 3.0]];
        let of = |treated: &[f64], donors: &[Vec<f64>], pre| {
            synthetic_control(treated, donors, pre).unwrap_err()
        };
        assert!(matches!(
            of(&[1.0], &two, 1),
            SyntheticError::Lengths { .. }
        ));
        for pre in [0, 3] {
            assert!(matches!(
                of(&[1.0, 2.0], &two, pre),
                SyntheticError::PreOutside { .. }
            ));
        }
        assert_eq!(of(&[1.0], &[vec![]], 1), SyntheticError::NoDonors);
        assert!(matches!(of(&[], &[], 0), SyntheticError::PreOutside { .. }));
        let ragged = [vec![1.0, 2.0], vec![2.0]];
        assert!(matches!(
            of(&[1.0, 2.0], &ragged, 1),
            SyntheticError::Ragged { period: 1, .. }
        ));
        for bad in [f64::NAN, f64::INFINITY, 1e200] {
            assert!(matches!(
                of(&[1.0, bad], &two, 1),
                SyntheticError::NotFinite { period: 1, .. }
            ));
            let worse = [vec![1.0, bad], vec![2.0, 3.0]];
            assert!(matches!(
                of(&[1.0, 2.0], &worse, 1),
                SyntheticError::NotFinite { period: 0, .. }
            ));
        }
        assert!(placebos(&[1.0, 2.0], &[vec![1.0], vec![1.0]], 1).is_err());
        assert!(placebos(&[1.0, 2.0], &two, 2).is_err());
    }

    #[test]
    fn a_gap_that_grew_most_has_the_least_p() {
        let donors: Vec<Vec<f64>> = (0..8)
            .map(|t| {
                (0..5)
                    .map(|j| f64::from((t * (j + 3) + j * j) % 7))
                    .collect()
            })
            .collect();
        let mut treated: Vec<f64> = donors
            .iter()
            .map(|row| f64::midpoint(row[0], row[1]) + 0.01)
            .collect();
        for after in &mut treated[5..] {
            *after += 1e6;
        }
        let found = placebos(&treated, &donors, 5).unwrap();
        assert_eq!(found.n, 6);
        assert!(
            (found.p - 1.0 / 6.0).abs() < 1e-15
                || found.ratios.iter().flatten().any(|r| r.is_infinite())
        );
    }

    fn panel() -> impl Strategy<Value = (Vec<f64>, Vec<Vec<f64>>, usize)> {
        (1_usize..9, 2_usize..14).prop_flat_map(|(donors, periods)| {
            (
                proptest::collection::vec(-10.0_f64..10.0, periods),
                proptest::collection::vec(
                    proptest::collection::vec(-10.0_f64..10.0, donors),
                    periods,
                ),
                1..=periods,
            )
        })
    }

    proptest! {
        #[test]
        fn the_conditions_of_the_optimum_hold((treated, donors, pre) in panel()) {
            let found = synthetic_control(&treated, &donors, pre).unwrap();
            prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert!(found.weights.iter().all(|w| *w >= 0.0));
            // Convex: no step towards a single donor helps.
            let best = objective(&treated, &donors, &found.weights, pre);
            for donor in 0..found.weights.len() {
                let moved: Vec<f64> = found.weights.iter().enumerate()
                    .map(|(at, w)| w * 0.999 + if at == donor { 0.001 } else { 0.0 }).collect();
                prop_assert!(objective(&treated, &donors, &moved, pre) >= best - 1e-10);
            }
            prop_assert!((found.pre_rmspe - (best / pre as f64).sqrt()).abs() < 1e-7);
        }

        #[test]
        fn units_and_order_of_donors_do_not_matter((treated, donors, pre) in panel(), unit in 0.001_f64..1000.0, shift in -50.0_f64..50.0) {
            let found = synthetic_control(&treated, &donors, pre).unwrap();
            let in_units = |x: &f64| x * unit + shift;
            let scaled: Vec<Vec<f64>> = donors.iter().map(|row| row.iter().rev().map(in_units).collect()).collect();
            let other = synthetic_control(&treated.iter().map(in_units).collect::<Vec<_>>(), &scaled, pre).unwrap();
            prop_assert!((found.pre_rmspe * unit - other.pre_rmspe).abs() < 1e-8 * unit);
            // Mixtures of nearly dependent donors take digits from the shares.
            if found.is_unique && other.is_unique && donors[0].len() < pre {
                for (a, b) in found.gap.iter().zip(&other.gap) {
                    prop_assert!((a * unit - b).abs() < 1e-5 * unit, "{a} {b}");
                }
            }
        }
    }
}
