//! Intervals that may be looked at after every value: they all hold at once.
//!
//! An ordinary 95 % interval that is looked at every hour is wrong at some hour far more often than
//! 5 times in 100. These are wide enough that the true value is in every one of them at least 95 times
//! in 100. Tests of one value are in [`crate::always_valid`].

use serde::Serialize;

use crate::always_valid::{EvidenceError, checked_alpha, checked_prior};
use crate::log_gamma::beta_against;
use crate::proportion::Interval;

/// Width parameter of [`mean_sequence`] if nobody says otherwise: narrowest at about 100 values for
/// alpha 0.05.
pub const RHO: f64 = 0.3;

/// Why a sequence cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SequenceError {
    /// A value that is no number.
    #[error("value {row} must be a finite number: found {value}")]
    NotFinite {
        /// Which, from 0.
        row: usize,
        /// The value given.
        value: f64,
    },
    /// The prior or the level makes no sense.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A width parameter that is none.
    #[error("rho must be above 0 and finite: found {rho}")]
    NoWidth {
        /// The parameter given.
        rho: f64,
    },
    /// Numbers beyond what can be computed with.
    #[error("values too large to compute with")]
    TooLarge,
}

/// A share after each trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareLook {
    /// Trials so far.
    pub n: u64,
    /// Successes so far.
    pub successes: u64,
    /// The share.
    pub share: f64,
    /// The interval of the sequence.
    pub interval: Interval,
}

/// Confidence sequence of a share: after each trial all shares against which the evidence of
/// [`crate::always_valid::proportion_evidence`] is still below `1/alpha`.
///
/// # Shape and units
///
/// - `successes`: trial by trial, oldest first.
/// - `prior`: `a` and `b` of the beta distribution of the mixture; (1/2, 1/2) if nothing is known.
/// - `alpha`: chance that any of the intervals misses, in (0, 1).
/// - returns: one interval for each trial, ends in `[0, 1]`; the lower end is exactly 0 before the
///   first success, the upper exactly 1 before the first failure. They are not intersected: an interval
///   may be wider than one before it. Whoever wants may intersect them, they hold all at once.
///
/// Ends are roots of a convex function of the log-odds, by Newton's method to the last digits. Time and
/// memory grow with n.
///
/// # Errors
///
/// [`SequenceError::Evidence`] for a prior or level out of range; NaN is.
///
/// # Examples
///
/// ```
/// use pengayom_measure::confidence_sequence::share_sequence;
///
/// // After one failure: (1/2) / (1 - p) = 20 at the upper end.
/// let found = share_sequence(&[false], (0.5, 0.5), 0.05)?;
/// assert!(found[0].interval.low == 0.0 && (found[0].interval.high - 0.975).abs() < 1e-14);
/// # Ok::<(), pengayom_measure::confidence_sequence::SequenceError>(())
/// ```
///
/// # References
///
/// Robbins (1970), as in [`crate::always_valid`]. Howard, S. R., Ramdas, A., McAuliffe, J. and Sekhon, J.
/// (2021). Time-uniform, nonparametric, nonasymptotic confidence sequences. *Ann. Statist.* 49(2),
/// 1055–1080.
pub fn share_sequence(
    successes: &[bool],
    prior: (f64, f64),
    alpha: f64,
) -> Result<Vec<ShareLook>, SequenceError> {
    let (a, b) = checked_prior(prior)?;
    let needed = -checked_alpha(alpha)?.ln();
    let (mut x, mut y) = (0_u64, 0_u64);
    let mut ends: (Option<f64>, Option<f64>) = (None, None);
    let looks = successes.iter().map(|is_success| {
        if *is_success {
            x += 1;
        } else {
            y += 1;
        }
        let (low, high);
        (low, high, ends) = share_ends((x as f64, y as f64), (a, b), needed, ends);
        ShareLook {
            n: x + y,
            successes: x,
            share: x as f64 / (x + y) as f64,
            interval: Interval { low, high },
        }
    });
    Ok(looks.collect())
}

/// Both ends as shares, and as log-odds for the next look to start from.
fn share_ends(
    (x, y): (f64, f64),
    prior: (f64, f64),
    needed: f64,
    from: (Option<f64>, Option<f64>),
) -> (f64, f64, (Option<f64>, Option<f64>)) {
    let n = x + y;
    // Evidence against a share, less what it depends on the share by: both priors against one share.
    let gained = |share: f64| {
        beta_against(prior.0 + x, prior.1 + y, share) - beta_against(prior.0, prior.1, share)
    };
    if x == 0.0 || y == 0.0 {
        // B(a, b + n) / B(a, b) / (1 - p)^n = 1 / alpha, and its mirror image.
        let seen = if x == 0.0 { prior.1 } else { prior.0 };
        let against = seen / (prior.0 + prior.1);
        let share = if x == 0.0 { 1.0 - against } else { against };
        let end = -((gained(share) + n * against.ln() - needed) / n).exp_m1();
        let end = end.clamp(0.0, 1.0);
        return if x == 0.0 {
            (0.0, end, (None, None))
        } else {
            (1.0 - end, 1.0, (None, None))
        };
    }
    let middle = (x / y).ln();
    // How far the log-likelihood may fall below its highest point.
    let fall = needed - gained(x / n);
    // A first guess from the curvature there; where the look before has left off is better.
    let guess = (2.0 * fall * n / (x * y)).sqrt();
    let low = root(x, y, fall, from.0.filter(|at| *at < middle), middle - guess);
    let high = root(x, y, fall, from.1.filter(|at| *at > middle), middle + guess);
    (logistic(low), logistic(high), (Some(low), Some(high)))
}

