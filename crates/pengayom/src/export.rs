//! Records as files that other programs read (`docs/export.md`): which rows a kind has, and how a format
//! writes them. Rows go through one by one, so that memory is bounded however many there are.

mod columnar;
mod out;
mod row;
mod rows;
mod text;

pub(crate) use out::Out;
pub(crate) use row::{Cell, Column, Holds};
pub(crate) use rows::{Days, Reader};

use std::io::Write;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Requests and reports
    Cases,
    /// Meetings of officers with people
    Encounters,
    /// Answers to the survey, one a row
    Feedback,
    /// Complaints as a kind of their own
    Complaints,
    /// Calls for service: by telephone, or from another system
    Calls,
    /// Areas with their outlines
    Areas,
    /// Bulletins
    Bulletins,
}

impl Kind {
    /// Its word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Encounters => "encounters",
            Self::Feedback => "feedback",
            Self::Complaints => "complaints",
            Self::Calls => "calls",
            Self::Areas => "areas",
            Self::Bulletins => "bulletins",
        }
    }

    /// Its columns; why there are none.
    ///
    /// # Errors
    /// A sentence, for a kind that nothing is recorded of.
    pub(crate) const fn columns(self) -> Result<&'static [Column], &'static str> {
        match self {
            Self::Cases => Ok(rows::CASES),
            Self::Encounters => Ok(rows::ENCOUNTERS),
            Self::Feedback => Ok(rows::FEEDBACK),
            Self::Calls => Ok(rows::CALLS),
            Self::Areas => Ok(rows::AREAS),
            Self::Complaints => Err(
                "complaints: nothing of this kind is recorded. What people filed with a service \
                 for complaints is among the cases: export cases",
            ),
            Self::Bulletins => Err("bulletins: nothing of this kind is recorded"),
        }
    }
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// RFC 4180, places as well-known text
    Csv,
    /// A JSON object a line
    Jsonl,
    /// RFC 7946, for kinds with a place
    Geojson,
    /// Parquet with zstd; kinds with a place as GeoParquet 1.1
    Parquet,
}

/// Why a row could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The file or the pipe.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The library of the format.
    #[error(transparent)]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A value the format cannot hold.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// Where bytes go.
pub(crate) type Sink = Box<dyn Write + Send>;

/// Writes rows of one kind in one format.
pub(crate) trait RowWriter {
    /// Writes a row, with a cell for each column.
    ///
    /// # Errors
    /// [`WriteError`].
    fn row(&mut self, row: Vec<Cell>) -> Result<(), WriteError>;

    /// Writes what stands at the end and gives all bytes away.
    ///
    /// # Errors
    /// [`WriteError`].
    fn finish(self: Box<Self>) -> Result<(), WriteError>;
}

/// A writer of a format. A kind without a place has no GeoJSON: ask first.
///
/// # Errors
/// [`WriteError`] when the beginning cannot be written.
pub(crate) fn writer(
    format: Format,
    kind: Kind,
    columns: &'static [Column],
    to: Sink,
) -> Result<Box<dyn RowWriter>, WriteError> {
    Ok(match format {
        Format::Csv => Box::new(text::Csv::begin(columns, to)?),
        Format::Jsonl => Box::new(text::Lines::begin(columns, to)),
        Format::Geojson => Box::new(text::Places::begin(kind.word(), columns, to)?),
        Format::Parquet => Box::new(columnar::Columnar::begin(columns, to)?),
    })
}
