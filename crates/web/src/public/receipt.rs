//! `/tanda-terima`: a receipt verified by the browser itself (S18).
//!
//! The server sends words and a script and learns nothing: what a QR code holds stands behind the
//! `#` of its address, and the script asks the log for its tiles like anybody else
//! (`docs/decisions/0019-receipts-verified-in-the-browser.md`).

pub(crate) mod card;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::headers;
use crate::problem::Fault;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "public/receipt/check.html")]
struct CheckPage {
    page: PageFrame,
    /// IANA name of the unit's zone.
    zone: String,
    /// How the unit writes a moment, a day and a time, with names in braces to fill in.
    moment: String,
    day: String,
    time: String,
    /// Names of the twelve months, with `|` between them.
    months: String,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/tanda-terima", get(show))
}

/// What the address says before the `#`.
#[derive(Debug, Deserialize)]
struct CheckQuery {
    /// Given when the receipt is of a sensitive kind: nothing is kept in the browser, and the way
    /// out stands on the page.
    jejak: Option<String>,
}

/// `GET /tanda-terima`
async fn show(
    Query(query): Query<CheckQuery>,
    PublicPage { mut frame, .. }: PublicPage,
) -> Result<Response, Fault> {
    frame.titled("verify.title");
    frame.sensitive = query.jejak.as_deref() == Some("tidak");
    let unit = frame.unit();
    let zone = unit.zone.iana_name().unwrap_or("UTC").to_owned();
    let zone_label = unit.config().zone_label.clone();
    let months: Vec<String> = (1..=12)
        .map(|month| frame.tf(&format!("format.month_{month:02}"), &[]))
        .collect();
    let keep = if frame.sensitive {
        Keep::Nowhere
    } else {
        Keep::AskAgain
    };
    let page = CheckPage {
        moment: frame.tf("format.moment", &[("day", "{day}"), ("time", "{time}")]),
        day: frame.tf(
            "format.day",
            &[("day", "{day}"), ("month", "{month}"), ("year", "{year}")],
        ),
        time: frame.tf(
            "format.time",
            &[
                ("hour", "{hour}"),
                ("minute", "{minute}"),
                ("zone", &zone_label),
            ],
        ),
        months: months.join("|"),
        zone,
        page: frame,
    };
    let mut answer = draw_kept(StatusCode::OK, &page, keep)?;
    answer.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(headers::POLICY_OF_CHECK),
    );
    Ok(answer)
}
