//! What people are told when there is news (S76): the templates, and the usual hours.

use jiff::civil::Time;

use super::code::EntryCode;
use super::fault::PackRule;
use super::lang::{Lang, Localized};
use super::read::Table;
use super::words::{fill, placeholders};
use crate::notice::{Hours, Kind, SMS_MAX, sms_length};

/// Longest address of a notice, in characters: what stands in for `{url}` when a short message is held
/// to its length.
pub const NOTICE_URL_MAX: usize = 80;

/// Longest case number, in characters; stands in for `{number}`.
const NUMBER_MAX: usize = 18;

/// Longest name of a unit in a notice, in characters; stands in for `{unit}`.
const UNIT_MAX: usize = 30;

/// What one notice says. `{unit}`, `{number}` and `{url}` are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    /// A short message: at most [`SMS_MAX`] letters of the network's own alphabet.
    pub sms: Localized,
    /// The subject of a mail, and the title of a message in the browser.
    pub subject: Localized,
    /// The body of a mail, before the address.
    pub text: Localized,
}

/// Everything about telling people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// In which hours people are told who named none.
    pub usual: Hours,
    /// The clock that says how long an open case may be silent: an entry of `clocks.toml` in days or
    /// months.
    pub silence: EntryCode,
    /// What is said of a case that is kept narrow, whatever the news.
    pub narrow: NoticeText,
    texts: Vec<(Kind, NoticeText)>,
}

impl Notices {
    /// What is said of a kind of news.
    pub fn text(&self, kind: Kind) -> &NoticeText {
        let found = self.texts.iter().find(|(known, _)| *known == kind);
        // Every kind stands in a pack that loaded.
        found.map_or(&self.narrow, |(_, text)| text)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let usual = root.table("usual", |table| hours(table))?;
        let silence = root.table("silence", |table| table.reference("clock", "clock"))?;
        let narrow = root.table("narrow", |table| NoticeText::read(table, false))?;
        let texts: Vec<(Kind, NoticeText)> = root
            .rows("notice", |row| {
                let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
                let kind = row.one_of("id", &kinds);
                let kind = kind.as_deref().and_then(Kind::parse);
                (kind, NoticeText::read(row, true))
            })
            .into_iter()
            .filter_map(|(kind, text)| Some((kind?, text)))
            .collect();
        let each_once = Kind::ALL
            .iter()
            .all(|kind| texts.iter().filter(|(known, _)| known == kind).count() == 1);
        if !each_once {
            root.break_rule("notice", PackRule::EachNoticeOnce);
        }
        Some(Self {
            usual: usual?,
            silence,
            narrow,
            texts,
        })
    }
}

impl NoticeText {
    fn read(row: &Table<'_>, numbered: bool) -> Self {
        let text = Self {
            sms: row.localized("sms"),
            subject: row.localized("subject"),
            text: row.localized("text"),
        };
        let allowed: &[&str] = if numbered {
            &["number", "unit", "url"]
        } else {
            // Neither whose case it is nor that it is one of the police.
            &["url"]
        };
        let filled = [
            ("url", "x".repeat(NOTICE_URL_MAX)),
            ("number", "X".repeat(NUMBER_MAX)),
            ("unit", "X".repeat(UNIT_MAX)),
        ];
        let filled = filled
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        for lang in [Lang::Id, Lang::En] {
            let key = |part: &str| format!("{part}_{}", lang.code());
            for (part, words) in [
                ("sms", &text.sms),
                ("subject", &text.subject),
                ("text", &text.text),
            ] {
                let found = placeholders(words.get(lang));
                if found.iter().any(|name| !allowed.contains(name)) {
                    row.break_rule(&key(part), PackRule::NoticePlaceholders);
                }
            }
            let sms = text.sms.get(lang);
            if !sms.is_empty() && !placeholders(sms).contains("url") {
                row.break_rule(&key("sms"), PackRule::NoticePlaceholders);
            }
            match sms_length(&fill(sms, &filled)) {
                Some(length) if length <= SMS_MAX => {}
                _ => row.break_rule(&key("sms"), PackRule::ShortMessage),
            }
            if text.subject.get(lang).contains(['\n', '\r']) {
                row.break_rule(&key("subject"), PackRule::NoticePlaceholders);
            }
        }
        text
    }
}

/// `from` and `until`, times of a day such as `07:00`.
pub(super) fn hours(table: &Table<'_>) -> Option<Hours> {
    let time = |key: &str| {
        let text = table.text(key);
        let time = Time::strptime("%H:%M", &text).ok();
        if time.is_none() && !text.is_empty() {
            table.break_rule(key, PackRule::HoursOfADay);
        }
        time
    };
    // Both are read before one that is missing ends it.
    let (from, until) = (time("from"), time("until"));
    let (from, until) = (from?, until?);
    let hours = Hours::new(from, until);
    if hours.is_none() {
        table.break_rule("until", PackRule::HoursOfADay);
    }
    hours
}
