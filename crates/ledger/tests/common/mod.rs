//! A small log as a unit keeps one, with everything that tests ask of it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise, and none uses all of this"
)]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pengayom_ledger::{
    Checkpoint, Hash, Integrated, Promise, Receipt, SignedCheckpoint, SigningKey, TileId,
    TlogProof, TreeHead, commitment, integrate, leaf_hash, prove_inclusion,
    receipt::{Fee, RECEIPT_FORMAT},
};

/// The log's origin in every test.
pub(crate) const ORIGIN: &str = "pengayom/polres-pati/0a1b2c3d";

/// When the first act was recorded, in microseconds since 1970: 2026-11-24T08:15:30Z.
pub(crate) const FIRST: i64 = 1_795_508_130_000_000;

/// A log's key, by generation.
pub(crate) fn log_key(generation: u8) -> SigningKey {
    SigningKey::log(ORIGIN, &[generation + 1; 32]).unwrap()
}

/// A witness's key.
pub(crate) fn witness_key() -> SigningKey {
    SigningKey::witness("ombudsman.example/jateng", &[0x77; 32]).unwrap()
}

/// Act `seq` of the unit, as the store writes it.
pub(crate) fn act_text(seq: u64) -> String {
    format!(
        "unit polres-pati\nseq {seq}\nsubject case 0193\nversion 1\nid 0193\nkind case.request_filed\n\
         schema 1\nactor {{\"kind\":\"citizen\"}}\nhappened {}\nrecorded {}\ntold -\nplace -\n\
         payload {{\"number\":\"{}\",\"service\":\"laporan\"}}\n",
        recorded(seq),
        recorded(seq),
        number(seq)
    )
}

/// When act `seq` was recorded.
pub(crate) fn recorded(seq: u64) -> i64 {
    FIRST + i64::try_from(seq).unwrap() * 1_000_000
}

/// The number of report `seq`.
pub(crate) fn number(seq: u64) -> String {
    format!("PTI-2611-{seq:04}")
}

/// The salt of act `seq`.
pub(crate) fn salt(seq: u64) -> [u8; 32] {
    let mut salt = [0x5a; 32];
    salt[..8].copy_from_slice(&seq.to_be_bytes());
    salt
}

/// The commitment to act `seq`.
pub(crate) fn committed(seq: u64) -> Hash {
    commitment(&salt(seq), act_text(seq))
}

/// A log in memory.
#[derive(Clone)]
pub(crate) struct Log {
    /// Its size and root.
    pub(crate) head: TreeHead,
    /// Its tiles.
    pub(crate) tiles: BTreeMap<TileId, Vec<u8>>,
}

impl Log {
    /// A log of acts 1 to `size`.
    pub(crate) fn of(size: u64) -> Self {
        let mut log = Self {
            head: TreeHead::EMPTY,
            tiles: BTreeMap::new(),
        };
        log.grow(
            &(1..=size)
                .map(|seq| leaf_hash(&committed(seq)))
                .collect::<Vec<_>>(),
        );
        log
    }

    /// Adds leaves by their hashes.
    pub(crate) fn grow(&mut self, leaves: &[Hash]) {
        let Integrated { head, tiles } = integrate(self.head, &self.tiles, leaves).unwrap();
        self.head = head;
        self.tiles
            .extend(tiles.into_iter().map(|tile| (tile.id, tile.hashes)));
    }

    /// Its checkpoint, signed.
    pub(crate) fn checkpoint(&self, keys: &[&SigningKey]) -> SignedCheckpoint {
        Checkpoint::new(ORIGIN, self.head.size, self.head.root)
            .unwrap()
            .sign(keys)
            .unwrap()
    }

    /// The proof text of act `seq` under a checkpoint of this log.
    pub(crate) fn proof(&self, seq: u64, checkpoint: SignedCheckpoint) -> TlogProof {
        TlogProof {
            extra: None,
            index: seq - 1,
            hashes: prove_inclusion(seq - 1, self.head.size, &self.tiles).unwrap(),
            checkpoint,
        }
    }
}

/// The receipt of report `seq`, without a proof.
pub(crate) fn receipt(seq: u64, key: &SigningKey) -> Receipt {
    let promise = Promise {
        origin: ORIGIN.to_owned(),
        number: number(seq),
        index: seq - 1,
        commitment: committed(seq),
        recorded: recorded(seq),
    };
    let promise = promise.sign(key).unwrap().to_string();
    let recorded_at = promise.lines().nth(5).unwrap().to_owned();
    Receipt {
        format: RECEIPT_FORMAT.to_owned(),
        unit: "polres-pati".to_owned(),
        unit_name: "Polres Pati".to_owned(),
        number: number(seq),
        recorded_at,
        fee: Some(Fee {
            amount: 0,
            currency: "IDR".to_owned(),
        }),
        key: key.verifier().to_string(),
        log: "https://pati.example/tlog".to_owned(),
        promise,
        act: Some(act_text(seq)),
        salt: Some(STANDARD.encode(salt(seq))),
        proof: None,
    }
}

/// Each way of flipping one bit.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(move |at| {
        let mut flipped = bytes.to_vec();
        flipped[at / 8] ^= 1 << (at % 8);
        flipped
    })
}
