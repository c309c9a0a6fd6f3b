//! Whose a matter is and the first hour, on the rules themselves: given acts, when a command, then acts or
//! a refusal.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Act, Actor, Payload, Subject};
use pengayom_core::pack::Matter;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{
    self, Case, CaseAct, CaseCommand, CaseRefusal, CaseStage, Channel, ConfirmedBy,
    EscalationCause, Guardian, Harm, ReviewKind, RiskNote, RiskTrend, SecondLook, ToldBy,
    TriageAnswer, TriageDecision, TriageReply, walk,
};
use pengayom_core::value::{ActId, CaseId, OfficerId};
use pengayom_testkit::method::{SampleMethod, TREE};
use pengayom_testkit::payload::triage_answer;
use pengayom_testkit::value::service;
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

#[path = "hour.rs"]
mod hour;

fn minute(n: i64) -> Timestamp {
    let start: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(n)
}

fn by(n: u128) -> Actor {
    Actor::Officer {
        id: OfficerId(Uuid::from_u128(n)),
    }
}

fn program() -> Actor {
    Actor::Program {
        job: "case.first_hour".to_owned(),
    }
}

/// A case, and what was asked of it so far.
struct Run {
    case: Option<Case>,
    acts: Vec<Act>,
}

impl Run {
    /// Reported at minute 0, with nobody in danger; the service promises an answer within the hour.
    fn filed(danger: bool) -> Self {
        let mut run = Self {
            case: None,
            acts: Vec::new(),
        };
        let file = CaseCommand::FileRequest {
            secret: None,
            service: service("lost_item"),
            report_kind: None,
            channel: Channel::Desk,
            paper: None,
            description: "motor tidak dikembalikan".to_owned(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger,
            reporter: None,
            reachable: false,
            media: Vec::new(),
            pack_version: "1".to_owned(),
            simulated: false,
            priority: None,
        };
        run.ask(&by(1), 0, file).unwrap();
        run
    }

    fn ask(
        &mut self,
        who: &Actor,
        at: i64,
        command: CaseCommand,
    ) -> Result<Vec<CaseAct>, CaseRefusal> {
        let moment = Moment::now(minute(at));
        let acts = case::decide(self.case.as_ref(), command, who, moment, &SampleMethod)?;
        for act in &acts {
            let version = u32::try_from(self.acts.len() + 1).unwrap();
            let act = Act {
                id: ActId(Uuid::from_u128(u128::from(version))),
                unit: "polres-pati".parse().unwrap(),
                subject: Subject::Case(CaseId(Uuid::from_u128(1))),
                version,
                actor: who.clone(),
                happened_at: minute(at),
                recorded_at: minute(at),
                place: None,
                payload: Payload::Case(act.clone()),
            };
            self.case = case::evolve(self.case.take(), &act);
            self.acts.push(act);
        }
        Ok(acts)
    }

    fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }
}

fn answers(pairs: &[(&str, TriageReply)]) -> Vec<TriageAnswer> {
    let one = |(question, answer): &(&str, TriageReply)| TriageAnswer {
        question: (*question).to_owned(),
        answer: *answer,
    };
    pairs.iter().map(one).collect()
}

fn answer(pairs: &[(&str, TriageReply)]) -> CaseCommand {
    CaseCommand::AnswerTriage {
        answers: answers(pairs),
        pack_version: "1".to_owned(),
    }
}

fn decide(outcome: &str, reason: &str, referrals: &[&str]) -> CaseCommand {
    CaseCommand::DecideTriage(TriageDecision {
        outcome: outcome.to_owned(),
        service: None,
        reason: reason.to_owned(),
        referrals: referrals.iter().map(|code| (*code).to_owned()).collect(),
    })
}

fn look(outcome: &str) -> CaseCommand {
    CaseCommand::LookAgain {
        outcome: outcome.to_owned(),
        reason: "ada tipu sejak awal".to_owned(),
    }
}

fn ask_again() -> CaseCommand {
    CaseCommand::AskReview {
        review: ReviewKind::SecondLook,
        text: String::new(),
    }
}

fn settle_as(outcome: &str) -> CaseCommand {
    CaseCommand::SettleTriage {
        outcome: outcome.to_owned(),
        reason: "bukti tipu ada".to_owned(),
        referrals: places(outcome)
            .iter()
            .map(|code| (*code).to_owned())
            .collect(),
    }
}

