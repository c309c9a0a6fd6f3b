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
use pengayom_core::subject::officer::OfficerAct;
use pengayom_core::subject::outage::OutageAct;
use pengayom_core::subject::thing::ThingAct;
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
            CaseAct::OfficerAssigned { .. } => golden!("case.officer_assigned.lacks"),
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
            CaseAct::StepDone { .. } => golden!("case.step_done"),
            CaseAct::StepLeftOut { .. } => golden!("case.step_left_out"),
            CaseAct::StepTakenBack { .. } => golden!("case.step_taken_back"),
            CaseAct::DifficultySet { .. } => golden!("case.difficulty_set"),
            CaseAct::ProgressDrafted { .. } => golden!("case.progress_drafted"),
            CaseAct::ProgressSent { .. } => golden!("case.progress_sent"),
            CaseAct::ProgressDelayExplained { .. } => golden!("case.progress_delay_explained"),
            CaseAct::CaseMergedInto { .. } => golden!("case.case_merged_into"),
            CaseAct::CaseMergeReceived { .. } => golden!("case.case_merge_received"),
            CaseAct::CaseMergeUndone { .. } => golden!("case.case_merge_undone"),
            CaseAct::OffenceNamed(_) => golden!("case.offence_named"),
            CaseAct::OffenceDropped(_) => golden!("case.offence_dropped"),
            CaseAct::EvidenceTyped(_) => golden!("case.evidence_typed"),
            CaseAct::EvidenceLinked(_) => golden!("case.evidence_linked"),
            CaseAct::EvidenceOut(_) => golden!("case.evidence_out"),
            CaseAct::OtherSideSought(_) => golden!("case.other_side_sought"),
            CaseAct::ProofRefused(_) => golden!("case.proof_refused"),
            CaseAct::FileAltered(_) => golden!("case.file_altered"),
            CaseAct::ExhibitTaken(_) => golden!("case.exhibit_taken"),
            CaseAct::HandoverOffered(_) => golden!("case.handover_offered"),
            CaseAct::HandoverAccepted(_) => golden!("case.handover_accepted"),
            CaseAct::HandoverEnded(_) => golden!("case.handover_ended"),
            CaseAct::ExhibitMoved(_) => golden!("case.exhibit_moved"),
            CaseAct::ExhibitSent(_) => golden!("case.exhibit_sent"),
            CaseAct::ExhibitBack(_) => golden!("case.exhibit_back"),
            CaseAct::DisposalProposed(_) => golden!("case.disposal_proposed"),
            CaseAct::DisposalConfirmed(_) => golden!("case.disposal_confirmed"),
            CaseAct::DisposalRejected(_) => golden!("case.disposal_rejected"),
            CaseAct::CountDiffered(_) => golden!("case.count_differed"),
            CaseAct::CustodyExplained(_) => golden!("case.custody_explained"),
            CaseAct::ProofSubmitted {} => golden!("case.proof_submitted"),
            CaseAct::CaseClosed { .. } => golden!("case.case_closed.kept"),
            CaseAct::CaseReopened { .. } => golden!("case.case_reopened"),
            CaseAct::ReaderNamed { .. } => golden!("case.reader_named"),
            CaseAct::ReaderRemoved { .. } => golden!("case.reader_removed"),
            CaseAct::ConcernedNamed { .. } => golden!("case.concerned_named"),
            CaseAct::ConcernedCleared { .. } => golden!("case.concerned_cleared"),
            CaseAct::EmergencyOpened { .. } => golden!("case.emergency_opened"),
            CaseAct::OpeningReviewed { .. } => golden!("case.opening_reviewed"),
            CaseAct::TriageAnswered { .. } => golden!("case.triage_answered"),
            CaseAct::TriageDecided { .. } => golden!("case.triage_decided"),
            CaseAct::SecondLookGiven { .. } => golden!("case.second_look_given"),
            CaseAct::TriageSettled { .. } => golden!("case.triage_settled"),
            CaseAct::ChildReports { .. } => golden!("case.child_reports"),
            CaseAct::ReporterIsReported { .. } => golden!("case.reporter_is_reported"),
            CaseAct::ReadBackToReporter { .. } => golden!("case.read_back_to_reporter"),
            CaseAct::FirstHourStepDone { .. } => golden!("case.first_hour_step_done"),
            CaseAct::RiskRecorded { .. } => golden!("case.risk_recorded"),
            CaseAct::FirstHourEscalated { .. } => golden!("case.first_hour_escalated"),
            CaseAct::EscalationTaken { .. } => golden!("case.escalation_taken.overdue"),
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
            EncounterAct::EncounterRecorded(_) => golden!("encounter.encounter_recorded.stage"),
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
        Payload::Thing(act) => match act {
            ThingAct::ThingRegistered(_) => golden!("thing.thing_registered"),
            ThingAct::StateChanged { .. } => golden!("thing.state_changed"),
            ThingAct::ThingMoved { .. } => golden!("thing.thing_moved"),
            ThingAct::ThingHandedOver { .. } => golden!("thing.thing_handed_over"),
            ThingAct::ThingChecked { .. } => golden!("thing.thing_checked"),
        },
        Payload::Officer(act) => match act {
            OfficerAct::QualificationGranted(_) => golden!("officer.qualification_granted"),
            OfficerAct::QualificationWithdrawn { .. } => {
                golden!("officer.qualification_withdrawn")
            }
            OfficerAct::LessonOpened { .. } => golden!("officer.lesson_opened"),
            OfficerAct::LessonRead { .. } => golden!("officer.lesson_read"),
            OfficerAct::LessonAnswered { .. } => golden!("officer.lesson_answered"),
            OfficerAct::LessonDone { .. } => golden!("officer.lesson_done"),
        },
        Payload::Unit(act) => match act {
            UnitAct::LedgerKeyRotated { .. } => golden!("unit.ledger_key_rotated"),
            UnitAct::LetterTemplateSet(_) => golden!("unit.letter_template_set"),
            UnitAct::LetterTemplateReset { .. } => golden!("unit.letter_template_reset"),
        },
    }
}

