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

mod checkpoint;
mod commit;
pub mod cosign;
mod hash;
mod key;
mod note;
mod promise;
mod proof;
pub mod receipt;
mod text;
mod tile;
mod tree;
pub mod witness;

pub use checkpoint::{Checkpoint, CheckpointError, MAX_ORIGIN_BYTES, SignedCheckpoint};
pub use commit::{commitment, told_hash};
pub use hash::{EMPTY_ROOT, HASH_BYTES, Hash, leaf_hash, node_hash};
pub use key::{KeyError, KeyId, KeyKind, MAX_VKEY_BYTES, SigningKey, VerifierKey};
pub use note::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, SignatureLine, Verified};
pub use promise::{
    CompactPromise, MAX_NUMBER_BYTES, PROMISE_HEADER, Promise, PromiseError, SignedPromise,
};
pub use proof::{
    MAX_PROOF_BYTES, MAX_PROOF_HASHES, ProofError, TLOG_PROOF_HEADER, TlogProof,
    verify_consistency, verify_inclusion,
};
pub use receipt::Receipt;
pub use tile::{
    TILE_BYTES, TILE_WIDTH, TileError, TileId, TileKind, TileRef, Tiles, bundle, unbundle,
};
pub use tree::{
    ChangedTile, Integrated, MAX_BLOCK, MAX_SIZE, TreeError, TreeHead, integrate, needed_for_root,
    needed_to_integrate, needed_to_prove_consistency, needed_to_prove_inclusion, prove_consistency,
    prove_inclusion, root_at,
};
