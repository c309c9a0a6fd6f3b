//! Signing in and out, and where each role begins.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Role, Staff};
use serde::Deserialize;

use crate::extract::{Context, CookieKind, FormPost, PublicPage, StaffPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{HiddenField, held};
use crate::state::AppState;

/// Longest address that signing in leads back to.
const NEXT_MAX_BYTES: usize = 500;

/// The pages of signing in and out.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/masuk", get(show).post(enter))
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
}

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    held: bool,
    left: bool,
    next: String,
    name: TextField,
    password: TextField,
}

async fn show(page: PublicPage, Query(query): Query<SignInQuery>) -> Result<Response, Fault> {
    let next = local_path(&query.lanjut).unwrap_or_default().to_owned();
    if let Some(token) = page.context.cookie(CookieKind::Session)
        && let Some(staff) = page.node.session(token).await?
    {
        let next = if next.is_empty() { home(&staff) } else { &next };
        return Ok(Redirect::to(next).into_response());
    }
    let left = query.keluar == "1";
    sign_in_page(page, StatusCode::OK, next, "", Vec::new(), left)
}

fn sign_in_page(
    page: PublicPage,
    status: StatusCode,
    next: String,
    login: &str,
    errors: Vec<FieldError>,
    left: bool,
) -> Result<Response, Fault> {
    let PublicPage {
        context, mut frame, ..
    } = page;
    frame.with_form(&context, "form");
    frame.titled("signin.title");
    if !errors.is_empty() {
        frame.refused();
    }
    let name = TextField::new("nama", frame.t("signin.name"), login, &errors);
    // A password that was wrong is not sent back.
    let password = TextField::new("sandi", frame.t("signin.password"), "", &errors)
        .hint(frame.t("signin.password_help"));
    let held = context.cookie(CookieKind::Held).is_some();
    draw(
        status,
        &SignInPage {
            page: frame,
            errors,
            held,
            left,
            next,
            name,
            password,
        },
    )
}

async fn enter(mut page: PublicPage, form: FormPost) -> Result<Response, Fault> {
    let next = local_path(form.fields.get("lanjut"))
        .unwrap_or_default()
        .to_owned();
    let login = form.fields.get("nama").to_owned();
    // Spaces belong to a password; the line break that came with a pasted one does not.
    let typed = form
        .fields
        .iter()
        .filter(|(name, _)| *name == "sandi")
        .last();
    let password = typed
        .map_or("", |(_, value)| value)
        .trim_end_matches('\n')
        .to_owned();
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return sign_in_page(page, StatusCode::OK, next, &login, Vec::new(), false);
    }
    let mut errors = Vec::new();
    if login.is_empty() {
        errors.push(FieldError::new("nama", page.frame.t("signin.name_write")));
    }
    if password.is_empty() {
        errors.push(FieldError::new(
            "sandi",
            page.frame.t("signin.password_write"),
        ));
    }
    if !errors.is_empty() {
        return sign_in_page(
            page,
            StatusCode::UNPROCESSABLE_ENTITY,
            next,
            &login,
            errors,
            false,
        );
    }
    let signed_in = page
        .node
        .sign_in(&login, &password, page.context.client())
        .await;
    match signed_in {
        Ok(signed_in) => {
            let context = &page.context;
            if let Some(before) = context.cookie(CookieKind::Session) {
                page.node.sign_out(before).await?;
            }
            context.set_cookie(CookieKind::Session, &signed_in.token);
            let next = if context.cookie(CookieKind::Held).is_some() {
                "/masuk/isian"
            } else if next.is_empty() {
                home(&signed_in.staff)
            } else {
                &next
            };
            Ok(Redirect::to(next).into_response())
        }
        Err(HandleError::NoMatch) => {
            let errors = vec![FieldError::new("nama", page.frame.t("signin.unknown"))];
            sign_in_page(
                page,
                StatusCode::UNPROCESSABLE_ENTITY,
                next,
                &login,
                errors,
                false,
            )
        }
        Err(HandleError::TooManyTries { until }) => {
            let time = page.frame.format().time(until);
            let words = page.frame.tf("error.too_many_tries", &[("time", &time)]);
            let errors = vec![FieldError::new("nama", words)];
            sign_in_page(
                page,
                StatusCode::TOO_MANY_REQUESTS,
                next,
                &login,
                errors,
                false,
            )
        }
        Err(error) => Err(error.into()),
    }
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
fn local_path(text: &str) -> Option<&str> {
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
