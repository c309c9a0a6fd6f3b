//! What a change did.

use pengayom_measure::always_valid;
use pengayom_measure::confidence_sequence::{mean_sequence, share_sequence};
use pengayom_measure::difference_in_differences::difference_in_differences;
use pengayom_measure::interrupted::interrupted;
use pengayom_measure::interrupted_counts::interrupted_counts;
use pengayom_measure::stepped_wedge::{Wedge, stepped_wedge};
use pengayom_measure::synthetic_control::synthetic_control;

use crate::{Job, Row, Run, ends};

pub(crate) const ROWS: &[Row] = &[
    ("its", |job| {
        let (y, at, lags) = (job.column("y"), job.whole("break_index"), job.whole("lags"));
        Box::new(move || {
            let found = interrupted(&y, at, Some(lags)).unwrap();
            [found.coef, found.se_ols, found.se_newey_west].concat()
        })
    }),
    ("its-poisson", |job| {
        let (y, at, period) = (
            job.column("y"),
            job.whole("break_index"),
            job.number("period"),
        );
        Box::new(move || {
            let found = interrupted_counts(&y, at, Some(period)).unwrap();
            [found.coef, found.se_quasi].concat()
        })
    }),
    ("did", did),
    ("did-unbalanced", did),
    ("synthetic-control", |job| {
        let (treated, pre) = (job.column("treated"), job.whole("pre"));
        let cells = job.column("donors");
        let rows: Vec<Vec<f64>> = cells
            .chunks(job.whole("donors"))
            .map(<[f64]>::to_vec)
            .collect();
        Box::new(move || {
            let found = synthetic_control(&treated, &rows, pre).unwrap();
            assert!(found.is_unique);
            found.weights
        })
    }),
    ("e-proportion", |job| {
        let (x, n, p) = (job.counts("x"), job.counts("n"), job.column("p"));
        Box::new(move || {
            x.iter()
                .zip(&n)
                .zip(&p)
                .map(|((x, n), p)| {
                    always_valid::proportion_evidence(*x, *n, *p, (0.5, 0.5))
                        .unwrap()
                        .log_e
                })
                .collect()
        })
    }),
    ("e-rate", |job| {
        let (x, t, r) = (job.counts("x"), job.column("t"), job.column("r"));
        Box::new(move || {
            x.iter()
                .zip(&t)
                .zip(&r)
                .map(|((x, t), r)| {
                    always_valid::rate_evidence(*x, *t, *r, (1.0, 20.0))
                        .unwrap()
                        .log_e
                })
                .collect()
        })
    }),
    ("e-two-rates", |job| {
        let (x, y, p) = (job.counts("x"), job.counts("y"), job.column("p"));
        Box::new(move || {
            x.iter()
                .zip(&y)
                .zip(&p)
                .map(|((x, y), p)| {
                    always_valid::two_rates_evidence(*x, *y, *p, (0.5, 0.5))
                        .unwrap()
                        .log_e
                })
                .collect()
        })
    }),
    ("cs-proportion", |job| {
        let trials: Vec<bool> = job.column("x").iter().map(|x| *x > 0.5).collect();
        Box::new(move || {
            let looks = share_sequence(&trials, (0.5, 0.5), 0.05).unwrap();
            ends(looks.iter().map(|look| look.interval))
        })
    }),
    ("cs-mean", |job| {
        let x = job.column("x");
        Box::new(move || {
            let looks = mean_sequence(&x, 0.3, 0.05).unwrap();
            looks.iter().map(|look| look.half_width).collect()
        })
    }),
    ("msprt", |job| {
        let (d, n) = (job.column("d"), job.counts("n"));
        Box::new(move || {
            d.iter()
                .zip(&n)
                .map(|(d, n)| always_valid::msprt(*d, 1.0, 0.01, *n).unwrap().log_e)
                .collect()
        })
    }),
    ("stepped-wedge", |job| {
        let wedge = Wedge {
            clusters: job.whole("clusters").try_into().unwrap(),
            periods: job.whole("periods").try_into().unwrap(),
            persons: 20.0,
            icc: 0.05,
            variance: 1.0,
            effect: 0.02,
            cac: 0.8,
        };
        Box::new(move || {
            let found = stepped_wedge(&wedge).unwrap();
            vec![found.var, found.power]
        })
    }),
];

fn did(job: &Job) -> Run {
    let (unit, time) = (job.numbers("unit"), job.numbers("time"));
    let (y, treated) = (job.column("y"), job.column("treated"));
    Box::new(move || {
        let found = difference_in_differences(&unit, &time, &y, &treated).unwrap();
        vec![found.effect, found.se_cluster_unit, found.se_classical]
    })
}
