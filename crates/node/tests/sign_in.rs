//! The ways in: the second factor, passwords that must be changed, sessions and who ends them, the
//! provider, and how guessing is slowed at each of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_core::value::SecretDigits;
use pengayom_node::HandleError;
use pengayom_node::access::{Role, Staff};
use pengayom_node::accounts::{
    AccountError, Asker, Entered, HalfIn, Linking, Live, NewUser, PasskeySite, Refused, SignedIn,
    Step,
};

use support::{PASSWORD, World};

/// The code that an app with this key shows, `steps` of 30 seconds from now.
fn code(world: &World, key: &str, steps: i64) -> String {
    let mut bits = Vec::new();
    for letter in key.bytes() {
        let at = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let value = at.iter().position(|known| *known == letter).unwrap();
        bits.extend((0..5).rev().map(|bit| value >> bit & 1));
    }
    let bytes = bits.chunks_exact(8);
    let bytes: Vec<u8> = bytes
        .map(|bits| {
            bits.iter()
                .fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit == 1))
        })
        .collect();
    let secret = totp_rs::Secret::new_stack(bytes.try_into().unwrap());
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = world.node.now().as_second() + steps * 30;
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

fn asker(origin: &str) -> Asker {
    Asker {
        origin: origin.to_owned(),
        network: "203.0.113.0/24".to_owned(),
        device: "firefox/android".to_owned(),
    }
}

fn inside(entered: Entered) -> SignedIn {
    match entered {
        Entered::In(signed_in) => signed_in,
        Entered::Half(half) => panic!("asked for {:?}", half.step),
    }
}

fn half(entered: Entered) -> HalfIn {
    match entered {
        Entered::Half(half) => half,
        Entered::In(_) => panic!("signed in"),
    }
}

async fn live(world: &World, token: &str) -> Live {
    world.node.live(token).await.unwrap().unwrap()
}

/// An officer at the desk with an app; gives its key, the recovery codes and the session.
async fn with_app(world: &World, login: &str) -> (Staff, String, Vec<SecretDigits>, Live) {
    let staff = world.officer(login, Role::Desk, None).await;
    let node = &world.node;
    let session = node.sign_in(login, PASSWORD, "a").await.unwrap();
    let live = live(world, &session.token).await;
    let (key, token) = node.begin_totp(&live).await.unwrap();
    let typed = code(world, &key, 0);
    let codes = node.finish_totp(&live, &token, &typed).await.unwrap();
    (staff, key, codes, live)
}

async fn kinds(world: &World, live: &Live) -> Vec<String> {
    let happened = world.node.own_history(live).await.unwrap();
    happened.into_iter().map(|event| event.kind).collect()
}

// S45
#[tokio::test]
async fn a_code_is_asked_after_the_password_and_works_once() {
    let world = World::new().await;
    let (sari, key, codes, _) = with_app(&world, "sari").await;
    let node = &world.node;
    assert_eq!(codes.len(), 10);
    // The password alone is not enough any more.
    assert!(matches!(
        node.sign_in("sari", PASSWORD, "a").await,
        Err(HandleError::NoMatch)
    ));
    let asked = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    assert!(matches!(asked.step, Step::Code { typed: true, .. }));
    // Half in is not in: its token opens no session, and a session's no step.
    assert_eq!(node.session(&asked.token).await.unwrap(), None);
    // The code that set the app up was used by it.
    let used = code(&world, &key, 0);
    let replayed = node.give_code(&asked.token, &used, &asker("a")).await;
    assert!(matches!(replayed, Err(HandleError::NoMatch)));
    world.pass_minutes(1);
    let fresh = code(&world, &key, 0);
    let entered = node.give_code(&asked.token, &fresh, &asker("a")).await;
    let signed_in = inside(entered.unwrap());
    assert_eq!(signed_in.staff, sari);
    // The same code again, by somebody who saw it, and the same half.
    let second = half(node.enter("sari", PASSWORD, &asker("b")).await.unwrap());
    for token in [&second.token, &asked.token] {
        let replayed = node.give_code(token, &fresh, &asker("b")).await;
        assert!(replayed.is_err());
    }
    // One step late it is taken, two steps late not; and never one before a later one.
    world.pass_minutes(1);
    let (late, later) = (code(&world, &key, -1), code(&world, &key, 0));
    assert!(
        node.give_code(&second.token, &later, &asker("b"))
            .await
            .is_ok()
    );
    let third = half(node.enter("sari", PASSWORD, &asker("b")).await.unwrap());
    let before = node.give_code(&third.token, &late, &asker("b")).await;
    assert!(matches!(before, Err(HandleError::NoMatch)));
}

