//! What people told, apart from the rest of an act.
//!
//! An act is kept for ever; what a person told in their own words is not. Before an act is
//! stored, [`split`] takes those words out, and [`join`] puts them back when it is read, as long as
//! they are kept. Which fields these are is decided here, field by field: an act with a new field
//! does not compile until somebody has decided about it. `docs/privacy.toml` lists the same, and a
//! test compares the two.

mod proof;

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ActPlace, Payload, PayloadError};
use crate::place::Point;
use crate::subject::case::{
    CaseAct, MeasureBegun, PersonNamed, RequestFiled, RightsGiven, SettlementJudged,
};
use crate::subject::encounter::{EncounterAct, EncounterRecorded};
use crate::subject::feedback::{FeedbackAct, FeedbackGiven};
use crate::subject::officer::{OfficerAct, QualificationGranted};
use crate::subject::outage::{OutageAct, OutageDeclared};
use crate::subject::thing::{ThingAct, ThingRegistered};
use crate::subject::unit::{LetterTemplateSet, UnitAct};
use crate::subject::visit::{VisitAct, VisitorJoined};

/// A place in an act for something told.
enum Slot<'a> {
    /// Always there; empty when nothing was told, or it was erased.
    Text(&'a mut String),
    /// There when it was told.
    Maybe(&'a mut Option<String>),
    /// A point on the map.
    Spot(&'a mut Option<Point>),
}

/// Takes out of an act what was told, as JSON with sorted keys; `None` when nothing was.
///
/// What stays is an act that can be read by itself: texts are empty, the rest is missing.
///
/// # Errors
/// [`PayloadError::Malformed`] when it cannot be written; no act of this version does that.
pub fn split(
    payload: &mut Payload,
    place: Option<&mut ActPlace>,
) -> Result<Option<String>, PayloadError> {
    let kind = payload.kind();
    let mut told = BTreeMap::new();
    let mut fault = None;
    visit(payload, place, &mut |name, slot| {
        let value = match slot {
            Slot::Text(text) if text.is_empty() => return,
            Slot::Text(text) => Value::String(std::mem::take(text)),
            Slot::Maybe(text) => match text.take() {
                Some(text) => Value::String(text),
                None => return,
            },
            Slot::Spot(point) => match point.take().map(serde_json::to_value) {
                Some(Ok(value)) => value,
                Some(Err(error)) => {
                    fault = Some(error);
                    return;
                }
                None => return,
            },
        };
        told.insert(name, value);
    });
    if told.is_empty() {
        return Ok(None);
    }
    let written = match fault {
        None => serde_json::to_string(&told),
        Some(fault) => Err(fault),
    };
    written.map(Some).map_err(|fault| malformed(kind, &fault))
}

/// Puts back into an act what [`split`] took out of it.
///
/// # Errors
/// [`PayloadError::Malformed`] for a text that does not read, or tells of something the act has no
/// place for.
pub fn join(
    payload: &mut Payload,
    place: Option<&mut ActPlace>,
    told: &str,
) -> Result<(), PayloadError> {
    let kind = payload.kind();
    let mut told: BTreeMap<String, Value> =
        serde_json::from_str(told).map_err(|fault| malformed(kind, &fault))?;
    let mut fault = None;
    visit(payload, place, &mut |name, slot| {
        let Some(value) = told.remove(name) else {
            return;
        };
        let put = match slot {
            Slot::Text(text) => serde_json::from_value(value).map(|told| *text = told),
            Slot::Maybe(text) => serde_json::from_value(value).map(|told| *text = Some(told)),
            Slot::Spot(point) => serde_json::from_value(value).map(|told| *point = Some(told)),
        };
        if let Err(error) = put {
            fault = Some(malformed(kind, &error));
        }
    });
    match fault {
        Some(fault) => Err(fault),
        None if told.is_empty() => Ok(()),
        None => Err(PayloadError::Malformed {
            kind: kind.to_owned(),
            fault: "words without a place in the act".to_owned(),
        }),
    }
}

/// Names of what may be told in acts of a kind, as [`split`] writes them; those of the place come
/// with every kind.
pub fn names(payload: &Payload) -> Vec<&'static str> {
    let mut payload = payload.clone();
    let mut names = Vec::new();
    visit(&mut payload, None, &mut |name, _| names.push(name));
    names
}

/// Names of what may be told in an act's place.
pub const PLACE_NAMES: [&str; 2] = ["place.point", "place.text"];

fn malformed(kind: &str, fault: &serde_json::Error) -> PayloadError {
    PayloadError::Malformed {
        kind: kind.to_owned(),
        // Only the category and position: the text around may hold what a person wrote.
        fault: format!("{:?} at column {}", fault.classify(), fault.column()),
    }
}

/// Shows every place for something told. All fields are named, so that a new one is decided on.
fn visit(
    payload: &mut Payload,
    place: Option<&mut ActPlace>,
    each: &mut dyn FnMut(&'static str, Slot<'_>),
) {
    match payload {
        Payload::Case(act) => case(act, each),
        Payload::Encounter(act) => encounter(act, each),
        Payload::Feedback(act) => feedback(act, each),
        Payload::Visit(act) => visit_act(act),
        Payload::Outage(act) => outage(act),
        Payload::Thing(act) => thing(act, each),
        Payload::Officer(act) => officer(act, each),
        Payload::Unit(act) => match act {
            UnitAct::LedgerKeyRotated {
                generation: _,
                from: _,
                to: _,
                proof: _,
                revoked: _,
            }
            | UnitAct::LetterTemplateSet(LetterTemplateSet {
                kind: _,
                number: _,
                body: _,
                pack_version: _,
            }) => {}
            UnitAct::LetterTemplateReset { kind: _, reason } => {
                each("reason", Slot::Maybe(reason));
            }
        },
    }
    if let Some(place) = place {
        let ActPlace {
            station: _,
            beat: _,
            stratum: _,
            point,
            text,
            rule: _,
        } = place;
        each("place.point", Slot::Spot(point));
        each("place.text", Slot::Maybe(text));
    }
}

#[expect(clippy::match_same_arms, reason = "an arm a kind of act")]
#[expect(clippy::too_many_lines, reason = "a table, one entry an act")]
fn case(act: &mut CaseAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        CaseAct::RequestFiled(filed) => {
            let RequestFiled {
                number: _,
                secret: _,
                service: _,
                report_kind: _,
                channel: _,
                form,
                written_at: _,
                description,
                when_text,
                occurred_at: _,
                wellbeing,
                loss_rupiah,
                danger: _,
                sensitive: _,
                reporter: _,
                reachable: _,
                media: _,
                respond_by: _,
                respond_minutes: _,
                pack_version: _,
                simulated: _,
                priority: _,
            } = filed;
            each("form", Slot::Maybe(form));
            each("description", Slot::Text(description));
            each("when_text", Slot::Maybe(when_text));
            each("wellbeing", Slot::Maybe(wellbeing));
            each("loss_rupiah", Slot::Maybe(loss_rupiah));
        }
        CaseAct::CaseTaken { by: _ }
        | CaseAct::ResponderDispatched { responder: _ }
        | CaseAct::ResponderArrived { responder: _ }
        | CaseAct::ResponderCleared { responder: _ } => {}
        CaseAct::CaseTakenOver {
            from: _,
            to: _,
            reason,
        }
        | CaseAct::CaseReopened { reason } => each("reason", Slot::Text(reason)),
        CaseAct::OfficerAssigned {
            officer: _,
            lacks: _,
            reason,
        } => each("reason", Slot::Maybe(reason)),
        CaseAct::CaseAssessed {
            service: _,
            reason,
            respond_by: _,
            sensitive: _,
        } => each("reason", Slot::Maybe(reason)),
        CaseAct::ActionTaken { text, function: _ } => each("text", Slot::Text(text)),
        CaseAct::ReporterAnswered {
            text,
            next_news_by: _,
        } => each("text", Slot::Text(text)),
        CaseAct::InformationAdded { text, media: _ } => each("text", Slot::Text(text)),
        CaseAct::EvidenceAdded {
            file: _,
            description,
            obtained_from,
            obtained_at: _,
        } => {
            each("description", Slot::Text(description));
            each("obtained_from", Slot::Maybe(obtained_from));
        }
        CaseAct::LetterGiven {
            kind: _,
            number,
            dated: _,
            file: _,
            issued: _,
        } => each("number", Slot::Maybe(number)),
        CaseAct::LetterWithdrawn {
            letter: _,
            reason,
            on_file: _,
        } => each("reason", Slot::Text(reason)),
        CaseAct::DelayExplained { reason: _, text } => each("text", Slot::Text(text)),
        CaseAct::SupportOffered { support, reply } => {
            each("support", Slot::Text(support));
            each("reply", Slot::Text(reply));
        }
        CaseAct::ReviewAsked { review: _, text } | CaseAct::ReviewAnswered { review: _, text } => {
            each("text", Slot::Text(text));
        }
        CaseAct::StepDone {
            step: _,
            note,
            event: _,
            late: _,
        } => each("note", Slot::Text(note)),
        CaseAct::StepLeftOut { step: _, reason }
        | CaseAct::StepTakenBack { step: _, reason }
        | CaseAct::DifficultySet {
            difficulty: _,
            reason,
        }
        | CaseAct::CaseMergedInto { into: _, reason }
        | CaseAct::CaseMergeReceived { part: _, reason }
        | CaseAct::CaseMergeUndone { other: _, reason } => each("reason", Slot::Text(reason)),
        CaseAct::ProgressDrafted {
            stage: _,
            due_at: _,
            text,
        }
        | CaseAct::ProgressSent {
            stage: _,
            due_at: _,
            text,
        }
        | CaseAct::ProgressDelayExplained {
            due_at: _,
            reason: _,
            text,
        } => each("text", Slot::Text(text)),
        CaseAct::OffenceNamed(_)
        | CaseAct::OffenceDropped(_)
        | CaseAct::EvidenceTyped(_)
        | CaseAct::EvidenceLinked(_)
        | CaseAct::EvidenceOut(_)
        | CaseAct::OtherSideSought(_)
        | CaseAct::ProofRefused(_)
        | CaseAct::FileAltered(_)
        | CaseAct::ExhibitTaken(_)
        | CaseAct::HandoverOffered(_)
        | CaseAct::HandoverAccepted(_)
        | CaseAct::HandoverEnded(_)
        | CaseAct::ExhibitMoved(_)
        | CaseAct::ExhibitSent(_)
        | CaseAct::ExhibitBack(_)
        | CaseAct::DisposalProposed(_)
        | CaseAct::DisposalConfirmed(_)
        | CaseAct::DisposalRejected(_)
        | CaseAct::CountDiffered(_)
        | CaseAct::CustodyExplained(_)
        | CaseAct::ProofSubmitted {} => proof::visit(act, each),
        CaseAct::CaseClosed {
            outcome: _,
            reason,
            keep_months: _,
        } => each("reason", Slot::Text(reason)),
        CaseAct::ReaderNamed { officer: _, reason }
        | CaseAct::ReaderRemoved { officer: _, reason }
        | CaseAct::ConcernedNamed { officer: _, reason }
        | CaseAct::ConcernedCleared { officer: _, reason }
        | CaseAct::EmergencyOpened { reason, until: _ } => each("reason", Slot::Text(reason)),
        CaseAct::OpeningReviewed {
            opening: _,
            justified: _,
            text,
        } => each("text", Slot::Text(text)),
        // Codes of the pack; what was told stands in the report.
        CaseAct::TriageAnswered {
            pack_version: _,
            answers: _,
            proposed: _,
            danger: _,
            second_look: _,
        }
        | CaseAct::ChildReports { guardian: _ }
        | CaseAct::ReadBackToReporter {
            told: _,
            confirmed: _,
        }
        | CaseAct::FirstHourEscalated { level: _, cause: _ }
        | CaseAct::EscalationTaken { by: _, overdue: _ } => {}
        CaseAct::TriageDecided {
            outcome: _,
            class: _,
            matter: _,
            proposed: _,
            agrees: _,
            reason,
            second_look: _,
            referrals: _,
            was: _,
        }
        | CaseAct::SecondLookGiven {
            agrees: _,
            outcome: _,
            matter: _,
            reason,
        }
        | CaseAct::TriageSettled {
            outcome: _,
            class: _,
            matter: _,
            reason,
            referrals: _,
        }
        | CaseAct::ReporterIsReported {
            reported: _,
            reason,
        }
        | CaseAct::FirstHourStepDone {
            step: _,
            done: _,
            reason,
        } => each("reason", Slot::Text(reason)),
        CaseAct::RiskRecorded {
            threatened,
            level: _,
            harms: _,
            may_happen: _,
            text,
            trend: _,
            alarm: _,
            raises: _,
        } => {
            each("threatened", Slot::Text(threatened));
            each("text", Slot::Text(text));
        }
        CaseAct::PersonNamed(named) => {
            let PersonNamed {
                person: _,
                roles: _,
                under_18: _,
                needs,
                owed: _,
                due_at: _,
                reason,
            } = named;
            each("needs", Slot::Text(needs));
            each("reason", Slot::Text(reason));
        }
        CaseAct::RightsGiven(given) => {
            let RightsGiven {
                person: _,
                lists: _,
                manner: _,
                language,
                interpreter: _,
                guardian: _,
                adviser: _,
                absent,
                understood: _,
                help,
                signing: _,
            } = given;
            each("language", Slot::Text(language));
            each("absent", Slot::Text(absent));
            each("help", Slot::Text(help));
        }
        CaseAct::MeasureBegun(begun) => {
            let MeasureBegun {
                measure: _,
                kind: _,
                person: _,
                order,
                ground: _,
                law: _,
                explained,
                not_first: _,
                not_first_text,
                encounter: _,
                ends_by: _,
                review_by: _,
                rights_by: _,
                liberty: _,
            } = begun;
            each("order", Slot::Maybe(order));
            each("explained", Slot::Text(explained));
            each("not_first_text", Slot::Text(not_first_text));
        }
        CaseAct::MeasureEnded { measure: _, text }
        | CaseAct::MeasureReviewed {
            measure: _,
            justified: _,
            text,
        }
        | CaseAct::PreventionTried {
            kind: _,
            result: _,
            text,
        }
        | CaseAct::SettlementAgreed {
            settlement: _,
            text,
            keep_by: _,
        }
        | CaseAct::SettlementEnded {
            settlement: _,
            kept: _,
            text,
        } => each("text", Slot::Text(text)),
        CaseAct::SettlementJudged(judged) => {
            let SettlementJudged {
                settlement: _,
                way: _,
                answers: _,
                excluded: _,
                sides: _,
                reason,
            } = judged;
            each("reason", Slot::Maybe(reason));
        }
        CaseAct::SettlementAnswered {
            settlement: _,
            side: _,
            consent: _,
        } => {}
        // About the matter, never about a person: it has to outlive what it held.
        CaseAct::HoldPlaced {
            ground: _,
            reference: _,
        }
        | CaseAct::HoldLifted { reference: _ } => {}
        CaseAct::PersonalDataErased {
            basis: _,
            ground: _,
        } => {}
    }
}

