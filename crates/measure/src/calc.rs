//! One method by its name: JSON in, JSON out.
//!
//! Names and shapes are those of the reference cases in `tests/reference/`. An undefined figure is
//! `null`, an infinite one `"inf"`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::difference;
use crate::proportion::{self, Interval, ProportionError, Z_95};
use crate::rate::{self, RateError};
use crate::rate_ratio::TwoRates;

/// Every method [`calc`] knows.
pub const METHODS: [&str; 4] = [
    "proportion-intervals",
    "rate-intervals",
    "rate-ratio",
    "proportion-difference",
];

/// Most rows one calculation takes.
const ROWS_MAX: usize = 100_000;

/// Most events in one row of `rate-ratio`, whose exact test adds up as many probabilities.
const EVENTS_MAX: u64 = 10_000_000;

/// Why a calculation cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum CalcError {
    /// No method of this name.
    #[error("method {method:?} is not known; known are {}", METHODS.join(", "))]
    UnknownMethod {
        /// The name given.
        method: String,
    },
    /// The input is not what the method takes.
    #[error("input of {method}: {fault}")]
    Input {
        /// The method.
        method: &'static str,
        /// What was expected and what was found.
        fault: String,
    },
    /// A row of the input makes no sense.
    #[error("row {row}: {fault}")]
    Row {
        /// Which, from 0.
        row: usize,
        /// What was expected and what was found.
        fault: String,
    },
}

/// Carries out a method on its input.
///
/// # Errors
///
/// [`CalcError`], saying what was expected and what was found.
///
/// # Examples
///
/// ```
/// use serde_json::json;
///
/// let found = pengayom_measure::calc("rate-intervals", &json!({"pairs": [[7, 168.0]]}))?;
/// assert_eq!(found[0]["count"], 7);
/// # Ok::<(), pengayom_measure::CalcError>(())
/// ```
pub fn calc(method: &str, input: &Value) -> Result<Value, CalcError> {
    match method {
        "proportion-intervals" => {
            let Pairs::<(u64, u64)> { pairs } = read("proportion-intervals", input)?;
            rows("proportion-intervals", &pairs, |&(x, n)| {
                proportion_row(x, n)
            })
        }
        "rate-intervals" => {
            let Pairs::<(u64, f64)> { pairs } = read("rate-intervals", input)?;
            rows("rate-intervals", &pairs, |&(x, t)| rate_row(x, t))
        }
        "rate-ratio" => {
            let Rows::<(u64, f64, u64, f64)> { rows: given } = read("rate-ratio", input)?;
            rows("rate-ratio", &given, |&(x1, t1, x2, t2)| {
                ratio_row(x1, t1, x2, t2)
            })
        }
        "proportion-difference" => {
            let Rows::<(u64, u64, u64, u64)> { rows: given } =
                read("proportion-difference", input)?;
            rows("proportion-difference", &given, |&(x1, n1, x2, n2)| {
                difference_row(x1, n1, x2, n2)
            })
        }
        _ => Err(CalcError::UnknownMethod {
            method: method.to_owned(),
        }),
    }
}

#[derive(Deserialize)]
struct Pairs<T> {
    pairs: Vec<T>,
}

#[derive(Deserialize)]
struct Rows<T> {
    rows: Vec<T>,
}

fn read<T: DeserializeOwned>(method: &'static str, input: &Value) -> Result<T, CalcError> {
    T::deserialize(input).map_err(|fault| CalcError::Input {
        method,
        fault: fault.to_string(),
    })
}

fn rows<T>(
    method: &'static str,
    given: &[T],
    one: impl Fn(&T) -> Result<Value, String>,
) -> Result<Value, CalcError> {
    if given.len() > ROWS_MAX {
        let fault = format!("too many rows: {}, limit {ROWS_MAX}", given.len());
        return Err(CalcError::Input { method, fault });
    }
    given
        .iter()
        .enumerate()
        .map(|(row, of)| one(of).map_err(|fault| CalcError::Row { row, fault }))
        .collect::<Result<Vec<Value>, CalcError>>()
        .map(Value::Array)
}

fn proportion_row(x: u64, n: u64) -> Result<Value, String> {
    let say = |fault: ProportionError| fault.to_string();
    Ok(json!({
        "x": x,
        "n": n,
        "clopper_pearson": ends(proportion::clopper_pearson(x, n).map_err(say)?),
        "wilson": ends(proportion::wilson_interval(x, n, Z_95).map_err(say)?),
        "jeffreys": ends(proportion::jeffreys(x, n).map_err(say)?),
        "agresti_coull": ends(proportion::agresti_coull(x, n).map_err(say)?),
    }))
}

fn rate_row(x: u64, t: f64) -> Result<Value, String> {
    let say = |fault: RateError| fault.to_string();
    let garwood = rate::garwood(x, t).map_err(say)?;
    Ok(json!({
        "count": x,
        "exposure": t,
        "garwood": ends(garwood),
        "jeffreys": ends(rate::jeffreys(x, t).map_err(say)?),
        // Another library's name for the same interval.
        "exact_c": ends(garwood),
        "score": ends(rate::score(x, t).map_err(say)?),
    }))
}

fn ratio_row(x1: u64, t1: f64, x2: u64, t2: f64) -> Result<Value, String> {
    if x1.saturating_add(x2) > EVENTS_MAX {
        return Err(format!(
            "too many events: {}, limit {EVENTS_MAX}",
            x1.saturating_add(x2)
        ));
    }
    let rates = TwoRates::new((x1, t1), (x2, t2)).map_err(|fault| fault.to_string())?;
    let mut row = json!({
        "x1": x1,
        "t1": t1,
        "x2": x2,
        "t2": t2,
        "ratio": rates.ratio().map(number),
        "conditional_exact95": ends(rates.conditional_exact()),
        "jeffreys95": ends(rates.jeffreys()),
        "jeffreys_median": number(rates.jeffreys_quantile(0.5)),
        "p_exact_cond_two_sided": number(rates.exact_p()),
        "p_cond_midp": number(rates.mid_p()),
    });
    if let (Some(interval), Some(fields)) = (rates.score_log(), row.as_object_mut()) {
        fields.insert("score_log95".to_owned(), ends(interval));
    }
    Ok(row)
}

fn difference_row(x1: u64, n1: u64, x2: u64, n2: u64) -> Result<Value, String> {
    let say = |fault: ProportionError| fault.to_string();
    let (first, second) = ((x1, n1), (x2, n2));
    let score = difference::miettinen_nurminen(first, second).map_err(say)?;
    let peer = difference::score_interval_of_statsmodels(first, second).map_err(say)?;
    Ok(json!({
        "x1": x1,
        "n1": n1,
        "x2": x2,
        "n2": n2,
        "newcombe95": ends(difference::newcombe(first, second).map_err(say)?),
        // The reference cases give the peer's figure under the paper's name.
        "miettinen_nurminen95": peer.map(ends),
        "miettinen_nurminen95_as_published": ends(score),
    }))
}

fn ends(interval: Interval) -> Value {
    json!([number(interval.low), number(interval.high)])
}

/// A number as JSON, which has no infinity.
fn number(of: f64) -> Value {
    if of == f64::INFINITY {
        json!("inf")
    } else if of == f64::NEG_INFINITY {
        json!("-inf")
    } else {
        // NaN becomes null: undefined.
        json!(of)
    }
}
