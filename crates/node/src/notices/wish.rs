//! What reporters say of being told: changed with number and code, or stopped from a notice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use pengayom_core::notice::{Kind, Way, Wish};
use pengayom_core::subject::case::Case;
use pengayom_core::value::{CaseId, CaseNumber, ContactKey, SecretDigits};
use pengayom_store::{NoticeRow, WishRow};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::push::{Subscription, SubscriptionRefused};
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::seal::{self, PersonDetails};

/// Most browsers of one case that are told.
pub const SUBSCRIPTIONS_MAX: usize = 5;

/// Bytes of a token that show that the node made it.
const TAG_BYTES: usize = 8;

/// Characters of a token: an id and its tag in base64.
pub(super) const TOKEN_CHARS: usize = 32;

/// How often a change is tried anew when somebody changed it in between.
const SWAPS: u32 = 4;

/// What is kept, sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wish: Option<Wish>,
    /// Stopped from a notice; the wish stands again when that is taken back.
    #[serde(default)]
    paused: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) push: Vec<Subscription>,
}

impl Kept {
    /// What was wished, unless it was stopped.
    pub(crate) fn active(&self) -> Option<Wish> {
        self.wish.clone().filter(|_| !self.paused)
    }
}

/// What a reporter, or the desk, sees of being told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// What was wished; `None`: nothing was said.
    pub wish: Option<Wish>,
    /// It was stopped from a notice.
    pub paused: bool,
    /// How many browsers are told.
    pub browsers: usize,
    /// A telephone number is known.
    pub has_phone: bool,
    /// A mail address is known.
    pub has_email: bool,
}

/// Most notices that are given to their person.
const EXPORTED: u32 = 500;

/// What is held of how a person is told of news, to be given to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedTelling {
    /// What they wished.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// They stopped it from a notice.
    pub stopped: bool,
    /// How many browsers are told.
    pub browsers: usize,
    /// What they were told, the newest first; at most five hundred.
    pub notices: Vec<ExportedNotice>,
}

/// A notice, as it is given to its person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedNotice {
    /// What there was news of.
    pub kind: Kind,
    /// By which way.
    pub way: Way,
    /// When it was made.
    pub made_at: Timestamp,
    /// What became of it.
    pub state: &'static str,
}

/// What a notice's token leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The case it is about is kept narrow.
    pub sensitive: bool,
    /// Notices of it are stopped.
    pub case: bool,
    /// Everything to this number or address is stopped.
    pub everything: bool,
}

impl Node {
    fn seal_wish(&self, case: CaseId, kept: &Kept) -> Result<WishRow, HandleError> {
        let text = serde_json::to_vec(kept).map_err(|_| HandleError::Malformed)?;
        let key = self.key.derive(Purpose::SealWish);
        Ok(WishRow {
            sealed: seal::seal(&key, self.new_nonce(), &text, case.0.as_bytes())?,
            changed_at: self.now(),
        })
    }

    /// A wish as it goes with the filing of a case.
    pub(crate) fn first_wish(&self, case: CaseId, wish: Wish) -> Result<WishRow, HandleError> {
        let kept = Kept {
            wish: Some(wish),
            ..Kept::default()
        };
        self.seal_wish(case, &kept)
    }

    pub(crate) async fn kept_wish(
        &self,
        case: CaseId,
    ) -> Result<(Kept, Option<Vec<u8>>), HandleError> {
        let Some(row) = self.store.wish(&self.unit().id, case).await? else {
            return Ok((Kept::default(), None));
        };
        let key = self.key.derive(Purpose::SealWish);
        let text = seal::open(&key, &row.sealed, case.0.as_bytes())?;
        let kept = serde_json::from_slice(&text).map_err(|_| HandleError::Malformed)?;
        Ok((kept, Some(row.sealed)))
    }

