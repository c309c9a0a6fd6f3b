//! The proof of a case: offences and their elements, evidence for and against each, and what is missing
//! (S11, S12, S13, S14).
//!
//! A piece of evidence is a file that came with [`CaseAct::EvidenceAdded`] or a thing in custody
//! ([`super::custody`]). It counts once it has a type of the law and everything that the way of its
//! collection must have; what is unlawful, withdrawn or altered is kept and never counts. "Complete" is
//! refused while something is missing, and the refusal is kept: it says what was missing.

mod act;
mod decide;
mod gap;
#[cfg(test)]
pub(super) mod tests;

use jiff::Timestamp;
use jiff::civil::Date;

pub use act::{
    Bearing, EvidenceLinked, EvidenceOut, EvidenceTyped, FileAltered, OffenceDropped, OffenceNamed,
    OtherSideSought, OutGround, ProofRefused,
};
pub use decide::{ProofCommand, ProofRefusal, TypeEvidence};
pub use gap::{GAPS_MAX, Gap, NotCounted};

pub(super) use decide::{decide, maybe};

use super::act::CaseAct;
use super::custody::Exhibit;
use crate::act::Act;
use crate::pack::{Code, CollectionNeed};
use crate::value::OfficerId;

/// Most offences of one plan, dropped ones included.
pub const OFFENCES_MAX: usize = 20;

/// Most pieces of evidence of one case, files and exhibits together.
pub const PIECES_MAX: usize = 300;

/// An offence of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Code of the pack.
    pub offence: String,
    /// First day on which the act may have been done; `None`: not known.
    pub from: Option<Date>,
    /// Last such day; `None`: not known.
    pub until: Option<Date>,
    /// It was taken out of the plan.
    pub dropped: bool,
}

/// What a piece of evidence says of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Code of the offence.
    pub offence: String,
    /// Code of the element.
    pub element: String,
    /// What it says.
    pub bearing: Bearing,
}

/// Type and legal basis of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The code of procedure in force on the day it was collected.
    pub law: Code,
    /// Type of evidence, a code of the pack.
    pub kind: String,
    /// Way of collecting, a code of the pack.
    pub way: String,
    /// The day it was collected.
    pub on: Date,
    /// The copy came later than the law says.
    pub copy_late: bool,
    /// What was missing when it was told.
    pub lacks: Vec<CollectionNeed>,
    /// The piece of evidence that is its recording, where nothing else says why there is none.
    pub recording: Option<u32>,
    /// Version of the act that says it, where the words are.
    pub act: u32,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Version of the act it came with, where the words are.
    pub act: u32,
    /// SHA-256 of its file, 64 hexadecimal digits; `None`: it is a thing.
    pub file: Option<String>,
    /// Its custody, when it is a thing.
    pub exhibit: Option<Box<Exhibit>>,
    /// Type and legal basis, once they are recorded.
    pub typed: Option<Typed>,
    /// What it says of elements.
    pub links: Vec<Link>,
    /// It counts no longer.
    pub out: Option<OutGround>,
    /// Its file is no longer what was put there.
    pub altered: bool,
}

impl Piece {
    /// Whether it was neither taken out nor altered.
    pub const fn stands(&self) -> bool {
        self.out.is_none() && !self.altered
    }
}

/// That what speaks for the reported person was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sought {
    /// When, last.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<OfficerId>,
    /// Something was found, now or before.
    pub found: bool,
}

/// What is known of the proof of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// Offences, in the order they were named.
    pub named: Vec<Charge>,
    /// Evidence, in the order it came.
    pub pieces: Vec<Piece>,
    /// What speaks for the reported person was looked for.
    pub sought: Option<Sought>,
    /// How many gaps there were when it was first said to be complete; 0: none.
    pub first_gaps: Option<u32>,
    /// How often "complete" was refused.
    pub refused: u32,
    /// Version of the last refusal: as long as nothing happened since, it is the same.
    pub refused_at: Option<u32>,
    /// When it was said to be complete, and nothing was missing.
    pub complete_at: Option<Timestamp>,
}

