//! Signing in, sessions, drafts, photographs and jobs.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_core::act::Actor;
use pengayom_node::access::Role;
use pengayom_node::accounts::{AccountError, NewUser, Refused};
use pengayom_node::media::{self, MediaError};
use pengayom_node::{DraftToken, HandleError, jobs};

use support::{PASSWORD, World, request};

#[tokio::test]
async fn a_session_lasts_a_shift_and_ends_when_told() {
    let world = World::new().await;
    let sari = world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    let signed_in = node.sign_in(" Sari ", PASSWORD, "a").await.unwrap();
    assert_eq!(signed_in.staff, sari);
    assert_eq!(node.session(&signed_in.token).await.unwrap(), Some(sari));
    assert_eq!(node.session("another").await.unwrap(), None);
    node.sign_out(&signed_in.token).await.unwrap();
    assert_eq!(node.session(&signed_in.token).await.unwrap(), None);
    let second = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    world.pass_minutes(12 * 60 + 1);
    assert_eq!(node.session(&second.token).await.unwrap(), None);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let world = World::new().await;
    world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    let signed_in = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    node.disable_user("sari").await.unwrap();
    assert_eq!(node.session(&signed_in.token).await.unwrap(), None);
    assert!(matches!(
        node.sign_in("sari", PASSWORD, "a").await,
        Err(HandleError::NoMatch)
    ));
}

#[tokio::test]
async fn guessing_a_password_is_slowed_and_a_wrong_name_looks_the_same() {
    let world = World::new().await;
    world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    for _ in 0..5 {
        assert!(matches!(
            node.sign_in("sari", "salah", "a").await,
            Err(HandleError::NoMatch)
        ));
    }
    let sixth = node.sign_in("sari", PASSWORD, "a").await;
    assert!(matches!(sixth, Err(HandleError::TooManyTries { .. })));
    assert!(matches!(
        node.sign_in("nobody", "salah", "b").await,
        Err(HandleError::NoMatch)
    ));
    world.pass_minutes(16);
    assert!(node.sign_in("sari", PASSWORD, "a").await.is_ok());
}

#[tokio::test]
async fn an_account_has_a_plain_login_a_long_password_and_a_role() {
    let world = World::new().await;
    let new = |login: &str, roles: Vec<Role>| NewUser {
        login: login.to_owned(),
        name: "Nama".to_owned(),
        rank: None,
        station: None,
        roles,
        demo: false,
    };
    let desk = vec![Role::Desk];
    let bad = world
        .node
        .add_user(new("Sari W", desk.clone()), PASSWORD)
        .await;
    assert!(matches!(bad, Err(Refused::Account(AccountError::Login(_)))));
    let short = world
        .node
        .add_user(new("sari", desk.clone()), "pendek")
        .await;
    assert!(matches!(
        short,
        Err(Refused::Account(AccountError::PasswordShort(6)))
    ));
    let none = world.node.add_user(new("sari", Vec::new()), PASSWORD).await;
    assert!(matches!(none, Err(Refused::Account(AccountError::NoRole))));
    world
        .node
        .add_user(new("sari", desk.clone()), PASSWORD)
        .await
        .unwrap();
    let taken = world.node.add_user(new("sari", desk), PASSWORD).await;
    assert!(matches!(taken, Err(Refused::Handle(HandleError::Store(_)))));
}

#[tokio::test]
async fn a_draft_is_sealed_kept_a_day_and_dropped_when_told() {
    let world = World::new().await;
    let node = &world.node;
    let token = DraftToken("rahasia".to_owned());
    node.keep_draft(&token, &vec!["Siti Aminah"]).await.unwrap();
    let read: Option<Vec<String>> = node.draft(&token).await.unwrap();
    assert_eq!(read.unwrap(), ["Siti Aminah"]);
    let other: Option<Vec<String>> = node.draft(&DraftToken("lain".into())).await.unwrap();
    assert!(other.is_none());
    world.pass_minutes(24 * 60 + 1);
    let gone: Option<Vec<String>> = node.draft(&token).await.unwrap();
    assert!(gone.is_none());
    node.keep_draft(&token, &vec!["x"]).await.unwrap();
    node.drop_draft(&token).await.unwrap();
    let dropped: Option<Vec<String>> = node.draft(&token).await.unwrap();
    assert!(dropped.is_none());
    let large = "x".repeat(70_000);
    let refused = node.keep_draft(&token, &large).await;
    assert!(matches!(refused, Err(HandleError::TooLarge { .. })));
}

/// A PNG of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = image::DynamicImage::new_rgb8(width, height);
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[test]
fn a_small_file_that_unpacks_to_a_huge_picture_is_refused() {
    // 20,000 pixels wide: beyond the longest side that is opened.
    assert_eq!(media::preview(&png(20_000, 1)), Err(MediaError::Broken));
    assert_eq!(media::preview(&png(4, 4)[..20]), Err(MediaError::Broken));
    let small = media::preview(&png(3_000, 10)).unwrap();
    let read = image::load_from_memory(&small).unwrap();
    assert!(read.width() <= 1_600);
}

#[tokio::test]
async fn a_photo_of_a_sent_report_stays_and_gets_its_small_copy_by_a_job() {
    let world = World::new().await;
    let node = &world.node;
    let kept = node.put_photo(png(40, 40)).await.unwrap();
    let unsent = node.put_photo(png(41, 41)).await.unwrap();
    let mut sent = request(world.command(), "gangguan", "33.18.08.2022");
    sent.media = vec![kept.clone()];
    node.file_request(sent, &Actor::Citizen).await.unwrap();
    assert!(jobs::work_once(node).await.unwrap());
    assert!(!jobs::work_once(node).await.unwrap());
    let unit = node.unit().id.clone();
    let small = node.store().preview(&unit, &kept.sha256).await.unwrap();
    assert!(!small.unwrap().picture.is_empty());
    world.pass_minutes(26 * 60);
    node.store().drop_expired(&unit, node.now()).await.unwrap();
    assert!(
        node.store()
            .blob(&unit, &unsent.sha256)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        node.store()
            .blob(&unit, &kept.sha256)
            .await
            .unwrap()
            .is_some()
    );
}
