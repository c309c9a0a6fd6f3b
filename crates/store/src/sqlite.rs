//! The store in one SQLite file: readers on connections of their own, and one writer.
//!
//! The file is in WAL mode with `synchronous=FULL`: an append is answered when its commit is on
//! the disk. Why one writer, see `docs/decisions/0005-one-writer-with-group-commit.md`.

mod bare;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

pub use self::bare::{BareCommits, bare_commits};
use crate::Store;
use crate::error::StoreError;
use crate::rebuild;
use crate::sql::SqlStore;
use crate::sql::adopt;
use crate::sql::engine::{Connection, Opener, Pool};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The migrations this program knows.
pub(crate) fn migrations() -> Vec<i64> {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .collect()
}

/// How long a connection waits for another program that holds the file.
const BUSY: Duration = Duration::from_secs(5);

/// How a SQLite store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// Connections for reading.
    pub readers: u32,
    /// Writes that may wait; one more is refused with [`StoreError::Busy`].
    pub queue: usize,
    /// Largest size of the file, in bytes, so that a record cannot fill a disk that it shares.
    /// What would make it larger is refused with [`StoreError::NotWritable`]. `None`: as large as
    /// the disk.
    pub size_limit_bytes: Option<u64>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            queue: 1024,
            size_limit_bytes: None,
        }
    }
}

impl SqlStore {
    /// Opens the file, makes it when it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::NotWritable`] when the file is not there and cannot be made. One that is there
    /// on a disk that only reads is opened where SQLite can, and refuses to be written until it is
    /// opened anew;
    /// [`StoreError::Damaged`] when it is no store or one of a newer program.
    pub async fn open_sqlite(path: &Path, options: OpenOptions) -> Result<Self, StoreError> {
        make_private(path)?;
        let file = SqliteConnectOptions::new()
            .filename(path)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .statement_cache_capacity(256)
            .disable_statement_logging();
        let mut for_writing = file
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // 32 MiB of pages. The WAL takes as much before it is written back into the file, so
            // that a page that many commits change is written back once; it is cut to 64 MiB
            // afterwards. Each commit is in the WAL, and on the disk, all the same.
            .pragma("cache_size", "-32768")
            .pragma("wal_autocheckpoint", "8192")
            .pragma("journal_size_limit", "67108864")
            // What is deleted is overwritten: what was erased is not found in the file either.
            .pragma("secure_delete", "ON")
            // What one statement may have to undo is kept in memory, not in a file of its own.
            .pragma("temp_store", "MEMORY");
        if let Some(bytes) = options.size_limit_bytes {
            for_writing = for_writing.pragma("max_page_count", (bytes / PAGE_BYTES).to_string());
        }
        let mut connection = for_writing.connect().await?;
        // `run` cannot be awaited where a future has to be `Send`; this is what it does.
        MIGRATIONS.run_direct(None, &mut connection, false).await?;
        let unwritable = unwritable(&mut connection).await;
        if unwritable.is_none() {
            forget_words(&mut connection).await?;
        }
        let mut connection = Connection::Sqlite(connection);
        if unwritable.is_none() {
            adopt::all(&mut connection).await?;
            rebuild::quality::derive_due(&mut connection).await?;
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(
                file.read_only(true)
                    // 8 MiB of pages each, and the first 128 MiB of the file without copying.
                    .pragma("cache_size", "-8192")
                    .pragma("mmap_size", "134217728"),
            )
            .await?;
        // Opened anew after a fault, the file has to be there.
        let opener = Opener::Sqlite(Box::new(for_writing.create_if_missing(false)));
        let store = Self::start(
            Pool::Sqlite(readers),
            opener,
            connection,
            options.queue,
            None,
        );
        if let Some(fault) = unwritable {
            tracing::error!(%fault, "the store can be read and not be written");
            store.not_writable(&fault);
        }
        Ok(store)
    }
}

/// Lets the index of words take what is replaced out of itself at once (FTS5, option `secure-delete`).
/// Otherwise it only marks it as gone, with every change of a case once more, and what was erased is
/// found in the file until the index happens to be merged. An index that was kept otherwise is
/// merged once.
async fn forget_words(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let kept: Option<i64> =
        sqlx::query_scalar("SELECT v FROM cases_fts_config WHERE k = 'secure-delete'")
            .fetch_optional(&mut *connection)
            .await?;
    if kept == Some(1) {
        return Ok(());
    }
    for sql in [
        "BEGIN IMMEDIATE",
        "INSERT INTO cases_fts (cases_fts, rank) VALUES ('secure-delete', 1)",
        "INSERT INTO cases_fts (cases_fts) VALUES ('optimize')",
        "COMMIT",
    ] {
        sqlx::query(sql).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Opens a new file for measuring what a node does without its ledger: acts without a commitment
/// cost nothing that acts with one do not. For stores that are thrown away.
///
/// # Errors
/// As [`SqlStore::open_sqlite`].
pub async fn open_without_ledger(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    let store = SqlStore::open_sqlite(path, OpenOptions::default()).await?;
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .connect()
        .await?;
    sqlx::query("DROP INDEX acts_without_commitment")
        .execute(&mut connection)
        .await?;
    sqlx::Connection::close(connection).await?;
    Ok(Arc::new(store))
}

/// Why a file cannot be written that can be read: SQLite opens one on a disk that only reads, and
/// says so no sooner than something is written.
async fn unwritable(connection: &mut SqliteConnection) -> Option<StoreError> {
    let began = sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *connection)
        .await;
    match began {
        Ok(_) => {
            let ended = sqlx::query("ROLLBACK").execute(&mut *connection).await;
            ended.err().map(StoreError::from)
        }
        Err(error) => Some(StoreError::from(error))
            .filter(|fault| matches!(fault, StoreError::NotWritable(_))),
    }
}

/// Makes a file that is not there yet, to be read by its owner only: it holds what people told.
/// SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::NotWritable(error.to_string())),
    }
}

/// Size of a page of a new file (SQLite's own choice since 3.12).
const PAGE_BYTES: u64 = 4096;
