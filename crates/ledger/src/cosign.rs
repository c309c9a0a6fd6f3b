//! Cosignatures: a witness's word that it saw a log only grow
//! ([C2SP tlog-cosignature](https://c2sp.org/tlog-cosignature), Ed25519, version 1).
//!
//! Written by hand, because no library offers it: a key of type 4, and for a signature eight bytes
//! of time before the 64 of Ed25519 over `cosignature/v1`, the time, and the checkpoint's text.

use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyKind, SigningKey, VerifierKey};
use crate::note::SignatureLine;

/// Times beyond this are none (the specification's bound).
const MAX_TIME: u64 = i64::MAX.unsigned_abs();

/// What is signed for a checkpoint's text at a time.
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The signature line of a witness under a checkpoint, at a time in seconds since 1970.
///
/// It says: of this log, this is the largest tree I have seen, and it grew from those before. The
/// caller must have checked that: see [`crate::witness::judge`]. `None` for a key that is no
/// witness's, or a time that is none (0 means "no time" to the specification).
pub fn cosign(checkpoint: &SignedCheckpoint, key: &SigningKey, time: u64) -> Option<SignatureLine> {
    if key.kind() != KeyKind::Witness || time == 0 || time > MAX_TIME {
        return None;
    }
    let signature = key.sign_bytes(message(checkpoint.note().text(), time).as_bytes());
    let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
    Some(SignatureLine::new(key, bytes))
}

/// The time of a cosignature of a note's text, when it is right.
pub(crate) fn time_of(text: &str, bytes: &[u8], key: &VerifierKey) -> Option<u64> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let signature = <&[u8; 64]>::try_from(signature).ok()?;
    let time = u64::from_be_bytes(*time);
    let right =
        time > 0 && time <= MAX_TIME && key.is_signed(message(text, time).as_bytes(), signature);
    right.then_some(time)
}
