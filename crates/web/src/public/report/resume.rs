//! Going on later: twelve digits a person wrote down, and leaving at once.

use askama::Template;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::pack::ReportStep;
use pengayom_core::value::SecretDigits;
use pengayom_node::{DraftToken, HandleError};

use super::draft::{self, ReportDraft};
use super::step::step_address;
use crate::extract::{CookieKind, FormPost, PublicPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "public/report/saved.html")]
struct SavedPage {
    page: PageFrame,
    grouped: String,
    spelt: String,
    until: String,
}

#[derive(Template)]
#[template(path = "public/report/resume.html")]
struct ResumePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    code: TextField,
}

/// The code, shown once.
pub(super) fn saved_page(
    mut frame: PageFrame,
    sensitive: bool,
    code: &SecretDigits,
) -> Result<Response, Fault> {
    frame.titled(if sensitive {
        "report.neutral_title"
    } else {
        "report.saved_title"
    });
    frame.sensitive = sensitive;
    let page = SavedPage {
        grouped: code.grouped(),
        spelt: spelt(&code.plain()),
        until: frame.t("report.saved_until").to_owned(),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// Digits one by one, for a reader who hears them.
pub(super) fn spelt(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(|c| [c, ' '])
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// `GET /lapor/lanjut`
pub(super) async fn show(page: PublicPage) -> Result<Response, Fault> {
    form(page, String::new(), Vec::new())
}

/// `POST /lapor/lanjut`
pub(super) async fn enter(mut page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    let typed = post.fields.get("kode").to_owned();
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return form(page, typed, Vec::new());
    }
    let wrong = |page: PublicPage, key: &str| {
        let errors = vec![FieldError::new("kode", page.frame.t(key))];
        form(page, typed.clone(), errors)
    };
    let Ok(code) = typed.parse::<SecretDigits>() else {
        return wrong(page, "error.code_digits");
    };
    let found = page
        .node
        .draft_by_code::<ReportDraft>(&code, page.context.client())
        .await;
    let kept = match found {
        Ok(kept) => kept,
        Err(HandleError::NoMatch) => return wrong(page, "error.resume_unknown"),
        Err(error) => return Err(error.into()),
    };
    let Some(kind) = draft::kind_of(&page.context, &kept) else {
        return Err(Fault::NotFound);
    };
    draft::keep(&page.context, &kept, kind.sensitive).await?;
    page.node.drop_draft(&DraftToken(code.plain())).await?;
    let next = kind.steps.iter().find(|step| !kept.is_answered(**step));
    let next = next.map_or_else(
        || "/lapor/periksa".to_owned(),
        |step| step_address(kind, *step),
    );
    Ok(Redirect::to(&next).into_response())
}

fn form(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    typed: String,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    frame.titled("report.draft_resume");
    frame.with_form(&context, "form");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let code = TextField::new("kode", frame.t("report.resume_code"), typed, &errors)
        .hint(frame.t("report.resume_code_help"));
    draw(
        status,
        &ResumePage {
            page: frame,
            errors,
            code,
        },
    )
}

/// `GET /keluar`: the draft is dropped, the browser forgets what it kept of this site, and a page
/// about the weather comes up. A link on another site's page leads there too, and makes nobody lose
/// what they wrote.
pub(super) async fn leave(page: PublicPage, headers: HeaderMap) -> Result<Response, Fault> {
    let elsewhere = headers
        .get("sec-fetch-site")
        .is_some_and(|from| !matches!(from.as_bytes(), b"same-origin" | b"none"));
    if elsewhere {
        return Ok(Redirect::to(page.frame.t("report.leave_address")).into_response());
    }
    draft::forget(&page.context).await?;
    // Whoever copied the cookie does not come back with it.
    if let Some(token) = page.context.cookie(CookieKind::Track) {
        page.node.drop_draft(&DraftToken(token.to_owned())).await?;
    }
    // Browsers heed the header over TLS only: what leads to a report goes either way.
    page.context.drop_cookie(CookieKind::Track);
    page.context.drop_cookie(CookieKind::Form);
    let away = page.frame.t("report.leave_address").to_owned();
    let clear = (
        HeaderName::from_static("clear-site-data"),
        r#""cache", "cookies", "storage""#,
    );
    Ok(([clear], Redirect::to(&away)).into_response())
}

/// Where to go on with a draft: the first question without an answer.
pub(super) fn next_of(
    kind: &pengayom_core::pack::ReportKind,
    kept: &ReportDraft,
) -> Option<ReportStep> {
    kind.steps
        .iter()
        .copied()
        .find(|step| !kept.is_answered(*step))
}
