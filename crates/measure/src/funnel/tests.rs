use proptest::prelude::*;

use super::*;

/// One of the three funnels.
type Make = fn(&[f64], &[f64], f64) -> Result<Funnel, FunnelError>;

const ALL: [Make; 3] = [ratio_funnel, ratio_root_funnel, share_funnel];

#[test]
fn units_that_do_not_differ_have_plain_limits_in_force() {
    let funnel = share_funnel(&[5.0; 30], &[50.0; 30], WINSORISE).unwrap();
    assert!(funnel.phi < 1e-20 && funnel.tau_squared <= 0.0);
    assert!((funnel.overdispersion_p - 1.0).abs() < 1e-12);
    assert_eq!(funnel.in_force, InForce::Exact);
    assert!(funnel.signals.is_empty());
    let unit = funnel.units[0];
    assert_eq!(unit.approximate, unit.overdispersed);
}

#[test]
fn spread_between_units_is_in_force_from_ten_units_on() {
    let shares: Vec<f64> = (0..10).map(|k| f64::from(20 + 10 * k)).collect();
    let of = [200.0; 10];
    let ten = share_funnel(&shares, &of, WINSORISE).unwrap();
    assert!(ten.tau_squared > 0.0 && ten.overdispersion_p < 1e-9);
    assert_eq!(ten.in_force, InForce::Overdispersed);
    let nine = share_funnel(&shares[..9], &of[..9], WINSORISE).unwrap();
    assert!(nine.tau_squared > 0.0);
    assert_eq!(nine.in_force, InForce::Exact);
    assert!(nine.signals.len() > ten.signals.len());
    let first = nine.signals[0];
    assert_eq!(
        (first.index, first.rule, first.is_above),
        (0, FunnelRule::Beyond998, false)
    );
}

#[test]
fn nothing_at_all_and_all_of_all_have_limits_that_end_there() {
    let none = share_funnel(&[0.0; 12], &[40.0; 12], WINSORISE).unwrap();
    let exact = none.units[0].exact.within_998;
    assert_eq!((none.target, exact.low, exact.high), (0.0, 0.0, 0.0));
    assert!(none.signals.is_empty());
    let every = share_funnel(&[40.0; 12], &[40.0; 12], WINSORISE).unwrap();
    assert!(every.units[0].exact.within_998.high >= 1.0 - 1e-15);
    assert!(every.signals.is_empty());
    assert!(every.units[0].approximate.within_95.high >= 1.0 - 1e-15);
    let zeros = ratio_root_funnel(&[0.0; 12], &[1.0; 12], WINSORISE).unwrap();
    assert!((zeros.units[0].z + 2.0).abs() < 1e-12);
}

#[test]
fn exact_limits_of_one_expected_event_have_a_closed_form() {
    // The gamma distribution of shape 1 is the exponential one.
    let funnel = ratio_root_funnel(&[1.0, 1.0], &[1.0, 1.0], WINSORISE).unwrap();
    let exact = funnel.units[0].exact;
    assert!((exact.within_95.low + 0.975_f64.ln()).abs() < 1e-12);
    assert!((exact.within_998.low + 0.999_f64.ln()).abs() < 1e-12);
    // Next to nothing expected: the log scale has no upper end that a double holds.
    let funnel = ratio_funnel(&[1.0, 1.0], &[1e-7, 1.0], WINSORISE).unwrap();
    assert!(funnel.units[0].approximate.within_95.high.is_infinite());
    assert!(funnel.units[0].exact.within_95.high.is_finite());
}

#[test]
fn what_chance_often_gives_is_no_signal() {
    // Nothing where 1 is expected: 37 times in 100. Peers' limits, read as they are drawn, would have it
    // beyond even the 99.8 % ones.
    let funnel = ratio_root_funnel(&[0.0, 1.0, 2.0], &[1.0; 3], WINSORISE).unwrap();
    let unit = funnel.units[0];
    assert!(unit.value < unit.exact.within_998.low);
    assert_eq!(
        unit.by_chance.within_95,
        Interval {
            low: 0.0,
            high: 3.0
        }
    );
    assert!(funnel.signals.is_empty());
    // 4 of 4 where half are expected: 6 times in 100.
    let funnel = share_funnel(&[4.0, 0.0], &[4.0; 2], WINSORISE).unwrap();
    assert!(funnel.units[0].value > funnel.units[0].exact.within_95.high);
    assert!(funnel.signals.is_empty());
}

