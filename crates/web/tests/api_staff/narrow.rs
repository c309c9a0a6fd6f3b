//! Sensitive cases: named people, an opening in an emergency, and whom a report is about (S45).

use axum::http::StatusCode;
use pengayom_node::access::Role;
use serde_json::json;

use super::{ALL, filed, ok, problem, program, sensitive_service, wrong_field};
use crate::support::Site;

const TOLD: &str = "Motor Beat merah";

async fn narrow(site: &Site) -> String {
    let service = sensitive_service(site);
    format!("/cases/{}", filed(site, &service).await.case)
}

#[tokio::test]
async fn a_case_that_waits_is_taken_unseen_and_then_open_to_who_took_it_alone() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "budi", None).await;
    let case = narrow(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    let budi = program(&site, "budi", &ALL).await;
    let shut = desk.get(&case).await;
    problem(&shut, StatusCode::FORBIDDEN, "case-shut");
    let queue = desk.get("/desk/queue").await;
    assert!(!queue.text.contains(TOLD));
    assert_eq!(ok(&queue)["waiting"][0]["may_open"], false);
    let answer = desk
        .post(&format!("{case}/answers"), json!({"text": "Kami datang"}))
        .await;
    problem(&answer, StatusCode::FORBIDDEN, "case-shut");
    ok(&desk.ask(&format!("{case}/take"), &[]).await);
    assert!(desk.get(&case).await.text.contains(TOLD));
    for what in ["", "/history", "/files", "/letters", "/changes", "/receipt"] {
        let answer = budi.get(&format!("{case}{what}")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
        assert!(!answer.text.contains(TOLD), "{what}");
    }
    // It is handed on by who has it, or by the chief.
    let over = ok(&budi.get("/desk/handover").await);
    assert_eq!(
        (&over["held_count"], &over["kept_count"]),
        (&json!(0), &json!(1))
    );
    let queue = ok(&budi.get("/desk/queue").await);
    assert_eq!(queue["colleagues"], json!([]));
}

#[tokio::test]
async fn the_chief_names_who_reads_it_without_reading_it_and_takes_it_back() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    let reader = site.account(Role::Investigator).await.id.to_string();
    let case = narrow(&site).await;
    let chief = program(&site, "commander", &ALL).await;
    let named = program(&site, "investigator", &ALL).await;
    let readers = format!("{case}/readers");
    wrong_field(
        &chief.post(&readers, json!({})).await,
        "/officer",
        "required",
    );
    let answer = chief.post(&readers, json!({"officer": reader})).await;
    wrong_field(&answer, "/reason", "required");
    let body = json!({"officer": reader, "reason": "Mendampingi korban"});
    let given = chief.post(&readers, body.clone()).await;
    assert!(!given.text.contains(TOLD));
    ok(&given);
    assert!(named.get(&case).await.text.contains(TOLD));
    let answer = named.post(&readers, body.clone()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text);
    ok(&chief.post(&format!("{case}/reader-removals"), body).await);
    problem(&named.get(&case).await, StatusCode::FORBIDDEN, "case-shut");
}

#[tokio::test]
async fn an_emergency_opens_it_and_somebody_else_looks_at_that() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    site.account(Role::Commander).await;
    let case = narrow(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    ok(&desk.ask(&format!("{case}/take"), &[]).await);
    let officer = program(&site, "investigator", &ALL).await;
    let open = format!("{case}/emergency-openings");
    wrong_field(
        &officer.post(&open, json!({"reason": " "})).await,
        "/reason",
        "required",
    );
    let why = json!({"reason": "Korban menelepon"});
    let opened = ok(&officer.post(&open, why.clone()).await);
    assert_eq!(opened["recorded"].as_array().unwrap().len(), 1);
    let known = ok(&officer.get(&case).await);
    assert_eq!(known["openings"].as_array().unwrap().len(), 1);
    let again = ok(&officer.post(&open, why).await);
    assert_eq!(again["recorded"], json!([]), "it is open");
    let chief = program(&site, "commander", &ALL).await;
    let waiting = ok(&chief.get("/openings").await);
    assert_eq!(waiting["items"][0]["reason"], "Korban menelepon");
    assert_eq!(waiting["items"][0]["may_review"], true);
    problem(
        &desk.get("/openings").await,
        StatusCode::FORBIDDEN,
        "forbidden",
    );
    let review = format!("{case}/openings/1/review");
    let answer = chief.post(&review, json!({})).await;
    wrong_field(&answer, "/justified", "required");
    wrong_field(&answer, "/text", "required");
    let none = format!("{case}/openings/9/review");
    let body = json!({"justified": true, "text": "Perlu"});
    assert_eq!(
        chief.post(&none, body.clone()).await.status,
        StatusCode::NOT_FOUND
    );
    ok(&chief.post(&review, body.clone()).await);
    let answer = chief.post(&review, body).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "opening_reviewed"
    );
    assert_eq!(ok(&chief.get("/openings").await)["items"], json!([]));
    let reviewed = ok(&chief.get("/openings/reviewed").await);
    assert_eq!(reviewed["items"][0]["opening"]["justified"], true);
}

#[tokio::test]
async fn whom_a_report_is_about_neither_reads_nor_handles_it() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let about = site
        .account_at(Role::Desk, "budi", None)
        .await
        .id
        .to_string();
    site.account(Role::Commander).await;
    let case = format!("/cases/{}", filed(&site, "lp_b").await.case);
    let desk = program(&site, "desk", &ALL).await;
    let budi = program(&site, "budi", &ALL).await;
    ok(&budi.ask(&format!("{case}/take"), &[]).await);
    let body = json!({"officer": about, "reason": "Pelapor menyebut namanya"});
    ok(&desk.post(&format!("{case}/concerned"), body.clone()).await);
    for what in ["", "/history", "/files", "/letters", "/changes"] {
        let answer = budi.get(&format!("{case}{what}")).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.text);
        assert!(!answer.text.contains(TOLD), "{what}");
    }
    let list = ok(&budi.get("/cases").await);
    assert_eq!(list["items"], json!([]), "it does not exist for them");
    let assign = format!("{case}/assignments");
    let answer = desk.post(&assign, json!({"officer": about})).await;
    wrong_field(&answer, "/officer", "officer_concerned");
    let chief = program(&site, "commander", &ALL).await;
    let unhanded = ok(&chief.get("/cases/unhanded").await);
    assert_eq!(unhanded["items"].as_array().unwrap().len(), 1);
    ok(&chief
        .post(&format!("{case}/concerned-clearings"), body)
        .await);
    ok(&budi.get(&case).await);
}
