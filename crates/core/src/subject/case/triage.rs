//! Whose a matter is: the triage tree is walked, a named officer decides, another looks a second time
//! where the tree says so or the reporter asks, and the chief or duty officer decides between two who
//! differ (S10). Danger comes before papers. There is no refusal: a civil matter is referred.
//!
//! The tree proposes. What it proposed stays beside what was decided, so that disagreement, the time to
//! the right class and how often a class is changed can be counted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::command::CaseCommand;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::reporter::{ConfirmedBy, Guardian, ToldBy};
use super::review::ReviewKind;
use super::state::{Case, CaseStage};
use crate::act::{Act, Actor};
use crate::pack::{Matter, ServiceCode, Side, TREE_QUESTIONS_MAX, TriageOutcome, TriageTree};
use crate::subject::{Method, TextFault, text_fault};
use crate::value::OfficerId;

/// Most referrals given with one decision.
pub const REFERRALS_MAX: usize = 10;

/// Most decisions on the class of one case. One that needs more is looked at by the chief.
pub const DECISIONS_MAX: u32 = 20;

/// What was answered to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriageReply {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody can say.
    Unknown,
}

impl TriageReply {
    /// All, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// The reply of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reply| reply.as_str() == word)
    }

    /// The side it goes on, where what nobody can say goes on `unknown`.
    const fn side(self, unknown: Side) -> Side {
        match self {
            Self::Yes => Side::Yes,
            Self::No => Side::No,
            Self::Unknown => unknown,
        }
    }
}

/// An answer to one question of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriageAnswer {
    /// The question's code.
    pub question: String,
    /// What was answered.
    pub answer: TriageReply,
}

/// How far answers lead through a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walk {
    /// The answers that were met, in the order of the tree; others count for nothing.
    pub path: Vec<TriageAnswer>,
    /// The outcome that is acted on at once, when there is danger.
    pub danger: Option<String>,
    /// The question that comes next; `None` once there is an outcome.
    pub next: Option<String>,
    /// What the answers come to; `None` while a question is open.
    pub outcome: Option<String>,
    /// The look-alikes met on the way, each once.
    pub boundaries: Vec<String>,
    /// Whether the tree asks for a second look.
    pub second_look: bool,
}

/// Walks a tree: the next question, or the outcome with the way to it.
pub fn walk(tree: &TriageTree, answers: &[TriageAnswer]) -> Walk {
    let mut walk = Walk::default();
    let mut at = tree.root.as_str();
    // A tree that loaded ends; the bound holds for one that did not come from a file.
    for _ in 0..=2 * TREE_QUESTIONS_MAX {
        if let Some(outcome) = tree.outcome(at) {
            if let Some(then) = &outcome.then {
                walk.danger = Some(outcome.code.to_string());
                at = then.as_str();
                continue;
            }
            walk.outcome = Some(outcome.code.to_string());
            walk.second_look |= outcome.second_look;
            return walk;
        }
        let Some(question) = tree.question(at) else {
            return walk;
        };
        let Some(known) = answers.iter().find(|known| known.question == at) else {
            walk.next = Some(at.to_owned());
            return walk;
        };
        for code in &question.boundaries {
            if !walk.boundaries.iter().any(|met| met == code.as_str()) {
                walk.boundaries.push(code.to_string());
                walk.second_look |= tree
                    .boundary(code.as_str())
                    .is_some_and(|one| one.second_look);
            }
        }
        walk.path.push(known.clone());
        at = question.on(known.answer.side(question.unknown));
    }
    walk
}

/// One decision on the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// An outcome of the tree.
    pub outcome: String,
    /// Whose the matter is.
    pub matter: Matter,
    /// Who decided.
    pub by: Option<OfficerId>,
    /// When.
    pub at: Timestamp,
}

/// How a second look stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondLook {
    /// Another officer has to look at it.
    Due,
    /// They came to the same.
    Agreed,
    /// They came to something else: the chief or duty officer decides.
    Conflict,
    /// That was decided.
    Settled,
}

