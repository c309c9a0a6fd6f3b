//! How far the questions of a scale measure one thing: alpha, lambda-2, omega, and each item's share.

#![allow(
    clippy::indexing_slicing,
    reason = "vectors and matrices here all have one row for each item"
)]

mod one_factor;

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::f_distribution as f;
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
    /// Everybody gave the same answer: the item measures nothing.
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
    let (means, covariance) = covariances(answers)?;
    let k = means.len();
    for (item, (variance, mean)) in covariance.diagonal().iter().zip(&means).enumerate() {
        // What rounding leaves of answers that are all the same.
        if variance.sqrt() <= 1e-13 * mean.abs() || *variance <= 0.0 {
            return Err(ReliabilityError::ConstantItem { item });
        }
    }
    let sd = covariance.diagonal().map(f64::sqrt);
    let correlation = DMatrix::from_fn(k, k, |i, j| {
        if i == j {
            1.0
        } else {
            covariance[(i, j)] / (sd[i] * sd[j])
        }
    });
    let alpha = alpha(&covariance).ok_or(ReliabilityError::NoTotal)?;
    let alpha_standardised = self::alpha(&correlation).ok_or(ReliabilityError::NoTotal)?;
    let total = covariance.sum();
    let off_squares = covariance.norm_squared() - covariance.diagonal().norm_squared();
    let off = total - covariance.trace();
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
            let is_flat = of_rest <= 1e-12 * covariance.trace();
            let alpha_without = (k > 2)
                .then(|| self::alpha(&covariance.clone().remove_row(i).remove_column(i)))
                .flatten();
            Item {
                mean: means[i],
                sd: sd[i],
                rest_correlation: (!is_flat).then(|| with_rest / (sd[i] * of_rest.sqrt())),
                alpha_without,
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

/// Cronbach's alpha of a covariance matrix; nothing where the sum has no variance.
fn alpha(covariance: &DMatrix<f64>) -> Option<f64> {
    let (total, trace) = (covariance.sum(), covariance.trace());
    let k = covariance.nrows() as f64;
    (k > 1.0 && total > 1e-12 * trace).then(|| k / (k - 1.0) * (1.0 - trace / total))
}

/// Means of the items and their covariances.
fn covariances<R: AsRef<[f64]>>(
    answers: &[R],
) -> Result<(DVector<f64>, DMatrix<f64>), ReliabilityError> {
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
    let n = answers.len() as f64;
    let mut means = DVector::zeros(k);
    for (row, of) in answers.iter().enumerate() {
        let of = of.as_ref();
        if of.len() != k {
            return Err(ReliabilityError::Ragged {
                row,
                expected: k,
                found: of.len(),
            });
        }
        for (item, (&value, mean)) in of.iter().zip(means.iter_mut()).enumerate() {
            if !value.is_finite() {
                return Err(ReliabilityError::NotFinite { row, item, value });
            }
            *mean += value / n;
        }
    }
    let mut covariance = DMatrix::zeros(k, k);
    let mut away = vec![0.0; k];
    for of in answers {
        for ((away, value), mean) in away.iter_mut().zip(of.as_ref()).zip(means.iter()) {
            *away = value - mean;
        }
        for (mut column, with) in covariance.column_iter_mut().zip(&away) {
            for (sum, of) in column.iter_mut().zip(&away) {
                *sum += of * with;
            }
        }
    }
    covariance /= n - 1.0;
    Ok((means, covariance))
}

#[cfg(test)]
mod tests;
