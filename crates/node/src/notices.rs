//! Telling people that there is news: what acts cause, what reporters said of it, and the ways out.
//!
//! An act that is news brings a job in its own transaction. The job makes a row for each way that the
//! rule allows ([`pengayom_core::notice::tell`]), with an id that follows from act and way; each way has
//! one sender, which takes a row for a lease, asks the rule again, sends it under that id and notes what
//! came of it. After an end between sending and noting the row says that it may have been sent, and
//! the same id is sent again: `docs/notices.md` says what each way makes of that.

mod dead;
mod deliver;
mod gateway;
mod mail;
mod make;
mod push;
mod wish;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use pengayom_core::notice::{Hours, SafeHours, Way};
use pengayom_core::pack::{NOTICE_URL_MAX, Pack};
use tokio::sync::watch;

pub use self::dead::{DeadNotice, REASON_MAX, Seen};
pub use self::deliver::{ATTEMPTS, send_once};
pub use self::gateway::{GatewaySettings, ReportRefused};
pub use self::mail::{MailSecurity, MailSettings};
pub use self::make::{CLOCK, NEWS};
pub use self::push::{PushSettings, Subscription, SubscriptionRefused};
pub use self::wish::{ExportedNotice, ExportedTelling, SUBSCRIPTIONS_MAX, Stopped, Telling};

use crate::outside::{Guard, Outside};
use crate::stop::is_told;
use crate::{Node, SharedNode};

/// How long to wait when there was nothing to send.
const IDLE: Duration = Duration::from_secs(5);

/// Most characters of the node's address, so that a short message has room for it.
pub const SITE_MAX: usize = NOTICE_URL_MAX - "/kabar/".len() - wish::TOKEN_CHARS;

/// By which ways a node tells people. Each is off until it is configured.
#[derive(Debug, Clone, Default)]
pub struct NoticeSettings {
    /// The address people use, without a slash behind it.
    pub site: String,
    /// Mail.
    pub mail: Option<MailSettings>,
    /// Short messages and WhatsApp, by a gateway.
    pub gateway: Option<GatewaySettings>,
    /// Messages to browsers.
    pub push: Option<PushSettings>,
    /// Which addresses may be asked.
    pub guard: Guard,
}

/// Why notices cannot be sent as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum NoticeFault {
    /// The node's address does not fit into a short message.
    #[error(
        "notices: expected a public_url of at most {SITE_MAX} characters, found {0}: a short message has no room for more"
    )]
    SiteTooLong(usize),
    /// Nobody outside can open the node's address.
    #[error(
        "notices: expected a public_url that begins with https:// (or a loopback address), found {0}"
    )]
    Site(String),
    /// The settings of mail are wrong.
    #[error("notices.mail.{0}")]
    Mail(String),
    /// The settings of the gateway are wrong.
    #[error("notices.gateway.{0}")]
    Gateway(String),
    /// The settings of messages to browsers are wrong.
    #[error("notices.push.{0}")]
    Push(String),
    /// They were set before.
    #[error("notices are set once, when the node starts")]
    SetBefore,
}

/// The ways out, ready.
pub(crate) struct Ways {
    pub(crate) site: String,
    pub(crate) mail: Option<mail::Mail>,
    pub(crate) gateway: Option<gateway::Gateway>,
    pub(crate) push: Option<push::Push>,
    /// A row may be there to send.
    pub(crate) work: [tokio::sync::Notify; 3],
}

impl NoticeSettings {
    /// Whether any way is configured.
    pub fn is_on(&self) -> bool {
        self.mail.is_some() || self.gateway.is_some() || self.push.is_some()
    }

    fn ready(self, node: &Node) -> Result<Ways, NoticeFault> {
        let found = self.site.chars().count();
        if found > SITE_MAX {
            return Err(NoticeFault::SiteTooLong(found));
        }
        let loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        if !self.site.starts_with("https://")
            && !loopback.iter().any(|known| self.site.starts_with(known))
        {
            return Err(NoticeFault::Site(self.site));
        }
        let outside = Outside::guarded(self.guard);
        Ok(Ways {
            mail: self.mail.map(mail::Mail::ready).transpose()?,
            gateway: self
                .gateway
                .map(|settings| gateway::Gateway::ready(settings, outside.clone()))
                .transpose()?,
            push: self
                .push
                .map(|settings| push::Push::ready(settings, outside, node))
                .transpose()?,
            site: self.site,
            work: Default::default(),
        })
    }
}

