use jiff::civil::Time;
use proptest::prelude::*;

use super::*;

/// The times of a pack, and one that is never.
struct Times;

fn hours(from: i8, until: i8) -> Hours {
    Hours::new(
        Time::constant(from, 0, 0, 0),
        Time::constant(until, 0, 0, 0),
    )
    .unwrap()
}

impl SafeHours for Times {
    fn hours(&self, time: &str) -> Option<Hours> {
        Some(match time {
            "morning" => hours(6, 11),
            "midday" => hours(11, 15),
            "night" => hours(1, 3),
            _ => return None,
        })
    }

    fn usual(&self) -> Hours {
        hours(7, 20)
    }
}

const OPEN: Situation = Situation {
    sensitive: false,
    made_up: false,
    erased: false,
};

fn wish(ways: &[Way], times: &[&str]) -> Wish {
    Wish {
        ways: ways.to_vec(),
        times: times.iter().map(|time| (*time).to_owned()).collect(),
        lang: Lang::Id,
        knowing: false,
    }
}

fn jakarta(text: &str) -> Timestamp {
    format!("{text}+07:00").parse().unwrap()
}

fn wib() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(7))
}

// S76
#[test]
fn whoever_said_nothing_is_told_nothing() {
    let now = jakarta("2026-11-24T09:00");
    let told = |wish: Option<&Wish>| tell(OPEN, wish, Kind::Message, &Times, now, &wib());
    assert_eq!(told(None), Err(Silent::NotAsked));
    assert_eq!(told(Some(&wish(&[], &["morning"]))), Err(Silent::NotAsked));
}

// S76
#[test]
fn news_of_the_evening_waits_for_the_hour_that_was_named() {
    let asked = wish(&[Way::Sms], &["morning"]);
    let plan = tell(
        OPEN,
        Some(&asked),
        Kind::Message,
        &Times,
        jakarta("2026-11-24T21:30"),
        &wib(),
    );
    assert_eq!(plan.unwrap().at, jakarta("2026-11-25T06:00"));
    // Received is no exception for whoever named hours.
    let plan = tell(
        OPEN,
        Some(&asked),
        Kind::Received,
        &Times,
        jakarta("2026-11-24T11:00"),
        &wib(),
    );
    assert_eq!(plan.unwrap().at, jakarta("2026-11-25T06:00"));
}

#[test]
fn whoever_named_no_hour_is_told_in_the_usual_ones_and_of_the_receipt_at_once() {
    let asked = wish(&[Way::Email], &[]);
    let night = jakarta("2026-11-24T23:00");
    let at = |kind| {
        tell(OPEN, Some(&asked), kind, &Times, night, &wib())
            .unwrap()
            .at
    };
    assert_eq!(at(Kind::Message), jakarta("2026-11-25T07:00"));
    assert_eq!(at(Kind::Received), night);
}

// S76
#[test]
fn never_and_a_time_the_pack_no_longer_has_are_no_hour() {
    for times in [&["never"][..], &["dusk"]] {
        let asked = wish(&[Way::Sms], times);
        let told = tell(
            OPEN,
            Some(&asked),
            Kind::Late,
            &Times,
            jakarta("2026-11-24T09:00"),
            &wib(),
        );
        assert_eq!(told, Err(Silent::NoHour));
    }
}

fn a_wish() -> impl Strategy<Value = Wish> {
    let ways = prop::collection::vec(prop::sample::select(Way::ALL.to_vec()), 0..5);
    let times = prop::sample::select(vec!["morning", "midday", "night", "never", "dusk", ""]);
    let times = prop::collection::vec(times.prop_map(ToOwned::to_owned), 0..4);
    (ways, times, any::<bool>()).prop_map(|(ways, times, knowing)| Wish {
        ways,
        times,
        lang: Lang::Id,
        knowing,
    })
}

fn a_moment() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_102_444_800).prop_map(|at| Timestamp::from_second(at).unwrap())
}

fn a_zone() -> impl Strategy<Value = TimeZone> {
    // Zones with and without summer time, and some whose day skipped an hour or a whole day.
    prop::sample::select(vec![
        "Asia/Jakarta",
        "Asia/Jayapura",
        "America/Detroit",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
    ])
    .prop_map(|name| TimeZone::get(name).unwrap())
}

proptest! {
    // S76
    #[test]
    fn nobody_is_told_at_an_unsafe_hour_by_an_unsafe_way_or_of_a_silent_case(
        wish in prop::option::of(a_wish()),
        (sensitive, made_up, erased) in any::<(bool, bool, bool)>(),
        kind in prop::sample::select(Kind::ALL.to_vec()),
        now in a_moment(),
        zone in a_zone(),
    ) {
        let situation = Situation { sensitive, made_up, erased };
        let Ok(plan) = tell(situation, wish.as_ref(), kind, &Times, now, &zone) else {
            return Ok(());
        };
        let wish = wish.expect("told only whoever asked");
        prop_assert!(!made_up && !erased);
        prop_assert!(!sensitive || wish.knowing);
        prop_assert!(!plan.ways.is_empty());
        for way in &plan.ways {
            prop_assert!(wish.ways.contains(way));
            prop_assert_eq!(plan.ways.iter().filter(|other| *other == way).count(), 1);
        }
        prop_assert!(plan.at >= now);
        // Read off the clock on the wall, not by the rule.
        let hour = zone.to_datetime(plan.at).hour();
        let safe = |time: &String| match time.as_str() {
            "morning" => (6..11).contains(&hour),
            "midday" => (11..15).contains(&hour),
            "night" => (1..3).contains(&hour),
            _ => false,
        };
        if wish.times.is_empty() {
            prop_assert!(kind == Kind::Received || (7..20).contains(&hour), "{hour}");
        } else {
            prop_assert!(wish.times.iter().any(safe), "{hour}");
        }
        // Nothing safer was passed over: asked again at the moment planned, it is then.
        let again = tell(situation, Some(&wish), kind, &Times, plan.at, &zone);
        prop_assert_eq!(again.map(|plan| plan.at), Ok(plan.at));
    }

    #[test]
    fn a_named_hour_comes_within_two_days(now in a_moment()) {
        let zone = wib();
        let at = next_within(&[hours(1, 3)], now, &zone).unwrap();
        prop_assert!(at.duration_since(now) <= SignedDuration::from_hours(24));
    }
}

#[test]
fn hours_end_after_they_begin() {
    let eight = Time::constant(8, 0, 0, 0);
    assert_eq!(Hours::new(eight, eight), None);
    assert!(!hours(6, 11).hold(Time::constant(11, 0, 0, 0)));
    assert!(hours(6, 11).hold(Time::constant(6, 0, 0, 0)));
}
