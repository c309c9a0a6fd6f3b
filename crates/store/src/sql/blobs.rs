//! Files: what is in them lies in pieces beside what is known of them.

use jiff::Timestamp;
use pengayom_core::value::UnitId;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::engine::{Connection, Pool};
use super::map::{beside, get, stored};
use super::upload::hex;
use super::writer::Answer;
use crate::blob::{BlobFault, BlobProgress, BlobReport};
use crate::error::StoreError;
use crate::rows::{BlobRow, Preview};
use crate::write::{Blob, Stored};

const COLUMNS: &str = "sha256, media_type, size_bytes, recorded_at, body, erased_at";

/// How many files are listed at a time while all are read.
const LIST: u32 = 500;

/// How many pieces are read at a time while all are read: a megabyte.
const PIECES: u32 = 4;

// -- changes -----------------------------------------------------------------------------------

/// Keeps a piece of an upload. The first begins it; any other is refused once it is swept away.
pub(super) async fn put_chunk(
    connection: &mut Connection,
    unit: &str,
    upload: Uuid,
    start: u64,
    content: &[u8],
    expires_at: Timestamp,
) -> Result<Result<Answer, StoreError>, StoreError> {
    if start == 0 {
        let query = connection
            .query("INSERT INTO uploads (unit, id, expires_at) VALUES ($1, $2, $3)")
            .bind(unit)
            .bind(upload)
            .bind(stored(expires_at));
        connection.execute(query).await?;
    } else if !is_open(connection, unit, upload).await? {
        return Ok(Err(StoreError::Missing { what: "upload" }));
    }
    insert(connection, unit, upload, start, content).await?;
    Ok(Ok(Answer::Done))
}

async fn is_open(
    connection: &mut Connection,
    unit: &str,
    upload: Uuid,
) -> Result<bool, StoreError> {
    let query = connection.query("SELECT 1 AS open FROM uploads WHERE unit = $1 AND id = $2");
    let query = query.bind(unit).bind(upload);
    Ok(connection.fetch_optional(query).await?.is_some())
}

async fn insert(
    connection: &mut Connection,
    unit: &str,
    body: Uuid,
    start: u64,
    content: &[u8],
) -> Result<(), StoreError> {
    let query = connection
        .query("INSERT INTO blob_chunks (unit, body, start_byte, content) VALUES ($1, $2, $3, $4)")
        .bind(unit)
        .bind(body)
        .bind(whole(start))
        .bind(content);
    connection.execute(query).await?;
    Ok(())
}

/// Gives an upload its name, or lets it go when the same content is there already.
pub(super) async fn finish(
    connection: &mut Connection,
    unit: &str,
    upload: Uuid,
    last: &[u8],
    now: &Stored,
    blob: &Blob,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let before = now.size_bytes - last.len() as u64;
    if before > 0 && !is_open(connection, unit, upload).await? {
        return Ok(Err(StoreError::Missing { what: "upload" }));
    }
    let query = connection.query("SELECT body FROM blobs WHERE unit = $1 AND sha256 = $2");
    let query = query.bind(unit).bind(&now.sha256);
    let known = match connection.fetch_optional(query).await? {
        Some(row) => get::<Option<Uuid>>(&row, "body")?,
        None => None,
    };
    if known.is_some() {
        drop_upload(connection, unit, upload).await?;
        // What is kept for good stays so, otherwise the longer time counts.
        let query = connection
            .query(
                "UPDATE blobs SET keep_until = CASE
                    WHEN keep_until IS NULL OR $3 IS NULL THEN NULL
                    WHEN keep_until > $3 THEN keep_until ELSE $3 END
                 WHERE unit = $1 AND sha256 = $2",
            )
            .bind(unit)
            .bind(&now.sha256)
            .bind(blob.keep_until.map(stored));
        connection.execute(query).await?;
        return Ok(Ok(Answer::Done));
    }
    if !last.is_empty() {
        insert(connection, unit, upload, before, last).await?;
    }
    let query = connection
        .query(
            "INSERT INTO blobs (unit, sha256, media_type, size_bytes, recorded_at, keep_until, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (unit, sha256) DO UPDATE SET
                media_type = excluded.media_type, size_bytes = excluded.size_bytes,
                recorded_at = excluded.recorded_at, keep_until = excluded.keep_until,
                body = excluded.body",
        )
        .bind(unit)
        .bind(&now.sha256)
        .bind(&blob.media_type)
        .bind(whole(now.size_bytes))
        .bind(stored(blob.recorded_at))
        .bind(blob.keep_until.map(stored))
        .bind(upload);
    connection.execute(query).await?;
    forget(connection, unit, upload).await?;
    Ok(Ok(Answer::Done))
}

