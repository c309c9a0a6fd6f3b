//! `POST /api/v1/requests`.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use pengayom_core::act::Actor;
use pengayom_core::pack::{ReportKind, ServiceCode};
use pengayom_core::place::{AreaCode, Point, PointError};
use pengayom_core::subject::case::{
    BlobRef, CaseRefusal, Channel, Harm, LOSS_MAX_RUPIAH, Wellbeing,
};
use pengayom_core::subject::{CLOCK_TOLERANCE, TEXT_MAX_CHARS};
use pengayom_core::value::{CommandId, parse_phone};
use pengayom_node::handle::case::{FileRequest, Filed, MEDIA_MAX};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::media::MediaError;
use pengayom_node::tokens::Scope;
use pengayom_node::{HandleError, PersonDetails};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::Api;
use super::document::BASE;
use super::once::Key;
use super::receipt::ReceiptBody;
use crate::extract::Context;
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault, Problem};
use crate::public::receipt::card::log_address;
use crate::public::report::{PlaceFault, opened_photos, place_fault, put_photo};

/// Longest single line, in characters.
const LINE_MAX_CHARS: usize = 300;

/// Longest address of electronic mail (RFC 5321 §4.5.3.1.3).
const EMAIL_MAX_CHARS: usize = 254;

/// What is asked. The place is needed in one of three ways: `lat` and `long`, `area_id`, or `address`. Unknown members
/// are passed over.
#[derive(ToSchema)]
pub(super) struct NewRequest {
    /// A code of the unit's catalogue, as in `/services`.
    #[schema(min_length = 1, max_length = 64, examples("lp_b"))]
    service_code: String,
    /// A code of `/report-kinds` whose service it is.
    #[schema(max_length = 200)]
    report_kind: Option<String>,
    /// What happened.
    #[schema(min_length = 1, max_length = 5000)]
    description: String,
    /// Degrees north, WGS 84; wins over `area_id` and `address`.
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Degrees east, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    long: Option<f64>,
    /// Code of an area, as in `/areas`; wins over `address`.
    #[schema(max_length = 64, examples("33.18.08.2022"))]
    area_id: Option<String>,
    /// The place in words. Alone it must name an area of the unit; beside a position or a code it is kept as it is.
    #[schema(max_length = 300)]
    address: Option<String>,
    /// When it happened; never later than now.
    #[schema(format = DateTime, max_length = 64)]
    occurred_at: Option<String>,
    /// Somebody is in danger now. Call the emergency number too.
    danger: Option<bool>,
    /// How the reporter is. Whoever answers `needs_support` is offered support before the case is closed.
    wellbeing: Option<Wellness>,
    /// What was lost, as the reporter reckons it, in whole rupiah.
    #[schema(value_type = Option<u64>, minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    loss_rupiah: Option<f64>,
    /// Who reports and how to reach them; sealed under a key of their own.
    contact: Option<NewContact>,
    /// Photographs.
    #[schema(max_items = 4)]
    media: Option<Vec<NewPhotograph>>,
}

/// How somebody is.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(rename_all = "snake_case")]
pub(super) enum Wellness {
    Well,
    Shaken,
    NeedsSupport,
}

impl Wellness {
    fn parse(word: &str) -> Option<Self> {
        Some(match Wellbeing::parse(word)? {
            Wellbeing::Well => Self::Well,
            Wellbeing::Shaken => Self::Shaken,
            Wellbeing::NeedsSupport => Self::NeedsSupport,
        })
    }
}

impl From<Wellness> for Wellbeing {
    fn from(said: Wellness) -> Self {
        match said {
            Wellness::Well => Self::Well,
            Wellness::Shaken => Self::Shaken,
            Wellness::NeedsSupport => Self::NeedsSupport,
        }
    }
}

/// Who reports, as far as they say.
#[derive(ToSchema)]
pub(super) struct NewContact {
    /// Their name.
    #[schema(max_length = 300)]
    name: Option<String>,
    /// 10 to 13 digits.
    #[schema(max_length = 300)]
    phone: Option<String>,
    /// An address of electronic mail.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// When and how it is safe to make contact, in their words.
    #[schema(max_length = 300)]
    safe_contact: Option<String>,
}

