//! Keys of logs and witnesses, as [C2SP signed-note](https://c2sp.org/signed-note) names them.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::text;

/// The longest verifier key that is read, in bytes; ours have about 90.
pub const MAX_VKEY_BYTES: usize = 512;

/// What a key signs: the type byte of C2SP signed-note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Ed25519 over the note's text: a log's key (type 1).
    Log,
    /// Ed25519 over the time and the note's text: a witness's key, as C2SP tlog-cosignature
    /// defines it (type 4).
    Witness,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// The first four bytes of the hash of a key: names it beside its name, proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// `SHA-256(name ‖ "\n" ‖ type ‖ public key)[:4]`, the recommended way (C2SP signed-note).
    fn of(name: &str, kind: KeyKind, public: &[u8; 32]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name.as_bytes());
        hasher.update(b"\n");
        hasher.update([kind.byte()]);
        hasher.update(public);
        let hash: [u8; 32] = hasher.finalize().into();
        let [a, b, c, d, ..] = hash;
        Self([a, b, c, d])
    }

    /// The same as a number, as some libraries hold it.
    pub(crate) const fn number(self) -> u32 {
        u32::from_be_bytes(self.0)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:08x}", self.number())
    }
}

/// Why a key is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key's name has to have a character, no space and no `+`.
    #[error("expected a key name without spaces and plus signs, found {found:?}")]
    Name {
        /// The name as it was given, cut at 100 characters.
        found: String,
    },
    /// Longer than any key.
    #[error("expected a verifier key of at most {MAX_VKEY_BYTES} bytes, found {found}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// Not `name+hex+base64`.
    #[error("expected a verifier key: name+8 hexadecimal digits+base64")]
    Malformed,
    /// A kind of key that this crate does not use.
    #[error("expected a key of type 1 (log) or 4 (witness), found type {found}")]
    Kind {
        /// The type byte.
        found: u8,
    },
    /// The id in the middle is not that of the name and key beside it: mistyped, or put together.
    #[error("expected the key id {expected}, which follows from name and key, found {found}")]
    Id {
        /// The id that follows.
        expected: KeyId,
        /// The id that is written.
        found: KeyId,
    },
    /// Thirty-two bytes that are no point of the curve, or a point that makes any signature right.
    #[error("expected an Ed25519 public key, found bytes that are none")]
    Point,
}

/// Whether a key may bear this name (C2SP signed-note).
fn check_name(name: &str) -> Result<(), KeyError> {
    let wrong = |c: char| c.is_whitespace() || c == '+' || c.is_control();
    if name.is_empty() || name.len() > MAX_VKEY_BYTES / 2 || name.contains(wrong) {
        return Err(KeyError::Name {
            found: name.chars().take(100).collect(),
        });
    }
    Ok(())
}

/// A secret key with its name. It signs; nothing shows its secret but
/// [`SigningKey::to_secret_text`], and its memory is wiped.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    kind: KeyKind,
    id: KeyId,
    key: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// The key of a log whose origin is `origin`, from 32 secret bytes.
    ///
    /// ```
    /// let key = pengayom_ledger::SigningKey::log("pengayom/polres-pati/0a1b2c3d", &[7; 32])?;
    /// assert!(key.verifier().to_string().starts_with("pengayom/polres-pati/0a1b2c3d+"));
    /// # Ok::<(), pengayom_ledger::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the origin has a space, a `+` or no character, or is very long.
    pub fn log(origin: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(origin, KeyKind::Log, seed)
    }

    /// The key of a witness named `name`, from 32 secret bytes. The seed must serve nothing else.
    ///
    /// # Errors
    ///
    /// When the name has a space, a `+` or no character, or is very long.
    pub fn witness(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(name, KeyKind::Witness, seed)
    }

    fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self {
            name: name.to_owned(),
            kind,
            id: KeyId::of(name, kind, key.verifying_key().as_bytes()),
            key,
        })
    }

    /// The key in text, to be kept where only its owner reads it:
    /// `PRIVATE+KEY+name+id+base64(type ‖ seed)`, as Go's package `note` writes one.
    pub fn to_secret_text(&self) -> String {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        let secret = text::base64(&bytes);
        format!("{SECRET_PREFIX}{}+{}+{secret}", self.name, self.id)
    }

    /// The key that [`SigningKey::to_secret_text`] wrote.
    ///
    /// # Errors
    ///
    /// [`KeyError`], which says nothing of the secret.
    pub fn from_secret_text(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_VKEY_BYTES {
            return Err(KeyError::TooLong { found: text.len() });
        }
        let rest = text
            .strip_prefix(SECRET_PREFIX)
            .ok_or(KeyError::Malformed)?;
        let parts = Parts::of(rest)?;
        let key = Self::new(parts.name, parts.kind, &parts.key)?;
        parts.check_id(key.id)?;
        Ok(key)
    }

    /// The name: a log's origin, a witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The public half.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            kind: self.kind,
            id: self.id,
            key: self.key.verifying_key(),
        }
    }

    /// The 64 bytes of an Ed25519 signature (RFC 8032) over a message.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// Shows what is public only.
