//! Variance components and intraclass correlation.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{CalcError, Method, ends, number, read};
use crate::icc::{self, IccError, OneWay, TwoWayIcc};
use crate::mixed::{Component, Grouping, MixedError};
use crate::variance_components::{VarianceComponents, converged_and_of_lme4};
use crate::variance_components_logistic::variance_components_logistic;

pub(super) const METHODS: &[(&str, Method)] = &[
    ("variance-components", linear),
    ("variance-components-logistic", logistic),
    ("icc-oneway", one_way),
    ("icc-table", table),
];

/// Most rows of one calculation.
const ROWS_MAX: usize = 2_000_000;

fn fault(method: &'static str, fault: impl Into<String>) -> CalcError {
    CalcError::Input {
        method,
        fault: fault.into(),
    }
}

fn mixed_fault(method: &'static str) -> impl Fn(MixedError) -> CalcError {
    move |error| match error {
        MixedError::NotFinite { row, .. } | MixedError::NotAnOutcome { row, .. } => {
            let said = error.to_string();
            let start = format!("row {row}: ");
            CalcError::Row {
                row,
                fault: said.strip_prefix(&start).unwrap_or(&said).to_owned(),
            }
        }
        error => fault(method, error.to_string()),
    }
}

/// The list of a field, within the limit.
fn list<'v>(
    method: &'static str,
    fields: &'v Map<String, Value>,
    name: &str,
) -> Result<&'v Vec<Value>, CalcError> {
    let Some(list) = fields.get(name).and_then(Value::as_array) else {
        return Err(fault(method, format!("expected a list {name:?}")));
    };
    if list.len() > ROWS_MAX {
        let said = format!("too many rows: {}, limit {ROWS_MAX}", list.len());
        return Err(fault(method, said));
    }
    Ok(list)
}

/// Figures of the list; yes is 1 and no is 0.
pub(super) fn figures(name: &str, list: &[Value]) -> Result<Vec<f64>, CalcError> {
    let figure = |value: &Value| match value {
        Value::Bool(yes) => Some(f64::from(u8::from(*yes))),
        value => value.as_f64(),
    };
    list.iter()
        .enumerate()
        .map(|(row, value)| {
            figure(value).ok_or_else(|| CalcError::Row {
                row,
                fault: format!("{name:?}: expected a number, found {value}"),
            })
        })
        .collect()
}

/// Nothing but these fields: a misspelt one would be left out without a word.
pub(super) fn only(
    method: &'static str,
    fields: &Map<String, Value>,
    known: impl Fn(&str) -> bool,
) -> Result<(), CalcError> {
    match fields.keys().find(|name| !known(name)) {
        Some(name) => Err(fault(method, format!("{name:?} is not known"))),
        None => Ok(()),
    }
}

/// Groups by a list of texts or numbers; 1 and 1.0 are one label.
pub(super) fn grouping(
    method: &'static str,
    name: &str,
    list: &[Value],
) -> Result<Grouping, CalcError> {
    let labels = list
        .iter()
        .enumerate()
        .map(|(row, value)| {
            label(value).ok_or_else(|| CalcError::Row {
                row,
                fault: format!("{name:?}: expected a text or a number, found {value}"),
            })
        })
        .collect::<Result<Vec<String>, CalcError>>()?;
    Grouping::from_labels(name, labels).map_err(mixed_fault(method))
}

fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        // `1.0` is shown without its fraction.
        Value::Number(of) if of.is_f64() => of.as_f64().map(|of| of.to_string()),
        Value::Number(of) => Some(of.to_string()),
        _ => None,
    }
}

/// `y` and every other list as a grouping.
fn model(method: &'static str, input: &Value) -> Result<(Vec<f64>, Vec<Grouping>), CalcError> {
    let Some(fields) = input.as_object() else {
        return Err(fault(method, "expected an object with \"y\" and groupings"));
    };
    let y = figures("y", list(method, fields, "y")?)?;
    let groupings = fields
        .iter()
        .filter(|(name, _)| *name != "y")
        .map(|(name, _)| grouping(method, name, list(method, fields, name)?))
        .collect::<Result<Vec<Grouping>, CalcError>>()?;
    Ok((y, groupings))
}

