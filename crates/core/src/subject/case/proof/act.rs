//! What can happen to the proof of a case.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::gap::Gap;
use crate::pack::{Code, CollectionNeed};

/// What a piece of evidence says of an element (S14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearing {
    /// It speaks for the element.
    Supports,
    /// It speaks against it, and so for the reported person.
    Weakens,
    /// It says something about it, for neither side.
    Neutral,
}

impl Bearing {
    /// All of them, in the order of the forms.
    pub const ALL: [Self; 3] = [Self::Supports, Self::Weakens, Self::Neutral];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supports => "supports",
            Self::Weakens => "weakens",
            Self::Neutral => "neutral",
        }
    }

    /// The bearing of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// Why a piece of evidence counts no longer, though it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutGround {
    /// Whoever gave it took it back, or it turned out to be wrong.
    Withdrawn,
    /// The court refused the permit for its seizure: it is no evidence (KUHAP 2025 art. 121).
    PermitRefused,
    /// It was obtained unlawfully.
    Unlawful,
}

impl OutGround {
    /// All of them, in the order of the forms.
    pub const ALL: [Self; 3] = [Self::Withdrawn, Self::PermitRefused, Self::Unlawful];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::PermitRefused => "permit_refused",
            Self::Unlawful => "unlawful",
        }
    }

    /// The ground of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// An offence was put into the proof plan, or its date became better known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenceNamed {
    /// An offence of the pack.
    pub offence: String,
    /// First day on which the act may have been done; `None`: not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last such day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// An offence was taken out of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffenceDropped {
    /// Which.
    pub offence: String,
    /// Why, in the officer's words.
    pub reason: String,
}

/// A piece of evidence got its type and the legal basis of its collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceTyped {
    /// Which, in the order they came, from 1.
    pub evidence: u32,
    /// The code of procedure in force on the day it was collected.
    pub law: Code,
    /// A type of evidence of that code.
    pub kind: String,
    /// A way of collecting of the pack.
    pub way: String,
    /// The day it was collected, in the unit's zone.
    pub on: Date,
    /// Who collected it, in words, where it was not whoever records this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<String>,
    /// Where, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// From whom, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Number of the permit or letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why it could not wait for a permit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<String>,
    /// The first witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_1: Option<String>,
    /// The second witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_2: Option<String>,
    /// The day on which whoever held it got a copy or receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_on: Option<Date>,
    /// That was later than the law says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy_late: bool,
    /// The piece of evidence that is the recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<u32>,
    /// Why there is no recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_recording: Option<String>,
    /// What its way of collecting must have and it has not, as the pack said that day: until that is
    /// made good it does not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<CollectionNeed>,
}

/// A piece of evidence was linked to an element, or its bearing was judged anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLinked {
    /// Which, in the order they came, from 1.
    pub evidence: u32,
    /// An offence of the plan.
    pub offence: String,
    /// One of its elements.
    pub element: String,
    /// What it says of it.
    pub bearing: Bearing,
}

/// A piece of evidence counts no longer; it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceOut {
    /// Which, in the order they came, from 1.
    pub evidence: u32,
    /// On what ground.
    pub ground: OutGround,
    /// Why, in the officer's words.
    pub reason: String,
}

/// Somebody looked for what speaks for the reported person (S14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherSideSought {
    /// Something was found.
    pub found: bool,
    /// What, or where it was looked for, in the officer's words.
    pub text: String,
}

/// Somebody wanted to say that the proof is complete, and it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofRefused {
    /// What was missing, at most [`super::GAPS_MAX`].
    pub gaps: Vec<Gap>,
    /// How many there were in all.
    pub count: u32,
}

/// The content of a file is no longer what was put there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAltered {
    /// SHA-256 of the content that was put there, 64 hexadecimal digits.
    pub file: String,
    /// SHA-256 of what was found; `None`: it could not be read whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}
