//! How long what identifies people is kept, and what holds it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

const DAY: i64 = 24 * 60;

fn zone() -> TimeZone {
    TimeZone::get("Asia/Jakarta").unwrap()
}

/// A closed case of a service that is kept for 24 months by the pack of the day it was closed.
fn closed_for_24_months() -> Vec<(i64, Actor, CaseAct)> {
    let mut acts = handled();
    acts.push((
        20,
        by(1),
        CaseAct::CaseClosed {
            outcome: "helped".to_owned(),
            reason: "selesai".to_owned(),
            keep_months: Some(24),
        },
    ));
    acts
}

fn held(acts: Vec<(i64, Actor, CaseAct)>, at: i64) -> Vec<(i64, Actor, CaseAct)> {
    let hold = CaseAct::HoldPlaced {
        ground: HoldGround::CourtOrder,
        reference: "Penetapan 12/2026".to_owned(),
    };
    acts.into_iter().chain([(at, by(1), hold)]).collect()
}

fn erase(basis: ErasureBasis) -> CaseCommand {
    let ground = (basis == ErasureBasis::Request).then(|| "surat 12/2026".to_owned());
    CaseCommand::ErasePersonalData { basis, ground }
}

#[test]
fn a_closing_keeps_the_period_of_its_day() {
    let acts = given(handled()).when(close("helped", "selesai")).unwrap();
    let CaseAct::CaseClosed { keep_months, .. } = &acts[0] else {
        panic!("{acts:?}");
    };
    assert_eq!(*keep_months, Some(24));
}

#[test]
fn the_longer_of_the_period_then_and_now_is_kept() {
    let case = given(closed_for_24_months()).state().unwrap();
    let day = |months| case.last_day_kept(months, &zone()).unwrap().to_string();
    assert_eq!(day(24), "2028-11-24");
    assert_eq!(day(6), "2028-11-24", "shorter by now");
    assert_eq!(day(60), "2031-11-24", "longer by now");
    let at = |text: &str| text.parse().unwrap();
    assert!(!case.is_kept_too_long(at("2028-11-24T16:59:59Z"), 24, &zone()));
    assert!(case.is_kept_too_long(at("2028-11-24T17:00:00Z"), 24, &zone()));
    assert!(!case.is_kept_too_long(at("2028-11-24T17:00:00Z"), 60, &zone()));
}

#[test]
fn time_is_counted_from_the_last_closing_and_from_what_came_after_it() {
    let mut acts = closed_for_24_months();
    assert_eq!(
        given(acts.clone()).state().unwrap().kept_from,
        Some(minute(20))
    );
    let more = CaseAct::InformationAdded {
        text: "warnanya coklat".to_owned(),
        media: Vec::new(),
    };
    acts.push((30 * DAY, Actor::Citizen, more));
    let case = given(acts.clone()).state().unwrap();
    assert_eq!(case.kept_from, Some(minute(30 * DAY)));
    let reason = "belum selesai".to_owned();
    acts.push((40 * DAY, by(1), CaseAct::CaseReopened { reason }));
    let case = given(acts.clone()).state().unwrap();
    assert_eq!((case.kept_from, case.keep_months), (None, None));
    let again = CaseAct::CaseClosed {
        outcome: "helped".to_owned(),
        reason: "selesai".to_owned(),
        keep_months: Some(36),
    };
    acts.push((50 * DAY, by(1), again));
    let case = given(acts).state().unwrap();
    assert_eq!(case.kept_from, Some(minute(50 * DAY)));
    assert_eq!(case.keep_months, Some(36));
}

#[test]
fn a_held_case_is_erased_neither_by_its_time_nor_at_a_request() {
    let acts = held(closed_for_24_months(), 30);
    let since = minute(30);
    for basis in [ErasureBasis::Request, ErasureBasis::Retention] {
        let refused = given(acts.clone()).when(erase(basis));
        assert_eq!(refused, Err(CaseRefusal::Held { since }));
    }
    let case = given(acts.clone()).state().unwrap();
    assert!(!case.is_kept_too_long(Timestamp::MAX, 24, &zone()));
    // The time goes on to be counted from the closing, not from the hold.
    assert_eq!(case.kept_from, Some(minute(20)));
    assert_eq!(
        given(acts.clone()).when(place_hold("Surat 3/2026")),
        Err(CaseRefusal::Held { since })
    );
    assert_eq!(
        given(acts.clone()).when(lift_hold(" ")),
        Err(CaseRefusal::Text {
            field: "reference",
            fault: TextFault::Empty
        })
    );
    let lifted = given(acts.clone())
        .when(lift_hold("Putusan 12/2026"))
        .unwrap();
    let mut acts = acts;
    acts.push((40, by(1), lifted[0].clone()));
    assert!(given(acts).when(erase(ErasureBasis::Retention)).is_ok());
}

#[test]
fn a_hold_outlives_the_closing_and_there_is_none_where_all_is_erased() {
    let open = held(handled(), 15);
    let mut acts = open;
    acts.extend(closed_for_24_months().into_iter().skip(handled().len()));
    let case = given(acts).state().unwrap();
    assert!(case.hold.is_some());
    let mut erased = closed_for_24_months();
    let gone = CaseAct::PersonalDataErased {
        basis: ErasureBasis::Retention,
        ground: None,
    };
    erased.push((30, by(1), gone));
    assert_eq!(given(erased.clone()).state().unwrap().kept_from, None);
    assert_eq!(
        given(erased).when(place_hold("Surat 3/2026")),
        Err(CaseRefusal::AlreadyErased)
    );
}
