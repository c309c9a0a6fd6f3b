//! Lists in parts: an opaque place to go on from, which only this node makes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pengayom_node::{Node, Purpose};
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

/// Most items of one part.
pub(crate) const LIMIT_MAX: u32 = 100;

/// Items of one part when nothing is said.
pub(crate) const LIMIT_DEFAULT: u32 = 50;

/// Longest cursor that is read, in characters.
pub(crate) const CURSOR_MAX_CHARS: usize = 512;

/// Bytes of the mark before what a cursor says: 128 bits of a keyed hash.
const MARK_BYTES: usize = 16;

/// Part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Part<T: ToSchema> {
    /// The items, in the list's order.
    pub(crate) items: Vec<T>,
    /// Where the list goes on: ask this address as it is. Null at the end.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// Which part of a list is asked for, and what the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paging {
    /// Most items, from 1 to [`LIMIT_MAX`].
    pub(crate) limit: u32,
    /// Where to go on, as it came.
    pub(crate) cursor: Option<String>,
}

/// Writes a place in a list as a cursor. `list` names the list with everything that chooses what is in
/// it, so that a cursor is of no use in another one.
pub(crate) fn write<P: Serialize>(node: &Node, list: &str, place: &P) -> Option<String> {
    let place = serde_json::to_vec(place).ok()?;
    let mut bytes = mark(node, list, &place).to_vec();
    bytes.extend_from_slice(&place);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads a cursor of a list; `None` for every text that this node did not make for it.
pub(crate) fn read<P: DeserializeOwned>(node: &Node, list: &str, cursor: &str) -> Option<P> {
    if cursor.len() > CURSOR_MAX_CHARS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (marked, place) = bytes.split_at_checked(MARK_BYTES)?;
    let fits = bool::from(mark(node, list, place).ct_eq(marked));
    fits.then(|| serde_json::from_slice(place).ok()).flatten()
}

fn mark(node: &Node, list: &str, place: &[u8]) -> [u8; MARK_BYTES] {
    let mut text = format!("{}/{list}/", list.len()).into_bytes();
    text.extend_from_slice(place);
    let hash = node.hash(Purpose::Cursor, &text).0;
    let mut mark = [0_u8; MARK_BYTES];
    for (to, from) in mark.iter_mut().zip(hash) {
        *to = from;
    }
    mark
}
