use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::pack::{Certainty, Lang};

const GOOD: &str = "^ {unit}\n# SURAT\n= Nomor: {number}\n\nUntuk {reporter}\ndi {place}, {date}\n\n| Laporan | {case_number}\n| Alamat | {address}\n- satu\n- {reporter}\n~ Petugas | {officer}\n@ Periksa\n> {complaint}\n";

fn template(body: &str) -> Template {
    let field = |code: &str, required| LetterField {
        code: code.to_owned(),
        label: Localized::default(),
        required,
        lines: false,
        max_chars: 100,
        from: None,
    };
    Template {
        kind: serde_json::from_str("\"sttlp\"").unwrap(),
        number: "STTLP/{n}/{month_roman}/{year}/{unit}".to_owned(),
        body: Localized {
            id: body.to_owned(),
            en: body.to_owned(),
        },
        fields: vec![field("reporter", true), field("address", false)],
        floor: vec!["case_number".to_owned()],
        services: Vec::new(),
        to_reporter: true,
        at_intake: true,
        sourced: Sourced {
            source: "test".to_owned(),
            certainty: Certainty::Draft,
            verify: None,
        },
    }
}

fn codes(body: &str) -> Vec<(u32, &'static str)> {
    let faults = template(body).faults(Lang::Id);
    faults
        .iter()
        .map(|fault| (fault.line, fault.rule.code()))
        .collect()
}

// S18, S40
#[test]
fn a_template_that_says_what_a_letter_says_has_no_fault() {
    assert_eq!(codes(GOOD), []);
    assert_eq!(template(GOOD).number_fault(), None);
}

// S40: what every letter says stays in it, whoever edits it.
#[test]
fn a_template_below_the_floor_is_refused_and_the_fault_says_what_is_missing() {
    for name in [
        "number",
        "date",
        "unit",
        "officer",
        "complaint",
        "case_number",
        "reporter",
    ] {
        let without = GOOD.replace(&format!("{{{name}}}"), "x");
        let faults = template(&without).faults(Lang::Id);
        let rule = LetterRule::MissingField {
            name: name.to_owned(),
        };
        assert_eq!(faults, [LetterFault { line: 0, rule }], "{name}");
    }
    assert_eq!(codes(&GOOD.replace("@ Periksa\n", "")), [(0, "one_code")]);
    assert_eq!(
        codes(&GOOD.replace("@ Periksa", "@ a\n@ b")),
        [(0, "one_code")]
    );
    assert_eq!(codes(&GOOD.replace("# SURAT\n", "")), [(0, "one_title")]);
    let unsigned = GOOD.replace("~ Petugas | {officer}", "{officer}");
    assert_eq!(codes(&unsigned), [(0, "no_signer")]);
}

// S40
#[test]
fn a_line_that_is_not_as_lines_are_written_is_named() {
    let wrong = |line: &str| {
        let before = u32::try_from(GOOD.lines().count()).unwrap();
        let found = codes(&format!("{GOOD}{line}\n"));
        let [(at, code)] = found[..] else {
            panic!("{line}: {found:?}")
        };
        assert_eq!(at, before + 1, "{line}");
        code
    };
    assert_eq!(wrong("#Judul"), "no_space");
    assert_eq!(wrong("## "), "empty_line");
    assert_eq!(wrong("| satu"), "fact_of_two");
    assert_eq!(wrong("| satu | dua | tiga"), "fact_of_two");
    assert_eq!(wrong("~ satu"), "signer_of_two");
    assert_eq!(wrong("tanggal {tanggal}"), "unknown_field");
    assert_eq!(wrong("satu { dua"), "stray_brace");
    assert_eq!(
        codes(&"baris\n".repeat(BODY_MAX_LINES + 1)),
        [(0, "too_long")]
    );
    let four = "~ a | b\n".repeat(4);
    assert_eq!(codes(&format!("{four}{GOOD}")), [(4, "too_many_signers")]);
}

// S18: two letters of a year never have one number.
#[test]
fn a_number_has_its_running_number_and_its_year() {
    let number = |pattern: &str| {
        let mut template = template(GOOD);
        template.number = pattern.to_owned();
        template.number_fault()
    };
    assert_eq!(number("SP2HP/{n}/{month}/{year}"), None);
    for wrong in [
        "",
        "STTLP/{year}",
        "STTLP/{n}",
        "{n}/{year}/{hari}",
        "{n}\n{year}",
        "{n} {year} {",
    ] {
        assert_eq!(number(wrong), Some(LetterRule::NumberPattern), "{wrong}");
    }
    let parts = NumberParts {
        n: 12,
        dated: date(2026, 11, 30),
        unit: "PTI",
    };
    let filled = fill_number("STTLP/{n}/{month_roman}/{year}/{unit}", parts);
    assert_eq!(filled, "STTLP/12/XI/2026/PTI");
    assert_eq!(fill_number("{n}-{month}.{year}", parts), "12-11.2026");
}

// S18
#[test]
fn a_line_whose_field_has_no_value_is_left_out() {
    let values: Values = [
        ("reporter", "Budi"),
        ("place", "Pati"),
        ("date", "30 November 2026"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let body = Body::parse("Untuk {reporter}\ndi {place}, {date}\n\n| A | {address}\n| B | b\n~ P | {officer}\n- {reporter}\n- {nobody}\n").unwrap();
    let blocks = body.fill(&values);
    assert_eq!(
        blocks,
        [
            Block::Paragraph("Untuk Budi di Pati, 30 November 2026".to_owned()),
            Block::Facts(vec![("B".to_owned(), "b".to_owned())]),
            Block::List(vec!["Budi".to_owned()]),
        ]
    );
}

proptest! {
    // A value is never read as a line of the template.
    #[test]
    fn what_is_typed_changes_no_block(value in ".{0,80}") {
        prop_assume!(!value.trim().is_empty());
        let body = Body::parse("| A | {x}\n~ Petugas | {x} | b\n# {x}\n").unwrap();
        let values = Values::from([("x".to_owned(), value.clone())]);
        let said = value.trim().to_owned();
        prop_assert_eq!(body.fill(&values), [
            Block::Facts(vec![("A".to_owned(), said.clone())]),
            Block::Signatures(vec![Signer { role: "Petugas".to_owned(), name: said.clone(), detail: "b".to_owned() }]),
            Block::Title(said),
        ]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "([#^=|~@>{}a-z -]{0,12}\n){0,20}") {
        let read = Body::parse(&text);
        if let Ok(body) = read {
            let _ = body.fill(&Values::new());
        }
        let _ = template(&text).faults(Lang::En);
    }
}
