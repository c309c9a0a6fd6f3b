//! Strata of beats by their distance to the station (S46-S49): near, middle, far.

use super::code::StratumId;

/// One stratum of beats by distance to their station.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumBound {
    /// Its name, such as `dekat`.
    pub stratum: StratumId,
    /// The largest distance in it, in metres, itself included; `None` for the last one.
    pub up_to_metres: Option<f64>,
}

/// Strata of beats by the distance from the beat to its station, near to far (S46-S49).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Strata(Vec<StratumBound>);

/// Why bounds are no strata.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StrataError {
    /// A bound is not a number above the one before it.
    #[error("stratum {stratum} must reach farther than the one before it: found {found} m")]
    NotRising {
        /// The stratum.
        stratum: StratumId,
        /// Its bound, in metres.
        found: f64,
    },
    /// Only the last stratum is open, and it must be.
    #[error(
        "the last stratum, and no other, must be without an upper bound: see stratum {stratum}"
    )]
    OpenEnd {
        /// The stratum.
        stratum: StratumId,
    },
}

impl Strata {
    /// Strata from bounds that rise; the last one has none.
    ///
    /// # Errors
    ///
    /// [`StrataError`] if the bounds do not rise or the end is not open.
    pub fn new(bounds: Vec<StratumBound>) -> Result<Self, StrataError> {
        let mut before = 0.0;
        for (index, bound) in bounds.iter().enumerate() {
            let is_last = index + 1 == bounds.len();
            if bound.up_to_metres.is_none() != is_last {
                return Err(StrataError::OpenEnd {
                    stratum: bound.stratum.clone(),
                });
            }
            if let Some(found) = bound.up_to_metres {
                if !(found.is_finite() && found > before) {
                    let stratum = bound.stratum.clone();
                    return Err(StrataError::NotRising { stratum, found });
                }
                before = found;
            }
        }
        Ok(Self(bounds))
    }

    /// No strata: every beat is without one.
    pub fn none() -> Self {
        Self::default()
    }

    /// The stratum of a distance in metres.
    pub fn of(&self, metres: f64) -> Option<&StratumId> {
        let fits = |bound: &&StratumBound| bound.up_to_metres.is_none_or(|up_to| metres <= up_to);
        self.0.iter().find(fits).map(|bound| &bound.stratum)
    }
}