fn linear(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let (y, groupings) = model(method, input)?;
    let (converged, fit) = converged_and_of_lme4(&y, &groupings).map_err(mixed_fault(method))?;
    Ok(json!({
        "n": fit.n,
        // The reference cases give the figures at which the peer ends its search.
        "reml_variance": reml(&fit, &|of| of.variance, fit.residual),
        "vpc": reml(&fit, &|of| of.share, fit.residual_share),
        "ml_variance": ml(&fit),
        "fixed": [number(fit.mean)],
        "fixed_se": {"(Intercept)": number(fit.mean_se)},
        "fixed_ci95": [ends(fit.mean_interval)],
        "loglik_reml": number(fit.log_likelihood_reml),
        "loglik_ml": number(fit.log_likelihood_ml),
        "is_boundary": fit.is_boundary,
        "blup": effects(&fit.components, |effect, _| effect),
        "blup_se": effects(&fit.components, |_, se| se),
        "converged": {
            "reml_variance": reml(&converged, &|of| of.variance, converged.residual),
            "vpc": reml(&converged, &|of| of.share, converged.residual_share),
            "ml_variance": ml(&converged),
            "loglik_reml": number(converged.log_likelihood_reml),
            "loglik_ml": number(converged.log_likelihood_ml),
        },
    }))
}

/// A figure of each grouping by REML, and that of what is left.
fn reml(fit: &VarianceComponents, of: &dyn Fn(&Component) -> f64, residual: f64) -> Value {
    let mut fields = named(&fit.components, of);
    fields.insert("residual".to_owned(), number(residual));
    Value::Object(fields)
}

fn ml(fit: &VarianceComponents) -> Value {
    let mut fields: Map<String, Value> = fit
        .components
        .iter()
        .zip(&fit.ml_variances)
        .map(|(of, variance)| (of.name.clone(), number(*variance)))
        .collect();
    fields.insert("residual".to_owned(), number(fit.ml_residual));
    Value::Object(fields)
}

fn logistic(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let (y, groupings) = model(method, input)?;
    let fit = variance_components_logistic(&y, &groupings).map_err(mixed_fault(method))?;
    Ok(json!({
        "n": fit.n,
        "successes": fit.successes,
        "intercept": number(fit.intercept),
        "intercept_se": number(fit.intercept_se),
        "intercept_ci95": ends(fit.intercept_interval),
        "variance": named(&fit.components, &|of| of.variance),
        "vpc_latent": named(&fit.components, &|of| of.share),
        "residual_share": number(fit.residual_share),
        "deviance_laplace": number(fit.deviance_laplace),
        "is_boundary": fit.is_boundary,
        "blup": effects(&fit.components, |effect, _| effect),
        "blup_se": effects(&fit.components, |_, se| se),
    }))
}

fn named(components: &[Component], of: &dyn Fn(&Component) -> f64) -> Map<String, Value> {
    components
        .iter()
        .map(|component| (component.name.clone(), number(of(component))))
        .collect()
}

/// A figure of each level, by grouping and label.
fn effects(components: &[Component], of: impl Fn(f64, f64) -> f64) -> Value {
    components
        .iter()
        .map(|component| {
            let levels: Map<String, Value> = component
                .levels
                .iter()
                .map(|level| (level.label.clone(), number(of(level.effect, level.se))))
                .collect();
            (component.name.clone(), Value::Object(levels))
        })
        .collect::<Map<String, Value>>()
        .into()
}

fn icc_fault(method: &'static str) -> impl Fn(IccError) -> CalcError {
    move |error| match error {
        IccError::NotFinite { row, value } => CalcError::Row {
            row,
            fault: format!("expected a finite number, found {value}"),
        },
        error => fault(method, error.to_string()),
    }
}

