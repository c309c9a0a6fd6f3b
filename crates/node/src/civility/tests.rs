//! Civility from counts, worked by hand.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

fn moment(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap()
}

fn day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

fn rules() -> Rules {
    let item = |code: &str, good| ConductItem {
        code: code.to_owned(),
        good,
    };
    Rules {
        items: vec![item("b5", GoodEnd::High), item("b2", GoodEnd::Low)],
        stages: vec!["stage_1".to_owned(), "stage_3".to_owned()],
        small_cell: 5,
        small_cell_sensitive: 10,
    }
}

fn met(at: Date, encounters: i64, forced: i64) -> MeetingSums {
    MeetingSums {
        at: moment(at),
        place: "polsek-juwana".to_owned(),
        service: String::new(),
        encounters,
        forced,
        explained: encounters,
    }
}

fn owed(at: Date, owed: i64, in_time: i64) -> CaseSums {
    CaseSums {
        at: moment(at),
        place: String::new(),
        service: String::new(),
        filed: owed,
        responded: 0,
        responded_late: 0,
        closed: 0,
        rights_owed: owed,
        rights_in_time: in_time,
        wait_seconds: 0.0,
        wait_seconds_squared: 0.0,
    }
}

fn said(at: Date, item: &str, counts: [i64; 5]) -> AnswerSums {
    AnswerSums {
        at: moment(at),
        place: String::new(),
        item: item.to_owned(),
        counts,
    }
}

fn found<'c>(civility: &'c Civility, code: &str) -> &'c Series {
    let found = civility
        .followed
        .iter()
        .find(|of| of.measure.code() == code);
    &found.unwrap().series
}

#[test]
fn a_unit_without_anything_says_so_everywhere() {
    let civility = civility(
        &Counted::default(),
        &rules(),
        &mondays(date(2026, 12, 1)),
        day,
    );
    assert!(
        civility
            .followed
            .iter()
            .all(|of| of.series.verdict == Verdict::TooFew)
    );
    assert_eq!((civility.force.n, civility.force.meetings), (0, 0));
    assert!(civility.force.share.is_none() && civility.force.stages.is_empty());
}

// S19
#[test]
fn force_is_set_against_meetings_and_told_by_stage() {
    let weeks = mondays(date(2026, 12, 1));
    let at = *weeks.last().unwrap();
    let stage = |stage: &str, n| ForceSums {
        at: moment(at),
        station: String::new(),
        stage: stage.to_owned(),
        n,
    };
    let arrests = |measure: &str, n| ControlSums {
        at: moment(at),
        station: String::new(),
        measure: measure.to_owned(),
        n,
    };
    let counted = Counted {
        meetings: vec![met(at, 38, 3), met(at, 2, 1)],
        force: vec![
            stage("", 1),
            stage("stage_3", 2),
            stage("old", 1),
            stage("stage_1", 0),
        ],
        controls: vec![arrests("arrest", 6), arrests("summons", 9)],
        ..Counted::default()
    };
    let civility = civility(&counted, &rules(), &weeks, day);
    let force = &civility.force;
    assert_eq!((force.n, force.meetings, force.arrests), (4, 40, 6));
    let stages: Vec<(&str, u64)> = force
        .stages
        .iter()
        .map(|of| (of.code.as_str(), of.n))
        .collect();
    assert_eq!(stages, [("stage_3", 2), ("old", 1), ("", 1)]);
    let few = Counted {
        meetings: vec![met(at, 9, 3)],
        force: vec![stage("stage_3", 3)],
        ..Counted::default()
    };
    let few = super::civility(&few, &rules(), &weeks, day);
    assert!(few.force.share.is_none() && few.force.stages.is_empty());
    assert_eq!(found(&few, "force").hidden, 1);
}

// S44
#[test]
fn a_better_manner_does_not_make_up_for_rights_that_are_told_less() {
    let weeks = mondays(date(2026, 12, 1));
    let mut counted = Counted::default();
    for (at, monday) in weeks.iter().enumerate() {
        let late = at >= weeks.len() - 4;
        let wobble = i64::try_from(at % 7).unwrap();
        counted
            .cases
            .push(owed(*monday, 100, if late { 30 } else { 80 + wobble }));
        let polite = if late { 95 } else { 60 + wobble };
        counted
            .answers
            .push(said(*monday, "b5", [3, 100 - polite, 0, polite, 0]));
        counted.answers.push(said(*monday, "b2", [0, 97, 0, 3, 0]));
    }
    let civility = civility(&counted, &rules(), &weeks, day);
    assert!(matches!(
        found(&civility, "rights_in_time").verdict,
        Verdict::Worse(_)
    ));
    assert!(matches!(found(&civility, "b5").verdict, Verdict::Better(_)));
    assert_eq!(found(&civility, "b2").verdict, Verdict::NoChange);
    assert!((found(&civility, "b2").whole.unwrap().share - 0.97).abs() < 1e-12);
    assert!(civility.pleasing_but_unlawful);
    let order: Vec<&str> = civility
        .followed
        .iter()
        .map(|of| of.measure.code())
        .collect();
    assert_eq!(order, ["rights_in_time", "force", "explained", "b5", "b2"]);
}
