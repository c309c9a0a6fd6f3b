//! Weights that give a sample the known totals of the population: raking, and post-stratification.

use serde::Serialize;

use crate::magnitude;
use crate::mixed::{Grouping, cells};
use crate::proportion::{Interval, Z_95};

/// Passes over the margins at most, and of these at least, however many combinations of levels there are.
const PASSES: std::ops::RangeInclusive<usize> = 100..=10_000;

/// Passes after which the worst level must be nearer its total by a ten-thousandth at least: where no
/// weights meet all totals, it swings for ever.
const LOOK_BACK: usize = 100;

/// Combinations looked at, one by one, in all passes together.
const WORK_MAX: usize = 4_000_000_000;

/// The totals are met when no level is off by more than this share of it.
const MET: f64 = 1e-12;

/// Totals of two margins may differ by this share, for figures rounded somewhere.
const SAME_TOTAL: f64 = 1e-6;

/// A variable with known totals.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// The level of each person.
    pub grouping: Grouping,
    /// Of each level, in the order of the grouping's labels: how many there are in the population.
    pub totals: Vec<f64>,
}

/// Why no weights can be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RakeError {
    /// A standard error needs two people.
    #[error("too few rows: need 2, have {rows}")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// No margin was given.
    #[error("no margins: need at least one")]
    NoMargins,
    /// Lists that do not belong together.
    #[error("{name:?} has {found} rows, expected {expected}")]
    Lengths {
        /// Which list.
        name: String,
        /// Rows of the first margin.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// A margin needs one total for each level.
    #[error("margin {name:?} has {found} totals for {expected} levels")]
    Totals {
        /// Which margin.
        name: String,
        /// Levels in the sample.
        expected: usize,
        /// Totals given.
        found: usize,
    },
    /// Nobody in the sample can stand for people there are.
    #[error(
        "margin {name:?}: level {label:?} has a total but nobody in the sample; join it with another"
    )]
    NobodyOf {
        /// Which margin.
        name: String,
        /// Which level.
        label: String,
    },
    /// People in the sample of whom there are none.
    #[error(
        "margin {name:?}: level {label:?} is in the sample and needs a total above 0, found {total}"
    )]
    NoTotal {
        /// Which margin.
        name: String,
        /// Which level.
        label: String,
        /// What was found.
        total: f64,
    },
    /// Two margins speak of different populations.
    #[error("margins {first:?} and {second:?} add up to different totals: {one} and {other}")]
    TotalsDiffer {
        /// The first margin.
        first: String,
        /// The other.
        second: String,
        /// Its total.
        one: f64,
        /// The other's.
        other: f64,
    },
    /// A figure is no number.
    #[error("row {row}: expected a finite number, found {value}")]
    NotFinite {
        /// Where, from 0.
        row: usize,
        /// What was found.
        value: f64,
    },
    /// A weight to begin with is not above 0.
    #[error("row {row}: expected a weight above 0, found {value}")]
    Weight {
        /// Where, from 0.
        row: usize,
        /// What was found.
        value: f64,
    },
    /// Totals beyond a number's range.
    #[error("margin {name:?}: the totals are too large to be added up")]
    TotalsTooLarge {
        /// Which margin.
        name: String,
    },
    /// Totals and weights to begin with that no weight can bring together.
    #[error("row {row}: totals and weights lie too far apart: its weight would be {value}")]
    OutOfRange {
        /// Where, from 0.
        row: usize,
        /// What came out.
        value: f64,
    },
    /// No weights meet all totals.
    #[error(
        "no weights meet all totals: after {passes} passes a level is off by a share of {off:e}"
    )]
    NotConverged {
        /// Passes made.
        passes: usize,
        /// Share by which the worst level is off.
        off: f64,
    },
}

/// One level of a margin: sample, population, and what the weights make of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RakedLevel {
    /// Its label.
    pub label: String,
    /// People in the sample.
    pub n: u64,
    /// Its total in the population.
    pub total: f64,
    /// What the weights add up to.
    pub weighted: f64,
}

