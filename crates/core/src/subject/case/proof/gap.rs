//! What a proof plan lacks: computed from what is known, never written down by hand (S12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::custody::CustodyFault;
use super::act::{Bearing, OutGround};
use super::{Piece, Proof, Typed};
use crate::pack::{CollectionNeed, Nature, Offence, ProofLaw};

/// Most gaps that an act lists. What is missing beyond is counted.
pub const GAPS_MAX: usize = 200;

/// Something that is missing before the proof is complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// No offence is named.
    NoOffence,
    /// The pack in force has no such offence.
    OffenceUnknown {
        /// The offence.
        offence: String,
    },
    /// No lawful evidence supports an element.
    NoEvidence {
        /// The offence.
        offence: String,
        /// The element.
        element: String,
    },
    /// An offence has fewer lawful pieces of evidence than it needs.
    TooFew {
        /// The offence.
        offence: String,
        /// How many it has.
        found: u32,
        /// How many it needs.
        needed: u32,
    },
    /// An offence needs what a witness or the victim says, and has none of that.
    NoStatement {
        /// The offence.
        offence: String,
    },
    /// A piece of evidence is linked and has neither type nor legal basis.
    Untyped {
        /// Which, in the order they came, from 1.
        evidence: u32,
    },
    /// A piece of evidence is linked, and something is missing in how it was collected.
    Lacks {
        /// Which, in the order they came, from 1.
        evidence: u32,
        /// What.
        need: CollectionNeed,
    },
    /// The chain of custody of an exhibit has a gap (S13).
    Custody {
        /// Which, in the order they came, from 1.
        evidence: u32,
        /// What.
        fault: CustodyFault,
    },
    /// Nobody recorded having looked for what speaks for the reported person (S14).
    OtherSideNotSought,
}

impl Gap {
    /// The piece of evidence it is about.
    pub const fn evidence(&self) -> Option<u32> {
        match self {
            Self::Untyped { evidence }
            | Self::Lacks { evidence, .. }
            | Self::Custody { evidence, .. } => Some(*evidence),
            _ => None,
        }
    }
}

/// Why a piece of evidence does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCounted {
    /// It has neither type nor legal basis.
    Untyped,
    /// Something is missing in how it was collected.
    Lacks(CollectionNeed),
    /// It was taken out.
    Out(OutGround),
    /// Its file was altered after it was put there.
    Altered,
}

impl Piece {
    /// Whether it counts as lawful evidence by itself; [`Proof::counts`] asks after its recording too.
    ///
    /// # Errors
    /// Why it does not.
    pub fn counts(&self) -> Result<(), NotCounted> {
        if let Some(ground) = self.out {
            return Err(NotCounted::Out(ground));
        }
        if self.altered {
            return Err(NotCounted::Altered);
        }
        let typed = self.typed.as_ref().ok_or(NotCounted::Untyped)?;
        match typed.lacks.first() {
            Some(need) => Err(NotCounted::Lacks(*need)),
            None => Ok(()),
        }
    }

    /// What it says of an element.
    pub fn bearing(&self, offence: &str, element: &str) -> Option<Bearing> {
        let mut links = self.links.iter();
        let link = links.find(|link| link.offence == offence && link.element == element);
        link.map(|link| link.bearing)
    }

    fn nature(&self, law: &ProofLaw) -> Option<Nature> {
        let typed = self.typed.as_ref()?;
        Some(law.evidence.kind(typed.law, &typed.kind)?.nature)
    }
}

impl Proof {
    /// Whether a piece of it counts as lawful evidence, with the recording it stands on.
    ///
    /// # Errors
    /// Why it does not.
    pub fn counts(&self, piece: &Piece, law: &ProofLaw) -> Result<(), NotCounted> {
        piece.counts()?;
        match &piece.typed {
            Some(typed) if self.lost_recording(typed, law) => {
                Err(NotCounted::Lacks(CollectionNeed::Recording))
            }
            _ => Ok(()),
        }
    }

