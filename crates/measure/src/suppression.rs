//! Small counts left out of a table whose totals are published, and the other cells that have to
//! be left out so that the small ones cannot be worked out again.

mod flow;
mod least;
mod paths;

use serde::Serialize;

use flow::Table;

/// Most cells of a table.
pub const CELLS_MAX: usize = 10_000;

/// Most cells up to which the least suppression is sought; beyond it one that is enough is given.
pub const LEAST_CELLS_MAX: usize = 1_500;

/// Largest count.
pub const COUNT_MAX: u64 = 1 << 40;

/// Why a table cannot be made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SuppressionError {
    /// No cells.
    #[error("the table has no cells")]
    NoCells,
    /// Rows of different length.
    #[error("row {row} has {found} cells: expected {expected}")]
    Ragged {
        /// Which row, from 0.
        row: usize,
        /// Cells of the first row.
        expected: usize,
        /// Cells of this row.
        found: usize,
    },
    /// A table too large.
    #[error("too many cells: {found}, limit {limit}")]
    TooManyCells {
        /// Cells of the table.
        found: usize,
        /// Most cells; fewer where the table has too many zeros for the quick way.
        limit: usize,
    },
    /// A count too large.
    #[error("count in row {row}, column {column} is {count}: limit {COUNT_MAX}")]
    TooLarge {
        /// Which row, from 0.
        row: usize,
        /// Which column, from 0.
        column: usize,
        /// The count found.
        count: u64,
    },
    /// No width.
    #[error("the least width must be 1 to {COUNT_MAX}: found {width}")]
    Width {
        /// The width given.
        width: u64,
    },
    /// Nothing helps.
    #[error(
        "the count in row {row}, column {column} can be worked out to within {width} from the \
         totals whatever else is left out: merge rows or columns, or leave out totals"
    )]
    Unprotectable {
        /// Which row, from 0.
        row: usize,
        /// Which column, from 0.
        column: usize,
        /// The least width asked for.
        width: u64,
    },
}

/// A cell that is left out, and what it may be for whoever reads the published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// Smallest count that agrees with what is published.
    pub low: u64,
    /// Largest count that agrees with what is published.
    pub high: u64,
}

/// Which cells are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// Counts above 0 and below the least width, by row and column.
    pub primary: Vec<LeftOut>,
    /// Those left out so that no cell can be worked out again, by row and column.
    pub secondary: Vec<LeftOut>,
    /// Sum of the counts of the secondary cells.
    pub secondary_total: u64,
    /// Whether it is proved that no fewer cells, and no lower total with as many, would do. False
    /// beyond [`LEAST_CELLS_MAX`] cells, or if the proof took too long.
    pub is_least: bool,
}

/// Least suppression of a two-way table of counts.
///
/// Left out are the counts above 0 and below `width` (primary), and besides the fewest cells, of
/// these the lowest total (secondary), so that for whoever knows the published cells, all row and
/// column totals, and that counts are not negative, EVERY cell left out may still be any of a
/// range of counts at least `width` wide. Zeros are published unless they help; several answers
/// may be equally good, and one of them is given, always the same.
///
/// # Shape and units
///
/// - `table`: rows of equal length, counts up to [`COUNT_MAX`]; at most [`CELLS_MAX`] cells.
/// - `width`: least width, in counts; 5 is usual.
///
/// # Method
///
/// What a cell may be is what a flow can carry: taking from a cell is an arc from its column to
/// its row as wide as its count, adding to it an arc back. A flow that is too narrow has a narrowest
/// place; some cell across it must be left out. These conditions are added one by one to a linear
/// programme (first over shares of cells, then over whole ones) until every flow is wide enough.
/// Beyond [`LEAST_CELLS_MAX`] cells each small count is put on the cheapest ring of cells instead.
///
/// # Errors
///
/// See [`SuppressionError`]; [`SuppressionError::Unprotectable`] where no suppression is enough,
/// as for a small count alone in its row.
///
/// # Examples
///
/// ```
/// use pengayom_measure::suppression::suppress;
///
/// // A rectangle around the one small count: three more cells, and each may move by 12.
/// let found = suppress(&[vec![3, 9, 40], vec![12, 20, 50]], 5)?;
/// let cells: Vec<_> = found.secondary.iter().map(|of| (of.row, of.column)).collect();
/// assert_eq!(cells, [(0, 1), (1, 0), (1, 1)]);
/// assert_eq!((found.primary[0].low, found.primary[0].high), (0, 12));
/// # Ok::<(), pengayom_measure::suppression::SuppressionError>(())
/// ```
///
/// # References
///
/// - Fischetti, M. and Salazar, J. J. (1999). Models and algorithms for the 2-dimensional cell
///   suppression problem in statistical disclosure control. *Math. Programming* 84, 283–312.
/// - Kelly, J. P., Golden, B. L. and Assad, A. A. (1992). Cell suppression: disclosure protection
///   for sensitive tabular data. *Networks* 22(4), 397–417.
pub fn suppress<R: AsRef<[u64]>>(table: &[R], width: u64) -> Result<Suppression, SuppressionError> {
    let table = read(table, width)?;
    let primary: Vec<usize> = (0..table.cells())
        .filter(|&cell| table.is_small(cell))
        .collect();
    let quick = paths::suppress(&table, &primary);
    let (secondary, is_least) = if table.cells() <= LEAST_CELLS_MAX {
        match least::suppress(&table, &primary, quick.as_deref()) {
            least::Found::Least(secondary) => (secondary, true),
            least::Found::Unprotectable => return Err(unprotectable(&table, &primary)),
            least::Found::Fewest(secondary) => (secondary, false),
            least::Found::TooLong => (enough(&table, &primary, quick)?, false),
        }
    } else {
        (enough(&table, &primary, quick)?, false)
    };
    let mut left_out = vec![false; table.cells()];
    for &cell in primary.iter().chain(&secondary) {
        if let Some(left_out) = left_out.get_mut(cell) {
            *left_out = true;
        }
    }
    let ranges = |cells: &[usize]| {
        cells
            .iter()
            .map(|&cell| {
                let (low, high) = table.range(cell, &left_out);
                let (row, column) = table.place(cell);
                LeftOut {
                    row,
                    column,
                    low,
                    high,
                }
            })
            .collect()
    };
    Ok(Suppression {
        primary: ranges(&primary),
        secondary: ranges(&secondary),
        secondary_total: secondary.iter().map(|&cell| table.count(cell)).sum(),
        is_least: is_least || secondary.is_empty(),
    })
}

