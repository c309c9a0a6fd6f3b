//! Changes beside the record: files, drafts, accounts, attempts, jobs, units, imports.

use jiff::Timestamp;
use pengayom_core::value::{CommandId, OfficerId, PersonId, SecretHash, UnitId};
use uuid::Uuid;

use super::account;
use super::blobs;
use super::engine::Connection;
use super::kept;
use super::ledger;
use super::map::beside::{job, roles_text};
use super::map::{count, get, hash_bytes, stored};
use super::notice;
use super::tokens;
use super::webhooks;
use super::writer::Answer;
use crate::error::StoreError;
use crate::kept::RetentionRow;
use crate::rows::{BackupRow, DraftRow, ImportRow, Preview, SessionRow, UnitRow, UserRow};
use crate::write::{Blob, Stored};

/// How long what happened to an account is kept: 400 days, a year and what one looks back at it.
const EVENTS_KEPT_MICROSECONDS: i64 = 400 * 24 * 3_600 * 1_000_000;

/// A change beside the record of a unit.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) unit: UnitId,
    pub(super) what: What,
}

impl Change {
    /// Whether it writes much more than an append does.
    pub(super) fn is_large(&self) -> bool {
        matches!(self.what, What::PutChunk { .. } | What::FinishUpload { .. })
    }

    /// Whether it takes away what was kept.
    pub(super) fn erases(&self) -> bool {
        matches!(self.what, What::DropExpired(_))
    }
}

/// What is changed.
#[derive(Debug)]
pub(super) enum What {
    PutChunk {
        upload: Uuid,
        /// Place of the first byte.
        start: u64,
        content: Vec<u8>,
        expires_at: Timestamp,
    },
    FinishUpload {
        upload: Uuid,
        /// Its last piece.
        last: Vec<u8>,
        stored: Stored,
        blob: Blob,
    },
    DropUpload(Uuid),
    PutPreview(String, Preview),
    PutDraft(DraftRow),
    SwapDraft {
        draft: DraftRow,
        before: Option<Vec<u8>>,
        at: Timestamp,
    },
    DropDraft(SecretHash),
    DropExpired(Timestamp),
    PutUser(UserRow),
    PutSession(SessionRow),
    DropSession(SecretHash),
    DropSessionsOf(OfficerId),
    CountAttempt {
        key: SecretHash,
        at: Timestamp,
        window_seconds: u32,
    },
    ForgetAttempts(SecretHash),
    TakeJob {
        at: Timestamp,
        lease_seconds: u32,
    },
    FinishJob(Uuid),
    FailJob {
        job: Uuid,
        retry_at: Option<Timestamp>,
        fault: String,
    },
    PutUnit(UnitRow),
    PutImport(ImportRow),
    NoteBackup(BackupRow),
    BeginRetention {
        run: RetentionRow,
        alive_since: Timestamp,
    },
    NoteRetention(RetentionRow),
    Ledger(ledger::What),
    Token(tokens::What),
    Notices(notice::What),
    Account(account::Of),
    Webhook(webhooks::What),
    PutContacts(Vec<(SecretHash, PersonId)>),
    KeyCommands(Vec<(CommandId, [u8; 40])>),
}

