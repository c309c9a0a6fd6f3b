//! Passkeys (W3C Web Authentication, level 3): a key on a device that its owner unlocks there, bound to
//! this site's name. It is both factors at once.

use pengayom_core::value::OfficerId;
use pengayom_store::rows::UserRow;
use pengayom_store::{AccountChange, StoreError, UseFactor};
use webauthn_rs::prelude::{
    CredentialID, Passkey, PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use super::ceremony::Ceremony;
use super::enter::{BEGUN_PER_ORIGIN, Entered};
use super::event::EventKind;
use super::factor::PASSKEY;
use super::session::{Asker, Live, Method};
use super::{AccountError, Refused, TRIES_PER_ORIGIN};
use crate::Node;
use crate::error::HandleError;

/// Passkeys of one account.
const PASSKEYS_MAX: usize = 10;

/// Longest name of a passkey, in characters.
const NAME_MAX_CHARS: usize = 60;

/// The site that passkeys belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySite {
    /// Its name, such as `pati.example`; no number of a machine.
    pub id: String,
    /// Its address, such as `https://pati.example`.
    pub origin: String,
}

fn cannot(error: &WebauthnError) -> HandleError {
    tracing::error!(%error, "a passkey's challenge could not be made");
    HandleError::Malformed
}

impl Node {
    fn webauthn(&self, site: &PasskeySite) -> Result<Webauthn, HandleError> {
        let origin = Url::parse(&site.origin).map_err(|_| HandleError::Malformed)?;
        let unit = self.unit();
        let name = unit.config().name.as_str();
        let builder = WebauthnBuilder::new(&site.id, &origin);
        builder
            .and_then(|builder| builder.rp_name(name).build())
            .map_err(|error| cannot(&error))
    }

    /// Begins to add a passkey: gives what the browser is told, as JSON, and the token for its cookie.
    ///
    /// # Errors
    /// [`AccountError::Full`], [`HandleError::ProofNeeded`]; or the store's.
    pub async fn begin_passkey(
        &self,
        live: &Live,
        site: &PasskeySite,
    ) -> Result<(String, String), Refused> {
        live.require_proof()?;
        let user = live.staff.id;
        let rows = self.factor_rows(user).await?;
        let there: Vec<CredentialID> = rows
            .iter()
            .filter(|row| row.kind == PASSKEY)
            .filter_map(|row| self.open_factor::<Passkey>(row))
            .map(|passkey| passkey.cred_id().clone())
            .collect();
        if there.len() >= PASSKEYS_MAX {
            return Err(AccountError::Full {
                limit: PASSKEYS_MAX,
            }
            .into());
        }
        let staff = &live.staff;
        let (challenge, state) = self
            .webauthn(site)?
            .start_passkey_registration(user.0, &staff.login, &staff.name, Some(there))
            .map_err(|error| cannot(&error))?;
        // One that is found without a name typed; the library leaves that to chance.
        let mut told = serde_json::to_value(&challenge).map_err(|_| HandleError::Malformed)?;
        if let Some(selection) = told.pointer_mut("/publicKey/authenticatorSelection") {
            *selection = serde_json::json!({
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            });
        }
        let ceremony = Ceremony::PasskeyAdd {
            user,
            state: Box::new(state),
        };
        let (token, _) = self.begin_ceremony(&ceremony).await?;
        Ok((told.to_string(), token))
    }

