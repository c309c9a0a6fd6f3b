//! How the work of units is spread over areas (or kinds of call), and how far each unit's mix is from
//! the mix of all.
//!
//! For finding units that stand apart, so that somebody asks why; where a unit is sent is seldom its
//! own choice, so it is no figure of merit.

use serde::Serialize;

use crate::compensated;

/// Why there is no mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MixError {
    /// No units, or no areas.
    #[error("no units or no areas: it takes at least one of each")]
    Empty,
    /// Counts do not make full rows.
    #[error("{counts} counts do not make rows of {areas} areas")]
    Ragged {
        /// How many counts.
        counts: usize,
        /// How many areas.
        areas: usize,
    },
    /// No event at all.
    #[error("no event in any unit")]
    NoEvents,
    /// More events than can be counted exactly.
    #[error("more than 2^53 events")]
    TooMany,
}

/// One unit's mix.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnitMix {
    /// Its events.
    pub n: u64,
    /// What can be said of it; `None` without events.
    pub mix: Option<MixFigures>,
}

/// What can be said of a unit with events.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MixFigures {
    /// Herfindahl–Hirschman index: sum of squared shares, from 1 over the number of areas to 1. It is
    /// too high for few events.
    pub hhi: f64,
    /// Probability that two of its events are in the same area: the index without that error. `None`
    /// with a single event.
    pub hhi_unbiased: Option<f64>,
    /// Shannon's entropy of its shares, in nats.
    pub entropy: f64,
    /// Areas it would have with equal shares and the same entropy: `exp(entropy)`.
    pub effective_areas: f64,
    /// Kullback–Leibler divergence of its shares from those of all, in nats, at least 0.
    pub kl_from_pool: f64,
    /// How much of it few events alone give (Miller and Madow): areas in use less 1, over twice the
    /// events.
    pub kl_bias_miller_madow: f64,
    /// Share of its events that would have to move for its mix to be that of all, in `[0, 1)`.
    pub dissimilarity: f64,
}

/// The mix of every unit, and of all together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mix {
    /// Events in all.
    pub n: u64,
    /// Share of each area in all events.
    pub pool: Vec<f64>,
    /// Every unit, in the order given.
    pub units: Vec<UnitMix>,
    /// What a unit's name says about the area, in nats: the mean of `kl_from_pool` over events.
    pub mutual_information: f64,
    /// The same over the entropy of all: Theil's segregation index, in `[0, 1]`; `None` where all
    /// events are in one area.
    pub theil_segregation: Option<f64>,
}

/// Spread of each unit's events over areas, beside the spread of all.
///
/// # Shape and units
///
/// - `counts`: events of each unit in each area, unit by unit; `areas` of them make a row.
/// - returns: shares and indices without unit, entropies in nats. A unit without events has no
///   figures and no part in the whole.
///
/// # Errors
///
/// [`MixError`]: no units or areas, rows that are not full, no event at all.
///
/// # Examples
///
/// ```
/// use pengayom_measure::mix::mix;
///
/// // Two units that never meet: who it is says where it is.
/// let found = mix(&[3, 0, 0, 3], 2)?;
/// assert!((found.mutual_information - 2.0_f64.ln()).abs() < 1e-12);
/// assert!((found.theil_segregation.unwrap() - 1.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::mix::MixError>(())
/// ```
///
/// # References
///
/// Simpson, E. H. (1949). Measurement of diversity. *Nature* 163, 688. Miller, G. A. (1955). Note on
/// the bias of information estimates. In *Information Theory in Psychology*, 95–100. Theil, H. and
/// Finizza, A. J. (1971). A note on the measurement of racial integration of schools by means of
/// informational concepts. *J. Math. Sociology* 1(2), 187–193. None of the three was seen; the
/// formulas are those of the reference cases.
pub fn mix(counts: &[u64], areas: usize) -> Result<Mix, MixError> {
    if counts.is_empty() || areas == 0 {
        return Err(MixError::Empty);
    }
    if !counts.len().is_multiple_of(areas) {
        return Err(MixError::Ragged {
            counts: counts.len(),
            areas,
        });
    }
    let mut of_area = vec![0_u64; areas];
    let mut total = 0_u64;
    for row in counts.chunks_exact(areas) {
        for (sum, count) in of_area.iter_mut().zip(row) {
            total = total
                .checked_add(*count)
                .filter(|total| *total < 1 << 53)
                .ok_or(MixError::TooMany)?;
            *sum += count;
        }
    }
    if total == 0 {
        return Err(MixError::NoEvents);
    }
    let all = total as f64;
    let pool: Vec<f64> = of_area.iter().map(|count| *count as f64 / all).collect();
    let units: Vec<UnitMix> = counts
        .chunks_exact(areas)
        .map(|row| unit(row, &pool))
        .collect();
    let mutual_information = compensated::sum(units.iter().filter_map(|unit| {
        let figures = unit.mix?;
        Some(unit.n as f64 / all * figures.kl_from_pool)
    }));
    let entropy = entropy(pool.iter().copied());
    Ok(Mix {
        n: total,
        theil_segregation: (entropy > 0.0).then(|| mutual_information / entropy),
        pool,
        units,
        mutual_information,
    })
}

fn unit(row: &[u64], pool: &[f64]) -> UnitMix {
    let n: u64 = row.iter().sum();
    if n == 0 {
        return UnitMix { n, mix: None };
    }
    let events = n as f64;
    let shares = row.iter().map(|count| *count as f64 / events);
    let beside = shares.clone().zip(pool);
    let entropy = entropy(shares.clone());
    let in_use = row.iter().filter(|count| **count > 0).count();
    let pairs = row.iter().map(|count| {
        let count = *count as f64;
        count * (count - 1.0).max(0.0)
    });
    let divergence = beside
        .clone()
        .filter(|(share, _)| *share > 0.0)
        .map(|(share, all)| share * (share / all).ln());
    UnitMix {
        n,
        mix: Some(MixFigures {
            hhi: compensated::sum(shares.map(|share| share * share)),
            hhi_unbiased: (n > 1).then(|| compensated::sum(pairs) / (events * (events - 1.0))),
            entropy,
            effective_areas: entropy.exp(),
            // Rounding may not make it negative.
            kl_from_pool: compensated::sum(divergence).max(0.0),
            kl_bias_miller_madow: (in_use as f64 - 1.0) / (2.0 * events),
            dissimilarity: 0.5 * compensated::sum(beside.map(|(share, all)| (share - all).abs())),
        }),
    }
}

/// In nats.
fn entropy(shares: impl Iterator<Item = f64>) -> f64 {
    let terms = shares
        .filter(|share| *share > 0.0)
        .map(|share| -share * share.ln());
    compensated::sum(terms).max(0.0)
}
