//! A receipt held to the log as it is served today: a log that was set back or rewritten is found.

use std::collections::BTreeMap;

use pengayom_ledger::receipt::{CLOCK_ALLOWANCE_SECONDS, Refusal};
use pengayom_ledger::{
    Promise, TileId, TreeHead, VerifierKey, leaf_hash, needed_for_root,
    needed_to_prove_consistency, needed_to_prove_inclusion, prove_consistency, prove_inclusion,
    root_at, verify_consistency, verify_inclusion,
};
use pengayom_node::Clock as _;

use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::witness::pull::{fetch_checkpoint, fetch_tiles};
use pengayom_node::outside::Outside;

/// What a receipt shows: everything in it is signed.
#[derive(Debug)]
pub(super) struct Promised {
    pub(super) promise: Promise,
    /// The tree that its proof leads to; `None` when it holds none.
    pub(super) tree: Option<TreeHead>,
}

/// Holds what a receipt shows to the log at an address, signed by one of `keys`. The log's tree as it
/// is today, or what does not fit.
///
/// # Errors
/// [`Fault`] when the log cannot be read, is another, or is not signed by such a key.
pub(super) async fn hold(
    address: &str,
    promised: &Promised,
    keys: &[VerifierKey],
) -> Result<Result<TreeHead, Refusal>, Fault> {
    let address = address.trim_end_matches('/');
    let wrong = |error: String| Fault::Input(format!("{address}: {error}"));
    let outside = Outside::to(address).map_err(Fault::asking(address))?;
    let checkpoint = fetch_checkpoint(&outside, address).await?;
    checkpoint
        .verify(&promised.promise.origin, keys)
        .map_err(|error| wrong(error.to_string()))?;
    let today = TreeHead {
        size: checkpoint.checkpoint().size(),
        root: *checkpoint.checkpoint().root(),
    };
    let index = promised.promise.index;
    let least = promised.tree.map_or(index + 1, |tree| tree.size);
    if today.size < least {
        return if promised.tree.is_none() && is_young(&promised.promise) {
            Err(wrong(
                "the log has not taken the report up yet: ask again in a moment".into(),
            ))
        } else {
            Ok(Err(Refusal::AheadOfTheLog {
                known: today.size,
                found: least,
            }))
        };
    }
    let arithmetic = |error: pengayom_ledger::TreeError| wrong(error.to_string());
    let mut needed = needed_for_root(today.size).map_err(arithmetic)?;
    needed.extend(needed_to_prove_inclusion(index, today.size).map_err(arithmetic)?);
    if let Some(tree) = promised.tree {
        needed.extend(needed_to_prove_consistency(tree.size, today.size).map_err(arithmetic)?);
    }
    let tiles: BTreeMap<TileId, Vec<u8>> = fetch_tiles(&outside, address, &needed).await?;
    if root_at(today.size, &tiles).map_err(arithmetic)? != today.root {
        return Err(wrong(
            "its tiles are not those of the tree that it signed: its record is damaged or altered"
                .into(),
        ));
    }
    if let Some(tree) = promised.tree {
        let proof = prove_consistency(tree.size, today.size, &tiles).map_err(arithmetic)?;
        if verify_consistency(&proof, &tree, &today).is_err() {
            return Ok(Err(Refusal::Forked { size: tree.size }));
        }
    }
    let proof = prove_inclusion(index, today.size, &tiles).map_err(arithmetic)?;
    let leaf = leaf_hash(&promised.promise.commitment);
    Ok(verify_inclusion(&proof, index, &leaf, &today)
        .map(|()| today)
        .map_err(|_| Refusal::NotInTheLog {
            index,
            size: today.size,
        }))
}

/// Whether the log may still be about to take it up.
fn is_young(promise: &Promise) -> bool {
    let now = SystemClock.now().as_microsecond();
    now <= promise
        .recorded
        .saturating_add(CLOCK_ALLOWANCE_SECONDS * 1_000_000)
}
