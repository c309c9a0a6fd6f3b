//! Who may know a case: named people, openings in an emergency, and whom the report is about (S45).

use super::*;
use crate::subject::case::{CONCERNED_MAX, OPENINGS_MAX, READERS_MAX};

const WHY: &str = "mendampingi korban";

pub(super) fn name_reader(n: u128) -> CaseCommand {
    let (officer, reason) = (officer(n), WHY.to_owned());
    CaseCommand::NameReader { officer, reason }
}

pub(super) fn remove_reader(n: u128) -> CaseCommand {
    let (officer, reason) = (officer(n), "sudah pindah".to_owned());
    CaseCommand::RemoveReader { officer, reason }
}

pub(super) fn name_concerned(n: u128) -> CaseCommand {
    let (officer, reason) = (officer(n), "pelapor menyebut namanya".to_owned());
    CaseCommand::NameConcerned { officer, reason }
}

pub(super) fn clear_concerned(n: u128) -> CaseCommand {
    let (officer, reason) = (officer(n), "orang lain yang bernama sama".to_owned());
    CaseCommand::ClearConcerned { officer, reason }
}

pub(super) fn open() -> CaseCommand {
    CaseCommand::OpenInEmergency {
        reason: "korban menelepon".to_owned(),
    }
}

pub(super) fn review(opening: u32) -> CaseCommand {
    CaseCommand::ReviewOpening {
        opening,
        justified: true,
        text: "patroli dikirim".to_owned(),
    }
}

/// A case after one more act of an officer.
fn and(
    mut acts: Vec<(i64, Actor, CaseAct)>,
    at: i64,
    n: u128,
    command: CaseCommand,
) -> Vec<(i64, Actor, CaseAct)> {
    let found = given(acts.clone()).by(by(n)).told(told(at)).when(command);
    acts.extend(found.unwrap().into_iter().map(|act| (at, by(n), act)));
    acts
}

#[test]
fn whoever_a_report_is_about_does_nothing_in_it() {
    // S45
    for history in [received(), read(), handled(), closed()] {
        let about = and(history, 30, 1, name_concerned(9));
        for command in commands().skip(1) {
            let found = given(about.clone())
                .by(by(9))
                .told(told(31))
                .when(command.clone());
            assert_eq!(found, Err(CaseRefusal::Concerned), "{command:?}");
        }
        // Nor is it given or opened to them.
        for command in [assign(9), name_reader(9)] {
            let found = given(about.clone())
                .by(by(1))
                .told(told(31))
                .when(command.clone());
            let closed = given(about.clone()).state().unwrap().stage == CaseStage::Closed;
            let refused = CaseRefusal::OfficerConcerned {
                officer: officer(9),
            };
            let expected = Err(refused);
            assert_eq!(found, expected, "{command:?} {closed}");
        }
        let cleared = and(about, 32, 1, clear_concerned(9));
        assert!(given(cleared.clone()).state().unwrap().access.is_empty());
        let named = and(cleared, 33, 1, name_reader(9));
        assert_eq!(given(named).state().unwrap().access.named, [officer(9)]);
    }
}

#[test]
fn who_has_a_case_loses_it_when_it_is_about_them() {
    // S45
    let acts = and(received(), 5, 3, take(3));
    let acts = and(acts, 6, 3, name_reader(4));
    let acts = and(acts, 7, 4, open());
    let acts = and(acts, 8, 1, name_concerned(3));
    let case = given(acts.clone()).state().unwrap();
    assert_eq!(
        (case.taken_by, case.access.unhanded_at),
        (None, Some(minute(8)))
    );
    assert!(!case.is_with(officer(3)));
    let acts = and(acts, 9, 1, name_concerned(4));
    let case = given(acts.clone()).state().unwrap();
    assert!(case.access.named.is_empty());
    assert_eq!(
        case.access.unhanded_at,
        Some(minute(8)),
        "nobody had it since"
    );
    // Somebody else has it: nothing waits for the chief any longer.
    for command in [assign(5), take(6), close("helped", "selesai")] {
        let acts = and(acts.clone(), 10, 6, command);
        assert_eq!(given(acts).state().unwrap().access.unhanded_at, None);
    }
}

