//! Figures over time: dots in order, centre and limits by phase, signals with the rule that fired.
//!
//! A long series keeps its line through every point; dots give way first, then titles, then the marks inside a run of
//! signals. The table and the words have them all.

mod place;
mod said;

use pengayom_measure::attribute_chart::{AttributeChart, AttributePoint};
use pengayom_measure::chart::{Rule, Side, Signal};
use pengayom_measure::run_chart::RunChart;
use pengayom_measure::xmr::Xmr;

use self::place::Place;
use self::said::Said;
use super::axis::Axis;
use super::{Drawn, Head, Sign, Wish, ends};
use crate::frame::PageFrame;

/// Most marks of signals in a drawing.
const SIGNALS_MAX: usize = 160;

/// A figure over time.
#[derive(Debug, Clone)]
pub(crate) struct SpcInput<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) wish: Wish,
    /// In order of time. A period without data is left out.
    pub(crate) points: Vec<SpcPoint>,
    /// In order; none where there are too few points for a centre.
    pub(crate) phases: Vec<SpcPhase>,
    pub(crate) signals: Vec<Signal>,
    /// The point from which something is otherwise, and what.
    pub(crate) notes: Vec<(usize, String)>,
    /// What is promised or aimed at.
    pub(crate) target: Option<f64>,
}

/// One period.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SpcPoint {
    /// Its name, short: `24 Nov`, `Nov 2026`.
    pub(crate) label: String,
    pub(crate) value: f64,
    /// What it was counted in.
    pub(crate) n: Option<f64>,
    pub(crate) lower: Option<f64>,
    pub(crate) upper: Option<f64>,
}

/// Points with the same centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SpcPhase {
    pub(crate) start: usize,
    /// The point after its last.
    pub(crate) end: usize,
    pub(crate) center: f64,
    /// The centre is a median, and there are no limits.
    pub(crate) is_median: bool,
    /// How many of its points, from the first on, set the limits.
    pub(crate) baseline: usize,
}

/// Which limits a chart of shares or rates is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    /// Those of chance in counting.
    Counting,
    /// Those of Laney, which allow for how much periods ordinarily differ; never narrower than counting.
    Laney,
}

impl<'a> SpcInput<'a> {
    fn with(head: Head<'a>, wish: Wish, points: Vec<SpcPoint>) -> Self {
        Self {
            head,
            wish,
            points,
            phases: Vec::new(),
            signals: Vec::new(),
            notes: Vec::new(),
            target: None,
        }
    }

    /// An individuals chart; `labels` and what each was counted in, in the order of its points.
    pub(crate) fn xmr(
        head: Head<'a>,
        wish: Wish,
        labels: Vec<(String, Option<f64>)>,
        chart: &Xmr,
    ) -> Self {
        let phase_of = |index: usize| {
            let mut phases = chart.phases.iter();
            phases.find(|phase| (phase.start..phase.end).contains(&index))
        };
        let points = labels
            .into_iter()
            .zip(&chart.points)
            .enumerate()
            .map(|(index, ((label, n), point))| SpcPoint {
                label,
                value: point.value,
                n,
                lower: phase_of(index).map(|phase| phase.lower),
                upper: phase_of(index).map(|phase| phase.upper),
            })
            .collect();
        let phases = chart.phases.iter().map(|phase| SpcPhase {
            start: phase.start,
            end: phase.end,
            center: phase.center,
            is_median: false,
            baseline: phase.baseline,
        });
        Self {
            phases: phases.collect(),
            signals: shown(&chart.signals, Rule::is_default),
            ..Self::with(head, wish, points)
        }
    }

