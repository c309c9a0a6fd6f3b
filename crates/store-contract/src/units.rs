//! Many units in one store, strictly apart; and what a unit is.

use pengayom_core::subject::feedback::Answer;
use pengayom_store::rows::{DraftRow, ImportRow, UnitRow, UserRow};
use pengayom_store::{CaseQuery, HourGroup, SealedPerson, Store, WaitGroup};

use crate::Engine;
use crate::beside::{blob, put};
use crate::made::{
    all_time, answered, at, case, encounter, feedback, filing, follow, hash, id, next, officer,
    pati, rembang, request, request_due, taken,
};
use pengayom_core::act::Subject;
use pengayom_core::value::{EncounterId, FeedbackId, PersonId, UnitId};

/// The same case, command and number in two units are two cases.
// S50
pub async fn the_same_ids_in_two_units_stay_apart(engine: &impl Engine) {
    let store = engine.open().await;
    for unit in [pati(), rembang()] {
        let mut append = filing(&unit, 1, at(0), request());
        append.command = crate::made::command(7, 1);
        let appended = store.append(append).await.unwrap();
        assert!(!appended.repeated);
        assert_eq!(appended.sequence, 1);
    }
    follow(&*store, &pati(), 1, at(5), taken(3)).await;
    let ours = store.case(&pati(), case(1)).await.unwrap().unwrap();
    let theirs = store.case(&rembang(), case(1)).await.unwrap().unwrap();
    assert_eq!((ours.version, theirs.version), (2, 1));
    assert_eq!(ours.number, theirs.number);
    let acts = store
        .acts(&rembang(), Subject::Case(case(1)))
        .await
        .unwrap();
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0].unit, rembang());
    // The other unit's version does not count.
    let append = next(
        &*store,
        &rembang(),
        1,
        vec![crate::made::act(at(6), taken(4))],
    )
    .await;
    assert_eq!(store.append(append).await.unwrap().acts[0].version, 2);
}

