//! `/lacak`: what became of a report, for the one who has its number and code (S18, S40).
//!
//! The code is sent once, by POST, and never stands in an address. What opens the page afterwards is
//! a cookie that leads to number and code, sealed on the server, for half an hour.

mod ask;
mod data;
mod form;
mod letter;
mod message;
mod promise;
pub(crate) mod rights;
pub(crate) mod steps;
pub(crate) mod telling;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use jiff::{SignedDuration, Timestamp};
use pengayom_core::act::Payload;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{CaseAct, CaseRefusal, CaseStage, ReviewKind};
use pengayom_core::value::{CaseNumber, CommandId, OfficerId, SecretDigits};
use pengayom_node::access::Staff;
use pengayom_node::handle::case::{CaseHistory, MEDIA_MAX};
use pengayom_node::{DraftToken, HandleError};
use pengayom_store::StoreError;
use serde::{Deserialize, Serialize};

pub(crate) use self::ask::refused;

use self::ask::Ask;
use self::letter::LetterItem;
use self::message::{Message, messages};
use self::promise::{late, outcome, promise};
use super::receipt::card::{self, Card};
use super::report::{opened_photos, put_photo, too_long};
use crate::class::{ClassWords, class_words};
use crate::extract::{Context, CookieKind, FormPost, PhotoPost, PublicPage};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};

use crate::problem::Fault;
use crate::staff::command_of;
use crate::state::AppState;

/// Minutes for which number and code need not be typed again.
const OPEN_MINUTES: i64 = 30;

/// Number and code that fitted a moment ago.
#[derive(Serialize, Deserialize)]
struct Opened {
    number: CaseNumber,
    secret: String,
    until: Timestamp,
}

#[derive(Template)]
#[template(path = "public/track/enter.html")]
struct EnterPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    number: TextField,
    code: TextField,
}

/// One step of the four, as `ui::timeline` reads it.
struct StepLine {
    words: String,
    when: Option<String>,
    detail: Option<String>,
    state: &'static str,
    state_words: String,
}

#[derive(Template)]
#[template(path = "public/track/case.html")]
struct CasePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    number: String,
    service: Option<String>,
    place: Option<String>,
    /// In which of the four roles officers meet the reporter for it (S28).
    role: Option<String>,
    steps: Vec<StepLine>,
    /// Steps of the service that concern the reporter, each in words.
    service_steps: Vec<steps::Line>,
    /// When a progress notice is due, that it is late and why, and the right after fourteen days.
    dated: Vec<String>,
    promise: Option<String>,
    late: Option<String>,
    outcome: Option<String>,
    /// Whose the matter is, why, and where to go (S10).
    class: Option<ClassWords>,
    /// What one who is the one it is about has to know before telling more.
    warning: bool,
    letters: Vec<LetterItem>,
    rights: Vec<rights::RightsItem>,
    messages: Vec<Message>,
    news: String,
    /// By which ways they are told of news, in words; `None` when nobody is told by any.
    telling: Option<String>,
    /// What the reporter did a moment ago, in words.
    said: Option<&'static str>,
    asks: Vec<Ask>,
    erased: Option<String>,
    may_rate: bool,
    text: TextField,
    photo_error: Option<String>,
    /// Made with the form: sending it twice adds once.
    command: String,
    /// Address of the page that verifies the receipt.
    verify: Option<String>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/lacak", get(enter).post(open))
        .route("/lacak/{nomor}", get(show).post(add))
        .route("/lacak/{nomor}/tanda-terima.txt", get(receipt_text))
        .route("/lacak/{nomor}/tanda-terima.json", get(receipt_json))
        .route("/lacak/{nomor}/surat/{n}", get(letter::download))
        .route(
            "/lacak/{nomor}/kabar",
            get(telling::show).post(telling::choose),
        )
        .route("/lacak/{nomor}/kabar/peramban", post(telling::subscribe))
        .route("/lacak/{nomor}/minta", post(ask::ask))
        .route("/lacak/{nomor}/data", post(data::export))
        .route("/lacak/{nomor}/data/baca", post(data::export_page))
}

