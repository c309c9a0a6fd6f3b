//! What is recorded gets a promise at once and a proof soon, and nobody has to trust the unit.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::sync::Arc;

use pengayom_core::act::Actor;
use pengayom_ledger::receipt::{Options, Refusal, verify};
use pengayom_ledger::{
    Receipt, SignedCheckpoint, SignedPromise, TileKind, TileRef, TreeHead, VerifierKey,
    needed_to_prove_consistency, prove_consistency, unbundle, verify_consistency,
};
use pengayom_node::{Clock, LeftOut, Node, NodeKey, UnitError};

use support::{CountedRandomness, FixedClock, World, command, request, store_at};

const LOG: &str = "http://127.0.0.1/tlog";
const JUWANA: &str = "33.18.08.2022";

async fn file(world: &World, n: u128) -> pengayom_node::handle::case::Filed {
    world
        .node
        .file_request(request(command(n), "gangguan", JUWANA), &Actor::Citizen)
        .await
        .unwrap()
}

fn options(keys: &[VerifierKey]) -> Options<'_> {
    Options {
        keys,
        ..Options::default()
    }
}

// S18, S22
#[tokio::test]
async fn a_report_has_a_promise_at_once_and_a_proof_after_the_ledger_went_on() {
    let world = World::new().await;
    let keys = world.node.log_keys().await.unwrap();
    assert_eq!(world.node.checkpoint().await.unwrap(), None);
    let filed = file(&world, 1).await;
    let promised = SignedPromise::parse(&filed.promised.note).unwrap();
    let promise = promised.verify(&keys).unwrap();
    assert_eq!(promise.number, filed.number.to_string());
    assert_eq!(promise.index, 0);
    let receipt = world.node.receipt(filed.case, LOG).await.unwrap();
    assert_eq!(receipt, world.node.receipt_of(&filed.promised, LOG));
    assert_eq!(receipt.proof, None);
    verify(&receipt, &options(&keys)).unwrap();

    world.node.advance_ledger().await.unwrap();
    let receipt = world.node.receipt(filed.case, LOG).await.unwrap();
    assert!(receipt.proof.is_some());
    verify(&receipt, &options(&keys)).unwrap();
    // As it is written down and read again.
    let again = Receipt::parse(&receipt.to_json().unwrap()).unwrap();
    verify(&again, &options(&keys)).unwrap();
    // What was told is in nothing that is given out.
    assert!(!receipt.to_json().unwrap().contains("Dompet"));
}

// S18: the tree never holds all acts while more come, and a proof does not wait for that.
#[tokio::test]
async fn reports_that_come_without_a_pause_do_not_hold_up_the_proof() {
    const ALL: u128 = 400;
    let world = World::new().await;
    let first = file(&world, 0).await;
    let published = std::cell::Cell::new(false);
    let filing = async {
        for n in 1..=ALL {
            if published.get() {
                return n;
            }
            file(&world, n).await;
        }
        ALL
    };
    let publishing = async {
        world.node.advance_ledger().await.unwrap();
        published.set(true);
    };
    let (filed, ()) = tokio::join!(filing, publishing);
    assert!(filed < ALL, "published only when reports had stopped");
    let receipt = world.node.receipt(first.case, LOG).await.unwrap();
    assert!(receipt.proof.is_some());
}

// S22
#[tokio::test]
async fn a_repeated_report_gets_the_same_promise() {
    let world = World::new().await;
    let first = file(&world, 1).await;
    file(&world, 2).await;
    let again = file(&world, 1).await;
    assert!(again.repeated);
    assert_eq!(again.promised.note, first.promised.note);
    assert_eq!(again.promised.stored, first.promised.stored);
}

