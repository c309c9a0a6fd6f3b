//! The rules of a case: who may do what in which state.

use jiff::{SignedDuration, Timestamp};

use super::act::CaseAct;
use super::command::CaseCommand;
use super::custody::CustodyCommand;
use super::filed::{BlobRef, RequestFiled};
use super::refusal::CaseRefusal;
use super::rights::RightsRefusal;
use super::state::{Case, CaseStage};
use super::{
    access, control, custody, first_hour, harm, letter, news, paper, prevention, proof, review,
    rights, same_event, skill, steps, triage,
};
use crate::act::Actor;
use crate::pack::ServiceCode;
use crate::subject::erasure::{ErasureBasis, HoldGround};
use crate::subject::{Method, Moment, TextFault, text_fault};
use crate::value::OfficerId;

/// How long after it happened staff can tell of something in a case, in days: as long as of an
/// encounter. What is older is written as an action of the day it is told, with its own day in
/// words, so that nobody sets a response back to a time when it was not late (S18).
pub const TELL_WITHIN_DAYS: i64 = 7;

/// Most additions one case takes. Whoever has number and code can send them, with photographs; a
/// story that needs more is told to an officer.
pub const ADDITIONS_MAX: u32 = 50;

/// Most files that officers add to one case. At the largest size they are 6.25 GiB: what needs more
/// lies on a medium of its own, with its hash noted on the case.
pub const EVIDENCE_MAX: u32 = 100;

