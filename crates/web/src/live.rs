//! `/aliran`: tells pages of staff that something changed, never what (server-sent events).
//!
//! A page hears only of what concerns its reader. It says nothing that the page would not show:
//! the kind of the act and its place in the order. The stream ends when the session does.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::sse::{Event as Message, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream};
use pengayom_core::act::Subject;
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_node::access::{Permission, Sight, Staff};
use pengayom_node::{Event, HandleError, SharedNode};

use serde::Deserialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior};

use crate::extract::{CookieKind, StaffPage};
use crate::format::Format;
use crate::problem::Fault;
use crate::state::AppState;
use pengayom_core::pack::Lang;

/// How often a page hears that the stream lives; it warns after three times that.
const PING: Duration = Duration::from_secs(10);

/// Streams one person may have open: the desk, the board and a few cases, on two machines.
const STREAMS_PER_PERSON: usize = 12;

/// Milliseconds after which a browser asks again when the stream broke off.
const ASK_AGAIN_MS: u64 = 3_000;

/// The stream of changes.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/aliran", get(listen))
}

#[derive(Deserialize)]
struct LiveQuery {
    #[serde(default)]
    perkara: String,
}

/// How many streams each person has open in this process.
static OPEN: LazyLock<Mutex<HashMap<OfficerId, usize>>> = LazyLock::new(Mutex::default);

/// One open stream; counted until it is dropped.
struct Turn(OfficerId);

impl Turn {
    fn take(who: OfficerId) -> Option<Self> {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        let n = open.entry(who).or_default();
        if *n >= STREAMS_PER_PERSON {
            return None;
        }
        *n += 1;
        Some(Self(who))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = open.get_mut(&self.0) {
            *n -= 1;
            if *n == 0 {
                open.remove(&self.0);
            }
        }
    }
}

/// What a page wants to hear of.
struct Listener {
    node: SharedNode,
    staff: Staff,
    /// Only this case.
    case: Option<CaseId>,
    lang: Lang,
    /// What let them in: when it does so no longer, the stream ends.
    let_in: LetIn,
    events: Receiver<Event>,
    /// Changes when a session was ended.
    ended: tokio::sync::watch::Receiver<u64>,
    ping: tokio::time::Interval,
    _turn: Turn,
}

/// What let a listener in.
#[derive(Clone)]
pub(crate) enum LetIn {
    /// A session, by its token.
    Session(String),
    /// A program's token, and where it asks from.
    Program {
        /// The token.
        token: String,
        /// Where it asks from.
        client: String,
    },
}

impl LetIn {
    /// For whom it opens now.
    async fn staff(&self, node: &SharedNode) -> Result<Option<Staff>, HandleError> {
        match self {
            Self::Session(token) => node.session(token).await,
            Self::Program { token, client } => {
                let bearer = node.token(token, client).await?;
                Ok(bearer.and_then(|bearer| bearer.staff))
            }
        }
    }
}

/// What comes next on a stream.
enum Next {
    Message(Message),
    End,
}

async fn listen(page: StaffPage, Query(query): Query<LiveQuery>) -> Result<Response, Fault> {
    let case: Option<CaseId> = match query.perkara.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Fault::NotFound)?),
    };
    let token = page
        .context
        .cookie(CookieKind::Session)
        .ok_or(Fault::NotFound)?
        .to_owned();
    let let_in = LetIn::Session(token);
    stream(page.node, page.staff, case, (page.frame.lang, let_in)).await
}

