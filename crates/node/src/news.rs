//! Progress notices (SP2HP): drafted by a job before they are due, from what the case says; a person checks and
//! sends them (S18, S40).

use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::{Actor, Payload, Subject};
use pengayom_core::pack::{Lang, NewsStage, Pack, fill};
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{Case, CaseAct, CaseCommand, CaseStage};
use pengayom_core::value::CaseId;
use pengayom_store::rows::CaseRow;
use pengayom_store::{Append, CaseOrder, CaseQuery, NewJob, StoreError};
use serde::{Deserialize, Serialize};

use crate::Node;
use crate::access::{Permission, Sight, Staff};
use crate::error::HandleError;
use crate::handle::case::{CaseChanged, CaseHistory};
use crate::unit::UnitContext;

/// A job: to draft the next progress notice of a case when it is time to.
pub const DRAFT: &str = "news.draft";

/// Most notices that wait and are read for a list.
const WAITING_READ: u32 = 200;

/// Most lines of what was done in a draft: the latest.
const DONE_LINES: usize = 12;

/// What the job says.
#[derive(Debug, Serialize, Deserialize)]
struct Draft {
    case: CaseId,
}

/// Notices that wait, counted for whoever may see the board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewsDue {
    /// Drafted and not sent.
    pub waiting: usize,
    /// Of them, overdue.
    pub late: usize,
    /// Of those, without a reason.
    pub unexplained: usize,
}

/// Whether an act may change when the next notice is due.
const fn moves(act: &CaseAct) -> bool {
    matches!(
        act,
        CaseAct::RequestFiled(_)
            | CaseAct::CaseAssessed { .. }
            | CaseAct::CaseClosed { .. }
            | CaseAct::CaseReopened { .. }
            | CaseAct::DifficultySet { .. }
            | CaseAct::ProgressSent { .. }
            | CaseAct::StepDone { event: Some(_), .. }
            | CaseAct::StepTakenBack { .. }
    )
}

impl Node {
    /// Adds the work of drafting the next notice to acts that may change when it is due; none where the service
    /// sends none, of made-up cases, and of those brought from another system.
    pub(crate) fn add_news_jobs(&self, append: &mut Append, actor: &Actor, known: Option<&Case>) {
        let Subject::Case(case) = append.subject else {
            return;
        };
        if matches!(actor, Actor::Import { .. }) || known.is_some_and(|case| case.filed.simulated) {
            return;
        }
        let unit = self.unit();
        let sends = |service| unit.pack.news().services.contains(service);
        let brings = append.acts.iter().find_map(|act| {
            let Payload::Case(payload) = &act.payload else {
                return None;
            };
            let service = match payload {
                CaseAct::RequestFiled(filed) if filed.simulated => return None,
                CaseAct::RequestFiled(filed) => Some(&filed.service),
                CaseAct::CaseAssessed { service, .. } => Some(service),
                _ => known.map(|case| &case.service),
            };
            (moves(payload) && service.is_some_and(sends)).then_some(act.recorded_at)
        });
        let Some(run_at) = brings else { return };
        if let Ok(payload) = serde_json::to_string(&Draft { case }) {
            append.jobs.push(NewJob {
                id: self.new_id(),
                kind: DRAFT.to_owned(),
                payload,
                run_at,
            });
        }
    }

