//! What is half done and waits for its second half: signing in, a challenge, an enrolment. Kept sealed
//! for minutes, found by a random token that one browser holds.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::{OfficerId, SecretHash};
use pengayom_store::CeremonyRow;
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};

use super::enter::HalfState;
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::{Node, seal};

/// How long it waits, in minutes: time to find the telephone and type a code.
pub(super) const WAITS_MINUTES: i64 = 10;

/// A way through the provider that was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Linking {
    /// Who connects their account; `None`: somebody signs in.
    pub user: Option<OfficerId>,
    /// What must come back with the answer.
    pub state: String,
    /// What must stand in the token.
    pub nonce: String,
    /// What the code is exchanged with (PKCE).
    pub verifier: String,
    /// Where it leads afterwards.
    pub next: String,
}

/// What is half done.
#[derive(Serialize, Deserialize)]
pub(super) enum Ceremony {
    Half(HalfState),
    Totp {
        user: OfficerId,
        secret: Vec<u8>,
    },
    PasskeyAdd {
        user: OfficerId,
        state: Box<PasskeyRegistration>,
    },
    PasskeyUse(Box<DiscoverableAuthentication>),
    Linking(Linking),
}

impl Node {
    fn ceremony_key(&self, token: &str) -> SecretHash {
        self.hash(Purpose::Ceremony, token.as_bytes())
    }

    /// Keeps something half done; gives the token for the browser.
    pub(super) async fn begin_ceremony(
        &self,
        ceremony: &Ceremony,
    ) -> Result<(String, Timestamp), HandleError> {
        let text = serde_json::to_vec(ceremony).map_err(|_| HandleError::Malformed)?;
        let token = self.new_token();
        let key = self.ceremony_key(&token);
        let wrap = self.key.derive(Purpose::SealCeremony);
        let wait = SignedDuration::from_mins(WAITS_MINUTES);
        let row = CeremonyRow {
            token: key,
            sealed: seal::seal(&wrap, self.new_nonce(), &text, &key.0)?,
            expires_at: self.now().saturating_add(wait).unwrap_or(Timestamp::MAX),
        };
        self.store.put_ceremony(&self.unit().id, &row).await?;
        Ok((token, row.expires_at))
    }

    /// Reads something half done; `None` when it is over, or of an older program.
    pub(super) async fn read_ceremony(&self, token: &str) -> Result<Option<Ceremony>, HandleError> {
        let key = self.ceremony_key(token);
        let row = self
            .store
            .ceremony(&self.unit().id, key, self.now())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let wrap = self.key.derive(Purpose::SealCeremony);
        let text = seal::open(&wrap, &row.sealed, &key.0)?;
        Ok(serde_json::from_slice(&text).ok())
    }

    /// Reads something half done and takes it away: whoever comes second finds nothing.
    pub(super) async fn take_ceremony(&self, token: &str) -> Result<Option<Ceremony>, HandleError> {
        let Some(ceremony) = self.read_ceremony(token).await? else {
            return Ok(None);
        };
        let taken = self.drop_ceremony(token).await?;
        Ok(taken.then_some(ceremony))
    }

    /// Takes something half done away; says whether it still waited.
    pub(super) async fn drop_ceremony(&self, token: &str) -> Result<bool, HandleError> {
        let key = self.ceremony_key(token);
        let unit = &self.unit().id;
        Ok(self.store.take_ceremony(unit, key, self.now()).await?)
    }

    /// Keeps a way through the provider that was begun. Counted by origin, so that rows are bounded.
    ///
    /// # Errors
    /// [`HandleError::TooManyTries`], or the store's.
    pub async fn begin_linking(
        &self,
        linking: Linking,
        origin: &str,
    ) -> Result<String, HandleError> {
        self.count_try(
            &format!("begin/origin/{origin}"),
            super::enter::BEGUN_PER_ORIGIN,
        )
        .await?;
        let begun = self.begin_ceremony(&Ceremony::Linking(linking)).await?;
        Ok(begun.0)
    }

    /// Takes a way through the provider up again, once.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_linking(&self, token: &str) -> Result<Option<Linking>, HandleError> {
        match self.take_ceremony(token).await? {
            Some(Ceremony::Linking(linking)) => Ok(Some(linking)),
            _ => Ok(None),
        }
    }
}
