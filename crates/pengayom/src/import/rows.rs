//! Rows of a file, read one by one, with our fields found by the mapping.

use std::io::Read;

use csv::ByteRecord;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::field::Field;
use super::mapping::{DurationUnit, Mapping};
use super::rejects::Reject;
use crate::fault::Fault;

/// Most columns a file can have.
const COLUMNS_MAX: usize = 512;

/// Longest value that is looked at, in bytes.
const VALUE_MAX: usize = 64 * 1024;

/// Longest row that is read, in bytes: a quote that is not closed would swallow the rest of a file.
const ROW_MAX: u64 = 16 * 1024 * 1024;

/// Longest duration a source can give: a year. What is longer is a mistake of the source.
const DURATION_MAX_SECONDS: f64 = 366.0 * 86_400.0;

/// Where the value of a field comes from.
#[derive(Debug, Clone)]
enum Origin {
    Column(usize),
    Constant(String),
}

/// A duration found in a column.
#[derive(Debug, Clone, Copy)]
struct Counted {
    column: usize,
    unit: DurationUnit,
    from: Field,
}

/// Which column is what, for one file.
#[derive(Debug)]
pub(crate) struct Plan {
    headers: Vec<String>,
    origins: Vec<Option<Origin>>,
    durations: Vec<Option<Counted>>,
    tables: Vec<Option<std::collections::BTreeMap<String, String>>>,
    key: Vec<usize>,
    zone: TimeZone,
    time_format: String,
    has_offset: bool,
}

impl Plan {
    /// Fits a mapping to the header of a file.
    ///
    /// # Errors
    /// [`Fault::Input`] naming the column that is missing or there twice.
    fn new(mapping: &Mapping, headers: Vec<String>) -> Result<Self, Fault> {
        if headers.len() > COLUMNS_MAX {
            return Err(Fault::Input(format!(
                "the file has {} columns, at most {COLUMNS_MAX} are read; is the delimiter right?",
                headers.len()
            )));
        }
        for (at, header) in headers.iter().enumerate() {
            if let Some(before) = headers.iter().take(at).position(|known| known == header) {
                return Err(Fault::Input(format!(
                    "the header names {header:?} twice (columns {} and {}): give each column a \
                     name of its own",
                    before + 1,
                    at + 1
                )));
            }
        }
        let column = |name: &String| {
            headers
                .iter()
                .position(|known| known == name)
                .ok_or_else(|| {
                    Fault::Input(format!(
                        "the mapping names column {name:?}, the file has: {}",
                        headers.join(", ")
                    ))
                })
        };
        let mut origins = vec![None; Field::COUNT];
        let mut durations = vec![None; Field::COUNT];
        let mut tables = vec![None; Field::COUNT];
        for (field, name) in &mapping.columns {
            set(&mut origins, *field, Origin::Column(column(name)?));
        }
        for (field, value) in &mapping.constants {
            set(&mut origins, *field, Origin::Constant(value.clone()));
        }
        for (field, duration) in &mapping.durations {
            let counted = Counted {
                column: column(&duration.column)?,
                unit: duration.unit,
                from: duration.from,
            };
            set(&mut durations, *field, counted);
        }
        for (field, table) in &mapping.tables {
            set(&mut tables, *field, table.clone());
        }
        let key = mapping
            .key
            .columns
            .iter()
            .map(column)
            .collect::<Result<_, _>>()?;
        let time_format = mapping.source.time_format.clone();
        Ok(Self {
            origins,
            durations,
            tables,
            key,
            zone: mapping.zone()?,
            has_offset: time_format.contains("%z") || time_format.contains("%:z"),
            time_format,
            headers,
        })
    }
}

