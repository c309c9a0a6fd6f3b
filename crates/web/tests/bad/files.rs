//! Names of files, and pictures that are none, too large, or more than they seem.

use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use pengayom_node::access::Role;

use super::{OWN, case_of, cases, raw, sent};
use crate::support::{Site, fill, photo};

const PATH: &str = "/lapor/dicuri/cerita";

/// A chunk of a PNG (W3C PNG §5.3).
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&body);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &body, &crc.sum().to_be_bytes()].concat()
}

fn packed(bytes: u64) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let now = usize::try_from(left.min(1 << 20)).unwrap();
        out.write_all(&zeros[..now]).unwrap();
        left -= now as u64;
    }
    out.finish().unwrap()
}

/// A PNG of zeros; `depth` bits for each of three colours, with more chunks before the picture.
fn png(width: u32, height: u32, depth: u8, before: &[u8], rows: u64) -> Vec<u8> {
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([depth, 2, 0, 0, 0]);
    let row = u64::from(width) * 3 * u64::from(depth) / 8 + 1;
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &head),
        before.to_vec(),
        chunk(*b"IDAT", &packed(row * rows)),
        chunk(*b"IEND", b""),
    ]
    .concat()
}

/// The photograph with a segment put in after its first mark.
fn with_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let picture = photo();
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    let mut out = picture[..2].to_vec();
    out.extend([0xff, marker]);
    out.extend(length);
    out.extend(content);
    out.extend(&picture[2..]);
    out
}

/// The photograph with other sizes in its head (SOF0).
fn of_size(width: u16, height: u16) -> Vec<u8> {
    let mut picture = photo();
    let at = picture
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    picture[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    picture[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    picture
}

/// A progressive JPEG that declares so many scans and has nothing in them.
fn progressive(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut picture = of_size(width, height);
    let at = picture
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    picture[at + 1] = 0xc2;
    let scan = picture
        .windows(2)
        .position(|two| two == [0xff, 0xda])
        .unwrap();
    let head = usize::from(u16::from_be_bytes([picture[scan + 2], picture[scan + 3]]));
    let mut begin = picture[scan..scan + 2 + head].to_vec();
    // DC of all colours only, as the first scan of a progressive picture is.
    let end = begin.len();
    begin[end - 3..].copy_from_slice(&[0, 0, 0]);
    let mut out = picture[..scan].to_vec();
    for _ in 0..scans {
        out.extend(&begin);
        out.extend([0x00, 0x7f]);
    }
    out.extend([0xff, 0xd9]);
    out
}

/// Pictures that do not open, by what is wrong with them.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    let whole = photo();
    let webp = b"RIFF\xff\xff\xff\xffWEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff".to_vec();
    vec![
        ("a JPEG cut in its head", whole[..whole.len() / 3].to_vec()),
        ("a JPEG of its mark alone", whole[..4].to_vec()),
        ("a PNG cut in its head", png(8, 8, 8, b"", 8)[..30].to_vec()),
        ("a PNG cut in its picture", png(300, 300, 8, b"", 150)),
        ("a PNG of 60,000 by 60,000", png(60_000, 60_000, 8, b"", 40)),
        // Within the sides, and 864 MB once it is opened.
        (
            "a PNG of 12,000 by 12,000 in 16 bits",
            png(12_000, 12_000, 16, b"", 40),
        ),
        (
            "a PNG whose sides overflow",
            png(u32::MAX, u32::MAX, 8, b"", 0),
        ),
        ("a PNG without sides", png(0, 0, 8, b"", 0)),
        ("a JPEG of 65,500 by 65,500", of_size(65_500, 65_500)),
        ("a JPEG of 11,990 by 11,990", of_size(11_990, 11_990)),
        (
            "a progressive JPEG of 11,990 by 7,000",
            progressive(11_990, 7_000, 5_000),
        ),
        ("a WebP that is all head", webp),
        (
            "a PDF that says it is a JPEG inside",
            [b"\xff\xd8\xff".to_vec(), b"%PDF-1.7".repeat(100)].concat(),
        ),
    ]
}

#[tokio::test]
async fn a_picture_that_does_not_open_is_told_at_once_and_the_report_goes_without_it() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    browser.get(PATH).await;
    let typed = [("cerita", "Motor hilang dari pasar")];
    let began = Instant::now();
    for (what, content) in broken() {
        let began = Instant::now();
        let answer = browser
            .post_file(PATH, &typed, ("foto", "a.jpg", &content))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        let words = answer.words();
        assert!(
            words
                .contains("Foto ini tidak bisa dibuka. Kirim foto lain, atau lanjutkan tanpa foto"),
            "{what}: {words}"
        );
        assert!(
            answer.text.contains("Motor hilang dari pasar") && !words.contains("Foto 1"),
            "{what}"
        );
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "{what}: {:?}",
            began.elapsed()
        );
    }
    assert!(
        began.elapsed() < Duration::from_mins(1),
        "{:?}",
        began.elapsed()
    );
    // What is no picture at all by its first bytes, whatever it says of itself.
    for content in [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(),
        b"GIF89a\x01\0\x01\0/*\0\0;*/=1;alert(1)".to_vec(),
        b"<html><script>alert(1)</script>".to_vec(),
        b"\xef\xbb\xbf\xff\xd8\xff\xe0".to_vec(),
        b"PK\x03\x04\x14\0".to_vec(),
        vec![0; 5_000],
        b"BM\x36\0\0\0".to_vec(),
    ] {
        let answer = browser
            .post_file(PATH, &typed, ("foto", "a.png", &content))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer
                .words()
                .contains("Berkas harus foto JPEG, PNG, atau WebP")
        );
        assert!(answer.text.contains("Motor hilang dari pasar"));
    }
    let answer = browser.post(PATH, &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    sent(&mut browser).await;
    assert_eq!(cases(&site, &desk).await, 1);
    // None of them is kept for longer than a draft.
    site.clock.pass(3 * 24 * 60);
    let unit = site.node.unit();
    site.node
        .store()
        .drop_expired(&unit.id, site.node.now())
        .await
        .unwrap();
    let kept = site
        .node
        .store()
        .check_blobs(&unit.id, &|_| {})
        .await
        .unwrap();
    assert_eq!(kept.blobs, 0);
}

