//! Given acts, when a command, then acts or a refusal.

use uuid::Uuid;

use super::*;
use crate::act::Subject;
use crate::subject::testing::{act, by, import, minute, officer, place, told};
use crate::value::VisitId;

/// Two needs, one of them sensitive; an old person goes first, and danger before them.
struct FakeDesk;

impl DeskMethod for FakeDesk {
    fn need(&self, code: &str) -> Option<bool> {
        ["report", "violence"]
            .contains(&code)
            .then_some(code == "violence")
    }
    fn priority(&self, code: &str) -> Option<bool> {
        ["old", "danger"]
            .contains(&code)
            .then_some(code == "danger")
    }
    fn ending(&self, code: &str) -> Option<bool> {
        ["served", "left"]
            .contains(&code)
            .then_some(code == "served")
    }
    fn system(&self, _: &str) -> bool {
        false
    }
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Jakarta").unwrap()
}

fn join(need: Option<&str>, priority: Option<&str>) -> VisitCommand {
    VisitCommand::Join {
        need: need.map(ToOwned::to_owned),
        priority: priority.map(ToOwned::to_owned),
        day: zone().to_datetime(minute(0)).date(),
        open_until: open_until(minute(0), &zone()),
        open: 3,
        pack_version: "1".to_owned(),
        simulated: false,
    }
}

fn end(how: &str) -> VisitCommand {
    VisitCommand::End {
        ended: how.to_owned(),
    }
}

/// What is known after commands of officers, the first at minute 0, each a minute after the other.
fn after(commands: &[(u128, VisitCommand)]) -> Option<Visit> {
    let mut known = None;
    for (minutes, (who, command)) in (0..).zip(commands) {
        let decided = decide(
            known.as_ref(),
            command.clone(),
            &by(*who),
            told(minutes),
            &FakeDesk,
        );
        for what in decided.unwrap() {
            let version = known.as_ref().map_or(0, |visit: &Visit| visit.version) + 1;
            let subject = Subject::Visit(VisitId(Uuid::from_u128(0x0715)));
            let next = act(
                subject,
                version,
                by(*who),
                minute(minutes),
                Payload::Visit(what),
            );
            known = evolve(known, &next);
        }
    }
    known
}

fn refused(known: &[(u128, VisitCommand)], who: u128, command: VisitCommand) -> VisitRefusal {
    decide(
        after(known).as_ref(),
        command,
        &by(who),
        told(60),
        &FakeDesk,
    )
    .unwrap_err()
}

// S21
#[test]
fn somebody_comes_is_called_and_served() {
    let visit = after(&[
        (1, join(Some("report"), None)),
        (1, VisitCommand::Call),
        (1, end("served")),
    ])
    .unwrap();
    assert_eq!(visit.version, 3);
    assert_eq!(visit.joined.turn(), Turn::Arrival);
    assert_eq!(visit.station, Some(place().station));
    let called = visit.called.unwrap();
    assert_eq!((called.by, called.at), (officer(1), minute(1)));
    let ended = visit.ended.unwrap();
    assert_eq!((ended.how.as_str(), ended.served), ("served", true));
}

// S76
#[test]
fn danger_goes_before_who_goes_first_and_a_narrow_need_is_marked() {
    let turn = |priority| after(&[(1, join(None, priority))]).unwrap().joined.turn();
    assert_eq!(turn(None), Turn::Arrival);
    assert_eq!(turn(Some("old")), Turn::First);
    assert_eq!(turn(Some("danger")), Turn::Danger);
    let sensitive = |need| after(&[(1, join(need, None))]).unwrap().joined.sensitive;
    assert_eq!(
        [Some("report"), Some("violence"), None].map(sensitive),
        [false, true, false]
    );
}

#[test]
fn words_the_pack_does_not_have_and_a_full_queue_are_refused() {
    let field = |command| match refused(&[], 1, command) {
        VisitRefusal::NotInPack { field, .. } => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(join(Some("dance"), None)), "need");
    assert_eq!(field(join(None, Some("friend"))), "priority");
    let mut full = join(None, None);
    if let VisitCommand::Join { open, .. } = &mut full {
        *open = OPEN_MAX;
    }
    assert_eq!(
        refused(&[], 1, full),
        VisitRefusal::QueueFull { limit: OPEN_MAX }
    );
    let waits = [(1, join(None, None))];
    let unknown = refused(&waits, 1, end("flew_away"));
    assert!(matches!(
        unknown,
        VisitRefusal::NotInPack { field: "ended", .. }
    ));
}

