//! What the plan of proof says, in words.

use jiff::civil::Date;
use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::{
    Code, CollectionNeed, ComplaintOnly, Milder, Offence, Penalty, ProofLaw,
};
use pengayom_core::subject::case::{Case, CaseAct, CustodyFault, Gap, NotCounted, Piece, Proof};

use super::super::history::proof as said;
use crate::frame::PageFrame;

/// An act by its version.
pub(super) fn act(acts: &[Act], version: u32) -> Option<&Act> {
    acts.iter().find(|act| act.version == version)
}

/// What an act of a case says, by its version.
pub(super) fn payload(acts: &[Act], version: u32) -> Option<&CaseAct> {
    match &act(acts, version)?.payload {
        Payload::Case(act) => Some(act),
        _ => None,
    }
}

/// What a piece of evidence is, in the words of whoever added it; empty once they were erased.
pub(super) fn told(acts: &[Act], piece: &Piece) -> String {
    match payload(acts, piece.act) {
        Some(CaseAct::EvidenceAdded { description, .. }) => description.clone(),
        Some(CaseAct::ExhibitTaken(taken)) => taken.description.clone(),
        _ => String::new(),
    }
}

/// Number and first words of a piece of evidence, for lists.
pub(super) fn piece_name(frame: &PageFrame, acts: &[Act], n: u32, piece: &Piece) -> String {
    const SHOWN: usize = 60;
    let told = told(acts, piece);
    let mut words: String = told.chars().take(SHOWN).collect();
    if told.chars().count() > SHOWN {
        words.push('…');
    }
    let name = frame.tf("proof.piece", &[("n", &n.to_string())]);
    if words.is_empty() {
        name
    } else {
        format!("{name}: {words}")
    }
}

/// How the proof stands: the state of its tag, and words.
pub(super) fn state(frame: &PageFrame, proof: &Proof, gaps: usize) -> (&'static str, String) {
    if proof.is_empty() {
        ("plain", frame.t("proof.state_none").to_owned())
    } else if gaps > 0 {
        ("warn", gap_count(frame, gaps))
    } else if proof.complete_at.is_some() {
        ("ok", frame.t("proof.state_complete").to_owned())
    } else {
        ("ok", frame.t("proof.state_ready").to_owned())
    }
}

/// How many gaps there are, in words.
pub(in super::super) fn gap_count(frame: &PageFrame, gaps: usize) -> String {
    let n = i64::try_from(gaps).unwrap_or(i64::MAX);
    frame.tf("proof.state_gaps", &[("n", &frame.format().count(n))])
}

/// How the proof of a case stands, for its page.
pub(in super::super) fn state_words(
    frame: &PageFrame,
    case: &Case,
    now: jiff::Timestamp,
) -> String {
    let gaps = case.proof.gaps(frame.unit().pack.proof(), now).len();
    state(frame, &case.proof, gaps).1
}

/// The day of an act, as far as it is known.
pub(super) fn day(frame: &PageFrame, from: Option<Date>, until: Option<Date>) -> String {
    let day = |day: Date| frame.format().day(day);
    match (from, until) {
        (Some(from), Some(until)) if from == until => day(from),
        (Some(from), Some(until)) => {
            let (from, until) = (day(from), day(until));
            frame.tf("proof.day_between", &[("from", &from), ("until", &until)])
        }
        (Some(from), None) => frame.tf("proof.day_from", &[("from", &day(from))]),
        (None, Some(until)) => frame.tf("proof.day_until", &[("until", &day(until))]),
        (None, None) => frame.t("proof.day_unknown").to_owned(),
    }
}

/// The highest penalty of an offence in a code.
pub(super) fn penalty(frame: &PageFrame, offence: &Offence, code: Code) -> String {
    let words = match (code, &offence.penalty_words) {
        (Code::New, Some(words)) => frame.say(words).to_owned(),
        _ => match offence.penalty(code) {
            Some(penalty) => compared(frame, penalty),
            None => return frame.t("proof.penalty_absent").to_owned(),
        },
    };
    let is_unsure = code == Code::Old && offence.penalty_old_certainty.is_some();
    if is_unsure {
        format!("{words} ({})", frame.t("proof.unverified"))
    } else {
        words
    }
}

