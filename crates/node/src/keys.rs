//! The node's key and what is derived from it.
//!
//! One 256-bit key, kept in a file of mode 0600 or in the environment by the shell. It opens the
//! unit's keyring ([`crate::keyring`]), in which lies the root secret that everything else follows
//! from; a root secret is a [`NodeKey`] too, and at first it was the node's key itself. Every use has
//! its own subkey (HMAC-SHA-256 over a label, RFC 2104; the labels are [`Purpose`]), so that a hash
//! made for one purpose says nothing in another.

use hmac::{Hmac, KeyInit, Mac};
use pengayom_core::value::{SecretDigits, SecretHash, UnitId};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a derived key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The secret a reporter keeps.
    CaseSecret,
    /// The rating code on a card.
    RatingCode,
    /// The identifier of a judgement.
    Feedback,
    /// The identifier of something that can be down.
    Outage,
    /// A session's token.
    Session,
    /// A program's token.
    Token,
    /// A draft's token.
    Draft,
    /// The key under which attempts are counted.
    Attempt,
    /// The token that ties a form to its session or draft.
    Form,
    /// Wrapping the keys of persons.
    WrapPerson,
    /// The mark of a letter, which only this unit makes.
    Letter,
    /// Sealing drafts.
    SealDraft,
    /// Sealing the secrets that sign what is sent to other programs.
    SealWebhook,
    /// The identity that opens backups.
    BackupIdentity,
    /// The seal on a backup's list of parts.
    BackupManifest,
    /// What persons are found by.
    ContactSearch,
    /// What tells a repeated command from another one.
    Command,
    /// The command that another program's key stands for.
    ProgramCommand,
    /// The mark on a printed form.
    FormMark,
    /// The command that a printed form is entered with.
    FormCommand,
    /// The mark of a place in a list, given to programs.
    Cursor,
    /// What a program's request that was sent before is found by.
    Once,
    /// The identifier of a notice.
    Notice,
    /// What shows that the node made a link of a notice.
    NoticeToken,
    /// A number or address that is told nothing.
    NoticeStop,
    /// Sealing what reporters said of being told.
    SealWish,
    /// The key that messages to browsers are signed with.
    PushKey,
    /// What is half done: its token, and whether a password is still the same.
    Ceremony,
    /// Sealing what is half done.
    SealCeremony,
    /// What a factor of an account is found by.
    Factor,
    /// Sealing factors of accounts.
    SealFactor,
    /// Wrapping the root secret; derived from the node's key itself.
    WrapRoot,
    /// Telling one key from another; derived from the node's key itself.
    Fingerprint,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::CaseSecret => b"pengayom/1/case-secret",
            Self::RatingCode => b"pengayom/1/rating-code",
            Self::Feedback => b"pengayom/1/feedback",
            Self::Outage => b"pengayom/1/outage",
            Self::Session => b"pengayom/1/session",
            Self::Token => b"pengayom/1/token",
            Self::Draft => b"pengayom/1/draft",
            Self::Attempt => b"pengayom/1/attempt",
            Self::Form => b"pengayom/1/form",
            Self::WrapPerson => b"pengayom/1/wrap-person",
            Self::Letter => b"pengayom/1/letter",
            Self::SealDraft => b"pengayom/1/seal-draft",
            Self::SealWebhook => b"pengayom/1/seal-webhook",
            Self::BackupIdentity => b"pengayom/1/backup-identity",
            Self::BackupManifest => b"pengayom/1/backup-manifest",
            Self::ContactSearch => b"pengayom/1/contact-search",
            Self::Command => b"pengayom/1/command",
            Self::ProgramCommand => b"pengayom/1/program-command",
            Self::FormMark => b"pengayom/1/form-mark",
            Self::FormCommand => b"pengayom/1/form-command",
            Self::Cursor => b"pengayom/1/cursor",
            Self::Once => b"pengayom/1/once",
            Self::Notice => b"pengayom/1/notice",
            Self::NoticeToken => b"pengayom/1/notice-token",
            Self::NoticeStop => b"pengayom/1/notice-stop",
            Self::SealWish => b"pengayom/1/seal-wish",
            Self::PushKey => b"pengayom/1/push-key",
            Self::Ceremony => b"pengayom/1/ceremony",
            Self::SealCeremony => b"pengayom/1/seal-ceremony",
            Self::Factor => b"pengayom/1/factor",
            Self::SealFactor => b"pengayom/1/seal-factor",
            Self::WrapRoot => b"pengayom/1/wrap-root",
            Self::Fingerprint => b"pengayom/1/fingerprint",
        }
    }
}

/// The node's key. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeKey(Zeroizing<[u8; 32]>);

/// Length of a [`Fingerprint`]: 64 bits, enough to tell the few keys of a unit apart.
pub(crate) const FINGERPRINT_BYTES: usize = 8;

/// What a key is called: it may be shown, written down and compared. As text four groups of four
/// hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub(crate) [u8; FINGERPRINT_BYTES]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, pair) in self.0.chunks(2).enumerate() {
            if at > 0 {
                f.write_str("-")?;
            }
            for byte in pair {
                write!(f, "{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Why a text is no node key. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a node key has 64 hexadecimal digits: found {found} characters")]
pub struct KeyError {
    /// How many characters were found.
    pub found: usize,
}

