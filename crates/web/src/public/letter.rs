//! `/surat`: whether a letter is genuine: what its code says of it, and whether a file is byte for byte the letter
//! that was issued. Nothing of its case and nobody in it is named (S18, S40).

use askama::Template;
use axum::Router;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use pengayom_node::handle::letter::LetterFound;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::extract::{LookPost, PublicPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::letters::{Given, Standing, given, kind_name};
use crate::problem::Fault;
use crate::state::AppState;

/// Largest file that is held to a letter, in bytes: letters of ours have a tenth of it.
const FILE_MAX_BYTES: usize = 2 * 1024 * 1024;

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/surat", get(enter))
        .route("/surat/{kode}", get(show).post(compare))
}

#[derive(Template)]
#[template(path = "public/letter/enter.html")]
struct EnterPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    code: TextField,
}

#[derive(Template)]
#[template(path = "public/letter/one.html")]
struct OnePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    action: String,
    /// `ok`, `warn` or `danger`.
    state: &'static str,
    heading: String,
    said: String,
    facts: Vec<(String, String)>,
    sha256: String,
    /// Where in the unit's log it is.
    log: Option<String>,
    /// What came of holding a file to it.
    compared: Option<Compared>,
    file: TextField,
}

/// What came of holding a file to a letter.
struct Compared {
    /// `ok` or `danger`.
    state: &'static str,
    words: String,
}

#[derive(Debug, Deserialize)]
struct EnterQuery {
    #[serde(default)]
    kode: String,
}

/// `GET /surat`: the code, for whoever has no camera.
async fn enter(page: PublicPage, Query(query): Query<EnterQuery>) -> Result<Response, Fault> {
    let typed: String = query.kode.split_whitespace().collect();
    if typed.is_empty() {
        return enter_page(page, "", Vec::new(), StatusCode::OK);
    }
    let is_code = typed.len() <= 80
        && typed
            .bytes()
            .all(|sign| sign.is_ascii_alphanumeric() || sign == b'-');
    if is_code {
        return Ok(Redirect::to(&format!("/surat/{}", typed.to_uppercase())).into_response());
    }
    let errors = vec![FieldError::new("kode", page.frame.t("letters.code_form"))];
    enter_page(page, &query.kode, errors, StatusCode::UNPROCESSABLE_ENTITY)
}

