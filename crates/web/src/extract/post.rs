//! Forms sent by browsers: read within bounds, and only from pages of our own.

use axum::body::Bytes;
use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::BlobRef;
use pengayom_node::HandleError;
use pengayom_node::media::{Intake, MediaError, Wanted};
use pengayom_node::tokens::{Bearer, Scope};

use super::context::{Context, CookieKind};
use super::fields::Fields;
use super::paced::{Pace, paced};
use super::page::context_of;
use crate::limits::{EVIDENCE_FORM_MAX_BYTES, FORM_MAX_BYTES, PHOTO_FORM_MAX_BYTES};
use crate::problem::Fault;
use crate::state::AppState;

/// Most files of one form that are looked at; ours ask for one. The rest is read past.
const FILES_MAX: usize = 20;

/// Most parts of one form, files and fields together.
const PARTS_MAX: usize = 400;

/// A form without files, shown by this site to this browser.
pub(crate) struct FormPost {
    /// What was typed.
    pub(crate) fields: Fields,
}

/// A form that may bring photographs, shown by this site to this browser.
pub(crate) struct PhotoPost {
    /// What was typed.
    pub(crate) fields: Fields,
    /// Files, without those left empty.
    pub(crate) uploads: Vec<Upload>,
}

/// A file that came with a form, kept while the rest of the form was read. Its name and declared
/// type are not kept: neither is believed.
pub(crate) type Upload = Result<BlobRef, MediaError>;

impl FormPost {
    /// The language the reader switched to instead of sending the form.
    pub(crate) fn switched_lang(&self) -> Option<Lang> {
        switched_lang(&self.fields)
    }
}

impl PhotoPost {
    /// The language the reader switched to instead of sending the form.
    pub(crate) fn switched_lang(&self) -> Option<Lang> {
        switched_lang(&self.fields)
    }
}

fn switched_lang(fields: &Fields) -> Option<Lang> {
    fields.some("lang").and_then(|lang| Lang::parse(&lang))
}

impl FromRequest<AppState> for FormPost {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let context = context_of(&parts)?;
        let sender = require_own_page(&parts, &context)?;
        require_type(&parts, "application/x-www-form-urlencoded")?;
        let body = collect(body, FORM_MAX_BYTES).await?;
        let fields = Fields::parse(&body)?;
        require_token(&context, &fields, sender)?;
        Ok(Self { fields })
    }
}

impl FromRequest<AppState> for PhotoPost {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Fault> {
        if !has_type(request.headers(), "multipart/form-data") {
            let FormPost { fields } = FormPost::from_request(request, state).await?;
            return Ok(Self {
                fields,
                uploads: Vec::new(),
            });
        }
        let (fields, uploads) = read_multipart(request, state, Wanted::Photo).await?;
        Ok(Self { fields, uploads })
    }
}

/// A form with a file that is only looked at: nothing of it is kept, so that it needs no mark of its own. A page
/// of another site cannot send it all the same.
pub(crate) struct LookPost(pub(crate) Multipart);

impl FromRequest<AppState> for LookPost {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        require_own_page(&parts, &context_of(&parts)?)?;
        let request = Request::from_parts(parts, body);
        let form = Multipart::from_request(request, state).await;
        form.map(Self).map_err(|_| Fault::Unreadable)
    }
}

/// Reads a form that brings files. A file is taken only after the form's own mark was seen and
/// fits, so that nothing of another site's form is kept.
pub(crate) async fn read_multipart(
    request: Request,
    state: &AppState,
    wanted: Wanted,
) -> Result<(Fields, Vec<Upload>), Fault> {
    let context = request
        .extensions()
        .get::<Context>()
        .cloned()
        .ok_or(Fault::Internal)?;
    let (parts, body) = request.into_parts();
    let sender = require_own_page(&parts, &context)?;
    let gate = Gate::OwnPage(sender);
    let request = Request::from_parts(parts, body);
    let (fields, uploads, _) = read_parts(request, state, wanted, (&context, gate)).await?;
    Ok((fields, uploads))
}

/// Reads a form that brings files from a program, which showed its token: no page of another site can
/// make a browser send that.
pub(crate) async fn read_multipart_of_program(
    request: Request,
    state: &AppState,
    wanted: Wanted,
) -> Result<(Fields, Vec<Upload>), Fault> {
    if !has_type(request.headers(), "multipart/form-data") {
        return Err(Fault::UnsupportedMedia);
    }
    let context = request.extensions().get::<Context>().cloned();
    let context = context.ok_or(Fault::Internal)?;
    let gate = (&context, Gate::Open);
    let (fields, uploads, _) = read_parts(request, state, wanted, gate).await?;
    Ok((fields, uploads))
}

/// What has to be seen of a form before a file of it is taken.
enum Gate {
    /// Nothing any more: who sends it has shown so before.
    Open,
    /// The mark of a page of ours.
    OwnPage(Sender),
    /// The token of a program, in its head or among its fields.
    Token(Option<String>),
    /// The program that showed a good one.
    Program(Box<Bearer>),
}

