//! `GET /api/v1/requests/{tracking_code}`: what the asker may see.

use axum::Json;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::CaseAct;
use pengayom_core::value::{CaseNumber, SecretDigits};
use pengayom_ledger::Receipt;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::CaseHistory;
use serde::{Deserialize, Serialize};

use super::request::Standard;
use crate::extract::PublicPage;
use crate::frame::PageFrame;
use crate::letters::{Given, Standing, given, kind_name};
use crate::problem::Fault;
use crate::public::receipt::card;

/// What the address says besides the number.
#[derive(Deserialize)]
pub(super) struct StatusQuery {
    /// The twelve digits of the receipt.
    secret: Option<String>,
}

#[derive(Serialize)]
struct Status {
    id: String,
    tracking_code: String,
    stage: &'static str,
    service_code: String,
    service_name: Option<String>,
    unit: String,
    station: Option<String>,
    beat: Option<String>,
    requested_at: Timestamp,
    standard: Standard,
    responded_at: Option<Timestamp>,
    late: bool,
    late_reason: Option<String>,
    handled_by: Option<String>,
    next_news_by: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    outcome: Option<String>,
    messages: Vec<Message>,
    letters: Vec<Letter>,
    receipt: Option<Receipt>,
}

#[derive(Serialize)]
struct Message {
    at: Timestamp,
    from: &'static str,
    text: String,
}

/// A letter that was given. What is in it is had on the page where the request is followed.
#[derive(Serialize)]
struct Letter {
    n: u32,
    kind: String,
    name: String,
    number: Option<String>,
    dated: Date,
    given_at: Timestamp,
    media_type: String,
    size_bytes: u64,
    sha256: String,
    state: &'static str,
    withdrawn_at: Option<Timestamp>,
    withdrawn_reason: Option<String>,
}

fn letter(frame: &PageFrame, letter: Given<'_>) -> Letter {
    let (state, withdrawn_at, reason) = match letter.standing {
        Standing::There => ("there", None, None),
        Standing::Withdrawn { at, reason } => ("withdrawn", Some(at), Some(reason)),
        Standing::Erased => ("erased", None, None),
    };
    let reason = reason.filter(|reason| !reason.is_empty());
    Letter {
        n: letter.n,
        kind: letter.kind.to_owned(),
        name: kind_name(frame, letter.kind),
        number: letter.number.map(ToOwned::to_owned),
        dated: letter.dated,
        given_at: letter.at,
        media_type: letter.file.media_type.clone(),
        size_bytes: letter.file.size_bytes,
        sha256: letter.file.sha256.clone(),
        state,
        withdrawn_at,
        withdrawn_reason: reason.map(ToOwned::to_owned),
    }
}

/// `GET /api/v1/requests/{tracking_code}?secret=…`
pub(super) async fn show(
    Path(number): Path<String>,
    Query(query): Query<StatusQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let (number, history) = own(&number, query, &page).await?;
    let PublicPage {
        context,
        frame,
        node,
    } = page;
    let case = &history.case;
    let unit = frame.unit();
    let service = unit.pack.service(&case.service);
    let people = node.active_staff().await?;
    let handler = case.assigned_to.or(case.taken_by);
    let handler = people.iter().find(|staff| Some(staff.id) == handler);
    let reason = case.late_reason.as_deref().map(|code| {
        let known = unit
            .pack
            .late_reasons()
            .iter()
            .find(|reason| reason.code.as_str() == code);
        known.map_or_else(
            || code.to_owned(),
            |reason| frame.say(&reason.name).to_owned(),
        )
    });
    let outcome = case.outcome.as_deref().map(|code| {
        let known = unit
            .pack
            .close_outcomes()
            .iter()
            .find(|known| known.code.as_str() == code);
        known.map_or_else(
            || code.to_owned(),
            |known| frame.say(&known.citizen).to_owned(),
        )
    });
    let messages = history.acts.iter().filter_map(|act| {
        let Payload::Case(payload) = &act.payload else {
            return None;
        };
        let (from, text) = match payload {
            CaseAct::ReporterAnswered { text, .. } => ("unit", text),
            CaseAct::CaseClosed { reason, .. } | CaseAct::CaseReopened { reason } => {
                ("unit", reason)
            }
            CaseAct::InformationAdded { text, .. } => ("reporter", text),
            _ => return None,
        };
        Some(Message {
            at: act.happened_at,
            from,
            text: text.clone(),
        })
    });
    let place = case.place.as_ref();
    let receipt = card::card(&context, history.id, case.sensitive).await?;
    let body = Status {
        id: history.id.to_string(),
        tracking_code: number.to_string(),
        stage: case.stage.as_str(),
        service_code: case.service.as_str().to_owned(),
        service_name: service.map(|service| frame.say(&service.name).to_owned()),
        unit: unit.id.to_string(),
        station: place.map(|place| place.station.to_string()),
        beat: place
            .and_then(|place| place.beat.as_ref())
            .map(ToString::to_string),
        requested_at: case.filed_at,
        standard: Standard {
            respond_within_minutes: case.filed.respond_minutes,
            respond_by: case.respond_by,
            basis: service.map(|service| frame.say(&service.standard.basis).to_owned()),
        },
        responded_at: case.response.map(|response| response.at),
        late: case.is_late(node.now()),
        late_reason: reason,
        handled_by: handler.map(Staff::addressed),
        next_news_by: case.next_news_by,
        closed_at: case.closed_at,
        outcome,
        messages: messages.collect(),
        letters: given(&history.acts)
            .into_iter()
            .map(|known| letter(&frame, known))
            .collect(),
        receipt: receipt.map(|card| card.receipt),
    };
    Ok(Json(body).into_response())
}

/// `GET /api/v1/requests/{tracking_code}/receipt?secret=…`: the receipt alone, to be kept as a file.
pub(super) async fn receipt(
    Path(number): Path<String>,
    Query(query): Query<StatusQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let (_, history) = own(&number, query, &page).await?;
    let card = card::card(&page.context, history.id, history.case.sensitive).await?;
    let card = card.ok_or(Fault::NotFound)?;
    Ok(Json(card.receipt).into_response())
}

/// The case of a number and its secret. Whether the number or the code is wrong is not told: both are
/// simply not found.
async fn own(
    number: &str,
    query: StatusQuery,
    page: &PublicPage,
) -> Result<(CaseNumber, CaseHistory), Fault> {
    let number = number.parse::<CaseNumber>().map_err(|_| Fault::NotFound)?;
    let secret = query
        .secret
        .and_then(|secret| secret.parse::<SecretDigits>().ok());
    let secret = secret.ok_or(Fault::NotFound)?;
    let client = page.context.client();
    let history = page.node.track(&number, &secret, client).await?;
    Ok((number, history))
}