impl Plan {
    /// Writes the key of a record; the column that is empty or does not read when it has none.
    fn key_of(&self, record: &ByteRecord, key: &mut String) -> Result<(), usize> {
        for (part, at) in self.key.iter().enumerate() {
            if part > 0 {
                key.push('\u{1f}');
            }
            let value = record.get(*at).filter(|value| value.len() <= VALUE_MAX);
            let value = value.and_then(|value| std::str::from_utf8(value).ok());
            match value.map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) => key.push_str(value),
                None => return Err(*at),
            }
        }
        Ok(())
    }

    /// The columns that name a record, as messages show them.
    pub(crate) fn key_columns(&self) -> String {
        let names = self.key.iter().filter_map(|at| self.headers.get(*at));
        names.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

fn set<T: Clone>(table: &mut [Option<T>], field: Field, value: T) {
    if let Some(slot) = table.get_mut(field.index()) {
        *slot = Some(value);
    }
}

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    /// Line of the file where it begins, from 1.
    pub(crate) line: u64,
    /// The record's key.
    pub(crate) key: String,
    values: Vec<String>,
}

/// Rows of a file.
pub(crate) struct Rows<R> {
    reader: csv::Reader<Limited<R>>,
    record: ByteRecord,
    plan: Plan,
    read: u64,
}

/// Reads no further than it was allowed to.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let Some(part) = buffer.get_mut(..most).filter(|part| !part.is_empty()) else {
            return Err(std::io::Error::other(RowTooLong));
        };
        let read = self.inner.read(part)?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// A row goes on and on.
#[derive(Debug, thiserror::Error)]
#[error("row longer than {} MiB", ROW_MAX / (1024 * 1024))]
struct RowTooLong;

/// What reading on came to.
pub(crate) enum Next {
    /// A row.
    Row(Row),
    /// A row that cannot be read; its key, if that much can be.
    Bad(Reject, Option<String>),
    /// The file is at its end.
    End,
    /// A row does not end; nothing after it can be read.
    Endless {
        /// The line it begins in.
        line: u64,
    },
    /// The file ends before its end: it was cut off, or the disk failed.
    CutOff {
        /// The last line that was read.
        line: u64,
        /// What the system said.
        fault: String,
    },
}

