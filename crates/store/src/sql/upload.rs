//! A file being sent: its pieces go to the writer as they come, and its SHA-256 is reckoned on the
//! way.

use std::time::Duration;

use jiff::Timestamp;
use pengayom_core::value::UnitId;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::ask::{hand_over, unfit};
use super::beside::{Change, What};
use super::map::damaged;
use super::writer::{Message, Write};
use crate::blob::CHUNK_BYTES;
use crate::error::StoreError;
use crate::sql::writer::Answer;
use crate::write::{Blob, Stored};

/// How long a piece waits for its turn before the upload is refused.
const TURN: Duration = Duration::from_secs(10);

/// A file being sent. At most one piece of it is in memory. Dropped before it is finished, it leaves
/// nothing: its pieces go at once where they can, and with what has expired otherwise.
#[derive(Debug)]
pub struct BlobUpload {
    unit: UnitId,
    id: Uuid,
    expires_at: Timestamp,
    queue: mpsc::Sender<Message>,
    hash: Sha256,
    buffer: Vec<u8>,
    /// Bytes that were handed to the writer.
    handed: u64,
    /// Nothing is to be cleared away, or never was.
    clear: bool,
}

impl BlobUpload {
    pub(super) fn new(
        unit: UnitId,
        id: Uuid,
        expires_at: Timestamp,
        queue: mpsc::Sender<Message>,
    ) -> Self {
        Self {
            unit,
            id,
            expires_at,
            queue,
            hash: Sha256::new(),
            buffer: Vec::new(),
            handed: 0,
            clear: true,
        }
    }

    /// Bytes taken so far.
    pub fn size_bytes(&self) -> u64 {
        self.handed + self.buffer.len() as u64
    }

    /// Takes the next bytes of the file. Waits while the store has too much to do.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when it has for long, [`StoreError::Missing`] when the upload took longer
    /// than it may; the upload is lost then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            if self.buffer.capacity() == 0 {
                self.buffer
                    .reserve_exact(CHUNK_BYTES.min(bytes.len().max(16 * 1024)));
            }
            let room = CHUNK_BYTES - self.buffer.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            self.hash.update(now);
            bytes = later;
            // A full piece waits for a byte after it: the last goes with the end.
            if self.buffer.len() == CHUNK_BYTES && !bytes.is_empty() {
                self.hand_on().await?;
            }
        }
        Ok(())
    }

    /// Writes the piece that is full.
    async fn hand_on(&mut self) -> Result<(), StoreError> {
        let content = std::mem::take(&mut self.buffer);
        let size = content.len() as u64;
        let what = What::PutChunk {
            upload: self.id,
            start: self.handed,
            content,
            expires_at: self.expires_at,
        };
        self.clear = false;
        self.change(what).await?;
        self.handed += size;
        Ok(())
    }

    /// Keeps what was sent, under the SHA-256 of its content. The same content is kept once.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the content has not the SHA-256 it was said to have,
    /// [`StoreError::Missing`] when the upload took longer than it may; and the writer's.
    pub async fn finish(mut self, blob: Blob) -> Result<Stored, StoreError> {
        let hash = std::mem::take(&mut self.hash).finalize();
        let sha256 = hex(&hash);
        if blob.claimed.as_ref().is_some_and(|it| *it != sha256) {
            return Err(damaged("blob", "the content has another SHA-256"));
        }
        let size_bytes = self.size_bytes();
        let stored = Stored { sha256, size_bytes };
        let what = What::FinishUpload {
            upload: self.id,
            last: std::mem::take(&mut self.buffer),
            stored: stored.clone(),
            blob,
        };
        self.change(what).await?;
        self.clear = true;
        Ok(stored)
    }

    async fn change(&self, what: What) -> Result<(), StoreError> {
        let unit = self.unit.clone();
        let write = Write::Beside(Box::new(Change { unit, what }));
        let place = tokio::time::timeout(TURN, self.queue.reserve()).await;
        let place = place.map_err(|_| StoreError::Busy)?;
        let place = place.map_err(|_| StoreError::Closing)?;
        match hand_over(write, |message| place.send(message)).await? {
            Answer::Done => Ok(()),
            _ => Err(unfit()),
        }
    }
}

impl Drop for BlobUpload {
    fn drop(&mut self) {
        if self.clear {
            return;
        }
        let unit = self.unit.clone();
        let what = What::DropUpload(self.id);
        let (answer, _) = tokio::sync::oneshot::channel();
        let write = Write::Beside(Box::new(Change { unit, what }));
        // Where there is no room it goes with what has expired.
        let _ = self
            .queue
            .try_send(Message::Carry(super::writer::Waiting { write, answer }));
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
