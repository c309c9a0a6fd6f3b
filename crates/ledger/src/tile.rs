//! Tiles: pieces of the tree, 256 hashes wide, and the paths under which they are served
//! ([C2SP tlog-tiles](https://c2sp.org/tlog-tiles)); entry bundles, the leaves' data.
//!
//! The paths are read and written here and nowhere else. The `tlog_tiles` crate spells them as
//! Go's checksum database does (`tile/8/0/000`, `tile/8/data/000`) and stops the program at
//! `.p/0` and at level 64, so it is not asked.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::hash::HASH_BYTES;
use crate::text;

/// Hashes in a whole tile, entries in a whole bundle.
pub const TILE_WIDTH: u16 = 256;

/// Bytes of a whole tile.
pub const TILE_BYTES: usize = 256 * HASH_BYTES;

/// The highest level a tile may have (the specification's bound).
const MAX_LEVEL: u8 = 63;

/// The longest path that is read, in bytes: 2^64 takes 7 groups of digits.
const MAX_PATH_BYTES: usize = 64;

/// One tile of hashes, whole or not: its level, 0 for leaf hashes, and its place in the level.
///
/// Hash `i` of tile `n` at level `l` covers leaves `(n·256 + i)·256^l` up to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; at level `l + 1` each hash is that of a whole tile at level `l`.
    pub level: u8,
    /// The place in the level, from 0.
    pub index: u64,
}

impl TileId {
    /// How many hashes of this tile a tree of `size` leaves has: 0 to 256.
    pub fn width_at(self, size: u64) -> u16 {
        let bits = u32::from(self.level) * 8;
        let hashes = size.checked_shr(bits).unwrap_or(0);
        let before = self.index.saturating_mul(u64::from(TILE_WIDTH));
        let width = hashes.saturating_sub(before).min(u64::from(TILE_WIDTH));
        u16::try_from(width).unwrap_or(TILE_WIDTH)
    }
}

/// What lies under a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// A tile of hashes.
    Hashes {
        /// Its level, 0 to 63.
        level: u8,
    },
    /// A bundle of entries: the data of 256 leaves.
    Entries,
}

/// A tile or bundle of a certain width: what one request asks for and one answer holds.
///
/// ```
/// use pengayom_ledger::TileRef;
///
/// let path = "tile/0/x001/x234/067.p/128";
/// let tile: TileRef = path.parse()?;
/// assert_eq!((tile.index, tile.width), (1_234_067, 128));
/// assert_eq!(tile.to_string(), path);
/// # Ok::<(), pengayom_ledger::TileError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileRef {
    /// Hashes of a level, or entries.
    pub kind: TileKind,
    /// The place, from 0.
    pub index: u64,
    /// How many hashes or entries: 1 to 256.
    pub width: u16,
}

impl TileRef {
    /// A tile of hashes as wide as it is in a tree of `size`; `None` when that has nothing of it.
    pub fn hashes(id: TileId, size: u64) -> Option<Self> {
        let width = id.width_at(size);
        (width > 0).then_some(Self {
            kind: TileKind::Hashes { level: id.level },
            index: id.index,
            width,
        })
    }

    /// The tile of hashes that this is, if it is one.
    pub const fn id(&self) -> Option<TileId> {
        match self.kind {
            TileKind::Hashes { level } => Some(TileId {
                level,
                index: self.index,
            }),
            TileKind::Entries => None,
        }
    }

    /// Whether it will never grow.
    pub const fn is_whole(&self) -> bool {
        self.width == TILE_WIDTH
    }
}

/// The path below the log's address, without a slash at its beginning.
impl fmt::Display for TileRef {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(to, "tile/{level}/")?,
            TileKind::Entries => to.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        while let Some(group) = groups.pop() {
            if groups.is_empty() {
                write!(to, "{group:03}")?;
            } else {
                write!(to, "x{group:03}/")?;
            }
        }
        if !self.is_whole() {
            write!(to, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for TileRef {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        if path.len() > MAX_PATH_BYTES {
            return Err(TileError::Path);
        }
        let rest = path.strip_prefix("tile/").ok_or(TileError::Path)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Path)?;
        let kind = if level == "entries" {
            TileKind::Entries
        } else {
            let level = text::decimal(level)
                .and_then(|level| u8::try_from(level).ok())
                .filter(|level| *level <= MAX_LEVEL)
                .ok_or(TileError::Path)?;
            TileKind::Hashes { level }
        };
        let (groups, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((groups, width)) => {
                let width = text::decimal(width)
                    .and_then(|width| u16::try_from(width).ok())
                    .filter(|width| (1..TILE_WIDTH).contains(width))
                    .ok_or(TileError::Path)?;
                (groups, width)
            }
        };
        let mut index: u64 = 0;
        let mut groups = groups.split('/').peekable();
        while let Some(group) = groups.next() {
            let digits = if groups.peek().is_some() {
                group.strip_prefix('x').ok_or(TileError::Path)?
            } else {
                group
            };
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(TileError::Path);
            }
            let digits: u64 = digits.parse().map_err(|_| TileError::Path)?;
            index = index
                .checked_mul(1000)
                .and_then(|index| index.checked_add(digits))
                .ok_or(TileError::Path)?;
        }
        let tile = Self { kind, index, width };
        // One spelling only: no groups of zeroes before the number.
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(TileError::Path)
        }
    }
}