impl<R: Read> Rows<R> {
    /// Begins to read: the header is fitted to the mapping.
    ///
    /// # Errors
    /// [`Fault::Input`] when the header does not read or does not fit.
    pub(crate) fn new(input: R, mapping: &Mapping) -> Result<Self, Fault> {
        let delimiter = u8::try_from(mapping.source.delimiter).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .from_reader(Limited {
                inner: input,
                left: ROW_MAX,
            });
        let mut header = ByteRecord::new();
        let found = reader
            .read_byte_record(&mut header)
            .map_err(|error| Fault::Input(format!("the header does not read: {error}")))?;
        if !found {
            return Err(Fault::Input(
                "the file is empty: it needs a header".to_owned(),
            ));
        }
        let headers = header
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let name = if at == 0 {
                    name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name)
                } else {
                    name
                };
                std::str::from_utf8(name)
                    .map(|name| name.trim().to_owned())
                    .map_err(|_| {
                        Fault::Input(format!(
                            "the header's column {} is not UTF-8: save the file as UTF-8",
                            at + 1
                        ))
                    })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            reader,
            record: ByteRecord::new(),
            plan: Plan::new(mapping, headers)?,
            read: 0,
        })
    }

    /// The mapping, fitted.
    pub(crate) const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Rows read so far, the header not counted.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// Reads on.
    pub(crate) fn next(&mut self) -> Next {
        let before = self.reader.position().line();
        match self.read_record() {
            Ok(false) => return Next::End,
            Ok(true) => {}
            Err(error) => return broken_off(before, &error),
        }
        let line = self.record.position().map_or(before, csv::Position::line);
        match self.values() {
            Err((field, mut reason)) => {
                let after = self.reader.position().line();
                if after > line + 1 {
                    let last = after - 1;
                    let hint = format!("; the row reaches to line {last}: is a quote not closed?");
                    reason.push_str(&hint);
                }
                let mut key = String::new();
                let known = self.plan.key_of(&self.record, &mut key).is_ok();
                let reject = Reject {
                    line,
                    field,
                    reason,
                };
                Next::Bad(reject, known.then_some(key))
            }
            Ok((key, values)) => Next::Row(Row { line, key, values }),
        }
    }

    /// Reads on as far as the key of the row, which is empty when the row has none; `false` at the
    /// end of what can be read.
    pub(crate) fn next_key(&mut self, key: &mut String) -> bool {
        key.clear();
        match self.read_record() {
            Ok(true) => {
                if self.plan.key_of(&self.record, key).is_err() {
                    key.clear();
                }
                true
            }
            Ok(false) | Err(_) => false,
        }
    }

    fn read_record(&mut self) -> csv::Result<bool> {
        self.reader.get_mut().left = ROW_MAX;
        let found = self.reader.read_byte_record(&mut self.record)?;
        self.read += u64::from(found);
        Ok(found)
    }

    /// The key and the values of the record, or the column and what is wrong with it.
    fn values(&self) -> Result<(String, Vec<String>), (String, String)> {
        let expected = self.plan.headers.len();
        if self.record.len() != expected {
            let reason = format!("{} columns, the header has {expected}", self.record.len());
            return Err((String::new(), reason));
        }
        let mut values = Vec::with_capacity(expected);
        for (value, header) in self.record.iter().zip(&self.plan.headers) {
            if value.len() > VALUE_MAX {
                let found = value.len();
                let reason = format!("value of {found} bytes; at most {VALUE_MAX} are taken");
                return Err((header.clone(), reason));
            }
            let Ok(value) = std::str::from_utf8(value) else {
                let reason = "not UTF-8; save the file as UTF-8".to_owned();
                return Err((header.clone(), reason));
            };
            values.push(value.trim().to_owned());
        }
        let mut key = String::new();
        match self.plan.key_of(&self.record, &mut key) {
            Ok(()) => Ok((key, values)),
            Err(at) => {
                let header = self.plan.headers.get(at).cloned().unwrap_or_default();
                Err((header, "the record's key is empty".to_owned()))
            }
        }
    }
}

fn broken_off(line: u64, error: &csv::Error) -> Next {
    let endless = match error.kind() {
        csv::ErrorKind::Io(fault) => fault
            .get_ref()
            .is_some_and(<dyn std::error::Error + Send + Sync>::is::<RowTooLong>),
        _ => false,
    };
    if endless {
        return Next::Endless { line };
    }
    Next::CutOff {
        line,
        fault: error.to_string(),
    }
}

