//! Telling people that there is news: by which way, at which hour, or not at all (S76).
//!
//! Pure rules. Whoever reports says by which ways and in which hours they may be told; without a
//! word from them nobody is told anything. A notice says only that there is news and where to read it.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::pack::Lang;
use crate::subject::case::{Case, CaseAct, CaseStage, Issued};

mod gsm;

pub use gsm::{SMS_MAX, sms_length};

/// A way to tell somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Electronic mail.
    Email,
    /// A short message to a telephone.
    Sms,
    /// A message by WhatsApp.
    Whatsapp,
    /// A message to the browser that asked for it.
    Push,
}

impl Way {
    /// All ways, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Sms, Self::Whatsapp, Self::Email, Self::Push];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Push => "push",
        }
    }

    /// The way of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}

/// What there is news of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The report was received.
    Received,
    /// The unit wrote to the reporter.
    Message,
    /// A promise is missed, and why.
    Late,
    /// What the reporter asked to be looked at again was answered.
    Review,
    /// A letter was given or taken back.
    Letter,
    /// The case was closed; how it went may be judged.
    Closed,
    /// The promised news did not come.
    Overdue,
    /// Nothing is new, and it is still being worked on.
    Still,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Message,
        Self::Late,
        Self::Review,
        Self::Letter,
        Self::Closed,
        Self::Overdue,
        Self::Still,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Message => "message",
            Self::Late => "late",
            Self::Review => "review",
            Self::Letter => "letter",
            Self::Closed => "closed",
            Self::Overdue => "overdue",
            Self::Still => "still",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Of what an act is news for the reporter, if it is.
    pub const fn caused_by(act: &CaseAct) -> Option<Self> {
        Some(match act {
            CaseAct::RequestFiled(_) => Self::Received,
            CaseAct::ReporterAnswered { .. }
            | CaseAct::CaseReopened { .. }
            | CaseAct::ProgressSent { .. }
            | CaseAct::TriageDecided { .. }
            | CaseAct::TriageSettled { .. } => Self::Message,
            CaseAct::DelayExplained { .. } | CaseAct::ProgressDelayExplained { .. } => Self::Late,
            CaseAct::ReviewAnswered { .. } | CaseAct::SecondLookGiven { .. } => Self::Review,
            // One that is for somebody else is no news of the reporter's.
            CaseAct::LetterGiven {
                issued: Some(Issued { on_file: true, .. }),
                ..
            }
            | CaseAct::LetterWithdrawn { on_file: true, .. } => return None,
            CaseAct::LetterGiven { .. } | CaseAct::LetterWithdrawn { .. } => Self::Letter,
            CaseAct::CaseClosed { .. } => Self::Closed,
            _ => return None,
        })
    }

    /// When the promise falls due that an act gives to its reporter.
    pub fn promised_by(act: &CaseAct) -> Option<Timestamp> {
        match act {
            CaseAct::RequestFiled(filed) => filed.respond_by,
            CaseAct::CaseAssessed { respond_by, .. } => *respond_by,
            CaseAct::ReporterAnswered { next_news_by, .. } => *next_news_by,
            _ => None,
        }
    }
}

/// Hours of a day in the unit's zone: from one, and until before the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    until: Time,
}

impl Hours {
    /// Hours of one day; `None` when they end before they begin.
    pub fn new(from: Time, until: Time) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// When they begin.
    pub const fn from(&self) -> Time {
        self.from
    }

    /// When they are over.
    pub const fn until(&self) -> Time {
        self.until
    }

    /// Whether a time of day is in them.
    pub fn hold(&self, time: Time) -> bool {
        self.from <= time && time < self.until
    }
}

/// What a reporter said of being told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// By which ways; none: not at all.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// In which times of the pack (`safe.toml`); none named: in the usual hours.
    #[serde(default)]
    pub times: Vec<String>,
    /// The language to be told in.
    pub lang: Lang,
    /// It was said of a case that is kept narrow.
    #[serde(default)]
    pub knowing: bool,
}

/// What decides whether somebody is told of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Kept narrow.
    pub sensitive: bool,
    /// Made up, or brought from another system.
    pub made_up: bool,
    /// What identifies its reporter was erased.
    pub erased: bool,
}

impl Situation {
    /// Of a case.
    pub fn of(case: &Case) -> Self {
        Self {
            sensitive: case.sensitive,
            made_up: case.filed.simulated,
            erased: case.erased.is_some(),
        }
    }
}

/// Which hours there are to choose from.
pub trait SafeHours {
    /// The hours of a time of the pack; `None`: it is never, or the pack has no such time.
    fn hours(&self, time: &str) -> Option<Hours>;

    /// The hours in which people are told who named none.
    fn usual(&self) -> Hours;
}

