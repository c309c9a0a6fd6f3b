//! What tells a repeated command from another one under the same id.

use pengayom_core::value::SecretHash;
use pengayom_store::CommandFingerprint;
use sha2::{Digest as _, Sha256};

use crate::Node;
use crate::error::HandleError;
use crate::keys::Purpose;

/// Commands of before brought up to date at a time: others write between.
const BATCH: u32 = 100;

/// SHA-256 over what was asked.
pub(crate) fn fingerprint(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

impl Node {
    /// What is stored of a command's content: whoever has the store and guesses every word of a report
    /// learns nothing without the node's key.
    pub(crate) fn command_fingerprint(&self, plain: [u8; 32]) -> CommandFingerprint {
        let SecretHash(hash) = self.hash(Purpose::Command, &plain);
        let name = self.key.fingerprint().0;
        let mut keyed = [0; 40];
        for (to, from) in keyed.iter_mut().zip(name.into_iter().chain(hash)) {
            *to = from;
        }
        CommandFingerprint { keyed, plain }
    }

    /// Keys the fingerprints of commands recorded before there was a key in them. Safe to do again, to
    /// stop anywhere and to do in several processes at once; how many were found.
    ///
    /// # Errors
    /// The store's.
    pub async fn key_commands(&self) -> Result<usize, HandleError> {
        let unit = self.unit().id.clone();
        let mut done = 0;
        loop {
            let found = self.store.commands_not_keyed(&unit, BATCH).await?;
            if found.is_empty() {
                return Ok(done);
            }
            done += found.len();
            let keyed = found
                .into_iter()
                .map(|(command, plain)| (command, self.command_fingerprint(plain).keyed))
                .collect();
            self.store.key_commands(&unit, keyed).await?;
        }
    }
}
