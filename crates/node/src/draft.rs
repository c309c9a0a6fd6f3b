//! Drafts: a form not yet sent, kept for a day on the server, sealed, under a secret token.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::{SecretDigits, SecretHash};
use pengayom_store::rows::DraftRow;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::HandleError;
use crate::keys::Purpose;
use crate::{Node, seal};

/// How long a draft is kept, in hours (UX page 3).
pub const DRAFT_HOURS: i64 = 24;

/// Codes tried from one origin in a quarter of an hour.
pub(crate) const TRIES_PER_ORIGIN: u32 = 30;

/// Largest draft, in bytes of JSON.
pub const DRAFT_MAX_BYTES: usize = 64 * 1024;

/// What finds a draft: a cookie's token, or the code a person wrote down to go on later.
#[derive(Clone, PartialEq, Eq)]
pub struct DraftToken(pub String);

impl std::fmt::Debug for DraftToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DraftToken(…)")
    }
}

/// The draft that was there when it was read, to be replaced and no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftMark(Option<Vec<u8>>);

impl Node {
    fn draft_key(&self, token: &DraftToken) -> SecretHash {
        self.hash(Purpose::Draft, token.0.as_bytes())
    }

    /// Keeps a draft until [`DRAFT_HOURS`] from now.
    ///
    /// # Errors
    /// [`HandleError::TooLarge`] beyond [`DRAFT_MAX_BYTES`]; otherwise the store's.
    pub async fn keep_draft<T: Serialize + Sync>(
        &self,
        token: &DraftToken,
        draft: &T,
    ) -> Result<Timestamp, HandleError> {
        let row = self.sealed_draft(token, draft)?;
        self.store.put_draft(&self.unit().id, &row).await?;
        Ok(row.expires_at)
    }

    /// Keeps a draft as [`Node::keep_draft`], if the one that was read with [`Node::marked_draft`] is
    /// still there. Says whether it was kept: if not, another window kept its own in between.
    ///
    /// # Errors
    /// As [`Node::keep_draft`].
    pub async fn swap_draft<T: Serialize + Sync>(
        &self,
        token: &DraftToken,
        draft: &T,
        before: &DraftMark,
    ) -> Result<bool, HandleError> {
        let row = self.sealed_draft(token, draft)?;
        let unit = self.unit();
        let before = before.0.as_deref();
        let kept = self.store.swap_draft(&unit.id, &row, before, self.now());
        Ok(kept.await?)
    }

    fn sealed_draft<T: Serialize>(
        &self,
        token: &DraftToken,
        draft: &T,
    ) -> Result<DraftRow, HandleError> {
        let text = serde_json::to_vec(draft).map_err(|_| HandleError::Malformed)?;
        if text.len() > DRAFT_MAX_BYTES {
            return Err(HandleError::TooLarge {
                found: text.len(),
                limit: DRAFT_MAX_BYTES,
            });
        }
        let key = self.draft_key(token);
        let wrap = self.key.derive(Purpose::SealDraft);
        let sealed = seal::seal(&wrap, self.new_nonce(), &text, &key.0)?;
        let expires_at = self
            .now()
            .checked_add(SignedDuration::from_hours(DRAFT_HOURS))
            .unwrap_or(Timestamp::MAX);
        Ok(DraftRow {
            key,
            sealed,
            expires_at,
        })
    }

    /// Reads a draft; `None` when there is none (any more).
    ///
    /// # Errors
    /// The store's, or [`HandleError::Seal`].
    pub async fn draft<T: DeserializeOwned>(
        &self,
        token: &DraftToken,
    ) -> Result<Option<T>, HandleError> {
        Ok(self.marked_draft(token).await?.0)
    }

    /// Reads a draft, with what [`Node::swap_draft`] knows it by.
    ///
    /// # Errors
    /// As [`Node::draft`].
    pub async fn marked_draft<T: DeserializeOwned>(
        &self,
        token: &DraftToken,
    ) -> Result<(Option<T>, DraftMark), HandleError> {
        let key = self.draft_key(token);
        let Some(row) = self.store.draft(&self.unit().id, key, self.now()).await? else {
            return Ok((None, DraftMark::default()));
        };
        let wrap = self.key.derive(Purpose::SealDraft);
        let text = seal::open(&wrap, &row.sealed, &key.0)?;
        // A draft of an older program that no longer reads is no draft: the person starts anew.
        let draft = serde_json::from_slice(&text).ok();
        Ok((draft, DraftMark(Some(row.sealed))))
    }

    /// Reads a draft by the digits a person wrote down. Tries are counted by `origin`, right ones
    /// too, so that nobody can try many.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`], [`HandleError::TooManyTries`], or as [`Node::draft`].
    pub async fn draft_by_code<T: DeserializeOwned>(
        &self,
        code: &SecretDigits,
        origin: &str,
    ) -> Result<T, HandleError> {
        self.count_try(&format!("draft/origin/{origin}"), TRIES_PER_ORIGIN)
            .await?;
        let draft = self.draft(&DraftToken(code.plain())).await?;
        draft.ok_or(HandleError::NoMatch)
    }

    /// Drops a draft.
    ///
    /// # Errors
    /// The store's.
    pub async fn drop_draft(&self, token: &DraftToken) -> Result<(), HandleError> {
        self.store
            .drop_draft(&self.unit().id, self.draft_key(token))
            .await?;
        Ok(())
    }
}
