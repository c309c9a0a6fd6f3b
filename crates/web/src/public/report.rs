//! `/lapor`: choosing what happened, and the pages that follow.

mod draft;
mod place;
mod question;
mod resume;
mod send;
mod step;
mod when;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

pub(crate) use place::{PlaceFault, area_choices, outside, place_fault, too_long};
pub(super) use send::keep_receipt;
pub(crate) use step::{opened as opened_photos, put_photo};

use pengayom_core::pack::ReportKind;

use super::services;
use crate::extract::PublicPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::state::AppState;

struct KindLink {
    href: String,
    icon: String,
    words: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "public/report/kinds.html")]
struct KindsPage {
    page: PageFrame,
    kinds: Vec<KindLink>,
    go_on: Option<String>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/lapor", get(kinds))
        .route("/lapor/periksa", get(send::check).post(send::send))
        .route("/lapor/terkirim", get(send::sent))
        .route("/lapor/terkirim.txt", get(send::sent_text))
        .route("/lapor/terkirim.json", get(send::sent_json))
        .route("/lapor/lanjut", get(resume::show).post(resume::enter))
        .route("/lapor/tempat", post(send::locate))
        .route("/lapor/{jenis}", get(step::first))
        .route(
            "/lapor/{jenis}/{langkah}",
            get(step::show).post(step::answer),
        )
        .route("/keluar", get(resume::leave))
}

/// `GET /lapor`
async fn kinds(page: PublicPage) -> Result<Response, Fault> {
    let PublicPage {
        context, mut frame, ..
    } = page;
    frame.titled("report.choose_kind");
    let unit = context.unit().clone();
    let of_kind = |kind: &ReportKind| KindLink {
        href: format!("/lapor/{}", kind.slug),
        icon: format!("kind-{}", kind.icon),
        words: frame.say(&kind.name).to_owned(),
        hint: frame.say(&kind.hint).to_owned(),
    };
    let signposts = unit.pack.signposts().iter().filter_map(|post| {
        Some(KindLink {
            href: services::address(unit.pack.service(&post.service)?),
            icon: format!("kind-{}", post.icon),
            words: frame.say(&post.name).to_owned(),
            hint: frame.say(&post.hint).to_owned(),
        })
    });
    let all = unit.pack.report_kinds().iter();
    let (unknown, known): (Vec<_>, Vec<_>) = all.partition(|kind| kind.unknown);
    // "I do not know" stays the last choice.
    let known = known.into_iter().map(of_kind);
    let unknown = unknown.into_iter().map(of_kind);
    let kinds = known.chain(signposts).chain(unknown).collect();
    let kept = draft::load(&context)
        .await?
        .filter(|kept| kept.sent.is_none());
    let go_on = kept.and_then(|kept| {
        // What was begun about a sensitive kind is not mentioned to whoever opens the browser next.
        let kind = draft::kind_of(&context, &kept).filter(|kind| !kind.sensitive)?;
        Some(resume::next_of(kind, &kept).map_or_else(
            || "/lapor/periksa".to_owned(),
            |step| step::step_address(kind, step),
        ))
    });
    draw(
        StatusCode::OK,
        &KindsPage {
            page: frame,
            kinds,
            go_on,
        },
    )
}
