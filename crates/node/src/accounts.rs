//! Accounts of staff: how they are made and kept, and the way in.
//!
//! Passwords are kept as argon2id hashes with the parameters the library recommends (RFC 9106);
//! sessions by the keyed hash of their token, so that a stolen backup opens none. Whoever has a second
//! factor is asked for it, and accounts with a role that the pack names must have one. Every way in is
//! throttled by account and by origin, and the counts survive a restart. What happens to an account is
//! noted for its owner.

mod ceremony;
mod enter;
mod event;
mod factor;
mod keep;
mod linked;
mod passkey;
mod password;
mod prove;
mod session;

use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::StationId;
use pengayom_core::value::OfficerId;
use pengayom_store::rows::UserRow;
use pengayom_store::{AccountChange, EndSessions, StoreError};

pub use ceremony::Linking;
pub use enter::{Entered, Half, HalfIn, Step};
pub use event::{EventKind, Happened};
pub use factor::{CODES, Factors, Named};
pub use keep::{AccountLine, AccountView};
pub use passkey::PasskeySite;
pub use password::{Guess, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS, guess};
pub use session::{Asker, Live, Method, SESSION_HOURS, SESSION_IDLE_HOURS, SignedIn};

use crate::Node;
use crate::access::{Role, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::unit::UnitContext;
use password::{hash_password, made_password};

/// Tries of one name, or of the second factor of one account, in [`TRY_WINDOW_SECONDS`].
pub const TRIES_PER_LOGIN: u32 = 5;

/// Tries from one origin in [`TRY_WINDOW_SECONDS`]; a station shares one.
pub const TRIES_PER_ORIGIN: u32 = 40;

/// The window in which tries are counted.
pub const TRY_WINDOW_SECONDS: u32 = 15 * 60;

/// How long a password that was made for somebody works before it is changed: three days, so that a
/// weekend lies in between.
pub const MADE_PASSWORD_HOURS: i64 = 72;

/// What a new account is.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Name typed to sign in.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// Rank, an abbreviation of the pack.
    pub rank: Option<String>,
    /// Station; `None`: the unit itself.
    pub station: Option<StationId>,
    /// Roles.
    pub roles: Vec<Role>,
    /// A demonstration account with a published password.
    pub demo: bool,
}

/// Why an account cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The login is not 1 to 64 of a-z, 0-9, '.', '-', '_'.
    #[error("login {0:?} must be 1 to 64 of a-z, 0-9, '.', '-' and '_'")]
    Login(String),
    /// The name is empty or too long.
    #[error("name must have 1 to 100 characters: found {0}")]
    Name(usize),
    /// The password is too short.
    #[error("password must have at least {PASSWORD_MIN_CHARS} characters: found {0}")]
    PasswordShort(usize),
    /// The password is too long.
    #[error("password must have at most {PASSWORD_MAX_BYTES} bytes: found {0}")]
    PasswordLong(usize),
    /// The unit has no such station.
    #[error("the unit has no station {0:?}")]
    Station(String),
    /// No role.
    #[error("an account needs at least one role")]
    NoRole,
    /// The password is one that is tried first.
    #[error("the password is too easy to guess: {0}")]
    Guessed(Guess),
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
    /// The account has as many as it may have.
    #[error("at most {limit}: take one away first")]
    Full {
        /// How many it may have.
        limit: usize,
    },
    /// A role of the account must have a second factor, and this is its last.
    #[error("this account must have a second factor")]
    LastFactor,
    /// The administrator's own account is kept by its owner.
    #[error("one's own account is kept on its own page")]
    Own,
    /// A subject of the provider is not 1 to 255 visible signs.
    #[error("a subject has 1 to 255 visible signs")]
    Subject,
}

/// Why something was not done to an account.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// What is given cannot be.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Otherwise.
    #[error(transparent)]
    Handle(#[from] HandleError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Handle(error.into())
    }
}

/// The member of staff of an account, with what the unit's policies give them.
pub fn staff(unit: &UnitContext, user: &UserRow) -> Staff {
    let roles: Vec<Role> = user
        .roles
        .iter()
        .filter_map(|word| Role::parse(word))
        .collect();
    Staff {
        carries: unit.carried(&roles, user.rank.as_deref(), user.station.as_ref()),
        id: user.id,
        login: user.login.clone(),
        name: user.name.clone(),
        rank: user.rank.clone(),
        station: user.station.clone(),
        roles,
    }
}

