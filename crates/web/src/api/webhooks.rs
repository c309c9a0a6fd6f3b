//! Webhooks: who is told that something was recorded (`docs/feeds.md`).

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use pengayom_node::webhooks::{ADDRESS_MAX_CHARS, KINDS, WebhookError};
use pengayom_store::webhooks::{DeliveryRow, WebhookRow};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::{Fields, JsonBody};
use super::caller::Api;
use super::cursor::Part;
use super::document::BASE;
use super::once::once;
use super::query::{next_address, part_of};
use crate::problem::{Fault, FieldFault};

/// What a webhook listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WebhookKind {
    Case,
    Encounter,
    Outage,
    Visit,
}

impl WebhookKind {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "case" => Some(Self::Case),
            "encounter" => Some(Self::Encounter),
            "outage" => Some(Self::Outage),
            "visit" => Some(Self::Visit),
            _ => None,
        }
    }
}

/// Whether what is sent to a webhook arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WebhookState {
    /// It does.
    Works,
    /// Not at the moment; it is tried again.
    Failing,
    /// Nothing is sent any more.
    Disabled,
}

/// A webhook.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Webhook {
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// Where it is sent.
    address: String,
    /// What it listens to.
    kinds: Vec<WebhookKind>,
    state: WebhookState,
    /// Why it is disabled: `failing`, `gone`, `secret` or `token`.
    #[schema(required)]
    disabled_why: Option<String>,
    /// Since when nothing arrives.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A webhook just made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct MadeWebhook {
    #[serde(flatten)]
    webhook: Webhook,
    /// What signs each message, as Standard Webhooks writes it. Shown here and nowhere else.
    secret: String,
}

/// A webhook to make.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is described; the body is read field by field")]
pub(super) struct NewWebhook {
    /// Where it is sent: http or https, not this node and not a private network.
    #[schema(min_length = 1, max_length = 1000)]
    address: String,
    /// What it listens to.
    #[schema(min_items = 1, max_items = 4)]
    kinds: Vec<WebhookKind>,
}

/// That something is sent to a webhook again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is described; the body is read field by field")]
pub(super) struct EnabledWebhook {
    /// False: it is not disabled any more.
    disabled: bool,
}

/// What is sent once more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is described; the body is read field by field")]
pub(super) struct Again {
    /// The delivery's `sequence`.
    sequence: i64,
}

/// What was sent, or waits to be sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// Place of the act in the unit's order; names the delivery.
    sequence: i64,
    /// What happened, such as `case.case_taken`.
    kind: String,
    /// How often it was tried.
    attempts: u32,
    /// When it is tried next; null once it was delivered or given up.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    due_at: Option<Timestamp>,
    #[schema(required, value_type = Option<String>, format = DateTime)]
    delivered_at: Option<Timestamp>,
    /// The last status of an answer.
    #[schema(required)]
    status: Option<u16>,
    /// What was wrong last, as a word.
    #[schema(required)]
    fault: Option<String>,
}

impl From<&WebhookRow> for Webhook {
    fn from(row: &WebhookRow) -> Self {
        let kinds = row.kinds.iter();
        Self {
            id: row.id,
            address: row.address.clone(),
            kinds: kinds.filter_map(|kind| WebhookKind::parse(kind)).collect(),
            state: match (row.disabled_at, row.failing_since) {
                (Some(_), _) => WebhookState::Disabled,
                (None, Some(_)) => WebhookState::Failing,
                (None, None) => WebhookState::Works,
            },
            disabled_why: row.disabled_why.clone(),
            failing_since: row.failing_since,
            created_at: row.created_at,
        }
    }
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            sequence: row.sequence,
            kind: row.act.kind,
            attempts: row.attempts,
            due_at: row.due_at,
            delivered_at: row.delivered_at,
            status: row.status,
            fault: row.fault,
        }
    }
}

