//! What the one who filed a request may see of it.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::case::{Case, CaseAct, CaseStage, ReviewKind, StepState};
use pengayom_core::value::{CaseNumber, OfficerId};
use pengayom_node::access::Staff;
use pengayom_node::handle::case::CaseHistory;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Api;
use super::receipt::ReceiptBody;
use super::reporter::{self, ClassOfRequest, RightsOfReporter};
use super::request::Standard;
use crate::frame::PageFrame;
use crate::letters::{Given, Standing, kind_name, to_reporter};
use crate::problem::Fault;
use crate::public::receipt::card;
use crate::public::right_from;

/// A request as it stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Status {
    /// Names the request in the record.
    #[schema(format = "uuid")]
    id: String,
    /// The number people use.
    tracking_code: String,
    /// Its kind is kept narrow: `service_code`, `service_name`, `station` and `beat` are null, so that nothing on a
    /// screen gives it away.
    sensitive: bool,
    stage: Stage,
    /// The service decided on, at first the one asked for.
    #[schema(required)]
    service_code: Option<String>,
    #[schema(required)]
    service_name: Option<String>,
    /// Code of the unit.
    unit: String,
    /// Code of the station that answers for it.
    #[schema(required)]
    station: Option<String>,
    /// Code of the beat.
    #[schema(required)]
    beat: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    standard: Standard,
    /// When an officer first read it.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    assessed_at: Option<Timestamp>,
    /// The first response.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    responded_at: Option<Timestamp>,
    /// The first response came late, or is overdue.
    late: bool,
    #[schema(required)]
    late_reason: Option<String>,
    /// Rank and name of who handles it.
    #[schema(required)]
    handled_by: Option<String>,
    /// When the next news is promised.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    next_news_by: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    closed_at: Option<Timestamp>,
    /// How it ended, in words.
    #[schema(required)]
    outcome: Option<String>,
    /// When what identifies persons was erased.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    erased_at: Option<Timestamp>,
    /// What was said between the reporter and the unit, in that order.
    messages: Vec<Message>,
    /// Letters that were given, in that order.
    letters: Vec<Letter>,
    /// Steps of the service that concern the reporter; none of a kind that is kept narrow.
    steps: Vec<Step>,
    /// The next progress notice, or the one that is due.
    #[schema(required)]
    next_notice: Option<NextNotice>,
    /// From then on the reporter may go to the superior, if nobody responded before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    may_go_to_superior_from: Option<Timestamp>,
    /// What the reporter may ask others to look at.
    reviews: Vec<Review>,
    /// Whose the matter is, why, and where to go; null until somebody decided it.
    #[schema(required)]
    class: Option<ClassOfRequest>,
    /// Rights of the reporter, and when they were told them.
    rights: Vec<RightsOfReporter>,
    /// What a reporter who is themself the one it is about has to know before telling more.
    #[schema(required)]
    warning: Option<String>,
    /// How it was handled can be judged now.
    may_rate: bool,
    /// Null when the log is not as it was built; number and secret stay good.
    #[schema(required)]
    receipt: Option<ReceiptBody>,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Recorded; nobody has read it yet.
    Received,
    /// An officer has read it.
    Assessed,
    /// Somebody is working on it.
    Handled,
    /// Ended.
    Closed,
}

impl From<CaseStage> for Stage {
    fn from(stage: CaseStage) -> Self {
        match stage {
            CaseStage::Received => Self::Received,
            CaseStage::Assessed => Self::Assessed,
            CaseStage::Handled => Self::Handled,
            CaseStage::Closed => Self::Closed,
        }
    }
}

/// Something that was said.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    from: Side,
    about: About,
    text: String,
    /// Rank and name of the officer, as far as known.
    #[schema(required)]
    officer: Option<String>,
    /// Photographs that came with it.
    photographs: u32,
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Side {
    Unit,
    Reporter,
}

/// What it is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum About {
    /// News.
    News,
    /// A progress notice.
    ProgressNotice,
    /// Why it was closed.
    Closed,
    /// Why it was opened again.
    Reopened,
    /// Something the reporter added.
    Information,
    /// An explanation, asked for or given.
    Explanation,
    /// A second look, asked for or given.
    SecondLook,
}

impl From<ReviewKind> for About {
    fn from(kind: ReviewKind) -> Self {
        match kind {
            ReviewKind::Explanation => Self::Explanation,
            ReviewKind::SecondLook => Self::SecondLook,
        }
    }
}

