//! Persons: found by what they are reached by, and only with the right key.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::sync::Arc;

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::CaseId;
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::keyring::{self, Opens};
use pengayom_node::{HandleError, KeyringError, Node, NodeKey, PersonDetails, UnitError, jobs};
use pengayom_store::StoreError;
use pengayom_testkit::postgres::Database;

use support::{World, request};

const JUWANA: &str = "33.18.08.2022";

async fn file(world: &World, phone: &str, email: &str) -> CaseId {
    let mut request = request(world.command(), "lp_b", JUWANA);
    request.reporter = PersonDetails {
        name: Some("Siti Aminah".to_owned()),
        phone: Some(phone.to_owned()),
        email: Some(email.to_owned()),
        ..PersonDetails::default()
    };
    let filed = world.node.file_request(request, &Actor::Citizen).await;
    filed.unwrap().case
}

async fn found(node: &Node, by: &Staff, asked: &str) -> Vec<CaseId> {
    let rows = node.search_cases(by, asked, 10).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

// S22
#[tokio::test]
async fn a_person_is_found_by_number_and_address_by_those_who_may_read_persons() {
    let world = World::new().await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let one = file(&world, "081234567890", "Siti.Aminah@desa.id").await;
    world.pass_minutes(1);
    let two = file(&world, "+6281234567890", "lain@desa.id").await;
    for asked in ["0812 3456 7890", "+62 812-3456-7890", "6281234567890"] {
        assert_eq!(
            found(&world.node, &desk, asked).await,
            [two, one],
            "{asked}"
        );
        assert_eq!(found(&world.node, &chief, asked).await, [], "{asked}");
    }
    assert_eq!(
        found(&world.node, &desk, "siti.aminah@DESA.id").await,
        [one]
    );
    assert_eq!(found(&world.node, &desk, "081234567899").await, []);
    // Words go on to be words.
    assert_eq!(found(&world.node, &desk, "bertengkar").await.len(), 2);
}

async fn open(world: &World, key: [u8; 32]) -> Result<Node, UnitError> {
    let unit = world.node.unit().id.clone();
    let clock: Arc<support::FixedClock> = Arc::clone(&world.clock);
    let store = Arc::clone(world.node.store());
    let randomness = Arc::new(support::CountedRandomness::from(1_000_000));
    Node::open(store, &unit, NodeKey::new(key), clock, randomness).await
}

/// A store of the first releases: no keyring, and nobody is found by number.
async fn of_the_first_release(database: &Database) -> (World, CaseId) {
    let world = World::at(database.url(), 1, None).await;
    let case = file(&world, "081234567890", "siti@desa.id").await;
    database.sql("DELETE FROM keyrings; DELETE FROM contacts");
    (world, case)
}

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_the_first_release_takes_only_the_key_its_persons_open_with() {
    let database = Database::new();
    let (world, case) = of_the_first_release(&database).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let unit = world.node.unit().id.clone();
    let store = world.node.store().as_ref();
    assert_eq!(
        keyring::look(store).await.unwrap(),
        [(unit.clone(), Opens::Unknown)]
    );
    let Err(UnitError::Keyring(KeyringError::WrongKey { expected, .. })) =
        open(&world, [8; 32]).await
    else {
        panic!("a wrong key opened it");
    };
    assert_eq!(expected, None);
    assert_eq!(
        store.keyring(&unit).await.unwrap(),
        None,
        "nothing was done"
    );
    // With the right one it gets its keyring, and its persons the hashes they are found by.
    let node = Arc::new(open(&world, [7; 32]).await.unwrap());
    let key = NodeKey::new([7; 32]).fingerprint();
    assert_eq!(
        keyring::look(store).await.unwrap(),
        [(unit, Opens::With(key))]
    );
    assert_eq!(found(&node, &desk, "081234567890").await, []);
    while jobs::work_once(&node).await.unwrap() {}
    assert_eq!(found(&node, &desk, "081234567890").await, [case]);
    assert_eq!(found(&node, &desk, "siti@desa.id").await, [case]);
    // What waits is the next notice of progress and the next look at the first hour, while the case is open.
    let rest = "SELECT count(*) FROM jobs WHERE kind <> 'news.draft' AND kind <> 'case.first_hour'";
    assert_eq!(database.sql(rest), "0");
    let Err(UnitError::Keyring(KeyringError::WrongKey { expected, .. })) =
        open(&world, [8; 32]).await
    else {
        panic!("a wrong key opened it");
    };
    assert_eq!(expected, Some(key));
}

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_open_a_store_at_once_agree_on_its_keyring() {
    let database = Database::new();
    let (world, _) = of_the_first_release(&database).await;
    let opened = tokio::join!(
        open(&world, [7; 32]),
        open(&world, [7; 32]),
        open(&world, [7; 32])
    );
    for node in [opened.0, opened.1, opened.2] {
        let node = node.unwrap();
        let persons = node.store().persons_after(&node.unit().id, None, 9).await;
        let details = node.open_person(&persons.unwrap()[0]).unwrap();
        assert_eq!(details.phone.as_deref(), Some("081234567890"));
    }
    assert_eq!(database.sql("SELECT count(*) FROM keyrings"), "1");
}

// S22, S32
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_tests_a_guess_of_what_was_told_without_the_key() {
    use sha2::Digest as _;
    let database = Database::new();
    let world = World::at(database.url(), 1, None).await;
    let sent = request(world.command(), "lp_b", JUWANA);
    let ask = async |node: &Node, words: Option<&str>| {
        let mut sent = sent.clone();
        if let Some(words) = words {
            words.clone_into(&mut sent.description);
        }
        node.file_request(sent, &Actor::Citizen).await
    };
    let first = ask(&world.node, None).await.unwrap();
    let fingerprint = || database.sql("SELECT encode(fingerprint, 'hex') FROM commands");
    let keyed = fingerprint();
    assert_eq!(keyed.len(), 80);
    let reused = |answer| matches!(answer, Err(HandleError::Store(StoreError::CommandReused)));
    assert!(reused(ask(&world.node, Some("Lain")).await));

    // As an earlier program left it: SHA-256 of every word, which anybody can work out.
    let moment = world.node.now();
    let moment = pengayom_core::subject::Moment {
        happened_at: moment,
        recorded_at: moment,
    };
    let prepared = world
        .node
        .prepare_request(sent.clone(), &Actor::Citizen, moment, None);
    let plain = prepared.unwrap().0.command.unwrap().fingerprint.plain;
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    };
    assert!(!keyed.contains(&hex(&plain)) && !keyed.contains(&hex(&sha2::Sha256::digest(plain))));
    database.sql(&format!(
        "UPDATE commands SET fingerprint = '\\x{}'",
        hex(&plain)
    ));
    assert!(ask(&world.node, None).await.unwrap().repeated);
    assert!(reused(ask(&world.node, Some("Lain")).await));
    assert_eq!(world.node.key_commands().await.unwrap(), 1);
    assert_eq!(world.node.key_commands().await.unwrap(), 0);
    assert_eq!(fingerprint(), keyed);
    assert!(ask(&world.node, None).await.unwrap().repeated);

    // The key is lost: a report sent again is not taken for another, and not recorded twice.
    let lost = NodeKey::new([9; 32]);
    let randomness = support::CountedRandomness::from(2_000_000);
    let store = world.node.store().as_ref();
    keyring::replace(store, &lost, world.node.now(), &randomness)
        .await
        .unwrap();
    let node = open(&world, [9; 32]).await.unwrap();
    let again = ask(&node, None).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.number, first.number);
    assert_eq!(database.sql("SELECT count(*) FROM cases"), "1");
    // What is sent anew is held to its content again.
    let mut other = sent.clone();
    other.command = world.command();
    node.file_request(other.clone(), &Actor::Citizen)
        .await
        .unwrap();
    other.description = "Lain".to_owned();
    assert!(reused(node.file_request(other, &Actor::Citizen).await));
}

