//! Acts of proof and custody in words.

use pengayom_core::pack::{Code, Offence};
use pengayom_core::subject::case::{
    Bearing, CaseAct, Disposal, EvidenceTyped, ExhibitTaken, OutGround, Outside,
};

use super::Entry;
use crate::frame::PageFrame;
use crate::staff::Names;

/// An amount of money in words.
pub(crate) fn rupiah(frame: &PageFrame, amount: u64) -> String {
    let n = i64::try_from(amount).unwrap_or(i64::MAX);
    frame.tf("proof.rupiah", &[("n", &frame.format().count(n))])
}

/// The name of an offence; its code, where the pack in force does not have it.
pub(crate) fn offence_name(frame: &PageFrame, code: &str) -> String {
    let known = frame.unit().pack.proof().offence(code);
    known.map_or_else(|| code.to_owned(), |o| frame.say(&o.name).to_owned())
}

/// An element in words.
pub(crate) fn element_name(frame: &PageFrame, offence: &str, code: &str) -> String {
    let known = frame.unit().pack.proof().offence(offence);
    let known = known.and_then(|offence: &Offence| offence.element(code));
    known.map_or_else(|| code.to_owned(), |e| frame.say(&e.text).to_owned())
}

/// A type of evidence in words.
pub(crate) fn kind_name(frame: &PageFrame, law: Code, code: &str) -> String {
    let known = frame.unit().pack.proof().evidence.kind(law, code);
    known.map_or_else(|| code.to_owned(), |k| frame.say(&k.name).to_owned())
}

/// A way of collecting in words.
pub(crate) fn way_name(frame: &PageFrame, code: &str) -> String {
    let known = frame.unit().pack.proof().evidence.collection(code);
    known.map_or_else(|| code.to_owned(), |w| frame.say(&w.name).to_owned())
}

/// What a piece of evidence says of an element, in the middle of a sentence.
const fn act_bearing(bearing: Bearing) -> &'static str {
    match bearing {
        Bearing::Supports => "proof.act_bearing_supports",
        Bearing::Weakens => "proof.act_bearing_weakens",
        Bearing::Neutral => "proof.act_bearing_neutral",
    }
}

/// What a piece of evidence says of an element.
pub(crate) const fn bearing_words(bearing: Bearing) -> &'static str {
    match bearing {
        Bearing::Supports => "proof.bearing_supports",
        Bearing::Weakens => "proof.bearing_weakens",
        Bearing::Neutral => "proof.bearing_neutral",
    }
}

/// Why a piece of evidence counts no longer.
pub(crate) const fn ground_words(ground: OutGround) -> &'static str {
    match ground {
        OutGround::Withdrawn => "proof.ground_withdrawn",
        OutGround::PermitRefused => "proof.ground_permit_refused",
        OutGround::Unlawful => "proof.ground_unlawful",
    }
}

/// Who has an exhibit outside the unit.
pub(crate) const fn outside_words(outside: Outside) -> &'static str {
    match outside {
        Outside::Laboratory => "proof.to_laboratory",
        Outside::Prosecutor => "proof.to_prosecutor",
    }
}

/// How an exhibit ends, or where money is to be sent.
pub(crate) const fn disposal_words(way: Disposal) -> &'static str {
    match way {
        Disposal::Returned => "proof.way_returned",
        Disposal::Destroyed => "proof.way_destroyed",
        Disposal::Auctioned => "proof.way_auctioned",
        Disposal::Deposited => "proof.way_deposited",
        Disposal::Laboratory => "proof.way_laboratory",
        Disposal::Prosecutor => "proof.way_prosecutor",
    }
}

/// Lines with what was told, as far as it was and is still kept.
struct Lines<'a> {
    frame: &'a PageFrame,
    entry: &'a mut Entry,
}

impl Lines<'_> {
    fn add(&mut self, key: &str, text: Option<&String>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.entry.lines.push(self.frame.tf(key, &[("text", text)]));
        }
    }

    fn money(&mut self, counted: Option<u64>) {
        let counted = counted.map(|counted| rupiah(self.frame, counted));
        self.add("proof.line_counted", counted.as_ref());
    }
}

