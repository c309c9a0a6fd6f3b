//! The whole record goes out in one snapshot, and comes into an empty store or not at all.

use std::sync::Arc;

use pengayom_core::notice::Way;
use pengayom_store::dump::{Batch, Cell, Load};
use pengayom_store::ledger::{Cosignature, Integrated, TileId, Witnessed};
use pengayom_store::rebuild::Mode;
use pengayom_store::rows::{BackupRow, DraftRow, ImportRow, UnitRow, UserRow};
use pengayom_store::{
    CHUNK_BYTES, CaseQuery, KeyringChange, NewJob, SealedPerson, SourceKey, Store, StoreError,
    WishRow,
};
use tokio::sync::mpsc;

use crate::Engine;
use crate::beside::{blob, content, fresh, put};
use crate::made::{at, command, filing, hash, id, officer, pati, rembang, request};
use crate::rebuild::live;

/// Everything a store gives.
pub async fn dumped(store: &dyn Store) -> Vec<Batch> {
    let (to, mut from) = mpsc::channel(2);
    let (sent, batches) = tokio::join!(store.dump(to), async {
        let mut batches = Vec::new();
        while let Some(batch) = from.recv().await {
            batches.push(batch);
        }
        batches
    });
    sent.unwrap();
    batches
}

/// Sends batches, and their end.
async fn load(
    store: &dyn Store,
    batches: Vec<Batch>,
    end: bool,
) -> Result<
    Vec<(
        pengayom_core::value::UnitId,
        pengayom_store::rebuild::Report,
    )>,
    StoreError,
> {
    let (to, from) = mpsc::channel(2);
    let sending = async move {
        for batch in batches {
            if to.send(Load::Rows(batch)).await.is_err() {
                return;
            }
        }
        if end {
            let _ = to.send(Load::End).await;
        }
    };
    let (loaded, ()) = tokio::join!(store.load(from, &|_| ()), sending);
    loaded
}

/// A file of several pieces.
fn photo() -> Vec<u8> {
    (0..600_000_u32).map(|n| (n % 251) as u8).collect()
}

