//! What a cell left out may be: flows between rows and columns.
//!
//! Adding to a cell left out is an arc from its row to its column, taking from it an arc back, as
//! wide as its count. Totals stay as published exactly if what comes to a row or column leaves it.

use std::collections::VecDeque;

/// A width that nothing comes near to.
const ENDLESS: u64 = 1 << 60;

/// A table of counts, row by row.
#[derive(Debug)]
pub(super) struct Table {
    rows: usize,
    columns: usize,
    counts: Vec<u64>,
    width: u64,
}

/// A row or a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Row(usize),
    Column(usize),
}

/// Which lines can still be reached from where a flow begins.
#[derive(Debug)]
pub(super) struct Reached {
    rows: Vec<bool>,
    columns: Vec<bool>,
}

impl Reached {
    pub(super) fn holds(&self, line: Line) -> bool {
        let of = match line {
            Line::Row(row) => self.rows.get(row),
            Line::Column(column) => self.columns.get(column),
        };
        of == Some(&true)
    }

    /// Marks a line; whether it was not yet.
    fn mark(&mut self, line: Line) -> bool {
        let of = match line {
            Line::Row(row) => self.rows.get_mut(row),
            Line::Column(column) => self.columns.get_mut(column),
        };
        of.is_some_and(|of| !std::mem::replace(of, true))
    }
}

/// How wide the two arcs of each cell are.
#[derive(Debug, Clone)]
pub(super) struct Arcs {
    /// Row to column: what can be added.
    pub(super) add: Vec<u64>,
    /// Column to row: what can be taken.
    pub(super) take: Vec<u64>,
}

impl Arcs {
    fn width(&self, cell: usize, from: Line) -> u64 {
        let of = match from {
            Line::Row(_) => self.add.get(cell),
            Line::Column(_) => self.take.get(cell),
        };
        of.copied().unwrap_or_default()
    }

    /// Moves an amount along an arc, which makes the one back wider.
    fn push(&mut self, cell: usize, from: Line, amount: u64) {
        let (Some(add), Some(take)) = (self.add.get_mut(cell), self.take.get_mut(cell)) else {
            return;
        };
        let (used, back) = match from {
            Line::Row(_) => (add, take),
            Line::Column(_) => (take, add),
        };
        *used = used.saturating_sub(amount);
        *back = back.saturating_add(amount);
    }
}

impl Table {
    /// - `counts`: row by row, a multiple of `columns`, which is above 0.
    pub(super) fn new(columns: usize, counts: Vec<u64>, width: u64) -> Self {
        Self {
            rows: counts.len() / columns.max(1),
            columns,
            counts,
            width,
        }
    }

