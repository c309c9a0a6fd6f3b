//! The individuals chart (XmR): one value a period, such as a mean score of trust by month.

use serde::Serialize;

use crate::chart::{ChartError, Phase, Rule, Side, Signal, Span, distance, judge, spans};
use crate::compensated;

/// Mean moving range of two normal values with sigma 1: `2 / √π`.
pub const D2: f64 = std::f64::consts::FRAC_2_SQRT_PI;

/// Upper limit of a moving range, in mean moving ranges, to the digits tables and the reference
/// give: `1 + 3 d₃ / d₂` with `d₃ = √(2 - 4/π)` is 3.26653192.
pub const D4: f64 = 3.266_532;

/// Median moving range of two normal values with sigma 1: `√2 Φ⁻¹(3/4)`.
pub const D2_MEDIAN: f64 = 0.953_872_552_408_939_8;

/// Limits of one phase.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct XmrPhase {
    /// First point, from 0.
    pub start: usize,
    /// The point after the last.
    pub end: usize,
    /// How many points, from `start` on, set the limits.
    pub baseline: usize,
    /// Mean of the baseline.
    pub center: f64,
    /// Mean moving range of the baseline.
    pub mr_mean: f64,
    /// Median moving range of the baseline.
    pub mr_median: f64,
    /// `mr_mean / d₂`: the natural spread, for the zones `center ± 1, 2, 3 sigma`.
    pub sigma: f64,
    /// `center - 3 sigma`.
    pub lower: f64,
    /// `center + 3 sigma`.
    pub upper: f64,
    /// Upper limit of moving ranges.
    pub mr_upper: f64,
    /// `lower` with sigma from the median moving range, which single jumps hardly move.
    pub lower_median_mr: f64,
    /// `upper` with sigma from the median moving range.
    pub upper_median_mr: f64,
}

/// One point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct XmrPoint {
    /// The value.
    pub value: f64,
    /// How far from the value before; `None` for the first of a phase.
    pub moving_range: Option<f64>,
    /// Distance to the centre in sigmas, infinite where the baseline never moved and this does;
    /// `None` where neither does.
    pub z: Option<f64>,
}

/// An individuals chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Xmr {
    /// How many points.
    pub n: usize,
    /// Phases with their limits, in order.
    pub phases: Vec<XmrPhase>,
    /// Every point, in order.
    pub points: Vec<XmrPoint>,
    /// Every signal, in order of points.
    pub signals: Vec<Signal>,
}

/// Individuals chart with moving ranges.
///
/// # Shape and units
///
/// - `values`: one a period, in order of time, in any unit; at least 2.
/// - `phases`: see [`Phase`]; [`Phase::first`] for one.
/// - returns: limits in the unit of the values. Signals of moving ranges are at the later point of
///   the two.
///
/// A baseline that never moves has sigma 0: its limits lie on the centre, whatever leaves it is a
/// signal, and rules about what stays within 1 sigma do not fire.
///
/// # Errors
///
/// [`ChartError`]: fewer than 2 points, a value that is not finite, a baseline below 2 or above the
/// phase, phases that do not follow each other, or figures beyond what a double holds.
///
/// # Examples
///
/// ```
/// use pengayom_measure::chart::Phase;
/// use pengayom_measure::xmr::{D2, xmr};
///
/// // Two values 4 apart: sigma is 4 / d₂.
/// let chart = xmr(&[1.0, 5.0], &[Phase::first(None)])?;
/// let limits = chart.phases[0];
/// assert!((limits.center - 3.0).abs() < 1e-12);
/// assert!((limits.upper - (3.0 + 3.0 * 4.0 / D2)).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::chart::ChartError>(())
/// ```
///
/// # References
///
/// Montgomery, D. C. (2020). *Introduction to Statistical Quality Control*, 8th ed., section 6.4.
/// Wheeler, D. J. (1993). *Understanding Variation* (median moving range). Rules: Nelson, L. S. (1984). The
/// Shewhart control chart: tests for special causes. *J. Quality Technology* 16(4), 237–239; eight
/// in a row and not nine is Western Electric's (1956).
pub fn xmr(values: &[f64], phases: &[Phase]) -> Result<Xmr, ChartError> {
    if let Some((index, value)) = values.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        let value = *value;
        return Err(ChartError::NotFinite { index, value });
    }
    let spans = spans(values.len(), phases)?;
    let mut chart = Xmr {
        n: values.len(),
        phases: Vec::with_capacity(spans.len()),
        points: Vec::with_capacity(values.len()),
        signals: Vec::new(),
    };
    for span in spans {
        let own = values.get(span.start..span.end).unwrap_or_default();
        let limits = limits(own, span)?;
        let first = chart.points.len();
        let mut before = None;
        for &value in own {
            let moving_range = before.map(|last: f64| (value - last).abs());
            chart.points.push(XmrPoint {
                value,
                moving_range,
                z: distance(value, limits.center, limits.sigma),
            });
            before = Some(value);
        }
        let points = chart.points.get(first..).unwrap_or_default();
        let judged = points
            .iter()
            .map(|point| (point.value, point.z.unwrap_or(f64::NAN)));
        judge(span.start, judged, &mut chart.signals);
        for (offset, point) in points.iter().enumerate() {
            if point.moving_range.is_some_and(|mr| mr > limits.mr_upper) {
                chart.signals.push(Signal {
                    index: span.start + offset,
                    rule: Rule::MovingRangeBeyond,
                    side: Side::Either,
                });
            }
        }
        chart.phases.push(limits);
    }
    // In order but for what was added last: merged in one go.
    chart.signals.sort();
    Ok(chart)
}

