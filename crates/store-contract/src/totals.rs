//! Counts kept with the acts: requests, waiting times, answers, officers' days.

use jiff::Timestamp;
use pengayom_core::subject::feedback::Answer;
use pengayom_measure::histogram::WaitHistogram;
use pengayom_store::{HourGroup, HourTotals, Span, Store, WaitGroup};

use crate::Engine;
use crate::made::{
    all_time, answered, assessed, at, closed, encounter, feedback, filing, follow, officer, pati,
    place, request_due, taken,
};

async fn file(store: &dyn Store, n: u128, filed_at: Timestamp, station: &str, beat: &str) {
    let due = filed_at + jiff::SignedDuration::from_mins(1);
    let mut append = filing(&pati(), n, filed_at, request_due(Some(due)));
    append.acts[0].place = Some(place(station, beat, "dekat"));
    store.append(append).await.unwrap();
}

/// Three cases at two stations in two hours: one answered in time, one late and closed, one open.
async fn three_cases(store: &dyn Store) {
    file(store, 1, at(0), "polsek-juwana", "33.18.10.2013").await;
    file(store, 2, at(1800), "polsek-pati", "33.18.08.2022").await;
    file(store, 3, at(3600), "polsek-juwana", "33.18.10.2014").await;
    follow(store, &pati(), 1, at(30), answered("ya")).await;
    follow(store, &pati(), 2, at(1800 + 600), answered("maaf")).await;
    follow(store, &pati(), 2, at(5000), closed()).await;
}

fn totals(filed: i64, waits: &[i64], late: i64, closed: i64) -> HourTotals {
    #[allow(clippy::cast_precision_loss, reason = "small whole numbers")]
    let sum = |values: Vec<i64>| values.iter().sum::<i64>() as f64;
    HourTotals {
        hour: None,
        key: None,
        filed,
        responded: i64::try_from(waits.len()).unwrap(),
        responded_late: late,
        closed,
        wait_seconds: sum(waits.to_vec()),
        wait_seconds_squared: sum(waits.iter().map(|wait| wait * wait).collect()),
    }
}

/// Requests count in the hour they were filed, by each group, in the order of its key.
// S15
pub async fn requests_are_counted_by_hour_and_place(engine: &impl Engine) {
    let store = engine.open().await;
    three_cases(&*store).await;
    let ask = async |span: Span, by: HourGroup| store.hour_totals(&pati(), span, by).await.unwrap();
    let keyed = |key: &str, totals: HourTotals| HourTotals {
        key: Some(key.to_owned()),
        ..totals
    };
    let by_hour = |hour: Timestamp, totals: HourTotals| HourTotals {
        hour: Some(hour),
        ..totals
    };
    assert_eq!(
        ask(all_time(), HourGroup::Hour).await,
        [
            by_hour(at(0), totals(2, &[30, 600], 1, 1)),
            by_hour(at(3600), totals(1, &[], 0, 0)),
        ]
    );
    assert_eq!(
        ask(all_time(), HourGroup::Station).await,
        [
            keyed("polsek-juwana", totals(2, &[30], 0, 0)),
            keyed("polsek-pati", totals(1, &[600], 1, 1)),
        ]
    );
    assert_eq!(
        ask(all_time(), HourGroup::Beat).await,
        [
            keyed("33.18.08.2022", totals(1, &[600], 1, 1)),
            keyed("33.18.10.2013", totals(1, &[30], 0, 0)),
            keyed("33.18.10.2014", totals(1, &[], 0, 0)),
        ]
    );
    let all = totals(3, &[30, 600], 1, 1);
    let strata = ask(all_time(), HourGroup::Stratum).await;
    assert_eq!(strata, [keyed("dekat", all.clone())]);
    let services = ask(all_time(), HourGroup::Service).await;
    assert_eq!(services, [keyed("report_theft", all)]);
    // The end of a span is not in it, its beginning is.
    let first = Span {
        from: at(0),
        to: at(3600),
    };
    assert_eq!(ask(first, HourGroup::Hour).await.len(), 1);
    let second = Span {
        from: at(3600),
        to: at(7200),
    };
    let hours = ask(second, HourGroup::Hour).await;
    assert_eq!(hours, [by_hour(at(3600), totals(1, &[], 0, 0))]);
    let none = Span {
        from: at(7200),
        to: at(7200),
    };
    assert!(ask(none, HourGroup::Hour).await.is_empty());
}

