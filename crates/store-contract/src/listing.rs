//! Whole lists: every row once, page by page, and what was said of outages from its end.

use jiff::civil::date;
use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::outage::OutageAct;
use pengayom_core::value::{EncounterId, FeedbackId, OutageId};
use pengayom_store::Span;

use crate::Engine;
use crate::desk::{down, works_again};
use crate::made::{at, encounter, feedback, filing, id, pati, rembang, request};

/// Encounters come once each, in the order of their identifiers, and within the span alone.
pub async fn encounters_are_listed_whole(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=5_u8 {
        let append = encounter(&pati(), u128::from(n), 7, n, at(i64::from(n) * 100));
        store.append(append).await.unwrap();
    }
    let other = encounter(&rembang(), 9, 7, 90, at(100));
    store.append(other).await.unwrap();
    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let page = store
            .encounters_after(&pati(), None, after, 2)
            .await
            .unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|row| row.id));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5].map(|n| EncounterId(id(n))));
    let span = Span {
        from: at(200),
        to: at(400),
    };
    let page = store.encounters_after(&pati(), Some(span), None, 50).await;
    let within: Vec<EncounterId> = page.unwrap().iter().map(|row| row.id).collect();
    assert_eq!(within, [2, 3].map(|n| EncounterId(id(n))));
}

/// Feedback comes once each, by the day of the service.
pub async fn feedback_is_listed_whole(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        let append = feedback(&pati(), n, at(0), &[], None);
        store.append(append).await.unwrap();
    }
    let all = store.feedback_after(&pati(), None, None, 50).await.unwrap();
    assert_eq!(all.len(), 3);
    let day = all[0].served_on;
    let first = Some(FeedbackId(id(1)));
    let rest = store
        .feedback_after(&pati(), None, first, 50)
        .await
        .unwrap();
    assert_eq!(rest, all[1..]);
    for (days, n) in [
        ((day, day), 3),
        ((date(2000, 1, 1), day.yesterday().unwrap()), 0),
        ((day.tomorrow().unwrap(), date(2100, 1, 1)), 0),
    ] {
        let found = store.feedback_after(&pati(), Some(days), None, 50).await;
        assert_eq!(found.unwrap().len(), n, "{days:?}");
    }
    assert!(
        store
            .feedback_after(&rembang(), None, None, 50)
            .await
            .unwrap()
            .is_empty()
    );
}

/// What was said of outages comes the latest first, also of those that are long over.
pub async fn what_was_said_of_outages_is_listed(engine: &impl Engine) {
    let store = engine.open().await;
    store.append(down(&pati(), 1, 10)).await.unwrap();
    works_again(&*store, &pati(), 1, 20).await;
    let case = filing(&pati(), 1, at(25), request());
    store.append(case).await.unwrap();
    store.append(down(&pati(), 2, 30)).await.unwrap();
    store.append(down(&rembang(), 3, 50)).await.unwrap();
    let all = store.outage_acts(&pati(), i64::MAX, 50).await.unwrap();
    let said: Vec<(Subject, bool)> = all
        .iter()
        .map(|row| {
            let ends = matches!(
                row.act.payload,
                Payload::Outage(OutageAct::OutageEnded { .. })
            );
            (row.act.subject, ends)
        })
        .collect();
    let subject = |n| Subject::Outage(OutageId(id(n)));
    let expected = [(2, false), (1, true), (1, false)];
    assert_eq!(said, expected.map(|(n, ends)| (subject(n), ends)));
    let before = all[0].sequence;
    let rest = store.outage_acts(&pati(), before, 1).await.unwrap();
    assert_eq!(rest, all[1..2]);
}
