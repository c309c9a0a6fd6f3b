//! The store in a PostgreSQL database: a pool for reading, one writer for each process.
//!
//! Any number of processes may share a database. Each commits what waits in it together; a unit's
//! row in `unit_locks` is locked by whoever writes for the unit, so that its order has no gap. What
//! one process commits, the others hear of ([`news`]), so that live pages everywhere are told.

pub(crate) mod news;

use std::str::FromStr as _;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};

use crate::error::StoreError;
use crate::rebuild;
use crate::sql::SqlStore;
use crate::sql::adopt;
use crate::sql::engine::{Connection, Opener, Pool};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The migrations this program knows.
pub(crate) fn migrations() -> Vec<i64> {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .collect()
}

/// How long a statement of the writer waits for another process that writes for the same unit.
const LOCK_TIMEOUT: &str = "5s";

/// How long a question may take before it is given up.
const STATEMENT_TIMEOUT: &str = "30s";

/// How a PostgreSQL store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostgresOptions {
    /// Connections for reading, at most. Beside them a process holds two: one to write, one to hear
    /// of what other processes wrote.
    pub readers: u32,
    /// Writes that may wait; one more is refused with [`StoreError::Busy`].
    pub queue: usize,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            readers: 4,
            queue: 1024,
        }
    }
}

impl SqlStore {
    /// Opens the database at an address (`postgres://user@host/database`) and brings its tables up
    /// to date. The database has to be there.
    ///
    /// # Errors
    /// [`StoreError::Address`] when the address does not read; [`StoreError::Unreachable`] when no
    /// server answers; [`StoreError::Damaged`] when it is the store of a newer program.
    pub async fn open_postgres(
        address: &str,
        options: PostgresOptions,
    ) -> Result<Self, StoreError> {
        let base = connect_options(address)?;
        let for_writing = base.clone().options([("lock_timeout", LOCK_TIMEOUT)]);
        let opener = Opener::Postgres(Box::new(for_writing));
        let mut connection = opener.connect().await?;
        if let Connection::Postgres(connection) = &mut connection {
            migrate(connection).await?;
        }
        adopt::all(&mut connection).await?;
        rebuild::quality::derive_due(&mut connection).await?;
        let readers = PgPoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(base.clone().options([
                ("statement_timeout", STATEMENT_TIMEOUT),
                ("default_transaction_read_only", "on"),
            ]))
            .await?;
        let follower = news::Follower::start(base);
        Ok(Self::start(
            Pool::Postgres(readers),
            opener,
            connection,
            options.queue,
            Some(follower),
        ))
    }
}

/// How to connect to an address. The fault says nothing of it, because it may hold a password.
pub(crate) fn connect_options(address: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(address)
        .map_err(|_| StoreError::Address("a postgres:// address that does not read".into()))?;
    Ok(options
        .application_name("pengayom")
        .statement_cache_capacity(256)
        .disable_statement_logging())
}

/// Brings the tables up to date. Two processes that start at once do it one after the other.
async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    // `run` cannot be awaited where a future has to be `Send`; this is what it does.
    MIGRATIONS.run_direct(None, connection, false).await?;
    Ok(())
}

/// Lets a commit be answered only when it is on the disk, whatever the server's own setting: what
/// is acknowledged is never lost. A stronger setting (`remote_apply`) stays.
pub(crate) async fn make_durable(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(
        "SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') IN ('off', 'local')",
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}
