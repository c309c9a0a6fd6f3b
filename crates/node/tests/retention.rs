//! What is kept too long is found and erased; what is to be kept stays.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::SignedDuration;
use pengayom_core::act::Actor;
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal};
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::erasure::{ErasureBasis, HoldGround};
use pengayom_core::subject::feedback::Answer;
use pengayom_core::value::{CaseId, EncounterId};
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::retention::{Done, Outcome};
use pengayom_node::{HandleError, Node, NodeKey, PersonDetails};
use pengayom_store::rebuild::Mode;
use pengayom_store::{HourGroup, Span};
use pengayom_testkit::postgres::Database;
use support::{World, at, request};

const JUWANA: &str = "33.18.08.2022";
const DAY: i64 = 24 * 60;

/// Goes on in steps short enough for the clock to be believed, with a run at the end of each.
async fn live(world: &World, days: i64) -> Done {
    let mut all = Done::default();
    let mut left = days;
    while left > 0 {
        let step = left.min(13);
        world.pass_minutes(step * DAY);
        left -= step;
        let done = erase(world).await;
        for (service, n) in done.cases {
            *all.cases.entry(service).or_default() += n;
        }
        all.encounters += done.encounters;
        all.messages += done.messages;
        assert_eq!((done.failed, done.left_over), (0, false));
    }
    all
}

async fn erase(world: &World) -> Done {
    match world
        .node
        .run_retention("test", false, &|| false)
        .await
        .unwrap()
    {
        Outcome::Ran(done) => done,
        other => panic!("{other:?}"),
    }
}

/// Files a case, with somebody who can be found, and closes it.
async fn closed(world: &World, chief: &Staff, service: &str) -> CaseId {
    let mut request = request(world.command(), service, JUWANA);
    request.reporter = PersonDetails {
        name: Some("Siti Aminah".to_owned()),
        phone: Some("081234567890".to_owned()),
        ..PersonDetails::default()
    };
    let filed = world.node.file_request(request, &Actor::Citizen).await;
    let id = filed.unwrap().case;
    if world
        .node
        .unit()
        .pack
        .is_sensitive(&service.parse().unwrap())
    {
        // A sensitive case is closed by whoever took it.
        let take = CaseCommand::Take { by: chief.id };
        tell(world, chief, id, take).await.unwrap();
    }
    close(world, chief, id).await;
    id
}

async fn close(world: &World, chief: &Staff, id: CaseId) {
    let command = CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "Sudah selesai dengan Ibu Siti".to_owned(),
    };
    tell(world, chief, id, command).await.unwrap();
}

async fn tell(
    world: &World,
    by: &Staff,
    id: CaseId,
    command: CaseCommand,
) -> Result<(), HandleError> {
    world
        .node
        .change_case(by, id, None, command, None)
        .await
        .map(|_| ())
}

/// An encounter, and a judgement of it with a message.
async fn met(world: &World, officer: &Staff, case: Option<CaseId>) -> EncounterId {
    let record = RecordEncounter {
        command: world.command(),
        person: PersonDetails {
            name: Some("Budi".to_owned()),
            ..PersonDetails::default()
        },
        capacity: PersonCapacity::Reporter,
        case,
        service: "gangguan".parse().unwrap(),
        function: "order".into(),
        role: "protector".into(),
        explained: Vec::new(),
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: Some("Budi tinggal di sini".into()),
        place: PlaceInput::Area {
            area: JUWANA.parse().unwrap(),
            text: None,
        },
        happened_at: None,
        simulated: false,
    };
    let recorded = world.node.record_encounter(officer, record).await.unwrap();
    let rateable = world.node.rateable(&recorded.code, "a").await.unwrap();
    let items = world.node.unit();
    let item = items.pack.survey().form.items[0].to_string();
    let answers = BTreeMap::from([(item, Answer::Yes)]);
    let message = Some("Terima kasih, Pak Budi".to_owned());
    let given = world.node.give_feedback(rateable, answers, message, None);
    given.await.unwrap();
    recorded.encounter
}

