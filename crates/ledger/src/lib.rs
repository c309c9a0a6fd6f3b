//! The unit's transparency log: what makes it impossible to alter what was recorded without
//! anybody noticing.
//!
//! Every act of a unit becomes one leaf of an append-only Merkle tree (RFC 6962), served as
//! [C2SP tlog-tiles](https://c2sp.org/tlog-tiles). The leaf is a salted commitment, so that the
//! public log tells nobody what was recorded, and the salt together with the act's text proves
//! that a given act is the one in the log.
//!
//! This crate is pure: no file, socket, database, clock or randomness. Callers fetch the tiles
//! that a function says it needs, and hand them in; keys are made from seeds that callers hold.

mod commit;
mod hash;

pub use commit::{commitment, told_hash};
pub use hash::{EMPTY_ROOT, HASH_BYTES, Hash, leaf_hash, node_hash};
