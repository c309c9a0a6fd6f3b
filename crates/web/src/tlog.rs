//! `/tlog/`: the public log of the unit's acts, as [C2SP tlog-tiles](https://c2sp.org/tlog-tiles)
//! says, for whoever wants to check a receipt, watch the log or be its witness (S18).
//!
//! Nothing here is personal: an entry is a salted hash of an act. Everybody may ask, also scripts of
//! other sites: another unit's page checks receipts of this one.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use pengayom_ledger::TileRef;

use crate::limits::AsItIs;
use crate::problem::Fault;
use crate::state::AppState;

/// A whole tile never changes: a year, as long as a cache may be told to keep it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A part of a tile gives way to a wider one: an hour.
const FOR_A_WHILE: &str = "public, max-age=3600";

/// What may be another one at any moment.
const ASK_AGAIN: &str = "no-cache";

/// Any page may read it.
const FOR_ALL: (HeaderName, &str) = (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/tlog/checkpoint", get(checkpoint))
        .route("/tlog/key", get(keys))
        .route("/tlog/tile/{*path}", get(tile))
}

/// `GET /tlog/checkpoint`: size and root of the log, signed, with the cosignatures there are.
async fn checkpoint(State(state): State<AppState>) -> Result<Response, Fault> {
    Ok(match state.node.checkpoint().await? {
        Some(note) => found(TEXT, ASK_AGAIN, note),
        None => missing(),
    })
}

/// `GET /tlog/key`: the keys that sign or signed for this log, one a line, the newest first.
async fn keys(State(state): State<AppState>) -> Result<Response, Fault> {
    let keys = state.node.log_keys().await?;
    let lines: String = keys.iter().map(|key| format!("{key}\n")).collect();
    Ok(found(TEXT, ASK_AGAIN, lines))
}

/// `GET /tlog/tile/…`: hashes of the tree or entries of the log; 404 for what the log has not yet.
async fn tile(Path(path): Path<String>, State(state): State<AppState>) -> Result<Response, Fault> {
    let Ok(wanted) = format!("tile/{path}").parse::<TileRef>() else {
        return Ok(missing());
    };
    let keep = if wanted.is_whole() {
        FOR_EVER
    } else {
        FOR_A_WHILE
    };
    Ok(match state.node.tile(wanted).await? {
        Some(bytes) => found(BYTES, keep, bytes),
        None => missing(),
    })
}

fn found(
    content_type: &'static str,
    keep: &'static str,
    body: impl Into<axum::body::Body>,
) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, keep),
        FOR_ALL,
    ];
    (headers, body.into()).into_response()
}

/// No page in words: whoever asks is a program.
fn missing() -> Response {
    let headers = [
        (header::CONTENT_TYPE, TEXT),
        (header::CACHE_CONTROL, ASK_AGAIN),
        FOR_ALL,
    ];
    let mut answer = (StatusCode::NOT_FOUND, headers, "not in the log\n").into_response();
    answer.extensions_mut().insert(AsItIs);
    answer
}
