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
        let phases = phases(method, given.baseline, given.phases)?;
        let chart = xmr(&given.x, &phases).map_err(|fault| said(method, fault))?;
        Ok(of_values(&chart))
    }),
    ("run-chart", |method, input| {
        let given: Runs = read(method, input)?;
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

// A key that is misspelt would leave out what it says, and nobody would see it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Values {
    x: Vec<f64>,
    baseline: Option<usize>,
    #[serde(default)]
    phases: Vec<GivenPhase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    x: Vec<f64>,
    baseline: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Counts {
    num: Vec<f64>,
    den: Vec<f64>,
    baseline: Option<usize>,
    #[serde(default)]
    phases: Vec<GivenPhase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPhase {
    start: usize,
    baseline: Option<usize>,
}

/// The phases given, or one with the baseline given.
fn phases(
    method: &'static str,
    baseline: Option<usize>,
    given: Vec<GivenPhase>,
) -> Result<Vec<Phase>, CalcError> {
    if given.is_empty() {
        return Ok(vec![Phase::first(baseline)]);
    }
    if baseline.is_some() {
        let fault = "baseline beside phases: each phase has its own".to_owned();
        return Err(CalcError::Input { method, fault });
    }
    let phase = |GivenPhase { start, baseline }| Phase { start, baseline };
    Ok(given.into_iter().map(phase).collect())
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
    let phases = phases(method, given.baseline, given.phases)?;
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

#[cfg(test)]
mod tests {
    use super::super::calc;
    use super::*;

    const COUNTED: [&str; 2] = ["p-chart", "u-chart"];

    fn refused(method: &str, input: &Value) -> String {
        calc(method, input).unwrap_err().to_string()
    }

    #[test]
    fn input_of_another_shape_is_refused_by_name() {
        for method in ["xmr", "run-chart", "p-chart", "u-chart"] {
            for input in [
                json!(null),
                json!([]),
                json!({}),
                json!({"x": 3, "num": 3, "den": 3}),
                json!({"x": [1, null], "num": [1, null], "den": [1, 2]}),
                json!({"x": ["inf", 1], "num": ["inf", 1], "den": [1, 2]}),
                json!({"x": [1, 2], "num": [1, 2], "den": [3, 3], "baseline": -1}),
                json!({"x": [1, 2], "num": [1, 2], "den": [3, 3], "baseline": 1.5}),
                json!({"x": [1, 2], "basline": 2}),
                json!({"num": [1, 2], "den": [3, 3], "basline": 2}),
            ] {
                let said = refused(method, &input);
                assert!(said.starts_with(&format!("input of {method}: ")), "{said}");
            }
        }
    }

    #[test]
    fn a_value_that_cannot_be_drawn_is_refused_with_its_row() {
        for method in COUNTED {
            let of = |num: Value, den: Value| refused(method, &json!({"num": num, "den": den}));
            let said = of(json!([1, -2]), json!([3, 3]));
            assert_eq!(said, "row 1: point 1: a count is at least 0, found -2");
            assert!(of(json!([1, 2]), json!([0, 3])).starts_with("row 0: "));
            assert!(of(json!([1]), json!([3])).contains("too few points: 1"));
            assert!(of(json!([]), json!([])).contains("too few points: 0"));
            assert!(of(json!([1, 2]), json!([3])).contains("2 counts, but 1"));
        }
        let more = refused("p-chart", &json!({"num": [1, 4], "den": [3, 3]}));
        assert!(more.starts_with("row 1: "), "{more}");
        assert!(refused("xmr", &json!({"x": [1.0]})).contains("too few points: 1"));
        assert!(refused("run-chart", &json!({"x": []})).contains("too few points: 0"));
        let far = refused("xmr", &json!({"x": [f64::MAX, f64::MIN]}));
        assert!(far.contains("not finite"), "{far}");
    }

    #[test]
    fn more_rows_than_the_limit_are_refused() {
        assert!(check("xmr", POINTS_MAX).is_ok());
        let said = check("xmr", POINTS_MAX + 1).unwrap_err().to_string();
        assert_eq!(said, "input of xmr: too many rows: 2000001, limit 2000000");
    }

    #[test]
    fn phases_that_do_not_fit_are_refused() {
        let x = [1, 2, 3, 4, 5];
        let of = |more: Value| {
            let mut input = json!({"x": x});
            for (key, value) in more.as_object().unwrap() {
                input[key] = value.clone();
            }
            refused("xmr", &input)
        };
        assert!(of(json!({"baseline": 6})).contains("baseline of 6 points"));
        assert!(of(json!({"phases": [{"start": 1}]})).contains("the first starts at 0"));
        assert!(of(json!({"phases": [{"start": 0}, {"start": 4}]})).contains("points 4 to 5"));
        assert!(of(json!({"phases": [{"start": 0}], "baseline": 3})).contains("has its own"));
        assert!(of(json!({"phases": [{"start": 0, "basline": 3}]})).contains("basline"));
        let runs = refused("run-chart", &json!({"x": x, "phases": [{"start": 0}]}));
        assert!(runs.contains("phases"), "{runs}");
    }

    #[test]
    fn what_is_undefined_is_null_and_what_has_no_end_inf() {
        let found = calc(
            "u-chart",
            &json!({"num": [0, 0, 3], "den": [1, 1, 1], "baseline": 2}),
        );
        let found = found.unwrap();
        assert_eq!(found["z"], json!([null, null, "inf"]));
        assert_eq!(found["sigma_z_laney"], Value::Null);
        assert_eq!(found["upper_laney"], json!([null, null, null]));
        let found = calc("run-chart", &json!({"x": [2, 2, 2]})).unwrap();
        assert_eq!(found["longest_run_limit"], Value::Null);
        let found = calc("xmr", &json!({"x": [2, 2, 2]})).unwrap();
        assert_eq!(found["z"], json!([null, null, null]));
        assert_eq!(found["signals"], json!([]));
    }
}