    pub(super) async fn change_wish(
        &self,
        case: CaseId,
        change: impl Fn(&mut Kept),
    ) -> Result<(), HandleError> {
        for _ in 0..SWAPS {
            let (mut kept, before) = self.kept_wish(case).await?;
            change(&mut kept);
            let row = self.seal_wish(case, &kept)?;
            let unit = self.unit();
            let swap = self
                .store
                .swap_wish(&unit.id, case, &row, before.as_deref());
            if swap.await? {
                return Ok(());
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// How the reporter of a case can be reached; nothing when nobody said.
    pub(super) async fn contact_of(&self, case: &Case) -> Result<PersonDetails, HandleError> {
        let Some(id) = case.filed.reporter else {
            return Ok(PersonDetails::default());
        };
        match self.store.person(&self.unit().id, id).await? {
            Some(person) => Ok(self.open_person(&person)?),
            None => Ok(PersonDetails::default()),
        }
    }

    async fn telling(&self, id: CaseId, case: &Case) -> Result<Telling, HandleError> {
        let (kept, _) = self.kept_wish(id).await?;
        let contact = self.contact_of(case).await?;
        Ok(Telling {
            browsers: kept.push.len(),
            wish: kept.wish,
            paused: kept.paused,
            has_phone: contact.phone.is_some(),
            has_email: contact.email.is_some(),
        })
    }

    /// What was said of being told, for the reporter: number and secret fit.
    ///
    /// # Errors
    /// As [`Node::track`].
    pub async fn own_telling(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
    ) -> Result<Telling, HandleError> {
        let history = self.track(number, secret, origin).await?;
        self.telling(history.id, &history.case).await
    }

    /// All that is held of how the reporter of a case is told, for them; `None` when nothing is.
    pub(crate) async fn exported_telling(
        &self,
        id: CaseId,
    ) -> Result<Option<ExportedTelling>, HandleError> {
        let (kept, _) = self.kept_wish(id).await?;
        let unit = self.unit();
        let rows = self.store.notices_of_case(&unit.id, id, EXPORTED).await?;
        if kept.wish.is_none() && rows.is_empty() {
            return Ok(None);
        }
        let notices = rows.into_iter().map(|row| ExportedNotice {
            kind: row.kind,
            way: row.way,
            made_at: row.made_at,
            state: row.state.as_str(),
        });
        Ok(Some(ExportedTelling {
            wish: kept.wish,
            stopped: kept.paused,
            browsers: kept.push.len(),
            notices: notices.collect(),
        }))
    }

    /// The same of a case that was just followed.
    ///
    /// # Errors
    /// The store's, or [`HandleError::Seal`].
    pub async fn telling_of_tracked(
        &self,
        history: &crate::handle::case::CaseHistory,
    ) -> Result<Telling, HandleError> {
        self.telling(history.id, &history.case).await
    }

    /// What was said of being told, for staff who may read who reported.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn telling_of(
        &self,
        by: &Staff,
        id: CaseId,
        case: &Case,
    ) -> Result<Telling, HandleError> {
        by.require(Permission::ReadPerson)?;
        self.require_case(by, Permission::ReadPerson, case)?;
        self.telling(id, case).await
    }

    /// Changes what a reporter wishes: number and secret fit. Whether the case is kept narrow is noted
    /// with it, for a wish said of another counts for nothing there. Choosing anything takes back that it
    /// was stopped.
    ///
    /// # Errors
    /// As [`Node::track`].
    pub async fn wish(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
        wish: Wish,
    ) -> Result<(), HandleError> {
        let history = self.track(number, secret, origin).await?;
        let wish = Wish {
            knowing: history.case.sensitive,
            ..wish
        };
        self.change_wish(history.id, |kept| {
            // Who wants nothing in the browser is not reached there any more.
            if !wish.ways.contains(&Way::Push) {
                kept.push.clear();
            }
            kept.paused = false;
            kept.wish = Some(wish.clone());
        })
        .await?;
        // Chosen by whoever has the code: what was stopped for this number or address is open again.
        let contact = self.contact_of(&history.case).await?;
        if !wish.ways.is_empty() {
            for way in &wish.ways {
                if let Some(hash) = self.stop_hash(&contact, *way) {
                    self.store.put_stop(&self.unit().id, hash, None).await?;
                }
            }
        }
        Ok(())
    }

    /// Tells a browser of a case from now on: number and secret fit.
    ///
    /// # Errors
    /// [`SubscriptionRefused`] for an address that is none; otherwise as [`Node::track`].
    pub async fn subscribe(
        &self,
        number: &CaseNumber,
        secret: &SecretDigits,
        origin: &str,
        subscription: Subscription,
        lang: pengayom_core::pack::Lang,
    ) -> Result<Result<(), SubscriptionRefused>, HandleError> {
        let history = self.track(number, secret, origin).await?;
        let Some(push) = self.ways.get().and_then(|ways| ways.push.as_ref()) else {
            return Ok(Err(SubscriptionRefused::Off));
        };
        if let Err(refused) = push.check(&subscription) {
            return Ok(Err(refused));
        }
        let sensitive = history.case.sensitive;
        self.change_wish(history.id, |kept| {
            kept.push
                .retain(|known| known.endpoint != subscription.endpoint);
            if kept.push.len() >= SUBSCRIPTIONS_MAX {
                kept.push.remove(0);
            }
            kept.push.push(subscription.clone());
            // What was stopped from a notice stays stopped: only this browser is told again.
            let was_stopped = std::mem::take(&mut kept.paused);
            let wish = kept.wish.get_or_insert_with(|| Wish {
                ways: Vec::new(),
                times: Vec::new(),
                lang,
                knowing: sensitive,
            });
            // Other ways keep what was said of them: only a wish of this case as it is now opens it.
            if was_stopped || (sensitive && !wish.knowing) {
                wish.ways.clear();
            }
            wish.knowing = sensitive;
            if !wish.ways.contains(&Way::Push) {
                wish.ways.push(Way::Push);
            }
        })
        .await?;
        Ok(Ok(()))
    }

    /// The key that browsers check messages of this node with, as they take it; `None` when none are
    /// sent.
    pub fn push_key(&self) -> Option<String> {
        let push = self.ways.get()?.push.as_ref()?;
        Some(push.public_key())
    }

    // -- stopping from a notice ------------------------------------------------------------

    /// The keyed hash under which a number or address is stopped.
    pub(super) fn stop_hash(
        &self,
        contact: &PersonDetails,
        way: Way,
    ) -> Option<pengayom_core::value::SecretHash> {
        let key = match way {
            Way::Email => ContactKey::mail(contact.email.as_deref()?),
            Way::Sms | Way::Whatsapp => ContactKey::phone(contact.phone.as_deref()?),
            Way::Push => None,
        }?;
        Some(self.hash(Purpose::NoticeStop, key.as_bytes()))
    }

    /// The token in a notice.
    pub(super) fn token_of(&self, notice: Uuid) -> String {
        let mut bytes = notice.as_bytes().to_vec();
        let tag = self.hash(Purpose::NoticeToken, notice.as_bytes());
        bytes.extend(tag.0.iter().take(TAG_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The notice that a token belongs to; `None` for one that the node did not make, and for one of a
    /// case whose reporter was erased.
    async fn notice_of_token(&self, token: &str) -> Result<Option<NoticeRow>, HandleError> {
        if token.len() != TOKEN_CHARS {
            return Ok(None);
        }
        let Some(id) = URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|bytes| Uuid::from_slice(bytes.get(..16)?).ok())
        else {
            return Ok(None);
        };
        let made: bool =
            subtle::ConstantTimeEq::ct_eq(self.token_of(id).as_bytes(), token.as_bytes()).into();
        if !made {
            return Ok(None);
        }
        Ok(self.store.notice(&self.unit().id, id).await?)
    }

    /// What a notice's token leads to, for whoever has it; `None` when it leads nowhere (any more).
    ///
    /// # Errors
    /// The store's.
    pub async fn stopped(&self, token: &str) -> Result<Option<Stopped>, HandleError> {
        let Some(notice) = self.notice_of_token(token).await? else {
            return Ok(None);
        };
        let case = self.known_case(notice.case).await?;
        let (kept, _) = self.kept_wish(notice.case).await?;
        let contact = self.contact_of(&case).await?;
        let everything = match self.stop_hash(&contact, notice.way) {
            Some(hash) => self.store.is_stopped(&self.unit().id, hash).await?,
            None => false,
        };
        Ok(Some(Stopped {
            sensitive: case.sensitive,
            case: kept.paused,
            everything,
        }))
    }

    /// Stops notices of a case, and with `everything` all to this number or address; `on` takes both
    /// back. `None` when the token leads nowhere.
    ///
    /// # Errors
    /// The store's.
    pub async fn stop_by_token(
        &self,
        token: &str,
        everything: bool,
        on: bool,
    ) -> Result<Option<()>, HandleError> {
        let Some(notice) = self.notice_of_token(token).await? else {
            return Ok(None);
        };
        self.change_wish(notice.case, |kept| kept.paused = !on)
            .await?;
        if everything || on {
            let case = self.known_case(notice.case).await?;
            let contact = self.contact_of(&case).await?;
            let at = (!on).then(|| self.now());
            for way in [Way::Email, Way::Sms] {
                if let Some(hash) = self.stop_hash(&contact, way) {
                    self.store.put_stop(&self.unit().id, hash, at).await?;
                }
            }
        }
        Ok(Some(()))
    }
}
