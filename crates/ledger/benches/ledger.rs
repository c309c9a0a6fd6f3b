//! How long the ledger's work takes: commitments, growing the tree, checking a receipt.
//!
//! `cargo bench -p pengayom-ledger` prints one JSON object a line. The baseline of growing is as
//! many bare SHA-256 hashes of a node's length in the same run. `-- --quick` does a tenth of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a measurement may stop at the first surprise, and prints its figures"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pengayom_ledger::cosign::cosign;
use pengayom_ledger::receipt::{Options, RECEIPT_FORMAT, verify};
use pengayom_ledger::witness::{AddCheckpoint, Outcome, judge};
use pengayom_ledger::{
    Checkpoint, Hash, Promise, Receipt, SigningKey, TileId, TlogProof, TreeHead, commitment,
    integrate, leaf_hash, node_hash, prove_consistency, prove_inclusion,
};
use serde_json::{Value, json};

const ORIGIN: &str = "pengayom/polres-pati/0a1b2c3d";

fn say(figure: &Value) {
    println!("{figure}");
}

/// The median of how long one takes, over a number of rounds.
fn median(rounds: usize, mut one: impl FnMut()) -> Duration {
    let mut took: Vec<Duration> = (0..rounds)
        .map(|_| {
            let began = Instant::now();
            one();
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[rounds / 2]
}

fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e9).round() / 1e3
}

fn act(seq: u64) -> String {
    let payload = json!({
        "number": format!("PTI-2611-{seq:04}"),
        "service": "laporan_polisi",
        "channel": "web",
        "promise": {"due": "2026-11-24T08:30:30Z", "standard": "tanggapan_awal"},
    });
    format!(
        "unit polres-pati\nseq {seq}\nsubject case 01936b7e-0000-7000-8000-{seq:012x}\nversion 1\n\
         id 01936b7e-0000-7000-9000-{seq:012x}\nkind case.request_filed\nschema 1\n\
         actor {{\"kind\":\"citizen\"}}\nhappened 1795508130000000\nrecorded {}\n\
         told AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\
         place {{\"station\":\"polsek-juwana\",\"beat\":\"33.18.09.2004\"}}\npayload {payload}\n",
        1_795_508_130_000_000_u64 + seq
    )
}

struct Grown {
    head: TreeHead,
    tiles: BTreeMap<TileId, Vec<u8>>,
}

