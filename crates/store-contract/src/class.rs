//! Whose a matter is, and what waits of a first hour, as lists and rows show it.

use pengayom_core::pack::Matter;
use pengayom_core::subject::case::{CaseAct, EscalationCause, SecondLook};
use pengayom_store::CaseQuery;
use pengayom_store::rebuild::Mode;

use crate::Engine;
use crate::made::{at, case, filing, follow, officer, pati, request};

fn decided(outcome: &str, matter: Matter, was: Option<Matter>, second_look: bool) -> CaseAct {
    CaseAct::TriageDecided {
        outcome: outcome.to_owned(),
        class: "criminal".to_owned(),
        matter,
        proposed: None,
        agrees: false,
        reason: "ada tipu".to_owned(),
        second_look,
        referrals: Vec::new(),
        was,
    }
}

/// The class of a case stands with it, and what waits for somebody is listed until somebody did it.
// S9 S10
pub async fn a_class_and_what_waits_stand_with_the_case(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=2 {
        let at = at(i64::try_from(n).unwrap());
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
    }
    let listed = async |query: CaseQuery| {
        let rows = store.cases(&pati(), &query).await.unwrap().rows;
        rows.iter()
            .map(|row| row.id.0.as_u128())
            .collect::<Vec<_>>()
    };
    let looks = || CaseQuery {
        second_look: true,
        ..CaseQuery::default()
    };
    let up = || CaseQuery {
        escalated: true,
        ..CaseQuery::default()
    };
    let first = decided("o_civil", Matter::Civil, None, true);
    follow(&*store, &pati(), 1, at(20), first).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.class.second_look, Some(SecondLook::Due));
    assert_eq!(
        (row.class.last, row.class.at),
        (Some(Matter::Civil), Some(at(20)))
    );
    assert!(row.class.disagreed);
    assert_eq!(listed(looks()).await, [1]);
    let changed = decided("o_criminal", Matter::Criminal, Some(Matter::Civil), false);
    follow(&*store, &pati(), 1, at(30), changed).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(
        (row.class.first, row.class.last),
        (Some(Matter::Civil), Some(Matter::Criminal))
    );
    assert_eq!((row.class.last_at, row.class.changes), (Some(at(30)), 1));
    assert_eq!(listed(looks()).await, [0_u128; 0]);
    let told = CaseAct::FirstHourEscalated {
        level: "duty_officer".to_owned(),
        cause: EscalationCause::Overdue,
    };
    follow(&*store, &pati(), 2, at(40), told).await;
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!(row.first_hour.level.as_deref(), Some("duty_officer"));
    assert_eq!(
        (row.first_hour.since, row.first_hour.escalations),
        (Some(at(40)), 1)
    );
    assert_eq!(listed(up()).await, [2]);
    let by = officer(7);
    follow(&*store, &pati(), 2, at(50), CaseAct::EscalationTaken { by }).await;
    assert_eq!(listed(up()).await, [0_u128; 0]);
    let step = CaseAct::FirstHourStepDone {
        step: "call_110_send_officer".to_owned(),
        done: true,
        reason: String::new(),
    };
    follow(&*store, &pati(), 2, at(60), step).await;
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!(row.first_hour.first_action_at, Some(at(60)));
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}
