//! What people are told when there is news, and what they said of it.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::notice::{Kind, Way};
use pengayom_core::value::{CaseId, OfficerId, SecretHash, UnitId};
use uuid::Uuid;

use crate::StoreError;

/// How far a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeState {
    /// It waits for its hour, or to be tried again.
    Waiting,
    /// Somebody took it to send it; when they do not come back it may have been sent.
    Sending,
    /// It was handed over.
    Sent,
    /// It is not to be told any more.
    Dropped,
    /// It was given up; a person has to see to it.
    Dead,
    /// A person told it by telephone instead.
    Phoned,
    /// A person decided that it is not told.
    GivenUp,
}

impl NoticeState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Dropped,
        Self::Dead,
        Self::Phoned,
        Self::GivenUp,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Dead => "dead",
            Self::Phoned => "phoned",
            Self::GivenUp => "given_up",
        }
    }

    /// The state of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Identifier: follows from the act, the case and the way, so that it is made once.
    pub id: Uuid,
    /// The case it is about.
    pub case: CaseId,
    /// What there is news of.
    pub kind: Kind,
    /// By which way.
    pub way: Way,
    /// How far it is.
    pub state: NoticeState,
    /// When it is taken next.
    pub due_at: Option<Timestamp>,
    /// How often it was taken.
    pub attempts: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last taken to be sent.
    pub tried_at: Option<Timestamp>,
    /// What was wrong last, a word of the program.
    pub fault: Option<String>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// Who settled it, when a person did.
    pub settled_by: Option<OfficerId>,
    /// Why, in that person's words.
    pub reason: Option<String>,
    /// When the gateway said that it arrived.
    pub reported_at: Option<Timestamp>,
}

/// What a notice becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeChange {
    /// Which.
    pub id: Uuid,
    /// Only if it is in one of these.
    pub from: Vec<NoticeState>,
    /// Only if it was taken so often; `None`: however often.
    pub attempts: Option<u32>,
    /// Its new state.
    pub state: NoticeState,
    /// When it is taken next.
    pub due_at: Option<Timestamp>,
    /// What was wrong, a word of the program.
    pub fault: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who, when a person did.
    pub by: Option<OfficerId>,
    /// Why, in that person's words.
    pub reason: Option<String>,
    /// Begin to count attempts anew.
    pub anew: bool,
}

/// What a reporter said, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishRow {
    /// Sealed; the store cannot read it.
    pub sealed: Vec<u8>,
    /// When it was said.
    pub changed_at: Timestamp,
}

/// Notices, wishes and stops of a unit.
#[async_trait]
pub trait NoticeStore: Send + Sync {
    /// Keeps notices; one whose id is there already stays as it is.
    async fn put_notices(&self, unit: &UnitId, notices: &[NoticeRow]) -> Result<(), StoreError>;

    /// Takes the next notice of some ways that is due, for a lease: its state is `sending`, and when
    /// its taker does not come back another gets it.
    async fn take_notice(
        &self,
        unit: &UnitId,
        ways: &[Way],
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<NoticeRow>, StoreError>;

    /// Changes a notice if it is as expected. Says whether it was.
    async fn change_notice(&self, unit: &UnitId, change: &NoticeChange)
    -> Result<bool, StoreError>;

    /// Notes that the gateway said a notice arrived; only of one that was handed over, once.
    async fn note_arrival(
        &self,
        unit: &UnitId,
        id: Uuid,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// One notice.
    async fn notice(&self, unit: &UnitId, id: Uuid) -> Result<Option<NoticeRow>, StoreError>;

    /// Notices that a person has to see to, the oldest first.
    async fn dead_notices(&self, unit: &UnitId, limit: u32) -> Result<Vec<NoticeRow>, StoreError>;

    /// Notices of a case, the newest first.
    async fn notices_of_case(
        &self,
        unit: &UnitId,
        case: CaseId,
        limit: u32,
    ) -> Result<Vec<NoticeRow>, StoreError>;

    /// What the reporter of a case said.
    async fn wish(&self, unit: &UnitId, case: CaseId) -> Result<Option<WishRow>, StoreError>;

    /// Keeps what a reporter said if what was kept is still `before`; `None` when there was nothing.
    /// Says whether it was kept.
    async fn swap_wish(
        &self,
        unit: &UnitId,
        case: CaseId,
        wish: &WishRow,
        before: Option<&[u8]>,
    ) -> Result<bool, StoreError>;

    /// Tells a number or address nothing from now on, or again.
    async fn put_stop(
        &self,
        unit: &UnitId,
        hash: SecretHash,
        stopped_at: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Whether a number or address is told nothing.
    async fn is_stopped(&self, unit: &UnitId, hash: SecretHash) -> Result<bool, StoreError>;
}
