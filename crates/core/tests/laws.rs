//! Laws of acts and subjects, on arbitrary histories.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "laws/first.rs"]
mod first;

use jiff::SignedDuration;
use pengayom_core::act::{Act, Actor, Payload, SCHEMA};
use pengayom_core::subject::case::{self, Case, CaseAct, CaseStage};
use pengayom_core::subject::encounter::{self, Encounter};
use pengayom_core::subject::feedback::{self, Feedback};
use pengayom_core::subject::outage::{self, Outage};
use pengayom_core::subject::visit::{self, Visit, VisitAct};
use pengayom_testkit::method::SampleMethod;
use pengayom_testkit::value::{few_officers, second};
use pengayom_testkit::{command, history, payload};
use proptest::collection::vec;
use proptest::prelude::*;

fn case_of(acts: &[Act]) -> Option<Case> {
    acts.iter().fold(None, case::evolve)
}

fn encounter_of(acts: &[Act]) -> Option<Encounter> {
    acts.iter().fold(None, encounter::evolve)
}

fn feedback_of(acts: &[Act]) -> Option<Feedback> {
    acts.iter().fold(None, feedback::evolve)
}

fn visit_of(acts: &[Act]) -> Option<Visit> {
    acts.iter().fold(None, visit::evolve)
}

fn outage_of(acts: &[Act]) -> Option<Outage> {
    acts.iter().fold(None, outage::evolve)
}

