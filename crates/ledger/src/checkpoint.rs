//! Checkpoints: how large a log is and what its root is, signed
//! ([C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint)).

use thiserror::Error;

use crate::hash::Hash;
use crate::key::{KeyKind, SigningKey, VerifierKey};
use crate::note::{Note, NoteError, SignatureLine, Verified};
use crate::text;
use crate::tree::MAX_SIZE;

/// The longest origin that is read, in bytes.
pub const MAX_ORIGIN_BYTES: usize = 255;

/// Why a checkpoint is none, or not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The note around it, or its signatures.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The signed text is no checkpoint.
    #[error("expected a checkpoint: origin, size and root hash, one a line")]
    Malformed,
    /// Larger than any log.
    #[error("expected a log of at most {MAX_SIZE} leaves, found {found}")]
    TooLarge {
        /// The size it states.
        found: u64,
    },
    /// A checkpoint of another log.
    #[error("expected a checkpoint of the log {expected}, found one of {found}")]
    Origin {
        /// The log it should be of.
        expected: String,
        /// The log it is of.
        found: String,
    },
}

/// How large a log is, and its root: everything before it follows from these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extension: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of the log `origin` with `size` leaves.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Malformed`] for an origin that is none (empty, very long, with control
    /// characters), [`CheckpointError::TooLarge`].
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        Self::with_extension(origin, size, root, Vec::new())
    }

    fn with_extension(
        origin: &str,
        size: u64,
        root: Hash,
        extension: Vec<String>,
    ) -> Result<Self, CheckpointError> {
        if origin.is_empty() || origin.len() > MAX_ORIGIN_BYTES || origin.contains(char::is_control)
        {
            return Err(CheckpointError::Malformed);
        }
        if size > MAX_SIZE {
            return Err(CheckpointError::TooLarge { found: size });
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            extension,
        })
    }

    /// The log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves it has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree over all of them.
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Further lines, which mean nothing to us and are kept because they are signed too.
    pub fn extension(&self) -> &[String] {
        &self.extension
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            text::base64(&self.root)
        );
        for line in &self.extension {
            out.push_str(line);
            out.push('\n');
        }
        out
    }

    /// Signs it, with each of the log's keys in order: the current one first.
    ///
    /// # Errors
    ///
    /// When there is no key, or one of a witness.
    pub fn sign(self, keys: &[&SigningKey]) -> Result<SignedCheckpoint, CheckpointError> {
        let note = Note::sign(&self.text(), keys)?;
        Ok(SignedCheckpoint {
            checkpoint: self,
            note,
        })
    }

    fn parse(signed: &str) -> Result<Self, CheckpointError> {
        let body = signed
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Malformed);
        };
        let extension: Vec<String> = lines.map(str::to_owned).collect();
        if extension.iter().any(String::is_empty) {
            return Err(CheckpointError::Malformed);
        }
        let size = text::decimal(size).ok_or(CheckpointError::Malformed)?;
        let root = text::hash_from_base64(root).ok_or(CheckpointError::Malformed)?;
        Self::with_extension(origin, size, root, extension)
    }
}

/// A checkpoint with the signatures under it.
///
/// ```
/// use pengayom_ledger::{Checkpoint, EMPTY_ROOT, SignedCheckpoint, SigningKey};
///
/// let key = SigningKey::log("example.com/log", &[7; 32])?;
/// let text = Checkpoint::new("example.com/log", 0, EMPTY_ROOT)?.sign(&[&key])?.to_string();
/// let read = SignedCheckpoint::parse(&text)?;
/// read.verify("example.com/log", &[key.verifier()])?;
/// assert_eq!(read.checkpoint().size(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint. Nothing in it is to be believed before [`SignedCheckpoint::verify`].
    ///
    /// # Errors
    ///
    /// When it is cut off, too long or no checkpoint.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let note = Note::parse(text)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { checkpoint, note })
    }

    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note it is in.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a signature line: a witness's cosignature. Not checked.
    pub fn add(&mut self, line: SignatureLine) {
        self.note.add(line);
    }

    /// The same without signatures.
    pub(crate) fn bare(&self) -> Self {
        self.only(&[])
    }

    /// The same with the signature lines of these keys only.
    pub(crate) fn only(&self, keys: &[Verified]) -> Self {
        Self {
            checkpoint: self.checkpoint.clone(),
            note: self.note.only(keys),
        }
    }

    /// Checks that it is of the log `origin` and that a key of that log signed it, and returns
    /// whose signatures of the given keys are right: the log's, and of those witnesses that are
    /// among the keys. A log's key bears its origin as its name; keys of other logs count for
    /// nothing here.
    ///
    /// # Errors
    ///
    /// [`CheckpointError::Origin`] for another log's; [`NoteError`] when no key of the log among
    /// the given signed it, or a signature of a given key is wrong.
    pub fn verify(
        &self,
        origin: &str,
        keys: &[VerifierKey],
    ) -> Result<Vec<Verified>, CheckpointError> {
        if self.checkpoint.origin != origin {
            return Err(CheckpointError::Origin {
                expected: origin.to_owned(),
                found: self.checkpoint.origin.clone(),
            });
        }
        let (logs, witnesses): (Vec<VerifierKey>, Vec<VerifierKey>) = keys
            .iter()
            .filter(|key| key.kind() == KeyKind::Witness || key.name() == origin)
            .cloned()
            .partition(|key| key.kind() == KeyKind::Log);
        let mut verified = self.note.verify(&logs)?;
        match self.note.verify(&witnesses) {
            Ok(by_witnesses) => verified.extend(by_witnesses),
            Err(NoteError::NoKnownKey { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(verified)
    }
}

impl std::fmt::Display for SignedCheckpoint {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.note.fmt(to)
    }
}
