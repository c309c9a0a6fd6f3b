//! The case view.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Act, Payload};
use pengayom_core::place::Point;
use pengayom_core::subject::case::{
    Case, CaseAct, CaseStage, Escalation, ExhibitBack, ExhibitMoved, Kept,
};
use pengayom_core::subject::retention;
use pengayom_core::value::CaseId;

use super::{RowChange, shown};
use crate::rows::{CaseClass, CaseFirstHour, CaseMeasured, CaseRow};

/// The row of a case.
pub(super) fn row(id: CaseId, case: &Case, zone: &TimeZone) -> CaseRow {
    let place = case.place.as_ref();
    let draft = case.news.draft.as_ref();
    let open = case.stage != CaseStage::Closed;
    let (rights_owed, rights_in_time) = case.rights.counts();
    CaseRow {
        id,
        version: case.version,
        number: case.filed.number.clone(),
        secret: case.filed.secret,
        service: case.service.clone(),
        report_kind: case.filed.report_kind.as_deref().map(shown),
        channel: case.filed.channel,
        stage: case.stage,
        danger: case.filed.danger,
        sensitive: case.sensitive,
        simulated: case.filed.simulated,
        station: place.map(|place| place.station.clone()),
        beat: place.and_then(|place| place.beat.clone()),
        stratum: place.and_then(|place| place.stratum.as_deref()).map(shown),
        lat: place.and_then(|place| place.point).map(Point::lat),
        lng: place.and_then(|place| place.point).map(Point::lng),
        place_text: place.and_then(|place| place.text.as_deref()).map(shown),
        filed_at: case.filed_at,
        recorded_at: case.recorded_at,
        respond_by: case.respond_by,
        responded_at: case.response.map(|response| response.at),
        responded_late: case.response.is_some_and(|response| response.late),
        assessed_at: case.assessed_at,
        taken_by: case.taken_by,
        assigned_to: case.assigned_to,
        next_news_by: case.next_news_by,
        late_reason: case.late_reason.as_deref().map(shown),
        closed_at: case.closed_at,
        outcome: case.outcome.as_deref().map(shown),
        reporter: case.filed.reporter,
        reachable: case.filed.reachable,
        last_at: case.last_at,
        kept_from: case.kept_from,
        keep_until: keep_until(case, zone),
        held_since: case.hold.as_ref().map(|hold| hold.since),
        support_due: case.stage != CaseStage::Closed && case.owes_support(),
        review_asked_at: case.reviews.open_since(),
        access: case.access.clone(),
        opening_unreviewed_at: case.access.unreviewed_since(),
        opened_at: case.access.last_opened_at(),
        unhanded_at: case.access.unhanded_at,
        news_due_at: draft.map(|draft| draft.due_at),
        news_stage: draft.map(|draft| shown(&draft.stage)),
        news_late_reason: draft
            .and_then(|draft| draft.late_reason.as_deref())
            .map(shown),
        class: class(case),
        first_hour: CaseFirstHour {
            first_action_at: case.first_hour.first_action_at,
            level: waiting(case).map(|known| shown(&known.level)),
            since: waiting(case).map(|known| known.since),
            escalations: case.first_hour.escalations,
        },
        exhibits: kept(case),
        rights_due_at: case.rights.due_at().filter(|_| open),
        measure_due_at: case.control.due_at().filter(|_| open),
        rights_owed,
        rights_in_time,
        rights_wait_s: case.rights.longest_wait().map(seconds),
        measured: measured(case),
    }
}

fn measured(case: &Case) -> CaseMeasured {
    let (news_sent, news_late) = case.news.counts();
    CaseMeasured {
        class_since: case.triage.since,
        looks: case.triage.looks,
        looks_agreed: case.triage.looks_agreed,
        told_at: case.first_hour.first_told_at,
        told_taken_at: case.first_hour.first_taken_at,
        proof_gaps: case.proof.first_gaps,
        news_sent,
        news_late,
    }
}

