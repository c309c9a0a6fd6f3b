//! Every fault of a pack is found where it is, named, and explained in both languages.
//!
//! Each test breaks one thing in the real pack and expects that fault, at that line, and no other.

use std::collections::BTreeMap;

use crate::support::{files, pack};
use pengayom_core::pack::{
    FAULTS_MAX, FILE_MAX_BYTES, FILES_MAX, Lang, PACK_FILES, Pack, PackError, PackFault, PackRule,
    placeholders,
};

/// The files with `from` replaced by `to` once in `file`, and the line where that is.
pub(crate) fn broken(file: &str, from: &str, to: &str) -> (BTreeMap<String, String>, u32) {
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    let at = text
        .find(from)
        .unwrap_or_else(|| panic!("{file} has no {from:?}"));
    let line = text[..at].matches('\n').count() + 1;
    text.replace_range(at..at + from.len(), to);
    (files, u32::try_from(line).unwrap())
}

pub(crate) fn faults(files: &BTreeMap<String, String>) -> Vec<PackError> {
    let errors = Pack::load(files).unwrap_err();
    assert_eq!(errors.omitted(), 0);
    errors.errors().to_vec()
}

/// Breaks `file` and expects exactly one fault, `below` lines under the change.
#[track_caller]
pub(crate) fn one_fault(file: &str, from: &str, to: &str, below: u32) -> PackError {
    let (files, line) = broken(file, from, to);
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(
        (found[0].file.as_str(), found[0].line),
        (file, line + below),
        "{}",
        found[0]
    );
    assert_explained(&found[0]);
    found[0].clone()
}

/// What is wrong and what to do stand in both languages, and each placeholder has its value.
#[track_caller]
fn assert_explained(error: &PackError) {
    let pack = pack();
    let values = error.fault.params();
    for lang in Lang::ALL {
        for part in ["what", "remedy"] {
            let key = format!("pack.{}.{part}", error.fault.code());
            let words = pack.words(lang).get(&key).unwrap();
            for name in placeholders(words) {
                assert!(
                    values.iter().any(|(known, _)| *known == name),
                    "{key}: {name}"
                );
            }
        }
        let (what, remedy) = error.fault.text(pack.words(lang));
        assert!(!what.is_empty() && !remedy.is_empty());
    }
    assert!(!error.to_string().is_empty());
}

#[test]
fn a_syntax_error_names_its_line_and_does_not_make_others_dangle() {
    let (files, line) = broken("functions.toml", "id = \"law_enforcement\"", "id = law");
    let found = faults(&files);
    assert!(
        found
            .iter()
            .all(|e| matches!(e.fault, PackFault::Syntax { .. })),
        "{found:#?}"
    );
    assert_eq!(
        (found[0].file.as_str(), found[0].line, found[0].column),
        ("functions.toml", line, 6)
    );
    assert_explained(&found[0]);
}

#[test]
fn an_unknown_key_is_named_with_the_one_that_was_meant() {
    let error = one_fault(
        "services.toml",
        "fee_idr = 0",
        "fee_idr = 0\npromis_certainty = \"draft\"",
        1,
    );
    assert_eq!(error.key, "service[call_110].promis_certainty");
    assert!(matches!(error.fault, PackFault::UnknownKey { .. }));

    let (files, line) = broken("services.toml", "emergency = true", "emergancy = true");
    let found = faults(&files);
    let unknown = found
        .iter()
        .find(|e| matches!(e.fault, PackFault::UnknownKey { .. }))
        .unwrap();
    assert_eq!(unknown.line, line);
    assert_eq!(
        unknown.fault,
        PackFault::UnknownKey {
            suggestion: Some("emergency".into())
        }
    );
    assert!(
        found
            .iter()
            .any(|e| e.fault == PackFault::MissingKey && e.key == "service[call_110].emergency")
    );
}

#[test]
fn an_unknown_section_is_an_unknown_key() {
    let error = one_fault("groups.toml", "[[group]]\n", "[[grup]]\n\n[[group]]\n", 0);
    assert_eq!(
        error.fault,
        PackFault::UnknownKey { suggestion: None },
        "the section `group` is there, so it is not what was meant"
    );
}

#[test]
fn a_missing_key_is_reported_at_the_head_of_its_entry() {
    let (files, line) = broken("phrases.toml", "text_id = ", "#text_id = ");
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].fault, PackFault::MissingKey);
    assert_eq!(found[0].key, "phrase[p01].text_id");
    assert_eq!(found[0].line, line - 4, "the line of [[phrase]]");
    assert_explained(&found[0]);
}