    /// A chart of shares or rates; `labels` in the order of its points. With Laney's limits the rules
    /// that look at distances in the sigma of counting are left out: they would alarm on ordinary days.
    pub(crate) fn attribute(
        head: Head<'a>,
        wish: Wish,
        labels: Vec<String>,
        chart: &AttributeChart,
        limits: Limits,
    ) -> Self {
        let points = labels.into_iter().zip(&chart.points);
        let points = points.map(|(label, point)| {
            let (lower, upper) = match limits {
                Limits::Counting => (Some(point.lower), Some(point.upper)),
                Limits::Laney => {
                    let (lower, upper) = point.wider();
                    (Some(lower), Some(upper))
                }
            };
            SpcPoint {
                label,
                value: point.value,
                n: Some(point.n),
                lower,
                upper,
            }
        });
        let phases = chart.phases.iter().map(|phase| SpcPhase {
            start: phase.start,
            end: phase.end,
            center: phase.center,
            is_median: false,
            baseline: phase.baseline,
        });
        let judged = |rule: Rule| match limits {
            Limits::Counting => rule.is_default() && rule != Rule::BeyondLaney,
            Limits::Laney => matches!(rule, Rule::BeyondLaney | Rule::EightSameSide),
        };
        // Laney's limits count where they are not narrower than counting.
        let is_wide = |signal: &Signal| {
            let point = chart.points.get(signal.index);
            signal.rule != Rule::BeyondLaney || point.is_some_and(AttributePoint::is_beyond_wider)
        };
        let mut signals = shown(&chart.signals, judged);
        signals.retain(is_wide);
        Self {
            phases: phases.collect(),
            signals,
            ..Self::with(head, wish, points.collect())
        }
    }

    /// A run chart: too few points for limits, enough for a median.
    pub(crate) fn run(
        head: Head<'a>,
        wish: Wish,
        labels: Vec<(String, Option<f64>)>,
        chart: &RunChart,
    ) -> Self {
        let points = labels.into_iter().zip(&chart.points);
        let points = points.map(|((label, n), point)| SpcPoint {
            label,
            value: point.value,
            n,
            lower: None,
            upper: None,
        });
        let phase = SpcPhase {
            start: 0,
            end: chart.n,
            center: chart.median,
            is_median: true,
            baseline: chart.baseline,
        };
        Self {
            phases: vec![phase],
            signals: chart.signals.clone(),
            ..Self::with(head, wish, points.collect())
        }
    }

    /// Points alone, too few for anything else: label, value, and what each was counted in.
    pub(crate) fn bare(head: Head<'a>, points: Vec<(String, f64, Option<f64>)>) -> Self {
        let points = points.into_iter().map(|(label, value, n)| SpcPoint {
            label,
            value,
            n,
            lower: None,
            upper: None,
        });
        Self::with(head, Wish::Neither, points.collect())
    }

    /// The phase of a point.
    fn phase_of(&self, index: usize) -> Option<&SpcPhase> {
        let mut phases = self.phases.iter();
        phases.find(|phase| (phase.start..phase.end).contains(&index))
    }

    /// The point that a signal is drawn at. Of a few points of which most lie far out, the last may lie on the other
    /// side: then it is the last one that does not.
    fn drawn_at(&self, signal: &Signal) -> usize {
        let looks_back = match signal.rule {
            Rule::TwoOfThreeBeyond2s => 2,
            Rule::FourOfFiveBeyond1s => 4,
            _ => 0,
        };
        let Some(phase) = self.phase_of(signal.index) else {
            return signal.index;
        };
        let is_there = |at: &usize| {
            let value = self.points.get(*at).map(|point| point.value);
            value.is_some_and(|value| match signal.side {
                Side::Above => value > phase.center,
                Side::Below => value < phase.center,
                Side::Either => true,
            })
        };
        let from = signal.index.saturating_sub(looks_back).max(phase.start);
        let mut back = (from..=signal.index).rev();
        back.find(is_there).unwrap_or(signal.index)
    }

    /// The sign of each point: for the worse before for the better, since that is what must not be missed.
    fn signs(&self) -> Vec<Sign> {
        let mut signs = vec![Sign::Common; self.points.len()];
        for signal in &self.signals {
            let sign = match signal.side {
                Side::Above => self.wish.sign(true),
                Side::Below => self.wish.sign(false),
                Side::Either => Sign::Neutral,
            };
            if let Some(own) = signs.get_mut(self.drawn_at(signal)) {
                *own = sign.max(*own);
            }
        }
        signs
    }

    fn has_limits(&self) -> bool {
        let has = |point: &SpcPoint| is_finite(point.lower) || is_finite(point.upper);
        self.points.iter().any(has)
    }
}

fn is_finite(value: Option<f64>) -> bool {
    value.is_some_and(f64::is_finite)
}