/// The log-odds, on the start's side of the most likely ones, at which the log-likelihood of `x`
/// successes and `y` failures has fallen by `fall`.
///
/// The fall is convex, so that from the second step on Newton's method comes from outside and never
/// passes the root.
fn root(x: f64, y: f64, fall: f64, before: Option<f64>, guess: f64) -> f64 {
    let n = x + y;
    let highest = x * (x / n).ln() + y * (y / n).ln();
    let mut at = before.unwrap_or(guess);
    for _ in 0..100 {
        // x ln p + y ln (1 - p), without forming 1 - p near 1.
        let small = (-at.abs()).exp();
        let softplus = at.max(0.0) + small.ln_1p();
        let p = if at > 0.0 { 1.0 } else { small } / (1.0 + small);
        let value = highest - (x * at - n * softplus) - fall;
        let step = value / (n * p - x);
        if !step.is_finite() {
            return at;
        }
        at -= step;
        // The error left is of the order of the step's square.
        if step.abs() <= 1e-9 * (1.0 + at.abs()) {
            break;
        }
    }
    at
}

fn logistic(of: f64) -> f64 {
    1.0 / (1.0 + (-of).exp())
}

/// A mean after each value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanLook {
    /// Values so far.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Half the width of the interval. 0 while no two values differ, which says nothing about the mean.
    pub half_width: f64,
    /// The interval; `None` while no two values differ.
    pub interval: Option<Interval>,
}

