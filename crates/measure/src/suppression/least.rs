//! The least suppression: conditions that narrow flows ask for, and a linear programme over them.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOptions, Variable};

use super::flow::{Arcs, Line, Reached, Table};

/// Rounds of conditions over shares of cells; more would still be right, but slower than branching.
const ROUNDS_OF_SHARES: usize = 20;

/// Conditions added in one round; the rest wait for the next.
const CONDITIONS_MAX: usize = 60;

/// Rounds of conditions over whole cells until the search gives up.
const ROUNDS_MAX: usize = 200;

/// Branches of all programmes together, times cells, until the search gives up: a branch takes
/// longer the larger the table is.
const BRANCHES_BY_CELLS_MAX: usize = 800_000;

/// How far from a whole number the least of a programme may be and still mean it.
const NEARLY: f64 = 1e-6;

/// A whole cell as a width, so that shares of cells have whole widths.
const WHOLE: u64 = 1 << 20;

/// What the search came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The secondary cells, ascending; no fewer and no cheaper ones do.
    Least(Vec<usize>),
    /// No fewer do, but cheaper ones might.
    Fewest(Vec<usize>),
    /// No suppression is enough.
    Unprotectable,
    /// The search gave up.
    TooLong,
}

/// What a narrow place asks for: the parts of cells left out must add up to the part of `cell`, or
/// to 1 where it is left out anyway.
#[derive(Debug, PartialEq)]
struct Condition {
    parts: Vec<(usize, f64)>,
    cell: Option<usize>,
}

/// What a programme came to: for each cell how much of it is left out, in `[0, 1]`, and the cost.
struct Answer {
    shares: Vec<f64>,
    cost: f64,
}

/// What is sought.
#[derive(Debug, Clone, Copy)]
enum Goal {
    /// Few cells.
    Few,
    /// A low total of as many cells.
    Cheap(usize),
}

/// The least suppression, by count and then by total.
///
/// - `known`: one that is enough, to begin with.
pub(super) fn suppress(table: &Table, primary: &[usize], known: Option<&[usize]>) -> Found {
    if primary.is_empty() {
        return Found::Least(Vec::new());
    }
    let mut search = Search {
        table,
        primary,
        conditions: Vec::new(),
        branches_left: (BRANCHES_BY_CELLS_MAX / table.cells()) as u64,
    };
    // What the small counts ask for when nothing else is left out.
    search.narrow(
        &(0..table.cells())
            .map(|cell| f64::from(u8::from(table.is_small(cell))))
            .collect::<Vec<_>>(),
        usize::MAX,
    );
    let few = match search.solve(Goal::Few, known) {
        Found::Least(few) => few,
        other => return other,
    };
    // The cheaper of the two to begin with.
    let total = |cells: &[usize]| cells.iter().map(|&cell| table.count(cell)).sum::<u64>();
    let known = known
        .filter(|known| known.len() == few.len() && total(known) < total(&few))
        .unwrap_or(&few);
    match search.solve(Goal::Cheap(few.len()), Some(known)) {
        Found::Least(cheapest) => Found::Least(cheapest),
        _ => Found::Fewest(known.to_vec()),
    }
}

struct Search<'a> {
    table: &'a Table,
    primary: &'a [usize],
    conditions: Vec<Condition>,
    branches_left: u64,
}

