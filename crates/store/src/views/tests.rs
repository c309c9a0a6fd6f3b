//! Laws of the views: what appends add up to, whatever the order and the cuts between them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Actor, Payload};
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{CaseAct, CaseCommand, Channel, Harm};
use pengayom_core::subject::encounter::{EncounterCommand, PersonCapacity};
use pengayom_core::subject::feedback::{Answer, FeedbackCommand, Judged};
use pengayom_core::value::SecretHash;
use pengayom_testkit::history::{self, Step, drive_case, drive_encounter, drive_feedback};
use pengayom_testkit::value::{any_moment, officer, second, service};
use proptest::prelude::*;

use super::*;

mod quality;

fn jakarta() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(7))
}

/// Counts added up; those that come to nothing are forgotten.
#[derive(Debug, Default, PartialEq)]
struct Totals {
    hours: BTreeMap<HourKey, HourDelta>,
    waits: BTreeMap<WaitKey, i64>,
    officer_days: BTreeMap<OfficerDayKey, OfficerDayDelta>,
    officer_beats: BTreeMap<OfficerBeatKey, i64>,
    survey: BTreeMap<SurveyKey, i64>,
    blob_uses: BTreeMap<BlobUseKey, i64>,
    quality: QualityCounts,
}

impl Totals {
    fn add(&mut self, rows: &[RowChange]) {
        for row in rows {
            let RowChange::Add(count) = row else { continue };
            match count.clone() {
                Count::Hour(key, more) => {
                    let sum = self.hours.entry(key).or_default();
                    sum.filed += more.filed;
                    sum.responded += more.responded;
                    sum.responded_late += more.responded_late;
                    sum.closed += more.closed;
                    sum.wait_seconds += more.wait_seconds;
                    sum.wait_seconds_squared += more.wait_seconds_squared;
                }
                Count::Wait(key, more) => *self.waits.entry(key).or_default() += more,
                Count::OfficerDay(key, more) => {
                    let sum = self.officer_days.entry(key).or_default();
                    sum.encounters += more.encounters;
                    sum.closed += more.closed;
                }
                Count::OfficerBeat(key, more) => {
                    *self.officer_beats.entry(key).or_default() += more;
                }
                Count::Survey(key, more) => *self.survey.entry(key).or_default() += more,
                Count::BlobUse(key, more) => *self.blob_uses.entry(key).or_default() += more,
                Count::Quality(count) => self.quality.add(count),
            }
        }
        self.hours.retain(|_, sum| *sum != HourDelta::default());
        self.waits.retain(|_, n| *n != 0);
        self.officer_days
            .retain(|_, sum| *sum != OfficerDayDelta::default());
        self.officer_beats.retain(|_, n| *n != 0);
        self.survey.retain(|_, n| *n != 0);
        self.blob_uses.retain(|_, n| *n != 0);
        quality::forget_nothing(&mut self.quality);
    }

    /// Nothing is counted less than no times, and no part more often than its whole.
    fn are_possible(&self) -> bool {
        self.hours.values().all(|sum| {
            sum.filed >= 0
                && (0..=sum.filed).contains(&sum.responded)
                && (0..=sum.responded).contains(&sum.responded_late)
                && (0..=sum.filed).contains(&sum.closed)
        }) && self.waits.values().all(|n| *n > 0)
            && self
                .officer_days
                .values()
                .all(|sum| sum.encounters >= 0 && sum.closed >= 0)
            && self.officer_beats.values().all(|n| *n > 0)
            && self.survey.values().all(|n| *n > 0)
            && self.blob_uses.values().all(|n| *n > 0)
            && quality::are_possible(&self.quality)
    }

    fn waits_are_possible(&self) -> bool {
        self.hours
            .values()
            .all(|sum| sum.wait_seconds >= 0.0 && sum.wait_seconds_squared >= 0.0)
    }
}

/// The rows of each append, when a history is cut into appends of these lengths.
fn appended(acts: &[Act], lengths: &[usize]) -> Vec<Vec<RowChange>> {
    let mut appends = Vec::new();
    let (mut rest, mut before) = (acts, None);
    let mut lengths = lengths.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().copied().unwrap_or(1).clamp(1, rest.len());
        let (now, later) = rest.split_at(length);
        appends.push(changes(before.as_ref(), now, &jakarta()));
        before = now.iter().fold(before, evolve);
        rest = later;
    }
    appends
}

fn totals<'a>(appends: impl IntoIterator<Item = &'a Vec<RowChange>>) -> Totals {
    let mut totals = Totals::default();
    for rows in appends {
        totals.add(rows);
    }
    totals
}