/// Why a path, a tile or a bundle is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TileError {
    /// No path of a tile.
    #[error("expected tile/LEVEL/NUMBER or tile/entries/NUMBER, with .p/WIDTH for a part of one")]
    Path,
    /// Not as many bytes as its width says.
    #[error("expected a tile of {expected} bytes, found {found}")]
    Length {
        /// What its width says.
        expected: usize,
        /// What there is.
        found: usize,
    },
    /// No bundle of entries, or not as many as its width says.
    #[error("expected a bundle of {expected} entries, found something else")]
    Bundle {
        /// How many there should be.
        expected: u16,
    },
    /// An entry longer than a bundle can hold.
    #[error("expected entries of at most 65535 bytes, found {found}")]
    EntryTooLong {
        /// Its length in bytes.
        found: usize,
    },
}

/// Where tiles lie. A tile may be wider than what is asked of it: only its beginning counts.
pub trait Tiles {
    /// The hashes of a tile, one after the other, or `None` when it is not there.
    fn tile(&self, id: TileId) -> Option<&[u8]>;
}

impl Tiles for BTreeMap<TileId, Vec<u8>> {
    fn tile(&self, id: TileId) -> Option<&[u8]> {
        self.get(&id).map(Vec::as_slice)
    }
}

/// Puts entries into a bundle: each with its length before it, in two bytes.
///
/// # Errors
///
/// [`TileError::EntryTooLong`] for one of more than 65,535 bytes.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, TileError> {
    let mut out = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len())
            .map_err(|_| TileError::EntryTooLong { found: entry.len() })?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// Takes a bundle of `width` entries apart.
///
/// # Errors
///
/// [`TileError::Bundle`] when it is cut off, or has more or fewer entries.
pub fn unbundle(mut bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let wrong = TileError::Bundle { expected: width };
    let mut entries = Vec::with_capacity(usize::from(width.min(TILE_WIDTH)));
    for _ in 0..width {
        let (length, rest) = bytes
            .split_first_chunk::<2>()
            .ok_or_else(|| wrong.clone())?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or_else(|| wrong.clone())?;
        entries.push(entry);
        bytes = rest;
    }
    if bytes.is_empty() {
        Ok(entries)
    } else {
        Err(wrong)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    fn any_ref() -> impl Strategy<Value = TileRef> {
        let kind = prop_oneof![
            (0..=63_u8).prop_map(|level| TileKind::Hashes { level }),
            Just(TileKind::Entries)
        ];
        let index = prop_oneof![any::<u64>(), 0..3000_u64, Just(u64::MAX)];
        (kind, index, 1..=256_u16).prop_map(|(kind, index, width)| TileRef { kind, index, width })
    }

    // S22. Paths of the specification's text, and what it forbids.
    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |kind, index, width| TileRef { kind, index, width }.to_string();
        let level = |level| TileKind::Hashes { level };
        assert_eq!(path(level(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(path(level(0), 0, 1), "tile/0/000.p/1");
        assert_eq!(path(level(2), 999, 256), "tile/2/999");
        assert_eq!(
            path(TileKind::Entries, 1000, 255),
            "tile/entries/x001/000.p/255"
        );
        for wrong in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/256/000",
            "tile/-1/000",
            "tile/data/000",
            "tile/8/0/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p",
            "tile/0/x000/000",
            "tile/0/x001/x000",
            "tile/0/001/000",
            "tile/0/x001/000/",
            "/tile/0/000",
            "tile/0/000.p/1.p/1",
            "tile/0/+01",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
            "tile/0/xx01/000",
            "tile/0/000?x",
            "tile/0/000 ",
            "tile/Entries/000",
        ] {
            assert_eq!(wrong.parse::<TileRef>(), Err(TileError::Path), "{wrong}");
        }
        let most = "tile/63/x018/x446/x744/x073/x709/x551/615.p/255";
        assert_eq!(most.parse::<TileRef>().unwrap().index, u64::MAX);
    }

    #[test]
    fn a_bundle_is_lengths_and_entries() {
        let two: [&[u8]; 2] = [b"a", b""];
        let bytes = bundle(two).unwrap();
        assert_eq!(bytes, [0, 1, b'a', 0, 0]);
        assert_eq!(unbundle(&bytes, 2).unwrap(), two);
        assert!(unbundle(&bytes, 1).is_err());
        assert!(unbundle(&bytes, 3).is_err());
        let long = vec![0; 70_000];
        assert_eq!(
            bundle([long.as_slice()]),
            Err(TileError::EntryTooLong { found: 70_000 })
        );
    }

    proptest! {
        #[test]
        fn paths_are_read_as_written(tile in any_ref()) {
            prop_assert_eq!(tile.to_string().parse::<TileRef>().unwrap(), tile);
        }

        #[test]
        fn any_path_is_read_in_its_one_spelling_or_refused(path in "tile/([0-9]{1,3}|entries)/(x?[0-9]{1,4}/){0,8}[0-9]{1,4}(\\.p/[0-9]{0,4})?") {
            if let Ok(tile) = path.parse::<TileRef>() {
                prop_assert_eq!(tile.to_string(), path);
            }
        }

        #[test]
        fn any_text_is_no_panic(path in "\\PC{0,80}") {
            if let Ok(tile) = path.parse::<TileRef>() {
                prop_assert_eq!(tile.to_string(), path);
            }
        }

        #[test]
        fn bundles_are_read_as_written(
            entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 1..256),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = bundle(entries.iter().map(Vec::as_slice)).unwrap();
            let width = u16::try_from(entries.len()).unwrap();
            prop_assert_eq!(unbundle(&bytes, width).unwrap(), entries);
            let (short, _) = bytes.split_at(cut.index(bytes.len()));
            prop_assert!(unbundle(short, width).is_err());
        }

        #[test]
        fn any_bytes_are_a_bundle_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), width in 0..=u16::MAX) {
            if let Ok(entries) = unbundle(&bytes, width) {
                prop_assert_eq!(bundle(entries).unwrap(), bytes);
            }
        }
    }
}
