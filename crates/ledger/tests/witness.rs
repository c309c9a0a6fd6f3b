//! A witness: what it cosigns, and each answer that the protocol names.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Log, ORIGIN, flips, log_key, witness_key};
use pengayom_ledger::witness::{
    AddCheckpoint, Outcome, RequestError, judge, origin_hash, size_in_conflict, take_answer,
};
use pengayom_ledger::{
    Checkpoint, EMPTY_ROOT, Hash, NoteError, SignedCheckpoint, SigningKey, TreeHead, VerifierKey,
    leaf_hash, prove_consistency, root_at,
};
use proptest::prelude::*;

const NOW: u64 = 1_795_600_000;

fn logs() -> Vec<VerifierKey> {
    vec![log_key(0).verifier()]
}

fn head_at(log: &Log, size: u64) -> TreeHead {
    TreeHead {
        size,
        root: root_at(size, &log.tiles).unwrap(),
    }
}

/// What a log sends that believes the witness to know `old`.
fn request(log: &Log, old: u64) -> AddCheckpoint {
    let proof = match old {
        0 => Vec::new(),
        old => prove_consistency(old, log.head.size, &log.tiles).unwrap(),
    };
    AddCheckpoint {
        old,
        proof,
        checkpoint: log.checkpoint(&[&log_key(0)]),
    }
}

fn answer(request: &AddCheckpoint, known: &TreeHead) -> Outcome {
    judge(request, known, &logs(), &witness_key(), NOW)
}

// S22. From nothing, to the same, and on: each time a cosignature that the log can put under its
// checkpoint and anybody can check.
#[test]
fn a_log_that_grows_is_cosigned() {
    let log = Log::of(700);
    for old in [0, 1, 255, 256, 699, 700] {
        let known = head_at(&log, old);
        let sent = request(&log, old);
        let outcome = answer(&sent.to_string().parse().unwrap(), &known);
        assert_eq!(
            (outcome.status(), outcome.content_type()),
            (200, "text/plain; charset=utf-8")
        );
        let mut checkpoint = sent.checkpoint.clone();
        let by = take_answer(
            &mut checkpoint,
            &outcome.body(),
            &[witness_key().verifier()],
        )
        .unwrap();
        assert_eq!((by.len(), by[0].time), (1, Some(NOW)));
        let Outcome::Cosigned {
            checkpoint: kept, ..
        } = outcome
        else {
            panic!()
        };
        assert_eq!(kept, checkpoint);
        let keys = [log_key(0).verifier(), witness_key().verifier()];
        assert_eq!(checkpoint.verify(ORIGIN, &keys).unwrap().len(), 2);
    }
}

// S22. A log set back to yesterday's backup: smaller, then grown again to another tree.
#[test]
fn a_log_that_was_set_back_or_forked_is_never_cosigned() {
    let log = Log::of(700);
    let known = log.head;
    // It is smaller than what the witness knows, and says so or does not.
    let back = Log::of(500);
    assert_eq!(
        answer(&request(&back, 500), &known),
        Outcome::Conflict { size: 700 }
    );
    let mut claims = request(&back, 0);
    claims.old = 700;
    assert_eq!(answer(&claims, &known), Outcome::BadRequest);
    // It has grown past it, from 500, to another tree.
    let mut forked = back;
    forked.grow(&vec![leaf_hash(&[9; 32]); 300]);
    assert_eq!(
        answer(&request(&forked, 700), &known),
        Outcome::Unprocessable
    );
    // As large, and another.
    let mut same = Log::of(500);
    same.grow(&vec![leaf_hash(&[9; 32]); 200]);
    assert_eq!(answer(&request(&same, 700), &known), Outcome::Unprocessable);
}

