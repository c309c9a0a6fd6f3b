//! Stored names are for ever: what was written once still reads.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use pengayom_core::act::Payload;
use pengayom_core::subject::case::CaseAct;
use pengayom_core::subject::encounter::EncounterAct;
use pengayom_core::subject::feedback::FeedbackAct;
use pengayom_core::subject::outage::OutageAct;
use pengayom_core::subject::unit::UnitAct;
use pengayom_core::subject::visit::VisitAct;
use serde_json::Value;

macro_rules! golden {
    ($name:literal) => {
        include_str!(concat!("golden/", $name, ".json"))
    };
}

/// The file of a payload's kind; the match fails to compile until a new act has its file.
fn file(payload: &Payload) -> &'static str {
    match payload {
        Payload::Case(act) => match act {
            CaseAct::RequestFiled(_) => golden!("case.request_filed.paper"),
            CaseAct::CaseTaken { .. } => golden!("case.case_taken"),
            CaseAct::CaseTakenOver { .. } => golden!("case.case_taken_over"),
            CaseAct::CaseAssessed { .. } => golden!("case.case_assessed"),
            CaseAct::OfficerAssigned { .. } => golden!("case.officer_assigned"),
            CaseAct::ResponderDispatched { .. } => golden!("case.responder_dispatched"),
            CaseAct::ResponderArrived { .. } => golden!("case.responder_arrived"),
            CaseAct::ResponderCleared { .. } => golden!("case.responder_cleared"),
            CaseAct::ActionTaken { .. } => golden!("case.action_taken"),
            CaseAct::ReporterAnswered { .. } => golden!("case.reporter_answered"),
            CaseAct::InformationAdded { .. } => golden!("case.information_added"),
            CaseAct::EvidenceAdded { .. } => golden!("case.evidence_added"),
            CaseAct::LetterGiven { .. } => golden!("case.letter_given"),
            CaseAct::LetterWithdrawn { .. } => golden!("case.letter_withdrawn"),
            CaseAct::DelayExplained { .. } => golden!("case.delay_explained"),
            CaseAct::SupportOffered { .. } => golden!("case.support_offered"),
            CaseAct::ReviewAsked { .. } => golden!("case.review_asked"),
            CaseAct::ReviewAnswered { .. } => golden!("case.review_answered"),
            CaseAct::CaseClosed { .. } => golden!("case.case_closed.kept"),
            CaseAct::CaseReopened { .. } => golden!("case.case_reopened"),
            CaseAct::ReaderNamed { .. } => golden!("case.reader_named"),
            CaseAct::ReaderRemoved { .. } => golden!("case.reader_removed"),
            CaseAct::ConcernedNamed { .. } => golden!("case.concerned_named"),
            CaseAct::ConcernedCleared { .. } => golden!("case.concerned_cleared"),
            CaseAct::EmergencyOpened { .. } => golden!("case.emergency_opened"),
            CaseAct::OpeningReviewed { .. } => golden!("case.opening_reviewed"),
            CaseAct::PersonNamed(_) => golden!("case.person_named"),
            CaseAct::RightsGiven(_) => golden!("case.rights_given"),
            CaseAct::MeasureBegun(_) => golden!("case.measure_begun"),
            CaseAct::MeasureEnded { .. } => golden!("case.measure_ended"),
            CaseAct::MeasureReviewed { .. } => golden!("case.measure_reviewed"),
            CaseAct::PreventionTried { .. } => golden!("case.prevention_tried"),
            CaseAct::SettlementJudged(_) => golden!("case.settlement_judged"),
            CaseAct::SettlementAnswered { .. } => golden!("case.settlement_answered"),
            CaseAct::SettlementAgreed { .. } => golden!("case.settlement_agreed"),
            CaseAct::SettlementEnded { .. } => golden!("case.settlement_ended"),
            CaseAct::HoldPlaced { .. } => golden!("case.hold_placed"),
            CaseAct::HoldLifted { .. } => golden!("case.hold_lifted"),
            CaseAct::PersonalDataErased { .. } => golden!("case.personal_data_erased"),
        },
        Payload::Encounter(act) => match act {
            EncounterAct::EncounterRecorded(_) => golden!("encounter.encounter_recorded"),
            EncounterAct::EncounterCorrected { .. } => golden!("encounter.encounter_corrected"),
            EncounterAct::PersonalDataErased { .. } => golden!("encounter.personal_data_erased"),
        },
        Payload::Feedback(act) => match act {
            FeedbackAct::FeedbackGiven(_) => golden!("feedback.feedback_given"),
            FeedbackAct::PersonalDataErased { .. } => golden!("feedback.personal_data_erased"),
        },
        Payload::Visit(act) => match act {
            VisitAct::VisitorJoined(_) => golden!("visit.visitor_joined"),
            VisitAct::VisitorCalled { .. } => golden!("visit.visitor_called"),
            VisitAct::VisitorPutBack {} => golden!("visit.visitor_put_back"),
            VisitAct::VisitTakenOver { .. } => golden!("visit.visit_taken_over"),
            VisitAct::VisitEnded { .. } => golden!("visit.visit_ended"),
        },
        Payload::Outage(act) => match act {
            OutageAct::OutageDeclared(_) => golden!("outage.outage_declared"),
            OutageAct::OutageEnded { .. } => golden!("outage.outage_ended"),
        },
        Payload::Unit(act) => match act {
            UnitAct::LedgerKeyRotated { .. } => golden!("unit.ledger_key_rotated"),
        },
    }
}

