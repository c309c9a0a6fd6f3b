//! `/setelan/akun`: accounts of the unit, for whoever keeps them.

mod new;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use pengayom_core::value::OfficerId;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::accounts::{AccountLine, MADE_PASSWORD_HOURS, Refused};
use serde::Deserialize;

use crate::account::to_proof;
use crate::account::words::{EventLine, SessionLine, account_words, event_lines, session_lines};
use crate::extract::{AccountPage, FormPost, StaffPage, escape_query};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw, role_key};
use crate::problem::Fault;
use crate::signin::{provider, status_of};
use crate::staff::Names;
use crate::state::AppState;

/// Accounts on one page of the list.
const SHOWN: usize = 50;

/// The pages of accounts.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(new::router())
        .route("/setelan/akun", get(list))
        .route("/setelan/akun/{id}", get(one))
        .route("/setelan/akun/{id}/sesi", post(end_sessions))
        .route("/setelan/akun/{id}/reset", post(reset))
        .route("/setelan/akun/{id}/matikan", post(disable))
        .route("/setelan/akun/{id}/hidupkan", post(enable))
        .route("/setelan/akun/{id}/hubungkan", post(connect))
}

/// An account as the list shows it.
struct Line {
    href: String,
    name: String,
    login: String,
    roles: String,
    station: String,
    /// `ok`, `warn`, `plain` and the words beside it.
    state: &'static str,
    state_words: String,
}

fn roles_of(frame: &PageFrame, staff: &Staff) -> String {
    let roles: Vec<&str> = staff
        .roles
        .iter()
        .map(|role| frame.t(role_key(*role)))
        .collect();
    roles.join(", ")
}

fn station_of(frame: &PageFrame, staff: &Staff) -> String {
    let unit = frame.unit();
    unit.station_name(staff.station.as_ref().unwrap_or(unit.own_station()))
}

fn state_of(frame: &PageFrame, line: &AccountLine) -> (&'static str, String) {
    let (state, key) = if line.disabled_at.is_some() {
        ("plain", "keep.state_disabled")
    } else if line.demo {
        ("plain", "keep.state_demo")
    } else if line.change_by.is_some() {
        ("wait", "keep.state_made")
    } else if line.has_second {
        ("ok", "keep.state_second")
    } else if line.needs_second {
        ("warn", "keep.state_missing")
    } else {
        ("plain", "keep.state_password")
    };
    (state, frame.t(key).to_owned())
}

impl Line {
    fn new(frame: &PageFrame, line: &AccountLine) -> Self {
        let (state, state_words) = state_of(frame, line);
        Self {
            href: format!("/setelan/akun/{}", line.staff.id),
            name: line.staff.addressed(),
            login: line.staff.login.clone(),
            roles: roles_of(frame, &line.staff),
            station: station_of(frame, &line.staff),
            state,
            state_words,
        }
    }
}

#[derive(Deserialize)]
struct ListQuery {
    #[serde(default)]
    cari: String,
    #[serde(default)]
    halaman: String,
}

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct ListPage {
    page: PageFrame,
    search: TextField,
    count: String,
    lines: Vec<Line>,
    pages: Vec<StaffPageLink>,
}

/// A page of the list.
struct StaffPageLink {
    href: String,
    words: String,
    current: bool,
}

