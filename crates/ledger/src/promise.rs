//! The promise: what a unit signs the moment a report is recorded, before the log shows it.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::hash::Hash;
use crate::key::{KeyError, KeyId, KeyKind, SigningKey, VerifierKey};
use crate::note::{Note, NoteError, SignatureLine, Verified};
use crate::text;
use crate::tree::MAX_SIZE;

/// The first line of a promise; it keeps a promise apart from a checkpoint by the same key.
pub const PROMISE_HEADER: &str = "pengayom-receipt/v1";

/// The longest number of a report, in bytes.
pub const MAX_NUMBER_BYTES: usize = 64;

/// The latest moment that is written with a year of four digits, in microseconds since 1970.
const MAX_MICROS: i64 = 253_402_300_799_999_999;

/// Why a promise is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PromiseError {
    /// The note around it, or its signature.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A key that is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No promise: cut off, too long, or something else.
    #[error("expected a promise: {PROMISE_HEADER}, log, number, index, commitment and time")]
    Malformed,
}

/// What is promised: this report, under this number, will be leaf `index` of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The log's origin.
    pub origin: String,
    /// The number people use, such as `PTI-2611-0482`.
    pub number: String,
    /// The leaf, from 0.
    pub index: u64,
    /// The leaf's data: see [`crate::commitment`].
    pub commitment: Hash,
    /// When it was recorded, in microseconds since 1970.
    pub recorded: i64,
}

/// A moment as a promise spells it: UTC with microseconds. `None` before 1970 and after 9999.
pub(crate) fn spell(micros: i64) -> Option<String> {
    if !(0..=MAX_MICROS).contains(&micros) {
        return None;
    }
    let at = Timestamp::from_microsecond(micros).ok()?;
    Some(at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string())
}

/// The moment that [`spell`] wrote; `None` for any other spelling.
pub(crate) fn unspell(text: &str) -> Option<i64> {
    if text.len() != 27 {
        return None;
    }
    let micros = text.parse::<Timestamp>().ok()?.as_microsecond();
    (spell(micros)? == text).then_some(micros)
}

/// Whether a number can stand on a line of its own: no spaces, no control characters.
fn is_number(number: &str) -> bool {
    let wrong = |c: char| c.is_whitespace() || c.is_control();
    !number.is_empty() && number.len() <= MAX_NUMBER_BYTES && !number.contains(wrong)
}

impl Promise {
    /// The text that is signed. `None` when a part cannot be written: an empty or very long
    /// number, a moment before 1970, a log larger than any.
    fn text(&self) -> Option<String> {
        let plain = is_number(&self.number)
            && self.index < MAX_SIZE
            && !self.origin.is_empty()
            && !self.origin.contains(char::is_control);
        if !plain {
            return None;
        }
        Some(format!(
            "{PROMISE_HEADER}\n{}\n{}\n{}\n{}\n{}\n",
            self.origin,
            self.number,
            self.index,
            text::base64(&self.commitment),
            spell(self.recorded)?,
        ))
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next()? != PROMISE_HEADER {
            return None;
        }
        let promise = Self {
            origin: lines.next()?.to_owned(),
            number: lines.next()?.to_owned(),
            index: text::decimal(lines.next()?)?,
            commitment: text::hash_from_base64(lines.next()?)?,
            recorded: unspell(lines.next()?)?,
        };
        (lines.next().is_none() && promise.text()? == text).then_some(promise)
    }

    /// Signs it with the log's current key.
    ///
    /// ```
    /// use pengayom_ledger::{Promise, SignedPromise, SigningKey};
    ///
    /// let key = SigningKey::log("pengayom/polres-pati/0a1b2c3d", &[7; 32])?;
    /// let promise = Promise {
    ///     origin: key.name().to_owned(),
    ///     number: "PTI-2611-0482".to_owned(),
    ///     index: 481,
    ///     commitment: [9; 32],
    ///     recorded: 1_795_508_130_000_000,
    /// };
    /// let text = promise.sign(&key)?.to_string();
    /// assert!(text.contains("\n2026-11-24T08:15:30.000000Z\n"));
    /// assert_eq!(SignedPromise::parse(&text)?.verify(&[key.verifier()])?.index, 481);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PromiseError::Malformed`] when a part cannot be written: an empty or very long number, a
    /// moment before 1970, or a key of another log than `origin`.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedPromise, PromiseError> {
        let text = self.text().ok_or(PromiseError::Malformed)?;
        if key.name() != self.origin {
            return Err(PromiseError::Malformed);
        }
        Ok(SignedPromise {
            promise: self.clone(),
            note: Note::sign(&text, &[key])?,
        })
    }
}

/// A promise with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPromise {
    promise: Promise,
    note: Note,
}

impl SignedPromise {
    /// Reads a promise. Nothing in it is to be believed before [`SignedPromise::verify`].
    ///
    /// # Errors
    ///
    /// When it is cut off, too long or no promise.
    pub fn parse(text: &str) -> Result<Self, PromiseError> {
        let note = Note::parse(text)?;
        let promise = Promise::from_text(note.text()).ok_or(PromiseError::Malformed)?;
        Ok(Self { promise, note })
    }

