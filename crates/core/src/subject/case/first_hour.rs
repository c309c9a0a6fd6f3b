//! The first hour of a case (S8, S9): what is done, who is threatened and how badly, and the line up which
//! goes what is overdue or dangerous until somebody takes it.
//!
//! The clock runs from the moment the incident is known. A step is due by its own minutes, where a clock of
//! the pack gives them; else by the end of the first hour. Where nobody is in danger and the unit promises
//! its first response later than that, it is due by that promise, so that a report of last week's theft
//! is no alarm in the night. Steps that another service brings count from when it was decided on. Once a
//! case was closed its first hour is over: opened again, only danger goes up.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::command::CaseCommand;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::{Case, CaseStage};
use crate::act::{Act, Actor};
use crate::pack::{FirstHourItem, ServiceCode};
use crate::subject::{Method, Moment, TextFault, text_fault};
use crate::value::OfficerId;

/// Most codes of harm, or of what may happen, in one recording.
pub const RISK_CODES_MAX: usize = 20;

/// Most recordings of the risk in one case.
pub const RISKS_MAX: u32 = 200;

/// Whether the danger grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskTrend {
    /// It grows.
    Rising,
    /// It stays.
    Same,
    /// It lessens.
    Falling,
}

impl RiskTrend {
    /// All, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Rising, Self::Same, Self::Falling];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Same => "same",
            Self::Falling => "falling",
        }
    }

    /// The trend of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trend| trend.as_str() == word)
    }
}

/// Why something goes up the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationCause {
    /// A step of the first hour is overdue.
    Overdue,
    /// Somebody is threatened badly, or the danger grows.
    Risk,
}

impl EscalationCause {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Overdue, Self::Risk];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Risk => "risk",
        }
    }

    /// The cause of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepMark {
    /// It was done; otherwise somebody said why it is not possible.
    pub done: bool,
    /// By whom.
    pub by: Option<OfficerId>,
    /// When.
    pub at: Timestamp,
}

/// What was recorded of a risk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RiskNote {
    /// Who is threatened, in the officer's words; empty: nobody.
    pub threatened: String,
    /// How badly: a threat of the pack.
    pub level: String,
    /// Kinds of harm of the pack.
    pub harms: Vec<String>,
    /// What may happen if nobody acts: codes of the pack.
    pub may_happen: Vec<String>,
    /// What was seen or heard, in the officer's words.
    pub text: String,
}

/// The risk as it was recorded last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// What was recorded.
    pub note: RiskNote,
    /// Whether it grows.
    pub trend: RiskTrend,
    /// Whether it goes up the line, by the pack of that day.
    pub alarm: bool,
    /// When it was recorded.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<OfficerId>,
}

/// How far up the line it has gone, while nobody has taken it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// The level told last.
    pub level: String,
    /// Why.
    pub cause: EscalationCause,
    /// Since when it waits for somebody.
    pub since: Timestamp,
    /// When the level was told.
    pub told_at: Timestamp,
    /// Something overdue went up with it, whatever the cause told last.
    pub overdue: bool,
}

impl Escalation {
    /// What still waits when nobody is threatened any more: what is overdue.
    fn without_risk(self) -> Option<Self> {
        self.overdue.then_some(Self {
            cause: EscalationCause::Overdue,
            ..self
        })
    }
}

/// What is known of the first hour of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FirstHour {
    /// Steps that were done or said not to be possible, by code.
    pub steps: BTreeMap<String, StepMark>,
    /// The earliest thing that was done about it.
    pub first_action_at: Option<Timestamp>,
    /// The risk as it was recorded last.
    pub risk: Option<Risk>,
    /// How often it was recorded.
    pub risks: u32,
    /// Since when an alarm waits for somebody to take it.
    pub alarm_since: Option<Timestamp>,
    /// What waits for somebody, if it has gone up the line.
    pub waiting: Option<Escalation>,
    /// How often some level was told.
    pub escalations: u32,
    /// When it first went up: the time that was taken first, or else the one that waits or waited last.
    pub first_told_at: Option<Timestamp>,
    /// When that was taken.
    pub first_taken_at: Option<Timestamp>,
    /// Who took it last, and when.
    pub taken: Option<(OfficerId, Timestamp)>,
    /// What is overdue was taken: it goes up no more.
    pub overdue_taken: bool,
    /// Services decided on after the filing, each with when first: their own steps count from there.
    pub services: Vec<(ServiceCode, Timestamp)>,
    /// When the case was last opened again: what was overdue goes up no more.
    pub reopened_at: Option<Timestamp>,
}

