//! One factor behind a matrix of correlations, by maximum likelihood.

#![allow(
    clippy::indexing_slicing,
    reason = "vectors and matrices here all have one row for each item"
)]

use nalgebra::{DMatrix, DVector, Dyn, SymmetricEigen};

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
    /// Slope by the logarithms of the uniquenesses.
    slope: DVector<f64>,
    /// Second derivatives by them.
    bend: DMatrix<f64>,
    /// The same if the model fitted exactly; never bends down.
    bend_close: DMatrix<f64>,
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
    let mut logs = start.map(f64::ln);
    let mut at = point(correlation, &logs)?;
    for _ in 0..STEPS {
        // Items on a bound that want to go beyond it stay there.
        let free: Vec<usize> = (0..k)
            .filter(|&i| {
                !(logs[i] <= LEAST.ln() && at.slope[i] > 0.0 || logs[i] >= 0.0 && at.slope[i] < 0.0)
            })
            .collect();
        let slope = DVector::from_iterator(free.len(), free.iter().map(|&i| at.slope[i]));
        if slope.amax() < 1e-12 {
            break;
        }
        let chosen = |of: &DMatrix<f64>| {
            DMatrix::from_fn(free.len(), free.len(), |a, b| {
                let own = if a == b { 1e-9 } else { 0.0 };
                of[(free[a], free[b])] + own
            })
        };
        // Second derivatives; where they bend down, what they are near the minimum; else straight down.
        let moved = [chosen(&at.bend), chosen(&at.bend_close)]
            .into_iter()
            .filter_map(|bend| bend.cholesky().map(|bend| bend.solve(&slope)))
            .chain(std::iter::once(slope.clone()))
            .find_map(|step| descend(correlation, &logs, &at, &free, &step));
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

/// The first of ever shorter steps that goes down by enough.
fn descend(
    correlation: &DMatrix<f64>,
    logs: &DVector<f64>,
    at: &Point,
    free: &[usize],
    step: &DVector<f64>,
) -> Option<(DVector<f64>, Point)> {
    (0..40).find_map(|halvings| {
        let share = 0.5_f64.powi(halvings);
        let mut next = logs.clone();
        for (&i, step) in free.iter().zip(step.iter()) {
            next[i] = (logs[i] - share * step.clamp(-2.0, 2.0)).clamp(LEAST.ln(), 0.0);
        }
        let least = 1e-4 * (logs - &next).dot(&at.slope);
        let to = point(correlation, &next)?;
        (least > 0.0 && to.value <= at.value - least).then_some((next, to))
    })
}

fn point(correlation: &DMatrix<f64>, logs: &DVector<f64>) -> Option<Point> {
    let k = logs.len();
    let root = logs.map(|of| (of / 2.0).exp());
    let scaled = DMatrix::from_fn(k, k, |i, j| correlation[(i, j)] / (root[i] * root[j]));
    let eigen = scaled.clone().symmetric_eigen();
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
    let (bend, bend_close) = bends(&eigen, largest, &scaled, &direction);
    value.is_finite().then_some(Point {
        value,
        loadings,
        slope,
        bend,
        bend_close,
    })
}

/// With eigenvalues θ and eigenvectors ω of the scaled matrix S, the factor's first, the second
/// derivatives by ln ψ are, element by element, `(S - θ₁ω₁ω₁') (I - ω₁ω₁') + ω₁ω₁' Σ c ωω'` over the
/// others, with c = (1 - θ)(θ₁ + θ) / (θ₁ - θ). If the model fits, the others are 1.
fn bends(
    eigen: &SymmetricEigen<f64, Dyn>,
    largest: usize,
    scaled: &DMatrix<f64>,
    direction: &DVector<f64>,
) -> (DMatrix<f64>, DMatrix<f64>) {
    let k = direction.len();
    let first = eigen.eigenvalues[largest];
    let factor = direction * direction.transpose();
    let without = DMatrix::identity(k, k) - &factor;
    let mut weighted = eigen.eigenvectors.clone();
    for (mut column, of) in weighted.column_iter_mut().zip(eigen.eigenvalues.iter()) {
        let apart = first - of;
        let weight = if apart > 1e-9 * first {
            (1.0 - of) * (first + of) / apart
        } else {
            0.0
        };
        column *= weight;
    }
    let others = weighted * eigen.eigenvectors.transpose();
    let bend = (scaled - &factor * first).component_mul(&without) + factor.component_mul(&others);
    let close = without.component_mul(&without);
    (bend, close)
}
