//! Accounts, sessions and counted attempts.

use std::sync::Arc;

use pengayom_store::rows::{DraftRow, SessionRow, UserRow};
use pengayom_store::{Store, StoreError};

use crate::Engine;
use crate::beside::{blob, put};
use crate::made::{at, hash, id, officer, pati, rembang};

/// An account of a number.
pub(crate) fn user(n: u128, login: &str) -> UserRow {
    UserRow {
        id: officer(n),
        login: login.to_owned(),
        name: format!("Petugas {login}"),
        rank: Some("Bripka".to_owned()),
        station: Some("polsek-juwana".parse().unwrap()),
        roles: vec!["desk".to_owned(), "field".to_owned()],
        password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        demo: false,
        disabled_at: None,
        created_at: at(0),
        change_by: None,
    }
}

/// An account is found by login and by id, and replaced under its id.
pub async fn an_account_is_kept_and_replaced(engine: &impl Engine) {
    let store = engine.open().await;
    let mut siti = user(1, "siti");
    store.put_user(&pati(), &siti).await.unwrap();
    assert_eq!(
        store.user_by_login(&pati(), "siti").await.unwrap(),
        Some(siti.clone())
    );
    assert_eq!(
        store.user(&pati(), siti.id).await.unwrap(),
        Some(siti.clone())
    );
    "siti.aminah".clone_into(&mut siti.login);
    siti.rank = None;
    siti.station = None;
    siti.roles = Vec::new();
    siti.demo = true;
    siti.disabled_at = Some(at(60));
    siti.change_by = Some(at(90));
    store.put_user(&pati(), &siti).await.unwrap();
    assert_eq!(
        store.user(&pati(), siti.id).await.unwrap(),
        Some(siti.clone())
    );
    assert!(
        store
            .user_by_login(&pati(), "siti")
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        store.user_by_login(&pati(), "siti.aminah").await.unwrap(),
        Some(siti)
    );
    assert!(store.user(&pati(), officer(9)).await.unwrap().is_none());
}

/// Two accounts cannot have one login, also when one is changed to it.
pub async fn a_login_is_unique_in_a_unit(engine: &impl Engine) {
    let store = engine.open().await;
    store.put_user(&pati(), &user(1, "siti")).await.unwrap();
    store.put_user(&pati(), &user(2, "budi")).await.unwrap();
    for taken in [user(3, "siti"), user(2, "siti")] {
        let refused = store.put_user(&pati(), &taken).await;
        assert!(matches!(refused, Err(StoreError::Taken { what: "login" })));
    }
    let budi = store.user(&pati(), officer(2)).await.unwrap().unwrap();
    assert_eq!(budi.login, "budi");
    assert!(store.user(&pati(), officer(3)).await.unwrap().is_none());
}

/// All accounts come by name.
pub async fn accounts_are_listed_by_name(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, login) in [(1, "wati"), (2, "adi"), (3, "siti")] {
        store.put_user(&pati(), &user(n, login)).await.unwrap();
    }
    let users = store.users(&pati()).await.unwrap();
    let logins: Vec<_> = users.iter().map(|user| user.login.as_str()).collect();
    assert_eq!(logins, ["adi", "siti", "wati"]);
}

/// A session of an account that lasts a minute.
pub(crate) fn session(token: u8, of: u128) -> SessionRow {
    SessionRow {
        token: hash(token),
        id: id(900 + u128::from(token)),
        user: officer(of),
        method: "password".to_owned(),
        device: "firefox/android".to_owned(),
        network: "203.0.113.0/24".to_owned(),
        created_at: at(0),
        seen_at: at(0),
        proved_at: at(0),
        expires_at: at(60),
    }
}

/// A session lasts until its end or until it is dropped, also across a restart.
pub async fn a_session_ends_when_it_should(engine: &impl Engine) {
    let store = engine.open().await;
    let mut kept = session(1, 1);
    store.put_session(&pati(), &kept).await.unwrap();
    store.close().await;
    let store = engine.open().await;
    let read = async |token: u8, seconds: i64| {
        store
            .session(&pati(), hash(token), at(seconds))
            .await
            .unwrap()
    };
    assert_eq!(read(1, 59).await, Some(kept.clone()));
    assert_eq!(read(1, 60).await, None);
    assert_eq!(read(2, 0).await, None);
    // Put again, it lasts longer.
    kept.expires_at = at(120);
    store.put_session(&pati(), &kept).await.unwrap();
    assert_eq!(read(1, 60).await, Some(kept));
    store.drop_session(&pati(), hash(1)).await.unwrap();
    assert_eq!(read(1, 0).await, None);
}

