//! Signing in and out, and where each role begins.

pub(crate) mod passkey;
pub(crate) mod provider;
pub(crate) mod step;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::accounts::{Entered, SignedIn};
use serde::Deserialize;

use crate::extract::{Context, CookieKind, Fields, FormPost, PublicPage, StaffPage, escape_query};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{HiddenField, held};
use crate::state::AppState;
use passkey::PasskeyForm;
pub(crate) use step::new_password;

/// Longest address that signing in leads back to.
const NEXT_MAX_BYTES: usize = 500;

/// The pages of signing in and out.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/masuk", get(show).post(enter))
        .merge(step::router())
        .merge(passkey::router())
        .merge(provider::router())
        .route("/masuk/isian", get(give_back))
        .route("/keluar-akun", post(leave))
        .route("/setelan", get(settings))
}

#[derive(Deserialize)]
struct SignInQuery {
    #[serde(default)]
    lanjut: String,
    #[serde(default)]
    keluar: String,
    #[serde(default)]
    ulang: String,
}

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    held: bool,
    left: bool,
    over: bool,
    next: String,
    name: TextField,
    password: TextField,
    passkey: PasskeyForm,
    provider: Option<String>,
    demo: bool,
}

/// What the sign-in page says beside its fields.
#[derive(Default)]
pub(super) struct Said {
    /// Where it leads.
    pub(super) next: String,
    /// What was typed as a name.
    pub(super) login: String,
    /// What was wrong.
    pub(super) errors: Vec<FieldError>,
    /// Somebody signed out.
    pub(super) left: bool,
    /// Signing in began too long ago.
    pub(super) over: bool,
    /// When to come again.
    pub(super) until: Option<Timestamp>,
}

impl Said {
    /// A refusal.
    pub(super) fn refused(next: &str, login: &str, refusal: Refusal) -> Self {
        Self {
            next: next.to_owned(),
            login: login.to_owned(),
            until: refusal.until,
            errors: vec![FieldError::new("nama", refusal.words)],
            ..Self::default()
        }
    }
}

async fn show(page: PublicPage, Query(query): Query<SignInQuery>) -> Result<Response, Fault> {
    let next = local_path(&query.lanjut).unwrap_or_default().to_owned();
    if let Some(token) = page.context.cookie(CookieKind::Session)
        && let Some(staff) = page.node.session(token).await?
    {
        let next = if next.is_empty() { home(&staff) } else { &next };
        return Ok(Redirect::to(next).into_response());
    }
    let said = Said {
        next,
        left: query.keluar == "1",
        over: query.ulang == "1",
        ..Said::default()
    };
    sign_in_page(page, said)
}

pub(super) fn sign_in_page(page: PublicPage, said: Said) -> Result<Response, Fault> {
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    frame.with_form(&context, "form");
    frame.titled("signin.title");
    if !said.errors.is_empty() {
        frame.refused();
    }
    let errors = said.errors;
    let name = TextField::new("nama", frame.t("signin.name"), said.login, &errors);
    // A password that was wrong is not sent back.
    let password = TextField::new("sandi", frame.t("signin.password"), "", &errors)
        .hint(frame.t("signin.password_help"));
    let provider = context.state().settings.provider.as_ref();
    let status = status_of(&errors, said.until);
    let page = SignInPage {
        held: context.cookie(CookieKind::Held).is_some(),
        left: said.left,
        over: said.over,
        next: said.next,
        passkey: PasskeyForm::to_sign_in(&context),
        provider: provider.map(|provider| provider.name.clone()),
        // A demonstration is signed in to by password alone, and says so.
        demo: frame.simulated,
        page: frame,
        errors,
        name,
        password,
    };
    Ok(come_again(draw(status, &page)?, said.until, node.now()))
}

/// A password as it was typed. Spaces belong to it; the line break that came with a pasted one does
/// not.
pub(crate) fn typed_password(fields: &Fields, field: &str) -> String {
    let typed = fields.iter().filter(|(name, _)| *name == field).last();
    let (_, value) = typed.unwrap_or_default();
    value.trim_end_matches('\n').to_owned()
}

