//! The desk: who waits, reports taken in person, and cases.

mod act;
mod asked;
mod beneath;
mod care;
mod case;
pub(crate) mod concerned;
mod control;
mod custody;
pub(crate) mod evidence;
mod file;
mod first_hour;
mod forms;
mod handover;
mod history;
mod hold;
pub(crate) mod issue;
mod keeping;
pub(crate) mod letter;
mod list;
mod list_file;
pub(crate) mod news;
mod notices;
mod on_duty;
pub(crate) mod outage;
pub(crate) mod paper;
mod parts;
pub(crate) mod people;
mod pieces;
mod progress;
mod proof;
mod queue;
mod readers;
mod receipt;
mod refusal;
pub(crate) mod report;
mod rights;
pub(crate) mod same_event;
mod settle;
mod shut;
mod skill;
pub(crate) mod steps;
mod triage;
pub(crate) mod upload;

use axum::Router;
use axum::routing::{get, post};

use crate::state::AppState;

#[cfg(test)]
pub(crate) use act::FORMS;
pub(crate) use act::{CaseForm, command};
pub(crate) use care::{reply_words, text_of};
pub(crate) use case::{may_do, moved_words, photo_of, taken_words};
pub(crate) use file::{claims_of, files_of, hand_down_file, size_words};
pub(crate) use first_hour::row_words as waiting_row;
pub(crate) use handover::{SHIFT_HOURS, TAKEN_MAX, take_over_all};
pub(crate) use history::{channel_words, entry, form_words, late_reason};
pub(crate) use hold::ground_words;
pub(crate) use keeping::wrong_words;
pub(crate) use letter::{hand_down_letter, withdrawn_words};
pub(crate) use list::{cursor_text, parse_cursor};
pub(crate) use on_duty::OnDuty;
pub(crate) use queue::is_online;
pub(crate) use readers::command as readers_command;
pub(crate) use receipt::with_secret;
pub(crate) use refusal::refusal;
pub(crate) use rights::{ListView, list_view};
pub(crate) use settle::settle;
pub(crate) use triage::{look_words, matter_key, matter_words, outcome_name};

/// The forms of the pages of proof and custody, for programs that send the same.
pub(crate) mod proof_forms {
    pub(crate) use super::custody::{TAKE, blamed as blamed_thing, command as of_thing};
    pub(crate) use super::proof::{blamed as blamed_plan, command as of_plan};
}

/// The pages of the desk and of cases.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/barang-bukti", get(keeping::show))
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
        .route("/meja/kabar", get(news::list))
        .route("/meja/cari", get(list::search).post(list::search_for))
        .route("/meja/daftar", get(list::list))
        .route("/meja/daftar.csv", get(list_file::csv))
        .route("/meja/laporan/baru", get(report::show).post(report::send))
        .route("/meja/laporan/kertas", get(paper::show).post(paper::send))
        .route("/meja/laporan/{case}", get(receipt::show))
        .route("/perkara/{case}", get(case::show))
        .route("/perkara/{case}/{act}", post(case::carry_out))
        .route(
            "/perkara/{case}/langkah",
            get(steps::show).post(steps::change),
        )
        .route("/perkara/{case}/kabar", get(news::show).post(news::change))
        .route(
            "/perkara/{case}/kejadian-sama",
            get(same_event::show).post(same_event::change),
        )
        .route(
            "/perkara/{case}/telaah",
            get(triage::show).post(case::assess),
        )
        .route("/perkara/{case}/telaah/{step}", post(triage::carry_out))
        .route("/perkara/{case}/jam-pertama", get(first_hour::show))
        .route(
            "/perkara/{case}/jam-pertama/{step}",
            post(first_hour::carry_out),
        )
        .route("/lapangan", get(first_hour::road))
        .route(
            "/perkara/{case}/barang-bukti",
            get(custody::list).post(custody::take),
        )
        .route("/perkara/{case}/barang-bukti/{n}", get(custody::show))
        .route(
            "/perkara/{case}/barang-bukti/{n}/{act}",
            post(custody::carry_out),
        )
        .route("/perkara/{case}/pembuktian", get(proof::show))
        .route("/perkara/{case}/pembuktian/{act}", post(proof::carry_out))
        .route("/perkara/{case}/hak", get(rights::show).post(rights::name))
        .route(
            "/perkara/{case}/hak/{person}",
            get(rights::one).post(rights::give),
        )
        .route("/perkara/{case}/upaya", get(control::show))
        .route("/perkara/{case}/upaya/{act}", post(control::carry_out))
        .route("/perkara/{case}/buka-darurat", post(shut::open))
        .route("/perkara/{case}/berkas", post(evidence::add))
        .route("/perkara/{case}/surat", get(issue::show).post(letter::give))
        .route("/perkara/{case}/surat/contoh", post(issue::preview))
        .route("/perkara/{case}/surat/terbit", post(issue::issue))
        .route("/perkara/{case}/surat/{n}", get(letter::original))
        .route("/perkara/{case}/foto/{sha256}", get(case::photo))
        .route("/perkara/{case}/berkas/{sha256}", get(file::original))
}
