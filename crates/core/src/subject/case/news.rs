//! Progress notices (SP2HP): drafted before they are due, checked and sent by a person, never late without
//! a reason (S18, S40).

use jiff::Timestamp;

use super::act::CaseAct;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::{Case, CaseStage};
use crate::act::{Act, Actor};
use crate::clock::{Due, Reckoning};
use crate::pack::{ClockEvent, NewsStage, NewsWhen, Pack};
use crate::subject::{Method, Moment, TextFault, text_fault};
use crate::value::OfficerId;

/// Most notices of one case: one a week for four years.
pub const NEWS_MAX: usize = 200;

/// A notice that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentNews {
    /// Its stage, a code of the pack.
    pub stage: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub by: Option<OfficerId>,
    /// The reason given for its lateness, a code of the pack.
    pub late_reason: Option<String>,
}

impl SentNews {
    /// Whether it came after it was due.
    pub fn is_late(&self) -> bool {
        self.at > self.due_at
    }
}

/// A notice that waits for somebody to check it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsDraft {
    /// Its stage.
    pub stage: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it; `None`: the program.
    pub by: Option<OfficerId>,
    /// What it says; empty once it was erased.
    pub text: String,
    /// Why it is late, a code of the pack.
    pub late_reason: Option<String>,
    /// The same in the officer's words.
    pub late_text: String,
}

/// What is known of the progress notices of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// How hard the investigator found the case, a code of the pack.
    pub difficulty: Option<String>,
    /// What was sent, the oldest first.
    pub sent: Vec<SentNews>,
    /// What waits.
    pub draft: Option<NewsDraft>,
}

impl News {
    /// How many notices were sent, and how many of them after they were due.
    pub fn counts(&self) -> (u32, u32) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let late = self.sent.iter().filter(|sent| sent.is_late()).count();
        (count(self.sent.len()), count(late))
    }

    /// When a notice is overdue at a moment and nobody said why.
    pub fn overdue_without_reason(&self, at: Timestamp) -> Option<Timestamp> {
        let draft = self.draft.as_ref()?;
        (draft.due_at < at && draft.late_reason.is_none()).then_some(draft.due_at)
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, act: &Act, payload: &CaseAct) {
        match payload {
            CaseAct::DifficultySet { difficulty, .. } => {
                self.difficulty = Some(difficulty.clone());
            }
            CaseAct::ProgressDrafted {
                stage,
                due_at,
                text,
            } => {
                // A reason that was given for the same notice stands, whoever writes it anew.
                let kept = self.draft.take();
                let kept = kept.filter(|draft| draft.due_at == *due_at && draft.stage == *stage);
                let (late_reason, late_text) = match kept {
                    Some(draft) => (draft.late_reason, draft.late_text),
                    None => (None, String::new()),
                };
                self.draft = Some(NewsDraft {
                    stage: stage.clone(),
                    due_at: *due_at,
                    at: act.happened_at,
                    by: act.actor.officer(),
                    text: text.clone(),
                    late_reason,
                    late_text,
                });
            }
            CaseAct::ProgressDelayExplained { reason, text, .. } => {
                if let Some(draft) = &mut self.draft {
                    draft.late_reason = Some(reason.clone());
                    draft.late_text.clone_from(text);
                }
            }
            CaseAct::ProgressSent { stage, due_at, .. } => {
                let draft = self.draft.take();
                if self.sent.len() < NEWS_MAX {
                    self.sent.push(SentNews {
                        stage: stage.clone(),
                        due_at: *due_at,
                        at: act.happened_at,
                        by: act.actor.officer(),
                        late_reason: draft.and_then(|draft| draft.late_reason),
                    });
                }
            }
            // What was drafted of an open case is not true of one that has ended, nor the other way round.
            CaseAct::CaseClosed { .. }
            | CaseAct::CaseReopened { .. }
            | CaseAct::PersonalDataErased { .. } => self.draft = None,
            _ => {}
        }
    }
}

/// The next notice of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextNews<'p> {
    /// Its stage.
    pub stage: &'p NewsStage,
    /// When it is due.
    pub due: Due,
}

impl Case {
    /// Whether the reporter of the case gets progress notices: the service sends them, somebody can read them,
    /// and the case was not erased.
    pub fn sends_news(&self, pack: &Pack) -> bool {
        pack.news().services.contains(&self.service)
            && self.filed.secret.is_some()
            && self.erased.is_none()
    }

