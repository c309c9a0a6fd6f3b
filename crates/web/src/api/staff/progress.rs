//! Steps of a case, and its progress notices.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::Lang;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal, StepState};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::case::CaseChanged;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::known;
use super::change::{CaseChange, moved, stale};
use super::refused::{at, case_code, refused};
use super::{CaseAt, DecidedOn, PartOf, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::desk::news::stage_name;
use crate::desk::{news, steps};
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::problem::Fault;

/// A step of the service.
#[derive(Serialize, ToSchema)]
pub(super) struct StepOfCase {
    /// A code of the unit's method; names it in addresses.
    code: String,
    /// Its name.
    name: String,
    /// The case is not closed while it is neither done nor left out.
    required: bool,
    /// The floor protects it: it is never left out.
    protected: bool,
    /// By what it counts as done: `hand`, or an act of its own.
    #[schema(value_type = String)]
    done_by: &'static str,
    /// `open`, `done` or `left_out`.
    #[schema(value_type = String)]
    state: &'static str,
    /// When it is due; null without a time limit, and where that has not started.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    due_at: Option<Timestamp>,
    /// Holidays after the end of that year are not known, and matter for `due_at`.
    #[schema(required)]
    holidays_unknown_after: Option<i16>,
    /// Done after it was due, or open and past it.
    late: bool,
    /// When it was done or left out.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    at: Option<Timestamp>,
    /// When that was recorded.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    recorded_at: Option<Timestamp>,
    /// Identifier of the officer's account.
    #[schema(format = "uuid", required)]
    by: Option<String>,
    /// What they wrote.
    #[schema(required)]
    text: Option<String>,
}

/// The steps of a case, in the order they are done.
#[utoipa::path(
    get, path = "/cases/{case}/steps", operation_id = "listCaseSteps", tag = "cases",
    params(CaseAt, PartOf),
    responses((status = 200, description = "In the order they are done.", body = Part<StepOfCase>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn list_steps(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let unit = api.node.unit();
    let case = &history.case;
    let steps = unit.pack.steps().of(&case.service);
    let lines = case.step_lines(steps, unit.reckoning(), api.node.now());
    let lines = lines.iter().map(|line| {
        let (state, mark) = match line.state {
            StepState::Open => ("open", None),
            StepState::Done(mark) => ("done", Some(mark)),
            StepState::LeftOut(mark) => ("left_out", Some(mark)),
        };
        StepOfCase {
            code: line.step.code.to_string(),
            name: api.frame.say(&line.step.name).to_owned(),
            required: line.step.required,
            protected: line.step.floor.is_some(),
            done_by: line.step.done.code(),
            state,
            due_at: line.due.map(|due| due.at),
            holidays_unknown_after: line.due.and_then(|due| due.unknown_after),
            late: line.late,
            at: mark.map(|mark| mark.at),
            recorded_at: mark.map(|mark| mark.recorded_at),
            by: mark.and_then(|mark| mark.by).map(|by| by.to_string()),
            text: mark
                .map(|mark| mark.text.clone())
                .filter(|text| !text.is_empty()),
        }
    });
    let list = format!("steps/{}", history.id);
    let part = part_of(&api, &list, api.query(), lines)?;
    api.found(&part).map(for_one)
}

/// What is said of a step.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SayOfStep {
    /// `done`; `left_out`, with a reason; `taken_back`: what was said before was a mistake, with a reason.
    #[schema(min_length = 1, max_length = 200)]
    state: String,
    /// A note, or the reason.
    #[schema(max_length = 5000)]
    text: Option<String>,
}

/// Says that a step was done or is left out, or takes that back.
#[utoipa::path(
    post, path = "/cases/{case}/steps/{step}", operation_id = "sayOfStep", tag = "cases",
    params(CaseAt, ("step" = String, Path, description = "Code of the step."), DecidedOn),
    request_body = SayOfStep,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn say_of_step(
    api: Api,
    Path((case, step)): Path<(String, String)>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let states = ["done", "left_out", "taken_back"];
    let state = fields.word("state", |word| states.into_iter().find(|one| *one == word));
    if state.is_none() && !fields.has_fault_at("/state") {
        fields.wrong_by_key("/state", "required", "error.word_unknown");
    }
    let text = fields.text("text", TEXT_MAX_CHARS).unwrap_or_default();
    fields.check()?;
    let named = step.clone();
    let command = match state {
        Some("left_out") => CaseCommand::LeaveOutStep { step, reason: text },
        Some("taken_back") => CaseCommand::TakeStepBack { step, reason: text },
        _ => CaseCommand::DoStep { step, note: text },
    };
    let words = move |frame: &PageFrame, rule: &CaseRefusal| {
        let error = steps::words_of(frame, &named, rule)?;
        Some(("/text", error))
    };
    change(api, case, (command, bytes), words).await
}

/// Whoever may work on cases.
pub(super) fn worker(api: &Api) -> Result<&Staff, Fault> {
    let staff = api.staff(Scope::CasesWrite)?;
    require(staff, Permission::WorkCase)?;
    Ok(staff)
}

/// Carries out a command about a case.
async fn change(
    api: Api,
    case: String,
    (command, bytes): (CaseCommand, axum::body::Bytes),
    words: impl Fn(&PageFrame, &CaseRefusal) -> Option<(&'static str, FieldError)> + Send + 'static,
) -> Result<Response, Fault> {
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let changed = api
            .node
            .change_case_once(staff, case, seen, command, once)
            .await;
        settled(&api, staff, case, changed, words).await
    })
    .await
}

/// The answer to what a command came to.
pub(super) async fn settled(
    api: &Api,
    staff: &Staff,
    case: CaseId,
    changed: Result<CaseChanged, HandleError>,
    words: impl Fn(&PageFrame, &CaseRefusal) -> Option<(&'static str, FieldError)>,
) -> Result<Response, Fault> {
    match changed {
        Ok(changed) => CaseChange::of(case, &changed).answer(api),
        // The step is named by the address.
        Err(HandleError::Case(CaseRefusal::NotInPack { field: "step", .. })) => {
            Err(Fault::NotFound)
        }
        Err(HandleError::Case(rule)) => match words(&api.frame, &rule) {
            Some(("", error)) => Err(refused(case_code(&rule), error.words)),
            Some((pointer, error)) => Err(at(pointer, case_code(&rule), error.words)),
            None => Err(moved(api, &rule).await?),
        },
        Err(HandleError::Conflict { now_with }) => Err(stale(api, staff, case, now_with).await?),
        Err(error) => Err(error.into()),
    }
}

/// Progress notices of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct ProgressOfCase {
    /// Its version.
    version: u32,
    /// The service sends progress notices, and somebody can read them.
    sends: bool,
    /// How hard the case is, a code of the unit's method; null: nobody said so.
    #[schema(required)]
    difficulty: Option<String>,
    /// The one that is owed next; null where none is.
    #[schema(required)]
    next: Option<OwedNotice>,
    /// The one that waits to be checked and sent.
    #[schema(required)]
    draft: Option<DraftedNotice>,
    /// Those sent, the oldest first.
    sent: Vec<SentNotice>,
}

/// A notice that is owed.
#[derive(Serialize, ToSchema)]
pub(super) struct OwedNotice {
    /// A code of the unit's method.
    stage: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
}

/// A notice that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftedNotice {
    /// A code of the unit's method.
    stage: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// What it says.
    text: String,
    /// Identifier of the account that wrote it; null: the program.
    #[schema(format = "uuid", required)]
    written_by: Option<String>,
    /// It is past due.
    late: bool,
    /// Why, a code of `/words`.
    #[schema(required)]
    late_reason: Option<String>,
}

