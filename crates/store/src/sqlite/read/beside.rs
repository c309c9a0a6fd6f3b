//! Questions about what lies beside the record.

use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::value::{CommandId, OfficerId, PersonId, SecretHash, UnitId};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{QueryBuilder, Sqlite};

use super::select;
use crate::error::StoreError;
use crate::rows::{BlobRow, DraftRow, ImportRow, SessionRow, UnitRow, UserRow};
use crate::sqlite::map::{beside, count, get, hash_bytes, moment, push_list, stored, subject};
use crate::write::SealedPerson;

async fn one<T>(
    pool: &SqlitePool,
    query: &mut QueryBuilder<Sqlite>,
    read: impl FnOnce(&SqliteRow) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let row = query.build().fetch_optional(pool).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::sqlite) async fn person(
    pool: &SqlitePool,
    unit: &UnitId,
    person: PersonId,
) -> Result<Option<SealedPerson>, StoreError> {
    let columns = ["id", "wrapped_key", "sealed", "recorded_at"];
    let mut query = select("persons", &columns, unit);
    query.push(" AND id = ").push_bind(person.0);
    one(pool, &mut query, beside::person).await
}

pub(in crate::sqlite) async fn blob(
    pool: &SqlitePool,
    unit: &UnitId,
    sha256: &str,
) -> Result<Option<BlobRow>, StoreError> {
    let mut query = select("blobs", &["media_type", "content", "preview"], unit);
    query.push(" AND sha256 = ").push_bind(sha256);
    one(pool, &mut query, beside::blob).await
}

pub(in crate::sqlite) async fn draft(
    pool: &SqlitePool,
    unit: &UnitId,
    key: SecretHash,
    at: Timestamp,
) -> Result<Option<DraftRow>, StoreError> {
    let mut query = select("drafts", &["token", "sealed", "expires_at"], unit);
    query.push(" AND token = ").push_bind(hash_bytes(key));
    query.push(" AND expires_at > ").push_bind(stored(at));
    one(pool, &mut query, beside::draft).await
}

const USER: &[&str] = &[
    "id",
    "login",
    "name",
    "rank",
    "station",
    "roles",
    "password",
    "demo",
    "disabled_at",
    "created_at",
];

pub(in crate::sqlite) async fn user_by_login(
    pool: &SqlitePool,
    unit: &UnitId,
    login: &str,
) -> Result<Option<UserRow>, StoreError> {
    let mut query = select("users", USER, unit);
    query.push(" AND login = ").push_bind(login);
    one(pool, &mut query, beside::user).await
}

pub(in crate::sqlite) async fn user(
    pool: &SqlitePool,
    unit: &UnitId,
    user: OfficerId,
) -> Result<Option<UserRow>, StoreError> {
    let mut query = select("users", USER, unit);
    query.push(" AND id = ").push_bind(user.0);
    one(pool, &mut query, beside::user).await
}

pub(in crate::sqlite) async fn users(
    pool: &SqlitePool,
    unit: &UnitId,
) -> Result<Vec<UserRow>, StoreError> {
    let mut query = select("users", USER, unit);
    query.push(" ORDER BY name, login");
    let rows = query.build().fetch_all(pool).await?;
    rows.iter().map(beside::user).collect()
}

pub(in crate::sqlite) async fn session(
    pool: &SqlitePool,
    unit: &UnitId,
    token: SecretHash,
    at: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let columns = ["token", "user_id", "created_at", "expires_at"];
    let mut query = select("sessions", &columns, unit);
    query.push(" AND token = ").push_bind(hash_bytes(token));
    query.push(" AND expires_at > ").push_bind(stored(at));
    one(pool, &mut query, beside::session).await
}

/// Attempts in the open window and its end; none and the moment asked about when none is open.
pub(in crate::sqlite) async fn attempts(
    pool: &SqlitePool,
    unit: &UnitId,
    key: SecretHash,
    at: Timestamp,
) -> Result<(u32, Timestamp), StoreError> {
    let mut query = select("attempts", &["n", "ends_at"], unit);
    query.push(" AND attempt_key = ").push_bind(hash_bytes(key));
    query.push(" AND ends_at > ").push_bind(stored(at));
    let known = one(pool, &mut query, |row| {
        Ok((count(row, "n")?, moment(row, "ends_at")?))
    });
    Ok(known.await?.unwrap_or((0, at)))
}

/// Whether a job can be taken. Asked first, so that waiting for work writes nothing.
pub(in crate::sqlite) async fn job_is_due(
    pool: &SqlitePool,
    unit: &UnitId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let mut query = select("jobs", &["id"], unit);
    query.push(" AND due_at <= ").push_bind(stored(at));
    query.push(" LIMIT 1");
    Ok(query.build().fetch_optional(pool).await?.is_some())
}

pub(in crate::sqlite) async fn unit(
    pool: &SqlitePool,
    unit: &UnitId,
) -> Result<Option<UnitRow>, StoreError> {
    let columns = ["unit", "config", "areas", "pack", "adopted_at", "simulated"];
    one(pool, &mut select("units", &columns, unit), beside::unit).await
}

pub(in crate::sqlite) async fn units(pool: &SqlitePool) -> Result<Vec<UnitId>, StoreError> {
    let rows = sqlx::query("SELECT unit FROM units ORDER BY unit")
        .fetch_all(pool)
        .await?;
    rows.iter().map(beside::unit_id).collect()
}

pub(in crate::sqlite) async fn import(
    pool: &SqlitePool,
    unit: &UnitId,
    source: &str,
    file_sha256: &str,
) -> Result<Option<ImportRow>, StoreError> {
    let columns = [
        "source",
        "file_sha256",
        "rows_done",
        "rows_rejected",
        "complete",
        "noted_at",
    ];
    let mut query = select("imports", &columns, unit);
    query.push(" AND source = ").push_bind(source);
    query.push(" AND file_sha256 = ").push_bind(file_sha256);
    one(pool, &mut query, beside::import).await
}

pub(in crate::sqlite) async fn known_source_keys(
    pool: &SqlitePool,
    unit: &UnitId,
    source: &str,
    keys: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut known = Vec::new();
    // Far below SQLite's limit of bound values.
    for keys in keys.chunks(10_000) {
        let mut query = select("source_keys", &["source_key"], unit);
        query.push(" AND source = ").push_bind(source);
        query.push(" AND source_key IN ");
        push_list(&mut query, keys.iter().map(String::as_str));
        for row in &query.build().persistent(false).fetch_all(pool).await? {
            known.push(get(row, "source_key")?);
        }
    }
    Ok(known)
}

pub(in crate::sqlite) async fn subject_of_command(
    pool: &SqlitePool,
    unit: &UnitId,
    command: CommandId,
) -> Result<Option<Subject>, StoreError> {
    let mut query = select("commands", &["subject_kind", "subject_id"], unit);
    query.push(" AND id = ").push_bind(command.0);
    one(pool, &mut query, subject).await
}
