//! The funnel plot: many units beside one another, each with the limits of its own size.
//!
//! Not a ranking. It says which units differ from the whole by more than chance, and by more than
//! units ordinarily differ. With large counts nearly every unit is outside plain limits, because
//! units do differ a little for reasons nobody can act on; the additive limits allow for that.

use std::collections::HashMap;

use serde::Serialize;

use crate::compensated;
use crate::count_quantile::{binomial_quantile, poisson_counts};
use crate::incomplete::{Level, chi_squared_above};
use crate::proportion::{Interval, Z_95};

/// Two-sided 99.8 % standard-normal quantile.
pub const Z_998: f64 = 3.090_232_306_167_813;

/// Units below which how much they ordinarily differ cannot be told: plain limits are in force.
pub const OVERDISPERSION_NEEDS: usize = 10;

/// Share of units at each end whose distance is pulled in before the spread is taken.
pub const WINSORISE: f64 = 0.1;

/// Most trials of one unit: whole numbers beyond it are not exact in a double.
const TRIALS_MAX: f64 = 9_007_199_254_740_992.0;

/// Most sizes whose limits are kept while they may come again.
const KNOWN_MOST: usize = 65_536;

/// Limits at both levels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Limits {
    /// Where 95 of 100 units that do not differ lie.
    pub within_95: Interval,
    /// Where 998 of 1,000 lie.
    pub within_998: Interval,
}

/// Which limits a signal is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InForce {
    /// Chance in counting only, by [`FunnelUnit::by_chance`].
    Exact,
    /// And how much units ordinarily differ, by [`FunnelUnit::overdispersed`].
    Overdispersed,
}

/// One unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FunnelUnit {
    /// Its ratio or share.
    pub value: f64,
    /// What it lies at on the horizontal axis: events expected, or trials.
    pub size: f64,
    /// Distance from the target in standard errors, on the transformed scale.
    pub z: f64,
    /// The same with the spread between units in the standard error.
    pub z_adjusted: f64,
    /// Limits by the Poisson or binomial distribution as peers draw them, without steps. Near 0 and 1
    /// they are too narrow by up to a count: nothing where one is expected lies below the lower one.
    pub exact: Limits,
    /// Limits by the same distributions with the steps of whole counts: beyond either end at most half
    /// of what a level leaves out (2.5 %, 0.1 %).
    pub by_chance: Limits,
    /// Limits on the transformed scale.
    pub approximate: Limits,
    /// Limits on the transformed scale with the spread between units.
    pub overdispersed: Limits,
}

/// Beyond which limits a unit lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FunnelRule {
    /// Beyond the 95 % limits, within the 99.8 % limits: of 20 units one by chance.
    #[serde(rename = "beyond_95")]
    Beyond95,
    /// Beyond the 99.8 % limits.
    #[serde(rename = "beyond_998")]
    Beyond998,
}

/// A unit beyond the limits in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FunnelSignal {
    /// The unit, from 0, in the order given.
    pub index: usize,
    /// Which limits.
    pub rule: FunnelRule,
    /// Whether it lies above them, and not below.
    pub is_above: bool,
}

/// A funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Funnel {
    /// How many units.
    pub n: usize,
    /// What all are compared with: 1 for ratios, the share of all for shares.
    pub target: f64,
    /// Mean square of the winsorised `z`: 1 if only chance in counting made units differ.
    pub phi: f64,
    /// Variance between units on the transformed scale (DerSimonian and Laird), at least 0.
    pub tau_squared: f64,
    /// Probability of so large a `phi` by chance: `n phi` against χ² with `n - 1` degrees of freedom.
    /// Winsorising makes it somewhat too large.
    pub overdispersion_p: f64,
    /// The limits that `signals` are judged by: over-dispersed from [`OVERDISPERSION_NEEDS`] units
    /// on, if `tau_squared` is above 0.
    pub in_force: InForce,
    /// Every unit, in the order given.
    pub units: Vec<FunnelUnit>,
    /// Units beyond the limits in force, in the order given.
    pub signals: Vec<FunnelSignal>,
}

