//! Webhooks: other programs are told that something was recorded, never what it says (`docs/feeds.md`).
//!
//! What is to be sent is a row written with the act, one for each webhook that listens. It is signed as
//! Standard Webhooks has it (standardwebhooks.com, 1.0.0) and tried again and again, each webhook by
//! itself, so that one that is slow or gone holds up no other. Where it goes is judged when the webhook is
//! made and again each time it is connected to ([`crate::outside`]).

mod run;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::CaseId;
use pengayom_store::PAGE_MAX;
use pengayom_store::webhooks::{DeliveryRow, ToldAct, Tried, WebhookRow};
use serde_json::json;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::accounts::staff;
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::outside::{Outside, OutsideError};
use crate::seal;
use crate::tokens::Scope;

pub use run::{run, send_once};

/// What a webhook may listen to: the words of subjects. A judgement is not among them, for when it came would
/// lead to the encounter it is of.
pub const KINDS: [&str; 4] = ["case", "encounter", "outage", "visit"];

/// Webhooks of a unit.
pub const WEBHOOKS_MAX: u32 = 50;

/// Longest address, in characters.
pub const ADDRESS_MAX_CHARS: usize = 1_000;

/// How often something is tried before it is given up.
pub const TRIES: u32 = 10;

/// How many days nothing may arrive before a webhook is disabled.
pub const FAILING_DAYS: i64 = 5;

/// Seconds until the next try, by how many there were: the schedule that Standard Webhooks recommends, three days
/// in all.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Longest pause of a webhook to which nothing arrives, in seconds.
const PAUSE_MAX: i64 = 300;

/// A webhook that is disabled says why by one of these words.
pub const DISABLED: [&str; 4] = ["failing", "gone", "secret", "token"];

/// A webhook just made.
#[derive(Debug, Clone)]
pub struct MadeWebhook {
    /// The secret that signs what is sent, as Standard Webhooks writes it (`whsec_…`); shown once.
    pub secret: String,
    /// What is kept of it.
    pub row: WebhookRow,
}

/// Why a webhook cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Nothing may be sent to this address.
    #[error("{0}")]
    Address(#[from] OutsideError),
    /// The address is too long, or carries a name and password.
    #[error(
        "an address has at most {ADDRESS_MAX_CHARS} characters, and no name and password in it"
    )]
    AddressForm,
    /// Nothing to listen to.
    #[error("a webhook listens to at least one of case, encounter, outage, visit")]
    NoKind,
    /// Not something to listen to.
    #[error("a webhook listens to case, encounter, outage or visit: found {0:?}")]
    Kind(String),
    /// There are as many as may be.
    #[error("there are {WEBHOOKS_MAX} webhooks already; remove one that is not needed")]
    TooMany,
    /// The node or its store.
    #[error(transparent)]
    Handle(#[from] HandleError),
}

/// What an account may that is told of something; outages are told to everybody.
fn needed(kind: &str) -> Option<Permission> {
    match kind {
        "outage" => None,
        "visit" => Some(Permission::ServeQueue),
        _ => Some(Permission::ReadCase),
    }
}

/// How long to wait after so many tries; `None`: give up. `jitter` from 0 to 1 spreads what failed together.
pub fn wait_after(attempts: u32, jitter: f64) -> Option<SignedDuration> {
    let at = usize::try_from(attempts.checked_sub(1)?).ok()?;
    WAITS.get(at).map(|seconds| spread(*seconds, jitter))
}

/// How long nothing is sent to a webhook after so many failures in a row.
pub fn pause_after(failures: u32, jitter: f64) -> SignedDuration {
    let doubled = 5_i64.saturating_mul(1 << failures.min(10));
    spread(doubled.min(PAUSE_MAX), jitter)
}

/// Four to six fifths of it.
fn spread(seconds: i64, jitter: f64) -> SignedDuration {
    let share = 0.8 + 0.4 * jitter.clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most a day and a fifth, in milliseconds"
    )]
    let milliseconds = (seconds as f64 * share * 1_000.0) as i64;
    SignedDuration::from_millis(milliseconds)
}

/// The body that is sent: what changed and how to ask for it, never what it says.
pub fn body(unit: &str, sequence: i64, act: &ToldAct) -> String {
    json!({
        "type": act.kind,
        "timestamp": act.recorded_at,
        "data": {
            "unit": unit,
            "sequence": sequence,
            "subject": act.subject_kind,
            "id": act.subject_id,
            "version": act.version,
        },
    })
    .to_string()
}

/// The identifier of a message: the same however often it is sent, so that who gets it twice knows it again.
pub fn message_id(act: &ToldAct) -> String {
    format!("msg_{}", act.id.simple())
}

/// The signature of a message, as `webhook-signature` carries it.
pub fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let signed = format!("{id}.{seconds}.{body}");
    let mac = Hmac::<Sha256>::new_from_slice(secret).map(|mut mac| {
        mac.update(signed.as_bytes());
        mac.finalize().into_bytes()
    });
    // HMAC takes a key of any length; this could not be sent, and nobody would believe it.
    mac.map_or_else(
        |_| String::new(),
        |mac| format!("v1,{}", STANDARD.encode(mac)),
    )
}

