//! Telling people: once for each act and way, never against what they said, and whatever the other side
//! does (S76).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

#[path = "support/peer.rs"]
mod peer;
mod support;

use std::time::Duration;

use peer::{Asked, Peer, Reply};
use pengayom_core::act::Actor;
use pengayom_core::notice::{Kind, Way, Wish};
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::Filed;
use pengayom_node::notices::{
    ATTEMPTS, GatewaySettings, NoticeSettings, PushSettings, ReportRefused, Seen, Subscription,
    send_once,
};
use pengayom_node::outside::Guard;
use pengayom_node::{HandleError, PersonDetails, jobs};
use pengayom_store::{NoticeRow, NoticeState};
use support::{World, request};

const SECRET: &str = "rahasia laporan gerbang";

fn settings(gateway: Option<&Peer>, push: bool) -> NoticeSettings {
    NoticeSettings {
        site: "https://polres-pati.example".to_owned(),
        mail: None,
        gateway: gateway.map(|peer| GatewaySettings {
            url: peer.url.clone(),
            token: "kunci gerbang yang panjang".to_owned().into(),
            report_secret: Some(SECRET.to_owned().into()),
            ways: vec![Way::Sms, Way::Whatsapp],
            patience: Some(Duration::from_millis(300)),
        }),
        push: push.then(|| PushSettings {
            contact: "mailto:admin@polres-pati.example".to_owned(),
            plain: true,
        }),
        guard: Guard::new().allowing(["127.0.0.1".parse().unwrap()]),
    }
}

async fn world(peer: &Peer) -> World {
    let world = World::new().await;
    world.node.tell_by(settings(Some(peer), true)).unwrap();
    world
}

fn wish(ways: &[Way], times: &[&str]) -> Wish {
    Wish {
        ways: ways.to_vec(),
        times: times.iter().map(|time| (*time).to_owned()).collect(),
        lang: Lang::Id,
        knowing: false,
    }
}

async fn filed(world: &World, service: &str, wish: Option<Wish>) -> Filed {
    let mut asked = request(world.command(), service, "33.18.08.2022");
    asked.reporter = PersonDetails {
        name: Some("Siti Rahasia".to_owned()),
        phone: Some("081234567890".to_owned()),
        ..PersonDetails::default()
    };
    let actor = Actor::Citizen;
    world
        .node
        .file_request_with_wish(asked, wish, &actor)
        .await
        .unwrap()
}

/// Does every job that is due.
async fn work(world: &World) {
    while jobs::work_once(&world.node).await.unwrap() {}
}

/// Sends everything that is due.
async fn send(world: &World) {
    work(world).await;
    while send_once(&world.node, &Way::ALL).await.unwrap() {}
}

async fn notices(world: &World, filed: &Filed) -> Vec<NoticeRow> {
    let unit = world.node.unit().id.clone();
    let store = world.node.store();
    store.notices_of_case(&unit, filed.case, 50).await.unwrap()
}

async fn answer(world: &World, by: &Staff, filed: &Filed) {
    let command = CaseCommand::Answer {
        text: "Motor Anda ditemukan di Juwana".to_owned(),
        next_news_by: None,
    };
    let node = &world.node;
    node.change_case(by, filed.case, None, command, None)
        .await
        .unwrap();
}

