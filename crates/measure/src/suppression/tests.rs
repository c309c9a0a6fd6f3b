use super::*;
use proptest::prelude::*;

fn places(cells: &[LeftOut]) -> Vec<(usize, usize)> {
    cells.iter().map(|of| (of.row, of.column)).collect()
}

#[test]
fn tables_that_are_none_are_refused() {
    let none: [Vec<u64>; 0] = [];
    assert_eq!(suppress(&none, 5), Err(SuppressionError::NoCells));
    assert_eq!(
        suppress(&[Vec::new(), Vec::new()], 5),
        Err(SuppressionError::NoCells)
    );
    assert_eq!(
        suppress(&[vec![1, 2], vec![3]], 5),
        Err(SuppressionError::Ragged {
            row: 1,
            expected: 2,
            found: 1
        })
    );
    assert_eq!(
        suppress(&[vec![1, COUNT_MAX + 1]], 5),
        Err(SuppressionError::TooLarge {
            row: 0,
            column: 1,
            count: COUNT_MAX + 1
        })
    );
    for width in [0, COUNT_MAX + 1] {
        assert_eq!(
            suppress(&[vec![1]], width),
            Err(SuppressionError::Width { width })
        );
    }
    assert!(matches!(
        suppress(&vec![vec![7; 200]; 51], 5),
        Err(SuppressionError::TooManyCells { found: 10_200, .. })
    ));
}

#[test]
fn without_small_counts_nothing_is_left_out() {
    for table in [vec![vec![0, 0], vec![0, 0]], vec![vec![5, 6], vec![0, 9]]] {
        let found = suppress(&table, 5).unwrap();
        assert!(found.primary.is_empty() && found.secondary.is_empty() && found.is_least);
        assert_eq!(found.secondary_total, 0);
    }
}

#[test]
fn what_the_totals_give_away_is_said() {
    // One row: the column totals are the cells.
    let fault = suppress(&[vec![9, 3, 20]], 5).unwrap_err();
    assert_eq!(
        fault,
        SuppressionError::Unprotectable {
            row: 0,
            column: 1,
            width: 5
        }
    );
    assert!(fault.to_string().contains("row 0, column 1"));
    // The only count of its row and column; the second of two, which alone is said.
    let fault = suppress(&[vec![3, 9, 0], vec![8, 12, 0], vec![0, 0, 2]], 5).unwrap_err();
    assert!(matches!(
        fault,
        SuppressionError::Unprotectable {
            row: 2,
            column: 2,
            ..
        }
    ));
}

#[test]
fn a_ring_through_two_small_counts_serves_both() {
    let found = suppress(&[vec![3, 40, 50], vec![60, 2, 70], vec![80, 90, 95]], 5).unwrap();
    assert_eq!(places(&found.primary), [(0, 0), (1, 1)]);
    assert_eq!(places(&found.secondary), [(0, 1), (1, 0)]);
    assert_eq!(found.secondary_total, 100);
    assert_eq!((found.primary[0].low, found.primary[0].high), (1, 43));
}

#[test]
fn the_largest_counts_and_widths_do_not_overflow() {
    let found = suppress(
        &[vec![1, COUNT_MAX], vec![COUNT_MAX, COUNT_MAX]],
        COUNT_MAX - 1,
    )
    .unwrap();
    assert_eq!(found.secondary.len(), 3);
    assert_eq!(
        (found.primary[0].low, found.primary[0].high),
        (0, COUNT_MAX + 1)
    );
    // One short of what is asked for.
    let short = suppress(&[vec![1, 1_000_000], vec![1_000_000, 2_000_000]], 1_000_002);
    assert!(matches!(short, Err(SuppressionError::Unprotectable { .. })));
    assert!(suppress(&[vec![1, 1_000_000], vec![1_000_000, 2_000_000]], 1_000_001).is_ok());
}

#[test]
fn a_table_too_large_for_the_least_is_given_one_that_is_enough() {
    let table: Vec<Vec<u64>> = (0..60_u64)
        .map(|row| {
            (0..60_u64)
                .map(|column| (row * 37 + column * 61) % 97)
                .collect()
        })
        .collect();
    let found = suppress(&table, 5).unwrap();
    assert!(!found.is_least && !found.primary.is_empty());
    let out = found.primary.iter().chain(&found.secondary);
    assert!(out.clone().all(|of| of.high - of.low >= 5));
    assert!(out.clone().all(|of| {
        let count = table[of.row][of.column];
        of.low <= count && count <= of.high
    }));
}

