//! Given what is known of a case, when something of proof is asked, then acts or a refusal.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::act::{Act, Actor, Payload};
use crate::pack::CollectionNeed;
use crate::subject::case::tests::{SUBJECT, filed};
use crate::subject::case::{
    BlobRef, Case, CaseCommand, CaseRefusal, CustodyCommand, CustodyFault, TakeExhibit, decide,
    evolve,
};
use crate::subject::testing::{FakeMethod, act, by, minute, told};

const TODAY: Date = date(2026, 11, 24);

/// A case that is asked one thing after another.
pub(in crate::subject::case) struct Story {
    pub(in crate::subject::case) case: Case,
    acts: Vec<Act>,
    at: i64,
}

impl Story {
    pub(in crate::subject::case) fn new() -> Self {
        let first = act(
            SUBJECT,
            1,
            Actor::Citizen,
            minute(0),
            Payload::Case(filed("lost_item", None)),
        );
        Self {
            case: evolve(None, &first).unwrap(),
            acts: vec![first],
            at: 1,
        }
    }

    pub(in crate::subject::case) fn pass(&mut self, minutes: i64) {
        self.at += minutes;
    }

    /// Asks, and records what it comes to.
    pub(in crate::subject::case) fn ask(
        &mut self,
        actor: &Actor,
        command: CaseCommand,
    ) -> Result<Vec<CaseAct>, CaseRefusal> {
        let moment = told(self.at);
        let acts = decide(Some(&self.case), command, actor, moment, &FakeMethod)?;
        for payload in &acts {
            let version = self.case.version + 1;
            let done = act(
                SUBJECT,
                version,
                actor.clone(),
                minute(self.at),
                Payload::Case(payload.clone()),
            );
            self.case = evolve(Some(self.case.clone()), &done).unwrap();
            self.acts.push(done);
        }
        Ok(acts)
    }

    fn proof(&mut self, command: ProofCommand) -> Result<Vec<CaseAct>, CaseRefusal> {
        self.ask(&by(1), CaseCommand::Proof(command))
    }

    fn file(&mut self, byte: u8) -> u32 {
        let file = BlobRef {
            sha256: format!("{byte:02x}").repeat(32),
            media_type: "application/pdf".to_owned(),
            size_bytes: 9,
        };
        let added = CaseCommand::AddEvidence {
            file,
            description: "Surat.".to_owned(),
            obtained_from: None,
            obtained_at: None,
        };
        self.ask(&by(1), added).unwrap();
        u32::try_from(self.case.proof.pieces.len()).unwrap()
    }

    fn theft(&mut self) {
        self.proof(name("theft", Some(TODAY))).unwrap();
    }

    fn gaps(&self) -> Vec<Gap> {
        self.case.proof.gaps(law(), minute(self.at))
    }
}

fn law() -> &'static crate::pack::ProofLaw {
    crate::subject::Method::proof(&FakeMethod)
}

fn name(offence: &str, day: Option<Date>) -> ProofCommand {
    ProofCommand::NameOffence {
        offence: offence.to_owned(),
        from: day,
        until: day,
        today: TODAY,
    }
}

fn typed(evidence: u32, kind: &str, way: &str) -> TypeEvidence {
    TypeEvidence {
        evidence,
        kind: kind.to_owned(),
        way: way.to_owned(),
        on: TODAY,
        today: TODAY,
        collector: None,
        place: None,
        from: None,
        number: None,
        urgent: None,
        witnesses: [None, None],
        copy_on: None,
        recording: None,
        no_recording: None,
    }
}

fn type_it(told: TypeEvidence) -> ProofCommand {
    ProofCommand::TypeEvidence(Box::new(told))
}

fn link(evidence: u32, offence: &str, element: &str, bearing: Bearing) -> ProofCommand {
    ProofCommand::Link {
        evidence,
        offence: offence.to_owned(),
        element: element.to_owned(),
        bearing,
    }
}

fn text(word: &str) -> String {
    word.to_owned()
}

fn sought() -> ProofCommand {
    ProofCommand::SeekOtherSide {
        found: false,
        text: "Ditanyakan kepada tetangga.".to_owned(),
    }
}

