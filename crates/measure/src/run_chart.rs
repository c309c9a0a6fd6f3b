//! The run chart with Anhoej's rules: what a short series can say without limits.

use serde::Serialize;

use crate::chart::{ChartError, Rule, Side, Signal};
use crate::compensated;
use crate::count_quantile::fair_coin_5_percent;

/// One point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RunPoint {
    /// The value.
    pub value: f64,
    /// On which side of the median; `None`: on it, and not counted.
    pub side: Option<Side>,
}

/// A run chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunChart {
    /// How many points.
    pub n: usize,
    /// How many, from the first on, set the median.
    pub baseline: usize,
    /// Their median: the centre line.
    pub median: f64,
    /// How many points are not on the median.
    pub n_useful: usize,
    /// The most useful points in a row on one side.
    pub longest_run: usize,
    /// A longer run is a signal; `None` without useful points.
    pub longest_run_limit: Option<u64>,
    /// How often the line goes from one side to the other.
    pub crossings: usize,
    /// Fewer crossings are a signal; `None` without useful points.
    pub crossings_limit: Option<u64>,
    /// Whether either rule fires.
    pub signal: bool,
    /// Every point, in order.
    pub points: Vec<RunPoint>,
    /// The last point of every run that is too long; few crossings at the last useful point.
    pub signals: Vec<Signal>,
}

/// Run chart about the median with the two rules of Anhoej.
///
/// # Shape and units
///
/// - `values`: one a period, in order of time, in any unit; at least 1.
/// - `baseline`: how many of them, from the first on, set the median; `None`: all.
/// - returns: points on the median are left out of runs and crossings. With `m` useful points a run
///   is too long above `round(log₂ m) + 3`, and crossings are too few below the 5 % quantile of
///   Binomial(`m - 1`, 1/2). Where all points are on the median nothing can be said: no signal.
///
/// Below about 10 useful points the rules hardly ever fire.
///
/// # Errors
///
/// [`ChartError::TooFewPoints`] without values, [`ChartError::NotFinite`], [`ChartError::RunBaseline`]
/// if it is 0 or above the number of points.
///
/// # Examples
///
/// ```
/// use pengayom_measure::run_chart::run_chart;
///
/// // Eight low, then eight high: runs of 8 > log₂ 16 + 3 = 7, and one crossing.
/// let values: Vec<f64> = (0..16).map(|k| if k < 8 { 1.0 } else { 2.0 }).collect();
/// let chart = run_chart(&values, None)?;
/// assert_eq!((chart.longest_run, chart.longest_run_limit), (8, Some(7)));
/// assert_eq!((chart.crossings, chart.crossings_limit), (1, Some(4)));
/// assert!(chart.signal);
/// # Ok::<(), pengayom_measure::chart::ChartError>(())
/// ```
///
/// # References
///
/// Anhøj, J. and Olesen, A. V. (2014). Run charts revisited: a simulation study of run chart rules
/// for detection of non-random variation in health care processes. *PLoS ONE* 9(11), e113825.
/// Schilling, M. F. (2012). The surprising predictability of long runs. *Mathematics Magazine*
/// 85(2), 141–149. Peer: `qicharts2` (R), which gives no counts where all points are on the median.
pub fn run_chart(values: &[f64], baseline: Option<usize>) -> Result<RunChart, ChartError> {
    let n = values.len();
    if n == 0 {
        return Err(ChartError::TooFewPoints { n, need: 1 });
    }
    if let Some((index, value)) = values.iter().enumerate().find(|(_, x)| !x.is_finite()) {
        let value = *value;
        return Err(ChartError::NotFinite { index, value });
    }
    let baseline = baseline.unwrap_or(n);
    let Some(mut base) = values
        .get(..baseline)
        .filter(|b| !b.is_empty())
        .map(<[f64]>::to_vec)
    else {
        return Err(ChartError::RunBaseline { baseline, n });
    };
    let median = compensated::median(&mut base);
    let points: Vec<RunPoint> = values
        .iter()
        .map(|&value| RunPoint {
            value,
            side: if value > median {
                Some(Side::Above)
            } else {
                (value < median).then_some(Side::Below)
            },
        })
        .collect();
    let n_useful = points.iter().filter(|point| point.side.is_some()).count();
    let longest_run_limit = longest_run_limit(n_useful);
    let crossings_limit =
        (n_useful > 0).then(|| fair_coin_5_percent(n_useful.saturating_sub(1) as u64));
    let mut signals = Vec::new();
    let (mut longest_run, mut crossings, mut run) = (0_usize, 0_usize, 0_usize);
    // The last useful point so far.
    let mut last: Option<(usize, Side)> = None;
    let mut close = |run: usize, last: Option<(usize, Side)>| {
        if let (Some((index, side)), Some(limit)) = (last, longest_run_limit)
            && run as u64 > limit
        {
            let rule = Rule::LongRun;
            signals.push(Signal { index, rule, side });
        }
    };
    for (index, point) in points.iter().enumerate() {
        let Some(side) = point.side else { continue };
        if last.is_some_and(|(_, before)| before != side) {
            close(run, last);
            crossings += 1;
            run = 0;
        }
        run += 1;
        longest_run = longest_run.max(run);
        last = Some((index, side));
    }
    close(run, last);
    if let (Some((index, _)), Some(limit)) = (last, crossings_limit)
        && (crossings as u64) < limit
    {
        let (rule, side) = (Rule::FewCrossings, Side::Either);
        signals.push(Signal { index, rule, side });
    }
    Ok(RunChart {
        n,
        baseline,
        median,
        n_useful,
        longest_run,
        longest_run_limit,
        crossings,
        crossings_limit,
        signal: !signals.is_empty(),
        points,
        signals,
    })
}

