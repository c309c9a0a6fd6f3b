//! Surveys: the satisfaction index, sample size, reliability, weights.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::variance::{figures, grouping, only};
use super::{CalcError, Method, ends, number, read, rows};
use crate::mixed::Grouping;
use crate::rake::{Margin, RakeError, rake};
use crate::reliability::{ReliabilityError, reliability};
use crate::sample_size::{Precision, sample_size};
use crate::satisfaction::{
    Bands, Grade, SatisfactionError, SatisfactionIndex, Weights, grade, satisfaction_index,
    satisfaction_index_of_means,
};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("ikm", |method, input| {
        let Everybody {
            answers,
            weight,
            bands,
        } = read(method, input)?;
        let answers = table(method, &answers)?;
        let is_equal = weight.is_none();
        let of = satisfaction_index(&answers, &weights(weight), bands.of(method)?)
            .map_err(satisfaction_fault(method))?;
        Ok(index(&of, is_equal))
    }),
    ("ikm-means", |method, input| {
        let Means {
            element_mean,
            weight,
            bands,
        } = read(method, input)?;
        let of = satisfaction_index_of_means(&element_mean, &weights(weight), bands.of(method)?)
            .map_err(|error| fault(method, error.to_string()))?;
        Ok(index(&of, false))
    }),
    ("ikm-grade", |method, input| {
        let Indices { ikm, bands } = read(method, input)?;
        let bands = bands.of(method)?;
        rows(method, &ikm, |&of| {
            grade(of, bands)
                .map(|of| json!(letter(of)))
                .map_err(|error| error.to_string())
        })
    }),
    ("sample-size", |method, input| {
        let Populations { n, chi2, p, d } = read(method, input)?;
        let usual = Precision::default();
        let precision = Precision {
            chi_squared: chi2.unwrap_or(usual.chi_squared),
            share: p.unwrap_or(usual.share),
            error: d.unwrap_or(usual.error),
        };
        rows(method, &n, |&of| {
            sample_size(of, precision)
                .map(|of| number(of.exact))
                .map_err(|error| error.to_string())
        })
    }),
    ("reliability", scale),
    ("rake", raked),
];

/// Most rows of a survey.
const PEOPLE_MAX: usize = 2_000_000;

