//! Counts for the board of quality: narrow sums at fixed grains, kept with the acts.

use jiff::Timestamp;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::{CaseAct, MeasureBegun};
use pengayom_core::subject::encounter::EncounterAct;
use pengayom_core::subject::feedback::Answer;
use pengayom_core::value::UnitId;
use pengayom_store::rebuild::{Mode, Report};
use pengayom_store::{
    AnswerSums, Append, CaseSums, ControlSums, ForceSums, Grain, MeetingSums, OfficerSums, Span,
    Store,
};

use crate::made::{
    all_time, answered, assessed, at, closed, encounter, feedback, filing, follow, officer, pati,
    place, rembang, request_due, taken,
};
use crate::units::unit_row;
use crate::{BySql, Engine};

/// The first moments of 24 November, 25 November and November in Pati.
const DAY: &str = "2026-11-23T17:00:00Z";
const NEXT_DAY: &str = "2026-11-24T17:00:00Z";
const MONTH: &str = "2026-10-31T17:00:00Z";

/// The next day at half past six in the morning; in UTC it is still the 24th.
const MORNING: i64 = 77_400;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn file(store: &dyn Store, n: u128, filed_at: Timestamp, station: &str, beat: &str) {
    let due = filed_at + jiff::SignedDuration::from_mins(1);
    let mut append = filing(&pati(), n, filed_at, request_due(Some(due)));
    append.acts[0].place = (!station.is_empty()).then(|| place(station, beat, "dekat"));
    store.append(append).await.unwrap();
}

/// An encounter with something explained and force of a stage.
pub(crate) fn forced(mut append: Append, stage: Option<&str>) -> Append {
    let act = &mut append.acts[0].payload;
    let Payload::Encounter(EncounterAct::EncounterRecorded(recorded)) = act else {
        panic!("another act");
    };
    recorded.force_used = true;
    recorded.force_stage = stage.map(str::to_owned);
    recorded.legal_basis = Some("Perkap 1/2009 pasal 5".to_owned());
    recorded.explained = vec!["rights".to_owned()];
    append
}

/// A measure that began.
pub(crate) fn began(measure: u32, kind: &str) -> CaseAct {
    CaseAct::MeasureBegun(MeasureBegun {
        measure,
        kind: kind.to_owned(),
        person: None,
        order: None,
        ground: None,
        law: "KUHAP".to_owned(),
        explained: "Anda diperiksa".to_owned(),
        not_first: None,
        not_first_text: String::new(),
        encounter: None,
        ends_by: None,
        review_by: None,
        rights_by: None,
        liberty: false,
    })
}

fn cell(at: &str, place: &str, service: &str, waits: &[i64]) -> CaseSums {
    #[allow(clippy::cast_precision_loss, reason = "small whole numbers")]
    let sum = |values: Vec<i64>| values.iter().sum::<i64>() as f64;
    CaseSums {
        at: moment(at),
        place: place.to_owned(),
        service: service.to_owned(),
        filed: 1,
        responded: i64::try_from(waits.len()).unwrap(),
        responded_late: i64::try_from(waits.iter().filter(|wait| **wait > 60).count()).unwrap(),
        closed: 0,
        rights_owed: 0,
        rights_in_time: 0,
        wait_seconds: sum(waits.to_vec()),
        wait_seconds_squared: sum(waits.iter().map(|wait| wait * wait).collect()),
    }
}

