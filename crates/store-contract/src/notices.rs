//! Notices: made once, taken by one at a time, settled once; what reporters said of being told.

use jiff::Timestamp;
use pengayom_core::notice::{Kind, Way};
use pengayom_core::value::{CaseId, OfficerId, SecretHash};
use pengayom_store::{NoticeChange, NoticeRow, NoticeState, Store, WishRow};

use crate::Engine;
use crate::made::{at, id, pati, rembang};

/// A notice of a number, that waits.
pub(crate) fn notice(n: u128, way: Way, due_at: Timestamp) -> NoticeRow {
    NoticeRow {
        id: id(n),
        case: CaseId(id(7)),
        kind: Kind::Message,
        way,
        state: NoticeState::Waiting,
        due_at: Some(due_at),
        attempts: 0,
        made_at: at(0),
        tried_at: None,
        fault: None,
        settled_at: None,
        settled_by: None,
        reason: None,
        reported_at: None,
    }
}

fn change(n: u128, from: NoticeState, state: NoticeState) -> NoticeChange {
    NoticeChange {
        id: id(n),
        from: vec![from],
        attempts: None,
        state,
        due_at: None,
        fault: None,
        at: at(50),
        by: None,
        reason: None,
        anew: false,
    }
}

async fn take(store: &dyn Store, ways: &[Way], seconds: i64) -> Option<NoticeRow> {
    store
        .take_notice(&pati(), ways, at(seconds), 30)
        .await
        .unwrap()
}

/// A notice whose id is there already changes nothing: it is made once.
pub async fn a_notice_is_made_once(engine: &impl Engine) {
    let store = engine.open().await;
    let first = notice(1, Way::Sms, at(10));
    store
        .put_notices(&pati(), std::slice::from_ref(&first))
        .await
        .unwrap();
    let again = NoticeRow {
        kind: Kind::Closed,
        ..notice(1, Way::Sms, at(0))
    };
    store.put_notices(&pati(), &[again]).await.unwrap();
    assert_eq!(store.notice(&pati(), id(1)).await.unwrap(), Some(first));
    assert_eq!(store.notice(&rembang(), id(1)).await.unwrap(), None);
}

/// It is taken when it is due, by a taker of its way, by one at a time; a lease that ran out frees it.
pub async fn a_notice_is_taken_by_one_at_a_time(engine: &impl Engine) {
    let store = engine.open().await;
    let rows = [notice(1, Way::Sms, at(10)), notice(2, Way::Email, at(5))];
    store.put_notices(&pati(), &rows).await.unwrap();
    assert_eq!(take(&*store, &[Way::Sms], 9).await, None);
    assert_eq!(take(&*store, &[Way::Push], 10).await, None);
    let taken = take(&*store, &[Way::Sms, Way::Whatsapp], 10).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (id(1), 1));
    assert_eq!(taken.state, NoticeState::Sending);
    assert_eq!(taken.tried_at, Some(at(10)));
    assert_eq!(take(&*store, &[Way::Sms], 39).await, None);
    let again = take(&*store, &[Way::Sms], 40).await.unwrap();
    assert_eq!((again.id, again.attempts), (id(1), 2));
}

/// Whoever comes back after another took it changes nothing.
pub async fn a_notice_is_settled_by_the_one_who_has_it(engine: &impl Engine) {
    let store = engine.open().await;
    let rows = [notice(1, Way::Sms, at(0))];
    store.put_notices(&pati(), &rows).await.unwrap();
    take(&*store, &[Way::Sms], 0).await.unwrap();
    take(&*store, &[Way::Sms], 30).await.unwrap();
    let mut late = change(1, NoticeState::Sending, NoticeState::Dead);
    late.attempts = Some(1);
    assert!(!store.change_notice(&pati(), &late).await.unwrap());
    late.attempts = Some(2);
    late.state = NoticeState::Sent;
    assert!(store.change_notice(&pati(), &late).await.unwrap());
    assert!(!store.change_notice(&pati(), &late).await.unwrap());
    let kept = store.notice(&pati(), id(1)).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.due_at), (NoticeState::Sent, None));
    assert_eq!(kept.settled_at, Some(at(50)));
    assert_eq!(take(&*store, &[Way::Sms], 900_000).await, None);
    assert!(store.note_arrival(&pati(), id(1), at(60)).await.unwrap());
    assert!(!store.note_arrival(&pati(), id(1), at(61)).await.unwrap());
}

