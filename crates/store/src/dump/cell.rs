//! One value of a row, and a row as a line of JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{BLOB_CHUNKS, Kind, Table};
use crate::blob::CHUNK_BYTES;

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A binary float.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A UUID.
    Id(Uuid),
    /// True or false.
    Flag(bool),
}

/// Why a line is no row of its table. It does not repeat the line, which may hold what people told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// The line is no JSON object.
    #[error("a row of {table} is no JSON object")]
    NoObject {
        /// The table.
        table: &'static str,
    },
    /// A column has no value, or one of another type.
    #[error("a row of {table}: column {column} does not read, expected {expected}")]
    Column {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// The line has a column that this program does not know.
    #[error("a row of {table} has columns of a newer program")]
    Newer {
        /// The table.
        table: &'static str,
    },
    /// A row with another number of cells than its table has columns.
    #[error("a row of {table} has {found} cells, expected {expected}")]
    Cells {
        /// The table.
        table: &'static str,
        /// Columns of the table.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
}

impl Table {
    /// A row as one line of JSON, without its end.
    ///
    /// # Errors
    /// [`RowFault::Cells`] when the row is not one of this table; [`RowFault::Column`] when a float
    /// is none that JSON can say.
    pub fn to_json(&self, row: &[Cell]) -> Result<String, RowFault> {
        if row.len() != self.columns.len() {
            return Err(RowFault::Cells {
                table: self.name,
                expected: self.columns.len(),
                found: row.len(),
            });
        }
        let mut object = Map::with_capacity(row.len());
        for (column, cell) in self.columns.iter().zip(row) {
            let value = match cell {
                Cell::Null => Value::Null,
                Cell::Integer(number) => Value::from(*number),
                Cell::Real(number) => serde_json::Number::from_f64(*number)
                    .map(Value::Number)
                    .ok_or(RowFault::Column {
                        table: self.name,
                        column: column.name,
                        expected: expected(column.kind),
                    })?,
                Cell::Text(text) => Value::from(text.as_str()),
                Cell::Bytes(bytes) => Value::from(STANDARD.encode(bytes)),
                Cell::Id(id) => Value::from(id.to_string()),
                Cell::Flag(flag) => Value::from(*flag),
            };
            object.insert(column.name.to_owned(), value);
        }
        Ok(Value::Object(object).to_string())
    }

    /// Reads a row from a line of JSON.
    ///
    /// A column that may hold nothing may be missing, so that a backup of an older program reads.
    ///
    /// # Errors
    /// [`RowFault`] when the line is no row of this table.
    pub fn from_json(&self, line: &str) -> Result<Vec<Cell>, RowFault> {
        let Ok(Value::Object(mut object)) = serde_json::from_str(line) else {
            return Err(RowFault::NoObject { table: self.name });
        };
        let mut row = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let fault = || RowFault::Column {
                table: self.name,
                column: column.name,
                expected: expected(column.kind),
            };
            let value = object.remove(column.name).unwrap_or(Value::Null);
            row.push(match value {
                Value::Null if column.nullable => Cell::Null,
                value => cell(column.kind, value).ok_or_else(fault)?,
            });
        }
        if object.is_empty() {
            Ok(row)
        } else {
            Err(RowFault::Newer { table: self.name })
        }
    }
}

/// Rows of tables, each with its table.
pub type Rows = Vec<(&'static Table, Vec<Cell>)>;

/// Reads what a line of a table's part of a backup stands for: a row of that table. Of a program
/// that kept files whole (before migration 4) it is a file, and its pieces with it.
///
/// # Errors
/// [`RowFault`] when the line is no row of this table.
pub fn rows_of_line(table: &'static Table, line: &str) -> Result<Rows, RowFault> {
    if table.name != "blobs" || !line.contains("\"content\":") {
        return Ok(vec![(table, table.from_json(line)?)]);
    }
    let Ok(Value::Object(mut object)) = serde_json::from_str(line) else {
        return Err(RowFault::NoObject { table: table.name });
    };
    let fault = |column: &'static str, kind: Kind| RowFault::Column {
        table: table.name,
        column,
        expected: expected(kind),
    };
    let content = object.remove("content").unwrap_or(Value::Null);
    let Some(Cell::Bytes(content)) = cell(Kind::Bytes, content) else {
        return Err(fault("content", Kind::Bytes));
    };
    let name = object.get("sha256").and_then(Value::as_str);
    let body = name.and_then(|sha256| sha256.get(..32));
    let body: Uuid = body
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| fault("sha256", Kind::Text))?;
    let unit = object.get("unit").cloned().unwrap_or(Value::Null);
    let unit = cell(Kind::Text, unit).ok_or_else(|| fault("unit", Kind::Text))?;
    object.insert("size_bytes".to_owned(), Value::from(content.len()));
    object.insert("body".to_owned(), Value::from(body.to_string()));
    let row = table.from_json(&Value::Object(object).to_string())?;
    let mut rows: Rows = vec![(table, row)];
    let pieces = Table::named(BLOB_CHUNKS.name).unwrap_or(table);
    let mut start = 0;
    for piece in content.chunks(CHUNK_BYTES) {
        let cells = vec![
            unit.clone(),
            Cell::Id(body),
            Cell::Integer(start),
            Cell::Bytes(piece.to_vec()),
        ];
        rows.push((pieces, cells));
        start += i64::try_from(piece.len()).unwrap_or(0);
    }
    Ok(rows)
}

