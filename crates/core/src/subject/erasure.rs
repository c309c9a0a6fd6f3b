//! Erasing what identifies a person, while what was done stays in the record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why personal data was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureBasis {
    /// The person asked for it and the law allows it (Law 27 of 2022, articles 8 and 43).
    Request,
    /// The time for which the service keeps it is over (Law 27 of 2022, article 43).
    Retention,
}

impl ErasureBasis {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Retention => "retention",
        }
    }
}

/// That personal data was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub basis: ErasureBasis,
}