// S76
#[tokio::test]
async fn news_is_told_once_for_each_act_and_way_and_says_nothing_of_the_case() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms, Way::Whatsapp], &[]))).await;
    send(&world).await;
    answer(&world, &desk, &filed).await;
    send(&world).await;
    send(&world).await;
    let rows = notices(&world, &filed).await;
    let kinds: Vec<Kind> = rows.iter().map(|row| row.kind).collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == Kind::Received).count(),
        2
    );
    assert_eq!(
        kinds.iter().filter(|kind| **kind == Kind::Message).count(),
        2
    );
    assert!(rows.iter().all(|row| row.state == NoticeState::Sent));
    let asked = peer.asked();
    assert_eq!(asked.len(), 4);
    let mut keys: Vec<String> = asked
        .iter()
        .map(|one| one.header("idempotency-key").unwrap())
        .collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    for one in &asked {
        let bearer = one.header("authorization").unwrap();
        assert_eq!(bearer, "Bearer kunci gerbang yang panjang");
        let said = one.json();
        assert_eq!(said["to"], "+6281234567890");
        assert_eq!(said["id"], one.header("idempotency-key").unwrap().as_str());
        let text = said["text"].as_str().unwrap();
        assert!(text.contains(&filed.number.to_string()), "{text}");
        assert!(
            text.contains("https://polres-pati.example/kabar/"),
            "{text}"
        );
        assert!(text.chars().count() <= 160, "{text}");
        for secret in ["Motor", "bertengkar", "Siti", &filed.secret.plain()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

// S76
#[tokio::test]
async fn whoever_did_not_ask_and_sensitive_cases_are_told_nothing() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let silent = filed(&world, "lp_b", None).await;
    // Asked to be told of a theft, which an officer then finds to be violence at home.
    let found = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    let take = CaseCommand::Take { by: desk.id };
    let taken = world.node.change_case(&desk, found.case, None, take, None);
    taken.await.unwrap();
    let command = CaseCommand::Assess {
        service: "kdrt".parse().unwrap(),
        reason: Some("kekerasan".to_owned()),
    };
    world
        .node
        .change_case(&desk, found.case, None, command, None)
        .await
        .unwrap();
    answer(&world, &desk, &silent).await;
    answer(&world, &desk, &found).await;
    send(&world).await;
    assert_eq!(peer.asked().len(), 0);
    // Asked of it knowing: told without a word of what and whose it is.
    let asked = filed(&world, "kdrt", Some(wish(&[Way::Sms], &[]))).await;
    send(&world).await;
    let said = peer.asked();
    assert_eq!(said.len(), 1);
    let text = said[0].json()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("Ada kabar untuk Anda"), "{text}");
    assert!(!text.contains(&asked.number.to_string()), "{text}");
}

// S76
#[tokio::test]
async fn news_waits_for_the_safe_hour_and_for_a_changed_wish() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    // 09.00 WIB; only the afternoon, from 15.00, is safe.
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms], &["afternoon"]))).await;
    answer(&world, &desk, &filed).await;
    send(&world).await;
    assert_eq!(peer.asked().len(), 0);
    world.pass_minutes(359);
    send(&world).await;
    assert_eq!(peer.asked().len(), 0);
    // A minute before the hour the reporter changes to the morning: it waits for that of tomorrow.
    let (number, secret) = (&filed.number, &filed.secret);
    let morning = wish(&[Way::Sms], &["morning"]);
    world.node.wish(number, secret, "x", morning).await.unwrap();
    world.pass_minutes(2);
    send(&world).await;
    assert_eq!(peer.asked().len(), 0);
    world.pass_minutes(15 * 60);
    send(&world).await;
    assert_eq!(peer.asked().len(), 2);
    assert!(
        notices(&world, &filed)
            .await
            .iter()
            .all(|row| row.attempts == 1)
    );
}

#[tokio::test]
async fn a_gateway_that_is_slow_busy_broken_or_cut_off_is_asked_again_with_the_same_id() {
    let peer = Peer::new();
    let world = world(&peer).await;
    peer.will(&[
        Reply::Silence,
        Reply::Cut,
        Reply::Status(500, ""),
        Reply::Status(429, "retry-after: 1800\r\n"),
        // It had it all the time.
        Reply::Status(409, ""),
    ]);
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    send(&world).await;
    for minutes in [1, 2, 4] {
        world.pass_minutes(minutes);
        send(&world).await;
    }
    assert_eq!(peer.asked().len(), 4);
    // It asked for half an hour.
    world.pass_minutes(29);
    send(&world).await;
    assert_eq!(peer.asked().len(), 4);
    world.pass_minutes(1);
    send(&world).await;
    let asked = peer.asked();
    assert_eq!(asked.len(), 5);
    let keys: Vec<String> = asked
        .iter()
        .map(|one| one.header("idempotency-key").unwrap())
        .collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert!(asked.iter().all(|one| one.body == asked[0].body));
    let row = &notices(&world, &filed).await[0];
    assert_eq!((row.state, row.attempts), (NoticeState::Sent, 5));
}

