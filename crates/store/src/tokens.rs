//! Tokens of programs: what another program shows to be let in.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::value::{OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use crate::StoreError;

/// How long a token is still listed after its end, in days, so that somebody who wonders why a
/// program stopped finds out.
pub const ENDED_TOKEN_KEPT_DAYS: i64 = 90;

/// A token of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Identifier; says nothing about the token.
    pub id: Uuid,
    /// Keyed hash of the token.
    pub token: SecretHash,
    /// What people call it, such as the program that has it; unique among those that work.
    pub name: String,
    /// Scope words, such as `open311:write`.
    pub scopes: Vec<String>,
    /// The account that the program acts for.
    pub user: Option<OfficerId>,
    /// Who made it; `None`: the command line.
    pub made_by: Option<OfficerId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it works no longer.
    pub expires_at: Timestamp,
    /// The day it was last used, as that day's first moment in UTC: enough to see which are not needed
    /// any more, and no record of when people worked.
    pub used_on: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl TokenRow {
    /// Whether it works at a moment.
    pub fn works(&self, at: Timestamp) -> bool {
        self.revoked_at.is_none() && at < self.expires_at
    }
}

/// Tokens of programs. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Keeps a new token. Refused with `Taken` when one that works at its making has the same name.
    async fn add_token(&self, unit: &UnitId, token: &TokenRow) -> Result<(), StoreError>;

    /// A token by its keyed hash, whether it works or not.
    async fn token(&self, unit: &UnitId, token: SecretHash)
    -> Result<Option<TokenRow>, StoreError>;

    /// Tokens, newest first; at most `limit`, see [`crate::PAGE_MAX`].
    async fn tokens(&self, unit: &UnitId, limit: u32) -> Result<Vec<TokenRow>, StoreError>;

    /// Revokes a token; one that was revoked keeps its first moment. Says whether there is such a
    /// token that was not revoked before.
    async fn revoke_token(
        &self,
        unit: &UnitId,
        id: Uuid,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes the day a token was used on; an earlier day than the last changes nothing.
    async fn note_token_use(
        &self,
        unit: &UnitId,
        id: Uuid,
        on: Timestamp,
    ) -> Result<(), StoreError>;
}
