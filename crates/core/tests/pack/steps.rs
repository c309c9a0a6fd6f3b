//! Steps, clocks, the calendar and progress notices: what the Indonesian pack says, and what a pack may not.

use jiff::civil::date;
use pengayom_core::pack::{Certainty, ClockEvent, NewsWhen, PackFault, PackRule, StepDoneBy};

use crate::faults::{broken, faults, one_fault};
use crate::support::pack;

fn rule(file: &str, from: &str, to: &str) -> Vec<PackRule> {
    let (files, _) = broken(file, from, to);
    let broken = faults(&files)
        .into_iter()
        .filter_map(|error| match error.fault {
            PackFault::RuleBroken { rule } => Some(rule),
            _ => None,
        });
    broken.collect()
}

// S18
#[test]
fn fifteen_services_have_steps_and_each_begins_with_a_clock_that_can_start() {
    let steps = pack().steps();
    let services: Vec<&str> = steps
        .services()
        .map(pengayom_core::pack::ServiceCode::as_str)
        .collect();
    for service in [
        "lp_b",
        "pengaduan",
        "kdrt",
        "tpks",
        "abh",
        "sktlk",
        "skck",
        "laka",
        "orang_hilang",
        "tipiring",
        "mediasi",
        "gangguan",
        "dumas",
        "izin_keramaian",
        "penipuan_daring",
    ] {
        assert!(services.contains(&service), "{service}");
        let code = service.parse().unwrap();
        assert!(!steps.of(&code).is_empty());
    }
    // The notice of rights and somebody else for a complaint are protected wherever they stand.
    for service in steps.services() {
        for step in steps.of(service) {
            assert_eq!(
                step.clock.is_some(),
                step.clock_code.is_some(),
                "{}",
                step.code
            );
            if step.floor.is_some() {
                assert!(step.required, "{}", step.code);
                assert_eq!(step.done, StepDoneBy::Hand);
            }
        }
    }
    let dumas = "dumas".parse().unwrap();
    assert!(
        steps
            .of(&dumas)
            .iter()
            .any(|step| step.code.as_str() == "other_officer")
    );
}

// S18
#[test]
fn the_five_stages_of_notices_stand_in_their_places_and_what_was_not_seen_says_so() {
    let news = pack().news();
    let stages: Vec<(&str, NewsWhen)> = news
        .stages()
        .iter()
        .map(|stage| (stage.code.as_str(), stage.when))
        .collect();
    assert_eq!(
        stages,
        [
            ("a1", NewsWhen::First),
            ("a2", NewsWhen::Inquiry),
            ("a3", NewsWhen::InvestigationBegun),
            ("a4", NewsWhen::Investigation),
            ("a5", NewsWhen::Ended),
        ]
    );
    assert_eq!(news.difficulty(None).unwrap().code.as_str(), "medium");
    assert_eq!(pack().clock("sp2hp_a1").unwrap().event, ClockEvent::Filed);
    let hard = pack().clock("sp2hp_lidik_sulit").unwrap();
    assert_eq!(
        hard.sourced.certainty,
        Certainty::Memory,
        "the number was not seen"
    );
    assert!(hard.sourced.verify.is_some());
}

// S18
#[test]
fn the_calendar_knows_two_years_and_the_days_of_a_third_are_marked() {
    let calendar = pack().calendar();
    assert_eq!((calendar.known_from, calendar.known_until), (2025, 2026));
    for (day, works) in [
        (date(2026, 3, 18), false),
        (date(2026, 3, 25), true),
        (date(2026, 11, 28), false),
        (date(2026, 11, 30), true),
        (date(2025, 4, 7), false),
    ] {
        assert_eq!(calendar.is_working(day), works, "{day}");
    }
    for holiday in calendar
        .holidays()
        .filter(|holiday| holiday.day.year() == 2027)
    {
        assert_ne!(
            holiday.sourced.certainty,
            Certainty::Found,
            "{}",
            holiday.day
        );
    }
    assert!(!calendar.knows(date(2027, 1, 1)));
}

