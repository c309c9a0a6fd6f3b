//! A request from its filing to its end, as the handlers carry it out.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use pengayom_core::act::Actor;
use pengayom_core::place::{Point, StationId};
use pengayom_core::subject::case::{BlobRef, CaseCommand, CaseRefusal, CaseStage};
use pengayom_node::access::{Permission, Role, Shut};
use pengayom_node::handle::case::{Filed, MEDIA_MAX};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::handle::reporter::TRIES_PER_ORIGIN;
use pengayom_node::{HandleError, PersonDetails};
use pengayom_store::StoreError;

use support::{World, command, request};

/// A village of the sector Juwana and one of the sector Tayu.
const JUWANA: &str = "33.18.08.2022";
const TAYU: &str = "33.18.19.2001";

#[tokio::test]
async fn sending_twice_gives_one_case_and_the_same_secret() {
    let world = World::new().await;
    let sent = request(command(1), "gangguan", JUWANA);
    let first = world
        .node
        .file_request(sent.clone(), &Actor::Citizen)
        .await
        .unwrap();
    world.pass_minutes(3);
    let second = world
        .node
        .file_request(sent.clone(), &Actor::Citizen)
        .await
        .unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!(first.case, second.case);
    assert_eq!(first.number.to_string(), "PTI-2611-0001");
    assert_eq!(second.number, first.number);
    assert_eq!(second.secret, first.secret);
    assert_eq!(second.recorded_at, first.recorded_at);
    let mut other = sent;
    other.description = "Yang lain".to_owned();
    let reused = world.node.file_request(other, &Actor::Citizen).await;
    assert!(matches!(
        reused,
        Err(HandleError::Store(StoreError::CommandReused))
    ));
}

#[tokio::test]
async fn many_at_once_under_one_command_make_one_case() {
    let world = World::new().await;
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let node = world.node.clone();
        let sent = request(command(9), "gangguan", JUWANA);
        tasks.push(tokio::spawn(async move {
            node.file_request(sent, &Actor::Citizen).await
        }));
    }
    let mut numbers = std::collections::BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap().unwrap().number.to_string());
    }
    assert_eq!(numbers.len(), 1);
}

#[tokio::test]
async fn numbers_have_no_gaps_also_when_a_filing_is_refused() {
    let world = World::new().await;
    assert_eq!(world.file("gangguan", JUWANA).await.number.count, 1);
    let mut bad = request(world.command(), "gangguan", JUWANA);
    bad.description = " ".to_owned();
    assert!(world.node.file_request(bad, &Actor::Citizen).await.is_err());
    assert_eq!(world.file("laka", TAYU).await.number.count, 2);
}

#[tokio::test]
async fn a_place_finds_its_station_by_area_words_and_position() {
    // S32
    let world = World::new().await;
    let unit = world.node.unit();
    let station = |place: &PlaceInput| unit.resolve(place).unwrap().station.to_string();
    let area = PlaceInput::Area {
        area: JUWANA.parse().unwrap(),
        text: None,
    };
    assert_eq!(station(&area), "polsek-juwana");
    let point = Point::new(-6.719_074, 111.150_69).unwrap();
    assert_eq!(
        station(&PlaceInput::Point { point, text: None }),
        "polsek-juwana"
    );
    let words = PlaceInput::Text("warung dekat jembatan, Growong Lor, Juwana".to_owned());
    assert_eq!(station(&words), "polsek-juwana");
    assert_eq!(station(&PlaceInput::Unknown), "polres-pati");
    let nonsense = unit.resolve(&PlaceInput::Text("qqqq zzzz".to_owned()));
    assert!(matches!(nonsense, Err(HandleError::PlaceUnknown)));
    let rembang = Point::new(-6.708, 111.345).unwrap();
    match unit.resolve(&PlaceInput::Point {
        point: rembang,
        text: None,
    }) {
        Err(HandleError::Elsewhere { area }) => assert!(area.contains("Rembang"), "{area}"),
        other => panic!("{other:?}"),
    }
    let jakarta = Point::new(-6.2, 106.8).unwrap();
    let nowhere = unit.resolve(&PlaceInput::Point {
        point: jakarta,
        text: None,
    });
    assert!(matches!(
        nowhere,
        Err(HandleError::Nowhere | HandleError::Elsewhere { .. })
    ));
}

