//! Arbitrary acts, commands and histories, for tests that state laws.
//!
//! [`payload::any_payload`] gives payloads no rule ever saw; [`history`] gives those that come out when the
//! rules are driven with random commands. For tests only: the program never contains this crate.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test may stop at the first surprise"
)]

pub mod command;
pub mod history;
pub mod method;
pub mod payload;
pub mod postgres;
pub mod proof;
mod rights;
pub mod value;
