//! Where the numbers of the mixed model's equations stand: worked out once for a set of groupings.
//!
//! Unknowns are the levels. Those of the grouping with most levels are the *first*; the others are the
//! *rest*, numbered in the order in which they are eliminated: nested ones and other loose ones first,
//! each with the sorted list of those after it that it touches (its *row*), then the *tail*, a dense
//! block. Rows are gathered into *cells*, the combinations of levels that occur.

#![allow(
    clippy::indexing_slicing,
    reason = "every position here is made from codes that `Grouping` has checked"
)]

use std::collections::BTreeSet;

use super::{Grouping, MixedError};

/// Up to this many levels in the rest are one dense block, whatever they look like. Fewer in tests, so
/// that small examples have lists too.
const DENSE_ANYWAY: usize = if cfg!(test) { 4 } else { 192 };

/// Most levels in the dense block: 72 MB.
const DENSE_MAX: usize = 3_000;

/// Most pairs of levels looked at before what is left is taken to be dense.
const PAIRS_MAX: usize = 30_000_000;

/// Most neighbours looked at on the way to an order; then what is left is taken to be dense.
const WORK_MAX: usize = if cfg!(test) { 3_000_000 } else { 400_000_000 };

/// Up to this many combinations of levels have a place in a table, whatever the number of rows.
const TABLE_ANYWAY: usize = 1_024;

/// Sparse rows one after another: row `i` is `at[start[i]..start[i + 1]]`.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(super) start: Vec<usize>,
    pub(super) at: Vec<u32>,
}

impl Rows {
    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.start[row]..self.start[row + 1]
    }
}

/// The structure of the equations.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The groupings by number of levels, most first: their places as they were given.
    pub(crate) order: Vec<usize>,
    /// Levels of the first.
    pub(super) first: usize,
    /// Levels of the rest.
    pub(super) rest: usize,
    /// How many of the rest come before the tail.
    pub(super) loose: usize,
    /// Of each grouping but the first: the position of each level in the rest.
    positions: Vec<Vec<u32>>,
    /// For each of the rest: which grouping in `order` it is of.
    pub(super) grouping_of: Vec<u32>,
    /// What each of the first touches in the rest.
    pub(super) touching: Rows,
    /// What each of the loose touches after itself.
    pub(super) rows: Rows,
    /// Of each cell: its level in the first.
    cell_first: Vec<u32>,
    /// By grouping but the first, of each cell: its position in the rest.
    cell_rest: Vec<Vec<u32>>,
    /// The same: where in `touching` the pair with the first stands.
    cell_touching: Vec<Vec<u32>>,
    /// By pair of groupings but the first, of each cell: where in the rest's numbers the pair stands.
    cell_pairs: Vec<(usize, usize, Vec<u32>)>,
}

/// The cross-products `Z'WZ` in a layout.
#[derive(Debug, Default)]
pub(crate) struct Cross {
    /// Diagonal of the first.
    pub(super) first: Vec<f64>,
    /// In the order of `touching`.
    pub(super) touching: Vec<f64>,
    /// The rest: diagonal of the loose, then their rows, then the tail by columns (lower half).
    pub(super) rest: Vec<f64>,
}

impl Layout {
    /// Lays out the groupings; also which cell each row is in.
    ///
    /// # Errors
    ///
    /// [`MixedError::TooEntangled`] if more than [`DENSE_MAX`] levels are left for the dense block.
    pub(crate) fn new(groupings: &[Grouping]) -> Result<(Self, Vec<u32>), MixedError> {
        let order = by_levels(groupings);
        let codes: Vec<&[u32]> = order.iter().map(|&at| groupings[at].codes()).collect();
        let levels: Vec<usize> = order.iter().map(|&at| groupings[at].levels()).collect();
        let (cell_of_row, cells) = cells(&codes, &levels);
        let first = levels[0];
        let rest: usize = levels[1..].iter().sum();

        // Provisional positions: grouping after grouping.
        let mut offset = 0_u32;
        let mut provisional: Vec<Vec<u32>> = Vec::new();
        let mut grouping_of = Vec::with_capacity(rest);
        for (at, (&of, codes)) in levels.iter().zip(&cells).enumerate().skip(1) {
            provisional.push(codes.iter().map(|code| code + offset).collect());
            offset += count(of);
            grouping_of.extend(std::iter::repeat_n(count(at), of));
        }
        let cell_first = cells[0].clone();
        let touching = touching(first, &cell_first, &provisional);
        let (ordered, loose, rows) = eliminate(rest, &touching)?;

        // From here on positions are those of the elimination.
        let mut position = vec![0_u32; rest];
        for (at, &of) in ordered.iter().enumerate() {
            position[of as usize] = count(at);
        }
        let moved = |of: &u32| position[*of as usize];
        let cell_rest: Vec<Vec<u32>> = provisional
            .iter()
            .map(|of| of.iter().map(moved).collect())
            .collect();
        let mut positions = Vec::new();
        let mut from = 0;
        for &of in &levels[1..] {
            positions.push(position[from..from + of].to_vec());
            from += of;
        }
        let grouping_of = ordered.iter().map(|&of| grouping_of[of as usize]).collect();
        let mut touching = Rows {
            at: touching.at.iter().map(moved).collect(),
            start: touching.start,
        };
        for row in 0..first {
            let range = touching.range(row);
            touching.at[range].sort_unstable();
        }
        let mut layout = Self {
            order,
            first,
            rest,
            loose,
            positions,
            grouping_of,
            touching,
            rows,
            cell_first,
            cell_rest,
            cell_touching: Vec::new(),
            cell_pairs: Vec::new(),
        };
        layout.place_cells();
        Ok((layout, cell_of_row))
    }

