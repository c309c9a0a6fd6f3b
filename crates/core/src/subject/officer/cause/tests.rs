#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use uuid::Uuid;

use super::*;
use crate::act::{Actor, Subject};
use crate::pack::{ConcernedRole, Matter};
use crate::subject::case::{
    BlobRef, CaseAct, Channel, Gap, GiveRights, ListGiven, PersonNamed, ProofRefused, RequestFiled,
    ReviewKind,
};
use crate::subject::testing::{act, by, minute, officer, service};
use crate::value::CaseId;

fn filed() -> CaseAct {
    CaseAct::RequestFiled(RequestFiled {
        number: None,
        secret: None,
        service: service("lost_item"),
        report_kind: None,
        channel: Channel::Web,
        form: None,
        written_at: None,
        description: "dompet".to_owned(),
        when_text: None,
        occurred_at: None,
        wellbeing: None,
        loss_rupiah: None,
        danger: false,
        sensitive: false,
        reporter: None,
        reachable: false,
        media: Vec::new(),
        respond_by: None,
        respond_minutes: None,
        pack_version: "1".to_owned(),
        simulated: false,
        priority: None,
    })
}

fn assessed(code: &str) -> CaseAct {
    CaseAct::CaseAssessed {
        service: service(code),
        reason: None,
        respond_by: None,
        sensitive: false,
    }
}

fn closed() -> CaseAct {
    CaseAct::CaseClosed {
        outcome: "helped".to_owned(),
        reason: "selesai".to_owned(),
        keep_months: None,
    }
}

fn answered(review: ReviewKind) -> CaseAct {
    CaseAct::ReviewAnswered {
        review,
        text: "dilihat lagi".to_owned(),
    }
}

fn reopened() -> CaseAct {
    CaseAct::CaseReopened {
        reason: "belum tepat".to_owned(),
    }
}

/// The acts of a case, and the gaps its last act shows.
fn last_shows(acts: Vec<(Actor, CaseAct)>) -> Vec<(GapKind, OfficerId)> {
    let subject = Subject::Case(CaseId(Uuid::from_u128(1)));
    let acts: Vec<Act> = (1..)
        .zip(acts)
        .map(|(version, (actor, what))| {
            let at = minute(i64::from(version));
            act(subject, version, actor, at, Payload::Case(what))
        })
        .collect();
    let last = acts.last().unwrap().id;
    let seen = seen(&acts, last);
    assert!(seen.iter().all(|seen| seen.cause == last));
    seen.into_iter()
        .map(|seen| (seen.gap, seen.officer))
        .collect()
}

// S34, S7: a reclassification is a gap of whoever classified first, not of whoever put it right.
#[test]
fn another_service_than_at_first_opens_a_lesson_for_who_decided_first() {
    let first = vec![(Actor::Citizen, filed()), (by(1), assessed("lost_item"))];
    assert_eq!(last_shows(first.clone()), []);
    let mut again = first.clone();
    again.push((by(2), assessed("lost_item")));
    assert_eq!(last_shows(again), []);
    let mut other = first;
    other.push((by(2), assessed("traffic_advice")));
    assert_eq!(last_shows(other), [(GapKind::Reclassified, officer(1))]);
}

// S34, S18
#[test]
fn a_missed_promise_is_a_gap_of_who_handles_the_case() {
    let late = || CaseAct::DelayExplained {
        reason: "flooded_road".to_owned(),
        text: String::new(),
    };
    let mut acts = vec![
        (Actor::Citizen, filed()),
        (by(2), CaseAct::CaseTaken { by: officer(2) }),
        (by(5), late()),
    ];
    assert_eq!(
        last_shows(acts.clone()),
        [(GapKind::PromiseMissed, officer(2))]
    );
    acts.truncate(2);
    acts.push((
        by(2),
        CaseAct::OfficerAssigned {
            officer: officer(3),
            lacks: None,
            reason: None,
        },
    ));
    acts.push((by(5), late()));
    assert_eq!(last_shows(acts), [(GapKind::PromiseMissed, officer(3))]);
    // Of a case that nobody has it is nobody's.
    assert_eq!(
        last_shows(vec![(Actor::Citizen, filed()), (by(5), late())]),
        []
    );
}

