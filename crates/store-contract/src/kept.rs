//! What is kept of people until its time is over, and the runs that look for it.

use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::CaseAct;
use pengayom_core::subject::erasure::{ErasureBasis, HoldGround};
use pengayom_core::subject::feedback::Answer;
use pengayom_core::value::{EncounterId, FeedbackId};
use pengayom_store::{HeldCases, KeptQuery, RetentionRow, Store};
use uuid::Uuid;

use crate::Engine;
use crate::made::{
    act, at, case, encounter, feedback, filing, follow, id, next, pati, rembang, request,
};

fn theft() -> ServiceCode {
    "report_theft".parse().unwrap()
}

fn closed_for(months: Option<u32>) -> CaseAct {
    CaseAct::CaseClosed {
        outcome: "resolved".to_owned(),
        reason: "Selesai".to_owned(),
        keep_months: months,
    }
}

fn asked(before: Timestamp, promised_until: Timestamp) -> KeptQuery {
    KeptQuery {
        before,
        promised_until,
        after: None,
        limit: 100,
    }
}

async fn cases(store: &dyn Store, query: KeptQuery) -> Vec<Uuid> {
    let kept = store.cases_kept(&pati(), &theft(), query).await.unwrap();
    kept.into_iter().map(|kept| kept.id.0).collect()
}

/// A closed case is listed by the end of its promise until it is held, opened again or erased.
pub async fn closed_cases_are_listed_by_the_end_of_what_was_promised(engine: &impl Engine) {
    let store = engine.open().await;
    let months = [Some(12), None, Some(6), Some(24), Some(12)];
    for (n, months) in (1..).zip(months) {
        store
            .append(filing(&pati(), n, at(0), request()))
            .await
            .unwrap();
        let closed_at = at(i64::try_from(n).unwrap() * 60);
        follow(&*store, &pati(), n, closed_at, closed_for(months)).await;
    }
    store
        .append(filing(&pati(), 6, at(0), request()))
        .await
        .unwrap();
    store
        .append(filing(&rembang(), 7, at(0), request()))
        .await
        .unwrap();
    follow(&*store, &rembang(), 7, at(60), closed_for(None)).await;
    let far = at(40_000_000);
    let year: Timestamp = "2027-11-24T17:00:00Z".parse().unwrap();
    // In UTC, as long as the unit is not known: the day after the last.
    let year_utc: Timestamp = "2027-11-25T00:00:00Z".parse().unwrap();
    assert!(year < year_utc);
    assert_eq!(store.kept_services(&pati()).await.unwrap(), [theft()]);
    assert_eq!(
        cases(&*store, asked(far, year_utc)).await,
        [id(2), id(3), id(1), id(5)]
    );
    let just_before = year_utc - jiff::SignedDuration::from_micros(1);
    assert_eq!(
        cases(&*store, asked(far, just_before)).await,
        [id(2), id(3)]
    );
    // The period in force now is a second condition.
    assert_eq!(
        cases(&*store, asked(at(180), year_utc)).await,
        [id(2), id(1)]
    );
    // Page by page.
    let mut found = Vec::new();
    let mut query = KeptQuery {
        limit: 1,
        ..asked(far, Timestamp::MAX)
    };
    loop {
        let page = store.cases_kept(&pati(), &theft(), query).await.unwrap();
        let Some(last) = page.last() else { break };
        found.extend(page.iter().map(|kept| kept.id.0));
        query.after = Some((last.at, last.id.0));
    }
    assert_eq!(found, [id(2), id(3), id(1), id(5), id(4)]);
    let hold = CaseAct::HoldPlaced {
        ground: HoldGround::Complaint,
        reference: "Dumas 4".to_owned(),
    };
    follow(&*store, &pati(), 2, at(500), hold).await;
    let held = HeldCases {
        n: 1,
        since: Some(at(500)),
    };
    assert_eq!(store.held_cases(&pati()).await.unwrap(), held);
    assert_eq!(
        store.held_cases(&rembang()).await.unwrap(),
        HeldCases::default()
    );
    let reason = "Belum".to_owned();
    follow(
        &*store,
        &pati(),
        3,
        at(500),
        CaseAct::CaseReopened { reason },
    )
    .await;
    let erased = CaseAct::PersonalDataErased {
        basis: ErasureBasis::Retention,
        ground: None,
    };
    follow(&*store, &pati(), 1, at(500), erased).await;
    assert_eq!(cases(&*store, asked(far, year_utc)).await, [id(5)]);
    let reference = "Putusan 4".to_owned();
    follow(
        &*store,
        &pati(),
        2,
        at(600),
        CaseAct::HoldLifted { reference },
    )
    .await;
    assert_eq!(cases(&*store, asked(far, year_utc)).await, [id(2), id(5)]);
    // What is told to a closed case later is kept from then on.
    let more = CaseAct::InformationAdded {
        text: "Sudah kembali".to_owned(),
        media: Vec::new(),
    };
    let append = next(&*store, &pati(), 5, vec![act(at(900), more)]).await;
    store.append(append).await.unwrap();
    let row = store.case(&pati(), case(5)).await.unwrap().unwrap();
    assert_eq!(row.kept_from, Some(at(900)));
}

