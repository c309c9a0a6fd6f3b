//! The rules of custody.

use jiff::Timestamp;

use super::super::act::CaseAct;
use super::super::decide::needed;
use super::super::proof::{PIECES_MAX, ProofRefusal, maybe};
use super::super::refusal::CaseRefusal;
use super::super::state::Case;
use super::act::{
    CountDiffered, CustodyExplained, Disposal, DisposalConfirmed, DisposalProposed,
    DisposalRejected, ExhibitBack, ExhibitMoved, ExhibitSent, ExhibitTaken, HandoverAccepted,
    HandoverEnded, HandoverOffered, Outside,
};
use super::{Exhibit, Holder, QUANTITY_MAX, RUPIAH_MAX, SEAL_MAX_CHARS};
use crate::act::Actor;
use crate::subject::{Moment, TextFault};
use crate::value::OfficerId;

/// A thing to take into custody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeExhibit {
    /// What it is.
    pub description: String,
    /// How many pieces it is.
    pub quantity: u32,
    /// Number of its seal.
    pub seal: Option<String>,
    /// From whom it was taken.
    pub from: Option<String>,
    /// Where it lies.
    pub place: String,
    /// What it amounts to, in rupiah, when it is money.
    pub rupiah: Option<u64>,
}

/// How an exhibit is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// How.
    pub way: Disposal,
    /// Who gets it.
    pub recipient: Option<String>,
    /// Number of the letter or decision it rests on.
    pub letter: String,
    /// Why.
    pub reason: String,
    /// What was counted, in rupiah, when it is money.
    pub counted: Option<u64>,
}

/// What can be asked of custody. `evidence` is the place in the order evidence came, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustodyCommand {
    /// Take a thing into custody.
    Take(TakeExhibit),
    /// Offer it to a colleague.
    Offer {
        /// Which.
        evidence: u32,
        /// To whom.
        to: OfficerId,
        /// What for.
        note: Option<String>,
    },
    /// Accept what was offered to oneself.
    Accept {
        /// Which.
        evidence: u32,
        /// Where it lies from then on.
        place: String,
        /// What was counted, in rupiah, when it is money.
        counted: Option<u64>,
    },
    /// Decline what was offered to oneself, or take one's offer back.
    EndOffer {
        /// Which.
        evidence: u32,
        /// Why.
        reason: String,
    },
    /// Put it somewhere else, or seal it anew.
    Move {
        /// Which.
        evidence: u32,
        /// Where it lies.
        place: String,
        /// Number of its new seal.
        seal: Option<String>,
    },
    /// Send it to somebody outside. Money goes when a colleague has counted it too and confirmed.
    Send {
        /// Which.
        evidence: u32,
        /// To whom.
        to: Outside,
        /// Who takes it.
        recipient: String,
        /// Number of the letter it goes with.
        letter: String,
        /// What was counted, in rupiah, when it is money.
        counted: Option<u64>,
    },
    /// Take it back from outside.
    TakeBack {
        /// Which.
        evidence: u32,
        /// In what state it is.
        note: String,
        /// Where it lies.
        place: String,
        /// Number of its new seal.
        seal: Option<String>,
        /// What was counted, in rupiah, when it is money.
        counted: Option<u64>,
    },
    /// Propose how it ends.
    Propose {
        /// Which.
        evidence: u32,
        /// How.
        leaving: Leaving,
    },
    /// Confirm what a colleague proposed.
    Confirm {
        /// Which.
        evidence: u32,
        /// What was counted, in rupiah, when it is money.
        counted: Option<u64>,
    },
    /// Reject what a colleague proposed, or take one's proposal back.
    Reject {
        /// Which.
        evidence: u32,
        /// Why.
        reason: String,
    },
    /// Explain money that was counted and is not what it should be.
    Explain {
        /// Which.
        evidence: u32,
        /// How.
        text: String,
    },
}

