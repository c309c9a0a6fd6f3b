//! The witness as logs ask it: over HTTP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use pengayom_ledger::witness::{AddCheckpoint, MAX_REQUEST_BYTES, Outcome};
use pengayom_node::Clock as _;

use super::Witness;
use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::wiring::told_to_end;

/// How long a request may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Listens; returns where, and what serves until told to end.
///
/// # Errors
/// [`Fault::System`] when it cannot listen there.
pub(crate) async fn listen(
    witness: Witness,
    at: SocketAddr,
) -> Result<(SocketAddr, impl Future<Output = Result<(), Fault>>), Fault> {
    let listener = tokio::net::TcpListener::bind(at)
        .await
        .map_err(Fault::system(&format!("listening on {at}")))?;
    let address = listener.local_addr().map_err(Fault::system("listening"))?;
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .with_state(Arc::new(witness));
    let serving = async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(told_to_end())
            .await
            .map_err(Fault::system("serving the witness"))
    };
    Ok((address, serving))
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = axum::body::to_bytes(body, MAX_REQUEST_BYTES);
    let body = match tokio::time::timeout(PATIENCE, body).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let request = std::str::from_utf8(&body).ok();
    let Some(request) = request.and_then(|text| text.parse::<AddCheckpoint>().ok()) else {
        return said(&Outcome::BadRequest);
    };
    let now = u64::try_from(SystemClock.now().as_second()).unwrap_or_default();
    let size = request.checkpoint.checkpoint().size();
    let log = request.checkpoint.checkpoint().origin().to_owned();
    // The disk is waited for.
    let answered = tokio::task::spawn_blocking(move || witness.answer(&request, now)).await;
    match answered {
        Ok(Ok(outcome)) => {
            let status = outcome.status();
            // Anybody may send any name: only a watched log's is written down.
            match outcome {
                Outcome::NotFound | Outcome::Forbidden | Outcome::BadRequest => {
                    tracing::info!(status, "checkpoint refused");
                }
                _ => tracing::info!(status, log, size, "checkpoint judged"),
            }
            said(&outcome)
        }
        Ok(Err(fault)) => {
            tracing::error!(%fault, "checkpoint not cosigned");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn said(outcome: &Outcome) -> Response {
    let status = StatusCode::from_u16(outcome.status());
    (
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        [(header::CONTENT_TYPE, outcome.content_type())],
        outcome.body(),
    )
        .into_response()
}

async fn checkpoint(State(witness): State<Arc<Witness>>, Path(origin): Path<String>) -> Response {
    match witness.last(&origin) {
        Some(text) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "max-age=5"),
            ],
            text,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
