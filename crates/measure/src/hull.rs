//! The point of a convex hull that is nearest to the origin, and whether it is mixed in one way only.
//!
//! Wolfe's method: an active set that ends after finitely many steps at the exact optimum, each step a
//! least-squares problem solved by Householder's orthogonal factors (so that digits are lost to the
//! condition of the points, not to its square).
//!
//! Wolfe, P. (1976). Finding the nearest point in a polytope. *Mathematical Programming* 11, 128–149.

use nalgebra::{DMatrix, DVector};

/// What a share of the scale a number of order 1 may be off by rounding.
const ROUNDING: f64 = 1e-13;

/// The nearest point of a hull.
#[derive(Debug, Clone)]
pub(crate) struct Nearest {
    /// Shares of the points: 0 or above, adding up to 1.
    pub(crate) weights: DVector<f64>,
    /// The point.
    pub(crate) point: DVector<f64>,
    /// How far the least of the multipliers is below 0, as a share of the squared scale: 0 at the
    /// optimum, of the order of 1e-16 by rounding.
    pub(crate) least_gradient: f64,
}

/// The point nearest to the origin of the hull of the columns of `points`.
///
/// - `points`: one column a point, finite, at least one; of order 1 (the caller scales).
/// - returns `None` if rounding keeps the conditions from being met to 1e-9 of the squared scale.
pub(crate) fn nearest(points: &DMatrix<f64>) -> Option<Nearest> {
    let count = points.ncols();
    let lengths: Vec<f64> = points.column_iter().map(|p| p.norm()).collect();
    let scale = lengths.iter().fold(0.0_f64, |most, of| most.max(*of));
    let (first, _) = lengths
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    // The corral: the points with a share, and their shares.
    let mut corral: Vec<(usize, f64)> = vec![(first, 1.0)];
    let mut point = points.column(first).into_owned();
    for _ in 0..(10 * (count + points.nrows()) + 100) {
        let products = points.tr_mul(&point);
        let square = point.norm_squared();
        let (enters, least) = products.argmin();
        if square - least <= ROUNDING * point.norm() * scale
            || corral.iter().any(|(at, _)| *at == enters)
        {
            break;
        }
        let mut next = corral.clone();
        next.push((enters, 0.0));
        while let Some(shares) = affine(points, &next) {
            if shares.iter().all(|share| *share > 0.0) {
                for ((_, share), best) in next.iter_mut().zip(shares.iter()) {
                    *share = *best;
                }
                break;
            }
            // As far towards the best mixture as all shares stay 0 or above.
            let (leaves, far) = next
                .iter()
                .zip(shares.iter())
                .enumerate()
                .filter(|(_, (_, best))| **best <= 0.0)
                .map(|(at, ((_, share), best))| (at, share / (share - best)))
                .min_by(|a, b| a.1.total_cmp(&b.1))?;
            for ((_, share), best) in next.iter_mut().zip(shares.iter()) {
                *share = (*share + far * (best - *share)).max(0.0);
            }
            next.remove(leaves);
            if next.is_empty() {
                break;
            }
        }
        let moved = mix(points, &next);
        // Every round comes nearer; where one does not, rounding is all that is left.
        if next.is_empty() || moved.norm_squared() >= square {
            break;
        }
        corral = next;
        point = moved;
    }
    let mut weights = DVector::zeros(count);
    let sum: f64 = corral.iter().map(|(_, share)| share).sum();
    for (at, share) in &corral {
        if let Some(weight) = weights.get_mut(*at) {
            *weight = share / sum;
        }
    }
    let square = point.norm_squared();
    let least = points.tr_mul(&point).min() - square;
    let least_gradient = if scale > 0.0 {
        least / (scale * scale)
    } else {
        0.0
    };
    (least_gradient >= -1e-9).then_some(Nearest {
        weights,
        point,
        least_gradient,
    })
}

