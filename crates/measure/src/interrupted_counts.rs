//! Counts before and after a change, with a season: Poisson regression with errors for more scatter
//! than Poisson's.
//!
//! What [`crate::interrupted`] is for measurements. Counts that remember the day before (outbreaks,
//! revenge) scatter in ways this does not see.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, Const, SMatrix, SVector};
use serde::Serialize;

use crate::interrupted::{self, InterruptedError, Sides};
use crate::log_gamma::deviance;
use crate::proportion::{Interval, Z_95};

/// Steps of Newton's method after which nothing more is hoped for; ten are many.
const STEPS: usize = 100;

/// A squared step, in standard errors, from which on one more step is exact to rounding.
const SETTLED: f64 = 1e-14;

/// Variance of a logarithm above which the counts do not settle it: a factor of e^1000 either way.
const UNSETTLED_VARIANCE: f64 = 1e6;

/// Counts are exact up to here, 2^53.
const COUNT_MAX: f64 = 9_007_199_254_740_992.0;

/// Two log-linear trends through counts, and how sure their difference is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InterruptedCounts {
    /// Logarithms: level at the first value, slope, jump, change of slope; with a season also sine
    /// and cosine.
    pub coef: Vec<f64>,
    /// Their standard errors if counts scatter as Poisson's do.
    pub se_poisson: Vec<f64>,
    /// Pearson's χ² by degrees of freedom: 1 for Poisson's scatter, above 1 for more.
    pub dispersion: f64,
    /// Standard errors for the scatter found.
    pub se_quasi: Vec<f64>,
    /// Two-sided p values from `se_quasi`, by the normal distribution; `None` where an error is 0.
    pub p_quasi: Vec<Option<f64>>,
    /// The jump as a factor: 0.8 is a fifth less.
    pub level_ratio: f64,
    /// Its 95 % interval from `se_quasi`.
    pub level_ratio_interval: Interval,
    /// Twice the log-likelihood missing to a model that meets every count.
    pub deviance: f64,
    /// Values in the series.
    pub n: usize,
    /// The first value that counts as after the change.
    pub break_index: usize,
    /// Expected counts, value by value.
    pub fitted: Vec<f64>,
    /// What the trend before, with its season, would have gone on to from the change on.
    pub counterfactual: Vec<f64>,
}

/// Interrupted series of counts: Poisson regression (logarithmic link) of a trend before and a trend
/// from the change on, with or without one wave for the season.
///
/// # Shape and units
///
/// - `y`: counts, evenly spaced, oldest first, 0 or above (they need not be whole).
/// - `break_index`: the first value after the change. Time counts from 0: the logarithm of what is
///   expected is `a + b t/P + c [t >= k] + d (t - k)/P [t >= k] + e sin 2πt/P + f cos 2πt/P`.
/// - `period`: `P`, how many values one season has (7 for days in weeks), above 2; with `None` there
///   is no season and slopes are for one step.
/// - returns: logarithms; needs one value more than coefficients (5 or 7).
///
/// The fit is Newton's method on the concave likelihood until the step is below 1e-7 standard errors
/// and one step more. Time and memory grow with n.
///
/// # Errors
///
/// - [`InterruptedError::NotFinite`], [`InterruptedError::Negative`] of the first value so.
/// - [`InterruptedError::BreakOutside`], [`InterruptedError::TooFew`], [`InterruptedError::NoPeriod`].
/// - [`InterruptedError::NoEvents`] if all counts are 0.
/// - [`InterruptedError::NotIdentified`] if the likelihood has no highest point, as where a side has
///   no event or its events are all at one end, or if the season is a line or nothing (`period` 1
///   or 2, or as long as a side in which it looks like a line).
/// - [`InterruptedError::TooLarge`] if a count is above 2^53, or a result beyond 1e308.
///
/// # Examples
///
/// ```
/// use pengayom_measure::interrupted_counts::interrupted_counts;
///
/// // Twice as many from the change on.
/// let found = interrupted_counts(&[4.0, 4.0, 4.0, 8.0, 8.0, 8.0], 3, None)?;
/// assert!((found.level_ratio - 2.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::interrupted::InterruptedError>(())
/// ```
///
/// # References
///
/// Bernal, J. L., Cummins, S. and Gasparrini, A. (2017). Interrupted time series regression for the
/// evaluation of public health interventions: a tutorial. *Int. J. Epidemiol.* 46(1), 348–355.
/// McCullagh, P. and Nelder, J. A. (1989). *Generalized Linear Models*, 2nd ed., chapter 6.
pub fn interrupted_counts(
    y: &[f64],
    break_index: usize,
    period: Option<f64>,
) -> Result<InterruptedCounts, InterruptedError> {
    if let Some(period) = period.filter(|period| !(*period > 0.0 && period.is_finite())) {
        return Err(InterruptedError::NoPeriod { period });
    }
    let n = y.len();
    let sides = Sides::new(n, break_index, if period.is_some() { 7 } else { 5 })?;
    interrupted::finite(y)?;
    if let Some((row, &value)) = y.iter().enumerate().find(|(_, value)| **value < 0.0) {
        return Err(InterruptedError::Negative { row, value });
    }
    if y.iter().any(|count| *count > COUNT_MAX) {
        return Err(InterruptedError::TooLarge);
    }
    let place = |at: usize| {
        let (is_after, u) = sides.place(at);
        if is_after {
            [0.0, 0.0, 1.0, u]
        } else {
            [1.0, u, 0.0, 0.0]
        }
    };
    match period {
        None => {
            let row = |at: usize| SVector::from(place(at));
            let fit = fit(y, row)?;
            finish(y, sides, break_index, 1.0, &fit, row)
        }
        Some(period) => {
            let waves = season(n, period);
            let row = |at: usize| {
                let [before, before_slope, after, after_slope] = place(at);
                let wave = waves.get(at % waves.len().max(1));
                let [sine, cosine] = wave.copied().unwrap_or_default();
                SVector::from([before, before_slope, after, after_slope, sine, cosine])
            };
            let fit = fit(y, row)?;
            finish(y, sides, break_index, period, &fit, row)
        }
    }
}