/// The answer that tells of changes: of one case, or of all that concerns somebody.
///
/// # Errors
/// The node's when they may not read the case; [`Fault::Forbidden`] for one who reads neither cases nor
/// the board; [`Fault::Busy`] for more streams than one person may have open.
pub(crate) async fn stream(
    node: SharedNode,
    staff: Staff,
    case: Option<CaseId>,
    (lang, let_in): (Lang, LetIn),
) -> Result<Response, Fault> {
    if !staff.may(Permission::ReadBoard) && !staff.may(Permission::ReadCase) {
        return Err(Fault::Forbidden(Permission::ReadCase));
    }
    if let Some(case) = case {
        node.case_history(&staff, case).await?;
    }
    let turn = Turn::take(staff.id).ok_or(Fault::Busy)?;
    let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener {
        events: node.listen(),
        ended: node.listen_ended(),
        node,
        staff,
        case,
        lang,
        let_in,
        ping,
        _turn: turn,
    };
    let mut answer = Sse::new(messages(listener)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A proxy of one's own in between hands each event on at once.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(answer)
}

/// The messages of a stream: at once one that says it lives, so that a page knows; then changes and
/// signs of life. What was missed before (`Last-Event-ID`) is not told again: the page reads itself
/// anew on its first change and at its next reload, and needs no history.
fn messages(listener: Listener) -> impl Stream<Item = Result<Message, Infallible>> {
    stream::unfold((Some(listener), true), |(listener, first)| async move {
        let mut listener = listener?;
        if first {
            let ping = listener.sign_of_life();
            let ping = ping.retry(Duration::from_millis(ASK_AGAIN_MS));
            return Some((Ok(ping), (Some(listener), false)));
        }
        match listener.next().await {
            Next::Message(message) => Some((Ok(message), (Some(listener), false))),
            Next::End => None,
        }
    })
}

impl Listener {
    async fn next(&mut self) -> Next {
        loop {
            tokio::select! {
                _ = self.ping.tick() => {
                    return if self.is_signed_in().await {
                        Next::Message(self.sign_of_life())
                    } else {
                        Next::End
                    };
                }
                Ok(()) = self.ended.changed() => {
                    if !self.is_signed_in().await {
                        return Next::End;
                    }
                }
                event = self.events.recv() => match event {
                    Ok(event) if self.concerns(&event).await => {
                        return if self.is_signed_in().await {
                            Next::Message(changed(&event))
                        } else {
                            Next::End
                        };
                    }
                    Ok(_) => {}
                    // Too many at once: something surely changed.
                    Err(RecvError::Lagged(_)) => {
                        return Next::Message(Message::default().event("change").data("many"));
                    }
                    Err(RecvError::Closed) => return Next::End,
                },
            }
        }
    }

    /// A session that cannot be looked up for a moment is not ended for it.
    async fn is_signed_in(&self) -> bool {
        match self.let_in.staff(&self.node).await {
            Ok(staff) => staff.is_some_and(|staff| staff.id == self.staff.id),
            Err(error) => {
                tracing::warn!(%error, "a session could not be looked up");
                true
            }
        }
    }

    fn sign_of_life(&self) -> Message {
        let unit = self.node.unit();
        let time = Format::new(&unit, self.lang).time(self.node.now());
        Message::default().event("ping").data(time)
    }

    /// Whether an event may be told to this person: of their station or of all, of a kind they read,
    /// and of cases kept narrow only when they may read those.
    async fn concerns(&self, event: &Event) -> bool {
        let unit = self.node.unit();
        if !self
            .staff
            .concerns(event.station.as_ref(), unit.own_station())
        {
            return false;
        }
        match event.subject {
            Some(Subject::Case(id)) => {
                if self.case.is_some_and(|case| case != id) {
                    return false;
                }
                let sight = self.node.sight_of_case(&self.staff, id).await;
                // A list shows that a sensitive case waits, to those who may serve it; whoever reviews
                // openings hears of them.
                match sight {
                    Some(Sight::Open) => true,
                    Some(Sight::Waits) => {
                        self.case.is_none()
                            && (self.staff.may(Permission::ServeQueue)
                                || self.staff.may(Permission::ReviewAccess))
                    }
                    Some(Sight::Hidden) | None => false,
                }
            }
            Some(Subject::Encounter(id)) => {
                self.case.is_none()
                    && (self.staff.may(Permission::ReadBoard)
                        || self.node.encounter_history(&self.staff, id).await.is_ok())
            }
            Some(Subject::Visit(_)) => {
                let own = self.staff.station.as_ref().unwrap_or(unit.own_station());
                self.case.is_none()
                    && self.staff.may(Permission::ServeQueue)
                    && event.station.as_ref() == Some(own)
            }
            Some(Subject::Outage(_) | Subject::Thing(_)) => {
                self.case.is_none() && self.staff.may(Permission::ServeQueue)
            }
            None | Some(Subject::Feedback(_) | Subject::Officer(_) | Subject::Unit) => {
                self.case.is_none() && self.staff.may(Permission::ReadBoard)
            }
        }
    }
}

fn changed(event: &Event) -> Message {
    let sequence = event.sequence.to_string();
    Message::default()
        .event("change")
        .id(sequence)
        .data(event.kind)
}
