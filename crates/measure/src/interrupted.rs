//! A series before and after a change: has it jumped, has its slope turned?
//!
//! Two straight lines, one before the change and one from it on, with Newey–West errors that allow
//! for neighbours that are alike. For counts see [`crate::interrupted_counts`].

use nalgebra::{SMatrix, SVector};
use serde::Serialize;

use crate::proportion::{Interval, Z_95};
use crate::tail;

/// Why a series cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InterruptedError {
    /// A value that is no number.
    #[error("value {row} must be a finite number: found {value}")]
    NotFinite {
        /// Which, from 0.
        row: usize,
        /// The value given.
        value: f64,
    },
    /// A count below 0.
    #[error("value {row} must be a count, 0 or above: found {value}")]
    Negative {
        /// Which, from 0.
        row: usize,
        /// The value given.
        value: f64,
    },
    /// The change is not within the series.
    #[error("the break must be within the series: found {break_index}, with {n} values")]
    BreakOutside {
        /// The index given.
        break_index: usize,
        /// Values in the series.
        n: usize,
    },
    /// Too few values for two lines and what scatters about them.
    #[error(
        "too few values: need 2 before, 2 after and {need} together, have {before} and {after}"
    )]
    TooFew {
        /// Values before the change.
        before: usize,
        /// Values from the change on.
        after: usize,
        /// Values needed together.
        need: usize,
    },
    /// More lags than the series has neighbours.
    #[error("lags must be below the number of values: found {lags}, with {n} values")]
    TooManyLags {
        /// The lags given.
        lags: usize,
        /// Values in the series.
        n: usize,
    },
    /// A season that is none.
    #[error("the period must be above 0 and finite: found {period}")]
    NoPeriod {
        /// The period given.
        period: f64,
    },
    /// Nothing was counted at all.
    #[error("no events: a series of zeros has no trend to judge")]
    NoEvents,
    /// The counts do not settle the lines.
    #[error(
        "the counts do not settle the model: a side with too few events, or a season that is none"
    )]
    NotIdentified,
    /// Numbers beyond what can be computed with.
    #[error("values too large to compute with")]
    TooLarge,
}

/// What is estimated, in the order of every array of four here.
pub const COLUMNS: [&str; 4] = ["intercept", "time", "level_change", "slope_change"];

/// Two lines through a series, and how sure their difference is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interrupted {
    /// Level at the first value, slope before, jump at the change, change of slope.
    pub coef: [f64; 4],
    /// Their standard errors if values were independent.
    pub se_ols: [f64; 4],
    /// Their Newey–West standard errors.
    pub se_newey_west: [f64; 4],
    /// Two-sided p values from the Newey–West errors, by the normal distribution; `None` where
    /// nothing scatters about the lines.
    pub p_newey_west: [Option<f64>; 4],
    /// 95 % intervals from the Newey–West errors.
    pub interval_newey_west: [Interval; 4],
    /// Durbin–Watson statistic of the residuals: near 2 without memory, near 0 with much; `None`
    /// where nothing scatters.
    pub durbin_watson: Option<f64>,
    /// Lags used.
    pub lags: usize,
    /// Values in the series.
    pub n: usize,
    /// The first value that counts as after the change.
    pub break_index: usize,
    /// The lines, value by value.
    pub fitted: Vec<f64>,
    /// Where the first line would have gone on to, from the change on.
    pub counterfactual: Vec<f64>,
}

/// The times of both lines, each in its own middle and of its own width, so that what is estimated
/// for one side does not depend on the other and nothing cancels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sides {
    before: Side,
    after: Side,
    break_at: f64,
    break_index: usize,
}

#[derive(Debug, Clone, Copy)]
struct Side {
    n: f64,
    middle: f64,
    width: f64,
    one_by_width: f64,
}

impl Side {
    fn new(from: usize, n: usize) -> Self {
        let (from, n) = (from as f64, n as f64);
        // The standard deviation of n whole numbers in a row.
        let width = ((n * n - 1.0) / 12.0).sqrt();
        Self {
            n,
            middle: from + (n - 1.0) / 2.0,
            width,
            one_by_width: 1.0 / width,
        }
    }
}

