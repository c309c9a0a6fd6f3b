//! Like cases, like steps: what the pack says is done in every case of a service, and what of it is done
//! in this one (S18).
//!
//! The list is computed from the acts and the pack and kept nowhere: where the service changes, what both
//! services share stays done.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::act::CaseAct;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::rights::Concerned;
use super::state::Case;
use crate::act::Act;
use crate::clock::{Due, Reckoning};
use crate::pack::{ClockEvent, ConcernedRole, Step, StepDoneBy, StepWith};
use crate::subject::{Method, Moment, TextFault, text_fault};
use crate::value::OfficerId;

/// Most steps one case keeps marks of: those of every service it ever was of.
pub const MARKS_MAX: usize = 200;

/// When something was done and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// When it happened.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The officer; `None`: the program, the reporter or another system.
    pub by: Option<OfficerId>,
    /// What they wrote; empty for nothing, and once it was erased.
    pub text: String,
}

/// What an officer said of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Done(Mark, Option<ClockEvent>),
    LeftOut(Mark),
}

/// What is known of the steps of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps {
    said: BTreeMap<String, Said>,
    acts: BTreeMap<StepDoneBy, Mark>,
    /// Letters in the order they were given; `None`: for somebody else, or taken back.
    letters: Vec<Option<Mark>>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState<'a> {
    /// Done.
    Done(&'a Mark),
    /// Left out; the mark's text says why.
    LeftOut(&'a Mark),
    /// Neither.
    Open,
}

/// A step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine<'a> {
    /// The step.
    pub step: &'a Step,
    /// How it stands.
    pub state: StepState<'a>,
    /// When it is due; `None` without a time limit, and where that has not started.
    pub due: Option<Due>,
    /// Done after that, or open and past it.
    pub late: bool,
    /// It has a time limit that starts with something that has not happened.
    pub waits: bool,
}

impl Steps {
    /// When an event happened, as far as a step that marks it says.
    pub fn event_at(&self, event: ClockEvent) -> Option<Timestamp> {
        let marked = self.said.values().filter_map(|said| match said {
            Said::Done(mark, Some(known)) if *known == event => Some(mark.at),
            _ => None,
        });
        marked.min()
    }

    fn state(&self, step: &Step) -> StepState<'_> {
        match self.said.get(step.code.as_str()) {
            Some(Said::Done(mark, _)) if step.done == StepDoneBy::Hand => StepState::Done(mark),
            said => match (self.acts.get(&step.done), said) {
                (Some(mark), _) => StepState::Done(mark),
                (None, Some(Said::LeftOut(mark))) => StepState::LeftOut(mark),
                (None, _) => StepState::Open,
            },
        }
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, act: &Act, payload: &CaseAct) {
        let mark = |text: &str| Mark {
            at: act.happened_at,
            recorded_at: act.recorded_at,
            by: act.actor.officer(),
            text: text.to_owned(),
        };
        match payload {
            CaseAct::StepDone {
                step, note, event, ..
            } if self.has_room(step) => {
                self.said
                    .insert(step.clone(), Said::Done(mark(note), *event));
            }
            CaseAct::StepLeftOut { step, reason } if self.has_room(step) => {
                self.said.insert(step.clone(), Said::LeftOut(mark(reason)));
            }
            CaseAct::StepTakenBack { step, .. } => {
                self.said.remove(step);
            }
            CaseAct::CaseReopened { .. } => {
                self.acts.remove(&StepDoneBy::Closed);
            }
            CaseAct::LetterGiven { issued, .. } => {
                let on_file = issued.as_ref().is_some_and(|issued| issued.on_file);
                self.letters.push((!on_file).then(|| mark("")));
                self.look_at_letters();
            }
            CaseAct::LetterWithdrawn { letter, .. } => {
                let at = letter
                    .checked_sub(1)
                    .and_then(|at| usize::try_from(at).ok());
                if let Some(known) = at.and_then(|at| self.letters.get_mut(at)) {
                    *known = None;
                }
                self.look_at_letters();
            }
            _ => {}
        }
        if let Some(done) = done_by(payload) {
            let mark = mark("");
            let known = self.acts.entry(done).or_insert_with(|| mark.clone());
            // Acts of an offline telephone may arrive out of order: the earliest counts.
            if mark.at < known.at {
                *known = mark;
            }
        }
    }

    /// The step of a letter is done while the reporter has one, since the first of them.
    fn look_at_letters(&mut self) {
        let there = self.letters.iter().flatten();
        match there.min_by_key(|mark| mark.at).cloned() {
            Some(mark) => self.acts.insert(StepDoneBy::Letter, mark),
            None => self.acts.remove(&StepDoneBy::Letter),
        };
    }

    fn has_room(&self, step: &str) -> bool {
        self.said.contains_key(step) || self.said.len() < MARKS_MAX
    }

    /// Nothing is left of what officers wrote.
    pub(super) fn erase(&mut self) {
        for said in self.said.values_mut() {
            let (Said::Done(mark, _) | Said::LeftOut(mark)) = said;
            mark.text.clear();
        }
    }
}

