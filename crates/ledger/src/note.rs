//! Signed notes: a text and signatures of named keys ([C2SP signed-note](https://c2sp.org/signed-note)).

use std::fmt;

use thiserror::Error;

use crate::cosign;
use crate::key::{KeyId, KeyKind, SigningKey, VerifierKey};
use crate::text;

/// The longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 64 * 1024;

/// The most signatures a note may bear. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// The longest signature that is kept, in bytes: those of other kinds than ours may be long.
const MAX_SIGNATURE_BYTES: usize = 8 * 1024;

/// Why a note is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than any note we read.
    #[error("expected a note of at most {limit} bytes, found {found}")]
    TooLong {
        /// The most that is read.
        limit: usize,
        /// Its length in bytes.
        found: usize,
    },
    /// No signed note: cut off, altered, or something else.
    #[error("expected a text, an empty line and signature lines, found something else")]
    Malformed,
    /// Nobody whose key is known signed it.
    #[error("expected a signature by {}, found {}", list(expected), list(found))]
    NoKnownKey {
        /// The keys that were to be accepted, as `name+id`.
        expected: Vec<String>,
        /// The keys that the note names, as `name+id`.
        found: Vec<String>,
    },
    /// A known key's signature is wrong: the text was altered, or the signature is forged.
    #[error("expected a right signature by {key}, found a wrong one")]
    BadSignature {
        /// The key, as `name+id`.
        key: String,
    },
    /// Two known keys bear the same name and id, so it cannot be said which one signed.
    #[error("expected one key of the name and id {key}, found several")]
    AmbiguousKey {
        /// The keys' common `name+id`.
        key: String,
    },
}

fn list(keys: &[String]) -> String {
    if keys.is_empty() {
        "nobody".to_owned()
    } else {
        keys.join(", ")
    }
}

/// A signature whose key is known and which is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub id: KeyId,
    /// What kind of key it is.
    pub kind: KeyKind,
    /// For a witness: when it signed, in seconds since 1970 (C2SP tlog-cosignature).
    pub time: Option<u64>,
}

/// One signature line under a note: em dash, key name, base64 of key id and signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

impl SignatureLine {
    pub(crate) fn new(key: &SigningKey, bytes: Vec<u8>) -> Self {
        Self {
            name: key.name().to_owned(),
            id: key.id(),
            bytes,
        }
    }

    pub(crate) fn from_parts(name: &str, id: KeyId, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            id,
            bytes,
        }
    }

    /// Reads one line, without its newline.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] when it is none.
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix("— ").ok_or(NoteError::Malformed)?;
        let (name, base64) = rest.split_once(' ').ok_or(NoteError::Malformed)?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return Err(NoteError::Malformed);
        }
        if base64.len() > MAX_SIGNATURE_BYTES * 2 {
            return Err(NoteError::Malformed);
        }
        let all = text::from_base64(base64).ok_or(NoteError::Malformed)?;
        let Some((id, bytes)) = all.split_first_chunk::<4>() else {
            return Err(NoteError::Malformed);
        };
        if bytes.is_empty() {
            return Err(NoteError::Malformed);
        }
        Ok(Self {
            name: name.to_owned(),
            id: KeyId(*id),
            bytes: bytes.to_vec(),
        })
    }

    /// The name of the key it says it is by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key it says it is by.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The signature as the key's kind defines it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn key(&self) -> String {
        format!("{}+{}", self.name, self.id)
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }

    /// Whether the key really signed the text, and when, if it is a witness's.
    fn verify(&self, text: &str, key: &VerifierKey) -> Result<Verified, NoteError> {
        let time = match key.kind() {
            KeyKind::Log => <&[u8; 64]>::try_from(self.bytes.as_slice())
                .is_ok_and(|bytes| key.is_signed(text.as_bytes(), bytes))
                .then_some(None),
            KeyKind::Witness => cosign::time_of(text, &self.bytes, key).map(Some),
        };
        match time {
            Some(time) => Ok(Verified {
                name: self.name.clone(),
                id: self.id,
                kind: key.kind(),
                time,
            }),
            None => Err(NoteError::BadSignature { key: self.key() }),
        }
    }
}

