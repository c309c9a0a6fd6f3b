//! Laws of the counts for the board of quality, and where single things count.

use jiff::tz::{Offset, TimeZone};
use pengayom_core::subject::case::MeasureBegun;

use super::*;
use crate::quality::Grain;

/// Forgets what came to nothing.
pub(super) fn forget_nothing(counts: &mut QualityCounts) {
    counts.cases.retain(|_, sum| *sum != CaseDelta::default());
    counts
        .meetings
        .retain(|_, sum| *sum != MeetingDelta::default());
    counts.answers.retain(|_, n| *n != 0);
    counts.force.retain(|_, n| *n != 0);
    counts.control.retain(|_, n| *n != 0);
    counts
        .officer_months
        .retain(|_, sum| *sum != OfficerMonthDelta::default());
}

/// Nothing is counted less than no times, and no part more often than its whole.
pub(super) fn are_possible(counts: &QualityCounts) -> bool {
    let met = |sum: &MeetingDelta| {
        (0..=sum.encounters).contains(&sum.forced) && (0..=sum.encounters).contains(&sum.explained)
    };
    counts.cases.values().all(|sum| {
        let requests = sum.requests;
        (0..=requests.filed).contains(&requests.responded)
            && (0..=requests.responded).contains(&requests.responded_late)
            && (0..=requests.filed).contains(&requests.closed)
            && (0..=sum.rights_owed).contains(&sum.rights_in_time)
    }) && counts.meetings.values().all(met)
        && counts.answers.values().all(|n| *n > 0)
        && counts.force.values().all(|n| *n > 0)
        && counts.control.values().all(|n| *n > 0)
        && counts.officer_months.values().all(|sum| {
            met(&sum.meetings)
                && (0..=sum.responded).contains(&sum.responded_late)
                && sum.closed >= 0
        })
}

fn counted(acts: &[Act], zone: &TimeZone) -> QualityCounts {
    let mut counts = QualityCounts::default();
    for row in changes(None, acts, zone) {
        if let RowChange::Add(Count::Quality(count)) = row {
            counts.add(count);
        }
    }
    counts
}

/// The last append's counts.
fn last(acts: &[Act]) -> QualityCounts {
    totals([&last_rows(acts)]).quality
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn key(grain: Grain, at: &str, place: &str, service: &str) -> CellKey {
    CellKey {
        grain,
        at: self::at(at),
        place: place.to_owned(),
        service: service.to_owned(),
    }
}

/// Where something of 9 o'clock on 24 November in Jakarta counts.
fn of_that_morning(service: &str) -> [CellKey; 6] {
    let (day, month) = ("2026-11-23T17:00:00Z", "2026-10-31T17:00:00Z");
    [
        key(Grain::Hour, "2026-11-24T02:00:00Z", "", ""),
        key(Grain::Day, day, "", ""),
        key(Grain::StationDay, day, "polsek-juwana", ""),
        key(Grain::ServiceDay, day, "", service),
        key(Grain::MixMonth, month, "polsek-juwana", service),
        key(Grain::BeatMonth, month, "33.18.10.2013", ""),
    ]
}

#[expect(
    clippy::option_option,
    reason = "no force, force with an unsaid stage, force with a stage"
)]
fn meet(explained: &[&str], force: Option<Option<&str>>) -> Step<EncounterCommand> {
    step(
        2,
        0,
        EncounterCommand::Record {
            officer: officer(2),
            person: None,
            capacity: PersonCapacity::Resident,
            case: None,
            service: service("traffic_advice"),
            function: "prevention".to_owned(),
            role: "guide".to_owned(),
            explained: explained.iter().map(|&word| word.to_owned()).collect(),
            force_used: force.is_some(),
            force_stage: force.flatten().map(str::to_owned),
            legal_basis: force.map(|_| "Perkap 1/2009 pasal 5".to_owned()),
            note: None,
            rating_code: SecretHash([7; 32]),
            simulated: false,
        },
    )
}

#[test]
fn a_request_counts_once_in_each_grain_by_its_local_hour_day_and_month() {
    // S15, S16
    let counts = last(&drive_case(&[filed()]));
    let one = CaseDelta {
        requests: HourDelta {
            filed: 1,
            ..HourDelta::default()
        },
        ..CaseDelta::default()
    };
    let expected = of_that_morning("lost_item").map(|key| (key, one));
    assert_eq!(counts.cases, expected.into());
    assert_eq!(
        counts,
        QualityCounts {
            cases: counts.cases.clone(),
            ..QualityCounts::default()
        }
    );

    let answered = last(&drive_case(&[filed(), answer(90)]));
    for key in of_that_morning("lost_item") {
        let sums = answered.cases[&key].requests;
        assert_eq!((sums.filed, sums.responded, sums.responded_late), (0, 1, 1));
        assert_eq!(
            (sums.wait_seconds, sums.wait_seconds_squared),
            (5400.0, 5400.0 * 5400.0)
        );
    }
}

