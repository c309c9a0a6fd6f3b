//! Two processes on one store hear of what the other recorded.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use pengayom_core::act::Subject;
use pengayom_core::subject::case::{CaseCommand, TriageDecision};
use pengayom_node::Event;
use pengayom_node::access::Role;
use pengayom_node::follow::Follower;
use pengayom_testkit::postgres::Database;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use support::World;

const JUWANA: &str = "33.18.08.2022";

/// The next event about a subject; a test that waits for more than a minute has failed.
async fn hear_of(events: &mut broadcast::Receiver<Event>, subject: Subject) -> Event {
    let heard = async {
        loop {
            let event = events.recv().await.unwrap();
            if event.subject == Some(subject) {
                return event;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), heard)
        .await
        .unwrap()
}

/// Two processes on one database; the second follows the first.
struct Two {
    database: Database,
    one: World,
    other: World,
    /// What pages of the second hear.
    events: broadcast::Receiver<Event>,
    stop: watch::Sender<bool>,
    following: JoinHandle<()>,
}

impl Two {
    async fn begin() -> Self {
        let database = Database::new();
        let one = World::at(database.url(), 1, None).await;
        let other = World::at(database.url(), 1_000_000, None).await;
        let (stop, stopped) = watch::channel(false);
        let follower = Follower::begin(Arc::clone(&other.node)).await.unwrap();
        Self {
            events: other.node.listen(),
            following: tokio::spawn(follower.unwrap().run(stopped)),
            database,
            one,
            other,
            stop,
        }
    }

    async fn end(self) {
        self.stop.send(true).unwrap();
        self.following.await.unwrap();
        self.one.node.store().close().await;
        self.other.node.store().close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_hears_of_what_another_process_recorded() {
    let mut two = Two::begin().await;
    let filed = two.one.file("gangguan", JUWANA).await;
    let event = hear_of(&mut two.events, Subject::Case(filed.case)).await;
    assert_eq!(event.kind, "case.request_filed");
    assert_eq!(event.station.unwrap().to_string(), "polsek-juwana");
    assert_eq!(event.sequence, 1);

    // What is done here is told here at once, and not once more as news from elsewhere.
    let own = two.other.file("gangguan", JUWANA).await;
    let told = hear_of(&mut two.events, Subject::Case(own.case)).await;
    assert_eq!(told.sequence, 2);
    let third = two.one.file("gangguan", JUWANA).await;
    loop {
        let next = two.events.recv().await.unwrap();
        assert_ne!(next.subject, Some(Subject::Case(own.case)));
        if next.subject == Some(Subject::Case(third.case)) {
            break;
        }
    }
    two.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_hears_of_each_act_of_a_run_in_order() {
    let mut two = Two::begin().await;
    let filed = two.one.file("gangguan", JUWANA).await;
    let subject = Subject::Case(filed.case);
    hear_of(&mut two.events, subject).await;
    let desk = two.one.officer("sari", Role::Desk, None).await;
    // One command, two acts about one case.
    let decision = CaseCommand::DecideTriage(TriageDecision {
        outcome: "o_criminal".to_owned(),
        service: Some("laka".parse().unwrap()),
        reason: "Ternyata kecelakaan".to_owned(),
        referrals: Vec::new(),
    });
    let node = &two.one.node;
    let decided = node.change_case(&desk, filed.case, None, decision, None);
    decided.await.unwrap();
    let first = hear_of(&mut two.events, subject).await;
    let second = hear_of(&mut two.events, subject).await;
    assert_eq!(first.kind, "case.triage_decided");
    assert_eq!(second.kind, "case.case_assessed");
    assert!(first.sequence < second.sequence);
    two.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_hears_of_what_was_recorded_while_it_was_cut_off() {
    let mut two = Two::begin().await;
    let first = two.one.file("gangguan", JUWANA).await;
    hear_of(&mut two.events, Subject::Case(first.case)).await;
    two.database.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let meanwhile = two.one.file("gangguan", JUWANA).await;
    let event = hear_of(&mut two.events, Subject::Case(meanwhile.case)).await;
    assert_eq!(event.sequence, 2);
    two.end().await;
}
