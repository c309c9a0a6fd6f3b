//! How rows lie in SQLite: for each kind of row its columns, how they are bound and how they are
//! read, together in one file, so that a field is added at one place.

pub(super) mod act;
pub(super) mod beside;
pub(super) mod case;
pub(super) mod encounter;
pub(super) mod feedback;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Subject;
use pengayom_core::value::SecretHash;
use serde::de::DeserializeOwned;
use sqlx::query_builder::Separated;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Decode, QueryBuilder, Row as _, Sqlite, Type};
use uuid::Uuid;

use crate::error::StoreError;

/// Values of one row, being bound.
pub(super) type Values<'a> = Separated<'a, Sqlite, &'static str>;

/// Most values bound in one statement. SQLite takes 32,766 (`SQLITE_MAX_VARIABLE_NUMBER`); a margin
/// is left for values outside the rows.
const VALUES_MAX: usize = 32_000;

/// Writes rows with as few statements as the engine allows (`tail`: what to do on a conflict).
pub(super) async fn write_rows<T>(
    connection: &mut SqliteConnection,
    table: &'static str,
    columns: &[&str],
    tail: &str,
    rows: impl IntoIterator<Item = T>,
    bind: impl Fn(&mut Values<'_>, &T),
) -> Result<(), StoreError> {
    let rows: Vec<T> = rows.into_iter().collect();
    let names = columns.join(", ");
    for chunk in rows.chunks((VALUES_MAX / columns.len().max(1)).max(1)) {
        let mut query = QueryBuilder::<Sqlite>::new(format!("INSERT INTO {table} ({names}) "));
        query.push_values(chunk, |mut values, row| bind(&mut values, row));
        query.push(" ");
        query.push(tail);
        // Statements of odd sizes come once; keeping them would push the usual ones out.
        let usual = chunk.len().is_power_of_two();
        query
            .build()
            .persistent(usual)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Adds `(value, value, …)` to a query.
pub(super) fn push_list<'t, T>(
    query: &mut QueryBuilder<Sqlite>,
    values: impl IntoIterator<Item = T>,
) where
    T: sqlx::Encode<'t, Sqlite> + Type<Sqlite>,
{
    query.push("(");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}

/// `ON CONFLICT … DO UPDATE` that puts the new row in place of the old one.
pub(super) fn replace(key: &str, columns: &[&str]) -> String {
    let sets: Vec<String> = columns
        .iter()
        .filter(|column| !key.split(", ").any(|part| part == **column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", sets.join(", "))
}

/// A column's value.
pub(super) fn get<'r, T>(row: &'r SqliteRow, column: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
{
    row.try_get(column).map_err(|error| StoreError::Damaged {
        what: column,
        fault: match error {
            sqlx::Error::ColumnNotFound(_) => "column not selected".to_owned(),
            _ => "not of its type".to_owned(),
        },
    })
}

pub(super) fn damaged(what: &'static str, fault: &str) -> StoreError {
    StoreError::Damaged {
        what,
        fault: fault.to_owned(),
    }
}

/// A moment as stored: microseconds, what is finer is cut off.
pub(super) fn stored(at: Timestamp) -> i64 {
    at.as_microsecond()
}

/// A moment as it will be read again.
pub(super) fn as_stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

pub(super) fn moment_of(microseconds: i64, what: &'static str) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|_| damaged(what, "moment out of range"))
}

pub(super) fn moment(row: &SqliteRow, column: &'static str) -> Result<Timestamp, StoreError> {
    moment_of(get(row, column)?, column)
}

pub(super) fn maybe_moment(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<Timestamp>, StoreError> {
    get::<Option<i64>>(row, column)?
        .map(|at| moment_of(at, column))
        .transpose()
}

pub(super) fn day(row: &SqliteRow, column: &'static str) -> Result<Date, StoreError> {
    get::<&str>(row, column)?
        .parse()
        .map_err(|_| damaged(column, "no ISO date"))
}

/// A code stored as text. Read through serde, so that its own rules apply.
pub(super) fn code<T: DeserializeOwned>(
    text: String,
    column: &'static str,
) -> Result<T, StoreError> {
    use serde::de::value::{Error, StringDeserializer};
    T::deserialize(StringDeserializer::<Error>::new(text))
        .map_err(|_| damaged(column, "no such code"))
}

pub(super) fn maybe_code<T: DeserializeOwned>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    get::<Option<String>>(row, column)?
        .map(|text| code(text, column))
        .transpose()
}

pub(super) fn hash_of(bytes: &[u8], column: &'static str) -> Result<SecretHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(SecretHash)
        .map_err(|_| damaged(column, "not 32 bytes"))
}

pub(super) fn hash_bytes(hash: SecretHash) -> Vec<u8> {
    hash.0.to_vec()
}

/// A count that is never negative.
pub(super) fn count<T: TryFrom<i64>>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<T, StoreError> {
    T::try_from(get::<i64>(row, column)?).map_err(|_| damaged(column, "out of range"))
}

/// The subject in the columns `subject_kind` and `subject_id`.
pub(super) fn subject(row: &SqliteRow) -> Result<Subject, StoreError> {
    let id: Uuid = get(row, "subject_id")?;
    Subject::from_stored(get(row, "subject_kind")?, id)
        .ok_or_else(|| damaged("subject_kind", "unknown to this version"))
}