#[test]
fn a_value_of_another_type_says_what_belongs_there() {
    let error = one_fault("services.toml", "fee_idr = 30000", "fee_idr = \"30000\"", 0);
    assert_eq!(
        error.fault,
        PackFault::WrongType {
            expected: "integer",
            found: "string"
        }
    );
    assert_eq!(error.column, 11);
    one_fault("services.toml", "emergency = true", "emergency = 1", 0);
    one_fault("survey.toml", "index_min = 25.0", "index_min = true", 0);
    one_fault("words/id.toml", "yes = \"Ya\"", "yes = true", 0);
}

#[test]
fn a_list_where_a_text_belongs_and_a_text_where_a_table_belongs_are_found() {
    one_fault("phrases.toml", "text_id = \"Selamat", "text_id = [] #", 0);
    let (files, _) = broken("pack.toml", "[pack]", "[other]");
    let found = faults(&files);
    assert!(found.iter().any(|e| e.key == "pack"), "{found:#?}");
}

#[test]
fn a_number_out_of_range_says_the_range() {
    let error = one_fault(
        "services.toml",
        "respond_within_minutes = 10",
        "respond_within_minutes = 0",
        0,
    );
    assert_eq!(
        error.fault,
        PackFault::OutOfRange {
            min: "1".into(),
            max: "43200".into(),
            found: "0".into()
        }
    );
    for number in ["-1", "43201", "99999999999999999999", "0xFFFFFFFF"] {
        one_fault(
            "services.toml",
            "respond_within_minutes = 10",
            &format!("respond_within_minutes = {number}"),
            0,
        );
    }
    one_fault("survey.toml", "index_max = 100.0", "index_max = 100.1", 0);
    one_fault("survey.toml", "index_max = 100.0", "index_max = nan", 0);
}

#[test]
fn an_empty_text_and_a_text_too_long_are_found() {
    let error = one_fault("words/en.toml", "yes = \"Yes\"", "yes = \" \"", 0);
    assert_eq!(error.fault, PackFault::EmptyText);
    let long = format!("yes = \"{}\"", "é".repeat(2_001));
    let error = one_fault("words/en.toml", "yes = \"Yes\"", &long, 0);
    assert_eq!(
        error.fault,
        PackFault::TooLong {
            max: 2_000,
            found: 2_001
        }
    );
    let error = one_fault("groups.toml", "name_en = \"Youth\"", "name_en = \"\"", 0);
    assert_eq!(error.fault, PackFault::EmptyText);
}

#[test]
fn a_bad_code_and_an_unknown_choice_are_found() {
    let error = one_fault("groups.toml", "id = \"remaja\"", "id = \"Remaja 1\"", 0);
    assert!(matches!(error.fault, PackFault::BadCode { .. }));
    let error = one_fault("clocks.toml", "kind = \"limit\"", "kind = \"limits\"", 0);
    assert!(matches!(error.fault, PackFault::UnknownChoice { .. }));
    let error = one_fault(
        "complaints.toml",
        "aspect = \"civility\"",
        "aspect = \"kindness\"",
        0,
    );
    assert_eq!(
        error.fault,
        PackFault::UnknownChoice {
            found: "kindness".into(),
            choices: "competence, consistency, civility".into()
        }
    );
}

#[test]
fn an_unknown_certainty_is_found() {
    let error = one_fault(
        "instruments.toml",
        "certainty = \"founding text\"",
        "certainty = \"sure\"",
        0,
    );
    assert_eq!(
        error.fault,
        PackFault::UnknownCertainty {
            found: "sure".into(),
            choices: "found, found_partial, memory, founding text, draft".into()
        }
    );
}

#[test]
fn an_entry_without_source_or_certainty_is_found() {
    for key in ["source", "certainty"] {
        let (files, line) = broken("case.toml", &format!("{key} = "), &format!("#{key} = "));
        let found = faults(&files);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].fault, PackFault::Unsourced);
        assert_eq!(found[0].key, format!("outcome[resolved].{key}"));
        assert!(found[0].line < line);
        assert_explained(&found[0]);
    }
    // A standard has a source of its own.
    let from = "clock = \"scene_arrival\"\nsource = ";
    // So has where else to go, of a class (S26).
    let elsewhere = "source = \"our wording\"";
    for (from, path) in [
        (from, ".standard.source"),
        (elsewhere, "elsewhere[2].source"),
    ] {
        let (files, _) = broken("services.toml", from, "# ");
        let found = faults(&files);
        assert_eq!(found[0].fault, PackFault::Unsourced);
        assert!(found[0].key.ends_with(path), "{}", found[0]);
    }
}

