//! `/nilai`: judging how one was served (S5), with trust and liking as two questions (S41).

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use pengayom_core::pack::SurveyItem;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::feedback::{Answer, FeedbackRefusal};
use pengayom_core::value::SecretDigits;
use pengayom_node::HandleError;
use pengayom_node::handle::feedback::Rateable;

use super::report::too_long;
use super::track;
use crate::extract::{Fields, FormPost, PublicPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "public/rate/enter.html")]
struct EnterPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    code: TextField,
}

#[derive(Template)]
#[template(path = "public/rate/form.html")]
struct FormPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    action: String,
    about: Option<String>,
    intro: String,
    private: String,
    items: Vec<ChoiceGroup>,
    parts: Vec<Part>,
    message: TextField,
}

/// Further questions under a heading that opens.
struct Part {
    title: String,
    items: Vec<ChoiceGroup>,
    /// Something was answered here, so it stays open.
    open: bool,
}

#[derive(Template)]
#[template(path = "public/rate/closed.html")]
struct ClosedPage {
    page: PageFrame,
    words: String,
}

#[derive(Template)]
#[template(path = "public/rate/paper.html")]
struct PaperPage {
    page: PageFrame,
    private: String,
    groups: Vec<PaperGroup>,
}

/// Questions of the sheet under one heading.
struct PaperGroup {
    title: Option<String>,
    rows: Vec<PaperRow>,
}

struct PaperRow {
    ask: String,
    answers: Vec<String>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/nilai", get(enter).post(open))
        .route("/nilai/terima-kasih", get(thanks))
        .route("/nilai/kasus", get(show_case).post(give_case))
        .route("/nilai/kertas", get(paper))
        .route("/nilai/{kode}", get(show).post(give))
}

/// `GET /nilai`
async fn enter(page: PublicPage) -> Result<Response, Fault> {
    enter_page(page, "", Vec::new(), StatusCode::OK)
}

/// `POST /nilai`
async fn open(mut page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    let typed = post.fields.line("kode").unwrap_or_default();
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return enter_page(page, &typed, Vec::new(), StatusCode::OK);
    }
    if let Ok(code) = typed.parse::<SecretDigits>() {
        Ok(Redirect::to(&format!("/nilai/{}", code.plain())).into_response())
    } else {
        let errors = vec![FieldError::new("kode", page.frame.t("error.code_digits"))];
        enter_page(page, &typed, errors, StatusCode::UNPROCESSABLE_ENTITY)
    }
}

