//! Files that come with a report or are added to a case: photographs, documents, films, recordings.
//!
//! What is sent is kept as it is, piece by piece, for it may be evidence. What pages show of a
//! picture is a small copy made anew, without the position and other details a camera writes into a
//! file; those are told to the staff of the case as the file's own claim. A letter is no evidence: a
//! picture of one is kept without those details, so that what its reader gets is what its hash names.

mod bare;
mod claims;
mod kind;
mod open;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::subject::case::BlobRef;
use pengayom_store::rows::{BlobRow, Preview};
use pengayom_store::{Blob, BlobReader, BlobUpload};
use tokio::sync::Semaphore;

pub use bare::bare;
pub use claims::{Claims, claims};
pub use kind::{Kind, kind_of};
pub use open::preview;

use crate::Node;
use crate::draft::DRAFT_HOURS;
use crate::error::HandleError;

/// Largest picture, in bytes (UX page 2). It is opened in memory to make its small copy.
pub const PHOTO_MAX_BYTES: usize = 10 * 1024 * 1024;

/// Largest document, film or recording, in bytes: five minutes of film at the 1.8 Mbit/s that
/// messengers send, an hour of speech at 128 kbit/s. Why no more, see
/// `docs/decisions/0021-files-in-pieces.md`.
pub const EVIDENCE_MAX_BYTES: usize = 64 * 1024 * 1024;

/// How long an upload may take before what came of it is swept away.
const UPLOAD_HOURS: i64 = 1;

/// Pictures that are opened at once, so that several large ones do not fill the memory together.
static OPENING: Semaphore = Semaphore::const_new(2);

/// Which files are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Pictures, from anybody.
    Photo,
    /// Whatever may be evidence, from staff.
    Evidence,
    /// A letter for a reporter, from staff: a document, or a picture of a paper.
    Letter,
}

impl Wanted {
    /// Whether a kind of file is among them.
    pub const fn takes(self, kind: Kind) -> bool {
        match self {
            Self::Photo => kind.is_picture(),
            Self::Evidence => true,
            Self::Letter => matches!(kind, Kind::Pdf | Kind::Jpeg | Kind::Png),
        }
    }
}

/// Why a file cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing was sent.
    #[error("empty file")]
    Empty,
    /// More than is kept of this kind.
    #[error("file too large, limit {limit} bytes")]
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// Not of a kind that is taken, by its content.
    #[error("not a kind of file that is taken")]
    Unknown,
    /// Its beginning is a picture, but it does not open within bounds.
    #[error("the picture does not open")]
    Broken,
}

/// A file coming in. Nothing of it is kept before its kind is known, nor when it is not finished.
#[derive(Debug)]
pub struct Intake {
    upload: BlobUpload,
    wanted: Wanted,
    /// What it begins with, until that says what it is.
    head: Vec<u8>,
    kind: Option<Kind>,
    now: Timestamp,
    keep_until: Timestamp,
}

impl Intake {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`HandleError::Media`] as soon as it is clear that the file is not taken; the store's.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), HandleError> {
        if self.kind.is_none() {
            self.head.extend_from_slice(bytes);
            if self.head.len() < kind::HEAD_BYTES {
                return Ok(());
            }
            return self.begin().await;
        }
        self.take(bytes).await
    }

    /// Finds out what it is and takes what came so far.
    async fn begin(&mut self) -> Result<(), HandleError> {
        let kind = kind_of(&self.head).filter(|kind| self.wanted.takes(*kind));
        self.kind = Some(kind.ok_or(MediaError::Unknown)?);
        let head = std::mem::take(&mut self.head);
        self.take(&head).await
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), HandleError> {
        let limit = self.kind.map_or(0, Kind::max_bytes);
        let after = self.upload.size_bytes() + bytes.len() as u64;
        if after > limit as u64 {
            return Err(MediaError::TooLarge { limit }.into());
        }
        Ok(self.upload.write(bytes).await?)
    }

    /// Keeps the file for as long as a draft; an act that names it keeps it for good.
    ///
    /// # Errors
    /// [`HandleError::Media`], or the store's.
    pub async fn finish(mut self) -> Result<BlobRef, HandleError> {
        if self.kind.is_none() {
            if self.head.is_empty() {
                return Err(MediaError::Empty.into());
            }
            self.begin().await?;
        }
        let kind = self.kind.ok_or(MediaError::Unknown)?;
        let blob = Blob {
            media_type: kind.media_type().to_owned(),
            recorded_at: self.now,
            keep_until: Some(self.keep_until),
            claimed: None,
        };
        let stored = self.upload.finish(blob).await?;
        Ok(BlobRef {
            sha256: stored.sha256,
            media_type: kind.media_type().to_owned(),
            size_bytes: stored.size_bytes,
        })
    }
}

impl Node {
    /// Begins to take a file.
    pub fn begin_file(&self, wanted: Wanted) -> Intake {
        let now = self.now();
        let hours = |hours| {
            let later = now.checked_add(SignedDuration::from_hours(hours));
            later.unwrap_or(Timestamp::MAX)
        };
        let unit = &self.unit().id;
        Intake {
            upload: self
                .store
                .begin_blob(unit, self.new_id(), hours(UPLOAD_HOURS)),
            wanted,
            head: Vec::new(),
            kind: None,
            now,
            // An hour longer than the draft, so that a report sent at the last moment has its photo.
            keep_until: hours(DRAFT_HOURS + 1),
        }
    }

