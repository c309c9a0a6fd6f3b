//! The JSON API, `/api/v1/` (`docs/api.md`): what pages do, for programs.
//!
//! Its description (OpenAPI 3.1) is generated from the operations, and what comes in is held to it
//! ([`gate`]). Who asks is said by a token or not at all ([`caller`]); cookies are not read. Errors are
//! problems of RFC 9457 (`crate::problem`); what is filed is recorded durably before the answer says so, and a POST
//! that is sent again with its `Idempotency-Key` is done once ([`once`]).

mod area;
mod body;
mod caller;
mod cursor;
mod document;
mod etag;
mod figures;
mod gate;
mod letter;
mod message;
mod mine;
mod once;
mod query;
mod rate;
mod rating;
mod receipt;
mod reporter;
mod request;
mod root;
mod safety;
mod service;
mod staff;
mod status;
mod unit;
mod verify;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::gate::Gate;
pub(crate) use self::request::looks_like_mail;
use crate::state::AppState;

/// The operations with their description.
fn operations() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(document::base())
        .routes(routes!(root::index))
        .routes(routes!(root::openapi))
        .routes(routes!(root::problems))
        .routes(routes!(request::file))
        .routes(routes!(status::show))
        .routes(routes!(status::receipt))
        .routes(routes!(message::add))
        .routes(routes!(message::ask))
        .routes(routes!(mine::list))
        .routes(routes!(mine::letter))
        .routes(routes!(mine::data))
        .routes(routes!(rating::show, rating::give_request))
        .routes(routes!(rating::show_card, rating::give_card))
        .routes(routes!(mine::forms))
        .routes(routes!(mine::form))
        .routes(routes!(safety::show))
        .routes(routes!(safety::ask))
        .routes(routes!(verify::verify))
        .routes(routes!(letter::verify))
        .routes(routes!(unit::unit))
        .routes(routes!(unit::stations))
        .routes(routes!(unit::station))
        .routes(routes!(unit::outages))
        .routes(routes!(service::list))
        .routes(routes!(service::one))
        .routes(routes!(service::kinds))
        .routes(routes!(service::survey))
        .routes(routes!(area::list))
        .routes(routes!(area::one))
        .routes(routes!(area::place))
        .routes(routes!(figures::show))
        .merge(staff::operations())
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::show, webhooks::enable, webhooks::remove))
        .routes(routes!(webhooks::deliveries, webhooks::redeliver))
}

/// The routes.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let (routes, mut described) = operations().split_for_parts();
    document::complete(&mut described);
    let gate = Arc::new(Gate::new(state, &described));
    let described = root::Description::of(described);
    Router::new()
        .nest(document::BASE, routes)
        // The first address as it is described; what is nested has it without the slash.
        .route("/api/v1/", get(root::index))
        .route_layer(middleware::from_fn_with_state(gate, gate::gate))
        .layer(axum::Extension(described))
        .route("/api", get(to_index))
        .route("/api/", get(to_index))
}

async fn to_index() -> Response {
    axum::response::Redirect::permanent("/api/v1/").into_response()
}
