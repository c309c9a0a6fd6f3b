//! An encounter, its card, its judgement, and what the chief sees of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeMap;

use pengayom_core::act::{Payload, Subject};
use pengayom_core::pack::Aspect;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::encounter::{EncounterRefusal, PersonCapacity};
use pengayom_core::subject::feedback::{Answer, FeedbackAct, FeedbackRefusal};
use pengayom_core::value::{CommandId, SecretDigits};
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::{RecordEncounter, Recorded};
use pengayom_node::handle::feedback::TRIES_PER_ORIGIN;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, PersonDetails};

use pengayom_store::StoreError;
use support::World;

const JUWANA: &str = "33.18.08.2022";

fn record(command: CommandId) -> RecordEncounter {
    RecordEncounter {
        command,
        person: PersonDetails::default(),
        capacity: PersonCapacity::Reporter,
        case: None,
        service: "gangguan".parse().unwrap(),
        function: "order".into(),
        role: "protector".into(),
        explained: vec!["next_step".into()],
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
    }
}

async fn meet(world: &World, officer: &Staff) -> Recorded {
    world
        .node
        .record_encounter(officer, record(world.command()))
        .await
        .unwrap()
}

fn answers(digit: u8) -> BTreeMap<String, Answer> {
    ["k1", "c2", "b5", "t1"]
        .into_iter()
        .map(|item| (item.to_owned(), Answer::try_from(digit).unwrap()))
        .collect()
}

async fn rate(world: &World, code: &SecretDigits, digit: u8) -> Result<(), HandleError> {
    let rateable = world.node.rateable(code, "a").await?;
    world
        .node
        .give_feedback(rateable, answers(digit), None, None)
        .await
}

#[tokio::test]
async fn an_encounter_has_citizen_officer_place_time_and_service() {
    // S4
    let world = World::new().await;
    let dimas = world
        .officer("dimas", Role::Patrol, Some("polsek-juwana"))
        .await;
    let recorded = meet(&world, &dimas).await;
    let known = world
        .node
        .encounter_history(&dimas, recorded.encounter)
        .await
        .unwrap()
        .encounter;
    assert_eq!(known.recorded.officer, dimas.id);
    assert_eq!(known.recorded.capacity, PersonCapacity::Reporter);
    assert_eq!(known.recorded.service.as_str(), "gangguan");
    assert_eq!(known.place.unwrap().station.to_string(), "polsek-juwana");
    assert_eq!(known.happened_at, world.node.now());
}

#[tokio::test]
async fn an_encounter_names_a_police_function_and_a_role_of_the_pack() {
    // S1 S28
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    for (function, role, field) in [
        ("helping", "servant", "function"),
        ("order", "boss", "role"),
    ] {
        let mut bad = record(world.command());
        bad.function = function.into();
        bad.role = role.into();
        match world.node.record_encounter(&dimas, bad).await {
            Err(HandleError::Encounter(EncounterRefusal::NotInPack { field: found, .. })) => {
                assert_eq!(found, field);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn recording_twice_gives_one_encounter_and_the_same_card() {
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let sent = record(world.command());
    let first = world
        .node
        .record_encounter(&dimas, sent.clone())
        .await
        .unwrap();
    let second = world.node.record_encounter(&dimas, sent).await.unwrap();
    assert_eq!(first.encounter, second.encounter);
    assert_eq!(first.code, second.code);
    assert!(second.repeated);
}

#[tokio::test]
async fn another_record_under_the_same_command_is_not_taken_for_the_first() {
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let other = world.officer("budi", Role::Patrol, None).await;
    let filed = world.file("gangguan", JUWANA).await;
    let sent = record(world.command());
    let node = &world.node;
    node.record_encounter(&dimas, sent.clone()).await.unwrap();
    world.pass_minutes(3);
    let changed = |change: fn(&mut RecordEncounter)| {
        let mut changed = sent.clone();
        change(&mut changed);
        changed
    };
    let mut others = vec![
        changed(|sent| {
            sent.force_used = true;
            sent.legal_basis = Some("KUHAP 18".into());
        }),
        changed(|sent| {
            sent.force_used = true;
            sent.force_stage = Some("stage_3".into());
            sent.legal_basis = Some("KUHAP 18".into());
        }),
        changed(|sent| sent.place = PlaceInput::Unknown),
        changed(|sent| sent.happened_at = Some("2026-11-24T02:00:00Z".parse().unwrap())),
        changed(|sent| sent.role = "servant".into()),
    ];
    others.push(RecordEncounter {
        case: Some(filed.case),
        ..sent.clone()
    });
    for other in others {
        let found = node.record_encounter(&dimas, other).await;
        let reused = matches!(found, Err(HandleError::Store(StoreError::CommandReused)));
        assert!(reused, "{found:?}");
    }
    // Nor is the card of one officer given to another who sends the same.
    let found = node.record_encounter(&other, sent).await;
    assert!(matches!(
        found,
        Err(HandleError::Store(StoreError::CommandReused))
    ));
}

#[tokio::test]
async fn a_card_is_used_once_and_for_thirty_days() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let recorded = meet(&world, &dimas).await;
    rate(&world, &recorded.code, 3).await.unwrap();
    let again = rate(&world, &recorded.code, 4).await;
    assert!(matches!(
        again,
        Err(HandleError::Feedback(FeedbackRefusal::AlreadyGiven))
    ));
    let late = meet(&world, &dimas).await;
    world.pass_minutes(30 * 24 * 60 + 1);
    let refused = rate(&world, &late.code, 3).await;
    assert!(matches!(
        refused,
        Err(HandleError::Feedback(FeedbackRefusal::RatingEnded { .. }))
    ));
}

#[tokio::test]
async fn two_judgements_at_once_count_as_one() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let code = meet(&world, &dimas).await.code;
    let (one, other) = tokio::join!(rate(&world, &code, 3), rate(&world, &code, 4));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
}

#[tokio::test]
async fn the_officer_shows_one_and_the_same_card_until_it_has_run_out() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let other = world.officer("budi", Role::Commander, None).await;
    let recorded = meet(&world, &dimas).await;
    let node = &world.node;
    let card = node.rating_card(&dimas, recorded.encounter).await.unwrap();
    let card = card.unwrap();
    assert_eq!(card.code, recorded.code);
    assert_eq!(card.rate_by, recorded.rate_by);
    // Not even the chief, who reads the record.
    assert!(matches!(
        node.rating_card(&other, recorded.encounter).await,
        Err(HandleError::Encounter(EncounterRefusal::NotYours))
    ));
    // The card does not tell that it was used.
    rate(&world, &recorded.code, 1).await.unwrap();
    world.pass_minutes(30 * 24 * 60);
    let later = node.rating_card(&dimas, recorded.encounter).await.unwrap();
    assert_eq!(later, Some(card));
    world.pass_minutes(1);
    let gone = node.rating_card(&dimas, recorded.encounter).await.unwrap();
    assert_eq!(gone, None);
}

#[tokio::test]
async fn who_has_used_up_their_tries_of_codes_is_not_let_in_by_a_right_one() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let code = meet(&world, &dimas).await.code;
    let wrong = SecretDigits::from_random(1);
    for _ in 0..TRIES_PER_ORIGIN {
        let found = world.node.rateable(&wrong, "a").await;
        assert!(matches!(found, Err(HandleError::NoMatch)));
    }
    let found = world.node.rateable(&code, "a").await;
    assert!(matches!(found, Err(HandleError::TooManyTries { .. })));
    assert!(world.node.rateable(&code, "b").await.is_ok());
}

