//! Arbitrary acts of proof and custody, and what is asked of them.

use pengayom_core::pack::{Code, CollectionNeed};
use pengayom_core::subject::case::{
    Bearing, CaseAct, CaseCommand, CountDiffered, CustodyCommand, CustodyExplained, CustodyFault,
    Disposal, DisposalConfirmed, DisposalProposed, DisposalRejected, EvidenceLinked, EvidenceOut,
    EvidenceTyped, ExhibitBack, ExhibitMoved, ExhibitSent, ExhibitTaken, FileAltered, Gap,
    HandoverAccepted, HandoverEnded, HandoverOffered, Leaving, OffenceDropped, OffenceNamed,
    OtherSideSought, OutGround, Outside, ProofCommand, ProofRefused, TakeExhibit, TypeEvidence,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::value::{day, few_officers, text, word};

fn gap() -> impl Strategy<Value = Gap> {
    prop_oneof![
        Just(Gap::NoOffence),
        text().prop_map(|offence| Gap::OffenceUnknown { offence }),
        (text(), text()).prop_map(|(offence, element)| Gap::NoEvidence { offence, element }),
        (any::<u32>(), select(CollectionNeed::ALL))
            .prop_map(|(evidence, need)| Gap::Lacks { evidence, need }),
        (any::<u32>(), select(&CustodyFault::ALL[..]))
            .prop_map(|(evidence, fault)| Gap::Custody { evidence, fault }),
        Just(Gap::OtherSideNotSought),
    ]
}

/// Any act of proof.
pub fn proof_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        (text(), of(day()), of(day()))
            .prop_map(
                |(offence, from, until)| CaseAct::OffenceNamed(OffenceNamed {
                    offence,
                    from,
                    until
                })
            )
            .boxed(),
        (text(), text())
            .prop_map(|(offence, reason)| CaseAct::OffenceDropped(OffenceDropped {
                offence,
                reason
            }))
            .boxed(),
        (
            (
                any::<u32>(),
                select(Code::ALL),
                text(),
                text(),
                day(),
                of(text())
            ),
            (
                of(text()),
                of(text()),
                of(text()),
                of(text()),
                of(text()),
                of(text())
            ),
            (
                of(day()),
                any::<bool>(),
                of(any::<u32>()),
                of(text()),
                subsequence(CollectionNeed::ALL.to_vec(), 0..=5)
            )
        )
            .prop_map(
                |(
                    (evidence, law, kind, way, on, collector),
                    (place, from, number, urgent, witness_1, witness_2),
                    (copy_on, copy_late, recording, no_recording, lacks),
                )| CaseAct::EvidenceTyped(EvidenceTyped {
                    evidence,
                    law,
                    kind,
                    way,
                    on,
                    collector,
                    place,
                    from,
                    number,
                    urgent,
                    witness_1,
                    witness_2,
                    copy_on,
                    copy_late,
                    recording,
                    no_recording,
                    lacks
                })
            )
            .boxed(),
        (any::<u32>(), text(), text(), select(&Bearing::ALL[..]))
            .prop_map(
                |(evidence, offence, element, bearing)| CaseAct::EvidenceLinked(EvidenceLinked {
                    evidence,
                    offence,
                    element,
                    bearing
                })
            )
            .boxed(),
        (any::<u32>(), select(&OutGround::ALL[..]), text())
            .prop_map(
                |(evidence, ground, reason)| CaseAct::EvidenceOut(EvidenceOut {
                    evidence,
                    ground,
                    reason
                })
            )
            .boxed(),
        (any::<bool>(), text())
            .prop_map(|(found, text)| CaseAct::OtherSideSought(OtherSideSought { found, text }))
            .boxed(),
        (vec(gap(), 0..4), any::<u32>())
            .prop_map(|(gaps, count)| CaseAct::ProofRefused(ProofRefused { gaps, count }))
            .boxed(),
        (text(), of(text()))
            .prop_map(|(file, found)| CaseAct::FileAltered(FileAltered { file, found }))
            .boxed(),
        Just(CaseAct::ProofSubmitted {}).boxed(),
    ]
}