// S34, S18
#[test]
fn a_late_step_is_a_gap_of_who_handles_the_case() {
    let done = |late| CaseAct::StepDone {
        step: "safe".to_owned(),
        note: String::new(),
        event: None,
        late,
    };
    let taken = || CaseAct::CaseTaken { by: officer(2) };
    let shows = |late| {
        last_shows(vec![
            (Actor::Citizen, filed()),
            (by(2), taken()),
            (by(5), done(late)),
        ])
    };
    assert_eq!(shows(true), [(GapKind::StepLate, officer(2))]);
    assert_eq!(shows(false), []);
}

// S34, S24: acts are a minute apart.
#[test]
fn rights_told_after_they_were_due_are_a_gap_of_who_handles_the_case() {
    let named = |due| {
        CaseAct::PersonNamed(PersonNamed {
            person: 1,
            roles: vec![ConcernedRole::Victim],
            under_18: Some(false),
            needs: String::new(),
            owed: vec!["victim".to_owned()],
            due_at: Some(minute(due)),
            reason: String::new(),
        })
    };
    let told = |person| {
        let list = ListGiven {
            list: "victim".to_owned(),
            version: 1,
        };
        let told = GiveRights::understood(person, "Indonesia");
        CaseAct::RightsGiven(told.recorded(vec![list]))
    };
    let shows = |due, person| {
        last_shows(vec![
            (Actor::Citizen, filed()),
            (by(2), CaseAct::CaseTaken { by: officer(2) }),
            (by(2), named(due)),
            (by(5), told(person)),
        ])
    };
    assert_eq!(shows(3, 1), [(GapKind::RightsNotGiven, officer(2))]);
    assert_eq!(shows(4, 1), []);
    assert_eq!(shows(3, 2), [], "nobody has that number");
}

// S34, S40
#[test]
fn a_case_opened_again_after_a_second_look_is_a_gap_of_who_closed_it() {
    let start = || {
        vec![
            (Actor::Citizen, filed()),
            (by(1), assessed("lost_item")),
            (by(4), closed()),
        ]
    };
    let mut looked = start();
    looked.push((by(6), answered(ReviewKind::SecondLook)));
    looked.push((by(6), reopened()));
    assert_eq!(
        last_shows(looked),
        [(GapKind::SecondLookDisagreed, officer(4))]
    );
    let mut explained = start();
    explained.push((by(6), answered(ReviewKind::Explanation)));
    explained.push((by(6), reopened()));
    assert_eq!(last_shows(explained), []);
    // A look before the last closing is not about it.
    let mut before = start();
    before.insert(2, (by(6), answered(ReviewKind::SecondLook)));
    before.push((by(6), reopened()));
    assert_eq!(last_shows(before), []);
}

#[test]
fn a_field_that_is_a_list_says_each_of_its_words() {
    let subject = Subject::Case(CaseId(Uuid::from_u128(1)));
    let one = act(subject, 1, by(1), minute(0), Payload::Case(closed()));
    assert!(holds(When::Is("outcome", "helped"), &one, &[], None));
    assert!(!holds(When::Is("outcome", "other"), &one, &[], None));
    assert!(!holds(When::Is("no_such_field", "x"), &one, &[], None));
    assert!(holds(When::Unset("no_such_field"), &one, &[], None));
    assert!(holds(When::Differs("outcome", "reason"), &one, &[], None));
    assert!(!holds(
        When::Differs("no_such_field", "reason"),
        &one,
        &[],
        None
    ));
    let filed = act(
        subject,
        1,
        by(1),
        minute(0),
        Payload::Case(CaseAct::InformationAdded {
            text: "x".to_owned(),
            media: vec![BlobRef {
                sha256: "0".repeat(64),
                media_type: "image/jpeg".to_owned(),
                size_bytes: 1,
            }],
        }),
    );
    assert!(holds(
        When::Is("media.media_type", "image/jpeg"),
        &filed,
        &[],
        None
    ));
    assert!(!holds(
        When::Is("media.media_type", "image/png"),
        &filed,
        &[],
        None
    ));
    assert_eq!(whose(Whose::Actor, &one, &[], None), Some(officer(1)));
}

