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
#[serde(deny_unknown_fields)]
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

#[cfg(test)]
mod tests {
    use super::super::calc;
    use super::*;

    #[test]
    fn units_that_cannot_be_pooled_are_refused_by_name_or_row() {
        for method in ["eb-marshall", "eb-gamma", "eb-beta"] {
            let said = |num, den| {
                let input = json!({"num": num, "den": den});
                calc(method, &input).unwrap_err().to_string()
            };
            for wrong in [json!(null), json!(3), json!([1, null]), json!(["inf", 1])] {
                let said = said(wrong, json!([1, 1]));
                assert!(said.starts_with(&format!("input of {method}: ")), "{said}");
            }
            assert!(said(json!([]), json!([])).contains("too few units: 0"));
            assert!(said(json!([1]), json!([1])).contains("too few units: 1"));
            assert!(said(json!([1, 1]), json!([1])).contains("2 counts, but 1 exposures"));
            assert!(said(json!([1, -1]), json!([1, 1])).starts_with("row 1: "));
            assert!(said(json!([1, 1]), json!([1, 0])).starts_with("row 1: "));
            assert!(said(json!([0, 0]), json!([1, 1])).contains("no event in any unit"));
        }
        let said = |method, num| {
            let input = json!({"num": num, "den": [4, 4]});
            calc(method, &input).unwrap_err().to_string()
        };
        for method in ["eb-gamma", "eb-beta"] {
            assert!(said(method, json!([1, 1.5])).starts_with("row 1: "));
        }
        assert!(said("eb-beta", json!([1, 5])).starts_with("row 1: "));
        assert!(said("eb-beta", json!([4, 4])).contains("no failure"));
        assert!(said("eb-beta", json!([0, 4])).contains("all or none"));
    }

    #[test]
    fn units_that_do_not_differ_have_no_interval() {
        for method in ["eb-gamma", "eb-beta"] {
            let found = calc(method, &json!({"num": [2, 2, 2], "den": [5, 5, 5]})).unwrap();
            assert_eq!(
                (&found["a"], &found["boundary"]),
                (&json!("inf"), &json!(true))
            );
            assert_eq!(found["lo95"], json!([null, null, null]));
            assert!((found["mean"][0].as_f64().unwrap() - 0.4).abs() < 1e-12);
        }
    }
}
