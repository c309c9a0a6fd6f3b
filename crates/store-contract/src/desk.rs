//! The front desk: who waits in which order, tickets without gaps, how long people waited, what is down.

use jiff::Timestamp;
use pengayom_core::act::{Payload, Subject};
use pengayom_core::place::StationId;
use pengayom_core::subject::outage::{OutageAct, OutageDeclared};
use pengayom_core::subject::visit::order::Turn;
use pengayom_core::subject::visit::{VisitAct, VisitorJoined};
use pengayom_core::value::{OutageId, TicketSeries, UnitId, VisitId};
use pengayom_store::rebuild::{Mode, Report};
use pengayom_store::views;
use pengayom_store::{Append, Appended, NewAct, Store, StoreError, VisitRow};

use crate::Engine;
use crate::made::{act, at, closed, id, officer, pati, place, rembang};

const JUWANA: &str = "polsek-juwana";

fn station(code: &str) -> StationId {
    code.parse().unwrap()
}

pub(crate) fn desk_act(happened_at: Timestamp, station: &str, payload: Payload) -> NewAct {
    let mut act = act(happened_at, closed());
    act.place = Some(place(station, "33.18.10.2013", "sedang"));
    act.payload = payload;
    act
}

/// Somebody comes to a desk; the store gives the ticket.
pub(crate) fn joined(
    unit: &UnitId,
    n: u128,
    code: &str,
    when: Timestamp,
    change: impl FnOnce(&mut VisitorJoined),
) -> Append {
    let mut joined = VisitorJoined {
        day: jiff::civil::date(2026, 11, 24),
        ticket: None,
        need: Some("lapor".to_owned()),
        sensitive: false,
        priority: None,
        danger: false,
        open_until: at(100_000),
        pack_version: "1".to_owned(),
        simulated: false,
    };
    change(&mut joined);
    let series = TicketSeries {
        station: station(code),
        day: joined.day,
    };
    let act = desk_act(when, code, Payload::Visit(VisitAct::VisitorJoined(joined)));
    let subject = Subject::Visit(VisitId(id(n)));
    let mut append = Append::new(unit.clone(), subject, None, vec![act]);
    append.tickets = Some(series);
    append
}

/// An append to what the record knows of a visit.
async fn later(store: &dyn Store, unit: &UnitId, n: u128, when: i64, what: VisitAct) -> Append {
    let subject = Subject::Visit(VisitId(id(n)));
    let known = store.acts(unit, subject).await.unwrap();
    let act = desk_act(at(when), JUWANA, Payload::Visit(what));
    Append::new(unit.clone(), subject, views::fold(&known), vec![act])
}

/// Appends to what the record knows of a visit.
pub(crate) async fn visit(
    store: &dyn Store,
    unit: &UnitId,
    n: u128,
    when: i64,
    what: VisitAct,
) -> Appended {
    let append = later(store, unit, n, when, what).await;
    store.append(append).await.unwrap()
}

pub(crate) fn called(by: u128) -> VisitAct {
    VisitAct::VisitorCalled { by: officer(by) }
}

pub(crate) fn ended(served: bool) -> VisitAct {
    VisitAct::VisitEnded {
        ended: "dilayani".to_owned(),
        served,
    }
}

/// Something is down at a station.
pub(crate) fn down(unit: &UnitId, n: u128, since: i64) -> Append {
    let declared = OutageDeclared {
        system: Some("telepon_110".to_owned()),
        words: None,
        since: at(since),
        way: Some("datang".to_owned()),
        until: Some(at(since + 9_000)),
        pack_version: "1".to_owned(),
        simulated: false,
    };
    let payload = Payload::Outage(OutageAct::OutageDeclared(declared));
    let act = desk_act(at(since), JUWANA, payload);
    Append::new(
        unit.clone(),
        Subject::Outage(OutageId(id(n))),
        None,
        vec![act],
    )
}

/// It works again.
pub(crate) async fn works_again(store: &dyn Store, unit: &UnitId, n: u128, when: i64) {
    let subject = Subject::Outage(OutageId(id(n)));
    let known = store.acts(unit, subject).await.unwrap();
    let payload = Payload::Outage(OutageAct::OutageEnded { at: at(when) });
    let act = desk_act(at(when), JUWANA, payload);
    let append = Append::new(unit.clone(), subject, views::fold(&known), vec![act]);
    store.append(append).await.unwrap();
}

async fn waiting(store: &dyn Store, unit: &UnitId, at: Timestamp) -> Vec<VisitRow> {
    store
        .visits_waiting(unit, &station(JUWANA), at, 500)
        .await
        .unwrap()
}

fn ids(rows: &[VisitRow]) -> Vec<VisitId> {
    rows.iter().map(|row| row.id).collect()
}