impl Ways {
    /// Which ways are there, in the order they are offered.
    pub(crate) fn open(&self) -> Vec<Way> {
        let gateway = |way| self.gateway.as_ref().is_some_and(|known| known.has(way));
        Way::ALL
            .into_iter()
            .filter(|way| match way {
                Way::Email => self.mail.is_some(),
                Way::Sms | Way::Whatsapp => gateway(*way),
                Way::Push => self.push.is_some(),
            })
            .collect()
    }
}

impl Node {
    /// Tells people by these ways from now on. Once, before anything is served.
    ///
    /// # Errors
    /// [`NoticeFault`] when the settings are wrong.
    pub fn tell_by(&self, settings: NoticeSettings) -> Result<(), NoticeFault> {
        let ways = settings.ready(self)?;
        self.ways.set(ways).map_err(|_| NoticeFault::SetBefore)
    }

    /// By which ways people can be told, in the order they are offered; none: not at all.
    pub fn open_ways(&self) -> Vec<Way> {
        self.ways.get().map(Ways::open).unwrap_or_default()
    }

    /// Wakes the senders.
    pub(crate) fn wake_senders(&self) {
        if let Some(ways) = self.ways.get() {
            for work in &ways.work {
                work.notify_one();
            }
        }
    }
}

/// The pack, as the rule asks it for hours.
pub(crate) struct PackHours<'p>(pub(crate) &'p Pack);

impl SafeHours for PackHours<'_> {
    fn hours(&self, time: &str) -> Option<Hours> {
        self.0.safety().time(time)?.hours
    }

    fn usual(&self) -> Hours {
        self.0.notices().usual
    }
}

/// The zone and the pack of the unit, for one decision.
pub(crate) fn zone_of(unit: &crate::UnitContext) -> &TimeZone {
    &unit.zone
}

/// Sends what waits by each way until told to stop. A slow gateway holds up no mail.
pub async fn run(node: SharedNode, stop: watch::Receiver<bool>) {
    if node.open_ways().is_empty() {
        return;
    }
    let sender = |at: usize, ways: &'static [Way]| {
        let (node, stop) = (Arc::clone(&node), stop.clone());
        send(node, at, ways, stop)
    };
    tokio::join!(
        sender(0, &[Way::Email]),
        sender(1, &[Way::Sms, Way::Whatsapp]),
        sender(2, &[Way::Push]),
    );
}

async fn send(node: SharedNode, at: usize, ways: &[Way], mut stop: watch::Receiver<bool>) {
    while !is_told(&stop) {
        match send_once(&node, ways).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "no notice could be taken"),
        }
        let work = node.ways.get().and_then(|ways| ways.work.get(at));
        let woken = async {
            match work {
                Some(work) => work.notified().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(IDLE) => {}
            () = woken => {}
            _ = stop.changed() => {}
        }
    }
}

impl NoticeSettings {
    /// Asks each way whether it answers, for `pengayom doctor`; nothing is sent. One line for each, with
    /// what was wrong.
    pub async fn check(self) -> Vec<(&'static str, Result<(), String>)> {
        let mut checked = Vec::new();
        if let Some(settings) = self.mail {
            let checked_mail = match mail::Mail::ready(settings) {
                Ok(mail) => mail.check().await,
                Err(error) => Err(error.to_string()),
            };
            checked.push(("mail", checked_mail));
        }
        let outside = Outside::guarded(self.guard);
        if let Some(settings) = self.gateway {
            let checked_gateway = match gateway::Gateway::ready(settings, outside) {
                Ok(gateway) => gateway.check().await,
                Err(error) => Err(error.to_string()),
            };
            checked.push(("gateway", checked_gateway));
        }
        if let Some(settings) = self.push {
            // Which services there are is known only from browsers.
            checked.push(("push", settings.check().map_err(|error| error.to_string())));
        }
        checked
    }
}
