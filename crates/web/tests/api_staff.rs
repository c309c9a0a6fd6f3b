//! What staff do, by programs that act for them: each operation by nobody, with a token that does not carry it, for an
//! account that may not, of another station, with a bad field, stale, as it should be, and twice.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

#[path = "api_staff/board.rs"]
mod board;
#[path = "api_staff/cases.rs"]
mod cases;
#[path = "api_staff/change.rs"]
mod change;
#[path = "api_staff/desk.rs"]
mod desk;
#[path = "api_staff/encounters.rs"]
mod encounters;
#[path = "api_staff/files.rs"]
mod files;
#[path = "api_staff/live.rs"]
mod live;
#[path = "api_staff/narrow.rs"]
mod narrow;
#[path = "api_staff/pages.rs"]
mod pages;
#[path = "api_staff/walk.rs"]
mod walk;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use pengayom_core::act::Actor;
use pengayom_core::subject::case::{Channel, Harm};
use pengayom_core::value::CommandId;
use pengayom_node::PersonDetails;
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::tokens::{NewToken, Scope};
use serde_json::Value;

use support::{Answer, Site};

/// Every scope that staff have.
const ALL: [Scope; 6] = [
    Scope::Accounts,
    Scope::CasesRead,
    Scope::CasesWrite,
    Scope::Desk,
    Scope::Encounters,
    Scope::Board,
];

/// A program with a token.
struct Program<'s> {
    site: &'s Site,
    token: String,
}

/// A program that acts for an account made before.
async fn program<'s>(site: &'s Site, login: &str, scopes: &[Scope]) -> Program<'s> {
    let new = NewToken {
        name: format!("Uji {login} {}", site.node.new_id()),
        scopes: scopes.to_vec(),
        login: Some(login.to_owned()),
        days: 365,
        made_by: None,
    };
    let made = site.node.add_token(new).await.unwrap();
    Program {
        site,
        token: made.text,
    }
}

impl Program<'_> {
    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// A POST without a body.
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, headers, None).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("host", "localhost")
            .header("accept-language", "en")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.site.ask(request.body(body).unwrap()).await
    }

    /// A form with a file.
    async fn upload(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
        file: Option<&[u8]>,
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        if let Some(file) = file {
            let head =
                "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
            body.extend([head.as_bytes(), file, b"\r\n"].concat());
        }
        body.extend(b"--b--\r\n");
        let mut request = Request::post(format!("/api/v1{path}"))
            .header("host", "localhost")
            .header("accept-language", "en")
            .header("content-type", "multipart/form-data; boundary=b")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.ask(request.body(Body::from(body)).unwrap()).await
    }
}

/// A problem of a kind.
#[track_caller]
fn problem(answer: &Answer, status: StatusCode, kind: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("urn:pengayom:problem:{kind}"));
    problem
}

/// A field that was refused: pointer and code.
#[track_caller]
fn wrong_field(answer: &Answer, pointer: &str, code: &str) {
    let problem = problem(answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
    let errors = problem["errors"].as_array().unwrap();
    let fits = |error: &&Value| error["pointer"] == pointer && error["code"] == code;
    assert!(errors.iter().any(|error| fits(&error)), "{problem}");
}

#[track_caller]
fn ok(answer: &Answer) -> Value {
    assert!(
        answer.status == StatusCode::OK || answer.status == StatusCode::CREATED,
        "{} {}",
        answer.status,
        answer.text
    );
    answer.json()
}

/// A report of somebody, in Growong Lor, which Polsek Juwana answers for.
async fn filed(site: &Site, service: &str) -> Filed {
    let request = FileRequest {
        command: CommandId(site.node.new_id()),
        service: service.parse().unwrap(),
        report_kind: None,
        channel: Channel::Desk,
        paper: None,
        description: "Motor Beat merah hilang dari pasar".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place: PlaceInput::Text("Growong Lor, Juwana".to_owned()),
        reporter: PersonDetails {
            name: Some("Sutrisno".to_owned()),
            phone: Some("081234567890".to_owned()),
            ..PersonDetails::default()
        },
        media: Vec::new(),
        simulated: false,
    };
    site.node
        .file_request(request, &Actor::Citizen)
        .await
        .unwrap()
}

/// A service whose kind is kept narrow.
fn sensitive_service(site: &Site) -> String {
    let unit = site.node.unit();
    let mut services = unit.pack.services().iter();
    let found = services.find(|service| service.sensitive).unwrap();
    found.code.to_string()
}