async fn is_erased(world: &World, by: &Staff, id: CaseId) -> bool {
    let case = world.node.case_history(by, id).await.unwrap().case;
    case.erased.is_some()
}

fn service(code: &str) -> ServiceCode {
    code.parse().unwrap()
}

/// What is counted of the unit.
async fn counts(world: &World) -> String {
    let unit = world.node.unit().id.clone();
    let span = Span {
        from: at("2026-11-01T00:00:00Z"),
        to: at("2026-12-31T00:00:00Z"),
    };
    let store = world.node.store();
    let mut all = String::new();
    for by in [HourGroup::Service, HourGroup::Beat, HourGroup::Hour] {
        let totals = store.hour_totals(&unit, span, by).await.unwrap();
        all.push_str(&format!("{totals:?}"));
    }
    let (from, to) = ("2026-11-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    let survey = store.survey_totals(&unit, from, to, None).await.unwrap();
    let officers = store.officer_totals(&unit, from, to).await.unwrap();
    format!("{all}{survey:?}{officers:?}")
}

/// The ledger holds every act, and every view follows from the acts.
async fn is_sound(world: &World) {
    let node = &world.node;
    let unit = node.unit().id.clone();
    let store = node.store();
    node.advance_ledger().await.unwrap();
    let audit = store.audit(&unit, &|_| ()).await.unwrap();
    assert!(audit.is_whole(), "{audit:?}");
    let report = store.rebuild(&unit, Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(
        (report.differences(), report.broken()),
        (0, 0),
        "{report:?}"
    );
}

async fn each_goes_by_its_own_clock(world: World) {
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let node = &world.node;
    // Information is kept 6 months, a lost letter 24; the pack of the tests is the real one.
    let short = closed(&world, &chief, "info").await;
    let long = closed(&world, &chief, "sktlk").await;
    let narrow = closed(&world, &chief, "kdrt").await;
    let of_case = met(&world, &chief, Some(short)).await;
    let alone = met(&world, &chief, None).await;
    let before = counts(&world).await;
    let is_kept = async |id: EncounterId| {
        let known = node.encounter_history(&chief, id).await.unwrap();
        known.encounter.recorded.note.is_some()
    };

    // 24 November 2026 and six months: kept through 24 May 2027.
    assert_eq!(live(&world, 181).await, Done::default());
    assert!(!is_erased(&world, &chief, short).await && is_kept(of_case).await);
    let done = live(&world, 1).await;
    assert_eq!(done.cases, BTreeMap::from([(service("info"), 1)]));
    assert_eq!((done.encounters, done.messages), (0, 0));
    assert!(is_erased(&world, &chief, short).await && !is_kept(of_case).await);
    assert!(!is_erased(&world, &chief, long).await && is_kept(alone).await);
    // S5: messages go on the first of a month after their own year, with no case.
    let done = live(&world, 200).await;
    assert_eq!(
        (done.cases.len(), done.messages, done.encounters),
        (0, 2, 0)
    );
    let done = live(&world, 360).await;
    assert_eq!(done.cases, BTreeMap::from([(service("sktlk"), 1)]));
    assert_eq!((done.encounters, done.messages), (1, 0));
    assert!(!is_kept(alone).await);
    assert!(!is_erased(&world, &chief, narrow).await);

    assert_eq!(counts(&world).await, before);
    let unit = node.unit().id.clone();
    let messages = node.store().feedback_messages(&unit, 9).await.unwrap();
    assert_eq!(messages, []);
    is_sound(&world).await;
    let runs = node.retention_runs(500).await.unwrap();
    assert!(runs.iter().all(|(row, _)| row.ended_at.is_some()));
    assert_eq!(runs.iter().map(|(_, done)| done.erased()).sum::<u64>(), 5);
    let acts = node.case_history(&chief, short).await.unwrap().acts;
    let program = Actor::Program {
        job: "retention".to_owned(),
    };
    assert_eq!(acts.last().unwrap().actor, program);
}

// S40
#[tokio::test]
async fn each_goes_by_its_own_clock_in_a_file() {
    each_goes_by_its_own_clock(World::new().await).await;
}

// S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_goes_by_its_own_clock_in_a_database() {
    let database = Database::new();
    each_goes_by_its_own_clock(World::at(database.url(), 1, None).await).await;
}

#[tokio::test]
async fn a_held_case_stays_until_the_hold_is_lifted_by_whoever_may() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let desk = world.officer("desk", Role::Desk, None).await;
    let id = closed(&world, &chief, "info").await;
    let hold = || CaseCommand::PlaceHold {
        ground: HoldGround::Complaint,
        reference: "Dumas 7/2026".to_owned(),
    };
    let refused = tell(&world, &desk, id, hold()).await;
    assert!(matches!(
        refused,
        Err(HandleError::NotAllowed(Permission::HoldCase))
    ));
    tell(&world, &chief, id, hold()).await.unwrap();
    assert_eq!(live(&world, 200).await, Done::default());
    let request = CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some("Surat 1/2027".to_owned()),
    };
    let refused = tell(&world, &chief, id, request).await;
    assert!(matches!(
        refused,
        Err(HandleError::Case(CaseRefusal::Held { .. }))
    ));
    let number = world.node.case_history(&chief, id).await.unwrap();
    let number = number.case.filed.number.unwrap();
    let export = world.node.export_case(&number).await.unwrap();
    assert_eq!(export.kept_until.unwrap().to_string(), "2027-05-24");
    let reference = "Putusan 7/2027".to_owned();
    let lift = CaseCommand::LiftHold { reference };
    tell(&world, &chief, id, lift).await.unwrap();
    assert_eq!(erase(&world).await.erased(), 1);
    is_sound(&world).await;
}