fn read<R: AsRef<[u64]>>(table: &[R], width: u64) -> Result<Table, SuppressionError> {
    if !(1..=COUNT_MAX).contains(&width) {
        return Err(SuppressionError::Width { width });
    }
    let columns = table.first().map_or(0, |row| row.as_ref().len());
    if columns == 0 {
        return Err(SuppressionError::NoCells);
    }
    let mut counts = Vec::new();
    for (row, of) in table.iter().enumerate() {
        let of = of.as_ref();
        if of.len() != columns {
            return Err(SuppressionError::Ragged {
                row,
                expected: columns,
                found: of.len(),
            });
        }
        if let Some((&count, column)) = of.iter().zip(0..).find(|(count, _)| **count > COUNT_MAX) {
            return Err(SuppressionError::TooLarge { row, column, count });
        }
        counts.extend_from_slice(of);
        if counts.len() > CELLS_MAX {
            return Err(SuppressionError::TooManyCells {
                found: table.len().saturating_mul(columns),
                limit: CELLS_MAX,
            });
        }
    }
    Ok(Table::new(columns, counts, width))
}

/// A suppression that is enough: the quick one, or else every cell that can be left out at all.
fn enough(
    table: &Table,
    primary: &[usize],
    quick: Option<Vec<usize>>,
) -> Result<Vec<usize>, SuppressionError> {
    if let Some(quick) = quick {
        return Ok(quick);
    }
    // Looks at every cell by a flow over every cell.
    let limit = CELLS_MAX / 4;
    if table.cells() > limit {
        return Err(SuppressionError::TooManyCells {
            found: table.cells(),
            limit,
        });
    }
    let largest = largest(table);
    let kept = |cell: usize| largest.get(cell).copied().unwrap_or_default();
    if primary.iter().all(|&cell| kept(cell)) {
        let others = (0..table.cells()).filter(|&cell| kept(cell) && !table.is_small(cell));
        Ok(others.collect())
    } else {
        Err(unprotectable(table, primary))
    }
}

/// The largest set of cells in which each is protected: all, less those that are not, until all
/// are. Taking cells away protects none, so that every protected set lies within.
fn largest(table: &Table) -> Vec<bool> {
    let mut kept = vec![true; table.cells()];
    loop {
        let open: Vec<usize> = (0..table.cells())
            .filter(|&cell| kept.get(cell) == Some(&true) && !table.is_protected(cell, &kept))
            .collect();
        if open.is_empty() {
            return kept;
        }
        for cell in open {
            if let Some(kept) = kept.get_mut(cell) {
                *kept = false;
            }
        }
    }
}

/// Which small count it is that cannot be protected.
fn unprotectable(table: &Table, primary: &[usize]) -> SuppressionError {
    let largest = largest(table);
    let open = |cell: &&usize| largest.get(**cell) != Some(&true);
    let cell = primary.iter().find(open).or(primary.first());
    let (row, column) = table.place(cell.copied().unwrap_or_default());
    SuppressionError::Unprotectable {
        row,
        column,
        width: table.width(),
    }
}

#[cfg(test)]
mod tests;