/// What the address of the form says.
#[derive(Debug, Default, Deserialize)]
struct EnterQuery {
    /// The number, from a receipt's QR code.
    nomor: Option<String>,
}

/// `GET /lacak`
async fn enter(Query(query): Query<EnterQuery>, page: PublicPage) -> Result<Response, Fault> {
    let number: String = query.nomor.unwrap_or_default().chars().take(40).collect();
    enter_page(page, &number, "", Vec::new(), StatusCode::OK)
}

/// `POST /lacak`
async fn open(mut page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    let typed_number = post.fields.line("nomor").unwrap_or_default();
    let typed_code = post.fields.line("kode").unwrap_or_default();
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return enter_page(page, &typed_number, &typed_code, Vec::new(), StatusCode::OK);
    }
    let mut errors = Vec::new();
    let number = form::read(&page.frame, &typed_number);
    if let Err(error) = &number {
        errors.push(error.clone());
    }
    let secret = typed_code.parse::<SecretDigits>();
    if secret.is_err() {
        errors.push(FieldError::new("kode", page.frame.t("error.code_digits")));
    }
    let (Ok(number), Ok(secret)) = (number, secret) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return enter_page(page, &typed_number, &typed_code, errors, status);
    };
    match form::follow(&page, &number, &secret).await {
        Ok(None) => form::waiting_page(page),
        Ok(Some(number)) => {
            let opened = Opened {
                number: number.clone(),
                secret: secret.plain(),
                until: page.node.now() + SignedDuration::from_mins(OPEN_MINUTES),
            };
            let token = page.node.new_token();
            page.node
                .keep_draft(&DraftToken(token.clone()), &opened)
                .await?;
            page.context.set_cookie(CookieKind::Track, &token);
            Ok(Redirect::to(&format!("/lacak/{number}")).into_response())
        }
        Err(HandleError::NoMatch) => {
            let errors = vec![FieldError::new("nomor", page.frame.t("track.no_match"))];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            enter_page(page, &typed_number, &typed_code, errors, status)
        }
        Err(HandleError::CodeShared) => {
            let errors = vec![FieldError::new("kode", page.frame.t("error.code_shared"))];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            enter_page(page, &typed_number, &typed_code, errors, status)
        }
        Err(error) => Err(error.into()),
    }
}

fn enter_page(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    number: &str,
    code: &str,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, Fault> {
    frame.titled("track.title");
    frame.with_form(&context, "form");
    if !errors.is_empty() {
        frame.refused();
    }
    let number = TextField::new("nomor", frame.t("track.number"), number, &errors)
        .hint(frame.t("track.number_help"));
    let code = TextField::new("kode", frame.t("track.code"), code, &errors)
        .hint(frame.t("track.code_help"));
    draw(
        status,
        &EnterPage {
            page: frame,
            errors,
            number,
            code,
        },
    )
}

/// The number and code that this browser gave a moment ago.
pub(super) async fn opened(context: &Context) -> Result<Option<(CaseNumber, SecretDigits)>, Fault> {
    let Some(token) = context.cookie(CookieKind::Track) else {
        return Ok(None);
    };
    let node = &context.state().node;
    let opened: Option<Opened> = node.draft(&DraftToken(token.to_owned())).await?;
    let opened = opened.filter(|opened| node.now() < opened.until);
    Ok(opened.and_then(|opened| Some((opened.number, opened.secret.parse().ok()?))))
}

/// What the address of the case says.
#[derive(Debug, Default, Deserialize)]
struct CaseQuery {
    /// Something was added just now.
    ditambah: Option<String>,
    /// Somebody was asked to look at it just now, or had been asked before.
    diminta: Option<String>,
}

/// What was typed and could not be taken yet.
#[derive(Debug, Clone, Copy, Default)]
struct Typed<'t> {
    /// What was typed.
    text: &'t str,
    /// Into the form that asks for this; otherwise into the one that adds something.
    asked: Option<ReviewKind>,
}