/// Limits of a phase from its baseline.
fn limits(own: &[f64], span: Span) -> Result<XmrPhase, ChartError> {
    let base = own.get(..span.baseline).unwrap_or_default();
    let mut ranges: Vec<f64> = base
        .iter()
        .zip(base.iter().skip(1))
        .map(|(before, after)| (after - before).abs())
        .collect();
    let mr_mean = compensated::mean(ranges.iter().copied());
    let mr_median = compensated::median(&mut ranges);
    let center = if mr_mean > 0.0 {
        compensated::mean(base.iter().copied())
    } else {
        // A mean of equal values may differ from them in the last digit, which would be a signal.
        base.first().copied().unwrap_or(f64::NAN)
    };
    let sigma = mr_mean / D2;
    let sigma_median = mr_median / D2_MEDIAN;
    let limits = XmrPhase {
        start: span.start,
        end: span.end,
        baseline: span.baseline,
        center,
        mr_mean,
        mr_median,
        sigma,
        lower: center - 3.0 * sigma,
        upper: center + 3.0 * sigma,
        mr_upper: D4 * mr_mean,
        lower_median_mr: center - 3.0 * sigma_median,
        upper_median_mr: center + 3.0 * sigma_median,
    };
    let figures = [limits.lower, limits.upper, limits.mr_upper];
    let medians = [limits.lower_median_mr, limits.upper_median_mr];
    // Differences to later points must be finite as well.
    let reach = own.iter().all(|x| (x - center).is_finite());
    let moves = own.iter().zip(own.iter().skip(1));
    if !(figures.iter().chain(&medians).all(|x| x.is_finite())
        && reach
        && moves.into_iter().all(|(a, b)| (b - a).is_finite()))
    {
        return Err(ChartError::OutOfRange { start: span.start });
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(values: &[f64], baseline: Option<usize>) -> Xmr {
        xmr(values, &[Phase::first(baseline)]).unwrap()
    }

    #[test]
    fn limits_are_those_worked_out_by_hand() {
        // Moving ranges 2, 4, 1: mean 7/3, median 2.
        let chart = one(&[1.0, 3.0, 7.0, 6.0], None);
        let limits = chart.phases[0];
        assert!((limits.center - 4.25).abs() < 1e-12);
        assert!((limits.mr_mean - 7.0 / 3.0).abs() < 1e-12);
        assert!((limits.mr_median - 2.0).abs() < 1e-12);
        assert!((limits.sigma - 7.0 / 3.0 * std::f64::consts::PI.sqrt() / 2.0).abs() < 1e-12);
        assert!((limits.mr_upper - 3.266_532 * 7.0 / 3.0).abs() < 1e-12);
        assert!((limits.upper_median_mr - (4.25 + 6.0 / 0.953_872_552)).abs() < 1e-8);
        let ranges: Vec<_> = chart.points.iter().map(|p| p.moving_range).collect();
        assert_eq!(ranges, [None, Some(2.0), Some(4.0), Some(1.0)]);
    }

    #[test]
    fn a_jump_is_signalled_at_the_point_that_made_it() {
        let mut values = [0.0, 1.0].repeat(12);
        values[20] = 9.0;
        let chart = one(&values, Some(20));
        let at: Vec<_> = chart
            .signals
            .iter()
            .filter(|s| s.rule.points() <= Some(2))
            .collect();
        let far = |index, rule, side| Signal { index, rule, side };
        assert_eq!(
            at,
            [
                &far(20, Rule::OneBeyondLimits, Side::Above),
                &far(20, Rule::MovingRangeBeyond, Side::Either),
                &far(21, Rule::MovingRangeBeyond, Side::Either),
            ]
        );
    }

    #[test]
    fn a_baseline_that_never_moves_has_limits_on_its_centre() {
        let mut values = vec![0.1; 30];
        let chart = one(&values, None);
        assert!(chart.signals.is_empty() && chart.points.iter().all(|p| p.z.is_none()));
        values[29] = 0.2;
        let chart = one(&values, Some(25));
        let limits = chart.phases[0];
        assert_eq!((limits.lower, limits.center, limits.upper), (0.1, 0.1, 0.1));
        assert_eq!(chart.points[29].z, Some(f64::INFINITY));
        let rules: Vec<Rule> = chart.signals.iter().map(|s| s.rule).collect();
        assert_eq!(rules, [Rule::OneBeyondLimits, Rule::MovingRangeBeyond]);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let phase = [Phase::first(None)];
        assert_eq!(
            xmr(&[], &phase),
            Err(ChartError::TooFewPoints { n: 0, need: 2 })
        );
        assert_eq!(
            xmr(&[1.0], &phase),
            Err(ChartError::TooFewPoints { n: 1, need: 2 })
        );
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = xmr(&[1.0, value, 2.0], &phase).unwrap_err();
            assert!(
                matches!(error, ChartError::NotFinite { index: 1, .. }),
                "{error}"
            );
        }
        let far = [f64::MAX, f64::MIN, f64::MAX];
        assert_eq!(xmr(&far, &phase), Err(ChartError::OutOfRange { start: 0 }));
        let later = [1.0, 2.0, f64::MAX, f64::MIN];
        assert_eq!(
            xmr(&later, &[Phase::first(Some(2))]),
            Err(ChartError::OutOfRange { start: 0 })
        );
    }

    fn some_values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-100.0_f64..100.0, 4..50)
    }

    proptest! {
        #[test]
        fn limits_move_and_stretch_with_the_values(
            values in some_values(), shift in -50.0_f64..50.0, scale in 0.1_f64..10.0
        ) {
            let chart = one(&values, None);
            let moved: Vec<f64> = values.iter().map(|x| shift + scale * x).collect();
            let moved = one(&moved, None);
            let (a, b) = (chart.phases[0], moved.phases[0]);
            for (a, b) in [(a.center, b.center), (a.lower, b.lower), (a.upper, b.upper),
                (a.lower_median_mr, b.lower_median_mr), (a.upper_median_mr, b.upper_median_mr)] {
                prop_assert!((shift + scale * a - b).abs() < 1e-8, "{a} {b}");
            }
            prop_assert!((scale * a.mr_upper - b.mr_upper).abs() < 1e-8);
        }

        #[test]
        fn limits_do_not_know_which_way_time_runs(values in some_values()) {
            let forth = one(&values, None).phases[0];
            let back: Vec<f64> = values.iter().rev().copied().collect();
            let back = one(&back, None).phases[0];
            prop_assert!((forth.lower - back.lower).abs() < 1e-9);
            prop_assert!((forth.mr_median - back.mr_median).abs() < 1e-12);
        }

        #[test]
        fn later_points_do_not_move_frozen_limits(values in some_values(), next in -1e3_f64..1e3) {
            let before = one(&values, Some(4));
            let mut values = values;
            values.push(next);
            let after = one(&values, Some(4));
            prop_assert_eq!(before.phases[0].upper.to_bits(), after.phases[0].upper.to_bits());
            let n = before.points.len();
            prop_assert_eq!(&before.points[..], &after.points[..n]);
            let past: Vec<Signal> = after.signals.into_iter().filter(|s| s.index < n).collect();
            prop_assert_eq!(before.signals, past);
        }

        #[test]
        fn phases_are_charts_of_their_own(first in some_values(), second in some_values()) {
            let together: Vec<f64> = first.iter().chain(&second).copied().collect();
            let start = first.len();
            let both = xmr(&together, &[
                Phase::first(None), Phase { start, baseline: Some(3) }
            ]).unwrap();
            let (a, b) = (one(&first, None), one(&second, Some(3)));
            prop_assert_eq!(&both.points[..start], &a.points[..]);
            prop_assert_eq!(&both.points[start..], &b.points[..]);
            let moved = b.signals.into_iter().map(|s| Signal { index: s.index + start, ..s });
            let signals: Vec<Signal> = a.signals.into_iter().chain(moved).collect();
            prop_assert_eq!(both.signals, signals);
        }
    }
}