#[tokio::test]
async fn of_two_who_bring_the_same_code_at_once_one_comes_in() {
    let world = World::new().await;
    let (_, key, _, _) = with_app(&world, "sari").await;
    let node = &world.node;
    world.pass_minutes(1);
    let typed = code(&world, &key, 0);
    let first = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    let second = half(node.enter("sari", PASSWORD, &asker("b")).await.unwrap());
    let (origin, other) = (asker("a"), asker("b"));
    let (one, two) = tokio::join!(
        node.give_code(&first.token, &typed, &origin),
        node.give_code(&second.token, &typed, &other)
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1);
}

// S45
#[tokio::test]
async fn a_recovery_code_stands_for_the_app_once_and_its_owner_sees_it() {
    let world = World::new().await;
    let (_, _, codes, owner) = with_app(&world, "sari").await;
    let node = &world.node;
    let asked = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    let typed = codes[3].grouped();
    inside(
        node.give_code(&asked.token, &typed, &asker("a"))
            .await
            .unwrap(),
    );
    let again = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    let replayed = node.give_code(&again.token, &typed, &asker("a")).await;
    assert!(matches!(replayed, Err(HandleError::NoMatch)));
    let factors = node.own_factors(&owner).await.unwrap();
    assert_eq!(factors.recovery_left, 9);
    assert!(
        kinds(&world, &owner)
            .await
            .contains(&"recovery_used".to_owned())
    );
    // New ones put the old ones out of force.
    let fresh = node.new_recovery_codes(&owner).await.unwrap();
    let old = node
        .give_code(&again.token, &codes[4].plain(), &asker("a"))
        .await;
    assert!(matches!(old, Err(HandleError::NoMatch)));
    inside(
        node.give_code(&again.token, &fresh[0].plain(), &asker("a"))
            .await
            .unwrap(),
    );
    // They are kept as keyed hashes only.
    let unit = node.unit().id.clone();
    let rows = node
        .store()
        .factors_of(&unit, owner.staff.id)
        .await
        .unwrap();
    for row in rows.iter().filter(|row| row.kind == "recovery") {
        assert_eq!(row.sealed, None);
        assert!(
            !row.key
                .0
                .windows(6)
                .any(|part| part == &fresh[1].plain().as_bytes()[..6])
        );
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_by_account_and_by_origin_and_survives_a_new_start() {
    let world = World::new().await;
    let (_, key, codes, owner) = with_app(&world, "sari").await;
    let node = &world.node;
    for n in 0..5 {
        // Each guess with a fresh start and from another network.
        let from = asker(&format!("net-{n}"));
        let asked = half(node.enter("sari", PASSWORD, &from).await.unwrap());
        let guessed = node.give_code(&asked.token, "000000", &from).await;
        assert!(matches!(guessed, Err(HandleError::NoMatch)), "{n}");
    }
    world.pass_minutes(1);
    let asked = half(node.enter("sari", PASSWORD, &asker("z")).await.unwrap());
    let right = code(&world, &key, 0);
    for typed in [right, codes[0].plain()] {
        let refused = node.give_code(&asked.token, &typed, &asker("z")).await;
        assert!(matches!(refused, Err(HandleError::TooManyTries { .. })));
    }
    let seen = kinds(&world, &owner).await;
    let told = seen.iter().filter(|kind| *kind == "too_many_tries").count();
    assert_eq!(told, 1, "once a quarter of an hour: {seen:?}");
    world.pass_minutes(16);
    let asked = half(node.enter("sari", PASSWORD, &asker("z")).await.unwrap());
    let right = code(&world, &key, 0);
    inside(
        node.give_code(&asked.token, &right, &asker("z"))
            .await
            .unwrap(),
    );
    // One origin that tries many accounts.
    for n in 0..40 {
        let tried = node
            .enter(&format!("orang{n}"), "salah", &asker("one"))
            .await;
        assert!(matches!(tried, Err(HandleError::NoMatch)), "{n}");
    }
    let refused = node.enter("sari", PASSWORD, &asker("one")).await;
    assert!(matches!(refused, Err(HandleError::TooManyTries { .. })));
}

#[tokio::test]
async fn half_in_ends_after_minutes_and_with_a_reset_or_a_disabled_account() {
    let world = World::new().await;
    let (_, key, _, _) = with_app(&world, "sari").await;
    let node = &world.node;
    let asked = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    world.pass_minutes(11);
    let late = node
        .give_code(&asked.token, &code(&world, &key, 0), &asker("a"))
        .await;
    assert!(matches!(late, Err(HandleError::NotFound(_))));
    let asked = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    node.reset_password("sari", "payung merah di pasar", false)
        .await
        .unwrap();
    assert!(node.half(&asked.token).await.unwrap().is_none());
    // What was lost opens nothing any more: the reset took the app away.
    let session = node.sign_in("sari", "payung merah di pasar", "a").await;
    let owner = live(&world, &session.unwrap().token).await;
    assert!(!node.own_factors(&owner).await.unwrap().has_second());
    node.disable_user("sari").await.unwrap();
    assert!(node.half(&asked.token).await.unwrap().is_none());
}

// S45
#[tokio::test]
async fn who_must_have_a_second_factor_sets_one_up_before_anything_else() {
    let world = World::new().await;
    world.officer("budi", Role::Admin, None).await;
    let node = &world.node;
    let asked = half(node.enter("budi", PASSWORD, &asker("a")).await.unwrap());
    assert_eq!(asked.step, Step::Enrol);
    let shown = node.half(&asked.token).await.unwrap().unwrap();
    let wrong = node
        .give_enrolment(&asked.token, "000000", &asker("a"))
        .await;
    assert!(matches!(wrong, Err(HandleError::NoMatch)));
    let typed = code(&world, &shown.secret, 0);
    let (entered, codes) = node
        .give_enrolment(&asked.token, &typed, &asker("a"))
        .await
        .unwrap();
    let owner = live(&world, &inside(entered).token).await;
    assert_eq!(codes.len(), 10);
    // It cannot be taken away while the role asks for it.
    let factors = node.own_factors(&owner).await.unwrap();
    assert!(factors.required);
    let id = factors.totp.unwrap().id;
    assert!(matches!(
        node.drop_own_factor(&owner, id).await,
        Err(Refused::Account(AccountError::LastFactor))
    ));
    // A demonstration is left out.
    let demo = NewUser {
        login: "contoh".to_owned(),
        name: "Contoh".to_owned(),
        rank: None,
        station: None,
        roles: vec![Role::Admin],
        demo: true,
    };
    node.add_user(demo, PASSWORD).await.unwrap();
    assert!(node.sign_in("contoh", PASSWORD, "a").await.is_ok());
}

#[tokio::test]
async fn a_made_password_works_once_for_three_days_and_must_be_changed() {
    let world = World::new().await;
    let node = &world.node;
    let new = NewUser {
        login: "rina".to_owned(),
        name: "Rina Kusuma".to_owned(),
        rank: None,
        station: None,
        roles: vec![Role::Desk],
        demo: false,
    };
    let made = node.add_user_with_made_password(new).await.unwrap();
    let asked = half(node.enter("rina", &made, &asker("a")).await.unwrap());
    assert_eq!(asked.step, Step::Password);
    for (bad, why) in [
        (made.as_str(), "the same again"),
        ("rinakusuma-1", "the name"),
        ("bhayangkara-2026", "common"),
        ("pendek", "short"),
    ] {
        let refused = node.give_password(&asked.token, bad, &asker("a")).await;
        assert!(matches!(refused, Err(Refused::Account(_))), "{why}");
    }
    let own = "kuda laut biru di karang";
    let entered = node.give_password(&asked.token, own, &asker("a")).await;
    inside(entered.unwrap());
    assert!(node.enter("rina", &made, &asker("a")).await.is_err());
    assert!(node.sign_in("rina", own, "a").await.is_ok());
    // One that nobody used in time is over.
    let other = "payung merah di pasar";
    node.reset_password("rina", other, true).await.unwrap();
    world.pass_minutes(73 * 60);
    let late = node.enter("rina", other, &asker("a")).await;
    assert!(matches!(late, Err(HandleError::NoMatch)));
}

// S45
#[tokio::test]
async fn an_owner_sees_each_device_and_ends_one_or_all_others() {
    let world = World::new().await;
    let sari = world.officer("sari", Role::Desk, None).await;
    world.officer("tono", Role::Desk, None).await;
    let node = &world.node;
    let mut tokens = Vec::new();
    for device in ["chrome/windows", "firefox/android", "safari/ios"] {
        let mut from = asker("a");
        from.device = device.to_owned();
        let entered = node.enter("sari", PASSWORD, &from).await.unwrap();
        tokens.push(inside(entered).token);
        world.pass_minutes(1);
    }
    let tono = node.sign_in("tono", PASSWORD, "b").await.unwrap();
    let owner = live(&world, &tokens[0]).await;
    let devices = node.own_sessions(&owner).await.unwrap();
    let seen: Vec<&str> = devices.iter().map(|row| row.device.as_str()).collect();
    assert_eq!(seen, ["safari/ios", "firefox/android", "chrome/windows"]);
    assert_eq!(devices[0].network, "203.0.113.0/24");
    // Somebody else's is not theirs to end.
    let other = live(&world, &tono.token).await;
    node.end_own_session(&owner, other.session.id)
        .await
        .unwrap();
    assert!(node.session(&tono.token).await.unwrap().is_some());
    node.end_own_session(&owner, devices[0].id).await.unwrap();
    assert_eq!(node.session(&tokens[2]).await.unwrap(), None);
    world.pass_minutes(1);
    let mut told = node.listen_ended();
    told.mark_unchanged();
    node.end_other_sessions(&owner).await.unwrap();
    assert!(told.has_changed().unwrap(), "live pages hear of it");
    assert_eq!(node.session(&tokens[1]).await.unwrap(), None);
    assert_eq!(node.session(&tokens[0]).await.unwrap(), Some(sari));
    let seen = kinds(&world, &owner).await;
    assert_eq!(&seen[..2], ["sessions_ended", "session_ended"]);
}

#[tokio::test]
async fn a_session_nobody_uses_ends_and_one_in_use_lasts_a_shift() {
    let world = World::new().await;
    world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    let idle = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    let used = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    for _ in 0..3 {
        world.pass_minutes(3 * 60);
        // To look is not to use.
        node.session(&idle.token).await.unwrap();
        node.note_use(&live(&world, &used.token).await).await;
    }
    assert_eq!(node.session(&idle.token).await.unwrap(), None);
    assert!(node.session(&used.token).await.unwrap().is_some());
    world.pass_minutes(3 * 60 + 1);
    assert_eq!(node.session(&used.token).await.unwrap(), None);
}

// S45
#[tokio::test]
async fn what_opens_an_account_changes_only_after_a_fresh_proof_under_a_new_token() {
    let world = World::new().await;
    let (_, key, _, owner) = with_app(&world, "sari").await;
    let node = &world.node;
    world.pass_minutes(1);
    let typed = code(&world, &key, 0);
    let asked = half(node.enter("sari", PASSWORD, &asker("a")).await.unwrap());
    let token = inside(
        node.give_code(&asked.token, &typed, &asker("a"))
            .await
            .unwrap(),
    )
    .token;
    world.pass_minutes(16);
    let stale = live(&world, &token).await;
    assert!(!stale.is_proved());
    let id = node.own_factors(&owner).await.unwrap().totp.unwrap().id;
    assert!(matches!(
        node.drop_own_factor(&stale, id).await,
        Err(Refused::Handle(HandleError::ProofNeeded))
    ));
    assert!(node.begin_totp(&stale).await.is_err());
    assert!(node.new_recovery_codes(&stale).await.is_err());
    assert!(matches!(
        node.link_own(&stale, "https://sso.example", "s").await,
        Err(Refused::Handle(HandleError::ProofNeeded))
    ));
    // The password without the code proves nothing.
    let bare = node.prove_again(&stale, PASSWORD, "", &asker("a")).await;
    assert!(matches!(bare, Err(HandleError::NoMatch)));
    let typed = code(&world, &key, 0);
    let renewed = node
        .prove_again(&stale, PASSWORD, &typed, &asker("a"))
        .await
        .unwrap();
    assert_ne!(renewed, token);
    assert_eq!(
        node.session(&token).await.unwrap(),
        None,
        "the old one is out"
    );
    let proved = live(&world, &renewed).await;
    assert_eq!(proved.session.created_at, stale.session.created_at);
    node.drop_own_factor(&proved, id).await.unwrap();
    assert_eq!(node.own_factors(&proved).await.unwrap().recovery_left, 0);
    assert!(node.sign_in("sari", PASSWORD, "a").await.is_ok());
}

#[tokio::test]
async fn changing_a_password_asks_for_the_old_one_and_ends_other_sessions() {
    let world = World::new().await;
    world.officer("sari", Role::Desk, None).await;
    let node = &world.node;
    let here = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    let there = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    let owner = live(&world, &here.token).await;
    let fresh = "payung merah di pasar";
    let wrong = node
        .change_own_password(&owner, "bukan ini sandinya", fresh, &asker("a"))
        .await;
    assert!(matches!(wrong, Err(Refused::Handle(HandleError::NoMatch))));
    let token = node
        .change_own_password(&owner, PASSWORD, fresh, &asker("a"))
        .await
        .unwrap();
    assert_eq!(node.session(&there.token).await.unwrap(), None);
    assert_eq!(node.session(&here.token).await.unwrap(), None);
    assert!(node.session(&token).await.unwrap().is_some());
    assert!(node.sign_in("sari", PASSWORD, "b").await.is_err());
    assert!(node.sign_in("sari", fresh, "b").await.is_ok());
}

/// An administrator who came in with both factors.
async fn keeper(world: &World) -> Live {
    world.officer("budi", Role::Admin, None).await;
    let node = &world.node;
    let asked = half(node.enter("budi", PASSWORD, &asker("k")).await.unwrap());
    let secret = node.half(&asked.token).await.unwrap().unwrap().secret;
    let typed = code(world, &secret, 0);
    let given = node.give_enrolment(&asked.token, &typed, &asker("k")).await;
    live(world, &inside(given.unwrap().0).token).await
}

// S45
#[tokio::test]
async fn who_keeps_accounts_makes_resets_disables_and_signs_out_and_the_owner_sees_who() {
    let world = World::new().await;
    let budi = keeper(&world).await;
    let (sari, _, _, owner) = with_app(&world, "sari").await;
    let node = &world.node;
    let view = node.account(&budi.staff, sari.id).await.unwrap();
    assert_eq!(view.sessions.len(), 1);
    assert!(view.line.has_second);
    node.keep_ended(&budi.staff, sari.id, Some(owner.session.id))
        .await
        .unwrap();
    assert!(node.own_sessions(&owner).await.unwrap().is_empty());
    let made = node.keep_reset(&budi, sari.id).await.unwrap();
    let asked = half(node.enter("sari", &made, &asker("a")).await.unwrap());
    assert_eq!(asked.step, Step::Password, "the app was taken away too");
    node.keep_disabled(&budi, sari.id, true).await.unwrap();
    assert!(node.enter("sari", &made, &asker("a")).await.is_err());
    node.keep_disabled(&budi, sari.id, false).await.unwrap();
    assert!(node.enter("sari", &made, &asker("a")).await.is_ok());
    let happened = node.own_history(&owner).await.unwrap();
    let by_budi: Vec<&str> = happened
        .iter()
        .filter(|event| event.by == Some(budi.staff.id))
        .map(|event| event.kind.as_str())
        .collect();
    assert_eq!(by_budi, ["enabled", "disabled", "reset", "session_ended"]);
    // Nobody shuts themselves out, and nobody else does any of it.
    assert!(matches!(
        node.keep_disabled(&budi, budi.staff.id, true).await,
        Err(Refused::Account(AccountError::Own))
    ));
    for refused in [
        node.keep_ended(&sari, budi.staff.id, None).await,
        node.accounts(&sari).await.map(drop),
        node.account(&sari, budi.staff.id).await.map(drop),
    ] {
        assert!(matches!(refused, Err(HandleError::NotAllowed(_))));
    }
    assert!(matches!(
        node.keep_reset(&owner, budi.staff.id).await,
        Err(Refused::Handle(HandleError::NotAllowed(_)))
    ));
    world.pass_minutes(16);
    let stale = Live {
        now: node.now(),
        ..budi.clone()
    };
    assert!(matches!(
        node.keep_reset(&stale, sari.id).await,
        Err(Refused::Handle(HandleError::ProofNeeded))
    ));
    // A lost device is signed out without a fresh proof: it may be urgent.
    node.keep_ended(&stale.staff, sari.id, None).await.unwrap();
}

#[tokio::test]
async fn the_provider_lets_in_only_whom_somebody_connected() {
    let world = World::new().await;
    let sari = world.officer("sari", Role::Desk, None).await;
    world.officer("tono", Role::Desk, None).await;
    let node = &world.node;
    let (issuer, subject) = ("https://sso.example", "7f3a");
    let session = node.sign_in("sari", PASSWORD, "a").await.unwrap();
    let owner = live(&world, &session.token).await;
    let unknown = node.enter_linked(issuer, subject, false, &asker("a")).await;
    assert!(matches!(unknown, Err(HandleError::NoMatch)));
    node.link_own(&owner, issuer, subject).await.unwrap();
    let entered = node.enter_linked(issuer, subject, false, &asker("a")).await;
    assert_eq!(inside(entered.unwrap()).staff, sari);
    // The same subject of another issuer is somebody else.
    let other = node
        .enter_linked("https://evil.example", subject, false, &asker("a"))
        .await;
    assert!(matches!(other, Err(HandleError::NoMatch)));
    let tono = node.sign_in("tono", PASSWORD, "a").await.unwrap();
    let tono = live(&world, &tono.token).await;
    assert!(matches!(
        node.link_own(&tono, issuer, subject).await,
        Err(Refused::Handle(HandleError::Conflict { .. }))
    ));
    for bad in ["", "a b", &"x".repeat(256), "é"] {
        assert!(matches!(
            node.link_own(&tono, issuer, bad).await,
            Err(Refused::Account(AccountError::Subject))
        ));
    }
    // The provider stands for the password only, unless the unit trusts it with both.
    let (key, token) = node.begin_totp(&owner).await.unwrap();
    let typed = code(&world, &key, 0);
    node.finish_totp(&owner, &token, &typed).await.unwrap();
    let asked = half(
        node.enter_linked(issuer, subject, false, &asker("a"))
            .await
            .unwrap(),
    );
    assert!(matches!(asked.step, Step::Code { .. }));
    inside(
        node.enter_linked(issuer, subject, true, &asker("a"))
            .await
            .unwrap(),
    );
    let linked = node.own_factors(&owner).await.unwrap().linked;
    assert_eq!(linked[0].name, subject);
    node.drop_own_factor(&owner, linked[0].id).await.unwrap();
    assert!(
        node.enter_linked(issuer, subject, true, &asker("a"))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_way_through_the_provider_is_taken_once_in_time_and_not_begun_without_bound() {
    let world = World::new().await;
    let node = &world.node;
    let linking = || Linking {
        user: None,
        state: "s".to_owned(),
        nonce: "n".to_owned(),
        verifier: "v".to_owned(),
        next: String::new(),
    };
    let token = node.begin_linking(linking(), "a").await.unwrap();
    assert_eq!(node.take_linking(&token).await.unwrap().unwrap().nonce, "n");
    assert!(node.take_linking(&token).await.unwrap().is_none());
    let token = node.begin_linking(linking(), "a").await.unwrap();
    world.pass_minutes(11);
    assert!(node.take_linking(&token).await.unwrap().is_none());
    for _ in 0..121 {
        let begun = node.begin_linking(linking(), "b").await;
        if matches!(begun, Err(HandleError::TooManyTries { .. })) {
            return;
        }
    }
    panic!("ways through the provider are not bounded");
}

#[tokio::test]
async fn a_challenge_is_answered_once_in_time_and_bad_answers_are_counted() {
    let world = World::new().await;
    let node = &world.node;
    let site = PasskeySite {
        id: "pati.example".to_owned(),
        origin: "https://pati.example".to_owned(),
    };
    let (told, token) = node.begin_passkey_use(&site, &asker("a")).await.unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["publicKey"]["rpId"], "pati.example");
    assert_eq!(told["publicKey"]["userVerification"], "required");
    let bad = node
        .enter_by_passkey(&token, "{}", &site, &asker("a"))
        .await;
    assert!(matches!(bad, Err(HandleError::NoMatch)));
    let again = node
        .enter_by_passkey(&token, "{}", &site, &asker("a"))
        .await;
    assert!(matches!(again, Err(HandleError::NotFound(_))));
    let (_, token) = node.begin_passkey_use(&site, &asker("a")).await.unwrap();
    world.pass_minutes(11);
    let late = node
        .enter_by_passkey(&token, "{}", &site, &asker("a"))
        .await;
    assert!(matches!(late, Err(HandleError::NotFound(_))));
    // Half in, or an app being set up, is no challenge.
    world.officer("budi", Role::Admin, None).await;
    let asked = half(node.enter("budi", PASSWORD, &asker("b")).await.unwrap());
    let mixed = node
        .enter_by_passkey(&asked.token, "{}", &site, &asker("b"))
        .await;
    assert!(matches!(mixed, Err(HandleError::NotFound(_))));
    let mut last = None;
    for _ in 0..45 {
        let Ok((_, token)) = node.begin_passkey_use(&site, &asker("c")).await else {
            break;
        };
        last = Some(
            node.enter_by_passkey(&token, "{}", &site, &asker("c"))
                .await,
        );
    }
    assert!(matches!(last, Some(Err(HandleError::TooManyTries { .. }))));
    for _ in 0..121 {
        let begun = node.begin_passkey_use(&site, &asker("d")).await;
        if matches!(begun, Err(HandleError::TooManyTries { .. })) {
            return;
        }
    }
    panic!("challenges are not bounded");
}

#[test]
fn every_role_a_pack_names_is_one_of_ours() {
    let packs = pengayom_core::pack::AccountRole::ALL.iter();
    let packs: Vec<&str> = packs.map(|role| role.code()).collect();
    let ours: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    assert_eq!(packs, ours);
}