/// Where the reporter of such a matter is referred to.
fn places(outcome: &str) -> &'static [&'static str] {
    if outcome == "debt" { &["court"] } else { &[] }
}

/// The service it was asked for is the right one: decided, though not whose the matter is.
fn assess() -> CaseCommand {
    CaseCommand::Assess {
        service: service("lost_item"),
        reason: None,
    }
}

const DEBT: [(&str, TriageReply); 3] = [
    ("danger", TriageReply::No),
    ("agreement", TriageReply::Yes),
    ("deceit", TriageReply::No),
];

fn is_text(refusal: &CaseRefusal) -> bool {
    matches!(
        refusal,
        CaseRefusal::Text {
            field: "reason",
            ..
        }
    )
}

#[test]
fn danger_comes_before_papers() {
    // S10
    let walked = walk(&TREE, &answers(&[("danger", TriageReply::Yes)]));
    assert_eq!(walked.danger.as_deref(), Some("emergency"));
    assert_eq!(
        walked.next.as_deref(),
        Some("agreement"),
        "the rest is finished later"
    );
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&[("danger", TriageReply::Yes)]))
        .unwrap();
    assert_eq!(run.case().triage.danger_at, Some(minute(1)));
    // Half a tree without danger says nothing.
    let half = answer(&[("danger", TriageReply::No)]);
    assert_eq!(
        Run::filed(false).ask(&by(1), 1, half),
        Err(CaseRefusal::TriageUnfinished)
    );
}

#[test]
fn what_nobody_can_say_goes_on_where_help_is() {
    // S10
    let unknown = ["danger", "agreement", "deceit"].map(|one| (one, TriageReply::Unknown));
    let walked = walk(&TREE, &answers(&unknown));
    assert_eq!(walked.danger.as_deref(), Some("emergency"));
    assert_eq!(walked.outcome.as_deref(), Some("crime"));
}

#[test]
fn a_civil_matter_needs_a_reason_and_a_referral() {
    // S10
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    assert_eq!(run.case().triage.proposed.as_deref(), Some("debt"));
    let refused = run
        .ask(&by(1), 2, decide("debt", " ", &["court"]))
        .unwrap_err();
    assert!(is_text(&refused), "{refused}");
    let refused = run.ask(&by(1), 2, decide("debt", "tanpa tipu", &[]));
    assert_eq!(refused, Err(CaseRefusal::ReferralMissing));
    let refused = run
        .ask(&by(1), 2, decide("debt", "tanpa tipu", &["moon"]))
        .unwrap_err();
    assert!(matches!(
        refused,
        CaseRefusal::NotInPack {
            field: "referral",
            ..
        }
    ));
    run.ask(&by(1), 2, decide("debt", "tanpa tipu", &["court", "court"]))
        .unwrap();
    let triage = &run.case().triage;
    assert_eq!(triage.referrals, ["court"]);
    assert_eq!(triage.last.as_ref().unwrap().matter, Matter::Civil);
    assert_eq!(triage.second_look, Some(SecondLook::Due));
    assert_eq!(run.case().stage, CaseStage::Assessed);
}

#[test]
fn departing_from_the_proposal_needs_a_reason_and_is_counted() {
    // S10
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    let refused = run.ask(&by(1), 2, decide("crime", "", &[])).unwrap_err();
    assert!(is_text(&refused), "{refused}");
    run.ask(&by(1), 2, decide("crime", "ada nama palsu", &[]))
        .unwrap();
    assert!(run.case().triage.disagreed);
    // What the tree proposes needs none.
    let mut run = Run::filed(false);
    let deceit = [DEBT[0], DEBT[1], ("deceit", TriageReply::Yes)];
    run.ask(&by(1), 1, answer(&deceit)).unwrap();
    run.ask(&by(1), 2, decide("crime", "", &[])).unwrap();
    assert!(!run.case().triage.disagreed);
}

