//! Whether the record is what the ledger says it is: every act, everything told, every tile (S18,
//! S22).

use std::fmt;

/// Most alterations that are named.
pub const NAMED_MAX: usize = 50;

/// What an audit of a unit's record came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Acts that were held to the ledger.
    pub acts: u64,
    /// Of them, those whose words were told and are kept.
    pub told: u64,
    /// Of them, those whose words were erased, as a later act says.
    pub erased: u64,
    /// Leaves in the tree. Acts beyond have a commitment and wait to be put into it.
    pub size: u64,
    /// Leaves that the published checkpoint covers.
    pub published_size: u64,
    /// Root over the leaves in the tree, as it follows from the acts.
    pub root: [u8; 32],
    /// The published checkpoint; its signatures are for whoever has the keys.
    pub checkpoint: Option<String>,
    /// The ledger's name.
    pub origin: Option<String>,
    /// Root of the tree that the published checkpoint covers, as it follows from the acts; `None`
    /// when acts are missing from it.
    pub published_root: Option<[u8; 32]>,
    /// How much is altered.
    pub altered: u64,
    /// What is altered, in the order of the acts, at most [`NAMED_MAX`].
    pub named: Vec<Altered>,
}

impl Audit {
    /// Whether everything is as it was recorded.
    pub fn is_whole(&self) -> bool {
        self.altered == 0
    }

    pub(crate) fn add(&mut self, altered: Altered) {
        self.altered += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(altered);
        }
    }
}

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Altered {
    /// An act is not what was committed to.
    Act {
        /// Its place in the unit's order.
        sequence: i64,
    },
    /// An act is as it was, and the commitment beside it is not.
    Commitment {
        /// The act's place.
        sequence: i64,
    },
    /// There is no act at a place in the unit's order.
    Missing {
        /// The place.
        sequence: i64,
    },
    /// What was told with an act is not what it was.
    Told {
        /// The act's place.
        sequence: i64,
    },
    /// What was told with an act is gone, and no act says that it was erased.
    ToldMissing {
        /// The act's place.
        sequence: i64,
    },
    /// Something was told with an act that had nothing told.
    ToldAdded {
        /// The place.
        sequence: i64,
    },
    /// A tile of the tree is not what follows from the acts, or is missing.
    Tile {
        /// Its level.
        level: u8,
        /// Its place in the level.
        index: u64,
    },
    /// There is a tile that the tree does not have.
    TileAdded {
        /// Its level.
        level: i64,
        /// Its place.
        index: i64,
    },
    /// The root that is kept is not the one that follows from the acts.
    Root,
    /// The tree holds more acts than there are.
    Size {
        /// Leaves in the tree.
        size: u64,
        /// Acts.
        acts: u64,
    },
}

impl fmt::Display for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Act { sequence } => write!(f, "act {sequence} is not what was recorded"),
            Self::Commitment { sequence } => {
                write!(f, "the commitment of act {sequence} was altered")
            }
            Self::Missing { sequence } => write!(f, "act {sequence} is missing"),
            Self::Told { sequence } => write!(f, "what was told with act {sequence} was altered"),
            Self::ToldMissing { sequence } => write!(
                f,
                "what was told with act {sequence} is missing, and no act says it was erased"
            ),
            Self::ToldAdded { sequence } => {
                write!(f, "something was added to act {sequence} that was not told")
            }
            Self::Tile { level, index } => {
                write!(f, "tile {index} of level {level} was altered or is missing")
            }
            Self::TileAdded { level, index } => {
                write!(f, "tile {index} of level {level} was added")
            }
            Self::Root => f.write_str("the root of the tree was altered"),
            Self::Size { size, acts } => {
                write!(f, "the tree holds {size} acts, and there are {acts}")
            }
        }
    }
}