fn refused(result: Result<Vec<CaseAct>, CaseRefusal>) -> ProofRefusal {
    match result {
        Err(CaseRefusal::Proof(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// A theft with two lawful pieces that prove both elements, and the other side sought.
fn proved() -> Story {
    let mut story = Story::new();
    story.theft();
    for (byte, element) in [(1, "takes"), (2, "not_own")] {
        let n = story.file(byte);
        story.proof(type_it(typed(n, "document", "free"))).unwrap();
        story
            .proof(link(n, "theft", element, Bearing::Supports))
            .unwrap();
    }
    story.proof(sought()).unwrap();
    story
}

#[test]
fn complete_is_refused_with_a_list_of_what_is_missing_and_the_refusal_is_kept() {
    // S12 S14
    let mut story = Story::new();
    story.theft();
    let acts = story.proof(ProofCommand::Submit).unwrap();
    let no_evidence = |element: &str| Gap::NoEvidence {
        offence: "theft".to_owned(),
        element: element.to_owned(),
    };
    let too_few = Gap::TooFew {
        offence: "theft".to_owned(),
        found: 0,
        needed: 2,
    };
    let gaps = vec![
        no_evidence("takes"),
        no_evidence("not_own"),
        too_few,
        Gap::OtherSideNotSought,
    ];
    assert_eq!(
        acts,
        [CaseAct::ProofRefused(ProofRefused {
            gaps: gaps.clone(),
            count: 4
        })]
    );
    // Asked again with nothing new, it is the same, and no act more.
    let again = refused(story.proof(ProofCommand::Submit));
    assert_eq!(again, ProofRefusal::Incomplete(gaps));
    assert_eq!(
        (story.case.proof.first_gaps, story.case.proof.refused),
        (Some(4), 1)
    );
    story.proof(sought()).unwrap();
    story.proof(ProofCommand::Submit).unwrap();
    // How many there were at first stays.
    assert_eq!(
        (story.case.proof.first_gaps, story.case.proof.refused),
        (Some(4), 2)
    );
}

#[test]
fn what_has_lawful_evidence_for_every_element_is_complete_once() {
    // S12
    let mut story = proved();
    assert_eq!(story.gaps(), []);
    let acts = story.proof(ProofCommand::Submit).unwrap();
    assert_eq!(acts, [CaseAct::ProofSubmitted {}]);
    assert_eq!(story.case.proof.first_gaps, Some(0));
    let again = refused(story.proof(ProofCommand::Submit));
    assert_eq!(again, ProofRefusal::AlreadyComplete);
}

#[test]
fn nothing_counts_without_type_and_basis_and_each_need_is_named() {
    // S13
    let mut story = Story::new();
    story.theft();
    let n = story.file(1);
    story
        .proof(link(n, "theft", "takes", Bearing::Supports))
        .unwrap();
    assert!(story.gaps().contains(&Gap::Untyped { evidence: 1 }));
    story
        .proof(type_it(typed(n, "document", "permit")))
        .unwrap();
    let needs = [
        CollectionNeed::Number,
        CollectionNeed::TwoWitnesses,
        CollectionNeed::CopyGiven,
    ];
    for need in needs {
        assert!(
            story.gaps().contains(&Gap::Lacks { evidence: 1, need }),
            "{need}"
        );
    }
    let whole = TypeEvidence {
        number: Some(text("12/2026")),
        witnesses: [Some(text("Ketua RT")), Some(text("Tetangga"))],
        copy_on: Some(TODAY),
        ..typed(n, "document", "permit")
    };
    // One person named twice is one witness.
    let twice = TypeEvidence {
        witnesses: [Some(text("Ketua RT")), Some(text("ketua  rt"))],
        ..whole.clone()
    };
    story.proof(type_it(twice)).unwrap();
    let lack = CollectionNeed::TwoWitnesses;
    assert_eq!(
        story.case.proof.piece(1).unwrap().counts(),
        Err(NotCounted::Lacks(lack))
    );
    story.proof(type_it(whole)).unwrap();
    assert_eq!(story.case.proof.piece(1).unwrap().counts(), Ok(()));
}

#[test]
fn questioning_a_suspect_has_its_recording_linked_or_says_why_there_is_none() {
    // S13
    let mut story = Story::new();
    let (n, film) = (story.file(1), story.file(2));
    let ask = |recording, why: Option<&str>| {
        type_it(TypeEvidence {
            recording,
            no_recording: why.map(ToOwned::to_owned),
            ..typed(n, "document", "suspect")
        })
    };
    let lack = Err(NotCounted::Lacks(CollectionNeed::Recording));
    for (recording, why, counts) in [
        (None, None, lack),
        (Some(film), None, Ok(())),
        (None, Some("Kamera rusak."), Ok(())),
    ] {
        story.proof(ask(recording, why)).unwrap();
        assert_eq!(story.case.proof.piece(n).unwrap().counts(), counts);
    }
    for wrong in [n, 9] {
        assert_eq!(
            refused(story.proof(ask(Some(wrong), None))),
            ProofRefusal::NoSuchRecording
        );
    }
}

#[test]
fn a_recording_that_is_out_or_altered_is_none_then_and_afterwards() {
    // S12 S13
    let program = Actor::Program {
        job: "files".to_owned(),
    };
    let out = |evidence| {
        CaseCommand::Proof(ProofCommand::PutOut {
            evidence,
            ground: OutGround::PermitRefused,
            reason: "Direkam tanpa izin.".to_owned(),
        })
    };
    let altered = |byte: u8| {
        CaseCommand::Proof(ProofCommand::MarkAltered {
            file: format!("{byte:02x}").repeat(32),
            found: None,
        })
    };
    for (who, lost) in [(by(1), out(4)), (program, altered(4))] {
        let mut story = proved();
        let (n, film) = (story.file(3), story.file(4));
        let ask = |recording, why: Option<&str>| {
            type_it(TypeEvidence {
                recording,
                no_recording: why.map(ToOwned::to_owned),
                ..typed(n, "document", "suspect")
            })
        };
        let neutral = link(n, "theft", "takes", Bearing::Neutral);
        story.proof(neutral).unwrap();
        story.proof(ask(Some(film), None)).unwrap();
        assert_eq!(story.gaps(), []);
        story.ask(&who, lost).unwrap();
        let need = CollectionNeed::Recording;
        assert_eq!(story.gaps(), [Gap::Lacks { evidence: n, need }]);
        let proof = &story.case.proof;
        assert_eq!(
            proof.counts(proof.piece(n).unwrap(), law()),
            Err(NotCounted::Lacks(need))
        );
        let acts = story.proof(ProofCommand::Submit).unwrap();
        assert!(matches!(acts[..], [CaseAct::ProofRefused(_)]));
        assert_eq!(
            refused(story.proof(ask(Some(film), None))),
            ProofRefusal::NoSuchRecording
        );
        story.proof(ask(None, Some("Kamera rusak."))).unwrap();
        assert_eq!(story.gaps(), []);
    }
}

#[test]
fn the_type_follows_the_code_of_procedure_of_the_day_it_was_collected() {
    // S13
    let mut story = Story::new();
    let n = story.file(1);
    let on = |day, kind: &str| {
        type_it(TypeEvidence {
            on: day,
            ..typed(n, kind, "free")
        })
    };
    let (before, after) = (date(2026, 1, 1), date(2026, 1, 2));
    let unknown = |word: &str| CaseRefusal::NotInPack {
        field: "kind",
        word: word.to_owned(),
    };
    assert_eq!(story.proof(on(after, "paper")), Err(unknown("paper")));
    assert_eq!(
        story.proof(on(before, "document")),
        Err(unknown("document"))
    );
    story.proof(on(before, "paper")).unwrap();
    story.proof(on(after, "document")).unwrap();
    let judge = refused(story.proof(on(after, "judge")));
    assert_eq!(judge, ProofRefusal::NotCollectable("judge".to_owned()));
    let ahead = refused(story.proof(on(date(2026, 11, 25), "document")));
    assert!(matches!(ahead, ProofRefusal::DayAhead { .. }));
}

#[test]
fn one_piece_counts_once_for_however_many_elements_it_speaks() {
    // S12
    let mut story = Story::new();
    story.theft();
    let n = story.file(1);
    story.proof(type_it(typed(n, "document", "free"))).unwrap();
    for element in ["takes", "not_own"] {
        story
            .proof(link(n, "theft", element, Bearing::Supports))
            .unwrap();
    }
    story.proof(sought()).unwrap();
    let few = Gap::TooFew {
        offence: "theft".to_owned(),
        found: 1,
        needed: 2,
    };
    assert_eq!(story.gaps(), [few]);
}

#[test]
fn one_plus_one_needs_what_a_person_says_among_them() {
    // S12
    let mut story = Story::new();
    story.proof(name("assault", Some(TODAY))).unwrap();
    let (one, other) = (story.file(1), story.file(2));
    for (n, element) in [(one, "hits"), (other, "hurts")] {
        story.proof(type_it(typed(n, "document", "free"))).unwrap();
        story
            .proof(link(n, "assault", element, Bearing::Supports))
            .unwrap();
    }
    story.proof(sought()).unwrap();
    let offence = "assault".to_owned();
    assert_eq!(story.gaps(), [Gap::NoStatement { offence }]);
    story
        .proof(type_it(typed(one, "statement", "free")))
        .unwrap();
    assert_eq!(story.gaps(), []);
}

#[test]
fn evidence_against_is_kept_and_does_not_close_a_gap() {
    // S14
    let mut story = proved();
    for bearing in [Bearing::Weakens, Bearing::Neutral] {
        story.proof(link(1, "theft", "takes", bearing)).unwrap();
        assert_eq!(
            story.gaps().len(),
            2,
            "{bearing:?}: no evidence, and too few"
        );
    }
    assert_eq!(story.case.proof.piece(1).unwrap().links.len(), 1);
    // Saying the same again is no act.
    assert_eq!(
        story.proof(link(1, "theft", "takes", Bearing::Neutral)),
        Ok(Vec::new())
    );
}

#[test]
fn what_was_taken_out_or_altered_is_kept_and_never_counts() {
    // S13
    let mut story = proved();
    story
        .proof(ProofCommand::PutOut {
            evidence: 1,
            ground: OutGround::PermitRefused,
            reason: "Pengadilan menolak.".to_owned(),
        })
        .unwrap();
    let out = Err(NotCounted::Out(OutGround::PermitRefused));
    assert_eq!(story.case.proof.piece(1).unwrap().counts(), out);
    let again = refused(story.proof(type_it(typed(1, "document", "free"))));
    assert_eq!(again, ProofRefusal::IsOut);
    let program = Actor::Program {
        job: "files".to_owned(),
    };
    let mark = CaseCommand::Proof(ProofCommand::MarkAltered {
        file: "02".repeat(32),
        found: Some(text(&"ff".repeat(32))),
    });
    story.ask(&program, mark.clone()).unwrap();
    assert_eq!(
        story.case.proof.piece(2).unwrap().counts(),
        Err(NotCounted::Altered)
    );
    assert_eq!(
        refused(story.ask(&program, mark)),
        ProofRefusal::NothingToMark
    );
    assert_eq!(story.case.proof.pieces.len(), 2);
}

#[test]
fn a_thing_without_a_chain_and_a_thing_without_a_seal_are_gaps() {
    // S13
    let mut story = proved();
    let n = story.file(3);
    story.proof(type_it(typed(n, "thing", "free"))).unwrap();
    let gap = |evidence, fault| Gap::Custody { evidence, fault };
    assert_eq!(story.gaps(), [gap(3, CustodyFault::NoChain)]);
    let mut story = proved();
    let thing = TakeExhibit {
        description: "Sepeda motor.".to_owned(),
        quantity: 1,
        seal: None,
        from: None,
        place: "Halaman.".to_owned(),
        rupiah: None,
    };
    let take = CaseCommand::Custody(CustodyCommand::Take(thing));
    story.ask(&by(1), take).unwrap();
    assert_eq!(story.gaps(), [gap(3, CustodyFault::NoSeal)]);
}

#[test]
fn an_offence_is_in_a_plan_once_and_its_day_gets_narrower() {
    // S11
    let mut story = Story::new();
    story.proof(name("theft", None)).unwrap();
    story.proof(name("theft", Some(TODAY))).unwrap();
    assert_eq!(story.case.proof.named.len(), 1);
    assert_eq!(story.proof(name("theft", Some(TODAY))), Ok(Vec::new()));
    let turned = ProofCommand::NameOffence {
        offence: "theft".to_owned(),
        from: Some(TODAY),
        until: Some(date(2026, 11, 23)),
        today: TODAY,
    };
    assert!(matches!(
        refused(story.proof(turned)),
        ProofRefusal::DaysReversed { .. }
    ));
    let unknown = story.proof(name("arson", None));
    assert!(matches!(
        unknown,
        Err(CaseRefusal::NotInPack {
            field: "offence",
            ..
        })
    ));
    let dropped = ProofCommand::DropOffence {
        offence: "theft".to_owned(),
        reason: "Barangnya sendiri.".to_owned(),
    };
    story.proof(dropped.clone()).unwrap();
    assert_eq!(refused(story.proof(dropped)), ProofRefusal::NotInPlan);
    // Named again it is back, with what was linked to it.
    story.theft();
    assert_eq!(story.case.proof.charges().count(), 1);
}

proptest! {
    // S12: more lawful evidence never makes a plan worse.
    #[test]
    fn a_supporting_link_never_adds_a_gap(links in proptest::collection::vec((1_u32..4, 0_usize..2), 0..8)) {
        let mut story = Story::new();
        story.theft();
        for byte in 1..4 {
            let n = story.file(byte);
            story.proof(type_it(typed(n, "document", "free"))).unwrap();
        }
        let mut before = story.gaps().len();
        for (n, element) in links {
            let element = ["takes", "not_own"][element];
            story.proof(link(n, "theft", element, Bearing::Supports)).unwrap();
            let now = story.gaps().len();
            prop_assert!(now <= before);
            before = now;
        }
    }
}
