//! What accounts sign in with, where they are signed in, and what happened to them.

use std::sync::Arc;

use jiff::Timestamp;
use pengayom_store::account::EVENTS_KEPT;
use pengayom_store::{
    AccountChange, AccountEvent, CeremonyRow, DropFactors, EndSessions, FactorRow, StoreError,
    UseFactor,
};

use crate::Engine;
use crate::accounts::{session, user};
use crate::made::{at, hash, id, officer, pati, rembang};

fn factor(n: u8, of: u128, kind: &str) -> FactorRow {
    FactorRow {
        id: id(700 + u128::from(n)),
        user: officer(of),
        kind: kind.to_owned(),
        key: hash(n),
        name: Some("Telepon dinas".to_owned()),
        sealed: Some(vec![n, 0, 255]),
        mark: 5,
        created_at: at(i64::from(n)),
        used_at: None,
    }
}

fn event(n: u128, of: u128, when: Timestamp) -> AccountEvent {
    AccountEvent {
        id: id(n),
        user: officer(of),
        by: Some(officer(2)),
        kind: "password_reset".to_owned(),
        detail: None,
        at: when,
    }
}

/// A factor and an event of an account.
pub(crate) fn with_all(of: u128, when: Timestamp) -> AccountChange {
    AccountChange {
        factors: vec![factor(1, of, "totp")],
        event: Some(event(1_000, of, when)),
        ..AccountChange::of(officer(of))
    }
}

/// A refused change leaves everything as it was; one that is taken does all of it.
pub async fn a_change_of_an_account_is_whole_or_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    let (siti, budi) = (user(1, "siti"), user(2, "budi"));
    store.put_user(&pati(), &siti).await.unwrap();
    store.put_user(&pati(), &budi).await.unwrap();
    store.put_session(&pati(), &session(1, 1)).await.unwrap();
    let mut taken = siti.clone();
    "budi".clone_into(&mut taken.login);
    let change = AccountChange {
        account: Some(taken),
        end: EndSessions::All,
        ..with_all(1, at(0))
    };
    let refused = store.change_account(&pati(), change).await;
    assert!(matches!(refused, Err(StoreError::Taken { what: "login" })));
    let gone = AccountChange {
        used_up: Some(id(99)),
        end: EndSessions::All,
        ..with_all(1, at(0))
    };
    let refused = store.change_account(&pati(), gone).await;
    assert!(matches!(
        refused,
        Err(StoreError::Missing { what: "factor" })
    ));
    let found = store.sessions_of(&pati(), siti.id, at(0)).await.unwrap();
    assert_eq!(found, [session(1, 1)]);
    let factors = store.factors_of(&pati(), siti.id).await.unwrap();
    assert!(factors.is_empty(), "{factors:?}");
    let events = store.account_events(&pati(), siti.id, 10).await.unwrap();
    assert!(events.is_empty(), "{events:?}");

    let mut changed = siti.clone();
    "argon".clone_into(&mut changed.password);
    let change = AccountChange {
        account: Some(changed.clone()),
        end: EndSessions::All,
        session: Some(session(2, 1)),
        ..with_all(1, at(0))
    };
    store.change_account(&pati(), change).await.unwrap();
    store.close().await;
    let store = engine.open().await;
    assert_eq!(
        store.user(&pati(), siti.id).await.unwrap().unwrap(),
        changed
    );
    let found = store.sessions_of(&pati(), siti.id, at(0)).await.unwrap();
    assert_eq!(found, [session(2, 1)]);
    assert_eq!(
        store.factors_of(&pati(), siti.id).await.unwrap(),
        [factor(1, 1, "totp")]
    );
    assert_eq!(
        store.account_events(&pati(), siti.id, 10).await.unwrap(),
        [event(1_000, 1, at(0))]
    );
}

/// The same key of the same kind belongs to one account.
pub async fn a_factor_is_found_by_its_key_and_taken_once(engine: &impl Engine) {
    let store = engine.open().await;
    let put = async |row: FactorRow, drop: DropFactors| {
        let change = AccountChange {
            factors: vec![row.clone()],
            drop,
            ..AccountChange::of(row.user)
        };
        store.change_account(&pati(), change).await
    };
    put(factor(1, 1, "passkey"), DropFactors::None)
        .await
        .unwrap();
    for drop in [DropFactors::None, DropFactors::All] {
        let mut other = factor(1, 2, "passkey");
        other.id = id(5);
        let refused = put(other, drop).await;
        assert!(matches!(refused, Err(StoreError::Taken { what: "factor" })));
    }
    // Of another kind it is another one.
    let mut other = factor(1, 2, "totp");
    other.id = id(6);
    put(other, DropFactors::None).await.unwrap();
    let found = store.factor(&pati(), "passkey", hash(1)).await.unwrap();
    assert_eq!(found, Some(factor(1, 1, "passkey")));
    assert_eq!(
        store.factor(&pati(), "passkey", hash(2)).await.unwrap(),
        None
    );
    let with = store.accounts_with(&pati(), &["totp", "passkey"]).await;
    let mut with = with.unwrap();
    with.sort();
    assert_eq!(with, [officer(1), officer(2)]);
    // One's own may be replaced together with the one before.
    let mut fresh = factor(1, 1, "passkey");
    fresh.id = id(8);
    put(fresh.clone(), DropFactors::Kinds(&["passkey"]))
        .await
        .unwrap();
    assert_eq!(
        store.factors_of(&pati(), officer(1)).await.unwrap(),
        [fresh]
    );
}

