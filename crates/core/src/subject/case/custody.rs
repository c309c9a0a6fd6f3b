//! Custody of things and money: from whoever they were taken, from hand to hand, until they are back with
//! their owner, with a prosecutor, or gone (S13).
//!
//! A hand-over has two sides: whoever has a thing offers it, and somebody else accepts it with a sign-in
//! of their own. Nobody is both sides; what one sent to a laboratory or a prosecutor another takes back. What
//! ends a chain is proposed by one and confirmed by another, and so is money that goes outside. Money is counted
//! by both, and by who takes it back; a count that differs is recorded and has to be explained by a third,
//! before anything goes out or comes back.

mod act;
mod decide;
mod kept;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use act::{
    CountDiffered, CustodyExplained, Disposal, DisposalConfirmed, DisposalProposed,
    DisposalRejected, ExhibitBack, ExhibitMoved, ExhibitSent, ExhibitTaken, HandoverAccepted,
    HandoverEnded, HandoverOffered, Outside,
};
pub use decide::{CustodyCommand, CustodyRefusal, Leaving, TakeExhibit};

pub use kept::Kept;

pub(super) use decide::decide;

use super::act::CaseAct;
use super::proof::Proof;
use crate::act::Act;
use crate::value::OfficerId;

/// How long an offer to hand something over holds, in hours: a shift and the next one.
pub const OFFER_HOLDS_HOURS: i64 = 24;

/// Most pieces of one exhibit.
pub const QUANTITY_MAX: u32 = 1_000_000;

/// Largest amount of money, in rupiah.
pub const RUPIAH_MAX: u64 = super::LOSS_MAX_RUPIAH;

/// Longest seal number, in characters.
pub const SEAL_MAX_CHARS: usize = 40;

/// Who has an exhibit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// An officer of the unit.
    Officer(OfficerId),
    /// Somebody outside, who gave a receipt.
    Outside(Outside),
    /// Nobody of ours any more.
    Gone(Disposal),
}

/// An offer to hand an exhibit over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Who offers it.
    pub by: OfficerId,
    /// To whom.
    pub to: OfficerId,
    /// When.
    pub at: Timestamp,
}

impl Offer {
    /// When it lapses.
    pub fn until(&self) -> Timestamp {
        let hours = SignedDuration::from_hours(OFFER_HOLDS_HOURS);
        self.at.checked_add(hours).unwrap_or(Timestamp::MAX)
    }

    /// Whether it has lapsed at a moment.
    pub fn is_lapsed(&self, now: Timestamp) -> bool {
        now >= self.until()
    }
}

/// A proposal of how an exhibit ends, or that money goes outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// Who proposes it.
    pub by: OfficerId,
    /// How.
    pub way: Disposal,
    /// When.
    pub at: Timestamp,
    /// Version of the act that says it, where the words are.
    pub act: u32,
}

/// Money that was counted and is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// What it should be, in rupiah.
    pub expected: u64,
    /// What was counted, in rupiah.
    pub counted: u64,
    /// Who had it.
    pub had: Option<OfficerId>,
    /// Who counted.
    pub by: Option<OfficerId>,
    /// When.
    pub at: Timestamp,
}

/// What is wrong with a chain of custody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyFault {
    /// The evidence is said to be a thing, and nobody recorded having it.
    NoChain,
    /// It has no seal.
    NoSeal,
    /// An offer lapsed: it is not sure who has it.
    OfferLapsed,
    /// Money was counted and is not what it should be.
    CountDiffers,
}

impl CustodyFault {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::NoChain,
        Self::NoSeal,
        Self::OfferLapsed,
        Self::CountDiffers,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoChain => "no_chain",
            Self::NoSeal => "no_seal",
            Self::OfferLapsed => "offer_lapsed",
            Self::CountDiffers => "count_differs",
        }
    }
}

/// A thing in custody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// Number of its seal.
    pub seal: Option<String>,
    /// How many pieces it is.
    pub quantity: u32,
    /// What it amounts to, in rupiah, when it is money.
    pub rupiah: Option<u64>,
    /// Who has it.
    pub holder: Holder,
    /// Since when.
    pub since: Timestamp,
    /// Where it lies, in words; empty when that was not said or was erased.
    pub place: String,
    /// It is offered to somebody.
    pub offer: Option<Offer>,
    /// An end is proposed.
    pub proposal: Option<Proposal>,
    /// Its money was counted and is not what it should be.
    pub difference: Option<Difference>,
    /// Who sent it to whoever outside has it.
    pub sent_by: Option<OfficerId>,
}

impl Exhibit {
    /// The officer who has it.
    pub const fn officer(&self) -> Option<OfficerId> {
        match self.holder {
            Holder::Officer(officer) => Some(officer),
            Holder::Outside(_) | Holder::Gone(_) => None,
        }
    }

    /// The offer that holds at a moment.
    pub fn offer_at(&self, now: Timestamp) -> Option<Offer> {
        self.offer.filter(|offer| !offer.is_lapsed(now))
    }