/// What a command about a case leads to.
///
/// `actor` is who asks; the access policy has already let them in, the rules here are those that
/// depend on the case itself. The moment tells when what is told happened.
///
/// # Errors
/// [`CaseRefusal`], naming the rule that stood in the way.
pub fn decide(
    case: Option<&Case>,
    command: CaseCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if moment.is_in_the_future() {
        return Err(CaseRefusal::InTheFuture {
            at: moment.happened_at,
        });
    }
    let Some(case) = case else {
        return file(command, actor, moment, method)
            .map(|filed| vec![CaseAct::RequestFiled(filed)]);
    };
    follows(moment, case.filed_at)?;
    let imported = matches!(actor, Actor::Import { .. });
    let by_reporter = matches!(
        command,
        CaseCommand::AddInformation { .. } | CaseCommand::AskReview { .. }
    );
    if *actor == Actor::Citizen && !by_reporter {
        return match command {
            CaseCommand::FileRequest { .. } => Err(CaseRefusal::AlreadyFiled),
            _ => Err(CaseRefusal::StaffOnly),
        };
    }
    told_in_time(actor, moment)?;
    access::separated(case, actor, given_to(&command))?;
    let act = match command {
        CaseCommand::FileRequest { .. } => return Err(CaseRefusal::AlreadyFiled),
        CaseCommand::Reopen { reason } => reopen(case, reason)?,
        // As long as it is open the unit needs to know whom it is about (Law 27 of 2022, article 15:
        // what the law allows to be kept for its own proceedings).
        CaseCommand::ErasePersonalData { basis, ground } => erase(case, basis, ground)?,
        CaseCommand::PlaceHold { ground, reference } => place_hold(case, ground, reference)?,
        // Who may read a case is decided on after its end as well.
        command @ (CaseCommand::NameReader { .. }
        | CaseCommand::RemoveReader { .. }
        | CaseCommand::NameConcerned { .. }
        | CaseCommand::ClearConcerned { .. }
        | CaseCommand::OpenInEmergency { .. }
        | CaseCommand::ReviewOpening { .. }) => {
            return access::decide(case, command, actor, moment, method);
        }
        CaseCommand::LiftHold { reference } => lift_hold(case, reference)?,
        // A reporter may still add something to a closed case, and late times still arrive from
        // other systems; everything else needs it open.
        CaseCommand::AddInformation { text, media } => add_information(case, text, media)?,
        // How a case was closed is what most second looks are about.
        CaseCommand::AskReview { review, text } => review::ask(case, review, text, actor, moment)?,
        CaseCommand::AnswerReview { review, text } => review::answer(case, review, text, actor)?,
        // Each says itself what it still takes when the case is closed.
        CaseCommand::Proof(command) => {
            return proof::decide(case, command, actor, moment, method.proof());
        }
        CaseCommand::Custody(command) => return custody::decide(case, command, actor, moment),
        // The letter about the closing comes after it, and a slip may be found out later still.
        CaseCommand::GiveLetter(given) => letter::give(case, given, method)?,
        CaseCommand::WithdrawLetter { letter, reason } => letter::withdraw(case, letter, reason)?,
        // The notice of the end comes after it, and a second report may come when the first has ended.
        command @ (CaseCommand::DraftProgress { .. }
        | CaseCommand::SendProgress { .. }
        | CaseCommand::ExplainProgressDelay { .. }
        | CaseCommand::ReceiveMerge { .. }
        | CaseCommand::UndoMerge { .. }) => {
            return progress(case, command, actor, moment, method);
        }
        // A second look is asked for after the closing as well.
        command @ (CaseCommand::LookAgain { .. } | CaseCommand::SettleTriage { .. }) => {
            return triage::decide(case, command, actor, method);
        }
        _ if case.stage == CaseStage::Closed && !imported => return Err(CaseRefusal::Closed),
        CaseCommand::Take { by: officer } | CaseCommand::TakeOver { to: officer, .. }
            if actor.officer() != Some(officer) =>
        {
            return Err(CaseRefusal::ForOneselfOnly);
        }
        command @ (CaseCommand::AnswerTriage { .. }
        | CaseCommand::DecideTriage(_)
        | CaseCommand::NoteChild { .. }
        | CaseCommand::NoteReported { .. }
        | CaseCommand::ConfirmReadBack { .. }) => {
            return triage::decide(case, command, actor, method);
        }
        command @ (CaseCommand::MarkStep { .. }
        | CaseCommand::RecordRisk { .. }
        | CaseCommand::TakeEscalation
        | CaseCommand::Escalate) => {
            return first_hour::decide(case, command, actor, moment, method);
        }
        CaseCommand::Take { by } => return take(case, by),
        CaseCommand::TakeOver { to, from, reason } => return take_over(case, from, to, reason),
        CaseCommand::Assess { service, reason } => assess(case, service, reason, method)?,
        CaseCommand::AssignOfficer {
            officer,
            lacks,
            reason,
        } => {
            if case.assigned_to == Some(officer) {
                return Ok(Vec::new());
            }
            skill::assign(case, officer, lacks, reason)?
        }
        CaseCommand::Dispatch { responder } => dispatch(case, call_sign(responder)?, moment)?,
        CaseCommand::Arrive { responder } => arrive(case, call_sign(responder)?, moment)?,
        CaseCommand::Clear { responder } => clear(case, call_sign(responder)?, moment)?,
        CaseCommand::RecordAction { text, function } => {
            if !method.has_function(&function) {
                return Err(CaseRefusal::NotInPack {
                    field: "function",
                    word: function,
                });
            }
            CaseAct::ActionTaken {
                text: needed("text", text)?,
                function,
            }
        }
        CaseCommand::Answer { text, next_news_by } => reply(text, next_news_by, moment)?,
        CaseCommand::AddEvidence {
            file,
            description,
            obtained_from,
            obtained_at,
        } => {
            if let Some(at) = obtained_at.filter(|at| is_after(*at, moment)) {
                return Err(CaseRefusal::InTheFuture { at });
            }
            add_evidence(case, file, description, obtained_from, obtained_at)?
        }
        CaseCommand::ExplainDelay { reason, text } => {
            explain_delay(case, reason, text, moment, method)?
        }
        CaseCommand::OfferSupport { support, reply } => harm::offer(support, reply)?,
        command @ (CaseCommand::DoStep { .. }
        | CaseCommand::LeaveOutStep { .. }
        | CaseCommand::TakeStepBack { .. }
        | CaseCommand::SetDifficulty { .. }
        | CaseCommand::MergeInto { .. }) => {
            return progress(case, command, actor, moment, method);
        }
        CaseCommand::Rights(command) => {
            let decided = rights::decide(case, command, moment, method)?;
            return Ok(steps::with(case, decided, moment, method));
        }
        CaseCommand::Control(command) => control::decide(case, command, actor, moment, method)?,
        CaseCommand::Prevention(command) => {
            let decided = vec![prevention::decide(case, command, moment, method)?];
            return Ok(steps::with(case, decided, moment, method));
        }
        CaseCommand::Close { outcome, reason } => {
            close(case, outcome, reason, imported, moment, method)?
        }
    };
    Ok(vec![act])
}