impl Gate {
    async fn open(&mut self, context: &Context, fields: &Fields) -> Result<(), Fault> {
        match self {
            Self::OwnPage(sender) => require_token(context, fields, *sender),
            Self::Open | Self::Program(_) => Ok(()),
            Self::Token(head) => {
                let token = head.take().or_else(|| fields.some("api_key"));
                *self = Self::Program(Box::new(bearer(context, token.as_deref()).await?));
                Ok(())
            }
        }
    }
}

/// Who shows a token that files requests by Open311.
async fn bearer(context: &Context, token: Option<&str>) -> Result<Bearer, Fault> {
    let token = token.ok_or(Fault::Token)?;
    let bearer = context.state().node.token(token, context.client()).await?;
    let bearer = bearer.ok_or(Fault::Token)?;
    if bearer.may(Scope::Open311Write) {
        Ok(bearer)
    } else {
        Err(Fault::Scope(Scope::Open311Write))
    }
}

/// A form that a program sent, with its token and perhaps with photographs.
pub(crate) struct ProgramPost {
    /// Which program.
    pub(crate) bearer: Bearer,
    /// What it says.
    pub(crate) fields: Fields,
    /// Photographs.
    pub(crate) uploads: Vec<Upload>,
}

impl FromRequest<AppState> for ProgramPost {
    type Rejection = Fault;

    /// Programs do not say whose page a form stood on; a browser that says it was another site's is turned
    /// away, as everywhere.
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Fault> {
        let (parts, body) = request.into_parts();
        let context = context_of(&parts)?;
        require_own_page(&parts, &context)?;
        let mut gate = Gate::Token(token_in_head(&parts)?);
        let (fields, uploads, gate) = if has_type(&parts.headers, "multipart/form-data") {
            let request = Request::from_parts(parts, body);
            read_parts(request, state, Wanted::Photo, (&context, gate)).await?
        } else {
            require_type(&parts, "application/x-www-form-urlencoded")?;
            let body = collect(body, FORM_MAX_BYTES).await?;
            let fields = Fields::parse(&body)?;
            gate.open(&context, &fields).await?;
            (fields, Vec::new(), gate)
        };
        match gate {
            Gate::Program(bearer) => Ok(Self {
                bearer: *bearer,
                fields,
                uploads,
            }),
            _ => Err(Fault::Token),
        }
    }
}

/// `Authorization: Bearer …` (RFC 6750 §2.1), for programs that can.
fn token_in_head(parts: &Parts) -> Result<Option<String>, Fault> {
    let mut all = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (one, None) = (all.next(), all.next()) else {
        return Err(Fault::BadHeader("Authorization"));
    };
    let text = one.and_then(|value| value.to_str().ok());
    Ok(text
        .and_then(|text| text.strip_prefix("Bearer "))
        .map(|token| token.trim().to_owned()))
}

/// Reads a form part by part; a file only once the gate is open.
async fn read_parts(
    request: Request,
    state: &AppState,
    wanted: Wanted,
    (context, mut gate): (&Context, Gate),
) -> Result<(Fields, Vec<Upload>, Gate), Fault> {
    let limit = match wanted {
        Wanted::Photo => PHOTO_FORM_MAX_BYTES,
        Wanted::Evidence | Wanted::Letter => EVIDENCE_FORM_MAX_BYTES,
    };
    let (parts, body) = request.into_parts();
    if declared_length(&parts).is_some_and(|length| length > limit) {
        return Err(Fault::TooLarge { limit });
    }
    let (body, pace) = paced(body, limit);
    let pace = &*pace;
    let request = Request::from_parts(parts, body);
    let form = Multipart::from_request(request, state)
        .await
        .map_err(|_| Fault::Unreadable)?;
    let mut reader = FormReader {
        form,
        pace,
        limit,
        parts: 0,
    };
    let mut fields = Fields::default();
    let mut uploads = Vec::new();
    while let Some(part) = reader.next().await? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file) = part.file_name() else {
            let value = read_text(part, pace, limit).await?;
            fields.push(&name, &value)?;
            continue;
        };
        // A browser sends a field that was left alone as a file without a name.
        let left_alone = file.is_empty();
        gate.open(context, &fields).await?;
        let intake = (uploads.len() < FILES_MAX).then(|| state.node.begin_file(wanted));
        match take_file(part, intake, pace).await {
            Ok(Some(Err(MediaError::Empty))) if left_alone => {}
            Ok(upload) => uploads.extend(upload),
            Err(Cut::Form(error)) => return Err(fault_of(&error, pace, limit)),
            Err(Cut::Node(error)) => return Err(error.into()),
        }
    }
    gate.open(context, &fields).await?;
    Ok((fields, uploads, gate))
}

/// A form with files, part by part.
struct FormReader<'p> {
    form: Multipart,
    pace: &'p Pace,
    limit: usize,
    parts: usize,
}

