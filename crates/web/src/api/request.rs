//! `POST /api/v1/requests`.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use pengayom_core::act::Actor;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, Point, PointError};
use pengayom_core::subject::case::{
    BlobRef, CaseRefusal, Channel, Harm, LOSS_MAX_RUPIAH, Wellbeing,
};
use pengayom_core::subject::{CLOCK_TOLERANCE, TEXT_MAX_CHARS};
use pengayom_core::value::{CommandId, UnitId, parse_phone};
use pengayom_ledger::Receipt;
use pengayom_node::handle::case::{FileRequest, Filed, MEDIA_MAX};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::media::MediaError;
use pengayom_node::{HandleError, PersonDetails};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::body::{Fields, read, single_header};
use crate::extract::{Context, PublicPage};
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault};
use crate::public::receipt::card::log_address;
use crate::public::report::{PlaceFault, opened_photos, place_fault, put_photo};

/// Longest single line, in characters.
const LINE_MAX_CHARS: usize = 300;

/// Longest address of electronic mail (RFC 5321 §4.5.3.1.3).
const EMAIL_MAX_CHARS: usize = 254;

/// What the asker keeps.
#[derive(Serialize)]
struct Answer {
    id: String,
    tracking_code: String,
    secret: String,
    unit: String,
    station: String,
    beat: Option<String>,
    standard: Standard,
    act: RecordedAct,
    receipt: Receipt,
}

/// The promise.
#[derive(Serialize)]
pub(super) struct Standard {
    pub(super) respond_within_minutes: Option<u32>,
    pub(super) respond_by: Option<Timestamp>,
    pub(super) basis: Option<String>,
}

/// The act that recorded it, as an officer can compare it with the record.
#[derive(Serialize)]
struct RecordedAct {
    id: String,
    sha256: String,
}

