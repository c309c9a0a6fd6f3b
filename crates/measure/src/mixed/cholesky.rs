//! The Cholesky decomposition of `ΛZ'WZΛ + I` in a layout, and what is solved with it.

#![allow(
    clippy::indexing_slicing,
    reason = "every position here is one of the layout's"
)]

use nalgebra::{DMatrix, DVector};

use super::layout::{Cross, Layout};

/// Columns decomposed at a time.
const BLOCK: usize = 48;

/// From this share of non-zeros on, a block of numbers is multiplied as if it were full.
const FULL_FROM: f64 = 0.15;

/// First levels taken together in a full product.
const BATCH: usize = 256;

/// The decomposition, for one set of scales.
#[derive(Debug)]
pub(crate) struct Cholesky<'l> {
    layout: &'l Layout,
    /// Diagonal of the first.
    first: Vec<f64>,
    /// What the first touch, scaled.
    touching: Vec<f64>,
    /// Diagonal and rows of the loose.
    loose: Vec<f64>,
    /// Lower triangle of the tail.
    tail: DMatrix<f64>,
    /// Logarithm of the determinant of the whole.
    pub(crate) log_determinant: f64,
}

impl<'l> Cholesky<'l> {
    /// Decomposes; nothing if the numbers are not finite.
    ///
    /// - `cross`: the cross-products of the layout.
    /// - `scale`: the diagonal of Λ, one number for each grouping in the layout's order.
    pub(crate) fn new(layout: &'l Layout, cross: &Cross, scale: &[f64]) -> Option<Self> {
        let own = scale[0];
        let first: Vec<f64> = cross.first.iter().map(|a| own * own * a + 1.0).collect();
        let of_rest: Vec<f64> = layout
            .grouping_of
            .iter()
            .map(|&grouping| scale[grouping as usize])
            .collect();
        let touching: Vec<f64> = cross
            .touching
            .iter()
            .zip(&layout.touching.at)
            .map(|(a, &at)| own * of_rest[at as usize] * a)
            .collect();
        let rest = scaled_rest(layout, cross, &of_rest);
        let mut of = Self {
            layout,
            first,
            touching,
            loose: rest,
            tail: DMatrix::zeros(0, 0),
            log_determinant: 0.0,
        };
        of.eliminate_first();
        of.eliminate_loose();
        let lists = layout.loose + layout.rows.at.len();
        let tail = layout.tail();
        let block = of.loose.split_off(lists);
        of.tail = DMatrix::from_vec(tail, tail, block);
        of.log_determinant += of.first.iter().map(|d| d.ln()).sum::<f64>();
        of.log_determinant += of.loose[..layout.loose].iter().map(|d| d.ln()).sum::<f64>();
        of.log_determinant += decompose(&mut of.tail)?;
        of.log_determinant.is_finite().then_some(of)
    }

    fn eliminate_first(&mut self) {
        let layout = self.layout;
        let tail = layout.tail();
        let numbers = layout.touching.at.len();
        let share = numbers as f64 / (layout.first * tail.max(1)) as f64;
        if layout.loose == 0 && tail >= 16 && share >= FULL_FROM {
            self.eliminate_first_as_full();
            return;
        }
        for (level, d) in self.first.iter().enumerate() {
            let range = layout.touching.range(level);
            subtract_products(
                layout,
                &mut self.loose,
                &layout.touching.at[range.clone()],
                &self.touching[range],
                *d,
            );
        }
    }

    /// The same where most of the rest is touched by most of the first.
    fn eliminate_first_as_full(&mut self) {
        let layout = self.layout;
        let tail = layout.tail();
        let mut sum = DMatrix::from_vec(tail, tail, std::mem::take(&mut self.loose));
        for from in (0..layout.first).step_by(BATCH) {
            let to = layout.first.min(from + BATCH);
            let mut batch = DMatrix::zeros(tail, to - from);
            for level in from..to {
                let root = self.first[level].sqrt();
                for place in layout.touching.range(level) {
                    let row = layout.touching.at[place] as usize;
                    batch[(row, level - from)] = self.touching[place] / root;
                }
            }
            subtract_square(&mut sum, 0, &batch);
        }
        self.loose = sum.data.into();
    }

    fn eliminate_loose(&mut self) {
        let layout = self.layout;
        for of in 0..layout.loose {
            let range = layout.rows.range(of);
            let values: Vec<f64> =
                self.loose[layout.loose + range.start..layout.loose + range.end].to_vec();
            let d = self.loose[of];
            subtract_products(layout, &mut self.loose, &layout.rows.at[range], &values, d);
        }
    }

    /// Puts the solution in the place of the right-hand side.
    pub(crate) fn solve(&self, right: &mut [f64]) {
        let layout = self.layout;
        let (first, rest) = right.split_at_mut(layout.first);
        for (level, value) in first.iter().enumerate() {
            let value = value / self.first[level];
            for place in layout.touching.range(level) {
                rest[layout.touching.at[place] as usize] -= self.touching[place] * value;
            }
        }
        let numbers = &self.loose[layout.loose..];
        for of in 0..layout.loose {
            let value = rest[of] / self.loose[of];
            for place in layout.rows.range(of) {
                rest[layout.rows.at[place] as usize] -= numbers[place] * value;
            }
        }
        let mut tail = DVector::from_column_slice(&rest[layout.loose..]);
        // The diagonal is above 0: both always can.
        self.tail.solve_lower_triangular_mut(&mut tail);
        self.tail.tr_solve_lower_triangular_mut(&mut tail);
        rest[layout.loose..].copy_from_slice(tail.as_slice());
        for of in (0..layout.loose).rev() {
            let mut value = rest[of];
            for place in layout.rows.range(of) {
                value -= numbers[place] * rest[layout.rows.at[place] as usize];
            }
            rest[of] = value / self.loose[of];
        }
        for (level, value) in first.iter_mut().enumerate() {
            for place in layout.touching.range(level) {
                *value -= self.touching[place] * rest[layout.touching.at[place] as usize];
            }
            *value /= self.first[level];
        }
    }

