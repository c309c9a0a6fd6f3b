//! The parts of a case, listed in one place: each with where it is and how it stands, so that the page
//! of a case stays short and nothing of it is out of sight.

use jiff::Timestamp;
use pengayom_core::subject::case::Case;
use pengayom_core::value::CaseId;

use super::concerned::due_words;
use crate::frame::PageFrame;

/// One part of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it is: a page beneath that of the case, or a section of it.
    pub(super) href: String,
    /// Its name.
    pub(super) name: String,
    /// How it stands, in a few words.
    pub(super) state: String,
}

/// What the page of a case shows of its parts by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnPage {
    /// Files there are; `None` where the page has no section of files.
    pub(super) files: Option<usize>,
    /// Letters there are; `None` where the page has no section of letters.
    pub(super) letters: Option<usize>,
}

/// The parts of a case, in the order of its page.
///
/// A part with its own page adds a row here; its page stands beneath `/perkara/{id}`.
pub(super) fn parts(
    frame: &PageFrame,
    id: CaseId,
    case: &Case,
    shown: OnPage,
    now: Timestamp,
) -> Vec<Part> {
    let rows = [
        Some(rights(frame, id, case, now)),
        Some(control(frame, id, case, now)),
        files(frame, shown.files),
        letters(frame, shown.letters),
    ];
    rows.into_iter().flatten().collect()
}

/// Who is concerned, and whether somebody is owed their rights.
fn rights(frame: &PageFrame, id: CaseId, case: &Case, now: Timestamp) -> Part {
    let state = match case.rights.due_at() {
        Some(due) => due_words(frame, due, now).1,
        None => counted(frame, case.rights.persons.len(), "rights.part_none"),
    };
    Part {
        href: format!("/perkara/{id}/hak"),
        name: frame.t("rights.title").to_owned(),
        state,
    }
}

/// Control measures, and whether one runs out.
fn control(frame: &PageFrame, id: CaseId, case: &Case, now: Timestamp) -> Part {
    let state = match case.control.due_at() {
        Some(due) => due_words(frame, due, now).1,
        None => counted(frame, case.control.measures.len(), "control.part_none"),
    };
    Part {
        href: format!("/perkara/{id}/upaya"),
        name: frame.t("control.title").to_owned(),
        state,
    }
}

fn files(frame: &PageFrame, files: Option<usize>) -> Option<Part> {
    Some(Part {
        href: "#h-foto".to_owned(),
        name: frame.t("case.files").to_owned(),
        state: counted(frame, files?, "case.files_none"),
    })
}

fn letters(frame: &PageFrame, letters: Option<usize>) -> Option<Part> {
    Some(Part {
        href: "#h-surat".to_owned(),
        name: frame.t("case.letters").to_owned(),
        state: counted(frame, letters?, "case.letters_none"),
    })
}

/// How many there are, or the words for none.
fn counted(frame: &PageFrame, n: usize, none: &str) -> String {
    match i64::try_from(n) {
        Ok(0) => frame.t(none).to_owned(),
        n => frame.format().count(n.unwrap_or(i64::MAX)),
    }
}
