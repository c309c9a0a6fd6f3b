//! The tree that lies in tiles: what grows it, and which tiles each question needs.
//!
//! Every function here is given the tiles it needs; the `needed_…` functions say which those are,
//! so that callers fetch them from wherever they lie. The arithmetic of roots and proofs is that
//! of the `tlog_tiles` crate, a port of Go's checksum database.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use tlog_tiles::tlog::{self, HashReader};

use crate::hash::{EMPTY_ROOT, HASH_BYTES, Hash, node_hash};
use crate::tile::{TILE_BYTES, TILE_WIDTH, TileId, TileRef, Tiles};

/// The most leaves a log may have. Far beyond any unit, and small enough that no sum overflows.
pub const MAX_SIZE: u64 = 1 << 60;

/// The most leaves that [`integrate`] takes at once.
pub const MAX_BLOCK: usize = 1_000_000;

/// Why a tree cannot be grown or asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TreeError {
    /// Tiles that were not given, or not as wide as they have to be.
    #[error("expected {} more tiles, the first {}", tiles.len(), first(tiles))]
    TilesMissing {
        /// Which, and how wide.
        tiles: Vec<TileRef>,
    },
    /// The tiles do not give the root that the tree had: one of them was altered.
    #[error("expected tiles of a tree of {size} leaves with its root, found tiles of another tree")]
    OtherRoot {
        /// How many leaves the tree has.
        size: u64,
        /// The root it has.
        expected: Hash,
        /// The root that follows from the tiles.
        found: Hash,
    },
    /// A leaf that a tree of this size does not have.
    #[error("expected a leaf before {size}, found {index}")]
    NoSuchLeaf {
        /// The leaf asked for, from 0.
        index: u64,
        /// How many leaves there are.
        size: u64,
    },
    /// A tree cannot have grown from a larger one, and nothing is proven of the empty one.
    #[error("expected an older size from 1 to {new}, found {old}")]
    NoSuchGrowth {
        /// The older size.
        old: u64,
        /// The newer size.
        new: u64,
    },
    /// More leaves than a log may have, or than are taken at once.
    #[error("expected at most {limit} leaves, found {found}")]
    TooMany {
        /// The most there may be.
        limit: u64,
        /// How many there were.
        found: u64,
    },
}

fn first(tiles: &[TileRef]) -> String {
    tiles.first().map_or_else(String::new, ToString::to_string)
}

/// How large a tree is, and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// How many leaves.
    pub size: u64,
    /// The root over all of them.
    pub root: Hash,
}

impl TreeHead {
    /// The tree without leaves.
    pub const EMPTY: Self = Self {
        size: 0,
        root: EMPTY_ROOT,
    };
}

/// A tile that changed when the tree grew: its hashes from the first, as many as it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedTile {
    /// Which.
    pub id: TileId,
    /// All its hashes, one after the other: 32 to 8,192 bytes.
    pub hashes: Vec<u8>,
}

/// What growing a tree gives: to be stored at once, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integrated {
    /// The tree as it is now.
    pub head: TreeHead,
    /// The tiles that are new or have grown, by level and index.
    pub tiles: Vec<ChangedTile>,
}

/// The tiles that [`integrate`] needs of a tree of `size`: those at its right edge that are not
/// whole. At most one a level; none for a size that 256 divides all the way.
pub fn needed_to_integrate(size: u64) -> Vec<TileRef> {
    (0..8)
        .filter_map(|level| {
            let hashes = size >> (8 * u32::from(level));
            let partial = !hashes.is_multiple_of(u64::from(TILE_WIDTH));
            let index = hashes / u64::from(TILE_WIDTH);
            partial
                .then(|| TileRef::hashes(TileId { level, index }, size))
                .flatten()
        })
        .collect()
}

