//! Means and skills: things and officers' standing are kept and listed, and what was asked meanwhile is
//! counted.

use pengayom_core::act::{Payload, Subject};
use pengayom_core::pack::GapKind;
use pengayom_core::subject::officer::{OfficerAct, QualificationGranted};
use pengayom_core::subject::thing::{ThingAct, ThingRegistered, ThingState};
use pengayom_core::value::{ActId, ThingId, UnitId};
use pengayom_store::{Append, Span, Store, views};

use crate::Engine;
use crate::desk::desk_act;
use crate::made::{answered, assessed, at, filing, follow, id, officer, pati, rembang, request};

/// Appends an act of a thing or an officer's standing, at a station.
async fn add(
    store: &dyn Store,
    unit: &UnitId,
    subject: Subject,
    (when, station): (i64, &str),
    payload: Payload,
) {
    let known = store.acts(unit, subject).await.unwrap();
    let act = desk_act(at(when), station, payload);
    let append = Append::new(unit.clone(), subject, views::fold(&known), vec![act]);
    store.append(append).await.unwrap();
}

/// Something is there.
pub(crate) async fn thing(store: &dyn Store, unit: &UnitId, n: u128, station: &str, label: &str) {
    let registered = ThingAct::ThingRegistered(ThingRegistered {
        kind: "radio".parse().unwrap(),
        label: label.to_owned(),
        room: Some("gudang".to_owned()),
        state: ThingState::InOrder,
        check_by: Some("2027-01-31".parse().unwrap()),
        pack_version: "1".to_owned(),
        simulated: false,
    });
    let subject = Subject::Thing(ThingId(id(n)));
    let when = i64::try_from(n).unwrap();
    add(
        store,
        unit,
        subject,
        (when, station),
        Payload::Thing(registered),
    )
    .await;
}

/// It broke.
pub(crate) async fn broke(store: &dyn Store, unit: &UnitId, n: u128, station: &str, when: i64) {
    let broke = ThingAct::StateChanged {
        state: ThingState::Broken,
        reason: "jatuh".to_owned(),
    };
    let subject = Subject::Thing(ThingId(id(n)));
    add(store, unit, subject, (when, station), Payload::Thing(broke)).await;
}

/// An officer is qualified, and a lesson waits for them.
pub(crate) async fn qualified(store: &dyn Store, unit: &UnitId, n: u128) {
    let granted = OfficerAct::QualificationGranted(QualificationGranted {
        skill: "ppa".parse().unwrap(),
        by: "SPN".to_owned(),
        certificate: Some("1".to_owned()),
        from: "2025-01-01".parse().unwrap(),
        until: None,
        pack_version: "1".to_owned(),
        simulated: false,
    });
    let opened = OfficerAct::LessonOpened {
        lesson: "two_items".parse().unwrap(),
        gap: Some(GapKind::EvidenceMissing),
        cause: Some(ActId(id(n))),
    };
    let subject = Subject::Officer(officer(n));
    for act in [granted, opened] {
        add(
            store,
            unit,
            subject,
            (10, "polsek-juwana"),
            Payload::Officer(act),
        )
        .await;
    }
}

/// Things are listed by station, kind and label, each as its acts tell; another unit's are not.
// S35
pub async fn things_are_kept_and_listed(engine: &impl Engine) {
    let store = engine.open().await;
    thing(&*store, &pati(), 1, "polsek-tayu", "HT 1").await;
    thing(&*store, &pati(), 2, "polsek-juwana", "HT 2").await;
    thing(&*store, &pati(), 3, "polsek-juwana", "HT 1").await;
    thing(&*store, &rembang(), 1, "polsek-lasem", "HT 1").await;
    broke(&*store, &pati(), 3, "polsek-juwana", 500).await;
    let rows = store.things(&pati()).await.unwrap();
    let listed: Vec<u128> = rows.iter().map(|row| row.id.0.as_u128()).collect();
    assert_eq!(listed, [3, 2, 1].map(|n| id(n).as_u128()));
    let row = store.thing(&pati(), ThingId(id(3))).await.unwrap().unwrap();
    assert_eq!(row, rows[0]);
    assert_eq!(
        (row.version, row.state, row.since),
        (2, ThingState::Broken, at(500))
    );
    assert_eq!(row.check_by, Some("2027-01-31".parse().unwrap()));
    let phases: Vec<_> = row
        .phases
        .iter()
        .map(|one| (one.from, one.in_order))
        .collect();
    assert_eq!(phases, [(at(3), true), (at(500), false)]);
    assert_eq!(store.thing(&rembang(), ThingId(id(3))).await.unwrap(), None);
}

/// What an officer is qualified for and which lessons wait is read in one row.
// S7, S34
pub async fn an_officers_standing_is_kept(engine: &impl Engine) {
    let store = engine.open().await;
    qualified(&*store, &pati(), 2).await;
    qualified(&*store, &rembang(), 3).await;
    let row = store.standing(&pati(), officer(2)).await.unwrap().unwrap();
    assert_eq!(row.version, 2);
    assert_eq!(row.qualifications[0].skill.as_str(), "ppa");
    let (lesson, state) = row.lessons.iter().next().unwrap();
    assert_eq!(
        (lesson.as_str(), state.gap),
        ("two_items", Some(GapKind::EvidenceMissing))
    );
    assert_eq!(store.standings(&pati()).await.unwrap(), [row]);
    assert_eq!(store.standing(&pati(), officer(3)).await.unwrap(), None);
}

/// What was asked of a service is counted by hour and station, with how long people waited; hours outside
/// the span and other services are not.
// S35
pub async fn demand_is_counted_by_hour_and_station(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, when) in [(1, 100), (2, 200), (3, 4_000), (4, 90_000)] {
        store
            .append(filing(&pati(), n, at(when), request()))
            .await
            .unwrap();
    }
    follow(&*store, &pati(), 1, at(160), answered("ya")).await;
    follow(&*store, &pati(), 2, at(300), assessed("report_fraud", None)).await;
    let span = Span {
        from: at(0),
        to: at(7_200),
    };
    let services = ["report_theft".parse().unwrap()];
    let demand = store.demand(&pati(), span, &services).await.unwrap();
    let counted: Vec<(jiff::Timestamp, i64, i64)> = demand
        .iter()
        .map(|one| (one.hour, one.filed, one.waits.n()))
        .collect();
    assert_eq!(counted, [(at(0), 1, 1), (at(3_600), 1, 0)]);
    assert!(store.demand(&pati(), span, &[]).await.unwrap().is_empty());
    assert!(
        store
            .demand(&rembang(), span, &services)
            .await
            .unwrap()
            .is_empty()
    );
}