/// A case decided to be another service counts there, and nowhere else any more.
pub async fn a_corrected_case_moves_its_counts(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), "polsek-juwana", "33.18.10.2013").await;
    follow(&*store, &pati(), 1, at(30), answered("ya")).await;
    follow(
        &*store,
        &pati(),
        1,
        at(40),
        assessed("report_fraud", Some(at(10))),
    )
    .await;
    let hours = store
        .hour_totals(&pati(), all_time(), HourGroup::Service)
        .await
        .unwrap();
    let expected = HourTotals {
        key: Some("report_fraud".to_owned()),
        ..totals(1, &[30], 1, 0)
    };
    assert_eq!(hours, [expected]);
    let waits = store
        .wait_totals(&pati(), all_time(), WaitGroup::Service)
        .await
        .unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!(waits[0].key.as_deref(), Some("report_fraud"));
    assert_eq!(waits[0].histogram.n(), 1);
    // An answer given earlier, told later by a telephone that was offline.
    follow(&*store, &pati(), 1, at(8), answered("ya")).await;
    let waits = store
        .wait_totals(&pati(), all_time(), WaitGroup::All)
        .await
        .unwrap();
    let mut expected = WaitHistogram::new();
    expected.record(8);
    assert_eq!(waits[0].histogram, expected);
    let hours = store
        .hour_totals(&pati(), all_time(), HourGroup::Service)
        .await
        .unwrap();
    assert_eq!((hours[0].responded, hours[0].responded_late), (1, 0));
}

/// Waiting times come as histograms by each group.
// S15
pub async fn waiting_times_are_kept_as_histograms(engine: &impl Engine) {
    let store = engine.open().await;
    three_cases(&*store).await;
    file(&*store, 4, at(3700), "polsek-juwana", "33.18.10.2013").await;
    follow(&*store, &pati(), 4, at(3745), answered("ya")).await;
    let ask = async |by: WaitGroup| {
        let totals = store.wait_totals(&pati(), all_time(), by).await.unwrap();
        let read = totals
            .into_iter()
            .map(|total| (total.key, total.hour, total.histogram));
        read.collect::<Vec<_>>()
    };
    let of = |waits: &[i64]| {
        let mut histogram = WaitHistogram::new();
        for wait in waits {
            histogram.record(*wait);
        }
        histogram
    };
    let juwana = Some("polsek-juwana".to_owned());
    let in_pati = Some("polsek-pati".to_owned());
    assert_eq!(
        ask(WaitGroup::All).await,
        [(None, None, of(&[30, 600, 45]))]
    );
    assert_eq!(
        ask(WaitGroup::Hour).await,
        [
            (None, Some(at(0)), of(&[30, 600])),
            (None, Some(at(3600)), of(&[45])),
        ]
    );
    assert_eq!(
        ask(WaitGroup::Station).await,
        [
            (juwana.clone(), None, of(&[30, 45])),
            (in_pati.clone(), None, of(&[600])),
        ]
    );
    assert_eq!(
        ask(WaitGroup::StationHour).await,
        [
            (juwana.clone(), Some(at(0)), of(&[30])),
            (juwana, Some(at(3600)), of(&[45])),
            (in_pati, Some(at(0)), of(&[600])),
        ]
    );
    let service = Some("report_theft".to_owned());
    assert_eq!(
        ask(WaitGroup::Service).await,
        [(service, None, of(&[30, 600, 45]))]
    );
    let span = Span {
        from: at(3600),
        to: at(7200),
    };
    let later = store
        .wait_totals(&pati(), span, WaitGroup::All)
        .await
        .unwrap();
    assert_eq!(later[0].histogram, of(&[45]));
}