impl Row {
    /// The value of a field after its table; `None` when empty or not mapped.
    ///
    /// # Errors
    /// [`Reject`] when the field has a table and the value is not in it.
    pub(crate) fn value<'a>(
        &'a self,
        plan: &'a Plan,
        field: Field,
    ) -> Result<Option<&'a str>, Reject> {
        let raw = match plan.origins.get(field.index()).and_then(Option::as_ref) {
            None => return Ok(None),
            Some(Origin::Constant(value)) => value.as_str(),
            Some(Origin::Column(at)) => self.values.get(*at).map_or("", String::as_str),
        };
        if raw.is_empty() {
            return Ok(None);
        }
        match plan.tables.get(field.index()).and_then(Option::as_ref) {
            None => Ok(Some(raw)),
            Some(table) => table
                .get(raw)
                .map(|value| Some(value.as_str()))
                .ok_or_else(|| {
                    self.reject(
                        field,
                        format!("{:?} is not in the table tables.{}", cut(raw), field.name()),
                    )
                }),
        }
    }

    /// The value of a field that must be there.
    ///
    /// # Errors
    /// [`Reject`] when it is empty.
    pub(crate) fn needed<'a>(&'a self, plan: &'a Plan, field: Field) -> Result<&'a str, Reject> {
        self.value(plan, field)?
            .ok_or_else(|| self.reject(field, "missing".to_owned()))
    }

    /// A moment, given as such or as a duration from another.
    ///
    /// # Errors
    /// [`Reject`] when it does not read, or a duration is negative or longer than a year.
    pub(crate) fn moment(&self, plan: &Plan, field: Field) -> Result<Option<Timestamp>, Reject> {
        self.moment_within(plan, field, 8)
    }

    fn moment_within(
        &self,
        plan: &Plan,
        field: Field,
        depth: u8,
    ) -> Result<Option<Timestamp>, Reject> {
        if let Some(counted) = plan.durations.get(field.index()).copied().flatten() {
            if depth == 0 {
                return Err(
                    self.reject(field, "durations count from one another in a circle".into())
                );
            }
            let Some(from) = self.moment_within(plan, counted.from, depth - 1)? else {
                return Ok(None);
            };
            let raw = self.values.get(counted.column).map_or("", String::as_str);
            if raw.is_empty() {
                return Ok(None);
            }
            let number: f64 = raw
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .ok_or_else(|| self.reject(field, format!("{:?} is not a number", cut(raw))))?;
            let seconds = number * counted.unit.seconds();
            if seconds < 0.0 {
                return Err(self.reject(field, format!("negative duration {}", cut(raw))));
            }
            if seconds > DURATION_MAX_SECONDS {
                return Err(self.reject(field, format!("duration {} is over a year", cut(raw))));
            }
            // To the second: sources that give tenths of minutes say no more than that.
            let whole = SignedDuration::from_secs_f64(seconds.round());
            return from
                .checked_add(whole)
                .map(Some)
                .map_err(|_| self.reject(field, "beyond the calendar".to_owned()));
        }
        let Some(raw) = self.value(plan, field)? else {
            return Ok(None);
        };
        let parsed = jiff::fmt::strtime::parse(&plan.time_format, raw).map_err(|_| {
            self.reject(
                field,
                format!(
                    "{:?} does not fit the format {:?}",
                    cut(raw),
                    plan.time_format
                ),
            )
        })?;
        let moment = if plan.has_offset {
            parsed.to_timestamp()
        } else {
            // In the hour that comes twice the first is meant; in the one left out, the one after.
            parsed
                .to_datetime()
                .and_then(|local| plan.zone.to_ambiguous_timestamp(local).compatible())
        };
        moment
            .map(Some)
            .map_err(|_| self.reject(field, format!("{:?} is no moment", cut(raw))))
    }

    /// A number.
    ///
    /// # Errors
    /// [`Reject`] when it is not one.
    pub(crate) fn number(&self, plan: &Plan, field: Field) -> Result<Option<f64>, Reject> {
        let Some(raw) = self.value(plan, field)? else {
            return Ok(None);
        };
        match raw.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.reject(field, format!("{:?} is not a number", cut(raw)))),
        }
    }

    /// A reject of this row, for a column of the file.
    pub(crate) fn reject_column(&self, column: String, reason: String) -> Reject {
        Reject {
            line: self.line,
            field: column,
            reason,
        }
    }

    /// A reject of this row.
    pub(crate) fn reject(&self, field: Field, reason: String) -> Reject {
        Reject {
            line: self.line,
            field: field.name().to_owned(),
            reason,
        }
    }
}

