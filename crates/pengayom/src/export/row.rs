//! A row of any kind: typed cells under named columns.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::place::Outline;
use serde_json::{Value, json};

/// What a column holds. Every cell may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// A text or a code.
    Text,
    /// Several texts.
    Texts,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
    /// A moment, UTC.
    Moment,
    /// A day of the unit's calendar.
    Day,
    /// A place on the map.
    Place,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name, the same in every format.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) holds: Holds,
}

impl Column {
    /// A column.
    pub(crate) const fn new(name: &'static str, holds: Holds) -> Self {
        Self { name, holds }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing is known, or it is left out.
    Empty,
    /// A text or a code.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
    /// A moment.
    Moment(Timestamp),
    /// A day.
    Day(Date),
    /// A place on the map.
    Place(Outline),
}

impl Cell {
    /// A text, or nothing.
    pub(crate) fn text(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.to_string()))
    }

    /// A moment, or nothing.
    pub(crate) fn moment(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Empty, Self::Moment)
    }

    /// A whole number, or nothing.
    pub(crate) fn whole(n: Option<i64>) -> Self {
        n.map_or(Self::Empty, Self::Whole)
    }

    /// Whether there is something to leave out.
    pub(crate) fn unless(self, left_out: bool) -> Self {
        if left_out { Self::Empty } else { self }
    }

    /// As JSON; a place as a GeoJSON geometry.
    pub(crate) fn json(&self) -> Result<Value, serde_json::Error> {
        Ok(match self {
            Self::Empty => Value::Null,
            Self::Text(text) => json!(text),
            Self::Texts(texts) => json!(texts),
            Self::Whole(n) => json!(n),
            Self::Flag(flag) => json!(flag),
            Self::Moment(at) => json!(at.to_string()),
            Self::Day(day) => json!(day.to_string()),
            Self::Place(outline) => serde_json::to_value(outline.geojson())?,
        })
    }

    /// Roughly how many bytes it takes while it waits to be written.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len() + 16,
            Self::Texts(texts) => texts.iter().map(|text| text.len() + 16).sum(),
            Self::Place(Outline::Ground(ground)) => ground
                .iter()
                .map(|polygon| {
                    let holes = polygon.interiors().iter().map(|ring| ring.0.len());
                    16 * (polygon.exterior().0.len() + holes.sum::<usize>())
                })
                .sum(),
            _ => 24,
        }
    }
}
