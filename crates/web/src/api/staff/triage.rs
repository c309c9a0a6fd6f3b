//! Whose a matter is, and the first hour of a case, for programs (S8, S9, S10).

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{
    CaseCommand, CaseRefusal, ConfirmedBy, Guardian, RISK_CODES_MAX, RiskNote, RiskTrend, ToldBy,
    TriageAnswer, TriageDecision, TriageReply, walk,
};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::change::{CaseChange, moved, stale};
use super::form::moment;
use super::refused::{at, case_code, refused};
use super::{CaseAt, DecidedOn, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::problem::Fault;
use crate::staff::text_words;

/// Most answers read of one body: more than any tree has questions.
const ANSWERS_MAX: usize = 200;

/// An answer to a question of the tree.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerBody {
    /// The question, a code of the pack.
    #[schema(max_length = 40)]
    question: String,
    /// `yes`, `no` or `unknown`.
    #[schema(max_length = 16)]
    answer: String,
}

/// Whose the matter of a case is, and how far the questions have come.
#[derive(Serialize, ToSchema)]
pub(super) struct TriageBody {
    /// What was answered, in the order of the tree.
    #[schema(max_items = 200)]
    answers: Vec<AnswerBody>,
    /// The question that comes next.
    #[schema(required)]
    next: Option<String>,
    /// What the tree proposes.
    #[schema(required)]
    proposed: Option<String>,
    /// There is danger: act first.
    danger: bool,
    /// The outcome that was decided.
    #[schema(required)]
    outcome: Option<String>,
    /// `criminal`, `civil`, `both` or `neither`.
    #[schema(required)]
    matter: Option<String>,
    /// When it was first decided.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// How often one class took the place of another.
    changes: u32,
    /// Some decision departed from what the tree proposed.
    disagreed: bool,
    /// `due`, `agreed`, `conflict` or `settled`.
    #[schema(required)]
    second_look: Option<String>,
    /// Where the reporter was referred to.
    #[schema(max_items = 10)]
    referrals: Vec<String>,
    /// Who is there for a child who reports.
    #[schema(required)]
    guardian: Option<String>,
    /// The reporter is the one it is about.
    reporter_is_reported: bool,
}

/// Whose the matter of a case is, and how far the questions have come.
#[utoipa::path(
    get, path = "/cases/{case}/triage", operation_id = "getTriage", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "As it stands.", body = TriageBody)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn show(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let case = api.node.case_history(staff, case).await?.case;
    let triage = &case.triage;
    let walked = walk(api.frame.unit().pack.triage(), &triage.answers);
    let answers = walked.path.into_iter().map(|one| AnswerBody {
        question: one.question,
        answer: one.answer.as_str().to_owned(),
    });
    let body = TriageBody {
        answers: answers.collect(),
        next: walked.next,
        proposed: walked.outcome,
        danger: triage.danger_at.is_some(),
        outcome: triage.last.as_ref().map(|last| last.outcome.clone()),
        matter: triage
            .last
            .as_ref()
            .map(|last| last.matter.code().to_owned()),
        decided_at: triage.first.as_ref().map(|first| first.at),
        changes: triage.changes,
        disagreed: triage.disagreed,
        second_look: triage.second_look.map(|look| look.as_str().to_owned()),
        referrals: triage.referrals.clone(),
        guardian: triage.child.map(|guardian| guardian.as_str().to_owned()),
        reporter_is_reported: triage.reporter_is_reported,
    };
    api.found(&body).map(for_one)
}

/// A step of a first hour.
#[derive(Serialize, ToSchema)]
pub(super) struct StepBody {
    /// Its code.
    code: String,
    /// When it is due.
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// `open`, `done` or `impossible`.
    #[schema(value_type = String)]
    state: &'static str,
    /// When it was done, or said not to be possible.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

/// The first hour of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct FirstHourBody {
    /// When it ends, or the promise that takes its place.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// The steps of its service.
    steps: Vec<StepBody>,
    /// How badly somebody is threatened, a code of the pack.
    #[schema(required)]
    threat: Option<String>,
    /// `rising`, `same` or `falling`.
    #[schema(required)]
    trend: Option<String>,
    /// The level of the line that was told last, while nobody has taken it.
    #[schema(required)]
    waits_for: Option<String>,
    /// Since when it waits for somebody to take it.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    waits_since: Option<Timestamp>,
    /// How often a level was told.
    escalations: u32,
    /// The earliest thing that was done about it.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    first_action_at: Option<Timestamp>,
}

