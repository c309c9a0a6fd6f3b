//! A file that staff add to a case (S13): the form, and what becomes of it.
//!
//! The file is kept while the form is read. When something else in the form is wrong, the page gives
//! back a sealed mark of the file instead of asking for 64 MB once more.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::case::{BlobRef, Case, CaseAct, CaseCommand, CaseRefusal, CaseStage};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::media::{EVIDENCE_MAX_BYTES, PHOTO_MAX_BYTES, Wanted};
use pengayom_node::{HandleError, Node};
use pengayom_store::StoreError;

use super::act::Typed;
use super::case::{case_page, moved_words, read};
use super::file::size_words;
use super::upload::{accept, limit_words, mark, marked, taken};
use crate::extract::{Fields, StaffPage, read_multipart};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::{local_moment, text_words};
use crate::state::AppState;

/// Which files are taken.
const KIND: Wanted = Wanted::Evidence;

/// Identifiers of the fields.
const FILE: &str = "berkas";
const WHAT: &str = "berkas-uraian";
const FROM: &str = "berkas-asal";
const WHEN: &str = "berkas-kapan";

/// The form as the page shows it.
pub(super) struct EvidenceForm {
    /// It stands open.
    pub(super) open: bool,
    /// The file, its kinds and sizes in words.
    pub(super) file: TextField,
    /// Media types for the browser's own choice of files.
    pub(super) accept: String,
    /// Largest size, in bytes, of pictures and of all else; told before anything is sent.
    pub(super) most: [usize; 2],
    /// What is said of a file above it, with `{mb}` to fill in.
    pub(super) too_large: String,
    /// The mark of a file that was received before.
    pub(super) kept: Option<String>,
    /// What it is.
    pub(super) what: TextField,
    /// Where or from whom it was obtained.
    pub(super) from: TextField,
    /// When it was obtained.
    pub(super) when: TextField,
}

/// A form that came back: something in it was wrong, or the case moved on.
#[derive(Default)]
pub(super) struct Sent {
    /// A file of it that was received.
    kept: Option<BlobRef>,
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
    let sent = typed.evidence.as_ref();
    if sent.is_none() && !is_offered(by, case) {
        return None;
    }
    let kept = sent.and_then(|sent| sent.kept.as_ref());
    let field = |id: &'static str, name: &'static str, key: &str| {
        let value = if sent.is_some() {
            typed.fields.get(name)
        } else {
            ""
        };
        let mut field = TextField {
            id,
            name,
            label: frame.t(key).to_owned(),
            value: value.to_owned(),
            ..TextField::default()
        };
        if sent.is_some() {
            field.error = error_at(&typed.errors, id);
        }
        field
    };
    let limits = limit_words(frame, KIND, "case.evidence_file_help", None);
    let mut file = field(FILE, "berkas", "case.evidence_file").hint(match kept {
        Some(kept) => frame.tf("case.evidence_kept", &[("file", &size_words(frame, kept))]),
        None => limits,
    });
    file.optional = kept.is_some();
    Some(EvidenceForm {
        open: sent.is_some(),
        file,
        accept: accept(KIND),
        most: [PHOTO_MAX_BYTES, EVIDENCE_MAX_BYTES],
        too_large: frame.tf("case.evidence_large", &[("mb", "{mb}")]),
        kept: kept.map(|kept| mark(node, by, id, KIND, &kept.sha256)),
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
    let (fields, uploads) = read_multipart(request, &state, KIND).await?;
    let mut errors = Vec::new();
    let file = match taken(&page.frame, KIND, uploads) {
        Ok(Some(file)) => Some(file),
        Ok(None) => {
            let text = fields.get("diterima");
            let file = marked(&page.node, &page.staff, id, KIND, text).await?;
            if file.is_none() {
                let key = if text.is_empty() {
                    "case.evidence_choose"
                } else {
                    "case.evidence_lost"
                };
                errors.push(FieldError::new(FILE, page.frame.t(key)));
            }
            file
        }
        Err(words) => {
            errors.push(FieldError::new(FILE, words));
            None
        }
    };
    let command = command(&page.frame, &fields, file.clone(), &mut errors);
    let refused = |fields: Fields, errors, kept| Typed {
        fields,
        errors,
        evidence: Some(Sent { kept }),
        ..Typed::default()
    };
    let Some(command) = command.filter(|_| errors.is_empty()) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return case_page(page, status, history, None, refused(fields, errors, file)).await;
    };
    let added = page
        .node
        .change_case(&page.staff, id, None, command.clone(), None)
        .await;
    let done = || Redirect::to(&format!("/perkara/{id}#h-foto")).into_response();
    let Err(error) = added else {
        return Ok(done());
    };
    let history = page.node.case_history(&page.staff, id).await?;
    if was_added(&page.staff, &command, &history.acts) {
        // Sent twice: the first time did it.
        return Ok(done());
    }
    let (status, words, errors, kept) = match &error {
        HandleError::Case(refusal) => match words_of(&page.frame, refusal) {
            Some(error) => {
                let stays = error.id != FILE;
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                (status, None, vec![error], file.filter(|_| stays))
            }
            None => {
                let words = moved_words(&page, refusal).await?;
                (StatusCode::CONFLICT, Some(words), Vec::new(), file)
            }
        },
        HandleError::Store(StoreError::Missing { .. }) => {
            let error = FieldError::new(FILE, page.frame.t("case.evidence_lost"));
            (StatusCode::UNPROCESSABLE_ENTITY, None, vec![error], None)
        }
        HandleError::Conflict { .. } => {
            let words = page.frame.t("case.changed").to_owned();
            (StatusCode::CONFLICT, Some(words), Vec::new(), file)
        }
        _ => return Err(error.into()),
    };
    let typed = refused(fields, errors, kept);
    case_page(page, status, history, words, typed).await
}

/// What the form asks for; nothing without a file. What is wrong is added to the errors.
fn command(
    frame: &PageFrame,
    fields: &Fields,
    file: Option<BlobRef>,
    errors: &mut Vec<FieldError>,
) -> Option<CaseCommand> {
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
    Some(CaseCommand::AddEvidence {
        file: file?,
        description,
        obtained_from: fields.line("asal"),
        obtained_at,
    })
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
fn words_of(frame: &PageFrame, refusal: &CaseRefusal) -> Option<FieldError> {
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

/// Whether this officer added this very file with these words before.
fn was_added(by: &Staff, command: &CaseCommand, acts: &[Act]) -> bool {
    let CaseCommand::AddEvidence {
        file,
        description,
        obtained_from,
        obtained_at,
    } = command
    else {
        return false;
    };
    acts.iter().any(|act| {
        act.actor.officer() == Some(by.id)
            && act.payload
                == Payload::Case(CaseAct::EvidenceAdded {
                    file: file.clone(),
                    description: description.clone(),
                    obtained_from: obtained_from.clone(),
                    obtained_at: *obtained_at,
                })
    })
}