/// Grows a tree by the hashes of new leaves ([`crate::leaf_hash`]), in their order.
///
/// `tiles` has to have what [`needed_to_integrate`] names. That they are the right ones is checked:
/// they have to give `old.root`. With no leaves it checks just that.
///
/// ```
/// use std::collections::BTreeMap;
/// use pengayom_ledger::{TreeHead, integrate, leaf_hash};
///
/// let first = integrate(TreeHead::EMPTY, &BTreeMap::new(), &[leaf_hash(&[1; 32])])?;
/// let tiles: BTreeMap<_, _> = first.tiles.into_iter().map(|t| (t.id, t.hashes)).collect();
/// let second = integrate(first.head, &tiles, &[leaf_hash(&[2; 32]), leaf_hash(&[3; 32])])?;
/// assert_eq!(second.head.size, 3);
/// # Ok::<(), pengayom_ledger::TreeError>(())
/// ```
///
/// # Errors
///
/// [`TreeError::TilesMissing`], [`TreeError::OtherRoot`] when a tile was altered, and
/// [`TreeError::TooMany`] beyond [`MAX_BLOCK`] leaves at once or [`MAX_SIZE`] altogether.
pub fn integrate(
    old: TreeHead,
    tiles: &impl Tiles,
    leaves: &[Hash],
) -> Result<Integrated, TreeError> {
    let new_size = grown(old.size, leaves.len())?;
    let found = root_at(old.size, tiles)?;
    if found != old.root {
        return Err(TreeError::OtherRoot {
            size: old.size,
            expected: old.root,
            found,
        });
    }
    let mut edge = Edge::of(old.size, tiles);
    let mut changed = BTreeMap::new();
    for leaf in leaves {
        edge.push(0, leaf, &mut changed);
    }
    edge.keep_parts(&mut changed);
    let root = root_at(new_size, &Grown(&changed, tiles))?;
    Ok(Integrated {
        head: TreeHead {
            size: new_size,
            root,
        },
        tiles: changed
            .into_iter()
            .map(|(id, hashes)| ChangedTile { id, hashes })
            .collect(),
    })
}

fn grown(size: u64, more: usize) -> Result<u64, TreeError> {
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    let block = u64::try_from(MAX_BLOCK).unwrap_or(u64::MAX);
    if more > block {
        return Err(TreeError::TooMany {
            limit: block,
            found: more,
        });
    }
    let sum = size.saturating_add(more);
    if sum > MAX_SIZE {
        return Err(TreeError::TooMany {
            limit: MAX_SIZE,
            found: sum,
        });
    }
    Ok(sum)
}

/// The tiles at the right edge that are not whole, while leaves are added.
struct Edge {
    levels: Vec<Part>,
}

/// The beginning of a tile.
struct Part {
    index: u64,
    hashes: Vec<u8>,
    grew: bool,
}

impl Edge {
    fn of(size: u64, tiles: &impl Tiles) -> Self {
        let levels = (0..8_u8)
            .map(|level| {
                let index = (size >> (8 * u32::from(level))) / u64::from(TILE_WIDTH);
                let id = TileId { level, index };
                let bytes = usize::from(id.width_at(size)) * HASH_BYTES;
                let hashes = tiles.tile(id).and_then(|tile| tile.get(..bytes));
                Part {
                    index,
                    hashes: hashes.unwrap_or_default().to_vec(),
                    grew: false,
                }
            })
            .collect();
        Self { levels }
    }

    /// Adds a hash at a level; a tile that becomes whole goes to `whole`, its hash a level up.
    fn push(&mut self, level: u8, hash: &Hash, whole: &mut BTreeMap<TileId, Vec<u8>>) {
        let Some(part) = self.levels.get_mut(usize::from(level)) else {
            return;
        };
        part.hashes.extend_from_slice(hash);
        part.grew = true;
        if part.hashes.len() < TILE_BYTES {
            return;
        }
        let hashes = std::mem::replace(&mut part.hashes, Vec::with_capacity(TILE_BYTES));
        let id = TileId {
            level,
            index: part.index,
        };
        part.index += 1;
        part.grew = false;
        let above = subtree(&hashes);
        whole.insert(id, hashes);
        if let Some(above) = above {
            self.push(level + 1, &above, whole);
        }
    }

    /// What is left at the edge and has grown.
    fn keep_parts(self, changed: &mut BTreeMap<TileId, Vec<u8>>) {
        for (level, part) in (0_u8..).zip(self.levels) {
            if part.grew {
                let id = TileId {
                    level,
                    index: part.index,
                };
                changed.insert(id, part.hashes);
            }
        }
    }
}

/// The hash over 1, 2, 4, … 256 hashes; `None` for none.
fn subtree(hashes: &[u8]) -> Option<Hash> {
    let mut row: Vec<Hash> = hashes
        .chunks_exact(HASH_BYTES)
        .filter_map(|hash| hash.try_into().ok())
        .collect();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                _ => None,
            })
            .collect();
    }
    row.first().copied()
}

/// Tiles as they are after growing: what changed lies before what was.
struct Grown<'a, T>(&'a BTreeMap<TileId, Vec<u8>>, &'a T);

impl<T: Tiles> Tiles for Grown<'_, T> {
    fn tile(&self, id: TileId) -> Option<&[u8]> {
        match self.0.get(&id) {
            Some(changed) => Some(changed),
            None => self.1.tile(id),
        }
    }
}