/// Lists, the queue, searches and late cases are the unit's own.
pub async fn lists_of_one_unit_show_nothing_of_another(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    store
        .append(encounter(&pati(), 2, 1, 9, at(0)))
        .await
        .unwrap();
    let message = feedback(
        &pati(),
        3,
        at(0),
        &[("polite", Answer::Yes)],
        Some("terima kasih"),
    );
    store.append(message).await.unwrap();
    let other = rembang();
    let asked = CaseQuery::default();
    let number = crate::made::series().number(1);
    assert!(store.cases(&other, &asked).await.unwrap().rows.is_empty());
    assert!(store.queue(&other, &asked, 10).await.unwrap().is_empty());
    assert!(
        store
            .search_cases(&other, "sepeda", 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .late_cases(&other, at(90_000), 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store
            .case_counts(&other, at(90_000))
            .await
            .unwrap()
            .received,
        0
    );
    assert!(store.case(&other, case(1)).await.unwrap().is_none());
    assert!(
        store
            .case_by_number(&other, &number)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.acts_after(&other, 0, 10).await.unwrap().is_empty());
    assert!(
        store
            .encounter(&other, EncounterId(id(2)))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .encounter_by_code(&other, hash(9))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .encounters_of_officer(&other, officer(1), 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .encounters_of_case(&other, case(2))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .feedback(&other, FeedbackId(id(3)))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.feedback_messages(&other, 9).await.unwrap().is_empty());
}

/// Counts are the unit's own.
pub async fn totals_of_one_unit_count_nothing_of_another(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request_due(None)))
        .await
        .unwrap();
    follow(&*store, &pati(), 1, at(60), answered("ya")).await;
    store
        .append(encounter(&pati(), 2, 1, 9, at(0)))
        .await
        .unwrap();
    let judged = feedback(&pati(), 3, at(0), &[("polite", Answer::Yes)], None);
    store.append(judged).await.unwrap();
    let other = rembang();
    let (from, to) = ("2026-11-01".parse().unwrap(), "2026-11-30".parse().unwrap());
    let hours = store
        .hour_totals(&other, all_time(), HourGroup::Hour)
        .await
        .unwrap();
    assert!(hours.is_empty());
    let waits = store
        .wait_totals(&other, all_time(), WaitGroup::All)
        .await
        .unwrap();
    assert!(waits.is_empty());
    assert!(
        store
            .survey_totals(&other, from, to, None)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .officer_totals(&other, from, to)
            .await
            .unwrap()
            .is_empty()
    );
    let beats = store.officer_beats(&other, None).await;
    assert!(beats.unwrap().is_empty());
    // And they are there for the unit itself.
    assert_eq!(
        store
            .survey_totals(&pati(), from, to, None)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        store.officer_totals(&pati(), from, to).await.unwrap().len(),
        1
    );
}

/// Persons, files, drafts, accounts, sessions, attempts, jobs and imports are the unit's own.
pub async fn what_lies_beside_the_record_stays_apart(engine: &impl Engine) {
    let store = engine.open().await;
    let (ours, other) = (pati(), rembang());
    let kept = blob(b"foto");
    put(&*store, &ours, &kept, Some(at(60))).await.unwrap();
    let mut append = filing(&ours, 1, at(0), request());
    append.persons = vec![SealedPerson {
        id: PersonId(id(5)),
        wrapped_key: vec![1],
        sealed: vec![2],
        recorded_at: at(0),
        contacts: Vec::new(),
    }];
    append.jobs = vec![crate::jobs::job(1, at(0))];
    store.append(append).await.unwrap();
    let draft = DraftRow {
        key: hash(1),
        sealed: vec![3],
        expires_at: at(60),
    };
    store.put_draft(&ours, &draft).await.unwrap();
    let user: UserRow = crate::accounts::user(1, "siti");
    store.put_user(&ours, &user).await.unwrap();
    let session = crate::accounts::session(2, 1);
    store.put_session(&ours, &session).await.unwrap();
    store
        .count_attempt(&ours, hash(3), at(0), 60)
        .await
        .unwrap();
    let import = ImportRow {
        source: "detroit".to_owned(),
        file_sha256: "0".repeat(64),
        rows_done: 1,
        rows_rejected: 0,
        complete: false,
        at: at(0),
    };
    store.put_import_state(&ours, &import).await.unwrap();

    nothing_is_there(&*store, &other, &kept.sha256).await;
    // What the other unit drops is not ours.
    store.drop_draft(&other, hash(1)).await.unwrap();
    store.drop_session(&other, hash(2)).await.unwrap();
    store.drop_sessions_of(&other, user.id).await.unwrap();
    store.forget_attempts(&other, hash(3)).await.unwrap();
    store.finish_job(&other, id(1)).await.unwrap();
    assert_eq!(store.drop_expired(&other, at(90_000)).await.unwrap(), 0);
    assert!(store.draft(&ours, hash(1), at(0)).await.unwrap().is_some());
    assert!(
        store
            .session(&ours, hash(2), at(0))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        store
            .count_attempt(&ours, hash(3), at(1), 60)
            .await
            .unwrap()
            .0,
        2
    );
    assert!(store.take_job(&ours, at(90), 60).await.unwrap().is_some());
    // The same login may be used in each unit.
    store
        .put_user(&other, &crate::accounts::user(2, "siti"))
        .await
        .unwrap();
}

async fn nothing_is_there(store: &dyn Store, other: &UnitId, sha256: &str) {
    assert!(
        store
            .person(other, PersonId(id(5)))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.blob(other, sha256).await.unwrap().is_none());
    assert!(store.draft(other, hash(1), at(0)).await.unwrap().is_none());
    assert!(store.user(other, officer(1)).await.unwrap().is_none());
    assert!(store.user_by_login(other, "siti").await.unwrap().is_none());
    assert!(store.users(other).await.unwrap().is_empty());
    assert!(
        store
            .session(other, hash(2), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store
            .count_attempt(other, hash(3), at(0), 60)
            .await
            .unwrap()
            .0,
        1
    );
    assert!(store.take_job(other, at(90), 60).await.unwrap().is_none());
    let state = store
        .import_state(other, "detroit", &"0".repeat(64))
        .await
        .unwrap();
    assert!(state.is_none());
}

pub(crate) fn unit_row(zone: &str) -> UnitRow {
    UnitRow {
        id: pati(),
        config: format!("[unit]\ncode = \"polres-pati\"\ntime_zone = \"{zone}\"\n"),
        areas: "{\"type\":\"FeatureCollection\",\"features\":[]}".to_owned(),
        pack: "{}".to_owned(),
        adopted_at: at(0),
        simulated: true,
    }
}

/// A unit's file, areas and pack are kept, and replaced when adopted again.
pub async fn a_unit_is_kept_and_replaced(engine: &impl Engine) {
    let store = engine.open().await;
    assert!(store.units().await.unwrap().is_empty());
    assert!(store.unit(&pati()).await.unwrap().is_none());
    let mut row = unit_row("Asia/Jakarta");
    store.put_unit(&row).await.unwrap();
    assert_eq!(store.unit(&pati()).await.unwrap(), Some(row.clone()));
    "{\"pack.toml\":\"\"}".clone_into(&mut row.pack);
    row.simulated = false;
    row.adopted_at = at(60);
    store.put_unit(&row).await.unwrap();
    assert_eq!(store.unit(&pati()).await.unwrap(), Some(row.clone()));
    row.id = "polda-jateng".parse().unwrap();
    store.put_unit(&row).await.unwrap();
    let units = store.units().await.unwrap();
    assert_eq!(units, [row.id, pati()]);
}

/// A day is a day of the unit's zone; of UTC when the unit is not known.
pub async fn days_are_those_of_the_units_zone(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_unit(&unit_row("Asia/Jakarta")).await.unwrap();
    // 23:30 UTC on the 24th is 06:30 on the 25th in Jakarta.
    let night = at(77_400);
    for (n, unit) in [(1, pati()), (2, rembang())] {
        store
            .append(encounter(&unit, n, 1, 9, night))
            .await
            .unwrap();
        let judged = feedback(&unit, n, night, &[("polite", Answer::Yes)], None);
        store.append(judged).await.unwrap();
    }
    let days = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    for (n, unit, day, before) in [
        (1, pati(), "2026-11-25", "2026-11-24"),
        (2, rembang(), "2026-11-24", "2026-11-25"),
    ] {
        let (day, before) = (days(day), days(before));
        assert_eq!(
            store.officer_totals(&unit, day, day).await.unwrap().len(),
            1
        );
        assert!(
            store
                .officer_totals(&unit, before, before)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            store
                .survey_totals(&unit, day, day, None)
                .await
                .unwrap()
                .len(),
            1
        );
        let given = store
            .feedback(&unit, FeedbackId(id(n)))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(given.served_on, day);
    }
}