/// Whether no other shares give the same point.
///
/// Only points on the same face can have a share. Other shares exist exactly if the origin is in the
/// hull of what the face's other points have beyond the affine span of those with a share.
pub(crate) fn is_only_mixture(points: &DMatrix<f64>, found: &Nearest) -> bool {
    let scale = points
        .column_iter()
        .fold(0.0_f64, |most, p| most.max(p.norm()));
    let square = found.point.norm_squared();
    let near = 1e-9 * scale * scale.min(found.point.norm() + 1e-3 * scale);
    let products = points.tr_mul(&found.point);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (at, (weight, product)) in found.weights.iter().zip(products.iter()).enumerate() {
        if *weight > 0.0 {
            with.push(at);
        } else if product - square <= near {
            without.push(at);
        }
    }
    let Some((&base, others)) = with.split_first() else {
        return true;
    };
    if without.is_empty() {
        return true;
    }
    let beyond = |at: usize| points.column(at) - points.column(base);
    let mut rest = DMatrix::from_columns(&without.iter().map(|at| beyond(*at)).collect::<Vec<_>>());
    if !others.is_empty() {
        let span = DMatrix::from_columns(&others.iter().map(|at| beyond(*at)).collect::<Vec<_>>());
        let q = span.qr().q();
        rest -= &q * q.tr_mul(&rest);
        rest -= &q * q.tr_mul(&rest);
    }
    nearest(&rest).is_some_and(|nearest| nearest.point.norm() > 1e-8 * scale)
}

/// The mixture of points with their shares.
fn mix(points: &DMatrix<f64>, corral: &[(usize, f64)]) -> DVector<f64> {
    let mut sum = DVector::zeros(points.nrows());
    for (at, share) in corral {
        sum.axpy(*share, &points.column(*at), 1.0);
    }
    sum
}

/// Shares, adding up to 1 and of any sign, of the point nearest to the origin in the affine span;
/// `None` if the points do not settle them.
fn affine(points: &DMatrix<f64>, corral: &[(usize, f64)]) -> Option<DVector<f64>> {
    let (&(base, _), others) = corral.split_first()?;
    if others.is_empty() {
        return Some(DVector::from_element(1, 1.0));
    }
    if others.len() > points.nrows() {
        return None;
    }
    let origin = points.column(base).into_owned();
    let columns: Vec<DVector<f64>> = others
        .iter()
        .map(|(at, _)| points.column(*at) - &origin)
        .collect();
    let qr = DMatrix::from_columns(&columns).qr();
    let r = qr.r();
    let most = r.diagonal().amax();
    if r.diagonal().iter().any(|of| of.abs() <= 1e-13 * most) {
        return None;
    }
    let mut right = -origin;
    qr.q_tr_mul(&mut right);
    let shares = r.solve_upper_triangular(&right.rows(0, others.len()).into_owned())?;
    let mut all = DVector::from_element(corral.len(), 1.0 - shares.sum());
    all.rows_mut(1, others.len()).copy_from(&shares);
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_point_of_a_triangle_is_on_its_side() {
        let points = DMatrix::from_columns(&[
            DVector::from_vec(vec![1.0, 1.0]),
            DVector::from_vec(vec![1.0, -3.0]),
            DVector::from_vec(vec![4.0, 0.0]),
        ]);
        let found = nearest(&points).unwrap();
        assert!((found.point[0] - 1.0).abs() < 1e-15 && found.point[1].abs() < 1e-15);
        assert!((found.weights[0] - 0.75).abs() < 1e-15 && found.weights[2].abs() < 1e-300);
        assert!(is_only_mixture(&points, &found));
    }

    #[test]
    fn a_point_mixed_in_two_ways_is_told() {
        // The same point twice; and four corners about the origin.
        let twice = DMatrix::from_columns(&[
            DVector::from_vec(vec![1.0, 1.0]),
            DVector::from_vec(vec![1.0, -3.0]),
            DVector::from_vec(vec![1.0, 1.0]),
        ]);
        assert!(!is_only_mixture(&twice, &nearest(&twice).unwrap()));
        let corners = DMatrix::from_row_slice(2, 4, &[1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0]);
        let found = nearest(&corners).unwrap();
        assert!(found.point.norm() < 1e-12);
        assert!(!is_only_mixture(&corners, &found));
    }
}