impl Search<'_> {
    fn solve(&mut self, goal: Goal, known: Option<&[usize]>) -> Found {
        let cost = |cells: &[usize]| match goal {
            Goal::Few => cells.len() as f64,
            Goal::Cheap(_) => cells
                .iter()
                .map(|&cell| self.table.count(cell) as f64)
                .sum(),
        };
        let known_cost = known.map(cost);
        let mut before = f64::NEG_INFINITY;
        for _ in 0..ROUNDS_OF_SHARES {
            let answer = match self.programme(goal, false, None) {
                Ok(Some(answer)) => answer,
                Ok(None) => break,
                Err(Error::Infeasible) => return Found::Unprotectable,
                Err(_) => return Found::TooLong,
            };
            // Costs are whole numbers: none is left below what is known.
            if let (Some(known), Some(cost)) = (known, known_cost)
                && (answer.cost - NEARLY * (1.0 + answer.cost)).ceil() >= cost
            {
                return Found::Least(known.to_vec());
            }
            let gained = answer.cost - before;
            if self.narrow(&answer.shares, CONDITIONS_MAX) == 0 || gained < 1e-4 * answer.cost {
                break;
            }
            before = answer.cost;
        }
        for _ in 0..ROUNDS_MAX {
            let answer = match self.programme(goal, true, known) {
                Ok(Some(answer)) => answer,
                Err(Error::Infeasible) => return Found::Unprotectable,
                Ok(None) | Err(_) => return Found::TooLong,
            };
            let whole: Vec<f64> = answer.shares.iter().map(|share| share.round()).collect();
            if self.narrow(&whole, usize::MAX) == 0 {
                let chosen = whole.iter().zip(0..).filter(|(share, _)| **share > 0.5);
                let cells = chosen.map(|(_, cell)| cell);
                return Found::Least(cells.filter(|&cell| !self.table.is_small(cell)).collect());
            }
        }
        Found::TooLong
    }

    /// Carries out the programme; none if it took too many branches.
    fn programme(
        &mut self,
        goal: Goal,
        whole: bool,
        known: Option<&[usize]>,
    ) -> Result<Option<Answer>, Error> {
        let table = self.table;
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let largest = (0..table.cells()).map(|cell| table.count(cell)).max();
        let scale = match goal {
            Goal::Few => 1.0,
            Goal::Cheap(_) => largest.unwrap_or_default().max(1) as f64,
        };
        let add = |problem: &mut Problem, cost: f64| {
            if whole {
                problem.add_binary_var(cost)
            } else {
                problem.add_var(cost, (0.0, 1.0))
            }
        };
        let cells: Vec<Option<Variable>> = (0..table.cells())
            .map(|cell| {
                let cost = match goal {
                    Goal::Few => 1.0,
                    Goal::Cheap(_) => table.count(cell) as f64 / scale,
                };
                (!table.is_small(cell)).then(|| add(&mut problem, cost))
            })
            .collect();
        let variable = |cell: usize| cells.get(cell).copied().flatten();
        let mut hint = Vec::new();
        for cell in known.into_iter().flat_map(|_| 0..table.cells()) {
            let is_known = known.is_some_and(|known| known.binary_search(&cell).is_ok());
            hint.extend(variable(cell).map(|of| (of, f64::from(u8::from(is_known)))));
        }
        // A cell alone in its row or column can be worked out: none is left out there, or two are.
        for line in table.all_lines() {
            let others: Vec<(usize, Variable)> = table
                .across(line)
                .filter_map(|(_, cell)| Some((cell, variable(cell)?)))
                .collect();
            let small = table.across(line).count() - others.len();
            let mut all: Vec<(Variable, f64)> = others.iter().map(|&(_, of)| (of, 1.0)).collect();
            if small > 0 {
                let further = 2_usize.saturating_sub(small);
                problem.add_constraint(all.as_slice(), ComparisonOp::Ge, further as f64);
                continue;
            }
            let is_used = add(&mut problem, 0.0);
            all.push((is_used, -2.0));
            problem.add_constraint(all.as_slice(), ComparisonOp::Ge, 0.0);
            for &(_, of) in &others {
                problem.add_constraint([(is_used, 1.0), (of, -1.0)], ComparisonOp::Ge, 0.0);
            }
            if let Some(known) = known {
                let used = others
                    .iter()
                    .any(|(cell, _)| known.binary_search(cell).is_ok());
                hint.push((is_used, f64::from(u8::from(used))));
            }
        }
        for condition in &self.conditions {
            let mut terms: Vec<(Variable, f64)> = condition
                .parts
                .iter()
                .filter_map(|&(cell, part)| Some((variable(cell)?, part)))
                .collect();
            let own = condition.cell.and_then(variable);
            terms.extend(own.map(|own| (own, -1.0)));
            let least = if own.is_some() { 0.0 } else { 1.0 };
            problem.add_constraint(terms.as_slice(), ComparisonOp::Ge, least);
        }
        if let Goal::Cheap(count) = goal {
            let all: Vec<(Variable, f64)> = cells.iter().flatten().map(|&of| (of, 1.0)).collect();
            problem.add_constraint(all.as_slice(), ComparisonOp::Le, count as f64);
        }
        let mut options = SolveOptions::default();
        if whole {
            options.node_limit = Some(self.branches_left);
            options.warm_start = known.map(|_| hint);
        }
        let outcome = problem.solve_with(options)?;
        self.branches_left = self
            .branches_left
            .saturating_sub(outcome.stats().nodes_solved);
        if !outcome.is_optimal() {
            return Ok(None);
        }
        Ok(outcome.solution().map(|solution| {
            let share =
                |of: &Option<Variable>| of.map_or(1.0, |of| solution.var_value(of).clamp(0.0, 1.0));
            Answer {
                shares: cells.iter().map(share).collect(),
                cost: solution.objective() * scale,
            }
        }))
    }

    /// Adds conditions for flows that are too narrow, up to a number of them; how many these were.
    fn narrow(&mut self, shares: &[f64], most: usize) -> usize {
        let width = self.table.width();
        // Shares are counted in parts of a whole cell, so that whole cells are counted exactly.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share is in [0, 1]"
        )]
        let part = |share: f64| (share * WHOLE as f64).round() as u64;
        let counted = |cell: usize| self.table.count(cell).min(width);
        let arcs = Arcs {
            add: shares.iter().map(|&share| part(share) * width).collect(),
            take: shares
                .iter()
                .zip(0..)
                .map(|(&share, cell)| part(share) * counted(cell))
                .collect(),
        };
        let mut asking: Vec<(u64, usize)> =
            shares.iter().map(|&share| part(share)).zip(0..).collect();
        asking.retain(|&(share, _)| share > 0);
        asking.sort_by_key(|&(share, cell)| (std::cmp::Reverse(share), cell));
        let is_whole = asking.iter().all(|&(share, _)| share == WHOLE);
        let mut narrow = 0;
        for (share, cell) in asking {
            let asked = share * width;
            let [(up, above), (down, below)] = self.table.moves(cell, &arcs, asked);
            // For shares, one part in a thousand: the programme itself is hardly more exact.
            let slack = if is_whole { 0 } else { asked / 1000 };
            // A cell cannot be less than nothing: the rest must be possible upwards.
            let rest = width - counted(cell);
            let (is_low, is_narrow) = (up + slack < rest * share, up + down + slack < asked);
            if !is_low && !is_narrow {
                continue;
            }
            narrow += 1;
            for (above, below) in above.iter().zip(&below) {
                if is_low {
                    self.ask(cell, &[above], rest);
                }
                if is_narrow {
                    self.ask(cell, &[above, below], width);
                }
            }
            if narrow >= most {
                break;
            }
        }
        narrow
    }

    fn ask(&mut self, cell: usize, places: &[&Reached], needed: u64) {
        let condition = self.condition(cell, places, needed);
        // The places nearest to either end may be the same.
        if condition.is_some() && condition.as_ref() != self.conditions.last() {
            self.conditions.extend(condition);
        }
    }

    /// The condition of narrow places: what crosses them must be as wide as needed.
    fn condition(&self, own: usize, places: &[&Reached], needed: u64) -> Option<Condition> {
        let table = self.table;
        let width = table.width();
        let crossing = |cell: usize| -> u64 {
            let (row, column) = table.place(cell);
            let wide = |reached: &&Reached| match (
                reached.holds(Line::Row(row)),
                reached.holds(Line::Column(column)),
            ) {
                (true, false) => width,
                (false, true) => table.count(cell).min(width),
                _ => 0,
            };
            places.iter().map(wide).sum()
        };
        // What is left out anyway need not be asked for.
        let given: u64 = self
            .primary
            .iter()
            .filter(|&&cell| cell != own)
            .map(|&cell| crossing(cell))
            .sum();
        let needed = needed.checked_sub(given).filter(|needed| *needed > 0)?;
        // More than needed is no better than enough.
        let parts = (0..table.cells())
            .filter(|&cell| cell != own && !table.is_small(cell))
            .map(|cell| (cell, crossing(cell).min(needed) as f64 / needed as f64))
            .filter(|(_, part)| *part > 0.0);
        Some(Condition {
            parts: parts.collect(),
            cell: (!table.is_small(own)).then_some(own),
        })
    }
}
