//! What belongs to one request: its letters and what is held about its reporter; and forms on paper.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::value::{FormNumber, FormNumberError};
use pengayom_node::PersonDetails;
use pengayom_node::handle::paper::{FORMS_MAX, FormTracked, PaperForm};
use pengayom_node::handle::person::{ExportedAct, ExportedFile, PersonExport};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::Api;
use super::once::once;
use super::status::{Letter, letters, own};
use crate::download::hand_down;
use crate::letters::file_name;
use crate::problem::Fault;

/// The letters of a request.
#[derive(Serialize, ToSchema)]
pub(super) struct Letters {
    /// In the order they were given.
    items: Vec<Letter>,
}

/// Lists the letters that were given.
#[utoipa::path(
    get, path = "/requests/{tracking_code}/letters", operation_id = "listLetters",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed here or as `secret`."),
        ("secret" = Option<String>, Query, description = "The same, for who cannot send a header; the header wins."),
    ),
    responses((status = 200, description = "Letters.", body = Letters))
)]
pub(super) async fn list(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let (_, history) = own(&api, &number).await?;
    let items = letters(&api.frame, &history.acts);
    api.found_version(history.case.version, &Letters { items })
}

/// Hands down a letter, whole or a part of it (`Range`). One that was withdrawn or erased is not found; the list says
/// what became of it. The secret is taken from the header only, so that no address opens a letter.
#[utoipa::path(
    get, path = "/requests/{tracking_code}/letters/{n}", operation_id = "getLetter",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("n" = u32, Path, description = "Its place in the list, from 1."),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed."),
        ("Range" = Option<String>, Header, description = "Which bytes (RFC 9110 §14); one range."),
    ),
    responses(
        (status = 200, description = "The letter.",
         content(("application/pdf"), ("image/jpeg"), ("image/png"))),
        (status = 206, description = "The part asked for.",
         content(("application/pdf"), ("image/jpeg"), ("image/png")),
         headers(("Content-Range" = String, description = "Which part."))),
        (status = 416, description = "There are no such bytes."),
    )
)]
pub(super) async fn letter(
    Path((number, n)): Path<(String, String)>,
    api: Api,
) -> Result<Response, Fault> {
    let (number, history) = own(&api, &number).await?;
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    let letter = history
        .case
        .letter(n)
        .filter(|letter| letter.is_there() && !letter.is_on_file());
    let letter = letter.ok_or(Fault::NotFound)?;
    let file = api.node.file(&letter.file.sha256).await?;
    if file.body.is_none() {
        return Err(Fault::NotFound);
    }
    let number = number.to_string();
    let told = Some(number.as_str()).filter(|_| !history.case.sensitive);
    let name = file_name(n, told, &letter.file);
    let headers: &HeaderMap = api.headers();
    Ok(hand_down(&api.node, file, headers, &name))
}

/// Everything the unit holds about whoever filed a request, for them.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnData {
    /// What this is, and its version.
    #[schema(examples("pengayom-person/v1"))]
    format: String,
    unit: String,
    unit_name: String,
    number: String,
    #[schema(value_type = String, format = DateTime)]
    exported_at: Timestamp,
    /// Who they are, as far as they said; null when it was never given or was erased.
    #[schema(required)]
    person: Option<Person>,
    /// The last day on which it is kept, of a closed request.
    #[schema(value_type = Option<String>, format = Date, required)]
    kept_until: Option<Date>,
    #[schema(value_type = Option<String>, format = DateTime, required)]
    erased_at: Option<Timestamp>,
    /// What happened, in order: of each act what concerns its reporter.
    events: Vec<Event>,
    /// Files that came with it, and letters that were given.
    files: Vec<File>,
}

/// Who somebody is and how to reach them.
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    phone: Option<String>,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    address: Option<String>,
    /// When and how it is safe to make contact, in their words.
    #[schema(required)]
    safe_contact: Option<String>,
    /// When it is safe, a code of `/safety`.
    #[schema(required)]
    safe_time: Option<String>,
    /// What to say when somebody else answers.
    #[schema(required)]
    safe_word: Option<String>,
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub(super) struct Event {
    #[schema(examples("case.request_filed"))]
    kind: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    by: String,
    /// Where, in the person's words.
    #[schema(required)]
    place: Option<String>,
    /// Everything stored of it; null where an officer wrote for colleagues.
    #[schema(value_type = Option<Object>, required)]
    content: serde_json::Value,
}

/// A file, by the digest of its content.
#[derive(Serialize, ToSchema)]
pub(super) struct File {
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    media_type: String,
    size_bytes: u64,
}

impl From<PersonDetails> for Person {
    fn from(person: PersonDetails) -> Self {
        Self {
            name: person.name,
            phone: person.phone,
            email: person.email,
            address: person.address,
            safe_contact: person.safe_contact,
            safe_time: person.safe_time,
            safe_word: person.safe_word,
        }
    }
}

