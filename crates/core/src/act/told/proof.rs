//! What is told in acts of proof and custody.

use super::Slot;
use crate::subject::case::{
    CaseAct, CountDiffered, CustodyExplained, DisposalConfirmed, DisposalProposed,
    DisposalRejected, EvidenceLinked, EvidenceOut, EvidenceTyped, ExhibitBack, ExhibitMoved,
    ExhibitSent, ExhibitTaken, FileAltered, HandoverAccepted, HandoverEnded, HandoverOffered,
    OffenceDropped, OffenceNamed, OtherSideSought, ProofRefused,
};

/// Shows every place for something told in an act of proof or custody; nothing of any other.
#[expect(clippy::too_many_lines, reason = "a table, one entry an act")]
pub(super) fn visit(act: &mut CaseAct, each: &mut dyn FnMut(&'static str, Slot<'_>)) {
    match act {
        CaseAct::OffenceNamed(told) => {
            let OffenceNamed {
                offence: _,
                from: _,
                until: _,
            } = told;
        }
        CaseAct::OffenceDropped(told) => {
            let OffenceDropped { offence: _, reason } = told;
            each("reason", Slot::Text(reason));
        }
        CaseAct::EvidenceTyped(told) => {
            let EvidenceTyped {
                evidence: _,
                law: _,
                kind: _,
                way: _,
                on: _,
                collector,
                place,
                from,
                number,
                urgent,
                witness_1,
                witness_2,
                copy_on: _,
                copy_late: _,
                recording: _,
                no_recording,
                lacks: _,
            } = told;
            each("collector", Slot::Maybe(collector));
            each("place", Slot::Maybe(place));
            each("from", Slot::Maybe(from));
            each("number", Slot::Maybe(number));
            each("urgent", Slot::Maybe(urgent));
            each("witness_1", Slot::Maybe(witness_1));
            each("witness_2", Slot::Maybe(witness_2));
            each("no_recording", Slot::Maybe(no_recording));
        }
        CaseAct::EvidenceLinked(told) => {
            let EvidenceLinked {
                evidence: _,
                offence: _,
                element: _,
                bearing: _,
            } = told;
        }
        CaseAct::EvidenceOut(told) => {
            let EvidenceOut {
                evidence: _,
                ground: _,
                reason,
            } = told;
            each("reason", Slot::Text(reason));
        }
        CaseAct::OtherSideSought(told) => {
            let OtherSideSought { found: _, text } = told;
            each("text", Slot::Text(text));
        }
        CaseAct::ProofRefused(told) => {
            let ProofRefused { gaps: _, count: _ } = told;
        }
        CaseAct::FileAltered(told) => {
            let FileAltered { file: _, found: _ } = told;
        }
        CaseAct::ExhibitTaken(told) => {
            let ExhibitTaken {
                description,
                quantity: _,
                seal: _,
                from,
                place,
                rupiah: _,
            } = told;
            each("description", Slot::Text(description));
            each("from", Slot::Maybe(from));
            each("place", Slot::Text(place));
        }
        CaseAct::HandoverOffered(told) => {
            let HandoverOffered {
                evidence: _,
                to: _,
                note,
            } = told;
            each("note", Slot::Maybe(note));
        }
        CaseAct::HandoverAccepted(told) => {
            let HandoverAccepted {
                evidence: _,
                from: _,
                place,
                counted: _,
            } = told;
            each("place", Slot::Text(place));
        }
        CaseAct::HandoverEnded(told) => {
            let HandoverEnded {
                evidence: _,
                reason,
            } = told;
            each("reason", Slot::Text(reason));
        }
        CaseAct::ExhibitMoved(told) => {
            let ExhibitMoved {
                evidence: _,
                place,
                seal: _,
            } = told;
            each("place", Slot::Text(place));
        }
        CaseAct::ExhibitSent(told) => {
            let ExhibitSent {
                evidence: _,
                to: _,
                recipient,
                letter,
            } = told;
            each("recipient", Slot::Text(recipient));
            each("letter", Slot::Text(letter));
        }
        CaseAct::ExhibitBack(told) => {
            let ExhibitBack {
                evidence: _,
                note,
                place,
                seal: _,
                counted: _,
            } = told;
            each("note", Slot::Text(note));
            each("place", Slot::Text(place));
        }
        CaseAct::DisposalProposed(told) => {
            let DisposalProposed {
                evidence: _,
                way: _,
                recipient,
                letter,
                reason,
                counted: _,
            } = told;
            each("recipient", Slot::Maybe(recipient));
            each("letter", Slot::Text(letter));
            each("reason", Slot::Text(reason));
        }
        CaseAct::DisposalConfirmed(told) => {
            let DisposalConfirmed {
                evidence: _,
                counted: _,
            } = told;
        }
        CaseAct::DisposalRejected(told) => {
            let DisposalRejected {
                evidence: _,
                reason,
            } = told;
            each("reason", Slot::Text(reason));
        }
        CaseAct::CountDiffered(told) => {
            let CountDiffered {
                evidence: _,
                expected: _,
                counted: _,
                had: _,
            } = told;
        }
        CaseAct::CustodyExplained(told) => {
            let CustodyExplained { evidence: _, text } = told;
            each("text", Slot::Text(text));
        }
        _ => {}
    }
}
