//! Cases: rows, lists, the queue, searches, late cases, counts.

use jiff::Timestamp;
use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::case::{
    CaseAccess, CaseAct, CaseStage, Channel, RequestFiled, ReviewKind,
};
use pengayom_core::value::UnitId;
use pengayom_store::rows::{CaseClass, CaseFirstHour, CaseMeasured, CaseRow};
use pengayom_store::{CaseCursor, CaseQuery, PAGE_MAX, Store, views};

use crate::Engine;
use crate::made::{
    act, answered, assessed, at, case, closed, feedback, filing, follow, hash, id, officer, pati,
    place, request, request_due, series, taken,
};

async fn file(store: &dyn Store, n: u128, filed_at: Timestamp, request: RequestFiled) {
    store
        .append(filing(&pati(), n, filed_at, request))
        .await
        .unwrap();
}

fn numbers(rows: &[CaseRow]) -> Vec<u128> {
    rows.iter().map(|row| row.id.0.as_u128()).collect()
}

fn told(description: &str) -> RequestFiled {
    let mut request = request();
    description.clone_into(&mut request.description);
    request
}

/// A row shows what the acts tell, field by field.
// S40
pub async fn a_case_row_shows_what_its_acts_tell(engine: &impl Engine) {
    let store = engine.open().await;
    let mut filed = request();
    filed.secret = Some(hash(4));
    filed.report_kind = Some("theft".to_owned());
    filed.channel = Channel::Desk;
    filed.danger = true;
    filed.reporter = Some(pengayom_core::value::PersonId(id(5)));
    filed.reachable = true;
    filed.simulated = true;
    filed.wellbeing = Some("needs_support".to_owned());
    let mut append = filing(&pati(), 1, at(0), filed);
    append.acts[0].recorded_at = at(90);
    store.append(append).await.unwrap();
    follow(&*store, &pati(), 1, at(60), taken(7)).await;
    let new = assessed("report_fraud", Some(at(120)));
    follow(&*store, &pati(), 1, at(100), new).await;
    let assign = CaseAct::OfficerAssigned {
        officer: officer(8),
        lacks: None,
        reason: None,
    };
    follow(&*store, &pati(), 1, at(110), assign).await;
    let answer = CaseAct::ReporterAnswered {
        text: "Kami datang".to_owned(),
        next_news_by: Some(at(7200)),
    };
    follow(&*store, &pati(), 1, at(180), answer).await;
    let reason = CaseAct::DelayExplained {
        reason: "distance".to_owned(),
        text: "Jalan putus".to_owned(),
    };
    follow(&*store, &pati(), 1, at(200), reason).await;
    let expected = CaseRow {
        id: case(1),
        version: 6,
        number: Some(series().number(1)),
        secret: Some(hash(4)),
        service: "report_fraud".parse().unwrap(),
        report_kind: Some("theft".to_owned()),
        channel: Channel::Desk,
        stage: CaseStage::Handled,
        danger: true,
        sensitive: false,
        simulated: true,
        station: Some("polsek-juwana".parse().unwrap()),
        beat: Some("33.18.10.2013".parse().unwrap()),
        stratum: Some("sedang".to_owned()),
        lat: Some(-6.748_809),
        lng: Some(111.038_659),
        place_text: Some("dekat pasar".to_owned()),
        filed_at: at(0),
        recorded_at: at(90),
        respond_by: Some(at(120)),
        responded_at: Some(at(180)),
        responded_late: true,
        assessed_at: Some(at(100)),
        taken_by: Some(officer(7)),
        assigned_to: Some(officer(8)),
        next_news_by: Some(at(7200)),
        late_reason: Some("distance".to_owned()),
        closed_at: None,
        outcome: None,
        reporter: Some(pengayom_core::value::PersonId(id(5))),
        reachable: true,
        last_at: at(200),
        kept_from: None,
        keep_until: None,
        held_since: None,
        support_due: true,
        review_asked_at: None,
        access: CaseAccess::default(),
        opening_unreviewed_at: None,
        opened_at: None,
        unhanded_at: None,
        news_due_at: None,
        news_stage: None,
        news_late_reason: None,
        class: CaseClass::default(),
        first_hour: CaseFirstHour::default(),
        exhibits: Vec::new(),
        rights_due_at: None,
        measure_due_at: None,
        rights_owed: 0,
        rights_in_time: 0,
        rights_wait_s: None,
        measured: CaseMeasured::default(),
    };
    assert_eq!(store.case(&pati(), case(1)).await.unwrap(), Some(expected));
    follow(&*store, &pati(), 1, at(300), closed()).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.stage, CaseStage::Closed);
    assert_eq!(row.closed_at, Some(at(300)));
    assert_eq!(row.kept_from, Some(at(300)));
    assert_eq!(row.outcome.as_deref(), Some("resolved"));
    assert_eq!(row.next_news_by, None);
    assert!(!row.support_due);
    assert!(store.case(&pati(), case(2)).await.unwrap().is_none());
}

