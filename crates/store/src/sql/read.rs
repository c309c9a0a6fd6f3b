//! What is read: each question is one statement.

pub(super) mod beside;
pub(super) mod cases;
pub(super) mod encounters;
pub(super) mod rollups;
pub(crate) mod words;

use pengayom_core::act::{Act, Subject};
use pengayom_core::value::UnitId;

use super::map;
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::rows::SequencedAct;
use crate::sql::engine::{Connection, Engine, Pool};
use crate::sql::query::Query;

/// A statement that selects columns of a table for a unit; conditions follow.
pub(super) fn select(engine: Engine, table: &str, columns: &[&str], unit: &UnitId) -> Query {
    let columns = columns.join(", ");
    let mut query = Query::new(
        engine,
        format!("SELECT {columns} FROM {table} WHERE {table}.unit = "),
    );
    query.push_bind(unit);
    query
}

/// At most so many rows, and never more than a page.
pub(super) fn push_limit(query: &mut Query, limit: u32) {
    query
        .push(" LIMIT ")
        .push_bind(i64::from(limit.min(PAGE_MAX)));
}

/// All acts of a subject, oldest version first.
pub(super) async fn acts(
    pool: &Pool,
    unit: &UnitId,
    subject: Subject,
) -> Result<Vec<Act>, StoreError> {
    let mut query = select(pool.engine(), "acts", map::act::TO_READ, unit);
    query.push(" AND subject_id = ").push_bind(subject.id());
    query.push(" AND subject_kind = ").push_bind(subject.kind());
    query.push(" ORDER BY version");
    let rows = pool.fetch_all(query).await?;
    rows.iter()
        .map(|row| map::act::read(unit, row).map(|sequenced| sequenced.act))
        .collect()
}

/// Acts of a unit in the order they were committed.
pub(super) async fn acts_after(
    pool: &Pool,
    unit: &UnitId,
    after: i64,
    limit: u32,
) -> Result<Vec<SequencedAct>, StoreError> {
    let mut query = select(pool.engine(), "acts", map::act::TO_READ, unit);
    query.push(" AND seq > ").push_bind(after);
    query.push(" ORDER BY seq");
    push_limit(&mut query, limit);
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(|row| map::act::read(unit, row)).collect()
}

/// Sequence number of the last act of a unit; 0 when it has none.
pub(super) async fn last_sequence(pool: &Pool, unit: &UnitId) -> Result<i64, StoreError> {
    let columns = ["coalesce(max(seq), 0) AS seq"];
    let query = select(pool.engine(), "acts", &columns, unit);
    map::get(&pool.fetch_one(query).await?, "seq")
}

/// The last number given in a series; 0 when it has none.
pub(super) async fn last_in_series(
    pool: &Pool,
    unit: &UnitId,
    series: &str,
) -> Result<u32, StoreError> {
    let columns = ["coalesce(max(last), 0) AS last"];
    let mut query = select(pool.engine(), "numbers", &columns, unit);
    query.push(" AND series = ").push_bind(series);
    map::count(&pool.fetch_one(query).await?, "last")
}

/// Acts of a unit from one sequence number to another.
pub(super) async fn acts_between(
    connection: &mut Connection,
    unit: &UnitId,
    first: i64,
    last: i64,
) -> Result<Vec<Act>, StoreError> {
    let mut query = select(connection.engine(), "acts", map::act::TO_READ, unit);
    query.push(" AND seq BETWEEN ").push_bind(first);
    query.push(" AND ").push_bind(last);
    query.push(" ORDER BY seq");
    let rows = connection.fetch_all(query).await?;
    rows.iter()
        .map(|row| map::act::read(unit, row).map(|sequenced| sequenced.act))
        .collect()
}
