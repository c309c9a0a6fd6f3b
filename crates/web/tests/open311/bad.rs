//! What nobody means well by, and keys that ended.

use axum::http::StatusCode;
use pengayom_node::tokens::Scope;

use super::support::Site;
use super::{filed, form, get, key, key_with, noise, post, post_as};

// S40: hostile input
#[tokio::test]
async fn what_is_hostile_is_turned_down_and_nothing_is_recorded() {
    let site = Site::pati().await;
    let good = key(&site).await;
    let form_type = "application/x-www-form-urlencoded";
    let sent =
        async |kind: &str, body: Vec<u8>| post_as(&site, "requests.json", kind, body).await.status;
    // XML is written and never read.
    let bomb = b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>".to_vec();
    for kind in [
        "text/xml",
        "application/xml",
        "application/json",
        "text/plain",
    ] {
        assert_eq!(
            sent(kind, bomb.clone()).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }
    assert_eq!(sent(form_type, bomb).await, StatusCode::FORBIDDEN);
    let begin = format!("api_key={good}");
    let many = format!("{begin}{}", "&a=1".repeat(10_000)).into_bytes();
    let large = format!("{begin}&description={}", "x".repeat(200_000)).into_bytes();
    let mut not_text = begin.clone().into_bytes();
    not_text.extend(b"&description=%FF%FE");
    for (body, status) in [
        (many, StatusCode::BAD_REQUEST),
        (large, StatusCode::PAYLOAD_TOO_LARGE),
        (not_text, StatusCode::BAD_REQUEST),
        (
            format!("{begin}&description=%zz").into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
    ] {
        assert_eq!(sent(form_type, body).await, status);
    }
    let broken = b"--b\r\ncontent-disposition: form-data; name=\"api".to_vec();
    assert_eq!(
        sent("multipart/form-data; boundary=b", broken).await,
        StatusCode::BAD_REQUEST
    );
    let list = (0..5_000)
        .map(|n| format!("{n}"))
        .collect::<Vec<_>>()
        .join(",");
    for query in [
        format!("service_request_id={list}"),
        format!("service_request_id={}", "x,".repeat(5_000)),
        "a=1&".repeat(400),
        "service_request_id=%FF".to_owned(),
    ] {
        let status = get(&site, &format!("requests.json?{query}")).await.status;
        let good = query.contains("x,x");
        let expected = if good {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(status, expected, "{}", &query[..40.min(query.len())]);
    }
    // Keys that came twice: one way or the other, never two requests.
    let twice = format!("{}&api_key=x", form(&noise(&good))).into_bytes();
    assert_eq!(sent(form_type, twice).await, StatusCode::FORBIDDEN);
    assert!(
        get(&site, "requests.json")
            .await
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
    // What XML cannot write does not break it, nor does what looks like markup.
    let mut fields = noise(&good);
    fields[2].1 = "a\u{0}\u{b}\u{ffff}</request>]]>&x;";
    let filed = post(&site, "requests.xml", &fields).await;
    assert_eq!(filed.status, StatusCode::OK);
}

// S40: a key replayed after its end
#[tokio::test]
async fn a_key_that_ended_files_nothing() {
    let site = Site::pati().await;
    let good = key(&site).await;
    filed(&site, &good).await;
    let token = site.node.tokens().await.unwrap()[0].id;
    site.node.revoke_token(token).await.unwrap();
    let replayed = post(&site, "requests.json", &noise(&good)).await;
    assert_eq!(replayed.status, StatusCode::FORBIDDEN);
    let next = key_with(&site, "berikutnya", Scope::Open311Write).await;
    site.clock.pass(30 * 24 * 60);
    let expired = post(&site, "requests.json", &noise(&next)).await;
    assert_eq!(expired.status, StatusCode::FORBIDDEN);
    // Wrong keys are slowed, and a right one beside them is not.
    for _ in 0..40 {
        post(&site, "requests.json", &noise("pgy_x")).await;
    }
    let slowed = post(&site, "requests.xml", &noise("pgy_x")).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(slowed.text.contains("<code>429</code>"), "{}", slowed.text);
    let third = key_with(&site, "ketiga", Scope::Open311Write).await;
    filed(&site, &third).await;
}