/// A case whose reporter waits for an explanation or a second look is listed, closed or open, until
/// it is answered; an offer of support is owed until it is recorded.
// S3, S40
pub async fn what_a_reporter_waits_for_is_listed_until_it_came(engine: &impl Engine) {
    let store = engine.open().await;
    let mut harmed = request();
    harmed.wellbeing = Some("needs_support".to_owned());
    file(&*store, 1, at(0), harmed).await;
    file(&*store, 2, at(1), request()).await;
    let offered = CaseAct::SupportOffered {
        support: "pendamping".to_owned(),
        reply: "taken".to_owned(),
    };
    let row = || async { store.case(&pati(), case(1)).await.unwrap().unwrap() };
    assert!(row().await.support_due);
    follow(&*store, &pati(), 1, at(10), offered).await;
    assert!(!row().await.support_due);
    let asks = |review| CaseAct::ReviewAsked {
        review,
        text: String::new(),
    };
    let open = CaseQuery {
        review_open: true,
        ..CaseQuery::default()
    };
    let listed = || async { numbers(&store.cases(&pati(), &open).await.unwrap().rows) };
    assert_eq!(listed().await, [0_u128; 0]);
    follow(&*store, &pati(), 1, at(20), asks(ReviewKind::SecondLook)).await;
    follow(&*store, &pati(), 1, at(30), asks(ReviewKind::Explanation)).await;
    follow(&*store, &pati(), 1, at(40), closed()).await;
    assert_eq!(listed().await, [case(1).0.as_u128()]);
    assert_eq!(row().await.review_asked_at, Some(at(20)));
    for review in ReviewKind::ALL {
        let text = "sudah diperiksa".to_owned();
        let answer = CaseAct::ReviewAnswered { review, text };
        let seconds = 50 + i64::from(review == ReviewKind::SecondLook);
        follow(&*store, &pati(), 1, at(seconds), answer).await;
    }
    assert_eq!(row().await.review_asked_at, None);
    assert_eq!(listed().await, [0_u128; 0]);
}

/// The number that people read leads to the case.
pub async fn a_case_is_found_by_its_number(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), request()).await;
    file(&*store, 2, at(1), request()).await;
    let found = store
        .case_by_number(&pati(), &series().number(2))
        .await
        .unwrap();
    assert_eq!(found.unwrap().id, case(2));
    let none = store
        .case_by_number(&pati(), &series().number(3))
        .await
        .unwrap();
    assert!(none.is_none());
}

/// A list is newest filing first, fifty unless asked otherwise, never more than a page.
pub async fn a_list_is_newest_first(engine: &impl Engine) {
    let store = engine.open().await;
    let appends = (1..=60).map(|n| {
        let seconds = i64::try_from(n).unwrap();
        filing(&pati(), n, at(seconds), request())
    });
    store.append_many(appends.collect()).await.unwrap();
    let list = store.cases(&pati(), &CaseQuery::default()).await.unwrap();
    assert_eq!(numbers(&list.rows), (11..=60).rev().collect::<Vec<_>>());
    let query = CaseQuery {
        limit: PAGE_MAX + 1,
        ..CaseQuery::default()
    };
    let list = store.cases(&pati(), &query).await.unwrap();
    assert_eq!(list.rows.len(), 60);
    assert_eq!(list.next, None);
}

