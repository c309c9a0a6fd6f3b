//! Who can open a backup: the node's key, and others by their `age` identity.

use std::path::PathBuf;

use age::x25519::{Identity, Recipient};
use pengayom_node::NodeKey;

use crate::fault::Fault;

/// The identity that follows from the node's key.
///
/// # Errors
/// [`Fault::Input`] when it does not read, which does not happen.
pub(crate) fn identity_of(key: &NodeKey) -> Result<Identity, Fault> {
    key.backup_identity()
        .parse()
        .map_err(|fault: &'static str| Fault::Input(format!("the node's key: {fault}")))
}

/// Reads a recipient, such as a province's recovery key: `age1…`.
///
/// # Errors
/// What was expected.
pub(crate) fn recipient_of(text: &str) -> Result<Recipient, String> {
    text.trim().parse().map_err(|_| {
        "an age recipient of the X25519 kind: age1 and 58 letters and digits".to_owned()
    })
}

/// Identities in files as `age-keygen` writes them: one a line, comments behind `#`.
///
/// # Errors
/// [`Fault`] when a file does not read or holds none.
pub(crate) fn identities_of_files(paths: &[PathBuf]) -> Result<Vec<Identity>, Fault> {
    let mut identities = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(Fault::file(path))?;
        let before = identities.len();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            // The line is a secret: it is not repeated.
            let identity = text.parse().map_err(|_| {
                Fault::Input(format!(
                    "{}:{line}: no age identity: expected AGE-SECRET-KEY-1…",
                    path.display()
                ))
            })?;
            identities.push(identity);
        }
        if identities.len() == before {
            return Err(Fault::Input(format!(
                "{}: no age identity in it: expected a line AGE-SECRET-KEY-1…",
                path.display()
            )));
        }
    }
    Ok(identities)
}
