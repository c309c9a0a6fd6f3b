//! Files in pieces: how one is read, and what a check of all of them finds.

use std::sync::Arc;

use pengayom_core::value::UnitId;
use serde::Serialize;

use crate::Store;
use crate::error::StoreError;
use crate::rows::BlobRow;

/// Size of every piece of a file but the last, in bytes: small enough that writing one holds nobody
/// up, large enough that a photograph is a few dozen of them.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Reads what is in a file, or a part of it, piece by piece. At most one piece is in memory.
pub struct BlobReader {
    store: Arc<dyn Store>,
    unit: UnitId,
    blob: BlobRow,
    at: u64,
    end: u64,
}

impl std::fmt::Debug for BlobReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlobReader")
            .field("sha256", &self.blob.sha256)
            .field("at", &self.at)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl BlobReader {
    /// Reads all of a file.
    pub fn new(store: Arc<dyn Store>, unit: UnitId, blob: BlobRow) -> Self {
        let end = blob.size_bytes;
        Self::part(store, unit, blob, 0, end)
    }

    /// Reads from one byte until before another; what lies beyond the file is left out.
    pub fn part(store: Arc<dyn Store>, unit: UnitId, blob: BlobRow, from: u64, until: u64) -> Self {
        let end = until.min(blob.size_bytes);
        Self {
            store,
            unit,
            blob,
            at: from,
            end,
        }
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the content was erased; [`StoreError::Damaged`] when some of it
    /// is not there.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let body = self.blob.body.ok_or(StoreError::Missing { what: "blob" })?;
        let part = self.store.blob_part(&self.unit, body, self.at).await?;
        let mut part = match part {
            Some(part) if !part.is_empty() => part,
            _ => {
                return Err(StoreError::Damaged {
                    what: "blob",
                    fault: format!("bytes are missing from {} on", self.at),
                });
            }
        };
        let left = usize::try_from(self.end - self.at).unwrap_or(usize::MAX);
        part.truncate(left);
        self.at += part.len() as u64;
        Ok(Some(part))
    }

    /// Everything that is left, in memory at once. For small files only, such as a photograph that
    /// is opened.
    ///
    /// # Errors
    /// As [`Self::next`]; [`StoreError::Damaged`] when it is more than `most` bytes.
    pub async fn read_all(mut self, most: usize) -> Result<Vec<u8>, StoreError> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        if left > most {
            return Err(StoreError::Damaged {
                what: "blob",
                fault: format!("{left} bytes, at most {most} are read at once"),
            });
        }
        let mut all = Vec::with_capacity(left);
        while let Some(part) = self.next().await? {
            all.extend_from_slice(&part);
        }
        Ok(all)
    }
}

/// How far a check of files has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct BlobProgress {
    /// Files read so far.
    pub blobs: u64,
    /// Files of the unit.
    pub of: u64,
    /// Bytes read so far.
    pub bytes: u64,
}

/// What a check of the files of a unit found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BlobReport {
    /// Files that were read whole.
    pub blobs: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Files whose content was erased; their names stay.
    pub erased: u64,
    /// What is wrong, by the file's SHA-256, in their order.
    pub faults: Vec<(String, BlobFault)>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum BlobFault {
    /// An act names it, and nothing of it is kept; or all of its content is gone.
    Missing,
    /// Some bytes of it are not there, or lie twice.
    Gap {
        /// The first byte where that is so.
        at: u64,
    },
    /// It is longer or shorter than was noted.
    Size {
        /// As was noted.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// Its content has another SHA-256 than its name says.
    Content,
}

impl std::fmt::Display for BlobFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("its content is not there"),
            Self::Gap { at } => write!(f, "its content has a gap at byte {at}"),
            Self::Size { expected, found } => {
                write!(f, "its content has {found} bytes, {expected} were kept")
            }
            Self::Content => f.write_str("its content was changed: it has another SHA-256"),
        }
    }
}