/// Every condition of a list narrows it, alone and with others.
pub async fn a_list_is_filtered_by_everything_asked(engine: &impl Engine) {
    let store = engine.open().await;
    let places = [
        ("polsek-juwana", "33.18.10.2013"),
        ("polsek-juwana", "33.18.10.2014"),
        ("polsek-pati", "33.18.08.2022"),
    ];
    for (n, (station, beat)) in (1..).zip(places) {
        let mut append = filing(&pati(), n, at(0), request());
        append.acts[0].place = Some(place(station, beat, "dekat"));
        store.append(append).await.unwrap();
    }
    file(&*store, 4, at(0), request_due(None)).await;
    follow(&*store, &pati(), 1, at(10), taken(7)).await;
    follow(
        &*store,
        &pati(),
        2,
        at(10),
        assessed("report_fraud", Some(at(3600))),
    )
    .await;
    let assign = CaseAct::OfficerAssigned {
        officer: officer(8),
        lacks: None,
        reason: None,
    };
    follow(&*store, &pati(), 3, at(10), assign).await;
    follow(&*store, &pati(), 4, at(10), closed()).await;
    let list = async |query: CaseQuery| {
        let mut found = numbers(&store.cases(&pati(), &query).await.unwrap().rows);
        found.sort_unstable();
        found
    };
    let all = CaseQuery::default;
    let juwana: Vec<_> = vec!["polsek-juwana".parse().unwrap()];
    assert_eq!(list(all()).await, [1, 2, 3, 4]);
    let stages = vec![CaseStage::Received];
    assert_eq!(list(CaseQuery { stages, ..all() }).await, [1]);
    let stages = vec![CaseStage::Assessed, CaseStage::Closed];
    assert_eq!(list(CaseQuery { stages, ..all() }).await, [2, 4]);
    let stations = juwana.clone();
    assert_eq!(list(CaseQuery { stations, ..all() }).await, [1, 2, 4]);
    let stations = vec![
        "polsek-juwana".parse().unwrap(),
        "polsek-pati".parse().unwrap(),
    ];
    assert_eq!(list(CaseQuery { stations, ..all() }).await, [1, 2, 3, 4]);
    let beat = Some("33.18.10.2014".parse().unwrap());
    assert_eq!(list(CaseQuery { beat, ..all() }).await, [2]);
    let service = Some("report_fraud".parse().unwrap());
    assert_eq!(list(CaseQuery { service, ..all() }).await, [2]);
    let taken_by = Some(officer(7));
    assert_eq!(list(CaseQuery { taken_by, ..all() }).await, [1]);
    let untaken = true;
    assert_eq!(list(CaseQuery { untaken, ..all() }).await, [2, 3, 4]);
    let assigned_to = Some(officer(8));
    assert_eq!(
        list(CaseQuery {
            assigned_to,
            ..all()
        })
        .await,
        [3]
    );
    let late_at = Some(at(3600));
    assert_eq!(list(CaseQuery { late_at, ..all() }).await, [0_u128; 0]);
    let late_at = Some(at(3601));
    assert_eq!(list(CaseQuery { late_at, ..all() }).await, [1, 2, 3]);
    let together = CaseQuery {
        stages: vec![CaseStage::Received, CaseStage::Assessed],
        stations: juwana,
        untaken: true,
        late_at,
        ..all()
    };
    assert_eq!(list(together).await, [2]);
}

/// Pages show every case once, also those filed in one moment.
pub async fn pages_follow_each_other_without_gap_or_repetition(engine: &impl Engine) {
    let store = engine.open().await;
    // Three of each moment.
    let appends = (1..=30).map(|n| {
        let seconds = i64::try_from(n).unwrap() / 3;
        filing(&pati(), n, at(seconds), request())
    });
    store.append_many(appends.collect()).await.unwrap();
    let mut seen = Vec::new();
    let mut pages = 0;
    let mut after: Option<CaseCursor> = None;
    loop {
        let query = CaseQuery {
            after,
            limit: 7,
            ..CaseQuery::default()
        };
        let page = store.cases(&pati(), &query).await.unwrap();
        pages += 1;
        seen.extend(page.rows.iter().map(|row| (row.filed_at, row.id)));
        // A case filed while somebody turns pages does not disturb them.
        file(&*store, 100 + pages, at(900), request()).await;
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, 5);
    assert_eq!(seen.len(), 30);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    // A last page that is just full ends the list.
    let query = CaseQuery {
        after,
        limit: 2,
        ..CaseQuery::default()
    };
    let page = store.cases(&pati(), &query).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (2, None));
}