/// The rule that stood in the way of a command about custody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustodyRefusal {
    /// That piece of evidence is no thing in custody.
    #[error("evidence is not in custody")]
    NotInCustody,
    /// Somebody else has it.
    #[error("somebody else has it")]
    NotHolder {
        /// Which officer, if one.
        holder: Option<OfficerId>,
    },
    /// It is not with somebody outside.
    #[error("it is not with somebody outside")]
    NotOutside,
    /// One hands nothing over to oneself, nor takes back what one sent out.
    #[error("nobody hands over to themselves or takes back what they sent")]
    ToOneself,
    /// It is offered to somebody already.
    #[error("it is offered to somebody already")]
    OfferPending,
    /// It is not offered, or not to whoever asks.
    #[error("it is not offered to the one who asks")]
    NotOffered,
    /// The offer lapsed.
    #[error("the offer lapsed at {at}")]
    OfferLapsed {
        /// When.
        at: Timestamp,
    },
    /// An end is proposed already.
    #[error("an end is proposed already")]
    ProposalPending,
    /// No end is proposed.
    #[error("no end is proposed")]
    NotProposed,
    /// Whoever proposed something does not confirm it.
    #[error("somebody else confirms")]
    OwnProposal,
    /// Money is counted by both sides.
    #[error("money has to be counted")]
    CountMissing,
    /// What was counted and is not what it should be has to be explained first.
    #[error("a difference has to be explained first")]
    DifferenceOpen,
    /// Nothing differs.
    #[error("nothing differs")]
    NoDifference,
    /// Who had or counted it does not explain the difference.
    #[error("somebody who neither had nor counted it explains")]
    OwnDifference,
    /// No such quantity.
    #[error("quantity out of range: 1 to {limit}")]
    Quantity {
        /// The limit.
        limit: u32,
    },
    /// No such amount.
    #[error("amount too large: limit {limit} rupiah")]
    Amount {
        /// The limit.
        limit: u64,
    },
    /// The case has as much evidence as it takes.
    #[error("too much evidence: limit {limit}")]
    TooMuch {
        /// The limit.
        limit: usize,
    },
}

/// What a command about custody leads to. Custody goes on when a case is closed: then things go back.
///
/// # Errors
/// [`CaseRefusal`], naming the rule that stood in the way.
pub(in crate::subject::case) fn decide(
    case: &Case,
    command: CustodyCommand,
    actor: &Actor,
    moment: Moment,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let me = actor.officer().ok_or(CaseRefusal::StaffOnly)?;
    let ask = Ask { case, me, moment };
    match command {
        CustodyCommand::Take(told) => ask.take(told).map(one),
        CustodyCommand::Offer { evidence, to, note } => ask.offer(evidence, to, note).map(one),
        CustodyCommand::Accept {
            evidence,
            place,
            counted,
        } => ask.accept(evidence, place, counted),
        CustodyCommand::EndOffer { evidence, reason } => ask.end_offer(evidence, reason).map(one),
        CustodyCommand::Move {
            evidence,
            place,
            seal,
        } => ask.put(evidence, place, seal),
        CustodyCommand::Send {
            evidence,
            to,
            recipient,
            letter,
            counted,
        } => {
            let exhibit = ask.free(evidence)?;
            settled(exhibit)?;
            let (recipient, letter) = (needed("recipient", recipient)?, needed("letter", letter)?);
            let sent = if exhibit.rupiah.is_some() {
                let proposed = DisposalProposed {
                    evidence,
                    way: Disposal::to(to),
                    recipient: Some(recipient),
                    letter,
                    reason: String::new(),
                    counted,
                };
                let differs = Ask::count(evidence, exhibit, counted)?;
                differs.unwrap_or(CaseAct::DisposalProposed(proposed))
            } else {
                CaseAct::ExhibitSent(ExhibitSent {
                    evidence,
                    to,
                    recipient,
                    letter,
                })
            };
            Ok(one(sent))
        }
        CustodyCommand::TakeBack {
            evidence,
            note,
            place,
            seal,
            counted,
        } => {
            let exhibit = ask.comes_back(evidence)?;
            let back = CaseAct::ExhibitBack(ExhibitBack {
                evidence,
                note: needed("note", note)?,
                place: needed("place", place)?,
                seal: seal_number(seal)?,
                counted: counted.filter(|_| exhibit.rupiah.is_some()),
            });
            let differs = Ask::count(evidence, exhibit, counted)?;
            Ok(std::iter::once(back).chain(differs).collect())
        }
        CustodyCommand::Propose { evidence, leaving } => ask.propose(evidence, leaving).map(one),
        CustodyCommand::Confirm { evidence, counted } => ask.confirm(evidence, counted).map(one),
        CustodyCommand::Reject { evidence, reason } => {
            if ask.exhibit(evidence)?.proposal.is_none() {
                return Err(CustodyRefusal::NotProposed.into());
            }
            let reason = needed("reason", reason)?;
            Ok(one(CaseAct::DisposalRejected(DisposalRejected {
                evidence,
                reason,
            })))
        }
        CustodyCommand::Explain { evidence, text } => ask.explain(evidence, text).map(one),
    }
}

/// What differs is explained before it goes out or comes back.
fn settled(exhibit: &Exhibit) -> Result<(), CaseRefusal> {
    if exhibit.difference.is_some() {
        return Err(CustodyRefusal::DifferenceOpen.into());
    }
    Ok(())
}

