//! How an amount is spread over a rank, such as harm over income: the concentration index.

use serde::Serialize;

use crate::equity::{EquityError, same_length, total};
use crate::proportion::Interval;
use crate::ranking::{self, CurvePoint};

/// A concentration index with what its chart needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concentration {
    /// The index, in `[-1, 1]`: below 0 when the amount lies with the low ranks.
    pub index: f64,
    /// Its 95 % interval; none for a single row.
    pub interval: Option<Interval>,
    /// Its linearised standard error; none for a single row.
    pub standard_error: Option<f64>,
    /// The index times the mean, in units of the amount (generalised index).
    pub generalised: f64,
    /// Weighted mean of the amount.
    pub mean: f64,
    /// For each row, the share of the weight below its rank and half of that beside it, in (0, 1).
    pub fractional_rank: Vec<f64>,
    /// The concentration curve from (0, 0) to (1, 1), one point for each distinct rank.
    pub curve: Vec<CurvePoint>,
    /// Rows.
    pub n: usize,
}

/// Concentration index of an amount over a rank, by weights.
///
/// Twice the covariance of the amount and the fractional rank, over the mean; which is twice the
/// area between the diagonal and the concentration curve. Rows of equal rank stand together at
/// the middle of their weight, so that their order does not matter.
///
/// # Shape and units
///
/// - `amount`: `n` rows, at least 0 and finite, per unit of weight (such as stops per resident).
/// - `rank_by`: `n` finite numbers, in any order; only their order counts.
/// - `weight`: `n` rows, at least 0 and finite (such as residents); `None` weighs every row 1.
/// - returns: index in `[-1, 1]`, and its 95 % interval cut to that range.
///
/// The interval takes each row as one independent draw and the weights as its size; the variance
/// is that of Kakwani, Wagstaff and van Doorslaer, by `n / (n - 1)`, with Student's t. Under some 30
/// rows it is a little short.
///
/// # Errors
///
/// - [`EquityError::NoRows`], [`EquityError::Length`].
/// - [`EquityError::Amount`] for a negative or not finite amount or weight,
///   [`EquityError::NotFinite`] for such a rank.
/// - [`EquityError::Total`] if the weight or the amount adds up to 0 or to no finite number.
///
/// # Examples
///
/// ```
/// use pengayom_measure::concentration::concentration;
///
/// // All of it with the lowest of four ranks: 1/n - 1.
/// let found = concentration(&[1.0, 0.0, 0.0, 0.0], &[1.0, 2.0, 3.0, 4.0], None)?;
/// assert!((found.index - (1.0 / 4.0 - 1.0)).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::equity::EquityError>(())
/// ```
///
/// # References
///
/// - Kakwani, N., Wagstaff, A. and van Doorslaer, E. (1997). Socioeconomic inequalities in health:
///   measurement, computation, and statistical inference. *J. Econometrics* 77(1), 87–103.
/// - Lerman, R. I. and Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini
///   coefficients. *J. Econometrics* 42(1), 43–47 (rank at the middle of a weight).
pub fn concentration(
    amount: &[f64],
    rank_by: &[f64],
    weight: Option<&[f64]>,
) -> Result<Concentration, EquityError> {
    let n = amount.len();
    total_or_zero("h", amount)?;
    same_length("rank_by", n, rank_by.len())?;
    let fault = rank_by.iter().zip(0..).find(|(key, _)| !key.is_finite());
    if let Some((&value, row)) = fault {
        return Err(EquityError::NotFinite {
            what: "rank_by",
            row,
            value,
        });
    }
    let weights = match weight {
        Some(weight) => {
            same_length("w", n, weight.len())?;
            total("w", weight)?
        }
        None => n as f64,
    };
    let weight_of = |row: usize| weight.map_or(1.0, |w| w.get(row).copied().unwrap_or_default());
    let share = |row: usize| weight_of(row) / weights;
    let held = |row: usize| share(row) * amount.get(row).copied().unwrap_or_default();
    let mean: f64 = (0..n).map(held).sum();
    if !(mean >= f64::MIN_POSITIVE && mean.is_finite()) {
        return Err(EquityError::Total {
            what: "h",
            total: mean,
        });
    }
    let order = ranking::ascending(rank_by.iter().copied());
    let mut fractional_rank = vec![0.0; n];
    let found = ranking::ranked(
        &order,
        |_, row| (share(row), held(row) / mean),
        |row, rank| {
            if let Some(of) = fractional_rank.get_mut(row) {
                *of = rank;
            }
        },
    );
    Ok(Concentration {
        index: found.index,
        interval: ranking::interval(found.index, found.standard_error, n),
        standard_error: found.standard_error,
        generalised: found.index * mean,
        mean,
        fractional_rank,
        curve: found.curve,
        n,
    })
}