#[tokio::test]
async fn a_case_opened_again_starts_anew() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let id = closed(&world, &chief, "info").await;
    live(&world, 100).await;
    let reason = "Belum selesai".to_owned();
    tell(&world, &chief, id, CaseCommand::Reopen { reason })
        .await
        .unwrap();
    assert_eq!(live(&world, 100).await, Done::default());
    close(&world, &chief, id).await;
    assert_eq!(live(&world, 180).await, Done::default());
    assert_eq!(live(&world, 5).await.erased(), 1);
}

/// Puts another period of `info` into the pack.
async fn with_period(world: &World, from: u32, to: u32) {
    let unit = world.node.unit().id.clone();
    let mut row = world.node.store().unit(&unit).await.unwrap().unwrap();
    let mut files: BTreeMap<String, String> = serde_json::from_str(&row.pack).unwrap();
    let services = files.get_mut("services.toml").unwrap();
    let begin = services.find("id = \"info\"").unwrap();
    let period = format!("keep_months = {from}\n");
    let place = begin + services[begin..].find(&period).unwrap();
    services.replace_range(
        place..place + period.len(),
        &format!("keep_months = {to}\n"),
    );
    row.pack = serde_json::to_string(&files).unwrap();
    world.node.store().put_unit(&row).await.unwrap();
    world.node.reload_unit().await.unwrap();
}

#[tokio::test]
async fn a_pack_that_changed_since_shortens_nothing_and_lengthens_at_once() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let promised = closed(&world, &chief, "info").await;
    with_period(&world, 6, 3).await;
    let shorter = closed(&world, &chief, "info").await;
    let done = live(&world, 95).await;
    assert_eq!(done.erased(), 1);
    assert!(is_erased(&world, &chief, shorter).await);
    assert!(!is_erased(&world, &chief, promised).await);
    with_period(&world, 3, 12).await;
    assert_eq!(live(&world, 100).await, Done::default());
    assert_eq!(live(&world, 190).await.erased(), 1);
}

