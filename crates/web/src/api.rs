//! The JSON API, `/api/v1/`: filing a request and seeing what became of it (`docs/api.md`).
//!
//! Errors are problems of RFC 9457 (`crate::problem`); what is filed is recorded durably before the
//! answer says so, and the same `Idempotency-Key` gets the same answer.

mod body;
mod request;
mod status;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::state::AppState;

/// The description of the API (OpenAPI 3.1).
const OPENAPI: &str = include_str!("api/openapi.json");

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/openapi.json", get(openapi))
        .route("/api/v1/requests", post(request::file))
        .route("/api/v1/requests/{tracking_code}", get(status::show))
        .route(
            "/api/v1/requests/{tracking_code}/receipt",
            get(status::receipt),
        )
}

/// `GET /api/v1/openapi.json`
async fn openapi() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, OPENAPI).into_response()
}
