//! The two engines behind one set of calls: a pool for reading, a connection for a transaction.
//!
//! Everything else in this folder is written once. Where the engines differ, it asks [`Engine`].

use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPool, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteConnection, SqlitePool, SqliteRow,
};
use sqlx::{
    Arguments as _, AssertSqlSafe, ColumnIndex, ConnectOptions as _, Connection as _, Decode,
    Postgres, Row as _, Sqlite, Type,
};
use uuid::Uuid;

use super::query::{Bound, Query, Script};
use super::value::{Value, without_nul};
use crate::error::StoreError;

/// Which engine keeps the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One SQLite file.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

/// A row that was read.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// A column's value, by name or by place.
    pub(crate) fn try_get<'r, T, I>(&'r self, column: I) -> Result<T, sqlx::Error>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
        I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// Connections for reading.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// How a connection for writing is opened, again after a fault.
#[derive(Debug, Clone)]
pub(crate) enum Opener {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

/// One connection.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Opener {
    pub(crate) async fn connect(&self) -> Result<Connection, StoreError> {
        Ok(match self {
            Self::Sqlite(options) => Connection::Sqlite(options.connect().await?),
            Self::Postgres(options) => {
                let mut connection = answer(options.connect()).await?;
                crate::postgres::make_durable(&mut connection).await?;
                Connection::Postgres(connection)
            }
        })
    }
}

/// How long a server may be silent. Beyond it the network swallowed the question or the answer, and
/// nobody waits any longer; each statement of ours takes milliseconds.
const SILENT: Duration = Duration::from_secs(40);

/// What a server answers, or that it does not.
async fn answer<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(SILENT, asked).await {
        Ok(answered) => Ok(answered?),
        Err(_) => Err(StoreError::Unreachable("the server is silent".to_owned())),
    }
}

/// A statement ready for sqlx, with its values bound.
macro_rules! ready {
    ($query:expr, $bind:ident) => {{
        let Query {
            sql,
            bound,
            persistent,
            ..
        } = $query;
        // The text is put together from this crate's own words, see `Query`.
        sqlx::query_with(AssertSqlSafe(sql), $bind(bound)?).persistent(persistent)
    }};
}

/// The calls a pool and a connection have alike; `$to` makes an sqlx executor of either.
macro_rules! calls {
    ($who:ident, ($($mutable:tt)?), |$this:ident| $to:expr) => {
        impl $who {
            /// Which engine this is.
            pub(crate) const fn engine(&self) -> Engine {
                match self {
                    Self::Sqlite(_) => Engine::Sqlite,
                    Self::Postgres(_) => Engine::Postgres,
                }
            }

            /// A statement for this engine.
            pub(crate) fn query(&self, sql: impl Into<String>) -> Query {
                Query::new(self.engine(), sql)
            }

            /// Carries a statement out; says how many rows it touched.
            pub(crate) async fn execute(
                & $($mutable)? self,
                query: Query,
            ) -> Result<u64, StoreError> {
                Ok(match self {
                    Self::Sqlite($this) => {
                        let done = ready!(query, bind_sqlite).execute($to).await?;
                        done.rows_affected()
                    }
                    Self::Postgres($this) => {
                        let done = answer(ready!(query, bind_postgres).execute($to)).await?;
                        done.rows_affected()
                    }
                })
            }

            /// All rows of an answer.
            pub(crate) async fn fetch_all(
                & $($mutable)? self,
                query: Query,
            ) -> Result<Vec<Row>, StoreError> {
                Ok(match self {
                    Self::Sqlite($this) => {
                        let rows = ready!(query, bind_sqlite).fetch_all($to).await?;
                        rows.into_iter().map(Row::Sqlite).collect()
                    }
                    Self::Postgres($this) => {
                        let rows = answer(ready!(query, bind_postgres).fetch_all($to)).await?;
                        rows.into_iter().map(Row::Postgres).collect()
                    }
                })
            }

            /// The first row of an answer, if it has one.
            pub(crate) async fn fetch_optional(
                & $($mutable)? self,
                query: Query,
            ) -> Result<Option<Row>, StoreError> {
                Ok(match self {
                    Self::Sqlite($this) => {
                        let row = ready!(query, bind_sqlite).fetch_optional($to).await?;
                        row.map(Row::Sqlite)
                    }
                    Self::Postgres($this) => {
                        let row = answer(ready!(query, bind_postgres).fetch_optional($to)).await?;
                        row.map(Row::Postgres)
                    }
                })
            }

            /// The first row of an answer that always has one.
            pub(crate) async fn fetch_one(
                & $($mutable)? self,
                query: Query,
            ) -> Result<Row, StoreError> {
                let row = self.fetch_optional(query).await?;
                row.ok_or_else(|| sqlx::Error::RowNotFound.into())
            }
        }
    };
}

