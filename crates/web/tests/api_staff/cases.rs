//! Lists of cases, one case, its history.

use axum::http::StatusCode;
use pengayom_node::access::Role;
use serde_json::{Value, json};

use super::{ALL, filed, ok, problem, program, sensitive_service};
use crate::support::Site;

fn numbers(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["number"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended_and_its_cursor_is_of_no_use_elsewhere() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "budi", None).await;
    for _ in 0..5 {
        filed(&site, "lp_b").await;
        site.clock.pass(1);
    }
    let desk = program(&site, "desk", &ALL).await;
    let mut found = Vec::new();
    let mut at = "/cases?limit=2&stage=received".to_owned();
    for _ in 0..3 {
        let list = ok(&desk.get(&at).await);
        found.extend(numbers(&list));
        let Some(next) = list["next"].as_str() else {
            break;
        };
        at = next.strip_prefix("/api/v1").unwrap().to_owned();
    }
    let expected: Vec<String> = (1..=5).rev().map(|n| format!("PTI-2611-000{n}")).collect();
    assert_eq!(found, expected);
    let first = ok(&desk.get("/cases?limit=2").await);
    let cursor = first["next"].as_str().unwrap();
    let cursor = cursor.split("cursor=").nth(1).unwrap();
    let budi = program(&site, "budi", &ALL).await;
    for (who, path) in [
        (&desk, format!("/cases?stage=closed&cursor={cursor}")),
        (&budi, format!("/cases?limit=2&cursor={cursor}")),
        (&desk, "/cases?cursor=eyJ4Ijo1fQ".to_owned()),
        (&desk, "/cases?limit=101".to_owned()),
        (&desk, "/cases?stage=open".to_owned()),
        (&desk, "/cases?tahap=received".to_owned()),
    ] {
        let answer = who.get(&path).await;
        problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
    }
    let closed = ok(&desk.get("/cases?stage=closed").await);
    assert_eq!(closed["items"], json!([]));
    assert_eq!(closed["next"], Value::Null);
}

#[tokio::test]
async fn a_station_sees_its_own_cases_and_the_unit_all() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    site.account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    filed(&site, "lp_b").await;
    for (login, path, n) in [
        ("desk", "/cases", 1),
        ("desk", "/cases?station=polsek-juwana", 1),
        ("desk", "/cases?station=polsek-tayu", 0),
        ("juwana", "/cases", 1),
        ("juwana", "/cases?station=polsek-tayu", 1),
        ("tayu", "/cases", 0),
        ("tayu", "/cases?station=polsek-juwana", 0),
    ] {
        let list = ok(&program(&site, login, &ALL).await.get(path).await);
        assert_eq!(list["items"].as_array().unwrap().len(), n, "{login} {path}");
    }
}

// S45: of a kind kept narrow a list says neither kind nor place, and who may not read it is refused as on its page.
#[tokio::test]
async fn a_kind_kept_narrow_is_not_told_and_the_reporter_only_to_who_may_know() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let narrow = filed(&site, &sensitive_service(&site)).await;
    let plain = filed(&site, "lp_b").await;
    let desk = program(&site, "desk", &ALL).await;
    let patrol = program(&site, "patrol", &ALL).await;
    let chief = program(&site, "commander", &ALL).await;
    let list = ok(&desk.get("/cases").await);
    let item = |id: &str| {
        let mut items = list["items"].as_array().unwrap().iter();
        items.find(|item| item["id"] == id).unwrap().clone()
    };
    let hidden = item(&narrow.case.to_string());
    assert_eq!(hidden["sensitive"], true);
    for name in ["service", "beat", "place_text"] {
        assert_eq!(hidden[name], Value::Null, "{name}");
    }
    assert_eq!(item(&plain.case.to_string())["service"]["code"], "lp_b");
    let list = ok(&patrol.get("/cases").await);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "left out");
    let path = format!("/cases/{}", narrow.case);
    for what in ["", "/history", "/files", "/letters", "/changes"] {
        let answer = patrol.get(&format!("{path}{what}")).await;
        let mut browser = site.signed_in("patrol").await;
        let page = browser.get(&format!("/perkara/{}", narrow.case)).await;
        assert_eq!(answer.status, page.status, "{what}");
        assert!(!answer.text.contains("Motor Beat"), "{what}");
    }
    let path = format!("/cases/{}", plain.case);
    let known = ok(&desk.get(&path).await);
    assert_eq!(known["reporter"]["state"], "known");
    assert_eq!(known["reporter"]["phone"], "081234567890");
    let known = ok(&chief.get(&path).await);
    assert_eq!(known["reporter"]["state"], "hidden");
    assert_eq!(known["reporter"]["phone"], Value::Null);
    let answer = desk.get(&path).await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test]
async fn a_search_stands_in_the_body_and_finds_what_the_page_finds() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    filed(&site, "lp_b").await;
    let desk = program(&site, "desk", &ALL).await;
    for text in ["beat merah", "PTI-2611-0001", "0812 3456 7890"] {
        let found = ok(&desk.post("/cases/search", json!({"text": text})).await);
        assert_eq!(numbers(&found), ["PTI-2611-0001"], "{text}");
    }
    let found = ok(&desk.post("/cases/search", json!({"text": "perahu"})).await);
    assert_eq!(found["items"], json!([]));
    let tayu = program(&site, "tayu", &ALL).await;
    let found = ok(&tayu
        .post("/cases/search", json!({"text": "beat merah"}))
        .await);
    assert_eq!(found["items"], json!([]));
    let answer = desk.post("/cases/search", json!({"text": " "})).await;
    super::wrong_field(&answer, "/text", "required");
    assert_eq!(
        desk.get("/cases/search").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn own_cases_and_those_that_wait_for_a_review_are_lists_of_their_own() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = filed(&site, "lp_b").await;
    let desk = program(&site, "desk", &ALL).await;
    assert_eq!(ok(&desk.get("/cases/mine").await)["items"], json!([]));
    ok(&desk.ask(&format!("/cases/{}/take", filed.case), &[]).await);
    let mine = ok(&desk.get("/cases/mine").await);
    assert_eq!(numbers(&mine), ["PTI-2611-0001"]);
    assert_eq!(ok(&desk.get("/cases/reviews").await)["items"], json!([]));
    let words = ok(&desk.get("/words").await);
    let systems = words["systems"].as_array().unwrap();
    assert_eq!(systems.len(), site.node.unit().pack.desk().systems.len());
    let staff = ok(&desk.get("/staff").await);
    assert_eq!(staff["items"][0]["works_on_cases"], true);
}
