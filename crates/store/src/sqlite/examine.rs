//! Looking a store over without changing it.

use std::path::Path;

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::error::StoreError;
use crate::sql::map;

/// What was found in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// What SQLite's own check says is damaged, at most 20; nothing for a sound file.
    pub damage: Vec<String>,
    /// Acts recorded.
    pub acts: i64,
    /// Of them, recorded later than now: the clock was ahead then, or is behind now.
    pub acts_in_the_future: i64,
    /// Jobs given up.
    pub jobs_given_up: i64,
    /// Jobs that were due long ago and still wait.
    pub jobs_waiting_long: i64,
}

/// How long a due job may wait before it is told, in microseconds: an hour.
const WAITING_LONG: i64 = 3_600_000_000;

/// Looks a SQLite store over. It reads the whole file, which takes a while for a large one.
///
/// # Errors
/// [`StoreError::Engine`] or [`StoreError::Damaged`] when the file is no store.
pub async fn examine(path: &Path, now: Timestamp) -> Result<Examined, StoreError> {
    let mut file = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .disable_statement_logging()
        .connect()
        .await?;
    let checked = sqlx::query("PRAGMA quick_check(20)")
        .fetch_all(&mut file)
        .await?;
    let said = checked.iter().map(|row| row.try_get::<String, _>(0));
    let mut damage = said.collect::<Result<Vec<_>, _>>()?;
    damage.retain(|word| word != "ok");
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM acts),
                (SELECT count(*) FROM acts WHERE recorded_at > $1),
                (SELECT count(*) FROM jobs WHERE due_at IS NULL),
                (SELECT count(*) FROM jobs WHERE due_at < $2)",
    )
    .bind(map::stored(now))
    .bind(map::stored(now).saturating_sub(WAITING_LONG))
    .fetch_one(&mut file)
    .await?;
    let examined = Examined {
        damage,
        acts: row.try_get(0)?,
        acts_in_the_future: row.try_get(1)?,
        jobs_given_up: row.try_get(2)?,
        jobs_waiting_long: row.try_get(3)?,
    };
    file.close().await?;
    Ok(examined)
}
