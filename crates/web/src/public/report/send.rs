//! Looking over all answers, sending once, and the receipt.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::Actor;
use pengayom_core::notice::Wish;
use pengayom_core::pack::{Lang, ReportKind, ReportStep, Service, ServiceClass};
use pengayom_core::subject::case::{CaseRefusal, Channel};
use pengayom_core::value::{CommandId, parse_phone};
use pengayom_node::handle::case::{FileRequest, Filed};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{DraftToken, HandleError, PersonDetails};
use pengayom_store::StoreError;
use serde::Deserialize;

use super::draft::{self, Receipt, ReportDraft};
use super::place::{PlaceFault, place_fault};
use super::question::photo_words;
use super::resume::{next_of, spelt};
use super::step::step_address;
use crate::extract::{Context, FormPost, PublicPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::harm::said;
use crate::problem::Fault;
use crate::public::qr;
use crate::public::receipt::card::{self, Card};
use crate::public::way_words;

/// One answer, with the way to change it.
struct AnswerRow {
    id: &'static str,
    part: String,
    words: Vec<String>,
    href: String,
}

#[derive(Template)]
#[template(path = "public/report/check.html")]
struct CheckPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    back: String,
    rows: Vec<AnswerRow>,
    command: String,
    /// What tells these answers from others.
    seen: String,
    complete: bool,
}

#[derive(Template)]
#[template(path = "public/report/not_sent.html")]
struct NotSentPage {
    page: PageFrame,
    words: String,
}

#[derive(Template)]
#[template(path = "public/report/sent.html")]
struct SentPage {
    page: PageFrame,
    again: Option<String>,
    number: String,
    number_spelt: String,
    code: String,
    code_spelt: String,
    by: String,
    next: Vec<String>,
    fee: Option<String>,
    free: bool,
    qr: String,
    qr_words: String,
    address: String,
    filed: String,
    /// Address of the page that verifies this receipt.
    verify: Option<String>,
}

/// `GET /lapor/periksa`
pub(super) async fn check(page: PublicPage) -> Result<Response, Fault> {
    let Some(answers) = draft::load(&page.context).await? else {
        return Ok(Redirect::to("/lapor").into_response());
    };
    if answers.sent.is_some() {
        return Ok(Redirect::to("/lapor/terkirim").into_response());
    }
    check_page(page, &answers, Vec::new())
}

/// `POST /lapor/periksa`
pub(super) async fn send(page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    let Some(mut answers) = draft::load(&page.context).await? else {
        return Ok(Redirect::to("/lapor").into_response());
    };
    if answers.sent.is_some() {
        return Ok(Redirect::to("/lapor/terkirim?lagi=ya").into_response());
    }
    if let Some(lang) = post.switched_lang() {
        return Ok(Redirect::to(&format!("/lapor/periksa?lang={lang}")).into_response());
    }
    let unit = page.context.unit().clone();
    let kinds = unit.pack.report_kinds();
    let Some(kind) = kinds.iter().find(|kind| kind.code.as_str() == answers.kind) else {
        return Ok(Redirect::to("/lapor").into_response());
    };
    // A page of an earlier report, sent from the browser's history: show what is being written now.
    if post.fields.get("perintah") != answers.command.to_string() {
        return Ok(Redirect::to("/lapor/periksa").into_response());
    }
    // What was seen is what is sent: another tab may have changed it since.
    let seen = post.fields.get("isian");
    if !seen.is_empty() && seen != answers.mark_of(&page.context) {
        let words = page.frame.t("check.changed").to_owned();
        return check_page(page, &answers, vec![FieldError::new("kirim", words)]);
    }
    let errors = missing(&page.frame, kind, &answers);
    if !errors.is_empty() {
        return check_page(page, &answers, errors);
    }
    let request = match request(&page.frame, kind, &answers) {
        Ok(request) => request,
        Err(error) => return check_page(page, &answers, vec![error]),
    };
    let reachable = request.reporter.is_reachable();
    match page
        .node
        .file_request_with_wish(request, wish(&page.frame, &answers), &Actor::Citizen)
        .await
    {
        Ok(filed) => {
            let code = answers.resume.take();
            let answers = answers.sent(receipt(&filed, reachable));
            draft::keep(&page.context, &answers, kind.sensitive).await?;
            if let Some(code) = code {
                // What was kept to go on later is sent.
                page.node.drop_draft(&DraftToken(code)).await?;
            }
            let again = if filed.repeated { "?lagi=ya" } else { "" };
            Ok(Redirect::to(&format!("/lapor/terkirim{again}")).into_response())
        }
        Err(HandleError::Store(StoreError::CommandReused)) => {
            // The same report was sent from another page with other words: the first one stands.
            answers.command = page.node.new_id();
            draft::keep(&page.context, &answers, kind.sensitive).await?;
            let words = page.frame.t("check.sent_elsewhere").to_owned();
            check_page(page, &answers, vec![FieldError::new("kirim", words)])
        }
        Err(HandleError::Store(error)) => {
            tracing::error!(%error, "a report was not recorded");
            not_sent(page, &mut answers, kind.sensitive).await
        }
        Err(error) => {
            let error = blame(&page.frame, &error, &answers).ok_or_else(|| Fault::from(error))?;
            check_page(page, &answers, vec![error])
        }
    }
}