/// A notice that was sent.
#[derive(Serialize, ToSchema)]
pub(super) struct SentNotice {
    /// A code of the unit's method.
    stage: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    sent_at: Timestamp,
    /// It came after it was due.
    late: bool,
    /// Why, a code of `/words`.
    #[schema(required)]
    late_reason: Option<String>,
}

/// The progress notices of a case.
#[utoipa::path(
    get, path = "/cases/{case}/progress", operation_id = "showCaseProgress", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "What was sent, what waits and what is owed next.", body = ProgressOfCase)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show_progress(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let (case, unit, now) = (&history.case, api.node.unit(), api.node.now());
    let next = case.next_news(&unit.pack, unit.reckoning());
    let body = ProgressOfCase {
        version: case.version,
        sends: case.sends_news(&unit.pack),
        difficulty: case.news.difficulty.clone(),
        next: next.map(|next| OwedNotice {
            stage: next.stage.code.to_string(),
            due_at: next.due.at,
        }),
        draft: case.news.draft.as_ref().map(|draft| DraftedNotice {
            stage: draft.stage.clone(),
            due_at: draft.due_at,
            text: draft.text.clone(),
            written_by: draft.by.map(|by| by.to_string()),
            late: draft.due_at < now,
            late_reason: draft.late_reason.clone(),
        }),
        sent: case
            .news
            .sent
            .iter()
            .map(|sent| SentNotice {
                stage: sent.stage.clone(),
                due_at: sent.due_at,
                sent_at: sent.at,
                late: sent.is_late(),
                late_reason: sent.late_reason.clone(),
            })
            .collect(),
    };
    api.found(&body).map(for_one)
}

