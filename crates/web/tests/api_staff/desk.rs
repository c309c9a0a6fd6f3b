//! The front desk: its queue, reports, people, what is down, and the hand-over.

use axum::http::{Method, StatusCode};
use pengayom_node::access::Role;
use serde_json::{Value, json};

use super::{ALL, filed, ok, problem, program, wrong_field};
use crate::support::Site;

#[tokio::test]
async fn the_queue_is_that_of_the_page_and_who_is_next_is_taken_once() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    for _ in 0..3 {
        filed(&site, "lp_b").await;
        site.clock.pass(1);
    }
    let desk = program(&site, "desk", &ALL).await;
    let queue = ok(&desk.get("/desk/queue?limit=2").await);
    assert_eq!(queue["waiting_count"], 3);
    assert_eq!(queue["waiting"].as_array().unwrap().len(), 2);
    assert_eq!(queue["waiting"][0]["number"], "PTI-2611-0001");
    let key = [("idempotency-key", "satu")];
    let first = ok(&desk.ask("/desk/queue/next", &key).await);
    assert_eq!(first["id"], queue["waiting"][0]["id"]);
    assert_eq!(ok(&desk.ask("/desk/queue/next", &key).await), first);
    let queue = ok(&desk.get("/desk/queue").await);
    assert_eq!(
        (&queue["waiting_count"], &queue["mine_count"]),
        (&json!(2), &json!(1))
    );
    for _ in 0..2 {
        ok(&desk.ask("/desk/queue/next", &[]).await);
    }
    let none = desk.ask("/desk/queue/next", &[]).await;
    assert_eq!(none.status, StatusCode::NO_CONTENT);
}

fn report() -> Value {
    json!({
        "danger": false,
        "service_code": "lp_b",
        "description": "Sepeda hilang di alun-alun",
        "address": "Growong Lor, Juwana",
        "occurred_at": "2026-11-24T13:00:00Z",
        "loss_rupiah": 750_000,
        "wellbeing": "shaken",
        "contact": {"name": "Rukmini", "phone": "0813 1111 2222", "safe_contact": "Sore"},
    })
}