async fn enter(mut page: PublicPage, form: FormPost) -> Result<Response, Fault> {
    let next = local_path(form.fields.get("lanjut"))
        .unwrap_or_default()
        .to_owned();
    let login = form.fields.get("nama").to_owned();
    let password = typed_password(&form.fields, "sandi");
    let mut said = Said {
        next,
        login,
        ..Said::default()
    };
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return sign_in_page(page, said);
    }
    for (field, value, key) in [
        ("nama", &said.login, "signin.name_write"),
        ("sandi", &password, "signin.password_write"),
    ] {
        if value.is_empty() {
            said.errors.push(FieldError::new(field, page.frame.t(key)));
        }
    }
    if !said.errors.is_empty() {
        return sign_in_page(page, said);
    }
    let asker = page.context.asker().clone();
    match page.node.enter(&said.login, &password, &asker).await {
        Ok(entered) => go_on(&page, entered, &said.next).await,
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.unknown")?;
            let said = Said::refused(&said.next, &said.login, refusal);
            sign_in_page(page, said)
        }
    }
}

/// Why somebody was not let on, in words; what a field is to blame for.
pub(crate) struct Refusal {
    /// What was wrong and what to do.
    pub(crate) words: String,
    /// When to come again.
    pub(crate) until: Option<Timestamp>,
}

impl Refusal {
    /// The words for an error; `no_match` is the key for what did not fit.
    ///
    /// # Errors
    /// What no field is to blame for.
    pub(crate) fn of(frame: &PageFrame, error: HandleError, no_match: &str) -> Result<Self, Fault> {
        match error {
            HandleError::NoMatch => Ok(Self {
                words: frame.t(no_match).to_owned(),
                until: None,
            }),
            HandleError::TooManyTries { until } => {
                let time = frame.format().time(until);
                Ok(Self {
                    words: frame.tf("error.too_many_tries", &[("time", &time)]),
                    until: Some(until),
                })
            }
            error => Err(error.into()),
        }
    }

    /// What is said beside a field.
    pub(crate) fn at(&self, field: &str) -> Vec<FieldError> {
        vec![FieldError::new(field, self.words.clone())]
    }
}