impl Node {
    /// Makes an account.
    ///
    /// # Errors
    /// [`Refused::Account`] when what is given cannot be an account, [`Refused::Handle`] when the store
    /// refuses, such as a login that is taken.
    pub async fn add_user(&self, new: NewUser, password: &str) -> Result<OfficerId, Refused> {
        self.make_account(new, password, None, None).await
    }

    /// Makes an account with a password that was made for it, which must be changed at the first sign-in;
    /// gives the password.
    ///
    /// # Errors
    /// As [`Node::add_user`].
    pub async fn add_user_with_made_password(&self, new: NewUser) -> Result<String, Refused> {
        let password = self.new_password();
        let until = self.made_password_until();
        self.make_account(new, &password, Some(until), None).await?;
        Ok(password)
    }

    async fn make_account(
        &self,
        new: NewUser,
        password: &str,
        change_by: Option<Timestamp>,
        by: Option<OfficerId>,
    ) -> Result<OfficerId, Refused> {
        self.check_user(&new, password)?;
        let hash = hash_password(password.to_owned()).await?;
        let id = OfficerId(self.new_id());
        let row = UserRow {
            id,
            login: new.login,
            name: new.name,
            rank: new.rank,
            station: new.station,
            roles: new
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            password: hash,
            demo: new.demo,
            disabled_at: None,
            created_at: self.now(),
            change_by,
        };
        let change = AccountChange {
            account: Some(row),
            event: Some(self.event(id, by, EventKind::Made, None)),
            ..AccountChange::of(id)
        };
        self.change(change).await?;
        Ok(id)
    }

    /// A password that nobody chose: five groups of four digits, 66 bits, easy to read out over a
    /// telephone.
    pub fn new_password(&self) -> String {
        made_password(&*self.randomness)
    }

    fn made_password_until(&self) -> Timestamp {
        let until = SignedDuration::from_hours(MADE_PASSWORD_HOURS);
        self.now().saturating_add(until).unwrap_or(Timestamp::MAX)
    }

    fn check_user(&self, new: &NewUser, password: &str) -> Result<(), AccountError> {
        let login_is_good = (1..=64).contains(&new.login.len())
            && new.login.bytes().all(|b| {
                b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_')
            });
        if !login_is_good {
            return Err(AccountError::Login(new.login.chars().take(64).collect()));
        }
        let chars = new.name.trim().chars().count();
        if !(1..=100).contains(&chars) {
            return Err(AccountError::Name(chars));
        }
        if new.demo {
            password::check_length(password)?;
        } else {
            self.check_password(password, &new.login, &new.name)?;
        }
        if new.roles.is_empty() {
            return Err(AccountError::NoRole);
        }
        if let Some(station) = &new.station
            && self.unit().config().station(station).is_none()
            && station != self.unit().own_station()
        {
            return Err(AccountError::Station(station.to_string()));
        }
        Ok(())
    }

    /// Gives an account a new password, ends its sessions, takes its factors away and revokes its
    /// tokens: what its owner lost, or somebody else has, opens nothing any more. With `once` the password must be changed at
    /// the next sign-in.
    ///
    /// # Errors
    /// As [`Node::add_user`]; [`HandleError::NotFound`] for an unknown login.
    pub async fn reset_password(
        &self,
        login: &str,
        password: &str,
        once: bool,
    ) -> Result<(), Refused> {
        let user = self.known_user(login).await?;
        self.check_password(password, &user.login, &user.name)?;
        let until = once.then(|| self.made_password_until());
        self.reset(user, password, until, None).await
    }

    async fn reset(
        &self,
        mut user: UserRow,
        password: &str,
        change_by: Option<Timestamp>,
        by: Option<OfficerId>,
    ) -> Result<(), Refused> {
        user.password = hash_password(password.to_owned()).await?;
        user.demo = false;
        user.change_by = change_by;
        let id = user.id;
        let change = AccountChange {
            account: Some(user),
            end: EndSessions::All,
            drop: pengayom_store::DropFactors::All,
            revoke_tokens: Some(self.now()),
            event: Some(self.event(id, by, EventKind::Reset, None)),
            ..AccountChange::of(id)
        };
        Ok(self.change(change).await?)
    }