impl fmt::Debug for SigningKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "SigningKey({}+{})", self.name, self.id)
    }
}

/// A public key with its name: the "vkey" of C2SP signed-note, `name+id+base64(type ‖ key)`.
///
/// ```
/// use pengayom_ledger::{KeyKind, VerifierKey};
///
/// // The example of Go's package `note`.
/// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let key: VerifierKey = text.parse()?;
/// assert_eq!((key.name(), key.kind()), ("PeterNeumann", KeyKind::Log));
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), pengayom_ledger::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: KeyId,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// A key from its parts; its id follows from them.
    ///
    /// # Errors
    ///
    /// When the name is none, or the bytes are no public key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(public).map_err(|_| KeyError::Point)?;
        if key.is_weak() {
            return Err(KeyError::Point);
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            id: KeyId::of(name, kind, public),
            key,
        })
    }

    /// The name: a log's origin, a witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it verifies.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Its id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// What people compare: the first half of the public key's SHA-256, in eight groups of four
    /// hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest as _, Sha256};
        let hash = Sha256::digest(self.public());
        let groups: Vec<String> = hash
            .chunks(2)
            .take(8)
            .map(|pair| pair.iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        groups.join(" ")
    }

    /// The public key's 32 bytes (RFC 8032).
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether these 64 bytes are a signature of the message. Strict: there is one right form.
    pub(crate) fn is_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key
            .verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.public());
        write!(to, "{}+{}+{}", self.name, self.id, text::base64(&bytes))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "VerifierKey({self})")
    }
}

/// How a secret key in text begins.
const SECRET_PREFIX: &str = "PRIVATE+KEY+";

