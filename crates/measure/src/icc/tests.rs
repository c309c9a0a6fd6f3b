use super::*;
use proptest::prelude::*;

#[test]
fn the_table_of_shrout_and_fleiss_is_met() {
    // Their Table 2: six targets, four judges; Table 4 prints .17 .29 .71 and .44 .62 .91.
    let scores = [
        9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7,
    ];
    let scores: Vec<f64> = scores.iter().map(|of| f64::from(*of)).collect();
    let targets: Vec<u32> = (0..24).map(|at| at / 4).collect();
    let raters: Vec<u32> = (0..24).map(|at| at % 4).collect();
    let of = two_way(&scores, &targets, &raters).unwrap();
    for (found, printed) in [
        (of.one_way_single.icc, 0.17),
        (of.agreement_single.icc, 0.29),
        (of.consistency_single.icc, 0.71),
        (of.one_way_mean.icc, 0.44),
        (of.agreement_mean.icc, 0.62),
        (of.consistency_mean.icc, 0.91),
    ] {
        assert!((found - printed).abs() < 0.005, "{found} {printed}");
    }
}

#[test]
fn groups_without_any_spread_within_agree_fully() {
    let of = one_way(&[1.0, 1.0, 4.0, 4.0, 4.0], &[0, 0, 1, 1, 1]).unwrap();
    assert!((of.icc - 1.0).abs() < 1e-12 && of.f == f64::INFINITY);
    assert!(of.p.abs() < 1e-300 && (of.interval.low - 1.0).abs() < 1e-12);
    // Raters who differ by a constant are consistent and do not agree.
    let of = two_way(
        &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        &[0, 0, 1, 1, 2, 2],
        &[0, 1, 0, 1, 0, 1],
    )
    .unwrap();
    assert!((of.consistency_single.icc - 1.0).abs() < 1e-12);
    assert!(of.agreement_single.icc < 1.0 && of.agreement_single.interval.low.is_finite());
}

#[test]
fn groups_that_differ_less_than_chance_are_negative() {
    let of = one_way(&[1.0, 3.0, 3.0, 1.0], &[0, 0, 1, 1]).unwrap();
    assert!((of.icc + 1.0).abs() < 1e-12 && of.variance_between < 0.0);
    assert!((of.p - 1.0).abs() < 1e-12);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    assert_eq!(
        one_way(&[1.0, 2.0], &[0]),
        Err(IccError::Lengths {
            expected: 2,
            found: 1
        })
    );
    assert_eq!(one_way(&[], &[]), Err(IccError::TooFewGroups { groups: 0 }));
    assert_eq!(
        one_way(&[1.0, 2.0], &[0, 0]),
        Err(IccError::TooFewGroups { groups: 1 })
    );
    assert_eq!(
        one_way(&[1.0, 2.0], &[0, 1]),
        Err(IccError::NoPairs { rows: 2 })
    );
    assert_eq!(
        one_way(&[2.0, 2.0, 2.0], &[0, 1, 1]),
        Err(IccError::NoVariation { value: 2.0 })
    );
    assert!(matches!(
        one_way(&[1.0, f64::NAN, 2.0], &[0, 1, 1]),
        Err(IccError::NotFinite { row: 1, .. })
    ));
    let table = |scores: &[f64], targets: &[u32], raters: &[u32]| {
        two_way(scores, targets, raters).unwrap_err()
    };
    assert_eq!(
        table(&[1.0, 2.0], &[0, 1], &[0, 0]),
        IccError::TooFewRaters { raters: 1 }
    );
    // One pair missing, and one twice.
    assert!(matches!(
        table(&[1.0, 2.0, 3.0], &[0, 0, 1], &[0, 1, 0]),
        IccError::NotFull { filled: 3, .. }
    ));
    assert!(matches!(
        table(&[1.0, 2.0, 3.0, 4.0], &[0, 0, 1, 1], &[0, 1, 0, 0]),
        IccError::NotFull { filled: 3, .. }
    ));
    assert_eq!(
        table(&[3.0; 4], &[0, 0, 1, 1], &[0, 1, 0, 1]),
        IccError::NoVariation { value: 3.0 }
    );
}