#[tokio::test]
async fn a_report_taken_by_a_program_is_the_same_as_one_of_the_form() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Dispatch).await;
    let desk = program(&site, "desk", &ALL).await;
    let key = [("idempotency-key", "satu")];
    let send = |body: Value| {
        let (desk, key) = (&desk, &key);
        async move {
            desk.send(Method::POST, "/desk/reports", key, Some(body))
                .await
        }
    };
    let answer = send(report()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let taken = answer.json();
    assert_eq!(taken["tracking_code"], "PTI-2611-0001");
    let address = answer
        .location()
        .strip_prefix("/api/v1")
        .unwrap()
        .to_owned();
    assert_eq!(ok(&send(report()).await), taken);
    let known = ok(&desk.get(&address).await);
    assert_eq!(known["channel"]["code"], "desk");
    assert_eq!(known["occurred_at"], "2026-11-24T13:00:00Z");
    assert_eq!(known["loss_rupiah"], 750_000);
    assert_eq!(known["wellbeing"], "shaken");
    assert_eq!(known["reporter"]["phone"], "081311112222");
    assert_eq!(known["reporter"]["safe_contact"], "Sore");
    assert_eq!(
        known["taken_by"]["name"], "Bripka Sari desk",
        "whoever takes it serves it"
    );
    // What is handed over, here and on the page.
    let receipt = ok(&desk.get(&format!("{address}/receipt")).await);
    assert_eq!(receipt["secret"], taken["secret"]);
    let mut browser = site.signed_in("desk").await;
    let page = browser
        .get(&address.replace("/cases/", "/meja/laporan/"))
        .await;
    let digits = taken["secret"].as_str().unwrap();
    assert!(page.words().replace(' ', "").contains(digits));
    let number = taken["tracking_code"].as_str().unwrap();
    let own = axum::http::Request::get(format!("/api/v1/requests/{number}"))
        .header("pengayom-secret", digits)
        .body(axum::body::Body::empty());
    assert_eq!(site.ask(own.unwrap()).await.status, StatusCode::OK);
    let dispatch = program(&site, "dispatch", &ALL).await;
    let by_phone = ok(&dispatch.post("/desk/reports", report()).await);
    let id = by_phone["id"].as_str().unwrap();
    let known = ok(&dispatch.get(&format!("/cases/{id}")).await);
    assert_eq!(known["channel"]["code"], "phone");
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_said_at_its_members() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    let desk = program(&site, "desk", &ALL).await;
    let answer = desk.post("/desk/reports", json!({})).await;
    for pointer in ["/danger", "/service_code", "/description"] {
        wrong_field(&answer, pointer, "required");
    }
    wrong_field(&answer, "/address", "required");
    let with = |name: &str, value: Value| {
        let mut body = report();
        body[name] = value;
        body
    };
    for (body, pointer, code) in [
        (with("danger", json!("ya")), "/danger", "type"),
        (
            with("service_code", json!("tidak_ada")),
            "/service_code",
            "not_accepted",
        ),
        (
            with("address", json!("Atlantis")),
            "/address",
            "not_accepted",
        ),
        (
            with("occurred_at", json!("2027-01-01T00:00:00Z")),
            "/occurred_at",
            "not_accepted",
        ),
        (
            with("occurred_at", json!("kemarin")),
            "/occurred_at",
            "unreadable",
        ),
        (
            with("loss_rupiah", json!(1.5)),
            "/loss_rupiah",
            "not_accepted",
        ),
        (
            with("contact", json!({"phone": "12"})),
            "/contact/phone",
            "not_accepted",
        ),
        (with("contact", json!("Rukmini")), "/contact", "type"),
        (
            with("form_number", json!("1234")),
            "/form_number",
            "not_accepted",
        ),
        (with("paper", json!(true)), "/handed_in_at", "required"),
        (
            with("description", json!("x".repeat(5_001))),
            "/description",
            "too_long",
        ),
    ] {
        wrong_field(&desk.post("/desk/reports", body).await, pointer, code);
    }
    let patrol = program(&site, "patrol", &ALL).await;
    let answer = patrol.post("/desk/reports", report()).await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    assert_eq!(ok(&desk.get("/cases").await)["items"], json!([]));
}

#[tokio::test]
async fn a_printed_form_is_entered_once_and_a_photocopy_is_said_to_be_one() {
    // S21
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let desk = program(&site, "desk", &ALL).await;
    let form = site.node.new_forms(1).remove(0);
    let number = form.number.plain();
    let known = ok(&desk.get(&format!("/desk/forms/{number}")).await);
    assert_eq!(known["entries"], json!([]));
    let mut body = report();
    body["form_number"] = json!(number);
    body["handed_in_at"] = json!("2026-11-24T09:00:00+07:00");
    body["written_on"] = json!("2026-11-23");
    body["occurred_at"] = json!("2026-11-23T10:00:00+07:00");
    let taken = ok(&desk.post("/desk/reports", body.clone()).await);
    assert_eq!(
        taken["secret"],
        form.secret.plain(),
        "the code of the strip"
    );
    let id = taken["id"].as_str().unwrap();
    let known = ok(&desk.get(&format!("/cases/{id}")).await);
    assert_eq!(known["channel"]["code"], "paper");
    assert_eq!(known["filed_at"], "2026-11-24T02:00:00Z");
    let answer = desk.post("/desk/reports", body.clone()).await;
    let refused = problem(&answer, StatusCode::CONFLICT, "refused");
    assert_eq!(refused["reason"], "entered_before");
    body["another_person"] = json!(true);
    body["contact"]["name"] = json!("Warsiti");
    let copy = ok(&desk.post("/desk/reports", body).await);
    assert_ne!(copy["id"], taken["id"]);
    let known = ok(&desk.get(&format!("/desk/forms/{number}")).await);
    assert_eq!(known["entries"].as_array().unwrap().len(), 2);
    let answer = desk.get("/desk/forms/123").await;
    problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
}