    /// Keeps a photograph that is in memory for as long as a draft.
    ///
    /// # Errors
    /// [`HandleError::Media`], or the store's.
    pub async fn put_photo(&self, content: impl AsRef<[u8]>) -> Result<BlobRef, HandleError> {
        let mut intake = self.begin_file(Wanted::Photo);
        intake.write(content.as_ref()).await?;
        intake.finish().await
    }

    /// The file of a letter as its reader gets it: a picture without what a camera or a program wrote
    /// beside it (where, when, by whom), anything else as it came. Kept for as long as a draft.
    ///
    /// The same picture a second time is the same file, and one without such details stays as it is.
    ///
    /// # Errors
    /// [`HandleError::Media`] for a picture that does not open; [`HandleError::NotFound`]; the store's.
    pub async fn letter_file(&self, sent: BlobRef) -> Result<BlobRef, HandleError> {
        if !Kind::of_media_type(&sent.media_type).is_some_and(Kind::is_picture) {
            return Ok(sent);
        }
        let file = self.file(&sent.sha256).await?;
        let reader = BlobReader::new(Arc::clone(&self.store), self.unit().id.clone(), file);
        let turn = OPENING.acquire().await;
        let content = reader.read_all(PHOTO_MAX_BYTES).await?;
        let made = tokio::task::spawn_blocking(move || -> Result<_, MediaError> {
            let bare = bare(&content).ok_or(MediaError::Broken)?;
            // A letter that nobody can open is none.
            preview(&bare)?;
            Ok((bare != content).then_some(bare))
        })
        .await
        .map_err(|_| MediaError::Broken)??;
        drop(turn);
        let Some(made) = made else {
            return Ok(sent);
        };
        let mut intake = self.begin_file(Wanted::Letter);
        intake.write(&made).await?;
        intake.finish().await
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], or the store's.
    pub async fn file(&self, sha256: &str) -> Result<BlobRow, HandleError> {
        let row = self.store.blob(&self.unit().id, sha256).await?;
        row.ok_or(HandleError::NotFound("file"))
    }

    /// Reads a file as it was sent, from one byte until before another.
    pub fn read_file(&self, file: BlobRow, from: u64, until: u64) -> BlobReader {
        let unit = self.unit().id.clone();
        BlobReader::part(Arc::clone(&self.store), unit, file, from, until)
    }

    /// The small copy of a picture, made now if the job has not come to it yet.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], [`HandleError::Media`], or the store's.
    pub async fn photo_preview(&self, sha256: &str) -> Result<Vec<u8>, HandleError> {
        let preview = self.preview_of(sha256).await?;
        if preview.picture.is_empty() {
            return Err(MediaError::Broken.into());
        }
        Ok(preview.picture)
    }

    /// Whether a picture opens, so that its sender can be told at once. Its small copy is made on the
    /// way and kept.
    ///
    /// # Errors
    /// [`HandleError::Media`] with [`MediaError::Broken`] when it does not, or the store's.
    pub async fn photo_opens(&self, photo: &BlobRef) -> Result<(), HandleError> {
        self.photo_preview(&photo.sha256).await.map(|_| ())
    }

    /// What a picture says of itself; nothing of a file that is none.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], or the store's.
    pub async fn photo_claims(&self, sha256: &str) -> Result<Claims, HandleError> {
        match self.preview_of(sha256).await {
            Ok(preview) => Ok(preview
                .claims
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default()),
            Err(HandleError::Media(_)) => Ok(Claims::default()),
            Err(error) => Err(error),
        }
    }

    /// The small copy and what the picture says, once made kept beside it; empty when it does not
    /// open, so that nobody tries again.
    async fn preview_of(&self, sha256: &str) -> Result<Preview, HandleError> {
        let unit = self.unit().id.clone();
        if let Some(preview) = self.store.preview(&unit, sha256).await? {
            return Ok(preview);
        }
        let file = self.file(sha256).await?;
        let is_picture = Kind::of_media_type(&file.media_type).is_some_and(Kind::is_picture);
        if !is_picture {
            return Err(MediaError::Unknown.into());
        }
        if file.body.is_none() {
            return Err(HandleError::NotFound("file"));
        }
        let reader = BlobReader::new(Arc::clone(&self.store), unit.clone(), file);
        let turn = OPENING.acquire().await;
        let content = reader.read_all(PHOTO_MAX_BYTES).await?;
        let made = tokio::task::spawn_blocking(move || {
            // Given back when the work is over, also when nobody waits for it any more.
            let _turn = turn;
            let claims = claims(&content);
            let claims = (!claims.is_empty()).then(|| serde_json::to_string(&claims));
            Preview {
                // A broken picture stays as it was sent.
                picture: preview(&content).unwrap_or_default(),
                claims: claims.and_then(Result::ok),
            }
        })
        .await
        .map_err(|_| MediaError::Broken);
        // Whatever opening it did, it is not done again.
        let made = made.unwrap_or(Preview {
            picture: Vec::new(),
            claims: None,
        });
        self.store.put_preview(&unit, sha256, &made).await?;
        Ok(made)
    }
}
