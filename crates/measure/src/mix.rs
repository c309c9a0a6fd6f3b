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
    /// Miller and Madow's error of `entropy`: areas the unit is in less 1, over twice its events. With
    /// fewer than some 5 events for each area it is too small: a unit cannot be in more areas than it
    /// has events.
    pub kl_bias_miller_madow: f64,
    /// What `kl_from_pool` would be, about, if the unit differed from all by chance alone: areas all are
    /// in less 1, over twice its events. It holds from an event for every second area on.
    pub kl_by_chance: f64,
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
    let in_use = of_area.iter().filter(|count| **count > 0).count() as f64;
    let units: Vec<UnitMix> = counts
        .chunks_exact(areas)
        .map(|row| unit(row, &pool, in_use))
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

fn unit(row: &[u64], pool: &[f64], in_use_by_all: f64) -> UnitMix {
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
            kl_by_chance: (in_use_by_all - 1.0) / (2.0 * events),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_unit_everywhere_alike_and_a_unit_in_one_place() {
        let found = mix(&[2, 2, 2, 2, 8, 0, 0, 0], 4).unwrap();
        let (spread, single) = (found.units[0].mix.unwrap(), found.units[1].mix.unwrap());
        assert!((spread.hhi - 0.25).abs() < 1e-12 && (spread.effective_areas - 4.0).abs() < 1e-12);
        // 4 areas with a pair each, of 28 pairs.
        assert!((spread.hhi_unbiased.unwrap() - 4.0 / 28.0).abs() < 1e-12);
        assert!((spread.kl_bias_miller_madow - 3.0 / 16.0).abs() < 1e-12);
        assert!(single.kl_bias_miller_madow <= 0.0);
        assert!((single.kl_by_chance - 3.0 / 16.0).abs() < 1e-12);
        assert!((single.hhi - 1.0).abs() < 1e-12 && single.entropy <= 0.0);
        // 5/8 of all are in the first area.
        assert!((single.kl_from_pool - (8.0_f64 / 5.0).ln()).abs() < 1e-12);
        assert!((single.dissimilarity - 3.0 / 8.0).abs() < 1e-12);
    }

    #[test]
    fn a_unit_without_events_has_no_figures_and_one_event_no_pairs() {
        let found = mix(&[0, 0, 1, 0, 1, 1], 2).unwrap();
        assert_eq!(found.units[0], UnitMix { n: 0, mix: None });
        assert_eq!(found.units[1].mix.unwrap().hhi_unbiased, None);
        let without = mix(&[1, 0, 1, 1], 2).unwrap();
        assert!((found.mutual_information - without.mutual_information).abs() < 1e-12);
        // All in one area: nothing to tell apart.
        assert_eq!(mix(&[3, 0, 2, 0], 2).unwrap().theil_segregation, None);
        assert_eq!(mix(&[3], 1).unwrap().theil_segregation, None);
    }

    #[test]
    fn what_has_no_mix_is_refused() {
        assert_eq!(mix(&[], 3), Err(MixError::Empty));
        assert_eq!(mix(&[1, 2], 0), Err(MixError::Empty));
        assert_eq!(
            mix(&[1, 2, 3], 2),
            Err(MixError::Ragged {
                counts: 3,
                areas: 2
            })
        );
        assert_eq!(mix(&[0, 0], 2), Err(MixError::NoEvents));
        assert_eq!(mix(&[u64::MAX, 1], 2), Err(MixError::TooMany));
        assert_eq!(mix(&[1 << 53], 1), Err(MixError::TooMany));
    }

    #[test]
    fn units_that_differ_by_chance_alone_are_as_far_as_it_says() {
        // Draws of a congruential generator.
        let (areas, units, events) = (20, 200, 100);
        let mut counts = vec![0_u64; areas * units];
        let mut state = 1_u64;
        for unit in 0..units {
            for _ in 0..events {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                counts[unit * areas + usize::try_from(state >> 33).unwrap() % areas] += 1;
            }
        }
        let found = mix(&counts, areas).unwrap();
        let mean = |of: fn(&MixFigures) -> f64| -> f64 {
            found
                .units
                .iter()
                .filter_map(|u| u.mix.as_ref().map(of))
                .sum::<f64>()
                / 200.0
        };
        assert!((mean(|u| u.kl_from_pool) / mean(|u| u.kl_by_chance) - 1.0).abs() < 0.1);
    }

    proptest! {
        #[test]
        fn what_names_say_is_what_entropy_is_lost_within_units(
            counts in prop::collection::vec(0_u64..30, 1..15), areas in 1_usize..6, times in 2_u64..9
        ) {
            let full = counts.len() / areas * areas;
            let counts = &counts[..full];
            prop_assume!(counts.iter().any(|c| *c > 0));
            let found = mix(counts, areas).unwrap();
            let total = found.n as f64;
            let all = entropy(found.pool.iter().copied());
            let within: f64 = found.units.iter()
                .filter_map(|u| Some(u.n as f64 / total * u.mix?.entropy)).sum();
            prop_assert!((all - within - found.mutual_information).abs() < 1e-9);
            prop_assert!(found.theil_segregation.is_none_or(|h| (-1e-9..=1.0 + 1e-9).contains(&h)));
            for figures in found.units.iter().filter_map(|u| u.mix) {
                let least = 1.0 / areas as f64;
                prop_assert!(least - 1e-12 <= figures.hhi && figures.hhi <= 1.0 + 1e-12);
                prop_assert!(1.0 - 1e-9 <= figures.effective_areas && figures.effective_areas <= areas as f64 + 1e-9);
                prop_assert!((0.0..1.0).contains(&figures.dissimilarity));
                // Pinsker's inequality.
                prop_assert!(2.0 * figures.dissimilarity.powi(2) <= figures.kl_from_pool + 1e-9);
            }
            // More of the same changes no share; the order of units and areas does not matter.
            let more: Vec<u64> = counts.iter().rev().map(|c| c * times).collect();
            let more = mix(&more, areas).unwrap();
            prop_assert!((more.mutual_information - found.mutual_information).abs() < 1e-9);
            for (a, b) in found.units.iter().zip(more.units.iter().rev()) {
                let (a, b) = (a.mix.map(|f| f.kl_from_pool), b.mix.map(|f| f.kl_from_pool));
                prop_assert!((a.unwrap_or(0.0) - b.unwrap_or(0.0)).abs() < 1e-9);
            }
        }
    }
}
