//! What is noted of who reports: a child and who is there for them, and somebody who cannot read and was told
//! what was written.

use serde::{Deserialize, Serialize};

/// Who is there for a child who reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guardian {
    /// A guardian is with the child.
    Present,
    /// One was called.
    Called,
    /// There is none, or none is found.
    Missing,
    /// The report is about the guardian, or the child is afraid of them: somebody else stands by.
    Unsafe,
}

impl Guardian {
    /// All, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Present, Self::Called, Self::Missing, Self::Unsafe];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Called => "called",
            Self::Missing => "missing",
            Self::Unsafe => "unsafe",
        }
    }

    /// The word's meaning.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// How somebody who cannot read was told what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToldBy {
    /// The officer read it aloud.
    Aloud,
    /// Somebody the reporter trusts read it to them.
    Companion,
    /// An interpreter said it in their language or in signs.
    Interpreter,
}

impl ToldBy {
    /// All, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Aloud, Self::Companion, Self::Interpreter];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aloud => "aloud",
            Self::Companion => "companion",
            Self::Interpreter => "interpreter",
        }
    }

    /// The word's meaning.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// How they said that it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    /// By word of mouth.
    Word,
    /// With a thumb on paper.
    Thumb,
    /// With a signature.
    Signature,
}

impl ConfirmedBy {
    /// All, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Word, Self::Thumb, Self::Signature];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Thumb => "thumb",
            Self::Signature => "signature",
        }
    }

    /// The word's meaning.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}