#[test]
fn a_double_id_names_the_first_one() {
    let error = one_fault("groups.toml", "id = \"miskin\"", "id = \"remaja\"", 0);
    let PackFault::DuplicateId {
        id,
        first_file,
        first_line,
    } = error.fault
    else {
        panic!("{error}");
    };
    assert_eq!(
        (id.as_str(), first_file.as_str()),
        ("remaja", "groups.toml")
    );
    assert!(first_line < error.line);
}

#[test]
fn two_kinds_of_report_cannot_share_an_address() {
    let error = one_fault("report.toml", "slug = \"ditipu\"", "slug = \"dicuri\"", 0);
    assert!(matches!(error.fault, PackFault::DuplicateId { .. }));
}

#[test]
fn a_reference_that_leads_nowhere_is_found_with_the_one_that_was_meant() {
    let error = one_fault(
        "services.toml",
        "duty = \"law_enforcement\"",
        "duty = \"law_enforcment\"",
        0,
    );
    assert_eq!(
        error.fault,
        PackFault::DanglingReference {
            kind: "duty",
            found: "law_enforcment".into(),
            suggestion: Some("law_enforcement".into())
        }
    );
    one_fault(
        "services.toml",
        "clock = \"sp2hp_a1\"",
        "clock = \"sp2\"",
        0,
    );
    one_fault(
        "report.toml",
        "service = \"laka\"",
        "service = \"lakalantas\"",
        0,
    );
    one_fault(
        "triage.toml",
        "yes = \"o_missing\"",
        "yes = \"o_nowhere\"",
        0,
    );
    one_fault(
        "triage.toml",
        "services = [\"dumas\"]",
        "services = [\"nothing\"]",
        0,
    );
}

#[test]
fn an_item_of_the_form_that_is_no_item_is_found() {
    let (files, line) = broken("survey.toml", "\"k3\"", "\"k9\"");
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].line, line);
    assert!(matches!(
        found[0].fault,
        PackFault::DanglingReference {
            kind: "survey item",
            ..
        }
    ));
}

#[test]
fn a_sensitive_service_cannot_stand_behind_an_open_kind() {
    let (files, _) = broken("report.toml", "sensitive = true", "sensitive = false");
    let found = faults(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].key, "kind[kdrt].service");
    assert!(matches!(
        found[0].fault,
        PackFault::DanglingReference { .. }
    ));
}

#[test]
fn a_list_of_the_wrong_length_is_found() {
    let error = one_fault("survey.toml", "\"k1\", ", "", 0);
    assert_eq!(
        error.fault,
        PackFault::WrongCount {
            min: 8,
            max: 8,
            found: 7
        }
    );
}

#[test]
fn words_of_one_language_only_are_found_in_the_file_that_has_them() {
    let error = one_fault(
        "words/id.toml",
        "yes = \"Ya\"",
        "yes = \"Ya\"\nyes_please = \"Ya\"",
        1,
    );
    assert_eq!(
        error.fault,
        PackFault::WordsMissing {
            missing_in: "words/en.toml".into()
        }
    );
    assert_eq!(error.key, "common.yes_please");
    one_fault(
        "words/en.toml",
        "yes = \"Yes\"",
        "yes = \"Yes\"\nyes_please = \"Yes\"",
        1,
    );
}

#[test]
fn placeholders_that_differ_are_found() {
    let error = one_fault(
        "words/id.toml",
        "minutes_count = \"{n} menit\"",
        "minutes_count = \"{jumlah} menit\"",
        0,
    );
    assert!(
        matches!(&error.fault, PackFault::PlaceholderMismatch { here, there, .. } if here == "{jumlah}" && there == "{n}")
    );
    let error = one_fault("phrases.toml", "number {number}", "number", 0);
    assert!(matches!(error.fault, PackFault::PlaceholderMismatch { .. }));
}