fn news_words(frame: &PageFrame, rule: &CaseRefusal) -> Option<(&'static str, FieldError)> {
    let error = news::words_of(frame, rule)?;
    let pointer = match (error.id.as_str(), rule) {
        (_, CaseRefusal::NewsLateWithoutReason { .. } | CaseRefusal::NoDraft) => "",
        ("sebab" | "alasan", _) => "/reason",
        ("tingkat", _) => "/difficulty",
        _ => "/text",
    };
    Some((pointer, error))
}

/// A draft of a progress notice.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct DraftNotice {
    /// What it says; without it the program drafts it from what is recorded.
    #[schema(max_length = 5000)]
    text: Option<String>,
    /// The language of what the program drafts, `id` or `en`; needed without a text.
    #[schema(max_length = 200)]
    language: Option<String>,
}

/// Drafts the progress notice that is owed next, or writes the one that waits anew.
#[utoipa::path(
    post, path = "/cases/{case}/progress/drafts", operation_id = "draftProgress", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body = DraftNotice,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn draft(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    let staff = worker(&api)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let text = fields.text("text", TEXT_MAX_CHARS);
    let lang = fields.word("language", |word| match word {
        "id" => Some(Lang::Id),
        "en" => Some(Lang::En),
        _ => None,
    });
    if text.is_none() && lang.is_none() && !fields.has_fault_at("/language") {
        fields.wrong_by_key("/language", "required", "error.json_missing");
    }
    fields.check()?;
    let history = known(&api, staff, &case).await?;
    let Some(text) = text else {
        return once(api, &bytes, move |api| async move {
            let staff = api.staff(Scope::CasesWrite)?;
            let seen = api.wanted_version()?;
            let lang = lang.unwrap_or(Lang::Id);
            let drafted = api.node.draft_news_now(staff, history.id, seen, lang).await;
            if let Err(HandleError::NotFound("progress notice")) = drafted {
                let words = api.frame.t("news.none_service");
                return Err(refused("no_news_of_service", words));
            }
            settled(&api, staff, history.id, drafted, news_words).await
        })
        .await;
    };
    let unit = api.node.unit();
    let waiting = history.case.news.draft.as_ref();
    let waiting = waiting.map(|draft| (draft.stage.clone(), draft.due_at));
    let next = || {
        let next = history.case.next_news(&unit.pack, unit.reckoning())?;
        Some((next.stage.code.to_string(), next.due.at))
    };
    let Some((stage, due_at)) = waiting.or_else(next) else {
        let words = api.frame.t("news.none_service");
        return Err(refused("no_news_of_service", words));
    };
    let command = CaseCommand::DraftProgress {
        stage,
        due_at,
        text,
    };
    change(api, case, (command, bytes), news_words).await
}