    /// What it says, checked or not.
    pub const fn promise(&self) -> &Promise {
        &self.promise
    }

    /// What it promises, if one of the keys signed it that bear the name of the log it speaks of.
    ///
    /// # Errors
    ///
    /// [`NoteError`] when none did, or a signature of one of them is wrong.
    pub fn verify(&self, keys: &[VerifierKey]) -> Result<&Promise, PromiseError> {
        self.verified(keys).map(|_| &self.promise)
    }

    pub(crate) fn verified(&self, keys: &[VerifierKey]) -> Result<Vec<Verified>, PromiseError> {
        let of_log: Vec<VerifierKey> = keys
            .iter()
            .filter(|key| key.kind() == KeyKind::Log && key.name() == self.promise.origin)
            .cloned()
            .collect();
        Ok(self.note.verify(&of_log)?)
    }

    /// The same in the few bytes that a QR code holds. `None` for a promise whose first signature
    /// is not of Ed25519: ours all are.
    pub fn compact(&self) -> Option<CompactPromise> {
        let line = self.note.signatures().first()?;
        Some(CompactPromise {
            number: self.promise.number.clone(),
            index: self.promise.index,
            commitment: self.promise.commitment,
            recorded: self.promise.recorded,
            key: line.id(),
            signature: line.bytes().try_into().ok()?,
        })
    }
}

/// The note as it is kept in a receipt.
impl fmt::Display for SignedPromise {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(to)
    }
}

/// A promise as a QR code holds it: everything but the log's origin, which the page knows that the
/// code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactPromise {
    /// The number people use.
    pub number: String,
    /// The leaf, from 0.
    pub index: u64,
    /// The leaf's data.
    pub commitment: Hash,
    /// When it was recorded, in microseconds since 1970.
    pub recorded: i64,
    /// The key that signed.
    pub key: KeyId,
    /// The Ed25519 signature of the promise's text.
    pub signature: [u8; 64],
}

/// The first byte of a compact promise.
const COMPACT_VERSION: u8 = 1;

impl CompactPromise {
    /// Version, length of the number and number, index, commitment, time, key id, signature; whole
    /// numbers with the high byte first. 118 bytes and the number. `None` for a number too long.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let length = u8::try_from(self.number.len()).ok()?;
        let mut out = vec![COMPACT_VERSION, length];
        out.extend_from_slice(self.number.as_bytes());
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.commitment);
        out.extend_from_slice(&self.recorded.to_be_bytes());
        out.extend_from_slice(&self.key.0);
        out.extend_from_slice(&self.signature);
        Some(out)
    }

    /// What [`CompactPromise::to_bytes`] wrote; `None` for anything else, cut off or too long.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([version, length], rest) = bytes.split_first_chunk::<2>()?;
        if *version != COMPACT_VERSION {
            return None;
        }
        let (number, rest) = rest.split_at_checked(usize::from(*length))?;
        let number = std::str::from_utf8(number).ok()?;
        let (index, rest) = rest.split_first_chunk::<8>()?;
        let (commitment, rest) = rest.split_first_chunk::<32>()?;
        let (recorded, rest) = rest.split_first_chunk::<8>()?;
        let (key, signature) = rest.split_first_chunk::<4>()?;
        let recorded = i64::from_be_bytes(*recorded);
        if !is_number(number) || spell(recorded).is_none() {
            return None;
        }
        Some(Self {
            number: number.to_owned(),
            index: u64::from_be_bytes(*index),
            commitment: *commitment,
            recorded,
            key: KeyId(*key),
            signature: signature.try_into().ok()?,
        })
    }

    /// The bytes as they stand after the `#` of a web address, which browsers keep to themselves.
    pub fn to_fragment(&self) -> Option<String> {
        self.to_bytes().map(|bytes| text::base64_url(&bytes))
    }

    /// What [`CompactPromise::to_fragment`] wrote; `None` for anything else.
    pub fn from_fragment(fragment: &str) -> Option<Self> {
        if fragment.len() > 512 {
            return None;
        }
        Self::from_bytes(&text::from_base64_url(fragment)?)
    }

    /// The whole promise, when one of the keys of the log `origin` signed it.
    ///
    /// # Errors
    ///
    /// [`NoteError`] when none did, or the signature is wrong; [`PromiseError::Malformed`] when
    /// its parts make no promise.
    pub fn verify(
        &self,
        origin: &str,
        keys: &[VerifierKey],
    ) -> Result<SignedPromise, PromiseError> {
        let promise = Promise {
            origin: origin.to_owned(),
            number: self.number.clone(),
            index: self.index,
            commitment: self.commitment,
            recorded: self.recorded,
        };
        let text = promise.text().ok_or(PromiseError::Malformed)?;
        let line = SignatureLine::from_parts(origin, self.key, self.signature.to_vec());
        let signed = SignedPromise {
            promise,
            note: Note::from_parts(text, line),
        };
        signed.verify(keys)?;
        Ok(signed)
    }
}
