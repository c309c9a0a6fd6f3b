//! `/akun/sandi` and `/akun/pastikan`: another password, and a fresh proof of who one is.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::accounts::{PASSWORD_MIN_CHARS, Refused};
use serde::Deserialize;

use super::words::account_words;
use super::{back_of, to_own};
use crate::extract::{AccountPage, CookieKind, FormPost};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::signin::passkey::{PasskeyForm, challenge, site_of};
use crate::signin::{Refusal, come_again, new_password, status_of, typed_password};
use crate::state::AppState;

/// Changes and proofs.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/akun/sandi", get(show_password).post(change_password))
        .route("/akun/pastikan", get(show_proof).post(prove))
        .route("/akun/pastikan/kunci/mulai", post(begin_passkey))
        .route("/akun/pastikan/kunci", post(prove_by_passkey))
}

#[derive(Template)]
#[template(path = "staff/password.html")]
struct PasswordPage {
    page: PageFrame,
    by: String,
    login: String,
    errors: Vec<FieldError>,
    old: TextField,
    new: TextField,
    again: TextField,
}

async fn show_password(account: AccountPage) -> Result<Response, Fault> {
    password_page(account, Vec::new(), None)
}

fn password_page(
    account: AccountPage,
    errors: Vec<FieldError>,
    until: Option<Timestamp>,
) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let mut frame = page.frame;
    frame.titled("account.password_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let least = PASSWORD_MIN_CHARS.to_string();
    let field = |name, key| TextField::new(name, frame.t(key), "", &errors);
    let old = field("sandi_lama", "account.old_password");
    let new = field("sandi_baru", "account.new_password")
        .hint(frame.tf("account.new_password_help", &[("n", &least)]));
    let again = field("sandi_ulang", "account.new_password_again");
    let status = status_of(&errors, until);
    let page = PasswordPage {
        by: live.staff.id.to_string(),
        login: live.staff.login.clone(),
        page: frame,
        errors,
        old,
        new,
        again,
    };
    Ok(come_again(draw(status, &page)?, until, live.now))
}

async fn change_password(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let frame = &account.page.frame;
    let old = typed_password(&form.fields, "sandi_lama");
    let mut errors = Vec::new();
    if old.is_empty() {
        let words = frame.t("account.old_password_write");
        errors.push(FieldError::new("sandi_lama", words));
    }
    let new = match new_password(frame, &form.fields) {
        Ok(new) if errors.is_empty() => new,
        Ok(_) => return password_page(account, errors, None),
        Err(more) => {
            errors.extend(more);
            return password_page(account, errors, None);
        }
    };
    let AccountPage { page, live } = &account;
    let asker = page.context.asker();
    match page.node.change_own_password(live, &old, &new, asker).await {
        Ok(token) => {
            page.context.set_cookie(CookieKind::Session, &token);
            Ok(to_own("sandi"))
        }
        Err(Refused::Account(error)) => {
            let words = account_words(&page.frame, &error);
            password_page(account, vec![FieldError::new("sandi_baru", words)], None)
        }
        Err(Refused::Handle(error)) => {
            let refusal = Refusal::of(&page.frame, error, "account.old_password_wrong")?;
            password_page(account, refusal.at("sandi_lama"), refusal.until)
        }
    }
}

#[derive(Deserialize)]
struct ProofQuery {
    #[serde(default)]
    lanjut: String,
}

#[derive(Template)]
#[template(path = "staff/prove.html")]
struct ProofPage {
    page: PageFrame,
    login: String,
    errors: Vec<FieldError>,
    next: String,
    password: TextField,
    code: Option<TextField>,
    passkey: Option<PasskeyForm>,
}

async fn show_proof(
    account: AccountPage,
    Query(query): Query<ProofQuery>,
) -> Result<Response, Fault> {
    let next = back_of(&query.lanjut);
    proof_page(account, next, Vec::new(), None).await
}

async fn proof_page(
    account: AccountPage,
    next: String,
    errors: Vec<FieldError>,
    until: Option<Timestamp>,
) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let factors = page.node.own_factors(&live).await?;
    let mut frame = page.frame;
    frame.titled("account.proof_title");
    if !errors.is_empty() {
        frame.refused();
    }
    let password = TextField::new("sandi", frame.t("signin.password"), "", &errors);
    let code = factors.has_second().then(|| {
        TextField::new("kode", frame.t("signin.code"), "", &errors)
            .hint(frame.t("signin.code_help"))
    });
    let passkey = (!factors.passkeys.is_empty()).then(|| {
        let (action, begin) = ("/akun/pastikan/kunci", "/akun/pastikan/kunci/mulai");
        PasskeyForm::new(&page.context, "get", action, begin)
    });
    let status = status_of(&errors, until);
    let page = ProofPage {
        login: live.staff.login.clone(),
        page: frame,
        errors,
        next,
        password,
        code,
        passkey,
    };
    Ok(come_again(draw(status, &page)?, until, live.now))
}

async fn prove(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let next = back_of(form.fields.get("lanjut"));
    let password = typed_password(&form.fields, "sandi");
    if password.is_empty() {
        let words = account.page.frame.t("signin.password_write");
        let errors = vec![FieldError::new("sandi", words)];
        return proof_page(account, next, errors, None).await;
    }
    let AccountPage { page, live } = &account;
    let asker = page.context.asker();
    let code = form.fields.get("kode");
    match page.node.prove_again(live, &password, code, asker).await {
        Ok(token) => {
            page.context.set_cookie(CookieKind::Session, &token);
            Ok(Redirect::to(&next).into_response())
        }
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "account.proof_wrong")?;
            let errors = refusal.at("sandi");
            proof_page(account, next, errors, refusal.until).await
        }
    }
}

async fn begin_passkey(account: AccountPage, _form: FormPost) -> Result<Response, Fault> {
    let page = &account.page;
    let site = site_of(&page.context)?;
    let begun = page
        .node
        .begin_passkey_use(&site, page.context.asker())
        .await?;
    Ok(challenge(&page.context, begun))
}

async fn prove_by_passkey(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let next = back_of(form.fields.get("lanjut"));
    let AccountPage { page, live } = &account;
    let site = site_of(&page.context)?;
    let token = page
        .context
        .cookie(CookieKind::Challenge)
        .unwrap_or_default();
    let answer = form.fields.get("jawaban");
    let asker = page.context.asker();
    let proved = page
        .node
        .prove_by_passkey(live, token, answer, &site, asker)
        .await;
    page.context.drop_cookie(CookieKind::Challenge);
    match proved {
        Ok(token) => {
            page.context.set_cookie(CookieKind::Session, &token);
            Ok(Redirect::to(&next).into_response())
        }
        Err(HandleError::NotFound(_)) => {
            let words = page.frame.t("signin.passkey_unknown");
            let errors = vec![FieldError::new("sandi", words)];
            proof_page(account, next, errors, None).await
        }
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.passkey_unknown")?;
            let errors = refusal.at("sandi");
            proof_page(account, next, errors, refusal.until).await
        }
    }
}
