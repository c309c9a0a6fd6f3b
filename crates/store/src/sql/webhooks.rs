//! Webhooks, on either engine.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::UnitId;
use uuid::Uuid;

use super::SqlStore;
use super::ask::unfit;
use super::beside;
use super::engine::{Connection, Row};
use super::map::beside::roles_text;
use super::map::{count, damaged, get, maybe_moment, moment, stored};
use super::query::Query;
use super::read::{push_limit, select};
use super::value::Value;
use super::writer::Answer;
use crate::error::StoreError;
use crate::webhooks::{DELIVERY_KEPT_DAYS, DeliveryRow, ToldAct, Tried, WebhookRow, WebhookStore};

const COLUMNS: &[&str] = &[
    "id",
    "address",
    "kinds",
    "sealed",
    "token",
    "created_at",
    "failures",
    "failing_since",
    "retry_at",
    "disabled_at",
    "disabled_why",
];

/// A delivery with its act.
const DELIVERY: &str = "SELECT webhook_deliveries.seq, due_at, attempts, tried_at, delivered_at, status, \
     fault, acts.id AS act, acts.kind, acts.subject_kind, acts.subject_id, acts.version, acts.recorded_at \
     FROM webhook_deliveries JOIN acts ON acts.unit = webhook_deliveries.unit \
     AND acts.seq = webhook_deliveries.seq WHERE webhook_deliveries.unit = ";

/// What is changed.
#[derive(Debug)]
pub(super) enum What {
    Add {
        webhook: WebhookRow,
        most: u32,
    },
    Drop(Uuid),
    Enable(Uuid),
    Take {
        at: Timestamp,
        lease_seconds: u32,
    },
    Note {
        webhook: Uuid,
        sequence: i64,
        tried: Tried,
    },
    Redeliver {
        webhook: Uuid,
        sequence: i64,
        at: Timestamp,
    },
}

fn read(row: &Row) -> Result<WebhookRow, StoreError> {
    Ok(WebhookRow {
        id: get(row, "id")?,
        address: get(row, "address")?,
        kinds: serde_json::from_str(get(row, "kinds")?)
            .map_err(|_| damaged("kinds", "no list of words"))?,
        sealed: get::<&[u8]>(row, "sealed")?.to_vec(),
        token: get(row, "token")?,
        created_at: moment(row, "created_at")?,
        failures: count(row, "failures")?,
        failing_since: maybe_moment(row, "failing_since")?,
        retry_at: maybe_moment(row, "retry_at")?,
        disabled_at: maybe_moment(row, "disabled_at")?,
        disabled_why: get(row, "disabled_why")?,
    })
}

fn read_delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let status = get::<Option<i64>>(row, "status")?;
    Ok(DeliveryRow {
        sequence: get(row, "seq")?,
        act: ToldAct {
            id: get(row, "act")?,
            kind: get(row, "kind")?,
            subject_kind: get(row, "subject_kind")?,
            subject_id: get(row, "subject_id")?,
            version: count(row, "version")?,
            recorded_at: moment(row, "recorded_at")?,
        },
        due_at: maybe_moment(row, "due_at")?,
        attempts: count(row, "attempts")?,
        tried_at: maybe_moment(row, "tried_at")?,
        delivered_at: maybe_moment(row, "delivered_at")?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        fault: get(row, "fault")?,
    })
}

/// Adds what is told of acts: one row for each webhook that listens. `acts` are rows of unit, sequence, subject kind
/// and moment; they are given and not read, for on PostgreSQL no statement sees what is written beside it.
pub(super) fn tell(query: &mut Query, acts: Vec<Vec<Value>>) {
    query.push("WITH given (unit, seq, kind, at) AS (");
    query.push_rows(acts);
    query.push(
        ") INSERT INTO webhook_deliveries (unit, webhook, seq, due_at, attempts)
         SELECT given.unit, webhooks.id, given.seq, given.at, 0
         FROM given JOIN webhooks ON webhooks.unit = given.unit
         WHERE webhooks.disabled_at IS NULL
         AND webhooks.kinds LIKE '%\"' || given.kind || '\"%'",
    );
}

/// Carries a change out, in the transaction of the unit's writer.
pub(super) async fn apply(
    connection: &mut Connection,
    unit: &str,
    what: &What,
) -> Result<Result<Answer, StoreError>, StoreError> {
    match what {
        What::Add { webhook, most } => add(connection, unit, webhook, *most).await,
        What::Drop(id) => {
            let statement = "DELETE FROM webhook_deliveries WHERE unit = $1 AND webhook = $2";
            let query = connection.query(statement).bind(unit).bind(*id);
            connection.execute(query).await?;
            let statement = "DELETE FROM webhooks WHERE unit = $1 AND id = $2";
            let query = connection.query(statement).bind(unit).bind(*id);
            Ok(Ok(Answer::Rows(connection.execute(query).await?)))
        }
        What::Enable(id) => {
            let query = connection
                .query(
                    "UPDATE webhooks SET disabled_at = NULL, disabled_why = NULL, failures = 0,
                        failing_since = NULL, retry_at = NULL
                     WHERE unit = $1 AND id = $2",
                )
                .bind(unit)
                .bind(*id);
            Ok(Ok(Answer::Rows(connection.execute(query).await?)))
        }
        What::Take { at, lease_seconds } => take(connection, unit, *at, *lease_seconds).await,
        What::Note {
            webhook,
            sequence,
            tried,
        } => note(connection, unit, *webhook, *sequence, tried).await,
        What::Redeliver {
            webhook,
            sequence,
            at,
        } => {
            let query = connection
                .query(
                    "UPDATE webhook_deliveries SET due_at = $4, attempts = 0, delivered_at = NULL
                     WHERE unit = $1 AND webhook = $2 AND seq = $3",
                )
                .bind(unit)
                .bind(*webhook)
                .bind(*sequence)
                .bind(stored(*at));
            Ok(Ok(Answer::Rows(connection.execute(query).await?)))
        }
    }
}

