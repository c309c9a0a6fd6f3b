//! Persons, files, drafts and imports.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use pengayom_core::value::{PersonId, UnitId};
use pengayom_store::rows::{DraftRow, ImportRow};
use pengayom_store::{
    Blob, BlobReader, KeyringChange, NewJob, SealedPerson, Store, StoreError, Stored,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Engine;
use crate::made::{act, answered, at, filing, hash, id, next, pati, request};

/// A file of some content, as an asker has it.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) sha256: String,
    pub(crate) content: Vec<u8>,
}

/// A file of some content.
pub(crate) fn blob(content: &[u8]) -> File {
    use std::fmt::Write as _;
    let mut sha256 = String::new();
    for byte in Sha256::digest(content) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    File {
        sha256,
        content: content.to_vec(),
    }
}

/// Sends a file whole.
pub(crate) async fn put(
    store: &dyn Store,
    unit: &UnitId,
    file: &File,
    keep_until: Option<Timestamp>,
) -> Result<Stored, StoreError> {
    let mut upload = store.begin_blob(unit, fresh(), at(3600));
    upload.write(&file.content).await?;
    upload.finish(said(file, keep_until)).await
}

/// What is said of a file.
pub(crate) fn said(file: &File, keep_until: Option<Timestamp>) -> Blob {
    Blob {
        media_type: "image/jpeg".to_owned(),
        recorded_at: at(0),
        keep_until,
        claimed: Some(file.sha256.clone()),
    }
}