fn put(rows: &[RowChange]) -> Option<&RowChange> {
    rows.iter()
        .find(|row| !matches!(row, RowChange::Add(_) | RowChange::AddCaseText { .. }))
}

fn words(rows: &[RowChange]) -> Vec<&RowChange> {
    rows.iter()
        .filter(|row| matches!(row, RowChange::AddCaseText { .. }))
        .collect()
}

/// Some history of any subject, as the rules let it come.
fn some_history() -> impl Strategy<Value = Vec<Act>> {
    prop_oneof![
        3 => history::of_case(),
        1 => history::of_encounter(),
        1 => history::of_feedback(),
    ]
}

proptest! {
    #[test]
    fn appends_add_up_to_what_all_acts_tell(
        acts in some_history(), lengths in proptest::collection::vec(1_usize..4, 1..5)
    ) {
        let appends = appended(&acts, &lengths);
        let whole = changes(None, &acts, &jakarta());
        prop_assert_eq!(totals(&appends), totals([&whole]));
        // The last row put is the row of the whole, and every word is found once.
        prop_assert_eq!(appends.last().and_then(|rows| put(rows)), put(&whole));
        let found: Vec<&RowChange> = appends.iter().flat_map(|rows| words(rows)).collect();
        prop_assert_eq!(found, words(&whole));
    }

    #[test]
    fn no_count_is_below_nothing_at_any_time(acts in some_history()) {
        let mut so_far = Totals::default();
        for rows in appended(&acts, &[1]) {
            so_far.add(&rows);
            prop_assert!(so_far.are_possible(), "{so_far:?}");
            prop_assert!(so_far.waits_are_possible(), "{so_far:?}");
        }
    }

    #[test]
    fn acts_no_rule_led_to_are_counted_without_a_stop(acts in history::any_acts()) {
        for subject in [history::CASE, history::ENCOUNTER, history::FEEDBACK] {
            let own: Vec<Act> = acts.iter().filter(|act| act.subject == subject).cloned().collect();
            let appends = appended(&own, &[1]);
            prop_assert!(totals(&appends).are_possible());
        }
    }

    /// So that a view holds the same on every engine, and a rebuild finds no difference.
    #[test]
    fn no_view_holds_a_nul(acts in history::any_acts()) {
        for subject in [history::CASE, history::ENCOUNTER, history::FEEDBACK] {
            let own: Vec<Act> = acts.iter().filter(|act| act.subject == subject).cloned().collect();
            for rows in appended(&own, &[1]) {
                // As `Debug` shows texts, a NUL is `\0` and a backslash is two.
                let shown = format!("{rows:?}").replace("\\\\", "");
                prop_assert!(!shown.contains("\\0"), "{shown}");
            }
        }
    }

    #[test]
    fn a_case_is_counted_in_one_hour_of_one_service(acts in history::of_case()) {
        let whole = totals([&changes(None, &acts, &jakarta())]);
        let filed: i64 = whole.hours.values().map(|sum| sum.filed).sum();
        prop_assert_eq!(filed, i64::from(!acts.is_empty()));
        prop_assert!(whole.hours.len() <= 1 && whole.waits.len() <= 1);
    }

    #[test]
    fn an_hour_holds_its_moments(at in any_moment()) {
        let hour = hour_of(at);
        prop_assert_eq!(hour_of(hour), hour);
        prop_assert!(hour <= at);
        prop_assert!(at.duration_since(hour) < SignedDuration::from_hours(1));
        if hour != Timestamp::MIN {
            prop_assert_eq!(hour.as_nanosecond().rem_euclid(3_600_000_000_000), 0);
        }
    }
}

#[test]
fn an_hour_begins_at_its_first_second_and_before_the_epoch_too() {
    let hour = |text: &str| hour_of(text.parse().unwrap()).to_string();
    assert_eq!(hour("2026-11-24T02:00:00Z"), "2026-11-24T02:00:00Z");
    assert_eq!(hour("2026-11-24T02:59:59.999Z"), "2026-11-24T02:00:00Z");
    assert_eq!(hour("1969-12-31T23:59:59.5Z"), "1969-12-31T23:00:00Z");
}

fn step<C>(actor: u128, minutes: i64, command: C) -> Step<C> {
    let id = officer(actor);
    Step {
        command,
        actor: Actor::Officer { id },
        moment: Moment::now(second(minutes * 60)),
        place: Some(pengayom_core::act::ActPlace {
            station: "polsek-juwana".parse().unwrap(),
            beat: Some("33.18.10.2013".parse().unwrap()),
            stratum: Some("dekat".to_owned()),
            point: None,
            text: Some("Pasar Juwana".to_owned()),
            rule: None,
        }),
    }
}

