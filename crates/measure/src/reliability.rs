//! How far the questions of a scale measure one thing: alpha, lambda-2, omega, and each item's share.

#![allow(
    clippy::indexing_slicing,
    reason = "vectors and matrices here all have one row for each item"
)]

mod one_factor;

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::f_distribution as f;
use crate::magnitude;
use crate::proportion::Interval;
use crate::quantile::TAIL_95;

pub use one_factor::{OneFactor, one_factor};

/// Most items of one scale.
const ITEMS_MAX: usize = 500;

/// Why reliability cannot be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReliabilityError {
    /// A spread needs two people.
    #[error("too few rows: need 2, have {rows}")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// Agreement needs two items.
    #[error("too few items: need 2, have {items}")]
    TooFewItems {
        /// Items given.
        items: usize,
    },
    /// More items than one scale has.
    #[error("too many items: {items}, limit {ITEMS_MAX}")]
    TooManyItems {
        /// Items given.
        items: usize,
    },
    /// A row of another length.
    #[error("row {row}: expected {expected} answers, found {found}")]
    Ragged {
        /// Which, from 0.
        row: usize,
        /// Answers of the first row.
        expected: usize,
        /// Answers found.
        found: usize,
    },
    /// An answer is no number.
    #[error("row {row}, item {item}: expected a finite number, found {value}")]
    NotFinite {
        /// Which row, from 0.
        row: usize,
        /// Which item, from 0.
        item: usize,
        /// What was found.
        value: f64,
    },
    /// Everybody gave the same answer, to rounding beside the other items: it measures nothing.
    #[error("item {item}: all answers are the same")]
    ConstantItem {
        /// Which, from 0.
        item: usize,
    },
    /// The items cancel: everybody has the same sum.
    #[error("all rows have the same sum: there is nothing to be reliable about")]
    NoTotal,
}

/// One item of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Item {
    /// Mean answer.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// Correlation with the sum of the others; none where that sum is the same for all.
    pub rest_correlation: Option<f64>,
    /// Alpha of the others; none where fewer than two are left or their sum is the same for all.
    pub alpha_without: Option<f64>,
    /// Loading on the one factor; none where there is no such model (two items).
    pub loading: Option<f64>,
}

/// The reliability of a scale.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// People.
    pub n: u64,
    /// Cronbach's alpha, at most 1; negative where items contradict each other.
    pub alpha: f64,
    /// Its 95 % interval (Feldt).
    pub alpha_interval: Interval,
    /// Alpha of standardised items.
    pub alpha_standardised: f64,
    /// Guttman's lambda-2 of the covariances; at least alpha.
    pub lambda2: f64,
    /// McDonald's omega from the one-factor model of the correlations; none with two items.
    pub omega: Option<f64>,
    /// The items, in the order given.
    pub items: Vec<Item>,
}

/// Reliability of a scale of `k` items answered by `n` people.
///
/// # Shape and units
///
/// - `answers`: one row for each person, one finite answer for each of 2 to 500 items, turned so that
///   all point one way; nobody left out an item (leave out people who did).
/// - returns: coefficients, at most 1. Correlations within -1 and 1.
///
/// # Errors
///
/// [`ReliabilityError`]: fewer than two rows or items, more than 500 items, rows of different length,
/// an answer that is not finite, an item with one answer only, sums that are all the same.
///
/// # Examples
///
/// ```
/// use pengayom_measure::reliability::reliability;
///
/// // Variances 1 and 1, covariance 1/2: alpha is 2 · (1 - 2 / 3).
/// let of = reliability(&[[1.0, 2.0], [2.0, 3.0], [3.0, 1.0 + 1.0 + 1.0], [2.0, 2.0]])?;
/// assert!(of.alpha <= of.lambda2 + 1e-12);
/// # Ok::<(), pengayom_measure::reliability::ReliabilityError>(())
/// ```
///
/// # References
///
/// Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. *Psychometrika*
/// 16(3), 297–334. Feldt, L. S., Woodruff, D. J. and Salih, F. A. (1987). Statistical inference for
/// coefficient alpha. *Appl. Psychol. Meas.* 11(1), 93–103. Guttman, L. (1945). A basis for analyzing
/// test-retest reliability. *Psychometrika* 10(4), 255–282. McDonald, R. P. (1999). *Test Theory*.
pub fn reliability<R: AsRef<[f64]>>(answers: &[R]) -> Result<Reliability, ReliabilityError> {
    let (means, covariance, unit) = covariances(answers)?;
    let k = means.len();
    let sd = covariance.diagonal().map(f64::sqrt);
    let correlation = DMatrix::from_fn(k, k, |i, j| {
        if i == j {
            1.0
        } else {
            covariance[(i, j)] / (sd[i] * sd[j])
        }
    });
    let (total, trace) = (covariance.sum(), covariance.trace());
    let alpha = alpha(k, total, trace).ok_or(ReliabilityError::NoTotal)?;
    let alpha_standardised =
        self::alpha(k, correlation.sum(), correlation.trace()).ok_or(ReliabilityError::NoTotal)?;
    let off_squares = covariance.norm_squared() - covariance.diagonal().norm_squared();
    let off = total - trace;
    let size = k as f64;
    let lambda2 = (off + (size / (size - 1.0) * off_squares).sqrt()) / total;
    let n = answers.len() as f64;
    let (df1, df2) = (n - 1.0, (n - 1.0) * (size - 1.0));
    let factor = one_factor(&correlation);
    let columns = covariance.row_sum();
    let items = (0..k)
        .map(|i| {
            let with_rest = columns[i] - covariance[(i, i)];
            let of_rest = total - 2.0 * columns[i] + covariance[(i, i)];
            let is_flat = of_rest <= 1e-12 * trace;
            let of_correlation = || (with_rest / (sd[i] * of_rest.sqrt())).clamp(-1.0, 1.0);
            Item {
                mean: means[i] * unit,
                sd: sd[i] * unit,
                rest_correlation: (!is_flat).then(of_correlation),
                alpha_without: self::alpha(k - 1, of_rest, trace - covariance[(i, i)]),
                loading: factor.as_ref().map(|of| of.loadings[i]),
            }
        })
        .collect();
    Ok(Reliability {
        n: answers.len() as u64,
        alpha,
        alpha_interval: Interval {
            low: 1.0 - (1.0 - alpha) * f::quantile(1.0 - TAIL_95, df1, df2),
            high: 1.0 - (1.0 - alpha) * f::quantile(TAIL_95, df1, df2),
        },
        alpha_standardised,
        lambda2,
        omega: factor.and_then(|of| of.omega()),
        items,
    })
}