/// A checked notice.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SendNotice {
    /// What it says, as it was checked; the reporter reads it.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// Sends the progress notice that waits. The reporter reads it where they follow the case.
#[utoipa::path(
    post, path = "/cases/{case}/progress/sendings", operation_id = "sendProgress", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body = SendNotice,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn send(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let text = fields.needed("text", TEXT_MAX_CHARS);
    fields.check()?;
    let command = CaseCommand::SendProgress { text };
    change(api, case, (command, bytes), news_words).await
}

/// Why a progress notice is late.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct ExplainNotice {
    /// A code of `/words`.
    #[schema(min_length = 1, max_length = 64)]
    reason: String,
    /// In the officer's words.
    #[schema(max_length = 5000)]
    text: Option<String>,
}

/// Says why the progress notice that waits is late. The reporter reads it.
#[utoipa::path(
    post, path = "/cases/{case}/progress/delay-reasons", operation_id = "explainProgressDelay", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body = ExplainNotice,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn explain(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let reason = fields.needed("reason", 64);
    let text = fields.text("text", TEXT_MAX_CHARS).unwrap_or_default();
    let known = api.frame.unit().pack.late_reasons().iter();
    let known = known.clone().find(|known| known.code.as_str() == reason);
    if known.is_some_and(|known| known.needs_text) && text.is_empty() {
        fields.wrong_by_key("/text", "required", "case.delay_text_write");
    }
    fields.check()?;
    let command = CaseCommand::ExplainProgressDelay { reason, text };
    change(api, case, (command, bytes), news_words).await
}

/// How hard a case is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SetDifficulty {
    /// A code of the unit's method, such as `medium`.
    #[schema(min_length = 1, max_length = 64)]
    difficulty: String,
    /// Why.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

/// Says how hard the case is, and so how often its reporter hears of it.
#[utoipa::path(
    post, path = "/cases/{case}/progress/difficulties", operation_id = "setDifficulty", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body = SetDifficulty,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn set_difficulty(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    worker(&api)?;
    let (mut fields, bytes) = (Fields::new(body.values, &api.frame), body.bytes);
    let difficulty = fields.needed("difficulty", 64);
    let reason = fields.needed("reason", TEXT_MAX_CHARS);
    fields.check()?;
    let command = CaseCommand::SetDifficulty { difficulty, reason };
    change(api, case, (command, bytes), news_words).await
}

/// A notice that waits, in the list of all.
#[derive(Serialize, ToSchema)]
pub(super) struct WaitingNotice {
    /// The case.
    #[schema(format = "uuid")]
    case: String,
    /// Its number.
    #[schema(required)]
    number: Option<String>,
    /// A code of the unit's method.
    stage: String,
    /// Its name.
    stage_name: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// It is past due.
    late: bool,
    /// Why, a code of `/words`.
    #[schema(required)]
    late_reason: Option<String>,
}

/// Progress notices that wait to be checked, of the cases that the account may read.
#[utoipa::path(
    get, path = "/progress-notices", operation_id = "listWaitingProgress", tag = "cases",
    params(PartOf),
    responses((status = 200, description = "The one that is due first first.", body = Part<WaitingNotice>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn waiting(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    require(staff, Permission::ReadCase)?;
    let rows = api.node.news_waiting(staff).await?;
    let now = api.node.now();
    let lines = rows.iter().filter_map(|row| {
        let due_at = row.news_due_at?;
        let stage = row.news_stage.clone().unwrap_or_default();
        Some(WaitingNotice {
            case: row.id.to_string(),
            number: row.number.as_ref().map(ToString::to_string),
            stage_name: stage_name(&api.frame, &stage),
            stage,
            due_at,
            late: due_at < now,
            late_reason: row.news_late_reason.clone(),
        })
    });
    let list = format!("progress/{}", staff.id);
    let lines: Vec<WaitingNotice> = lines.collect();
    let part = part_of(&api, &list, api.query(), lines.into_iter())?;
    api.found(&part).map(for_one)
}
