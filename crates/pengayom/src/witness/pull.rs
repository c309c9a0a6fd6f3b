//! The witness as it asks a log itself: for whoever only looks once a day.

use std::collections::BTreeMap;

use pengayom_ledger::witness::{AddCheckpoint, Outcome};
use pengayom_ledger::{
    MAX_NOTE_BYTES, SignedCheckpoint, TILE_BYTES, TILE_WIDTH, TileId, TileRef, TreeHead,
    needed_for_root, needed_to_prove_consistency, prove_consistency, root_at,
};

use super::Witness;
use crate::fault::Fault;
use pengayom_node::outside::Outside;

/// What a look at a log showed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// For the first time: from now on it is held to this.
    First,
    /// The same as last time.
    Same,
    /// It grew, and only grew.
    Grown,
    /// It is smaller than it was: set back to an older state.
    SetBack,
    /// It is another than it was: acts that were in it were altered, taken out or put in.
    Forked,
    /// Its tiles are not those of the tree that it signed.
    Broken,
}

/// A look at a log.
#[derive(Debug)]
pub(crate) struct Look {
    /// The log's origin.
    pub(crate) log: String,
    /// What it showed.
    pub(crate) seen: Seen,
    /// How many leaves the witness knew before.
    pub(crate) known: u64,
    /// How many the log has now.
    pub(crate) found: u64,
    /// The file with what the log signed, when that does not fit what it signed before.
    pub(crate) evidence: Option<std::path::PathBuf>,
}

/// Looks at the log that is served at an address, checks it against what the witness knows, and
/// remembers it when it only grew. `now` in seconds since 1970.
///
/// # Errors
/// [`Fault`] when the log cannot be read, is not one that is watched, or is not signed by its key.
pub(crate) async fn look(witness: &Witness, address: &str, now: u64) -> Result<Look, Fault> {
    let address = address.trim_end_matches('/');
    let outside = Outside::to(address).map_err(Fault::asking(address))?;
    let checkpoint = fetch_checkpoint(&outside, address).await?;
    let said = checkpoint.checkpoint();
    let origin = said.origin().to_owned();
    if !witness.logs().iter().any(|key| key.name() == origin) {
        return Err(Fault::Input(format!(
            "{address}: expected a log given with --log, found {origin}"
        )));
    }
    checkpoint
        .verify(&origin, witness.logs())
        .map_err(|error| Fault::Input(format!("{address}: {error}")))?;
    let known = witness.known(&origin);
    let new = TreeHead {
        size: said.size(),
        root: *said.root(),
    };
    let mut look = Look {
        log: origin,
        seen: Seen::First,
        known: known.size,
        found: new.size,
        evidence: None,
    };
    look.seen = if new.size < known.size {
        Seen::SetBack
    } else {
        compare(witness, &outside, address, &checkpoint, (&known, &new), now).await?
    };
    if matches!(look.seen, Seen::SetBack | Seen::Forked) {
        look.evidence = Some(witness.keep_evidence(&checkpoint)?);
    }
    Ok(look)
}

async fn compare(
    witness: &Witness,
    outside: &Outside,
    address: &str,
    checkpoint: &SignedCheckpoint,
    (known, new): (&TreeHead, &TreeHead),
    now: u64,
) -> Result<Seen, Fault> {
    let arithmetic = |error| Fault::Input(format!("{address}: {error}"));
    let mut needed = needed_for_root(new.size).map_err(arithmetic)?;
    if known.size > 0 {
        needed.extend(needed_to_prove_consistency(known.size, new.size).map_err(arithmetic)?);
    }
    let tiles = fetch_tiles(outside, address, &needed).await?;
    if root_at(new.size, &tiles).map_err(arithmetic)? != new.root {
        return Ok(Seen::Broken);
    }
    let proof = match known.size {
        0 => Vec::new(),
        old => prove_consistency(old, new.size, &tiles).map_err(arithmetic)?,
    };
    let request = AddCheckpoint {
        old: known.size,
        proof,
        checkpoint: checkpoint.clone(),
    };
    match witness.answer(&request, now)? {
        Outcome::Cosigned { .. } if known == new => Ok(Seen::Same),
        Outcome::Cosigned { .. } if known.size == 0 => Ok(Seen::First),
        Outcome::Cosigned { .. } => Ok(Seen::Grown),
        Outcome::Unprocessable => Ok(Seen::Forked),
        other => Err(Fault::Input(format!(
            "{address}: {}",
            other.body().trim_end()
        ))),
    }
}

/// What a log says of itself; not verified yet.
///
/// # Errors
/// [`Fault`] when nobody answers, or with something else.
pub(crate) async fn fetch_checkpoint(
    outside: &Outside,
    address: &str,
) -> Result<SignedCheckpoint, Fault> {
    let url = format!("{address}/checkpoint");
    let answer = outside
        .get(&url, MAX_NOTE_BYTES)
        .await
        .map_err(Fault::asking(&url))?;
    if answer.status != 200 {
        return Err(Fault::Input(format!(
            "{url}: expected a checkpoint, found status {}; is it the address of a log?",
            answer.status
        )));
    }
    let text = String::from_utf8(answer.body);
    let text = text.map_err(|_| Fault::Input(format!("{url}: expected text, found bytes")))?;
    SignedCheckpoint::parse(&text).map_err(|error| Fault::Input(format!("{url}: {error}")))
}

/// Fetches tiles. One that was asked for in part may meanwhile be there only whole.
///
/// # Errors
/// [`Fault`] when one is not there.
pub(crate) async fn fetch_tiles(
    outside: &Outside,
    address: &str,
    needed: &[TileRef],
) -> Result<BTreeMap<TileId, Vec<u8>>, Fault> {
    let mut tiles: BTreeMap<TileId, Vec<u8>> = BTreeMap::new();
    for tile in needed {
        let Some(id) = tile.id() else { continue };
        let bytes = usize::from(tile.width) * pengayom_ledger::HASH_BYTES;
        if tiles.get(&id).is_some_and(|there| there.len() >= bytes) {
            continue;
        }
        let mut url = format!("{address}/{tile}");
        let mut answer = outside
            .get(&url, TILE_BYTES)
            .await
            .map_err(Fault::asking(&url))?;
        if answer.status == 404 && !tile.is_whole() {
            let whole = TileRef {
                width: TILE_WIDTH,
                ..*tile
            };
            url = format!("{address}/{whole}");
            answer = outside
                .get(&url, TILE_BYTES)
                .await
                .map_err(Fault::asking(&url))?;
        }
        if answer.status != 200 || answer.body.len() < bytes {
            return Err(Fault::Input(format!(
                "{url}: expected a tile of {bytes} bytes, found {} with status {}",
                answer.body.len(),
                answer.status
            )));
        }
        tiles.insert(id, answer.body);
    }
    Ok(tiles)
}