/// The process ends between handing over and noting: the row says that it may have been sent, and it is
/// sent again under its id once the lease is over, by whoever comes then.
#[tokio::test]
async fn after_an_end_in_between_the_same_id_is_sent_again() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    work(&world).await;
    let unit = world.node.unit().id.clone();
    let now = support::at("2026-11-24T02:00:00Z");
    let taken = world.node.store().take_notice(&unit, &[Way::Sms], now, 60);
    let taken = taken.await.unwrap().unwrap();
    assert!(!send_once(&world.node, &[Way::Sms]).await.unwrap());
    world.pass_minutes(3);
    assert!(send_once(&world.node, &[Way::Sms]).await.unwrap());
    let asked = peer.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].json()["id"], taken.id.to_string());
    assert_eq!(notices(&world, &filed).await[0].attempts, 2);
}

#[tokio::test]
async fn a_refusal_and_eight_tries_end_on_the_list_of_the_desk() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let patrol = world.officer("patrol", Role::Patrol, None).await;
    peer.will(&[Reply::Status(422, "")]);
    let refused = filed(&world, "lp_b", Some(wish(&[Way::Sms, Way::Whatsapp], &[]))).await;
    send(&world).await;
    let list = world.node.dead_notices(&desk).await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].notice.fault.as_deref(), Some("refused"));
    assert_eq!(list[0].person.phone.as_deref(), Some("081234567890"));
    assert!(matches!(
        world.node.dead_notices(&patrol).await,
        Err(HandleError::NotAllowed(_))
    ));
    assert_eq!(world.node.count_dead_notices(&desk).await.unwrap(), 1);
    assert_eq!(world.node.count_dead_notices(&patrol).await.unwrap(), 0);
    // Another way that was asked for; not one that was not.
    let id = list[0].notice.id;
    let other = list[0].others.clone();
    assert_eq!(other.len(), 1);
    let never = world
        .node
        .see_to_notice(&desk, id, Seen::OtherWay(Way::Email))
        .await;
    assert!(matches!(never, Err(HandleError::NotFound(_))));
    let instead = Seen::OtherWay(other[0]);
    world
        .node
        .see_to_notice(&desk, id, instead.clone())
        .await
        .unwrap();
    let again = world.node.see_to_notice(&desk, id, instead).await;
    assert!(matches!(again, Err(HandleError::Conflict { .. })));
    send(&world).await;
    assert_eq!(peer.asked().len(), 3);
    let rows = notices(&world, &refused).await;
    assert_eq!(
        rows.iter()
            .filter(|row| row.state == NoticeState::Sent)
            .count(),
        2
    );

    // Never an answer: eight tries, then the list.
    let never: Vec<Reply> = (0..ATTEMPTS).map(|_| Reply::Status(503, "")).collect();
    peer.will(&never);
    let slow = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    for _ in 0..ATTEMPTS + 3 {
        send(&world).await;
        world.pass_minutes(20);
    }
    // What was tried at night waited for the morning.
    for _ in 0..20 {
        world.pass_minutes(61);
        send(&world).await;
    }
    let dead = notices(&world, &slow).await;
    let dead = dead.iter().find(|row| row.kind == Kind::Received).unwrap();
    let tried = peer.asked();
    let tried = tried
        .iter()
        .filter(|one| one.json()["id"] == dead.id.to_string());
    assert_eq!(tried.count(), usize::try_from(ATTEMPTS).unwrap());
    assert_eq!((dead.state, dead.attempts), (NoticeState::Dead, ATTEMPTS));
    let node = &world.node;
    let empty = node.see_to_notice(&desk, dead.id, Seen::GivenUp(String::new()));
    assert!(matches!(empty.await, Err(HandleError::Malformed)));
    let phoned = Seen::Phoned("ditelepon pukul 10".to_owned());
    node.see_to_notice(&desk, dead.id, phoned).await.unwrap();
    let seen = notices(&world, &slow).await;
    let seen = seen.iter().find(|row| row.id == dead.id).unwrap();
    assert_eq!(
        (seen.state, seen.settled_by),
        (NoticeState::Phoned, Some(desk.id))
    );
    assert!(node.dead_notices(&desk).await.unwrap().is_empty());
}

