//! Questions about what lies beside the record.

use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::value::{CommandId, OfficerId, PersonId, SecretHash, UnitId};

use super::{push_limit, select};
use crate::error::StoreError;
use crate::rows::{BackupRow, DraftRow, ImportRow, KeyringRow, SessionRow, UnitRow, UserRow};
use crate::sql::account::SESSION;
use crate::sql::engine::{Pool, Row};
use crate::sql::map::{beside, count, get, hash_bytes, hash_of, moment, stored, subject};
use crate::sql::query::Query;
use crate::write::SealedPerson;

async fn one<T>(
    pool: &Pool,
    query: Query,
    read: impl FnOnce(&Row) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(read).transpose()
}

pub(in crate::sql) async fn person(
    pool: &Pool,
    unit: &UnitId,
    person: PersonId,
) -> Result<Option<SealedPerson>, StoreError> {
    let columns = ["id", "wrapped_key", "sealed", "recorded_at"];
    let mut query = select(pool.engine(), "persons", &columns, unit);
    query.push(" AND id = ").push_bind(person.0);
    one(pool, query, beside::person).await
}

pub(in crate::sql) async fn persons_after(
    pool: &Pool,
    unit: &UnitId,
    after: Option<PersonId>,
    limit: u32,
) -> Result<Vec<SealedPerson>, StoreError> {
    let columns = ["id", "wrapped_key", "sealed", "recorded_at"];
    let mut query = select(pool.engine(), "persons", &columns, unit);
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after.0);
    }
    query.push(" ORDER BY id");
    push_limit(&mut query, limit);
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(beside::person).collect()
}

pub(in crate::sql) async fn commands_not_keyed(
    pool: &Pool,
    unit: &UnitId,
    limit: u32,
) -> Result<Vec<(CommandId, [u8; 32])>, StoreError> {
    let mut query = select(pool.engine(), "commands", &["id", "fingerprint"], unit);
    query.push(" AND length(fingerprint) = 32 ORDER BY id");
    push_limit(&mut query, limit);
    let rows = pool.fetch_all(query).await?;
    let command = |row| {
        let plain = hash_of(get(row, "fingerprint")?, "fingerprint")?;
        Ok((CommandId(get(row, "id")?), plain.0))
    };
    rows.iter().map(command).collect()
}

pub(in crate::sql) async fn keyring(
    pool: &Pool,
    unit: &UnitId,
) -> Result<Option<KeyringRow>, StoreError> {
    let query = select(pool.engine(), "keyrings", &["wrapped", "changed_at"], unit);
    one(pool, query, |row| {
        Ok(KeyringRow {
            wrapped: get(row, "wrapped")?,
            changed_at: moment(row, "changed_at")?,
        })
    })
    .await
}

pub(in crate::sql) async fn draft(
    pool: &Pool,
    unit: &UnitId,
    key: SecretHash,
    at: Timestamp,
) -> Result<Option<DraftRow>, StoreError> {
    let mut query = select(
        pool.engine(),
        "drafts",
        &["token", "sealed", "expires_at"],
        unit,
    );
    query.push(" AND token = ").push_bind(hash_bytes(key));
    query.push(" AND expires_at > ").push_bind(stored(at));
    one(pool, query, beside::draft).await
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
    "change_by",
];

pub(in crate::sql) async fn user_by_login(
    pool: &Pool,
    unit: &UnitId,
    login: &str,
) -> Result<Option<UserRow>, StoreError> {
    let mut query = select(pool.engine(), "users", USER, unit);
    query.push(" AND login = ").push_bind(login);
    one(pool, query, beside::user).await
}

pub(in crate::sql) async fn user(
    pool: &Pool,
    unit: &UnitId,
    user: OfficerId,
) -> Result<Option<UserRow>, StoreError> {
    let mut query = select(pool.engine(), "users", USER, unit);
    query.push(" AND id = ").push_bind(user.0);
    one(pool, query, beside::user).await
}

