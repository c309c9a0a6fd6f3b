//! Variance components of yes and no: how much of whether a complaint is sustained lies with officers,
//! districts, quarters.
//!
//! A logistic mixed model with an intercept and a random intercept for each grouping, crossed or nested,
//! fitted by maximum likelihood in Laplace's approximation.

use std::cell::RefCell;
use std::f64::consts::PI;

use serde::Serialize;

use crate::mixed::{
    self, Bounded, Cholesky, Component, Grouping, Layout, MixedError, Problem, bobyqa, refine,
};
use crate::proportion::{Interval, Z_95};

/// The variance of the standard logistic distribution, which stands for what is left within.
pub const LATENT_RESIDUAL: f64 = PI * PI / 3.0;

/// The fit, on the scale of log odds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogisticComponents {
    /// Rows.
    pub n: u64,
    /// Rows with a yes.
    pub successes: u64,
    /// The groupings in the order given; shares are of the latent variance, residual π²/3.
    pub components: Vec<Component>,
    /// The share left within, in (0, 1].
    pub residual_share: f64,
    /// Log odds of a yes in the middle of all levels (fixed intercept).
    pub intercept: f64,
    /// Its standard error, given the variances.
    pub intercept_se: f64,
    /// `intercept` ± 1.96 `intercept_se`.
    pub intercept_interval: Interval,
    /// Minus twice the logarithm of the likelihood, in Laplace's approximation.
    pub deviance_laplace: f64,
    /// Whether some variance is 0, at the bound.
    pub is_boundary: bool,
}

/// Divides the variance of log odds between groupings.
///
/// The model is `log odds of y = intercept + Σ effect of the level`, effects independent and normal.
/// For given standard deviations and intercept the effects are found by penalised reweighted least
/// squares; the likelihood is integrated over them by Laplace's approximation, and its largest value
/// over standard deviations and intercept together is looked for.
///
/// # Shape and units
///
/// - `y`: `n` outcomes, 0 or 1, both of them present.
/// - `groupings`: 1 to 10, each with `n` codes and 2 levels at least.
/// - returns: variances in squared log odds; a variance of 0 is a fit at the bound, not an error.
///   Laplace's approximation is biased low where levels have few rows: compare only fits of one kind.
/// - time and memory: as [`crate::variance_components::variance_components`], some times over.
///
/// # Errors
///
/// [`MixedError`]: lengths that do not fit, values other than 0 and 1, one outcome only, a grouping
/// with one level, two groupings that are one, levels that have one outcome each, more than 3 000
/// levels that cross beyond separation.
///
/// # Examples
///
/// ```
/// use pengayom_measure::mixed::Grouping;
/// use pengayom_measure::variance_components_logistic::variance_components_logistic;
///
/// // Both groups have one yes in two: no variance between them, log odds 0.
/// let group = Grouping::from_labels("group", ["a", "a", "b", "b"])?;
/// let fit = variance_components_logistic(&[1.0, 0.0, 0.0, 1.0], &[group])?;
/// assert!(fit.is_boundary && fit.intercept.abs() < 1e-9);
/// assert!((fit.deviance_laplace - 8.0 * 2.0_f64.ln()).abs() < 1e-9);
/// # Ok::<(), pengayom_measure::mixed::MixedError>(())
/// ```
///
/// # References
///
/// Bates et al. (2015), as in [`crate::variance_components`]; for the approximation: Breslow, N. E. and
/// Clayton, D. G. (1993). Approximate inference in generalized linear mixed models. *J. Amer. Statist.
/// Assoc.* 88(421), 9–25. Latent shares: Goldstein et al. (2002), method D.
pub fn variance_components_logistic(
    y: &[f64],
    groupings: &[Grouping],
) -> Result<LogisticComponents, MixedError> {
    let outcomes = Outcomes::new(y, groupings)?;
    let layout = &outcomes.layout;
    let found = outcomes.search()?;
    let (theta, intercept) = found.split_at(groupings.len());
    let intercept = intercept.first().copied().unwrap_or(f64::NAN);
    let start = vec![0.0; layout.unknowns()];
    let mode = outcomes
        .mode(theta, intercept, Intercept::Given, start)
        .ok_or(MixedError::NotConverged)?;
    let mut place = vec![0; groupings.len()];
    for (at, &of) in layout.order.iter().enumerate() {
        if let Some(place) = place.get_mut(of) {
            *place = at;
        }
    }
    let total = LATENT_RESIDUAL + theta.iter().map(|theta| theta * theta).sum::<f64>();
    let inverse = mode.cholesky.inverse_diagonal();
    let components = groupings
        .iter()
        .zip(&place)
        .map(|(grouping, &place)| {
            let theta = theta.get(place).copied().unwrap_or(0.0);
            let levels = mixed::levels(grouping, |level| {
                let unknown = layout.unknown(place, level);
                let of = |list: &[f64]| list.get(unknown).copied().unwrap_or(f64::NAN);
                (theta * of(&mode.levels), theta * of(&inverse).sqrt())
            });
            Component {
                name: grouping.name().to_owned(),
                variance: theta * theta,
                share: theta * theta / total,
                levels,
            }
        })
        .collect();
    let intercept_se = 1.0 / mode.weight.sqrt();
    Ok(LogisticComponents {
        n: y.len() as u64,
        successes: y.iter().filter(|y| **y > 0.5).count() as u64,
        components,
        residual_share: LATENT_RESIDUAL / total,
        intercept,
        intercept_se,
        intercept_interval: Interval {
            low: intercept - Z_95 * intercept_se,
            high: intercept + Z_95 * intercept_se,
        },
        deviance_laplace: mode.deviance + mode.cholesky.log_determinant,
        is_boundary: theta.contains(&0.0),
    })
}

