use super::*;
use proptest::prelude::*;

fn margin(name: &str, labels: &[&str], totals: &[f64]) -> Margin {
    Margin {
        grouping: Grouping::from_labels(name, labels.iter().copied()).unwrap(),
        totals: totals.to_vec(),
    }
}

#[test]
fn a_table_of_two_by_two_keeps_its_odds_ratio() {
    // Raking keeps odds ratios: 1 · 4 / (2 · 3) of the sample.
    let mut one = Vec::new();
    let mut other = Vec::new();
    for (a, b, count) in [("x", "u", 1), ("x", "v", 2), ("y", "u", 3), ("y", "v", 4)] {
        for _ in 0..count {
            one.push(a);
            other.push(b);
        }
    }
    let margins = [
        margin("one", &one, &[60.0, 40.0]),
        margin("other", &other, &[30.0, 70.0]),
    ];
    let raked = rake(&margins, None, None).unwrap();
    let cell = |a: &str, b: &str| -> f64 {
        raked
            .weights
            .iter()
            .zip(one.iter().zip(&other))
            .filter(|(_, (of, with))| **of == a && **with == b)
            .map(|(w, _)| w)
            .sum()
    };
    let odds = cell("x", "u") * cell("y", "v") / (cell("x", "v") * cell("y", "u"));
    assert!((odds - 4.0 / 6.0).abs() < 1e-9);
    for of in raked.margins.iter().flat_map(|of| &of.levels) {
        assert!((of.total - of.weighted).abs() < 1e-8);
    }
}

#[test]
fn one_margin_is_post_stratification_and_explains_its_part() {
    let margins = [margin("sex", &["f", "m", "m", "f"], &[10.0, 30.0])];
    let raked = rake(&margins, None, Some(&[1.0, 5.0, 5.0, 1.0])).unwrap();
    assert_eq!(raked.passes, 1);
    let mean = raked.mean.unwrap();
    // All of `y` lies between the levels, whose totals are known: nothing is left to vary.
    assert!((mean.mean - 4.0).abs() < 1e-12 && mean.se < 1e-12);
}

