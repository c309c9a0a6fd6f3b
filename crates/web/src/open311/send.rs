//! A request filed by another program, for somebody who told it there: the same rules, the same record
//! and the same receipt as on the pages.

use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::act::Actor;
use pengayom_core::pack::{Lang, ServiceCode};
use pengayom_core::place::{AreaCode, Point};
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{BlobRef, CaseRefusal, Channel, Harm};
use pengayom_core::value::{CommandId, parse_phone};
use pengayom_node::handle::case::{FileRequest, Filed, MEDIA_MAX};
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, PersonDetails};
use pengayom_store::StoreError;

use super::asked::{Asked, Refused};
use super::definition::{self, SENDERS_NUMBER, values_of};
use super::tree::Tree;
use super::{answer, asked};
use crate::api::looks_like_mail;
use crate::extract::{Fields, ProgramPost, Upload};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::public::report::{PlaceFault, opened_photos, place_fault, put_photo, too_long};

/// Longest single line, in characters.
const LINE_MAX_CHARS: usize = 300;

/// Longest address of electronic mail (RFC 5321 §4.5.3.1.3).
const EMAIL_MAX_CHARS: usize = 254;

/// Longest address of a picture that is noted, in bytes.
const URL_MAX_BYTES: usize = 500;

/// `POST /open311/v2/requests`
pub(super) async fn file(asked: Asked, request: Request) -> Result<Response, Refused> {
    let key = header_key(&request)?;
    let post = ProgramPost::from_request(request, asked.context.state()).await?;
    asked.require_jurisdiction(&post.fields)?;
    let wanted = wanted(&asked, &post.fields)?;
    let media = photographs(&asked, post.uploads).await?;
    let names = ["external_id", "attribute[external_id]"];
    let own = names.iter().find_map(|name| post.fields.some(name));
    let number = || values_of(&post.fields, SENDERS_NUMBER).pop();
    let command = match key.or(own).or_else(number) {
        Some(key) => {
            require_key(&asked, &key)?;
            let program = &post.bearer.name;
            asked.node.program_command(program, "open311/request", &key)
        }
        None => CommandId(asked.node.new_id()),
    };
    let danger = wanted.danger;
    let request = FileRequest {
        command,
        media,
        ..wanted
    };
    match asked.node.file_request(request, &Actor::Citizen).await {
        Ok(filed) => Ok(told(&asked, &filed, danger)),
        // The record may have it or not: the one who sent it asks again by its token.
        Err(HandleError::Store(StoreError::Unclear)) => Ok(unsure(&asked, command)),
        Err(error) => Err(blame(&asked, error)),
    }
}

/// The one `Idempotency-Key`, if it is there.
pub(super) fn header_key(request: &Request) -> Result<Option<String>, Fault> {
    const NAME: &str = "Idempotency-Key";
    let mut all = request.headers().get_all(NAME).iter();
    let (one, None) = (all.next(), all.next()) else {
        return Err(Fault::BadHeader(NAME));
    };
    let text = one.map(|value| value.to_str().unwrap_or_default().trim().to_owned());
    match text {
        Some(text) if text.is_empty() => Err(Fault::BadHeader(NAME)),
        text => Ok(text),
    }
}

pub(super) fn require_key(asked: &Asked, key: &str) -> Result<(), Refused> {
    if key.len() <= 255 {
        Ok(())
    } else {
        Err(asked.wrong("external_id", "open311.answer_long"))
    }
}

/// What is wanted, without photographs and without a command yet.
fn wanted(asked: &Asked, fields: &Fields) -> Result<FileRequest, Refused> {
    let frame = &asked.frame;
    let mut faults = Vec::new();
    let code = fields.get("service_code");
    if code.is_empty() {
        faults.push(format!("service_code: {}", frame.t("open311.needed")));
    }
    let service = asked.service(code);
    if !code.is_empty() && service.is_none() {
        return Err(asked.unknown("service_code", "open311.service_unknown"));
    }
    let answers = service.map(|service| definition::read(frame, service, fields, asked.node.now()));
    let answers = match answers.transpose() {
        Ok(answers) => answers.unwrap_or_default(),
        Err(wrong) => {
            faults.extend(wrong);
            definition::Answers::default()
        }
    };
    let description = description(frame, fields, &answers, &mut faults);
    let place = place(frame, fields, &mut faults);
    let reporter = reporter(frame, fields, &mut faults);
    let (Some(service), Some(place), true) = (service, place, faults.is_empty()) else {
        return Err(asked.refuse(StatusCode::BAD_REQUEST, &faults));
    };
    Ok(FileRequest {
        command: CommandId(uuid::Uuid::nil()),
        service: ServiceCode::clone(&service.code),
        report_kind: None,
        channel: Channel::Api,
        paper: None,
        description,
        when_text: None,
        occurred_at: answers.occurred_at,
        harm: Harm::default(),
        danger: answers.danger,
        place,
        reporter,
        media: Vec::new(),
        simulated: false,
    })
}

