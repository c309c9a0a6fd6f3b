//! Webhooks: what is told of an act is written with it, once for each who listens, and sent by itself.

use jiff::{SignedDuration, Timestamp};
use pengayom_store::webhooks::{DeliveryRow, Tried, WebhookRow};
use pengayom_store::{Store, StoreError};

use crate::Engine;
use crate::desk::{down, works_again};
use crate::made::{at, encounter, filing, id, pati, rembang, request};

/// A webhook of a number, for these kinds.
pub(crate) fn webhook(n: u128, kinds: &[&str]) -> WebhookRow {
    WebhookRow {
        id: id(n),
        address: format!("https://example.org/{n}"),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        sealed: vec![7; 60],
        token: (n == 2).then(|| id(99)),
        created_at: at(i64::try_from(n).unwrap()),
        failures: 0,
        failing_since: None,
        retry_at: None,
        disabled_at: None,
        disabled_why: None,
    }
}

fn delivered(when: Timestamp) -> Tried {
    Tried {
        at: when,
        delivered: true,
        status: Some(204),
        fault: None,
        again_at: None,
        pause_until: None,
        disable: None,
    }
}

fn failed(when: Timestamp, again: i64, pause: i64) -> Tried {
    Tried {
        delivered: false,
        status: None,
        fault: Some("slow".to_owned()),
        again_at: Some(when + SignedDuration::from_secs(again)),
        pause_until: Some(when + SignedDuration::from_secs(pause)),
        ..delivered(when)
    }
}

async fn listed(store: &dyn Store, n: u128) -> Vec<DeliveryRow> {
    store.deliveries(&pati(), id(n), None, 50).await.unwrap()
}

/// Each act has one row for each webhook that listens to its subject, from the making of the webhook on, and what
/// was refused or repeated has none.
pub async fn an_act_is_told_once_to_each_who_listens(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    for (n, kinds) in [
        (1, &["case", "outage"][..]),
        (2, &["encounter"]),
        (3, &["visit"]),
    ] {
        store
            .add_webhook(&pati(), &webhook(n, kinds), 3)
            .await
            .unwrap();
    }
    let full = store.add_webhook(&pati(), &webhook(4, &["case"]), 3).await;
    assert!(matches!(full, Err(StoreError::Taken { .. })));
    store
        .add_webhook(&rembang(), &webhook(5, &["case"]), 3)
        .await
        .unwrap();
    let all = store.webhooks(&pati()).await.unwrap();
    assert_eq!(
        all,
        [
            webhook(1, &["case", "outage"]),
            webhook(2, &["encounter"]),
            webhook(3, &["visit"])
        ]
    );

    let mut filing = filing(&pati(), 2, at(10), request());
    filing.command = crate::made::command(9, 1);
    let first = store.append(filing.clone()).await.unwrap();
    assert!(store.append(filing).await.unwrap().repeated);
    store
        .append(encounter(&pati(), 3, 7, 9, at(20)))
        .await
        .unwrap();
    store.append(down(&pati(), 1, 30)).await.unwrap();
    let stale = store.append(down(&pati(), 1, 31)).await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })));
    works_again(&*store, &pati(), 1, 40).await;

    let told = listed(&*store, 1).await;
    let kinds: Vec<&str> = told.iter().map(|row| row.act.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "outage.outage_ended",
            "outage.outage_declared",
            "case.request_filed"
        ]
    );
    let filed = &told[2];
    assert_eq!(filed.sequence, first.sequence);
    assert_eq!((filed.act.id, filed.act.version), (first.acts[0].id.0, 1));
    assert_eq!(
        (filed.act.subject_kind.as_str(), filed.act.subject_id),
        ("case", id(2))
    );
    assert_eq!(
        (filed.due_at, filed.attempts),
        (Some(first.acts[0].recorded_at), 0)
    );
    assert_eq!(listed(&*store, 2).await.len(), 1);
    assert!(listed(&*store, 3).await.is_empty());
    let before = store
        .deliveries(&pati(), id(1), Some(told[1].sequence), 50)
        .await
        .unwrap();
    assert_eq!(before, told[2..]);
    assert!(
        store
            .deliveries(&rembang(), id(1), None, 50)
            .await
            .unwrap()
            .is_empty()
    );

    assert!(store.drop_webhook(&pati(), id(1)).await.unwrap());
    assert!(!store.drop_webhook(&pati(), id(1)).await.unwrap());
    assert!(
        !store.drop_webhook(&pati(), id(5)).await.unwrap(),
        "of another unit"
    );
    assert!(listed(&*store, 1).await.is_empty());
}

