//! Questions about cases.

use std::collections::HashSet;

use jiff::Timestamp;
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::{CaseId, CaseNumber, SecretHash, UnitId};

use super::words::{Found, fts5_question, tsquery, words};
use super::{push_limit, select};
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::query::{CaseCursor, CasePage, CaseQuery, MeasuredCase, Span};
use crate::rows::{CaseCounts, CaseRow};
use crate::sql::engine::{Engine, Pool};
use crate::sql::map::case::{COLUMNS, MEASURED, read, read_measured, stage};
use crate::sql::map::{get, hash_bytes, stored};
use crate::sql::query::Query;

/// Cases on a page when nothing else was asked for.
const PAGE: u32 = 50;

/// Open cases that wait for a promised response, in the words of the index `cases_waiting`.
const WAITING: &str =
    " AND stage <> 'closed' AND responded_at IS NULL AND respond_by IS NOT NULL AND respond_by < ";

async fn fetch(pool: &Pool, query: Query) -> Result<Vec<CaseRow>, StoreError> {
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(read).collect()
}

pub(in crate::sql) async fn measured(
    pool: &Pool,
    unit: &UnitId,
    span: Span,
    limit: u32,
) -> Result<Vec<MeasuredCase>, StoreError> {
    let mut query = select(pool.engine(), "cases", MEASURED, unit);
    query.push(" AND filed_at >= ").push_bind(stored(span.from));
    query.push(" AND filed_at < ").push_bind(stored(span.to));
    query.push(" ORDER BY filed_at DESC, id DESC LIMIT ");
    query.push_bind(i64::from(limit));
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(read_measured).collect()
}

pub(in crate::sql) async fn case(
    pool: &Pool,
    unit: &UnitId,
    case: CaseId,
) -> Result<Option<CaseRow>, StoreError> {
    let mut query = select(pool.engine(), "cases", COLUMNS, unit);
    query.push(" AND id = ").push_bind(case.0);
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::sql) async fn by_number(
    pool: &Pool,
    unit: &UnitId,
    number: &CaseNumber,
) -> Result<Option<CaseRow>, StoreError> {
    let mut query = select(pool.engine(), "cases", COLUMNS, unit);
    query.push(" AND number = ").push_bind(number.to_string());
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::sql) async fn by_contact(
    pool: &Pool,
    unit: &UnitId,
    contact: SecretHash,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    let mut query = select(pool.engine(), "cases", COLUMNS, unit);
    query.push(" AND reporter IN (SELECT person FROM contacts WHERE unit = ");
    query.push_bind(unit).push(" AND hash = ");
    query.push_bind(hash_bytes(contact)).push(")");
    query.push(" ORDER BY filed_at DESC, id DESC");
    push_limit(&mut query, limit);
    fetch(pool, query).await
}

fn push_filters(query: &mut Query, asked: &CaseQuery) {
    if !asked.stages.is_empty() {
        // A beat has few cases and a stage may have most: `+` keeps the stage out of SQLite's choice
        // of the index, so that the beat's is read, which holds the stage as well. PostgreSQL knows
        // how many there are of each.
        let kept_out = asked.beat.is_some() && query.engine == Engine::Sqlite;
        query
            .push(if kept_out {
                " AND +stage"
            } else {
                " AND stage"
            })
            .push_among(asked.stages.iter().map(|stage| stage.as_str()));
    }
    if !asked.stations.is_empty() {
        query
            .push(" AND station")
            .push_among(asked.stations.iter().map(ToString::to_string));
    }
    if let Some(beat) = &asked.beat {
        query.push(" AND beat = ").push_bind(beat.to_string());
    }
    if let Some(service) = &asked.service {
        query.push(" AND service = ").push_bind(service.to_string());
    }
    if let Some(officer) = asked.taken_by {
        query.push(" AND taken_by = ").push_bind(officer.0);
    }
    if asked.untaken {
        query.push(" AND taken_by IS NULL");
    }
    if let Some(officer) = asked.taken_by_other_than {
        // The first part names what the index `cases_taken` holds.
        query.push(" AND taken_by IS NOT NULL AND taken_by <> ");
        query.push_bind(officer.0);
    }
    if let Some(officer) = asked.assigned_to {
        query.push(" AND assigned_to = ").push_bind(officer.0);
    }
    if asked.review_open {
        query.push(" AND review_asked_at IS NOT NULL");
    }
    if let Some(span) = asked.filed {
        query.push(" AND filed_at >= ").push_bind(stored(span.from));
        query.push(" AND filed_at < ").push_bind(stored(span.to));
    }
    if asked.opening_unreviewed {
        query.push(" AND opening_unreviewed_at IS NOT NULL");
    }
    if asked.opened {
        query.push(" AND opened_at IS NOT NULL");
    }
    if asked.rights_or_measures {
        query.push(" AND (rights_due_at IS NOT NULL OR measure_due_at IS NOT NULL)");
    }
    if asked.unhanded {
        query.push(" AND unhanded_at IS NOT NULL");
    }
    if asked.news_due {
        query.push(" AND news_due_at IS NOT NULL");
    }
    if asked.second_look {
        query.push(" AND second_look_at IS NOT NULL");
    }
    if asked.escalated {
        query.push(" AND escalated_at IS NOT NULL");
    }
    if asked.exhibits {
        query.push(" AND exhibits IS NOT NULL");
    }
    if let Some(at) = asked.late_at {
        query.push(WAITING).push_bind(stored(at));
    }
}