#[test]
fn what_no_weights_can_meet_is_refused() {
    let sex = || margin("sex", &["f", "m", "m", "f"], &[10.0, 30.0]);
    let said = |margins: &[Margin]| rake(margins, None, None).unwrap_err();
    assert_eq!(said(&[]), RakeError::NoMargins);
    assert_eq!(
        said(&[margin("sex", &["f"], &[10.0])]),
        RakeError::TooFewRows { rows: 1 }
    );
    assert!(matches!(
        said(&[sex(), margin("age", &["a", "b"], &[1.0, 2.0])]),
        RakeError::Lengths { found: 2, .. }
    ));
    assert!(matches!(
        said(&[margin("sex", &["f", "m"], &[10.0])]),
        RakeError::Totals { .. }
    ));
    for total in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            said(&[margin("sex", &["f", "m"], &[10.0, total])]),
            RakeError::NoTotal { .. }
        ));
    }
    assert!(matches!(
        said(&[sex(), margin("age", &["a", "b", "a", "b"], &[10.0, 31.0])]),
        RakeError::TotalsDiffer { .. }
    ));
    // The same groups with other totals.
    assert!(matches!(
        said(&[sex(), margin("age", &["a", "b", "b", "a"], &[20.0, 20.0])]),
        RakeError::NotConverged { .. }
    ));
    let figures = |base: Option<&[f64]>, y: Option<&[f64]>| rake(&[sex()], base, y).unwrap_err();
    assert!(matches!(
        figures(None, Some(&[1.0])),
        RakeError::Lengths { .. }
    ));
    assert!(matches!(
        figures(None, Some(&[1.0, f64::NAN, 1.0, 1.0])),
        RakeError::NotFinite { row: 1, .. }
    ));
    assert!(matches!(
        figures(Some(&[1.0, 1.0, 0.0, 1.0]), None),
        RakeError::Weight { row: 2, .. }
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn totals_are_met_whatever_the_order_and_unit(
        rows in prop::collection::vec((0_usize..3, 0_usize..2, -5.0_f64..5.0), 12..60),
        shares in prop::collection::vec(0.1_f64..1.0, 5), scale in 0.1_f64..1000.0
    ) {
        // Every combination occurs, so that weights exist.
        let mut rows = rows;
        for a in 0..3 {
            for b in 0..2 {
                rows.push((a, b, 0.0));
            }
        }
        let named = ["p", "q", "r"];
        let build = |rows: &[(usize, usize, f64)], scale: f64| {
            let of = |name: &str, pick: &dyn Fn(&(usize, usize, f64)) -> usize, shares: &[f64]| {
                let sum: f64 = shares.iter().sum();
                let grouping =
                    Grouping::from_labels(name, rows.iter().map(|row| named[pick(row)])).unwrap();
                let totals = grouping
                    .labels()
                    .iter()
                    .map(|label| {
                        let at = named.iter().position(|of| of == label).unwrap();
                        scale * shares[at] / sum
                    })
                    .collect();
                Margin { grouping, totals }
            };
            [of("a", &|row| row.0, &shares[..3]), of("b", &|row| row.1, &shares[3..])]
        };
        let y = |rows: &[(usize, usize, f64)]| rows.iter().map(|row| row.2).collect::<Vec<f64>>();
        let raked = rake(&build(&rows, 100.0), None, Some(&y(&rows))).unwrap();
        for of in raked.margins.iter().flat_map(|of| &of.levels) {
            prop_assert!((of.total - of.weighted).abs() < 1e-8);
        }
        prop_assert!(raked.design_effect >= 1.0 - 1e-12);
        prop_assert!(raked.weights.iter().all(|w| *w > 0.0));
        let mut turned = rows.clone();
        turned.reverse();
        let again = rake(&build(&turned, 100.0 * scale), None, Some(&y(&turned))).unwrap();
        for (one, other) in raked.weights.iter().zip(again.weights.iter().rev()) {
            prop_assert!((one * scale / other - 1.0).abs() < 1e-8);
        }
        let (one, other) = (raked.mean.unwrap(), again.mean.unwrap());
        prop_assert!((one.mean - other.mean).abs() < 1e-8 && (one.se - other.se).abs() < 1e-8);
        // What was raked is met: once more, and nothing moves.
        let base: Vec<f64> = raked.weights.clone();
        let still = rake(&build(&rows, 100.0), Some(&base), None).unwrap();
        for (one, other) in raked.weights.iter().zip(&still.weights) {
            prop_assert!((one / other - 1.0).abs() < 1e-9);
        }
        // Margins in the other order meet the same totals with the same weights.
        let mut margins = build(&rows, 100.0);
        margins.reverse();
        let swapped = rake(&margins, None, None).unwrap();
        for (one, other) in raked.weights.iter().zip(&swapped.weights) {
            prop_assert!((one / other - 1.0).abs() < 1e-8);
        }
    }
}

#[test]
fn figures_at_the_ends_of_the_range_have_an_answer_or_an_error() {
    let sex = |totals: &[f64]| margin("sex", &["f", "m", "m", "f"], totals);
    let said = |totals: &[f64], base: Option<&[f64]>| rake(&[sex(totals)], base, None).unwrap_err();
    assert!(matches!(
        said(&[1e308, 1e308], None),
        RakeError::TotalsTooLarge { .. }
    ));
    assert!(matches!(
        said(&[1.0, 1.0], Some(&[1e-300, 1e-300, 1e300, 1e300])),
        RakeError::OutOfRange { row: 0, .. }
    ));
    let age = margin("age", &["a", "b", "a", "b"], &[1e300, 1e300]);
    assert!(rake(&[sex(&[1e300, 1e300]), age.clone()], None, None).is_ok());
    let tiny = [1e-310, 2e-310, 1e-310, 1e-310];
    assert!(rake(&[sex(&[1e300, 1e300]), age], Some(&tiny), None).is_ok());
    // Figures of any size have a mean and an error in their own unit.
    let y = [1.0, 5.0, 4.0, 2.0];
    let one = rake(&[sex(&[1.0, 3.0])], None, Some(&y)).unwrap();
    let one = one.mean.unwrap();
    for unit in [1e-200, 1e200, 3e307] {
        let scaled = y.map(|y| unit * y);
        let of = rake(&[sex(&[1.0, 3.0])], None, Some(&scaled)).unwrap();
        let of = of.mean.unwrap();
        assert!((of.mean / unit / one.mean - 1.0).abs() < 1e-12, "{unit}");
        assert!((of.se / unit / one.se - 1.0).abs() < 1e-12);
    }
    // What is the same of all has no error.
    let of = rake(&[sex(&[1.0, 3.0])], None, Some(&[0.1; 4])).unwrap();
    let of = of.mean.unwrap();
    assert!(of.se.abs() <= 0.0 && (of.mean - 0.1).abs() < 1e-15);
}

#[test]
fn a_margin_that_is_met_already_changes_nothing() {
    let base = [1.0, 2.0, 3.0, 4.0];
    let sex = margin("sex", &["f", "m", "m", "f"], &[5.0, 5.0]);
    let age = margin("age", &["a", "b", "a", "b"], &[4.0, 6.0]);
    let raked = rake(&[sex, age], Some(&base), None).unwrap();
    for (weight, base) in raked.weights.iter().zip(base) {
        assert!((weight - base).abs() < 1e-12);
    }
    assert_eq!(raked.passes, 2);
}
