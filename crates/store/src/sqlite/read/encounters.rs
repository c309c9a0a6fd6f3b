//! Questions about encounters and feedback.

use pengayom_core::value::{CaseId, EncounterId, FeedbackId, OfficerId, SecretHash, UnitId};
use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite};

use super::{push_limit, select};
use crate::PAGE_MAX;
use crate::error::StoreError;
use crate::rows::{EncounterRow, FeedbackRow};
use crate::sqlite::map;

async fn one(
    pool: &SqlitePool,
    query: &mut QueryBuilder<Sqlite>,
) -> Result<Option<EncounterRow>, StoreError> {
    let row = query.build().fetch_optional(pool).await?;
    row.as_ref().map(map::encounter::read).transpose()
}

async fn many(
    pool: &SqlitePool,
    query: &mut QueryBuilder<Sqlite>,
    limit: u32,
) -> Result<Vec<EncounterRow>, StoreError> {
    query.push(" ORDER BY happened_at DESC, id DESC");
    push_limit(query, limit);
    let rows = query.build().fetch_all(pool).await?;
    rows.iter().map(map::encounter::read).collect()
}

pub(in crate::sqlite) async fn encounter(
    pool: &SqlitePool,
    unit: &UnitId,
    encounter: EncounterId,
) -> Result<Option<EncounterRow>, StoreError> {
    let mut query = select("encounters", map::encounter::COLUMNS, unit);
    query.push(" AND id = ").push_bind(encounter.0);
    one(pool, &mut query).await
}

pub(in crate::sqlite) async fn by_code(
    pool: &SqlitePool,
    unit: &UnitId,
    code: SecretHash,
) -> Result<Option<EncounterRow>, StoreError> {
    let mut query = select("encounters", map::encounter::COLUMNS, unit);
    query
        .push(" AND rating_code = ")
        .push_bind(map::hash_bytes(code));
    one(pool, &mut query).await
}

pub(in crate::sqlite) async fn of_officer(
    pool: &SqlitePool,
    unit: &UnitId,
    officer: OfficerId,
    limit: u32,
) -> Result<Vec<EncounterRow>, StoreError> {
    let mut query = select("encounters", map::encounter::COLUMNS, unit);
    query.push(" AND officer = ").push_bind(officer.0);
    many(pool, &mut query, limit).await
}

pub(in crate::sqlite) async fn of_case(
    pool: &SqlitePool,
    unit: &UnitId,
    case: CaseId,
) -> Result<Vec<EncounterRow>, StoreError> {
    let mut query = select("encounters", map::encounter::COLUMNS, unit);
    query.push(" AND case_id = ").push_bind(case.0);
    many(pool, &mut query, PAGE_MAX).await
}

pub(in crate::sqlite) async fn feedback(
    pool: &SqlitePool,
    unit: &UnitId,
    feedback: FeedbackId,
) -> Result<Option<FeedbackRow>, StoreError> {
    let mut query = select("feedback", map::feedback::COLUMNS, unit);
    query.push(" AND id = ").push_bind(feedback.0);
    let row = query.build().fetch_optional(pool).await?;
    row.as_ref().map(map::feedback::read).transpose()
}

pub(in crate::sqlite) async fn messages(
    pool: &SqlitePool,
    unit: &UnitId,
    limit: u32,
) -> Result<Vec<FeedbackRow>, StoreError> {
    let mut query = select("feedback", map::feedback::COLUMNS, unit);
    query.push(" AND message IS NOT NULL ORDER BY given_at DESC, id DESC");
    push_limit(&mut query, limit);
    let rows = query.build().fetch_all(pool).await?;
    rows.iter().map(map::feedback::read).collect()
}
