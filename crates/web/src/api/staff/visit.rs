//! People who stand at the front desk of the account's station.

use axum::body::Bytes as Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use pengayom_core::subject::visit::order::Turn;
use pengayom_core::subject::visit::{VisitCommand, VisitRefusal};
use pengayom_core::value::{OfficerId, VisitId};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::visit::Joining;
use pengayom_node::tokens::Scope;
use pengayom_store::VisitRow;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::refused::{at, refused, visit_code};
use super::shown::{Named, Officer, Shown};
use super::{DecidedOn, NOTHING, command_of, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::document::BASE;
use crate::api::once::once;
use crate::desk::people::{reason, ticket};
use crate::problem::Fault;
use crate::staff::Names;

/// The visit of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct VisitAt {
    /// Identifier of the visit.
    #[param(format = "uuid")]
    visit: String,
}

/// Somebody who came to the front desk. Nothing says who they are.
#[derive(Serialize, ToSchema)]
pub(super) struct VisitBody {
    /// Names the visit.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// What stands on the ticket, such as `A17`.
    ticket: String,
    /// What they came for. Lists do not say a need that is kept narrow; null too when they do not know.
    #[schema(required)]
    need: Option<Named>,
    /// Somebody is in danger.
    danger: bool,
    /// Why they go first.
    #[schema(required)]
    priority: Option<Named>,
    /// Why they stand where they stand, in words.
    order_reason: String,
    /// When they came.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    /// Until when the ticket works.
    #[schema(value_type = String, format = DateTime)]
    open_until: Timestamp,
    /// When they were called.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    called_at: Option<Timestamp>,
    /// Who serves them.
    #[schema(required)]
    called_by: Option<Officer>,
    /// How the visit ended: a code of `/words`, or `lapsed`.
    #[schema(required)]
    ended: Option<String>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Timestamp>,
    /// How many are called before them; null for one who does not wait.
    #[schema(required)]
    ahead: Option<usize>,
}

impl VisitBody {
    fn of(shown: &Shown<'_>, row: &VisitRow, ahead: Option<usize>, listed: bool) -> Self {
        let desk = shown.frame.unit().pack.desk();
        let need = row.need.as_deref().filter(|_| !(listed && row.sensitive));
        let need = need.map(|code| Named {
            code: code.to_owned(),
            name: desk
                .need(code)
                .map_or(code, |need| shown.frame.say(&need.name))
                .to_owned(),
        });
        let priority = row.priority.as_deref().map(|code| Named {
            code: code.to_owned(),
            name: desk
                .priority(code)
                .map_or(code, |known| shown.frame.say(&known.name))
                .to_owned(),
        });
        Self {
            id: row.id.to_string(),
            version: row.version,
            ticket: ticket(shown.frame, row),
            need,
            danger: row.turn == Turn::Danger,
            priority,
            order_reason: reason(shown.frame, row),
            joined_at: row.joined_at,
            open_until: row.open_until,
            called_at: row.called_at,
            called_by: row.called_by.map(|id| shown.officer(id)),
            ended: row.ended.clone(),
            ended_at: row.ended_at,
            ahead,
        }
    }
}

/// The people at a front desk; no more than 500 are let in.
#[derive(Serialize, ToSchema)]
pub(super) struct VisitsBody {
    /// Who waits, in the order to call them.
    waiting: Vec<VisitBody>,
    /// Who is served, the longest first.
    served: Vec<VisitBody>,
}

/// People at the front desk of the account's station.
#[utoipa::path(
    get, path = "/desk/visits", operation_id = "listVisits", tag = "desk",
    responses((status = 200, description = "Who waits and who is served.", body = VisitsBody)),
    security(("token" = ["desk"]))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    let queue = api.node.desk_queue(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let waiting = queue.waiting.iter().enumerate();
    let body = VisitsBody {
        waiting: waiting
            .map(|(ahead, row)| VisitBody::of(&shown, row, Some(ahead), true))
            .collect(),
        served: queue
            .served
            .iter()
            .map(|row| VisitBody::of(&shown, row, None, true))
            .collect(),
    };
    api.found(&body).map(for_one)
}

