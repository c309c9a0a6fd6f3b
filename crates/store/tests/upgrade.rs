//! A store of any released program opens with this one, holds all it held, and goes on.
//!
//! `stores/` keeps a store of each released schema; its README says how each was made.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::value::UnitId;
use pengayom_store::rebuild::Mode;
use pengayom_store::{CaseQuery, HourGroup, Store, StoreError, views};
use pengayom_store_contract::made::{all_time, answered, at, filing, follow, pati, request, taken};
use pengayom_testkit::postgres::{Database, try_psql};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

#[path = "upgrade/measured.rs"]
mod measured;
#[path = "upgrade/released.rs"]
mod released;

use released::RELEASED;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn kept(name: &str) -> Vec<u8> {
    let packed = std::fs::read(folder("tests/stores").join(name)).unwrap();
    zstd::decode_all(packed.as_slice()).unwrap()
}

async fn sqlite_by_hand(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    options.connect().await.unwrap()
}

async fn postgres_by_hand(url: &str) -> PgConnection {
    url.parse::<PgConnectOptions>()
        .unwrap()
        .connect()
        .await
        .unwrap()
}

async fn open_sqlite(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    pengayom_store::open(&format!("sqlite:{}", path.display())).await
}

#[test]
fn a_released_migration_is_never_changed() {
    use sha2::Digest as _;
    use std::fmt::Write as _;
    let mut found = BTreeMap::new();
    for engine in ["sqlite", "postgres"] {
        for file in std::fs::read_dir(folder("migrations").join(engine)).unwrap() {
            let file = file.unwrap();
            let content = std::fs::read_to_string(file.path()).unwrap();
            let name = format!("{engine}/{}", file.file_name().display());
            // sqlx would carry it out without a transaction, and half of it could stay.
            assert!(!content.contains("no-transaction"), "{name}");
            let mut hex = String::new();
            for byte in sha2::Sha256::digest(content) {
                let _ = write!(hex, "{byte:02x}");
            }
            found.insert(name, hex);
        }
    }
    for (name, sha256) in RELEASED {
        assert_eq!(
            found.remove(name).as_deref(),
            Some(sha256),
            "{name} was changed: write a new migration instead"
        );
    }
    assert!(
        found.is_empty(),
        "list these once they are as they will be released, and keep a store of them: {found:?}"
    );
}

#[tokio::test]
async fn a_store_of_the_first_release_goes_on_in_sqlite() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    std::fs::write(&path, kept("sqlite-1.db.zst")).unwrap();
    let store = open_sqlite(&path).await.unwrap();
    holds_what_it_held(&*store).await;
    goes_on(&*store).await;
    store.close().await;
    let store = open_sqlite(&path).await.unwrap();
    differs_in_nothing(&*store).await;
}

#[tokio::test]
async fn a_store_of_the_first_release_goes_on_in_postgres() {
    let database = Database::new();
    let sql = String::from_utf8(kept("postgres-2.sql.zst")).unwrap();
    let mut connection = postgres_by_hand(database.url()).await;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    let store = pengayom_store::open(database.url()).await.unwrap();
    holds_what_it_held(&*store).await;
    goes_on(&*store).await;
    store.close().await;
    let store = pengayom_store::open(database.url()).await.unwrap();
    differs_in_nothing(&*store).await;
}

fn detroit() -> UnitId {
    "detroit-pd".parse().unwrap()
}