/// Every file: with all fields, then with only those an act cannot do without.
const FILES: [&str; 140] = [
    golden!("case.step_done"),
    golden!("case.step_left_out"),
    golden!("case.step_taken_back"),
    golden!("case.difficulty_set"),
    golden!("case.progress_drafted"),
    golden!("case.progress_sent"),
    golden!("case.progress_delay_explained"),
    golden!("case.case_merged_into"),
    golden!("case.case_merge_received"),
    golden!("case.case_merge_undone"),
    golden!("case.request_filed.paper"),
    golden!("case.support_offered"),
    golden!("case.review_asked"),
    golden!("case.review_answered"),
    golden!("case.case_taken"),
    golden!("case.case_taken_over"),
    golden!("case.case_assessed"),
    golden!("case.officer_assigned.lacks"),
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
    golden!("case.triage_answered"),
    golden!("case.triage_decided"),
    golden!("case.second_look_given"),
    golden!("case.triage_settled"),
    golden!("case.child_reports"),
    golden!("case.reporter_is_reported"),
    golden!("case.read_back_to_reporter"),
    golden!("case.first_hour_step_done"),
    golden!("case.risk_recorded"),
    golden!("case.first_hour_escalated"),
    golden!("case.escalation_taken.overdue"),
    golden!("case.hold_placed"),
    golden!("case.hold_lifted"),
    golden!("encounter.encounter_recorded.stage"),
    golden!("encounter.encounter_corrected"),
    golden!("feedback.feedback_given"),
    golden!("case.personal_data_erased"),
    golden!("encounter.personal_data_erased"),
    golden!("feedback.personal_data_erased"),
    golden!("unit.ledger_key_rotated"),
    golden!("unit.letter_template_set"),
    golden!("unit.letter_template_reset"),
    golden!("visit.visitor_joined"),
    golden!("visit.visitor_called"),
    golden!("visit.visitor_put_back"),
    golden!("visit.visit_taken_over"),
    golden!("visit.visit_ended"),
    golden!("outage.outage_declared"),
    golden!("outage.outage_ended"),
    golden!("thing.thing_registered"),
    golden!("thing.state_changed"),
    golden!("thing.thing_moved"),
    golden!("thing.thing_handed_over"),
    golden!("thing.thing_checked"),
    golden!("officer.qualification_granted"),
    golden!("officer.qualification_withdrawn"),
    golden!("officer.lesson_opened"),
    golden!("officer.lesson_read"),
    golden!("officer.lesson_answered"),
    golden!("officer.lesson_done"),
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
    golden!("case.letter_given.words"),
    golden!("case.letter_given.issued"),
    golden!("case.letter_given.least"),
    golden!("case.letter_withdrawn.on_file"),
    golden!("case.letter_withdrawn.least"),
    golden!("case.delay_explained.least"),
    golden!("case.step_done.least"),
    golden!("case.progress_delay_explained.least"),
    golden!("encounter.encounter_recorded"),
    golden!("encounter.encounter_recorded.least"),
    golden!("feedback.feedback_given.least"),
    golden!("case.triage_answered.least"),
    golden!("case.triage_decided.least"),
    golden!("case.second_look_given.least"),
    golden!("case.triage_settled.least"),
    golden!("case.reporter_is_reported.least"),
    golden!("case.first_hour_step_done.least"),
    golden!("case.risk_recorded.least"),
    golden!("case.escalation_taken"),
    golden!("case.case_closed"),
    golden!("case.personal_data_erased.least"),
    golden!("encounter.personal_data_erased.least"),
    golden!("feedback.personal_data_erased.least"),
    golden!("unit.ledger_key_rotated.least"),
    golden!("unit.letter_template_reset.least"),
    golden!("visit.visitor_joined.least"),
    golden!("outage.outage_declared.least"),
    golden!("case.officer_assigned"),
    golden!("thing.thing_registered.least"),
    golden!("thing.state_changed.least"),
    golden!("thing.thing_moved.least"),
    golden!("thing.thing_handed_over.least"),
    golden!("thing.thing_checked.least"),
    golden!("officer.qualification_granted.least"),
    golden!("officer.qualification_withdrawn.least"),
    golden!("officer.lesson_opened.least"),
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
    let (full, least) = FILES.split_at(86);
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
