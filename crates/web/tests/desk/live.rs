//! Live events.

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use pengayom_node::access::Role;
use tower::ServiceExt as _;

use crate::support::{PASSWORD, Site};
use crate::{Report, THEFT};

/// A stream being read.
struct Stream(BodyDataStream);

impl Stream {
    async fn open(site: &Site, token: &str, address: &str) -> Self {
        let request = Request::get(address)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, format!("session={token}"))
            .header("last-event-id", "'; DROP TABLE acts")
            .body(Body::empty())
            .unwrap();
        let answer = site.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self(answer.into_body().into_data_stream())
    }

    /// The next message; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        let bytes = self.0.next().await?.unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_page_hears_that_something_changed_and_nothing_of_what() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let token = site
        .node
        .sign_in("desk", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let mut stream = Stream::open(&site, &token, "/aliran").await;
    let first = stream.next().await.unwrap();
    assert!(
        first.contains("event: ping") && first.contains("21.30 WIB"),
        "{first}"
    );
    THEFT.file(&site).await;
    let message = stream.next().await.unwrap();
    assert!(message.contains("event: change"), "{message}");
    assert!(message.contains("data: case.request_filed"), "{message}");
    for told in ["Motor", "Sutrisno", "PTI-", "Growong"] {
        assert!(!message.contains(told), "{told}: {message}");
    }
}

#[tokio::test]
async fn a_page_hears_of_its_own_station_only() {
    let site = Site::pati().await;
    site.account_at(Role::Desk, "juwana", Some("polsek-juwana"))
        .await;
    let token = site
        .node
        .sign_in("juwana", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let mut stream = Stream::open(&site, &token, "/aliran").await;
    stream.next().await.unwrap();
    let mut heard = site.node.listen();
    Report {
        area: "Bulumanis Lor, Margoyoso",
        ..THEFT
    }
    .file(&site)
    .await;
    THEFT.file(&site).await;
    let theirs = heard.recv().await.unwrap().sequence;
    let ours = heard.recv().await.unwrap().sequence;
    let message = stream.next().await.unwrap();
    assert!(
        message.contains(&format!("id: {ours}")),
        "{message}, not {theirs}"
    );
}

#[tokio::test]
async fn a_page_of_one_case_hears_of_that_case() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let one = THEFT.file(&site).await.case;
    let token = site
        .node
        .sign_in("desk", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let mut stream = Stream::open(&site, &token, &format!("/aliran?perkara={one}")).await;
    stream.next().await.unwrap();
    THEFT.file(&site).await;
    let take = pengayom_core::subject::case::CaseCommand::Take { by: desk.id };
    site.node
        .change_case(&desk, one, None, take, None)
        .await
        .unwrap();
    let message = stream.next().await.unwrap();
    assert!(message.contains("data: case.case_taken"), "{message}");
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let token = site
        .node
        .sign_in("desk", PASSWORD, "test")
        .await
        .unwrap()
        .token;
    let mut stream = Stream::open(&site, &token, "/aliran").await;
    stream.next().await.unwrap();
    site.node.sign_out(&token).await.unwrap();
    THEFT.file(&site).await;
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn one_person_opens_a_bounded_number_of_streams() {
    let site = Site::pati().await;
    // Streams are counted in the process: another account than those of the tests beside this one.
    site.node.new_id();
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let token = desk.cookies["session"].clone();
    let mut open = Vec::new();
    for _ in 0..12 {
        open.push(Stream::open(&site, &token, "/aliran").await);
    }
    let request = Request::get("/aliran")
        .header(header::HOST, "localhost")
        .header(header::COOKIE, format!("session={token}"))
        .body(Body::empty())
        .unwrap();
    let refused = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    open.pop();
    Stream::open(&site, &token, "/aliran").await;
    assert_eq!(desk.get("/meja").await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_and_the_wrong_role_hear_nothing() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    assert_eq!(
        site.browser().get("/aliran").await.status,
        StatusCode::SEE_OTHER
    );
    let mut admin = site.signed_in("admin").await;
    assert_eq!(admin.get("/aliran").await.status, StatusCode::FORBIDDEN);
}