/// The line with its newline.
impl fmt::Display for SignatureLine {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [&self.id.0, self.bytes.as_slice()].concat();
        writeln!(to, "— {} {}", self.name, text::base64(&all))
    }
}

/// A text with the signatures under it. That it could be read says nothing yet: see [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Signs a text with each of the log keys in order.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] when the text does not end with a newline or has other control
    /// characters, when there is no key, or one that is a witness's: it signs only checkpoints,
    /// with the time ([`crate::cosign::cosign`]).
    pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<Self, NoteError> {
        check_text(text)?;
        if keys.is_empty() || keys.iter().any(|key| key.kind() != KeyKind::Log) {
            return Err(NoteError::Malformed);
        }
        let signatures = keys
            .iter()
            .map(|key| SignatureLine::new(key, key.sign_bytes(text.as_bytes()).to_vec()))
            .collect();
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    pub(crate) fn from_parts(text: String, line: SignatureLine) -> Self {
        Self {
            text,
            signatures: vec![line],
        }
    }

    /// Reads a note of at most [`MAX_NOTE_BYTES`].
    ///
    /// # Errors
    ///
    /// [`NoteError::TooLong`], or [`NoteError::Malformed`] when it is cut off or is no note.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong {
                limit: MAX_NOTE_BYTES,
                found: note.len(),
            });
        }
        // The last empty line ends the text; it may have others.
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, rest) = note.split_at(at + 1);
        let lines = rest
            .strip_prefix('\n')
            .and_then(|rest| rest.strip_suffix('\n'))
            .ok_or(NoteError::Malformed)?;
        check_text(text)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::Malformed);
            }
            signatures.push(SignatureLine::parse(line)?);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The text that is signed, with its last newline. Not to be believed before [`Note::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, right or wrong.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The same with the first signature line of each of these keys only.
    pub(crate) fn only(&self, keys: &[Verified]) -> Self {
        let mut signatures: Vec<SignatureLine> = Vec::new();
        for line in &self.signatures {
            let is_by = |key: &Verified| (&key.name, key.id) == (&line.name, line.id);
            let again = |seen: &SignatureLine| (&seen.name, seen.id) == (&line.name, line.id);
            if keys.iter().any(is_by) && !signatures.iter().any(again) {
                signatures.push(line.clone());
            }
        }
        Self {
            text: self.text.clone(),
            signatures,
        }
    }

    /// Adds a signature line, in place of an older one by the same key.
    pub fn add(&mut self, line: SignatureLine) {
        self.signatures
            .retain(|known| (&known.name, known.id) != (&line.name, line.id));
        self.signatures.push(line);
    }

    /// The known keys that signed. Signatures by other keys are passed over.
    ///
    /// # Errors
    ///
    /// [`NoteError::BadSignature`] when one of a known key is wrong, even if others are right;
    /// [`NoteError::NoKnownKey`] when no known key signed.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<Vec<Verified>, NoteError> {
        let mut verified: Vec<Verified> = Vec::new();
        for line in &self.signatures {
            let mut known = keys.iter().filter(|key| line.is_by(key));
            let Some(key) = known.next() else { continue };
            if known.any(|other| other != key) {
                return Err(NoteError::AmbiguousKey { key: line.key() });
            }
            let one = line.verify(&self.text, key)?;
            if !verified
                .iter()
                .any(|seen| seen.id == one.id && seen.name == one.name)
            {
                verified.push(one);
            }
        }
        if verified.is_empty() {
            return Err(NoteError::NoKnownKey {
                expected: keys
                    .iter()
                    .map(|key| format!("{}+{}", key.name(), key.id()))
                    .collect(),
                found: self.signatures.iter().map(SignatureLine::key).collect(),
            });
        }
        Ok(verified)
    }
}

/// The note as it is sent and kept: text, empty line, signature lines.
impl fmt::Display for Note {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|line| write!(to, "{line}"))
    }
}

/// A note's text ends with a newline and has no other control characters of ASCII.
fn check_text(text: &str) -> Result<(), NoteError> {
    let control = |byte: u8| byte < 0x20 && byte != b'\n';
    if !text.ends_with('\n') || text.bytes().any(control) {
        return Err(NoteError::Malformed);
    }
    Ok(())
}