proptest! {
    // S21
    #[test]
    fn a_visit_is_with_one_officer_and_ends_once(acts in history::of_visit()) {
        let mut known: Option<Visit> = None;
        for act in &acts {
            let Payload::Visit(what) = &act.payload else { panic!("of a visit") };
            if let Some(known) = &known {
                prop_assert!(known.ended.is_none(), "nothing follows an end");
                if let VisitAct::VisitorCalled { .. } = what {
                    prop_assert!(known.called.is_none(), "called twice");
                }
                if let VisitAct::VisitTakenOver { from, .. } = what {
                    prop_assert_eq!(known.called.map(|called| called.by), Some(*from));
                }
                if let VisitAct::VisitEnded { served: true, .. } = what {
                    prop_assert_eq!(known.called.map(|called| called.by), act.actor.officer());
                }
            }
            known = visit::evolve(known, act);
            prop_assert_eq!(known.as_ref().map(|known| known.version), Some(act.version));
        }
        prop_assert_eq!(known.is_some(), !acts.is_empty());
    }

    // S26
    #[test]
    fn what_is_down_is_said_and_ends_in_turn(acts in history::of_outage()) {
        let mut down = false;
        for act in &acts {
            let ends = act.payload.kind() == "outage.outage_ended";
            prop_assert_eq!(ends, down);
            down = !down;
        }
        let known = outage_of(&acts);
        prop_assert_eq!(known.as_ref().map_or(0, |known| known.version) as usize, acts.len());
        if let Some(Outage { declared, ended_at: Some(at), .. }) = known {
            prop_assert!(at >= declared.since);
        }
    }

    // S45
    #[test]
    fn whoever_a_report_is_about_neither_has_it_nor_acts_in_it(acts in history::of_case()) {
        let mut known: Option<Case> = None;
        for act in &acts {
            if let (Some(case), Some(by)) = (&known, act.actor.officer()) {
                prop_assert!(!case.access.is_about(by), "{}", act.payload.kind());
            }
            known = case::evolve(known, act);
            let Some(case) = &known else { continue };
            for officer in &case.access.concerned {
                prop_assert!(!case.is_with(*officer));
                prop_assert!(!case.access.named.contains(officer));
            }
            for opening in &case.access.openings {
                prop_assert_ne!(opening.review.map(|review| review.by), Some(opening.by));
                prop_assert!(opening.at < opening.until);
            }
        }
    }

    #[test]
    fn the_same_question_of_a_case_gets_the_same_answer(
        acts in history::of_case(), step in history::step(command::of_case())
    ) {
        let known = case_of(&acts);
        let ask = || {
            let command = step.command.clone();
            case::decide(known.as_ref(), command, &step.actor, step.moment, &SampleMethod)
        };
        prop_assert_eq!(ask(), ask());
    }

    #[test]
    fn the_same_question_of_an_encounter_gets_the_same_answer(
        acts in history::of_encounter(), step in history::step(command::of_encounter())
    ) {
        let known = encounter_of(&acts);
        let ask = || {
            let (command, place) = (step.command.clone(), step.place.as_ref());
            encounter::decide(
                known.as_ref(), command, &step.actor, step.moment, place, &SampleMethod,
            )
        };
        prop_assert_eq!(ask(), ask());
    }

    #[test]
    fn the_same_question_of_a_feedback_gets_the_same_answer(
        acts in history::of_feedback(), step in history::step(command::of_feedback())
    ) {
        let known = feedback_of(&acts);
        let ask =
            || feedback::decide(known.as_ref(), step.command.clone(), step.moment, &SampleMethod);
        prop_assert_eq!(ask(), ask());
    }

    #[test]
    fn no_act_of_a_case_is_lost_in_what_is_known(acts in history::of_case()) {
        let mut known: Option<Case> = None;
        for act in &acts {
            known = case::evolve(known, act);
            let known = known.as_ref().unwrap();
            prop_assert_eq!(known.version, act.version);
            // That nobody did anything is no event.
            let idle = matches!(act.payload, Payload::Case(CaseAct::FirstHourEscalated { .. }));
            prop_assert!(idle || known.last_at >= act.happened_at);
        }
        prop_assert_eq!(known.map_or(0, |case| case.version) as usize, acts.len());
    }

    #[test]
    fn no_act_of_an_encounter_is_lost_in_what_is_known(acts in history::of_encounter()) {
        let known = encounter_of(&acts);
        prop_assert_eq!(known.as_ref().map_or(0, |known| known.version) as usize, acts.len());
        // The first recording is followed by corrections, and by nothing else.
        if let Some(known) = known {
            prop_assert_eq!(1 + known.corrections.len(), acts.len());
        }
    }

    #[test]
    fn a_feedback_has_one_act_at_most(acts in history::of_feedback()) {
        // S5
        prop_assert!(acts.len() <= 1);
        prop_assert_eq!(feedback_of(&acts).is_some(), acts.len() == 1);
    }

    #[test]
    fn what_the_rules_let_happen_keeps_a_case_in_order(acts in history::of_case()) {
        // S18, S40
        let Some(case) = case_of(&acts) else { return Ok(()); };
        prop_assert_eq!(case.stage == CaseStage::Closed, case.closed_at.is_some());
        prop_assert_eq!(case.closed_at.is_some(), case.outcome.is_some());
        prop_assert!(case.assessed_at.is_none_or(|at| at >= case.filed_at));
        if let Some(response) = case.response {
            prop_assert!(response.waited >= SignedDuration::ZERO);
            prop_assert_eq!(response.at, case.filed_at + response.waited);
            prop_assert_eq!(response.late, case.respond_by.is_some_and(|due| response.at > due));
        }
        if case.stage != CaseStage::Received {
            prop_assert!(case.assessed_at.is_some());
        }
        for responder in &case.responders {
            let sent = responder.dispatched_at.unwrap();
            prop_assert!(responder.arrived_at.is_none_or(|at| at >= sent));
            prop_assert!(responder.cleared_at.is_none_or(|at| at >= sent));
        }
    }

    #[test]
    fn no_case_is_late_and_closed_by_an_officer_without_a_reason(acts in history::of_case()) {
        // S18
        for (at, act) in acts.iter().enumerate() {
            let Payload::Case(CaseAct::CaseClosed { .. }) = &act.payload else { continue; };
            let before = case_of(&acts[..at]).unwrap();
            let imported = matches!(act.actor, Actor::Import { .. });
            let told_at = act.happened_at.max(act.recorded_at);
            prop_assert!(imported || !before.owes_a_reason(told_at));
        }
    }

    #[test]
    fn any_acts_in_any_order_are_read_without_a_stop(acts in history::any_acts()) {
        case_of(&acts);
        encounter_of(&acts);
        feedback_of(&acts);
        visit_of(&acts);
        outage_of(&acts);
    }

    #[test]
    fn the_earliest_response_counts_in_whatever_order_it_is_told(
        (told, shuffled) in responses().prop_flat_map(|told| {
            (Just(told.clone()), Just(told).prop_shuffle())
        })
    ) {
        // S18
        let filing = filing();
        let known = |responses: &[Act]| {
            let acts: Vec<Act> = std::iter::once(filing.clone())
                .chain(responses.iter().cloned())
                .collect();
            let case = case_of(&acts).unwrap();
            (case.response, case.assessed_at, case.last_at)
        };
        let found = known(&told);
        prop_assert_eq!(found, known(&shuffled));
        let earliest = told.iter().map(|act| act.happened_at).min();
        prop_assert_eq!(found.0.map(|response| response.at), earliest);
        prop_assert_eq!(
            found.0.is_some_and(|response| response.late),
            earliest.is_some_and(|at| at > second(3600))
        );
    }

    #[test]
    fn a_payload_survives_being_stored(payload in payload::any_payload()) {
        let text = payload.to_stored().unwrap();
        let read = Payload::from_stored(payload.kind(), SCHEMA, &text).unwrap();
        prop_assert_eq!(&read, &payload);
        prop_assert_eq!(read.to_stored().unwrap(), text);
    }

    #[test]
    fn a_payload_is_read_under_its_own_name_only(
        payload in payload::any_payload(), other in payload::any_payload(), schema in any::<u16>()
    ) {
        let text = payload.to_stored().unwrap();
        // Data of every subject is erased under one name, and an erasure says the same of each.
        let name = |payload: &Payload| payload.kind().split_once('.').unwrap().1;
        if name(&other) != name(&payload) {
            prop_assert!(Payload::from_stored(other.kind(), SCHEMA, &text).is_err());
        }
        if schema != SCHEMA {
            prop_assert!(Payload::from_stored(payload.kind(), schema, &text).is_err());
        }
    }

    #[test]
    fn a_damaged_payload_is_refused_without_repeating_it(
        payload in payload::any_payload(), cut in any::<prop::sample::Index>()
    ) {
        let text = payload.to_stored().unwrap();
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let damaged = format!("{}{SECRET}{}", &text[..at], &text[at..]);
        if let Err(error) = Payload::from_stored(payload.kind(), SCHEMA, &damaged) {
            prop_assert!(!says_secret(&error), "{error} {error:?}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_sort_is_refused_without_repeating_it(
        payload in payload::any_payload(), which in any::<prop::sample::Index>()
    ) {
        let text = payload.to_stored().unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let fields = value.as_object_mut().unwrap();
        let name = fields.keys().nth(which.index(fields.len())).unwrap().clone();
        for wrong in [serde_json::json!(SECRET), serde_json::json!({ SECRET: SECRET })] {
            fields.insert(name.clone(), wrong);
            let text = serde_json::to_string(fields).unwrap();
            if let Err(error) = Payload::from_stored(payload.kind(), SCHEMA, &text) {
                prop_assert!(!says_secret(&error), "{error} {error:?}");
            }
        }
    }

    #[test]
    fn any_text_is_read_as_a_payload_or_refused(
        payload in payload::any_payload(), text in any::<String>()
    ) {
        let _ = Payload::from_stored(payload.kind(), SCHEMA, &text);
        let _ = Payload::from_stored(&text, SCHEMA, &text);
    }
}

/// What a person might have written.
const SECRET: &str = "Siti Aminah, 0812-3456-7890";

fn says_secret(error: &pengayom_core::act::PayloadError) -> bool {
    let said = format!("{error} {error:?}");
    said.contains("Siti") || said.contains("0812")
}

#[test]
fn a_payload_nested_without_end_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Payload::from_stored("case.case_taken", SCHEMA, &deep).is_err());
}