/// Carries a change out. The inner error is a refusal that left nothing behind; the outer one
/// spoils the transaction.
pub(super) async fn apply(
    connection: &mut Connection,
    change: &Change,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let unit = change.unit.as_str();
    match &change.what {
        What::PutChunk {
            upload,
            start,
            content,
            expires_at,
        } => {
            return blobs::put_chunk(connection, unit, *upload, *start, content, *expires_at).await;
        }
        What::FinishUpload {
            upload,
            last,
            stored,
            blob,
        } => return blobs::finish(connection, unit, *upload, last, stored, blob).await,
        What::DropUpload(upload) => blobs::drop_upload(connection, unit, *upload).await?,
        What::PutPreview(sha256, preview) => {
            blobs::put_preview(connection, unit, sha256, preview).await?;
        }
        What::PutDraft(draft) => put_draft(connection, unit, draft).await?,
        What::SwapDraft { draft, before, at } => {
            return swap_draft(connection, unit, draft, before.as_deref(), *at).await;
        }
        What::DropDraft(key) => {
            let query = connection.query("DELETE FROM drafts WHERE unit = $1 AND token = $2");
            let query = query.bind(unit).bind(hash_bytes(*key));
            connection.execute(query).await?;
        }
        What::DropExpired(at) => return drop_expired(connection, unit, *at).await,
        What::PutUser(user) => return put_user(connection, unit, user).await,
        What::PutSession(session) => put_session(connection, unit, session).await?,
        What::DropSession(token) => {
            let query = connection.query("DELETE FROM sessions WHERE unit = $1 AND token = $2");
            let query = query.bind(unit).bind(hash_bytes(*token));
            connection.execute(query).await?;
        }
        What::DropSessionsOf(user) => {
            let query = connection.query("DELETE FROM sessions WHERE unit = $1 AND user_id = $2");
            connection.execute(query.bind(unit).bind(user.0)).await?;
        }
        What::CountAttempt {
            key,
            at,
            window_seconds,
        } => return count_attempt(connection, unit, *key, *at, *window_seconds).await,
        What::ForgetAttempts(key) => {
            let query =
                connection.query("DELETE FROM attempts WHERE unit = $1 AND attempt_key = $2");
            let query = query.bind(unit).bind(hash_bytes(*key));
            connection.execute(query).await?;
        }
        What::TakeJob { at, lease_seconds } => {
            return take_job(connection, unit, *at, *lease_seconds).await;
        }
        What::FinishJob(job) => {
            let query = connection.query("DELETE FROM jobs WHERE unit = $1 AND id = $2");
            connection.execute(query.bind(unit).bind(*job)).await?;
        }
        What::FailJob {
            job,
            retry_at,
            fault,
        } => {
            let query = connection
                .query("UPDATE jobs SET due_at = $3, fault = $4 WHERE unit = $1 AND id = $2");
            let query = query.bind(unit).bind(*job).bind(retry_at.map(stored));
            connection.execute(query.bind(fault)).await?;
        }
        What::PutUnit(row) => put_unit(connection, row).await?,
        What::PutImport(import) => put_import(connection, unit, import).await?,
        What::NoteBackup(backup) => note_backup(connection, unit, *backup).await?,
        What::BeginRetention { run, alive_since } => {
            return kept::begin(connection, unit, run, *alive_since)
                .await
                .map(Ok);
        }
        What::NoteRetention(run) => return kept::note(connection, unit, run).await.map(Ok),
        What::Token(what) => return tokens::apply(connection, unit, what).await,
        What::Notices(what) => return notice::apply(connection, unit, what).await.map(Ok),
        What::Webhook(what) => return webhooks::apply(connection, unit, what).await,
        What::Ledger(what) => return ledger::apply(connection, unit, what).await,
        What::Account(of) => return account::apply(connection, unit, of).await,
        What::PutContacts(contacts) => put_contacts(connection, unit, contacts).await?,
        What::KeyCommands(keyed) => key_commands(connection, unit, keyed).await?,
    }
    Ok(Ok(Answer::Done))
}

async fn put_draft(
    connection: &mut Connection,
    unit: &str,
    draft: &DraftRow,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO drafts (unit, token, sealed, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (unit, token) DO UPDATE SET
            sealed = excluded.sealed, expires_at = excluded.expires_at",
        )
        .bind(unit)
        .bind(hash_bytes(draft.key))
        .bind(draft.sealed.as_slice())
        .bind(stored(draft.expires_at));
    connection.execute(query).await?;
    Ok(())
}

/// A sealed draft has a nonce of its own, so that its bytes tell one from every other.
async fn swap_draft(
    connection: &mut Connection,
    unit: &str,
    draft: &DraftRow,
    before: Option<&[u8]>,
    at: Timestamp,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let statement = match before {
        Some(_) => {
            "UPDATE drafts SET sealed = $3, expires_at = $4
             WHERE unit = $1 AND token = $2 AND sealed = $5"
        }
        None => {
            "INSERT INTO drafts (unit, token, sealed, expires_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (unit, token) DO UPDATE SET
                sealed = excluded.sealed, expires_at = excluded.expires_at
             WHERE drafts.expires_at <= $5"
        }
    };
    let query = connection
        .query(statement)
        .bind(unit)
        .bind(hash_bytes(draft.key))
        .bind(draft.sealed.as_slice())
        .bind(stored(draft.expires_at));
    let query = match before {
        Some(before) => query.bind(before),
        None => query.bind(stored(at)),
    };
    let rows = connection.execute(query).await?;
    Ok(Ok(Answer::Rows(rows)))
}

