//! S18, S40: two reports of one event are suggested and put together by an officer, never silently.

use jiff::SignedDuration;

use super::*;
use crate::place::Point;

fn id(n: u128) -> CaseId {
    CaseId(Uuid::from_u128(0xca5e_0000 + n))
}

pub(super) fn merge(own: u128, into: u128) -> CaseCommand {
    CaseCommand::MergeInto {
        own: id(own),
        into: id(into),
        other: Links::default(),
        reason: "pencurian yang sama".to_owned(),
    }
}

pub(super) fn receive(part: u128) -> CaseCommand {
    CaseCommand::ReceiveMerge {
        part: id(part),
        reason: "pencurian yang sama".to_owned(),
    }
}

pub(super) fn undo(other: u128) -> CaseCommand {
    CaseCommand::UndoMerge {
        other: id(other),
        reason: "ternyata dua kejadian".to_owned(),
    }
}

fn with(acts: Vec<CaseAct>) -> Given {
    let mut history = received();
    history.extend(acts.into_iter().map(|act| (20, by(1), act)));
    given(history)
}

// S40
#[test]
fn a_merge_and_its_undo_leave_both_cases_as_they_were() {
    let merged = given(received()).when(merge(1, 2)).unwrap();
    let part = with(merged.clone());
    assert_eq!(part.state().unwrap().links.into, Some(id(2)));
    assert_eq!(
        part.when(merge(1, 2)),
        Ok(Vec::new()),
        "asked twice, done once"
    );
    assert_eq!(part.when(merge(1, 3)), Err(CaseRefusal::MergedAlready));
    let received_by = given(received()).when(receive(1)).unwrap();
    let main = with(received_by.clone());
    assert_eq!(main.state().unwrap().links.parts, [id(1)]);
    assert_eq!(main.when(receive(1)), Ok(Vec::new()));
    for (before, other) in [(merged, 2), (received_by, 1)] {
        let undone = with(before.clone()).when(undo(other)).unwrap();
        let acts = [before, undone].concat();
        let after = with(acts).state().unwrap();
        assert_eq!(after.links, Links::default());
        let never = given(received()).state().unwrap();
        assert_eq!((after.stage, after.filed), (never.stage, never.filed));
    }
}

// S40
#[test]
fn parts_have_no_parts_and_no_case_is_part_of_itself() {
    assert_eq!(
        given(received()).when(merge(1, 1)),
        Err(CaseRefusal::MergeWithItself)
    );
    let main = with(given(received()).when(receive(3)).unwrap());
    assert_eq!(main.when(merge(1, 2)), Err(CaseRefusal::MergeChain));
    let other = Links {
        into: Some(id(9)),
        parts: Vec::new(),
    };
    let command = CaseCommand::MergeInto {
        own: id(1),
        into: id(2),
        other,
        reason: "sama".to_owned(),
    };
    assert_eq!(
        given(received()).when(command),
        Err(CaseRefusal::MergeChain)
    );
    // Nor does what is part of another take a part that was put there at the same time.
    let part = with(given(received()).when(merge(1, 2)).unwrap());
    assert_eq!(part.when(receive(3)), Err(CaseRefusal::MergeChain));
    // Whoever a report is about does nothing in it, this included (S45).
    let mut acts = received();
    acts.push((
        5,
        by(9),
        CaseAct::ConcernedNamed {
            officer: officer(1),
            reason: "disebut dalam laporan".to_owned(),
        },
    ));
    assert_eq!(given(acts).when(merge(1, 2)), Err(CaseRefusal::Concerned));
}

fn like(text: &str, minutes: i64, metres: f64) -> Case {
    let CaseAct::RequestFiled(mut told) = filed("lost_item", None) else {
        unreachable!("a filing")
    };
    text.clone_into(&mut told.description);
    let filed = (minutes, Actor::Citizen, CaseAct::RequestFiled(told));
    let mut case = given([filed]).state().unwrap();
    if let Some(place) = &mut case.place {
        let north = -6.75 + metres / 111_195.0;
        place.point = Some(Point::new(north, 111.03).unwrap());
    }
    case
}

// S18
#[test]
fn reports_near_in_place_and_time_with_like_words_are_suggested_with_why() {
    let one = like(
        "Motor Beat merah hilang di depan pasar Juwana tadi malam",
        0,
        0.0,
    );
    let found = |other: &Case| alike(Likeness::of(&one), Likeness::of(other), true);
    let same = like("Motor Beat warna merah dicuri depan pasar Juwana", 90, 80.0);
    let why = found(&same).unwrap();
    assert_eq!(why.apart, SignedDuration::from_mins(90));
    assert!((why.metres.unwrap() - 80.0).abs() < 2.0, "{why:?}");
    assert!(why.words > 0.5 && why.score > 0.6, "{why:?}");
    // Far away, long before, of another kind of service, or of something else altogether.
    assert_eq!(
        found(&like(
            "Motor Beat merah hilang di depan pasar Juwana",
            90,
            5_000.0
        )),
        None
    );
    assert_eq!(
        found(&like(
            "Motor Beat merah hilang di depan pasar Juwana",
            -6_000,
            80.0
        )),
        None
    );
    assert_eq!(alike(Likeness::of(&one), Likeness::of(&same), false), None);
    assert_eq!(
        found(&like("xxxxx yyyyy zzzzz qqqqq", 4_000, 1_400.0)),
        None
    );
    // Where neither gave a point, the same village is near enough to ask.
    let (mut a, mut b) = (one.clone(), same.clone());
    for case in [&mut a, &mut b] {
        if let Some(place) = &mut case.place {
            place.point = None;
        }
    }
    let why = alike(Likeness::of(&a), Likeness::of(&b), true).unwrap();
    assert!(why.same_beat && why.metres.is_none());
    // Something else in the same village at the same hour is not.
    let mut debt = like("Tetangga meminjam uang dan belum mengembalikan", 5, 0.0);
    if let Some(place) = &mut debt.place {
        place.point = None;
    }
    assert_eq!(alike(Likeness::of(&a), Likeness::of(&debt), true), None);
}
