//! `/masuk/langkah`: what is asked after name and password. One address for every step; which one it is
//! is known to the node alone.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::accounts::{Entered, Half, PASSWORD_MIN_CHARS, Refused, Step};
use serde::Deserialize;

use super::passkey::PasskeyForm;
use super::{Refusal, come_again, come_in, go_on, local_path, status_of, typed_password};
use crate::account::setup::{AppSetup, CodesPage, groups_of};
use crate::account::words::account_words;
use crate::extract::{CookieKind, Fields, FormPost, PublicPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::state::AppState;

/// The steps.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/masuk/langkah", get(show).post(give))
        .route("/masuk/langkah/batal", post(leave))
}

#[derive(Deserialize)]
struct StepQuery {
    #[serde(default)]
    lanjut: String,
}

#[derive(Template)]
#[template(path = "staff/step.html")]
struct StepPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    next: String,
    who: String,
    step: &'static str,
    field: TextField,
    again: TextField,
    passkey: Option<PasskeyForm>,
    setup: Option<AppSetup>,
}

/// Signing in began too long ago, or elsewhere.
fn over() -> Response {
    Redirect::to("/masuk?ulang=1").into_response()
}

async fn show(page: PublicPage, Query(query): Query<StepQuery>) -> Result<Response, Fault> {
    let next = local_path(&query.lanjut).unwrap_or_default().to_owned();
    match half_of(&page).await? {
        Some((_, half)) => step_page(page, &half, next, Vec::new(), None),
        None => Ok(over()),
    }
}

async fn half_of(page: &PublicPage) -> Result<Option<(String, Half)>, Fault> {
    let Some(token) = page.context.cookie(CookieKind::Entry) else {
        return Ok(None);
    };
    let half = page.node.half(token).await?;
    Ok(half.map(|half| (token.to_owned(), half)))
}

fn step_page(
    page: PublicPage,
    half: &Half,
    next: String,
    errors: Vec<FieldError>,
    until: Option<Timestamp>,
) -> Result<Response, Fault> {
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    frame.with_form(&context, "form");
    let (step, title) = match half.step {
        Step::Code { typed: true, .. } => ("code", "signin.code_title"),
        Step::Code { typed: false, .. } => ("passkey", "signin.code_title"),
        Step::Password => ("password", "signin.change_title"),
        Step::Enrol => ("enrol", "signin.enrol_title"),
    };
    frame.titled(title);
    if !errors.is_empty() {
        frame.refused();
    }
    let (field, again) = match half.step {
        Step::Password => {
            let least = PASSWORD_MIN_CHARS.to_string();
            let field = TextField::new("sandi_baru", frame.t("account.new_password"), "", &errors)
                .hint(frame.tf("account.new_password_help", &[("n", &least)]));
            let again = TextField::new(
                "sandi_ulang",
                frame.t("account.new_password_again"),
                "",
                &errors,
            );
            (field, again)
        }
        Step::Enrol => {
            let field = TextField::new("kode", frame.t("account.app_code"), "", &errors);
            (field, TextField::default())
        }
        Step::Code { .. } => {
            let field = TextField::new("kode", frame.t("signin.code"), "", &errors)
                .hint(frame.t("signin.code_help"));
            (field, TextField::default())
        }
    };
    let passkey = matches!(half.step, Step::Code { passkey: true, .. })
        .then(|| PasskeyForm::to_sign_in(&context));
    let setup = (half.step == Step::Enrol)
        .then(|| AppSetup::new(&frame.unit().config().name, &half.staff.login, &half.secret));
    let status = status_of(&errors, until);
    let page = StepPage {
        who: half.staff.addressed(),
        page: frame,
        errors,
        next,
        step,
        field,
        again,
        passkey,
        setup,
    };
    Ok(come_again(draw(status, &page)?, until, node.now()))
}

async fn give(mut page: PublicPage, form: FormPost) -> Result<Response, Fault> {
    let fields = &form.fields;
    let next = local_path(fields.get("lanjut"))
        .unwrap_or_default()
        .to_owned();
    let Some((token, half)) = half_of(&page).await? else {
        return Ok(over());
    };
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return step_page(page, &half, next, Vec::new(), None);
    }
    let asker = page.context.asker().clone();
    let given = match half.step {
        Step::Code { .. } => {
            let typed = fields.get("kode");
            if typed.is_empty() {
                let errors = vec![FieldError::new("kode", page.frame.t("signin.code_write"))];
                return step_page(page, &half, next, errors, None);
            }
            page.node.give_code(&token, typed, &asker).await
        }
        Step::Password => match new_password(&page.frame, fields) {
            Err(errors) => return step_page(page, &half, next, errors, None),
            Ok(new) => match page.node.give_password(&token, &new, &asker).await {
                Ok(entered) => Ok(entered),
                Err(Refused::Handle(error)) => Err(error),
                Err(Refused::Account(error)) => {
                    let words = account_words(&page.frame, &error);
                    let errors = vec![FieldError::new("sandi_baru", words)];
                    return step_page(page, &half, next, errors, None);
                }
            },
        },
        Step::Enrol => {
            let typed = fields.get("kode");
            match page.node.give_enrolment(&token, typed, &asker).await {
                Ok((Entered::In(signed_in), codes)) => {
                    let next = come_in(&page, &signed_in, &next).await?;
                    return codes_page(page, &codes, next);
                }
                Ok((entered, _)) => Ok(entered),
                Err(error) => Err(error),
            }
        }
    };
    match given {
        Ok(entered) => go_on(&page, entered, &next).await,
        Err(HandleError::NotFound(_)) => Ok(over()),
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.code_wrong")?;
            let errors = refusal.at("kode");
            step_page(page, &half, next, errors, refusal.until)
        }
    }
}

/// A new password typed twice, or what is wrong with it.
pub(crate) fn new_password(frame: &PageFrame, fields: &Fields) -> Result<String, Vec<FieldError>> {
    let new = typed_password(fields, "sandi_baru");
    let again = typed_password(fields, "sandi_ulang");
    if new.is_empty() {
        let words = frame.t("account.new_password_write");
        return Err(vec![FieldError::new("sandi_baru", words)]);
    }
    if new != again {
        let words = frame.t("account.new_password_differs");
        return Err(vec![FieldError::new("sandi_ulang", words)]);
    }
    Ok(new)
}

/// The recovery codes, shown this once to somebody who just came in.
fn codes_page(
    page: PublicPage,
    codes: &[pengayom_core::value::SecretDigits],
    next: String,
) -> Result<Response, Fault> {
    let PublicPage { mut frame, .. } = page;
    frame.titled("account.codes_title");
    // In the other language this page is not there any more: where new codes are made is.
    frame.other_lang_href = format!("/akun?lang={}", frame.other_lang);
    let page = CodesPage {
        page: frame,
        codes: groups_of(codes),
        next,
    };
    draw(StatusCode::OK, &page)
}

async fn leave(page: PublicPage, _form: FormPost) -> Result<Response, Fault> {
    if let Some(token) = page.context.cookie(CookieKind::Entry) {
        page.node.leave_half(token).await?;
    }
    page.context.drop_cookie(CookieKind::Entry);
    Ok(Redirect::to("/masuk").into_response())
}
