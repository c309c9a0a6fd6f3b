//! What staff do to a case.

use axum::http::{Method, StatusCode};
use pengayom_node::access::Role;
use pengayom_node::tokens::Scope;
use serde_json::{Value, json};

use super::{ALL, filed, ok, problem, program, wrong_field};
use crate::support::Site;

/// A unit with a desk, a chief, and a case; the case's address.
async fn unit(site: &Site) -> String {
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = filed(site, "lp_b").await;
    format!("/cases/{}", filed.case)
}

fn code(site: &Site, of: &str) -> String {
    let unit = site.node.unit();
    match of {
        "function" => unit.pack.functions()[0].code.code().to_owned(),
        "outcome" => unit.pack.close_outcomes()[0].code.to_string(),
        _ => {
            let mut reasons = unit.pack.late_reasons().iter();
            let plain = reasons.find(|known| !known.needs_text).unwrap();
            plain.code.to_string()
        }
    }
}

// S40: from taking to closing and after, each step as on the page, and what the page shows is the same.
#[tokio::test]
async fn a_case_goes_its_way_by_a_program_as_it_does_by_hand() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    let chief = program(&site, "commander", &ALL).await;
    let me = ok(&desk.get("/me").await);
    let id = me["account"]["id"].as_str().unwrap().to_owned();
    let taken = ok(&desk.ask(&format!("{case}/take"), &[]).await);
    assert_eq!(taken["version"], 2);
    assert_eq!(taken["recorded"][0]["kind"], "case.case_taken");
    let steps = [
        ("assessments", json!({})),
        (
            "actions",
            json!({"text": "Mendatangi pasar", "function": code(&site, "function")}),
        ),
        (
            "answers",
            json!({"text": "Petugas sudah mencari", "next_news_by": "2026-11-26T03:00:00Z"}),
        ),
        (
            "support-offers",
            json!({"support": "Didampingi", "reply": "declined"}),
        ),
        ("assignments", json!({"officer": id})),
        (
            "closings",
            json!({"outcome": code(&site, "outcome"), "reason": "Motor kembali"}),
        ),
        ("reopenings", json!({"reason": "Plat salah"})),
        (
            "closings",
            json!({"outcome": code(&site, "outcome"), "reason": "Sudah benar"}),
        ),
    ];
    for (version, (step, body)) in (3..).zip(steps) {
        let done = ok(&desk.post(&format!("{case}/{step}"), body).await);
        assert_eq!(done["version"], version, "{step}");
    }
    for (step, body) in [
        (
            "holds",
            json!({"ground": "court_order", "reference": "Penetapan 12"}),
        ),
        ("hold-liftings", json!({"reference": "Putusan 12"})),
        ("erasures", json!({"ground": "Surat 3", "sure": true})),
    ] {
        ok(&chief.post(&format!("{case}/{step}"), body).await);
    }
    let known = ok(&chief.get(&case).await);
    assert_eq!(known["stage"], "closed");
    assert_eq!(known["version"], 13);
    assert_eq!(known["reporter"]["state"], "hidden");
    assert!(known["erased_at"].is_string());
    assert_eq!(known["description"], "");
    let history = ok(&chief.get(&format!("{case}/history")).await);
    let kinds: Vec<&str> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 13);
    assert_eq!(kinds[2], "case.case_assessed");
    assert_eq!(kinds[12], "case.personal_data_erased");
    let mut page = site.signed_in("commander").await;
    let page = page.get(&case.replace("/cases/", "/perkara/")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Putusan 12"));
}

#[tokio::test]
async fn a_change_decided_on_what_is_old_is_refused_with_the_version_now() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    let chief = program(&site, "commander", &ALL).await;
    let seen = desk.get(&case).await;
    let tag = seen.header("etag").to_owned();
    assert!(tag.starts_with("\"1."), "{tag}");
    let same = desk
        .send(Method::GET, &case, &[("if-none-match", tag.as_str())], None)
        .await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    ok(&chief
        .post(&format!("{case}/answers"), json!({"text": "Kami cari"}))
        .await);
    let answers = format!("{case}/answers");
    let body = json!({"text": "Tunggu"});
    let stale = desk
        .send(
            Method::POST,
            &answers,
            &[("if-match", tag.as_str())],
            Some(body.clone()),
        )
        .await;
    let stale = problem(
        &stale,
        StatusCode::PRECONDITION_FAILED,
        "precondition-failed",
    );
    assert_eq!(stale["version"], 2);
    let tag = desk.get(&case).await.header("etag").to_owned();
    let fresh = desk
        .send(
            Method::POST,
            &answers,
            &[("if-match", tag.as_str())],
            Some(body),
        )
        .await;
    assert_eq!(ok(&fresh)["version"], 3);
    assert!(fresh.header("etag").starts_with("\"3."));
}

