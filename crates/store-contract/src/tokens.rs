//! Tokens of programs.

use pengayom_store::tokens::{ENDED_TOKEN_KEPT_DAYS, TokenRow};
use pengayom_store::{Store, StoreError};

use crate::Engine;
use crate::made::{at, hash, id, officer, pati, rembang};

/// A token of a number, which ends after a minute.
pub(crate) fn token(n: u8, name: &str) -> TokenRow {
    TokenRow {
        id: id(u128::from(n)),
        token: hash(n),
        name: name.to_owned(),
        scopes: vec!["desk".to_owned(), "open311:write".to_owned()],
        user: Some(officer(1)),
        made_by: None,
        created_at: at(0),
        expires_at: at(60),
        used_on: None,
        revoked_at: None,
    }
}

async fn found(store: &dyn Store, n: u8) -> Option<TokenRow> {
    store.token(&pati(), hash(n)).await.unwrap()
}

/// A token is found by its hash and by nothing else, in its unit only.
pub async fn a_token_is_found_by_its_hash(engine: &impl Engine) {
    let store = engine.open().await;
    let mut first = token(1, "FixMyStreet");
    store.add_token(&pati(), &first).await.unwrap();
    store.close().await;
    let store = engine.open().await;
    assert_eq!(found(&*store, 1).await, Some(first.clone()));
    assert_eq!(found(&*store, 2).await, None);
    assert_eq!(store.token(&rembang(), hash(1)).await.unwrap(), None);
    assert!(store.tokens(&rembang(), 9).await.unwrap().is_empty());
    // What is noted of its use only goes forward, and only in its unit.
    for (unit, on) in [(pati(), 30), (pati(), 20), (rembang(), 40)] {
        store.note_token_use(&unit, first.id, at(on)).await.unwrap();
    }
    first.used_on = Some(at(30));
    assert_eq!(found(&*store, 1).await, Some(first));
}

/// Of the tokens that work, each has a name of its own; one that ended frees it.
pub async fn the_name_of_a_token_is_free_once_it_ended(engine: &impl Engine) {
    let store = engine.open().await;
    store.add_token(&pati(), &token(1, "a")).await.unwrap();
    let refused = store.add_token(&pati(), &token(2, "a")).await;
    assert!(matches!(refused, Err(StoreError::Taken { .. })));
    assert_eq!(found(&*store, 2).await, None);
    store.add_token(&rembang(), &token(2, "a")).await.unwrap();
    assert!(store.revoke_token(&pati(), id(1), at(5)).await.unwrap());
    store.add_token(&pati(), &token(3, "a")).await.unwrap();
    let mut later = token(4, "a");
    later.created_at = at(60);
    later.expires_at = at(90);
    store.add_token(&pati(), &later).await.unwrap();
    let names: Vec<_> = store.tokens(&pati(), 2).await.unwrap();
    let ids: Vec<_> = names.iter().map(|token| token.id).collect();
    assert_eq!(ids, [id(4), id(1)]);
}

/// A revoked token says so from then on, and keeps the moment.
pub async fn a_token_is_revoked_once(engine: &impl Engine) {
    let store = engine.open().await;
    store.add_token(&pati(), &token(1, "a")).await.unwrap();
    assert!(!store.revoke_token(&rembang(), id(1), at(5)).await.unwrap());
    assert!(found(&*store, 1).await.unwrap().works(at(59)));
    assert!(!found(&*store, 1).await.unwrap().works(at(60)));
    assert!(store.revoke_token(&pati(), id(1), at(5)).await.unwrap());
    assert!(!store.revoke_token(&pati(), id(1), at(9)).await.unwrap());
    let revoked = found(&*store, 1).await.unwrap();
    assert_eq!(revoked.revoked_at, Some(at(5)));
    assert!(!revoked.works(at(0)));
}

/// A token that ended is listed for a while and then goes.
pub async fn a_token_that_ended_long_ago_goes(engine: &impl Engine) {
    let store = engine.open().await;
    let kept = ENDED_TOKEN_KEPT_DAYS * 86_400;
    let mut lasting = token(3, "c");
    lasting.expires_at = at(2 * kept);
    for token in [token(1, "a"), token(2, "b"), lasting] {
        store.add_token(&pati(), &token).await.unwrap();
    }
    assert!(store.revoke_token(&pati(), id(2), at(5)).await.unwrap());
    for (after, gone) in [(kept + 4, 0), (kept + 5, 1), (kept + 60, 1), (kept + 61, 0)] {
        let dropped = store.drop_expired(&pati(), at(after)).await.unwrap();
        assert_eq!(dropped, gone, "{after}");
    }
    assert!(found(&*store, 3).await.is_some());
}