/// The answer that a refusal speaks of.
fn blame(frame: &PageFrame, error: &HandleError, answers: &ReportDraft) -> Option<FieldError> {
    match error {
        HandleError::PlaceUnknown
        | HandleError::PlaceAmbiguous(_)
        | HandleError::Point(_)
        | HandleError::Elsewhere { .. }
        | HandleError::Nowhere => {
            let words = match place_fault(frame, error, &answers.place.text) {
                PlaceFault::Wrong(words) => words,
                PlaceFault::Choose(_) => frame.t("report.where_found").to_owned(),
            };
            Some(FieldError::new("tempat", words))
        }
        HandleError::Case(CaseRefusal::InTheFuture { .. }) => {
            Some(FieldError::new("waktu", frame.t("error.date_future")))
        }
        HandleError::Case(CaseRefusal::LossTooLarge { .. }) => {
            Some(FieldError::new("cerita", frame.t("harm.loss_large")))
        }
        HandleError::Case(CaseRefusal::Text { .. }) => {
            Some(FieldError::new("cerita", frame.t("error.words_write")))
        }
        _ => None,
    }
}

/// Questions still without a right answer.
fn missing(frame: &PageFrame, kind: &ReportKind, answers: &ReportDraft) -> Vec<FieldError> {
    let open = kind
        .steps
        .iter()
        .filter(|step| !answers.is_answered(**step));
    open.map(|step| {
        let question = frame.t(draft::question_of(*step));
        let words = frame.tf("check.answer_first", &[("question", question)]);
        FieldError::new(draft::address_of(*step), words)
    })
    .collect()
}

/// What was said of being told of news, in the language of the form.
fn wish(frame: &PageFrame, answers: &ReportDraft) -> Option<Wish> {
    let ways = answers.contact.tell.clone();
    (!ways.is_empty()).then(|| Wish {
        ways,
        times: Vec::new(),
        lang: frame.lang,
        // Noted with the filing, by the kind that is filed.
        knowing: false,
    })
}

/// The command to the application.
fn request(
    frame: &PageFrame,
    kind: &ReportKind,
    answers: &ReportDraft,
) -> Result<FileRequest, FieldError> {
    let place = answers.place.settle(frame).map_err(|fault| {
        let words = match fault {
            PlaceFault::Wrong(words) => words,
            PlaceFault::Choose(_) => frame.t("report.where_found").to_owned(),
        };
        FieldError::new("tempat", words)
    })?;
    // Officers read the first language; what the person chose stands before what they wrote.
    let what = draft::what_of(kind, answers, Lang::Id);
    let description = match what {
        Some(what) => format!("{what}. {}", answers.words),
        None => answers.words.clone(),
    };
    let harm = answers.harm().read(frame)?;
    let line = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(FileRequest {
        command: CommandId(answers.command),
        service: kind.service.clone(),
        report_kind: Some(kind.code.as_str().to_owned()),
        channel: Channel::Web,
        paper: None,
        description,
        when_text: answers.when.words_for_officers(frame),
        occurred_at: answers.when.moment,
        harm,
        danger: answers.danger == "ya",
        place,
        reporter: PersonDetails {
            name: line(&answers.contact.name),
            phone: parse_phone(&answers.contact.phone),
            email: line(&answers.contact.email),
            address: None,
            safe_contact: line(&answers.contact.safe),
            ..PersonDetails::default()
        },
        media: answers.photos_of(kind).to_vec(),
        simulated: false,
    })
}

