//! The middle of times, some of which are not over.
//!
//! A case that nobody has acted on waits at least as long as it has waited: it is neither dropped, which
//! would make a unit that leaves cases lying look quick, nor counted as if it ended today. Two bounds of
//! each time (what it was at least, what it was at most) give bounds of every order statistic, whatever
//! makes times stay open: no model of who waits is needed.

use serde::Serialize;
use statrs::function::beta::beta_reg;

use crate::quantile::TAIL_95;

/// Times below which the middle has no 95 % interval: of five, the shortest and the longest enclose it
/// only 93.75 times in 100.
pub const MIDDLE_NEEDS: u64 = 6;

/// A time as far as it is known, in whole seconds (or another whole unit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Spell {
    /// It took so long.
    Ended(i64),
    /// It is not over and has taken so long: right-censored.
    Open(i64),
}

/// The middle of times with its interval and its n, in the unit of the times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Middle {
    /// How many times, those that are not over among them.
    pub n: u64,
    /// How many of them are not over.
    pub open: u64,
    /// Half took at least so long (the `ceil(n / 2)`-th), should all that is open end now.
    pub at_least: i64,
    /// Half took at most so long. The same as `at_least` unless open times could move the middle;
    /// `None`: more than half may go on for any time.
    pub at_most: Option<i64>,
    /// Lower end of the 95 % interval of the middle.
    pub low: i64,
    /// Upper end; `None`: there is none, because too many are not over.
    pub high: Option<i64>,
}

impl Middle {
    /// The middle, where open times cannot move it.
    pub fn exact(&self) -> Option<i64> {
        self.at_most.filter(|most| *most == self.at_least)
    }
}

/// Why there is no middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too few times to say: {n}, and it takes {need}")]
pub struct TooFew {
    /// How many there are.
    pub n: u64,
    /// How many it takes.
    pub need: u64,
}

/// The middle (median) of times with a 95 % interval that holds for any distribution.
///
/// # Shape and units
///
/// - `spells`: at least [`MIDDLE_NEEDS`], in any order, all in one unit.
/// - returns: bounds in that unit. The interval goes from the `r`-th to the `(n + 1 - r)`-th time, `r`
///   the largest with `P(Bin(n, 1/2) < r) <= 0.025`; it encloses the middle at least 95 times in 100.
///   The lower end is that of the times as if all open ones ended now, the upper end that of the times
///   as if no open one ever ended, so that it holds however the open ones end.
///
/// # Errors
///
/// [`TooFew`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::middle::{Spell, middle};
///
/// let mut times: Vec<Spell> = (1..=10).map(Spell::Ended).collect();
/// let found = middle(&times)?;
/// assert_eq!((found.exact(), found.low, found.high), (Some(5), 2, Some(9)));
/// // The three longest are not over: the middle stays, the interval has no upper end.
/// for spell in &mut times[7..] {
///     *spell = Spell::Open(8);
/// }
/// let found = middle(&times)?;
/// assert_eq!((found.exact(), found.low, found.high), (Some(5), 2, None));
/// # Ok::<(), pengayom_measure::middle::TooFew>(())
/// ```
///
/// # References
///
/// Interval: Thompson, W. R. (1936). On confidence ranges for the median and other expectation
/// distributions for populations of unknown distribution form. *Ann. Math. Statist.* 7(3), 122–128;
/// David, H. A. and Nagaraja, H. N. (2003). *Order Statistics*, 3rd ed., section 7.1.
/// Bounds for what is not over: Manski, C. F. (2003). *Partial Identification of Probability
/// Distributions*, chapter 1.
pub fn middle(spells: &[Spell]) -> Result<Middle, TooFew> {
    let n = u64::try_from(spells.len()).unwrap_or(u64::MAX);
    let too_few = TooFew {
        n,
        need: MIDDLE_NEEDS,
    };
    let mut least: Vec<i64> = Vec::with_capacity(spells.len());
    let mut most: Vec<i64> = Vec::with_capacity(spells.len());
    for spell in spells {
        match *spell {
            Spell::Ended(time) => {
                least.push(time);
                most.push(time);
            }
            Spell::Open(time) => least.push(time),
        }
    }
    let open = n - u64::try_from(most.len()).unwrap_or(n);
    least.sort_unstable();
    most.sort_unstable();
    // Open times come after all that ended: the k-th is missing where it is one of them.
    let at = |times: &[i64], rank: u64| {
        let place = usize::try_from(rank.checked_sub(1)?).ok()?;
        times.get(place).copied()
    };
    let rank = rank(n).ok_or(too_few)?;
    let half = n.div_ceil(2);
    let (Some(low), Some(at_least)) = (at(&least, rank), at(&least, half)) else {
        return Err(too_few);
    };
    Ok(Middle {
        n,
        open,
        at_least,
        at_most: at(&most, half),
        low,
        high: at(&most, n + 1 - rank),
    })
}