/// Every file: with all fields, then with only those an act cannot do without.
const FILES: [&str; 82] = [
    golden!("case.request_filed.paper"),
    golden!("case.support_offered"),
    golden!("case.review_asked"),
    golden!("case.review_answered"),
    golden!("case.case_taken"),
    golden!("case.case_taken_over"),
    golden!("case.case_assessed"),
    golden!("case.officer_assigned"),
    golden!("case.responder_dispatched"),
    golden!("case.responder_arrived"),
    golden!("case.responder_cleared"),
    golden!("case.action_taken"),
    golden!("case.reporter_answered"),
    golden!("case.information_added"),
    golden!("case.evidence_added"),
    golden!("case.letter_given"),
    golden!("case.letter_withdrawn"),
    golden!("case.delay_explained"),
    golden!("case.case_closed.kept"),
    golden!("case.case_reopened"),
    golden!("case.reader_named"),
    golden!("case.reader_removed"),
    golden!("case.concerned_named"),
    golden!("case.concerned_cleared"),
    golden!("case.emergency_opened"),
    golden!("case.opening_reviewed"),
    golden!("case.hold_placed"),
    golden!("case.hold_lifted"),
    golden!("encounter.encounter_recorded"),
    golden!("encounter.encounter_corrected"),
    golden!("feedback.feedback_given"),
    golden!("case.personal_data_erased"),
    golden!("encounter.personal_data_erased"),
    golden!("feedback.personal_data_erased"),
    golden!("unit.ledger_key_rotated"),
    golden!("visit.visitor_joined"),
    golden!("visit.visitor_called"),
    golden!("visit.visitor_put_back"),
    golden!("visit.visit_taken_over"),
    golden!("visit.visit_ended"),
    golden!("outage.outage_declared"),
    golden!("outage.outage_ended"),
    golden!("case.person_named"),
    golden!("case.rights_given"),
    golden!("case.measure_begun"),
    golden!("case.measure_ended"),
    golden!("case.measure_reviewed"),
    golden!("case.prevention_tried"),
    golden!("case.settlement_judged"),
    golden!("case.settlement_answered"),
    golden!("case.settlement_agreed"),
    golden!("case.settlement_ended"),
    golden!("case.request_filed.harm"),
    golden!("case.request_filed"),
    golden!("case.support_offered.least"),
    golden!("case.person_named.least"),
    golden!("case.rights_given.least"),
    golden!("case.measure_begun.least"),
    golden!("case.measure_ended.least"),
    golden!("case.measure_reviewed.least"),
    golden!("case.prevention_tried.least"),
    golden!("case.settlement_judged.least"),
    golden!("case.settlement_agreed.least"),
    golden!("case.settlement_ended.least"),
    golden!("case.review_asked.least"),
    golden!("case.request_filed.least"),
    golden!("case.case_assessed.least"),
    golden!("case.reporter_answered.least"),
    golden!("case.information_added.least"),
    golden!("case.evidence_added.least"),
    golden!("case.letter_given.least"),
    golden!("case.letter_withdrawn.least"),
    golden!("case.delay_explained.least"),
    golden!("encounter.encounter_recorded.least"),
    golden!("feedback.feedback_given.least"),
    golden!("case.case_closed"),
    golden!("case.personal_data_erased.least"),
    golden!("encounter.personal_data_erased.least"),
    golden!("feedback.personal_data_erased.least"),
    golden!("unit.ledger_key_rotated.least"),
    golden!("visit.visitor_joined.least"),
    golden!("outage.outage_declared.least"),
];

fn read(text: &str) -> (Payload, Value) {
    let golden: Value = serde_json::from_str(text).unwrap();
    let schema = u16::try_from(golden["schema"].as_u64().unwrap()).unwrap();
    let kind = golden["kind"].as_str().unwrap();
    let payload = Payload::from_stored(kind, schema, &golden["payload"].to_string()).unwrap();
    assert_eq!(payload.kind(), kind);
    (payload, golden["payload"].clone())
}

#[test]
fn what_was_stored_still_reads_and_is_written_the_same() {
    for text in FILES {
        let (payload, stored) = read(text);
        let written: Value = serde_json::from_str(&payload.to_stored().unwrap()).unwrap();
        assert_eq!(written, stored);
    }
}

#[test]
fn each_kind_of_act_has_a_file_of_its_own() {
    let (full, least) = FILES.split_at(52);
    for text in full {
        assert_eq!(file(&read(text).0), *text);
    }
    for text in least {
        assert!(full.contains(&file(&read(text).0)));
    }
    let kinds: std::collections::BTreeSet<&str> =
        full.iter().map(|text| read(text).0.kind()).collect();
    assert_eq!(kinds.len(), full.len());
}

#[test]
fn a_field_a_newer_program_added_does_not_stop_this_one() {
    let text = r#"{"act":"case_reopened","reason":"x","weather":"rain"}"#;
    assert!(Payload::from_stored("case.case_reopened", 1, text).is_ok());
}

#[test]
fn a_kind_or_schema_of_a_newer_program_is_named() {
    let text = r#"{"act":"case_reopened","reason":"x"}"#;
    for (kind, schema) in [
        ("case.case_reopened", 2),
        ("case.case_sung", 1),
        ("complaint.complaint_filed", 1),
        ("case", 1),
        ("", 0),
    ] {
        let error = Payload::from_stored(kind, schema, text).unwrap_err();
        assert!(error.to_string().contains(kind), "{error}");
    }
}
