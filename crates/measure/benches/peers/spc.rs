//! Charts over time, funnels, pooling, mixes.

use pengayom_measure::attribute_chart::{AttributeChart, p_chart, u_chart};
use pengayom_measure::chart::{Phase, Rule, Signal};
use pengayom_measure::funnel::{
    Funnel, FunnelUnit, Limits, WINSORISE, ratio_funnel, ratio_root_funnel, share_funnel,
};
use pengayom_measure::mix::{MixFigures, mix};
use pengayom_measure::pooling::{PooledUnit, pool_by_moments};
use pengayom_measure::pooling_rates::pool_rates;
use pengayom_measure::pooling_shares::pool_shares;
use pengayom_measure::run_chart::run_chart;
use pengayom_measure::xmr::xmr;

use crate::{Job, Row, Run};

/// One phase without a frozen baseline.
const ALL: [Phase; 1] = [Phase {
    start: 0,
    baseline: None,
}];

pub(crate) const ROWS: &[Row] = &[
    ("xmr", |job| {
        let x = job.column("x");
        Box::new(move || {
            let chart = xmr(&x, &ALL).unwrap();
            let of = chart.phases[0];
            let rules = [
                Rule::OneBeyondLimits,
                Rule::EightSameSide,
                Rule::MovingRangeBeyond,
            ];
            let limits = vec![of.center, of.mr_mean, of.sigma, of.lower, of.upper];
            [limits, fired(&chart.signals, &rules)].concat()
        })
    }),
    ("xmr-rules", |job| {
        let x = job.column("x");
        Box::new(move || {
            let chart = xmr(&x, &ALL).unwrap();
            let of = chart.phases[0];
            let limits = vec![
                of.center,
                of.mr_mean,
                of.sigma,
                of.lower,
                of.upper,
                of.lower_median_mr,
                of.upper_median_mr,
            ];
            let rules = [&Rule::OF_RUNS[..], &[Rule::MovingRangeBeyond]].concat();
            let z = chart.points.iter().map(|point| point.z.unwrap()).collect();
            [limits, fired(&chart.signals, &rules), z].concat()
        })
    }),
    ("run-chart", |job| {
        let x = job.column("x");
        Box::new(move || {
            let chart = run_chart(&x, None).unwrap();
            let limits =
                [chart.longest_run_limit, chart.crossings_limit].map(|of| number(of.unwrap()));
            vec![
                chart.median,
                number(chart.n_useful as u64),
                number(chart.longest_run as u64),
                limits[0],
                number(chart.crossings as u64),
                limits[1],
            ]
        })
    }),
    ("p-chart", |job| {
        laney(job, |num, den| p_chart(num, den, &ALL).unwrap())
    }),
    ("u-chart", |job| {
        laney(job, |num, den| u_chart(num, den, &ALL).unwrap())
    }),
    ("funnel-ratio", |job| {
        funnel(job, ["obs", "exp"], |obs, exp| {
            ratio_funnel(obs, exp, WINSORISE).unwrap()
        })
    }),
    ("funnel-ratio-sqrt", |job| {
        funnel(job, ["obs", "exp"], |obs, exp| {
            ratio_root_funnel(obs, exp, WINSORISE).unwrap()
        })
    }),
    ("funnel-proportion", |job| {
        funnel(job, ["num", "den"], |num, den| {
            share_funnel(num, den, WINSORISE).unwrap()
        })
    }),
    ("eb-marshall", |job| {
        let (num, den) = (job.column("num"), job.column("den"));
        Box::new(move || {
            let pooled = pool_by_moments(&num, &den).unwrap();
            pooled.units.iter().map(|unit| unit.pooled).collect()
        })
    }),
    ("eb-gamma", |job| {
        let (num, den) = (job.column("num"), job.column("den"));
        Box::new(move || {
            let pooled = pool_rates(&num, &den).unwrap();
            units([pooled.shape, pooled.rate], &pooled.units)
        })
    }),
    ("eb-beta", |job| {
        let (num, den) = (job.column("num"), job.column("den"));
        Box::new(move || {
            let pooled = pool_shares(&num, &den).unwrap();
            units([pooled.a, pooled.b], &pooled.units)
        })
    }),
    ("mix", |job| {
        let (counts, areas) = (job.counts("counts"), job.whole("areas"));
        Box::new(move || {
            let found = mix(&counts, areas).unwrap();
            let each = |figure: fn(&MixFigures) -> f64| -> Vec<f64> {
                let units = found.units.iter();
                units
                    .filter_map(|unit| unit.mix.as_ref().map(figure))
                    .collect()
            };
            let whole = vec![found.mutual_information, found.theil_segregation.unwrap()];
            let (own, apart) = (each(|unit| unit.entropy), each(|unit| unit.kl_from_pool));
            [
                whole,
                each(|unit| unit.hhi),
                own,
                apart,
                each(|unit| unit.dissimilarity),
            ]
            .concat()
        })
    }),
];

