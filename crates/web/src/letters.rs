//! Letters that the reporter of a case was given, as every page that lists them reads them.

mod edit;
pub(crate) mod facts;
mod sample;

pub(crate) use edit::router;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::{Act, Actor, Payload};
use pengayom_core::pack::Pack;
use pengayom_core::subject::case::{BlobRef, CaseAct};
use pengayom_node::media::Kind;

use crate::frame::PageFrame;

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    /// It can be had.
    There,
    /// It was given by mistake and taken back.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why; empty once it was erased.
        reason: &'a str,
    },
    /// Its content was erased with what identifies persons in the case.
    Erased,
}

/// A letter that was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    /// Its place in the order they were given, from 1; names it in addresses.
    pub(crate) n: u32,
    /// A kind of letter of the pack.
    pub(crate) kind: &'a str,
    /// The letter's own number.
    pub(crate) number: Option<&'a str>,
    /// The day on it.
    pub(crate) dated: Date,
    /// The letter.
    pub(crate) file: &'a BlobRef,
    /// When it was given.
    pub(crate) at: Timestamp,
    /// Who gave it.
    pub(crate) by: &'a Actor,
    /// What became of it.
    pub(crate) standing: Standing<'a>,
    /// It is for somebody else than the reporter.
    pub(crate) on_file: bool,
    /// The letter that came in its place.
    pub(crate) replaced_by: Option<u32>,
}

/// Whether an act is of a letter for somebody else, which the reporter is not to know of.
pub(crate) const fn is_on_file(act: &CaseAct) -> bool {
    match act {
        CaseAct::LetterGiven {
            issued: Some(issued),
            ..
        } => issued.on_file,
        CaseAct::LetterWithdrawn { on_file, .. } => *on_file,
        _ => false,
    }
}

/// The letters that the reporter of a case may know of.
pub(crate) fn to_reporter(acts: &[Act]) -> Vec<Given<'_>> {
    let all = given(acts).into_iter();
    all.filter(|letter| !letter.on_file).collect()
}

/// The letters of a case, in the order they were given.
pub(crate) fn given(acts: &[Act]) -> Vec<Given<'_>> {
    let mut letters: Vec<Given<'_>> = Vec::new();
    for act in acts {
        let Payload::Case(payload) = &act.payload else {
            continue;
        };
        match payload {
            CaseAct::LetterGiven {
                kind,
                number,
                dated,
                file,
                issued,
            } => {
                let n = u32::try_from(letters.len() + 1).unwrap_or(u32::MAX);
                let before = issued.as_ref().and_then(|issued| issued.replaces);
                if let Some(before) = letters.iter_mut().find(|one| Some(one.n) == before) {
                    before.replaced_by = Some(n);
                }
                letters.push(Given {
                    n,
                    kind,
                    number: number.as_deref(),
                    dated: *dated,
                    file,
                    at: act.happened_at,
                    by: &act.actor,
                    standing: Standing::There,
                    on_file: issued.as_ref().is_some_and(|issued| issued.on_file),
                    replaced_by: None,
                });
            }
            CaseAct::LetterWithdrawn { letter, reason, .. } => {
                if let Some(known) = letters.iter_mut().find(|known| known.n == *letter) {
                    known.standing = Standing::Withdrawn {
                        at: act.happened_at,
                        reason,
                    };
                }
            }
            CaseAct::PersonalDataErased { .. } => {
                for known in &mut letters {
                    if known.standing == Standing::There {
                        known.standing = Standing::Erased;
                    }
                }
            }
            _ => {}
        }
    }
    letters
}

/// The name of a kind of letter; its code when the pack no longer has it.
pub(crate) fn kind_name(frame: &PageFrame, code: &str) -> String {
    let kind = frame.unit().pack.letter(code);
    kind.map_or_else(|| code.to_owned(), |kind| frame.say(&kind.name).to_owned())
}

/// The kind of the `n`-th letter of a case, by name.
pub(crate) fn name_of(frame: &PageFrame, acts: &[Act], n: u32) -> String {
    let all = given(acts);
    let known = all.iter().find(|letter| letter.n == n);
    known.map_or_else(String::new, |letter| kind_name(frame, letter.kind))
}

/// Whether a unit gives letters at all.
pub(crate) fn are_given(pack: &Pack) -> bool {
    !pack.letters().is_empty()
}

/// Number and day as they stand on a letter.
pub(crate) fn number_and_day(frame: &PageFrame, number: Option<&str>, dated: Date) -> String {
    let day = frame.format().day(dated);
    let day = frame.tf("letter.dated", &[("date", &day)]);
    match number {
        Some(number) => {
            let number = frame.tf("letter.number", &[("number", number)]);
            format!("{number}. {day}")
        }
        None => day,
    }
}

/// How the file of a letter is named when it is handed down. Of a sensitive kind it does not say whose
/// it is, for it stays on a device that others may look at.
pub(crate) fn file_name(n: u32, number: Option<&str>, file: &BlobRef) -> String {
    let ending = Kind::of_media_type(&file.media_type).map_or("bin", Kind::ending);
    match number {
        Some(number) => format!("surat-{n}-{number}.{ending}"),
        None => format!("surat-{n}.{ending}"),
    }
}
