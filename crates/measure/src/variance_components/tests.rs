use super::*;
use crate::mixed::tests::grouping;
use proptest::prelude::*;

fn close(a: f64, b: f64, share: f64) -> bool {
    (a - b).abs() <= share * (1.0 + b.abs())
}

/// Values of a full table of groups by members.
fn balanced() -> impl Strategy<Value = (usize, usize, Vec<f64>)> {
    (3_usize..9, 2_usize..6).prop_flat_map(|(groups, size)| {
        prop::collection::vec(-3.0_f64..3.0, groups * size)
            .prop_map(move |noise| (groups, size, noise))
    })
}

#[test]
fn groups_that_differ_less_than_chance_have_no_variance() {
    // Equal means: all variance is within.
    let y = [1.0, 3.0, 3.0, 1.0, 2.0, 2.0];
    let of = variance_components(&y, &[grouping("g", [0, 0, 1, 1, 2, 2])]).unwrap();
    assert!(of.is_boundary);
    assert_eq!(
        of.components[0].variance.total_cmp(&0.0),
        std::cmp::Ordering::Equal
    );
    assert!(close(of.residual, 4.0 / 5.0, 1e-12) && close(of.ml_residual, 4.0 / 6.0, 1e-12));
    assert!(
        of.components[0]
            .levels
            .iter()
            .all(|level| level.effect.abs() < 1e-15)
    );
    // The plain normal likelihood of six values.
    let ml = -3.0 * ((2.0 * std::f64::consts::PI * 4.0 / 6.0).ln() + 1.0);
    assert!(close(of.log_likelihood_ml, ml, 1e-12));
}

#[test]
fn a_nested_grouping_of_many_levels_keeps_to_its_order() {
    // 60 officers in 12 districts: effects that are known come back, officers within districts.
    let rows = 60 * 8;
    let officer = |row: usize| row / 8;
    let district = |row: usize| row / 40;
    let y: Vec<f64> = (0..rows)
        .map(|row| {
            let within = ((row * 7919) % 13) as f64 / 13.0 - 0.5;
            (district(row) as f64) + ((officer(row) * 31) % 5) as f64 / 4.0 + within
        })
        .collect();
    let of = variance_components(
        &y,
        &[
            grouping("district", (0..rows).map(district)),
            grouping("officer", (0..rows).map(officer)),
        ],
    )
    .unwrap();
    assert_eq!(of.components[0].name, "district");
    assert_eq!(of.components[0].levels.len(), 12);
    assert!(of.components[0].share > 0.9 && of.components[1].variance > 0.0);
    let effects: Vec<f64> = of.components[0]
        .levels
        .iter()
        .map(|level| level.effect)
        .collect();
    assert!(effects.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        of.components[0]
            .levels
            .iter()
            .all(|level| level.n == 40 && level.se > 0.0)
    );
}

#[test]
fn what_has_no_answer_is_refused() {
    let g = |codes: &[usize]| grouping("g", codes.iter().copied());
    let said = |y: &[f64], codes: &[usize]| variance_components(y, &[g(codes)]).unwrap_err();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(
            said(&[1.0, value, 2.0], &[0, 0, 1]),
            MixedError::NotFinite { row: 1, .. }
        ));
    }
    assert_eq!(
        said(&[1.0, 2.0], &[0, 1]),
        MixedError::AsManyLevelsAsRows {
            name: "g".to_owned(),
            rows: 2
        }
    );
    assert_eq!(
        said(&[0.0; 4], &[0, 0, 1, 1]),
        MixedError::NoVariation { value: 0.0 }
    );
    assert_eq!(
        said(&[7.5; 4], &[0, 0, 1, 1]),
        MixedError::NoVariation { value: 7.5 }
    );
    assert_eq!(
        said(&[1.0, 1.0, 2.0, 2.0], &[0, 0, 1, 1]),
        MixedError::NoResidual
    );
    assert_eq!(said(&[], &[]), MixedError::TooFewRows { rows: 0 });
    assert!(matches!(
        variance_components(&[1.0, 2.0], &[]),
        Err(MixedError::NoGrouping)
    ));
}