/// Keeps the receipt of a report that had no draft, so that `/lapor/terkirim` shows it.
pub(in crate::public) async fn keep_receipt(
    context: &Context,
    filed: &Filed,
    reachable: bool,
) -> Result<(), Fault> {
    let receipt = receipt(filed, reachable);
    let written = draft::load(context).await?;
    let draft = ReportDraft::with_receipt(written, context.state().node.new_id(), receipt);
    draft::keep(context, &draft, filed.sensitive).await
}

fn receipt(filed: &Filed, reachable: bool) -> Receipt {
    Receipt {
        case: Some(filed.case),
        number: filed.number.to_string(),
        secret: filed.secret.plain(),
        station: filed.station.to_string(),
        service: filed.service.as_str().to_owned(),
        filed_at: filed.filed_at,
        respond_by: filed.respond_by,
        reachable,
        sensitive: filed.sensitive,
    }
}

fn check_page(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    answers: &ReportDraft,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let unit = context.unit().clone();
    let kinds = unit.pack.report_kinds();
    let Some(kind) = kinds.iter().find(|kind| kind.code.as_str() == answers.kind) else {
        return Ok(Redirect::to("/lapor").into_response());
    };
    frame.titled(if kind.sensitive {
        "check.neutral_title"
    } else {
        "check.title"
    });
    frame.sensitive = kind.sensitive;
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let rows = rows(&frame, kind, answers);
    let back = kind
        .steps
        .last()
        .map_or_else(|| "/lapor".to_owned(), |last| step_address(kind, *last));
    let page = CheckPage {
        complete: next_of(kind, answers).is_none(),
        page: frame,
        errors,
        back,
        rows,
        command: answers.command.to_string(),
        seen: answers.mark_of(&context),
    };
    draw(status, &page)
}

fn rows(frame: &PageFrame, kind: &ReportKind, answers: &ReportDraft) -> Vec<AnswerRow> {
    let nothing = || vec![frame.t("common.not_provided").to_owned()];
    let mut rows: Vec<AnswerRow> = Vec::new();
    if !kind.sensitive {
        rows.push(AnswerRow {
            id: "jenis",
            part: frame.t("check.kind").to_owned(),
            words: vec![frame.say(&kind.name).to_owned()],
            href: "/lapor".to_owned(),
        });
    }
    for step in &kind.steps {
        let words: Vec<String> = match step {
            _ if !answers.is_answered(*step) => Vec::new(),
            ReportStep::Danger => {
                let key = if answers.danger == "ya" {
                    "common.yes"
                } else {
                    "common.no"
                };
                vec![frame.t(key).to_owned()]
            }
            ReportStep::What => draft::what_of(kind, answers, frame.lang)
                .map(ToOwned::to_owned)
                .into_iter()
                .collect(),
            ReportStep::Where => vec![answers.place.words(frame)],
            ReportStep::When => vec![answers.when.words(frame)],
            ReportStep::Words => {
                let lines = answers.words.lines().map(ToOwned::to_owned);
                let photos = answers.photos_of(kind).iter().enumerate();
                let photos = photos.map(|(at, photo)| photo_words(frame, at, photo));
                let harm = answers.harm().read(frame).unwrap_or_default();
                let harm = said(frame, harm).into_iter();
                let harm = harm.map(|(label, words)| format!("{label}: {words}"));
                lines.chain(photos).chain(harm).collect()
            }
            ReportStep::Contact => {
                let contact = &answers.contact;
                let told: Vec<&str> = contact
                    .tell
                    .iter()
                    .map(|way| frame.t(way_words(*way)))
                    .collect();
                let told = (!told.is_empty())
                    .then(|| frame.tf("telling.stands", &[("ways", &told.join(", "))]));
                [&contact.name, &contact.phone, &contact.email, &contact.safe]
                    .into_iter()
                    .filter(|line| !line.is_empty())
                    .cloned()
                    .chain(told)
                    .collect()
            }
        };
        rows.push(AnswerRow {
            id: draft::address_of(*step),
            part: frame.t(part_of(*step)).to_owned(),
            words: if words.is_empty() { nothing() } else { words },
            href: format!("{}?dari=periksa", step_address(kind, *step)),
        });
    }
    rows
}