async fn list(page: StaffPage, Query(query): Query<ListQuery>) -> Result<Response, Fault> {
    page.require(Permission::KeepAccounts)?;
    let all = page.node.accounts(&page.staff).await?;
    let mut frame = page.frame;
    frame.titled("keep.title");
    let wanted = query.cari.trim().to_lowercase();
    let fits = |line: &&AccountLine| {
        wanted.is_empty()
            || line.staff.name.to_lowercase().contains(&wanted)
            || line.staff.login.contains(&wanted)
    };
    let found: Vec<&AccountLine> = all.iter().filter(fits).collect();
    let pages = found.len().div_ceil(SHOWN).max(1);
    let at = query.halaman.parse().unwrap_or(1).clamp(1, pages);
    let shown = found.iter().skip((at - 1) * SHOWN).take(SHOWN);
    let cari = escape_query(query.cari.trim());
    let link = |n: usize| StaffPageLink {
        href: format!("/setelan/akun?cari={cari}&halaman={n}"),
        words: n.to_string(),
        current: n == at,
    };
    let n = frame
        .format()
        .count(i64::try_from(found.len()).unwrap_or(i64::MAX));
    let list = ListPage {
        search: TextField::new("cari", frame.t("keep.search"), query.cari.trim(), &[]),
        count: frame.tf("keep.count", &[("n", &n)]),
        lines: shown.map(|line| Line::new(&frame, line)).collect(),
        pages: if pages > 1 {
            (1..=pages).map(link).collect()
        } else {
            Vec::new()
        },
        page: frame,
    };
    draw(StatusCode::OK, &list)
}

#[derive(Template)]
#[template(path = "staff/account_one.html")]
struct OnePage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    done: Option<String>,
    line: Line,
    action: String,
    own: bool,
    disabled: bool,
    factors: Vec<String>,
    sessions: Vec<SessionLine>,
    events: Vec<EventLine>,
    provider: Option<String>,
    subject: TextField,
}

#[derive(Deserialize)]
struct OneQuery {
    #[serde(default)]
    selesai: String,
}

/// What the page says was done, by the word in its address.
const DONE: [(&str, &str); 4] = [
    ("sesi", "keep.done_sessions"),
    ("mati", "keep.done_disabled"),
    ("hidup", "keep.done_enabled"),
    ("hubung", "keep.done_linked"),
];

fn id_of(text: &str) -> Result<OfficerId, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn one(
    account: AccountPage,
    Path(id): Path<String>,
    Query(query): Query<OneQuery>,
) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let done = DONE.iter().find(|(word, _)| *word == query.selesai);
    let done = done.map(|(_, key)| account.page.frame.t(key).to_owned());
    one_page(account, id_of(&id)?, "", Vec::new(), done).await
}

async fn one_page(
    account: AccountPage,
    id: OfficerId,
    subject: &str,
    errors: Vec<FieldError>,
    done: Option<String>,
) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let view = page.node.account(&page.staff, id).await?;
    let names = Names::read(&page.node).await?;
    let mut frame = page.frame;
    frame.title = frame.tf("keep.one_title", &[("name", &view.line.staff.addressed())]);
    if !errors.is_empty() {
        frame.refused();
    }
    let mut factors = Vec::new();
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    if view.factors.totp.is_some() {
        factors.push(frame.t("account.app").to_owned());
    }
    for (n, key) in [
        (view.factors.passkeys.len(), "keep.passkeys"),
        (view.factors.recovery_left, "account.recovery_left"),
        (view.factors.linked.len(), "keep.linked"),
    ] {
        if n > 0 {
            factors.push(frame.tf(key, &[("n", &count(n))]));
        }
    }
    let provider = provider::provider_of(&page.context).map(|provider| provider.name.clone());
    let status = status_of(&errors, None);
    let shown = OnePage {
        by: live.staff.id.to_string(),
        done,
        line: Line::new(&frame, &view.line),
        action: format!("/setelan/akun/{id}"),
        own: id == live.staff.id,
        disabled: view.line.disabled_at.is_some(),
        factors,
        sessions: session_lines(&frame, &view.sessions, Some(live.session.id)),
        events: event_lines(&frame, &names, &live.staff, &view.happened),
        subject: TextField::new("subjek", frame.t("keep.subject"), subject, &errors)
            .hint(frame.t("keep.subject_help")),
        provider,
        page: frame,
        errors,
    };
    draw(status, &shown)
}

fn to_one(id: OfficerId, done: &str) -> Response {
    Redirect::to(&format!("/setelan/akun/{id}?selesai={done}")).into_response()
}

