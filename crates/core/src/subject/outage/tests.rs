//! Given acts, when a command, then acts or a refusal.

use uuid::Uuid;

use super::*;
use crate::act::Subject;
use crate::subject::testing::{act, by, minute, told};
use crate::value::OutageId;

/// Knows one thing that can be down.
struct FakeDesk;

impl DeskMethod for FakeDesk {
    fn need(&self, _: &str) -> Option<bool> {
        None
    }
    fn priority(&self, _: &str) -> Option<bool> {
        None
    }
    fn ending(&self, _: &str) -> Option<bool> {
        None
    }
    fn system(&self, code: &str) -> bool {
        code == "telephone"
    }
}

/// The telephone is down since minute 0, with something changed.
fn declare(change: impl FnOnce(&mut OutageDeclared)) -> OutageCommand {
    let mut wanted = OutageDeclared {
        system: Some("telephone".to_owned()),
        words: None,
        since: minute(0),
        way: None,
        until: None,
        pack_version: "1".to_owned(),
        simulated: false,
    };
    change(&mut wanted);
    OutageCommand::Declare {
        system: wanted.system,
        words: wanted.words,
        since: wanted.since,
        way: wanted.way,
        until: wanted.until,
        open: 0,
        pack_version: wanted.pack_version,
        simulated: wanted.simulated,
    }
}

fn end(at: i64) -> OutageCommand {
    OutageCommand::End { at: minute(at) }
}

/// What is known after commands, each at its minute.
fn after(commands: &[(i64, OutageCommand)]) -> Option<Outage> {
    let mut known = None;
    for (minutes, command) in commands {
        for what in decide(known.as_ref(), command.clone(), told(*minutes), &FakeDesk).unwrap() {
            let version = known.as_ref().map_or(0, |known: &Outage| known.version) + 1;
            let subject = Subject::Outage(OutageId(Uuid::from_u128(0x0ff)));
            let next = act(
                subject,
                version,
                by(1),
                minute(*minutes),
                Payload::Outage(what),
            );
            known = evolve(known, &next);
        }
    }
    known
}

fn refused(known: &[(i64, OutageCommand)], at: i64, command: OutageCommand) -> OutageRefusal {
    decide(after(known).as_ref(), command, told(at), &FakeDesk).unwrap_err()
}

// S26
#[test]
fn something_is_down_works_again_and_may_be_down_again() {
    let known = after(&[
        (5, declare(|_| {})),
        (30, end(25)),
        (90, declare(|declared| declared.since = minute(80))),
    ])
    .unwrap();
    assert_eq!(
        (known.version, known.declared.since, known.ended_at),
        (3, minute(80), None)
    );
    let known = after(&[(5, declare(|_| {})), (30, end(25))]).unwrap();
    assert_eq!(known.ended_at, Some(minute(25)));
}

#[test]
fn nothing_is_said_twice() {
    let down = [(5, declare(|_| {}))];
    let since = minute(0);
    assert_eq!(
        refused(&down, 9, declare(|_| {})),
        OutageRefusal::AlreadyDown { since }
    );
    let ended = [(5, declare(|_| {})), (9, end(9))];
    assert_eq!(refused(&ended, 10, end(10)), OutageRefusal::NotDown);
    assert_eq!(refused(&[], 10, end(10)), OutageRefusal::NotDown);
}

#[test]
fn moments_that_cannot_be_are_refused() {
    let later = |minutes| refused(&[], 10, declare(|told| told.since = minute(minutes)));
    assert_eq!(later(13), OutageRefusal::SinceInTheFuture(minute(13)));
    let long_ago = -SINCE_WITHIN_DAYS * 24 * 60;
    assert!(matches!(
        later(long_ago),
        OutageRefusal::SinceTooLongAgo { .. }
    ));
    for until in [-5, 0, 10, UNTIL_WITHIN_DAYS * 24 * 60 + 11] {
        let found = refused(&[], 10, declare(|told| told.until = Some(minute(until))));
        assert_eq!(found, OutageRefusal::UntilOutside(minute(until)), "{until}");
    }
    let down = [(5, declare(|told| told.since = minute(2)))];
    let since = minute(2);
    assert_eq!(
        refused(&down, 9, end(1)),
        OutageRefusal::EndBeforeSince {
            at: minute(1),
            since
        }
    );
    assert_eq!(
        refused(&down, 9, end(12)),
        OutageRefusal::EndInTheFuture(minute(12))
    );
}

#[test]
fn what_is_down_is_one_word_of_the_pack_or_own_words_with_a_way() {
    let own = |words: &str, way: Option<&str>| {
        declare(|told| {
            told.system = None;
            told.words = Some(words.to_owned());
            told.way = way.map(ToOwned::to_owned);
        })
    };
    assert!(after(&[(1, own("Lift", Some("use the stairs")))]).is_some());
    let field = |command| match refused(&[], 1, command) {
        OutageRefusal::Text { field, .. } => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(own("Lift", None)), "way");
    assert_eq!(field(own("\u{200b}", Some("x"))), "words");
    assert_eq!(
        field(own(&"x".repeat(WORDS_MAX_CHARS + 1), Some("x"))),
        "words"
    );
    let long = "x".repeat(WAY_MAX_CHARS + 1);
    assert_eq!(field(declare(|told| told.way = Some(long))), "way");
    let nothing = declare(|told| told.system = None);
    assert_eq!(refused(&[], 1, nothing), OutageRefusal::WhatIsDown);
    let both = declare(|told| told.words = Some("x".to_owned()));
    assert_eq!(refused(&[], 1, both), OutageRefusal::WhatIsDown);
    let unknown = declare(|told| told.system = Some("lift".to_owned()));
    assert_eq!(
        refused(&[], 1, unknown),
        OutageRefusal::NotInPack("lift".to_owned())
    );
    let mut many = declare(|_| {});
    if let OutageCommand::Declare { open, .. } = &mut many {
        *open = OPEN_MAX;
    }
    assert_eq!(
        refused(&[], 1, many),
        OutageRefusal::TooMany { limit: OPEN_MAX }
    );
}