    /// Adds a passkey from what the browser answered.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] when it was begun too long ago or answered before,
    /// [`HandleError::NoMatch`] when the answer does not fit; [`HandleError::ProofNeeded`]; or the store's.
    pub async fn finish_passkey(
        &self,
        live: &Live,
        token: &str,
        answer: &str,
        name: &str,
        site: &PasskeySite,
    ) -> Result<(), HandleError> {
        live.require_proof()?;
        let Some(Ceremony::PasskeyAdd { user, state }) = self.take_ceremony(token).await? else {
            return Err(HandleError::NotFound("challenge"));
        };
        if user != live.staff.id {
            return Err(HandleError::NotFound("challenge"));
        }
        let answer: RegisterPublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| HandleError::NoMatch)?;
        let passkey = self
            .webauthn(site)?
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| {
                tracing::debug!(%error, "a passkey was not added");
                HandleError::NoMatch
            })?;
        let key = self.factor_key(PASSKEY, passkey.cred_id().as_ref());
        let sealed = self.seal_factor(user, PASSKEY, &passkey)?;
        let mut row = self.new_factor(user, PASSKEY, key, Some(sealed));
        let name: String = name.chars().take(NAME_MAX_CHARS).collect();
        row.name = Some(name.clone());
        let change = AccountChange {
            factors: vec![row],
            event: Some(self.event(user, Some(user), EventKind::PasskeyAdded, Some(name))),
            ..AccountChange::of(user)
        };
        match self.change(change).await {
            Err(HandleError::Store(StoreError::Taken { .. })) => Err(HandleError::NoMatch),
            changed => changed,
        }
    }

    /// Begins to sign in, or to prove once more who one is, by passkey: gives what the browser is told,
    /// as JSON, and the token for its cookie. Counted by origin, so that rows are bounded.
    ///
    /// # Errors
    /// [`HandleError::TooManyTries`], or the store's.
    pub async fn begin_passkey_use(
        &self,
        site: &PasskeySite,
        asker: &Asker,
    ) -> Result<(String, String), HandleError> {
        self.count_try(&format!("begin/origin/{}", asker.origin), BEGUN_PER_ORIGIN)
            .await?;
        let (challenge, state) = self
            .webauthn(site)?
            .start_discoverable_authentication()
            .map_err(|error| cannot(&error))?;
        let told = serde_json::to_string(&challenge).map_err(|_| HandleError::Malformed)?;
        let ceremony = Ceremony::PasskeyUse(Box::new(state));
        let (token, _) = self.begin_ceremony(&ceremony).await?;
        Ok((told, token))
    }

    /// Signs in by what the browser answered.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] when it was begun too long ago or answered before,
    /// [`HandleError::NoMatch`] when the answer does not fit, [`HandleError::TooManyTries`]; or the store's.
    pub async fn enter_by_passkey(
        &self,
        token: &str,
        answer: &str,
        site: &PasskeySite,
        asker: &Asker,
    ) -> Result<Entered, HandleError> {
        let user = self.use_passkey(token, answer, site, asker).await?;
        self.come_in(user, Method::Passkey, true, asker).await
    }

    /// Proves once more who one is by what the browser answered; gives the token of the session from now
    /// on.
    ///
    /// # Errors
    /// As [`Node::enter_by_passkey`].
    pub async fn prove_by_passkey(
        &self,
        live: &Live,
        token: &str,
        answer: &str,
        site: &PasskeySite,
        asker: &Asker,
    ) -> Result<String, HandleError> {
        let user = self.use_passkey(token, answer, site, asker).await?;
        if user.id != live.staff.id {
            return Err(HandleError::NoMatch);
        }
        self.renew(live).await
    }

    /// Whose passkey it is, once its answer fits the challenge that this browser was given, which is used
    /// up whatever comes of it.
    async fn use_passkey(
        &self,
        token: &str,
        answer: &str,
        site: &PasskeySite,
        asker: &Asker,
    ) -> Result<UserRow, HandleError> {
        let Some(Ceremony::PasskeyUse(state)) = self.take_ceremony(token).await? else {
            return Err(HandleError::NotFound("challenge"));
        };
        let origin = format!("sign-in/origin/{}", asker.origin);
        self.count_try(&origin, TRIES_PER_ORIGIN).await?;
        let answer: PublicKeyCredential =
            serde_json::from_str(answer).map_err(|_| HandleError::NoMatch)?;
        let webauthn = self.webauthn(site)?;
        let (whose, credential) = webauthn
            .identify_discoverable_authentication(&answer)
            .map_err(|_| HandleError::NoMatch)?;
        let unit = self.unit().id.clone();
        let key = self.factor_key(PASSKEY, credential);
        let row = self.store.factor(&unit, PASSKEY, key).await?;
        let row = row.filter(|row| row.user == OfficerId(whose));
        let row = row.ok_or(HandleError::NoMatch)?;
        let user = self.store.user(&unit, row.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or(HandleError::NoMatch)?;
        let mut passkey: Passkey = self.open_factor(&row).ok_or(HandleError::NoMatch)?;
        let checked = webauthn.finish_discoverable_authentication_v2(&answer, *state, &passkey);
        let result = match checked {
            Ok(result) if result.user_verified() => result,
            Err(WebauthnError::CredentialPossibleCompromise) => {
                self.note_refused_passkey(&user, row.name.clone()).await?;
                return Err(HandleError::NoMatch);
            }
            Ok(_) | Err(_) => return Err(HandleError::NoMatch),
        };
        let sealed = match passkey.update_credential(&result) {
            Some(true) => Some(self.seal_factor(user.id, PASSKEY, &passkey)?),
            _ => None,
        };
        let change = AccountChange {
            used: Some(UseFactor {
                id: row.id,
                mark: i64::from(result.counter()),
                must_grow: result.counter() > 0,
                sealed,
                at: self.now(),
            }),
            ..AccountChange::of(user.id)
        };
        match self.change(change).await {
            Ok(()) => Ok(user),
            // Another answer with the same count, or a later one, was here first.
            Err(HandleError::Store(StoreError::Missing { .. })) => {
                self.note_refused_passkey(&user, row.name).await?;
                Err(HandleError::NoMatch)
            }
            Err(error) => Err(error),
        }
    }

    async fn note_refused_passkey(
        &self,
        user: &UserRow,
        name: Option<String>,
    ) -> Result<(), HandleError> {
        let change = AccountChange {
            event: Some(self.event(user.id, None, EventKind::PasskeyRefused, name)),
            ..AccountChange::of(user.id)
        };
        self.change(change).await
    }
}
