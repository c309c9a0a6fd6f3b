//! Receipts: right ones are believed, forged, cut off, repeated and future ones refused.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{FIRST, Log, ORIGIN, flips, log_key, receipt, witness_key};
use pengayom_ledger::receipt::{Field, Known, Options, ReceiptError, Refusal, verify};
use pengayom_ledger::{
    CompactPromise, Hash, Receipt, SigningKey, TreeHead, VerifierKey, cosign::cosign, leaf_hash,
    prove_consistency,
};
use proptest::prelude::*;

const SEQ: u64 = 300;
const DAY: i64 = 86_400_000_000;

fn keys() -> Vec<VerifierKey> {
    vec![log_key(0).verifier()]
}

fn options(keys: &[VerifierKey]) -> Options<'_> {
    Options {
        keys,
        ..Options::default()
    }
}

/// A receipt with a proof under a checkpoint that a witness cosigned.
fn proven(log: &Log) -> Receipt {
    let mut checkpoint = log.checkpoint(&[&log_key(0)]);
    let line = cosign(&checkpoint, &witness_key(), 1_795_600_000).unwrap();
    checkpoint.add(line);
    let mut one = receipt(SEQ, &log_key(0));
    one.proof = Some(log.proof(SEQ, checkpoint).to_string());
    one
}

// S22. At once there is a promise, shortly after a proof; both are checked offline.
#[test]
fn a_right_receipt_is_believed_with_and_without_a_proof() {
    let keys = keys();
    let promised = verify(&receipt(SEQ, &log_key(0)), &options(&keys)).unwrap();
    assert_eq!(promised.promise.number, "PTI-2611-0300");
    assert_eq!((promised.promise.index, promised.tree), (299, None));

    let log = Log::of(1000);
    let witnesses = [witness_key().verifier()];
    let verdict = verify(
        &proven(&log),
        &Options {
            witnesses: &witnesses,
            witnesses_needed: 1,
            proof_needed: true,
            number: Some("PTI-2611-0300"),
            now: Some(1_795_600_000_000_000),
            known: Some(Known {
                tree: log.head,
                consistency: None,
            }),
            ..options(&keys)
        },
    )
    .unwrap();
    assert_eq!(verdict.tree, Some(log.head));
    assert_eq!(
        verdict.witnesses,
        [("ombudsman.example/jateng".to_owned(), 1_795_600_000)]
    );
    assert!(verdict.in_known);
}

// S22. A key that was changed later still stands for what it signed.
#[test]
fn a_receipt_of_before_a_change_of_key_stays_right() {
    let both = [log_key(1).verifier(), log_key(0).verifier()];
    let log = Log::of(400);
    let mut old = receipt(SEQ, &log_key(0));
    // The checkpoint is of after the change: signed by both.
    let checkpoint = log.checkpoint(&[&log_key(1), &log_key(0)]);
    old.proof = Some(log.proof(SEQ, checkpoint).to_string());
    assert!(verify(&old, &options(&both)).is_ok());
    assert!(verify(&old, &options(&both[1..])).is_ok());
    // Who knows only the new key is told which key it would take.
    match verify(&old, &options(&both[..1])) {
        Err(Refusal::WrongKey { expected, found }) => {
            assert_eq!(expected, [format!("{ORIGIN}+{}", log_key(1).id())]);
            assert_eq!(found, format!("{ORIGIN}+{}", log_key(0).id()));
        }
        other => panic!("{other:?}"),
    }
}

