//! Parquet, with the column writers of the `parquet` crate; a place makes it GeoParquet 1.1
//! (geoparquet.org/releases/v1.1.0).

use std::collections::BTreeSet;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Stored, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use serde_json::json;

use super::text::around;
use super::{Cell, Column, Holds, RowWriter, Sink, WriteError};

/// Most rows of one group.
const ROWS_MAX: usize = 65_536;

/// Most bytes of rows that wait for their group to be written.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// Days from the beginning of jiff's calendar are counted from here.
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

/// A Parquet file being written.
pub(crate) struct Columnar {
    columns: &'static [Column],
    writer: SerializedFileWriter<Sink>,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
    /// Kinds of geometry there are, and their frame.
    kinds: BTreeSet<&'static str>,
    bbox: Option<[f64; 4]>,
}

impl Columnar {
    pub(crate) fn begin(columns: &'static [Column], to: Sink) -> Result<Self, WriteError> {
        let fields: Result<Vec<TypePtr>, _> = columns.iter().map(field).collect();
        let schema = Type::group_type_builder("schema")
            .with_fields(fields?)
            .build()?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("pengayom version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        Ok(Self {
            columns,
            writer: SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?,
            rows: Vec::new(),
            bytes: 0,
            kinds: BTreeSet::new(),
            bbox: None,
        })
    }

    /// Writes what waits as a group of rows.
    fn write_group(&mut self) -> Result<(), WriteError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut group = self.writer.next_row_group()?;
        let mut at = 0;
        while let (Some(mut writer), Some(column)) = (group.next_column()?, self.columns.get(at)) {
            let cells = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Empty));
            write_column(&mut writer, column.holds, cells)?;
            writer.close()?;
            at += 1;
        }
        group.close()?;
        Ok(())
    }
}

/// What GeoParquet says of the column with the places. Without `crs` it is OGC:CRS84.
fn geo(name: &str, kinds: &BTreeSet<&str>, bbox: Option<[f64; 4]>) -> String {
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": kinds,
        "orientation": "counterclockwise",
        "edges": "planar",
    });
    if let (Some(bbox), Some(column)) = (bbox, column.as_object_mut()) {
        column.insert("bbox".to_owned(), json!(bbox));
    }
    json!({ "version": "1.1.0", "primary_column": name, "columns": { name: column } }).to_string()
}

impl RowWriter for Columnar {
    fn row(&mut self, row: Vec<Cell>) -> Result<(), WriteError> {
        for cell in &row {
            self.bytes += cell.size();
            if let Cell::Place(outline) = cell {
                self.kinds.insert(outline.kind());
                self.bbox = Some(around(self.bbox, outline.bounds()));
            }
        }
        self.rows.push(row);
        if self.rows.len() >= ROWS_MAX || self.bytes >= BYTES_MAX {
            self.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        self.write_group()?;
        let mut places = self.columns.iter().filter(|one| one.holds == Holds::Place);
        if let Some(place) = places.next() {
            let geo = geo(place.name, &self.kinds, self.bbox);
            let geo = KeyValue::new("geo".to_owned(), geo);
            self.writer.append_key_value_metadata(geo);
        }
        self.writer.close()?;
        Ok(())
    }
}

/// How a column is stored.
fn field(column: &Column) -> Result<TypePtr, parquet::errors::ParquetError> {
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, Stored::BYTE_ARRAY)
            .with_repetition(repetition)
            .with_logical_type(Some(LogicalType::String))
            .build()
            .map(Arc::new)
    };
    let plain = |stored, logical| {
        Type::primitive_type_builder(column.name, stored)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    match column.holds {
        Holds::Text => text(column.name, Repetition::OPTIONAL),
        Holds::Texts => {
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![text("element", Repetition::REQUIRED)?])
                .build()?;
            Type::group_type_builder(column.name)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(Some(LogicalType::List))
                .with_fields(vec![Arc::new(list)])
                .build()
                .map(Arc::new)
        }
        Holds::Whole => plain(Stored::INT64, None),
        Holds::Flag => plain(Stored::BOOLEAN, None),
        Holds::Moment => {
            let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
            plain(Stored::INT64, Some(micros))
        }
        Holds::Day => plain(Stored::INT32, Some(LogicalType::Date)),
        Holds::Place => plain(Stored::BYTE_ARRAY, None),
    }
}

/// Writes one column of a group. A level of 0 is an empty cell.
fn write_column<'a>(
    writer: &mut SerializedColumnWriter<'_>,
    holds: Holds,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), WriteError> {
    match holds {
        Holds::Texts => return write_texts(writer, cells),
        Holds::Text | Holds::Place => {
            let (values, levels) = split(cells, |cell| match cell {
                Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                Cell::Place(outline) => Some(ByteArray::from(outline.wkb())),
                _ => None,
            });
            writer
                .typed::<ByteArrayType>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Holds::Whole | Holds::Moment => {
            let (values, levels) = split(cells, |cell| match cell {
                Cell::Whole(n) => Some(*n),
                Cell::Moment(at) => Some(at.as_microsecond()),
                _ => None,
            });
            writer
                .typed::<Int64Type>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Holds::Day => {
            let (values, levels) = split(cells, |cell| match cell {
                Cell::Day(day) => EPOCH.until(*day).ok().map(|span| span.get_days()),
                _ => None,
            });
            writer
                .typed::<Int32Type>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Holds::Flag => {
            let (values, levels) = split(cells, |cell| match cell {
                Cell::Flag(flag) => Some(*flag),
                _ => None,
            });
            writer
                .typed::<BoolType>()
                .write_batch(&values, Some(&levels), None)?;
        }
    }
    Ok(())
}

/// The values there are, and for each cell whether it has one.
fn split<'a, T>(
    cells: impl Iterator<Item = &'a Cell>,
    value: impl Fn(&'a Cell) -> Option<T>,
) -> (Vec<T>, Vec<i16>) {
    let mut values = Vec::new();
    let mut levels = Vec::new();
    for cell in cells {
        let value = value(cell);
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    (values, levels)
}

/// Lists: a definition level of 0 is no list, 1 an empty one, 2 an element; a repetition level of 0 begins
/// a row.
fn write_texts<'a>(
    writer: &mut SerializedColumnWriter<'_>,
    cells: impl Iterator<Item = &'a Cell>,
) -> Result<(), WriteError> {
    let (mut values, mut levels, mut begins) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let Cell::Texts(texts) = cell else {
            levels.push(0);
            begins.push(0);
            continue;
        };
        if texts.is_empty() {
            levels.push(1);
            begins.push(0);
        }
        for (at, text) in texts.iter().enumerate() {
            values.push(ByteArray::from(text.as_str()));
            levels.push(2);
            begins.push(i16::from(at > 0));
        }
    }
    writer
        .typed::<ByteArrayType>()
        .write_batch(&values, Some(&levels), Some(&begins))?;
    Ok(())
}
