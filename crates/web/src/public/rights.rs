//! `/hak`: what rights people have, by what they are in a case, in plain words (S24).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::desk::{ListView, list_view};
use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "public/rights.html")]
struct RightsPage {
    page: PageFrame,
    lists: Vec<ListView>,
    /// Where to turn: name and what to do.
    remedies: Vec<(String, String)>,
}

/// `GET /hak`
pub(super) async fn show(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("rights.public_title");
    let pack = &frame.unit().pack;
    let lists = pack.rights().lists.iter();
    let lists = lists.map(|list| list_view(&frame, list, false)).collect();
    let remedies = pack.measures().remedies.iter();
    let remedies = remedies
        .map(|one| {
            (
                frame.say(&one.name).to_owned(),
                frame.say(&one.how).to_owned(),
            )
        })
        .collect();
    let page = RightsPage {
        lists,
        remedies,
        page: frame,
    };
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}
