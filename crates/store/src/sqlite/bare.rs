//! What the disk and SQLite give without us: the baseline that benchmarks stand beside.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, QueryBuilder, Sqlite};

use crate::error::StoreError;

/// How a bare file did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BareCommits {
    /// Rows in each commit.
    pub rows_a_commit: usize,
    /// Commits that were durable.
    pub commits: u64,
    /// How long they took.
    pub took: Duration,
}

impl BareCommits {
    /// Durable commits in a second.
    pub fn commits_a_second(&self) -> f64 {
        self.commits as f64 / self.took.as_secs_f64()
    }

    /// Durable rows in a second.
    pub fn rows_a_second(&self) -> f64 {
        self.commits_a_second() * self.rows_a_commit as f64
    }
}

/// Commits rows into one table without index or trigger, in a new file with the settings of the
/// store (WAL, `synchronous=FULL`), one statement a commit, until the time is over.
///
/// `row_bytes` is the length of the one text a row has; an act has about 400.
///
/// # Errors
/// The engine's; [`StoreError::NotWritable`] when the file cannot be made.
pub async fn bare_commits(
    path: &Path,
    rows_a_commit: usize,
    row_bytes: usize,
    at_least: Duration,
) -> Result<BareCommits, StoreError> {
    let mut file = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("CREATE TABLE bare (seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
        .execute(&mut file)
        .await?;
    let payload = "x".repeat(row_bytes);
    let began = Instant::now();
    let mut commits = 0;
    while began.elapsed() < at_least {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO bare (payload) ");
        query.push_values(0..rows_a_commit, |mut values, _| {
            values.push_bind(payload.as_str());
        });
        query.build().execute(&mut file).await?;
        commits += 1;
    }
    let took = began.elapsed();
    file.close().await?;
    Ok(BareCommits {
        rows_a_commit,
        commits,
        took,
    })
}
