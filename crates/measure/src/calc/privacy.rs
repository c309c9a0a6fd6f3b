//! Noise, its cost in privacy, and the suppression of small cells.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Method, number, read, rows};
use crate::noise::{self, NoiseError};
use crate::zcdp::{self, ZcdpError};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("noise-accuracy", |method, input| {
        let Scales { scales, alpha } = read(method, input)?;
        rows(method, &scales, |&scale| {
            accuracy(scale, alpha).map_err(|fault| fault.to_string())
        })
    }),
    ("geometric-pmf", |method, input| {
        let Epsilons { epsilon } = read(method, input)?;
        rows(method, &epsilon, |&epsilon| {
            amounts(epsilon).map_err(|fault| fault.to_string())
        })
    }),
    ("zcdp", |method, input| {
        let Releases { rows: given } = read(method, input)?;
        rows(method, &given, |&row| {
            released(row).map_err(|fault| fault.to_string())
        })
    }),
    ("suppress", super::suppress::suppress),
];

/// Amounts of geometric noise, from 0, that a probability is given for.
const AMOUNTS: u32 = 7;

#[derive(Deserialize)]
struct Scales {
    scales: Vec<f64>,
    #[serde(default = "one_in_twenty")]
    alpha: f64,
}

#[derive(Deserialize)]
struct Epsilons {
    epsilon: Vec<f64>,
}

/// Cost of a release, releases, delta.
#[derive(Deserialize)]
struct Releases {
    rows: Vec<(f64, u64, f64)>,
}

fn one_in_twenty() -> f64 {
    0.05
}

fn accuracy(scale: f64, alpha: f64) -> Result<Value, NoiseError> {
    // The keys are those of the reference cases, whose alpha is 0.05.
    Ok(json!({
        "scale": scale,
        "alpha": alpha,
        "laplace_95": number(noise::laplace_reach(scale, alpha)?),
        "discrete_laplace_95": number(noise::discrete_laplace_reach(scale, alpha)?),
        "discrete_gaussian_95": number(noise::discrete_gaussian_reach(scale, alpha)?),
    }))
}

fn amounts(epsilon: f64) -> Result<Value, NoiseError> {
    (0..AMOUNTS)
        .map(|k| noise::geometric_probability(epsilon, k).map(number))
        .collect::<Result<Vec<Value>, NoiseError>>()
        .map(Value::Array)
}

fn released((rho, releases, delta): (f64, u64, f64)) -> Result<Value, ZcdpError> {
    let total = zcdp::compose(rho, releases)?;
    Ok(json!({
        "rho_per_release": rho,
        "releases": releases,
        "delta": delta,
        "rho_total": total,
        "epsilon_tight": number(zcdp::epsilon(total, delta)?),
        "epsilon_simple": number(zcdp::epsilon_simple(total, delta)?),
        "gaussian_scale_sensitivity_1": number(zcdp::gaussian_scale(rho, 1.0)?),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::calc;
    use serde_json::json;

    #[test]
    fn alpha_left_out_is_one_in_twenty() {
        let found = calc("noise-accuracy", &json!({"scales": [2]})).unwrap();
        assert_eq!(found[0]["discrete_gaussian_95"], 5.0);
        assert_eq!(found[0]["alpha"], 0.05);
    }

    #[test]
    fn rows_that_make_no_sense_are_refused_with_their_place() {
        let said = |method, input| calc(method, &input).unwrap_err().to_string();
        assert!(said("noise-accuracy", json!({"scales": [1, 0]})).starts_with("row 1: scale"));
        assert!(said("geometric-pmf", json!({"epsilon": [-1]})).starts_with("row 0: epsilon"));
        assert!(said("zcdp", json!({"rows": [[0.1, 1, 2.0]]})).starts_with("row 0: delta"));
        assert!(said("zcdp", json!({"rows": [[0.1, -1, 0.1]]})).starts_with("input of zcdp"));
        // Nothing released, nothing lost.
        let found = calc("zcdp", &json!({"rows": [[0.0, 9, 1e-6], [0.1, 3, 0.0]]})).unwrap();
        assert_eq!(found[0]["epsilon_tight"], 0.0);
        assert_eq!(found[0]["gaussian_scale_sensitivity_1"], "inf");
        assert_eq!(found[1]["epsilon_tight"], "inf");
    }

    #[test]
    fn a_table_that_cannot_be_made_safe_has_no_suppression() {
        let found = calc("suppress", &json!({"table": [[9, 3, 20]]})).unwrap();
        assert_eq!(found["primary"], json!([[0, 1]]));
        assert!(found["secondary_count"].is_null() && found["secondary_total"].is_null());
        assert!(found["fault"].as_str().unwrap().contains("row 0, column 1"));
        let found = calc("suppress", &json!({"table": [[9.0, 8], [7, 6]], "k": 5.0})).unwrap();
        assert_eq!(found["secondary_count"], 0);
        let said = |input| calc("suppress", &input).unwrap_err().to_string();
        assert!(said(json!({"table": [[1, 2], [3, -1]]})).starts_with("row 1: a cell is no count"));
        assert!(said(json!({"table": [[1.5]]})).starts_with("row 0: a cell is no count"));
        assert!(said(json!({"table": [[1, 2], [3]]})).contains("row 1 has 1 cells"));
        assert!(said(json!({"table": [], "k": 5})).contains("no cells"));
        assert!(said(json!({"table": [[1]], "k": 0})).contains("width"));
    }
}