/// A filing at second 0, answered in time up to second 3600.
fn filing() -> Act {
    let text = include_str!("golden/case.request_filed.least.json");
    let golden: serde_json::Value = serde_json::from_str(text).unwrap();
    let payload = golden["payload"].to_string();
    let mut payload = Payload::from_stored("case.request_filed", SCHEMA, &payload).unwrap();
    if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut payload {
        filed.respond_by = Some(second(3600));
    }
    response(second(0), payload)
}

fn response(at: jiff::Timestamp, payload: Payload) -> Act {
    Act {
        id: "019abcde-0000-7000-8000-000000000001".parse().unwrap(),
        unit: "polres-pati".parse().unwrap(),
        subject: history::CASE,
        version: 1,
        actor: Actor::Citizen,
        happened_at: at,
        recorded_at: at,
        place: None,
        payload,
    }
}

/// Acts that end the wait.
fn responses() -> impl Strategy<Value = Vec<Act>> {
    let text = || "x".to_owned();
    let what = prop_oneof![
        Just(CaseAct::ReporterAnswered {
            text: text(),
            next_news_by: None
        }),
        Just(CaseAct::ResponderArrived { responder: text() }),
        Just(CaseAct::CaseClosed {
            outcome: text(),
            reason: text(),
            keep_months: None,
        }),
    ];
    let one = (what, 0_i64..10_000, few_officers()).prop_map(|(what, at, id)| {
        let mut act = response(second(at), Payload::Case(what));
        act.actor = Actor::Officer { id };
        act
    });
    vec(one, 0..8)
}

#[test]
fn the_histories_of_these_laws_reach_every_kind_of_act() {
    use proptest::strategy::ValueTree;
    /// Kinds of acts of cases, encounters and judgements that commands lead to.
    const KINDS: usize = 31;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..3_000 {
        let cases = history::of_case().new_tree(&mut runner).unwrap().current();
        let encounters = history::of_encounter()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let feedback = history::of_feedback()
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let acts = cases.iter().chain(&encounters).chain(&feedback);
        // Acts of proof and custody have laws of their own, beside their rules: most need a chain of steps that
        // chance seldom finds.
        let of_proof = |kind: &&str| {
            const PROOF: [&str; 9] = [
                "case.offence",
                "case.evidence_",
                "case.other_side",
                "case.proof",
                "case.handover",
                "case.exhibit",
                "case.disposal",
                "case.count",
                "case.custody",
            ];
            let known = PROOF.iter().any(|begin| kind.starts_with(begin));
            known && *kind != "case.evidence_added"
        };
        let kinds = acts.map(|act| act.payload.kind());
        reached.extend(kinds.filter(|kind| !of_proof(kind)));
        if reached.len() == KINDS {
            break;
        }
    }
    // One file for each kind lies in tests/golden; tests/golden.rs proves that none is missing.
    assert_eq!(reached.len(), KINDS, "{reached:?}");
}
