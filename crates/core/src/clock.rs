//! When a time limit ends, in the unit's own zone (S18).
//!
//! Seconds, minutes and hours go by the clock on the wall. *Days* are days of the calendar: the limit ends at
//! the same time of day, so many days later, which is never later than a reader who counts whole days
//! expects. *Working days* pass over days of rest and holidays and end with the last of them; the day of the
//! start does not count. *Months* and *years* end with the same day of a later month, the last one where it
//! has no such day. A limit that the pack moves to the next working day ends with a day as well. Whatever
//! starts later ends no sooner.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::pack::{Calendar, Clock, ClockKind, ClockUnit};

/// The last second of a day.
const END_OF_DAY: Time = Time::constant(23, 59, 59, 0);

/// Most days that one search for working days looks at.
const LOOK_MAX: u32 = 400_000;

/// When a limit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The moment.
    pub at: Timestamp,
    /// Holidays mattered and are not all known for it; the last year for which they are. The moment is then
    /// the earliest possible: holidays nobody knows of yet only make it later.
    pub unknown_after: Option<i16>,
}

/// Counts limits by one calendar in one zone.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'a> {
    /// The pack's calendar.
    pub calendar: &'a Calendar,
    /// The unit's zone.
    pub zone: &'a TimeZone,
}

impl Reckoning<'_> {
    /// When a clock that started at a moment falls due for the n-th time, from 0; `None` when it does not
    /// fall due so often, or beyond the end of the calendar. A lead time is counted back.
    pub fn due(&self, clock: &Clock, n: usize, from: Timestamp) -> Option<Due> {
        let value = *clock.values.get(n)?;
        if clock.kind == ClockKind::LeadTime {
            return self.before(clock.unit, value, from);
        }
        let count = i64::from(value);
        let known = |at| Due {
            at,
            unknown_after: None,
        };
        let start = self.zone.to_datetime(from);
        match clock.unit {
            ClockUnit::AtOnce => Some(known(from)),
            ClockUnit::Seconds => Some(known(later(from, SignedDuration::from_secs(count))?)),
            ClockUnit::Minutes => Some(known(later(from, SignedDuration::from_mins(count))?)),
            ClockUnit::Hours => Some(known(later(from, SignedDuration::from_hours(count))?)),
            ClockUnit::WorkingDays => self.working(start.date(), value),
            ClockUnit::Days => {
                let day = start.date().checked_add(count.days()).ok()?;
                if clock.next_working_day {
                    self.next_working(day)
                } else {
                    Some(known(self.moment(day, start.time())?))
                }
            }
            ClockUnit::Months | ClockUnit::Years => {
                let day = if clock.unit == ClockUnit::Months {
                    start.date().checked_add(count.months()).ok()?
                } else {
                    start.date().checked_add(count.years()).ok()?
                };
                if clock.next_working_day {
                    self.next_working(day)
                } else {
                    Some(known(self.moment(day, END_OF_DAY)?))
                }
            }
        }
    }

    /// When a clock that started at a moment falls due next after it fell due so often: after the last of
    /// its moments it goes on by the distance between the last two.
    pub fn due_again(&self, clock: &Clock, n: usize, from: Timestamp) -> Option<Due> {
        if let Some(due) = self.due(clock, n, from) {
            return Some(due);
        }
        let last = *clock.values.last()?;
        let before = clock.values.iter().rev().nth(1).copied().unwrap_or(0);
        let over = u32::try_from(n + 1 - clock.values.len()).ok()?;
        let step = (last - before).max(1);
        let longer = Clock {
            values: vec![last.checked_add(step.checked_mul(over)?)?],
            ..clock.clone()
        };
        self.due(&longer, 0, from)
    }

    /// So long before a moment: days end as they do after it, working days pass over holidays.
    fn before(&self, unit: ClockUnit, value: u32, event: Timestamp) -> Option<Due> {
        let count = i64::from(value);
        let known = |at| Due {
            at,
            unknown_after: None,
        };
        let start = self.zone.to_datetime(event);
        let back = |by: SignedDuration| event.checked_sub(by).ok().map(known);
        match unit {
            ClockUnit::AtOnce => Some(known(event)),
            ClockUnit::Seconds => back(SignedDuration::from_secs(count)),
            ClockUnit::Minutes => back(SignedDuration::from_mins(count)),
            ClockUnit::Hours => back(SignedDuration::from_hours(count)),
            ClockUnit::Days => {
                let day = start.date().checked_sub(count.days()).ok()?;
                Some(known(self.moment(day, start.time())?))
            }
            ClockUnit::Months => {
                let day = start.date().checked_sub(count.months()).ok()?;
                Some(known(self.moment(day, END_OF_DAY)?))
            }
            ClockUnit::Years => {
                let day = start.date().checked_sub(count.years()).ok()?;
                Some(known(self.moment(day, END_OF_DAY)?))
            }
            ClockUnit::WorkingDays => self.search(start.date(), value, Date::yesterday),
        }
    }

    /// The end of the n-th working day after a day; of the day itself or the next working one for 0.
    fn working(&self, day: Date, n: u32) -> Option<Due> {
        if n == 0 {
            return self.next_working(day);
        }
        self.search(day, n, Date::tomorrow)
    }

    /// The end of the n-th working day from a day on, in one direction.
    fn search(
        &self,
        from: Date,
        n: u32,
        step: impl Fn(Date) -> Result<Date, jiff::Error>,
    ) -> Option<Due> {
        let mut left = n;
        let (mut day, mut known) = (from, self.calendar.knows(from));
        for _ in 0..LOOK_MAX {
            if left == 0 {
                break;
            }
            day = step(day).ok()?;
            known &= self.calendar.knows(day);
            left -= u32::from(self.calendar.is_working(day));
        }
        (left == 0).then_some(())?;
        self.ends(day, known)
    }

    /// The end of a day, or of the next working one when it is none.
    fn next_working(&self, day: Date) -> Option<Due> {
        let (mut day, mut known) = (day, self.calendar.knows(day));
        while !self.calendar.is_working(day) {
            day = day.tomorrow().ok()?;
            known &= self.calendar.knows(day);
        }
        self.ends(day, known)
    }

    fn ends(&self, day: Date, known: bool) -> Option<Due> {
        Some(Due {
            at: self.moment(day, END_OF_DAY)?,
            unknown_after: (!known).then_some(self.calendar.known_until),
        })
    }

    fn moment(&self, day: Date, time: Time) -> Option<Timestamp> {
        self.zone.to_timestamp(day.to_datetime(time)).ok()
    }
}

fn later(from: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    from.checked_add(by).ok()
}
