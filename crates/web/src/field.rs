//! In the field: encounters, the core record (S4), and the card by which the person served judges
//! them (S5).

pub(crate) mod card;
pub(crate) mod encounter;
pub(crate) mod force;
mod ground;
mod list;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

/// The pages of encounters.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/pertemuan", get(list::show))
        .route(
            "/pertemuan/baru",
            get(encounter::show).post(encounter::record),
        )
        .route("/pertemuan/wilayah", get(ground::show))
        .route("/pertemuan/wilayah.json", get(ground::json))
        .route("/pertemuan/{encounter}", get(card::show))
        .route("/pertemuan/{encounter}/perbaiki", post(card::correct))
}