/// The status of a page whose form was or was not refused.
pub(crate) fn status_of(errors: &[FieldError], until: Option<Timestamp>) -> StatusCode {
    if until.is_some() {
        StatusCode::TOO_MANY_REQUESTS
    } else if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// Says to programs when to come again, as the page says to people.
pub(crate) fn come_again(
    mut answer: Response,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Response {
    if let Some(until) = until {
        let seconds = until.duration_since(now).as_secs().max(1);
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Where a step on the way in leads: into the unit, or to the next step.
pub(crate) async fn go_on(
    page: &PublicPage,
    entered: Entered,
    next: &str,
) -> Result<Response, Fault> {
    match entered {
        Entered::In(signed_in) => {
            let next = come_in(page, &signed_in, next).await?;
            Ok(Redirect::to(&next).into_response())
        }
        Entered::Half(half) => {
            page.context.set_cookie(CookieKind::Entry, &half.token);
            let next = escape_query(next);
            Ok(Redirect::to(&format!("/masuk/langkah?lanjut={next}")).into_response())
        }
    }
}

/// Hands the session to the browser, in the place of whatever it had; gives where it leads.
pub(crate) async fn come_in(
    page: &PublicPage,
    signed_in: &SignedIn,
    next: &str,
) -> Result<String, Fault> {
    let context = &page.context;
    if let Some(before) = context.cookie(CookieKind::Session) {
        page.node.sign_out(before).await?;
    }
    context.set_cookie(CookieKind::Session, &signed_in.token);
    for spent in [CookieKind::Entry, CookieKind::Challenge] {
        if context.cookie(spent).is_some() {
            context.drop_cookie(spent);
        }
    }
    Ok(if context.cookie(CookieKind::Held).is_some() {
        "/masuk/isian".to_owned()
    } else if next.is_empty() {
        home(&signed_in.staff).to_owned()
    } else {
        next.to_owned()
    })
}

async fn leave(page: StaffPage, _form: FormPost) -> Result<Response, Fault> {
    if let Some(token) = page.context.cookie(CookieKind::Session) {
        page.node.sign_out(token).await?;
    }
    page.context.drop_cookie(CookieKind::Session);
    drop_held(&page.context, &page).await?;
    Ok(Redirect::to("/masuk?keluar=1").into_response())
}

async fn drop_held(context: &Context, page: &StaffPage) -> Result<(), Fault> {
    held::take(context, &page.node, &page.staff)
        .await
        .map(|_| ())
}

#[derive(Template)]
#[template(path = "staff/held.html")]
struct HeldPage {
    page: PageFrame,
    action: String,
    fields: Vec<HiddenField>,
    shown: Vec<String>,
    home: &'static str,
}

/// Fields in which somebody writes sentences; they are shown, so that one knows what is given back.
const SENTENCES: [&str; 7] = [
    "cerita",
    "uraian",
    "jawaban",
    "alasan",
    "penjelasan",
    "catatan",
    "perbaikan",
];

async fn give_back(page: StaffPage) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let Some(form) = held::take(&context, &node, &staff).await? else {
        return Ok(Redirect::to(home(&staff)).into_response());
    };
    frame.titled("signin.held_title");
    let shown = form
        .fields
        .iter()
        .filter(|(name, _)| SENTENCES.contains(&name.as_str()));
    let shown = shown
        .map(|(_, value)| value.clone())
        .filter(|value| !value.is_empty())
        .collect();
    let fields = form
        .fields
        .into_iter()
        .map(|(name, value)| HiddenField { name, value });
    let page = HeldPage {
        page: frame,
        action: form.path,
        fields: fields.collect(),
        shown,
        home: home(&staff),
    };
    draw(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "staff/admin.html")]
struct SettingsPage {
    page: PageFrame,
    tasks: Vec<Task>,
}

struct Task {
    words: String,
    command: &'static str,
}

/// What the administrator does, and by which command of the program, until pages can do it.
const TASKS: [(&str, &str); 5] = [
    ("signin.home_admin_user_add", "pengayom user add"),
    ("signin.home_admin_user_list", "pengayom user list"),
    ("signin.home_admin_user_disable", "pengayom user disable"),
    ("signin.home_admin_user_reset", "pengayom user reset"),
    ("signin.home_admin_pack", "pengayom pack check"),
];

async fn settings(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::KeepAccounts)?;
    let StaffPage { mut frame, .. } = page;
    frame.titled("signin.home_admin");
    let task = |(key, command): (&str, &'static str)| Task {
        words: frame.t(key).to_owned(),
        command,
    };
    let tasks = TASKS.into_iter().map(task).collect();
    draw(StatusCode::OK, &SettingsPage { page: frame, tasks })
}

/// Where a member of staff begins: the first of their roles that says so.
pub(crate) fn home(staff: &Staff) -> &'static str {
    let of = |role: &Role| match role {
        Role::Desk | Role::Dispatch => "/meja",
        Role::Commander | Role::Oversight => "/pimpinan",
        Role::Patrol | Role::Community | Role::Investigator => "/pertemuan",
        Role::Admin => "/setelan",
    };
    staff.roles.iter().map(of).next().unwrap_or("/")
}

/// An address of this site to lead back to, and no other: `//host` and `/\host` lead elsewhere.
pub(crate) fn local_path(text: &str) -> Option<&str> {
    let good = text.len() <= NEXT_MAX_BYTES
        && text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/masuk")
        && !text.starts_with("/keluar")
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    good.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_back_within_the_site_only() {
        assert_eq!(local_path("/perkara/1?x=2"), Some("/perkara/1?x=2"));
        let elsewhere = [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "meja",
            "/a\nb",
        ];
        for bad in elsewhere {
            assert_eq!(local_path(bad), None, "{bad}");
        }
        assert_eq!(local_path("/masuk?lanjut=/masuk"), None);
    }
}
