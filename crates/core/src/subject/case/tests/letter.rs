//! S18 S40: the reporter is given letters, and one given by mistake is taken back.

use jiff::civil::{Date, date};

use super::*;
use crate::subject::case::Issued;

const TODAY: Date = date(2026, 11, 24);

/// A notice of progress, told apart by two digits of its hash.
pub(super) fn progress(digits: &str) -> GiveLetter {
    GiveLetter {
        kind: "progress".to_owned(),
        number: Some(" SP2HP/12/XI/2026 ".to_owned()),
        dated: TODAY,
        today: TODAY,
        file: BlobRef {
            sha256: digits.repeat(32),
            media_type: "application/pdf".to_owned(),
            size_bytes: 9,
        },
        issued: None,
    }
}

pub(super) fn withdraw(letter: u32, reason: &str) -> CaseCommand {
    CaseCommand::WithdrawLetter {
        letter,
        reason: reason.to_owned(),
    }
}

/// The one act that giving a letter leads to.
fn giving(history: &[(i64, Actor, CaseAct)], letter: GiveLetter) -> CaseAct {
    let mut acts = given(history.to_vec())
        .when(CaseCommand::GiveLetter(letter))
        .unwrap();
    assert_eq!(acts.len(), 1);
    acts.remove(0)
}

fn changed(change: fn(&mut GiveLetter)) -> Result<Vec<CaseAct>, CaseRefusal> {
    let mut letter = progress("ab");
    change(&mut letter);
    given(received()).when(CaseCommand::GiveLetter(letter))
}

#[test]
fn a_letter_is_a_word_to_the_reporter_and_the_news_that_was_promised() {
    // S18 S40
    let mut history = received();
    let first = CaseAct::ReporterAnswered {
        text: "kami periksa".to_owned(),
        next_news_by: Some(minute(600)),
    };
    history.push((20, by(1), first));
    assert_eq!(
        given(history.clone()).state().unwrap().next_news_by,
        Some(minute(600))
    );
    let letter = giving(&history, progress("ab"));
    let CaseAct::LetterGiven { number, file, .. } = &letter else {
        panic!("{letter:?}")
    };
    assert_eq!(number.as_deref(), Some("SP2HP/12/XI/2026"));
    assert_eq!(file.sha256, "ab".repeat(32));
    history.push((30, by(1), letter.clone()));
    let case = given(history).state().unwrap();
    assert_eq!(case.next_news_by, None);
    assert_eq!(case.letters.len(), 1);
    assert!(case.letter(1).unwrap().is_there());
    assert!(case.letter(0).is_none() && case.letter(2).is_none());
    // The first word that a reporter gets may be a letter.
    let mut history = received();
    history.push((45, by(1), letter));
    let case = given(history).state().unwrap();
    let response = case.response.unwrap();
    assert_eq!((response.at, response.late), (minute(45), false));
    assert_eq!(case.stage, CaseStage::Assessed);
    assert!(case.media.is_empty(), "it is no evidence");
}

#[test]
fn a_letter_is_of_a_known_kind_and_not_of_tomorrow() {
    let not_in_pack = CaseRefusal::NotInPack {
        field: "kind",
        word: "poem".to_owned(),
    };
    assert_eq!(
        changed(|letter| letter.kind = "poem".to_owned()),
        Err(not_in_pack)
    );
    // S18: the program knows the kind, and a finished one is not given to the reporter.
    let not_theirs = CaseRefusal::NotInPack {
        field: "kind",
        word: "summons".to_owned(),
    };
    assert_eq!(
        changed(|letter| letter.kind = "summons".to_owned()),
        Err(not_theirs)
    );
    let mut on_file = made("ab", 1, true, None);
    on_file.kind = "summons".to_owned();
    giving(&received(), on_file);
    let dated = date(2026, 11, 25);
    assert_eq!(
        changed(|letter| letter.dated = date(2026, 11, 25)),
        Err(CaseRefusal::LetterOfTomorrow { dated })
    );
    let (dated, limit_years) = (date(226, 11, 24), LETTER_AGE_MAX_YEARS);
    assert_eq!(
        changed(|letter| letter.dated = date(226, 11, 24)),
        Err(CaseRefusal::LetterTooOld { dated, limit_years })
    );
    assert!(changed(|letter| letter.dated = date(2016, 1, 1)).is_ok());
    let (chars, limit) = (LETTER_NUMBER_MAX_CHARS + 1, LETTER_NUMBER_MAX_CHARS);
    assert_eq!(
        changed(|letter| letter.number = Some("é".repeat(LETTER_NUMBER_MAX_CHARS + 1))),
        Err(CaseRefusal::Text {
            field: "number",
            fault: TextFault::TooLong { chars, limit }
        })
    );
    assert!(changed(|it| it.number = Some("é".repeat(LETTER_NUMBER_MAX_CHARS))).is_ok());
    for none in [None, Some(String::new()), Some("\u{200b} ".to_owned())] {
        let mut letter = progress("ab");
        letter.number = none;
        let given = giving(&received(), letter);
        assert!(matches!(given, CaseAct::LetterGiven { number: None, .. }));
    }
}

#[test]
fn a_letter_is_given_where_somebody_can_read_it_with_or_without_a_name() {
    let with = |change: fn(&mut RequestFiled)| {
        let mut history = received();
        let (_, _, CaseAct::RequestFiled(filed)) = &mut history[0] else {
            panic!("filed first")
        };
        change(filed);
        given(history).when(CaseCommand::GiveLetter(progress("ab")))
    };
    // Whoever reported without a name holds the code all the same.
    assert!(with(|filed| filed.reporter = None).is_ok());
    assert_eq!(
        with(|filed| filed.secret = None),
        Err(CaseRefusal::NobodyToRead)
    );
}

