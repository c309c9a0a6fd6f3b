//! Cases that anybody may see.

use jiff::Timestamp;
use pengayom_core::subject::case::{CaseStage, RequestFiled};
use pengayom_store::{ShownQuery, Store};

use crate::Engine;
use crate::made::{
    answered, assessed, at, case, closed, filing, follow, pati, rembang, request, taken,
};

fn asked() -> ShownQuery {
    ShownQuery {
        services: vec![request().service],
        cases: None,
        stages: Vec::new(),
        filed_from: at(0),
        filed_before: at(1_000),
        touched_from: None,
        skip: 0,
        limit: 50,
    }
}

async fn shown(store: &dyn Store, query: &ShownQuery) -> Vec<u128> {
    let rows = store.cases_shown(&pati(), query).await.unwrap();
    rows.iter().map(|row| row.id.0.as_u128()).collect()
}

async fn file(store: &dyn Store, n: u128, filed_at: Timestamp, request: RequestFiled) {
    let append = filing(&pati(), n, filed_at, request);
    store.append(append).await.unwrap();
}

/// Nothing is shown that was not asked for by its service, that is kept narrow, in which somebody was
/// in danger, or that is another unit's.
// S76
pub async fn only_what_anybody_may_see_is_shown(engine: &impl Engine) {
    let store = engine.open().await;
    file(&*store, 1, at(10), request()).await;
    let (mut narrow, mut danger, mut other) = (request(), request(), request());
    narrow.sensitive = true;
    danger.danger = true;
    other.service = "report_fraud".parse().unwrap();
    for (n, request) in [(2, narrow), (3, danger), (4, other)] {
        file(&*store, n, at(20 + i64::try_from(n).unwrap()), request).await;
    }
    let elsewhere = filing(&rembang(), 5, at(30), request());
    store.append(elsewhere).await.unwrap();
    assert_eq!(shown(&*store, &asked()).await, [1]);
    let by_id = |ids: &[u128]| ShownQuery {
        cases: Some(ids.iter().copied().map(case).collect()),
        ..asked()
    };
    assert_eq!(shown(&*store, &by_id(&[1, 2, 3, 4, 5, 6])).await, [1]);
    assert!(shown(&*store, &by_id(&[])).await.is_empty());
    let of_none = ShownQuery {
        services: Vec::new(),
        ..asked()
    };
    assert!(shown(&*store, &of_none).await.is_empty());
    // What an officer decides on later counts.
    file(&*store, 7, at(40), request()).await;
    assert_eq!(shown(&*store, &asked()).await, [7, 1]);
    follow(&*store, &pati(), 7, at(50), assessed("report_fraud", None)).await;
    assert_eq!(shown(&*store, &asked()).await, [1]);
}

/// Newest first, by moment, stage and what happened since, page by page.
pub async fn what_is_shown_comes_page_by_page(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=5_u8 {
        file(&*store, n.into(), at(10 * i64::from(n)), request()).await;
    }
    assert_eq!(shown(&*store, &asked()).await, [5, 4, 3, 2, 1]);
    let page = |skip| ShownQuery {
        skip,
        limit: 2,
        ..asked()
    };
    assert_eq!(shown(&*store, &page(0)).await, [5, 4]);
    assert_eq!(shown(&*store, &page(4)).await, [1]);
    assert!(shown(&*store, &page(5)).await.is_empty());
    let between = ShownQuery {
        filed_from: at(20),
        filed_before: at(40),
        ..asked()
    };
    assert_eq!(shown(&*store, &between).await, [3, 2]);
    follow(&*store, &pati(), 2, at(60), taken(1)).await;
    follow(&*store, &pati(), 2, at(70), answered("Kami datang")).await;
    follow(&*store, &pati(), 2, at(80), closed()).await;
    let touched = |from| ShownQuery {
        touched_from: Some(at(from)),
        ..asked()
    };
    assert_eq!(shown(&*store, &touched(80)).await, [2]);
    assert!(shown(&*store, &touched(81)).await.is_empty());
    let of_stage = |stage| ShownQuery {
        stages: vec![stage],
        ..asked()
    };
    assert_eq!(shown(&*store, &of_stage(CaseStage::Closed)).await, [2]);
    let open = shown(&*store, &of_stage(CaseStage::Received)).await;
    assert_eq!(open, [5, 4, 3, 1]);
}
