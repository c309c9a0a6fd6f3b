//! What a change did: interrupted series, differences in differences, synthetic control, tests and
//! intervals that may be looked at any time, stepped wedges.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{CalcError, Method, ends, number, read, rows};
use crate::always_valid::{self, Evidence, EvidenceError};
use crate::confidence_sequence::{self, RHO};
use crate::difference_in_differences::difference_in_differences;
use crate::interrupted::{COLUMNS, interrupted};
use crate::interrupted_counts::interrupted_counts;
use crate::stepped_wedge::{Wedge, stepped_wedge};
use crate::synthetic_control::{placebos, synthetic_control};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("its", its),
    ("its-poisson", its_poisson),
    ("did", did),
    ("synthetic-control", synthetic),
    ("e-proportion", |method, input| {
        let Rows::<(Count, Count, f64, f64, f64)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(Count(x), Count(n), p, a, b)| {
            evidence(always_valid::proportion_evidence(x, n, p, (a, b)))
        })
    }),
    ("e-rate", |method, input| {
        let Rows::<(Count, f64, f64, f64, f64)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(Count(x), t, r, a, b)| {
            evidence(always_valid::rate_evidence(x, t, r, (a, b)))
        })
    }),
    ("e-two-rates", |method, input| {
        let Rows::<(Count, Count, f64, f64, f64)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(Count(x), Count(y), share, a, b)| {
            evidence(always_valid::two_rates_evidence(x, y, share, (a, b)))
        })
    }),
    ("cs-proportion", share_sequence),
    ("cs-mean", mean_sequence),
    ("msprt", |method, input| {
        let Rows::<(f64, f64, f64, Count)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(difference, variance, tau2, Count(n))| {
            let found = always_valid::msprt(difference, variance, tau2, n);
            Ok(number(found.map_err(|fault| fault.to_string())?.e))
        })
    }),
    ("stepped-wedge", |method, input| {
        let Rows::<(Count, Count, f64, f64, f64, f64, f64)> { rows: given } = read(method, input)?;
        rows(method, &given, wedge)
    }),
];

/// Most values of a series, and most cells of a table.
const SERIES_MAX: usize = 10_000_000;

/// Most clusters or periods of one plan, whose answer lists them.
const WEDGE_MAX: u64 = 10_000;

#[derive(Deserialize)]
struct Rows<T> {
    rows: Vec<T>,
}

/// A count, written 3 or 3.0.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
struct Count(u64);

impl TryFrom<f64> for Count {
    type Error = String;

    fn try_from(of: f64) -> Result<Self, String> {
        if !((0.0..=9_007_199_254_740_992.0).contains(&of) && of.fract().abs() < f64::EPSILON) {
            return Err(format!(
                "a count must be a whole number, 0 to 2^53: found {of}"
            ));
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and in range"
        )]
        Ok(Self(of as u64))
    }
}

/// The error of a method whose input is one whole.
fn fault(method: &'static str, fault: impl std::fmt::Display) -> CalcError {
    CalcError::Input {
        method,
        fault: fault.to_string(),
    }
}

fn limited(method: &'static str, values: usize) -> Result<(), CalcError> {
    if values > SERIES_MAX {
        let said = format!("too many values: {values}, limit {SERIES_MAX}");
        return Err(fault(method, said));
    }
    Ok(())
}

/// A result as JSON; its numbers are finite by its method's contract, and undefined ones `null`.
fn shown(method: &'static str, of: &impl Serialize) -> Result<Value, CalcError> {
    serde_json::to_value(of).map_err(|of| fault(method, of))
}

/// Adds what a reader needs to know the columns by.
fn with(mut of: Value, key: &str, value: Value) -> Value {
    if let Some(fields) = of.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
    of
}

fn its(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        y: Vec<f64>,
        break_index: Count,
        lags: Option<Count>,
    }
    let Given {
        y,
        break_index,
        lags,
    } = read(method, input)?;
    limited(method, y.len())?;
    let lags = lags.map(|Count(lags)| index(lags));
    let found = interrupted(&y, index(break_index.0), lags).map_err(|of| fault(method, of))?;
    Ok(with(shown(method, &found)?, "columns", json!(COLUMNS)))
}

/// A count as an index, which on small machines ends earlier.
fn index(of: u64) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}

fn its_poisson(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        y: Vec<f64>,
        break_index: Count,
        period: Option<f64>,
    }
    let Given {
        y,
        break_index,
        period,
    } = read(method, input)?;
    limited(method, y.len())?;
    let found =
        interrupted_counts(&y, index(break_index.0), period).map_err(|of| fault(method, of))?;
    let columns: &[&str] = if period.is_some() {
        &[
            "intercept",
            "time/period",
            "level_change",
            "slope_change/period",
            "sin",
            "cos",
        ]
    } else {
        &COLUMNS
    };
    Ok(with(shown(method, &found)?, "columns", json!(columns)))
}

/// The name of a unit or time.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
enum Label {
    Number(f64),
    Text(String),
}

