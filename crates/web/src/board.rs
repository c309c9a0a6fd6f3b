//! The chief's morning: decisions due, what is late and why, today hour by hour, how people judge the
//! service (S5, S6, S18, S41, S56). The same figures as a page, as CSV and as JSON; nothing ranks
//! officers.

pub(crate) mod chart;
pub(crate) mod civility;
pub(crate) mod competence;
pub(crate) mod consistency;
pub(crate) mod equity;
mod export;
pub(crate) mod figures;
pub(crate) mod morning;
mod openings;
pub(crate) mod response;
mod series;
pub(crate) mod span;
pub(crate) mod survey;
mod trend;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

/// The pages of the board.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/pimpinan", get(morning::show))
        .route("/pimpinan.csv", get(export::csv))
        .route("/pimpinan.json", get(export::json))
        .route("/tinjauan-akses", get(openings::show))
        .route("/tinjauan-akses/{case}/{opening}", post(openings::review))
        .route("/pimpinan/keberadaban", get(civility::show))
        .route("/pimpinan/keberadaban.csv", get(civility::csv))
        .route("/pimpinan/keberadaban.json", get(civility::json))
        .route("/pimpinan/konsistensi", get(consistency::show))
        .route("/pimpinan/konsistensi.csv", get(consistency::csv))
        .route("/pimpinan/konsistensi.json", get(consistency::json))
        .route("/pimpinan/kompetensi", get(competence::show))
        .route("/pimpinan/kompetensi.csv", get(competence::csv))
        .route("/pimpinan/kompetensi.json", get(competence::json))
        .route("/pimpinan/survei", get(survey::show))
        .route("/pimpinan/survei.csv", get(survey::csv))
        .route("/pimpinan/survei.json", get(survey::json))
        .route("/pimpinan/pemerataan", get(equity::show))
        .route("/pimpinan/pemerataan.csv", get(equity::csv))
        .route("/pimpinan/pemerataan.json", get(equity::json))
        .route("/pimpinan/tren", get(trend::show))
        .route("/pimpinan/tren.csv", get(trend::csv))
        .route("/pimpinan/tanggap", get(response::show))
        .route("/pimpinan/tanggap.csv", get(response::csv))
        .route("/pimpinan/tanggap.json", get(response::json))
}
