//! From an act to rows: one for each way that the rule allows.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Actor, Payload, Subject};
use pengayom_core::notice::{Kind, Situation, Way, Wish, tell, tick};
use pengayom_core::pack::{ClockUnit, Pack};
use pengayom_core::subject::case::{Case, CaseAct};
use pengayom_core::value::CaseId;
use pengayom_store::{Append, NewJob, NoticeRow, NoticeState};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PackHours, zone_of};
use crate::Node;
use crate::error::HandleError;
use crate::handle::case::{FileRequest, Filed};
use crate::keys::Purpose;

/// A job: an act is news for a reporter.
pub const NEWS: &str = "notice.news";

/// A job: to look whether a promise passed, or nothing was said for long.
pub const CLOCK: &str = "notice.clock";

/// What the job of an act says.
#[derive(Debug, Serialize, Deserialize)]
struct News {
    case: CaseId,
    act: Uuid,
    kind: Kind,
}

/// What the job of a clock says.
#[derive(Debug, Serialize, Deserialize)]
struct Clock {
    case: CaseId,
    /// The promise it is about; missing: the silence.
    #[serde(default)]
    promised: Option<Timestamp>,
}

fn job(id: Uuid, kind: &str, payload: &impl Serialize, run_at: Timestamp) -> Option<NewJob> {
    Some(NewJob {
        id,
        kind: kind.to_owned(),
        payload: serde_json::to_string(payload).ok()?,
        run_at,
    })
}

/// How long nothing may be said to the reporter of an open case. A month is counted as 28 days, so that
/// no month is without.
pub(super) fn silence(pack: &Pack) -> SignedDuration {
    let clock = pack.clock(pack.notices().silence.as_str());
    let value = clock.and_then(|clock| clock.values.first().copied());
    let days = match clock.map(|clock| clock.unit) {
        Some(ClockUnit::Days | ClockUnit::WorkingDays) => 1,
        _ => 28,
    };
    let value = i64::from(value.unwrap_or(1).clamp(1, 1_000));
    SignedDuration::from_hours(24 * days * value)
}

impl Node {
    /// Files a request of somebody who said how they may be told of it. Whether the case is kept narrow
    /// is noted with it.
    ///
    /// # Errors
    /// As [`Node::file_request`].
    pub async fn file_request_with_wish(
        &self,
        request: FileRequest,
        wish: Option<Wish>,
        actor: &Actor,
    ) -> Result<Filed, HandleError> {
        let knowing = self.unit().pack.is_sensitive(&request.service);
        let moment = self.moment(None);
        let (mut append, secret) = self.prepare_request(request, actor, moment, None)?;
        if let (Some(wish), Subject::Case(case)) = (wish, append.subject) {
            append.wish = Some(self.first_wish(case, Wish { knowing, ..wish })?);
        }
        self.file_prepared(append, secret).await
    }

    /// Adds the work that acts of a case bring for telling its reporter; none where nobody is told by any
    /// way, of made-up cases, and of those brought from another system.
    pub(crate) fn add_notice_jobs(&self, append: &mut Append, actor: &Actor) {
        let Subject::Case(case) = append.subject else {
            return;
        };
        if matches!(actor, Actor::Import { .. }) || self.ways.get().is_none() {
            return;
        }
        let silence = silence(&self.unit().pack);
        let later = |at: Timestamp, by: SignedDuration| at.checked_add(by).unwrap_or(at);
        let mut jobs = Vec::new();
        for act in &append.acts {
            let Payload::Case(payload) = &act.payload else {
                continue;
            };
            if matches!(payload, CaseAct::RequestFiled(filed) if filed.simulated) {
                return;
            }
            let at = act.recorded_at;
            if let Some(kind) = Kind::caused_by(payload) {
                let news = News {
                    case,
                    act: act.id.0,
                    kind,
                };
                jobs.extend(job(self.new_id(), NEWS, &news, at));
            }
            let mut clock = |promised, run_at| {
                let clock = Clock { case, promised };
                jobs.extend(job(self.new_id(), CLOCK, &clock, run_at));
            };
            if let Some(promised) = Kind::promised_by(payload).filter(|promised| *promised > at) {
                let after = later(promised, SignedDuration::from_secs(1));
                clock(Some(promised), after);
            }
            if matches!(
                payload,
                CaseAct::RequestFiled(_) | CaseAct::CaseReopened { .. }
            ) {
                clock(None, later(at, silence));
            }
        }
        append.jobs.extend(jobs);
    }

    /// Does the job of an act.
    ///
    /// # Errors
    /// The store's, or [`HandleError::Seal`].
    pub(crate) async fn make_news(&self, payload: &str) -> Result<(), HandleError> {
        let news: News = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        let case = match self.known_case(news.case).await {
            Ok(case) => case,
            Err(HandleError::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        self.make(news.case, &case, news.kind, &news.act.to_string())
            .await
    }

    /// Looks at a clock; says when to look again.
    ///
    /// # Errors
    /// As [`Node::make_news`].
    pub(crate) async fn look_at_clock(
        &self,
        payload: &str,
    ) -> Result<Option<Timestamp>, HandleError> {
        let clock: Clock = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        let case = match self.known_case(clock.case).await {
            Ok(case) => case,
            Err(HandleError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let silence = silence(&self.unit().pack);
        let tick = tick(&case, clock.promised, silence, self.now());
        if let Some((kind, about)) = tick.tell {
            let about = format!("{kind:?}/{}", about.as_microsecond());
            self.make(clock.case, &case, kind, &about).await?;
        }
        Ok(tick.again)
    }

    async fn make(
        &self,
        id: CaseId,
        case: &Case,
        kind: Kind,
        about: &str,
    ) -> Result<(), HandleError> {
        let Some(open) = self.ways.get().map(super::Ways::open) else {
            return Ok(());
        };
        let wish = self.kept_wish(id).await?.0.active();
        let unit = self.unit();
        let hours = PackHours(&unit.pack);
        let now = self.now();
        let zone = zone_of(&unit);
        let situation = Situation::of(case);
        let Ok(plan) = tell(situation, wish.as_ref(), kind, &hours, now, zone) else {
            return Ok(());
        };
        let rows: Vec<NoticeRow> = plan
            .ways
            .into_iter()
            .filter(|way| open.contains(way))
            .map(|way| self.new_notice(id, kind, about, way, plan.at))
            .collect();
        self.store.put_notices(&unit.id, &rows).await?;
        self.wake_senders();
        Ok(())
    }

    /// A notice that waits; its id follows from what it is about.
    pub(super) fn new_notice(
        &self,
        case: CaseId,
        kind: Kind,
        about: &str,
        way: Way,
        due_at: Timestamp,
    ) -> NoticeRow {
        let text = format!("{case}/{about}/{}", way.as_str());
        NoticeRow {
            id: self.key.uuid(Purpose::Notice, text.as_bytes()),
            case,
            kind,
            way,
            state: NoticeState::Waiting,
            due_at: Some(due_at),
            attempts: 0,
            made_at: self.now(),
            tried_at: None,
            fault: None,
            settled_at: None,
            settled_by: None,
            reason: None,
            reported_at: None,
        }
    }
}