async fn drop_expired(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let mut rows = blobs::drop_expired(connection, unit, at).await?;
    for statement in [
        "DELETE FROM drafts WHERE unit = $1 AND expires_at <= $2",
        "DELETE FROM sessions WHERE unit = $1 AND expires_at <= $2",
        "DELETE FROM attempts WHERE unit = $1 AND ends_at <= $2",
        "DELETE FROM ceremonies WHERE unit = $1 AND expires_at <= $2",
    ] {
        let query = connection.query(statement).bind(unit).bind(stored(at));
        rows += connection.execute(query).await?;
    }
    rows += tokens::drop_ended(connection, unit, at).await?;
    let query = connection
        .query("DELETE FROM account_events WHERE unit = $1 AND at <= $2")
        .bind(unit)
        .bind(stored(at).saturating_sub(EVENTS_KEPT_MICROSECONDS));
    rows += connection.execute(query).await?;
    rows += webhooks::drop_done(connection, unit, at).await?;
    Ok(Ok(Answer::Rows(rows)))
}

pub(super) async fn put_user(
    connection: &mut Connection,
    unit: &str,
    user: &UserRow,
) -> Result<Result<Answer, StoreError>, StoreError> {
    // Asked first: a refusal by the table would spoil the whole transaction.
    let query = connection
        .query("SELECT 1 AS taken FROM users WHERE unit = $1 AND login = $2 AND id <> $3")
        .bind(unit)
        .bind(&user.login)
        .bind(user.id.0);
    if connection.fetch_optional(query).await?.is_some() {
        return Ok(Err(StoreError::Taken { what: "login" }));
    }
    let query = connection
        .query(
            "INSERT INTO users (unit, id, login, name, rank, station, roles, password, demo,
                disabled_at, created_at, change_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
             ON CONFLICT (unit, id) DO UPDATE SET
                login = excluded.login, name = excluded.name, rank = excluded.rank,
                station = excluded.station, roles = excluded.roles, password = excluded.password,
                demo = excluded.demo, disabled_at = excluded.disabled_at,
                created_at = excluded.created_at, change_by = excluded.change_by",
        )
        .bind(unit)
        .bind(user.id.0)
        .bind(&user.login)
        .bind(&user.name)
        .bind(user.rank.as_deref())
        .bind(user.station.as_ref().map(ToString::to_string))
        .bind(roles_text(&user.roles))
        .bind(&user.password)
        .bind(user.demo)
        .bind(user.disabled_at.map(stored))
        .bind(stored(user.created_at))
        .bind(user.change_by.map(stored));
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

pub(super) async fn put_session(
    connection: &mut Connection,
    unit: &str,
    session: &SessionRow,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO sessions (unit, token, id, user_id, method, device, network, created_at,
            seen_at, proved_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (unit, token) DO UPDATE SET
            user_id = excluded.user_id, created_at = excluded.created_at,
            seen_at = excluded.seen_at, proved_at = excluded.proved_at,
            expires_at = excluded.expires_at",
        )
        .bind(unit)
        .bind(hash_bytes(session.token))
        .bind(session.id)
        .bind(session.user.0)
        .bind(session.method.as_str())
        .bind(session.device.as_str())
        .bind(session.network.as_str())
        .bind(stored(session.created_at))
        .bind(stored(session.seen_at))
        .bind(stored(session.proved_at))
        .bind(stored(session.expires_at));
    connection.execute(query).await?;
    Ok(())
}

/// Microseconds after so many seconds.
fn later(at: Timestamp, seconds: u32) -> i64 {
    stored(at).saturating_add(i64::from(seconds) * 1_000_000)
}

/// A window that is over is begun anew, and so is one that ends later than one begun now would: the
/// clock was set back since.
async fn count_attempt(
    connection: &mut Connection,
    unit: &str,
    key: SecretHash,
    at: Timestamp,
    window_seconds: u32,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let query = connection
        .query(
            "INSERT INTO attempts (unit, attempt_key, n, ends_at) VALUES ($1, $2, 1, $4)
         ON CONFLICT (unit, attempt_key) DO UPDATE SET
            n = CASE WHEN attempts.ends_at > $3 AND attempts.ends_at <= $4
                THEN attempts.n + 1 ELSE 1 END,
            ends_at = CASE WHEN attempts.ends_at > $3 AND attempts.ends_at <= $4
                THEN attempts.ends_at ELSE $4 END
         RETURNING n, ends_at",
        )
        .bind(unit)
        .bind(hash_bytes(key))
        .bind(stored(at))
        .bind(later(at, window_seconds));
    let row = connection.fetch_one(query).await?;
    let attempts = count(&row, "n")?;
    Ok(Ok(Answer::Attempts(attempts, get(&row, "ends_at")?)))
}

async fn take_job(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
    lease_seconds: u32,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let query = connection
        .query(
            "UPDATE jobs SET attempts = attempts + 1, due_at = $3
         WHERE unit = $1 AND id = (
            SELECT id FROM jobs WHERE unit = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT 1)
         RETURNING id, kind, payload, attempts",
        )
        .bind(unit)
        .bind(stored(at))
        .bind(later(at, lease_seconds));
    let row = connection.fetch_optional(query).await?;
    Ok(Ok(Answer::Job(row.as_ref().map(job).transpose()?)))
}

async fn put_unit(connection: &mut Connection, unit: &UnitRow) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO units (unit, time_zone, adopted_at, simulated, config, areas, pack)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (unit) DO UPDATE SET
            time_zone = excluded.time_zone, adopted_at = excluded.adopted_at,
            simulated = excluded.simulated, config = excluded.config, areas = excluded.areas,
            pack = excluded.pack",
        )
        .bind(unit.id.as_str())
        .bind(time_zone(&unit.config))
        .bind(stored(unit.adopted_at))
        .bind(unit.simulated)
        .bind(&unit.config)
        .bind(&unit.areas)
        .bind(&unit.pack);
    connection.execute(query).await?;
    Ok(())
}

