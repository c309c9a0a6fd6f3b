//! What every chart over time shares: phases with a frozen baseline, run rules, signals.
//!
//! A chart is data: points, limits and signals, so that a page, an export and a test show the same.
//! Rules are judged within a phase; a phase starts where the work itself was changed on purpose.

use serde::Serialize;

/// Points below which a series has no limits of its own and is judged by its runs alone.
pub const LIMITS_NEED: usize = 20;

/// Most points that set the limits by default.
pub const BASELINE_MOST: usize = 25;

/// The points that set the limits where nobody has said otherwise: the first 20 to 25.
///
/// # Shape and units
///
/// - `n`: points there are.
/// - returns: `None` below [`LIMITS_NEED`], else `n` or [`BASELINE_MOST`], whichever is less. Later
///   points do not move the limits, so a slow change cannot hide in them.
///
/// # Examples
///
/// ```
/// use pengayom_measure::chart::frozen_baseline;
///
/// assert_eq!([19, 20, 23, 60].map(frozen_baseline), [None, Some(20), Some(23), Some(25)]);
/// ```
///
/// # References
///
/// Montgomery, D. C. (2020). *Introduction to Statistical Quality Control*, 8th ed., section 6.2 (20
/// to 25 samples for trial limits).
pub fn frozen_baseline(n: usize) -> Option<usize> {
    (n >= LIMITS_NEED).then(|| n.min(BASELINE_MOST))
}

/// Where a phase of a chart starts, and what sets its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// Its first point, from 0.
    pub start: usize,
    /// How many of its points set the limits, from the first on; `None`: all.
    pub baseline: Option<usize>,
}

impl Phase {
    /// One phase from the first point on.
    pub fn first(baseline: Option<usize>) -> Self {
        Self { start: 0, baseline }
    }
}

/// A phase that fits its series: points `start..end`, of which the first `baseline` set the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) baseline: usize,
}

/// Every phase with its end, once each has the two points a moving range takes.
pub(crate) fn spans(n: usize, phases: &[Phase]) -> Result<Vec<Span>, ChartError> {
    if n < 2 {
        return Err(ChartError::TooFewPoints { n, need: 2 });
    }
    let ends = phases.iter().skip(1).map(|phase| phase.start).chain([n]);
    let mut before = 0;
    let mut found = Vec::with_capacity(phases.len());
    for (phase, end) in phases.iter().zip(ends) {
        let start = phase.start;
        if start != before || end > n || end < start + 2 {
            return Err(ChartError::Phase { start, end, n });
        }
        let baseline = phase.baseline.unwrap_or(end - start);
        if baseline < 2 || baseline > end - start {
            return Err(ChartError::Baseline {
                baseline,
                n: end - start,
            });
        }
        found.push(Span {
            start,
            end,
            baseline,
        });
        before = end;
    }
    if found.is_empty() {
        return Err(ChartError::NoPhase);
    }
    Ok(found)
}

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ChartError {
    /// Not enough points.
    #[error("too few points: {n}, and it takes {need}")]
    TooFewPoints {
        /// How many there are.
        n: usize,
        /// How many it takes.
        need: usize,
    },
    /// No phase was given.
    #[error("no phase: a chart has at least one, from point 0 on")]
    NoPhase,
    /// Phases do not follow each other from point 0 to the last, with two points each.
    #[error(
        "phase of points {start} to {end} (exclusive) of {n}: the first starts at 0, each has at least 2 points"
    )]
    Phase {
        /// Its first point.
        start: usize,
        /// The point after its last.
        end: usize,
        /// Points there are.
        n: usize,
    },
    /// The limits cannot be set by so many points.
    #[error("baseline of {baseline} points: it takes at least 2, and the phase has {n}")]
    Baseline {
        /// Points that shall set the limits.
        baseline: usize,
        /// Points of the phase.
        n: usize,
    },
    /// The median cannot be set by so many points.
    #[error("baseline of {baseline} points: it takes at least 1, and there are {n}")]
    RunBaseline {
        /// Points that shall set the median.
        baseline: usize,
        /// Points there are.
        n: usize,
    },
    /// A value is NaN or infinite.
    #[error("point {index}: {value} is not a number that can be drawn")]
    NotFinite {
        /// Which, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A count is below 0.
    #[error("point {index}: a count is at least 0, found {value}")]
    NegativeCount {
        /// Which, from 0.
        index: usize,
        /// The count.
        value: f64,
    },
    /// Nothing was there to count in.
    #[error(
        "point {index}: what is counted in must be above 0, found {value}; leave such points out"
    )]
    NoOpportunity {
        /// Which, from 0.
        index: usize,
        /// What was given to count in.
        value: f64,
    },
    /// More were counted than there are.
    #[error("point {index}: more counted than there are: {count} of {of}")]
    MoreThanAll {
        /// Which, from 0.
        index: usize,
        /// Counted.
        count: f64,
        /// Out of so many.
        of: f64,
    },
    /// Counts and what they were counted in differ in number.
    #[error("{counts} counts, but {opportunities} to count in")]
    Lengths {
        /// How many counts.
        counts: usize,
        /// How many opportunities.
        opportunities: usize,
    },
    /// A figure went beyond what a double holds.
    #[error(
        "values too large or too small: a figure of the phase from point {start} on is not finite"
    )]
    OutOfRange {
        /// First point of the phase.
        start: usize,
    },
}

