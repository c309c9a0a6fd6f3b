//! Accounts of staff beyond name and password: what they sign in with, where they are signed in, what
//! is half done, and what happened to them.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::value::{OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use crate::StoreError;
use crate::rows::{SessionRow, UserRow};

/// How many events of one account are kept; the oldest go first.
pub const EVENTS_KEPT: u32 = 200;

/// Something an account signs in with beside its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorRow {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub user: OfficerId,
    /// What it is, such as `totp`.
    pub kind: String,
    /// The keyed hash it is found by; unique among those of its kind.
    pub key: SecretHash,
    /// What its owner calls it.
    pub name: Option<String>,
    /// What is needed to check it, sealed.
    pub sealed: Option<Vec<u8>>,
    /// A number that only grows: the last step of a clock that was used, the counter of a key.
    pub mark: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
}

/// Something half done that waits for its second half, for minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CeremonyRow {
    /// Keyed hash of the token that finds it.
    pub token: SecretHash,
    /// What it is, sealed.
    pub sealed: Vec<u8>,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

/// Something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent {
    /// Identifier.
    pub id: Uuid,
    /// Whose account.
    pub user: OfficerId,
    /// Who did it; `None`: the program, on a word at its machine.
    pub by: Option<OfficerId>,
    /// What, such as `password_changed`.
    pub kind: String,
    /// What more is known of it, such as a coarse device; nothing secret.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Which sessions of an account end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EndSessions {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// All but the one with this token.
    AllBut(SecretHash),
    /// The one with this token.
    With(SecretHash),
    /// The one with this identifier.
    One(Uuid),
}

/// Which factors of an account go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DropFactors {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// All of these kinds.
    Kinds(&'static [&'static str]),
    /// One.
    One(Uuid),
}

/// A factor that is being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseFactor {
    /// Which.
    pub id: Uuid,
    /// Its number from now on.
    pub mark: i64,
    /// Whether the number must be greater than the one that is there; otherwise it may be the same, for keys that
    /// do not count.
    pub must_grow: bool,
    /// What is kept of it from now on, sealed; `None`: as it is.
    pub sealed: Option<Vec<u8>>,
    /// When.
    pub at: Timestamp,
}

/// What changes of one account, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    /// Whose.
    pub user: OfficerId,
    /// The account as it is from now on.
    pub account: Option<UserRow>,
    /// A factor that is used. Refused with `Missing` when it is gone or its number does not grow.
    pub used: Option<UseFactor>,
    /// A factor that is used up, and goes. Refused with `Missing` when it is gone already.
    pub used_up: Option<Uuid>,
    /// Sessions that end.
    pub end: EndSessions,
    /// Factors that go.
    pub drop: DropFactors,
    /// The account's tokens that still work are revoked, at this moment.
    pub revoke_tokens: Option<Timestamp>,
    /// Factors that come. Refused with `Taken` when another one of its kind has the same key.
    pub factors: Vec<FactorRow>,
    /// A session that begins.
    pub session: Option<SessionRow>,
    /// What is noted of it.
    pub event: Option<AccountEvent>,
}

impl AccountChange {
    /// A change of nothing yet.
    pub fn of(user: OfficerId) -> Self {
        Self {
            user,
            account: None,
            used: None,
            used_up: None,
            end: EndSessions::None,
            drop: DropFactors::None,
            revoke_tokens: None,
            factors: Vec::new(),
            session: None,
            event: None,
        }
    }
}

/// What signing in asks of a store. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Changes an account with everything that belongs to it, in one transaction.
    async fn change_account(&self, unit: &UnitId, change: AccountChange) -> Result<(), StoreError>;

    /// Sessions of an account that last at a moment, the one seen last first; at most
    /// [`crate::PAGE_MAX`].
    async fn sessions_of(
        &self,
        unit: &UnitId,
        user: OfficerId,
        at: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError>;

    /// Notes that a session is in use and until when it now lasts. One that ended does not come back.
    async fn touch_session(
        &self,
        unit: &UnitId,
        token: SecretHash,
        seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// What an account signs in with, the oldest first; at most [`crate::PAGE_MAX`].
    async fn factors_of(
        &self,
        unit: &UnitId,
        user: OfficerId,
    ) -> Result<Vec<FactorRow>, StoreError>;

    /// Which accounts have a factor of one of these kinds.
    async fn accounts_with(
        &self,
        unit: &UnitId,
        kinds: &[&str],
    ) -> Result<Vec<OfficerId>, StoreError>;

    /// The factor with a key.
    async fn factor(
        &self,
        unit: &UnitId,
        kind: &str,
        key: SecretHash,
    ) -> Result<Option<FactorRow>, StoreError>;

    /// Keeps something half done, in place of what had the same token.
    async fn put_ceremony(&self, unit: &UnitId, ceremony: &CeremonyRow) -> Result<(), StoreError>;

    /// Something half done that still waits.
    async fn ceremony(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<Option<CeremonyRow>, StoreError>;

    /// Takes something half done away, and says whether it was there and still waited: of two who
    /// take it, one has it.
    async fn take_ceremony(
        &self,
        unit: &UnitId,
        token: SecretHash,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// What happened to an account, the newest first; at most `limit`, see [`crate::PAGE_MAX`].
    async fn account_events(
        &self,
        unit: &UnitId,
        user: OfficerId,
        limit: u32,
    ) -> Result<Vec<AccountEvent>, StoreError>;
}
