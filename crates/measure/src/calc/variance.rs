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

/// Figures of the list; what is no number is NaN, which each method refuses with its row.
pub(super) fn figures(list: &[Value]) -> Vec<f64> {
    list.iter()
        .map(|value| match value {
            Value::Bool(yes) => f64::from(u8::from(*yes)),
            value => value.as_f64().unwrap_or(f64::NAN),
        })
        .collect()
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
    let y = figures(list(method, fields, "y")?);
    let groupings = fields
        .iter()
        .filter(|(name, value)| *name != "y" && value.is_array())
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
    let y = figures(list(method, fields, "y")?);
    let group = grouping(method, "group", list(method, fields, "group")?)?;
    let of = icc::one_way(&y, group.codes()).map_err(icc_fault(method))?;
    Ok(anova(&of))
}

#[derive(Deserialize)]
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
    let score = figures(&score);
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