/// A rule that says when a pattern is more than chance; those of Nelson and of Western Electric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// One point beyond 3 sigma.
    OneBeyondLimits,
    /// Two of three in a row beyond 2 sigma, on the same side.
    #[serde(rename = "two_of_three_beyond_2s_same_side")]
    TwoOfThreeBeyond2s,
    /// Four of five in a row beyond 1 sigma, on the same side.
    #[serde(rename = "four_of_five_beyond_1s_same_side")]
    FourOfFiveBeyond1s,
    /// Eight in a row on the same side of the centre.
    EightSameSide,
    /// Six in a row, each above the one before or each below it.
    SixTrending,
    /// Fifteen in a row within 1 sigma: the limits are too wide, as where points are mixtures.
    #[serde(rename = "fifteen_within_1s")]
    FifteenWithin1s,
    /// Fourteen in a row going up and down in turn.
    FourteenAlternating,
    /// Eight in a row beyond 1 sigma, on either side.
    #[serde(rename = "eight_outside_1s")]
    EightOutside1s,
    /// A moving range beyond its upper limit.
    #[serde(rename = "mr_beyond")]
    MovingRangeBeyond,
    /// One point beyond Laney's limits.
    BeyondLaney,
    /// A run longer than chance gives (run chart).
    LongRun,
    /// Fewer crossings of the median than chance gives (run chart).
    FewCrossings,
}

impl Rule {
    /// The eight that are judged point by point from the distance to the centre in sigmas.
    pub const OF_RUNS: [Self; 8] = [
        Self::OneBeyondLimits,
        Self::TwoOfThreeBeyond2s,
        Self::FourOfFiveBeyond1s,
        Self::EightSameSide,
        Self::SixTrending,
        Self::FifteenWithin1s,
        Self::FourteenAlternating,
        Self::EightOutside1s,
    ];

    /// Its name, that of the reference cases.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneBeyondLimits => "one_beyond_limits",
            Self::TwoOfThreeBeyond2s => "two_of_three_beyond_2s_same_side",
            Self::FourOfFiveBeyond1s => "four_of_five_beyond_1s_same_side",
            Self::EightSameSide => "eight_same_side",
            Self::SixTrending => "six_trending",
            Self::FifteenWithin1s => "fifteen_within_1s",
            Self::FourteenAlternating => "fourteen_alternating",
            Self::EightOutside1s => "eight_outside_1s",
            Self::MovingRangeBeyond => "mr_beyond",
            Self::BeyondLaney => "beyond_laney",
            Self::LongRun => "long_run",
            Self::FewCrossings => "few_crossings",
        }
    }

    /// How many points it looks at, up to and with the one that is signalled; `None`: as many as
    /// the run, or the whole series, has.
    pub fn points(self) -> Option<usize> {
        match self {
            Self::OneBeyondLimits | Self::BeyondLaney => Some(1),
            Self::MovingRangeBeyond => Some(2),
            Self::TwoOfThreeBeyond2s => Some(3),
            Self::FourOfFiveBeyond1s => Some(5),
            Self::SixTrending => Some(6),
            Self::EightSameSide | Self::EightOutside1s => Some(8),
            Self::FourteenAlternating => Some(14),
            Self::FifteenWithin1s => Some(15),
            Self::LongRun | Self::FewCrossings => None,
        }
    }

    /// Whether a page shows it without being asked. Of normal values with known limits the first alone
    /// gives a false alarm after 370 points on average, with the next three after 92 (Champ and Woodall
    /// 1987), all eight after 67 (simulated); the other four seldom find what these do not.
    pub fn is_default(self) -> bool {
        !matches!(
            self,
            Self::SixTrending
                | Self::FifteenWithin1s
                | Self::FourteenAlternating
                | Self::EightOutside1s
        )
    }
}

