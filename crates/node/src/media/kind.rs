//! What kind of file this is, by what it begins with. Names and declared types are not believed.

use super::{EVIDENCE_MAX_BYTES, PHOTO_MAX_BYTES};

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JPEG picture (ISO/IEC 10918-1).
    Jpeg,
    /// A PNG picture (W3C PNG, third edition).
    Png,
    /// A WebP picture (RFC 9649).
    WebP,
    /// A PDF document (ISO 32000).
    Pdf,
    /// A film in an MP4 file (ISO/IEC 14496-14).
    Mp4,
    /// A recording in an MP4 file, such as telephones make (`.m4a`).
    M4a,
    /// A film or recording in a WebM file.
    WebM,
    /// A recording in MPEG audio, layer III (ISO/IEC 11172-3).
    Mp3,
    /// A recording in an Ogg file (RFC 3533): Vorbis, Opus, Speex or FLAC.
    Ogg,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Pdf,
        Self::Mp4,
        Self::M4a,
        Self::WebM,
        Self::Mp3,
        Self::Ogg,
    ];

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::WebM => "video/webm",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
        }
    }

    /// The kind with a media type.
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.media_type() == media_type)
    }

    /// How names of such files end, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Pdf => "pdf",
            Self::Mp4 => "mp4",
            Self::M4a => "m4a",
            Self::WebM => "webm",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
        }
    }

    /// Whether it is a picture, of which a small copy is made.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP)
    }

    /// Largest size, in bytes.
    pub const fn max_bytes(self) -> usize {
        if self.is_picture() {
            PHOTO_MAX_BYTES
        } else {
            EVIDENCE_MAX_BYTES
        }
    }
}

/// Bytes from the beginning of a file that say what it is: enough for two frames of MPEG audio.
pub(super) const HEAD_BYTES: usize = 4096;

/// What a file is that begins so. `None` for whatever is not taken.
///
/// A file has to begin with its own mark: one that is two things at once, such as a web page before
/// a picture, is what it begins with or nothing.
pub fn kind_of(head: &[u8]) -> Option<Kind> {
    let starts = |mark: &[u8]| head.starts_with(mark);
    let at = |from: usize, mark: &[u8]| head.get(from..from + mark.len()) == Some(mark);
    if starts(b"\xff\xd8\xff") {
        Some(Kind::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Kind::Png)
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Some(Kind::WebP)
    } else if starts(b"%PDF-") {
        Some(Kind::Pdf)
    } else if at(4, b"ftyp") {
        of_brand(head.get(8..12)?)
    } else if starts(b"\x1a\x45\xdf\xa3") {
        is_webm(head).then_some(Kind::WebM)
    } else if starts(b"OggS\0") {
        is_sound_in_ogg(head).then_some(Kind::Ogg)
    } else if starts(b"ID3") {
        // Version 2 to 4, and a size in seven bits a byte (ID3v2.4 §3.1).
        let fits = matches!(head.get(3), Some(2..=4))
            && head
                .get(6..10)
                .is_some_and(|size| size.iter().all(|byte| *byte < 0x80));
        fits.then_some(Kind::Mp3)
    } else {
        two_frames(head).then_some(Kind::Mp3)
    }
}

/// What an MP4 file says it is for. Films of cameras (`qt  `) and pictures (`heic`) are others.
fn of_brand(brand: &[u8]) -> Option<Kind> {
    match brand {
        b"M4A " | b"M4B " => Some(Kind::M4a),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1"
        | b"M4V " | b"MSNV" | b"dash" | b"3gp4" | b"3gp5" | b"3gp6" => Some(Kind::Mp4),
        _ => None,
    }
}

/// Whether the first element of a Matroska file says `webm` (element DocType, `0x4282`).
fn is_webm(head: &[u8]) -> bool {
    let begin = head.get(..64.min(head.len())).unwrap_or_default();
    begin.windows(7).any(|bytes| bytes == b"\x42\x82\x84webm")
}

/// Whether the first packet of an Ogg file is a recording's: the segments of its page follow the
/// 27 bytes of its head.
fn is_sound_in_ogg(head: &[u8]) -> bool {
    let segments = usize::from(head.get(26).copied().unwrap_or(0));
    let packet = head.get(27 + segments..).unwrap_or_default();
    [&b"OpusHead"[..], b"\x01vorbis", b"Speex   ", b"\x7fFLAC"]
        .iter()
        .any(|mark| packet.starts_with(mark))
}

/// Whether MPEG audio stands here: two frames of layer III, one after the other.
fn two_frames(head: &[u8]) -> bool {
    frame(head)
        .and_then(|length| head.get(length..))
        .and_then(frame)
        .is_some()
}

