//! The program as people start it: the built binary, its files, its exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod areas;
mod backup;
mod bad_files;
mod bad_rows;
mod calls;
mod doctor;
mod encounters;
mod export;
mod key;
mod ledger;
mod retention;
mod support;
mod token;
mod tools;
mod usage;
mod webhook;
mod witness;
mod witness_tls;
