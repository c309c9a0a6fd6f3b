//! A picture without what cameras and programs write beside it: place, time, names, remarks.
//!
//! What is seen is not touched: the coded picture is copied as it is, and what is not known to belong
//! to it is left out. Own code, because libraries that divide such files keep whatever follows the
//! picture, where cameras put a second one with a position of its own.

use exif::{In, Reader, Tag, Value};

use super::kind::{Kind, kind_of};

/// The same JPEG or PNG picture, bare. `None` for what is neither or does not read to its end.
pub fn bare(picture: &[u8]) -> Option<Vec<u8>> {
    match kind_of(picture)? {
        Kind::Jpeg => jpeg(picture),
        Kind::Png => png(picture),
        _ => None,
    }
}

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

/// ISO/IEC 10918-1, annex B: segments, then coded data, more segments and more data, until the end.
fn jpeg(picture: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xff, SOI];
    let mut rest = picture.strip_prefix(&[0xff, SOI])?;
    if let Some(turn) = orientation(picture) {
        out.extend(turned(turn));
    }
    loop {
        let (marker, after) = next_marker(rest)?;
        rest = after;
        match marker {
            EOI => {
                out.extend([0xff, EOI]);
                return Some(out);
            }
            // Marks without a length: a new start, and ones that no file needs before coded data.
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let length = usize::from(u16::from_be_bytes(rest.first_chunk().copied()?));
                let segment = rest.get(..length.max(2))?;
                rest = rest.get(length.max(2)..)?;
                if belongs_to_jpeg(marker, segment.get(2..)?) {
                    out.extend([0xff, marker]);
                    out.extend(segment);
                }
                if marker == SOS {
                    let coded = coded_length(rest)?;
                    out.extend(rest.get(..coded)?);
                    rest = rest.get(coded..)?;
                }
            }
        }
    }
}

/// The next mark and what follows it. Before it stand only bytes that fill.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = bytes.strip_prefix(&[0xff])?;
    let fill = at.iter().take_while(|byte| **byte == 0xff).count();
    let (marker, after) = at.get(fill..)?.split_first()?;
    (*marker != 0).then_some((*marker, after))
}

/// How many bytes of coded data come before the next mark; a zero after `ff` and marks to begin anew
/// belong to the data.
fn coded_length(bytes: &[u8]) -> Option<usize> {
    let mut pairs = bytes.windows(2);
    pairs.position(|pair| matches!(pair, [0xff, byte] if !matches!(byte, 0 | 0xff | 0xd0..=0xd7)))
}

/// Whether a segment says how to draw the picture. Of those for applications: JFIF, a colour profile
/// and Adobe's mark of how colours are coded.
fn belongs_to_jpeg(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xe0 => content.starts_with(b"JFIF\0"),
        0xe2 => content.starts_with(b"ICC_PROFILE\0"),
        0xee => content.starts_with(b"Adobe"),
        // Applications', reserved ones, remarks.
        0xe1..=0xef | 0xf0..=0xfe | 0x02..=0xbf => false,
        _ => true,
    }
}

/// How the camera was held, when it was not upright.
fn orientation(picture: &[u8]) -> Option<u8> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let exif = reader
        .read_from_container(&mut std::io::Cursor::new(picture))
        .or_else(|fault| fault.distill_partial_result(|_| ()))
        .ok()?;
    let Value::Short(turns) = &exif.get_field(Tag::Orientation, In::PRIMARY)?.value else {
        return None;
    };
    let turn = u8::try_from(*turns.first()?).ok()?;
    (2..=8).contains(&turn).then_some(turn)
}

/// A segment that says how the camera was held and nothing else (Exif 3.0 §4.6).
fn turned(turn: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xe1, 0, 34];
    segment.extend(b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0");
    segment.extend([turn, 0, 0, 0, 0, 0, 0, 0]);
    segment
}

/// W3C PNG, third edition, §5: a mark, then chunks of length, kind, content and a checksum.
fn png(picture: &[u8]) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"\x89PNG\r\n\x1a\n";
    let mut rest = picture.strip_prefix(MARK)?;
    let mut out = MARK.to_vec();
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.first_chunk().copied()?)).ok()?;
        let end = length.checked_add(12)?;
        let chunk = rest.get(..end)?;
        rest = rest.get(end..)?;
        let kind = chunk.get(4..8)?;
        if belongs_to_png(kind) {
            out.extend(chunk);
        } else if kind.first().is_some_and(u8::is_ascii_uppercase) {
            // Without it nobody could draw the picture.
            return None;
        }
        if kind == b"IEND" {
            return Some(out);
        }
    }
}

