//! The effect of a change that came to some units and not to others, by what each was before and what
//! happened to all: two-way fixed effects.

use serde::Serialize;

use crate::proportion::Interval;
use crate::tail;
use crate::two_way::{self, TwoWay};

/// Why an effect cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PanelError {
    /// Columns of different length.
    #[error(
        "columns must be equally long: {units} units, {times} times, {values} values, {treatments} treatments"
    )]
    Lengths {
        /// Rows of the column of units.
        units: usize,
        /// Rows of the column of times.
        times: usize,
        /// Rows of the column of values.
        values: usize,
        /// Rows of the column of treatments.
        treatments: usize,
    },
    /// A value that is no number.
    #[error("row {row}: {column} must be a finite number of at most 1e150: found {value}")]
    NotFinite {
        /// Which, from 0.
        row: usize,
        /// Which column.
        column: &'static str,
        /// The value given.
        value: f64,
    },
    /// One unit twice at one time.
    #[error("rows {first} and {second} are the same unit at the same time")]
    Twice {
        /// A row, from 0.
        first: usize,
        /// Another.
        second: usize,
    },
    /// More rows than can be numbered.
    #[error("too many rows: {rows}, limit 4294967295")]
    TooManyRows {
        /// Rows given.
        rows: usize,
    },
    /// The treatment says nothing that unit and time do not say.
    #[error("the treatment is the same as levels of units and times: nothing is left to compare")]
    NothingToCompare,
    /// As many levels as rows.
    #[error("too few rows: {rows}, need more than {parameters}")]
    TooFewRows {
        /// Rows given.
        rows: usize,
        /// Levels of units and times, and the effect.
        parameters: usize,
    },
    /// The panel hangs together by threads.
    #[error("units and times hang together too loosely for their levels to be found")]
    NotSettled,
}

/// Values are squared.
const LARGEST: f64 = 1e150;

/// An effect with its errors, and what a chart of it needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PanelEffect {
    /// The effect of one unit of treatment.
    pub effect: f64,
    /// Its standard error if a unit's rows are alike: clustered by unit. Too small with few units or few
    /// treated ones, and 0 with two, whose residuals say the same.
    pub se_cluster_unit: f64,
    /// Its standard error if all rows are independent and scatter equally.
    pub se_classical: f64,
    /// Two-sided p value from `se_cluster_unit`, by Student's t with one less than the units as degrees
    /// of freedom; `None` where that error is 0.
    pub p_cluster_unit: Option<f64>,
    /// Two-sided p value from `se_classical`, with `df` degrees of freedom.
    pub p_classical: Option<f64>,
    /// 95 % interval from `se_cluster_unit`, by the same t; `None` where that is 0.
    pub interval_cluster_unit: Option<Interval>,
    /// Rows.
    pub n: usize,
    /// Units.
    pub units: usize,
    /// Times.
    pub times: usize,
    /// Rows less levels of units and times (one of them for both) and the effect.
    pub df: usize,
    /// Parts of the panel without a unit or time in common; 1 as a rule. Each has levels of its own.
    pub parts: usize,
    /// Whether treatments start at more than one time: then the effect is a mixture of comparisons,
    /// some of them with units treated before, and may even have the wrong sign.
    pub is_staggered: bool,
    /// Means at each time, of units ever treated and of those never treated.
    pub means: Vec<TimeMeans>,
}

/// Means at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TimeMeans {
    /// The time, as it was given.
    pub time: u32,
    /// Mean of units ever treated; `None` without any.
    pub ever_treated: Option<f64>,
    /// Of how many.
    pub ever_treated_n: u64,
    /// Mean of units never treated; `None` without any.
    pub never_treated: Option<f64>,
    /// Of how many.
    pub never_treated_n: u64,
}

