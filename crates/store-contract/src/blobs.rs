//! Files: in pieces, named by what is in them, and gone when nobody needs them.

use std::sync::Arc;

use jiff::Timestamp;
use pengayom_core::subject::case::{BlobRef, CaseAct, RequestFiled};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_store::rebuild::Mode;
use pengayom_store::rows::{BlobRow, Preview};
use pengayom_store::{BlobFault, BlobReader, CHUNK_BYTES, Erase, Store, StoreError};

use crate::beside::{File, blob, content, fresh, put, said};
use crate::made::{act, at, filing, next, pati, rembang, request};
use crate::{BySql, Engine};

/// A file of several pieces; no two pieces are alike.
pub(crate) fn film() -> File {
    let bytes = (0..=250_u8).cycle().take(3 * CHUNK_BYTES + 77);
    blob(&bytes.collect::<Vec<u8>>())
}

fn named(file: &File) -> BlobRef {
    BlobRef {
        sha256: file.sha256.clone(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: file.content.len() as u64,
    }
}

/// A file is kept under the SHA-256 of its content; the same content is kept once.
// S22
pub async fn a_file_is_kept_by_its_content(engine: &impl Engine) {
    let store = engine.open().await;
    let photo = blob(b"foto");
    let stored = put(&*store, &pati(), &photo, None).await.unwrap();
    assert_eq!(stored.sha256, photo.sha256);
    assert_eq!(stored.size_bytes, 4);
    let kept = store.blob(&pati(), &photo.sha256).await.unwrap().unwrap();
    put(&*store, &pati(), &photo, Some(at(60))).await.unwrap();
    let again = store.blob(&pati(), &photo.sha256).await.unwrap().unwrap();
    assert_eq!(again, kept);
    assert_eq!(kept.media_type, "image/jpeg");
    assert_eq!(kept.size_bytes, 4);
    assert_eq!(kept.recorded_at, at(0));
    assert_eq!(kept.erased_at, None);
    assert_eq!(content(&store, &pati(), &photo.sha256).await, b"foto");
    // Kept for good once, it does not expire because somebody else sends it again.
    store.drop_expired(&pati(), at(90)).await.unwrap();
    assert!(store.blob(&pati(), &photo.sha256).await.unwrap().is_some());
    let nothing = store.blob(&pati(), &"0".repeat(64)).await.unwrap();
    assert_eq!(nothing, None);
}

/// However a file is cut when it is sent, it is kept in pieces of one size, and comes back whole; so
/// does one that just fills its pieces, and one with nothing in it.
// S22
pub async fn a_file_comes_and_goes_in_pieces(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    for (n, cut) in [1_usize, 4_093, CHUNK_BYTES, usize::MAX]
        .into_iter()
        .enumerate()
    {
        // One byte at a time is enough of the beginning.
        let (start, rest) = film.content.split_at(if cut == 1 { 5_000 } else { 0 });
        let mut file = blob(&film.content);
        file.content.push(u8::try_from(n).unwrap());
        let file = blob(&file.content);
        let mut upload = store.begin_blob(&pati(), fresh(), at(3600));
        for bytes in start.chunks(cut) {
            upload.write(bytes).await.unwrap();
        }
        for bytes in rest.chunks(cut.max(4_093)) {
            upload.write(bytes).await.unwrap();
        }
        upload.write(&[u8::try_from(n).unwrap()]).await.unwrap();
        assert_eq!(upload.size_bytes(), file.content.len() as u64);
        let stored = upload.finish(said(&file, None)).await.unwrap();
        assert_eq!(stored.size_bytes, file.content.len() as u64);
        let known = store.blob(&pati(), &file.sha256).await.unwrap().unwrap();
        let mut reader = BlobReader::new(Arc::clone(&store), pati(), known);
        let mut sizes = Vec::new();
        let mut whole = Vec::new();
        while let Some(part) = reader.next().await.unwrap() {
            sizes.push(part.len());
            whole.extend(part);
        }
        assert_eq!(sizes, [CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES, 78]);
        assert!(whole == file.content);
    }
    for size in [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES] {
        let file = blob(&vec![9; size]);
        put(&*store, &pati(), &file, None).await.unwrap();
        assert!(content(&store, &pati(), &file.sha256).await == file.content);
    }
    let report = store.check_blobs(&pati(), &|_| ()).await.unwrap();
    assert_eq!(report.faults, []);
}

/// Any part of a file is read without the rest, as a player of films asks for it.
pub async fn any_part_of_a_file_is_read(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    put(&*store, &pati(), &film, None).await.unwrap();
    let size = film.content.len() as u64;
    let piece = CHUNK_BYTES as u64;
    let known = store.blob(&pati(), &film.sha256).await.unwrap().unwrap();
    for (from, until) in [
        (0, 1),
        (5, 5),
        (piece - 1, piece + 1),
        (piece, 2 * piece),
        (100, size),
        (size - 1, size + 900),
        (size, size + 1),
    ] {
        let (store, unit) = (Arc::clone(&store), pati());
        let reader = BlobReader::part(store, unit, known.clone(), from, until);
        let part = reader.read_all(usize::MAX).await.unwrap();
        let range = usize::try_from(from).unwrap()..usize::try_from(until.min(size)).unwrap();
        assert!(part == film.content[range], "{from} to {until}");
    }
    let reader = BlobReader::new(Arc::clone(&store), pati(), known);
    assert!(reader.read_all(1000).await.is_err());
}

/// A name that is not the content's is refused, and nothing is kept.
pub async fn a_file_with_another_content_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    for content in [
        b"lain".to_vec(),
        film.content[..film.content.len() - 1].to_vec(),
    ] {
        let wrong = File {
            sha256: film.sha256.clone(),
            content,
        };
        let refused = put(&*store, &pati(), &wrong, None).await;
        assert!(matches!(
            refused,
            Err(StoreError::Damaged { what: "blob", .. })
        ));
        let kept = store.blob(&pati(), &film.sha256).await.unwrap();
        assert_eq!(kept, None);
    }
}