impl SecondLook {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Due, Self::Agreed, Self::Conflict, Self::Settled];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Agreed => "agreed",
            Self::Conflict => "conflict",
            Self::Settled => "settled",
        }
    }

    /// How it stands, by a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// Whether somebody has to do something about it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Due | Self::Conflict)
    }
}

/// What is known of the class of a case, and of who reported it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Triage {
    /// The last answers.
    pub answers: Vec<TriageAnswer>,
    /// The version of the pack whose tree was asked last.
    pub pack_version: Option<String>,
    /// What the tree proposed last.
    pub proposed: Option<String>,
    /// When danger was first answered.
    pub danger_at: Option<Timestamp>,
    /// The tree asks for a second look, by the answers it was given last.
    pub asks_second_look: bool,
    /// The first decision.
    pub first: Option<Decided>,
    /// The decision that holds.
    pub last: Option<Decided>,
    /// Who gave the decision that the second look was about.
    pub looked_at: Option<OfficerId>,
    /// What the second look came to, when it came to something.
    pub second: Option<Decided>,
    /// Since when the class that holds has held, the same class decided again included.
    pub since: Option<Timestamp>,
    /// How often a class took the place of another.
    pub changes: u32,
    /// How many decisions there were.
    pub decisions: u32,
    /// Whether some decision departed from what the tree proposed.
    pub disagreed: bool,
    /// How many second looks were given.
    pub looks: u32,
    /// How many of them came to the same.
    pub looks_agreed: u32,
    /// How the second look stands; `None`: none is needed.
    pub second_look: Option<SecondLook>,
    /// Since when it waits: since it was first due or asked for, whatever was decided before it is given.
    pub second_look_since: Option<Timestamp>,
    /// Where the reporter was referred to, with the decision that holds.
    pub referrals: Vec<String>,
    /// A child reports.
    pub child: Option<Guardian>,
    /// The reporter is themself the one it is about; they were told their rights before going on.
    pub reporter_is_reported: bool,
    /// What was written was read back to the reporter, who said that it is right.
    pub read_back: Option<(ToldBy, ConfirmedBy)>,
}

impl Triage {
    /// Since when somebody has to look at it a second time, or decide between two who differ.
    pub fn waits_since(&self) -> Option<Timestamp> {
        let open = self.second_look.is_some_and(SecondLook::is_open);
        self.second_look_since.filter(|_| open)
    }

    fn decided(&mut self, act: &Act, outcome: &str, matter: Matter) {
        let decided = Decided {
            outcome: outcome.to_owned(),
            matter,
            by: act.actor.officer(),
            at: act.happened_at,
        };
        self.decisions = self.decisions.saturating_add(1);
        let changed = |last: &Decided| last.matter != matter;
        if self.last.as_ref().is_some_and(changed) {
            self.changes = self.changes.saturating_add(1);
            self.since = None;
        }
        self.since.get_or_insert(act.happened_at);
        self.first.get_or_insert_with(|| decided.clone());
        self.last = Some(decided);
    }
}