/// A letter that was given.
#[derive(Serialize, ToSchema)]
pub(super) struct Letter {
    /// Its place in the order they were given; names it.
    #[schema(minimum = 1)]
    n: u32,
    /// A code of the unit's method.
    #[schema(examples("sp2hp_a1"))]
    kind: String,
    name: String,
    /// The letter's own number.
    #[schema(required)]
    number: Option<String>,
    /// The day on the letter.
    #[schema(value_type = String, format = Date)]
    dated: Date,
    #[schema(value_type = String, format = DateTime)]
    given_at: Timestamp,
    #[schema(examples("application/pdf"))]
    media_type: String,
    size_bytes: u64,
    /// Of the file as it is handed down; it stands in the unit's ledger.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    state: LetterState,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    withdrawn_at: Option<Timestamp>,
    #[schema(required)]
    withdrawn_reason: Option<String>,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LetterState {
    /// It can be had.
    There,
    /// It was given by mistake and taken back.
    Withdrawn,
    /// It was erased with what identifies persons.
    Erased,
}

/// A step of the service.
#[derive(Serialize, ToSchema)]
pub(super) struct Step {
    /// A code of the unit's method.
    #[schema(examples("rights_told"))]
    code: String,
    /// What it is for the reporter.
    words: String,
    state: StepWord,
    /// When it is due; null without a time limit, and where that has not started.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    due_at: Option<Timestamp>,
    /// Holidays after the end of that year are not known, and matter for `due_at`.
    #[schema(required)]
    holidays_unknown_after: Option<i16>,
    /// When it was done.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    done_at: Option<Timestamp>,
    /// Done after it was due, or open and past it.
    late: bool,
    /// Why it was left out.
    #[schema(required)]
    reason: Option<String>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StepWord {
    Done,
    LeftOut,
    Open,
}

/// A progress notice that is owed.
#[derive(Serialize, ToSchema)]
pub(super) struct NextNotice {
    /// A code of the unit's method.
    #[schema(examples("a1"))]
    stage: String,
    #[schema(value_type = String, format = DateTime)]
    due_at: Timestamp,
    /// It is past due.
    late: bool,
    /// Why it is late, in words of the unit's method.
    #[schema(required)]
    late_reason: Option<String>,
}

fn steps(frame: &PageFrame, case: &Case, now: Timestamp) -> Vec<Step> {
    if case.sensitive {
        // They would give the kind away.
        return Vec::new();
    }
    let unit = frame.unit();
    let known = unit.pack.steps().of(&case.service);
    let lines = case.step_lines(known, unit.reckoning(), now).into_iter();
    let shown = lines.filter_map(|line| {
        let words = frame.say(line.step.citizen.as_ref()?).to_owned();
        let (state, done_at, reason) = match line.state {
            StepState::Done(mark) => (StepWord::Done, Some(mark.at), None),
            StepState::LeftOut(mark) => (StepWord::LeftOut, None, Some(mark.text.clone())),
            StepState::Open => (StepWord::Open, None, None),
        };
        Some(Step {
            code: line.step.code.to_string(),
            words,
            state,
            due_at: line.due.map(|due| due.at),
            holidays_unknown_after: line.due.and_then(|due| due.unknown_after),
            done_at,
            late: line.late,
            reason: reason.filter(|reason| !reason.is_empty()),
        })
    });
    shown.collect()
}

fn next_notice(frame: &PageFrame, case: &Case, now: Timestamp) -> Option<NextNotice> {
    let unit = frame.unit();
    if let Some(draft) = &case.news.draft {
        let reason = draft.late_reason.as_deref();
        return Some(NextNotice {
            stage: draft.stage.clone(),
            due_at: draft.due_at,
            late: draft.due_at < now,
            late_reason: reason.map(|code| crate::desk::late_reason(frame, code)),
        });
    }
    let next = case.next_news(&unit.pack, unit.reckoning())?;
    Some(NextNotice {
        stage: next.stage.code.to_string(),
        due_at: next.due.at,
        late: next.due.at < now,
        late_reason: None,
    })
}

/// Something the reporter may ask others to look at.
#[derive(Serialize, ToSchema)]
pub(super) struct Review {
    kind: ReviewWord,
    /// It may be asked for now.
    may_ask: bool,
    /// Since when it waits for an answer; a second look also when nobody asked and another officer looks anyway.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    open_since: Option<Timestamp>,
}

/// An explanation by a superior when news is overdue; a second look at what was decided.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReviewWord {
    Explanation,
    SecondLook,
}

impl From<ReviewKind> for ReviewWord {
    fn from(kind: ReviewKind) -> Self {
        match kind {
            ReviewKind::Explanation => Self::Explanation,
            ReviewKind::SecondLook => Self::SecondLook,
        }
    }
}

impl From<ReviewWord> for ReviewKind {
    fn from(word: ReviewWord) -> Self {
        match word {
            ReviewWord::Explanation => Self::Explanation,
            ReviewWord::SecondLook => Self::SecondLook,
        }
    }
}

fn letter(frame: &PageFrame, letter: Given<'_>) -> Letter {
    let (state, withdrawn_at, reason) = match letter.standing {
        Standing::There => (LetterState::There, None, None),
        Standing::Withdrawn { at, reason } => (LetterState::Withdrawn, Some(at), Some(reason)),
        Standing::Erased => (LetterState::Erased, None, None),
    };
    let reason = reason.filter(|reason| !reason.is_empty());
    Letter {
        n: letter.n,
        kind: letter.kind.to_owned(),
        name: kind_name(frame, letter.kind),
        number: letter.number.map(ToOwned::to_owned),
        dated: letter.dated,
        given_at: letter.at,
        media_type: letter.file.media_type.clone(),
        size_bytes: letter.file.size_bytes,
        sha256: letter.file.sha256.clone(),
        state,
        withdrawn_at,
        withdrawn_reason: reason.map(ToOwned::to_owned),
    }
}

/// The letters of a case, in the order they were given.
pub(super) fn letters(frame: &PageFrame, acts: &[Act]) -> Vec<Letter> {
    let all = to_reporter(acts).into_iter();
    all.map(|known| letter(frame, known)).collect()
}

fn addressed(people: &[Staff], officer: Option<OfficerId>) -> Option<String> {
    let known = people.iter().find(|staff| Some(staff.id) == officer);
    known.map(Staff::addressed)
}

fn message(act: &Act, people: &[Staff]) -> Option<Message> {
    let Payload::Case(payload) = &act.payload else {
        return None;
    };
    let (from, about, text, photographs) = match payload {
        CaseAct::ReporterAnswered { text, .. } => (Side::Unit, About::News, text, 0),
        CaseAct::ProgressSent { text, .. } => (Side::Unit, About::ProgressNotice, text, 0),
        CaseAct::CaseClosed { reason, .. } => (Side::Unit, About::Closed, reason, 0),
        CaseAct::CaseReopened { reason } => (Side::Unit, About::Reopened, reason, 0),
        CaseAct::ReviewAnswered { review, text } => (Side::Unit, (*review).into(), text, 0),
        CaseAct::ReviewAsked { review, text } => (Side::Reporter, (*review).into(), text, 0),
        CaseAct::InformationAdded { text, media } => {
            (Side::Reporter, About::Information, text, media.len())
        }
        _ => return None,
    };
    Some(Message {
        at: act.happened_at,
        from,
        about,
        text: text.clone(),
        officer: match from {
            Side::Unit => addressed(people, act.actor.officer()),
            Side::Reporter => None,
        },
        photographs: u32::try_from(photographs).unwrap_or(u32::MAX),
    })
}

fn reviews(case: &Case, now: Timestamp) -> Vec<Review> {
    let one = |kind: ReviewKind| Review {
        kind: kind.into(),
        may_ask: case.may_ask(kind, now).is_ok(),
        open_since: case.review_waits_since(kind),
    };
    ReviewKind::ALL.into_iter().map(one).collect()
}

/// Why it is late, in words of the pack.
fn late_reason(frame: &PageFrame, case: &Case) -> Option<String> {
    let code = case.late_reason.as_deref()?;
    let mut reasons = frame.unit().pack.late_reasons().iter();
    let known = reasons.find(|reason| reason.code.as_str() == code);
    Some(
        known
            .map_or(code, |reason| frame.say(&reason.name))
            .to_owned(),
    )
}

/// How it ended, in words of the pack.
fn outcome(frame: &PageFrame, case: &Case) -> Option<String> {
    let code = case.outcome.as_deref()?;
    let mut outcomes = frame.unit().pack.close_outcomes().iter();
    let known = outcomes.find(|known| known.code.as_str() == code);
    Some(
        known
            .map_or(code, |known| frame.say(&known.citizen))
            .to_owned(),
    )
}

/// Shows what the one who filed a request may see of it.
#[utoipa::path(
    get, path = "/requests/{tracking_code}", operation_id = "showRequest",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed here or as `secret`."),
        ("secret" = Option<String>, Query, description = "The same, for who cannot send a header; the header wins."),
    ),
    responses((status = 200, description = "The request as it stands.", body = Status))
)]
pub(super) async fn show(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let (number, history) = own(&api, &number).await?;
    let body = status(&api, &number, &history).await?;
    api.found_version(history.case.version, &body)
}

