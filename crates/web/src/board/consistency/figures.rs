//! Consistency for programs: JSON, and the rows of the CSV.

mod rows;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_measure::attribute_chart::AttributePoint;
use pengayom_measure::chart::{Side, Signal};
use pengayom_measure::funnel::{FunnelRule, InForce};
use pengayom_measure::series::SeriesChart;
use pengayom_node::consistency::{
    Call, Compared, Consistency, Gaps, Kind, Parts, Places, Spread, Weekly, WhyNot,
};
use pengayom_node::trend::{Good, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::told;
use crate::frame::PageFrame;

pub(super) use rows::COLUMNS;

/// A value with its interval and n.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = ConsistencyValue)]
struct ValueFigure {
    /// A share in `[0, 1]`, or minutes.
    value: f64,
    /// Lower end of the 95 % interval.
    low: f64,
    /// Upper end.
    high: f64,
    /// Of how many.
    n: u64,
}

/// One week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyWeek)]
struct WeekFigure {
    /// Its Monday.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// How many.
    n: u64,
    /// Their share or mean.
    value: f64,
    /// Lower limit of ordinary weeks. Null: a run chart has none.
    #[schema(required)]
    lower: Option<f64>,
    /// Upper limit.
    #[schema(required)]
    upper: Option<f64>,
    /// Rules that fired at it.
    signals: Vec<String>,
}

/// Weeks on their chart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyWeeks)]
struct WeeklyFigure {
    /// `few`, `none`, `better`, `worse` or `unsteady`.
    change: &'static str,
    /// Monday of the week since when. Null: no change.
    #[schema(required, value_type = Option<String>, format = Date)]
    since: Option<Date>,
    /// `shares` or `individuals`: limits; `run`: the middle only. Null: too few weeks.
    #[schema(required)]
    chart: Option<&'static str>,
    /// Centre line or middle.
    #[schema(required)]
    center: Option<f64>,
    /// First weeks that set it.
    #[schema(required)]
    baseline: Option<usize>,
    /// All weeks together.
    #[schema(required)]
    whole: Option<ValueFigure>,
    /// The last four together.
    #[schema(required)]
    latest: Option<ValueFigure>,
    /// Weeks that are not shown because too few are in them.
    hidden_weeks: u64,
    /// The weeks, oldest first.
    weeks: Vec<WeekFigure>,
}

/// Hours or days beside others.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyCompared)]
struct ComparedFigure {
    /// `shift_1`, `shift_2`, `shift_3`, `night`, `rest_days` or `holidays`.
    group: &'static str,
    /// In words.
    name: String,
    /// How many in it.
    n: u64,
    /// On how many days.
    days: u64,
    /// Its share or mean. Null: too few.
    #[schema(required)]
    value: Option<f64>,
    /// What it is compared with.
    #[schema(required)]
    beside: Option<f64>,
    /// Lower end of the 95 % interval of the first less the second.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    high: Option<f64>,
    /// `few`, `neither`, `better` or `worse`.
    call: &'static str,
}

/// An hour of the week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyHour)]
struct HourFigure {
    /// 1 is Monday.
    weekday: usize,
    /// Local hour, 0 to 23.
    hour: usize,
    /// How many in the first weeks.
    n: u64,
    /// What is expected, drawn towards the mean of all hours.
    expected: f64,
}

/// One day less what its hours usually have.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyDay)]
struct DayFigure {
    /// Which.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// How many.
    n: u64,
    /// Mean of what is left.
    left: f64,
    /// The same in standard errors of counting.
    z: f64,
    /// Rules that fired at it.
    signals: Vec<String>,
}

/// Hours beside hours, and what is left of days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyHours)]
struct HoursFigure {
    /// Each group as it is, beside the others.
    beside: Vec<ComparedFigure>,
    /// After the hours of the week: shifts, night and rest days beside the first weeks, holidays beside other days.
    since: Vec<ComparedFigure>,
    /// First day of the weeks that say what is usual. Null: too few.
    #[schema(required, value_type = Option<String>, format = Date)]
    usual_from: Option<Date>,
    /// Last day of them.
    #[schema(required, value_type = Option<String>, format = Date)]
    usual_to: Option<Date>,
    /// What hours of the week usually have.
    usual: Vec<HourFigure>,
    /// Days with enough in them, oldest first.
    days: Vec<DayFigure>,
    /// Days that are not shown because too few are in them.
    hidden_days: u64,
}

/// One station.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyStation)]
struct StationFigure {
    /// Its code.
    station: String,
    /// Its name.
    name: String,
    /// How many.
    n: u64,
    /// Its share or mean.
    value: f64,
    /// What its own mix of services has everywhere. Null: the mix is not had.
    #[schema(required)]
    expected: Option<f64>,
    /// What lies on the funnel: value over expected, or the share itself.
    #[schema(required)]
    ratio: Option<f64>,
    /// Lower 95 % limit of the funnel there.
    #[schema(required)]
    low: Option<f64>,
    /// Upper limit.
    #[schema(required)]
    high: Option<f64>,
    /// `inside`, or the limits it lies beyond: `above_95`, `above_998`, `below_95`, `below_998`; `alone`: no funnel.
    outside: &'static str,
}

/// Stations beside one another. They stand by code; it ranks nobody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyStations)]
struct PlacesFigure {
    /// The mix of services is allowed for.
    adjusted: bool,
    /// Limits allow for how much stations ordinarily differ.
    overdispersed: bool,
    /// Stations left out: too few.
    hidden: u64,
    /// Stations left out: of their services nothing is ever late, or all take the same time.
    without: u64,
    /// Counted at no known station.
    unknown: u64,
    /// Stations, by code.
    stations: Vec<StationFigure>,
}

/// How officers differ in answering in time, all of them together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyOfficers)]
struct OfficersFigure {
    /// Officers with enough answers.
    officers: usize,
    /// Lower quarter of their shares in time, each drawn towards what its services have.
    lower: f64,
    /// The middle.
    middle: f64,
    /// Upper quarter.
    upper: f64,
    /// They differ by more than chance gives.
    differ: bool,
    /// Officers clearly beyond what chance and the usual differences give.
    beyond: usize,
}

/// What lies with months, stations or officers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyPart)]
struct PartFigure {
    /// `time`, `place` or `person`.
    factor: &'static str,
    /// How many months, stations or officers.
    levels: usize,
    /// Share of the variance of log odds. Null: too few, or it cannot be told from officers.
    #[schema(required)]
    share: Option<f64>,
}

/// How much of being late lies with what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyParts)]
struct PartsFigure {
    /// Answers that are divided.
    n: u64,
    /// Of them, late.
    late: u64,
    /// First month. Null: none.
    #[schema(required, value_type = Option<String>, format = Date)]
    from: Option<Date>,
    /// Earlier months are left out: too many answers.
    cut: bool,
    /// Month, station and officer.
    parts: Vec<PartFigure>,
    /// The share within: the kind of case, chance, and what is not followed.
    #[schema(required)]
    within: Option<f64>,
    /// Why nothing is divided: `few`, `alike`, `many` or `not_found`.
    #[schema(required)]
    why_not: Option<&'static str>,
}

/// What the record cannot say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsistencyGaps)]
struct GapsFigure {
    /// Mondays of weeks in which something was down.
    #[schema(value_type = Vec<String>)]
    down: Vec<Date>,
    /// Mondays of weeks without anything between weeks with something.
    #[schema(value_type = Vec<String>)]
    silent: Vec<Date>,
    /// Reports whose time is yet to come.
    ahead: u64,
    /// Hours left out because what is counted there cannot be.
    impossible: u64,
    /// The clock is behind its own record.
    clock_behind: bool,
    /// Years whose holidays are not known.
    holidays_unknown: Vec<i16>,
    /// Reports nobody has answered; they are in no figure. Null: not asked of this measure.
    #[schema(required)]
    unanswered: Option<u64>,
}

/// Consistency of one measure. It names no officer and ranks no station.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consistency)]
pub(crate) struct ConsistencyFigures {
    /// Its code: `late`, `first_answer`, or that of an item of the survey.
    pub(super) measure: String,
    /// In words.
    name: String,
    /// `share` in `[0, 1]`, or `minutes`.
    scale: &'static str,
    /// `more` or `less`.
    better: &'static str,
    /// First day of the weeks.
    #[schema(value_type = String, format = Date)]
    pub(super) from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub(super) to: Date,
    /// First day in which stations and officers are compared.
    #[schema(value_type = String, format = Date)]
    months_from: Date,
    /// Last day of that.
    #[schema(value_type = String, format = Date)]
    months_to: Date,
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Week by week.
    weekly: WeeklyFigure,
    /// Hours beside hours.
    hours: HoursFigure,
    /// Stations beside one another.
    places: PlacesFigure,
    /// How officers differ in answering in time, whatever is measured above. Null: too few officers.
    #[schema(required)]
    officers: Option<OfficersFigure>,
    /// How much of being late lies with what. Null: it is being worked out; ask again.
    #[schema(required)]
    parts: Option<PartsFigure>,
    /// What the record cannot say.
    gaps: GapsFigure,
    /// Totals of fewer are hidden.
    small_cell: u64,
}

impl ConsistencyFigures {
    /// As it was read, names in the page's language.
    pub(crate) fn new(frame: &PageFrame, read: &Consistency) -> Self {
        Self {
            measure: read.measure.code().to_owned(),
            name: told::name(frame, &read.measure),
            scale: match read.measure.kind() {
                Kind::Share => "share",
                Kind::Mean => "minutes",
            },
            better: match read.measure.good() {
                Good::High => "more",
                Good::Low => "less",
            },
            from: read.from,
            to: read.to,
            months_from: read.months_from,
            months_to: read.months_to,
            at: read.at,
            weekly: weekly(&read.weekly),
            hours: hours(frame, read),
            places: places(frame, &read.places),
            officers: read.officers.map(officers),
            parts: read.parts.as_deref().map(parts),
            gaps: gaps(&read.gaps),
            small_cell: read.small,
        }
    }
}

/// Rules that fired, by point, of those that pages show.
fn signals(chart: Option<&SeriesChart>) -> BTreeMap<usize, Vec<String>> {
    let fired: &[Signal] = match chart {
        Some(SeriesChart::Run(chart)) => &chart.signals,
        Some(SeriesChart::Individuals(chart)) => &chart.signals,
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => &chart.signals,
        None => &[],
    };
    let mut by_point: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for signal in fired.iter().filter(|signal| signal.rule.is_default()) {
        let side = match signal.side {
            Side::Above => "above",
            Side::Below => "below",
            Side::Either => "either",
        };
        let words = format!("{} {side}", signal.rule.name());
        by_point.entry(signal.index).or_default().push(words);
    }
    by_point
}

/// Limits of a point.
fn limits(chart: Option<&SeriesChart>, at: usize) -> (Option<f64>, Option<f64>) {
    match chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            let wider = chart.points.get(at).map(AttributePoint::wider);
            (wider.map(|(lower, _)| lower), wider.map(|(_, upper)| upper))
        }
        Some(SeriesChart::Individuals(chart)) => {
            let mut phases = chart.phases.iter();
            let phase = phases.find(|phase| (phase.start..phase.end).contains(&at));
            (
                phase.map(|phase| phase.lower),
                phase.map(|phase| phase.upper),
            )
        }
        Some(SeriesChart::Run(_)) | None => (None, None),
    }
}