/// Two units with something in every table that is carried, and in those that are not.
async fn full(store: &dyn Store) {
    for unit in [pati(), rembang()] {
        let row = UnitRow {
            id: unit.clone(),
            config: "[unit]\ntime_zone = \"Asia/Jakarta\"\n".to_owned(),
            areas: "{}".to_owned(),
            pack: "{}".to_owned(),
            adopted_at: at(0),
            simulated: true,
        };
        store.put_unit(&row).await.unwrap();
        live(store, &unit, 3).await;
        let photo = blob(&photo());
        put(store, &unit, &photo, Some(at(9))).await.unwrap();
        // One that is still being sent goes with the rest, and is swept where it comes.
        let mut upload = store.begin_blob(&unit, fresh(), at(99));
        upload.write(&vec![1; CHUNK_BYTES + 1]).await.unwrap();
        std::mem::forget(upload);
        let mut append = filing(&unit, 900, at(50), request());
        append.command = command(900, 1);
        append.source_key = Some(SourceKey {
            source: "cad".to_owned(),
            key: "1-ü".to_owned(),
        });
        append.persons = vec![SealedPerson {
            id: pengayom_core::value::PersonId(id(7)),
            wrapped_key: vec![0, 1, 255],
            sealed: vec![9; 40],
            recorded_at: at(0),
            contacts: vec![hash(3)],
        }];
        append.blobs = vec![photo.sha256];
        append.jobs = vec![NewJob {
            id: id(8),
            kind: "media.preview".to_owned(),
            payload: "{\"a\": \"\\u0000\"}".to_owned(),
            run_at: at(0),
        }];
        let webhook = crate::webhooks::webhook(1, &[append.subject.kind()]);
        store.add_webhook(&unit, &webhook, 9).await.unwrap();
        append.wish = Some(WishRow {
            sealed: vec![4; 40],
            changed_at: at(0),
        });
        store.append(append).await.unwrap();
        let notice = crate::notices::notice(1, Way::Sms, at(0));
        store.put_notices(&unit, &[notice]).await.unwrap();
        store.put_stop(&unit, hash(4), Some(at(0))).await.unwrap();
        let keyring = KeyringChange {
            unit: unit.clone(),
            expected: None,
            wrapped: vec![1, 0, 255],
            at: at(0),
            jobs: Vec::new(),
        };
        store.put_keyrings(vec![keyring]).await.unwrap();
        let draft = DraftRow {
            key: hash(1),
            sealed: vec![1, 2],
            expires_at: at(99),
        };
        store.put_draft(&unit, &draft).await.unwrap();
        let user = UserRow {
            id: officer(1),
            login: "sari".to_owned(),
            name: "Sari".to_owned(),
            rank: None,
            station: None,
            roles: vec!["desk".to_owned()],
            password: "$argon2id$".to_owned(),
            demo: false,
            disabled_at: None,
            created_at: at(0),
            change_by: Some(at(60)),
        };
        store.put_user(&unit, &user).await.unwrap();
        let token = crate::tokens::token(1, "FixMyStreet");
        store.add_token(&unit, &token).await.unwrap();
        let mut session = crate::accounts::session(2, 1);
        session.expires_at = at(99);
        store.put_session(&unit, &session).await.unwrap();
        store
            .change_account(&unit, crate::sign_in::with_all(1, at(0)))
            .await
            .unwrap();
        let import = ImportRow {
            source: "cad".to_owned(),
            file_sha256: "0".repeat(64),
            rows_done: 3,
            rows_rejected: 1,
            complete: false,
            at: at(0),
        };
        store.put_import_state(&unit, &import).await.unwrap();
        let run = crate::kept::run(1, at(0));
        assert!(store.begin_retention(&unit, &run, at(0)).await.unwrap());
        let tree = Integrated {
            origin: format!("pengayom/{unit}/0a1b2c3d"),
            from: 0,
            size: 1,
            root: [1; 32],
            tiles: vec![(TileId { level: 0, index: 0 }, vec![1; 32])],
        };
        store.integrate(&unit, tree).await.unwrap();
        let word = Cosignature {
            witness: "saksi".to_owned(),
            size: 1,
            line: "signature".to_owned(),
            at: at(0),
        };
        store.put_cosignature(&unit, word).await.unwrap();
        let seen = Witnessed {
            origin: "pengayom/lain/01020304".to_owned(),
            size: 3,
            root: [3; 32],
            at: at(0),
        };
        store.put_witnessed(&unit, None, seen).await.unwrap();
    }
}

/// What one store gave makes another that says the same, views and totals included.
// S22
pub async fn what_was_dumped_loads_into_an_empty_store<E: Engine + Default>(engine: &E) {
    let store = engine.open().await;
    full(&*store).await;
    let batches = dumped(&*store).await;
    for table in pengayom_store::dump::TABLES {
        let of = batches.iter().filter(|batch| batch.table == table);
        assert!(of.clone().count() >= 2, "{}: of two units", table.name);
    }
    let other = E::default();
    let restored = other.open().await;
    let loaded = load(&*restored, batches.clone(), true).await.unwrap();
    assert_eq!(loaded.len(), 2);
    assert_eq!(dumped(&*restored).await, batches);
    for (unit, report) in loaded {
        assert_eq!(report.broken(), 0, "{:?}", report.named);
        let check = restored.rebuild(&unit, Mode::Check, &|_| ()).await.unwrap();
        assert_eq!(check.differences(), 0, "{:?}", check.named);
        let query = CaseQuery {
            limit: 500,
            ..CaseQuery::default()
        };
        assert_eq!(
            restored.cases(&unit, &query).await.unwrap(),
            store.cases(&unit, &query).await.unwrap()
        );
        let there = store.search_cases(&unit, "tayu", 500).await.unwrap();
        assert!(!there.is_empty());
        let here = restored.search_cases(&unit, "tayu", 500).await.unwrap();
        let ids = |rows: &[pengayom_store::rows::CaseRow]| {
            let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&here), ids(&there));
        let sha256 = blob(&photo()).sha256;
        assert_eq!(content(&restored, &unit, &sha256).await, photo());
        // Who was signed in must sign in again.
        let session = restored.session(&unit, hash(2), at(1)).await.unwrap();
        assert_eq!(session, None);
        // Numbers go on where they were.
        let append = filing(&unit, 901, at(60), request());
        let appended = restored.append(append).await.unwrap();
        assert_eq!(appended.sequence, i64::try_from(check.acts).unwrap() + 1);
    }
}