/// Whoever stops in the middle leaves nothing, neither a file nor pieces of one.
// S22
pub async fn a_file_that_was_not_finished_leaves_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    let id = fresh();
    let mut upload = store.begin_blob(&pati(), id, at(3600));
    upload.write(&film.content).await.unwrap();
    assert!(store.blob_part(&pati(), id, 0).await.unwrap().is_some());
    drop(upload);
    // Written after the pieces went, in the order of the writer.
    put(&*store, &pati(), &blob(b"foto"), None).await.unwrap();
    assert_eq!(store.blob_part(&pati(), id, 0).await.unwrap(), None);
    let kept = store.blob(&pati(), &film.sha256).await.unwrap();
    assert_eq!(kept, None);
    assert_eq!(store.drop_expired(&pati(), at(9000)).await.unwrap(), 0);
}

/// An upload that takes longer than it may goes with what has expired, and is refused from then on.
pub async fn an_upload_that_took_too_long_is_swept(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    let ids = [fresh(), fresh()];
    let mut uploads = ids.map(|id| store.begin_blob(&pati(), id, at(60)));
    for upload in &mut uploads {
        upload.write(&film.content[..=CHUNK_BYTES]).await.unwrap();
    }
    assert_eq!(store.drop_expired(&pati(), at(59)).await.unwrap(), 0);
    assert_eq!(store.drop_expired(&rembang(), at(60)).await.unwrap(), 0);
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 2);
    let [mut first, second] = uploads;
    let refused = first.write(&film.content[CHUNK_BYTES + 1..]).await;
    assert!(
        matches!(refused, Err(StoreError::Missing { what: "upload" })),
        "{refused:?}"
    );
    let refused = second.finish(said(&film, None)).await;
    assert!(refused.is_err());
    for id in ids {
        assert_eq!(store.blob_part(&pati(), id, 0).await.unwrap(), None);
    }
    assert_eq!(store.blob(&pati(), &film.sha256).await.unwrap(), None);
}

