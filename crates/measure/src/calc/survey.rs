//! Surveys: the satisfaction index, sample size, reliability, weights.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::variance::{figures, grouping};
use super::{CalcError, Method, ends, number, read, rows};
use crate::mixed::Grouping;
use crate::rake::{Margin, RakeError, rake};
use crate::reliability::{ReliabilityError, reliability};
use crate::sample_size::{Precision, sample_size};
use crate::satisfaction::{
    Bands, Grade, SatisfactionError, SatisfactionIndex, Weights, grade, satisfaction_index,
    satisfaction_index_of_means,
};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("ikm", |method, input| {
        let Everybody {
            answers,
            weight,
            bands,
        } = read(method, input)?;
        let answers = table(method, &answers)?;
        let is_equal = weight.is_none();
        let of = satisfaction_index(&answers, &weights(weight), bands.of(method)?)
            .map_err(satisfaction_fault(method))?;
        Ok(index(&of, is_equal))
    }),
    ("ikm-means", |method, input| {
        let Means {
            element_mean,
            weight,
            bands,
        } = read(method, input)?;
        let of = satisfaction_index_of_means(&element_mean, &weights(weight), bands.of(method)?)
            .map_err(|error| fault(method, error.to_string()))?;
        Ok(index(&of, false))
    }),
    ("ikm-grade", |method, input| {
        let Indices { ikm, bands } = read(method, input)?;
        let bands = bands.of(method)?;
        rows(method, &ikm, |&of| {
            grade(of, bands)
                .map(|of| json!(letter(of)))
                .map_err(|error| error.to_string())
        })
    }),
    ("sample-size", |method, input| {
        let Populations { n, chi2, p, d } = read(method, input)?;
        let usual = Precision::default();
        let precision = Precision {
            chi_squared: chi2.unwrap_or(usual.chi_squared),
            share: p.unwrap_or(usual.share),
            error: d.unwrap_or(usual.error),
        };
        rows(method, &n, |&of| {
            sample_size(of, precision)
                .map(|of| number(of.exact))
                .map_err(|error| error.to_string())
        })
    }),
    ("reliability", scale),
    ("rake", raked),
];

/// Most rows of a survey.
const PEOPLE_MAX: usize = 2_000_000;

fn fault(method: &'static str, fault: impl Into<String>) -> CalcError {
    CalcError::Input {
        method,
        fault: fault.into(),
    }
}