// S22. Forged in each way: the refusal is of its own type and names both sides.
#[test]
fn what_was_put_together_is_refused_by_its_name() {
    let keys = keys();
    let log = Log::of(1000);
    let right = proven(&log);
    let refused = |change: &dyn Fn(&mut Receipt)| {
        let mut one = right.clone();
        change(&mut one);
        verify(&one, &options(&keys)).unwrap_err()
    };
    let stranger = SigningKey::log(ORIGIN, &[0x33; 32]).unwrap();
    let differs = |field, expected: &str, found: &str| Refusal::Differs {
        field,
        expected: expected.to_owned(),
        found: found.to_owned(),
    };

    // Signed by a stranger who says so, and by one who claims the unit's key.
    assert!(matches!(
        refused(&|one| *one = receipt(SEQ, &stranger)),
        Refusal::WrongKey { .. }
    ));
    assert!(matches!(
        refused(&|one| one.promise = receipt(SEQ, &stranger).promise),
        Refusal::Signature {
            part: "promise",
            ..
        }
    ));
    // Number, time and unit beside the promise.
    assert_eq!(
        refused(&|one| one.number = "PTI-2611-0301".to_owned()),
        differs(Field::Number, "PTI-2611-0300", "PTI-2611-0301")
    );
    assert_eq!(
        refused(&|one| one.recorded_at = "2026-11-24T08:15:30.000000Z".to_owned()),
        differs(
            Field::RecordedAt,
            "2026-11-24T08:20:30.000000Z",
            "2026-11-24T08:15:30.000000Z"
        )
    );
    assert_eq!(
        refused(&|one| one.unit = "polres-kudus".to_owned()),
        differs(Field::Unit, "polres-pati", "polres-kudus")
    );
    // Another act, another salt, the promise of another report.
    assert_eq!(
        refused(&|one| one.act = one.act.take().map(|act| act.replace("laporan", "pujian"))),
        Refusal::OtherAct
    );
    assert_eq!(
        refused(&|one| one.salt = receipt(301, &log_key(0)).salt),
        Refusal::OtherAct
    );
    assert!(matches!(
        refused(&|one| one.promise = receipt(301, &log_key(0)).promise),
        Refusal::Differs {
            field: Field::Number,
            ..
        }
    ));
    // The proof of another leaf; of this leaf with another's hashes; under another root.
    let proof_of = |seq, log: &Log| log.proof(seq, log.checkpoint(&[&log_key(0)]));
    assert_eq!(
        refused(&|one| one.proof = Some(proof_of(301, &log).to_string())),
        Refusal::OtherLeaf {
            expected: 299,
            found: 300
        }
    );
    assert_eq!(
        refused(&|one| {
            let mut proof = proof_of(301, &log);
            proof.index = 299;
            one.proof = Some(proof.to_string());
        }),
        Refusal::NotIncluded {
            index: 299,
            size: 1000
        }
    );
    let mut other = Log::of(299);
    other.grow(&vec![leaf_hash(&[1; 32]); 701]);
    assert_eq!(
        refused(&|one| one.proof = Some(proof_of(300, &other).to_string())),
        Refusal::NotIncluded {
            index: 299,
            size: 1000
        }
    );
    // A checkpoint that is older than the act.
    let short = Log::of(299);
    assert_eq!(
        refused(&|one| {
            let mut proof = proof_of(300, &log);
            proof.checkpoint = short.checkpoint(&[&log_key(0)]);
            one.proof = Some(proof.to_string());
        }),
        Refusal::OlderThanTheAct {
            index: 299,
            size: 299
        }
    );
    // A checkpoint of another log, and one that a stranger signed.
    let elsewhere = "pengayom/polres-kudus/11111111";
    let foreign = SigningKey::log(elsewhere, &[1; 32]).unwrap();
    assert_eq!(
        refused(&|one| {
            let mut proof = proof_of(300, &log);
            proof.checkpoint =
                pengayom_ledger::Checkpoint::new(elsewhere, log.head.size, log.head.root)
                    .unwrap()
                    .sign(&[&foreign])
                    .unwrap();
            one.proof = Some(proof.to_string());
        }),
        Refusal::OtherLog {
            expected: ORIGIN.to_owned(),
            found: elsewhere.to_owned()
        }
    );
    assert!(matches!(
        refused(&|one| {
            let mut proof = proof_of(300, &log);
            proof.checkpoint = log.checkpoint(&[&stranger]);
            one.proof = Some(proof.to_string());
        }),
        Refusal::Signature {
            part: "checkpoint",
            ..
        }
    ));
}

