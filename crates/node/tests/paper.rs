//! Printed forms: made without being kept, known again, entered once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::sync::Arc;

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{Channel, Paper};
use pengayom_core::value::{FormNumber, FormNumberError, UnitId};
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::paper::{FORMS_MAX, FormFault, FormTracked, PaperForm};
use pengayom_node::handle::reporter::TRIES_PER_ORIGIN;
use pengayom_node::{Clock, HandleError, Node, NodeKey, keyring};
use pengayom_store::StoreError;
use proptest::prelude::*;
use support::{CountedRandomness, World, request, store_at};

const JUWANA: &str = "33.18.08.2022";

fn written(node: &Node, number: FormNumber, copy: u16, words: &str) -> FileRequest {
    FileRequest {
        channel: Channel::Paper,
        paper: Some(Paper {
            form: Some(number),
            written_at: None,
        }),
        description: words.to_owned(),
        ..request(node.form_command(&number, copy), "gangguan", JUWANA)
    }
}

async fn enter(
    node: &Node,
    form: &PaperForm,
    copy: u16,
    words: &str,
) -> Result<Filed, HandleError> {
    let request = written(node, form.number, copy, words);
    node.file_request(request, &Actor::Citizen).await
}

fn one(node: &Node) -> PaperForm {
    node.new_forms(1).remove(0)
}

// S78
#[tokio::test]
async fn forms_are_made_without_a_trace_and_known_again() {
    let world = World::new().await;
    let forms = world.node.new_forms(1000);
    assert_eq!(forms.len(), FORMS_MAX as usize, "bounded");
    for (at, form) in forms.iter().enumerate() {
        let other = forms.iter().position(|other| other.number == form.number);
        assert_eq!(other, Some(at), "each its own number");
        let known = world.node.form_number(&form.number.to_string());
        assert_eq!(known, Ok(form.number));
        let origin = "192.0.2.1";
        let tracked = world.node.track_form(&form.number, &form.secret, origin);
        assert_eq!(tracked.await.unwrap(), FormTracked::NotEntered);
    }
    let unit = world.node.unit().id.clone();
    assert_eq!(world.node.store().last_sequence(&unit).await.unwrap(), 0);
}

// S78: a made-up number, one with a slip, and the number of another unit are told apart.
#[tokio::test]
async fn what_the_unit_did_not_print_is_refused_and_a_slip_leads_back() {
    let world = World::new().await;
    let form = one(&world.node);
    let forged = FormNumber::new(form.number.serial() + 1, form.number.mark());
    let refused = world.node.form_number(&forged.plain());
    assert_eq!(refused, Err(FormFault::NotOurs));
    assert_eq!(world.node.form_meant(&forged.plain()), None);
    let mut typed = form.number.plain().into_bytes();
    typed[7] = b'0' + (typed[7] - b'0' + 3) % 10;
    let typed = String::from_utf8(typed).unwrap();
    let fault = world.node.form_number(&typed).unwrap_err();
    assert_eq!(fault, FormFault::Number(FormNumberError::Check));
    assert_eq!(world.node.form_meant(&typed), Some(form.number));
}

/// A second unit on the store of the first, which shares its root secret.
async fn neighbour(world: &World) -> Node {
    let store = world.node.store().clone();
    let mut row = store.unit(&world.node.unit().id).await.unwrap().unwrap();
    row.id = "polres-lain".parse::<UnitId>().unwrap();
    store.put_unit(&row).await.unwrap();
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let randomness = Arc::new(CountedRandomness::from(500));
    Node::open(store, &row.id, NodeKey::new([7; 32]), clock, randomness)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_form_of_another_unit_is_not_ours_even_on_one_store() {
    let world = World::new().await;
    let other = neighbour(&world).await;
    let form = one(&other);
    let typed = form.number.plain();
    assert_eq!(other.form_number(&typed), Ok(form.number));
    assert_eq!(world.node.form_number(&typed), Err(FormFault::NotOurs));
}

// S78: two desks at once make one report, with the secret that stands on the strip.
#[tokio::test]
async fn a_form_is_entered_once_from_however_many_desks() {
    let world = World::new().await;
    let form = one(&world.node);
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let (node, form) = (world.node.clone(), form.clone());
        tasks.push(tokio::spawn(async move {
            enter(&node, &form, 0, "Motor hilang").await.unwrap()
        }));
    }
    let mut filed = Vec::new();
    for task in tasks {
        filed.push(task.await.unwrap());
    }
    assert_eq!(filed.iter().filter(|filed| !filed.repeated).count(), 1);
    for one in &filed {
        assert_eq!(one.case, filed[0].case);
        assert_eq!(one.secret, form.secret, "what the strip says");
    }
    let again = enter(&world.node, &form, 0, "Motornya hilang").await;
    let reused = matches!(again, Err(HandleError::Store(StoreError::CommandReused)));
    assert!(
        reused,
        "other words under one number are not lost in silence"
    );
    let number = filed[0].number.clone();
    let tracked = world.node.track_form(&form.number, &form.secret, "a").await;
    assert_eq!(tracked.unwrap(), FormTracked::Entered(number.clone()));
    let case = world.node.track(&number, &form.secret, "a").await.unwrap();
    assert_eq!(case.case.filed.channel, Channel::Paper);
    assert_eq!(case.case.filed.form, Some(form.number.plain()));
}

