//! Webhooks end to end: what a program is sent, what happens to one that is slow, gone, or leads elsewhere.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::Role;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_node::outside::{Guard, Outside, OutsideError, Refused};
use pengayom_node::tokens::{NewToken, Scope};
use pengayom_node::webhooks::{self, WebhookError};
use support::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Growong Lor, in the district of Juwana.
const JUWANA: &str = "33.18.08.2022";

/// What came: the headers by name, and the body.
type Came = (BTreeMap<String, String>, String);

/// A program that is told, and answers as it is told to.
struct Receiver {
    port: u16,
    came: Arc<Mutex<Vec<Came>>>,
    answers: Arc<Mutex<Vec<&'static str>>>,
}

impl Receiver {
    /// Answers one after the other; the last for ever.
    async fn answering(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            port: listener.local_addr().unwrap().port(),
            came: Arc::default(),
            answers: Arc::new(Mutex::new(answers.to_vec())),
        };
        let (came, answers) = (Arc::clone(&receiver.came), Arc::clone(&receiver.answers));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (came, answers) = (Arc::clone(&came), Arc::clone(&answers));
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    came.lock().unwrap().push(request);
                    let answer = {
                        let mut answers = answers.lock().unwrap();
                        if answers.len() > 1 {
                            answers.remove(0)
                        } else {
                            answers[0]
                        }
                    };
                    let text = format!(
                        "HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                    );
                    stream.write_all(text.as_bytes()).await.unwrap();
                });
            }
        });
        receiver
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

async fn read(stream: &mut tokio::net::TcpStream) -> Came {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 1024];
        let n = stream.read(&mut part).await.unwrap();
        bytes.extend(&part[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers: BTreeMap<String, String> = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            if headers["content-length"].parse::<usize>().unwrap() <= body.len() || n == 0 {
                return (headers, body.to_owned());
            }
        }
    }
}

/// A node that may ask this machine, but not itself at this port.
async fn world(own_port: u16) -> World {
    let world = World::new().await;
    let guard = Guard::new()
        .allowing(["127.0.0.0/8".parse().unwrap()])
        .own_port(own_port);
    world.node.set_webhook_way(Outside::guarded(guard));
    world
}