/// Every table that agrees with what is published: by trying all counts of the cells left out.
fn agreeing(table: &[Vec<u64>], out: &[(usize, usize)]) -> Vec<Vec<u64>> {
    fn go(
        open: &mut Vec<Vec<u64>>,
        out: &[(usize, usize)],
        rows: &mut [u64],
        columns: &mut [u64],
        so_far: &mut Vec<u64>,
    ) {
        let Some(&(row, column)) = out.get(so_far.len()) else {
            if rows.iter().chain(columns.iter()).all(|left| *left == 0) {
                open.push(so_far.clone());
            }
            return;
        };
        for count in 0..=rows[row].min(columns[column]) {
            rows[row] -= count;
            columns[column] -= count;
            so_far.push(count);
            go(open, out, rows, columns, so_far);
            so_far.pop();
            rows[row] += count;
            columns[column] += count;
        }
    }
    let (mut rows, mut columns) = (vec![0; table.len()], vec![0; table[0].len()]);
    for &(row, column) in out {
        rows[row] += table[row][column];
        columns[column] += table[row][column];
    }
    let mut found = Vec::new();
    go(&mut found, out, &mut rows, &mut columns, &mut Vec::new());
    found
}

/// The least suppression by trying every set of cells: how many, and their total.
fn by_trying(table: &[Vec<u64>], width: u64) -> Option<(usize, u64)> {
    let of = read(table, width).unwrap();
    let others: Vec<usize> = (0..of.cells()).filter(|&cell| !of.is_small(cell)).collect();
    let sets = 0..1_usize << others.len();
    sets.filter_map(|set| {
        let chosen = others
            .iter()
            .enumerate()
            .filter(|(at, _)| set >> at & 1 == 1);
        let chosen: Vec<usize> = chosen.map(|(_, &cell)| cell).collect();
        let out: Vec<bool> = (0..of.cells())
            .map(|cell| of.is_small(cell) || chosen.contains(&cell))
            .collect();
        let protected = (0..of.cells()).all(|cell| !out[cell] || of.is_protected(cell, &out));
        let total = chosen.iter().map(|&cell| of.count(cell)).sum();
        protected.then_some((chosen.len(), total))
    })
    .min()
}

fn table(rows: usize, columns: usize, most: u64) -> impl Strategy<Value = Vec<Vec<u64>>> {
    let count = prop_oneof![0..6_u64, 0..=most];
    prop::collection::vec(prop::collection::vec(count, columns), rows)
}

fn small_table() -> impl Strategy<Value = Vec<Vec<u64>>> {
    (1_usize..4, 1_usize..4).prop_flat_map(|(rows, columns)| table(rows, columns, 15))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_least_suppression_is_that_found_by_trying_all(table in small_table(), width in 1_u64..7) {
        match suppress(&table, width) {
            Ok(found) => {
                prop_assert!(found.is_least);
                let least = Some((found.secondary.len(), found.secondary_total));
                prop_assert_eq!(least, by_trying(&table, width));
            }
            Err(fault) => {
                let said = matches!(fault, SuppressionError::Unprotectable { .. });
                prop_assert!(said, "{}", fault);
                prop_assert_eq!(by_trying(&table, width), None);
            }
        }
    }

    #[test]
    fn ranges_are_those_of_all_tables_that_agree(table in table(2, 3, 9), width in 1_u64..6) {
        let Ok(found) = suppress(&table, width) else { return Ok(()) };
        let out: Vec<&LeftOut> = found.primary.iter().chain(&found.secondary).collect();
        let at: Vec<(usize, usize)> = out.iter().map(|of| (of.row, of.column)).collect();
        let all = agreeing(&table, &at);
        for (cell, of) in out.iter().enumerate() {
            let counts = all.iter().map(|counts| counts[cell]);
            prop_assert_eq!(counts.clone().min(), Some(of.low));
            prop_assert_eq!(counts.max(), Some(of.high));
            prop_assert!(of.high - of.low >= width);
        }
    }

    #[test]
    fn the_quick_way_is_enough_and_never_below_the_least(table in table(4, 5, 40)) {
        let of = read(&table, 5).unwrap();
        let primary: Vec<usize> = (0..of.cells()).filter(|&cell| of.is_small(cell)).collect();
        if let Some(quick) = paths::suppress(&of, &primary) {
            let out: Vec<bool> =
                (0..of.cells()).map(|cell| of.is_small(cell) || quick.contains(&cell)).collect();
            prop_assert!((0..of.cells()).all(|cell| !out[cell] || of.is_protected(cell, &out)));
            let least = suppress(&table, 5).unwrap();
            prop_assert!(least.secondary.len() <= quick.len());
        }
    }

    #[test]
    fn turning_the_table_turns_the_answer(table in table(4, 3, 40)) {
        let turned: Vec<Vec<u64>> =
            (0..3).map(|column| table.iter().map(|row| row[column]).collect()).collect();
        let size = |found: Result<Suppression, SuppressionError>| {
            found.ok().map(|found| (found.secondary.len(), found.secondary_total))
        };
        prop_assert_eq!(size(suppress(&table, 5)), size(suppress(&turned, 5)));
    }
}