#[test]
fn a_changed_class_is_an_act_with_its_reason() {
    // S10
    let mut run = Run::filed(false);
    run.ask(&by(1), 2, decide("crime", "diambil", &[])).unwrap();
    run.ask(&by(1), 9, decide("debt", "ternyata utang", &["court"]))
        .unwrap();
    let triage = &run.case().triage;
    assert_eq!(triage.changes, 1);
    assert_eq!(triage.first.as_ref().unwrap().at, minute(2));
    assert_eq!(triage.last.as_ref().unwrap().at, minute(9));
    assert!(matches!(
        run.acts.last().unwrap().payload,
        Payload::Case(CaseAct::TriageDecided {
            was: Some(Matter::Criminal),
            ..
        })
    ));
}

#[test]
fn a_second_look_is_given_by_somebody_else_and_a_conflict_is_decided_by_a_third() {
    // S10
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    run.ask(&by(1), 2, decide("debt", "tanpa tipu", &["court"]))
        .unwrap();
    assert_eq!(
        run.ask(&by(1), 3, look("debt")),
        Err(CaseRefusal::OwnDecision)
    );
    run.ask(&by(2), 3, look("crime")).unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Conflict));
    // Both stay until somebody else decides.
    assert_eq!(
        run.ask(&by(1), 4, decide("crime", "berubah", &[])),
        Err(CaseRefusal::LooksDiffer)
    );
    let settle = |outcome: &str| CaseCommand::SettleTriage {
        outcome: outcome.to_owned(),
        reason: "bukti tipu ada".to_owned(),
        referrals: Vec::new(),
    };
    for party in [1, 2] {
        assert_eq!(
            run.ask(&by(party), 5, settle("crime")),
            Err(CaseRefusal::OwnDecision)
        );
    }
    assert_eq!(
        run.ask(&by(3), 5, settle("debt")),
        Err(CaseRefusal::ReferralMissing)
    );
    run.ask(&by(3), 5, settle("crime")).unwrap();
    let triage = &run.case().triage;
    assert_eq!(triage.second_look, Some(SecondLook::Settled));
    assert_eq!(triage.last.as_ref().unwrap().matter, Matter::Criminal);
    assert_eq!((triage.changes, triage.waits_since()), (1, None));
    assert_eq!(
        run.ask(&by(4), 6, look("debt")),
        Err(CaseRefusal::NothingAsked)
    );
}

#[test]
fn the_reporter_can_ask_for_a_second_look_at_the_class() {
    // S10 S40
    let mut run = Run::filed(false);
    run.ask(&by(1), 2, decide("crime", "diambil", &[])).unwrap();
    assert_eq!(run.case().triage.second_look, None);
    run.ask(&Actor::Citizen, 5, ask_again()).unwrap();
    assert_eq!(run.case().triage.waits_since(), Some(minute(5)));
    let words = CaseCommand::AnswerReview {
        review: ReviewKind::SecondLook,
        text: "sudah".to_owned(),
    };
    assert_eq!(run.ask(&by(2), 6, words), Err(CaseRefusal::LookAtClass));
    run.ask(&by(2), 6, look("crime")).unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Agreed));
    assert_eq!(run.case().reviews.open_since(), None, "that was the answer");
}

#[test]
fn no_decision_ends_a_second_look_that_is_due() {
    // S10 S40: the reporter asked, and the same is decided again.
    let mut run = Run::filed(false);
    run.ask(&by(1), 2, decide("crime", "diambil", &[])).unwrap();
    run.ask(&Actor::Citizen, 5, ask_again()).unwrap();
    run.ask(&by(1), 6, decide("crime", "tetap", &[])).unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Due));
    run.ask(&by(2), 7, look("crime")).unwrap();
    // It was answered: the next decision is looked at only where the tree says so.
    run.ask(&by(1), 8, decide("crime", "tetap", &[])).unwrap();
    assert_eq!(run.case().triage.second_look, None);
    // The tree asked, and is asked anew on a way on which it does not.
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    run.ask(&by(1), 2, decide("debt", "tanpa tipu", &["court"]))
        .unwrap();
    let deceit = [DEBT[0], DEBT[1], ("deceit", TriageReply::Yes)];
    run.ask(&by(1), 3, answer(&deceit)).unwrap();
    run.ask(&by(1), 4, decide("crime", "ada tipu", &[]))
        .unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Due));
}

