//! Proofs: that a leaf is in a tree, that a tree only grew; and the text form in which a proof is
//! carried away ([C2SP tlog-proof](https://c2sp.org/tlog-proof)).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use tlog_tiles::tlog;

use crate::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::hash::{EMPTY_ROOT, Hash};
use crate::text;
use crate::tree::{MAX_SIZE, TreeHead};

/// The most hashes a proof may have: a tree of 2^60 leaves has ways of 60 steps, and a proof of
/// growth one hash more.
pub const MAX_PROOF_HASHES: usize = 63;

/// The longest proof text that is read, in bytes.
pub const MAX_PROOF_BYTES: usize = 128 * 1024;

/// The longest extra data in a proof text, in bytes of base64.
const MAX_EXTRA_BYTES: usize = 4 * 1024;

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The tree has no such leaf.
    #[error("expected a leaf before {size}, found {index}")]
    NoSuchLeaf {
        /// The leaf, from 0.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// The newer tree is smaller than the older one.
    #[error("expected a tree of at least {old} leaves, found {new}")]
    Shrunk {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// The hashes do not lead to the root: another leaf, another tree, or an altered proof.
    #[error("expected a proof that leads to the root, found one that does not")]
    Wrong,
    /// More hashes than any proof has, or a tree larger than any.
    #[error("expected a proof of at most {MAX_PROOF_HASHES} hashes")]
    TooLong,
    /// No proof text: cut off, too long, or something else.
    #[error("expected a {TLOG_PROOF_HEADER} text, found something else")]
    Malformed,
    /// The checkpoint inside it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

fn library(proof: &[Hash]) -> Vec<tlog::Hash> {
    proof.iter().map(|hash| tlog::Hash(*hash)).collect()
}

/// Checks that `leaf` is leaf `index` of the tree (RFC 6962, section 2.1.1).
///
/// # Errors
///
/// [`ProofError`] when it does not follow.
pub fn verify_inclusion(
    proof: &[Hash],
    index: u64,
    leaf: &Hash,
    tree: &TreeHead,
) -> Result<(), ProofError> {
    if proof.len() > MAX_PROOF_HASHES || tree.size > MAX_SIZE {
        return Err(ProofError::TooLong);
    }
    if index >= tree.size {
        return Err(ProofError::NoSuchLeaf {
            index,
            size: tree.size,
        });
    }
    tlog::check_record(
        &library(proof),
        tree.size,
        tlog::Hash(tree.root),
        index,
        tlog::Hash(*leaf),
    )
    .map_err(|_| ProofError::Wrong)
}

/// Checks that the tree `new` begins with all of the tree `old` (RFC 6962, section 2.1.2). From the
/// empty tree and for the same tree the proof is empty.
///
/// # Errors
///
/// [`ProofError::Shrunk`] when it became smaller; [`ProofError::Wrong`] when it does not follow.
pub fn verify_consistency(
    proof: &[Hash],
    old: &TreeHead,
    new: &TreeHead,
) -> Result<(), ProofError> {
    if proof.len() > MAX_PROOF_HASHES || new.size > MAX_SIZE {
        return Err(ProofError::TooLong);
    }
    if old.size > new.size {
        return Err(ProofError::Shrunk {
            old: old.size,
            new: new.size,
        });
    }
    let empty_is_empty = |tree: &TreeHead| tree.size > 0 || tree.root == EMPTY_ROOT;
    if !empty_is_empty(old) || !empty_is_empty(new) {
        return Err(ProofError::Wrong);
    }
    if old.size == 0 {
        return if proof.is_empty() {
            Ok(())
        } else {
            Err(ProofError::Wrong)
        };
    }
    tlog::check_tree(
        &library(proof),
        new.size,
        tlog::Hash(new.root),
        old.size,
        tlog::Hash(old.root),
    )
    .map_err(|_| ProofError::Wrong)
}

/// The first line of a proof text.
pub const TLOG_PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that can be carried away and checked without the log: index, hashes and a checkpoint
/// with its signatures and cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Data of the application's own, signed by nobody. Ours have none.
    pub extra: Option<Vec<u8>>,
    /// The leaf, from 0.
    pub index: u64,
    /// The hashes beside the way from the leaf to the root.
    pub hashes: Vec<Hash>,
    /// The tree it leads to.
    pub checkpoint: SignedCheckpoint,
}

impl TlogProof {
    /// The tree that the checkpoint speaks of.
    pub fn tree(&self) -> TreeHead {
        TreeHead {
            size: self.checkpoint.checkpoint().size(),
            root: *self.checkpoint.checkpoint().root(),
        }
    }

    /// Checks that the leaf is in the checkpoint's tree. Whether the checkpoint is the log's is
    /// another question: [`SignedCheckpoint::verify`].
    ///
    /// # Errors
    ///
    /// As [`verify_inclusion`].
    pub fn verify_inclusion(&self, leaf: &Hash) -> Result<(), ProofError> {
        verify_inclusion(&self.hashes, self.index, leaf, &self.tree())
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "{TLOG_PROOF_HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(to, "extra {}", text::base64(extra))?;
        }
        writeln!(to, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(to, "{}", text::base64(hash))?;
        }
        write!(to, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = ProofError;

    fn from_str(all: &str) -> Result<Self, ProofError> {
        if all.len() > MAX_PROOF_BYTES {
            return Err(ProofError::Malformed);
        }
        let (head, checkpoint) = all.split_once("\n\n").ok_or(ProofError::Malformed)?;
        let mut lines = head.split('\n');
        if lines.next() != Some(TLOG_PROOF_HEADER) {
            return Err(ProofError::Malformed);
        }
        let mut line = lines.next().ok_or(ProofError::Malformed)?;
        let mut extra = None;
        if let Some(data) = line.strip_prefix("extra ") {
            if data.len() > MAX_EXTRA_BYTES {
                return Err(ProofError::Malformed);
            }
            extra = Some(text::from_base64(data).ok_or(ProofError::Malformed)?);
            line = lines.next().ok_or(ProofError::Malformed)?;
        }
        let index = line
            .strip_prefix("index ")
            .and_then(text::decimal)
            .ok_or(ProofError::Malformed)?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == MAX_PROOF_HASHES {
                return Err(ProofError::TooLong);
            }
            hashes.push(text::hash_from_base64(line).ok_or(ProofError::Malformed)?);
        }
        Ok(Self {
            extra,
            index,
            hashes,
            checkpoint: SignedCheckpoint::parse(checkpoint)?,
        })
    }
}
