//! Accounts and sessions of staff.
//!
//! Passwords are kept as argon2id hashes with the parameters the library recommends (RFC 9106);
//! sessions by the keyed hash of their token, so that a stolen backup opens none. Signing in is
//! throttled by name and by origin, and the count survives a restart.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::StationId;
use pengayom_core::value::OfficerId;
use pengayom_store::rows::{SessionRow, UserRow};
use tokio::sync::Semaphore;

use crate::Node;
use crate::access::{Role, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::unit::UnitContext;

/// How long a session lasts: a shift and the hand-over, in hours.
pub const SESSION_HOURS: i64 = 12;

/// Tries of one name in [`TRY_WINDOW_SECONDS`].
pub const TRIES_PER_LOGIN: u32 = 5;

/// Tries from one origin in [`TRY_WINDOW_SECONDS`]; a station shares one.
pub const TRIES_PER_ORIGIN: u32 = 40;

/// The window in which tries are counted.
pub const TRY_WINDOW_SECONDS: u32 = 15 * 60;

/// Shortest password, in characters (NIST SP 800-63B-4 §3.1.1.2 asks for at least 8 beside another
/// factor and 15 alone; a unit's shared desk starts at 12).
pub const PASSWORD_MIN_CHARS: usize = 12;

/// Longest password, in bytes; a bound on work, not on care.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// How many passwords are checked at once: each takes some 19 MiB of memory.
static CHECKS: Semaphore = Semaphore::const_new(2);

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
    /// The password could not be hashed.
    #[error("the password could not be hashed")]
    Hash,
}