/// Why there is no funnel.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FunnelError {
    /// Nothing to compare.
    #[error("too few units: {n}, and it takes 2")]
    TooFewUnits {
        /// How many there are.
        n: usize,
    },
    /// Counts and sizes differ in number.
    #[error("{counts} counts, but {sizes} sizes")]
    Lengths {
        /// How many counts.
        counts: usize,
        /// How many sizes.
        sizes: usize,
    },
    /// A count is below 0, NaN or infinite.
    #[error("unit {index}: a count is finite and at least 0, found {value}")]
    Count {
        /// Which, from 0.
        index: usize,
        /// The count.
        value: f64,
    },
    /// A size is not above 0 and finite.
    #[error("unit {index}: events expected, or trials, must be above 0 and finite, found {value}")]
    Size {
        /// Which, from 0.
        index: usize,
        /// The size.
        value: f64,
    },
    /// Trials are not a whole number, or too many.
    #[error("unit {index}: trials must be a whole number below 2^53, found {value}")]
    Trials {
        /// Which, from 0.
        index: usize,
        /// The trials.
        value: f64,
    },
    /// More successes than trials.
    #[error("unit {index}: more successes than trials: {count} of {trials}")]
    MoreThanAll {
        /// Which, from 0.
        index: usize,
        /// Successes.
        count: f64,
        /// Trials.
        trials: f64,
    },
    /// No event, whose logarithm is not a number.
    #[error(
        "unit {index}: no event observed, which the log scale cannot show; take the square-root scale"
    )]
    ZeroOnLogScale {
        /// Which, from 0.
        index: usize,
    },
    /// The share pulled in at each end is not in `[0, 0.5)`.
    #[error("winsorised share must be at least 0 and below 0.5, found {share}")]
    Winsorise {
        /// The share.
        share: f64,
    },
    /// A figure went beyond what a double holds.
    #[error("values too large or too small: a figure of unit {index} is not finite")]
    OutOfRange {
        /// Which, from 0.
        index: usize,
    },
}

/// The scale on which units are taken to vary evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// Logarithm of a ratio; standard error `1 / √E`.
    Log,
    /// Square root of a ratio; standard error `1 / (2 √E)`.
    Root,
    /// Arcsine of the square root of a share; standard error `1 / (2 √n)`.
    Arcsine,
}

impl Scale {
    fn to(self, value: f64) -> f64 {
        match self {
            Self::Log => value.ln(),
            Self::Root => value.sqrt(),
            Self::Arcsine => value.min(1.0).sqrt().asin(),
        }
    }

    /// Back from the scale, cut off where it ends, so that a limit does not bend up again.
    fn from(self, y: f64) -> f64 {
        match self {
            Self::Log => y.exp(),
            Self::Root => y.max(0.0).powi(2),
            Self::Arcsine => y.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
        }
    }

    fn standard_error(self, size: f64) -> f64 {
        match self {
            Self::Log => 1.0 / size.sqrt(),
            Self::Root | Self::Arcsine => 0.5 / size.sqrt(),
        }
    }
}

/// Funnel of observed over expected events on the log scale, the way of hospital mortality (SHMI).
///
/// # Shape and units
///
/// - `observed`, `expected`: events of each unit, at least 2 units; expected from rates of the whole
///   times the unit's own people or hours (indirect standardisation). Observed above 0.
/// - `winsorise`: share of units at each end whose distance is pulled in to the quantile there, in
///   `[0, 0.5)`; [`WINSORISE`] by default.
/// - returns: ratios, 1 where a unit has as many as expected. Exact limits are those of a Poisson
///   count, with both tails of the gamma distribution.
///
/// # Errors
///
/// [`FunnelError`]: fewer than 2 units, lengths that differ, a count that is negative or not finite,
/// nothing expected, nothing observed ([`FunnelError::ZeroOnLogScale`]), a share out of range.
///
/// # Examples
///
/// ```
/// use pengayom_measure::funnel::{WINSORISE, ratio_funnel};
///
/// // A unit with e times as many as the 4 expected is at z = √4.
/// let e = std::f64::consts::E;
/// let funnel = ratio_funnel(&[4.0 * e, 4.0], &[4.0, 4.0], WINSORISE)?;
/// assert!((funnel.units[0].z - 2.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::funnel::FunnelError>(())
/// ```
///
/// # References
///
/// Spiegelhalter, D. J. (2005a). Funnel plots for comparing institutional performance. *Statistics
/// in Medicine* 24(8), 1185–1202. Spiegelhalter, D. J. (2005b). Handling over-dispersion of
/// performance indicators. *Quality and Safety in Health Care* 14(5), 347–351. DerSimonian, R. and
/// Laird, N. (1986). Meta-analysis in clinical trials. *Controlled Clinical Trials* 7(3), 177–188.
/// Peer: `FunnelPlotR` (R), whose normal quantiles have six digits.
pub fn ratio_funnel(
    observed: &[f64],
    expected: &[f64],
    winsorise: f64,
) -> Result<Funnel, FunnelError> {
    check(observed, expected, winsorise)?;
    if let Some(index) = observed.iter().position(|count| *count <= 0.0) {
        return Err(FunnelError::ZeroOnLogScale { index });
    }
    funnel(Scale::Log, 1.0, observed, expected, winsorise)
}

