//! Short messages and WhatsApp through an HTTP gateway, as `docs/notices.md` describes it.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::notice::Way;
use pengayom_store::{NoticeChange, NoticeState};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::NoticeFault;
use super::deliver::{Message, Sent};
use crate::Node;
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::outside::{Answer, Outside, OutsideError, Question};

/// How long the gateway may take for one message.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest answer of the gateway that is read, in bytes.
const ANSWER_MAX: usize = 16 * 1024;

/// How far the time of a delivery report may be from ours.
const REPORT_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// Fewest characters of the bearer token and of the secret of reports.
const SECRET_MIN: usize = 16;

/// The gateway.
#[derive(Clone)]
pub struct GatewaySettings {
    /// Where messages are posted to.
    pub url: String,
    /// What is shown to the gateway.
    pub token: Zeroizing<String>,
    /// What reports of the gateway are signed with; `None`: none are taken.
    pub report_secret: Option<Zeroizing<String>>,
    /// By which ways it sends: short messages, WhatsApp, or both.
    pub ways: Vec<Way>,
    /// How long it may take; [`None`]: half a minute.
    pub patience: Option<Duration>,
}

impl std::fmt::Debug for GatewaySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewaySettings")
            .field("ways", &self.ways)
            .finish_non_exhaustive()
    }
}

/// A way to the gateway.
pub(crate) struct Gateway {
    settings: GatewaySettings,
    outside: Outside,
}

/// What is posted.
#[derive(Serialize)]
struct Posted<'m> {
    id: Uuid,
    way: &'static str,
    to: &'m str,
    text: &'m str,
    lang: &'static str,
}

/// What the gateway says later of a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    id: Uuid,
    state: ReportState,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReportState {
    Delivered,
    Failed,
}

/// Why a report of the gateway is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefused {
    /// No gateway, or none that reports, is configured.
    #[error("no reports are taken")]
    Off,
    /// Its signature is missing or not right.
    #[error("the signature is not right")]
    Forged,
    /// Its time is too far from ours.
    #[error("the time is too far from ours")]
    Stale,
    /// It came before.
    #[error("it came before")]
    Replayed,
    /// It does not read.
    #[error("it does not read")]
    Malformed,
    /// There is no such message.
    #[error("there is no such message")]
    Unknown,
}

impl Gateway {
    pub(super) fn ready(settings: GatewaySettings, outside: Outside) -> Result<Self, NoticeFault> {
        let wrong = |why: &str| Err(NoticeFault::Gateway(why.to_owned()));
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if !settings.url.starts_with("https://")
            && !local.iter().any(|known| settings.url.starts_with(known))
        {
            return wrong("url: expected an address that begins with https://");
        }
        if settings.token.chars().count() < SECRET_MIN {
            return wrong("token_file: expected a token of at least 16 characters");
        }
        if let Some(secret) = &settings.report_secret
            && secret.chars().count() < SECRET_MIN
        {
            return wrong("report_secret_file: expected a secret of at least 16 characters");
        }
        if settings.ways.is_empty()
            || settings
                .ways
                .iter()
                .any(|way| !matches!(way, Way::Sms | Way::Whatsapp))
        {
            return wrong("ways: expected sms, whatsapp or both");
        }
        let gateway = Self { settings, outside };
        gateway
            .question(&[])
            .map_err(|error| NoticeFault::Gateway(format!("token_file: {error}")))?;
        Ok(gateway)
    }

    pub(crate) fn has(&self, way: Way) -> bool {
        self.settings.ways.contains(&way)
    }

    fn question(&self, body: &[u8]) -> Result<Question, OutsideError> {
        let mut question = Question::post(&self.settings.url, body.to_vec(), ANSWER_MAX)
            .with(
                "authorization",
                &format!("Bearer {}", self.settings.token.as_str()),
            )?
            .with("content-type", "application/json")?;
        question.patience = self.settings.patience.unwrap_or(PATIENCE);
        Ok(question)
    }

    pub(super) async fn send(&self, way: Way, message: &Message) -> Sent {
        let posted = Posted {
            id: message.id,
            way: way.as_str(),
            to: &message.to,
            text: &message.short,
            lang: message.lang.code(),
        };
        let Ok(body) = serde_json::to_vec(&posted) else {
            return Sent::Never("own");
        };
        let id = message.id.to_string();
        let question = self
            .question(&body)
            .and_then(|question| question.with("idempotency-key", &id));
        let Ok(question) = question else {
            return Sent::Never("own");
        };
        match self.outside.ask(question).await {
            Ok(answer) => came_of(&answer),
            Err(OutsideError::Slow(_)) => Sent::later("slow"),
            Err(OutsideError::Refused(_)) => Sent::later("guard"),
            Err(_) => Sent::later("unreachable"),
        }
    }

