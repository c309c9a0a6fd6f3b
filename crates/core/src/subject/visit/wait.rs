//! How long the wait at a front desk is said to be, and when nothing is said (S26, S86).
//!
//! A stated rule, so that nobody writes a hoped-for figure:
//!
//! 1. **Usual**: of those called in the last [`WINDOW`] hours who waited for their turn, when there are
//!    [`AT_LEAST`] of them, the median of how long they waited. Who goes first, and who had left when
//!    called, is not counted: neither says what one who comes now will wait. When somebody who waits for
//!    their turn has waited longer than that, their wait is told instead, for the next one will hardly
//!    be faster.
//! 2. **Longest so far**: otherwise, when somebody waits, the longest wait of those who do.
//! 3. **Nobody waits**: otherwise, when a ticket was given today.
//! 4. **Not recorded**: otherwise. That is not zero: nothing was measured.
//!
//! Minutes are rounded up, so that a measured wait is never told as none.

use jiff::{SignedDuration, Timestamp};

use super::order::Turn;

/// How far back calls count, in hours.
pub const WINDOW: SignedDuration = SignedDuration::from_hours(2);

/// How many calls are needed to tell a usual wait.
pub const AT_LEAST: usize = 3;

/// Most calls looked at, the latest; a desk that calls more in two hours is told by these.
pub const CALLS_MAX: u32 = 200;

/// Somebody who was called and was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// Whose turn it was.
    pub turn: Turn,
    /// When they came.
    pub joined_at: Timestamp,
    /// When they were called.
    pub called_at: Timestamp,
}

/// Somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whose turn it is.
    pub turn: Turn,
    /// When they came.
    pub joined_at: Timestamp,
}

/// What is said of the wait; minutes are 1 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// What people who were called lately waited, or those who wait already did.
    Usual {
        /// Minutes.
        minutes: u32,
        /// How many people that follows from.
        of: u32,
    },
    /// Too few were called lately; the longest wait of those who wait.
    LongestSoFar {
        /// Minutes.
        minutes: u32,
    },
    /// Somebody came today, and nobody waits.
    NobodyWaits,
    /// Nothing was measured today.
    NotRecorded,
}

/// A wait in whole minutes, rounded up, and 1 at least; a clock set back makes it no shorter.
fn minutes(waited: SignedDuration) -> u32 {
    let seconds = waited.as_secs().max(0);
    let minutes = u32::try_from(seconds / 60).unwrap_or(u32::MAX);
    let begun = u32::from(seconds % 60 > 0 || waited.subsec_nanos() > 0);
    minutes.saturating_add(begun).max(1)
}

/// The middle of some waits; of an even number the longer of the two in the middle.
fn median(mut waits: Vec<SignedDuration>) -> Option<SignedDuration> {
    waits.sort_unstable();
    waits.get(waits.len() / 2).copied()
}

