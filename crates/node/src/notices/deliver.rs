//! Sending one notice: taken for a lease, the rule asked again, handed over, noted.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::notice::{Situation, Way, Wish, tell};
use pengayom_core::pack::{Lang, NoticeText, fill};
use pengayom_core::subject::case::Case;
use pengayom_core::value::ContactKey;
use pengayom_store::{NoticeChange, NoticeRow, NoticeState};

use super::{PackHours, Ways, zone_of};
use crate::Node;
use crate::SharedNode;
use crate::error::HandleError;

/// How often a notice is tried before a person has to see to it.
pub const ATTEMPTS: u32 = 8;

/// How long a taken notice is left alone, in seconds: longer than any way may take.
const LEASE_SECONDS: u32 = 60;

/// How old a notice may be: what is older is told by nobody any more without a person looking at it.
const OLDEST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The longest wait between two tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// What is sent.
pub(super) struct Message {
    /// The notice's identifier, the same each time it is sent.
    pub(super) id: uuid::Uuid,
    /// When it was made, which stays the same too.
    pub(super) made_at: Timestamp,
    /// A telephone number as `+62…`, a mail address, or nothing.
    pub(super) to: String,
    /// One line.
    pub(super) subject: String,
    /// A mail's body, in both languages.
    pub(super) body: String,
    /// A short message.
    pub(super) short: String,
    /// Where to read, or to stop.
    pub(super) url: String,
    /// The language of the reporter.
    pub(super) lang: Lang,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// It was handed over.
    Handed,
    /// Not now: try again, the earliest after so long when the other side said so.
    Later {
        /// What was wrong, a word of the program.
        fault: &'static str,
        /// How long the other side asked to wait.
        after: Option<SignedDuration>,
    },
    /// Never: a person has to see to it.
    Never(&'static str),
}

impl Sent {
    pub(super) const fn later(fault: &'static str) -> Self {
        Self::Later { fault, after: None }
    }
}

/// What becomes of a taken notice.
enum Next {
    Tried(Sent),
    /// The rule says later.
    Wait(Timestamp),
    /// The rule, or the reporter, says no.
    Drop(&'static str),
}

/// Takes one notice that is due by one of these ways, and sends it. `false` when none was due.
///
/// # Errors
/// The store's; what was wrong with the sending is noted with the notice and is no error here.
pub async fn send_once(node: &SharedNode, ways: &[Way]) -> Result<bool, HandleError> {
    let unit = node.unit().id.clone();
    let now = node.now();
    let taken = node
        .store()
        .take_notice(&unit, ways, now, LEASE_SECONDS)
        .await?;
    let Some(notice) = taken else {
        return Ok(false);
    };
    let next = match node.attempt(&notice).await {
        Ok(next) => next,
        // Our own fault, such as a store that cannot be read: nothing was sent.
        Err(error) => {
            tracing::warn!(notice = %notice.id, %error, "a notice could not be put together");
            Next::Tried(Sent::later("own"))
        }
    };
    let change = after(&notice, &next, node.now());
    let fault = change.fault.as_deref().unwrap_or("-");
    match change.state {
        NoticeState::Sent => {
            tracing::info!(notice = %notice.id, way = notice.way.as_str(), "notice sent");
        }
        NoticeState::Dead => {
            tracing::warn!(notice = %notice.id, way = notice.way.as_str(), fault, "notice given up");
        }
        state => {
            let state = state.as_str();
            tracing::info!(notice = %notice.id, way = notice.way.as_str(), state, fault, "notice not sent");
        }
    }
    node.store().change_notice(&unit, &change).await?;
    Ok(true)
}

/// What is noted of a notice after an attempt.
fn after(notice: &NoticeRow, next: &Next, now: Timestamp) -> NoticeChange {
    let (state, due_at, fault) = match next {
        Next::Tried(Sent::Handed) => (NoticeState::Sent, None, None),
        Next::Tried(Sent::Never(fault)) => (NoticeState::Dead, None, Some(*fault)),
        Next::Tried(Sent::Later { fault, after }) => {
            let old = now.duration_since(notice.made_at) > OLDEST;
            if notice.attempts >= ATTEMPTS || old {
                (NoticeState::Dead, None, Some(*fault))
            } else {
                let wait = wait(notice.attempts, *after);
                let again = now.checked_add(wait).unwrap_or(Timestamp::MAX);
                (NoticeState::Waiting, Some(again), Some(*fault))
            }
        }
        Next::Wait(at) => (NoticeState::Waiting, Some(*at), notice.fault.as_deref()),
        Next::Drop(why) => (NoticeState::Dropped, None, Some(*why)),
    };
    NoticeChange {
        id: notice.id,
        from: vec![NoticeState::Sending],
        attempts: Some(notice.attempts),
        state,
        due_at,
        fault: fault.map(ToOwned::to_owned),
        at: now,
        by: None,
        reason: None,
        // Waiting for an hour is no try; a notice that waits too long is too old.
        anew: matches!(next, Next::Wait(_)),
    }
}

/// Doubling from a minute, or as long as the other side asked, within bounds.
fn wait(attempts: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let own = SignedDuration::from_secs(60 * (1_i64 << attempts.saturating_sub(1).min(10)));
    own.max(asked.unwrap_or_default()).min(LONGEST_WAIT)
}

impl Node {
    async fn attempt(&self, notice: &NoticeRow) -> Result<Next, HandleError> {
        let Some(ways) = self.ways.get() else {
            return Ok(Next::Tried(Sent::later("off")));
        };
        if !ways.open().contains(&notice.way) {
            return Ok(Next::Tried(Sent::later("off")));
        }
        let case = self.known_case(notice.case).await?;
        let (kept, _) = self.kept_wish(notice.case).await?;
        let wish = kept.active();
        let unit = self.unit();
        let now = self.now();
        let hours = PackHours(&unit.pack);
        let situation = Situation::of(&case);
        let zone = zone_of(&unit);
        let Ok(plan) = tell(situation, wish.as_ref(), notice.kind, &hours, now, zone) else {
            return Ok(Next::Drop("silent"));
        };
        if !plan.ways.contains(&notice.way) {
            return Ok(Next::Drop("way"));
        }
        if now.duration_since(notice.made_at) > OLDEST {
            return Ok(Next::Tried(Sent::Never("old")));
        }
        if plan.at > now {
            return Ok(Next::Wait(plan.at));
        }
        let contact = self.contact_of(&case).await?;
        if let Some(hash) = self.stop_hash(&contact, notice.way)
            && self.store.is_stopped(&unit.id, hash).await?
        {
            return Ok(Next::Drop("stopped"));
        }
        let to = match notice.way {
            Way::Email => contact.email.clone(),
            Way::Sms | Way::Whatsapp => contact.phone.as_deref().and_then(international),
            Way::Push => Some(String::new()),
        };
        let (Some(to), Some(wish)) = (to, wish) else {
            return Ok(Next::Tried(Sent::Never("address")));
        };
        let message = self.message(ways, notice, &case, &wish, to);
        let sent = match (notice.way, &ways.mail, &ways.gateway, &ways.push) {
            (Way::Email, Some(mail), _, _) => mail.send(&message).await,
            (Way::Sms | Way::Whatsapp, _, Some(gateway), _) => {
                gateway.send(notice.way, &message).await
            }
            (Way::Push, _, _, Some(push)) => {
                let (sent, gone) = push.send(&kept.push, &message, now).await;
                if !gone.is_empty() {
                    self.change_wish(notice.case, |kept| {
                        kept.push.retain(|known| !gone.contains(&known.endpoint));
                    })
                    .await?;
                }
                sent
            }
            _ => Sent::later("off"),
        };
        Ok(Next::Tried(sent))
    }