#[test]
fn a_request_of_another_service_moves_where_services_are_told_apart_alone() {
    // S18
    let assess = step(
        1,
        50,
        CaseCommand::Assess {
            service: service("violence_at_home"),
            reason: Some("pelapor dipukul".to_owned()),
        },
    );
    let counts = last(&drive_case(&[filed(), assess]));
    let moved = |n: i64| CaseDelta {
        requests: HourDelta {
            filed: n,
            ..HourDelta::default()
        },
        ..CaseDelta::default()
    };
    let [_, _, _, from_day, from_month, _] = of_that_morning("lost_item");
    let [_, _, _, to_day, to_month, _] = of_that_morning("violence_at_home");
    let expected = [
        (from_day, moved(-1)),
        (from_month, moved(-1)),
        (to_day, moved(1)),
        (to_month, moved(1)),
    ];
    assert_eq!(counts.cases, expected.into());
}

#[test]
fn an_answer_counts_for_the_month_of_who_handles_the_case_and_moves_with_it() {
    // S17
    let take = step(1, 1, CaseCommand::Take { by: officer(1) });
    let assign = step(
        1,
        120,
        CaseCommand::AssignOfficer {
            officer: officer(2),
            lacks: None,
            reason: None,
        },
    );
    let steps = [filed(), take, answer(90), assign];
    let month = |n: u128| OfficerMonthKey {
        at: at("2026-10-31T17:00:00Z"),
        officer: officer(n),
        service: service("lost_item"),
    };
    let late = |n: i64| OfficerMonthDelta {
        responded: n,
        responded_late: n,
        ..OfficerMonthDelta::default()
    };
    let answered = last(&drive_case(&steps[..3]));
    assert_eq!(answered.officer_months, [(month(1), late(1))].into());
    let assigned = last(&drive_case(&steps));
    let moved = [(month(1), late(-1)), (month(2), late(1))];
    assert_eq!(assigned.officer_months, moved.into());
}

#[test]
fn an_encounter_counts_once_in_each_grain_with_its_force_and_what_was_explained() {
    // S19, S38
    for (explained, force) in [
        (&[][..], None),
        (&["rights", "next_steps"][..], None),
        (&[][..], Some(None)),
        (&["rights"][..], Some(Some("stage_3"))),
    ] {
        let counts = last(&drive_encounter(&[meet(explained, force)]));
        let sums = MeetingDelta {
            encounters: 1,
            forced: force.is_some().into(),
            explained: i64::from(!explained.is_empty()),
        };
        let expected = of_that_morning("traffic_advice").map(|key| (key, sums));
        assert_eq!(counts.meetings, expected.into());
        let day = |stage: &str| DayKey {
            at: at("2026-11-23T17:00:00Z"),
            station: "polsek-juwana".to_owned(),
            code: stage.to_owned(),
        };
        let staged = force.map(|stage| (day(stage.unwrap_or("")), 1));
        assert_eq!(counts.force, staged.into_iter().collect());
        let month = OfficerMonthKey {
            at: at("2026-10-31T17:00:00Z"),
            officer: officer(2),
            service: service("traffic_advice"),
        };
        let done = OfficerMonthDelta {
            meetings: sums,
            ..OfficerMonthDelta::default()
        };
        assert_eq!(counts.officer_months, [(month, done)].into());
    }
}

#[test]
fn a_control_measure_counts_on_the_local_day_it_began() {
    // S19, S37
    let mut acts = drive_case(&[filed()]);
    for (measure, minutes) in [(1, 15 * 60 - 1), (2, 15 * 60), (3, 15 * 60 + 5)] {
        let began = step(1, minutes, ());
        let begun = CaseAct::MeasureBegun(MeasureBegun {
            measure,
            kind: "arrest".to_owned(),
            person: None,
            order: None,
            ground: None,
            law: "KUHAP 18".to_owned(),
            explained: "Anda ditangkap".to_owned(),
            not_first: None,
            not_first_text: String::new(),
            encounter: None,
            ends_by: None,
            review_by: None,
            rights_by: None,
            liberty: true,
        });
        let version = acts.len() + 1;
        acts.push(history::act(
            history::CASE,
            version,
            &began,
            Payload::Case(begun),
        ));
    }
    let day = |day: &str| DayKey {
        at: at(day),
        station: "polsek-juwana".to_owned(),
        code: "arrest".to_owned(),
    };
    let expected = [
        (day("2026-11-23T17:00:00Z"), 1),
        (day("2026-11-24T17:00:00Z"), 2),
    ];
    assert_eq!(counted(&acts, &jakarta()).control, expected.into());
}

