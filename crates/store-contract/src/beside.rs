//! Persons, files, drafts and imports.

use pengayom_core::value::PersonId;
use pengayom_store::rows::{DraftRow, ImportRow};
use pengayom_store::{Blob, SealedPerson, StoreError};
use sha2::{Digest, Sha256};

use crate::Engine;
use crate::made::{act, answered, at, filing, hash, id, next, pati, request};

/// A blob of some content.
pub(crate) fn blob(content: &[u8]) -> Blob {
    use std::fmt::Write as _;
    let mut sha256 = String::new();
    for byte in Sha256::digest(content) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    Blob {
        sha256,
        media_type: "image/jpeg".to_owned(),
        content: content.to_vec(),
        recorded_at: at(0),
    }
}

/// A person's sealed details are there with the act, and replaced when given anew.
pub async fn a_person_is_kept_with_the_append(engine: &impl Engine) {
    let store = engine.open().await;
    let mut person = SealedPerson {
        id: PersonId(id(5)),
        wrapped_key: vec![1, 2, 3],
        sealed: vec![4, 5, 6],
        recorded_at: at(0),
    };
    let mut append = filing(&pati(), 1, at(0), request());
    append.persons = vec![person.clone()];
    store.append(append).await.unwrap();
    let known = store.person(&pati(), person.id).await.unwrap();
    assert_eq!(known.as_ref(), Some(&person));
    person.sealed = vec![7];
    person.recorded_at = at(60);
    let mut append = next(&*store, &pati(), 1, vec![act(at(60), answered("ya"))]).await;
    append.persons = vec![person.clone()];
    store.append(append).await.unwrap();
    assert_eq!(
        store.person(&pati(), person.id).await.unwrap(),
        Some(person)
    );
    assert!(
        store
            .person(&pati(), PersonId(id(6)))
            .await
            .unwrap()
            .is_none()
    );
}

/// A file is kept under the SHA-256 of its content; the same content is kept once.
pub async fn a_blob_is_kept_by_its_content(engine: &impl Engine) {
    let store = engine.open().await;
    let photo = blob(b"foto");
    store.put_blob(&pati(), &photo, None).await.unwrap();
    store.put_blob(&pati(), &photo, Some(at(60))).await.unwrap();
    let kept = store.blob(&pati(), &photo.sha256).await.unwrap().unwrap();
    assert_eq!(kept.content, b"foto");
    assert_eq!(kept.media_type, "image/jpeg");
    assert_eq!(kept.preview, None);
    // Kept for good once, it does not expire because somebody else sends it again.
    store.drop_expired(&pati(), at(90)).await.unwrap();
    assert!(store.blob(&pati(), &photo.sha256).await.unwrap().is_some());
    assert!(
        store
            .blob(&pati(), &"0".repeat(64))
            .await
            .unwrap()
            .is_none()
    );
}

/// A name that is not the content's is refused.
pub async fn a_blob_with_another_content_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let mut photo = blob(b"foto");
    photo.content = b"lain".to_vec();
    let refused = store.put_blob(&pati(), &photo, None).await;
    assert!(matches!(
        refused,
        Err(StoreError::Damaged { what: "blob", .. })
    ));
    assert!(store.blob(&pati(), &photo.sha256).await.unwrap().is_none());
}

/// A file sent with a form that never came goes when its time is over; one that an append named
/// stays.
pub async fn a_blob_no_append_named_goes_with_time(engine: &impl Engine) {
    let store = engine.open().await;
    let (named, forgotten, later) = (blob(b"satu"), blob(b"dua"), blob(b"tiga"));
    store.put_blob(&pati(), &named, Some(at(60))).await.unwrap();
    store
        .put_blob(&pati(), &forgotten, Some(at(60)))
        .await
        .unwrap();
    store
        .put_blob(&pati(), &later, Some(at(120)))
        .await
        .unwrap();
    // The longer time counts.
    store.put_blob(&pati(), &later, Some(at(60))).await.unwrap();
    let mut append = filing(&pati(), 1, at(0), request());
    append.blobs = vec![named.sha256.clone()];
    store.append(append).await.unwrap();
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 1);
    assert!(store.blob(&pati(), &named.sha256).await.unwrap().is_some());
    assert!(
        store
            .blob(&pati(), &forgotten.sha256)
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.blob(&pati(), &later.sha256).await.unwrap().is_some());
}

/// An act never points at a file that is gone.
pub async fn a_blob_that_is_not_there_cannot_be_named(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.blobs = vec![blob(b"foto").sha256];
    let refused = store.append(append).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "blob" })));
    assert!(store.acts_after(&pati(), 0, 9).await.unwrap().is_empty());
}

/// A small copy of a picture stands beside it.
pub async fn a_preview_stands_beside_its_blob(engine: &impl Engine) {
    let store = engine.open().await;
    let photo = blob(b"foto");
    store.put_blob(&pati(), &photo, None).await.unwrap();
    store
        .put_preview(&pati(), &photo.sha256, b"kecil")
        .await
        .unwrap();
    let kept = store.blob(&pati(), &photo.sha256).await.unwrap().unwrap();
    assert_eq!(kept.preview.as_deref(), Some(&b"kecil"[..]));
    assert_eq!(kept.content, b"foto");
}

/// A form is kept as it was last, until it is dropped or its time is over.
// S32
pub async fn a_draft_is_kept_until_it_expires(engine: &impl Engine) {
    let store = engine.open().await;
    let mut draft = DraftRow {
        key: hash(1),
        sealed: vec![1],
        expires_at: at(60),
    };
    store.put_draft(&pati(), &draft).await.unwrap();
    assert_eq!(
        store.draft(&pati(), hash(1), at(0)).await.unwrap(),
        Some(draft.clone())
    );
    draft.sealed = vec![2];
    draft.expires_at = at(120);
    store.put_draft(&pati(), &draft).await.unwrap();
    assert_eq!(
        store.draft(&pati(), hash(1), at(119)).await.unwrap(),
        Some(draft)
    );
    assert!(
        store
            .draft(&pati(), hash(1), at(120))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .draft(&pati(), hash(2), at(0))
            .await
            .unwrap()
            .is_none()
    );
    store.drop_draft(&pati(), hash(1)).await.unwrap();
    assert!(
        store
            .draft(&pati(), hash(1), at(0))
            .await
            .unwrap()
            .is_none()
    );
    store.drop_draft(&pati(), hash(1)).await.unwrap();
}

/// How far an import came is known by the file, so that a second run goes on from there.
pub async fn an_import_goes_on_where_it_stopped(engine: &impl Engine) {
    let store = engine.open().await;
    let mut import = ImportRow {
        source: "detroit".to_owned(),
        file_sha256: "a".repeat(64),
        rows_done: 10_000,
        rows_rejected: 12,
        complete: false,
        at: at(0),
    };
    store.put_import_state(&pati(), &import).await.unwrap();
    store.close().await;
    let store = engine.open().await;
    let state =
        async |source: &str, file: &str| store.import_state(&pati(), source, file).await.unwrap();
    assert_eq!(
        state("detroit", &import.file_sha256).await,
        Some(import.clone())
    );
    assert_eq!(state("detroit", &"b".repeat(64)).await, None);
    assert_eq!(state("elsewhere", &import.file_sha256).await, None);
    import.rows_done = 20_000;
    import.complete = true;
    store.put_import_state(&pati(), &import).await.unwrap();
    assert_eq!(
        state("detroit", &import.file_sha256).await,
        Some(import.clone())
    );
}
