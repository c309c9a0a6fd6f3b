//! What is left of values after a level for every unit and a level for every time is taken off.
//!
//! Levels of the factor with more levels are put out of the equations exactly; those of the other are
//! found by conjugate gradients on what remains, which for a balanced panel end after one step. Where
//! they do not end soon (a panel that hangs together by threads) the remaining equations are solved by
//! Cholesky's factors, if they are not too many.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// A panel: each row's unit and time, as whole numbers from 0 without gaps.
#[derive(Debug)]
pub(crate) struct TwoWay {
    /// Rows, group by group of the larger factor.
    order: Vec<u32>,
    /// Where each group starts in `order`, and the end.
    starts: Vec<usize>,
    /// Levels of the smaller factor, in that order.
    smaller: Vec<u32>,
    /// Rows of each level of the smaller factor.
    counts: Vec<f64>,
}

/// Rounds of conjugate gradients after which a factorisation is cheaper.
const ROUNDS: usize = 60;

/// Most levels of the smaller factor that are factorised.
const FACTORISED: usize = 3_000;

/// Rounds after which nothing more is hoped for.
const ROUNDS_MAX: usize = 5_000;

/// The share of the values' size at which what remains of the equations is rounding.
const ROUNDING: f64 = 2e-15;

impl TwoWay {
    /// - `of`: levels of both factors, row by row, below `levels`; fewer than 2^32 rows.
    /// - returns the first row, in the order of the larger factor, that has the same two levels as
    ///   another, as an error.
    pub(crate) fn new(
        of: (&[u32], &[u32]),
        levels: (usize, usize),
    ) -> Result<Self, (usize, usize)> {
        let ((large, large_levels), (small, small_levels)) = if levels.0 >= levels.1 {
            ((of.0, levels.0), (of.1, levels.1))
        } else {
            ((of.1, levels.1), (of.0, levels.0))
        };
        let (order, starts) = grouped(large, large_levels);
        let level = |row: &u32| small.get(*row as usize).copied().unwrap_or(0);
        let smaller: Vec<u32> = order.iter().map(level).collect();
        let mut counts = vec![0.0; small_levels];
        for level in &smaller {
            if let Some(count) = counts.get_mut(*level as usize) {
                *count += 1.0;
            }
        }
        let panel = Self {
            order,
            starts,
            smaller,
            counts,
        };
        panel.without_twins()?;
        Ok(panel)
    }

    /// Each group's places in `order`.
    fn groups(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.starts
            .iter()
            .zip(self.starts.iter().skip(1))
            .map(|(from, to)| *from..*to)
    }

    fn without_twins(&self) -> Result<(), (usize, usize)> {
        // The group and row that had each level last.
        let mut seen = vec![(usize::MAX, 0_u32); self.counts.len()];
        for (group, range) in self.groups().enumerate() {
            let levels = self.smaller.get(range.clone()).unwrap_or_default();
            let rows = self.order.get(range).unwrap_or_default();
            for (level, row) in levels.iter().zip(rows) {
                if let Some(last) = seen.get_mut(*level as usize) {
                    if last.0 == group {
                        return Err((last.1 as usize, *row as usize));
                    }
                    *last = (group, *row);
                }
            }
        }
        Ok(())
    }

    /// How many parts of the panel have neither unit nor time in common.
    pub(crate) fn parts(&self) -> usize {
        let roots = self.roots();
        roots
            .iter()
            .enumerate()
            .filter(|(at, root)| *at == **root)
            .count()
    }

    /// For each level of the smaller factor, one level for all that hang together.
    fn roots(&self) -> Vec<usize> {
        let mut parent: Vec<usize> = (0..self.counts.len()).collect();
        for range in self.groups() {
            let levels = self.smaller.get(range).unwrap_or_default();
            if let Some((first, rest)) = levels.split_first() {
                for level in rest {
                    let (a, b) = (
                        root(&mut parent, *first as usize),
                        root(&mut parent, *level as usize),
                    );
                    if let Some(of) = parent.get_mut(a.max(b)) {
                        *of = a.min(b);
                    }
                }
            }
        }
        (0..parent.len()).map(|at| root(&mut parent, at)).collect()
    }