impl Sides {
    /// Sides of at least two values each and `need` together.
    pub(crate) fn new(n: usize, break_index: usize, need: usize) -> Result<Self, InterruptedError> {
        let Some(after) = n.checked_sub(break_index) else {
            return Err(InterruptedError::BreakOutside { break_index, n });
        };
        if break_index < 2 || after < 2 || n < need {
            return Err(InterruptedError::TooFew {
                before: break_index,
                after,
                need,
            });
        }
        Ok(Self {
            before: Side::new(0, break_index),
            after: Side::new(break_index, after),
            break_at: break_index as f64,
            break_index,
        })
    }

    /// Which side a value is on and where on it, in widths from its middle.
    pub(crate) fn place(&self, at: usize) -> (bool, f64) {
        let is_after = at >= self.break_index;
        let side = if is_after { self.after } else { self.before };
        (is_after, (at as f64 - side.middle) * side.one_by_width)
    }

    /// Level at the first value, slope, jump and change of slope out of middle and slope of either
    /// line in its own coordinates; `unit` is the time the slopes are for.
    pub(crate) fn to_coefficients(self, unit: f64) -> SMatrix<f64, 4, 4> {
        let Self { before, after, .. } = self;
        let slope_before = 1.0 / before.width;
        let slope_after = 1.0 / after.width;
        let start = -before.middle * slope_before;
        let end_before = (self.break_at - before.middle) * slope_before;
        let start_after = (self.break_at - after.middle) * slope_after;
        #[rustfmt::skip]
        let rows = [
            1.0, start, 0.0, 0.0,
            0.0, unit * slope_before, 0.0, 0.0,
            -1.0, -end_before, 1.0, start_after,
            0.0, -unit * slope_before, 0.0, unit * slope_after,
        ];
        SMatrix::from_row_slice(&rows)
    }
}

/// The first value that is no number.
pub(crate) fn finite(y: &[f64]) -> Result<(), InterruptedError> {
    match y.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((row, &value)) => Err(InterruptedError::NotFinite { row, value }),
        None => Ok(()),
    }
}