/// A webhook that nothing may be sent to any more, for this reason.
pub(crate) fn ended(at: Timestamp, why: &str) -> Tried {
    Tried {
        at,
        delivered: false,
        status: None,
        fault: Some(why.to_owned()),
        again_at: None,
        pause_until: None,
        disable: Some(why.to_owned()),
    }
}

/// What its listener may not know: it is not sent, and not tried again.
pub(crate) fn withheld(at: Timestamp) -> Tried {
    Tried {
        at,
        delivered: true,
        status: None,
        fault: None,
        again_at: None,
        pause_until: None,
        disable: None,
    }
}

/// What an answer, or none, means. `jitters` are two numbers from 0 to 1.
pub(crate) fn judged(
    answer: &Result<u16, OutsideError>,
    (webhook, delivery): (&WebhookRow, &DeliveryRow),
    at: Timestamp,
    jitters: [f64; 2],
) -> Tried {
    let (status, fault) = match answer {
        Ok(status @ 200..=299) => {
            return Tried {
                at,
                delivered: true,
                status: Some(*status),
                fault: None,
                again_at: None,
                pause_until: None,
                disable: None,
            };
        }
        Ok(status @ 300..=399) => (Some(*status), "redirected"),
        Ok(410) => (Some(410), "gone"),
        Ok(status) => (Some(*status), "answered"),
        Err(OutsideError::Refused(_) | OutsideError::NoAddress) => (None, "refused"),
        Err(OutsideError::Slow(_)) => (None, "slow"),
        Err(OutsideError::NotWhole(_)) => (None, "answer too long"),
        Err(OutsideError::Certificates(_)) => (None, "no certificates"),
        Err(_) => (None, "unreachable"),
    };
    let [first, second] = jitters;
    let later = |wait| at.checked_add(wait).unwrap_or(Timestamp::MAX);
    let days = SignedDuration::from_hours(24 * FAILING_DAYS);
    let failing = webhook.failing_since;
    let disable = match fault {
        "gone" => Some("gone"),
        _ if failing.is_some_and(|since| at.duration_since(since) >= days) => Some("failing"),
        _ => None,
    };
    Tried {
        at,
        delivered: false,
        status,
        fault: Some(fault.to_owned()),
        again_at: wait_after(delivery.attempts, first).map(later),
        pause_until: Some(later(pause_after(webhook.failures, second))),
        disable: disable.map(ToOwned::to_owned),
    }
}

impl Node {
    /// Says how webhooks go out. Without it none can be made and nothing is sent.
    pub fn set_webhook_way(&self, outside: Outside) {
        // Told once, when the node begins to serve; a second way is not taken.
        let _ = self.webhook_way.set(outside);
    }