/// The zone that a unit file names: `time_zone` in its table `unit`. Whether the file is right in
/// other ways is judged where it is adopted.
fn time_zone(config: &str) -> Option<String> {
    let file: toml::Table = config.parse().ok()?;
    let zone = file.get("unit")?.get("time_zone")?.as_str()?;
    Some(zone.to_owned())
}

async fn note_backup(
    connection: &mut Connection,
    unit: &str,
    backup: BackupRow,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "INSERT INTO backups (unit, made_at, last_seq) VALUES ($1, $2, $3)
             ON CONFLICT (unit) DO UPDATE SET
                made_at = excluded.made_at, last_seq = excluded.last_seq
             WHERE excluded.made_at >= backups.made_at",
        )
        .bind(unit)
        .bind(stored(backup.at))
        .bind(backup.last_sequence);
    connection.execute(query).await?;
    Ok(())
}

async fn put_import(
    connection: &mut Connection,
    unit: &str,
    import: &ImportRow,
) -> Result<(), StoreError> {
    // SQLite counts with 64 bits and a sign; no file has that many rows.
    let rows = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let query = connection
        .query(
            "INSERT INTO imports (unit, source, file_sha256, rows_done, rows_rejected, complete,
            noted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (unit, source, file_sha256) DO UPDATE SET
            rows_done = excluded.rows_done, rows_rejected = excluded.rows_rejected,
            complete = excluded.complete, noted_at = excluded.noted_at",
        )
        .bind(unit)
        .bind(&import.source)
        .bind(&import.file_sha256)
        .bind(rows(import.rows_done))
        .bind(rows(import.rows_rejected))
        .bind(import.complete)
        .bind(stored(import.at));
    connection.execute(query).await?;
    Ok(())
}

async fn put_contacts(
    connection: &mut Connection,
    unit: &str,
    contacts: &[(SecretHash, PersonId)],
) -> Result<(), StoreError> {
    for (hash, person) in contacts {
        // Not of somebody whose details were destroyed since they were read.
        let query = connection
            .query(
                "INSERT INTO contacts (unit, hash, person)
             SELECT persons.unit, $2, persons.id FROM persons WHERE persons.unit = $1 AND id = $3
             ON CONFLICT (unit, hash, person) DO NOTHING",
            )
            .bind(unit)
            .bind(hash_bytes(*hash))
            .bind(person.0);
        connection.execute(query).await?;
    }
    Ok(())
}

async fn key_commands(
    connection: &mut Connection,
    unit: &str,
    keyed: &[(CommandId, [u8; 40])],
) -> Result<(), StoreError> {
    for (command, fingerprint) in keyed {
        let query = connection
            .query(
                "UPDATE commands SET fingerprint = $3
             WHERE unit = $1 AND id = $2 AND length(fingerprint) = 32",
            )
            .bind(unit)
            .bind(command.0)
            .bind(fingerprint.to_vec());
        connection.execute(query).await?;
    }
    Ok(())
}
