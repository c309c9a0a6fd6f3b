//! Encounters of officers.

use axum::http::{Method, StatusCode};
use pengayom_node::access::Role;
use serde_json::{Value, json};

use super::{ALL, filed, ok, problem, program, wrong_field};
use crate::support::Site;

fn met(site: &Site) -> Value {
    let unit = site.node.unit();
    let mut services = unit.pack.services().iter();
    let service = services.find(|service| !service.sensitive).unwrap();
    json!({
        "service_code": service.code.as_str(),
        "capacity": "resident",
        "force_used": false,
        "note": "Menyapa warga",
        "happened_at": "2026-11-24T12:00:00.5Z",
    })
}

#[tokio::test]
async fn an_encounter_is_recorded_with_its_card_once() {
    // S4 S5
    let site = Site::pati().await;
    site.account_at(Role::Community, "juwana", Some("polsek-juwana"))
        .await;
    let officer = program(&site, "juwana", &ALL).await;
    let key = [("idempotency-key", "satu")];
    let record = |body: Value| {
        let (officer, key) = (&officer, &key);
        async move {
            officer
                .send(Method::POST, "/encounters", key, Some(body))
                .await
        }
    };
    let answer = record(met(&site)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let first = answer.json();
    assert_eq!(record(met(&site)).await.json(), first);
    let address = answer
        .location()
        .strip_prefix("/api/v1")
        .unwrap()
        .to_owned();
    let known = ok(&officer.get(&address).await);
    assert_eq!(known["happened_at"], "2026-11-24T12:00:00.5Z");
    assert_eq!(known["place"]["station"]["code"], "polsek-juwana");
    let card = ok(&officer.get(&format!("{address}/card")).await);
    assert_eq!(card, first["card"]);
    // The person uses it, and the officer sees nothing of that.
    let rate = format!("/nilai/{}", card["code"].as_str().unwrap());
    assert_eq!(site.browser().get(&rate).await.status, StatusCode::OK);
    assert_eq!(ok(&officer.get(&format!("{address}/card")).await), card);
    let list = ok(&officer.get("/encounters").await);
    assert_eq!(list["items"][0]["id"], first["id"]);
}

#[tokio::test]
async fn what_is_wrong_with_an_encounter_is_said_at_its_members() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    site.account(Role::Oversight).await;
    let officer = program(&site, "patrol", &ALL).await;
    let answer = officer.post("/encounters", json!({})).await;
    for pointer in ["/service_code", "/capacity", "/force_used"] {
        wrong_field(&answer, pointer, "required");
    }
    let with = |name: &str, value: Value| {
        let mut body = met(&site);
        body[name] = value;
        body
    };
    for (body, pointer, code) in [
        (with("force_used", json!(true)), "/legal_basis", "required"),
        (with("force_used", json!(true)), "/force_stage", "required"),
        (
            with("force_stage", json!("stage_3")),
            "/force_stage",
            "stage_without_force",
        ),
        (with("capacity", json!("raja")), "/capacity", "not_accepted"),
        (
            with("function", json!("terbang")),
            "/function",
            "not_in_pack",
        ),
        (with("role", json!("raja")), "/role", "not_in_pack"),
        (
            with("explained", json!(["rahasia"])),
            "/explained",
            "not_in_pack",
        ),
        (with("explained", json!("rahasia")), "/explained", "type"),
        (with("explained", json!([5])), "/explained/0", "type"),
        (
            with("happened_at", json!("2030-01-01T00:00:00Z")),
            "/happened_at",
            "in_the_future",
        ),
        (
            with("happened_at", json!("2020-01-01T00:00:00Z")),
            "/happened_at",
            "too_long_ago",
        ),
        (
            with("address", json!("Atlantis")),
            "/address",
            "not_accepted",
        ),
        (with("note", json!("x".repeat(5_001))), "/note", "too_long"),
    ] {
        wrong_field(&officer.post("/encounters", body).await, pointer, code);
    }
    let nothing = with("case", json!("0192f0c1-2222-7000-8000-000000000000"));
    let answer = officer.post("/encounters", nothing).await;
    wrong_field(&answer, "/case", "unknown");
    let oversight = program(&site, "oversight", &ALL).await;
    let answer = oversight.post("/encounters", met(&site)).await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    assert_eq!(ok(&officer.get("/encounters").await)["items"], json!([]));
}

#[tokio::test]
async fn its_officer_alone_has_the_card_and_puts_something_right() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    site.account(Role::Community).await;
    site.account(Role::Commander).await;
    let case = filed(&site, "lp_b").await.case;
    let officer = program(&site, "patrol", &ALL).await;
    let mut body = met(&site);
    body["case"] = json!(case.to_string());
    body["at"] = json!("perkara");
    let recorded = officer.post("/encounters", body).await;
    let recorded = ok(&recorded);
    let address = format!("/encounters/{}", recorded["id"].as_str().unwrap());
    let colleague = program(&site, "community", &ALL).await;
    let answer = colleague.get(&address).await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    let chief = program(&site, "commander", &ALL).await;
    ok(&chief.get(&address).await);
    let answer = chief.get(&format!("{address}/card")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let corrections = format!("{address}/corrections");
    let text = json!({"text": "Bukan di pasar"});
    let answer = chief.post(&corrections, text.clone()).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "not_yours"
    );
    let tag = officer.get(&address).await.header("etag").to_owned();
    let by = |body: Value| {
        let (officer, corrections, tag) = (&officer, &corrections, tag.as_str());
        async move {
            let headers = [("if-match", tag)];
            officer
                .send(Method::POST, corrections, &headers, Some(body))
                .await
        }
    };
    let done = ok(&by(text.clone()).await);
    assert_eq!(done["corrections"], json!(["Bukan di pasar"]));
    let stale = by(text).await;
    let stale = problem(
        &stale,
        StatusCode::PRECONDITION_FAILED,
        "precondition-failed",
    );
    assert_eq!(stale["version"], 2);
    wrong_field(
        &officer.post(&corrections, json!({})).await,
        "/text",
        "required",
    );
    let desk = ok(&chief.get(&format!("/cases/{case}")).await);
    assert_eq!(desk["encounters"][0]["id"], recorded["id"]);
}