async fn add(
    connection: &mut Connection,
    unit: &str,
    webhook: &WebhookRow,
    most: u32,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let query = connection.query("SELECT count(*) AS n FROM webhooks WHERE unit = $1");
    let known: i64 = get(&connection.fetch_one(query.bind(unit)).await?, "n")?;
    if known >= i64::from(most) {
        return Ok(Err(StoreError::Taken { what: "webhook" }));
    }
    let query = connection
        .query(
            "INSERT INTO webhooks (unit, id, address, kinds, sealed, token, created_at, failures)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
        )
        .bind(unit)
        .bind(webhook.id)
        .bind(&webhook.address)
        .bind(roles_text(&webhook.kinds))
        .bind(webhook.sealed.as_slice())
        .bind(webhook.token)
        .bind(stored(webhook.created_at));
    connection.execute(query).await?;
    Ok(Ok(Answer::Done))
}

/// The webhooks that something may be sent to, whoever waited longest first; of each what is due first. There are
/// few of them, and each is a look at the beginning of an index, however much waits for the others.
async fn take(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
    lease_seconds: u32,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let columns = COLUMNS.join(", ");
    let statement = format!(
        "SELECT {columns} FROM webhooks WHERE unit = $1 AND disabled_at IS NULL
         AND (retry_at IS NULL OR retry_at <= $2) ORDER BY coalesce(retry_at, 0), id"
    );
    let query = Query::new(connection.engine(), statement);
    let query = query.bind(unit).bind(stored(at));
    let ready = connection.fetch_all(query).await?;
    for row in &ready {
        let webhook = read(row)?;
        let statement = format!(
            "{DELIVERY}$1 AND webhook = $2 AND due_at IS NOT NULL AND due_at <= $3
             ORDER BY due_at, webhook_deliveries.seq LIMIT 1"
        );
        let query = Query::new(connection.engine(), statement);
        let query = query.bind(unit).bind(webhook.id).bind(stored(at));
        let Some(row) = connection.fetch_optional(query).await? else {
            continue;
        };
        let mut delivery = read_delivery(&row)?;
        let lease = SignedDuration::from_secs(i64::from(lease_seconds));
        let until = at.checked_add(lease).unwrap_or(Timestamp::MAX);
        let query = connection
            .query("UPDATE webhooks SET retry_at = $3 WHERE unit = $1 AND id = $2")
            .bind(unit)
            .bind(webhook.id)
            .bind(stored(until));
        connection.execute(query).await?;
        let query = connection
            .query(
                "UPDATE webhook_deliveries SET attempts = attempts + 1, tried_at = $4
                 WHERE unit = $1 AND webhook = $2 AND seq = $3",
            )
            .bind(unit)
            .bind(webhook.id)
            .bind(delivery.sequence)
            .bind(stored(at));
        connection.execute(query).await?;
        delivery.attempts = delivery.attempts.saturating_add(1);
        delivery.tried_at = Some(at);
        let taken = Box::new((webhook, delivery));
        return Ok(Ok(Answer::Delivery(Some(taken))));
    }
    Ok(Ok(Answer::Delivery(None)))
}