impl FormReader<'_> {
    async fn next(&mut self) -> Result<Option<Part<'_>>, Fault> {
        self.pace.progress();
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(Fault::Unreadable);
        }
        let next = self.form.next_field().await;
        next.map_err(|error| fault_of(&error, self.pace, self.limit))
    }
}

/// Why a form could not be read on.
enum Cut {
    Form(MultipartError),
    Node(HandleError),
}

/// Hands a file on as it comes, and reads on to its end when it is not taken, so that the page that
/// says so arrives and what was typed beside it is kept. `None` without an intake.
async fn take_file(
    mut field: Part<'_>,
    intake: Option<Intake>,
    pace: &Pace,
) -> Result<Option<Upload>, Cut> {
    let mut intake = intake.map(Ok);
    while let Some(chunk) = field.chunk().await.map_err(Cut::Form)? {
        pace.progress();
        if let Some(Ok(taking)) = &mut intake {
            match taking.write(&chunk).await {
                Ok(()) => {}
                Err(HandleError::Media(refusal)) => intake = Some(Err(refusal)),
                Err(error) => return Err(Cut::Node(error)),
            }
        }
    }
    let finished = match intake {
        Some(Ok(intake)) => intake.finish().await,
        Some(Err(refusal)) => return Ok(Some(Err(refusal))),
        None => return Ok(None),
    };
    match finished {
        Ok(file) => Ok(Some(Ok(file))),
        Err(HandleError::Media(refusal)) => Ok(Some(Err(refusal))),
        Err(error) => Err(Cut::Node(error)),
    }
}

async fn read_text(mut field: Part<'_>, pace: &Pace, limit: usize) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field
        .chunk()
        .await
        .map_err(|error| fault_of(&error, pace, limit))?
    {
        pace.progress();
        if bytes.len() + chunk.len() > FORM_MAX_BYTES {
            return Err(Fault::TooLarge {
                limit: FORM_MAX_BYTES,
            });
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Fault::Unreadable)
}

fn fault_of(error: &MultipartError, pace: &Pace, limit: usize) -> Fault {
    if pace.too_large() || error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Fault::TooLarge { limit }
    } else {
        Fault::Unreadable
    }
}

/// Reads a body up to a limit.
///
/// # Errors
/// [`Fault::TooLarge`]; [`Fault::Unreadable`] when it breaks off.
pub(crate) async fn collect(body: axum::body::Body, limit: usize) -> Result<Bytes, Fault> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Fault::TooLarge { limit }),
        Err(_) => Err(Fault::Unreadable),
    }
}

/// Who sent a form, as far as the browser says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// The browser says itself that it was a page of this site.
    OwnPage,
    /// It does not say.
    Unsaid,
}

/// Refuses a form that another site's page sent. Browsers say so themselves (`Sec-Fetch-Site`);
/// older ones at least say the origin.
pub(crate) fn require_own_page(parts: &Parts, context: &Context) -> Result<Sender, Fault> {
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap_or("?"))
    };
    if let Some(from) = header("sec-fetch-site") {
        return match from {
            "same-origin" => Ok(Sender::OwnPage),
            // The person at the browser itself, such as a form sent again after a restart.
            "none" => Ok(Sender::Unsaid),
            _ => Err(Fault::CrossSite),
        };
    }
    let Some(origin) = header("origin") else {
        return Ok(Sender::Unsaid);
    };
    let host = |url: &str| {
        url.split_once("://")
            .map(|(_, host)| host.to_ascii_lowercase())
    };
    if host(origin).is_some_and(|host_of| Some(host_of) == host(context.site())) {
        Ok(Sender::OwnPage)
    } else {
        Err(Fault::CrossSite)
    }
}

/// Refuses a form that this browser was not shown. The form of a citizen whose browser says that our
/// own page sent it needs no mark beside: its cookie may be gone since yesterday, and what was typed
/// would be lost for nothing. A session's forms always need theirs: they are one officer's.
fn require_token(context: &Context, fields: &Fields, sender: Sender) -> Result<(), Fault> {
    let nobody = context.cookie(CookieKind::Session).is_none();
    if context.fits(fields.get("csrf")) || (nobody && sender == Sender::OwnPage) {
        Ok(())
    } else {
        Err(Fault::FormOld)
    }
}

fn require_type(parts: &Parts, wanted: &str) -> Result<(), Fault> {
    if has_type(&parts.headers, wanted) {
        Ok(())
    } else {
        Err(Fault::UnsupportedMedia)
    }
}

/// Whether the body is said to be of a media type, parameters aside. Two such headers are none.
pub(crate) fn has_type(headers: &axum::http::HeaderMap, wanted: &str) -> bool {
    let mut all = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return false;
    };
    let text = one.to_str().unwrap_or_default();
    text.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case(wanted)
}

fn declared_length(parts: &Parts) -> Option<usize> {
    parts
        .headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
