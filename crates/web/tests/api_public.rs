//! What the public pages do, by the JSON API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use pengayom_core::subject::case::{CaseCommand, GiveLetter};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::media::Wanted;
use pengayom_node::tokens::{NewToken, Scope};
use serde_json::{Value, json};
use support::{Answer, Site};

async fn send(
    site: &Site,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
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

async fn get(site: &Site, path: &str) -> Value {
    let answer = send(site, Method::GET, path, &[], None).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.json()
}

async fn post(site: &Site, path: &str, body: Value) -> Answer {
    send(site, Method::POST, path, &[], Some(body)).await
}

/// A request, its number and its secret.
struct Filed {
    case: CaseId,
    path: String,
    secret: String,
}

impl Filed {
    async fn new(site: &Site, service: &str) -> Self {
        let body = json!({
            "service_code": service, "description": "Motor hilang", "address": "Growong Lor",
            "contact": { "name": "Siti", "phone": "081234567890" },
        });
        let answer = post(site, "/api/v1/requests", body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let filed = answer.json();
        Self {
            case: filed["id"].as_str().unwrap().parse().unwrap(),
            path: format!(
                "/api/v1/requests/{}",
                filed["tracking_code"].as_str().unwrap()
            ),
            secret: filed["secret"].as_str().unwrap().to_owned(),
        }
    }

    async fn ask(&self, site: &Site, method: Method, below: &str, body: Option<Value>) -> Answer {
        let headers = [("pengayom-secret", self.secret.as_str())];
        send(
            site,
            method,
            &format!("{}{below}", self.path),
            &headers,
            body,
        )
        .await
    }

    async fn answered(&self, site: &Site, by: &Staff) {
        let command = CaseCommand::Answer {
            text: "Petugas datang besok pagi".to_owned(),
            next_news_by: None,
        };
        site.node
            .change_case(by, self.case, None, command, None)
            .await
            .unwrap();
    }
}

/// All items of a list.
async fn all(site: &Site, path: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let part = get(site, &path).await;
        items.extend(part["items"].as_array().unwrap().clone());
        next = part["next"].as_str().map(ToOwned::to_owned);
        assert!(items.len() < 2000, "it goes in a circle");
    }
    items
}

// S1, S2, S26: what can be asked for, what it costs, promises and does not promise.
#[tokio::test]
async fn a_program_reads_the_unit_its_services_and_the_survey() {
    let site = Site::pati().await;
    let unit = get(&site, "/api/v1/unit").await;
    assert_eq!(
        (unit["id"].as_str(), unit["time_zone"].as_str()),
        (Some("polres-pati"), Some("Asia/Jakarta"))
    );
    let services = all(&site, "/api/v1/services?limit=7").await;
    assert_eq!(services.len(), site.node.unit().pack.services().len());
    let duty = services[0]["duty"].as_str().unwrap();
    let of_duty = all(&site, &format!("/api/v1/services?duty={duty}&limit=3")).await;
    assert!(of_duty.iter().all(|service| service["duty"] == duty));
    assert_eq!(
        of_duty.len(),
        services
            .iter()
            .filter(|service| service["duty"] == duty)
            .count()
    );
    let one = get(&site, "/api/v1/services/lp_b?lang=en").await;
    assert_eq!(one["short"]["respond_within_minutes"], 4320);
    assert!(!one["not_promised"].as_str().unwrap().is_empty());
    let none = send(&site, Method::GET, "/api/v1/services/tidak_ada", &[], None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let kinds = all(&site, "/api/v1/report-kinds?limit=2").await;
    assert_eq!(kinds.len(), site.node.unit().pack.report_kinds().len());
    let kind = kinds
        .iter()
        .find(|kind| kind["sensitive"] == false)
        .unwrap();
    let mut body = json!({
        "service_code": kind["service_code"], "report_kind": kind["code"],
        "description": "Motor", "address": "Growong Lor",
    });
    let filed = post(&site, "/api/v1/requests", body.clone()).await;
    assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.text);
    let other = kinds
        .iter()
        .find(|other| other["service_code"] != kind["service_code"])
        .unwrap();
    body["report_kind"] = other["code"].clone();
    let wrong = post(&site, "/api/v1/requests", body).await;
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/report_kind");
    let survey = get(&site, "/api/v1/survey").await;
    let digits: Vec<i64> = survey["items"][0]["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["digit"].as_i64().unwrap())
        .collect();
    assert_eq!(digits, [1, 2, 3, 4, 0]);
}

// S85, S86: who answers where somebody lives, and how it is there.
#[tokio::test]
async fn a_program_finds_who_answers_by_position_code_and_name() {
    let site = Site::pati().await;
    let found = all(&site, "/api/v1/areas?name=Growong%20Lor").await;
    assert_eq!(found[0]["ours"], true);
    let code = found[0]["area_id"].as_str().unwrap();
    let area = get(&site, &format!("/api/v1/areas/{code}")).await;
    assert_eq!(area["answers"]["station"], "polsek-juwana");
    assert_eq!(area["wait"]["kind"], "not_recorded");
    assert!(area["answers"]["distance_metres"].as_f64().unwrap() > 0.0);
    let station = get(&site, "/api/v1/stations/polsek-juwana").await;
    assert_eq!(station["station"]["level"], "polsek");
    let stations = all(&site, "/api/v1/stations?limit=5").await;
    assert_eq!(stations[0]["id"], "polres-pati");
    assert_eq!(
        stations.len(),
        site.node.unit().geography.stations().len() + 1
    );
    let every = all(&site, "/api/v1/areas?limit=100").await;
    let within = all(&site, "/api/v1/areas?parent=33.18.08&limit=4").await;
    let listed = every
        .iter()
        .filter(|area| area["parent"] == "33.18.08")
        .count();
    assert_eq!(within.len(), listed);
    for (place, station) in [
        (
            json!({ "lat": -6.748_809, "long": 111.038_659 }),
            "polsek-pati",
        ),
        (json!({ "area_id": "33.18.08" }), "polsek-juwana"),
        (json!({ "address": "Growong Lor" }), "polsek-juwana"),
    ] {
        let answer = post(&site, "/api/v1/place", place.clone()).await;
        assert_eq!(answer.status, StatusCode::OK, "{place}: {}", answer.text);
        assert!(
            answer.json()["station"]
                .as_str()
                .unwrap()
                .starts_with(station),
            "{place} {}",
            answer.text
        );
    }
    let elsewhere = post(&site, "/api/v1/place", json!({ "address": "Rembang" }))
        .await
        .json();
    assert_eq!(elsewhere["errors"][0]["code"], "outside_unit");
    let both = send(
        &site,
        Method::GET,
        "/api/v1/areas?name=a&parent=33.18.08",
        &[],
        None,
    )
    .await;
    assert_eq!(both.json()["errors"][0]["code"], "not_together");
    let unknown = send(&site, Method::GET, "/api/v1/areas/99.99", &[], None).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

// S16: figures as on the page, each with n and interval, or hidden.
#[tokio::test]
async fn figures_are_those_of_the_page() {
    let site = Site::pati().await;
    let api = get(&site, "/api/v1/performance").await;
    let page = get(&site, "/kinerja.json").await;
    assert_eq!(api, page);
    assert_eq!(api["weeks"].as_array().unwrap().len(), 6);
}

async fn give_letter(site: &Site, by: &Staff, filed: &Filed, content: &[u8]) {
    let mut intake = site.node.begin_file(Wanted::Letter);
    intake.write(content).await.unwrap();
    let command = CaseCommand::GiveLetter(GiveLetter {
        kind: "sp2hp_a1".to_owned(),
        number: Some("SP2HP/12".to_owned()),
        dated: "2026-11-23".parse().unwrap(),
        today: "2026-11-24".parse().unwrap(),
        file: intake.finish().await.unwrap(),
        issued: None,
    });
    site.node
        .change_case(by, filed.case, None, command, None)
        .await
        .unwrap();
}

// S40: letters are had by the one who filed, whole or in parts, and by nobody else.
#[tokio::test]
async fn a_letter_is_handed_down_to_its_reader_only() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let filed = Filed::new(&site, "lp_b").await;
    give_letter(&site, &desk, &filed, b"%PDF-1.7 satu").await;
    give_letter(&site, &desk, &filed, b"%PDF-1.7 dua").await;
    let withdraw = CaseCommand::WithdrawLetter {
        letter: 2,
        reason: "Surat orang lain".to_owned(),
    };
    site.node
        .change_case(&desk, filed.case, None, withdraw, None)
        .await
        .unwrap();
    let listed = filed.ask(&site, Method::GET, "/letters", None).await;
    assert!(
        listed.header("etag").starts_with("\"4."),
        "{}",
        listed.header("etag")
    );
    assert_eq!(listed.json()["items"][1]["state"], "withdrawn");
    let letter = filed.ask(&site, Method::GET, "/letters/1", None).await;
    assert_eq!(letter.status, StatusCode::OK);
    assert_eq!(letter.header("content-type"), "application/pdf");
    assert_eq!(letter.bytes, b"%PDF-1.7 satu");
    let headers = [
        ("pengayom-secret", filed.secret.as_str()),
        ("range", "bytes=0-3"),
    ];
    let part = send(
        &site,
        Method::GET,
        &format!("{}/letters/1", filed.path),
        &headers,
        None,
    )
    .await;
    assert_eq!(
        (part.status, part.text.as_str()),
        (StatusCode::PARTIAL_CONTENT, "%PDF")
    );
    for below in ["/letters/2", "/letters/3", "/letters/0", "/letters/x"] {
        let gone = filed.ask(&site, Method::GET, below, None).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{below}");
    }
    // No address opens a letter.
    let path = format!("{}/letters/1?secret={}", filed.path, filed.secret);
    let by_address = send(&site, Method::GET, &path, &[], None).await;
    assert_eq!(by_address.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = [("pengayom-secret", "000000000000")];
    for below in ["/letters", "/letters/1", "/data", "/rating", "/receipt", ""] {
        let answer = send(
            &site,
            Method::GET,
            &format!("{}{below}", filed.path),
            &wrong,
            None,
        )
        .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{below}");
    }
    let data = filed.ask(&site, Method::GET, "/data", None).await;
    assert_eq!(data.json()["person"]["name"], "Siti");
    assert_eq!(data.json()["files"].as_array().unwrap().len(), 2);
    assert_eq!(data.header("cache-control"), "no-store");
}

// S5, S41: a request is judged once, when somebody answered; the questions are those of the survey.
#[tokio::test]
async fn how_a_request_was_handled_is_judged_once() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let filed = Filed::new(&site, "lp_b").await;
    let survey = get(&site, "/api/v1/survey").await;
    let item = survey["items"][0]["code"].as_str().unwrap();
    let good = json!({ "answers": { item: 4 }, "message": "Ramah" });
    let early = filed
        .ask(&site, Method::POST, "/rating", Some(good.clone()))
        .await;
    assert_eq!(early.status, StatusCode::NOT_FOUND);
    filed.answered(&site, &desk).await;
    for (wrong, pointer) in [
        (json!({}), "/answers".to_owned()),
        (json!({ "answers": [] }), "/answers".to_owned()),
        (
            json!({ "answers": { item: 5 } }),
            format!("/answers/{item}"),
        ),
        (
            json!({ "answers": { item: 1.5 } }),
            format!("/answers/{item}"),
        ),
        (
            json!({ "answers": { "a/b": 1 } }),
            "/answers/a~1b".to_owned(),
        ),
    ] {
        let answer = filed
            .ask(&site, Method::POST, "/rating", Some(wrong.clone()))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{wrong}");
    }
    assert_eq!(
        filed.ask(&site, Method::GET, "/rating", None).await.json()["open"],
        true
    );
    let given = filed
        .ask(&site, Method::POST, "/rating", Some(good.clone()))
        .await;
    assert_eq!(given.status, StatusCode::CREATED, "{}", given.text);
    let again = filed.ask(&site, Method::POST, "/rating", Some(good)).await;
    assert_eq!(
        (again.status, again.json()["reason"].clone()),
        (StatusCode::CONFLICT, json!("already-given"))
    );
    assert_eq!(
        filed.ask(&site, Method::GET, "/rating", None).await.json()["open"],
        false
    );
    let card = send(
        &site,
        Method::GET,
        "/api/v1/rating",
        &[("pengayom-secret", "123456789012")],
        None,
    )
    .await;
    assert_eq!(card.status, StatusCode::NOT_FOUND);
}

// S3, S76: a wish for safe contact is sensitive; who must not be called is not.
#[tokio::test]
async fn a_wish_for_safe_contact_becomes_a_request_that_shows_nothing_of_its_kind() {
    let site = Site::pati().await;
    let safety = get(&site, "/api/v1/safety").await;
    let times = safety["times"].as_array().unwrap();
    let code = |never: bool| {
        let time = times.iter().find(|time| time["never"] == never).unwrap();
        time["code"].as_str().unwrap().to_owned()
    };
    let wish = |body: Value| post(&site, "/api/v1/safety/requests", body);
    let missing = wish(json!({ "time": code(false) })).await.json();
    assert_eq!(missing["errors"][0]["pointer"], "/phone");
    let never = wish(json!({ "time": code(true), "phone": "081234567890", "word": "bunga" })).await;
    assert_eq!(never.status, StatusCode::CREATED, "{}", never.text);
    let filed = never.json();
    let headers = [("pengayom-secret", filed["secret"].as_str().unwrap())];
    let path = format!(
        "/api/v1/requests/{}",
        filed["tracking_code"].as_str().unwrap()
    );
    let status = send(&site, Method::GET, &path, &headers, None).await.json();
    assert_eq!(status["sensitive"], true);
    for hidden in ["service_code", "service_name", "station", "beat"] {
        assert_eq!(status[hidden], Value::Null, "{hidden}");
    }
    let data = send(&site, Method::GET, &format!("{path}/data"), &headers, None)
        .await
        .json();
    assert_eq!(
        (&data["person"]["phone"], &data["person"]["safe_word"]),
        (&Value::Null, &Value::Null)
    );
}

// S18: the server says what it finds of a receipt.
#[tokio::test]
async fn a_receipt_is_verified_and_an_altered_one_found_out() {
    let site = Site::pati().await;
    let filed = Filed::new(&site, "lp_b").await;
    let receipt = filed.ask(&site, Method::GET, "/receipt", None).await.json();
    let check = |receipt: String| {
        post(
            &site,
            "/api/v1/receipts/verify",
            json!({ "receipt": receipt }),
        )
    };
    let found = check(receipt.to_string()).await.json();
    assert!(
        ["pending", "whole"].contains(&found["state"].as_str().unwrap()),
        "{found}"
    );
    assert_eq!(found["number"], receipt["number"]);
    let mut altered = receipt;
    altered["number"] = json!("PTI-2611-9999");
    assert_eq!(check(altered.to_string()).await.json()["state"], "altered");
    assert_eq!(
        check("bukan tanda terima".to_owned()).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

// S78
#[tokio::test]
async fn forms_for_paper_have_numbers_of_this_unit_and_are_followed_by_them() {
    let site = Site::pati().await;
    let made = post(&site, "/api/v1/forms", json!({ "count": 2 })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let form = made.json()["items"][1].clone();
    let number = form["number"].as_str().unwrap();
    assert!(site.node.form_number(number).is_ok());
    let plain: String = number.split_whitespace().collect();
    let path = format!("/api/v1/forms/{plain}");
    let headers = [("pengayom-secret", form["secret"].as_str().unwrap())];
    let state = send(&site, Method::GET, &path, &headers, None).await;
    assert_eq!(state.json(), json!({ "tracking_code": null }));
    for wrong in [
        json!({ "count": 0 }),
        json!({ "count": 21 }),
        json!({ "count": 1.5 }),
        json!({}),
    ] {
        let answer = post(&site, "/api/v1/forms", wrong.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

// S40, S45: a program's token opens what it carries, and nothing once it is revoked.
#[tokio::test]
async fn a_token_files_only_with_its_scope_and_not_after_its_end() {
    let site = Site::pati().await;
    let token = async |name: &str, scope: Scope| {
        let new = NewToken {
            name: name.to_owned(),
            scopes: vec![scope],
            login: None,
            days: 1,
            made_by: None,
        };
        site.node.add_token(new).await.unwrap()
    };
    let body =
        || json!({ "service_code": "lp_b", "description": "Motor", "address": "Growong Lor" });
    let file = async |token: &str| {
        let shown = format!("Bearer {token}");
        let headers = [("authorization", shown.as_str()), ("idempotency-key", "1")];
        send(
            &site,
            Method::POST,
            "/api/v1/requests",
            &headers,
            Some(body()),
        )
        .await
    };
    let writes = token("bot", Scope::RequestsWrite).await;
    let reads = token("papan", Scope::RequestsRead).await;
    let other = token("bot lain", Scope::RequestsWrite).await;
    let refused = file(&reads.text).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["type"], "urn:pengayom:problem:scope");
    assert!(
        refused
            .header("www-authenticate")
            .contains("scope=\"requests:write\"")
    );
    let first = file(&writes.text).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert_eq!(file(&writes.text).await.text, first.text);
    // The key of another program is another key.
    assert_ne!(file(&other.text).await.json()["id"], first.json()["id"]);
    site.node.revoke_token(writes.row.id).await.unwrap();
    assert_eq!(file(&writes.text).await.status, StatusCode::UNAUTHORIZED);
    site.clock.pass(24 * 60 + 1);
    assert_eq!(file(&other.text).await.status, StatusCode::UNAUTHORIZED);
}