#[allow(
    clippy::cast_precision_loss,
    reason = "counts and sums of places are far below 2^53"
)]
fn number(of: u64) -> f64 {
    of as f64
}

/// Of every rule how many points it fired at, and the sum of their places.
fn fired(signals: &[Signal], rules: &[Rule]) -> Vec<f64> {
    let of = |rule: &Rule| {
        let at = signals.iter().filter(|signal| signal.rule == *rule);
        let (count, sum) = at.fold((0, 0), |(count, sum), signal| {
            (count + 1, sum + signal.index as u64)
        });
        [number(count), number(sum)]
    };
    rules.iter().flat_map(of).collect()
}

fn laney(job: &Job, chart: fn(&[f64], &[f64]) -> AttributeChart) -> Run {
    let (num, den) = (job.column("num"), job.column("den"));
    Box::new(move || {
        let chart = chart(&num, &den);
        let of = chart.phases[0];
        let lower = chart.points.iter().map(|point| point.lower_laney.unwrap());
        let upper = chart.points.iter().map(|point| point.upper_laney.unwrap());
        let whole = vec![of.center, of.sigma_z.unwrap()];
        let beyond = fired(&chart.signals, &[Rule::BeyondLaney]);
        [whole, beyond, lower.collect(), upper.collect()].concat()
    })
}

fn funnel(job: &Job, columns: [&str; 2], funnel: fn(&[f64], &[f64]) -> Funnel) -> Run {
    let [counts, sizes] = columns.map(|name| job.column(name));
    Box::new(move || {
        let found = funnel(&counts, &sizes);
        let each = |figure: fn(&FunnelUnit) -> f64| found.units.iter().map(figure);
        let mut answer = vec![found.phi, found.tau_squared];
        answer.extend(each(|unit| unit.z));
        answer.extend(each(|unit| unit.z_adjusted));
        let limits: [fn(&FunnelUnit) -> Limits; 4] = [
            |unit| unit.exact,
            |unit| unit.by_chance,
            |unit| unit.approximate,
            |unit| unit.overdispersed,
        ];
        for of in limits {
            let end = |end: fn(Limits) -> f64| found.units.iter().map(move |unit| end(of(unit)));
            answer.extend(end(|limits| limits.within_95.low));
            answer.extend(end(|limits| limits.within_95.high));
            answer.extend(end(|limits| limits.within_998.low));
            answer.extend(end(|limits| limits.within_998.high));
        }
        answer
    })
}

fn units(prior: [f64; 2], units: &[PooledUnit]) -> Vec<f64> {
    let mut answer = prior.to_vec();
    answer.extend(units.iter().map(|unit| unit.mean));
    answer.extend(units.iter().map(|unit| unit.interval.unwrap().low));
    answer.extend(units.iter().map(|unit| unit.interval.unwrap().high));
    answer
}
