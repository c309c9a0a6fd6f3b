#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use super::*;
use crate::act::Subject;
use crate::subject::testing::{act, by, minute, officer, told};
use jiff::civil::date;
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 24);

struct School;

impl SkillMethod for School {
    fn has_skill(&self, skill: &SkillCode) -> bool {
        ["ppa", "first_aid"].contains(&skill.as_str())
    }
    fn right_answers(&self, lesson: &LessonCode) -> Option<Vec<u32>> {
        (lesson.as_str() == "two_items").then(|| vec![2, 1])
    }
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Jakarta").unwrap()
}

fn skill(code: &str) -> SkillCode {
    code.parse().unwrap()
}

fn grant(code: &str, from: Date, until: Option<Date>) -> OfficerCommand {
    OfficerCommand::Grant {
        skill: skill(code),
        by: "SPN".to_owned(),
        certificate: None,
        from,
        until,
        pack_version: "1".to_owned(),
        simulated: false,
    }
}

fn open(cause: u128) -> OfficerCommand {
    OfficerCommand::Open {
        lesson: "two_items".parse().unwrap(),
        gap: GapKind::EvidenceMissing,
        cause: ActId(Uuid::from_u128(cause)),
    }
}

fn answer(choices: &[u32]) -> OfficerCommand {
    OfficerCommand::Answer {
        lesson: "two_items".parse().unwrap(),
        choices: choices.to_vec(),
    }
}

fn program() -> Actor {
    Actor::Program {
        job: "lessons".to_owned(),
    }
}

fn ask(
    known: Option<&Officer>,
    actor: &Actor,
    command: OfficerCommand,
) -> Result<Vec<OfficerAct>, OfficerRefusal> {
    decide(officer(1), known, command, actor, told(0), TODAY, &School)
}

/// What is known of the first officer after these commands.
fn after(steps: &[(Actor, OfficerCommand)]) -> Officer {
    let mut known: Option<Officer> = None;
    for (actor, command) in steps {
        for what in ask(known.as_ref(), actor, command.clone()).unwrap() {
            let version = known.as_ref().map_or(0, |known| known.version) + 1;
            let subject = Subject::Officer(officer(1));
            let payload = Payload::Officer(what);
            known = evolve(
                known,
                &act(subject, version, actor.clone(), minute(0), payload),
            );
        }
    }
    known.unwrap_or_default()
}

// S7
#[test]
fn a_qualification_holds_through_its_last_day() {
    let known = after(&[(
        by(9),
        grant("ppa", date(2025, 1, 10), Some(date(2026, 11, 24))),
    )]);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let holds = |text| known.is_qualified(&skill("ppa"), at(text), &zone());
    // In Jakarta the day begins at 17:00 UTC of the day before.
    assert!(!holds("2025-01-09T16:59:59Z"));
    assert!(holds("2025-01-09T17:00:00Z"));
    assert!(holds("2026-11-24T16:59:59Z"));
    assert!(!holds("2026-11-24T17:00:00Z"));
    let one = &known.qualifications[0];
    assert_eq!(
        one.standing(at("2026-11-24T17:00:00Z"), &zone()),
        Standing::Lapsed
    );
}

// S7
#[test]
fn nobody_grants_themself_anything() {
    let own = ask(None, &by(1), grant("ppa", TODAY, None));
    assert_eq!(own, Err(OfficerRefusal::Own));
    assert!(ask(None, &by(2), grant("ppa", TODAY, None)).is_ok());
}

#[test]
fn a_certificate_is_renewed_but_not_shortened() {
    let known = after(&[(
        by(9),
        grant("ppa", date(2025, 1, 1), Some(date(2026, 12, 31))),
    )]);
    let again = |until| ask(Some(&known), &by(9), grant("ppa", TODAY, until));
    assert!(again(Some(date(2028, 1, 1))).is_ok());
    assert_eq!(
        again(Some(date(2026, 12, 30))),
        Err(OfficerRefusal::Already {
            until: Some(date(2026, 12, 31))
        })
    );
}

#[test]
fn what_is_withdrawn_counts_no_more_and_needs_a_reason() {
    let withdraw = |reason: &str| OfficerCommand::Withdraw {
        skill: skill("ppa"),
        reason: reason.to_owned(),
    };
    let known = after(&[(by(9), grant("ppa", date(2025, 1, 1), None))]);
    assert!(matches!(
        ask(Some(&known), &by(9), withdraw("")),
        Err(OfficerRefusal::Text {
            field: "reason",
            ..
        })
    ));
    let known = after(&[
        (by(9), grant("ppa", date(2025, 1, 1), None)),
        (by(9), withdraw("pindah tugas")),
    ]);
    assert!(!known.is_qualified(&skill("ppa"), minute(1), &zone()));
    assert_eq!(
        ask(Some(&known), &by(9), withdraw("x")),
        Err(OfficerRefusal::NotQualified)
    );
}

// S34
#[test]
fn one_gap_opens_one_lesson_however_often_it_is_looked_at() {
    let known = after(&[(program(), open(1))]);
    assert_eq!(known.open_lessons().count(), 1);
    assert_eq!(ask(Some(&known), &program(), open(1)), Ok(Vec::new()));
    // Another gap of the kind waits with the lesson that waits already.
    assert_eq!(ask(Some(&known), &program(), open(2)), Ok(Vec::new()));
    let done = after(&[(program(), open(1)), (by(1), answer(&[2, 1]))]);
    assert_eq!(ask(Some(&done), &program(), open(1)), Ok(Vec::new()));
    assert_eq!(ask(Some(&done), &program(), open(2)).unwrap().len(), 1);
    // One act may show gaps of two kinds.
    let other = OfficerCommand::Open {
        lesson: "two_items".parse().unwrap(),
        gap: GapKind::CustodyGap,
        cause: ActId(Uuid::from_u128(1)),
    };
    assert_eq!(ask(Some(&done), &program(), other).unwrap().len(), 1);
    // Only the program finds gaps: nobody sends a colleague to a lesson.
    assert_eq!(ask(None, &by(9), open(1)), Err(OfficerRefusal::ProgramOnly));
}

// S34
#[test]
fn a_lesson_is_done_when_every_question_was_answered_rightly() {
    let known = after(&[(program(), open(1)), (by(1), answer(&[2, 3]))]);
    let (_, state) = known.open_lessons().next().unwrap();
    assert_eq!(state.right, BTreeSet::from([1]));
    assert!(state.read_at.is_some());
    let known = after(&[
        (program(), open(1)),
        (by(1), answer(&[2, 3])),
        (by(1), answer(&[2, 1])),
    ]);
    assert_eq!(known.open_lessons().count(), 0);
    assert_eq!(
        ask(None, &by(1), answer(&[2])),
        Err(OfficerRefusal::NotAnswered { question: 2 })
    );
    assert_eq!(
        ask(None, &by(2), answer(&[2, 1])),
        Err(OfficerRefusal::AnotherOfficers)
    );
}

#[test]
fn a_lesson_nobody_opened_can_be_read_too() {
    let acts = ask(None, &by(1), answer(&[2, 1])).unwrap();
    assert!(matches!(
        acts[0],
        OfficerAct::LessonOpened {
            gap: None,
            cause: None,
            ..
        }
    ));
    assert!(matches!(acts.last(), Some(OfficerAct::LessonDone { .. })));
}
