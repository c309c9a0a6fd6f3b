//! Somebody who is signed in proves once more who they are, before they change what opens their account;
//! and the change of a password.

use pengayom_store::{AccountChange, EndSessions};

use super::event::EventKind;
use super::factor::SECOND;
use super::password::{hash_password, verify_password};
use super::session::{Asker, Live};
use super::{Refused, TRIES_PER_LOGIN, TRIES_PER_ORIGIN};
use crate::Node;
use crate::error::HandleError;

impl Node {
    /// Proves by password, and by a code where the account has a second factor; gives the token of the
    /// session from now on.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`], [`HandleError::TooManyTries`]; or the store's.
    pub async fn prove_again(
        &self,
        live: &Live,
        password: &str,
        code: &str,
        asker: &Asker,
    ) -> Result<String, HandleError> {
        let user = self.user_of(live).await?;
        self.check_own_password(live, password, asker).await?;
        let rows = self.factor_rows(user.id).await?;
        if rows.iter().any(|row| SECOND.contains(&row.kind.as_str())) {
            self.use_code(&user, code, asker).await?;
        }
        self.renew(live).await
    }

    async fn check_own_password(
        &self,
        live: &Live,
        password: &str,
        asker: &Asker,
    ) -> Result<(), HandleError> {
        let user = self.user_of(live).await?;
        let own = format!("prove/{}", user.id);
        self.count_try_of(user.id, &own, TRIES_PER_LOGIN).await?;
        let origin = format!("sign-in/origin/{}", asker.origin);
        self.count_try(&origin, TRIES_PER_ORIGIN).await?;
        if !verify_password(password.to_owned(), Some(user.password.clone())).await {
            return Err(HandleError::NoMatch);
        }
        self.forget_tries(&own).await
    }

    /// Changes one's own password: the old one is asked for, other sessions end, and this one goes on
    /// under a new token, which is given.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] when the old one is wrong, [`HandleError::TooManyTries`],
    /// [`Refused::Account`] when the new one is not taken; or the store's.
    pub async fn change_own_password(
        &self,
        live: &Live,
        old: &str,
        new: &str,
        asker: &Asker,
    ) -> Result<String, Refused> {
        let mut user = self.user_of(live).await?;
        self.check_password(new, &user.login, &user.name)?;
        self.check_own_password(live, old, asker).await?;
        user.password = hash_password(new.to_owned()).await?;
        user.change_by = None;
        user.demo = false;
        let id = user.id;
        let change = AccountChange {
            account: Some(user),
            end: EndSessions::AllBut(live.session.token),
            event: Some(self.event(id, Some(id), EventKind::PasswordChanged, None)),
            ..AccountChange::of(id)
        };
        self.change(change).await?;
        Ok(self.renew(live).await?)
    }
}