fn encounter(act: &mut EncounterAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        EncounterAct::EncounterRecorded(recorded) => {
            let EncounterRecorded {
                officer: _,
                person: _,
                capacity: _,
                case: _,
                service: _,
                function: _,
                role: _,
                explained: _,
                force_used: _,
                legal_basis: _,
                note,
                rating_code: _,
                rate_by: _,
                simulated: _,
            } = recorded;
            each("note", Slot::Maybe(note));
        }
        EncounterAct::EncounterCorrected { text } => each("text", Slot::Text(text)),
        EncounterAct::PersonalDataErased {
            basis: _,
            ground: _,
        } => {}
    }
}

fn feedback(act: &mut FeedbackAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        FeedbackAct::FeedbackGiven(given) => {
            let FeedbackGiven {
                judged: _,
                service: _,
                served_at: _,
                answers: _,
                message,
                pack_version: _,
                simulated: _,
            } = given;
            each("message", Slot::Maybe(message));
        }
        FeedbackAct::PersonalDataErased {
            basis: _,
            ground: _,
        } => {}
    }
}

/// Nobody tells anything at a visit: what is kept of it are codes, and it names no visitor.
fn visit_act(act: &VisitAct) {
    match act {
        VisitAct::VisitorJoined(joined) => {
            let VisitorJoined {
                day: _,
                ticket: _,
                need: _,
                sensitive: _,
                priority: _,
                danger: _,
                open_until: _,
                pack_version: _,
                simulated: _,
            } = joined;
        }
        VisitAct::VisitorCalled { by: _ }
        | VisitAct::VisitorPutBack {}
        | VisitAct::VisitTakenOver { from: _, to: _ }
        | VisitAct::VisitEnded {
            ended: _,
            served: _,
        } => {}
    }
}