/// How an act of triage changes what is known.
pub(super) fn evolve(case: &mut Case, act: &Act, payload: &CaseAct) {
    let triage = &mut case.triage;
    match payload {
        CaseAct::TriageAnswered {
            pack_version,
            answers,
            proposed,
            danger,
            second_look,
        } => {
            triage.answers.clone_from(answers);
            triage.pack_version = Some(pack_version.clone());
            triage.proposed.clone_from(proposed);
            triage.asks_second_look = *second_look;
            if *danger {
                let at = triage.danger_at.unwrap_or(act.happened_at);
                triage.danger_at = Some(at.min(act.happened_at));
            }
        }
        CaseAct::TriageDecided {
            outcome,
            matter,
            agrees,
            second_look,
            referrals,
            ..
        } => {
            // Whoever waits for a second look has waited since they asked for it, or since it was first due:
            // no decision that comes between begins that anew.
            let due = triage.second_look == Some(SecondLook::Due);
            let waited = triage.second_look_since.filter(|_| due);
            let asked = case.reviews.of(ReviewKind::SecondLook).open_since;
            let since = waited.or(asked).unwrap_or(act.happened_at);
            triage.decided(act, outcome, *matter);
            triage.disagreed |= !*agrees;
            triage.referrals.clone_from(referrals);
            triage.second = None;
            triage.second_look = second_look.then_some(SecondLook::Due);
            triage.second_look_since = second_look.then_some(since);
        }
        CaseAct::SecondLookGiven {
            agrees,
            outcome,
            matter,
            ..
        } => {
            triage.looked_at = triage.last.as_ref().and_then(|last| last.by);
            triage.looks = triage.looks.saturating_add(1);
            triage.looks_agreed = triage.looks_agreed.saturating_add(u32::from(*agrees));
            triage.second = Some(Decided {
                outcome: outcome.clone(),
                matter: *matter,
                by: act.actor.officer(),
                at: act.happened_at,
            });
            triage.second_look = Some(if *agrees {
                SecondLook::Agreed
            } else {
                SecondLook::Conflict
            });
            triage.second_look_since = (!*agrees).then_some(act.happened_at);
            // Whoever asked for it reads the answer beside the class.
            case.reviews.of_mut(ReviewKind::SecondLook).open_since = None;
        }
        CaseAct::TriageSettled {
            outcome,
            matter,
            referrals,
            ..
        } => {
            triage.decided(act, outcome, *matter);
            triage.referrals.clone_from(referrals);
            triage.second_look = Some(SecondLook::Settled);
            triage.second_look_since = None;
        }
        CaseAct::ChildReports { guardian } => triage.child = Some(*guardian),
        CaseAct::ReporterIsReported { reported, .. } => triage.reporter_is_reported = *reported,
        CaseAct::ReadBackToReporter { told, confirmed } => {
            triage.read_back = Some((*told, *confirmed));
        }
        _ => {}
    }
    if matches!(
        payload,
        CaseAct::TriageDecided { .. } | CaseAct::TriageSettled { .. }
    ) {
        // Whoever classified it does not answer for it (S40).
        case.assessed_by = act.actor.officer().or(case.assessed_by);
    }
    // What was noted of the reporter is no judgement of the matter.
    let noted = matches!(
        payload,
        CaseAct::ChildReports { .. }
            | CaseAct::ReporterIsReported { .. }
            | CaseAct::ReadBackToReporter { .. }
    );
    if !noted {
        case.assess(act.happened_at);
        case.advance(CaseStage::Assessed);
    }
}

/// The reporter asked for a second look at a case that has a class: it is due.
pub(super) fn asked(triage: &mut Triage, review: ReviewKind, at: Timestamp) {
    let open = triage.second_look.is_some_and(SecondLook::is_open);
    if review == ReviewKind::SecondLook && triage.last.is_some() && !open {
        triage.second = None;
        triage.second_look = Some(SecondLook::Due);
        triage.second_look_since = Some(at);
    }
}

impl Case {
    /// Whether an officer may look at its class a second time: neither who handles nor who decided it.
    pub fn may_look_again(&self, officer: OfficerId) -> bool {
        let decided = self.triage.last.as_ref().and_then(|last| last.by);
        self.triage.second_look == Some(SecondLook::Due)
            && decided != Some(officer)
            && self.may_review(officer)
    }

    /// Whether an officer may decide between a first and a second look that differ: neither of the two.
    pub fn may_settle(&self, officer: OfficerId) -> bool {
        let first = self.triage.last.as_ref().and_then(|last| last.by);
        let second = self.triage.second.as_ref().and_then(|second| second.by);
        self.triage.second_look == Some(SecondLook::Conflict)
            && first != Some(officer)
            && second != Some(officer)
    }
}

