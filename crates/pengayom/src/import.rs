//! Importing records of other systems by a mapping file.
//!
//! A file is read row by row, never whole; each good record is recorded, each bad one goes to a
//! rejects file with its line and the reason, and does not stop the others. What was read is noted,
//! so that an import that was broken off goes on where it stopped; each record carries its key in
//! the source, so that importing it twice changes nothing.

mod areas;
mod call;
mod encounter;
mod field;
mod gather;
mod mapping;
mod progress;
mod rejects;
mod rows;
mod run;
mod together;

pub(crate) use areas::import_areas;
pub(crate) use mapping::{Kind, Mapping};
pub(crate) use rejects::Rejects;
pub(crate) use run::{ImportSummary, Options, import_records};