/// An act of proof or custody.
pub(super) fn describe(frame: &PageFrame, names: &Names, act: &CaseAct, entry: &mut Entry) {
    let n = act.in_custody_of().map(|n| n.to_string());
    let n = n.unwrap_or_default();
    let say = |key: &str| frame.tf(key, &[("n", n.as_str())]);
    match act {
        CaseAct::HandoverOffered(offered) => {
            let officer = names.of(frame, offered.to);
            let values = [("n", n.as_str()), ("officer", officer.as_str())];
            entry.words = frame.tf("proof.act_handover_offered", &values);
            entry.text.clone_from(&offered.note);
        }
        CaseAct::HandoverAccepted(accepted) => {
            let officer = names.of(frame, accepted.from);
            let values = [("n", n.as_str()), ("officer", officer.as_str())];
            entry.words = frame.tf("proof.act_handover_accepted", &values);
            let mut lines = Lines { frame, entry };
            lines.add("proof.line_place", Some(&accepted.place));
            lines.money(accepted.counted);
        }
        CaseAct::HandoverEnded(ended) => {
            entry.words = say("proof.act_handover_ended");
            entry.text = Some(ended.reason.clone());
        }
        CaseAct::ExhibitMoved(moved) => {
            entry.words = say("proof.act_exhibit_moved");
            let mut lines = Lines { frame, entry };
            lines.add("proof.line_place", Some(&moved.place));
            lines.add("proof.line_seal", moved.seal.as_ref());
        }
        CaseAct::ExhibitSent(sent) => {
            let to = frame.t(outside_words(sent.to));
            let values = [("n", n.as_str()), ("to", to)];
            entry.words = frame.tf("proof.act_exhibit_sent", &values);
            let mut lines = Lines { frame, entry };
            lines.add("proof.line_recipient", Some(&sent.recipient));
            lines.add("proof.line_number", Some(&sent.letter));
        }
        CaseAct::ExhibitBack(back) => {
            entry.words = say("proof.act_exhibit_back");
            entry.text = Some(back.note.clone());
            let mut lines = Lines { frame, entry };
            lines.add("proof.line_place", Some(&back.place));
            lines.add("proof.line_seal", back.seal.as_ref());
            lines.money(back.counted);
        }
        CaseAct::DisposalProposed(proposed) => {
            let way = frame.t(disposal_words(proposed.way));
            let values = [("n", n.as_str()), ("way", way)];
            entry.words = frame.tf("proof.act_disposal_proposed", &values);
            entry.text = Some(proposed.reason.clone());
            let mut lines = Lines { frame, entry };
            lines.add("proof.line_recipient", proposed.recipient.as_ref());
            lines.add("proof.line_number", Some(&proposed.letter));
            lines.money(proposed.counted);
        }
        CaseAct::DisposalConfirmed(confirmed) => {
            entry.words = say("proof.act_disposal_confirmed");
            Lines { frame, entry }.money(confirmed.counted);
        }
        CaseAct::DisposalRejected(rejected) => {
            entry.words = say("proof.act_disposal_rejected");
            entry.text = Some(rejected.reason.clone());
        }
        CaseAct::CountDiffered(differed) => {
            let (counted, expected) = (
                rupiah(frame, differed.counted),
                rupiah(frame, differed.expected),
            );
            let values = [
                ("n", n.as_str()),
                ("counted", counted.as_str()),
                ("expected", expected.as_str()),
            ];
            entry.words = frame.tf("proof.act_count_differed", &values);
        }
        CaseAct::CustodyExplained(explained) => {
            entry.words = say("proof.act_custody_explained");
            entry.text = Some(explained.text.clone());
        }
        CaseAct::ExhibitTaken(taken) => describe_taken(frame, taken, entry),
        CaseAct::EvidenceTyped(typed) => describe_typed(frame, typed, entry),
        _ => describe_plan(frame, act, entry),
    }
}

