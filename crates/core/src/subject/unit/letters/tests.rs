use proptest::prelude::*;

use super::*;
use crate::letter::{Body, LetterField, LetterRule, Values};
use crate::pack::{Certainty, Lang, Sourced};
use crate::subject::testing;
use crate::subject::unit::{UnitCommand, decide, evolve};

const PACKS: &str = "^ {unit}\n# SURAT\n= Nomor: {number}\n\nUntuk {reporter}, {date}\n\n~ Petugas | {officer}\n@ Periksa\n> {complaint}\n";

fn template(floor: &[&str]) -> Template {
    let body = |text: &str| Localized {
        id: text.to_owned(),
        en: text.to_owned(),
    };
    Template {
        kind: "sttlp".parse().unwrap(),
        number: "STTLP/{n}/{year}".to_owned(),
        body: body(PACKS),
        fields: vec![LetterField {
            code: "reporter".to_owned(),
            label: body("Pelapor"),
            required: true,
            lines: false,
            max_chars: 100,
            from: None,
        }],
        floor: floor.iter().map(|name| (*name).to_owned()).collect(),
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

fn words(id: &str, en: &str) -> TemplateWords {
    TemplateWords {
        number: "STTLP/{n}/{year}".to_owned(),
        body: Localized {
            id: id.to_owned(),
            en: en.to_owned(),
        },
    }
}

fn set_to(words: TemplateWords) -> UnitCommand {
    UnitCommand::SetLetter {
        kind: "sttlp".to_owned(),
        words,
        pack_version: "1".to_owned(),
    }
}

fn reset_for(reason: Option<&str>) -> UnitCommand {
    UnitCommand::ResetLetter {
        kind: "sttlp".to_owned(),
        reason: reason.map(ToOwned::to_owned),
    }
}

/// What the rules make of commands, one after the other.
fn after(commands: &[UnitCommand]) -> (Option<UnitRecord>, Vec<Act>) {
    let (mut known, mut acts) = (None, Vec::new());
    for command in commands {
        for what in decide(known.as_ref(), command.clone(), &[template(&[])]).unwrap() {
            let version = u32::try_from(acts.len() + 1).unwrap();
            let act = testing::unit_act(version, what);
            known = evolve(known, &act);
            acts.push(act);
        }
    }
    (known, acts)
}

// S18, S40
#[test]
fn a_unit_s_words_are_used_from_then_on_and_each_version_stays_readable() {
    let first = words(&PACKS.replace("SURAT", "TANDA TERIMA"), PACKS);
    let second = words(&PACKS.replace("SURAT", "BUKTI"), PACKS);
    let commands = [
        set_to(first.clone()),
        // The same again is no change.
        set_to(first.clone()),
        reset_for(Some("lebih jelas")),
        reset_for(None),
        set_to(second.clone()),
    ];
    let (known, acts) = after(&commands);
    let used = letter_in_use(known.as_ref(), &template(&[]));
    assert_eq!((used.version, used.below.len()), (3, 0));
    assert!(used.template.body.id.contains("# BUKTI"));
    let changes = letter_changes(&acts, "sttlp");
    let said: Vec<_> = changes
        .iter()
        .map(|change| (change.version, change.own.clone(), change.reason))
        .collect();
    assert_eq!(
        said,
        [
            (1, Some(first.tidied()), None),
            (2, None, Some("lebih jelas")),
            (3, Some(second.tidied()), None),
        ]
    );
    assert_eq!(known.unwrap().letter_version("sttlp"), 3);
    assert!(letter_changes(&acts, "sktlk").is_empty());
    // Before anybody wrote anything, and after going back: the pack's.
    for commands in [&commands[..0], &commands[..3]] {
        let (known, _) = after(commands);
        let used = letter_in_use(known.as_ref(), &template(&[]));
        assert_eq!((used.version, used.template), (0, template(&[])));
    }
}

// S18, S40: the rules of the pack hold for a unit's words, and each fault has its language and line.
#[test]
fn words_below_the_floor_are_refused_with_language_and_line() {
    let refused = |words| match decide(None, set_to(words), &[template(&["case_number"])]) {
        Err(UnitRefusal::LetterWords(faults)) => faults,
        other => panic!("{other:?}"),
    };
    let floor = format!("{PACKS}| Laporan | {{case_number}}");
    let faults = refused(words(&floor, PACKS));
    assert_eq!((faults.len(), faults[0].lang), (1, Some(Lang::En)));
    let name = "case_number".to_owned();
    assert_eq!(faults[0].fault.rule, LetterRule::MissingField { name });
    let faults = refused(words(&floor.replace("= Nomor", "=Nomor"), &floor));
    assert_eq!(
        (faults[0].lang, faults[0].fault.line),
        (Some(Lang::Id), 3),
        "{faults:?}"
    );
    let mut without = words(&floor, &floor);
    without.number = "STTLP/{year}".to_owned();
    let faults = refused(without);
    assert_eq!(faults[0].fault.rule, LetterRule::NumberPattern);
    assert_eq!(faults[0].lang, None);
    // A language left empty says nothing of what has to be said.
    assert!(refused(words(&floor, "")).len() >= 8);
    let long = "baris\n".repeat(crate::letter::BODY_MAX_LINES);
    let faults = refused(words(&format!("{floor}\n{long}"), &floor));
    assert_eq!(faults[0].fault.rule, LetterRule::TooLong);
}

// S40
#[test]
fn a_letter_the_pack_does_not_make_has_no_words_of_its_own() {
    let refused = decide(None, set_to(words(PACKS, PACKS)), &[]);
    assert_eq!(refused, Err(UnitRefusal::NoSuchLetter));
}

#[test]
fn the_words_of_the_pack_are_no_words_of_the_unit() {
    let spaced = PACKS.replace('\n', "  \r\n");
    let (known, acts) = after(&[set_to(words(&spaced, PACKS))]);
    assert_eq!((known, acts.len()), (None, 0));
    // Typed again after a change they are the way back.
    let own = words(&PACKS.replace("SURAT", "BUKTI"), PACKS);
    let (known, acts) = after(&[set_to(own), set_to(words(&spaced, PACKS))]);
    assert_eq!(acts.len(), 2);
    assert_eq!(known.unwrap().letters["sttlp"].own, None);
}

#[test]
fn a_reason_need_not_be_given_and_is_short() {
    let own = words(&PACKS.replace("SURAT", "BUKTI"), PACKS);
    let (known, _) = after(&[set_to(own)]);
    let reset = |reason: &str| decide(known.as_ref(), reset_for(Some(reason)), &[]);
    let kind = "sttlp".to_owned();
    assert_eq!(
        reset(" \u{200b}"),
        Ok(vec![UnitAct::LetterTemplateReset { kind, reason: None }])
    );
    let (chars, limit) = (RESET_REASON_MAX_CHARS + 1, RESET_REASON_MAX_CHARS);
    let fault = TextFault::TooLong { chars, limit };
    assert_eq!(reset(&"x".repeat(chars)), Err(UnitRefusal::Reason(fault)));
    assert!(reset(&"x".repeat(limit)).is_ok());
}

// S18, S40: a later pack that asks for more is obeyed at once, and what is missing is said.
#[test]
fn words_that_a_later_pack_finds_wanting_are_not_used() {
    let own = words(&PACKS.replace("SURAT", "BUKTI"), PACKS);
    let (known, _) = after(&[set_to(own)]);
    let later = template(&["case_number"]);
    let used = letter_in_use(known.as_ref(), &later);
    assert_eq!((used.version, &used.template), (0, &later));
    let langs: Vec<_> = used.below.iter().map(|fault| fault.lang).collect();
    assert_eq!(langs, [Some(Lang::Id), Some(Lang::En)]);
}

// S22: the first key still signs, and the key that follows it is the second of the ledger's life.
#[test]
fn words_in_letters_leave_the_ledgers_keys_as_they_are() {
    let own = words(&PACKS.replace("SURAT", "BUKTI"), PACKS);
    let (known, _) = after(&[set_to(own)]);
    let unit = known.clone().unwrap();
    assert_eq!((unit.generation(), unit.log_keys.len()), (0, 0));
    let rotate = UnitCommand::RotateLedgerKey {
        from: "a".to_owned(),
        to: "b".to_owned(),
        proof: Some("note".to_owned()),
        revoked: false,
    };
    let acts = decide(known.as_ref(), rotate, &[]).unwrap();
    let known = evolve(known, &testing::unit_act(2, acts[0].clone())).unwrap();
    assert_eq!((known.version, known.generation()), (2, 1));
    assert_eq!(known.letters, unit.letters);
}

/// The signs of a letter's blocks, in order: what each line became.
fn shape(body: &str, values: &Values) -> Vec<std::mem::Discriminant<crate::letter::Block>> {
    let body = Body::parse(body).unwrap();
    body.fill(values)
        .iter()
        .map(std::mem::discriminant)
        .collect()
}

proptest! {
    // S40: whatever passes is filled in with any values, and none of them becomes a line of its own.
    #[test]
    fn what_passes_is_filled_in_with_anything_and_keeps_its_lines(
        more in "([#^=|~@>{}a-z -]{0,12}\n){0,6}",
        value in "[#^=|~@>{}\n\r a-z]{0,40}",
    ) {
        let text = format!("{PACKS}{more}");
        let Ok(acts) = decide(None, set_to(words(&text, PACKS)), &[template(&[])]) else {
            return Ok(());
        };
        let Some(UnitAct::LetterTemplateSet(set)) = acts.first() else {
            return Ok(());
        };
        prop_assume!(!value.trim().is_empty());
        let fill = |value: &str| -> Values {
            let known = template(&[]);
            let names = known.known().into_iter();
            names.map(|name| (name.to_owned(), value.to_owned())).collect()
        };
        prop_assert_eq!(shape(&set.body.id, &fill(&value)), shape(&set.body.id, &fill("x")));
        // What was decided is decided the same again: it is held to the rules as it is kept.
        let again = decide(None, set_to(set.words()), &[template(&[])]);
        prop_assert_eq!(again.as_ref(), Ok(&acts));
    }
}