/// Everything in the kept stores reads; both hold the same.
async fn holds_what_it_held(store: &dyn Store) {
    assert_eq!(store.units().await.unwrap(), [detroit(), pati()]);
    for (unit, acts, cases) in [(pati(), 456, 56), (detroit(), 120, 40)] {
        let row = store.unit(&unit).await.unwrap().unwrap();
        assert!(row.config.contains(unit.as_str()) && row.pack.len() > 100_000);
        let mut by_subject: BTreeMap<Subject, Vec<_>> = BTreeMap::new();
        let mut after = 0;
        loop {
            let page = store.acts_after(&unit, after, 500).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.sequence;
            for sequenced in page {
                let of = by_subject.entry(sequenced.act.subject).or_default();
                of.push(sequenced.act);
            }
        }
        assert_eq!(after, acts);
        is_committed_to(store, &unit, acts).await;
        for (subject, acts) in &by_subject {
            assert_eq!(&store.acts(&unit, *subject).await.unwrap(), acts);
            let state = views::fold(acts).unwrap();
            assert_eq!(usize::try_from(state.version()).unwrap(), acts.len());
            match subject {
                Subject::Case(id) => {
                    let row = store.case(&unit, *id).await.unwrap().unwrap();
                    assert_eq!(usize::try_from(row.version).unwrap(), acts.len());
                    let number = row.number.unwrap();
                    let found = store.case_by_number(&unit, &number).await.unwrap();
                    assert_eq!(found.unwrap().id, *id);
                    if let Some(person) = row.reporter {
                        assert!(store.person(&unit, person).await.unwrap().is_some());
                    }
                }
                Subject::Encounter(id) => {
                    assert!(store.encounter(&unit, *id).await.unwrap().is_some());
                }
                Subject::Feedback(id) => {
                    assert!(store.feedback(&unit, *id).await.unwrap().is_some());
                }
                Subject::Visit(_)
                | Subject::Outage(_)
                | Subject::Thing(_)
                | Subject::Officer(_)
                | Subject::Unit => {
                    panic!("there were no acts of a desk, a thing, a standing or a unit then")
                }
            }
        }
        let query = CaseQuery {
            limit: 500,
            ..CaseQuery::default()
        };
        assert_eq!(store.cases(&unit, &query).await.unwrap().rows.len(), cases);
        let totals = store.hour_totals(&unit, all_of_them(), HourGroup::Station);
        let filed: i64 = totals.await.unwrap().iter().map(|sum| sum.filed).sum();
        assert_eq!(usize::try_from(filed).unwrap(), cases);
    }
    assert_eq!(store.users(&pati()).await.unwrap().len(), 30);
    let found = store.search_cases(&pati(), "motor", 50).await.unwrap();
    assert!(!found.is_empty());
    differs_in_nothing(store).await;
}

/// Each act has a commitment that fits, and what was told is no longer in it.
async fn is_committed_to(store: &dyn Store, unit: &UnitId, acts: i64) {
    let mut told = 0;
    for sequence in 1..=acts {
        let stored = store.stored_act(unit, sequence).await.unwrap().unwrap();
        assert_eq!(stored.committed(unit), stored.commitment);
        let payload: serde_json::Value = serde_json::from_str(&stored.payload).unwrap();
        assert!(payload.get("description").is_none(), "{}", stored.payload);
        told += usize::from(stored.told_hash.is_some());
    }
    // Calls of the other unit came from records without words or points.
    assert_eq!(told > 0, *unit == pati());
}

fn all_of_them() -> pengayom_store::Span {
    pengayom_store::Span {
        from: "2019-01-01T00:00:00Z".parse().unwrap(),
        ..all_time()
    }
}

async fn differs_in_nothing(store: &dyn Store) {
    for unit in [pati(), detroit()] {
        let report = store.rebuild(&unit, Mode::Check, &|_| ()).await.unwrap();
        assert!(report.rows() > 0);
        assert_eq!(report.differences(), 0, "{:?}", report.named);
        assert_eq!(report.broken(), 0, "{:?}", report.named);
    }
}

/// The order and the numbers of the unit go on where they stood.
async fn goes_on(store: &dyn Store) {
    let query = CaseQuery {
        limit: 500,
        ..CaseQuery::default()
    };
    let cases = store.cases(&pati(), &query).await.unwrap().rows;
    let last = cases.iter().filter_map(|row| row.number.as_ref());
    let last = last.map(|number| number.count).max().unwrap();
    let appended = store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    assert_eq!(appended.sequence, 457);
    let Payload::Case(CaseAct::RequestFiled(filed)) = &appended.acts[0].payload else {
        panic!("filed as something else");
    };
    assert_eq!(filed.number.as_ref().unwrap().count, last + 1);
    let next = follow(store, &pati(), 1, at(60), taken(1)).await;
    assert_eq!(next.sequence, 458);
    // An act of the past is followed by one of today.
    let old = cases.iter().find(|row| row.closed_at.is_none()).unwrap();
    follow(
        store,
        &pati(),
        old.id.0.as_u128(),
        at(60),
        answered("Kami datang"),
    )
    .await;
    let again = store.case(&pati(), old.id).await.unwrap().unwrap();
    assert_eq!(again.version, old.version + 1);
    differs_in_nothing(store).await;
}

/// The migrations up to a version.
fn up_to(migrator: &Migrator, version: i64) -> Migrator {
    let upgrades = migrator.migrations.iter();
    Migrator {
        migrations: Cow::Owned(
            upgrades
                .filter(|migration| migration.version <= version)
                .cloned()
                .collect(),
        ),
        ..Migrator::DEFAULT
    }
}

