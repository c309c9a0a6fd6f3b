//! Notes, checkpoints and cosignatures: as published, as other libraries read them, and refused when
//! forged or cut off.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod common;

use common::{Log, ORIGIN, flips, log_key, witness_key};
use pengayom_ledger::cosign::cosign;
use pengayom_ledger::{
    Checkpoint, CheckpointError, KeyKind, MAX_SIGNATURES, Note, NoteError, SignedCheckpoint,
    SigningKey, VerifierKey,
};
use proptest::prelude::*;
use signed_note::Verifier as _;

/// The note that Go's package `note` is tested with, by two keys.
const PUBLISHED: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n\
    — EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";

fn known(keys: &[&str]) -> Vec<VerifierKey> {
    keys.iter().map(|key| key.parse().unwrap()).collect()
}

// S22. The published note of the format's first implementation, with each set of known keys.
#[test]
fn the_published_note_verifies() {
    let note = Note::parse(PUBLISHED).unwrap();
    assert_eq!(note.to_string(), PUBLISHED);
    let names = |keys: &[&str]| -> Vec<String> {
        let verified = note.verify(&known(keys)).unwrap();
        verified.into_iter().map(|one| one.name).collect()
    };
    assert_eq!(names(&[PETER]), ["PeterNeumann"]);
    assert_eq!(names(&[ENOCH]), ["EnochRoot"]);
    assert_eq!(names(&[ENOCH, PETER]), ["PeterNeumann", "EnochRoot"]);
    match note.verify(&[log_key(0).verifier()]) {
        Err(NoteError::NoKnownKey { expected, found }) => {
            assert_eq!(expected.len(), 1);
            assert_eq!(found, ["PeterNeumann+c74f20a3", "EnochRoot+af0cfe78"]);
        }
        other => panic!("{other:?}"),
    }
    // A wrong signature of a known key spoils the note, even beside a right one.
    let forged = PUBLISHED.replace("EnochRoot rwz+eBzm", "EnochRoot rwz+eBzn");
    assert!(matches!(
        Note::parse(&forged).unwrap().verify(&known(&[PETER, ENOCH])),
        Err(NoteError::BadSignature { key }) if key == "EnochRoot+af0cfe78"
    ));
    assert!(
        Note::parse(&forged)
            .unwrap()
            .verify(&known(&[PETER]))
            .is_ok()
    );
}

