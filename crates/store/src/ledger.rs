//! The ledger as the store keeps it: how far the tree of a unit's acts is built, its tiles, what was
//! published, and what witnesses said (S18, S22).
//!
//! Leaves follow from the acts, one for each, in the order of their sequence numbers. An act is
//! *sequenced* when it is committed to, in the transaction that records it; *integrated* when its
//! leaf is in the tiles; *published* when a signed checkpoint covers it.

use jiff::Timestamp;
pub use pengayom_ledger::TileId;

/// How far a unit's ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The ledger's name in the world; never changes.
    pub origin: String,
    /// How many leaves are in the tiles.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: [u8; 32],
    /// How many leaves the last published checkpoint covers.
    pub published_size: u64,
    /// That checkpoint, a signed note.
    pub checkpoint: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// Leaves put into the tree: what changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrated {
    /// The ledger's name, kept the first time.
    pub origin: String,
    /// How many leaves there were before; refused with `Stale` when there are others now.
    pub from: u64,
    /// How many there are now.
    pub size: u64,
    /// Root of the tree now.
    pub root: [u8; 32],
    /// Tiles that are new or grew, each with all its hashes, 32 bytes one.
    pub tiles: Vec<(TileId, Vec<u8>)>,
}

/// A witness's signature under a checkpoint of this ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// Name of the witness's key.
    pub witness: String,
    /// The checkpoint's size.
    pub size: u64,
    /// The signature, a line of a signed note.
    pub line: String,
    /// When it came.
    pub at: Timestamp,
}

/// What this unit, as a witness, saw last of another ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// The other ledger's name.
    pub origin: String,
    /// Its size then.
    pub size: u64,
    /// Its root.
    pub root: [u8; 32],
    /// When.
    pub at: Timestamp,
}
