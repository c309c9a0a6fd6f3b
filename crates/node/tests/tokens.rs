//! Tokens of programs: what they open, for how long, and what does not open.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_node::HandleError;
use pengayom_node::access::Role;
use pengayom_node::tokens::{NewToken, Scope, TokenError};

use support::{World, at};

fn new(name: &str, scopes: &[Scope], login: Option<&str>) -> NewToken {
    NewToken {
        name: name.to_owned(),
        scopes: scopes.to_vec(),
        login: login.map(str::to_owned),
        days: 2,
        made_by: None,
    }
}

// S40
#[tokio::test]
async fn a_token_opens_what_its_scopes_name_until_it_ends() {
    let world = World::new().await;
    let node = &world.node;
    let made = node
        .add_token(new(" FixMyStreet ", &[Scope::Open311Write], None))
        .await
        .unwrap();
    assert!(made.text.starts_with("pgy_"));
    let bearer = node.token(&made.text, "a").await.unwrap().unwrap();
    assert_eq!(bearer.name, "FixMyStreet");
    assert!(bearer.may(Scope::Open311Write));
    assert!(!bearer.may(Scope::RequestsWrite));
    // Used on a day, and no finer.
    let listed = node.tokens().await.unwrap();
    assert_eq!(listed[0].used_on, Some(at("2026-11-24T00:00:00Z")));
    assert!(!format!("{listed:?}").contains(&made.text));
    world.pass_minutes(2 * 24 * 60 - 1);
    assert!(node.token(&made.text, "a").await.unwrap().is_some());
    world.pass_minutes(1);
    assert_eq!(node.token(&made.text, "a").await.unwrap(), None);
}

// S40: replayed after it was revoked
#[tokio::test]
async fn a_revoked_token_opens_nothing_any_more() {
    let world = World::new().await;
    let node = &world.node;
    let made = node
        .add_token(new("a", &[Scope::RequestsWrite], None))
        .await
        .unwrap();
    let twin = node
        .add_token(new("a", &[Scope::RequestsWrite], None))
        .await;
    assert!(matches!(twin, Err(Ok(TokenError::NameTaken))));
    node.revoke_token(made.row.id).await.unwrap();
    assert_eq!(node.token(&made.text, "a").await.unwrap(), None);
    let again = node.revoke_token(made.row.id).await;
    assert!(matches!(again, Err(HandleError::NotFound(_))));
    // Its name is free for the one that follows.
    let next = node
        .add_token(new("a", &[Scope::RequestsWrite], None))
        .await
        .unwrap();
    assert_eq!(node.token(&made.text, "a").await.unwrap(), None);
    assert!(node.token(&next.text, "a").await.unwrap().is_some());
}

// S40
#[tokio::test]
async fn what_staff_do_needs_an_account_and_stops_with_it() {
    let world = World::new().await;
    let sari = world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    for scope in Scope::ALL {
        let made = node.add_token(new(scope.as_str(), &[scope], None)).await;
        assert_eq!(made.is_err(), scope.needs_account(), "{scope:?}");
    }
    let nobody = node
        .add_token(new("b", &[Scope::Desk], Some("nobody")))
        .await;
    assert!(matches!(nobody, Err(Ok(TokenError::Account(_)))));
    let made = node
        .add_token(new("b", &[Scope::Desk, Scope::Desk], Some("Sari")))
        .await
        .unwrap();
    assert_eq!(made.row.scopes, ["desk"]);
    let bearer = node.token(&made.text, "a").await.unwrap().unwrap();
    assert_eq!(bearer.staff, Some(sari));
    assert!(bearer.may(Scope::Desk));
    node.disable_user("sari").await.unwrap();
    assert_eq!(node.token(&made.text, "a").await.unwrap(), None);
}

// S40: what was lost with a telephone opens nothing after the account was reset
#[tokio::test]
async fn the_tokens_of_an_account_end_with_its_reset_and_those_of_others_go_on() {
    let world = World::new().await;
    world.officer("sari", Role::Desk, None).await;
    world.officer("rina", Role::Desk, None).await;
    let node = &world.node;
    let mut made = Vec::new();
    for (name, login) in [
        ("a", Some("sari")),
        ("b", Some("sari")),
        ("c", Some("rina")),
    ] {
        made.push(
            node.add_token(new(name, &[Scope::Desk], login))
                .await
                .unwrap(),
        );
    }
    made.push(
        node.add_token(new("d", &[Scope::Open311Write], None))
            .await
            .unwrap(),
    );
    node.reset_password("sari", "payung merah di pasar", false)
        .await
        .unwrap();
    let mut opens = Vec::new();
    for one in &made {
        opens.push(node.token(&one.text, "a").await.unwrap().is_some());
    }
    assert_eq!(opens, [false, false, true, true]);
}

#[tokio::test]
async fn a_token_has_a_name_a_scope_and_an_end() {
    let world = World::new().await;
    let node = &world.node;
    let scopes = &[Scope::RequestsRead];
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        let made = node.add_token(new(name, scopes, None)).await;
        assert!(matches!(made, Err(Ok(TokenError::Name(_)))), "{name:?}");
    }
    let none = node.add_token(new("a", &[], None)).await;
    assert!(matches!(none, Err(Ok(TokenError::NoScope))));
    for days in [0, 731, u32::MAX] {
        let mut token = new("a", scopes, None);
        token.days = days;
        let made = node.add_token(token).await;
        assert!(matches!(made, Err(Ok(TokenError::Days(_)))), "{days}");
    }
}

// S40: guessing
#[tokio::test]
async fn wrong_tokens_are_slowed_by_network_and_a_right_one_is_let_in() {
    let world = World::new().await;
    let node = &world.node;
    let made = node
        .add_token(new("a", &[Scope::RequestsRead], None))
        .await
        .unwrap();
    let wrong = format!("pgy_{}", "a".repeat(43));
    for n in 0..40 {
        let text = if n % 2 == 0 { wrong.as_str() } else { "x" };
        assert_eq!(node.token(text, "a").await.unwrap(), None);
    }
    for text in [wrong.as_str(), "", "x", &made.text[..20]] {
        let slowed = node.token(text, "a").await;
        assert!(matches!(slowed, Err(HandleError::TooManyTries { .. })));
    }
    assert!(node.token(&made.text, "a").await.unwrap().is_some());
    assert_eq!(node.token(&wrong, "b").await.unwrap(), None);
    world.pass_minutes(16);
    assert_eq!(node.token(&wrong, "a").await.unwrap(), None);
}

#[tokio::test]
async fn only_so_many_tokens_work_at_one_time() {
    let world = World::new().await;
    let node = &world.node;
    let scopes = &[Scope::RequestsRead];
    let first = node.add_token(new("0", scopes, None)).await.unwrap();
    for n in 1..200 {
        node.add_token(new(&n.to_string(), scopes, None))
            .await
            .unwrap();
    }
    let more = node.add_token(new("more", scopes, None)).await;
    assert!(matches!(more, Err(Ok(TokenError::TooMany))));
    node.revoke_token(first.row.id).await.unwrap();
    assert!(node.add_token(new("more", scopes, None)).await.is_ok());
}
