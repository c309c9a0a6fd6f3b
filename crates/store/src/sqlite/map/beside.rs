//! Rows of the tables beside the record: persons, files, accounts, jobs, units, imports.

use pengayom_core::value::{OfficerId, PersonId, UnitId};
use sqlx::sqlite::SqliteRow;

use super::{count, damaged, get, hash_of, maybe_code, maybe_moment, moment};
use crate::error::StoreError;
use crate::rows::{BlobRow, DraftRow, ImportRow, JobRow, SessionRow, UnitRow, UserRow};
use crate::write::SealedPerson;

pub(in crate::sqlite) fn person(row: &SqliteRow) -> Result<SealedPerson, StoreError> {
    Ok(SealedPerson {
        id: PersonId(get(row, "id")?),
        wrapped_key: get(row, "wrapped_key")?,
        sealed: get(row, "sealed")?,
        recorded_at: moment(row, "recorded_at")?,
    })
}

pub(in crate::sqlite) fn blob(row: &SqliteRow) -> Result<BlobRow, StoreError> {
    Ok(BlobRow {
        media_type: get(row, "media_type")?,
        content: get(row, "content")?,
        preview: get(row, "preview")?,
    })
}

pub(in crate::sqlite) fn draft(row: &SqliteRow) -> Result<DraftRow, StoreError> {
    Ok(DraftRow {
        key: hash_of(get(row, "token")?, "token")?,
        sealed: get(row, "sealed")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub(in crate::sqlite) fn roles_text(roles: &[String]) -> String {
    serde_json::Value::from(roles.to_vec()).to_string()
}

pub(in crate::sqlite) fn user(row: &SqliteRow) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: OfficerId(get(row, "id")?),
        login: get(row, "login")?,
        name: get(row, "name")?,
        rank: get(row, "rank")?,
        station: maybe_code(row, "station")?,
        roles: serde_json::from_str(get(row, "roles")?)
            .map_err(|_| damaged("roles", "no list of words"))?,
        password: get(row, "password")?,
        demo: get(row, "demo")?,
        disabled_at: maybe_moment(row, "disabled_at")?,
        created_at: moment(row, "created_at")?,
    })
}

pub(in crate::sqlite) fn session(row: &SqliteRow) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token: hash_of(get(row, "token")?, "token")?,
        user: OfficerId(get(row, "user_id")?),
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub(in crate::sqlite) fn job(row: &SqliteRow) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: get(row, "id")?,
        kind: get(row, "kind")?,
        payload: get(row, "payload")?,
        attempts: count(row, "attempts")?,
    })
}

pub(in crate::sqlite) fn unit_id(row: &SqliteRow) -> Result<UnitId, StoreError> {
    get::<&str>(row, "unit")?
        .parse()
        .map_err(|_| damaged("unit", "no unit code"))
}

pub(in crate::sqlite) fn unit(row: &SqliteRow) -> Result<UnitRow, StoreError> {
    Ok(UnitRow {
        id: unit_id(row)?,
        config: get(row, "config")?,
        areas: get(row, "areas")?,
        pack: get(row, "pack")?,
        adopted_at: moment(row, "adopted_at")?,
        simulated: get(row, "simulated")?,
    })
}

pub(in crate::sqlite) fn import(row: &SqliteRow) -> Result<ImportRow, StoreError> {
    Ok(ImportRow {
        source: get(row, "source")?,
        file_sha256: get(row, "file_sha256")?,
        rows_done: count(row, "rows_done")?,
        rows_rejected: count(row, "rows_rejected")?,
        complete: get(row, "complete")?,
        at: moment(row, "noted_at")?,
    })
}
