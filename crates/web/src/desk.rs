//! The desk: who waits, reports taken in person, and cases.

mod act;
mod asked;
mod care;
mod case;
mod evidence;
mod file;
mod handover;
mod history;
mod hold;
mod letter;
mod list;
mod list_file;
mod notices;
mod on_duty;
mod outage;
mod paper;
mod people;
mod queue;
mod readers;
mod receipt;
mod refusal;
mod report;
mod shut;
mod upload;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

pub(crate) use file::size_words;
pub(crate) use history::{form_words, late_reason};
pub(crate) use letter::withdrawn_words;
pub(crate) use list::{cursor_text, parse_cursor};

/// The pages of the desk and of cases.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/meja", get(queue::show))
        .route("/meja/layani", post(queue::serve_next))
        .route("/meja/ambil-alih", post(queue::take_over))
        .route(
            "/meja/serah-terima",
            get(handover::show).post(handover::take),
        )
        .route("/meja/antrean", post(people::call))
        .route("/meja/antrean/baru", get(people::new).post(people::join))
        .route("/meja/antrean/{id}", get(people::one))
        .route("/meja/antrean/{id}/{act}", post(people::carry_out))
        .route("/meja/gangguan", get(outage::show).post(outage::declare))
        .route("/meja/gangguan/{id}", post(outage::end))
        .route("/meja/kiriman", get(notices::show))
        .route("/meja/kiriman/{id}", post(notices::see_to))
        .route("/meja/cari", get(list::search).post(list::search_for))
        .route("/meja/daftar", get(list::list))
        .route("/meja/daftar.csv", get(list_file::csv))
        .route("/meja/laporan/baru", get(report::show).post(report::send))
        .route("/meja/laporan/kertas", get(paper::show).post(paper::send))
        .route("/meja/laporan/{case}", get(receipt::show))
        .route("/perkara/{case}", get(case::show))
        .route("/perkara/{case}/{act}", post(case::carry_out))
        .route("/perkara/{case}/buka-darurat", post(shut::open))
        .route("/perkara/{case}/berkas", post(evidence::add))
        .route("/perkara/{case}/surat", post(letter::give))
        .route("/perkara/{case}/surat/{n}", get(letter::original))
        .route("/perkara/{case}/foto/{sha256}", get(case::photo))
        .route("/perkara/{case}/berkas/{sha256}", get(file::original))
}
