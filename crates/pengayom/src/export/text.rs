//! Formats that are text: CSV, lines of JSON, GeoJSON.

use std::io::{BufWriter, Write as _};

use pengayom_core::value::inert;
use serde_json::{Map, Value, json};

use super::{Cell, Column, Holds, RowWriter, Sink, WriteError};

/// Name of a place in CSV: GDAL takes a column of this name for the geometry.
const WKT: &str = "wkt";

/// RFC 4180, with a row of names first.
pub(crate) struct Csv(csv::Writer<Sink>);

impl Csv {
    pub(crate) fn begin(columns: &[Column], to: Sink) -> Result<Self, WriteError> {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(to);
        let names = columns.iter().map(|column| match column.holds {
            Holds::Place => WKT,
            _ => column.name,
        });
        writer.write_record(names).map_err(std::io::Error::from)?;
        Ok(Self(writer))
    }
}

impl RowWriter for Csv {
    fn row(&mut self, row: Vec<Cell>) -> Result<(), WriteError> {
        let cells = row.into_iter().map(|cell| match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) => inert(&text).into_owned(),
            Cell::Texts(texts) => inert(&texts.join(";")).into_owned(),
            Cell::Whole(n) => n.to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Moment(at) => at.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Place(outline) => outline.wkt(),
        });
        self.0.write_record(cells).map_err(std::io::Error::from)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        Ok(self.0.flush()?)
    }
}

/// An object of all columns but places, by their names.
fn properties(columns: &[Column], row: &[Cell]) -> Result<Map<String, Value>, WriteError> {
    let named = columns.iter().zip(row);
    let named = named.filter(|(column, _)| column.holds != Holds::Place);
    named
        .map(|(column, cell)| Ok((column.name.to_owned(), cell.json()?)))
        .collect()
}

/// The place of a row as GeoJSON, or null.
fn geometry(columns: &[Column], row: &[Cell]) -> Result<Value, WriteError> {
    let mut named = columns.iter().zip(row);
    let place = named.find(|(column, _)| column.holds == Holds::Place);
    Ok(place.map_or(Ok(Value::Null), |(_, cell)| cell.json())?)
}

/// A JSON object a line.
pub(crate) struct Lines {
    columns: &'static [Column],
    to: BufWriter<Sink>,
}

impl Lines {
    pub(crate) fn begin(columns: &'static [Column], to: Sink) -> Self {
        Self {
            columns,
            to: BufWriter::new(to),
        }
    }
}

impl RowWriter for Lines {
    fn row(&mut self, row: Vec<Cell>) -> Result<(), WriteError> {
        let mut object = properties(self.columns, &row)?;
        for column in self.columns.iter().filter(|one| one.holds == Holds::Place) {
            object.insert(column.name.to_owned(), geometry(self.columns, &row)?);
        }
        serde_json::to_writer(&mut self.to, &object)?;
        Ok(self.to.write_all(b"\n")?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        Ok(self.to.flush()?)
    }
}

/// One GeoJSON feature collection (RFC 7946), a feature a line.
pub(crate) struct Places {
    columns: &'static [Column],
    to: BufWriter<Sink>,
    any: bool,
    bbox: Option<[f64; 4]>,
}

impl Places {
    pub(crate) fn begin(
        name: &str,
        columns: &'static [Column],
        to: Sink,
    ) -> Result<Self, WriteError> {
        let mut to = BufWriter::new(to);
        write!(
            to,
            "{{\"type\":\"FeatureCollection\",\"name\":\"{name}\",\"features\":["
        )?;
        Ok(Self {
            columns,
            to,
            any: false,
            bbox: None,
        })
    }
}

/// A frame that holds both.
pub(super) fn around(frame: Option<[f64; 4]>, other: [f64; 4]) -> [f64; 4] {
    frame.map_or(other, |[west, south, east, north]| {
        [
            west.min(other[0]),
            south.min(other[1]),
            east.max(other[2]),
            north.max(other[3]),
        ]
    })
}

impl RowWriter for Places {
    fn row(&mut self, row: Vec<Cell>) -> Result<(), WriteError> {
        let places = row.iter().filter_map(|cell| match cell {
            Cell::Place(outline) => Some(outline.bounds()),
            _ => None,
        });
        let bbox = places.fold(None, |frame, one| Some(around(frame, one)));
        self.bbox = bbox.map_or(self.bbox, |bbox| Some(around(self.bbox, bbox)));
        let mut feature = json!({
            "type": "Feature",
            "properties": properties(self.columns, &row)?,
            "geometry": geometry(self.columns, &row)?,
        });
        if let (Some(bbox), Some(feature)) = (bbox, feature.as_object_mut()) {
            feature.insert("bbox".to_owned(), json!(bbox));
        }
        self.to.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        Ok(serde_json::to_writer(&mut self.to, &feature)?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        match self.bbox {
            Some(bbox) => writeln!(self.to, "\n],\"bbox\":{}}}", json!(bbox))?,
            None => self.to.write_all(b"\n]}\n")?,
        }
        Ok(self.to.flush()?)
    }
}
