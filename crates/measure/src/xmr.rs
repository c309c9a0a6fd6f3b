//! The individuals chart (XmR): one value a period, such as a mean score of trust by month.

use serde::Serialize;

use crate::chart::{ChartError, Phase, Rule, Side, Signal, Span, defined, judge, spans};
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
                z: defined((value - limits.center) / limits.sigma),
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
    chart.signals.sort_unstable();
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
