//! Rows of the tables beside the record: persons, files, accounts, jobs, units, imports.

use pengayom_core::value::{OfficerId, PersonId, UnitId};
use uuid::Uuid;

use super::{count, damaged, get, hash_of, maybe_code, maybe_moment, moment};
use crate::error::StoreError;
use crate::rows::{BlobRow, DraftRow, ImportRow, JobRow, SessionRow, UnitRow, UserRow};
use crate::sql::engine::Row;
use crate::write::SealedPerson;

pub(crate) fn person(row: &Row) -> Result<SealedPerson, StoreError> {
    Ok(SealedPerson {
        id: PersonId(get(row, "id")?),
        wrapped_key: get(row, "wrapped_key")?,
        sealed: get(row, "sealed")?,
        recorded_at: moment(row, "recorded_at")?,
        contacts: Vec::new(),
    })
}

pub(crate) fn blob(row: &Row) -> Result<BlobRow, StoreError> {
    let body: Option<Uuid> = get(row, "body")?;
    Ok(BlobRow {
        sha256: get(row, "sha256")?,
        media_type: get(row, "media_type")?,
        size_bytes: count(row, "size_bytes")?,
        recorded_at: moment(row, "recorded_at")?,
        body,
        // Sent again since, it is there and no act names it yet.
        erased_at: maybe_moment(row, "erased_at")?.filter(|_| body.is_none()),
    })
}

pub(crate) fn draft(row: &Row) -> Result<DraftRow, StoreError> {
    Ok(DraftRow {
        key: hash_of(get(row, "token")?, "token")?,
        sealed: get(row, "sealed")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub(crate) fn roles_text(roles: &[String]) -> String {
    serde_json::Value::from(roles.to_vec()).to_string()
}

pub(crate) fn user(row: &Row) -> Result<UserRow, StoreError> {
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
        change_by: maybe_moment(row, "change_by")?,
    })
}

pub(crate) fn session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token: hash_of(get(row, "token")?, "token")?,
        id: get(row, "id")?,
        user: OfficerId(get(row, "user_id")?),
        method: get(row, "method")?,
        device: get(row, "device")?,
        network: get(row, "network")?,
        created_at: moment(row, "created_at")?,
        seen_at: moment(row, "seen_at")?,
        proved_at: moment(row, "proved_at")?,
        expires_at: moment(row, "expires_at")?,
    })
}

pub(crate) fn job(row: &Row) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        id: get(row, "id")?,
        kind: get(row, "kind")?,
        payload: get(row, "payload")?,
        attempts: count(row, "attempts")?,
    })
}

pub(crate) fn unit_id(row: &Row) -> Result<UnitId, StoreError> {
    get::<&str>(row, "unit")?
        .parse()
        .map_err(|_| damaged("unit", "no unit code"))
}

pub(crate) fn unit(row: &Row) -> Result<UnitRow, StoreError> {
    Ok(UnitRow {
        id: unit_id(row)?,
        config: get(row, "config")?,
        areas: get(row, "areas")?,
        pack: get(row, "pack")?,
        adopted_at: moment(row, "adopted_at")?,
        simulated: get(row, "simulated")?,
    })
}

pub(crate) fn import(row: &Row) -> Result<ImportRow, StoreError> {
    Ok(ImportRow {
        source: get(row, "source")?,
        file_sha256: get(row, "file_sha256")?,
        rows_done: count(row, "rows_done")?,
        rows_rejected: count(row, "rows_rejected")?,
        complete: get(row, "complete")?,
        at: moment(row, "noted_at")?,
    })
}
