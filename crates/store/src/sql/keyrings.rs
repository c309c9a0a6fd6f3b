//! Root secrets, wrapped anew for all units of a store in one transaction.

use super::engine::Connection;
use super::map::{get, stored};
use super::writer::Answer;
use crate::error::StoreError;
use crate::write::KeyringChange;

/// Carries the changes out, or none of them when one is not as expected. The outer error spoils the
/// transaction.
pub(super) async fn apply(
    connection: &mut Connection,
    changes: &[KeyringChange],
) -> Result<Result<Answer, StoreError>, StoreError> {
    // All are looked at first: a refusal leaves nothing behind.
    for change in changes {
        let query = connection
            .query("SELECT wrapped FROM keyrings WHERE unit = $1")
            .bind(&change.unit);
        let row = connection.fetch_optional(query).await?;
        let found: Option<Vec<u8>> = row.as_ref().map(|row| get(row, "wrapped")).transpose()?;
        if found != change.expected {
            return Ok(Err(StoreError::Taken { what: "keyring" }));
        }
    }
    for change in changes {
        let query = connection
            .query(
                "INSERT INTO keyrings (unit, wrapped, changed_at) VALUES ($1, $2, $3)
             ON CONFLICT (unit) DO UPDATE SET
                wrapped = excluded.wrapped, changed_at = excluded.changed_at",
            )
            .bind(&change.unit)
            .bind(change.wrapped.as_slice())
            .bind(stored(change.at));
        connection.execute(query).await?;
        for job in &change.jobs {
            let query = connection
                .query(
                    "INSERT INTO jobs (unit, id, kind, payload, due_at, attempts)
                 VALUES ($1, $2, $3, $4, $5, 0)",
                )
                .bind(&change.unit)
                .bind(job.id)
                .bind(&job.kind)
                .bind(&job.payload)
                .bind(stored(job.run_at));
            connection.execute(query).await?;
        }
    }
    Ok(Ok(Answer::Done))
}