fn kinds(kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

async fn down(world: &World, words: &str) {
    let desk = world.node.active_staff().await.unwrap();
    let desk = desk
        .into_iter()
        .find(|staff| staff.login == "desk")
        .unwrap();
    let declare = DeclareOutage {
        system: None,
        words: Some(words.to_owned()),
        since: None,
        way: Some("datang besok".to_owned()),
        until: None,
        simulated: false,
    };
    world.node.declare_outage(&desk, declare).await.unwrap();
}

/// Sends what is due; how many.
async fn send(world: &World) -> usize {
    let mut sent = 0;
    while webhooks::send_once(&world.node).await.unwrap() {
        sent += 1;
    }
    sent
}

// S40
#[tokio::test]
async fn what_is_recorded_is_told_once_signed_and_without_what_was_told() {
    let world = world(1).await;
    world.officer("desk", Role::Desk, None).await;
    let receiver = Receiver::answering(&["204 No Content"]).await;
    let made = world
        .node
        .add_webhook(&receiver.address(), kinds(&["outage"]), None)
        .await
        .unwrap();
    down(&world, "Nama Rahasia").await;
    assert_eq!(send(&world).await, 1);
    assert_eq!(send(&world).await, 0, "once");
    let came = receiver.came();
    let (headers, body) = &came[0];
    assert!(
        !body.contains("Rahasia") && !body.contains("besok"),
        "{body}"
    );
    let read: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(read["type"], "outage.outage_declared");
    assert_eq!(read["data"]["version"], 1);
    // Whoever has the secret finds the signature right, and a body of another one wrong.
    let secret = made.secret.strip_prefix("whsec_").unwrap();
    let secret = STANDARD.decode(secret).unwrap();
    let seconds: i64 = headers["webhook-timestamp"].parse().unwrap();
    let signed = |body: &str| webhooks::signature(&secret, &headers["webhook-id"], seconds, body);
    assert_eq!(headers["webhook-signature"], signed(body));
    assert_ne!(headers["webhook-signature"], signed("{}"));
    assert_eq!(seconds, world.node.now().as_second());
    // Nothing of the secret is in the store in the clear.
    let row = &world.node.webhooks().await.unwrap()[0];
    assert!(!row.sealed.windows(32).any(|part| part == secret));
    // Sent by hand it is the same message.
    let log = world
        .node
        .webhook_deliveries(row.id, None, 10)
        .await
        .unwrap();
    assert!(log[0].delivered_at.is_some());
    world.node.redeliver(row.id, log[0].sequence).await.unwrap();
    assert_eq!(send(&world).await, 1);
    assert_eq!(receiver.came()[1].0["webhook-id"], headers["webhook-id"]);
}

#[tokio::test]
async fn what_does_not_arrive_is_tried_later_and_holds_up_no_other() {
    let world = world(1).await;
    world.officer("desk", Role::Desk, None).await;
    let (bad, good) = (
        Receiver::answering(&["500 No", "200 Yes"]).await,
        Receiver::answering(&["200 Yes"]).await,
    );
    for receiver in [&bad, &good] {
        world
            .node
            .add_webhook(&receiver.address(), kinds(&["outage"]), None)
            .await
            .unwrap();
    }
    down(&world, "A").await;
    down(&world, "B").await;
    assert_eq!(send(&world).await, 3, "the first pauses after its failure");
    assert_eq!((bad.came().len(), good.came().len()), (1, 2));
    world.pass_minutes(1);
    assert_eq!(send(&world).await, 2);
    let of_bad: Vec<String> = bad
        .came()
        .iter()
        .map(|(headers, _)| headers["webhook-id"].clone())
        .collect();
    assert_eq!(of_bad.len(), 3);
    assert_eq!(
        of_bad
            .iter()
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        2,
        "the first came twice, known by its id"
    );
    let webhooks = world.node.webhooks().await.unwrap();
    assert!(
        webhooks
            .iter()
            .all(|webhook| webhook.failing_since.is_none())
    );
}

#[tokio::test]
async fn one_that_never_answers_is_disabled_after_days_and_one_that_is_gone_at_once() {
    let world = world(1).await;
    world.officer("desk", Role::Desk, None).await;
    let (dead, gone) = (
        Receiver::answering(&["503 No"]).await,
        Receiver::answering(&["410 Gone"]).await,
    );
    for receiver in [&dead, &gone] {
        world
            .node
            .add_webhook(&receiver.address(), kinds(&["outage"]), None)
            .await
            .unwrap();
        world.pass_minutes(1);
    }
    for day in 0..6 {
        down(&world, &format!("Hari {day}")).await;
        send(&world).await;
        world.pass_minutes(24 * 60);
    }
    let states: Vec<Option<String>> = world
        .node
        .webhooks()
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.disabled_why)
        .collect();
    assert_eq!(
        states,
        [Some("failing".to_owned()), Some("gone".to_owned())]
    );
    assert_eq!(gone.came().len(), 1);
    let before = dead.came().len();
    down(&world, "Lagi").await;
    assert_eq!(send(&world).await, 0);
    assert_eq!(dead.came().len(), before);
}

#[tokio::test]
async fn nobody_is_led_back_to_the_node_or_into_the_house() {
    let own = Receiver::answering(&["200 Yes"]).await;
    let world = world(own.port).await;
    world.officer("desk", Role::Desk, None).await;
    let make = async |node: &pengayom_node::Node, address: &str| {
        node.add_webhook(address, kinds(&["outage"]), None)
            .await
            .map(|made| made.row.id)
    };
    let back = make(&world.node, &own.address()).await;
    assert!(
        matches!(
            back,
            Err(WebhookError::Address(OutsideError::Refused(Refused::Own)))
        ),
        "{back:?}"
    );
    for address in [
        "ftp://example.org/",
        "/hook",
        "http://name:word@127.0.0.1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
    ] {
        let refused = make(&world.node, address).await;
        assert!(
            matches!(
                refused,
                Err(WebhookError::Address(_) | WebhookError::AddressForm)
            ),
            "{address}: {refused:?}"
        );
    }
    // A redirect to the node is an answer like any other.
    let leads = Box::leak(format!("307 Go\r\nlocation: {}", own.address()).into_boxed_str());
    let elsewhere = Receiver::answering(&[leads]).await;
    make(&world.node, &elsewhere.address()).await.unwrap();
    // Made while the settings allowed it, sent when they do not: a name that points elsewhere by then.
    down(&world, "A").await;
    assert_eq!(send(&world).await, 1);
    assert_eq!((elsewhere.came().len(), own.came().len()), (1, 0));
    let strict = World::new().await;
    strict.officer("desk", Role::Desk, None).await;
    strict.node.set_webhook_way(Outside::guarded(Guard::new()));
    let inside = make(&strict.node, &elsewhere.address()).await;
    assert!(
        matches!(
            inside,
            Err(WebhookError::Address(OutsideError::Refused(
                Refused::Inside
            )))
        ),
        "{inside:?}"
    );
    let mut row = world.node.webhooks().await.unwrap().remove(0);
    row.id = uuid::Uuid::from_u128(99);
    // As if nothing had been tried yet.
    (row.failures, row.failing_since, row.retry_at) = (0, None, None);
    let unit = strict.node.unit().id.clone();
    strict
        .node
        .store()
        .add_webhook(&unit, &row, 9)
        .await
        .unwrap();
    down(&strict, "A").await;
    // Its secret was sealed for another identifier: nothing is sent under a signature nobody would believe.
    send(&strict).await;
    assert_eq!(elsewhere.came().len(), 1);
    let rows = strict.node.webhooks().await.unwrap();
    assert_eq!(rows[0].disabled_why.as_deref(), Some("secret"));
}