/// What may be seen of a case.
///
/// # Errors
/// The store's.
pub(super) async fn status(
    api: &Api,
    number: &CaseNumber,
    history: &CaseHistory,
) -> Result<Status, Fault> {
    let (frame, case, now) = (&api.frame, &history.case, api.node.now());
    let unit = frame.unit();
    let service = unit.pack.service(&case.service);
    let shown = service.filter(|_| !case.sensitive);
    let people = api.node.active_staff().await?;
    let place = case.place.as_ref().filter(|_| !case.sensitive);
    let receipt = card::card(&api.context, history.id, case.sensitive).await?;
    let rated = api.node.feedback_given_about_case(history.id).await?;
    Ok(Status {
        id: history.id.to_string(),
        tracking_code: number.to_string(),
        sensitive: case.sensitive,
        stage: case.stage.into(),
        service_code: (!case.sensitive).then(|| case.service.as_str().to_owned()),
        service_name: shown.map(|service| frame.say(&service.name).to_owned()),
        unit: unit.id.to_string(),
        station: place.map(|place| place.station.to_string()),
        beat: place
            .and_then(|place| place.beat.as_ref())
            .map(ToString::to_string),
        requested_at: case.filed_at,
        standard: Standard {
            respond_within_minutes: case.filed.respond_minutes,
            respond_by: case.respond_by,
            basis: shown.map(|service| frame.say(&service.standard.basis).to_owned()),
        },
        assessed_at: case.assessed_at,
        responded_at: case.response.map(|response| response.at),
        late: case.is_late(now),
        late_reason: late_reason(frame, case),
        handled_by: addressed(&people, case.assigned_to.or(case.taken_by)),
        next_news_by: case.next_news_by,
        closed_at: case.closed_at,
        outcome: outcome(frame, case),
        erased_at: case.erased.map(|erased| erased.at),
        messages: history
            .acts
            .iter()
            .filter_map(|act| message(act, &people))
            .collect(),
        letters: letters(frame, &history.acts),
        steps: steps(frame, case, now),
        next_notice: next_notice(frame, case, now),
        may_go_to_superior_from: right_from(frame, history).map(|due| due.at),
        reviews: reviews(case, now),
        class: reporter::class(frame, case, &history.acts),
        rights: reporter::rights(frame, case),
        warning: reporter::warning(frame, case),
        may_rate: case.response.is_some() && !rated,
        receipt: receipt.map(|card| card.receipt.into()),
    })
}

/// Shows the receipt alone, with its proof once the log has the act.
#[utoipa::path(
    get, path = "/requests/{tracking_code}/receipt", operation_id = "showReceipt",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed here or as `secret`."),
        ("secret" = Option<String>, Query, description = "The same, for who cannot send a header; the header wins."),
    ),
    responses((status = 200, description = "The receipt.", body = ReceiptBody))
)]
pub(super) async fn receipt(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let (_, history) = own(&api, &number).await?;
    let card = card::card(&api.context, history.id, history.case.sensitive).await?;
    let card = card.ok_or(Fault::NotFound)?;
    api.found(&ReceiptBody::from(card.receipt))
}

/// The case of a number and its secret. Whether the number or the code is wrong is not told: both are
/// simply not found.
///
/// # Errors
/// [`Fault::NotFound`], [`Fault::TooManyTries`], [`Fault::CodeShared`], or the store's.
pub(super) async fn own(api: &Api, number: &str) -> Result<(CaseNumber, CaseHistory), Fault> {
    let number = number.parse::<CaseNumber>().map_err(|_| Fault::NotFound)?;
    let secret = api.secret()?;
    let client = api.context.client();
    let history = api.node.track(&number, &secret, client).await?;
    Ok((number, history))
}