/// One margin and its levels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RakedMargin {
    /// Its name.
    pub name: String,
    /// Its levels.
    pub levels: Vec<RakedLevel>,
}

/// A weighted mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RakedMean {
    /// The mean.
    pub mean: f64,
    /// Its standard error, linearised, with replacement; the margins take out what they explain. NaN
    /// where what they explain cannot be found: they hang together by threads only.
    pub se: f64,
    /// `mean` ± 1.96 `se`.
    pub interval: Interval,
    /// The standard error after ten passes of taking out, where R's survey package stops.
    pub se_after_ten: f64,
}

/// The weights and what they do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Raked {
    /// People in the sample.
    pub n: u64,
    /// The weight of each, above 0; they add up to the population.
    pub weights: Vec<f64>,
    /// Passes over the margins.
    pub passes: u64,
    /// The margins, in the order given.
    pub margins: Vec<RakedMargin>,
    /// Kish's design effect of unequal weights, at least 1.
    pub design_effect: f64,
    /// How many equally weighted people would say as much.
    pub n_effective: f64,
    /// The mean of a figure, if one was given.
    pub mean: Option<RakedMean>,
}

/// Weights that meet the totals of every margin, by iterative proportional fitting.
///
/// With one margin this is post-stratification, done in one pass.
///
/// # Shape and units
///
/// - `margins`: one or more, each with the level of every person and a total above 0 for every level.
///   All add up to one population (within 1e-6). A level that nobody in the sample has cannot be met:
///   join it with another.
/// - `base`: weights to begin with, above 0; all alike if none.
/// - `y`: a figure of each person whose mean is wanted.
/// - returns: weights in people; mean and standard error in units of `y`.
/// - time: rows times margins, and combinations of levels that occur times margins times passes (mostly
///   below 30). Memory is linear in rows.
///
/// # Errors
///
/// [`RakeError`]: too few rows, no margins, lengths, a level without a total or with one that is not
/// above 0, totals that differ or are too large, a figure or weight that makes no sense, totals that no
/// weights meet.
///
/// # Examples
///
/// ```
/// use pengayom_measure::mixed::Grouping;
/// use pengayom_measure::rake::{Margin, rake};
///
/// // One woman and three men asked, as many women as men there: she counts three times a man.
/// let sex = Grouping::from_labels("sex", ["f", "m", "m", "m"]).unwrap();
/// let raked = rake(&[Margin { grouping: sex, totals: vec![50.0, 50.0] }], None, None)?;
/// assert!((raked.weights[0] - 50.0).abs() < 1e-9);
/// assert!((raked.n_effective - 3.0).abs() < 1e-9);
/// # Ok::<(), pengayom_measure::rake::RakeError>(())
/// ```
///
/// # References
///
/// Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency table
/// when the expected marginal totals are known. *Ann. Math. Statist.* 11(4), 427–444. Standard error:
/// Deville, J.-C., Särndal, C.-E. and Sautory, O. (1993). Generalized raking procedures in survey
/// sampling. *J. Amer. Statist. Assoc.* 88(423), 1013–1020. Design effect: Kish, L. (1992). Weighting
/// for unequal Pᵢ. *J. Official Statist.* 8(2), 183–200.
pub fn rake(
    margins: &[Margin],
    base: Option<&[f64]>,
    y: Option<&[f64]>,
) -> Result<Raked, RakeError> {
    let first = margins.first().ok_or(RakeError::NoMargins)?;
    let n = first.grouping.codes().len();
    if n < 2 {
        return Err(RakeError::TooFewRows { rows: n });
    }
    check(margins, n)?;
    let is_long = |name: &str, found: usize| {
        if found == n {
            return Ok(());
        }
        Err(RakeError::Lengths {
            name: name.to_owned(),
            expected: n,
            found,
        })
    };
    if let Some(y) = y {
        is_long("y", y.len())?;
        if let Some((row, &value)) = y.iter().enumerate().find(|(_, y)| !y.is_finite()) {
            return Err(RakeError::NotFinite { row, value });
        }
    }
    if let Some(base) = base {
        is_long("weights", base.len())?;
        let is_fit = |of: f64| of > 0.0 && of.is_finite();
        if let Some((row, &value)) = base.iter().enumerate().find(|(_, of)| !is_fit(**of)) {
            return Err(RakeError::Weight { row, value });
        }
    }
    let table = Table::new(margins, base);
    let (of_cells, passes) = table.weights(margins)?;
    let weights = table.of_rows(&of_cells, base)?;
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| (w / sum) * (w / sum)).sum();
    let mean = y.map(|y| table.mean(margins, base, &weights, y));
    Ok(Raked {
        n: n as u64,
        passes: passes as u64,
        margins: table.described(margins, &of_cells),
        design_effect: n as f64 * squares,
        n_effective: 1.0 / squares,
        mean,
        weights,
    })
}