/// Lets an upload go with its pieces.
pub(super) async fn drop_upload(
    connection: &mut Connection,
    unit: &str,
    upload: Uuid,
) -> Result<(), StoreError> {
    // Only while it is one: by now it may be the body of a file.
    if is_open(connection, unit, upload).await? {
        let query = connection.query("DELETE FROM blob_chunks WHERE unit = $1 AND body = $2");
        connection.execute(query.bind(unit).bind(upload)).await?;
        forget(connection, unit, upload).await?;
    }
    Ok(())
}

async fn forget(connection: &mut Connection, unit: &str, upload: Uuid) -> Result<(), StoreError> {
    let query = connection.query("DELETE FROM uploads WHERE unit = $1 AND id = $2");
    connection.execute(query.bind(unit).bind(upload)).await?;
    Ok(())
}

/// Drops files that no act named in time and uploads that were not finished. One whose name has to
/// stay, because its content was erased and sent again, loses its content only. Says how many went.
pub(super) async fn drop_expired(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut gone = 0;
    for (statement, counts) in [
        (
            "DELETE FROM blob_chunks WHERE unit = $1 AND body IN
                (SELECT body FROM blobs WHERE unit = $1 AND keep_until <= $2)",
            false,
        ),
        (
            "UPDATE blobs SET body = NULL, keep_until = NULL, preview = NULL, claims = NULL
             WHERE unit = $1 AND keep_until <= $2 AND erased_at IS NOT NULL",
            true,
        ),
        (
            "DELETE FROM blobs WHERE unit = $1 AND keep_until <= $2",
            true,
        ),
        (
            "DELETE FROM blob_chunks WHERE unit = $1 AND body IN
                (SELECT id FROM uploads WHERE unit = $1 AND expires_at <= $2)",
            false,
        ),
        (
            "DELETE FROM uploads WHERE unit = $1 AND expires_at <= $2",
            true,
        ),
    ] {
        let query = connection.query(statement).bind(unit).bind(stored(at));
        let rows = connection.execute(query).await?;
        gone += if counts { rows } else { 0 };
    }
    Ok(gone)
}

/// Erases the content of files, and their small copies, in the transaction that is open; name, size
/// and type stay. A file that a subject's acts still name stays whole: call it after the views of
/// the append are written, when the subject that is erased names none any more. Says how many went.
pub(super) async fn erase(
    connection: &mut Connection,
    unit: &str,
    sha256s: &[String],
    at: Timestamp,
) -> Result<u64, StoreError> {
    if sha256s.is_empty() {
        return Ok(0);
    }
    let mut query = connection.query("SELECT sha256, body FROM blobs WHERE unit = ");
    query
        .push_bind(unit)
        .push(" AND body IS NOT NULL AND sha256");
    query.push_among(sha256s).push(
        " AND NOT EXISTS (SELECT 1 FROM blob_uses AS uses WHERE uses.unit = blobs.unit
          AND uses.sha256 = blobs.sha256 AND uses.n > 0)",
    );
    let found = connection.fetch_all(query).await?;
    if found.is_empty() {
        return Ok(0);
    }
    for row in &found {
        let body: Uuid = get(row, "body")?;
        let query = connection.query("DELETE FROM blob_chunks WHERE unit = $1 AND body = $2");
        connection.execute(query.bind(unit).bind(body)).await?;
        let query = connection
            .query(
                "UPDATE blobs SET body = NULL, preview = NULL, claims = NULL, keep_until = NULL,
                    erased_at = $3
                 WHERE unit = $1 AND sha256 = $2",
            )
            .bind(unit)
            .bind(get::<&str>(row, "sha256")?)
            .bind(stored(at));
        connection.execute(query).await?;
    }
    Ok(found.len() as u64)
}

/// Keeps the small copy of a picture that is there, and what it says of itself.
pub(super) async fn put_preview(
    connection: &mut Connection,
    unit: &str,
    sha256: &str,
    preview: &Preview,
) -> Result<(), StoreError> {
    let query = connection.query(
        "UPDATE blobs SET preview = $3, claims = $4
         WHERE unit = $1 AND sha256 = $2 AND body IS NOT NULL",
    );
    let query = query.bind(unit).bind(sha256);
    let query = query.bind(preview.picture.as_slice());
    let query = query.bind(preview.claims.as_deref());
    connection.execute(query).await?;
    Ok(())
}

// -- questions ---------------------------------------------------------------------------------

pub(super) async fn blob(
    pool: &Pool,
    unit: &UnitId,
    sha256: &str,
) -> Result<Option<BlobRow>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM blobs WHERE unit = $1 AND sha256 = $2");
    let query = pool.query(query).bind(unit).bind(sha256);
    let row = pool.fetch_optional(query).await?;
    row.as_ref().map(beside::blob).transpose()
}