/// What was told, with the further answers as officers read them.
fn description(
    frame: &PageFrame,
    fields: &Fields,
    answers: &definition::Answers,
    faults: &mut Vec<String>,
) -> String {
    let told = fields.get("description");
    if told.is_empty() {
        faults.push(format!("description: {}", frame.t("open311.needed")));
        return String::new();
    }
    let first = match &answers.what {
        Some(what) => format!("{what}. {told}"),
        None => told.to_owned(),
    };
    let text = with_lines(
        first,
        answers.lines.iter().cloned().chain(pictures(frame, fields)),
    );
    let found = text.chars().count();
    if found > TEXT_MAX_CHARS {
        let words = too_long(frame, found, TEXT_MAX_CHARS);
        faults.push(format!("description: {words}"));
    }
    text
}

/// A text with lines under it.
pub(super) fn with_lines(text: String, lines: impl Iterator<Item = String>) -> String {
    let lines = lines.collect::<Vec<_>>().join("\n");
    if lines.is_empty() {
        text
    } else {
        format!("{text}\n\n{lines}")
    }
}

/// Where pictures lie at the sender's, as a line for officers. They are never fetched: an address of
/// somebody else's choosing could be of a machine that only this one reaches.
pub(super) fn pictures(frame: &PageFrame, fields: &Fields) -> Vec<String> {
    let words = frame.unit().pack.words(Lang::Id);
    let urls = fields.all("media_url").filter(|url| {
        let web = url.starts_with("https://") || url.starts_with("http://");
        web && url.len() <= URL_MAX_BYTES && !url.contains(char::is_whitespace)
    });
    let line = |url: &str| words.text("open311.picture", &[("url", url)]);
    urls.take(MEDIA_MAX).map(line).collect()
}

fn place(frame: &PageFrame, fields: &Fields, faults: &mut Vec<String>) -> Option<PlaceInput> {
    let text = fields.line("address_string");
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > LINE_MAX_CHARS)
    {
        faults.push(format!(
            "address_string: {}",
            frame.t("open311.answer_long")
        ));
        return None;
    }
    let (lat, long) = (fields.get("lat"), fields.get("long"));
    let area = fields.get("address_id");
    let (input, field) = if !lat.is_empty() || !long.is_empty() {
        let point = lat.parse().ok().zip(long.parse().ok());
        let point = point.and_then(|(lat, long)| Point::new(lat, long).ok());
        let Some(point) = point else {
            faults.push(format!("lat: {}", frame.t("error.json_position")));
            return None;
        };
        (PlaceInput::Point { point, text }, "lat")
    } else if !area.is_empty() {
        match area.parse::<AreaCode>() {
            Ok(area) => (PlaceInput::Area { area, text }, "address_id"),
            Err(_) => {
                faults.push(format!("address_id: {}", frame.t("error.area_unknown")));
                return None;
            }
        }
    } else if let Some(text) = text {
        (PlaceInput::Text(text), "address_string")
    } else {
        faults.push(format!("lat: {}", frame.t("error.json_place")));
        return None;
    };
    match frame.unit().resolve(&input) {
        Ok(_) => Some(input),
        Err(error) => {
            faults.push(format!("{field}: {}", place_words(frame, &error)));
            None
        }
    }
}

fn place_words(frame: &PageFrame, error: &HandleError) -> String {
    match place_fault(frame, error, "") {
        _ if matches!(error, HandleError::PlaceUnknown) => frame.t("error.area_unknown").to_owned(),
        PlaceFault::Wrong(words) => words,
        PlaceFault::Choose(areas) => {
            let names = areas
                .iter()
                .map(|area| format!("{} ({})", area.name, area.code));
            let names = names.collect::<Vec<_>>().join("; ");
            frame.tf("error.json_ambiguous", &[("areas", &names)])
        }
    }
}

