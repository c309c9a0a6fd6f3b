//! Pages, JSON API and live streams of a unit.
//!
//! One folder per audience; what they share stands beside this file: the request's context, the
//! frame of a page, forms, faults and their pages, limits and headers. Nothing here decides a rule:
//! handlers turn what was typed into a command for `pengayom-node` and its answer into a page.

mod account;
mod api;
pub mod assets;
mod board;
#[allow(
    dead_code,
    reason = "drawings side by side, and some classes of a map, wait for a board that asks for them"
)]
mod chart;
mod class;
mod conditional;
mod desk;
mod direction;
mod download;
mod extract;
mod feed;
mod field;
mod form;
mod format;
mod frame;
mod harm;
mod headers;
mod keep;
mod letters;
mod limits;
mod live;
mod open311;
mod outages;
mod own_data;
mod problem;
mod public;
mod range;
mod signin;
pub mod spoken;
mod staff;
mod standing;
mod state;
mod table;
mod tlog;

use axum::Router;

pub use letters::facts::facts as letter_facts;
pub use own_data::{Entry, OwnData, Section};
pub use signin::provider::ProviderSettings;
pub use state::{API_REQUESTS_PER_MINUTE, AppState, WebSettings};

/// Everything a browser or a program can ask of a unit's node.
///
/// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`, so that tries can be
/// counted by where they come from.
pub fn router(state: AppState) -> Router {
    let pages = Router::new()
        .merge(public::router())
        .merge(feed::router())
        .merge(signin::router())
        .merge(account::router())
        .merge(keep::router())
        .merge(staff::router())
        .merge(api::router(&state))
        .merge(open311::router())
        .merge(tlog::router())
        .merge(assets::router());
    limits::around(pages, &state).with_state(state)
}
