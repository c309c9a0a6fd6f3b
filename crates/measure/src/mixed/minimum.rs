//! The lowest point of a smooth function of few numbers, to eight digits, from a place close by.
//!
//! Newton steps on differences. Standard deviations enter with either sign (the function is even in
//! them), so the bound at 0 needs no care on the way; whether 0 itself is as low as the place found is
//! asked at the end, and then the answer is 0 exactly.

#![allow(
    clippy::indexing_slicing,
    reason = "all lists here have one number for each unknown"
)]

use nalgebra::{DMatrix, DVector};

/// What is known of the unknowns.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The size of a change that matters near 0.
    pub(crate) scale: Vec<f64>,
    /// Of which unknowns only the size counts.
    pub(crate) even: Vec<bool>,
}

/// The lowest point found.
#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
}

/// Newton steps.
const NEWTON_STEPS: usize = 25;

/// Width of a difference, in sizes of the unknown: its fourth power is the error of the formula, and
/// a rounding error of 1e-13 over it still is below that.
const WIDTH: f64 = 0.005;

/// Two values closer than this, relatively, count as one.
const SAME: f64 = 1e-11;

/// What rounding does to a value, relatively: a step that promises less is the last.
const ROUNDING: f64 = 1e-13;

/// Goes on from a place to the minimum near it.
///
/// The function says infinity or NaN where it has no value.
pub(crate) fn refine(
    problem: &Problem,
    from: Minimum,
    f: &mut dyn FnMut(&[f64]) -> f64,
) -> Minimum {
    let mut f = |at: &[f64]| {
        let value = f(at);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let all: Vec<usize> = (0..from.at.len()).collect();
    let mut best = newton(problem, from, &all, &mut f);
    // At 0 the slope is 0 by symmetry, also where 0 is a ridge: step off it once and look.
    for at in 0..best.at.len() {
        if problem.even[at] && best.at[at].abs() < 0.05 * problem.scale[at] {
            for away in [0.3, 1.0] {
                let mut moved = best.clone();
                moved.at[at] = away * problem.scale[at];
                moved.value = f(&moved.at);
                if moved.value < best.value - SAME * (1.0 + best.value.abs()) {
                    best = newton(problem, moved, &all, &mut f);
                }
            }
        }
    }
    for at in 0..best.at.len() {
        if problem.even[at] && best.at[at].abs() < 0.3 * problem.scale[at] {
            let others: Vec<usize> = all
                .iter()
                .copied()
                .filter(|&other| other != at && best.at[other].abs() > 0.0)
                .collect();
            let mut without = best.clone();
            without.at[at] = 0.0;
            without.value = f(&without.at);
            without = newton(problem, without, &others, &mut f);
            if without.value <= best.value + SAME * (1.0 + best.value.abs()) {
                best = without;
            }
        }
    }
    for (at, even) in best.at.iter_mut().zip(&problem.even) {
        if *even {
            *at = at.abs();
        }
    }
    best
}

/// Newton steps in some of the unknowns, from a point close by.
fn newton(
    problem: &Problem,
    from: Minimum,
    unknowns: &[usize],
    f: &mut dyn FnMut(&[f64]) -> f64,
) -> Minimum {
    let mut best = from;
    if unknowns.is_empty() {
        return best;
    }
    for _ in 0..NEWTON_STEPS {
        let size: Vec<f64> = unknowns
            .iter()
            .map(|&of| best.at[of].abs().max(0.3 * problem.scale[of]))
            .collect();
        let (slope, bend) = differences(&best, unknowns, &size, f);
        if slope.iter().chain(bend.iter()).any(|of| !of.is_finite()) {
            break;
        }
        // In a direction in which the function bends down, go down all the same.
        let eigen = bend.symmetric_eigen();
        let most = eigen.eigenvalues.amax();
        let mut step = DVector::zeros(unknowns.len());
        for (value, vector) in eigen
            .eigenvalues
            .iter()
            .zip(eigen.eigenvectors.column_iter())
        {
            let stiffness = value.abs().max(1e-9 * most);
            if stiffness > 0.0 {
                step.axpy(-vector.dot(&slope) / stiffness, &vector, 1.0);
            }
        }
        let promised = -0.5 * slope.dot(&step);
        let is_floor = promised < ROUNDING * (1.0 + best.value.abs());
        // No further than the differences can tell.
        let longest = step.amax();
        if longest > 0.7 {
            step *= 0.7 / longest;
        }
        let mut moved = false;
        for halvings in 0..8 {
            let share = 0.5_f64.powi(halvings);
            let mut at = best.at.clone();
            for ((&of, step), size) in unknowns.iter().zip(step.iter()).zip(&size) {
                at[of] += share * step * size;
            }
            let value = f(&at);
            if value <= best.value + SAME * (1.0 + best.value.abs()) {
                moved = share > 0.9;
                best = Minimum { at, value };
                break;
            }
        }
        // Each step leaves its square, and what differences cannot tell: after one of 1e-6 nothing is left.
        if is_floor || longest < 1e-6 || (!moved && longest < 1e-4) {
            break;
        }
    }
    best
}

/// Slope and bend by differences of the fourth order, in sizes of the unknowns.
fn differences(
    around: &Minimum,
    unknowns: &[usize],
    size: &[f64],
    f: &mut dyn FnMut(&[f64]) -> f64,
) -> (DVector<f64>, DMatrix<f64>) {
    let n = unknowns.len();
    let mut at_steps = |steps: &[(usize, f64)]| {
        let mut at = around.at.clone();
        for &(of, by) in steps {
            at[unknowns[of]] += by * WIDTH * size[of];
        }
        f(&at)
    };
    let middle = around.value;
    let mut slope = DVector::zeros(n);
    let mut bend = DMatrix::zeros(n, n);
    let mut either = vec![0.0; n];
    for of in 0..n {
        let (up, down) = (at_steps(&[(of, 1.0)]), at_steps(&[(of, -1.0)]));
        let (far_up, far_down) = (at_steps(&[(of, 2.0)]), at_steps(&[(of, -2.0)]));
        slope[of] = (8.0 * (up - down) - (far_up - far_down)) / (12.0 * WIDTH);
        bend[(of, of)] = (16.0 * ((up - middle) + (down - middle))
            - ((far_up - middle) + (far_down - middle)))
            / (12.0 * WIDTH * WIDTH);
        either[of] = (up - middle) + (down - middle);
    }
    for one in 0..n {
        for other in 0..one {
            let both = at_steps(&[(one, 1.0), (other, 1.0)]) - middle;
            let neither = at_steps(&[(one, -1.0), (other, -1.0)]) - middle;
            let mixed = (both + neither - either[one] - either[other]) / (2.0 * WIDTH * WIDTH);
            bend[(one, other)] = mixed;
            bend[(other, one)] = mixed;
        }
    }
    (slope, bend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(scale: f64, start: &[f64], f: &mut dyn FnMut(&[f64]) -> f64) -> Minimum {
        let problem = Problem {
            scale: vec![scale; start.len()],
            even: vec![true; start.len()],
        };
        let from = Minimum {
            at: start.to_vec(),
            value: f(start),
        };
        refine(&problem, from, f)
    }

    #[test]
    fn the_lowest_point_of_a_bent_valley_is_found() {
        let mut f = |at: &[f64]| {
            let (x, y) = (at[0] * at[0], at[1] * at[1]);
            (x - 2.0).powi(2) + (y - x).powi(2) + 0.1 * x * y + y.sqrt()
        };
        let one = found(0.1, &[1.0, 1.0], &mut f);
        let other = found(0.1, &[2.0, 1.5], &mut f);
        for at in 0..2 {
            assert!(
                (one.at[at] - other.at[at]).abs() < 1e-7,
                "{one:?} {other:?}"
            );
            let mut beside = one.at.clone();
            beside[at] += 1e-3;
            assert!(f(&beside) > one.value);
        }
    }

    #[test]
    fn a_minimum_at_zero_is_zero_exactly_and_one_beside_it_is_not() {
        for bend in [0.1, 1.0, 10.0] {
            let mut f = |at: &[f64]| 500.0 + bend * at[0].powi(2) + (at[1] - 2.0).powi(2);
            let place = found(0.1, &[1.0, 1.0], &mut f);
            assert!(place.at[0].abs() == 0.0 && (place.at[1] - 2.0).abs() < 1e-7);
            let mut f = |at: &[f64]| 500.0 + bend * (at[0].powi(2) - 0.01).powi(2);
            let place = found(0.1, &[0.5], &mut f);
            assert!((place.at[0] - 0.1).abs() < 1e-5, "{bend}: {place:?}");
            // From the ridge at 0 too.
            let place = found(0.1, &[0.0], &mut f);
            assert!((place.at[0] - 0.1).abs() < 1e-5, "{bend}: {place:?}");
        }
    }
}
