//! Rows of any table, read and written by what [`super::TABLES`] or a rebuild says of it.

use pengayom_core::value::UnitId;
use uuid::Uuid;

use super::{Cell, Kind, Table};
use crate::error::StoreError;
use crate::sql::engine::{Connection, Row};
use crate::sql::map::{damaged, replace, write_rows};
use crate::sql::query::Query;
use crate::sql::value::Value;

/// A cell as it is bound in a column.
pub(crate) fn value(kind: Kind, cell: &Cell) -> Value {
    match (kind, cell) {
        (Kind::Integer, Cell::Integer(number)) => Value::Int(Some(*number)),
        (Kind::Integer, _) => Value::Int(None),
        (Kind::Real, Cell::Real(number)) => Value::Float(Some(*number)),
        (Kind::Real, _) => Value::Float(None),
        (Kind::Text, Cell::Text(text)) => Value::Text(Some(text.clone())),
        (Kind::Text, _) => Value::Text(None),
        (Kind::Bytes, Cell::Bytes(bytes)) => Value::Bytes(Some(bytes.clone())),
        (Kind::Bytes, _) => Value::Bytes(None),
        (Kind::Id, Cell::Id(id)) => Value::Uuid(Some(*id)),
        (Kind::Id, _) => Value::Uuid(None),
        (Kind::Flag, Cell::Flag(flag)) => Value::Bool(Some(*flag)),
        (Kind::Flag, _) => Value::Bool(None),
    }
}

/// A row whose columns were selected in the table's order.
pub(crate) fn read(table: &Table, row: &Row) -> Result<Vec<Cell>, StoreError> {
    let mut cells = Vec::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        let cell = match column.kind {
            Kind::Integer => row
                .try_get::<Option<i64>, _>(at)
                .map(|n| n.map(Cell::Integer)),
            Kind::Real => row.try_get::<Option<f64>, _>(at).map(|n| n.map(Cell::Real)),
            Kind::Text => row
                .try_get::<Option<String>, _>(at)
                .map(|t| t.map(Cell::Text)),
            Kind::Bytes => row
                .try_get::<Option<Vec<u8>>, _>(at)
                .map(|bytes| bytes.map(Cell::Bytes)),
            Kind::Id => row
                .try_get::<Option<Uuid>, _>(at)
                .map(|id| id.map(Cell::Id)),
            Kind::Flag => row
                .try_get::<Option<bool>, _>(at)
                .map(|f| f.map(Cell::Flag)),
        };
        let cell = cell.map_err(|_| damaged(column.name, "not of its type"))?;
        cells.push(cell.unwrap_or(Cell::Null));
    }
    Ok(cells)
}

fn select(connection: &Connection, table: &Table, unit: &UnitId) -> Query {
    let columns = table.names().join(", ");
    let name = table.name;
    let mut query = connection.query(format!("SELECT {columns} FROM {name} WHERE unit = "));
    query.push_bind(unit);
    query
}

/// The next rows of a table, in order of its key, after a row.
pub(crate) async fn page(
    connection: &mut Connection,
    table: &Table,
    unit: &UnitId,
    after: Option<&[Cell]>,
) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut query = select(connection, table, unit);
    if let Some(after) = after {
        if table.key.is_empty() {
            return Ok(Vec::new());
        }
        query.push(format!(" AND ({}) > (", table.key.join(", ")));
        for (n, name) in table.key.iter().enumerate() {
            if n > 0 {
                query.push(", ");
            }
            query.push_bind(of(table, name, after)?);
        }
        query.push(")");
    }
    if !table.key.is_empty() {
        query.push(format!(" ORDER BY {}", table.key.join(", ")));
    }
    query.push(" LIMIT ").push_bind(table.batch);
    let rows = connection.fetch_all(query).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

/// The rows with these identifiers, of a table whose key is one.
pub(crate) async fn with_ids(
    connection: &mut Connection,
    table: &Table,
    unit: &UnitId,
    ids: &[Uuid],
) -> Result<Vec<Vec<Cell>>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = select(connection, table, unit);
    query.push(" AND id").push_among(ids.iter().copied());
    let rows = connection.fetch_all(query).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

/// Writes rows that are not there yet.
pub(crate) async fn insert(
    connection: &mut Connection,
    table: &'static Table,
    rows: &[Vec<Cell>],
) -> Result<(), StoreError> {
    write(connection, table, rows, "").await
}

/// Writes rows in place of those with their keys.
pub(crate) async fn put(
    connection: &mut Connection,
    table: &'static Table,
    rows: &[Vec<Cell>],
) -> Result<(), StoreError> {
    let mut key = vec!["unit"];
    key.extend(table.key);
    let tail = replace(&key.join(", "), &table.names());
    write(connection, table, rows, &tail).await
}

async fn write(
    connection: &mut Connection,
    table: &'static Table,
    rows: &[Vec<Cell>],
    tail: &str,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let names = table.names();
    write_rows(connection, table.name, &names, tail, rows, |values, row| {
        for (column, cell) in table.columns.iter().zip(row.iter()) {
            values.push_bind(value(column.kind, cell));
        }
    })
    .await
}

/// Takes the row with a stored row's key away.
pub(crate) async fn drop_row(
    connection: &mut Connection,
    table: &Table,
    unit: &UnitId,
    row: &[Cell],
) -> Result<(), StoreError> {
    let name = table.name;
    let mut query = connection.query(format!("DELETE FROM {name} WHERE unit = "));
    query.push_bind(unit);
    for name in table.key {
        query.push(format!(" AND {name} = "));
        query.push_bind(of(table, name, row)?);
    }
    connection.execute(query).await?;
    Ok(())
}

/// The value of a column of a row.
fn of(table: &Table, name: &str, row: &[Cell]) -> Result<Value, StoreError> {
    let at = table.position(name);
    let column = at.and_then(|at| table.columns.get(at));
    match (column, at.and_then(|at| row.get(at))) {
        (Some(column), Some(cell)) => Ok(value(column.kind, cell)),
        _ => Err(damaged(table.name, "a row without its key")),
    }
}