/// A photograph.
#[derive(ToSchema)]
pub(super) struct NewPhotograph {
    /// A JPEG, PNG or WebP picture of at most 10 MB in base64; the whole body has at most 16 MB.
    #[schema(content_encoding = "base64")]
    content: String,
}

impl NewRequest {
    fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            service_code: fields.needed("service_code", 64),
            report_kind: fields.text("report_kind", 200),
            description: described(fields),
            lat: fields.number("lat"),
            long: fields.number("long"),
            area_id: fields.text("area_id", 64),
            address: fields.text("address", LINE_MAX_CHARS),
            occurred_at: fields.text("occurred_at", 64),
            danger: fields.flag("danger"),
            wellbeing: wellbeing(fields),
            loss_rupiah: fields.number("loss_rupiah"),
            contact: Some(NewContact {
                name: fields.text_in("contact", "name", LINE_MAX_CHARS),
                phone: fields.text_in("contact", "phone", LINE_MAX_CHARS),
                email: fields.text_in("contact", "email", EMAIL_MAX_CHARS),
                safe_contact: fields.text_in("contact", "safe_contact", LINE_MAX_CHARS),
            }),
            media: Some(photographs(fields)),
        }
    }
}

fn wellbeing(fields: &mut Fields<'_>) -> Option<Wellness> {
    let said = fields.text("wellbeing", 64)?;
    let known = Wellness::parse(&said);
    if known.is_none() {
        fields.wrong_by_key("/wellbeing", "unknown", "error.wellbeing_unknown");
    }
    known
}

/// What happened, in words; they have to be there.
fn described(fields: &mut Fields<'_>) -> String {
    let words = fields.text("description", TEXT_MAX_CHARS);
    if words.is_none() && !fields.has_fault_at("/description") {
        fields.wrong_by_key("/description", "required", "error.words_write");
    }
    words.unwrap_or_default()
}

/// Photographs as they came.
pub(super) fn photographs(fields: &mut Fields<'_>) -> Vec<NewPhotograph> {
    let contents = fields.contents("media", MEDIA_MAX).into_iter();
    contents.map(|content| NewPhotograph { content }).collect()
}

/// What the asker keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = Filed)]
pub(super) struct FiledBody {
    /// Names the request in the record.
    #[schema(format = "uuid")]
    id: String,
    /// The number people use.
    #[schema(examples("PTI-2611-0482"))]
    tracking_code: String,
    /// Kept by nobody but you.
    #[schema(pattern = "^[0-9]{12}$")]
    secret: String,
    /// Code of the unit.
    unit: String,
    /// Code of the station that answers for it.
    station: String,
    /// Code of the beat, where the place says which.
    #[schema(required)]
    beat: Option<String>,
    standard: Standard,
    act: RecordedAct,
    receipt: ReceiptBody,
}

/// The first response that the unit promises for the service.
#[derive(Serialize, ToSchema)]
pub(super) struct Standard {
    /// Minutes from filing; null where nothing is promised.
    #[schema(required)]
    pub(super) respond_within_minutes: Option<u32>,
    /// The moment that comes to.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(super) respond_by: Option<Timestamp>,
    /// What the promise rests on.
    #[schema(required)]
    pub(super) basis: Option<String>,
}

/// The act that recorded it, as an officer can compare it with the record.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordedAct {
    /// Its identifier.
    #[schema(format = "uuid")]
    id: String,
    /// Over the act as it is stored; docs/api.md says of what.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
}