    /// Takes both kinds of levels off; `false` if rounding keeps them from being found.
    pub(crate) fn take_levels_off(&self, values: &mut [f64]) -> bool {
        let mean = values.iter().map(|v| v / values.len() as f64).sum::<f64>();
        let mut of: Vec<f64> = self
            .order
            .iter()
            .map(|row| values.get(*row as usize).copied().unwrap_or(0.0) - mean)
            .collect();
        let size = of.iter().map(|v| v * v).sum::<f64>().sqrt();
        let mut is_found = true;
        // The second time takes off what rounding left.
        for _ in 0..2 {
            self.take_larger_off(&mut of);
            let mut right = DVector::zeros(self.counts.len());
            for (level, value) in self.smaller.iter().zip(&of) {
                if let Some(sum) = right.get_mut(*level as usize) {
                    *sum += value;
                }
            }
            let (levels, found) = self.solve(&right, ROUNDING * size);
            is_found = found;
            for (level, value) in self.smaller.iter().zip(&mut of) {
                *value -= levels.get(*level as usize).copied().unwrap_or(0.0);
            }
        }
        self.take_larger_off(&mut of);
        for (row, value) in self.order.iter().zip(of) {
            if let Some(place) = values.get_mut(*row as usize) {
                *place = value;
            }
        }
        is_found
    }

    fn take_larger_off(&self, of: &mut [f64]) {
        for range in self.groups() {
            let group = of.get_mut(range).unwrap_or_default();
            let mean = group.iter().sum::<f64>() / group.len() as f64;
            for value in group {
                *value -= mean;
            }
        }
    }

    /// The equations that remain for the smaller factor, times `levels`.
    fn times(&self, levels: &DVector<f64>, out: &mut DVector<f64>) {
        for ((out, count), level) in out.iter_mut().zip(&self.counts).zip(levels.iter()) {
            *out = count * level;
        }
        for range in self.groups() {
            let group = self.smaller.get(range).unwrap_or_default();
            let sum: f64 = group
                .iter()
                .map(|level| levels.get(*level as usize).copied().unwrap_or(0.0))
                .sum();
            let mean = sum / group.len() as f64;
            for level in group {
                if let Some(out) = out.get_mut(*level as usize) {
                    *out -= mean;
                }
            }
        }
    }

    /// Levels of the smaller factor, and whether what is left of the equations is at most `near`.
    fn solve(&self, right: &DVector<f64>, near: f64) -> (DVector<f64>, bool) {
        let many = self.counts.len() > FACTORISED;
        let rounds = if many { ROUNDS_MAX } else { ROUNDS };
        let (levels, is_found) = self.gradients(right, near, rounds);
        if is_found || many {
            return (levels, is_found);
        }
        self.factorised(right)
            .map_or((levels, false), |levels| (levels, true))
    }

    /// Conjugate gradients, each level's equation divided by its rows.
    fn gradients(&self, right: &DVector<f64>, near: f64, rounds: usize) -> (DVector<f64>, bool) {
        let by_count = |of: &DVector<f64>| {
            DVector::from_iterator(
                of.len(),
                of.iter()
                    .zip(&self.counts)
                    .map(|(value, count)| value / count),
            )
        };
        let mut levels = DVector::zeros(right.len());
        let mut left = right.clone();
        let mut scaled = by_count(&left);
        let mut direction = scaled.clone();
        let mut size = left.dot(&scaled);
        let mut product = DVector::zeros(right.len());
        for _ in 0..rounds {
            if size.sqrt() <= near {
                return (levels, true);
            }
            self.times(&direction, &mut product);
            let curve = direction.dot(&product);
            if curve.is_nan() || curve <= 0.0 {
                break;
            }
            let far = size / curve;
            levels.axpy(far, &direction, 1.0);
            left.axpy(-far, &product, 1.0);
            scaled = by_count(&left);
            let next = left.dot(&scaled);
            direction = &scaled + direction * (next / size);
            size = next;
        }
        (levels, size.sqrt() <= near)
    }

