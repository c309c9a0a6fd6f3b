//! `/kabar/{token}`: what the link in a notice opens, without a sign-in: where to read, and how to stop.
//! Beside it what the gateway reports, and the worker that shows notices in a browser.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use pengayom_node::notices::ReportRefused;
use serde::Deserialize;

use crate::extract::{Fields, PublicPage, collect, has_type, require_own_page};
use crate::frame::{PageFrame, draw};
use crate::limits::AsItIs;
use crate::problem::Fault;
use crate::state::AppState;

/// Largest body of these forms and reports, in bytes.
const BODY_MAX: usize = 4 * 1024;

/// The header that a report of the gateway is signed in.
const SIGNATURE: &str = "x-pengayom-signature";

/// The worker. Its address stays, so that a browser keeps one.
const WORKER: &str = include_str!("../../../../web/worker/notices.js");

#[derive(Template)]
#[template(path = "public/notice.html")]
struct NoticePage {
    page: PageFrame,
    token: String,
    said: Option<&'static str>,
    /// Notices of this case are stopped.
    stopped: bool,
    /// Everything to this number or address is stopped.
    everything: bool,
}

#[derive(Template)]
#[template(path = "public/notice_gone.html")]
struct GonePage {
    page: PageFrame,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/kabar/{token}", get(show).post(stop))
        .route("/gerbang/laporan", post(report))
        .route("/pekerja-kabar.js", get(worker))
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
struct NoticeQuery {
    /// Something was changed just now.
    disimpan: Option<String>,
}

/// `GET /kabar/{token}`: changes nothing, however often a program on the way looks.
async fn show(
    Path(token): Path<String>,
    Query(query): Query<NoticeQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let said = query.disimpan.is_some().then_some("stop.saved");
    notice_page(page, &token, said).await
}

async fn notice_page(
    page: PublicPage,
    token: &str,
    said: Option<&'static str>,
) -> Result<Response, Fault> {
    let PublicPage {
        mut frame, node, ..
    } = page;
    let Some(stopped) = node.stopped(token).await? else {
        frame.titled("stop.gone_title");
        return draw(StatusCode::NOT_FOUND, &GonePage { page: frame });
    };
    frame.sensitive = stopped.sensitive;
    frame.titled("stop.title");
    let page = NoticePage {
        page: frame,
        token: token.to_owned(),
        said,
        stopped: stopped.case,
        everything: stopped.everything,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /kabar/{token}`: stops, or begins again. The token is the proof: it stands in the notice and
/// nowhere else, so that neither a sign-in nor a mark of the form is asked for; a page of another site is refused all the same. Mail programs send
/// `List-Unsubscribe=One-Click` (RFC 8058) and read only the status.
async fn stop(
    Path(token): Path<String>,
    page: PublicPage,
    request: Request,
) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    require_own_page(&parts, &page.context)?;
    let body = collect(body, BODY_MAX).await?;
    let text = String::from_utf8_lossy(&body);
    let one_click = text.contains("List-Unsubscribe") && text.contains("One-Click");
    let fields = if one_click {
        Fields::default()
    } else {
        Fields::parse(&body)?
    };
    let (everything, on) = match fields.get("apa") {
        _ if one_click => (false, false),
        "kasus" => (false, false),
        "semua" => (true, false),
        "lagi" => (false, true),
        _ => return Err(Fault::Unreadable),
    };
    let done = page.node.stop_by_token(&token, everything, on).await?;
    if done.is_none() {
        return notice_page(page, &token, None).await;
    }
    if one_click {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Redirect::to(&format!("/kabar/{token}?disimpan=ya")).into_response())
}

/// `POST /gerbang/laporan`: what the gateway says of a message, signed.
async fn report(page: PublicPage, request: Request) -> Result<Response, Fault> {
    let (parts, body) = request.into_parts();
    // A program says nothing of where it comes from; a page of another site that tries is refused.
    require_own_page(&parts, &page.context)?;
    let signed = parts.headers.get(SIGNATURE);
    let signed = signed.and_then(|value| value.to_str().ok());
    let signed = signed.unwrap_or_default().to_owned();
    let body = collect(body, BODY_MAX).await?;
    if !has_type(&parts.headers, "application/json") {
        return Err(Fault::Unreadable);
    }
    let taken = page.node.take_report(&signed, &body).await?;
    let status = match taken {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(ReportRefused::Off | ReportRefused::Unknown) => StatusCode::NOT_FOUND,
        Err(ReportRefused::Forged | ReportRefused::Stale) => StatusCode::FORBIDDEN,
        Err(ReportRefused::Replayed) => StatusCode::CONFLICT,
        Err(ReportRefused::Malformed) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if let Err(refused) = &taken {
        tracing::warn!(%refused, "a report of the gateway was refused");
    }
    let words = taken.err().map(|refused| format!("{refused}\n"));
    let mut answer = (status, words.unwrap_or_default()).into_response();
    answer.extensions_mut().insert(AsItIs);
    Ok(answer)
}

/// `GET /pekerja-kabar.js`
async fn worker() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, WORKER).into_response()
}
