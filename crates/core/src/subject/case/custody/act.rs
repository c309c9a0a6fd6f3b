//! What can happen to a thing in custody.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Exhibit, Holder};
use crate::value::OfficerId;

/// Somebody outside the unit who has an exhibit for a time, or for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// A laboratory, for a test.
    Laboratory,
    /// The prosecutor, with the file.
    Prosecutor,
}

impl Outside {
    /// Both, in the order of the forms.
    pub const ALL: [Self; 2] = [Self::Laboratory, Self::Prosecutor];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Laboratory => "laboratory",
            Self::Prosecutor => "prosecutor",
        }
    }

    /// The recipient of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// How an exhibit leaves when one proposes it and another confirms: for good or, when it is money, to somebody
/// outside for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposal {
    /// Returned to its owner.
    Returned,
    /// Destroyed.
    Destroyed,
    /// Sold by auction.
    Auctioned,
    /// Paid into the state's account.
    Deposited,
    /// Sent to a laboratory, and back later.
    Laboratory,
    /// Sent to the prosecutor, and back later.
    Prosecutor,
}

impl Disposal {
    /// Those that are for good, in the order of the forms.
    pub const ENDS: [Self; 4] = [
        Self::Returned,
        Self::Destroyed,
        Self::Auctioned,
        Self::Deposited,
    ];

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Returned,
        Self::Destroyed,
        Self::Auctioned,
        Self::Deposited,
        Self::Laboratory,
        Self::Prosecutor,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Destroyed => "destroyed",
            Self::Auctioned => "auctioned",
            Self::Deposited => "deposited",
            Self::Laboratory => "laboratory",
            Self::Prosecutor => "prosecutor",
        }
    }

    /// The end of a form's word. What goes outside for a time has a form of its own.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ENDS.into_iter().find(|known| known.as_str() == word)
    }

    /// The way to somebody outside.
    pub const fn to(outside: Outside) -> Self {
        match outside {
            Outside::Laboratory => Self::Laboratory,
            Outside::Prosecutor => Self::Prosecutor,
        }
    }

    /// To whom outside it goes for a time; `None` when it is for good.
    pub const fn outside(self) -> Option<Outside> {
        match self {
            Self::Returned | Self::Destroyed | Self::Auctioned | Self::Deposited => None,
            Self::Laboratory => Some(Outside::Laboratory),
            Self::Prosecutor => Some(Outside::Prosecutor),
        }
    }
}

/// An officer took a thing into custody. It is a piece of evidence, counted with the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitTaken {
    /// What it is, in the officer's words.
    pub description: String,
    /// How many pieces it is.
    pub quantity: u32,
    /// Number of its seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// From whom it was taken, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where it lies, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What it amounts to, in rupiah, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rupiah: Option<u64>,
}

impl ExhibitTaken {
    pub(super) fn exhibit(&self, officer: OfficerId, at: Timestamp) -> Exhibit {
        Exhibit {
            seal: self.seal.clone(),
            quantity: self.quantity,
            rupiah: self.rupiah,
            holder: Holder::Officer(officer),
            since: at,
            place: self.place.clone(),
            offer: None,
            proposal: None,
            difference: None,
            sent_by: None,
        }
    }
}

/// Whoever has an exhibit offered it to a colleague.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverOffered {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// To whom.
    pub to: OfficerId,
    /// What for, in the officer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The colleague accepted it: the other signature of the hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverAccepted {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// Who offered it.
    pub from: OfficerId,
    /// Where it lies from then on, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What was counted, in rupiah, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// An offer was declined by the colleague, or taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverEnded {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// Why, in the officer's words.
    pub reason: String,
}

/// An exhibit was put somewhere else, or sealed anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitMoved {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// Where it lies, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Number of its new seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// An exhibit went to somebody outside, who gave a receipt. Money goes by [`DisposalProposed`] and
/// [`DisposalConfirmed`], so that two count it; acts of before say it of money too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitSent {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// To whom.
    pub to: Outside,
    /// Who took it, in words.
    pub recipient: String,
    /// Number of the letter it went with.
    pub letter: String,
}

/// An exhibit came back from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitBack {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// In what state, in the officer's words.
    pub note: String,
    /// Where it lies, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Number of its new seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// What was counted, in rupiah, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// Somebody proposed how an exhibit ends, or to send money outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalProposed {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// How.
    pub way: Disposal,
    /// Who gets it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Number of the letter or decision it rests on.
    pub letter: String,
    /// Why, in the officer's words; empty when it goes outside for a time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What was counted, in rupiah, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// A colleague confirmed it, and the exhibit is gone or outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalConfirmed {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// What was counted, in rupiah, when it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
}

/// A colleague rejected it, or it was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalRejected {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// Why, in the officer's words.
    pub reason: String,
}

/// Money was counted and is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountDiffered {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// What it should be, in rupiah.
    pub expected: u64,
    /// What was counted, in rupiah.
    pub counted: u64,
    /// Who had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub had: Option<OfficerId>,
}

/// Somebody else explained such a difference. What was counted is what there is from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyExplained {
    /// Which, in the order evidence came, from 1.
    pub evidence: u32,
    /// How, in their words.
    pub text: String,
}