#[tokio::test]
async fn the_same_key_does_it_once_and_another_body_under_it_is_refused() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    let answers = format!("{case}/answers");
    let key = [("idempotency-key", "satu")];
    let send = |body: Value| desk.send(Method::POST, &answers, &key, Some(body));
    let first = send(json!({"text": "Petugas datang"})).await;
    let second = send(json!({"text": "Petugas datang"})).await;
    assert_eq!(ok(&first), ok(&second));
    assert_eq!(first.header("etag"), second.header("etag"));
    let other = send(json!({"text": "Tidak datang"})).await;
    problem(&other, StatusCode::CONFLICT, "idempotency-key-reused");
    // After the kept answer is gone the record itself knows.
    site.clock.pass(3 * 24 * 60);
    let third = send(json!({"text": "Petugas datang"})).await;
    assert_eq!(ok(&third)["recorded"], first.json()["recorded"]);
    let history = ok(&desk.get(&format!("{case}/history")).await);
    assert_eq!(history["items"].as_array().unwrap().len(), 2);
    // Taking has no body.
    let take = format!("{case}/take");
    let first = ok(&desk.ask(&take, &key).await);
    assert_eq!(ok(&desk.ask(&take, &key).await), first);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_member_in_the_words_of_the_page() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    let desk = program(&site, "desk", &ALL).await;
    let chief = program(&site, "commander", &ALL).await;
    let post = |step: &str, body: Value| {
        let path = format!("{case}/{step}");
        let desk = &desk;
        async move { desk.post(&path, body).await }
    };
    let answer = post("actions", json!({})).await;
    wrong_field(&answer, "/text", "required");
    wrong_field(&answer, "/function", "required");
    let answer = post("actions", json!({"text": "x", "function": "terbang"})).await;
    wrong_field(&answer, "/function", "not_in_pack");
    let answer = post("answers", json!({"text": "x", "next_news_by": "besok"})).await;
    wrong_field(&answer, "/next_news_by", "unreadable");
    let past = json!({"text": "x", "next_news_by": "2020-01-01T00:00:00Z"});
    wrong_field(
        &post("answers", past).await,
        "/next_news_by",
        "before_what_it_follows",
    );
    let answer = post("assessments", json!({"service_code": "tidak_ada"})).await;
    wrong_field(&answer, "/service_code", "service_not_offered");
    let answer = post("assignments", json!({"officer": "siapa"})).await;
    wrong_field(&answer, "/officer", "not_accepted");
    let nobody = "0192f0c1-2222-7000-8000-000000000000";
    let answer = post("assignments", json!({"officer": nobody})).await;
    wrong_field(&answer, "/officer", "unknown");
    let answer = post(
        "support-offers",
        json!({"support": "x", "reply": "mungkin"}),
    )
    .await;
    wrong_field(&answer, "/reply", "not_accepted");
    let answer = post("delay-reasons", json!({"reason": code(&site, "late")})).await;
    wrong_field(&answer, "/reason", "not_late");
    let unsure = json!({"ground": "Surat"});
    let answer = chief.post(&format!("{case}/erasures"), unsure).await;
    wrong_field(&answer, "/sure", "required");
    let open = json!({"ground": "Surat", "sure": true});
    let answer = chief.post(&format!("{case}/erasures"), open).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "not_closed"
    );
    let answer = post("explanations", json!({"text": "x"})).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "nothing_asked"
    );
    let answer = post("letters/1/withdrawal", json!({"reason": "Salah"})).await;
    wrong_or_gone(answer.status);
    // A promise that was missed needs its reason before the case is closed: another operation asks for it.
    site.clock.pass(60 * 24 * 30);
    let closing = json!({"outcome": code(&site, "outcome"), "reason": "Selesai"});
    let answer = post("closings", closing).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "late_without_reason"
    );
    ok(&post("delay-reasons", json!({"reason": code(&site, "late")})).await);
}

fn wrong_or_gone(status: StatusCode) {
    assert!(
        [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY].contains(&status),
        "{status}"
    );
}

#[tokio::test]
async fn a_case_that_a_colleague_has_is_taken_over_from_that_colleague_only() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    let chief = site.account_at(Role::Desk, "budi", None).await;
    let desk = program(&site, "desk", &ALL).await;
    let budi = program(&site, "budi", &ALL).await;
    ok(&desk.ask(&format!("{case}/take"), &[]).await);
    let over = format!("{case}/take-over");
    let from_self = json!({"from": chief.id.to_string(), "reason": "Ganti giliran"});
    let answer = budi.post(&over, from_self).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    let known = ok(&budi.get(&case).await);
    let from = known["taken_by"]["id"].clone();
    let offered = known["offered"].as_array().unwrap();
    assert!(offered.contains(&json!("take_over")) && !offered.contains(&json!("take")));
    let answer = budi.post(&over, json!({"from": from.clone()})).await;
    wrong_field(&answer, "/reason", "text");
    ok(&budi
        .post(&over, json!({"from": from, "reason": "Ganti giliran"}))
        .await);
    let answer = desk.ask(&format!("{case}/take"), &[]).await;
    let refused = problem(&answer, StatusCode::CONFLICT, "refused");
    assert_eq!(refused["reason"], "with_another_officer");
    assert!(
        refused["detail"].as_str().unwrap().contains("budi"),
        "{refused}"
    );
}

// A token carries one thing and not the other; what the account may not, no scope gives it.
#[tokio::test]
async fn who_reads_does_not_write_and_oversight_changes_nothing() {
    let site = Site::pati().await;
    let case = unit(&site).await;
    site.account(Role::Oversight).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    let reader = program(&site, "desk", &[Scope::CasesRead]).await;
    let body = json!({"text": "Kami datang"});
    let answer = reader.post(&format!("{case}/answers"), body.clone()).await;
    let refused = problem(&answer, StatusCode::FORBIDDEN, "scope");
    assert!(refused["detail"].as_str().unwrap().contains("cases:write"));
    let oversight = program(&site, "oversight", &ALL).await;
    ok(&oversight.get(&case).await);
    let answer = oversight
        .post(&format!("{case}/answers"), body.clone())
        .await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    // Of another station it is as on the page.
    let tayu = program(&site, "tayu", &ALL).await;
    let answer = tayu.post(&format!("{case}/answers"), body).await;
    let mut browser = site.signed_in("tayu").await;
    let page = browser.get(&case.replace("/cases/", "/perkara/")).await;
    assert_eq!(answer.status, page.status);
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let history = ok(&reader.get(&format!("{case}/history")).await);
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
}