async fn note(
    connection: &mut Connection,
    unit: &str,
    webhook: Uuid,
    sequence: i64,
    tried: &Tried,
) -> Result<Result<Answer, StoreError>, StoreError> {
    let at = stored(tried.at);
    let query = connection
        .query(
            "UPDATE webhook_deliveries SET due_at = $4, tried_at = $5, delivered_at = $6, status = $7,
                fault = $8
             WHERE unit = $1 AND webhook = $2 AND seq = $3",
        )
        .bind(unit)
        .bind(webhook)
        .bind(sequence)
        .bind(tried.again_at.map(stored))
        .bind(at)
        .bind(tried.delivered.then_some(at))
        .bind(tried.status.map(i64::from))
        .bind(tried.fault.as_deref());
    connection.execute(query).await?;
    let pause = tried.pause_until.map(stored);
    let statement = if tried.delivered {
        "UPDATE webhooks SET failures = 0, failing_since = NULL, retry_at = $3
         WHERE unit = $1 AND id = $2"
    } else {
        "UPDATE webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, $4),
            retry_at = $3
         WHERE unit = $1 AND id = $2"
    };
    let query = connection
        .query(statement)
        .bind(unit)
        .bind(webhook)
        .bind(pause);
    let query = if tried.delivered {
        query
    } else {
        query.bind(at)
    };
    connection.execute(query).await?;
    if let Some(why) = &tried.disable {
        let query = connection
            .query(
                "UPDATE webhooks SET disabled_at = $3, disabled_why = $4
                 WHERE unit = $1 AND id = $2 AND disabled_at IS NULL",
            )
            .bind(unit)
            .bind(webhook)
            .bind(at)
            .bind(why.as_str());
        connection.execute(query).await?;
        let query = connection
            .query(
                "UPDATE webhook_deliveries SET due_at = NULL, tried_at = coalesce(tried_at, $3)
                 WHERE unit = $1 AND webhook = $2 AND due_at IS NOT NULL",
            )
            .bind(unit)
            .bind(webhook)
            .bind(at);
        connection.execute(query).await?;
    }
    Ok(Ok(Answer::Done))
}

/// Drops what was sent or given up long ago; says how many.
pub(super) async fn drop_done(
    connection: &mut Connection,
    unit: &str,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let kept = SignedDuration::from_hours(24 * DELIVERY_KEPT_DAYS);
    let until = at.checked_sub(kept).unwrap_or(Timestamp::MIN);
    let query = connection
        .query(
            "DELETE FROM webhook_deliveries
             WHERE unit = $1 AND due_at IS NULL AND tried_at <= $2",
        )
        .bind(unit)
        .bind(stored(until));
    connection.execute(query).await
}

#[async_trait]
impl WebhookStore for SqlStore {
    async fn add_webhook(
        &self,
        unit: &UnitId,
        webhook: &WebhookRow,
        most: u32,
    ) -> Result<(), StoreError> {
        let webhook = webhook.clone();
        let what = beside::What::Webhook(What::Add { webhook, most });
        self.done(unit, what).await
    }

    async fn webhooks(&self, unit: &UnitId) -> Result<Vec<WebhookRow>, StoreError> {
        let mut query = select(self.readers.engine(), "webhooks", COLUMNS, unit);
        query.push(" ORDER BY created_at, id");
        push_limit(&mut query, crate::PAGE_MAX);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read).collect()
    }

    async fn drop_webhook(&self, unit: &UnitId, id: Uuid) -> Result<bool, StoreError> {
        let what = beside::What::Webhook(What::Drop(id));
        Ok(self.rows_of(unit, what).await? > 0)
    }

    async fn enable_webhook(&self, unit: &UnitId, id: Uuid) -> Result<bool, StoreError> {
        let what = beside::What::Webhook(What::Enable(id));
        Ok(self.rows_of(unit, what).await? > 0)
    }

    async fn take_delivery(
        &self,
        unit: &UnitId,
        at: Timestamp,
        lease_seconds: u32,
    ) -> Result<Option<(WebhookRow, DeliveryRow)>, StoreError> {
        // Most of the time nothing is due, and looking is no write.
        let mut query = select(self.readers.engine(), "webhooks", &["id"], unit);
        query.push(" AND disabled_at IS NULL AND (retry_at IS NULL OR retry_at <= ");
        query.push_bind(stored(at));
        query.push(
            ") AND EXISTS (SELECT 1 FROM webhook_deliveries AS waits
             WHERE waits.unit = webhooks.unit AND waits.webhook = webhooks.id
             AND waits.due_at IS NOT NULL AND waits.due_at <= ",
        );
        query.push_bind(stored(at)).push(") LIMIT 1");
        if self.readers.fetch_optional(query).await?.is_none() {
            return Ok(None);
        }
        let what = beside::What::Webhook(What::Take { at, lease_seconds });
        match self.change(unit, what).await? {
            Answer::Delivery(taken) => Ok(taken.map(|taken| *taken)),
            _ => Err(unfit()),
        }
    }

    async fn note_delivery(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        sequence: i64,
        tried: Tried,
    ) -> Result<(), StoreError> {
        let what = beside::What::Webhook(What::Note {
            webhook,
            sequence,
            tried,
        });
        self.done(unit, what).await
    }

    async fn deliveries(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut query = Query::new(self.readers.engine(), DELIVERY.to_owned());
        query.push_bind(unit.as_str());
        query.push(" AND webhook = ").push_bind(webhook);
        if let Some(before) = before {
            query
                .push(" AND webhook_deliveries.seq < ")
                .push_bind(before);
        }
        query.push(" ORDER BY webhook_deliveries.seq DESC");
        push_limit(&mut query, limit);
        let rows = self.readers.fetch_all(query).await?;
        rows.iter().map(read_delivery).collect()
    }

    async fn redeliver(
        &self,
        unit: &UnitId,
        webhook: Uuid,
        sequence: i64,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let what = beside::What::Webhook(What::Redeliver {
            webhook,
            sequence,
            at,
        });
        Ok(self.rows_of(unit, what).await? > 0)
    }
}