/// An answer to the reporter; the next news it promises lies ahead.
fn reply(
    text: String,
    next_news_by: Option<Timestamp>,
    moment: Moment,
) -> Result<CaseAct, CaseRefusal> {
    if let Some(at) = next_news_by.filter(|at| *at <= moment.happened_at) {
        return Err(CaseRefusal::BeforeWhatItFollows {
            at,
            after: moment.happened_at,
        });
    }
    Ok(CaseAct::ReporterAnswered {
        text: needed("text", text)?,
        next_news_by,
    })
}

/// Steps, progress notices, and other reports of the same event.
fn progress(
    case: &Case,
    command: CaseCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let act = match command {
        CaseCommand::DoStep { step, note } => {
            return steps::done(case, &step, note, moment, method);
        }
        CaseCommand::LeaveOutStep { step, reason } => {
            return steps::left_out(case, &step, reason, method);
        }
        CaseCommand::TakeStepBack { step, reason } => steps::taken_back(case, &step, reason)?,
        CaseCommand::SetDifficulty { difficulty, reason } => {
            return news::set_difficulty(case, difficulty, reason, method);
        }
        CaseCommand::DraftProgress {
            stage,
            due_at,
            text,
        } => return news::draft(case, stage, due_at, text, method),
        CaseCommand::SendProgress { text } => news::send(case, text, actor, moment, method)?,
        CaseCommand::ExplainProgressDelay { reason, text } => {
            news::explain(case, reason, text, moment, method)?
        }
        CaseCommand::MergeInto {
            own,
            into,
            other,
            reason,
        } => return same_event::merge(case, own, into, &other, reason),
        CaseCommand::ReceiveMerge { part, reason } => {
            return same_event::receive(case, part, reason);
        }
        CaseCommand::UndoMerge { other, reason } => same_event::undo(case, other, reason)?,
        _ => return Ok(Vec::new()),
    };
    Ok(vec![act])
}

/// Whom a command gives the case to, or opens it to.
const fn given_to(command: &CaseCommand) -> Option<OfficerId> {
    match command {
        CaseCommand::AssignOfficer { officer, .. }
        | CaseCommand::NameReader { officer, .. }
        | CaseCommand::Take { by: officer }
        | CaseCommand::TakeOver { to: officer, .. }
        | CaseCommand::Custody(CustodyCommand::Offer { to: officer, .. }) => Some(*officer),
        _ => None,
    }
}