/// What a command of triage leads to.
pub(super) fn decide(
    case: &Case,
    command: CaseCommand,
    actor: &Actor,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match command {
        CaseCommand::AnswerTriage {
            answers,
            pack_version,
        } => answer(case, &answers, pack_version, method),
        CaseCommand::DecideTriage(decision) => decision_acts(case, decision, method),
        CaseCommand::LookAgain { outcome, reason } => {
            look(case, &outcome, reason, actor, method).map(|act| vec![act])
        }
        CaseCommand::SettleTriage {
            outcome,
            reason,
            referrals,
        } => settle(case, &outcome, reason, referrals, actor, method).map(|act| vec![act]),
        CaseCommand::NoteChild { guardian } => Ok(if case.triage.child == Some(guardian) {
            Vec::new()
        } else {
            vec![CaseAct::ChildReports { guardian }]
        }),
        CaseCommand::NoteReported {
            reported,
            warned,
            reason,
        } => note_reported(case, reported, warned, reason),
        CaseCommand::ConfirmReadBack { told, confirmed } => {
            Ok(vec![CaseAct::ReadBackToReporter { told, confirmed }])
        }
        _ => Ok(Vec::new()),
    }
}

/// What a named officer decided on the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriageDecision {
    /// An outcome of the tree.
    pub outcome: String,
    /// The service that takes it, where it changes; `None`: it stays.
    pub service: Option<ServiceCode>,
    /// Why: for a civil matter or one of neither, for whatever the tree did not propose, and for a
    /// class or service that changes. The reporter reads it.
    pub reason: String,
    /// Where the reporter is referred to; at least one for a civil matter.
    pub referrals: Vec<String>,
}

/// Answers are kept as far as the tree met them; a later sitting takes the place of an earlier one.
fn answer(
    case: &Case,
    answers: &[TriageAnswer],
    pack_version: String,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let tree = method.triage();
    if let Some(unknown) = answers
        .iter()
        .find(|one| tree.question(&one.question).is_none())
    {
        return Err(CaseRefusal::NotInPack {
            field: "question",
            word: unknown.question.clone(),
        });
    }
    let walked = walk(tree, answers);
    // Half a tree says nothing, but for danger: that is acted on before the rest is asked.
    if walked.path.is_empty() || (walked.outcome.is_none() && walked.danger.is_none()) {
        return Err(CaseRefusal::TriageUnfinished);
    }
    let known = &case.triage;
    if known.answers == walked.path && known.proposed == walked.outcome {
        return Ok(Vec::new());
    }
    Ok(vec![CaseAct::TriageAnswered {
        pack_version,
        danger: walked.danger.is_some(),
        second_look: walked.second_look,
        answers: walked.path,
        proposed: walked.outcome,
    }])
}

fn outcome_of<'m>(
    code: &str,
    method: &'m impl Method,
) -> Result<(&'m TriageOutcome, Matter), CaseRefusal> {
    let outcome = method.triage().outcome(code);
    let found = outcome.and_then(|outcome| Some((outcome, outcome.matter?)));
    found.ok_or_else(|| CaseRefusal::NotInPack {
        field: "triage_outcome",
        word: code.to_owned(),
    })
}

fn decision_acts(
    case: &Case,
    decision: TriageDecision,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let TriageDecision {
        outcome: code,
        service,
        reason,
        referrals,
    } = decision;
    let (outcome, matter) = outcome_of(&code, method)?;
    let known = &case.triage;
    if known.decisions >= DECISIONS_MAX {
        let limit = DECISIONS_MAX;
        return Err(CaseRefusal::TooManyDecisions { limit });
    }
    // Between two who differ somebody else decides.
    if known.second_look == Some(SecondLook::Conflict) {
        return Err(CaseRefusal::LooksDiffer);
    }
    let proposed = known.proposed.clone();
    let agrees = proposed.as_deref() == Some(code.as_str());
    let service = service.filter(|service| *service != case.service);
    let changes = known
        .last
        .as_ref()
        .is_some_and(|last| last.matter != matter);
    let reason = if matter.needs_reason() || !agrees || changes || service.is_some() {
        needed("reason", reason)?
    } else {
        optional("reason", reason)?
    };
    let referrals = referred(matter, referrals, method)?;
    let second_look = outcome.second_look || known.asks_second_look || looks_again(case);
    let mut acts = vec![CaseAct::TriageDecided {
        outcome: code,
        class: outcome.class.code().to_owned(),
        matter,
        proposed,
        agrees,
        reason: reason.clone(),
        second_look,
        referrals,
        was: known.last.as_ref().map(|last| last.matter),
    }];
    if let Some(service) = service {
        acts.push(super::decide::assess(case, service, Some(reason), method)?);
    }
    Ok(acts)
}

