//! Opening a case that is shut in an emergency, and the look that somebody else takes at it (S45).

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::access::OpeningEntry;
use pengayom_node::tokens::Scope;
use pengayom_store::CaseCursor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case::OpeningOfCase;
use super::change::{CaseChange, moved, stale};
use super::refused::{at, case_code, refused};
use super::shown::{CaseInList, Named, Shown};
use super::{CaseAt, DecidedOn, PartOf, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::once::once;
use crate::api::query::{next_address, part_of};
use crate::desk::{CaseForm, refusal};
use crate::problem::Fault;
use crate::staff::text_words;

/// Why a case is opened in an emergency.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct OpenInEmergency {
    /// In the officer's words; whoever reviews it reads it.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

/// Opens a case that is shut to the account, in an emergency and for a short time. It is recorded, told to the chief and
/// reviewed by somebody else. Nothing happens to one that is open.
#[utoipa::path(
    post, path = "/cases/{case}/emergency-openings", operation_id = "openInEmergency", tag = "cases",
    params(CaseAt),
    request_body = OpenInEmergency,
    responses((status = 200, description = "It is open now.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn open(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(
        api.staff(Scope::CasesRead)?,
        CaseForm::Emergency.permission(),
    )?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let reason = {
        let mut fields = Fields::new(body.values, &api.frame);
        let reason = fields.needed("reason", TEXT_MAX_CHARS);
        fields.check()?;
        reason
    };
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesRead)?;
        match api.node.open_in_emergency(staff, case, reason).await {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(rule)) => {
                let code = case_code(&rule);
                match (refusal(&api.frame, CaseForm::Emergency, &rule), &rule) {
                    (Some(blamed), CaseRefusal::Text { .. }) => {
                        Err(at("/reason", code, blamed.words))
                    }
                    (Some(blamed), _) => Err(refused(code, blamed.words)),
                    (None, _) => Err(moved(&api, &rule).await?),
                }
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// An opening, for whoever reviews openings.
#[derive(Serialize, ToSchema)]
pub(super) struct OpeningBody {
    /// The case.
    #[schema(format = "uuid")]
    case: String,
    /// Its number.
    #[schema(required)]
    number: Option<String>,
    /// Its kind is kept narrow.
    sensitive: bool,
    /// The station that answers for it.
    #[schema(required)]
    station: Option<Named>,
    opening: OpeningOfCase,
    /// Why it was opened. Empty once it was erased.
    reason: String,
    /// What the one who looked at it wrote.
    #[schema(required)]
    found: Option<String>,
    /// By when it is to be looked at.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// It was not looked at by then.
    late: bool,
    /// The account may look at it: it is not its own and not looked at.
    may_review: bool,
}

fn entry(shown: &Shown<'_>, entry: &OpeningEntry) -> OpeningBody {
    OpeningBody {
        case: entry.case.to_string(),
        number: entry.number.as_ref().map(ToString::to_string),
        sensitive: entry.sensitive,
        station: entry.station.as_ref().map(|code| shown.station(code)),
        opening: OpeningOfCase::of(shown, entry.opening, &entry.opened),
        reason: entry.reason.clone(),
        found: entry.found.clone(),
        due: entry.due,
        late: entry.late,
        may_review: entry.may_review,
    }
}

/// Openings that wait for somebody to look at them, the oldest first.
#[utoipa::path(
    get, path = "/openings", operation_id = "listOpenings", tag = "cases",
    params(PartOf),
    responses((status = 200, description = "The oldest first.", body = Part<OpeningBody>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn waiting(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let openings = api.node.openings_waiting(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("openings/{}", staff.id);
    let openings = openings.iter().map(|one| entry(&shown, one));
    let part = part_of(&api, &list, api.query(), openings)?;
    api.found(&part).map(for_one)
}

/// A place in the list: the case that was the last.
#[derive(Serialize, Deserialize)]
struct After(i64, String);

/// Openings that somebody looked at, the latest case first.
#[utoipa::path(
    get, path = "/openings/reviewed", operation_id = "listReviewedOpenings", tag = "cases",
    params(("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512)),
    responses((status = 200, description = "By case.", body = Part<OpeningBody>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn reviewed(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    require(staff, Permission::ReviewAccess)?;
    let mut query = api.query();
    let paging = query.paging();
    let list = format!("openings/reviewed/{}", staff.id);
    let after: Option<After> = query.place(&api.node, &list, &paging);
    query.finish()?;
    let after = after.and_then(|After(at, case)| {
        Some(CaseCursor {
            filed_at: Timestamp::from_microsecond(at).ok()?,
            case: case.parse().ok()?,
        })
    });
    let page = api.node.openings_reviewed(staff, after).await?;
    let shown = Shown::read(&api, staff).await?;
    let items = page.entries.iter().map(|one| entry(&shown, one)).collect();
    let next = page.next.and_then(|next| {
        let place = After(next.filed_at.as_microsecond(), next.case.to_string());
        next_address(&api, &list, &place)
    });
    api.found(&Part { items, next }).map(for_one)
}

/// Cases that nobody has, because the report is about who had them; the longest wait first.
#[utoipa::path(
    get, path = "/cases/unhanded", operation_id = "listUnhandedCases", tag = "cases",
    params(PartOf),
    responses((status = 200, description = "The longest wait first.", body = Part<CaseInList>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn unhanded(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let rows = api.node.unhanded_cases(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("unhanded/{}", staff.id);
    let part = part_of(&api, &list, api.query(), shown.cases(&rows).into_iter())?;
    api.found(&part).map(for_one)
}

/// What the one who looked at an opening found.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct ReviewOpening {
    /// Whether there was need of it.
    justified: bool,
    /// In words; the chief and oversight read it.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// Says of an opening whether there was need of it. Not by whoever opened it.
#[utoipa::path(
    post, path = "/cases/{case}/openings/{n}/review", operation_id = "reviewOpening", tag = "cases",
    params(
        CaseAt,
        ("n" = u32, Path, description = "Its place in the order they came, from 1.", minimum = 1),
        DecidedOn
    ),
    request_body = ReviewOpening,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn review(
    api: Api,
    Path((case, n)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(api.staff(Scope::CasesWrite)?, Permission::ReviewAccess)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let opening: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let (justified, text) = {
        let mut fields = Fields::new(body.values, &api.frame);
        let justified = fields.flag("justified");
        if justified.is_none() && !fields.has_fault_at("/justified") {
            fields.wrong_by_key("/justified", "required", "access.justified_choose");
        }
        let text = fields.needed("text", TEXT_MAX_CHARS);
        fields.check()?;
        (justified.unwrap_or_default(), text)
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let command = CaseCommand::ReviewOpening {
            opening,
            justified,
            text,
        };
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let done = api
            .node
            .change_case_once(staff, case, seen, command, once)
            .await;
        match done {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(CaseRefusal::Text { fault, .. })) => {
                let words = text_words(&api.frame, fault, "access.review_write");
                Err(at("/text", "text", words))
            }
            Err(HandleError::Case(CaseRefusal::NoSuchOpening)) => Err(Fault::NotFound),
            Err(HandleError::Case(rule @ CaseRefusal::OwnDecision)) => {
                Err(refused(case_code(&rule), api.frame.t("access.review_own")))
            }
            Err(HandleError::Case(rule)) => Err(moved(&api, &rule).await?),
            Err(HandleError::Conflict { now_with }) => {
                Err(stale(&api, staff, case, now_with).await?)
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