#[tokio::test]
async fn a_picture_that_carries_more_is_shown_without_it() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let script = b"<script>alert(1)</script>";
    let icc = [b"icc\0\0".as_slice(), &packed(400 << 20)].concat();
    let text = [b"Comment\0\0".as_slice(), &packed(400 << 20)].concat();
    let animated = [
        chunk(*b"acTL", &[0, 0x0f, 0xff, 0xff, 0, 0, 0, 0]),
        chunk(
            *b"fcTL",
            &[
                0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0,
            ],
        ),
    ]
    .concat();
    let loud = [
        ("a page after it", [photo(), script.to_vec()].concat()),
        (
            "a page in its comment",
            with_segment(0xfe, b"*/<script>alert(1)</script>/*"),
        ),
        (
            "details without end",
            with_segment(
                0xe1,
                b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x0f\x01\x02\0\xff\xff\xff\xff\x08\0\0\0",
            ),
        ),
        (
            "a profile of 65 kB",
            with_segment(
                0xe2,
                &[b"ICC_PROFILE\0\x01\xff".as_slice(), &vec![0xaa; 60_000]].concat(),
            ),
        ),
        (
            "a profile of 400 MB",
            png(8, 8, 8, &chunk(*b"iCCP", &icc), 8),
        ),
        ("a text of 400 MB", png(8, 8, 8, &chunk(*b"zTXt", &text), 8)),
        ("a million frames", png(8, 8, 8, &animated, 8)),
        (
            "an archive after it",
            [photo(), b"PK\x03\x04".repeat(50)].concat(),
        ),
    ];
    for (what, content) in loud {
        let mut browser = site.browser();
        fill(&mut browser, "dicuri").await;
        browser.get(PATH).await;
        let typed = [("cerita", what)];
        let began = Instant::now();
        let answer = browser
            .post_file(PATH, &typed, ("foto", "a.jpg", &content))
            .await;
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "{what}: {:?}",
            began.elapsed()
        );
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            // A decoder may rather not open it: then that is said.
            assert!(answer.words().contains("tidak bisa dibuka"), "{what}");
            assert!(what.contains("400 MB"), "{what} is an ordinary picture");
            continue;
        }
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{what}: {}",
            answer.words()
        );
        let (number, _) = sent(&mut browser).await;
        let newest = case_of(&site, &desk, &number).await;
        let mut officer = site.signed_in("desk").await;
        let page = officer.get(&format!("/perkara/{newest}")).await;
        let address = format!("/perkara/{newest}/foto/");
        let at = page
            .text
            .find(&address)
            .unwrap_or_else(|| panic!("{what}: no picture"));
        let address = page.text[at..].split('"').next().unwrap();
        let small = officer.get(address).await;
        assert_eq!(small.header("content-type"), "image/jpeg", "{what}");
        assert_eq!(small.header("x-content-type-options"), "nosniff");
        let carries = |mark: &[u8]| small.bytes.windows(mark.len()).any(|bytes| bytes == mark);
        for mark in [
            &script[..],
            b"alert",
            b"Exif",
            b"ICC_PROFILE",
            b"PK\x03\x04",
        ] {
            assert!(!carries(mark), "{what}");
        }
        assert!(
            small.bytes.len() < 20_000,
            "{what}: {} bytes",
            small.bytes.len()
        );
        // As it was sent it is handed down as a file to keep, never shown.
        let original = address.replace("/foto/", "/berkas/");
        let whole = officer.get(&original).await;
        assert!(whole.bytes == content, "{what}: byte for byte");
        assert!(
            whole
                .header("content-disposition")
                .starts_with("attachment;")
        );
        assert!(
            whole
                .header("content-security-policy")
                .contains("default-src")
        );
    }
}

