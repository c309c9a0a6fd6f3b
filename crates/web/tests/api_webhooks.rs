//! Webhooks by the API: made by a token that may, listed, and never leading into the house.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use pengayom_node::access::Role;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_node::outside::{Guard, Outside};
use pengayom_node::tokens::{NewToken, Scope};
use serde_json::{Value, json};
use support::{Answer, Site};

async fn ask(site: &Site, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    site.ask(request.body(body).unwrap()).await
}

async fn token(site: &Site, scope: Scope, login: &str) -> String {
    let new = NewToken {
        name: format!("{login} {}", scope.as_str()),
        scopes: vec![scope],
        login: Some(login.to_owned()),
        days: 3,
        made_by: None,
    };
    site.node.add_token(new).await.unwrap().text
}

// S40
#[tokio::test]
async fn a_program_makes_a_webhook_and_sees_what_was_sent() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Admin).await;
    let allowed = Guard::new().allowing(["127.0.0.0/8".parse().unwrap()]);
    site.node.set_webhook_way(Outside::guarded(allowed));
    let may = token(&site, Scope::Webhooks, "desk").await;
    let (other, admin) = (
        token(&site, Scope::Export, "desk").await,
        token(&site, Scope::Webhooks, "admin").await,
    );
    let new = |address: &str, kinds: Value| Some(json!({ "address": address, "kinds": kinds }));
    let good = || new("http://127.0.0.1:9/hook", json!(["outage", "case"]));
    let path = "/api/v1/webhooks";
    assert_eq!(
        ask(&site, Method::POST, path, "", good()).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        ask(&site, Method::POST, path, &other, good()).await.status,
        StatusCode::FORBIDDEN
    );
    // An account that reads no cases is told of none, and of what everybody is told.
    assert_eq!(
        ask(&site, Method::POST, path, &admin, good()).await.status,
        StatusCode::FORBIDDEN
    );
    for bad in [
        new("http://10.0.0.1/", json!(["case"])),
        new("ftp://example.org/", json!(["case"])),
        new("", json!(["case"])),
        new("http://127.0.0.1:9/", json!([])),
        new("http://127.0.0.1:9/", json!(["feedback"])),
        new("http://127.0.0.1:9/", json!("case")),
        Some(json!({})),
    ] {
        let answer = ask(&site, Method::POST, path, &may, bad).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            answer.text
        );
        assert!(
            answer.json()["errors"][0]["pointer"].is_string(),
            "{}",
            answer.text
        );
    }
    let made = ask(&site, Method::POST, path, &may, good()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let webhook = made.json();
    assert!(webhook["secret"].as_str().unwrap().starts_with("whsec_"));
    let one = format!("{path}/{}", webhook["id"].as_str().unwrap());
    assert_eq!(made.header("location"), one);

    let declare = DeclareOutage {
        system: None,
        words: Some("Listrik".to_owned()),
        since: None,
        way: Some("datang besok".to_owned()),
        until: None,
        simulated: false,
    };
    site.node.declare_outage(&desk, declare).await.unwrap();
    let sent = ask(&site, Method::GET, &format!("{one}/deliveries"), &may, None)
        .await
        .json();
    let items = sent["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(
        (items[0]["kind"].as_str(), &items[0]["attempts"]),
        (Some("outage.outage_declared"), &json!(0))
    );
    let sent = format!("{one}/deliveries");
    for (body, status) in [
        (
            json!({ "sequence": items[0]["sequence"] }),
            StatusCode::ACCEPTED,
        ),
        (json!({ "sequence": 999 }), StatusCode::NOT_FOUND),
        (json!({ "sequence": "1" }), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = ask(&site, Method::POST, &sent, &may, Some(body)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    for (body, status) in [
        (json!({ "disabled": false }), StatusCode::OK),
        (
            json!({ "disabled": true }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({ "disabled": "no" }),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = ask(&site, Method::PATCH, &one, &may, Some(body)).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }

    let shown = ask(&site, Method::GET, &one, &may, None).await;
    assert_eq!(shown.json()["state"], "works");
    assert!(!shown.text.contains("secret"));
    // Another program's are not seen, but by whoever keeps accounts.
    let second = site.account_at(Role::Desk, "kedua", None).await;
    let stranger = token(&site, Scope::Webhooks, &second.login).await;
    assert_eq!(
        ask(&site, Method::GET, &one, &stranger, None).await.status,
        StatusCode::NOT_FOUND
    );
    let all = ask(&site, Method::GET, path, &admin, None).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    let own = ask(&site, Method::GET, path, &stranger, None).await.json();
    assert_eq!(
        (own["items"].as_array().unwrap().len(), &own["next"]),
        (0, &Value::Null)
    );
    assert_eq!(
        ask(&site, Method::DELETE, &one, &stranger, None)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        ask(&site, Method::DELETE, &one, &may, None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        ask(&site, Method::GET, &one, &may, None).await.status,
        StatusCode::NOT_FOUND
    );
}
