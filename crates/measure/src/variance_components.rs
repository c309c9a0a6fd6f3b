//! Variance components: how much of the spread of a figure lies between officers, districts, months.
//!
//! A linear mixed model with an intercept and a random intercept for each grouping, crossed or nested,
//! fitted by restricted (REML) and by full (ML) maximum likelihood.

use serde::Serialize;

use crate::magnitude;
use crate::mixed::{
    self, Bounded, Cholesky, Component, Cross, Grouping, Layout, Minimum, MixedError, Problem,
    bobyqa, refine,
};
use crate::proportion::{Interval, Z_95};

/// The fit: what each grouping takes of the variance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VarianceComponents {
    /// Rows.
    pub n: u64,
    /// The groupings in the order given, by REML.
    pub components: Vec<Component>,
    /// Variance left within, by REML, above 0.
    pub residual: f64,
    /// Its share of the whole, in `[0, 1]`.
    pub residual_share: f64,
    /// The variances of the groupings by ML, in the order given.
    pub ml_variances: Vec<f64>,
    /// Variance left within, by ML.
    pub ml_residual: f64,
    /// The mean of all levels (fixed intercept), by REML.
    pub mean: f64,
    /// Its standard error, given the variances.
    pub mean_se: f64,
    /// `mean` ± 1.96 `mean_se`.
    pub mean_interval: Interval,
    /// Logarithm of the restricted likelihood.
    pub log_likelihood_reml: f64,
    /// Logarithm of the likelihood.
    pub log_likelihood_ml: f64,
    /// Whether some variance is 0, at the bound (a "singular fit").
    pub is_boundary: bool,
}

/// Divides the variance of `y` between groupings and what is left.
///
/// The model is `y = mean + Σ effect of the level + residual`, effects and residual independent and
/// normal. The likelihood is profiled: for given ratios `θ` of the standard deviation between levels to
/// the residual one, mean and residual variance have closed forms, and only the `θ` are searched for.
///
/// # Shape and units
///
/// - `y`: `n` figures, finite, not all the same; any order of rows.
/// - `groupings`: 1 to 10, each with `n` codes and 2 to `n - 1` levels.
/// - returns: variances in squared units of `y`; effects, mean and standard errors in its units; shares
///   in `[0, 1]` that add up to 1. A variance of 0 is a fit at the bound, not an error.
/// - time: a few dozen decompositions, each linear in rows where groupings are nested; where two
///   cross, the smaller one's levels enter by their third power. Memory is linear in rows.
///
/// # Errors
///
/// [`MixedError`]: lengths that do not fit, a value that is not finite, a grouping with one level or
/// with as many as rows, two groupings that are one, values all the same, groupings that leave no
/// residual, values whose squares no number holds, more than 3 000 levels that cross beyond separation.
///
/// # Examples
///
/// ```
/// use pengayom_measure::mixed::Grouping;
/// use pengayom_measure::variance_components::variance_components;
///
/// // Two groups of two: mean squares 16 between and 0.5 within, so (16 - 0.5) / 2 between groups.
/// let group = Grouping::from_labels("group", ["a", "a", "b", "b"])?;
/// let fit = variance_components(&[1.0, 2.0, 5.0, 6.0], &[group])?;
/// assert!((fit.components[0].variance - 7.75).abs() < 1e-6);
/// assert!((fit.residual - 0.5).abs() < 1e-7);
/// # Ok::<(), pengayom_measure::mixed::MixedError>(())
/// ```
///
/// # References
///
/// Bates, D., Mächler, M., Bolker, B. and Walker, S. (2015). Fitting linear mixed-effects models using
/// lme4. *J. Statist. Software* 67(1). Goldstein, H., Browne, W. and Rasbash, J. (2002). Partitioning
/// variation in multilevel models. *Understanding Statistics* 1(4), 223–231.
pub fn variance_components(
    y: &[f64],
    groupings: &[Grouping],
) -> Result<VarianceComponents, MixedError> {
    converged_and_of_lme4(y, groupings).map(|(converged, _)| converged)
}

/// The same where lme4 ends its search.
///
/// With its default settings lme4 stops as soon as two best deviances differ by less than 1e-8 or steps
/// are 1e-4 of the first. Where the likelihood is flat, as with few levels, the variances there are
/// right to about four digits only; this follows the same steps, for whoever compares figures. All other figures are those at its place.
///
/// # Shape and units
///
/// As [`variance_components`].
///
/// # Errors
///
/// As [`variance_components`].
///
/// # References
///
/// Bates et al. (2015), as [`variance_components`], version 1.1-31 of the package; Powell, M. J. D.
/// (2009). *The BOBYQA algorithm for bound constrained optimization without derivatives*. Report DAMTP
/// 2009/NA06, University of Cambridge.
pub fn variance_components_of_lme4(
    y: &[f64],
    groupings: &[Grouping],
) -> Result<VarianceComponents, MixedError> {
    converged_and_of_lme4(y, groupings).map(|(_, of_lme4)| of_lme4)
}

