//! The sample log in `tests/data/log`: what the formats look like, byte for byte, for verifiers in
//! other languages (`e2e/tests/ledger.test.mjs`) and so that no format drifts unnoticed.
//!
//! When a file is another than would be written today, the test leaves all of them for comparison.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Log, ORIGIN, committed, log_key, receipt, witness_key};
use pengayom_ledger::cosign::cosign;
use pengayom_ledger::receipt::{Options, verify};
use pengayom_ledger::witness::AddCheckpoint;
use pengayom_ledger::{
    Hash, Receipt, SignedCheckpoint, TileId, TileKind, TileRef, TlogProof, bundle, leaf_hash,
    prove_consistency, root_at, unbundle,
};

const SIZE: u64 = 300;
const OLD: u64 = 200;
const COSIGNED: u64 = 1_795_600_000;

/// Every file of the sample by its name.
fn sample() -> BTreeMap<String, Vec<u8>> {
    let log = Log::of(SIZE);
    let key = log_key(0);
    let mut checkpoint = log.checkpoint(&[&key]);
    let line = cosign(&checkpoint, &witness_key(), COSIGNED).unwrap();
    checkpoint.add(line);

    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut put = |name: String, bytes: Vec<u8>| assert!(files.insert(name, bytes).is_none());
    put("key".to_owned(), format!("{}\n", key.verifier()).into());
    let witness = witness_key().verifier();
    put("witness".to_owned(), format!("{witness}\n").into());
    put("checkpoint".to_owned(), checkpoint.to_string().into());
    let old = Log::of(OLD).checkpoint(&[&key]);
    put(format!("checkpoint-{OLD}"), old.to_string().into());
    for (id, hashes) in &log.tiles {
        let tile = TileRef::hashes(*id, SIZE).unwrap();
        put(tile.to_string(), hashes.clone());
    }
    let entries: Vec<Hash> = (1..=SIZE).map(committed).collect();
    for (index, some) in (0..).zip(entries.chunks(256)) {
        let tile = TileRef {
            kind: TileKind::Entries,
            index,
            width: u16::try_from(some.len()).unwrap(),
        };
        put(
            tile.to_string(),
            bundle(some.iter().map(Hash::as_slice)).unwrap(),
        );
    }
    for index in [0, 1, 127, 199, 254, 255, 256, 257, 298, 299] {
        let proof = log.proof(index + 1, checkpoint.clone());
        put(
            format!("proof/{index}.tlog-proof"),
            proof.to_string().into(),
        );
    }
    let request = AddCheckpoint {
        old: OLD,
        proof: prove_consistency(OLD, SIZE, &log.tiles).unwrap(),
        checkpoint: log.checkpoint(&[&key]),
    };
    put("add-checkpoint".to_owned(), request.to_string().into());

    let promised = receipt(7, &key);
    put(
        "receipt-0007.json".to_owned(),
        promised.to_json().unwrap().into(),
    );
    let mut proven = receipt(200, &key);
    proven.proof = Some(log.proof(200, checkpoint).to_string());
    put(
        "receipt-0200.json".to_owned(),
        proven.to_json().unwrap().into(),
    );
    let for_people = "Tanda terima laporan\nPolres Pati, nomor PTI-2611-0200";
    put(
        "receipt-0200.txt".to_owned(),
        proven.to_text(for_people).unwrap().into(),
    );
    let signed = pengayom_ledger::SignedPromise::parse(&promised.promise).unwrap();
    let fragment = signed.compact().unwrap().to_fragment().unwrap();
    put(
        "receipt-0007.fragment".to_owned(),
        format!("{fragment}\n").into(),
    );
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/log")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

// S22. What was given out stays readable for ever: the same acts and keys give the same bytes.
#[test]
fn the_sample_log_is_what_it_was() {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ledger-sample");
    let mut others = Vec::new();
    for (name, bytes) in sample() {
        let path = made.join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes).unwrap();
        if std::fs::read(folder().join(&name)).ok() != Some(bytes) {
            others.push(name);
        }
    }
    assert!(
        others.is_empty(),
        "{others:?} would be as in {}",
        made.display()
    );
    std::fs::remove_dir_all(made).unwrap();
}

// S22. From the files alone, as a stranger would: tiles give the checkpoint's root, entries the leaf
// hashes, proofs and receipts are right.
#[test]
fn the_sample_log_is_right_from_its_files_alone() {
    let key = text("key").trim_end().parse().unwrap();
    let witness = text("witness").trim_end().parse().unwrap();
    let checkpoint = SignedCheckpoint::parse(&text("checkpoint")).unwrap();
    let keys = [key, witness];
    let by = checkpoint.verify(ORIGIN, &keys).unwrap();
    assert_eq!((by.len(), by[1].time), (2, Some(COSIGNED)));

    let tiles: BTreeMap<TileId, Vec<u8>> = ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
        .into_iter()
        .map(|path| {
            let tile: TileRef = path.parse().unwrap();
            (tile.id().unwrap(), read(path))
        })
        .collect();
    assert_eq!(
        root_at(SIZE, &tiles).as_ref(),
        Ok(checkpoint.checkpoint().root())
    );

    let mut hashes = Vec::new();
    for path in ["tile/entries/000", "tile/entries/001.p/44"] {
        let tile: TileRef = path.parse().unwrap();
        for entry in unbundle(&read(path), tile.width).unwrap() {
            hashes.extend(leaf_hash(entry.try_into().unwrap()));
        }
    }
    let leaves = [read("tile/0/000"), read("tile/0/001.p/44")].concat();
    assert_eq!(hashes, leaves);

    for index in [0_usize, 1, 127, 199, 254, 255, 256, 257, 298, 299] {
        let proof: TlogProof = text(&format!("proof/{index}.tlog-proof")).parse().unwrap();
        let leaf = leaves[index * 32..][..32].try_into().unwrap();
        proof.verify_inclusion(leaf).unwrap();
        assert_eq!(proof.checkpoint, checkpoint);
    }
    for name in ["receipt-0007.json", "receipt-0200.json", "receipt-0200.txt"] {
        let receipt = Receipt::parse(&text(name)).unwrap();
        let options = Options {
            keys: &keys[..1],
            witnesses: &keys[1..],
            ..Options::default()
        };
        let verdict = verify(&receipt, &options).unwrap();
        assert_eq!(verdict.tree.is_some(), name != "receipt-0007.json");
    }
}