/// `round(log₂ m) + 3`, without the logarithm: `log₂ m` rounds up once `m² > 2^(2k + 1)`.
fn longest_run_limit(useful: usize) -> Option<u64> {
    let floor = useful.checked_ilog2()?;
    let is_upper_half = (useful as u128).pow(2) > 1_u128 << (2 * floor + 1);
    Some(u64::from(floor) + u64::from(is_upper_half) + 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_on_the_median_neither_break_a_run_nor_make_it_longer() {
        let chart = run_chart(&[1.0, 1.0, 2.0, 1.0, 3.0, 3.0, 2.0], None).unwrap();
        assert!((chart.median - 2.0).abs() < 1e-15);
        assert_eq!(
            (chart.n, chart.n_useful, chart.longest_run, chart.crossings),
            (7, 5, 3, 1)
        );
        assert_eq!(chart.points[2].side, None);
    }

    #[test]
    fn all_on_the_median_says_nothing() {
        let chart = run_chart(&[0.1; 30], None).unwrap();
        assert_eq!(
            (chart.n_useful, chart.longest_run, chart.crossings),
            (0, 0, 0)
        );
        assert_eq!(
            (chart.longest_run_limit, chart.crossings_limit),
            (None, None)
        );
        assert!(!chart.signal && chart.signals.is_empty());
        assert!(!run_chart(&[5.0], None).unwrap().signal);
    }

    #[test]
    fn both_rules_say_where_they_fired() {
        let values: Vec<f64> = (0..20).map(|k| if k < 10 { 2.0 } else { 1.0 }).collect();
        let chart = run_chart(&values, None).unwrap();
        let signal = |index, rule, side| Signal { index, rule, side };
        assert_eq!(
            chart.signals,
            [
                signal(9, Rule::LongRun, Side::Above),
                signal(19, Rule::LongRun, Side::Below),
                signal(19, Rule::FewCrossings, Side::Either),
            ]
        );
    }

    #[test]
    fn a_frozen_median_shows_a_later_shift() {
        let values: Vec<f64> = (0..30)
            .map(|k| f64::from(k % 2) + if k < 15 { 0.0 } else { 5.0 })
            .collect();
        let chart = run_chart(&values, Some(15)).unwrap();
        assert!(chart.signal && chart.longest_run >= 15);
    }

    #[test]
    fn limits_are_those_of_the_table() {
        // Useful points, longest run, crossings: `round(log2(n) + 3)`, `qbinom(0.05, n - 1, 0.5)` in R.
        for (useful, run, crossings) in
            [(10, 6, 2), (15, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10)]
        {
            assert_eq!(longest_run_limit(useful), Some(run));
            assert_eq!(fair_coin_5_percent(useful as u64 - 1), crossings);
        }
        for useful in 1..5_000_usize {
            let expected = ((useful as f64).log2() + 3.0).round();
            assert!((longest_run_limit(useful).unwrap() as f64 - expected).abs() < 1e-9);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert_eq!(
            run_chart(&[], None),
            Err(ChartError::TooFewPoints { n: 0, need: 1 })
        );
        for value in [f64::NAN, f64::INFINITY] {
            let error = run_chart(&[1.0, value], None).unwrap_err();
            assert!(matches!(error, ChartError::NotFinite { index: 1, .. }));
        }
        for baseline in [0, 3] {
            let error = run_chart(&[1.0, 2.0], Some(baseline)).unwrap_err();
            assert_eq!(error, ChartError::RunBaseline { baseline, n: 2 });
        }
    }

    proptest! {
        #[test]
        fn runs_do_not_change_with_the_unit_or_upside_down(
            values in prop::collection::vec(-20_i32..20, 1..60), flip in any::<bool>()
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let scale = if flip { -4.0 } else { 4.0 };
            let other: Vec<f64> = values.iter().map(|x| 3.0 + scale * x).collect();
            let (a, b) = (run_chart(&values, None).unwrap(), run_chart(&other, None).unwrap());
            prop_assert_eq!(
                (a.n_useful, a.longest_run, a.crossings, a.signal),
                (b.n_useful, b.longest_run, b.crossings, b.signal)
            );
            let mut back = values.clone();
            back.reverse();
            let back = run_chart(&back, None).unwrap();
            prop_assert_eq!((a.longest_run, a.crossings), (back.longest_run, back.crossings));
            prop_assert!(a.longest_run + a.crossings <= a.n_useful.max(1));
        }
    }
}