// S18
#[tokio::test]
async fn every_checkpoint_goes_on_from_the_one_before() {
    let world = World::new().await;
    let keys = world.node.log_keys().await.unwrap();
    let origin = keys[0].name().to_owned();
    let mut before: Option<TreeHead> = None;
    for n in 1..=9 {
        for k in 0..n {
            file(&world, 100 * n + k).await;
        }
        world.node.advance_ledger().await.unwrap();
        let text = world.node.checkpoint().await.unwrap().unwrap();
        let checkpoint = SignedCheckpoint::parse(&text).unwrap();
        checkpoint.verify(&origin, &keys).unwrap();
        let now = TreeHead {
            size: checkpoint.checkpoint().size(),
            root: *checkpoint.checkpoint().root(),
        };
        if let Some(old) = before {
            let mut tiles = std::collections::BTreeMap::new();
            for tile in needed_to_prove_consistency(old.size, now.size).unwrap() {
                let bytes = world.node.tile(tile).await.unwrap().unwrap();
                tiles.insert(tile.id().unwrap(), bytes);
            }
            let proof = prove_consistency(old.size, now.size, &tiles).unwrap();
            verify_consistency(&proof, &old, &now).unwrap();
        }
        before = Some(now);
        // Nothing new: the same checkpoint.
        world.node.advance_ledger().await.unwrap();
        assert_eq!(world.node.checkpoint().await.unwrap().unwrap(), text);
    }
    let size = u16::try_from(before.unwrap().size).unwrap();
    let entries = TileRef {
        kind: TileKind::Entries,
        index: 0,
        width: size,
    };
    let bytes = world.node.tile(entries).await.unwrap().unwrap();
    assert_eq!(unbundle(&bytes, size).unwrap().len(), usize::from(size));
    let beyond = TileRef {
        width: size + 1,
        ..entries
    };
    assert_eq!(world.node.tile(beyond).await.unwrap(), None);
}

// S22
#[tokio::test]
async fn a_key_is_followed_by_another_and_old_receipts_stay_good() {
    let world = World::new().await;
    let old_keys = world.node.log_keys().await.unwrap();
    let before = file(&world, 1).await;
    let old = world.node.receipt(before.case, LOG).await.unwrap();
    let actor = Actor::Program {
        job: "key rotation".to_owned(),
    };
    world.node.rotate_log_key(&actor, false).await.unwrap();
    let keys = world.node.log_keys().await.unwrap();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[1], old_keys[0]);
    let after = file(&world, 2).await;
    world.node.advance_ledger().await.unwrap();
    verify(&old, &options(&keys)).unwrap();
    let new = world.node.receipt(after.case, LOG).await.unwrap();
    verify(&new, &options(&keys)).unwrap();
    // Whoever knows the old key only still reads the checkpoint, but not the new key's promise.
    let text = world.node.checkpoint().await.unwrap().unwrap();
    let checkpoint = SignedCheckpoint::parse(&text).unwrap();
    checkpoint.verify(keys[0].name(), &old_keys).unwrap();
    assert!(verify(&new, &options(&old_keys)).is_err());

    // One that may be in other hands is not believed any more.
    world.node.rotate_log_key(&actor, true).await.unwrap();
    let keys = world.node.log_keys().await.unwrap();
    assert_eq!(keys.len(), 2);
    assert!(!keys.contains(&new_key(&new)));
    assert!(matches!(
        verify(&new, &options(&keys)),
        Err(Refusal::WrongKey { .. })
    ));
    // The report itself is in the ledger all the same, and gets a receipt under the key of now.
    let again = world.node.receipt(after.case, LOG).await.unwrap();
    verify(&again, &options(&keys)).unwrap();
}

fn new_key(receipt: &Receipt) -> VerifierKey {
    receipt.key.parse().unwrap()
}

// What a measurement leaves out is not there, and such a store is never served: nobody has its key.
#[tokio::test]
async fn a_store_that_was_measured_is_opened_by_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", dir.path().join("unit.db").display());
    let (store, unit) = store_at(&address).await;
    let clock = Arc::new(FixedClock::at("2026-11-24T02:00:00Z"));
    let left_out = LeftOut {
        ledger: true,
        sealing: true,
    };
    let randomness = Arc::new(CountedRandomness::from(1));
    let shared = Arc::clone(&clock) as Arc<dyn Clock>;
    let node = Node::open_to_measure(Arc::clone(&store), &unit, left_out, shared, randomness)
        .await
        .unwrap();
    let filed = node
        .file_request(request(command(1), "gangguan", JUWANA), &Actor::Citizen)
        .await
        .unwrap();
    assert_eq!(filed.promised.note, "");
    assert!(store.commitments(&unit, 0, 1).await.is_err());
    let persons = store.persons_after(&unit, None, 10).await.unwrap();
    assert!(persons.iter().all(|person| person.wrapped_key.is_empty()));

    let randomness = Arc::new(CountedRandomness::from(2));
    let key = NodeKey::new([7; 32]);
    let opened = Node::open(store, &unit, key, clock, randomness).await;
    assert!(matches!(opened, Err(UnitError::Keyring(_))));
}
