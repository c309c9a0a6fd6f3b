//! Open311 GeoReport v2 as programs meet it: what it says, what it never says, and what it turns down.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "open311/bad.rs"]
mod bad;
mod support;

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, Channel, Harm};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::tokens::{NewToken, Scope};

use support::{Answer, Site, encode, photo};

const WORDS: &str = "Orkes sampai pagi";

async fn key_with(site: &Site, name: &str, scope: Scope) -> String {
    let new = NewToken {
        name: name.to_owned(),
        scopes: vec![scope],
        login: None,
        days: 30,
        made_by: None,
    };
    site.node.add_token(new).await.unwrap().text
}

async fn key(site: &Site) -> String {
    key_with(site, "FixMyStreet", Scope::Open311Write).await
}

async fn get(site: &Site, path: &str) -> Answer {
    let request = Request::builder().uri(format!("/open311/v2/{path}"));
    let request = request.header(header::HOST, "localhost");
    site.ask(request.body(Body::empty()).unwrap()).await
}

async fn post_as(site: &Site, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/open311/v2/{path}"))
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))
        .unwrap();
    site.ask(request).await
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        write!(body, "&{}={}", encode(name), encode(value)).unwrap();
    }
    body
}

async fn post(site: &Site, path: &str, fields: &[(&str, &str)]) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    post_as(site, path, kind, form(fields).into_bytes()).await
}

/// A complaint about noise, as a program sends it.
fn noise(key: &str) -> Vec<(&str, &str)> {
    vec![
        ("api_key", key),
        ("service_code", "gangguan"),
        ("description", WORDS),
        ("address_string", "Growong Lor"),
        ("first_name", "Siti"),
        ("last_name", "Aminah"),
        ("email", "siti@example.org"),
        ("phone", "081234567890"),
        ("attribute[what]", "order_noise"),
        ("attribute[gangguan_berlangsung]", "gangguan_masih"),
    ]
}