proptest! {
    #[test]
    fn units_and_order_do_not_matter_and_alpha_is_consistency(
        noise in prop::collection::vec(-1.0_f64..1.0, 36), shift in -100.0_f64..100.0,
        scale in 0.01_f64..100.0
    ) {
        let scores: Vec<f64> =
            noise.iter().enumerate().map(|(at, e)| e + ((at / 4 * 5) % 9) as f64 / 4.0).collect();
        let targets: Vec<u32> = (0..36).map(|at| at / 4).collect();
        let raters: Vec<u32> = (0..36).map(|at| at % 4).collect();
        let of = two_way(&scores, &targets, &raters).unwrap();
        let turn = |of: &[u32]| of.iter().rev().map(|code| 100 - code).collect::<Vec<u32>>();
        let moved: Vec<f64> = scores.iter().rev().map(|y| shift + scale * y).collect();
        let again = two_way(&moved, &turn(&targets), &turn(&raters)).unwrap();
        for (one, other) in [
            (of.one_way_single, again.one_way_single),
            (of.agreement_single, again.agreement_single),
            (of.consistency_mean, again.consistency_mean),
            (of.agreement_mean, again.agreement_mean),
        ] {
            prop_assert!((one.icc - other.icc).abs() < 1e-8);
            prop_assert!((one.interval.low - other.interval.low).abs() < 1e-6);
            prop_assert!(one.interval.low <= one.icc && one.icc <= one.interval.high);
        }
        // A mean of four ratings agrees as Spearman and Brown have it from one.
        let stepped = |single: f64| 4.0 * single / (1.0 + 3.0 * single);
        for (one, mean) in [
            (of.one_way_single.icc, of.one_way_mean.icc),
            (of.agreement_single.icc, of.agreement_mean.icc),
            (of.consistency_single.icc, of.consistency_mean.icc),
        ] {
            prop_assert!((stepped(one) - mean).abs() < 1e-8 * (1.0 + mean.abs()));
        }
        // Mean squares add up: all squares are those between and those within.
        let anova = of.anova;
        let mean = scores.iter().sum::<f64>() / 36.0;
        let all: f64 = scores.iter().map(|y| (y - mean).powi(2)).sum();
        let parts = anova.mean_square_between * 8.0 + anova.mean_square_within * 27.0;
        prop_assert!((all - parts).abs() < 1e-9 * all);
        let rows: Vec<&[f64]> = scores.chunks(4).collect();
        let alpha = crate::reliability::reliability(&rows).unwrap().alpha;
        prop_assert!((alpha - of.consistency_mean.icc).abs() < 1e-10);
    }
}

#[test]
fn neither_huge_nor_tiny_units_nor_a_far_origin_are_a_matter() {
    let y = [1.0, 2.0, 5.0, 6.0, 3.0, 3.5];
    let (groups, raters) = ([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]);
    let one = one_way(&y, &groups).unwrap();
    let table = two_way(&y, &groups, &raters).unwrap();
    for (unit, origin, near) in [
        (1e-300, 0.0, 1e-12),
        (1e300, 0.0, 1e-12),
        (2.9e307, 0.0, 1e-12),
        (1.0, 1e12, 1e-3),
    ] {
        let moved = y.map(|y| unit * y + origin);
        let again = one_way(&moved, &groups).unwrap();
        assert!((again.icc - one.icc).abs() < near && (again.f / one.f - 1.0).abs() < near);
        let again = two_way(&moved, &groups, &raters).unwrap();
        assert!((again.agreement_single.icc - table.agreement_single.icc).abs() < near);
    }
    // From one end of the range to the other.
    let of = one_way(&[f64::MAX, f64::MAX, -f64::MAX, -f64::MAX], &[0, 0, 1, 1]).unwrap();
    assert!((of.icc - 1.0).abs() < 1e-12);
}

#[test]
fn targets_that_do_not_differ_have_no_agreement_whatever_rounding_leaves() {
    for size in [0.1, 0.7, 1.0 / 3.0] {
        let scores: Vec<f64> = (0..30).map(|at| size * f64::from(at % 3)).collect();
        let targets: Vec<u32> = (0..30).map(|at| at / 3).collect();
        let raters: Vec<u32> = (0..30).map(|at| at % 3).collect();
        let of = two_way(&scores, &targets, &raters).unwrap();
        assert!(of.consistency_single.icc.is_nan() && of.consistency_mean.p.is_nan());
        assert!(of.one_way_single.icc < 0.0 && of.one_way_single.interval.low.is_finite());
    }
}
