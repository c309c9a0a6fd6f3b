//! Letters of a pack: what they have to say, and how their lines are written.

use pengayom_core::pack::{PackError, PackFault, PackRule};

use crate::faults::{broken, faults, one_fault};

// S18, S40: what a letter has to say stays in it, and a broken line is named.
#[test]
fn a_letter_below_the_floor_or_with_a_broken_line_is_found_where_it_is() {
    let rule = |error: PackError| match error.fault {
        PackFault::Letter { rule } => rule.code(),
        other => panic!("{other}"),
    };
    let file = "letters.toml";
    let line = one_fault(
        file,
        "| Nomor laporan | {case_number}",
        "| {case_number}",
        0,
    );
    assert_eq!(rule(line), "fact_of_two");
    let field = one_fault(file, "| Layanan | {service}", "| Layanan | {jasa}", 0);
    assert_eq!(rule(field), "unknown_field");
    // What is nowhere is missed at the text that lacks it.
    let (files, _) = broken(file, "{complaint} Gratis", "Gratis");
    let missing = faults(&files).remove(0);
    assert_eq!(missing.key, "template[1].body_id");
    assert_eq!(rule(missing), "missing_field");
}

#[test]
fn a_letters_number_has_its_parts_and_a_kind_has_one_template() {
    let file = "letters.toml";
    let number = one_fault(file, "STTLP/{n}/{month_roman}", "STTLP/{month_roman}", 0);
    assert_eq!(number.fault.code(), "letter");
    let (files, _) = broken(file, "kind = \"sktlk\"", "kind = \"sttlp\"");
    let twice = faults(&files);
    let rule = PackRule::EachLetterOnce;
    assert!(
        twice
            .iter()
            .any(|error| error.fault == PackFault::RuleBroken { rule })
    );
    let (files, _) = broken(file, "floor = [\"case_number\"", "floor = [\"nomor\"");
    let rule = PackRule::LetterFields;
    assert_eq!(faults(&files)[0].fault, PackFault::RuleBroken { rule });
}