/// The first hour of a case: its steps, the risk, and what waits for somebody.
#[utoipa::path(
    get, path = "/cases/{case}/first-hour", operation_id = "getFirstHour", tag = "cases",
    params(CaseAt),
    responses((status = 200, description = "As it stands.", body = FirstHourBody)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn first_hour(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let case = api.node.case_history(staff, case).await?.case;
    let method = api.frame.unit().method();
    let first = &case.first_hour;
    let steps = case
        .first_hour_steps(&method)
        .into_iter()
        .map(|step| StepBody {
            code: step.code,
            due: step.due,
            state: match step.mark.map(|mark| mark.done) {
                None => "open",
                Some(true) => "done",
                Some(false) => "impossible",
            },
            at: step.mark.map(|mark| mark.at),
        });
    let body = FirstHourBody {
        ends_at: case.first_hour_ends(&method),
        steps: steps.collect(),
        threat: first.risk.as_ref().map(|risk| risk.note.level.clone()),
        trend: first
            .risk
            .as_ref()
            .map(|risk| risk.trend.as_str().to_owned()),
        waits_for: first.waiting.as_ref().map(|waiting| waiting.level.clone()),
        waits_since: first
            .waiting
            .as_ref()
            .map(|waiting| waiting.since)
            .or(first.alarm_since),
        escalations: first.escalations,
        first_action_at: first.first_action_at,
    };
    api.found(&body).map(for_one)
}

/// Answers to questions of the tree.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct AnswerTriage {
    /// Each as `question:answer`, the answer being `yes`, `no` or `unknown`; all of them to the end, or as many as show
    /// danger.
    #[schema(min_items = 1, max_items = 200)]
    answers: Vec<String>,
}

/// What an officer decided.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct DecideTriage {
    /// An outcome of the tree, a code of the pack.
    #[schema(min_length = 1, max_length = 64)]
    outcome: String,
    /// The service that takes it, where it changes.
    #[schema(max_length = 64)]
    service_code: Option<String>,
    /// Why; needed for a civil matter or one of neither, for what the tree did not propose, and for a change.
    #[schema(max_length = 5000)]
    reason: Option<String>,
    /// Where the reporter is referred to, codes of the pack; at least one for a civil matter.
    #[schema(max_items = 10)]
    referrals: Option<Vec<String>>,
}

/// What another officer comes to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct LookAgain {
    /// An outcome of the tree, a code of the pack.
    #[schema(min_length = 1, max_length = 64)]
    outcome: String,
    /// Why; the reporter reads it.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

/// What the chief or duty officer decides between two who differ.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SettleTriage {
    /// An outcome of the tree, a code of the pack.
    #[schema(min_length = 1, max_length = 64)]
    outcome: String,
    /// Why; the reporter reads it.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
    /// Where the reporter is referred to; at least one for a civil matter.
    #[schema(max_items = 10)]
    referrals: Option<Vec<String>>,
}

/// A child reports.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NoteChild {
    /// `present`, `called`, `missing` or `unsafe`.
    #[schema(min_length = 1, max_length = 16)]
    guardian: String,
}

/// The reporter is the one it is about, or is not after all.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NoteReported {
    /// Whether it is so.
    reported: bool,
    /// They were told that they need not tell against themselves.
    warned: Option<bool>,
    /// How that is known.
    #[schema(min_length = 1, max_length = 5000)]
    reason: String,
}

/// What was written was told to a reporter who cannot read it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct ConfirmReadBack {
    /// `aloud`, `companion` or `interpreter`.
    #[schema(min_length = 1, max_length = 16)]
    told: String,
    /// `word`, `thumb` or `signature`.
    #[schema(min_length = 1, max_length = 16)]
    confirmed: String,
}

/// A step of the first hour.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct MarkStep {
    /// Its code.
    #[schema(min_length = 1, max_length = 64)]
    step: String,
    /// Whether it was done; otherwise it is not possible.
    done: bool,
    /// Why it is not possible.
    #[schema(max_length = 5000)]
    reason: Option<String>,
    /// When, where that is not now.
    #[schema(format = DateTime, max_length = 64)]
    happened_at: Option<String>,
}

/// Who is threatened, how badly, and whether it grows.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct RecordRisk {
    /// A threat of the pack.
    #[schema(min_length = 1, max_length = 64)]
    level: String,
    /// `rising`, `same` or `falling`.
    #[schema(min_length = 1, max_length = 16)]
    trend: String,
    /// Who; needed unless nobody is.
    #[schema(max_length = 5000)]
    threatened: Option<String>,
    /// Kinds of harm of the pack.
    #[schema(max_items = 20)]
    harms: Option<Vec<String>>,
    /// What may happen, codes of the pack.
    #[schema(max_items = 20)]
    may_happen: Option<Vec<String>>,
    /// What was seen or heard.
    #[schema(max_length = 5000)]
    text: Option<String>,
}