fn cell(kind: Kind, value: Value) -> Option<Cell> {
    match (kind, value) {
        (Kind::Integer, Value::Number(number)) => number.as_i64().map(Cell::Integer),
        (Kind::Real, Value::Number(number)) => number.as_f64().map(Cell::Real),
        (Kind::Text, Value::String(text)) => Some(Cell::Text(text)),
        (Kind::Bytes, Value::String(text)) => STANDARD.decode(text).ok().map(Cell::Bytes),
        (Kind::Id, Value::String(text)) => text.parse().ok().map(Cell::Id),
        (Kind::Flag, Value::Bool(flag)) => Some(Cell::Flag(flag)),
        _ => None,
    }
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "a whole number",
        Kind::Real => "a number",
        Kind::Text => "text",
        Kind::Bytes => "base64",
        Kind::Id => "a UUID",
        Kind::Flag => "true or false",
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::cast_possible_wrap,
        reason = "a test may stop at the first surprise"
    )]

    use proptest::prelude::*;

    use super::super::{Column, TABLES};
    use super::*;

    fn cell_of(column: &Column) -> BoxedStrategy<Cell> {
        let some = match column.kind {
            Kind::Integer => any::<i64>().prop_map(Cell::Integer).boxed(),
            Kind::Real => (-1.0e9..1.0e9_f64).prop_map(Cell::Real).boxed(),
            Kind::Text => any::<String>().prop_map(Cell::Text).boxed(),
            Kind::Bytes => any::<Vec<u8>>().prop_map(Cell::Bytes).boxed(),
            Kind::Id => any::<u128>()
                .prop_map(|bits| Cell::Id(Uuid::from_u128(bits)))
                .boxed(),
            Kind::Flag => any::<bool>().prop_map(Cell::Flag).boxed(),
        };
        if column.nullable {
            prop_oneof![Just(Cell::Null), some].boxed()
        } else {
            some
        }
    }

    fn row() -> impl Strategy<Value = (&'static Table, Vec<Cell>)> {
        proptest::sample::select(TABLES).prop_flat_map(|table| {
            let cells: Vec<_> = table.columns.iter().map(cell_of).collect();
            let table = Table::named(table.name).unwrap();
            cells.prop_map(move |row| (table, row))
        })
    }

    /// A backup of before migration 4 has files whole.
    // S22
    #[test]
    fn a_file_of_an_older_backup_comes_in_pieces() {
        let content = vec![7_u8; CHUNK_BYTES + 5];
        let line = format!(
            "{{\"unit\":\"polres-pati\",\"sha256\":\"{}\",\"media_type\":\"image/png\",\
             \"recorded_at\":5,\"keep_until\":null,\"content\":\"{}\",\"preview\":null}}",
            "0123456789abcdef".repeat(4),
            STANDARD.encode(&content),
        );
        let rows = rows_of_line(Table::named("blobs").unwrap(), &line).unwrap();
        let names: Vec<&str> = rows.iter().map(|(table, _)| table.name).collect();
        assert_eq!(names, ["blobs", "blob_chunks", "blob_chunks"]);
        let body = Cell::Id("01234567-89ab-cdef-0123-456789abcdef".parse().unwrap());
        assert_eq!(rows[0].1[3], Cell::Integer(CHUNK_BYTES as i64 + 5));
        assert_eq!(rows[0].1[6], body);
        assert_eq!(rows[2].1[1], body);
        assert_eq!(rows[2].1[2], Cell::Integer(CHUNK_BYTES as i64));
        assert_eq!(rows[2].1[3], Cell::Bytes(vec![7; 5]));
        for (table, row) in &rows {
            let line = table.to_json(row).unwrap();
            assert_eq!(rows_of_line(table, &line).unwrap(), [(*table, row.clone())]);
        }
        let cut = line.replace("0123456789abcdef", "zz");
        assert!(rows_of_line(Table::named("blobs").unwrap(), &cut).is_err());
    }

    proptest! {
        #[test]
        fn a_row_comes_back_from_its_line((table, row) in row()) {
            let line = table.to_json(&row).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(table.from_json(&line).unwrap(), row);
        }

        #[test]
        fn any_line_is_a_row_or_a_fault(line in any::<String>()) {
            for table in TABLES {
                let _ = table.from_json(&line);
            }
        }
    }

    #[test]
    fn a_fault_names_the_column_and_not_what_stood_there() {
        let users = Table::named("numbers").unwrap();
        let fault = users.from_json(r#"{"unit":"a","series":"PTI-2611","last":"Budi"}"#);
        let said = fault.unwrap_err().to_string();
        assert_eq!(
            said,
            "a row of numbers: column last does not read, expected a whole number"
        );
        let newer = users.from_json(r#"{"unit":"a","series":"PTI-2611","last":1,"x":2}"#);
        assert_eq!(newer, Err(RowFault::Newer { table: "numbers" }));
    }

    #[test]
    fn a_column_that_may_be_empty_may_be_missing() {
        let jobs = Table::named("jobs").unwrap();
        let line = r#"{"unit":"a","id":"01890000-0000-7000-8000-000000000001","kind":"k","payload":"{}","attempts":0}"#;
        let row = jobs.from_json(line).unwrap();
        assert_eq!(row[jobs.position("due_at").unwrap()], Cell::Null);
    }
}