    /// Whether the recording that a way of collecting must have was taken out or altered since it was told.
    fn lost_recording(&self, typed: &Typed, law: &ProofLaw) -> bool {
        let way = law.evidence.collection(&typed.way);
        let needed = way.is_none_or(|way| way.needs.contains(&CollectionNeed::Recording));
        let recording = typed.recording.and_then(|n| self.piece(n));
        needed && recording.is_some_and(|recording| !recording.stands())
    }

    /// Everything that is missing at a moment, in the order of the page: offences, then evidence, then
    /// the other side.
    pub fn gaps(&self, law: &ProofLaw, now: Timestamp) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.charges().next().is_none() {
            gaps.push(Gap::NoOffence);
        }
        for charge in self.charges() {
            match law.offence(&charge.offence) {
                Some(offence) => self.gaps_of(law, offence, &mut gaps),
                None => gaps.push(Gap::OffenceUnknown {
                    offence: charge.offence.clone(),
                }),
            }
        }
        for (evidence, piece) in (1..).zip(&self.pieces) {
            if piece.out.is_some() {
                continue;
            }
            let is_linked = self
                .charges()
                .any(|charge| piece.links.iter().any(|l| l.offence == charge.offence));
            match &piece.typed {
                None if is_linked => gaps.push(Gap::Untyped { evidence }),
                Some(typed) if is_linked => {
                    let lost = self.lost_recording(typed, law);
                    let lost = lost.then_some(CollectionNeed::Recording);
                    let lacks = typed.lacks.iter().copied().chain(lost);
                    gaps.extend(lacks.map(|need| Gap::Lacks { evidence, need }));
                }
                _ => {}
            }
            let is_exhibit = piece.nature(law) == Some(Nature::Exhibit);
            let faults = match &piece.exhibit {
                Some(exhibit) => exhibit.faults(now),
                None if is_exhibit => vec![CustodyFault::NoChain],
                None => Vec::new(),
            };
            let faults = faults.into_iter();
            gaps.extend(faults.map(|fault| Gap::Custody { evidence, fault }));
        }
        if self.sought.is_none() {
            gaps.push(Gap::OtherSideNotSought);
        }
        gaps
    }

    fn gaps_of(&self, law: &ProofLaw, offence: &Offence, gaps: &mut Vec<Gap>) {
        let code = offence.code.as_str();
        let mut covered = vec![false; offence.elements.len()];
        let (mut found, mut statement) = (0_u32, false);
        let lawful = |piece: &&Piece| self.counts(piece, law).is_ok();
        for piece in self.pieces.iter().filter(lawful) {
            let of = piece.links.iter().filter(|link| link.offence == code);
            let supports = of.filter(|link| link.bearing == Bearing::Supports);
            // Each piece counts once for an offence, for however many elements it speaks.
            let mut counted = false;
            for link in supports {
                let mut elements = offence.elements.iter().zip(&mut covered);
                let of = elements.find(|(element, _)| element.code.as_str() == link.element);
                if let Some((_, covered)) = of {
                    *covered = true;
                    counted = true;
                }
            }
            if counted {
                found = found.saturating_add(1);
                statement |= piece.nature(law) == Some(Nature::Statement);
            }
        }
        let open = offence.elements.iter().zip(&covered);
        let open = open.filter(|(_, covered)| !**covered);
        gaps.extend(open.map(|(element, _)| Gap::NoEvidence {
            offence: code.to_owned(),
            element: element.code.to_string(),
        }));
        let Some(rule) = law.enough(offence) else {
            return;
        };
        if let Some(needed) = rule.minimum.filter(|needed| found < *needed) {
            gaps.push(Gap::TooFew {
                offence: code.to_owned(),
                found,
                needed,
            });
        }
        if rule.with_statement && !statement {
            gaps.push(Gap::NoStatement {
                offence: code.to_owned(),
            });
        }
    }
}