fn grow(leaves: &[Hash], block: usize) -> Grown {
    let mut grown = Grown {
        head: TreeHead::EMPTY,
        tiles: BTreeMap::new(),
    };
    for some in leaves.chunks(block) {
        let next = integrate(grown.head, &grown.tiles, some).unwrap();
        grown.head = next.head;
        let changed = next.tiles.into_iter().map(|tile| (tile.id, tile.hashes));
        grown.tiles.extend(changed);
    }
    grown
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let size: u64 = if quick { 100_000 } else { 1_000_000 };
    let rounds = if quick { 200 } else { 2000 };

    let text = act(1);
    let one = median(rounds * 10, || {
        black_box(commitment(&[7; 32], black_box(&text)));
    });
    say(&json!({"measure": "commitment", "bytes": text.len(), "us": micros(one)}));

    let leaves: Vec<Hash> = (1..=size)
        .map(|seq| {
            let mut entry = [0; 32];
            entry[..8].copy_from_slice(&seq.to_be_bytes());
            leaf_hash(&entry)
        })
        .collect();
    let began = Instant::now();
    let mut hash = leaves[0];
    for leaf in &leaves {
        hash = node_hash(&hash, leaf);
    }
    black_box(hash);
    let bare = began.elapsed();
    say(&json!({"measure": "bare node hashes", "count": size, "ms": micros(bare) / 1e3}));
    for block in [1_000_000, 1000, 100] {
        let began = Instant::now();
        let grown = grow(&leaves, block);
        let took = began.elapsed();
        assert_eq!(grown.head.size, size);
        say(&json!({
            "measure": "integrate", "leaves": size, "block": block, "ms": micros(took) / 1e3,
            "leaves_a_second": (size as f64 / took.as_secs_f64()).round(),
            "of_bare": (took.as_secs_f64() / bare.as_secs_f64() * 100.0).round() / 100.0,
        }));
    }

    // A log whose middle act is a real one, for receipts and proofs.
    let seq = size / 2;
    let salt = [7; 32];
    let committed = commitment(&salt, act(seq));
    let mut leaves = leaves;
    leaves[usize::try_from(seq - 1).unwrap()] = leaf_hash(&committed);
    let log = grow(&leaves, 1_000_000);
    let key = SigningKey::log(ORIGIN, &[1; 32]).unwrap();
    let witness = SigningKey::witness("ombudsman.example", &[2; 32]).unwrap();
    let head = log.head;

    let prove = median(rounds, || {
        black_box(prove_inclusion(seq - 1, head.size, &log.tiles).unwrap());
    });
    say(&json!({"measure": "prove inclusion", "size": size, "us": micros(prove)}));

    let checkpoint = Checkpoint::new(ORIGIN, head.size, head.root).unwrap();
    let sign = median(rounds, || {
        black_box(checkpoint.clone().sign(&[&key]).unwrap());
    });
    say(&json!({"measure": "sign checkpoint", "us": micros(sign)}));

    let mut signed = checkpoint.sign(&[&key]).unwrap();
    let old = size - 1000;
    let request = AddCheckpoint {
        old,
        proof: prove_consistency(old, size, &log.tiles).unwrap(),
        checkpoint: signed.clone(),
    };
    let known = TreeHead {
        size: old,
        root: pengayom_ledger::root_at(old, &log.tiles).unwrap(),
    };
    let keys = [key.verifier()];
    let judged = median(rounds, || {
        let outcome = judge(&request, &known, &keys, &witness, 1_795_600_000);
        assert!(matches!(black_box(outcome), Outcome::Cosigned { .. }));
    });
    say(&json!({"measure": "witness judges", "us": micros(judged)}));

    signed.add(cosign(&signed, &witness, 1_795_600_000).unwrap());
    let promise = Promise {
        origin: ORIGIN.to_owned(),
        number: format!("PTI-2611-{seq:04}"),
        index: seq - 1,
        commitment: committed,
        recorded: 1_795_508_130_000_000 + i64::try_from(seq).unwrap(),
    };
    let promising = median(rounds, || {
        black_box(promise.sign(&key).unwrap());
    });
    say(&json!({"measure": "sign promise", "us": micros(promising)}));
    let promise = promise.sign(&key).unwrap().to_string();
    let bare = Receipt {
        format: RECEIPT_FORMAT.to_owned(),
        unit: "polres-pati".to_owned(),
        unit_name: "Polres Pati".to_owned(),
        number: format!("PTI-2611-{seq:04}"),
        recorded_at: promise.lines().nth(5).unwrap().to_owned(),
        fee: None,
        key: keys[0].to_string(),
        log: "https://pati.example/tlog".to_owned(),
        promise,
        act: Some(act(seq)),
        salt: Some(STANDARD.encode(salt)),
        proof: None,
    };
    let proof = TlogProof {
        extra: None,
        index: seq - 1,
        hashes: prove_inclusion(seq - 1, size, &log.tiles).unwrap(),
        checkpoint: signed,
    };
    let whole = Receipt {
        proof: Some(proof.to_string()),
        ..bare.clone()
    };
    let witnesses = [witness.verifier()];
    for (what, receipt, needed) in [("promise", &bare, 0), ("proof and a witness", &whole, 1)] {
        let options = Options {
            keys: &keys,
            witnesses: &witnesses,
            witnesses_needed: needed,
            ..Options::default()
        };
        let json = receipt.to_json().unwrap();
        let took = median(rounds, || {
            let read = Receipt::parse(&json).unwrap();
            black_box(verify(&read, &options).unwrap());
        });
        say(&json!({
            "measure": "verify receipt", "with": what, "bytes": json.len(), "us": micros(took),
        }));
    }
}
