//! Units beside one another.

use serde::Deserialize;
use serde_json::{Value, json};

use super::spc::{check, numbers};
use super::{CalcError, Method, number, read};
use crate::funnel::{
    Funnel, FunnelError, FunnelUnit, Limits, WINSORISE, ratio_funnel, ratio_root_funnel,
    share_funnel,
};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("funnel-ratio", |method, input| {
        ratios(method, input, ratio_funnel)
    }),
    ("funnel-ratio-sqrt", |method, input| {
        ratios(method, input, ratio_root_funnel)
    }),
    ("funnel-proportion", |method, input| {
        let given: Shares = read(method, input)?;
        check(method, given.num.len())?;
        let funnel = share_funnel(&given.num, &given.den, given.winsorise)
            .map_err(|fault| said(method, fault))?;
        let mut of = common(&funnel);
        add(
            &mut of,
            json!({
                "proportion": each(&funnel, |unit| unit.value),
                "limits": limits(&funnel, |unit| unit.approximate),
                "limits_exact_binomial": limits(&funnel, |unit| unit.exact),
            }),
        );
        Ok(of)
    }),
];

#[derive(Deserialize)]
struct Ratios {
    obs: Vec<f64>,
    exp: Vec<f64>,
    #[serde(default = "winsorise")]
    winsorise: f64,
}

#[derive(Deserialize)]
struct Shares {
    num: Vec<f64>,
    den: Vec<f64>,
    #[serde(default = "winsorise")]
    winsorise: f64,
}

fn winsorise() -> f64 {
    WINSORISE
}

/// A funnel of ratios.
type Ratio = fn(&[f64], &[f64], f64) -> Result<Funnel, FunnelError>;

fn ratios(method: &'static str, input: &Value, funnel: Ratio) -> Result<Value, CalcError> {
    let given: Ratios = read(method, input)?;
    check(method, given.obs.len())?;
    let funnel =
        funnel(&given.obs, &given.exp, given.winsorise).map_err(|fault| said(method, fault))?;
    let mut of = common(&funnel);
    add(
        &mut of,
        json!({
            "ratio": each(&funnel, |unit| unit.value),
            "limits_approximate": limits(&funnel, |unit| unit.approximate),
            "limits_exact_poisson": limits(&funnel, |unit| unit.exact),
        }),
    );
    Ok(of)
}

fn said(method: &'static str, fault: FunnelError) -> CalcError {
    match fault {
        FunnelError::Count { index: row, .. }
        | FunnelError::Size { index: row, .. }
        | FunnelError::Trials { index: row, .. }
        | FunnelError::MoreThanAll { index: row, .. }
        | FunnelError::ZeroOnLogScale { index: row } => CalcError::Row {
            row,
            fault: fault.to_string(),
        },
        _ => CalcError::Input {
            method,
            fault: fault.to_string(),
        },
    }
}

fn add(to: &mut Value, more: Value) {
    if let (Some(to), Value::Object(more)) = (to.as_object_mut(), more) {
        to.extend(more);
    }
}

fn common(funnel: &Funnel) -> Value {
    json!({
        "n": funnel.n,
        "target": funnel.target,
        "z": each(funnel, |unit| unit.z),
        "phi": funnel.phi,
        "tau2": funnel.tau_squared,
        "chi2_p_overdispersion": funnel.overdispersion_p,
        "z_adjusted": each(funnel, |unit| unit.z_adjusted),
        "limits_by_chance": limits(funnel, |unit| unit.by_chance),
        "limits_od": limits(funnel, |unit| unit.overdispersed),
        "in_force": funnel.in_force,
        "signals": funnel.signals,
    })
}

fn each(funnel: &Funnel, figure: fn(&FunnelUnit) -> f64) -> Value {
    numbers(funnel.units.iter().map(|unit| Some(figure(unit))))
}

fn limits(funnel: &Funnel, of: fn(&FunnelUnit) -> Limits) -> Value {
    let end = |end: fn(Limits) -> f64| -> Value {
        let ends = funnel.units.iter().map(|unit| number(end(of(unit))));
        ends.collect()
    };
    json!({
        "lo95": end(|limits| limits.within_95.low),
        "up95": end(|limits| limits.within_95.high),
        "lo998": end(|limits| limits.within_998.low),
        "up998": end(|limits| limits.within_998.high),
    })
}