/// Whether a chunk says how to draw the picture.
fn belongs_to_png(kind: &[u8]) -> bool {
    const KNOWN: [&[u8; 4]; 17] = [
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
        b"cICP", b"mDCV", b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT",
    ];
    KNOWN.iter().any(|known| known.as_slice() == kind)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use std::io::Cursor;

    use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Rgb, RgbImage};
    use proptest::prelude::*;

    use super::super::preview;
    use super::*;

    /// A picture in which each point is another colour.
    fn drawn(format: ImageFormat) -> Vec<u8> {
        let part = |n: u32| u8::try_from(n).unwrap();
        let colour = |x: u32, y: u32| Rgb([part(x * 6), part(y * 8), 90]);
        let picture = DynamicImage::ImageRgb8(RgbImage::from_fn(40, 30, colour));
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn opened(picture: &[u8]) -> DynamicImage {
        image::load_from_memory(picture).unwrap()
    }

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    }

    /// What cameras and programs write, with marks to look for.
    fn with_details(picture: &[u8]) -> Vec<u8> {
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x0e\0\x02\0\0\0\x06\0\0\0\x26\0\0\0\0marka\0";
        let details = [
            segment(0xe1, exif),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>marka</x>"),
            segment(0xe2, b"MPF\0marka"),
            segment(0xed, b"Photoshop 3.0\0marka"),
            segment(0xfe, b"marka"),
        ]
        .concat();
        let (begin, rest) = picture.split_at(2);
        // Behind the picture a second one, as some cameras leave it.
        let second = [begin, &details, rest].concat();
        [begin, &details, rest, &second].concat()
    }

    fn holds(bytes: &[u8], mark: &[u8]) -> bool {
        bytes.windows(mark.len()).any(|part| part == mark)
    }

    // S22
    #[test]
    fn nothing_that_a_camera_wrote_is_left_and_the_picture_is_the_same() {
        let plain = drawn(ImageFormat::Jpeg);
        let sent = with_details(&plain);
        assert!(holds(&sent, b"marka"));
        let kept = bare(&sent).unwrap();
        for mark in [&b"marka"[..], b"xap", b"MPF", b"Photoshop"] {
            assert!(!holds(&kept, mark), "{}", String::from_utf8_lossy(mark));
        }
        assert_eq!(opened(&kept), opened(&plain));
        // It is still shown the way the camera was held.
        let reader = ImageReader::new(Cursor::new(&kept))
            .with_guessed_format()
            .unwrap();
        let turn = reader.into_decoder().unwrap().orientation().unwrap();
        assert_eq!(turn.to_exif(), 6);
        assert_eq!(bare(&kept).unwrap(), kept, "once is enough");
        assert_eq!(bare(&plain).unwrap(), plain, "nothing to leave out");
        assert!(preview(&kept).is_ok());
    }

    #[test]
    fn a_png_keeps_what_it_is_drawn_from() {
        let plain = drawn(ImageFormat::Png);
        assert_eq!(bare(&plain).unwrap(), plain);
        let remark = b"\0\0\0\x0etEXtAuthor\0markanm\0\0\0\0";
        let (head, rest) = plain.split_at(33);
        let sent = [head, remark, rest, b"marka behind it"].concat();
        assert_eq!(bare(&sent).unwrap(), plain);
        let unknown = b"\0\0\0\0XXxx\0\0\0\0";
        assert_eq!(bare(&[head, unknown, rest].concat()), None);
    }

    #[test]
    fn what_is_cut_or_something_else_is_no_letter() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let whole = drawn(format);
            for length in 0..whole.len() {
                assert_eq!(
                    bare(whole.get(..length).unwrap()),
                    None,
                    "{format:?} {length}"
                );
            }
        }
        assert_eq!(bare(b"%PDF-1.7"), None);
        assert_eq!(bare(&drawn(ImageFormat::WebP)), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            jpeg in any::<bool>(), bytes in proptest::collection::vec(any::<u8>(), 0..400)
        ) {
            let head: &[u8] = if jpeg { b"\xff\xd8\xff" } else { b"\x89PNG\r\n\x1a\n" };
            let _ = bare(&[head, &bytes].concat());
        }

        #[test]
        fn a_changed_byte_makes_no_panic_and_never_brings_details_back(
            at in 0_usize..600, value in any::<u8>()
        ) {
            let mut sent = with_details(&drawn(ImageFormat::Jpeg));
            if let Some(byte) = sent.get_mut(at) {
                *byte = value;
            }
            if let Some(kept) = bare(&sent) {
                prop_assert!(kept.len() <= sent.len());
            }
        }
    }
}