/// Sine and cosine of a season, of one period if it is a whole number of values.
fn season(n: usize, period: f64) -> Vec<[f64; 2]> {
    let is_whole = period.fract().abs() < f64::EPSILON && period < n as f64;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, above 0 and below n"
    )]
    let rows = if is_whole { period as usize } else { n };
    (0..rows)
        .map(|at| {
            let (sine, cosine) = (TAU * ((at as f64 % period) / period)).sin_cos();
            [sine, cosine]
        })
        .collect()
}

/// The most likely coefficients in the sides' own coordinates, and the inverse of their information.
struct Fit<const P: usize> {
    own: SVector<f64, P>,
    covariance: SMatrix<f64, P, P>,
}

fn fit<const P: usize>(
    y: &[f64],
    row: impl Fn(usize) -> SVector<f64, P>,
) -> Result<Fit<P>, InterruptedError> {
    let n = y.len() as f64;
    let mean = y.iter().map(|count| count / n).sum::<f64>();
    if mean <= 0.0 {
        return Err(InterruptedError::NoEvents);
    }
    // From one mean for all.
    let mut own = SVector::<f64, P>::zeros();
    for at in [0, 2] {
        if let Some(level) = own.get_mut(at) {
            *level = mean.ln();
        }
    }
    let mut state = look(y, &own, &row);
    if !state.likelihood.is_finite() {
        return Err(InterruptedError::TooLarge);
    }
    for _ in 0..STEPS {
        let covariance = inverse(&state.information)?;
        let step = covariance * state.score;
        let size = step.dot(&state.score);
        if !size.is_finite() {
            return Err(InterruptedError::NotIdentified);
        }
        // Concave: a short enough step climbs. Close to the top rounding hides the climb.
        let mut part = 1.0;
        let mut next = look(y, &(own + step), &row);
        while size > 1e-6
            && (next.likelihood.is_nan() || next.likelihood < state.likelihood)
            && part > 1e-9
        {
            part /= 2.0;
            next = look(y, &(own + step * part), &row);
        }
        own += step * part;
        state = next;
        if size <= SETTLED {
            let covariance = inverse(&state.information)?;
            let is_settled = covariance
                .diagonal()
                .iter()
                .all(|variance| *variance < UNSETTLED_VARIANCE / mean.min(1.0));
            return if is_settled && own.iter().all(|x| x.is_finite()) {
                Ok(Fit { own, covariance })
            } else {
                Err(InterruptedError::NotIdentified)
            };
        }
    }
    Err(InterruptedError::NotIdentified)
}

/// Likelihood (without what does not depend on the coefficients), its slope and its curvature.
struct State<const P: usize> {
    likelihood: f64,
    score: SVector<f64, P>,
    information: SMatrix<f64, P, P>,
}

