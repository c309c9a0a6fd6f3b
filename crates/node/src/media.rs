//! Photographs that come with a report.
//!
//! What is sent is kept as it is, for it may be evidence. What pages show is a small copy made
//! anew, without the position and other details a camera writes into a file.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::subject::case::BlobRef;
use pengayom_store::Blob;
use sha2::{Digest, Sha256};

use crate::Node;
use crate::draft::DRAFT_HOURS;
use crate::error::HandleError;

/// Largest photograph, in bytes (UX page 2).
pub const PHOTO_MAX_BYTES: usize = 10 * 1024 * 1024;

/// Longest side of a photograph that is opened, in pixels.
const SIDE_MAX: u32 = 12_000;

/// Memory a photograph may take while it is opened, in bytes: a small file can unpack to a huge
/// picture.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// Longest side of the small copy, in pixels (UX section 5).
const PREVIEW_SIDE: u32 = 1600;

/// Quality of the small copy, of 100.
const PREVIEW_QUALITY: u8 = 72;

/// Why a photograph cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing was sent.
    #[error("empty file")]
    Empty,
    /// More than is kept.
    #[error("photo too large: {found} bytes, limit {limit}")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Not a JPEG, PNG or WebP picture, by its content.
    #[error("not a JPEG, PNG or WebP picture")]
    NotAPicture,
    /// Its beginning is a picture, but it does not open within bounds.
    #[error("the picture does not open")]
    Broken,
}

/// What kind of picture this is, by its first bytes; names and declared types are not believed.
///
/// # Errors
/// [`MediaError`] for anything but a JPEG, PNG or WebP picture within [`PHOTO_MAX_BYTES`].
pub fn media_type(content: &[u8]) -> Result<&'static str, MediaError> {
    if content.is_empty() {
        return Err(MediaError::Empty);
    }
    if content.len() > PHOTO_MAX_BYTES {
        return Err(MediaError::TooLarge {
            found: content.len(),
            limit: PHOTO_MAX_BYTES,
        });
    }
    match image::guess_format(content) {
        Ok(ImageFormat::Jpeg) => Ok("image/jpeg"),
        Ok(ImageFormat::Png) => Ok("image/png"),
        Ok(ImageFormat::WebP) => Ok("image/webp"),
        _ => Err(MediaError::NotAPicture),
    }
}

/// A small JPEG copy without metadata, turned the way the camera was held.
///
/// # Errors
/// [`MediaError::Broken`] when the picture does not open within the bounds on sides and memory.
pub fn preview(content: &[u8]) -> Result<Vec<u8>, MediaError> {
    use image::ImageDecoder as _;
    let mut reader = ImageReader::new(Cursor::new(content))
        .with_guessed_format()
        .map_err(|_| MediaError::Broken)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| MediaError::Broken)?;
    let orientation = decoder.orientation().map_err(|_| MediaError::Broken)?;
    let mut picture = image::DynamicImage::from_decoder(decoder).map_err(|_| MediaError::Broken)?;
    picture.apply_orientation(orientation);
    if picture.width() > PREVIEW_SIDE || picture.height() > PREVIEW_SIDE {
        picture = picture.thumbnail(PREVIEW_SIDE, PREVIEW_SIDE);
    }
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, PREVIEW_QUALITY);
    picture
        .to_rgb8()
        .write_with_encoder(encoder)
        .map_err(|_| MediaError::Broken)?;
    Ok(out)
}

impl Node {
    /// Keeps a photograph for as long as a draft; sending the report keeps it for good.
    ///
    /// # Errors
    /// [`HandleError::Media`], or the store's.
    pub async fn put_photo(&self, content: Vec<u8>) -> Result<BlobRef, HandleError> {
        let media_type = media_type(&content)?;
        let sha256 = Sha256::digest(&content)
            .iter()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write as _;
                let _ = write!(text, "{byte:02x}");
                text
            });
        let size_bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let now = self.now();
        // An hour longer than the draft, so that a report sent at the last moment has its photo.
        let keep_until = now
            .checked_add(SignedDuration::from_hours(DRAFT_HOURS + 1))
            .unwrap_or(Timestamp::MAX);
        let media_type = media_type.to_owned();
        let blob = Blob {
            sha256: sha256.clone(),
            media_type: media_type.clone(),
            content,
            recorded_at: now,
        };
        self.store
            .put_blob(&self.unit().id, &blob, Some(keep_until))
            .await?;
        Ok(BlobRef {
            sha256,
            media_type,
            size_bytes,
        })
    }

    /// The small copy of a photograph, made now if the job has not come to it yet.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], [`HandleError::Media`], or the store's.
    pub async fn photo_preview(&self, sha256: &str) -> Result<Vec<u8>, HandleError> {
        let unit = self.unit().id.clone();
        let blob = self.store.blob(&unit, sha256).await?;
        let blob = blob.ok_or(HandleError::NotFound("photo"))?;
        if let Some(preview) = blob.preview {
            return Ok(preview);
        }
        let made = tokio::task::spawn_blocking(move || preview(&blob.content)).await;
        let made = made.map_err(|_| MediaError::Broken)??;
        self.store.put_preview(&unit, sha256, &made).await?;
        Ok(made)
    }
}
