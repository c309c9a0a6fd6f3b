//! What whoever keeps accounts does with those of others. Nothing here shows a secret but a password
//! just made, once.

use jiff::Timestamp;
use pengayom_core::value::OfficerId;
use pengayom_store::rows::{SessionRow, UserRow};
use pengayom_store::{AccountChange, EndSessions};
use uuid::Uuid;

use super::event::{EventKind, Happened};
use super::factor::{Factors, SECOND};
use super::session::Live;
use super::{AccountError, NewUser, Refused, staff};
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::unit::UnitContext;

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Whose.
    pub staff: Staff,
    /// When it was disabled.
    pub disabled_at: Option<Timestamp>,
    /// It has a second factor.
    pub has_second: bool,
    /// A role of it must have one.
    pub needs_second: bool,
    /// Its password was made and not changed yet; works until then.
    pub change_by: Option<Timestamp>,
    /// A demonstration account.
    pub demo: bool,
}

/// An account by itself.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// As in the list.
    pub line: AccountLine,
    /// What it signs in with.
    pub factors: Factors,
    /// Where it is signed in.
    pub sessions: Vec<SessionRow>,
    /// What happened to it, the newest first.
    pub happened: Vec<Happened>,
}

impl Node {
    /// All accounts, by name.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn accounts(&self, by: &Staff) -> Result<Vec<AccountLine>, HandleError> {
        by.require(Permission::KeepAccounts)?;
        let unit = self.unit().id.clone();
        let users = self.store.users(&unit).await?;
        let with = self.store.accounts_with(&unit, SECOND).await?;
        let line = |user: &UserRow| self.line(user, with.contains(&user.id));
        Ok(users.iter().map(line).collect())
    }

    fn line(&self, user: &UserRow, has_second: bool) -> AccountLine {
        AccountLine {
            staff: staff(&self.unit(), user),
            disabled_at: user.disabled_at,
            has_second,
            needs_second: self.needs_second(user),
            change_by: user.change_by,
            demo: user.demo,
        }
    }

    /// One account.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], [`HandleError::NotFound`], or the store's.
    pub async fn account(&self, by: &Staff, id: OfficerId) -> Result<AccountView, HandleError> {
        by.require(Permission::KeepAccounts)?;
        let user = self.kept_user(id).await?;
        let rows = self.factor_rows(id).await?;
        let factors = self.factors_among(&rows, self.needs_second(&user));
        let unit = &self.unit().id;
        Ok(AccountView {
            line: self.line(&user, factors.has_second()),
            factors,
            sessions: self.store.sessions_of(unit, id, self.now()).await?,
            happened: self.happened(id).await?,
        })
    }

    /// What happened to one's own account, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_history(&self, live: &Live) -> Result<Vec<Happened>, HandleError> {
        self.happened(live.staff.id).await
    }

    async fn kept_user(&self, id: OfficerId) -> Result<UserRow, HandleError> {
        let user = self.store.user(&self.unit().id, id).await?;
        user.ok_or(HandleError::NotFound("account"))
    }

    /// The account of somebody else that is changed by one who proved who they are.
    async fn to_change(&self, by: &Live, id: OfficerId) -> Result<UserRow, Refused> {
        by.staff.require(Permission::KeepAccounts)?;
        by.require_proof()?;
        if by.staff.id == id {
            return Err(AccountError::Own.into());
        }
        Ok(self.kept_user(id).await?)
    }

    /// Makes an account; gives its first password, which works once.
    ///
    /// # Errors
    /// [`Refused::Account`] when what is given cannot be an account; [`HandleError::NotAllowed`],
    /// [`HandleError::ProofNeeded`]; or the store's, such as a login that is taken.
    pub async fn keep_new(&self, by: &Live, mut new: NewUser) -> Result<String, Refused> {
        by.staff.require(Permission::KeepAccounts)?;
        by.require_proof()?;
        new.demo = false;
        let password = self.new_password();
        let until = self.made_password_until();
        self.make_account(new, &password, Some(until), Some(by.staff.id))
            .await?;
        Ok(password)
    }

    /// Resets an account: gives a password that works once; its factors and sessions are gone.
    ///
    /// # Errors
    /// [`AccountError::Own`]; otherwise as [`Node::keep_new`].
    pub async fn keep_reset(&self, by: &Live, id: OfficerId) -> Result<String, Refused> {
        let user = self.to_change(by, id).await?;
        let password = self.new_password();
        let until = Some(self.made_password_until());
        self.reset(user, &password, until, Some(by.staff.id))
            .await?;
        Ok(password)
    }

    /// Disables an account or lets it be used again. Its sessions end.
    ///
    /// # Errors
    /// As [`Node::keep_reset`].
    pub async fn keep_disabled(
        &self,
        by: &Live,
        id: OfficerId,
        disabled: bool,
    ) -> Result<(), Refused> {
        let user = self.to_change(by, id).await?;
        Ok(self.set_disabled(user, disabled, Some(by.staff.id)).await?)
    }

    /// Ends one session of an account, as of a device that was lost, or all of them. It takes no fresh
    /// proof: it can only shut out, and it may be urgent.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], [`HandleError::NotFound`]; or the store's.
    pub async fn keep_ended(
        &self,
        by: &Staff,
        id: OfficerId,
        session: Option<Uuid>,
    ) -> Result<(), HandleError> {
        by.require(Permission::KeepAccounts)?;
        self.kept_user(id).await?;
        let (end, kind) = match session {
            Some(session) => (EndSessions::One(session), EventKind::SessionEnded),
            None => (EndSessions::All, EventKind::SessionsEnded),
        };
        let change = AccountChange {
            end,
            event: Some(self.event(id, Some(by.id), kind, None)),
            ..AccountChange::of(id)
        };
        self.change(change).await
    }

    /// Connects an account with a subject at the provider.
    ///
    /// # Errors
    /// As [`Node::link_own`] and [`Node::keep_reset`].
    pub async fn keep_linked(
        &self,
        by: &Live,
        id: OfficerId,
        issuer: &str,
        subject: &str,
    ) -> Result<(), Refused> {
        self.to_change(by, id).await?;
        self.link(by.staff.id, id, issuer, subject).await
    }

    /// Accounts that keep accounts, may sign in and have no second factor, by login.
    ///
    /// # Errors
    /// The store's.
    pub async fn keepers_without_second(
        store: &dyn pengayom_store::Store,
        unit: &pengayom_core::value::UnitId,
    ) -> Result<Vec<String>, HandleError> {
        let users = store.users(unit).await?;
        let with = store.accounts_with(unit, SECOND).await?;
        let context = UnitContext::load(store, unit).await;
        let context = context.map_err(|_| HandleError::NotFound("unit that reads"))?;
        let bare = users.iter().filter(|user| {
            user.disabled_at.is_none()
                && !user.demo
                && !with.contains(&user.id)
                && staff(&context, user).may(Permission::KeepAccounts)
        });
        Ok(bare.map(|user| user.login.clone()).collect())
    }
}