fn enter_page(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    typed: &str,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, Fault> {
    frame.titled("rate.enter_title");
    frame.with_form(&context, "form");
    if !errors.is_empty() {
        frame.refused();
    }
    let code = TextField::new("kode", frame.t("rate.enter_code"), typed, &errors)
        .hint(frame.t("rate.enter_help"));
    draw(
        status,
        &EnterPage {
            page: frame,
            errors,
            code,
        },
    )
}

/// What is judged, and where its form goes.
struct Subject {
    rateable: Rateable,
    action: String,
}

/// The encounter of a code, or the page that says why there is none.
async fn of_code(page: PublicPage, code: &str) -> Result<(PublicPage, Subject), Response> {
    let found = match code.parse::<SecretDigits>() {
        Ok(digits) => page.node.rateable(&digits, page.context.client()).await,
        Err(_) => Err(HandleError::NoMatch),
    };
    match found {
        Ok(rateable) => {
            let action = format!("/nilai/{code}");
            Ok((page, Subject { rateable, action }))
        }
        Err(HandleError::NoMatch) => {
            let errors = vec![FieldError::new("kode", page.frame.t("rate.code_unknown"))];
            let answer = enter_page(page, code, errors, StatusCode::NOT_FOUND);
            Err(answer.unwrap_or_else(Fault::into_response))
        }
        Err(error) => Err(Fault::from(error).into_response()),
    }
}

/// The handling of the case that this browser opened a moment ago.
async fn of_case(page: PublicPage) -> Result<(PublicPage, Subject), Response> {
    let opened = track::opened(&page.context)
        .await
        .map_err(Fault::into_response)?;
    let Some((number, secret)) = opened else {
        return Err(Redirect::to("/lacak").into_response());
    };
    let found = page
        .node
        .rateable_case(&number, &secret, page.context.client())
        .await;
    match found {
        Ok(rateable) => Ok((
            page,
            Subject {
                rateable,
                action: "/nilai/kasus".to_owned(),
            },
        )),
        Err(HandleError::NotFound(_)) => {
            Err(Redirect::to(&format!("/lacak/{number}")).into_response())
        }
        Err(error) => Err(Fault::from(error).into_response()),
    }
}

/// `GET /nilai/{kode}`
async fn show(Path(code): Path<String>, page: PublicPage) -> Result<Response, Fault> {
    match of_code(page, &code).await {
        Ok((page, subject)) => open_form(page, &subject),
        Err(answer) => Ok(answer),
    }
}

/// `GET /nilai/kasus`
async fn show_case(page: PublicPage) -> Result<Response, Fault> {
    match of_case(page).await {
        Ok((page, subject)) => open_form(page, &subject),
        Err(answer) => Ok(answer),
    }
}

/// `POST /nilai/{kode}`
async fn give(
    Path(code): Path<String>,
    page: PublicPage,
    post: FormPost,
) -> Result<Response, Fault> {
    match of_code(page, &code).await {
        Ok((page, subject)) => record(page, subject, post).await,
        Err(answer) => Ok(answer),
    }
}

/// `POST /nilai/kasus`
async fn give_case(page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    match of_case(page).await {
        Ok((page, subject)) => record(page, subject, post).await,
        Err(answer) => Ok(answer),
    }
}

fn open_form(page: PublicPage, subject: &Subject) -> Result<Response, Fault> {
    if subject.rateable.used {
        let words = page.frame.t("rate.code_used").to_owned();
        return closed_page(page, words);
    }
    if page.node.now() > subject.rateable.rate_by {
        let words = expired(&page.frame);
        return closed_page(page, words);
    }
    form_page(page, subject, &Fields::default(), Vec::new())
}

/// That a card or a request can be judged no more, in words.
pub(crate) fn expired(frame: &PageFrame) -> String {
    let days = i64::from(frame.unit().pack.survey().form.open_days);
    frame.tf("rate.code_expired", &[("n", &frame.format().count(days))])
}

async fn record(mut page: PublicPage, subject: Subject, post: FormPost) -> Result<Response, Fault> {
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return form_page(page, &subject, &post.fields, Vec::new());
    }
    let answers = answers(&page.frame, &post.fields);
    let message = post.fields.some("pesan");
    let mut errors = Vec::new();
    if answers.is_empty() {
        errors.push(FieldError::new(
            first_item(&page.frame),
            page.frame.t("rate.answer_one"),
        ));
    }
    let found = message
        .as_deref()
        .map_or(0, |message| message.chars().count());
    if found > TEXT_MAX_CHARS {
        errors.push(FieldError::new(
            "pesan",
            too_long(&page.frame, found, TEXT_MAX_CHARS),
        ));
    }
    if !errors.is_empty() {
        return form_page(page, &subject, &post.fields, errors);
    }
    let Subject { rateable, action } = subject;
    match page
        .node
        .give_feedback(rateable.clone(), answers, message, None)
        .await
    {
        Ok(()) => Ok(Redirect::to("/nilai/terima-kasih").into_response()),
        // Often the second tap of the one who gave it.
        Err(HandleError::Feedback(FeedbackRefusal::AlreadyGiven)) => {
            let words = page.frame.t("rate.code_used_sent").to_owned();
            closed_page(page, words)
        }
        Err(HandleError::Feedback(FeedbackRefusal::RatingEnded { .. })) => {
            let words = expired(&page.frame);
            closed_page(page, words)
        }
        Err(HandleError::Feedback(_)) => {
            let words = page.frame.t("rate.answer_one");
            let errors = vec![FieldError::new(first_item(&page.frame), words)];
            form_page(page, &Subject { rateable, action }, &post.fields, errors)
        }
        Err(error) => Err(error.into()),
    }
}

/// The answers of the items that the form asks; what is no answer is none.
fn answers(frame: &PageFrame, fields: &Fields) -> BTreeMap<String, Answer> {
    let survey = frame.unit().pack.survey();
    survey
        .asked_items()
        .filter_map(|item| {
            let digit = fields.get(item.code.as_str()).parse::<u8>().ok()?;
            Some((item.code.as_str().to_owned(), Answer::try_from(digit).ok()?))
        })
        .collect()
}

fn first_item(frame: &PageFrame) -> String {
    let first = frame.unit().pack.survey().form_items().next();
    first
        .map(|item| item.code.as_str().to_owned())
        .unwrap_or_default()
}