fn check(margins: &[Margin], n: usize) -> Result<(), RakeError> {
    let mut first: Option<(&str, f64)> = None;
    for Margin { grouping, totals } in margins {
        let name = grouping.name();
        if grouping.codes().len() != n {
            return Err(RakeError::Lengths {
                name: name.to_owned(),
                expected: n,
                found: grouping.codes().len(),
            });
        }
        if totals.len() != grouping.levels() {
            return Err(RakeError::Totals {
                name: name.to_owned(),
                expected: grouping.levels(),
                found: totals.len(),
            });
        }
        for (&total, label) in totals.iter().zip(grouping.labels()) {
            if !(total > 0.0 && total.is_finite()) {
                return Err(RakeError::NoTotal {
                    name: name.to_owned(),
                    label: label.clone(),
                    total,
                });
            }
        }
        let sum: f64 = totals.iter().sum();
        if !sum.is_finite() {
            return Err(RakeError::TotalsTooLarge {
                name: name.to_owned(),
            });
        }
        let (of, one) = *first.get_or_insert((name, sum));
        if (sum - one).abs() > SAME_TOTAL * one {
            return Err(RakeError::TotalsDiffer {
                first: of.to_owned(),
                second: name.to_owned(),
                one,
                other: sum,
            });
        }
    }
    Ok(())
}

fn at<T: Copy>(list: &[T], code: u32) -> Option<T> {
    list.get(code as usize).copied()
}

/// Sums of a figure by level.
fn sums(levels: usize, codes: &[u32], of: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0; levels];
    for (&code, of) in codes.iter().zip(of) {
        if let Some(sum) = sums.get_mut(code as usize) {
            *sum += of;
        }
    }
    sums
}

/// The sample by combination of levels: people of one combination are weighted alike, but for the
/// weights to begin with.
struct Table {
    /// The combination of each row.
    cell_of_row: Vec<u32>,
    /// By margin, of each combination: its level.
    codes: Vec<Vec<u32>>,
    /// Rows of each combination.
    rows: Vec<f64>,
    /// Weights to begin with, added up, in units of the largest.
    base: Vec<f64>,
    /// The largest weight to begin with.
    unit: f64,
    /// Passes over the margins at most.
    passes: usize,
}

/// Sweeps of taking margins out after which R's survey package stops.
const SWEEPS_OF_SURVEY: usize = 10;

impl Table {
    fn new(margins: &[Margin], base: Option<&[f64]>) -> Self {
        let by_margin: Vec<&[u32]> = margins.iter().map(|of| of.grouping.codes()).collect();
        let levels: Vec<usize> = margins.iter().map(|of| of.grouping.levels()).collect();
        let (cell_of_row, codes) = cells(&by_margin, &levels);
        let count = codes.first().map_or(0, Vec::len);
        let unit = base.map_or(1.0, |base| magnitude::largest(base.iter().copied()));
        let rows = sums(count, &cell_of_row, std::iter::repeat(1.0));
        let of_base = match base {
            Some(base) => sums(count, &cell_of_row, base.iter().map(|of| of / unit)),
            None => rows.clone(),
        };
        let looks = count.saturating_mul(margins.len()).max(1);
        Self {
            passes: (WORK_MAX / looks).clamp(*PASSES.start(), *PASSES.end()),
            cell_of_row,
            codes,
            rows,
            base: of_base,
            unit,
        }
    }

