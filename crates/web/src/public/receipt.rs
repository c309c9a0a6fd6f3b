//! `/tanda-terima`: a receipt verified by the browser itself (S18).
//!
//! The server sends words and a script and learns nothing: what a QR code holds stands behind the
//! `#` of its address, and the script asks the log for its tiles like anybody else
//! (`docs/decisions/0019-receipts-verified-in-the-browser.md`).

pub(crate) mod card;
mod keys;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use pengayom_ledger::receipt::{CLOCK_ALLOWANCE_SECONDS, Given, Options, Refusal, verify};
use pengayom_ledger::{Promise, leaf_hash};
use pengayom_node::{HandleError, Node};
use serde::Deserialize;

use crate::extract::{FormPost, PublicPage};
use crate::form::FieldError;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::headers;
use crate::problem::Fault;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "public/receipt/check.html")]
struct CheckPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    /// What was pasted.
    typed: String,
    /// State that the server found, for a browser that cannot check; empty otherwise.
    said: &'static str,
    /// Number and time that go with it.
    number: String,
    at: String,
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
    Router::new()
        .route("/tanda-terima", get(show).post(checked))
        .route("/tanda-terima/kunci", get(keys::show))
}

/// What the address says before the `#`.
#[derive(Debug, Deserialize)]
struct CheckQuery {
    /// Given when the receipt is of a sensitive kind: nothing is kept in the browser, and the way
    /// out stands on the page.
    jejak: Option<String>,
}

/// `GET /tanda-terima`
async fn show(Query(query): Query<CheckQuery>, mut page: PublicPage) -> Result<Response, Fault> {
    page.frame.sensitive = query.jejak.as_deref() == Some("tidak");
    draw_page(page, Vec::new(), String::new(), None)
}

/// `POST /tanda-terima`: for browsers that cannot check. It is the server's word, and is called so.
async fn checked(page: PublicPage, post: FormPost) -> Result<Response, Fault> {
    let typed = post.fields.get("tanda").to_owned();
    let Ok(given) = Given::parse(&typed) else {
        let words = page.frame.t("verify.unreadable");
        let errors = vec![FieldError::new("tanda", words)];
        return draw_page(page, errors, typed, None);
    };
    let found = find(&page.node, &given).await?;
    draw_page(page, Vec::new(), String::new(), Some(&found))
}

/// What the server finds of a receipt.
pub(crate) struct Found {
    /// What became of it: `whole`, `pending`, `foreign`, `future`, `altered` or `log`.
    pub(crate) state: &'static str,
    /// What was promised, when the unit's key signed it.
    pub(crate) promise: Option<Promise>,
}

/// By how much a promise may be ahead of the log before that is the log's fault: it takes seconds.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// Holds a receipt to the unit's log.
///
/// # Errors
/// The store's.
pub(crate) async fn find(node: &Node, given: &Given) -> Result<Found, Fault> {
    let keys = node.log_keys().await?;
    let now = node.now();
    let none = |state| Found {
        state,
        promise: None,
    };
    let promise = match given {
        Given::Whole(whole) => {
            let options = Options {
                keys: &keys,
                now: Some(now.as_microsecond()),
                ..Options::default()
            };
            match verify(whole, &options) {
                Ok(verdict) => verdict.promise,
                Err(Refusal::WrongKey { .. }) => return Ok(none("foreign")),
                Err(Refusal::FromTheFuture { .. }) => return Ok(none("future")),
                Err(_) => return Ok(none("altered")),
            }
        }
        Given::Code(code) => {
            let Some(key) = keys.iter().find(|key| key.id() == code.key) else {
                return Ok(none("foreign"));
            };
            match code.verify(key.name(), &keys) {
                Ok(signed) => signed.promise().clone(),
                Err(_) => return Ok(none("altered")),
            }
        }
    };
    let age = Timestamp::from_microsecond(promise.recorded)
        .map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    if age.as_secs() < -CLOCK_ALLOWANCE_SECONDS {
        return Ok(none("future"));
    }
    let state = match node.prove(promise.index).await {
        Ok(Some(proof)) => match proof.verify_inclusion(&leaf_hash(&promise.commitment)) {
            Ok(()) => "whole",
            Err(_) => "log",
        },
        Ok(None) if age < PATIENCE => "pending",
        Ok(None) => "log",
        Err(error) => match HandleError::from(error) {
            HandleError::Ledger(error) => {
                tracing::error!(%error, "the ledger does not prove what it holds");
                "log"
            }
            other => return Err(other.into()),
        },
    };
    Ok(Found {
        state,
        promise: Some(promise),
    })
}

fn draw_page(
    PublicPage {
        context, mut frame, ..
    }: PublicPage,
    errors: Vec<FieldError>,
    typed: String,
    found: Option<&Found>,
) -> Result<Response, Fault> {
    frame.titled("verify.title");
    frame.csrf = context.form_token();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let unit = frame.unit();
    let zone = unit.zone.iana_name().unwrap_or("UTC").to_owned();
    let zone_label = unit.config().zone_label.clone();
    let months: Vec<String> = (1..=12)
        .map(|month| frame.tf(&format!("format.month_{month:02}"), &[]))
        .collect();
    let keep = if frame.sensitive || found.is_some() || !errors.is_empty() {
        Keep::Nowhere
    } else {
        Keep::AskAgain
    };
    let promise = found.and_then(|found| found.promise.as_ref());
    let at = promise.and_then(|promise| Timestamp::from_microsecond(promise.recorded).ok());
    let page = CheckPage {
        errors,
        typed,
        said: found.map_or("", |found| found.state),
        number: promise.map_or_else(String::new, |promise| promise.number.clone()),
        at: at.map_or_else(String::new, |at| frame.format().moment(at)),
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
    let mut answer = draw_kept(status, &page, keep)?;
    answer.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(headers::POLICY_OF_CHECK),
    );
    Ok(answer)
}