/// A store that holds something is never mixed with a backup.
pub async fn a_store_that_holds_something_takes_no_load<E: Engine + Default>(engine: &E) {
    let store = engine.open().await;
    full(&*store).await;
    let batches = dumped(&*store).await;
    let refused = load(&*store, batches.clone(), true).await;
    assert!(
        matches!(refused, Err(StoreError::Taken { .. })),
        "{refused:?}"
    );
    assert_eq!(dumped(&*store).await, batches);
}

/// A restore that ends in the middle leaves an empty store, which takes the next.
// S22
pub async fn a_load_without_its_end_keeps_nothing<E: Engine + Default>(engine: &E) {
    let store = engine.open().await;
    full(&*store).await;
    let batches = dumped(&*store).await;
    let other = E::default();
    let restored = other.open().await;
    let broken = load(&*restored, batches.clone(), false).await;
    assert!(
        matches!(broken, Err(StoreError::Missing { .. })),
        "{broken:?}"
    );
    assert_eq!(dumped(&*restored).await, []);
    assert_eq!(restored.units().await.unwrap(), []);
    load(&*restored, batches.clone(), true).await.unwrap();
    assert_eq!(dumped(&*restored).await, batches);
}

/// While others append, a dump has every act up to some moment and none after it, and everything
/// beside them as it was then.
// S22
pub async fn a_dump_is_of_one_moment<E: Engine + Default>(engine: &E) {
    let store = engine.open().await;
    full(&*store).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let appending = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut n = 1000;
            while !*stopped.borrow() {
                for unit in [pati(), rembang()] {
                    let mut append = filing(&unit, n, at(100), request());
                    append.command = command(n, 1);
                    store.append(append).await.unwrap();
                }
                n += 1;
            }
            n - 1000
        })
    };
    let mut dumps = Vec::new();
    for _ in 0..3 {
        dumps.push(dumped(&*store).await);
    }
    stop.send(true).unwrap();
    assert!(appending.await.unwrap() > 0);
    for batches in dumps {
        for unit in [pati(), rembang()] {
            let of = |table: &str| -> Vec<Vec<Cell>> {
                let batches = batches.iter();
                let of = batches.filter(|batch| batch.unit == unit && batch.table.name == table);
                of.flat_map(|batch| batch.rows.clone()).collect()
            };
            let acts = of("acts");
            for (n, act) in (1..).zip(&acts) {
                assert_eq!(act[1], Cell::Integer(n));
            }
            let last = Cell::Integer(i64::try_from(acts.len()).unwrap());
            let commands = of("commands");
            let newest = commands.iter().map(|row| &row[6]);
            assert!(newest.clone().any(|sequence| *sequence == last) || commands.len() == 1);
        }
        let other = E::default();
        let restored = other.open().await;
        for (_, report) in load(&*restored, batches, true).await.unwrap() {
            assert_eq!(report.broken(), 0, "{:?}", report.named);
        }
    }
}

/// When a unit was last backed up is known, unit by unit, and not carried into another store.
pub async fn the_last_backup_is_known<E: Engine + Default>(engine: &E) {
    let store = engine.open().await;
    full(&*store).await;
    assert_eq!(store.last_backup(&pati()).await.unwrap(), None);
    let backup = |seconds| BackupRow {
        at: at(seconds),
        last_sequence: seconds,
    };
    store.note_backup(&pati(), backup(50)).await.unwrap();
    store.note_backup(&pati(), backup(70)).await.unwrap();
    store.note_backup(&pati(), backup(60)).await.unwrap();
    let last = store.last_backup(&pati()).await.unwrap();
    assert_eq!(last, Some(backup(70)));
    assert_eq!(store.last_backup(&rembang()).await.unwrap(), None);
    let other = E::default();
    let restored = other.open().await;
    load(&*restored, dumped(&*store).await, true).await.unwrap();
    assert_eq!(restored.last_backup(&pati()).await.unwrap(), None);
}