#[tokio::test]
async fn somebody_comes_is_called_and_served() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "budi", None).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    let desk = program(&site, "desk", &ALL).await;
    let pack = site.node.unit().pack.clone();
    let need = pack.desk().needs[0].code.to_string();
    let key = [("idempotency-key", "satu")];
    let body = json!({"need": need});
    let join = || {
        let (desk, key, body) = (&desk, &key, body.clone());
        async move {
            desk.send(Method::POST, "/desk/visits", key, Some(body))
                .await
        }
    };
    let answer = join().await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let visit = answer.json();
    assert_eq!(visit["ahead"], 0);
    assert_eq!(join().await.json()["id"], visit["id"]);
    ok(&desk.post("/desk/visits", json!({"need": null})).await);
    wrong_field(
        &desk.post("/desk/visits", json!({})).await,
        "/need",
        "required",
    );
    let bad = json!({"need": "makan"});
    wrong_field(
        &desk.post("/desk/visits", bad).await,
        "/need",
        "not_in_pack",
    );
    let bad = json!({"need": null, "priority": "teman"});
    wrong_field(
        &desk.post("/desk/visits", bad).await,
        "/priority",
        "not_in_pack",
    );
    let people = ok(&desk.get("/desk/visits").await);
    assert_eq!(people["waiting"].as_array().unwrap().len(), 2);
    let called = ok(&desk.ask("/desk/visits/next", &key).await);
    assert_eq!(called["id"], visit["id"]);
    assert_eq!(ok(&desk.ask("/desk/visits/next", &key).await), called);
    let address = format!("/desk/visits/{}", visit["id"].as_str().unwrap());
    let tag = desk.get(&address).await.header("etag").to_owned();
    let back = ok(&desk
        .ask(
            &format!("{address}/put-back"),
            &[("if-match", tag.as_str())],
        )
        .await);
    assert_eq!(back["called_by"], Value::Null);
    let stale = desk
        .ask(
            &format!("{address}/put-back"),
            &[("if-match", tag.as_str())],
        )
        .await;
    problem(
        &stale,
        StatusCode::PRECONDITION_FAILED,
        "precondition-failed",
    );
    ok(&desk.ask("/desk/visits/next", &[]).await);
    let budi = program(&site, "budi", &ALL).await;
    let from = ok(&budi.get(&address).await)["called_by"]["id"].clone();
    let over = ok(&budi
        .post(&format!("{address}/take-over"), json!({"from": from}))
        .await);
    assert_eq!(over["called_by"]["name"], "Bripka Sari budi");
    let served = pack
        .desk()
        .endings
        .iter()
        .find(|ending| ending.served)
        .unwrap();
    let served = json!({"ended": served.code.as_str()});
    let answer = desk.post(&format!("{address}/end"), served.clone()).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "with_another_officer"
    );
    let answer = budi
        .post(&format!("{address}/end"), json!({"ended": "terbang"}))
        .await;
    wrong_field(&answer, "/ended", "not_in_pack");
    let ended = ok(&budi.post(&format!("{address}/end"), served).await);
    assert!(ended["ended_at"].is_string());
    let tayu = program(&site, "tayu", &ALL).await;
    assert_eq!(tayu.get(&address).await.status, StatusCode::NOT_FOUND);
    let answer = tayu.ask(&format!("{address}/put-back"), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_report_taken_from_a_visit_ends_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let desk = program(&site, "desk", &ALL).await;
    ok(&desk.post("/desk/visits", json!({"need": null})).await);
    let called = ok(&desk.ask("/desk/visits/next", &[]).await);
    let mut body = report();
    body["visit"] = called["id"].clone();
    ok(&desk.post("/desk/reports", body).await);
    let address = format!("/desk/visits/{}", called["id"].as_str().unwrap());
    assert!(ok(&desk.get(&address).await)["ended_at"].is_string());
}