fn decided(proposed: Option<&str>, outcome: &str, was: Option<Matter>) -> CaseAct {
    CaseAct::TriageDecided {
        outcome: outcome.to_owned(),
        class: "crime".to_owned(),
        matter: Matter::Criminal,
        proposed: proposed.map(ToOwned::to_owned),
        agrees: proposed == Some(outcome),
        reason: "ada tipu sejak awal".to_owned(),
        second_look: false,
        referrals: Vec::new(),
        was,
    }
}

// S34, S10: who departs from the tree reads about the boundary; of a class that changed, whoever decided it first.
#[test]
fn another_decision_than_the_tree_or_than_before_opens_a_lesson() {
    let of = |acts: Vec<(Actor, CaseAct)>| {
        let mut all = vec![(Actor::Citizen, filed())];
        all.extend(acts);
        last_shows(all)
    };
    assert_eq!(of(vec![(by(1), decided(Some("crime"), "crime", None))]), []);
    assert_eq!(of(vec![(by(1), decided(None, "crime", None))]), []);
    assert_eq!(
        of(vec![(by(1), decided(Some("debt"), "crime", None))]),
        [(GapKind::TreeDisagreed, officer(1))]
    );
    let again = |was| {
        of(vec![
            (by(1), decided(Some("crime"), "crime", None)),
            (by(2), decided(Some("crime"), "crime", Some(was))),
        ])
    };
    assert_eq!(again(Matter::Criminal), []);
    assert_eq!(again(Matter::Civil), [(GapKind::Reclassified, officer(1))]);
    let look = |agrees| {
        let looked = CaseAct::SecondLookGiven {
            agrees,
            outcome: "debt".to_owned(),
            matter: Matter::Civil,
            reason: "tidak ada tipu".to_owned(),
        };
        of(vec![
            (by(1), decided(Some("crime"), "crime", None)),
            (by(2), looked),
        ])
    };
    assert_eq!(look(true), []);
    assert_eq!(look(false), [(GapKind::SecondLookDisagreed, officer(1))]);
}

// S34, S12, S13
#[test]
fn a_refused_complete_opens_a_lesson_for_each_kind_of_gap() {
    let refused = |gaps: Vec<Gap>| {
        let count = u32::try_from(gaps.len()).unwrap();
        last_shows(vec![
            (Actor::Citizen, filed()),
            (by(1), CaseAct::ProofRefused(ProofRefused { gaps, count })),
        ])
    };
    assert_eq!(refused(vec![Gap::NoOffence, Gap::OtherSideNotSought]), []);
    let missing = Gap::NoStatement {
        offence: "theft".to_owned(),
    };
    let few = Gap::TooFew {
        offence: "theft".to_owned(),
        found: 1,
        needed: 2,
    };
    assert_eq!(
        refused(vec![Gap::Untyped { evidence: 1 }, missing, few]),
        [
            (GapKind::EvidenceMissing, officer(1)),
            (GapKind::BasisMissing, officer(1)),
        ]
    );
}

// S34, S18
#[test]
fn a_step_left_out_and_a_late_notice_open_a_lesson() {
    let left = CaseAct::StepLeftOut {
        step: "scene".to_owned(),
        reason: "banjir".to_owned(),
    };
    let late = CaseAct::ProgressDelayExplained {
        due_at: minute(0),
        reason: "flooded_road".to_owned(),
        text: String::new(),
    };
    let of = |what: CaseAct| {
        last_shows(vec![
            (Actor::Citizen, filed()),
            (by(2), CaseAct::CaseTaken { by: officer(2) }),
            (by(5), what),
        ])
    };
    assert_eq!(of(left), [(GapKind::StepLeftOut, officer(5))]);
    assert_eq!(of(late), [(GapKind::NoticeLate, officer(2))]);
}
