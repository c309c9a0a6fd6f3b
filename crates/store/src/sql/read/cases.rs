//! Questions about cases.

use std::collections::HashSet;

use jiff::Timestamp;
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::{CaseId, CaseNumber, SecretHash, UnitId};

use super::words::{Found, fts5_question, tsquery, words};
use super::{push_limit, select};
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::query::{CaseCursor, CaseOrder, CasePage, CaseQuery, MeasuredCase, Span};
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

/// Cases whose evidence is wrong, in the words of the index `cases_evidence_wrong`. No text that somebody wrote holds
/// them: in JSON its quotation marks stand behind a stroke.
const EVIDENCE_WRONG: &str =
    r#" AND (exhibits LIKE '%"differs":true%' OR exhibits LIKE '%"altered":true%')"#;

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
        // Of what waits there is little, and a station has many cases: the same for its index.
        let kept_out = asked.order != CaseOrder::Newest && query.engine == Engine::Sqlite;
        query
            .push(if kept_out {
                " AND +station"
            } else {
                " AND station"
            })
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
    if let Some(at) = asked.rights_or_measures_due {
        // The first part names what the index `cases_rights` holds.
        query.push(" AND (rights_due_at IS NOT NULL OR measure_due_at IS NOT NULL)");
        query.push(" AND (rights_due_at < ").push_bind(stored(at));
        query.push(" OR measure_due_at < ").push_bind(stored(at));
        query.push(")");
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
    if asked.evidence_wrong {
        query.push(EVIDENCE_WRONG);
    }
    if let Some(at) = asked.late_at {
        query.push(WAITING).push_bind(stored(at));
    }
}

/// By what a list of what waits is ordered: the moment since or by which it waits.
const fn since(order: CaseOrder) -> Option<&'static str> {
    Some(match order {
        CaseOrder::Newest => return None,
        CaseOrder::ReviewAsked => "review_asked_at",
        // The earlier of the two, as both engines say it.
        CaseOrder::RightsOrMeasuresDue => {
            "CASE WHEN measure_due_at IS NULL OR rights_due_at <= measure_due_at
             THEN rights_due_at ELSE measure_due_at END"
        }
        CaseOrder::NewsDue => "news_due_at",
        CaseOrder::SecondLook => "second_look_at",
        CaseOrder::Escalated => "escalated_at",
        CaseOrder::OpeningUnreviewed => "opening_unreviewed_at",
        CaseOrder::Unhanded => "unhanded_at",
        CaseOrder::EvidenceWrong => "filed_at",
    })
}

/// The statement of a list, and how many rows make a page.
fn list(engine: Engine, unit: &UnitId, asked: &CaseQuery) -> (Query, u32) {
    let limit = match asked.limit {
        0 => PAGE,
        limit => limit.min(PAGE_MAX),
    };
    let mut query = select(engine, "cases", COLUMNS, unit);
    push_filters(&mut query, asked);
    let since = since(asked.order);
    if let Some(after) = asked.after.as_ref().filter(|_| since.is_none()) {
        query
            .push(" AND (filed_at, id) < (")
            .push_bind(stored(after.filed_at))
            .push(", ")
            .push_bind(after.case.0)
            .push(")");
    }
    match since {
        // Told of `id`, SQLite reads the unit's whole primary key instead of the index of what waits.
        Some(since) => query.push(" ORDER BY ").push(since).push(match engine {
            Engine::Sqlite => ", +id LIMIT ",
            Engine::Postgres => ", id LIMIT ",
        }),
        None => query.push(" ORDER BY filed_at DESC, id DESC LIMIT "),
    };
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
    let more = more && asked.order == CaseOrder::Newest;
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
mod tests;