/// Which steps an act does; of a letter see [`Steps::look_at_letters`].
const fn done_by(act: &CaseAct) -> Option<StepDoneBy> {
    Some(match act {
        CaseAct::RequestFiled(filed) if filed.secret.is_some() => StepDoneBy::Receipt,
        CaseAct::CaseAssessed { .. } | CaseAct::TriageDecided { .. } => StepDoneBy::Assessed,
        CaseAct::OfficerAssigned { .. } => StepDoneBy::Assigned,
        CaseAct::ResponderArrived { .. } => StepDoneBy::Arrived,
        CaseAct::ActionTaken { .. } => StepDoneBy::Acted,
        CaseAct::ReporterAnswered { .. } => StepDoneBy::Answered,
        CaseAct::SupportOffered { .. } => StepDoneBy::Supported,
        CaseAct::ProgressSent { .. } => StepDoneBy::Notice,
        CaseAct::CaseClosed { .. } => StepDoneBy::Closed,
        _ => return None,
    })
}

impl Case {
    /// When an event that starts clocks happened in this case.
    pub fn event_at(&self, event: ClockEvent) -> Option<Timestamp> {
        match event {
            ClockEvent::Filed | ClockEvent::ReceiptGiven => Some(self.filed_at),
            ClockEvent::PreviousNotice => self.news.sent.last().map(|sent| sent.at),
            _ => self.steps.event_at(event),
        }
    }

    /// The steps of the case, in the pack's order, at a moment.
    pub fn step_lines<'a>(
        &'a self,
        steps: &'a [Step],
        reckoning: Reckoning<'_>,
        now: Timestamp,
    ) -> Vec<StepLine<'a>> {
        let line = |step: &'a Step| {
            let state = self.steps.state(step);
            let started = |event| self.event_at(event);
            let due = step.clock.as_ref().and_then(|clock| {
                let from = started(clock.event)?;
                reckoning.due(clock, 0, from)
            });
            let waits = due.is_none() && step.clock.is_some();
            let late = due.is_some_and(|due| match state {
                StepState::Done(mark) => mark.at > due.at,
                // Nobody can do what belongs to a case that has ended.
                StepState::Open => self.closed_at.unwrap_or(now).min(now) > due.at,
                StepState::LeftOut(_) => false,
            });
            StepLine {
                step,
                state,
                due,
                late,
                waits,
            }
        };
        steps.iter().map(line).collect()
    }

    /// Required steps that are neither done nor left out.
    pub fn open_steps<'a>(&self, steps: &'a [Step]) -> Vec<&'a Step> {
        let open = |step: &&Step| {
            step.required
                && step.done != StepDoneBy::Closed
                && self.steps.state(step) == StepState::Open
        };
        steps.iter().filter(open).collect()
    }
}

/// Refuses to end a case with required steps open.
pub(super) fn all_settled(case: &Case, method: &impl Method) -> Result<(), CaseRefusal> {
    if !method.steps_bind(case.filed_at) {
        return Ok(());
    }
    let open = case.open_steps(method.steps(&case.service));
    if open.is_empty() {
        return Ok(());
    }
    let steps = open.iter().map(|step| step.code.to_string()).collect();
    Err(CaseRefusal::StepsOpen { steps })
}

