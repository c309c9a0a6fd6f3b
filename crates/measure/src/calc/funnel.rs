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
#[serde(deny_unknown_fields)]
struct Ratios {
    obs: Vec<f64>,
    exp: Vec<f64>,
    #[serde(default = "winsorise")]
    winsorise: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
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

#[cfg(test)]
mod tests {
    use super::super::calc;
    use super::*;

    const ALL: [&str; 3] = ["funnel-ratio", "funnel-ratio-sqrt", "funnel-proportion"];

    /// The input of any of the three.
    fn input(method: &str, counts: &Value, sizes: &Value) -> Value {
        if method == "funnel-proportion" {
            json!({"num": counts, "den": sizes})
        } else {
            json!({"obs": counts, "exp": sizes})
        }
    }

    #[test]
    fn units_that_cannot_be_compared_are_refused_by_name_or_row() {
        for method in ALL {
            let said = |counts, sizes| {
                calc(method, &input(method, &counts, &sizes))
                    .unwrap_err()
                    .to_string()
            };
            for wrong in [json!(null), json!(3), json!([1, null]), json!(["inf", 1])] {
                let said = said(wrong, json!([1, 1]));
                assert!(said.starts_with(&format!("input of {method}: ")), "{said}");
            }
            assert!(said(json!([]), json!([])).contains("too few units: 0"));
            assert!(said(json!([1]), json!([1])).contains("too few units: 1"));
            assert!(said(json!([1, 1]), json!([1])).contains("2 counts, but 1 sizes"));
            assert!(said(json!([1, -1]), json!([1, 1])).starts_with("row 1: "));
            assert!(said(json!([1, 1]), json!([1, 0])).starts_with("row 1: "));
            for (key, value) in [("winsorise", json!(0.5)), ("winsorize", json!(0.1))] {
                let mut given = input(method, &json!([1, 1]), &json!([2, 2]));
                given[key] = value;
                let said = calc(method, &given).unwrap_err().to_string();
                assert!(said.contains("winsori"), "{said}");
            }
        }
        let said = |method, counts, sizes| {
            calc(method, &input(method, &counts, &sizes))
                .unwrap_err()
                .to_string()
        };
        let zero = said("funnel-ratio", json!([1, 0]), json!([1, 1]));
        assert!(zero.starts_with("row 1: ") && zero.contains("square-root scale"));
        assert!(said("funnel-proportion", json!([1, 3]), json!([1, 2])).starts_with("row 1: "));
        assert!(said("funnel-proportion", json!([1, 1]), json!([1, 2.5])).starts_with("row 1: "));
    }

    #[test]
    fn units_without_any_event_have_limits() {
        let none = calc("funnel-proportion", &json!({"num": [0, 0], "den": [5, 9]})).unwrap();
        assert_eq!(none["limits_by_chance"]["up998"], json!([0.0, 0.0]));
        assert_eq!((&none["signals"], &none["phi"]), (&json!([]), &json!(0.0)));
        let none = calc("funnel-ratio-sqrt", &json!({"obs": [0, 0], "exp": [1, 2]})).unwrap();
        assert_eq!(none["limits_by_chance"]["lo95"], json!([0.0, 0.0]));
        assert_eq!(none["signals"], json!([]));
    }
}
