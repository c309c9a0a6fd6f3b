//! Looking a store over without changing it: not even its tables are brought up to date.

use jiff::Timestamp;
use pengayom_core::value::UnitId;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::error::StoreError;
use crate::rows::BackupRow;
use crate::sql::engine::{Connection, Engine, Opener};
use crate::sql::map::{damaged, get, moment_of, stored};
use crate::{postgres, sqlite};

/// How thoroughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What takes seconds.
    Quick,
    /// Every index against its table.
    Deep,
}

/// What was found in a store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examined {
    /// Migrations of this program that were not carried out on the store yet.
    pub pending: Vec<i64>,
    /// Migrations of the store that this program does not know: a newer one made it.
    pub unknown: Vec<i64>,
    /// The store has no tables yet.
    pub is_blank: bool,
    /// What the engine's own check says is damaged, at most 20; nothing for a sound store. A
    /// server checks its files itself, as it reads them.
    pub damage: Vec<String>,
    /// Settings of a server that let an acknowledged act be lost, with their values.
    pub unsafe_settings: Vec<String>,
    /// The server is a standby, which takes nothing.
    pub is_standby: bool,
    /// Size of the store, in bytes.
    pub size_bytes: i64,
    /// How far the server's clock is ahead of this machine's, in seconds; `None` without a server.
    pub server_ahead_seconds: Option<f64>,
    /// Acts recorded.
    pub acts: i64,
    /// Of them, recorded later than now: the clock was ahead then, or is behind now.
    pub acts_in_the_future: i64,
    /// Jobs given up.
    pub jobs_given_up: i64,
    /// Jobs that were due long ago and still wait.
    pub jobs_waiting_long: i64,
    /// What each unit has that may need a backup.
    pub units: Vec<UnitExamined>,
}

/// What a unit has that may need a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitExamined {
    /// The unit.
    pub unit: UnitId,
    /// When its first act was recorded.
    pub first_recorded_at: Option<Timestamp>,
    /// Sequence number of its last act.
    pub last_sequence: i64,
    /// Its last backup.
    pub last_backup: Option<BackupRow>,
}

/// How long a due job may wait before it is told, in microseconds: an hour.
const WAITING_LONG: i64 = 3_600_000_000;

/// The migration that keeps when a backup was made.
const BACKUPS: i64 = 2;

/// Looks a store over, which must be there. `now` is asked again when a server's clock is compared.
///
/// # Errors
/// [`StoreError`] when it cannot be reached, or is no store.
pub async fn examine(
    address: &str,
    now: &(dyn Fn() -> Timestamp + Send + Sync),
    depth: Depth,
) -> Result<Examined, StoreError> {
    let (opener, known) = opener(address)?;
    let mut connection = opener.connect().await?;
    let mut examined = Examined::default();
    match connection.engine() {
        Engine::Sqlite => file(&mut connection, &mut examined, depth).await?,
        Engine::Postgres => server(&mut connection, &mut examined, now).await?,
    }
    let carried_out = migrations(&mut connection).await?;
    let missing = |from: &[i64], among: &[i64]| -> Vec<i64> {
        let missing = from.iter().filter(|version| !among.contains(version));
        missing.copied().collect()
    };
    examined.pending = missing(&known, &carried_out);
    examined.unknown = missing(&carried_out, &known);
    examined.is_blank = carried_out.is_empty();
    if !examined.is_blank {
        record(&mut connection, &mut examined, now()).await?;
        units(
            &mut connection,
            &mut examined,
            carried_out.contains(&BACKUPS),
        )
        .await?;
    }
    connection.close().await?;
    Ok(examined)
}

/// How the store is opened for reading alone, and the migrations this program knows.
fn opener(address: &str) -> Result<(Opener, Vec<i64>), StoreError> {
    match address.split_once(':') {
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            let file = SqliteConnectOptions::new()
                .filename(path)
                .read_only(true)
                .disable_statement_logging();
            Ok((Opener::Sqlite(Box::new(file)), sqlite::migrations()))
        }
        Some(("postgres" | "postgresql", _)) => {
            let server = postgres::connect_options(address)?
                .options([("default_transaction_read_only", "on")]);
            Ok((Opener::Postgres(Box::new(server)), postgres::migrations()))
        }
        _ => Err(StoreError::Address("unknown kind of address".to_owned())),
    }
}

