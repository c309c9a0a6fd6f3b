//! When what identifies people is kept no longer (Law 27 of 2022, articles 42 to 44).
//!
//! A period is counted in whole months of the calendar in the unit's zone: what is closed on 3 March
//! for twelve months is kept through the whole of 3 March a year later, and goes from the first
//! moment of the next day on. Where a month has no such day, its last day counts.
//!
//! The period is the longer of the one that was in force when the case was closed, which its
//! reporter could read, and the one in force now: what is erased does not come back, so a shorter
//! period never breaks a promise to keep, and a longer one that a law asks for is obeyed.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// Longest period counted with, in months; no pack has a longer one.
const MONTHS_MAX: u32 = 12_000;

fn span(months: u32) -> Span {
    Span::new().months(i64::from(months.min(MONTHS_MAX)))
}

/// The longer of the period in force when something ended and the one in force now; `otherwise`
/// when neither is known, as for a service that the pack has no longer.
pub fn months(then: Option<u32>, now: Option<u32>, otherwise: u32) -> u32 {
    then.max(now).unwrap_or(otherwise)
}

/// The last day on which something is kept that is counted from a moment.
pub fn last_day(from: Timestamp, months: u32, zone: &TimeZone) -> Date {
    zone.to_datetime(from).date().saturating_add(span(months))
}

/// The first moment at which it is kept no longer; the end of the calendar when it has none.
pub fn ends(from: Timestamp, months: u32, zone: &TimeZone) -> Timestamp {
    begin_of(last_day(from, months, zone).tomorrow().ok(), zone).unwrap_or(Timestamp::MAX)
}

/// A moment such that whatever is counted from a later one is still kept now.
///
/// It is not the other way round: what is counted from an earlier one may be kept a few days
/// more, because months differ in length. [`ends`] decides.
pub fn none_after(now: Timestamp, months: u32, zone: &TimeZone) -> Timestamp {
    let day = zone.to_datetime(now).date().saturating_sub(span(months));
    begin_of(day.tomorrow().ok(), zone).unwrap_or(Timestamp::MIN)
}

/// The first moment at which what was written beside a judgement is kept no longer: the first of a
/// month, so that the night it goes does not tell on which day it was given, and it does not go
/// with the case of whoever gave it (S5).
pub fn message_ends(given_at: Timestamp, months: u32, zone: &TimeZone) -> Timestamp {
    let last = last_day(given_at, months, zone).last_of_month();
    begin_of(last.tomorrow().ok(), zone).unwrap_or(Timestamp::MAX)
}

fn begin_of(day: Option<Date>, zone: &TimeZone) -> Option<Timestamp> {
    day.and_then(|day| {
        let midnight = day.at(0, 0, 0, 0);
        zone.to_ambiguous_timestamp(midnight).compatible().ok()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Jakarta").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn it_is_kept_through_the_whole_of_the_last_day_of_the_units_calendar() {
        // 4 March 2026, 01.30 WIB: the day before in UTC.
        let closed = at("2026-03-03T18:30:00Z");
        assert_eq!(last_day(closed, 60, &zone()).to_string(), "2031-03-04");
        assert_eq!(ends(closed, 60, &zone()), at("2031-03-04T17:00:00Z"));
        // A month without that day ends with its last.
        assert_eq!(
            last_day(at("2026-01-31T05:00:00Z"), 1, &zone()).to_string(),
            "2026-02-28"
        );
    }

    #[test]
    fn the_longer_of_then_and_now_counts() {
        assert_eq!(months(Some(60), Some(24), 240), 60);
        assert_eq!(months(Some(24), Some(60), 240), 60);
        assert_eq!(months(None, Some(24), 240), 24);
        assert_eq!(months(Some(24), None, 240), 24);
        assert_eq!(months(None, None, 240), 240);
    }

    // S5
    #[test]
    fn messages_of_one_month_go_together_on_the_first_of_a_month() {
        let first = message_ends(at("2026-11-01T02:00:00Z"), 12, &zone());
        let last = message_ends(at("2026-11-30T16:59:59Z"), 12, &zone());
        assert_eq!(first, last);
        assert_eq!(first, at("2027-11-30T17:00:00Z"));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        assert_eq!(ends(Timestamp::MAX, u32::MAX, &zone()), Timestamp::MAX);
        assert_eq!(message_ends(Timestamp::MAX, 1, &zone()), Timestamp::MAX);
        assert!(none_after(Timestamp::MIN, u32::MAX, &zone()) < at("2026-01-01T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn what_has_ended_began_before_the_cut(
            from in 0_i64..4_000_000_000, months in 1_u32..300, after in 0_i64..10_000_000,
        ) {
            let zone = zone();
            let from = Timestamp::from_second(from).unwrap();
            let ends = ends(from, months, &zone);
            prop_assert!(ends > from);
            let now = ends + SignedDuration::from_secs(after);
            prop_assert!(from < none_after(now, months, &zone));
        }
    }
}