// S45
#[tokio::test]
async fn a_clock_that_jumps_a_year_ahead_erases_nothing_until_somebody_looked_at_it() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let id = closed(&world, &chief, "info").await;
    assert_eq!(erase(&world).await, Done::default());
    let jumped = 366 * DAY;
    world.pass_minutes(jumped);
    // Acts recorded meanwhile do not make it right.
    closed(&world, &chief, "info").await;
    for _ in 0..3 {
        let outcome = world.node.run_retention("test", false, &|| false).await;
        let refused = matches!(outcome, Ok(Outcome::ClockNotBelieved { .. }));
        assert!(refused, "{outcome:?}");
        world.pass_minutes(DAY);
    }
    assert!(!is_erased(&world, &chief, id).await);
    let runs = world.node.retention_runs(1).await.unwrap();
    assert!(runs[0].0.refused);
    // Put right, it goes on as before.
    world.pass_minutes(-jumped - 2 * DAY);
    assert_eq!(erase(&world).await, Done::default());
    world.pass_minutes(jumped);
    let outcome = world.node.run_retention("test", true, &|| false).await;
    let Ok(Outcome::Ran(done)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(done.erased(), 1);
}

#[tokio::test]
async fn it_runs_once_a_night_and_by_day_when_a_night_was_missed() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    closed(&world, &chief, "info").await;
    let by_night = async || world.node.retention_by_night(&|| false).await.unwrap();
    // 24 November, 09.00 WIB: the first time nothing is erased.
    assert_eq!(by_night().await, None);
    let runs = world.node.retention_runs(9).await.unwrap();
    assert_eq!((runs.len(), runs[0].0.started_by.as_str()), (1, "baseline"));
    world.pass_minutes(16 * 60);
    assert_eq!(by_night().await, None, "01.00");
    world.pass_minutes(60);
    assert!(by_night().await.is_some(), "02.00");
    world.pass_minutes(60);
    assert_eq!(by_night().await, None, "03.00 of the same night");
    world.pass_minutes(30 * 60);
    assert_eq!(
        by_night().await,
        None,
        "09.00 of the next day, 31 hours after"
    );
    world.pass_minutes(6 * 60);
    assert!(by_night().await.is_some(), "15.00, 37 hours after");
}

#[tokio::test]
async fn a_run_that_is_stopped_goes_on_where_it_was() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    for _ in 0..5 {
        closed(&world, &chief, "info").await;
    }
    live(&world, 181).await;
    world.pass_minutes(2 * DAY);
    let planned = world.node.plan_retention().await.unwrap();
    assert_eq!(planned.cases, BTreeMap::from([(service("info"), 5)]));
    let asked = AtomicU32::new(0);
    let stop = || asked.fetch_add(1, Ordering::SeqCst) >= 2;
    let outcome = world
        .node
        .run_retention("test", false, &stop)
        .await
        .unwrap();
    let Outcome::Ran(done) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((done.erased(), done.left_over), (2, true));
    let done = erase(&world).await;
    assert_eq!((done.erased(), done.left_over), (3, false));
    assert_eq!(world.node.plan_retention().await.unwrap(), Done::default());
}

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_at_once_erase_each_case_once() {
    let database = Database::new();
    let world = World::at(database.url(), 1, None).await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    for _ in 0..8 {
        closed(&world, &chief, "info").await;
    }
    live(&world, 181).await;
    world.pass_minutes(2 * DAY);
    let other = Node::open(
        Arc::clone(world.node.store()),
        &world.node.unit().id.clone(),
        NodeKey::new([7; 32]),
        Arc::clone(&world.clock) as Arc<dyn pengayom_node::Clock>,
        Arc::new(support::CountedRandomness::from(500_000)),
    )
    .await
    .unwrap();
    let (one, two) = tokio::join!(
        world.node.run_retention("one", false, &|| false),
        other.run_retention("two", false, &|| false),
    );
    let erased = |outcome: Result<Outcome, HandleError>| match outcome.unwrap() {
        Outcome::Ran(done) => done.erased(),
        Outcome::AnotherRuns => 0,
        other @ Outcome::ClockNotBelieved { .. } => panic!("{other:?}"),
    };
    assert_eq!(erased(one) + erased(two), 8);
    let acts = "SELECT count(*) FROM acts WHERE kind = 'case.personal_data_erased'";
    assert_eq!(database.sql(acts), "8");
    is_sound(&world).await;
}