    fn place_cells(&mut self) {
        for of in &self.cell_rest {
            let places = self
                .cell_first
                .iter()
                .zip(of)
                .map(|(&level, position)| {
                    let range = self.touching.range(level as usize);
                    let from = range.start;
                    let row = &self.touching.at[range];
                    count(from + row.partition_point(|at| at < position))
                })
                .collect();
            self.cell_touching.push(places);
        }
        for (one, of_one) in self.cell_rest.iter().enumerate() {
            for (other, of_other) in self.cell_rest.iter().enumerate().skip(one + 1) {
                let places = of_one
                    .iter()
                    .zip(of_other)
                    .map(|(&a, &b)| count(self.place(a.min(b), a.max(b))))
                    .collect();
                self.cell_pairs.push((one, other, places));
            }
        }
    }

    /// Levels of each grouping, in the layout's order.
    pub(crate) fn levels(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.first).chain(self.positions.iter().map(Vec::len))
    }

    /// How many cells.
    pub(crate) fn cells(&self) -> usize {
        self.cell_first.len()
    }

    /// Unknowns in all.
    pub(crate) fn unknowns(&self) -> usize {
        self.first + self.rest
    }

    /// Which unknown a level is, of a grouping by its place in `order`.
    pub(crate) fn unknown(&self, grouping: usize, level: usize) -> usize {
        match grouping.checked_sub(1) {
            None => level,
            Some(at) => self.first + self.positions[at][level] as usize,
        }
    }

    /// Levels in the tail.
    pub(super) fn tail(&self) -> usize {
        self.rest - self.loose
    }

    /// Where the pair `a <= b` of the rest stands among the rest's numbers.
    pub(super) fn place(&self, a: u32, b: u32) -> usize {
        let (a, b) = (a as usize, b as usize);
        if a >= self.loose {
            let (column, row) = (a - self.loose, b - self.loose);
            return self.loose + self.rows.at.len() + column * self.tail() + row;
        }
        if a == b {
            return a;
        }
        let range = self.rows.range(a);
        let from = range.start;
        let row = &self.rows.at[range];
        self.loose + from + row.partition_point(|&at| (at as usize) < b)
    }

    /// The cross-products when each cell weighs as much as given.
    pub(crate) fn cross(&self, weights: &[f64]) -> Cross {
        let mut cross = Cross {
            first: vec![0.0; self.first],
            touching: vec![0.0; self.touching.at.len()],
            rest: vec![0.0; self.loose + self.rows.at.len() + self.tail() * self.tail()],
        };
        for (&level, weight) in self.cell_first.iter().zip(weights) {
            cross.first[level as usize] += weight;
        }
        for (positions, places) in self.cell_rest.iter().zip(&self.cell_touching) {
            for ((&position, &place), weight) in positions.iter().zip(places).zip(weights) {
                cross.touching[place as usize] += weight;
                cross.rest[self.place(position, position)] += weight;
            }
        }
        for (_, _, places) in &self.cell_pairs {
            for (&place, weight) in places.iter().zip(weights) {
                cross.rest[place as usize] += weight;
            }
        }
        cross
    }

    /// Sums over the cells of each level: `Z'v`, each grouping times its number in `scale`.
    pub(crate) fn sums(&self, scale: &[f64], values: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.unknowns()];
        for (&level, value) in self.cell_first.iter().zip(values) {
            sums[level as usize] += scale[0] * value;
        }
        for (positions, scale) in self.cell_rest.iter().zip(&scale[1..]) {
            for (&position, value) in positions.iter().zip(values) {
                sums[self.first + position as usize] += scale * value;
            }
        }
        sums
    }

    /// What the levels of each cell add up to, `Zv`, each grouping times its number in `scale`.
    pub(crate) fn spread(&self, scale: &[f64], levels: &[f64]) -> Vec<f64> {
        let mut values: Vec<f64> = self
            .cell_first
            .iter()
            .map(|&level| scale[0] * levels[level as usize])
            .collect();
        for (positions, scale) in self.cell_rest.iter().zip(&scale[1..]) {
            for (value, &position) in values.iter_mut().zip(positions) {
                *value += scale * levels[self.first + position as usize];
            }
        }
        values
    }
}