#[tokio::test]
async fn two_encounters_have_two_codes() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let first = meet(&world, &dimas).await;
    let second = meet(&world, &dimas).await;
    assert_ne!(first.code, second.code);
}

#[tokio::test]
async fn the_chief_sees_a_judgement_at_once_with_its_n_and_not_before_enough_people() {
    // S5 S6
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let chief = world.officer("ratna", Role::Commander, None).await;
    for n in 1..=5_u64 {
        let code = meet(&world, &dimas).await.code;
        rate(&world, &code, if n == 1 { 1 } else { 3 })
            .await
            .unwrap();
        let morning = world.node.morning(&chief).await.unwrap();
        let item = morning
            .survey
            .iter()
            .find(|item| item.item == "k1")
            .unwrap();
        assert_eq!(item.n, n);
        assert_eq!(item.aspect, Some(Aspect::Competence));
        assert_eq!(item.hidden, n < 5);
        assert_eq!(item.good.is_some(), n >= 5);
    }
    let morning = world.node.morning(&chief).await.unwrap();
    let item = morning
        .survey
        .iter()
        .find(|item| item.item == "k1")
        .unwrap();
    let good = item.good.unwrap();
    assert!((good.share - 0.8).abs() < 1e-12 && good.n == 5);
    assert!(good.interval.low < 0.8 && good.interval.high > 0.8);
}

#[tokio::test]
async fn anybody_sees_weeks_that_are_over_and_no_figure_of_fewer_than_five() {
    // S16
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    for _ in 0..4 {
        world.file("gangguan", "33.18.08.2022").await;
    }
    for _ in 0..5 {
        let code = meet(&world, &dimas).await.code;
        rate(&world, &code, 3).await.unwrap();
    }
    let item = |week: &pengayom_node::performance::PublicWeek| {
        let item = week.survey.iter().find(|item| item.item == "k1");
        item.and_then(|item| item.good)
    };
    // The week is not over: nothing of it is shown.
    let now = world.node.performance().await.unwrap();
    assert!(now.weeks.iter().all(|week| item(week).is_none()));
    assert!(now.weeks.iter().all(|week| week.filed == Some(0)));
    world.pass_minutes(7 * 24 * 60);
    let after = world.node.performance().await.unwrap();
    let week = &after.weeks[0];
    assert_eq!(week.filed, None, "four requests are too few to show");
    assert_eq!(week.in_time, None);
    assert!(item(week).is_some_and(|good| good.n == 5));
    // One more, recorded in the week after, changes nothing of a week that is over.
    world.file("gangguan", "33.18.08.2022").await;
    world.pass_minutes(30);
    let again = world.node.performance().await.unwrap();
    assert_eq!(again.weeks[0].filed, None);
    assert!(again.weeks.iter().skip(1).all(|week| week.filed == Some(0)));
}

