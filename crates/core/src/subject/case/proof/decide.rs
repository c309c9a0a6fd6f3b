//! The rules of proof.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::super::act::CaseAct;
use super::super::decide::needed;
use super::super::refusal::CaseRefusal;
use super::super::state::{Case, CaseStage};
use super::act::{
    Bearing, EvidenceLinked, EvidenceOut, EvidenceTyped, FileAltered, OffenceDropped, OffenceNamed,
    OtherSideSought, OutGround, ProofRefused,
};
use super::gap::{GAPS_MAX, Gap};
use super::{OFFENCES_MAX, Piece};
use crate::act::Actor;
use crate::pack::{CollectionNeed, ProofLaw};
use crate::subject::{Moment, TextFault, text_fault};

/// What can be asked of the proof of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofCommand {
    /// Put an offence into the plan, or say better when it was done.
    NameOffence {
        /// An offence of the pack.
        offence: String,
        /// First day on which the act may have been done.
        from: Option<Date>,
        /// Last such day.
        until: Option<Date>,
        /// The day on which it is asked, in the unit's zone.
        today: Date,
    },
    /// Take an offence out of the plan.
    DropOffence {
        /// Which.
        offence: String,
        /// Why.
        reason: String,
    },
    /// Give a piece of evidence its type and legal basis, or put them right.
    TypeEvidence(Box<TypeEvidence>),
    /// Say what a piece of evidence says of an element.
    Link {
        /// Which, in the order they came, from 1.
        evidence: u32,
        /// An offence of the plan.
        offence: String,
        /// One of its elements.
        element: String,
        /// What it says.
        bearing: Bearing,
    },
    /// Let a piece of evidence count no longer.
    PutOut {
        /// Which, in the order they came, from 1.
        evidence: u32,
        /// On what ground.
        ground: OutGround,
        /// Why.
        reason: String,
    },
    /// Record that what speaks for the reported person was looked for.
    SeekOtherSide {
        /// Something was found.
        found: bool,
        /// What, or where it was looked for.
        text: String,
    },
    /// Say that the proof is complete.
    Submit,
    /// Mark a file whose content is no longer what was put there; by the program.
    MarkAltered {
        /// SHA-256 of the content that was put there.
        file: String,
        /// SHA-256 of what was found.
        found: Option<String>,
    },
}

/// Type and legal basis of a piece of evidence, as they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeEvidence {
    /// Which, in the order they came, from 1.
    pub evidence: u32,
    /// A type of evidence of the code in force that day.
    pub kind: String,
    /// A way of collecting of the pack.
    pub way: String,
    /// The day it was collected.
    pub on: Date,
    /// The day on which it is told, in the unit's zone.
    pub today: Date,
    /// Who collected it, where it was not whoever tells it.
    pub collector: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// From whom.
    pub from: Option<String>,
    /// Number of the permit or letter.
    pub number: Option<String>,
    /// Why it could not wait for a permit.
    pub urgent: Option<String>,
    /// The two witnesses.
    pub witnesses: [Option<String>; 2],
    /// The day of the copy or receipt.
    pub copy_on: Option<Date>,
    /// The piece of evidence that is the recording.
    pub recording: Option<u32>,
    /// Why there is no recording.
    pub no_recording: Option<String>,
}

/// The rule that stood in the way of a command about proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// As many offences are named as a plan takes.
    #[error("too many offences: limit {limit}")]
    TooManyOffences {
        /// The limit.
        limit: usize,
    },
    /// The last day lies before the first.
    #[error("last day {until} is before the first {from}")]
    DaysReversed {
        /// The first.
        from: Date,
        /// The last.
        until: Date,
    },
    /// A day after today.
    #[error("day {day} is in the future")]
    DayAhead {
        /// The day given.
        day: Date,
    },
    /// It is not in the plan.
    #[error("offence is not in the plan")]
    NotInPlan,
    /// No such piece of evidence.
    #[error("no such evidence")]
    NoSuchEvidence,
    /// It was taken out before.
    #[error("evidence counts no longer")]
    IsOut,
    /// The police cannot collect this type.
    #[error("type of evidence {0:?} cannot be collected by the police")]
    NotCollectable(String),
    /// The recording named is no file of the case, counts no longer, or is the piece itself.
    #[error("recording is no file of the case that counts")]
    NoSuchRecording,
    /// A copy dated before what it is a copy of.
    #[error("copy is dated {copy}, before the collection on {on}")]
    CopyTooEarly {
        /// The day of the copy.
        copy: Date,
        /// The day of the collection.
        on: Date,
    },
    /// It is complete already.
    #[error("proof is complete already")]
    AlreadyComplete,
    /// It is not complete, as was said before, and nothing happened since.
    #[error("proof is not complete: {} gaps", .0.len())]
    Incomplete(Vec<Gap>),
    /// The file was marked before, or is not one of the case.
    #[error("no such file, or marked before")]
    NothingToMark,
}

