//! What a list of things in keeping says of a case, and of what in it needs somebody's eyes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Holder, Outside};
use crate::subject::case::state::Case;
use crate::value::OfficerId;

/// A thing of a case that the unit has or has to get back, or a file that was altered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its place in the order evidence came, from 1.
    pub n: u32,
    /// Number of its seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    /// The officer who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub officer: Option<OfficerId>,
    /// Who outside has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// Where it lies, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Since when they have it; of an altered file `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// To whom it is offered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<OfficerId>,
    /// When that offer lapses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_until: Option<Timestamp>,
    /// Who proposed how it ends; somebody else confirms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_by: Option<OfficerId>,
    /// Its money was counted and is not what it should be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub differs: bool,
    /// It is a file, and no longer what was put there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub altered: bool,
}

impl Kept {
    /// Whether it is not what it was: a file that was altered, or money that was counted and differs.
    pub const fn is_wrong(&self) -> bool {
        self.differs || self.altered
    }

    /// Whether the chief and the officer on duty have to look at it.
    pub fn needs_eyes(&self, now: Timestamp) -> bool {
        self.is_wrong() || self.offered_until.is_some_and(|until| until <= now)
    }

    /// Whether it is offered to an officer at a moment.
    pub fn waits_for(&self, officer: OfficerId, now: Timestamp) -> bool {
        self.offered_to == Some(officer) && self.offered_until.is_some_and(|until| until > now)
    }
}

impl Case {
    /// What of its evidence stands in the list of things in keeping.
    pub fn kept(&self) -> Vec<Kept> {
        let pieces = (1..).zip(&self.proof.pieces);
        let kept = pieces.filter_map(|(n, piece)| match piece.exhibit.as_deref() {
            Some(thing) => {
                let outside = match thing.holder {
                    Holder::Officer(_) => None,
                    Holder::Outside(outside) => Some(outside),
                    Holder::Gone(_) => return None,
                };
                Some(Kept {
                    n,
                    seal: thing.seal.clone(),
                    officer: thing.officer(),
                    outside,
                    place: thing.place.clone(),
                    since: Some(thing.since),
                    offered_to: thing.offer.map(|offer| offer.to),
                    offered_until: thing.offer.map(|offer| offer.until()),
                    proposed_by: thing.proposal.map(|proposal| proposal.by),
                    differs: thing.difference.is_some(),
                    altered: false,
                })
            }
            None if piece.altered => Some(Kept {
                n,
                seal: None,
                officer: None,
                outside: None,
                place: String::new(),
                since: None,
                offered_to: None,
                offered_until: None,
                proposed_by: None,
                differs: false,
                altered: true,
            }),
            None => None,
        });
        kept.collect()
    }
}