/// Danger first, then the nearest promise, then arrival; closed cases are served no more.
// S40
pub async fn the_queue_serves_danger_then_the_nearest_promise(engine: &impl Engine) {
    let store = engine.open().await;
    let mut danger = request_due(Some(at(9000)));
    danger.danger = true;
    file(&*store, 1, at(0), request_due(None)).await;
    file(&*store, 2, at(1), request_due(None)).await;
    file(&*store, 3, at(2), request_due(Some(at(7200)))).await;
    file(&*store, 4, at(3), request_due(Some(at(3600)))).await;
    file(&*store, 5, at(4), danger).await;
    file(&*store, 6, at(5), request_due(Some(at(10)))).await;
    file(&*store, 7, at(6), request_due(Some(at(20)))).await;
    // Answered: its next news is promised later than any first response.
    let answer = CaseAct::ReporterAnswered {
        text: "ya".to_owned(),
        next_news_by: Some(at(8000)),
    };
    follow(&*store, &pati(), 6, at(9), answer).await;
    follow(&*store, &pati(), 7, at(9), closed()).await;
    let all = CaseQuery::default();
    let queue = store.queue(&pati(), &all, 100).await.unwrap();
    assert_eq!(numbers(&queue), [5, 4, 3, 6, 1, 2]);
    let first = store.queue(&pati(), &all, 2).await.unwrap();
    assert_eq!(numbers(&first), [5, 4]);
    // Answered with nothing more promised, it waits for its turn by arrival.
    follow(&*store, &pati(), 3, at(10), answered("ya")).await;
    let queue = store.queue(&pati(), &all, 100).await.unwrap();
    assert_eq!(numbers(&queue), [5, 4, 6, 1, 2, 3]);
}

/// The queue of a station, or of what nobody has taken.
pub async fn the_queue_keeps_to_what_is_asked(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, station) in [
        (1, "polsek-juwana"),
        (2, "polsek-pati"),
        (3, "polsek-juwana"),
    ] {
        let mut append = filing(&pati(), n, at(0), request());
        append.acts[0].place = Some(place(station, "33.18.10.2013", "dekat"));
        store.append(append).await.unwrap();
    }
    follow(&*store, &pati(), 3, at(1), taken(7)).await;
    follow(&*store, &pati(), 2, at(1), taken(8)).await;
    let queue = async |query: CaseQuery| numbers(&store.queue(&pati(), &query, 100).await.unwrap());
    let others = |officer| CaseQuery {
        taken_by_other_than: Some(officer),
        ..CaseQuery::default()
    };
    assert_eq!(queue(others(officer(7))).await, [2]);
    assert_eq!(queue(others(officer(9))).await, [2, 3]);
    let stations: Vec<_> = vec!["polsek-juwana".parse().unwrap()];
    let mut query = CaseQuery {
        stations,
        ..CaseQuery::default()
    };
    assert_eq!(queue(query.clone()).await, [1, 3]);
    query.untaken = true;
    assert_eq!(queue(query.clone()).await, [1]);
    query.stages = vec![CaseStage::Closed];
    assert_eq!(queue(query).await, [0_u128; 0]);
}

async fn search(store: &dyn Store, words: &str) -> Vec<u128> {
    let mut found = numbers(&store.search_cases(&pati(), words, 100).await.unwrap());
    found.sort_unstable();
    found
}

/// A word is found by its beginning; so are the number and the place.
pub async fn a_search_finds_beginnings_of_words(engine: &impl Engine) {
    let store = engine.open().await;
    file(
        &*store,
        1,
        at(0),
        told("Sepeda motor hilang di pasar Juwana"),
    )
    .await;
    file(&*store, 2, at(1), told("Pertengkaran tetangga")).await;
    assert_eq!(search(&*store, "mot").await, [1]);
    assert_eq!(search(&*store, "motor").await, [1]);
    assert_eq!(search(&*store, "otor").await, [0_u128; 0]);
    assert_eq!(search(&*store, "teta").await, [2]);
    assert_eq!(search(&*store, "m").await, [1]);
    assert_eq!(search(&*store, "PTI-2611-0002").await, [2]);
    assert_eq!(search(&*store, "pti 2611 2").await, [2]);
    assert_eq!(search(&*store, "0002").await, [2]);
    // The place in words, which both share.
    assert_eq!(search(&*store, "dekat").await, [1, 2]);
    let one = store.search_cases(&pati(), "dekat", 1).await.unwrap();
    assert_eq!(numbers(&one), [2], "what was recorded last comes first");
    // The word itself goes before a longer one, however young.
    file(&*store, 3, at(2), told("Motor mogok")).await;
    file(&*store, 4, at(3), told("Latihan motorik anak")).await;
    let found = store.search_cases(&pati(), "motor", 9).await.unwrap();
    assert_eq!(numbers(&found), [3, 1, 4]);
    let found = store.search_cases(&pati(), "motor", 2).await.unwrap();
    assert_eq!(numbers(&found), [3, 1]);
}

