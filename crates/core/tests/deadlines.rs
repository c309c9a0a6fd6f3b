//! How time limits are counted, against the Indonesian pack and on arbitrary moments (S18).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use pengayom_core::clock::{Due, Reckoning};
use pengayom_core::pack::{Calendar, Clock, ClockKind, ClockUnit, Pack};
use proptest::prelude::*;

/// The three zones of Indonesia; none of them shifts its clocks.
const ZONES: [&str; 3] = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"];

fn pack() -> &'static Pack {
    static PACK: LazyLock<Pack> = LazyLock::new(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/id");
        let mut files = BTreeMap::new();
        for folder in ["", "access", "words"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                    files.insert(name.to_owned(), std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        Pack::load(&files).unwrap()
    });
    &PACK
}

fn clock(unit: ClockUnit, value: u32, next_working_day: bool) -> Clock {
    Clock {
        unit,
        values: vec![value],
        next_working_day,
        ..pack().clock("sp2hp_a1").unwrap().clone()
    }
}

fn due(calendar: &Calendar, zone: &TimeZone, clock: &Clock, from: Timestamp) -> Due {
    Reckoning { calendar, zone }.due(clock, 0, from).unwrap()
}

/// The end of a limit that began at a local moment in WIB, as day and time.
fn wib(clock: &Clock, from: &str) -> (String, Option<i16>) {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let from: jiff::civil::DateTime = from.parse().unwrap();
    let from = zone.to_timestamp(from).unwrap();
    let due = due(pack().calendar(), &zone, clock, from);
    let local = zone.to_datetime(due.at);
    (
        local.strftime("%Y-%m-%d %H:%M").to_string(),
        due.unknown_after,
    )
}

// S18
#[test]
fn a_limit_of_days_goes_by_the_calendar_and_one_of_working_days_passes_over_holidays() {
    // Eid al-Fitr 2026: shared leave on Friday 20, Monday 23 and Tuesday 24 March, Nyepi on the 18th and 19th.
    let days = clock(ClockUnit::Days, 3, false);
    assert_eq!(wib(&days, "2026-03-17T09:00").0, "2026-03-20 09:00");
    let working = clock(ClockUnit::WorkingDays, 3, false);
    assert_eq!(
        wib(&working, "2026-03-17T09:00"),
        ("2026-03-27 23:59".to_owned(), None)
    );
    // The day of the start does not count, be it one of work or of rest.
    let one = clock(ClockUnit::WorkingDays, 1, false);
    assert_eq!(wib(&one, "2026-11-27T23:00").0, "2026-11-30 23:59");
    assert_eq!(wib(&one, "2026-11-28T08:00").0, "2026-11-30 23:59");
    assert_eq!(
        wib(&clock(ClockUnit::WorkingDays, 0, false), "2026-11-28T08:00").0,
        "2026-11-30 23:59"
    );
    // Where the pack says so, a limit in days ends with the next working day.
    let moved = clock(ClockUnit::Days, 3, true);
    assert_eq!(wib(&moved, "2026-03-17T09:00").0, "2026-03-25 23:59");
    let months = clock(ClockUnit::Months, 1, false);
    assert_eq!(wib(&months, "2026-01-31T09:00").0, "2026-02-28 23:59");
    let at_once = clock(ClockUnit::AtOnce, 0, false);
    assert_eq!(wib(&at_once, "2026-01-31T09:00").0, "2026-01-31 09:00");
    assert_eq!(
        wib(&clock(ClockUnit::Hours, 24, false), "2026-12-24T20:00").0,
        "2026-12-25 20:00"
    );
}

// S18
#[test]
fn beyond_the_calendar_it_is_said_that_holidays_are_not_known() {
    let working = clock(ClockUnit::WorkingDays, 5, false);
    let (at, unknown) = wib(&working, "2026-12-28T09:00");
    assert_eq!(unknown, Some(2026));
    // Never later than what is known makes it: the New Year of 2027 is passed over, the rest is not known.
    assert_eq!(at, "2027-01-05 23:59");
    assert_eq!(wib(&working, "2026-12-21T09:00").1, None);
    assert_eq!(wib(&working, "2024-12-30T09:00").1, Some(2026));
    // A limit that no holiday can move is certain in any year.
    assert_eq!(
        wib(&clock(ClockUnit::Days, 14, false), "2031-01-01T09:00").1,
        None
    );
}