/// The webhooks that the asker keeps: those made with its token, and all for whoever keeps accounts.
async fn own(api: &Api) -> Result<Vec<WebhookRow>, Fault> {
    let staff = api.staff(Scope::Webhooks)?;
    let all = staff.may(Permission::KeepAccounts);
    let token = api.bearer.as_ref().map(|bearer| bearer.id);
    let mut rows = api.node.webhooks().await?;
    rows.retain(|row| all || row.token == token);
    Ok(rows)
}

async fn one(api: &Api, id: &str) -> Result<WebhookRow, Fault> {
    let rows = own(api).await?;
    let id = id.parse::<Uuid>().map_err(|_| Fault::NotFound)?;
    let mut rows = rows.into_iter();
    rows.find(|row| row.id == id).ok_or(Fault::NotFound)
}

/// The webhooks made with this token; all for whoever keeps accounts.
#[utoipa::path(
    get, path = "/webhooks", operation_id = "listWebhooks", security(("token" = ["webhooks"])),
    params(
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as `next` says.", max_length = 512),
    ),
    responses((status = 200, description = "Part of the list, the oldest first.", body = Part<Webhook>))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let rows = own(&api).await?;
    let part = part_of(
        &api,
        "webhooks",
        api.query(),
        rows.iter().map(Webhook::from),
    )?;
    api.found(&part)
}

/// Makes a webhook: from the next act on it is told of what it listens to. Messages are signed as Standard Webhooks
/// has it, and say what changed, never what it says: ask the API for that.
#[utoipa::path(
    post, path = "/webhooks", operation_id = "addWebhook", security(("token" = ["webhooks"])),
    request_body = NewWebhook,
    responses((status = 201, description = "Made. The secret is shown once.", body = MadeWebhook))
)]
pub(super) async fn add(api: Api, body: JsonBody) -> Result<Response, Fault> {
    api.staff(Scope::Webhooks)?;
    let given = body.values.get("kinds").cloned();
    let mut fields = Fields::new(body.values, &api.frame);
    let address = fields.needed("address", ADDRESS_MAX_CHARS);
    let words = given.as_ref().and_then(Value::as_array);
    let words = words.filter(|words| (1..=KINDS.len()).contains(&words.len()));
    let kinds: Option<Vec<String>> = words.and_then(|words| {
        let known = words.iter().map(|word| {
            let word = word.as_str()?;
            WebhookKind::parse(word).map(|_| word.to_owned())
        });
        known.collect()
    });
    if kinds.is_none() {
        fields.wrong_by_key("/kinds", "unknown", "error.word_unknown");
    }
    fields.check()?;
    let kinds = kinds.unwrap_or_default();
    once(api, &body.bytes, async move |api: Arc<Api>| {
        let staff = api.staff(Scope::Webhooks)?;
        let token = api.bearer.as_ref().map(|bearer| bearer.id);
        let made = api
            .node
            .add_webhook_for(staff, token, &address, kinds)
            .await;
        let made = made.map_err(|error| refused(&api, error))?;
        let answer = MadeWebhook {
            webhook: Webhook::from(&made.row),
            secret: made.secret,
        };
        api.created(Some(&format!("{BASE}/webhooks/{}", made.row.id)), &answer)
    })
    .await
}

fn refused(api: &Api, error: WebhookError) -> Fault {
    let field = |pointer: &str, key: &str| {
        let words = api.frame.t(key).to_owned();
        Fault::Fields(vec![FieldFault::field(pointer, "refused", words)])
    };
    match error {
        WebhookError::Address(_) | WebhookError::AddressForm => {
            field("/address", "error.webhook_address")
        }
        WebhookError::Kind(_) | WebhookError::NoKind => field("/kinds", "error.word_unknown"),
        WebhookError::TooMany => Fault::Refused {
            code: "too-many-webhooks",
            words: api.frame.t("error.webhooks_many").to_owned(),
        },
        WebhookError::Handle(error) => error.into(),
    }
}