fn weekly(weekly: &Weekly) -> WeeklyFigure {
    let (chart, verdict, hidden_weeks) = match weekly {
        Weekly::Shares(series) => (series.chart.as_ref(), series.verdict, series.hidden),
        Weekly::Means(means) => (means.chart.as_ref(), means.verdict, means.hidden),
    };
    let (whole, latest, weeks): (_, _, Vec<(Date, u64, f64)>) = match weekly {
        Weekly::Shares(series) => {
            let value = |share: pengayom_measure::proportion::Share| ValueFigure {
                value: share.share,
                low: share.interval.low,
                high: share.interval.high,
                n: share.n,
            };
            let weeks = series.weeks.iter();
            (
                series.whole.map(value),
                series.latest.map(value),
                weeks
                    .map(|week| (week.from, week.n, week.share()))
                    .collect(),
            )
        }
        Weekly::Means(means) => {
            let value = |mean: pengayom_node::consistency::Mean| ValueFigure {
                value: mean.mean,
                low: mean.interval.low,
                high: mean.interval.high,
                n: mean.n,
            };
            let weeks = means.weeks.iter();
            (
                means.whole.map(value),
                means.latest.map(value),
                weeks.map(|week| (week.from, week.n, week.mean)).collect(),
            )
        }
    };
    let (kind, center, baseline) = match chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            let phase = chart.phases.first();
            let center = phase.map(|phase| phase.center);
            ("shares", center, phase.map(|phase| phase.baseline))
        }
        Some(SeriesChart::Individuals(chart)) => {
            let phase = chart.phases.first();
            let center = phase.map(|phase| phase.center);
            ("individuals", center, phase.map(|phase| phase.baseline))
        }
        Some(SeriesChart::Run(chart)) => ("run", Some(chart.median), Some(chart.baseline)),
        None => ("", None, None),
    };
    let (change, since) = match verdict {
        Verdict::TooFew => ("few", None),
        Verdict::NoChange => ("none", None),
        Verdict::Better(since) => ("better", Some(since)),
        Verdict::Worse(since) => ("worse", Some(since)),
        Verdict::Unsteady(since) => ("unsteady", Some(since)),
    };
    let mut fired = signals(chart);
    let weeks = weeks.into_iter().enumerate().map(|(at, (from, n, value))| {
        let (lower, upper) = limits(chart, at);
        WeekFigure {
            from,
            n,
            value,
            lower,
            upper,
            signals: fired.remove(&at).unwrap_or_default(),
        }
    });
    WeeklyFigure {
        change,
        since,
        chart: chart.map(|_| kind),
        center,
        baseline,
        whole,
        latest,
        hidden_weeks,
        weeks: weeks.collect(),
    }
}

