//! What every operation of the JSON API has in common.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use pengayom_web::WebSettings;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{Answer, Site};

async fn send(
    site: &Site,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    site.ask(request.body(body).unwrap()).await
}

async fn get(site: &Site, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(site, Method::GET, path, headers, None).await
}

fn problem(answer: &Answer, status: StatusCode, kind: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:pengayom:problem:{kind}"));
    assert_eq!(problem["status"], status.as_u16());
    problem
}

/// Files a request and says its number and secret.
async fn filed(site: &Site) -> (String, String) {
    let body =
        json!({ "service_code": "lp_b", "description": "Motor hilang", "address": "Growong Lor" });
    let answer = send(site, Method::POST, "/api/v1/requests", &[], Some(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let filed = answer.json();
    let text = |name: &str| filed[name].as_str().unwrap().to_owned();
    (text("tracking_code"), text("secret"))
}

// S40: what the contract names is there, and every operation says what it refuses.
#[tokio::test]
async fn the_description_has_the_paths_of_the_contract_and_every_operation_is_whole() {
    let site = Site::pati().await;
    let answer = get(&site, "/api/v1/openapi.json", &[]).await;
    let openapi = answer.json();
    assert_eq!(openapi["openapi"], "3.1.0");
    assert_eq!(openapi["servers"][0]["url"], "/api/v1");
    let paths = openapi["paths"].as_object().unwrap();
    assert!(paths["/requests"]["post"]["responses"]["201"].is_object());
    assert!(paths["/requests/{tracking_code}"]["get"]["responses"]["200"].is_object());
    let mut names = BTreeSet::new();
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            let told = format!("{} {path}`", method.to_uppercase());
            let of_staff = operation["security"].is_array();
            assert!(
                of_staff || path == "/requests" || page.contains(&told),
                "{told} is not in docs/api.md"
            );
            assert!(
                names.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{at}"
            );
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
            let answers = operation["responses"].as_object().unwrap();
            for status in ["400", "401", "406", "422", "429", "500", "503"] {
                assert!(answers.contains_key(status), "{at} {status}");
            }
            let parameters = operation["parameters"].as_array().unwrap();
            let has = |name: &str| parameters.iter().any(|known| known["name"] == name);
            assert!(has("lang"), "{at}");
            assert_eq!(has("Idempotency-Key"), method == "post", "{at}");
            let may_miss = path.contains('{') || has("Pengayom-Secret");
            assert_eq!(answers.contains_key("404"), may_miss, "{at}");
        }
    }
    // Every reference leads somewhere.
    let text = answer.text;
    for reference in text.split("\"$ref\": \"").skip(1) {
        let path = reference.split('"').next().unwrap();
        assert!(
            openapi.pointer(path.trim_start_matches('#')).is_some(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_program_finds_its_way_from_the_first_address() {
    let site = Site::pati().await;
    for begin in ["/api/v1/", "/api/v1", "/api", "/api/"] {
        let mut answer = get(&site, begin, &[]).await;
        if answer.status.is_redirection() {
            let to = answer.location().to_owned();
            answer = get(&site, &to, &[]).await;
        }
        assert_eq!(answer.status, StatusCode::OK, "{begin}");
        let index = answer.json();
        assert_eq!(index["unit"], "polres-pati");
        for link in ["description", "problems"] {
            let there = get(&site, index[link].as_str().unwrap(), &[]).await;
            assert_eq!(there.status, StatusCode::OK, "{link}");
        }
    }
}

#[tokio::test]
async fn what_is_not_described_is_refused_with_the_parameter_named() {
    let site = Site::pati().await;
    for (query, code) in [
        ("typo=1", "unknown_parameter"),
        ("lang=fr", "unknown"),
        ("lang=id&lang=en", "twice"),
        ("limit=0", "out_of_range"),
        ("limit=101", "out_of_range"),
        ("limit=%2B5", "out_of_range"),
        ("limit=1e1", "out_of_range"),
        ("cursor=abc", "unknown"),
    ] {
        let answer = get(&site, &format!("/api/v1/problems?{query}"), &[]).await;
        let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
        let error = &problem["errors"][0];
        assert_eq!(error["code"], code, "{query}");
        assert!(
            query.starts_with(error["parameter"].as_str().unwrap()),
            "{query}"
        );
        assert_eq!(error["pointer"], Value::Null);
    }
    let unreadable = get(&site, "/api/v1/problems?lang=%ff", &[]).await;
    problem(&unreadable, StatusCode::BAD_REQUEST, "unreadable");
}

#[tokio::test]
async fn who_takes_no_json_and_who_asks_in_another_way_is_told_what_there_is() {
    let site = Site::pati().await;
    for accept in ["text/html", "application/json;q=0", "image/*"] {
        let answer = get(&site, "/api/v1/", &[("accept", accept)]).await;
        problem(&answer, StatusCode::NOT_ACCEPTABLE, "not-acceptable");
    }
    for accept in ["*/*", "application/*", "text/html, application/json;q=0.5"] {
        let answer = get(&site, "/api/v1/", &[("accept", accept)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{accept}");
    }
    for method in [
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::TRACE,
        Method::OPTIONS,
    ] {
        let answer = send(&site, method.clone(), "/api/v1/requests", &[], None).await;
        problem(
            &answer,
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
        );
        assert_eq!(answer.header("allow"), "POST", "{method}");
    }
    let nothing = get(&site, "/api/v1/nothing", &[]).await;
    problem(&nothing, StatusCode::NOT_FOUND, "not-found");
}

// S40: a cookie that a browser adds by itself opens nothing here, and is not answered with another.
#[tokio::test]
async fn cookies_are_neither_read_nor_set() {
    let site = Site::pati().await;
    site.account(pengayom_node::access::Role::Desk).await;
    let session = site
        .node
        .sign_in("desk", support::PASSWORD, "test")
        .await
        .unwrap();
    let cookie = format!("session={}; lang=en", session.token);
    let answer = get(&site, "/api/v1/problems?lang=id", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("set-cookie"), "");
    let nobody = get(&site, "/api/v1/nothing", &[]).await.json();
    let with_cookie = get(&site, "/api/v1/nothing", &[("cookie", &cookie)])
        .await
        .json();
    assert_eq!(nobody["title"], with_cookie["title"]);
}

#[tokio::test]
async fn who_shows_something_that_is_no_token_is_not_taken_for_nobody() {
    let site = Site::pati().await;
    let wrong = format!("Bearer pgy_{}", "a".repeat(43));
    for shown in [
        "Bearer x",
        "Bearer",
        "Basic YTpi",
        "bearer  ",
        wrong.as_str(),
    ] {
        let answer = get(&site, "/api/v1/", &[("authorization", shown)]).await;
        problem(&answer, StatusCode::UNAUTHORIZED, "token");
        assert!(
            answer.header("www-authenticate").starts_with("Bearer"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn what_the_asker_has_is_not_sent_again() {
    let site = Site::pati().await;
    let (number, secret) = filed(&site).await;
    let path = format!("/api/v1/requests/{number}");
    for (path, secret) in [
        ("/api/v1/openapi.json", ""),
        ("/api/v1/", ""),
        (path.as_str(), secret.as_str()),
    ] {
        let headers: Vec<(&str, &str)> = [("pengayom-secret", secret)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let first = get(&site, path, &headers).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text);
        let tag = first.header("etag").to_owned();
        let weak = format!("W/{tag}, \"x\"");
        for known in [tag.as_str(), weak.as_str(), "*"] {
            let mut headers = headers.clone();
            headers.push(("if-none-match", known));
            let again = get(&site, path, &headers).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {known}");
            assert_eq!(
                (again.text.as_str(), again.header("etag")),
                ("", tag.as_str())
            );
        }
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_end_part_by_part() {
    let site = Site::pati().await;
    let all = get(&site, "/api/v1/problems?limit=100", &[]).await.json();
    assert_eq!(all["next"], Value::Null);
    let mut items = Vec::new();
    let mut next = Some("/api/v1/problems?limit=3&lang=id".to_owned());
    while let Some(path) = next {
        let part = get(&site, &path, &[]).await.json();
        assert!(part["items"].as_array().unwrap().len() <= 3);
        items.extend(part["items"].as_array().unwrap().clone());
        next = part["next"].as_str().map(ToOwned::to_owned);
        assert!(items.len() <= 100, "it goes in a circle");
    }
    assert_eq!(Value::Array(items), all["items"]);
}

// Nothing that this node did not make is taken for a place in a list.
#[test]
fn any_text_is_a_fault_and_never_a_place() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let site = runtime.block_on(Site::with(
        WebSettings {
            api_requests_per_minute: 0,
            ..WebSettings::default()
        },
        false,
    ));
    let first = runtime
        .block_on(get(&site, "/api/v1/problems?limit=3", &[]))
        .json();
    let next = first["next"].as_str().unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap().to_owned();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = prop_oneof![
        "[A-Za-z0-9_-]{1,80}",
        "\\PC{1,40}",
        (0..cursor.len(), "[A-Za-z0-9_-]").prop_map(move |(at, letter)| {
            let mut altered = cursor.clone();
            altered.replace_range(at..=at, &letter);
            if altered == cursor {
                format!("{altered}A")
            } else {
                altered
            }
        }),
    ];
    runner
        .run(&texts, |text| {
            let path = format!("/api/v1/problems?cursor={}", support::encode(&text));
            let answer = runtime.block_on(get(&site, &path, &[]));
            prop_assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", text);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again_and_others_are_served() {
    let settings = WebSettings {
        api_requests_per_minute: 3,
        behind_proxy: true,
        ..WebSettings::default()
    };
    let site = Site::with(settings, false).await;
    let from = |address| [("x-forwarded-for", address)];
    for left in ["2", "1", "0"] {
        let answer = get(&site, "/api/v1/", &from("203.0.113.5")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.header("ratelimit"),
            format!("\"address\";r={left};t=60")
        );
        assert_eq!(answer.header("ratelimit-policy"), "\"address\";q=3;w=60");
    }
    let turned_away = get(&site, "/api/v1/", &from("203.0.113.5")).await;
    problem(
        &turned_away,
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-tries",
    );
    assert_eq!(turned_away.header("retry-after"), "60");
    assert_eq!(turned_away.header("ratelimit"), "\"address\";r=0;t=60");
    assert_eq!(
        get(&site, "/api/v1/", &from("203.0.113.6")).await.status,
        StatusCode::OK
    );
    // What runs on the node's own machine is not counted.
    for own in ["127.0.0.1", "127.9.0.1", "::1", "::ffff:127.0.0.1"] {
        for _ in 0..5 {
            let answer = get(&site, "/api/v1/", &from(own)).await;
            assert_eq!(answer.status, StatusCode::OK, "{own}");
        }
    }
    // Pages go on.
    assert_eq!(
        get(&site, "/layanan", &from("203.0.113.5")).await.status,
        StatusCode::OK
    );
    site.clock.pass(1);
    assert_eq!(
        get(&site, "/api/v1/", &from("203.0.113.5")).await.status,
        StatusCode::OK
    );
}

async fn add(site: &Site, number: &str, headers: &[(&str, &str)], text: &str) -> Answer {
    let path = format!("/api/v1/requests/{number}/messages");
    send(
        site,
        Method::POST,
        &path,
        headers,
        Some(&json!({ "text": text })),
    )
    .await
}

async fn messages(site: &Site, number: &str, secret: &str) -> Vec<String> {
    let path = format!("/api/v1/requests/{number}");
    let status = get(site, &path, &[("pengayom-secret", secret)])
        .await
        .json();
    let messages = status["messages"].as_array().unwrap().iter();
    messages
        .map(|one| one["text"].as_str().unwrap().to_owned())
        .collect()
}

// S40: a POST that is sent again is done once, whoever was first.
#[tokio::test]
async fn a_keyed_post_is_done_once_in_a_row_and_at_once() {
    let site = Site::pati().await;
    let (number, secret) = filed(&site).await;
    let key = [
        ("pengayom-secret", secret.as_str()),
        ("idempotency-key", "kunci 1"),
    ];
    let first = add(&site, &number, &key, "Saya ingat nomor polisinya").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    site.clock.pass(5);
    let second = add(&site, &number, &key, "Saya ingat nomor polisinya").await;
    assert_eq!((second.status, &second.text), (first.status, &first.text));
    assert_eq!(second.location(), first.location());
    let other = add(&site, &number, &key, "Yang lain").await;
    problem(&other, StatusCode::CONFLICT, "idempotency-key-reused");
    assert_eq!(
        messages(&site, &number, &secret).await,
        ["Saya ingat nomor polisinya"]
    );
    let at_once = [
        ("pengayom-secret", secret.as_str()),
        ("idempotency-key", "kunci 2"),
    ];
    let (a, b, c) = tokio::join!(
        add(&site, &number, &at_once, "Dua"),
        add(&site, &number, &at_once, "Dua"),
        add(&site, &number, &at_once, "Dua"),
    );
    for answer in [&b, &c] {
        assert_eq!(
            (answer.status, &answer.text),
            (StatusCode::CREATED, &a.text)
        );
    }
    assert_eq!(messages(&site, &number, &secret).await.len(), 2);
    // Without a key each is one of its own.
    let plain = [("pengayom-secret", secret.as_str())];
    add(&site, &number, &plain, "Tiga").await;
    add(&site, &number, &plain, "Tiga").await;
    assert_eq!(messages(&site, &number, &secret).await.len(), 4);
}

#[tokio::test]
async fn what_was_refused_can_be_put_right_under_the_same_key_and_a_key_is_the_askers_and_the_addresses()
 {
    let site = Site::pati().await;
    let (number, secret) = filed(&site).await;
    let (other_number, other_secret) = filed(&site).await;
    let key = ("idempotency-key", "sama");
    let wrong = add(
        &site,
        &number,
        &[key, ("pengayom-secret", "000000000000")],
        "Satu",
    )
    .await;
    problem(&wrong, StatusCode::NOT_FOUND, "not-found");
    let empty = add(&site, &number, &[key, ("pengayom-secret", &secret)], " ").await;
    problem(&empty, StatusCode::UNPROCESSABLE_ENTITY, "fields");
    let ask = |kind: &str| json!({ "kind": kind });
    let path = format!("/api/v1/requests/{number}/reviews");
    let own = [key, ("pengayom-secret", secret.as_str())];
    let early = send(&site, Method::POST, &path, &own, Some(&ask("second_look"))).await;
    assert_eq!(
        problem(&early, StatusCode::CONFLICT, "refused")["reason"],
        "nothing-decided"
    );
    // Overdue news can be asked after, under the key of what was refused.
    site.clock.pass(5 * 24 * 60);
    let asked = send(&site, Method::POST, &path, &own, Some(&ask("explanation"))).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
    let again = send(&site, Method::POST, &path, &own, Some(&ask("explanation"))).await;
    assert_eq!(again.text, asked.text);
    let good = add(&site, &number, &own, "Satu").await;
    assert_eq!(good.status, StatusCode::CREATED, "{}", good.text);
    let others = [key, ("pengayom-secret", other_secret.as_str())];
    let other = add(&site, &other_number, &others, "Dua").await;
    assert_eq!(other.status, StatusCode::CREATED, "{}", other.text);
}