// S22. Each status of C2SP tlog-witness.
#[test]
fn each_refusal_has_its_status() {
    let log = Log::of(700);
    let known = head_at(&log, 600);
    let sent = request(&log, 600);
    let status = |request: &AddCheckpoint, known: &TreeHead| answer(request, known).status();
    assert_eq!(status(&sent, &known), 200);
    // 409, with the size it knows.
    let outcome = answer(&sent, &head_at(&log, 650));
    assert_eq!(
        (
            outcome.status(),
            outcome.content_type(),
            outcome.body().as_str()
        ),
        (409, "text/x.tlog.size", "650\n")
    );
    assert_eq!(size_in_conflict(&outcome.body()), Some(650));
    for wrong in ["650", "0650\n", "-1\n", "\n", "", "650\n\n"] {
        assert_eq!(size_in_conflict(wrong), None);
    }
    // 404: a log that is not watched. Before anything else is looked at.
    let stranger = SigningKey::log("example.com/other", &[5; 32]).unwrap();
    let theirs = AddCheckpoint {
        checkpoint: Checkpoint::new("example.com/other", 700, log.head.root)
            .unwrap()
            .sign(&[&stranger])
            .unwrap(),
        ..sent.clone()
    };
    assert_eq!(status(&theirs, &known), 404);
    // 403: signed by nobody known; a wrong signature under a known name; the key of another log.
    let by = |key: &SigningKey| AddCheckpoint {
        checkpoint: log.checkpoint(&[key]),
        ..sent.clone()
    };
    assert_eq!(status(&by(&log_key(1)), &known), 403);
    assert_eq!(status(&by(&stranger), &known), 403);
    let forged = sent
        .to_string()
        .replace(&format!("\n{ORIGIN}\n700\n"), &format!("\n{ORIGIN}\n701\n"));
    assert_eq!(status(&forged.parse().unwrap(), &known), 403);
    // 400: an older size above the newer.
    assert_eq!(
        status(
            &AddCheckpoint {
                old: 701,
                ..sent.clone()
            },
            &known
        ),
        400
    );
    // 422: a proof that does not fit, one hash altered, none, or one from nothing.
    let none = AddCheckpoint {
        proof: vec![],
        ..sent.clone()
    };
    assert_eq!(status(&none, &known), 422);
    let mut altered = sent.clone();
    altered.proof[0][0] ^= 1;
    assert_eq!(status(&altered, &known), 422);
    let from_nothing = AddCheckpoint { old: 0, ..sent };
    assert_eq!(status(&from_nothing, &TreeHead::EMPTY), 422);
    // 422: an empty tree with another root than the empty one's.
    let empty = |root: Hash| AddCheckpoint {
        old: 0,
        proof: vec![],
        checkpoint: Checkpoint::new(ORIGIN, 0, root)
            .unwrap()
            .sign(&[&log_key(0)])
            .unwrap(),
    };
    assert_eq!(status(&empty([1; 32]), &TreeHead::EMPTY), 422);
    assert_eq!(status(&empty(EMPTY_ROOT), &TreeHead::EMPTY), 200);
}

// S22. After a change of key a checkpoint bears both signatures: who watches by the old key goes on.
#[test]
fn a_witness_with_the_old_key_goes_on_and_keeps_what_it_checked() {
    let log = Log::of(700);
    let both = AddCheckpoint {
        checkpoint: log.checkpoint(&[&log_key(1), &log_key(0)]),
        ..request(&log, 600)
    };
    let Outcome::Cosigned { checkpoint, .. } = answer(&both, &head_at(&log, 600)) else {
        panic!()
    };
    // Only the signature that it could check, and its own, are kept and served.
    let names: Vec<_> = checkpoint
        .note()
        .signatures()
        .iter()
        .map(pengayom_ledger::SignatureLine::id)
        .collect();
    assert_eq!(names, [log_key(0).id(), witness_key().id()]);
}

#[test]
fn the_body_is_what_the_specification_says() {
    let log = Log::of(3);
    let body = request(&log, 2).to_string();
    let lines: Vec<&str> = body.split('\n').collect();
    assert_eq!(
        (lines[0], lines[1].len(), lines[2], lines[3]),
        ("old 2", 44, "", ORIGIN)
    );
    assert_eq!(body.parse::<AddCheckpoint>(), Ok(request(&log, 2)));
    for (from, to) in [
        ("old 2", "old 02"),
        ("old 2", "old"),
        ("old 2", "new 2"),
        ("old 2\n", ""),
        ("\n\n", "\n"),
        ("old 2\n", "old 2\nAAAA\n"),
    ] {
        assert!(
            body.replacen(from, to, 1).parse::<AddCheckpoint>().is_err(),
            "{to}"
        );
    }
    let hashes = |count| format!("old 2\n{}", format!("{}\n", lines[1]).repeat(count));
    assert_eq!(
        body.replacen("old 2\n", &hashes(63), 1)
            .parse::<AddCheckpoint>(),
        Err(RequestError::TooManyHashes)
    );
    assert!(
        body.replacen("old 2\n", &hashes(62), 1)
            .parse::<AddCheckpoint>()
            .is_ok()
    );
    assert!(matches!(
        "x".repeat(200_000).parse::<AddCheckpoint>(),
        Err(RequestError::TooLong { found: 200_000 })
    ));
    // The name under which the checkpoint is served: SHA-256 of the origin, as `sha256sum` says.
    assert_eq!(
        origin_hash("example.com/log"),
        "4d3203c8f35cdf600e475f55fede6081a703d3d322f208865fca2ec4f0e030f8"
    );
}