/// Asymptotic confidence sequence of a mean: valid at all times from when the standard deviation is
/// known well enough, some 30 values.
///
/// # Shape and units
///
/// - `x`: value by value, oldest first.
/// - `rho`: above 0, narrowest at about `(−2 ln α + ln(−2 ln α + 1) + 1) / ρ²` values; [`RHO`] fits
///   100. It must not be chosen after looking.
/// - `alpha`: chance that any of the intervals misses, in (0, 1).
/// - returns: one look for each value, in the units of the values; half width
///   `s √(2 (t ρ² + 1) / (t² ρ²) · ln(√(t ρ² + 1) / α))` with the standard deviation `s` of the values
///   so far (divisor t).
///
/// Mean and standard deviation are updated value by value (Welford), so that a large level takes no
/// digits from a small scatter. Time and memory grow with n.
///
/// # Errors
///
/// - [`SequenceError::NotFinite`] of the first value that is NaN or infinite.
/// - [`SequenceError::NoWidth`], [`SequenceError::Evidence`]; [`SequenceError::TooLarge`] if squares are
///   beyond 1e308.
///
/// # Examples
///
/// ```
/// use pengayom_measure::confidence_sequence::mean_sequence;
///
/// // 0 and 2: s = 1; ρ = 1 and t = 2 give √(3/2 ln(√3 / α)).
/// let found = mean_sequence(&[0.0, 2.0], 1.0, 0.05)?;
/// let exact = (1.5 * (3.0_f64.sqrt() / 0.05).ln()).sqrt();
/// assert!((found[1].half_width - exact).abs() < 1e-14);
/// # Ok::<(), pengayom_measure::confidence_sequence::SequenceError>(())
/// ```
///
/// # References
///
/// Waudby-Smith, I., Arbour, D., Sinha, R., Kennedy, E. H. and Ramdas, A. (2024). Time-uniform central
/// limit theory and asymptotic confidence sequences. *Ann. Statist.* 52(6), 2613–2640.
pub fn mean_sequence(x: &[f64], rho: f64, alpha: f64) -> Result<Vec<MeanLook>, SequenceError> {
    if !(rho > 0.0 && rho.is_finite()) {
        return Err(SequenceError::NoWidth { rho });
    }
    let needed = -checked_alpha(alpha)?.ln();
    let (mut t, mut mean, mut squares) = (0_u64, 0.0_f64, 0.0_f64);
    let rho2 = rho * rho;
    let mut looks = Vec::with_capacity(x.len());
    for (row, &value) in x.iter().enumerate() {
        if !value.is_finite() {
            return Err(SequenceError::NotFinite { row, value });
        }
        t += 1;
        let n = t as f64;
        let off = value - mean;
        mean += off / n;
        squares += off * (value - mean);
        let grown = n * rho2;
        let width = 2.0 * (grown + 1.0) / (grown * n) * (0.5 * grown.ln_1p() + needed);
        let half_width = (squares / n * width).sqrt();
        if !half_width.is_finite() {
            return Err(SequenceError::TooLarge);
        }
        looks.push(MeanLook {
            n: t,
            mean,
            half_width,
            interval: (half_width > 0.0).then_some(Interval {
                low: mean - half_width,
                high: mean + half_width,
            }),
        });
    }
    Ok(looks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::always_valid::proportion_evidence;
    use proptest::prelude::*;

    const HALF: (f64, f64) = (0.5, 0.5);

    #[test]
    fn nothing_seen_is_no_look_and_nonsense_is_refused() {
        assert!(share_sequence(&[], HALF, 0.05).unwrap().is_empty());
        assert!(mean_sequence(&[], RHO, 0.05).unwrap().is_empty());
        for bad in [0.0, 1.0, f64::NAN, -1.0] {
            assert!(share_sequence(&[true], HALF, bad).is_err());
            assert!(mean_sequence(&[1.0], RHO, bad).is_err());
        }
        assert!(share_sequence(&[true], (0.0, 1.0), 0.05).is_err());
        for bad in [0.0, f64::NAN, f64::INFINITY, -1.0] {
            assert!(mean_sequence(&[1.0], bad, 0.05).is_err());
        }
        for bad in [f64::NAN, f64::INFINITY] {
            let error = mean_sequence(&[1.0, bad], RHO, 0.05).unwrap_err();
            assert!(matches!(error, SequenceError::NotFinite { row: 1, .. }));
        }
        let error = mean_sequence(&[1e200, -1e200], RHO, 0.05).unwrap_err();
        assert_eq!(error, SequenceError::TooLarge);
    }

    #[test]
    fn values_that_do_not_differ_have_no_interval() {
        let found = mean_sequence(&[5.0, 5.0, 6.0], RHO, 0.05).unwrap();
        assert!(found[0].interval.is_none() && found[1].interval.is_none());
        assert!(found[2].interval.is_some());
    }

    #[test]
    fn a_share_of_one_kind_only_mirrors_the_other() {
        let none = share_sequence(&[false; 50], (0.5, 2.0), 0.05).unwrap();
        let all = share_sequence(&[true; 50], (2.0, 0.5), 0.05).unwrap();
        for (none, all) in none.iter().zip(&all) {
            assert!((none.interval.high - (1.0 - all.interval.low)).abs() < 1e-14);
            assert!(none.interval.low.abs() < 1e-300);
            assert!((all.interval.high - 1.0).abs() < 1e-300);
        }
    }

    proptest! {
        #[test]
        fn at_the_ends_the_evidence_is_one_in_alpha(
            trials in proptest::collection::vec(any::<bool>(), 1..200), alpha in 0.001_f64..0.5,
            a in 0.1_f64..20.0, b in 0.1_f64..20.0
        ) {
            for look in share_sequence(&trials, (a, b), alpha).unwrap() {
                let Interval { low, high } = look.interval;
                prop_assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
                prop_assert!(low < high);
                for end in [low, high] {
                    // 1e-12 of a share may be much of an end near 0 or 1.
                    if end > 1e-5 && end < 1.0 - 1e-5 {
                        let e = proportion_evidence(look.successes, look.n, end, (a, b)).unwrap();
                        prop_assert!((e.log_e + alpha.ln()).abs() < 1e-7, "{look:?} {e:?}");
                    }
                }
            }
        }

        #[test]
        fn a_smaller_alpha_gives_intervals_that_hold_the_others(trials in proptest::collection::vec(any::<bool>(), 1..100)) {
            let narrow = share_sequence(&trials, HALF, 0.2).unwrap();
            let wide = share_sequence(&trials, HALF, 0.01).unwrap();
            for (narrow, wide) in narrow.iter().zip(&wide) {
                prop_assert!(wide.interval.low <= narrow.interval.low);
                prop_assert!(wide.interval.high >= narrow.interval.high);
            }
        }

        #[test]
        fn a_mean_moves_with_its_units(x in proptest::collection::vec(-10.0_f64..10.0, 2..80), unit in 0.01_f64..100.0, shift in -1e3_f64..1e3) {
            let found = mean_sequence(&x, RHO, 0.05).unwrap();
            let other: Vec<f64> = x.iter().map(|value| value * unit + shift).collect();
            for (a, b) in found.iter().zip(mean_sequence(&other, RHO, 0.05).unwrap()) {
                prop_assert!((a.mean * unit + shift - b.mean).abs() < 1e-9 * (1e3 + unit));
                prop_assert!((a.half_width * unit - b.half_width).abs() < 1e-9 * (1e3 + unit));
            }
        }
    }
}