const fn part_of(step: ReportStep) -> &'static str {
    match step {
        ReportStep::Danger => "check.danger",
        ReportStep::What => "check.what",
        ReportStep::Where => "check.where",
        ReportStep::When => "check.when",
        ReportStep::Words => "check.words",
        ReportStep::Contact => "check.contact",
    }
}

async fn not_sent(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    answers: &mut ReportDraft,
    sensitive: bool,
) -> Result<Response, Fault> {
    frame.titled("error.not_sent_title");
    frame.sensitive = sensitive;
    // The store may be what fails: then the draft is as old as the last page.
    let words = match draft::keep_for_later(&context, answers).await {
        Ok(code) => frame.tf("sent.not_sent", &[("code", &code.grouped())]),
        Err(_) => frame.t("error.not_sent").to_owned(),
    };
    let mut response = draw(
        StatusCode::SERVICE_UNAVAILABLE,
        &NotSentPage { page: frame, words },
    )?;
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    Ok(response)
}

/// What the address of the receipt says.
#[derive(Debug, Deserialize)]
pub(super) struct SentQuery {
    /// It was sent a second time.
    lagi: Option<String>,
}

/// `GET /lapor/terkirim`
pub(super) async fn sent(
    Query(query): Query<SentQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    let kept = draft::load(&context).await?;
    let Some(receipt) = kept.as_ref().and_then(|kept| kept.receipt(node.now())) else {
        return Ok(Redirect::to("/lapor").into_response());
    };
    frame.titled(if receipt.sensitive {
        "sent.neutral_title"
    } else {
        "sent.title"
    });
    frame.sensitive = receipt.sensitive;
    let facts = Facts::of(&frame, receipt);
    let address = format!("{}/lacak?nomor={}", context.site(), receipt.number);
    let card = card_of(&context, receipt).await?;
    let (qr, qr_words) = match &card {
        Some(card) => (card.qr(), frame.t("sent.qr_verify")),
        None => (qr::svg(&address), frame.t("sent.qr")),
    };
    let again = query.lagi.map(|_| {
        let time = frame.format().time(receipt.filed_at);
        frame.tf("sent.already_sent", &[("time", &time)])
    });
    let page = SentPage {
        again,
        number_spelt: spelt(&receipt.number),
        number: receipt.number.clone(),
        code_spelt: spelt(&receipt.secret),
        code: facts.code,
        by: facts.by,
        next: facts.next,
        fee: facts.fee,
        free: facts.free,
        qr,
        qr_words: qr_words.to_owned(),
        address,
        filed: frame.format().moment(receipt.filed_at),
        verify: card.map(|card| card.href),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// The receipt that can be verified, for one whose case is known.
async fn card_of(context: &Context, receipt: &Receipt) -> Result<Option<Card>, Fault> {
    match receipt.case {
        Some(case) => card::card(context, case, receipt.sensitive).await,
        None => Ok(None),
    }
}

/// `GET /lapor/terkirim.txt`
pub(super) async fn sent_text(page: PublicPage) -> Result<Response, Fault> {
    let PublicPage {
        context,
        frame,
        node,
    } = page;
    let kept = draft::load(&context).await?;
    let Some(receipt) = kept.as_ref().and_then(|kept| kept.receipt(node.now())) else {
        return Err(Fault::NotFound);
    };
    let facts = Facts::of(&frame, receipt);
    let filed = frame.format().moment(receipt.filed_at);
    let mut lines = vec![
        format!("{} {}", frame.t("sent.number"), receipt.number),
        format!("{}: {}", frame.t("sent.code"), facts.code),
        frame.t("sent.code_own").to_owned(),
        format!("{}, {filed}", facts.by),
    ];
    lines.extend(facts.fee);
    lines.extend(facts.next);
    lines.push(format!("{}/lacak", context.site()));
    let card = card_of(&context, receipt).await?;
    card::text_file(&frame, card.as_ref(), &receipt.number, lines)
}

/// `GET /lapor/terkirim.json`: without the secret code, so that it can be shown to others.
pub(super) async fn sent_json(page: PublicPage) -> Result<Response, Fault> {
    let PublicPage { context, node, .. } = page;
    let kept = draft::load(&context).await?;
    let Some(receipt) = kept.as_ref().and_then(|kept| kept.receipt(node.now())) else {
        return Err(Fault::NotFound);
    };
    let card = card_of(&context, receipt).await?;
    card::json_file(card.as_ref(), &receipt.number)
}

/// What a receipt says, on a page and as text.
struct Facts {
    code: String,
    by: String,
    next: Vec<String>,
    fee: Option<String>,
    free: bool,
}

impl Facts {
    fn of(frame: &PageFrame, receipt: &Receipt) -> Self {
        let unit = frame.unit();
        let station = receipt.station.parse().map_or_else(
            |_| receipt.station.clone(),
            |station| unit.station_name(&station),
        );
        let service = receipt.service.parse().ok();
        let service = service.and_then(|code| unit.pack.service(&code));
        let code = receipt.secret.parse::<pengayom_core::value::SecretDigits>();
        let by = if station == frame.unit_name {
            frame.tf("sent.by_unit", &[("unit", &frame.unit_name)])
        } else {
            let values = [
                ("unit", frame.unit_name.as_str()),
                ("station", station.as_str()),
            ];
            frame.tf("sent.unit", &values)
        };
        Self {
            code: code.map(|code| code.grouped()).unwrap_or_default(),
            by,
            next: next_steps(frame, receipt, service),
            fee: card::fee(frame, service),
            free: service.is_some_and(|service| service.fee_idr == Some(0)),
        }
    }
}

/// What happens next, by when, and what is not promised (S26).
fn next_steps(frame: &PageFrame, receipt: &Receipt, service: Option<&Service>) -> Vec<String> {
    let mut next = Vec::new();
    if let Some(due) = receipt.respond_by {
        let time = frame.format().moment(due);
        let route = frame.t("sent.promise_route");
        let officer = frame.t("sent.promise_default_officer");
        next.push(if receipt.reachable {
            let values = [("officer", officer), ("time", &time), ("route", route)];
            frame.tf("sent.promise", &values)
        } else {
            frame.tf("sent.promise_on_page", &[("time", &time), ("route", route)])
        });
    }
    let Some(service) = service else { return next };
    if !receipt.sensitive {
        next.push(frame.say(&service.promise).to_owned());
        next.push(frame.say(&service.not_promised).to_owned());
    }
    if is_criminal(service.class) {
        let step = frame.t("sent.receipt_step");
        next.push(frame.tf("sent.receipt_note", &[("step", step)]));
    }
    next
}

const fn is_criminal(class: ServiceClass) -> bool {
    matches!(
        class,
        ServiceClass::Criminal
            | ServiceClass::CriminalComplaint
            | ServiceClass::CriminalChild
            | ServiceClass::Petty
    )
}

/// `POST /lapor/tempat`: a position in words, for the button that uses the phone's.
pub(super) async fn locate(page: PublicPage, post: FormPost) -> Response {
    let (status, words) = located(&page.frame, &page.context, &post);
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    let mut answer = (status, headers, words).into_response();
    answer.extensions_mut().insert(crate::limits::AsItIs);
    answer
}

fn located(frame: &PageFrame, context: &Context, post: &FormPost) -> (StatusCode, String) {
    let unit = context.unit();
    let text = format!("{},{}", post.fields.get("lat"), post.fields.get("lng"));
    let place = text
        .parse()
        .map_err(HandleError::from)
        .and_then(|point| unit.resolve(&PlaceInput::Point { point, text: None }));
    match place {
        Ok(place) => {
            let station = unit.station_name(&place.station);
            let beat = place.beat.as_ref().map(|beat| unit.geography.label(beat));
            let place = beat.unwrap_or_else(|| frame.unit_name.clone());
            let values = [("place", place.as_str()), ("station", station.as_str())];
            (StatusCode::OK, frame.tf("home.place_answers", &values))
        }
        Err(error) => match place_fault(frame, &error, "") {
            PlaceFault::Wrong(words) => (StatusCode::UNPROCESSABLE_ENTITY, words),
            PlaceFault::Choose(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                frame.t("error.place_write").to_owned(),
            ),
        },
    }
}
