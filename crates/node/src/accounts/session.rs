//! Sessions: where an account is signed in, how long, and how it ends.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::{OfficerId, SecretHash};
use pengayom_store::rows::{SessionRow, UserRow};
use pengayom_store::{AccountChange, EndSessions};
use tokio::sync::watch;
use uuid::Uuid;

use super::event::EventKind;
use super::staff;
use crate::Node;
use crate::access::Staff;
use crate::error::HandleError;
use crate::keys::Purpose;

/// How long a session lasts at most: a shift and the hand-over, in hours.
pub const SESSION_HOURS: i64 = 12;

/// How long a session lasts that nobody uses: half a shift, in hours. A form that comes later is kept
/// and given back.
pub const SESSION_IDLE_HOURS: i64 = 4;

/// How finely it is noted when a session was used, in minutes.
const SEEN_MINUTES: i64 = 5;

/// For how long somebody who proved who they are may change what opens their account, in minutes.
pub(super) const PROVED_MINUTES: i64 = 15;

/// Sessions of one account; the one used longest ago ends when another begins.
const SESSIONS_MAX: usize = 20;

/// Longest word kept for a device or a network, in bytes.
const WORD_MAX_BYTES: usize = 64;

/// Who asks, as far as counting tries and an owner's list of devices need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker {
    /// Where tries are counted, such as an address; kept under a keyed hash only.
    pub origin: String,
    /// The network, coarsely: a /24 of IPv4, a /48 of IPv6.
    pub network: String,
    /// Browser and system by family, such as `firefox/android`.
    pub device: String,
}

impl From<&str> for Asker {
    /// An asker of whom only the origin is known.
    fn from(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            ..Self::default()
        }
    }
}

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Method {
    /// By password alone.
    Password,
    /// By password and a code of an app.
    Totp,
    /// By password and a recovery code.
    Recovery,
    /// By passkey.
    Passkey,
    /// Through the provider.
    Linked,
}

impl Method {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::Password,
        Self::Totp,
        Self::Recovery,
        Self::Passkey,
        Self::Linked,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Recovery => "recovery",
            Self::Passkey => "passkey",
            Self::Linked => "linked",
        }
    }
}

/// A session just begun.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The token for the cookie; kept nowhere else.
    pub token: String,
    /// Who.
    pub staff: Staff,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session that is in use.
#[derive(Debug, Clone)]
pub struct Live {
    /// Whose.
    pub staff: Staff,
    /// The session.
    pub session: SessionRow,
    /// A demonstration account with a published password.
    pub demo: bool,
    /// When it was looked up.
    pub now: Timestamp,
}

impl Live {
    /// Whether its owner proved who they are so lately that they may change what opens the account.
    pub fn is_proved(&self) -> bool {
        let since = self.now.duration_since(self.session.proved_at);
        SignedDuration::ZERO <= since && since <= SignedDuration::from_mins(PROVED_MINUTES)
    }

    /// Refuses what needs a fresh proof.
    pub(super) fn require_proof(&self) -> Result<(), HandleError> {
        if self.is_proved() {
            Ok(())
        } else {
            Err(HandleError::ProofNeeded)
        }
    }
}

