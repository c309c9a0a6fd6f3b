//! `/tanda-terima/kunci`: the key of the unit's log, to be printed for the notice board of its office and
//! compared with what hangs there (S18).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;
use crate::public::qr;

/// A key that receipts are checked with.
struct KeyCard {
    /// Whether it signs today; an earlier one only checks what was given before.
    today: bool,
    /// What people compare.
    fingerprint: String,
    /// The log's name.
    name: String,
    /// The key as `--key` takes it.
    text: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "public/receipt/keys.html")]
struct KeysPage {
    page: PageFrame,
    keys: Vec<KeyCard>,
    /// Address of the log.
    log: String,
}

/// `GET /tanda-terima/kunci`
pub(super) async fn show(
    PublicPage {
        context,
        mut frame,
        node,
    }: PublicPage,
) -> Result<Response, Fault> {
    frame.titled("key.title");
    let keys = node.log_keys().await?;
    let keys = keys.iter().enumerate().map(|(at, key)| {
        let text = key.to_string();
        KeyCard {
            today: at == 0,
            fingerprint: key.fingerprint(),
            name: key.name().to_owned(),
            qr: qr::dense(&text),
            text,
        }
    });
    let page = KeysPage {
        keys: keys.collect(),
        log: format!("{}/tlog", context.site()),
        page: frame,
    };
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}
