//! Variance components, intraclass correlation, shares of things in groups.

use pengayom_measure::clustered::clustered_share;
use pengayom_measure::icc;
use pengayom_measure::mixed::Grouping;
use pengayom_measure::variance_components::variance_components;
use pengayom_measure::variance_components_logistic::variance_components_logistic;

use crate::{Job, Row, Run};

pub(crate) const ROWS: &[Row] = &[
    ("icc-oneway", |job| {
        let (y, group) = (job.column("y"), job.numbers("group"));
        Box::new(move || {
            let of = icc::one_way(&y, &group).unwrap();
            let squares = [of.mean_square_between, of.mean_square_within];
            let rest = [of.f, of.p, of.icc, of.interval.low, of.interval.high];
            squares.into_iter().chain(rest).collect()
        })
    }),
    ("icc-table", |job| {
        let (target, rater) = (job.numbers("target"), job.numbers("rater"));
        let score = job.column("score");
        Box::new(move || {
            let of = icc::two_way(&score, &target, &rater).unwrap();
            let six = [
                of.one_way_single,
                of.agreement_single,
                of.consistency_single,
                of.one_way_mean,
                of.agreement_mean,
                of.consistency_mean,
            ];
            six.iter().flat_map(|of| [of.icc, of.f]).collect()
        })
    }),
    ("variance-components", |job| linear(job, &["group"])),
    ("variance-components-crossed", |job| {
        linear(job, &["officer", "month"])
    }),
    ("variance-components-logistic", |job| {
        let (y, group) = (job.column("y"), grouping(job, "group"));
        Box::new(move || {
            let of = variance_components_logistic(&y, std::slice::from_ref(&group)).unwrap();
            vec![
                of.components[0].variance,
                of.intercept,
                of.deviance_laplace / of.n as f64,
            ]
        })
    }),
    ("clustered-share", |job| {
        let groups: Vec<(u64, u64)> = job.counts("x").into_iter().zip(job.counts("n")).collect();
        Box::new(move || {
            let of = clustered_share(&groups).unwrap();
            vec![of.share, of.effective, of.interval.low, of.interval.high]
        })
    }),
];

fn grouping(job: &Job, name: &str) -> Grouping {
    let labels = (0..job.whole(name)).map(|of| of.to_string()).collect();
    Grouping::new(name, labels, job.numbers(name)).unwrap()
}

fn linear(job: &Job, names: &[&str]) -> Run {
    let groupings: Vec<Grouping> = names.iter().map(|name| grouping(job, name)).collect();
    let y = job.column("y");
    Box::new(move || {
        let of = variance_components(&y, &groupings).unwrap();
        let variances = of.components.iter().map(|of| of.variance);
        variances.chain([of.residual, of.mean]).collect()
    })
}
