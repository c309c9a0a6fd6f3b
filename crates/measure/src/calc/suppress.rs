//! The suppression of small cells.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CalcError, read};
use crate::suppression::{self, LeftOut, SuppressionError};

/// A table of counts and the least width; counts may be written `12` or `12.0`.
#[derive(Deserialize)]
struct Counts {
    table: Vec<Vec<f64>>,
    #[serde(default = "five")]
    k: f64,
}

fn five() -> f64 {
    5.0
}

pub(super) fn suppress(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let Counts { table, k } = read(method, input)?;
    let fault = |fault: String| CalcError::Input { method, fault };
    let width = whole(k).ok_or_else(|| fault(format!("k must be a count: found {k}")))?;
    let mut counts = Vec::with_capacity(table.len());
    for (row, of) in table.iter().enumerate() {
        let of: Option<Vec<u64>> = of.iter().map(|&count| whole(count)).collect();
        counts.push(of.ok_or_else(|| CalcError::Row {
            row,
            fault: "a cell is no count: expected a whole number from 0 on".to_owned(),
        })?);
    }
    match suppression::suppress(&counts, width) {
        Ok(found) => Ok(json!({
            "primary": places(&found.primary),
            "secondary": places(&found.secondary),
            "secondary_count": found.secondary.len(),
            "secondary_total": found.secondary_total,
            "ranges": found.primary.iter().chain(&found.secondary).map(range).collect::<Vec<_>>(),
            "is_least": found.is_least,
            "fault": null,
        })),
        // Undefined rather than wrong: there is no such suppression.
        Err(nothing @ SuppressionError::Unprotectable { .. }) => {
            let small = counts.iter().enumerate().flat_map(|(row, of)| {
                let small = of
                    .iter()
                    .enumerate()
                    .filter(|(_, count)| (1..width).contains(*count));
                small.map(move |(column, _)| [row, column])
            });
            Ok(json!({
                "primary": small.collect::<Vec<_>>(),
                "secondary": null,
                "secondary_count": null,
                "secondary_total": null,
                "ranges": null,
                "is_least": null,
                "fault": nothing.to_string(),
            }))
        }
        Err(other) => Err(fault(other.to_string())),
    }
}

/// A whole number from 0 up to 2^53, where every one of them is its own.
fn whole(of: f64) -> Option<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and in range"
    )]
    ((0.0..=9_007_199_254_740_992.0).contains(&of) && of.fract() == 0.0).then_some(of as u64)
}

fn places(cells: &[LeftOut]) -> Vec<[usize; 2]> {
    cells.iter().map(|of| [of.row, of.column]).collect()
}

fn range(of: &LeftOut) -> Value {
    json!([[of.row, of.column], [of.low, of.high]])
}
