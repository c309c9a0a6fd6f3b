//! How often one asker may ask: so many requests in each minute, by the asker's address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The window in which requests are counted.
pub(crate) const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// Most askers that are remembered at once; beyond, those whose minute is over are forgotten, and if
/// that is not enough, all: a flood from everywhere is held back by the number of requests in hand.
const ASKERS_MAX: usize = 20_000;

/// Counts requests.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<HashMap<String, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Timestamp,
    requests: u32,
}

/// What is said of the count in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Requests in a minute.
    pub(crate) limit: u32,
    /// Requests left in this one.
    pub(crate) left: u32,
    /// When the next one begins.
    pub(crate) again: Timestamp,
    /// Whether this one is served.
    pub(crate) served: bool,
}

impl Rate {
    /// Counts one request of an asker.
    pub(crate) fn count(&self, asker: &str, limit: u32, now: Timestamp) -> Turn {
        // A map of counts is whole after every step.
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= ASKERS_MAX && !counts.contains_key(asker) {
            counts.retain(|_, count| !is_over(count.since, now));
            if counts.len() >= ASKERS_MAX {
                counts.clear();
            }
        }
        let fresh = Count {
            since: now,
            requests: 0,
        };
        let count = counts.entry(asker.to_owned()).or_insert(fresh);
        if is_over(count.since, now) {
            *count = fresh;
        }
        let served = count.requests < limit;
        count.requests = count.requests.saturating_add(u32::from(served));
        Turn {
            limit,
            left: limit - count.requests,
            again: count.since.checked_add(WINDOW).unwrap_or(Timestamp::MAX),
            served,
        }
    }
}

/// Whether a window is over. A clock that was set back ends it.
fn is_over(since: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(since);
    age < SignedDuration::ZERO || age >= WINDOW
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    proptest! {
        #[test]
        fn nobody_is_served_more_often_than_the_limit_in_a_window(
            steps in prop::collection::vec((0_u8..3, 0_i64..40), 1..200), limit in 1_u32..10,
        ) {
            let rate = Rate::default();
            let mut now = 0;
            let mut served: Vec<(u8, Timestamp)> = Vec::new();
            for (asker, step) in steps {
                now += step;
                let turn = rate.count(&asker.to_string(), limit, at(now));
                prop_assert!(turn.again > at(now) && turn.left <= limit);
                if turn.served {
                    served.push((asker, turn.again));
                } else {
                    prop_assert_eq!(turn.left, 0);
                }
                let in_window = served.iter().filter(|one| **one == (asker, turn.again)).count();
                prop_assert!(in_window <= usize::try_from(limit).unwrap());
            }
        }
    }

    #[test]
    fn who_was_turned_away_is_served_in_the_next_minute_and_others_meanwhile() {
        let rate = Rate::default();
        assert!(rate.count("a", 1, at(0)).served);
        let turn = rate.count("a", 1, at(59));
        assert!(!turn.served);
        assert_eq!(turn.again, at(60));
        assert!(rate.count("b", 1, at(59)).served);
        assert!(rate.count("a", 1, at(60)).served);
        // A clock set back locks nobody out.
        assert!(rate.count("a", 1, at(-3600)).served);
    }

    #[test]
    fn no_more_askers_are_remembered_than_stated() {
        let rate = Rate::default();
        for asker in 0..=ASKERS_MAX {
            rate.count(&asker.to_string(), 1, at(0));
        }
        assert!(rate.0.lock().unwrap().len() <= ASKERS_MAX);
    }
}