fn shown(signals: &[Signal], keep: impl Fn(Rule) -> bool) -> Vec<Signal> {
    let kept = signals.iter().filter(|signal| keep(signal.rule));
    kept.copied().collect()
}

/// Room of a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet {
    top: f64,
    base: f64,
    height: f64,
    /// Whether the unit stands over the axis.
    says_unit: bool,
    /// Whether what values were counted in stands under the axis.
    says_n: bool,
    /// About how many steps the axis has.
    steps: f64,
}

/// A drawing of its own.
const ALONE: Sheet = Sheet {
    top: 26.0,
    base: 176.0,
    height: 226.0,
    says_unit: true,
    says_n: true,
    steps: 5.0,
};

/// One of several side by side.
pub(super) const BESIDE: Sheet = Sheet {
    top: 12.0,
    base: 112.0,
    height: 140.0,
    says_unit: false,
    says_n: false,
    steps: 3.0,
};

/// Draws.
pub(crate) fn draw(frame: &PageFrame, input: &SpcInput<'_>) -> Drawn {
    let says_n = input.points.iter().any(|point| is_finite(point.n));
    let height = if says_n {
        ALONE.height
    } else {
        ALONE.height - 22.0
    };
    let sheet = Sheet {
        height,
        says_n,
        ..ALONE
    };
    draw_on(frame, input, sheet, reach(input))
}

/// Lowest and highest of what is drawn; `None` without any value.
pub(super) fn reach(input: &SpcInput<'_>) -> Option<(f64, f64)> {
    let values = input.points.iter().map(|point| point.value);
    let limits = input
        .points
        .iter()
        .flat_map(|point| [point.lower, point.upper]);
    let centers = input.phases.iter().map(|phase| Some(phase.center));
    values.clone().find(|value| value.is_finite())?;
    let lines = limits.chain(centers).chain([input.target]).flatten();
    ends(values.chain(lines))
}

/// Draws in a room and on a scale that several drawings may share.
pub(super) fn draw_on(
    frame: &PageFrame,
    input: &SpcInput<'_>,
    sheet: Sheet,
    reach: Option<(f64, f64)>,
) -> Drawn {
    let axis = reach.map(|reach| Axis::round(reach, input.head.unit, sheet.steps));
    let own = self::reach(input).and(axis.as_ref());
    let said = Said {
        frame,
        input,
        axis: own,
    };
    Drawn {
        id: input.head.id.to_owned(),
        title: input.head.title.to_owned(),
        sentence: said.sentence(),
        drawing: own.map(|axis| Place::new(said, axis, sheet).drawing()),
        key: if own.is_some() {
            said.key()
        } else {
            Vec::new()
        },
        signals_head: frame.t("chart.signals").to_owned(),
        signals: said.signals(),
        notes: said.notes(),
        table: said.table(),
    }
}

/// The points that set limits which later points do not move.
fn frozen(phase: &SpcPhase) -> Option<usize> {
    let points = phase.end.saturating_sub(phase.start);
    (!phase.is_median && phase.baseline < points).then_some(phase.baseline)
}

/// Points out of the ordinary that are marked: all, or where there are very many the ends of each run and what is beyond
/// the limits.
fn marked(input: &SpcInput<'_>, signs: &[Sign]) -> Vec<usize> {
    let of = |at: usize| signs.get(at).copied().unwrap_or(Sign::Common);
    let all = (0..signs.len()).filter(|at| of(*at) != Sign::Common);
    let all: Vec<usize> = all.collect();
    if all.len() <= SIGNALS_MAX {
        return all;
    }
    let far = |at: usize| {
        let beyond = |rule| matches!(rule, Rule::OneBeyondLimits | Rule::BeyondLaney);
        let mut own = input.signals.iter().filter(|own| own.index == at);
        own.any(|own| beyond(own.rule))
    };
    let is_within = |at: usize| {
        let before = at.checked_sub(1).map(of);
        before == Some(of(at)) && of(at + 1) == of(at)
    };
    let ends = all.into_iter().filter(|at| far(*at) || !is_within(*at));
    let ends: Vec<usize> = ends.collect();
    let every = ends.len().div_ceil(SIGNALS_MAX).max(1);
    ends.into_iter().step_by(every).collect()
}
