//! An app's codes, recovery codes and passkeys: how they come to an account.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use pengayom_core::value::SecretDigits;
use pengayom_node::HandleError;
use pengayom_node::accounts::Refused;

use super::to_proof;
use crate::extract::{AccountPage, CookieKind, FormPost, escape_query};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::public::qr;
use crate::signin::passkey::{PasskeyForm, challenge, site_of};
use crate::signin::{Refusal, come_again, status_of};
use crate::staff::Digits;
use crate::state::AppState;

/// Setting up.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/akun/aplikasi", get(show_app).post(finish_app))
        .route("/akun/cadangan", post(new_codes))
        .route("/akun/kunci/mulai", post(begin_passkey))
        .route("/akun/kunci", get(show_passkey).post(finish_passkey))
}

/// What sets an app up: a code to photograph, and the same to type.
#[derive(Debug, Clone)]
pub(crate) struct AppSetup {
    /// The code as a drawing.
    pub(crate) qr: String,
    /// The key in groups of four.
    pub(crate) key: String,
    /// What the app calls the account.
    pub(crate) account: String,
}

impl AppSetup {
    /// For an account of a unit, with the secret in base32 (the key URI format that apps share).
    pub(crate) fn new(unit: &str, login: &str, secret: &str) -> Self {
        // A colon parts the two names.
        let unit = unit.replace(':', " ");
        let address = format!(
            "otpauth://totp/{}:{}?secret={secret}&issuer={}&algorithm=SHA1&digits=6&period=30",
            escape_query(&unit),
            escape_query(login),
            escape_query(&unit),
        );
        let letters: Vec<char> = secret.chars().collect();
        let groups = letters.chunks(4).map(|group| group.iter().collect());
        Self {
            qr: qr::dense(&address),
            key: groups.collect::<Vec<String>>().join(" "),
            account: format!("{unit}: {login}"),
        }
    }
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "staff/codes.html")]
pub(crate) struct CodesPage {
    /// The frame.
    pub(crate) page: PageFrame,
    /// The codes.
    pub(crate) codes: Vec<Digits>,
    /// Where it goes on.
    pub(crate) next: String,
}

/// Codes as people read them.
pub(crate) fn groups_of(codes: &[SecretDigits]) -> Vec<Digits> {
    codes
        .iter()
        .map(|code| Digits::new(code.grouped()))
        .collect()
}

fn codes_page(mut frame: PageFrame, codes: &[SecretDigits]) -> Result<Response, Fault> {
    frame.titled("account.codes_title");
    frame.other_lang_href = format!("/akun?lang={}", frame.other_lang);
    let page = CodesPage {
        page: frame,
        codes: groups_of(codes),
        next: "/akun".to_owned(),
    };
    draw(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "staff/app.html")]
struct AppPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    setup: AppSetup,
    field: TextField,
}

async fn show_app(account: AccountPage) -> Result<Response, Fault> {
    let AccountPage { page, live } = &account;
    let node = &page.node;
    let begun = match page.context.cookie(CookieKind::Challenge) {
        Some(token) => node.totp_begun(live, token).await?,
        None => None,
    };
    // A page that is read again shows the same key: the app may have it already.
    let secret = match begun {
        Some(secret) if live.is_proved() => secret,
        _ => match node.begin_totp(live).await {
            Ok((secret, token)) => {
                page.context.set_cookie(CookieKind::Challenge, &token);
                secret
            }
            Err(HandleError::ProofNeeded) => return Ok(to_proof("/akun/aplikasi")),
            Err(error) => return Err(error.into()),
        },
    };
    app_page(account, &secret, Vec::new(), None)
}

fn app_page(
    account: AccountPage,
    secret: &str,
    errors: Vec<FieldError>,
    until: Option<Timestamp>,
) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let mut frame = page.frame;
    frame.titled("account.app_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let status = status_of(&errors, until);
    let page = AppPage {
        by: live.staff.id.to_string(),
        setup: AppSetup::new(&frame.unit().config().name, &live.staff.login, secret),
        field: TextField::new("kode", frame.t("account.app_code"), "", &errors),
        page: frame,
        errors,
    };
    Ok(come_again(draw(status, &page)?, until, live.now))
}