/// What is said of an outage is said to everybody, by the unit itself.
fn outage(act: &OutageAct) {
    match act {
        OutageAct::OutageDeclared(declared) => {
            let OutageDeclared {
                system: _,
                words: _,
                since: _,
                way: _,
                until: _,
                pack_version: _,
                simulated: _,
            } = declared;
        }
        OutageAct::OutageEnded { at: _ } => {}
    }
}

/// Whoever says how a thing is may name a person; what the thing is called names none.
fn thing(act: &mut ThingAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        ThingAct::ThingRegistered(registered) => {
            let ThingRegistered {
                kind: _,
                label: _,
                room: _,
                state: _,
                check_by: _,
                pack_version: _,
                simulated: _,
            } = registered;
        }
        ThingAct::StateChanged { state: _, reason } | ThingAct::ThingMoved { room: _, reason } => {
            each("reason", Slot::Text(reason));
        }
        ThingAct::ThingHandedOver { to: _, note } | ThingAct::ThingChecked { next: _, note } => {
            each("note", Slot::Maybe(note));
        }
    }
}

/// What stands on an officer's certificate is theirs; the ledger keeps that there is one.
fn officer(act: &mut OfficerAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        OfficerAct::QualificationGranted(granted) => {
            let QualificationGranted {
                skill: _,
                by,
                certificate,
                from: _,
                until: _,
                pack_version: _,
                simulated: _,
            } = granted;
            each("by", Slot::Text(by));
            each("certificate", Slot::Maybe(certificate));
        }
        OfficerAct::QualificationWithdrawn { skill: _, reason } => {
            each("reason", Slot::Text(reason));
        }
        OfficerAct::LessonOpened {
            lesson: _,
            gap: _,
            cause: _,
        }
        | OfficerAct::LessonRead { lesson: _ }
        | OfficerAct::LessonAnswered {
            lesson: _,
            question: _,
            right: _,
        }
        | OfficerAct::LessonDone { lesson: _ } => {}
    }
}