    /// The same by Cholesky's factors, one level of each part held at 0.
    fn factorised(&self, right: &DVector<f64>) -> Option<DVector<f64>> {
        let m = self.counts.len();
        let mut matrix = DMatrix::from_diagonal(&DVector::from_column_slice(&self.counts));
        for range in self.groups() {
            let group = self.smaller.get(range).unwrap_or_default();
            let share = 1.0 / group.len() as f64;
            for a in group {
                for b in group {
                    if let Some(of) = matrix.get_mut((*a as usize, *b as usize)) {
                        *of -= share;
                    }
                }
            }
        }
        let mut right = right.clone();
        for (at, root) in self.roots().into_iter().enumerate() {
            if at == root {
                matrix.row_mut(at).fill(0.0);
                matrix.column_mut(at).fill(0.0);
                if let Some(of) = matrix.get_mut((at, at)) {
                    *of = 1.0;
                }
                if let Some(of) = right.get_mut(at) {
                    *of = 0.0;
                }
            }
        }
        let factors: Cholesky<f64, Dyn> = Cholesky::new(matrix)?;
        let levels = factors.solve(&right);
        (levels.len() == m && levels.iter().all(|level| level.is_finite())).then_some(levels)
    }
}

/// Rows group by group, and where each group starts (and the end).
fn grouped(of: &[u32], levels: usize) -> (Vec<u32>, Vec<usize>) {
    let mut starts = vec![0_usize; levels + 1];
    for level in of {
        if let Some(start) = starts.get_mut(*level as usize + 1) {
            *start += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    let mut free = starts.clone();
    let mut order = vec![0_u32; of.len()];
    for (row, level) in (0_u32..).zip(of) {
        if let Some(place) = free.get_mut(*level as usize) {
            if let Some(of) = order.get_mut(*place) {
                *of = row;
            }
            *place += 1;
        }
    }
    (order, starts)
}

/// The level that stands for all that hang together with this one.
fn root(parent: &mut [usize], mut at: usize) -> usize {
    while let Some(&of) = parent.get(at) {
        if of == at {
            break;
        }
        let beyond = parent.get(of).copied().unwrap_or(of);
        if let Some(place) = parent.get_mut(at) {
            *place = beyond;
        }
        at = beyond;
    }
    at
}

/// Levels as whole numbers from 0 without gaps, in their own order, and how many there are.
pub(crate) fn dense(of: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let largest = of.iter().max().map_or(0, |most| *most as usize);
    // A table where it is no larger than a few times the rows, otherwise a search.
    if largest <= 4 * of.len() + 1_024 {
        let mut place = vec![u32::MAX; largest + 1];
        for level in of {
            if let Some(place) = place.get_mut(*level as usize) {
                *place = 0;
            }
        }
        let mut known = Vec::new();
        for (level, place) in (0_u32..).zip(&mut place) {
            if *place == 0 {
                *place = u32::try_from(known.len()).unwrap_or(u32::MAX);
                known.push(level);
            }
        }
        let codes = of
            .iter()
            .map(|level| place.get(*level as usize).copied().unwrap_or(0))
            .collect();
        return (codes, known);
    }
    let mut known = of.to_vec();
    known.sort_unstable();
    known.dedup();
    let codes = of
        .iter()
        .map(|level| {
            let at = known.binary_search(level).unwrap_or(0);
            u32::try_from(at).unwrap_or(u32::MAX)
        })
        .collect();
    (codes, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_units_is_solved_by_factors() {
        // Unit i has times i and i + 1 only: gradients need as many rounds as there are times.
        let unit: Vec<u32> = (0..400).flat_map(|i| [i, i]).collect();
        let time: Vec<u32> = (0..400).flat_map(|i| [i, i + 1]).collect();
        let panel = TwoWay::new((&unit, &time), (400, 401)).unwrap();
        assert_eq!(panel.parts(), 1);
        // A tree has a level for everything: nothing is left.
        let mut values: Vec<f64> = (0..800).map(|at| f64::from(at * 37 % 101)).collect();
        assert!(panel.take_levels_off(&mut values));
        assert!(values.iter().all(|v| v.abs() < 1e-8), "{values:?}");
    }

    #[test]
    fn parts_and_twins_are_told() {
        let panel = TwoWay::new((&[0, 0, 1, 1], &[0, 1, 2, 3]), (2, 4)).unwrap();
        assert_eq!(panel.parts(), 2);
        let twins = TwoWay::new((&[0, 1, 0], &[0, 0, 0]), (2, 1)).unwrap_err();
        assert_eq!(twins, (0, 2));
    }

    #[test]
    fn levels_keep_their_order_whatever_their_size() {
        for far in [7, u32::MAX] {
            let (codes, known) = dense(&[5, far, 5, 1]);
            assert_eq!((codes, known), (vec![1, 2, 1, 0], vec![1, 5, far]));
        }
        assert!(dense(&[]).1.is_empty());
    }
}
