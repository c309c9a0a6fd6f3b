//! A command that its sender may send again is done once, whatever it is about.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::subject::visit::VisitCommand;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::once::Once;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::handle::visit::Joining;
use pengayom_node::{HandleError, PersonDetails};
use pengayom_store::StoreError;

use support::{World, command};

const JUWANA: &str = "33.18.08.2022";

fn once(world: &World, n: u128, asked: &str) -> Once {
    world.node.once(command(n), &[asked.as_bytes()])
}

fn answer(text: &str) -> CaseCommand {
    CaseCommand::Answer {
        text: text.to_owned(),
        next_news_by: None,
    }
}

#[allow(clippy::needless_pass_by_value, reason = "a result is asked once")]
fn is_reused<T: std::fmt::Debug>(result: Result<T, HandleError>) -> bool {
    matches!(result, Err(HandleError::Store(StoreError::CommandReused)))
}

async fn case_of_desk(world: &World) -> (Staff, pengayom_core::value::CaseId) {
    let desk = world.officer("sari", Role::Desk, None).await;
    let case = world.file("gangguan", JUWANA).await.case;
    (desk, case)
}

#[tokio::test]
async fn an_answer_sent_twice_is_one_answer_and_the_second_is_told_of_the_first() {
    let world = World::new().await;
    let (desk, case) = case_of_desk(&world).await;
    let send = |n, text: &'static str, seen| {
        let (world, desk) = (&world, &desk);
        async move {
            let once = once(world, n, text);
            world
                .node
                .change_case_once(desk, case, seen, answer(text), once)
                .await
        }
    };
    let first = send(1, "Petugas datang", Some(1)).await.unwrap();
    assert!(first.changed);
    assert_eq!(first.acts.len(), 1);
    // The version it looked at is another by now: that it was done counts first.
    let second = send(1, "Petugas datang", Some(1)).await.unwrap();
    assert!(!second.changed);
    assert_eq!(second.acts, first.acts);
    let history = world.node.case_history(&desk, case).await.unwrap();
    assert_eq!(history.acts.len(), 2);
    // Other words under the same identifier, and the same words under another.
    assert!(is_reused(send(1, "Tidak datang", Some(1)).await));
    let late = send(2, "Petugas datang", Some(1)).await;
    assert!(
        matches!(late, Err(HandleError::Conflict { .. })),
        "{late:?}"
    );
}

#[tokio::test]
async fn twenty_at_once_under_one_command_are_one_answer() {
    let world = World::new().await;
    let (desk, case) = case_of_desk(&world).await;
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let (node, desk) = (world.node.clone(), desk.clone());
        let once = once(&world, 1, "x");
        tasks.push(tokio::spawn(async move {
            node.change_case_once(&desk, case, Some(1), answer("Petugas datang"), once)
                .await
        }));
    }
    let mut acts = Vec::new();
    for task in tasks {
        acts.push(task.await.unwrap().unwrap().acts);
    }
    acts.dedup();
    assert_eq!(acts.len(), 1, "all got the same answer");
    let history = world.node.case_history(&desk, case).await.unwrap();
    assert_eq!(history.acts.len(), 2);
}

#[tokio::test]
async fn what_stands_in_its_way_since_does_not_undo_a_closing_or_an_erasure() {
    let world = World::new().await;
    let (_, case) = case_of_desk(&world).await;
    let chief = world.officer("chief", Role::Commander, None).await;
    let answered = once(&world, 9, "answer");
    world
        .node
        .change_case_once(&chief, case, None, answer("Kami datang"), answered)
        .await
        .unwrap();
    let outcome = world.node.unit().pack.close_outcomes()[0].code.clone();
    let close = || CaseCommand::Close {
        outcome: outcome.as_str().to_owned(),
        reason: "Selesai".to_owned(),
    };
    let closed = once(&world, 1, "close");
    let first = world
        .node
        .change_case_once(&chief, case, None, close(), closed)
        .await
        .unwrap();
    let again = world
        .node
        .change_case_once(&chief, case, None, close(), closed)
        .await
        .unwrap();
    assert_eq!(first.acts, again.acts);
    let erase = || CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some("Surat 12".to_owned()),
    };
    let erased = once(&world, 2, "erase");
    let first = world
        .node
        .change_case_once(&chief, case, None, erase(), erased)
        .await
        .unwrap();
    let again = world
        .node
        .change_case_once(&chief, case, None, erase(), erased)
        .await
        .unwrap();
    assert_eq!((first.changed, again.changed), (true, false));
    assert_eq!(first.acts, again.acts);
    assert_eq!(first.acts.len(), 1);
}

