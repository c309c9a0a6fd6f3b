//! A suppression that is enough, quickly: each small count on the cheapest ring of cells.

use super::flow::{Line, Table};

/// Steps for taking away again what turns out not to be needed.
const STEPS_MAX: usize = 50_000_000;

/// Fewest further cells, then their lowest total.
type Cost = (usize, u64);

/// Secondary cells that protect all primary ones; none if there is no ring for one of them.
///
/// In a ring, cells are added to and taken from in turn. If the small one is added to and each cell
/// that is taken from holds at least the width, every cell of the ring can move by the width.
pub(super) fn suppress(table: &Table, primary: &[usize]) -> Option<Vec<usize>> {
    let mut left_out = vec![false; table.cells()];
    for &cell in primary {
        *left_out.get_mut(cell)? = true;
    }
    for &cell in primary {
        if table.is_protected(cell, &left_out) {
            continue;
        }
        for cell in ring(table, cell, &left_out)? {
            *left_out.get_mut(cell)? = true;
        }
    }
    // A small count may have been protected by others that are not enough for themselves.
    let all = |left_out: &[bool]| {
        let cells = left_out.iter().zip(0..).filter(|(out, _)| **out);
        cells.map(|(_, cell)| cell).collect::<Vec<usize>>()
    };
    let protected = |left_out: &[bool]| {
        all(left_out)
            .iter()
            .all(|&cell| table.is_protected(cell, left_out))
    };
    let mut secondary: Vec<usize> = all(&left_out)
        .into_iter()
        .filter(|&cell| !table.is_small(cell))
        .collect();
    let steps = secondary.len() * (secondary.len() + primary.len()) * table.cells();
    if steps <= STEPS_MAX {
        if !protected(&left_out) {
            return None;
        }
        // The dearest first.
        secondary.sort_by_key(|&cell| std::cmp::Reverse(table.count(cell)));
        for &cell in &secondary {
            *left_out.get_mut(cell)? = false;
            if !protected(&left_out) {
                *left_out.get_mut(cell)? = true;
            }
        }
        secondary.retain(|&cell| left_out.get(cell) == Some(&true));
        secondary.sort_unstable();
    }
    Some(secondary)
}

/// The further cells of the cheapest ring for a small count (Dijkstra over lines).
fn ring(table: &Table, small: usize, left_out: &[bool]) -> Option<Vec<usize>> {
    let (row, column) = table.place(small);
    let (from, to) = (Line::Column(column), Line::Row(row));
    let is_out = |cell: usize| left_out.get(cell) == Some(&true);
    let cost = |cell: usize| {
        if is_out(cell) {
            (0, 0)
        } else {
            (1, table.count(cell))
        }
    };
    let mut best: Vec<Option<(Cost, Option<(Line, usize)>)>> = vec![None; table.lines()];
    let mut done = vec![false; table.lines()];
    let mut open = vec![from];
    *best.get_mut(table.number(from))? = Some(((0, 0), None));
    while let Some(line) = nearest(table, &mut open, &best) {
        *done.get_mut(table.number(line))? = true;
        if line == to {
            break;
        }
        let ((cells, total), _) = (*best.get(table.number(line))?)?;
        for (next, cell) in table.across(line) {
            // From a column a cell is taken from.
            let enough = matches!(line, Line::Row(_)) || table.count(cell) >= table.width();
            let number = table.number(next);
            if cell == small || !enough || done.get(number) == Some(&true) {
                continue;
            }
            let (more, sum) = cost(cell);
            let reached = (cells + more, total + sum);
            let known = best.get_mut(number)?;
            if known.is_none() {
                open.push(next);
            }
            if known.is_none_or(|(known, _)| reached < known) {
                *known = Some((reached, Some((line, cell))));
            }
        }
    }
    let step = |line: Line| best.get(table.number(line)).copied().flatten()?.1;
    best.get(table.number(to)).copied().flatten()?;
    let way = std::iter::successors(step(to), |&(line, _)| step(line));
    Some(
        way.map(|(_, cell)| cell)
            .filter(|&cell| !is_out(cell))
            .collect(),
    )
}

/// Takes the nearest line out of those that are open.
fn nearest(
    table: &Table,
    open: &mut Vec<Line>,
    best: &[Option<(Cost, Option<(Line, usize)>)>],
) -> Option<Line> {
    let cost = |line: &Line| {
        best.get(table.number(*line))
            .copied()
            .flatten()
            .map(|of| of.0)
    };
    let at = (0..open.len()).min_by_key(|&at| open.get(at).and_then(cost))?;
    Some(open.swap_remove(at))
}