#[tokio::test]
async fn a_picture_of_ten_megabytes_fits_and_one_byte_more_does_not() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get(PATH).await;
    let typed = [("cerita", "Motor hilang")];
    let mut content = photo();
    content.resize(10 * 1024 * 1024, 0);
    let answer = browser
        .post_file(PATH, &typed, ("foto", "a.jpg", &content))
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    content.push(0);
    content[100] ^= 1;
    let answer = browser
        .post_file(PATH, &typed, ("foto", "a.jpg", &content))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Foto harus lebih kecil dari 10 MB"));
    assert!(answer.text.contains("Motor hilang") && answer.words().contains("Foto 1"));
}

// Names are not kept, so none of them is ever a path, a header or a word on a page.
#[tokio::test]
async fn a_name_of_a_file_does_nothing() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    browser.get(PATH).await;
    let token = browser.token.clone();
    let long = "n".repeat(10 * 1024);
    let names: Vec<Vec<u8>> = [
        "../../etc/passwd-jahat",
        "..\\..\\jahat.exe",
        "/etc/jahat",
        "C:\\jahat.jpg",
        "jahat\u{202e}gpj.exe",
        "jahat%00.jpg",
        "CON.jpg",
        "aux",
        "NUL",
        "jahat 📸👮🏽.jpg",
        "jahat\"; filename=\"lain.html",
        "<img src=x onerror=alert(1)>.jpg",
        "jahat'; DROP TABLE cases;--.jpg",
        ".",
        "..",
        " ",
        "jahat.jpg/",
        &long,
    ]
    .iter()
    .map(|name| name.replace('"', "%22").into_bytes())
    .chain([
        b"jahat\0.jpg".to_vec(),
        b"jahat\xff\xfe.jpg".to_vec(),
        b"jahat\nX-Evil: 1".to_vec(),
    ])
    .collect();
    for name in names {
        let shown = String::from_utf8_lossy(&name).into_owned();
        let mut body = format!(
            "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n--b\r\n\
             content-disposition: form-data; name=\"cerita\"\r\n\r\nMotor hilang\r\n--b\r\n\
             content-disposition: form-data; name=\"foto\"; filename=\""
        )
        .into_bytes();
        body.extend(&name);
        body.extend(b"\"\r\ncontent-type: text/html\r\n\r\n");
        body.extend(photo());
        body.extend(b"\r\n--b--\r\n");
        let kind = ("content-type", "multipart/form-data; boundary=b");
        let answer = raw(&browser, PATH, &[kind, OWN], body).await;
        assert!(
            matches!(answer.status.as_u16(), 303 | 400 | 422),
            "{shown:?}: {} {}",
            answer.status,
            answer.words()
        );
        assert!(answer.headers.get("x-evil").is_none());
        assert!(!answer.text.contains("jahat"), "{shown:?}");
    }
    let page = browser.get(PATH).await;
    assert!(
        page.words().contains("Foto 1") && !page.words().contains("Foto 2"),
        "one picture, once"
    );
    sent(&mut browser).await;
    let id = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    let mut officer = site.signed_in("desk").await;
    let page = officer.get(&format!("/perkara/{id}")).await;
    assert!(!page.text.contains("jahat") && !page.text.contains("onerror"));
    let at = page.text.find(&format!("/perkara/{id}/berkas/")).unwrap();
    let address = page.text[at..].split('"').next().unwrap();
    let file = officer.get(address).await;
    let name = file.header("content-disposition");
    assert!(
        name.starts_with("attachment; filename=\"PTI-2611-0001-") && name.ends_with(".jpg\""),
        "{name}"
    );
}

// The work that a small file can cause has a bound, whatever comes of it: the decoder counts scans.
#[test]
fn a_picture_of_thousands_of_scans_is_soon_over() {
    for (width, height) in [(5_000, 5_000), (400, 300)] {
        let began = Instant::now();
        let _ = pengayom_node::media::preview(&progressive(width, height, 5_000));
        let took = began.elapsed();
        assert!(took < Duration::from_secs(15), "{width}: {took:?}");
    }
}