const fn call(call: Call) -> &'static str {
    match call {
        Call::TooFew => "few",
        Call::Neither => "neither",
        Call::Better => "better",
        Call::Worse => "worse",
    }
}

fn hours(frame: &PageFrame, read: &Consistency) -> HoursFigure {
    let hours = &read.hours;
    let compared = |one: &Compared| ComparedFigure {
        group: one.group.code(),
        name: told::group_name(frame, one.group).to_owned(),
        n: one.n,
        days: one.days,
        value: one.value,
        beside: one.beside,
        low: one.difference.map(|of| of.low),
        high: one.difference.map(|of| of.high),
        call: call(one.call),
    };
    let usual = hours.usual.as_ref();
    let of_week = usual
        .iter()
        .flat_map(|usual| usual.hours.iter().enumerate());
    let mut fired = signals(hours.chart.as_ref());
    let days = hours.days.iter().enumerate().map(|(at, day)| DayFigure {
        day: day.day,
        n: day.n,
        left: day.left,
        z: day.z,
        signals: fired.remove(&at).unwrap_or_default(),
    });
    HoursFigure {
        beside: hours.beside.iter().map(compared).collect(),
        since: hours.since.iter().map(compared).collect(),
        usual_from: usual.map(|usual| usual.from),
        usual_to: usual.map(|usual| usual.to),
        usual: of_week
            .map(|(at, (n, expected))| HourFigure {
                weekday: at / 24 + 1,
                hour: at % 24,
                n: *n,
                expected: *expected,
            })
            .collect(),
        days: days.collect(),
        hidden_days: hours.hidden_days,
    }
}