#[test]
fn a_second_look_waits_since_it_was_asked_for_whatever_is_decided_meanwhile() {
    // S10 S40
    let mut run = Run::filed(false);
    run.ask(&by(1), 2, decide("crime", "diambil", &[])).unwrap();
    run.ask(&Actor::Citizen, 5, ask_again()).unwrap();
    for at in [6, 600] {
        run.ask(&by(1), at, decide("crime", "tetap", &[])).unwrap();
        assert_eq!(run.case().triage.waits_since(), Some(minute(5)));
    }
    run.ask(&by(2), 601, look("crime")).unwrap();
    assert_eq!(run.case().triage.waits_since(), None);
    // The next one is another wait.
    run.ask(&Actor::Citizen, 700, ask_again()).unwrap();
    assert_eq!(run.case().triage.waits_since(), Some(minute(700)));
    // Asked for before there was a class: since then.
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, assess()).unwrap();
    run.ask(&Actor::Citizen, 3, ask_again()).unwrap();
    run.ask(&by(1), 9, decide("crime", "diambil", &[])).unwrap();
    assert_eq!(run.case().triage.waits_since(), Some(minute(3)));
}

#[test]
fn a_reporter_does_not_ask_for_a_second_look_that_is_due_anyway() {
    // S10 S40
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    run.ask(&by(1), 2, decide("debt", "tanpa tipu", &["court"]))
        .unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Due));
    assert_eq!(
        run.ask(&Actor::Citizen, 3, ask_again()),
        Err(CaseRefusal::AlreadyAsked)
    );
    // Two who differ: somebody decides anyway.
    run.ask(&by(2), 4, look("crime")).unwrap();
    assert_eq!(
        run.ask(&Actor::Citizen, 5, ask_again()),
        Err(CaseRefusal::AlreadyAsked)
    );
    run.ask(&by(3), 6, settle_as("crime")).unwrap();
    run.ask(&Actor::Citizen, 7, ask_again()).unwrap();
}

#[test]
fn what_a_third_decided_is_decided_anew_only_with_a_second_look() {
    // S10
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, answer(&DEBT)).unwrap();
    run.ask(&by(1), 2, decide("debt", "tanpa tipu", &["court"]))
        .unwrap();
    run.ask(&by(2), 3, look("crime")).unwrap();
    let settle = CaseCommand::SettleTriage {
        outcome: "crime".to_owned(),
        reason: "bukti tipu ada".to_owned(),
        referrals: Vec::new(),
    };
    run.ask(&by(3), 4, settle).unwrap();
    let deceit = [DEBT[0], DEBT[1], ("deceit", TriageReply::Yes)];
    run.ask(&by(1), 5, answer(&deceit)).unwrap();
    run.ask(&by(1), 6, decide("crime", "ada tipu", &[]))
        .unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Due));
    assert_eq!(
        run.ask(&by(1), 7, look("crime")),
        Err(CaseRefusal::OwnDecision)
    );
    run.ask(&by(2), 7, look("crime")).unwrap();
    assert_eq!(run.case().triage.second_look, Some(SecondLook::Agreed));
}

#[test]
fn a_reporter_who_is_the_one_it_is_about_is_warned_before_anything_goes_on() {
    let mut run = Run::filed(false);
    let note = |reported, warned| CaseCommand::NoteReported {
        reported,
        warned,
        reason: "mengaku ikut memukul".to_owned(),
    };
    assert_eq!(
        run.ask(&by(1), 1, note(true, false)),
        Err(CaseRefusal::WarningMissing)
    );
    run.ask(&by(1), 1, note(true, true)).unwrap();
    assert!(run.case().triage.reporter_is_reported);
    run.ask(&by(1), 2, note(false, false)).unwrap();
    assert!(!run.case().triage.reporter_is_reported);
}

#[test]
fn a_child_and_one_who_cannot_read_are_noted() {
    let mut run = Run::filed(false);
    let guardian = Guardian::Unsafe;
    run.ask(&by(1), 1, CaseCommand::NoteChild { guardian })
        .unwrap();
    let read = CaseCommand::ConfirmReadBack {
        told: ToldBy::Aloud,
        confirmed: ConfirmedBy::Thumb,
    };
    run.ask(&by(1), 2, read).unwrap();
    let triage = &run.case().triage;
    assert_eq!(triage.child, Some(Guardian::Unsafe));
    assert_eq!(triage.read_back, Some((ToldBy::Aloud, ConfirmedBy::Thumb)));
    assert_eq!(
        run.case().stage,
        CaseStage::Received,
        "nobody judged the matter by that"
    );
}

