//! When it happened: a day and perhaps an hour, as people write them.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::{Date, Time};
use pengayom_core::pack::Lang;

use super::draft::WhenAnswer;
use crate::extract::Fields;
use crate::form::FieldError;
use crate::format::Format;
use crate::frame::PageFrame;

/// The earliest year a report can be about: nobody alive remembers an earlier one.
const FIRST_YEAR: i16 = 1900;

impl WhenAnswer {
    /// What was typed.
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            choice: fields.get("kapan").to_owned(),
            date: fields.line("tanggal").unwrap_or_default(),
            time: fields.line("jam").unwrap_or_default(),
            day: None,
            moment: None,
        }
    }

    /// Fixes the day and the moment meant, or says what is wrong.
    pub(super) fn settle(&mut self, frame: &PageFrame, now: Timestamp) -> Vec<FieldError> {
        let error = |id: &str, key: &str| vec![FieldError::new(id, frame.t(key))];
        (self.day, self.moment) = (None, None);
        let today = frame.format().local(now).date();
        let day = match self.choice.as_str() {
            "sekarang" => {
                (self.day, self.moment) = (Some(today), Some(now));
                return Vec::new();
            }
            "tidak-tahu" => return Vec::new(),
            "hari-ini" => today,
            "kemarin" => today.checked_sub(1.days()).unwrap_or(today),
            "lain" => match parse_date(frame, &self.date) {
                Ok(day) if day > today => return error("tanggal", "error.date_future"),
                Ok(day) => day,
                Err(DateFault::NotADay) => return error("tanggal", "error.date_impossible"),
                Err(DateFault::Unreadable) => {
                    let example = example_date(today);
                    let words = frame.tf("error.date_unreadable", &[("example", &example)]);
                    return vec![FieldError::new("tanggal", words)];
                }
            },
            _ => return error("kapan", "error.when_choose"),
        };
        let mut moment = None;
        if !self.time.is_empty() {
            let Some(time) = parse_time(&self.time) else {
                return error("jam", "error.time_unreadable");
            };
            // An hour that a change of clocks skips is taken as the one after.
            let at = frame.unit().zone.to_timestamp(day.to_datetime(time));
            let Ok(at) = at else {
                return error("jam", "error.time_unreadable");
            };
            if at > now {
                return error("jam", "error.time_future");
            }
            moment = Some(at);
        }
        (self.day, self.moment) = (Some(day), moment);
        Vec::new()
    }

    /// The day and hour in words.
    pub(super) fn words(&self, frame: &PageFrame) -> String {
        self.words_in(&frame.format(), frame.t("common.do_not_know"), &|at| {
            frame.tf("report.when_still", &[("time", &frame.format().moment(at))])
        })
    }

    /// The same in the unit's first language, for its officers; nothing when not known.
    pub(super) fn words_for_officers(&self, frame: &PageFrame) -> Option<String> {
        if self.choice == "tidak-tahu" {
            return None;
        }
        let words = frame.unit().pack.words(Lang::Id);
        let format = Format::new(frame.unit(), Lang::Id);
        Some(self.words_in(&format, "", &|at| {
            words.text("report.when_still", &[("time", &format.moment(at))])
        }))
    }

    fn words_in(
        &self,
        format: &Format<'_>,
        unknown: &str,
        still: &dyn Fn(Timestamp) -> String,
    ) -> String {
        match (self.choice.as_str(), self.day, self.moment) {
            ("sekarang", _, Some(at)) => still(at),
            (_, _, Some(at)) => format.moment(at),
            (_, Some(day), None) => format.weekday(day),
            _ => unknown.to_owned(),
        }
    }
}

/// Why a text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DateFault {
    /// It has the form of one, but the calendar has no such day.
    NotADay,
    /// It does not read.
    Unreadable,
}

/// Today in the form people are asked for.
fn example_date(today: Date) -> String {
    format!("{:02}/{:02}/{}", today.day(), today.month(), today.year())
}

/// Reads `2026-11-24` as date fields send it, `24-11-2026`, `24/11/2026`, `24.11.2026`, and
/// `24 November 2026` with the month's name, or its first three letters, in either language.
fn parse_date(frame: &PageFrame, text: &str) -> Result<Date, DateFault> {
    let is_break = |c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ',');
    let parts: Vec<&str> = text
        .split(is_break)
        .filter(|part| !part.is_empty())
        .collect();
    let [first, month, last] = parts.as_slice() else {
        return Err(DateFault::Unreadable);
    };
    let number = |part: &str| part.parse::<i16>().map_err(|_| DateFault::Unreadable);
    let month = match number(month) {
        Ok(month) => month,
        Err(fault) => month_of(frame, month).ok_or(fault)?,
    };
    let (year, day) = if first.len() == 4 {
        (number(first)?, number(last)?)
    } else {
        (number(last)?, number(first)?)
    };
    if last.len() != 4 && first.len() != 4 {
        return Err(DateFault::Unreadable);
    }
    let small = |value: i16| i8::try_from(value).map_err(|_| DateFault::NotADay);
    let date = Date::new(year, small(month)?, small(day)?).map_err(|_| DateFault::NotADay)?;
    if date.year() < FIRST_YEAR {
        Err(DateFault::NotADay)
    } else {
        Ok(date)
    }
}

fn month_of(frame: &PageFrame, text: &str) -> Option<i16> {
    let text = text.to_lowercase();
    let fits = |lang: Lang, month: i16| {
        let key = format!("format.month_{month:02}");
        let name = frame.unit().pack.words(lang).text(&key, &[]).to_lowercase();
        name == text || (text.chars().count() == 3 && name.starts_with(&text))
    };
    (1..=12).find(|month| Lang::ALL.iter().any(|lang| fits(*lang, *month)))
}

/// Reads `21.30`, `21:30`, `2130`, `9.05` and `21`.
fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(['.', ':']).map(str::trim);
    let (hour, minute) = match (parts.next()?, parts.next(), parts.next()) {
        (hour, Some(minute), None) if minute.len() == 2 => (hour, minute),
        (both, None, None) if both.len() == 4 => both.split_at_checked(2)?,
        (hour, None, None) if hour.len() <= 2 => (hour, "0"),
        _ => return None,
    };
    let digits = |text: &str| {
        let good = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| text.parse::<i8>().ok()).flatten()
    };
    Time::new(digits(hour)?, digits(minute)?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_read_as_people_write_it() {
        let time = |h, m| Time::new(h, m, 0, 0).ok();
        assert_eq!(parse_time("21.30"), time(21, 30));
        assert_eq!(parse_time("9:05"), time(9, 5));
        assert_eq!(parse_time("2130"), time(21, 30));
        assert_eq!(parse_time("0"), time(0, 0));
        for bad in [
            "",
            "24.00",
            "21.60",
            "-1.30",
            "21.3",
            "malam",
            "1.2.3",
            "21.30.00",
            "٢١.٣٠",
        ] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }
}