/// Lags for a series of `n` values if nobody says otherwise: ⌊4 (n / 100)^(2/9)⌋.
///
/// # Examples
///
/// ```
/// assert_eq!(pengayom_measure::interrupted::default_lags(100), 4);
/// ```
///
/// # References
///
/// Newey, W. K. and West, K. D. (1994). Automatic lag selection in covariance matrix estimation.
/// *Rev. Econ. Stud.* 61(4), 631–653; the rule as statsmodels has it.
pub fn default_lags(n: usize) -> usize {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below n"
    )]
    let lags = (4.0 * (n as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize;
    lags.min(n.saturating_sub(1))
}

/// Interrupted time series: least squares of a line before and a line from the change on, with
/// Newey–West errors.
///
/// # Shape and units
///
/// - `y`: the series, evenly spaced, oldest first; at least 2 values on each side and 5 together.
/// - `break_index`: the first value after the change. Time counts from 0, so the model is
///   `y = a + b t + c [t >= k] + d (t - k) [t >= k]` with `k = break_index`: `c` is the jump at `k`.
/// - `lags`: how many neighbours are taken to be alike, below the number of values;
///   [`default_lags`] if `None`; 0 allows for unequal scatter only (HC1).
/// - returns: units of `y`, slopes for one step. Errors have the small-sample factor n / (n - 4),
///   weights are Bartlett's, p values are of the normal distribution.
/// - Where no residual exceeds what rounding does to `y`, errors are 0 and there are no p values. A
///   side of two values has a line through both: what is estimated from it alone has an error of 0 and
///   no p value, and says nothing of how sure it is.
///
/// Time and memory grow with n, whatever the lags: Bartlett's weighted sum is the sum of squares of
/// moving sums.
///
/// # Errors
///
/// - [`InterruptedError::NotFinite`] of the first value that is NaN or infinite.
/// - [`InterruptedError::BreakOutside`], [`InterruptedError::TooFew`], [`InterruptedError::TooManyLags`].
/// - [`InterruptedError::TooLarge`] if sums of squares are beyond 1e308.
///
/// # Examples
///
/// ```
/// use pengayom_measure::interrupted::interrupted;
///
/// // Level 10, then a jump of 5 and a slope of 1 more.
/// let found = interrupted(&[10.0, 10.0, 10.0, 15.0, 16.0, 17.0], 3, Some(1))?;
/// assert!((found.coef[2] - 5.0).abs() < 1e-12 && (found.coef[3] - 1.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::interrupted::InterruptedError>(())
/// ```
///
/// # References
///
/// Wagner, A. K. et al. (2002). Segmented regression analysis of interrupted time series studies in
/// medication use research. *J. Clin. Pharm. Ther.* 27(4), 299–309. Newey, W. K. and West, K. D.
/// (1987). A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
/// covariance matrix. *Econometrica* 55(3), 703–708.
pub fn interrupted(
    y: &[f64],
    break_index: usize,
    lags: Option<usize>,
) -> Result<Interrupted, InterruptedError> {
    let n = y.len();
    let sides = Sides::new(n, break_index, 5)?;
    finite(y)?;
    let lags = lags.unwrap_or_else(|| default_lags(n));
    if lags >= n {
        return Err(InterruptedError::TooManyLags { lags, n });
    }
    let (before, after) = y.split_at(break_index);
    let (m1, b1) = line(before, sides, 0);
    let (m2, b2) = line(after, sides, break_index);
    let own = SVector::from([m1, b1, m2, b2]);
    let lines = |at: usize| {
        let (is_after, u) = sides.place(at);
        if is_after { m2 + b2 * u } else { m1 + b1 * u }
    };
    let fitted: Vec<f64> = (0..n).map(lines).collect();
    let mut residuals: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();
    let (of_before, of_after) = residuals.split_at_mut(break_index);
    let scatters = [settle(before, of_before), settle(after, of_after)].contains(&true);
    let squares: f64 = residuals.iter().map(|e| e * e).sum();

    let to = sides.to_coefficients(1.0);
    let values = to * own;
    let df = n as f64 - 4.0;
    // In their own coordinates the columns are orthogonal, each of as much as its side has values.
    let weight = SVector::from([
        1.0 / sides.before.n,
        1.0 / sides.before.n,
        1.0 / sides.after.n,
        1.0 / sides.after.n,
    ]);
    let plain = SMatrix::<f64, 4, 4>::from_diagonal(&(weight * (squares / df)));
    let bread = SMatrix::<f64, 4, 4>::from_diagonal(&weight);
    let meat = bartlett(&residuals, lags, sides) * (n as f64 / df);
    let errors = |own: SMatrix<f64, 4, 4>| {
        let all = to * own * to.transpose();
        all.diagonal()
            .map(|variance| variance.max(0.0).sqrt())
            .into()
    };
    let se_ols: [f64; 4] = errors(plain);
    let se_newey_west: [f64; 4] = errors(bread * meat * bread);
    let coef: [f64; 4] = values.into();
    let found = [coef, se_ols, se_newey_west];
    if !(found.iter().flatten().all(|x| x.is_finite()) && squares.is_finite()) {
        return Err(InterruptedError::TooLarge);
    }
    let extended = |at: usize| m1 + b1 * (at as f64 - sides.before.middle) / sides.before.width;
    Ok(Interrupted {
        coef,
        se_ols,
        se_newey_west,
        p_newey_west: p_values(&coef, &se_newey_west),
        interval_newey_west: intervals(&coef, &se_newey_west),
        durbin_watson: scatters.then(|| steps(&residuals) / squares),
        lags,
        n,
        break_index,
        fitted,
        counterfactual: (break_index..n).map(extended).collect(),
    })
}

/// Two-sided p values by the normal distribution; none where the error is 0.
pub(crate) fn p_values<const N: usize>(of: &[f64; N], errors: &[f64; N]) -> [Option<f64>; N] {
    let mut pairs = of.iter().zip(errors);
    std::array::from_fn(|_| {
        let (x, se) = pairs.next()?;
        (*se > 0.0).then(|| tail::normal(x / se))
    })
}

/// 95 % intervals by the normal distribution.
pub(crate) fn intervals<const N: usize>(of: &[f64; N], errors: &[f64; N]) -> [Interval; N] {
    let mut pairs = of.iter().zip(errors);
    std::array::from_fn(|_| {
        let (x, se) = pairs.next().unwrap_or((&f64::NAN, &f64::NAN));
        Interval {
            low: x - Z_95 * se,
            high: x + Z_95 * se,
        }
    })
}

/// Whether residuals of one side exceed what rounding does to its values; those that do not are 0.
/// Two values always have a line through them.
fn settle(y: &[f64], residuals: &mut [f64]) -> bool {
    let largest = y.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let rounding = 16.0 * f64::EPSILON * largest;
    let scatters = y.len() > 2 && residuals.iter().any(|e| e.abs() > rounding);
    if !scatters {
        residuals.fill(0.0);
    }
    scatters
}

/// Middle and slope of the line through one side, in the side's own coordinates.
fn line(y: &[f64], sides: Sides, from: usize) -> (f64, f64) {
    let n = y.len() as f64;
    // Twice, so that a large level takes no digits from a small scatter.
    let rough = y.iter().map(|value| value / n).sum::<f64>();
    let middle = rough + y.iter().map(|value| (value - rough) / n).sum::<f64>();
    let slope = y
        .iter()
        .enumerate()
        .map(|(at, value)| sides.place(from + at).1 * ((value - middle) / n))
        .sum();
    (middle, slope)
}

/// Sum of squared steps from each residual to the next.
fn steps(residuals: &[f64]) -> f64 {
    residuals
        .iter()
        .zip(residuals.iter().skip(1))
        .map(|(a, b)| (b - a) * (b - a))
        .sum()
}

/// A sum that remembers what it rounded away (Knuth, 1969), so that a large value that leaves a moving
/// sum leaves nothing behind.
#[derive(Debug, Clone, Copy, Default)]
struct Exact {
    sum: f64,
    lost: f64,
}

impl Exact {
    fn add(&mut self, x: f64) {
        // Without a branch, as Knuth has it.
        let sum = self.sum + x;
        let of_x = sum - self.sum;
        self.lost += (self.sum - (sum - of_x)) + (x - of_x);
        self.sum = sum;
    }
}

/// Σ over pairs of scores, weighted `1 - |lag| / (lags + 1)`.
///
/// That is Σ B B' / (lags + 1) over all sums B of `lags + 1` scores in a row.
fn bartlett(residuals: &[f64], lags: usize, sides: Sides) -> SMatrix<f64, 4, 4> {
    let score = |at: usize, e: f64| {
        let (is_after, u) = sides.place(at);
        (is_after, e, e * u)
    };
    let mut moving = [Exact::default(); 4];
    let mut total = SMatrix::<f64, 4, 4>::zeros();
    let mut put = |at: usize, e: f64, sign: f64| {
        let (is_after, level, slope) = score(at, sign * e);
        let [a, b, c, d] = &mut moving;
        let (first, second) = if is_after { (c, d) } else { (a, b) };
        first.add(level);
        second.add(slope);
        SVector::<f64, 4>::from(moving.map(|of| of.sum + of.lost))
    };
    let mut leaving = residuals.iter().enumerate();
    for (at, &e) in residuals.iter().enumerate() {
        let mut of = put(at, e, 1.0);
        if at > lags
            && let Some((at, &e)) = leaving.next()
        {
            of = put(at, e, -1.0);
        }
        total.ger(1.0, &of, &of, 1.0);
    }
    // What is left leaves one by one; the last leaves nothing.
    for (at, &e) in leaving {
        let of = put(at, e, -1.0);
        total.ger(1.0, &of, &of, 1.0);
    }
    total / (lags as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_series_that_cannot_be_judged_is_refused() {
        let of = |y: &[f64], at, lags| interrupted(y, at, lags).unwrap_err();
        assert!(matches!(
            of(&[], 0, None),
            InterruptedError::TooFew {
                before: 0,
                after: 0,
                need: 5
            }
        ));
        assert_eq!(
            of(&[1.0, 2.0], 3, None),
            InterruptedError::BreakOutside {
                break_index: 3,
                n: 2
            }
        );
        for at in [0, 1, 5, 6] {
            assert!(matches!(
                of(&[1.0; 6], at, None),
                InterruptedError::TooFew { .. }
            ));
        }
        assert!(matches!(
            of(&[1.0; 4], 2, None),
            InterruptedError::TooFew { .. }
        ));
        assert_eq!(
            of(&[1.0; 6], 3, Some(6)),
            InterruptedError::TooManyLags { lags: 6, n: 6 }
        );
        for bad in [f64::NAN, f64::INFINITY] {
            let error = of(&[1.0, 2.0, 3.0, 4.0, bad, 6.0], 3, None);
            assert!(matches!(error, InterruptedError::NotFinite { row: 4, .. }));
        }
        assert_eq!(
            of(&[1e200, -1e200, 1e200, 3.0, 4.0, 1e200], 3, None),
            InterruptedError::TooLarge
        );
    }

    #[test]
    fn without_scatter_nothing_is_tested() {
        // 0.1 t rounds; a level of a thousand million rounds more.
        for level in [0.0, 0.3, 1e9] {
            let y: Vec<f64> = (0..20).map(|t| level + 0.1 * f64::from(t)).collect();
            let found = interrupted(&y, 9, None).unwrap();
            assert_eq!((found.p_newey_west, found.durbin_watson), ([None; 4], None));
            assert!(found.se_newey_west.iter().all(|se| *se < 1e-300));
        }
    }

    #[test]
    fn a_side_of_two_values_says_nothing_of_its_own_scatter() {
        let found = interrupted(&[1.0, 5.0, 2.0, 7.0, 1.0, 8.0, 2.0], 2, Some(3)).unwrap();
        assert_eq!((found.p_newey_west[0], found.p_newey_west[1]), (None, None));
        assert!(found.p_newey_west[2].is_some());
        assert!((found.coef[0] - 1.0).abs() < 1e-14 && (found.coef[1] - 4.0).abs() < 1e-14);
    }

    /// The sum of pairs as the paper writes it.
    fn as_written(residuals: &[f64], lags: usize, sides: Sides) -> SMatrix<f64, 4, 4> {
        let score = |at: usize| {
            let (is_after, u) = sides.place(at);
            let e = residuals[at];
            SVector::<f64, 4>::from(if is_after {
                [0.0, 0.0, e, e * u]
            } else {
                [e, e * u, 0.0, 0.0]
            })
        };
        let mut sum = SMatrix::zeros();
        for at in 0..residuals.len() {
            for other in 0..residuals.len() {
                let lag = at.abs_diff(other);
                if lag <= lags {
                    let weight = 1.0 - lag as f64 / (lags as f64 + 1.0);
                    sum += score(at) * score(other).transpose() * weight;
                }
            }
        }
        sum
    }

    proptest! {
        #[test]
        fn moving_sums_give_bartletts_sum(e in proptest::collection::vec(-10.0_f64..10.0, 5..40), lags in 0_usize..39) {
            let lags = lags.min(e.len() - 1);
            let sides = Sides::new(e.len(), 2, 5).unwrap();
            let difference = bartlett(&e, lags, sides) - as_written(&e, lags, sides);
            prop_assert!(difference.amax() < 1e-9, "{difference}");
        }

        #[test]
        fn units_and_trend_do_not_matter(
            y in proptest::collection::vec(-10.0_f64..10.0, 8..60), part in 0.3_f64..0.7, lags in 0_usize..7,
            unit in 0.01_f64..100.0, level in -100.0_f64..100.0, slope in -5.0_f64..5.0
        ) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the series")]
            let at = (y.len() as f64 * part) as usize;
            let found = interrupted(&y, at, Some(lags)).unwrap();
            let moved: Vec<f64> = y.iter().enumerate().map(|(t, y)| y * unit + level + slope * t as f64).collect();
            let moved = interrupted(&moved, at, Some(lags)).unwrap();
            let near = 1e-9 * (100.0 + unit);
            for (column, added) in [level, slope, 0.0, 0.0].into_iter().enumerate() {
                prop_assert!((found.coef[column] * unit + added - moved.coef[column]).abs() < near);
                prop_assert!((found.se_newey_west[column] * unit - moved.se_newey_west[column]).abs() < near);
                prop_assert!((found.se_ols[column] * unit - moved.se_ols[column]).abs() < near);
            }
        }

        #[test]
        fn backwards_the_slopes_turn(y in proptest::collection::vec(-10.0_f64..10.0, 8..40), lags in 0_usize..7) {
            let at = y.len() / 2;
            let found = interrupted(&y, at, Some(lags)).unwrap();
            let turned: Vec<f64> = y.iter().rev().copied().collect();
            let turned = interrupted(&turned, y.len() - at, Some(lags)).unwrap();
            // The slope after the change, backwards, is that before it.
            prop_assert!((found.coef[1] + found.coef[3] + turned.coef[1]).abs() < 1e-9);
            prop_assert!((found.se_newey_west[3] - turned.se_newey_west[3]).abs() < 1e-9);
            for (a, b) in found.fitted.iter().zip(turned.fitted.iter().rev()) {
                prop_assert!((a - b).abs() < 1e-9);
            }
        }

        #[test]
        fn the_jump_is_what_lies_between_the_lines(y in proptest::collection::vec(-10.0_f64..10.0, 8..40)) {
            let at = y.len() / 2;
            let found = interrupted(&y, at, None).unwrap();
            prop_assert!((found.fitted[at] - found.counterfactual[0] - found.coef[2]).abs() < 1e-10);
            prop_assert_eq!(found.counterfactual.len(), y.len() - at);
        }
    }
}