/// What a body asks for, and when what it tells of happened.
type Asked = (CaseCommand, Option<Timestamp>);

/// Carries out what a body asks for.
async fn carry_out(
    api: Api,
    case: String,
    body: JsonBody,
    permission: Permission,
    read: fn(&Api, &mut Fields<'_>) -> Option<Asked>,
) -> Result<Response, Fault> {
    require(api.staff(Scope::CasesWrite)?, permission)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let (command, happened_at) = {
        let mut fields = Fields::new(body.values, &api.frame);
        let asked = read(&api, &mut fields);
        fields.check()?;
        asked.ok_or(Fault::Unreadable)?
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let changed = api
            .node
            .change_case_once_at(staff, case, seen, command, happened_at, once);
        let done = Box::pin(changed).await;
        match done {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(rule)) => Err(why_not(&api, &rule).await?),
            Err(HandleError::Conflict { now_with }) => {
                Err(stale(&api, staff, case, now_with).await?)
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// The member that a rule blames, in the page's words.
async fn why_not(api: &Api, rule: &CaseRefusal) -> Result<Fault, Fault> {
    let code = case_code(rule);
    let words = |key: &str| api.frame.t(key).to_owned();
    Ok(match rule {
        CaseRefusal::Text { field, fault } => {
            let said = text_words(&api.frame, *fault, "triage.reason_write");
            at(pointer_of(field), code, said)
        }
        CaseRefusal::NotInPack { field, .. } => {
            at(pointer_of(field), "unknown", words("error.word_unknown"))
        }
        CaseRefusal::ServiceNotOffered(_) => {
            at("/service_code", "unknown", words("error.word_unknown"))
        }
        CaseRefusal::ReferralMissing => at("/referrals", code, words("triage.referral_choose")),
        CaseRefusal::WarningMissing => at("/warned", code, words("triage.warning_first")),
        CaseRefusal::TriageUnfinished => at("/answers", code, words("triage.unfinished")),
        CaseRefusal::OwnDecision => refused(code, words("triage.look_own")),
        CaseRefusal::LooksDiffer => refused(code, words("triage.look_conflict")),
        CaseRefusal::NothingWaits => refused(code, words("first_hour.nothing_waits")),
        CaseRefusal::InTheFuture { .. } => at("/happened_at", code, words("first_hour.at_future")),
        CaseRefusal::BeforeWhatItFollows { .. } => {
            at("/happened_at", code, words("first_hour.at_before"))
        }
        rule => moved(api, rule).await?,
    })
}

fn pointer_of(field: &str) -> &'static str {
    match field {
        "question" => "/answers",
        "triage_outcome" => "/outcome",
        "referral" => "/referrals",
        "step" => "/step",
        "level" => "/level",
        "harm" => "/harms",
        "may_happen" => "/may_happen",
        "threatened" => "/threatened",
        "text" => "/text",
        _ => "/reason",
    }
}

fn outcome(fields: &mut Fields<'_>) -> String {
    fields.needed("outcome", 64)
}

fn reason(fields: &mut Fields<'_>) -> String {
    fields.text("reason", TEXT_MAX_CHARS).unwrap_or_default()
}

fn referrals(fields: &mut Fields<'_>) -> Vec<String> {
    fields.texts("referrals", 10, 64)
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $name:ident: $path:tt, $id:tt, $body:ident, $permission:ident, $read:expr;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(
            post, path = $path, operation_id = $id, tag = "cases",
            params(CaseAt, DecidedOn),
            request_body = $body,
            responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
                headers(("ETag" = String, description = "The version after it.")))),
            security(("token" = ["cases:write"]))
        )]
        pub(super) async fn $name(
            api: Api,
            Path(case): Path<String>,
            body: JsonBody,
        ) -> Result<Response, Fault> {
            carry_out(api, case, body, Permission::$permission, $read).await
        }
    )*};
}

