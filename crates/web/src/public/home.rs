//! The front page: doors to what this node can do today, and no other.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;

struct Door {
    href: &'static str,
    icon: &'static str,
    words: String,
    hint: Option<String>,
    urgent: bool,
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    page: PageFrame,
    doors: Vec<Door>,
}

/// `GET /`
pub(super) async fn show(PublicPage { mut frame, .. }: PublicPage) -> Result<Response, Fault> {
    frame.titled("home.title");
    let doors = vec![door(
        "/lapor",
        "door-report",
        frame.t("home.door_report"),
        true,
    )];
    draw_kept(
        StatusCode::OK,
        &HomePage { page: frame, doors },
        Keep::AskAgain,
    )
}

fn door(href: &'static str, icon: &'static str, words: &str, urgent: bool) -> Door {
    Door {
        href,
        icon,
        words: words.to_owned(),
        hint: None,
        urgent,
    }
}
