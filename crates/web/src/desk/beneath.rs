//! What the pages beneath a case have in common: their head, and what came of the last thing that was sent.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::subject::case::{CaseRefusal, CaseStage};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::handle::case::{CaseChanged, CaseHistory};

use super::case::{moved_words, taken_words};
use crate::extract::{Fields, StaffPage};
use crate::form::FieldError;
use crate::problem::Fault;

/// What the address carries after something was recorded.
pub(super) const RECORDED: &str = "tercatat=ya";

/// What was sent and could not be taken, in words.
#[derive(Default)]
pub(super) struct Typed {
    /// What was typed.
    pub(super) fields: Fields,
    /// What was wrong.
    pub(super) errors: Vec<FieldError>,
    /// The case moved on.
    pub(super) changed: Option<String>,
}

impl Typed {
    /// What was typed into a field of the form that named something, such as a step.
    pub(super) fn value(&self, form: (&str, &str), field: &str) -> &str {
        if self.fields.get(form.0) == form.1 {
            self.fields.get(field)
        } else {
            ""
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        if self.changed.is_some() {
            StatusCode::CONFLICT
        } else if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}

/// The number of a case, as headings say it.
pub(super) fn number_of(history: &CaseHistory) -> String {
    let number = history.case.filed.number.as_ref();
    number.map_or_else(|| history.id.to_string(), ToString::to_string)
}

/// Whether the case is open.
pub(super) fn is_open(history: &CaseHistory) -> bool {
    history.case.stage != CaseStage::Closed
}

/// Leads back to the page beneath a case (its address, and its own part of it) when something was recorded; otherwise
/// the case as it is by then and what was typed, with the words for what stood in the way, which `words` gives at the
/// field to blame.
///
/// # Errors
/// Anything that is not the case's rules or a colleague who was faster.
pub(super) async fn settled(
    page: &StaffPage,
    (id, slug): (CaseId, &str),
    changed: Result<CaseChanged, HandleError>,
    fields: Fields,
    words: impl Fn(&CaseRefusal) -> Option<FieldError>,
) -> Result<Result<Response, (CaseHistory, Typed)>, Fault> {
    let typed = match changed {
        Ok(_) => {
            let to = format!("/perkara/{id}/{slug}?{RECORDED}");
            return Ok(Ok(Redirect::to(&to).into_response()));
        }
        Err(HandleError::Case(refusal)) => match words(&refusal) {
            Some(error) => Typed {
                fields,
                errors: vec![error],
                changed: None,
            },
            None => Typed {
                fields,
                errors: Vec::new(),
                changed: Some(moved_words(&page.frame, &page.node, &refusal).await?),
            },
        },
        Err(HandleError::Conflict { now_with }) => {
            let other = now_with.filter(|officer| *officer != page.staff.id);
            let words = match other {
                Some(officer) => taken_words(&page.frame, &page.node, officer).await?,
                None => page.frame.t("case.changed").to_owned(),
            };
            Typed {
                fields,
                errors: Vec::new(),
                changed: Some(words),
            }
        }
        Err(error) => return Err(error.into()),
    };
    let history = page.node.case_history(&page.staff, id).await?;
    Ok(Err((history, typed)))
}