fn describe_taken(frame: &PageFrame, taken: &ExhibitTaken, entry: &mut Entry) {
    let quantity = frame.format().count(i64::from(taken.quantity));
    entry.words = frame.tf("proof.act_exhibit_taken", &[("quantity", &quantity)]);
    entry.text = Some(taken.description.clone());
    let mut lines = Lines { frame, entry };
    lines.add("proof.line_from", taken.from.as_ref());
    lines.add("proof.line_place", Some(&taken.place));
    lines.add("proof.line_seal", taken.seal.as_ref());
    lines.money(taken.rupiah);
}

fn describe_typed(frame: &PageFrame, typed: &EvidenceTyped, entry: &mut Entry) {
    let (kind, way) = (
        kind_name(frame, typed.law, &typed.kind),
        way_name(frame, &typed.way),
    );
    let n = typed.evidence.to_string();
    let values = [
        ("n", n.as_str()),
        ("kind", kind.as_str()),
        ("way", way.as_str()),
    ];
    entry.words = frame.tf("proof.act_evidence_typed", &values);
    entry.lines.extend(basis_lines(frame, typed));
}

/// How a piece of evidence was collected, a line each.
pub(crate) fn basis_lines(frame: &PageFrame, typed: &EvidenceTyped) -> Vec<String> {
    let mut entry = Entry::default();
    let mut lines = Lines {
        frame,
        entry: &mut entry,
    };
    lines.add("proof.line_collector", typed.collector.as_ref());
    lines.add("proof.line_from", typed.from.as_ref());
    lines.add("proof.line_place", typed.place.as_ref());
    lines.add("proof.line_number", typed.number.as_ref());
    lines.add("proof.line_urgent", typed.urgent.as_ref());
    if let (Some(one), Some(other)) = (&typed.witness_1, &typed.witness_2) {
        let values = [("one", one.as_str()), ("other", other.as_str())];
        lines.entry.lines.push(frame.tf("proof.witnesses", &values));
    }
    let copy = typed.copy_on.map(|day| frame.format().day(day));
    lines.add("proof.line_copy", copy.as_ref());
    lines.add("proof.line_no_recording", typed.no_recording.as_ref());
    entry.lines
}

fn describe_plan(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    match act {
        CaseAct::OffenceNamed(named) => {
            let offence = offence_name(frame, &named.offence);
            entry.words = frame.tf("proof.act_offence_named", &[("offence", &offence)]);
        }
        CaseAct::OffenceDropped(dropped) => {
            let offence = offence_name(frame, &dropped.offence);
            entry.words = frame.tf("proof.act_offence_dropped", &[("offence", &offence)]);
            entry.text = Some(dropped.reason.clone());
        }
        CaseAct::EvidenceLinked(linked) => {
            let n = linked.evidence.to_string();
            let element = element_name(frame, &linked.offence, &linked.element);
            let values = [
                ("n", n.as_str()),
                ("bearing", frame.t(act_bearing(linked.bearing))),
                ("element", element.as_str()),
            ];
            entry.words = frame.tf("proof.act_evidence_linked", &values);
        }
        CaseAct::EvidenceOut(out) => {
            let n = out.evidence.to_string();
            let ground = frame.t(ground_words(out.ground));
            let values = [("n", n.as_str()), ("ground", ground)];
            entry.words = frame.tf("proof.act_evidence_out", &values);
            entry.text = Some(out.reason.clone());
        }
        CaseAct::OtherSideSought(sought) => {
            let found = if sought.found {
                frame.t("proof.found_yes")
            } else {
                frame.t("proof.found_no")
            };
            entry.words = frame.tf("proof.act_other_side_sought", &[("found", found)]);
            entry.text = Some(sought.text.clone());
        }
        CaseAct::ProofRefused(refused) => {
            let n = frame.format().count(i64::from(refused.count));
            entry.words = frame.tf("proof.act_proof_refused", &[("n", &n)]);
        }
        CaseAct::ProofSubmitted {} => {
            frame
                .t("proof.act_proof_submitted")
                .clone_into(&mut entry.words);
        }
        CaseAct::FileAltered(_) => frame
            .t("proof.act_file_altered")
            .clone_into(&mut entry.words),
        _ => {}
    }
}