/// Who told it, as far as the program says; sealed before it is kept. What names a device or an account
/// of the sender's is not kept at all.
fn reporter(frame: &PageFrame, fields: &Fields, faults: &mut Vec<String>) -> PersonDetails {
    let mut line = |name: &str, max: usize| {
        let line = fields.line(name)?;
        if line.chars().count() > max {
            faults.push(format!("{name}: {}", frame.t("open311.answer_long")));
            return None;
        }
        Some(line)
    };
    let names = [
        line("first_name", LINE_MAX_CHARS),
        line("last_name", LINE_MAX_CHARS),
    ];
    let typed = line("phone", LINE_MAX_CHARS);
    let email = line("email", EMAIL_MAX_CHARS);
    let phone = typed.as_deref().and_then(parse_phone);
    if typed.is_some() && phone.is_none() {
        faults.push(format!("phone: {}", frame.t("error.phone_digits")));
    }
    if email
        .as_deref()
        .is_some_and(|email| !looks_like_mail(email))
    {
        faults.push(format!("email: {}", frame.t("error.email")));
    }
    // FixMyStreet writes a dash for who has one name.
    let names: Vec<String> = names
        .into_iter()
        .flatten()
        .filter(|name| name != "-")
        .collect();
    PersonDetails {
        name: Some(names.join(" ")).filter(|name| !name.is_empty()),
        phone,
        email,
        ..PersonDetails::default()
    }
}

/// Photographs that came with a form, each opened once, so that one that does not open is said at once.
pub(super) async fn photographs(
    asked: &Asked,
    uploads: Vec<Upload>,
) -> Result<Vec<BlobRef>, Refused> {
    if uploads.len() > MEDIA_MAX {
        let max = asked
            .frame
            .format()
            .count(i64::try_from(MEDIA_MAX).unwrap_or(0));
        let words = asked.frame.tf("error.photo_count", &[("max", &max)]);
        return Err(asked.refuse(StatusCode::BAD_REQUEST, &[format!("media: {words}")]));
    }
    let mut media: Vec<BlobRef> = Vec::new();
    for upload in opened_photos(&asked.context, uploads).await? {
        match put_photo(&asked.frame, upload) {
            Ok(photo) if media.contains(&photo) => {}
            Ok(photo) => media.push(photo),
            Err(words) => {
                return Err(asked.refuse(StatusCode::BAD_REQUEST, &[format!("media: {words}")]));
            }
        }
    }
    Ok(media)
}

/// A refusal as the parameter it speaks of.
pub(super) fn blame(asked: &asked::Asked, error: HandleError) -> Refused {
    match &error {
        HandleError::Case(CaseRefusal::Text { .. }) => asked.wrong("description", "open311.needed"),
        HandleError::Case(CaseRefusal::ServiceNotOffered(_)) => {
            asked.unknown("service_code", "open311.service_unknown")
        }
        HandleError::Case(CaseRefusal::InTheFuture { .. }) => {
            asked.wrong("attribute[occurred_at]", "error.time_future")
        }
        _ => error.into(),
    }
}

/// What was filed. Number and secret are for the person whose report it is; the program hands them on.
fn told(asked: &Asked, filed: &Filed, danger: bool) -> Response {
    let frame = &asked.frame;
    let number = filed.number.to_string();
    let mut notice = frame.tf(
        "open311.notice",
        &[("number", &number), ("site", asked.context.site())],
    );
    if danger {
        let call = frame.emergency_number.as_str();
        notice = format!(
            "{}. {notice}",
            frame.tf("open311.emergency", &[("number", call)])
        );
    }
    let request = Tree::Object(vec![
        ("service_request_id", Tree::text(filed.case.to_string())),
        ("service_notice", Tree::text(notice)),
        ("account_id", Tree::Nothing),
        (
            "extended_attributes",
            Tree::Extended(vec![
                ("tracking_code", Tree::text(number)),
                ("secret", Tree::text(filed.secret.plain())),
                ("station_id", Tree::text(filed.station.to_string())),
                ("respond_by", Tree::moment(filed.respond_by)),
                ("act_id", Tree::text(filed.act.to_string())),
                ("act_sha256", Tree::text(&filed.act_sha256)),
            ]),
        ),
    ]);
    let list = Tree::List("request", vec![request]);
    answer(asked.format, StatusCode::OK, "service_requests", &list)
}

fn unsure(asked: &Asked, command: CommandId) -> Response {
    let request = Tree::Object(vec![("token", Tree::text(command.to_string()))]);
    let list = Tree::List("request", vec![request]);
    answer(asked.format, StatusCode::OK, "service_requests", &list)
}
