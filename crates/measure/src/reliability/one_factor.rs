//! One factor behind a matrix of correlations, by maximum likelihood.

#![allow(
    clippy::indexing_slicing,
    reason = "vectors and matrices here all have one row for each item"
)]

use nalgebra::{DMatrix, DVector};

/// The least share of an item that is its own: R's `factanal` has the same bound.
const LEAST: f64 = 0.005;

/// Newton steps at most.
const STEPS: usize = 500;

/// The model: correlation of two items is the product of their loadings.
#[derive(Debug, Clone, PartialEq)]
pub struct OneFactor {
    /// Loadings; their sum is not negative.
    pub loadings: Vec<f64>,
    /// What of each item is its own, in `[0.005, 1]`.
    pub uniquenesses: Vec<f64>,
    /// Minus the logarithm of the likelihood but for constants; 0 is a perfect fit.
    pub discrepancy: f64,
}

impl OneFactor {
    /// McDonald's omega: the factor's share of the variance of the sum; none where it has no variance.
    pub fn omega(&self) -> Option<f64> {
        let common = self.loadings.iter().sum::<f64>().powi(2);
        let whole = common + self.uniquenesses.iter().sum::<f64>();
        (whole > 0.0).then(|| common / whole)
    }
}

/// The parts of the likelihood at given uniquenesses.
struct Point {
    value: f64,
    /// Loadings.
    loadings: DVector<f64>,
    /// Direction of the factor, in units of each item's own part.
    direction: DVector<f64>,
    /// Slope by the logarithms of the uniquenesses.
    slope: DVector<f64>,
}

/// Fits one factor; none for fewer than three items, which do not determine it.
///
/// # Shape and units
///
/// - `correlation`: symmetric, 1 on the diagonal; it may be singular.
/// - returns: a local maximum of the likelihood, from the start that R's `factanal` takes.
///
/// # References
///
/// Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. *Psychometrika*
/// 32(4), 443–482. Lawley, D. N. and Maxwell, A. E. (1971). *Factor Analysis as a Statistical Method*.
pub fn one_factor(correlation: &DMatrix<f64>) -> Option<OneFactor> {
    let k = correlation.nrows();
    if k < 3 || correlation.iter().any(|of| !of.is_finite()) {
        return None;
    }
    let start = match correlation.clone().try_inverse() {
        Some(inverse) => inverse
            .diagonal()
            .map(|of| ((1.0 - 0.5 / k as f64) / of).clamp(LEAST, 1.0)),
        None => DVector::from_element(k, 0.5),
    };
    let bounds = (LEAST.ln(), 0.0);
    let mut logs = start.map(f64::ln);
    let mut at = point(correlation, &logs)?;
    for _ in 0..STEPS {
        // Items on a bound that want to go beyond it stay there.
        let free: Vec<usize> = (0..k)
            .filter(|&i| {
                !(logs[i] <= bounds.0 && at.slope[i] > 0.0
                    || logs[i] >= bounds.1 && at.slope[i] < 0.0)
            })
            .collect();
        let slope = DVector::from_iterator(free.len(), free.iter().map(|&i| at.slope[i]));
        if slope.amax() < 1e-12 {
            break;
        }
        // Lawley and Maxwell's second derivatives, with a little on the diagonal.
        let bend = DMatrix::from_fn(free.len(), free.len(), |a, b| {
            let (i, j) = (free[a], free[b]);
            let own = if a == b { 1.0 } else { 0.0 };
            (own - at.direction[i] * at.direction[j]).powi(2) + own * 1e-8
        });
        let step = bend
            .cholesky()
            .map_or_else(|| slope.clone(), |bend| bend.solve(&slope));
        let mut moved = None;
        for halvings in 0..40 {
            let share = 0.5_f64.powi(halvings);
            let mut next = logs.clone();
            for (&i, step) in free.iter().zip(step.iter()) {
                next[i] = (logs[i] - share * step.clamp(-2.0, 2.0)).clamp(bounds.0, bounds.1);
            }
            if let Some(to) = point(correlation, &next)
                && to.value <= at.value - 1e-4 * (&logs - &next).dot(&at.slope)
            {
                moved = Some((next, to));
                break;
            }
        }
        let Some((next, to)) = moved else {
            break;
        };
        let is_still = (&next - &logs).amax() < 1e-13;
        (logs, at) = (next, to);
        if is_still {
            break;
        }
    }
    let sign = if at.loadings.sum() < 0.0 { -1.0 } else { 1.0 };
    Some(OneFactor {
        loadings: at.loadings.iter().map(|of| sign * of).collect(),
        uniquenesses: logs.iter().map(|of| of.exp()).collect(),
        discrepancy: at.value,
    })
}

fn point(correlation: &DMatrix<f64>, logs: &DVector<f64>) -> Option<Point> {
    let k = logs.len();
    let root = logs.map(|of| (of / 2.0).exp());
    let scaled = DMatrix::from_fn(k, k, |i, j| correlation[(i, j)] / (root[i] * root[j]));
    let eigen = scaled.symmetric_eigen();
    let largest = eigen.eigenvalues.imax();
    // A singular matrix has no likelihood; what it has beside that is kept finite.
    let mut value = 0.0;
    for (i, of) in eigen.eigenvalues.iter().enumerate() {
        if i != largest {
            let of = of.max(1e-12);
            value -= of.ln() - of + 1.0;
        }
    }
    let direction: DVector<f64> = eigen.eigenvectors.column(largest).into_owned();
    let size = (eigen.eigenvalues[largest] - 1.0).max(0.0).sqrt();
    let loadings = direction.component_mul(&root) * size;
    // d/dψ is diag(λλ' + Ψ - R) / ψ²; by ln ψ once less.
    let slope = DVector::from_fn(k, |i, _| {
        let unique = root[i] * root[i];
        (loadings[i] * loadings[i] + unique - correlation[(i, i)]) / unique
    });
    value.is_finite().then_some(Point {
        value,
        loadings,
        direction,
        slope,
    })
}