fn desk(world: &World) -> impl Future<Output = Staff> + '_ {
    world.officer("desk", Role::Desk, None)
}

// S78: whoever photocopies a form gets a report of their own, and does not open the other one.
#[tokio::test]
async fn a_photocopy_is_told_and_its_code_opens_nobodys_report() {
    let world = World::new().await;
    let (desk, form) = (desk(&world).await, one(&world.node));
    let entries = || world.node.form_entries(&desk, &form.number);
    assert_eq!(entries().await.unwrap(), []);
    let first = enter(&world.node, &form, 0, "Motor hilang").await.unwrap();
    let told = entries().await.unwrap();
    assert_eq!((told.len(), &told[0].number), (1, &first.number));
    assert!(told[0].may_open);
    let second = enter(&world.node, &form, 1, "Kambing hilang")
        .await
        .unwrap();
    assert_ne!(second.case, first.case);
    assert_ne!(second.secret, form.secret);
    assert_eq!(entries().await.unwrap().len(), 2);
    // The strip's code is on both papers: it opens neither.
    for refused in [
        world
            .node
            .track_form(&form.number, &form.secret, "a")
            .await
            .err(),
        world
            .node
            .track(&first.number, &form.secret, "a")
            .await
            .err(),
    ] {
        assert!(
            matches!(refused, Some(HandleError::CodeShared)),
            "{refused:?}"
        );
    }
    let own = world.node.track(&second.number, &second.secret, "a").await;
    assert_eq!(own.unwrap().case.filed.description, "Kambing hilang");
    let patrol = world.officer("patrol", Role::Patrol, None).await;
    let refused = world.node.form_entries(&patrol, &form.number).await;
    let needed = Permission::TakeReport;
    assert!(matches!(refused, Err(HandleError::NotAllowed(which)) if which == needed));
}

// S78
#[tokio::test]
async fn codes_of_strips_are_not_guessed() {
    let world = World::new().await;
    let (form, other) = (one(&world.node), one(&world.node));
    for _ in 0..TRIES_PER_ORIGIN {
        let wrong = world
            .node
            .track_form(&form.number, &other.secret, "x")
            .await;
        assert!(matches!(
            wrong,
            Err(HandleError::NoMatch | HandleError::TooManyTries { .. })
        ));
    }
    let late = world.node.track_form(&form.number, &form.secret, "x").await;
    assert!(matches!(late, Err(HandleError::TooManyTries { .. })));
    // Whoever has the strip is not locked out by those who guess elsewhere.
    let own = world.node.track_form(&form.number, &form.secret, "y").await;
    assert_eq!(own.unwrap(), FormTracked::NotEntered);
}

// S78: printed yesterday, the node's key changed at night, handed in today.
#[tokio::test]
async fn a_form_outlives_a_change_of_the_nodes_key() {
    let dir = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", dir.path().join("unit.db").display());
    let world = World::at(&address, 1, None).await;
    let form = one(&world.node);
    let (old, new) = (NodeKey::new([7; 32]), NodeKey::new([8; 32]));
    let (store, unit) = store_at(&address).await;
    let randomness = CountedRandomness::from(900);
    let clock = Arc::clone(&world.clock);
    let units = keyring::unlock_all(store.as_ref(), &old, clock.as_ref(), &randomness)
        .await
        .unwrap();
    keyring::rotate(store.as_ref(), &units, &new, clock.now(), &randomness)
        .await
        .unwrap();
    let shared = clock as Arc<dyn Clock>;
    let node = Node::open(store, &unit, new, shared, Arc::new(randomness))
        .await
        .unwrap();
    assert_eq!(node.form_number(&form.number.plain()), Ok(form.number));
    let filed = enter(&node, &form, 0, "Motor hilang").await.unwrap();
    assert_eq!(filed.secret, form.secret);
}

#[test]
fn a_number_made_up_is_seldom_one_of_ours() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let ours = (0..200_000_u64).filter(|serial| {
        let made_up = FormNumber::new(*serial, 123_456);
        world.node.form_number(&made_up.plain()).is_ok()
    });
    // One of a million is expected to pass; four of these would be one of some ten thousand runs.
    assert!(ours.count() < 4);
    proptest!(|(serial in 0_u64..1_000_000_000_000, by in 1_u32..1_000_000)| {
        let form = one(&world.node);
        let other = FormNumber::new(form.number.serial(), form.number.mark() + by);
        prop_assert_eq!(world.node.form_number(&other.plain()), Err(FormFault::NotOurs));
        let _ = world.node.form_number(&FormNumber::new(serial, by).plain());
    });
}