/// The token of the link in what was sent.
fn token(asked: &Asked) -> String {
    let said = asked.json();
    let text = said["text"].as_str().unwrap();
    text.split("/kabar/").nth(1).unwrap().trim().to_owned()
}

// S76
#[tokio::test]
async fn a_notice_stops_its_case_or_everything_and_begins_again() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let one = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    let two = filed(&world, "lp_b", Some(wish(&[Way::Sms], &[]))).await;
    send(&world).await;
    let link = token(&peer.asked()[0]);
    // Looking changes nothing, however often.
    for _ in 0..3 {
        let stopped = world.node.stopped(&link).await.unwrap().unwrap();
        assert!(!stopped.case && !stopped.everything);
    }
    let node = &world.node;
    node.stop_by_token(&link, false, false)
        .await
        .unwrap()
        .unwrap();
    answer(&world, &desk, &one).await;
    answer(&world, &desk, &two).await;
    send(&world).await;
    assert_eq!(peer.asked().len(), 3);
    node.stop_by_token(&link, true, false)
        .await
        .unwrap()
        .unwrap();
    answer(&world, &desk, &two).await;
    send(&world).await;
    assert_eq!(peer.asked().len(), 3);
    assert!(node.stopped(&link).await.unwrap().unwrap().everything);
    node.stop_by_token(&link, false, true)
        .await
        .unwrap()
        .unwrap();
    answer(&world, &desk, &one).await;
    answer(&world, &desk, &two).await;
    send(&world).await;
    assert_eq!(peer.asked().len(), 5);
    // What the node did not make leads nowhere.
    let mut forged = link.clone();
    let last = if forged.ends_with('A') { 'B' } else { 'A' };
    forged.pop();
    forged.push(last);
    for bad in [forged.as_str(), "", "x", &"A".repeat(32)] {
        assert_eq!(node.stopped(bad).await.unwrap(), None, "{bad}");
        assert_eq!(node.stop_by_token(bad, true, false).await.unwrap(), None);
    }
}

fn signed(time: i64, body: &str) -> String {
    use hmac::{KeyInit as _, Mac as _};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let tag: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={time},v1={tag}")
}