/// What was given up stands on the list until somebody sees to it; tried again it is counted anew.
pub async fn what_was_given_up_waits_for_a_person(engine: &impl Engine) {
    let store = engine.open().await;
    let rows = [notice(1, Way::Sms, at(0)), notice(2, Way::Sms, at(0))];
    store.put_notices(&pati(), &rows).await.unwrap();
    for n in [1, 2] {
        let mut dead = change(n, NoticeState::Waiting, NoticeState::Dead);
        dead.fault = Some("refused".to_owned());
        assert!(store.change_notice(&pati(), &dead).await.unwrap());
    }
    let dead = store.dead_notices(&pati(), 10).await.unwrap();
    assert_eq!(
        dead.iter().map(|row| row.id).collect::<Vec<_>>(),
        [id(1), id(2)]
    );
    assert_eq!(dead[0].fault.as_deref(), Some("refused"));
    assert_eq!(store.dead_notices(&rembang(), 10).await.unwrap(), []);
    let mut phoned = change(1, NoticeState::Dead, NoticeState::Phoned);
    phoned.by = Some(OfficerId(id(9)));
    phoned.reason = Some("ditelepon".to_owned());
    assert!(store.change_notice(&pati(), &phoned).await.unwrap());
    let mut again = change(2, NoticeState::Dead, NoticeState::Waiting);
    again.due_at = Some(at(100));
    again.anew = true;
    assert!(store.change_notice(&pati(), &again).await.unwrap());
    assert_eq!(store.dead_notices(&pati(), 10).await.unwrap(), []);
    let taken = take(&*store, &[Way::Sms], 100).await.unwrap();
    assert_eq!((taken.id, taken.attempts), (id(2), 1));
    let of_case = store
        .notices_of_case(&pati(), CaseId(id(7)), 10)
        .await
        .unwrap();
    assert_eq!(of_case.len(), 2);
    assert_eq!(of_case[1].settled_by, Some(OfficerId(id(9))));
    assert_eq!(of_case[1].reason.as_deref(), Some("ditelepon"));
}

/// What a reporter said is kept by case, and changed only from what was read.
pub async fn a_wish_is_swapped_only_for_the_one_that_was_read(engine: &impl Engine) {
    let store = engine.open().await;
    let case = CaseId(id(7));
    let wish = |byte: u8| WishRow {
        sealed: vec![byte; 40],
        changed_at: at(i64::from(byte)),
    };
    let swap = async |wish: WishRow, before: Option<Vec<u8>>| {
        let unit = pati();
        let swapped = store.swap_wish(&unit, case, &wish, before.as_deref());
        swapped.await.unwrap()
    };
    assert!(swap(wish(1), None).await);
    assert!(!swap(wish(2), None).await);
    assert!(!swap(wish(2), Some(vec![9; 40])).await);
    assert!(swap(wish(3), Some(vec![1; 40])).await);
    assert_eq!(store.wish(&pati(), case).await.unwrap(), Some(wish(3)));
    assert_eq!(store.wish(&rembang(), case).await.unwrap(), None);
}

/// A number or address is told nothing until that is taken back.
pub async fn a_stop_holds_until_it_is_taken_back(engine: &impl Engine) {
    let store = engine.open().await;
    let hash = SecretHash([3; 32]);
    let stopped = async || store.is_stopped(&pati(), hash).await.unwrap();
    assert!(!stopped().await);
    store.put_stop(&pati(), hash, Some(at(0))).await.unwrap();
    store.put_stop(&pati(), hash, Some(at(9))).await.unwrap();
    assert!(stopped().await);
    assert!(!store.is_stopped(&rembang(), hash).await.unwrap());
    store.put_stop(&pati(), hash, None).await.unwrap();
    assert!(!stopped().await);
}