/// All words count, wherever in the case they stand, what was added later included.
pub async fn a_search_needs_every_word_wherever_it_stands(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), told("Sepeda motor hilang")).await;
    file(&*store, 2, at(1), told("Sepeda motor dibakar")).await;
    let added = CaseAct::InformationAdded {
        text: "Warnanya merah".to_owned(),
        media: Vec::new(),
    };
    follow(&*store, &pati(), 1, at(10), added).await;
    follow(
        &*store,
        &pati(),
        1,
        at(20),
        answered("Kendaraan ditemukan di Tayu"),
    )
    .await;
    assert_eq!(search(&*store, "sepeda hilang").await, [1]);
    assert_eq!(search(&*store, "tayu merah sepeda").await, [1]);
    assert_eq!(search(&*store, "sepeda").await, [1, 2]);
    assert_eq!(search(&*store, "sepeda kapal").await, [0_u128; 0]);
}

/// Capitals and accents make no difference, however they are written.
pub async fn a_search_is_blind_to_case_and_accents(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), told("Café Désa")).await;
    file(&*store, 2, at(1), told("Cafe\u{301} lain")).await;
    for words in ["cafe", "CAFÉ", "cafe\u{301}", "Caf\u{e9}"] {
        assert_eq!(search(&*store, words).await, [1, 2], "{words}");
    }
    assert_eq!(search(&*store, "desa").await, [1]);
}

/// Whatever people write is in the acts as they wrote it, and in the views as pure code derives them:
/// with U+FFFD in the place of a NUL, which not every engine's texts can hold.
pub async fn any_text_is_kept_in_acts_and_shown_in_views(engine: &impl Engine) {
    let store = engine.open().await;
    let texts = [
        "a\0b",
        "\0",
        "\u{fffd}",
        "\u{202e}terbalik",
        "cafe\u{301} 日本語 😀 \u{10ffff}",
        "'; DROP TABLE acts; -- \\ \" % _ $1 ?",
        "\u{1}\u{7f}\r\n\t",
    ];
    for (n, text) in (1..).zip(texts) {
        let mut append = filing(&pati(), n, at(0), told(text));
        append.acts[0].place.as_mut().unwrap().text = Some(text.to_owned());
        append.source_key = Some(pengayom_store::SourceKey {
            source: "calls".to_owned(),
            key: format!("{n}{}", text.replace('\0', "")),
        });
        store.append(append).await.unwrap();
        let reason = CaseAct::DelayExplained {
            reason: "busy".to_owned(),
            text: text.to_owned(),
        };
        follow(&*store, &pati(), n, at(1), reason).await;
        let subject = Subject::Case(case(n));
        let acts = store.acts(&pati(), subject).await.unwrap();
        assert_eq!(acts[0].place.as_ref().unwrap().text.as_deref(), Some(text));
        let Payload::Case(CaseAct::RequestFiled(filed)) = &acts[0].payload else {
            panic!("{text:?} was filed as something else");
        };
        assert_eq!(filed.description, text);
        let rows = views::changes(None, &acts, &jiff::tz::TimeZone::UTC);
        let derived = rows.iter().find_map(|row| match row {
            views::RowChange::PutCase(row) => Some(&**row),
            _ => None,
        });
        let row = store.case(&pati(), case(n)).await.unwrap();
        assert_eq!(row.as_ref(), derived);
        assert_eq!(
            row.unwrap().place_text,
            Some(text.replace('\0', "\u{fffd}"))
        );
    }
    let found = store.search_cases(&pati(), "terbalik", 10).await.unwrap();
    assert_eq!(found.len(), 1);
    let given = feedback(&pati(), 1, at(0), &[], Some("a\0b"));
    store.append(given).await.unwrap();
    let messages = store.feedback_messages(&pati(), 10).await.unwrap();
    assert_eq!(messages[0].message.as_deref(), Some("a\u{fffd}b"));
}