fn enter_page(
    PublicPage { mut frame, .. }: PublicPage,
    typed: &str,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, Fault> {
    frame.titled("letters.verify_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let code = TextField::new("kode", frame.t("letters.code"), typed, &errors)
        .hint(frame.t("letters.code_help"));
    let page = EnterPage {
        page: frame,
        errors,
        code,
    };
    draw(status, &page)
}

/// The letter of a code, or the page that says that there is none.
async fn found(page: PublicPage, code: &str) -> Result<(PublicPage, LetterFound), Response> {
    let found = page.node.verify_letter(code, page.context.client()).await;
    match found {
        Ok(Some(found)) => Ok((page, found)),
        Ok(None) => {
            let errors = vec![FieldError::new(
                "kode",
                page.frame.t("letters.code_unknown"),
            )];
            let answer = enter_page(page, code, errors, StatusCode::NOT_FOUND);
            Err(answer.unwrap_or_else(Fault::into_response))
        }
        Err(error) => Err(Fault::from(error).into_response()),
    }
}

/// `GET /surat/{kode}`
async fn show(page: PublicPage, Path(code): Path<String>) -> Response {
    match found(page, &code).await {
        Ok((page, found)) => {
            let answer = one_page(page, &code, &found, None).await;
            answer.unwrap_or_else(Fault::into_response)
        }
        Err(answer) => answer,
    }
}

/// What was sent to be held to a letter.
enum Sent {
    Hash(String),
    Nothing,
    TooLarge,
}

/// `POST /surat/{kode}`: holds a file to the letter. Nothing of it is kept.
async fn compare(page: PublicPage, Path(code): Path<String>, form: LookPost) -> Response {
    let sent = match hashed(form.0).await {
        Ok(sent) => sent,
        Err(fault) => return fault.into_response(),
    };
    match found(page, &code).await {
        Ok((page, found)) => {
            let answer = one_page(page, &code, &found, Some(sent)).await;
            answer.unwrap_or_else(Fault::into_response)
        }
        Err(answer) => answer,
    }
}

async fn hashed(mut form: Multipart) -> Result<Sent, Fault> {
    let mut sent = Sent::Nothing;
    let mut bytes = 0_usize;
    while let Some(mut field) = form.next_field().await.map_err(|_| Fault::Unreadable)? {
        let is_file = field.name() == Some("berkas");
        let mut hash = Sha256::new();
        let before = bytes;
        while let Some(part) = field.chunk().await.map_err(|_| Fault::Unreadable)? {
            bytes = bytes.saturating_add(part.len());
            if bytes > FILE_MAX_BYTES {
                return Ok(Sent::TooLarge);
            }
            hash.update(&part);
        }
        if is_file && bytes > before {
            let hex: String = hash
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            sent = Sent::Hash(hex);
        }
    }
    Ok(sent)
}

/// How a letter stands, by the words `letters.stands_<word>`.
pub(crate) fn standing(found: &LetterFound, letter: &Given<'_>) -> (&'static str, &'static str) {
    let replaced = found.history.case.letter(found.n);
    let replaced = replaced.is_some_and(|letter| letter.replaced_by.is_some());
    match letter.standing {
        Standing::Withdrawn { .. } => ("danger", "withdrawn"),
        _ if replaced => ("warn", "replaced"),
        Standing::Erased => ("warn", "erased"),
        Standing::There => ("ok", "valid"),
    }
}

async fn one_page(
    page: PublicPage,
    code: &str,
    found: &LetterFound,
    sent: Option<Sent>,
) -> Result<Response, Fault> {
    let PublicPage {
        mut frame, node, ..
    } = page;
    let all = given(&found.history.acts);
    let letter = all
        .iter()
        .find(|one| one.n == found.n)
        .ok_or(Fault::NotFound)?;
    frame.titled("letters.verify_title");
    let (state, word) = standing(found, letter);
    let day = frame.format().day(letter.dated);
    let kind = kind_name(&frame, letter.kind);
    let facts = [
        ("letters.fact_kind", kind),
        (
            "letters.fact_number",
            letter.number.unwrap_or_default().to_owned(),
        ),
        ("letters.fact_date", day),
        ("letters.fact_unit", frame.unit().config().name.clone()),
    ];
    let facts = facts
        .into_iter()
        .map(|(key, value)| (frame.t(key).to_owned(), value))
        .collect();
    let said = match letter.standing {
        Standing::Withdrawn { at, .. } => {
            let time = frame.format().moment(at);
            frame.tf("letters.stands_withdrawn", &[("time", &time)])
        }
        _ => frame.t(&format!("letters.stands_{word}")).to_owned(),
    };
    let mut errors = Vec::new();
    let mut status = StatusCode::OK;
    let compared = match sent {
        None => None,
        Some(Sent::Hash(hash)) if hash == letter.file.sha256 => Some(Compared {
            state: "ok",
            words: frame.t("letters.same").to_owned(),
        }),
        Some(Sent::Hash(_)) => Some(Compared {
            state: "danger",
            words: frame.t("letters.other").to_owned(),
        }),
        Some(refused) => {
            let key = match refused {
                Sent::TooLarge => "letters.file_large",
                _ => "letters.file_choose",
            };
            status = StatusCode::UNPROCESSABLE_ENTITY;
            errors.push(FieldError::new("berkas", frame.t(key)));
            frame.refused();
            None
        }
    };
    let log = node.letter_in_log(found).await?;
    let shown = OnePage {
        action: format!("/surat/{code}"),
        state,
        heading: frame.t(&format!("letters.head_{word}")).to_owned(),
        said,
        facts,
        sha256: letter.file.sha256.clone(),
        log: log.map(|place| place.to_string()),
        compared,
        file: TextField::new("berkas", frame.t("letters.file"), "", &errors)
            .hint(frame.t("letters.file_help")),
        errors,
        page: frame,
    };
    draw(status, &shown)
}