/// What is wanted, without photographs.
struct Wanted {
    service: Option<ServiceCode>,
    description: Option<String>,
    occurred_at: Option<Timestamp>,
    harm: Harm,
    danger: bool,
    place: Option<(PlaceInput, &'static str)>,
    reporter: PersonDetails,
    contents: Vec<String>,
}

/// `POST /api/v1/requests`
pub(super) async fn file(page: PublicPage, request: Request) -> Result<Response, Fault> {
    let PublicPage {
        context,
        frame,
        node,
    } = page;
    let key = single_header(request.headers(), "Idempotency-Key")?;
    let command = match key {
        Some(key) => command_of(&context.unit().id, key),
        None => CommandId(node.new_id()),
    };
    let values = read(request).await?;
    let mut fields = Fields::new(values, &frame);
    let wanted = wanted(&mut fields, &frame, node.now());
    if fields.has_faults() {
        return Err(Fault::Fields(fields.into_faults()));
    }
    let media = photographs(&context, &frame, &wanted.contents, &mut fields).await?;
    let (Some(service), Some(description), Some((place, pointer))) =
        (wanted.service, wanted.description, wanted.place)
    else {
        return Err(Fault::Fields(fields.into_faults()));
    };
    if fields.has_faults() {
        return Err(Fault::Fields(fields.into_faults()));
    }
    let request = FileRequest {
        command,
        service,
        report_kind: None,
        channel: Channel::Api,
        paper: None,
        description,
        when_text: None,
        occurred_at: wanted.occurred_at,
        harm: wanted.harm,
        danger: wanted.danger,
        place,
        reporter: wanted.reporter,
        media,
        simulated: false,
    };
    match node.file_request(request, &Actor::Citizen).await {
        Ok(filed) => {
            let receipt = node.receipt_of(&filed.promised, &log_address(&context));
            answer(&frame, &filed, receipt)
        }
        Err(error) => Err(blame(&frame, error, pointer)),
    }
}

/// The command of a key. Any text is a key; what identifies the command is its digest, with the
/// unit, as a UUID of version 8 (RFC 9562 §5.8).
fn command_of(unit: &UnitId, key: &str) -> CommandId {
    let digest = Sha256::digest(format!("pengayom/api/idempotency\n{unit}\n{key}"));
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    CommandId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

fn wanted(fields: &mut Fields<'_>, frame: &PageFrame, now: Timestamp) -> Wanted {
    let service = fields
        .text("service_code", 64)
        .and_then(|code| code.parse().ok());
    let service = service.filter(|code: &ServiceCode| frame.unit().pack.service(code).is_some());
    if service.is_none() {
        fields.wrong("/service_code", "unknown", frame.t("error.service_unknown"));
    }
    let description = fields.text("description", TEXT_MAX_CHARS);
    if description.is_none() && !fields.has_fault_at("/description") {
        fields.wrong("/description", "required", frame.t("error.words_write"));
    }
    Wanted {
        service,
        description,
        occurred_at: occurred_at(fields, frame, now),
        harm: harm(fields, frame),
        danger: fields.flag("danger"),
        place: place(fields, frame),
        reporter: reporter(fields, frame),
        contents: fields.contents("media", MEDIA_MAX),
    }
}

fn occurred_at(fields: &mut Fields<'_>, frame: &PageFrame, now: Timestamp) -> Option<Timestamp> {
    let text = fields.text("occurred_at", 64)?;
    match text.parse::<Timestamp>() {
        Ok(at) if at.duration_since(now) > CLOCK_TOLERANCE => {
            fields.wrong(
                "/occurred_at",
                "in_the_future",
                frame.t("error.time_future"),
            );
            None
        }
        Ok(at) => Some(at),
        Err(_) => {
            fields.wrong("/occurred_at", "unreadable", frame.t("error.json_time"));
            None
        }
    }
}

/// How the reporter is and what they lost; both may be missing (S3).
fn harm(fields: &mut Fields<'_>, frame: &PageFrame) -> Harm {
    let said = fields.text("wellbeing", 64);
    let wellbeing = said.as_deref().and_then(Wellbeing::parse);
    if said.is_some() && wellbeing.is_none() {
        fields.wrong("/wellbeing", "unknown", frame.t("error.wellbeing_unknown"));
    }
    let loss_rupiah = fields.number("loss_rupiah").and_then(whole);
    let fits = loss_rupiah.is_some_and(|loss| loss <= LOSS_MAX_RUPIAH);
    if !fits && fields.number("loss_rupiah").is_some() {
        fields.wrong("/loss_rupiah", "out_of_range", frame.t("error.json_loss"));
    }
    Harm {
        wellbeing,
        loss_rupiah: loss_rupiah.filter(|_| fits),
    }
}

/// A whole number, not below zero.
fn whole(number: f64) -> Option<u64> {
    if number.fract().abs() > 0.0 {
        return None;
    }
    format!("{number:.0}").parse().ok()
}

/// The place and the pointer to the field that said it.
fn place(fields: &mut Fields<'_>, frame: &PageFrame) -> Option<(PlaceInput, &'static str)> {
    let (lat, lng) = (fields.number("lat"), fields.number("long"));
    let area = fields.text("area_id", 64);
    let address = fields.text("address", LINE_MAX_CHARS);
    let said = match (lat, lng, area) {
        (Some(lat), Some(lng), _) => match Point::new(lat, lng) {
            Ok(point) => (
                PlaceInput::Point {
                    point,
                    text: address,
                },
                "/lat",
            ),
            Err(error) => {
                let pointer = match error {
                    PointError::LongitudeOutOfRange { .. } => "/long",
                    _ => "/lat",
                };
                fields.wrong(pointer, "out_of_range", frame.t("error.json_position"));
                return None;
            }
        },
        (Some(_), None, _) => {
            fields.wrong("/long", "required", frame.t("error.json_position"));
            return None;
        }
        (None, Some(_), _) => {
            fields.wrong("/lat", "required", frame.t("error.json_position"));
            return None;
        }
        (None, None, Some(area)) => {
            if let Ok(area) = area.parse::<AreaCode>() {
                (
                    PlaceInput::Area {
                        area,
                        text: address,
                    },
                    "/area_id",
                )
            } else {
                fields.wrong("/area_id", "unknown", frame.t("error.area_unknown"));
                return None;
            }
        }
        (None, None, None) => {
            if let Some(address) = address {
                (PlaceInput::Text(address), "/address")
            } else {
                if !fields.has_fault_at("/address") {
                    fields.wrong("/address", "required", frame.t("error.json_place"));
                }
                return None;
            }
        }
    };
    let (input, pointer) = said;
    match frame.unit().resolve(&input) {
        Ok(_) => Some((input, pointer)),
        Err(error) => {
            let fault = wrong_place(frame, &error, pointer);
            fields.wrong(&fault.pointer, fault.code, fault.detail);
            None
        }
    }
}

fn wrong_place(frame: &PageFrame, error: &HandleError, pointer: &str) -> FieldFault {
    let code = match error {
        HandleError::Elsewhere { .. } => "outside_unit",
        HandleError::Nowhere => "outside_known_areas",
        HandleError::PlaceAmbiguous(_) => "ambiguous",
        _ => "unknown",
    };
    let detail = match place_fault(frame, error, "") {
        _ if code == "unknown" => frame.t("error.area_unknown").to_owned(),
        PlaceFault::Wrong(words) => words,
        PlaceFault::Choose(areas) => {
            let names = areas.iter().map(|area| match &area.parent_name {
                Some(parent) => format!("{}, {parent} ({})", area.name, area.code),
                None => format!("{} ({})", area.name, area.code),
            });
            let names = names.collect::<Vec<_>>().join("; ");
            frame.tf("error.json_ambiguous", &[("areas", &names)])
        }
    };
    FieldFault {
        pointer: pointer.to_owned(),
        code,
        detail,
    }
}

fn reporter(fields: &mut Fields<'_>, frame: &PageFrame) -> PersonDetails {
    let name = fields.text_in("contact", "name", LINE_MAX_CHARS);
    let typed = fields.text_in("contact", "phone", LINE_MAX_CHARS);
    let phone = typed.as_deref().and_then(parse_phone);
    if typed.is_some() && phone.is_none() {
        fields.wrong(
            "/contact/phone",
            "unreadable",
            frame.t("error.phone_digits"),
        );
    }
    let email = fields.text_in("contact", "email", EMAIL_MAX_CHARS);
    if email
        .as_deref()
        .is_some_and(|email| !looks_like_mail(email))
    {
        fields.wrong("/contact/email", "unreadable", frame.t("error.email"));
    }
    PersonDetails {
        name,
        phone,
        email,
        ..PersonDetails::default()
    }
}

/// Something, an at sign, something with a dot; what is delivered is not ours to judge.
fn looks_like_mail(text: &str) -> bool {
    let host = text
        .split_once('@')
        .filter(|(name, _)| !name.is_empty())
        .map(|(_, host)| host);
    host.is_some_and(|host| host.contains('.') && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

async fn photographs(
    context: &Context,
    frame: &PageFrame,
    contents: &[String],
    fields: &mut Fields<'_>,
) -> Result<Vec<BlobRef>, Fault> {
    let mut media: Vec<BlobRef> = Vec::new();
    for (at, content) in contents.iter().enumerate() {
        let pointer = format!("/media/{at}/content");
        let Ok(bytes) = STANDARD.decode(content) else {
            fields.wrong(&pointer, "not_base64", frame.t("error.json_base64"));
            continue;
        };
        let kept = match context.state().node.put_photo(bytes).await {
            Ok(photo) => Ok(photo),
            Err(HandleError::Media(refusal)) => Err(refusal),
            Err(error) => return Err(error.into()),
        };
        let kept = opened_photos(context, vec![kept]).await?.pop();
        match put_photo(frame, kept.unwrap_or(Err(MediaError::Empty))) {
            Ok(photo) if media.contains(&photo) => {}
            Ok(photo) => media.push(photo),
            Err(words) => fields.wrong(&pointer, "not_a_photograph", words),
        }
    }
    Ok(media)
}

/// A refusal as the field it speaks of.
fn blame(frame: &PageFrame, error: HandleError, place: &str) -> Fault {
    let field = |pointer: &str, code, key: &str| {
        let (pointer, detail) = (pointer.to_owned(), frame.t(key).to_owned());
        Fault::Fields(vec![FieldFault {
            pointer,
            code,
            detail,
        }])
    };
    match &error {
        HandleError::PlaceUnknown
        | HandleError::PlaceAmbiguous(_)
        | HandleError::Elsewhere { .. }
        | HandleError::Nowhere => Fault::Fields(vec![wrong_place(frame, &error, place)]),
        HandleError::Case(CaseRefusal::Text { .. }) => {
            field("/description", "required", "error.words_write")
        }
        HandleError::Case(CaseRefusal::ServiceNotOffered(_)) => {
            field("/service_code", "unknown", "error.service_unknown")
        }
        HandleError::Case(CaseRefusal::InTheFuture { .. }) => {
            field("/occurred_at", "in_the_future", "error.time_future")
        }
        _ => error.into(),
    }
}

fn answer(frame: &PageFrame, filed: &Filed, receipt: Receipt) -> Result<Response, Fault> {
    let unit = frame.unit();
    let basis = unit
        .pack
        .service(&filed.service)
        .map(|service| &service.standard.basis);
    let number = filed.number.to_string();
    let body = Answer {
        id: filed.case.to_string(),
        tracking_code: number.clone(),
        secret: filed.secret.plain(),
        unit: unit.id.to_string(),
        station: filed.station.to_string(),
        beat: filed.place.beat.as_ref().map(ToString::to_string),
        standard: Standard {
            respond_within_minutes: filed.respond_minutes,
            respond_by: filed.respond_by,
            basis: basis.map(|basis| frame.say(basis).to_owned()),
        },
        act: RecordedAct {
            id: filed.act.to_string(),
            sha256: filed.act_sha256.clone(),
        },
        receipt,
    };
    let location = HeaderValue::from_str(&format!("/api/v1/requests/{number}"));
    let location = location.map_err(|_| Fault::Internal)?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        Json(body),
    )
        .into_response())
}
