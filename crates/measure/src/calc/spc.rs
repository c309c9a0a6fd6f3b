//! Charts over time.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{CalcError, Method, number, read};
use crate::attribute_chart::{AttributeChart, AttributePoint, p_chart, u_chart};
use crate::chart::{ChartError, Phase, Rule, Signal};
use crate::run_chart::{RunChart, run_chart};
use crate::xmr::{Xmr, xmr};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("xmr", |method, input| {
        let given: Values = read(method, input)?;
        check(method, given.x.len())?;
        let phases = phases(given.baseline, given.phases);
        let chart = xmr(&given.x, &phases).map_err(|fault| said(method, fault))?;
        Ok(of_values(&chart))
    }),
    ("run-chart", |method, input| {
        let given: Values = read(method, input)?;
        check(method, given.x.len())?;
        let chart = run_chart(&given.x, given.baseline).map_err(|fault| said(method, fault))?;
        Ok(of_runs(&chart))
    }),
    ("p-chart", |method, input| counted(method, input, p_chart)),
    ("u-chart", |method, input| counted(method, input, u_chart)),
];

/// Most points one calculation takes; the library's functions have no limit.
pub(super) const POINTS_MAX: usize = 2_000_000;

/// Refuses more rows than the JSON face takes.
pub(super) fn check(method: &'static str, n: usize) -> Result<(), CalcError> {
    if n > POINTS_MAX {
        let fault = format!("too many rows: {n}, limit {POINTS_MAX}");
        return Err(CalcError::Input { method, fault });
    }
    Ok(())
}

#[derive(Deserialize)]
struct Values {
    x: Vec<f64>,
    baseline: Option<usize>,
    #[serde(default)]
    phases: Vec<GivenPhase>,
}

#[derive(Deserialize)]
struct Counts {
    num: Vec<f64>,
    den: Vec<f64>,
    baseline: Option<usize>,
    #[serde(default)]
    phases: Vec<GivenPhase>,
}

#[derive(Deserialize)]
struct GivenPhase {
    start: usize,
    baseline: Option<usize>,
}

/// The phases given, or one with the baseline given.
fn phases(baseline: Option<usize>, given: Vec<GivenPhase>) -> Vec<Phase> {
    if given.is_empty() {
        return vec![Phase::first(baseline)];
    }
    given
        .into_iter()
        .map(|GivenPhase { start, baseline }| Phase { start, baseline })
        .collect()
}

fn said(method: &'static str, fault: ChartError) -> CalcError {
    match fault {
        ChartError::NotFinite { index: row, .. }
        | ChartError::NegativeCount { index: row, .. }
        | ChartError::NoOpportunity { index: row, .. }
        | ChartError::MoreThanAll { index: row, .. } => CalcError::Row {
            row,
            fault: fault.to_string(),
        },
        _ => CalcError::Input {
            method,
            fault: fault.to_string(),
        },
    }
}

/// Numbers as JSON, an undefined one as `null`.
pub(super) fn numbers(of: impl Iterator<Item = Option<f64>>) -> Value {
    of.map(|one| one.map_or(Value::Null, number)).collect()
}

/// The points at which a rule fired.
fn fired(signals: &[Signal], rule: Rule) -> Value {
    signals
        .iter()
        .filter(|signal| signal.rule == rule)
        .map(|signal| json!(signal.index))
        .collect()
}

fn rules(signals: &[Signal]) -> Value {
    let each = Rule::OF_RUNS
        .into_iter()
        .map(|rule| (rule.name().to_owned(), fired(signals, rule)));
    Value::Object(each.collect::<Map<String, Value>>())
}

fn of_values(chart: &Xmr) -> Value {
    // The phase in force is the last.
    let Some(limits) = chart.phases.last() else {
        return Value::Null;
    };
    json!({
        "n": chart.n,
        "center": limits.center,
        "mr_mean": limits.mr_mean,
        "mr_median": limits.mr_median,
        "sigma": limits.sigma,
        "lower": limits.lower,
        "upper": limits.upper,
        "mr_upper": limits.mr_upper,
        "lower_median_mr": limits.lower_median_mr,
        "upper_median_mr": limits.upper_median_mr,
        "rules": rules(&chart.signals),
        "mr_beyond": fired(&chart.signals, Rule::MovingRangeBeyond),
        "moving_range": numbers(chart.points.iter().map(|point| point.moving_range)),
        "z": numbers(chart.points.iter().map(|point| point.z)),
        "phases": chart.phases,
        "signals": chart.signals,
    })
}

fn of_runs(chart: &RunChart) -> Value {
    json!({
        "n": chart.n,
        "baseline": chart.baseline,
        "median": chart.median,
        "n_useful": chart.n_useful,
        "longest_run": chart.longest_run,
        "longest_run_limit": chart.longest_run_limit,
        "crossings": chart.crossings,
        "crossings_limit": chart.crossings_limit,
        "signal": chart.signal,
        "side": chart.points.iter().map(|point| json!(point.side)).collect::<Value>(),
        "signals": chart.signals,
    })
}

/// A chart of counts in phases.
type Chart = fn(&[f64], &[f64], &[Phase]) -> Result<AttributeChart, ChartError>;

fn counted(method: &'static str, input: &Value, chart: Chart) -> Result<Value, CalcError> {
    let given: Counts = read(method, input)?;
    check(method, given.num.len())?;
    let phases = phases(given.baseline, given.phases);
    let chart = chart(&given.num, &given.den, &phases).map_err(|fault| said(method, fault))?;
    let Some(limits) = chart.phases.last() else {
        return Ok(Value::Null);
    };
    let each =
        |figure: fn(&AttributePoint) -> Option<f64>| numbers(chart.points.iter().map(figure));
    Ok(json!({
        "n": chart.n,
        "center": limits.center,
        "rate": each(|point| Some(point.value)),
        "den": each(|point| Some(point.n)),
        "standard_error": each(|point| Some(point.sigma)),
        "lower": each(|point| Some(point.lower)),
        "upper": each(|point| Some(point.upper)),
        "z": each(|point| point.z),
        "sigma_z_laney": limits.sigma_z,
        "lower_laney": each(|point| point.lower_laney),
        "upper_laney": each(|point| point.upper_laney),
        "rules": rules(&chart.signals),
        "beyond_laney": fired(&chart.signals, Rule::BeyondLaney),
        "phases": chart.phases,
        "signals": chart.signals,
    }))
}