// S22. Every bit of the published note: flipped, no text is believed but the right one.
#[test]
fn every_flipped_bit_of_a_note_is_refused_or_harmless() {
    let keys = known(&[PETER, ENOCH]);
    let text = Note::parse(PUBLISHED).unwrap().text().to_owned();
    for flipped in flips(PUBLISHED.as_bytes()) {
        let Ok(flipped) = String::from_utf8(flipped) else {
            continue;
        };
        let Ok(note) = Note::parse(&flipped) else {
            continue;
        };
        if note.verify(&keys).is_ok() {
            // Harmless: one of the two signatures is now by nobody known.
            assert_eq!(note.text(), text);
        }
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let lines = PUBLISHED.split_once("\n\n").unwrap().1;
    for (wrong, why) in [
        (PUBLISHED.trim_end().to_owned(), "no last newline"),
        (PUBLISHED.replace("\n\n", "\n"), "no empty line"),
        (PUBLISHED.replace("— ", "- "), "another dash"),
        (PUBLISHED.replace("Peter", "Peter\t"), "a control character"),
        (PUBLISHED.replace(" x08", "  x08"), "two spaces"),
        (format!("{PUBLISHED}x"), "something behind it"),
        ("a\n\n— b AAAA\n".to_owned(), "a signature too short"),
        ("a\n\n— b+c AAAAAAAA\n".to_owned(), "a name with a plus"),
        ("a\n\n".to_owned(), "no signature"),
        (String::new(), "nothing"),
        (
            format!("a\n\n{}", lines.repeat(MAX_SIGNATURES)),
            "too many signatures",
        ),
    ] {
        assert_eq!(Note::parse(&wrong), Err(NoteError::Malformed), "{why}");
    }
    assert!(matches!(
        Note::parse(&"a".repeat(100_000)),
        Err(NoteError::TooLong { found: 100_000, .. })
    ));
    assert!(Note::sign("no newline", &[&log_key(0)]).is_err());
    assert!(Note::sign("a\n", &[]).is_err());
    assert!(Note::sign("a\n", &[&witness_key()]).is_err());
    // Empty lines belong to the text; the last one ends it.
    let note = Note::sign("a\n\nb\n", &[&log_key(0)]).unwrap().to_string();
    assert_eq!(Note::parse(&note).unwrap().text(), "a\n\nb\n");
}

// S22. What we sign the `signed_note` crate verifies, and what it reads we read alike.
#[test]
fn another_library_verifies_our_notes() {
    let log = Log::of(5);
    let signed = log.checkpoint(&[&log_key(1), &log_key(0)]).to_string();
    let note = signed_note::Note::from_bytes(signed.as_bytes()).unwrap();
    for generation in 0..2 {
        let vkey = log_key(generation).verifier();
        let verifier = signed_note::StandardVerifier::new(&vkey.to_string()).unwrap();
        assert_eq!(verifier.key_id(), u32::from_be_bytes(vkey.id().0));
        let list = signed_note::VerifierList::new(vec![Box::new(verifier)]);
        let (right, other) = note.verify(&list).unwrap();
        assert_eq!((right.len(), other.len()), (1, 1));
    }
    let read = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((read.origin(), read.size()), (ORIGIN, 5));
    assert_eq!(read.hash().0, log.head.root);
}

fn verify(text: &str, keys: &[VerifierKey]) -> Result<usize, CheckpointError> {
    let read = SignedCheckpoint::parse(text)?;
    read.verify(ORIGIN, keys).map(|by| by.len())
}

// S22. A checkpoint bears the signatures of the current key and of earlier ones; either is enough.
#[test]
fn a_checkpoint_signed_by_two_keys_is_known_by_either() {
    let log = Log::of(20);
    let text = log.checkpoint(&[&log_key(1), &log_key(0)]).to_string();
    assert_eq!(verify(&text, &[log_key(0).verifier()]), Ok(1));
    assert_eq!(verify(&text, &[log_key(1).verifier()]), Ok(1));
    assert_eq!(
        verify(&text, &[log_key(0).verifier(), log_key(1).verifier()]),
        Ok(2)
    );
    assert!(matches!(
        verify(&text, &[log_key(2).verifier()]),
        Err(CheckpointError::Note(NoteError::NoKnownKey { .. }))
    ));
    assert!(matches!(
        verify(&text, &[]),
        Err(CheckpointError::Note(NoteError::NoKnownKey { .. }))
    ));
}

#[test]
fn extension_lines_are_kept_and_signed() {
    let text =
        "example.com/log\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\none line\nanother\n";
    let key = SigningKey::log("example.com/log", &[1; 32]).unwrap();
    let signed = Note::sign(text, &[&key]).unwrap().to_string();
    let read = SignedCheckpoint::parse(&signed).unwrap();
    assert_eq!(read.checkpoint().extension(), ["one line", "another"]);
    assert_eq!(read.checkpoint().text(), text);
    assert!(read.verify("example.com/log", &[key.verifier()]).is_ok());
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let key = log_key(0);
    let root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let parse = |text: &str| {
        SignedCheckpoint::parse(&Note::sign(text, &[&key]).unwrap().to_string()).unwrap_err()
    };
    for wrong in [
        format!("{ORIGIN}\n5\n"),
        format!("{ORIGIN}\n05\n{root}\n"),
        format!("{ORIGIN}\n-5\n{root}\n"),
        format!("{ORIGIN}\n18446744073709551616\n{root}\n"),
        format!("{ORIGIN}\n5\n{}\n", root.replace('=', "")),
        format!("{ORIGIN}\n5\nAAAA\n"),
        format!("\n5\n{root}\n"),
        format!("{ORIGIN}\n5\n{root}\n\nx\n"),
        format!("{}\n5\n{root}\n", "a".repeat(256)),
    ] {
        assert_eq!(parse(&wrong), CheckpointError::Malformed, "{wrong}");
    }
    assert_eq!(
        parse(&format!("{ORIGIN}\n{}\n{root}\n", u64::MAX)),
        CheckpointError::TooLarge { found: u64::MAX }
    );
    // A promise by the same key is no checkpoint.
    let promise = common::receipt(1, &key).promise;
    assert!(SignedCheckpoint::parse(&promise).is_err());
    // And a checkpoint no promise.
    let checkpoint = Log::of(1).checkpoint(&[&key]).to_string();
    assert!(pengayom_ledger::SignedPromise::parse(&checkpoint).is_err());
}

// S22. Another log's checkpoint, and one that another log's key signed.
#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let log = Log::of(20);
    let other = SigningKey::log("pengayom/polres-kudus/11111111", &[9; 32]).unwrap();
    let theirs = Checkpoint::new(other.name(), 20, log.head.root).unwrap();
    let both = [log_key(0).verifier(), other.verifier()];
    assert_eq!(
        verify(&theirs.sign(&[&other]).unwrap().to_string(), &both),
        Err(CheckpointError::Origin {
            expected: ORIGIN.to_owned(),
            found: other.name().to_owned()
        })
    );
    assert!(matches!(
        verify(&log.checkpoint(&[&other]).to_string(), &both),
        Err(CheckpointError::Note(NoteError::NoKnownKey { .. }))
    ));
}