/// Files one and gives its identifier.
async fn filed(site: &Site, key: &str) -> String {
    let answer = post(site, "requests.json", &noise(key)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let id = &answer.json()[0]["service_request_id"];
    id.as_str().unwrap().to_owned()
}

/// A request of any service, told on the pages.
async fn told(site: &Site, service: &str, danger: bool) -> CaseId {
    let request = FileRequest {
        command: CommandId(site.node.new_id()),
        service: service.parse().unwrap(),
        report_kind: None,
        channel: Channel::Web,
        paper: None,
        description: WORDS.to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger,
        place: PlaceInput::Text("Growong Lor".to_owned()),
        reporter: PersonDetails::default(),
        media: Vec::new(),
        simulated: false,
    };
    let filed = site.node.file_request(request, &Actor::Citizen).await;
    filed.unwrap().case
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let list = answer.json();
    let ids = list.as_array().unwrap().iter();
    ids.map(|one| one["service_request_id"].as_str().unwrap().to_owned())
        .collect()
}

async fn change(site: &Site, by: &Staff, id: &str, command: CaseCommand) {
    let id = CaseId(id.parse().unwrap());
    let changed = site.node.change_case(by, id, None, command, None).await;
    assert!(changed.unwrap().changed);
}

// S40
#[tokio::test]
async fn a_program_finds_the_services_and_what_each_asks() {
    let site = Site::pati().await;
    let discovery = get(&site, "discovery.json").await.json();
    let endpoint = &discovery["endpoints"][0];
    assert_eq!(endpoint["url"], "http://localhost/open311/v2/");
    assert_eq!(endpoint["type"], "production");
    assert_eq!(endpoint["formats"][1], "application/json");
    let xml = get(&site, "discovery.xml").await;
    assert!(xml.text.contains("<endpoints><endpoint><specification>"));
    assert_eq!(xml.header(header::CONTENT_TYPE), "text/xml; charset=utf-8");
    assert_eq!(xml.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");

    let services = get(&site, "services.json").await.json();
    let codes = services.as_array().unwrap().iter();
    let codes: Vec<&str> = codes
        .map(|one| one["service_code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["laka", "gangguan", "patroli"]);
    let datatypes = |definition: &Answer| -> Vec<String> {
        let json = definition.json();
        let attributes = json["attributes"].as_array().unwrap();
        let kinds = attributes
            .iter()
            .map(|one| one["datatype"].as_str().unwrap());
        kinds.map(ToOwned::to_owned).collect()
    };
    let mut kinds = Vec::new();
    for code in codes {
        let definition = get(&site, &format!("services/{code}.json")).await;
        assert_eq!(definition.json()["service_code"], code);
        kinds.extend(datatypes(&definition));
    }
    // Every kind of answer that GeoReport v2 knows.
    for kind in [
        "string",
        "number",
        "datetime",
        "text",
        "singlevaluelist",
        "multivaluelist",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}");
    }
    let english = Request::builder()
        .uri("/open311/v2/services/gangguan.xml")
        .header(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9");
    let english = site.ask(english.body(Body::empty()).unwrap()).await;
    let asked = "<variable>true</variable><code>gangguan_berlangsung</code>\
        <datatype>singlevaluelist</datatype><required>true</required>";
    assert!(english.text.contains(asked), "{}", english.text);
    assert!(english.text.contains("<name>Yes, it is</name>"));
}

// S32, S40
#[tokio::test]
async fn a_request_is_filed_by_a_program_read_by_the_desk_and_followed_by_anybody() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let key = key(&site).await;
    let answer = post(&site, "requests.xml", &noise(&key)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    for part in [
        "<service_requests><request><service_request_id>",
        "xmlns:pengayom=\"urn:pengayom:open311:1\"",
        "<pengayom:tracking_code>PTI-2611-0001</pengayom:tracking_code>",
        "<pengayom:station_id>polsek-juwana</pengayom:station_id>",
    ] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
    let secret = answer.inner("pengayom:secret");
    let id = answer.inner("service_request_id");
    // The same receipt as on the pages: number and code open it.
    let number = "PTI-2611-0001".parse().unwrap();
    let followed = site
        .node
        .track(&number, &secret.parse().unwrap(), "test")
        .await;
    let followed = followed.unwrap();
    assert_eq!(followed.id.to_string(), id);
    let told = &followed.case.filed.description;
    assert!(told.starts_with(&format!("Bising. {WORDS}\n\n")), "{told}");
    assert!(
        told.contains("Apakah masih berlangsung? Ya, masih"),
        "{told}"
    );
    assert!(followed.case.filed.reachable);

    let one = get(&site, &format!("requests/{id}.json")).await.json()[0].clone();
    assert_eq!(one["status"], "open");
    assert_eq!(one["service_code"], "gangguan");
    assert_eq!(one["address"], "Growong Lor, Juwana");
    assert_eq!(one["extended_attributes"]["stage"], "received");
    assert_eq!(one["extended_attributes"]["location_precision"], "area");
    let take = CaseCommand::Take { by: desk.id };
    change(&site, &desk, &id, take).await;
    let outcome = site.node.unit().pack.close_outcomes()[0].code.to_string();
    let close = CaseCommand::Close {
        outcome,
        reason: "rahasia petugas".to_owned(),
    };
    site.clock.pass(5);
    change(&site, &desk, &id, close).await;
    let closed = get(&site, &format!("requests/{id}.json")).await;
    assert_eq!(closed.json()[0]["status"], "closed");
    let updates = get(&site, "servicerequestupdates.json").await;
    let list = updates.json();
    let last = list.as_array().unwrap().last().unwrap();
    assert_eq!(last["status"], "CLOSED");
    assert_eq!(last["service_request_id"], id.as_str());
    assert!(!updates.text.contains("rahasia"), "{}", updates.text);
    // What was known before a moment is not told again after it.
    let later = get(
        &site,
        "servicerequestupdates.json?start_date=2026-11-24T15:00:01Z&end_date=2026-11-24T16:00:00Z",
    )
    .await;
    assert_eq!(later.json().as_array().unwrap().len(), 0);
}

// S76: what somebody told is for the police, not for anybody.
#[tokio::test]
async fn nothing_private_is_in_any_answer() {
    let site = Site::pati().await;
    let key = key(&site).await;
    let shown = filed(&site, &key).await;
    let mut hidden = Vec::new();
    for service in ["lp_b", "kdrt", "dumas", "titip", "info"] {
        hidden.push(told(&site, service, false).await.to_string());
    }
    hidden.push(told(&site, "gangguan", true).await.to_string());
    let list = get(&site, "requests.json").await;
    assert_eq!(ids(&list), std::slice::from_ref(&shown));
    let mut all = vec![list.text];
    // By identifier, by code, or beside one that is shown: as if they were not there.
    let nobody = "0192f0c1-2222-7000-8000-000000000000";
    let unknown = get(&site, &format!("requests/{nobody}.json")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for id in &hidden {
        let answer = get(&site, &format!("requests/{id}.json")).await;
        assert_eq!(
            (answer.status, answer.text),
            (unknown.status, unknown.text.clone())
        );
        let beside = get(
            &site,
            &format!("requests.json?service_request_id={id},{shown}"),
        )
        .await;
        assert_eq!(ids(&beside), std::slice::from_ref(&shown));
        let update = [
            ("api_key", key.as_str()),
            ("service_request_id", id),
            ("description", "x"),
        ];
        let update = post(&site, "servicerequestupdates.json", &update).await;
        assert_eq!(
            (update.status, update.text),
            (unknown.status, unknown.text.clone())
        );
    }
    let no_service = get(&site, "services/tidak_ada.json").await;
    assert_eq!(no_service.status, StatusCode::NOT_FOUND);
    for code in ["lp_b", "kdrt", "tpks", "abh", "dumas"] {
        let answer = get(&site, &format!("services/{code}.json")).await;
        assert_eq!(
            (answer.status, answer.text),
            (no_service.status, no_service.text.clone())
        );
        let of_code = get(&site, &format!("requests.json?service_code={code}")).await;
        assert_eq!(ids(&of_code), Vec::<String>::new());
        let mut fields = noise(&key);
        fields[1].1 = code;
        let refused = post(&site, "requests.json", &fields).await;
        assert_eq!(
            (refused.status, refused.text),
            (no_service.status, no_service.text.clone())
        );
    }
    for path in ["services.xml", "requests.xml", "servicerequestupdates.xml"] {
        all.push(get(&site, path).await.text);
    }
    for text in all {
        for private in [
            WORDS, "Siti", "Aminah", "siti@", "0812", "PTI-2611", "kdrt", "lp_b",
        ] {
            assert!(!text.contains(private), "{private}: {text}");
        }
    }
}

// S40
#[tokio::test]
async fn a_request_whose_service_turns_private_is_gone() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let key = key(&site).await;
    let id = filed(&site, &key).await;
    let assess = CaseCommand::Assess {
        service: "kdrt".parse().unwrap(),
        reason: Some("bukan bising".to_owned()),
    };
    change(&site, &desk, &id, assess).await;
    let one = get(&site, &format!("requests/{id}.json")).await;
    assert_eq!(one.status, StatusCode::NOT_FOUND);
    assert!(ids(&get(&site, "requests.json").await).is_empty());
    let updates = get(&site, "servicerequestupdates.json").await;
    assert!(updates.json().as_array().unwrap().is_empty());
}

// S40: sent twice, there once
#[tokio::test]
async fn what_is_sent_twice_is_one_request() {
    let site = Site::pati().await;
    let key = key(&site).await;
    let other = key_with(&site, "Lapor", Scope::Open311Write).await;
    let with = |key: &str, name: &str, value: &str| {
        let mut body = form(&noise(key));
        write!(body, "&{}={}", encode(name), encode(value)).unwrap();
        body.into_bytes()
    };
    let kind = "application/x-www-form-urlencoded";
    let send = async |body: Vec<u8>| {
        let answer = post_as(&site, "requests.json", kind, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()[0].clone()
    };
    for name in ["external_id", "attribute[fixmystreet_id]"] {
        let first = send(with(&key, name, &format!("{name} 7"))).await;
        let again = send(with(&key, name, &format!("{name} 7"))).await;
        assert_eq!(first, again);
        // Another program's number is another report.
        let elsewhere = send(with(&other, name, &format!("{name} 7"))).await;
        assert_ne!(first["service_request_id"], elsewhere["service_request_id"]);
        // The same number with other words is a mistake, not a second report.
        let mut body = with(&key, name, &format!("{name} 7"));
        body.extend(b"&description=lain");
        let reused = post_as(&site, "requests.json", kind, body).await;
        assert_eq!(reused.status, StatusCode::CONFLICT);
        assert_eq!(reused.json()[0]["code"], 409);
    }
    let request = || {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/open311/v2/requests.json");
        let request = request
            .header(header::CONTENT_TYPE, kind)
            .header("idempotency-key", "satu")
            .header(header::AUTHORIZATION, format!("Bearer {key}"));
        request.body(Body::from(form(&noise("")))).unwrap()
    };
    let first = site.ask(request()).await.json();
    assert_eq!(first, site.ask(request()).await.json());
    assert_eq!(ids(&get(&site, "requests.json").await).len(), 5);

    let id = first[0]["service_request_id"].as_str().unwrap();
    let update = [
        ("api_key", key.as_str()),
        ("service_request_id", id),
        ("update_id", "81"),
        ("status", "FIXED"),
        ("description", "Sudah sepi"),
        ("updated_datetime", "2026-11-24T15:00:00Z"),
    ];
    let sent = post(&site, "servicerequestupdates.xml", &update).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let again = post(&site, "servicerequestupdates.xml", &update).await;
    assert_eq!(sent.text, again.text);
    assert!(
        sent.text
            .contains("<service_request_updates><request_update><update_id>")
    );
    let case = site
        .node
        .shown_of(vec![CaseId(id.parse().unwrap())])
        .await
        .unwrap();
    assert_eq!(case[0].version, 2);
}

// S40: the answer was lost, its token finds it
#[tokio::test]
async fn a_token_finds_the_request_that_came_of_it() {
    let site = Site::pati().await;
    let key = key(&site).await;
    let token = site
        .node
        .program_command("FixMyStreet", "open311/request", "9");
    let path = format!("tokens/{token}.xml");
    // Polled before there is one, as FixMyStreet does up to five times.
    let before = get(&site, &path).await;
    assert_eq!(before.status, StatusCode::NOT_FOUND);
    assert!(before.text.contains("<errors><error><code>404</code>"));
    let mut fields = noise(&key);
    fields.push(("external_id", "9"));
    let filed = post(&site, "requests.json", &fields).await.json();
    let after = get(&site, &path).await;
    let id = filed[0]["service_request_id"].as_str().unwrap();
    assert!(
        after
            .text
            .contains(&format!("<service_request_id>{id}</service_request_id>"))
    );
    for bad in [
        "tokens/x.xml",
        "tokens/.xml",
        "tokens/0192f0c1-2222-7000-8000-000000000000.xml",
    ] {
        assert_eq!(get(&site, bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
}

// S40
#[tokio::test]
async fn requests_are_found_by_identifier_code_date_status_and_page() {
    let site = Site::pati().await;
    let key = key(&site).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, filed(&site, &key).await);
        site.clock.pass(60);
    }
    let asked = async |query: &str| ids(&get(&site, &format!("requests.json?{query}")).await);
    assert_eq!(asked("").await, all);
    assert_eq!(asked("page_size=2").await, all[..2]);
    assert_eq!(asked("page_size=2&page=3").await, all[4..]);
    assert!(asked("page_size=2&page=4").await.is_empty());
    assert_eq!(asked("service_code=gangguan,laka").await, all);
    assert!(asked("service_code=laka").await.is_empty());
    assert!(asked("service_code=tidak_ada").await.is_empty());
    assert_eq!(asked("status=open").await, all);
    assert!(asked("status=closed").await.is_empty());
    assert_eq!(asked("status=OPEN,closed").await, all);
    let two = format!("service_request_id={},{},x,,{}", all[3], all[1], all[3]);
    assert_eq!(asked(&two).await, [all[1].clone(), all[3].clone()]);
    // Identifiers stand before everything else.
    assert_eq!(asked(&format!("{two}&status=closed")).await.len(), 2);
    // 14.30 UTC is 21.30 WIB; a plus that was not escaped came as a space.
    for span in [
        "start_date=2026-11-24T15:30:00Z&end_date=2026-11-24T17:00:00Z",
        "start_date=2026-11-24T22:30:00%2B07:00&end_date=2026-11-25T00:00:00+07:00",
        "start_date=2026-11-24T22:30:00&end_date=2026-11-25",
    ] {
        assert_eq!(asked(span).await, all[2..4], "{span}");
    }
    assert_eq!(
        asked("start_date=2026-08-27&end_date=2026-11-25")
            .await
            .len(),
        2 + 1
    );
    let wrong = async |query: &str| {
        let answer = get(&site, &format!("requests.json?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        answer.json()[0]["description"].as_str().unwrap().to_owned()
    };
    for (query, field) in [
        ("start_date=2026-08-01&end_date=2026-11-25", "start_date"),
        ("start_date=2026-11-25&end_date=2026-11-24", "end_date"),
        ("start_date=kemarin", "start_date"),
        ("status=lost", "status"),
        ("page=0", "page"),
        ("page_size=-1", "page_size"),
        ("page=4000000000", "page"),
    ] {
        assert!(wrong(query).await.starts_with(field), "{query}");
    }
}

// S40
#[tokio::test]
async fn errors_are_those_of_the_specification_in_the_asked_format() {
    let site = Site::pati().await;
    let good = key(&site).await;
    let scope = key_with(&site, "lain", Scope::RequestsWrite).await;
    let refused = async |fields: &[(&str, &str)]| {
        let xml = post(&site, "requests.xml", fields).await;
        let json = post(&site, "requests.json", fields).await;
        assert_eq!(xml.status, json.status);
        let json = json.json();
        let errors = json.as_array().unwrap();
        assert_eq!(errors.len(), xml.text.matches("<error>").count());
        let code = errors[0]["code"].as_u64().unwrap();
        assert_eq!(code, u64::from(xml.status.as_u16()));
        let words = errors
            .iter()
            .map(|one| one["description"].as_str().unwrap());
        (code, words.map(ToOwned::to_owned).collect::<Vec<_>>())
    };
    let mut other = noise(&good);
    for bad in ["", "x", "pgy_", scope.as_str()] {
        other[0].1 = bad;
        let (code, words) = refused(&other).await;
        assert_eq!(code, 403, "{bad}");
        assert!(words[0].starts_with("api_key: "), "{words:?}");
    }
    let (code, words) = refused(&[("api_key", &good)]).await;
    assert_eq!(code, 400);
    for field in ["service_code", "description", "lat"] {
        assert!(
            words.iter().any(|one| one.starts_with(field)),
            "{field}: {words:?}"
        );
    }
    for (name, value, field) in [
        ("lat", "91", "lat"),
        ("lat", "NaN", "lat"),
        ("address_id", "#NOTPINPOINTED#", "address_id"),
        ("email", "siti", "email"),
        ("phone", "12", "phone"),
        ("attribute[what]", "x", "attribute[what]"),
        ("attribute[danger]", "maybe", "attribute[danger]"),
        (
            "attribute[gangguan_orang]",
            "banyak",
            "attribute[gangguan_orang]",
        ),
        (
            "attribute[gangguan_orang]",
            "NaN",
            "attribute[gangguan_orang]",
        ),
        (
            "attribute[gangguan_berlangsung]",
            "gangguan_selesai",
            "attribute[gangguan_berlangsung]",
        ),
        (
            "attribute[occurred_at]",
            "2027-01-01T00:00:00Z",
            "attribute[occurred_at]",
        ),
    ] {
        let mut fields = noise(&good);
        fields.push((name, value));
        let (code, words) = refused(&fields).await;
        assert_eq!(code, 400, "{name}={value}");
        assert!(words[0].starts_with(field), "{name}={value}: {words:?}");
    }
    let mut without: Vec<(&str, &str)> = noise(&good);
    without.retain(|(name, _)| *name != "attribute[gangguan_berlangsung]");
    assert_eq!(refused(&without).await.0, 400);
    // Another unit's jurisdiction, for whatever is asked.
    let mut fields = noise(&good);
    fields.push(("jurisdiction_id", "polres-lain"));
    assert_eq!(refused(&fields).await.0, 404);
    for path in [
        "services",
        "requests",
        "discovery",
        "servicerequestupdates",
        "services/gangguan",
    ] {
        let elsewhere = get(&site, &format!("{path}.json?jurisdiction_id=polres-lain")).await;
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND, "{path}");
        let here = get(&site, &format!("{path}.json?jurisdiction_id=polres-pati")).await;
        assert_eq!(here.status, StatusCode::OK, "{path}");
    }
    // Also where no handler of ours is asked.
    let nowhere = get(&site, "nothing.json").await;
    assert_eq!(
        (nowhere.status, nowhere.json()[0]["code"].as_u64()),
        (StatusCode::NOT_FOUND, Some(404))
    );
    let method = post(&site, "services.xml", &[]).await;
    assert_eq!(method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(method.text.contains("<code>405</code>"), "{}", method.text);
    assert!(
        get(&site, "requests.json")
            .await
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
}

fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])], files_first: bool) -> Vec<u8> {
    let part = |head: &str, content: &[u8]| {
        let head = format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    };
    let texts = fields
        .iter()
        .flat_map(|(name, value)| part(&format!("name=\"{name}\""), value.as_bytes()));
    let pictures = files
        .iter()
        .flat_map(|(name, content)| part(&format!("name=\"{name}\"; filename=\"a.jpg\""), content));
    let mut body: Vec<u8> = if files_first {
        pictures.chain(texts).collect()
    } else {
        texts.chain(pictures).collect()
    };
    body.extend(b"--b--\r\n");
    body
}

// S32
#[tokio::test]
async fn photographs_are_taken_from_a_program_with_a_key_and_shown_to_nobody() {
    let site = Site::pati().await;
    let good = key(&site).await;
    let kind = "multipart/form-data; boundary=b";
    let picture = photo();
    let files: [(&str, &[u8]); 1] = [("photo1", &picture)];
    let body = multipart(&noise(&good), &files, false);
    let sent = post_as(&site, "requests.json", kind, body).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let id = sent.json()[0]["service_request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = get(&site, &format!("requests/{id}.json")).await;
    assert!(shown.json()[0]["media_url"].is_null());
    // Nothing is kept of a file that comes before a key, or with none that is good.
    for (fields, first) in [(noise(&good), true), (noise("x"), false)] {
        let body = multipart(&fields, &files, first);
        let refused = post_as(&site, "requests.json", kind, body).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let words: [(&str, &[u8]); 1] = [("media", b"no picture")];
    let refused = post_as(
        &site,
        "requests.json",
        kind,
        multipart(&noise(&good), &words, false),
    )
    .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let five = [files[0]; 5];
    let refused = post_as(
        &site,
        "requests.json",
        kind,
        multipart(&noise(&good), &five, false),
    )
    .await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}
