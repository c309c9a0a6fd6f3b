//! Charts of counts over time: shares (p), rates (u) and plain counts (c), each with Laney's limits
//! (p′, u′).
//!
//! With thousands of trials a period the plain limits are so narrow that ordinary days are signals:
//! they know chance in counting only. Laney's widen (or narrow) them by how much the periods really
//! differ from one to the next.

use serde::Serialize;

use crate::chart::{ChartError, Phase, Rule, Side, Signal, Span, distance, judge, spans};
use crate::compensated;
use crate::xmr::D2;

/// Limits of one phase.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AttributePhase {
    /// First point, from 0.
    pub start: usize,
    /// The point after the last.
    pub end: usize,
    /// How many points, from `start` on, set the limits.
    pub baseline: usize,
    /// All counts of the baseline over all there was to count in.
    pub center: f64,
    /// How many times more the periods of the baseline differ than counting alone explains: mean
    /// moving range of `z`, over d₂. `None` where `z` is undefined.
    pub sigma_z: Option<f64>,
}

/// One point with its own limits: the more is counted, the narrower.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AttributePoint {
    /// Count over `n`.
    pub value: f64,
    /// What was counted in: trials, or opportunity (people, hours).
    pub n: f64,
    /// Standard error of the centre with this `n`, for the zones `center ± 1, 2, 3 sigma`.
    pub sigma: f64,
    /// `center - 3 sigma`, at least 0.
    pub lower: f64,
    /// `center + 3 sigma`, of shares at most 1.
    pub upper: f64,
    /// Distance to the centre in `sigma`s; infinite where the baseline has none of what is counted
    /// and this has, `None` where neither has.
    pub z: Option<f64>,
    /// Laney's lower limit, at least 0.
    pub lower_laney: Option<f64>,
    /// Laney's upper limit, of shares at most 1.
    pub upper_laney: Option<f64>,
}

impl AttributePoint {
    /// The wider of the limits of counting and of Laney's: what a page draws and calls unusual by.
    ///
    /// Where the baseline happens to differ by less than counting alone gives, Laney's limits are narrower
    /// than chance: of pure binomial data (n 130, 180 points) they call 1.5 points a chart, those of
    /// counting 0.5, the wider of both 0.35 (simulated).
    pub fn wider(&self) -> (f64, f64) {
        let lower = self
            .lower_laney
            .map_or(self.lower, |laney| laney.min(self.lower));
        let upper = self
            .upper_laney
            .map_or(self.upper, |laney| laney.max(self.upper));
        (lower, upper)
    }

    /// Whether it lies beyond the wider limits.
    pub fn is_beyond_wider(&self) -> bool {
        let (lower, upper) = self.wider();
        self.value < lower || self.value > upper
    }
}

/// A chart of shares or rates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributeChart {
    /// How many points.
    pub n: usize,
    /// Phases, in order.
    pub phases: Vec<AttributePhase>,
    /// Every point, in order.
    pub points: Vec<AttributePoint>,
    /// Every signal, in order of points. The eight rules look at `z`, so at the plain limits;
    /// [`Rule::BeyondLaney`] at Laney's.
    pub signals: Vec<Signal>,
}

/// Whether what is counted is part of what it is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Share,
    Rate,
}

/// Chart of shares, p and p′: such as requests answered in time, by month.
///
/// # Shape and units
///
/// - `counts`, `trials`: of each period, in order of time; `counts[i] <= trials[i]`, at least 2
///   periods. Weighted counts need not be whole.
/// - `phases`: see [`Phase`]; [`Phase::first`] for one.
/// - returns: shares in `[0, 1]`, limits cut off there.
///
/// Without any success in the baseline (or any failure) sigma is 0 and limits lie on the centre;
/// `z` is then undefined on it and infinite off it, and Laney's limits are undefined. Where shares of
/// the baseline are all the same, Laney's limits lie on the centre.
///
/// # Errors
///
/// [`ChartError`]: fewer than 2 points, lengths that differ, a count below 0 or above its trials, a
/// period without trials, a value that is not finite, a baseline or phases that do not fit, figures
/// beyond what a double holds.
///
/// # Examples
///
/// ```
/// use pengayom_measure::attribute_chart::p_chart;
/// use pengayom_measure::chart::Phase;
///
/// // Half of 100 each time: limits are 0.5 ± 3 √(0.25 / 100).
/// let chart = p_chart(&[50.0, 50.0], &[100.0, 100.0], &[Phase::first(None)])?;
/// assert!((chart.points[0].lower - 0.35).abs() < 1e-12);
/// assert!((chart.points[0].upper - 0.65).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::chart::ChartError>(())
/// ```
///
/// # References
///
/// Montgomery, D. C. (2020). *Introduction to Statistical Quality Control*, 8th ed., section 7.2.
/// Laney, D. B. (2002). Improved control charts for attributes. *Quality Engineering* 14(4),
/// 531–537. Peer: `qicharts2` (R), which has d₂ to three digits, 1.128.
pub fn p_chart(
    counts: &[f64],
    trials: &[f64],
    phases: &[Phase],
) -> Result<AttributeChart, ChartError> {
    chart(Kind::Share, counts, trials, phases)
}