    /// The next notice that the reporter is owed, and when.
    pub fn next_news<'p>(&self, pack: &'p Pack, reckoning: Reckoning<'_>) -> Option<NextNews<'p>> {
        if !self.sends_news(pack) || self.news.sent.len() >= NEWS_MAX {
            return None;
        }
        let news = pack.news();
        let due = |code: &str, n, from| reckoning.due_again(pack.clock(code)?, n, from);
        if let Some(closed) = self.closed_at.filter(|_| self.stage == CaseStage::Closed) {
            let told = self.news.sent.last().is_some_and(|sent| sent.at >= closed);
            let due = due(news.ended.as_str(), 0, closed).filter(|_| !told)?;
            let stage = news.stage_when(NewsWhen::Ended)?;
            return Some(NextNews { stage, due });
        }
        let Some(last) = self.news.sent.last() else {
            let due = due(news.first.as_str(), 0, self.filed_at)?;
            let stage = news.stage_when(NewsWhen::First)?;
            return Some(NextNews { stage, due });
        };
        let difficulty = news.difficulty(self.news.difficulty.as_deref())?;
        let (when, by_difficulty) = match self.steps.event_at(ClockEvent::InvestigationBegun) {
            Some(begun) => {
                let since = self.news.sent.iter().filter(|sent| sent.at >= begun);
                let n = since.count();
                let when = if n == 0 {
                    NewsWhen::InvestigationBegun
                } else {
                    NewsWhen::Investigation
                };
                (when, due(difficulty.investigation.as_str(), n, begun))
            }
            None => {
                let due = due(difficulty.inquiry.as_str(), 0, last.at);
                (NewsWhen::Inquiry, due)
            }
        };
        let at_least = due(news.at_least.as_str(), 0, last.at);
        let both = by_difficulty.into_iter().chain(at_least);
        // A notice that came early or late does not put the next one before it.
        let due = both.min_by_key(|due| due.at)?;
        let due = Due {
            at: due.at.max(last.at),
            ..due
        };
        let stage = news.stage_when(when)?;
        Some(NextNews { stage, due })
    }
}

/// How hard a case is, is said with a reason by whoever investigates.
pub(super) fn set_difficulty(
    case: &Case,
    difficulty: String,
    reason: String,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if !method.has_difficulty(&difficulty) {
        return Err(CaseRefusal::NotInPack {
            field: "difficulty",
            word: difficulty,
        });
    }
    if case.news.difficulty.as_ref() == Some(&difficulty) {
        return Ok(Vec::new());
    }
    Ok(vec![CaseAct::DifficultySet {
        difficulty,
        reason: needed("reason", reason)?,
    }])
}

/// A draft: by the program before it is due, or by an officer who writes it anew.
pub(super) fn draft(
    case: &Case,
    stage: String,
    due_at: Timestamp,
    text: String,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    may_send(case, method)?;
    if !method.has_news_stage(&stage) {
        return Err(CaseRefusal::NotInPack {
            field: "stage",
            word: stage,
        });
    }
    let text = needed("text", text)?;
    let same =
        |draft: &NewsDraft| draft.stage == stage && draft.due_at == due_at && draft.text == text;
    if case.news.draft.as_ref().is_some_and(same) {
        return Ok(Vec::new());
    }
    Ok(vec![CaseAct::ProgressDrafted {
        stage,
        due_at,
        text,
    }])
}

/// A notice is sent by a person who read it, late only with a reason; where the pack says so, by another
/// than who wrote it.
pub(super) fn send(
    case: &Case,
    text: String,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    may_send(case, method)?;
    let Some(draft) = &case.news.draft else {
        return Err(CaseRefusal::NoDraft);
    };
    let Some(sender) = actor.officer() else {
        return Err(CaseRefusal::StaffOnly);
    };
    let text = needed("text", text)?;
    if method.news_by_second_person() && (draft.by == Some(sender) || text != draft.text) {
        return Err(CaseRefusal::OwnDraft);
    }
    // Judged when it is told: a sending dated back does not make it one in time.
    let told_at = moment.happened_at.max(moment.recorded_at);
    if let Some(due) = case.news.overdue_without_reason(told_at) {
        return Err(CaseRefusal::NewsLateWithoutReason { due });
    }
    Ok(CaseAct::ProgressSent {
        stage: draft.stage.clone(),
        due_at: draft.due_at,
        text,
    })
}

/// Why a notice is late; the reporter reads it.
pub(super) fn explain(
    case: &Case,
    reason: String,
    text: String,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let told_at = moment.happened_at.max(moment.recorded_at);
    let overdue = case.news.draft.as_ref();
    let Some(draft) = overdue.filter(|draft| draft.due_at < told_at) else {
        return Err(CaseRefusal::NotLate);
    };
    if !method.has_late_reason(&reason) {
        return Err(CaseRefusal::NotInPack {
            field: "reason",
            word: reason,
        });
    }
    if let Some(fault) = text_fault(&text).filter(|fault| *fault != TextFault::Empty) {
        let field = "text";
        return Err(CaseRefusal::Text { field, fault });
    }
    Ok(CaseAct::ProgressDelayExplained {
        due_at: draft.due_at,
        reason,
        text,
    })
}

fn may_send(case: &Case, method: &impl Method) -> Result<(), CaseRefusal> {
    if !method.sends_news(&case.service) {
        return Err(CaseRefusal::NoNewsOfService);
    }
    if case.filed.secret.is_none() {
        return Err(CaseRefusal::NobodyToRead);
    }
    if case.erased.is_some() {
        return Err(CaseRefusal::AlreadyErased);
    }
    if case.news.sent.len() >= NEWS_MAX {
        let limit = u32::try_from(NEWS_MAX).unwrap_or(u32::MAX);
        return Err(CaseRefusal::TooManyLetters { limit });
    }
    Ok(())
}
