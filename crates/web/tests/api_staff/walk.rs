//! Every operation of staff, as the document lists them: an operation added later is tried without a word being changed
//! here.

use axum::http::{Method, StatusCode};
use pengayom_node::access::Role;
use pengayom_web::WebSettings;
use serde_json::{Value, json};

use super::{ALL, program};
use crate::support::Site;

/// A unit whose API counts nobody's requests: every operation is tried in one minute of its clock.
async fn unbounded() -> Site {
    let settings = WebSettings {
        api_requests_per_minute: 0,
        ..WebSettings::default()
    };
    Site::with(settings, false).await
}

const NOBODYS: &str = "0192f0c1-2222-7000-8000-000000000000";

/// An operation of staff.
struct Operation {
    method: Method,
    path: String,
    scope: Option<String>,
    body: Option<String>,
}

impl Operation {
    /// Its address, of something that is not there.
    fn address(&self) -> String {
        let mut address = self.path.clone();
        for (name, value) in [
            ("{case}", NOBODYS),
            ("{visit}", NOBODYS),
            ("{outage}", NOBODYS),
            ("{thing}", NOBODYS),
            ("{officer}", NOBODYS),
            ("{encounter}", NOBODYS),
            ("{n}", "1"),
            ("{number}", "123412341234123456"),
        ] {
            address = address.replace(name, value);
        }
        address.replace("{sha256}", &"0".repeat(64))
    }

    fn wants_json(&self) -> bool {
        self.body.as_deref() == Some("application/json")
    }
}

async fn operations(site: &Site) -> Vec<Operation> {
    let request = axum::http::Request::get("/api/v1/openapi.json");
    let answer = site.ask(request.body(axum::body::Body::empty()).unwrap());
    let openapi = answer.await.json();
    let mut found = Vec::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(security) = operation["security"].as_array() else {
                continue;
            };
            let body = operation["requestBody"]["content"].as_object();
            found.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                scope: security[0]["token"][0].as_str().map(ToOwned::to_owned),
                body: body.and_then(|body| body.keys().next().cloned()),
            });
        }
    }
    // Those of this part; others may come beside.
    assert!(found.len() >= 60, "{}", found.len());
    found
}

fn of_staff(operation: &Operation) -> bool {
    [
        "/cases",
        "/desk",
        "/encounters",
        "/board",
        "/changes",
        "/staff",
        "/me",
        "/words",
        "/openings",
        "/things",
        "/gaps",
    ]
    .iter()
    .any(|begin| operation.path.starts_with(begin))
}

async fn send(operation: &Operation, program: &super::Program<'_>) -> crate::support::Answer {
    let body = operation.wants_json().then(|| json!({}));
    let address = operation.address();
    program
        .send(operation.method.clone(), &address, &[], body)
        .await
}

