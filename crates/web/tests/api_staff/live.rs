//! That something changed, as it happens.

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt as _;
use pengayom_node::access::Role;
use tower::ServiceExt as _;

use super::{ALL, Program, filed, program};
use crate::support::Site;

struct Stream(BodyDataStream);

impl Stream {
    async fn open(program: &Program<'_>, path: &str) -> Result<Self, StatusCode> {
        let request = Request::get(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", program.token))
            .header("accept", "text/event-stream")
            .body(Body::empty())
            .unwrap();
        let answer = program.site.router.clone().oneshot(request).await.unwrap();
        if answer.status() != StatusCode::OK {
            return Err(answer.status());
        }
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Ok(Self(answer.into_body().into_data_stream()))
    }

    async fn next(&mut self) -> Option<String> {
        let bytes = self.0.next().await?.unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_program_hears_that_something_changed_and_nothing_of_what() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let desk = program(&site, "desk", &ALL).await;
    let mut all = Stream::open(&desk, "/changes").await.unwrap();
    assert!(all.next().await.unwrap().contains("event: ping"));
    let case = filed(&site, "lp_b").await.case;
    let message = all.next().await.unwrap();
    assert!(message.contains("event: change"), "{message}");
    assert!(message.contains("data: case.request_filed"), "{message}");
    for told in ["Motor", "Sutrisno", "PTI-", "Growong"] {
        assert!(!message.contains(told), "{told}: {message}");
    }
    let mut one = Stream::open(&desk, &format!("/cases/{case}/changes"))
        .await
        .unwrap();
    one.next().await.unwrap();
    filed(&site, "lp_b").await;
    super::ok(&desk.ask(&format!("/cases/{case}/take"), &[]).await);
    let message = one.next().await.unwrap();
    assert!(message.contains("case.case_taken"), "{message}");
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_one_account_has_no_more_than_twelve() {
    let site = Site::pati().await;
    // Streams are counted in the process: another account than that of the test beside this one.
    site.node.new_id();
    site.account(Role::Desk).await;
    let desk = program(&site, "desk", &ALL).await;
    let mut streams = Vec::new();
    for _ in 0..12 {
        let mut stream = Stream::open(&desk, "/changes").await.unwrap();
        stream.next().await.unwrap();
        streams.push(stream);
    }
    let more = Stream::open(&desk, "/changes").await.err();
    assert_eq!(more, Some(StatusCode::SERVICE_UNAVAILABLE));
    let row = site.node.tokens().await.unwrap().remove(0);
    site.node.revoke_token(row.id).await.unwrap();
    filed(&site, "lp_b").await;
    assert_eq!(
        streams[0].next().await,
        None,
        "ended before it told anything"
    );
    assert_eq!(
        Stream::open(&desk, "/changes").await.err(),
        Some(StatusCode::UNAUTHORIZED)
    );
}