// S22. A wrong answer of a witness changes nothing.
#[test]
fn a_wrong_answer_is_not_taken() {
    let log = Log::of(700);
    let sent = request(&log, 600);
    let right = answer(&sent, &head_at(&log, 600)).body();
    let keys = [witness_key().verifier()];
    let take = |answer: &str, keys: &[VerifierKey]| -> Result<SignedCheckpoint, NoteError> {
        let mut checkpoint = sent.checkpoint.clone();
        let outcome = take_answer(&mut checkpoint, answer, keys);
        if outcome.is_err() {
            assert_eq!(checkpoint, sent.checkpoint);
        }
        outcome.map(|_| checkpoint)
    };
    assert_eq!(take(&right, &keys).unwrap().note().signatures().len(), 2);
    // A line by somebody unknown beside it is passed over.
    let beside = format!("— somebody AAAAAAAA\n{right}");
    assert_eq!(take(&beside, &keys), take(&right, &keys));
    assert!(matches!(
        take(&right, &[]),
        Err(NoteError::NoKnownKey { .. })
    ));
    assert!(matches!(
        take(&right, &logs()),
        Err(NoteError::NoKnownKey { .. })
    ));
    for wrong in ["", "\n", "700\n", right.trim_end(), &format!("{right}\n")] {
        assert!(take(wrong, &keys).is_err(), "{wrong:?}");
    }
    // The cosignature of another tree.
    let other = answer(&request(&Log::of(650), 600), &head_at(&log, 600)).body();
    assert!(matches!(
        take(&other, &keys),
        Err(NoteError::BadSignature { .. })
    ));
    for flipped in flips(right.as_bytes()) {
        if let Ok(text) = String::from_utf8(flipped) {
            assert!(take(&text, &keys).is_err(), "{text}");
        }
    }
}

// S22. Every bit of a request: flipped, nothing but the right tree is ever cosigned.
#[test]
fn every_flipped_bit_of_a_request_is_refused_or_harmless() {
    let log = Log::of(40);
    let known = head_at(&log, 20);
    let right = request(&log, 20);
    for flipped in flips(right.to_string().as_bytes()) {
        let Ok(text) = String::from_utf8(flipped) else {
            continue;
        };
        let Ok(read) = text.parse::<AddCheckpoint>() else {
            continue;
        };
        if let Outcome::Cosigned { checkpoint, .. } = answer(&read, &known) {
            panic!("cosigned {checkpoint}");
        }
    }
    assert_eq!(answer(&right, &known).status(), 200);
}

proptest! {
    #[test]
    fn any_text_is_a_request_as_it_would_be_written_or_refused(text in "old [0-9]{0,3}\n([A-Za-z0-9+/]{43}=\n){0,3}\n\\PC{0,20}\n[0-9]{1,3}\n[A-Za-z0-9+/]{43}=\n\n— [a-z]{1,3} [A-Za-z0-9+/]{8}\n", other in "\\PC{0,100}") {
        if let Ok(request) = text.parse::<AddCheckpoint>() {
            prop_assert_eq!(request.to_string(), text);
        }
        prop_assert!(other.parse::<AddCheckpoint>().is_err());
        let _ = size_in_conflict(&other);
    }

    // A witness that is asked in any order only ever moves on.
    #[test]
    fn a_witness_only_moves_on(sizes in proptest::collection::vec(1..300_u64, 1..8)) {
        let log = Log::of(300);
        let mut known = TreeHead::EMPTY;
        for size in sizes {
            let now = head_at(&log, size);
            let checkpoint = Checkpoint::new(ORIGIN, size, now.root).unwrap().sign(&[&log_key(0)]).unwrap();
            let proof = if known.size == 0 || known.size > size {
                vec![]
            } else {
                prove_consistency(known.size, size, &log.tiles).unwrap()
            };
            let old = known.size.min(size);
            match answer(&AddCheckpoint { old, proof, checkpoint }, &known) {
                Outcome::Cosigned { .. } => {
                    prop_assert!(size >= known.size);
                    known = now;
                }
                outcome => {
                    prop_assert!(size < known.size);
                    prop_assert_eq!(outcome, Outcome::Conflict { size: known.size });
                }
            }
        }
    }
}