/// The same file sent by many at once is kept once; the others' pieces go.
pub async fn one_file_sent_by_many_at_once_is_kept_once(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    let ids: Vec<_> = (0..4).map(|_| fresh()).collect();
    let sending = ids.iter().map(|id| {
        let (store, film, id) = (Arc::clone(&store), film.clone(), *id);
        tokio::spawn(async move {
            let mut upload = store.begin_blob(&pati(), id, at(3600));
            for bytes in film.content.chunks(50_000) {
                upload.write(bytes).await.unwrap();
            }
            upload.finish(said(&film, Some(at(60)))).await.unwrap()
        })
    });
    for sent in sending.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap().sha256, film.sha256);
    }
    let mut bodies = 0;
    for id in &ids {
        bodies += usize::from(store.blob_part(&pati(), *id, 0).await.unwrap().is_some());
    }
    assert_eq!(bodies, 1);
    assert!(content(&store, &pati(), &film.sha256).await == film.content);
    // All of it goes in the end.
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 1);
    for id in &ids {
        assert_eq!(store.blob_part(&pati(), *id, 0).await.unwrap(), None);
    }
}

/// A file sent with a form that never came goes when its time is over; one that an append named
/// stays.
pub async fn a_file_no_append_named_goes_with_time(engine: &impl Engine) {
    let store = engine.open().await;
    let (named, forgotten, later) = (blob(b"satu"), film(), blob(b"tiga"));
    put(&*store, &pati(), &named, Some(at(60))).await.unwrap();
    put(&*store, &pati(), &forgotten, Some(at(60)))
        .await
        .unwrap();
    put(&*store, &pati(), &later, Some(at(120))).await.unwrap();
    // The longer time counts.
    put(&*store, &pati(), &later, Some(at(60))).await.unwrap();
    let mut append = filing(&pati(), 1, at(0), request());
    append.blobs = vec![named.sha256.clone()];
    store.append(append).await.unwrap();
    let gone = store.blob(&pati(), &forgotten.sha256).await.unwrap();
    let body = gone.unwrap().body.unwrap();
    assert_eq!(store.drop_expired(&pati(), at(60)).await.unwrap(), 1);
    let is_there = async |file: &File| {
        let known = store.blob(&pati(), &file.sha256).await.unwrap();
        known.is_some()
    };
    assert!(is_there(&named).await);
    assert!(!is_there(&forgotten).await);
    assert_eq!(store.blob_part(&pati(), body, 0).await.unwrap(), None);
    assert!(is_there(&later).await);
    assert_eq!(content(&store, &pati(), &named.sha256).await, b"satu");
}

/// An act never points at a file that is gone.
pub async fn a_file_that_is_not_there_cannot_be_named(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.blobs = vec![blob(b"foto").sha256];
    let refused = store.append(append).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "blob" })));
    assert!(store.acts_after(&pati(), 0, 9).await.unwrap().is_empty());
}

/// A small copy of a picture stands beside it.
pub async fn a_preview_stands_beside_its_file(engine: &impl Engine) {
    let store = engine.open().await;
    let photo = blob(b"foto");
    put(&*store, &pati(), &photo, None).await.unwrap();
    let preview = async || store.preview(&pati(), &photo.sha256).await.unwrap();
    assert_eq!(preview().await, None);
    let small = Preview {
        picture: b"kecil".to_vec(),
        claims: Some("{}".to_owned()),
    };
    store
        .put_preview(&pati(), &photo.sha256, &small)
        .await
        .unwrap();
    assert_eq!(preview().await, Some(small));
    assert_eq!(content(&store, &pati(), &photo.sha256).await, b"foto");
}

/// What gives a file as a letter.
fn letter(file: &File) -> CaseAct {
    CaseAct::LetterGiven {
        kind: "progress".to_owned(),
        number: None,
        dated: jiff::civil::date(2026, 11, 24),
        file: named(file),
        issued: None,
    }
}

