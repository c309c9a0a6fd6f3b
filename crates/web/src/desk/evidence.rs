//! A file that staff add to a case (S13): the form, and what becomes of it.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use pengayom_core::subject::case::{BlobRef, Case, CaseAct, CaseCommand, CaseRefusal, CaseStage};
use pengayom_core::value::CaseId;
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::media::Wanted;

use super::act::Typed;
use super::case::read;
use super::upload::{FileField, FileForm, Received};
use crate::extract::{Fields, StaffPage, read_multipart};
use crate::form::{FieldError, TextField};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::{local_moment, text_words};
use crate::state::AppState;

/// Identifiers of the fields.
const FILE: &str = "berkas";
const WHAT: &str = "berkas-uraian";
const FROM: &str = "berkas-asal";
const WHEN: &str = "berkas-kapan";

const FORM: FileForm = FileForm {
    wanted: Wanted::Evidence,
    file: FILE,
    label: "case.evidence_file",
    limits: "case.evidence_file_help",
    choose: "case.evidence_choose",
    back: "h-foto",
    words_of,
};

/// The form as the page shows it.
pub(super) struct EvidenceForm {
    /// The file.
    pub(super) file: FileField,
    /// What it is.
    pub(super) what: TextField,
    /// Where or from whom it was obtained.
    pub(super) from: TextField,
    /// When it was obtained.
    pub(super) when: TextField,
}

/// Whether the form is offered now; the rules of the case decide again when it is sent.
fn is_offered(by: &Staff, case: &Case) -> bool {
    case.stage != CaseStage::Closed && by.may(Permission::WorkCase)
}

/// The form, for those who may add a file.
pub(super) fn form(
    frame: &PageFrame,
    node: &Node,
    by: &Staff,
    id: CaseId,
    case: &Case,
    typed: &Typed,
) -> Option<EvidenceForm> {
    if !FORM.came_back(typed) && !is_offered(by, case) {
        return None;
    }
    let field = |id, name, key: &str| FORM.field(typed, (id, name), frame.t(key));
    Some(EvidenceForm {
        file: FORM.file_field(frame, node, by, id, typed),
        what: field(WHAT, "apa", "case.evidence_what").hint(frame.t("case.evidence_what_help")),
        from: field(FROM, "asal", "case.evidence_from").optional(),
        when: field(WHEN, "kapan", "case.evidence_when").optional(),
    })
}

/// `POST /perkara/{case}/berkas`: adds a file.
pub(super) async fn add(
    page: StaffPage,
    Path(case): Path<String>,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let id = history.id;
    let (fields, uploads) = read_multipart(request, &state, FORM.wanted).await?;
    let mut errors = Vec::new();
    let file = match FORM.received(&page, id, &fields, uploads).await? {
        Ok(Received::Sent(file) | Received::Before(file)) => Some(file),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    match asked(&page.frame, &fields, file.clone(), &mut errors) {
        Some((asked, file)) if errors.is_empty() => {
            Box::pin(FORM.carry_out(page, id, asked, (fields, file))).await
        }
        _ => FORM.refuse(page, history, (fields, errors), file).await,
    }
}

/// What the form asks for, the act it comes to, and its file; nothing without one. What is wrong is
/// added to the errors.
fn asked(
    frame: &PageFrame,
    fields: &Fields,
    file: Option<BlobRef>,
    errors: &mut Vec<FieldError>,
) -> Option<((CaseCommand, CaseAct), BlobRef)> {
    let description = fields.get("apa").to_owned();
    if description.is_empty() {
        errors.push(FieldError::new(WHAT, frame.t("case.evidence_what_write")));
    }
    let mut obtained_at = None;
    if let Some(when) = fields.some("kapan") {
        match local_moment(frame.unit(), &when) {
            Ok(at) => obtained_at = Some(at),
            Err(_) => errors.push(FieldError::new(WHEN, frame.t("error.time_unreadable"))),
        }
    }
    let file = file?;
    let obtained_from = fields.line("asal");
    let act = CaseAct::EvidenceAdded {
        file: file.clone(),
        description: description.clone(),
        obtained_from: obtained_from.clone(),
        obtained_at,
    };
    let command = CaseCommand::AddEvidence {
        file: file.clone(),
        description,
        obtained_from,
        obtained_at,
    };
    Some(((command, act), file))
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
pub(crate) fn words_of(frame: &PageFrame, refusal: &CaseRefusal) -> Option<FieldError> {
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    match refusal {
        CaseRefusal::FileAlreadyThere => at(FILE, "case.evidence_there"),
        CaseRefusal::TooManyFiles { limit } => {
            let max = frame.format().count(i64::from(*limit));
            let words = frame.tf("case.evidence_many", &[("max", &max)]);
            Some(FieldError::new(FILE, words))
        }
        CaseRefusal::InTheFuture { .. } => at(WHEN, "case.evidence_future"),
        CaseRefusal::Text { field, fault } => {
            let id = if *field == "obtained_from" {
                FROM
            } else {
                WHAT
            };
            let words = text_words(frame, *fault, "case.evidence_what_write");
            Some(FieldError::new(id, words))
        }
        _ => None,
    }
}