#[test]
fn huge_and_tiny_units_are_no_matter() {
    let y = [1.0, 2.0, 5.0, 6.0, 3.0, 3.5];
    let codes = [0, 0, 1, 1, 2, 2];
    let one = variance_components(&y, &[grouping("g", codes)]).unwrap();
    for unit in [1e-100, 1e100] {
        let scaled: Vec<f64> = y.iter().map(|y| y * unit).collect();
        let of = variance_components(&scaled, &[grouping("g", codes)]).unwrap();
        assert!(close(of.components[0].share, one.components[0].share, 1e-8));
        assert!(close(of.mean_se / unit, one.mean_se, 1e-7));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_balanced_table_has_the_answers_of_its_mean_squares((groups, size, noise) in balanced()) {
        let y: Vec<f64> = noise
            .iter()
            .enumerate()
            .map(|(row, e)| e + ((row / size * 5) % 7) as f64)
            .collect();
        let of = variance_components(&y, &[grouping("g", (0..y.len()).map(|row| row / size))]).unwrap();
        let codes: Vec<u32> = (0..y.len()).map(|row| u32::try_from(row / size).unwrap()).collect();
        let anova = crate::icc::one_way(&y, &codes).unwrap();
        if anova.variance_between > 1e-6 {
            prop_assert!(close(of.components[0].variance, anova.variance_between, 1e-6));
            prop_assert!(close(of.residual, anova.mean_square_within, 1e-6));
            prop_assert!(close(of.components[0].share, anova.icc, 1e-6));
        } else if anova.variance_between < 0.0 {
            prop_assert!(of.is_boundary && of.components[0].variance.abs() == 0.0);
        }
        // The mean of all, its error by the mean square between (or all rows alike).
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        prop_assert!(close(of.mean, mean, 1e-10));
        // Effects are drawn towards 0 and add up to nothing.
        prop_assert!(of.components[0].levels.iter().map(|of| of.effect).sum::<f64>().abs() < 1e-8);
        prop_assert_eq!(of.components[0].levels.len(), groups);
    }

    #[test]
    fn shares_add_up_and_neither_order_nor_unit_matters(
        cells in prop::collection::vec((0_usize..6, 0_usize..5, -1.0_f64..1.0), 40..80),
        shift in -50.0_f64..50.0, scale in 0.1_f64..20.0
    ) {
        let mut cells = cells;
        for at in 0..6 {
            cells.push((at, at % 5, 0.3));
        }
        let fit = |cells: &[(usize, usize, f64)], shift: f64, scale: f64| {
            let y: Vec<f64> = cells
                .iter()
                .map(|(a, b, e)| shift + scale * (e + (*a as f64) / 3.0 + ((b * 3) % 5) as f64 / 4.0))
                .collect();
            let groupings = [
                grouping("a", cells.iter().map(|of| of.0)),
                grouping("b", cells.iter().map(|of| of.1)),
            ];
            converged_and_of_lme4(&y, &groupings).unwrap()
        };
        let (of, of_lme4) = fit(&cells, 0.0, 1.0);
        let shares: f64 = of.components.iter().map(|of| of.share).sum::<f64>() + of.residual_share;
        prop_assert!((shares - 1.0).abs() < 1e-12);
        prop_assert!(of.components.iter().all(|of| (0.0..=1.0).contains(&of.share)));
        // Where lme4 stops is never above the maximum.
        prop_assert!(of.log_likelihood_reml >= of_lme4.log_likelihood_reml - 1e-9);
        prop_assert!(of.log_likelihood_ml >= of_lme4.log_likelihood_ml - 1e-9);
        let mut turned = cells.clone();
        turned.reverse();
        let (again, _) = fit(&turned, shift, scale);
        for (one, other) in of.components.iter().zip(&again.components) {
            prop_assert!(close(one.share, other.share, 2e-6), "{} {}", one.share, other.share);
            for level in &one.levels {
                let same = other.levels.iter().find(|of| of.label == level.label).unwrap();
                prop_assert!(close(level.effect, same.effect / scale, 2e-5));
                prop_assert!(level.interval.low <= level.effect && level.effect <= level.interval.high);
            }
        }
        prop_assert!(close(of.mean, (again.mean - shift) / scale, 1e-5));
        prop_assert!(close(of.residual, again.residual / scale / scale, 1e-5));
    }
}

#[test]
fn units_beyond_what_squares_hold_are_refused_and_a_far_origin_is_no_matter() {
    let y = [1.0, 2.0, 5.0, 6.0, 3.0, 3.5];
    let g = || grouping("g", [0, 0, 1, 1, 2, 2]);
    let one = variance_components(&y, &[g()]).unwrap();
    for unit in [1e-300, 1e-160, 1e160, 2.9e307] {
        let scaled = y.map(|y| y * unit);
        let said = variance_components(&scaled, &[g()]).unwrap_err();
        assert_eq!(said, MixedError::OutOfRange, "{unit}");
    }
    let far = y.map(|y| y + 1e9);
    let of = variance_components(&far, &[g()]).unwrap();
    assert!(close(
        of.components[0].variance,
        one.components[0].variance,
        1e-5
    ));
    assert!(close(of.mean - 1e9, one.mean, 1e-5));
}