/// What a command about proof leads to.
///
/// # Errors
/// [`CaseRefusal`], naming the rule that stood in the way.
pub(in crate::subject::case) fn decide(
    case: &Case,
    command: ProofCommand,
    actor: &Actor,
    moment: Moment,
    law: &ProofLaw,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if let ProofCommand::MarkAltered { file, found } = command {
        return mark_altered(case, file, found);
    }
    if actor.officer().is_none() {
        return Err(CaseRefusal::StaffOnly);
    }
    if case.stage == CaseStage::Closed {
        return Err(CaseRefusal::Closed);
    }
    let act = match command {
        ProofCommand::NameOffence {
            offence,
            from,
            until,
            today,
        } => {
            let named = OffenceNamed {
                offence,
                from,
                until,
            };
            return name(case, named, today, law);
        }
        ProofCommand::DropOffence { offence, reason } => {
            if case.proof.charge(&offence).is_none() {
                return Err(ProofRefusal::NotInPlan.into());
            }
            CaseAct::OffenceDropped(OffenceDropped {
                offence,
                reason: needed("reason", reason)?,
            })
        }
        ProofCommand::TypeEvidence(told) => type_evidence(case, *told, law)?,
        ProofCommand::Link {
            evidence,
            offence,
            element,
            bearing,
        } => {
            let linked = EvidenceLinked {
                evidence,
                offence,
                element,
                bearing,
            };
            return link(case, linked, law);
        }
        ProofCommand::PutOut {
            evidence,
            ground,
            reason,
        } => {
            standing(case, evidence)?;
            CaseAct::EvidenceOut(EvidenceOut {
                evidence,
                ground,
                reason: needed("reason", reason)?,
            })
        }
        ProofCommand::SeekOtherSide { found, text } => CaseAct::OtherSideSought(OtherSideSought {
            found,
            text: needed("text", text)?,
        }),
        ProofCommand::Submit => submit(case, moment, law)?,
        ProofCommand::MarkAltered { .. } => return Ok(Vec::new()),
    };
    Ok(vec![act])
}

fn mark_altered(
    case: &Case,
    file: String,
    found: Option<String>,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match case.proof.piece_of_file(&file) {
        Some((_, piece)) if !piece.altered => {
            Ok(vec![CaseAct::FileAltered(FileAltered { file, found })])
        }
        _ => Err(ProofRefusal::NothingToMark.into()),
    }
}

/// An offence is in a plan once; naming it with other days says better when it was done.
fn name(
    case: &Case,
    named: OffenceNamed,
    today: Date,
    law: &ProofLaw,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if law.offence(&named.offence).is_none() {
        return Err(CaseRefusal::NotInPack {
            field: "offence",
            word: named.offence,
        });
    }
    for day in [named.from, named.until].into_iter().flatten() {
        not_ahead(day, today)?;
    }
    if let (Some(from), Some(until)) = (named.from, named.until)
        && until < from
    {
        return Err(ProofRefusal::DaysReversed { from, until }.into());
    }
    let known = case.proof.charge(&named.offence);
    if known.is_some_and(|known| known.from == named.from && known.until == named.until) {
        return Ok(Vec::new());
    }
    let listed = case.proof.named.iter().any(|c| c.offence == named.offence);
    if !listed && case.proof.named.len() >= OFFENCES_MAX {
        let limit = OFFENCES_MAX;
        return Err(ProofRefusal::TooManyOffences { limit }.into());
    }
    Ok(vec![CaseAct::OffenceNamed(named)])
}

fn not_ahead(day: Date, today: Date) -> Result<(), CaseRefusal> {
    if day > today {
        return Err(ProofRefusal::DayAhead { day }.into());
    }
    Ok(())
}

/// A piece of evidence that is there and was not taken out.
fn standing(case: &Case, evidence: u32) -> Result<&Piece, CaseRefusal> {
    match case.proof.piece(evidence) {
        None => Err(ProofRefusal::NoSuchEvidence.into()),
        Some(piece) if piece.out.is_some() => Err(ProofRefusal::IsOut.into()),
        Some(piece) => Ok(piece),
    }
}

/// What may be told and need not: nothing when it has nothing to read.
pub(in crate::subject::case) fn maybe(
    field: &'static str,
    text: Option<String>,
) -> Result<Option<String>, CaseRefusal> {
    let text = text.filter(|text| text_fault(text) != Some(TextFault::Empty));
    text.map(|text| needed(field, text)).transpose()
}

