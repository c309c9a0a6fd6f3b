//! One method by its name: JSON in, JSON out.
//!
//! Names and shapes are those of the reference cases in `tests/reference/`. An undefined figure is
//! `null`, an infinite one `"inf"`. Each topic has a file with the table of its methods.

mod equity;
mod funnel;
mod impact;
mod intervals;
mod mix;
mod pooling;
mod privacy;
mod spatial;
mod spc;
mod suppress;
mod survey;
mod variance;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::proportion::Interval;

/// A method: its input in, its figures out. The name is that it was called by, for what it says.
type Method = fn(&'static str, &Value) -> Result<Value, CalcError>;

/// Every topic's methods by their names.
const TOPICS: &[&[(&str, Method)]] = &[
    equity::METHODS,
    funnel::METHODS,
    impact::METHODS,
    intervals::METHODS,
    mix::METHODS,
    pooling::METHODS,
    privacy::METHODS,
    spatial::METHODS,
    spc::METHODS,
    survey::METHODS,
    variance::METHODS,
];

/// Most rows one calculation takes where its topic does not say otherwise.
const ROWS_MAX: usize = 100_000;

/// Every method [`calc`] knows, topic by topic.
pub fn methods() -> impl Iterator<Item = &'static str> {
    table().map(|&(name, _)| name)
}

fn table() -> impl Iterator<Item = &'static (&'static str, Method)> {
    TOPICS.iter().copied().flatten()
}

/// Why a calculation cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum CalcError {
    /// No method of this name.
    #[error("method {method:?} is not known; known are {}", methods().collect::<Vec<_>>().join(", "))]
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
    let known = table().find(|(name, _)| *name == method);
    let Some(&(name, carry_out)) = known else {
        return Err(CalcError::UnknownMethod {
            method: method.to_owned(),
        });
    };
    carry_out(name, input)
}

/// The input of a method in the shape it takes.
fn read<T: DeserializeOwned>(method: &'static str, input: &Value) -> Result<T, CalcError> {
    T::deserialize(input).map_err(|fault| CalcError::Input {
        method,
        fault: fault.to_string(),
    })
}

/// Carries out `one` on every row, at most [`ROWS_MAX`]; an error says which row.
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