/// Difference in differences by two-way fixed effects: least squares of the value on the treatment, a
/// level for every unit and a level for every time.
///
/// # Shape and units
///
/// - `unit`, `time`: numbers of units and times, row by row in any order; times in the order of their
///   numbers. The panel need not be balanced; a unit is at most once at a time.
/// - `y`: values. `treated`: 1 with the treatment and 0 without, or its amount.
/// - returns: units of `y`.
///
/// Small-sample factors are those of linearmodels' `PanelOLS`: both variances are divided by the
/// degrees of freedom `n - units - times + 1 - 1`, levels counted also where errors are clustered, and
/// there is no factor for the number of units. A unit with a single row counts as a unit.
///
/// Time grows with n, times the rounds of conjugate gradients: one for a balanced panel, some for
/// others. Memory grows with n.
///
/// # Errors
///
/// - [`PanelError::Lengths`], [`PanelError::NotFinite`], [`PanelError::Twice`],
///   [`PanelError::TooManyRows`].
/// - [`PanelError::NothingToCompare`] if no row is left, all are treated alike, all of a unit always and
///   all others never, or all at the same times.
/// - [`PanelError::TooFewRows`] if no degree of freedom is left.
/// - [`PanelError::NotSettled`] for a panel with more than 3,000 units and times that hangs together by
///   threads.
///
/// # Examples
///
/// ```
/// use pengayom_measure::difference_in_differences::difference_in_differences;
///
/// // Both grow by 1; the second by 3 more, once it is treated.
/// let (unit, time) = ([1, 1, 1, 2, 2, 2], [7, 8, 9, 7, 8, 9]);
/// let found = difference_in_differences(
///     &unit,
///     &time,
///     &[0.0, 1.0, 2.0, 5.0, 6.0, 10.0],
///     &[0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
/// )?;
/// assert!((found.effect - 3.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::difference_in_differences::PanelError>(())
/// ```
///
/// # References
///
/// Angrist, J. D. and Pischke, J.-S. (2009). *Mostly Harmless Econometrics*, chapter 5. Clustering:
/// Bertrand, M., Duflo, E. and Mullainathan, S. (2004). How much should we trust
/// differences-in-differences estimates? *Quart. J. Econ.* 119(1), 249–275. What staggered starts do:
/// Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing.
/// *J. Econometrics* 225(2), 254–277.
pub fn difference_in_differences(
    unit: &[u32],
    time: &[u32],
    y: &[f64],
    treated: &[f64],
) -> Result<PanelEffect, PanelError> {
    check(unit, time, y, treated)?;
    let n = y.len();
    let (unit, units) = two_way::dense(unit);
    let (time, times) = two_way::dense(time);
    let panel = TwoWay::new((&unit, &time), (units.len(), times.len()))
        .map_err(|(first, second)| PanelError::Twice { first, second })?;

    let mut own = treated.to_vec();
    let size = varying(treated);
    let is_found = panel.take_levels_off(&mut own);
    let squares: f64 = own.iter().map(|d| d * d).sum();
    // What rounding leaves of a treatment that is a sum of levels is far below.
    if n == 0 || squares.sqrt() <= 1e-9 * size {
        return Err(PanelError::NothingToCompare);
    }
    let parameters = units.len() + times.len();
    let df = n.checked_sub(parameters).filter(|df| *df > 0);
    let Some(df) = df else {
        return Err(PanelError::TooFewRows {
            rows: n,
            parameters,
        });
    };
    let mut left = y.to_vec();
    if !(panel.take_levels_off(&mut left) && is_found) {
        return Err(PanelError::NotSettled);
    }
    let effect = own.iter().zip(&left).map(|(d, y)| d * y).sum::<f64>() / squares;
    for (y, d) in left.iter_mut().zip(&own) {
        *y -= effect * d;
    }
    let largest = y.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let scatters = left.iter().any(|e| e.abs() > 1e-13 * largest);
    if !scatters {
        left.fill(0.0);
    }
    let mut scores = vec![0.0; units.len()];
    for ((unit, d), e) in unit.iter().zip(&own).zip(&left) {
        if let Some(score) = scores.get_mut(*unit as usize) {
            *score += d * e;
        }
    }
    let (rows, freedom) = (n as f64, df as f64);
    let residual: f64 = left.iter().map(|e| e * e).sum();
    let se_classical = (residual / freedom / squares).sqrt();
    let between: f64 = scores.iter().map(|score| score * score).sum();
    // Sums that are 0 by the equations of the levels are 0 up to rounding.
    let is_apart = between > 1e-24 * residual * squares;
    let between = if is_apart { between } else { 0.0 };
    let se_cluster_unit = (rows / freedom * between).sqrt() / squares;
    let clusters = units.len() as f64 - 1.0;
    let p = |se: f64, df: f64| (scatters && se > 0.0).then(|| tail::student(effect / se, df));
    let half = tail::student_95(clusters) * se_cluster_unit;
    let interval = Interval {
        low: effect - half,
        high: effect + half,
    };
    Ok(PanelEffect {
        effect,
        se_cluster_unit,
        se_classical,
        p_cluster_unit: p(se_cluster_unit, clusters),
        p_classical: p(se_classical, freedom),
        interval_cluster_unit: (se_cluster_unit > 0.0).then_some(interval),
        n,
        units: units.len(),
        times: times.len(),
        df,
        parts: panel.parts(),
        is_staggered: is_staggered(&unit, &time, treated, units.len()),
        means: means(&unit, &time, y, treated, (units.len(), &times)),
    })
}