// Whoever was told of a case is not told again once they may not see it.
#[tokio::test]
async fn a_repeated_command_is_answered_to_nobody_who_may_not_see_the_case() {
    let world = World::new().await;
    let (_, case) = case_of_desk(&world).await;
    let juwana = world
        .officer("juwana", Role::Desk, Some("polsek-juwana"))
        .await;
    let sent = once(&world, 1, "x");
    world
        .node
        .change_case_once(&juwana, case, None, answer("Kami datang"), sent)
        .await
        .unwrap();
    let mut moved = juwana.clone();
    moved.station = Some("polsek-tayu".parse().unwrap());
    let told = world
        .node
        .change_case_once(&moved, case, None, answer("Kami datang"), sent)
        .await;
    assert!(matches!(told, Err(HandleError::CaseShut(_))), "{told:?}");
}

#[tokio::test]
async fn serving_next_twice_takes_one_case_and_calling_next_twice_calls_one_person() {
    let world = World::new().await;
    let (desk, first) = case_of_desk(&world).await;
    world.pass_minutes(1);
    world.file("gangguan", JUWANA).await;
    let serve = once(&world, 1, "serve");
    for _ in 0..3 {
        let taken = world.node.serve_next_once(&desk, serve).await.unwrap();
        assert_eq!(taken, Some(first));
    }
    assert_eq!(world.node.waiting(&desk, 10).await.unwrap().len(), 1);
    for n in 10..12 {
        let joining = Joining {
            command: command(n),
            need: None,
            priority: None,
            simulated: false,
        };
        world.node.join_queue(&desk, joining).await.unwrap();
    }
    let call = once(&world, 2, "call");
    let called = world
        .node
        .call_next_once(&desk, call)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        world.node.call_next_once(&desk, call).await.unwrap(),
        Some(called)
    );
    assert_eq!(world.node.desk_queue(&desk).await.unwrap().waiting.len(), 1);
    // A key of one kind of command opens no other.
    assert!(is_reused(world.node.call_next_once(&desk, serve).await));
    let version = |at: u32| {
        let (world, desk) = (&world, &desk);
        async move {
            let row = world.node.visit_at_desk(desk, called).await.unwrap();
            assert_eq!(row.version, at);
        }
    };
    version(2).await;
    let back = once(&world, 3, "back");
    for _ in 0..2 {
        let put = world
            .node
            .change_visit_once(&desk, called, Some(2), VisitCommand::PutBack, back);
        put.await.unwrap();
    }
    version(3).await;
    let late = once(&world, 4, "back");
    let stale = world
        .node
        .change_visit_once(&desk, called, Some(2), VisitCommand::PutBack, late)
        .await;
    assert!(
        matches!(stale, Err(HandleError::Conflict { .. })),
        "{stale:?}"
    );
}

#[tokio::test]
async fn an_outage_is_said_once_and_ended_once() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let declare = || DeclareOutage {
        system: None,
        words: Some("Genset".to_owned()),
        since: None,
        way: Some("Datang besok".to_owned()),
        until: None,
        simulated: false,
    };
    let said = once(&world, 1, "say");
    let first = world
        .node
        .declare_outage_once(&desk, declare(), said)
        .await
        .unwrap();
    let again = world
        .node
        .declare_outage_once(&desk, declare(), said)
        .await
        .unwrap();
    assert_eq!(first, again);
    let row = world.node.outage_at_desk(&desk, first).await.unwrap();
    assert_eq!(row.version, 1);
    world.pass_minutes(5);
    let over = once(&world, 2, "end");
    let stale = world
        .node
        .end_outage_once(&desk, first, Some(7), None, over)
        .await;
    assert!(
        matches!(stale, Err(HandleError::Conflict { .. })),
        "{stale:?}"
    );
    for _ in 0..2 {
        let end = world
            .node
            .end_outage_once(&desk, first, Some(1), None, over);
        end.await.unwrap();
    }
    let row = world.node.outage_at_desk(&desk, first).await.unwrap();
    assert_eq!(row.version, 2);
}

#[tokio::test]
async fn a_correction_is_written_once_and_by_its_officer_alone() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let other = world.officer("budi", Role::Desk, None).await;
    let pack = world.node.unit().pack.clone();
    let service = &pack.services()[0];
    let record = RecordEncounter {
        command: command(50),
        person: PersonDetails::default(),
        capacity: PersonCapacity::Resident,
        case: None,
        service: service.code.clone(),
        function: service.function.code().to_owned(),
        role: service.role.code().to_owned(),
        explained: Vec::new(),
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: None,
        place: PlaceInput::Area {
            area: JUWANA.parse().unwrap(),
            text: None,
        },
        happened_at: None,
        simulated: false,
    };
    let met = world.node.record_encounter(&desk, record).await.unwrap();
    let sent = once(&world, 1, "x");
    for _ in 0..2 {
        let history = world
            .node
            .correct_encounter_once(
                &desk,
                met.encounter,
                Some(1),
                "Bukan di pasar".to_owned(),
                sent,
            )
            .await
            .unwrap();
        assert_eq!(history.acts.len(), 2);
    }
    let told = world
        .node
        .correct_encounter_once(
            &other,
            met.encounter,
            None,
            "Bukan di pasar".to_owned(),
            sent,
        )
        .await;
    assert!(matches!(told, Err(HandleError::NotAllowed(_))), "{told:?}");
}
