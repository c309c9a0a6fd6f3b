//! Surveys: the satisfaction index, sample size, reliability, weights.

use pengayom_measure::mixed::Grouping;
use pengayom_measure::rake::{Margin, Raked, rake};
use pengayom_measure::reliability::{Reliability, reliability};
use pengayom_measure::sample_size::{Precision, sample_size};
use pengayom_measure::satisfaction::{Bands, Grade, Weights, grade, satisfaction_index};

use crate::{Job, Row, Run};

pub(crate) const ROWS: &[Row] = &[
    ("ikm", |job| {
        let answers = job.column("x");
        Box::new(move || {
            let (people, _) = answers.as_chunks::<9>();
            let of = satisfaction_index(people, &Weights::Equal, Bands::Of2017).unwrap();
            let mut answer = vec![of.index, of.se.unwrap()];
            answer.extend(of.elements.iter().map(|of| of.mean));
            answer.extend(of.elements.iter().map(|of| of.se.unwrap()));
            answer
        })
    }),
    ("ikm-grade", |job| {
        let index = job.column("index");
        Box::new(move || {
            let place = |of: &f64| match grade(*of, Bands::Of2017).unwrap() {
                Grade::D => 0.0,
                Grade::C => 1.0,
                Grade::B => 2.0,
                Grade::A => 3.0,
            };
            index.iter().map(place).collect()
        })
    }),
    ("sample-size", |job| {
        let people = job.column("people");
        Box::new(move || {
            let exact = |of: &f64| sample_size(*of, Precision::default()).unwrap().exact;
            people.iter().map(exact).collect()
        })
    }),
    ("alpha", |job| scale(job, |of| vec![of.alpha])),
    ("omega", |job| {
        scale(job, |of| {
            let loadings = of.items.iter().map(|of| of.loading.unwrap());
            std::iter::once(of.omega.unwrap()).chain(loadings).collect()
        })
    }),
    ("rake-weights", |job| raked(job, |of| of.weights)),
    ("rake-mean", |job| {
        raked(job, |of| {
            let mean = of.mean.unwrap();
            vec![mean.mean, mean.se, of.design_effect]
        })
    }),
];

fn scale(job: &Job, answer: fn(Reliability) -> Vec<f64>) -> Run {
    let answers = job.column("x");
    Box::new(move || {
        let (people, _) = answers.as_chunks::<9>();
        answer(reliability(people).unwrap())
    })
}

/// Three margins; their totals stand in the order of the levels' numbers.
fn raked(job: &Job, answer: fn(Raked) -> Vec<f64>) -> Run {
    let margins: Vec<Margin> = ["sex", "age", "district"]
        .into_iter()
        .map(|name| {
            let totals = job.column(&format!("{name}_totals"));
            let labels = (0..totals.len()).map(|of| of.to_string()).collect();
            Margin {
                grouping: Grouping::new(name, labels, job.numbers(name)).unwrap(),
                totals,
            }
        })
        .collect();
    let y = job.column("y");
    Box::new(move || answer(rake(&margins, None, Some(&y)).unwrap()))
}