fn mark(step: &str, done: bool, reason: &str) -> CaseCommand {
    CaseCommand::MarkStep {
        step: step.to_owned(),
        done,
        reason: reason.to_owned(),
    }
}

fn risk(level: &str, trend: RiskTrend) -> CaseCommand {
    CaseCommand::RecordRisk {
        risk: RiskNote {
            threatened: "istri".to_owned(),
            level: level.to_owned(),
            ..RiskNote::default()
        },
        trend,
    }
}

#[test]
fn a_step_is_done_once_or_said_not_to_be_possible_with_a_reason() {
    // S8
    let mut run = Run::filed(true);
    let refused = run.ask(&by(1), 2, mark("go_there", false, "")).unwrap_err();
    assert!(is_text(&refused), "{refused}");
    run.ask(&by(1), 2, mark("go_there", false, "jalan tertutup"))
        .unwrap();
    run.ask(&by(1), 5, mark("go_there", true, "")).unwrap();
    assert_eq!(
        run.ask(&by(2), 6, mark("go_there", true, "")),
        Ok(Vec::new())
    );
    assert_eq!(run.case().first_hour.first_action_at, Some(minute(5)));
    assert!(matches!(
        run.ask(&by(1), 7, mark("dance", true, "")),
        Err(CaseRefusal::NotInPack { field: "step", .. })
    ));
}

#[test]
fn what_is_overdue_climbs_level_by_level_until_somebody_takes_it() {
    // S9: the step is due after ten minutes, each level has ten more.
    let mut run = Run::filed(true);
    assert_eq!(
        run.ask(&program(), 9, CaseCommand::Escalate),
        Ok(Vec::new())
    );
    for (at, level) in [(10, "duty"), (20, "chief"), (30, "district")] {
        assert_eq!(
            run.ask(&program(), at - 1, CaseCommand::Escalate),
            Ok(Vec::new()),
            "{level}"
        );
        let acts = run.ask(&program(), at, CaseCommand::Escalate).unwrap();
        let cause = EscalationCause::Overdue;
        let level = level.to_owned();
        assert_eq!(acts, [CaseAct::FirstHourEscalated { level, cause }]);
        // Once for each level, however often it is asked.
        assert_eq!(
            run.ask(&program(), at, CaseCommand::Escalate),
            Ok(Vec::new())
        );
    }
    assert_eq!(
        run.ask(&program(), 500, CaseCommand::Escalate),
        Ok(Vec::new())
    );
    assert_eq!(
        run.case().first_hour.waiting.as_ref().unwrap().since,
        minute(10)
    );
    run.ask(&by(7), 31, CaseCommand::TakeEscalation).unwrap();
    assert_eq!(
        run.ask(&program(), 900, CaseCommand::Escalate),
        Ok(Vec::new())
    );
    assert_eq!(
        run.ask(&by(8), 32, CaseCommand::TakeEscalation),
        Err(CaseRefusal::NothingWaits)
    );
}

#[test]
fn a_high_or_rising_risk_goes_up_at_once_and_again_only_when_it_grows_worse() {
    // S9
    let mut run = Run::filed(false);
    run.ask(&by(1), 1, risk("low", RiskTrend::Same)).unwrap();
    assert_eq!(run.case().first_hour.alarm_since, None);
    run.ask(&by(1), 2, risk("low", RiskTrend::Rising)).unwrap();
    let acts = run.ask(&program(), 2, CaseCommand::Escalate).unwrap();
    let (level, cause) = ("duty".to_owned(), EscalationCause::Risk);
    assert_eq!(acts, [CaseAct::FirstHourEscalated { level, cause }]);
    run.ask(&by(3), 3, CaseCommand::TakeEscalation).unwrap();
    run.ask(&by(1), 4, risk("low", RiskTrend::Rising)).unwrap();
    assert_eq!(
        run.ask(&program(), 5, CaseCommand::Escalate),
        Ok(Vec::new()),
        "somebody has it"
    );
    run.ask(&by(1), 6, risk("life", RiskTrend::Rising)).unwrap();
    assert_eq!(
        run.ask(&program(), 6, CaseCommand::Escalate).unwrap().len(),
        1
    );
    // A risk that is gone waits for nobody.
    run.ask(&by(1), 7, risk("none", RiskTrend::Falling))
        .unwrap();
    assert_eq!(run.case().first_hour.waiting, None);
}