/// Whatever is typed is looked for or finds nothing; it is never a command, and never an error.
pub async fn a_search_takes_any_text(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), told("Sepeda motor hilang OR NEAR")).await;
    for words in [
        "",
        "   ",
        "\"",
        "\"\"",
        "*",
        "(",
        ")",
        "words:",
        "-",
        "^",
        "+",
        "{",
        "'; DROP TABLE acts; --",
        "NOT",
        "AND",
        "sepeda\" OR \"x",
        "words:zzz",
        "\u{0}",
        "😀",
        "\u{202e}x",
        "ﷺ",
        "日本語",
        "\u{1d400}",
        "a\nb\tc",
    ] {
        let found = search(&*store, words).await;
        assert!(found.len() <= 1, "{words}");
    }
    assert_eq!(search(&*store, "or near").await, [1]);
    assert_eq!(search(&*store, "sepeda*").await, [1]);
    assert_eq!(search(&*store, "x OR sepeda").await, [0_u128; 0]);
    let long = "panjang ".repeat(10_000);
    assert_eq!(search(&*store, &long).await, [0_u128; 0]);
    assert_eq!(search(&*store, &"x".repeat(100_000)).await, [0_u128; 0]);
    let none = store.search_cases(&pati(), "sepeda", 0).await.unwrap();
    assert!(none.is_empty());
    // The record is unharmed.
    let kept = store.acts_after(&pati(), 0, 10).await.unwrap();
    assert!(matches!(
        &kept[0].act.payload,
        Payload::Case(CaseAct::RequestFiled(_))
    ));
}

/// Late is open, promised and not answered; the longest overdue comes first.
// S18
pub async fn late_cases_are_longest_overdue_first(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(0), request_due(Some(at(300)))).await;
    file(&*store, 2, at(0), request_due(Some(at(100)))).await;
    file(&*store, 3, at(0), request_due(Some(at(200)))).await;
    file(&*store, 4, at(0), request_due(None)).await;
    file(&*store, 5, at(0), request_due(Some(at(100)))).await;
    file(&*store, 6, at(0), request_due(Some(at(100)))).await;
    follow(&*store, &pati(), 5, at(150), answered("ya")).await;
    follow(&*store, &pati(), 6, at(50), closed()).await;
    let late = async |seconds: i64, limit: u32| {
        let late = store.late_cases(&pati(), at(seconds), limit).await.unwrap();
        let counts = store.case_counts(&pati(), at(seconds)).await.unwrap();
        if limit == 100 {
            assert_eq!(counts.late, i64::try_from(late.len()).unwrap());
        }
        numbers(&late)
    };
    // At the promised moment itself there is still time.
    assert_eq!(late(100, 100).await, [0_u128; 0]);
    assert_eq!(late(101, 100).await, [2]);
    assert_eq!(late(1000, 100).await, [2, 3, 1]);
    assert_eq!(late(1000, 2).await, [2, 3]);
}

/// Open cases are counted by stage.
pub async fn open_cases_are_counted_by_stage(engine: &impl Engine) {
    let store = engine.open().await;
    let unit: UnitId = pati();
    let empty = store.case_counts(&unit, at(0)).await.unwrap();
    assert_eq!(empty, pengayom_store::rows::CaseCounts::default());
    for n in 1..=6 {
        file(&*store, n, at(0), request()).await;
    }
    follow(
        &*store,
        &unit,
        1,
        at(1),
        assessed("report_theft", Some(at(3600))),
    )
    .await;
    let assign = CaseAct::OfficerAssigned {
        officer: officer(8),
        lacks: None,
        reason: None,
    };
    follow(&*store, &unit, 2, at(1), assign.clone()).await;
    follow(&*store, &unit, 3, at(1), assign).await;
    follow(&*store, &unit, 4, at(1), closed()).await;
    let counts = store.case_counts(&unit, at(3601)).await.unwrap();
    assert_eq!(
        (counts.received, counts.assessed, counts.handled),
        (2, 1, 2)
    );
    assert_eq!(counts.late, 5);
    let reopened = vec![act(
        at(2),
        CaseAct::CaseReopened {
            reason: "belum".to_owned(),
        },
    )];
    let append = crate::made::next(&*store, &unit, 4, reopened).await;
    store.append(append).await.unwrap();
    let counts = store.case_counts(&unit, at(0)).await.unwrap();
    assert_eq!((counts.handled, counts.late), (3, 0));
}
