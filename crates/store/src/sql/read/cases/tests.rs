//! What lists and queues are read off.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

use pengayom_testkit::postgres::Database;

use super::*;
use crate::sql::query::Bound;
use crate::sql::value::Value;
use crate::{OpenOptions, PostgresOptions, SqlStore};

fn unit() -> UnitId {
    "polres-pati".parse().unwrap()
}

/// How SQLite would answer a statement, one step a line.
async fn plan(store: &SqlStore, query: &Query) -> String {
    let mut query = query.clone();
    query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
    let rows = store.readers.fetch_all(query).await.unwrap();
    let steps: Vec<String> = rows.iter().map(|row| get(row, "detail").unwrap()).collect();
    steps.join("\n")
}

async fn store() -> (tempfile::TempDir, SqlStore) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("record.sqlite");
    let store = SqlStore::open_sqlite(&path, OpenOptions::default())
        .await
        .unwrap();
    (place, store)
}

fn cursor() -> CaseCursor {
    CaseCursor {
        filed_at: Timestamp::UNIX_EPOCH,
        case: CaseId(uuid::Uuid::nil()),
    }
}

/// Lists, and the index each is read off.
fn lists() -> Vec<(CaseQuery, &'static str)> {
    let all = CaseQuery::default;
    let officer = pengayom_core::value::OfficerId(uuid::Uuid::nil());
    let station = vec!["polsek-juwana".parse().unwrap()];
    let beat = Some("33.18.10.2013".parse().unwrap());
    let service = Some("report_theft".parse().unwrap());
    let stages = vec![CaseStage::Received];
    vec![
        (all(), "cases_by_filing"),
        (CaseQuery { stages, ..all() }, "cases_by_stage"),
        (
            CaseQuery {
                stations: station,
                ..all()
            },
            "cases_by_station",
        ),
        (
            CaseQuery {
                beat: beat.clone(),
                ..all()
            },
            "cases_by_beat",
        ),
        (
            CaseQuery {
                beat,
                stages: vec![CaseStage::Closed],
                ..all()
            },
            "cases_by_beat",
        ),
        (CaseQuery { service, ..all() }, "cases_by_service"),
        (
            CaseQuery {
                taken_by: Some(officer),
                ..all()
            },
            "cases_by_taker",
        ),
        (
            CaseQuery {
                assigned_to: Some(officer),
                ..all()
            },
            "cases_by_handler",
        ),
        (
            CaseQuery {
                review_open: true,
                ..all()
            },
            "cases_reviews",
        ),
        (
            CaseQuery {
                opening_unreviewed: true,
                ..all()
            },
            "cases_unreviewed",
        ),
        (
            CaseQuery {
                opened: true,
                ..all()
            },
            "cases_opened",
        ),
        (
            CaseQuery {
                unhanded: true,
                ..all()
            },
            "cases_unhanded",
        ),
        (
            CaseQuery {
                news_due: true,
                ..all()
            },
            "cases_news",
        ),
        (
            CaseQuery {
                second_look: true,
                ..all()
            },
            "cases_second_looks",
        ),
        (
            CaseQuery {
                escalated: true,
                ..all()
            },
            "cases_escalated",
        ),
        (
            CaseQuery {
                exhibits: true,
                ..all()
            },
            "cases_exhibits",
        ),
    ]
}

/// Queues, and the index each is read off.
fn queues() -> Vec<(CaseQuery, &'static str)> {
    let all = CaseQuery::default;
    let officer = Some(pengayom_core::value::OfficerId(uuid::Uuid::nil()));
    vec![
        (all(), "cases_open"),
        (
            CaseQuery {
                untaken: true,
                ..all()
            },
            "cases_open",
        ),
        (
            CaseQuery {
                taken_by: officer,
                ..all()
            },
            "cases_served",
        ),
        (
            CaseQuery {
                assigned_to: officer,
                ..all()
            },
            "cases_given",
        ),
        (
            CaseQuery {
                taken_by_other_than: officer,
                ..all()
            },
            "cases_taken",
        ),
    ]
}