#[test]
fn a_stray_brace_is_found() {
    let (files, line) = broken("words/id.toml", "{n} menit", "{n menit");
    let found = faults(&files);
    assert!(
        found
            .iter()
            .any(|e| e.fault == PackFault::StrayBrace && e.line == line),
        "{found:#?}"
    );
    assert_explained(&found[0]);
}

#[test]
fn a_missing_file_is_named() {
    for name in PACK_FILES {
        let mut files = files();
        files.remove(name);
        let found = faults(&files);
        assert_eq!(found[0].file, name);
        assert_eq!(found[0].fault, PackFault::MissingFile);
        assert_eq!(found.len(), 1, "{name}: {found:#?}");
        assert_explained(&found[0]);
    }
}

#[test]
fn an_unknown_file_is_named_with_the_one_that_was_meant() {
    let mut files = files();
    let text = files.remove("services.toml").unwrap();
    files.insert("service.toml".into(), text);
    let found = faults(&files);
    assert_eq!(
        found[0].fault,
        PackFault::UnknownFile {
            suggestion: Some("services.toml".into())
        }
    );
    assert_explained(&found[0]);
}

#[test]
fn a_file_and_a_pack_over_the_bounds_are_refused() {
    let mut big = files();
    big.insert("case.toml".into(), "#".repeat(FILE_MAX_BYTES + 1));
    let found = faults(&big);
    assert_eq!(
        found[0].fault,
        PackFault::FileTooLarge {
            bytes: FILE_MAX_BYTES + 1,
            limit: FILE_MAX_BYTES
        }
    );
    assert_explained(&found[0]);

    let many = (0..=FILES_MAX)
        .map(|n| (format!("{n}.toml"), String::new()))
        .collect();
    let found = faults(&many);
    assert_eq!(found.len(), 1);
    assert!(matches!(found[0].fault, PackFault::TooManyFiles { .. }));
    assert_explained(&found[0]);
}

#[test]
fn bytes_that_are_not_text_are_found_at_their_line() {
    let mut bytes: BTreeMap<String, Vec<u8>> = files()
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    bytes.insert("case.toml".into(), b"# satu\n# dua \xff\n".to_vec());
    let errors = Pack::load_bytes(&bytes).unwrap_err();
    let error = &errors.errors()[0];
    assert_eq!(error.fault, PackFault::NotUtf8);
    assert_eq!((error.line, error.column), (2, 7));
    assert_explained(error);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_accepted_and_lines_still_count() {
    let mut files = files();
    for text in files.values_mut() {
        *text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    }
    let pack = Pack::load(&files).unwrap();
    assert_eq!(pack.services().len(), 30);

    let text = files.get_mut("groups.toml").unwrap();
    let line = text[..text.find("id = \"remaja\"").unwrap()]
        .matches('\n')
        .count()
        + 1;
    *text = text.replacen("id = \"remaja\"", "id = \"?\"", 1);
    let found = faults(&files);
    assert_eq!(found[0].line, u32::try_from(line).unwrap());
}

#[test]
fn every_fault_is_reported_at_once_in_the_order_of_files_and_lines() {
    let mut files = files();
    for (file, from, to) in [
        ("services.toml", "fee_idr = 0", "fee_idr = -1"),
        ("services.toml", "emergency = true", "emergency = \"ya\""),
        ("groups.toml", "certainty = \"found\"", "certainty = \"?\""),
        ("words/id.toml", "yes = \"Ya\"", "yes = \"\""),
    ] {
        let text = files.get_mut(file).unwrap();
        *text = text.replacen(from, to, 1);
    }
    let found = faults(&files);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.is_sorted());
    let text = Pack::load(&files).unwrap_err().to_string();
    assert_eq!(text.lines().count(), 4);
    assert!(text.starts_with("groups.toml:"), "{text}");
}

#[test]
fn faults_beyond_the_bound_are_counted() {
    let mut files = files();
    let text = files.get_mut("glossary.toml").unwrap();
    *text = text
        .replace("source = ", "sauce = ")
        .replace("name_en = ", "nam_en = ");
    let errors = Pack::load(&files).unwrap_err();
    assert_eq!(errors.errors().len(), FAULTS_MAX);
    assert!(errors.omitted() > 0);
    assert!(
        errors
            .to_string()
            .ends_with(&format!("and {} more", errors.omitted()))
    );
}

