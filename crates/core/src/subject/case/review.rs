//! What a reporter may ask for over the head of who handles their case: an explanation by a
//! supervisor when news is overdue, and a second look at how it was classified or closed (S40).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::{Case, CaseStage};
use crate::act::Actor;
use crate::subject::{Moment, TextFault, text_fault};
use crate::value::OfficerId;

/// How long after the closing either may be asked for, in days: a month, so that a letter arrives and
/// advice can be found before.
pub const REVIEW_WITHIN_DAYS: i64 = 30;

/// How often either may be asked for in one case. Who still disagrees then complains: there somebody
/// outside the unit can look.
pub const REVIEWS_MAX: u32 = 3;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewKind {
    /// Why a promise is past or news is overdue, by a supervisor.
    Explanation,
    /// A second look at the classification or the closing.
    SecondLook,
}

impl ReviewKind {
    /// Both, in the order of the pages.
    pub const ALL: [Self; 2] = [Self::Explanation, Self::SecondLook];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explanation => "explanation",
            Self::SecondLook => "second_look",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How far one kind has come in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Review {
    /// How often it was asked for.
    pub asked: u32,
    /// Since when it waits for an answer.
    pub open_since: Option<Timestamp>,
}

/// Both kinds in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reviews {
    explanation: Review,
    second_look: Review,
}

impl Reviews {
    /// How far a kind has come.
    pub const fn of(&self, kind: ReviewKind) -> Review {
        match kind {
            ReviewKind::Explanation => self.explanation,
            ReviewKind::SecondLook => self.second_look,
        }
    }

    /// Since when the oldest open one waits.
    pub fn open_since(&self) -> Option<Timestamp> {
        let open = ReviewKind::ALL.map(|kind| self.of(kind).open_since);
        open.into_iter().flatten().min()
    }

    pub(super) const fn of_mut(&mut self, kind: ReviewKind) -> &mut Review {
        match kind {
            ReviewKind::Explanation => &mut self.explanation,
            ReviewKind::SecondLook => &mut self.second_look,
        }
    }
}

impl Case {
    /// Whether a promise is past or news is overdue at a moment.
    pub fn owes_news(&self, at: Timestamp) -> bool {
        self.missed_promise(at).is_some() || self.next_news_by.is_some_and(|by| by < at)
    }

    /// Since when a review waits for its answer. A second look at the class that the tree or two who differ ask for
    /// waits as well: somebody looks at it again anyway, and it is not asked for besides.
    pub fn review_waits_since(&self, kind: ReviewKind) -> Option<Timestamp> {
        let asked = self.reviews.of(kind).open_since;
        match kind {
            ReviewKind::Explanation => asked,
            ReviewKind::SecondLook => asked.or_else(|| self.triage.waits_since()),
        }
    }

    /// Whether the reporter may ask for a review at a moment.
    ///
    /// # Errors
    /// [`CaseRefusal`], naming the rule that stands in the way.
    pub fn may_ask(&self, kind: ReviewKind, at: Timestamp) -> Result<(), CaseRefusal> {
        let within = SignedDuration::from_hours(24 * REVIEW_WITHIN_DAYS);
        if self
            .closed_at
            .is_some_and(|closed| at.duration_since(closed) > within)
        {
            return Err(CaseRefusal::AskedTooLate {
                limit_days: REVIEW_WITHIN_DAYS,
            });
        }
        if self.review_waits_since(kind).is_some() {
            return Err(CaseRefusal::AlreadyAsked);
        }
        if self.reviews.of(kind).asked >= REVIEWS_MAX {
            let limit = REVIEWS_MAX;
            return Err(CaseRefusal::TooManyReviews { limit });
        }
        match kind {
            ReviewKind::Explanation if !self.owes_news(at) => Err(CaseRefusal::NothingToExplain),
            ReviewKind::SecondLook if self.stage == CaseStage::Received => {
                Err(CaseRefusal::NothingDecided)
            }
            _ => Ok(()),
        }
    }

    /// Whether an officer may answer an open review in words. A second look at a class that waits for one says what
    /// it comes to instead, on the page of triage.
    pub fn may_answer(&self, kind: ReviewKind, officer: OfficerId) -> bool {
        let at_class = kind == ReviewKind::SecondLook && self.triage.waits_since().is_some();
        self.reviews.of(kind).open_since.is_some() && !at_class && self.may_review(officer)
    }

    /// Whether an officer may answer a review: not who serves or handles the case, nor who classified
    /// or closed it last.
    pub fn may_review(&self, officer: OfficerId) -> bool {
        let own = [
            self.taken_by,
            self.assigned_to,
            self.assessed_by,
            self.closed_by,
        ];
        !own.contains(&Some(officer))
    }
}

pub(super) fn ask(
    case: &Case,
    kind: ReviewKind,
    text: String,
    actor: &Actor,
    moment: Moment,
) -> Result<CaseAct, CaseRefusal> {
    if *actor != Actor::Citizen {
        return Err(CaseRefusal::ReporterOnly);
    }
    case.may_ask(kind, moment.happened_at.max(moment.recorded_at))?;
    if let Some(fault) = text_fault(&text).filter(|fault| *fault != TextFault::Empty) {
        return Err(CaseRefusal::Text {
            field: "text",
            fault,
        });
    }
    Ok(CaseAct::ReviewAsked { review: kind, text })
}

pub(super) fn answer(
    case: &Case,
    kind: ReviewKind,
    text: String,
    actor: &Actor,
) -> Result<CaseAct, CaseRefusal> {
    if case.reviews.of(kind).open_since.is_none() {
        return Err(CaseRefusal::NothingAsked);
    }
    // A second look at the class says what it comes to, not in words alone.
    if kind == ReviewKind::SecondLook && case.triage.waits_since().is_some() {
        return Err(CaseRefusal::LookAtClass);
    }
    match actor.officer() {
        Some(officer) if case.may_review(officer) => Ok(CaseAct::ReviewAnswered {
            review: kind,
            text: needed("text", text)?,
        }),
        _ => Err(CaseRefusal::OwnDecision),
    }
}
