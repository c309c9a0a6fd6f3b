//! What is read: each question is one statement.

pub(super) mod beside;
pub(super) mod cases;
pub(super) mod encounters;
pub(super) mod rollups;
mod words;

use pengayom_core::act::{Act, Subject};
use pengayom_core::value::UnitId;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{QueryBuilder, Sqlite};

use super::map;
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::rows::SequencedAct;

/// A statement that selects columns of a table for a unit; conditions follow.
fn select(table: &str, columns: &[&str], unit: &UnitId) -> QueryBuilder<Sqlite> {
    let columns = columns.join(", ");
    let mut query = QueryBuilder::new(format!(
        "SELECT {columns} FROM {table} WHERE {table}.unit = "
    ));
    query.push_bind(unit.as_str().to_owned());
    query
}

/// At most so many rows, and never more than a page.
fn push_limit(query: &mut QueryBuilder<Sqlite>, limit: u32) {
    query
        .push(" LIMIT ")
        .push_bind(i64::from(limit.min(PAGE_MAX)));
}

/// All acts of a subject, oldest version first.
pub(super) async fn acts(
    pool: &SqlitePool,
    unit: &UnitId,
    subject: Subject,
) -> Result<Vec<Act>, StoreError> {
    let mut query = select("acts", map::act::COLUMNS, unit);
    query.push(" AND subject_id = ").push_bind(subject.id());
    query.push(" AND subject_kind = ").push_bind(subject.kind());
    query.push(" ORDER BY version");
    let rows = query.build().fetch_all(pool).await?;
    rows.iter()
        .map(|row| map::act::read(unit, row).map(|sequenced| sequenced.act))
        .collect()
}

/// Acts of a unit in the order they were committed.
pub(super) async fn acts_after(
    pool: &SqlitePool,
    unit: &UnitId,
    after: i64,
    limit: u32,
) -> Result<Vec<SequencedAct>, StoreError> {
    let mut query = select("acts", map::act::COLUMNS, unit);
    query.push(" AND seq > ").push_bind(after);
    query.push(" ORDER BY seq");
    push_limit(&mut query, limit);
    let rows = query.build().fetch_all(pool).await?;
    rows.iter().map(|row| map::act::read(unit, row)).collect()
}

/// Acts of a unit from one sequence number to another.
pub(super) async fn acts_between(
    connection: &mut SqliteConnection,
    unit: &UnitId,
    first: i64,
    last: i64,
) -> Result<Vec<Act>, StoreError> {
    let mut query = select("acts", map::act::COLUMNS, unit);
    query.push(" AND seq BETWEEN ").push_bind(first);
    query.push(" AND ").push_bind(last);
    query.push(" ORDER BY seq");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter()
        .map(|row| map::act::read(unit, row).map(|sequenced| sequenced.act))
        .collect()
}
