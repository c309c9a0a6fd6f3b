//! Migration 22 counts the notices that programs of before recorded.

use pengayom_core::subject::case::CaseAct;
use pengayom_store::Store;
use pengayom_store::rebuild::Mode;
use pengayom_store_contract::made::{at, case, filing, follow, pati, request};
use pengayom_testkit::postgres::Database;
use sqlx::AssertSqlSafe;

use super::{Migrator, POSTGRES, SQLITE, open_sqlite, sqlite_by_hand};

const FORGET: &str = "UPDATE cases SET news_sent = NULL, news_late = NULL";

/// What the migration changes of rows, without the columns, which are there already.
fn counting(migrator: &Migrator) -> String {
    let mut all = migrator.iter();
    let migration = all.find(|migration| migration.version == 22).unwrap();
    let sql = migration.sql.as_str();
    sql.get(sql.find("UPDATE").unwrap()..).unwrap().to_owned()
}

/// A case with a notice in time, one at the last moment and one a microsecond late; a case with none.
async fn notices(store: &dyn Store) {
    for n in 1..=2 {
        let filed = filing(&pati(), n, at(0), request());
        store.append(filed).await.unwrap();
    }
    let late = at(500) + jiff::SignedDuration::from_micros(1);
    for (due_at, sent_at) in [(at(100), at(50)), (at(200), at(200)), (at(500), late)] {
        let act = CaseAct::ProgressSent {
            stage: "a1".to_owned(),
            due_at,
            text: "Laporan diterima.".to_owned(),
        };
        follow(store, &pati(), 1, sent_at, act).await;
    }
}

async fn are_counted(store: &dyn Store) {
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!((row.measured.news_sent, row.measured.news_late), (3, 1));
    let row = store.case(&pati(), case(2)).await.unwrap().unwrap();
    assert_eq!((row.measured.news_sent, row.measured.news_late), (0, 0));
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
}

// S18
#[tokio::test]
async fn notices_of_before_are_counted_as_if_they_were_sent_today() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = open_sqlite(&path).await.unwrap();
    notices(&*store).await;
    are_counted(&*store).await;
    store.close().await;
    let mut file = sqlite_by_hand(&path).await;
    for sql in [FORGET.to_owned(), counting(&SQLITE)] {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut file)
            .await
            .unwrap();
    }
    drop(file);
    are_counted(&*open_sqlite(&path).await.unwrap()).await;

    let database = Database::new();
    let store = pengayom_store::open(database.url()).await.unwrap();
    notices(&*store).await;
    database.sql(FORGET);
    database.sql(&counting(&POSTGRES));
    are_counted(&*store).await;
}
