//! What is said when the store cannot take more: too many wait, or its disk is full.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::future::join_all;
use pengayom_store::OpenOptions;
use pengayom_web::WebSettings;
use serde_json::json;
use support::{Answer, Site};

async fn file(site: &Site, key: usize, words: usize) -> Answer {
    let body = json!({
        "service_code": "lp_b",
        "description": "Motor hilang dari teras. ".repeat(words),
        "area_id": "33.18.08.2022",
    });
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/requests")
        .header("content-type", "application/json")
        .header("idempotency-key", format!("key-{key}"));
    site.ask(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn with(options: OpenOptions) -> Site {
    Site::opened(WebSettings::default(), false, options).await
}

fn is_problem(answer: &Answer, kind: &str, seconds: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("retry-after"), seconds);
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:pengayom:problem:{kind}"));
    assert_eq!(problem["status"], 503);
    assert!(problem["detail"].as_str().unwrap().contains("110"));
}

/// Whoever is turned away is told when to come again, and is not recorded; everybody else is.
#[tokio::test]
async fn when_too_many_wait_the_others_are_told_when_to_come_again() {
    let site = with(OpenOptions {
        queue: 2,
        ..OpenOptions::default()
    })
    .await;
    let answers = join_all((0..20).map(|key| file(&site, key, 1))).await;
    let (filed, turned_away): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::CREATED);
    assert!(!filed.is_empty() && !turned_away.is_empty());
    for answer in turned_away {
        is_problem(answer, "busy", "2");
    }
    // With their keys they come again, and nobody is there twice.
    let mut numbers = std::collections::BTreeSet::new();
    for key in 0..20 {
        let answer = file(&site, key, 1).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        numbers.insert(answer.json()["tracking_code"].to_string());
    }
    assert_eq!(numbers.len(), 20);
    assert!(numbers.contains("\"PTI-2611-0020\""), "{numbers:?}");
}

/// A disk without room is said in plain words, to programs and to people, and by readiness; what
/// was recorded before can be read.
#[tokio::test]
async fn a_store_without_room_says_so_and_can_be_read() {
    let site = with(OpenOptions {
        size_limit_bytes: Some(3 << 20),
        ..OpenOptions::default()
    })
    .await;
    let first = file(&site, 0, 1).await.json();
    let mut full = None;
    for key in 1..2_000 {
        let answer = file(&site, key, 100).await;
        if answer.status != StatusCode::CREATED {
            full = Some(answer);
            break;
        }
    }
    is_problem(&full.unwrap(), "store-down", "10");

    // The last room goes to drafts; then a page says it.
    let mut page = None;
    let story = "Motor hilang dari teras. ".repeat(100);
    for _ in 0..100 {
        let mut browser = site.browser();
        browser.get("/lapor/dicuri/cerita").await;
        let path = "/lapor/dicuri/cerita";
        let answer = browser.post(path, &[("cerita", &story)]).await;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            page = Some(answer);
            break;
        }
    }
    let page = page.unwrap();
    assert_eq!(page.inner("h1"), "Belum bisa dicatat");
    assert!(page.words().contains("telepon 110"), "{}", page.words());
    assert_eq!(page.header("retry-after"), "10");

    let ready = Request::get("/readyz").body(Body::empty()).unwrap();
    let ready = site.ask(ready).await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);

    let number = first["tracking_code"].as_str().unwrap();
    let secret = first["secret"].as_str().unwrap().replace(' ', "");
    let address = format!("/api/v1/requests/{number}?secret={secret}");
    let read = Request::get(address).body(Body::empty()).unwrap();
    assert_eq!(site.ask(read).await.status, StatusCode::OK);
}