/// Which subject's acts name which file is derived like any other view.
pub async fn uses_of_files_follow_from_the_acts(engine: &impl Engine) {
    let store = engine.open().await;
    let (photo, film) = (blob(b"foto"), film());
    for file in [&photo, &film] {
        put(&*store, &pati(), file, Some(at(60))).await.unwrap();
    }
    for case in [1, 2] {
        let filed = RequestFiled {
            media: vec![named(&photo)],
            ..request()
        };
        let mut append = filing(&pati(), case, at(0), filed);
        append.blobs = vec![photo.sha256.clone()];
        store.append(append).await.unwrap();
    }
    let more = CaseAct::InformationAdded {
        text: String::new(),
        media: vec![named(&film), named(&photo)],
    };
    let mut append = next(&*store, &pati(), 1, vec![act(at(60), more)]).await;
    append.blobs = vec![film.sha256.clone(), photo.sha256.clone()];
    store.append(append).await.unwrap();
    // A letter is kept for as long as the case, withdrawn or not.
    let mut append = next(&*store, &pati(), 2, vec![act(at(61), letter(&film))]).await;
    append.blobs = vec![film.sha256.clone()];
    store.append(append).await.unwrap();
    let taken_back = CaseAct::LetterWithdrawn {
        letter: 1,
        reason: "salah".to_owned(),
        on_file: false,
    };
    let append = next(&*store, &pati(), 2, vec![act(at(62), taken_back)]).await;
    store.append(append).await.unwrap();
    let check = async |mode| store.rebuild(&pati(), mode, &|_| ()).await.unwrap();
    let report = check(Mode::Check).await;
    assert_eq!(report.differences(), 0, "{:?}", report.named);
    assert_eq!(report.tables["blob_uses"].rows, 4);
    engine
        .by_hand(BySql::both("UPDATE blob_uses SET n = n + 1 WHERE n = 2"))
        .await;
    assert_eq!(check(Mode::Mend).await.differences(), 1);
    assert_eq!(check(Mode::Check).await.differences(), 0);
}

/// A file goes with the case it came with, once no other case has it: name, hash and size stay, and
/// the check does not miss it. The same content sent again is a file like any other.
// S22
pub async fn a_file_is_erased_once_no_case_has_it(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    put(&*store, &pati(), &film, Some(at(60))).await.unwrap();
    let preview = Preview {
        picture: b"kecil".to_vec(),
        claims: Some("{}".to_owned()),
    };
    store
        .put_preview(&pati(), &film.sha256, &preview)
        .await
        .unwrap();
    for case in [1, 2] {
        let filed = RequestFiled {
            media: vec![named(&film)],
            ..request()
        };
        let mut append = filing(&pati(), case, at(0), filed);
        append.blobs = vec![film.sha256.clone()];
        store.append(append).await.unwrap();
    }
    // The third has it as a letter.
    store
        .append(filing(&pati(), 3, at(0), request()))
        .await
        .unwrap();
    let mut append = next(&*store, &pati(), 3, vec![act(at(10), letter(&film))]).await;
    append.blobs = vec![film.sha256.clone()];
    store.append(append).await.unwrap();
    let erase = async |case: u128| {
        let said = CaseAct::PersonalDataErased {
            basis: ErasureBasis::Request,
            ground: None,
        };
        let mut append = next(&*store, &pati(), case, vec![act(at(70), said)]).await;
        append.erase = Some(Erase {
            blobs: vec![film.sha256.clone()],
            ..Erase::default()
        });
        store.append(append).await.unwrap();
    };
    let known = async || store.blob(&pati(), &film.sha256).await.unwrap().unwrap();
    let body = known().await.body.unwrap();
    erase(1).await;
    assert!(content(&store, &pati(), &film.sha256).await == film.content);
    erase(2).await;
    assert!(content(&store, &pati(), &film.sha256).await == film.content);
    erase(3).await;
    let gone = known().await;
    assert_eq!((gone.body, gone.erased_at), (None, Some(at(70))));
    assert_eq!(gone.size_bytes, film.content.len() as u64);
    assert_eq!(store.blob_part(&pati(), body, 0).await.unwrap(), None);
    assert_eq!(store.preview(&pati(), &film.sha256).await.unwrap(), None);
    let report = store.check_blobs(&pati(), &|_| ()).await.unwrap();
    assert_eq!((report.erased, &*report.faults), (1, &[][..]));
    let reader = BlobReader::new(Arc::clone(&store), pati(), gone.clone());
    assert!(reader.read_all(usize::MAX).await.is_err());
    let mut append = filing(&pati(), 4, at(80), request());
    append.blobs = vec![film.sha256.clone()];
    let refused = store.append(append.clone()).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "blob" })));
    // Sent again and forgotten, its content goes and its name stays; named, it is there for good.
    put(&*store, &pati(), &film, Some(at(120))).await.unwrap();
    assert_eq!(store.drop_expired(&pati(), at(120)).await.unwrap(), 1);
    assert_eq!(known().await, gone_again(gone, at(0)));
    put(&*store, &pati(), &film, Some(at(180))).await.unwrap();
    store.append(append).await.unwrap();
    assert_eq!(store.drop_expired(&pati(), at(180)).await.unwrap(), 0);
    assert!(content(&store, &pati(), &film.sha256).await == film.content);
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}

