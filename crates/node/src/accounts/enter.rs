//! The way in, step by step: the password, the second factor, a password that must be changed, a second
//! factor that must be set up. Between two steps nobody is signed in; one browser holds a token that
//! leads to the next step for some minutes.

use jiff::Timestamp;
use pengayom_core::value::{OfficerId, SecretDigits, SecretHash};
use pengayom_store::rows::UserRow;
use pengayom_store::{AccountChange, EndSessions, FactorRow};
use serde::{Deserialize, Serialize};

use super::ceremony::Ceremony;
use super::event::EventKind;
use super::factor::{PASSKEY, RECOVERY, SECOND, TOTP, base32, step_of, typed_digits};
use super::password::{hash_password, verify_password};
use super::session::{Asker, Method, SignedIn};
use super::{Refused, TRIES_PER_LOGIN, TRIES_PER_ORIGIN};
use crate::Node;
use crate::access::Staff;
use crate::error::HandleError;
use crate::keys::Purpose;

/// Challenges and ways through the provider that may be begun from one origin in
/// [`super::TRY_WINDOW_SECONDS`]; a station shares one.
pub(super) const BEGUN_PER_ORIGIN: u32 = 120;

/// What is asked before somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A code of the app or a recovery code, or a passkey.
    Code {
        /// There are codes to type.
        typed: bool,
        /// There is a passkey.
        passkey: bool,
    },
    /// Another password: this one was made for them.
    Password,
    /// A second factor: a role of theirs must have one.
    Enrol,
}

/// What an account is, as far as the way in depends on it.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(test, derive(PartialEq, Eq))]
struct Has {
    typed: bool,
    passkey: bool,
    must_change: bool,
    must_have_second: bool,
}

/// What is asked next; `None`: nothing more. `proved`: a second factor was given already. Pure.
fn next_step(has: Has, proved: bool) -> Option<Step> {
    let Has { typed, passkey, .. } = has;
    let has_second = typed || passkey;
    if has_second && !proved {
        return Some(Step::Code { typed, passkey });
    }
    if has.must_change {
        return Some(Step::Password);
    }
    (has.must_have_second && !has_second && !proved).then_some(Step::Enrol)
}

/// Somebody who is not signed in yet.
#[derive(Debug, Clone)]
pub struct HalfIn {
    /// The token for the cookie; kept nowhere else.
    pub token: String,
    /// What is asked.
    pub step: Step,
    /// Until when it can be given.
    pub expires_at: Timestamp,
}

/// What a step's page shows.
#[derive(Debug, Clone)]
pub struct Half {
    /// Who.
    pub staff: Staff,
    /// What is asked.
    pub step: Step,
    /// The secret of the app to set up, as people type it.
    pub secret: String,
}

/// What came of a step.
#[derive(Debug, Clone)]
pub enum Entered {
    /// Signed in.
    In(SignedIn),
    /// Something more is asked.
    Half(HalfIn),
}

/// How far somebody came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HalfState {
    user: OfficerId,
    /// Tells whether the password was changed since.
    stamp: SecretHash,
    method: Method,
    proved: bool,
    /// Secret of the app that may have to be set up.
    secret: Vec<u8>,
}