pub(super) async fn preview(
    pool: &Pool,
    unit: &UnitId,
    sha256: &str,
) -> Result<Option<Preview>, StoreError> {
    let query = pool.query(
        "SELECT preview, claims FROM blobs
         WHERE unit = $1 AND sha256 = $2 AND preview IS NOT NULL",
    );
    let row = pool.fetch_optional(query.bind(unit).bind(sha256)).await?;
    row.map(|row| {
        Ok(Preview {
            picture: get(&row, "preview")?,
            claims: get(&row, "claims")?,
        })
    })
    .transpose()
}

pub(super) async fn part(
    pool: &Pool,
    unit: &UnitId,
    body: Uuid,
    from: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = pool.query(
        "SELECT start_byte, content FROM blob_chunks
         WHERE unit = $1 AND body = $2 AND start_byte <= $3 ORDER BY start_byte DESC LIMIT 1",
    );
    let query = query.bind(unit).bind(body).bind(whole(from));
    let Some(row) = pool.fetch_optional(query).await? else {
        return Ok(None);
    };
    let start: i64 = get(&row, "start_byte")?;
    let skipped = usize::try_from(whole(from) - start).unwrap_or(usize::MAX);
    let mut content: Vec<u8> = get(&row, "content")?;
    if skipped >= content.len() {
        return Ok(None);
    }
    content.drain(..skipped);
    Ok(Some(content))
}

/// Reads every file of a unit. A file that went while it was read is none that is wrong.
pub(super) async fn check(
    pool: &Pool,
    unit: &UnitId,
    progress: &(dyn Fn(BlobProgress) + Send + Sync),
) -> Result<BlobReport, StoreError> {
    let query = pool.query("SELECT count(*) AS n FROM blobs WHERE unit = $1");
    let row = pool.fetch_one(query.bind(unit)).await?;
    let of = u64::try_from(get::<i64>(&row, "n")?).unwrap_or(0);
    let mut report = BlobReport::default();
    let mut after = String::new();
    loop {
        let query = format!(
            "SELECT {COLUMNS} FROM blobs WHERE unit = $1 AND sha256 > $2 ORDER BY sha256 LIMIT $3"
        );
        let query = pool.query(query).bind(unit).bind(&after).bind(LIST);
        let rows = pool.fetch_all(query).await?;
        let Some(last) = rows.last() else { break };
        after = get(last, "sha256")?;
        for row in &rows {
            let known = beside::blob(row)?;
            let Some(body) = known.body else {
                report.erased += 1;
                continue;
            };
            let fault = check_one(pool, unit, &known, body, &mut report.bytes).await?;
            report.blobs += 1;
            if let Some(fault) = fault
                && blob(pool, unit, &known.sha256).await?.as_ref() == Some(&known)
            {
                report.faults.push((known.sha256, fault));
            }
            progress(BlobProgress {
                blobs: report.blobs + report.erased,
                of,
                bytes: report.bytes,
            });
        }
    }
    let query = pool.query(
        "SELECT DISTINCT sha256 FROM blob_uses AS uses WHERE unit = $1 AND n > 0
         AND NOT EXISTS (SELECT 1 FROM blobs WHERE blobs.unit = uses.unit
            AND blobs.sha256 = uses.sha256 AND blobs.body IS NOT NULL)
         ORDER BY sha256",
    );
    for row in &pool.fetch_all(query.bind(unit)).await? {
        let sha256 = get(row, "sha256")?;
        report.faults.push((sha256, BlobFault::Missing));
    }
    report.faults.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(report)
}

/// What is wrong with one file, if anything is.
async fn check_one(
    pool: &Pool,
    unit: &UnitId,
    known: &BlobRow,
    body: Uuid,
    bytes: &mut u64,
) -> Result<Option<BlobFault>, StoreError> {
    let mut hash = Sha256::new();
    let mut found: u64 = 0;
    let mut after: i64 = -1;
    loop {
        let query = pool.query(
            "SELECT start_byte, content FROM blob_chunks
             WHERE unit = $1 AND body = $2 AND start_byte > $3 ORDER BY start_byte LIMIT $4",
        );
        let query = query.bind(unit).bind(body).bind(after).bind(PIECES);
        let rows = pool.fetch_all(query).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            after = get(row, "start_byte")?;
            let content: &[u8] = get(row, "content")?;
            if after != whole(found) {
                return Ok(Some(BlobFault::Gap { at: found }));
            }
            hash.update(content);
            found += content.len() as u64;
            *bytes += content.len() as u64;
        }
    }
    let expected = known.size_bytes;
    Ok(if found == 0 && expected > 0 {
        Some(BlobFault::Missing)
    } else if found != expected {
        Some(BlobFault::Size { expected, found })
    } else if hex(&hash.finalize()) != known.sha256 {
        Some(BlobFault::Content)
    } else {
        None
    })
}

/// A place or size as the engines keep it. No file comes near 2^63 bytes.
fn whole(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
