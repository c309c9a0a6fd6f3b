//! Amounts in the order of a rank: the curve, the index beside it and its spread.

use serde::Serialize;

use crate::proportion::{Interval, Z_95};

/// A point of a Lorenz or concentration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Cumulative share of the population, in `[0, 1]`.
    pub x: f64,
    /// Cumulative share of the amount, in `[0, 1]`.
    pub y: f64,
}

/// Where a curve begins.
pub(crate) const ORIGIN: CurvePoint = CurvePoint { x: 0.0, y: 0.0 };

/// What a rank says of shares of an amount.
#[derive(Debug)]
pub(crate) struct Ranked {
    /// For each row, the share of the population below it and half of the share beside it.
    pub(crate) rank: Vec<f64>,
    /// One point for each distinct rank, from the origin.
    pub(crate) curve: Vec<CurvePoint>,
    /// Twice the area between the diagonal and the curve, in `[-1, 1]`.
    pub(crate) index: f64,
    /// Its linearised standard error; none for a single row.
    pub(crate) standard_error: Option<f64>,
}

/// Rows with their keys, from the lowest key on; equal keys stay in the order of the rows.
pub(crate) fn ascending(keys: impl Iterator<Item = f64>) -> Vec<(f64, usize)> {
    // Adding 0 makes one zero of the two.
    let mut order: Vec<(f64, usize)> = keys.map(|key| key + 0.0).zip(0..).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order
}

/// Shares of an amount over shares of a population, by rank; rows of one key stand together.
///
/// - `order`: from [`ascending`].
/// - `of`: for a row, its share of the population and of the amount; each adds up to 1.
///
/// A row with population share `p`, amount share `s`, rank `R` and cumulative amounts `b` below it
/// and `t` up to it adds `s (2R - 1)` to the index `C`. What it would move the index by, were it
/// counted more, is `u = s (2R - 1 - C) + p (1 - C - b - t)`; the variance is the sum of `u²` by
/// `n / (n - 1)`.
pub(crate) fn ranked(order: &[(f64, usize)], of: impl Fn(usize) -> (f64, f64)) -> Ranked {
    let mut rank = vec![0.0; order.len()];
    let mut curve = vec![ORIGIN];
    let (mut end, mut index) = (ORIGIN, 0.0);
    for group in groups(order) {
        let (p, s) = total(group, &of);
        let middle = end.x + p / 2.0;
        index += s * (2.0 * middle - 1.0);
        for &(_, row) in group {
            if let Some(rank) = rank.get_mut(row) {
                *rank = middle;
            }
        }
        end = CurvePoint {
            x: end.x + p,
            y: end.y + s,
        };
        curve.push(end);
    }
    close(&mut curve);
    let n = order.len() as f64;
    let (mut below, mut squares) = (ORIGIN, 0.0);
    for group in groups(order) {
        let (p, s) = total(group, &of);
        let to = CurvePoint {
            x: below.x + p,
            y: below.y + s,
        };
        for &(_, row) in group {
            let (p, s) = of(row);
            let moved = s * (below.x + to.x - 1.0 - index) + p * (1.0 - index - below.y - to.y);
            squares += moved * moved;
        }
        below = to;
    }
    Ranked {
        rank,
        curve,
        index,
        standard_error: (n > 1.0).then(|| (squares * n / (n - 1.0)).sqrt()),
    }
}

fn total(group: &[(f64, usize)], of: impl Fn(usize) -> (f64, f64)) -> (f64, f64) {
    group
        .iter()
        .map(|&(_, row)| of(row))
        .fold((0.0, 0.0), |sum, (p, s)| (sum.0 + p, sum.1 + s))
}

/// Rows of one key.
fn groups(order: &[(f64, usize)]) -> impl Iterator<Item = &[(f64, usize)]> {
    order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
}

/// A curve ends at (1, 1); what is short of it is rounding.
pub(crate) fn close(curve: &mut [CurvePoint]) {
    if let [_, .., last] = curve {
        *last = CurvePoint { x: 1.0, y: 1.0 };
    }
}

/// The 95 % interval around an index, within the values it can have.
pub(crate) fn interval(index: f64, standard_error: Option<f64>, lowest: f64) -> Option<Interval> {
    standard_error.map(|error| Interval {
        low: (index - Z_95 * error).max(lowest),
        high: (index + Z_95 * error).min(1.0),
    })
}