#[test]
fn a_day_that_stands_twice_and_one_that_is_none_are_refused() {
    let error = one_fault(
        "calendar.toml",
        "day = \"2025-01-27\"",
        "day = \"2025-01-01\"",
        0,
    );
    assert!(
        matches!(error.fault, PackFault::DuplicateId { .. }),
        "{error}"
    );
    assert_eq!(
        rule("calendar.toml", "2025-01-27", "2025-02-30"),
        [PackRule::RealDate]
    );
    assert_eq!(
        rule("calendar.toml", "known_until = 2026", "known_until = 2024"),
        [PackRule::CalendarYears]
    );
}

#[test]
fn an_unknown_event_and_references_that_lead_nowhere_are_refused() {
    let error = one_fault("clocks.toml", "event = \"filed\"", "event = \"rain\"", 0);
    assert!(
        matches!(error.fault, PackFault::UnknownChoice { .. }),
        "{error}"
    );
    for (file, from, to) in [
        ("steps.toml", "clock = \"receipt\"", "clock = \"reciept\""),
        (
            "steps.toml",
            "floor = \"rights_notices\"",
            "floor = \"rights\"",
        ),
        (
            "news.toml",
            "inquiry = \"sp2hp_lidik_sulit\"",
            "inquiry = \"sp2hp_lidik\"",
        ),
        ("news.toml", "letter = \"sp2hp_a1\"", "letter = \"sp2hp\""),
    ] {
        let (files, _) = broken(file, from, to);
        let found = faults(&files);
        assert!(
            found
                .iter()
                .any(|error| matches!(error.fault, PackFault::DanglingReference { .. })),
            "{to}: {found:?}"
        );
    }
}

#[test]
fn steps_that_nobody_could_do_are_refused() {
    let (files, _) = broken("steps.toml", "services = [\"dumas\"]", "services = []");
    let found = faults(&files);
    assert!(
        matches!(found[0].fault, PackFault::WrongCount { .. }),
        "{found:?}"
    );
    // A step that the floor protects is required; only a step by hand starts a clock.
    assert_eq!(
        rule(
            "steps.toml",
            "required = true\nby = \"handler\"\ndone = \"hand\"\nwith = \"rights_told\"\nfloor",
            "by = \"handler\"\ndone = \"hand\"\nwith = \"rights_told\"\nfloor"
        ),
        [PackRule::FloorStepRequired]
    );
    assert!(
        rule(
            "steps.toml",
            "done = \"hand\"\nclock = \"kdrt_protect\"",
            "done = \"acted\"\nclock = \"kdrt_protect\""
        )
        .contains(&PackRule::StepMarksByHand)
    );
    // What also does a step stands with a step by hand, and a way with the offer of it.
    for (was, is) in [
        (
            "done = \"hand\"\nwith = \"rights_told\"",
            "done = \"acted\"\nwith = \"rights_told\"",
        ),
        ("with = \"rights_told\"", "with = \"way_offered\""),
        (
            "done = \"hand\"\nfloor = \"rights_notices\"",
            "done = \"hand\"\nway = \"diversion\"\nfloor = \"rights_notices\"",
        ),
    ] {
        assert_eq!(
            rule("steps.toml", was, is),
            [PackRule::StepWithByHand],
            "{is}"
        );
    }
    // Without the step that marks it, the clock of the court never starts.
    assert_eq!(
        rule(
            "steps.toml",
            "clock = \"kdrt_protect\"\nmarks = \"victim_protected\"",
            "clock = \"kdrt_protect\""
        ),
        [PackRule::StepClockStarts]
    );
    assert_eq!(
        rule(
            "clocks.toml",
            "values = [10, 20, 30]",
            "values = [10, 10, 30]"
        ),
        [PackRule::ClockGrows]
    );
}

#[test]
fn a_notice_names_its_case_and_nothing_it_cannot_fill_in() {
    assert!(
        rule(
            "news.toml",
            "Laporan {number} diterima {unit}",
            "Laporan {suspect} diterima {unit}"
        )
        .contains(&PackRule::NewsPlaceholders)
    );
    assert_eq!(
        rule("news.toml", "when = \"inquiry\"", "when = \"first\""),
        [PackRule::EachStageOnce]
    );
    assert_eq!(
        rule("news.toml", "usual = true\n", ""),
        [PackRule::OneUsual]
    );
}
