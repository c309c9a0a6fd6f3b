//! What is true of the SQLite file itself, beside the contract of all engines.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;

use pengayom_core::act::Payload;
use pengayom_core::subject::case::CaseAct;
use pengayom_store::{Append, CaseQuery, OpenOptions, SqlStore, Store, StoreError};
use pengayom_store_contract::made::{
    at, case, command, encounter, filing, follow, is_stale, pati, rembang, request, taken,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

async fn open(path: &Path) -> SqlStore {
    SqlStore::open_sqlite(path, OpenOptions::default())
        .await
        .unwrap()
}

/// The file as any other program sees it.
async fn by_hand(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.connect().await.unwrap()
}

/// How many rows each table has.
async fn rows(path: &Path) -> BTreeMap<String, i64> {
    let mut file = by_hand(path).await;
    let tables = sqlx::query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name NOT LIKE 'cases_fts_%'",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let mut counts = BTreeMap::new();
    for table in tables {
        let name: String = table.get(0);
        let sql = format!("SELECT count(*) FROM {name}");
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_one(&mut file)
            .await
            .unwrap();
        counts.insert(name, row.get(0));
    }
    counts
}

fn full(n: u128) -> Append {
    let mut append = filing(&pati(), n, at(0), request());
    if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut append.acts[0].payload {
        filed.description = "kata ".repeat(900);
    }
    append
}

/// Nothing in the record is changed or deleted, not even by hand.
// S22
#[tokio::test]
async fn an_act_is_never_changed_or_deleted() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let mut file = by_hand(&path).await;
    for (sql, word) in [
        ("UPDATE acts SET payload = '{}'", "never changed"),
        (
            "UPDATE acts SET happened_at = 0 WHERE seq = 1",
            "never changed",
        ),
        ("DELETE FROM acts", "never deleted"),
    ] {
        let refused = sqlx::query(sql).execute(&mut file).await.unwrap_err();
        assert!(refused.to_string().contains(word), "{refused}");
    }
    let acts = store.acts_after(&pati(), 0, 10).await.unwrap();
    assert_eq!(acts[0].act.happened_at, at(0));
}

#[tokio::test]
async fn a_refused_append_leaves_no_row_in_any_table() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let before = rows(&path).await;
    let mut append = filing(&pati(), 1, at(9), request());
    append.command = command(7, 1);
    append.jobs = vec![pengayom_store::NewJob {
        id: case(1).0,
        kind: "media.preview".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
    }];
    assert!(is_stale(&store.append(append).await, 0, 1));
    assert_eq!(rows(&path).await, before);
}

/// A write that the engine itself refuses takes nothing with it: not those beside it in the same
/// call, and not a row of its own.
#[tokio::test]
async fn a_write_that_spoils_a_commit_spoils_only_itself() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    let with_job = |n: u128| {
        let mut append = filing(&pati(), n, at(0), request());
        append.jobs = vec![pengayom_store::NewJob {
            id: case(77).0,
            kind: "media.preview".to_owned(),
            payload: "{}".to_owned(),
            run_at: at(0),
        }];
        append
    };
    store.append(with_job(1)).await.unwrap();
    let before = rows(&path).await;
    // The job's id is in the table already, which no rule looks for.
    let refused = store.append(with_job(2)).await;
    assert!(matches!(refused, Err(StoreError::Engine(_))));
    assert_eq!(rows(&path).await, before);
    let outcomes = store
        .append_many(vec![
            filing(&pati(), 3, at(1), request()),
            with_job(4),
            filing(&pati(), 5, at(2), request()),
        ])
        .await
        .unwrap();
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert!(matches!(outcomes[1], Err(StoreError::Engine(_))));
    assert!(store.case(&pati(), case(4)).await.unwrap().is_none());
    let numbers: Vec<u32> = store
        .cases(&pati(), &CaseQuery::default())
        .await
        .unwrap()
        .rows
        .iter()
        .map(|row| row.number.as_ref().unwrap().count)
        .collect();
    assert_eq!(numbers, [3, 2, 1]);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told_as_such() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "x").unwrap();
    for path in [
        place.path().join("missing").join("record.sqlite"),
        file.join("record.sqlite"),
        place.path().to_path_buf(),
    ] {
        let refused = SqlStore::open_sqlite(&path, OpenOptions::default()).await;
        assert!(
            matches!(refused, Err(StoreError::NotWritable(_))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_store_is_not_taken_for_one() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("letter.txt");
    std::fs::write(&path, "Dengan hormat, ".repeat(1000)).unwrap();
    let refused = SqlStore::open_sqlite(&path, OpenOptions::default()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Damaged { what: "file", .. })
    ));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("Dengan")
    );
}

/// When nothing more fits, appends are refused whole; what is there can be read; and with room
/// again the record goes on.
#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let options = OpenOptions {
        size_limit_bytes: Some(1 << 20),
        ..OpenOptions::default()
    };
    let store = SqlStore::open_sqlite(&path, options).await.unwrap();
    let mut kept = 0;
    let refused = loop {
        match store.append(full(kept)).await {
            Ok(_) => kept += 1,
            Err(refused) => break refused,
        }
        assert!(kept < 10_000);
    };
    assert!(matches!(refused, StoreError::NotWritable(_)), "{refused}");
    assert!(kept > 10);
    let before = rows(&path).await;
    // A whole batch is refused alike, and nobody waits for ever.
    let many = (0..20).map(|n| full(1_000 + n)).collect();
    let refused = store.append_many(many).await;
    assert!(
        matches!(refused, Err(StoreError::NotWritable(_))),
        "{refused:?}"
    );
    assert_eq!(rows(&path).await, before);
    let list = store.cases(&pati(), &CaseQuery::default()).await.unwrap();
    assert_eq!(list.rows.len(), usize::try_from(kept).unwrap().min(50));
    store.close().await;
    let store = open(&path).await;
    let next = store.append(full(kept)).await.unwrap();
    assert_eq!(next.sequence, i64::try_from(kept).unwrap() + 1);
    store.check().await.unwrap();
}

