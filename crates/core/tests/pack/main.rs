//! Packs: the real one, every fault of one, the laws of the loader, and what the documents say of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod faults;
mod floor;
mod gaps;
mod id;
mod laws;
mod lessons;
mod letters;
mod notices;
mod offences;
mod page;
mod rights;
mod rights_ends;
mod rights_faults;
mod rights_laws;
mod steps;
mod support;
mod triage;