fn word(text: &str) -> String {
    let mut end = text.len().min(WORD_MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// When a session ends that began and is used at these moments.
fn lasts(created_at: Timestamp, seen_at: Timestamp) -> Timestamp {
    let whole = created_at.saturating_add(SignedDuration::from_hours(SESSION_HOURS));
    let idle = seen_at.saturating_add(SignedDuration::from_hours(SESSION_IDLE_HOURS));
    whole
        .unwrap_or(Timestamp::MAX)
        .min(idle.unwrap_or(Timestamp::MAX))
}

impl Node {
    pub(super) fn session_key(&self, token: &str) -> SecretHash {
        self.hash(Purpose::Session, token.as_bytes())
    }

    /// A session of an account that begins now, with a token of its own.
    pub(super) fn new_session(
        &self,
        user: OfficerId,
        method: &str,
        asker: &Asker,
    ) -> (String, SessionRow) {
        let token = self.new_token();
        let now = self.now();
        let row = SessionRow {
            token: self.session_key(&token),
            id: self.new_id(),
            user,
            method: method.to_owned(),
            device: word(&asker.device),
            network: word(&asker.network),
            created_at: now,
            seen_at: now,
            proved_at: now,
            expires_at: lasts(now, now),
        };
        (token, row)
    }

    /// Begins a session, and notes it.
    pub(super) async fn begin_session(
        &self,
        user: &UserRow,
        method: Method,
        asker: &Asker,
    ) -> Result<SignedIn, HandleError> {
        let (token, session) = self.new_session(user.id, method.as_str(), asker);
        let unit = &self.unit().id;
        let others = self.store.sessions_of(unit, user.id, self.now()).await?;
        let oldest = others.last().filter(|_| others.len() >= SESSIONS_MAX);
        let detail = format!("{} {}", method.as_str(), session.device);
        let expires_at = session.expires_at;
        let change = AccountChange {
            end: oldest.map_or(EndSessions::None, |oldest| EndSessions::One(oldest.id)),
            session: Some(session),
            event: Some(self.event(user.id, Some(user.id), EventKind::SignedIn, Some(detail))),
            ..AccountChange::of(user.id)
        };
        self.change(change).await?;
        Ok(SignedIn {
            token,
            staff: staff(&self.unit(), user),
            expires_at,
        })
    }

    /// Who a session's token belongs to; `None` when it ended or its account was disabled. To look is
    /// not to use: the session lasts no longer for it.
    ///
    /// # Errors
    /// The store's.
    pub async fn session(&self, token: &str) -> Result<Option<Staff>, HandleError> {
        Ok(self.live(token).await?.map(|live| live.staff))
    }

    /// A session and whose it is; `None` when it ended or its account was disabled.
    ///
    /// # Errors
    /// The store's.
    pub async fn live(&self, token: &str) -> Result<Option<Live>, HandleError> {
        let unit = self.unit().id.clone();
        let now = self.now();
        let key = self.session_key(token);
        let Some(session) = self.store.session(&unit, key, now).await? else {
            return Ok(None);
        };
        let user = self.store.user(&unit, session.user).await?;
        Ok(user
            .filter(|user| user.disabled_at.is_none())
            .map(|user| Live {
                staff: staff(&self.unit(), &user),
                session,
                demo: user.demo,
                now,
            }))
    }

    /// Notes that somebody uses a session, at most every few minutes. That it could not be noted is
    /// no reason to turn them away.
    pub async fn note_use(&self, live: &Live) {
        let session = &live.session;
        let since = live.now.duration_since(session.seen_at);
        if since < SignedDuration::from_mins(SEEN_MINUTES) {
            return;
        }
        let until = lasts(session.created_at, live.now);
        let unit = &self.unit().id;
        let touched = self
            .store
            .touch_session(unit, session.token, live.now, until);
        if let Err(error) = touched.await {
            tracing::warn!(%error, "the use of a session could not be noted");
        }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The store's.
    pub async fn sign_out(&self, token: &str) -> Result<(), HandleError> {
        let key = self.session_key(token);
        self.store.drop_session(&self.unit().id, key).await?;
        self.tell_ended();
        Ok(())
    }

    /// Where the owner of a session is signed in, the one used last first.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_sessions(&self, live: &Live) -> Result<Vec<SessionRow>, HandleError> {
        let unit = &self.unit().id;
        let rows = self.store.sessions_of(unit, live.staff.id, self.now());
        Ok(rows.await?)
    }

    /// Ends a session of one's own.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_own_session(&self, live: &Live, id: Uuid) -> Result<(), HandleError> {
        let user = live.staff.id;
        let change = AccountChange {
            end: EndSessions::One(id),
            event: Some(self.event(user, Some(user), EventKind::SessionEnded, None)),
            ..AccountChange::of(user)
        };
        self.change(change).await
    }

    /// Ends all sessions of one's own but this one.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_other_sessions(&self, live: &Live) -> Result<(), HandleError> {
        let user = live.staff.id;
        let change = AccountChange {
            end: EndSessions::AllBut(live.session.token),
            event: Some(self.event(user, Some(user), EventKind::SessionsEnded, None)),
            ..AccountChange::of(user)
        };
        self.change(change).await
    }

    /// Puts a session with a new token in the place of one whose owner just proved who they are.
    pub(super) async fn renew(&self, live: &Live) -> Result<String, HandleError> {
        let token = self.new_token();
        let mut session = live.session.clone();
        session.token = self.session_key(&token);
        session.seen_at = self.now();
        session.proved_at = self.now();
        session.expires_at = lasts(session.created_at, session.seen_at);
        let change = AccountChange {
            end: EndSessions::With(live.session.token),
            session: Some(session),
            ..AccountChange::of(live.staff.id)
        };
        self.change(change).await?;
        Ok(token)
    }

    /// Tells live pages that some session of this process's unit ended.
    pub(super) fn tell_ended(&self) {
        self.ended
            .send_modify(|ended| *ended = ended.wrapping_add(1));
    }

    /// Changes whenever a session was ended by this process; others are noticed at the next sign of
    /// life.
    pub fn listen_ended(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3_600).unwrap_or(Timestamp::MAX)
    }

    #[test]
    fn a_session_lasts_while_it_is_used_and_never_beyond_a_shift() {
        assert_eq!(lasts(at(0), at(0)), at(SESSION_IDLE_HOURS));
        assert_eq!(lasts(at(0), at(3)), at(3 + SESSION_IDLE_HOURS));
        assert_eq!(lasts(at(0), at(11)), at(SESSION_HOURS));
        assert_eq!(lasts(Timestamp::MAX, Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn a_word_is_cut_between_signs() {
        assert_eq!(word("firefox/android"), "firefox/android");
        assert_eq!(word(&"é".repeat(40)).len(), WORD_MAX_BYTES);
        assert_eq!(
            word(&format!("x{}", "é".repeat(40))).len(),
            WORD_MAX_BYTES - 1
        );
    }
}