fn check(unit: &[u32], time: &[u32], y: &[f64], treated: &[f64]) -> Result<(), PanelError> {
    let rows = y.len();
    if unit.len() != rows || time.len() != rows || treated.len() != rows {
        return Err(PanelError::Lengths {
            units: unit.len(),
            times: time.len(),
            values: rows,
            treatments: treated.len(),
        });
    }
    if u32::try_from(rows).is_err() {
        return Err(PanelError::TooManyRows { rows });
    }
    for (column, values) in [("y", y), ("treated", treated)] {
        let beyond = |(_, value): &(usize, &f64)| value.is_nan() || value.abs() > LARGEST;
        if let Some((row, &value)) = values.iter().enumerate().find(beyond) {
            return Err(PanelError::NotFinite { row, column, value });
        }
    }
    Ok(())
}

/// Root of the sum of squares about the mean.
fn varying(of: &[f64]) -> f64 {
    let mean = of.iter().map(|v| v / of.len() as f64).sum::<f64>();
    of.iter().map(|v| (v - mean).powi(2)).sum::<f64>().sqrt()
}

/// Whether units are first treated at more than one time. Those treated from their first row on say
/// nothing about when.
fn is_staggered(unit: &[u32], time: &[u32], treated: &[f64], units: usize) -> bool {
    let mut first = vec![(u32::MAX, u32::MAX); units];
    for ((unit, time), d) in unit.iter().zip(time).zip(treated) {
        if let Some((seen, start)) = first.get_mut(*unit as usize) {
            *seen = (*seen).min(*time);
            if *d != 0.0 {
                *start = (*start).min(*time);
            }
        }
    }
    let mut starts = first
        .iter()
        .filter(|(seen, start)| *start != u32::MAX && start > seen)
        .map(|(_, start)| *start);
    let Some(one) = starts.next() else {
        return false;
    };
    starts.any(|other| other != one)
}