/// No tiles: asked of these, a question names all it needs.
struct Nothing;

impl Tiles for Nothing {
    fn tile(&self, _: TileId) -> Option<&[u8]> {
        None
    }
}

/// The tree of `size` as its tiles show it, for `tlog_tiles` to read. What is missing is noted, and
/// a hash of zeroes handed out in its place, so that one round names everything.
struct Reader<'a, T> {
    size: u64,
    tiles: &'a T,
    missing: RefCell<BTreeSet<TileRef>>,
}

impl<T: Tiles> Reader<'_, T> {
    /// The hash over `2^height` leaves, the `number`th of them.
    fn node(&self, height: u8, number: u64) -> Hash {
        let in_tile = height % 8;
        let first = number << in_tile;
        let id = TileId {
            level: height / 8,
            index: first / u64::from(TILE_WIDTH),
        };
        let from = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or_default() * HASH_BYTES;
        let to = from + (HASH_BYTES << in_tile);
        let hashes = self.tiles.tile(id).and_then(|tile| tile.get(from..to));
        if let Some(hash) = hashes.and_then(subtree) {
            return hash;
        }
        if let Some(tile) = TileRef::hashes(id, self.size) {
            self.missing.borrow_mut().insert(tile);
        }
        [0; HASH_BYTES]
    }
}

impl<T: Tiles> HashReader for Reader<'_, T> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes
            .iter()
            .map(|index| {
                let (height, number) = tlog::split_stored_hash_index(*index);
                tlog::Hash(self.node(height, number))
            })
            .collect())
    }
}