/// Encounters about a case go with it; the others, and messages, by their own moment.
pub async fn encounters_and_messages_are_listed_by_their_own_moment(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, code, happened) in [(1, 1, 30), (2, 2, 10), (3, 3, 20)] {
        let mut append = encounter(&pati(), n, 7, code, at(happened));
        if n != 3 {
            let payload = &mut append.acts[0].payload;
            let pengayom_core::act::Payload::Encounter(
                pengayom_core::subject::encounter::EncounterAct::EncounterRecorded(recorded),
            ) = payload
            else {
                panic!("{payload:?}");
            };
            recorded.case = None;
        }
        store.append(append).await.unwrap();
    }
    let listed = store
        .encounters_kept(&pati(), asked(at(30), at(0)))
        .await
        .unwrap();
    let ids: Vec<EncounterId> = listed.into_iter().map(|kept| kept.id).collect();
    assert_eq!(ids, [EncounterId(id(2))]);
    let of_case = store
        .encounters_kept_of_case(&pati(), case(3), 9)
        .await
        .unwrap();
    assert_eq!(of_case, [EncounterId(id(3))]);
    assert_eq!(
        store
            .encounters_left(&pati(), asked(Timestamp::MAX, at(0)))
            .await
            .unwrap(),
        []
    );
    let answers = [("polite", Answer::Very)];
    for (n, message) in [(1, Some("terima kasih")), (2, None), (3, Some("lambat"))] {
        let mut append = feedback(&pati(), n, at(i64::try_from(n).unwrap()), &answers, message);
        // Written down by hand, a place would have to go as well.
        append.acts[0].place = None;
        assert_eq!(append.subject, Subject::Feedback(FeedbackId(id(n))));
        store.append(append).await.unwrap();
    }
    let listed = store
        .feedback_kept(&pati(), asked(at(86_400), at(0)))
        .await
        .unwrap();
    let ids: Vec<FeedbackId> = listed.into_iter().map(|kept| kept.id).collect();
    assert_eq!(ids, [FeedbackId(id(1)), FeedbackId(id(3))]);
}

/// Encounters about a case of which all else is erased are listed: at once when they were there
/// before, later by their own moment.
pub async fn encounters_that_outlive_their_case_are_listed(engine: &impl Engine) {
    let store = engine.open().await;
    // Encounter `n` is about case `n`; the last was recorded after its case was erased.
    let recorded = [(1, 100), (2, 100), (3, 100), (4, 900)];
    for (n, _) in recorded {
        store
            .append(filing(&pati(), n, at(0), request()))
            .await
            .unwrap();
        follow(&*store, &pati(), n, at(60), closed_for(None)).await;
    }
    for (n, moment) in recorded {
        let code = u8::try_from(n).unwrap();
        let append = encounter(&pati(), n, 7, code, at(moment));
        store.append(append).await.unwrap();
    }
    let erased = || CaseAct::PersonalDataErased {
        basis: ErasureBasis::Retention,
        ground: None,
    };
    for n in [1, 3, 4] {
        follow(&*store, &pati(), n, at(500), erased()).await;
    }
    let reason = "Belum".to_owned();
    follow(
        &*store,
        &pati(),
        3,
        at(600),
        CaseAct::CaseReopened { reason },
    )
    .await;
    let left = async |before| {
        let left = store.encounters_left(&pati(), asked(before, at(0))).await;
        let left = left.unwrap().into_iter();
        left.map(|kept| (kept.id.id.0, kept.id.cut_off))
            .collect::<Vec<_>>()
    };
    assert_eq!(left(at(900)).await, [(id(1), true)]);
    assert_eq!(left(at(901)).await, [(id(1), true), (id(4), false)]);
    // Page by page.
    let mut query = asked(at(901), at(0));
    query.limit = 1;
    let first = store.encounters_left(&pati(), query).await.unwrap();
    query.after = first.last().map(|last| (last.at, last.id.id.0));
    let second = store.encounters_left(&pati(), query).await.unwrap();
    assert_eq!(second[0].id.id, EncounterId(id(4)));
    query.after = second.last().map(|last| (last.at, last.id.id.0));
    assert_eq!(store.encounters_left(&pati(), query).await.unwrap(), []);
}

/// A run of a number.
pub(crate) fn run(n: u128, begun_at: Timestamp) -> RetentionRow {
    RetentionRow {
        id: id(n),
        started_by: "retention".to_owned(),
        begun_at,
        noted_at: begun_at,
        ended_at: None,
        refused: false,
        done: "{}".to_owned(),
    }
}

/// One run goes on at a time; one that says nothing any more is ended by the next.
pub async fn one_run_goes_on_at_a_time(engine: &impl Engine) {
    let store = engine.open().await;
    let begun = async |run: &RetentionRow, alive: i64| {
        store
            .begin_retention(&pati(), run, at(alive))
            .await
            .unwrap()
    };
    let mut first = run(1, at(0));
    let (one, other) = (run(8, at(-60)), run(9, at(-60)));
    let both = tokio::join!(begun(&one, -600), begun(&other, -600));
    assert!(both.0 != both.1, "{both:?}");
    let mut done = if both.0 { one } else { other };
    done.ended_at = Some(at(1));
    assert!(store.note_retention(&pati(), &done).await.unwrap());
    assert!(begun(&first, -600).await);
    assert!(!begun(&run(2, at(60)), -540).await);
    first.noted_at = at(100);
    first.done = "{\"messages\":1}".to_owned();
    assert!(store.note_retention(&pati(), &first).await.unwrap());
    assert!(!begun(&run(2, at(650)), 50).await);
    assert!(begun(&run(2, at(701)), 101).await);
    // The one that was taken for interrupted learns of it.
    assert!(!store.note_retention(&pati(), &first).await.unwrap());
    let runs = store.retention_runs(&pati(), 2).await.unwrap();
    first.ended_at = Some(at(100));
    assert_eq!(runs, [run(2, at(701)), first]);
    assert_eq!(store.retention_runs(&rembang(), 9).await.unwrap(), []);
}
