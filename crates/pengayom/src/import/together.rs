//! Whether the rows of each record are together in the file.
//!
//! A record is made from rows that follow one another. Were its rows scattered, the first of them
//! would make the record and the others would be taken for a repetition, and be lost in silence.
//! So the keys are looked through before anything is recorded, in memory of some 16 bytes a record.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Read;

use super::mapping::{Kind, Mapping};
use super::rows::Rows;
use crate::fault::Fault;

/// Keys whose rows are not together.
#[derive(Debug, Default)]
pub(super) struct Apart {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Apart {
    /// Looks a file through as far as it can be read.
    ///
    /// # Errors
    /// As [`Rows::new`].
    pub(super) fn find(input: impl Read, mapping: &Mapping) -> Result<Self, Fault> {
        let mut rows = Rows::new(input, mapping)?;
        let mut apart = Self::default();
        let mut ended = HashSet::new();
        let (mut key, mut open) = (String::new(), None);
        while rows.next_key(&mut key) {
            if key.is_empty() {
                continue;
            }
            let hash = apart.hasher.hash_one(&key);
            let goes_on = mapping.source.kind == Kind::Calls && open == Some(hash);
            if !goes_on && !ended.insert(hash) {
                apart.hashes.insert(hash);
            }
            open = Some(hash);
        }
        Ok(apart)
    }

    /// Whether the rows of this key are not together.
    pub(super) fn has(&self, key: &str) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&self.hasher.hash_one(key))
    }
}
