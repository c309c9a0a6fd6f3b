//! Partial pooling.

use serde::Deserialize;
use serde_json::{Value, json};

use super::spc::{check, numbers};
use super::{CalcError, Method, number, read};
use crate::pooling::{PooledUnit, PoolingError, pool_by_moments};
use crate::pooling_rates::pool_rates;
use crate::pooling_shares::pool_shares;

pub(super) const METHODS: &[(&str, Method)] = &[
    ("eb-marshall", |method, input| {
        let Counts { num, den } = counts(method, input)?;
        let pooled = pool_by_moments(&num, &den).map_err(|fault| said(method, fault))?;
        let units = &pooled.units;
        Ok(json!({
            "n": pooled.n,
            "prior_mean": pooled.prior_mean,
            "prior_var": pooled.prior_variance,
            "moment_var": pooled.moment_variance,
            "rate": numbers(units.iter().map(|unit| Some(unit.rate))),
            "weight": numbers(units.iter().map(|unit| Some(unit.weight))),
            "shrunk": numbers(units.iter().map(|unit| Some(unit.pooled))),
        }))
    }),
    ("eb-gamma", |method, input| {
        let Counts { num, den } = counts(method, input)?;
        let pooled = pool_rates(&num, &den).map_err(|fault| said(method, fault))?;
        Ok(json!({
            "n": pooled.n,
            "a": number(pooled.shape),
            "b": number(pooled.rate),
            "prior_mean": pooled.prior_mean,
            "loglik": pooled.log_likelihood,
            "boundary": pooled.is_boundary,
            "raw": each(&pooled.units, |unit| Some(unit.raw)),
            "mean": each(&pooled.units, |unit| Some(unit.mean)),
            "lo95": each(&pooled.units, |unit| Some(unit.interval?.low)),
            "up95": each(&pooled.units, |unit| Some(unit.interval?.high)),
        }))
    }),
    ("eb-beta", |method, input| {
        let Counts { num, den } = counts(method, input)?;
        let pooled = pool_shares(&num, &den).map_err(|fault| said(method, fault))?;
        Ok(json!({
            "n": pooled.n,
            "a": number(pooled.a),
            "b": number(pooled.b),
            "prior_mean": pooled.prior_mean,
            "loglik": pooled.log_likelihood,
            "boundary": pooled.is_boundary,
            "raw": each(&pooled.units, |unit| Some(unit.raw)),
            "mean": each(&pooled.units, |unit| Some(unit.mean)),
            "lo95": each(&pooled.units, |unit| Some(unit.interval?.low)),
            "up95": each(&pooled.units, |unit| Some(unit.interval?.high)),
        }))
    }),
];

#[derive(Deserialize)]
struct Counts {
    num: Vec<f64>,
    den: Vec<f64>,
}

fn counts(method: &'static str, input: &Value) -> Result<Counts, CalcError> {
    let given: Counts = read(method, input)?;
    check(method, given.num.len())?;
    Ok(given)
}

fn said(method: &'static str, fault: PoolingError) -> CalcError {
    match fault {
        PoolingError::Count { index: row, .. }
        | PoolingError::Whole { index: row, .. }
        | PoolingError::Exposure { index: row, .. }
        | PoolingError::MoreThanAll { index: row, .. } => CalcError::Row {
            row,
            fault: fault.to_string(),
        },
        _ => CalcError::Input {
            method,
            fault: fault.to_string(),
        },
    }
}

fn each(units: &[PooledUnit], figure: fn(&PooledUnit) -> Option<f64>) -> Value {
    numbers(units.iter().map(figure))
}
