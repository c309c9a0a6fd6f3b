//! How rows lie in the tables: for each kind of row its columns, how they are bound and how they are
//! read, together in one file, so that a field is added at one place.

pub(crate) mod act;
pub(crate) mod beside;
pub(crate) mod case;
pub(crate) mod desk;
pub(crate) mod encounter;
pub(crate) mod feedback;
pub(crate) mod quality;
pub(crate) mod standing;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Subject;
use pengayom_core::value::SecretHash;
use serde::de::DeserializeOwned;
use sqlx::{Decode, Postgres, Sqlite, Type};
use uuid::Uuid;

use super::engine::{Connection, Row};
use super::query::Script;
use super::value::Value;
use crate::error::StoreError;

/// Values of one row, being bound, in the order of the columns.
#[derive(Debug, Default)]
pub(crate) struct Values(Vec<Value>);

impl Values {
    pub(crate) fn push_bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.0.push(value.into());
        self
    }

    pub(crate) fn into_vec(self) -> Vec<Value> {
        self.0
    }
}

/// Adds the writing of rows to a script (`tail`: what to do on a conflict).
pub(crate) fn add_rows<T>(
    script: &mut Script,
    table: &'static str,
    columns: &[&str],
    tail: &str,
    rows: impl IntoIterator<Item = T>,
    bind: impl Fn(&mut Values, &T),
) {
    let rows: Vec<Vec<Value>> = rows
        .into_iter()
        .map(|row| {
            let mut values = Values(Vec::with_capacity(columns.len()));
            bind(&mut values, &row);
            values.0
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    let head = format!("INSERT INTO {table} ({})", columns.join(", "));
    script.add_rows(rows, |query, rows| {
        query.push(&head).push_rows(rows).push(" ").push(tail);
    });
}

/// Writes rows of one table (`tail`: what to do on a conflict).
pub(crate) async fn write_rows<T>(
    connection: &mut Connection,
    table: &'static str,
    columns: &[&str],
    tail: &str,
    rows: impl IntoIterator<Item = T>,
    bind: impl Fn(&mut Values, &T),
) -> Result<(), StoreError> {
    let mut script = Script::new(connection.engine());
    add_rows(&mut script, table, columns, tail, rows, bind);
    connection.carry_out(script).await
}

/// `ON CONFLICT … DO UPDATE` that puts the new row in place of the old one.
pub(crate) fn replace(key: &str, columns: &[&str]) -> String {
    let sets: Vec<String> = columns
        .iter()
        .filter(|column| !key.split(", ").any(|part| part == **column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", sets.join(", "))
}

/// A column's value.
pub(crate) fn get<'r, T>(row: &'r Row, column: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(column).map_err(|error| StoreError::Damaged {
        what: column,
        fault: match error {
            sqlx::Error::ColumnNotFound(_) => "column not selected".to_owned(),
            _ => "not of its type".to_owned(),
        },
    })
}

pub(crate) fn damaged(what: &'static str, fault: &str) -> StoreError {
    StoreError::Damaged {
        what,
        fault: fault.to_owned(),
    }
}

/// A moment as stored: microseconds, what is finer is cut off.
pub(crate) fn stored(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A moment as it will be read again.
pub(crate) fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

pub(crate) fn moment_of(microseconds: i64, what: &'static str) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| damaged(what, "moment out of range"))
}

pub(crate) fn moment(row: &Row, column: &'static str) -> Result<Timestamp, StoreError> {
    moment_of(get(row, column)?, column)
}

pub(crate) fn maybe_moment(
    row: &Row,
    column: &'static str,
) -> Result<Option<Timestamp>, StoreError> {
    get::<Option<i64>>(row, column)?
        .map(|at| moment_of(at, column))
        .transpose()
}

pub(crate) fn day(row: &Row, column: &'static str) -> Result<Date, StoreError> {
    get::<&str>(row, column)?
        .parse()
        .map_err(|_| damaged(column, "no ISO date"))
}

/// A code stored as text. Read through serde, so that its own rules apply.
pub(crate) fn code<T: DeserializeOwned>(
    text: String,
    column: &'static str,
) -> Result<T, StoreError> {
    use serde::de::value::{Error, StringDeserializer};
    T::deserialize(StringDeserializer::<Error>::new(text))
        .map_err(|_| damaged(column, "no such code"))
}

pub(crate) fn maybe_code<T: DeserializeOwned>(
    row: &Row,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    get::<Option<String>>(row, column)?
        .map(|text| code(text, column))
        .transpose()
}

pub(crate) fn hash_of(bytes: &[u8], column: &'static str) -> Result<SecretHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(SecretHash)
        .map_err(|_| damaged(column, "not 32 bytes"))
}

pub(crate) fn hash_bytes(hash: SecretHash) -> Vec<u8> {
    hash.0.to_vec()
}

/// A count that is never negative.
pub(crate) fn count<T: TryFrom<i64>>(row: &Row, column: &'static str) -> Result<T, StoreError> {
    T::try_from(get::<i64>(row, column)?).map_err(|_| damaged(column, "out of range"))
}

/// The subject in the columns `subject_kind` and `subject_id`.
pub(crate) fn subject(row: &Row) -> Result<Subject, StoreError> {
    let id: Uuid = get(row, "subject_id")?;
    Subject::from_stored(get(row, "subject_kind")?, id)
        .ok_or_else(|| damaged("subject_kind", "unknown to this version"))
}