#[test]
fn a_letter_is_there_once_and_a_withdrawn_one_may_be_given_anew() {
    let mut history = received();
    history.push((5, by(1), giving(&history, progress("ab"))));
    let again = given(history.clone()).when(CaseCommand::GiveLetter(progress("ab")));
    assert_eq!(again, Err(CaseRefusal::FileAlreadyThere));
    // A file that lies with the case already may be given to its reporter.
    let evidence = given(history.clone()).when(add_evidence("cd")).unwrap();
    history.push((6, by(1), evidence[0].clone()));
    history.push((7, by(1), giving(&history, progress("cd"))));
    let out = given(history.clone()).when(withdraw(1, "surat orang lain"));
    history.push((8, by(2), out.unwrap().remove(0)));
    let case = given(history.clone()).state().unwrap();
    let there: Vec<bool> = case.letters.iter().map(Letter::is_there).collect();
    assert_eq!(there, [false, true]);
    assert_eq!(
        given(history.clone()).when(withdraw(1, "sekali lagi")),
        Err(CaseRefusal::LetterWithdrawn)
    );
    for n in [0, 3, u32::MAX] {
        assert_eq!(
            given(history.clone()).when(withdraw(n, "salah")),
            Err(CaseRefusal::NoSuchLetter)
        );
    }
    let empty = given(history.clone()).when(withdraw(2, " "));
    assert_eq!(
        empty,
        Err(CaseRefusal::Text {
            field: "reason",
            fault: TextFault::Empty
        })
    );
    history.push((9, by(1), giving(&history, progress("ab"))));
    let case = given(history).state().unwrap();
    assert!(case.letter(3).unwrap().is_there());
}

#[test]
fn a_closed_case_still_gets_letters_and_an_erased_one_gets_none_nor_gives_back() {
    let mut history = closed();
    let kept = given(history.clone()).state().unwrap().kept_from;
    history.push((35, by(1), giving(&history, progress("ab"))));
    let case = given(history.clone()).state().unwrap();
    assert_eq!(case.stage, CaseStage::Closed);
    assert!(
        case.kept_from > kept,
        "its time counts from the letter that came last"
    );
    let erased = CaseAct::PersonalDataErased {
        basis: ErasureBasis::Retention,
        ground: None,
    };
    history.push((38, by(1), erased));
    let case = given(history.clone()).state().unwrap();
    assert!(case.letter(1).unwrap().erased, "listed, and gone");
    assert_eq!(
        given(history.clone()).when(CaseCommand::GiveLetter(progress("cd"))),
        Err(CaseRefusal::AlreadyErased)
    );
    assert_eq!(
        given(history.clone()).when(withdraw(1, "salah")),
        Err(CaseRefusal::NoSuchLetter)
    );
    // Opened again it is a case like others.
    let reason = "bukti baru".to_owned();
    history.push((39, by(1), CaseAct::CaseReopened { reason }));
    assert!(
        given(history)
            .when(CaseCommand::GiveLetter(progress("ab")))
            .is_ok()
    );
}

#[test]
fn a_case_takes_so_many_letters_and_no_more_withdrawn_ones_included() {
    let mut acts = received();
    for n in 0..LETTERS_MAX {
        acts.push((1, by(1), giving(&acts, progress(&format!("{n:02x}")))));
    }
    let out = given(acts.clone()).when(withdraw(1, "salah")).unwrap();
    acts.push((2, by(1), out[0].clone()));
    assert_eq!(
        given(acts).when(CaseCommand::GiveLetter(progress("ff"))),
        Err(CaseRefusal::TooManyLetters { limit: LETTERS_MAX })
    );
}

/// A letter that the program made.
pub(super) fn made(digits: &str, n: u32, on_file: bool, replaces: Option<u32>) -> GiveLetter {
    GiveLetter {
        issued: Some(Issued {
            n,
            template: 0,
            pack_version: None,
            on_file,
            replaces,
        }),
        ..progress(digits)
    }
}

// S18: a summons is for somebody else: it is no word to the reporter, and no news of theirs.
#[test]
fn a_letter_for_somebody_else_is_no_word_to_the_reporter() {
    let mut history = received();
    let act = giving(&history, made("ab", 1, true, None));
    assert_eq!(crate::notice::Kind::caused_by(&act), None);
    history.push((30, by(1), act));
    let case = given(history.clone()).state().unwrap();
    assert!(case.response.is_none());
    assert!(case.assessed_at.is_some());
    assert!(case.letter(1).unwrap().is_on_file());
    let mut acts = given(history)
        .when(CaseCommand::WithdrawLetter {
            letter: 1,
            reason: "salah orang".to_owned(),
        })
        .unwrap();
    let back = acts.remove(0);
    assert!(matches!(
        back,
        CaseAct::LetterWithdrawn { on_file: true, .. }
    ));
    assert_eq!(crate::notice::Kind::caused_by(&back), None);
}

// S18
#[test]
fn a_letter_in_place_of_another_says_so_and_takes_it_once() {
    let mut history = received();
    for (at, letter) in [
        (30, made("ab", 1, false, None)),
        (31, made("cd", 2, false, Some(1))),
    ] {
        let act = giving(&history, letter);
        history.push((at, by(1), act));
    }
    let case = given(history.clone()).state().unwrap();
    assert_eq!(case.letter(1).unwrap().replaced_by, Some(2));
    assert_eq!(case.letter(2).unwrap().replaced_by, None);
    for replaces in [1, 3] {
        let again = CaseCommand::GiveLetter(made("ef", 3, false, Some(replaces)));
        let refused = given(history.clone()).when(again).unwrap_err();
        assert_eq!(refused, CaseRefusal::NoSuchLetter, "{replaces}");
    }
}
