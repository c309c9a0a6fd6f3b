//! Packs: the real one, every fault of one, and the laws of the loader.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod faults;
mod id;
mod laws;
mod support;
