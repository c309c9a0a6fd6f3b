//! Pages for everybody: no account, no application, no identity number.

mod about;
mod area;
mod desk_now;
mod home;
pub(crate) mod letter;
mod notice;
mod paper;
pub(crate) mod performance;
pub(crate) mod qr;
pub(crate) mod rate;
pub(crate) mod receipt;
pub(crate) mod report;
mod rights;
pub(crate) mod safe;
mod services;
pub(crate) mod track;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

pub(crate) use self::safe::areas_of;
pub(crate) use self::track::rights::reporter_rights;
pub(crate) use self::track::steps::right_from;
pub(crate) use self::track::telling::{chosen_ways, stands, times_words, way_words, ways_group};
use crate::limits::AsItIs;
use crate::state::AppState;

/// The routes.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .merge(report::router())
        .merge(paper::router())
        .merge(track::router())
        .merge(notice::router())
        .merge(rate::router())
        .merge(receipt::router())
        .merge(letter::router())
        .merge(safe::router())
        .merge(services::router())
        .merge(performance::router())
        .merge(area::router())
        .route("/hak", get(rights::show))
        .route("/tentang", get(about::show))
        .route("/", get(home::show))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
}

/// The process lives.
async fn alive() -> &'static str {
    "ok\n"
}

/// The store can be reached and written.
async fn ready(State(state): State<AppState>) -> Response {
    match state.node.check().await {
        Ok(()) => match state.node.clock_behind() {
            None => "ok\n".into_response(),
            // It serves all the same: whoever waits for it is better served than turned away.
            Some(behind) => {
                format!("ok\nclock {} s behind the record\n", behind.as_secs()).into_response()
            }
        },
        Err(error) => {
            tracing::error!(%error, "not ready");
            let mut answer = (StatusCode::SERVICE_UNAVAILABLE, "store\n").into_response();
            answer.extensions_mut().insert(AsItIs);
            answer
        }
    }
}