/// Of each webhook one thing is sent at a time; one that fails pauses, and holds up no other.
pub async fn a_webhook_that_fails_holds_up_no_other(engine: &impl Engine) {
    let store = engine.open().await;
    for n in [1, 2] {
        store
            .add_webhook(&pati(), &webhook(n, &["case"]), 9)
            .await
            .unwrap();
    }
    for n in 1..=2 {
        store
            .append(filing(&pati(), n, at(0), request()))
            .await
            .unwrap();
    }
    let take = async |seconds: i64| {
        let taken = store.take_delivery(&pati(), at(seconds), 60).await.unwrap();
        taken.map(|(webhook, delivery)| (webhook.id, delivery.sequence, delivery.attempts))
    };
    assert_eq!(take(100).await, Some((id(1), 1, 1)));
    assert_eq!(take(100).await, Some((id(2), 1, 1)));
    assert_eq!(take(100).await, None, "each is being sent something");
    let note = async |n: u128, sequence: i64, tried: Tried| {
        store
            .note_delivery(&pati(), id(n), sequence, tried)
            .await
            .unwrap();
    };
    note(1, 1, failed(at(101), 600, 30)).await;
    note(2, 1, delivered(at(101))).await;
    assert_eq!(take(102).await, Some((id(2), 2, 1)));
    note(2, 2, delivered(at(103))).await;
    assert_eq!(
        take(104).await,
        None,
        "the first pauses, the second has all"
    );
    // After the pause what is due next is tried, not what waits longer.
    assert_eq!(take(131).await, Some((id(1), 2, 1)));
    let failing = &store.webhooks(&pati()).await.unwrap()[0];
    assert_eq!(
        (failing.failures, failing.failing_since),
        (1, Some(at(101)))
    );
    note(1, 2, failed(at(132), 5, 5)).await;
    assert_eq!(
        store.webhooks(&pati()).await.unwrap()[0].failing_since,
        Some(at(101)),
        "the first"
    );
    assert_eq!(take(137).await, Some((id(1), 2, 2)));
    // Nobody said what came of it: after the lease it is tried again.
    assert_eq!(take(190).await, None);
    assert_eq!(take(198).await, Some((id(1), 2, 3)));
    note(1, 2, delivered(at(199))).await;
    let works = &store.webhooks(&pati()).await.unwrap()[0];
    assert_eq!(
        (works.failures, works.failing_since, works.retry_at),
        (0, None, None)
    );
    assert_eq!(take(701).await, Some((id(1), 1, 2)));
}

/// A webhook that is disabled is told nothing; what waited is given up, and can be sent by hand.
pub async fn a_disabled_webhook_is_told_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .add_webhook(&pati(), &webhook(1, &["case"]), 9)
        .await
        .unwrap();
    for n in 1..=2 {
        store
            .append(filing(&pati(), n, at(0), request()))
            .await
            .unwrap();
    }
    let taken = store.take_delivery(&pati(), at(10), 60).await.unwrap();
    assert_eq!(taken.unwrap().1.sequence, 1);
    let mut gone = failed(at(11), 5, 5);
    gone.disable = Some("gone".to_owned());
    gone.status = Some(410);
    store.note_delivery(&pati(), id(1), 1, gone).await.unwrap();
    store
        .append(filing(&pati(), 3, at(12), request()))
        .await
        .unwrap();
    let row = &store.webhooks(&pati()).await.unwrap()[0];
    assert_eq!(
        (row.disabled_at, row.disabled_why.as_deref()),
        (Some(at(11)), Some("gone"))
    );
    let rows = listed(&*store, 1).await;
    assert_eq!(
        rows.iter().map(|row| row.sequence).collect::<Vec<_>>(),
        [2, 1]
    );
    assert!(
        rows.iter()
            .all(|row| row.due_at.is_none() && row.delivered_at.is_none())
    );
    assert_eq!(
        (rows[1].status, rows[1].fault.as_deref()),
        (Some(410), Some("slow"))
    );
    assert!(
        store
            .take_delivery(&pati(), at(9_000), 60)
            .await
            .unwrap()
            .is_none()
    );

    assert!(store.enable_webhook(&pati(), id(1)).await.unwrap());
    assert!(!store.enable_webhook(&pati(), id(8)).await.unwrap());
    assert!(
        store
            .take_delivery(&pati(), at(9_000), 60)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.redeliver(&pati(), id(1), 2, at(9_000)).await.unwrap());
    assert!(
        !store.redeliver(&pati(), id(1), 3, at(9_000)).await.unwrap(),
        "it was never told of that"
    );
    let (_, again) = store
        .take_delivery(&pati(), at(9_000), 60)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((again.sequence, again.attempts), (2, 1));
    store
        .note_delivery(&pati(), id(1), 2, delivered(at(9_001)))
        .await
        .unwrap();
    // What was sent or given up is listed for a month.
    let month = SignedDuration::from_hours(24 * 30);
    store
        .drop_expired(&pati(), at(8_000) + month)
        .await
        .unwrap();
    assert_eq!(listed(&*store, 1).await.len(), 1);
    store
        .drop_expired(&pati(), at(9_001) + month)
        .await
        .unwrap();
    assert!(listed(&*store, 1).await.is_empty());
}