/// Any act of custody.
pub fn custody_act() -> impl Strategy<Value = CaseAct> {
    prop_oneof![
        (
            text(),
            any::<u32>(),
            of(text()),
            of(text()),
            text(),
            of(any::<u64>())
        )
            .prop_map(
                |(description, quantity, seal, from, place, rupiah)| CaseAct::ExhibitTaken(
                    ExhibitTaken {
                        description,
                        quantity,
                        seal,
                        from,
                        place,
                        rupiah
                    }
                )
            )
            .boxed(),
        (any::<u32>(), few_officers(), of(text()))
            .prop_map(
                |(evidence, to, note)| CaseAct::HandoverOffered(HandoverOffered {
                    evidence,
                    to,
                    note
                })
            )
            .boxed(),
        (any::<u32>(), few_officers(), text(), of(any::<u64>()))
            .prop_map(
                |(evidence, from, place, counted)| CaseAct::HandoverAccepted(HandoverAccepted {
                    evidence,
                    from,
                    place,
                    counted
                })
            )
            .boxed(),
        (any::<u32>(), text())
            .prop_map(|(evidence, reason)| CaseAct::HandoverEnded(HandoverEnded {
                evidence,
                reason
            }))
            .boxed(),
        (any::<u32>(), text(), of(text()))
            .prop_map(
                |(evidence, place, seal)| CaseAct::ExhibitMoved(ExhibitMoved {
                    evidence,
                    place,
                    seal
                })
            )
            .boxed(),
        (any::<u32>(), select(&Outside::ALL[..]), text(), text())
            .prop_map(
                |(evidence, to, recipient, letter)| CaseAct::ExhibitSent(ExhibitSent {
                    evidence,
                    to,
                    recipient,
                    letter
                })
            )
            .boxed(),
        (any::<u32>(), text(), text(), of(text()), of(any::<u64>()))
            .prop_map(
                |(evidence, note, place, seal, counted)| CaseAct::ExhibitBack(ExhibitBack {
                    evidence,
                    note,
                    place,
                    seal,
                    counted
                })
            )
            .boxed(),
        (
            any::<u32>(),
            select(&Disposal::ALL[..]),
            of(text()),
            text(),
            text(),
            of(any::<u64>())
        )
            .prop_map(|(evidence, way, recipient, letter, reason, counted)| {
                CaseAct::DisposalProposed(DisposalProposed {
                    evidence,
                    way,
                    recipient,
                    letter,
                    reason,
                    counted,
                })
            })
            .boxed(),
        (any::<u32>(), of(any::<u64>()))
            .prop_map(
                |(evidence, counted)| CaseAct::DisposalConfirmed(DisposalConfirmed {
                    evidence,
                    counted
                })
            )
            .boxed(),
        (any::<u32>(), text())
            .prop_map(
                |(evidence, reason)| CaseAct::DisposalRejected(DisposalRejected {
                    evidence,
                    reason
                })
            )
            .boxed(),
        (any::<u32>(), any::<u64>(), any::<u64>(), of(few_officers()))
            .prop_map(
                |(evidence, expected, counted, had)| CaseAct::CountDiffered(CountDiffered {
                    evidence,
                    expected,
                    counted,
                    had
                })
            )
            .boxed(),
        (any::<u32>(), text())
            .prop_map(
                |(evidence, text)| CaseAct::CustodyExplained(CustodyExplained { evidence, text })
            )
            .boxed(),
    ]
}

const OFFENCES: &[&str] = &["theft", "assault"];
const ELEMENTS: &[&str] = &["takes", "not_own", "hits", "hurts"];