/// Chart of rates, u and u′: such as complaints for each 1,000 encounters, by month. With an
/// opportunity of 1 everywhere it is a chart of counts, c.
///
/// # Shape and units
///
/// As [`p_chart`], with any opportunity above 0 in place of trials; rates are for one unit of it,
/// and have no upper end.
///
/// # Errors
///
/// As [`p_chart`]; a count may be above its opportunity.
///
/// # Examples
///
/// ```
/// use pengayom_measure::attribute_chart::u_chart;
/// use pengayom_measure::chart::Phase;
///
/// // Nine each time: limits are 9 ± 3 √9.
/// let chart = u_chart(&[9.0, 9.0], &[1.0, 1.0], &[Phase::first(None)])?;
/// assert!(chart.points[0].lower < 1e-12 && (chart.points[0].upper - 18.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::chart::ChartError>(())
/// ```
///
/// # References
///
/// Montgomery (2020), section 7.3; Laney (2002), as [`p_chart`].
pub fn u_chart(
    counts: &[f64],
    opportunities: &[f64],
    phases: &[Phase],
) -> Result<AttributeChart, ChartError> {
    chart(Kind::Rate, counts, opportunities, phases)
}

fn chart(
    kind: Kind,
    counts: &[f64],
    opportunities: &[f64],
    phases: &[Phase],
) -> Result<AttributeChart, ChartError> {
    check(kind, counts, opportunities)?;
    let spans = spans(counts.len(), phases)?;
    let mut chart = AttributeChart {
        n: counts.len(),
        phases: Vec::with_capacity(spans.len()),
        points: Vec::with_capacity(counts.len()),
        signals: Vec::new(),
    };
    for span in spans {
        let own = span.start..span.end;
        let counts = counts.get(own.clone()).unwrap_or_default();
        let opportunities = opportunities.get(own).unwrap_or_default();
        add_phase(&mut chart, kind, counts, opportunities, span)?;
    }
    // In order but for what was added last: merged in one go.
    chart.signals.sort();
    Ok(chart)
}

fn check(kind: Kind, counts: &[f64], opportunities: &[f64]) -> Result<(), ChartError> {
    if counts.len() != opportunities.len() {
        return Err(ChartError::Lengths {
            counts: counts.len(),
            opportunities: opportunities.len(),
        });
    }
    for (index, (&count, &of)) in counts.iter().zip(opportunities).enumerate() {
        for value in [count, of] {
            if !value.is_finite() {
                return Err(ChartError::NotFinite { index, value });
            }
        }
        if count < 0.0 {
            return Err(ChartError::NegativeCount {
                index,
                value: count,
            });
        }
        if of <= 0.0 {
            return Err(ChartError::NoOpportunity { index, value: of });
        }
        if kind == Kind::Share && count > of {
            return Err(ChartError::MoreThanAll { index, count, of });
        }
    }
    Ok(())
}