// S22. The act itself says its number, time and place in the order; a unit that promised one thing
// and recorded another is caught by its own signature.
#[test]
fn an_act_that_says_otherwise_than_its_promise_is_refused() {
    let keys = keys();
    let committed_to = |act: String| {
        let mut one = receipt(SEQ, &log_key(0));
        let salt = common::salt(SEQ);
        let promise = pengayom_ledger::Promise {
            origin: ORIGIN.to_owned(),
            number: common::number(SEQ),
            index: SEQ - 1,
            commitment: pengayom_ledger::commitment(&salt, &act),
            recorded: common::recorded(SEQ),
        };
        one.promise = promise.sign(&log_key(0)).unwrap().to_string();
        one.act = Some(act);
        verify(&one, &options(&keys))
    };
    let act = common::act_text(SEQ);
    assert!(committed_to(act.clone()).is_ok());
    for (from, to, field) in [
        ("PTI-2611-0300", "PTI-2611-0299", Field::Number),
        ("\nrecorded 1", "\nrecorded 2", Field::RecordedAt),
        ("\nseq 300\n", "\nseq 299\n", Field::Sequence),
        ("unit polres-pati\n", "unit polres-kudus\n", Field::Unit),
    ] {
        match committed_to(act.replace(from, to)) {
            Err(Refusal::Differs { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{other:?}"),
        }
    }
    // Two lines of one name would let two readers see two acts.
    for twice in ["seq 300\n", "recorded 1\n", "payload {}\n"] {
        assert_eq!(
            committed_to(format!("{act}{twice}")),
            Err(Refusal::Unreadable { part: "act" })
        );
    }
    assert_eq!(
        committed_to(act.replace("payload {", "payload [")),
        Err(Refusal::Unreadable { part: "act" })
    );
    assert_eq!(
        committed_to("x".repeat(pengayom_ledger::receipt::MAX_ACT_BYTES + 1)),
        Err(Refusal::Unreadable { part: "act" })
    );
}

// S22. Replayed: the right receipt, of another report than the one at hand.
#[test]
fn the_receipt_of_another_report_is_refused() {
    let keys = keys();
    let of = |number| {
        verify(
            &receipt(SEQ, &log_key(0)),
            &Options {
                number: Some(number),
                ..options(&keys)
            },
        )
    };
    assert!(of("PTI-2611-0300").is_ok());
    assert_eq!(
        of("PTI-2611-0007"),
        Err(Refusal::OtherReport {
            expected: "PTI-2611-0007".to_owned(),
            found: "PTI-2611-0300".to_owned()
        })
    );
}

// S22. From the future: by the clock, and by the log as it is known.
#[test]
fn what_comes_from_the_future_is_refused() {
    let keys = keys();
    let witnesses = [witness_key().verifier()];
    let log = Log::of(1000);
    let at = |one: &Receipt, now| {
        verify(
            one,
            &Options {
                witnesses: &witnesses,
                now: Some(now),
                ..options(&keys)
            },
        )
    };
    let recorded = common::recorded(SEQ);
    let promised = receipt(SEQ, &log_key(0));
    assert!(at(&promised, recorded).is_ok());
    // Clocks differ a little.
    assert!(at(&promised, recorded - 60_000_000).is_ok());
    assert_eq!(
        at(&promised, recorded - DAY),
        Err(Refusal::FromTheFuture {
            part: "promise",
            now: recorded - DAY,
            found: recorded
        })
    );
    assert!(matches!(
        at(&proven(&log), recorded),
        Err(Refusal::FromTheFuture {
            part: "cosignature",
            ..
        })
    ));

    let known = |one: &Receipt, tree, consistency: Option<&[Hash]>, now| {
        let known = Known { tree, consistency };
        let options = Options {
            known: Some(known),
            now,
            ..options(&keys)
        };
        verify(one, &options)
    };
    // The log is smaller than the receipt shows that it was: it was set back.
    let back = Log::of(600).head;
    assert_eq!(
        known(&proven(&log), back, None, None),
        Err(Refusal::AheadOfTheLog {
            known: 600,
            found: 1000
        })
    );
    // With a promise alone this shows once the log had time to take the act up.
    let small = Log::of(200).head;
    assert!(known(&promised, small, None, Some(recorded)).is_ok());
    assert_eq!(
        known(&promised, small, None, Some(recorded + DAY)),
        Err(Refusal::AheadOfTheLog {
            known: 200,
            found: 300
        })
    );
    // The log is as large, or larger, and another.
    let mut forked = Log::of(999);
    forked.grow(&[leaf_hash(&[9; 32])]);
    assert_eq!(
        known(&proven(&log), forked.head, None, None),
        Err(Refusal::Forked { size: 1000 })
    );
    let mut grown = log.clone();
    grown.grow(&[leaf_hash(&[8; 32]); 500]);
    forked.grow(&[leaf_hash(&[8; 32]); 500]);
    let proof = |of: &Log| prove_consistency(1000, 1500, &of.tiles).unwrap();
    let in_known = |tree: TreeHead, proof: &[Hash]| {
        known(&proven(&log), tree, Some(proof), None).map(|verdict| verdict.in_known)
    };
    assert_eq!(in_known(grown.head, &proof(&grown)), Ok(true));
    assert_eq!(
        in_known(forked.head, &proof(&forked)),
        Err(Refusal::Forked { size: 1000 })
    );
    assert_eq!(
        in_known(grown.head, &[]),
        Err(Refusal::Forked { size: 1000 })
    );
}

#[test]
fn proof_and_witnesses_can_be_asked_for() {
    let keys = keys();
    let witnesses = [witness_key().verifier()];
    let bare = receipt(SEQ, &log_key(0));
    let ask = |one: &Receipt, proof_needed, witnesses_needed| {
        verify(
            one,
            &Options {
                proof_needed,
                witnesses_needed,
                witnesses: &witnesses,
                ..options(&keys)
            },
        )
        .map(|_| ())
    };
    assert_eq!(ask(&bare, true, 0), Err(Refusal::NoProof));
    assert_eq!(ask(&bare, false, 1), Err(Refusal::NoProof));
    let log = Log::of(1000);
    assert_eq!(ask(&proven(&log), true, 1), Ok(()));
    assert_eq!(
        ask(&proven(&log), true, 2),
        Err(Refusal::TooFewWitnesses {
            expected: 2,
            found: 1
        })
    );
}

// S22. Every bit of a receipt that has everything: flipped, it is refused, or nothing that is signed
// has changed.
#[test]
fn every_flipped_bit_is_refused_or_harmless() {
    let keys = keys();
    let witnesses = [witness_key().verifier()];
    let options = Options {
        witnesses: &witnesses,
        witnesses_needed: 1,
        proof_needed: true,
        number: Some("PTI-2611-0300"),
        ..options(&keys)
    };
    let right = proven(&Log::of(1000));
    let verdict = verify(&right, &options).unwrap();
    let text = right.to_json().unwrap();
    let (mut refused, mut harmless) = (0, 0);
    for flipped in flips(text.as_bytes()) {
        let Ok(flipped) = String::from_utf8(flipped) else {
            refused += 1;
            continue;
        };
        let Ok(one) = Receipt::parse(&flipped) else {
            refused += 1;
            continue;
        };
        if let Ok(found) = verify(&one, &options) {
            assert_eq!(found, verdict);
            let signed_part = Receipt {
                unit_name: right.unit_name.clone(),
                fee: right.fee.clone(),
                log: right.log.clone(),
                ..one
            };
            assert_eq!(signed_part, right, "{flipped}");
            harmless += 1;
        } else {
            refused += 1;
        }
    }
    // What is not signed: the unit's name, the fee and the log's address, for the reader.
    assert!(harmless < 8 * 50, "{harmless} of {}", harmless + refused);
    assert!(refused > 20 * harmless, "{refused}");
}

// S22. Cut off anywhere, as JSON and as text.
#[test]
fn a_receipt_that_was_cut_off_is_refused() {
    let json = proven(&Log::of(1000)).to_json().unwrap();
    for (end, _) in json.char_indices() {
        assert!(Receipt::parse(&json[..end]).is_err(), "{end}");
    }
    let text = receipt(SEQ, &log_key(0)).to_text("Tanda terima").unwrap();
    for (end, _) in text.trim_end().char_indices() {
        assert!(Receipt::parse(&text[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_receipts_text_is_read_with_whatever_people_wrote_above_it() {
    let one = receipt(SEQ, &log_key(0));
    let for_people = "Tanda terima laporan\nNomor PTI-2611-0300\n{ bukan JSON }";
    let text = one.to_text(for_people).unwrap();
    assert!(text.starts_with("Tanda terima laporan\n"));
    assert_eq!(Receipt::parse(&text), Ok(one.clone()));
    assert_eq!(Receipt::parse(&text.replace('\n', "\r\n")), Ok(one.clone()));
    assert_eq!(
        Receipt::parse(&format!("\u{feff}{text}\n\n")),
        Ok(one.clone())
    );
    assert_eq!(Receipt::parse(&one.to_json().unwrap()), Ok(one.clone()));
    assert_eq!(
        Receipt::parse("Tanda terima laporan\n"),
        Err(ReceiptError::NoReceipt)
    );
    assert!(matches!(
        Receipt::parse(&" ".repeat(300_000)),
        Err(ReceiptError::TooLong { found: 300_000 })
    ));
    assert!(matches!(
        Receipt::parse(&text.replace("/v1\",", "/v2\",")),
        Err(ReceiptError::Format { .. })
    ));
    // A proof that is absent, not null, was taken out by somebody.
    assert!(matches!(
        Receipt::parse(&one.to_json().unwrap().replace(",\n  \"proof\": null", "")),
        Err(ReceiptError::Json { .. })
    ));
}

// S22. The QR code holds the same promise; the log's name comes with the page.
#[test]
fn a_qr_code_holds_the_promise() {
    let keys = keys();
    let signed = pengayom_ledger::SignedPromise::parse(&receipt(SEQ, &log_key(0)).promise).unwrap();
    let compact = signed.compact().unwrap();
    let bytes = compact.to_bytes().unwrap();
    assert_eq!(bytes.len(), 118 + "PTI-2611-0300".len());
    assert_eq!(bytes[0], 1);
    let fragment = compact.to_fragment().unwrap();
    let read = CompactPromise::from_fragment(&fragment).unwrap();
    assert_eq!(read, compact);
    assert_eq!(read.verify(ORIGIN, &keys).unwrap(), signed);
    assert!(
        read.verify("pengayom/polres-kudus/11111111", &keys)
            .is_err()
    );
    for end in 0..bytes.len() {
        assert_eq!(CompactPromise::from_bytes(&bytes[..end]), None);
    }
    for flipped in flips(&bytes) {
        let right = CompactPromise::from_bytes(&flipped)
            .is_some_and(|read| read.verify(ORIGIN, &keys).is_ok());
        assert!(!right);
    }
}

#[test]
fn a_promise_that_cannot_be_written_is_not_signed() {
    let right = pengayom_ledger::Promise {
        origin: ORIGIN.to_owned(),
        number: "PTI-2611-0001".to_owned(),
        index: 0,
        commitment: [0; 32],
        recorded: FIRST,
    };
    let key = log_key(0);
    assert!(right.sign(&key).is_ok());
    for wrong in [
        pengayom_ledger::Promise {
            number: String::new(),
            ..right.clone()
        },
        pengayom_ledger::Promise {
            number: "a\nb".to_owned(),
            ..right.clone()
        },
        pengayom_ledger::Promise {
            number: "9".repeat(65),
            ..right.clone()
        },
        pengayom_ledger::Promise {
            recorded: -1,
            ..right.clone()
        },
        pengayom_ledger::Promise {
            recorded: i64::MAX,
            ..right.clone()
        },
        pengayom_ledger::Promise {
            index: u64::MAX,
            ..right.clone()
        },
        pengayom_ledger::Promise {
            origin: "another".to_owned(),
            ..right.clone()
        },
    ] {
        assert!(wrong.sign(&key).is_err(), "{wrong:?}");
    }
    assert!(right.sign(&witness_key()).is_err());
}

proptest! {
    // Any bytes: refused or read, never a panic.
    #[test]
    fn any_text_is_no_panic(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let keys = keys();
        let _ = Receipt::parse(&text);
        let _ = Receipt::parse(&format!("\n{}\n{text}", pengayom_ledger::receipt::RECEIPT_MARKER));
        let _ = pengayom_ledger::SignedPromise::parse(&text);
        if let Some(read) = CompactPromise::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes().unwrap(), bytes);
            prop_assert!(read.verify(ORIGIN, &keys).is_err());
        }
        let _ = CompactPromise::from_fragment(&text);
        let mut one = receipt(SEQ, &log_key(0));
        one.proof = Some(text.clone());
        prop_assert!(verify(&one, &options(&keys)).is_err());
        one.proof = None;
        one.act = Some(text);
        prop_assert_eq!(verify(&one, &options(&keys)), Err(Refusal::OtherAct));
    }

    // Any report's promise is written, signed, read and believed.
    #[test]
    fn promises_are_read_as_written(
        number in "[A-Z]{1,5}-[0-9]{4}-[0-9]{1,9}",
        index in 0..pengayom_ledger::MAX_SIZE,
        commitment in any::<[u8; 32]>(),
        recorded in 0..253_402_300_799_999_999_i64,
    ) {
        let key = log_key(0);
        let promise = pengayom_ledger::Promise {
            origin: ORIGIN.to_owned(), number, index, commitment, recorded,
        };
        let signed = promise.sign(&key).unwrap();
        let read = pengayom_ledger::SignedPromise::parse(&signed.to_string()).unwrap();
        prop_assert_eq!(read.verify(&keys()).unwrap(), &promise);
        let compact = CompactPromise::from_fragment(&signed.compact().unwrap().to_fragment().unwrap());
        prop_assert_eq!(compact.unwrap().verify(ORIGIN, &keys()).unwrap(), signed);
    }
}