    /// Disables an account, ends its sessions and revokes its tokens. What it did stays in the record.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for an unknown login; otherwise the store's.
    pub async fn disable_user(&self, login: &str) -> Result<(), HandleError> {
        let user = self.known_user(login).await?;
        self.set_disabled(user, true, None).await
    }

    async fn set_disabled(
        &self,
        mut user: UserRow,
        disabled: bool,
        by: Option<OfficerId>,
    ) -> Result<(), HandleError> {
        user.disabled_at = disabled.then(|| self.now());
        let id = user.id;
        let kind = if disabled {
            EventKind::Disabled
        } else {
            EventKind::Enabled
        };
        let change = AccountChange {
            account: Some(user),
            end: EndSessions::All,
            // Whoever comes back makes new ones: nobody remembers which programs had the old.
            revoke_tokens: disabled.then(|| self.now()),
            event: Some(self.event(id, by, kind, None)),
            ..AccountChange::of(id)
        };
        self.change(change).await
    }

    /// Changes an account; tells live pages when sessions ended.
    pub(crate) async fn change(&self, change: AccountChange) -> Result<(), HandleError> {
        let ends = change.end != EndSessions::None;
        self.store.change_account(&self.unit().id, change).await?;
        if ends {
            self.tell_ended();
        }
        Ok(())
    }

    async fn known_user(&self, login: &str) -> Result<UserRow, HandleError> {
        let user = self.store.user_by_login(&self.unit().id, login).await?;
        user.ok_or(HandleError::NotFound("account"))
    }

    /// Members of staff who are active, by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn active_staff(&self) -> Result<Vec<Staff>, HandleError> {
        let unit = self.unit();
        let users = self.store.users(&unit.id).await?;
        Ok(users
            .iter()
            .filter(|user| user.disabled_at.is_none())
            .map(|user| staff(&unit, user))
            .collect())
    }

    /// Whether there are demonstration accounts; a node with some listens on loopback only.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_demo_accounts(&self) -> Result<bool, HandleError> {
        let users = self.store.users(&self.unit().id).await?;
        Ok(users
            .iter()
            .any(|user| user.demo && user.disabled_at.is_none()))
    }

    /// Refuses one who has used up their tries, before anything is looked up for them: were a right
    /// code taken all the same, the limit would end no search for one.
    pub(crate) async fn require_tries_left(
        &self,
        key: &str,
        limit: u32,
    ) -> Result<(), HandleError> {
        let key = self.hash(Purpose::Attempt, key.as_bytes());
        let unit = &self.unit().id;
        let now = self.now();
        let (count, until) = self.store.attempts(unit, key, now).await?;
        // A window that ends later than one begun now would is of a clock that was set back since.
        let left = until.duration_since(now);
        let open = left <= SignedDuration::from_secs(i64::from(TRY_WINDOW_SECONDS));
        if open && count >= limit {
            Err(HandleError::TooManyTries { until })
        } else {
            Ok(())
        }
    }

    /// Counts a try under a key; gives how many there were and when the window ends.
    pub(crate) async fn tried(&self, key: &str) -> Result<(u32, Timestamp), HandleError> {
        let key = self.hash(Purpose::Attempt, key.as_bytes());
        let unit = &self.unit().id;
        let counted = self
            .store
            .count_attempt(unit, key, self.now(), TRY_WINDOW_SECONDS);
        Ok(counted.await?)
    }

    /// Forgets the tries under a key, after a success.
    pub(crate) async fn forget_tries(&self, key: &str) -> Result<(), HandleError> {
        let key = self.hash(Purpose::Attempt, key.as_bytes());
        self.store.forget_attempts(&self.unit().id, key).await?;
        Ok(())
    }

    /// Counts a try under a key and refuses beyond a limit.
    pub(crate) async fn count_try(&self, key: &str, limit: u32) -> Result<(), HandleError> {
        let (count, until) = self.tried(key).await?;
        if count > limit {
            Err(HandleError::TooManyTries { until })
        } else {
            Ok(())
        }
    }
}