/// The places of the groupings, most levels first. Those with equally many stand as in lme4, whose
/// search depends on it: as given if nothing has to move, else the last first.
fn by_levels(groupings: &[Grouping]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groupings.len()).collect();
    if !groupings.is_sorted_by(|a, b| a.levels() >= b.levels()) {
        order.sort_by_key(|&at| groupings[at].levels());
        order.reverse();
    }
    order
}

/// A count as it is kept: what is counted here has passed through 32 bits.
#[allow(
    clippy::cast_possible_truncation,
    reason = "levels are 32-bit codes, and rows of the tables are limited"
)]
fn count(of: usize) -> u32 {
    of as u32
}

/// The combinations of levels that occur, by grouping, the first leading; and that of each row.
pub(crate) fn cells(codes: &[&[u32]], levels: &[usize]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let rows = codes[0].len();
    let all = levels
        .iter()
        .try_fold(1_usize, |all, &of| all.checked_mul(of));
    match all {
        // A table of all combinations where it is no larger than the rows are.
        Some(all) if all <= rows + TABLE_ANYWAY => cells_by_table(codes, levels, all),
        _ => cells_by_sorting(codes, levels),
    }
}

fn cells_by_table(codes: &[&[u32]], levels: &[usize], all: usize) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut cell_of_row: Vec<u32> = codes[0].to_vec();
    for (codes, &levels) in codes.iter().zip(levels).skip(1) {
        for (cell, code) in cell_of_row.iter_mut().zip(*codes) {
            *cell = *cell * count(levels) + code;
        }
    }
    let mut place = vec![u32::MAX; all];
    for &cell in &cell_of_row {
        place[cell as usize] = 0;
    }
    let mut cells: Vec<Vec<u32>> = vec![Vec::new(); codes.len()];
    for (cell, place) in place.iter_mut().enumerate().filter(|(_, of)| **of == 0) {
        *place = count(cells[0].len());
        let mut rest = cell;
        for (cells, &levels) in cells.iter_mut().zip(levels).rev() {
            cells.push(count(rest % levels));
            rest /= levels;
        }
    }
    for cell in &mut cell_of_row {
        *cell = place[*cell as usize];
    }
    (cell_of_row, cells)
}

fn cells_by_sorting(codes: &[&[u32]], levels: &[usize]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let rows = codes[0].len();
    // Sorted by every grouping, the last first, so that in the end the first leads.
    let mut sorted: Vec<u32> = (0..count(rows)).collect();
    let mut next = sorted.clone();
    for (codes, &levels) in codes.iter().zip(levels).rev() {
        let mut start = vec![0_usize; levels + 1];
        for &code in *codes {
            start[code as usize + 1] += 1;
        }
        for level in 0..levels {
            start[level + 1] += start[level];
        }
        for &row in &sorted {
            let place = &mut start[codes[row as usize] as usize];
            next[*place] = row;
            *place += 1;
        }
        std::mem::swap(&mut sorted, &mut next);
    }
    let mut cell_of_row = next;
    let mut cells: Vec<Vec<u32>> = vec![Vec::new(); codes.len()];
    let mut before: Option<u32> = None;
    for &row in &sorted {
        let is_new = before.is_none_or(|before| {
            codes
                .iter()
                .any(|codes| codes[row as usize] != codes[before as usize])
        });
        if is_new {
            for (cells, codes) in cells.iter_mut().zip(codes) {
                cells.push(codes[row as usize]);
            }
        }
        cell_of_row[row as usize] = count(cells[0].len() - 1);
        before = Some(row);
    }
    (cell_of_row, cells)
}

/// What each of the first touches, from cells in the order of the first.
fn touching(first: usize, cell_first: &[u32], cell_rest: &[Vec<u32>]) -> Rows {
    let mut rows = Rows {
        start: vec![0],
        at: Vec::new(),
    };
    let mut cell = 0;
    for level in 0..first {
        let from = cell;
        while cell_first.get(cell).is_some_and(|&of| of as usize == level) {
            cell += 1;
        }
        let mut row: Vec<u32> = cell_rest
            .iter()
            .flat_map(|positions| positions[from..cell].iter().copied())
            .collect();
        row.sort_unstable();
        row.dedup();
        rows.at.extend(row);
        rows.start.push(rows.at.len());
    }
    rows
}