#[tokio::test]
async fn nobody_and_a_token_that_does_not_carry_it_are_refused_everywhere() {
    let site = unbounded().await;
    site.account(Role::Commander).await;
    let session = site
        .node
        .sign_in("commander", crate::support::PASSWORD, "t");
    let session = session.await.unwrap().token;
    let nobody = super::Program {
        site: &site,
        token: "pgy_bukan".to_owned(),
    };
    for operation in operations(&site).await.iter().filter(|it| of_staff(it)) {
        let at = format!("{} {}", operation.method, operation.path);
        let answer = send(operation, &nobody).await;
        assert!(
            answer.status == StatusCode::UNAUTHORIZED
                || answer.status == StatusCode::TOO_MANY_REQUESTS,
            "{at}: {}",
            answer.text
        );
        // Cookies open nothing: a browser that is signed in is nobody here.
        let mut request = axum::http::Request::builder()
            .method(operation.method.clone())
            .uri(format!("/api/v1{}", operation.address()))
            .header("cookie", format!("session={session}"));
        if operation.wants_json() {
            request = request.header("content-type", "application/json");
        }
        let body = if operation.wants_json() { "{}" } else { "" };
        let answer = site.ask(request.body(body.into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{at}");
        assert!(
            answer.header("www-authenticate").starts_with("Bearer"),
            "{at}"
        );
        let Some(scope) = &operation.scope else {
            continue;
        };
        let others: Vec<_> = ALL
            .into_iter()
            .filter(|known| known.as_str() != scope)
            .collect();
        let other = program(&site, "commander", &others).await;
        let answer = send(operation, &other).await;
        super::problem(&answer, StatusCode::FORBIDDEN, "scope");
        // Tokens of one unit are few: this one is not needed any more.
        for row in site.node.tokens().await.unwrap() {
            let _ = site.node.revoke_token(row.id).await;
        }
    }
}

/// What whoever keeps accounts may do besides: say what is down, and ask what there is.
const ADMIN: [&str; 12] = [
    "/desk/outages",
    "/desk/outages/{outage}",
    "/desk/outages/{outage}/end",
    "/me",
    "/me/skills",
    "/things",
    "/things/{thing}",
    "/things/{thing}/states",
    "/things/{thing}/moves",
    "/things/{thing}/hand-overs",
    "/things/{thing}/checks",
    "/words",
];

#[tokio::test]
async fn an_account_that_may_not_is_refused_and_nothing_of_what_is_not_there_is_told() {
    let site = unbounded().await;
    site.account(Role::Admin).await;
    site.account(Role::Commander).await;
    let admin = program(&site, "admin", &ALL).await;
    let chief = program(&site, "commander", &ALL).await;
    for operation in operations(&site).await.iter().filter(|it| of_staff(it)) {
        let at = format!("{} {}", operation.method, operation.path);
        if !ADMIN.contains(&operation.path.as_str()) {
            let answer = send(operation, &admin).await;
            // An encounter and a letter's place are looked for first, as on pages.
            let looked_for = operation.path.starts_with("/encounters/{encounter}")
                && answer.status == StatusCode::NOT_FOUND;
            if !looked_for {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{at} {}", answer.text);
                assert_eq!(
                    answer.json()["type"],
                    "urn:pengayom:problem:forbidden",
                    "{at}"
                );
            }
        }
        if operation.path.contains('{') {
            let answer = send(operation, &chief).await;
            let fields = answer.status == StatusCode::UNPROCESSABLE_ENTITY;
            assert!(
                answer.status == StatusCode::NOT_FOUND
                    || answer.status == StatusCode::FORBIDDEN
                    || fields,
                "{at}: {} {}",
                answer.status,
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn bodies_of_another_shape_are_refused_and_never_a_fault_of_ours() {
    let site = unbounded().await;
    site.account(Role::Commander).await;
    site.account(Role::Desk).await;
    let filed = super::filed(&site, "lp_b").await;
    let programs = [
        program(&site, "commander", &ALL).await,
        program(&site, "desk", &ALL).await,
    ];
    let long = "x".repeat(20_000);
    for operation in operations(&site).await.iter().filter(|it| of_staff(it)) {
        if !operation.wants_json() {
            continue;
        }
        let address = operation.path.replace("{case}", &filed.case.to_string());
        let address = Operation {
            path: address,
            method: operation.method.clone(),
            scope: None,
            body: None,
        }
        .address();
        let shape = |value: &Value| -> Value {
            let names = [
                "text",
                "reason",
                "outcome",
                "function",
                "officer",
                "from",
                "ground",
                "reference",
                "sure",
                "support",
                "reply",
                "service_code",
                "danger",
                "description",
                "contact",
                "need",
                "priority",
                "ended",
                "cases",
                "explained",
                "force_used",
                "capacity",
                "happened_at",
                "occurred_at",
                "system",
                "since",
                "at",
                "next_news_by",
                "loss_rupiah",
                "address",
            ];
            let pairs = names.map(|name| (name.to_owned(), value.clone()));
            Value::Object(pairs.into_iter().collect())
        };
        for value in [
            json!(1e300),
            json!([[[]]]),
            json!({"name": []}),
            json!(long),
            json!(-1),
            json!(true),
        ] {
            for program in &programs {
                let answer = program.post(&address, shape(&value)).await;
                assert!(
                    answer.status.is_client_error(),
                    "{} {address} {value}: {} {}",
                    operation.method,
                    answer.status,
                    answer.text
                );
            }
        }
        // What says nothing may be all that is needed; a fault of ours it is never.
        if !address.ends_with("/assessments") {
            for value in [json!("\u{202e}\u{0}"), json!(null)] {
                let answer = programs[1].post(&address, shape(&value)).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{address} {value}: {}",
                    answer.text
                );
            }
        }
        for body in ["", "[]", "\"x\"", "{", "nul", "{\"a\":1}{}"] {
            let request = axum::http::Request::post(format!("/api/v1{address}"))
                .header("authorization", format!("Bearer {}", programs[0].token))
                .header("content-type", "application/json");
            let answer = site.ask(request.body(body.into()).unwrap()).await;
            assert!(answer.status.is_client_error(), "{address} {body}");
        }
    }
    let after = site.node.active_staff().await.unwrap();
    let desk = after.iter().find(|staff| staff.login == "desk").unwrap();
    let case = site.node.case_history(desk, filed.case).await.unwrap();
    assert_eq!(case.acts.len(), 1, "nothing was done to the case");
}
