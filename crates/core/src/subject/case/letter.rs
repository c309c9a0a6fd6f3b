//! Letters that a unit gives to the reporter of a case: made elsewhere, put there as a file (S18, S40).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::decide::needed;
use super::filed::BlobRef;
use super::refusal::CaseRefusal;
use super::state::{Case, CaseStage};
use crate::subject::{Method, TextFault, text_fault};

/// Most letters of one case, those withdrawn included: a notice a month for four years.
pub const LETTERS_MAX: u32 = 50;

/// Longest number of a letter, in characters. `SP2HP/123/XI/RES.1.8./2026/Satreskrim` has 37.
pub const LETTER_NUMBER_MAX_CHARS: usize = 100;

/// How old a letter may be when it is given, in years: an older day is a slip of the pen.
pub const LETTER_AGE_MAX_YEARS: i16 = 10;

/// How the program made a letter that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its running number among letters of its kind in the year of its day, from 1, without a gap.
    pub n: u32,
    /// Which of the unit's own versions of the words it was made from, from 1; 0: the pack's.
    pub template: u32,
    /// The version of the pack whose template it was made from; unknown of the first letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack_version: Option<String>,
    /// It is for somebody else than the reporter, who does not see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_file: bool,
    /// The letter in whose place it comes, in the order they were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u32>,
}

impl Issued {
    /// The series that numbers letters of a kind, such as `letter/sttlp/2026`.
    pub fn series(kind: &str, dated: Date) -> String {
        format!("letter/{kind}/{}", dated.year())
    }
}

/// A letter to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveLetter {
    /// A kind of letter of the pack.
    pub kind: String,
    /// The letter's own number; `None` or empty when it has none.
    pub number: Option<String>,
    /// The day on the letter.
    pub dated: Date,
    /// The day on which it is given, in the unit's zone.
    pub today: Date,
    /// The letter, kept already.
    pub file: BlobRef,
    /// How the program made it; `None`: it was made elsewhere.
    pub issued: Option<Issued>,
}

/// What is known of a letter that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its kind, a code of the pack.
    pub kind: String,
    /// The day on it.
    pub dated: Date,
    /// The letter.
    pub file: BlobRef,
    /// It was given by mistake and taken back.
    pub withdrawn: bool,
    /// Its content was erased with what identifies persons in the case.
    pub erased: bool,
    /// How the program made it.
    pub issued: Option<Issued>,
    /// The letter that came in its place.
    pub replaced_by: Option<u32>,
}

impl Letter {
    /// Whether the reporter may still have it.
    pub const fn is_there(&self) -> bool {
        !self.withdrawn && !self.erased
    }

    /// Whether it is for somebody else than the reporter.
    pub fn is_on_file(&self) -> bool {
        self.issued.as_ref().is_some_and(|issued| issued.on_file)
    }
}

impl Case {
    /// A letter by its place in the order they were given, from 1.
    pub fn letter(&self, n: u32) -> Option<&Letter> {
        let at = usize::try_from(n.checked_sub(1)?).ok()?;
        self.letters.get(at)
    }

    /// Takes a letter in that was given; any other act changes nothing.
    pub(super) fn put_letter(&mut self, act: &CaseAct) {
        let CaseAct::LetterGiven {
            kind,
            dated,
            file,
            issued,
            ..
        } = act
        else {
            return;
        };
        let by = u32::try_from(self.letters.len() + 1).ok();
        let before = issued.as_ref().and_then(|issued| issued.replaces);
        if let Some(before) = before.and_then(|n| self.letter_mut(n)) {
            before.replaced_by = by;
        }
        self.letters.push(Letter {
            kind: kind.clone(),
            dated: *dated,
            file: file.clone(),
            withdrawn: false,
            erased: false,
            issued: issued.clone(),
            replaced_by: None,
        });
    }