async fn file(
    connection: &mut Connection,
    examined: &mut Examined,
    depth: Depth,
) -> Result<(), StoreError> {
    let check = match depth {
        Depth::Quick => "PRAGMA quick_check(20)",
        Depth::Deep => "PRAGMA integrity_check(20)",
    };
    for row in connection.fetch_all(connection.query(check)).await? {
        let word: String = row.try_get(0)?;
        if word != "ok" {
            examined.damage.push(word);
        }
    }
    let size = "SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size";
    let row = connection.fetch_one(connection.query(size)).await?;
    examined.size_bytes = get(&row, "size")?;
    Ok(())
}

async fn server(
    connection: &mut Connection,
    examined: &mut Examined,
    now: &(dyn Fn() -> Timestamp + Send + Sync),
) -> Result<(), StoreError> {
    let before = now();
    let query = connection.query(
        "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS at,
                pg_database_size(current_database()) AS size,
                pg_is_in_recovery() AS standby,
                current_setting('fsync') AS fsync,
                current_setting('full_page_writes') AS full_page_writes",
    );
    let row = connection.fetch_one(query).await?;
    let after = now();
    // The server read its clock somewhere between: the middle is the best guess.
    let ours = i64::midpoint(stored(before), stored(after));
    let at: i64 = get(&row, "at")?;
    examined.server_ahead_seconds = Some((at - ours) as f64 / 1e6);
    examined.size_bytes = get(&row, "size")?;
    examined.is_standby = get(&row, "standby")?;
    for setting in ["fsync", "full_page_writes"] {
        let value: String = get(&row, setting)?;
        if value != "on" {
            examined
                .unsafe_settings
                .push(format!("{setting} = {value}"));
        }
    }
    Ok(())
}

/// Migrations that were carried out.
async fn migrations(connection: &mut Connection) -> Result<Vec<i64>, StoreError> {
    let there = connection.query(match connection.engine() {
        Engine::Sqlite => "SELECT count(*) AS n FROM sqlite_schema WHERE name = '_sqlx_migrations'",
        Engine::Postgres => {
            "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('_sqlx_migrations')"
        }
    });
    if get::<i64>(&connection.fetch_one(there).await?, "n")? == 0 {
        return Ok(Vec::new());
    }
    let sql = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    let rows = connection.fetch_all(connection.query(sql)).await?;
    rows.iter().map(|row| get(row, "version")).collect()
}

async fn record(
    connection: &mut Connection,
    examined: &mut Examined,
    now: Timestamp,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "SELECT (SELECT count(*) FROM acts) AS acts,
                    (SELECT count(*) FROM acts WHERE recorded_at > $1) AS future,
                    (SELECT count(*) FROM jobs WHERE due_at IS NULL) AS given_up,
                    (SELECT count(*) FROM jobs WHERE due_at < $2) AS waiting",
        )
        .bind(stored(now))
        .bind(stored(now).saturating_sub(WAITING_LONG));
    let row = connection.fetch_one(query).await?;
    examined.acts = get(&row, "acts")?;
    examined.acts_in_the_future = get(&row, "future")?;
    examined.jobs_given_up = get(&row, "given_up")?;
    examined.jobs_waiting_long = get(&row, "waiting")?;
    Ok(())
}

async fn units(
    connection: &mut Connection,
    examined: &mut Examined,
    backups_are_noted: bool,
) -> Result<(), StoreError> {
    let backups = if backups_are_noted {
        "(SELECT made_at FROM backups WHERE backups.unit = units.unit) AS made_at,
         (SELECT last_seq FROM backups WHERE backups.unit = units.unit) AS last_seq"
    } else {
        "CAST(NULL AS BIGINT) AS made_at, CAST(NULL AS BIGINT) AS last_seq"
    };
    let query = connection.query(format!(
        "SELECT unit,
                (SELECT recorded_at FROM acts WHERE acts.unit = units.unit AND seq = 1) AS first,
                (SELECT coalesce(max(seq), 0) FROM acts WHERE acts.unit = units.unit) AS last,
                {backups}
         FROM units ORDER BY unit"
    ));
    for row in connection.fetch_all(query).await? {
        let moment = |column: &'static str| {
            get::<Option<i64>>(&row, column)?
                .map(|at| moment_of(at, column))
                .transpose()
        };
        let last_backup = match (moment("made_at")?, get::<Option<i64>>(&row, "last_seq")?) {
            (Some(at), Some(last_sequence)) => Some(BackupRow { at, last_sequence }),
            _ => None,
        };
        examined.units.push(UnitExamined {
            unit: get::<String>(&row, "unit")?
                .parse()
                .map_err(|_| damaged("unit", "no unit code"))?,
            first_recorded_at: moment("first")?,
            last_sequence: get(&row, "last")?,
            last_backup,
        });
    }
    Ok(())
}
