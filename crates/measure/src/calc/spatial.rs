//! Moran, Geary, Getis and Ord, and the control of false discoveries over areas.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CalcError, Method, ends, number, read};
use crate::geary::geary;
use crate::getis_ord::{Around, local_g};
use crate::moran::{UnderChance, local_moran, moran, standardised_rates};
use crate::neighbours::{Neighbours, SpatialError, rates};

pub(super) const METHODS: &[(&str, Method)] = &[("spatial", |method, input| {
    let given: Areas = read(method, input)?;
    spatial(&given).map_err(|fault| CalcError::Input {
        method,
        fault: fault.to_string(),
    })
})];

#[derive(Deserialize)]
struct Areas {
    x: Vec<f64>,
    neighbours: Vec<Vec<usize>>,
    denominator: Option<Vec<f64>>,
}

fn maybe(of: Option<f64>) -> Value {
    of.map_or(Value::Null, number)
}

fn spatial(given: &Areas) -> Result<Value, SpatialError> {
    let neighbours = Neighbours::new(&given.neighbours)?;
    let mut found = figures(&given.x, &neighbours)?;
    if let (Some(denominator), Some(fields)) = (&given.denominator, found.as_object_mut()) {
        let raw = rates(&given.x, denominator)?;
        let steadied = standardised_rates(&given.x, denominator)?;
        // Where every rate is the same, that is all there is to say of them.
        let of_rate = figures(&raw, &neighbours).unwrap_or_default();
        let steadied = moran(&steadied, &neighbours).ok();
        let random = steadied.and_then(|of| of.randomisation);
        for (key, value) in [
            ("moran_i_eb_rate", maybe(steadied.map(|of| of.i))),
            ("z_randomisation_eb_rate", maybe(random.map(|of| of.z))),
            (
                "p_randomisation_two_sided_eb_rate",
                maybe(random.map(|of| of.p)),
            ),
            ("rate", json!(raw)),
            ("of_rate", of_rate),
        ] {
            fields.insert(key.to_owned(), value);
        }
    }
    Ok(found)
}

/// All spatial figures of one variable.
fn figures(x: &[f64], neighbours: &Neighbours) -> Result<Value, SpatialError> {
    let global = moran(x, neighbours)?;
    let part = |of: Option<UnderChance>, part: fn(UnderChance) -> f64| maybe(of.map(part));
    let (normal, random) = (global.normal, global.randomisation);
    let differences = geary(x, neighbours)?;
    let local = local_moran(x, neighbours)?;
    let gi = local_g(x, neighbours, Around::Neighbours)?;
    let star = local_g(x, neighbours, Around::AreaToo)?;
    Ok(json!({
        "n": global.n,
        "moran_i": number(global.i),
        "expected_i": number(global.expected),
        "chance95": global.chance.map(ends),
        "var_normal": part(normal, |of| of.variance),
        "z_normal": part(normal, |of| of.z),
        "p_normal_two_sided": part(normal, |of| of.p),
        "var_randomisation": part(random, |of| of.variance),
        "z_randomisation": part(random, |of| of.z),
        "p_randomisation_two_sided": part(random, |of| of.p),
        "geary_c": number(differences.c),
        "geary_z_normal": part(differences.normal, |of| of.z),
        "geary_p_normal_two_sided": part(differences.normal, |of| of.p),
        "geary_z_randomisation": part(differences.randomisation, |of| of.z),
        "geary_p_randomisation_two_sided": part(differences.randomisation, |of| of.p),
        "local_moran": local.iter().map(|of| number(of.i)).collect::<Vec<_>>(),
        "local_moran_quadrant": local.iter().map(|of| of.quadrant as u8).collect::<Vec<_>>(),
        "local_moran_p_two_sided": local.iter().map(|of| maybe(of.p)).collect::<Vec<_>>(),
        "local_moran_q_bh": local.iter().map(|of| maybe(of.q)).collect::<Vec<_>>(),
        "z": local.iter().map(|of| number(of.z)).collect::<Vec<_>>(),
        "lag": local.iter().map(|of| number(of.lag)).collect::<Vec<_>>(),
        "getis_ord_gi_z": gi.iter().map(|of| maybe(of.z)).collect::<Vec<_>>(),
        "gi_p_two_sided": gi.iter().map(|of| maybe(of.p)).collect::<Vec<_>>(),
        "gi_q_bh": gi.iter().map(|of| maybe(of.q)).collect::<Vec<_>>(),
        "getis_ord_gi_star_z": star.iter().map(|of| maybe(of.z)).collect::<Vec<_>>(),
        "gi_star_p_two_sided": star.iter().map(|of| maybe(of.p)).collect::<Vec<_>>(),
        "gi_star_q_bh": star.iter().map(|of| maybe(of.q)).collect::<Vec<_>>(),
        "spot": star.iter().map(|of| of.spot).collect::<Vec<_>>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::calc;
    use serde_json::json;

    #[test]
    fn with_a_denominator_the_rates_have_their_own_figures() {
        let row = json!([[1], [0, 2], [1, 3], [2]]);
        let input = json!({"x": [4, 2, 9, 1], "neighbours": row, "denominator": [2, 1, 3, 1]});
        let found = calc("spatial", &input).unwrap();
        assert_eq!(found["rate"], json!([2.0, 2.0, 3.0, 1.0]));
        let alone = json!({"x": [2, 2, 3, 1], "neighbours": row});
        let alone = calc("spatial", &alone).unwrap();
        assert_eq!(found["of_rate"], alone);
        assert!(found["moran_i_eb_rate"].is_f64() && alone.get("rate").is_none());
        // One rate everywhere: nothing to say of rates, and of counts what there is.
        let input = json!({"x": [4, 2, 6, 2], "neighbours": row, "denominator": [2, 1, 3, 1]});
        let found = calc("spatial", &input).unwrap();
        assert!(found["moran_i_eb_rate"].is_null() && found["of_rate"].is_null());
        assert!(found["moran_i"].is_f64());
    }

    #[test]
    fn areas_that_make_no_sense_are_refused() {
        let said = |input| calc("spatial", &input).unwrap_err().to_string();
        let row = json!([[1], [0, 2], [1]]);
        for (input, fault) in [
            (
                json!({"x": [1, 2, 3], "neighbours": [[], [], []]}),
                "no area has a neighbour",
            ),
            (
                json!({"x": [1, 2, 3], "neighbours": [[3], [], []]}),
                "neighbour 3",
            ),
            (
                json!({"x": [1, 2, 3], "neighbours": [[-1], [], []]}),
                "invalid value",
            ),
            (
                json!({"x": [1, 2], "neighbours": row}),
                "x has 2 rows: expected 3",
            ),
            (json!({"x": [2, 2, 2], "neighbours": row}), "same value"),
            (
                json!({"x": [1, 2, 3], "neighbours": row, "denominator": [1, 0, 1]}),
                "area 1",
            ),
        ] {
            let said = said(input);
            assert!(
                said.starts_with("input of spatial: ") && said.contains(fault),
                "{said}"
            );
        }
    }
}