#[test]
fn units_of_any_size_have_limits_at_once() {
    let most = TRIALS_MAX / 2.0;
    let shares = share_funnel(&[most / 2.0, 1.0], &[most, 3.0], WINSORISE).unwrap();
    let ratios = ratio_root_funnel(&[1e15, 3.0], &[1e15, 3.0], WINSORISE).unwrap();
    for (unit, target, sd) in [
        (shares.units[0], shares.target, 0.5 / most.sqrt()),
        (ratios.units[0], 1.0, 1e15_f64.sqrt().recip()),
    ] {
        for within in [unit.exact.within_95, unit.by_chance.within_95] {
            assert!(
                ((within.high - target) / sd - Z_95).abs() < 1e-3,
                "{within:?}"
            );
            assert!(
                ((target - within.low) / sd - Z_95).abs() < 1e-3,
                "{within:?}"
            );
        }
    }
}

#[test]
fn a_quantile_lies_on_the_line_between_two_numbers() {
    let mut numbers = [4.0, 1.0, 3.0, 2.0];
    for (below, expected) in [(0.0, 1.0), (0.1, 1.3), (0.5, 2.5), (0.9, 3.7), (1.0, 4.0)] {
        assert!((linear_quantile(&mut numbers, below) - expected).abs() < 1e-12);
    }
    assert!((linear_quantile(&mut [7.0], 0.3) - 7.0).abs() < 1e-15);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    for make in ALL {
        let refused = |counts: &[f64], sizes: &[f64]| make(counts, sizes, 0.1).unwrap_err();
        assert_eq!(refused(&[], &[]), FunnelError::TooFewUnits { n: 0 });
        assert_eq!(refused(&[1.0], &[1.0]), FunnelError::TooFewUnits { n: 1 });
        assert!(matches!(
            refused(&[1.0], &[1.0, 2.0]),
            FunnelError::Lengths { .. }
        ));
        for count in [-1.0, f64::NAN, f64::INFINITY] {
            let error = refused(&[1.0, count], &[2.0, 2.0]);
            assert!(
                matches!(error, FunnelError::Count { index: 1, .. }),
                "{error}"
            );
        }
        for size in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = refused(&[1.0, 1.0], &[2.0, size]);
            assert!(
                matches!(error, FunnelError::Size { index: 1, .. }),
                "{error}"
            );
        }
        for share in [-0.1, 0.5, f64::NAN] {
            let error = make(&[1.0, 1.0], &[2.0, 2.0], share).unwrap_err();
            assert!(matches!(error, FunnelError::Winsorise { .. }), "{error}");
        }
    }
    let zero = ratio_funnel(&[1.0, 0.0], &[2.0, 2.0], 0.1);
    assert_eq!(zero, Err(FunnelError::ZeroOnLogScale { index: 1 }));
    let more = share_funnel(&[1.0, 3.0], &[2.0, 2.0], 0.1).unwrap_err();
    assert!(matches!(more, FunnelError::MoreThanAll { index: 1, .. }));
    let part = share_funnel(&[1.0, 1.0], &[2.0, 2.5], 0.1).unwrap_err();
    assert!(matches!(part, FunnelError::Trials { index: 1, .. }));
    let far = ratio_funnel(&[1e300, 1.0], &[1e-300, 1.0], 0.1).unwrap_err();
    assert_eq!(far, FunnelError::OutOfRange { index: 0 });
}

fn some_units() -> impl Strategy<Value = Vec<(f64, f64)>> {
    let unit = (1_u32..3000, 0.0_f64..1.0).prop_map(|(size, share)| {
        let size = f64::from(size);
        ((size * share).ceil(), size)
    });
    prop::collection::vec(unit, 2..30)
}

