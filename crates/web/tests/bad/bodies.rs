//! Forms with files that are no forms: too many parts, heads without an end, forms within forms, and
//! whatever else can be written between boundaries.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{OWN, raw};
use crate::support::{Answer, Browser, Site, photo};

const PATH: &str = "/lapor/dicuri/cerita";
const KIND: (&str, &str) = ("content-type", "multipart/form-data; boundary=b");

fn field(name: &str, value: &str) -> Vec<u8> {
    format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        .into_bytes()
}

fn file(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--b\r\ncontent-disposition: form-data; name=\"foto\"; filename=\"{name}\"\r\ncontent-type: image/jpeg\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n"].concat()
}

async fn post(browser: &Browser<'_>, body: Vec<u8>) -> Answer {
    raw(browser, PATH, &[KIND, OWN], body).await
}

#[tokio::test]
async fn a_form_that_has_no_end_ends_soon() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get(PATH).await;
    let end = b"--b--\r\n".to_vec();
    let million = b"--b\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(100_000);
    let files = file("a.jpg", b"x").repeat(30_000);
    let head = [
        b"--b\r\ncontent-disposition: form-data; name=\"".to_vec(),
        vec![b'a'; 8 << 20],
    ]
    .concat();
    let heads = [b"--b\r\n".to_vec(), b"x-a: b\r\n".repeat(1 << 20)].concat();
    let preamble = vec![b'-'; 8 << 20];
    for (what, body) in [
        ("parts", [million, end.clone()].concat()),
        ("files", [files, end.clone()].concat()),
        ("a head", head),
        ("heads", heads),
        ("no boundary", preamble),
    ] {
        let began = Instant::now();
        let answer = post(&browser, body).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{what}: {}",
            answer.words()
        );
        assert!(answer.words().contains("Isian ini tidak terbaca"), "{what}");
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "{what}: {:?}",
            began.elapsed()
        );
    }
    // More than is taken, whoever says how much it is.
    let large = [
        field("cerita", "x"),
        file("a.jpg", &vec![0; 33 << 20]),
        end.clone(),
    ]
    .concat();
    let began = Instant::now();
    let answer = post(&browser, large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        answer
            .words()
            .contains("Kiriman terlalu besar, paling banyak 32 MB")
    );
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    let headers = [KIND, OWN, ("content-length", "99999999999")];
    let answer = raw(&browser, PATH, &headers, field("cerita", "x")).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Nothing of all this was kept.
    let unit = site.node.unit();
    site.clock.pass(3 * 24 * 60);
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
    assert_eq!((kept.blobs, kept.faults.len()), (0, 0));
}

#[tokio::test]
async fn what_only_looks_like_a_form_is_not_one() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get(PATH).await;
    let good = [field("cerita", "Motor hilang"), b"--b--\r\n".to_vec()].concat();
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=c",
        "multipart/form-data; boundary=\"\0\"",
        "multipart/form-data; boundary=b; boundary=c",
    ] {
        if axum::http::HeaderValue::from_str(kind).is_err() {
            continue;
        }
        let answer = raw(&browser, PATH, &[("content-type", kind), OWN], good.clone()).await;
        if kind.ends_with("b; boundary=c") {
            assert!(!answer.status.is_server_error());
            continue;
        }
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{kind}");
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(4_000));
    let answer = raw(
        &browser,
        PATH,
        &[("content-type", &long), OWN],
        good.clone(),
    )
    .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    for kind in [
        "multipart/mixed; boundary=b",
        "multipart/form-datax; boundary=b",
    ] {
        let answer = raw(&browser, PATH, &[("content-type", kind), OWN], good.clone()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    // A form within a form is a text like any other.
    let inner = "--c\r\ncontent-disposition: form-data; name=\"cerita\"\r\n\r\nlain\r\n--c--";
    let nested = [
        b"--b\r\ncontent-disposition: form-data; name=\"cerita\"\r\ncontent-type: multipart/mixed; boundary=c\r\n\r\n".to_vec(),
        inner.as_bytes().to_vec(),
        b"\r\n--b--\r\n".to_vec(),
    ]
    .concat();
    let answer = post(&browser, nested).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    // A text that is none, or far too long, in one part.
    let bytes = [
        b"--b\r\ncontent-disposition: form-data; name=\"cerita\"\r\n\r\n\xff\xfe\r\n--b--\r\n"
            .to_vec(),
    ]
    .concat();
    assert_eq!(post(&browser, bytes).await.status, StatusCode::BAD_REQUEST);
    let long = [field("cerita", &"x".repeat(1 << 20)), b"--b--\r\n".to_vec()].concat();
    let answer = post(&browser, long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.words().contains("paling banyak 64 kB"));
}

// Files beyond those a report may have are not stored one by one without end, and the rest is kept.
#[tokio::test]
async fn more_photographs_than_a_report_has_are_told_and_the_words_stay() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get(PATH).await;
    let mut body = field("cerita", "Motor hilang");
    for n in 0..60_u8 {
        // Each a picture of its own.
        let picture = [photo(), vec![n; 3]].concat();
        body.extend(file(&format!("{n}.jpg"), &picture));
    }
    body.extend(field("keadaan", ""));
    body.extend(b"--b--\r\n");
    let answer = post(&browser, body).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Paling banyak 4 foto"), "{words}");
    assert!(answer.text.contains("Motor hilang"));
    assert!(
        words.contains("Foto 4") && !words.contains("Foto 5"),
        "{words}"
    );
    let unit = site.node.unit();
    let kept = site
        .node
        .store()
        .check_blobs(&unit.id, &|_| {})
        .await
        .unwrap();
    assert!(kept.blobs <= 20, "{}", kept.blobs);
}

/// A form as a browser writes it, or nearly.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"--b\r\n".to_vec()),
        Just(b"--b--\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(b"content-disposition: form-data; name=\"cerita\"".to_vec()),
        Just(b"content-disposition: form-data; name=\"foto\"; filename=\"a\"".to_vec()),
        Just(b"content-disposition: form-data; name*=utf-8''a; filename=\"".to_vec()),
        Just(b"content-disposition: attachment".to_vec()),
        Just(b"content-type: image/png".to_vec()),
        Just(b"content-transfer-encoding: base64".to_vec()),
        Just(field("cerita", "Motor hilang")),
        Just(file("../../a", b"\xff\xd8\xff\xe0")),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

#[test]
fn no_form_makes_the_reader_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let site = runtime.block_on(Site::pati());
    let mut browser = site.browser();
    runtime.block_on(browser.get(PATH));
    let config = Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&nearly(), |body| {
        let answer = runtime.block_on(post(&browser, body));
        prop_assert!(
            matches!(answer.status.as_u16(), 303 | 400 | 413 | 422),
            "{}",
            answer.status
        );
        Ok(())
    });
    outcome.unwrap();
    // And none of them a form that would not be read if it were right.
    let mut good = String::new();
    for (name, value) in [("cerita", "Motor hilang"), ("keadaan", "")] {
        write!(good, "{}", String::from_utf8(field(name, value)).unwrap()).unwrap();
    }
    good.push_str("--b--\r\n");
    let answer = runtime.block_on(post(&browser, good.into_bytes()));
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}