#[tokio::test]
async fn a_name_that_is_only_like_an_area_is_offered_not_chosen() {
    let world = World::new().await;
    let unit = world.node.unit();
    match unit.resolve(&PlaceInput::Text("Groweng Lor".to_owned())) {
        Err(HandleError::PlaceAmbiguous(found)) => {
            assert!(
                found.iter().any(|area| &*area.name == "Growong Lor"),
                "{found:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_officers_take_one_case_and_one_of_them_has_it() {
    let world = World::new().await;
    let filed = world.file("gangguan", JUWANA).await;
    let sari = world.officer("sari", Role::Desk, None).await;
    let budi = world.officer("budi", Role::Desk, None).await;
    let take = |by: &pengayom_node::access::Staff| {
        let (node, by) = (world.node.clone(), by.clone());
        let case = filed.case;
        async move {
            node.change_case(&by, case, None, CaseCommand::Take { by: by.id }, None)
                .await
        }
    };
    let (one, other) = tokio::join!(take(&sari), take(&budi));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    let refused = one.err().or(other.err()).unwrap();
    let refusal = matches!(
        refused,
        HandleError::Case(CaseRefusal::WithAnotherOfficer { .. })
    );
    assert!(refusal, "{refused:?}");
}

#[tokio::test]
async fn the_next_to_serve_is_danger_then_the_nearest_promise() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let slow = world.file("lp_b", JUWANA).await;
    let soon = world.file("gangguan", JUWANA).await;
    let mut danger = request(world.command(), "lp_b", TAYU);
    danger.danger = true;
    let danger = world
        .node
        .file_request(danger, &Actor::Citizen)
        .await
        .unwrap();
    let mut served = Vec::new();
    while let Some(case) = world.node.serve_next(&desk).await.unwrap() {
        served.push(case);
    }
    assert_eq!(served, [danger.case, soon.case, slow.case]);
}

#[tokio::test]
async fn a_late_case_is_closed_only_with_a_reason() {
    // S18
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let filed = world.file("gangguan", JUWANA).await;
    world.pass_minutes(11);
    let close = CaseCommand::Close {
        outcome: "resolved".into(),
        reason: "selesai".into(),
    };
    let change = |command| {
        world
            .node
            .change_case(&desk, filed.case, None, command, None)
    };
    let refused = change(close.clone()).await;
    assert!(matches!(
        refused,
        Err(HandleError::Case(CaseRefusal::LateWithoutReason { .. }))
    ));
    let reason = CaseCommand::ExplainDelay {
        reason: "far".into(),
        text: String::new(),
    };
    change(reason).await.unwrap();
    let closed = change(close).await.unwrap();
    assert_eq!(closed.case.stage, CaseStage::Closed);
}

#[tokio::test]
async fn what_was_written_since_is_seen_before_it_is_decided_on() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let filed = world.file("gangguan", JUWANA).await;
    let answer = |text: &str| CaseCommand::Answer {
        text: text.to_owned(),
        next_news_by: None,
    };
    let node = &world.node;
    node.change_case(&desk, filed.case, Some(1), answer("satu"), None)
        .await
        .unwrap();
    let stale = node
        .change_case(&desk, filed.case, Some(1), answer("dua"), None)
        .await;
    assert!(matches!(stale, Err(HandleError::Conflict { .. })));
}

#[tokio::test]
async fn a_case_kept_narrow_is_not_for_every_role() {
    let world = World::new().await;
    let patrol = world
        .officer("dimas", Role::Patrol, Some("polsek-juwana"))
        .await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let filed = world.file("kdrt", JUWANA).await;
    // No role opens it; whoever takes it is one of those who read it.
    for officer in [&patrol, &desk] {
        let refused = world.node.case_history(officer, filed.case).await;
        assert!(matches!(
            refused,
            Err(HandleError::CaseShut(Shut::NotNamed))
        ));
    }
    assert_eq!(
        world.node.serve_next(&desk).await.unwrap(),
        Some(filed.case)
    );
    assert!(world.node.case_history(&desk, filed.case).await.is_ok());
    let found = world
        .node
        .search_cases(&patrol, "bertengkar", 10)
        .await
        .unwrap();
    assert!(found.is_empty());
    // Who is given the case may read it.
    let assign = CaseCommand::AssignOfficer {
        officer: patrol.id,
        lacks: None,
        reason: None,
    };
    world
        .node
        .change_case(&desk, filed.case, None, assign, None)
        .await
        .unwrap();
    assert!(world.node.case_history(&patrol, filed.case).await.is_ok());
}

#[tokio::test]
async fn an_officer_of_one_station_does_not_open_the_cases_of_another() {
    let world = World::new().await;
    let juwana = world
        .officer("dimas", Role::Desk, Some("polsek-juwana"))
        .await;
    let tayu = world.file("gangguan", TAYU).await;
    let refused = world.node.case_history(&juwana, tayu.case).await;
    assert!(matches!(
        refused,
        Err(HandleError::CaseShut(Shut::OtherStation))
    ));
    assert!(world.node.waiting(&juwana, 50).await.unwrap().is_empty());
    assert_eq!(world.node.serve_next(&juwana).await.unwrap(), None);
}

#[tokio::test]
async fn those_who_keep_accounts_or_oversee_do_not_work_cases() {
    let world = World::new().await;
    let admin = world.officer("tono", Role::Admin, None).await;
    let oversight = world.officer("hadi", Role::Oversight, None).await;
    let filed = world.file("gangguan", JUWANA).await;
    assert!(world.node.case_history(&admin, filed.case).await.is_err());
    let answer = CaseCommand::Answer {
        text: "ya".into(),
        next_news_by: None,
    };
    let refused = world
        .node
        .change_case(&oversight, filed.case, None, answer, None)
        .await;
    assert!(matches!(
        refused,
        Err(HandleError::NotAllowed(Permission::WorkCase))
    ));
}

#[tokio::test]
async fn who_reported_is_sealed_in_the_store_and_read_by_those_who_may() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let oversight = world.officer("hadi", Role::Oversight, None).await;
    let mut sent = request(world.command(), "gangguan", JUWANA);
    sent.reporter = PersonDetails {
        name: Some("Siti Aminah".into()),
        phone: Some("081234567890".into()),
        ..PersonDetails::default()
    };
    let filed = world
        .node
        .file_request(sent, &Actor::Citizen)
        .await
        .unwrap();
    let history = world.node.case_history(&desk, filed.case).await.unwrap();
    let unit = world.node.unit().id.clone();
    let person = history.case.filed.reporter.unwrap();
    let row = world
        .node
        .store()
        .person(&unit, person)
        .await
        .unwrap()
        .unwrap();
    for bytes in [&row.sealed, &row.wrapped_key] {
        assert!(!bytes.windows(4).any(|window| window == b"Siti"));
    }
    let stored = history.acts[0].payload.to_stored().unwrap();
    assert!(!stored.contains("Siti") && !stored.contains("0812"));
    let read = world
        .node
        .reporter(&desk, &history.case)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.name.as_deref(), Some("Siti Aminah"));
    assert!(
        world
            .node
            .reporter(&oversight, &history.case)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn tracking_needs_the_right_code_and_wrong_ones_are_counted() {
    let world = World::new().await;
    let filed = world.file("gangguan", JUWANA).await;
    let other = world.file("gangguan", JUWANA).await;
    let node = &world.node;
    assert!(node.track(&filed.number, &filed.secret, "a").await.is_ok());
    let wrong = node.track(&filed.number, &other.secret, "a").await;
    assert!(matches!(wrong, Err(HandleError::NoMatch)));
    let mut last = wrong;
    for _ in 0..20 {
        last = node.track(&filed.number, &other.secret, "a").await;
    }
    assert!(matches!(last, Err(HandleError::TooManyTries { .. })));
    // The one who has the right code is not locked out by those who guess at their number.
    assert!(node.track(&filed.number, &filed.secret, "a").await.is_ok());
    assert!(node.track(&filed.number, &filed.secret, "b").await.is_ok());
    world.pass_minutes(16);
    let again = node.track(&filed.number, &other.secret, "a").await;
    assert!(matches!(again, Err(HandleError::NoMatch)));
}

#[tokio::test]
async fn who_has_used_up_their_tries_does_not_get_in_with_the_right_code() {
    let world = World::new().await;
    let filed = world.file("gangguan", JUWANA).await;
    let other = world.file("gangguan", JUWANA).await;
    let node = &world.node;
    for _ in 0..TRIES_PER_ORIGIN {
        let wrong = node.track(&filed.number, &other.secret, "a").await;
        assert!(wrong.is_err());
    }
    let found = node.track(&filed.number, &filed.secret, "a").await;
    assert!(matches!(found, Err(HandleError::TooManyTries { .. })));
    // From elsewhere the right code opens as before, and its visits are not counted.
    for _ in 0..=TRIES_PER_ORIGIN {
        assert!(node.track(&filed.number, &filed.secret, "b").await.is_ok());
    }
    world.pass_minutes(16);
    assert!(node.track(&filed.number, &filed.secret, "a").await.is_ok());
}

#[tokio::test]
async fn a_reporter_adds_what_they_remember_later() {
    // S40
    let world = World::new().await;
    let filed = world.file("gangguan", JUWANA).await;
    let node = &world.node;
    let command = command(7);
    let added = node
        .add_information(
            &filed.number,
            &filed.secret,
            "a",
            command,
            ("Pelakunya tiga orang".into(), vec![]),
        )
        .await
        .unwrap();
    assert_eq!(added.case.version, 2);
    // Sent twice it is there once; other words under the same command are not taken for it.
    for (text, outcome) in [("Pelakunya tiga orang", true), ("Empat orang", false)] {
        let again = (text.to_owned(), vec![]);
        let again = node.add_information(&filed.number, &filed.secret, "a", command, again);
        match again.await {
            Ok(again) => assert!(outcome && again.case.version == 2),
            Err(HandleError::Store(StoreError::CommandReused)) => assert!(!outcome),
            Err(error) => panic!("{error}"),
        }
    }
    let desk = world.officer("sari", Role::Desk, None).await;
    let found = node.search_cases(&desk, "tiga orang", 10).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn an_addition_carries_as_many_files_as_a_report() {
    let world = World::new().await;
    let filed = world.file("gangguan", JUWANA).await;
    let blob = BlobRef {
        sha256: "0".repeat(64),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 1,
    };
    let media = vec![blob; MEDIA_MAX + 1];
    let command = command(7);
    let text = "foto".to_owned();
    let found = world
        .node
        .add_information(&filed.number, &filed.secret, "a", command, (text, media))
        .await;
    assert!(matches!(
        found,
        Err(HandleError::TooLarge { found: 5, limit: 4 })
    ));
}

#[tokio::test]
async fn live_pages_hear_of_each_act_and_of_nothing_that_was_refused() {
    let world = World::new().await;
    let mut news = world.node.listen();
    let filed = world.file("gangguan", JUWANA).await;
    let event = news.recv().await.unwrap();
    assert_eq!(event.kind, "case.request_filed");
    assert_eq!(event.station.unwrap().to_string(), "polsek-juwana");
    let desk = world.officer("sari", Role::Desk, None).await;
    let close = CaseCommand::Close {
        outcome: "tidak ada".into(),
        reason: "x".into(),
    };
    assert!(
        world
            .node
            .change_case(&desk, filed.case, None, close, None)
            .await
            .is_err()
    );
    assert!(news.try_recv().is_err());
}

#[tokio::test]
async fn response_times_are_told_by_station_and_local_hour_with_their_n() {
    // S15 S16
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    let chief = world.officer("ratna", Role::Commander, None).await;
    let mut cases = Vec::new();
    for area in [JUWANA, JUWANA, TAYU] {
        cases.push(world.file("gangguan", area).await.case);
    }
    world.pass_minutes(8);
    for case in cases {
        let answer = CaseCommand::Answer {
            text: "ya".into(),
            next_news_by: None,
        };
        world
            .node
            .change_case(&desk, case, None, answer, None)
            .await
            .unwrap();
    }
    let day = "2026-11-24".parse().unwrap();
    let times = world.node.response_times(&chief, day, day).await.unwrap();
    assert_eq!(times.filed, 3);
    let n = |station: Option<&str>, hour: Option<u8>| {
        let fits = |row: &&pengayom_node::board::StationHour| {
            row.station.as_ref().map(StationId::as_str) == station && row.hour == hour
        };
        times.rows.iter().find(fits).map_or(0, |row| row.waits.n())
    };
    // Filed at 09.00 WIB, whatever hour it is in UTC.
    assert_eq!((n(None, None), n(None, Some(9))), (3, 3));
    assert_eq!(n(Some("polsek-juwana"), Some(9)), 2);
    assert_eq!(n(Some("polsek-tayu"), None), 1);
    let median = times.rows[0].waits.quantile(0.5).unwrap();
    assert!((median / 480.0 - 1.0).abs() < 0.045, "{median}");
    let before = "2026-11-23".parse().unwrap();
    assert!(
        world
            .node
            .response_times(&chief, day, before)
            .await
            .is_err()
    );
    assert!(world.node.response_times(&desk, day, day).await.is_err());
}

// S18: put together in both directions at once, neither ends as part of its own part.
#[tokio::test]
async fn two_cases_put_into_each_other_at_once_make_no_circle() {
    let world = World::new().await;
    let desk = world.officer("sari", Role::Desk, None).await;
    for first in [0, 1] {
        let pair = [
            world.file("gangguan", JUWANA).await,
            world.file("gangguan", JUWANA).await,
        ];
        let (one, other) = (&pair[first], &pair[1 - first]);
        let into = |part: &Filed, main: &Filed| {
            let (node, desk) = (&world.node, &desk);
            let (part, main) = (part.case, main.number.clone());
            Box::pin(async move {
                let reason = "kejadian yang sama".to_owned();
                node.merge_case(desk, part, None, &main, reason).await
            })
        };
        let (there, back) = tokio::join!(into(one, other), into(other, one));
        let refused = [there, back].into_iter().filter_map(Result::err);
        let refused: Vec<HandleError> = refused.collect();
        assert!(
            matches!(
                refused.as_slice(),
                [HandleError::Case(CaseRefusal::MergeChain)]
            ),
            "{refused:?}"
        );
        let links = |id| {
            let (node, desk) = (&world.node, &desk);
            async move { node.case_history(desk, id).await.unwrap().case.links }
        };
        let (one, other) = (links(one.case).await, links(other.case).await);
        assert!(one.into.is_some() != other.into.is_some());
        assert_eq!(one.parts.len() + other.parts.len(), 1);
    }
}
