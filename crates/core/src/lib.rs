//! The rules of a police unit's work, as pure functions.
//!
//! This crate knows acts, the subjects they are about, the pack (a unit's method as data) and the
//! geography of a unit. It does no I/O, reads no clock and draws no randomness: those are passed in.

pub mod act;
pub mod clock;
pub mod gap;
pub mod letter;
pub mod notice;
pub mod pack;
pub mod place;
pub mod subject;
pub mod value;