operations! {
    /// Answers the questions of the triage tree. Danger is recorded before the rest is asked.
    answer: "/cases/{case}/triage-answers", "answerTriage", AnswerTriage, WorkCase, |api, fields| {
        let texts = fields.texts("answers", ANSWERS_MAX, 64);
        let mut answers = Vec::new();
        for text in texts {
            let pair = text.split_once(':').and_then(|(question, answer)| {
                Some(TriageAnswer { question: question.to_owned(), answer: TriageReply::parse(answer)? })
            });
            match pair {
                Some(pair) => answers.push(pair),
                None => fields.wrong_by_key("/answers", "unknown", "error.word_unknown"),
            }
        }
        let pack_version = api.frame.unit().pack.version().to_owned();
        Some((CaseCommand::AnswerTriage { answers, pack_version }, None))
    };
    /// Decides whose the matter is, under the name of the account.
    decide: "/cases/{case}/triage-decisions", "decideTriage", DecideTriage, WorkCase, |_, fields| {
        let service = fields.word("service_code", |code| code.parse().ok());
        let decision = TriageDecision {
            outcome: outcome(fields),
            service,
            reason: reason(fields),
            referrals: referrals(fields),
        };
        Some((CaseCommand::DecideTriage(decision), None))
    };
    /// Looks at the class a second time. Not by whoever handles or decided the case.
    look: "/cases/{case}/triage-looks", "lookAgain", LookAgain, WorkCase, |_, fields| {
        let (outcome, reason) = (outcome(fields), reason(fields));
        Some((CaseCommand::LookAgain { outcome, reason }, None))
    };
    /// Decides between a first and a second look that differ. By neither of the two.
    settle: "/cases/{case}/triage-settlements", "settleTriage", SettleTriage, AssignCase, |_, fields| {
        let (outcome, reason, referrals) = (outcome(fields), reason(fields), referrals(fields));
        Some((CaseCommand::SettleTriage { outcome, reason, referrals }, None))
    };
    /// Notes that a child reports, and who is there for them.
    note_child: "/cases/{case}/child-reporters", "noteChild", NoteChild, WorkCase, |_, fields| {
        fields.needed("guardian", 16);
        let guardian = fields.word("guardian", Guardian::parse)?;
        Some((CaseCommand::NoteChild { guardian }, None))
    };
    /// Notes that the reporter is the one it is about, who was warned before; or that this was a mistake.
    note_reported: "/cases/{case}/reported-reporters", "noteReported", NoteReported, WorkCase, |_, fields| {
        let reported = fields.flag("reported");
        if reported.is_none() && !fields.has_fault_at("/reported") {
            fields.wrong_by_key("/reported", "required", "error.json_missing");
        }
        let warned = fields.flag("warned").unwrap_or_default();
        let reason = reason(fields);
        Some((CaseCommand::NoteReported { reported: reported?, warned, reason }, None))
    };
    /// Notes that what was written was told to a reporter who cannot read it, and that they said it is right.
    confirm_read_back: "/cases/{case}/read-backs", "confirmReadBack", ConfirmReadBack, WorkCase, |_, fields| {
        fields.needed("told", 16);
        fields.needed("confirmed", 16);
        let told = fields.word("told", ToldBy::parse)?;
        let confirmed = fields.word("confirmed", ConfirmedBy::parse)?;
        Some((CaseCommand::ConfirmReadBack { told, confirmed }, None))
    };
    /// Marks a step of the first hour as done or not possible. Once done it stays so.
    mark_step: "/cases/{case}/first-hour-steps", "markStep", MarkStep, WorkCase, |_, fields| {
        let step = fields.needed("step", 64);
        let done = fields.flag("done");
        if done.is_none() && !fields.has_fault_at("/done") {
            fields.wrong_by_key("/done", "required", "error.json_missing");
        }
        let reason = reason(fields);
        let at = moment(fields, "happened_at");
        Some((CaseCommand::MarkStep { step, done: done?, reason }, at))
    };
    /// Records who is threatened, how badly, and whether the danger grows. What is high or rising goes up the line.
    record_risk: "/cases/{case}/risks", "recordRisk", RecordRisk, WorkCase, |_, fields| {
        let level = fields.needed("level", 64);
        fields.needed("trend", 16);
        let trend = fields.word("trend", RiskTrend::parse)?;
        let risk = RiskNote {
            threatened: fields.text("threatened", TEXT_MAX_CHARS).unwrap_or_default(),
            level,
            harms: fields.texts("harms", RISK_CODES_MAX, 64),
            may_happen: fields.texts("may_happen", RISK_CODES_MAX, 64),
            text: fields.text("text", TEXT_MAX_CHARS).unwrap_or_default(),
        };
        Some((CaseCommand::RecordRisk { risk, trend }, None))
    };
}

/// Takes what has gone up the line, under the name of the account.
#[utoipa::path(
    post, path = "/cases/{case}/escalation-takings", operation_id = "takeEscalation", tag = "cases",
    params(CaseAt, DecidedOn),
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn take_escalation(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let nothing = JsonBody {
        bytes: axum::body::Bytes::new(),
        values: serde_json::Map::new(),
    };
    let read = |_: &Api, _: &mut Fields<'_>| Some((CaseCommand::TakeEscalation, None));
    carry_out(api, case, nothing, Permission::WorkCase, read).await
}