/// The code of procedure follows the day of the collection: an act of investigation follows the law of its
/// own day. What its way must have and has not is written down with it.
fn type_evidence(case: &Case, told: TypeEvidence, law: &ProofLaw) -> Result<CaseAct, CaseRefusal> {
    standing(case, told.evidence)?;
    not_ahead(told.on, told.today)?;
    let not_in_pack = |field, word: &str| CaseRefusal::NotInPack {
        field,
        word: word.to_owned(),
    };
    let code = law.evidence.codes.on(told.on);
    let kind = law.evidence.kind(code, &told.kind);
    let kind = kind.ok_or_else(|| not_in_pack("kind", &told.kind))?;
    if !kind.collectable {
        return Err(ProofRefusal::NotCollectable(told.kind).into());
    }
    let way = law.evidence.collection(&told.way);
    let way = way.ok_or_else(|| not_in_pack("way", &told.way))?;
    if let Some(copy) = told.copy_on {
        not_ahead(copy, told.today)?;
        if copy < told.on {
            return Err(ProofRefusal::CopyTooEarly { copy, on: told.on }.into());
        }
    }
    if let Some(n) = told.recording {
        let known = case.proof.piece(n);
        let known = known.is_some_and(|piece| piece.file.is_some() && piece.stands());
        if !known || n == told.evidence {
            return Err(ProofRefusal::NoSuchRecording.into());
        }
    }
    let [first, second] = told.witnesses;
    let mut typed = EvidenceTyped {
        evidence: told.evidence,
        law: code,
        kind: told.kind,
        way: told.way,
        on: told.on,
        collector: maybe("collector", told.collector)?,
        place: maybe("place", told.place)?,
        from: maybe("from", told.from)?,
        number: maybe("number", told.number)?,
        urgent: maybe("urgent", told.urgent)?,
        witness_1: maybe("witness_1", first)?,
        witness_2: maybe("witness_2", second)?,
        copy_on: told.copy_on,
        copy_late: false,
        recording: told.recording,
        no_recording: maybe("no_recording", told.no_recording)?,
        lacks: Vec::new(),
    };
    let due = way.copy_within_days.and_then(|days| {
        let days = i64::from(days).days();
        typed.on.checked_add(days).ok()
    });
    typed.copy_late = due.is_some_and(|due| typed.copy_on.is_some_and(|copy| copy > due));
    let needs = way.needs.iter().copied();
    typed.lacks = needs.filter(|need| !has(&typed, *need)).collect();
    Ok(CaseAct::EvidenceTyped(typed))
}

/// Whether what was told of a collection has what it must have.
fn has(typed: &EvidenceTyped, need: CollectionNeed) -> bool {
    match need {
        CollectionNeed::Number => typed.number.is_some(),
        CollectionNeed::UrgentReason => typed.urgent.is_some(),
        CollectionNeed::TwoWitnesses => match (&typed.witness_1, &typed.witness_2) {
            (Some(one), Some(other)) => !same_name(one, other),
            _ => false,
        },
        CollectionNeed::CopyGiven => typed.copy_on.is_some(),
        CollectionNeed::Recording => typed.recording.is_some() || typed.no_recording.is_some(),
    }
}

/// Whether two witnesses are one: the same letters, whatever their case and the spaces between.
fn same_name(one: &str, other: &str) -> bool {
    let bare = |name: &str| {
        let letters = name.chars().filter(|sign| !sign.is_whitespace());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    bare(one) == bare(other)
}

/// A link that says what is known already changes nothing.
fn link(case: &Case, linked: EvidenceLinked, law: &ProofLaw) -> Result<Vec<CaseAct>, CaseRefusal> {
    let piece = standing(case, linked.evidence)?;
    if case.proof.charge(&linked.offence).is_none() {
        return Err(ProofRefusal::NotInPlan.into());
    }
    let offence = law.offence(&linked.offence);
    if offence.and_then(|it| it.element(&linked.element)).is_none() {
        return Err(CaseRefusal::NotInPack {
            field: "element",
            word: linked.element,
        });
    }
    if piece.bearing(&linked.offence, &linked.element) == Some(linked.bearing) {
        return Ok(Vec::new());
    }
    Ok(vec![CaseAct::EvidenceLinked(linked)])
}

/// Complete is what has no gap. A refusal is recorded, once for what is known: whoever asks again
/// without anything new hears the same.
fn submit(case: &Case, moment: Moment, law: &ProofLaw) -> Result<CaseAct, CaseRefusal> {
    let mut gaps = case.proof.gaps(law, moment.recorded_at);
    if gaps.is_empty() {
        if case.proof.complete_at.is_some() {
            return Err(ProofRefusal::AlreadyComplete.into());
        }
        return Ok(CaseAct::ProofSubmitted {});
    }
    if case.proof.refused_at == Some(case.version) {
        return Err(ProofRefusal::Incomplete(gaps).into());
    }
    let count = u32::try_from(gaps.len()).unwrap_or(u32::MAX);
    gaps.truncate(GAPS_MAX);
    Ok(CaseAct::ProofRefused(ProofRefused { gaps, count }))
}
