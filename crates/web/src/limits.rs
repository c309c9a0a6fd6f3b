//! What stands around every handler: bounds on size, time and number, headers, cookies, the log,
//! and a page for whatever went wrong.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tracing::Instrument as _;

use crate::extract::Context;
use crate::headers;
use crate::problem::{self, Fault};
use crate::state::AppState;

/// Largest form without files, in bytes.
pub(crate) const FORM_MAX_BYTES: usize = 64 * 1024;

/// Largest form with photographs, in bytes. Above the limit of a photograph itself, so that a
/// camera's larger picture is answered with words beside the field and not with a cut line.
pub(crate) const PHOTO_FORM_MAX_BYTES: usize = 32 * 1024 * 1024;

/// Largest form with which staff add a file or a letter to a case, in bytes. Far above the limit of a film, and
/// nothing beyond that is kept: it is read to its end so that the page which says so arrives.
pub(crate) const EVIDENCE_FORM_MAX_BYTES: usize = 256 * 1024 * 1024;

/// Longest a request without files may take.
const TIME_MAX: Duration = Duration::from_mins(1);

/// Longest a request with files may take: 10 MB at 400 kbit/s take 200 seconds (S32).
const FILE_TIME_MAX: Duration = Duration::from_mins(5);

/// Longest the form with which staff add a file may take: 64 MB at 300 kbit/s take half an hour.
const EVIDENCE_TIME_MAX: Duration = Duration::from_mins(30);

/// Requests in hand at once; beyond, askers are told to come again, and those in hand are served.
const IN_HAND_MAX: usize = 512;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An answer of ours that is no page although its status says it is an error.
#[derive(Clone, Copy)]
pub(crate) struct AsItIs;

/// What the outer layers share.
#[derive(Clone)]
struct Bounds {
    state: AppState,
    in_hand: Arc<Semaphore>,
}

/// Puts the layers around the routes.
pub(crate) fn around(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let bounds = Bounds {
        state: state.clone(),
        in_hand: Arc::new(Semaphore::new(IN_HAND_MAX)),
    };
    routes
        // Each extractor of ours reads within a bound of its own; the framework's would come first.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(|_| Fault::Internal.into_response()))
        .layer(middleware::from_fn_with_state(bounds, outermost))
        // Fonts, films, recordings and documents are compressed already; hashes of the log cannot be.
        .layer(
            CompressionLayer::new().compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("font/"))
                    .and(NotForContentType::const_new("video/"))
                    .and(NotForContentType::const_new("audio/"))
                    .and(NotForContentType::const_new("application/pdf"))
                    .and(NotForContentType::const_new("application/octet-stream")),
            ),
        )
}

/// Ends a handler that takes too long. A stream of events goes on: only its beginning is timed.
async fn in_time(request: Request, next: Next) -> Response {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let has_files = content_type.is_some_and(|value| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"multipart/")
    });
    let path = request.uri().path();
    let of_page =
        path.starts_with("/perkara/") && (path.ends_with("/berkas") || path.ends_with("/surat"));
    let of_program = path.starts_with("/api/v1/cases/")
        && (path.ends_with("/files") || path.ends_with("/letters"));
    let limit = if has_files && (of_page || of_program) {
        EVIDENCE_TIME_MAX
    } else if has_files || problem::is_api(path) {
        FILE_TIME_MAX
    } else {
        TIME_MAX
    };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::TimedOut.into_response(),
    }
}

async fn outermost(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let context = Context::of(&parts, &bounds.state);
    parts.extensions.insert(context.clone());
    let method = parts.method.clone();
    // The pattern, never the address: addresses carry numbers and codes.
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let began = tokio::time::Instant::now();
    let answer = match bounds.in_hand.try_acquire() {
        // Nothing is unpacked here: what is small on the way in stays as small as it came.
        _ if is_coded(&parts.headers) => Fault::Coded.into_response(),
        Ok(_turn) => {
            // Whatever is logged meanwhile carries the code that the reader sees.
            let span = tracing::info_span!("request", request = context.code());
            next.run(Request::from_parts(parts, body))
                .instrument(span)
                .await
        }
        Err(_) => Fault::Busy.into_response(),
    };
    let mut answer = with_words(answer, &context);
    context.write_cookies(answer.headers_mut());
    headers::secure(answer.headers_mut(), bounds.state.settings.secure_cookies);
    if let Ok(code) = HeaderValue::from_str(context.code()) {
        answer.headers_mut().insert(REQUEST_ID, code);
    }
    tracing::info!(
        request = context.code(),
        %method,
        route = route.as_deref().unwrap_or("none"),
        status = answer.status().as_u16(),
        milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    answer
}

/// Whether a body came packed (RFC 9110 §8.4).
fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Gives an answer that says only that something is wrong the words for it: a page for people, a
/// problem for programs.
fn with_words(answer: Response, context: &Context) -> Response {
    if answer.extensions().get::<AsItIs>().is_some() {
        return answer;
    }
    let fault = answer
        .extensions()
        .get::<Fault>()
        .cloned()
        .or_else(|| bare_fault(&answer));
    match fault {
        Some(fault) => fault.answer(context, answer.headers()),
        None => answer,
    }
}

/// What the framework says by a status alone.
fn bare_fault(answer: &Response) -> Option<Fault> {
    let content_type = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    if content_type.is_some_and(|content_type| !content_type.starts_with(b"text/plain")) {
        return None;
    }
    match answer.status() {
        StatusCode::NOT_FOUND => Some(Fault::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Fault::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Fault::TooLarge {
            limit: FORM_MAX_BYTES,
        }),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Fault::UnsupportedMedia),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Some(Fault::Unreadable),
        status if status.is_server_error() => Some(Fault::Internal),
        _ => None,
    }
}
