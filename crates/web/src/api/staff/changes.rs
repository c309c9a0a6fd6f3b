//! That something changed, never what it says (server-sent events).

use axum::extract::Path;
use axum::http::header;
use axum::response::Response;
use pengayom_core::value::CaseId;
use pengayom_node::tokens::Scope;

use super::CaseAt;
use crate::api::caller::Api;
use crate::live::{LetIn, stream};
use crate::problem::Fault;

/// Tells of changes as they happen, as server-sent events: `change` with the kind of the act and its place in the order
/// as `id`, and `ping` every ten seconds as a sign of life. What was missed is not told again: ask anew for what you show.
/// It ends when the token does. At most twelve streams for one account.
#[utoipa::path(
    get, path = "/changes", operation_id = "listenToChanges", tag = "staff",
    responses((status = 200, description = "A stream that does not end.", body = String, content_type = "text/event-stream")),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn listen(api: Api) -> Result<Response, Fault> {
    told(api, None).await
}

/// The same of one case.
#[utoipa::path(
    get, path = "/cases/{case}/changes", operation_id = "listenToCase", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "A stream that does not end.", body = String, content_type = "text/event-stream")),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn listen_to_case(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    api.staff(Scope::CasesRead)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    told(api, Some(case)).await
}

async fn told(api: Api, case: Option<CaseId>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?.clone();
    let shown = api.headers().get(header::AUTHORIZATION);
    let shown = shown.and_then(|value| value.to_str().ok()?.split_once(' '));
    let (_, token) = shown.ok_or(Fault::Token)?;
    let let_in = LetIn::Program {
        token: token.trim().to_owned(),
        client: api.context.client().to_owned(),
    };
    stream(api.node, staff, case, (api.frame.lang, let_in)).await
}
