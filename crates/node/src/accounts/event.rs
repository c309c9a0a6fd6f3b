//! What happened to an account, for its owner and for who keeps accounts.

use jiff::Timestamp;
use pengayom_core::value::OfficerId;
use pengayom_store::AccountEvent;

use crate::Node;
use crate::error::HandleError;

/// How many events a page shows.
const SHOWN: u32 = 30;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)+) => {
        /// What can happen to an account. Stored words are for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind { $($(#[$doc])* $variant,)+ }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

kinds! {
    /// It was made.
    Made = "made",
    /// Somebody signed in; the detail says how and with what.
    SignedIn = "signed_in",
    /// Too many tries in a row; the rest of a quarter of an hour nobody gets in by that way.
    TooManyTries = "too_many_tries",
    /// Its owner changed the password.
    PasswordChanged = "password_changed",
    /// It got another password, its factors were taken away, its sessions ended.
    Reset = "reset",
    /// Codes of an app were set up.
    TotpAdded = "totp_added",
    /// They were taken away.
    TotpRemoved = "totp_removed",
    /// New recovery codes were made.
    RecoveryMade = "recovery_made",
    /// One of them was used.
    RecoveryUsed = "recovery_used",
    /// A passkey was added.
    PasskeyAdded = "passkey_added",
    /// One was taken away.
    PasskeyRemoved = "passkey_removed",
    /// One counted backwards, as a copy would: it was refused.
    PasskeyRefused = "passkey_refused",
    /// It was connected with an account at the provider.
    Linked = "linked",
    /// That was taken away.
    Unlinked = "unlinked",
    /// One session was ended.
    SessionEnded = "session_ended",
    /// Its sessions were ended, all or all others.
    SessionsEnded = "sessions_ended",
    /// It was disabled.
    Disabled = "disabled",
    /// It may be used again.
    Enabled = "enabled",
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The stored word of what; see [`EventKind`].
    pub kind: String,
    /// Who did it; `None`: the program, on a word at its machine.
    pub by: Option<OfficerId>,
    /// What more is known.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Node {
    /// Something that happens now.
    pub(super) fn event(
        &self,
        user: OfficerId,
        by: Option<OfficerId>,
        kind: EventKind,
        detail: Option<String>,
    ) -> AccountEvent {
        AccountEvent {
            id: self.new_id(),
            user,
            by,
            kind: kind.as_str().to_owned(),
            detail,
            at: self.now(),
        }
    }

    /// What happened to an account, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn happened(&self, user: OfficerId) -> Result<Vec<Happened>, HandleError> {
        let unit = self.unit();
        let rows = self.store.account_events(&unit.id, user, SHOWN).await?;
        Ok(rows
            .into_iter()
            .map(|row| Happened {
                kind: row.kind,
                by: row.by,
                detail: row.detail,
                at: row.at,
            })
            .collect())
    }
}