calls!(Pool, (), |pool| pool);
calls!(Connection, (mut), |connection| &mut *connection);

impl Pool {
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Connection {
    /// Carries out a command without values: `BEGIN`, `COMMIT` …
    pub(crate) async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => {
                sqlx::query(sql).execute(connection).await?;
            }
            Self::Postgres(connection) => {
                answer(sqlx::query(sql).execute(connection)).await?;
            }
        }
        Ok(())
    }

    /// Writes SQLite's write-ahead log back into the file and cuts it to nothing. `false` when somebody
    /// still reads it: they are waited for a tenth of a second, not longer, for nothing is written
    /// meanwhile. PostgreSQL keeps its log by itself.
    pub(crate) async fn cut_log(&mut self) -> Result<bool, StoreError> {
        let Self::Sqlite(connection) = self else {
            return Ok(true);
        };
        let waits: i64 = sqlx::query_scalar("PRAGMA busy_timeout")
            .fetch_one(&mut *connection)
            .await?;
        sqlx::query("PRAGMA busy_timeout = 100")
            .execute(&mut *connection)
            .await?;
        let cut: Result<i64, sqlx::Error> = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *connection)
            .await;
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "PRAGMA busy_timeout = {waits}"
        )))
        .execute(&mut *connection)
        .await?;
        Ok(cut? == 0)
    }

    /// Carries statements out together.
    pub(crate) async fn carry_out(&mut self, script: Script) -> Result<(), StoreError> {
        for query in script.into_queries() {
            self.execute(query).await?;
        }
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(connection) => connection.close().await?,
            Self::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }
}

fn bind_sqlite(bound: Vec<Bound>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    for bound in bound {
        let Bound::One(value) = bound else {
            return Err(sqlx::Error::Encode("SQLite binds no arrays".into()));
        };
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Float(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Uuid(value) => arguments.add(value),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn bind_postgres(bound: Vec<Bound>) -> Result<PgArguments, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for bound in bound {
        match bound {
            Bound::One(Value::Int(value)) => arguments.add(value),
            Bound::One(Value::Float(value)) => arguments.add(value),
            Bound::One(Value::Bool(value)) => arguments.add(value),
            Bound::One(Value::Text(value)) => arguments.add(value.map(without_nul)),
            Bound::One(Value::Bytes(value)) => arguments.add(value),
            Bound::One(Value::Uuid(value)) => arguments.add(value),
            Bound::Array(values) => array(&mut arguments, values),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// Binds an array; its type is that of the first value, and all have it.
fn array(arguments: &mut PgArguments, values: Vec<Value>) -> Result<(), sqlx::error::BoxDynError> {
    macro_rules! of {
        ($variant:ident, $convert:expr) => {{
            let of = |value| match value {
                Value::$variant(value) => Ok(value.map($convert)),
                _ => Err("an array holds values of one type"),
            };
            arguments.add(values.into_iter().map(of).collect::<Result<Vec<_>, _>>()?)
        }};
    }
    match values.first() {
        Some(Value::Int(_)) => of!(Int, i64::from),
        Some(Value::Float(_)) => of!(Float, f64::from),
        Some(Value::Bool(_)) => of!(Bool, bool::from),
        Some(Value::Bytes(_)) => of!(Bytes, Vec::from),
        Some(Value::Uuid(_)) => of!(Uuid, Uuid::from),
        Some(Value::Text(_)) | None => of!(Text, without_nul),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use crate::postgres::connect_options;

    /// Time passes by itself here whenever nothing else happens.
    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_silent_is_not_waited_for_for_ever() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = silent.local_addr().unwrap().port();
        let address = format!("postgres://unit@127.0.0.1:{port}/record?sslmode=disable");
        let opener = Opener::Postgres(Box::new(connect_options(&address).unwrap()));
        let refused = opener.connect().await.map(|_| ());
        assert!(
            matches!(refused, Err(StoreError::Unreachable(_))),
            "{refused:?}"
        );
    }
}