#[derive(Deserialize)]
struct Everybody {
    answers: Vec<Vec<Value>>,
    #[serde(default)]
    weight: Option<Weight>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
struct Means {
    element_mean: Vec<f64>,
    #[serde(default)]
    weight: Option<Weight>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
struct Indices {
    ikm: Vec<f64>,
    #[serde(default)]
    bands: BandsName,
}

#[derive(Deserialize)]
struct Populations {
    #[serde(rename = "N")]
    n: Vec<f64>,
    #[serde(default)]
    chi2: Option<f64>,
    #[serde(default, rename = "P")]
    p: Option<f64>,
    #[serde(default)]
    d: Option<f64>,
}

#[derive(Deserialize)]
struct People {
    x: Vec<Vec<Value>>,
}

/// One weight for all elements, or one for each.
#[derive(Deserialize)]
#[serde(untagged)]
enum Weight {
    Each(f64),
    Of(Vec<f64>),
}

fn weights(of: Option<Weight>) -> Weights {
    match of {
        None => Weights::Equal,
        Some(Weight::Each(of)) => Weights::Each(of),
        Some(Weight::Of(of)) => Weights::Of(of),
    }
}

/// The year of the bands, as text or number; none is 2017.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct BandsName(Value);

impl BandsName {
    fn of(&self, method: &'static str) -> Result<Bands, CalcError> {
        match &self.0 {
            Value::Null => Ok(Bands::default()),
            Value::String(year) if year == "2017" => Ok(Bands::Of2017),
            Value::String(year) if year == "2004" => Ok(Bands::Of2004),
            Value::Number(year) if year.as_u64() == Some(2017) => Ok(Bands::Of2017),
            Value::Number(year) if year.as_u64() == Some(2004) => Ok(Bands::Of2004),
            other => Err(fault(
                method,
                format!("bands: expected \"2017\" or \"2004\", found {other}"),
            )),
        }
    }
}

/// Rows of answers; what is no number is NaN, which each method refuses with its place.
fn table(method: &'static str, rows: &[Vec<Value>]) -> Result<Vec<Vec<f64>>, CalcError> {
    if rows.len() > PEOPLE_MAX {
        let said = format!("too many rows: {}, limit {PEOPLE_MAX}", rows.len());
        return Err(fault(method, said));
    }
    Ok(rows.iter().map(|row| figures(row)).collect())
}

fn satisfaction_fault(method: &'static str) -> impl Fn(SatisfactionError) -> CalcError {
    move |error| match error {
        SatisfactionError::Ragged {
            row,
            expected,
            found,
        } => CalcError::Row {
            row,
            fault: format!("expected {expected} answers, found {found}"),
        },
        SatisfactionError::NotFinite {
            row,
            element,
            value,
        } => CalcError::Row {
            row,
            fault: format!("element {element}: expected a finite number, found {value}"),
        },
        error => fault(method, error.to_string()),
    }
}

fn letter(of: Grade) -> &'static str {
    match of {
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
        Grade::D => "D",
    }
}

/// `se_simple` is the peer's: of the plain mean of answers, where no weights are given.
fn index(of: &SatisfactionIndex, is_equal: bool) -> Value {
    json!({
        "n": of.n,
        "element_mean": of.elements.iter().map(|of| number(of.mean)).collect::<Vec<_>>(),
        "element_se": of.elements.iter().map(|of| of.se.map(number)).collect::<Vec<_>>(),
        "element_weight": of.elements.iter().map(|of| number(of.weight)).collect::<Vec<_>>(),
        "ikm": number(of.index),
        "ikm_rounded": number(of.rounded),
        "grade": of.grade.map(letter),
        "se_simple": of.se.filter(|_| is_equal).map(number),
        "se": of.se.map(number),
        "ci95": of.interval.map(ends),
        "off_scale": of.off_scale,
        "off_scale_first": of.off_scale_first,
    })
}

fn scale(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let People { x } = read(method, input)?;
    let of = reliability(&table(method, &x)?).map_err(|error| match error {
        ReliabilityError::Ragged {
            row,
            expected,
            found,
        } => CalcError::Row {
            row,
            fault: format!("expected {expected} answers, found {found}"),
        },
        ReliabilityError::NotFinite { row, item, value } => CalcError::Row {
            row,
            fault: format!("item {item}: expected a finite number, found {value}"),
        },
        error => fault(method, error.to_string()),
    })?;
    // The peer rounds its interval to three decimals, halves to even.
    let peer = |end: f64| number((end * 1000.0).round_ties_even() / 1000.0);
    let items = |of_item: &dyn Fn(&crate::reliability::Item) -> Value| -> Vec<Value> {
        of.items.iter().map(of_item).collect()
    };
    Ok(json!({
        "n": of.n,
        "alpha": number(of.alpha),
        "alpha_ci95_feldt": [peer(of.alpha_interval.low), peer(of.alpha_interval.high)],
        "alpha_ci95": ends(of.alpha_interval),
        "alpha_std": number(of.alpha_standardised),
        "guttman_lambda2": number(of.lambda2),
        "omega_total": of.omega.map(number),
        "one_factor_loadings": items(&|of| json!(of.loading)),
        "item_mean": items(&|of| number(of.mean)),
        "item_sd": items(&|of| number(of.sd)),
        "item_rest_correlation": items(&|of| json!(of.rest_correlation)),
        "alpha_if_dropped": items(&|of| json!(of.alpha_without)),
    }))
}

#[derive(Deserialize)]
struct Margins {
    margins: BTreeMap<String, BTreeMap<String, f64>>,
}

fn raked(method: &'static str, input: &Value) -> Result<Value, CalcError> {
    let Margins { margins } = read(method, input)?;
    let list = |name: &str| -> Result<Option<&Vec<Value>>, CalcError> {
        let Some(of) = input.get(name) else {
            return Ok(None);
        };
        let Some(of) = of.as_array() else {
            return Err(fault(method, format!("{name:?} must be a list")));
        };
        if of.len() > PEOPLE_MAX {
            let said = format!("too many rows: {}, limit {PEOPLE_MAX}", of.len());
            return Err(fault(method, said));
        }
        Ok(Some(of))
    };
    let mut known = Vec::with_capacity(margins.len());
    for (name, totals) in &margins {
        let Some(of) = list(name)? else {
            return Err(fault(method, format!("margin {name:?} has no list")));
        };
        known.push(margin(method, grouping(method, name, of)?, totals)?);
    }
    let y = list("y")?.map(|of| figures(of));
    // A margin may have this name; then it holds levels.
    let base = if margins.contains_key("weights") {
        None
    } else {
        list("weights")?.map(|of| figures(of))
    };
    let of = rake(&known, base.as_deref(), y.as_deref()).map_err(|error| match error {
        RakeError::NotFinite { row, value } => CalcError::Row {
            row,
            fault: format!("expected a finite number, found {value}"),
        },
        RakeError::Weight { row, value } => CalcError::Row {
            row,
            fault: format!("expected a weight above 0, found {value}"),
        },
        error => fault(method, error.to_string()),
    })?;
    Ok(json!({
        "n": of.n,
        "weights": of.weights.iter().map(|of| number(*of)).collect::<Vec<_>>(),
        "mean": of.mean.map(|of| number(of.mean)),
        // The reference cases give the figure at which the peer stops.
        "se": of.mean.map(|of| number(of.se_after_ten)),
        "se_converged": of.mean.map(|of| number(of.se)),
        "ci95": of.mean.map(|of| ends(of.interval)),
        "deff_kish": number(of.design_effect),
        "n_eff_kish": number(of.n_effective),
        "passes": of.passes,
        "levels": of.margins,
    }))
}

/// The totals in the order of the grouping's labels.
fn margin(
    method: &'static str,
    grouping: Grouping,
    totals: &BTreeMap<String, f64>,
) -> Result<Margin, CalcError> {
    let in_order = grouping
        .labels()
        .iter()
        .map(|label| totals.get(label).copied().unwrap_or(0.0))
        .collect();
    let nobody = totals
        .iter()
        .find(|(label, total)| total.abs() > 0.0 && !grouping.labels().contains(label));
    if let Some((label, _)) = nobody {
        return Err(fault(
            method,
            RakeError::NobodyOf {
                name: grouping.name().to_owned(),
                label: label.clone(),
            }
            .to_string(),
        ));
    }
    Ok(Margin {
        grouping,
        totals: in_order,
    })
}