#[test]
fn whoever_is_threatened_is_named() {
    let mut run = Run::filed(false);
    let nobody = CaseCommand::RecordRisk {
        risk: RiskNote {
            level: "high".to_owned(),
            ..RiskNote::default()
        },
        trend: RiskTrend::Same,
    };
    assert!(matches!(
        run.ask(&by(1), 1, nobody),
        Err(CaseRefusal::Text {
            field: "threatened",
            ..
        })
    ));
}

#[test]
fn a_promise_of_days_is_no_alarm_in_the_first_hour_but_danger_is() {
    // S9: without danger a step without minutes of its own is due by the promise of the service.
    let calm = Run::filed(false);
    let due: Vec<Timestamp> = calm
        .case()
        .first_hour_steps(&SampleMethod)
        .iter()
        .map(|step| step.due)
        .collect();
    assert_eq!(due, [minute(10), minute(60)]);
    let mut late = Run::filed(false);
    if let Some(case) = &mut late.case {
        case.respond_by = Some(minute(3 * 24 * 60));
    }
    assert_eq!(
        late.case().first_hour_ends(&SampleMethod),
        minute(3 * 24 * 60)
    );
    late.ask(&by(1), 1, answer(&[("danger", TriageReply::Yes)]))
        .unwrap();
    assert_eq!(late.case().first_hour_ends(&SampleMethod), minute(60));
}

#[test]
fn a_closed_case_climbs_no_more() {
    let mut run = Run::filed(true);
    let close = CaseCommand::Close {
        outcome: "helped".to_owned(),
        reason: "selesai".to_owned(),
    };
    run.ask(&program(), 10, CaseCommand::Escalate).unwrap();
    run.ask(&by(1), 11, close).unwrap();
    assert_eq!(run.case().escalates_next(&SampleMethod), None);
}

proptest! {
    // S10
    #[test]
    fn a_walk_ends_or_asks_and_depends_only_on_what_it_met(given in vec(triage_answer(), 0..8)) {
        let walked = walk(&TREE, &given);
        prop_assert!(walked.next.is_some() != walked.outcome.is_some());
        prop_assert!(walked.path.len() <= TREE.questions.len());
        // Walking what was met comes to the same.
        prop_assert_eq!(walk(&TREE, &walked.path), walked.clone());
        if let Some(next) = &walked.next {
            prop_assert!(walked.path.iter().all(|one| one.question != *next));
        }
    }

    // S10 S40: whoever waits for a second look waits from when it was first due or asked for.
    #[test]
    fn no_decision_sets_back_the_clock_of_a_second_look(
        steps in vec((1_u128..5, 0_u8..6, proptest::bool::ANY), 0..40)
    ) {
        let mut run = Run::filed(false);
        run.ask(&by(1), 1, assess()).unwrap();
        let mut due_since: Option<i64> = None;
        let mut asked_at: Option<i64> = None;
        let mut at = 1;
        for (who, what, civil) in steps {
            at += 1;
            let outcome = if civil { "debt" } else { "crime" };
            let (actor, command) = match what {
                0 => (by(who), answer(&DEBT)),
                1 | 2 => (by(who), decide(outcome, "alasan", places(outcome))),
                3 => (by(who), look(outcome)),
                4 => (Actor::Citizen, ask_again()),
                _ => (by(who), settle_as(outcome)),
            };
            if run.ask(&actor, at, command).is_err() {
                continue;
            }
            let case = run.case();
            let open = case.reviews.of(ReviewKind::SecondLook).open_since;
            asked_at = open.map(|_| asked_at.unwrap_or(at));
            let due = case.triage.second_look == Some(SecondLook::Due);
            due_since = due.then(|| due_since.or(asked_at).unwrap_or(at));
            if due {
                prop_assert_eq!(case.triage.waits_since(), due_since.map(minute));
            }
        }
    }
}
