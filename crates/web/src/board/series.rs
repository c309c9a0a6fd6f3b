//! Series of weeks as pages, CSV and JSON show them: the chart of the kind that fits, and what may be said.

use jiff::civil::Date;
use pengayom_measure::attribute_chart::AttributePoint;
use pengayom_measure::chart::{Rule, Side, Signal};
use pengayom_measure::proportion::Share;
use pengayom_measure::series::SeriesChart;
use pengayom_node::trend::{Good, Series, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{ShareFigure, share_figure};
use crate::chart::spc::{self, Limits, SpcInput};
use crate::chart::{Drawn, Head, Wish};
use crate::frame::PageFrame;

/// One week.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WeekFigure {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    pub(super) from: Date,
    /// How many of them.
    pub(super) x: u64,
    /// Out of how many.
    pub(super) n: u64,
    /// The share.
    pub(super) share: f64,
    /// Lower limit of ordinary weeks. Null: a run chart has none.
    #[schema(required)]
    pub(super) lower: Option<f64>,
    /// Upper limit.
    #[schema(required)]
    pub(super) upper: Option<f64>,
}

/// A rule that fired.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SignalFigure {
    /// Monday of the last of the weeks it looked at.
    #[schema(value_type = String, format = Date)]
    pub(super) week: Date,
    /// The rule; it stays the same.
    pub(super) rule: &'static str,
    /// `above`, `below` or `either`.
    pub(super) side: &'static str,
}

/// A share week by week.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SeriesFigure {
    /// `few`, `none`, `better`, `worse` or `unsteady`.
    pub(super) change: &'static str,
    /// Monday of the week since when. Null: no change.
    #[schema(required, value_type = Option<String>, format = Date)]
    pub(super) since: Option<Date>,
    /// `shares`: limits; `run`: the middle only. Null: too few weeks.
    #[schema(required)]
    pub(super) chart: Option<&'static str>,
    /// Centre line or middle.
    #[schema(required)]
    pub(super) center: Option<f64>,
    /// First weeks that set it.
    #[schema(required)]
    pub(super) baseline: Option<u64>,
    /// All weeks together.
    #[schema(required)]
    pub(super) whole: Option<ShareFigure>,
    /// The last four weeks together.
    #[schema(required)]
    pub(super) latest: Option<ShareFigure>,
    /// Weeks that are not shown because too few are in them.
    pub(super) hidden_weeks: u64,
    /// The weeks, oldest first.
    pub(super) weeks: Vec<WeekFigure>,
    /// Rules that fired, of those that pages show.
    pub(super) signals: Vec<SignalFigure>,
}

/// A series as figures.
pub(super) fn figure(series: &Series) -> SeriesFigure {
    let limits = |at: usize| match &series.chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            let point = chart.points.get(at);
            point.map(AttributePoint::wider)
        }
        _ => None,
    };
    let (kind, center, baseline) = match &series.chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            let phase = chart.phases.first();
            (
                Some("shares"),
                phase.map(|phase| phase.center),
                phase.map(|phase| phase.baseline),
            )
        }
        Some(SeriesChart::Run(chart)) => (Some("run"), Some(chart.median), Some(chart.baseline)),
        Some(SeriesChart::Individuals(_)) | None => (None, None, None),
    };
    let weeks = series
        .weeks
        .iter()
        .enumerate()
        .map(|(at, week)| WeekFigure {
            from: week.from,
            x: week.x,
            n: week.n,
            share: week.share(),
            lower: limits(at).map(|(lower, _)| lower),
            upper: limits(at).map(|(_, upper)| upper),
        });
    let points = match &series.chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => chart.points.as_slice(),
        _ => &[],
    };
    let counted = !points.is_empty();
    // Those that the drawing shows.
    let is_shown = |signal: &&Signal| match signal.rule {
        Rule::BeyondLaney => points
            .get(signal.index)
            .is_some_and(AttributePoint::is_beyond_wider),
        Rule::EightSameSide => true,
        rule => !counted && rule.is_default(),
    };
    let signals = signals(series).iter().filter(is_shown);
    let (change, since) = change(series.verdict);
    SeriesFigure {
        change,
        since,
        chart: kind,
        center,
        baseline: baseline.and_then(|n| u64::try_from(n).ok()),
        whole: series.whole.map(share_figure),
        latest: series.latest.map(share_figure),
        hidden_weeks: series.hidden,
        weeks: weeks.collect(),
        signals: signals
            .filter_map(|signal| {
                Some(SignalFigure {
                    week: series.weeks.get(signal.index)?.from,
                    rule: signal.rule.name(),
                    side: match signal.side {
                        Side::Above => "above",
                        Side::Below => "below",
                        Side::Either => "either",
                    },
                })
            })
            .collect(),
    }
}