/// Breaks a rule that ties keys together.
#[track_caller]
fn broken_rule(file: &str, from: &str, to: &str, rule: PackRule) {
    let (files, _) = broken(file, from, to);
    let found = faults(&files);
    let error = found
        .iter()
        .find(|e| e.fault == PackFault::RuleBroken { rule })
        .unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(error.file, file);
    assert_explained(error);
}

// S1, S6, S28
#[test]
fn the_four_functions_four_roles_and_three_aspects_each_stand_once() {
    let file = "functions.toml";
    broken_rule(
        file,
        "id = \"detection\"",
        "id = \"order\"",
        PackRule::EachOnce,
    );
    broken_rule(
        file,
        "id = \"servant\"",
        "id = \"protector\"",
        PackRule::EachOnce,
    );
    broken_rule(
        file,
        "id = \"civility\"",
        "id = \"competence\"",
        PackRule::EachOnce,
    );
}

// S2
#[test]
fn kamtibmas_is_the_first_duty_or_the_pack_is_refused() {
    let file = "functions.toml";
    let mut files = files();
    let text = files.get_mut(file).unwrap();
    *text = text
        .replace("id = \"kamtibmas\"", "id = \"tmp\"")
        .replace("id = \"law_enforcement\"", "id = \"kamtibmas\"")
        .replace("id = \"tmp\"", "id = \"law_enforcement\"");
    let found = faults(&files);
    assert_eq!(
        found[0].fault,
        PackFault::RuleBroken {
            rule: PackRule::KamtibmasFirst
        }
    );
}

// S39, S41
#[test]
fn a_form_that_asks_trust_and_liking_as_one_is_refused() {
    broken_rule(
        "survey.toml",
        "\"t2\"",
        "\"k2\"",
        PackRule::TrustAndLikingApart,
    );
    broken_rule(
        "survey.toml",
        "\"t1\"",
        "\"k2\"",
        PackRule::TrustAndLikingApart,
    );
}

// S6
#[test]
fn a_form_without_one_of_the_aspects_is_refused() {
    broken_rule(
        "survey.toml",
        "\"c2\", \"c3\"",
        "\"k2\", \"b1\"",
        PackRule::EveryAspectAsked,
    );
    broken_rule(
        "survey.toml",
        "aspect = \"civility\"\n",
        "",
        PackRule::ItemNeedsAspect,
    );
}

#[test]
fn the_other_rules_are_kept() {
    broken_rule(
        "survey.toml",
        "labels_en = [\"No\", \"Not quite\", \"Yes\", \"Very\"]",
        "labels_en = [\"No\", \"Not quite\", \"Yes\"]",
        PackRule::SameLength,
    );
    broken_rule(
        "report.toml",
        "unknown = true\n",
        "",
        PackRule::OneUnknownKind,
    );
    broken_rule(
        "pack.toml",
        "languages = [\"id\", \"en\"]",
        "languages = [\"en\", \"id\"]",
        PackRule::LanguagesFixed,
    );
    broken_rule("safe.toml", "never = true\n", "", PackRule::OneNever);
    // S76: nobody's trouble at home, crime or complaint is shown publicly, whatever a pack says.
    for private in [
        "sensitive = true\n",
        "class = \"criminal\"\n",
        "class = \"complaint\"\n",
    ] {
        let to = format!("{private}public = true\n");
        broken_rule("services.toml", private, &to, PackRule::PublicFewOnly);
    }
    for (from, to) in [
        ("kind = \"singlevaluelist\"", "kind = \"text\""),
        ("kind = \"string\"", "kind = \"multivaluelist\""),
    ] {
        broken_rule("services.toml", from, to, PackRule::ValuesToChoose);
    }
    for (from, to) in [
        ("phone = \"148\"", "phone = \"seratus\""),
        ("phone = \"129\"", "phone = \"0000000000000000\""),
        ("message = \"085134507515\"\n", ""),
    ] {
        broken_rule("safe.toml", from, to, PackRule::HelplineNumber);
    }
    broken_rule(
        "safe.toml",
        "checked = \"2025-12-06\"",
        "checked = \"2025-02-30\"",
        PackRule::RealDate,
    );
    for (from, to) in [
        ("over_km = 5", "over_km = 6"),
        ("over_km = 0", "over_km = 1"),
        ("up_to_km = 10\n", ""),
        ("over_km = 10", "over_km = 10\nup_to_km = 30"),
    ] {
        broken_rule("strata.toml", from, to, PackRule::DistanceWithoutGap);
    }
}
