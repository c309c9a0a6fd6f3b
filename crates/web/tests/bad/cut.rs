//! A connection that ends in the middle of a photograph: the draft stays as it was, no half file is shown,
//! what came of it goes, and sent again it is there once.

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode, header};

use super::{desk_of, followed, sent};
use crate::support::{Answer, Browser, Site, fill, photo};

/// A photograph of some size: a picture, and after its end what a camera might leave there.
fn large() -> Vec<u8> {
    let mut picture = photo();
    picture.resize(700_000, 0x55);
    picture
}

fn form(token: &str, field: &str, text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [("csrf", token), (field, text)] {
        let head =
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(head.as_bytes());
    }
    body.extend(
        b"--b\r\ncontent-disposition: form-data; name=\"foto\"; filename=\"a.jpg\"\r\n\r\n",
    );
    body.extend(large());
    body.extend(b"\r\n--b--\r\n");
    body
}

/// Sends the first bytes of a body; then the connection ends, or the sender says it is over.
async fn cut(browser: &Browser<'_>, path: &str, body: &[u8], at: usize, breaks: bool) -> Answer {
    let mut pieces: Vec<Result<Bytes, std::io::Error>> = body[..at]
        .chunks(16 * 1024)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    if breaks {
        pieces.push(Err(std::io::ErrorKind::ConnectionReset.into()));
    }
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(n, v)| format!("{n}={v}"))
        .collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, cookies.join("; "))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from_stream(futures_util::stream::iter(pieces)));
    browser.site.ask(request.unwrap()).await
}

/// Files that are kept whole, and pieces of any.
async fn files(site: &Site) -> u64 {
    let unit = site.node.unit();
    let report = site
        .node
        .store()
        .check_blobs(&unit.id, &|_| {})
        .await
        .unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    report.blobs
}

// S32
#[tokio::test]
async fn a_photograph_cut_anywhere_leaves_the_draft_as_it_was() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    browser.get("/lapor/dicuri/cerita").await;
    let path = "/lapor/dicuri/cerita";
    let whole = form(&browser.token, "cerita", "Cerita yang kedua");
    let ends = [
        0,
        1,
        70,
        150,
        400,
        1_000,
        65_536,
        300_000,
        whole.len() - 20,
        whole.len() - 5,
    ];
    for at in ends {
        for breaks in [true, false] {
            let answer = cut(&browser, path, &whole, at, breaks).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{at} {breaks}");
            assert!(answer.words().contains("Isian ini tidak terbaca"), "{at}");
        }
    }
    let page = browser.get(path).await;
    assert!(page.text.contains("Motor Honda hitam") && !page.words().contains("Foto 1"));
    assert!(!page.text.contains("Cerita yang kedua"));
    assert_eq!(files(&site).await, 0, "no half file");
    // Sent once more as it was chosen: one report with one photograph, the same bytes.
    let answer = cut(&browser, path, &whole, whole.len(), false).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    sent(&mut browser).await;
    let rows = site.node.waiting(&desk, 9).await.unwrap();
    assert_eq!(rows.len(), 1);
    let case = site
        .node
        .case_history(&desk, rows[0].id)
        .await
        .unwrap()
        .case;
    assert_eq!(case.filed.media.len(), 1);
    assert_eq!(case.filed.media[0].size_bytes, large().len() as u64);
    // What the broken ones left is swept, and the photograph of the report is not.
    site.clock.pass(3 * 24 * 60);
    let unit = site.node.unit();
    let swept = site
        .node
        .store()
        .drop_expired(&unit.id, site.node.now())
        .await
        .unwrap();
    assert!(swept > 0, "pieces of files that were not finished");
    assert_eq!(files(&site).await, 1);
    let again = site
        .node
        .store()
        .drop_expired(&unit.id, site.node.now())
        .await
        .unwrap();
    assert_eq!(again, 0);
}

// S40
#[tokio::test]
async fn a_photograph_added_later_and_cut_adds_nothing() {
    let site = Site::pati().await;
    let desk = desk_of(&site).await;
    let (mut reader, number, _) = followed(&site).await;
    let path = format!("/lacak/{number}");
    reader.get(&path).await;
    let id = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    let before = site.node.case_history(&desk, id).await.unwrap().acts.len();
    let whole = form(&reader.token, "keterangan", "Ada fotonya");
    for at in [100, 400, 200_000, whole.len() - 6] {
        let answer = cut(&reader, &path, &whole, at, true).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{at}");
    }
    let acts = site.node.case_history(&desk, id).await.unwrap().acts.len();
    assert_eq!(acts, before);
    assert!(!reader.get(&path).await.text.contains("Ada fotonya"));
}