fn filed() -> Step<CaseCommand> {
    step(
        1,
        0,
        CaseCommand::FileRequest {
            secret: None,
            service: service("lost_item"),
            report_kind: None,
            channel: Channel::Desk,
            paper: None,
            description: "dompet hilang".to_owned(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            reporter: None,
            reachable: false,
            media: Vec::new(),
            pack_version: "1".to_owned(),
            simulated: false,
            priority: None,
        },
    )
}

fn answer(minutes: i64) -> Step<CaseCommand> {
    let text = "sedang dicari".to_owned();
    let next_news_by = None;
    step(1, minutes, CaseCommand::Answer { text, next_news_by })
}

fn hour_key(code: &str) -> HourKey {
    HourKey {
        hour: second(0),
        station: "polsek-juwana".to_owned(),
        beat: "33.18.10.2013".to_owned(),
        stratum: "dekat".to_owned(),
        service: service(code),
    }
}

fn wait_key(code: &str, seconds: i64) -> WaitKey {
    WaitKey {
        hour: second(0),
        station: "polsek-juwana".to_owned(),
        service: service(code),
        bucket: pengayom_measure::histogram::bucket(seconds),
    }
}

/// The rows of the last append, each act on its own.
fn last_rows(acts: &[Act]) -> Vec<RowChange> {
    appended(acts, &[1]).pop().unwrap()
}

#[test]
fn an_earlier_response_told_later_moves_the_wait() {
    // S18
    let dispatch = step(
        1,
        1,
        CaseCommand::Dispatch {
            responder: "P-1".to_owned(),
        },
    );
    let mut acts = drive_case(&[filed(), dispatch, answer(90)]);
    let rows = totals([&last_rows(&acts)]);
    let sum = rows.hours[&hour_key("lost_item")];
    assert_eq!((sum.filed, sum.responded, sum.responded_late), (0, 1, 1));
    assert_eq!(rows.waits, [(wait_key("lost_item", 5400), 1)].into());

    // The telephone of the officer who was there after 20 minutes is online again.
    let arrived = step(
        2,
        20,
        CaseCommand::Arrive {
            responder: "P-1".to_owned(),
        },
    );
    let mut steps = vec![
        filed(),
        step(
            1,
            1,
            CaseCommand::Dispatch {
                responder: "P-1".to_owned(),
            },
        ),
    ];
    steps.extend([answer(90), arrived]);
    acts = drive_case(&steps);
    assert_eq!(acts.len(), 4);
    let rows = totals([&last_rows(&acts)]);
    let sum = rows.hours[&hour_key("lost_item")];
    assert_eq!((sum.filed, sum.responded, sum.responded_late), (0, 0, -1));
    assert_eq!(
        (sum.wait_seconds, sum.wait_seconds_squared),
        (1200.0 - 5400.0, 1200.0 * 1200.0 - 5400.0 * 5400.0)
    );
    let moved = [
        (wait_key("lost_item", 1200), 1),
        (wait_key("lost_item", 5400), -1),
    ];
    assert_eq!(rows.waits, moved.into());
}

#[test]
fn a_case_counts_for_the_service_decided_on_and_no_longer_for_the_one_asked_for() {
    // S18
    let assess = step(
        1,
        50,
        CaseCommand::Assess {
            service: service("violence_at_home"),
            reason: Some("pelapor dipukul".to_owned()),
        },
    );
    let acts = drive_case(&[filed(), answer(45), assess]);
    let rows = totals([&last_rows(&acts)]);
    let from = rows.hours[&hour_key("lost_item")];
    let to = rows.hours[&hour_key("violence_at_home")];
    assert_eq!(
        (from.filed, from.responded, from.responded_late),
        (-1, -1, 0)
    );
    // 45 minutes were in time for a lost item; here 30 are promised.
    assert_eq!((to.filed, to.responded, to.responded_late), (1, 1, 1));
    let moved = [
        (wait_key("lost_item", 2700), -1),
        (wait_key("violence_at_home", 2700), 1),
    ];
    assert_eq!(rows.waits, moved.into());
}

#[test]
fn a_closed_case_counts_for_its_officers_day_until_it_is_opened_again() {
    let close = step(
        3,
        60 * 20,
        CaseCommand::Close {
            outcome: "helped".to_owned(),
            reason: "ditemukan".to_owned(),
        },
    );
    let assign = step(
        1,
        2,
        CaseCommand::AssignOfficer {
            officer: officer(2),
            lacks: None,
            reason: None,
        },
    );
    let reopen = step(
        1,
        60 * 21,
        CaseCommand::Reopen {
            reason: "bukan dompetnya".to_owned(),
        },
    );
    let steps = [
        filed(),
        step(1, 1, CaseCommand::Take { by: officer(1) }),
        assign,
        answer(3),
        close,
        reopen,
    ];

    let closed = totals([&last_rows(&drive_case(&steps[..5]))]);
    let key = OfficerDayKey {
        // 22:00 UTC on the 24th is the morning of the 25th where the unit is.
        day: "2026-11-25".parse().unwrap(),
        officer: officer(2),
    };
    let one = OfficerDayDelta {
        encounters: 0,
        closed: 1,
    };
    assert_eq!(closed.officer_days, [(key.clone(), one)].into());
    assert_eq!(closed.hours[&hour_key("lost_item")].closed, 1);

    let reopened = totals([&last_rows(&drive_case(&steps))]);
    let back = OfficerDayDelta {
        encounters: 0,
        closed: -1,
    };
    assert_eq!(reopened.officer_days, [(key, back)].into());
    assert_eq!(reopened.hours[&hour_key("lost_item")].closed, -1);
}

#[test]
fn what_adds_no_count_adds_no_row_of_counts() {
    let take = step(1, 1, CaseCommand::Take { by: officer(1) });
    let rows = last_rows(&drive_case(&[filed(), take]));
    assert!(
        matches!(rows.as_slice(), [RowChange::PutCase(_)]),
        "{rows:?}"
    );
    assert_eq!(changes(None, &[], &jakarta()), []);
}

#[test]
fn a_case_is_found_by_its_number_its_words_and_its_place() {
    let mut acts = drive_case(&[filed(), answer(5)]);
    if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut acts[0].payload {
        filed.number = Some("PTI-2611-0482".parse().unwrap());
    }
    let rows = changes(None, &acts, &jakarta());
    let texts: Vec<(u32, &str)> = rows
        .iter()
        .filter_map(|row| match row {
            RowChange::AddCaseText { version, text, .. } => Some((*version, text.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        texts,
        [
            (1, "PTI-2611-0482 dompet hilang Pasar Juwana"),
            (2, "sedang dicari")
        ]
    );
}

#[test]
fn an_encounter_counts_for_its_officers_local_day_and_beat() {
    // S4
    let record = EncounterCommand::Record {
        officer: officer(2),
        person: None,
        capacity: PersonCapacity::Resident,
        case: None,
        service: service("traffic_advice"),
        function: "prevention".to_owned(),
        role: "guide".to_owned(),
        explained: Vec::new(),
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: None,
        rating_code: SecretHash([7; 32]),
        simulated: false,
    };
    let correct = EncounterCommand::Correct {
        text: "pukul tiga".to_owned(),
    };
    // 02:00 UTC and 15 hours is midnight in the unit.
    let acts = drive_encounter(&[step(2, 15 * 60, record), step(2, 15 * 60 + 9, correct)]);
    let appends = appended(&acts, &[1]);
    let counted = totals(&appends[..1]);
    let day = OfficerDayKey {
        day: "2026-11-25".parse().unwrap(),
        officer: officer(2),
    };
    let one = OfficerDayDelta {
        encounters: 1,
        closed: 0,
    };
    assert_eq!(counted.officer_days, [(day, one)].into());
    let beat = OfficerBeatKey {
        officer: officer(2),
        beat: "33.18.10.2013".to_owned(),
    };
    assert_eq!(counted.officer_beats, [(beat, 1)].into());
    assert_eq!(
        totals(&appends[1..]),
        Totals::default(),
        "a correction is no second meeting"
    );
}

#[test]
fn each_answer_counts_on_the_local_day_of_the_service() {
    // S5
    let give = FeedbackCommand::Give {
        judged: Judged::Encounter,
        service: service("traffic_advice"),
        served_at: second(15 * 3600),
        rate_by: second(40 * 86_400),
        answers: [
            ("trust".to_owned(), Answer::Very),
            ("liking".to_owned(), Answer::Unknown),
        ]
        .into(),
        message: None,
        pack_version: "1".to_owned(),
        simulated: false,
    };
    // Judged three days later.
    let acts = drive_feedback(&[step(1, 3 * 1440, give)]);
    let key = |item: &str, answer| SurveyKey {
        day: "2026-11-25".parse().unwrap(),
        station: "polsek-juwana".to_owned(),
        service: service("traffic_advice"),
        item: item.to_owned(),
        answer,
    };
    let counted = totals(&appended(&acts, &[1]));
    assert_eq!(
        counted.survey,
        [(key("trust", 4), 1), (key("liking", 0), 1)].into()
    );
}
