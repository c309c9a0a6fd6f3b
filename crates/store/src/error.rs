//! What can go wrong in a store.

/// What can go wrong in a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote to the subject in between.
    #[error("stale version: expected {expected}, found {found}")]
    Stale {
        /// The version the caller knew.
        expected: u32,
        /// The version in the record.
        found: u32,
    },
    /// A command id came again with other content.
    #[error("this command id was used for another request")]
    CommandReused,
    /// Too many appends wait; nothing was recorded. Try again after a moment.
    #[error("too many requests wait to be recorded")]
    Busy,
    /// The store is closing; nothing was recorded.
    #[error("the store is closing")]
    Closing,
    /// A unit, login or number is taken.
    #[error("{what} is taken")]
    Taken {
        /// What is taken.
        what: &'static str,
    },
    /// Something an append needs is not there: an act to append, or a blob that it names.
    #[error("{what} is missing")]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// A stored thing does not read; the record is damaged or of a newer program.
    #[error("stored {what} does not read: {fault}")]
    Damaged {
        /// What it is, such as "act" or "case row".
        what: &'static str,
        /// What is wrong, without the value.
        fault: String,
    },
    /// The disk is full or cannot be written; nothing was recorded.
    #[error("the store cannot be written: {0}")]
    NotWritable(String),
    /// The store's server cannot be reached, or is just stopping or starting; nothing was recorded.
    #[error("the store cannot be reached: {0}")]
    Unreachable(String),
    /// The connection broke off during a commit and could not be mended to ask what became of it:
    /// what was to be recorded may be there or not. Asking again with the same command is safe.
    #[error("the connection to the store broke off; it is not known whether this was recorded")]
    Unclear,
    /// The address of a store is not understood; says why, without the address, which may hold a
    /// password.
    #[error("store address not understood: expected sqlite:PATH or postgres://..., found: {0}")]
    Address(String),
    /// The engine failed otherwise.
    #[error("the store failed: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}
