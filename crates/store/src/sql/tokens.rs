//! Tokens of programs, on either engine.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::{OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use super::SqlStore;
use super::beside;
use super::engine::{Connection, Row};
use super::map::beside::roles_text;
use super::map::{damaged, get, hash_bytes, hash_of, maybe_moment, moment, stored};
use super::read::{push_limit, select};
use super::writer::Answer;
use crate::error::StoreError;
use crate::tokens::{ENDED_TOKEN_KEPT_DAYS, TokenRow, TokenStore};

const COLUMNS: &[&str] = &[
    "id",
    "token",
    "name",
    "scopes",
    "user_id",
    "made_by",
    "created_at",
    "expires_at",
    "used_on",
    "revoked_at",
];

/// What is changed.
#[derive(Debug)]
pub(super) enum What {
    Add(TokenRow),
    Revoke { id: Uuid, at: Timestamp },
    Used { id: Uuid, on: Timestamp },
}

fn read(row: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: get(row, "id")?,
        token: hash_of(get(row, "token")?, "token")?,
        name: get(row, "name")?,
        scopes: serde_json::from_str(get(row, "scopes")?)
            .map_err(|_| damaged("scopes", "no list of words"))?,
        user: get::<Option<Uuid>>(row, "user_id")?.map(OfficerId),
        made_by: get::<Option<Uuid>>(row, "made_by")?.map(OfficerId),
        created_at: moment(row, "created_at")?,
        expires_at: moment(row, "expires_at")?,
        used_on: maybe_moment(row, "used_on")?,
        revoked_at: maybe_moment(row, "revoked_at")?,
    })
}

/// Carries a change out, in the transaction of the unit's writer.
pub(super) async fn apply(
    connection: &mut Connection,
    unit: &str,
    what: &What,
) -> Result<Result<Answer, StoreError>, StoreError> {
    match what {
        What::Add(token) => add(connection, unit, token).await,
        What::Revoke { id, at } => {
            let query = connection
                .query(
                    "UPDATE tokens SET revoked_at = $3
                     WHERE unit = $1 AND id = $2 AND revoked_at IS NULL",
                )
                .bind(unit)
                .bind(*id)
                .bind(stored(*at));
            Ok(Ok(Answer::Rows(connection.execute(query).await?)))
        }
        What::Used { id, on } => {
            let query = connection
                .query(
                    "UPDATE tokens SET used_on = $3
                     WHERE unit = $1 AND id = $2 AND (used_on IS NULL OR used_on < $3)",
                )
                .bind(unit)
                .bind(*id)
                .bind(stored(*on));
            connection.execute(query).await?;
            Ok(Ok(Answer::Done))
        }
    }
}

async fn add(
    connection: &mut Connection,
    unit: &str,
    token: &TokenRow,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let query = connection
        .query(
            "SELECT 1 AS taken FROM tokens
             WHERE unit = $1 AND name = $2 AND revoked_at IS NULL AND expires_at > $3 LIMIT 1",
        )
        .bind(unit)
        .bind(&token.name)
        .bind(stored(token.created_at));
    if connection.fetch_optional(query).await?.is_some() {
        return Ok(Err(StoreError::Taken { what: "token name" }));
    }
    let query = connection
        .query(
            "INSERT INTO tokens (unit, id, token, name, scopes, user_id, made_by, created_at,
                expires_at, used_on, revoked_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(unit)
        .bind(token.id)
        .bind(hash_bytes(token.token))
        .bind(&token.name)
        .bind(roles_text(&token.scopes))
        .bind(token.user.map(|user| user.0))
        .bind(token.made_by.map(|user| user.0))
        .bind(stored(token.created_at))
        .bind(stored(token.expires_at))
        .bind(token.used_on.map(stored))
        .bind(token.revoked_at.map(stored));
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

/// Revokes every token of an account.
pub(super) async fn revoke_of(
    connection: &mut Connection,
    unit: &str,
    user: OfficerId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let query = connection
        .query(
            "UPDATE tokens SET revoked_at = $3
             WHERE unit = $1 AND user_id = $2 AND revoked_at IS NULL",
        )
        .bind(unit)
        .bind(user.0)
        .bind(stored(at));
    connection.execute(query).await?;
    Ok(())
}

/// Drops tokens that ended long ago; says how many.
pub(super) async fn drop_ended(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let kept = SignedDuration::from_hours(24 * ENDED_TOKEN_KEPT_DAYS);
    let ended_by = at.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let query = connection
        .query("DELETE FROM tokens WHERE unit = $1 AND (expires_at <= $2 OR revoked_at <= $2)")
        .bind(unit)
        .bind(stored(ended_by));
    connection.execute(query).await
}

#[async_trait]
impl TokenStore for SqlStore {
    async fn add_token(&self, unit: &UnitId, token: &TokenRow) -> Result<(), StoreError> {
        let what = beside::What::Token(What::Add(token.clone()));
        self.done(unit, what).await
    }

    async fn token(
        &self,
        unit: &UnitId,
        token: SecretHash,
    ) -> Result<Option<TokenRow>, StoreError> {
        let mut query = select(self.readers.engine(), "tokens", COLUMNS, unit);
        query.push(" AND token = ").push_bind(hash_bytes(token));
        let row = self.readers.fetch_optional(query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn tokens(&self, unit: &UnitId, limit: u32) -> Result<Vec<TokenRow>, StoreError> {
        let mut query = select(self.readers.engine(), "tokens", COLUMNS, unit);
        query.push(" ORDER BY created_at DESC, id");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read).collect()
    }

    async fn revoke_token(
        &self,
        unit: &UnitId,
        id: Uuid,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = beside::What::Token(What::Revoke { id, at });
        Ok(self.rows_of(unit, what).await? > 0)
    }

    async fn note_token_use(
        &self,
        unit: &UnitId,
        id: Uuid,
        on: Timestamp,
    ) -> Result<(), StoreError> {
        let what = beside::What::Token(What::Used { id, on });
        self.done(unit, what).await
    }
}
