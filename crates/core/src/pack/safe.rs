//! `/aman`: help for people who are not safe where they are, or whose telephone others look at (S3, S76).

use jiff::civil::Date;

use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::notices::hours;
use super::read::Table;
use super::service::SENSITIVE_SERVICE;
use super::source::Sourced;
use crate::notice::Hours;

/// Most digits of a telephone number a helpline has (ITU-T E.164), the leading `+` not counted.
const PHONE_MAX_DIGITS: usize = 15;

/// Who helps besides the police.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helpline {
    /// Its code.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What it does, for whom.
    pub help: Localized,
    /// Number to call: digits, with a leading `+` if need be.
    pub phone: Option<String>,
    /// Number to write to.
    pub message: Option<String>,
    /// Code of the area it is there for, such as `33.18`; everywhere when missing.
    pub area: Option<String>,
    /// The day somebody last found the number in a source.
    pub checked: Date,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// An answer to "when is it safe to contact you?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeTime {
    /// Code kept with the person.
    pub code: EntryCode,
    /// The words beside the radio button.
    pub name: Localized,
    /// Its hours; none when it is never.
    pub hours: Option<Hours>,
    /// Never: the person comes by themselves.
    pub never: bool,
}

/// How to leave fewer traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeTip {
    /// Its code.
    pub code: EntryCode,
    /// A short heading.
    pub title: Localized,
    /// What to do.
    pub text: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Everything `/aman` says of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safety {
    /// The sensitive service that a wish to be contacted begins with.
    pub service: ServiceCode,
    /// Who helps besides the police, in the order shown.
    pub helplines: Vec<Helpline>,
    /// When contact is safe; exactly one is "never".
    pub times: Vec<SafeTime>,
    /// How to leave fewer traces.
    pub tips: Vec<SafeTip>,
}

impl Safety {
    /// Helplines for an area and those above it: the nearest first.
    pub fn helplines_for(&self, areas: &[String]) -> Vec<&Helpline> {
        let is_near = |line: &Helpline| line.area.as_ref().is_some_and(|area| areas.contains(area));
        let near = self.helplines.iter().filter(|line| is_near(line));
        let everywhere = self.helplines.iter().filter(|line| line.area.is_none());
        near.chain(everywhere).collect()
    }

    /// One time.
    pub fn time(&self, code: &str) -> Option<&SafeTime> {
        self.times.iter().find(|time| time.code.as_str() == code)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let helplines = root.rows("helpline", Helpline::read);
        let times = root.rows("time", |row| {
            let never = row.flag_or_false("never");
            SafeTime {
                code: row.id("safe time"),
                name: row.localized("name"),
                hours: if never { None } else { hours(row) },
                never,
            }
        });
        if times.iter().filter(|time| time.never).count() != 1 {
            root.break_rule("time", PackRule::OneNever);
        }
        let tips = root.rows("tip", |row| SafeTip {
            code: row.id("safety tip"),
            title: row.localized("title"),
            text: row.localized("text"),
            sourced: row.sourced(),
        });
        let service = root.table("contact", |contact| {
            contact.reference("service", SENSITIVE_SERVICE)
        })?;
        Some(Self {
            service,
            helplines,
            times,
            tips,
        })
    }
}

impl Helpline {
    fn read(row: &Table<'_>) -> Self {
        let phone = number(row, "phone");
        let message = number(row, "message");
        if phone.is_none() && message.is_none() {
            row.break_rule("phone", PackRule::HelplineNumber);
        }
        let checked = row.text("checked").parse::<Date>().unwrap_or_else(|_| {
            row.break_rule("checked", PackRule::RealDate);
            Date::default()
        });
        Self {
            code: row.id("helpline"),
            name: row.localized("name"),
            help: row.localized("help"),
            phone,
            message,
            area: row.text_or_none("area"),
            checked,
            sourced: row.sourced(),
        }
    }
}

/// A telephone number that a page may make a link of.
fn number(row: &Table<'_>, key: &str) -> Option<String> {
    let text = row.text_or_none(key)?;
    let digits = text.strip_prefix('+').unwrap_or(&text);
    if digits.is_empty()
        || digits.len() > PHONE_MAX_DIGITS
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        row.break_rule(key, PackRule::HelplineNumber);
    }
    Some(text)
}