/// Requests are summed by the hour, the day and the month they were filed, in the unit's zone, and a
/// correction moves them.
// S15
// S16
pub async fn requests_are_summed_at_each_grain(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    file(&*store, 1, at(0), "polsek-juwana", "33.18.10.2013").await;
    file(&*store, 2, at(600), "", "").await;
    file(&*store, 3, at(MORNING), "polsek-pati", "33.18.08.2022").await;
    follow(&*store, &pati(), 1, at(30), answered("ya")).await;
    follow(&*store, &pati(), 2, at(1200), answered("maaf")).await;
    follow(&*store, &pati(), 2, at(1300), closed()).await;
    let due = Some(at(MORNING + 60));
    let decided = assessed("report_fraud", due);
    follow(&*store, &pati(), 3, at(MORNING + 10), decided).await;

    let ask = async |span: Span, grain: Grain| store.case_sums(&pati(), span, grain).await.unwrap();
    let with_closed = |sums: CaseSums| CaseSums { closed: 1, ..sums };
    let both = |sums: CaseSums| CaseSums {
        filed: 2,
        closed: 1,
        responded_late: 1,
        ..sums
    };
    let (theft, fraud) = ("report_theft", "report_fraud");
    assert_eq!(
        ask(all_time(), Grain::Hour).await,
        [
            both(cell("2026-11-24T02:00:00Z", "", "", &[30, 600])),
            cell("2026-11-24T23:00:00Z", "", "", &[]),
        ]
    );
    assert_eq!(
        ask(all_time(), Grain::StationDay).await,
        [
            with_closed(cell(DAY, "", "", &[600])),
            cell(DAY, "polsek-juwana", "", &[30]),
            cell(NEXT_DAY, "polsek-pati", "", &[]),
        ]
    );
    assert_eq!(
        ask(all_time(), Grain::ServiceDay).await,
        [
            both(cell(DAY, "", theft, &[30, 600])),
            cell(NEXT_DAY, "", fraud, &[]),
        ]
    );
    assert_eq!(
        ask(all_time(), Grain::MixMonth).await,
        [
            with_closed(cell(MONTH, "", theft, &[600])),
            cell(MONTH, "polsek-juwana", theft, &[30]),
            cell(MONTH, "polsek-pati", fraud, &[]),
        ]
    );
    assert_eq!(
        ask(all_time(), Grain::BeatMonth).await,
        [
            with_closed(cell(MONTH, "", "", &[600])),
            cell(MONTH, "33.18.08.2022", "", &[]),
            cell(MONTH, "33.18.10.2013", "", &[30]),
        ]
    );
    // Of a span, the cells that begin in it.
    let span = Span {
        from: moment(DAY),
        to: moment(NEXT_DAY),
    };
    assert_eq!(ask(span, Grain::StationDay).await.len(), 2);
    assert_eq!(ask(span, Grain::BeatMonth).await, []);
}

/// Encounters are summed with their force and whether something was explained; force with its stage.
// S19
// S38
pub async fn encounters_are_summed_with_their_force(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    let met = |n: u128, seconds: i64| {
        let code = u8::try_from(n).unwrap();
        encounter(&pati(), n, n % 2, code, at(seconds))
    };
    let mut somewhere = met(4, 20);
    somewhere.acts[0].place = None;
    for append in [
        met(1, 0),
        forced(met(2, 10), Some("stage_3")),
        forced(met(3, MORNING), None),
        somewhere,
    ] {
        store.append(append).await.unwrap();
    }
    let ask = async |grain: Grain| {
        let sums = store.meeting_sums(&pati(), all_time(), grain).await;
        sums.unwrap()
    };
    let sums = |at: &str, place: &str, service: &str, [all, forced]: [i64; 2]| MeetingSums {
        at: moment(at),
        place: place.to_owned(),
        service: service.to_owned(),
        encounters: all,
        forced,
        explained: forced,
    };
    let (station, service) = ("polsek-juwana", "report_theft");
    assert_eq!(
        ask(Grain::Hour).await,
        [
            sums("2026-11-24T02:00:00Z", "", "", [3, 1]),
            sums("2026-11-24T23:00:00Z", "", "", [1, 1]),
        ]
    );
    assert_eq!(
        ask(Grain::StationDay).await,
        [
            sums(DAY, "", "", [1, 0]),
            sums(DAY, station, "", [2, 1]),
            sums(NEXT_DAY, station, "", [1, 1]),
        ]
    );
    assert_eq!(
        ask(Grain::ServiceDay).await,
        [
            sums(DAY, "", service, [3, 1]),
            sums(NEXT_DAY, "", service, [1, 1]),
        ]
    );
    assert_eq!(
        ask(Grain::MixMonth).await,
        [
            sums(MONTH, "", service, [1, 0]),
            sums(MONTH, station, service, [3, 2]),
        ]
    );
    assert_eq!(
        ask(Grain::BeatMonth).await,
        [
            sums(MONTH, "", "", [1, 0]),
            sums(MONTH, "33.18.10.2013", "", [3, 2]),
        ]
    );
    let force = |at: &str, stage: &str| ForceSums {
        at: moment(at),
        station: station.to_owned(),
        stage: stage.to_owned(),
        n: 1,
    };
    assert_eq!(
        store.force_sums(&pati(), all_time()).await.unwrap(),
        [force(DAY, "stage_3"), force(NEXT_DAY, "")]
    );
}