/// The order in which the rest is eliminated, how many come before the tail, and their rows.
///
/// Always the one that touches fewest, as long as that is few.
fn eliminate(rest: usize, touching: &Rows) -> Result<(Vec<u32>, usize, Rows), MixedError> {
    let none = Rows {
        start: vec![0],
        at: Vec::new(),
    };
    let dense = || (0..count(rest)).collect::<Vec<u32>>();
    if rest <= DENSE_ANYWAY {
        return Ok((dense(), 0, none));
    }
    let entangled = |levels| MixedError::TooEntangled {
        levels,
        limit: DENSE_MAX,
    };
    let Some(mut near) = neighbours(rest, touching) else {
        return if rest <= DENSE_MAX {
            Ok((dense(), 0, none))
        } else {
            Err(entangled(rest))
        };
    };
    let mut queue: BTreeSet<(usize, u32)> = near
        .iter()
        .enumerate()
        .map(|(at, near)| (near.len(), count(at)))
        .collect();
    let mut ordered = Vec::with_capacity(rest);
    let mut rows_by_name: Vec<Vec<u32>> = Vec::new();
    let mut work = 0;
    while queue.len() > DENSE_ANYWAY {
        let Some(&(degree, of)) = queue.first() else {
            break;
        };
        // With many neighbours a dense block is quicker than lists.
        if queue.len() <= DENSE_MAX && 2 * degree >= queue.len() {
            break;
        }
        if work > WORK_MAX {
            break;
        }
        queue.remove(&(degree, of));
        ordered.push(of);
        let row = std::mem::take(&mut near[of as usize]);
        for &other in &row {
            let list = &mut near[other as usize];
            work += list.len() + row.len();
            queue.remove(&(list.len(), other));
            *list = merged(list, &row, of, other);
            queue.insert((list.len(), other));
        }
        rows_by_name.push(row);
    }
    if queue.len() > DENSE_MAX {
        return Err(entangled(queue.len()));
    }
    let loose = ordered.len();
    let mut tail: Vec<u32> = queue.iter().map(|&(_, of)| of).collect();
    tail.sort_unstable();
    ordered.extend(tail);
    let mut position = vec![0_u32; rest];
    for (at, &of) in ordered.iter().enumerate() {
        position[of as usize] = count(at);
    }
    let mut rows = none;
    for row in rows_by_name {
        let mut row: Vec<u32> = row.iter().map(|&of| position[of as usize]).collect();
        row.sort_unstable();
        rows.at.extend(row);
        rows.start.push(rows.at.len());
    }
    Ok((ordered, loose, rows))
}

/// Which of the rest touch each other once the first are gone; nothing if they are too many to list.
fn neighbours(rest: usize, touching: &Rows) -> Option<Vec<Vec<u32>>> {
    let pairs: usize = touching
        .start
        .windows(2)
        .map(|ends| (ends[1] - ends[0]) * (ends[1] - ends[0]))
        .sum();
    if pairs > PAIRS_MAX {
        return None;
    }
    let mut near: Vec<Vec<u32>> = vec![Vec::new(); rest];
    let mut tidy_at: Vec<usize> = vec![32; rest];
    for row in 0..touching.start.len() - 1 {
        let row = &touching.at[touching.range(row)];
        for &of in row {
            let list = &mut near[of as usize];
            list.extend(row.iter().filter(|&&other| other != of));
            // Doubles go whenever the list has doubled, so that memory stays linear in what is kept.
            if list.len() > tidy_at[of as usize] {
                list.sort_unstable();
                list.dedup();
                tidy_at[of as usize] = 32.max(2 * list.len());
            }
        }
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    Some(near)
}

/// Both sorted lists as one, without the two given.
fn merged(list: &[u32], row: &[u32], gone: u32, itself: u32) -> Vec<u32> {
    let mut all = Vec::with_capacity(list.len() + row.len());
    let (mut list, mut row) = (list.iter().peekable(), row.iter().peekable());
    loop {
        let of = match (list.peek(), row.peek()) {
            (Some(&&a), Some(&&b)) => {
                if a <= b {
                    list.next();
                }
                if b <= a {
                    row.next();
                }
                a.min(b)
            }
            (Some(&&a), None) => {
                list.next();
                a
            }
            (None, Some(&&b)) => {
                row.next();
                b
            }
            (None, None) => return all,
        };
        if of != gone && of != itself {
            all.push(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_by_table_and_by_sorting_are_the_same() {
        let rows = 500_u32;
        let one: Vec<u32> = (0..rows).map(|row| row * 7 % 5).collect();
        let other: Vec<u32> = (0..rows).map(|row| row * row % 11).collect();
        let third: Vec<u32> = (0..rows).map(|row| u32::from(row > 77)).collect();
        let (codes, levels) = ([&one[..], &other[..], &third[..]], [5, 11, 2]);
        let by_table = cells_by_table(&codes, &levels, 110);
        assert_eq!(by_table, cells_by_sorting(&codes, &levels));
        assert_eq!(by_table, cells(&codes, &levels));
    }
}
