//! Whom other programs have told of what is recorded, and what is sent to them.

use async_trait::async_trait;
use jiff::Timestamp;
use pengayom_core::value::UnitId;
use uuid::Uuid;

use crate::StoreError;

/// How long what was sent, or given up, is still listed, in days.
pub const DELIVERY_KEPT_DAYS: i64 = 30;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Identifier.
    pub id: Uuid,
    /// Where it is sent.
    pub address: String,
    /// Words of the subjects whose acts are told, such as `case`.
    pub kinds: Vec<String>,
    /// The secret that signs what is sent; the store cannot read it.
    pub sealed: Vec<u8>,
    /// Identifier of the token it was made with; `None`: the command line.
    pub token: Option<Uuid>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often in a row nothing arrived.
    pub failures: u32,
    /// Since when nothing arrives.
    pub failing_since: Option<Timestamp>,
    /// Not before then is anything sent.
    pub retry_at: Option<Timestamp>,
    /// Since when nothing is sent any more.
    pub disabled_at: Option<Timestamp>,
    /// Why, as a word.
    pub disabled_why: Option<String>,
}

/// An act as it is told to other programs: what changed, never what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldAct {
    /// Identifier of the act.
    pub id: Uuid,
    /// Its stored name, such as `case.case_taken`.
    pub kind: String,
    /// The subject's word.
    pub subject_kind: String,
    /// The subject's identifier.
    pub subject_id: Uuid,
    /// Its place in the subject's history.
    pub version: u32,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Something to send, or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Place of the act in the unit's order.
    pub sequence: i64,
    /// The act.
    pub act: ToldAct,
    /// When it is tried next; `None`: it was delivered or given up.
    pub due_at: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// When it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// The last status of an answer.
    pub status: Option<u16>,
    /// What was wrong last, as a word.
    pub fault: Option<String>,
}

/// What trying to send something came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// When.
    pub at: Timestamp,
    /// It arrived.
    pub delivered: bool,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What was wrong, as a word without an address.
    pub fault: Option<String>,
    /// When this is tried again; `None` once it was delivered or is given up.
    pub again_at: Option<Timestamp>,
    /// Not before then is anything else sent to the same webhook.
    pub pause_until: Option<Timestamp>,
    /// Nothing is sent any more, for this reason.
    pub disable: Option<String>,
}

/// Webhooks. A part of [`crate::Store`].
///
/// # Errors
/// Every method fails with [`StoreError`].
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// Keeps a new webhook: from the next act on it is told. Refused with `Taken` when there are `most`
    /// already.
    async fn add_webhook(
        &self,
        unit: &UnitId,
        webhook: &WebhookRow,
        most: u32,
    ) -> Result<(), StoreError>;

    /// All webhooks, the oldest first.
    async fn webhooks(&self, unit: &UnitId) -> Result<Vec<WebhookRow>, StoreError>;

    /// Drops a webhook with everything that waits for it. Says whether there was one.
    async fn drop_webhook(&self, unit: &UnitId, id: Uuid) -> Result<bool, StoreError>;

    /// Sends to a webhook again that was disabled, or was failing. What was given up stays so. Says
    /// whether there is such a webhook.
    async fn enable_webhook(&self, unit: &UnitId, id: Uuid) -> Result<bool, StoreError>;

    /// Takes the next thing to send that is due. Nothing else is sent to the same webhook until it is said
    /// what this came to, or the lease runs out.
    async fn take_delivery(
        &self,
        unit: &UnitId,
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<(WebhookRow, DeliveryRow)>, StoreError>;

    /// Notes what trying to send something came to. When it disables the webhook, everything that waits
    /// for it is given up.
    async fn note_delivery(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        sequence: i64,
        tried: Tried,
    ) -> Result<(), StoreError>;

    /// What was sent and waits to be sent, the latest act first, before a place; at most `limit`, see
    /// [`crate::PAGE_MAX`].
    async fn deliveries(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError>;

    /// Sends something once more, whatever came of it before. Says whether it is still listed.
    async fn redeliver(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        sequence: i64,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
}
