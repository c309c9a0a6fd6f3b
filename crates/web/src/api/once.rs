//! A POST that is sent again is done once (`Idempotency-Key`).
//!
//! What a key is known by is a digest over the unit, whose token was shown, the address and the key
//! itself. The first request with it takes a mark in the store, which only one of all processes gets;
//! when it was done, its answer is kept there, sealed, for a day, and given again. What failed leaves no mark,
//! so that it can be put right under the same key.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::CommandId;
use pengayom_node::{DraftToken, Node, Purpose};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::caller::Api;
use crate::problem::Fault;

/// Longest answer that is kept, in bytes. It is below what the store keeps under a mark, sealed and as JSON
/// in JSON; answers to a POST are short, and what is longer has an address of its own.
const ANSWER_MAX_BYTES: usize = 24 * 1024;

/// For how long the one who took a mark may be at it. Above the longest a request may take.
const AT_IT: SignedDuration = SignedDuration::from_mins(6);

/// How often somebody who came second looks whether the first is done, and how long after another.
const LOOKS: u32 = 40;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// The key of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key with this text, of this asker at this address.
    pub(crate) fn new(api: &Api, text: &str) -> Self {
        let asker = api.bearer.as_ref().map(|bearer| bearer.id.to_string());
        let parts = [
            "pengayom/api/idempotency",
            api.context.unit().id.as_str(),
            asker.as_deref().unwrap_or("nobody"),
            api.context.path(),
            text,
        ];
        Self(digest(&parts.map(str::as_bytes)))
    }

    /// The command that the application knows the request by: a UUID of version 8 (RFC 9562 §5.8).
    pub(crate) fn command(self) -> CommandId {
        let mut bytes = [0_u8; 16];
        for (to, from) in bytes.iter_mut().zip(self.0) {
            *to = from;
        }
        CommandId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// What finds the mark. Nobody can make it without the node's key.
    fn mark(self, node: &Node) -> DraftToken {
        let hash = node.hash(Purpose::Once, &self.0);
        DraftToken(format!("once/{}", hex(&hash.0)))
    }
}

/// Digest over parts, each with its length before it.
fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is kept under a mark.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    /// Digest over what was asked.
    asked: String,
    /// When the mark was taken.
    since: Timestamp,
    /// The answer, once there is one.
    answer: Option<KeptAnswer>,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptAnswer {
    status: u16,
    location: Option<String>,
    tag: Option<String>,
    content_type: Option<String>,
    /// Nothing when it was too long to keep.
    body: Option<String>,
}

/// Does `work` once for the request's key; without one, each time. `asked` is what came in the body.
///
/// The work goes on when the asker goes away, so that a mark never stays without an answer because a line was
/// lost: who sends the same again gets the answer of the first time.
///
/// # Errors
/// The work's own; [`Fault::Reused`] when the key came before with another body;
/// [`Fault::InProgress`] when the first request is still at it.
pub(crate) async fn once<W>(
    api: Api,
    asked: &[u8],
    work: impl FnOnce(Arc<Api>) -> W + Send + 'static,
) -> Result<Response, Fault>
where
    W: Future<Output = Result<Response, Fault>> + Send + 'static,
{
    let key = api.key()?;
    let api = Arc::new(api);
    let Some(key) = key else {
        return work(api).await;
    };
    let mark = key.mark(&api.node);
    let asked = hex(&digest(&[asked]));
    match take(&api.node, &mark, &asked).await? {
        Taken::Before(answer) => again(answer),
        Taken::Now => {
            let node = Arc::clone(&api.node);
            let worked = tokio::spawn(async move {
                let answer = work(api).await;
                settle(&node, &mark, asked, answer).await
            });
            worked.await.map_err(|_| Fault::Internal)?
        }
    }
}

enum Taken {
    /// The mark is ours.
    Now,
    /// It was done before.
    Before(KeptAnswer),
}

async fn take(node: &Node, mark: &DraftToken, asked: &str) -> Result<Taken, Fault> {
    for _ in 0..LOOKS {
        let now = node.now();
        let (kept, before) = node.marked_draft::<Kept>(mark).await?;
        if let Some(kept) = kept {
            if kept.asked != asked {
                return Err(Fault::Reused);
            }
            if let Some(answer) = kept.answer {
                return Ok(Taken::Before(answer));
            }
            let age = now.duration_since(kept.since);
            if age >= SignedDuration::ZERO && age < AT_IT {
                tokio::time::sleep(BETWEEN_LOOKS).await;
                continue;
            }
        }
        let ours = Kept {
            asked: asked.to_owned(),
            since: now,
            answer: None,
        };
        if node.swap_draft(mark, &ours, &before).await? {
            return Ok(Taken::Now);
        }
    }
    Err(Fault::InProgress)
}

/// Keeps the answer under the mark; gives the mark back when there is none to keep.
async fn settle(
    node: &Node,
    mark: &DraftToken,
    asked: String,
    answer: Result<Response, Fault>,
) -> Result<Response, Fault> {
    let answer = match answer {
        Ok(answer) if answer.status().is_success() => answer,
        other => {
            node.drop_draft(mark).await?;
            return other;
        }
    };
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(|_| Fault::Internal)?;
    let text = |name: header::HeaderName| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let kept = Kept {
        asked,
        since: node.now(),
        answer: Some(KeptAnswer {
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            tag: text(header::ETAG),
            content_type: text(header::CONTENT_TYPE),
            body: (body.len() <= ANSWER_MAX_BYTES)
                .then(|| String::from_utf8(body.to_vec()).ok())
                .flatten(),
        }),
    };
    // It is done, whatever becomes of the mark: the application knows most commands again by themselves.
    if let Err(error) = node.keep_draft(mark, &kept).await {
        tracing::warn!(%error, "the answer to a keyed request is not kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// The answer of the first time.
fn again(kept: KeptAnswer) -> Result<Response, Fault> {
    let status = StatusCode::from_u16(kept.status).map_err(|_| Fault::Internal)?;
    // Done, and too long to be said twice.
    let body = kept.body.ok_or(Fault::Reused)?;
    let mut answer = (status, body).into_response();
    let headers = [
        (header::LOCATION, kept.location),
        (header::ETAG, kept.tag),
        (header::CONTENT_TYPE, kept.content_type),
    ];
    for (name, value) in headers {
        match value.map(|value| HeaderValue::from_str(&value)) {
            Some(Ok(value)) => {
                answer.headers_mut().insert(name, value);
            }
            _ => {
                answer.headers_mut().remove(name);
            }
        }
    }
    Ok(answer)
}