    /// Drafts the next notice of a case, or says when to look again.
    ///
    /// # Errors
    /// The rules' and the store's.
    pub(crate) async fn draft_news(&self, payload: &str) -> Result<Option<Timestamp>, HandleError> {
        let draft: Draft = serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
        let history = match self.history(draft.case).await {
            Ok(history) => history,
            Err(HandleError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let unit = self.unit();
        let Some(next) = history.case.next_news(&unit.pack, unit.reckoning()) else {
            return Ok(None);
        };
        let before = i64::from(unit.pack.news().draft_hours);
        let from = next.due.at.checked_sub(SignedDuration::from_hours(before));
        let now = self.now();
        if let Ok(from) = from
            && from > now
        {
            return Ok(Some(from));
        }
        let has_one = |known: &pengayom_core::subject::case::NewsDraft| {
            known.due_at == next.due.at && known.stage == next.stage.code.as_str()
        };
        if history.case.news.draft.as_ref().is_some_and(has_one) {
            return Ok(None);
        }
        let text = self.news_text(&history, next.stage, None).await?;
        let command = CaseCommand::DraftProgress {
            stage: next.stage.code.to_string(),
            due_at: next.due.at,
            text,
        };
        let actor = Actor::Program {
            job: DRAFT.to_owned(),
        };
        let moment = Moment::now(now);
        let drafted = self
            .append_command(draft.case, history.case, command, &actor, moment, None)
            .await;
        match drafted {
            Ok(_) => Ok(None),
            // Somebody wrote in between: soon, on what is there then.
            Err(HandleError::Store(StoreError::Stale { .. })) => Ok(Some(now)),
            Err(error) => Err(error),
        }
    }

    /// Drafts the next notice of a case at once, in a language, whoever asks for it.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] where none is owed, and as [`Node::change_case`].
    pub async fn draft_news_now(
        &self,
        by: &Staff,
        id: CaseId,
        seen: Option<u32>,
        lang: Lang,
    ) -> Result<CaseChanged, HandleError> {
        by.require(Permission::WorkCase)?;
        let history = self.case_history(by, id).await?;
        let unit = self.unit();
        let pack = &unit.pack;
        // What waits is written anew for its own moment; otherwise the next one.
        let waiting = history.case.news.draft.as_ref();
        let waiting =
            waiting.and_then(|draft| Some((pack.news().stage(&draft.stage)?, draft.due_at)));
        let next = || {
            let next = history.case.next_news(pack, unit.reckoning())?;
            Some((next.stage, next.due.at))
        };
        let (stage, due_at) = waiting
            .or_else(next)
            .ok_or(HandleError::NotFound("progress notice"))?;
        let text = self.news_text(&history, stage, Some(lang)).await?;
        let command = CaseCommand::DraftProgress {
            stage: stage.code.to_string(),
            due_at,
            text,
        };
        self.change_case(by, id, seen, command, None).await
    }

    /// What a draft says: facts of the case alone, no other person and nothing that officers wrote.
    async fn news_text(
        &self,
        history: &CaseHistory,
        stage: &NewsStage,
        lang: Option<Lang>,
    ) -> Result<String, HandleError> {
        let case = &history.case;
        let lang = match lang {
            Some(lang) => lang,
            None => {
                let wish = self.kept_wish(history.id).await?.0.active();
                wish.map_or(Lang::Id, |wish| wish.lang)
            }
        };
        let handler = case.assigned_to.or(case.taken_by);
        let people = self.active_staff().await?;
        let officer = people.iter().find(|staff| Some(staff.id) == handler);
        let unit = self.unit();
        let name = unit.config().name.clone();
        Ok(text(
            &unit,
            history,
            stage,
            lang,
            &officer.map_or(name, Staff::addressed),
        ))
    }

    /// Cases with a notice that waits for somebody to check it, the one that is due first first; each as far as
    /// its reader may open it.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn news_waiting(&self, by: &Staff) -> Result<Vec<CaseRow>, HandleError> {
        by.require(Permission::ReadCase)?;
        let query = CaseQuery {
            news_due: true,
            stations: self.stations_of(by),
            order: CaseOrder::NewsDue,
            limit: WAITING_READ,
            ..CaseQuery::default()
        };
        let mut rows = self.store().cases(&self.unit().id, &query).await?.rows;
        rows.retain(|row| self.sight_of(by, row) == Sight::Open);
        Ok(rows)
    }

    /// How many notices wait, as far as somebody may open their cases; nothing for who reads none.
    ///
    /// # Errors
    /// The store's.
    pub async fn news_due(&self, by: &Staff) -> Result<NewsDue, HandleError> {
        if !by.may(Permission::ReadCase) {
            return Ok(NewsDue::default());
        }
        let rows = self.news_waiting(by).await?;
        let now = self.now();
        let late = |row: &&CaseRow| row.news_due_at.is_some_and(|due| due < now);
        let unexplained = |row: &&CaseRow| row.news_late_reason.is_none();
        Ok(NewsDue {
            waiting: rows.len(),
            late: rows.iter().filter(late).count(),
            unexplained: rows.iter().filter(late).filter(unexplained).count(),
        })
    }
}

fn text(
    unit: &UnitContext,
    history: &CaseHistory,
    stage: &NewsStage,
    lang: Lang,
    officer: &str,
) -> String {
    let (case, pack) = (&history.case, &unit.pack);
    let news = pack.news();
    let number = case.filed.number.as_ref();
    let number = number.map(ToString::to_string).unwrap_or_default();
    let lines = done(unit, history, lang);
    let done = if lines.is_empty() {
        news.nothing_done.get(lang).to_owned()
    } else {
        lines.join("\n")
    };
    let obstacles = obstacles(pack, case, lang);
    let obstacles = obstacles.unwrap_or_else(|| news.no_obstacle.get(lang).to_owned());
    let difficulty = news.difficulty(case.news.difficulty.as_deref());
    let difficulty = difficulty
        .map(|known| known.name.get(lang))
        .unwrap_or_default();
    let values = [
        ("complain", news.complain.get(lang)),
        ("difficulty", difficulty),
        ("done", &done),
        ("filed", &day(unit, case.filed_at, lang)),
        ("number", &number),
        ("obstacles", &obstacles),
        ("officer", officer),
        ("phone", news.phone.get(lang)),
        ("unit", &unit.config().name),
    ];
    fill(stage.text.get(lang), &values)
}

/// Day of a moment in the unit's zone, as people of a language write it: `4 Desember 2026`.
fn day(unit: &UnitContext, at: Timestamp, lang: Lang) -> String {
    let words = unit.pack.words(lang);
    let local = unit.zone.to_datetime(at).date();
    let month = words.text(&format!("format.month_{:02}", local.month()), &[]);
    let (day, year) = (local.day().to_string(), local.year().to_string());
    let values = [
        ("day", day.as_str()),
        ("month", month.as_str()),
        ("year", year.as_str()),
    ];
    words.text("format.day", &values)
}

/// What was done, a line each with its day: the kind of each act and the names of steps, never their words.
fn done(unit: &UnitContext, history: &CaseHistory, lang: Lang) -> Vec<String> {
    let words = unit.pack.words(lang);
    let known = unit.pack.steps();
    let mut lines: Vec<String> = Vec::new();
    let mut service = None;
    for act in &history.acts {
        let Payload::Case(payload) = &act.payload else {
            continue;
        };
        let what = match payload {
            CaseAct::RequestFiled(filed) => {
                service = Some(&filed.service);
                words.text("news.done_filed", &[])
            }
            CaseAct::CaseAssessed {
                service: decided, ..
            } => {
                service = Some(decided);
                words.text("news.done_assessed", &[])
            }
            CaseAct::OfficerAssigned { .. } => words.text("news.done_assigned", &[]),
            CaseAct::ResponderArrived { .. } => words.text("news.done_arrived", &[]),
            CaseAct::ActionTaken { .. } => words.text("news.done_acted", &[]),
            CaseAct::EvidenceAdded { .. } => words.text("news.done_evidence", &[]),
            CaseAct::CaseClosed { .. } => words.text("news.done_closed", &[]),
            // The steps of a narrow case would say what it is about to whoever stands by.
            CaseAct::StepDone { .. } if history.case.sensitive => continue,
            CaseAct::StepDone { step, .. } => {
                // Only what the reporter sees of steps anyway.
                let steps = service.map_or(&[][..], |service| known.of(service));
                let step = steps.iter().find(|known| known.code.as_str() == step);
                match step.and_then(|step| step.citizen.as_ref()) {
                    Some(citizen) => citizen.get(lang).to_owned(),
                    None => continue,
                }
            }
            _ => continue,
        };
        let line = format!("{}: {what}", day(unit, act.happened_at, lang));
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    let over = lines.len().saturating_sub(DONE_LINES);
    lines.split_off(over)
}

/// What stood in the way, as reasons of the pack that the reporter reads anyway.
fn obstacles(pack: &Pack, case: &Case, lang: Lang) -> Option<String> {
    if case.stage == CaseStage::Closed {
        return None;
    }
    let draft = case.news.draft.as_ref();
    let last = case.news.sent.last();
    let reasons = [
        draft.and_then(|draft| draft.late_reason.as_deref()),
        last.and_then(|sent| sent.late_reason.as_deref()),
        case.late_reason.as_deref(),
    ];
    let code = reasons.into_iter().flatten().next()?;
    let mut known = pack.late_reasons().iter();
    let known = known.find(|reason| reason.code.as_str() == code)?;
    Some(known.name.get(lang).to_owned())
}
