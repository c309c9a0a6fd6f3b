//! Judging how one was served (S5, S41), by the card of an encounter or as the one who filed a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::feedback::{Answer, FeedbackRefusal};
use pengayom_core::value::CaseNumber;
use pengayom_node::HandleError;
use pengayom_node::handle::feedback::Rateable;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::body::{Fields, JsonBody};
use super::caller::Api;
use super::once::once;
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault};

/// What can be judged.
#[derive(Serialize, ToSchema)]
#[schema(as = Rateable)]
pub(super) struct RateableBody {
    /// Code of the service; null for a kind that is kept narrow.
    #[schema(required)]
    service_code: Option<String>,
    /// Code of the station.
    #[schema(required)]
    station: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    served_at: Timestamp,
    /// The last moment a judgement is taken.
    #[schema(value_type = String, format = DateTime)]
    rate_by: Timestamp,
    /// A judgement is taken now: nobody gave one, and it is not too late.
    open: bool,
}

/// A judgement. It stays unknown whose it is: it is kept apart from who was served, and shown with others only.
#[derive(ToSchema)]
pub(super) struct NewRating {
    /// Digits by the codes of `/survey`: 1 to 4, and 0 for "do not know". At least one.
    #[schema(schema_with = answers_schema)]
    answers: BTreeMap<String, u8>,
    /// In own words; only those who look at complaints read it.
    #[schema(max_length = 5000)]
    message: Option<String>,
}

fn answers_schema() -> Object {
    let digit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(4));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "Digits by the codes of /survey: 1 to 4, and 0 for do not know.",
        ))
        .additional_properties(Some(digit))
        .min_properties(Some(1))
        .build()
}

/// A judgement was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct Rated {
    /// How many questions were answered.
    answers: u32,
}

fn body(api: &Api, rateable: &Rateable) -> RateableBody {
    let shown = !api.context.unit().pack.is_sensitive(&rateable.service);
    let station = rateable.place.as_ref().filter(|_| shown);
    RateableBody {
        service_code: shown.then(|| rateable.service.to_string()),
        station: station.map(|place| place.station.to_string()),
        served_at: rateable.served_at,
        rate_by: rateable.rate_by,
        open: !rateable.used && api.node.now() <= rateable.rate_by,
    }
}

fn read(values: Map<String, Value>, frame: &PageFrame) -> Result<NewRating, Fault> {
    let mut fields = Fields::new(values, frame);
    let mut answers = BTreeMap::new();
    let items = || frame.unit().pack.survey().asked_items();
    for (code, value) in fields.members("answers") {
        // RFC 6901 §3
        let pointer = format!("/answers/{}", code.replace('~', "~0").replace('/', "~1"));
        let pointer: String = pointer.chars().take(200).collect();
        if !items().any(|item| item.code.as_str() == code) {
            fields.wrong_by_key(&pointer, "unknown", "error.item_unknown");
            continue;
        }
        let digit = value.as_f64().and_then(digit);
        match digit.map(Answer::try_from) {
            Some(Ok(answer)) => drop(answers.insert(code, answer.digit())),
            _ => fields.wrong_by_key(&pointer, "out_of_range", "error.answer_digit"),
        }
    }
    if answers.is_empty() {
        let first = !fields.has_fault_at("/answers");
        if first {
            fields.wrong_by_key("/answers", "required", "rate.answer_one");
        }
    }
    let message = fields.text("message", TEXT_MAX_CHARS);
    fields.check()?;
    Ok(NewRating { answers, message })
}

/// A whole number from 0 to 9; 1.0 is one too.
fn digit(number: f64) -> Option<u8> {
    let text = format!("{:.0}", number + 0.0);
    let whole = number.fract().abs() < f64::EPSILON;
    text.parse().ok().filter(|digit| whole && *digit <= 9_u8)
}

async fn give(api: &Api, rateable: Rateable, new: NewRating) -> Result<Response, Fault> {
    let answers: BTreeMap<String, Answer> = new
        .answers
        .into_iter()
        .filter_map(|(code, digit)| Some((code, Answer::try_from(digit).ok()?)))
        .collect();
    let n = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    let given = api.node.give_feedback(rateable, answers, new.message, None);
    match given.await {
        Ok(()) => api.created(None, &Rated { answers: n }),
        Err(HandleError::Feedback(refusal)) => Err(refused(&api.frame, &refusal)),
        Err(error) => Err(error.into()),
    }
}

fn refused(frame: &PageFrame, refusal: &FeedbackRefusal) -> Fault {
    let (code, words) = match refusal {
        FeedbackRefusal::AlreadyGiven => ("already-given", frame.t("rate.code_used").to_owned()),
        FeedbackRefusal::RatingEnded { .. } => {
            ("rating-ended", crate::public::rate::expired(frame))
        }
        _ => {
            let words = frame.t("rate.answer_one");
            return Fault::Fields(vec![FieldFault::field("/answers", "required", words)]);
        }
    };
    Fault::Refused { code, words }
}

/// Shows what the card of an encounter lets one judge.
#[utoipa::path(
    get, path = "/rating", operation_id = "showRating",
    params(("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the card; needed.")),
    responses((status = 200, description = "What can be judged.", body = RateableBody))
)]
pub(super) async fn show_card(api: Api) -> Result<Response, Fault> {
    let code = api.secret()?;
    let rateable = api.node.rateable(&code, api.context.client()).await?;
    api.found(&body(&api, &rateable))
}

/// Judges how one was served, by the card of an encounter. A card is used once.
#[utoipa::path(
    post, path = "/rating", operation_id = "giveRating",
    params(("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the card; needed.")),
    request_body = NewRating,
    responses((status = 201, description = "Taken.", body = Rated))
)]
pub(super) async fn give_card(api: Api, body: JsonBody) -> Result<Response, Fault> {
    let code = api.secret()?;
    api.node.rateable(&code, api.context.client()).await?;
    let new = read(body.values, &api.frame)?;
    once(api, &body.bytes, async move |api: Arc<Api>| {
        let rateable = api.node.rateable(&code, api.context.client()).await?;
        give(&api, rateable, new).await
    })
    .await
}

/// What the one who filed a request can judge.
async fn of_request(api: &Api, number: &str) -> Result<Rateable, Fault> {
    let number: CaseNumber = number.parse().map_err(|_| Fault::NotFound)?;
    let secret = api.secret()?;
    let client = api.context.client();
    Ok(api.node.rateable_case(&number, &secret, client).await?)
}

/// Shows what the one who filed a request can judge; not found before the first answer.
#[utoipa::path(
    get, path = "/requests/{tracking_code}/rating", operation_id = "showRequestRating",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed."),
    ),
    responses((status = 200, description = "What can be judged.", body = RateableBody))
)]
pub(super) async fn show(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let rateable = of_request(&api, &number).await?;
    api.found(&body(&api, &rateable))
}

/// Judges how a request was handled. It is done once.
#[utoipa::path(
    post, path = "/requests/{tracking_code}/rating", operation_id = "giveRequestRating",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed."),
    ),
    request_body = NewRating,
    responses((status = 201, description = "Taken.", body = Rated))
)]
pub(super) async fn give_request(
    Path(number): Path<String>,
    api: Api,
    body: JsonBody,
) -> Result<Response, Fault> {
    of_request(&api, &number).await?;
    let new = read(body.values, &api.frame)?;
    once(api, &body.bytes, async move |api: Arc<Api>| {
        let rateable = of_request(&api, &number).await?;
        give(&api, rateable, new).await
    })
    .await
}
