#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::act::{Payload, Subject};
use crate::subject::testing::{act, by, minute, officer, told};
use crate::value::ThingId;
use jiff::civil::date;
use uuid::Uuid;

const TODAY: Date = date(2026, 11, 24);

struct Kinds;

impl ThingMethod for Kinds {
    fn thing(&self, kind: &ThingCode) -> Option<bool> {
        match kind.as_str() {
            "rpk" => Some(true),
            "radio" => Some(false),
            _ => None,
        }
    }
}

fn register(kind: &str) -> ThingCommand {
    ThingCommand::Register {
        kind: kind.parse().unwrap(),
        label: "1".to_owned(),
        room: None,
        state: ThingState::InOrder,
        check_by: None,
        pack_version: "1".to_owned(),
        simulated: false,
    }
}

fn change(state: ThingState, reason: &str) -> ThingCommand {
    ThingCommand::Change {
        state,
        reason: reason.to_owned(),
    }
}

/// What is known after these commands, each told some minutes after the fixed moment.
fn after(steps: &[(i64, ThingCommand)]) -> Option<Thing> {
    let mut known: Option<Thing> = None;
    for (at, command) in steps {
        let decided = decide(known.as_ref(), command.clone(), told(*at), TODAY, &Kinds).unwrap();
        for what in decided {
            let version = known.as_ref().map_or(0, |thing| thing.version) + 1;
            let subject = Subject::Thing(ThingId(Uuid::from_u128(1)));
            let payload = Payload::Thing(what);
            known = evolve(known, &act(subject, version, by(1), minute(*at), payload));
        }
    }
    known
}

fn refused(known: Option<&Thing>, command: ThingCommand) -> ThingRefusal {
    decide(known, command, told(60), TODAY, &Kinds).unwrap_err()
}

// S35
#[test]
fn what_breaks_is_nobodys_to_carry_until_it_is_mended() {
    let radio = after(&[(0, register("radio"))]).unwrap();
    let hand = |to| ThingCommand::HandOver { to, note: None };
    assert!(decide(Some(&radio), hand(Some(officer(2))), told(5), TODAY, &Kinds).is_ok());
    let broken = after(&[
        (0, register("radio")),
        (5, hand(Some(officer(2)))),
        (9, change(ThingState::Broken, "jatuh")),
    ])
    .unwrap();
    assert_eq!((broken.holder, broken.since), (None, minute(9)));
    assert_eq!(
        refused(Some(&broken), hand(Some(officer(2)))),
        ThingRefusal::NotInOrder
    );
    let phases: Vec<(Timestamp, bool)> = broken
        .phases
        .iter()
        .map(|phase| (phase.from, phase.in_order))
        .collect();
    assert_eq!(phases, [(minute(0), true), (minute(9), false)]);
}

// S35
#[test]
fn each_change_says_why_and_nothing_follows_the_end() {
    let radio = after(&[(0, register("radio"))]).unwrap();
    assert!(matches!(
        refused(Some(&radio), change(ThingState::Away, " \u{200b}")),
        ThingRefusal::Text {
            field: "reason",
            fault: TextFault::Empty
        }
    ));
    // What is so already changes nothing.
    let again = change(ThingState::InOrder, "");
    assert_eq!(
        decide(Some(&radio), again, told(1), TODAY, &Kinds),
        Ok(Vec::new())
    );
    let gone = after(&[
        (0, register("radio")),
        (1, change(ThingState::Retired, "dihapus dari daftar")),
    ]);
    assert_eq!(
        refused(gone.as_ref(), change(ThingState::InOrder, "x")),
        ThingRefusal::Retired
    );
}

#[test]
fn a_room_stays_where_it_is() {
    let room = after(&[(0, register("rpk"))]).unwrap();
    let elsewhere = ThingCommand::Move {
        to: "polsek-tayu".parse().unwrap(),
        room: None,
        reason: "x".to_owned(),
    };
    assert_eq!(refused(Some(&room), elsewhere), ThingRefusal::IsARoom);
    let hand = ThingCommand::HandOver {
        to: Some(officer(1)),
        note: None,
    };
    assert_eq!(refused(Some(&room), hand), ThingRefusal::IsARoom);
}

#[test]
fn a_change_is_told_after_what_it_follows_and_not_of_long_ago() {
    let radio = after(&[
        (0, register("radio")),
        (30, change(ThingState::Broken, "x")),
    ])
    .unwrap();
    let told = |at: i64| Moment {
        happened_at: minute(at),
        recorded_at: minute(60),
    };
    let mended = |at| {
        let command = change(ThingState::InOrder, "diperbaiki");
        decide(Some(&radio), command, told(at), TODAY, &Kinds)
    };
    assert!(mended(30).is_ok());
    assert!(matches!(mended(29), Err(ThingRefusal::TooEarly { .. })));
    assert!(matches!(mended(63), Err(ThingRefusal::InTheFuture(_))));
    let long_ago = told(-60 * 24 * (SINCE_WITHIN_DAYS + 1));
    assert!(matches!(
        decide(None, register("radio"), long_ago, TODAY, &Kinds),
        Err(ThingRefusal::TooEarly { .. })
    ));
}

#[test]
fn a_check_lies_ahead() {
    let radio = after(&[(0, register("radio"))]).unwrap();
    let check = |next| ThingCommand::Check {
        next: Some(next),
        note: None,
    };
    assert!(decide(Some(&radio), check(TODAY), told(1), TODAY, &Kinds).is_ok());
    let yesterday = TODAY.yesterday().unwrap();
    assert_eq!(
        refused(Some(&radio), check(yesterday)),
        ThingRefusal::CheckOutside(yesterday)
    );
}