/// Too many at once are told so at once, and only those.
#[tokio::test]
async fn a_full_queue_refuses_at_once() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let options = OpenOptions {
        queue: 2,
        ..OpenOptions::default()
    };
    let store = std::sync::Arc::new(SqlStore::open_sqlite(&path, options).await.unwrap());
    // One thread, and nothing yields in between: all ask before the writer comes to work.
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..8 {
        let store = std::sync::Arc::clone(&store);
        tasks.spawn(async move { store.append(filing(&pati(), n, at(0), request())).await });
    }
    let outcomes = tasks.join_all().await;
    let (kept, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert!(!kept.is_empty() && !refused.is_empty());
    assert!(
        refused
            .iter()
            .all(|busy| matches!(busy, Err(StoreError::Busy)))
    );
    let acts = store.acts_after(&pati(), 0, 100).await.unwrap();
    assert_eq!(acts.len(), kept.len());
}

/// What was answered is in the file and its log at that moment: a copy taken then holds it, as the
/// disk would after the power went.
#[tokio::test]
async fn what_was_answered_is_on_the_disk() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    for n in 0..20 {
        store
            .append(filing(&pati(), n, at(0), request()))
            .await
            .unwrap();
        follow(&store, &pati(), n, at(5), taken(1)).await;
        if n % 5 == 0 {
            let copy = place.path().join(format!("copy-{n}.sqlite"));
            std::fs::copy(&path, &copy).unwrap();
            let log = |path: &Path| path.with_extension("sqlite-wal");
            std::fs::copy(log(&path), log(&copy)).unwrap();
            let copied = open(&copy).await;
            let row = copied.case(&pati(), case(n)).await.unwrap().unwrap();
            assert_eq!(row.version, 2);
            let acts = copied.acts_after(&pati(), 0, 100).await.unwrap();
            assert_eq!(acts.len(), usize::try_from(n).unwrap() * 2 + 2);
        }
    }
}

/// Only the owner of the process reads what people told.
#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    for ending in ["sqlite", "sqlite-wal", "sqlite-shm"] {
        let file = std::fs::metadata(path.with_extension(ending)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{ending}");
    }
}

#[tokio::test]
async fn opening_again_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    store.close().await;
    let before = rows(&path).await;
    for _ in 0..3 {
        open(&path).await.close().await;
    }
    assert_eq!(rows(&path).await, before);
}

#[tokio::test]
async fn a_file_of_a_newer_program_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    open(&path).await.close().await;
    let mut file = by_hand(&path).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .execute(&mut file)
    .await
    .unwrap();
    drop(file);
    let refused = SqlStore::open_sqlite(&path, OpenOptions::default()).await;
    assert!(matches!(
        refused,
        Err(StoreError::Damaged { what: "schema", .. })
    ));
}

#[tokio::test]
async fn an_address_is_understood_or_refused() {
    let place = tempfile::tempdir().unwrap();
    for slashes in ["", "//"] {
        let path = place.path().join("record.sqlite");
        let address = format!("sqlite:{slashes}{}", path.display());
        pengayom_store::open(&address).await.unwrap().close().await;
    }
    for (address, word) in [
        (
            "postgres://pengayom:rahasia@db:port/record",
            "does not read",
        ),
        ("mysql://db/record", "unknown"),
        ("record.sqlite", "unknown"),
        ("sqlite:", "path"),
        ("sqlite::memory:", "path"),
    ] {
        let Err(StoreError::Address(refused)) = pengayom_store::open(address).await else {
            panic!("{address} was opened");
        };
        assert!(refused.contains(word), "{refused}");
        assert!(!refused.contains("rahasia"));
    }
}

/// Counts that no page asks for yet are kept all the same.
// S48
#[tokio::test]
async fn encounters_are_counted_by_officer_and_beat() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open(&path).await;
    for n in 1..=3 {
        let code = u8::try_from(n).unwrap();
        store
            .append(encounter(&pati(), n, 7, code, at(0)))
            .await
            .unwrap();
    }
    store
        .append(encounter(&rembang(), 4, 7, 4, at(0)))
        .await
        .unwrap();
    let mut file = by_hand(&path).await;
    let counted = sqlx::query("SELECT unit, beat, n FROM rollup_officer_beat ORDER BY unit")
        .fetch_all(&mut file)
        .await
        .unwrap();
    let counted: Vec<(String, String, i64)> = counted
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect();
    let beat = "33.18.10.2013".to_owned();
    assert_eq!(
        counted,
        [
            ("polres-pati".to_owned(), beat.clone(), 3),
            ("polres-rembang".to_owned(), beat, 1),
        ]
    );
}

/// The words of one unit's cases are not found from another, though they lie in one index.
#[tokio::test]
async fn a_search_keeps_to_its_unit() {
    let place = tempfile::tempdir().unwrap();
    let store = open(&place.path().join("record.sqlite")).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    store
        .append(filing(&rembang(), 2, at(0), request()))
        .await
        .unwrap();
    for (unit, n) in [(pati(), 1), (rembang(), 2)] {
        let found = store.search_cases(&unit, "sepeda", 10).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, case(n));
    }
}
