//! Programs file requests and ask what became of them.

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
use base64::Engine as _;
use pengayom_core::pack::ConcernedRole;
use pengayom_core::subject::case::{
    CaseCommand, GiveLetter, GiveRights, Harm, ReviewKind, RightsCommand, TriageAnswer,
    TriageDecision, TriageReply, Wellbeing,
};
use pengayom_node::access::Role;
use pengayom_node::media::Wanted;
use serde_json::{Value, json};
use support::{Answer, Site, photo};

fn good() -> Value {
    json!({
        "service_code": "lp_b",
        "description": "Motor hilang dari teras",
        "address": "Growong Lor",
        "contact": { "name": "Siti", "phone": "0812 3456 7890", "email": "siti@example.org" },
    })
}

async fn post_with(site: &Site, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/requests");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    site.ask(request.body(body.into()).unwrap()).await
}

async fn post(site: &Site, body: &Value) -> Answer {
    post_with(
        site,
        &[("content-type", "application/json")],
        body.to_string(),
    )
    .await
}

async fn get(site: &Site, path: &str) -> Answer {
    site.ask(Request::get(path).body(Body::empty()).unwrap())
        .await
}

fn faults(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|error| (text(error, "pointer"), text(error, "code")))
        .collect()
}

// S1, S2: a request for a service of the catalogue reaches the station that answers, with its promise.
#[tokio::test]
async fn a_request_is_filed_and_answered_with_number_secret_station_and_promise() {
    let site = Site::pati().await;
    let answer = post(&site, &good()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let filed = answer.json();
    assert_eq!(filed["tracking_code"], "PTI-2611-0001");
    assert_eq!(answer.location(), "/api/v1/requests/PTI-2611-0001");
    assert_eq!(filed["unit"], "polres-pati");
    assert_eq!(filed["station"], "polsek-juwana");
    assert_eq!(filed["standard"]["respond_within_minutes"], 4320);
    assert_eq!(filed["standard"]["respond_by"], "2026-11-27T14:30:00Z");
    assert_eq!(filed["receipt"]["number"], filed["tracking_code"]);
    assert_eq!(filed["receipt"]["format"], "pengayom-receipt/v1");
    assert_eq!(filed["act"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(filed["secret"].as_str().unwrap().len(), 12);
}

// S3
#[tokio::test]
async fn a_program_may_tell_how_the_reporter_is_and_what_they_lost() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut harmed = good();
    harmed["wellbeing"] = json!("needs_support");
    harmed["loss_rupiah"] = json!(18_500_000);
    let answer = post(&site, &harmed).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let rows = site.node.waiting(&desk, 1).await.unwrap();
    let history = site.node.case_history(&desk, rows[0].id).await.unwrap();
    let harm = Harm {
        wellbeing: Some(Wellbeing::NeedsSupport),
        loss_rupiah: Some(18_500_000),
    };
    assert_eq!(history.case.filed.harm(), harm);
}

#[tokio::test]
async fn a_request_sent_twice_with_one_key_is_filed_once_and_answered_alike() {
    let site = Site::pati().await;
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "kunci / apa saja"),
    ];
    let first = post_with(&site, &headers, good().to_string()).await;
    site.clock.pass(3);
    let second = post_with(&site, &headers, good().to_string()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(second.status, StatusCode::CREATED);
    assert_eq!(first.json(), second.json());
    let mut other = good();
    other["description"] = json!("Yang lain");
    let third = post_with(&site, &headers, other.to_string()).await;
    assert_eq!(third.status, StatusCode::CONFLICT);
    assert_eq!(
        third.json()["type"],
        "urn:pengayom:problem:idempotency-key-reused"
    );
    assert_eq!(
        post(&site, &good()).await.json()["tracking_code"],
        "PTI-2611-0002"
    );
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let site = Site::pati().await;
    let wrong = json!({
        "service_code": "tidak_ada", "description": "  ", "lat": "x", "danger": 1,
        "wellbeing": "sad", "loss_rupiah": -5,
        "occurred_at": "2027-01-01T00:00:00Z", "media": [{ "content": "***" }],
        "contact": { "phone": "12", "email": "siti" },
    });
    let found: BTreeSet<(String, String)> =
        faults(&post(&site, &wrong).await).into_iter().collect();
    for (pointer, code) in [
        ("/service_code", "unknown"),
        ("/description", "required"),
        ("/lat", "type"),
        ("/danger", "type"),
        ("/wellbeing", "unknown"),
        ("/loss_rupiah", "out_of_range"),
        ("/occurred_at", "in_the_future"),
        ("/contact/phone", "unreadable"),
        ("/contact/email", "unreadable"),
    ] {
        assert!(
            found.contains(&(pointer.to_owned(), code.to_owned())),
            "{pointer} {found:?}"
        );
    }
    let list = post(
        &site,
        &json!({ "contact": [], "media": {}, "description": 5 }),
    )
    .await;
    let pointers: Vec<String> = faults(&list)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    assert!(pointers.contains(&"/contact".to_owned()) && pointers.contains(&"/media".to_owned()));
}

#[tokio::test]
async fn a_place_is_taken_by_position_code_or_name_and_places_of_others_are_told() {
    let site = Site::pati().await;
    let with = |place: Value| {
        let mut request = good();
        request.as_object_mut().unwrap().remove("address");
        for (key, value) in place.as_object().unwrap() {
            request[key] = value.clone();
        }
        request
    };
    let by_point = post(
        &site,
        &with(json!({ "lat": -6.748_809, "long": 111.038_659 })),
    )
    .await;
    assert_eq!(by_point.status, StatusCode::CREATED, "{}", by_point.text);
    assert!(by_point.json()["beat"].is_string());
    let by_code = post(&site, &with(json!({ "area_id": "33.18.08" }))).await;
    assert_eq!(by_code.json()["station"], "polsek-juwana");
    for (place, pointer, code) in [
        (json!({}), "/address", "required"),
        (json!({ "lat": -6.7 }), "/long", "required"),
        (
            json!({ "lat": 111.0, "long": -6.7 }),
            "/lat",
            "out_of_range",
        ),
        (json!({ "lat": -6.7, "long": 181 }), "/long", "out_of_range"),
        (
            json!({ "lat": 52.5, "long": 13.4 }),
            "/lat",
            "outside_known_areas",
        ),
        (json!({ "area_id": "99.99" }), "/area_id", "unknown"),
        (json!({ "address": "Growong" }), "/address", "ambiguous"),
        (json!({ "address": "Xyzzyplugh" }), "/address", "unknown"),
        (json!({ "address": "Rembang" }), "/address", "outside_unit"),
    ] {
        let found = faults(&post(&site, &with(place.clone())).await);
        assert_eq!(found, [(pointer.to_owned(), code.to_owned())], "{place}");
    }
}

#[tokio::test]
async fn a_photograph_comes_as_base64_and_nothing_else_is_taken_for_one() {
    let site = Site::pati().await;
    let standard = base64::engine::general_purpose::STANDARD;
    let mut request = good();
    request["media"] = json!([{ "content": standard.encode(photo()) }]);
    assert_eq!(post(&site, &request).await.status, StatusCode::CREATED);
    request["media"] = json!([{ "content": standard.encode("<script>") }, { "content": "é" }]);
    let found = faults(&post(&site, &request).await);
    let expected = [
        ("/media/0/content".to_owned(), "not_a_photograph".to_owned()),
        ("/media/1/content".to_owned(), "not_base64".to_owned()),
    ];
    assert_eq!(found, expected);
    let content = json!({ "content": standard.encode(photo()) });
    request["media"] = Value::Array(vec![content; 5]);
    assert_eq!(
        faults(&post(&site, &request).await),
        [("/media".into(), "too_many".into())]
    );
}

#[tokio::test]
async fn what_is_no_request_is_refused_with_the_right_status() {
    let site = Site::pati().await;
    let json = ("content-type", "application/json");
    let good = good().to_string();
    let marked = format!("\u{feff}{good}").replace(',', ",\r\n");
    assert_eq!(
        post_with(&site, &[json], marked).await.status,
        StatusCode::CREATED
    );
    for (headers, body, status) in [
        (
            vec![json],
            b"{\"description\": \"\xff\"}".to_vec(),
            StatusCode::BAD_REQUEST,
        ),
        (vec![json], Vec::new(), StatusCode::BAD_REQUEST),
        (vec![json], b"[]".to_vec(), StatusCode::BAD_REQUEST),
        (
            vec![json],
            "{".repeat(100_000).into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![json, json],
            good.clone().into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![json, ("idempotency-key", "a"), ("idempotency-key", "a")],
            good.clone().into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![json, ("idempotency-key", "")],
            good.clone().into_bytes(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![],
            good.clone().into_bytes(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![("content-type", "text/plain")],
            good.clone().into_bytes(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![json, ("content-encoding", "gzip")],
            good.clone().into_bytes(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![json],
            vec![b' '; 17 * 1024 * 1024],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let answer = post_with(&site, &headers, body).await;
        assert_eq!(answer.status, status, "{headers:?}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["status"], status.as_u16());
    }
    let long =
        json!({ "service_code": "lp_b", "description": "a", "address": "x".repeat(1_000_000) });
    assert_eq!(
        faults(&post(&site, &long).await),
        [("/address".into(), "too_long".into())]
    );
    let get = get(&site, "/api/v1/requests").await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get.header("allow"), "POST");
    let nothing = site
        .ask(Request::get("/api/v1/nothing").body(Body::empty()).unwrap())
        .await;
    assert_eq!(nothing.json()["type"], "urn:pengayom:problem:not-found");
}

// S18, S40: the asker sees stage, promise and answers; nobody else does.
#[tokio::test]
async fn the_asker_sees_what_became_of_it_and_nobody_else_does() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let filed = post(&site, &good()).await.json();
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let path = format!("/api/v1/requests/{number}?secret={secret}");
    let before = get(&site, &path).await.json();
    assert_eq!(before["stage"], "received");
    assert_eq!(before["responded_at"], Value::Null);
    site.clock.pass(30);
    let id = filed["id"].as_str().unwrap().parse().unwrap();
    let text = "Petugas datang besok pagi".to_owned();
    let answer = CaseCommand::Answer {
        text: text.clone(),
        next_news_by: None,
    };
    site.node
        .change_case(&desk, id, None, answer, None)
        .await
        .unwrap();
    let after = get(&site, &path).await.json();
    assert_eq!(after["stage"], "assessed");
    assert_eq!(after["responded_at"], "2026-11-24T15:00:00Z");
    assert_eq!(after["messages"][0]["text"], text);
    assert!(!after.to_string().contains("Siti"));
    for wrong in [
        format!("/api/v1/requests/{number}?secret=000000000000"),
        format!("/api/v1/requests/{number}"),
        format!("/api/v1/requests/PTI-2611-9999?secret={secret}"),
        format!("/api/v1/requests/nothing?secret={secret}"),
    ] {
        assert_eq!(
            get(&site, &wrong).await.status,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
    let mut last = get(&site, &format!("/api/v1/requests/{number}?secret=1")).await;
    for _ in 0..12 {
        last = get(
            &site,
            &format!("/api/v1/requests/{number}?secret=000000000001"),
        )
        .await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.header("retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(get(&site, &path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_problem_speaks_the_language_that_was_asked_for() {
    let site = Site::pati().await;
    let english = [
        ("content-type", "application/json"),
        ("accept-language", "en-GB,en;q=0.9"),
    ];
    let answer = post_with(&site, &english, "{}").await.json();
    assert_eq!(answer["title"], "There is a problem");
    let answer = post(&site, &json!({})).await.json();
    assert_eq!(answer["title"], "Ada yang perlu diperbaiki");
}

/// Members of an answer, and the schema that describes it.
fn assert_described(answer: &Value, schema: &Value, openapi: &Value, at: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(path) => openapi.pointer(path.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if let Some(choices) = schema["oneOf"].as_array() {
        let is_null = |schema: &&Value| schema["type"] == "null";
        let fitting = choices.iter().find(|one| is_null(one) == answer.is_null());
        return assert_described(answer, fitting.unwrap(), openapi, at);
    }
    if let (Some(answer), Some(properties)) = (answer.as_object(), schema["properties"].as_object())
    {
        for key in schema["required"].as_array().into_iter().flatten() {
            assert!(
                answer.contains_key(key.as_str().unwrap()),
                "{at}: {key} is missing"
            );
        }
        for (key, value) in answer {
            let described = properties
                .get(key)
                .unwrap_or_else(|| panic!("{at}/{key} not described"));
            assert_described(value, described, openapi, &format!("{at}/{key}"));
        }
    }
    for item in answer.as_array().into_iter().flatten() {
        assert_described(item, &schema["items"], openapi, at);
    }
    if let Some(kind) = schema.get("type") {
        let kinds: Vec<&str> = match kind {
            Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap()).collect(),
            kind => vec![kind.as_str().unwrap()],
        };
        let found = match answer {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(n) if n.is_i64() || n.is_u64() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        assert!(kinds.contains(&found), "{at}: {found} is not {kinds:?}");
    }
}

/// What gives a letter with this content.
async fn letter(site: &Site, content: &[u8]) -> CaseCommand {
    let mut intake = site.node.begin_file(Wanted::Letter);
    intake.write(content).await.unwrap();
    CaseCommand::GiveLetter(GiveLetter {
        kind: "sp2hp_a1".to_owned(),
        number: Some("SP2HP/12".to_owned()),
        dated: "2026-11-23".parse().unwrap(),
        today: "2026-11-24".parse().unwrap(),
        file: intake.finish().await.unwrap(),
        issued: None,
    })
}

fn withdrawal() -> CaseCommand {
    CaseCommand::WithdrawLetter {
        letter: 2,
        reason: "Surat orang lain".to_owned(),
    }
}

// S40
#[tokio::test]
async fn a_program_reads_which_letters_were_given_and_which_were_withdrawn() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let filed = post(&site, &good()).await.json();
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let path = format!("/api/v1/requests/{number}?secret={secret}");
    assert_eq!(get(&site, &path).await.json()["letters"], json!([]));
    let case = filed["id"].as_str().unwrap().parse().unwrap();
    for command in [
        letter(&site, b"%PDF-1.7 satu").await,
        letter(&site, b"%PDF-1.7 dua").await,
        withdrawal(),
    ] {
        let done = site.node.change_case(&desk, case, None, command, None);
        done.await.unwrap();
    }
    let status = get(&site, &path).await.json();
    let letters = &status["letters"];
    assert_eq!(letters[0]["kind"], "sp2hp_a1");
    assert_eq!(letters[0]["name"], "SP2HP A1, laporan diteliti");
    assert_eq!(letters[0]["number"], "SP2HP/12");
    assert_eq!(letters[0]["dated"], "2026-11-23");
    assert_eq!(letters[0]["size_bytes"], 13);
    assert_eq!(letters[0]["state"], "there");
    assert_eq!(letters[1]["state"], "withdrawn");
    assert_eq!(letters[1]["withdrawn_reason"], "Surat orang lain");
    assert_eq!(status["responded_at"], "2026-11-24T14:30:00Z");
}

// S10, S40: as on the reporter's page, what another officer looks at anyway is not asked for besides.
#[tokio::test]
async fn a_second_look_is_not_taken_while_the_class_waits_for_one() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let filed = post(&site, &good()).await.json();
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let case = filed["id"].as_str().unwrap().parse().unwrap();
    let civil = CaseCommand::DecideTriage(TriageDecision {
        outcome: "o_civil".to_owned(),
        service: None,
        reason: "Janji gagal tanpa tipu".to_owned(),
        referrals: vec!["legal_aid".to_owned()],
    });
    let decided = site.node.change_case(&desk, case, None, civil, None).await;
    let version = decided.unwrap().case.version;
    let path = format!("/api/v1/requests/{number}?secret={secret}");
    let look = |status: &Value| {
        let reviews = status["reviews"].as_array().unwrap().clone();
        reviews
            .into_iter()
            .find(|one| one["kind"] == "second_look")
            .unwrap()
    };
    let waits = json!({
        "kind": "second_look",
        "may_ask": false,
        "open_since": "2026-11-24T14:30:00Z",
    });
    assert_eq!(look(&get(&site, &path).await.json()), waits);
    let ask = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/requests/{number}/reviews?secret={secret}"))
        .header("content-type", "application/json")
        .body(Body::from(json!({ "kind": "second_look" }).to_string()));
    let asked = site.ask(ask.unwrap()).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
    assert_eq!(look(&asked.json()), waits);
    let known = site.node.case_history(&desk, case).await.unwrap().case;
    assert_eq!(known.version, version, "nothing was recorded");
    assert_eq!(known.reviews.of(ReviewKind::SecondLook).asked, 0);
}

/// The matter is civil, decided and looked at a second time; the reporter is told their rights.
async fn decide(site: &Site, filed: &Value) {
    let desk = site.account(Role::Desk).await;
    let other = site.account(Role::Investigator).await;
    let case = filed["id"].as_str().unwrap().parse().unwrap();
    // A narrow kind is worked on by whoever handles it.
    let take = CaseCommand::Take { by: desk.id };
    // What leads to a debt.
    let answer = |n: u32| TriageAnswer {
        question: format!("q{n}"),
        answer: if n == 9 || n == 11 {
            TriageReply::Yes
        } else {
            TriageReply::No
        },
    };
    let answers = CaseCommand::AnswerTriage {
        answers: (1..=13).map(answer).collect(),
        pack_version: "1".to_owned(),
    };
    let decision = CaseCommand::DecideTriage(TriageDecision {
        outcome: "o_civil".to_owned(),
        service: None,
        reason: "Janji gagal tanpa tipu".to_owned(),
        referrals: vec!["legal_aid".to_owned()],
    });
    let name = CaseCommand::Rights(RightsCommand::Name {
        person: None,
        roles: vec![ConcernedRole::Reporter],
        under_18: Some(false),
        needs: Vec::new(),
        reason: String::new(),
    });
    let told = GiveRights::understood(1, "Jawa");
    let give = CaseCommand::Rights(RightsCommand::Give(told));
    for command in [take, answers, decision, name, give] {
        let done = site.node.change_case(&desk, case, None, command, None);
        done.await.unwrap();
    }
    let look = CaseCommand::LookAgain {
        outcome: "o_civil".to_owned(),
        reason: "Sama: hanya utang".to_owned(),
    };
    let history = site.node.case_history(&desk, case).await.unwrap();
    if !history.case.sensitive {
        let done = site.node.change_case(&other, case, None, look, None);
        done.await.unwrap();
    }
}

// S10, S24: a program reads whose the matter is, why, where to go, the second look and the rights, as the page shows it.
#[tokio::test]
async fn a_program_reads_the_class_the_second_look_and_the_rights_that_were_told() {
    let site = Site::pati().await;
    let filed = post(&site, &good()).await.json();
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let path = format!("/api/v1/requests/{number}?secret={secret}");
    let before = get(&site, &path).await.json();
    assert_eq!(before["class"], Value::Null);
    assert_eq!(before["warning"], Value::Null);
    assert_eq!(before["rights"][0]["list"], "reporter");
    assert_eq!(before["rights"][0]["told_at"], Value::Null);
    assert!(before["rights"][0]["rights"][0]["words"].is_string());
    decide(&site, &filed).await;
    let status = get(&site, &path).await.json();
    let class = &status["class"];
    assert_eq!(class["matter"], "civil");
    assert_eq!(class["words"], "Sengketa perdata (perdata)");
    assert_eq!(class["reason"], "Janji gagal tanpa tipu");
    let because = class["because"][0].as_str().unwrap();
    assert!(because.contains("Tidak"), "{because}");
    assert_eq!(
        class["referrals"][0]["name"],
        "Pos bantuan hukum (Posbakum) di pengadilan negeri"
    );
    assert_eq!(class["second_look"], "agreed");
    assert_eq!(class["second_look_reason"], "Sama: hanya utang");
    assert_eq!(status["rights"][0]["told_at"], "2026-11-24T14:30:00Z");
}

// S10, S45: of a kind kept narrow neither class nor answers are told, as on the page.
#[tokio::test]
async fn of_a_narrow_kind_a_program_reads_the_reason_and_not_the_class() {
    let site = Site::pati().await;
    let mut narrow = good();
    narrow["service_code"] = json!("kdrt");
    let filed = post(&site, &narrow).await.json();
    decide(&site, &filed).await;
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let path = format!("/api/v1/requests/{number}?secret={secret}");
    let status = get(&site, &path).await.json();
    let class = &status["class"];
    assert_eq!(class["matter"], Value::Null);
    assert_eq!(class["words"], "Laporan Anda sudah ditelaah");
    assert_eq!(class["reason"], "Janji gagal tanpa tipu");
    assert_eq!(class["because"], json!([]));
    assert_eq!(class["second_look"], "due");
    for hidden in ["civil", "erdata"] {
        assert!(!class.to_string().contains(hidden), "{class}");
    }
}

#[tokio::test]
async fn the_description_of_the_api_is_true() {
    let site = Site::pati().await;
    let openapi = get(&site, "/api/v1/openapi.json").await.json();
    assert_eq!(openapi["openapi"], "3.1.0");
    let schemas = &openapi["components"]["schemas"];
    let filed = post(&site, &good()).await.json();
    assert_described(&filed, &schemas["Filed"], &openapi, "");
    let (number, secret) = (
        filed["tracking_code"].as_str().unwrap(),
        filed["secret"].as_str().unwrap(),
    );
    let desk = site.account(Role::Desk).await;
    let case = filed["id"].as_str().unwrap().parse().unwrap();
    for command in [
        letter(&site, b"%PDF-1.7 satu").await,
        letter(&site, b"%PDF-1.7 dua").await,
        withdrawal(),
    ] {
        let done = site.node.change_case(&desk, case, None, command, None);
        done.await.unwrap();
    }
    let status = get(&site, &format!("/api/v1/requests/{number}?secret={secret}"))
        .await
        .json();
    assert_described(&status, &schemas["Status"], &openapi, "");
    assert_described(&good(), &schemas["NewRequest"], &openapi, "");
    let problem = post(&site, &json!({})).await.json();
    assert_described(&problem, &schemas["Problem"], &openapi, "");
    for (path, item) in openapi["paths"].as_object().unwrap() {
        if item.get("patch").is_some() {
            continue;
        }
        let path = format!("/api/v1{}", path.replace(['{', '}'], ""));
        let patch = Request::patch(&path).body(Body::empty()).unwrap();
        assert_eq!(
            site.ask(patch).await.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
    }
}