/// Closes a case as an officer does.
async fn close(world: &World, by: &Staff, id: CaseId) {
    for command in [
        CaseCommand::Answer {
            text: "Kami datang ke rumah Ibu Siti".to_owned(),
            next_news_by: None,
        },
        CaseCommand::Close {
            outcome: "resolved".to_owned(),
            reason: "Sudah selesai dengan Ibu Siti".to_owned(),
        },
    ] {
        let done = world.node.change_case(by, id, None, command, None).await;
        done.unwrap();
    }
}

fn erasure(ground: &str) -> CaseCommand {
    CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some(ground.to_owned()),
    }
}

// S18
#[tokio::test]
async fn a_closed_case_is_erased_once_by_whoever_may_and_the_record_stays() {
    let world = World::new().await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let id = file(&world, "081234567890", "siti@desa.id").await;
    let node = &world.node;
    let ask = async |by: &Staff, ground: &str| {
        node.change_case(by, id, None, erasure(ground), None).await
    };
    assert!(matches!(
        ask(&chief, "Surat 12/2026").await,
        Err(HandleError::Case(CaseRefusal::NotClosed))
    ));
    close(&world, &desk, id).await;
    assert!(matches!(
        ask(&desk, "Surat 12/2026").await,
        Err(HandleError::NotAllowed(Permission::ErasePerson))
    ));
    assert!(matches!(
        ask(&chief, " ").await,
        Err(HandleError::Case(CaseRefusal::Text {
            field: "ground",
            ..
        }))
    ));
    let number = node
        .case_history(&desk, id)
        .await
        .unwrap()
        .case
        .filed
        .number;
    let number = number.unwrap();
    let before = node.export_case(&number).await.unwrap();
    let text = serde_json::to_string(&before).unwrap();
    for held in ["Siti Aminah", "081234567890", "siti@desa.id", "bertengkar"] {
        assert!(text.contains(held), "{held}: {text}");
    }
    assert!(!text.contains("secret"), "{text}");
    ask(&chief, "Surat 12/2026").await.unwrap();

    let history = node.case_history(&desk, id).await.unwrap();
    let erased = history.case.erased.unwrap();
    assert_eq!(
        (erased.at, erased.basis),
        (node.now(), ErasureBasis::Request)
    );
    assert_eq!(node.reporter(&desk, &history.case).await.unwrap(), None);
    assert_eq!(found(node, &desk, "081234567890").await, []);
    assert_eq!(found(node, &desk, "bertengkar").await, []);
    assert_eq!(found(node, &desk, &number.to_string()).await, [id]);
    let after = node.export_case(&number).await.unwrap();
    assert_eq!(after.erased_at, Some(erased.at));
    assert_eq!(after.events.len(), before.events.len() + 1);
    let text = format!("{after:?} {history:?}");
    for gone in [
        "Siti",
        "081234567890",
        "siti@desa.id",
        "bertengkar",
        "Kami datang",
    ] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    assert!(matches!(
        ask(&chief, "Surat 12/2026").await,
        Err(HandleError::Case(CaseRefusal::AlreadyErased))
    ));
    let report = node
        .store()
        .rebuild(
            &node.unit().id,
            pengayom_store::rebuild::Mode::Check,
            &|_| (),
        )
        .await
        .unwrap();
    assert_eq!(
        (report.differences(), report.broken()),
        (0, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn what_officers_wrote_for_each_other_is_not_given_out() {
    let world = World::new().await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let id = file(&world, "081234567890", "siti@desa.id").await;
    let note = CaseCommand::RecordAction {
        text: "Tetangga bernama Budi dicurigai".to_owned(),
        function: "order".to_owned(),
    };
    let done = world.node.change_case(&desk, id, None, note, None).await;
    done.unwrap();
    let number = world
        .node
        .case_history(&desk, id)
        .await
        .unwrap()
        .case
        .filed
        .number;
    let export = world.node.export_case(&number.unwrap()).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    assert!(text.contains("case.action_taken"), "{text}");
    assert!(!text.contains("Budi"), "{text}");
    assert!(!text.contains(&desk.id.to_string()), "{text}");
}