/// As a file is known that was sent again and went.
fn gone_again(gone: BlobRow, sent: Timestamp) -> BlobRow {
    BlobRow {
        recorded_at: sent,
        ..gone
    }
}

async fn faults(store: &dyn Store) -> Vec<(String, BlobFault)> {
    store.check_blobs(&pati(), &|_| ()).await.unwrap().faults
}

/// A check reads every file of the unit, and only of it.
// S22
pub async fn whole_files_pass_the_check(engine: &impl Engine) {
    let store = engine.open().await;
    let (photo, film) = (blob(b"foto"), film());
    put(&*store, &pati(), &photo, None).await.unwrap();
    put(&*store, &pati(), &film, Some(at(60))).await.unwrap();
    put(&*store, &rembang(), &film, None).await.unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let report = store
        .check_blobs(&pati(), &|now| seen.lock().unwrap().push(now))
        .await
        .unwrap();
    assert_eq!(report.faults, []);
    assert_eq!((report.blobs, report.erased), (2, 0));
    assert_eq!(report.bytes, 4 + film.content.len() as u64);
    let last = seen.lock().unwrap().last().copied().unwrap();
    assert_eq!((last.blobs, last.of, last.bytes), (2, 2, report.bytes));
}

/// What somebody changed, took away or added is named by the file it belongs to.
// S22
pub async fn what_is_wrong_with_a_file_is_named(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    let good = blob(b"foto");
    put(&*store, &pati(), &good, None).await.unwrap();
    put(&*store, &pati(), &film, Some(at(60))).await.unwrap();
    let filed = RequestFiled {
        media: vec![named(&film)],
        ..request()
    };
    let mut append = filing(&pati(), 1, at(0), filed);
    append.blobs = vec![film.sha256.clone()];
    store.append(append).await.unwrap();
    assert_eq!(faults(&*store).await, []);
    let expected = film.content.len() as u64;
    for (by_hand, fault) in [
        // One byte of the second piece.
        (
            BySql {
                sqlite: "UPDATE blob_chunks SET content = unhex(
                        hex(substr(content, 1, 10)) || '0B' || hex(substr(content, 12)))
                    WHERE start_byte = 262144",
                postgres: "UPDATE blob_chunks
                    SET content = set_bit(content, 80, 1 - get_bit(content, 80))
                    WHERE start_byte = 262144",
            },
            BlobFault::Content,
        ),
        (
            BySql::both("DELETE FROM blob_chunks WHERE start_byte = 262144"),
            BlobFault::Gap { at: 262_144 },
        ),
        (
            BySql::both("DELETE FROM blob_chunks WHERE start_byte > 262144"),
            BlobFault::Size {
                expected,
                found: 262_144,
            },
        ),
        (
            BySql::both("DELETE FROM blob_chunks WHERE start_byte = 0"),
            BlobFault::Missing,
        ),
        (
            BySql::both("DELETE FROM blobs WHERE size_bytes > 4"),
            BlobFault::Missing,
        ),
    ] {
        engine.by_hand(by_hand).await;
        let mut found = faults(&*store).await;
        // The small file is one piece, which some of this takes too.
        found.retain(|(sha256, _)| *sha256 == film.sha256);
        assert_eq!(found, [(film.sha256.clone(), fault)]);
    }
}

/// While a file comes, appends are answered; no piece holds the writer for long.
pub async fn appends_go_on_while_a_file_comes(engine: &impl Engine) {
    let store = engine.open().await;
    let film = film();
    let mut upload = store.begin_blob(&pati(), fresh(), at(3600));
    for (n, bytes) in (1..).zip(film.content.chunks(CHUNK_BYTES)) {
        upload.write(bytes).await.unwrap();
        let append = filing(&pati(), n, at(0), request());
        assert_eq!(
            store.append(append).await.unwrap().sequence,
            i64::try_from(n).unwrap()
        );
    }
    upload.finish(said(&film, None)).await.unwrap();
    assert_eq!(store.last_sequence(&pati()).await.unwrap(), 4);
}
