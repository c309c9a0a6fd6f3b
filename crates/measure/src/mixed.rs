//! Models with random intercepts: how much of the spread lies between officers, districts, months.
//!
//! What [`crate::variance_components`] and [`crate::variance_components_logistic`] share: the
//! [`Grouping`] of rows, the errors, and the equations of the mixed model. These have one unknown for
//! each level of each grouping; they are solved by a Cholesky decomposition in which the levels of the
//! largest grouping, never two in one row, go first and cost nothing, then whatever is nested, and what
//! is left, where groupings cross, is one dense block. Memory is linear in rows and levels, apart from
//! that block.

mod bobyqa;
mod cholesky;
mod layout;
mod minimum;

use std::collections::HashMap;

use serde::Serialize;

use crate::proportion::{Interval, Z_95};

pub(crate) use bobyqa::{Bounded, bobyqa};
pub(crate) use cholesky::Cholesky;
pub(crate) use layout::{Cross, Layout, cells};
pub(crate) use minimum::{Minimum, Problem, refine};

/// Which group each row belongs to.
///
/// # Examples
///
/// ```
/// use pengayom_measure::mixed::Grouping;
///
/// let station = Grouping::from_labels("station", ["north", "south", "north"])?;
/// assert_eq!(station.labels(), ["north", "south"]);
/// # Ok::<(), pengayom_measure::mixed::MixedError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    name: String,
    labels: Vec<String>,
    codes: Vec<u32>,
}

impl Grouping {
    /// Groups by codes, each the place of its label.
    ///
    /// # Shape and units
    ///
    /// - `labels`: of the levels; each occurs in `codes` at least once.
    /// - `codes`: one for each row, below the number of labels.
    ///
    /// # Errors
    ///
    /// - [`MixedError::UnknownCode`] if a code has no label.
    /// - [`MixedError::EmptyLevel`] if a label has no row.
    pub fn new(
        name: impl Into<String>,
        labels: Vec<String>,
        codes: Vec<u32>,
    ) -> Result<Self, MixedError> {
        let name = name.into();
        let mut seen = vec![false; labels.len()];
        for (row, &code) in codes.iter().enumerate() {
            match seen.get_mut(code as usize) {
                Some(seen) => *seen = true,
                None => {
                    return Err(MixedError::UnknownCode {
                        name,
                        row,
                        code,
                        levels: labels.len(),
                    });
                }
            }
        }
        if let Some((_, label)) = seen.iter().zip(&labels).find(|(seen, _)| !**seen) {
            let label = label.clone();
            return Err(MixedError::EmptyLevel { name, label });
        }
        Ok(Self {
            name,
            labels,
            codes,
        })
    }

    /// Groups by labels, in the order in which they first occur.
    ///
    /// # Errors
    ///
    /// [`MixedError::TooManyLevels`] beyond what 32 bits count.
    pub fn from_labels<L: AsRef<str> + Into<String>>(
        name: impl Into<String>,
        rows: impl IntoIterator<Item = L>,
    ) -> Result<Self, MixedError> {
        let name = name.into();
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut labels = Vec::new();
        let mut codes = Vec::new();
        for label in rows {
            let code = match known.get(label.as_ref()) {
                Some(&code) => code,
                None => {
                    let Ok(code) = u32::try_from(labels.len()) else {
                        return Err(MixedError::TooManyLevels { name });
                    };
                    let label: String = label.into();
                    labels.push(label.clone());
                    known.insert(label, code);
                    code
                }
            };
            codes.push(code);
        }
        Ok(Self {
            name,
            labels,
            codes,
        })
    }

    /// What the rows are grouped by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The levels.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The level of each row, by its place among the labels.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// How many levels.
    pub fn levels(&self) -> usize {
        self.labels.len()
    }

    /// Whether the rows fall into the same groups, whatever they are called.
    fn is_same_as(&self, other: &Self) -> bool {
        if self.levels() != other.levels() {
            return false;
        }
        let mut partner = vec![None; self.levels()];
        self.codes.iter().zip(&other.codes).all(|(&of, &in_other)| {
            match partner.get_mut(of as usize) {
                Some(known) => *known.get_or_insert(in_other) == in_other,
                None => false,
            }
        })
    }
}

/// The level of a grouping: by how much it stands above or below the mean of all levels.
///
/// One point of a caterpillar chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// Its label.
    pub label: String,
    /// Rows in it.
    pub n: u64,
    /// The predicted deviation (BLUP, conditional mode), drawn towards 0 by as much as it is uncertain.
    pub effect: f64,
    /// Its standard error, given the variances and the mean.
    pub se: f64,
    /// `effect` ± 1.96 `se`.
    pub interval: Interval,
}

/// How much of the variance one grouping takes, and its levels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// What the rows are grouped by.
    pub name: String,
    /// Variance between levels, at least 0; exactly 0 in a boundary fit.
    pub variance: f64,
    /// The share of the whole variance (variance partition coefficient), in `[0, 1]`.
    pub share: f64,
    /// The levels, in the order of the grouping's labels.
    pub levels: Vec<Level>,
}

