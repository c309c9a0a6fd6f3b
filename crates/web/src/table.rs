//! Tables for programs: CSV (RFC 4180) and GeoJSON (RFC 7946) at the address of the page that shows them.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use geojson::{Feature, FeatureCollection, JsonObject};
use pengayom_core::place::Outline;
use pengayom_core::value::inert;
use serde_json::Value;

use crate::conditional;

const CSV: &str = "text/csv; charset=utf-8";
const GEOJSON: &str = "application/geo+json";
const JSON: &str = "application/json";

/// A table, row by row. Its first row names the columns, by words that stay the same in every language.
pub(crate) struct Csv {
    writer: csv::Writer<Vec<u8>>,
}

impl Csv {
    /// Begins a table.
    pub(crate) fn new(head: &[&str]) -> Self {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .flexible(true)
            .from_writer(Vec::new());
        // Writing to memory cannot fail, and rows of any length are taken.
        let _ = writer.write_record(head);
        Self { writer }
    }

    /// Adds a row. A text that a spreadsheet would take for a formula is written with a mark before.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        let cells = cells.iter().map(|cell| inert(cell.as_ref()));
        let record: csv::StringRecord = cells.collect();
        let _ = self.writer.write_record(&record);
    }

    /// The whole table.
    pub(crate) fn text(self) -> String {
        let bytes = self.writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Hands the table down as a file that is kept nowhere.
    pub(crate) fn file(self, name: &str) -> Response {
        let mut answer = self.text().into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CSV));
        name_file(headers, name);
        answer
    }

    /// Hands the table down to anybody, who may have it already.
    pub(crate) fn public(self, asked: &HeaderMap, name: &str) -> Response {
        let mut answer = conditional::answer(asked, CSV, None, self.text());
        name_file(answer.headers_mut(), name);
        answer
    }
}

/// A value as JSON to anybody, who may have it already.
pub(crate) fn public_json(asked: &HeaderMap, value: &Value) -> Response {
    conditional::answer(asked, JSON, None, value.to_string())
}

/// Places as GeoJSON to anybody, who may have it already. `rows`: each with what is said of it.
pub(crate) fn public_geojson(asked: &HeaderMap, rows: Vec<(Outline, JsonObject)>) -> Response {
    let bounds = rows.iter().map(|(outline, _)| outline.bounds());
    let bbox = bounds.reduce(|all, one| {
        let [west, south, east, north] = one;
        [
            all[0].min(west),
            all[1].min(south),
            all[2].max(east),
            all[3].max(north),
        ]
    });
    let features = rows.into_iter().map(|(outline, properties)| {
        let mut feature = Feature::from(outline.value());
        feature.bbox = Some(outline.bounds().to_vec());
        feature.properties = Some(properties);
        feature
    });
    let collection = FeatureCollection {
        bbox: bbox.map(|bbox| bbox.to_vec()),
        features: features.collect(),
        foreign_members: None,
    };
    conditional::answer(asked, GEOJSON, None, collection.to_string())
}

fn name_file(headers: &mut HeaderMap, name: &str) {
    // Our own letters, digits, points and dashes only.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_is_no_formula() {
        let mut table = Csv::new(&["a", "b", "c", "d", "e"]);
        table.row(&["=1+1", "a,b", "say \"x\"", "plain", "-6.75"]);
        table.row(&["@SUM(A1)", "-1+2", "+62 812", "\tx", ""]);
        let text = table.text();
        let expected = "a,b,c,d,e\r\n'=1+1,\"a,b\",\"say \"\"x\"\"\",plain,-6.75\r\n\
             '@SUM(A1),'-1+2,'+62 812,'\tx,\r\n";
        assert_eq!(text, expected);
    }

    proptest! {
        // What is written is read again cell by cell, whatever stands in it.
        #[test]
        fn what_is_written_is_read_again(cells in prop::collection::vec("(?s).{0,12}", 3..=3)) {
            let mut table = Csv::new(&["a", "b", "c"]);
            table.row(&cells);
            let text = table.text();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            prop_assert_eq!(rows.len(), 1);
            for (read, written) in rows.iter().flatten().zip(&cells) {
                prop_assert_eq!(read, &*inert(written));
            }
        }
    }
}