    /// Whether the gateway can be reached at all; it is asked for nothing that is sent.
    pub(super) async fn check(&self) -> Result<(), String> {
        let question = Question::get(&self.settings.url, ANSWER_MAX);
        match self.outside.ask(question).await {
            Ok(answer) if answer.status < 500 => Ok(()),
            Ok(answer) => Err(format!("it answered with status {}", answer.status)),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn came_of(answer: &Answer) -> Sent {
    match answer.status {
        // 409: it has a message of this id already, which is the one.
        200..=299 | 409 => Sent::Handed,
        429 | 503 => Sent::Later {
            fault: "busy",
            after: retry_after(answer),
        },
        500..=599 => Sent::later("broken"),
        401 | 403 => Sent::later("sign_in"),
        // Nobody is followed elsewhere with a telephone number.
        300..=399 => Sent::later("moved"),
        408 | 425 => Sent::later("slow"),
        _ => Sent::Never("refused"),
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3); a date is not read.
pub(super) fn retry_after(answer: &Answer) -> Option<SignedDuration> {
    let value = answer.headers.get("retry-after")?.to_str().ok()?;
    let seconds: u32 = value.trim().parse().ok()?;
    Some(SignedDuration::from_secs(i64::from(seconds)))
}

/// The signature of a report: HMAC-SHA-256 over its time, a dot and its body, as hexadecimal digits.
fn signature(secret: &str, time: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let bytes = mac.finalize().into_bytes();
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Node {
    /// Takes what the gateway says of a message: `signed` is the header `X-Pengayom-Signature`,
    /// `t=<seconds since 1970>,v1=<signature>`. The same report a second time is refused, and one that
    /// changes nothing is taken.
    ///
    /// # Errors
    /// [`ReportRefused`]; the store's.
    pub async fn take_report(
        &self,
        signed: &str,
        body: &[u8],
    ) -> Result<Result<(), ReportRefused>, HandleError> {
        let gateway = self.ways.get().and_then(|ways| ways.gateway.as_ref());
        let secret = gateway.and_then(|gateway| gateway.settings.report_secret.as_ref());
        let Some(secret) = secret else {
            return Ok(Err(ReportRefused::Off));
        };
        let parts = signed
            .split_once(',')
            .and_then(|(time, tag)| Some((time.strip_prefix("t=")?, tag.strip_prefix("v1=")?)));
        let Some((time, tag)) = parts else {
            return Ok(Err(ReportRefused::Forged));
        };
        let Some(expected) = signature(secret, time, body) else {
            return Ok(Err(ReportRefused::Forged));
        };
        if !bool::from(expected.as_bytes().ct_eq(tag.as_bytes())) {
            return Ok(Err(ReportRefused::Forged));
        }
        let now = self.now();
        let at = time
            .parse::<i64>()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        let Some(at) = at else {
            return Ok(Err(ReportRefused::Malformed));
        };
        if now.duration_since(at).abs() > REPORT_WINDOW {
            return Ok(Err(ReportRefused::Stale));
        }
        let Ok(report) = serde_json::from_slice::<Report>(body) else {
            return Ok(Err(ReportRefused::Malformed));
        };
        // For longer than its time is believed, so that none slips through.
        let seen = self.hash(Purpose::Attempt, format!("report/{tag}").as_bytes());
        let unit = self.unit().id.clone();
        let (times, _) = self.store.count_attempt(&unit, seen, now, 3_600).await?;
        if times > 1 {
            return Ok(Err(ReportRefused::Replayed));
        }
        let Some(notice) = self.store.notice(&unit, report.id).await? else {
            return Ok(Err(ReportRefused::Unknown));
        };
        if !matches!(notice.way, Way::Sms | Way::Whatsapp) {
            return Ok(Err(ReportRefused::Unknown));
        }
        match report.state {
            ReportState::Delivered => {
                // It may come before the answer to the sending: then the row is not `sent` yet, and that
                // it arrived is as good.
                let arrived = NoticeChange {
                    id: notice.id,
                    from: vec![NoticeState::Sending, NoticeState::Waiting],
                    attempts: None,
                    state: NoticeState::Sent,
                    due_at: None,
                    fault: None,
                    at: now,
                    by: None,
                    reason: None,
                    anew: false,
                };
                if notice.attempts > 0 {
                    self.store.change_notice(&unit, &arrived).await?;
                }
                self.store.note_arrival(&unit, notice.id, now).await?;
            }
            ReportState::Failed => {
                let failed = NoticeChange {
                    id: notice.id,
                    from: vec![NoticeState::Sent],
                    attempts: None,
                    state: NoticeState::Dead,
                    due_at: None,
                    fault: Some("undelivered".to_owned()),
                    at: now,
                    by: None,
                    reason: None,
                    anew: false,
                };
                // What arrived is not undone.
                if notice.reported_at.is_none() {
                    self.store.change_notice(&unit, &failed).await?;
                }
            }
        }
        Ok(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, with the dot that stands between time and body taken into account.
    #[test]
    fn a_signature_is_the_one_that_anybody_makes() {
        // python3: hmac.new(b"Jefe", b"what do ya want for.nothing?", "sha256").hexdigest()
        let made = signature("Jefe", "what do ya want for", b"nothing?").unwrap();
        assert_eq!(made.len(), 64);
        assert_ne!(
            made,
            signature("Jefe", "what do ya want fo", b"r.nothing?").unwrap()
        );
    }

    #[test]
    fn what_a_gateway_answers_is_understood() {
        let answer = |status, headers: &[(&'static str, &str)]| Answer {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (
                        hyper::header::HeaderName::from_static(name),
                        hyper::header::HeaderValue::from_str(value).unwrap(),
                    )
                })
                .collect(),
            body: Vec::new(),
        };
        for status in [200, 201, 202, 409] {
            assert_eq!(came_of(&answer(status, &[])), Sent::Handed, "{status}");
        }
        for status in [400, 404, 410, 422] {
            assert_eq!(came_of(&answer(status, &[])), Sent::Never("refused"));
        }
        for status in [302, 401, 403, 408, 500, 502] {
            assert!(matches!(came_of(&answer(status, &[])), Sent::Later { .. }));
        }
        let busy = came_of(&answer(429, &[("retry-after", "120")]));
        let after = Some(SignedDuration::from_secs(120));
        assert_eq!(
            busy,
            Sent::Later {
                fault: "busy",
                after
            }
        );
        let soon = came_of(&answer(503, &[("retry-after", "Wed, 21 Oct 2026")]));
        assert_eq!(soon, Sent::later("busy"));
    }
}
