//! Files as hostile people and broken connections send them; what a photograph says of itself.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::io::Cursor;

use pengayom_node::HandleError;
use pengayom_node::media::{self, EVIDENCE_MAX_BYTES, MediaError, PHOTO_MAX_BYTES, Wanted, claims};
use support::World;

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = image::DynamicImage::new_rgb8(width, height);
    let mut out = Cursor::new(Vec::new());
    picture
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

/// An entry of a TIFF directory, little endian.
fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
    let mut bytes = tag.to_le_bytes().to_vec();
    bytes.extend(kind.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(value);
    bytes
}

/// A JPEG whose camera says when and where it was taken: 6° 45' 18" S, 111° 2' 6" E.
fn with_exif(picture: &[u8]) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    // Two directories beside the first, at 38 and 56; their values behind them.
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x8769, 4, 1, 38_u32.to_le_bytes()));
    tiff.extend(entry(0x8825, 4, 1, 56_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x9003, 2, 20, 110_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(4_u16.to_le_bytes());
    tiff.extend(entry(1, 2, 2, *b"S\0\0\0"));
    tiff.extend(entry(2, 5, 3, 130_u32.to_le_bytes()));
    tiff.extend(entry(3, 2, 2, *b"E\0\0\0"));
    tiff.extend(entry(4, 5, 3, 154_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    assert_eq!(tiff.len(), 110);
    tiff.extend(b"2026:11:20 08:15:30\0");
    for part in [6_u32, 45, 18, 111, 2, 6] {
        tiff.extend(part.to_le_bytes());
        tiff.extend(1_u32.to_le_bytes());
    }
    let mut out = picture[..2].to_vec();
    out.extend(b"\xff\xe1");
    out.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    out.extend(b"Exif\0\0");
    out.extend(&tiff);
    out.extend(&picture[2..]);
    out
}

// S22
#[tokio::test]
async fn the_position_is_in_the_original_and_not_in_the_copy() {
    let world = World::new().await;
    let sent = with_exif(&jpeg(40, 30));
    let kept = world.node.put_photo(&sent).await.unwrap();
    let file = world.node.file(&kept.sha256).await.unwrap();
    let reader = world.node.read_file(file.clone(), 0, file.size_bytes);
    let original = reader.read_all(PHOTO_MAX_BYTES).await.unwrap();
    assert_eq!(original, sent, "byte for byte");
    let said = claims(&original);
    assert_eq!(said.taken_at.unwrap().to_string(), "2026-11-20T08:15:30");
    let (lat, lng) = said.position.unwrap();
    assert!((lat + 6.755).abs() < 1e-9 && (lng - 111.035).abs() < 1e-9);
    assert_eq!(world.node.photo_claims(&kept.sha256).await.unwrap(), said);
    let copy = world.node.photo_preview(&kept.sha256).await.unwrap();
    assert!(claims(&copy).is_empty());
    // Nothing of it under another mark either.
    for mark in [&b"Exif"[..], b"2026:11:20", b"II*\0"] {
        assert!(!copy.windows(mark.len()).any(|bytes| bytes == mark));
    }
}

#[test]
fn what_a_file_says_of_itself_is_read_within_bounds() {
    // A list of as many entries as fit, all of which point at themselves, and one without an end.
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(u16::MAX.to_le_bytes());
    for n in 0..5_000_u16 {
        tiff.extend(entry(n, 5, u32::MAX, 8_u32.to_le_bytes()));
    }
    let mut bomb = b"\xff\xd8\xff\xe1".to_vec();
    bomb.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    bomb.extend(b"Exif\0\0");
    bomb.extend(&tiff);
    assert!(claims(&bomb).is_empty());
    let good = with_exif(&jpeg(8, 8));
    for length in 0..good.len().min(260) {
        let _ = claims(&good[..length]);
    }
    for at in 0..210 {
        for bit in 0..8 {
            let mut flipped = good.clone();
            flipped[at] ^= 1 << bit;
            let said = claims(&flipped);
            let fits = |(lat, lng): (f64, f64)| lat.abs() <= 90.0 && lng.abs() <= 180.0;
            assert!(said.position.is_none_or(fits));
        }
    }
}

async fn sent(world: &World, wanted: Wanted, content: &[u8]) -> Result<u64, MediaError> {
    let mut intake = world.node.begin_file(wanted);
    for piece in content.chunks(100_000) {
        match intake.write(piece).await {
            Ok(()) => {}
            Err(HandleError::Media(refusal)) => return Err(refusal),
            Err(error) => panic!("{error}"),
        }
    }
    match intake.finish().await {
        Ok(file) => Ok(file.size_bytes),
        Err(HandleError::Media(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

// S22
#[tokio::test]
async fn a_file_is_taken_by_what_it_is_and_how_large() {
    let world = World::new().await;
    let fill = |head: &[u8], size: usize| {
        let mut bytes = head.to_vec();
        bytes.resize(size, 7);
        bytes
    };
    let pdf = b"%PDF-1.7\n";
    let film = b"\0\0\0\x20ftypisom\0\0\x02\0";
    let (photo, evidence) = (Wanted::Photo, Wanted::Evidence);
    for (wanted, content, outcome) in [
        (photo, Vec::new(), Err(MediaError::Empty)),
        (photo, b"\xff".to_vec(), Err(MediaError::Unknown)),
        (photo, fill(pdf, 900), Err(MediaError::Unknown)),
        (
            photo,
            fill(b"<svg onload=alert(1)>", 9_000),
            Err(MediaError::Unknown),
        ),
        (
            photo,
            fill(b"\xff\xd8\xff\xe0", PHOTO_MAX_BYTES),
            Ok(PHOTO_MAX_BYTES as u64),
        ),
        (
            photo,
            fill(b"\xff\xd8\xff\xe0", PHOTO_MAX_BYTES + 1),
            Err(MediaError::TooLarge {
                limit: PHOTO_MAX_BYTES,
            }),
        ),
        (evidence, fill(pdf, 900), Ok(900)),
        (
            evidence,
            fill(film, PHOTO_MAX_BYTES + 1),
            Ok(PHOTO_MAX_BYTES as u64 + 1),
        ),
        (
            evidence,
            fill(film, EVIDENCE_MAX_BYTES + 1),
            Err(MediaError::TooLarge {
                limit: EVIDENCE_MAX_BYTES,
            }),
        ),
        (evidence, fill(b"MZ\x90\0", 9_000), Err(MediaError::Unknown)),
    ] {
        assert_eq!(sent(&world, wanted, &content).await, outcome);
    }
}

#[tokio::test]
async fn a_picture_that_does_not_open_is_kept_as_it_is_and_shown_to_nobody() {
    let world = World::new().await;
    let whole = jpeg(400, 300);
    let cut = &whole[..200];
    assert_eq!(media::preview(cut), Err(MediaError::Broken));
    let kept = world.node.put_photo(cut).await.unwrap();
    for _ in 0..2 {
        let refused = world.node.photo_preview(&kept.sha256).await;
        assert!(matches!(
            refused,
            Err(HandleError::Media(MediaError::Broken))
        ));
    }
}

// S22 S40
#[tokio::test]
async fn a_letter_is_kept_without_what_a_camera_wrote_and_a_document_as_it_is() {
    let world = World::new().await;
    let put = async |content: &[u8]| {
        let mut intake = world.node.begin_file(Wanted::Letter);
        intake.write(content).await.unwrap();
        intake.finish().await.unwrap()
    };
    let content = async |sha256: &str| {
        let file = world.node.file(sha256).await.unwrap();
        let size = file.size_bytes;
        let reader = world.node.read_file(file, 0, size);
        reader.read_all(PHOTO_MAX_BYTES).await.unwrap()
    };
    let sent = put(&with_exif(&jpeg(40, 30))).await;
    assert!(!claims(&content(&sent.sha256).await).is_empty());
    let kept = world.node.letter_file(sent.clone()).await.unwrap();
    assert_ne!(kept.sha256, sent.sha256);
    let bare = content(&kept.sha256).await;
    assert_eq!(bare, jpeg(40, 30));
    assert_eq!(kept.size_bytes, bare.len() as u64);
    // Done once it is done.
    assert_eq!(world.node.letter_file(kept.clone()).await.unwrap(), kept);
    let pdf = put(b"%PDF-1.7 surat").await;
    assert_eq!(world.node.letter_file(pdf.clone()).await.unwrap(), pdf);
    // A letter that nobody can open is none, nor is one that would fill the memory.
    let whole = jpeg(400, 300);
    let mut bomb = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(4, 3)
        .write_to(&mut bomb, image::ImageFormat::Png)
        .unwrap();
    let mut bomb = bomb.into_inner();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    for broken in [&whole[..whole.len() / 2], &bomb] {
        let sent = put(broken).await;
        let refused = world.node.letter_file(sent).await;
        assert!(matches!(
            refused,
            Err(HandleError::Media(MediaError::Broken))
        ));
    }
    for other in [
        &b"\0\0\0\x20ftypisom\0\0\x02\0"[..],
        b"RIFF\0\0\0\0WEBPVP8 ",
    ] {
        let refused = crate::sent(&world, Wanted::Letter, other).await;
        assert_eq!(refused, Err(MediaError::Unknown));
    }
}