impl Node {
    /// Signs in by name and password where they are enough. Programs and tests use it; pages go
    /// through [`Node::enter`]. `origin` is where the asker comes from, such as an address; it is only
    /// counted, under a keyed hash.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] whether the name or the password is wrong or more is asked for,
    /// [`HandleError::TooManyTries`] when throttled; otherwise the store's.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        origin: &str,
    ) -> Result<SignedIn, HandleError> {
        match self.enter(login, password, &Asker::from(origin)).await? {
            Entered::In(signed_in) => Ok(signed_in),
            Entered::Half(half) => {
                self.leave_half(&half.token).await?;
                Err(HandleError::NoMatch)
            }
        }
    }

    /// The first step: name and password.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] whether the name or the password is wrong,
    /// [`HandleError::TooManyTries`] when throttled; otherwise the store's.
    pub async fn enter(
        &self,
        login: &str,
        password: &str,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let login = login.trim().to_lowercase();
        let user = self.store.user_by_login(&self.unit().id, &login).await?;
        let named = format!("sign-in/name/{login}");
        match &user {
            Some(user) => self.count_try_of(user.id, &named, TRIES_PER_LOGIN).await?,
            None => self.count_try(&named, TRIES_PER_LOGIN).await?,
        }
        let origin = format!("sign-in/origin/{}", asker.origin);
        self.count_try(&origin, TRIES_PER_ORIGIN).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        // A password that was made for somebody works for some days.
        let now = self.now();
        let user = user.filter(|user| user.change_by.is_none_or(|until| until > now));
        // An unknown name takes as long as a wrong password, so that names cannot be found out.
        let hash = user.as_ref().map(|user| user.password.clone());
        let fits = verify_password(password.to_owned(), hash).await;
        let Some(user) = user.filter(|_| fits) else {
            return Err(HandleError::NoMatch);
        };
        self.forget_tries(&named).await?;
        self.come_in(user, Method::Password, false, asker).await
    }

    /// Goes on with somebody who proved who they are in some way; `proved`: with both factors.
    pub(super) async fn come_in(
        &self,
        user: UserRow,
        method: Method,
        proved: bool,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let state = HalfState {
            user: user.id,
            stamp: self.stamp(&user),
            method,
            proved,
            secret: self.draw_secret(),
        };
        self.go_on(&user, state, asker).await
    }

    async fn go_on(
        &self,
        user: &UserRow,
        state: HalfState,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let rows = self.factor_rows(user.id).await?;
        let Some(step) = next_step(self.has(user, &rows), state.proved) else {
            let signed_in = self.begin_session(user, state.method, asker).await?;
            return Ok(Entered::In(signed_in));
        };
        let (token, expires_at) = self.begin_ceremony(&Ceremony::Half(state)).await?;
        Ok(Entered::Half(HalfIn {
            token,
            step,
            expires_at,
        }))
    }

    fn has(&self, user: &UserRow, rows: &[FactorRow]) -> Has {
        let any = |kind: &str| rows.iter().any(|row| row.kind == kind);
        let has_second = rows.iter().any(|row| SECOND.contains(&row.kind.as_str()));
        Has {
            typed: any(TOTP) || (has_second && any(RECOVERY)),
            passkey: any(PASSKEY),
            must_change: user.change_by.is_some(),
            must_have_second: self.needs_second(user),
        }
    }

    fn stamp(&self, user: &UserRow) -> SecretHash {
        self.hash(Purpose::Ceremony, user.password.as_bytes())
    }

    /// Where somebody stands who is not signed in yet; `None` when it is over: too long ago, or the
    /// account was disabled or reset since.
    ///
    /// # Errors
    /// The store's.
    pub async fn half(&self, token: &str) -> Result<Option<Half>, HandleError> {
        let Some((user, state, step)) = self.half_state(token).await? else {
            return Ok(None);
        };
        Ok(Some(Half {
            staff: super::staff(&self.unit(), &user),
            step,
            secret: base32(&state.secret),
        }))
    }

    async fn half_state(
        &self,
        token: &str,
    ) -> Result<Option<(UserRow, HalfState, Step)>, HandleError> {
        let Some(Ceremony::Half(state)) = self.read_ceremony(token).await? else {
            return Ok(None);
        };
        let user = self.store.user(&self.unit().id, state.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let Some(user) = user.filter(|user| self.stamp(user) == state.stamp) else {
            return Ok(None);
        };
        let rows = self.factor_rows(user.id).await?;
        let step = next_step(self.has(&user, &rows), state.proved);
        Ok(step.map(|step| (user, state, step)))
    }

    /// The state of somebody who stands at a step of this kind.
    async fn standing_at(
        &self,
        token: &str,
        wanted: impl Fn(Step) -> bool,
    ) -> Result<(UserRow, HalfState), HandleError> {
        match self.half_state(token).await? {
            Some((user, state, step)) if wanted(step) => Ok((user, state)),
            _ => Err(HandleError::NotFound("sign-in")),
        }
    }

    /// The token leads nowhere any more: whoever comes second with it is not let in.
    async fn take_half(&self, token: &str) -> Result<(), HandleError> {
        if self.drop_ceremony(token).await? {
            Ok(())
        } else {
            Err(HandleError::NotFound("sign-in"))
        }
    }

    /// Gives up signing in.
    ///
    /// # Errors
    /// The store's.
    pub async fn leave_half(&self, token: &str) -> Result<(), HandleError> {
        self.drop_ceremony(token).await?;
        Ok(())
    }

    /// The second step: a code of the app, or a recovery code.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] for a code that is wrong or was used, [`HandleError::TooManyTries`],
    /// [`HandleError::NotFound`] when signing in began too long ago; otherwise the store's.
    pub async fn give_code(
        &self,
        token: &str,
        typed: &str,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let (user, mut state) = self
            .standing_at(token, |step| matches!(step, Step::Code { .. }))
            .await?;
        let used = self.use_code(&user, typed, asker).await?;
        self.take_half(token).await?;
        if state.method == Method::Password {
            state.method = used;
        }
        state.proved = true;
        self.go_on(&user, state, asker).await
    }

    /// The step of somebody whose password was made for them: one of their own. Other sessions end.
    ///
    /// # Errors
    /// [`Refused::Account`] for a password that is not taken; otherwise as [`Node::give_code`].
    pub async fn give_password(
        &self,
        token: &str,
        password: &str,
        asker: &Asker,
    ) -> Result<Entered, Refused> {
        let (mut user, mut state) = self
            .standing_at(token, |step| step == Step::Password)
            .await?;
        self.check_password(password, &user.login, &user.name)?;
        if verify_password(password.to_owned(), Some(user.password.clone())).await {
            return Err(super::AccountError::Guessed(super::Guess::Common).into());
        }
        self.take_half(token).await?;
        user.password = hash_password(password.to_owned()).await?;
        user.change_by = None;
        let change = AccountChange {
            account: Some(user.clone()),
            end: EndSessions::All,
            event: Some(self.event(user.id, Some(user.id), EventKind::PasswordChanged, None)),
            ..AccountChange::of(user.id)
        };
        self.change(change).await?;
        state.stamp = self.stamp(&user);
        Ok(self.go_on(&user, state, asker).await?)
    }

    /// The step of somebody who must set an app up: a code of it. Gives the recovery codes too, which
    /// are shown this once.
    ///
    /// # Errors
    /// As [`Node::give_code`].
    pub async fn give_enrolment(
        &self,
        token: &str,
        typed: &str,
        asker: &Asker,
    ) -> Result<(Entered, Vec<SecretDigits>), HandleError> {
        let (user, mut state) = self.standing_at(token, |step| step == Step::Enrol).await?;
        let enrolling = format!("enrol/{}", user.id);
        self.count_try(&enrolling, TRIES_PER_LOGIN * 2).await?;
        let step = step_of(&state.secret, &typed_digits(typed), self.now());
        let step = step.ok_or(HandleError::NoMatch)?;
        self.take_half(token).await?;
        let (change, codes) = self.totp_setup(user.id, &state.secret, step)?;
        self.change(change).await?;
        state.proved = true;
        if state.method == Method::Password {
            state.method = Method::Totp;
        }
        let entered = self.go_on(&user, state, asker).await?;
        Ok((entered, codes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn has() -> impl Strategy<Value = Has> {
        any::<[bool; 4]>().prop_map(|[typed, passkey, must_change, must_have_second]| Has {
            typed,
            passkey,
            must_change,
            must_have_second,
        })
    }

    proptest! {
        /// Nobody with a second factor comes in without it, and nothing is asked before it.
        #[test]
        fn a_second_factor_is_always_asked_first(has in has()) {
            let step = next_step(has, false);
            let asked = matches!(step, Some(Step::Code { .. }));
            prop_assert_eq!(asked, has.typed || has.passkey);
        }

        /// Who must have one comes in only with one, or after proving both factors another way.
        #[test]
        fn who_must_have_a_second_factor_never_comes_in_by_password_alone(has in has()) {
            if has.must_have_second {
                prop_assert!(next_step(has, false).is_some());
            }
        }

        /// Each step done, the way ends: nobody is asked in a circle.
        #[test]
        fn the_way_in_ends(has in has()) {
            let (mut has, mut proved, mut steps) = (has, false, 0);
            while let Some(step) = next_step(has, proved) {
                steps += 1;
                match step {
                    Step::Code { .. } => proved = true,
                    Step::Password => has.must_change = false,
                    Step::Enrol => {
                        has.typed = true;
                        proved = true;
                    }
                }
                prop_assert!(steps <= 3);
            }
        }
    }

    #[test]
    fn a_password_alone_is_enough_where_nothing_else_is_asked() {
        assert_eq!(next_step(Has::default(), false), None);
        let made = Has {
            must_change: true,
            must_have_second: true,
            ..Has::default()
        };
        assert_eq!(next_step(made, false), Some(Step::Password));
    }
}