impl NodeKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`KeyError`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let error = KeyError {
            found: text.chars().count(),
        };
        if text.len() != 64 || !text.is_ascii() {
            return Err(error);
        }
        let mut bytes = Zeroizing::new([0_u8; 32]);
        for (at, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(at * 2..at * 2 + 2).ok_or(error)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| error)?;
        }
        Ok(Self(bytes))
    }

    /// The key as 64 hexadecimal digits, for its file.
    pub fn to_hex(&self) -> Zeroizing<String> {
        use std::fmt::Write as _;
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in self.0.iter() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// The first bytes of the key's fingerprint: tells which key it is and nothing about it.
    pub fn fingerprint(&self) -> Fingerprint {
        let SecretHash(hash) = self.hash(Purpose::Fingerprint, b"");
        let mut bytes = [0; FINGERPRINT_BYTES];
        for (to, from) in bytes.iter_mut().zip(hash) {
            *to = from;
        }
        Fingerprint(bytes)
    }

    /// The key's bytes, to be wrapped.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// The subkey for a purpose.
    pub(crate) fn derive(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(self.0.as_ref(), purpose.label()))
    }

    /// Keyed hash of a text for one purpose.
    pub fn hash(&self, purpose: Purpose, text: &[u8]) -> SecretHash {
        SecretHash(mac(self.derive(purpose).as_ref(), text))
    }

    /// The seed of the key that signs a unit's ledger; each generation has its own.
    pub(crate) fn ledger_seed(&self, unit: &UnitId, generation: u32) -> Zeroizing<[u8; 32]> {
        let label = format!("pengayom/1/ledger/{unit}/{generation}");
        Zeroizing::new(mac(self.0.as_ref(), label.as_bytes()))
    }

    /// The identity that opens this node's backups, as `age` writes one (`AGE-SECRET-KEY-1…`):
    /// whoever has the node's key needs no other secret to restore.
    ///
    /// References: the age file encryption format, C2SP `age`, "The X25519 recipient type": 32 bytes
    /// in Bech32 (BIP 173) with the prefix `AGE-SECRET-KEY-`, upper case.
    pub fn backup_identity(&self) -> Zeroizing<String> {
        let bytes = self.derive(Purpose::BackupIdentity);
        let written = bech32::Hrp::parse("AGE-SECRET-KEY-")
            .ok()
            .and_then(|prefix| bech32::encode_upper::<bech32::Bech32>(prefix, bytes.as_ref()).ok());
        // The prefix is one and 32 bytes are far below the limit; an empty text opens nothing.
        Zeroizing::new(written.unwrap_or_default())
    }

    /// An identifier that follows from a text, for one purpose: a UUID (version 8, RFC 9562 §5.8).
    /// Without the key nobody finds it from the text, or the text from it.
    pub(crate) fn uuid(&self, purpose: Purpose, text: &[u8]) -> Uuid {
        let SecretHash(hash) = self.hash(purpose, text);
        let mut bytes = [0_u8; 16];
        for (to, from) in bytes.iter_mut().zip(hash) {
            *to = from;
        }
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Secret digits that follow from a text, for one purpose: the same command always gives the
    /// same secret, so a repeated one gets the first answer without the secret being stored.
    pub(crate) fn digits(&self, purpose: Purpose, text: &[u8]) -> SecretDigits {
        let SecretHash(hash) = self.hash(purpose, &[b"digits:", text].concat());
        let mut draw = 0_u64;
        for byte in hash.iter().take(8) {
            draw = draw << 8 | u64::from(*byte);
        }
        SecretDigits::from_random(draw)
    }
}

impl std::fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NodeKey(…)")
    }
}

fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(text);
            mac.finalize().into_bytes().into()
        }
        // HMAC takes a key of any length; this arm cannot be reached.
        Err(_) => [0; 32],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_file_and_stays_out_of_logs() {
        let key = NodeKey::new([7; 32]);
        assert_eq!(NodeKey::from_hex(&key.to_hex()).unwrap().0, key.0);
        assert_eq!(format!("{key:?}"), "NodeKey(…)");
        for bad in ["", "07", &"é".repeat(32), &"g".repeat(64)] {
            assert!(NodeKey::from_hex(bad).is_err());
        }
    }

    #[test]
    fn the_identity_of_backups_follows_from_the_key() {
        let identity = NodeKey::new([7; 32]).backup_identity();
        assert_eq!(*identity, *NodeKey::new([7; 32]).backup_identity());
        assert_ne!(*identity, *NodeKey::new([8; 32]).backup_identity());
        let (prefix, bytes) = bech32::decode(&identity).unwrap();
        assert_eq!(prefix.to_lowercase(), "age-secret-key-");
        assert_eq!(bytes.len(), 32);
        assert!(identity.starts_with("AGE-SECRET-KEY-1"));
    }

    #[test]
    fn an_identifier_follows_from_its_text_and_the_key() {
        let key = NodeKey::new([7; 32]);
        let id = key.uuid(Purpose::Feedback, b"encounter 1");
        assert_eq!(id, key.uuid(Purpose::Feedback, b"encounter 1"));
        assert_eq!(id.get_version_num(), 8);
        assert_ne!(id, key.uuid(Purpose::Feedback, b"encounter 2"));
        let other = NodeKey::new([8; 32]);
        assert_ne!(id, other.uuid(Purpose::Feedback, b"encounter 1"));
    }

    #[test]
    fn a_hash_says_nothing_in_another_purpose_or_under_another_key() {
        let key = NodeKey::new([7; 32]);
        let hash = key.hash(Purpose::CaseSecret, b"482177309514");
        assert_eq!(hash, key.hash(Purpose::CaseSecret, b"482177309514"));
        assert_ne!(hash, key.hash(Purpose::RatingCode, b"482177309514"));
        assert_ne!(
            hash,
            NodeKey::new([8; 32]).hash(Purpose::CaseSecret, b"482177309514")
        );
    }
}