    fn message(
        &self,
        ways: &Ways,
        notice: &NoticeRow,
        case: &Case,
        wish: &Wish,
        to: String,
    ) -> Message {
        let unit = self.unit();
        let notices = unit.pack.notices();
        let text: &NoticeText = if case.sensitive {
            &notices.narrow
        } else {
            notices.text(notice.kind)
        };
        let number = case.filed.number.as_ref();
        let number = number.map(ToString::to_string).unwrap_or_default();
        let url = format!("{}/kabar/{}", ways.site, self.token_of(notice.id));
        let values = [
            ("number", number.as_str()),
            ("unit", unit.config().name.as_str()),
            ("url", url.as_str()),
        ];
        let other = match wish.lang {
            Lang::Id => Lang::En,
            Lang::En => Lang::Id,
        };
        let paragraphs = [wish.lang, other].map(|lang| fill(text.text.get(lang), &values));
        Message {
            id: notice.id,
            made_at: notice.made_at,
            to,
            subject: fill(text.subject.get(wish.lang), &values),
            body: format!("{}\n\n{}\n\n{url}\n", paragraphs[0], paragraphs[1]),
            short: fill(text.sms.get(wish.lang), &values),
            url,
            lang: wish.lang,
        }
    }
}

/// A telephone number as networks want it: `+62…`.
pub(super) fn international(phone: &str) -> Option<String> {
    let key = ContactKey::phone(phone)?;
    let digits = std::str::from_utf8(key.as_bytes()).ok()?;
    Some(format!("+{}", digits.strip_prefix("tel:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let seconds = |attempts, asked| {
            wait(attempts, Option::map(asked, SignedDuration::from_secs)).as_secs()
        };
        assert_eq!(seconds(1, None), 60);
        assert_eq!(seconds(2, None), 120);
        assert_eq!(seconds(8, None), 7_200);
        assert_eq!(seconds(1, Some(600)), 600);
        assert_eq!(seconds(3, Some(5)), 240);
        assert_eq!(seconds(1, Some(86_400 * 365)), 7_200);
        assert_eq!(seconds(u32::MAX, None), 7_200);
    }

    #[test]
    fn a_number_is_written_as_networks_want_it() {
        assert_eq!(
            international("081234567890").as_deref(),
            Some("+6281234567890")
        );
        assert_eq!(
            international("+65912345678").as_deref(),
            Some("+65912345678")
        );
        assert_eq!(international("x"), None);
    }
}