/// `name+id+base64(type ‖ 32 bytes)`, taken apart.
struct Parts<'a> {
    name: &'a str,
    id: KeyId,
    kind: KeyKind,
    key: [u8; 32],
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, KeyError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Malformed);
        };
        let hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if id.len() != 8 || !id.chars().all(hex) {
            return Err(KeyError::Malformed);
        }
        let id = u32::from_str_radix(id, 16).map_err(|_| KeyError::Malformed)?;
        let bytes = text::from_base64(key).ok_or(KeyError::Malformed)?;
        let (kind, key) = bytes.split_first().ok_or(KeyError::Malformed)?;
        let kind = match kind {
            1 => KeyKind::Log,
            4 => KeyKind::Witness,
            found => return Err(KeyError::Kind { found: *found }),
        };
        Ok(Self {
            name,
            id: KeyId(id.to_be_bytes()),
            kind,
            key: key.try_into().map_err(|_| KeyError::Malformed)?,
        })
    }

    /// The id is the one that follows from name and key.
    fn check_id(&self, expected: KeyId) -> Result<(), KeyError> {
        if self.id == expected {
            return Ok(());
        }
        Err(KeyError::Id {
            expected,
            found: self.id,
        })
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.len() > MAX_VKEY_BYTES {
            return Err(KeyError::TooLong { found: text.len() });
        }
        let parts = Parts::of(text)?;
        let key = Self::new(parts.name, parts.kind, &parts.key)?;
        parts.check_id(key.id)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    /// The example of Go's package `note`, from which the specification comes.
    const KNOWN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    #[test]
    fn a_name_with_a_space_or_a_plus_is_none() {
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\0b"] {
            assert!(
                matches!(SigningKey::log(name, &[1; 32]), Err(KeyError::Name { .. })),
                "{name:?}"
            );
        }
        assert!(SigningKey::log(&"a".repeat(300), &[1; 32]).is_err());
    }

    #[test]
    fn one_secret_is_two_keys_for_log_and_witness() {
        let log = SigningKey::log("a", &[1; 32]).unwrap();
        let witness = SigningKey::witness("a", &[1; 32]).unwrap();
        assert_ne!(log.id(), witness.id());
        assert_eq!(log.verifier().public(), witness.verifier().public());
    }

    #[test]
    fn a_secret_key_shows_nothing_secret() {
        let key = SigningKey::log("a", &[0x5a; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("SigningKey(a+{})", key.id()));
    }

    #[test]
    fn a_secret_key_is_read_as_written_and_refused_when_altered() {
        for key in [
            SigningKey::log("a/b", &[3; 32]).unwrap(),
            SigningKey::witness("a/b", &[3; 32]).unwrap(),
        ] {
            let text = key.to_secret_text();
            let read = SigningKey::from_secret_text(&text).unwrap();
            assert_eq!(read.verifier(), key.verifier());
            assert!(SigningKey::from_secret_text(&text.replace("a/b", "a/c")).is_err());
            assert!(SigningKey::from_secret_text(&text[..text.len() - 4]).is_err());
            assert!(SigningKey::from_secret_text(&key.verifier().to_string()).is_err());
        }
        // The key with which Go's package `note` is tested.
        let known =
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let key = SigningKey::from_secret_text(known).unwrap();
        assert_eq!(key.verifier().to_string(), KNOWN);
        assert_eq!(key.to_secret_text(), known);
    }

    #[test]
    fn a_point_that_makes_any_signature_right_is_no_key() {
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(
            VerifierKey::new("a", KeyKind::Log, &one),
            Err(KeyError::Point)
        );
        assert_eq!(
            VerifierKey::new("a", KeyKind::Log, &[0; 32]),
            Err(KeyError::Point)
        );
    }

    #[test]
    fn a_mistyped_key_is_refused_with_both_ids() {
        let wrong = KNOWN.replace("c74f20a3", "c74f20a4");
        let error = wrong.parse::<VerifierKey>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "expected the key id c74f20a3, which follows from name and key, found c74f20a4"
        );
        for (from, to) in [
            ("c74f20a3", "C74F20A3"),
            ("+ARpc", "+BRpc"),
            ("Neu", "N u"),
            ("10TW", "10T"),
        ] {
            assert!(KNOWN.replace(from, to).parse::<VerifierKey>().is_err());
        }
        assert!(matches!(
            format!("{}{KNOWN}", "a".repeat(600)).parse::<VerifierKey>(),
            Err(KeyError::TooLong { .. })
        ));
    }

    proptest! {
        // S22. A key is written and read; any other text is a refusal, never a panic.
        #[test]
        fn keys_are_read_as_written(seed in any::<[u8; 32]>(), name in "[a-z/.]{1,40}") {
            for key in [SigningKey::log(&name, &seed).unwrap(), SigningKey::witness(&name, &seed).unwrap()] {
                let text = key.verifier().to_string();
                prop_assert_eq!(text.parse::<VerifierKey>().unwrap(), key.verifier());
            }
        }

        #[test]
        fn any_text_is_a_key_in_its_one_spelling_or_refused(text in "\\PC{0,120}") {
            if let Ok(key) = text.parse::<VerifierKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }

        #[test]
        fn every_changed_letter_of_a_key_is_refused(at in 0..KNOWN.len(), bit in 0..7_u8) {
            let mut bytes = KNOWN.as_bytes().to_vec();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
            let text = String::from_utf8(bytes).unwrap();
            prop_assert!(text.parse::<VerifierKey>().is_err(), "{}", text);
        }
    }
}