fn cosigned(log: &Log) -> SignedCheckpoint {
    let mut checkpoint = log.checkpoint(&[&log_key(0)]);
    let line = cosign(&checkpoint, &witness_key(), 1_795_600_000).unwrap();
    checkpoint.add(line);
    checkpoint
}

// S22. C2SP tlog-cosignature: eight bytes of time, then Ed25519 over header, time and text. Put
// together here byte by byte, and checked with another library's key.
#[test]
fn a_cosignature_is_what_the_specification_says() {
    let log = Log::of(20);
    let checkpoint = cosigned(&log);
    let key = witness_key().verifier();
    let line = &checkpoint.note().signatures()[1];
    assert_eq!((line.name(), line.id()), (key.name(), key.id()));
    let (time, signature) = line.bytes().split_at(8);
    assert_eq!(time, 1_795_600_000_u64.to_be_bytes());
    let message = format!(
        "cosignature/v1\ntime 1795600000\n{}",
        checkpoint.checkpoint().text()
    );
    let public = ed25519_dalek::VerifyingKey::from_bytes(key.public()).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(signature).unwrap();
    public
        .verify_strict(message.as_bytes(), &signature)
        .unwrap();

    // The key id is that of type 4: hash of name, newline, 4 and key.
    let id = signed_note::key_id(key.name(), &[&[4], key.public().as_slice()].concat());
    assert_eq!(u32::from_be_bytes(key.id().0), id);
    let by = checkpoint
        .verify(ORIGIN, &[log_key(0).verifier(), key])
        .unwrap();
    assert_eq!(by[1].kind, KeyKind::Witness);
    assert_eq!(by[1].time, Some(1_795_600_000));
}

#[test]
fn a_cosignature_alone_is_no_checkpoint_of_the_log() {
    let log = Log::of(20);
    let text = cosigned(&log).to_string();
    assert!(matches!(
        verify(&text, &[witness_key().verifier()]),
        Err(CheckpointError::Note(NoteError::NoKnownKey { .. }))
    ));
    // A cosignature of another time is another signature; no time is none.
    let checkpoint = log.checkpoint(&[&log_key(0)]);
    assert!(cosign(&checkpoint, &witness_key(), 0).is_none());
    assert!(cosign(&checkpoint, &witness_key(), u64::MAX).is_none());
    assert!(cosign(&checkpoint, &log_key(0), 1).is_none());
}

// S22. Every bit of a cosigned checkpoint: flipped, it is refused, or says what it said and lost a
// signature at most.
#[test]
fn every_flipped_bit_of_a_checkpoint_is_refused_or_harmless() {
    let log = Log::of(20);
    let right = cosigned(&log);
    let keys = [log_key(0).verifier(), witness_key().verifier()];
    let whole = right.verify(ORIGIN, &keys).unwrap();
    for flipped in flips(right.to_string().as_bytes()) {
        let Ok(text) = String::from_utf8(flipped) else {
            continue;
        };
        let Ok(read) = SignedCheckpoint::parse(&text) else {
            continue;
        };
        if let Ok(by) = read.verify(ORIGIN, &keys) {
            assert_eq!(read.checkpoint(), right.checkpoint());
            // The log's signature is right; the witness's is right, or by nobody known.
            assert_eq!(by[..], whole[..1]);
        }
    }
}

// S22. Cut off anywhere.
#[test]
fn a_checkpoint_that_was_cut_off_is_refused() {
    let text = cosigned(&Log::of(20)).to_string();
    let keys = [log_key(0).verifier()];
    let whole_line = text.rfind("— ").unwrap();
    for (end, _) in text.char_indices() {
        // Before the witness's line it is a whole checkpoint, without it.
        assert_eq!(
            verify(&text[..end], &keys).is_ok(),
            end == whole_line,
            "{end}"
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_a_note_as_it_would_be_written_or_refused(text in "(\\PC{0,30}\n){0,4}\n?(— [a-z]{1,5} [A-Za-z0-9+/]{8}\n){0,3}") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        // The other library reads the same notes.
        let theirs = signed_note::Note::from_bytes(text.as_bytes());
        prop_assert_eq!(Note::parse(&text).is_ok(), theirs.is_ok());
        let _ = SignedCheckpoint::parse(&text);
    }

    #[test]
    fn checkpoints_are_read_as_written(size in 0..pengayom_ledger::MAX_SIZE, root in any::<[u8; 32]>()) {
        let key = log_key(0);
        let signed = Checkpoint::new(ORIGIN, size, root).unwrap().sign(&[&key]).unwrap();
        let read = SignedCheckpoint::parse(&signed.to_string()).unwrap();
        prop_assert_eq!(&read, &signed);
        prop_assert!(read.verify(ORIGIN, &[key.verifier()]).is_ok());
        prop_assert_eq!((read.checkpoint().size(), *read.checkpoint().root()), (size, root));
    }
}