/// From each version of the tables on, whatever was never released included.
#[tokio::test]
async fn tables_of_every_version_are_brought_up_to_date() {
    let newest: BTreeSet<i64> = SQLITE.iter().map(|migration| migration.version).collect();
    let same: BTreeSet<i64> = POSTGRES.iter().map(|migration| migration.version).collect();
    assert_eq!(newest, same);
    for version in newest {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("record.sqlite");
        let mut file = sqlite_by_hand(&path).await;
        up_to(&SQLITE, version)
            .run_direct(None, &mut file, false)
            .await
            .unwrap();
        drop(file);
        takes_an_append(&*open_sqlite(&path).await.unwrap()).await;
        let database = Database::new();
        let mut connection = postgres_by_hand(database.url()).await;
        up_to(&POSTGRES, version)
            .run_direct(None, &mut connection, false)
            .await
            .unwrap();
        takes_an_append(&*pengayom_store::open(database.url()).await.unwrap()).await;
    }
}

/// An act as a program before migration 4 recorded it: the words could be taken for the name of a
/// file, and hold what PostgreSQL's JSON does not take.
const FILED: &str = r#"{"act":"request_filed","service":"report_theft","channel":"web",
"description":"\u0000 \"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"",
"media":[{"sha256":"SHA256","media_type":"image/png","size_bytes":600000}],"pack_version":"1"}"#;

/// Files that were kept whole are in pieces afterwards, and who names them is known.
// S22
#[tokio::test]
async fn files_kept_whole_come_into_pieces() {
    let content: Vec<u8> = (0..600_000_u32).map(|n| (n % 253) as u8).collect();
    let name = sha256_of(&content);
    let empty = sha256_of(b"");
    let payload = FILED.replace('\n', "").replace("SHA256", &name);
    let actor = r#"{"kind":"citizen"}"#;

    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let mut file = sqlite_by_hand(&path).await;
    up_to(&SQLITE, 2)
        .run_direct(None, &mut file, false)
        .await
        .unwrap();
    for (name, content) in [(&name, content.as_slice()), (&empty, &[])] {
        sqlx::query(INSERT_BLOB)
            .bind(name)
            .bind(content)
            .bind(&b"p"[..])
            .execute(&mut file)
            .await
            .unwrap();
    }
    sqlx::query(INSERT_ACT)
        .bind(uuid::Uuid::from_u128(1))
        .bind(actor)
        .bind(&payload)
        .execute(&mut file)
        .await
        .unwrap();
    drop(file);
    has_the_file(open_sqlite(&path).await.unwrap(), &name, &content).await;

    let database = Database::new();
    let mut connection = postgres_by_hand(database.url()).await;
    up_to(&POSTGRES, 2)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    for (name, content) in [(&name, content.as_slice()), (&empty, &[])] {
        sqlx::query(INSERT_BLOB)
            .bind(name)
            .bind(content)
            .bind(&b"p"[..])
            .execute(&mut connection)
            .await
            .unwrap();
    }
    sqlx::query(INSERT_ACT)
        .bind(uuid::Uuid::from_u128(1))
        .bind(actor)
        .bind(&payload)
        .execute(&mut connection)
        .await
        .unwrap();
    drop(connection);
    let store = pengayom_store::open(database.url()).await.unwrap();
    has_the_file(store, &name, &content).await;
}

const INSERT_BLOB: &str =
    "INSERT INTO blobs (unit, sha256, media_type, recorded_at, content, preview)
    VALUES ('polres-pati', $1, 'image/png', 5, $2, $3)";

const INSERT_ACT: &str = "INSERT INTO acts (unit, seq, subject_kind, subject_id, version, id, kind,
        schema_version, actor, happened_at, recorded_at, payload)
    VALUES ('polres-pati', 1, 'case', $1, 1, $1, 'case.request_filed', 1, $2, 5, 5, $3)";

fn sha256_of(content: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(content);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn has_the_file(store: Arc<dyn Store>, name: &str, content: &[u8]) {
    let known = store.blob(&pati(), name).await.unwrap().unwrap();
    assert_eq!(known.media_type, "image/png");
    assert_eq!(known.size_bytes, content.len() as u64);
    assert_eq!(known.recorded_at.as_microsecond(), 5);
    let body = known.body.unwrap();
    let piece = store.blob_part(&pati(), body, 0).await.unwrap().unwrap();
    assert_eq!(piece.len(), pengayom_store::CHUNK_BYTES);
    let reader = pengayom_store::BlobReader::new(Arc::clone(&store), pati(), known);
    assert!(reader.read_all(usize::MAX).await.unwrap() == content);
    let preview = store.preview(&pati(), name).await.unwrap();
    assert_eq!(preview.unwrap().picture, b"p");
    let empty = store.blob(&pati(), &sha256_of(b"")).await.unwrap().unwrap();
    assert_eq!(empty.size_bytes, 0);
    let report = store.check_blobs(&pati(), &|_| ()).await.unwrap();
    assert_eq!((report.blobs, &*report.faults), (2, &[][..]));
    // The case was written by hand without its views; which file it names is right already.
    let report = store.rebuild(&pati(), Mode::Mend, &|_| ()).await.unwrap();
    assert!(report.differences() > 0);
    let uses = report.tables["blob_uses"];
    assert_eq!((uses.rows, uses.mendable()), (1, 0), "{:?}", report.named);
}

async fn takes_an_append(store: &dyn Store) {
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0);
}