/// Of two who bring the same code, one is let in.
pub async fn a_code_is_used_once_also_by_two_at_once(engine: &impl Engine) {
    let store = engine.open().await;
    let change = AccountChange {
        factors: vec![factor(1, 1, "recovery"), factor(2, 1, "recovery")],
        ..AccountChange::of(officer(1))
    };
    store.change_account(&pati(), change).await.unwrap();
    let mut tasks = Vec::new();
    for n in 0..8_u8 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let change = AccountChange {
                used_up: Some(id(701)),
                session: Some(session(n, 1)),
                ..AccountChange::of(officer(1))
            };
            store.change_account(&pati(), change).await.is_ok()
        }));
    }
    let mut in_with_it = 0;
    for task in tasks {
        in_with_it += u32::from(task.await.unwrap());
    }
    assert_eq!(in_with_it, 1);
    let sessions = store.sessions_of(&pati(), officer(1), at(0)).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(
        store.factors_of(&pati(), officer(1)).await.unwrap(),
        [factor(2, 1, "recovery")]
    );
}

/// A step of a clock, and a counter, never go back; a key that does not count stays where it is.
pub async fn a_number_that_does_not_grow_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let change = with_all(1, at(0));
    store.change_account(&pati(), change).await.unwrap();
    let used = |mark: i64, must_grow: bool, of: u128| AccountChange {
        used: Some(UseFactor {
            id: id(701),
            mark,
            must_grow,
            sealed: (mark == 7).then(|| vec![7]),
            at: at(30),
        }),
        ..AccountChange::of(officer(of))
    };
    for (mark, must_grow, of) in [(5, true, 1), (4, true, 1), (4, false, 1), (9, true, 2)] {
        let refused = store
            .change_account(&pati(), used(mark, must_grow, of))
            .await;
        assert!(
            matches!(refused, Err(StoreError::Missing { what: "factor" })),
            "{mark} {must_grow} {of}"
        );
    }
    store
        .change_account(&pati(), used(5, false, 1))
        .await
        .unwrap();
    let factors = store.factors_of(&pati(), officer(1)).await.unwrap();
    assert_eq!(factors[0].sealed, factor(1, 1, "totp").sealed);
    store
        .change_account(&pati(), used(7, true, 1))
        .await
        .unwrap();
    let factors = store.factors_of(&pati(), officer(1)).await.unwrap();
    assert_eq!(factors[0].mark, 7);
    assert_eq!(factors[0].used_at, Some(at(30)));
    assert_eq!(factors[0].sealed, Some(vec![7]));
}

/// What is half done waits until its time, and one takes it.
pub async fn a_ceremony_is_taken_by_one_and_ends(engine: &impl Engine) {
    let store = engine.open().await;
    let mut waiting = CeremonyRow {
        token: hash(1),
        sealed: vec![1, 2],
        expires_at: at(60),
    };
    store.put_ceremony(&pati(), &waiting).await.unwrap();
    let read = async |seconds: i64| {
        let read = store.ceremony(&pati(), hash(1), at(seconds)).await;
        read.unwrap()
    };
    assert_eq!(read(59).await, Some(waiting.clone()));
    assert_eq!(read(60).await, None);
    waiting.sealed = vec![3];
    store.put_ceremony(&pati(), &waiting).await.unwrap();
    assert_eq!(read(0).await, Some(waiting.clone()));
    assert!(!store.take_ceremony(&pati(), hash(1), at(60)).await.unwrap());
    let mut taken = 0;
    for _ in 0..3 {
        let took = store.take_ceremony(&pati(), hash(1), at(59)).await;
        taken += u32::from(took.unwrap());
    }
    assert_eq!(taken, 1);
    store.put_ceremony(&pati(), &waiting).await.unwrap();
    assert_eq!(store.drop_expired(&pati(), at(59)).await.unwrap(), 0);
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 1);
}