impl Proof {
    /// Offences that are in the plan.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.named.iter().filter(|charge| !charge.dropped)
    }

    /// An offence of the plan.
    pub fn charge(&self, offence: &str) -> Option<&Charge> {
        self.charges().find(|charge| charge.offence == offence)
    }

    /// A piece of evidence by its place in the order they came, from 1.
    pub fn piece(&self, n: u32) -> Option<&Piece> {
        let at = usize::try_from(n.checked_sub(1)?).ok()?;
        self.pieces.get(at)
    }

    pub(super) fn piece_mut(&mut self, n: u32) -> Option<&mut Piece> {
        let at = usize::try_from(n.checked_sub(1)?).ok()?;
        self.pieces.get_mut(at)
    }

    /// The piece of evidence with a file, and its place in the order, from 1.
    pub fn piece_of_file(&self, sha256: &str) -> Option<(u32, &Piece)> {
        let mut pieces = (1..).zip(&self.pieces);
        pieces.find(|(_, piece)| piece.file.as_deref() == Some(sha256))
    }

    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.pieces.is_empty() && self.sought.is_none()
    }

    pub(super) fn add_piece(&mut self, act: u32, file: Option<&str>, exhibit: Option<Exhibit>) {
        self.pieces.push(Piece {
            act,
            file: file.map(ToOwned::to_owned),
            exhibit: exhibit.map(Box::new),
            typed: None,
            links: Vec::new(),
            out: None,
            altered: false,
        });
    }

    /// What is left when what identifies persons was erased: what was done.
    pub(super) fn erase(&mut self) {
        for exhibit in self.pieces.iter_mut().filter_map(|p| p.exhibit.as_mut()) {
            exhibit.place.clear();
        }
    }

    /// How an act changes what is known.
    pub(super) fn change(&mut self, act: &Act, payload: &CaseAct) {
        match payload {
            CaseAct::OffenceNamed(named) => self.name(named),
            CaseAct::OffenceDropped(dropped) => {
                let known = self.named.iter_mut();
                for charge in known.filter(|charge| charge.offence == dropped.offence) {
                    charge.dropped = true;
                }
            }
            CaseAct::EvidenceTyped(typed) => {
                if let Some(piece) = self.piece_mut(typed.evidence) {
                    piece.typed = Some(Typed {
                        law: typed.law,
                        kind: typed.kind.clone(),
                        way: typed.way.clone(),
                        on: typed.on,
                        copy_late: typed.copy_late,
                        lacks: typed.lacks.clone(),
                        recording: typed.recording.filter(|_| typed.no_recording.is_none()),
                        act: act.version,
                    });
                }
            }
            CaseAct::EvidenceLinked(linked) => self.link(linked),
            CaseAct::EvidenceOut(out) => {
                if let Some(piece) = self.piece_mut(out.evidence) {
                    piece.out = Some(out.ground);
                }
            }
            CaseAct::OtherSideSought(sought) => {
                self.sought = Some(Sought {
                    at: act.happened_at,
                    by: act.actor.officer(),
                    found: sought.found || self.sought.is_some_and(|before| before.found),
                });
            }
            CaseAct::ProofSubmitted {} => {
                self.first_gaps.get_or_insert(0);
                self.complete_at = Some(act.happened_at);
            }
            CaseAct::ProofRefused(refused) => {
                self.first_gaps.get_or_insert(refused.count);
                self.refused = self.refused.saturating_add(1);
                self.refused_at = Some(act.version);
                self.complete_at = None;
            }
            CaseAct::FileAltered(altered) => {
                let known = self.pieces.iter_mut();
                for piece in known.filter(|p| p.file.as_deref() == Some(&*altered.file)) {
                    piece.altered = true;
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, named: &OffenceNamed) {
        let known = self.named.iter_mut();
        let mut known = known.filter(|charge| charge.offence == named.offence);
        if let Some(charge) = known.next() {
            charge.from = named.from;
            charge.until = named.until;
            charge.dropped = false;
        } else {
            self.named.push(Charge {
                offence: named.offence.clone(),
                from: named.from,
                until: named.until,
                dropped: false,
            });
        }
    }

    fn link(&mut self, linked: &EvidenceLinked) {
        let Some(piece) = self.piece_mut(linked.evidence) else {
            return;
        };
        let same =
            |link: &&mut Link| link.offence == linked.offence && link.element == linked.element;
        if let Some(link) = piece.links.iter_mut().find(same) {
            link.bearing = linked.bearing;
        } else {
            piece.links.push(Link {
                offence: linked.offence.clone(),
                element: linked.element.clone(),
                bearing: linked.bearing,
            });
        }
    }
}
