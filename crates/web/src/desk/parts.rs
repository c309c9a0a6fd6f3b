//! The parts of a case, listed in one place: each with where it is and how it stands, so that the page
//! of a case stays short and nothing of it is out of sight.

use jiff::Timestamp;
use pengayom_core::subject::case::{Case, StepState};
use pengayom_core::value::CaseId;

use super::concerned::due_words;
use super::news::next_words;
use super::{first_hour, triage};
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
    /// When it is shown.
    pub(super) now: Timestamp,
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
    let part = |page: &str, key: &str, state: String| {
        Some(Part {
            href: format!("/perkara/{id}/{page}"),
            name: frame.t(key).to_owned(),
            state,
        })
    };
    let hour = first_hour::state_words(frame, case, now);
    let class = || part("telaah", "triage.part", triage::state_words(frame, case));
    let rows = [
        part("jam-pertama", "first_hour.part", hour),
        triage::offered(frame, case).then(class).flatten(),
        steps(frame, id, case),
        news(frame, id, case),
        Some(same_event(frame, id, case)),
        Some(rights(frame, id, case, now)),
        Some(control(frame, id, case, now)),
        files(frame, shown.files),
        letters(frame, id, shown.letters),
        Some(proof(frame, id, case, shown.now)),
        Some(exhibits(frame, id, case)),
    ];
    rows.into_iter().flatten().collect()
}

/// What is done in every case of the service; nothing where the pack names no steps.
fn steps(frame: &PageFrame, id: CaseId, case: &Case) -> Option<Part> {
    let unit = frame.unit();
    let steps = unit.pack.steps().of(&case.service);
    if steps.is_empty() {
        return None;
    }
    let lines = case.step_lines(steps, unit.reckoning(), case.last_at);
    let settled = lines.iter().filter(|line| line.state != StepState::Open);
    let settled = i64::try_from(settled.count()).unwrap_or(i64::MAX);
    let all = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let (settled, all) = (frame.format().count(settled), frame.format().count(all));
    let values = [("done", settled.as_str()), ("all", all.as_str())];
    Some(Part {
        href: format!("/perkara/{id}/langkah"),
        name: frame.t("steps.title").to_owned(),
        state: frame.tf("steps.state", &values),
    })
}

/// Progress notices, where the service sends them.
fn news(frame: &PageFrame, id: CaseId, case: &Case) -> Option<Part> {
    let unit = frame.unit();
    if !case.sends_news(&unit.pack) {
        return None;
    }
    let next = case.next_news(&unit.pack, unit.reckoning());
    let state = match (&case.news.draft, next) {
        (Some(draft), _) => {
            let time = frame.format().moment(draft.due_at);
            frame.tf("news.state_waits", &[("time", &time)])
        }
        (None, Some(next)) => next_words(frame, &next),
        (None, None) => {
            let sent = i64::try_from(case.news.sent.len()).unwrap_or(i64::MAX);
            frame.tf("news.state_sent", &[("n", &frame.format().count(sent))])
        }
    };
    Some(Part {
        href: format!("/perkara/{id}/kabar"),
        name: frame.t("news.title").to_owned(),
        state,
    })
}

/// Other reports of the same event.
fn same_event(frame: &PageFrame, id: CaseId, case: &Case) -> Part {
    let state = if case.links.into.is_some() {
        frame.t("same.state_part").to_owned()
    } else {
        counted(frame, case.links.parts.len(), "same.state_none")
    };
    Part {
        href: format!("/perkara/{id}/kejadian-sama"),
        name: frame.t("same.title").to_owned(),
        state,
    }
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

fn letters(frame: &PageFrame, id: CaseId, letters: Option<usize>) -> Option<Part> {
    Some(Part {
        href: format!("/perkara/{id}/surat"),
        name: frame.t("case.letters").to_owned(),
        state: counted(frame, letters?, "case.letters_none"),
    })
}

fn proof(frame: &PageFrame, id: CaseId, case: &Case, now: Timestamp) -> Part {
    Part {
        href: format!("/perkara/{id}/pembuktian"),
        name: frame.t("proof.plan").to_owned(),
        state: super::proof::state_words(frame, case, now),
    }
}

fn exhibits(frame: &PageFrame, id: CaseId, case: &Case) -> Part {
    let things = case.proof.pieces.iter();
    let things = things.filter(|piece| piece.exhibit.is_some()).count();
    Part {
        href: format!("/perkara/{id}/barang-bukti"),
        name: frame.t("proof.exhibits").to_owned(),
        state: counted(frame, things, "proof.exhibits_none"),
    }
}

/// How many there are, or the words for none.
fn counted(frame: &PageFrame, n: usize, none: &str) -> String {
    match i64::try_from(n) {
        Ok(0) => frame.t(none).to_owned(),
        n => {
            let n = frame.format().count(n.unwrap_or(i64::MAX));
            frame.tf("case.part_recorded", &[("n", &n)])
        }
    }
}
