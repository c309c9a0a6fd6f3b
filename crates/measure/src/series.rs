//! Which chart a series gets where nobody has said otherwise.
//!
//! Below 20 points a run chart about the median; from 20 on limits frozen on the first 20 to 25.

use serde::Serialize;

use crate::attribute_chart::{AttributeChart, p_chart, u_chart};
use crate::chart::{ChartError, Phase, frozen_baseline};
use crate::run_chart::{RunChart, run_chart};
use crate::xmr::{Xmr, xmr};

/// A series as its chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "chart", rename_all = "snake_case")]
pub enum SeriesChart {
    /// Few points: runs about the median.
    Run(RunChart),
    /// Individual values.
    Individuals(Xmr),
    /// Shares.
    Shares(AttributeChart),
    /// Rates.
    Rates(AttributeChart),
}

/// The chart of single values, such as a mean score by month.
///
/// # Shape and units
///
/// As [`xmr`] and [`run_chart`].
///
/// # Errors
///
/// Those of the chart it becomes.
///
/// # Examples
///
/// ```
/// use pengayom_measure::series::{SeriesChart, chart_of_values};
///
/// let values: Vec<f64> = (0..30).map(|k| f64::from(k % 3)).collect();
/// assert!(matches!(chart_of_values(&values[..19])?, SeriesChart::Run(_)));
/// let SeriesChart::Individuals(chart) = chart_of_values(&values)? else { unreachable!() };
/// assert_eq!(chart.phases[0].baseline, 25);
/// # Ok::<(), pengayom_measure::chart::ChartError>(())
/// ```
pub fn chart_of_values(values: &[f64]) -> Result<SeriesChart, ChartError> {
    match frozen_baseline(values.len()) {
        None => run_chart(values, None).map(SeriesChart::Run),
        baseline => xmr(values, &[Phase::first(baseline)]).map(SeriesChart::Individuals),
    }
}

/// The chart of shares.
///
/// # Shape and units
///
/// As [`p_chart`]; below 20 points runs of the shares.
///
/// # Errors
///
/// Those of [`p_chart`], whichever chart it becomes.
pub fn chart_of_shares(counts: &[f64], trials: &[f64]) -> Result<SeriesChart, ChartError> {
    counted(counts, trials, p_chart, SeriesChart::Shares)
}

/// The chart of rates.
///
/// # Shape and units
///
/// As [`u_chart`]; below 20 points runs of the rates.
///
/// # Errors
///
/// Those of [`u_chart`], whichever chart it becomes.
pub fn chart_of_rates(counts: &[f64], opportunities: &[f64]) -> Result<SeriesChart, ChartError> {
    counted(counts, opportunities, u_chart, SeriesChart::Rates)
}

/// A chart of counts in phases.
type Counted = fn(&[f64], &[f64], &[Phase]) -> Result<AttributeChart, ChartError>;

fn counted(
    counts: &[f64],
    of: &[f64],
    chart: Counted,
    named: fn(AttributeChart) -> SeriesChart,
) -> Result<SeriesChart, ChartError> {
    let baseline = frozen_baseline(counts.len());
    let charted = chart(counts, of, &[Phase::first(baseline)])?;
    if baseline.is_some() {
        return Ok(named(charted));
    }
    let values: Vec<f64> = charted.points.iter().map(|point| point.value).collect();
    run_chart(&values, None).map(SeriesChart::Run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_come_with_twenty_points_and_stay_on_the_first_twenty_five() {
        let (counts, of) = (vec![3.0; 40], vec![10.0; 40]);
        for n in [2, 19] {
            let (counts, of) = (&counts[..n], &of[..n]);
            assert!(matches!(
                chart_of_shares(counts, of).unwrap(),
                SeriesChart::Run(chart) if chart.n == n
            ));
        }
        for (n, baseline) in [(20, 20), (24, 24), (25, 25), (40, 25)] {
            let (counts, of) = (&counts[..n], &of[..n]);
            assert!(matches!(
                chart_of_shares(counts, of).unwrap(),
                SeriesChart::Shares(chart) if chart.phases[0].baseline == baseline
            ));
            assert!(matches!(
                chart_of_rates(counts, of).unwrap(),
                SeriesChart::Rates(chart) if chart.phases[0].baseline == baseline
            ));
        }
        assert!(chart_of_shares(&[3.0, 4.0], &[2.0, 5.0]).is_err());
        assert!(chart_of_values(&[]).is_err());
    }
}
