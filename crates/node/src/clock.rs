//! The outside world's clock and randomness, passed in so that rules and tests do not know them.

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The moment now.
    fn now(&self) -> jiff::Timestamp;
}

/// Draws random bytes fit for secrets.
pub trait Randomness: Send + Sync + 'static {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}
