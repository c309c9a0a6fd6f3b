//! Moments as forms send them, on the unit's clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use pengayom_node::UnitContext;

/// Why a moment does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenFault {
    /// The day is missing or no day.
    Date,
    /// The hour is no hour.
    Time,
}

/// A day as `<input type="date">` sends it, or as people write it here: `24-11-2026`, `24/11/2026`.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text
        .split(['-', '/', '.', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [first, month, last] = parts.as_slice() else {
        return None;
    };
    let (year, day) = if first.len() == 4 {
        (first, last)
    } else {
        (last, first)
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// An hour as `<input type="time">` sends it, or as people write it here: `21.30`, `21:30`, `9`.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(['.', ':']);
    let hour = parts.next()?.trim().parse().ok()?;
    let minute = parts
        .next()
        .map_or(Some(0), |minute| minute.trim().parse().ok())?;
    let second = parts
        .next()
        .map_or(Some(0), |second| second.trim().parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok()
}

/// A moment as `<input type="datetime-local">` sends it: `2026-11-24T21:30`, on the unit's clock. A
/// moment that the clock skips or has twice is taken as it is read first.
pub(crate) fn local_moment(unit: &UnitContext, text: &str) -> Result<Timestamp, WhenFault> {
    let (date, time) = text.split_once(['T', ' ']).ok_or(WhenFault::Time)?;
    let date = parse_date(date).ok_or(WhenFault::Date)?;
    let time = parse_time(time).ok_or(WhenFault::Time)?;
    moment_on(unit, date, time).ok_or(WhenFault::Date)
}

/// A day and an hour on the unit's clock.
pub(crate) fn moment_on(unit: &UnitContext, date: Date, time: Time) -> Option<Timestamp> {
    unit.zone
        .to_timestamp(DateTime::from_parts(date, time))
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_day_is_read_as_browsers_and_as_people_write_it() {
        let day = Date::new(2026, 11, 24).unwrap();
        for text in ["2026-11-24", "24-11-2026", "24/11/2026", "24.11.2026"] {
            assert_eq!(parse_date(text), Some(day), "{text}");
        }
        for bad in ["", "24", "2026-13-01", "24-11-26", "x-y-z", "2026-11-24-1"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_hour_is_read_with_a_point_or_a_colon() {
        let half = Time::new(21, 30, 0, 0).unwrap();
        assert_eq!(parse_time("21.30"), Some(half));
        assert_eq!(parse_time("21:30"), Some(half));
        assert_eq!(parse_time("9"), Time::new(9, 0, 0, 0).ok());
        for bad in ["", "25:00", "21:61", "a", "1:2:3:4"] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