/// Answers are summed by the moment of the service that is judged, where and by which item.
// S39
pub async fn answers_are_summed_at_each_grain(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    for (n, seconds, polite) in [
        (1, 0, Answer::Yes),
        (2, 60, Answer::Yes),
        (3, MORNING, Answer::Unknown),
    ] {
        let answers = [("polite", polite), ("trust", Answer::No)];
        let given = feedback(&pati(), n, at(seconds), &answers, None);
        store.append(given).await.unwrap();
    }
    let ask = async |grain: Grain| {
        let sums = store.answer_sums(&pati(), all_time(), grain).await;
        sums.unwrap()
    };
    let digit = |answer: Answer| usize::from(answer.digit());
    let sums = |at: &str, place: &str, item: &str, given: &[(Answer, i64)]| {
        let mut counts = [0; 5];
        for (answer, n) in given {
            counts[digit(*answer)] = *n;
        }
        AnswerSums {
            at: moment(at),
            place: place.to_owned(),
            item: item.to_owned(),
            counts,
        }
    };
    let of_day = |at: &str, place: &str, polite: (Answer, i64), n: i64| {
        [
            sums(at, place, "polite", &[polite]),
            sums(at, place, "trust", &[(Answer::No, n)]),
        ]
    };
    for (grain, first, second, place) in [
        (
            Grain::Hour,
            "2026-11-24T02:00:00Z",
            "2026-11-24T23:00:00Z",
            "",
        ),
        (Grain::Day, DAY, NEXT_DAY, ""),
        (Grain::StationDay, DAY, NEXT_DAY, "polsek-juwana"),
    ] {
        let expected = [
            of_day(first, place, (Answer::Yes, 2), 2),
            of_day(second, place, (Answer::Unknown, 1), 1),
        ];
        assert_eq!(ask(grain).await, expected.concat());
    }
    let beat = "33.18.10.2013";
    let polite = [(Answer::Yes, 2), (Answer::Unknown, 1)];
    assert_eq!(
        ask(Grain::BeatMonth).await,
        [
            sums(MONTH, beat, "polite", &polite),
            sums(MONTH, beat, "trust", &[(Answer::No, 3)]),
        ]
    );
    for grain in [Grain::ServiceDay, Grain::MixMonth] {
        assert_eq!(ask(grain).await, []);
    }
}

/// Months of officers hold what they recorded, and what became of the requests they handle.
// S17
pub async fn months_of_officers_are_summed(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    for n in 1..=2 {
        file(&*store, n, at(0), "polsek-juwana", "33.18.10.2013").await;
        follow(&*store, &pati(), n, at(20), taken(n)).await;
    }
    follow(&*store, &pati(), 1, at(600), answered("maaf")).await;
    follow(&*store, &pati(), 1, at(700), closed()).await;
    follow(&*store, &pati(), 2, at(50), answered("ya")).await;
    let met = forced(encounter(&pati(), 3, 2, 9, at(0)), None);
    store.append(met).await.unwrap();
    let sums = |n: u128, met: i64, late: i64| OfficerSums {
        at: moment(MONTH),
        officer: officer(n),
        service: "report_theft".to_owned(),
        encounters: met,
        forced: met,
        explained: met,
        responded: 1,
        responded_late: late,
        closed: late,
    };
    let ask = async |officer| {
        let sums = store.officer_sums(&pati(), all_time(), officer).await;
        sums.unwrap()
    };
    assert_eq!(ask(None).await, [sums(1, 0, 1), sums(2, 1, 0)]);
    assert_eq!(ask(Some(officer(2))).await, [sums(2, 1, 0)]);
    assert_eq!(ask(Some(officer(3))).await, []);
}