#[tokio::test]
async fn lists_are_read_off_an_index_in_their_order() {
    let (_place, store) = store().await;
    for (query, index) in lists() {
        for after in [None, Some(cursor())] {
            let query = CaseQuery {
                after,
                ..query.clone()
            };
            let plan = plan(&store, &list(Engine::Sqlite, &unit(), &query).0).await;
            assert!(plan.starts_with("SEARCH"), "{plan}");
            assert!(plan.contains(&format!("USING INDEX {index} ")), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}

/// Lists of what waits, and the index each is read off; the few that it holds are sorted.
fn waits() -> Vec<(CaseQuery, &'static str)> {
    let all = CaseQuery::default;
    let mut asked = vec![
        (
            CaseQuery {
                review_open: true,
                order: CaseOrder::ReviewAsked,
                ..all()
            },
            "cases_reviews",
        ),
        (
            CaseQuery {
                rights_or_measures_due: Some(Timestamp::UNIX_EPOCH),
                order: CaseOrder::RightsOrMeasuresDue,
                ..all()
            },
            "cases_rights",
        ),
        (
            CaseQuery {
                news_due: true,
                order: CaseOrder::NewsDue,
                ..all()
            },
            "cases_news",
        ),
        (
            CaseQuery {
                second_look: true,
                order: CaseOrder::SecondLook,
                ..all()
            },
            "cases_second_looks",
        ),
        (
            CaseQuery {
                escalated: true,
                order: CaseOrder::Escalated,
                ..all()
            },
            "cases_escalated",
        ),
        (
            CaseQuery {
                opening_unreviewed: true,
                order: CaseOrder::OpeningUnreviewed,
                ..all()
            },
            "cases_unreviewed",
        ),
        (
            CaseQuery {
                unhanded: true,
                order: CaseOrder::Unhanded,
                ..all()
            },
            "cases_unhanded",
        ),
        (
            CaseQuery {
                evidence_wrong: true,
                order: CaseOrder::EvidenceWrong,
                ..all()
            },
            "cases_evidence_wrong",
        ),
    ];
    let of_station = asked.clone().into_iter().map(|(query, index)| {
        let stations = vec!["polsek-juwana".parse().unwrap()];
        (CaseQuery { stations, ..query }, index)
    });
    asked.extend(of_station);
    asked
}

// S9, S10, S13, S18, S24, S40, S45
#[tokio::test]
async fn what_waits_is_read_off_an_index_of_what_waits() {
    let (_place, store) = store().await;
    for (query, index) in waits() {
        let plan = plan(&store, &list(Engine::Sqlite, &unit(), &query).0).await;
        assert!(
            plan.contains(&format!("USING INDEX {index} ")),
            "{index}: {plan}"
        );
    }
}

#[tokio::test]
async fn the_queue_and_late_cases_are_read_off_an_index_in_their_order() {
    let (_place, store) = store().await;
    let at = Timestamp::UNIX_EPOCH;
    let mut asked = vec![(late(Engine::Sqlite, &unit(), at, 50), "cases_waiting")];
    for (query, index) in queues() {
        asked.push((in_order(Engine::Sqlite, &unit(), &query, 50), index));
    }
    for (query, index) in asked {
        let plan = plan(&store, &query).await;
        assert!(plan.contains(&format!("USING INDEX {index} ")), "{plan}");
        assert!(
            !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
            "{plan}"
        );
    }
}

#[tokio::test]
async fn no_list_reads_the_whole_table() {
    let (_place, store) = store().await;
    let station: Vec<_> = vec!["polsek-juwana".parse().unwrap()];
    let stages = vec![CaseStage::Received, CaseStage::Assessed];
    let query = CaseQuery {
        stages,
        stations: station,
        untaken: true,
        late_at: Some(Timestamp::UNIX_EPOCH),
        after: Some(cursor()),
        ..CaseQuery::default()
    };
    for query in [
        list(Engine::Sqlite, &unit(), &query).0,
        in_order(Engine::Sqlite, &unit(), &query, 50),
    ] {
        let plan = plan(&store, &query).await;
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}

/// A value as PostgreSQL reads it in a statement.
fn literal(value: &Value) -> String {
    match value {
        Value::Int(Some(value)) => value.to_string(),
        Value::Text(Some(value)) => format!("'{}'", value.replace('\'', "''")),
        Value::Uuid(Some(value)) => format!("'{value}'"),
        value => panic!("no statement here binds {value:?}"),
    }
}

/// How PostgreSQL answers a statement, one step a line: planned for its values, or once for any.
fn postgres_plan(database: &Database, mode: &str, query: &Query) -> String {
    let bound = query.bound.iter().map(|bound| match bound {
        Bound::One(value) => literal(value),
        Bound::Array(values) => {
            let values: Vec<String> = values.iter().map(literal).collect();
            format!("ARRAY[{}]", values.join(", "))
        }
    });
    let bound: Vec<String> = bound.collect();
    database.sql(&format!(
        "SET plan_cache_mode = {mode}; PREPARE asked AS {};
         EXPLAIN (COSTS off) EXECUTE asked({})",
        query.sql,
        bound.join(", ")
    ))
}

/// A database with 80,000 cases of four units, few of them open.
async fn postgres() -> Database {
    let database = Database::new();
    let store = SqlStore::open_postgres(database.url(), PostgresOptions::default())
        .await
        .unwrap();
    crate::Store::close(&store).await;
    database.sql(
        "INSERT INTO cases (unit, id, version, service, channel, stage, danger, sensitive,
            simulated, station, beat, filed_at, recorded_at, respond_by, responded_at,
            responded_late, taken_by, assigned_to, reachable, support_due, last_at, due_order)
         SELECT (ARRAY['polres-pati', 'polres-blora', 'polres-kudus', 'polres-rembang'])[n % 4 + 1],
            gen_random_uuid(), 3, CASE WHEN n % 29 = 0 THEN 'report_theft' ELSE 'other_' || n % 29 END, 'web',
            CASE WHEN n % 50 > 3 THEN 'closed' WHEN n % 3 = 0 THEN 'received' ELSE 'handled' END,
            n % 40 = 0, false, false, CASE WHEN n % 21 = 0 THEN 'polsek-juwana' ELSE 'polsek-' || n % 21 END,
            '33.18.10.' || 2010 + n % 19,
            n::bigint * 60000000, n::bigint * 60000000, n::bigint * 60000000 + 3600000000,
            CASE WHEN n % 50 > 1 THEN n::bigint * 60000000 + 600000000 END, false,
            ('00000000-0000-0000-0000-' || lpad((n % 61)::text, 12, '0'))::uuid,
            ('00000000-0000-0000-0000-' || lpad((n % 61)::text, 12, '0'))::uuid,
            true, false, n, n::bigint * 60000000
         FROM generate_series(1, 80000) AS n;
         INSERT INTO case_words
         SELECT unit, id, 'x', ('motor:1 nomor' || last_at || ':2')::tsvector FROM cases",
    );
    database.sql("VACUUM ANALYZE");
    database
}

const MODES: [&str; 2] = ["force_custom_plan", "force_generic_plan"];

#[tokio::test]
async fn postgres_reads_lists_off_an_index_in_their_order() {
    let database = postgres().await;
    let mut asked: Vec<(Query, &str)> = Vec::new();
    for (query, index) in lists() {
        for after in [None, Some(cursor())] {
            let query = CaseQuery {
                after,
                ..query.clone()
            };
            asked.push((list(Engine::Postgres, &unit(), &query).0, index));
        }
    }
    let at = Timestamp::UNIX_EPOCH;
    // Every case there is taken, so that one left waiting is best looked for otherwise.
    for (query, index) in queues().into_iter().filter(|(query, _)| !query.untaken) {
        asked.push((in_order(Engine::Postgres, &unit(), &query, 50), index));
    }
    asked.push((late(Engine::Postgres, &unit(), at, 50), "cases_waiting"));
    for mode in MODES {
        for (query, index) in &asked {
            let plan = postgres_plan(&database, mode, query);
            // The few of one officer may be sorted; what may be many is read in its order.
            let few = ["cases_served", "cases_given"].contains(index) && plan.contains(index);
            let in_order =
                plan.contains(&format!("Index Scan using {index} ")) && !plan.contains("Sort");
            assert!(few || in_order, "{mode} {index}: {plan}\n{}", query.sql);
        }
    }
}

#[tokio::test]
async fn postgres_reads_no_whole_table() {
    let database = postgres().await;
    let query = CaseQuery {
        stages: vec![CaseStage::Received, CaseStage::Assessed],
        stations: vec!["polsek-1".parse().unwrap(), "polsek-2".parse().unwrap()],
        untaken: true,
        late_at: Some(Timestamp::UNIX_EPOCH),
        after: Some(cursor()),
        ..CaseQuery::default()
    };
    for mode in MODES {
        for (query, _) in waits() {
            let plan = postgres_plan(&database, mode, &list(Engine::Postgres, &unit(), &query).0);
            assert!(!plan.contains("Seq Scan"), "{mode}: {plan}");
        }
        for query in [
            list(Engine::Postgres, &unit(), &query).0,
            in_order(Engine::Postgres, &unit(), &query, 50),
        ] {
            let plan = postgres_plan(&database, mode, &query);
            assert!(!plan.contains("Seq Scan"), "{mode}: {plan}");
        }
    }
    for (words, found, index) in [
        ("nomor4711 motor", Found::Whole, "case_words_by_search"),
        ("nomor4711 motor", Found::Beginning, "case_words_by_search"),
        ("motor", Found::Whole, "case_words_pkey"),
    ] {
        let words = super::words(words).unwrap();
        let query = having(Engine::Postgres, &unit(), &words, found, 50);
        assert!(!query.persistent, "each is planned for its words");
        let plan = postgres_plan(&database, MODES[0], &query);
        assert!(plan.contains(index), "{words:?}: {plan}");
        assert!(!plan.contains("Seq Scan"), "{words:?}: {plan}");
    }
}