/// Adds the points and signals of one phase.
fn add_phase(
    chart: &mut AttributeChart,
    kind: Kind,
    counts: &[f64],
    opportunities: &[f64],
    span: Span,
) -> Result<(), ChartError> {
    let out_of_range = ChartError::OutOfRange { start: span.start };
    let first = chart.points.len();
    let total = |of: &[f64]| compensated::sum(of.iter().take(span.baseline).copied());
    let center = total(counts) / total(opportunities);
    if !center.is_finite() {
        return Err(out_of_range);
    }
    let (variance, most) = match kind {
        Kind::Share => (center * (1.0 - center), 1.0),
        Kind::Rate => (center, f64::INFINITY),
    };
    for (&count, &n) in counts.iter().zip(opportunities) {
        let sigma = (variance / n).sqrt();
        let value = count / n;
        let point = AttributePoint {
            value,
            n,
            sigma,
            lower: (center - 3.0 * sigma).max(0.0),
            upper: (center + 3.0 * sigma).min(most),
            z: distance(value, center, sigma),
            lower_laney: None,
            upper_laney: None,
        };
        if !(value.is_finite() && point.upper.is_finite()) {
            return Err(out_of_range);
        }
        chart.points.push(point);
    }
    let own = chart.points.get_mut(first..).unwrap_or_default();
    let z = own.iter().map(|point| point.z.unwrap_or(f64::NAN));
    let base = z.clone().take(span.baseline);
    let steps = base.clone().zip(base.skip(1)).map(|(a, b)| (b - a).abs());
    let sigma_z = compensated::sum(steps) / (span.baseline as f64 - 1.0) / D2;
    let sigma_z = sigma_z.is_finite().then_some(sigma_z);
    judge(
        span.start,
        own.iter().map(|point| point.value).zip(z),
        &mut chart.signals,
    );
    let Some(own) = chart.points.get_mut(first..) else {
        return Err(out_of_range);
    };
    for (offset, point) in own.iter_mut().enumerate() {
        let Some(sigma_z) = sigma_z else { break };
        let half = 3.0 * point.sigma * sigma_z;
        // What is on the centre but for rounding has distance 0, and is not beyond limits on it.
        let is_off = point.z.is_some_and(|z| z.abs() > 0.0);
        let side = if is_off && point.value > center + half {
            Some(Side::Above)
        } else {
            (is_off && point.value < center - half).then_some(Side::Below)
        };
        point.lower_laney = Some((center - half).max(0.0));
        point.upper_laney = Some((center + half).min(most));
        if let Some(side) = side {
            let (index, rule) = (span.start + offset, Rule::BeyondLaney);
            chart.signals.push(Signal { index, rule, side });
        }
    }
    chart.phases.push(AttributePhase {
        start: span.start,
        end: span.end,
        baseline: span.baseline,
        center,
        sigma_z,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ONE: [Phase; 1] = [Phase {
        start: 0,
        baseline: None,
    }];

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
    }

    #[test]
    fn nothing_counted_leaves_distances_undefined_and_says_nothing() {
        let chart = p_chart(&[0.0; 30], &[50.0; 30], &ONE).unwrap();
        assert!(chart.signals.is_empty());
        assert_eq!(chart.phases[0].sigma_z, None);
        let point = chart.points[0];
        assert_eq!((point.lower, point.upper, point.z), (0.0, 0.0, None));
        assert_eq!((point.lower_laney, point.upper_laney), (None, None));
        // The first event after a baseline without any.
        let mut counts = vec![0.0; 30];
        counts[29] = 1.0;
        let chart = u_chart(&counts, &[1.0; 30], &[Phase::first(Some(25))]).unwrap();
        assert_eq!(chart.points[29].z, Some(f64::INFINITY));
        let rules: Vec<_> = chart.signals.iter().map(|s| (s.index, s.rule)).collect();
        assert_eq!(rules, [(29, Rule::OneBeyondLimits)]);
        // All of all.
        let chart = p_chart(&[5.0; 30], &[5.0; 30], &ONE).unwrap();
        assert!(chart.signals.is_empty() && chart.points[3].lower >= 1.0);
    }

    #[test]
    fn laneys_limits_widen_with_what_counting_does_not_explain() {
        // z is ±10 in turn: sigma_z = 20 / d₂.
        let (low, high) = (50.0 - 10.0 * 5.0, 50.0 + 10.0 * 5.0);
        let counts = [low, high].repeat(10);
        let chart = p_chart(&counts, &[100.0; 20], &ONE).unwrap();
        let sigma_z = chart.phases[0].sigma_z.unwrap();
        assert!((sigma_z - 20.0 / D2).abs() < 1e-12);
        assert_eq!(chart.points[0].lower_laney, Some(0.0));
        assert_eq!(chart.points[0].upper_laney, Some(1.0));
        assert!(chart.signals.iter().all(|s| s.rule != Rule::BeyondLaney));
        assert!(
            chart
                .signals
                .iter()
                .any(|s| s.rule == Rule::OneBeyondLimits)
        );
    }

    #[test]
    fn limits_that_pages_draw_are_never_narrower_than_counting() {
        // Each period has the same share: Laney's limits have no width, counting has.
        let mut counts = vec![30.0; 30];
        counts[29] = 34.0;
        let chart = p_chart(&counts, &[100.0; 30], &[Phase::first(Some(25))]).unwrap();
        let last = chart.points[29];
        assert!(
            chart
                .signals
                .iter()
                .any(|s| s.rule == Rule::BeyondLaney && s.index == 29)
        );
        assert!(!last.is_beyond_wider());
        assert!((last.wider().1 - last.upper).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let p = |counts: &[f64], of: &[f64]| p_chart(counts, of, &ONE).unwrap_err();
        assert!(matches!(p(&[], &[]), ChartError::TooFewPoints { n: 0, .. }));
        assert!(matches!(
            p(&[1.0], &[2.0]),
            ChartError::TooFewPoints { n: 1, .. }
        ));
        assert!(matches!(p(&[1.0], &[2.0, 3.0]), ChartError::Lengths { .. }));
        let second = |count, of| p(&[1.0, count], &[2.0, of]);
        for (count, of) in [(f64::NAN, 1.0), (1.0, f64::NAN), (0.0, f64::INFINITY)] {
            assert!(matches!(
                second(count, of),
                ChartError::NotFinite { index: 1, .. }
            ));
        }
        assert!(matches!(
            second(-1.0, 1.0),
            ChartError::NegativeCount { index: 1, .. }
        ));
        for of in [0.0, -0.0, -3.0] {
            assert!(matches!(
                second(0.0, of),
                ChartError::NoOpportunity { index: 1, .. }
            ));
        }
        assert!(matches!(
            second(2.0, 1.0),
            ChartError::MoreThanAll { index: 1, .. }
        ));
        assert!(u_chart(&[1.0, 2.0], &[2.0, 1.0], &ONE).is_ok());
        for (counts, of) in [([1e308; 2], [1e-10; 2]), ([1e308; 2], [1.0; 2])] {
            let error = u_chart(&counts, &of, &ONE).unwrap_err();
            assert!(matches!(error, ChartError::OutOfRange { start: 0 }));
        }
    }

    #[test]
    fn shares_all_the_same_but_for_rounding_are_not_beyond_laneys_limits() {
        let of: Vec<f64> = (1..=30).map(|k| 0.1 * f64::from(k)).collect();
        let counts: Vec<f64> = of.iter().map(|n| n / 3.0).collect();
        let chart = p_chart(&counts, &of, &ONE).unwrap();
        assert_eq!(chart.phases[0].sigma_z, Some(0.0));
        assert!(
            chart
                .signals
                .iter()
                .all(|s| s.rule == Rule::FifteenWithin1s)
        );
    }

    fn some_counts() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        let row = (1_u32..2000, 0.0_f64..0.5)
            .prop_map(|(n, share)| ((f64::from(n) * share).floor(), f64::from(n)));
        prop::collection::vec(row, 4..50).prop_map(|rows| rows.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn failures_are_successes_upside_down((counts, of) in some_counts()) {
            let failures: Vec<f64> = counts.iter().zip(&of).map(|(x, n)| n - x).collect();
            let (up, down) = (p_chart(&counts, &of, &ONE).unwrap(), p_chart(&failures, &of, &ONE).unwrap());
            for (a, b) in up.points.iter().zip(&down.points) {
                prop_assert!(near(a.lower, 1.0 - b.upper) && near(a.upper, 1.0 - b.lower));
                if let (Some(a), Some(b)) = (a.z, b.z) {
                    prop_assert!((a + b).abs() < 1e-6, "{a} {b}");
                }
            }
        }

        #[test]
        fn rates_are_for_one_unit_whatever_the_unit((counts, of) in some_counts(), unit in 0.001_f64..1000.0) {
            let other: Vec<f64> = of.iter().map(|n| n * unit).collect();
            let (a, b) = (u_chart(&counts, &of, &ONE).unwrap(), u_chart(&counts, &other, &ONE).unwrap());
            for (a, b) in a.points.iter().zip(&b.points) {
                prop_assert!(near(a.value, b.value * unit) && near(a.upper, b.upper * unit));
                prop_assert_eq!(a.z.is_some(), b.z.is_some());
                prop_assert!((a.z.unwrap_or(0.0) - b.z.unwrap_or(0.0)).abs() < 1e-6);
            }
        }

        #[test]
        fn limits_hold_the_centre_and_the_larger_month_has_the_narrower_ones((counts, of) in some_counts()) {
            for chart in [p_chart(&counts, &of, &ONE).unwrap(), u_chart(&counts, &of, &ONE).unwrap()] {
                let center = chart.phases[0].center;
                let mut points = chart.points.clone();
                prop_assert!(points.iter().all(|p| p.lower <= center && center <= p.upper));
                points.sort_by(|a, b| a.n.total_cmp(&b.n));
                let nested = points.windows(2).all(|w| w[0].lower <= w[1].lower && w[1].upper <= w[0].upper);
                prop_assert!(nested);
                // A point beyond Laney's limits is signalled, and no other.
                let beyond: Vec<usize> = chart.signals.iter()
                    .filter(|s| s.rule == Rule::BeyondLaney).map(|s| s.index).collect();
                let expected: Vec<usize> = chart.points.iter().enumerate().filter(|(_, p)| {
                    p.value < p.lower_laney.unwrap_or(0.0) || p.value > p.upper_laney.unwrap_or(f64::MAX)
                }).map(|(i, _)| i).collect();
                prop_assert_eq!(beyond, expected);
            }
        }

        #[test]
        fn later_points_do_not_move_frozen_limits((counts, of) in some_counts()) {
            let frozen = [Phase::first(Some(3))];
            let all = p_chart(&counts, &of, &frozen).unwrap();
            let few = p_chart(&counts[..3], &of[..3], &frozen).unwrap();
            prop_assert_eq!(all.phases[0].center.to_bits(), few.phases[0].center.to_bits());
            prop_assert_eq!(&all.points[..3], &few.points[..]);
        }
    }
}