/// Funnel of observed over expected events on the square-root scale, the way of the health-care
/// inspectorate (CQC). It takes units without events.
///
/// # Shape and units
///
/// As [`ratio_funnel`]; observed may be 0. Limits are squared back to ratios.
///
/// # Errors
///
/// As [`ratio_funnel`], without [`FunnelError::ZeroOnLogScale`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::funnel::{WINSORISE, ratio_root_funnel};
///
/// // No event where 4 are expected: (0 - 1) / (1 / (2 √4)).
/// let funnel = ratio_root_funnel(&[0.0, 4.0], &[4.0, 4.0], WINSORISE)?;
/// assert!((funnel.units[0].z + 4.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::funnel::FunnelError>(())
/// ```
///
/// # References
///
/// As [`ratio_funnel`]. `FunnelPlotR` leaves these limits on the square-root scale.
pub fn ratio_root_funnel(
    observed: &[f64],
    expected: &[f64],
    winsorise: f64,
) -> Result<Funnel, FunnelError> {
    check(observed, expected, winsorise)?;
    funnel(Scale::Root, 1.0, observed, expected, winsorise)
}

/// Funnel of shares on the arcsine scale, such as complaints sustained by district.
///
/// # Shape and units
///
/// - `counts`, `trials`: of each unit, `counts[i] <= trials[i]`, trials whole, at least 2 units.
/// - `winsorise`: as [`ratio_funnel`].
/// - returns: shares in `[0, 1]`; the target is the share of all. Exact limits are binomial
///   quantiles, made continuous by the part of the last count's probability that goes beyond.
///
/// # Errors
///
/// As [`ratio_funnel`], and [`FunnelError::MoreThanAll`], [`FunnelError::Trials`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::funnel::{WINSORISE, share_funnel};
///
/// let funnel = share_funnel(&[0.0, 4.0], &[4.0, 4.0], WINSORISE)?;
/// // Half of all: arcsin √½ = π/4 from either end, with a standard error of 1 / (2 √4).
/// assert!((funnel.target - 0.5).abs() < 1e-12);
/// assert!((funnel.units[1].z - std::f64::consts::PI).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::funnel::FunnelError>(())
/// ```
///
/// # References
///
/// As [`ratio_funnel`]; the continuous exact limits are those of Spiegelhalter (2005a), appendix.
/// `FunnelPlotR` lets a lower limit on the arcsine scale bend up again below 0.
pub fn share_funnel(counts: &[f64], trials: &[f64], winsorise: f64) -> Result<Funnel, FunnelError> {
    check(counts, trials, winsorise)?;
    for (index, (&count, &n)) in counts.iter().zip(trials).enumerate() {
        if n.fract() > 0.0 || n >= TRIALS_MAX {
            return Err(FunnelError::Trials { index, value: n });
        }
        if count > n {
            let trials = n;
            return Err(FunnelError::MoreThanAll {
                index,
                count,
                trials,
            });
        }
    }
    let target =
        compensated::sum(counts.iter().copied()) / compensated::sum(trials.iter().copied());
    funnel(Scale::Arcsine, target, counts, trials, winsorise)
}