/// As [`total`], where a total of 0 is found out later, by the weights.
fn total_or_zero(what: &'static str, amounts: &[f64]) -> Result<(), EquityError> {
    match total(what, amounts) {
        Err(EquityError::Total { total, .. }) if total.is_finite() => Ok(()),
        other => other.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(amount: &[f64], rank_by: &[f64], weight: Option<&[f64]>) -> f64 {
        concentration(amount, rank_by, weight).unwrap().index
    }

    #[test]
    fn what_cannot_be_ranked_is_refused_with_its_row() {
        let say = |h: &[f64], r: &[f64], w: Option<&[f64]>| concentration(h, r, w).unwrap_err();
        assert_eq!(say(&[], &[], None), EquityError::NoRows);
        assert!(matches!(
            say(&[1.0], &[], None),
            EquityError::Length {
                what: "rank_by",
                expected: 1,
                found: 0
            }
        ));
        assert!(matches!(
            say(&[1.0, -1.0], &[1.0, 2.0], None),
            EquityError::Amount {
                what: "h",
                row: 1,
                ..
            }
        ));
        for bad in [f64::NAN, f64::INFINITY] {
            assert!(matches!(
                say(&[1.0, bad], &[1.0, 2.0], None),
                EquityError::Amount {
                    what: "h",
                    row: 1,
                    ..
                }
            ));
            assert!(matches!(
                say(&[1.0, 1.0], &[1.0, bad], None),
                EquityError::NotFinite {
                    what: "rank_by",
                    row: 1,
                    ..
                }
            ));
            assert!(matches!(
                say(&[1.0, 1.0], &[1.0, 2.0], Some(&[1.0, bad])),
                EquityError::Amount {
                    what: "w",
                    row: 1,
                    ..
                }
            ));
        }
        assert!(matches!(
            say(&[0.0, 0.0], &[1.0, 2.0], None),
            EquityError::Total { what: "h", .. }
        ));
        // All of the amount where there is no weight.
        assert!(matches!(
            say(&[0.0, 3.0], &[1.0, 2.0], Some(&[1.0, 0.0])),
            EquityError::Total { what: "h", .. }
        ));
        assert!(matches!(
            say(&[1.0, 3.0], &[1.0, 2.0], Some(&[0.0, 0.0])),
            EquityError::Total { what: "w", .. }
        ));
    }

    #[test]
    fn one_row_has_an_index_of_nothing_and_no_interval() {
        let found = concentration(&[3.0], &[1.0], None).unwrap();
        assert!(found.index.abs() < 1e-15 && found.interval.is_none());
        assert_eq!(found.fractional_rank, [0.5]);
        assert_eq!(found.curve.len(), 2);
    }

    #[test]
    fn rows_of_one_rank_lie_at_the_middle_of_their_weight() {
        // Every rank equal: the rank says nothing.
        let found = concentration(&[1.0, 5.0, 2.0], &[7.0, 7.0, 7.0], None).unwrap();
        assert!(found.index.abs() < 1e-15);
        assert_eq!(found.curve.len(), 2);
        // Both zeros are one rank.
        let found = concentration(&[1.0, 5.0], &[0.0, -0.0], None).unwrap();
        assert_eq!(found.curve.len(), 2);
    }

    #[test]
    fn the_standard_error_is_that_of_kakwani_and_others() {
        // Their formula by hand: C = 2/9, a = (h/mean)(2R - 1 - C) + 2 - q_before - q.
        let found = concentration(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], None).unwrap();
        let (c, q) = (2.0 / 9.0, [0.0, 1.0 / 6.0, 0.5, 1.0]);
        let a = [1_u8, 2, 3].map(|i| {
            let (at, i) = (usize::from(i), f64::from(i));
            i / 2.0 * (2.0 * (i - 0.5) / 3.0 - 1.0 - c) + 2.0 - q[at - 1] - q[at]
        });
        let mean_square = a.iter().map(|a| a * a).sum::<f64>() / 3.0;
        let theirs = ((mean_square - (1.0 + c) * (1.0 + c)) / 3.0).sqrt();
        let error = found.standard_error.unwrap();
        assert!((found.index - c).abs() < 1e-15);
        assert!((error - theirs * 1.5_f64.sqrt()).abs() < 1e-14, "{error}");
    }

    fn rows() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
        // Few ranks, so that they tie.
        let row = (0.0_f64..100.0, 0_u8..6, 0.1_f64..50.0);
        prop::collection::vec(row.prop_map(|(h, rank, w)| (h, f64::from(rank), w)), 2..40)
            .prop_filter("something to share", |rows| {
                rows.iter().any(|row| row.0 > 0.01)
            })
    }

    fn parts(rows: &[(f64, f64, f64)]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        (
            rows.iter().map(|row| row.0).collect(),
            rows.iter().map(|row| row.1).collect(),
            rows.iter().map(|row| row.2).collect(),
        )
    }

    proptest! {
        #[test]
        fn neither_unit_nor_order_of_rows_changes_the_index(rows in rows(), by in 0.01_f64..1e4) {
            let (h, rank, w) = parts(&rows);
            let base = concentration(&h, &rank, Some(&w)).unwrap();
            prop_assert!((-1.0..=1.0).contains(&base.index));
            let scaled: Vec<f64> = h.iter().map(|h| h * by).collect();
            prop_assert!((index(&scaled, &rank, Some(&w)) - base.index).abs() < 1e-10);
            let heavier: Vec<f64> = w.iter().map(|w| w * by).collect();
            prop_assert!((index(&h, &rank, Some(&heavier)) - base.index).abs() < 1e-10);
            let mut turned = rows.clone();
            turned.reverse();
            let (h2, rank2, w2) = parts(&turned);
            let other = concentration(&h2, &rank2, Some(&w2)).unwrap();
            prop_assert!((other.index - base.index).abs() < 1e-10);
            prop_assert!((other.standard_error.unwrap() - base.standard_error.unwrap()).abs() < 1e-10);
        }

        #[test]
        fn the_other_way_round_the_index_is_the_other_way_round(rows in rows()) {
            let (h, rank, w) = parts(&rows);
            let down: Vec<f64> = rank.iter().map(|rank| -rank).collect();
            let sum = index(&h, &rank, Some(&w)) + index(&h, &down, Some(&w));
            prop_assert!(sum.abs() < 1e-10, "{sum}");
        }

        #[test]
        fn a_whole_weight_is_that_many_rows(rows in rows(), times in 1_usize..4) {
            let (h, rank, _) = parts(&rows);
            let weight = vec![times as f64; h.len()];
            let repeat = |of: &[f64]| of.iter().flat_map(|of| vec![*of; times]).collect::<Vec<_>>();
            let apart = index(&repeat(&h), &repeat(&rank), None);
            prop_assert!((apart - index(&h, &rank, Some(&weight))).abs() < 1e-10);
        }

        #[test]
        fn the_index_is_twice_the_area_to_the_diagonal(rows in rows()) {
            let (h, rank, w) = parts(&rows);
            let found = concentration(&h, &rank, Some(&w)).unwrap();
            let under: f64 = found
                .curve
                .windows(2)
                .map(|ends| (ends[1].x - ends[0].x) * (ends[1].y + ends[0].y))
                .sum();
            prop_assert!((1.0 - under - found.index).abs() < 1e-10);
            prop_assert!(found.curve.windows(2).all(|ends| ends[0].x <= ends[1].x));
            let rank: f64 = found.fractional_rank.iter().zip(&w).map(|(r, w)| r * w).sum();
            prop_assert!((rank / w.iter().sum::<f64>() - 0.5).abs() < 1e-10);
        }
    }
}
