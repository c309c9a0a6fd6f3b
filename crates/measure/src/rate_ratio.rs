//! The ratio of two rates, such as calls a night before and after a change.
//!
//! Two counts with their exposures `t1` and `t2`. Given how many events there were in all, the first
//! count is binomial with probability `r t1 / (r t1 + t2)`, where `r` is the ratio; the exact
//! methods rest on that alone.

use statrs::function::factorial::ln_binomial;

use crate::proportion::{Interval, Z_95, clopper_pearson};
use crate::quantile::{self, TAIL_95, threshold};
use crate::rate::{RateError, counted};

/// Two counts and their exposures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoRates {
    first: u64,
    second: u64,
    /// Exposures, second to first.
    exposure_ratio: f64,
}

impl TwoRates {
    /// Two counts, each with its exposure in the same unit.
    ///
    /// # Errors
    ///
    /// [`RateError::NoExposure`] if an exposure is not above 0 and finite.
    pub fn new(
        (first, first_exposure): (u64, f64),
        (second, second_exposure): (u64, f64),
    ) -> Result<Self, RateError> {
        counted(first, first_exposure)?;
        counted(second, second_exposure)?;
        Ok(Self {
            first,
            second,
            exposure_ratio: second_exposure / first_exposure,
        })
    }

    /// The first rate divided by the second; `None` without events in the second.
    pub fn ratio(&self) -> Option<f64> {
        (self.second > 0).then(|| self.of_odds(count(self.first) / count(self.second)))
    }

    /// Exact 95 % interval for the ratio, from the Clopper–Pearson interval for the first count's
    /// share of all events. The upper end is infinite without events in the second count; without
    /// events at all the interval is `[0, ∞)`.
    ///
    /// # References
    ///
    /// Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
    /// Poisson series. *Biometrika* 31(3/4), 313–323.
    pub fn conditional_exact(&self) -> Interval {
        let share = clopper_pearson(self.first, self.first + self.second);
        let share = share.unwrap_or(Interval {
            low: 0.0,
            high: 1.0,
        });
        Interval {
            low: self.of_share(share.low),
            high: self.of_share(share.high),
        }
    }

    /// Quantile of the ratio's posterior, each rate with its Jeffreys prior.
    ///
    /// - `below`: probability below the quantile, in (0, 1): 0.5 for the median.
    ///
    /// # References
    ///
    /// Price, R. M. and Bonett, D. G. (2000). Estimating the ratio of two Poisson rates. *Comput.
    /// Statist. Data Anal.* 34(3), 345–356.
    pub fn jeffreys_quantile(&self, below: f64) -> f64 {
        let (a, b) = (count(self.first) + 0.5, count(self.second) + 0.5);
        // The smaller side is computed, so that a share near 1 keeps its odds.
        let share = quantile::beta(a, b, below);
        if share > 0.5 {
            self.of_odds(1.0 / odds(quantile::beta(b, a, 1.0 - below)))
        } else {
            self.of_share(share)
        }
    }

    /// Equal-tailed 95 % interval of the ratio's posterior, as [`Self::jeffreys_quantile`].
    pub fn jeffreys(&self) -> Interval {
        Interval {
            low: self.jeffreys_quantile(TAIL_95),
            high: self.jeffreys_quantile(1.0 - TAIL_95),
        }
    }

    /// Two-sided exact probability of counts at least as unlikely as these, if both rates are the
    /// same; in `[0, 1]`. 1 without events.
    ///
    /// Counts as likely as these within one part in ten million are taken as equally likely, as
    /// peers do, because rounding must not decide.
    pub fn exact_p(&self) -> f64 {
        let limit = self.probability(self.first) * (1.0 + 1e-7);
        let sum: f64 = (0..=self.first + self.second)
            .map(|first| self.probability(first))
            .filter(|probability| *probability <= limit)
            .sum();
        sum.min(1.0)
    }

    /// [`Self::exact_p`] with these counts themselves at half weight, which takes the caution out
    /// of it that comes from counts being whole numbers.
    pub fn mid_p(&self) -> f64 {
        self.exact_p() - 0.5 * self.probability(self.first)
    }