fn fault(method: &'static str, fault: impl Into<String>) -> CalcError {
    CalcError::Input {
        method,
        fault: fault.into(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Everybody {
    answers: Vec<Vec<Value>>,
    #[serde(default)]
    weight: Option<Weight>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Means {
    element_mean: Vec<f64>,
    #[serde(default)]
    weight: Option<Weight>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Indices {
    ikm: Vec<f64>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Populations {
    #[serde(rename = "N")]
    n: Vec<f64>,
    #[serde(default)]
    chi2: Option<f64>,
    #[serde(default, rename = "P")]
    p: Option<f64>,
    #[serde(default)]
    d: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    x: Vec<Vec<Value>>,
}

/// One weight for all elements, or one for each.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "weight: expected a number, or a list of one for each element"
)]
enum Weight {
    Each(f64),
    Of(Vec<f64>),
}

fn weights(of: Option<Weight>) -> Weights {
    match of {
        None => Weights::Equal,
        Some(Weight::Each(of)) => Weights::Each(of),
        Some(Weight::Of(of)) => Weights::Of(of),
    }
}

/// The year of the bands, as text or number; none is 2017.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct BandsName(Value);

impl BandsName {
    fn of(&self, method: &'static str) -> Result<Bands, CalcError> {
        match &self.0 {
            Value::Null => Ok(Bands::default()),
            Value::String(year) if year == "2017" => Ok(Bands::Of2017),
            Value::String(year) if year == "2004" => Ok(Bands::Of2004),
            Value::Number(year) if year.as_u64() == Some(2017) => Ok(Bands::Of2017),
            Value::Number(year) if year.as_u64() == Some(2004) => Ok(Bands::Of2004),
            other => Err(fault(
                method,
                format!("bands: expected \"2017\" or \"2004\", found {other}"),
            )),
        }
    }
}

/// Rows of answers.
fn table(method: &'static str, rows: &[Vec<Value>]) -> Result<Vec<Vec<f64>>, CalcError> {
    if rows.len() > PEOPLE_MAX {
        let said = format!("too many rows: {}, limit {PEOPLE_MAX}", rows.len());
        return Err(fault(method, said));
    }
    let answer = |row: usize, at: usize, value: &Value| {
        value.as_f64().ok_or_else(|| CalcError::Row {
            row,
            fault: format!("answer {at}: expected a number, found {value}"),
        })
    };
    rows.iter()
        .enumerate()
        .map(|(row, of)| {
            of.iter()
                .enumerate()
                .map(|(at, value)| answer(row, at, value))
                .collect()
        })
        .collect()
}

fn satisfaction_fault(method: &'static str) -> impl Fn(SatisfactionError) -> CalcError {
    move |error| match error {
        SatisfactionError::Ragged {
            row,
            expected,
            found,
        } => CalcError::Row {
            row,
            fault: format!("expected {expected} answers, found {found}"),
        },
        SatisfactionError::NotFinite {
            row,
            element,
            value,
        } => CalcError::Row {
            row,
            fault: format!("element {element}: expected a finite number, found {value}"),
        },
        error => fault(method, error.to_string()),
    }
}

fn letter(of: Grade) -> &'static str {
    match of {
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
        Grade::D => "D",
    }
}

/// `se_simple` is the peer's: of the plain mean of answers, where no weights are given.
fn index(of: &SatisfactionIndex, is_equal: bool) -> Value {
    json!({
        "n": of.n,
        "element_mean": of.elements.iter().map(|of| number(of.mean)).collect::<Vec<_>>(),
        "element_se": of.elements.iter().map(|of| of.se.map(number)).collect::<Vec<_>>(),
        "element_weight": of.elements.iter().map(|of| number(of.weight)).collect::<Vec<_>>(),
        "ikm": number(of.index),
        "ikm_rounded": number(of.rounded),
        "grade": of.grade.map(letter),
        "se_simple": of.se.filter(|_| is_equal).map(number),
        "se": of.se.map(number),
        "ci95": of.interval.map(ends),
        "off_scale": of.off_scale,
        "off_scale_first": of.off_scale_first,
    })
}

fn scale(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let People { x } = read(method, input)?;
    let of = reliability(&table(method, &x)?).map_err(|error| match error {
        ReliabilityError::Ragged {
            row,
            expected,
            found,
        } => CalcError::Row {
            row,
            fault: format!("expected {expected} answers, found {found}"),
        },
        ReliabilityError::NotFinite { row, item, value } => CalcError::Row {
            row,
            fault: format!("item {item}: expected a finite number, found {value}"),
        },
        error => fault(method, error.to_string()),
    })?;
    // The peer rounds its interval to three decimals, halves to even.
    let peer = |end: f64| number((end * 1000.0).round_ties_even() / 1000.0);
    let items = |of_item: &dyn Fn(&crate::reliability::Item) -> Value| -> Vec<Value> {
        of.items.iter().map(of_item).collect()
    };
    Ok(json!({
        "n": of.n,
        "alpha": number(of.alpha),
        "alpha_ci95_feldt": [peer(of.alpha_interval.low), peer(of.alpha_interval.high)],
        "alpha_ci95": ends(of.alpha_interval),
        "alpha_std": number(of.alpha_standardised),
        "guttman_lambda2": number(of.lambda2),
        "omega_total": of.omega.map(number),
        "one_factor_loadings": items(&|of| json!(of.loading)),
        "item_mean": items(&|of| number(of.mean)),
        "item_sd": items(&|of| number(of.sd)),
        "item_rest_correlation": items(&|of| json!(of.rest_correlation)),
        "alpha_if_dropped": items(&|of| json!(of.alpha_without)),
    }))
}

#[derive(Deserialize)]
struct Margins {
    margins: BTreeMap<String, BTreeMap<String, f64>>,
}

fn raked(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let Margins { margins } = read(method, input)?;
    if let Some(fields) = input.as_object() {
        only(method, fields, |name| {
            ["margins", "y", "weights"].contains(&name) || margins.contains_key(name)
        })?;
    }
    let list = |name: &str| -> Result<Option<&Vec<Value>>, CalcError> {
        let Some(of) = input.get(name) else {
            return Ok(None);
        };
        let Some(of) = of.as_array() else {
            return Err(fault(method, format!("{name:?} must be a list")));
        };
        if of.len() > PEOPLE_MAX {
            let said = format!("too many rows: {}, limit {PEOPLE_MAX}", of.len());
            return Err(fault(method, said));
        }
        Ok(Some(of))
    };
    let mut known = Vec::with_capacity(margins.len());
    for (name, totals) in &margins {
        let Some(of) = list(name)? else {
            return Err(fault(method, format!("margin {name:?} has no list")));
        };
        known.push(margin(method, grouping(method, name, of)?, totals)?);
    }
    // A margin may have one of these names; then the list holds levels.
    let optional = |name: &str| {
        if margins.contains_key(name) {
            return Ok(None);
        }
        list(name)?.map(|of| figures(name, of)).transpose()
    };
    let (y, base) = (optional("y")?, optional("weights")?);
    let of = rake(&known, base.as_deref(), y.as_deref()).map_err(|error| match error {
        RakeError::NotFinite { row, value } => CalcError::Row {
            row,
            fault: format!("expected a finite number, found {value}"),
        },
        RakeError::Weight { row, value } => CalcError::Row {
            row,
            fault: format!("expected a weight above 0, found {value}"),
        },
        error => fault(method, error.to_string()),
    })?;
    Ok(json!({
        "n": of.n,
        "weights": of.weights.iter().map(|of| number(*of)).collect::<Vec<_>>(),
        "mean": of.mean.map(|of| number(of.mean)),
        // The reference cases give the figure at which the peer stops.
        "se": of.mean.map(|of| number(of.se_after_ten)),
        "se_converged": of.mean.map(|of| number(of.se)),
        "ci95": of.mean.map(|of| ends(of.interval)),
        "deff_kish": number(of.design_effect),
        "n_eff_kish": number(of.n_effective),
        "passes": of.passes,
        "levels": of.margins,
    }))
}

/// The totals in the order of the grouping's labels.
fn margin(
    method: &'static str,
    grouping: Grouping,
    totals: &BTreeMap<String, f64>,
) -> Result<Margin, CalcError> {
    let in_order = grouping
        .labels()
        .iter()
        .map(|label| totals.get(label).copied().unwrap_or(0.0))
        .collect();
    let in_sample: HashSet<&String> = grouping.labels().iter().collect();
    let nobody = totals
        .iter()
        .find(|(label, total)| total.abs() > 0.0 && !in_sample.contains(label));
    if let Some((label, _)) = nobody {
        return Err(fault(
            method,
            RakeError::NobodyOf {
                name: grouping.name().to_owned(),
                label: label.clone(),
            }
            .to_string(),
        ));
    }
    Ok(Margin {
        grouping,
        totals: in_order,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calc;

    #[allow(clippy::needless_pass_by_value, reason = "written out at every call")]
    fn said(method: &str, input: Value) -> String {
        match calc(method, &input) {
            Err(error) => error.to_string(),
            Ok(found) => panic!("{method} answered {input} with {found}"),
        }
    }

    /// A number the JSON face writes is finite, or says that it is not.
    fn has_no_null(found: &Value) -> bool {
        match found {
            Value::Null => false,
            Value::Array(of) => of.iter().all(has_no_null),
            Value::Object(of) => of.values().all(has_no_null),
            _ => true,
        }
    }

    #[test]
    fn input_of_another_shape_is_refused_by_every_method() {
        for (method, _) in METHODS {
            for input in [
                json!(null),
                json!([]),
                json!("x"),
                json!({}),
                json!({"answers": 3, "x": 3, "element_mean": 3, "ikm": 3, "N": 3, "margins": 3}),
                json!({"answers": [3], "x": [3], "element_mean": [[]], "ikm": ["A"], "N": [null],
                       "margins": {"a": 3}}),
            ] {
                assert!(said(method, input).starts_with(&format!("input of {method}: ")));
            }
        }
    }

    #[test]
    fn a_misspelt_key_is_refused_and_named() {
        for (method, input) in [
            ("ikm", json!({"answers": [[4]], "weights": 1})),
            ("ikm-means", json!({"element_mean": [4], "band": "2004"})),
            ("ikm-grade", json!({"ikm": [80], "band": "2004"})),
            ("sample-size", json!({"N": [80], "p": 0.1})),
            ("reliability", json!({"x": [[1, 2], [2, 1]], "weight": 1})),
            (
                "rake",
                json!({"margins": {"a": {"p": 1, "q": 1}}, "a": ["p", "q"], "weight": [1, 2]}),
            ),
        ] {
            let said = said(method, input);
            assert!(
                said.contains("weight") || said.contains("band") || said.contains("`p`"),
                "{said}"
            );
        }
    }

    #[test]
    fn answers_that_make_no_index_are_refused_with_where_and_why() {
        for (input, expected) in [
            (json!({"answers": []}), "no answers"),
            (json!({"answers": [[]]}), "no elements"),
            (
                json!({"answers": [[1, 2], [1]]}),
                "row 1: expected 2 answers, found 1",
            ),
            (
                json!({"answers": [[1, 2], [1, null]]}),
                "row 1: answer 1: expected a number, found null",
            ),
            (
                json!({"answers": [[1, "2"]]}),
                "row 0: answer 1: expected a number, found \"2\"",
            ),
            (
                json!({"answers": [[true]]}),
                "row 0: answer 0: expected a number, found true",
            ),
            (
                json!({"answers": [[1]], "weight": [0.5, 0.5]}),
                "expected 1 weights, found 2",
            ),
            (
                json!({"answers": [[1]], "weight": -1}),
                "weight 0: expected a number above 0, found -1",
            ),
            (
                json!({"answers": [[1]], "weight": "x"}),
                "expected a number, or a list",
            ),
            (
                json!({"answers": [[1]], "bands": 1999}),
                "expected \"2017\" or \"2004\", found 1999",
            ),
            (json!({"answers": [[1e308], [1e308]]}), "too large"),
        ] {
            let said = said("ikm", input);
            assert!(said.contains(expected), "{said}");
        }
        assert!(said("ikm-means", json!({"element_mean": []})).contains("no elements"));
        assert!(said("ikm-means", json!({"element_mean": [1e308]})).contains("too large"));
        assert!(
            said("ikm-grade", json!({"ikm": [80, -1]})).starts_with("row 1: expected an index")
        );
        assert!(said("ikm-grade", json!({"ikm": [100.01]})).starts_with("row 0: "));
        assert!(said("ikm-grade", json!({"ikm": vec![80; 100_001]})).contains("too many rows"));
    }

    #[test]
    fn answers_off_the_scale_and_of_one_person_have_a_defined_index() {
        let found = calc("ikm", &json!({"answers": [[0, 0], [-3, 0]]})).unwrap();
        assert_eq!(
            (&found["off_scale"], &found["grade"]),
            (&json!(4), &json!(null))
        );
        let found = calc("ikm", &json!({"answers": [[4, 3]]})).unwrap();
        assert_eq!((&found["ikm"], &found["se"]), (&json!(87.5), &json!(null)));
        assert_eq!(found["ci95"], json!(null));
    }

    #[test]
    fn a_sample_of_nobody_or_without_a_precision_is_refused() {
        for n in [0.0, -5.0, 0.5] {
            assert!(said("sample-size", json!({"N": [10, n]})).starts_with("row 1: population"));
        }
        for wrong in [
            json!({"N": [10], "P": 0}),
            json!({"N": [10], "d": 1}),
            json!({"N": [10], "chi2": -1}),
        ] {
            assert!(said("sample-size", wrong).starts_with("row 0: chi-squared must be above 0"));
        }
        assert_eq!(calc("sample-size", &json!({"N": []})).unwrap(), json!([]));
        assert!(has_no_null(
            &calc("sample-size", &json!({"N": [1, 1e308]})).unwrap()
        ));
    }

    #[test]
    fn a_scale_that_measures_nothing_is_refused_with_where_and_why() {
        for (input, expected) in [
            (json!({"x": []}), "too few rows: need 2, have 0"),
            (json!({"x": [[1, 2]]}), "too few rows: need 2, have 1"),
            (json!({"x": [[], []]}), "too few items: need 2, have 0"),
            (
                json!({"x": [[0, 0], [0, 0]]}),
                "item 0: all answers are the same",
            ),
            (
                json!({"x": [[1, 0], [2, 0]]}),
                "item 1: all answers are the same",
            ),
            (json!({"x": [[1, 2], [2, 1]]}), "same sum"),
            (
                json!({"x": [[1, 2], [2, 1], [1]]}),
                "row 2: expected 2 answers, found 1",
            ),
            (
                json!({"x": [[1, 2], [2, null]]}),
                "row 1: answer 1: expected a number, found null",
            ),
        ] {
            let said = said("reliability", input);
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn weights_that_no_sample_can_have_are_refused_with_where_and_why() {
        let of = |margin: Value, more: Value| {
            let mut input = json!({"margins": {"a": margin}, "a": ["p", "q", "q"]});
            for (name, value) in more.as_object().unwrap() {
                input[name] = value.clone();
            }
            input
        };
        let even = || json!({"p": 1, "q": 1});
        for (input, expected) in [
            (json!({"margins": {}}), "no margins"),
            (json!({"margins": {"a": {}}}), "margin \"a\" has no list"),
            (
                json!({"margins": {"a": {}}, "a": []}),
                "too few rows: need 2, have 0",
            ),
            (
                of(json!({"p": 1}), json!({})),
                "level \"q\" is in the sample and needs a total above 0, found 0",
            ),
            (
                of(json!({"p": 1, "q": -1}), json!({})),
                "needs a total above 0, found -1",
            ),
            (
                of(json!({"p": 1, "q": 1, "r": 1}), json!({})),
                "\"r\" has a total but nobody in the sample",
            ),
            (
                of(json!({"p": 1e308, "q": 1e308}), json!({})),
                "too large to be added up",
            ),
            (
                of(even(), json!({"y": [1, 2]})),
                "\"y\" has 2 rows, expected 3",
            ),
            (
                of(even(), json!({"y": [1, 2, "x"]})),
                "row 2: \"y\": expected a number, found \"x\"",
            ),
            (of(even(), json!({"y": 3})), "\"y\" must be a list"),
            (
                of(even(), json!({"weights": [1, 0, 1]})),
                "row 1: expected a weight above 0, found 0",
            ),
            (
                of(even(), json!({"weights": [1, 1e308, 1e-308]})),
                "row 2: totals and weights lie too far apart",
            ),
            (
                of(even(), json!({"a": ["p", null, "q"]})),
                "row 1: \"a\": expected a text or a number, found null",
            ),
        ] {
            let said = said("rake", input);
            assert!(said.contains(expected), "{said}");
        }
        // A total of 0 for a level that nobody has is no fault; a margin may be called y.
        let none = of(json!({"p": 1, "q": 1, "r": 0}), json!({}));
        assert!(calc("rake", &none).unwrap()["mean"].is_null());
        let named = json!({"margins": {"y": {"1": 3, "2": 1}}, "y": [1, 2.0]});
        assert_eq!(calc("rake", &named).unwrap()["weights"], json!([3.0, 1.0]));
    }
}
