//! The one place that reads the wall clock and draws randomness from the machine.

use pengayom_node::{Clock, Randomness};

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock everything else is given"
    )]
    fn now(&self) -> jiff::Timestamp {
        let now = jiff::Timestamp::now();
        #[cfg(debug_assertions)]
        let now = crate::rehearsal::shifted(now);
        now
    }
}

/// The machine's source of randomness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng as _;
        rand::rng().fill_bytes(bytes);
    }
}
