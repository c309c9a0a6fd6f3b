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