/// Danger, then who goes first, then arrival: as the rule of the place in the queue says.
// S21, S76
pub async fn people_are_called_by_danger_then_priority_then_arrival(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=24_u128 {
        let when = at(i64::try_from(n * 7 % 24).unwrap());
        let append = joined(&pati(), n, JUWANA, when, |joined| {
            joined.danger = n % 6 == 0;
            joined.priority = (n % 2 == 0).then(|| "lansia".to_owned());
        });
        store.append(append).await.unwrap();
    }
    // Another desk, and another unit, have a queue of their own.
    let elsewhere = joined(&pati(), 90, "polsek-tayu", at(1), |_| {});
    store.append(elsewhere).await.unwrap();
    let elsewhere = joined(&rembang(), 91, JUWANA, at(1), |_| {});
    store.append(elsewhere).await.unwrap();
    let rows = waiting(&*store, &pati(), at(1_000)).await;
    assert_eq!(rows.len(), 24);
    let mut sorted = rows.clone();
    sorted.sort_by_key(VisitRow::place);
    assert_eq!(ids(&rows), ids(&sorted));
    let turns: Vec<Turn> = rows.iter().map(|row| row.turn).collect();
    assert_eq!(turns[3..5], [Turn::Danger, Turn::First]);
    let few = store
        .visits_waiting(&pati(), &station(JUWANA), at(1_000), 3)
        .await
        .unwrap();
    assert_eq!(ids(&few), ids(&rows[..3]));
}

/// Tickets of a desk and a day have no gaps and no doubles, whoever comes at once.
// S21
pub async fn tickets_are_counted_by_desk_and_day_without_gaps(engine: &impl Engine) {
    let store = engine.open().await;
    let mut at_once = tokio::task::JoinSet::new();
    for n in 1..=20_u128 {
        let append = joined(&pati(), n, JUWANA, at(i64::try_from(n).unwrap()), |_| {});
        let store = std::sync::Arc::clone(&store);
        at_once.spawn(async move { store.append(append).await.unwrap() });
    }
    let appended = at_once.join_all().await;
    let ticket = |appended: &Appended| match &appended.acts[0].payload {
        Payload::Visit(VisitAct::VisitorJoined(joined)) => joined.ticket.unwrap(),
        other => panic!("{other:?}"),
    };
    let mut tickets: Vec<u32> = appended.iter().map(ticket).collect();
    tickets.sort_unstable();
    assert_eq!(tickets, (1..=20).collect::<Vec<u32>>());
    let other_desk = joined(&pati(), 30, "polsek-tayu", at(30), |_| {});
    assert_eq!(ticket(&store.append(other_desk).await.unwrap()), 1);
    let next_day = joined(&pati(), 31, JUWANA, at(90_000), |joined| {
        joined.day = jiff::civil::date(2026, 11, 25);
    });
    assert_eq!(ticket(&store.append(next_day).await.unwrap()), 1);
    let more = joined(&pati(), 32, JUWANA, at(40), |_| {});
    assert_eq!(ticket(&store.append(more).await.unwrap()), 21);
    // Cases are numbered on their own.
    let filing = crate::made::filing(&pati(), 1, at(50), crate::made::request());
    let filed = store.append(filing).await.unwrap();
    let row = store
        .case_by_number(&pati(), &crate::made::series().number(1))
        .await
        .unwrap();
    assert_eq!(Subject::Case(row.unwrap().id), filed.subject);
}

/// Of two officers who call the same person at once one has them, and the other is told.
// S21
pub async fn one_of_two_officers_has_the_person(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(joined(&pati(), 1, JUWANA, at(0), |_| {}))
        .await
        .unwrap();
    let one = later(&*store, &pati(), 1, 10, called(1)).await;
    let other = later(&*store, &pati(), 1, 10, called(2)).await;
    let (one, other) = tokio::join!(store.append(one), store.append(other));
    let won = [one.is_ok(), other.is_ok()];
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    let lost = if won[0] { other } else { one };
    assert!(matches!(
        lost,
        Err(StoreError::Stale {
            expected: 1,
            found: 2
        })
    ));
    assert!(waiting(&*store, &pati(), at(20)).await.is_empty());
    let served = store
        .visits_served(&pati(), &station(JUWANA), at(20), 10)
        .await
        .unwrap();
    let by = if won[0] { officer(1) } else { officer(2) };
    assert_eq!(served[0].called_by, Some(by));
}

/// A row goes with its person: waits, is served, put back, gone; and how long they waited is told of
/// those who were called and there.
// S26
pub async fn waits_are_those_of_people_called_and_there(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=4 {
        let when = at(i64::try_from(n).unwrap() * 100);
        store
            .append(joined(&pati(), n, JUWANA, when, |_| {}))
            .await
            .unwrap();
    }
    for n in 1..=4 {
        visit(
            &*store,
            &pati(),
            n,
            1_000 + i64::try_from(n).unwrap(),
            called(1),
        )
        .await;
    }
    visit(&*store, &pati(), 1, 1_100, ended(true)).await;
    // Called, and not there any more.
    visit(&*store, &pati(), 2, 1_100, ended(false)).await;
    visit(&*store, &pati(), 3, 1_100, VisitAct::VisitorPutBack {}).await;
    let both = [(at(400), at(1_004)), (at(100), at(1_001))];
    assert_eq!(waits(&*store, 0).await, both);
    assert_eq!(waits(&*store, 1_002).await, both[..1]);
    let rows = waiting(&*store, &pati(), at(2_000)).await;
    assert_eq!(
        (rows.len(), rows[0].joined_at, rows[0].called_at),
        (1, at(300), None)
    );
    let last = store.last_visit(&pati(), &station(JUWANA)).await.unwrap();
    assert_eq!(last, Some(at(400)));
    assert_eq!(
        store
            .last_visit(&pati(), &station("polsek-tayu"))
            .await
            .unwrap(),
        None
    );
}