#[tokio::test]
async fn trust_and_liking_stand_apart_from_the_three_aspects() {
    // S6 S41
    let world = World::new().await;
    let chief = world.officer("ratna", Role::Commander, None).await;
    let morning = world.node.morning(&chief).await.unwrap();
    for aspect in [Aspect::Competence, Aspect::Consistency, Aspect::Civility] {
        assert!(
            morning
                .survey
                .iter()
                .any(|item| item.aspect == Some(aspect)),
            "{aspect}"
        );
    }
    let apart: Vec<&str> = morning
        .survey
        .iter()
        .filter(|item| item.aspect.is_none())
        .map(|item| item.item.as_str())
        .collect();
    assert_eq!(apart, ["t1", "t2"]);
}

#[tokio::test]
async fn a_judgement_names_neither_the_person_nor_the_officer() {
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let mut sent = record(world.command());
    sent.person.name = Some("Siti".into());
    let recorded = world.node.record_encounter(&dimas, sent).await.unwrap();
    rate(&world, &recorded.code, 3).await.unwrap();
    let unit = world.node.unit().id.clone();
    let acts = world.node.store().acts_after(&unit, 0, 100).await.unwrap();
    let given = acts
        .iter()
        .find(|act| act.act.payload.kind() == "feedback.feedback_given")
        .unwrap();
    let text = given.act.payload.to_stored().unwrap();
    assert!(!text.contains(&dimas.id.to_string()));
    assert!(!text.contains(&recorded.encounter.to_string()));
    let place = given.act.place.as_ref().unwrap();
    assert!(place.point.is_none() && place.text.is_none());
}

#[tokio::test]
async fn a_judgement_is_not_found_again_by_its_identifier_or_its_minute() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    world.pass_minutes(47);
    let recorded = meet(&world, &dimas).await;
    let mut news = world.node.listen();
    rate(&world, &recorded.code, 3).await.unwrap();
    let event = news.recv().await.unwrap();
    assert_eq!(event.kind, "feedback.feedback_given");
    assert_eq!(event.subject, None);
    let unit = world.node.unit().id.clone();
    let acts = world.node.store().acts_after(&unit, 0, 100).await.unwrap();
    let given = acts
        .iter()
        .find_map(|act| match (&act.act.subject, &act.act.payload) {
            (Subject::Feedback(id), Payload::Feedback(FeedbackAct::FeedbackGiven(given))) => {
                Some((*id, given.clone()))
            }
            _ => None,
        });
    let (id, given) = given.unwrap();
    assert_eq!(id.0.get_version_num(), 8);
    assert_ne!(id.0, recorded.encounter.0);
    // They met at 09.47, WIB.
    assert_eq!(given.served_at, support::at("2026-11-24T02:00:00Z"));
}

#[tokio::test]
async fn the_handling_of_a_case_is_judged_after_the_first_answer() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let filed = world.file("gangguan", JUWANA).await;
    let node = &world.node;
    let early = node.rateable_case(&filed.number, &filed.secret, "a").await;
    assert!(matches!(early, Err(HandleError::NotFound(_))));
    let answer = CaseCommand::Answer {
        text: "Petugas datang".into(),
        next_news_by: None,
    };
    node.change_case(&desk, filed.case, None, answer, None)
        .await
        .unwrap();
    let rateable = node
        .rateable_case(&filed.number, &filed.secret, "a")
        .await
        .unwrap();
    node.give_feedback(rateable, answers(4), None, None)
        .await
        .unwrap();
    let again = node
        .rateable_case(&filed.number, &filed.secret, "a")
        .await
        .unwrap();
    assert!(again.used);
}

#[tokio::test]
async fn the_unit_sees_week_by_week_how_it_is_judged() {
    // S5
    let world = World::new().await;
    let dimas = world.officer("dimas", Role::Patrol, None).await;
    let chief = world.officer("ratna", Role::Commander, None).await;
    for (digit, weeks_on) in [(1, 1), (4, 0)] {
        for _ in 0..6 {
            let code = meet(&world, &dimas).await.code;
            rate(&world, &code, digit).await.unwrap();
        }
        world.pass_minutes(weeks_on * 7 * 24 * 60);
    }
    let weeks = world.node.survey_weeks(&chief).await.unwrap();
    let good = |week: usize| {
        let item = weeks[week]
            .survey
            .iter()
            .find(|item| item.item == "k1")
            .unwrap();
        item.good.map(|good| (good.share > 0.5, good.n))
    };
    assert_eq!(weeks.len(), 6);
    assert_eq!(
        (good(3), good(4), good(5)),
        (None, Some((false, 6)), Some((true, 6)))
    );
    assert!(world.node.survey_weeks(&dimas).await.is_err());
}