async fn finish_app(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let again = || Redirect::to("/akun/aplikasi").into_response();
    let AccountPage { page, live } = &account;
    let Some(token) = page.context.cookie(CookieKind::Challenge) else {
        return Ok(again());
    };
    let Some(secret) = page.node.totp_begun(live, token).await? else {
        return Ok(again());
    };
    let typed = form.fields.get("kode");
    match page.node.finish_totp(live, token, typed).await {
        Ok(codes) => {
            page.context.drop_cookie(CookieKind::Challenge);
            codes_page(account.page.frame, &codes)
        }
        Err(HandleError::ProofNeeded) => Ok(to_proof("/akun/aplikasi")),
        Err(HandleError::NotFound(_)) => Ok(again()),
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.code_wrong")?;
            let errors = refusal.at("kode");
            app_page(account, &secret, errors, refusal.until)
        }
    }
}

async fn new_codes(account: AccountPage, _form: FormPost) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    match page.node.new_recovery_codes(&live).await {
        Ok(codes) => codes_page(page.frame, &codes),
        Err(HandleError::ProofNeeded) => Ok(to_proof("/akun")),
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "staff/passkey.html")]
struct PasskeyPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    name: TextField,
    form: PasskeyForm,
}

fn passkey_page(
    account: AccountPage,
    typed: &str,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let AccountPage { page, .. } = account;
    let mut frame = page.frame;
    frame.titled("account.passkey_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let form = PasskeyForm::new(&page.context, "create", "/akun/kunci", "/akun/kunci/mulai");
    let status = status_of(&errors, None);
    let name = TextField::new(
        "nama_kunci",
        frame.t("account.passkey_name"),
        typed,
        &errors,
    )
    .hint(frame.t("account.passkey_name_help"));
    let page = PasskeyPage {
        page: frame,
        errors,
        name,
        form,
    };
    draw(status, &page)
}

async fn show_passkey(account: AccountPage) -> Result<Response, Fault> {
    if !account.live.is_proved() {
        return Ok(to_proof("/akun/kunci"));
    }
    passkey_page(account, "", Vec::new())
}

async fn begin_passkey(account: AccountPage, _form: FormPost) -> Result<Response, Fault> {
    let AccountPage { page, live } = &account;
    let site = site_of(&page.context)?;
    match page.node.begin_passkey(live, &site).await {
        Ok(begun) => Ok(challenge(&page.context, begun)),
        Err(Refused::Handle(error)) => Err(error.into()),
        Err(Refused::Account(_)) => Err(Fault::Conflict),
    }
}

async fn finish_passkey(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let AccountPage { page, live } = &account;
    let site = site_of(&page.context)?;
    let name = form.fields.line("nama_kunci").unwrap_or_default();
    let name = if name.is_empty() {
        page.frame.t("account.passkey_unnamed").to_owned()
    } else {
        name
    };
    let Some(token) = page.context.cookie(CookieKind::Challenge) else {
        return Ok(Redirect::to("/akun/kunci").into_response());
    };
    let answer = form.fields.get("jawaban");
    let finished = page
        .node
        .finish_passkey(live, token, answer, &name, &site)
        .await;
    page.context.drop_cookie(CookieKind::Challenge);
    match finished {
        Ok(()) => Ok(super::to_own("kunci")),
        Err(HandleError::ProofNeeded) => Ok(to_proof("/akun/kunci")),
        Err(HandleError::NotFound(_) | HandleError::NoMatch) => {
            let words = page.frame.t("account.passkey_failed");
            let errors = vec![FieldError::new("nama_kunci", words)];
            passkey_page(account, &name, errors)
        }
        Err(error) => Err(error.into()),
    }
}