impl FirstHour {
    pub(super) fn acted(&mut self, at: Timestamp) {
        self.first_action_at = Some(self.first_action_at.map_or(at, |known| known.min(at)));
    }

    /// What was overdue before the closing goes up no more; danger that nobody took goes up anew, to
    /// whoever is on duty now.
    pub(super) fn reopened(&mut self, at: Timestamp) {
        self.reopened_at = Some(at);
        self.waiting = None;
        self.alarm_since = self.alarm_since.map(|_| at);
    }
}

/// A step of a case, for whoever has to do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDue {
    /// Its code.
    pub code: String,
    /// When it is due.
    pub due: Timestamp,
    /// How it stands; `None`: it is open.
    pub mark: Option<StepMark>,
}

impl Case {
    /// When the first hour ends, or the promise that takes its place where nobody is in danger. Who reports
    /// something sensitive may be, also when they do not say so (S8, S76).
    pub fn first_hour_ends(&self, method: &impl Method) -> Timestamp {
        self.hour_ends(self.filed_at, method)
    }

    fn hour_ends(&self, from: Timestamp, method: &impl Method) -> Timestamp {
        let hour = minutes(from, method.first_hour().minutes);
        let danger = self.filed.danger || self.sensitive || self.triage.danger_at.is_some();
        if danger {
            return hour;
        }
        self.respond_by.map_or(hour, |promise| promise.max(hour))
    }

    /// The steps of its service, in their order.
    pub fn first_hour_steps(&self, method: &impl Method) -> Vec<StepDue> {
        let steps = method.first_hour_steps(&self.service).iter();
        let step = |item: &FirstHourItem| {
            let from = self.step_begins(item.code.as_str(), method);
            StepDue {
                code: item.code.to_string(),
                due: match item.within_minutes {
                    Some(within) => minutes(from, within),
                    None => self.hour_ends(from, method),
                },
                mark: self.first_hour.steps.get(item.code.as_str()).copied(),
            }
        };
        steps.map(step).collect()
    }

    /// From when the minutes of a step count: the filing, or the decision on the service that brought it.
    fn step_begins(&self, step: &str, method: &impl Method) -> Timestamp {
        let has = |service: &ServiceCode| {
            let mut steps = method.first_hour_steps(service).iter();
            steps.any(|item| item.code.as_str() == step)
        };
        if has(&self.filed.service) {
            return self.filed_at;
        }
        let mut brought = self.first_hour.services.iter();
        let brought = brought.find(|(service, _)| has(service));
        brought.map_or(self.filed_at, |(_, at)| *at)
    }

    /// When the first of its open steps is due; `None`: none is open, or what is overdue goes up no more.
    fn overdue_from(&self, method: &impl Method) -> Option<Timestamp> {
        if self.first_hour.overdue_taken || self.first_hour.reopened_at.is_some() {
            return None;
        }
        let open = self.first_hour_steps(method).into_iter();
        let open = open.filter(|step| step.mark.is_none());
        open.map(|step| step.due).min()
    }

    /// When something goes up the line next, to which level and why; `None`: nothing waits, or the last
    /// level has it. Where a level knows of something overdue only, it is told of danger at once.
    pub fn escalates_next(
        &self,
        method: &impl Method,
    ) -> Option<(Timestamp, usize, EscalationCause)> {
        if self.stage == CaseStage::Closed {
            return None;
        }
        let rules = method.first_hour();
        let alarm = self.first_hour.alarm_since;
        if let Some(waiting) = &self.first_hour.waiting {
            let (at, level) = rules.level(&waiting.level)?;
            if let Some(since) = alarm.filter(|_| waiting.cause == EscalationCause::Overdue) {
                let due = since.max(waiting.told_at);
                return Some((due, at, EscalationCause::Risk));
            }
            let next = at
                .checked_add(1)
                .filter(|next| *next < rules.levels.len())?;
            let due = minutes(waiting.told_at, level.take_within_minutes);
            return Some((due, next, waiting.cause));
        }
        rules.levels.first()?;
        // Where both wait, danger is what is told.
        let cause = match alarm {
            Some(_) => EscalationCause::Risk,
            None => EscalationCause::Overdue,
        };
        let at = alarm.into_iter().chain(self.overdue_from(method)).min()?;
        Some((at, 0, cause))
    }
}