impl From<ExportedAct> for Event {
    fn from(act: ExportedAct) -> Self {
        Self {
            kind: act.kind.to_owned(),
            at: act.at,
            recorded_at: act.recorded_at,
            by: act.by.to_owned(),
            place: act.place,
            content: act.content,
        }
    }
}

impl From<ExportedFile> for File {
    fn from(file: ExportedFile) -> Self {
        Self {
            sha256: file.sha256,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
        }
    }
}

impl From<PersonExport> for OwnData {
    fn from(export: PersonExport) -> Self {
        Self {
            format: export.format.to_owned(),
            unit: export.unit,
            unit_name: export.unit_name,
            number: export.number,
            exported_at: export.exported_at,
            person: export.person.map(Person::from),
            kept_until: export.kept_until,
            erased_at: export.erased_at,
            events: export.events.into_iter().map(Event::from).collect(),
            files: export.files.into_iter().map(File::from).collect(),
        }
    }
}

/// Gives everything the unit holds about whoever filed a request.
#[utoipa::path(
    get, path = "/requests/{tracking_code}/data", operation_id = "exportOwnData",
    params(
        ("tracking_code" = String, Path, description = "The number on the receipt.", example = "PTI-2611-0482"),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of the receipt; needed."),
    ),
    responses((status = 200, description = "What is held.", body = OwnData))
)]
pub(super) async fn data(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let (number, _) = own(&api, &number).await?;
    let secret = api.secret()?;
    let client = api.context.client();
    let export = api.node.export_for_reporter(&number, &secret, client);
    api.found(&OwnData::from(export.await?))
}

/// What became of a form on paper.
#[derive(Serialize, ToSchema)]
pub(super) struct FormState {
    /// The number of the report entered from it, which its code opens too; null when nobody entered it yet.
    #[schema(required)]
    tracking_code: Option<String>,
}

/// Says what became of a form on paper.
#[utoipa::path(
    get, path = "/forms/{form_number}", operation_id = "showForm",
    params(
        ("form_number" = String, Path, description = "The twenty digits of the form; spaces between them do no harm."),
        ("Pengayom-Secret" = Option<String>, Header, description = "The twelve digits of its strip; needed."),
    ),
    responses((status = 200, description = "What became of it.", body = FormState))
)]
pub(super) async fn form(Path(number): Path<String>, api: Api) -> Result<Response, Fault> {
    let read: Result<FormNumber, FormNumberError> = number.parse();
    let number = read.map_err(|_| Fault::NotFound)?;
    let secret = api.secret()?;
    let client = api.context.client();
    let tracking_code = match api.node.track_form(&number, &secret, client).await? {
        FormTracked::Entered(number) => Some(number.to_string()),
        FormTracked::NotEntered => None,
    };
    api.found(&FormState { tracking_code })
}

/// How many forms.
#[derive(ToSchema)]
pub(super) struct NewForms {
    /// How many.
    #[schema(minimum = 1, maximum = 20)]
    count: u32,
}

/// Forms to be printed.
#[derive(Serialize, ToSchema)]
pub(super) struct Forms {
    items: Vec<Form>,
}

/// A form to be printed.
#[derive(Serialize, ToSchema)]
pub(super) struct Form {
    /// Its twenty digits in groups.
    number: String,
    /// The code on the strip that the person keeps.
    #[schema(pattern = "^[0-9]{12}$")]
    secret: String,
    /// For the QR code on the form: leads an officer to where it is entered.
    enter: String,
    /// For the QR code on the strip: leads the person to where it is followed.
    follow: String,
}

/// Makes numbers and codes of forms to be printed. Nothing is kept of a form before it is handed in.
#[utoipa::path(
    post, path = "/forms", operation_id = "makeForms",
    request_body = NewForms,
    responses((status = 201, description = "The forms.", body = Forms))
)]
pub(super) async fn forms(api: Api, body: JsonBody) -> Result<Response, Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let new = NewForms {
        count: fields.count("count", &(1..=FORMS_MAX)),
    };
    fields.check()?;
    once(api, &body.bytes, async move |api: std::sync::Arc<Api>| {
        let site = api.context.site().to_owned();
        let form = |form: PaperForm| {
            let plain = form.number.plain();
            Form {
                enter: format!("{site}/meja/laporan/kertas?nomor={plain}"),
                follow: format!("{site}/lacak?nomor={plain}"),
                number: form.number.to_string(),
                secret: form.secret.plain(),
            }
        };
        let items = api.node.new_forms(new.count).into_iter().map(form);
        let items = items.collect();
        api.created(None, &Forms { items })
    })
    .await
}
