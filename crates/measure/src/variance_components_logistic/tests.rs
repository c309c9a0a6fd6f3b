use super::*;
use crate::mixed::tests::grouping;
use proptest::prelude::*;

#[test]
fn without_variance_it_is_the_plain_share() {
    // Two groups with one yes in four each.
    let y = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let of = variance_components_logistic(&y, &[grouping("g", [0, 0, 0, 0, 1, 1, 1, 1])]).unwrap();
    assert!(of.is_boundary && of.components[0].variance.abs() < 1e-15);
    assert!((of.intercept - (0.25_f64 / 0.75).ln()).abs() < 1e-7);
    let deviance = -2.0 * (2.0 * 0.25_f64.ln() + 6.0 * 0.75_f64.ln());
    assert!((of.deviance_laplace - deviance).abs() < 1e-9);
    // Information of a share: n p (1 - p).
    assert!((of.intercept_se - 1.0 / (8.0_f64 * 0.25 * 0.75).sqrt()).abs() < 1e-6);
    assert_eq!((of.n, of.successes), (8, 2));
}

#[test]
fn what_has_no_answer_is_refused() {
    let g = || grouping("g", [0, 0, 1, 1]);
    let said = |y: &[f64]| variance_components_logistic(y, &[g()]).unwrap_err();
    for value in [0.5, 2.0, -1.0, f64::NAN] {
        assert!(matches!(
            said(&[0.0, value, 1.0, 1.0]),
            MixedError::NotAnOutcome { row: 1, .. }
        ));
    }
    assert_eq!(said(&[0.0; 4]), MixedError::NoVariation { value: 0.0 });
    assert_eq!(said(&[1.0; 4]), MixedError::NoVariation { value: 1.0 });
    assert!(matches!(
        said(&[0.0, 1.0]),
        MixedError::Lengths {
            expected: 2,
            found: 4,
            ..
        }
    ));
    assert_eq!(
        variance_components_logistic(&[0.0, 1.0], &[]),
        Err(MixedError::NoGrouping)
    );
}

#[test]
fn levels_of_one_outcome_each_have_an_answer_or_an_error() {
    // Large groups, all yes or all no: the likelihood rises with the variance as far as it goes.
    let rows = 400;
    let y: Vec<f64> = (0..rows)
        .map(|row| f64::from(u8::from(row / 100 % 2 == 0)))
        .collect();
    match variance_components_logistic(&y, &[grouping("g", (0..rows).map(|row| row / 100))]) {
        Ok(of) => assert!(of.components[0].variance > 10.0 && of.deviance_laplace.is_finite()),
        Err(error) => assert!(matches!(
            error,
            MixedError::Unbounded | MixedError::NotConverged
        )),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn yes_and_no_mirror_each_other_in_any_order(
        rows in prop::collection::vec((0_usize..8, 0_usize..4, 0_u8..=9), 60..120)
    ) {
        let mut rows = rows;
        for at in 0..8 {
            rows.push((at, at % 4, u8::try_from(at).unwrap()));
        }
        let fit = |rows: &[(usize, usize, u8)], mirrored: bool| {
            let y: Vec<f64> = rows
                .iter()
                .map(|(a, _, chance)| {
                    let yes = usize::from(*chance) < 2 + a;
                    f64::from(u8::from(yes != mirrored))
                })
                .collect();
            let groupings = [
                grouping("a", rows.iter().map(|of| of.0)),
                grouping("b", rows.iter().map(|of| of.1)),
            ];
            variance_components_logistic(&y, &groupings).unwrap()
        };
        let of = fit(&rows, false);
        rows.reverse();
        let mirrored = fit(&rows, true);
        prop_assert!((of.deviance_laplace - mirrored.deviance_laplace).abs() < 1e-7);
        prop_assert!((of.intercept + mirrored.intercept).abs() < 1e-4);
        for (one, other) in of.components.iter().zip(&mirrored.components) {
            prop_assert!((one.variance - other.variance).abs() < 1e-4 * (1.0 + one.variance));
        }
        let shares: f64 = of.components.iter().map(|of| of.share).sum::<f64>() + of.residual_share;
        prop_assert!((shares - 1.0).abs() < 1e-12);
    }
}