// S40
#[tokio::test]
async fn an_encounter_recorded_about_an_erased_case_goes_by_its_own_clock_or_on_request() {
    let world = World::new().await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let node = &world.node;
    let ids = [
        closed(&world, &chief, "info").await,
        closed(&world, &chief, "info").await,
    ];
    assert_eq!(live(&world, 182).await.erased(), 2);
    world.pass_minutes(1);
    let by_clock = met(&world, &chief, Some(ids[0])).await;
    let on_request = met(&world, &chief, Some(ids[1])).await;
    let is_kept = async |id: EncounterId| {
        let known = node.encounter_history(&chief, id).await.unwrap();
        known.encounter.erased.is_none()
    };
    let request = || CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some("Surat 1/2027".to_owned()),
    };
    tell(&world, &chief, ids[1], request()).await.unwrap();
    assert!(is_kept(by_clock).await && !is_kept(on_request).await);
    let again = tell(&world, &chief, ids[1], request()).await;
    let refused = matches!(again, Err(HandleError::Case(CaseRefusal::AlreadyErased)));
    assert!(refused, "{again:?}");
    // Two years after the meeting of 25 May 2027.
    assert_eq!(live(&world, 729).await.encounters, 0);
    assert!(is_kept(by_clock).await);
    assert_eq!(live(&world, 4).await.encounters, 1);
    assert!(!is_kept(by_clock).await);
    assert_eq!(node.plan_retention().await.unwrap(), Done::default());
    is_sound(&world).await;
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_comes_while_a_case_is_erased_keeps_all_of_it_or_nothing() {
    let database = Database::new();
    let world = World::at(database.url(), 1, None).await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let mut cases = Vec::new();
    for _ in 0..8 {
        let id = closed(&world, &chief, "info").await;
        let mut about = Vec::new();
        for _ in 0..3 {
            about.push(met(&world, &chief, Some(id)).await);
        }
        cases.push((id, about));
    }
    let erase = || CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some("Surat 1/2027".to_owned()),
    };
    let hold = || CaseCommand::PlaceHold {
        ground: HoldGround::Complaint,
        reference: "Dumas 7/2026".to_owned(),
    };
    for (n, (id, about)) in (0_u64..).zip(&cases) {
        let placed = async {
            tokio::time::sleep(std::time::Duration::from_millis(n * 2)).await;
            tell(&world, &chief, *id, hold()).await
        };
        let (erased, held) = tokio::join!(tell(&world, &chief, *id, erase()), placed);
        let case = world.node.case_history(&chief, *id).await.unwrap().case;
        assert_eq!(case.erased.is_some(), erased.is_ok(), "{n}: {erased:?}");
        assert_eq!(case.hold.is_some(), held.is_ok(), "{n}: {held:?}");
        assert_ne!(case.hold.is_some(), case.erased.is_some(), "{n}");
        for met in about {
            let known = world.node.encounter_history(&chief, *met).await.unwrap();
            let gone = known.encounter.erased.is_some();
            assert_eq!(gone, erased.is_ok(), "{n}");
        }
    }
    is_sound(&world).await;
}

#[tokio::test]
async fn one_that_fails_is_told_and_does_not_stop_the_others() {
    let database = Database::new();
    let world = World::at(database.url(), 1, None).await;
    let chief = world.officer("kapolres", Role::Commander, None).await;
    let bad = closed(&world, &chief, "info").await;
    world.pass_minutes(1);
    let good = closed(&world, &chief, "info").await;
    live(&world, 181).await;
    world.pass_minutes(2 * DAY);
    // Its closing does not read any more.
    let damage = format!(
        "ALTER TABLE acts DISABLE TRIGGER ALL;
         UPDATE acts SET payload = '{{}}' WHERE subject_id = '{}' AND version = 2",
        bad.0
    );
    database.sql(&damage);
    let done = erase(&world).await;
    assert_eq!((done.erased(), done.failed), (1, 1));
    assert!(is_erased(&world, &chief, good).await);
    let later = world.node.now() + SignedDuration::from_hours(1);
    assert!(world.node.retention_runs(1).await.unwrap()[0].0.begun_at < later);
}