fn check(counts: &[f64], sizes: &[f64], winsorise: f64) -> Result<(), FunnelError> {
    if counts.len() != sizes.len() {
        return Err(FunnelError::Lengths {
            counts: counts.len(),
            sizes: sizes.len(),
        });
    }
    if counts.len() < 2 {
        return Err(FunnelError::TooFewUnits { n: counts.len() });
    }
    if !(0.0..0.5).contains(&winsorise) {
        return Err(FunnelError::Winsorise { share: winsorise });
    }
    for (index, (&value, &size)) in counts.iter().zip(sizes).enumerate() {
        if !(value >= 0.0 && value.is_finite()) {
            return Err(FunnelError::Count { index, value });
        }
        if !(size > 0.0 && size.is_finite()) {
            return Err(FunnelError::Size { index, value: size });
        }
    }
    Ok(())
}

fn funnel(
    scale: Scale,
    target: f64,
    counts: &[f64],
    sizes: &[f64],
    winsorise: f64,
) -> Result<Funnel, FunnelError> {
    let n = counts.len();
    let center = scale.to(target);
    let z: Vec<f64> = counts
        .iter()
        .zip(sizes)
        .map(|(count, size)| (scale.to(count / size) - center) / scale.standard_error(*size))
        .collect();
    if let Some(index) = z.iter().position(|z| !z.is_finite()) {
        return Err(FunnelError::OutOfRange { index });
    }
    let mut sorted = z.clone();
    let low = linear_quantile(&mut sorted, winsorise);
    let high = linear_quantile(&mut sorted, 1.0 - winsorise);
    let squares = z.iter().map(|z| z.max(low).min(high).powi(2));
    let phi = compensated::mean(squares);
    let tau_squared = tau_squared(scale, phi, sizes);
    if !(phi.is_finite() && tau_squared.is_finite()) {
        return Err(FunnelError::OutOfRange { index: 0 });
    }
    let levels = Levels::new();
    // Many units have the same size, and exact limits are what takes time.
    let mut known: HashMap<u64, [Limits; 2]> = HashMap::new();
    let units = z
        .iter()
        .zip(counts.iter().zip(sizes))
        .enumerate()
        .map(|(index, (&z, (&count, &size)))| {
            let s = scale.standard_error(size);
            let wider = s.hypot(tau_squared.sqrt());
            let limits = |s: f64| Limits {
                within_95: around(scale, center, Z_95 * s),
                within_998: around(scale, center, Z_998 * s),
            };
            let [exact, by_chance] = known.get(&size.to_bits()).copied().unwrap_or_else(|| {
                let found = match scale {
                    Scale::Log | Scale::Root => levels.poisson(size),
                    Scale::Arcsine => levels.binomial(size, target),
                };
                if known.len() < KNOWN_MOST {
                    known.insert(size.to_bits(), found);
                }
                found
            });
            let unit = FunnelUnit {
                value: count / size,
                size,
                z,
                z_adjusted: z * s / wider,
                exact,
                by_chance,
                approximate: limits(s),
                overdispersed: limits(wider),
            };
            // An upper limit may be infinite, where next to nothing is expected.
            let is_number = [exact, by_chance, unit.approximate, unit.overdispersed]
                .iter()
                .flat_map(|limits| [limits.within_95, limits.within_998])
                .all(|within| within.low.is_finite() && !within.high.is_nan());
            if is_number && unit.z_adjusted.is_finite() {
                Ok(unit)
            } else {
                Err(FunnelError::OutOfRange { index })
            }
        })
        .collect::<Result<Vec<FunnelUnit>, FunnelError>>()?;
    let in_force = if n >= OVERDISPERSION_NEEDS && tau_squared > 0.0 {
        InForce::Overdispersed
    } else {
        InForce::Exact
    };
    Ok(Funnel {
        n,
        target,
        phi,
        tau_squared,
        overdispersion_p: chi_squared_above(n as f64 * phi, n as f64 - 1.0),
        in_force,
        signals: signals(&units, in_force),
        units,
    })
}

fn around(scale: Scale, center: f64, half: f64) -> Interval {
    Interval {
        low: scale.from(center - half),
        high: scale.from(center + half),
    }
}