/// What waits up the line; of a closed case nothing does.
fn waiting(case: &Case) -> Option<&Escalation> {
    let open = case.stage != CaseStage::Closed;
    case.first_hour.waiting.as_ref().filter(|_| open)
}

fn class(case: &Case) -> CaseClass {
    let triage = &case.triage;
    CaseClass {
        last: triage.last.as_ref().map(|last| last.matter),
        first: triage.first.as_ref().map(|first| first.matter),
        at: triage.first.as_ref().map(|first| first.at),
        last_at: triage.last.as_ref().map(|last| last.at),
        changes: triage.changes,
        disagreed: triage.disagreed,
        second_look: triage.second_look,
        second_look_at: triage.waits_since(),
    }
}

/// Things in keeping, as tables can hold them.
fn kept(case: &Case) -> Vec<Kept> {
    let mut kept = case.kept();
    for thing in &mut kept {
        thing.place = shown(&thing.place);
        thing.seal = thing.seal.as_deref().map(shown);
    }
    kept
}

/// Whole seconds of a wait; one longer than a century counts as that.
fn seconds(wait: SignedDuration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX)
}

/// The first moment after what was promised at the closing; where nothing was, the closing itself.
fn keep_until(case: &Case, zone: &TimeZone) -> Option<Timestamp> {
    let from = case.kept_from.filter(|_| case.hold.is_none())?;
    let promised = case.keep_months;
    Some(promised.map_or(from, |months| retention::ends(from, months, zone)))
}

/// The words acts add to what a case is found by, or that nothing is left of them.
pub(super) fn texts(id: CaseId, case: &Case, acts: &[Act]) -> Vec<RowChange> {
    let is_erasure = |act: &Act| {
        matches!(
            act.payload,
            Payload::Case(CaseAct::PersonalDataErased { .. })
        )
    };
    // Words told after the erasure, should there ever be any, are found again.
    let Some(at) = acts.iter().rposition(is_erasure) else {
        return acts.iter().filter_map(|act| text(id, act)).collect();
    };
    let number = case.filed.number.as_ref();
    let dropped = RowChange::DropCaseText {
        case: id,
        number: number.map(ToString::to_string).unwrap_or_default(),
    };
    let later = acts.iter().skip(at + 1).filter_map(|act| text(id, act));
    std::iter::once(dropped).chain(later).collect()
}

/// The words an act adds to what a case is found by.
fn text(case: CaseId, act: &Act) -> Option<RowChange> {
    let Payload::Case(payload) = &act.payload else {
        return None;
    };
    let text = match payload {
        CaseAct::RequestFiled(filed) => {
            let number = filed
                .number
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let place = act
                .place
                .as_ref()
                .and_then(|place| place.text.as_deref())
                .unwrap_or("");
            let words = [number.as_str(), filed.description.as_str(), place];
            // An imported call without words and place is found by its number alone.
            words.join(" ").trim().to_owned()
        }
        CaseAct::ActionTaken { text, .. }
        | CaseAct::ReporterAnswered { text, .. }
        | CaseAct::InformationAdded { text, .. }
        | CaseAct::ProgressSent { text, .. } => text.clone(),
        CaseAct::EvidenceAdded { description, .. } => description.clone(),
        // A thing is asked for by the seal on it.
        CaseAct::ExhibitTaken(taken) => {
            let seal = taken.seal.as_deref().unwrap_or("");
            format!("{} {seal}", taken.description).trim().to_owned()
        }
        CaseAct::ExhibitMoved(ExhibitMoved { seal, .. })
        | CaseAct::ExhibitBack(ExhibitBack { seal, .. }) => seal.clone().unwrap_or_default(),
        // People ask for a letter by the number on it.
        CaseAct::LetterGiven { number, .. } => number.clone().unwrap_or_default(),
        _ => return None,
    };
    (!text.is_empty()).then_some(RowChange::AddCaseText {
        case,
        version: act.version,
        text: shown(&text),
    })
}