/// An id no upload had before.
pub(crate) fn fresh() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    id(1_000_000 + u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// What is in a file.
pub(crate) async fn content(store: &Arc<dyn Store>, unit: &UnitId, sha256: &str) -> Vec<u8> {
    let known = store.blob(unit, sha256).await.unwrap().unwrap();
    let reader = BlobReader::new(Arc::clone(store), unit.clone(), known);
    reader.read_all(usize::MAX).await.unwrap()
}

/// A person's sealed details are there with the act, and replaced when given anew.
pub async fn a_person_is_kept_with_the_append(engine: &impl Engine) {
    let store = engine.open().await;
    let mut person = SealedPerson {
        id: PersonId(id(5)),
        wrapped_key: vec![1, 2, 3],
        sealed: vec![4, 5, 6],
        recorded_at: at(0),
        contacts: Vec::new(),
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

/// A person without a case, and the hashes they are found by.
fn person(n: u128, contacts: &[u8]) -> SealedPerson {
    SealedPerson {
        id: PersonId(id(n)),
        wrapped_key: vec![1, 2, 3],
        sealed: vec![4, 5, 6],
        recorded_at: at(0),
        contacts: contacts.iter().map(|byte| hash(*byte)).collect(),
    }
}

/// A case is found by a hash of its reporter's, of its own unit only, newest filing first.
pub async fn a_case_is_found_by_what_its_reporter_is_reached_by(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, contacts, seconds) in [(1, &[7, 8][..], 0), (2, &[7], 60), (3, &[9], 120)] {
        let mut filed = request();
        filed.reporter = Some(PersonId(id(100 + n)));
        let mut append = filing(&pati(), n, at(seconds), filed);
        append.persons = vec![person(100 + n, contacts)];
        store.append(append).await.unwrap();
    }
    let found = async |unit: &UnitId, byte: u8, limit: u32| {
        let rows = store
            .cases_by_contact(unit, hash(byte), limit)
            .await
            .unwrap();
        rows.iter().map(|row| row.id.0).collect::<Vec<_>>()
    };
    assert_eq!(found(&pati(), 7, 10).await, [id(2), id(1)]);
    assert_eq!(found(&pati(), 7, 1).await, [id(2)]);
    assert_eq!(found(&pati(), 8, 10).await, [id(1)]);
    assert!(found(&pati(), 6, 10).await.is_empty());
    assert!(found(&"lain".parse().unwrap(), 7, 10).await.is_empty());
    // Given later, to somebody who is there and to somebody who is not; twice changes nothing.
    let later = [(hash(6), PersonId(id(103))), (hash(5), PersonId(id(999)))];
    for _ in 0..2 {
        store.put_contacts(&pati(), &later).await.unwrap();
    }
    assert_eq!(found(&pati(), 6, 10).await, [id(3)]);
    assert_eq!(found(&pati(), 9, 10).await, [id(3)]);
    assert!(found(&pati(), 5, 10).await.is_empty());
}

/// Persons come in the order of their identifiers, each once, page by page.
pub async fn persons_are_read_in_order(engine: &impl Engine) {
    let store = engine.open().await;
    for n in [3, 1, 2] {
        let mut append = filing(&pati(), n, at(0), request());
        append.persons = vec![person(100 + n, &[7])];
        store.append(append).await.unwrap();
    }
    let page = async |after: Option<u128>, limit: u32| {
        let after = after.map(|n| PersonId(id(n)));
        let persons = store.persons_after(&pati(), after, limit).await.unwrap();
        persons.iter().map(|person| person.id.0).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [id(101), id(102)]);
    assert_eq!(page(Some(102), 2).await, [id(103)]);
    assert!(page(Some(103), 2).await.is_empty());
    let first = store.persons_after(&pati(), None, 1).await.unwrap();
    assert_eq!(first[0].sealed, [4, 5, 6]);
    assert!(first[0].contacts.is_empty());
}

// S22
/// Root secrets are wrapped anew for every unit named or for none, and bring their work along.
pub async fn keyrings_change_together_or_not_at_all(engine: &impl Engine) {
    let store = engine.open().await;
    let change = |unit: &str, expected: Option<&[u8]>, wrapped: &[u8]| KeyringChange {
        unit: unit.parse().unwrap(),
        expected: expected.map(<[u8]>::to_vec),
        wrapped: wrapped.to_vec(),
        at: at(0),
        jobs: Vec::new(),
    };
    assert_eq!(store.keyring(&pati()).await.unwrap(), None);
    let mut first = change("polres-pati", None, b"one");
    first.jobs = vec![NewJob {
        id: id(50),
        kind: "persons.contacts".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
    }];
    let both = vec![first, change("lain", None, b"two")];
    store.put_keyrings(both).await.unwrap();
    let kept = async |unit: &str| {
        let row = store.keyring(&unit.parse().unwrap()).await.unwrap();
        row.map(|row| row.wrapped)
    };
    assert_eq!(kept("polres-pati").await.as_deref(), Some(&b"one"[..]));
    let job = store.take_job(&pati(), at(60), 60).await.unwrap();
    assert_eq!(job.unwrap().kind, "persons.contacts");
    // One of them is not as expected: neither changes.
    let both = vec![
        change("polres-pati", Some(b"one"), b"three"),
        change("lain", Some(b"one"), b"three"),
    ];
    assert!(matches!(
        store.put_keyrings(both).await,
        Err(StoreError::Taken { what: "keyring" })
    ));
    assert_eq!(kept("polres-pati").await.as_deref(), Some(&b"one"[..]));
    let both = vec![
        change("polres-pati", Some(b"one"), b"three"),
        change("lain", Some(b"two"), b"four"),
    ];
    store.put_keyrings(both).await.unwrap();
    assert_eq!(kept("polres-pati").await.as_deref(), Some(&b"three"[..]));
    assert_eq!(kept("lain").await.as_deref(), Some(&b"four"[..]));
    store.close().await;
    let store = engine.open().await;
    let row = store.keyring(&pati()).await.unwrap().unwrap();
    assert_eq!(
        (row.wrapped.as_slice(), row.changed_at),
        (&b"three"[..], at(0))
    );
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

/// Two tabs answer at once: what one kept is not lost by the other, which is told and reads again.
// S32
pub async fn a_draft_is_swapped_only_for_the_one_that_was_read(engine: &impl Engine) {
    let store = engine.open().await;
    let draft = |sealed: u8, expires: i64| DraftRow {
        key: hash(1),
        sealed: vec![sealed],
        expires_at: at(expires),
    };
    let swap = async |row: DraftRow, before: Option<&[u8]>, now: i64| {
        store
            .swap_draft(&pati(), &row, before, at(now))
            .await
            .unwrap()
    };
    let kept = async |now: i64| {
        let row = store.draft(&pati(), hash(1), at(now)).await.unwrap();
        row.map(|row| row.sealed)
    };
    assert!(!swap(draft(1, 60), Some(&[9]), 0).await, "there is none");
    assert!(swap(draft(1, 60), None, 0).await);
    assert!(!swap(draft(2, 60), None, 0).await, "there is one");
    assert!(swap(draft(2, 60), Some(&[1]), 0).await);
    assert!(!swap(draft(3, 60), Some(&[1]), 0).await, "read too early");
    assert_eq!(kept(0).await, Some(vec![2]));
    // One that has expired is none.
    assert!(swap(draft(4, 120), None, 60).await);
    assert_eq!(kept(61).await, Some(vec![4]));
    // Many at once: each of them either did it or knows that it did not.
    let (one, two) = tokio::join!(
        swap(draft(5, 120), Some(&[4]), 61),
        swap(draft(6, 120), Some(&[4]), 61)
    );
    assert!(one != two);
    // Of another unit nothing is touched.
    let other = "lain".parse().unwrap();
    let row = draft(7, 120);
    assert!(
        !store
            .swap_draft(&other, &row, Some(&[5]), at(61))
            .await
            .unwrap()
    );
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
