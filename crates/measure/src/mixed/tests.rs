use super::*;
use proptest::prelude::*;

/// Groupings by numbers, with the labels they have.
pub(crate) fn grouping(name: &str, codes: impl IntoIterator<Item = usize>) -> Grouping {
    let labels = codes.into_iter().map(|code| code.to_string());
    Grouping::from_labels(name, labels).unwrap()
}

#[test]
fn groupings_that_do_not_hold_are_refused() {
    let labels = |of: &[&str]| of.iter().map(ToString::to_string).collect::<Vec<String>>();
    assert!(matches!(
        Grouping::new("g", labels(&["a"]), vec![0, 1]),
        Err(MixedError::UnknownCode { row: 1, .. })
    ));
    assert!(matches!(
        Grouping::new("g", labels(&["a", "b"]), vec![0, 0]),
        Err(MixedError::EmptyLevel { label, .. }) if label == "b"
    ));
    let of = Grouping::new("g", labels(&["a", "b"]), vec![1, 0]).unwrap();
    assert_eq!((of.name(), of.levels(), of.codes()), ("g", 2, &[1, 0][..]));
}

#[test]
fn groupings_that_do_not_fit_are_named() {
    let g = |codes: &[usize]| grouping("g", codes.iter().copied());
    assert_eq!(check(1, &[]), Err(MixedError::TooFewRows { rows: 1 }));
    assert_eq!(check(2, &[]), Err(MixedError::NoGrouping));
    assert!(matches!(
        check(3, &[g(&[0, 1])]),
        Err(MixedError::Lengths { found: 2, .. })
    ));
    assert!(matches!(
        check(2, &[g(&[0, 0])]),
        Err(MixedError::OneLevel { .. })
    ));
    assert!(matches!(
        check(3, &[g(&[0, 1, 1]), g(&[5, 3, 3])]),
        Err(MixedError::SameGrouping { .. })
    ));
    assert_eq!(check(3, &[g(&[0, 1, 1]), g(&[0, 0, 1])]), Ok(()));
    assert!(matches!(
        check(3, &vec![g(&[0, 1, 1]); 11]),
        Err(MixedError::TooManyGroupings { found: 11, .. })
    ));
}

#[test]
fn what_crosses_beyond_separation_is_refused() {
    // Every level of the one meets many of the other at random: nothing can be eliminated cheaply.
    let levels = 4_000;
    let mut state = 1_usize;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % levels
    };
    let rows = 100_000;
    let one: Vec<usize> = (0..rows).map(|_| draw()).collect();
    let other: Vec<usize> = (0..rows).map(|_| draw()).collect();
    let found = Layout::new(&[grouping("one", one), grouping("other", other)]);
    assert!(matches!(found, Err(MixedError::TooEntangled { .. })));
}

/// Codes of rows for several groupings: crossed, nested, with gaps.
fn rows() -> impl Strategy<Value = Vec<Vec<usize>>> {
    (2_usize..5, 20_usize..90).prop_flat_map(|(groupings, rows)| {
        prop::collection::vec(
            (2_usize..40, any::<bool>()).prop_flat_map(move |(levels, nests)| {
                prop::collection::vec(0..levels, rows).prop_map(move |codes| {
                    // A nested grouping follows from the row's place, so that two such ones nest.
                    if nests {
                        (0..codes.len())
                            .map(|row| row * levels / codes.len())
                            .collect()
                    } else {
                        codes
                    }
                })
            }),
            groupings,
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_decomposition_solves_the_equations(
        codes in rows(), scales in prop::collection::vec(0.0_f64..3.0, 5), seed in 1_u32..1000
    ) {
        let groupings: Vec<Grouping> =
            codes.iter().map(|codes| grouping("g", codes.iter().copied())).collect();
        let (layout, cell_of_row) = Layout::new(&groupings).unwrap();
        let scale = &scales[..groupings.len()];
        let mut weights = vec![0.0; layout.cells()];
        for (row, &cell) in cell_of_row.iter().enumerate() {
            weights[cell as usize] += 0.1 + f64::from(seed) / 1000.0 * ((row % 7) as f64);
        }
        let cholesky = Cholesky::new(&layout, &layout.cross(&weights), scale).unwrap();
        // The equations by cells, without any matrix.
        let times = |x: &[f64]| -> Vec<f64> {
            let spread: Vec<f64> =
                layout.spread(scale, x).iter().zip(&weights).map(|(v, w)| v * w).collect();
            layout.sums(scale, &spread).iter().zip(x).map(|(v, x)| v + x).collect()
        };
        let unknowns = layout.unknowns();
        let right: Vec<f64> = (0..unknowns).map(|i| ((i * 37 % 11) as f64) - 5.0).collect();
        let mut solution = right.clone();
        cholesky.solve(&mut solution);
        for (found, right) in times(&solution).iter().zip(&right) {
            prop_assert!((found - right).abs() < 1e-8, "{found} {right}");
        }
        // Determinant and inverse against a plain matrix.
        let mut whole = nalgebra::DMatrix::zeros(unknowns, unknowns);
        for column in 0..unknowns {
            let mut unit = vec![0.0; unknowns];
            unit[column] = 1.0;
            whole.set_column(column, &nalgebra::DVector::from_vec(times(&unit)));
        }
        let plain = whole.cholesky().unwrap();
        let log_determinant: f64 = plain.l().diagonal().iter().map(|d| 2.0 * d.ln()).sum();
        prop_assert!((cholesky.log_determinant - log_determinant).abs() < 1e-8);
        let inverse = plain.inverse();
        for (found, exact) in cholesky.inverse_diagonal().iter().zip(inverse.diagonal().iter()) {
            prop_assert!((found - exact).abs() < 1e-9);
        }
    }
}
