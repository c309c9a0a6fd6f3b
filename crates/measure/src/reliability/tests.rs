use super::*;
use proptest::prelude::*;

fn rows(of: &[&[f64]]) -> Vec<Vec<f64>> {
    of.iter().map(|row| row.to_vec()).collect()
}

#[test]
fn alpha_and_lambda_of_two_items_have_a_closed_form() {
    // Variances 1 and 1, covariance 1/2.
    let of = reliability(&rows(&[&[0.0, 1.0], &[1.0, 2.0], &[2.0, 0.0 + 3.0 - 1.0]])).unwrap();
    let cov = 0.5_f64;
    let (v1, v2) = (1.0, 1.0 / 3.0);
    let total = v1 + v2 + 2.0 * cov;
    assert!((of.alpha - 2.0 * (1.0 - (v1 + v2) / total)).abs() < 1e-12);
    // With two items lambda-2 is alpha.
    assert!((of.lambda2 - of.alpha).abs() < 1e-12);
    assert_eq!(of.omega, None);
    assert!(of.items.iter().all(|item| item.alpha_without.is_none()));
    let r = cov / (v1 * v2).sqrt();
    assert!((of.items[0].rest_correlation.unwrap() - r).abs() < 1e-12);
}

#[test]
fn a_matrix_of_one_factor_is_found_again() {
    for loadings in [
        vec![0.9, 0.5, 0.7],
        vec![0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
        vec![0.8, -0.6, 0.7, 0.2],
    ] {
        let k = loadings.len();
        let r = DMatrix::from_fn(k, k, |i, j| {
            if i == j {
                1.0
            } else {
                loadings[i] * loadings[j]
            }
        });
        let of = one_factor(&r).unwrap();
        assert!(of.discrepancy.abs() < 1e-12);
        for (found, loading) in of.loadings.iter().zip(&loadings) {
            assert!((found - loading).abs() < 1e-6, "{found} {loading}");
        }
        let sum: f64 = loadings.iter().sum();
        let own: f64 = loadings.iter().map(|l| 1.0 - l * l).sum();
        assert!((of.omega().unwrap() - sum * sum / (sum * sum + own)).abs() < 1e-6);
    }
}

#[test]
fn items_that_say_the_same_end_on_the_bound() {
    // The first two are one item: all theirs is common but for the least share.
    let answers: Vec<Vec<f64>> = (0..50)
        .map(|i| {
            let x = f64::from(i % 7);
            vec![x, x, x + f64::from(i % 3)]
        })
        .collect();
    let of = reliability(&answers).unwrap();
    assert!(of.omega.unwrap() > 0.9 && of.omega.unwrap() < 1.0);
}

#[test]
fn what_has_no_reliability_is_refused() {
    let said = |of: &[&[f64]]| reliability(&rows(of)).unwrap_err();
    assert_eq!(
        said(&[&[1.0, 2.0]]),
        ReliabilityError::TooFewRows { rows: 1 }
    );
    assert_eq!(
        said(&[&[1.0], &[2.0]]),
        ReliabilityError::TooFewItems { items: 1 }
    );
    assert_eq!(
        said(&[&[1.0, 2.0], &[2.0, 3.0, 4.0]]),
        ReliabilityError::Ragged {
            row: 1,
            expected: 2,
            found: 3
        }
    );
    assert!(matches!(
        said(&[&[1.0, 2.0], &[2.0, f64::NAN]]),
        ReliabilityError::NotFinite {
            row: 1,
            item: 1,
            ..
        }
    ));
    assert_eq!(
        said(&[&[1.0, 0.1], &[2.0, 0.1], &[3.0, 0.1]]),
        ReliabilityError::ConstantItem { item: 1 }
    );
    assert_eq!(
        said(&[&[1.0, 3.0], &[2.0, 2.0], &[3.0, 1.0]]),
        ReliabilityError::NoTotal
    );
    let wide = vec![vec![0.0; 501]; 2];
    assert_eq!(
        reliability(&wide).unwrap_err(),
        ReliabilityError::TooManyItems { items: 501 }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn units_and_order_do_not_matter(
        noise in prop::collection::vec(-1.0_f64..1.0, 100), shift in -100.0_f64..100.0,
        scale in 0.01_f64..100.0
    ) {
        let answers: Vec<Vec<f64>> = noise
            .chunks(5)
            .map(|of| of[1..].iter().map(|e| of[0] + e).collect())
            .collect();
        let of = reliability(&answers).unwrap();
        prop_assert!(of.alpha <= of.lambda2 + 1e-12 && of.lambda2 <= 1.0 + 1e-12);
        prop_assert!(of.alpha_interval.low <= of.alpha && of.alpha <= of.alpha_interval.high);
        // One unit for all items.
        let moved: Vec<Vec<f64>> = answers
            .iter()
            .rev()
            .map(|row| row.iter().rev().map(|x| shift + scale * x).collect())
            .collect();
        let again = reliability(&moved).unwrap();
        prop_assert!((again.alpha - of.alpha).abs() < 1e-8);
        prop_assert!((again.lambda2 - of.lambda2).abs() < 1e-8);
        prop_assert!((again.omega.unwrap() - of.omega.unwrap()).abs() < 1e-5);
        for (one, other) in of.items.iter().zip(again.items.iter().rev()) {
            let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-6;
            prop_assert!(close(one.rest_correlation, other.rest_correlation));
            prop_assert!(close(one.alpha_without, other.alpha_without));
        }
        // What an item adds: alpha without it is that of the others alone.
        let others: Vec<Vec<f64>> = answers.iter().map(|row| row[1..].to_vec()).collect();
        let others = reliability(&others).unwrap();
        prop_assert!((of.items[0].alpha_without.unwrap() - others.alpha).abs() < 1e-10);
        // A unit of each item's own changes nothing that is made of correlations.
        let own: Vec<Vec<f64>> = answers
            .iter()
            .map(|row| row.iter().enumerate().map(|(i, x)| (i as f64 + 1.0) * x).collect())
            .collect();
        let own = reliability(&own).unwrap();
        prop_assert!((own.alpha_standardised - of.alpha_standardised).abs() < 1e-10);
        prop_assert!((own.omega.unwrap() - of.omega.unwrap()).abs() < 1e-5);
    }
}

/// Three items that hang together.
fn three(seed: u32, n: u32) -> Vec<Vec<f64>> {
    (0..n)
        .map(|at| {
            let noise = |of: u32| f64::from((at * 7919 + of * 104_729 + seed) % 101) / 50.0;
            let own = f64::from(at % 4);
            vec![own + noise(1), own + noise(2), 2.0 * own + noise(3)]
        })
        .collect()
}

#[test]
fn neither_huge_nor_tiny_units_nor_a_far_origin_are_a_matter() {
    let answers = three(1, 40);
    let of = reliability(&answers).unwrap();
    for (unit, origin, near) in [
        (1e-200, 0.0, 1e-12),
        (1e200, 0.0, 1e-12),
        (1e300, 0.0, 1e-12),
        (1.0, 1e9, 1e-6),
    ] {
        let moved: Vec<Vec<f64>> = answers
            .iter()
            .map(|row| row.iter().map(|x| unit * x + origin).collect())
            .collect();
        let again = reliability(&moved).unwrap();
        assert!((again.alpha - of.alpha).abs() < near, "{unit} {origin}");
        assert!((again.omega.unwrap() - of.omega.unwrap()).abs() < near);
        for (one, other) in of.items.iter().zip(&again.items) {
            assert!((other.sd / unit / one.sd - 1.0).abs() < near);
            assert!(((other.mean - origin) / unit / one.mean - 1.0).abs() < near);
        }
    }
}

#[test]
fn more_people_than_are_multiplied_at_a_time_are_all_counted() {
    // Twice the same people: all squares double, and so the covariances but for n - 1.
    for n in [127, 256, 257, 700] {
        let once = three(3, n);
        let twice: Vec<&Vec<f64>> = once.iter().chain(&once).collect();
        let twice: Vec<Vec<f64>> = twice.into_iter().cloned().collect();
        let (one, two) = (reliability(&once).unwrap(), reliability(&twice).unwrap());
        assert!((one.alpha - two.alpha).abs() < 1e-12 && two.n == 2 * one.n);
        let n = f64::from(n);
        let more = (2.0 * (n - 1.0) / (2.0 * n - 1.0)).sqrt();
        assert!((two.items[2].sd / one.items[2].sd - more).abs() < 1e-12);
    }
}

#[test]
fn items_that_contradict_each_other_have_a_negative_alpha_and_still_an_interval() {
    let answers: Vec<Vec<f64>> = (0..30)
        .map(|at| {
            let x = f64::from(at * 7 % 11);
            vec![x, -0.9 * x + f64::from(at % 3)]
        })
        .collect();
    let of = reliability(&answers).unwrap();
    assert!(of.alpha < 0.0 && of.alpha_interval.low < of.alpha);
    assert!(of.alpha < of.alpha_interval.high && of.alpha_interval.high < 1.0);
}