    /// Each margin with the levels of the combinations.
    fn margins<'m>(
        &'m self,
        margins: &'m [Margin],
    ) -> impl Iterator<Item = (&'m Margin, &'m [u32])> {
        margins.iter().zip(self.codes.iter().map(Vec::as_slice))
    }

    /// The weight of each combination, all its rows together.
    fn weights(&self, margins: &[Margin]) -> Result<(Vec<f64>, usize), RakeError> {
        let mut weights = self.base.clone();
        // Totals are brought to that of the last margin, so that rounded ones cannot chase each other.
        let population: f64 = margins.last().map_or(0.0, |of| of.totals.iter().sum());
        let mut off = f64::INFINITY;
        let mut long_before = f64::INFINITY;
        for pass in 1..=self.passes {
            let before = off;
            off = 0.0;
            for (Margin { totals, .. }, codes) in self.margins(margins) {
                let own: f64 = totals.iter().sum();
                let found = sums(totals.len(), codes, weights.iter().copied());
                let factors: Vec<f64> = totals
                    .iter()
                    .zip(&found)
                    .map(|(total, found)| total * (population / own) / found)
                    .collect();
                for (weight, &code) in weights.iter_mut().zip(codes) {
                    *weight *= at(&factors, code).unwrap_or(1.0);
                }
                let farthest = factors.iter().map(|factor| (factor - 1.0).abs());
                off = farthest.fold(off, f64::max);
                if factors.iter().any(|factor| !factor.is_finite()) {
                    off = f64::NAN;
                    break;
                }
            }
            if margins.len() == 1 {
                return Ok((weights, pass));
            }
            // The first pass tells how far off the sample was, not the weights; at the floor of rounding
            // it no longer gets better.
            if pass > 1 && (off < MET || (off < 1e-10 && off >= before)) {
                return Ok((weights, pass));
            }
            let is_look = pass.is_multiple_of(LOOK_BACK);
            if off.is_nan() || (is_look && off > 0.9999 * long_before) {
                return Err(RakeError::NotConverged { passes: pass, off });
            }
            if is_look {
                long_before = off;
            }
        }
        Err(RakeError::NotConverged {
            passes: self.passes,
            off,
        })
    }

    /// The weight of each row.
    fn of_rows(&self, of_cells: &[f64], base: Option<&[f64]>) -> Result<Vec<f64>, RakeError> {
        let factors: Vec<f64> = of_cells
            .iter()
            .zip(&self.base)
            .map(|(w, b)| w / b)
            .collect();
        let factor = |cell: u32| at(&factors, cell).unwrap_or(f64::NAN);
        let mut weights: Vec<f64> = self.cell_of_row.iter().map(|&cell| factor(cell)).collect();
        if let Some(base) = base {
            for (weight, base) in weights.iter_mut().zip(base) {
                *weight *= base / self.unit;
            }
        }
        let is_fit = |of: f64| of > 0.0 && of.is_finite();
        match weights.iter().position(|of| !is_fit(*of)) {
            Some(row) => Err(RakeError::OutOfRange {
                row,
                value: weights.get(row).copied().unwrap_or(f64::NAN),
            }),
            None => Ok(weights),
        }
    }

    fn described(&self, margins: &[Margin], of_cells: &[f64]) -> Vec<RakedMargin> {
        self.margins(margins)
            .map(|(Margin { grouping, totals }, codes)| {
                let n = sums(totals.len(), codes, self.rows.iter().copied());
                let weighted = sums(totals.len(), codes, of_cells.iter().copied());
                let of_levels = n.iter().zip(weighted);
                let named = grouping.labels().iter().zip(totals);
                RakedMargin {
                    name: grouping.name().to_owned(),
                    levels: named
                        .zip(of_levels)
                        .map(|((label, &total), (&n, weighted))| RakedLevel {
                            label: label.clone(),
                            #[allow(
                                clippy::cast_possible_truncation,
                                clippy::cast_sign_loss,
                                reason = "a count of rows"
                            )]
                            n: n as u64,
                            total,
                            weighted,
                        })
                        .collect(),
                }
            })
            .collect()
    }

    fn mean(
        &self,
        margins: &[Margin],
        base: Option<&[f64]>,
        weights: &[f64],
        y: &[f64],
    ) -> RakedMean {
        let unit = magnitude::unit(magnitude::largest(y.iter().copied())).unwrap_or(1.0);
        // Seen from the first: equal figures then differ by 0 exactly.
        let first = y.first().map_or(0.0, |y| y / unit);
        let seen = |y: f64| y / unit - first;
        let sum: f64 = weights.iter().sum();
        let shift: f64 = weights.iter().zip(y).map(|(w, y)| w / sum * seen(*y)).sum();
        let away: Vec<f64> = y.iter().map(|y| seen(*y) - shift).collect();
        let error = |explained: &[f64]| {
            let n = away.len() as f64;
            let parts = || {
                let left = away.iter().zip(&self.cell_of_row);
                weights
                    .iter()
                    .zip(left)
                    .map(|(w, (e, &cell))| w / sum * (e - at(explained, cell).unwrap_or(0.0)))
            };
            let middle = parts().sum::<f64>() / n;
            unit * (n / (n - 1.0) * parts().map(|of| (of - middle).powi(2)).sum::<f64>()).sqrt()
        };
        let (explained, after_ten) = self.explained(margins, base, &away);
        let se = explained.as_ref().map_or(f64::NAN, |of| error(of));
        let mean = (first + shift) * unit;
        RakedMean {
            mean,
            se,
            interval: Interval {
                low: mean - Z_95 * se,
                high: mean + Z_95 * se,
            },
            se_after_ten: after_ten.map_or(se, |of| error(&of)),
        }
    }

    /// What the margins explain of a figure in each combination: it cannot vary, since their totals are
    /// met. Nothing if it is not found; also what is found after ten sweeps, if there were more.
    fn explained(
        &self,
        margins: &[Margin],
        base: Option<&[f64]>,
        away: &[f64],
    ) -> (Option<Vec<f64>>, Option<Vec<f64>>) {
        let cells = self.base.len();
        let mut left = match base {
            Some(base) => {
                let parts = base.iter().zip(away).map(|(b, e)| b / self.unit * e);
                sums(cells, &self.cell_of_row, parts)
            }
            None => sums(cells, &self.cell_of_row, away.iter().copied()),
        };
        for (left, base) in left.iter_mut().zip(&self.base) {
            *left /= base;
        }
        let sizes: Vec<Vec<f64>> = self
            .margins(margins)
            .map(|(of, codes)| sums(of.totals.len(), codes, self.base.iter().copied()))
            .collect();
        let spread = magnitude::largest(away.iter().copied());
        let mut explained = vec![0.0; cells];
        let mut after_ten = None;
        let mut moved = f64::INFINITY;
        for sweep in 1..=self.passes {
            let before = moved;
            moved = 0.0;
            for ((_, codes), sizes) in self.margins(margins).zip(&sizes) {
                let parts = self.base.iter().zip(&left).map(|(b, e)| b * e);
                let mut means = sums(sizes.len(), codes, parts);
                for (mean, size) in means.iter_mut().zip(sizes) {
                    *mean /= size;
                    moved = moved.max(mean.abs());
                }
                for ((left, explained), &code) in left.iter_mut().zip(&mut explained).zip(codes) {
                    let mean = at(&means, code).unwrap_or(0.0);
                    *left -= mean;
                    *explained += mean;
                }
            }
            let is_floor = moved < 1e-10 * spread && moved >= before;
            if moved <= 1e-13 * spread || is_floor || margins.len() == 1 {
                return (Some(explained), after_ten);
            }
            if sweep == SWEEPS_OF_SURVEY {
                after_ten = Some(explained.clone());
            }
        }
        (None, after_ten)
    }
}

#[cfg(test)]
mod tests;
