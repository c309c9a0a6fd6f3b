//! Dates, times and numbers as people of each language write them.
//!
//! The unit's own zone decides the day and the hour; its label (WIB, WITA, WIT) stands with every
//! time. Month names and marks come from the words of the pack.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use pengayom_core::pack::{Lang, Words};
use pengayom_node::UnitContext;

/// Writes for one unit in one language.
#[derive(Clone, Copy)]
pub(crate) struct Format<'u> {
    unit: &'u UnitContext,
    words: &'u Words,
}

impl<'u> Format<'u> {
    pub(crate) fn new(unit: &'u UnitContext, lang: Lang) -> Self {
        Self {
            unit,
            words: unit.pack.words(lang),
        }
    }

    /// The moment on the unit's clock.
    pub(crate) fn local(&self, at: Timestamp) -> DateTime {
        self.unit.zone.to_datetime(at)
    }

    /// `21.30 WIB`, `21:30 WIB`.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let values = [
            ("hour", format!("{:02}", local.hour())),
            ("minute", format!("{:02}", local.minute())),
            ("zone", self.unit.config().zone_label.clone()),
        ];
        self.fill("format.time", &values)
    }

    /// `24 November 2026`.
    pub(crate) fn day(&self, day: Date) -> String {
        let values = [
            ("day", day.day().to_string()),
            (
                "month",
                self.words
                    .text(&format!("format.month_{:02}", day.month()), &[]),
            ),
            ("year", day.year().to_string()),
        ];
        self.fill("format.day", &values)
    }

    /// `November 2026`.
    pub(crate) fn month(&self, day: Date) -> String {
        let month = format!("format.month_{:02}", day.month());
        format!("{} {}", self.words.text(&month, &[]), day.year())
    }

    /// `24 Nov`, where a column is narrow.
    pub(crate) fn short_day(&self, day: Date) -> String {
        let month = self
            .words
            .text(&format!("format.month_{:02}", day.month()), &[]);
        let month: String = month.chars().take(3).collect();
        format!("{} {month}", day.day())
    }

    /// The local day of a moment: `24 November 2026`.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        self.day(self.local(at).date())
    }

    /// `Selasa, 24 November 2026`.
    pub(crate) fn weekday(&self, day: Date) -> String {
        let number = day.weekday().to_monday_one_offset();
        let weekday = self.words.text(&format!("format.weekday_{number}"), &[]);
        self.fill(
            "format.weekday",
            &[("weekday", weekday), ("day", self.day(day))],
        )
    }

    /// `24 November 2026, pukul 21.30 WIB`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        self.fill(
            "format.moment",
            &[("day", self.date(at)), ("time", self.time(at))],
        )
    }

    /// Words that a form wrote for a day or a moment, in whichever language it was filled in, in this one. Words that
    /// no form wrote stay as they are. `at`: the moment they stand for, where one is known.
    pub(crate) fn retold(&self, text: &str, at: Option<Timestamp>) -> String {
        for lang in Lang::ALL {
            let then = Self::new(self.unit, lang);
            if let Some(at) = at {
                if text == then.moment(at) {
                    return self.moment(at);
                }
                let still = |format: &Self| {
                    format.fill("report.when_still", &[("time", format.moment(at))])
                };
                if text == still(&then) {
                    return still(self);
                }
                if text == then.words.text("desk.new_when_now", &[]) {
                    return self.words.text("desk.new_when_now", &[]);
                }
            }
            if let Some(day) = then.day_in(text) {
                return self.weekday(day);
            }
        }
        text.to_owned()
    }

    /// The day of a text as [`Format::weekday`] writes it.
    fn day_in(&self, text: &str) -> Option<Date> {
        let (_, day) = text.split_once(", ")?;
        let [day, month, year] = day.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let named = |n: &i8| self.words.text(&format!("format.month_{n:02}"), &[]) == month;
        let month = (1..=12).find(named)?;
        let day = Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()?;
        (self.weekday(day) == text).then_some(day)
    }

    /// A whole number with marks between thousands: `1.234`, `1,234`.
    pub(crate) fn count(&self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let mark = self.words.text("format.thousands_mark", &[]);
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(&mark);
            }
            text.push(digit);
        }
        if n < 0 { format!("−{text}") } else { text }
    }

    /// A number with this many decimals: `1.234,5`, `1,234.5`. Nothing for what is no number.
    pub(crate) fn decimal(&self, value: f64, decimals: usize) -> String {
        let written = format!("{:.decimals$}", value.abs());
        let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
        let Ok(whole) = whole.parse::<i64>() else {
            return String::new();
        };
        let sign = if value < 0.0 && written.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            "−"
        } else {
            ""
        };
        let mark = self.words.text("format.decimal_mark", &[]);
        let mark = if part.is_empty() { "" } else { &mark };
        format!("{sign}{}{mark}{part}", self.count(whole))
    }

    /// How long, in the largest unit that says enough: minutes to two hours, hours to two days,
    /// then days. Rounded down, never below one minute.
    pub(crate) fn duration(&self, minutes: i64) -> String {
        let minutes = minutes.max(1);
        let (key, n) = match minutes {
            ..120 => ("common.minutes_count", minutes),
            120..2880 => ("common.hours_count", minutes / 60),
            _ => ("common.days_count", minutes / 1440),
        };
        self.fill(key, &[("n", self.count(n))])
    }

    fn fill(&self, key: &str, values: &[(&str, String)]) -> String {
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.words.text(key, &values)
    }
}
