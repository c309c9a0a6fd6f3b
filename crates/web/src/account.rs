//! `/akun`: one's own account: how one signs in, where one is signed in, what happened to it.

mod change;
pub(crate) mod setup;
pub(crate) mod words;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use pengayom_node::HandleError;
use pengayom_node::accounts::{Factors, Refused};
use serde::Deserialize;

use crate::extract::{AccountPage, CookieKind, FormPost, escape_query};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::signin::passkey::PasskeyForm;
use crate::signin::{local_path, provider};
use crate::staff::Names;
use crate::state::AppState;
use words::{EventLine, SessionLine, event_lines, session_lines};

/// The pages of one's own account.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(change::router())
        .merge(setup::router())
        .route("/akun", get(show))
        .route("/akun/sesi/akhiri", post(end_session))
        .route("/akun/sesi/lain", post(end_others))
        .route("/akun/lepas", post(take_away))
        .route("/akun/penyedia", post(to_provider))
}

#[derive(Deserialize)]
struct OwnQuery {
    #[serde(default)]
    terhubung: String,
    #[serde(default)]
    selesai: String,
}

/// A factor that its owner can take away.
struct FactorLine {
    id: String,
    name: String,
    added: String,
    used: String,
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct OwnPage {
    page: PageFrame,
    by: String,
    login: String,
    done: Option<String>,
    demo: bool,
    /// The second factor must stay: a role asks for it, and it is the last.
    bound: bool,
    missing: bool,
    totp: Option<FactorLine>,
    recovery: Option<String>,
    passkeys: Vec<FactorLine>,
    passkey: PasskeyForm,
    linked: Vec<FactorLine>,
    provider: Option<String>,
    sessions: Vec<SessionLine>,
    others: bool,
    events: Vec<EventLine>,
}

/// What the page says was done, by the word in its address.
const DONE: [(&str, &str); 7] = [
    ("sandi", "account.done_password"),
    ("sesi", "account.done_session"),
    ("lain", "account.done_others"),
    ("lepas", "account.done_taken_away"),
    ("kunci", "account.done_passkey"),
    ("wajib", "account.last_factor"),
    ("aplikasi", "account.done_app"),
];

async fn show(account: AccountPage, Query(query): Query<OwnQuery>) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let node = &page.node;
    let factors = node.own_factors(&live).await?;
    let sessions = node.own_sessions(&live).await?;
    let events = node.own_history(&live).await?;
    let names = Names::read(node).await?;
    let mut frame = page.frame;
    frame.titled("account.title");
    let done = DONE.iter().find(|(word, _)| *word == query.selesai);
    let mut done = done.map(|(_, key)| frame.t(key).to_owned());
    let provider = provider::provider_of(&page.context).map(|provider| provider.name.clone());
    if query.terhubung == "1"
        && let Some(name) = &provider
    {
        done = Some(frame.tf("account.done_linked", &[("name", name)]));
    }
    let line = |named: &pengayom_node::accounts::Named| FactorLine {
        id: named.id.to_string(),
        name: named.name.clone(),
        added: frame.format().date(named.created_at),
        used: named.used_at.map_or_else(
            || frame.t("account.not_used").to_owned(),
            |at| frame.format().moment(at),
        ),
    };
    let seconds = factors.passkeys.len() + usize::from(factors.totp.is_some());
    let own_page = OwnPage {
        by: live.staff.id.to_string(),
        login: live.staff.login.clone(),
        done,
        demo: live.demo,
        bound: factors.required && seconds == 1,
        missing: factors.required && seconds == 0,
        totp: factors.totp.as_ref().map(line),
        recovery: recovery_words(&frame, &factors),
        passkeys: factors.passkeys.iter().map(line).collect(),
        passkey: PasskeyForm::new(&page.context, "create", "/akun/kunci", "/akun/kunci/mulai"),
        linked: factors.linked.iter().map(line).collect(),
        provider,
        others: sessions.len() > 1,
        sessions: session_lines(&frame, &sessions, Some(live.session.id)),
        events: event_lines(&frame, &names, &live.staff, &events),
        page: frame,
    };
    draw(StatusCode::OK, &own_page)
}

fn recovery_words(frame: &PageFrame, factors: &Factors) -> Option<String> {
    let left = i64::try_from(factors.recovery_left).unwrap_or(0);
    let n = frame.format().count(left);
    factors
        .has_second()
        .then(|| frame.tf("account.recovery_left", &[("n", &n)]))
}

fn to_own(done: &str) -> Response {
    Redirect::to(&format!("/akun?selesai={done}")).into_response()
}

/// The page that asks for a fresh proof, with the way back.
pub(crate) fn to_proof(back: &str) -> Response {
    let back = escape_query(back);
    Redirect::to(&format!("/akun/pastikan?lanjut={back}")).into_response()
}

async fn end_session(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let id = form
        .fields
        .get("sesi")
        .parse()
        .map_err(|_| Fault::NotFound)?;
    let AccountPage { page, live } = account;
    page.node.end_own_session(&live, id).await?;
    if id == live.session.id {
        page.context.drop_cookie(CookieKind::Session);
        return Ok(Redirect::to("/masuk?keluar=1").into_response());
    }
    Ok(to_own("sesi"))
}

async fn end_others(account: AccountPage, _form: FormPost) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    page.node.end_other_sessions(&live).await?;
    Ok(to_own("lain"))
}

async fn take_away(account: AccountPage, form: FormPost) -> Result<Response, Fault> {
    let id = form
        .fields
        .get("cara")
        .parse()
        .map_err(|_| Fault::NotFound)?;
    let AccountPage { page, live } = account;
    match page.node.drop_own_factor(&live, id).await {
        // Pressed twice: it is gone.
        Ok(()) | Err(Refused::Handle(HandleError::NotFound(_))) => Ok(to_own("lepas")),
        Err(Refused::Handle(HandleError::ProofNeeded)) => Ok(to_proof("/akun")),
        Err(Refused::Account(_)) => Ok(to_own("wajib")),
        Err(Refused::Handle(error)) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "staff/go.html")]
struct GoPage {
    page: PageFrame,
    name: String,
    address: String,
    down: bool,
}

/// Leads to the provider by a link: browsers do not let a form lead away from this site.
async fn to_provider(account: AccountPage, _form: FormPost) -> Result<Response, Fault> {
    let AccountPage { page, live } = account;
    let provider = provider::provider_of(&page.context).ok_or(Fault::NotFound)?;
    if !live.is_proved() {
        return Ok(to_proof("/akun"));
    }
    let user = Some(live.staff.id);
    let (address, down) = match provider::way_to(&page.context, &page.node, user, "").await {
        Ok(address) => (address?, false),
        Err(_) => (String::new(), true),
    };
    let mut frame = page.frame;
    frame.title = frame.tf("account.link_title", &[("name", &provider.name)]);
    let status = if down {
        StatusCode::BAD_GATEWAY
    } else {
        StatusCode::OK
    };
    let page = GoPage {
        page: frame,
        name: provider.name.clone(),
        address,
        down,
    };
    let mut answer = draw(status, &page)?;
    answer.extensions_mut().insert(crate::limits::AsItIs);
    Ok(answer)
}

/// Where a proof leads back to: pages of accounts only.
pub(super) fn back_of(text: &str) -> String {
    local_path(text)
        .filter(|path| path.starts_with("/akun") || path.starts_with("/setelan"))
        .unwrap_or("/akun")
        .to_owned()
}
