//! The ledger as the store keeps it: how far the tree of a unit's acts is built, its tiles, what was
//! published, and what witnesses said (S18, S22).
//!
//! Leaves follow from the acts, one for each, in the order of their sequence numbers. An act is
//! *sequenced* when it is committed to, in the transaction that records it; *integrated* when its
//! leaf is in the tiles; *published* when a signed checkpoint covers it.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::act::Subject;
use pengayom_core::value::UnitId;
pub use pengayom_ledger::TileId;

use crate::StoreError;
use crate::proof::StoredAct;

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

/// The part of a store that keeps a unit's ledger, and what the unit saw of others as their witness.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// How far a unit's ledger is; `None` before its first leaf was integrated.
    async fn ledger(&self, unit: &UnitId) -> Result<Option<LedgerRow>, StoreError>;

    /// What the ledger holds of each act, in order, from a leaf (an act's sequence number less one)
    /// on; at most `limit`, and at most 65,536.
    async fn commitments(
        &self,
        unit: &UnitId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<[u8; 32]>, StoreError>;

    /// The tiles among these that are there, in their order; at most 1,024.
    async fn ledger_tiles(
        &self,
        unit: &UnitId,
        wanted: &[TileId],
    ) -> Result<Vec<(TileId, Vec<u8>)>, StoreError>;

    /// An act as the ledger holds it, by its sequence number.
    async fn stored_act(
        &self,
        unit: &UnitId,
        sequence: i64,
    ) -> Result<Option<StoredAct>, StoreError>;

    /// An act of a subject as the ledger holds it, by its place in the subject's history.
    async fn stored_act_of(
        &self,
        unit: &UnitId,
        subject: Subject,
        version: u32,
    ) -> Result<Option<StoredAct>, StoreError>;

    /// Puts leaves into the tree, in one transaction. Refused with `Stale` when somebody else did
    /// meanwhile.
    async fn integrate(&self, unit: &UnitId, integrated: Integrated) -> Result<(), StoreError>;

    /// Publishes a checkpoint of the whole tree as it is built. Refused with `Stale` when the tree
    /// has another size.
    async fn publish(
        &self,
        unit: &UnitId,
        size: u64,
        checkpoint: &str,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Keeps a witness's signature; one under a smaller checkpoint than the last is not kept.
    async fn put_cosignature(
        &self,
        unit: &UnitId,
        cosignature: Cosignature,
    ) -> Result<(), StoreError>;

    /// The last signature of each witness.
    async fn cosignatures(&self, unit: &UnitId) -> Result<Vec<Cosignature>, StoreError>;

    /// What this unit, as a witness, saw last of another ledger.
    async fn witnessed(&self, unit: &UnitId, origin: &str)
    -> Result<Option<Witnessed>, StoreError>;

    /// Notes what this unit, as a witness, saw of another ledger; `known` is the size it saw before.
    /// Refused with `Stale` when it has seen something else meanwhile.
    async fn put_witnessed(
        &self,
        unit: &UnitId,
        known: Option<u64>,
        seen: Witnessed,
    ) -> Result<(), StoreError>;
}
