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

    /// Whether a page shows it without being asked. The other rules add more false alarms than they
    /// find: all eight together alarm about twice as often as the first four.
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

/// A figure, or `None` where it is undefined.
pub(crate) fn defined(figure: f64) -> Option<f64> {
    (!figure.is_nan()).then_some(figure)
}
