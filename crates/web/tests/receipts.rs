//! Receipts and the log over HTTP: what programs and people get, and what is not given (S18).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use pengayom_ledger::receipt::{Options, verify};
use pengayom_ledger::{Receipt, SignedCheckpoint, TileId, VerifierKey, leaf_hash, unbundle};
use serde_json::{Value, json};
use support::{Answer, Site};

async fn get(site: &Site, path: &str) -> Answer {
    site.ask(Request::get(path).body(Body::empty()).unwrap())
        .await
}

async fn file(site: &Site, service: &str, key: &str) -> Value {
    let body =
        json!({ "service_code": service, "description": "Motor hilang", "address": "Growong Lor" });
    let request = Request::post("/api/v1/requests")
        .header(header::CONTENT_TYPE, "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = site.ask(request).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()
}

async fn keys(site: &Site) -> Vec<VerifierKey> {
    let answer = get(site, "/tlog/key").await;
    answer
        .text
        .lines()
        .map(|key| key.parse().unwrap())
        .collect()
}

fn receipt(value: &Value) -> Receipt {
    Receipt::parse(&value.to_string()).unwrap()
}

// S22
#[tokio::test]
async fn the_log_is_served_as_the_specification_says() {
    let site = Site::pati().await;
    let before = get(&site, "/tlog/checkpoint").await;
    assert_eq!(before.status, StatusCode::NOT_FOUND);
    for n in 0..3 {
        file(&site, "lp_b", &n.to_string()).await;
    }
    site.node.advance_ledger().await.unwrap();
    let answer = get(&site, "/tlog/checkpoint").await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let keys = keys(&site).await;
    let note = SignedCheckpoint::parse(&answer.text).unwrap();
    note.verify(keys[0].name(), &keys).unwrap();
    let tree = note.checkpoint();
    assert!(tree.size() >= 3);
    let size = tree.size();

    let path = format!("/tlog/tile/0/000.p/{size}");
    let answer = get(&site, &path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("cache-control")
            .starts_with("public, max-age=")
    );
    let tiles = BTreeMap::from([(TileId { level: 0, index: 0 }, answer.bytes.clone())]);
    assert_eq!(
        pengayom_ledger::root_at(size, &tiles).unwrap(),
        *tree.root()
    );
    let entries = get(&site, &format!("/tlog/tile/entries/000.p/{size}")).await;
    let width = u16::try_from(size).unwrap();
    for (entry, leaf) in unbundle(&entries.bytes, width)
        .unwrap()
        .into_iter()
        .zip(answer.bytes.chunks(32))
    {
        assert_eq!(leaf_hash(entry.try_into().unwrap()), leaf);
    }
    // A narrower part of the same tile is its beginning.
    let narrow = get(&site, "/tlog/tile/0/000.p/2").await;
    assert_eq!(narrow.bytes, answer.bytes[..64]);
    // Hashes are not compressed.
    let zipped = Request::get(&path).header(header::ACCEPT_ENCODING, "gzip");
    let zipped = site.ask(zipped.body(Body::empty()).unwrap()).await;
    assert_eq!(zipped.header("content-encoding"), "");

    for path in [
        format!("/tlog/tile/0/000.p/{}", size + 1),
        "/tlog/tile/0/000".to_owned(),
        "/tlog/tile/0/001".to_owned(),
        "/tlog/tile/1/000.p/1".to_owned(),
        "/tlog/tile/0/000.p/0".to_owned(),
        "/tlog/tile/0/000.p/256".to_owned(),
        "/tlog/tile/64/000".to_owned(),
        "/tlog/tile/8/0/000".to_owned(),
        "/tlog/tile/entries/x000/000".to_owned(),
        "/tlog/tile/0/../../../key".to_owned(),
        format!("/tlog/tile/0/{}000", "x000/".repeat(2000)),
    ] {
        let answer = get(&site, &path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.text, "not in the log\n", "{path}");
    }
}

// S22
#[tokio::test]
async fn a_promise_comes_at_once_and_its_proof_once_the_log_has_it() {
    let site = Site::pati().await;
    let filed = file(&site, "lp_b", "a").await;
    let promised = receipt(&filed["receipt"]);
    assert_eq!(promised.proof, None);
    let keys = keys(&site).await;
    let options = Options {
        keys: &keys,
        number: filed["tracking_code"].as_str(),
        ..Options::default()
    };
    let verdict = verify(&promised, &options).unwrap();
    assert!(verdict.shows_act);
    // Sent again, it is the same promise.
    assert_eq!(file(&site, "lp_b", "a").await["receipt"], filed["receipt"]);

    site.node.advance_ledger().await.unwrap();
    let (number, secret) = (&filed["tracking_code"], &filed["secret"]);
    let (number, secret) = (number.as_str().unwrap(), secret.as_str().unwrap());
    let path = format!("/api/v1/requests/{number}/receipt");
    let later = get(&site, &format!("{path}?secret={secret}")).await;
    let proven = Receipt::parse(&later.text).unwrap();
    assert_eq!(proven.promise, promised.promise);
    let verdict = verify(&proven, &options).unwrap();
    assert!(verdict.tree.unwrap().size > verdict.promise.index);
    let status = get(&site, &format!("/api/v1/requests/{number}?secret={secret}")).await;
    assert_eq!(receipt(&status.json()["receipt"]), proven);
    for path in [
        path.clone(),
        format!("{path}?secret=000000000000"),
        format!("/api/v1/requests/PTI-2611-9999/receipt?secret={secret}"),
    ] {
        assert_eq!(get(&site, &path).await.status, StatusCode::NOT_FOUND);
    }
}

// S22. A receipt lies where others see it.
#[tokio::test]
async fn a_receipt_says_nothing_of_words_persons_or_a_sensitive_kind() {
    let site = Site::pati().await;
    let unit = site.node.unit();
    let kinds = unit.pack.report_kinds();
    let sensitive = kinds.iter().find(|kind| kind.sensitive).unwrap();
    let service = sensitive.service.as_str();
    let filed = file(&site, service, "a").await;
    let found = receipt(&filed["receipt"]);
    assert_eq!((&found.act, &found.salt), (&None, &None));
    assert!(!found.to_json().unwrap().contains(service));
    let keys = keys(&site).await;
    let options = Options {
        keys: &keys,
        ..Options::default()
    };
    assert!(!verify(&found, &options).unwrap().shows_act);
    let plain = file(&site, "lp_b", "b").await["receipt"].to_string();
    assert!(!plain.contains("Motor hilang"), "{plain}");
}

#[tokio::test]
async fn the_page_that_verifies_may_ask_other_logs_and_every_other_page_may_not() {
    let site = Site::pati().await;
    let page = get(&site, "/tanda-terima").await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("connect-src 'self' https: http:"),
        "{policy}"
    );
    assert!(policy.contains("script-src 'self';"), "{policy}");
    let page = get(&site, "/lacak").await;
    assert!(
        !page
            .header("content-security-policy")
            .contains("connect-src")
    );
}

// S18
#[tokio::test]
async fn the_key_that_receipts_are_checked_with_stands_on_a_page_to_hang_up() {
    let site = Site::pati().await;
    let keys = keys(&site).await;
    let page = get(&site, "/tanda-terima/kunci").await;
    assert_eq!(page.status, StatusCode::OK);
    let words = page.words();
    for part in [
        keys[0].fingerprint(),
        keys[0].name().to_owned(),
        keys[0].to_string(),
        "Cocokkan sidik di bawah dengan yang terpasang di kantor".to_owned(),
    ] {
        assert!(words.contains(&part), "{part}: {words}");
    }
    assert!(page.text.contains("<svg"), "{}", page.text);
    let page = get(&site, "/tanda-terima/kunci?lang=en").await;
    assert!(page.words().contains("The key in use"), "{}", page.words());
    let page = get(&site, "/tanda-terima").await;
    assert!(page.text.contains("href=\"/tanda-terima/kunci\""));
}