async fn waits(store: &dyn Store, since: i64) -> Vec<(Timestamp, Timestamp)> {
    let waited = store
        .visits_called(&pati(), &station(JUWANA), at(since), 10)
        .await
        .unwrap();
    waited
        .into_iter()
        .map(|one| (one.joined_at, one.called_at))
        .collect()
}

/// A ticket that works no longer is in no list, and is given to whoever ends it by rule.
// S26
pub async fn a_ticket_that_works_no_longer_is_in_no_list(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, until) in [(1, 500), (2, 900)] {
        let append = joined(&pati(), n, JUWANA, at(0), |joined| {
            joined.open_until = at(until);
        });
        store.append(append).await.unwrap();
    }
    assert_eq!(waiting(&*store, &pati(), at(499)).await.len(), 2);
    assert_eq!(waiting(&*store, &pati(), at(500)).await.len(), 1);
    let to_end = |now| {
        let store = &store;
        async move { store.visits_to_end(&pati(), at(now), 10).await.unwrap() }
    };
    assert!(to_end(499).await.is_empty());
    assert_eq!(to_end(900).await, [VisitId(id(1)), VisitId(id(2))]);
    let lapsed = VisitAct::VisitEnded {
        ended: "lapsed".to_owned(),
        served: false,
    };
    visit(&*store, &pati(), 1, 900, lapsed).await;
    assert_eq!(to_end(900).await, [VisitId(id(2))]);
    assert!(
        store
            .visits_to_end(&rembang(), at(900), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

/// What is down is listed, then what works again since a while; of one unit nothing shows in another.
// S26
pub async fn what_is_down_is_listed_and_for_a_while_what_works_again(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        store
            .append(down(&pati(), n, i64::try_from(n).unwrap() * 10))
            .await
            .unwrap();
    }
    works_again(&*store, &pati(), 1, 500).await;
    works_again(&*store, &pati(), 2, 900).await;
    let listed = |since| {
        let store = &store;
        async move {
            let rows = store.outages(&pati(), at(since), 10).await.unwrap();
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        }
    };
    let ids = |of: &[u128]| of.iter().map(|n| OutageId(id(*n))).collect::<Vec<_>>();
    assert_eq!(listed(600).await, ids(&[3, 2]));
    assert_eq!(listed(500).await, ids(&[3, 2, 1]));
    let row = store
        .outage(&pati(), OutageId(id(2)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.version, row.since, row.ended_at),
        (2, at(20), Some(at(900)))
    );
    assert_eq!(row.station, Some(station(JUWANA)));
    assert!(
        store
            .outages(&rembang(), at(0), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

/// Rows of the desk are derived anew, and what was changed by hand is named and put right.
pub async fn rows_of_the_desk_are_derived_anew(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        store
            .append(joined(&pati(), n, JUWANA, at(10), |_| {}))
            .await
            .unwrap();
    }
    visit(&*store, &pati(), 1, 60, called(1)).await;
    store.append(down(&pati(), 7, 5)).await.unwrap();
    let rebuild = |mode| {
        let store = &store;
        async move { store.rebuild(&pati(), mode, &|_| {}).await.unwrap() }
    };
    assert_eq!(rebuild(Mode::Check).await.differences(), 0);
    for sql in [
        "UPDATE visits SET turn = 0, ended = 'dilayani' WHERE unit = 'polres-pati' AND ticket = 2",
        "DELETE FROM outages WHERE unit = 'polres-pati'",
        "UPDATE numbers SET last = 9 WHERE unit = 'polres-pati' AND series LIKE 'visit/%'",
    ] {
        engine.by_hand(crate::BySql::both(sql)).await;
    }
    let found: Report = rebuild(Mode::Mend).await;
    let changed = |table: &str| found.tables[table].different + found.tables[table].missing;
    assert_eq!(["numbers", "outages", "visits"].map(changed), [1, 1, 1]);
    assert_eq!(found.differences(), 3);
    assert_eq!(rebuild(Mode::Check).await.differences(), 0);
    let next = store
        .append(joined(&pati(), 4, JUWANA, at(90), |_| {}))
        .await
        .unwrap();
    let row = store.visit(&pati(), VisitId(id(4))).await.unwrap().unwrap();
    assert_eq!(
        (next.subject, row.ticket),
        (Subject::Visit(VisitId(id(4))), 4)
    );
}
