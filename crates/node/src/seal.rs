//! Sealing what identifies a person.
//!
//! Each person has a key of their own, wrapped by a subkey of the node's; destroying the wrapped
//! key makes the details unreadable for ever. AES-256-GCM-SIV (RFC 8452), which stays safe when a
//! nonce repeats. The identifier is bound in as associated data, so that sealed details cannot be
//! moved to another person.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use jiff::Timestamp;
use pengayom_core::value::PersonId;
use pengayom_store::SealedPerson;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Node;
use crate::keys::{NodeKey, Purpose};

const NONCE_BYTES: usize = 12;

/// What identifies or reaches a person. Everything may be missing.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonDetails {
    /// Name as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Telephone number, digits only, with the country's leading 0 or +.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Electronic mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address, or where to find them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When and how it is safe to make contact, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_contact: Option<String>,
    /// When it is safe: the code of a time of the pack (`safe.toml`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_time: Option<String>,
    /// What to say when somebody else answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_word: Option<String>,
}

impl PersonDetails {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether there is a way to reach them.
    pub fn is_reachable(&self) -> bool {
        self.phone.is_some() || self.email.is_some() || self.address.is_some()
    }
}

impl std::fmt::Debug for PersonDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonDetails(…)")
    }
}

/// Why something sealed cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed under another key, or altered.
    #[error("sealed under another key, or altered")]
    NotOpened,
    /// It opened but does not read.
    #[error("sealed content does not read")]
    Malformed,
}

/// Seals a text: nonce, then ciphertext with its tag.
pub(crate) fn seal(
    key: &[u8; 32],
    nonce: [u8; NONCE_BYTES],
    text: &[u8],
    bound: &[u8],
) -> Result<Vec<u8>, SealError> {
    let cipher = Aes256GcmSiv::new(key.into());
    let payload = Payload {
        msg: text,
        aad: bound,
    };
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| SealError::NotOpened)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    key: &[u8; 32],
    sealed: &[u8],
    bound: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, sealed) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or(SealError::NotOpened)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| SealError::NotOpened)?;
    let cipher = Aes256GcmSiv::new(key.into());
    let payload = Payload {
        msg: sealed,
        aad: bound,
    };
    let text = cipher
        .decrypt(&Nonce::from(nonce), payload)
        .map_err(|_| SealError::NotOpened)?;
    Ok(Zeroizing::new(text))
}

/// Reads a person's details with a root secret.
pub(crate) fn open_person(
    root: &NodeKey,
    person: &SealedPerson,
) -> Result<PersonDetails, SealError> {
    let bound = person.id.0.as_bytes();
    let wrap = root.derive(Purpose::WrapPerson);
    let key = open(&wrap, &person.wrapped_key, bound)?;
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(
        key.as_slice()
            .try_into()
            .map_err(|_| SealError::Malformed)?,
    );
    let text = open(&key, &person.sealed, bound)?;
    serde_json::from_slice(&text).map_err(|_| SealError::Malformed)
}

impl Node {
    /// Seals a person's details under a new key of their own.
    ///
    /// # Errors
    /// [`SealError`]; only a fault of the cipher leads to it.
    pub fn seal_person(
        &self,
        id: PersonId,
        details: &PersonDetails,
        at: Timestamp,
    ) -> Result<SealedPerson, SealError> {
        let text = serde_json::to_vec(details).map_err(|_| SealError::Malformed)?;
        if self.left_out.sealing {
            return Ok(SealedPerson {
                id,
                wrapped_key: Vec::new(),
                sealed: text,
                recorded_at: at,
                contacts: self.contact_hashes(details),
            });
        }
        let text = Zeroizing::new(text);
        let mut key = Zeroizing::new([0_u8; 32]);
        self.randomness.fill(key.as_mut());
        let bound = id.0.as_bytes();
        let wrap = self.key.derive(Purpose::WrapPerson);
        Ok(SealedPerson {
            id,
            wrapped_key: seal(&wrap, self.new_nonce(), key.as_ref(), bound)?,
            sealed: seal(&key, self.new_nonce(), &text, bound)?,
            recorded_at: at,
            contacts: self.contact_hashes(details),
        })
    }

    /// Reads a person's details.
    ///
    /// # Errors
    /// [`SealError`] when the key is not this node's, or something was altered.
    pub fn open_person(&self, person: &SealedPerson) -> Result<PersonDetails, SealError> {
        open_person(&self.key, person)
    }

    pub(crate) fn new_nonce(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        self.randomness.fill(&mut nonce);
        nonce
    }
}
