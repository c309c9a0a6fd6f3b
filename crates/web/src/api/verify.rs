//! A receipt held to the unit's log by the server.

use axum::response::Response;
use jiff::Timestamp;
use pengayom_ledger::receipt::Given;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::Api;
use crate::problem::Fault;
use crate::public::receipt::find;

/// Longest receipt, in characters.
const RECEIPT_MAX_CHARS: usize = 256 * 1024;

/// A receipt.
#[derive(ToSchema)]
pub(super) struct NewCheck {
    /// The receipt as it is kept: its JSON or text, the address in its QR code, or what stands in that behind the `#`.
    #[schema(min_length = 1, max_length = 262_144)]
    receipt: String,
}

/// What the server finds. It is the server's word: whoever does not trust it verifies with a program of their own.
#[derive(Serialize, ToSchema)]
pub(super) struct Verdict {
    state: VerdictState,
    /// The number of the report, when the unit's key signed for it.
    #[schema(required)]
    number: Option<String>,
    /// When it was recorded, when the unit's key signed for it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    recorded_at: Option<Timestamp>,
}

/// What became of a receipt.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictState {
    /// Signed by the unit, and in its log.
    Whole,
    /// Signed by the unit; the log has it within minutes.
    Pending,
    /// Signed by another unit's key.
    Foreign,
    /// Signed for a moment that is not here yet.
    Future,
    /// Altered since it was given.
    Altered,
    /// The log does not keep what was promised.
    Log,
}

impl VerdictState {
    fn of(state: &str) -> Option<Self> {
        Some(match state {
            "whole" => Self::Whole,
            "pending" => Self::Pending,
            "foreign" => Self::Foreign,
            "future" => Self::Future,
            "altered" => Self::Altered,
            "log" => Self::Log,
            _ => return None,
        })
    }
}

/// Verifies a receipt. It is a POST because a receipt stands in no address; nothing is recorded.
#[utoipa::path(
    post, path = "/receipts/verify", operation_id = "verifyReceipt",
    request_body = NewCheck,
    responses((status = 200, description = "What the server finds.", body = Verdict))
)]
pub(super) async fn verify(api: Api, body: JsonBody) -> Result<Response, Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let new = NewCheck {
        receipt: fields.needed("receipt", RECEIPT_MAX_CHARS),
    };
    let given = Given::parse(&new.receipt);
    if given.is_err() && !fields.has_fault_at("/receipt") {
        fields.wrong_by_key("/receipt", "unreadable", "verify.unreadable");
    }
    fields.check()?;
    let given = given.map_err(|_| Fault::Internal)?;
    let found = find(&api.node, &given).await?;
    let promise = found.promise.as_ref();
    api.found(&Verdict {
        state: VerdictState::of(found.state).ok_or(Fault::Internal)?,
        number: promise.map(|promise| promise.number.clone()),
        recorded_at: promise.and_then(|promise| Timestamp::from_microsecond(promise.recorded).ok()),
    })
}