impl Label {
    /// Numbers by size, then texts by letters, in which dates are in their order.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => std::cmp::Ordering::Less,
            (Self::Text(_), Self::Number(_)) => std::cmp::Ordering::Greater,
        }
    }
}

/// Labels numbered in their order.
fn numbered(of: &[Label]) -> (Vec<u32>, Vec<&Label>) {
    let mut known: Vec<&Label> = of.iter().collect();
    known.sort_unstable_by(|a, b| a.order(b));
    known.dedup_by(|a, b| a.order(b).is_eq());
    let numbers = of
        .iter()
        .map(|label| {
            let at = known
                .binary_search_by(|known| known.order(label))
                .unwrap_or(0);
            u32::try_from(at).unwrap_or(u32::MAX)
        })
        .collect();
    (numbers, known)
}

fn did(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        unit: Vec<Label>,
        time: Vec<Label>,
        y: Vec<f64>,
        treated: Vec<Treated>,
    }
    #[derive(Clone, Copy, Deserialize)]
    #[serde(untagged)]
    enum Treated {
        Amount(f64),
        Is(bool),
    }
    let Given {
        unit,
        time,
        y,
        treated,
    } = read(method, input)?;
    limited(method, y.len())?;
    let (unit, _) = numbered(&unit);
    let (time, times) = numbered(&time);
    let treated: Vec<f64> = treated
        .iter()
        .map(|of| match *of {
            Treated::Amount(amount) => amount,
            Treated::Is(is) => f64::from(u8::from(is)),
        })
        .collect();
    let found =
        difference_in_differences(&unit, &time, &y, &treated).map_err(|of| fault(method, of))?;
    let mut shown = shown(method, &found)?;
    // Times by their own names.
    for (means, name) in shown
        .get_mut("means")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
        .zip(times)
    {
        if let Some(fields) = means.as_object_mut() {
            fields.insert("time".to_owned(), json!(name));
        }
    }
    Ok(shown)
}

fn synthetic(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        treated: Vec<f64>,
        donors: Vec<Vec<f64>>,
        pre: Count,
        #[serde(default)]
        placebos: bool,
    }
    let given: Given = read(method, input)?;
    limited(method, given.donors.iter().map(Vec::len).sum())?;
    let pre = index(given.pre.0);
    let found =
        synthetic_control(&given.treated, &given.donors, pre).map_err(|of| fault(method, of))?;
    let ratio = found.ratio.map_or(Value::Null, number);
    let mut shown = with(shown(method, &found)?, "ratio", ratio);
    if given.placebos {
        let others =
            placebos(&given.treated, &given.donors, pre).map_err(|of| fault(method, of))?;
        let ratios: Vec<Value> = others
            .ratios
            .iter()
            .map(|ratio| ratio.map_or(Value::Null, number))
            .collect();
        let others = json!({"ratios": ratios, "p": others.p, "n": others.n});
        shown = with(shown, "placebos", others);
    }
    Ok(shown)
}

fn evidence(found: Result<Evidence, EvidenceError>) -> Result<Value, String> {
    let found = found.map_err(|fault| fault.to_string())?;
    Ok(json!({
        "log_e": found.log_e,
        "e": number(found.e),
        "p_always_valid": found.p_always_valid,
    }))
}

/// The level if nobody says otherwise.
const ALPHA: f64 = 0.05;

fn share_sequence(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        x: Vec<Trial>,
        a: Option<f64>,
        b: Option<f64>,
        alpha: Option<f64>,
    }
    #[derive(Clone, Copy, Deserialize)]
    #[serde(untagged)]
    enum Trial {
        Number(f64),
        Is(bool),
    }
    let Given { x, a, b, alpha } = read(method, input)?;
    limited(method, x.len())?;
    let mut trials = Vec::with_capacity(x.len());
    for (row, trial) in x.into_iter().enumerate() {
        trials.push(match trial {
            Trial::Is(is) => is,
            Trial::Number(0.0) => false,
            Trial::Number(1.0) => true,
            Trial::Number(other) => {
                let fault = format!("a trial must be 0 or 1: found {other}");
                return Err(CalcError::Row { row, fault });
            }
        });
    }
    let prior = (a.unwrap_or(0.5), b.unwrap_or(0.5));
    let looks = confidence_sequence::share_sequence(&trials, prior, alpha.unwrap_or(ALPHA))
        .map_err(|of| fault(method, of))?;
    let list = |of: fn(&confidence_sequence::ShareLook) -> Value| looks.iter().map(of).collect();
    let [n, successes, share, interval]: [Value; 4] = [
        list(|look| json!(look.n)),
        list(|look| json!(look.successes)),
        list(|look| json!(look.share)),
        list(|look| ends(look.interval)),
    ];
    Ok(json!({"n": n, "successes": successes, "share": share, "interval": interval}))
}

