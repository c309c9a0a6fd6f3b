//! Intervals of shares and rates.

use pengayom_measure::proportion::{Interval, ProportionError, Z_95};
use pengayom_measure::rate::{self, RateError};
use pengayom_measure::rate_ratio::TwoRates;
use pengayom_measure::{difference, proportion};

use crate::{Job, Row, Run, ends};

pub(crate) const ROWS: &[Row] =
    &[
        ("wilson", |job| {
            share(job, |x, n| proportion::wilson_interval(x, n, Z_95))
        }),
        ("clopper-pearson", |job| {
            share(job, proportion::clopper_pearson)
        }),
        ("jeffreys-share", |job| share(job, proportion::jeffreys)),
        ("agresti-coull", |job| share(job, proportion::agresti_coull)),
        ("garwood", |job| rates(job, rate::garwood)),
        ("jeffreys-rate", |job| rates(job, rate::jeffreys)),
        ("score-rate", |job| rates(job, rate::score)),
        ("rate-ratio-exact", |job| {
            let rows = (
                job.counts("x1"),
                job.counts("x2"),
                job.column("t1"),
                job.column("t2"),
            );
            Box::new(move || {
                let (x1, x2, t1, t2) = &rows;
                let first = x1.iter().zip(t1);
                let second = x2.iter().zip(t2);
                ends(first.zip(second).map(|((x1, t1), (x2, t2))| {
                    let rates = TwoRates::new((*x1, *t1), (*x2, *t2)).unwrap();
                    rates.conditional_exact()
                }))
            })
        }),
        ("newcombe", |job| {
            let rows = (
                job.counts("x1"),
                job.counts("n1"),
                job.counts("x2"),
                job.counts("n2"),
            );
            Box::new(move || {
                let (x1, n1, x2, n2) = &rows;
                let first = x1.iter().zip(n1);
                let second = x2.iter().zip(n2);
                ends(first.zip(second).map(|((x1, n1), (x2, n2))| {
                    difference::newcombe((*x1, *n1), (*x2, *n2)).unwrap()
                }))
            })
        }),
    ];

fn share(job: &Job, method: fn(u64, u64) -> Result<Interval, ProportionError>) -> Run {
    let (x, n) = (job.counts("x"), job.counts("n"));
    Box::new(move || ends(x.iter().zip(&n).map(|(x, n)| method(*x, *n).unwrap())))
}

fn rates(job: &Job, method: fn(u64, f64) -> Result<Interval, RateError>) -> Run {
    let (x, t) = (job.counts("x"), job.column("t"));
    Box::new(move || ends(x.iter().zip(&t).map(|(x, t)| method(*x, *t).unwrap())))
}