/// Both, for about the time of one.
pub(crate) fn converged_and_of_lme4(
    y: &[f64],
    groupings: &[Grouping],
) -> Result<(VarianceComponents, VarianceComponents), MixedError> {
    let equations = Equations::new(y, groupings)?;
    let start = equations.start();
    let (reml, reml_of_lme4) = equations.search(Likelihood::Restricted, &start)?;
    let (ml, ml_of_lme4) = equations.search(Likelihood::Full, &start)?;
    Ok((
        fit(&equations, groupings, &reml, &ml)?,
        fit(&equations, groupings, &reml_of_lme4, &ml_of_lme4)?,
    ))
}

fn fit(
    equations: &Equations,
    groupings: &[Grouping],
    reml: &Minimum,
    ml: &Minimum,
) -> Result<VarianceComponents, MixedError> {
    let layout = &equations.layout;
    let at_ml = equations.profile(&ml.at).ok_or(MixedError::NotConverged)?;
    let at_reml = equations
        .profile(&reml.at)
        .ok_or(MixedError::NotConverged)?;
    let unit = equations.unit * equations.unit;
    let ml_residual = unit * at_ml.squares / equations.n;
    let residual = unit * at_reml.squares / (equations.n - 1.0);
    if at_reml.squares.is_nan() || at_ml.squares.is_nan() {
        return Err(MixedError::NotConverged);
    }
    // Below, digits are lost; 1e12 leaves room for the ratio of any grouping to it.
    if [residual, ml_residual]
        .iter()
        .any(|of| !of.is_normal() || *of > f64::MAX / 1e12)
    {
        return Err(MixedError::OutOfRange);
    }
    let variance =
        |of: usize, theta: &[f64], residual: f64| theta.get(of).map_or(0.0, |t| t * t * residual);
    // The place of each grouping in the layout's order.
    let mut place = vec![0; groupings.len()];
    for (at, &of) in layout.order.iter().enumerate() {
        if let Some(place) = place.get_mut(of) {
            *place = at;
        }
    }
    let total = residual
        + (0..groupings.len())
            .map(|of| variance(of, &reml.at, residual))
            .sum::<f64>();
    let inverse = at_reml.cholesky.inverse_diagonal();
    let components = groupings
        .iter()
        .zip(&place)
        .map(|(grouping, &place)| {
            let theta = reml.at.get(place).copied().unwrap_or(0.0);
            let variance = theta * theta * residual;
            let levels = mixed::levels(grouping, |level| {
                let unknown = layout.unknown(place, level);
                let of = |list: &[f64]| list.get(unknown).copied().unwrap_or(f64::NAN);
                (
                    theta * of(&at_reml.levels) * equations.unit,
                    theta * (of(&inverse) * residual).sqrt(),
                )
            });
            Component {
                name: grouping.name().to_owned(),
                variance,
                share: variance / total,
                levels,
            }
        })
        .collect();
    let mean = equations.middle + at_reml.mean * equations.unit;
    let mean_se = (residual / at_reml.weight).sqrt();
    Ok(VarianceComponents {
        n: equations.rows,
        components,
        residual,
        residual_share: residual / total,
        ml_variances: place
            .iter()
            .map(|&of| variance(of, &ml.at, ml_residual))
            .collect(),
        ml_residual,
        mean,
        mean_se,
        mean_interval: Interval {
            low: mean - Z_95 * mean_se,
            high: mean + Z_95 * mean_se,
        },
        log_likelihood_reml: -0.5 * reml.value - (equations.n - 1.0) * equations.unit.ln(),
        log_likelihood_ml: -0.5 * ml.value - equations.n * equations.unit.ln(),
        is_boundary: reml.at.contains(&0.0),
    })
}

#[derive(Debug, Clone, Copy)]
enum Likelihood {
    Restricted,
    Full,
}

/// The data as far as the likelihood needs them, `y` centred and in units of its standard deviation.
struct Equations {
    layout: Layout,
    cross: Cross,
    n: f64,
    rows: u64,
    middle: f64,
    unit: f64,
    /// Rows of each cell.
    cell_n: Vec<f64>,
    /// Mean of each cell.
    cell_mean: Vec<f64>,
    /// Squares about the means of the cells.
    within: f64,
}

