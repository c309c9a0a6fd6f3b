//! Proofs and roots, as published, by the definition, and as another library sees them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use std::collections::BTreeMap;

use common::{Log, log_key};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use pengayom_ledger::{
    HASH_BYTES, Hash, MAX_PROOF_HASHES, ProofError, TileId, TileRef, TlogProof, TreeHead,
    integrate, leaf_hash, needed_to_prove_consistency, needed_to_prove_inclusion,
    prove_consistency, prove_inclusion, root_at, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

/// Leaves and roots that the implementations of RFC 6962 are tested with.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// S22. The published tree of the Certificate Transparency implementations.
#[test]
fn the_published_tree_has_the_published_roots() {
    let hashes: Vec<Hash> = LEAVES
        .iter()
        .map(|leaf| {
            let mut hasher = Sha256::new();
            hasher.update([0]);
            hasher.update(leaf);
            hasher.finalize().into()
        })
        .collect();
    let grown = integrate(TreeHead::EMPTY, &BTreeMap::new(), &hashes).unwrap();
    let tiles: BTreeMap<TileId, Vec<u8>> = grown
        .tiles
        .into_iter()
        .map(|tile| (tile.id, tile.hashes))
        .collect();
    for (size, root) in (0..).zip(ROOTS) {
        assert_eq!(hex(&root_at(size, &tiles).unwrap()), root, "{size}");
    }
    // The published way from leaf 0 to the root of eight.
    let way: Vec<String> = prove_inclusion(0, 8, &tiles)
        .unwrap()
        .iter()
        .map(|hash| hex(hash))
        .collect();
    assert_eq!(
        way,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
}

/// The entries of the common log, as another library grows a tree of them.
fn theirs(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    for seq in 1..=size {
        tree.push(common::committed(seq).to_vec());
    }
    tree
}

fn their_root(head: &TreeHead) -> RootHash<Sha256> {
    RootHash::new(head.root.into(), head.size)
}

/// Only the tiles named, cut to the width named.
fn fetch(log: &Log, wanted: &[TileRef]) -> BTreeMap<TileId, Vec<u8>> {
    wanted
        .iter()
        .map(|tile| {
            let id = tile.id().unwrap();
            (
                id,
                log.tiles[&id][..usize::from(tile.width) * HASH_BYTES].to_vec(),
            )
        })
        .collect()
}

fn head_at(log: &Log, size: u64) -> TreeHead {
    TreeHead {
        size,
        root: root_at(size, &log.tiles).unwrap(),
    }
}

// S22. Sizes around each edge of a tile: our roots are theirs, our proofs convince them, and theirs
// convince us. `ct-merkle` shares no code with ours or with `tlog_tiles`.
#[test]
fn another_library_agrees_on_roots_and_proofs() {
    let log = Log::of(1030);
    let leaf = |index: u64| common::committed(index + 1).to_vec();
    for size in [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000, 1030] {
        let tree = theirs(size);
        let head = head_at(&log, size);
        assert_eq!(tree.root(), their_root(&head), "{size}");
        for index in [0, 1, 2, 127, 254, 255, 256, 257, 510, 512, 767, 768, 1029] {
            if index >= size {
                continue;
            }
            let ours = prove_inclusion(index, size, &log.tiles).unwrap();
            let read = InclusionProof::<Sha256>::try_from_bytes(ours.concat()).unwrap();
            their_root(&head)
                .verify_inclusion(&leaf(index), index, &read)
                .unwrap();
            let position = usize::try_from(index).unwrap();
            assert_eq!(tree.prove_inclusion(position).as_bytes(), ours.concat());
            let hash = leaf_hash(&common::committed(index + 1));
            verify_inclusion(&ours, index, &hash, &head).unwrap();
        }
        for old in [1, 2, 3, 6, 8, 128, 255, 256, 257, 512, 999] {
            if old >= size {
                continue;
            }
            let ours = prove_consistency(old, size, &log.tiles).unwrap();
            let old_head = head_at(&log, old);
            let read = ConsistencyProof::<Sha256>::try_from_bytes(ours.concat()).unwrap();
            their_root(&head)
                .verify_consistency(&their_root(&old_head), &read)
                .unwrap();
            let added = usize::try_from(size - old).unwrap();
            assert_eq!(tree.prove_consistency(added).as_bytes(), ours.concat());
            verify_consistency(&ours, &old_head, &head).unwrap();
        }
    }
}

#[test]
fn growth_from_nothing_and_to_the_same_needs_no_proof() {
    let log = Log::of(10);
    let (head, hash) = (log.head, [[0; 32]]);
    assert_eq!(verify_consistency(&[], &TreeHead::EMPTY, &head), Ok(()));
    assert_eq!(verify_consistency(&[], &head, &head), Ok(()));
    assert_eq!(
        verify_consistency(&[], &TreeHead::EMPTY, &TreeHead::EMPTY),
        Ok(())
    );
    assert_eq!(
        verify_consistency(&hash, &TreeHead::EMPTY, &head),
        Err(ProofError::Wrong)
    );
    assert_eq!(
        verify_consistency(&hash, &head, &head),
        Err(ProofError::Wrong)
    );
    let other = TreeHead {
        root: [1; 32],
        ..head
    };
    assert_eq!(
        verify_consistency(&[], &head, &other),
        Err(ProofError::Wrong)
    );
    // An empty tree has one root.
    let false_empty = TreeHead {
        size: 0,
        root: [1; 32],
    };
    assert_eq!(
        verify_consistency(&[], &false_empty, &head),
        Err(ProofError::Wrong)
    );
    assert_eq!(
        verify_consistency(&[], &TreeHead::EMPTY, &false_empty),
        Err(ProofError::Wrong)
    );
    assert_eq!(
        verify_consistency(&[], &head, &head_at(&log, 9)),
        Err(ProofError::Shrunk { old: 10, new: 9 })
    );
}

// S22. Each way in which the published negative vectors alter a proof: another leaf, index, size or
// root, a hash too many, too few, altered, in another order.
#[test]
fn altered_proofs_are_refused() {
    let log = Log::of(300);
    let head = log.head;
    for index in [0, 1, 255, 256, 299] {
        let leaf = leaf_hash(&common::committed(index + 1));
        let right = prove_inclusion(index, 300, &log.tiles).unwrap();
        let ok = |proof: &[Hash], index, leaf: &Hash, head: &TreeHead| {
            verify_inclusion(proof, index, leaf, head).is_ok()
        };
        assert!(ok(&right, index, &leaf, &head));
        assert!(!ok(&right, index, &[0; 32], &head));
        assert!(!ok(&right, index ^ 1, &leaf, &head));
        assert!(!ok(&right, index ^ 2, &leaf, &head));
        assert!(!ok(&right, index + 256, &leaf, &head));
        for size in [1, 150, 299, 301, 600, u64::MAX] {
            // A proof does not bind the size of the tree when the shapes agree; the root, which is
            // signed with it, does. So sizes are tried with their own roots where there are any.
            let root = if size < 300 {
                root_at(size, &log.tiles).unwrap()
            } else {
                [7; 32]
            };
            assert!(
                !ok(&right, index, &leaf, &TreeHead { size, root }),
                "{index} {size}"
            );
        }
        assert!(!ok(
            &right,
            index,
            &leaf,
            &TreeHead {
                size: 300,
                root: [0; 32]
            }
        ));
        let mut more = right.clone();
        more.push(head.root);
        assert!(!ok(&more, index, &leaf, &head));
        assert!(!ok(
            &[vec![leaf], right.clone()].concat(),
            index,
            &leaf,
            &head
        ));
        for at in 0..right.len() {
            let mut bad = right.clone();
            bad.remove(at);
            assert!(!ok(&bad, index, &leaf, &head));
            let mut bad = right.clone();
            bad.insert(at, [0; 32]);
            assert!(!ok(&bad, index, &leaf, &head));
            for bit in 0..256 {
                let mut bad = right.clone();
                bad[at][bit / 8] ^= 1 << (bit % 8);
                assert!(!ok(&bad, index, &leaf, &head));
            }
        }
        let backwards: Vec<Hash> = right.iter().rev().copied().collect();
        assert!(!ok(&backwards, index, &leaf, &head));
        assert_eq!(
            verify_inclusion(&vec![[0; 32]; MAX_PROOF_HASHES + 1], index, &leaf, &head),
            Err(ProofError::TooLong)
        );
    }
    for old in [1, 2, 128, 255, 256, 257, 299] {
        let old_head = head_at(&log, old);
        let right = prove_consistency(old, 300, &log.tiles).unwrap();
        assert!(verify_consistency(&right, &old_head, &head).is_ok());
        let mut bads = vec![vec![], [right.clone(), vec![head.root]].concat()];
        for at in 0..right.len() {
            let mut bad = right.clone();
            bad.remove(at);
            bads.push(bad);
            for bit in 0..256 {
                let mut bad = right.clone();
                bad[at][bit / 8] ^= 1 << (bit % 8);
                bads.push(bad);
            }
        }
        for bad in bads {
            assert!(verify_consistency(&bad, &old_head, &head).is_err(), "{old}");
        }
        let forked = TreeHead {
            root: [1; 32],
            ..old_head
        };
        assert!(verify_consistency(&right, &forked, &head).is_err());
        let forked = TreeHead {
            root: [1; 32],
            ..head
        };
        assert!(verify_consistency(&right, &old_head, &forked).is_err());
    }
}

// S22. C2SP tlog-proof: the layout line by line, with and without extra data.
#[test]
fn a_proof_text_is_what_the_specification_says() {
    let log = Log::of(3);
    let mut proof = log.proof(2, log.checkpoint(&[&log_key(0)]));
    let text = proof.to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    assert_eq!(lines[1], "index 1");
    assert_eq!((lines[2].len(), lines[3].len(), lines[4]), (44, 44, ""));
    assert_eq!(lines[5], common::ORIGIN);
    assert_eq!(text.parse::<TlogProof>(), Ok(proof.clone()));
    proof.extra = Some(b"data".to_vec());
    let with_extra = proof.to_string();
    assert!(with_extra.starts_with("c2sp.org/tlog-proof@v1\nextra ZGF0YQ==\nindex 1\n"));
    assert_eq!(with_extra.parse::<TlogProof>(), Ok(proof));
    for (from, to) in [
        ("@v1", "@v2"),
        ("index 1", "index 01"),
        ("index 1\n", ""),
        ("index 1\n", "index 1\nindex 1\n"),
        ("index 1\n", "index 1\nAAAA\n"),
        ("index 1", "index -1"),
        ("\n\n", "\n"),
    ] {
        assert!(
            text.replacen(from, to, 1).parse::<TlogProof>().is_err(),
            "{to}"
        );
    }
    for (end, _) in text.char_indices() {
        assert!(text[..end].parse::<TlogProof>().is_err());
    }
    let long = text.replacen(
        "index 1\n",
        &format!("index 1\n{}", format!("{}\n", lines[2]).repeat(64)),
        1,
    );
    assert_eq!(long.parse::<TlogProof>(), Err(ProofError::TooLong));
    assert_eq!(
        "x".repeat(200_000).parse::<TlogProof>(),
        Err(ProofError::Malformed)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    // S22. Any leaf of any size, from only the tiles that were named.
    #[test]
    fn the_named_tiles_are_enough_for_any_proof(size in 1..3000_u64, index in any::<prop::sample::Index>(), old in any::<prop::sample::Index>()) {
        let log = Log::of(size);
        let limit = usize::try_from(size).unwrap();
        let index = index.index(limit) as u64;
        let old = old.index(limit) as u64 + 1;
        let needed = needed_to_prove_inclusion(index, size).unwrap();
        // As few as the specification promises: a way up, and the right edge.
        prop_assert!(needed.len() <= 4);
        let proof = prove_inclusion(index, size, &fetch(&log, &needed)).unwrap();
        let leaf = leaf_hash(&common::committed(index + 1));
        prop_assert_eq!(verify_inclusion(&proof, index, &leaf, &log.head), Ok(()));
        let needed = needed_to_prove_consistency(old, size).unwrap();
        let proof = prove_consistency(old, size, &fetch(&log, &needed)).unwrap();
        prop_assert_eq!(verify_consistency(&proof, &head_at(&log, old), &log.head), Ok(()));
    }

    // Whatever is sent: refused, never a panic.
    #[test]
    fn any_proof_is_refused_without_a_panic(
        proof in proptest::collection::vec(any::<[u8; 32]>(), 0..70),
        sizes in any::<(u64, u64)>(),
        root in any::<[u8; 32]>(),
        text in "\\PC{0,200}",
    ) {
        let (a, b) = sizes;
        let tree = TreeHead { size: b, root };
        prop_assert!(verify_inclusion(&proof, a, &[0; 32], &tree).is_err());
        let old = TreeHead { size: a.max(1), root: [1; 32] };
        prop_assert!(verify_consistency(&proof, &old, &tree).is_err());
        let small = TreeHead { size: b >> 4, root };
        prop_assert!(verify_inclusion(&proof, a >> 5, &[0; 32], &small).is_err());
        prop_assert!(text.parse::<TlogProof>().is_err());
        let _ = format!("c2sp.org/tlog-proof@v1\n{text}\n\n{text}").parse::<TlogProof>();
    }
}