fn one(act: CaseAct) -> Vec<CaseAct> {
    vec![act]
}

fn seal_number(seal: Option<String>) -> Result<Option<String>, CaseRefusal> {
    let seal = maybe("seal", seal)?.map(|seal| seal.trim().to_owned());
    if let Some(chars) = seal.as_ref().map(|seal| seal.chars().count())
        && chars > SEAL_MAX_CHARS
    {
        let limit = SEAL_MAX_CHARS;
        return Err(CaseRefusal::Text {
            field: "seal",
            fault: TextFault::TooLong { chars, limit },
        });
    }
    Ok(seal)
}

fn amount(rupiah: Option<u64>) -> Result<Option<u64>, CaseRefusal> {
    if rupiah.is_some_and(|rupiah| rupiah > RUPIAH_MAX) {
        return Err(CustodyRefusal::Amount { limit: RUPIAH_MAX }.into());
    }
    Ok(rupiah)
}

/// Who asks what of which case.
struct Ask<'a> {
    case: &'a Case,
    me: OfficerId,
    moment: Moment,
}

impl Ask<'_> {
    fn exhibit(&self, evidence: u32) -> Result<&Exhibit, CaseRefusal> {
        let piece = self.case.proof.piece(evidence);
        let piece = piece.ok_or(ProofRefusal::NoSuchEvidence)?;
        let exhibit = piece.exhibit.as_deref();
        Ok(exhibit.ok_or(CustodyRefusal::NotInCustody)?)
    }

    /// An exhibit that the asker has.
    fn mine(&self, evidence: u32) -> Result<&Exhibit, CaseRefusal> {
        let exhibit = self.exhibit(evidence)?;
        match exhibit.officer() {
            Some(officer) if officer == self.me => Ok(exhibit),
            holder => Err(CustodyRefusal::NotHolder { holder }.into()),
        }
    }

    /// One that the asker has and that is not on its way to somebody.
    fn free(&self, evidence: u32) -> Result<&Exhibit, CaseRefusal> {
        let exhibit = self.mine(evidence)?;
        if exhibit.offer_at(self.moment.recorded_at).is_some() {
            return Err(CustodyRefusal::OfferPending.into());
        }
        if exhibit.proposal.is_some() {
            return Err(CustodyRefusal::ProposalPending.into());
        }
        Ok(exhibit)
    }

    /// Whether the asker may take back what is outside: whoever sent it is no second pair of eyes on it.
    fn comes_back(&self, evidence: u32) -> Result<&Exhibit, CaseRefusal> {
        let exhibit = self.exhibit(evidence)?;
        if !matches!(exhibit.holder, Holder::Outside(_)) {
            return Err(CustodyRefusal::NotOutside.into());
        }
        if exhibit.sent_by == Some(self.me) {
            return Err(CustodyRefusal::ToOneself.into());
        }
        settled(exhibit)?;
        Ok(exhibit)
    }

    fn take(&self, told: TakeExhibit) -> Result<CaseAct, CaseRefusal> {
        if self.case.proof.pieces.len() >= PIECES_MAX {
            return Err(CustodyRefusal::TooMuch { limit: PIECES_MAX }.into());
        }
        if !(1..=QUANTITY_MAX).contains(&told.quantity) {
            let limit = QUANTITY_MAX;
            return Err(CustodyRefusal::Quantity { limit }.into());
        }
        Ok(CaseAct::ExhibitTaken(ExhibitTaken {
            description: needed("description", told.description)?,
            quantity: told.quantity,
            seal: seal_number(told.seal)?,
            from: maybe("from", told.from)?,
            place: needed("place", told.place)?,
            rupiah: amount(told.rupiah)?,
        }))
    }

    fn offer(
        &self,
        evidence: u32,
        to: OfficerId,
        note: Option<String>,
    ) -> Result<CaseAct, CaseRefusal> {
        self.free(evidence)?;
        if to == self.me {
            return Err(CustodyRefusal::ToOneself.into());
        }
        let note = maybe("note", note)?;
        Ok(CaseAct::HandoverOffered(HandoverOffered {
            evidence,
            to,
            note,
        }))
    }

    /// What is handed over is there, whatever was counted; a count that differs is recorded beside it.
    fn accept(
        &self,
        evidence: u32,
        place: String,
        counted: Option<u64>,
    ) -> Result<Vec<CaseAct>, CaseRefusal> {
        let exhibit = self.exhibit(evidence)?;
        let offer = exhibit.offer.filter(|offer| offer.to == self.me);
        let offer = offer.ok_or(CustodyRefusal::NotOffered)?;
        if offer.is_lapsed(self.moment.recorded_at) {
            return Err(CustodyRefusal::OfferLapsed { at: offer.until() }.into());
        }
        if offer.by == self.me {
            return Err(CustodyRefusal::ToOneself.into());
        }
        let differs = Self::count(evidence, exhibit, counted)?;
        let accepted = CaseAct::HandoverAccepted(HandoverAccepted {
            evidence,
            from: offer.by,
            place: needed("place", place)?,
            counted: counted.filter(|_| exhibit.rupiah.is_some()),
        });
        Ok(std::iter::once(accepted).chain(differs).collect())
    }

    /// The record of a count that differs from what there should be.
    fn count(
        evidence: u32,
        exhibit: &Exhibit,
        counted: Option<u64>,
    ) -> Result<Option<CaseAct>, CaseRefusal> {
        let Some(expected) = exhibit.rupiah else {
            return Ok(None);
        };
        settled(exhibit)?;
        let counted = amount(counted)?.ok_or(CustodyRefusal::CountMissing)?;
        Ok((counted != expected).then(|| {
            CaseAct::CountDiffered(CountDiffered {
                evidence,
                expected,
                counted,
                had: exhibit.officer().or(exhibit.sent_by),
            })
        }))
    }

    fn end_offer(&self, evidence: u32, reason: String) -> Result<CaseAct, CaseRefusal> {
        let offer = self.exhibit(evidence)?.offer;
        let offer = offer.filter(|offer| offer.to == self.me || offer.by == self.me);
        offer.ok_or(CustodyRefusal::NotOffered)?;
        let reason = needed("reason", reason)?;
        Ok(CaseAct::HandoverEnded(HandoverEnded { evidence, reason }))
    }

    fn put(
        &self,
        evidence: u32,
        place: String,
        seal: Option<String>,
    ) -> Result<Vec<CaseAct>, CaseRefusal> {
        let exhibit = self.mine(evidence)?;
        let place = needed("place", place)?;
        let seal = seal_number(seal)?.filter(|seal| exhibit.seal.as_ref() != Some(seal));
        if place == exhibit.place && seal.is_none() {
            return Ok(Vec::new());
        }
        Ok(one(CaseAct::ExhibitMoved(ExhibitMoved {
            evidence,
            place,
            seal,
        })))
    }

    /// Money is counted before its end is proposed. A count that differs ends the proposal.
    fn propose(&self, evidence: u32, leaving: Leaving) -> Result<CaseAct, CaseRefusal> {
        let exhibit = self.free(evidence)?;
        let Leaving {
            way,
            recipient,
            letter,
            reason,
            counted,
        } = leaving;
        let recipient = if way == Disposal::Returned || way.outside().is_some() {
            Some(needed("recipient", recipient.unwrap_or_default())?)
        } else {
            maybe("recipient", recipient)?
        };
        let proposed = DisposalProposed {
            evidence,
            way,
            recipient,
            letter: needed("letter", letter)?,
            reason: needed("reason", reason)?,
            counted: counted.filter(|_| exhibit.rupiah.is_some()),
        };
        let differs = Self::count(evidence, exhibit, counted)?;
        Ok(differs.unwrap_or(CaseAct::DisposalProposed(proposed)))
    }

    /// The second of the two: never whoever proposed it. Money that differs stays where it is.
    fn confirm(&self, evidence: u32, counted: Option<u64>) -> Result<CaseAct, CaseRefusal> {
        let exhibit = self.exhibit(evidence)?;
        let proposal = exhibit.proposal.ok_or(CustodyRefusal::NotProposed)?;
        if proposal.by == self.me {
            return Err(CustodyRefusal::OwnProposal.into());
        }
        let differs = Self::count(evidence, exhibit, counted)?;
        let confirmed = CaseAct::DisposalConfirmed(DisposalConfirmed {
            evidence,
            counted: counted.filter(|_| exhibit.rupiah.is_some()),
        });
        Ok(differs.unwrap_or(confirmed))
    }

    fn explain(&self, evidence: u32, text: String) -> Result<CaseAct, CaseRefusal> {
        let difference = self.exhibit(evidence)?.difference;
        let difference = difference.ok_or(CustodyRefusal::NoDifference)?;
        if [difference.had, difference.by].contains(&Some(self.me)) {
            return Err(CustodyRefusal::OwnDifference.into());
        }
        let text = needed("text", text)?;
        Ok(CaseAct::CustodyExplained(CustodyExplained {
            evidence,
            text,
        }))
    }
}