fn file(
    command: CaseCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<RequestFiled, CaseRefusal> {
    let CaseCommand::FileRequest {
        secret,
        service,
        report_kind,
        channel,
        paper,
        description,
        when_text,
        occurred_at,
        harm,
        danger,
        reporter,
        reachable,
        media,
        pack_version,
        simulated,
        priority,
    } = command
    else {
        return Err(CaseRefusal::NotFiled);
    };
    if !method.offers(&service) {
        return Err(CaseRefusal::ServiceNotOffered(service.to_string()));
    }
    if let Some(fault) = text_fault(&description) {
        // Another system's call has no words of the caller; a person's report needs some.
        if fault != TextFault::Empty || !matches!(actor, Actor::Import { .. }) {
            return Err(CaseRefusal::Text {
                field: "description",
                fault,
            });
        }
    }
    if let Some(fault) = when_text
        .as_deref()
        .and_then(text_fault)
        .filter(|fault| *fault != TextFault::Empty)
    {
        return Err(CaseRefusal::Text {
            field: "when_text",
            fault,
        });
    }
    if let Some(at) = occurred_at.filter(|at| is_after(*at, moment)) {
        return Err(CaseRefusal::InTheFuture { at });
    }
    let (wellbeing, loss_rupiah) = harm::told(harm)?;
    let (form, written_at) = paper::told(channel, paper, moment)?;
    let minutes = method.response_minutes(&service);
    Ok(RequestFiled {
        number: None,
        secret,
        sensitive: method.is_sensitive(&service),
        report_kind,
        channel,
        form,
        written_at,
        description,
        when_text,
        occurred_at,
        wellbeing,
        loss_rupiah,
        danger,
        reporter,
        reachable,
        media,
        respond_by: minutes.and_then(|minutes| due(moment.happened_at, minutes)),
        respond_minutes: minutes,
        pack_version,
        simulated,
        priority,
        service,
    })
}

/// A case is closed with a reason, once everything it owes was said (S18) and offered (S3). What another
/// system closed is closed.
fn close(
    case: &Case,
    outcome: String,
    reason: String,
    imported: bool,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    if !method.has_outcome(&outcome) {
        return Err(CaseRefusal::NotInPack {
            field: "outcome",
            word: outcome,
        });
    }
    let reason = needed("reason", reason)?;
    // Judged when it is told: a closing dated back does not make a missed promise kept.
    let told_at = moment.happened_at.max(moment.recorded_at);
    if let Some(due) = case.missed_promise(told_at)
        && case.late_reason.is_none()
        && !imported
    {
        return Err(CaseRefusal::LateWithoutReason { due });
    }
    // Nobody is forgotten behind bars with a closed case (S37).
    if let Some(measure) = case.control.liberty_taken().filter(|_| !imported) {
        return Err(RightsRefusal::MeasureLasts { measure }.into());
    }
    // Nor is what an urgent measure still owes (S24, S37).
    if let Some(refusal) = case.measure_owes().filter(|_| !imported) {
        return Err(refusal.into());
    }
    if case.owes_support() && !imported {
        return Err(CaseRefusal::SupportNotOffered);
    }
    if !imported {
        if let Some(due) = case.news.overdue_without_reason(told_at) {
            return Err(CaseRefusal::NewsLateWithoutReason { due });
        }
        steps::all_settled(case, method)?;
    }
    Ok(CaseAct::CaseClosed {
        outcome,
        reason,
        keep_months: method.keep_months(&case.service),
    })
}

/// Where the same content came from a second time is an action, not a second file.
fn add_evidence(
    case: &Case,
    file: BlobRef,
    description: String,
    obtained_from: Option<String>,
    obtained_at: Option<Timestamp>,
) -> Result<CaseAct, CaseRefusal> {
    if case.evidence >= EVIDENCE_MAX {
        let limit = EVIDENCE_MAX;
        return Err(CaseRefusal::TooManyFiles { limit });
    }
    if case.media.iter().any(|known| known.sha256 == file.sha256) {
        return Err(CaseRefusal::FileAlreadyThere);
    }
    let description = needed("description", description)?;
    let from = obtained_from.filter(|text| text_fault(text) != Some(TextFault::Empty));
    let from = from.map(|text| needed("obtained_from", text)).transpose()?;
    Ok(CaseAct::EvidenceAdded {
        file,
        description,
        obtained_from: from,
        obtained_at,
    })
}

pub(super) fn assess(
    case: &Case,
    service: ServiceCode,
    reason: Option<String>,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    if !method.offers(&service) {
        return Err(CaseRefusal::ServiceNotOffered(service.to_string()));
    }
    let reason = reason.filter(|reason| text_fault(reason) != Some(TextFault::Empty));
    if service != case.service && reason.is_none() {
        return Err(CaseRefusal::ReasonMissing);
    }
    if let Some(fault) = reason.as_deref().and_then(text_fault) {
        return Err(CaseRefusal::Text {
            field: "reason",
            fault,
        });
    }
    Ok(CaseAct::CaseAssessed {
        respond_by: method
            .response_minutes(&service)
            .and_then(|minutes| due(case.filed_at, minutes)),
        // What was told in confidence is in the record; another service does not open it to all.
        sensitive: case.sensitive || method.is_sensitive(&service),
        service,
        reason,
    })
}

fn explain_delay(
    case: &Case,
    reason: String,
    text: String,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let told_at = moment.happened_at.max(moment.recorded_at);
    if case.missed_promise(told_at).is_none() {
        return Err(CaseRefusal::NotLate);
    }
    if !method.has_late_reason(&reason) {
        return Err(CaseRefusal::NotInPack {
            field: "reason",
            word: reason,
        });
    }
    if let Some(fault) = text_fault(&text).filter(|fault| *fault != TextFault::Empty) {
        return Err(CaseRefusal::Text {
            field: "text",
            fault,
        });
    }
    Ok(CaseAct::DelayExplained { reason, text })
}

/// Only a closed case is erased, with a ground when somebody asked for it, and not again unless
/// something happened to it since.
fn erase(case: &Case, basis: ErasureBasis, ground: Option<String>) -> Result<CaseAct, CaseRefusal> {
    if case.stage != CaseStage::Closed {
        return Err(CaseRefusal::NotClosed);
    }
    if case.erased.is_some_and(|erased| erased.at >= case.last_at) {
        return Err(CaseRefusal::AlreadyErased);
    }
    if let Some(hold) = &case.hold {
        return Err(CaseRefusal::Held { since: hold.since });
    }
    let ground = match basis {
        ErasureBasis::Request => Some(needed("ground", ground.unwrap_or_default())?),
        ErasureBasis::Retention => ground,
    };
    Ok(CaseAct::PersonalDataErased { basis, ground })
}

/// An open case may be held too: then it stays whole when it is closed. Where all is erased there is
/// nothing to hold.
fn place_hold(case: &Case, ground: HoldGround, reference: String) -> Result<CaseAct, CaseRefusal> {
    if let Some(hold) = &case.hold {
        return Err(CaseRefusal::Held { since: hold.since });
    }
    if case.stage == CaseStage::Closed && case.kept_from.is_none() {
        return Err(CaseRefusal::AlreadyErased);
    }
    Ok(CaseAct::HoldPlaced {
        ground,
        reference: needed("reference", reference)?,
    })
}

fn lift_hold(case: &Case, reference: String) -> Result<CaseAct, CaseRefusal> {
    if case.hold.is_none() {
        return Err(CaseRefusal::NotHeld);
    }
    Ok(CaseAct::HoldLifted {
        reference: needed("reference", reference)?,
    })
}

fn add_information(case: &Case, text: String, media: Vec<BlobRef>) -> Result<CaseAct, CaseRefusal> {
    if case.additions >= ADDITIONS_MAX {
        let limit = ADDITIONS_MAX;
        return Err(CaseRefusal::TooManyAdditions { limit });
    }
    Ok(CaseAct::InformationAdded {
        text: needed("text", text)?,
        media,
    })
}

fn take(case: &Case, by: OfficerId) -> Result<Vec<CaseAct>, CaseRefusal> {
    match case.taken_by {
        Some(officer) if officer != by => Err(CaseRefusal::WithAnotherOfficer { officer }),
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![CaseAct::CaseTaken { by }]),
    }
}