/// A value as a message can show it.
pub(crate) fn cut(value: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = value.chars().take(SHOWN).collect();
    if value.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MAPPING: &str = r#"
        [source]
        name = "test"
        kind = "calls"
        time_zone = "Asia/Jakarta"
        [key]
        columns = ["a", "b"]
        [columns]
        received_at = "at"
        lat = "lat"
        [durations]
        dispatched_at = { column = "wait", unit = "minutes", from = "received_at" }
        arrived_at = { column = "way", unit = "hours", from = "dispatched_at" }
        [constants]
        service = "call_110"
        [tables.priority]
        high = "1"
    "#;

    const HEADER: &str = "a,b,at,lat,wait,way\n";

    fn mapping() -> Mapping {
        Mapping::parse("test", MAPPING).unwrap()
    }

    fn only_row(text: &str) -> (Row, Rows<std::io::Cursor<Vec<u8>>>) {
        let input = std::io::Cursor::new(format!("{HEADER}{text}").into_bytes());
        let mut rows = Rows::new(input, &mapping()).unwrap();
        match rows.next() {
            Next::Row(row) => (row, rows),
            _ => panic!("{text:?} is no row"),
        }
    }

    #[test]
    fn durations_count_from_one_another_to_the_second() {
        let (row, rows) = only_row("1,x,2026-01-01T08:00:00,,2.5,0.5\n");
        let arrived = row.moment(rows.plan(), Field::ArrivedAt).unwrap().unwrap();
        assert_eq!(arrived.to_string(), "2026-01-01T01:32:30Z");
        let (row, rows) = only_row("1,x,2026-01-01T08:00:00,,,0.5\n");
        assert_eq!(row.moment(rows.plan(), Field::ArrivedAt).unwrap(), None);
    }

    #[test]
    fn a_key_of_several_columns_keeps_them_apart() {
        let (one, _) = only_row("1,23,,,,\n");
        let (other, _) = only_row("12,3,,,,\n");
        assert_ne!(one.key, other.key);
    }

    #[test]
    fn a_value_in_a_message_is_cut() {
        assert_eq!(cut(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
        assert_eq!(cut("short"), "short");
    }

    #[test]
    fn no_more_is_read_than_was_allowed() {
        let mut limited = Limited {
            inner: std::io::repeat(b'x'),
            left: 10,
        };
        let mut buffer = [0; 7];
        assert_eq!(limited.read(&mut buffer).unwrap(), 7);
        assert_eq!(limited.read(&mut buffer).unwrap(), 3);
        let error = limited.read(&mut buffer).unwrap_err();
        assert!(error.get_ref().unwrap().is::<RowTooLong>());
    }

    fn read_all(bytes: &[u8]) {
        let mapping = mapping();
        let Ok(mut rows) = Rows::new(bytes, &mapping) else {
            return;
        };
        let mut before = 0;
        loop {
            match rows.next() {
                Next::Row(row) => {
                    assert!(row.line >= before);
                    before = row.line;
                    for field in [Field::ReceivedAt, Field::DispatchedAt, Field::ArrivedAt] {
                        let _ = row.moment(rows.plan(), field);
                    }
                    let _ = row.number(rows.plan(), Field::Lat);
                }
                Next::Bad(reject, _) => {
                    assert!(reject.line >= before);
                    before = reject.line;
                }
                Next::End | Next::CutOff { .. } | Next::Endless { .. } => break,
            }
        }
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            read_all(&bytes);
            let mut text = HEADER.as_bytes().to_vec();
            text.extend(&bytes);
            read_all(&text);
        }

        #[test]
        fn signs_that_matter_to_the_format_never_panic_the_reader(
            text in "[0-9a-z,;\"\\r\\n\u{feff} .eE+:T-]{0,200}"
        ) {
            read_all(format!("{HEADER}{text}").as_bytes());
        }

        #[test]
        fn arbitrary_words_never_panic_a_mapping(text in "[ -~\\n]{0,200}") {
            let _ = Mapping::parse("test", &text);
            let _ = Mapping::parse("test", &format!("{MAPPING}{text}"));
        }

        #[test]
        fn a_duration_is_taken_or_refused_with_a_reason(number in any::<f64>()) {
            let (row, rows) = only_row(&format!("1,x,2026-01-01T08:00:00,,{number},\n"));
            match row.moment(rows.plan(), Field::DispatchedAt) {
                Ok(at) => prop_assert!(number >= 0.0 && at.is_some()),
                Err(reject) => prop_assert!(!reject.reason.is_empty()),
            }
        }
    }
}