/// DerSimonian and Laird's variance between units, from the winsorised mean square.
fn tau_squared(scale: Scale, phi: f64, sizes: &[f64]) -> f64 {
    let weights = sizes
        .iter()
        .map(|size| scale.standard_error(*size).powi(-2));
    let n = sizes.len() as f64;
    let sum = compensated::sum(weights.clone());
    // Over the largest, so that squares of large sizes stay finite.
    let most = weights.clone().fold(0.0, f64::max);
    let squares = compensated::sum(weights.map(|w| (w / most).powi(2))) * (most / sum) * most;
    ((n * phi - (n - 1.0)) / (sum - squares)).max(0.0)
}

/// Quantile between order statistics, by the line that joins them (type 7 of Hyndman and Fan), of at
/// least one number. Reorders them.
fn linear_quantile(numbers: &mut [f64], below: f64) -> f64 {
    let at = below * (numbers.len() as f64 - 1.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the floor of a number between 0 and the last index"
    )]
    let index = (at.floor() as usize).min(numbers.len().saturating_sub(1));
    let (_, lower, above) = numbers.select_nth_unstable_by(index, f64::total_cmp);
    let upper = above.iter().copied().fold(f64::INFINITY, f64::min);
    let part = at - at.floor();
    if part > 0.0 && upper.is_finite() {
        *lower + (upper - *lower) * part
    } else {
        *lower
    }
}

/// The four probabilities of the limits.
struct Levels {
    low_95: Level,
    high_95: Level,
    low_998: Level,
    high_998: Level,
}

impl Levels {
    fn new() -> Self {
        Self {
            low_95: Level::low_95(),
            high_95: Level::high_95(),
            low_998: Level::new(-Z_998, 0.001, 0.999),
            high_998: Level::new(Z_998, 0.999, 0.001),
        }
    }

    /// Ratios between which a Poisson count lies where `expected` are, over `expected`: as peers draw
    /// them, and by whole counts.
    fn poisson(&self, expected: f64) -> [Limits; 2] {
        let smooth = |low: &Level, high: &Level| Interval {
            low: low.gamma(expected) / expected,
            high: high.gamma(expected + 1.0) / expected,
        };
        let whole = |low: &Level, high: &Level| {
            let (least, most) = poisson_counts(low, high, expected);
            Interval {
                low: least / expected,
                high: most / expected,
            }
        };
        [self.between(smooth), self.between(whole)]
    }

    /// Shares between which a binomial count of `n` lies: as peers draw them, and by whole counts.
    fn binomial(&self, n: f64, share: f64) -> [Limits; 2] {
        let ends = |low: &Level, high: &Level| {
            let [low, high] =
                [low, high].map(|level| binomial_quantile(level, n, share, 1.0 - share));
            let share = |count: f64| (count / n).clamp(0.0, 1.0);
            [(low.smooth, high.smooth), (low.count, high.count)].map(|(low, high)| Interval {
                low: share(low),
                high: share(high),
            })
        };
        let [smooth_95, whole_95] = ends(&self.low_95, &self.high_95);
        let [smooth_998, whole_998] = ends(&self.low_998, &self.high_998);
        let limits = |within_95, within_998| Limits {
            within_95,
            within_998,
        };
        [limits(smooth_95, smooth_998), limits(whole_95, whole_998)]
    }

    fn between(&self, ends: impl Fn(&Level, &Level) -> Interval) -> Limits {
        Limits {
            within_95: ends(&self.low_95, &self.high_95),
            within_998: ends(&self.low_998, &self.high_998),
        }
    }
}

fn signals(units: &[FunnelUnit], in_force: InForce) -> Vec<FunnelSignal> {
    let judged = units.iter().enumerate().filter_map(|(index, unit)| {
        let limits = match in_force {
            InForce::Exact => unit.by_chance,
            InForce::Overdispersed => unit.overdispersed,
        };
        let is_beyond = |within: Interval| unit.value < within.low || unit.value > within.high;
        let rule = if is_beyond(limits.within_998) {
            FunnelRule::Beyond998
        } else if is_beyond(limits.within_95) {
            FunnelRule::Beyond95
        } else {
            return None;
        };
        Some(FunnelSignal {
            index,
            rule,
            is_above: unit.value > limits.within_95.high,
        })
    });
    judged.collect()
}

#[cfg(test)]
mod tests;