    fn letter_mut(&mut self, n: u32) -> Option<&mut Letter> {
        let at = n.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.letters.get_mut(at))
    }

    pub(super) fn take_letter_back(&mut self, n: u32) {
        if let Some(letter) = self.letter_mut(n) {
            letter.withdrawn = true;
        }
    }

    /// Whether a letter may be given: somebody can read it, and the case was not erased.
    ///
    /// # Errors
    /// [`CaseRefusal`], naming the rule that stands in the way.
    pub fn may_get_letters(&self) -> Result<(), CaseRefusal> {
        // Whoever holds the code reads it, also one who gave no name.
        if self.filed.secret.is_none() {
            return Err(CaseRefusal::NobodyToRead);
        }
        self.may_have_letters()
    }

    /// Whether a letter may be put on the case, whoever it is for.
    ///
    /// # Errors
    /// [`CaseRefusal`], naming the rule that stands in the way.
    pub fn may_have_letters(&self) -> Result<(), CaseRefusal> {
        if self.stage == CaseStage::Closed && self.kept_from.is_none() {
            return Err(CaseRefusal::AlreadyErased);
        }
        if self.letters.len() >= LETTERS_MAX as usize {
            let limit = LETTERS_MAX;
            return Err(CaseRefusal::TooManyLetters { limit });
        }
        Ok(())
    }
}

/// A letter is of a kind that the unit gives, is not dated ahead, and is there once.
pub(super) fn give(
    case: &Case,
    given: GiveLetter,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let GiveLetter {
        kind,
        number,
        dated,
        today,
        file,
        issued,
    } = given;
    let on_file = issued.as_ref().is_some_and(|issued| issued.on_file);
    if on_file {
        case.may_have_letters()?;
    } else {
        case.may_get_letters()?;
    }
    // One for somebody else is not given to the reporter, who would read it.
    if !method.has_letter(&kind) || !(on_file || method.letter_is_for_reporter(&kind)) {
        return Err(CaseRefusal::NotInPack {
            field: "kind",
            word: kind,
        });
    }
    let number = number.filter(|text| text_fault(text) != Some(TextFault::Empty));
    let number = number.map(|text| text.trim().to_owned());
    if let Some(chars) = number.as_ref().map(|text| text.chars().count())
        && chars > LETTER_NUMBER_MAX_CHARS
    {
        let limit = LETTER_NUMBER_MAX_CHARS;
        return Err(CaseRefusal::Text {
            field: "number",
            fault: TextFault::TooLong { chars, limit },
        });
    }
    if dated > today {
        return Err(CaseRefusal::LetterOfTomorrow { dated });
    }
    let years = i32::from(today.year()) - i32::from(dated.year());
    if years > i32::from(LETTER_AGE_MAX_YEARS) {
        let limit_years = LETTER_AGE_MAX_YEARS;
        return Err(CaseRefusal::LetterTooOld { dated, limit_years });
    }
    let is_it = |known: &Letter| known.is_there() && known.file.sha256 == file.sha256;
    if case.letters.iter().any(is_it) {
        return Err(CaseRefusal::FileAlreadyThere);
    }
    if let Some(before) = issued.as_ref().and_then(|issued| issued.replaces) {
        let known = case.letter(before).filter(|known| known.is_there());
        if !known.is_some_and(|known| known.kind == kind && known.replaced_by.is_none()) {
            return Err(CaseRefusal::NoSuchLetter);
        }
    }
    Ok(CaseAct::LetterGiven {
        kind,
        number,
        dated,
        file,
        issued,
    })
}

/// A letter is taken back once, with a reason that the reporter reads. That it was given stays.
pub(super) fn withdraw(case: &Case, n: u32, reason: String) -> Result<CaseAct, CaseRefusal> {
    match case.letter(n) {
        None => Err(CaseRefusal::NoSuchLetter),
        Some(letter) if letter.withdrawn => Err(CaseRefusal::LetterWithdrawn),
        Some(letter) if letter.erased => Err(CaseRefusal::NoSuchLetter),
        Some(letter) => Ok(CaseAct::LetterWithdrawn {
            letter: n,
            reason: needed("reason", reason)?,
            on_file: letter.is_on_file(),
        }),
    }
}