fn of(make: Make, units: &[(f64, f64)]) -> Funnel {
    let (counts, sizes): (Vec<f64>, Vec<f64>) = units.iter().copied().unzip();
    make(&counts, &sizes, WINSORISE).unwrap()
}

proptest! {
    #[test]
    fn limits_nest(units in some_units()) {
        for make in ALL {
            let funnel = of(make, &units);
            for unit in &funnel.units {
                for limits in [unit.exact, unit.by_chance, unit.approximate, unit.overdispersed] {
                    let (near, far) = (limits.within_95, limits.within_998);
                    prop_assert!(far.low <= near.low && near.low <= near.high && near.high <= far.high);
                    prop_assert!(near.low <= funnel.target && funnel.target <= near.high + 1e-12);
                }
                let (plain, wide) = (unit.approximate.within_95, unit.overdispersed.within_95);
                prop_assert!(wide.low <= plain.low + 1e-12 && plain.high <= wide.high + 1e-12);
                prop_assert!(unit.z_adjusted.abs() <= unit.z.abs() + 1e-12);
            }
            // Beyond the 95 % limits in force and signalled are the same.
            let beyond = funnel.units.iter().filter(|unit| {
                let within = match funnel.in_force {
                    InForce::Exact => unit.by_chance.within_95,
                    InForce::Overdispersed => unit.overdispersed.within_95,
                };
                unit.value < within.low || unit.value > within.high
            }).count();
            prop_assert_eq!(beyond, funnel.signals.len());
        }
    }

    #[test]
    fn the_order_of_units_does_not_matter(units in some_units(), turn in 0_usize..30) {
        let mut other = units.clone();
        let turn = turn % units.len();
        other.rotate_left(turn);
        other.reverse();
        for make in ALL {
            let (a, b) = (of(make, &units), of(make, &other));
            prop_assert!((a.phi - b.phi).abs() <= 1e-10 * a.phi.max(1.0));
            prop_assert!((a.tau_squared - b.tau_squared).abs() <= 1e-9 * a.tau_squared.max(1e-3));
            let mut back = b.units.clone();
            back.reverse();
            back.rotate_right(turn);
            for (a, b) in a.units.iter().zip(&back) {
                prop_assert!((a.z - b.z).abs() < 1e-9 && (a.exact.within_95.low - b.exact.within_95.low).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn without_winsorising_phi_is_the_mean_square(units in some_units()) {
        let (counts, sizes): (Vec<f64>, Vec<f64>) = units.iter().copied().unzip();
        let funnel = ratio_root_funnel(&counts, &sizes, 0.0).unwrap();
        let mean = funnel.units.iter().map(|u| u.z * u.z).sum::<f64>() / funnel.n as f64;
        prop_assert!((funnel.phi - mean).abs() <= 1e-10 * mean.max(1.0));
        // With equal sizes the spread is what is left over the variance of counting.
        let equal = ratio_root_funnel(&counts, &vec![50.0; counts.len()], 0.0).unwrap();
        let n = equal.n as f64;
        let expected = ((n * equal.phi - (n - 1.0)) / (n - 1.0) / 200.0).max(0.0);
        prop_assert!((equal.tau_squared - expected).abs() <= 1e-9 * expected.max(1.0));
    }

    #[test]
    fn failures_are_successes_upside_down(units in some_units()) {
        let other: Vec<(f64, f64)> = units.iter().map(|(x, n)| (n - x, *n)).collect();
        let (a, b) = (of(share_funnel, &units), of(share_funnel, &other));
        prop_assert!((a.target + b.target - 1.0).abs() < 1e-12);
        for (a, b) in a.units.iter().zip(&b.units) {
            prop_assert!((a.z + b.z).abs() < 1e-6 * a.z.abs().max(1.0));
            let (up, down) = (a.approximate.within_95, b.approximate.within_95);
            prop_assert!((up.low + down.high - 1.0).abs() < 1e-9);
        }
    }
}