/// The likelihood's parts at one point.
struct Profile<'l> {
    cholesky: Cholesky<'l>,
    /// Of each unknown, in units in which its variance is the residual's.
    levels: Vec<f64>,
    mean: f64,
    /// What the mean is worth: its variance is the residual's over this.
    weight: f64,
    /// Penalised sum of squares.
    squares: f64,
}

/// Ratios of standard deviations beyond this: nothing is left within.
const RATIO_MAX: f64 = 1e6;

impl Equations {
    fn new(y: &[f64], groupings: &[Grouping]) -> Result<Self, MixedError> {
        if let Some((row, &value)) = y.iter().enumerate().find(|(_, y)| !y.is_finite()) {
            return Err(MixedError::NotFinite { row, value });
        }
        mixed::check(y.len(), groupings)?;
        if let Some(of) = groupings.iter().find(|of| of.levels() >= y.len()) {
            return Err(MixedError::AsManyLevelsAsRows {
                name: of.name().to_owned(),
                rows: y.len(),
            });
        }
        let n = y.len() as f64;
        // Seen from the first, so that a large common part takes no digits; and so that no sum overflows.
        let first = y.first().copied().unwrap_or(f64::NAN);
        let scale = magnitude::unit(magnitude::largest(y.iter().copied())).unwrap_or(1.0);
        let seen = |y: f64| y / scale - first / scale;
        let shift = y.iter().map(|y| seen(*y)).sum::<f64>() / n;
        let squares: f64 = y.iter().map(|y| (seen(*y) - shift).powi(2)).sum();
        let spread = (squares / n).sqrt();
        if y.iter().all(|y| seen(*y).abs() <= 0.0) || spread.is_nan() || spread <= 0.0 {
            return Err(MixedError::NoVariation { value: first });
        }
        let (middle, unit) = ((first / scale + shift) * scale, spread * scale);
        let (layout, cell_of_row) = Layout::new(groupings)?;
        let mut cell_n = vec![0.0; layout.cells()];
        let mut cell_mean = vec![0.0; layout.cells()];
        let standard = |y: f64| (seen(y) - shift) / spread;
        for (&cell, &y) in cell_of_row.iter().zip(y) {
            let cell = cell as usize;
            if let (Some(n), Some(sum)) = (cell_n.get_mut(cell), cell_mean.get_mut(cell)) {
                *n += 1.0;
                *sum += standard(y);
            }
        }
        for (mean, n) in cell_mean.iter_mut().zip(&cell_n) {
            *mean /= n;
        }
        let within = cell_of_row
            .iter()
            .zip(y)
            .map(|(&cell, &y)| {
                let mean = cell_mean.get(cell as usize).copied().unwrap_or(0.0);
                (standard(y) - mean).powi(2)
            })
            .sum();
        let cross = layout.cross(&cell_n);
        Ok(Self {
            layout,
            cross,
            n,
            rows: y.len() as u64,
            middle,
            unit,
            cell_n,
            cell_mean,
            within,
        })
    }