/// Asks a question about the tree of `size`; `wrong` is the answer when it has none.
fn ask<T: Tiles, A>(
    size: u64,
    tiles: &T,
    wrong: TreeError,
    question: impl FnOnce(&Reader<'_, T>) -> Result<A, tlog::Error>,
) -> Result<A, TreeError> {
    let reader = Reader {
        size,
        tiles,
        missing: RefCell::default(),
    };
    let answer = question(&reader);
    let missing = reader.missing.into_inner();
    if !missing.is_empty() {
        return Err(TreeError::TilesMissing {
            tiles: missing.into_iter().collect(),
        });
    }
    answer.map_err(|_| wrong)
}

/// The tiles an answer says it lacks, when it was given none.
fn named<A>(answer: Result<A, TreeError>) -> Result<Vec<TileRef>, TreeError> {
    match answer {
        Ok(_) => Ok(Vec::new()),
        Err(TreeError::TilesMissing { tiles }) => Ok(tiles),
        Err(error) => Err(error),
    }
}

fn check_size(size: u64) -> Result<(), TreeError> {
    if size > MAX_SIZE {
        return Err(TreeError::TooMany {
            limit: MAX_SIZE,
            found: size,
        });
    }
    Ok(())
}

/// The root of the tree as it was at `size`, from its tiles or those of any later size.
///
/// # Errors
///
/// [`TreeError::TilesMissing`] with what [`needed_for_root`] names and is not there;
/// [`TreeError::TooMany`].
pub fn root_at(size: u64, tiles: &impl Tiles) -> Result<Hash, TreeError> {
    check_size(size)?;
    let wrong = TreeError::TooMany {
        limit: MAX_SIZE,
        found: size,
    };
    ask(size, tiles, wrong, |reader| tlog::tree_hash(size, reader)).map(|root| root.0)
}

/// The tiles that [`root_at`] needs.
///
/// # Errors
///
/// [`TreeError::TooMany`].
pub fn needed_for_root(size: u64) -> Result<Vec<TileRef>, TreeError> {
    named(root_at(size, &Nothing))
}

/// The proof that the tree of `size` has its leaf `index`: the hashes beside the way from the leaf
/// to the root (RFC 6962, section 2.1.1).
///
/// # Errors
///
/// [`TreeError::TilesMissing`] with what [`needed_to_prove_inclusion`] names and is not there;
/// [`TreeError::NoSuchLeaf`], [`TreeError::TooMany`].
pub fn prove_inclusion(index: u64, size: u64, tiles: &impl Tiles) -> Result<Vec<Hash>, TreeError> {
    check_size(size)?;
    let wrong = TreeError::NoSuchLeaf { index, size };
    if index >= size {
        return Err(wrong);
    }
    let proof = ask(size, tiles, wrong, |reader| {
        tlog::prove_record(size, index, reader)
    })?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// The tiles that [`prove_inclusion`] needs: at most one a level along the way, and one a level at
/// the right edge.
///
/// # Errors
///
/// [`TreeError::NoSuchLeaf`], [`TreeError::TooMany`].
pub fn needed_to_prove_inclusion(index: u64, size: u64) -> Result<Vec<TileRef>, TreeError> {
    named(prove_inclusion(index, size, &Nothing))
}

/// The proof that the tree of size `new` begins with all of the tree of size `old` (RFC 6962,
/// section 2.1.2).
///
/// # Errors
///
/// [`TreeError::TilesMissing`] with what [`needed_to_prove_consistency`] names and is not there;
/// [`TreeError::NoSuchGrowth`] when `old` is 0 or above `new`, [`TreeError::TooMany`].
pub fn prove_consistency(old: u64, new: u64, tiles: &impl Tiles) -> Result<Vec<Hash>, TreeError> {
    check_size(new)?;
    let wrong = TreeError::NoSuchGrowth { old, new };
    if old == 0 || old > new {
        return Err(wrong);
    }
    let proof = ask(new, tiles, wrong, |reader| {
        tlog::prove_tree(new, old, reader)
    })?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// The tiles that [`prove_consistency`] needs.
///
/// # Errors
///
/// [`TreeError::NoSuchGrowth`], [`TreeError::TooMany`].
pub fn needed_to_prove_consistency(old: u64, new: u64) -> Result<Vec<TileRef>, TreeError> {
    named(prove_consistency(old, new, &Nothing))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::panic,
        reason = "a test may stop at the first surprise"
    )]

    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;

    type Shelf = BTreeMap<TileId, Vec<u8>>;

    fn leaves(from: u64, to: u64) -> Vec<Hash> {
        (from..to)
            .map(|number| {
                let mut entry = [0; 32];
                entry[..8].copy_from_slice(&number.to_be_bytes());
                leaf_hash(&entry)
            })
            .collect()
    }

    fn store(shelf: &mut Shelf, grown: Integrated) -> TreeHead {
        for tile in grown.tiles {
            shelf.insert(tile.id, tile.hashes);
        }
        grown.head
    }

    /// The root as RFC 6962 defines it, by its recursion and nothing else.
    fn plain_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_ROOT,
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node_hash(&plain_root(&many[..split]), &plain_root(&many[split..]))
            }
        }
    }

    /// Only the tiles named, cut to the width named.
    fn fetch(shelf: &Shelf, wanted: &[TileRef]) -> Shelf {
        wanted
            .iter()
            .map(|tile| {
                let id = tile.id().unwrap();
                let width = usize::from(tile.width) * HASH_BYTES;
                (id, shelf[&id][..width].to_vec())
            })
            .collect()
    }

    // S22. Every size up to some tiles, one leaf at a time: the root is that of the definition.
    #[test]
    fn a_tree_grown_leaf_by_leaf_has_the_root_of_the_definition() {
        let all = leaves(0, 600);
        let mut shelf = Shelf::new();
        let mut head = TreeHead::EMPTY;
        for (size, leaf) in (1..).zip(&all) {
            let needed = fetch(&shelf, &needed_to_integrate(head.size));
            head = store(&mut shelf, integrate(head, &needed, &[*leaf]).unwrap());
            assert_eq!(head.size, size as u64);
            assert_eq!(head.root, plain_root(&all[..size]), "{size}");
        }
    }

    // S22. Over 65,536 leaves there are three levels of tiles; the edge goes through all.
    #[test]
    fn blocks_across_two_levels_give_the_same_tiles_as_one_block() {
        let all = leaves(0, 70_000);
        let mut whole = Shelf::new();
        let head = store(
            &mut whole,
            integrate(TreeHead::EMPTY, &Shelf::new(), &all).unwrap(),
        );
        assert_eq!(head.root, plain_root(&all));
        for cuts in [
            vec![65_535, 65_536, 65_537],
            vec![1, 256, 257, 65_792, 69_999],
        ] {
            let mut shelf = Shelf::new();
            let mut grown = TreeHead::EMPTY;
            for end in cuts.into_iter().chain([70_000]) {
                let from = usize::try_from(grown.size).unwrap();
                let needed = fetch(&shelf, &needed_to_integrate(grown.size));
                grown = store(
                    &mut shelf,
                    integrate(grown, &needed, &all[from..end]).unwrap(),
                );
            }
            assert_eq!(grown, head);
            assert_eq!(shelf, whole);
        }
        assert_eq!(whole.keys().map(|id| id.level).max(), Some(2));
    }

    // S22. An altered tile is not built upon.
    #[test]
    fn a_flipped_bit_in_a_tile_at_the_edge_is_noticed() {
        let mut shelf = Shelf::new();
        let head = store(
            &mut shelf,
            integrate(TreeHead::EMPTY, &Shelf::new(), &leaves(0, 300)).unwrap(),
        );
        for tile in needed_to_integrate(300) {
            let id = tile.id().unwrap();
            for at in 0..usize::from(tile.width) * HASH_BYTES * 8 {
                let mut bad = shelf.clone();
                bad.get_mut(&id).unwrap()[at / 8] ^= 1 << (at % 8);
                assert!(matches!(
                    integrate(head, &bad, &leaves(300, 301)),
                    Err(TreeError::OtherRoot { size: 300, .. })
                ));
            }
        }
    }

    #[test]
    fn missing_and_narrow_tiles_are_named_at_once() {
        let mut shelf = Shelf::new();
        let head = store(
            &mut shelf,
            integrate(TreeHead::EMPTY, &Shelf::new(), &leaves(0, 600)).unwrap(),
        );
        let needed = needed_to_integrate(600);
        assert_eq!(
            integrate(head, &Shelf::new(), &[[0; 32]]),
            Err(TreeError::TilesMissing {
                tiles: needed.clone()
            })
        );
        let paths: Vec<String> = needed.iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["tile/0/002.p/88", "tile/1/000.p/2"]);
        shelf.insert(TileId { level: 0, index: 2 }, vec![0; 87 * 32]);
        assert_eq!(
            integrate(head, &shelf, &[[0; 32]]),
            Err(TreeError::TilesMissing {
                tiles: needed[..1].to_vec()
            })
        );
    }

    #[test]
    fn sizes_beyond_the_bounds_are_refused() {
        let most = TreeHead {
            size: MAX_SIZE,
            root: [0; 32],
        };
        assert!(matches!(
            integrate(most, &Shelf::new(), &[[0; 32]]),
            Err(TreeError::TooMany { .. })
        ));
        assert!(matches!(
            integrate(
                TreeHead::EMPTY,
                &Shelf::new(),
                &vec![[0; 32]; MAX_BLOCK + 1]
            ),
            Err(TreeError::TooMany { .. })
        ));
        assert!(needed_for_root(MAX_SIZE + 1).is_err());
        assert!(needed_for_root(u64::MAX).is_err());
        for size in [MAX_SIZE, MAX_SIZE - 1, MAX_SIZE - 257] {
            assert!(!needed_for_root(size).unwrap().is_empty());
            assert!(
                !needed_to_prove_inclusion(size - 1, size)
                    .unwrap()
                    .is_empty()
            );
            assert!(!needed_to_prove_inclusion(0, size).unwrap().is_empty());
            assert!(
                !needed_to_prove_consistency(size - 1, size)
                    .unwrap()
                    .is_empty()
            );
        }
        assert!(needed_to_prove_inclusion(5, 5).is_err());
        assert!(needed_to_prove_inclusion(0, 0).is_err());
        assert!(needed_to_prove_consistency(0, 5).is_err());
        assert!(needed_to_prove_consistency(6, 5).is_err());
        assert_eq!(needed_for_root(0), Ok(vec![]));
        assert_eq!(needed_to_prove_consistency(5, 5), Ok(vec![]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        // S22. Blocks of any size, with only the tiles that were named: the same tree, and the root
        // of every earlier size still follows from the tiles of the last.
        #[test]
        fn blocks_of_any_size_grow_one_tree(
            blocks in proptest::collection::vec(0..900_usize, 1..6),
            earlier in any::<prop::sample::Index>(),
        ) {
            let total: usize = blocks.iter().sum();
            let all = leaves(0, total as u64);
            let mut shelf = Shelf::new();
            let mut head = TreeHead::EMPTY;
            let mut from = 0;
            for block in blocks {
                let needed = fetch(&shelf, &needed_to_integrate(head.size));
                let grown = integrate(head, &needed, &all[from..from + block]).unwrap();
                head = store(&mut shelf, grown);
                from += block;
                prop_assert_eq!(head.root, plain_root(&all[..from]));
            }
            for (id, tile) in &shelf {
                prop_assert_eq!(tile.len(), usize::from(id.width_at(head.size)) * HASH_BYTES);
            }
            let size = earlier.index(total + 1);
            let needed = fetch(&shelf, &needed_for_root(size as u64).unwrap());
            prop_assert_eq!(root_at(size as u64, &needed).unwrap(), plain_root(&all[..size]));
        }
    }
}
