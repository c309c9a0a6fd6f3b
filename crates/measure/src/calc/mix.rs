//! The mix of units over areas.

use serde::Deserialize;
use serde_json::{Value, json};

use super::spc::numbers;
use super::{CalcError, Method, read};
use crate::mix::{MixFigures, mix};

pub(super) const METHODS: &[(&str, Method)] = &[("mix", |method, input| {
    let Counts {
        counts,
        units,
        areas,
    } = read(method, input)?;
    let width = counts.first().map_or(0, Vec::len);
    let cells = counts.len().saturating_mul(width);
    let refused = |fault: String| CalcError::Input { method, fault };
    if cells > CELLS_MAX {
        return Err(refused(format!(
            "too many counts: {cells}, limit {CELLS_MAX}"
        )));
    }
    if let Some(row) = counts.iter().position(|row| row.len() != width) {
        let fault = format!("{width} counts as in the first row are needed");
        return Err(CalcError::Row { row, fault });
    }
    for (names, have, what) in [(units, counts.len(), "units"), (areas, width, "areas")] {
        if names.as_ref().is_some_and(|names| names.len() != have) {
            let names = names.map_or(0, |names| names.len());
            return Err(refused(format!(
                "{names} names of {what}, but counts of {have}"
            )));
        }
    }
    let mut flat = Vec::with_capacity(cells);
    for (row, of) in counts.into_iter().enumerate() {
        for count in of {
            flat.push(whole(count).map_err(|fault| CalcError::Row { row, fault })?);
        }
    }
    let found = mix(&flat, width).map_err(|fault| refused(fault.to_string()))?;
    let each = |figure: fn(&MixFigures) -> Option<f64>| {
        numbers(
            found
                .units
                .iter()
                .map(|unit| unit.mix.as_ref().and_then(figure)),
        )
    };
    Ok(json!({
        "n": found.n,
        "unit_n": found.units.iter().map(|unit| json!(unit.n)).collect::<Value>(),
        "pool": found.pool,
        "hhi": each(|unit| Some(unit.hhi)),
        "hhi_unbiased": each(|unit| unit.hhi_unbiased),
        "entropy": each(|unit| Some(unit.entropy)),
        "effective_areas": each(|unit| Some(unit.effective_areas)),
        "kl_from_pool": each(|unit| Some(unit.kl_from_pool)),
        "kl_bias_miller_madow": each(|unit| Some(unit.kl_bias_miller_madow)),
        "kl_by_chance": each(|unit| Some(unit.kl_by_chance)),
        "dissimilarity": each(|unit| Some(unit.dissimilarity)),
        "mutual_information": found.mutual_information,
        "theil_segregation_H": found.theil_segregation,
    }))
})];

/// Most counts one calculation takes; the library's function has no limit.
const CELLS_MAX: usize = 2_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "each is the name of a key")]
struct Counts {
    counts: Vec<Vec<f64>>,
    units: Option<Vec<Value>>,
    areas: Option<Vec<Value>>,
}

/// A count written as any number, once it is one.
fn whole(count: f64) -> Result<u64, String> {
    if count.fract() > 0.0 || !(0.0..9_007_199_254_740_992.0).contains(&count) {
        return Err(format!(
            "a count is a whole number from 0 on, found {count}"
        ));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative and below 2^53"
    )]
    let count = count as u64;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::calc;
    use super::*;

    #[test]
    fn counts_that_have_no_mix_are_refused_by_name_or_row() {
        let said = |input: Value| calc("mix", &input).unwrap_err().to_string();
        for counts in [
            json!(null),
            json!(3),
            json!([1]),
            json!([[1, null]]),
            json!([["inf"]]),
        ] {
            let said = said(json!({"counts": counts}));
            assert!(said.starts_with("input of mix: "), "{said}");
        }
        assert!(said(json!({"counts": []})).contains("no units or no areas"));
        assert!(said(json!({"counts": [[], []]})).contains("no units or no areas"));
        assert!(said(json!({"counts": [[0, 0], [0, 0]]})).contains("no event"));
        assert!(said(json!({"counts": [[1, 2], [1]]})).starts_with("row 1: 2 counts"));
        for wrong in [json!(-1), json!(0.5), json!(1e300)] {
            assert!(said(json!({"counts": [[1, 2], [1, wrong]]})).starts_with("row 1: a count"));
        }
        assert!(said(json!({"counts": [vec![1e15; 10]]})).contains("more than 2^53"));
        let names = json!({"counts": [[1, 2]], "areas": ["north"]});
        assert!(said(names).contains("1 names of areas, but counts of 2"));
        assert!(said(json!({"counts": [[1, 2]], "unit": ["a"]})).contains("unit"));
    }

    #[test]
    fn a_unit_without_events_has_nulls() {
        let found = calc("mix", &json!({"counts": [[0, 0], [1, 0]]})).unwrap();
        assert_eq!(found["hhi"], json!([null, 1.0]));
        assert_eq!(found["hhi_unbiased"], json!([null, null]));
        assert_eq!(found["theil_segregation_H"], Value::Null);
    }
}