/// One webhook.
#[utoipa::path(
    get, path = "/webhooks/{id}", operation_id = "getWebhook", security(("token" = ["webhooks"])),
    params(("id" = String, Path, description = "Its identifier.")),
    responses((status = 200, description = "The webhook.", body = Webhook))
)]
pub(super) async fn show(Path(id): Path<String>, api: Api) -> Result<Response, Fault> {
    let row = one(&api, &id).await?;
    api.found(&Webhook::from(&row))
}

/// Removes a webhook, with what waits for it.
#[utoipa::path(
    delete, path = "/webhooks/{id}", operation_id = "removeWebhook", security(("token" = ["webhooks"])),
    params(("id" = String, Path, description = "Its identifier.")),
    responses((status = 204, description = "Removed."))
)]
pub(super) async fn remove(Path(id): Path<String>, api: Api) -> Result<Response, Fault> {
    let row = one(&api, &id).await?;
    api.node.drop_webhook(row.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Sends to a webhook again that was disabled, or pauses.
#[utoipa::path(
    patch, path = "/webhooks/{id}", operation_id = "enableWebhook", security(("token" = ["webhooks"])),
    params(("id" = String, Path, description = "Its identifier.")),
    request_body = EnabledWebhook,
    responses((status = 200, description = "The webhook as it stands.", body = Webhook))
)]
pub(super) async fn enable(
    Path(id): Path<String>,
    api: Api,
    body: JsonBody,
) -> Result<Response, Fault> {
    let row = one(&api, &id).await?;
    let mut fields = Fields::new(body.values, &api.frame);
    if fields.flag("disabled") != Some(false) && !fields.has_fault_at("/disabled") {
        fields.wrong_by_key("/disabled", "unknown", "error.word_unknown");
    }
    fields.check()?;
    api.node.enable_webhook(row.id).await?;
    let row = one(&api, &row.id.to_string()).await?;
    Ok(Json(Webhook::from(&row)).into_response())
}

/// What was sent to a webhook and waits to be sent. What was delivered or given up is listed for 30 days.
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", operation_id = "listDeliveries", security(("token" = ["webhooks"])),
    params(
        ("id" = String, Path, description = "The webhook's identifier."),
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as `next` says.", max_length = 512),
    ),
    responses((status = 200, description = "Part of the list, the latest act first.", body = Part<Delivery>))
)]
pub(super) async fn deliveries(Path(id): Path<String>, api: Api) -> Result<Response, Fault> {
    let row = one(&api, &id).await?;
    let list = format!("webhooks/{}", row.id);
    let mut query = api.query();
    let paging = query.paging();
    let before: Option<i64> = query.place(&api.node, &list, &paging);
    query.finish()?;
    let node = &api.node;
    let mut rows = node
        .webhook_deliveries(row.id, before, paging.limit + 1)
        .await?;
    let limit = usize::try_from(paging.limit).unwrap_or(1);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.sequence);
    let part = Part {
        next: last.and_then(|last| next_address(&api, &list, &last)),
        items: rows.into_iter().map(Delivery::from).collect(),
    };
    api.found(&part)
}

/// Sends something once more, whatever came of it before.
#[utoipa::path(
    post, path = "/webhooks/{id}/deliveries", operation_id = "redeliver", security(("token" = ["webhooks"])),
    params(("id" = String, Path, description = "The webhook's identifier.")),
    request_body = Again,
    responses((status = 202, description = "It is sent as soon as the webhook takes something."))
)]
pub(super) async fn redeliver(
    Path(id): Path<String>,
    api: Api,
    body: JsonBody,
) -> Result<Response, Fault> {
    let row = one(&api, &id).await?;
    let sequence = body.values.get("sequence").and_then(Value::as_i64);
    let mut fields = Fields::new(body.values, &api.frame);
    if sequence.is_none() {
        fields.wrong_by_key("/sequence", "required", "error.json_number");
    }
    fields.check()?;
    let sequence = sequence.unwrap_or_default();
    once(api, &body.bytes, async move |api: Arc<Api>| {
        api.node.redeliver(row.id, sequence).await?;
        Ok(StatusCode::ACCEPTED.into_response())
    })
    .await
}