// S18
#[test]
fn a_clock_that_falls_due_more_than_once_goes_on_by_its_last_distance() {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let reckoning = Reckoning {
        calendar: pack().calendar(),
        zone: &zone,
    };
    let light = pack().clock("sp2hp_sidik_ringan").unwrap();
    let from: Timestamp = "2026-11-02T02:00:00Z".parse().unwrap();
    let days = |n| {
        let at = reckoning.due_again(light, n, from).unwrap().at;
        at.duration_since(from).as_hours() / 24
    };
    assert_eq!(
        [days(0), days(1), days(2), days(3), days(5)],
        [10, 20, 30, 40, 60]
    );
    assert_eq!(reckoning.due(light, 3, from), None);
    // A lead time is counted back from what it is before.
    let permit = pack().clock("event_permit").unwrap();
    assert_eq!(permit.kind, ClockKind::LeadTime);
    let back = reckoning
        .due(permit, 0, "2026-11-30T02:00:00Z".parse().unwrap())
        .unwrap();
    assert_eq!(zone.to_datetime(back.at).date(), date(2026, 11, 10));
}

fn unit() -> impl Strategy<Value = ClockUnit> {
    prop::sample::select(ClockUnit::ALL.to_vec())
}

fn moment() -> impl Strategy<Value = Timestamp> {
    // 2024 to 2028, in seconds.
    (1_704_067_200_i64..1_861_920_000).prop_map(|s| Timestamp::from_second(s).unwrap())
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let day = (2024_i16..2028, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| date(y, m, d));
    let days = prop::collection::vec(day, 0..60);
    days.prop_map(|days: Vec<Date>| Calendar::of(2025, 2026, &days))
}

proptest! {
    // S18
    #[test]
    fn whatever_starts_later_ends_no_sooner_and_nothing_ends_before_it_starts(
        calendar in calendar(), unit in unit(), value in 0_u32..40, moved in any::<bool>(),
        (one, other) in (moment(), moment()), zone in prop::sample::select(ZONES.to_vec())
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let clock = clock(unit, value, moved);
        let (first, second) = (one.min(other), one.max(other));
        let ends = |from| due(&calendar, &zone, &clock, from).at;
        prop_assert!(ends(first) <= ends(second));
        prop_assert!(ends(first) >= first);
        // More of a unit is never less.
        let longer = Clock { values: vec![value + 1], ..clock.clone() };
        prop_assert!(due(&calendar, &zone, &longer, first).at >= ends(first));
    }

    // S18
    #[test]
    fn a_limit_that_depends_on_holidays_never_ends_on_one_and_says_when_they_are_not_known(
        calendar in calendar(), value in 0_u32..40, from in moment(),
        zone in prop::sample::select(ZONES.to_vec()),
        (unit, moved) in prop_oneof![
            Just((ClockUnit::WorkingDays, false)), Just((ClockUnit::Days, true)), Just((ClockUnit::Months, true))
        ]
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let due = due(&calendar, &zone, &clock(unit, value, moved), from);
        let day = zone.to_datetime(due.at).date();
        prop_assert!(calendar.is_working(day), "{}", day);
        prop_assert!(due.unknown_after.is_some() || calendar.knows(day));
        if !calendar.knows(day) {
            prop_assert_eq!(due.unknown_after, Some(2026));
        }
        if unit == ClockUnit::WorkingDays && value > 0 {
            // As many working days lie between as the limit has.
            let start = zone.to_datetime(from).date();
            let mut counted = 0;
            let mut at = start;
            while at < day {
                at = at.tomorrow().unwrap();
                counted += u32::from(calendar.is_working(at));
            }
            prop_assert_eq!(counted, value);
        }
    }
}