fn take_over(
    case: &Case,
    from: OfficerId,
    to: OfficerId,
    reason: String,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match case.taken_by {
        None => Err(CaseRefusal::WithNobody),
        Some(officer) if officer != from => Err(CaseRefusal::WithAnotherOfficer { officer }),
        Some(officer) if officer == to => Ok(Vec::new()),
        Some(_) => Ok(vec![CaseAct::CaseTakenOver {
            from,
            to,
            reason: needed("reason", reason)?,
        }]),
    }
}

fn reopen(case: &Case, reason: String) -> Result<CaseAct, CaseRefusal> {
    if case.stage != CaseStage::Closed {
        return Err(CaseRefusal::NotClosed);
    }
    Ok(CaseAct::CaseReopened {
        reason: needed("reason", reason)?,
    })
}

/// A call sign without the spaces around it, which would make two units of one.
fn call_sign(responder: String) -> Result<String, CaseRefusal> {
    Ok(needed("responder", responder)?.trim().to_owned())
}

/// A unit that is free again can be sent again; one on its way or at the place is there already.
fn dispatch(case: &Case, responder: String, moment: Moment) -> Result<CaseAct, CaseRefusal> {
    let known = case.responders.iter().find(|known| known.name == responder);
    match known.map(|known| known.cleared_at) {
        Some(None) => return Err(CaseRefusal::AlreadyRecorded(responder)),
        Some(Some(cleared)) => follows(moment, cleared)?,
        None => {}
    }
    Ok(CaseAct::ResponderDispatched { responder })
}