/// Where an account is signed in is listed, and ended one by one or together.
pub async fn sessions_of_an_account_are_listed_and_ended(engine: &impl Engine) {
    let store = engine.open().await;
    for (token, of, seen) in [(1, 1, 5), (2, 1, 9), (3, 1, 7), (4, 2, 0)] {
        let mut row = session(token, of);
        row.seen_at = at(seen);
        store.put_session(&pati(), &row).await.unwrap();
    }
    let listed = async |seconds: i64| {
        let rows = store.sessions_of(&pati(), officer(1), at(seconds)).await;
        let tokens = rows.unwrap().into_iter().map(|row| row.token);
        tokens.collect::<Vec<_>>()
    };
    assert_eq!(listed(0).await, [hash(2), hash(3), hash(1)]);
    assert!(listed(60).await.is_empty());
    let end = async |end: EndSessions| {
        let change = AccountChange {
            end,
            ..AccountChange::of(officer(1))
        };
        store.change_account(&pati(), change).await.unwrap();
    };
    // Another account's is not ended.
    end(EndSessions::One(session(4, 2).id)).await;
    end(EndSessions::With(hash(4))).await;
    end(EndSessions::One(session(3, 1).id)).await;
    assert_eq!(listed(0).await, [hash(2), hash(1)]);
    end(EndSessions::AllBut(hash(1))).await;
    assert_eq!(listed(0).await, [hash(1)]);
    end(EndSessions::All).await;
    assert!(listed(0).await.is_empty());
    let other = store.session(&pati(), hash(4), at(0)).await.unwrap();
    assert_eq!(other, Some(session(4, 2)));
}

/// Use makes a session last; a use that is noted late does not bring back one that ended.
pub async fn a_session_that_is_used_lasts_and_one_that_ended_does_not_come_back(
    engine: &impl Engine,
) {
    let store = engine.open().await;
    store.put_session(&pati(), &session(1, 1)).await.unwrap();
    let touch = async |seen: i64, until: i64| {
        let unit = pati();
        let touched = store.touch_session(&unit, hash(1), at(seen), at(until));
        touched.await.unwrap();
        store.session(&pati(), hash(1), at(seen)).await.unwrap()
    };
    let used = touch(50, 110).await.unwrap();
    assert_eq!((used.seen_at, used.expires_at), (at(50), at(110)));
    assert_eq!(used.created_at, at(0));
    // What was seen later stays.
    let used = touch(40, 100).await.unwrap();
    assert_eq!((used.seen_at, used.expires_at), (at(50), at(110)));
    store.drop_session(&pati(), hash(1)).await.unwrap();
    assert_eq!(touch(60, 120).await, None);
}

/// However much happens to an account, what is kept of it is bounded; another's stays.
pub async fn only_the_newest_events_of_an_account_are_kept(engine: &impl Engine) {
    let store = engine.open().await;
    let note = async |n: u128, of: u128, when: Timestamp| {
        let change = AccountChange {
            event: Some(event(n, of, when)),
            ..AccountChange::of(officer(of))
        };
        store.change_account(&pati(), change).await.unwrap();
    };
    note(5_000, 2, at(0)).await;
    for n in 0..EVENTS_KEPT + 3 {
        note(u128::from(n) + 1, 1, at(i64::from(n))).await;
    }
    let rows = store.account_events(&pati(), officer(1), 500).await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), usize::try_from(EVENTS_KEPT).unwrap());
    assert_eq!(rows[0].id, id(u128::from(EVENTS_KEPT) + 3));
    assert!(rows.windows(2).all(|pair| pair[0].at >= pair[1].at));
    let few = store.account_events(&pati(), officer(1), 2).await.unwrap();
    assert_eq!(few, rows[..2]);
    let other = store.account_events(&pati(), officer(2), 10).await.unwrap();
    assert_eq!(other.len(), 1);
    // After more than a year they go.
    let year = 400 * 24 * 3_600;
    assert_eq!(store.drop_expired(&pati(), at(year - 1)).await.unwrap(), 0);
    let gone = store.drop_expired(&pati(), at(year + 1_000)).await.unwrap();
    assert_eq!(gone, u64::from(EVENTS_KEPT) + 1);
}

/// Every question is a unit's own.
pub async fn what_one_unit_signs_in_with_opens_nothing_in_another(engine: &impl Engine) {
    let store = engine.open().await;
    let change = AccountChange {
        session: Some(session(1, 1)),
        ..with_all(1, at(0))
    };
    store.change_account(&pati(), change).await.unwrap();
    let waiting = CeremonyRow {
        token: hash(3),
        sealed: vec![1],
        expires_at: at(60),
    };
    store.put_ceremony(&pati(), &waiting).await.unwrap();
    let (other, siti) = (rembang(), officer(1));
    assert!(store.factors_of(&other, siti).await.unwrap().is_empty());
    assert!(
        store
            .factor(&other, "totp", hash(1))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .accounts_with(&other, &["totp"])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .sessions_of(&other, siti, at(0))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .account_events(&other, siti, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .ceremony(&other, hash(3), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(!store.take_ceremony(&other, hash(3), at(0)).await.unwrap());
    let ends = AccountChange {
        end: EndSessions::All,
        drop: DropFactors::All,
        ..AccountChange::of(siti)
    };
    store.change_account(&other, ends).await.unwrap();
    store
        .touch_session(&other, hash(1), at(9), at(99))
        .await
        .unwrap();
    assert_eq!(store.factors_of(&pati(), siti).await.unwrap().len(), 1);
    let sessions = store.sessions_of(&pati(), siti, at(0)).await.unwrap();
    assert_eq!(sessions, [session(1, 1)]);
}