/// What is said of the wait now. `called` may hold more than the window; `today` says whether a ticket
/// was given on this day of the unit's calendar.
pub fn said(called: &[Waited], waiting: &[Waiting], today: bool, now: Timestamp) -> Wait {
    let lately: Vec<SignedDuration> = called
        .iter()
        .filter(|waited| waited.turn == Turn::Arrival)
        .filter(|waited| now.duration_since(waited.called_at) <= WINDOW)
        .map(|waited| waited.called_at.duration_since(waited.joined_at))
        .collect();
    let so_far = |waiting: &Waiting| now.duration_since(waiting.joined_at);
    if lately.len() >= AT_LEAST {
        let of = u32::try_from(lately.len()).unwrap_or(u32::MAX);
        let in_turn = waiting.iter().filter(|one| one.turn == Turn::Arrival);
        let longest = in_turn.map(so_far).max();
        let usual = median(lately).max(longest).unwrap_or_default();
        return Wait::Usual {
            minutes: minutes(usual),
            of,
        };
    }
    match waiting.iter().map(so_far).max() {
        Some(longest) => Wait::LongestSoFar {
            minutes: minutes(longest),
        },
        None if today => Wait::NobodyWaits,
        None => Wait::NotRecorded,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-29T05:00:00Z".parse().unwrap()
    }

    fn before(seconds: i64) -> Timestamp {
        now() - SignedDuration::from_secs(seconds)
    }

    /// Called `ago` minutes ago after waiting some minutes.
    fn waited(ago: i64, minutes: i64) -> Waited {
        Waited {
            turn: Turn::Arrival,
            joined_at: before(60 * (ago + minutes)),
            called_at: before(60 * ago),
        }
    }

    fn waits(minutes: i64) -> Waiting {
        Waiting {
            turn: Turn::Arrival,
            joined_at: before(60 * minutes),
        }
    }

    // S26
    #[test]
    fn the_wait_is_what_people_called_lately_waited() {
        let called = [waited(5, 10), waited(30, 12), waited(90, 40)];
        let usual = |minutes| Wait::Usual { minutes, of: 3 };
        assert_eq!(said(&called, &[], true, now()), usual(12));
        assert_eq!(said(&called, &[waits(3)], true, now()), usual(12));
        // Who stands there for 25 minutes says more than who was called an hour ago.
        assert_eq!(said(&called, &[waits(25)], true, now()), usual(25));
    }

    // S26
    #[test]
    fn of_few_calls_the_longest_wait_is_told_and_of_nothing_nothing() {
        let called = [waited(5, 10), waited(121, 12), waited(30, 12)];
        let so_far = Wait::LongestSoFar { minutes: 8 };
        assert_eq!(said(&called, &[waits(2), waits(8)], true, now()), so_far);
        assert_eq!(said(&called, &[], true, now()), Wait::NobodyWaits);
        assert_eq!(said(&[], &[], false, now()), Wait::NotRecorded);
    }

    // S76
    #[test]
    fn who_goes_first_does_not_make_the_wait_look_short() {
        let mut called = vec![waited(5, 30), waited(6, 31), waited(7, 32)];
        let first = Waited {
            turn: Turn::First,
            ..waited(4, 1)
        };
        called.extend([first; 20]);
        assert_eq!(
            said(&called, &[], true, now()),
            Wait::Usual { minutes: 31, of: 3 }
        );
    }

    fn turn() -> impl Strategy<Value = Turn> {
        proptest::sample::select(&Turn::ALL[..])
    }

    fn some_called() -> impl Strategy<Value = Vec<Waited>> {
        let one =
            (turn(), -30_i64..20_000, -10_i64..20_000).prop_map(|(turn, ago, waited)| Waited {
                turn,
                joined_at: before(ago + waited),
                called_at: before(ago),
            });
        vec(one, 0..40)
    }

    fn some_waiting() -> impl Strategy<Value = Vec<Waiting>> {
        let one = (turn(), -30_i64..20_000).prop_map(|(turn, ago)| Waiting {
            turn,
            joined_at: before(ago),
        });
        vec(one, 0..40)
    }

    proptest! {
        // S26
        #[test]
        fn a_wait_is_told_only_where_one_was_measured_and_is_never_zero(
            called in some_called(), waiting in some_waiting(), today in any::<bool>()
        ) {
            let said = said(&called, &waiting, today, now());
            let lately = |one: &&Waited| {
                one.turn == Turn::Arrival && now().duration_since(one.called_at) <= WINDOW
            };
            let n = called.iter().filter(lately).count();
            match said {
                Wait::Usual { minutes, of } => {
                    prop_assert!(minutes >= 1);
                    prop_assert!(n >= AT_LEAST);
                    prop_assert_eq!(of as usize, n);
                }
                Wait::LongestSoFar { minutes } => {
                    prop_assert!(minutes >= 1 && n < AT_LEAST && !waiting.is_empty());
                }
                Wait::NobodyWaits => prop_assert!(waiting.is_empty() && today),
                Wait::NotRecorded => prop_assert!(waiting.is_empty() && !today),
            }
        }

        // S26
        #[test]
        fn a_usual_wait_lies_between_the_shortest_and_the_longest_and_is_not_below_who_still_waits(
            called in some_called(), waiting in some_waiting()
        ) {
            if let Wait::Usual { minutes, .. } = said(&called, &waiting, true, now()) {
                let told = SignedDuration::from_mins(i64::from(minutes));
                for one in waiting.iter().filter(|one| one.turn == Turn::Arrival) {
                    prop_assert!(told >= now().duration_since(one.joined_at));
                }
                let waits = called.iter().map(|one| one.called_at.duration_since(one.joined_at));
                let stands = waiting.iter().map(|one| now().duration_since(one.joined_at));
                let longest = waits.chain(stands).max().unwrap_or_default();
                prop_assert!(told < longest.max(SignedDuration::ZERO) + SignedDuration::from_mins(1)
                    || minutes == 1);
            }
        }

        // S26
        #[test]
        fn the_order_in_which_it_is_read_changes_nothing(
            called in some_called(), waiting in some_waiting(), today in any::<bool>()
        ) {
            let one = said(&called, &waiting, today, now());
            let (mut called, mut waiting) = (called, waiting);
            called.reverse();
            waiting.reverse();
            prop_assert_eq!(one, said(&called, &waiting, today, now()));
        }
    }
}
