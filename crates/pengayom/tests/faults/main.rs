//! Faults to survive: the built program under load, ended, starved and set back as machines are.
//!
//! `docs/faults.md` says what is promised at each fault and which test shows it.
// What halts a process where it is told to is compiled for tests only.
#![cfg(debug_assertions)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod asking;
mod browser;
mod clock;
mod database;
mod disk;
mod files;
mod full;
mod halted;
mod jobs;
mod killed;
mod leak;
mod log;
mod patient;
mod record;
mod retention;
mod serving;
mod unit;
