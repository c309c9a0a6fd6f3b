//! Messages to browsers (RFC 8030), encrypted for each (RFC 8291) and signed with the node's key (VAPID,
//! RFC 8292).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web_push_native::p256::PublicKey;
use web_push_native::p256::ecdsa::signature::Signer as _;
use web_push_native::p256::ecdsa::{Signature, SigningKey};
use web_push_native::{Auth, WebPushBuilder};

use super::NoticeFault;
use super::deliver::{Message, Sent};
use super::gateway::retry_after;
use crate::Node;
use crate::keys::Purpose;
use crate::outside::{Outside, OutsideError, Question};

/// How long a push service keeps a message for a browser that is away, in seconds: three days.
const KEPT_SECONDS: u32 = 3 * 24 * 3600;

/// How long a signature is believed, in seconds; at most a day (RFC 8292 §2).
const SIGNED_SECONDS: i64 = 12 * 3600;

/// How long a push service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes.
const ANSWER_MAX: usize = 16 * 1024;

/// Longest address of a push service, in characters.
const ENDPOINT_MAX: usize = 1_000;

/// Messages to browsers.
#[derive(Debug, Clone)]
pub struct PushSettings {
    /// Whom a push service writes to when something is wrong: `mailto:…` or `https://…`.
    pub contact: String,
    /// Addresses without TLS are taken as well. For tests with a push service on this machine.
    pub plain: bool,
}

impl PushSettings {
    pub(super) fn check(&self) -> Result<(), NoticeFault> {
        let contact = &self.contact;
        if contact.starts_with("mailto:") || contact.starts_with("https://") {
            return Ok(());
        }
        let why = "contact: expected an address that begins with mailto: or https://";
        Err(NoticeFault::Push(why.to_owned()))
    }
}

/// What a browser hands over (Push API, `PushSubscription.toJSON`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where the browser's push service takes messages for it.
    pub endpoint: String,
    /// The browser's key, uncompressed point of P-256 in base64url.
    pub p256dh: String,
    /// What only browser and node know, 16 bytes in base64url.
    pub auth: String,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// Why a browser is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionRefused {
    /// No messages are sent to browsers.
    #[error("no messages are sent to browsers")]
    Off,
    /// The address is none that may be asked.
    #[error("the address of the push service is none")]
    Endpoint,
    /// A key is none.
    #[error("a key of the browser is none")]
    Key,
}

/// A way to push services.
pub(crate) struct Push {
    key: SigningKey,
    settings: PushSettings,
    outside: Outside,
}

impl Push {
    pub(super) fn ready(
        settings: PushSettings,
        outside: Outside,
        node: &Node,
    ) -> Result<Self, NoticeFault> {
        settings.check()?;
        // One in 2^32 keys is none of the curve; the next is then taken.
        let key = (0_u8..8)
            .find_map(|n| {
                let bytes = node.key.hash(Purpose::PushKey, &[n]).0;
                SigningKey::from_slice(&bytes).ok()
            })
            .ok_or_else(|| NoticeFault::Push("no key follows from the node's".to_owned()))?;
        Ok(Self {
            key,
            settings,
            outside,
        })
    }

    /// The public key as browsers take it: an uncompressed point in base64url.
    pub(crate) fn public_key(&self) -> String {
        let point = self.key.verifying_key().to_encoded_point(false);
        URL_SAFE_NO_PAD.encode(point.as_bytes())
    }

    /// Whether a browser can be told. Where its address leads is judged at each sending.
    pub(super) fn check(&self, subscription: &Subscription) -> Result<(), SubscriptionRefused> {
        let secure = subscription.endpoint.starts_with("https://")
            || (self.settings.plain && subscription.endpoint.starts_with("http://"));
        if !secure
            || subscription.endpoint.len() > ENDPOINT_MAX
            || origin(&subscription.endpoint).is_none()
        {
            return Err(SubscriptionRefused::Endpoint);
        }
        keys(subscription).ok_or(SubscriptionRefused::Key)?;
        Ok(())
    }