fn known<'m>(case: &Case, code: &str, method: &'m impl Method) -> Result<&'m Step, CaseRefusal> {
    let mut steps = method.steps(&case.service).iter();
    let found = steps.find(|step| step.code.as_str() == code);
    found.ok_or_else(|| CaseRefusal::NotInPack {
        field: "step",
        word: code.to_owned(),
    })
}

/// A step is done once; one that an act of its own does is not ticked by hand.
pub(super) fn done(
    case: &Case,
    code: &str,
    note: String,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let step = known(case, code, method)?;
    if step.done != StepDoneBy::Hand {
        return Err(CaseRefusal::StepByItsAct);
    }
    if matches!(case.steps.state(step), StepState::Done(_)) {
        return Ok(Vec::new());
    }
    if let Some(fault) = text_fault(&note).filter(|fault| *fault != TextFault::Empty) {
        let field = "note";
        return Err(CaseRefusal::Text { field, fault });
    }
    Ok(vec![marked(case, step, note, moment, method)])
}

fn marked(case: &Case, step: &Step, note: String, moment: Moment, method: &impl Method) -> CaseAct {
    let from = step
        .clock
        .as_ref()
        .and_then(|clock| case.event_at(clock.event));
    let due = from.and_then(|from| method.step_due(step, from));
    CaseAct::StepDone {
        step: step.code.to_string(),
        note,
        event: step.marks,
        late: due.is_some_and(|due| moment.happened_at > due),
    }
}

/// What was just decided, and the steps of the service that go with it, so that nobody says the same twice.
pub(super) fn with(
    case: &Case,
    mut decided: Vec<CaseAct>,
    moment: Moment,
    method: &impl Method,
) -> Vec<CaseAct> {
    let steps = method.steps(&case.service).iter();
    let open = steps.filter(|step| case.steps.state(step) == StepState::Open);
    let met = open.filter(|step| {
        let with = step.with.filter(|_| step.done == StepDoneBy::Hand);
        with.is_some_and(|with| decided.iter().any(|act| goes(case, step, with, act)))
    });
    let marks = met.map(|step| marked(case, step, String::new(), moment, method));
    let marks: Vec<CaseAct> = marks.collect();
    decided.extend(marks);
    decided
}

/// Whether an act does what a step goes with.
fn goes(case: &Case, step: &Step, with: StepWith, act: &CaseAct) -> bool {
    match (with, act) {
        (StepWith::RightsTold, CaseAct::RightsGiven(given)) => {
            let harmed = |one: &Concerned| {
                let roles = [ConcernedRole::Reporter, ConcernedRole::Victim];
                roles.iter().any(|role| one.roles.contains(role))
            };
            let persons = &case.rights.persons;
            // Who did not understand was helped, and is told again.
            given.understood
                && case.rights.person(given.person).is_some_and(harmed)
                && persons
                    .iter()
                    .filter(|one| one.n != given.person && harmed(one))
                    .all(|one| one.owed.is_empty())
        }
        (StepWith::WayOffered, CaseAct::SettlementJudged(judged)) => {
            judged.excluded.is_empty()
                && step
                    .way
                    .as_ref()
                    .is_some_and(|way| way.as_str() == judged.way)
        }
        _ => false,
    }
}

/// A step is left out with a reason, unless the floor protects it.
pub(super) fn left_out(
    case: &Case,
    code: &str,
    reason: String,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let step = known(case, code, method)?;
    if step.floor.is_some() {
        return Err(CaseRefusal::StepProtected);
    }
    match case.steps.state(step) {
        StepState::Done(_) => return Err(CaseRefusal::StepDone),
        StepState::LeftOut(_) => return Ok(Vec::new()),
        StepState::Open => {}
    }
    Ok(vec![CaseAct::StepLeftOut {
        step: code.to_owned(),
        reason: needed("reason", reason)?,
    }])
}

/// What was said of a step by mistake is taken back with a reason; that it was said stays in the record.
pub(super) fn taken_back(case: &Case, code: &str, reason: String) -> Result<CaseAct, CaseRefusal> {
    if !case.steps.said.contains_key(code) {
        return Err(CaseRefusal::StepNotMarked);
    }
    Ok(CaseAct::StepTakenBack {
        step: code.to_owned(),
        reason: needed("reason", reason)?,
    })
}