fn compared(frame: &PageFrame, penalty: Penalty) -> String {
    let prison = penalty.prison_months.map(|months| {
        let (years, months) = (months / 12, months % 12);
        let part = |n: u32, key: &str| (n > 0).then(|| frame.tf(key, &[("n", &n.to_string())]));
        let parts = [part(years, "proof.years"), part(months, "proof.months")];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let fine = penalty
        .fine_category
        .map(|n| frame.tf("proof.fine", &[("n", &n.to_string())]));
    let parts: Vec<String> = prison.into_iter().chain(fine).collect();
    parts.join(", ")
}

/// Which code is the milder one.
pub(super) fn milder(frame: &PageFrame, offence: &Offence) -> String {
    let law = frame.unit().pack.proof();
    let codes = |codes: &[Code]| {
        let names = codes.iter().map(|code| frame.say(law.codes.name(*code)));
        names.collect::<Vec<_>>().join(", ")
    };
    let rule = frame.say(&law.milder_words);
    let verdict = match offence.milder() {
        Milder::Code(code) => frame.tf("proof.milder", &[("code", &codes(&[code]))]),
        Milder::Same => frame.t("proof.milder_same").to_owned(),
        Milder::OneLaw => return frame.t("proof.milder_one_law").to_owned(),
        Milder::Unknown(missing) => frame.tf("proof.milder_unknown", &[("code", &codes(&missing))]),
    };
    format!("{rule} {verdict}")
}

/// What else is to be known of an offence.
pub(super) fn notes(frame: &PageFrame, law: &ProofLaw, offence: &Offence) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(rule) = law.enough(offence) {
        notes.push(frame.say(&rule.rule).to_owned());
    }
    match (offence.complaint_only, &offence.complaint_note) {
        (ComplaintOnly::No, _) => {}
        (_, Some(note)) => {
            let note = frame.say(note);
            notes.push(frame.tf("proof.complaint_note", &[("note", note)]));
        }
        (_, None) => notes.push(frame.t("proof.complaint").to_owned()),
    }
    if let Some(lookalike) = &offence.lookalike {
        let words = frame.say(lookalike);
        notes.push(frame.tf("proof.lookalike", &[("words", words)]));
    }
    if offence.sourced.certainty != pengayom_core::pack::Certainty::Found
        || offence.sourced.verify.is_some()
    {
        notes.push(frame.t("proof.offence_unverified").to_owned());
    }
    notes
}

/// What a collection must have.
pub(super) const fn need(need: CollectionNeed) -> &'static str {
    match need {
        CollectionNeed::Number => "proof.need_number",
        CollectionNeed::UrgentReason => "proof.need_urgent",
        CollectionNeed::TwoWitnesses => "proof.need_witnesses",
        CollectionNeed::CopyGiven => "proof.need_copy",
        CollectionNeed::Recording => "proof.need_recording",
    }
}

/// What is wrong with a chain of custody.
pub(in super::super) const fn custody_fault(fault: CustodyFault) -> &'static str {
    match fault {
        CustodyFault::NoChain => "proof.fault_no_chain",
        CustodyFault::NoSeal => "proof.fault_no_seal",
        CustodyFault::OfferLapsed => "proof.fault_offer_lapsed",
        CustodyFault::CountDiffers => "proof.fault_count",
    }
}

/// Why a piece of evidence does not count.
pub(super) fn not_counted(frame: &PageFrame, why: NotCounted) -> String {
    let words = match why {
        NotCounted::Untyped => frame.t("proof.why_untyped"),
        NotCounted::Lacks(lack) => frame.t(need(lack)),
        NotCounted::Out(ground) => frame.t(said::ground_words(ground)),
        NotCounted::Altered => frame.t("proof.why_altered"),
    };
    frame.tf("proof.why", &[("why", words)])
}

/// Something that is missing, and where it is made good.
pub(super) fn gap(
    frame: &PageFrame,
    case: &Case,
    acts: &[Act],
    href: &str,
    gap: &Gap,
) -> (String, String) {
    let name = |n: u32| match case.proof.piece(n) {
        Some(piece) => piece_name(frame, acts, n, piece),
        None => frame.tf("proof.piece", &[("n", &n.to_string())]),
    };
    let offence_id = |offence: &str| format!("#tp-{offence}");
    match gap {
        Gap::NoOffence => (
            frame.t("proof.gap_no_offence").to_owned(),
            "#tindak-pidana".to_owned(),
        ),
        Gap::OffenceUnknown { offence } => (
            frame.t("proof.gap_offence_unknown").to_owned(),
            offence_id(offence),
        ),
        Gap::NoEvidence { offence, element } => {
            let (name, text) = (
                said::offence_name(frame, offence),
                said::element_name(frame, offence, element),
            );
            let values = [("offence", name.as_str()), ("element", text.as_str())];
            (
                frame.tf("proof.gap_no_evidence", &values),
                format!("#unsur-{offence}-{element}"),
            )
        }
        Gap::TooFew {
            offence,
            found,
            needed,
        } => {
            let name = said::offence_name(frame, offence);
            let values = [
                ("offence", name.as_str()),
                ("found", &found.to_string()),
                ("needed", &needed.to_string()),
            ];
            (frame.tf("proof.gap_too_few", &values), offence_id(offence))
        }
        Gap::NoStatement { offence } => {
            let name = said::offence_name(frame, offence);
            (
                frame.tf("proof.gap_no_statement", &[("offence", &name)]),
                offence_id(offence),
            )
        }
        Gap::Untyped { evidence } => (
            frame.tf("proof.gap_untyped", &[("piece", &name(*evidence))]),
            format!("#bukti-{evidence}"),
        ),
        Gap::Lacks {
            evidence,
            need: lack,
        } => {
            let (piece, lack) = (name(*evidence), frame.t(need(*lack)));
            let values = [("piece", piece.as_str()), ("what", lack)];
            (
                frame.tf("proof.gap_lacks", &values),
                format!("#bukti-{evidence}"),
            )
        }
        Gap::Custody { evidence, fault } => {
            let (piece, what) = (name(*evidence), frame.t(custody_fault(*fault)));
            let values = [("piece", piece.as_str()), ("what", what)];
            let has_chain = *fault != CustodyFault::NoChain;
            let href = if has_chain {
                format!("{href}/barang-bukti/{evidence}")
            } else {
                format!("{href}/barang-bukti")
            };
            (frame.tf("proof.gap_custody", &values), href)
        }
        Gap::OtherSideNotSought => (
            frame.t("proof.gap_other_side").to_owned(),
            "#sebaliknya".to_owned(),
        ),
    }
}
