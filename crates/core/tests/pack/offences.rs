//! Offences by element and code, and lawful evidence, as the Indonesian pack has them; and what breaks them.

use jiff::civil::date;
use pengayom_core::pack::{Code, CollectionNeed, Milder, Nature, PackFault, PackRule};

use crate::faults::{broken, faults, one_fault};
use crate::support::pack;

// S11
#[test]
fn an_offence_takes_over_the_elements_of_another_under_their_own_codes() {
    let proof = pack().proof();
    let theft = proof.offence("pencurian").unwrap();
    let robbery = proof.offence("curas").unwrap();
    assert_eq!(robbery.elements.len(), theft.elements.len() + 1);
    for element in &theft.elements {
        let taken = robbery.element(element.code.as_str()).unwrap();
        assert_eq!(taken.of.as_ref(), Some(&theft.code));
    }
    let own: Vec<&str> = robbery
        .elements
        .iter()
        .filter(|element| element.of.is_none())
        .map(|element| element.code.as_str())
        .collect();
    assert_eq!(own, ["curas_kekerasan"]);
}

// S11
#[test]
fn acts_of_before_the_change_or_of_an_unknown_day_are_held_to_both_codes() {
    let codes = &pack().proof().codes;
    let both: &[Code] = &[Code::Old, Code::New];
    assert_eq!(codes.for_act(None), both);
    assert_eq!(codes.for_act(Some(date(2026, 1, 1))), both);
    assert_eq!(codes.for_act(Some(date(2026, 1, 2))), [Code::New]);
    assert_eq!(codes.on(date(2026, 1, 1)), Code::Old);
    assert_eq!(codes.on(date(2026, 1, 2)), Code::New);
}

// S11
#[test]
fn the_milder_code_is_named_where_both_penalties_are_there_and_nowhere_else() {
    let proof = pack().proof();
    let milder = |code: &str| proof.offence(code).unwrap().milder();
    // 5 years in both.
    assert_eq!(milder("pencurian"), Milder::Same);
    // 2 years 8 months before, 2 years 6 months since.
    assert_eq!(milder("penganiayaan"), Milder::Code(Code::New));
    // Three months of prison before, a fine since.
    assert_eq!(milder("pencurian_ringan"), Milder::Code(Code::New));
    assert_eq!(milder("kdrt_fisik"), Milder::OneLaw);
    assert_eq!(milder("curat"), Milder::Unknown(vec![Code::New]));
    assert_eq!(milder("kebisingan"), Milder::Unknown(vec![Code::Old]));
    assert_eq!(
        milder("penghinaan_ringan"),
        Milder::Unknown(vec![Code::Old, Code::New])
    );
}

// S12
#[test]
fn every_offence_has_elements_and_a_rule_of_how_much_is_enough() {
    let proof = pack().proof();
    for offence in &proof.offences {
        assert!(!offence.elements.is_empty(), "{}", offence.code);
        let rule = proof.enough(offence).unwrap();
        assert_eq!(rule.minimum, Some(2), "{}", offence.code);
        let tpks = offence.code.as_str() == "perkosaan";
        assert_eq!(rule.with_statement, tpks, "{}", offence.code);
    }
}

// S13
#[test]
fn what_a_seizure_and_a_questioning_must_have_is_in_the_pack() {
    let law = &pack().proof().evidence;
    let needs = |way: &str| law.collection(way).unwrap().needs.clone();
    let last = [CollectionNeed::TwoWitnesses, CollectionNeed::CopyGiven];
    assert_eq!(needs("penyitaan_izin")[1..], last);
    assert_eq!(needs("penyitaan_izin")[0], CollectionNeed::Number);
    assert_eq!(needs("penyitaan_mendesak")[0], CollectionNeed::UrgentReason);
    assert_eq!(needs("pemeriksaan_tersangka"), [CollectionNeed::Recording]);
    let judge = law.kind(Code::New, "pengamatan_hakim").unwrap();
    assert!(!judge.collectable);
    // The old code knows no things as evidence of their own.
    let things = |code| {
        law.types(code)
            .iter()
            .filter(|t| t.nature == Nature::Exhibit)
    };
    assert_eq!(things(Code::New).count(), 1);
    assert_eq!(things(Code::Old).count(), 0);
}

#[test]
fn an_offence_that_leads_back_to_itself_is_a_fault() {
    let (files, _) = broken(
        "offences.toml",
        "id = \"pencurian_pelaku\"\ntext_id = \"setiap orang\"\ntext_en = \"any person\"",
        "of = \"curat\"",
    );
    let found = faults(&files);
    let circular = PackFault::RuleBroken {
        rule: PackRule::ElementsEnd,
    };
    assert!(
        found.iter().all(|error| error.fault == circular),
        "{found:#?}"
    );
    assert_eq!(found.len(), 1);
}

#[test]
fn an_offence_without_elements_and_one_that_takes_over_what_is_not_there_are_faults() {
    let own = "[[offence.element]]\nid = \"bising_perbuatan\"";
    let (mut files, _) = broken("offences.toml", own, "[[boundary]]\nid = \"b0\"");
    let text = files.get_mut("offences.toml").unwrap();
    let at = text.find("id = \"b0\"").unwrap();
    let end = at + text[at..].find("[[offence]]").unwrap();
    text.replace_range(at - "[[boundary]]\n".len()..end, "");
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].fault, PackFault::MissingKey);
    assert!(found[0].key.ends_with("element"), "{}", found[0].key);
    let error = one_fault(
        "offences.toml",
        "of = \"penganiayaan\"",
        "of = \"penganiyaan\"",
        0,
    );
    assert!(matches!(
        error.fault,
        PackFault::DanglingReference {
            kind: "offence",
            ..
        }
    ));
    let error = one_fault(
        "offences.toml",
        "minimum = \"tpks_one_plus_one\"",
        "minimum = \"show_id\"",
        0,
    );
    assert!(matches!(error.fault, PackFault::DanglingReference { .. }));
}

#[test]
fn a_penalty_that_says_nothing_and_a_day_that_is_none_are_faults() {
    let error = one_fault(
        "offences.toml",
        "penalty_new = { prison_months = 60 }",
        "penalty_new = {}",
        0,
    );
    let rule = PackRule::PenaltySaid;
    assert_eq!(error.fault, PackFault::RuleBroken { rule });
    for file in ["offences.toml", "evidence.toml"] {
        let error = one_fault(file, "\"2026-01-02\"", "\"2 January 2026\"", 0);
        let rule = PackRule::RealDate;
        assert_eq!(error.fault, PackFault::RuleBroken { rule });
    }
}