    /// What is wrong with its chain at a moment.
    pub fn faults(&self, now: Timestamp) -> Vec<CustodyFault> {
        let mut faults = Vec::new();
        let ours = !matches!(self.holder, Holder::Gone(_));
        if ours && self.seal.is_none() {
            faults.push(CustodyFault::NoSeal);
        }
        if self.offer.is_some_and(|offer| offer.is_lapsed(now)) {
            faults.push(CustodyFault::OfferLapsed);
        }
        if self.difference.is_some() {
            faults.push(CustodyFault::CountDiffers);
        }
        faults
    }

    fn pass(&mut self, holder: Holder, at: Timestamp) {
        self.holder = holder;
        self.since = at;
        self.offer = None;
        self.sent_by = None;
    }
}

impl Proof {
    fn exhibit_mut(&mut self, evidence: u32) -> Option<&mut Exhibit> {
        self.piece_mut(evidence)?.exhibit.as_deref_mut()
    }

    /// How an act changes what is known of custody.
    pub(super) fn change_custody(&mut self, act: &Act, payload: &CaseAct) {
        let by = act.actor.officer();
        let at = act.happened_at;
        if let CaseAct::ExhibitTaken(taken) = payload {
            if let Some(officer) = by {
                self.add_piece(act.version, None, Some(taken.exhibit(officer, at)));
            }
            return;
        }
        let Some(exhibit) = evidence_of(payload).and_then(|n| self.exhibit_mut(n)) else {
            return;
        };
        match payload {
            CaseAct::HandoverOffered(offered) => {
                exhibit.offer = by.map(|by| Offer {
                    by,
                    to: offered.to,
                    at,
                });
            }
            CaseAct::HandoverAccepted(accepted) => {
                if let Some(officer) = by {
                    exhibit.pass(Holder::Officer(officer), at);
                    exhibit.place.clone_from(&accepted.place);
                }
            }
            CaseAct::HandoverEnded(_) => exhibit.offer = None,
            CaseAct::ExhibitMoved(moved) => {
                exhibit.place.clone_from(&moved.place);
                if moved.seal.is_some() {
                    exhibit.seal.clone_from(&moved.seal);
                }
            }
            CaseAct::ExhibitSent(sent) => {
                exhibit.pass(Holder::Outside(sent.to), at);
                exhibit.sent_by = by;
                exhibit.place.clear();
            }
            CaseAct::ExhibitBack(back) => {
                if let Some(officer) = by {
                    exhibit.pass(Holder::Officer(officer), at);
                    exhibit.place.clone_from(&back.place);
                    if back.seal.is_some() {
                        exhibit.seal.clone_from(&back.seal);
                    }
                }
            }
            CaseAct::DisposalProposed(proposed) => {
                exhibit.proposal = by.map(|by| Proposal {
                    by,
                    way: proposed.way,
                    at,
                    act: act.version,
                });
            }
            CaseAct::DisposalConfirmed(_) => {
                if let Some(proposal) = exhibit.proposal.take() {
                    let outside = proposal.way.outside();
                    let holder = outside.map_or(Holder::Gone(proposal.way), Holder::Outside);
                    exhibit.pass(holder, at);
                    // Who proposed to send it is who sent it; who confirmed saw it go.
                    exhibit.sent_by = outside.map(|_| proposal.by);
                    exhibit.place.clear();
                }
            }
            CaseAct::DisposalRejected(_) => exhibit.proposal = None,
            CaseAct::CountDiffered(differed) => {
                exhibit.difference = Some(Difference {
                    expected: differed.expected,
                    counted: differed.counted,
                    had: differed.had,
                    by,
                    at,
                });
            }
            CaseAct::CustodyExplained(_) => {
                if let Some(difference) = exhibit.difference.take() {
                    exhibit.rupiah = Some(difference.counted);
                }
            }
            _ => {}
        }
    }
}

/// The piece of evidence that an act of custody is about.
pub(super) const fn evidence_of(payload: &CaseAct) -> Option<u32> {
    match payload {
        CaseAct::HandoverOffered(HandoverOffered { evidence, .. })
        | CaseAct::HandoverAccepted(HandoverAccepted { evidence, .. })
        | CaseAct::HandoverEnded(HandoverEnded { evidence, .. })
        | CaseAct::ExhibitMoved(ExhibitMoved { evidence, .. })
        | CaseAct::ExhibitSent(ExhibitSent { evidence, .. })
        | CaseAct::ExhibitBack(ExhibitBack { evidence, .. })
        | CaseAct::DisposalProposed(DisposalProposed { evidence, .. })
        | CaseAct::DisposalConfirmed(DisposalConfirmed { evidence, .. })
        | CaseAct::DisposalRejected(DisposalRejected { evidence, .. })
        | CaseAct::CountDiffered(CountDiffered { evidence, .. })
        | CaseAct::CustodyExplained(CustodyExplained { evidence, .. }) => Some(*evidence),
        _ => None,
    }
}

impl CaseAct {
    /// The exhibit whose chain of custody an act is a link of, counted from 1; what begins a chain names none.
    pub const fn in_custody_of(&self) -> Option<u32> {
        evidence_of(self)
    }
}