/// A session just begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The token for the cookie; kept nowhere else.
    pub token: String,
    /// Who.
    pub staff: Staff,
    /// When it ends.
    pub expires_at: Timestamp,
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
    /// `Err(Ok(AccountError))` when what is given cannot be an account, `Err(Err(..))` when the
    /// store refuses, such as a login that is taken.
    pub async fn add_user(
        &self,
        new: NewUser,
        password: &str,
    ) -> Result<OfficerId, Result<AccountError, HandleError>> {
        self.check_user(&new, password).map_err(Ok)?;
        let hash = hash_password(password.to_owned()).await.map_err(Ok)?;
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
        };
        let put = self.store.put_user(&self.unit().id, &row).await;
        put.map_err(|error| Err(HandleError::from(error)))?;
        Ok(id)
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
        check_password(password)?;
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

    /// Gives an account a new password and ends its sessions.
    ///
    /// # Errors
    /// As [`Node::add_user`]; [`HandleError::NotFound`] for an unknown login.
    pub async fn reset_password(
        &self,
        login: &str,
        password: &str,
    ) -> Result<(), Result<AccountError, HandleError>> {
        check_password(password).map_err(Ok)?;
        let unit = self.unit().id.clone();
        let mut user = self.known_user(login).await.map_err(Err)?;
        user.password = hash_password(password.to_owned()).await.map_err(Ok)?;
        user.demo = false;
        self.store
            .put_user(&unit, &user)
            .await
            .map_err(|error| Err(error.into()))?;
        self.store
            .drop_sessions_of(&unit, user.id)
            .await
            .map_err(|error| Err(error.into()))?;
        Ok(())
    }

    /// Disables an account and ends its sessions. What it did stays in the record.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for an unknown login; otherwise the store's.
    pub async fn disable_user(&self, login: &str) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        let mut user = self.known_user(login).await?;
        user.disabled_at = Some(self.now());
        self.store.put_user(&unit, &user).await?;
        self.store.drop_sessions_of(&unit, user.id).await?;
        Ok(())
    }

    async fn known_user(&self, login: &str) -> Result<UserRow, HandleError> {
        let user = self.store.user_by_login(&self.unit().id, login).await?;
        user.ok_or(HandleError::NotFound("account"))
    }

    /// Signs in by name and password. `origin` is where the asker comes from, such as an address;
    /// it is only counted, under a keyed hash.
    ///
    /// # Errors
    /// [`HandleError::NoMatch`] whether the name or the password is wrong,
    /// [`HandleError::TooManyTries`] when throttled; otherwise the store's.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        origin: &str,
    ) -> Result<SignedIn, HandleError> {
        let unit = self.unit().id.clone();
        let login = login.trim().to_lowercase();
        self.count_try(&format!("sign-in/name/{login}"), TRIES_PER_LOGIN)
            .await?;
        self.count_try(&format!("sign-in/origin/{origin}"), TRIES_PER_ORIGIN)
            .await?;
        let user = self.store.user_by_login(&unit, &login).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        // An unknown name takes as long as a wrong password, so that names cannot be found out.
        let hash = user.as_ref().map(|user| user.password.clone());
        let fits = verify_password(password.to_owned(), hash).await;
        let Some(user) = user.filter(|_| fits) else {
            return Err(HandleError::NoMatch);
        };
        let key = self.hash(Purpose::Attempt, format!("sign-in/name/{login}").as_bytes());
        self.store.forget_attempts(&unit, key).await?;
        let token = self.new_token();
        let created_at = self.now();
        let expires_at = created_at
            .checked_add(SignedDuration::from_hours(SESSION_HOURS))
            .unwrap_or(Timestamp::MAX);
        let session = SessionRow {
            token: self.hash(Purpose::Session, token.as_bytes()),
            user: user.id,
            created_at,
            expires_at,
        };
        self.store.put_session(&unit, &session).await?;
        Ok(SignedIn {
            token,
            staff: staff(&self.unit(), &user),
            expires_at,
        })
    }

    /// Who a session's token belongs to; `None` when it ended or its account was disabled.
    ///
    /// # Errors
    /// The store's.
    pub async fn session(&self, token: &str) -> Result<Option<Staff>, HandleError> {
        let unit = self.unit().id.clone();
        let key = self.hash(Purpose::Session, token.as_bytes());
        let Some(session) = self.store.session(&unit, key, self.now()).await? else {
            return Ok(None);
        };
        let user = self.store.user(&unit, session.user).await?;
        Ok(user
            .filter(|user| user.disabled_at.is_none())
            .map(|user| staff(&self.unit(), &user)))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, token: &str) -> Result<(), HandleError> {
        let key = self.hash(Purpose::Session, token.as_bytes());
        self.store.drop_session(&self.unit().id, key).await?;
        Ok(())
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

    /// Counts a try under a key and refuses beyond a limit.
    pub(crate) async fn count_try(&self, key: &str, limit: u32) -> Result<(), HandleError> {
        let key = self.hash(Purpose::Attempt, key.as_bytes());
        let (count, until) = self
            .store
            .count_attempt(&self.unit().id, key, self.now(), TRY_WINDOW_SECONDS)
            .await?;
        if count > limit {
            Err(HandleError::TooManyTries { until })
        } else {
            Ok(())
        }
    }
}

fn check_password(password: &str) -> Result<(), AccountError> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(AccountError::PasswordShort(chars));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(AccountError::PasswordLong(password.len()));
    }
    Ok(())
}

/// Hashes a password away from the threads that serve pages.
async fn hash_password(password: String) -> Result<String, AccountError> {
    let _turn = CHECKS.acquire().await.map_err(|_| AccountError::Hash)?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|_| AccountError::Hash)
    })
    .await
    .map_err(|_| AccountError::Hash)?
}

/// Checks a password against a hash; against a hash of nothing in particular when there is none.
async fn verify_password(password: String, hash: Option<String>) -> bool {
    if password.len() > PASSWORD_MAX_BYTES {
        return false;
    }
    let Ok(_turn) = CHECKS.acquire().await else {
        return false;
    };
    let check = tokio::task::spawn_blocking(move || {
        if let Some(hash) = hash {
            return Argon2::default()
                .verify_password(password.as_bytes(), hash.as_str())
                .is_ok();
        }
        let mut out = [0_u8; 32];
        let _ = Argon2::default().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
        false
    });
    check.await.unwrap_or(false)
}