impl<'t> Typed<'t> {
    /// Typed into the form that adds something.
    const fn of(text: &'t str) -> Self {
        Self { text, asked: None }
    }
}

/// `GET /lacak/{nomor}`
async fn show(
    Path(number): Path<String>,
    Query(query): Query<CaseQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let history = page
        .node
        .track(&number, &secret, page.context.client())
        .await?;
    let said = match (query.ditambah, query.diminta) {
        (Some(_), _) => Some("track.added"),
        (None, Some(asked)) if asked == ask::WAITS => Some("track.asked_before"),
        (None, Some(_)) => Some("track.asked"),
        (None, None) => None,
    };
    let typed = Typed::default();
    case_page(page, &history, &number, said, &typed, Vec::new()).await
}

async fn fitting(
    context: &Context,
    number: &str,
) -> Result<Option<(CaseNumber, SecretDigits)>, Fault> {
    let asked = number.parse::<CaseNumber>().ok();
    Ok(opened(context)
        .await?
        .filter(|(number, _)| asked.as_ref() == Some(number)))
}

fn to_enter(number: &str) -> Result<Response, Fault> {
    // A number in the address is not the code; what is no number is not repeated.
    let number = number.parse::<CaseNumber>().map_err(|_| Fault::NotFound)?;
    Ok(Redirect::to(&format!("/lacak?nomor={number}")).into_response())
}

/// `GET /lacak/{nomor}/tanda-terima.txt`
async fn receipt_text(Path(number): Path<String>, page: PublicPage) -> Result<Response, Fault> {
    let (number, history, receipt) = own_receipt(&page, &number).await?;
    let PublicPage { context, frame, .. } = page;
    let case = &history.case;
    let service = frame.unit().pack.service(&case.service);
    let filed = frame.format().moment(case.filed_at);
    let mut lines = vec![
        format!("{} {number}", frame.t("sent.number")),
        format!(
            "{}, {filed}",
            frame.tf("sent.by_unit", &[("unit", &frame.unit_name)])
        ),
    ];
    lines.extend(card::fee(&frame, service));
    lines.push(format!("{}/lacak", context.site()));
    card::text_file(&frame, receipt.as_ref(), &number, lines)
}

/// `GET /lacak/{nomor}/tanda-terima.json`
async fn receipt_json(Path(number): Path<String>, page: PublicPage) -> Result<Response, Fault> {
    let (number, _, receipt) = own_receipt(&page, &number).await?;
    card::json_file(receipt.as_ref(), &number)
}

/// The receipt of the case that this browser opened.
async fn own_receipt(
    page: &PublicPage,
    number: &str,
) -> Result<(String, CaseHistory, Option<Card>), Fault> {
    let opened = fitting(&page.context, number).await?;
    let (number, secret) = opened.ok_or(Fault::NotFound)?;
    let client = page.context.client();
    let history = page.node.track(&number, &secret, client).await?;
    let card = card::card(&page.context, history.id, history.case.sensitive).await?;
    Ok((number.to_string(), history, card))
}