#[tokio::test]
async fn a_webhook_ends_with_the_token_it_was_made_with() {
    let world = world(1).await;
    world.officer("desk", Role::Desk, None).await;
    let new = NewToken {
        name: "peta".to_owned(),
        scopes: vec![Scope::Webhooks],
        login: Some("desk".to_owned()),
        days: 10,
        made_by: None,
    };
    let token = world.node.add_token(new).await.unwrap().row.id;
    let receiver = Receiver::answering(&["200 Yes"]).await;
    world
        .node
        .add_webhook(&receiver.address(), kinds(&["outage"]), Some(token))
        .await
        .unwrap();
    down(&world, "A").await;
    send(&world).await;
    assert_eq!(receiver.came().len(), 1);
    world.node.revoke_token(token).await.unwrap();
    down(&world, "B").await;
    send(&world).await;
    assert_eq!(receiver.came().len(), 1);
    assert_eq!(
        world.node.webhooks().await.unwrap()[0]
            .disabled_why
            .as_deref(),
        Some("token")
    );
}

// S45
#[tokio::test]
async fn whom_a_case_is_about_hears_nothing_of_it() {
    let world = world(1).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let chief = world.officer("chief", Role::Commander, None).await;
    let new = NewToken {
        name: "peta".to_owned(),
        scopes: vec![Scope::Webhooks],
        login: Some("desk".to_owned()),
        days: 10,
        made_by: None,
    };
    let token = world.node.add_token(new).await.unwrap().row.id;
    let receiver = Receiver::answering(&["200 Yes"]).await;
    let node = &world.node;
    let address = receiver.address();
    let made = node.add_webhook(&address, kinds(&["case"]), Some(token));
    let id = made.await.unwrap().row.id;
    let filed = world.file("lp_b", JUWANA).await;
    send(&world).await;
    assert_eq!(receiver.came().len(), 1);
    let concerned = CaseCommand::NameConcerned {
        officer: desk.id,
        reason: "Disebut dalam laporan".to_owned(),
    };
    node.change_case(&chief, filed.case, None, concerned, None)
        .await
        .unwrap();
    // While it waits, and after it was not sent.
    let listed = async || node.webhook_deliveries(id, None, 50).await.unwrap();
    assert_eq!(listed().await, []);
    send(&world).await;
    assert_eq!(receiver.came().len(), 1);
    assert_eq!(listed().await, []);
    // Others come as before, and nothing waits behind it.
    world.file("lp_b", JUWANA).await;
    send(&world).await;
    assert_eq!(receiver.came().len(), 2);
    assert_eq!(listed().await.len(), 1);
}

#[tokio::test]
async fn what_no_webhook_can_be_is_said() {
    let world = world(1).await;
    let receiver = Receiver::answering(&["200 Yes"]).await;
    for bad in [kinds(&[]), kinds(&["feedback"]), kinds(&["case", "x"])] {
        let refused = world
            .node
            .add_webhook(&receiver.address(), bad.clone(), None)
            .await;
        assert!(
            matches!(refused, Err(WebhookError::Kind(_) | WebhookError::NoKind)),
            "{bad:?}"
        );
    }
    let made = world
        .node
        .add_webhook(
            &receiver.address(),
            kinds(&["visit", "case", "visit"]),
            None,
        )
        .await;
    assert_eq!(made.unwrap().row.kinds, ["case", "visit"]);
    assert!(world.node.redeliver(world.node.new_id(), 1).await.is_err());
    assert!(world.node.drop_webhook(world.node.new_id()).await.is_err());
}