/// Control measures are summed by the day they began, where the case is.
// S37
pub async fn control_measures_are_summed(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    file(&*store, 1, at(0), "polsek-juwana", "33.18.10.2013").await;
    for (measure, seconds, kind) in [(1, 60, "search"), (2, 90, "arrest"), (3, MORNING, "search")] {
        follow(&*store, &pati(), 1, at(seconds), began(measure, kind)).await;
    }
    let sums = |at: &str, measure: &str| ControlSums {
        at: moment(at),
        station: "polsek-juwana".to_owned(),
        measure: measure.to_owned(),
        n: 1,
    };
    assert_eq!(
        store.control_sums(&pati(), all_time()).await.unwrap(),
        [
            sums(DAY, "arrest"),
            sums(DAY, "search"),
            sums(NEXT_DAY, "search"),
        ]
    );
}

/// Sums are the unit's own.
pub async fn sums_of_one_unit_count_nothing_of_another(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), "polsek-juwana", "33.18.10.2013").await;
    follow(&*store, &pati(), 1, at(20), taken(1)).await;
    follow(&*store, &pati(), 1, at(30), answered("ya")).await;
    follow(&*store, &pati(), 1, at(60), began(1, "search")).await;
    let met = forced(encounter(&pati(), 2, 1, 9, at(0)), Some("stage_2"));
    store.append(met).await.unwrap();
    let judged = feedback(&pati(), 3, at(0), &[("polite", Answer::Yes)], None);
    store.append(judged).await.unwrap();
    for (unit, n) in [(pati(), 1), (rembang(), 0)] {
        let all = all_time();
        for grain in Grain::ALL {
            let sums = store.case_sums(&unit, all, grain).await.unwrap();
            assert_eq!(sums.len(), n);
            let sums = store.meeting_sums(&unit, all, grain).await.unwrap();
            assert_eq!(sums.len(), n);
        }
        for grain in Grain::ANSWERS {
            let sums = store.answer_sums(&unit, all, grain).await.unwrap();
            assert_eq!(sums.len(), n);
        }
        assert_eq!(store.force_sums(&unit, all).await.unwrap().len(), n);
        assert_eq!(store.control_sums(&unit, all).await.unwrap().len(), n);
        assert_eq!(store.officer_sums(&unit, all, None).await.unwrap().len(), n);
    }
}

/// What a program of before recorded is counted when the store is opened, once, and not what is
/// counted already.
// S22
pub async fn sums_of_acts_of_before_are_derived_when_a_store_is_opened(engine: &impl Engine) {
    let store = engine.open().await;
    crate::rebuild::live(&*store, &pati(), 1).await;
    crate::rebuild::live(&*store, &rembang(), 2).await;
    store.close().await;
    for sql in [
        "UPDATE rollup_case SET filed = filed + 1",
        "DELETE FROM rollup_meeting",
        "DELETE FROM rollup_answer",
        "DELETE FROM rollup_force",
        "UPDATE rollup_control SET n = n + 3",
        "DELETE FROM rollup_officer_month",
    ] {
        engine.by_hand(BySql::both(sql)).await;
    }
    let due = "INSERT INTO rollups_due (unit) VALUES ('polres-pati')";
    engine.by_hand(BySql::both(due)).await;
    let store = engine.open().await;
    let report = check(&*store, &pati()).await;
    assert_eq!(report.differences(), 0, "{:?}", report.named);
    assert!(check(&*store, &rembang()).await.differences() > 0);
    // And again: nothing is due any more.
    store.close().await;
    let sql = "UPDATE rollup_case SET filed = filed + 1";
    engine.by_hand(BySql::both(sql)).await;
    let store = engine.open().await;
    assert!(check(&*store, &pati()).await.differences() > 0);
}

async fn check(store: &dyn Store, unit: &UnitId) -> Report {
    let report = store.rebuild(unit, Mode::Check, &|_| ()).await;
    report.unwrap()
}