fn anova(of: &OneWay) -> Value {
    json!({
        "n": of.n,
        "groups": of.groups,
        "ms_between": number(of.mean_square_between),
        "ms_within": number(of.mean_square_within),
        "n0": number(of.group_size),
        "F": number(of.f),
        "p": number(of.p),
        "var_between": number(of.variance_between),
        "icc1": number(of.icc),
        "icc1_ci95": ends(of.interval),
    })
}

fn one_way(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let Some(fields) = input.as_object() else {
        return Err(fault(method, "expected an object with \"y\" and \"group\""));
    };
    only(method, fields, |name| ["y", "group"].contains(&name))?;
    let y = figures("y", list(method, fields, "y")?)?;
    let group = grouping(method, "group", list(method, fields, "group")?)?;
    let of = icc::one_way(&y, group.codes()).map_err(icc_fault(method))?;
    Ok(anova(&of))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    target: Vec<Value>,
    rater: Vec<Value>,
    score: Vec<Value>,
}

fn table(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let Table {
        target,
        rater,
        score,
    } = read(method, input)?;
    if score.len() > ROWS_MAX {
        let said = format!("too many rows: {}, limit {ROWS_MAX}", score.len());
        return Err(fault(method, said));
    }
    let score = figures("score", &score)?;
    let target = grouping(method, "target", &target)?;
    let rater = grouping(method, "rater", &rater)?;
    let of = icc::two_way(&score, target.codes(), rater.codes()).map_err(icc_fault(method))?;
    let kinds: [(&str, &TwoWayIcc); 6] = [
        ("ICC(1,1)", &of.one_way_single),
        ("ICC(A,1)", &of.agreement_single),
        ("ICC(C,1)", &of.consistency_single),
        ("ICC(1,k)", &of.one_way_mean),
        ("ICC(A,k)", &of.agreement_mean),
        ("ICC(C,k)", &of.consistency_mean),
    ];
    let by = |figure: &dyn Fn(&TwoWayIcc) -> Value| -> Value {
        kinds
            .iter()
            .map(|(name, of)| ((*name).to_owned(), figure(of)))
            .collect::<Map<String, Value>>()
            .into()
    };
    Ok(json!({
        "targets": of.targets,
        "raters": of.raters,
        "by_type": by(&|of| number(of.icc)),
        "ci95": by(&|of| ends(of.interval)),
        "F": by(&|of| number(of.f)),
        "p": by(&|of| number(of.p)),
        "anova": anova(&of.anova),
    }))
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

    #[test]
    fn input_of_another_shape_is_refused_by_every_method() {
        for (method, _) in METHODS {
            for input in [
                json!(null),
                json!([]),
                json!("x"),
                json!({}),
                json!({"y": 3, "g": [1], "group": [1], "target": 3, "rater": 3, "score": 3}),
            ] {
                assert!(said(method, input).starts_with(&format!("input of {method}: ")));
            }
            // A list of one row, or of none, is told as well.
            for rows in [json!([]), json!([1])] {
                let input = match *method {
                    "icc-table" => json!({"target": rows, "rater": rows, "score": rows}),
                    _ => json!({"y": rows, "group": rows}),
                };
                let said = said(method, input);
                assert!(
                    said.contains("too few") || said.contains("all values"),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn models_without_an_answer_are_refused_with_where_and_why() {
        let of = |y: Value, g: Value| json!({"y": y, "g": g});
        for (input, expected) in [
            (json!({"y": [0, 1, 1]}), "no grouping"),
            (
                of(json!([0, 1, 1]), json!([1, 1])),
                "grouping \"g\" has 2 rows, y has 3",
            ),
            (
                of(json!([0, 1, 1]), json!([1, 1, 1])),
                "grouping \"g\" has one level",
            ),
            (of(json!([0, 0, 0]), json!([1, 1, 2])), "all values are 0"),
            (
                of(json!([0, null, 1]), json!([1, 1, 2])),
                "row 1: \"y\": expected a number, found null",
            ),
            (
                of(json!([0, "1", 1]), json!([1, 1, 2])),
                "row 1: \"y\": expected a number, found \"1\"",
            ),
            (
                of(json!([0, 1, 1]), json!([1, null, 2])),
                "row 1: \"g\": expected a text or a number",
            ),
            (of(json!([0, 1, 1]), json!("x")), "expected a list \"g\""),
            (
                json!({"y": [0, 1, 1], "g": [1, 1, 2], "h": ["b", "b", "a"]}),
                "make the same groups",
            ),
        ] {
            for method in ["variance-components", "variance-components-logistic"] {
                let said = said(method, input.clone());
                assert!(said.contains(expected), "{said}");
            }
        }
        let linear = |y: Value, g: Value| said("variance-components", of(y, g));
        assert!(linear(json!([0, 1]), json!([1, 2])).contains("as many levels as rows: 2"));
        assert!(linear(json!([3, 3, 4, 4]), json!([1, 1, 2, 2])).contains("nothing is left"));
        assert!(
            linear(json!([1e200, 2e200, 0]), json!([1, 1, 2])).contains("too large or too small")
        );
        let logistic = |y: Value, g: Value| said("variance-components-logistic", of(y, g));
        assert!(
            logistic(json!([0, 1, -1]), json!([1, 1, 2]))
                .starts_with("row 2: expected 0 or 1, found -1")
        );
        assert!(
            logistic(json!([0, 1, 0.5]), json!([1, 1, 2])).starts_with("row 2: expected 0 or 1")
        );
    }

    #[test]
    fn tables_without_agreement_to_speak_of_are_refused_with_where_and_why() {
        let one = |y: Value, group: Value| said("icc-oneway", json!({"y": y, "group": group}));
        assert!(one(json!([1, 2]), json!([1])).contains("lists differ in length"));
        assert!(one(json!([1, 2]), json!([1, 1])).contains("too few groups"));
        assert!(one(json!([1, 2]), json!([1, 2])).contains("no group has 2 rows"));
        assert!(one(json!([0, 0, 0]), json!([1, 1, 2])).contains("all figures are 0"));
        assert!(one(json!([0, null, 0]), json!([1, 1, 2])).starts_with("row 1: "));
        let more = json!({"y": [1, 2, 4], "group": [1, 1, 2], "weights": [1, 1, 1]});
        assert!(said("icc-oneway", more).contains("\"weights\" is not known"));
        let table = |target: Value, rater: Value, score: Value| {
            said(
                "icc-table",
                json!({"target": target, "rater": rater, "score": score}),
            )
        };
        assert!(table(json!([1, 2]), json!([1, 1]), json!([1, 2])).contains("too few raters"));
        assert!(table(json!([1, 1]), json!([1, 2]), json!([1, 2])).contains("too few groups"));
        let twice = table(
            json!([1, 1, 2, 2]),
            json!([1, 1, 2, 1]),
            json!([1, 2, 3, 4]),
        );
        assert!(
            twice.contains("4 cells, 4 scores, 3 cells filled"),
            "{twice}"
        );
        let short = table(json!([1, 1, 2]), json!([1, 2, 1]), json!([1, 2, 3]));
        assert!(
            short.contains("4 cells, 3 scores, 3 cells filled"),
            "{short}"
        );
    }

    #[test]
    fn an_undefined_agreement_is_null_and_a_perfect_one_is_told() {
        // Raters differ, targets do not: nothing that targets could agree in.
        let input = json!({
            "target": [1, 1, 2, 2, 3, 3], "rater": [1, 2, 1, 2, 1, 2],
            "score": [0.1, 0.7, 0.1, 0.7, 0.1, 0.7],
        });
        let found = calc("icc-table", &input).unwrap();
        assert_eq!(found["by_type"]["ICC(C,1)"], Value::Null);
        assert_eq!(found["by_type"]["ICC(C,k)"], Value::Null);
        let input = json!({"y": [1, 1, 2, 2], "group": [true, true, "x", "x"]});
        let found = calc("icc-oneway", &input).unwrap();
        assert_eq!((&found["F"], &found["icc1"]), (&json!("inf"), &json!(1.0)));
    }
}
