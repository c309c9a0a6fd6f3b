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

/// Why nothing of a case may be erased for now (Law 27 of 2022, articles 15 and 44: what the law
/// needs for its own proceedings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldGround {
    /// A court ordered it, or needs it for a trial.
    CourtOrder,
    /// It belongs to an investigation that goes on.
    Investigation,
    /// A complaint about how it was handled is not decided yet.
    Complaint,
}

impl HoldGround {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::CourtOrder, Self::Investigation, Self::Complaint];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CourtOrder => "court_order",
            Self::Investigation => "investigation",
            Self::Complaint => "complaint",
        }
    }

    /// The ground of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }
}

/// That nothing of a case may be erased for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub ground: HoldGround,
    /// The order, letter or number it rests on.
    pub reference: String,
}

/// That personal data was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub basis: ErasureBasis,
}
