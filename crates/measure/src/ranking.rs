//! Amounts in the order of a rank: the curve, the index beside it and its spread.

use serde::Serialize;

use crate::proportion::{Interval, Z_95};
use crate::quantile::{self, TAIL_95};

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
    // By digits: in time linear in the rows, and rows of one key stay as they are.
    radsort::sort_by_key(&mut order, |&(key, _)| key);
    order
}

/// Shares of an amount over shares of a population, by rank; rows of one key stand together.
///
/// - `order`: from [`ascending`].
/// - `of`: for a key and its row, its share of the population and of the amount; each adds up to 1.
/// - `place`: is told of each row the share of the population below its key and half of that beside it.
///
/// A row with population share `p`, amount share `s`, rank `R` and cumulative amounts `b` below it
/// and `t` up to it adds `s (2R - 1)` to the index `C`. What it would move the index by, were it
/// counted more, is `u = s (2R - 1 - C) + p (1 - C - b - t)`; the variance is the sum of `u²` by
/// `n / (n - 1)`.
pub(crate) fn ranked(
    order: &[(f64, usize)],
    of: impl Fn(f64, usize) -> (f64, f64),
    mut place: impl FnMut(usize, f64),
) -> Ranked {
    // In order, so that each pass reads on instead of jumping about.
    let shares: Vec<(f64, f64)> = order.iter().map(|&(key, row)| of(key, row)).collect();
    let mut curve = vec![ORIGIN];
    let (mut end, mut index) = (ORIGIN, 0.0);
    for (keys, shares) in groups(order, &shares) {
        let to = end.and(shares);
        let middle = f64::midpoint(end.x, to.x);
        index += (to.y - end.y) * (2.0 * middle - 1.0);
        for &(_, row) in keys {
            place(row, middle);
        }
        curve.push(to);
        end = to;
    }
    close(&mut curve);
    let n = order.len() as f64;
    let (mut below, mut squares) = (ORIGIN, 0.0);
    for (_, shares) in groups(order, &shares) {
        let to = below.and(shares);
        for &(p, s) in shares {
            let moved = s * (below.x + to.x - 1.0 - index) + p * (1.0 - index - below.y - to.y);
            squares += moved * moved;
        }
        below = to;
    }
    Ranked {
        curve,
        index,
        standard_error: (n > 1.0).then(|| (squares * n / (n - 1.0)).sqrt()),
    }
}

impl CurvePoint {
    /// Where a curve gets to with some more rows.
    fn and(self, rows: &[(f64, f64)]) -> Self {
        let (x, y) = rows
            .iter()
            .fold((0.0, 0.0), |sum, (p, s)| (sum.0 + p, sum.1 + s));
        Self {
            x: self.x + x,
            y: self.y + y,
        }
    }
}

/// Rows of one key, and their shares.
fn groups<'a>(
    order: &'a [(f64, usize)],
    mut shares: &'a [(f64, f64)],
) -> impl Iterator<Item = (&'a [(f64, usize)], &'a [(f64, f64)])> {
    order
        .chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
        .map(move |keys| {
            let (these, rest) = shares.split_at_checked(keys.len()).unwrap_or_default();
            shares = rest;
            (keys, these)
        })
}

/// A curve ends at (1, 1); what is short of it is rounding.
pub(crate) fn close(curve: &mut [CurvePoint]) {
    if let [_, .., last] = curve {
        *last = CurvePoint { x: 1.0, y: 1.0 };
    }
}

/// The 95 % interval around an index in `[-1, 1]`, by Student's t with `n - 1` degrees of freedom.
pub(crate) fn interval(index: f64, standard_error: Option<f64>, n: usize) -> Option<Interval> {
    standard_error.map(|error| {
        let half = student(n) * error;
        Interval {
            low: (index - half).max(-1.0),
            high: (index + half).min(1.0),
        }
    })
}

/// The 95 % interval of a Gini coefficient in [0, 1): by Student's t around the unbiased one, on the
/// scale of `ln(g / (1 - g))`, which keeps it within [0, 1] and makes it less short for few rows.
/// None where one row has everything, so that nothing is known of how that varies.
pub(crate) fn gini_interval(gini: f64, standard_error: Option<f64>, n: usize) -> Option<Interval> {
    let error = standard_error?;
    if gini <= 0.0 {
        return Some(Interval {
            low: 0.0,
            high: 0.0,
        });
    }
    let more = n as f64 / (n as f64 - 1.0);
    let unbiased = gini * more;
    // What is short of 1 by rounding is 1.
    if unbiased > 1.0 - 1e-9 {
        return None;
    }
    let middle = (unbiased / (1.0 - unbiased)).ln();
    let half = student(n) * error * more / (unbiased * (1.0 - unbiased));
    let back = |at: f64| (1.0 + (-at).exp()).recip();
    Some(Interval {
        low: back(middle - half).min(gini),
        high: back(middle + half).max(gini),
    })
}

/// Two-sided 95 % quantile of Student's t with `n - 1` degrees of freedom.
fn student(n: usize) -> f64 {
    // The quantile then is that of the normal distribution to five digits.
    if n > 100_000 {
        return Z_95;
    }
    let freedom = n as f64 - 1.0;
    let share = quantile::beta(0.5, freedom / 2.0, 1.0 - 2.0 * TAIL_95);
    (freedom * share / (1.0 - share)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_quantiles_are_those_of_the_table() {
        for (n, quantile) in [(2, 12.706_2), (5, 2.776_4), (31, 2.042_3), (1001, 1.962_3)] {
            assert!((student(n) - quantile).abs() < 5e-5, "{n} {}", student(n));
        }
    }

    #[test]
    fn an_interval_of_a_gini_stays_one() {
        assert_eq!(gini_interval(0.75, Some(0.2), 4), None);
        assert_eq!(gini_interval(0.3, None, 1), None);
        let zero = gini_interval(0.0, Some(0.0), 4).unwrap();
        assert!(zero.low.abs() < 1e-15 && zero.high.abs() < 1e-15);
        let of = gini_interval(0.3, Some(0.2), 5).unwrap();
        assert!(0.0 < of.low && of.low <= 0.3 && 0.3 <= of.high && of.high < 1.0);
    }
}
