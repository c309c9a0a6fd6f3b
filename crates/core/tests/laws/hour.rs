//! Whom the line is told what of, when danger and what is overdue come together, when a case comes back and
//! when another service is decided on.

use jiff::Timestamp;
use pengayom_core::subject::case::{CaseAct, CaseCommand, EscalationCause, RiskTrend, StepDue};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::OfficerId;
use pengayom_testkit::method::SampleMethod;
use pengayom_testkit::value::service;
use uuid::Uuid;

use super::{Run, by, minute, program, risk};

/// Some weeks after the filing.
const REOPENED: i64 = 60 * 24 * 60;

/// The next level is told at a moment.
fn told(run: &mut Run, at: i64, level: &str, cause: EscalationCause) {
    let acts = run.ask(&program(), at, CaseCommand::Escalate).unwrap();
    let level = level.to_owned();
    assert_eq!(acts, [CaseAct::FirstHourEscalated { level, cause }]);
}

fn told_nobody(run: &mut Run, at: i64) {
    let acts = run.ask(&program(), at, CaseCommand::Escalate);
    assert_eq!(acts, Ok(Vec::new()));
}

#[test]
fn danger_is_told_at_once_to_a_level_that_knows_of_something_overdue_only() {
    // S9
    use EscalationCause::{Overdue, Risk};
    let mut run = Run::filed(true);
    told(&mut run, 10, "duty", Overdue);
    told(&mut run, 20, "chief", Overdue);
    run.ask(&by(1), 22, risk("life", RiskTrend::Rising))
        .unwrap();
    told(&mut run, 22, "chief", Risk);
    told_nobody(&mut run, 31);
    told(&mut run, 32, "district", Risk);
    // Told at the last level too, and once.
    told_nobody(&mut run, 500);
    // When nobody is threatened any more the overdue step still waits where it was.
    run.ask(&by(1), 501, risk("none", RiskTrend::Falling))
        .unwrap();
    let waiting = run.case().first_hour.waiting.as_ref().unwrap();
    assert_eq!(
        (waiting.level.as_str(), waiting.cause, waiting.since),
        ("district", Overdue, minute(10))
    );
    run.ask(&by(1), 502, risk("high", RiskTrend::Same)).unwrap();
    told(&mut run, 502, "district", Risk);
}

#[test]
fn who_takes_a_danger_takes_no_step_that_comes_due_later() {
    // S9
    let in_danger = |taken_at| {
        let mut run = Run::filed(true);
        run.ask(&by(1), 2, risk("life", RiskTrend::Same)).unwrap();
        told(&mut run, 2, "duty", EscalationCause::Risk);
        let taken = run.ask(&by(3), taken_at, CaseCommand::TakeEscalation);
        (run, taken.unwrap())
    };
    let taken = |overdue| {
        let by = OfficerId(Uuid::from_u128(3));
        CaseAct::EscalationTaken { by, overdue }
    };
    let (mut run, acts) = in_danger(3);
    assert_eq!(acts, [taken(false)]);
    told_nobody(&mut run, 9);
    told(&mut run, 10, "duty", EscalationCause::Overdue);
    // Whoever takes it when a step is overdue has that too.
    let (mut run, acts) = in_danger(11);
    assert_eq!(acts, [taken(true)]);
    told_nobody(&mut run, 900);
}

fn reopened(run: &mut Run, closed_at: i64, erased: bool) {
    let close = CaseCommand::Close {
        outcome: "helped".to_owned(),
        reason: "selesai".to_owned(),
    };
    run.ask(&by(1), closed_at, close).unwrap();
    if erased {
        let erase = CaseCommand::ErasePersonalData {
            basis: ErasureBasis::Request,
            ground: Some("B/7".to_owned()),
        };
        run.ask(&by(9), closed_at + 1, erase).unwrap();
    }
    let reopen = CaseCommand::Reopen {
        reason: "ada bukti baru".to_owned(),
    };
    run.ask(&by(1), REOPENED, reopen).unwrap();
}

#[test]
fn a_case_opened_again_climbs_for_danger_only() {
    // S9: its first hour is long over.
    use EscalationCause::{Overdue, Risk};
    for erased in [false, true] {
        let mut run = Run::filed(true);
        told(&mut run, 10, "duty", Overdue);
        reopened(&mut run, 11, erased);
        assert_eq!(run.case().first_hour.waiting, None);
        assert_eq!(run.case().escalates_next(&SampleMethod), None);
        let danger = risk("life", RiskTrend::Same);
        run.ask(&by(1), REOPENED + 1, danger).unwrap();
        told(&mut run, REOPENED + 1, "duty", Risk);
    }
    // The same danger as before the closing is a danger anew; who took it then does not have it now.
    let mut run = Run::filed(true);
    run.ask(&by(1), 2, risk("life", RiskTrend::Same)).unwrap();
    run.ask(&by(3), 3, CaseCommand::TakeEscalation).unwrap();
    reopened(&mut run, 5, false);
    told_nobody(&mut run, REOPENED);
    let danger = risk("life", RiskTrend::Same);
    run.ask(&by(1), REOPENED + 1, danger).unwrap();
    told(&mut run, REOPENED + 1, "duty", Risk);
    // One that nobody took goes up from the first level, when the case is opened.
    let mut run = Run::filed(true);
    run.ask(&by(1), 2, risk("life", RiskTrend::Same)).unwrap();
    told(&mut run, 2, "duty", Risk);
    reopened(&mut run, 5, false);
    told(&mut run, REOPENED, "duty", Risk);
    told_nobody(&mut run, REOPENED + 9);
}

#[test]
fn a_step_that_another_service_brings_counts_from_the_decision_on_it() {
    // S8
    let mut run = Run::filed(false);
    let change = CaseCommand::Assess {
        service: service("violence_at_home"),
        reason: Some("dipukul di rumah".to_owned()),
    };
    run.ask(&by(1), 100, change).unwrap();
    let due = |step: &StepDue| (step.code.clone(), step.due);
    let steps = run.case().first_hour_steps(&SampleMethod);
    let steps: Vec<(String, Timestamp)> = steps.iter().map(due).collect();
    let step = |code: &str, at| (code.to_owned(), minute(at));
    assert_eq!(
        steps,
        [step("go_there", 10), step("help", 60), step("shelter", 120)]
    );
}