#[test]
fn each_answer_counts_by_hour_by_station_and_by_beat() {
    // S5, S39
    let give = FeedbackCommand::Give {
        judged: Judged::Encounter,
        service: service("traffic_advice"),
        served_at: second(0),
        rate_by: second(40 * 86_400),
        answers: [("trust".to_owned(), Answer::Very)].into(),
        message: None,
        pack_version: "1".to_owned(),
        simulated: false,
    };
    let counts = last(&drive_feedback(&[step(1, 3 * 1440, give)]));
    let [hour, day, station, _, _, beat] = of_that_morning("");
    let expected = [hour, day, station, beat].map(|cell| {
        let key = AnswerKey {
            grain: cell.grain,
            at: cell.at,
            place: cell.place,
            item: "trust".to_owned(),
            answer: 4,
        };
        (key, 1)
    });
    assert_eq!(counts.answers, expected.into());
}

#[test]
fn in_a_zone_of_half_hours_an_hour_begins_at_the_half() {
    let zone = TimeZone::fixed(Offset::from_seconds(5 * 3600 + 1800).unwrap());
    let counts = counted(&drive_case(&[filed()]), &zone);
    let hours = counts.cases.keys().filter(|key| key.grain == Grain::Hour);
    // 7:30 there.
    let begun: Vec<String> = hours.map(|key| key.at.to_string()).collect();
    assert_eq!(begun, ["2026-11-24T01:30:00Z"]);
}

#[test]
fn a_day_without_its_midnight_begins_with_its_first_moment() {
    // Clocks in Cairo went from midnight to one o'clock on 26 April 2024.
    let zone = TimeZone::get("Africa/Cairo").unwrap();
    let mut acts = drive_case(&[filed()]);
    acts[0].happened_at = at("2024-04-26T09:00:00Z");
    let counts = counted(&acts, &zone);
    let days = counts
        .cases
        .keys()
        .filter(|key| key.grain == Grain::StationDay);
    let begun: Vec<String> = days.map(|key| key.at.to_string()).collect();
    assert_eq!(begun, ["2024-04-25T22:00:00Z"]);
}

proptest! {
    /// However it is cut, the same is counted; and what a grain tells apart adds up to the same.
    #[test]
    fn each_grain_holds_all_that_was_counted(acts in some_history()) {
        let counts = counted(&acts, &jakarta());
        let of = |grain: Grain| {
            let cases = counts.cases.iter().filter(|(key, _)| key.grain == grain);
            let (mut filed, mut met) = (0, 0);
            for (_, sums) in cases {
                filed += sums.requests.filed;
            }
            for (_, sums) in counts.meetings.iter().filter(|(key, _)| key.grain == grain) {
                met += sums.encounters;
            }
            (filed, met)
        };
        for grain in Grain::ALL {
            prop_assert_eq!(of(grain), of(Grain::Hour));
        }
        let answers = |grain: Grain| {
            let cells = counts.answers.iter().filter(|(key, _)| key.grain == grain);
            cells.map(|(_, n)| n).sum::<i64>()
        };
        for grain in Grain::ANSWERS {
            prop_assert_eq!(answers(grain), answers(Grain::Hour));
        }
    }

    /// What is counted by is the first moment of the hour, the day and the month, on the clocks of the unit.
    #[test]
    fn a_moment_counts_in_the_hour_the_day_and_the_month_of_its_clock(
        moment in any_moment(), zone in 0_usize..4
    ) {
        let zone = ["Asia/Jakarta", "Asia/Kolkata", "America/New_York", "Africa/Cairo"][zone];
        let zone = TimeZone::get(zone).unwrap();
        let mut acts = drive_case(&[filed()]);
        acts[0].happened_at = moment;
        let counts = counted(&acts, &zone);
        let local = zone.to_datetime(moment);
        for key in counts.cases.keys() {
            prop_assert!(key.at <= moment);
            // At the ends of the calendar what begins before it begins with it.
            if key.at == Timestamp::MIN {
                continue;
            }
            let begun = zone.to_datetime(key.at);
            match key.grain {
                Grain::Hour => {
                    prop_assert!(moment.duration_since(key.at) < SignedDuration::from_hours(1));
                    prop_assert_eq!((begun.date(), begun.hour()), (local.date(), local.hour()));
                }
                Grain::Day | Grain::StationDay | Grain::ServiceDay => {
                    prop_assert_eq!(begun.date(), local.date());
                }
                Grain::MixMonth | Grain::BeatMonth => {
                    prop_assert_eq!(begun.date(), local.date().first_of_month());
                }
            }
        }
    }
}