    /// Sends to every browser of a case; those that are gone are named, to be forgotten. The message was
    /// handed over when one browser's service took it: the same id replaces what waits there already.
    pub(super) async fn send(
        &self,
        browsers: &[Subscription],
        message: &Message,
        now: Timestamp,
    ) -> (Sent, Vec<String>) {
        let mut gone = Vec::new();
        let mut handed = false;
        let mut later = None;
        for browser in browsers {
            match self.send_one(browser, message, now).await {
                Some(Sent::Handed) => handed = true,
                Some(sent) => later = later.or(Some(sent)),
                None => gone.push(browser.endpoint.clone()),
            }
        }
        let sent = match (handed, later) {
            (true, _) => Sent::Handed,
            (false, Some(sent)) => sent,
            (false, None) => Sent::Never("gone"),
        };
        (sent, gone)
    }

    /// `None` when the browser is gone (404, 410).
    async fn send_one(
        &self,
        browser: &Subscription,
        message: &Message,
        now: Timestamp,
    ) -> Option<Sent> {
        let question = self.question(browser, message, now)?;
        Some(match self.outside.ask(question).await {
            Ok(answer) => match answer.status {
                200..=299 => Sent::Handed,
                404 | 410 => return None,
                429 | 503 => Sent::Later {
                    fault: "busy",
                    after: retry_after(&answer),
                },
                401 | 403 => Sent::later("sign_in"),
                500..=599 => Sent::later("broken"),
                _ => Sent::Never("refused"),
            },
            // An address that leads to this machine or into the house is none of a push service.
            Err(OutsideError::Refused(_) | OutsideError::NoAddress) => return None,
            Err(OutsideError::Slow(_)) => Sent::later("slow"),
            Err(_) => Sent::later("unreachable"),
        })
    }

    fn question(
        &self,
        browser: &Subscription,
        message: &Message,
        now: Timestamp,
    ) -> Option<Question> {
        let (public, auth) = keys(browser)?;
        let said = serde_json::json!({
            "id": message.id,
            "title": message.subject,
            "url": message.url,
            "lang": message.lang.code(),
        });
        let uri = browser.endpoint.parse().ok()?;
        let request = WebPushBuilder::new(uri, public, auth)
            .build(said.to_string().into_bytes())
            .ok()?;
        let signed = self.sign(&origin(&browser.endpoint)?, now)?;
        // The same for each sending: a message that waits is replaced, not doubled (RFC 8030 §5.4).
        let topic = URL_SAFE_NO_PAD.encode(message.id.as_bytes());
        let mut question = Question::post(&browser.endpoint, request.into_body(), ANSWER_MAX)
            .with("authorization", &signed)
            .and_then(|question| question.with("content-encoding", "aes128gcm"))
            .and_then(|question| question.with("content-type", "application/octet-stream"))
            .and_then(|question| question.with("topic", &topic))
            .and_then(|question| question.with("ttl", &KEPT_SECONDS.to_string()))
            .and_then(|question| question.with("urgency", "normal"))
            .ok()?;
        question.patience = PATIENCE;
        Some(question)
    }

    /// `vapid t=…, k=…`: a JSON Web Token (RFC 7519) signed with ES256, for one push service.
    fn sign(&self, audience: &str, now: Timestamp) -> Option<String> {
        let header = URL_SAFE_NO_PAD.encode(br#"{"typ":"JWT","alg":"ES256"}"#);
        let claims = serde_json::json!({
            "aud": audience,
            "exp": now.as_second().checked_add(SIGNED_SECONDS)?,
            "sub": self.settings.contact,
        });
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        let signature: Signature = self
            .key
            .try_sign(format!("{header}.{claims}").as_bytes())
            .ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        Some(format!(
            "vapid t={header}.{claims}.{signature}, k={}",
            self.public_key()
        ))
    }
}

/// Scheme, host and port of an address.
fn origin(endpoint: &str) -> Option<String> {
    let uri: hyper::Uri = endpoint.parse().ok()?;
    let authority = uri.authority()?;
    // A name and password in the address would go into what is signed.
    if authority.as_str().contains('@') {
        return None;
    }
    Some(format!("{}://{authority}", uri.scheme_str()?))
}

fn keys(subscription: &Subscription) -> Option<(PublicKey, Auth)> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let public = PublicKey::from_sec1_bytes(&bytes(&subscription.p256dh)?).ok()?;
    let auth: [u8; 16] = bytes(&subscription.auth)?.try_into().ok()?;
    Some((public, Auth::from(auth)))
}