/// What is wanted, without photographs.
struct Wanted {
    service: Option<ServiceCode>,
    report_kind: Option<String>,
    description: String,
    occurred_at: Option<Timestamp>,
    harm: Harm,
    danger: bool,
    place: Option<(PlaceInput, &'static str)>,
    reporter: PersonDetails,
    contents: Vec<NewPhotograph>,
}

/// Files a request. Answered once it is recorded durably.
#[utoipa::path(
    post, path = "/requests", operation_id = "fileRequest",
    request_body = NewRequest,
    responses(
        (status = 201, description = "Recorded, now or by the same request before.", body = FiledBody,
         headers(("Location" = String, description = "Address of the request."))),
        (status = 403, description = "The token that was shown does not carry `requests:write`.",
         body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn file(api: Api, body: JsonBody) -> Result<Response, Fault> {
    api.if_shown_needs(Scope::RequestsWrite)?;
    let key = api.key()?;
    let command = key.map_or_else(|| CommandId(api.node.new_id()), Key::command);
    let (context, frame, node) = (&api.context, &api.frame, &api.node);
    let mut fields = Fields::new(body.values, frame);
    let new = NewRequest::read(&mut fields);
    let wanted = wanted(new, &mut fields, frame, node.now());
    fields.check()?;
    let media = put_photographs(context, frame, &wanted.contents, &mut fields).await?;
    fields.check()?;
    let (Some(service), Some((place, pointer))) = (wanted.service, wanted.place) else {
        return Err(Fault::Internal);
    };
    let request = FileRequest {
        command,
        service,
        report_kind: wanted.report_kind,
        channel: Channel::Api,
        paper: None,
        description: wanted.description,
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
        Ok(filed) => answer(&api, &filed),
        Err(error) => Err(blame(frame, error, pointer)),
    }
}

fn wanted(new: NewRequest, fields: &mut Fields<'_>, frame: &PageFrame, now: Timestamp) -> Wanted {
    let known = |code: &ServiceCode| frame.unit().pack.service(code).is_some();
    let service = new.service_code.parse().ok().filter(known);
    if service.is_none() && !fields.has_fault_at("/service_code") {
        fields.wrong("/service_code", "unknown", frame.t("error.service_unknown"));
    }
    if let Some(code) = &new.report_kind {
        let mut kinds = frame.unit().pack.report_kinds().iter();
        let fits = |kind: &ReportKind| {
            kind.code.as_str() == code
                && service.as_ref().is_none_or(|known| *known == kind.service)
        };
        if !kinds.any(fits) {
            fields.wrong("/report_kind", "unknown", frame.t("error.word_unknown"));
        }
    }
    Wanted {
        service,
        report_kind: new.report_kind.clone(),
        occurred_at: occurred_at(new.occurred_at.as_deref(), fields, frame, now),
        harm: harm(&new, fields, frame),
        danger: new.danger.unwrap_or(false),
        place: place(&new, fields, frame),
        reporter: reporter(new.contact, fields, frame),
        contents: new.media.unwrap_or_default(),
        description: new.description,
    }
}

fn occurred_at(
    text: Option<&str>,
    fields: &mut Fields<'_>,
    frame: &PageFrame,
    now: Timestamp,
) -> Option<Timestamp> {
    match text?.parse::<Timestamp>() {
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
fn harm(new: &NewRequest, fields: &mut Fields<'_>, frame: &PageFrame) -> Harm {
    let loss_rupiah = new.loss_rupiah.and_then(whole);
    let fits = loss_rupiah.is_some_and(|loss| loss <= LOSS_MAX_RUPIAH);
    if !fits && new.loss_rupiah.is_some() {
        fields.wrong("/loss_rupiah", "out_of_range", frame.t("error.json_loss"));
    }
    Harm {
        wellbeing: new.wellbeing.map(Wellbeing::from),
        loss_rupiah: loss_rupiah.filter(|_| fits),
    }
}

/// A whole number, not below zero.
fn whole(number: f64) -> Option<u64> {
    if number.fract().abs() > 0.0 {
        return None;
    }
    // Minus nought is nought.
    format!("{:.0}", number + 0.0).parse().ok()
}

/// The place and the pointer to the field that said it.
fn place(
    new: &NewRequest,
    fields: &mut Fields<'_>,
    frame: &PageFrame,
) -> Option<(PlaceInput, &'static str)> {
    let (input, pointer) = said_place(
        (new.lat, new.long),
        new.area_id.as_deref(),
        new.address.clone(),
        fields,
        frame,
    )?;
    match frame.unit().resolve(&input) {
        Ok(_) => Some((input, pointer)),
        Err(error) => {
            fields.fault(wrong_place(frame, &error, pointer));
            None
        }
    }
}

/// The place as it was said, and the pointer to the field that said it.
pub(super) fn said_place(
    (lat, lng): (Option<f64>, Option<f64>),
    area: Option<&str>,
    address: Option<String>,
    fields: &mut Fields<'_>,
    frame: &PageFrame,
) -> Option<(PlaceInput, &'static str)> {
    if ["/lat", "/long", "/area_id", "/address"]
        .iter()
        .any(|at| fields.has_fault_at(at))
    {
        return None;
    }
    Some(match (lat, lng, area) {
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
                fields.wrong("/address", "required", frame.t("error.json_place"));
                return None;
            }
        }
    })
}

/// A place that cannot be taken, as the fault of the field that said it.
pub(super) fn wrong_place(frame: &PageFrame, error: &HandleError, pointer: &str) -> FieldFault {
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
    FieldFault::field(pointer, code, detail)
}

fn reporter(
    contact: Option<NewContact>,
    fields: &mut Fields<'_>,
    frame: &PageFrame,
) -> PersonDetails {
    let Some(NewContact {
        name,
        phone,
        email,
        safe_contact,
    }) = contact
    else {
        return PersonDetails::default();
    };
    let typed = phone;
    let phone = typed.as_deref().and_then(parse_phone);
    if typed.is_some() && phone.is_none() {
        fields.wrong(
            "/contact/phone",
            "unreadable",
            frame.t("error.phone_digits"),
        );
    }
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
        safe_contact,
        ..PersonDetails::default()
    }
}

/// Something, an at sign, something with a dot; what is delivered is not ours to judge.
pub(crate) fn looks_like_mail(text: &str) -> bool {
    let host = text
        .split_once('@')
        .filter(|(name, _)| !name.is_empty())
        .map(|(_, host)| host);
    host.is_some_and(|host| host.contains('.') && !host.contains('@'))
        && !text.contains(char::is_whitespace)
}

/// Keeps photographs; what is none is noted by its field.
///
/// # Errors
/// The store's.
pub(super) async fn put_photographs(
    context: &Context,
    frame: &PageFrame,
    contents: &[NewPhotograph],
    fields: &mut Fields<'_>,
) -> Result<Vec<BlobRef>, Fault> {
    let mut media: Vec<BlobRef> = Vec::new();
    for (at, NewPhotograph { content }) in contents.iter().enumerate() {
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
        Fault::Fields(vec![FieldFault::field(pointer, code, frame.t(key))])
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

/// What the one who filed it keeps.
///
/// # Errors
/// None that occurs.
pub(super) fn answer(api: &Api, filed: &Filed) -> Result<Response, Fault> {
    let frame = &api.frame;
    let unit = frame.unit();
    let basis = unit
        .pack
        .service(&filed.service)
        .map(|service| &service.standard.basis);
    let number = filed.number.to_string();
    let receipt = api
        .node
        .receipt_of(&filed.promised, &log_address(&api.context));
    let body = FiledBody {
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
        receipt: receipt.into(),
    };
    api.created(Some(&format!("{BASE}/requests/{number}")), &body)
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;

    #[test]
    fn the_description_says_the_words_and_bounds_that_are_read() {
        let words = serde_json::to_value(Wellness::schema()).unwrap();
        for word in words["enum"].as_array().unwrap() {
            assert!(Wellbeing::parse(word.as_str().unwrap()).is_some(), "{word}");
        }
        let schema = serde_json::to_value(NewRequest::schema()).unwrap();
        let of = |name: &str, bound: &str| schema["properties"][name][bound].as_u64();
        assert_eq!(
            of("description", "maxLength"),
            u64::try_from(TEXT_MAX_CHARS).ok()
        );
        assert_eq!(
            of("address", "maxLength"),
            u64::try_from(LINE_MAX_CHARS).ok()
        );
        assert_eq!(of("loss_rupiah", "maximum"), Some(LOSS_MAX_RUPIAH));
        assert_eq!(of("media", "maxItems"), u64::try_from(MEDIA_MAX).ok());
    }
}