    /// Makes a webhook: from the next act on it is told of what it listens to.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub async fn add_webhook(
        &self,
        address: &str,
        kinds: Vec<String>,
        token: Option<Uuid>,
    ) -> Result<MadeWebhook, WebhookError> {
        let address = address.trim();
        let (_, after) = address.split_once("://").unwrap_or(("", address));
        let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
        let visible = address.chars().all(|sign| sign.is_ascii_graphic());
        if address.len() > ADDRESS_MAX_CHARS || authority.contains('@') || !visible {
            return Err(WebhookError::AddressForm);
        }
        let mut kinds = kinds;
        kinds.sort_unstable();
        kinds.dedup();
        if let Some(other) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
            return Err(WebhookError::Kind(other.chars().take(40).collect()));
        }
        if kinds.is_empty() {
            return Err(WebhookError::NoKind);
        }
        let way = self.webhook_way.get();
        let way = way.ok_or(HandleError::NotFound("way to other machines"))?;
        way.check(address).await?;
        let id = self.new_id();
        let mut secret = Zeroizing::new([0_u8; 32]);
        self.randomness.fill(secret.as_mut());
        let wrap = self.key.derive(Purpose::SealWebhook);
        let sealed = seal::seal(&wrap, self.new_nonce(), secret.as_ref(), id.as_bytes());
        let row = WebhookRow {
            id,
            address: address.to_owned(),
            kinds,
            sealed: sealed.map_err(HandleError::from)?,
            token,
            created_at: self.now(),
            failures: 0,
            failing_since: None,
            retry_at: None,
            disabled_at: None,
            disabled_why: None,
        };
        let unit = self.unit().id.clone();
        match self.store.add_webhook(&unit, &row, WEBHOOKS_MAX).await {
            Ok(()) => Ok(MadeWebhook {
                secret: format!("whsec_{}", STANDARD.encode(secret.as_ref())),
                row,
            }),
            Err(pengayom_store::StoreError::Taken { .. }) => Err(WebhookError::TooMany),
            Err(error) => Err(HandleError::from(error).into()),
        }
    }

    /// Makes a webhook for a program that acts for an account, as far as the account may know of what it listens
    /// to. It ends with the token.
    ///
    /// # Errors
    /// [`WebhookError`]; [`HandleError::NotAllowed`] in it for what the account may not read.
    pub async fn add_webhook_for(
        &self,
        by: &Staff,
        token: Option<Uuid>,
        address: &str,
        kinds: Vec<String>,
    ) -> Result<MadeWebhook, WebhookError> {
        for permission in kinds.iter().filter_map(|kind| needed(kind)) {
            by.require(permission)?;
        }
        self.add_webhook(address, kinds, token).await
    }

    /// All webhooks, the oldest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRow>, HandleError> {
        Ok(self.store.webhooks(&self.unit().id).await?)
    }

    /// Removes a webhook with everything that waits for it.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], or the store's.
    pub async fn drop_webhook(&self, id: Uuid) -> Result<(), HandleError> {
        let there = self.store.drop_webhook(&self.unit().id, id).await?;
        there.then_some(()).ok_or(HandleError::NotFound("webhook"))
    }

    /// Sends to a webhook again that was disabled or pauses.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], or the store's.
    pub async fn enable_webhook(&self, id: Uuid) -> Result<(), HandleError> {
        let there = self.store.enable_webhook(&self.unit().id, id).await?;
        there.then_some(()).ok_or(HandleError::NotFound("webhook"))
    }

    /// What was sent to a webhook and waits to be sent, the latest first, before a place.
    ///
    /// # Errors
    /// The store's.
    pub async fn webhook_deliveries(
        &self,
        id: Uuid,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, HandleError> {
        let unit = self.unit().id.clone();
        let limit = limit.min(PAGE_MAX);
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let webhooks = self.store.webhooks(&unit).await?;
        let Some(webhook) = webhooks.iter().find(|row| row.id == id) else {
            return Ok(Vec::new());
        };
        let listener = self.listener_of(webhook).await?;
        let (mut found, mut before) = (Vec::new(), before);
        // What the listener may not know is left out, and more is read in its place.
        loop {
            let rows = self.store.deliveries(&unit, id, before, limit).await?;
            let last = rows.len() < wanted;
            before = rows.last().map(|row| row.sequence);
            for row in rows {
                if found.len() < wanted && self.may_hear(&listener, &row.act).await? {
                    found.push(row);
                }
            }
            if last || found.len() >= wanted {
                return Ok(found);
            }
        }
    }

    /// Sends something once more.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for what is not listed any more, or the store's.
    pub async fn redeliver(&self, id: Uuid, sequence: i64) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        let there = self
            .store
            .redeliver(&unit, id, sequence, self.now())
            .await?;
        there.then_some(()).ok_or(HandleError::NotFound("delivery"))
    }

    /// The secret of a webhook.
    fn webhook_secret(&self, webhook: &WebhookRow) -> Result<Zeroizing<Vec<u8>>, HandleError> {
        let wrap = self.key.derive(Purpose::SealWebhook);
        Ok(seal::open(&wrap, &webhook.sealed, webhook.id.as_bytes())?)
    }

    /// For whom a webhook listens: nobody in particular, an account, or an account or token that ended.
    async fn listener_of(&self, webhook: &WebhookRow) -> Result<Listener, HandleError> {
        let Some(token) = webhook.token else {
            return Ok(Listener::Unit);
        };
        let tokens = self.tokens().await?;
        let now = self.now();
        let mut tokens = tokens.into_iter();
        let Some(token) = tokens.find(|row| row.id == token && row.works(now)) else {
            return Ok(Listener::Ended);
        };
        let scope = Scope::Webhooks.as_str();
        let Some(user) = token
            .user
            .filter(|_| token.scopes.iter().any(|word| word == scope))
        else {
            return Ok(Listener::Ended);
        };
        let unit = self.unit();
        let user = self.store.user(&unit.id, user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        Ok(user
            .map(|user| staff(&unit, &user))
            .filter(|staff| {
                let mut needed = webhook.kinds.iter().filter_map(|kind| needed(kind));
                needed.all(|permission| staff.may(permission))
            })
            .map_or(Listener::Ended, |staff| Listener::Account(Box::new(staff))))
    }

    /// Whether a listener may know that there is what an act is about: whom a case is about, hears nothing of it (S45).
    async fn may_hear(&self, listener: &Listener, act: &ToldAct) -> Result<bool, HandleError> {
        let Listener::Account(staff) = listener else {
            return Ok(true);
        };
        if act.subject_kind != "case" {
            return Ok(true);
        }
        let case = CaseId(act.subject_id);
        let row = self.store.case(&self.unit().id, case).await?;
        Ok(row.is_some_and(|row| self.sight_of(staff, &row) != Sight::Hidden))
    }
}

/// For whom a webhook listens.
enum Listener {
    /// For the unit itself: whoever keeps the node made it.
    Unit,
    /// For the account of the token it was made with.
    Account(Box<Staff>),
    /// For nobody any more.
    Ended,
}