/// A visit to the front desk of the account's station.
#[utoipa::path(
    get, path = "/desk/visits/{visit}", operation_id = "getVisit", tag = "desk",
    params(VisitAt),
    responses((status = 200, description = "The visit.", body = VisitBody,
        headers(("ETag" = String, description = "Its version, for `If-Match`.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api, Path(visit): Path<String>) -> Result<Response, Fault> {
    api.staff(Scope::Desk)?;
    let visit: VisitId = visit.parse().map_err(|_| Fault::NotFound)?;
    let body = read(&api, visit).await?;
    api.found_version(body.version, &body).map(for_one)
}

async fn read(api: &Api, visit: VisitId) -> Result<VisitBody, Fault> {
    let staff = api.staff(Scope::Desk)?;
    let row = api.node.visit_at_desk(staff, visit).await?;
    let queue = api.node.desk_queue(staff).await?;
    let ahead = queue.waiting.iter().position(|known| known.id == row.id);
    let shown = Shown::read(api, staff).await?;
    Ok(VisitBody::of(&shown, &row, ahead, false))
}

/// The answer to a change of a visit: what is known of it after that.
async fn changed(api: &Api, visit: VisitId) -> Result<Response, Fault> {
    let body = read(api, visit).await?;
    api.changed(body.version, &body).map(for_one)
}

/// Somebody who comes to the front desk.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NewVisit {
    /// What they come for, a code of `/words`; null: they do not know.
    #[schema(required, max_length = 200)]
    need: Option<String>,
    /// Why they go first, a code of `/words`.
    #[schema(max_length = 200)]
    priority: Option<String>,
}

/// Puts somebody into the queue of the front desk and gives them a ticket.
#[utoipa::path(
    post, path = "/desk/visits", operation_id = "joinQueue", tag = "desk",
    request_body = NewVisit,
    responses((status = 201, description = "They have a ticket, now or by the same request before.", body = VisitBody,
        headers(("Location" = String, description = "Address of the visit.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn join(api: Api, body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    let bytes = body.bytes.clone();
    let (need, priority) = {
        let said = body.values.contains_key("need");
        let mut fields = Fields::new(body.values, &api.frame);
        let need = fields.text("need", 200);
        let priority = fields.text("priority", 200);
        if !said {
            fields.wrong_by_key("/need", "required", "visit.need_choose");
        }
        fields.check()?;
        (need, priority)
    };
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let joining = Joining {
            command: command_of(&api)?,
            need,
            priority,
            simulated: false,
        };
        let visit = match api.node.join_queue(staff, joining).await {
            Ok(visit) => visit,
            Err(HandleError::Visit(rule)) => return Err(not_joined(&api, &rule)),
            Err(error) => return Err(error.into()),
        };
        let body = read(&api, visit).await?;
        let address = format!("{BASE}/desk/visits/{visit}");
        api.created(Some(&address), &body).map(for_one)
    })
    .await
}

fn not_joined(api: &Api, rule: &VisitRefusal) -> Fault {
    let code = visit_code(rule);
    match rule {
        VisitRefusal::NotInPack { field: "need", .. } => {
            at("/need", code, api.frame.t("visit.need_choose"))
        }
        VisitRefusal::NotInPack { .. } => at("/priority", code, api.frame.t("visit.first_choose")),
        VisitRefusal::QueueFull { limit } => {
            let n = api.frame.format().count(i64::from(*limit));
            refused(code, api.frame.tf("visit.full", &[("n", &n)]))
        }
        _ => refused(code, api.frame.t("visit.moved")),
    }
}

/// Calls who is next: danger first, then who goes first, then by arrival.
#[utoipa::path(
    post, path = "/desk/visits/next", operation_id = "callNext", tag = "desk",
    responses(
        (status = 200, description = "The account serves them.", body = VisitBody),
        (status = 204, description = "Nobody waits."),
    ),
    security(("token" = ["desk"]))
)]
pub(super) async fn next(api: Api) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    once(api, NOTHING, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let once = once_of(&api, NOTHING)?;
        match api.node.call_next_once(staff, once).await? {
            Some(visit) => changed(&api, visit).await,
            None => Ok(StatusCode::NO_CONTENT.into_response()),
        }
    })
    .await
}

