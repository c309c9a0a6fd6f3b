//! Other reports of the same event: suggested, put together, taken apart.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::CaseRefusal;
use pengayom_core::value::{CaseId, CaseNumber};
use pengayom_node::HandleError;
use pengayom_node::handle::same_event::OtherReport;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::known;
use super::change::CaseChange;
use super::progress::{settled, worker};
use super::refused::at;
use super::{CaseAt, DecidedOn, for_one};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::same_event;
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::problem::Fault;

/// Other reports of the same event.
#[derive(Serialize, ToSchema)]
pub(super) struct SameEvent {
    /// The main case, where this one is part of one that the account may read.
    #[schema(required)]
    part_of: Option<OtherCase>,
    /// Cases that are part of this one, as far as the account may read them.
    parts: Vec<OtherCase>,
    /// Reports that may be of the same event, the likeliest first.
    suggested: Vec<OtherCase>,
}

/// Another report.
#[derive(Serialize, ToSchema)]
pub(super) struct OtherCase {
    /// The case.
    #[schema(format = "uuid")]
    id: String,
    /// Its number.
    #[schema(required)]
    number: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    filed_at: Timestamp,
    /// Why it may be the same, in words; null for one that was put together with it.
    #[schema(required)]
    why: Option<String>,
    /// How like they are, from 0 to 1.
    #[schema(required, minimum = 0, maximum = 1)]
    likeness: Option<f64>,
}

fn other(frame: &PageFrame, report: &OtherReport) -> OtherCase {
    OtherCase {
        id: report.id.to_string(),
        number: report.number.as_ref().map(ToString::to_string),
        filed_at: report.filed_at,
        why: report
            .alike
            .as_ref()
            .map(|alike| same_event::why_words(frame, alike)),
        likeness: report.alike.map(|alike| alike.score),
    }
}

/// Other reports that are or may be of the same event. Only those that the account may read.
#[utoipa::path(
    get, path = "/cases/{case}/same-event", operation_id = "showSameEvent", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "What is put together, and what may be.", body = SameEvent)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show_same_event(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let (into, parts) = api.node.put_together(staff, &history).await?;
    let suggested = api.node.same_event(staff, &history).await?;
    let one = |report: &OtherReport| other(&api.frame, report);
    let body = SameEvent {
        part_of: into.as_ref().map(one),
        parts: parts.iter().map(one).collect(),
        suggested: suggested.iter().map(one).collect(),
    };
    api.found(&body).map(for_one)
}

/// Another case, and why they are of one event.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct MergeCase {
    /// Number of the main case.
    #[schema(min_length = 1, max_length = 64)]
    number: String,
    /// Why; no reporter reads it.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

fn merge_words(frame: &PageFrame, rule: &CaseRefusal) -> Option<(&'static str, FieldError)> {
    let error = same_event::words_of(frame, false, rule)?;
    let pointer = match rule {
        CaseRefusal::Text { .. } => "/reason",
        _ => "/number",
    };
    Some((pointer, error))
}

/// Makes the case part of another one: two reports of one event. Both keep number, code and reporter.
#[utoipa::path(
    post, path = "/cases/{case}/merges", operation_id = "mergeCase", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body = MergeCase,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn merge(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let number = fields.needed("number", 64);
    let reason = fields.needed("reason", TEXT_MAX_CHARS);
    fields.check()?;
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        api.node.case_history(staff, case).await?;
        let unknown = || at("/number", "unknown", api.frame.t("same.unknown"));
        let number: CaseNumber = number.parse().map_err(|_| unknown())?;
        let seen = api.wanted_version()?;
        match Box::pin(api.node.merge_case(staff, case, seen, &number, reason)).await {
            Err(HandleError::NotFound(_)) => Err(unknown()),
            merged => settled(&api, staff, case, merged, merge_words).await,
        }
    })
    .await
}

/// Why two reports are taken apart.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct UndoMerge {
    /// Why.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

/// Takes two reports apart again, from either of them.
#[utoipa::path(
    post, path = "/cases/{case}/merges/{other}/undoing", operation_id = "undoMerge", tag = "cases",
    params(CaseAt, ("other" = String, Path, description = "Identifier of the other case.", format = "uuid"), DecidedOn),
    request_body = UndoMerge,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn undo_merge(
    api: Api,
    Path((case, other)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let other: CaseId = other.parse().map_err(|_| Fault::NotFound)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let reason = fields.needed("reason", TEXT_MAX_CHARS);
    fields.check()?;
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let seen = api.wanted_version()?;
        let undone = Box::pin(api.node.unmerge_case(staff, case, seen, other, reason)).await;
        settled(&api, staff, case, undone, merge_words).await
    })
    .await
}