/// Why a mixed model cannot be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MixedError {
    /// Nothing to fit.
    #[error("too few rows: need 2, have {rows}")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// No grouping was given.
    #[error("no grouping: need at least one")]
    NoGrouping,
    /// More groupings than the method takes.
    #[error("too many groupings: {found}, limit {limit}")]
    TooManyGroupings {
        /// Groupings given.
        found: usize,
        /// Most that can be given.
        limit: usize,
    },
    /// A grouping does not fit the rows.
    #[error("grouping {name:?} has {found} rows, y has {expected}")]
    Lengths {
        /// The grouping.
        name: String,
        /// Values given.
        expected: usize,
        /// Rows of the grouping.
        found: usize,
    },
    /// A code without a label.
    #[error("grouping {name:?}, row {row}: code {code} of {levels} levels")]
    UnknownCode {
        /// The grouping.
        name: String,
        /// Where, from 0.
        row: usize,
        /// The code.
        code: u32,
        /// Levels there are.
        levels: usize,
    },
    /// A label without a row.
    #[error("grouping {name:?}: level {label:?} has no row")]
    EmptyLevel {
        /// The grouping.
        name: String,
        /// The label.
        label: String,
    },
    /// More levels than 32 bits count.
    #[error("grouping {name:?} has too many levels")]
    TooManyLevels {
        /// The grouping.
        name: String,
    },
    /// A variance between levels needs two of them.
    #[error("grouping {name:?} has one level: need at least 2")]
    OneLevel {
        /// The grouping.
        name: String,
    },
    /// Each row is a level of its own: what is between levels and what is left cannot be told apart.
    #[error("grouping {name:?} has as many levels as rows: {rows}")]
    AsManyLevelsAsRows {
        /// The grouping.
        name: String,
        /// Rows, and levels.
        rows: usize,
    },
    /// Two groupings are one under two names.
    #[error("groupings {first:?} and {second:?} make the same groups")]
    SameGrouping {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A value is no number.
    #[error("row {row}: expected a finite number, found {value}")]
    NotFinite {
        /// Where, from 0.
        row: usize,
        /// What was found.
        value: f64,
    },
    /// A value is not yes or no.
    #[error("row {row}: expected 0 or 1, found {value}")]
    NotAnOutcome {
        /// Where, from 0.
        row: usize,
        /// What was found.
        value: f64,
    },
    /// All values are the same.
    #[error("all values are {value}: there is no variance to divide")]
    NoVariation {
        /// The value.
        value: f64,
    },
    /// Variances that no number holds.
    #[error("values are too large or too small: variances in their units cannot be written down")]
    OutOfRange,
    /// The groupings leave nothing over.
    #[error(
        "the groupings explain every value: nothing is left to estimate the residual variance from"
    )]
    NoResidual,
    /// The variance between levels has no largest likely value.
    #[error("the variance between levels cannot be bounded: each level has one outcome only")]
    Unbounded,
    /// The groupings cross too much.
    #[error("groupings cross in {levels} levels that cannot be separated: limit {limit}")]
    TooEntangled {
        /// Levels left after those that are nested.
        levels: usize,
        /// Most that can be solved.
        limit: usize,
    },
    /// The search did not end.
    #[error("the likelihood has no maximum that could be found")]
    NotConverged,
}

/// Most groupings in one model.
pub(crate) const GROUPINGS_MAX: usize = 10;

/// The groupings fit `rows` values and each other.
pub(crate) fn check(rows: usize, groupings: &[Grouping]) -> Result<(), MixedError> {
    if rows < 2 {
        return Err(MixedError::TooFewRows { rows });
    }
    if groupings.is_empty() {
        return Err(MixedError::NoGrouping);
    }
    if groupings.len() > GROUPINGS_MAX {
        return Err(MixedError::TooManyGroupings {
            found: groupings.len(),
            limit: GROUPINGS_MAX,
        });
    }
    for (at, of) in groupings.iter().enumerate() {
        let name = of.name.clone();
        if of.codes.len() != rows {
            return Err(MixedError::Lengths {
                name,
                expected: rows,
                found: of.codes.len(),
            });
        }
        if of.levels() < 2 {
            return Err(MixedError::OneLevel { name });
        }
        if let Some(other) = groupings.iter().take(at).find(|other| of.is_same_as(other)) {
            return Err(MixedError::SameGrouping {
                first: other.name.clone(),
                second: name,
            });
        }
    }
    Ok(())
}

/// The levels of one grouping as points of a chart.
pub(crate) fn levels(of: &Grouping, effect_and_se: impl Fn(usize) -> (f64, f64)) -> Vec<Level> {
    let mut n = vec![0_u64; of.levels()];
    for &code in &of.codes {
        if let Some(n) = n.get_mut(code as usize) {
            *n += 1;
        }
    }
    of.labels
        .iter()
        .zip(n)
        .enumerate()
        .map(|(at, (label, n))| {
            let (effect, se) = effect_and_se(at);
            Level {
                label: label.clone(),
                n,
                effect,
                se,
                interval: Interval {
                    low: effect - Z_95 * se,
                    high: effect + Z_95 * se,
                },
            }
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