/// How a visit ends.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct EndVisit {
    /// A code of `/words`. Nobody was served who was not called.
    #[schema(min_length = 1, max_length = 200)]
    ended: String,
}

/// Ends a visit.
#[utoipa::path(
    post, path = "/desk/visits/{visit}/end", operation_id = "endVisit", tag = "desk",
    params(VisitAt, DecidedOn),
    request_body = EndVisit,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = VisitBody,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn end(
    api: Api,
    Path(visit): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    let bytes = body.bytes.clone();
    let ended = needed(&api, body, "ended")?;
    change(api, visit, bytes, VisitCommand::End { ended }).await
}

/// Lets somebody who was called wait again, where they stood.
#[utoipa::path(
    post, path = "/desk/visits/{visit}/put-back", operation_id = "putBack", tag = "desk",
    params(VisitAt, DecidedOn),
    responses((status = 200, description = "They wait again.", body = VisitBody,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn put_back(api: Api, Path(visit): Path<String>) -> Result<Response, Fault> {
    change(api, visit, Body::new(), VisitCommand::PutBack).await
}

/// Somebody whom a colleague serves.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct TakeVisitOver {
    /// Identifier of the colleague's account, as the asker saw it.
    #[schema(format = "uuid", min_length = 1, max_length = 200)]
    from: String,
}

/// Goes on with somebody in the place of a colleague.
#[utoipa::path(
    post, path = "/desk/visits/{visit}/take-over", operation_id = "takeVisitOver", tag = "desk",
    params(VisitAt, DecidedOn),
    request_body = TakeVisitOver,
    responses((status = 200, description = "The account serves them.", body = VisitBody,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn take_over(
    api: Api,
    Path(visit): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    let bytes = body.bytes.clone();
    let from = needed(&api, body, "from")?;
    let Ok(from) = from.parse::<OfficerId>() else {
        return Err(at("/from", "unknown", api.frame.t("error.word_unknown")));
    };
    change(api, visit, bytes, VisitCommand::TakeOver { from }).await
}

/// The one member of a body, for an account that serves a desk.
fn needed(api: &Api, body: JsonBody, name: &str) -> Result<String, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    let mut fields = Fields::new(body.values, &api.frame);
    let text = fields.needed(name, 200);
    fields.check()?;
    Ok(text)
}

async fn change(
    api: Api,
    visit: String,
    asked: Body,
    command: VisitCommand,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    let visit: VisitId = visit.parse().map_err(|_| Fault::NotFound)?;
    let bytes = asked.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let seen = api.wanted_version()?;
        let once = once_of(&api, &asked)?;
        let done = api
            .node
            .change_visit_once(staff, visit, seen, command, once)
            .await;
        match done {
            Ok(()) => changed(&api, visit).await,
            Err(HandleError::Visit(rule)) => Err(why_not(&api, &rule).await?),
            Err(HandleError::Conflict { .. }) if seen.is_some() => {
                let version = api.node.visit_at_desk(staff, visit).await?.version;
                Err(Fault::Precondition { version })
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

async fn why_not(api: &Api, rule: &VisitRefusal) -> Result<Fault, Fault> {
    let code = visit_code(rule);
    Ok(match rule {
        VisitRefusal::NotInPack { .. } | VisitRefusal::NotCalled => {
            at("/ended", code, api.frame.t("visit.end_choose"))
        }
        VisitRefusal::WithAnotherOfficer { officer } => {
            let name = Names::read(&api.node).await?.of(&api.frame, *officer);
            refused(code, api.frame.tf("desk.taken", &[("name", &name)]))
        }
        _ => refused(code, api.frame.t("visit.moved")),
    })
}