fn minutes(from: Timestamp, minutes: u32) -> Timestamp {
    let span = SignedDuration::from_mins(i64::from(minutes));
    from.checked_add(span).unwrap_or(from)
}

/// Another service brings steps of its own: they count from then on.
pub(super) fn assessed(case: &mut Case, service: &ServiceCode, at: Timestamp) {
    let services = &mut case.first_hour.services;
    let known =
        *service == case.filed.service || services.iter().any(|(known, _)| known == service);
    if !known {
        services.push((service.clone(), at.max(case.filed_at)));
    }
}

/// How an act of the first hour changes what is known.
pub(super) fn evolve(case: &mut Case, act: &Act, payload: &CaseAct) {
    match payload {
        CaseAct::FirstHourStepDone { step, done, .. } => {
            let mark = StepMark {
                done: *done,
                by: act.actor.officer(),
                at: act.happened_at,
            };
            case.first_hour.steps.insert(step.clone(), mark);
            if *done {
                case.first_hour.acted(act.happened_at.max(case.filed_at));
            }
            case.assess(act.happened_at);
            case.advance(CaseStage::Handled);
        }
        CaseAct::RiskRecorded {
            threatened,
            level,
            harms,
            may_happen,
            text,
            trend,
            alarm,
            raises,
        } => {
            let first = &mut case.first_hour;
            first.risks = first.risks.saturating_add(1);
            if *raises {
                first.alarm_since = first.alarm_since.or(Some(act.happened_at));
            } else if !*alarm {
                first.alarm_since = None;
                first.waiting = first.waiting.take().and_then(Escalation::without_risk);
            }
            first.risk = Some(Risk {
                note: RiskNote {
                    threatened: threatened.clone(),
                    level: level.clone(),
                    harms: harms.clone(),
                    may_happen: may_happen.clone(),
                    text: text.clone(),
                },
                trend: *trend,
                alarm: *alarm,
                at: act.happened_at,
                by: act.actor.officer(),
            });
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::FirstHourEscalated { level, cause } => {
            let first = &mut case.first_hour;
            first.escalations = first.escalations.saturating_add(1);
            let known = first.waiting.take();
            let since = known.as_ref().map_or(act.happened_at, |known| known.since);
            let before = known.is_some_and(|known| known.overdue);
            if first.first_taken_at.is_none() {
                first.first_told_at = Some(since);
            }
            first.waiting = Some(Escalation {
                level: level.clone(),
                cause: *cause,
                since,
                told_at: act.happened_at,
                overdue: before || *cause == EscalationCause::Overdue,
            });
        }
        CaseAct::EscalationTaken { by, overdue } => {
            let first = &mut case.first_hour;
            // An alarm that was taken before anybody was told did not go up.
            if first.waiting.is_some() && first.first_taken_at.is_none() {
                first.first_taken_at = Some(act.happened_at);
            }
            first.taken = Some((*by, act.happened_at));
            // Who takes a danger takes no step that comes due later.
            let told = first.waiting.take().is_some_and(|known| known.overdue);
            first.overdue_taken |= *overdue || told;
            first.alarm_since = None;
        }
        _ => {}
    }
}

/// What a command of the first hour leads to.
pub(super) fn decide(
    case: &Case,
    command: CaseCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match command {
        CaseCommand::MarkStep { step, done, reason } => mark(case, step, done, reason, method),
        CaseCommand::RecordRisk { risk, trend } => {
            record(case, risk, trend, method).map(|act| vec![act])
        }
        CaseCommand::TakeEscalation => {
            let by = actor.officer().ok_or(CaseRefusal::StaffOnly)?;
            if case.first_hour.waiting.is_none() && case.first_hour.alarm_since.is_none() {
                return Err(CaseRefusal::NothingWaits);
            }
            let due = case.overdue_from(method);
            let overdue = due.is_some_and(|due| due <= moment.recorded_at);
            Ok(vec![CaseAct::EscalationTaken { by, overdue }])
        }
        CaseCommand::Escalate => Ok(escalate(case, moment, method).into_iter().collect()),
        _ => Ok(Vec::new()),
    }
}

/// A step is done once; one that was not possible may be done later.
fn mark(
    case: &Case,
    step: String,
    done: bool,
    reason: String,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let mut known = method.first_hour_steps(&case.service).iter();
    if !known.any(|item| item.code.as_str() == step) {
        return Err(CaseRefusal::NotInPack {
            field: "step",
            word: step,
        });
    }
    match case.first_hour.steps.get(&step) {
        Some(mark) if mark.done => return Ok(Vec::new()),
        Some(_) if !done => return Ok(Vec::new()),
        _ => {}
    }
    let reason = if done {
        String::new()
    } else {
        needed("reason", reason)?
    };
    Ok(vec![CaseAct::FirstHourStepDone { step, done, reason }])
}

/// Whether it is an alarm is judged by the pack; whether it goes up again, by what was taken before: a
/// risk that somebody has goes up again only when it grew worse, or when the case was closed in between.
fn record(
    case: &Case,
    risk: RiskNote,
    trend: RiskTrend,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let rules = method.first_hour();
    let not_in_pack = |field, word: &str| CaseRefusal::NotInPack {
        field,
        word: word.to_owned(),
    };
    let Some((rank, threat)) = rules.threat(&risk.level) else {
        return Err(not_in_pack("level", &risk.level));
    };
    if let Some(word) = risk.harms.iter().find(|code| rules.harm(code).is_none()) {
        return Err(not_in_pack("harm", word));
    }
    if let Some(word) = risk
        .may_happen
        .iter()
        .find(|code| rules.may(code).is_none())
    {
        return Err(not_in_pack("may_happen", word));
    }
    if risk.harms.len() > RISK_CODES_MAX || risk.may_happen.len() > RISK_CODES_MAX {
        let limit = RISK_CODES_MAX;
        return Err(CaseRefusal::TooManyNamed { limit });
    }
    if case.first_hour.risks >= RISKS_MAX {
        let limit = RISKS_MAX;
        return Err(CaseRefusal::TooManyDecisions { limit });
    }
    for (field, text) in [("threatened", &risk.threatened), ("text", &risk.text)] {
        if let Some(fault) = text_fault(text).filter(|fault| *fault != TextFault::Empty) {
            return Err(CaseRefusal::Text { field, fault });
        }
    }
    // Somebody who is threatened is named in words, so that whoever takes it knows whom to protect.
    if rank > 0 && text_fault(&risk.threatened) == Some(TextFault::Empty) {
        return Err(CaseRefusal::Text {
            field: "threatened",
            fault: TextFault::Empty,
        });
    }
    let alarm = threat.alarm || (rank > 0 && trend == RiskTrend::Rising);
    let reopened_at = case.first_hour.reopened_at;
    let known = case.first_hour.risk.as_ref();
    let known = known.filter(|known| reopened_at.is_none_or(|at| known.at >= at));
    let worse = known.is_none_or(|known| {
        let before = rules.threat(&known.note.level).map_or(0, |(at, _)| at);
        let grows = trend == RiskTrend::Rising && known.trend != RiskTrend::Rising;
        !known.alarm || rank > before || grows
    });
    let waits = case.first_hour.alarm_since.is_some() || case.first_hour.waiting.is_some();
    let RiskNote {
        threatened,
        level,
        harms,
        may_happen,
        text,
    } = risk;
    Ok(CaseAct::RiskRecorded {
        threatened,
        level,
        harms,
        may_happen,
        text,
        trend,
        alarm,
        raises: alarm && (worse || waits),
    })
}

/// Tells the next level when its time has come; each level is told once, and again of danger when it was
/// told of something overdue only.
fn escalate(case: &Case, moment: Moment, method: &impl Method) -> Option<CaseAct> {
    let (due, level, cause) = case.escalates_next(method)?;
    let level = method.first_hour().levels.get(level)?;
    (due <= moment.recorded_at).then(|| CaseAct::FirstHourEscalated {
        level: level.code.to_string(),
        cause,
    })
}