fn signals(series: &Series) -> &[Signal] {
    match &series.chart {
        Some(SeriesChart::Run(chart)) => &chart.signals,
        Some(SeriesChart::Individuals(chart)) => &chart.signals,
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => &chart.signals,
        None => &[],
    }
}

const fn change(verdict: Verdict) -> (&'static str, Option<Date>) {
    match verdict {
        Verdict::TooFew => ("few", None),
        Verdict::NoChange => ("none", None),
        Verdict::Better(since) => ("better", Some(since)),
        Verdict::Worse(since) => ("worse", Some(since)),
        Verdict::Unsteady(since) => ("unsteady", Some(since)),
    }
}

/// What may be said, a sentence; it follows from the figures alone.
pub(super) fn said(frame: &PageFrame, series: &Series) -> String {
    let (key, since) = match series.verdict {
        Verdict::TooFew => ("chief.change_few", None),
        Verdict::NoChange => ("chief.no_change", None),
        Verdict::Better(since) => ("chief.better", Some(since)),
        Verdict::Worse(since) => ("chief.worse", Some(since)),
        Verdict::Unsteady(since) => ("chief.change_unsteady", Some(since)),
    };
    match since {
        Some(since) => frame.tf(key, &[("date", &frame.format().day(since))]),
        None => frame.t(key).to_owned(),
    }
}

/// The share of the last four weeks beside that of all, with their intervals.
pub(super) fn shares(frame: &PageFrame, series: &Series) -> String {
    let words = |share: Share| {
        let percent = |share: f64| format!("{}%", frame.format().decimal(share * 100.0, 0));
        let n = frame
            .format()
            .count(i64::try_from(share.n).unwrap_or(i64::MAX));
        let values = [
            ("share", percent(share.share)),
            ("low", percent(share.interval.low)),
            ("high", percent(share.interval.high)),
            ("n", n),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        frame.tf("chief.share_words", &values)
    };
    match (series.latest, series.whole) {
        (Some(latest), Some(whole)) => {
            let values = [("latest", words(latest)), ("whole", words(whole))];
            let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
            frame.tf("chief.latest_and_whole", &values)
        }
        _ => frame.t("chief.change_none").to_owned(),
    }
}

/// The drawing of a series.
pub(super) fn drawn(frame: &PageFrame, series: &Series, head: Head<'_>, good: Good) -> Drawn {
    let wish = match good {
        Good::High => Wish::Higher,
        Good::Low => Wish::Lower,
    };
    // The year too: there are more weeks than one has.
    let label = |from: Date| format!("{} {}", frame.format().short_day(from), from.year());
    let labels = series.weeks.iter().map(|week| label(week.from));
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let counted = series.weeks.iter().map(|week| Some(week.n as f64));
    let input = match &series.chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            SpcInput::attribute(head, wish, labels.collect(), chart, Limits::Laney)
        }
        Some(SeriesChart::Run(chart)) => {
            SpcInput::run(head, wish, labels.zip(counted).collect(), chart)
        }
        Some(SeriesChart::Individuals(chart)) => {
            SpcInput::xmr(head, wish, labels.zip(counted).collect(), chart)
        }
        None => {
            let points = series.weeks.iter().zip(labels.zip(counted));
            let points = points.map(|(week, (label, n))| (label, week.share(), n));
            SpcInput::bare(head, points.collect())
        }
    };
    spc::draw(frame, &input)
}