/// Length of a frame of layer III, in bytes.
fn frame(bytes: &[u8]) -> Option<usize> {
    /// Kilobits a second, by index; MPEG 1, and 2 with 2.5.
    const RATES: [[usize; 15]; 2] = [
        [
            0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let head: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let [first, second, third, _] = head;
    let layer_3 = second & 0b110 == 0b010;
    if first != 0xff || second & 0xe0 != 0xe0 || !layer_3 {
        return None;
    }
    let (rates, samples, divisor) = match second >> 3 & 0b11 {
        0b11 => (&RATES[0], 144_000, 1),
        0b10 => (&RATES[1], 72_000, 2),
        0b00 => (&RATES[1], 72_000, 4),
        _ => return None,
    };
    let rate = *rates.get(usize::from(third >> 4))?;
    let sampling = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 0b11))? / divisor;
    let padding = usize::from(third >> 1 & 1);
    (rate > 0).then(|| samples * rate / sampling + padding)
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        reason = "a test may stop at the first surprise"
    )]

    use super::*;

    /// Beginnings of files as programs write them.
    fn heads() -> Vec<(Vec<u8>, Kind)> {
        let ogg = |packet: &[u8]| {
            let mut page = b"OggS\0\x02".to_vec();
            page.extend([0; 20]);
            page.extend([1, 0]);
            page[26] = 1;
            page[27] = 19;
            page.extend_from_slice(packet);
            page
        };
        // 128 kbit/s at 44.1 kHz: frames of 417 bytes.
        let mut mp3 = vec![0; 900];
        for at in [0, 417, 834] {
            mp3[at..at + 4].copy_from_slice(b"\xff\xfb\x90\x00");
        }
        vec![
            (b"\xff\xd8\xff\xe1\x00\x10Exif\0\0".to_vec(), Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Kind::Png),
            (b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), Kind::WebP),
            (b"%PDF-1.7\n".to_vec(), Kind::Pdf),
            (b"\0\0\0\x20ftypisom\0\0\x02\0".to_vec(), Kind::Mp4),
            (b"\0\0\0\x18ftypmp42\0\0\0\0".to_vec(), Kind::Mp4),
            (b"\0\0\0\x1cftypM4A \0\0\0\0".to_vec(), Kind::M4a),
            (
                b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87".to_vec(),
                Kind::WebM,
            ),
            (b"ID3\x04\0\0\0\0\x02\x01".to_vec(), Kind::Mp3),
            (mp3, Kind::Mp3),
            (ogg(b"OpusHead\x01"), Kind::Ogg),
            (ogg(b"\x01vorbis\0"), Kind::Ogg),
        ]
    }

    #[test]
    fn a_file_is_what_it_begins_with() {
        for (head, kind) in heads() {
            assert_eq!(kind_of(&head), Some(kind), "{kind:?}");
            assert_eq!(Kind::of_media_type(kind.media_type()), Some(kind));
        }
    }

    #[test]
    fn what_only_looks_like_it_is_not_taken() {
        for head in [
            &b""[..],
            b"\xff\xd8",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>",
            b"<html><script>alert(1)</script>%PDF-1.7",
            b"GIF89a\x01\0\x01\0",
            b"PK\x03\x04\x14\0",
            b"MZ\x90\0",
            b"\x7fELF",
            b"#!/bin/sh\n%PDF-1.4",
            b"RIFF\x24\0\0\0AVI LIST",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"\0\0\0\x20ftypheic\0\0\0\0",
            b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska",
            // A film in Ogg, and a page that ends before its packet.
            b"OggS\0\x02aaaaaaaabbbbccccdddd\x01\x2a\x80theora",
            b"OggS\0\x02",
            b"ID3\x09\0\0\0\0\x02\x01",
            b"ID3\x04\0\0\xff\xff\xff\xff",
            // One frame alone, and texts in UTF-16 that begin alike.
            b"\xff\xfb\x90\x00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"\xff\xfe<\0h\0t\0m\0l\0",
        ] {
            assert_eq!(kind_of(head), None, "{:?}", String::from_utf8_lossy(head));
        }
    }

    proptest::proptest! {
        /// Any bytes are some kind or none, and whatever follows the head changes nothing.
        #[test]
        fn any_bytes_are_a_kind_or_none(bytes in proptest::collection::vec(0_u8.., 0..2_000)) {
            let _ = kind_of(&bytes);
            for (mut head, kind) in heads() {
                head.extend_from_slice(&bytes);
                proptest::prop_assert_eq!(kind_of(&head), Some(kind));
            }
        }
    }
}