    /// The penalised least squares for given ratios, in the layout's order.
    fn profile(&self, theta: &[f64]) -> Option<Profile<'_>> {
        let cholesky = Cholesky::new(&self.layout, &self.cross, theta)?;
        let sums: Vec<f64> = self
            .cell_n
            .iter()
            .zip(&self.cell_mean)
            .map(|(n, mean)| n * mean)
            .collect();
        let mut of_ones = self.layout.sums(theta, &self.cell_n);
        let mut of_y = self.layout.sums(theta, &sums);
        cholesky.solve(&mut of_ones);
        cholesky.solve(&mut of_y);
        // What is left of the ones and of y: sums of squares, so that nothing cancels.
        let ones_left = self.layout.spread(theta, &of_ones);
        let y_left = self.layout.spread(theta, &of_y);
        let mut weight: f64 = of_ones.iter().map(|u| u * u).sum();
        let mut product: f64 = of_ones.iter().zip(&of_y).map(|(one, y)| one * y).sum();
        for (((n, mean), ones), y) in self
            .cell_n
            .iter()
            .zip(&self.cell_mean)
            .zip(&ones_left)
            .zip(&y_left)
        {
            weight += n * (1.0 - ones).powi(2);
            product += n * (1.0 - ones) * (mean - y);
        }
        let mean = product / weight;
        let levels: Vec<f64> = of_y
            .iter()
            .zip(&of_ones)
            .map(|(y, one)| y - mean * one)
            .collect();
        let mut squares = self.within + levels.iter().map(|u| u * u).sum::<f64>();
        for (((n, cell), ones), y) in self
            .cell_n
            .iter()
            .zip(&self.cell_mean)
            .zip(&ones_left)
            .zip(&y_left)
        {
            squares += n * ((cell - y) - mean * (1.0 - ones)).powi(2);
        }
        Some(Profile {
            cholesky,
            levels,
            mean,
            weight,
            squares,
        })
    }

    /// Minus twice the profiled logarithm of the likelihood.
    fn deviance(&self, likelihood: Likelihood, theta: &[f64]) -> f64 {
        let Some(at) = self.profile(theta) else {
            return f64::INFINITY;
        };
        let (rows, more) = match likelihood {
            Likelihood::Restricted => (self.n - 1.0, at.weight.ln()),
            Likelihood::Full => (self.n, 0.0),
        };
        let residual = at.squares / rows;
        at.cholesky.log_determinant
            + more
            + rows * (1.0 + (2.0 * std::f64::consts::PI * residual).ln())
    }

    /// Where lme4 begins: with the variances of the levels' means, as far as they leave a rest.
    fn start(&self) -> Vec<f64> {
        let groupings = self.layout.order.len();
        let all = self.n / (self.n - 1.0);
        let sums: Vec<f64> = self
            .cell_n
            .iter()
            .zip(&self.cell_mean)
            .map(|(n, mean)| n * mean)
            .collect();
        let ones = vec![1.0; groupings];
        let (n, sum) = (
            self.layout.sums(&ones, &self.cell_n),
            self.layout.sums(&ones, &sums),
        );
        let of_levels: Vec<f64> = self
            .layout
            .levels()
            .enumerate()
            .map(|(grouping, levels)| {
                let squares: f64 = (0..levels)
                    .map(|level| {
                        let unknown = self.layout.unknown(grouping, level);
                        match (n.get(unknown), sum.get(unknown)) {
                            (Some(n), Some(sum)) => sum * sum / n,
                            _ => 0.0,
                        }
                    })
                    .sum();
                squares / (self.n - 1.0)
            })
            .collect();
        let rest = all - of_levels.iter().sum::<f64>();
        if rest > 0.0 {
            of_levels.iter().map(|of| (of / rest).sqrt()).collect()
        } else {
            ones
        }
    }

    /// The maximum, and where lme4 ends on the way to it.
    fn search(
        &self,
        likelihood: Likelihood,
        start: &[f64],
    ) -> Result<(Minimum, Minimum), MixedError> {
        let mut f = |theta: &[f64]| {
            if theta.iter().any(|of| of.abs() > 10.0 * RATIO_MAX) {
                return f64::INFINITY;
            }
            self.deviance(likelihood, theta)
        };
        let of_lme4 = lme4(start, &mut f).ok_or(MixedError::NotConverged)?;
        let scale: Vec<f64> = self
            .layout
            .levels()
            .map(|levels| (levels as f64 / self.n).sqrt())
            .collect();
        let even = vec![true; scale.len()];
        let found = refine(&Problem { scale, even }, of_lme4.clone(), &mut f);
        if found.at.iter().any(|&of| of > RATIO_MAX) {
            return Err(MixedError::NoResidual);
        }
        Ok((found, of_lme4))
    }
}

/// The search of lme4's `optimizeLmer` with its defaults.
fn lme4(start: &[f64], f: &mut dyn FnMut(&[f64]) -> f64) -> Option<Minimum> {
    let search = |start: &[f64], f: &mut dyn FnMut(&[f64]) -> f64| {
        bobyqa(
            &Bounded {
                start: start.to_vec(),
                lower: vec![0.0; start.len()],
                // NLopt's, and the tolerance of places that nloptr sets unless told otherwise.
                steps: start
                    .iter()
                    .map(|at| if *at > 0.0 { 0.75 * at } else { 1.0 })
                    .collect(),
                value_tolerance: 1e-8,
                place_tolerance: 1e-4,
            },
            f,
        )
    };
    let with = |at: &[f64], of: usize, value: f64| {
        let mut at = at.to_vec();
        if let Some(place) = at.get_mut(of) {
            *place = value;
        }
        at
    };
    let mut found = search(start, f)?;
    // On the bound: does it go down from there?
    let is_low = |at: f64| at <= 0.0;
    let goes_down = found
        .at
        .iter()
        .enumerate()
        .filter(|(_, at)| is_low(**at))
        .any(|(of, _)| f(&with(&found.at, of, 1e-5)) < found.value);
    if goes_down {
        found = search(&found.at, f)?;
    }
    // So near that it may be the bound.
    for of in 0..found.at.len() {
        if found.at.get(of).is_some_and(|at| 0.0 < *at && *at < 1e-5) {
            let at = with(&found.at, of, 0.0);
            let value = f(&at);
            if value < found.value {
                found = Minimum { at, value };
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests;
