//! The receipt of a report taken at the desk.

use axum::extract::Path;
use axum::response::Response;
use pengayom_core::value::{CaseId, SecretDigits};
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CaseAt, for_one, require};
use crate::api::caller::Api;
use crate::api::receipt::ReceiptBody;
use crate::desk::with_secret;
use crate::problem::Fault;
use crate::public::receipt::card;

/// What is handed to whoever reported.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskReceipt {
    /// The number of the report.
    tracking_code: String,
    /// The secret digits, for a day after the account itself took the report; afterwards nobody has them but the reporter.
    #[schema(required, pattern = "^[0-9]{12}$")]
    secret: Option<String>,
    /// Address at which the report is followed.
    address: String,
    /// What proves that it was recorded; null where the log is not kept.
    #[schema(required)]
    receipt: Option<ReceiptBody>,
}

/// The receipt to hand over.
#[utoipa::path(
    get, path = "/cases/{case}/receipt", operation_id = "getDeskReceipt", tag = "desk",
    params(CaseAt),
    responses((status = 200, description = "What the reporter keeps.", body = DeskReceipt)),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::TakeReport)?;
    let id: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let (case, secret) = with_secret(&api.node, staff, id).await?;
    let number = case.filed.number.as_ref().ok_or(Fault::NotFound)?;
    let card = card::card(&api.context, id, case.sensitive).await?;
    let body = DeskReceipt {
        tracking_code: number.to_string(),
        secret: secret.map(|secret: SecretDigits| secret.plain()),
        address: format!("{}/lacak/{number}", api.context.site()),
        receipt: card.map(|card| ReceiptBody::from(card.receipt)),
    };
    api.found(&body).map(for_one)
}