#[test]
fn an_opening_holds_for_the_methods_time_and_not_a_moment_longer() {
    // S45
    let acts = and(handled(), 30, 7, open());
    let case = given(acts.clone()).state().unwrap();
    let holds = |at| case.access.is_open_for(officer(7), minute(at));
    assert!(!holds(29) && holds(30) && holds(89) && !holds(90));
    assert!(!case.access.is_open_for(officer(8), minute(31)));
    assert_eq!(case.access.unreviewed_since(), Some(minute(30)));
    // While it holds, opening it again changes nothing; afterwards it is another one.
    let again = given(acts.clone()).by(by(7)).told(told(60)).when(open());
    assert_eq!(again, Ok(Vec::new()));
    let twice = given(and(acts, 90, 7, open())).state().unwrap();
    assert_eq!(twice.access.openings.len(), 2);
    assert_eq!(twice.access.last_opened_at(), Some(minute(90)));
    // It is told when it is made, whatever moment is given.
    let back = given(handled()).by(by(7)).told(told_later(0)).when(open());
    let Ok([CaseAct::EmergencyOpened { until, .. }]) = back.as_deref() else {
        panic!("{back:?}");
    };
    assert_eq!(*until, minute(120));
}

#[test]
fn nobody_reviews_their_own_opening_and_none_is_reviewed_twice() {
    // S45
    let acts = and(handled(), 30, 7, open());
    let ask = |acts: &Vec<(i64, Actor, CaseAct)>, n, opening| {
        given(acts.clone())
            .by(by(n))
            .told(told(40))
            .when(review(opening))
    };
    assert_eq!(ask(&acts, 7, 1), Err(CaseRefusal::OwnDecision));
    assert_eq!(ask(&acts, 8, 0), Err(CaseRefusal::NoSuchOpening));
    assert_eq!(ask(&acts, 8, 2), Err(CaseRefusal::NoSuchOpening));
    let program = Actor::Program {
        job: "x".to_owned(),
    };
    let found = given(acts.clone())
        .by(program)
        .told(told(40))
        .when(review(1));
    assert_eq!(found, Err(CaseRefusal::StaffOnly));
    let reviewed = and(acts, 40, 8, review(1));
    let case = given(reviewed.clone()).state().unwrap();
    let found = case.access.openings[0].review.unwrap();
    assert_eq!(
        (found.by, found.at, found.justified),
        (officer(8), minute(40), true)
    );
    assert_eq!(case.access.unreviewed_since(), None);
    assert_eq!(ask(&reviewed, 9, 1), Err(CaseRefusal::OpeningReviewed));
}

#[test]
fn nobody_names_themselves_unless_the_reporter_asked_for_another_look() {
    // S40, S45
    let own = |acts: &Vec<(i64, Actor, CaseAct)>| {
        given(acts.clone())
            .by(by(9))
            .told(told(40))
            .when(name_reader(9))
    };
    let acts = handled();
    assert_eq!(own(&acts), Err(CaseRefusal::OwnDecision));
    let mut asked = acts;
    let review = ReviewKind::SecondLook;
    let text = String::new();
    asked.push((35, Actor::Citizen, CaseAct::ReviewAsked { review, text }));
    assert_eq!(own(&asked).map(|acts| acts.len()), Ok(1));
}

#[test]
fn names_openings_and_words_have_their_bounds() {
    let many = |count: usize, command: fn(u128) -> CaseCommand| {
        let mut acts = received();
        for n in 0..count {
            let n = 100 + u128::try_from(n).unwrap();
            acts = and(acts, 5, 1, command(n));
        }
        given(acts).by(by(1)).told(told(6)).when(command(999))
    };
    let limit = READERS_MAX;
    assert_eq!(
        many(limit, name_reader),
        Err(CaseRefusal::TooManyNamed { limit })
    );
    let limit = CONCERNED_MAX;
    assert_eq!(
        many(limit, name_concerned),
        Err(CaseRefusal::TooManyNamed { limit })
    );
    let mut acts = received();
    for n in 0..OPENINGS_MAX {
        acts = and(acts, 5, 100 + u128::try_from(n).unwrap(), open());
    }
    let limit = OPENINGS_MAX;
    let found = given(acts).by(by(1)).told(told(6)).when(open());
    assert_eq!(found, Err(CaseRefusal::TooManyOpenings { limit }));
    // Named a second time changes nothing; a reason is needed for each.
    let named = and(received(), 5, 1, name_reader(9));
    let again = given(named).by(by(1)).told(told(6)).when(name_reader(9));
    assert_eq!(again, Ok(Vec::new()));
    let reason = " ".to_owned();
    let officer = officer(9);
    for command in [
        CaseCommand::NameReader {
            officer,
            reason: reason.clone(),
        },
        CaseCommand::NameConcerned {
            officer,
            reason: reason.clone(),
        },
        CaseCommand::OpenInEmergency { reason },
    ] {
        let found = given(received()).by(by(1)).told(told(6)).when(command);
        assert!(
            matches!(
                found,
                Err(CaseRefusal::Text {
                    field: "reason",
                    ..
                })
            ),
            "{found:?}"
        );
    }
}
