//! Accounts at the provider (OpenID Connect). An account is found by issuer and subject, which its owner
//! or an administrator connected before; never by a mail address, which may change hands.

use pengayom_core::value::{OfficerId, SecretHash};
use pengayom_store::{AccountChange, FactorRow, StoreError};

use super::enter::Entered;
use super::event::EventKind;
use super::factor::LINKED;
use super::session::{Asker, Live, Method};
use super::{AccountError, Refused, TRIES_PER_ORIGIN};
use crate::Node;
use crate::error::HandleError;

/// Accounts at a provider that one account may be connected with.
const LINKED_MAX: usize = 3;

/// Longest subject, in bytes (OpenID Connect Core 1.0 §2: at most 255 ASCII characters).
const SUBJECT_MAX_BYTES: usize = 255;

impl Node {
    fn linked_key(&self, issuer: &str, subject: &str) -> SecretHash {
        let text = format!("{issuer}\0{subject}");
        self.factor_key(LINKED, text.as_bytes())
    }

    /// Connects one's own account with the one at the provider that somebody just signed in to.
    ///
    /// # Errors
    /// [`AccountError::Full`], [`HandleError::ProofNeeded`], [`HandleError::Conflict`] when it is
    /// connected with an account already; or the store's.
    pub async fn link_own(&self, live: &Live, issuer: &str, subject: &str) -> Result<(), Refused> {
        live.require_proof()?;
        let user = live.staff.id;
        self.link(user, user, issuer, subject).await
    }

    pub(super) async fn link(
        &self,
        by: OfficerId,
        user: OfficerId,
        issuer: &str,
        subject: &str,
    ) -> Result<(), Refused> {
        let visible = subject.bytes().all(|byte| byte.is_ascii_graphic());
        if subject.is_empty() || subject.len() > SUBJECT_MAX_BYTES || !visible {
            return Err(AccountError::Subject.into());
        }
        let rows = self.factor_rows(user).await?;
        let is_linked = |row: &&FactorRow| row.kind == LINKED;
        if rows.iter().filter(is_linked).count() >= LINKED_MAX {
            return Err(AccountError::Full { limit: LINKED_MAX }.into());
        }
        let sealed = self.seal_factor(user, LINKED, &subject)?;
        let key = self.linked_key(issuer, subject);
        let change = AccountChange {
            factors: vec![self.new_factor(user, LINKED, key, Some(sealed))],
            event: Some(self.event(user, Some(by), EventKind::Linked, None)),
            ..AccountChange::of(user)
        };
        match self.change(change).await {
            Err(HandleError::Store(StoreError::Taken { .. })) => {
                Err(HandleError::Conflict { now_with: None }.into())
            }
            changed => Ok(changed?),
        }
    }

    /// Signs in whoever the provider says is this subject. It stands for the password; `both`: the unit
    /// trusts the provider to have asked for a second factor too.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] when no account is connected with it, [`HandleError::TooManyTries`]; or
    /// the store's.
    pub async fn enter_linked(
        &self,
        issuer: &str,
        subject: &str,
        both: bool,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let origin = format!("sign-in/origin/{}", asker.origin);
        self.count_try(&origin, TRIES_PER_ORIGIN).await?;
        let unit = self.unit().id.clone();
        let key = self.linked_key(issuer, subject);
        let row = self.store.factor(&unit, LINKED, key).await?;
        let row = row.ok_or(HandleError::NoMatch)?;
        let user = self.store.user(&unit, row.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(HandleError::NoMatch)?;
        self.come_in(user, Method::Linked, both, asker).await
    }
}
