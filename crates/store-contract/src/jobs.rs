//! Jobs: caused by acts, leased, tried again, given up.

use std::sync::Arc;

use jiff::Timestamp;
use pengayom_store::{NewJob, Store};

use crate::Engine;
use crate::made::{at, filing, id, pati, request};

/// A job of a number.
pub(crate) fn job(n: u128, run_at: Timestamp) -> NewJob {
    NewJob {
        id: id(n),
        kind: "media.preview".to_owned(),
        payload: format!("{{\"n\":{n}}}"),
        run_at,
    }
}

async fn cause(store: &dyn Store, case: u128, jobs: Vec<NewJob>) {
    let mut append = filing(&pati(), case, at(0), request());
    append.jobs = jobs;
    store.append(append).await.unwrap();
}

/// A job is taken when its time has come, not before.
pub async fn a_job_is_taken_when_it_is_due(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(60))]).await;
    assert!(store.take_job(&pati(), at(59), 30).await.unwrap().is_none());
    let taken = store.take_job(&pati(), at(60), 30).await.unwrap().unwrap();
    assert_eq!(taken.id, id(1));
    assert_eq!(taken.kind, "media.preview");
    assert_eq!(taken.payload, "{\"n\":1}");
    assert_eq!(taken.attempts, 1);
}

/// Of many who ask at once, each job goes to one.
pub async fn a_job_is_taken_by_one_at_a_time(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(0)), job(2, at(0))]).await;
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            store.take_job(&pati(), at(1), 30).await.unwrap()
        }));
    }
    let mut taken = Vec::new();
    for task in tasks {
        taken.extend(task.await.unwrap().map(|job| job.id));
    }
    taken.sort_unstable();
    assert_eq!(taken, [id(1), id(2)]);
}

/// When the taker does not come back in time, another gets the job.
pub async fn a_lease_that_ran_out_frees_the_job(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(0))]).await;
    store.take_job(&pati(), at(0), 30).await.unwrap().unwrap();
    assert!(store.take_job(&pati(), at(29), 30).await.unwrap().is_none());
    let again = store.take_job(&pati(), at(30), 30).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (id(1), 2));
}

/// A job that is done is done.
pub async fn a_job_that_is_done_does_not_come_back(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(0))]).await;
    store.take_job(&pati(), at(0), 30).await.unwrap().unwrap();
    store.finish_job(&pati(), id(1)).await.unwrap();
    assert!(
        store
            .take_job(&pati(), at(90_000), 30)
            .await
            .unwrap()
            .is_none()
    );
    store.finish_job(&pati(), id(1)).await.unwrap();
}

/// A job that failed comes back at the moment set for it, and knows how often it was tried.
pub async fn a_job_that_failed_is_tried_later(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(0))]).await;
    store.take_job(&pati(), at(0), 30).await.unwrap().unwrap();
    let retry = Some(at(300));
    store
        .fail_job(&pati(), id(1), retry, "picture not readable")
        .await
        .unwrap();
    assert!(
        store
            .take_job(&pati(), at(299), 30)
            .await
            .unwrap()
            .is_none()
    );
    let again = store.take_job(&pati(), at(300), 30).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
}

/// A job given up is not taken again.
pub async fn a_job_given_up_stays_away(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(0))]).await;
    store.take_job(&pati(), at(0), 30).await.unwrap().unwrap();
    store
        .fail_job(&pati(), id(1), None, "picture not readable")
        .await
        .unwrap();
    assert!(
        store
            .take_job(&pati(), at(9_000_000), 30)
            .await
            .unwrap()
            .is_none()
    );
}

/// The job that is due longest comes first.
pub async fn jobs_are_taken_in_the_order_they_are_due(engine: &impl Engine) {
    let store = engine.open().await;
    cause(&*store, 1, vec![job(1, at(30)), job(2, at(10))]).await;
    cause(&*store, 2, vec![job(3, at(20))]).await;
    let mut order = Vec::new();
    while let Some(taken) = store.take_job(&pati(), at(100), 3600).await.unwrap() {
        order.push(taken.id);
    }
    assert_eq!(order, [id(2), id(3), id(1)]);
}