/// The rank, from 1, at which the interval begins, counted from either end; `None`: there are too few.
fn rank(n: u64) -> Option<u64> {
    // P(Bin(n, 1/2) < r), by the incomplete beta function.
    #[allow(
        clippy::cast_precision_loss,
        reason = "counts of cases are far below 2^52"
    )]
    let below = |r: u64| beta_reg((n + 1 - r) as f64, r as f64, 0.5);
    if n < MIDDLE_NEEDS || below(1) > TAIL_95 {
        return None;
    }
    // It holds for 1 and not for half of n, where half of all lies below.
    let (mut holds, mut fails) = (1, n.div_ceil(2) + 1);
    while fails - holds > 1 {
        let middle = holds + (fails - holds) / 2;
        if below(middle) <= TAIL_95 {
            holds = middle;
        } else {
            fails = middle;
        }
    }
    Some(holds)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a test may stop at the first surprise, and its numbers are small"
    )]

    use super::*;
    use proptest::prelude::*;

    /// The table of ranks at 95 % in books (Conover, *Practical Nonparametric Statistics*, table A3).
    #[test]
    fn ranks_are_those_of_the_table() {
        let known = [
            (5, None),
            (6, Some(1)),
            (8, Some(1)),
            (9, Some(2)),
            (11, Some(2)),
            (12, Some(3)),
            (15, Some(4)),
            (20, Some(6)),
            (25, Some(8)),
            (30, Some(10)),
            (50, Some(18)),
            (100, Some(40)),
        ];
        for (n, expected) in known {
            assert_eq!(rank(n), expected, "{n}");
        }
    }

    #[test]
    fn five_times_say_nothing_and_six_do() {
        let five: Vec<Spell> = (1..=5).map(Spell::Ended).collect();
        assert_eq!(middle(&five), Err(TooFew { n: 5, need: 6 }));
        assert_eq!(middle(&[]), Err(TooFew { n: 0, need: 6 }));
        let six: Vec<Spell> = (1..=6).map(Spell::Ended).collect();
        let found = middle(&six).unwrap();
        assert_eq!(
            (found.exact(), found.low, found.high),
            (Some(3), 1, Some(6))
        );
    }

    /// Worked by hand: 10, 20, 30 and 40 took so long, three wait since 5, 15 and 100.
    #[test]
    fn what_is_not_over_moves_the_middle_only_as_far_as_it_can() {
        let ended = [10, 20, 30, 40].map(Spell::Ended);
        let open = [5, 15, 100].map(Spell::Open);
        let found = middle(&[ended.as_slice(), &open].concat()).unwrap();
        // As if all ended now: 5 10 15 20 30 40 100; as if none ever did: 10 20 30 40 and three without end.
        let expected = Middle {
            n: 7,
            open: 3,
            at_least: 20,
            at_most: Some(40),
            low: 5,
            high: None,
        };
        assert_eq!(found, expected);
        assert_eq!(found.exact(), None);
        let waiting: Vec<Spell> = (1..=9).map(Spell::Open).collect();
        let found = middle(&waiting).unwrap();
        assert_eq!((found.at_least, found.at_most), (5, None));
        assert_eq!((found.low, found.high), (2, None));
    }

    fn spells() -> impl Strategy<Value = Vec<Spell>> {
        let one = (0_i64..10_000, any::<bool>()).prop_map(|(time, over)| {
            if over {
                Spell::Ended(time)
            } else {
                Spell::Open(time)
            }
        });
        proptest::collection::vec(one, 6..200)
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_middle_and_the_order_does_not_matter(mut spells in spells()) {
            let found = middle(&spells).unwrap();
            prop_assert!(found.low <= found.at_least);
            prop_assert!(found.at_most.is_none_or(|most| found.at_least <= most));
            match (found.at_most, found.high) {
                (Some(most), Some(high)) => prop_assert!(most <= high),
                (None, high) => prop_assert_eq!(high, None),
                (Some(_), None) => (),
            }
            spells.reverse();
            prop_assert_eq!(middle(&spells).unwrap(), found);
        }

        /// However the open ones end, what was said of the middle before stays true of it.
        #[test]
        fn whatever_becomes_of_open_times_stays_within_the_bounds(
            spells in spells(), more in proptest::collection::vec(0_i64..100_000, 200)
        ) {
            let before = middle(&spells).unwrap();
            let ended: Vec<Spell> = spells.iter().zip(&more).map(|(spell, more)| match *spell {
                Spell::Ended(time) => Spell::Ended(time),
                Spell::Open(time) => Spell::Ended(time + more),
            }).collect();
            let after = middle(&ended).unwrap();
            let exact = after.exact().unwrap();
            prop_assert!(before.at_least <= exact && before.low <= after.low);
            prop_assert!(before.at_most.is_none_or(|most| exact <= most));
            prop_assert!(before.high.is_none_or(|high| after.high.unwrap() <= high));
        }

        /// The interval is the shortest of its kind: the rank holds, the next one would not.
        #[test]
        fn a_rank_is_the_largest_that_covers(n in 6_u64..400) {
            let exact = |r: u64| {
                // The sum of the lower tail, term by term in logarithms.
                let mut term = -(n as f64) * std::f64::consts::LN_2;
                let mut sum = 0.0;
                for k in 0..r {
                    sum += term.exp();
                    term += ((n - k) as f64).ln() - ((k + 1) as f64).ln();
                }
                sum
            };
            let found = rank(n).unwrap();
            prop_assert!(exact(found) <= 0.025 + 1e-12);
            prop_assert!(exact(found + 1) > 0.025);
        }
    }
}
