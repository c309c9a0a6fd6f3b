//! Who may know a case, as lists and rows show it.

use pengayom_core::subject::case::CaseAct;
use pengayom_store::CaseQuery;

use crate::Engine;
use crate::made::{at, case, filing, follow, officer, pati, request};

/// Cases with openings that wait, with openings at all, and without whoever had them are listed as
/// their acts say, with who may know them.
// S45
pub async fn who_may_know_a_case_is_listed_with_it(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        let at = at(i64::try_from(n).unwrap());
        let filed = store.append(filing(&pati(), n, at, request())).await;
        filed.unwrap();
    }
    let reason = || "darurat".to_owned();
    let opened = CaseAct::EmergencyOpened {
        reason: reason(),
        until: at(3620),
    };
    let all = CaseQuery::default;
    let listed = async |query: CaseQuery| {
        let rows = store.cases(&pati(), &query).await.unwrap().rows;
        rows.iter()
            .map(|row| row.id.0.as_u128())
            .collect::<Vec<_>>()
    };
    let waiting = || CaseQuery {
        opening_unreviewed: true,
        ..all()
    };
    let used = || CaseQuery {
        opened: true,
        ..all()
    };
    let left = || CaseQuery {
        unhanded: true,
        ..all()
    };
    assert_eq!(listed(waiting()).await, [0_u128; 0]);
    follow(&*store, &pati(), 1, at(20), opened).await;
    let named = CaseAct::ReaderNamed {
        officer: officer(9),
        reason: reason(),
    };
    follow(&*store, &pati(), 1, at(21), named).await;
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.access.named, [officer(9)]);
    assert_eq!(row.access.openings[0].until, at(3620));
    assert_eq!(
        (row.opening_unreviewed_at, row.opened_at),
        (Some(at(20)), Some(at(20)))
    );
    assert_eq!(
        (listed(waiting()).await, listed(used()).await),
        (vec![1], vec![1])
    );
    let found = CaseAct::OpeningReviewed {
        opening: 1,
        justified: true,
        text: reason(),
    };
    follow(&*store, &pati(), 1, at(30), found).await;
    assert_eq!(
        (listed(waiting()).await, listed(used()).await),
        (Vec::new(), vec![1])
    );
    // Who has it is the one it is about.
    follow(
        &*store,
        &pati(),
        2,
        at(40),
        CaseAct::CaseTaken { by: officer(7) },
    )
    .await;
    let about = CaseAct::ConcernedNamed {
        officer: officer(7),
        reason: reason(),
    };
    follow(&*store, &pati(), 2, at(41), about).await;
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!((row.taken_by, row.unhanded_at), (None, Some(at(41))));
    assert_eq!(row.access.concerned, [officer(7)]);
    assert_eq!(listed(left()).await, [2]);
    follow(
        &*store,
        &pati(),
        2,
        at(50),
        CaseAct::CaseTaken { by: officer(8) },
    )
    .await;
    assert_eq!(listed(left()).await, [0_u128; 0]);
}
