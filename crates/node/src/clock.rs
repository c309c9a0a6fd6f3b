//! The outside world's clock and randomness, passed in so that rules and tests do not know them.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The moment now.
    fn now(&self) -> jiff::Timestamp;
}

/// Draws random bytes fit for secrets.
pub trait Randomness: Send + Sync + 'static {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// How far the clock may be behind what is recorded before it is told of: more than the clocks of
/// several machines differ by that are set from the network.
const BEHIND: SignedDuration = SignedDuration::from_secs(5);

/// Compares the clock with the record. The record's order is its sequence and does not depend on the
/// clock; each act keeps the time that the clock showed. But people should know that it went wrong.
#[derive(Debug)]
pub(crate) struct RecordClock {
    /// The latest time in the record that is known of, in microseconds.
    latest: AtomicI64,
    /// It was told that the clock is behind, and not yet that it no longer is.
    told: AtomicBool,
}

impl RecordClock {
    /// Begins with the latest time in the record.
    pub(crate) fn new(latest: Option<Timestamp>) -> Self {
        let latest = latest.unwrap_or(Timestamp::MIN);
        Self {
            latest: AtomicI64::new(latest.as_microsecond()),
            told: AtomicBool::new(false),
        }
    }

    /// The latest time in the record that is known of.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        let latest = Timestamp::from_microsecond(self.latest.load(Ordering::Relaxed)).ok();
        latest.filter(|latest| *latest > Timestamp::MIN)
    }

    /// Notes the time of an act that was recorded.
    pub(crate) fn recorded(&self, at: Timestamp) {
        let at = at.as_microsecond();
        self.latest.fetch_max(at, Ordering::Relaxed);
    }

    /// How far a moment is behind the record; `None` when it is not to speak of. Logs when that
    /// begins and when it ends.
    pub(crate) fn behind(&self, now: Timestamp) -> Option<SignedDuration> {
        let latest = Timestamp::from_microsecond(self.latest.load(Ordering::Relaxed));
        let behind = latest.map_or(SignedDuration::ZERO, |latest| latest.duration_since(now));
        if behind > BEHIND {
            if !self.told.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    seconds = behind.as_secs(),
                    "the clock is behind the record: acts are kept in their order, with the time it shows"
                );
            }
            return Some(behind);
        }
        if behind <= SignedDuration::ZERO && self.told.swap(false, Ordering::Relaxed) {
            tracing::info!("the clock is no longer behind the record");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_clock_behind_the_record_is_told_until_it_has_caught_up() {
        let clock = RecordClock::new(None);
        assert_eq!(clock.behind(at(0)), None);
        clock.recorded(at(3_600));
        assert_eq!(clock.behind(at(3_600)), None);
        assert_eq!(clock.behind(at(3_596)), None, "as clocks differ");
        assert_eq!(clock.behind(at(0)), Some(SignedDuration::from_hours(1)));
        clock.recorded(at(1));
        assert_eq!(clock.behind(at(1)), Some(SignedDuration::from_secs(3_599)));
        assert_eq!(clock.behind(at(3_600)), None);
    }
}
