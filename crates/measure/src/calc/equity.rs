//! Inequality, shares of attention and need, concentration.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{CalcError, Method, number, read};
use crate::equity::EquityError;
use crate::proportion::Interval;
use crate::ranking::CurvePoint;
use crate::{concentration, inequality, shares};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("inequality", |method, input| {
        let given: Amounts = read(method, input)?;
        unequal(&given).map_err(|fault| said(method, &fault))
    }),
    ("shares", |method, input| {
        let given: Given = read(method, input)?;
        attention(&given).map_err(|fault| said(method, &fault))
    }),
    ("concentration", |method, input| {
        let given: Ranked = read(method, input)?;
        concentrated(&given).map_err(|fault| said(method, &fault))
    }),
];

/// Aversions to inequality Atkinson's index is given for.
const AVERSIONS: [f64; 3] = [0.5, 1.0, 2.0];

#[derive(Deserialize)]
struct Amounts {
    x: Vec<f64>,
    group: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Given {
    attention: Vec<f64>,
    need: Vec<f64>,
    stratum: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Ranked {
    h: Vec<f64>,
    rank_by: Vec<f64>,
    w: Option<Vec<f64>>,
}

fn said(method: &'static str, fault: &EquityError) -> CalcError {
    CalcError::Input {
        method,
        fault: fault.to_string(),
    }
}

/// Labels as text: a text as it is, anything else as JSON writes it.
fn texts(labels: &[Value]) -> Vec<String> {
    let text = |label: &Value| {
        label
            .as_str()
            .map_or_else(|| label.to_string(), str::to_owned)
    };
    labels.iter().map(text).collect()
}

fn maybe(of: Option<f64>) -> Value {
    of.map_or(Value::Null, number)
}

fn maybe_ends(of: Option<Interval>) -> Value {
    of.map_or(Value::Null, super::ends)
}

fn curve(points: &[CurvePoint]) -> (Vec<f64>, Vec<f64>) {
    points.iter().map(|point| (point.x, point.y)).unzip()
}

fn unequal(given: &Amounts) -> Result<Value, EquityError> {
    let gini = inequality::gini(&given.x)?;
    let labels = match &given.group {
        Some(labels) => texts(labels),
        // One group: the parts are then left out.
        None => vec![String::new(); given.x.len()],
    };
    let t = inequality::theil(&given.x, &labels)?;
    let l = inequality::mean_log_deviation(&given.x, &labels)?;
    let parted = |part: Option<f64>| maybe(part.filter(|_| given.group.is_some()));
    let (lorenz_x, lorenz_y) = curve(&gini.lorenz);
    let mut found = Map::new();
    if let Value::Object(fields) = json!({
        "n": gini.n,
        "gini": gini.gini,
        "gini95": maybe_ends(gini.interval),
        "gini_standard_error": maybe(gini.standard_error),
        "gini_unbiased": maybe(gini.unbiased),
        "lorenz_x": lorenz_x,
        "lorenz_y": lorenz_y,
        "theil_t": number(t.whole),
        "theil_t_between": parted(Some(t.between)),
        "theil_t_within": parted(t.within),
        "theil_l_mld": number(l.whole),
        "theil_l_between": parted(Some(l.between)),
        "theil_l_within": parted(l.within),
    }) {
        found = fields;
    }
    for aversion in AVERSIONS {
        let index = inequality::atkinson(&given.x, aversion)?;
        found.insert(format!("atkinson_{aversion}"), number(index));
    }
    Ok(Value::Object(found))
}

fn attention(given: &Given) -> Result<Value, EquityError> {
    let (attention, need) = (&given.attention, &given.need);
    let of = shares::shares(attention, need)?;
    let (lorenz_x, lorenz_y) = curve(&of.lorenz);
    let mut found = Map::new();
    if let Value::Object(fields) = json!({
        "n": of.n,
        "ratio": of.ratio.iter().copied().map(maybe).collect::<Vec<_>>(),
        "gini": of.gini,
        "gini95": maybe_ends(of.gini_interval),
        "gini_standard_error": maybe(of.gini_standard_error),
        "lorenz_x": lorenz_x,
        "lorenz_y": lorenz_y,
        "lorenz_order": of.lorenz_order,
        "hoover": of.hoover,
        "theil_t": number(of.theil),
        "theil_between": null,
        "theil_within": null,
        "strata": null,
        "max_over_min_nonzero": maybe(of.max_over_min),
    }) {
        found = fields;
    }
    if let Some(labels) = &given.stratum {
        let parts = shares::strata(attention, need, &texts(labels))?;
        let strata: Map<String, Value> = parts
            .strata
            .into_iter()
            .map(|stratum| {
                let figures = json!({
                    "n": stratum.n,
                    "attention_share": stratum.attention,
                    "need_share": stratum.need,
                    "ratio": maybe(stratum.ratio),
                    "theil_within": maybe(stratum.theil_within),
                });
                (stratum.label, figures)
            })
            .collect();
        found.insert("theil_between".to_owned(), number(parts.between));
        found.insert("theil_within".to_owned(), maybe(parts.within));
        found.insert("strata".to_owned(), Value::Object(strata));
    }
    for aversion in AVERSIONS {
        let index = shares::atkinson(attention, need, aversion)?;
        found.insert(format!("atkinson_{aversion}"), number(index));
    }
    Ok(Value::Object(found))
}

fn concentrated(given: &Ranked) -> Result<Value, EquityError> {
    let of = concentration::concentration(&given.h, &given.rank_by, given.w.as_deref())?;
    let (curve_x, curve_y) = curve(&of.curve);
    Ok(json!({
        "n": of.n,
        "concentration_index": of.index,
        "concentration_index95": maybe_ends(of.interval),
        "standard_error": maybe(of.standard_error),
        "generalised": of.generalised,
        "mean": of.mean,
        "fractional_rank": of.fractional_rank,
        "curve_x": curve_x,
        "curve_y": curve_y,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::calc;
    use serde_json::json;

    #[test]
    fn keys_left_out_leave_their_figures_undefined() {
        let found = calc("inequality", &json!({"x": [1, 2.5, 0]})).unwrap();
        assert!(found["theil_t_between"].is_null() && found["gini"].is_f64());
        assert_eq!(found["theil_l_mld"], "inf");
        let found = calc("shares", &json!({"attention": [1, 0], "need": [0, 3]})).unwrap();
        assert_eq!(found["ratio"], json!(["inf", 0.0]));
        assert!(found["strata"].is_null());
        let found = calc("concentration", &json!({"h": [1, 2], "rank_by": [2, 1]})).unwrap();
        assert!((found["concentration_index"].as_f64().unwrap() + 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_label_is_text_or_what_is_written() {
        let input = json!({"attention": [1, 2], "need": [1, 1], "stratum": [7, "7b"]});
        let found = calc("shares", &input).unwrap();
        assert_eq!(found["strata"]["7"]["ratio"], json!(2.0 / 3.0));
        assert_eq!(found["strata"]["7b"]["n"], 1);
    }

    #[test]
    fn input_that_makes_no_sense_is_refused_by_name_and_row() {
        let said = |method, input| calc(method, &input).unwrap_err().to_string();
        assert_eq!(
            said("inequality", json!({"x": [1, -2]})),
            "input of inequality: x of row 1 must be at least 0 and finite: found -2"
        );
        assert!(said("inequality", json!({"x": []})).contains("no rows"));
        assert!(said("inequality", json!({"x": [1, null]})).contains("null"));
        assert!(
            said("inequality", json!({"x": [1], "group": [1, 2]})).contains("group has 2 rows")
        );
        assert!(
            said("shares", json!({"attention": [0], "need": [1]})).contains("total of attention")
        );
        assert!(said("concentration", json!({"h": [1], "rank_by": []})).contains("rank_by has 0"));
    }
}