fn look<const P: usize>(
    y: &[f64],
    own: &SVector<f64, P>,
    row: impl Fn(usize) -> SVector<f64, P>,
) -> State<P> {
    let mut state = State::<P> {
        likelihood: 0.0,
        score: SVector::zeros(),
        information: SMatrix::zeros(),
    };
    for (at, &count) in y.iter().enumerate() {
        let x = row(at);
        let logarithm = x.dot(own);
        let expected = logarithm.exp();
        state.likelihood += count * logarithm - expected;
        state.score.axpy(count - expected, &x, 1.0);
        state.information.ger(expected, &x, &x, 1.0);
    }
    state
}

fn inverse<const P: usize>(
    information: &SMatrix<f64, P, P>,
) -> Result<SMatrix<f64, P, P>, InterruptedError> {
    let size = information.diagonal().map(f64::sqrt);
    if !size.iter().all(|x| *x > 0.0 && x.is_finite()) {
        return Err(InterruptedError::NotIdentified);
    }
    let scaled = information.component_div(&(size * size.transpose()));
    let Some(cholesky) = Cholesky::<f64, Const<P>>::new(scaled) else {
        return Err(InterruptedError::NotIdentified);
    };
    // What a column adds to those before it, as a share of its own: nothing if it is one of them.
    let adds = cholesky.l_dirty().diagonal().min();
    if adds * adds < 1e-12 {
        return Err(InterruptedError::NotIdentified);
    }
    Ok(cholesky.inverse().component_div(&(size * size.transpose())))
}

fn finish<const P: usize>(
    y: &[f64],
    sides: Sides,
    break_index: usize,
    unit: f64,
    fit: &Fit<P>,
    row: impl Fn(usize) -> SVector<f64, P>,
) -> Result<InterruptedCounts, InterruptedError> {
    let n = y.len();
    let mut to = SMatrix::<f64, P, P>::identity();
    let lines = sides.to_coefficients(unit);
    for (at, value) in lines.iter().enumerate() {
        // Column by column: the upper left corner.
        if let Some(place) = to.get_mut((at % 4, at / 4)) {
            *place = *value;
        }
    }
    let coef = to * fit.own;
    let covariance = to * fit.covariance * to.transpose();
    let se_poisson = covariance.diagonal().map(|of| of.max(0.0).sqrt());
    let fitted: Vec<f64> = (0..n).map(|at| row(at).dot(&fit.own).exp()).collect();
    let mut pearson = 0.0;
    let mut missing = 0.0;
    for (&count, &expected) in y.iter().zip(&fitted) {
        // An expectation that rounds to 0 was met by a 0.
        if expected > 0.0 {
            pearson += (count - expected).powi(2) / expected;
            missing += 2.0 * deviance(count, expected);
        }
    }
    let dispersion = pearson / (n - P) as f64;
    let se_quasi = se_poisson * dispersion.sqrt();
    let is_finite = coef
        .iter()
        .chain(&se_quasi)
        .all(|number| number.is_finite());
    if !(is_finite && dispersion.is_finite() && f64::is_finite(missing)) {
        return Err(InterruptedError::TooLarge);
    }
    let (level, slope) = (at(&coef, 2), at(&coef, 3));
    let level_se = at(&se_quasi, 2);
    let counterfactual = (break_index..n)
        .zip(fitted.iter().skip(break_index))
        .map(|(at, fitted)| fitted * (-level - slope * (at - break_index) as f64 / unit).exp())
        .collect();
    let pairs: Vec<(f64, f64)> = coef.iter().copied().zip(se_quasi.iter().copied()).collect();
    Ok(InterruptedCounts {
        p_quasi: pairs
            .iter()
            .map(|(x, se)| (*se > 0.0).then(|| crate::tail::normal(x / se)))
            .collect(),
        coef: coef.iter().copied().collect(),
        se_poisson: se_poisson.iter().copied().collect(),
        dispersion,
        se_quasi: se_quasi.iter().copied().collect(),
        level_ratio: level.exp(),
        level_ratio_interval: Interval {
            low: (level - Z_95 * level_se).exp(),
            high: (level + Z_95 * level_se).exp(),
        },
        deviance: missing,
        n,
        break_index,
        fitted,
        counterfactual,
    })
}

