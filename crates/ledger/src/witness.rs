//! Witnesses: who checks that a log only grows, and puts their name to it
//! ([C2SP tlog-witness](https://c2sp.org/tlog-witness)).
//!
//! Both sides are here: what a log sends and how it takes the answer, and how a witness judges. A
//! witness knows one tree of each log, the largest it cosigned, and must keep it before it answers.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::cosign::cosign;
use crate::hash::Hash;
use crate::key::{KeyKind, SigningKey, VerifierKey};
use crate::note::{MAX_NOTE_BYTES, NoteError, SignatureLine, Verified};
use crate::proof::{MAX_PROOF_HASHES, verify_consistency};
use crate::text;
use crate::tree::TreeHead;

/// The longest request body that is read, in bytes: a checkpoint and 63 hashes.
pub const MAX_REQUEST_BYTES: usize = MAX_NOTE_BYTES + 4 * 1024;

/// The longest answer of a witness that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The content type of a 409: the size that the witness knows.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Why a body is no `add-checkpoint` request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Longer than any request.
    #[error("expected a request of at most {MAX_REQUEST_BYTES} bytes, found {found}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// More hashes than any proof has.
    #[error("expected a proof of at most {MAX_PROOF_HASHES} hashes")]
    TooManyHashes,
    /// Something else, or cut off.
    #[error("expected a line `old SIZE`, hashes, an empty line and a checkpoint")]
    Malformed,
    /// The checkpoint in it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// The body of `POST …/add-checkpoint`: a new checkpoint, and the proof that it grew from an older
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the log believes the witness knows; 0 for none.
    pub old: u64,
    /// The proof of growth from there ([`crate::prove_consistency`]); empty from 0 and for the same
    /// size.
    pub proof: Vec<Hash>,
    /// The checkpoint to cosign.
    pub checkpoint: SignedCheckpoint,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(to, "{}", text::base64(hash))?;
        }
        write!(to, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = RequestError;

    fn from_str(body: &str) -> Result<Self, RequestError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::TooLong { found: body.len() });
        }
        let (head, checkpoint) = body.split_once("\n\n").ok_or(RequestError::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(text::decimal)
            .ok_or(RequestError::Malformed)?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PROOF_HASHES {
                return Err(RequestError::TooManyHashes);
            }
            proof.push(text::hash_from_base64(line).ok_or(RequestError::Malformed)?);
        }
        Ok(Self {
            old,
            proof,
            checkpoint: SignedCheckpoint::parse(checkpoint)?,
        })
    }
}

/// What a witness says to a request. Each has its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It grew: cosigned. The witness has to keep `checkpoint` before it answers (200).
    Cosigned {
        /// The checkpoint with the log's signatures that were checked, and the witness's.
        checkpoint: SignedCheckpoint,
        /// The witness's line: the answer.
        line: SignatureLine,
    },
    /// The witness knows another size than the log believes; the answer says which (409).
    Conflict {
        /// The size it knows.
        size: u64,
    },
    /// A log it does not watch (404).
    NotFound,
    /// No right signature by a key of the log (403).
    Forbidden,
    /// The tree did not grow from the one it knows: a log that was set back or forked, or a wrong
    /// proof (422).
    Unprocessable,
    /// No request, or an older size above the newer one (400).
    BadRequest,
}

impl Outcome {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Cosigned { .. } => 200,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict { .. } => 409,
            Self::Unprocessable => 422,
        }
    }

    /// The content type of the body.
    pub const fn content_type(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => SIZE_CONTENT_TYPE,
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body.
    pub fn body(&self) -> String {
        match self {
            Self::Cosigned { line, .. } => line.to_string(),
            Self::Conflict { size } => format!("{size}\n"),
            Self::NotFound => "this witness does not watch the log\n".to_owned(),
            Self::Forbidden => "no right signature by a key of the log\n".to_owned(),
            Self::Unprocessable => {
                "the checkpoint does not follow from the one this witness knows\n".to_owned()
            }
            Self::BadRequest => {
                "expected `old SIZE`, a proof, an empty line and a checkpoint\n".to_owned()
            }
        }
    }
}

/// What a witness says to a request, given the tree of that log that it last cosigned
/// ([`TreeHead::EMPTY`] for none), the keys of the logs it watches, its own key, and the time in
/// seconds since 1970.
///
/// Between reading `known` and keeping the new checkpoint nobody else may do so for the same log:
/// the caller holds a lock, or compares when it writes.
pub fn judge(
    request: &AddCheckpoint,
    known: &TreeHead,
    logs: &[VerifierKey],
    witness: &SigningKey,
    time: u64,
) -> Outcome {
    let asked = request.checkpoint.checkpoint();
    let origin = asked.origin();
    let logs: Vec<VerifierKey> = logs
        .iter()
        .filter(|key| key.kind() == KeyKind::Log && key.name() == origin)
        .cloned()
        .collect();
    if logs.is_empty() {
        return Outcome::NotFound;
    }
    let Ok(verified) = request.checkpoint.verify(origin, &logs) else {
        return Outcome::Forbidden;
    };
    let new = TreeHead {
        size: asked.size(),
        root: *asked.root(),
    };
    if request.old > new.size {
        return Outcome::BadRequest;
    }
    if request.old != known.size {
        return Outcome::Conflict { size: known.size };
    }
    if verify_consistency(&request.proof, known, &new).is_err() {
        return Outcome::Unprocessable;
    }
    let Some(line) = cosign(&request.checkpoint, witness, time) else {
        return Outcome::Unprocessable;
    };
    let mut checkpoint = request.checkpoint.only(&verified);
    checkpoint.add(line.clone());
    Outcome::Cosigned { checkpoint, line }
}

/// Takes a witness's answer: the right cosignatures by known witnesses come under the checkpoint.
/// Returns whose they were. Lines by unknown keys are passed over.
///
/// # Errors
///
/// [`NoteError`] when the answer is no signature lines, a known witness's is wrong, or none is by
/// a known witness; the checkpoint is then as it was.
pub fn take_answer(
    checkpoint: &mut SignedCheckpoint,
    answer: &str,
    witnesses: &[VerifierKey],
) -> Result<Vec<Verified>, NoteError> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Err(NoteError::TooLong {
            limit: MAX_ANSWER_BYTES,
            found: answer.len(),
        });
    }
    let witnesses: Vec<VerifierKey> = witnesses
        .iter()
        .filter(|key| key.kind() == KeyKind::Witness)
        .cloned()
        .collect();
    let lines = answer.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    let mut answered = checkpoint.bare();
    for line in lines.split('\n') {
        answered.add(SignatureLine::parse(line)?);
    }
    let verified = answered.note().verify(&witnesses)?;
    for line in answered.only(&verified).note().signatures() {
        checkpoint.add(line.clone());
    }
    Ok(verified)
}

/// The size in the body of a 409. `None` when it is none.
pub fn size_in_conflict(body: &str) -> Option<u64> {
    text::decimal(body.strip_suffix('\n')?)
}

/// The name under which a witness serves the checkpoint of a log: the hash of its origin in
/// hexadecimal digits.
pub fn origin_hash(origin: &str) -> String {
    let hash: Hash = Sha256::digest(origin.as_bytes()).into();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
