//! Questions about encounters and feedback.

use jiff::civil::Date;
use pengayom_core::value::{CaseId, EncounterId, FeedbackId, OfficerId, SecretHash, UnitId};

use super::{push_limit, select};
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::rows::{EncounterRow, FeedbackRow, SurveySheets};
use crate::sql::engine::Pool;
use crate::sql::map;
use crate::sql::map::get;
use crate::sql::query::Query;

async fn one(pool: &Pool, query: Query) -> Result<Option<EncounterRow>, StoreError> {
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(map::encounter::read).transpose()
}

async fn many(pool: &Pool, mut query: Query, limit: u32) -> Result<Vec<EncounterRow>, StoreError> {
    query.push(" ORDER BY happened_at DESC, id DESC");
    push_limit(&mut query, limit);
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(map::encounter::read).collect()
}

pub(in crate::sql) async fn encounter(
    pool: &Pool,
    unit: &UnitId,
    encounter: EncounterId,
) -> Result<Option<EncounterRow>, StoreError> {
    let mut query = select(pool.engine(), "encounters", map::encounter::COLUMNS, unit);
    query.push(" AND id = ").push_bind(encounter.0);
    one(pool, query).await
}

pub(in crate::sql) async fn by_code(
    pool: &Pool,
    unit: &UnitId,
    code: SecretHash,
) -> Result<Option<EncounterRow>, StoreError> {
    let mut query = select(pool.engine(), "encounters", map::encounter::COLUMNS, unit);
    query
        .push(" AND rating_code = ")
        .push_bind(map::hash_bytes(code));
    one(pool, query).await
}

pub(in crate::sql) async fn of_officer(
    pool: &Pool,
    unit: &UnitId,
    officer: OfficerId,
    limit: u32,
) -> Result<Vec<EncounterRow>, StoreError> {
    let mut query = select(pool.engine(), "encounters", map::encounter::COLUMNS, unit);
    query.push(" AND officer = ").push_bind(officer.0);
    many(pool, query, limit).await
}

pub(in crate::sql) async fn of_case(
    pool: &Pool,
    unit: &UnitId,
    case: CaseId,
) -> Result<Vec<EncounterRow>, StoreError> {
    let mut query = select(pool.engine(), "encounters", map::encounter::COLUMNS, unit);
    query.push(" AND case_id = ").push_bind(case.0);
    many(pool, query, PAGE_MAX).await
}

pub(in crate::sql) async fn feedback(
    pool: &Pool,
    unit: &UnitId,
    feedback: FeedbackId,
) -> Result<Option<FeedbackRow>, StoreError> {
    let mut query = select(pool.engine(), "feedback", map::feedback::COLUMNS, unit);
    query.push(" AND id = ").push_bind(feedback.0);
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(map::feedback::read).transpose()
}

pub(in crate::sql) async fn messages(
    pool: &Pool,
    unit: &UnitId,
    limit: u32,
) -> Result<Vec<FeedbackRow>, StoreError> {
    let mut query = select(pool.engine(), "feedback", map::feedback::COLUMNS, unit);
    query.push(" AND message IS NOT NULL ORDER BY given_at DESC, id DESC");
    push_limit(&mut query, limit);
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(map::feedback::read).collect()
}

pub(in crate::sql) async fn sheets(
    pool: &Pool,
    unit: &UnitId,
    (from, to): (Date, Date),
    limit: u32,
) -> Result<SurveySheets, StoreError> {
    let days = |columns: &[&str]| {
        let mut query = select(pool.engine(), "feedback", columns, unit);
        query.push(" AND served_on >= ").push_bind(from.to_string());
        query.push(" AND served_on <= ").push_bind(to.to_string());
        query
    };
    let all = pool.fetch_all(days(&["count(*) AS n"])).await?;
    let total: i64 = match all.first() {
        Some(row) => get(row, "n")?,
        None => 0,
    };
    let mut query = days(map::feedback::SHEET_COLUMNS);
    query.push(" ORDER BY served_on DESC, id DESC");
    query.push(" LIMIT ").push_bind(i64::from(limit));
    let rows = pool.fetch_all(query).await?;
    let latest = rows
        .iter()
        .map(map::feedback::read_sheet)
        .collect::<Result<_, _>>()?;
    Ok(SurveySheets {
        total: u64::try_from(total).unwrap_or(0),
        latest,
    })
}
