//! The administrator makes tokens for other programs, sees each once, and revokes them.

use axum::http::StatusCode;
use pengayom_node::access::Role;
use pengayom_node::tokens::{NewToken, Scope};

use crate::support::Site;

const PAGE: &str = "/setelan/token";

// S40
#[tokio::test]
async fn a_token_is_made_on_a_page_shown_once_and_revoked() {
    let site = Site::pati().await;
    let admin = site.account(Role::Admin).await;
    let mut browser = site.signed_in("admin").await;
    let empty = browser.get(PAGE).await;
    assert!(empty.words().contains("Belum ada token"));
    // What staff do is not offered: whoever keeps accounts reads no cases.
    assert!(!empty.text.contains("cases:read"));
    let fields = [
        ("nama", "FixMyStreet"),
        ("boleh", "open311:write"),
        ("boleh", "requests:read"),
        ("hari", "90"),
    ];
    let made = browser.post(PAGE, &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.words());
    let text = made.inner("code");
    assert!(text.starts_with("pgy_"), "{text}");
    let bearer = site.node.token(&text, "test").await.unwrap().unwrap();
    assert!(bearer.may(Scope::Open311Write) && bearer.may(Scope::RequestsRead));
    assert!(!bearer.may(Scope::RequestsWrite));
    let kept = site.node.tokens().await.unwrap();
    assert_eq!(kept[0].made_by, Some(admin.id));
    let listed = browser.get(PAGE).await;
    assert!(!listed.text.contains(&text));
    assert!(listed.words().contains("FixMyStreet"));
    // Sent again it is refused by its name; what was typed is kept.
    let again = browser.post(PAGE, &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.value_of("nama").as_deref(), Some("FixMyStreet"));
    let path = format!("{PAGE}/{}", kept[0].id);
    for _ in 0..2 {
        assert_eq!(browser.post(&path, &[]).await.location(), PAGE);
    }
    assert_eq!(site.node.token(&text, "test").await.unwrap(), None);
    assert!(browser.get(PAGE).await.words().contains("Dicabut"));
    let nobody = format!("{PAGE}/0192f0c1-2222-7000-8000-000000000000");
    assert_eq!(
        browser.post(&nobody, &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

// S40
#[tokio::test]
async fn a_token_is_not_made_without_a_name_a_scope_and_a_time() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    let mut browser = site.signed_in("admin").await;
    browser.get(PAGE).await;
    for fields in [
        [("nama", ""), ("boleh", "open311:write"), ("hari", "30")],
        [("nama", "a"), ("boleh", ""), ("hari", "30")],
        [("nama", "a"), ("boleh", "everything"), ("hari", "30")],
        [("nama", "a"), ("boleh", "board"), ("hari", "30")],
        [("nama", "a"), ("boleh", "open311:write"), ("hari", "4000")],
    ] {
        let refused = browser.post(PAGE, &fields).await;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        assert_eq!(refused.status, status, "{fields:?}");
        assert!(refused.text.contains("error-summary"));
    }
    assert!(site.node.tokens().await.unwrap().is_empty());
}

// S40
#[tokio::test]
async fn nobody_but_the_administrator_keeps_tokens() {
    let site = Site::pati().await;
    let new = NewToken {
        name: "a".to_owned(),
        scopes: vec![Scope::Open311Write],
        login: None,
        days: 1,
        made_by: None,
    };
    let made = site.node.add_token(new).await.unwrap();
    let path = format!("{PAGE}/{}", made.row.id);
    let fields = [("nama", "b"), ("boleh", "open311:write"), ("hari", "30")];
    for role in Role::ALL {
        if role == Role::Admin {
            continue;
        }
        site.account(role).await;
        let mut browser = site.signed_in(role.as_str()).await;
        // The bar of staff has a form with this session's mark.
        browser
            .get(match role {
                Role::Desk | Role::Dispatch => "/meja",
                Role::Commander | Role::Oversight => "/pimpinan",
                _ => "/pertemuan",
            })
            .await;
        assert!(!browser.token.is_empty(), "{role:?}");
        assert_eq!(
            browser.get(PAGE).await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
        for (path, fields) in [(PAGE, &fields[..]), (path.as_str(), &[])] {
            let refused = browser.post(path, fields).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    let mut stranger = site.browser();
    assert!(stranger.get(PAGE).await.location().starts_with("/masuk"));
    assert_eq!(site.node.tokens().await.unwrap().len(), 1);
    assert!(site.node.token(&made.text, "a").await.unwrap().is_some());
}