/// The statement of a list, and how many rows make a page.
fn list(engine: Engine, unit: &UnitId, asked: &CaseQuery) -> (Query, u32) {
    let limit = match asked.limit {
        0 => PAGE,
        limit => limit.min(PAGE_MAX),
    };
    let mut query = select(engine, "cases", COLUMNS, unit);
    push_filters(&mut query, asked);
    if let Some(after) = &asked.after {
        query
            .push(" AND (filed_at, id) < (")
            .push_bind(stored(after.filed_at))
            .push(", ")
            .push_bind(after.case.0)
            .push(")");
    }
    query.push(" ORDER BY filed_at DESC, id DESC LIMIT ");
    // One more than a page shows whether there is another.
    query.push_bind(i64::from(limit) + 1);
    (query, limit)
}

pub(in crate::sql) async fn page(
    pool: &Pool,
    unit: &UnitId,
    asked: &CaseQuery,
) -> Result<CasePage, StoreError> {
    let (query, limit) = list(pool.engine(), unit, asked);
    let mut rows = fetch(pool, query).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| CaseCursor {
        filed_at: row.filed_at,
        case: row.id,
    });
    Ok(CasePage { rows, next })
}

fn in_order(engine: Engine, unit: &UnitId, asked: &CaseQuery, limit: u32) -> Query {
    let mut query = select(engine, "cases", COLUMNS, unit);
    query.push(" AND stage <> 'closed'");
    push_filters(&mut query, asked);
    query.push(" ORDER BY danger DESC, due_order, filed_at, id");
    push_limit(&mut query, limit);
    query
}

pub(in crate::sql) async fn queue(
    pool: &Pool,
    unit: &UnitId,
    asked: &CaseQuery,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    fetch(pool, in_order(pool.engine(), unit, asked, limit)).await
}

/// The statement of a search for words: what was recorded last comes first, so that a word which
/// half of all cases have is read only until the page is full, and nothing is sorted.
fn having(engine: Engine, unit: &UnitId, words: &[String], found: Found, limit: u32) -> Query {
    let columns = COLUMNS.join(", ");
    let mut query = Query::new(
        engine,
        match engine {
            Engine::Sqlite => format!(
                "SELECT {columns} FROM cases_fts CROSS JOIN cases ON cases.row = cases_fts.rowid
             WHERE cases_fts MATCH "
            ),
            Engine::Postgres => {
                format!(
                    "SELECT {columns} FROM case_words JOIN cases USING (unit, id) WHERE unit = "
                )
            }
        },
    );
    match engine {
        Engine::Sqlite => {
            query.push_bind(fts5_question(words, found));
            query.push(" AND cases.unit = ").push_bind(unit);
            query.push(" ORDER BY cases_fts.rowid DESC");
        }
        Engine::Postgres => {
            // How many cases have a word decides how they are best found, so each search is planned
            // for its own words.
            query.persistent = false;
            query.push_bind(unit).push(" AND search @@ ");
            query.push_bind(tsquery(words, found)).push("::tsquery");
            query.push(" ORDER BY id DESC");
        }
    }
    push_limit(&mut query, limit);
    query
}

pub(in crate::sql) async fn search(
    pool: &Pool,
    unit: &UnitId,
    typed: &str,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    // A number is looked up as such: its letters and month are in every case, and the index would
    // go through them all.
    if limit > 0
        && let Ok(number) = typed.parse::<CaseNumber>()
        && let Some(found) = by_number(pool, unit, &number).await?
    {
        return Ok(vec![found]);
    }
    let Some(words) = words(typed) else {
        return Ok(Vec::new());
    };
    let engine = pool.engine();
    let mut rows = fetch(pool, having(engine, unit, &words, Found::Whole, limit)).await?;
    let full = usize::try_from(limit.min(PAGE_MAX)).unwrap_or(usize::MAX);
    // All words that begin so have to be put together first: only where whole words do not do.
    if rows.len() < full {
        let more = fetch(pool, having(engine, unit, &words, Found::Beginning, limit)).await?;
        let known: HashSet<CaseId> = rows.iter().map(|row| row.id).collect();
        rows.extend(more.into_iter().filter(|row| !known.contains(&row.id)));
        rows.truncate(full);
    }
    Ok(rows)
}

fn late(engine: Engine, unit: &UnitId, at: Timestamp, limit: u32) -> Query {
    let mut query = select(engine, "cases", COLUMNS, unit);
    query.push(WAITING).push_bind(stored(at));
    query.push(" ORDER BY respond_by, id");
    push_limit(&mut query, limit);
    query
}

pub(in crate::sql) async fn late_cases(
    pool: &Pool,
    unit: &UnitId,
    at: Timestamp,
    limit: u32,
) -> Result<Vec<CaseRow>, StoreError> {
    fetch(pool, late(pool.engine(), unit, at, limit)).await
}

pub(in crate::sql) async fn counts(
    pool: &Pool,
    unit: &UnitId,
    at: Timestamp,
) -> Result<CaseCounts, StoreError> {
    let mut counts = CaseCounts::default();
    let query = pool.query(
        "SELECT stage, count(*) AS n FROM cases
         WHERE unit = $1 AND stage IN ('received', 'assessed', 'handled') GROUP BY stage",
    );
    let rows = pool.fetch_all(query.bind(unit)).await?;
    for row in &rows {
        let n = get(row, "n")?;
        match stage(row)? {
            CaseStage::Received => counts.received = n,
            CaseStage::Assessed => counts.assessed = n,
            CaseStage::Handled => counts.handled = n,
            CaseStage::Closed => {}
        }
    }
    let mut query = select(pool.engine(), "cases", &["count(*) AS n"], unit);
    query.push(WAITING).push_bind(stored(at));
    counts.late = get(&pool.fetch_one(query).await?, "n")?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
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
}