/// Why nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silent {
    /// The reporter did not ask to be told.
    NotAsked,
    /// The case is kept narrow, and the reporter did not ask to be told of such a one.
    Sensitive,
    /// The case is made up.
    MadeUp,
    /// Nobody is left who could be told.
    Erased,
    /// None of the hours that were named is one.
    NoHour,
}

/// By which ways, and from when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// By which ways, each once.
    pub ways: Vec<Way>,
    /// Not before; itself a moment at which it may be done.
    pub at: Timestamp,
}

/// Whether, how and when the reporter of a case is told something at a moment.
///
/// Asked when news comes and again before each sending, for both the case and the wish may have
/// changed in between. `kind` only decides on those who named no hours: whoever just reported is told
/// at once that it was received.
///
/// # Errors
/// [`Silent`]: not at all.
pub fn tell(
    situation: Situation,
    wish: Option<&Wish>,
    kind: Kind,
    hours: &impl SafeHours,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Plan, Silent> {
    let Some(wish) = wish.filter(|wish| !wish.ways.is_empty()) else {
        return Err(Silent::NotAsked);
    };
    if situation.erased {
        return Err(Silent::Erased);
    }
    if situation.made_up {
        return Err(Silent::MadeUp);
    }
    if situation.sensitive && !wish.knowing {
        return Err(Silent::Sensitive);
    }
    let mut ways = wish.ways.clone();
    ways.sort_unstable();
    ways.dedup();
    let named: Vec<Hours> = wish.times.iter().filter_map(|t| hours.hours(t)).collect();
    let at = if wish.times.is_empty() {
        if kind == Kind::Received {
            Some(now)
        } else {
            next_within(&[hours.usual()], now, zone)
        }
    } else {
        next_within(&named, now, zone)
    };
    at.map(|at| Plan { ways, at }).ok_or(Silent::NoHour)
}

/// How many days ahead an hour is looked for: where clocks are changed an hour may not be on one day.
const DAYS: i32 = 8;

/// The first moment from now on that is within hours of the unit's day; `None` when none is.
pub fn next_within(hours: &[Hours], now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let is_within = |at: Timestamp| {
        let time = zone.to_datetime(at).time();
        hours.iter().any(|hours| hours.hold(time))
    };
    if is_within(now) {
        return Some(now);
    }
    let today = zone.to_datetime(now).date();
    (0..DAYS)
        .filter_map(|n| today.checked_add(n.days()).ok())
        .flat_map(|day| {
            hours
                .iter()
                .filter_map(move |hours| zone.to_timestamp(day.to_datetime(hours.from)).ok())
        })
        // A clock that is set forward may skip the hour; then what it leads to is looked at as it is.
        .filter(|at| *at > now && is_within(*at))
        .min()
}

/// What the clock of a case brings at a moment: news to tell, and when to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tick {
    /// What to tell, with the moment it is about; told once for each.
    pub tell: Option<(Kind, Timestamp)>,
    /// When to look again; `None`: not any more.
    pub again: Option<Timestamp>,
}

/// Looks whether something is to be told though nothing happened: a promise that passed, or a long
/// silence. `silence` is how long nothing may be said to the reporter of an open case.
///
/// Grounds: a promise has a date and is spoken of when it is broken; at least one notice a month, asked
/// or not (`sp2hp_min_monthly` of the pack).
pub fn tick(
    case: &Case,
    promised: Option<Timestamp>,
    silence: SignedDuration,
    now: Timestamp,
) -> Tick {
    if case.stage == CaseStage::Closed || case.erased.is_some() {
        return Tick {
            tell: None,
            again: None,
        };
    }
    if let Some(promised) = promised {
        // The promise was kept, or another stands in its place.
        let first = case.respond_by.filter(|_| case.response.is_none());
        let stands = [case.next_news_by, first].contains(&Some(promised));
        let passed = now > promised;
        return Tick {
            tell: (stands && passed).then_some((Kind::Overdue, promised)),
            again: (stands && !passed)
                .then(|| promised.checked_add(SignedDuration::from_secs(1)).ok())
                .flatten(),
        };
    }
    let begun = case.last_at.max(case.filed_at);
    let later = |from: Timestamp| from.checked_add(silence).unwrap_or(Timestamp::MAX);
    let due = later(begun);
    if now < due || silence <= SignedDuration::ZERO {
        return Tick {
            tell: None,
            again: (silence > SignedDuration::ZERO).then_some(due),
        };
    }
    // One for each whole silence since anything happened.
    let whole = now.duration_since(begun).as_secs() / silence.as_secs().max(1);
    let of = SignedDuration::from_secs(silence.as_secs().saturating_mul(whole));
    let about = begun.checked_add(of).unwrap_or(now);
    Tick {
        tell: Some((Kind::Still, about)),
        again: Some(later(about)),
    }
}

#[cfg(test)]
mod tests;