fn means(
    unit: &[u32],
    time: &[u32],
    y: &[f64],
    treated: &[f64],
    (units, times): (usize, &[u32]),
) -> Vec<TimeMeans> {
    let mut is_treated = vec![false; units];
    for (unit, d) in unit.iter().zip(treated) {
        if let Some(is_treated) = is_treated.get_mut(*unit as usize) {
            *is_treated |= *d != 0.0;
        }
    }
    // For each time, n and sum of both kinds.
    let mut sums = vec![[(0_u64, 0.0_f64); 2]; times.len()];
    for ((unit, time), value) in unit.iter().zip(time).zip(y) {
        let ever = is_treated.get(*unit as usize).copied().unwrap_or(false);
        if let Some([with, without]) = sums.get_mut(*time as usize) {
            let of = if ever { with } else { without };
            of.0 += 1;
            of.1 += value;
        }
    }
    let mean = |(n, sum): (u64, f64)| (n > 0).then(|| sum / n as f64);
    sums.into_iter()
        .zip(times)
        .map(|([with, without], &time)| TimeMeans {
            time,
            ever_treated: mean(with),
            ever_treated_n: with.0,
            never_treated: mean(without),
            never_treated_n: without.0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(rows: &[(u32, u32, f64, f64)]) -> Result<PanelEffect, PanelError> {
        let column = |at: fn(&(u32, u32, f64, f64)) -> f64| rows.iter().map(at).collect::<Vec<_>>();
        difference_in_differences(
            &rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            &rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            &column(|row| row.2),
            &column(|row| row.3),
        )
    }

    #[test]
    fn two_by_two_is_the_difference_of_differences() {
        // Two units of each kind, before and after: (9 - 4) - (3 - 2) = 4 by hand, df = 8 - 4 - 2.
        let rows = [
            (1, 0, 1.0, 0.0),
            (1, 1, 3.0, 0.0),
            (2, 0, 3.0, 0.0),
            (2, 1, 3.0, 0.0),
            (3, 0, 4.0, 0.0),
            (3, 1, 8.0, 1.0),
            (4, 0, 4.0, 0.0),
            (4, 1, 10.0, 1.0),
        ];
        let found = of(&rows).unwrap();
        assert!((found.effect - 4.0).abs() < 1e-12 && found.df == 2 && !found.is_staggered);
        // Changes 2, 0 and 4, 6: rows ±1/2 about the fit, so Σe² = 2; Σd² = 8/16; √(2 / 2 / (1/2)).
        assert!((found.se_classical - 2.0_f64.sqrt()).abs() < 1e-12);
        let last = found.means[1];
        assert_eq!(
            (last.ever_treated, last.never_treated),
            (Some(9.0), Some(3.0))
        );
        assert_eq!((last.ever_treated_n, last.never_treated_n), (2, 2));
    }

    #[test]
    fn a_panel_that_says_nothing_is_refused() {
        assert_eq!(of(&[]), Err(PanelError::NothingToCompare));
        let never = [
            (1, 0, 1.0, 0.0),
            (1, 1, 2.0, 0.0),
            (2, 0, 3.0, 0.0),
            (2, 1, 1.0, 0.0),
            (3, 0, 3.0, 0.0),
            (3, 1, 1.0, 0.0),
        ];
        assert_eq!(of(&never), Err(PanelError::NothingToCompare));
        // One unit always treated; all treated at the same time.
        let always = never.map(|row| (row.0, row.1, row.2, f64::from(u8::from(row.0 == 1))));
        assert_eq!(of(&always), Err(PanelError::NothingToCompare));
        let at_once = never.map(|row| (row.0, row.1, row.2, f64::from(row.1)));
        assert_eq!(of(&at_once), Err(PanelError::NothingToCompare));
        let twice = [(1, 0, 1.0, 0.0), (2, 0, 1.0, 0.0), (1, 0, 1.0, 1.0)];
        assert_eq!(
            of(&twice),
            Err(PanelError::Twice {
                first: 0,
                second: 2
            })
        );
        let few = [
            (1, 0, 1.0, 0.0),
            (1, 1, 2.0, 1.0),
            (2, 0, 3.0, 0.0),
            (2, 1, 1.0, 0.0),
        ];
        assert!(matches!(
            of(&few),
            Err(PanelError::TooFewRows {
                rows: 4,
                parameters: 4
            })
        ));
        for bad in [f64::NAN, f64::INFINITY, 1e200] {
            let error = of(&[(1, 0, 1.0, 0.0), (1, 1, bad, 1.0)]).unwrap_err();
            assert!(matches!(
                error,
                PanelError::NotFinite {
                    row: 1,
                    column: "y",
                    ..
                }
            ));
            let error = of(&[(1, 0, 1.0, bad), (1, 1, 1.0, 1.0)]).unwrap_err();
            assert!(matches!(
                error,
                PanelError::NotFinite {
                    row: 0,
                    column: "treated",
                    ..
                }
            ));
        }
        assert!(matches!(
            difference_in_differences(&[1], &[1, 2], &[1.0], &[1.0]),
            Err(PanelError::Lengths { .. })
        ));
    }

    #[test]
    fn a_panel_without_scatter_has_no_p() {
        let rows: Vec<(u32, u32, f64, f64)> = (0..12)
            .map(|at| {
                let (unit, time) = (at / 4, at % 4);
                let d = f64::from(u8::from(unit == 2 && time > 1));
                (
                    unit,
                    time,
                    0.1 * f64::from(unit) + 0.7 * f64::from(time) + 2.0 * d,
                    d,
                )
            })
            .collect();
        let found = of(&rows).unwrap();
        assert!((found.effect - 2.0).abs() < 1e-12);
        assert_eq!((found.p_cluster_unit, found.p_classical), (None, None));
        assert!(found.se_classical < 1e-300);
    }

    #[test]
    fn two_units_say_nothing_of_how_units_differ() {
        let rows: Vec<(u32, u32, f64, f64)> = (0..12)
            .map(|at| {
                (
                    at / 6,
                    at % 6,
                    f64::from(at * at % 7),
                    f64::from(u8::from(at > 9)),
                )
            })
            .collect();
        let found = of(&rows).unwrap();
        assert!(found.se_classical > 0.1 && found.se_cluster_unit < 1e-300);
        assert_eq!(
            (found.p_cluster_unit, found.interval_cluster_unit),
            (None, None)
        );
        assert!(found.p_classical.is_some());
    }

    fn panel() -> impl Strategy<Value = Vec<(u32, u32, f64, f64)>> {
        proptest::collection::vec((0.0_f64..1.0, -10.0_f64..10.0), 60).prop_map(|cells| {
            let mut rows = Vec::new();
            for (at, (kept, y)) in (0_u32..).zip(cells) {
                let (unit, time) = (at / 6, at % 6);
                if kept > 0.2 || time == 0 || unit == 9 {
                    let d = f64::from(u8::from(unit % 3 == 1 && time > 2 + unit % 2));
                    rows.push((unit, time, y, d));
                }
            }
            rows
        })
    }

    proptest! {
        #[test]
        fn levels_order_and_units_do_not_matter(rows in panel(), unit in 0.01_f64..100.0, turn in 0_usize..60) {
            let found = of(&rows);
            prop_assume!(found.is_ok());
            let found = found.unwrap();
            let mut other: Vec<_> = rows.iter()
                .map(|(u, t, y, d)| (u * 1_000_003, t + 1990, (y + f64::from(*u) * 3.0 - f64::from(*t * *t)) * unit, *d))
                .collect();
            let turn = turn % other.len();
            other.rotate_left(turn);
            let other = of(&other).unwrap();
            for (a, b) in [
                (found.effect, other.effect),
                (found.se_cluster_unit, other.se_cluster_unit),
                (found.se_classical, other.se_classical),
            ] {
                prop_assert!((a * unit - b).abs() < 1e-8 * unit, "{a} {b}");
            }
        }

        #[test]
        fn an_effect_added_is_an_effect_found(rows in panel(), added in -5.0_f64..5.0) {
            let found = of(&rows);
            prop_assume!(found.is_ok());
            let found = found.unwrap();
            let more: Vec<_> = rows.iter().map(|(u, t, y, d)| (*u, *t, y + added * d, *d)).collect();
            let more = of(&more).unwrap();
            prop_assert!((found.effect + added - more.effect).abs() < 1e-9);
            prop_assert!((found.se_cluster_unit - more.se_cluster_unit).abs() < 1e-9);
        }
    }
}