#[tokio::test]
async fn what_is_down_is_said_told_and_ended() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    let desk = program(&site, "desk", &ALL).await;
    let system = site.node.unit().pack.desk().systems[0].code.to_string();
    let body = json!({"system": system, "until": "2026-11-24T18:00:00Z"});
    let answer = desk.post("/desk/outages", body.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let address = answer
        .location()
        .strip_prefix("/api/v1")
        .unwrap()
        .to_owned();
    let answer = desk.post("/desk/outages", body).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "already_down"
    );
    for (body, pointer, code) in [
        (json!({}), "/system", "what_is_down"),
        (json!({"system": "kopi"}), "/system", "not_in_pack"),
        (json!({"words": "Genset"}), "/way", "text"),
        (
            json!({"words": "Genset", "way": "Besok", "since": "2027-01-01T00:00:00Z"}),
            "/since",
            "in_the_future",
        ),
        (
            json!({"words": "Genset", "way": "Besok", "until": "2020-01-01T00:00:00Z"}),
            "/until",
            "until_outside",
        ),
        (
            json!({"words": "Genset", "way": "Besok", "since": "tadi"}),
            "/since",
            "unreadable",
        ),
    ] {
        wrong_field(&desk.post("/desk/outages", body).await, pointer, code);
    }
    let list = ok(&desk.get("/desk/outages").await);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let page = site.browser().get("/?lang=en").await;
    let name = list["items"][0]["name"].as_str().unwrap();
    assert!(page.words().contains(name), "told on the front page");
    let tayu = program(&site, "tayu", &ALL).await;
    let answer = tayu.post(&format!("{address}/end"), json!({})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let later = json!({"at": "2030-01-01T00:00:00Z"});
    let answer = desk.post(&format!("{address}/end"), later).await;
    wrong_field(&answer, "/at", "in_the_future");
    site.clock.pass(5);
    let ended = ok(&desk.post(&format!("{address}/end"), json!({})).await);
    assert!(ended["ended_at"].is_string());
    let answer = desk.post(&format!("{address}/end"), json!({})).await;
    assert_eq!(
        problem(&answer, StatusCode::CONFLICT, "refused")["reason"],
        "not_down"
    );
    let patrol = program(&site, "patrol", &ALL).await;
    let answer = patrol.get("/desk/outages").await;
    problem(&answer, StatusCode::FORBIDDEN, "forbidden");
}

#[tokio::test]
async fn a_shift_is_handed_over_case_by_case() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "budi", None).await;
    let first = filed(&site, "lp_b").await.case;
    let second = filed(&site, "lp_b").await.case;
    let desk = program(&site, "desk", &ALL).await;
    let budi = program(&site, "budi", &ALL).await;
    for _ in 0..2 {
        ok(&desk.ask("/desk/queue/next", &[]).await);
    }
    let over = ok(&budi.get("/desk/handover").await);
    assert_eq!(over["held_count"], 2);
    assert_eq!(over["open_count"], 2);
    let from = over["held"][0]["taken_by"]["id"].clone();
    // One of them moves on before it is taken.
    ok(&desk
        .post(
            &format!("/cases/{second}/answers"),
            json!({"text": "Kami cari"}),
        )
        .await);
    let seen = |case: &dyn std::fmt::Display| json!({"id": case.to_string(), "version": 2});
    let body = json!({"from": from, "cases": [seen(&first), seen(&second)]});
    let key = [("idempotency-key", "satu")];
    let take = || {
        let (budi, key, body) = (&budi, &key, body.clone());
        async move {
            budi.send(Method::POST, "/desk/handover", key, Some(body))
                .await
        }
    };
    let taken = ok(&take().await);
    assert_eq!(taken["taken"], json!([first.to_string()]));
    assert_eq!(taken["moved_on"], json!([second.to_string()]));
    assert_eq!(ok(&take().await), taken);
    for (body, pointer, code) in [
        (json!({"cases": []}), "/from", "required"),
        (
            json!({"from": "siapa", "cases": [seen(&first)]}),
            "/from",
            "unknown",
        ),
        (json!({"from": from, "cases": []}), "/cases", "required"),
        (
            json!({"from": from, "cases": [{"id": 5}]}),
            "/cases/0/id",
            "unknown",
        ),
        (
            json!({"from": from, "cases": [{"id": first.to_string()}]}),
            "/cases/0/version",
            "unknown",
        ),
    ] {
        wrong_field(&budi.post("/desk/handover", body).await, pointer, code);
    }
    let many: Vec<Value> = (0..201).map(|_| seen(&first)).collect();
    let answer = budi
        .post("/desk/handover", json!({"from": from, "cases": many}))
        .await;
    wrong_field(&answer, "/cases", "too_many");
}
