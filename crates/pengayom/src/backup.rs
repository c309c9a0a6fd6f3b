//! A backup: a folder of encrypted parts, and a manifest that says what they are.
//!
//! Every part is the rows of one table of one unit, as lines of JSON, packed with zstd and encrypted
//! with `age` for the node's key and for whoever else may open it. `manifest.json` comes last: a
//! folder without it is no backup. `docs/backup.md` describes the format.

mod identity;
mod manifest;
mod part;
mod progress;
mod read;
mod write;

pub(crate) use identity::{identities_of_files, identity_of, recipient_of};
pub(crate) use manifest::{Head, Manifest, keyrings_of};
pub(crate) use progress::Progress;
pub(crate) use read::Backup;
pub(crate) use write::BackupWriter;

#[cfg(test)]
mod tests;