async fn end_sessions(
    account: AccountPage,
    Path(id): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let id = id_of(&id)?;
    let session = match form.fields.get("sesi") {
        "" => None,
        text => Some(text.parse().map_err(|_| Fault::NotFound)?),
    };
    let page = account.page;
    page.node.keep_ended(&page.staff, id, session).await?;
    Ok(to_one(id, "sesi"))
}

#[derive(Template)]
#[template(path = "staff/account_password.html")]
struct MadePage {
    page: PageFrame,
    name: String,
    login: String,
    password: String,
    hours: String,
    back: String,
}

/// A password that was made for somebody, shown this once.
fn made_page(
    mut frame: PageFrame,
    name: String,
    login: String,
    password: String,
    back: String,
) -> Result<Response, Fault> {
    frame.titled("keep.made_title");
    frame.other_lang_href = format!("/setelan/akun?lang={}", frame.other_lang);
    let page = MadePage {
        hours: frame.format().count(MADE_PASSWORD_HOURS),
        page: frame,
        name,
        login,
        password,
        back,
    };
    draw(StatusCode::OK, &page)
}

async fn reset(
    account: AccountPage,
    Path(id): Path<String>,
    _form: FormPost,
) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let id = id_of(&id)?;
    let AccountPage { page, live } = &account;
    match page.node.keep_reset(live, id).await {
        Ok(password) => {
            let staff = page.node.account(&page.staff, id).await?.line.staff;
            let back = format!("/setelan/akun/{id}");
            let (name, login) = (staff.addressed(), staff.login);
            made_page(account.page.frame, name, login, password, back)
        }
        Err(error) => refused(account, id, error).await,
    }
}

async fn disable(
    account: AccountPage,
    Path(id): Path<String>,
    _form: FormPost,
) -> Result<Response, Fault> {
    set_disabled(account, &id, true).await
}

async fn enable(
    account: AccountPage,
    Path(id): Path<String>,
    _form: FormPost,
) -> Result<Response, Fault> {
    set_disabled(account, &id, false).await
}

async fn set_disabled(account: AccountPage, id: &str, disabled: bool) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let id = id_of(id)?;
    let AccountPage { page, live } = &account;
    match page.node.keep_disabled(live, id, disabled).await {
        Ok(()) => Ok(to_one(id, if disabled { "mati" } else { "hidup" })),
        Err(error) => refused(account, id, error).await,
    }
}

async fn connect(
    account: AccountPage,
    Path(id): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    account.page.require(Permission::KeepAccounts)?;
    let id = id_of(&id)?;
    let AccountPage { page, live } = &account;
    let provider = provider::provider_of(&page.context).ok_or(Fault::NotFound)?;
    let subject = form.fields.get("subjek").to_owned();
    let linked = page
        .node
        .keep_linked(live, id, &provider.issuer, &subject)
        .await;
    let words = match linked {
        Ok(()) => return Ok(to_one(id, "hubung")),
        Err(Refused::Account(error)) => account_words(&page.frame, &error),
        Err(Refused::Handle(HandleError::Conflict { .. })) => {
            page.frame.t("keep.subject_taken").to_owned()
        }
        Err(error) => return refused(account, id, error).await,
    };
    let errors = vec![FieldError::new("subjek", words)];
    one_page(account, id, &subject, errors, None).await
}

/// Leads to where it is proved who one is, and from there back to the account.
async fn refused(account: AccountPage, id: OfficerId, error: Refused) -> Result<Response, Fault> {
    match error {
        Refused::Handle(HandleError::ProofNeeded) => Ok(to_proof(&format!("/setelan/akun/{id}"))),
        Refused::Handle(error) => Err(error.into()),
        Refused::Account(error) => {
            let words = account_words(&account.page.frame, &error);
            let errors = vec![FieldError::new("isi-akun", words)];
            one_page(account, id, "", errors, None).await
        }
    }
}