fn at<const P: usize>(of: &SVector<f64, P>, at: usize) -> f64 {
    of.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_that_cannot_be_judged_are_refused() {
        let of = |y: &[f64], at, period| interrupted_counts(y, at, period).unwrap_err();
        assert!(matches!(of(&[], 0, None), InterruptedError::TooFew { .. }));
        let few = of(&[1.0; 6], 3, Some(3.0));
        assert!(matches!(few, InterruptedError::TooFew { need: 7, .. }));
        assert!(matches!(
            of(&[1.0; 9], 10, None),
            InterruptedError::BreakOutside { .. }
        ));
        for bad in [0.0, -7.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                of(&[1.0; 9], 4, Some(bad)),
                InterruptedError::NoPeriod { .. }
            ));
        }
        assert_eq!(of(&[0.0; 9], 4, None), InterruptedError::NoEvents);
        let error = of(&[1.0, 1.0, -1.0, 1.0, 1.0, 1.0], 3, None);
        assert!(matches!(error, InterruptedError::Negative { row: 2, .. }));
        let error = of(&[1.0, 1.0, f64::NAN, 1.0, 1.0, 1.0], 3, None);
        assert!(matches!(error, InterruptedError::NotFinite { row: 2, .. }));
        assert_eq!(
            of(&[1e300, 1.0, 1.0, 1e300, 1.0, 1.0], 3, None),
            InterruptedError::TooLarge
        );
    }

    #[test]
    fn counts_that_settle_nothing_are_told() {
        // Nothing on one side; events at one end of a side only; no season, or one like a level.
        for (y, at, period) in [
            (&[3.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0][..], 3, None),
            (&[3.0, 4.0, 5.0, 4.0, 0.0, 0.0, 9.0], 4, None),
            (&[3.0, 4.0, 5.0, 4.0, 4.0, 6.0, 9.0, 5.0, 3.0], 4, Some(2.0)),
            (&[3.0, 4.0, 5.0, 4.0, 4.0, 6.0, 9.0, 5.0, 3.0], 4, Some(1.0)),
        ] {
            let found = interrupted_counts(y, at, period);
            assert_eq!(
                found.unwrap_err(),
                InterruptedError::NotIdentified,
                "{y:?} {period:?}"
            );
        }
    }

    #[test]
    fn a_trend_without_scatter_is_met() {
        let y: Vec<f64> = (0..30)
            .map(|t| {
                let at = f64::from(t);
                let after = f64::from(u8::from(t >= 12));
                (3.0 + 0.02 * at
                    + after * (0.4 - 0.01 * (at - 12.0))
                    + 0.3 * (TAU * at / 7.0).sin())
                .exp()
            })
            .collect();
        let found = interrupted_counts(&y, 12, Some(7.0)).unwrap();
        for (found, made) in found.coef.iter().zip([3.0, 0.14, 0.4, -0.07, 0.3, 0.0]) {
            assert!((found - made).abs() < 1e-9, "{found} {made}");
        }
        assert!((found.level_ratio - 0.4_f64.exp()).abs() < 1e-9);
        assert!(found.dispersion < 1e-15 && found.deviance < 1e-12);
    }

    proptest! {
        #[test]
        fn the_scores_are_zero_at_the_top(y in proptest::collection::vec(1_u32..500, 12..80)) {
            let y: Vec<f64> = y.into_iter().map(f64::from).collect();
            let at = y.len() / 2;
            let found = interrupted_counts(&y, at, Some(5.0)).unwrap();
            let total: f64 = y.iter().sum();
            let left = |range: std::ops::Range<usize>, by: &dyn Fn(usize) -> f64| {
                range.map(|t| (y[t] - found.fitted[t]) * by(t)).sum::<f64>().abs()
            };
            prop_assert!(left(0..at, &|_| 1.0) < 1e-9 * total);
            prop_assert!(left(at..y.len(), &|_| 1.0) < 1e-9 * total);
            prop_assert!(left(0..at, &|t| t as f64) < 1e-7 * total);
            prop_assert!(left(0..y.len(), &|t| (TAU * t as f64 / 5.0).cos()) < 1e-9 * total);
        }

        #[test]
        fn twice_as_many_change_the_level_only(y in proptest::collection::vec(1_u32..500, 12..60)) {
            let y: Vec<f64> = y.into_iter().map(f64::from).collect();
            let twice: Vec<f64> = y.iter().map(|count| 2.0 * count).collect();
            let (found, other) = (
                interrupted_counts(&y, 6, None).unwrap(),
                interrupted_counts(&twice, 6, None).unwrap(),
            );
            prop_assert!((found.coef[0] + 2.0_f64.ln() - other.coef[0]).abs() < 1e-9);
            for column in 1..4 {
                prop_assert!((found.coef[column] - other.coef[column]).abs() < 1e-9);
                // Errors for the scatter found do not depend on what is counted in.
                prop_assert!((found.se_quasi[column] / other.se_quasi[column] - 1.0).abs() < 1e-8);
            }
            prop_assert!((found.dispersion * 2.0 - other.dispersion).abs() < 1e-8 * other.dispersion);
        }
    }
}