    /// 95 % interval from the score test of the ratio's logarithm; `None` without events in either
    /// count, where the logarithm is not a number.
    ///
    /// With few events the statistic may stay below z on a side however far one goes; the end is
    /// then where it is largest, as `statsmodels` gives it, and the interval is too short there.
    /// Prefer [`Self::conditional_exact`] for few events.
    ///
    /// # References
    ///
    /// Ng, H. K. T. and Tang, M.-L. (2005). Testing the equality of two Poisson means using the
    /// rate ratio. *Statistics in Medicine* 24(6), 955–965. Not seen; the statistic is taken from
    /// `statsmodels.stats.rates.test_poisson_2indep(method="score-log")`.
    pub fn score_log(&self) -> Option<Interval> {
        if self.first == 0 || self.second == 0 {
            return None;
        }
        let (x, y) = (count(self.first), count(self.second));
        let found = (x / y).ln();
        // u: logarithm of the ratio of expected counts.
        let statistic = |u: f64| (found - u) * ((x + y) / (2.0 + (-u).exp() + u.exp())).sqrt();
        // Far out the statistic falls again: its peak is at u = found ± 2 coth(|u| / 2).
        let peak = |sign: f64| {
            let derivative = |u: f64| sign * (u - found) < 2.0 / (sign * u / 2.0).tanh();
            let (near, far) = (0.0_f64.max(sign * found), sign * found + 50.0);
            sign * threshold(near, far.max(near + 50.0), |v| !derivative(sign * v))
        };
        let end = |sign: f64| {
            let peak = peak(sign);
            if statistic(peak).abs() < Z_95 {
                return peak;
            }
            let distance = threshold(0.0, (peak - found).abs(), |d| {
                statistic(found + sign * d).abs() >= Z_95
            });
            found + sign * distance
        };
        Some(Interval {
            low: self.of_odds(end(-1.0).exp()),
            high: self.of_odds(end(1.0).exp()),
        })
    }

    /// The ratio of rates that belongs to a ratio of counts.
    fn of_odds(&self, odds: f64) -> f64 {
        odds * self.exposure_ratio
    }

    fn of_share(&self, share: f64) -> f64 {
        self.of_odds(odds(share))
    }

    /// Probability of the first count being `first`, given all events and equal rates.
    fn probability(&self, first: u64) -> f64 {
        let n = self.first + self.second;
        let (x, y) = (count(first), count(n - first));
        let share = 1.0 / (1.0 + self.exposure_ratio);
        // A count of nothing contributes nothing, also where the logarithm is infinite.
        let part = |count: f64, share: f64| if count > 0.0 { count * share.ln() } else { 0.0 };
        (ln_binomial(n, first) + part(x, share) + part(y, 1.0 - share)).exp()
    }
}

fn odds(share: f64) -> f64 {
    share / (1.0 - share)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of events are far below 2^52"
)]
fn count(events: u64) -> f64 {
    events as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_events_nothing_is_known() {
        let none = TwoRates::new((0, 1.0), (0, 2.0)).unwrap();
        assert_eq!(none.ratio(), None);
        let interval = none.conditional_exact();
        assert!(interval.low.abs() < f64::EPSILON && interval.high.is_infinite());
        assert!((none.exact_p() - 1.0).abs() < 1e-12);
        assert_eq!(none.score_log(), None);
    }

    #[test]
    fn a_ratio_needs_time_to_count_in() {
        assert!(TwoRates::new((1, 0.0), (1, 1.0)).is_err());
        assert!(TwoRates::new((1, 1.0), (1, f64::NAN)).is_err());
    }

    proptest! {
        #[test]
        fn changing_sides_turns_the_ratio_over(
            x in 1_u64..300, y in 1_u64..300, t in 0.1_f64..100.0, u in 0.1_f64..100.0
        ) {
            let of = TwoRates::new((x, t), (y, u)).unwrap();
            let turned = TwoRates::new((y, u), (x, t)).unwrap();
            let same = |a: f64, b: f64| (a * b - 1.0).abs() < 1e-6;
            prop_assert!(same(of.ratio().unwrap(), turned.ratio().unwrap()));
            for (a, b) in [
                (of.conditional_exact(), turned.conditional_exact()),
                (of.jeffreys(), turned.jeffreys()),
                (of.score_log().unwrap(), turned.score_log().unwrap()),
            ] {
                prop_assert!(same(a.low, b.high) && same(a.high, b.low), "{a:?} {b:?}");
                prop_assert!(a.low <= a.high);
            }
            prop_assert!((of.exact_p() - turned.exact_p()).abs() < 1e-9);
            prop_assert!(of.mid_p() >= 0.0 && of.mid_p() <= of.exact_p() && of.exact_p() <= 1.0);
        }
    }
}