fn places(frame: &PageFrame, places: &Places) -> PlacesFigure {
    let funnel = places.funnel.as_ref();
    let is_overdispersed = funnel.is_some_and(|of| of.in_force == InForce::Overdispersed);
    let stations = places.rows.iter().enumerate().map(|(at, row)| {
        let unit = funnel.and_then(|funnel| funnel.units.get(at));
        let within = unit.map(|unit| {
            if is_overdispersed {
                unit.overdispersed.within_95
            } else {
                unit.exact.within_95
            }
        });
        let mut signals = funnel.iter().flat_map(|funnel| &funnel.signals);
        let outside = match signals.find(|signal| signal.index == at) {
            Some(signal) => match (signal.rule, signal.is_above) {
                (FunnelRule::Beyond95, true) => "above_95",
                (FunnelRule::Beyond95, false) => "below_95",
                (FunnelRule::Beyond998, true) => "above_998",
                (FunnelRule::Beyond998, false) => "below_998",
            },
            None if funnel.is_some() => "inside",
            None => "alone",
        };
        // An upper limit may be infinite where next to nothing is expected; JSON has no such number.
        let finite = |value: f64| value.is_finite().then_some(value);
        StationFigure {
            name: told::station_name(frame, &row.station),
            station: row.station.clone(),
            n: row.n,
            value: row.value,
            expected: row.expected,
            ratio: unit.map(|unit| unit.value),
            low: within.and_then(|of| finite(of.low)),
            high: within.and_then(|of| finite(of.high)),
            outside,
        }
    });
    PlacesFigure {
        adjusted: places.is_adjusted,
        overdispersed: is_overdispersed,
        hidden: places.hidden,
        without: places.without,
        unknown: places.unknown,
        stations: stations.collect(),
    }
}

fn officers(spread: Spread) -> OfficersFigure {
    let [lower, middle, upper] = spread.shares;
    OfficersFigure {
        officers: spread.officers,
        lower,
        middle,
        upper,
        differ: spread.differ,
        beyond: spread.beyond,
    }
}

fn parts(parts: &Parts) -> PartsFigure {
    let all = parts.parts.iter().map(|part| PartFigure {
        factor: part.factor.code(),
        levels: part.levels,
        share: part.share,
    });
    PartsFigure {
        n: parts.n,
        late: parts.late,
        from: parts.from,
        cut: parts.is_cut,
        parts: all.collect(),
        within: parts.within,
        why_not: parts.why_not.map(|why| match why {
            WhyNot::TooFew => "few",
            WhyNot::AllAlike => "alike",
            WhyNot::TooMany => "many",
            WhyNot::NotFound => "not_found",
        }),
    }
}

fn gaps(gaps: &Gaps) -> GapsFigure {
    GapsFigure {
        down: gaps.down.clone(),
        silent: gaps.silent.clone(),
        ahead: gaps.ahead,
        impossible: gaps.impossible,
        clock_behind: gaps.clock_behind,
        holidays_unknown: gaps.holidays_unknown.clone(),
        unanswered: gaps.unanswered,
    }
}
