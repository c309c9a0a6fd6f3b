//! Opening a picture: the one place where what strangers sent is decoded, within bounds on its sides,
//! on memory and on work.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageDecoder as _, ImageReader, Limits};

use super::MediaError;

/// Longest side of a picture that is opened, in pixels.
const SIDE_MAX: u32 = 12_000;

/// Memory a picture may take once it is opened, in bytes: a small file can unpack to a huge picture.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

/// Most pixels of a progressive JPEG. It is held as coefficients until its last scan, two bytes for each
/// of three colours beside the three bytes of the picture: nine bytes a pixel, as much as
/// [`MEMORY_MAX`]. The decoder itself gives up after 100 scans.
const PROGRESSIVE_MAX_PIXELS: u64 = MEMORY_MAX / 9;

/// Longest side of the small copy, in pixels (UX section 5).
const PREVIEW_SIDE: u32 = 1600;

/// Quality of the small copy, of 100.
const PREVIEW_QUALITY: u8 = 72;

/// A small JPEG copy without metadata, turned the way the camera was held.
///
/// # Errors
/// [`MediaError::Broken`] when the picture does not open within the bounds on sides and memory.
pub fn preview(content: &[u8]) -> Result<Vec<u8>, MediaError> {
    let broken = |_| MediaError::Broken;
    let mut reader = ImageReader::new(Cursor::new(content))
        .with_guessed_format()
        .map_err(|_| MediaError::Broken)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    // The limits above are on what a decoder takes beside the picture: the picture itself is ours to
    // ask about before there is room made for it.
    let fits = decoder.total_bytes() <= MEMORY_MAX;
    let pixels = u64::from(width) * u64::from(height);
    if !fits || (pixels > PROGRESSIVE_MAX_PIXELS && is_progressive(content)) {
        return Err(MediaError::Broken);
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = image::DynamicImage::from_decoder(decoder).map_err(broken)?;
    if picture.width() > PREVIEW_SIDE || picture.height() > PREVIEW_SIDE {
        picture = picture.thumbnail(PREVIEW_SIDE, PREVIEW_SIDE);
    }
    // Turned when it is small: turning makes a copy.
    picture.apply_orientation(orientation);
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, PREVIEW_QUALITY);
    let picture = picture.to_rgb8();
    picture.write_with_encoder(encoder).map_err(broken)?;
    Ok(out)
}

/// Whether a JPEG's frame is a progressive one (ISO/IEC 10918-1 table B.1: SOF2, SOF6, SOF10, SOF14).
fn is_progressive(content: &[u8]) -> bool {
    let mut rest = content.get(2..).unwrap_or_default();
    loop {
        match *rest {
            [0xff, 0xff, ..] => rest = rest.get(1..).unwrap_or_default(),
            [
                0xff,
                marker @ (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf),
                ..,
            ] => {
                return marker & 0b11 == 0b10;
            }
            [0xff, _, high, low, ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                rest = rest.get(2 + length.max(2)..).unwrap_or_default();
            }
            // Something between the segments that readers pass over.
            [_, ..] => rest = rest.get(1..).unwrap_or_default(),
            [] => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(marker: u8) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\x00\x04\xff\xc2\x00".to_vec();
        bytes.extend([0xff, 0xff, marker, 0, 11, 8]);
        bytes
    }

    #[test]
    fn a_progressive_frame_is_told_from_others_past_what_stands_before_it() {
        assert!(is_progressive(&frame(0xc2)) && is_progressive(&frame(0xca)));
        for other in [0xc0, 0xc1, 0xc3, 0xd8, 0xda] {
            assert!(!is_progressive(&frame(other)), "{other:x}");
        }
        assert!(!is_progressive(b"") && !is_progressive(b"\xff\xd8"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_go_on_for_ever(
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
        ) {
            let _ = is_progressive(&bytes);
            let _ = preview(&bytes);
            for head in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\x24\0\0\0WEBPVP8 "] {
                let _ = preview(&[head, &bytes].concat());
            }
        }
    }
}
