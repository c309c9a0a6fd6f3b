//! Sending what waits: a few webhooks at a time, of each one thing at a time.

use std::sync::Arc;
use std::time::Duration;

use pengayom_store::webhooks::{DeliveryRow, Tried, WebhookRow};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Listener, body, ended, judged, message_id, signature, withheld};
use crate::SharedNode;
use crate::error::HandleError;
use crate::outside::{OutsideError, Question};
use crate::stop::is_told;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Most bytes of an answer; nothing in it is looked at.
const ANSWER_MAX: usize = 64 * 1024;

/// How long a webhook is left alone that something is being sent to, in seconds: longer than an answer may take.
const LEASE_SECONDS: u32 = 60;

/// Webhooks that something is sent to at once.
const AT_ONCE: usize = 16;

/// How often to look when nothing is heard: another process may have recorded something, or a pause is over.
const IDLE: Duration = Duration::from_secs(2);

/// What is recorded within this time is looked for once.
const TOGETHER: Duration = Duration::from_millis(100);

/// Sends what waits until told to stop. Whatever is on its way then is waited for.
pub async fn run(node: SharedNode, mut stop: watch::Receiver<bool>) {
    let mut events = node.listen();
    let mut sending: JoinSet<()> = JoinSet::new();
    while !is_told(&stop) {
        while sending.len() < AT_ONCE {
            match take(&node).await {
                Ok(Some((webhook, delivery))) => {
                    let node = Arc::clone(&node);
                    sending.spawn(async move { send(&node, &webhook, &delivery).await });
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "nothing could be taken to be sent to webhooks");
                    break;
                }
            }
        }
        tokio::select! {
            _ = sending.join_next(), if !sending.is_empty() => {}
            () = tokio::time::sleep(IDLE) => {}
            // Whether something was missed does not matter: the store knows what waits.
            _ = events.recv() => tokio::time::sleep(TOGETHER).await,
            _ = stop.changed() => {}
        }
        while events.try_recv().is_ok() {}
    }
    while sending.join_next().await.is_some() {}
}

async fn take(node: &SharedNode) -> Result<Option<(WebhookRow, DeliveryRow)>, HandleError> {
    let unit = node.unit().id.clone();
    let now = node.now();
    Ok(node
        .store()
        .take_delivery(&unit, now, LEASE_SECONDS)
        .await?)
}

/// Sends one thing, and notes what came of it. Nothing of an address is logged: it may say who is told.
async fn send(node: &SharedNode, webhook: &WebhookRow, delivery: &DeliveryRow) {
    let tried = match attempt(node, webhook, delivery).await {
        Ok(tried) => tried,
        Err(error) => {
            tracing::error!(webhook = %webhook.id, %error, "a webhook could not be sent");
            return;
        }
    };
    if let Some(why) = &tried.disable {
        tracing::error!(
            webhook = %webhook.id, why,
            "a webhook is disabled: look at `pengayom webhook list`, mend it and enable it again"
        );
    } else if let Some(fault) = &tried.fault {
        tracing::warn!(
            webhook = %webhook.id, fault, status = tried.status, attempts = delivery.attempts,
            "a webhook did not take what was sent"
        );
    }
    let unit = node.unit().id.clone();
    let noted = node
        .store()
        .note_delivery(&unit, webhook.id, delivery.sequence, tried)
        .await;
    if let Err(error) = noted {
        tracing::warn!(webhook = %webhook.id, %error, "what a webhook answered could not be noted");
    }
}

async fn attempt(
    node: &SharedNode,
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
) -> Result<Tried, HandleError> {
    let listener = node.listener_of(webhook).await?;
    if matches!(listener, Listener::Ended) {
        return Ok(ended(node.now(), "token"));
    }
    if !node.may_hear(&listener, &delivery.act).await? {
        return Ok(withheld(node.now()));
    }
    // As after the node's key was lost: a signature that nobody would believe is not sent.
    let Ok(secret) = node.webhook_secret(webhook) else {
        return Ok(ended(node.now(), "secret"));
    };
    let answer = ask(node, webhook, delivery, &secret).await?;
    let mut random = [0_u8; 2];
    node.randomness.fill(&mut random);
    let jitters = random.map(|byte| f64::from(byte) / 255.0);
    Ok(judged(&answer, (webhook, delivery), node.now(), jitters))
}

async fn ask(
    node: &SharedNode,
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
    secret: &[u8],
) -> Result<Result<u16, OutsideError>, HandleError> {
    let way = node.webhook_way.get();
    let way = way.ok_or(HandleError::NotFound("way to other machines"))?;
    let text = body(node.unit().id.as_str(), delivery.sequence, &delivery.act);
    let (id, seconds) = (message_id(&delivery.act), node.now().as_second());
    let signed = signature(secret, &id, seconds, &text);
    let mut question = Question::post(&webhook.address, text.into_bytes(), ANSWER_MAX);
    question.patience = PATIENCE;
    let question = question
        .with("content-type", "application/json")
        .and_then(|question| question.with("webhook-id", &id))
        .and_then(|question| question.with("webhook-timestamp", &seconds.to_string()))
        .and_then(|question| question.with("webhook-signature", &signed));
    Ok(match question {
        Ok(question) => way.ask(question).await.map(|answer| answer.status),
        Err(error) => Err(error),
    })
}

/// Takes one thing that is due and sends it. `false` when there was none.
///
/// # Errors
/// The store's; what an answer says is noted and no error here.
pub async fn send_once(node: &SharedNode) -> Result<bool, HandleError> {
    let Some((webhook, delivery)) = take(node).await? else {
        return Ok(false);
    };
    send(node, &webhook, &delivery).await;
    Ok(true)
}