/// Whether the intercept moves with the levels or stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Intercept {
    Given,
    Free,
}

/// Most steps to the mode of the effects.
const STEPS: usize = 100;

/// Standard deviations beyond this: the likelihood is flat out there.
const SD_MAX: f64 = 1e3;

struct Outcomes {
    layout: Layout,
    /// Rows of each cell.
    trials: Vec<f64>,
    /// Rows with a yes.
    successes: Vec<f64>,
}

/// The effects at which the penalised likelihood is largest.
struct Mode<'l> {
    /// At the mode.
    cholesky: Cholesky<'l>,
    /// In units of their standard deviations.
    levels: Vec<f64>,
    intercept: f64,
    /// Deviance of the rows plus squares of the levels.
    deviance: f64,
    /// Information about the intercept.
    weight: f64,
}

impl Outcomes {
    fn new(y: &[f64], groupings: &[Grouping]) -> Result<Self, MixedError> {
        #[allow(clippy::float_cmp, reason = "exactly 0 or 1 is what is asked for")]
        let is_outcome = |y: f64| y == 0.0 || y == 1.0;
        if let Some((row, &value)) = y.iter().enumerate().find(|(_, y)| !is_outcome(**y)) {
            return Err(MixedError::NotAnOutcome { row, value });
        }
        mixed::check(y.len(), groupings)?;
        let yes = y.iter().filter(|y| **y > 0.5).count();
        if yes == 0 || yes == y.len() {
            let value = if yes == 0 { 0.0 } else { 1.0 };
            return Err(MixedError::NoVariation { value });
        }
        let (layout, cell_of_row) = Layout::new(groupings)?;
        let mut trials = vec![0.0; layout.cells()];
        let mut successes = trials.clone();
        for (&cell, y) in cell_of_row.iter().zip(y) {
            let cell = cell as usize;
            if let (Some(trials), Some(successes)) = (trials.get_mut(cell), successes.get_mut(cell))
            {
                *trials += 1.0;
                *successes += y;
            }
        }
        Ok(Self {
            layout,
            trials,
            successes,
        })
    }

    /// Log odds of each cell.
    fn log_odds(&self, theta: &[f64], intercept: f64, levels: &[f64]) -> Vec<f64> {
        let mut log_odds = self.layout.spread(theta, levels);
        for of in &mut log_odds {
            *of += intercept;
        }
        log_odds
    }

    fn deviance(&self, log_odds: &[f64], levels: &[f64]) -> f64 {
        let likelihood: f64 = log_odds
            .iter()
            .zip(self.trials.iter().zip(&self.successes))
            .map(|(&odds, (trials, successes))| {
                // ln(1 + e^odds), which neither overflows nor loses small odds.
                successes * odds - trials * (odds.max(0.0) + (-odds.abs()).exp().ln_1p())
            })
            .sum();
        levels.iter().map(|u| u * u).sum::<f64>() - 2.0 * likelihood
    }