/// Anything asked of proof, mostly sensible.
pub fn of_proof() -> impl Strategy<Value = CaseCommand> {
    let today = jiff::civil::date(2026, 12, 24);
    prop_oneof![
        (word(OFFENCES), of(day()), of(day())).prop_map(move |(offence, from, until)| {
            ProofCommand::NameOffence {
                offence,
                from,
                until,
                today,
            }
        }),
        (word(OFFENCES), text())
            .prop_map(|(offence, reason)| ProofCommand::DropOffence { offence, reason }),
        type_evidence().prop_map(|told| ProofCommand::TypeEvidence(Box::new(told))),
        (
            0_u32..5,
            word(OFFENCES),
            word(ELEMENTS),
            select(&Bearing::ALL[..])
        )
            .prop_map(|(evidence, offence, element, bearing)| ProofCommand::Link {
                evidence,
                offence,
                element,
                bearing,
            }),
        (0_u32..5, select(&OutGround::ALL[..]), text()).prop_map(|(evidence, ground, reason)| {
            ProofCommand::PutOut {
                evidence,
                ground,
                reason,
            }
        }),
        (any::<bool>(), text())
            .prop_map(|(found, text)| ProofCommand::SeekOtherSide { found, text }),
        Just(ProofCommand::Submit),
    ]
    .prop_map(CaseCommand::Proof)
}

fn type_evidence() -> impl Strategy<Value = TypeEvidence> {
    let what = (
        0_u32..5,
        word(&["statement", "document", "thing"]),
        word(&["free", "permit", "urgent", "suspect"]),
        day(),
    );
    let told = (
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
        of(text()),
    );
    let more = (of(day()), of(0_u32..5), of(text()));
    (what, told, more).prop_map(|(what, told, more)| {
        let (evidence, kind, way, on) = what;
        let (place, from, number, urgent, one, other) = told;
        let (copy_on, recording, no_recording) = more;
        TypeEvidence {
            evidence,
            kind,
            way,
            on,
            today: jiff::civil::date(2026, 12, 24),
            collector: None,
            place,
            from,
            number,
            urgent,
            witnesses: [one, other],
            copy_on,
            recording,
            no_recording,
        }
    })
}

/// Anything asked of custody, mostly of the first pieces.
pub fn of_custody() -> impl Strategy<Value = CaseCommand> {
    let rupiah = || of(prop_oneof![Just(1_000_u64), Just(900_u64)]);
    prop_oneof![
        3 => (text(), 0_u32..3, of(text()), of(text()), text(), rupiah()).prop_map(
            |(description, quantity, seal, from, place, rupiah)| {
                CustodyCommand::Take(TakeExhibit {
                    description,
                    quantity,
                    seal,
                    from,
                    place,
                    rupiah,
                })
            }
        ),
        3 => (0_u32..4, few_officers(), of(text()))
            .prop_map(|(evidence, to, note)| CustodyCommand::Offer { evidence, to, note }),
        4 => (0_u32..4, text(), rupiah()).prop_map(|(evidence, place, counted)| {
            CustodyCommand::Accept {
                evidence,
                place,
                counted,
            }
        }),
        1 => (0_u32..4, text())
            .prop_map(|(evidence, reason)| CustodyCommand::EndOffer { evidence, reason }),
        1 => (0_u32..4, text(), of(text())).prop_map(|(evidence, place, seal)| {
            CustodyCommand::Move {
                evidence,
                place,
                seal,
            }
        }),
        1 => (0_u32..4, select(&Outside::ALL[..]), text(), text(), rupiah()).prop_map(
            |(evidence, to, recipient, letter, counted)| CustodyCommand::Send {
                evidence,
                to,
                recipient,
                letter,
                counted,
            }
        ),
        1 => (0_u32..4, text(), text(), of(text()), rupiah()).prop_map(
            |(evidence, note, place, seal, counted)| CustodyCommand::TakeBack {
                evidence,
                note,
                place,
                seal,
                counted,
            }
        ),
        2 => (0_u32..4, select(&Disposal::ALL[..]), of(text()), text(), text(), rupiah())
            .prop_map(|(evidence, way, recipient, letter, reason, counted)| {
                CustodyCommand::Propose {
                    evidence,
                    leaving: Leaving {
                        way,
                        recipient,
                        letter,
                        reason,
                        counted,
                    },
                }
            }),
        2 => (0_u32..4, rupiah())
            .prop_map(|(evidence, counted)| CustodyCommand::Confirm { evidence, counted }),
        1 => (0_u32..4, text())
            .prop_map(|(evidence, reason)| CustodyCommand::Reject { evidence, reason }),
        1 => (0_u32..4, text())
            .prop_map(|(evidence, text)| CustodyCommand::Explain { evidence, text }),
    ]
    .prop_map(CaseCommand::Custody)
}