/// Cronbach's alpha of `items` from the variance of their sum and the sum of their variances; nothing
/// where there are fewer than two or the sum has no variance.
fn alpha(items: usize, total: f64, trace: f64) -> Option<f64> {
    let k = items as f64;
    (items > 1 && total > 1e-12 * trace).then(|| k / (k - 1.0) * (1.0 - trace / total))
}

/// People whose answers are multiplied at a time.
const BATCH: usize = 256;

/// Means of the items and their covariances, and the unit they are in.
fn covariances<R: AsRef<[f64]>>(
    answers: &[R],
) -> Result<(DVector<f64>, DMatrix<f64>, f64), ReliabilityError> {
    let largest = check(answers)?;
    let Some(unit) = magnitude::unit(largest) else {
        let (means, covariance) = of_usual_size(answers)?;
        return Ok((means, covariance, 1.0));
    };
    let scaled: Vec<Vec<f64>> = answers
        .iter()
        .map(|of| of.as_ref().iter().map(|value| value / unit).collect())
        .collect();
    let (means, covariance) = of_usual_size(&scaled)?;
    Ok((means, covariance, unit))
}

/// The table makes sense; gives the largest size of an answer.
fn check<R: AsRef<[f64]>>(answers: &[R]) -> Result<f64, ReliabilityError> {
    if answers.len() < 2 {
        return Err(ReliabilityError::TooFewRows {
            rows: answers.len(),
        });
    }
    let k = answers.first().map_or(0, |of| of.as_ref().len());
    if k < 2 {
        return Err(ReliabilityError::TooFewItems { items: k });
    }
    if k > ITEMS_MAX {
        return Err(ReliabilityError::TooManyItems { items: k });
    }
    let mut largest = 0.0_f64;
    for (row, of) in answers.iter().enumerate() {
        let of = of.as_ref();
        if of.len() != k {
            return Err(ReliabilityError::Ragged {
                row,
                expected: k,
                found: of.len(),
            });
        }
        if let Some((item, &value)) = of.iter().enumerate().find(|(_, of)| !of.is_finite()) {
            return Err(ReliabilityError::NotFinite { row, item, value });
        }
        largest = largest.max(magnitude::largest(of.iter().copied()));
    }
    Ok(largest)
}

/// The same of a table that makes sense and whose squares are numbers.
fn of_usual_size<R: AsRef<[f64]>>(
    answers: &[R],
) -> Result<(DVector<f64>, DMatrix<f64>), ReliabilityError> {
    // Seen from the first row, so that a large common part takes no digits and equal answers give 0.
    let first = answers.first().map_or(&[][..], |of| of.as_ref());
    let (n, k) = (answers.len() as f64, first.len());
    let mut means = DVector::<f64>::zeros(k);
    for of in answers {
        for ((value, first), mean) in of.as_ref().iter().zip(first).zip(means.iter_mut()) {
            *mean += value - first;
        }
    }
    means /= n;
    let mut covariance = DMatrix::<f64>::zeros(k, k);
    let mut batch = DMatrix::<f64>::zeros(k, BATCH);
    for of in answers.chunks(BATCH) {
        for (row, mut column) in of.iter().zip(batch.column_iter_mut()) {
            let seen = row.as_ref().iter().zip(first).zip(means.iter());
            for (away, ((value, first), mean)) in column.iter_mut().zip(seen) {
                *away = value - first - mean;
            }
        }
        let filled = batch.columns(0, of.len());
        covariance.gemm(1.0, &filled, &filled.transpose(), 1.0);
    }
    covariance /= n - 1.0;
    covariance.fill_upper_triangle_with_lower_triangle();
    if let Some(item) = covariance.diagonal().iter().position(|of| *of <= 0.0) {
        return Err(ReliabilityError::ConstantItem { item });
    }
    let first = DVector::from_column_slice(first);
    Ok((first + means, covariance))
}

#[cfg(test)]
mod tests;