const TABLES_OF_SQLITE: &str = "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
     WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY name)";
const TABLES_OF_POSTGRES: &str = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
     AND relname NOT LIKE '\\_sqlx%'";

/// A migration that stops halfway leaves nothing behind, and once what stood in its way is gone it
/// is carried out whole.
#[tokio::test]
async fn an_interrupted_migration_leaves_the_store_as_it_was() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let mut file = sqlite_by_hand(&path).await;
    // In the way of the last table but one of the first migration.
    sqlx::query("CREATE TABLE imports (x INTEGER)")
        .execute(&mut file)
        .await
        .unwrap();
    let refused = open_sqlite(&path).await.err().unwrap();
    assert!(refused.to_string().contains("imports"), "{refused}");
    let tables: String = sqlx::query_scalar(TABLES_OF_SQLITE)
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!(tables, "imports");
    sqlx::query("DROP TABLE imports")
        .execute(&mut file)
        .await
        .unwrap();
    takes_an_append(&*open_sqlite(&path).await.unwrap()).await;

    let database = Database::new();
    database.sql("CREATE TABLE imports (x INTEGER)");
    let refused = pengayom_store::open(database.url()).await.err().unwrap();
    assert!(refused.to_string().contains("imports"), "{refused}");
    assert_eq!(database.sql(TABLES_OF_POSTGRES), "imports");
    database.sql("DROP TABLE imports");
    takes_an_append(&*pengayom_store::open(database.url()).await.unwrap()).await;
}

/// The same when a later migration stops halfway, on a store that is in use.
#[tokio::test]
async fn an_interrupted_upgrade_leaves_the_store_as_it_was() {
    let next = |migrator: &Migrator, sql: &'static str| {
        let mut upgraded = up_to(migrator, i64::MAX);
        let mut migration = upgraded.migrations.last().unwrap().clone();
        migration.version = 9000;
        migration.sql = sqlx::SqlStr::from_static(sql);
        upgraded.migrations.to_mut().push(migration);
        upgraded
    };
    let half = "CREATE TABLE tomorrow (unit TEXT); DROP TABLE case_counters_of_tomorrow;";
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    std::fs::write(&path, kept("sqlite-1.db.zst")).unwrap();
    open_sqlite(&path).await.unwrap().close().await;
    let mut file = sqlite_by_hand(&path).await;
    let before: String = sqlx::query_scalar(TABLES_OF_SQLITE)
        .fetch_one(&mut file)
        .await
        .unwrap();
    next(&SQLITE, half)
        .run_direct(None, &mut file, false)
        .await
        .unwrap_err();
    let after: String = sqlx::query_scalar(TABLES_OF_SQLITE)
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!(after, before);
    drop(file);
    holds_what_it_held(&*open_sqlite(&path).await.unwrap()).await;

    let database = Database::new();
    takes_an_append(&*pengayom_store::open(database.url()).await.unwrap()).await;
    let before = database.sql(TABLES_OF_POSTGRES);
    let mut connection = postgres_by_hand(database.url()).await;
    next(&POSTGRES, half)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap_err();
    drop(connection);
    assert_eq!(database.sql(TABLES_OF_POSTGRES), before);
    let store = pengayom_store::open(database.url()).await.unwrap();
    assert_eq!(store.acts_after(&pati(), 0, 9).await.unwrap().len(), 1);
}

/// A program does not touch what a newer one made, and says so.
#[tokio::test]
async fn a_store_of_a_newer_program_is_refused_in_clear_words() {
    let of_tomorrow = |no: &str| {
        format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of tomorrow', {no}, '\\x00', 0)"
        )
    };
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    open_sqlite(&path).await.unwrap().close().await;
    let mut file = sqlite_by_hand(&path).await;
    sqlx::raw_sql(AssertSqlSafe(of_tomorrow("1")))
        .execute(&mut file)
        .await
        .unwrap();
    drop(file);
    let database = Database::new();
    pengayom_store::open(database.url())
        .await
        .unwrap()
        .close()
        .await;
    try_psql(database.url(), &of_tomorrow("true")).unwrap();
    for refused in [
        open_sqlite(&path).await.err().unwrap(),
        pengayom_store::open(database.url()).await.err().unwrap(),
    ] {
        assert!(matches!(
            refused,
            StoreError::Damaged { what: "schema", .. }
        ));
        assert_eq!(
            refused.to_string(),
            "stored schema does not read: migration 9999 is of a newer program"
        );
    }
}