/// `POST /lacak/{nomor}`: adds something to the report.
async fn add(
    Path(number): Path<String>,
    mut page: PublicPage,
    post: PhotoPost,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let client = page.context.client().to_owned();
    let history = page.node.track(&number, &secret, &client).await?;
    let text = post.fields.get("keterangan").to_owned();
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return case_page(page, &history, &number, None, &Typed::of(&text), Vec::new()).await;
    }
    let mut errors = Vec::new();
    let found = text.chars().count();
    if text.is_empty() {
        errors.push(FieldError::new(
            "keterangan",
            page.frame.t("error.information_write"),
        ));
    } else if found > TEXT_MAX_CHARS {
        let words = too_long(&page.frame, found, TEXT_MAX_CHARS);
        errors.push(FieldError::new("keterangan", words));
    }
    let mut media = Vec::new();
    for upload in opened_photos(&page.context, post.uploads).await? {
        match put_photo(&page.frame, upload) {
            Ok(photo) if media.contains(&photo) => {}
            Ok(photo) => media.push(photo),
            Err(words) => errors.push(FieldError::new("foto", words)),
        }
    }
    if media.len() > MEDIA_MAX {
        let max = page
            .frame
            .format()
            .count(i64::try_from(MEDIA_MAX).unwrap_or(0));
        let words = page.frame.tf("error.photo_count", &[("max", &max)]);
        errors.push(FieldError::new("foto", words));
    }
    errors.dedup();
    if !errors.is_empty() {
        if !media.is_empty() {
            // What was typed is given back; a browser does not let a page give back a file.
            errors.push(FieldError::new("foto", page.frame.t("error.photo_again")));
        }
        return case_page(page, &history, &number, None, &Typed::of(&text), errors).await;
    }
    let mut command = command_of(&post.fields, &page.node);
    let send = async |command| {
        let told = (text.clone(), media.clone());
        let node = &page.node;
        node.add_information(&number, &secret, &client, command, told)
            .await
    };
    let mut added = send(command).await;
    if let Err(HandleError::Store(StoreError::CommandReused)) = added {
        // The page was sent before with other words, which stand: these come after them.
        command = CommandId(page.node.new_id());
        added = send(command).await;
    }
    match added {
        Ok(_) => Ok(Redirect::to(&format!("/lacak/{number}?ditambah=ya")).into_response()),
        Err(HandleError::Case(CaseRefusal::Text { .. })) => {
            let words = page.frame.t("error.information_write");
            let errors = vec![FieldError::new("keterangan", words)];
            case_page(page, &history, &number, None, &Typed::of(&text), errors).await
        }
        Err(HandleError::Case(CaseRefusal::TooManyAdditions { limit })) => {
            let n = page.frame.format().count(i64::from(limit));
            let words = page.frame.tf("track.add_full", &[("n", &n)]);
            let errors = vec![FieldError::new("keterangan", words)];
            case_page(page, &history, &number, None, &Typed::of(&text), errors).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn case_page(
    PublicPage {
        context,
        mut frame,
        node,
    }: PublicPage,
    history: &CaseHistory,
    number: &CaseNumber,
    said: Option<&'static str>,
    typed: &Typed<'_>,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let now = node.now();
    let case = &history.case;
    let people = node.active_staff().await?;
    frame.sensitive = case.sensitive;
    let key = if case.sensitive {
        "track.neutral_title"
    } else {
        "track.report_title"
    };
    frame.title = frame.tf(key, &[("number", &number.to_string())]);
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let unit = frame.unit();
    let service = unit.pack.service(&case.service).filter(|_| !case.sensitive);
    let place = case
        .place
        .as_ref()
        .filter(|_| !case.sensitive)
        .map(|place| {
            let beat = place.beat.as_ref().map(|beat| unit.geography.label(beat));
            let station = unit.station_name(&place.station);
            let place = beat
                .or_else(|| place.text.clone())
                .unwrap_or_else(|| frame.unit_name.clone());
            let values = [("place", place.as_str()), ("station", station.as_str())];
            frame.tf("home.place_answers", &values)
        });
    let telling = if node.open_ways().is_empty() || case.erased.is_some() {
        None
    } else {
        let telling = node.telling_of_tracked(history).await?;
        Some(telling::stands(&frame, &telling))
    };
    let rated = node.feedback_given_about_case(history.id).await?;
    let card = card::card(&context, history.id, case.sensitive).await?;
    let text = TextField::new(
        "keterangan",
        frame.t("track.add_information"),
        if typed.asked.is_none() {
            typed.text
        } else {
            ""
        },
        &errors,
    )
    .hint(frame.t("track.add_help"));
    let page = CasePage {
        command: node.new_id().to_string(),
        number: number.to_string(),
        service: service.map(|service| frame.say(&service.name).to_owned()),
        place,
        role: service
            .and_then(|service| unit.pack.officer_role(service.role))
            .map(|role| {
                let values = [
                    ("role", frame.say(&role.name)),
                    ("help", frame.say(&role.help)),
                ];
                frame.tf("track.role", &values)
            }),
        service_steps: steps::lines(&frame, history, now),
        dated: steps::dated(&frame, history, now),
        steps: steps(&frame, history, &people),
        promise: promise(&frame, case),
        late: late(&frame, history, now),
        outcome: outcome(&frame, case),
        class: class_words(&frame, case, &history.acts),
        warning: case.triage.reporter_is_reported,
        letters: letter::letters(&frame, &number.to_string(), &history.acts),
        rights: rights::reporter_rights(&frame, case),
        messages: messages(&frame, &history.acts, &people),
        news: telling::news(&frame, case, now),
        telling,
        said,
        asks: ask::asks(&frame, history, now, typed, &errors),
        erased: case.erased.map(|erased| {
            let time = frame.format().moment(erased.at);
            frame.tf("track.erased_on", &[("time", &time)])
        }),
        may_rate: case.response.is_some() && !rated,
        text,
        photo_error: error_at(&errors, "foto"),
        verify: card.map(|card| card.href),
        page: frame,
        errors,
    };
    draw(status, &page)
}

fn name_of(frame: &PageFrame, people: &[Staff], officer: Option<OfficerId>) -> String {
    let known = people.iter().find(|staff| Some(staff.id) == officer);
    known.map_or_else(
        || frame.t("sent.promise_default_officer").to_owned(),
        Staff::addressed,
    )
}

fn steps(frame: &PageFrame, history: &CaseHistory, people: &[Staff]) -> Vec<StepLine> {
    let case = &history.case;
    let handled_at = history.acts.iter().find_map(|act| match &act.payload {
        Payload::Case(
            CaseAct::OfficerAssigned { .. }
            | CaseAct::ResponderDispatched { .. }
            | CaseAct::ResponderArrived { .. }
            | CaseAct::ActionTaken { .. },
        ) => Some(act.happened_at),
        _ => None,
    });
    let handler = case.assigned_to.or(case.taken_by);
    let handled_by = handler.map(|officer| {
        let officer = name_of(frame, people, Some(officer));
        frame.tf("track.handled_by", &[("officer", &officer)])
    });
    [
        (
            CaseStage::Received,
            "track.state_received",
            Some(case.filed_at),
            None,
        ),
        (
            CaseStage::Assessed,
            "track.state_assessed",
            case.assessed_at,
            None,
        ),
        (
            CaseStage::Handled,
            "track.state_handled",
            handled_at,
            handled_by,
        ),
        (
            CaseStage::Closed,
            "track.state_closed",
            case.closed_at,
            None,
        ),
    ]
    .into_iter()
    .map(|(stage, key, at, detail)| {
        let (state, state_key) = match stage.cmp(&case.stage) {
            std::cmp::Ordering::Less => ("done", "track.step_done"),
            std::cmp::Ordering::Equal => ("current", "track.step_current"),
            std::cmp::Ordering::Greater => ("ahead", "track.step_ahead"),
        };
        let reached = stage <= case.stage;
        StepLine {
            words: frame.t(key).to_owned(),
            when: at.filter(|_| reached).map(|at| frame.format().moment(at)),
            detail: detail.filter(|_| reached || stage == CaseStage::Handled),
            state,
            state_words: frame.t(state_key).to_owned(),
        }
    })
    .collect()
}
