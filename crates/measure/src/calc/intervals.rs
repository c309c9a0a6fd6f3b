//! Intervals of proportions and rates, their ratio and their difference.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Method, ends, number, read, rows};
use crate::difference;
use crate::proportion::{self, ProportionError, Z_95};
use crate::rate::{self, RateError};
use crate::rate_ratio::TwoRates;

pub(super) const METHODS: &[(&str, Method)] = &[
    ("proportion-intervals", |method, input| {
        let Pairs::<(u64, u64)> { pairs } = read(method, input)?;
        rows(method, &pairs, |&(x, n)| proportion_row(x, n))
    }),
    ("rate-intervals", |method, input| {
        let Pairs::<(u64, f64)> { pairs } = read(method, input)?;
        rows(method, &pairs, |&(x, t)| rate_row(x, t))
    }),
    ("rate-ratio", |method, input| {
        let Rows::<(u64, f64, u64, f64)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(x1, t1, x2, t2)| {
            ratio_row(x1, t1, x2, t2)
        })
    }),
    ("proportion-difference", |method, input| {
        let Rows::<(u64, u64, u64, u64)> { rows: given } = read(method, input)?;
        rows(method, &given, |&(x1, n1, x2, n2)| {
            difference_row(x1, n1, x2, n2)
        })
    }),
];

/// Most events in one row of `rate-ratio`, whose exact test adds up as many probabilities.
const EVENTS_MAX: u64 = 10_000_000;

#[derive(Deserialize)]
struct Pairs<T> {
    pairs: Vec<T>,
}

#[derive(Deserialize)]
struct Rows<T> {
    rows: Vec<T>,
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