fn arrive(case: &Case, responder: String, moment: Moment) -> Result<CaseAct, CaseRefusal> {
    let Some(known) = case.responders.iter().find(|known| known.name == responder) else {
        return Err(CaseRefusal::NotDispatched(responder));
    };
    if known.arrived_at.is_some() {
        return Err(CaseRefusal::AlreadyRecorded(responder));
    }
    if let Some(sent) = known.dispatched_at {
        follows(moment, sent)?;
    }
    Ok(CaseAct::ResponderArrived { responder })
}

fn clear(case: &Case, responder: String, moment: Moment) -> Result<CaseAct, CaseRefusal> {
    let Some(known) = case.responders.iter().find(|known| known.name == responder) else {
        return Err(CaseRefusal::NotDispatched(responder));
    };
    if known.cleared_at.is_some() {
        return Err(CaseRefusal::AlreadyRecorded(responder));
    }
    if let Some(before) = known.arrived_at.or(known.dispatched_at) {
        follows(moment, before)?;
    }
    Ok(CaseAct::ResponderCleared { responder })
}

/// What is told of an earlier time has to fit what is known. What happens now follows it in any case,
/// even where a clock that was set back in between says otherwise.
pub(super) fn follows(moment: Moment, after: Timestamp) -> Result<(), CaseRefusal> {
    if moment.happened_at < after && !moment.is_now() {
        return Err(CaseRefusal::BeforeWhatItFollows {
            at: moment.happened_at,
            after,
        });
    }
    Ok(())
}

/// Other systems' records are as old as they are; people tell of the last days.
fn told_in_time(actor: &Actor, moment: Moment) -> Result<(), CaseRefusal> {
    let machine = matches!(actor, Actor::Import { .. } | Actor::Program { .. });
    let since = moment.recorded_at.duration_since(moment.happened_at);
    if !machine && since > SignedDuration::from_hours(24 * TELL_WITHIN_DAYS) {
        return Err(CaseRefusal::ToldTooLate {
            at: moment.happened_at,
            limit_days: TELL_WITHIN_DAYS,
        });
    }
    Ok(())
}

/// Whether something told of is said to lie after the telling.
fn is_after(at: Timestamp, moment: Moment) -> bool {
    let told = Moment {
        happened_at: at,
        recorded_at: moment.happened_at,
    };
    told.is_in_the_future()
}

pub(super) fn needed(field: &'static str, text: String) -> Result<String, CaseRefusal> {
    match text_fault(&text) {
        Some(fault) => Err(CaseRefusal::Text { field, fault }),
        None => Ok(text),
    }
}

/// The moment some minutes after another; `None` beyond the end of the calendar.
fn due(from: Timestamp, minutes: u32) -> Option<Timestamp> {
    from.checked_add(SignedDuration::from_mins(i64::from(minutes)))
        .ok()
}