/// Where a pattern lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Above the centre, or upwards.
    Above,
    /// Below the centre, or downwards.
    Below,
    /// On both, or on neither.
    Either,
}

/// A rule that fired at a point: the last of the points it looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Signal {
    /// The point, from 0.
    pub index: usize,
    /// The rule.
    pub rule: Rule,
    /// Where.
    pub side: Side,
}

/// Counts of the points in the last few that were beyond a distance, on each side.
struct Window<const M: usize> {
    last: [i8; M],
    at: usize,
    above: usize,
    below: usize,
    seen: usize,
}

impl<const M: usize> Window<M> {
    fn new() -> Self {
        Self {
            last: [0; M],
            at: 0,
            above: 0,
            below: 0,
            seen: 0,
        }
    }

    /// Takes in a point; says on which side `k` of the last `M` are now beyond.
    fn take(&mut self, z: f64, beyond: f64, k: usize) -> Option<Side> {
        let is = if z > beyond {
            1
        } else if z < -beyond {
            -1
        } else {
            0
        };
        if let Some(slot) = self.last.get_mut(self.at) {
            self.above += usize::from(is == 1);
            self.below += usize::from(is == -1);
            self.above -= usize::from(*slot == 1);
            self.below -= usize::from(*slot == -1);
            *slot = is;
        }
        self.at = (self.at + 1) % M;
        self.seen += 1;
        if self.seen < M {
            None
        } else if self.above >= k {
            Some(Side::Above)
        } else if self.below >= k {
            Some(Side::Below)
        } else {
            None
        }
    }
}

/// How many in a row so far.
#[derive(Default)]
struct Streak(usize);

impl Streak {
    fn take(&mut self, goes_on: bool, need: usize) -> bool {
        self.0 = if goes_on { self.0 + 1 } else { 0 };
        self.0 >= need
    }
}

/// Adds the signals of the eight rules over the points of one phase, in order of points.
///
/// - `points`: of each its value and its distance to the centre in sigmas, NaN where there is none
///   (no rule that looks at distances then fires); `start`: the index of the first.
///
/// Beyond means strictly beyond; a point on the centre ends a run, two equal values end a trend.
pub(crate) fn judge(
    start: usize,
    points: impl Iterator<Item = (f64, f64)>,
    signals: &mut Vec<Signal>,
) {
    let (mut three, mut five) = (Window::<3>::new(), Window::<5>::new());
    let (mut above, mut below) = (Streak::default(), Streak::default());
    let (mut up, mut down, mut turns) = (Streak::default(), Streak::default(), Streak::default());
    let (mut within, mut outside) = (Streak::default(), Streak::default());
    let mut before: Option<(f64, f64)> = None;
    for (offset, (value, z)) in points.enumerate() {
        let index = start + offset;
        let mut fired = |rule: Rule, side: Option<Side>| {
            if let Some(side) = side {
                signals.push(Signal { index, rule, side });
            }
        };
        let one = if z > 3.0 {
            Some(Side::Above)
        } else {
            (z < -3.0).then_some(Side::Below)
        };
        fired(Rule::OneBeyondLimits, one);
        fired(Rule::TwoOfThreeBeyond2s, three.take(z, 2.0, 2));
        fired(Rule::FourOfFiveBeyond1s, five.take(z, 1.0, 4));
        let (is_above, is_below) = (above.take(z > 0.0, 8), below.take(z < 0.0, 8));
        fired(Rule::EightSameSide, side(is_above, is_below));
        let (last, step_before) = before.unwrap_or((f64::NAN, f64::NAN));
        // A sign is enough, and does not overflow as a difference may.
        let step = match value.partial_cmp(&last) {
            Some(std::cmp::Ordering::Greater) => 1.0,
            Some(std::cmp::Ordering::Less) => -1.0,
            Some(std::cmp::Ordering::Equal) => 0.0,
            None => f64::NAN,
        };
        let (is_up, is_down) = (up.take(step > 0.0, 5), down.take(step < 0.0, 5));
        fired(Rule::SixTrending, side(is_up, is_down));
        let is_within = within.take(z.abs() < 1.0, 15);
        fired(Rule::FifteenWithin1s, is_within.then_some(Side::Either));
        let alternates = turns.take(step * step_before < 0.0, 12);
        fired(
            Rule::FourteenAlternating,
            alternates.then_some(Side::Either),
        );
        let is_outside = outside.take(z.abs() > 1.0, 8);
        fired(Rule::EightOutside1s, is_outside.then_some(Side::Either));
        before = Some((value, step));
    }
}

