//! The hashes of a Merkle tree as RFC 6962, section 2.1, defines them, over SHA-256.

use sha2::{Digest as _, Sha256};

/// Bytes of one hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash: of an entry, of two hashes, of a whole tree.
pub type Hash = [u8; HASH_BYTES];

/// The root of the tree with no leaf: the hash of nothing (RFC 6962, section 2.1).
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The hash of a leaf whose data is `entry`: `SHA-256(0x00 ‖ entry)` (RFC 6962, section 2.1).
/// In a unit's log the entry is the commitment of one act.
///
/// ```
/// let leaf = pengayom_ledger::leaf_hash(&[0; 32]);
/// assert_ne!(leaf, pengayom_ledger::leaf_hash(&[1; 32]));
/// ```
pub fn leaf_hash(entry: &[u8; HASH_BYTES]) -> Hash {
    data_hash(entry)
}

/// The hash of a leaf whose data has any length; entries of other logs than ours do.
pub(crate) fn data_hash(data: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    hasher.finalize().into()
}

/// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962, section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes as hex, to compare with published ones.
    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT, <Hash>::from(Sha256::digest(b"")));
    }

    // S22. The published values of the RFC 6962 implementations: an empty leaf, a leaf, a node.
    #[test]
    fn leaves_and_nodes_hash_as_published() {
        assert_eq!(
            hex(&data_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            hex(&data_hash(b"L123456")),
            "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
        );
        let leaf = [7_u8; 32];
        assert_eq!(leaf_hash(&leaf), data_hash(&leaf));
        // From Go's rfc6962 tests: the node of "N123" and "N456" as they are, without padding.
        let mut hasher = Sha256::new();
        hasher.update(b"\x01N123N456");
        assert_eq!(
            hex(&hasher.finalize().into()),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
        );
    }

    #[test]
    fn a_node_is_no_leaf_and_knows_its_sides() {
        let (left, right) = ([1; 32], [2; 32]);
        assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
        let both = [left, right].concat();
        assert_ne!(node_hash(&left, &right), data_hash(&both));
    }
}