/// A disabled account or a changed password ends every session of the account, and no other.
pub async fn all_sessions_of_an_account_end_together(engine: &impl Engine) {
    let store = engine.open().await;
    for (token, of) in [(1, 1), (2, 1), (3, 2)] {
        store
            .put_session(&pati(), &session(token, of))
            .await
            .unwrap();
    }
    store.drop_sessions_of(&pati(), officer(1)).await.unwrap();
    for (token, left) in [(1, false), (2, false), (3, true)] {
        let session = store.session(&pati(), hash(token), at(0)).await.unwrap();
        assert_eq!(session.is_some(), left, "{token}");
    }
}

/// Attempts count in a window that begins with the first; after it they count anew.
pub async fn attempts_are_counted_in_their_window(engine: &impl Engine) {
    let store = engine.open().await;
    let count = async |store: &dyn Store, key: u8, seconds: i64| {
        store
            .count_attempt(&pati(), hash(key), at(seconds), 60)
            .await
            .unwrap()
    };
    assert_eq!(count(&*store, 1, 0).await, (1, at(60)));
    assert_eq!(count(&*store, 1, 30).await, (2, at(60)));
    assert_eq!(count(&*store, 2, 30).await, (1, at(90)));
    // A restart does not forget.
    store.close().await;
    let store = engine.open().await;
    assert_eq!(count(&*store, 1, 59).await, (3, at(60)));
    assert_eq!(count(&*store, 1, 60).await, (1, at(120)));
    store.forget_attempts(&pati(), hash(1)).await.unwrap();
    assert_eq!(count(&*store, 1, 61).await, (1, at(121)));
}

/// How many attempts there were can be asked without making one more.
pub async fn attempts_are_read_without_being_counted(engine: &impl Engine) {
    let store = engine.open().await;
    let read = async |store: &dyn Store, key: u8, seconds: i64| {
        let read = store.attempts(&pati(), hash(key), at(seconds)).await;
        read.unwrap()
    };
    assert_eq!(read(&*store, 1, 0).await, (0, at(0)));
    for seconds in [0, 30] {
        let counted = store.count_attempt(&pati(), hash(1), at(seconds), 60).await;
        counted.unwrap();
    }
    assert_eq!(read(&*store, 1, 30).await, (2, at(60)));
    assert_eq!(read(&*store, 1, 59).await, (2, at(60)));
    assert_eq!(read(&*store, 2, 59).await, (0, at(59)));
    let elsewhere = store.attempts(&rembang(), hash(1), at(59)).await.unwrap();
    assert_eq!(elsewhere, (0, at(59)));
    // The window is over.
    assert_eq!(read(&*store, 1, 60).await, (0, at(60)));
}

/// Guesses made at once are all counted.
pub async fn attempts_at_once_are_all_counted(engine: &impl Engine) {
    let store = engine.open().await;
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            store
                .count_attempt(&pati(), hash(1), at(0), 60)
                .await
                .unwrap()
                .0
        }));
    }
    let mut counts = Vec::new();
    for task in tasks {
        counts.push(task.await.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=32).collect::<Vec<u32>>());
}

/// What has expired goes, is counted, and nothing else goes.
pub async fn what_has_expired_is_dropped_and_counted(engine: &impl Engine) {
    let store = engine.open().await;
    for (key, expires) in [(1, 60), (2, 120)] {
        let draft = DraftRow {
            key: hash(key),
            sealed: vec![1],
            expires_at: at(expires),
        };
        store.put_draft(&pati(), &draft).await.unwrap();
        let mut session = session(key, 1);
        session.expires_at = at(expires);
        store.put_session(&pati(), &session).await.unwrap();
        let window = u32::try_from(expires).unwrap();
        store
            .count_attempt(&pati(), hash(key), at(0), window)
            .await
            .unwrap();
        put(&*store, &pati(), &blob(&[key]), Some(at(expires)))
            .await
            .unwrap();
    }
    assert_eq!(store.drop_expired(&pati(), at(59)).await.unwrap(), 0);
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 4);
    assert!(
        store
            .draft(&pati(), hash(1), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .draft(&pati(), hash(2), at(0))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .session(&pati(), hash(1), at(0))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .session(&pati(), hash(2), at(0))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .blob(&pati(), &blob(&[1]).sha256)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .blob(&pati(), &blob(&[2]).sha256)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        store
            .count_attempt(&pati(), hash(2), at(61), 60)
            .await
            .unwrap()
            .0,
        2
    );
    assert_eq!(store.drop_expired(&pati(), at(900)).await.unwrap(), 4);
    assert_eq!(store.drop_expired(&pati(), at(900)).await.unwrap(), 0);
}