/// Seconds, station, answers.
type Given = (i64, &'static str, &'static [(&'static str, Answer)]);

/// Answers count by item and digit, on the day of the service, of all stations or one.
// S5, S6
pub async fn answers_are_counted_by_item(engine: &impl Engine) {
    let store = engine.open().await;
    let given: [Given; 4] = [
        (
            0,
            "polsek-juwana",
            &[("polite", Answer::Very), ("trust", Answer::No)],
        ),
        (
            10,
            "polsek-juwana",
            &[("polite", Answer::Very), ("trust", Answer::Unknown)],
        ),
        (20, "polsek-pati", &[("polite", Answer::NotQuite)]),
        (3 * 86_400, "polsek-juwana", &[("polite", Answer::Yes)]),
    ];
    for (n, (seconds, station, answers)) in (1..).zip(given) {
        let mut append = feedback(&pati(), n, at(seconds), answers, None);
        append.acts[0].place = Some(place(station, "33.18.10.2013", "dekat"));
        store.append(append).await.unwrap();
    }
    let ask = async |from: &str, to: &str, station: Option<&str>| {
        let station = station.map(|code| code.parse().unwrap());
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let totals = store
            .survey_totals(&pati(), from, to, station.as_ref())
            .await
            .unwrap();
        let read = totals.into_iter().map(|total| (total.item, total.counts));
        read.collect::<Vec<_>>()
    };
    let polite = |counts: [i64; 5]| ("polite".to_owned(), counts);
    let trust = |counts: [i64; 5]| ("trust".to_owned(), counts);
    assert_eq!(
        ask("2026-11-24", "2026-11-24", None).await,
        [polite([0, 0, 1, 0, 2]), trust([1, 1, 0, 0, 0])]
    );
    // Both days of a span are in it.
    assert_eq!(
        ask("2026-11-24", "2026-11-27", None).await,
        [polite([0, 0, 1, 1, 2]), trust([1, 1, 0, 0, 0])]
    );
    let in_pati = ask("2026-11-24", "2026-11-27", Some("polsek-pati")).await;
    assert_eq!(in_pati, [polite([0, 0, 1, 0, 0])]);
    assert!(ask("2026-11-25", "2026-11-26", None).await.is_empty());
}

/// Encounters count on the day they happened, closed cases on the day they were closed, for whoever
/// handled them.
pub async fn officers_days_are_counted(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, by, seconds) in [(1, 7, 0), (2, 7, 10), (3, 8, 20), (4, 7, 86_400)] {
        let code = u8::try_from(n).unwrap();
        store
            .append(encounter(&pati(), n, by, code, at(seconds)))
            .await
            .unwrap();
    }
    file(&*store, 11, at(0), "polsek-juwana", "33.18.10.2013").await;
    follow(&*store, &pati(), 11, at(30), taken(9)).await;
    follow(&*store, &pati(), 11, at(40), closed()).await;
    // Nobody served this one.
    file(&*store, 12, at(0), "polsek-juwana", "33.18.10.2013").await;
    follow(&*store, &pati(), 12, at(40), closed()).await;
    // S48: where each of them met somebody, of one officer and of all.
    let all = store.officer_beats(&pati(), None).await.unwrap();
    let read = all.iter().map(|row| (row.officer, row.encounters));
    assert!(read.eq([(officer(7), 3), (officer(8), 1)]));
    assert!(all.iter().all(|row| row.beat.is_some()));
    let own = store
        .officer_beats(&pati(), Some(officer(8)))
        .await
        .unwrap();
    assert_eq!(own, all.get(1..).unwrap());
    let nobody = store.officer_beats(&pati(), Some(officer(5))).await;
    assert!(nobody.unwrap().is_empty());
    let ask = async |from: &str, to: &str| {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let totals = store.officer_totals(&pati(), from, to).await.unwrap();
        let read = totals
            .into_iter()
            .map(|total| (total.officer, total.encounters, total.closed));
        read.collect::<Vec<_>>()
    };
    assert_eq!(
        ask("2026-11-24", "2026-11-24").await,
        [(officer(7), 2, 0), (officer(8), 1, 0), (officer(9), 0, 1)]
    );
    assert_eq!(ask("2026-11-25", "2026-11-25").await, [(officer(7), 1, 0)]);
    assert_eq!(ask("2026-11-24", "2026-11-25").await.len(), 3);
    // Opened again, it is closed no more.
    let reopened = pengayom_core::subject::case::CaseAct::CaseReopened {
        reason: "belum".to_owned(),
    };
    follow(&*store, &pati(), 11, at(50), reopened).await;
    let days = ask("2026-11-24", "2026-11-24").await;
    assert_eq!(days, [(officer(7), 2, 0), (officer(8), 1, 0)]);
}