fn form_page(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    subject: &Subject,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    frame.titled("rate.title");
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let unit = frame.unit();
    let survey = unit.pack.survey();
    let count = |n: u32| frame.format().count(i64::from(n));
    let asked = u32::try_from(survey.form_items().count()).unwrap_or(0);
    let items: Vec<ChoiceGroup> = survey
        .form_items()
        .enumerate()
        .map(|(at, item)| group(&frame, at + 1, item, fields, &errors))
        .collect();
    let parts = parts(&frame, items.len(), fields, &errors);
    let message = TextField::new(
        "pesan",
        frame.t("rate.message"),
        fields.get("pesan"),
        &errors,
    )
    .optional()
    .hint(frame.t("rate.message_help"));
    let page = FormPage {
        action: subject.action.clone(),
        about: about(&frame, &subject.rateable),
        intro: frame.tf("rate.intro", &[("n", &count(asked))]),
        private: frame.tf("rate.private", &[("k", &count(survey.form.small_cell))]),
        items,
        parts,
        message,
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// "Your visit on 24 November 2026, Polsek Juwana": enough to know what is judged. Nothing at all
/// where even that would say too much to whoever looks over a shoulder.
fn about(frame: &PageFrame, rateable: &Rateable) -> Option<String> {
    let unit = frame.unit();
    if unit.pack.is_sensitive(&rateable.service) {
        return None;
    }
    let station = rateable.place.as_ref().map_or_else(
        || frame.unit_name.clone(),
        |place| unit.station_name(&place.station),
    );
    let date = frame.format().date(rateable.served_at);
    Some(frame.tf("rate.about", &[("date", &date), ("station", &station)]))
}

fn group(
    frame: &PageFrame,
    number: usize,
    item: &SurveyItem,
    fields: &Fields,
    errors: &[FieldError],
) -> ChoiceGroup {
    let survey = frame.unit().pack.survey();
    let code = item.code.as_str();
    let chosen = fields.get(code);
    let labels = item
        .labels
        .get(frame.lang)
        .iter()
        .map(|label| capital(label));
    let labels = labels.chain([frame.say(&survey.form.unknown).to_owned()]);
    let digits = Answer::ALL.into_iter().map(Answer::digit);
    let options = digits.zip(labels);
    let options = options.map(|(digit, label)| Choice::new(digit.to_string(), label, chosen));
    let label = format!("{number}. {}", frame.say(&item.ask));
    ChoiceGroup::new(code, label, options.collect(), errors)
}

/// What may be answered besides, numbered on after the short form.
fn parts(
    frame: &PageFrame,
    asked_before: usize,
    fields: &Fields,
    errors: &[FieldError],
) -> Vec<Part> {
    let survey = frame.unit().pack.survey();
    let mut number = asked_before;
    let parts = survey.parts.iter().map(|part| {
        let items = survey.part_items(part).map(|item| {
            number += 1;
            group(frame, number, item, fields, errors)
        });
        let items: Vec<ChoiceGroup> = items.collect();
        let mut answered = survey
            .part_items(part)
            .map(|item| fields.get(item.code.as_str()));
        Part {
            title: frame.say(&part.title).to_owned(),
            open: answered.any(|answer| !answer.is_empty()),
            items,
        }
    });
    parts.filter(|part| !part.items.is_empty()).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn closed_page(PublicPage { mut frame, .. }: PublicPage, words: String) -> Result<Response, Fault> {
    frame.titled("rate.closed_title");
    draw(StatusCode::GONE, &ClosedPage { page: frame, words })
}

/// `GET /nilai/kertas`: the questions on a sheet, for whoever would rather write. Somebody else than the
/// officer types it in, with the code of the card.
async fn paper(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("rate.paper_title");
    let survey = frame.unit().pack.survey();
    let mut number = 0;
    let mut row = |item: &SurveyItem| {
        number += 1;
        let labels = item.labels.get(frame.lang).iter();
        let labels = labels.map(|label| capital(label));
        PaperRow {
            ask: format!("{number}. {}", frame.say(&item.ask)),
            answers: labels
                .chain([frame.say(&survey.form.unknown).to_owned()])
                .collect(),
        }
    };
    let mut groups = vec![PaperGroup {
        title: None,
        rows: survey.form_items().map(&mut row).collect(),
    }];
    for part in &survey.parts {
        groups.push(PaperGroup {
            title: Some(frame.say(&part.title).to_owned()),
            rows: survey.part_items(part).map(&mut row).collect(),
        });
    }
    let few = frame.format().count(i64::from(survey.form.small_cell));
    let private = frame.tf("rate.private", &[("k", &few)]);
    draw(
        StatusCode::OK,
        &PaperPage {
            page: frame,
            private,
            groups,
        },
    )
}

/// `GET /nilai/terima-kasih`
async fn thanks(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("rate.thanks");
    let words = frame.t("rate.thanks_body").to_owned();
    draw(StatusCode::OK, &ClosedPage { page: frame, words })
}
