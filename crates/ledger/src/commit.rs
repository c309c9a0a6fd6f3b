//! Commitments: what the public log holds in an act's place.

use sha2::{Digest as _, Sha256};

use crate::hash::Hash;

/// Keeps a commitment to an act apart from any other hash the program makes.
const ACT_LABEL: &[u8] = b"pengayom/act/1\n";

/// The same for the words somebody told.
const TOLD_LABEL: &[u8] = b"pengayom/told/1\n";

/// The commitment to an act: `SHA-256("pengayom/act/1\n" ‖ salt ‖ act_text)`.
///
/// Nobody who sees it learns the act, for as long as the salt stays with those who may know the
/// act; whoever has both can show that this and no other act is meant. `salt` must be 32 bytes
/// nobody can guess, `act_text` the act's text as the store writes it. It streams: no copy is made.
///
/// ```
/// use pengayom_ledger::commitment;
///
/// let salt = [7; 32];
/// let committed = commitment(&salt, "unit polres-pati\nseq 1\n");
/// assert_eq!(committed, commitment(&salt, "unit polres-pati\nseq 1\n"));
/// assert_ne!(committed, commitment(&salt, "unit polres-pati\nseq 2\n"));
/// assert_ne!(committed, commitment(&[8; 32], "unit polres-pati\nseq 1\n"));
/// ```
pub fn commitment(salt: &[u8; 32], act_text: impl AsRef<[u8]>) -> Hash {
    labelled(ACT_LABEL, salt, act_text.as_ref())
}

/// The hash that an act holds in place of the words somebody told:
/// `SHA-256("pengayom/told/1\n" ‖ salt ‖ words)`.
///
/// The words lie beside the act with their own salt. When both are erased, the act, its
/// commitment and the log stay whole, and nobody can try out what the words may have been.
pub fn told_hash(salt: &[u8; 32], words: impl AsRef<[u8]>) -> Hash {
    labelled(TOLD_LABEL, salt, words.as_ref())
}

fn labelled(label: &[u8], salt: &[u8; 32], text: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(label);
    hasher.update(salt);
    hasher.update(text);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // S22. Computed with another implementation of SHA-256 (`sha256sum`), so that the format
    // cannot drift unnoticed.
    #[test]
    fn a_commitment_is_what_the_format_says() {
        let hex = |hash: Hash| -> String { hash.iter().map(|b| format!("{b:02x}")).collect() };
        assert_eq!(
            hex(commitment(&[b'0'; 32], "seq 1\n")),
            "ec0c33b712e6824af96a0743bbb2c12affe1571df72a0df004c2ddaec95a5d7c"
        );
        assert_eq!(
            hex(told_hash(&[b'0'; 32], "{}")),
            "0777fca01f4891ffa6348bc06da58e8ddaa64646990c20ab427f878b82119f31"
        );
    }

    proptest! {
        // S22. Another act, another salt or another kind of text is another commitment.
        #[test]
        fn what_differs_commits_differently(
            salt in any::<[u8; 32]>(),
            other_salt in any::<[u8; 32]>(),
            text in ".{0,200}",
            other in ".{0,200}",
        ) {
            prop_assert_eq!(commitment(&salt, &text), commitment(&salt, &text));
            prop_assert_eq!(text == other, commitment(&salt, &text) == commitment(&salt, &other));
            prop_assert_eq!(
                salt == other_salt,
                commitment(&salt, &text) == commitment(&other_salt, &text)
            );
            prop_assert_ne!(commitment(&salt, &text), told_hash(&salt, &text));
        }
    }
}
