//! Whether a published checkpoint is of the record it is kept with.

use pengayom_ledger::{CheckpointError, SignedCheckpoint, VerifierKey};
use pengayom_store::audit::Audit;

/// Why a published checkpoint is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum PublishedFault {
    /// It does not read, or nobody known signed it.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is of another size than the record says.
    #[error("expected a checkpoint of {expected} acts, found one of {found}")]
    Size {
        /// What the record says was published.
        expected: u64,
        /// What the checkpoint says.
        found: u64,
    },
    /// Its root does not follow from the acts.
    #[error("its root does not follow from the acts: they are others than were published")]
    Root,
}

/// What is wrong with the checkpoint that a unit published, given an audit of its record. Without
/// keys its signature is not looked at.
pub fn published_fault(audit: &Audit, keys: Option<&[VerifierKey]>) -> Option<PublishedFault> {
    let text = audit.checkpoint.as_deref()?;
    let signed = match SignedCheckpoint::parse(text) {
        Ok(signed) => signed,
        Err(error) => return Some(error.into()),
    };
    if let Some(keys) = keys
        && let Err(error) = signed.verify(audit.origin.as_deref().unwrap_or_default(), keys)
    {
        return Some(error.into());
    }
    let checkpoint = signed.checkpoint();
    let (expected, found) = (audit.published_size, checkpoint.size());
    if expected != found {
        return Some(PublishedFault::Size { expected, found });
    }
    (audit.published_root != Some(*checkpoint.root())).then_some(PublishedFault::Root)
}