fn side(above: bool, below: bool) -> Option<Side> {
    if above {
        Some(Side::Above)
    } else {
        below.then_some(Side::Below)
    }
}

/// Distance from the centre in sigmas; `None` where it is 0 over 0.
///
/// A value within rounding of the centre is on it: which side it lies on is then no matter of fact.
pub(crate) fn distance(value: f64, center: f64, sigma: f64) -> Option<f64> {
    let gap = value - center;
    let gap = if gap.abs() <= 4.0 * f64::EPSILON * value.abs().max(center.abs()) {
        0.0
    } else {
        gap
    };
    defined(gap / sigma)
}

/// A figure, or `None` where it is undefined.
fn defined(figure: f64) -> Option<f64> {
    (!figure.is_nan()).then_some(figure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(points: &[(f64, f64)]) -> Vec<Signal> {
        let mut signals = Vec::new();
        judge(0, points.iter().copied(), &mut signals);
        signals.sort_unstable();
        signals
    }

    /// Where a rule fires on distances alone.
    fn fires(rule: Rule, z: &[f64]) -> Vec<usize> {
        let points: Vec<(f64, f64)> = z.iter().map(|z| (*z, *z)).collect();
        judged(&points)
            .into_iter()
            .filter(|signal| signal.rule == rule)
            .map(|signal| signal.index)
            .collect()
    }

    #[test]
    fn a_rule_fires_at_the_last_of_its_points_and_not_before() {
        assert_eq!(fires(Rule::OneBeyondLimits, &[3.0, 3.1, -3.1]), [1, 2]);
        assert_eq!(fires(Rule::TwoOfThreeBeyond2s, &[2.1, 2.1]), [0; 0]);
        // The point in between, and the one at the end, need not be beyond.
        assert_eq!(
            fires(Rule::TwoOfThreeBeyond2s, &[2.1, 0.0, 2.1, 0.0, 0.0]),
            [2]
        );
        assert_eq!(fires(Rule::TwoOfThreeBeyond2s, &[2.1, 2.1, 0.0]), [2]);
        assert_eq!(fires(Rule::TwoOfThreeBeyond2s, &[2.1, -2.1, 0.0]), [0; 0]);
        assert_eq!(
            fires(Rule::FourOfFiveBeyond1s, &[1.1, 1.1, 0.0, 1.1, 1.1]),
            [4]
        );
        assert_eq!(fires(Rule::EightSameSide, &[-0.1; 9]), [7, 8]);
        let mut z = [0.1; 9];
        z[4] = 0.0;
        assert_eq!(fires(Rule::EightSameSide, &z), [0; 0]);
        assert_eq!(
            fires(Rule::SixTrending, &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.5]),
            [5]
        );
        let turns: Vec<f64> = (0..15).map(|k| f64::from(k % 2)).collect();
        assert_eq!(fires(Rule::FourteenAlternating, &turns), [13, 14]);
        assert_eq!(fires(Rule::FifteenWithin1s, &[0.9; 16]), [14, 15]);
        assert_eq!(fires(Rule::FifteenWithin1s, &[1.0; 16]), [0; 0]);
        let both: Vec<f64> = (0..8).map(|k| if k < 4 { 1.1 } else { -1.1 }).collect();
        assert_eq!(fires(Rule::EightOutside1s, &both), [7]);
    }

    #[test]
    fn where_there_is_no_distance_no_rule_of_distances_fires() {
        let points: Vec<(f64, f64)> = (0..20).map(|k| (f64::from(k), f64::NAN)).collect();
        let signals = judged(&points);
        assert!(!signals.is_empty());
        assert!(signals.iter().all(|s| s.rule == Rule::SixTrending));
    }

    #[test]
    fn a_rule_has_the_name_it_is_written_with() {
        let others = [
            Rule::MovingRangeBeyond,
            Rule::BeyondLaney,
            Rule::LongRun,
            Rule::FewCrossings,
        ];
        for rule in Rule::OF_RUNS.into_iter().chain(others) {
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
        }
        let shown: Vec<Rule> = Rule::OF_RUNS
            .into_iter()
            .filter(|r| r.is_default())
            .collect();
        assert_eq!(shown, Rule::OF_RUNS[..4]);
    }

    #[test]
    fn phases_follow_each_other_from_the_first_point_to_the_last() {
        let phase = |start, baseline| Phase { start, baseline };
        let found = spans(10, &[phase(0, Some(3)), phase(4, None)]).unwrap();
        let ends: Vec<_> = found.iter().map(|s| (s.start, s.end, s.baseline)).collect();
        assert_eq!(ends, [(0, 4, 3), (4, 10, 6)]);
        assert_eq!(
            spans(1, &[phase(0, None)]),
            Err(ChartError::TooFewPoints { n: 1, need: 2 })
        );
        assert_eq!(spans(3, &[]), Err(ChartError::NoPhase));
        for wrong in [
            vec![phase(1, None)],
            vec![phase(0, None), phase(1, None)],
            vec![phase(0, None), phase(9, None)],
            vec![phase(0, None), phase(11, None)],
            vec![phase(0, None), phase(5, None), phase(3, None)],
        ] {
            assert!(
                matches!(spans(10, &wrong), Err(ChartError::Phase { .. })),
                "{wrong:?}"
            );
        }
        for baseline in [0, 1, 11] {
            let error = spans(10, &[phase(0, Some(baseline))]);
            assert_eq!(error, Err(ChartError::Baseline { baseline, n: 10 }));
        }
    }

    #[test]
    fn a_value_within_rounding_of_the_centre_is_on_it() {
        let center = (0.1 + 0.1 + 0.1) / 3.0;
        assert_eq!(distance(0.1, center, 1.0), Some(0.0));
        assert_eq!(distance(0.1, center, 0.0), None);
        assert_eq!(distance(0.2, center, 0.0), Some(f64::INFINITY));
    }

    proptest! {
        /// Beside rules said in one line each, over all windows.
        #[test]
        fn rules_in_one_pass_are_those_window_by_window(
            z in prop::collection::vec((-14_i8..=14).prop_map(|k| f64::from(k) / 4.0), 0..60),
            smooth in any::<bool>()
        ) {
            let z: Vec<f64> = if smooth { z.iter().map(|z| z / 4.0).collect() } else { z };
            let all = |m: usize, is: &dyn Fn(&[f64]) -> bool| -> Vec<usize> {
                z.windows(m).enumerate().filter(|(_, w)| is(w)).map(|(i, _)| i + m - 1).collect()
            };
            let some = |w: &[f64], k: usize, far: f64| {
                w.iter().filter(|z| **z > far).count() >= k || w.iter().filter(|z| **z < -far).count() >= k
            };
            prop_assert_eq!(fires(Rule::OneBeyondLimits, &z), all(1, &|w| some(w, 1, 3.0)));
            prop_assert_eq!(fires(Rule::TwoOfThreeBeyond2s, &z), all(3, &|w| some(w, 2, 2.0)));
            prop_assert_eq!(fires(Rule::FourOfFiveBeyond1s, &z), all(5, &|w| some(w, 4, 1.0)));
            prop_assert_eq!(fires(Rule::EightSameSide, &z), all(8, &|w| some(w, 8, 0.0)));
            prop_assert_eq!(fires(Rule::FifteenWithin1s, &z), all(15, &|w| w.iter().all(|z| z.abs() < 1.0)));
            prop_assert_eq!(fires(Rule::EightOutside1s, &z), all(8, &|w| w.iter().all(|z| z.abs() > 1.0)));
            prop_assert_eq!(fires(Rule::SixTrending, &z), all(6, &|w| {
                w.windows(2).all(|p| p[1] > p[0]) || w.windows(2).all(|p| p[1] < p[0])
            }));
            prop_assert_eq!(fires(Rule::FourteenAlternating, &z), all(14, &|w| {
                w.windows(3).all(|p| (p[1] - p[0]) * (p[2] - p[1]) < 0.0)
            }));
        }
    }
}