/// Whether a decision is looked at whatever the tree says of it: no decision ends a second look that is due
/// or that the reporter asked for, nor does it take the place of what a third decided between two (S10).
fn looks_again(case: &Case) -> bool {
    let stands = case.triage.second_look;
    matches!(stands, Some(SecondLook::Due | SecondLook::Settled))
        || case.reviews.of(ReviewKind::SecondLook).open_since.is_some()
}

/// Nobody with a civil matter leaves with nothing.
fn referred(
    matter: Matter,
    referrals: Vec<String>,
    method: &impl Method,
) -> Result<Vec<String>, CaseRefusal> {
    let mut given: Vec<String> = Vec::new();
    for code in referrals {
        if !method.refers(&code, matter) {
            return Err(CaseRefusal::NotInPack {
                field: "referral",
                word: code,
            });
        }
        if !given.contains(&code) {
            given.push(code);
        }
    }
    if given.len() > REFERRALS_MAX {
        let limit = REFERRALS_MAX;
        return Err(CaseRefusal::TooManyNamed { limit });
    }
    if given.is_empty() && matter.is_referred() {
        return Err(CaseRefusal::ReferralMissing);
    }
    Ok(given)
}

fn look(
    case: &Case,
    code: &str,
    reason: String,
    actor: &Actor,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let Some(last) = &case.triage.last else {
        return Err(CaseRefusal::NothingDecided);
    };
    if case.triage.second_look != Some(SecondLook::Due) {
        return Err(CaseRefusal::NothingAsked);
    }
    if !actor.officer().is_some_and(|by| case.may_look_again(by)) {
        return Err(CaseRefusal::OwnDecision);
    }
    let (_, matter) = outcome_of(code, method)?;
    Ok(CaseAct::SecondLookGiven {
        agrees: last.outcome == code,
        outcome: code.to_owned(),
        matter,
        reason: needed("reason", reason)?,
    })
}

fn settle(
    case: &Case,
    code: &str,
    reason: String,
    referrals: Vec<String>,
    actor: &Actor,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    if case.triage.second_look != Some(SecondLook::Conflict) {
        return Err(CaseRefusal::NothingAsked);
    }
    if !actor.officer().is_some_and(|by| case.may_settle(by)) {
        return Err(CaseRefusal::OwnDecision);
    }
    let (outcome, matter) = outcome_of(code, method)?;
    Ok(CaseAct::TriageSettled {
        outcome: code.to_owned(),
        class: outcome.class.code().to_owned(),
        matter,
        reason: needed("reason", reason)?,
        referrals: referred(matter, referrals, method)?,
    })
}

/// Nobody tells against themselves unknowing: the warning comes before anything goes on.
fn note_reported(
    case: &Case,
    reported: bool,
    warned: bool,
    reason: String,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if case.triage.reporter_is_reported == reported {
        return Ok(Vec::new());
    }
    if reported && !warned {
        return Err(CaseRefusal::WarningMissing);
    }
    Ok(vec![CaseAct::ReporterIsReported {
        reported,
        reason: needed("reason", reason)?,
    }])
}

fn optional(field: &'static str, text: String) -> Result<String, CaseRefusal> {
    match text_fault(&text) {
        None => Ok(text),
        Some(TextFault::Empty) => Ok(String::new()),
        Some(fault) => Err(CaseRefusal::Text { field, fault }),
    }
}
