//! A clock that is set and randomness that follows from a seed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use pengayom_node::{Clock, Randomness};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

/// A clock that stands where it is set.
#[derive(Debug)]
pub(super) struct SimulatedClock(AtomicI64);

impl SimulatedClock {
    /// A clock that stands at a moment.
    pub(super) fn new(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_microsecond()))
    }

    /// Sets it.
    pub(super) fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let microsecond = self.0.load(Ordering::SeqCst);
        Timestamp::from_microsecond(microsecond).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Randomness that follows from a seed.
#[derive(Debug)]
pub(super) struct SeededRandomness(Mutex<ChaCha20Rng>);

impl SeededRandomness {
    /// From a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng as _;
        match self.0.lock() {
            Ok(mut generator) => generator.fill_bytes(bytes),
            Err(poisoned) => poisoned.into_inner().fill_bytes(bytes),
        }
    }
}