pub(in crate::sql) async fn users(pool: &Pool, unit: &UnitId) -> Result<Vec<UserRow>, StoreError> {
    let mut query = select(pool.engine(), "users", USER, unit);
    query.push(" ORDER BY name, login");
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(beside::user).collect()
}

pub(in crate::sql) async fn session(
    pool: &Pool,
    unit: &UnitId,
    token: SecretHash,
    at: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    let mut query = select(pool.engine(), "sessions", SESSION, unit);
    query.push(" AND token = ").push_bind(hash_bytes(token));
    query.push(" AND expires_at > ").push_bind(stored(at));
    one(pool, query, beside::session).await
}

/// Attempts in the open window and its end; none and the moment asked about when none is open.
pub(in crate::sql) async fn attempts(
    pool: &Pool,
    unit: &UnitId,
    key: SecretHash,
    at: Timestamp,
) -> Result<(u32, Timestamp), StoreError> {
    let mut query = select(pool.engine(), "attempts", &["n", "ends_at"], unit);
    query.push(" AND attempt_key = ").push_bind(hash_bytes(key));
    query.push(" AND ends_at > ").push_bind(stored(at));
    let known = one(pool, query, |row| {
        Ok((count(row, "n")?, moment(row, "ends_at")?))
    });
    Ok(known.await?.unwrap_or((0, at)))
}

/// Whether a job can be taken. Asked first, so that waiting for work writes nothing.
pub(in crate::sql) async fn job_is_due(
    pool: &Pool,
    unit: &UnitId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let mut query = select(pool.engine(), "jobs", &["id"], unit);
    query.push(" AND due_at <= ").push_bind(stored(at));
    query.push(" LIMIT 1");
    Ok(pool.fetch_optional(query).await?.is_some())
}

pub(in crate::sql) async fn unit(
    pool: &Pool,
    unit: &UnitId,
) -> Result<Option<UnitRow>, StoreError> {
    let columns = ["unit", "config", "areas", "pack", "adopted_at", "simulated"];
    one(
        pool,
        select(pool.engine(), "units", &columns, unit),
        beside::unit,
    )
    .await
}

pub(in crate::sql) async fn units(pool: &Pool) -> Result<Vec<UnitId>, StoreError> {
    let query = pool.query("SELECT unit FROM units ORDER BY unit");
    let rows = pool.fetch_all(query).await?;
    rows.iter().map(beside::unit_id).collect()
}

pub(in crate::sql) async fn import(
    pool: &Pool,
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
    let mut query = select(pool.engine(), "imports", &columns, unit);
    query.push(" AND source = ").push_bind(source);
    query.push(" AND file_sha256 = ").push_bind(file_sha256);
    one(pool, query, beside::import).await
}

pub(in crate::sql) async fn known_source_keys(
    pool: &Pool,
    unit: &UnitId,
    source: &str,
    keys: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut known = Vec::new();
    // Far below SQLite's limit of bound values.
    for keys in keys.chunks(10_000) {
        let mut query = select(pool.engine(), "source_keys", &["source_key"], unit);
        query.push(" AND source = ").push_bind(source);
        query.push(" AND source_key").push_among(keys);
        for row in &pool.fetch_all(query).await? {
            known.push(get(row, "source_key")?);
        }
    }
    Ok(known)
}

pub(in crate::sql) async fn subject_of_command(
    pool: &Pool,
    unit: &UnitId,
    command: CommandId,
) -> Result<Option<Subject>, StoreError> {
    let mut query = select(
        pool.engine(),
        "commands",
        &["subject_kind", "subject_id"],
        unit,
    );
    query.push(" AND id = ").push_bind(command.0);
    one(pool, query, subject).await
}

pub(in crate::sql) async fn last_backup(
    pool: &Pool,
    unit: &UnitId,
) -> Result<Option<BackupRow>, StoreError> {
    let query = pool.query("SELECT made_at, last_seq FROM backups WHERE unit = $1");
    let row = pool.fetch_optional(query.bind(unit)).await?;
    row.map(|row| {
        Ok(BackupRow {
            at: moment(&row, "made_at")?,
            last_sequence: get(&row, "last_seq")?,
        })
    })
    .transpose()
}