    pub(super) fn cells(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn width(&self) -> u64 {
        self.width
    }

    pub(super) fn count(&self, cell: usize) -> u64 {
        self.counts.get(cell).copied().unwrap_or_default()
    }

    /// Whether a count is small enough to be left out by itself.
    pub(super) fn is_small(&self, cell: usize) -> bool {
        (1..self.width).contains(&self.count(cell))
    }

    pub(super) fn place(&self, cell: usize) -> (usize, usize) {
        (cell / self.columns.max(1), cell % self.columns.max(1))
    }

    /// Lines that share a cell with this one, each with that cell.
    pub(super) fn across(&self, line: Line) -> impl Iterator<Item = (Line, usize)> {
        let (start, step, count) = match line {
            Line::Row(row) => (row * self.columns, 1, self.columns),
            Line::Column(column) => (column, self.columns, self.rows),
        };
        (0..count).map(move |at| {
            let other = match line {
                Line::Row(_) => Line::Column(at),
                Line::Column(_) => Line::Row(at),
            };
            (other, start + step * at)
        })
    }

    pub(super) fn all_lines(&self) -> impl Iterator<Item = Line> + use<> {
        let columns = (0..self.columns).map(Line::Column);
        (0..self.rows).map(Line::Row).chain(columns)
    }

    /// A place for a number by line.
    pub(super) fn number(&self, line: Line) -> usize {
        match line {
            Line::Row(row) => row,
            Line::Column(column) => self.rows + column,
        }
    }

    pub(super) fn lines(&self) -> usize {
        self.rows + self.columns
    }

    /// The arcs of cells left out.
    pub(super) fn arcs(&self, left_out: &[bool]) -> Arcs {
        let each = |wide: fn(u64) -> u64| {
            let cells = left_out.iter().zip(&self.counts);
            cells
                .map(|(out, count)| if *out { wide(*count) } else { 0 })
                .collect()
        };
        Arcs {
            add: each(|_| ENDLESS),
            take: each(|count| count),
        }
    }

    /// By how much a cell can be more and less than it is, each counted up to `stop`; and, where it
    /// stopped short, the narrowest places nearest to its beginning and its end.
    pub(super) fn moves(&self, cell: usize, arcs: &Arcs, stop: u64) -> [(u64, [Reached; 2]); 2] {
        self.both_ways(cell, arcs, |arcs, from, to| {
            let carried = self.flow(arcs, from, to, stop);
            let end = self.connected(arcs, to, true);
            let before_end = Reached {
                rows: end.rows.iter().map(|ends| !ends).collect(),
                columns: end.columns.iter().map(|ends| !ends).collect(),
            };
            (carried, [self.connected(arcs, from, false), before_end])
        })
    }

    /// By how much a cell can be more and less than it is, each counted up to `stop`.
    fn carried(&self, cell: usize, arcs: &Arcs, stop: u64) -> [u64; 2] {
        self.both_ways(cell, arcs, |arcs, from, to| self.flow(arcs, from, to, stop))
    }

    /// Up and down: what is added to the cell itself has to come back by the others.
    fn both_ways<T>(
        &self,
        cell: usize,
        arcs: &Arcs,
        each: impl Fn(&mut Arcs, Line, Line) -> T,
    ) -> [T; 2] {
        let (row, column) = self.place(cell);
        let (row, column) = (Line::Row(row), Line::Column(column));
        [(column, row), (row, column)].map(|(from, to)| {
            let mut arcs = arcs.clone();
            for of in [&mut arcs.add, &mut arcs.take] {
                if let Some(own) = of.get_mut(cell) {
                    *own = 0;
                }
            }
            each(&mut arcs, from, to)
        })
    }

    /// Edmonds and Karp: the shortest way that is left, until none is or enough is carried.
    fn flow(&self, arcs: &mut Arcs, from: Line, to: Line, stop: u64) -> u64 {
        let mut carried = 0;
        while carried < stop {
            let way = self.way(arcs, from, to);
            let narrowest = way.iter().map(|&(line, cell)| arcs.width(cell, line)).min();
            let amount = narrowest.unwrap_or_default().min(stop - carried);
            if amount == 0 {
                break;
            }
            for (line, cell) in way {
                arcs.push(cell, line, amount);
            }
            carried += amount;
        }
        carried
    }

    /// A shortest way along arcs that are left, from its end; nothing if there is none.
    fn way(&self, arcs: &Arcs, from: Line, to: Line) -> Vec<(Line, usize)> {
        let mut reached = self.nothing();
        let mut came: Vec<Option<(Line, usize)>> = vec![None; self.lines()];
        let mut queue = VecDeque::from([from]);
        reached.mark(from);
        while let Some(line) = queue.pop_front() {
            for (next, cell) in self.across(line) {
                if arcs.width(cell, line) > 0 && reached.mark(next) {
                    if let Some(came) = came.get_mut(self.number(next)) {
                        *came = Some((line, cell));
                    }
                    queue.push_back(next);
                }
            }
            if reached.holds(to) {
                break;
            }
        }
        let step = |line: Line| came.get(self.number(line)).copied().flatten();
        std::iter::successors(step(to), |&(line, _)| step(line)).collect()
    }

    /// Lines that can be reached from a line along arcs that are left, or that can reach it.
    fn connected(&self, arcs: &Arcs, from: Line, backwards: bool) -> Reached {
        let mut reached = self.nothing();
        let mut open = vec![from];
        reached.mark(from);
        while let Some(line) = open.pop() {
            for (next, cell) in self.across(line) {
                let begin = if backwards { next } else { line };
                if arcs.width(cell, begin) > 0 && reached.mark(next) {
                    open.push(next);
                }
            }
        }
        reached
    }

    fn nothing(&self) -> Reached {
        Reached {
            rows: vec![false; self.rows],
            columns: vec![false; self.columns],
        }
    }

    /// Smallest and largest count a cell left out may be.
    pub(super) fn range(&self, cell: usize, left_out: &[bool]) -> (u64, u64) {
        let [up, down] = self.carried(cell, &self.arcs(left_out), ENDLESS);
        let count = self.count(cell);
        (count.saturating_sub(down), count.saturating_add(up))
    }

    /// Whether a cell left out may be any of a range that is wide enough.
    pub(super) fn is_protected(&self, cell: usize, left_out: &[bool]) -> bool {
        let [up, down] = self.carried(cell, &self.arcs(left_out), self.width);
        up + down.min(self.count(cell)) >= self.width
    }
}