    /// The diagonal of the inverse, one number for each unknown.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        let layout = self.layout;
        let tail = layout.tail();
        let mut block = DMatrix::identity(tail, tail);
        self.tail.solve_lower_triangular_mut(&mut block);
        self.tail.tr_solve_lower_triangular_mut(&mut block);
        // The inverse where the decomposition has numbers, in the same places, from the end.
        let mut inverse = vec![0.0; layout.loose + layout.rows.at.len()];
        inverse.extend_from_slice(block.as_slice());
        let numbers = &self.loose[layout.loose..];
        for of in (0..layout.loose).rev() {
            let range = layout.rows.range(of);
            let row = &layout.rows.at[range.clone()];
            let d = self.loose[of];
            let mut own = 1.0 / d;
            for (place, &at) in range.clone().zip(row) {
                let sum: f64 = range
                    .clone()
                    .zip(row)
                    .map(|(other_place, &other)| {
                        numbers[other_place] * inverse[layout.place(at.min(other), at.max(other))]
                    })
                    .sum();
                inverse[layout.loose + place] = -sum / d;
                own += numbers[place] * sum / (d * d);
            }
            inverse[of] = own;
        }
        let mut diagonal = Vec::with_capacity(layout.unknowns());
        for (level, d) in self.first.iter().enumerate() {
            let range = layout.touching.range(level);
            let row = &layout.touching.at[range.clone()];
            let values = &self.touching[range];
            let mut sum = 0.0;
            for (later, (&at, value)) in row.iter().zip(values).enumerate() {
                sum += value * value * inverse[layout.place(at, at)];
                for (&other, with) in row.iter().zip(values).take(later) {
                    sum += 2.0 * value * with * inverse[layout.place(other, at)];
                }
            }
            diagonal.push(1.0 / d + sum / (d * d));
        }
        for at in 0..layout.rest {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            diagonal.push(inverse[layout.place(at, at)]);
        }
        diagonal
    }
}

/// The rest's numbers, scaled, with 1 on the diagonal.
fn scaled_rest(layout: &Layout, cross: &Cross, scale: &[f64]) -> Vec<f64> {
    let mut rest = cross.rest.clone();
    let (diagonal, after) = rest.split_at_mut(layout.loose);
    for (d, scale) in diagonal.iter_mut().zip(scale) {
        *d = scale * scale * *d + 1.0;
    }
    let (lists, block) = after.split_at_mut(layout.rows.at.len());
    for of in 0..layout.loose {
        for place in layout.rows.range(of) {
            lists[place] *= scale[of] * scale[layout.rows.at[place] as usize];
        }
    }
    let tail = layout.tail();
    if tail > 0 {
        let scale = &scale[layout.loose..];
        for (column, values) in block.chunks_exact_mut(tail).enumerate() {
            for (value, row) in values.iter_mut().zip(scale) {
                *value *= scale[column] * row;
            }
            values[column] += 1.0;
        }
    }
    rest
}

/// Takes `vv' / d` from the rest, where `v` has the values given at the positions given (sorted).
fn subtract_products(layout: &Layout, rest: &mut [f64], at: &[u32], values: &[f64], d: f64) {
    let tail = layout.tail();
    let block = layout.loose + layout.rows.at.len();
    for (earlier, (&a, value)) in at.iter().zip(values).enumerate() {
        let factor = value / d;
        if a as usize >= layout.loose {
            let column = a as usize - layout.loose;
            let from = block + column * tail;
            let column = &mut rest[from..from + tail];
            for (&b, with) in at[earlier..].iter().zip(&values[earlier..]) {
                column[b as usize - layout.loose] -= factor * with;
            }
        } else {
            for (&b, with) in at[earlier..].iter().zip(&values[earlier..]) {
                rest[layout.place(a, b)] -= factor * with;
            }
        }
    }
}

/// Takes `bb'` from the lower triangle of a square, whose rows and columns are counted from `from`.
fn subtract_square(square: &mut DMatrix<f64>, from: usize, b: &DMatrix<f64>) {
    let size = b.nrows();
    for start in (0..size).step_by(BLOCK) {
        let width = BLOCK.min(size - start);
        let below = b.rows(start, size - start);
        let beside = b.rows(start, width).transpose();
        square
            .view_mut((from + start, from + start), (size - start, width))
            .gemm(-1.0, &below, &beside, 1.0);
    }
}

/// Decomposes a square in place, block by block, and gives the logarithm of its determinant.
fn decompose(square: &mut DMatrix<f64>) -> Option<f64> {
    let size = square.nrows();
    let mut log_determinant = 0.0;
    for start in (0..size).step_by(BLOCK) {
        let end = size.min(start + BLOCK);
        for column in start..end {
            for earlier in start..column {
                let factor = square[(column, earlier)];
                for row in column..size {
                    let taken = square[(row, earlier)] * factor;
                    square[(row, column)] -= taken;
                }
            }
            let d = square[(column, column)];
            if !(d > 0.0 && d.is_finite()) {
                return None;
            }
            log_determinant += d.ln();
            let root = d.sqrt();
            for row in column..size {
                square[(row, column)] /= root;
            }
        }
        if end < size {
            let panel = square
                .view((end, start), (size - end, end - start))
                .into_owned();
            subtract_square(square, end, &panel);
        }
    }
    Some(log_determinant)
}