fn mean_sequence(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    #[derive(Deserialize)]
    struct Given {
        x: Vec<f64>,
        rho: Option<f64>,
        alpha: Option<f64>,
    }
    let Given { x, rho, alpha } = read(method, input)?;
    limited(method, x.len())?;
    let (rho, alpha) = (rho.unwrap_or(RHO), alpha.unwrap_or(ALPHA));
    let looks =
        confidence_sequence::mean_sequence(&x, rho, alpha).map_err(|of| fault(method, of))?;
    let list = |of: fn(&confidence_sequence::MeanLook) -> Value| looks.iter().map(of).collect();
    let [n, mean, half_width, interval]: [Value; 4] = [
        list(|look| json!(look.n)),
        list(|look| json!(look.mean)),
        list(|look| json!(look.half_width)),
        list(|look| look.interval.map_or(Value::Null, ends)),
    ];
    Ok(json!({"n": n, "mean": mean, "half_width": half_width, "interval": interval}))
}

fn wedge(row: &(Count, Count, f64, f64, f64, f64, f64)) -> Result<Value, String> {
    let &(Count(clusters), Count(periods), persons, icc, variance, effect, cac) = row;
    if clusters.max(periods) > WEDGE_MAX {
        return Err(format!(
            "too many clusters or periods: {}, limit {WEDGE_MAX}",
            clusters.max(periods)
        ));
    }
    let found = stepped_wedge(&Wedge {
        clusters,
        periods,
        persons,
        icc,
        variance,
        effect,
        cac,
    })
    .map_err(|fault| fault.to_string())?;
    Ok(json!({
        "var": found.var,
        "power": found.power,
        "crosses_after": found.crosses_after,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calc::calc;

    #[test]
    fn what_makes_no_sense_is_refused_with_where_and_why() {
        for (method, input, said) in [
            (
                "its",
                json!({"y": [1, 2], "break_index": 1}),
                "too few values",
            ),
            ("its", json!({"y": [1, null, 3], "break_index": 1}), "null"),
            (
                "its",
                json!({"y": [1, 2, 3], "break_index": -1}),
                "whole number",
            ),
            (
                "its-poisson",
                json!({"y": vec![0; 9], "break_index": 4, "period": 7}),
                "no events",
            ),
            (
                "did",
                json!({"unit": [1], "time": [1, 2], "y": [1], "treated": [1]}),
                "equally long",
            ),
            (
                "synthetic-control",
                json!({"treated": [1], "donors": [[]], "pre": 1}),
                "no donors",
            ),
            (
                "e-proportion",
                json!({"rows": [[1, 2, 0.5, 1, 1], [3, 2, 0.5, 1, 1]]}),
                "row 1: more",
            ),
            (
                "e-rate",
                json!({"rows": [[1, -2.0, 0.5, 1, 1]]}),
                "row 0: exposure must",
            ),
            (
                "e-two-rates",
                json!({"rows": [[1.5, 2, 0.5, 1, 1]]}),
                "whole number",
            ),
            (
                "cs-proportion",
                json!({"x": [0, 2]}),
                "row 1: a trial must be 0 or 1",
            ),
            (
                "cs-mean",
                json!({"x": [0, 2], "rho": 0}),
                "rho must be above 0",
            ),
            (
                "msprt",
                json!({"rows": [[0.1, 0.0, 1.0, 5]]}),
                "variance must be above 0",
            ),
            (
                "stepped-wedge",
                json!({"rows": [[8, 2, 20, 0.05, 1, 0.2, 1]]}),
                "cross at once",
            ),
            (
                "stepped-wedge",
                json!({"rows": [[1e9, 9, 20, 0.05, 1, 0.2, 1]]}),
                "limit",
            ),
        ] {
            let found = calc(method, &input).unwrap_err().to_string();
            assert!(found.contains(said), "{method}: {found}");
        }
    }

    #[test]
    fn units_and_times_may_be_named() {
        let found = calc(
            "did",
            &json!({
                "unit": ["Utara", "Utara", "Utara", "Selatan", "Selatan", "Selatan"],
                "time": ["2026-01", "2026-02", "2026-03", "2026-01", "2026-02", "2026-03"],
                "y": [0, 1, 2, 5, 6, 10],
                "treated": [false, false, false, false, false, true],
            }),
        )
        .unwrap();
        assert!((found["effect"].as_f64().unwrap() - 3.0).abs() < 1e-12);
        assert_eq!(found["means"][2]["time"], "2026-03");
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let y: Vec<u32> = (0..100).map(|t| t * 37 % 23).collect();
        let of = |input| calc("its", &input).unwrap();
        let (with, without) = (
            of(json!({"y": y, "break_index": 40.0, "lags": 4})),
            of(json!({"y": y, "break_index": 40})),
        );
        assert_eq!(with, without);
        let of = |input| calc("cs-mean", &input).unwrap();
        assert_eq!(
            of(json!({"x": y})),
            of(json!({"x": y, "rho": 0.3, "alpha": 0.05}))
        );
    }

    #[test]
    fn evidence_beyond_numbers_is_told_as_infinite() {
        let found = calc("msprt", &json!({"rows": [[100.0, 0.01, 1.0, 1000]]})).unwrap();
        assert_eq!(found[0], "inf");
    }
}