// S21
#[test]
fn one_officer_calls_somebody_and_another_does_not() {
    let called = [(1, join(None, None)), (1, VisitCommand::Call)];
    let with_another = VisitRefusal::WithAnotherOfficer {
        officer: officer(1),
    };
    for command in [
        VisitCommand::Call,
        VisitCommand::PutBack,
        end("served"),
        end("left"),
    ] {
        assert_eq!(refused(&called, 2, command), with_another);
    }
    // A button pressed twice changes nothing.
    let again = decide(
        after(&called).as_ref(),
        VisitCommand::Call,
        &by(1),
        told(9),
        &FakeDesk,
    );
    assert_eq!(again, Ok(Vec::new()));
}

// S21
#[test]
fn a_colleague_goes_on_and_nobody_is_lost() {
    let mut told = vec![(1, join(None, None)), (1, VisitCommand::Call)];
    let take = |from| VisitCommand::TakeOver {
        from: officer(from),
    };
    assert_eq!(
        refused(&told, 2, take(3)),
        VisitRefusal::WithAnotherOfficer {
            officer: officer(1)
        }
    );
    told.push((2, take(1)));
    let called = after(&told).unwrap().called.unwrap();
    // The wait ended when they were called, not when the colleague came.
    assert_eq!((called.by, called.at), (officer(2), minute(1)));
    assert_eq!(
        refused(&told, 3, take(1)),
        VisitRefusal::WithAnotherOfficer {
            officer: officer(2)
        }
    );
    assert_eq!(
        refused(&[(1, join(None, None))], 2, take(1)),
        VisitRefusal::NotCalled
    );
}

// S21
#[test]
fn who_is_put_back_waits_where_they_stood() {
    let visit = after(&[
        (1, join(None, None)),
        (1, VisitCommand::Call),
        (1, VisitCommand::PutBack),
    ])
    .unwrap();
    assert_eq!((visit.called, visit.joined_at), (None, minute(0)));
}

#[test]
fn nobody_is_served_who_was_not_called_and_nothing_follows_an_end() {
    let waits = [(1, join(None, None))];
    assert_eq!(refused(&waits, 1, end("served")), VisitRefusal::NotCalled);
    let gone = [(1, join(None, None)), (1, end("left"))];
    let known = after(&gone).unwrap();
    assert!(known.called.is_none() && !known.ended.as_ref().unwrap().served);
    for command in [VisitCommand::Call, end("served"), VisitCommand::PutBack] {
        assert_eq!(refused(&gone, 1, command), VisitRefusal::Ended);
    }
    let again = decide(Some(&known), end("left"), &by(1), told(9), &FakeDesk);
    assert_eq!(again, Ok(Vec::new()));
    assert_eq!(
        refused(&gone, 1, join(None, None)),
        VisitRefusal::AlreadyJoined
    );
    assert_eq!(refused(&[], 1, VisitCommand::Call), VisitRefusal::NotJoined);
    let known = after(&waits);
    let called = decide(
        known.as_ref(),
        VisitCommand::Call,
        &import(),
        told(9),
        &FakeDesk,
    );
    assert_eq!(called, Err(VisitRefusal::OfficersOnly));
}

// S26
#[test]
fn a_ticket_of_yesterday_ends_by_rule_and_is_no_wait() {
    let known = after(&[(1, join(None, None))]).unwrap();
    let until = known.joined.open_until;
    let lapse = |at| {
        decide(
            Some(&known),
            VisitCommand::Lapse,
            &import(),
            Moment::now(at),
            &FakeDesk,
        )
    };
    let early = until - SignedDuration::from_secs(1);
    assert_eq!(lapse(early), Err(VisitRefusal::NotOver { until }));
    let ended = lapse(until).unwrap();
    assert_eq!(
        ended,
        [VisitAct::VisitEnded {
            ended: LAPSED.to_owned(),
            served: false
        }]
    );
}

#[test]
fn a_ticket_works_to_the_end_of_its_day_and_six_hours_at_the_least() {
    // 09.00 WIB: to midnight. 23.30 WIB: to 05.30 of the next day.
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(
        open_until(at("2026-11-29T02:00:00Z"), &zone()),
        at("2026-11-29T17:00:00Z")
    );
    assert_eq!(
        open_until(at("2026-11-29T16:30:00Z"), &zone()),
        at("2026-11-29T22:30:00Z")
    );
    assert_eq!(open_until(Timestamp::MAX, &zone()), Timestamp::MAX);
}
