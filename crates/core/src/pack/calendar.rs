//! The calendar: on which days offices are closed, and for which years that is known.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use super::choice::choice;
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// First and last year of a calendar.
const YEARS: std::ops::RangeInclusive<u32> = 2000..=2200;

choice!(
    /// Why offices are closed.
    pub enum HolidayKind {
        /// A national holiday.
        National = "national",
        /// A day of leave that all of the state's offices take together.
        SharedLeave = "shared_leave",
        /// A day of the unit's own area.
        Local = "local",
    }
);

choice!(
    /// A day of the week.
    pub enum RestDay {
        /// Monday.
        Monday = "monday",
        /// Tuesday.
        Tuesday = "tuesday",
        /// Wednesday.
        Wednesday = "wednesday",
        /// Thursday.
        Thursday = "thursday",
        /// Friday.
        Friday = "friday",
        /// Saturday.
        Saturday = "saturday",
        /// Sunday.
        Sunday = "sunday",
    }
);

impl RestDay {
    const fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// A day on which offices are closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// Which.
    pub day: Date,
    /// Why.
    pub kind: HolidayKind,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// On which days offices are closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// First year whose days are all known.
    pub known_from: i16,
    /// Last year whose days are all known.
    pub known_until: i16,
    rest_days: Vec<RestDay>,
    holidays: BTreeMap<Date, Holiday>,
    /// Source and certainty of the rest days.
    pub sourced: Sourced,
}

impl Calendar {
    /// The holiday on a day.
    pub fn holiday(&self, day: Date) -> Option<&Holiday> {
        self.holidays.get(&day)
    }

    /// Every holiday, the earliest first.
    pub fn holidays(&self) -> impl Iterator<Item = &Holiday> {
        self.holidays.values()
    }

    /// Whether offices work on a day, as far as the calendar knows.
    pub fn is_working(&self, day: Date) -> bool {
        let rests = |rest: &RestDay| rest.weekday() == day.weekday();
        !self.rest_days.iter().any(rests) && !self.holidays.contains_key(&day)
    }

    /// Whether all holidays of a day's year are known.
    pub fn knows(&self, day: Date) -> bool {
        self.known_from <= day.year() && day.year() <= self.known_until
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let days = root.rows_or_empty("day", |row| {
            let text = row.unique_text("day", "day of the calendar");
            let day = text.parse::<Date>().ok();
            if day.is_none() && !text.is_empty() {
                row.break_rule("day", PackRule::RealDate);
            }
            let holiday = Holiday {
                day: day.unwrap_or_default(),
                kind: row.choice("kind", HolidayKind::Local),
                name: row.localized("name"),
                sourced: row.sourced(),
            };
            (holiday.day, holiday)
        });
        root.table("calendar", |table| {
            let year = |key| i16::try_from(table.whole(key, &YEARS)).unwrap_or_default();
            let (known_from, known_until) = (year("known_from"), year("known_until"));
            let rest_days: Vec<RestDay> = table.choices("rest_days", &(0..=6));
            if known_from > known_until {
                table.break_rule("known_until", PackRule::CalendarYears);
            }
            let all_rest = RestDay::ALL.iter().all(|day| rest_days.contains(day));
            if all_rest {
                table.break_rule("rest_days", PackRule::CalendarYears);
            }
            Self {
                known_from,
                known_until,
                rest_days,
                holidays: days.into_iter().collect(),
                sourced: table.sourced(),
            }
        })
    }

    /// A calendar for tests of rules: Saturdays, Sundays and the days given, known for the years given.
    #[doc(hidden)]
    pub fn of(known_from: i16, known_until: i16, days: &[Date]) -> Self {
        let sourced = Sourced {
            source: "a test".to_owned(),
            certainty: super::source::Certainty::Draft,
            verify: None,
        };
        let holiday = |day: &Date| Holiday {
            day: *day,
            kind: HolidayKind::National,
            name: Localized::default(),
            sourced: sourced.clone(),
        };
        Self {
            known_from,
            known_until,
            rest_days: vec![RestDay::Saturday, RestDay::Sunday],
            holidays: days.iter().map(|day| (*day, holiday(day))).collect(),
            sourced: sourced.clone(),
        }
    }
}
