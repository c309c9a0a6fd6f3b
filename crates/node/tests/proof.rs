//! Files of a case held to what they were when they were put there (S13).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, NotCounted, ProofCommand, TypeEvidence};
use pengayom_node::access::Role;
use pengayom_node::media::Wanted;
use pengayom_testkit::postgres::Database;
use support::World;

// S13
#[tokio::test]
async fn a_file_altered_in_the_store_is_found_marked_once_and_counts_no_longer() {
    let database = Database::new();
    let world = World::at(database.url(), 1, None).await;
    let officer = world.officer("desk", Role::Desk, None).await;
    let id = world.file("lp_b", "33.18.08.2022").await.case;
    let mut intake = world.node.begin_file(Wanted::Evidence);
    intake.write(b"%PDF-1.7\nsurat keterangan").await.unwrap();
    let file = intake.finish().await.unwrap();
    let ask = async |command| {
        let done = world.node.change_case(&officer, id, None, command, None);
        done.await.unwrap().case
    };
    ask(CaseCommand::AddEvidence {
        file: file.clone(),
        description: "Surat.".to_owned(),
        obtained_from: None,
        obtained_at: None,
    })
    .await;
    let today = jiff::civil::date(2026, 11, 24);
    let typed = TypeEvidence {
        evidence: 1,
        kind: "surat".to_owned(),
        way: "dari_pelapor".to_owned(),
        on: today,
        today,
        collector: None,
        place: None,
        from: None,
        number: None,
        urgent: None,
        witnesses: [None, None],
        copy_on: None,
        recording: None,
        no_recording: None,
    };
    let case = ask(CaseCommand::Proof(ProofCommand::TypeEvidence(Box::new(
        typed,
    ))))
    .await;
    assert_eq!(case.proof.piece(1).unwrap().counts(), Ok(()));

    let history = world.node.case_history(&officer, id).await.unwrap();
    let held = world.node.hold_to_its_hash(&history, &file.sha256).await;
    assert!(held.unwrap());
    database.sql("UPDATE blob_chunks SET content = set_byte(content, 9, 0)");
    for _ in 0..2 {
        // Found by two at once, it is marked once.
        let held = world.node.hold_to_its_hash(&history, &file.sha256).await;
        assert!(!held.unwrap());
    }
    let after = world.node.case_history(&officer, id).await.unwrap();
    assert_eq!(after.acts.len(), history.acts.len() + 1);
    let marked = after.acts.last().unwrap();
    assert_eq!(marked.payload.kind(), "case.file_altered");
    assert!(matches!(marked.actor, Actor::Program { .. }));
    let piece = after.case.proof.piece(1).unwrap();
    assert_eq!(piece.counts(), Err(NotCounted::Altered));
}