    /// Newton steps to the mode, halved where they overshoot.
    fn mode(
        &self,
        theta: &[f64],
        intercept: f64,
        kind: Intercept,
        start: Vec<f64>,
    ) -> Option<Mode<'_>> {
        let (mut intercept, mut levels) = (intercept, start);
        let mut log_odds = self.log_odds(theta, intercept, &levels);
        let mut deviance = self.deviance(&log_odds, &levels);
        let mut before = f64::INFINITY;
        for _ in 0..STEPS {
            let mut weights = Vec::with_capacity(log_odds.len());
            let mut left = Vec::with_capacity(log_odds.len());
            for (odds, (trials, successes)) in
                log_odds.iter().zip(self.trials.iter().zip(&self.successes))
            {
                let small = (-odds.abs()).exp();
                let share = if *odds < 0.0 { small } else { 1.0 } / (1.0 + small);
                weights.push(trials * small / ((1.0 + small) * (1.0 + small)));
                left.push(successes - trials * share);
            }
            let cross = self.layout.cross(&weights);
            let cholesky = Cholesky::new(&self.layout, &cross, theta)?;
            let mut step = self.layout.sums(theta, &left);
            for (step, level) in step.iter_mut().zip(&levels) {
                *step -= level;
            }
            let mut of_ones = self.layout.sums(theta, &weights);
            let slope = step.clone();
            let ones = of_ones.clone();
            cholesky.solve(&mut step);
            cholesky.solve(&mut of_ones);
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let weight = weights.iter().sum::<f64>() - dot(&ones, &of_ones);
            let mut gain = dot(&slope, &step);
            let mut move_intercept = 0.0;
            if kind == Intercept::Free {
                let slope = left.iter().sum::<f64>() - dot(&ones, &step);
                move_intercept = slope / weight;
                gain += slope * move_intercept;
                for (step, one) in step.iter_mut().zip(&of_ones) {
                    *step -= move_intercept * one;
                }
            }
            if !gain.is_finite() {
                return None;
            }
            // At the floor of rounding the decomposition just made is the one at the mode.
            if gain.abs() < 1e-19 || (gain.abs() < 1e-12 && gain.abs() >= 0.25 * before) {
                return Some(Mode {
                    cholesky,
                    levels,
                    intercept,
                    deviance,
                    weight,
                });
            }
            before = gain.abs();
            let mut share = 1.0;
            loop {
                let moved: Vec<f64> = levels
                    .iter()
                    .zip(&step)
                    .map(|(level, step)| level + share * step)
                    .collect();
                let moved_intercept = intercept + share * move_intercept;
                let moved_odds = self.log_odds(theta, moved_intercept, &moved);
                let moved_deviance = self.deviance(&moved_odds, &moved);
                if moved_deviance <= deviance + 1e-9 * (1.0 + deviance.abs()) || share < 1e-6 {
                    (levels, intercept) = (moved, moved_intercept);
                    (log_odds, deviance) = (moved_odds, moved_deviance);
                    break;
                }
                share /= 2.0;
            }
        }
        None
    }

    /// Standard deviations in the layout's order, then the intercept.
    fn search(&self) -> Result<Vec<f64>, MixedError> {
        let (yes, all) = (
            self.successes.iter().sum::<f64>(),
            self.trials.iter().sum::<f64>(),
        );
        // Each search goes on from the effects that the last found.
        let warm = RefCell::new((vec![0.0; self.layout.unknowns()], (yes / (all - yes)).ln()));
        let evaluate = |theta: &[f64], intercept: Option<f64>| {
            if theta.iter().any(|of| of.abs() > 10.0 * SD_MAX) {
                return f64::INFINITY;
            }
            let (levels, known) = warm.borrow().clone();
            let kind = intercept.map_or(Intercept::Free, |_| Intercept::Given);
            let from = intercept.unwrap_or(known);
            let found = self.mode(theta, from, kind, levels).or_else(|| {
                let start = vec![0.0; self.layout.unknowns()];
                self.mode(theta, from, kind, start)
            });
            let Some(found) = found else {
                return f64::INFINITY;
            };
            let value = found.deviance + found.cholesky.log_determinant;
            *warm.borrow_mut() = (found.levels, found.intercept);
            value
        };
        let groupings = self.layout.order.len();
        let information = yes * (all - yes) / all;
        let mut scale: Vec<f64> = self
            .layout
            .levels()
            .map(|levels| (levels as f64 / information).sqrt())
            .collect();
        // First with the intercept among what is solved for, as it would be in a linear model.
        let rough = bobyqa(
            &Bounded {
                start: vec![1.0; groupings],
                lower: vec![0.0; groupings],
                steps: vec![0.5; groupings],
                value_tolerance: 1e-4,
                place_tolerance: 1e-4,
            },
            &mut |theta| evaluate(theta, None),
        )
        .ok_or(MixedError::NotConverged)?;
        if rough.at.iter().any(|&of| of > SD_MAX) {
            return Err(MixedError::Unbounded);
        }
        let mut start = rough.at;
        let _ = evaluate(&start, None);
        start.push(warm.borrow().1);
        let mut steps: Vec<f64> = start
            .iter()
            .zip(&scale)
            .map(|(at, scale)| 0.1 * at.max(*scale))
            .collect();
        steps.push(0.05);
        scale.push((1.0 / information).sqrt().max(0.05));
        let mut even = vec![true; groupings];
        even.push(false);
        let mut lower = vec![0.0; groupings];
        lower.push(f64::NEG_INFINITY);
        let mut together = |at: &[f64]| match at.split_last() {
            Some((&intercept, theta)) => evaluate(theta, Some(intercept)),
            None => f64::INFINITY,
        };
        let close = bobyqa(
            &Bounded {
                start,
                lower,
                steps,
                value_tolerance: 1e-6,
                place_tolerance: 1e-6,
            },
            &mut together,
        )
        .ok_or(MixedError::NotConverged)?;
        let found = refine(&Problem { scale, even }, close, &mut together);
        if found.at.iter().take(groupings).any(|&of| of > SD_MAX) {
            return Err(MixedError::Unbounded);
        }
        Ok(found.at)
    }
}

#[cfg(test)]
mod tests;