#[tokio::test]
async fn a_report_of_the_gateway_is_taken_once_and_only_from_the_gateway() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms, Way::Whatsapp], &[]))).await;
    send(&world).await;
    let rows = notices(&world, &filed).await;
    let now = support::at("2026-11-24T02:00:00Z").as_second();
    let report = async |header: &str, body: &str| {
        let taken = world.node.take_report(header, body.as_bytes());
        taken.await.unwrap()
    };
    let delivered = format!(r#"{{"id":"{}","state":"delivered"}}"#, rows[0].id);
    let right = signed(now, &delivered);
    for bad in ["", "t=1", "t=1,v1=00", &right.replace("t=", "t=1")] {
        assert_eq!(
            report(bad, &delivered).await,
            Err(ReportRefused::Forged),
            "{bad}"
        );
    }
    let other = delivered.replace("delivered", "failed");
    assert_eq!(report(&right, &other).await, Err(ReportRefused::Forged));
    for far in [now - 301, now + 301] {
        let stale = signed(far, &delivered);
        assert_eq!(report(&stale, &delivered).await, Err(ReportRefused::Stale));
    }
    assert_eq!(
        report(&signed(now, "{}"), "{}").await,
        Err(ReportRefused::Malformed)
    );
    assert_eq!(report(&right, &delivered).await, Ok(()));
    assert_eq!(
        report(&right, &delivered).await,
        Err(ReportRefused::Replayed)
    );
    let nobody = format!(r#"{{"id":"{}","state":"failed"}}"#, uuid::Uuid::nil());
    let unknown = signed(now, &nobody);
    assert_eq!(report(&unknown, &nobody).await, Err(ReportRefused::Unknown));
    // What arrived is not undone; what did not is for a person to see to.
    for row in &rows {
        let failed = format!(r#"{{"id":"{}","state":"failed"}}"#, row.id);
        assert_eq!(report(&signed(now, &failed), &failed).await, Ok(()));
    }
    let after = notices(&world, &filed).await;
    let state = |id| after.iter().find(|row| row.id == id).unwrap().state;
    assert_eq!(state(rows[0].id), NoticeState::Sent);
    assert_eq!(state(rows[1].id), NoticeState::Dead);
}

/// A browser: the key pair of RFC 8291, appendix A.
fn browser(endpoint: &str) -> Subscription {
    Subscription {
        endpoint: endpoint.to_owned(),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
            .to_owned(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
    }
}

#[tokio::test]
async fn a_browser_is_told_encrypted_and_signed_and_forgotten_when_it_is_gone() {
    let gateway = Peer::new();
    let service = Peer::new();
    let world = world(&gateway).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let filed = filed(&world, "lp_b", None).await;
    let (number, secret) = (&filed.number, &filed.secret);
    let node = &world.node;
    // That it was received was nobody's to tell.
    send(&world).await;
    let on = browser(&service.url);
    node.subscribe(number, secret, "x", on, Lang::Id)
        .await
        .unwrap()
        .unwrap();
    service.will(&[Reply::Status(201, ""), Reply::Status(410, "")]);
    answer(&world, &desk, &filed).await;
    send(&world).await;
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].header("content-encoding").as_deref(),
        Some("aes128gcm")
    );
    assert!(
        asked[0]
            .header("authorization")
            .unwrap()
            .starts_with("vapid t=ey")
    );
    assert_eq!(asked[0].header("topic").unwrap().len(), 22);
    let wire = String::from_utf8_lossy(&asked[0].body).into_owned();
    assert!(!wire.contains("kabar"), "in the clear: {wire}");
    // Gone: it is forgotten, and a person sees to the news.
    answer(&world, &desk, &filed).await;
    send(&world).await;
    assert_eq!(
        node.own_telling(number, secret, "x")
            .await
            .unwrap()
            .browsers,
        0
    );
    let dead = node.dead_notices(&desk).await.unwrap();
    assert_eq!(dead[0].notice.fault.as_deref(), Some("gone"));
}

// S76
#[tokio::test]
async fn what_was_stopped_stays_stopped_when_a_browser_is_told_again_and_is_given_to_its_person() {
    let gateway = Peer::new();
    let service = Peer::new();
    let world = world(&gateway).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let filed = filed(&world, "lp_b", Some(wish(&[Way::Sms], &["morning"]))).await;
    send(&world).await;
    let link = token(&gateway.asked()[0]);
    let node = &world.node;
    node.stop_by_token(&link, false, false)
        .await
        .unwrap()
        .unwrap();
    let (number, secret) = (&filed.number, &filed.secret);
    let on = browser(&service.url);
    node.subscribe(number, secret, "x", on, Lang::Id)
        .await
        .unwrap()
        .unwrap();
    answer(&world, &desk, &filed).await;
    send(&world).await;
    assert_eq!((gateway.asked().len(), service.asked().len()), (1, 1));
    let export = node.export_for_reporter(number, secret, "x").await.unwrap();
    let told = serde_json::to_value(export.telling.unwrap()).unwrap();
    assert_eq!(told["ways"], serde_json::json!(["push"]));
    assert_eq!(told["times"], serde_json::json!(["morning"]));
    assert_eq!(told["notices"].as_array().unwrap().len(), 2);
    assert_eq!(told["notices"][0]["state"], "sent");
    assert!(!told.to_string().contains(&service.url), "{told}");
}

#[tokio::test]
async fn a_browser_cannot_lead_the_node_to_itself_or_into_the_house() {
    let gateway = Peer::new();
    let inside = Peer::new();
    let world = World::new().await;
    let mut told = settings(Some(&gateway), true);
    told.guard = Guard::new();
    world.node.tell_by(told).unwrap();
    let desk = world.officer("desk", Role::Desk, None).await;
    let filed = filed(&world, "lp_b", None).await;
    let (number, secret) = (&filed.number, &filed.secret);
    for bad in ["", "ftp://a", "https://", "https://a:b@c/", "x"] {
        let refused = world
            .node
            .subscribe(number, secret, "x", browser(bad), Lang::Id)
            .await
            .unwrap();
        assert!(refused.is_err(), "{bad}");
    }
    let on = browser(&inside.url);
    let taken = world.node.subscribe(number, secret, "x", on, Lang::Id);
    taken.await.unwrap().unwrap();
    answer(&world, &desk, &filed).await;
    send(&world).await;
    assert_eq!(inside.asked().len(), 0);
    let telling = world.node.own_telling(number, secret, "x").await.unwrap();
    assert_eq!(telling.browsers, 0);
}

// S18
#[tokio::test]
async fn a_promise_that_passed_and_a_long_silence_are_told_once() {
    let peer = Peer::new();
    let world = world(&peer).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    // A service without progress notices, which have clocks of their own.
    let filed = filed(&world, "sktlk", Some(wish(&[Way::Sms], &[]))).await;
    send(&world).await;
    let command = CaseCommand::Answer {
        text: "Kami cari".to_owned(),
        next_news_by: Some(support::at("2026-11-25T03:00:00Z")),
    };
    world
        .node
        .change_case(&desk, filed.case, None, command, None)
        .await
        .unwrap();
    send(&world).await;
    let texts = || -> Vec<String> {
        peer.asked()
            .iter()
            .map(|one| one.json()["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts().len(), 2);
    // The day after, an hour after the promise.
    world.pass_minutes(26 * 60);
    send(&world).await;
    send(&world).await;
    let said = texts();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[2].contains("terlewat"), "{said:?}");
    // Four weeks of silence, twice.
    for n in [4, 5] {
        world.pass_minutes(28 * 24 * 60);
        send(&world).await;
        send(&world).await;
        let said = texts();
        assert_eq!(said.len(), n, "{said:?}");
        assert!(said[n - 1].contains("masih ditangani"), "{said:?}");
    }
    let close = CaseCommand::Close {
        outcome: world.node.unit().pack.close_outcomes()[0]
            .code
            .as_str()
            .to_owned(),
        reason: "Selesai".to_owned(),
    };
    world
        .node
        .change_case(&desk, filed.case, None, close, None)
        .await
        .unwrap();
    for _ in 0..3 {
        world.pass_minutes(28 * 24 * 60);
        send(&world).await;
    }
    let said = texts();
    assert_eq!(said.len(), 6, "{said:?}");
    assert!(said[5].contains("selesai"), "{said:?}");
}

#[tokio::test]
async fn where_no_way_is_configured_acts_bring_no_notices() {
    let world = World::new().await;
    let filed = filed(&world, "sktlk", Some(wish(&[Way::Sms], &[]))).await;
    assert!(!jobs::work_once(&world.node).await.unwrap());
    assert!(notices(&world, &filed).await.is_empty());
}
